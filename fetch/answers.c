/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keeps an OCSP answer (RFC 6960) for each enrolled certificate, so that no
 * login waits for a responder.  Runs in sekisho-fetch.
 *
 * Questions have no nonce, so that a responder may answer with what it has
 * signed before (RFC 5019 section 4); that an answer is young enough, and not
 * older than the one we have, is what counts.  Nothing is written that does
 * not verify.
 */
#include <inttypes.h>
#include <openssl/err.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "fetch/refresh.h"
#include "fetch/signer.h"
#include "gate/certificate_rooms.h"
#include "gate/ocsp.h"
#include "sekisho/escape.h"

#define HOUR_S 3600
#define GIVE_UP_AFTER 3u /* failures of a responder, one after the other */
#define RESPONDERS_MAX 64u

/* Responders that did not answer in this run. */
struct silent {
	char url[SEK_URL_MAX];
	unsigned failures;
};

struct silence {
	struct silent at[RESPONDERS_MAX];
	size_t n;
};

/* One certificate and what came of it. */
struct asking {
	struct sek_refresh *f;
	struct silence *silence;
	X509 *leaf, *issuer;
	char name[80];           /* in the cache */
	char url[SEK_URL_MAX];   /* who answered */
	struct sek_buf kept;     /* the cached answer */
	struct sek_rev_info old; /* of that; this_update 0: none */
	struct sek_rev_info new;
	enum sek_news news;
	char why[512];
};

static struct silent *
silent_of(struct silence *s, const char *url)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (strcmp(s->at[i].url, url) == 0)
			return &s->at[i];
	if (s->n == RESPONDERS_MAX)
		return NULL;
	(void)snprintf(s->at[s->n].url, sizeof(s->at[s->n].url), "%s", url);
	return &s->at[s->n++];
}

static enum sek_reason
judge(const struct asking *a, const struct sek_buf *answer,
    struct sek_rev_info *rev, struct sek_why *why)
{
	struct sek_ocsp_rules rules = { .issuer = a->issuer,
	    .leaf = a->leaf, .untrusted = a->f->trust->intermediates,
	    .now = (int64_t)time(NULL),
	    .rsa_min_bits = a->f->trust->rsa_min_bits,
	    .max_age_s = (int64_t)a->f->policy->ocsp_max_age_h * HOUR_S };

	/* whether the responder itself has been revoked a login asks */
	return sek_ocsp_check(answer->p, answer->len, &rules, rev, why);
}

static bool
says_something(enum sek_reason r)
{
	return r == SEK_R_OK || r == SEK_R_CERT_REVOKED;
}

/* What is cached, when it is of use still. */
static void
look(struct asking *a)
{
	char path[PATH_MAX + 96];
	struct sek_why why = { "" };

	(void)snprintf(path, sizeof(path), "%s/%s", a->f->cache.ocsp,
	    a->name);
	if (sek_read_safe_file(path, SEK_OCSP_MAX, &a->kept, &why) !=
	    SEK_OK || !says_something(judge(a, &a->kept, &a->old, &why)))
		a->old = (struct sek_rev_info){ .status = "" };
}

/* Renewed at half its life, so that a responder may be away for the rest. */
static bool
fresh(const struct asking *a)
{
	int64_t life = (int64_t)a->f->policy->ocsp_max_age_h * HOUR_S;

	if (a->old.this_update == 0 || a->f->opt->force)
		return false;
	if (a->old.next_update != 0 &&
	    a->old.next_update - a->old.this_update < life)
		life = a->old.next_update - a->old.this_update;
	return (int64_t)time(NULL) < a->old.this_update + life / 2;
}

static bool
set(struct asking *a, enum sek_news news, const char *why)
{
	a->news = news;
	(void)snprintf(a->why, sizeof(a->why), "%s", why);
	return news == SEK_NEWS_NEW || news == SEK_NEWS_UNCHANGED;
}

/* An answer that has come: true when it settles the matter. */
static bool
take(struct asking *a, const struct sek_buf *answer)
{
	struct sek_why why = { "" };
	enum sek_reason r = judge(a, answer, &a->new, &why);
	char text[400];

	if (!says_something(r)) {
		(void)snprintf(text, sizeof(text), "%s: %.300s",
		    sek_reason(r)->word, why.text);
		return set(a, r == SEK_R_OCSP_STALE ? SEK_NEWS_STALE :
		    SEK_NEWS_INVALID, text);
	}
	/* nor does a "good" of the same second take a "revoked" back */
	if (a->new.this_update < a->old.this_update || (r == SEK_R_OK &&
	    a->new.this_update == a->old.this_update &&
	    strcmp(a->old.status, "revoked") == 0))
		return set(a, SEK_NEWS_ROLLBACK,
		    "older than the answer that is cached");
	if (answer->len == a->kept.len &&
	    memcmp(answer->p, a->kept.p, answer->len) == 0)
		return set(a, SEK_NEWS_UNCHANGED, "");
	if (sek_cache_put(a->f->cache.ocsp, a->name, answer->p, answer->len,
	    &why) != SEK_OK)
		return set(a, SEK_NEWS_UNWRITTEN, why.text);
	return set(a, SEK_NEWS_NEW, r == SEK_R_OK ? "" : "revoked");
}

/* True when this responder has settled the matter. */
static bool
ask(struct asking *a, const char *url, const struct sek_buf *question)
{
	struct silent *quiet = silent_of(a->silence, url);
	struct sek_buf answer = { 0 };
	struct sek_why why = { "" };
	bool done = false;

	(void)snprintf(a->url, sizeof(a->url), "%s", url);
	if (quiet != NULL && quiet->failures >= GIVE_UP_AFTER)
		return set(a, SEK_NEWS_UNREACHABLE,
		    "the responder has not answered others before");
	sek_progress_begin(&a->f->progress, url);
	if (sek_bring_answer(a->f, url, question, &answer, SEK_OCSP_MAX,
	    &why) == SEK_OK) {
		if (quiet != NULL)
			quiet->failures = 0;
		done = take(a, &answer);
	} else {
		(void)set(a, SEK_NEWS_UNREACHABLE, why.text);
		if (quiet != NULL)
			quiet->failures++;
	}
	sek_progress_end(&a->f->progress);
	sek_buf_free(&answer);
	return done;
}

static void
ask_all(struct asking *a)
{
	const struct sek_policy *p = a->f->policy;
	struct sek_ocsp_ask q = { .nonce_len = 0 };
	char url[SEK_URL_MAX];
	size_t i;

	if (sek_ocsp_ask_make(a->leaf, a->issuer, false, &q) != SEK_OK) {
		(void)set(a, SEK_NEWS_INVALID, "no question can be made");
		return;
	}
	if (p->n_ocsp_urls > 0) {
		for (i = 0; i < p->n_ocsp_urls; i++)
			if (ask(a, p->ocsp_urls[i], &q.request))
				break;
	} else {
		sek_ocsp_url(a->leaf, url, sizeof(url));
		if (url[0] == '\0')
			(void)set(a, SEK_NEWS_UNSUPPORTED,
			    "the certificate names no responder");
		else
			(void)ask(a, url, &q.request);
	}
	sek_ocsp_ask_clear(&q);
}

static void
answer_for(struct asking *a)
{
	a->issuer = sek_issuer_of(a->f->trust, a->leaf, (int64_t)time(NULL));
	if (a->issuer == NULL) {
		(void)set(a, SEK_NEWS_UNTRUSTED,
		    "the certificate leads to no trust anchor");
		return;
	}
	if (sek_ocsp_name(a->leaf, a->issuer, a->name) != SEK_OK) {
		(void)set(a, SEK_NEWS_INVALID, "its answer cannot be named");
		return;
	}
	look(a);
	if (fresh(a))
		(void)set(a, SEK_NEWS_UNCHANGED, "");
	else
		ask_all(a);
}

static json_t *
answer_row(const struct asking *a, int64_t credential)
{
	const struct sek_rev_info *rev = a->news == SEK_NEWS_NEW ? &a->new :
	    &a->old;
	char from[32], to[32], url[600];

	return json_pack("{s:I, s:s, s:o*, s:o*, s:o*, s:o*, s:s, s:s}",
	    "credential", (json_int_t)credential,
	    "status", sek_news_word(a->news),
	    "why", sek_summary_text(a->why),
	    "url", sek_summary_text(sek_escape_str(url, sizeof(url),
	    a->url)),
	    "file", sek_summary_text(a->name),
	    "answer", sek_summary_text(rev->status),
	    "this_update", sek_summary_time(from, rev->this_update),
	    "next_update", sek_summary_time(to, rev->next_update));
}

static void
one_answer(struct sek_refresh *f, struct silence *silence,
    const struct sek_enrolled_cert *c)
{
	struct asking a = { .f = f, .silence = silence, .leaf = c->cert };
	char what[80];

	answer_for(&a);
	(void)snprintf(what, sizeof(what), "OCSP answer for credential %lld",
	    (long long)c->credential);
	sek_summary_row(f, what, a.news, a.why);
	if (json_array_append_new(f->answers,
	    answer_row(&a, c->credential)) != 0)
		sek_refresh_problem(f, "summary: out of memory");
	X509_free(a.issuer);
	sek_buf_free(&a.kept);
	ERR_clear_error();
}

void
sek_answers(struct sek_refresh *f)
{
	const enum sek_rev_check check = f->policy->check;
	struct silence silence = { .n = 0 };
	char text[160];
	size_t i;

	if (check != SEK_CHECK_OCSP && check != SEK_CHECK_OCSP_LEAF &&
	    check != SEK_CHECK_EITHER)
		return;
	for (i = 0; i < f->enrolled.n; i++)
		one_answer(f, &silence, &f->enrolled.at[i]);
	if (f->enrolled.n_without == 0)
		return;
	(void)snprintf(text, sizeof(text), "%zu credentials were enrolled "
	    "when no certificate was kept: no OCSP answer can be fetched "
	    "for them", f->enrolled.n_without);
	sek_refresh_problem(f, text);
}
