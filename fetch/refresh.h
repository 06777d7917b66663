/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One run of sekisho-fetch: what its files say to each other.
 *
 *     points.c    which addresses a certificate or a CRL names
 *     sources.c   all addresses of this run, each once
 *     bring.c     bytes of a source into a file without a name
 *     accept.c    is this CRL to be believed, and newer than what we have?
 *     signer.c    who signed it, and does that lead to a trust anchor?
 *     cache.c     folders, lock, files that appear whole or not at all
 *     clear.c     indexes that nothing needs any more
 *     metadata.c  what FIDO says of models of keys
 *     answers.c   OCSP answers for the certificates that are enrolled
 *     enrolled.c  the certificates that are enrolled
 *     needs.c     what a login would miss now
 *     summary.c, progress.c    telling it
 *
 * Runs as root, never in a login, and never opens a connection: that is done
 * by `sekisho-fetch --download`, a process of its own.
 */
#ifndef FETCH_REFRESH_H
#define FETCH_REFRESH_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "fetch/cache.h"
#include "fetch/enrolled.h"
#include "fetch/progress.h"
#include "fetch/sources.h"
#include "gate/certificate.h"
#include "gate/downloader.h"
#include "gate/policy.h"

/* Exit status. */
enum sek_fetch_exit {
	SEK_FETCH_FINE = 0,
	SEK_FETCH_NOT_ALL = 1, /* something was not renewed */
	SEK_FETCH_USAGE = 2,   /* usage or configuration */
	SEK_FETCH_NEEDED = 3   /* a login would be refused for want of it */
};

struct sek_refresh_options {
	const char *conf;
	bool force; /* write again what has not changed, ask again */
	bool quiet; /* problems only */
	bool json;  /* the summary as one object instead of text */
};

struct sek_refresh {
	const struct sek_refresh_options *opt;
	struct sek_policy *policy;
	struct sek_trust *trust;
	bool certificates;            /* is anybody's revocation asked? */
	struct sek_enrolled enrolled;
	struct sek_service_user user; /* for the downloader */
	bool user_found;
	struct sek_downloader down;
	bool down_started;
	struct sek_cache cache;
	struct sek_sources sources;
	struct sek_progress progress;
	json_t *answers;              /* array */
	json_t *metadata;             /* object; NULL: not asked */
	json_t *needs;                /* array; the first ones */
	size_t n_needs;
	size_t n_problems;            /* not renewed */
	int64_t started;              /* seconds since 1970 */
};

/* All of it.  Returns the exit status. */
int sek_refresh_run(const struct sek_refresh_options *opt);

/* A problem that belongs to no source: told, logged and counted. */
void sek_refresh_problem(struct sek_refresh *f, const char *text);

/* -- bring.c: the bytes of a source, *n of them, in *fd at offset 0.  Fills
 * s->news and s->why when they did not come. */
int sek_bring(struct sek_refresh *f, struct sek_source *s, int *fd,
    size_t *n) SEK_MUST;
/* One question, answered into `answer` (at most `max` bytes). */
int sek_bring_answer(struct sek_refresh *f, const char *url,
    const struct sek_buf *question, struct sek_buf *answer, size_t max,
    struct sek_why *why) SEK_MUST;

/* -- clear.c: take what is long past and replaced out of the cache. */
void sek_clear_old(struct sek_refresh *f);

/* -- metadata.c: fills f->metadata. */
void sek_metadata(struct sek_refresh *f);

/* -- answers.c, needs.c: fill f->answers, f->needs and the counters. */
void sek_answers(struct sek_refresh *f);
void sek_needs(struct sek_refresh *f);

/* -- summary.c */
/* What came of a source, as it is known; also to the log when bad. */
void sek_summary_source(struct sek_refresh *f, const struct sek_source *s);
/* The same for one answer, or anything else that is no source: `row` has
 * "status", `what` names it. */
void sek_summary_row(struct sek_refresh *f, const char *what,
    enum sek_news news, const char *why);
/* Print the end and write <cache>/fetch.json. */
void sek_summary_end(struct sek_refresh *f, int status);
/* A string for JSON from bytes that need not be UTF-8; never fails but for
 * memory. */
json_t *sek_summary_text(const char *s);
/* RFC 3339 in UTC; "" for 0. */
const char *sek_summary_time(char out[32], int64_t at);

#endif
