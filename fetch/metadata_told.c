/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a run tells of FIDO metadata: one entry like that of any other source,
 * and an object for machines.  Runs in sekisho-fetch.
 */
#include <stdio.h>
#include <string.h>

#include "fetch/metadata.h"

void
sek_metadata_note(struct sek_metadata *m, const char *what)
{
	char *why = m->source.why;
	size_t n = strlen(why);

	(void)snprintf(why + n, sizeof m->source.why - n, "%s%s",
	    n > 0 ? "; " : "", what);
}

enum sek_news
sek_metadata_say(struct sek_metadata *m, enum sek_news news, const char *why)
{
	(void)snprintf(m->source.why, sizeof m->source.why, "%s", why);
	return news;
}

static json_t *
row(const struct sek_metadata *m)
{
	const struct sek_source *s = &m->source;
	json_t *all;
	char next[32];

	all = json_pack("{s:o*, s:s, s:o*, s:I, s:f}",
	    "url", sek_summary_text(s->url),
	    "status", sek_news_word(s->news),
	    "why", sek_summary_text(s->why),
	    "bytes", (json_int_t)s->bytes,
	    "seconds", (double)s->ms / 1000.0);
	if (all == NULL || m->said.n == 0)
		return all;
	if (json_object_update_new(all, json_pack("{s:I, s:s, s:I, s:I, s:I,"
	    " s:I, s:I, s:I, s:b}",
	    "number", (json_int_t)m->said.number,
	    "next_update", sek_summary_time(next, m->said.next_update),
	    "models", (json_int_t)m->said.n,
	    "bad_models", (json_int_t)m->said.bad,
	    "other_entries", (json_int_t)m->said.others,
	    "unknown_statuses", (json_int_t)m->said.unknown,
	    "unreadable", (json_int_t)m->said.lost,
	    "unreadable_roots", (json_int_t)m->said.lost_roots,
	    "signer_asked", m->asked)) == 0)
		return all;
	json_decref(all);
	return NULL;
}

/* What is known of it stands before what was said of it. */
static void
describe(struct sek_metadata *m)
{
	char before[sizeof m->source.why], next[32];

	if (m->said.n == 0)
		return;
	(void)snprintf(before, sizeof before, "%s", m->source.why);
	(void)snprintf(m->source.why, sizeof m->source.why, "FIDO metadata, "
	    "number %lld, %zu models, %zu with a bad status, to %s%s%.300s",
	    (long long)m->said.number, m->said.n, m->said.bad,
	    sek_summary_time(next, m->said.next_update),
	    before[0] != '\0' ? "; " : "", before);
}

void
sek_metadata_told(struct sek_metadata *m)
{
	m->f->metadata = row(m);
	if (m->f->metadata == NULL)
		sek_refresh_problem(m->f, "summary: out of memory");
	describe(m);
	sek_summary_source(m->f, &m->source);
}

json_t *
sek_metadata_cached(const struct sek_refresh *f)
{
	struct sek_models_info info;
	struct sek_models *table = NULL;
	struct sek_why why = { "" };
	char next[32], made[32];
	int r = sek_models_open(f->policy->cache, &table, &info, &why);

	sek_models_close(table);
	if (r == SEK_E_NOENT)
		return NULL;
	if (r != SEK_OK)
		return json_pack("{s:s, s:o*}", "status", "unusable", "why",
		    sek_summary_text(why.text));
	return json_pack("{s:s, s:I, s:s, s:s}",
	    "status", info.next_update < f->started ? "stale" : "good",
	    "number", (json_int_t)info.number,
	    "next_update", sek_summary_time(next, info.next_update),
	    "made", sek_summary_time(made, info.made));
}
