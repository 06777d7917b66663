/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Judges lines of one log in turn, faster: most of a record is byte for byte
 * what it was in an earlier record of the same event.
 * Runs in `sekisho`.  Never says more or less than sek_line_scan(): text that
 * is equal to text that was found good is good, each value that ever differed
 * is judged anew, and whatever is not like that goes the long way.
 */
#include <stdlib.h>
#include <string.h>

#include "record/audit.h"
#include "record/audit_scan.h"

#define SHAPES 16u     /* lines that are kept */
#define SHAPE_MAX 4096u /* bytes of one */

struct shape {
	struct scan_shape values;
	size_t n; /* bytes; 0: none is kept here */
	unsigned char text[SHAPE_MAX];
	struct scan_place moves[SCAN_VALUES + 1]; /* the values that are
					judged each time, in order: what a
					chain needs to know, and what ever
					differed; then the line's end */
	size_t n_moves;
	unsigned next; /* which one followed the last time */
};

struct sek_scanner {
	struct shape shape[SHAPES];
	unsigned last; /* what the line before was like */
	unsigned oldest;
};

struct sek_scanner *
sek_scanner_new(void)
{
	return calloc(1, sizeof(struct sek_scanner));
}

void
sek_scanner_free(struct sek_scanner *s)
{
	free(s);
}

/* Judge value `k` each time from now on. */
static void
add_moving(struct shape *s, size_t k)
{
	const struct scan_place *v = &s->values.at[k];
	size_t i = s->n_moves++;

	s->moves[i + 1] = s->moves[i];
	for (; i > 0 && s->moves[i - 1].from > v->from; i--)
		s->moves[i] = s->moves[i - 1];
	s->moves[i] = *v;
}

/* The line is `p` where the text goes on at `from`, and differs before `to`:
 * is that in a value?  A number may also go on where it ended. */
static bool
learn(struct shape *s, size_t from, size_t to, const unsigned char *p,
    size_t n)
{
	size_t i, at = from;

	while (at < to && at - from < n && s->text[at] == p[at - from])
		at++;
	for (i = 0; i < s->values.n; i++)
		if (s->values.at[i].from <= at && (at < s->values.at[i].to ||
		    (at == s->values.at[i].to &&
		    s->text[s->values.at[i].from] != '"'))) {
			if (s->values.at[i].from < from ||
			    s->values.at[i].member != SCAN_OTHER)
				return false;
			add_moving(s, i);
			return true;
		}
	return false;
}

/* How many digits are at p. */
static inline size_t
count_digits(const unsigned char *p, const unsigned char *end)
{
	const unsigned char *from = p;
	uint64_t x, others;

	for (; end - p >= 8; p += 8) {
		x = scan_load8(p);
		others = (x | ~scan_between(x & ~SCAN_TOPS, '0', '9')) &
		    SCAN_TOPS;
		if (others != 0)
			return (size_t)(p - from) + scan_below(others);
	}
	while (p < end && *p >= '0' && *p <= '9')
		p++;
	return (size_t)(p - from);
}

/* A number of at most 18 digits, which is within all limits.  What comes
 * after it is compared next, so that it goes on with nothing else. */
static inline bool
number(struct scan *c)
{
	const unsigned char *first = c->p + (*c->p == '-');
	size_t n = count_digits(first, c->end);

	if (n == 0 || n > 18 || (*first == '0' && (n > 1 || first != c->p)))
		return false;
	c->p = first + n;
	return true;
}

/* A value that a chain asks nothing of. */
static inline bool
any(struct scan *c)
{
	if (c->p == c->end)
		return false;
	if (*c->p == '"') {
		c->p++;
		return scan_string(c);
	}
	return *c->p == '-' || (*c->p >= '0' && *c->p <= '9') ? number(c) :
	    scan_scalar(c);
}

/* The value at c->p, in the place of `v`.  False says only that the long way
 * must be gone. */
static inline bool
judge(struct scan *c, const struct shape *s, const struct scan_place *v,
    struct sek_line *out)
{
	const size_t left = (size_t)(c->end - c->p);
	const unsigned char *p = c->p;
	size_t n = v->to - v->from;
	int64_t seq;

	switch (v->member) {
	case SCAN_SEQ:
		if (!scan_integer(c, &seq) || seq < 1)
			return false;
		out->seq = (uint64_t)seq;
		return true;
	case SCAN_PREV:
		if (!scan_hash(p, left, out->prev))
			return false;
		n = SCAN_HASH_LEN;
		break;
	case SCAN_T:
		if (!scan_time(p, left, &out->t))
			return false;
		n = SCAN_TIME_LEN;
		break;
	case SCAN_EVENT: /* a line of another event is not like this one */
		if (left < n || memcmp(p, s->text + v->from, n) != 0)
			return false;
		out->event = (const char *)p + 1;
		out->event_len = n - 2;
		break;
	default:
		return any(c);
	}
	c->p += n;
	return true;
}

/* Are `n` bytes the same?  Most are few, and a call costs more than they. */
static inline bool
same_text(const unsigned char *a, const unsigned char *b, size_t n)
{
	if (n - 8 > 8) /* less than 8 is many then */
		return memcmp(a, b, n) == 0;
	return ((scan_load8(a) ^ scan_load8(b)) |
	    (scan_load8(a + n - 8) ^ scan_load8(b + n - 8))) == 0;
}

/* Is the line like this one but for its values?  `out` is filled then.  With
 * `learning` for values, too, that never differed yet. */
static bool
is_like(struct shape *s, const unsigned char *line, size_t n, bool learning,
    struct sek_line *out)
{
	struct scan c = { .p = line, .end = line + n };
	const struct scan_place *v = s->moves;
	size_t t = 0, same, left;

	out->t = 0;
	out->event = "";
	out->event_len = 0;
	for (;;) {
		same = v->from - t;
		left = (size_t)(c.end - c.p);
		if (same > left || !same_text(c.p, s->text + t, same)) {
			if (!learning || !learn(s, t, t + same, c.p, left))
				return false;
			continue;
		}
		c.p += same;
		if (v == s->moves + s->n_moves)
			return c.p == c.end;
		if (!judge(&c, s, v, out))
			return false;
		t = v++->to;
	}
}

/* The version is not: a line of another one is not like this.  An event that
 * is no text is none. */
static bool
is_asked_for(const struct shape *s, const struct scan_place *v)
{
	return v->member == SCAN_SEQ || v->member == SCAN_PREV ||
	    v->member == SCAN_T || (v->member == SCAN_EVENT &&
	    s->text[v->from] == '"');
}

/* The long way, and keep the line. */
static int
scan_new(struct sek_scanner *m, const char *line, size_t n,
    struct sek_line *out, const char **what)
{
	struct shape *s = &m->shape[m->oldest];
	size_t i;
	int r;

	s->n = 0;
	r = scan_line(line, n, &s->values, out, what);
	if (r != SEK_OK || n > SHAPE_MAX || !s->values.usable)
		return r;
	memcpy(s->text, line, n);
	s->n = n;
	s->n_moves = 0;
	s->moves[0] = (struct scan_place){ .from = (uint32_t)n };
	for (i = 0; i < s->values.n; i++)
		if (is_asked_for(s, &s->values.at[i]))
			add_moving(s, i);
	m->shape[m->last].next = m->oldest;
	m->last = m->oldest;
	m->oldest = (m->oldest + 1) % SHAPES;
	return SEK_OK;
}

/* What the line is like, the one that followed the last time asked first.
 */
static bool
find_like(struct sek_scanner *m, const unsigned char *line, size_t n,
    bool learning, struct sek_line *out)
{
	unsigned first = m->shape[m->last].next, i, k;

	for (i = 0; i < SHAPES; i++) {
		k = (first + i) % SHAPES;
		if (m->shape[k].n == 0 ||
		    !is_like(&m->shape[k], line, n, learning, out))
			continue;
		m->shape[m->last].next = k;
		m->last = k;
		return true;
	}
	return false;
}

int
sek_scanner_line(struct sek_scanner *m, const char *line, size_t n,
    struct sek_line *out, const char **what)
{
	const unsigned char *p = (const unsigned char *)line;

	/* of one that is too long the long way knows why */
	if (n < SEK_AUDIT_LINE_MAX && (find_like(m, p, n, false, out) ||
	    find_like(m, p, n, true, out)))
		return SEK_OK;
	return scan_new(m, line, n, out, what);
}
