/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tells what came of a run: lines for people, one JSON object for machines,
 * and the system's log for what is wrong.  Runs in sekisho-fetch.
 * Never names a person: the cache is open to everybody.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "fetch/metadata.h"
#include "gate/certificate_folder.h"
#include "gate/certificate_rooms.h"
#include "gate/revocation_index.h"
#include "sekisho/escape.h"
#include "sekisho/version.h"

#define SUMMARY_FILE "fetch.json"
#define MIB (1024u * 1024u)

json_t *
sek_summary_text(const char *s)
{
	json_t *j;
	char safe[2 * 2048];

	if (s[0] == '\0')
		return NULL; /* left out of the object */
	if ((j = json_string(s)) != NULL)
		return j;
	return json_string(sek_escape_str(safe, sizeof(safe), s));
}

const char *
sek_summary_time(char out[32], int64_t at)
{
	time_t t = (time_t)at;
	struct tm tm;

	if (at == 0 || gmtime_r(&t, &tm) == NULL ||
	    strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		out[0] = '\0';
	return out;
}

/* Lines go to standard output; with --quiet only the bad ones, and to
 * standard error; with --json none. */
static FILE *
where(const struct sek_refresh *f, bool bad)
{
	if (f->opt->json)
		return NULL;
	if (!f->opt->quiet)
		return stdout;
	return bad ? stderr : NULL;
}

static const char *
text_of(const json_t *row, const char *key)
{
	const char *s = json_string_value(json_object_get(row, key));

	return s != NULL ? s : "";
}

static void
put_list(FILE *to, const json_t *l, bool several)
{
	(void)fprintf(to, "             %s%s\"%s\"%s%s%s, %lld entries, "
	    "%s to %s\n", several ? text_of(l, "status") : "",
	    several ? ": " : "", text_of(l, "issuer"),
	    strcmp(text_of(l, "kind"), "delta") == 0 ? ", delta" : "",
	    text_of(l, "number")[0] != '\0' ? ", number " : "",
	    text_of(l, "number"),
	    (long long)json_integer_value(json_object_get(l, "entries")),
	    text_of(l, "this_update"), text_of(l, "next_update"));
	if (text_of(l, "why")[0] != '\0')
		(void)fprintf(to, "             %s\n", text_of(l, "why"));
}

static void
put_source(FILE *to, const struct sek_source *s, const char *url)
{
	size_t i, n = json_array_size(s->lists);
	bool told = false;

	(void)fprintf(to, "%-12s %s", sek_news_word(s->news), url);
	if (s->bytes >= MIB)
		(void)fprintf(to, " (%" PRIu64 ".%" PRIu64 " MB",
		    s->bytes / MIB, s->bytes % MIB * 10 / MIB);
	else if (s->bytes > 0)
		(void)fprintf(to, " (%" PRIu64 " bytes", s->bytes);
	if (s->bytes > 0)
		(void)fprintf(to, ", %" PRIu64 ".%" PRIu64 " s)",
		    s->ms / 1000, s->ms % 1000 / 100);
	(void)fputc('\n', to);
	for (i = 0; i < n; i++) {
		put_list(to, json_array_get(s->lists, i), n > 1);
		told |= strcmp(s->why, text_of(json_array_get(s->lists, i),
		    "why")) == 0;
	}
	if (s->news == SEK_NEWS_UNSUPPORTED && s->url[0] == '\0')
		(void)fputs("             if a login needs this list, give its "
		    "address in a [crl NAME] section\n", to);
	if (!told && s->why[0] != '\0')
		(void)fprintf(to, "             %s\n", s->why);
}

/* An entry without an address is called by what named it. */
static const char *
called(const struct sek_source *s, char *out, size_t cap)
{
	if (s->url[0] != '\0')
		return sek_escape_str(out, cap, s->url);
	(void)snprintf(out, cap, "distribution point of %s", s->from);
	return out;
}

void
sek_summary_source(struct sek_refresh *f, const struct sek_source *s)
{
	bool bad = sek_news_bad(s->news);
	FILE *to = where(f, bad);
	char url[600];

	(void)called(s, url, sizeof(url));
	if (to != NULL)
		put_source(to, s, url);
	if (!bad)
		return;
	f->n_problems++;
	syslog(LOG_DAEMON | LOG_WARNING, "%s: %s: %s", url,
	    sek_news_word(s->news), s->why);
}

void
sek_summary_row(struct sek_refresh *f, const char *what, enum sek_news news,
    const char *why)
{
	bool bad = sek_news_bad(news);
	FILE *to = where(f, bad);

	/* thousands of cards may be in order */
	if (to != NULL && news != SEK_NEWS_UNCHANGED)
		(void)fprintf(to, "%-12s %s%s%s\n", sek_news_word(news), what,
		    why[0] != '\0' ? ": " : "", why);
	if (!bad)
		return;
	f->n_problems++;
	syslog(LOG_DAEMON | LOG_WARNING, "%s: %s: %s", what,
	    sek_news_word(news), why);
}

/* -- the whole */

static json_t *
sources(const struct sek_refresh *f)
{
	json_t *all = json_array();
	const struct sek_source *s;

	for (s = f->sources.first; s != NULL; s = s->next)
		if (json_array_append_new(all, json_pack(
		    "{s:o*, s:o*, s:s, s:o*, s:I, s:f, s:O}",
		    "url", sek_summary_text(s->url),
		    "from", sek_summary_text(s->from),
		    "status", sek_news_word(s->news),
		    "why", sek_summary_text(s->why),
		    "bytes", (json_int_t)s->bytes,
		    "seconds", (double)s->ms / 1000.0,
		    "lists", s->lists)) != 0)
			break;
	return all;
}

struct listing {
	json_t *all;
	int64_t now;
};

static json_t *
index_row(const char *name, const X509_CRL *crl, int64_t now)
{
	int64_t from = 0, to = 0;
	char issuer[257], a[32], b[32];

	sek_cert_name(X509_CRL_get_issuer(crl), issuer, sizeof(issuer));
	if (sek_cert_time(X509_CRL_get0_lastUpdate(crl), &from) != SEK_OK)
		from = 0;
	if (X509_CRL_get0_nextUpdate(crl) == NULL ||
	    sek_cert_time(X509_CRL_get0_nextUpdate(crl), &to) != SEK_OK)
		to = 0;
	return json_pack("{s:o*, s:s, s:o*, s:s, s:s, s:I}",
	    "file", sek_summary_text(name),
	    "status", to < now ? "stale" : "good",
	    "issuer", sek_summary_text(issuer),
	    "this_update", sek_summary_time(a, from),
	    "next_update", sek_summary_time(b, to),
	    "entries", (json_int_t)sek_index_entries(crl));
}

static int
one_index(void *arg, const char *dir, const char *name)
{
	static const char *const suffix[] = { SEK_INDEX_SUFFIX, NULL };
	struct listing *l = arg;
	struct sek_why why = { "" };
	X509_CRL *crl = NULL;
	json_t *row;

	if (!sek_has_suffix(name, suffix))
		return SEK_OK;
	if (sek_index_open(dir, name, &crl, &why) == SEK_OK)
		row = index_row(name, crl, l->now);
	else
		row = json_pack("{s:o*, s:s, s:o*}", "file",
		    sek_summary_text(name), "status", "unusable",
		    "why", sek_summary_text(why.text));
	X509_CRL_free(crl);
	return json_array_append_new(l->all, row) == 0 ? SEK_OK :
	    SEK_E_NOMEM;
}

/* What is in the cache now, whoever brought it. */
static json_t *
cached(const struct sek_refresh *f)
{
	struct listing l = { .all = json_array(), .now = f->started };

	if (f->cache.crl[0] != '\0' &&
	    sek_folder_each(f->cache.crl, one_index, &l, NULL) != SEK_OK)
		(void)0; /* the folder is not there: nothing is cached */
	return l.all;
}

static json_t *
whole(const struct sek_refresh *f, int status)
{
	char a[32], b[32];

	return json_pack("{s:s, s:s, s:s, s:i, s:I, s:I, s:o, s:O, s:O,"
	    " s:o, s:O*, s:o*}",
	    "version", SEKISHO_VERSION,
	    "started", sek_summary_time(a, f->started),
	    "finished", sek_summary_time(b, (int64_t)time(NULL)),
	    "status", status,
	    "problems", (json_int_t)f->n_problems,
	    "needed", (json_int_t)f->n_needs,
	    "sources", sources(f),
	    "answers", f->answers,
	    "needs", f->needs,
	    "cached", cached(f),
	    "metadata", f->metadata,
	    "metadata_cached", sek_metadata_cached(f));
}

static void
put_end(struct sek_refresh *f)
{
	FILE *to = where(f, f->n_needs > 0);
	const json_t *row;
	char who[80];
	size_t i;

	if (to != NULL && f->n_needs > 0)
		(void)fprintf(to, "%zu logins would be refused now:\n",
		    f->n_needs);
	json_array_foreach(f->needs, i, row) {
		(void)snprintf(who, sizeof(who), "credential %lld",
		    (long long)json_integer_value(
		    json_object_get(row, "credential")));
		if (json_object_get(row, "credential") == NULL)
			(void)snprintf(who, sizeof(who), "%s", strcmp(
			    text_of(row, "reason"), sek_reason(
			    SEK_R_METADATA_STALE)->word) == 0 ? "FIDO2 keys" :
			    "cards");
		if (to != NULL)
			(void)fprintf(to, "%-12s %s: %s\n",
			    text_of(row, "reason"), who, text_of(row, "why"));
		syslog(LOG_DAEMON | LOG_ERR, "%s: %s: %s", who,
		    text_of(row, "reason"), text_of(row, "why"));
	}
}

void
sek_summary_end(struct sek_refresh *f, int status)
{
	struct sek_why why = { "" };
	json_t *all = whole(f, status);
	char *text = NULL;

	put_end(f);
	if (all != NULL)
		text = json_dumps(all, JSON_INDENT(1) | JSON_SORT_KEYS);
	if (text == NULL) {
		sek_refresh_problem(f, "no summary: out of memory");
	} else {
		if (f->opt->json)
			(void)puts(text);
		/* only who holds the lock */
		if (f->cache.lock >= 0 && sek_cache_put(f->cache.dir,
		    SUMMARY_FILE, text, strlen(text), &why) != SEK_OK)
			sek_refresh_problem(f, why.text);
	}
	free(text);
	json_decref(all);
}
