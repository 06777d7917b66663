/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho models`: the table of models of FIDO2 keys that sekisho-fetch has
 * made of FIDO's metadata, as a login would find it.
 *
 * Part of the administrator's program.  Reads the cache and nothing else;
 * must never judge a key: what a status means to a login is the policy's.
 */
#include "helpdesk/desk.h"

#include <string.h>
#include <time.h>

#include "gate/fido.h"
#include "gate/fido_models.h"

#define WORDS_MAX 200

struct showing {
	struct desk *d;
	struct sek_models *m;
	struct sek_models_info info;
	int64_t now;
	json_t *models; /* NULL: for people */
};

/* "2026-11-22"; "" when a report has no date. */
static const char *
day(struct desk_date *text, int64_t at)
{
	time_t t = (time_t)at;
	struct tm tm;

	if (at == 0 || gmtime_r(&t, &tm) == NULL ||
	    strftime(text->text, sizeof text->text, "%Y-%m-%d", &tm) == 0)
		return "";
	return text->text;
}

/* -- for people */

static void
say_report(const struct showing *s, const struct sek_model_report *r)
{
	char words[WORDS_MAX], fixed[32] = "";
	struct desk_date from;
	enum word w = r->from > s->now ? W_MODEL_LATER : W_MODEL_SINCE;

	sek_model_words(r->status, words, sizeof words);
	if (r->from == 0)
		w = W_MODEL_NO_DATE;
	if (r->fixed != 0)
		(void)snprintf(fixed, sizeof fixed, " (%llu)",
		    (unsigned long long)r->fixed);
	DESK_SAY(s->d, w, { words, day(&from, r->from), fixed });
}

static void
say_model(const struct showing *s, size_t i, const char *aaguid,
    const struct sek_model *model, size_t n_reports)
{
	struct sek_model_report r;
	char words[WORDS_MAX];
	size_t k;

	sek_model_words(model->status, words, sizeof words);
	DESK_SAY(s->d, W_MODEL_ROW, { aaguid, model->status == 0 ? "-" :
	    words, model->name });
	for (k = 0; k < n_reports; k++) {
		sek_models_report(s->m, i, k, &r);
		say_report(s, &r);
	}
}

/* Which table this is. */
static void
say_table(const struct showing *s)
{
	struct desk_date next, made;
	char number[24], count[24];

	(void)snprintf(number, sizeof number, "%lld",
	    (long long)s->info.number);
	(void)snprintf(count, sizeof count, "%zu", sek_models_count(s->m));
	DESK_SAY(s->d, W_MODELS_TABLE, { number, count,
	    desk_time(&made, s->info.made),
	    day(&next, s->info.next_update) });
	if (s->info.next_update < s->now)
		DESK_SAY(s->d, W_MODELS_STALE, { NULL });
}

/* -- for machines */

/* Words of a status as an array. */
static json_t *
json_words(uint32_t status)
{
	json_t *all = json_array();
	char word[WORDS_MAX];
	uint32_t i;

	for (i = 0; i < SEK_MODEL_N_STATUSES; i++) {
		if ((status & 1u << i) == 0)
			continue;
		sek_model_words(1u << i, word, sizeof word);
		if (json_array_append_new(all, json_string(word)) != 0) {
			json_decref(all);
			return NULL;
		}
	}
	return all;
}

static json_t *
json_report(const struct sek_model_report *r)
{
	char word[WORDS_MAX];
	struct desk_date from;
	json_t *one;

	sek_model_words(r->status, word, sizeof word);
	one = json_pack("{s:s}", "status", word);
	if (one != NULL && ((r->from != 0 && json_object_set_new(one, "from",
	    json_string(day(&from, r->from))) != 0) || (r->fixed != 0 &&
	    json_object_set_new(one, "firmware",
	    json_integer((json_int_t)r->fixed)) != 0))) {
		json_decref(one);
		one = NULL;
	}
	return one;
}

static int
add_model(const struct showing *s, size_t i, const char *aaguid,
    const struct sek_model *model, size_t n_reports)
{
	json_t *reports = json_array();
	struct sek_model_report r;
	size_t k;

	for (k = 0; k < n_reports; k++) {
		sek_models_report(s->m, i, k, &r);
		if (json_array_append_new(reports, json_report(&r)) != 0) {
			json_decref(reports);
			return SEK_E_NOMEM;
		}
	}
	return json_array_append_new(s->models, json_pack(
	    "{s:s, s:o, s:o, s:o}", "aaguid", aaguid,
	    "name", desk_json_text(model->name),
	    "status", json_words(model->status),
	    "reports", reports)) == 0 ? SEK_OK : SEK_E_NOMEM;
}

/* -- both */

static int
show_all(const struct showing *s, const uint8_t *wanted, size_t *shown)
{
	struct sek_model model;
	uint8_t aaguid[16];
	char text[37];
	size_t i, n;
	int r = SEK_OK;

	for (i = 0; i < sek_models_count(s->m) && r == SEK_OK; i++) {
		r = sek_models_at(s->m, i, s->now, aaguid, &model, &n);
		if (r != SEK_OK || (wanted != NULL &&
		    memcmp(aaguid, wanted, sizeof aaguid) != 0))
			continue;
		sek_aaguid_text(text, aaguid);
		(*shown)++;
		if (s->models != NULL)
			r = add_model(s, i, text, &model, n);
		else
			say_model(s, i, text, &model, n);
	}
	return r;
}

static int
show(struct showing *s, const uint8_t *wanted, const char *word, bool json)
{
	size_t shown = 0;

	if (json)
		s->models = json_array();
	else
		say_table(s);
	if ((json && s->models == NULL) ||
	    show_all(s, wanted, &shown) != SEK_OK) {
		json_decref(s->models);
		return desk_lost(s->d);
	}
	if (json && desk_json_print(s->d, s->models) != DESK_OK)
		return DESK_REFUSED;
	if (wanted == NULL || shown > 0)
		return DESK_OK;
	if (!json)
		DESK_ERR(s->d, W_MODEL_UNKNOWN, { word });
	return DESK_REFUSED;
}

static int
models(struct desk *d, int argc, char **argv)
{
	struct showing s = { .d = d, .now = (int64_t)time(NULL) };
	bool json = false;
	const struct desk_opt opts[] = {
		{ .name = "json", .flag = &json },
	};
	struct sek_why why = { "" };
	uint8_t aaguid[16];
	char **words;
	int r;

	r = desk_options(d, argc, argv, opts, 1, 0, 1, &words);
	if (r == DESK_GO)
		r = desk_policy(d);
	if (r != DESK_GO)
		return r;
	if (words[0] != NULL && !sek_aaguid_of_text(words[0], aaguid)) {
		DESK_ERR(d, W_NOT_AN_AAGUID, { words[0] });
		return DESK_USAGE;
	}
	r = sek_models_open(d->policy->cache, &s.m, &s.info, &why);
	if (r != SEK_OK)
		return desk_refuse(d, &why, r);
	r = show(&s, words[0] != NULL ? aaguid : NULL, words[0], json);
	sek_models_close(s.m);
	return r;
}

const struct desk_command desk_models_commands[] = {
	{ "models", "[AAGUID] [--json]",
	    { "list the models of FIDO2 keys that FIDO's metadata knows, and "
	    "what has been reported of them",
	    "FIDOメタデータにあるFIDO2キーの機種と、報告されている状態を一覧"
	    "します" }, models },
	{ .name = NULL }
};
