/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the rooms of `sekisho check-config` share.
 */
#ifndef HELPDESK_CHECK_H
#define HELPDESK_CHECK_H

#include "helpdesk/desk.h"

struct findings {
	const struct desk *d;
	int bad;
};

/* One line: good, or what is wrong. */
void desk_found(struct findings *f, const char *thing, const char *what,
    int r, const struct sek_why *why);

/* -- check_record.c */
void desk_check_record(struct findings *f);

#endif
