/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the last N records stand that a filter lets through.
 * Part of the administrator's program; reads only.
 */
#ifndef HELPDESK_AUDIT_LAST_H
#define HELPDESK_AUDIT_LAST_H

#include "helpdesk/audit_filter.h"

#define AUDIT_PARTS 64u /* each is twice as large as the one before */

struct audit_part {
	uint64_t from, to; /* from <= seq < to */
	uint64_t fit;      /* of them */
};

struct audit_last {
	struct audit_part part[AUDIT_PARTS]; /* the newest first */
	size_t n;
	uint64_t skip;   /* of the oldest part, these come before them */
	uint64_t newest; /* seq of the newest record of all */
};

/* Filled as far as the search came, also when it fails; the filter was given
 * to the reader by audit_filter_place() before. */
int audit_last_find(struct audit_last *l, const struct audit_filter *f,
    struct sek_reader *rd, uint64_t want, struct sek_why *why) SEK_MUST;

#endif
