/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The system's bus, as the rooms of sekisho-watch use it: opened for each
 * request, with one limit of time for all of that.
 */
#ifndef WATCH_BUS_H
#define WATCH_BUS_H

#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "sekisho/deadline.h"
#include "sekisho/err.h"

#define LOGIN1 "org.freedesktop.login1"
#define LOGIN1_PATH "/org/freedesktop/login1"
#define LOGIN1_MANAGER LOGIN1 ".Manager"
#define LOGIN1_SESSION LOGIN1 ".Session"

/* As sd_bus_open_system(), with a limit of time.  *out is the caller's. */
int bus_open(sd_bus **out, const struct sek_deadline *dl,
    struct sek_why *why) SEK_MUST;
/* The next call may take what is left. */
void bus_limit(sd_bus *bus, const struct sek_deadline *dl);
/* A call that has failed: what was asked, the errno and what was answered, or
 * NULL.  SEK_E_NOENT when there is no such session, else SEK_E_IO. */
int bus_failed(struct sek_why *why, const char *what, int err,
    const sd_bus_error *error);

/* -- logind.c: of the session at this path of the bus: does it say that it is
 * locked; have it locked or, with `end`, ended. */
bool logind_is_locked(sd_bus *bus, const char *path);
int logind_tell(sd_bus *bus, const char *path, bool end,
    const struct sek_deadline *dl, struct sek_why *why) SEK_MUST;

#endif
