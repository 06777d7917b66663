/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asks logind to lock or end a session.  Runs in sekisho-watch.
 * Opens the system's bus at its one path for each request and never waits
 * longer than two seconds for all of it; no environment names another bus.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

#include "sekisho/deadline.h"
#include "sekisho/escape.h"
#include "watch/watch.h"

#define BUS "unix:path=/run/dbus/system_bus_socket"
#define LOGIN1 "org.freedesktop.login1"
#define MANAGER_PATH "/org/freedesktop/login1"
#define MANAGER LOGIN1 ".Manager"
#define SESSION LOGIN1 ".Session"
#define ASK_MS 1800u /* all of it */

static int
failed(struct sek_why *why, const char *what, int err,
    const sd_bus_error *error)
{
	const char *name = error != NULL ? error->name : NULL;
	const char *text = error != NULL && error->message != NULL ?
	    error->message : strerror(-err);
	char safe[300];

	sek_why_set(why, "%s: %s", what, sek_escape_str(safe, sizeof safe,
	    text));
	if (name != NULL && (strcmp(name, LOGIN1 ".NoSuchSession") == 0 ||
	    strcmp(name, LOGIN1 ".NoSessionForPID") == 0))
		return SEK_E_NOENT;
	return SEK_E_IO;
}

/* The next call may take what is left.  0 would be libsystemd's own limit. */
static void
limit(sd_bus *bus, const struct sek_deadline *dl)
{
	const uint64_t left = (uint64_t)sek_deadline_left_ms(dl);

	(void)sd_bus_set_method_call_timeout(bus, left > 0 ? 1000u * left : 1);
}

/* As sd_bus_open_system(), with a limit of time. */
static int
open_bus(sd_bus **out, const struct sek_deadline *dl, struct sek_why *why)
{
	sd_bus *bus = NULL;
	int r = sd_bus_new(&bus);

	if (r < 0)
		return failed(why, "the system bus", r, NULL);
	if ((r = sd_bus_set_address(bus, BUS)) >= 0 &&
	    (r = sd_bus_set_bus_client(bus, 1)) >= 0)
		r = sd_bus_start(bus);
	while (r >= 0 && (r = sd_bus_is_ready(bus)) == 0) {
		if (sek_deadline_past(dl)) {
			r = -ETIMEDOUT;
		} else if ((r = sd_bus_process(bus, NULL)) == 0) {
			r = sd_bus_wait(bus, 1000u *
			    (uint64_t)sek_deadline_left_ms(dl));
		}
	}
	if (r < 0) {
		(void)sd_bus_close_unref(bus);
		return failed(why, "the system bus", r, NULL);
	}
	*out = bus;
	return SEK_OK;
}

/* The session's path, by its name or by the login program. */
static int
find_session(sd_bus *bus, const struct sek_presence *m, sd_bus_message **reply,
    const char **path, struct sek_why *why)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	int r;

	if (m->xdg[0] != '\0')
		r = sd_bus_call_method(bus, LOGIN1, MANAGER_PATH, MANAGER,
		    "GetSession", &error, reply, "s", m->xdg);
	else
		r = sd_bus_call_method(bus, LOGIN1, MANAGER_PATH, MANAGER,
		    "GetSessionByPID", &error, reply, "u", (uint32_t)m->pid);
	if (r >= 0)
		r = sd_bus_message_read(*reply, "o", path);
	r = r < 0 ? failed(why, "logind", r, &error) : SEK_OK;
	sd_bus_error_free(&error);
	return r;
}

/* Lockers that never tell count as open. */
static bool
is_locked(sd_bus *bus, const char *path)
{
	int locked = 0;

	return sd_bus_get_property_trivial(bus, LOGIN1, path, SESSION,
	    "LockedHint", NULL, 'b', &locked) >= 0 && locked != 0;
}

static int
tell(sd_bus *bus, const char *path, bool end, const struct sek_deadline *dl,
    struct sek_why *why)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	char *id = NULL;
	int r;

	limit(bus, dl);
	r = sd_bus_get_property_string(bus, LOGIN1, path, SESSION, "Id",
	    &error, &id);
	limit(bus, dl);
	if (r >= 0)
		r = sd_bus_call_method(bus, LOGIN1, MANAGER_PATH, MANAGER,
		    end ? "TerminateSession" : "LockSession", &error, NULL,
		    "s", id);
	r = r < 0 ? failed(why, "logind", r, &error) : SEK_OK;
	sd_bus_error_free(&error);
	free(id);
	return r;
}

int
logind_ask(const struct sek_presence *m, bool end, enum logind_did *what,
    struct sek_why *why)
{
	const struct sek_deadline dl = sek_deadline_in(ASK_MS);
	sd_bus_message *reply = NULL;
	const char *path = NULL;
	sd_bus *bus = NULL;
	int r = open_bus(&bus, &dl, why);

	if (r == SEK_OK) {
		limit(bus, &dl);
		r = find_session(bus, m, &reply, &path, why);
	}
	if (r != SEK_OK)
		goto out;
	limit(bus, &dl);
	if (!end && is_locked(bus, path)) {
		*what = LOGIND_WAS_LOCKED;
	} else {
		r = tell(bus, path, end, &dl, why);
		if (r == SEK_OK)
			*what = LOGIND_DID;
	}
out:
	sd_bus_message_unref(reply);
	if (bus != NULL)
		(void)sd_bus_close_unref(bus); /* all was answered */
	return r;
}
