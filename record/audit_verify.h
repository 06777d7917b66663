/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether a log is what it was: every record whole, canonical, numbered and
 * chained, and the whole as the signed checkpoints say.
 * For `sekisho`; needs public keys only, and believes no byte of the log.
 */
#ifndef RECORD_AUDIT_VERIFY_H
#define RECORD_AUDIT_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record/audit_line.h"
#include "record/merkle.h"
#include "record/note.h"
#include "sekisho/err.h"

#define SEK_VERIFY_CHECKPOINTS 64u

struct sek_verify {
	const char *const *paths; /* files in order; the first one may be a
				     later one of a rotated log, which begins
				     with a log_rotate record */
	size_t n_paths;
	const struct sek_checkpoint *checkpoints; /* each must be a prefix of
				     the log; one that no known key has
				     signed (`verified` 0) is compared, but
				     decides nothing */
	size_t n_checkpoints;
	void (*progress)(void *arg, uint64_t done, uint64_t all); /* bytes;
				     NULL: none */
	void (*own)(void *arg, const struct sek_line *is, const char *line,
	    size_t n);            /* told each good record of the log itself,
				     whose event begins with "log_"; NULL */
	void *arg;
};

/* How a checkpoint and the log go together. */
enum sek_fit {
	SEK_FIT_UNSEEN = 0, /* the check did not come so far */
	SEK_FIT_BEFORE,     /* of records before the first file */
	SEK_FIT_GOOD,
	SEK_FIT_OTHER,      /* of other records than these */
	SEK_FIT_BEYOND      /* of more records than there are */
};

/* Filled as far as the check came, also when it fails. */
struct sek_audit_report {
	uint64_t first;    /* seq of the first record, 1 for a whole log */
	uint64_t records;  /* good ones, from the first */
	uint64_t last;     /* seq of the last good one */
	uint64_t covered;  /* the largest size of a checkpoint that fits */
	uint64_t bad_line; /* in bad_file, from 1; 0 = none */
	uint64_t bad_seq;  /* which record should have stood there */
	char bad_file[300];/* escaped */
	size_t bad_checkpoint; /* which, from 1, does not fit; 0 = none */
	enum sek_fit fit[SEK_VERIFY_CHECKPOINTS];
	uint8_t head[SEK_HASH_LEN]; /* leaf hash of the last good record */
	uint8_t root[SEK_HASH_LEN]; /* of the tree up to it */
	int64_t t_first, t_last;    /* microseconds since 1970 */
};

/* SEK_OK; SEK_E_SYNTAX: a record is bad; SEK_E_DENIED: the records chain,
 * but a checkpoint says otherwise (changed anew, or cut off at the end).
 * `why` says what, in English; with SEK_OK, that what was before the first
 * file is vouched for by no checkpoint (`first` > 1 and `covered` 0). */
int sek_audit_verify(const struct sek_verify *v, struct sek_audit_report *r,
    struct sek_why *why) SEK_MUST;

/* What the checkpoints say of a log that was good by itself: the last step of
 * sek_audit_verify(), to be taken again when more of them turn out to be
 * signed (`verified`) by what the log told of its keys. */
int sek_audit_judge(const struct sek_verify *v, struct sek_audit_report *r,
    struct sek_why *why) SEK_MUST;

#endif
