/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When and from where a person was let in last, and how often they were
 * refused since: what a service with last-login tells them.  The record says
 * the same and more; this is one row for each person, found at once.
 */
#ifndef GATE_STORE_LAST_H
#define GATE_STORE_LAST_H

#include "gate/store.h"

#define SEK_LAST_MAX 301u

struct sek_last {
	int64_t at;      /* seconds since 1970; 0: never */
	uint64_t record; /* its number, of the event auth */
	int64_t refused; /* refusals since, or ever */
	/* escaped: they come from a login program */
	char host[SEK_LAST_MAX];
	char service[SEK_LAST_MAX];
	char tty[SEK_LAST_MAX];
	char rhost[SEK_LAST_MAX];
	char pair[32];   /* as in a record: "pkcs11+pin" */
};

/* SEK_E_NOENT: never let in nor refused, as far as anybody has kept it. */
int sek_store_last(struct sek_store *s, int64_t person_id,
    struct sek_last *out) SEK_MUST;

/* Both serve with a store opened to read: they write through a short
 * connection of their own, and wait for another writer for two seconds at
 * most.  `l` was let in now; of the refusals, `l->refused` have been told and
 * count no longer. */
int sek_store_last_in(struct sek_store *s, int64_t person_id,
    const struct sek_last *l) SEK_MUST;
int sek_store_last_refused(struct sek_store *s, int64_t person_id) SEK_MUST;

#endif
