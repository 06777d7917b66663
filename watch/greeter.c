/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Has the display manager bring up the login screen over somebody's session,
 * which stays and stays locked.  Runs in sekisho-watch, in a thread of
 * wishes.c.
 * Asks logind whose session it is and whether it is the one at the screen;
 * never waits longer than two seconds for all of it.
 */
#include <stdlib.h>
#include <string.h>

#include "watch/bus.h"
#include "watch/watch.h"

#define DM "org.freedesktop.DisplayManager"
#define DM_PATH "/org/freedesktop/DisplayManager"
#define ASK_MS 1800u     /* all of it */
#define SESSIONS_MAX 64u /* of a display manager that are looked at */
#define PATH_CAP 256u    /* bytes of an object's path */

struct ask {
	const struct sek_wish *wish;
	struct sek_deadline dl;
	sd_bus *bus;             /* owned */
	char session[PATH_CAP];  /* logind's */
	char seat[PATH_CAP];     /* the display manager's */
};

static int
keep(char out[PATH_CAP], const char *path, struct sek_why *why)
{
	if (strlen(path) >= PATH_CAP) {
		sek_why_set(why, "the name of an object is too long");
		return SEK_E_LIMIT;
	}
	memcpy(out, path, strlen(path) + 1);
	return SEK_OK;
}

/* The session, by its name; where the kernel knows of none, as in a user's
 * service manager, the one that logind calls the display of the user. */
static int
find_session(struct ask *a, struct sek_why *why)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *reply = NULL, *display = NULL;
	const char *path = NULL;
	int r;

	bus_limit(a->bus, &a->dl);
	if (a->wish->xdg[0] != '\0')
		r = sd_bus_call_method(a->bus, LOGIN1, LOGIN1_PATH,
		    LOGIN1_MANAGER, "GetSession", &error, &reply, "s",
		    a->wish->xdg);
	else
		r = sd_bus_call_method(a->bus, LOGIN1, LOGIN1_PATH,
		    LOGIN1_MANAGER, "GetUser", &error, &reply, "u",
		    a->wish->uid);
	if (r >= 0)
		r = sd_bus_message_read(reply, "o", &path);
	if (r >= 0 && a->wish->xdg[0] == '\0') {
		bus_limit(a->bus, &a->dl);
		r = sd_bus_get_property(a->bus, LOGIN1, path, LOGIN1 ".User",
		    "Display", &error, &display, "(so)");
		if (r >= 0)
			r = sd_bus_message_read(display, "(so)", NULL, &path);
	}
	r = r < 0 ? bus_failed(why, "logind", r, &error) :
	    keep(a->session, path, why);
	sd_bus_error_free(&error);
	sd_bus_message_unref(reply);
	sd_bus_message_unref(display);
	return r;
}

/* Is a property of the session one of these words?  False: no, or not told. */
static bool
is_one_of(struct ask *a, const char *property, const char *word,
    const char *or)
{
	char *value = NULL;
	bool is;

	bus_limit(a->bus, &a->dl);
	is = sd_bus_get_property_string(a->bus, LOGIN1, a->session,
	    LOGIN1_SESSION, property, NULL, &value) >= 0 &&
	    (strcmp(value, word) == 0 || strcmp(value, or) == 0);
	free(value);
	return is;
}

static bool
is_so(struct ask *a, const char *property, bool want)
{
	int value = !want;

	bus_limit(a->bus, &a->dl);
	return sd_bus_get_property_trivial(a->bus, LOGIN1, a->session,
	    LOGIN1_SESSION, property, NULL, 'b', &value) >= 0 &&
	    (value != 0) == want;
}

static bool
is_of_user(struct ask *a)
{
	sd_bus_message *reply = NULL;
	uint32_t uid = 0;
	bool is;

	bus_limit(a->bus, &a->dl);
	is = sd_bus_get_property(a->bus, LOGIN1, a->session, LOGIN1_SESSION,
	    "User", NULL, &reply, "(uo)") >= 0 &&
	    sd_bus_message_read(reply, "(uo)", &uid, NULL) >= 0 &&
	    uid == a->wish->uid;
	sd_bus_message_unref(reply);
	return is;
}

/* Only one at a screen of this machine, and only by whose it is. */
static int
check_session(struct ask *a, struct sek_why *why)
{
	const char *what = NULL;

	if (!is_of_user(a))
		what = "is not this user's";
	else if (!is_so(a, "Remote", false))
		what = "is not at this machine";
	else if (!is_one_of(a, "Class", "user", "user"))
		what = "is not one of a person";
	else if (!is_one_of(a, "Type", "x11", "wayland"))
		what = "has no screen";
	if (what == NULL)
		return SEK_OK;
	sek_why_set(why, "by logind the session %s", what);
	return SEK_E_DENIED;
}

/* A lock asks again by itself when the login screen is there already, and
 * nobody who sits before another session is to be taken away from it. */
static int
check_screen(struct ask *a, struct sek_why *why)
{
	if (is_so(a, "Active", true))
		return SEK_OK;
	sek_why_set(why, "by logind another session is at the screen");
	return SEK_E_EXISTS;
}

/* On which seat a session of the display manager's is, "" = it is another
 * account's. */
static int
seat_of(struct ask *a, const char *session, char seat[PATH_CAP],
    struct sek_why *why)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *reply = NULL;
	const char *path = "";
	char *user = NULL;
	int r;

	seat[0] = '\0';
	bus_limit(a->bus, &a->dl);
	r = sd_bus_get_property_string(a->bus, DM, session, DM ".Session",
	    "UserName", &error, &user);
	if (r >= 0 && strcmp(user, a->wish->account) == 0) {
		bus_limit(a->bus, &a->dl);
		r = sd_bus_get_property(a->bus, DM, session, DM ".Session",
		    "Seat", &error, &reply, "o");
		if (r >= 0)
			r = sd_bus_message_read(reply, "o", &path);
	}
	r = r < 0 ? bus_failed(why, "the display manager's session", r,
	    &error) : keep(seat, path, why);
	free(user);
	sd_bus_error_free(&error);
	sd_bus_message_unref(reply);
	return r;
}

static int
take_seat(struct ask *a, sd_bus_message *sessions, struct sek_why *why)
{
	char seat[PATH_CAP];
	const char *path;
	size_t n = 0;
	int r = SEK_OK;

	while (r == SEK_OK && n++ < SESSIONS_MAX &&
	    sd_bus_message_read(sessions, "o", &path) > 0) {
		if ((r = seat_of(a, path, seat, why)) != SEK_OK ||
		    seat[0] == '\0' || strcmp(seat, a->seat) == 0)
			continue;
		if (a->seat[0] != '\0') {
			sek_why_set(why, "the account has sessions on several "
			    "seats");
			return SEK_E_DENIED;
		}
		memcpy(a->seat, seat, sizeof seat);
	}
	if (r == SEK_OK && a->seat[0] == '\0') {
		sek_why_set(why, "the display manager has no session of this "
		    "account: it must be the one that opened it");
		r = SEK_E_NOENT;
	}
	return r;
}

static int
find_seat(struct ask *a, struct sek_why *why)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *reply = NULL;
	int r;

	bus_limit(a->bus, &a->dl);
	r = sd_bus_get_property(a->bus, DM, DM_PATH, DM, "Sessions", &error,
	    &reply, "ao");
	if (r >= 0)
		r = sd_bus_message_enter_container(reply, 'a', "o");
	if (r < 0)
		(void)bus_failed(why, "no display manager that can switch "
		    "(lightdm can; else take switch = greeter out of "
		    "sekisho.conf)", r, &error);
	r = r < 0 ? SEK_E_NOENT : take_seat(a, reply, why);
	sd_bus_error_free(&error);
	sd_bus_message_unref(reply);
	return r;
}

static int
switch_seat(struct ask *a, struct sek_why *why)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	int can = 1, r;

	bus_limit(a->bus, &a->dl);
	if (sd_bus_get_property_trivial(a->bus, DM, a->seat, DM ".Seat",
	    "CanSwitch", NULL, 'b', &can) >= 0 && can == 0) {
		sek_why_set(why, "the display manager does not switch on this "
		    "seat (allow-user-switching in lightdm.conf, or a seat "
		    "for one session only)");
		return SEK_E_DENIED;
	}
	bus_limit(a->bus, &a->dl);
	r = sd_bus_call_method(a->bus, DM, a->seat, DM ".Seat",
	    "SwitchToGreeter", &error, NULL, "");
	r = r < 0 ? bus_failed(why, "the display manager", r, &error) :
	    SEK_OK;
	sd_bus_error_free(&error);
	return r;
}

/* Who asks runs in the session, and may not be the lock that it says it is:
 * so it is locked before anybody turns to another screen. */
static int
lock(struct ask *a, struct sek_why *why)
{
	bus_limit(a->bus, &a->dl);
	return logind_is_locked(a->bus, a->session) ? SEK_OK :
	    logind_tell(a->bus, a->session, false, &a->dl, why);
}

int
greeter_ask(const struct sek_wish *wish, struct sek_why *why)
{
	struct ask a = { .wish = wish, .dl = sek_deadline_in(ASK_MS) };
	int r = bus_open(&a.bus, &a.dl, why);

	if (r == SEK_OK)
		r = find_session(&a, why);
	if (r == SEK_OK)
		r = check_session(&a, why);
	if (r == SEK_OK)
		r = check_screen(&a, why);
	if (r == SEK_OK)
		r = find_seat(&a, why);
	if (r == SEK_OK)
		r = lock(&a, why);
	if (r == SEK_OK)
		r = switch_seat(&a, why);
	if (a.bus != NULL)
		(void)sd_bus_close_unref(a.bus); /* all was answered */
	return r;
}
