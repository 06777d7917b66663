/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a blob says (MDS 3.0, 3.1.6), out of its JSON.  Runs in sekisho-fetch,
 * over bytes whose signature has been verified, and trusts them no further
 * than that: limits and types hold all the same.
 */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fetch/mds.h"
#include "sekisho/escape.h"

#define DAY_S 86400

static bool
number(const char *p, size_t n, int *out)
{
	size_t i;

	*out = 0;
	for (i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return false;
		*out = *out * 10 + (p[i] - '0');
	}
	return true;
}

bool
sek_mds_date(const char *text, int64_t *out)
{
	struct tm tm = { 0 }, back;
	int year, month, day;
	time_t t;

	if (strlen(text) != 10 || text[4] != '-' || text[7] != '-' ||
	    !number(text, 4, &year) || !number(text + 5, 2, &month) ||
	    !number(text + 8, 2, &day) || year < 1971)
		return false;
	tm.tm_year = year - 1900;
	tm.tm_mon = month - 1;
	tm.tm_mday = day;
	t = timegm(&tm);
	/* the 31st of February is another day when it comes back */
	if (gmtime_r(&t, &back) == NULL || back.tm_year != year - 1900 ||
	    back.tm_mon != month - 1 || back.tm_mday != day)
		return false;
	*out = (int64_t)t;
	return true;
}

static int
wrong(struct sek_why *why, const char *what)
{
	sek_why_set(why, "%s", what);
	return SEK_E_SYNTAX;
}

static int
read_head(struct sek_mds *m, const json_t *all, struct sek_why *why)
{
	const json_t *no = json_object_get(all, "no");
	const char *next = json_string_value(json_object_get(all,
	    "nextUpdate"));

	if (!json_is_object(all))
		return wrong(why, "the payload is no object");
	if (!json_is_integer(no) || json_integer_value(no) < 0)
		return wrong(why, "\"no\" is not a number of 0 or more");
	m->number = json_integer_value(no);
	if (next == NULL || !sek_mds_date(next, &m->next_update))
		return wrong(why, "\"nextUpdate\" is not a date as "
		    "YYYY-MM-DD");
	m->next_update += DAY_S - 1; /* at the latest on that day */
	return SEK_OK;
}

static int
compare(const void *a, const void *b)
{
	const struct sek_mds_model *x = a, *y = b;
	int order = memcmp(x->aaguid, y->aaguid, sizeof x->aaguid);

	return order != 0 ? order : (x->at > y->at) - (x->at < y->at);
}

static int
read_entries(struct sek_mds *m, const json_t *all, struct sek_why *why)
{
	const json_t *entries = json_object_get(all, "entries"), *one;
	size_t i, n = json_array_size(entries);
	int r;

	if (!json_is_array(entries))
		return wrong(why, "\"entries\" is not an array");
	if (n > SEK_MODELS_MAX) {
		sek_why_set(why, "more than %u entries", SEK_MODELS_MAX);
		return SEK_E_LIMIT;
	}
	if ((m->models = calloc(n + 1, sizeof *m->models)) == NULL)
		return SEK_E_NOMEM;
	json_array_foreach(entries, i, one) {
		if ((r = sek_mds_entry(m, one, i)) != SEK_OK)
			return r;
	}
	/* a table of nothing would clear every model */
	if (m->n == 0)
		return wrong(why, "there is no model of a FIDO2 key in it");
	qsort(m->models, m->n, sizeof *m->models, compare);
	return SEK_OK;
}

int
sek_mds_read(const uint8_t *p, size_t n, struct sek_mds *out,
    struct sek_why *why)
{
	struct sek_mds m = { .n = 0 };
	json_error_t err;
	char text[JSON_ERROR_TEXT_LENGTH * 2];
	json_t *all = NULL;
	int r = SEK_E_LIMIT;

	if (n > SEK_MDS_BLOB_MAX) {
		sek_why_set(why, "larger than %u bytes", SEK_MDS_BLOB_MAX);
		goto out;
	}
	r = EVP_Digest(p, n, m.payload, NULL, EVP_sha256(), NULL) == 1 ?
	    SEK_OK : SEK_E_CRYPTO;
	if (r != SEK_OK)
		goto out;
	/* its depth is limited by jansson */
	all = json_loadb((const char *)p, n, JSON_REJECT_DUPLICATES, &err);
	if (all == NULL) {
		sek_why_set(why, "the payload is no JSON: %s",
		    sek_escape_str(text, sizeof text, err.text));
		r = SEK_E_SYNTAX;
		goto out;
	}
	if ((r = read_head(&m, all, why)) == SEK_OK)
		r = read_entries(&m, all, why);
out:
	json_decref(all);
	if (r == SEK_OK)
		*out = m;
	else
		sek_mds_free(&m);
	return r;
}

void
sek_mds_free(struct sek_mds *m)
{
	size_t i;

	for (i = 0; i < m->n; i++) {
		free(m->models[i].reports);
		sek_buf_free(&m->models[i].roots);
	}
	free(m->models);
	*m = (struct sek_mds){ .n = 0 };
}
