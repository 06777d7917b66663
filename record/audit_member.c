/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a chain needs to know of a record: its version, number, time and
 * event, and the hash of the line before, out of text that was found good.
 * Runs in the gate and in `sekisho`.  Allocates nothing.
 */
#include "record/audit.h"
#include "record/audit_scan.h"

/* A span that was found good, as a number; 0: it is none. */
static int64_t
as_integer(const struct span *s)
{
	struct scan c = { .p = s->p };
	int64_t v = 0;

	if (s->n == 0)
		return 0;
	c.end = s->p + s->n;
	return *s->p != '"' && scan_integer(&c, &v) ? v : 0;
}

/* Eight hex digits as four bytes; false: they are something else. */
static inline bool
read_hex8(const unsigned char *p, uint8_t out[4])
{
	uint64_t x = scan_load8(p);
	uint64_t letters = scan_between(x & SCAN_EACH(0x7F), 'a', 'f');

	if ((x & SCAN_EACH(0x80)) != 0 ||
	    (scan_between(x, '0', '9') | letters) != SCAN_EACH(0x80))
		return false;
	x = (x & SCAN_EACH(0x0F)) + (letters >> 7) * 9;
	x = (x << 4 | x >> 8) & UINT64_C(0x00FF00FF00FF00FF);
	out[0] = (uint8_t)x;
	out[1] = (uint8_t)(x >> 16);
	out[2] = (uint8_t)(x >> 32);
	out[3] = (uint8_t)(x >> 48);
	return true;
}

bool
scan_hash(const unsigned char *p, size_t n, uint8_t out[SEK_LINE_HASH])
{
	size_t i;

	if (n < SCAN_HASH_LEN || p[0] != '"' || p[SCAN_HASH_LEN - 1] != '"')
		return false;
	for (i = 0; i < SEK_LINE_HASH; i += 4)
		if (!read_hex8(p + 1 + 2 * i, out + i))
			return false;
	return true;
}

/* `n` digits. */
static inline int64_t
digits(const unsigned char *p, size_t n)
{
	int64_t v = 0;

	while (n-- > 0)
		v = v * 10 + (*p++ - '0');
	return v;
}

/* Where the digits are; written out so that nothing of it is left to do. */
#define DIGIT(form, i) ((form)[i] == '0' ? UINT64_C(0xFF) << 8 * (i) : 0)
#define DIGITS(form) (DIGIT(form, 0) | DIGIT(form, 1) | DIGIT(form, 2) | \
	DIGIT(form, 3) | DIGIT(form, 4) | DIGIT(form, 5) | DIGIT(form, 6) | \
	DIGIT(form, 7))

/* Are the eight bytes at p like `form`, where a 0 stands for any digit? */
static inline bool
has_form(const unsigned char *p, const char *form)
{
	const uint64_t digit = DIGITS(form);
	uint64_t x;

	/* 0 to 9 where a digit is, 0 elsewhere */
	x = scan_load8(p) ^ scan_load8((const unsigned char *)form);
	return (((x | (x + SCAN_EACH(0x7F - 9))) & SCAN_TOPS) |
	    (x & ~digit)) == 0;
}

/* "2027-04-01T00:30:00.000000Z", the one form that records have; anything
 * else is no time. */
bool
scan_time(const unsigned char *p, size_t n, int64_t *out)
{
	int64_t y, m, d;

	if (n < SCAN_TIME_LEN || !has_form(p, "\"0000-00") ||
	    !has_form(p + 8, "-00T00:0") || !has_form(p + 16, "0:00.000") ||
	    !has_form(p + 21, "000000Z\""))
		return false;
	y = digits(p + 1, 4), m = digits(p + 6, 2), d = digits(p + 9, 2);
	/* days since 1970 in the proleptic Gregorian calendar, years from
	 * March on */
	y -= m <= 2;
	d = 365 * y + y / 4 - y / 100 + y / 400 +
	    (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1 - 719468;
	*out = (((d * 24 + digits(p + 12, 2)) * 60 + digits(p + 15, 2)) * 60 +
	    digits(p + 18, 2)) * 1000000 + digits(p + 21, 6);
	return true;
}

int
scan_members(const struct span *top, struct sek_line *out, const char **what)
{
	int64_t v = as_integer(&top[SCAN_V]), seq = as_integer(&top[SCAN_SEQ]);
	const struct span *event = &top[SCAN_EVENT], *t = &top[SCAN_T];

	if (v < 1 || v > SEK_AUDIT_VERSION) {
		*what = "is not a record of version 2";
		return SEK_E_SYNTAX;
	}
	if (seq < 1) {
		*what = "has no seq, which numbers records from 1";
		return SEK_E_SYNTAX;
	}
	out->seq = (uint64_t)seq;
	if (top[SCAN_PREV].n != SCAN_HASH_LEN ||
	    !scan_hash(top[SCAN_PREV].p, SCAN_HASH_LEN, out->prev)) {
		*what = "has no prev of 64 hex digits";
		return SEK_E_SYNTAX;
	}
	if (v != SEK_AUDIT_VERSION) {
		*what = "is a record of version 1";
		return SEK_E_VERSION;
	}
	if (t->n != SCAN_TIME_LEN || !scan_time(t->p, t->n, &out->t))
		out->t = 0;
	out->event = "";
	out->event_len = 0;
	if (event->n >= 2 && *event->p == '"') {
		out->event = (const char *)event->p + 1;
		out->event_len = event->n - 2;
	}
	return SEK_OK;
}
