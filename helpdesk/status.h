/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Suspending and resuming what has a name and a status.
 */
#ifndef HELPDESK_STATUS_H
#define HELPDESK_STATUS_H

#include "helpdesk/desk.h"
#include "helpdesk/words.h"

struct desk_status_kind {
	const char *object; /* "person" or "account", for the record */
	const char *field;  /* where its name goes in the record */
	int (*set)(struct sek_store *s, const char *by, const char *name,
	    enum sek_status status, const char *reason, struct sek_why *why);
	enum word suspended, resumed; /* what is said afterwards */
};

/* NAME --reason TEXT; the exit status of the command. */
int desk_set_status(struct desk *d, int argc, char **argv,
    const struct desk_status_kind *k, bool suspend);

#endif
