/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The text, the hash and the value of one line of audit.jsonl.
 * Runs in the gate and in `sekisho`.  Where jansson runs out of memory it may
 * lose a byte in silence (2.14: the parser's buffer), so nothing that it says
 * is taken without a look at the text; the text itself is written here.
 */
#include "record/audit_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/audit.h"
#include "record/merkle.h"
#include "sekisho/digits.h"

#define KEYS_MAX 256u /* of one object */

int
sek_line_hash(const void *line, size_t n, uint8_t out[SEK_LINE_HASH])
{
	struct sek_sha h = { NULL, NULL };
	int r = sek_sha_init(&h);

	if (r == SEK_OK)
		r = sek_leaf_hash(&h, line, n, out);
	sek_sha_free(&h);
	return r;
}

/* Text that is written; `at` may pass `cap`, but nothing is put there. */
struct out {
	char *p;
	size_t at, cap;
	bool wrong; /* a value that has no canonical text */
};

/* A member of the outermost object; the record's own of that name is left
 * out. */
struct extra {
	const char *key;
	char text[SEK_ORIGIN_TEXT]; /* of its value */
	size_t at;                  /* where it was put */
};

static void put_value(struct out *o, const json_t *v, unsigned depth);

static void
put(struct out *o, const char *p, size_t n)
{
	if (o->at <= o->cap && n <= o->cap - o->at)
		memcpy(o->p + o->at, p, n);
	o->at += n;
}

static void
put_string(struct out *o, const char *s, size_t n)
{
	size_t from = 0, i;

	put(o, "\"", 1);
	for (i = 0; i < n; i++) {
		if (s[i] != '"' && s[i] != '\\')
			continue;
		put(o, s + from, i - from);
		put(o, "\\", 1);
		from = i;
	}
	put(o, s + from, n - from);
	put(o, "\"", 1);
}

struct member {
	const char *key;
	const json_t *value; /* NULL: it is an extra */
};

static int
by_bytes(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	return strcmp(x->key, y->key);
}

static const struct extra *
find_extra(const char *key, const struct extra *e)
{
	for (; e != NULL && e->key != NULL; e++)
		if (strcmp(e->key, key) == 0)
			return e;
	return NULL;
}

/* The members in the order of their keys' bytes; `n` of them. */
static bool
sort_members(const json_t *v, const struct extra *extra, struct member *out,
    size_t *n)
{
	json_t *object = (json_t *)(uintptr_t)v; /* it is only read */
	const struct extra *e;
	void *it;

	*n = 0;
	for (e = extra; e != NULL && e->key != NULL; e++)
		out[(*n)++] = (struct member){ .key = e->key };
	for (it = json_object_iter(object); it != NULL;
	    it = json_object_iter_next(object, it)) {
		/* what a record remembers of itself is not of its text */
		if (extra != NULL && (json_object_iter_key(it)[0] == '?' ||
		    find_extra(json_object_iter_key(it), extra) != NULL))
			continue;
		if (*n == KEYS_MAX)
			return false;
		out[*n].key = json_object_iter_key(it);
		out[(*n)++].value = json_object_iter_value(it);
	}
	qsort(out, *n, sizeof *out, by_bytes);
	return true;
}

static void
put_object(struct out *o, const json_t *v, unsigned depth,
    struct extra *extra)
{
	struct member all[KEYS_MAX];
	const struct extra *e;
	size_t i, n;

	if (!sort_members(v, extra, all, &n)) {
		o->wrong = true;
		return;
	}
	put(o, "{", 1);
	for (i = 0; i < n; i++) {
		if (i > 0)
			put(o, ",", 1);
		put_string(o, all[i].key, strlen(all[i].key));
		put(o, ":", 1);
		if ((e = find_extra(all[i].key, extra)) == NULL) {
			put_value(o, all[i].value, depth);
			continue;
		}
		extra[e - extra].at = o->at;
		put(o, e->text, strlen(e->text));
	}
	put(o, "}", 1);
}

static void
put_array(struct out *o, const json_t *v, unsigned depth)
{
	size_t i;

	put(o, "[", 1);
	for (i = 0; i < json_array_size(v); i++) {
		if (i > 0)
			put(o, ",", 1);
		put_value(o, json_array_get(v, i), depth);
	}
	put(o, "]", 1);
}

static void
put_integer(struct out *o, json_int_t i)
{
	char text[24];

	(void)snprintf(text, sizeof text, "%lld", (long long)i);
	put(o, text, strlen(text));
}

/* Recursion ends at SEK_LINE_DEPTH. */
static void
put_value(struct out *o, const json_t *v, unsigned depth)
{
	if (v == NULL || depth > SEK_LINE_DEPTH) {
		o->wrong = true;
		return;
	}
	switch (json_typeof(v)) {
	case JSON_OBJECT:
		put_object(o, v, depth + 1, NULL);
		break;
	case JSON_ARRAY:
		put_array(o, v, depth + 1);
		break;
	case JSON_STRING:
		put_string(o, json_string_value(v), json_string_length(v));
		break;
	case JSON_INTEGER:
		put_integer(o, json_integer_value(v));
		break;
	case JSON_TRUE:
		put(o, "true", 4);
		break;
	case JSON_FALSE:
		put(o, "false", 5);
		break;
	case JSON_NULL:
		put(o, "null", 4);
		break;
	default: /* a number that is not whole */
		o->wrong = true;
		break;
	}
}

int
sek_line_dump(const json_t *rec, char *out, size_t *n)
{
	struct out o = { .p = out, .cap = SEK_AUDIT_LINE_MAX - 1 };

	put_value(&o, rec, 0);
	if (o.wrong)
		return SEK_E_INVAL;
	*n = o.at;
	return o.at <= o.cap ? SEK_OK : SEK_E_LIMIT;
}

/* With the smallest seq: a record that is too long with it always is. */
int
sek_line_prepare(const json_t *rec, const char *log,
    struct sek_line_text *out)
{
	static const char zeros[] = "\"00000000000000000000000000000000"
	    "00000000000000000000000000000000\"";
	struct extra extra[] = { { .key = "prev" },
		{ .key = "seq", .text = "1" },
		{ .key = log != NULL ? "log" : NULL }, { .key = NULL } };
	struct out o = { .cap = SEK_AUDIT_LINE_MAX - 1 };
	struct sek_line is = { .t = 0 };
	const char *what;
	int r = SEK_OK;

	sek_buf_clear(&out->text);
	if (!sek_record_is_whole(rec))
		return SEK_E_INVAL;
	if ((o.p = malloc(SEK_AUDIT_LINE_MAX)) == NULL)
		return SEK_E_NOMEM;
	memcpy(extra[0].text, zeros, sizeof zeros);
	if (log != NULL)
		(void)snprintf(extra[2].text, sizeof extra[2].text,
		    "\"%s\"", log);
	put_object(&o, rec, 1, extra);
	/* a line that a check would refuse is never written */
	if (!o.wrong && o.at > o.cap)
		r = SEK_E_LIMIT;
	else if (o.wrong || sek_line_scan(o.p, o.at, &is, &what) != SEK_OK)
		r = SEK_E_INVAL;
	if (r == SEK_OK) {
		o.p[o.at] = '\n';
		sek_put_raw(&out->text, o.p, o.at + 1);
		out->prev_at = extra[0].at + 1;
		out->seq_at = extra[1].at;
		out->t = is.t;
		r = sek_buf_ok(&out->text);
	}
	free(o.p);
	return r;
}

int
sek_line_place(const struct sek_line_text *t, uint64_t seq,
    const uint8_t prev[SEK_LINE_HASH], struct sek_buf *out)
{
	const uint8_t *p = t->text.p;
	char hex[2 * SEK_LINE_HASH + 1], number[24];
	size_t after = t->prev_at + 2 * SEK_LINE_HASH;

	sek_hex(hex, prev, SEK_LINE_HASH);
	(void)snprintf(number, sizeof number, "%llu",
	    (unsigned long long)seq);
	if (t->text.len - 1 + strlen(number) > SEK_AUDIT_LINE_MAX)
		return SEK_E_LIMIT;
	sek_put_raw(out, p, t->prev_at);
	sek_put_raw(out, hex, 2 * SEK_LINE_HASH);
	sek_put_raw(out, p + after, t->seq_at - after);
	sek_put_raw(out, number, strlen(number));
	sek_put_raw(out, p + t->seq_at + 1, t->text.len - t->seq_at - 1);
	return sek_buf_ok(out);
}

int
sek_line_make(const json_t *rec, uint64_t seq,
    const uint8_t prev[SEK_LINE_HASH], struct sek_buf *out)
{
	struct sek_line_text t = { .t = 0 };
	int r = sek_line_prepare(rec, NULL, &t);

	sek_buf_clear(out);
	if (r == SEK_OK)
		r = sek_line_place(&t, seq, prev, out);
	sek_buf_free(&t.text);
	return r;
}

json_t *
sek_line_load(const char *line, size_t n)
{
	json_t *rec = json_loadb(line, n, JSON_REJECT_DUPLICATES, NULL);
	char *text = malloc(SEK_AUDIT_LINE_MAX);
	size_t len;

	/* the line is canonical, so it must come back as it was */
	if (rec == NULL || text == NULL ||
	    sek_line_dump(rec, text, &len) != SEK_OK || len != n ||
	    memcmp(text, line, n) != 0) {
		json_decref(rec);
		rec = NULL;
	}
	free(text);
	return rec;
}
