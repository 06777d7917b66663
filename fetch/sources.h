/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The addresses of one run, each once, and what came of them.
 */
#ifndef FETCH_SOURCES_H
#define FETCH_SOURCES_H

#include <jansson.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>

#include "gate/policy.h"
#include "sekisho/err.h"

#define SEK_SOURCES_MAX 4096u
#define SEK_SOURCES_EACH 32u /* of one certificate or CRL */

/* What came of a source or of a list in it, from good to bad. */
enum sek_news {
	SEK_NEWS_NONE = 0,
	SEK_NEWS_SKIPPED,     /* another address of the same list served */
	SEK_NEWS_UNCHANGED,
	SEK_NEWS_NEW,
	SEK_NEWS_UNSUPPORTED, /* nothing that could be fetched */
	SEK_NEWS_STALE,       /* past nextUpdate */
	SEK_NEWS_CONFLICT,    /* same number, other content, not later */
	SEK_NEWS_ROLLBACK,    /* older than what is cached */
	SEK_NEWS_UNREACHABLE,
	SEK_NEWS_UNSAFE,      /* a file that others can change */
	SEK_NEWS_INVALID,     /* form, dates, scope, or no CRL at all */
	SEK_NEWS_UNTRUSTED,   /* signed by nobody whom we trust */
	SEK_NEWS_UNWRITTEN,   /* the cache could not be written */
	SEK_N_NEWS
};

const char *sek_news_word(enum sek_news n);
/* Has something not been renewed?  An address that nobody could fetch from
 * is told, but is no failure of this run. */
bool sek_news_bad(enum sek_news n);

struct sek_source {
	struct sek_source *next;
	char *url;       /* owned; "" = an entry that has none */
	char from[200];  /* what named it, escaped */
	unsigned group;  /* addresses of one list have the same; 0 = alone */
	bool seen;       /* its group is settled */
	bool answered;   /* by HTTP, with whatever status */
	enum sek_news news;
	char why[512];
	uint64_t bytes;
	uint64_t ms;
	json_t *lists;   /* array: each CRL in it */
};

struct sek_sources {
	struct sek_source *first, *last;
	size_t n;
	unsigned groups;
	bool full; /* more than SEK_SOURCES_MAX were named */
	char greedy[200]; /* who named more than SEK_SOURCES_EACH; "" */
};

int sek_sources_policy(struct sek_sources *s, const struct sek_policy *p)
    SEK_MUST;
/* The addresses of a certificate, or of the deltas of a CRL; only http,
 * https, ldap and ldaps.  `from` says what it is. */
int sek_sources_cert(struct sek_sources *s, X509 *x, const char *from)
    SEK_MUST;
int sek_sources_crl(struct sek_sources *s, const X509_CRL *crl,
    const char *from) SEK_MUST;
/* Have the last few addresses of the same host brought nothing, slowly?  One
 * that is deaf would else take the time of all others. */
bool sek_sources_silent(const struct sek_sources *s,
    const struct sek_source *one);
/* Has another address of the same list been good? */
bool sek_sources_served(const struct sek_sources *s,
    const struct sek_source *one);
void sek_sources_free(struct sek_sources *s);

#endif
