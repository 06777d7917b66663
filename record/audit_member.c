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

static bool
read_prev(const struct span *s, uint8_t out[SEK_LINE_HASH])
{
	size_t i;

	if (s->n != 2 * SEK_LINE_HASH + 2 || *s->p != '"')
		return false;
	for (i = 0; i < SEK_LINE_HASH; i += 4)
		if (!read_hex8(s->p + 1 + 2 * i, out + i))
			return false;
	return true;
}

/* `n` digits. */
static int64_t
digits(const unsigned char *p, size_t n)
{
	int64_t v = 0;

	while (n-- > 0)
		v = v * 10 + (*p++ - '0');
	return v;
}

/* "2027-04-01T00:30:00.000000Z", the one form that records have; anything
 * else is no time (0). */
static int64_t
read_time(const struct span *s)
{
	static const char form[] = "\"0000-00-00T00:00:00.000000Z\"";
	const unsigned char *p = s->p;
	int64_t y, m, d;
	size_t i;

	if (s->n != sizeof form - 1)
		return 0;
	for (i = 0; i < sizeof form - 1; i++)
		if (form[i] == '0' ? p[i] < '0' || p[i] > '9' :
		    p[i] != (unsigned char)form[i])
			return 0;
	y = digits(p + 1, 4), m = digits(p + 6, 2), d = digits(p + 9, 2);
	/* days since 1970 in the proleptic Gregorian calendar, years from
	 * March on */
	y -= m <= 2;
	d = 365 * y + y / 4 - y / 100 + y / 400 +
	    (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1 - 719468;
	return (((d * 24 + digits(p + 12, 2)) * 60 + digits(p + 15, 2)) * 60 +
	    digits(p + 18, 2)) * 1000000 + digits(p + 21, 6);
}

int
scan_members(const struct span *top, struct sek_line *out, const char **what)
{
	int64_t v = as_integer(&top[SCAN_V]), seq = as_integer(&top[SCAN_SEQ]);
	const struct span *event = &top[SCAN_EVENT];

	if (v < 1 || v > SEK_AUDIT_VERSION) {
		*what = "is not a record of version 2";
		return SEK_E_SYNTAX;
	}
	if (seq < 1) {
		*what = "has no seq, which numbers records from 1";
		return SEK_E_SYNTAX;
	}
	out->seq = (uint64_t)seq;
	if (!read_prev(&top[SCAN_PREV], out->prev)) {
		*what = "has no prev of 64 hex digits";
		return SEK_E_SYNTAX;
	}
	if (v != SEK_AUDIT_VERSION) {
		*what = "is a record of version 1";
		return SEK_E_VERSION;
	}
	out->t = read_time(&top[SCAN_T]);
	out->event = "";
	out->event_len = 0;
	if (event->n >= 2 && *event->p == '"') {
		out->event = (const char *)event->p + 1;
		out->event_len = event->n - 2;
	}
	return SEK_OK;
}
