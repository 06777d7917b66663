/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which records are asked for: options, and whether a record fits.
 *
 * Part of `sekisho`.  Must never leave out a record that fits: a word that no
 * record can have is refused, and what is only a shortcut may say yes wrongly.
 */
#include "helpdesk/audit_filter.h"

#include <string.h>

#include "record/record_event.h"
#include "sekisho/escape.h"

void
audit_filter_options(struct audit_filter *f,
    struct desk_opt opts[AUDIT_FILTER_OPTS])
{
	const struct desk_opt all[AUDIT_FILTER_OPTS] = {
		{ .name = "person", .value = &f->person },
		{ .name = "account", .value = &f->account },
		{ .name = "host", .value = &f->host },
		{ .name = "service", .value = &f->service },
		{ .name = "event", .value = &f->event },
		{ .name = "outcome", .value = &f->outcome },
		{ .name = "reason", .value = &f->reason },
		{ .name = "factor", .value = &f->factor },
		{ .name = "session", .value = &f->session },
		{ .name = "since", .value = &f->since },
		{ .name = "until", .value = &f->until },
		{ .name = "seq", .value = &f->seq },
	};

	memcpy(opts, all, sizeof(all));
}

/* -- reading them */

static int
wrong(const struct desk *d, enum word w, const char *value)
{
	DESK_ERR(d, w, { value });
	return DESK_USAGE;
}

static bool
is_reason(const char *word)
{
	const struct sek_reason_row *row;
	size_t i, n;

	row = sek_reason_rows(&n);
	for (i = 0; i < n; i++)
		if (strcmp(row[i].word, word) == 0)
			return true;
	return false;
}

/* The words of which there is a list: one that is not in it was mistyped,
 * and nothing found would look like nothing happened. */
static int
parse_words(const struct desk *d, const struct audit_filter *f)
{
	if (f->event != NULL && sek_event(f->event) == NULL)
		return wrong(d, W_FILTER_EVENT, f->event);
	if (f->reason != NULL && !is_reason(f->reason))
		return wrong(d, W_FILTER_REASON, f->reason);
	if (f->outcome != NULL && strcmp(f->outcome, "ok") != 0 &&
	    strcmp(f->outcome, "refused") != 0)
		return wrong(d, W_FILTER_OUTCOME, f->outcome);
	return DESK_GO;
}

static int
parse_times(const struct desk *d, struct audit_filter *f)
{
	f->t_from = INT64_MIN;
	f->t_to = INT64_MAX;
	f->timed = f->since != NULL || f->until != NULL;
	if (f->since != NULL && !audit_time(f->since, &f->t_from))
		return wrong(d, W_FILTER_TIME, f->since);
	if (f->until != NULL && !audit_time(f->until, &f->t_to))
		return wrong(d, W_FILTER_TIME, f->until);
	if (f->t_from >= f->t_to)
		return wrong(d, W_FILTER_ORDER, f->until);
	return DESK_GO;
}

static bool
parse_number(const char *text, size_t n, uint64_t *out)
{
	char digits[24];
	int64_t v;

	if (n >= sizeof(digits))
		return false;
	memcpy(digits, text, n);
	digits[n] = '\0';
	if (!desk_number(digits, INT64_MAX, &v))
		return false;
	*out = (uint64_t)v;
	return true;
}

/* "7", "7..9" or "7.." */
static int
parse_seq(const struct desk *d, struct audit_filter *f)
{
	const char *dots;

	f->seq_from = 1;
	f->seq_to = INT64_MAX;
	if (f->seq == NULL)
		return DESK_GO;
	dots = strstr(f->seq, "..");
	if (!parse_number(f->seq, dots == NULL ? strlen(f->seq) :
	    (size_t)(dots - f->seq), &f->seq_from))
		return wrong(d, W_FILTER_SEQ, f->seq);
	if (dots == NULL)
		f->seq_to = f->seq_from;
	else if (dots[2] != '\0' &&
	    !parse_number(dots + 2, strlen(dots + 2), &f->seq_to))
		return wrong(d, W_FILTER_SEQ, f->seq);
	if (f->seq_to < f->seq_from)
		return wrong(d, W_FILTER_SEQ, f->seq);
	return DESK_GO;
}

/* KEY, then `value` as it stands in a line.  A value that a record would have
 * in another form than it was given in becomes none, nor a long one. */
static void
add_needle(struct audit_filter *f, const char *key, const char *value)
{
	char safe[256], *to = f->needle[f->n_needles];
	size_t i, n = strlen(key);

	if (value == NULL || strlen(value) > 140 ||
	    strcmp(sek_escape_str(safe, sizeof(safe), value), value) != 0)
		return;
	memcpy(to, key, n);
	for (i = 0; value[i] != '\0'; i++) {
		if (value[i] == '"')
			to[n++] = '\\';
		to[n++] = value[i];
	}
	to[n++] = '"';
	to[n] = '\0';
	f->n_needles++;
}

static void
make_needles(struct audit_filter *f)
{
	f->n_needles = 0;
	add_needle(f, "\"name\":\"", f->person);
	add_needle(f, "\"", f->account); /* of two fields */
	add_needle(f, "\"host\":\"", f->host);
	add_needle(f, "\"service\":\"", f->service);
	add_needle(f, "\"event\":\"", f->event);
	add_needle(f, "\"reason\":\"", f->reason);
	add_needle(f, "\"session\":\"", f->session);
}

int
audit_filter_parse(const struct desk *d, struct audit_filter *f)
{
	int r = parse_words(d, f);

	if (r == DESK_GO)
		r = parse_times(d, f);
	if (r == DESK_GO)
		r = parse_seq(d, f);
	make_needles(f);
	return r;
}

/* -- one record */

bool
audit_filter_maybe(const struct audit_filter *f, const char *line, size_t n)
{
	size_t i;

	for (i = 0; i < f->n_needles; i++)
		if (memmem(line, n, f->needle[i], strlen(f->needle[i])) ==
		    NULL)
			return false;
	return true;
}

/* A value may be given as the person wrote it or as the record shows it. */
static bool
same(const json_t *value, const char *want)
{
	const char *text = json_string_value(value);
	char safe[1100];

	if (want == NULL)
		return true;
	if (text == NULL)
		return false;
	return strcmp(text, want) == 0 ||
	    strcmp(text, sek_escape_str(safe, SEK_AUDIT_STR_MAX + 1,
	    want)) == 0;
}

static bool
same_in(const json_t *rec, const char *group, const char *name,
    const char *want)
{
	return want == NULL || same(json_object_get(json_object_get(rec,
	    group), name), want);
}

/* The account that was opened, or that was asked for where none was. */
static bool
same_account(const json_t *rec, const char *want)
{
	const json_t *name;

	name = json_object_get(json_object_get(rec, "account"), "name");
	return same(name != NULL ? name : json_object_get(rec, "claimed"),
	    want);
}

/* One of the words of `pair`, which '+' joins, or the type of a factor. */
static bool
has_factor(const json_t *rec, const char *want)
{
	const char *pair = json_string_value(json_object_get(rec, "pair"));
	const json_t *factors = json_object_get(rec, "factors");
	size_t i, n;

	if (want == NULL)
		return true;
	for (; pair != NULL && *pair != '\0'; pair += n + (pair[n] == '+')) {
		n = strcspn(pair, "+");
		if (n == strlen(want) && strncmp(pair, want, n) == 0)
			return true;
	}
	for (i = 0; i < json_array_size(factors); i++)
		if (same(json_object_get(json_array_get(factors, i), "type"),
		    want))
			return true;
	return false;
}

static bool
same_outcome(const json_t *rec, const char *want)
{
	const json_t *result = json_object_get(rec, "result");

	return want == NULL || (json_is_integer(result) &&
	    (json_integer_value(result) == 0) == (strcmp(want, "ok") == 0));
}

/* Not sek_line_scan()'s: a record need not come from a line. */
static bool
in_time(const struct audit_filter *f, const json_t *rec)
{
	const char *text = json_string_value(json_object_get(rec, "t"));
	int64_t t;

	return !f->timed || (text != NULL && audit_time(text, &t) &&
	    t >= f->t_from && t < f->t_to);
}

bool
audit_filter_fits(const struct audit_filter *f, const json_t *rec)
{
	json_int_t seq = json_integer_value(json_object_get(rec, "seq"));

	return seq > 0 && (uint64_t)seq >= f->seq_from &&
	    (uint64_t)seq <= f->seq_to && in_time(f, rec) &&
	    same(json_object_get(rec, "event"), f->event) &&
	    same(json_object_get(rec, "host"), f->host) &&
	    same(json_object_get(rec, "reason"), f->reason) &&
	    same(json_object_get(rec, "session"), f->session) &&
	    same_in(rec, "person", "name", f->person) &&
	    same_in(rec, "where", "service", f->service) &&
	    same_account(rec, f->account) && has_factor(rec, f->factor) &&
	    same_outcome(rec, f->outcome);
}

/* -- over a reader */

int
audit_filter_place(const struct audit_filter *f, struct sek_reader *rd,
    struct sek_why *why)
{
	int r = SEK_OK;

	if (f->timed)
		r = sek_reader_between(rd, f->t_from, f->t_to, why);
	if (r == SEK_OK && f->seq_from > 1)
		r = sek_reader_seek(rd, f->seq_from, why);
	return r;
}

/* As far as it can be told without parsing the line. */
static bool
maybe(const struct audit_filter *f, const struct sek_entry *e)
{
	return e->is.seq >= f->seq_from && e->is.seq <= f->seq_to &&
	    (!f->timed || (e->is.t >= f->t_from && e->is.t < f->t_to)) &&
	    audit_filter_maybe(f, e->line, e->n);
}

int
audit_filter_next(const struct audit_filter *f, struct sek_reader *rd,
    struct sek_entry *e, json_t **rec, struct sek_why *why)
{
	int r;

	*rec = NULL;
	/* not one further: what comes then is nobody's concern */
	while (sek_reader_seq(rd) < f->seq_to) {
		if ((r = sek_reader_next(rd, e, why)) != SEK_OK)
			return r;
		if (!maybe(f, e))
			continue;
		if ((*rec = sek_line_load(e->line, e->n)) == NULL)
			return SEK_E_NOMEM;
		if (audit_filter_fits(f, *rec))
			return SEK_OK;
		json_decref(*rec);
		*rec = NULL;
	}
	return SEK_E_EOF;
}
