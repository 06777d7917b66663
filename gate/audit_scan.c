/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Judges one line of audit.jsonl: canonical JSON (audit_line.h) with a number
 * and the hash of the line before.  Runs in the gate (the last line before an
 * append) and in `sekisho` (all of them).
 * Allocates nothing, so that a lack of memory can never make a good record
 * look bad; never trusts a line, which may come from anywhere.
 */
#include <stdbool.h>
#include <string.h>

#include "gate/audit.h"
#include "gate/audit_line.h"

struct scan {
	const char *p, *end;
	const char *what; /* the first thing that is wrong */
};

enum kind { K_NONE, K_OBJECT, K_ARRAY, K_STRING, K_INTEGER, K_WORD };

struct value {
	enum kind kind;
	const char *s; /* K_STRING: between the quotes */
	size_t n;
	int64_t i;     /* K_INTEGER */
};

/* The members of the outermost object that a chain needs. */
struct top {
	struct value v, seq, prev;
};

static bool scan_value(struct scan *c, unsigned depth, struct value *out);

static bool
wrong(struct scan *c, const char *what)
{
	if (c->what == NULL)
		c->what = what;
	return false;
}

static bool
not_json(struct scan *c)
{
	return wrong(c, "is not canonical JSON");
}

static bool
take(struct scan *c, char ch)
{
	if (c->p == c->end || *c->p != ch)
		return false;
	c->p++;
	return true;
}

/* Length of the UTF-8 sequence at p (RFC 3629 section 4), 0 = not well
 * formed.  The second byte has narrower bounds after some first bytes. */
static size_t
utf8_len(const unsigned char *p, size_t n)
{
	unsigned char low = 0x80, high = 0xBF;
	size_t len, i;

	if (p[0] >= 0xC2 && p[0] <= 0xDF)
		len = 2;
	else if ((p[0] & 0xF0) == 0xE0)
		len = 3;
	else if (p[0] >= 0xF0 && p[0] <= 0xF4)
		len = 4;
	else
		return 0;
	if (p[0] == 0xE0)
		low = 0xA0;
	else if (p[0] == 0xED)
		high = 0x9F;
	else if (p[0] == 0xF0)
		low = 0x90;
	else if (p[0] == 0xF4)
		high = 0x8F;
	if (len > n || p[1] < low || p[1] > high)
		return 0;
	for (i = 2; i < len; i++)
		if ((p[i] & 0xC0) != 0x80)
			return 0;
	return len;
}

/* After the opening quote. */
static bool
scan_string(struct scan *c, struct value *out)
{
	size_t len;

	out->kind = K_STRING;
	out->s = c->p;
	while (c->p < c->end && *c->p != '"') {
		len = 1;
		if (*c->p == '\\') {
			len = 2;
			if (c->end - c->p < 2 ||
			    (c->p[1] != '"' && c->p[1] != '\\'))
				return not_json(c);
		} else if ((unsigned char)*c->p < 0x20) {
			return not_json(c);
		} else if ((unsigned char)*c->p >= 0x80) {
			len = utf8_len((const unsigned char *)c->p,
			    (size_t)(c->end - c->p));
			if (len == 0)
				return not_json(c);
		}
		c->p += len;
	}
	out->n = (size_t)(c->p - out->s);
	return take(c, '"') || not_json(c);
}

/* int64_t without its least value, which nothing needs. */
static bool
scan_integer(struct scan *c, struct value *out)
{
	bool minus = take(c, '-');
	const char *start = c->p;
	uint64_t n = 0;

	while (c->p < c->end && *c->p >= '0' && *c->p <= '9') {
		if (n > (INT64_MAX - (uint64_t)(*c->p - '0')) / 10)
			return not_json(c);
		n = n * 10 + (uint64_t)(*c->p++ - '0');
	}
	if (c->p == start || (*start == '0' && (minus || c->p > start + 1)))
		return not_json(c);
	if (c->p < c->end && strchr(".eE", *c->p) != NULL && *c->p != '\0')
		return wrong(c, "holds a number that is not whole");
	out->kind = K_INTEGER;
	out->i = minus ? -(int64_t)n : (int64_t)n;
	return true;
}

static bool
scan_word(struct scan *c, struct value *out)
{
	static const char *const words[] = { "true", "false", "null" };
	size_t i, n;

	out->kind = K_WORD;
	for (i = 0; i < 3; i++) {
		n = strlen(words[i]);
		if ((size_t)(c->end - c->p) >= n &&
		    memcmp(c->p, words[i], n) == 0) {
			c->p += n;
			return true;
		}
	}
	return not_json(c);
}

static bool
is_key_text(const struct value *key)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
	size_t i;

	for (i = 0; i < key->n; i++)
		if (memchr(letters, key->s[i], sizeof letters - 1) == NULL)
			return false;
	return true;
}

/* A key and its colon, greater than the key before it (s NULL: none). */
static bool
scan_key(struct scan *c, struct value *key)
{
	const char *before = key->s;
	size_t n = key->n;
	int order;

	if (!take(c, '"') || !scan_string(c, key) || !take(c, ':'))
		return not_json(c);
	if (!is_key_text(key))
		return wrong(c, "has a key of other than a-z, 0-9 and _");
	if (key->n == 0)
		return wrong(c, "has a key without a name");
	if (before == NULL)
		return true;
	order = memcmp(before, key->s, n < key->n ? n : key->n);
	if (order == 0 && n == key->n)
		return wrong(c, "has a key twice");
	if (order > 0 || (order == 0 && n > key->n))
		return wrong(c, "is not canonical JSON: its keys are not in "
		    "order");
	return true;
}

static bool
is_key(const struct value *key, const char *name)
{
	return key->n == strlen(name) && memcmp(key->s, name, key->n) == 0;
}

/* After the opening brace; `top` is NULL but for the outermost object. */
static bool
scan_object(struct scan *c, unsigned depth, struct top *top)
{
	struct value key = { .kind = K_NONE }, v;

	if (take(c, '}'))
		return true;
	do {
		if (!scan_key(c, &key) || !scan_value(c, depth, &v))
			return false;
		if (top != NULL && is_key(&key, "v"))
			top->v = v;
		else if (top != NULL && is_key(&key, "seq"))
			top->seq = v;
		else if (top != NULL && is_key(&key, "prev"))
			top->prev = v;
	} while (take(c, ','));
	return take(c, '}') || not_json(c);
}

/* After the opening bracket. */
static bool
scan_array(struct scan *c, unsigned depth)
{
	struct value v;

	if (take(c, ']'))
		return true;
	do {
		if (!scan_value(c, depth, &v))
			return false;
	} while (take(c, ','));
	return take(c, ']') || not_json(c);
}

/* Recursion ends at SEK_LINE_DEPTH. */
static bool
scan_value(struct scan *c, unsigned depth, struct value *out)
{
	memset(out, 0, sizeof *out);
	if (c->p == c->end)
		return not_json(c);
	if (take(c, '"'))
		return scan_string(c, out);
	if (*c->p == '-' || (*c->p >= '0' && *c->p <= '9'))
		return scan_integer(c, out);
	if (*c->p != '{' && *c->p != '[')
		return scan_word(c, out);
	if (depth == SEK_LINE_DEPTH)
		return wrong(c, "is nested too deep");
	out->kind = *c->p == '{' ? K_OBJECT : K_ARRAY;
	return *c->p++ == '{' ? scan_object(c, depth + 1, NULL) :
	    scan_array(c, depth + 1);
}

static int
nibble(char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	if (ch >= 'a' && ch <= 'f')
		return ch - 'a' + 10;
	return -1;
}

static bool
read_prev(const struct value *v, uint8_t out[SEK_LINE_HASH])
{
	size_t i;
	int a, b;

	if (v->kind != K_STRING || v->n != 2 * SEK_LINE_HASH)
		return false;
	for (i = 0; i < SEK_LINE_HASH; i++) {
		a = nibble(v->s[2 * i]);
		b = nibble(v->s[2 * i + 1]);
		if (a < 0 || b < 0)
			return false;
		out[i] = (uint8_t)(a << 4 | b);
	}
	return true;
}

static bool
read_top(struct scan *c, const struct top *t, struct sek_line *out)
{
	if (t->v.kind != K_INTEGER || t->v.i != SEK_AUDIT_VERSION)
		return wrong(c, "is not a record of version 1");
	if (t->seq.kind != K_INTEGER || t->seq.i < 1)
		return wrong(c, "has no seq, which numbers records from 1");
	out->seq = (uint64_t)t->seq.i;
	if (!read_prev(&t->prev, out->prev))
		return wrong(c, "has no prev of 64 hex digits");
	return true;
}

int
sek_line_scan(const char *line, size_t n, struct sek_line *out,
    const char **what)
{
	struct scan c = { .p = line, .end = line + n };
	struct top top = { .v = { .kind = K_NONE } };

	if (n + 1 > SEK_AUDIT_LINE_MAX) {
		*what = "is longer than 65536 bytes";
		return SEK_E_LIMIT;
	}
	if (memchr(line, '\0', n) != NULL)
		(void)wrong(&c, "holds a NUL byte");
	else if (!take(&c, '{'))
		(void)not_json(&c);
	else if (scan_object(&c, 1, &top) && c.p != c.end)
		(void)not_json(&c);
	else if (c.what == NULL && read_top(&c, &top, out))
		return SEK_OK;
	*what = c.what;
	return SEK_E_SYNTAX;
}
