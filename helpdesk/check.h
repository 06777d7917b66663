/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the rooms of `sekisho check-config` share.
 */
#ifndef HELPDESK_CHECK_H
#define HELPDESK_CHECK_H

#include "helpdesk/desk.h"

struct doctor;

struct findings {
	const struct desk *d;
	struct doctor *doctor; /* told instead of the terminal, or NULL */
	int bad;
};

/* All of it, once the policy is there. */
void desk_check_all(struct findings *f);

/* One line: good, or what is wrong. */
void desk_found(struct findings *f, const char *thing, const char *what,
    int r, const struct sek_why *why);

/* Not there, which is no fault: `w` says who makes it. */
void desk_found_not_yet(struct findings *f, enum word w, const char *thing,
    const char *path);

/* -- doctor.c: the same as findings of `sekisho doctor`. */
void doctor_found(struct doctor *x, const char *thing, const char *what,
    bool good);

/* -- check_record.c */
void desk_check_record(struct findings *f);

#endif
