/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asks logind to lock or end a session.  Runs in sekisho-watch.
 * Never waits longer than two seconds for all of it.
 */
#include <stdlib.h>

#include "sekisho/deadline.h"
#include "watch/bus.h"
#include "watch/watch.h"

#define ASK_MS 1800u /* all of it */

/* The session's path, by its name or by the login program. */
static int
find_session(sd_bus *bus, const struct sek_presence *m, sd_bus_message **reply,
    const char **path, struct sek_why *why)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	int r;

	if (m->xdg[0] != '\0')
		r = sd_bus_call_method(bus, LOGIN1, LOGIN1_PATH, LOGIN1_MANAGER,
		    "GetSession", &error, reply, "s", m->xdg);
	else
		r = sd_bus_call_method(bus, LOGIN1, LOGIN1_PATH, LOGIN1_MANAGER,
		    "GetSessionByPID", &error, reply, "u", (uint32_t)m->pid);
	if (r >= 0)
		r = sd_bus_message_read(*reply, "o", path);
	r = r < 0 ? bus_failed(why, "logind", r, &error) : SEK_OK;
	sd_bus_error_free(&error);
	return r;
}

/* Lockers that never tell count as open. */
bool
logind_is_locked(sd_bus *bus, const char *path)
{
	int locked = 0;

	return sd_bus_get_property_trivial(bus, LOGIN1, path, LOGIN1_SESSION,
	    "LockedHint", NULL, 'b', &locked) >= 0 && locked != 0;
}

int
logind_tell(sd_bus *bus, const char *path, bool end,
    const struct sek_deadline *dl, struct sek_why *why)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	char *id = NULL;
	int r;

	bus_limit(bus, dl);
	r = sd_bus_get_property_string(bus, LOGIN1, path, LOGIN1_SESSION, "Id",
	    &error, &id);
	bus_limit(bus, dl);
	if (r >= 0)
		r = sd_bus_call_method(bus, LOGIN1, LOGIN1_PATH, LOGIN1_MANAGER,
		    end ? "TerminateSession" : "LockSession", &error, NULL,
		    "s", id);
	r = r < 0 ? bus_failed(why, "logind", r, &error) : SEK_OK;
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
	int r = bus_open(&bus, &dl, why);

	if (r == SEK_OK) {
		bus_limit(bus, &dl);
		r = find_session(bus, m, &reply, &path, why);
	}
	if (r != SEK_OK)
		goto out;
	bus_limit(bus, &dl);
	if (!end && logind_is_locked(bus, path)) {
		*what = LOGIND_WAS_LOCKED;
	} else {
		r = logind_tell(bus, path, end, &dl, why);
		if (r == SEK_OK)
			*what = LOGIND_DID;
	}
out:
	sd_bus_message_unref(reply);
	if (bus != NULL)
		(void)sd_bus_close_unref(bus); /* all was answered */
	return r;
}
