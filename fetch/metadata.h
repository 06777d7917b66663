/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FIDO metadata in a run of sekisho-fetch: the one address of the policy, and
 * the table in the cache.
 *
 *     metadata.c       bring, verify, compare, write
 *     metadata_crls.c  has the signer been revoked?
 *     metadata_told.c  how that is told
 */
#ifndef FETCH_METADATA_H
#define FETCH_METADATA_H

#include "fetch/mds.h"
#include "fetch/refresh.h"

/* One blob on its way in. */
struct sek_metadata {
	struct sek_refresh *f;
	struct sek_source source;   /* its address, and what came of it */
	STACK_OF(X509) *roots;      /* pinned */
	struct sek_mds_blob blob;
	struct sek_mds said;
	int64_t now;
	bool asked;                 /* whether its signer has been revoked */
};

/* -- metadata_crls.c: SEK_NEWS_NONE, or why the blob is not taken. */
enum sek_news sek_metadata_crls(struct sek_metadata *m,
    const struct sek_mds_rules *rules);

/* -- metadata_told.c */
/* Something to know besides the verdict. */
void sek_metadata_note(struct sek_metadata *m, const char *what);
/* The verdict, and why. */
enum sek_news sek_metadata_say(struct sek_metadata *m, enum sek_news news,
    const char *why);
/* To the output, the log and f->metadata. */
void sek_metadata_told(struct sek_metadata *m);
/* What is in the cache now, for the summary; NULL: nothing. */
json_t *sek_metadata_cached(const struct sek_refresh *f);

#endif
