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
					judged each time, in order: the
					members that are asked for, and what
					ever differed; then the line's end */
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
			if (s->values.at[i].from < from)
				return false;
			add_moving(s, i);
			return true;
		}
	return false;
}

/* Is the line like this one but for its values?  `top` is filled then.  With
 * `learning` for values, too, that never differed yet. */
static bool
is_like(struct shape *s, const unsigned char *line, size_t n, bool learning,
    struct span *top)
{
	struct scan c = { .p = line, .end = line + n };
	const struct scan_place *v = s->moves;
	const unsigned char *start;
	size_t t = 0, same, left;

	memset(top, 0, SCAN_MEMBERS * sizeof *top);
	for (;;) {
		same = v->from - t;
		left = (size_t)(c.end - c.p);
		if (same > left || memcmp(c.p, s->text + t, same) != 0) {
			if (!learning || !learn(s, t, t + same, c.p, left))
				return false;
			continue;
		}
		start = c.p += same;
		if (v == s->moves + s->n_moves)
			return c.p == c.end;
		if (!scan_scalar(&c))
			return false;
		top[v->member] = (struct span){ start,
			(size_t)(c.p - start) };
		t = v++->to;
	}
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
		if (s->values.at[i].member != SCAN_OTHER)
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
    bool learning, struct span *top)
{
	unsigned first = m->shape[m->last].next, i, k;

	for (i = 0; i < SHAPES; i++) {
		k = (first + i) % SHAPES;
		if (m->shape[k].n == 0 ||
		    !is_like(&m->shape[k], line, n, learning, top))
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
	struct span top[SCAN_MEMBERS];

	/* of one that is too long the long way knows why */
	if (n < SEK_AUDIT_LINE_MAX && (find_like(m, p, n, false, top) ||
	    find_like(m, p, n, true, top)))
		return scan_members(top, out, what);
	return scan_new(m, line, n, out, what);
}
