/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Judges one line of audit.jsonl: canonical JSON (audit_line.h) with a number
 * and the hash of the line before.  Runs in the gate (the last line before an
 * append) and in `sekisho` (all of them, millions in one go: strings and keys
 * are looked at eight bytes at a time).
 * Allocates nothing, so that a lack of memory can never make a good record
 * look bad; never trusts a line, which may come from anywhere.
 */
#include <endian.h>
#include <stdbool.h>
#include <string.h>

#include "record/audit.h"
#include "record/audit_line.h"
#include "record/audit_scan.h"

struct key {
	const unsigned char *s;
	size_t n;
	uint64_t head; /* its first 8 bytes, the first one highest, then 0 */
};

static bool scan_value(struct scan *c, unsigned depth);

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

static inline bool
take(struct scan *c, unsigned char ch)
{
	if (c->p == c->end || *c->p != ch)
		return false;
	c->p++;
	return true;
}

/* -- eight bytes at once */

/* The top bit of each byte that is 0.  A borrow may mark bytes above one
 * that is 0: the lowest mark is right, and no mark is. */
static inline uint64_t
zeros(uint64_t x)
{
	return (x - SCAN_EACH(0x01)) & ~x & SCAN_TOPS;
}

/* The top bit of each byte that is not of a key; all bytes are ASCII.  Exact:
 * no sum reaches the next byte. */
static inline uint64_t
not_key(uint64_t x)
{
	uint64_t az = scan_between(x, 'a', 'z');
	uint64_t digit = scan_between(x, '0', '9');
	uint64_t line = ~((x ^ SCAN_EACH('_')) + SCAN_EACH(0x7F));

	return ~(az | digit | line) & SCAN_TOPS;
}

/* -- strings */

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

/* One character that is not plain ASCII. */
static bool
scan_character(struct scan *c)
{
	size_t left = (size_t)(c->end - c->p), len = 2;

	if (*c->p < 0x20 || (*c->p == '\\' &&
	    (left < 2 || (c->p[1] != '"' && c->p[1] != '\\'))))
		return not_json(c);
	if (*c->p != '\\' && (len = utf8_len(c->p, left)) == 0)
		return not_json(c);
	c->p += len;
	return true;
}

/* Sixteen bytes at once, which every processor of these years can. */
typedef signed char s16 __attribute__((vector_size(16)));
#define ALL(b) { b, b, b, b, b, b, b, b, b, b, b, b, b, b, b, b }

/* How many of the 16 bytes at p a string can just hold: no control character,
 * quote, backslash or what is no ASCII. */
static inline size_t
plain16(const unsigned char *p)
{
	static const s16 quote = ALL('"'), backslash = ALL('\\'),
	    blank = ALL(' ');
	uint64_t marks[2];
	s16 x, bad;

	memcpy(&x, p, sizeof x);
	/* what is no ASCII is less than 0 */
	bad = (x == quote) | (x == backslash) | (x < blank);
	memcpy(marks, &bad, sizeof marks);
	if (marks[0] != 0)
		return scan_below(le64toh(marks[0]));
	return marks[1] != 0 ? 8 + scan_below(le64toh(marks[1])) : 16;
}

bool
scan_string(struct scan *c)
{
	const unsigned char *end = c->end, *p;
	size_t n = 16;

	for (;;) {
		for (p = c->p; n == 16 && end - p >= 16; p += n)
			n = plain16(p);
		n = 16;
		while (p < end && *p >= 0x20 && *p < 0x80 && *p != '"' &&
		    *p != '\\')
			p++;
		c->p = p;
		if (take(c, '"'))
			return true;
		if (c->p == c->end)
			return not_json(c);
		if (!scan_character(c))
			return false;
	}
}

/* int64_t without its least value, which nothing needs. */
bool
scan_integer(struct scan *c, int64_t *out)
{
	bool minus = take(c, '-');
	const unsigned char *start = c->p, *end = c->end, *p = start;
	uint64_t n = 0;

	while (p < end && *p >= '0' && *p <= '9')
		n = n * 10 + (uint64_t)(*p++ - '0');
	c->p = p;
	/* 19 digits fit into 64 bits, so that what overflows is longer */
	if (p - start > 19 || n > INT64_MAX)
		return not_json(c);
	if (p == start || (*start == '0' && (minus || p > start + 1)))
		return not_json(c);
	if (p < end && (*p == '.' || *p == 'e' || *p == 'E'))
		return wrong(c, "holds a number that is not whole");
	*out = minus ? -(int64_t)n : (int64_t)n;
	return true;
}

static bool
scan_word(struct scan *c)
{
	static const char *const words[] = { "true", "false", "null" };
	size_t i, n;

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

/* -- keys */

static uint64_t
first_highest(uint64_t x)
{
	x = (x >> 8 & UINT64_C(0x00FF00FF00FF00FF)) |
	    (x & UINT64_C(0x00FF00FF00FF00FF)) << 8;
	x = (x >> 16 & UINT64_C(0x0000FFFF0000FFFF)) |
	    (x & UINT64_C(0x0000FFFF0000FFFF)) << 16;
	return x >> 32 | x << 32;
}

/* A key that ends within eight bytes, after its quote; false: it does not,
 * or something is wrong with it. */
static inline bool
short_key(struct scan *c, struct key *k)
{
	uint64_t x, marks, mask;

	if (c->end - c->p < 8)
		return false;
	x = scan_load8(c->p);
	marks = zeros(x ^ SCAN_EACH('"'));
	if (marks == 0)
		return false;
	mask = (marks & (~marks + 1)) / 0x80 - 1; /* of the bytes before */
	if (mask == 0 || (x & mask & SCAN_TOPS) != 0 || (not_key(x) & mask) != 0)
		return false;
	k->s = c->p;
	k->n = scan_below(marks);
	k->head = first_highest(x & mask);
	c->p += k->n + 1;
	return true;
}

static bool
is_key_text(const struct key *k)
{
	size_t i = 0;

	for (; i + 8 <= k->n; i += 8)
		if (((scan_load8(k->s + i) & SCAN_TOPS) | not_key(scan_load8(k->s + i) &
		    ~SCAN_TOPS)) != 0)
			return false;
	for (; i < k->n; i++)
		if (k->s[i] >= 0x80 || (not_key(k->s[i]) & 0x80) != 0)
			return false;
	return true;
}

/* Any key, after its quote. */
static bool
long_key(struct scan *c, struct key *k)
{
	size_t i;

	k->s = c->p;
	if (!scan_string(c))
		return false;
	k->n = (size_t)(c->p - k->s) - 1;
	if (k->n >= 8) {
		k->head = first_highest(scan_load8(k->s));
		return true;
	}
	k->head = 0;
	for (i = 0; i < 8; i++)
		k->head = k->head << 8 | (i < k->n ? k->s[i] : 0);
	return true;
}

/* Is `a` less than `b` by its bytes?  0: they are equal. */
static int
key_order(const struct key *a, const struct key *b)
{
	int order;

	if (a->head != b->head || a->n <= 8 || b->n <= 8)
		order = a->head < b->head ? -1 : a->head > b->head;
	else
		order = memcmp(a->s + 8, b->s + 8,
		    (a->n < b->n ? a->n : b->n) - 8);
	return order != 0 ? order : a->n < b->n ? -1 : a->n > b->n;
}

/* A key and its colon, greater than the key before it (s NULL: none). */
static inline bool
scan_key(struct scan *c, struct key *k)
{
	struct key before = *k;
	int order;

	if (!take(c, '"'))
		return not_json(c);
	if (short_key(c, k)) {
		if (!take(c, ':'))
			return not_json(c);
	} else {
		if (!long_key(c, k) || !take(c, ':'))
			return not_json(c);
		if (!is_key_text(k))
			return wrong(c, "has a key of other than a-z, 0-9 "
			    "and _");
		if (k->n == 0)
			return wrong(c, "has a key without a name");
	}
	if (before.s == NULL || (order = key_order(&before, k)) < 0)
		return true;
	return wrong(c, order == 0 ? "has a key twice" :
	    "is not canonical JSON: its keys are not in order");
}

/* -- values */

/* After the opening brace. */
static bool
scan_object(struct scan *c, unsigned depth)
{
	struct key key = { .s = NULL };

	if (take(c, '}'))
		return true;
	do {
		if (!scan_key(c, &key) || !scan_value(c, depth))
			return false;
	} while (take(c, ','));
	return take(c, '}') || not_json(c);
}

/* After the opening bracket. */
static bool
scan_array(struct scan *c, unsigned depth)
{
	if (take(c, ']'))
		return true;
	do {
		if (!scan_value(c, depth))
			return false;
	} while (take(c, ','));
	return take(c, ']') || not_json(c);
}

/* What is neither an object nor an array. */
bool
scan_scalar(struct scan *c)
{
	int64_t any;

	if (take(c, '"'))
		return scan_string(c);
	if (c->p == c->end)
		return not_json(c);
	if (*c->p == '-' || (*c->p >= '0' && *c->p <= '9'))
		return scan_integer(c, &any);
	return scan_word(c);
}

/* Where the value that begins at `start` was. */
static void
note(struct scan *c, const unsigned char *start)
{
	struct scan_shape *s = c->shape;

	if (s->n == SCAN_VALUES) {
		s->usable = false;
		return;
	}
	s->at[s->n].from = (uint32_t)(start - s->line);
	s->at[s->n].to = (uint32_t)(c->p - s->line);
	s->at[s->n++].member = SCAN_OTHER;
}

/* Recursion ends at SEK_LINE_DEPTH. */
static bool
scan_value(struct scan *c, unsigned depth)
{
	const unsigned char *start = c->p;

	if (c->p == c->end || (*c->p != '{' && *c->p != '[')) {
		if (!scan_scalar(c))
			return false;
		if (c->shape != NULL)
			note(c, start);
		return true;
	}
	if (depth == SEK_LINE_DEPTH)
		return wrong(c, "is nested too deep");
	return *c->p++ == '{' ? scan_object(c, depth + 1) :
	    scan_array(c, depth + 1);
}

#define HEAD1(a) ((uint64_t)(a) << 56)
#define HEAD3(a, b, c) (HEAD1(a) | (uint64_t)(b) << 48 | (uint64_t)(c) << 40)
#define HEAD5(a, b, c, d, e) (HEAD3(a, b, c) | (uint64_t)(d) << 32 | \
	(uint64_t)(e) << 24)

/* Which member it is.  No key holds a byte 0, so that a head with one tells
 * the whole key; "event" has three. */
static inline enum scan_member
member(const struct key *k)
{
	switch (k->head) {
	case HEAD1('v'):
		return SCAN_V;
	case HEAD1('t'):
		return SCAN_T;
	case HEAD3('s', 'e', 'q'):
		return SCAN_SEQ;
	case HEAD5('p', 'r', 'e', 'v', 0):
		return SCAN_PREV;
	case HEAD5('e', 'v', 'e', 'n', 't'):
		return SCAN_EVENT;
	default:
		return SCAN_OTHER;
	}
}

/* The outermost object, after its brace. */
static bool
scan_top(struct scan *c, struct span *top)
{
	struct key key = { .s = NULL };
	const unsigned char *start;
	enum scan_member m;

	if (take(c, '}'))
		return true;
	do {
		if (!scan_key(c, &key))
			return false;
		start = c->p;
		if (!scan_value(c, 1))
			return false;
		if ((m = member(&key)) != SCAN_OTHER)
			top[m] = (struct span){ start,
				(size_t)(c->p - start) };
	} while (take(c, ','));
	return take(c, '}') || not_json(c);
}

/* Which of the values are members of the outermost object that are asked
 * for; all of them must be plain. */
static void
mark_members(struct scan_shape *s, const struct span *top)
{
	size_t i, m;

	for (m = SCAN_OTHER + 1; m < SCAN_MEMBERS; m++) {
		if (top[m].p == NULL)
			continue;
		for (i = 0; i < s->n; i++)
			if (s->line + s->at[i].from == top[m].p)
				break;
		if (i == s->n)
			s->usable = false;
		else
			s->at[i].member = (enum scan_member)m;
	}
}

int
scan_line(const char *line, size_t n, struct scan_shape *shape,
    struct sek_line *out, const char **what)
{
	struct scan c = { .p = (const unsigned char *)line,
		.end = (const unsigned char *)line + n, .shape = shape };
	struct span top[SCAN_MEMBERS] = { { NULL, 0 } };
	int r = SEK_E_SYNTAX;

	if (n + 1 > SEK_AUDIT_LINE_MAX) {
		*what = "is longer than 65536 bytes";
		return SEK_E_LIMIT;
	}
	if (shape != NULL) {
		shape->line = c.p;
		shape->n = 0;
		shape->usable = true;
	}
	if (!take(&c, '{'))
		(void)not_json(&c);
	else if (scan_top(&c, top) && c.p != c.end)
		(void)not_json(&c);
	else if (c.what == NULL)
		r = scan_members(top, out, &c.what);
	if (r == SEK_OK && shape != NULL)
		mark_members(shape, top);
	else if (r != SEK_OK && memchr(line, '\0', n) != NULL)
		c.what = "holds a NUL byte"; /* which nothing above takes */
	if (r != SEK_OK)
		*what = c.what;
	return r;
}

int
sek_line_scan(const char *line, size_t n, struct sek_line *out,
    const char **what)
{
	return scan_line(line, n, NULL, out, what);
}
