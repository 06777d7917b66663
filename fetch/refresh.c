/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One run: all sources, then the OCSP answers, then what a login would miss.
 * Runs in sekisho-fetch, as root.  A failure of one source never keeps
 * another from being renewed.
 */
#include "fetch/refresh.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "fetch/accept.h"
#include "fetch/compile.h"
#include "gate/certificate_rooms.h"
#include "sekisho/escape.h"

void
sek_refresh_problem(struct sek_refresh *f, const char *text)
{
	f->n_problems++;
	(void)fprintf(stderr, "sekisho-fetch: %s\n", text);
	syslog(LOG_DAEMON | LOG_WARNING, "%s", text);
}

/* -- one source */

#define LISTS_MAX 256u /* in one file */

struct reading {
	struct sek_refresh *f;
	struct sek_source *s;
	int err; /* of the walk itself: nothing that a CRL can cause */
	bool full;
};

static json_t *
list_row(const struct sek_arrival *l)
{
	char from[32], to[32];

	return json_pack("{s:s, s:o*, s:o*, s:o*, s:s, s:s, s:s, s:I, s:o*}",
	    "status", sek_news_word(l->news),
	    "why", sek_summary_text(l->why),
	    "issuer", sek_summary_text(l->issuer),
	    "number", sek_summary_text(l->number),
	    "kind", l->delta ? "delta" : "complete",
	    "this_update", sek_summary_time(from, l->this_update),
	    "next_update", sek_summary_time(to, l->next_update),
	    "entries", (json_int_t)l->entries,
	    "file", sek_summary_text(l->file));
}

static int
one_list(void *arg, const uint8_t *der, size_t n)
{
	struct reading *rd = arg;
	struct sek_arrival l;
	char from[200];
	int r = SEK_OK;

	if (json_array_size(rd->s->lists) >= LISTS_MAX) {
		rd->full = true;
		return SEK_E_LIMIT;
	}
	sek_accept(rd->f, der, n, (int64_t)time(NULL), &l);
	if (l.news > rd->s->news) {
		rd->s->news = l.news;
		(void)snprintf(rd->s->why, sizeof(rd->s->why), "%s", l.why);
	}
	if (json_array_append_new(rd->s->lists, list_row(&l)) != 0)
		r = SEK_E_NOMEM;
	if (r == SEK_OK && l.crl != NULL && !l.delta &&
	    rd->f->policy->fetch_from_certs) {
		(void)snprintf(from, sizeof(from), "CRL of %.190s", l.issuer);
		r = sek_sources_crl(&rd->f->sources, l.crl, from);
	}
	sek_arrival_clear(&l);
	rd->err = r;
	return r;
}

/* The CRLs in a file without a name, which nobody else can change. */
static void
read_lists(struct sek_refresh *f, struct sek_source *s, int fd, size_t n)
{
	struct reading rd = { .f = f, .s = s };
	struct sek_why why = { "nothing came" };
	void *p = MAP_FAILED;
	int r = SEK_E_SYNTAX;

	if (n > 0)
		p = mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p != MAP_FAILED) {
		r = sek_crl_each(p, n, one_list, &rd, &why);
		(void)munmap(p, n);
	} else if (n > 0) {
		sek_why_set(&why, "out of memory");
	}
	if (r == SEK_OK)
		return;
	if (rd.full)
		sek_why_set(&why, "more than %u CRLs in one file", LISTS_MAX);
	else if (rd.err != SEK_OK)
		sek_why_set(&why, "%s", sek_strerror(rd.err));
	if (s->news < SEK_NEWS_INVALID)
		s->news = SEK_NEWS_INVALID;
	(void)snprintf(s->why, sizeof(s->why), "%s", why.text);
}

static void
one_source(struct sek_refresh *f, struct sek_source *s)
{
	uint64_t began = sek_now_ms();
	size_t n;
	int fd;

	if (s->news != SEK_NEWS_NONE) {
		sek_summary_source(f, s);
		return;
	}
	if (sek_sources_served(&f->sources, s)) {
		s->news = SEK_NEWS_SKIPPED;
		(void)snprintf(s->why, sizeof(s->why),
		    "another address of the same list served");
		sek_summary_source(f, s);
		return;
	}
	if (sek_sources_silent(&f->sources, s)) {
		s->news = SEK_NEWS_UNREACHABLE;
		(void)snprintf(s->why, sizeof(s->why),
		    "its host has not answered before in this run");
		sek_summary_source(f, s);
		return;
	}
	sek_progress_begin(&f->progress, s->url);
	if (sek_bring(f, s, &fd, &n) == SEK_OK) {
		read_lists(f, s, fd, n);
		(void)close(fd);
	}
	s->ms = sek_now_ms() - began;
	sek_progress_end(&f->progress);
	sek_summary_source(f, s);
}

/* -- which sources */

static int
add_stack(struct sek_refresh *f, const STACK_OF(X509) *list)
{
	char from[200];
	int i, r = SEK_OK;
	X509 *x;

	for (i = 0; r == SEK_OK && i < sk_X509_num(list); i++) {
		x = sk_X509_value(list, i);
		sek_cert_name(X509_get_subject_name(x), from, sizeof(from));
		r = sek_sources_cert(&f->sources, x, from);
	}
	return r;
}

static int
collect(struct sek_refresh *f)
{
	struct sek_why why = { "" };
	char from[200];
	size_t i;
	int r;

	/* a login is refused then, too (fetch/needs.c tells); CRLs are
	 * renewed anyway */
	if (sek_enrolled_read(&f->enrolled, f->policy->state, &why) != SEK_OK)
		(void)snprintf(f->enrolled.broken, sizeof(f->enrolled.broken),
		    "%.*s", (int)sizeof(f->enrolled.broken) - 1, why.text);
	if ((r = sek_sources_policy(&f->sources, f->policy)) != SEK_OK ||
	    !f->policy->fetch_from_certs)
		return r;
	if ((r = add_stack(f, f->trust->anchors)) == SEK_OK)
		r = add_stack(f, f->trust->intermediates);
	for (i = 0; r == SEK_OK && i < f->enrolled.n; i++) {
		(void)snprintf(from, sizeof(from), "credential %lld",
		    (long long)f->enrolled.at[i].credential);
		r = sek_sources_cert(&f->sources, f->enrolled.at[i].cert,
		    from);
	}
	return r;
}

/* -- the run */

static void
fetch_all(struct sek_refresh *f)
{
	struct sek_why why = { "" };
	char text[300];
	struct sek_source *s;

	if (sek_cache_open(&f->cache, f->policy->cache, &why) != SEK_OK) {
		sek_refresh_problem(f, why.text);
		return;
	}
	/* CRLs add the addresses of their deltas meanwhile */
	for (s = f->sources.first; s != NULL; s = s->next)
		one_source(f, s);
	if (f->sources.full)
		sek_refresh_problem(f, "more than 4096 addresses of CRLs; "
		    "the others were not asked");
	if (f->sources.greedy[0] != '\0') {
		(void)snprintf(text, sizeof(text), "%s names more than 32 "
		    "addresses; the others were not asked",
		    f->sources.greedy);
		sek_refresh_problem(f, text);
	}
	if (f->certificates) {
		sek_clear_old(f);
		sek_answers(f);
	}
	sek_metadata(f);
	if (f->down_started)
		sek_downloader_end(&f->down);
	f->down_started = false;
}

static int
refuse(const struct sek_why *why, int r)
{
	const char *text = why->text[0] != '\0' ? why->text : sek_strerror(r);

	(void)fprintf(stderr, "sekisho-fetch: %s\n", text);
	syslog(LOG_DAEMON | LOG_ERR, "nothing is fetched: %s", text);
	return SEK_FETCH_USAGE;
}

static int
run(struct sek_refresh *f)
{
	struct sek_why why = { "" };
	int r;

	if ((r = sek_policy_load(f->opt->conf, &f->policy, &why)) != SEK_OK ||
	    (f->policy->anchors[0] != '\0' &&
	    (r = sek_trust_load(f->policy, &f->trust, &why)) != SEK_OK))
		return refuse(&why, r);
	/* where all have FIDO2 keys there is nothing to trust */
	f->certificates = f->trust != NULL &&
	    f->policy->check != SEK_CHECK_NONE;
	if (!f->certificates && f->policy->metadata_url[0] == '\0') {
		if (!f->opt->quiet && !f->opt->json)
			(void)printf("%s: nothing to fetch\n",
			    f->trust != NULL ? "check = none" :
			    "neither trust-anchors nor metadata-url");
	} else if (f->certificates && (r = collect(f)) != SEK_OK) {
		sek_refresh_problem(f, sek_strerror(r));
	} else {
		fetch_all(f);
		sek_needs(f);
	}
	r = f->n_needs > 0 ? SEK_FETCH_NEEDED :
	    f->n_problems > 0 ? SEK_FETCH_NOT_ALL : SEK_FETCH_FINE;
	sek_summary_end(f, r);
	return r;
}

int
sek_refresh_run(const struct sek_refresh_options *opt)
{
	struct sek_refresh f = { .opt = opt, .cache = SEK_CACHE_NONE,
	    .down = SEK_DOWNLOADER_NONE, .started = (int64_t)time(NULL),
	    .answers = json_array(), .needs = json_array() };
	int r;

	f.progress.on = !opt->quiet && isatty(STDERR_FILENO) == 1;
	r = run(&f);
	sek_cache_close(&f.cache);
	sek_enrolled_free(&f.enrolled);
	sek_sources_free(&f.sources);
	sek_trust_free(f.trust);
	sek_policy_free(f.policy);
	json_decref(f.answers);
	json_decref(f.metadata);
	json_decref(f.needs);
	return r;
}
