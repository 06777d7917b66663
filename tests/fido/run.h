/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One whole conversation with sekisho-fido, told in words: what it said, in
 * order.  A test compares them with what it expects.
 *
 *   none strange ready ready+   STATUS; +: with the id that the key has
 *   touch choose verify again(N)
 *   pin(N) wrong(N) instead(N)  ASKPIN with tries left; instead of a finger
 *   signed made fail(CODE)      (numbers of enum sek_fido_fail)
 *   dead bad silent
 */
#ifndef TESTS_FIDO_RUN_H
#define TESTS_FIDO_RUN_H

#include "tests/fido/keys.h"

struct run {
	struct talk t;
	char said[512];
	bool verify;            /* for GO */
	uint32_t touch_ms;
	const char *pins;       /* by commas, one for each ASKPIN */
	bool gone;              /* GO has been said */
	bool late;              /* GO is for the test to say */
	const char *until;      /* stop at this word; NULL: at the end */
	uint8_t hash[32];
	size_t made;            /* CREATED that came ... */
	struct sek_fido_created first; /* ... and the first of them */
	struct sek_exit ex;
};

/* An ASSERT for n credentials (0: discoverable), told silently or not. */
void run_login(struct run *r, const struct enrolled *e, size_t n,
    bool silent);
/* The same for any request; its hash becomes r->hash. */
void run_ask(struct run *r, const struct sek_assert *m);
void run_create(struct run *r, const struct sek_create *m);
/* On until something ends it, or until r->until; returns r->said. */
const char *run_on(struct run *r);
/* Forget what was said; on until `word` (NULL: the end). */
const char *run_until(struct run *r, const char *word);
/* Did it end by itself, in order, within `ms` after the channel closed? */
bool run_end(struct run *r, unsigned int ms);
/* Whatever is left of the last one is killed: for a case that failed. */
void run_clear(void);

#endif
