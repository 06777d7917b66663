/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The system's bus.  Runs in sekisho-watch.
 * Opens it at its one path, whatever an environment says, and never waits
 * for it beyond a limit of time.
 */
#include "watch/bus.h"

#include <errno.h>
#include <string.h>

#include "sekisho/escape.h"

#define BUS "unix:path=/run/dbus/system_bus_socket"

int
bus_failed(struct sek_why *why, const char *what, int err,
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

/* 0 would be libsystemd's own limit. */
void
bus_limit(sd_bus *bus, const struct sek_deadline *dl)
{
	const uint64_t left = (uint64_t)sek_deadline_left_ms(dl);

	(void)sd_bus_set_method_call_timeout(bus, left > 0 ? 1000u * left : 1);
}

int
bus_open(sd_bus **out, const struct sek_deadline *dl, struct sek_why *why)
{
	sd_bus *bus = NULL;
	int r = sd_bus_new(&bus);

	if (r < 0)
		return bus_failed(why, "the system bus", r, NULL);
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
		return bus_failed(why, "the system bus", r, NULL);
	}
	*out = bus;
	return SEK_OK;
}
