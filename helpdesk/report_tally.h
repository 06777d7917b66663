/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counts by a key of one to three texts, with the first and the last time
 * and small sets of what went with it; as many keys as TALLY_MAX.
 * Part of `sekisho`; pure.
 */
#ifndef HELPDESK_REPORT_TALLY_H
#define HELPDESK_REPORT_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TALLY_MAX 65536u
#define TALLY_SET 12u /* members of a set that are kept */
#define TALLY_PARTS 3u

struct tally_row {
	char *key;       /* parts, joined by TALLY_SEP; owned */
	uint64_t hash;
	int64_t n, m;    /* what they count is the caller's */
	int64_t first, last;
	int64_t sum, max;
	char *set[2];    /* members joined by TALLY_SEP; owned; NULL: empty */
	unsigned in_set[2], over_set[2];
};

/* A control character, which no text of a report holds. */
#define TALLY_SEP '\x1f'

/* Start with { 0 }. */
struct tally {
	struct tally_row **at; /* a hash table while counting; in order
				  after tally_sort() */
	size_t n, room;
	int64_t lost;          /* counts that found no row */
	uint64_t seed;
};

/* The row of a key, made when it is new; parts may be NULL from the end.
 * NULL: full (`lost` goes up) or no memory (*nomem). */
struct tally_row *tally_row(struct tally *t, const char *a, const char *b,
    const char *c, bool *nomem);
/* The one that is there, or NULL; not after tally_sort(). */
const struct tally_row *tally_find(const struct tally *t, const char *a);
/* Widen first and last. */
void tally_time(struct tally_row *row, int64_t t);
void tally_set_add(struct tally_row *row, unsigned which, const char *member,
    bool *nomem);
/* The members in order, joined by ", "; freed by the caller.  NULL: no
 * memory. */
char *tally_set_text(const struct tally_row *row, unsigned which);
/* Most first (n + m), then by key; from then on at[0..n). */
void tally_sort(struct tally *t);
/* Part i of the key in `out`. */
const char *tally_part(const struct tally_row *row, unsigned i, char *out,
    size_t cap);
void tally_free(struct tally *t);

#endif
