/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What can come of a PAM stack, by the rules of libpam's dispatcher
 * (pam_dispatch.c): each outcome of each module is followed, line by line,
 * since jumps only go forward.
 *
 * Part of `sekisho doctor`.  May call a stack open that is not, where what
 * modules return is not known; never the other way round.
 */
#include <string.h>

#include "helpdesk/pamd.h"

/* libpam's impression, and whether its status is success. */
enum state { UNDEF, GRANTED, GRANTED_BADLY, REFUSED, N_STATES };

#define MASK(st) (uint8_t)(1u << (st))

struct step {
	size_t to;     /* the next line; n: the end */
	enum state st;
};

struct walker {
	const struct pamd_stack *s;
	struct pamd_walk *w;
	/* the line that granted what this state is: index by line and state */
	size_t by[PAMD_MAX_LINES + 1][N_STATES];
	uint8_t entered[PAMD_MAX_DEPTH + 2]; /* states before a substack */
};

/* Behind the last line of this substack. */
static size_t
after_level(const struct pamd_stack *s, size_t i)
{
	unsigned level = s->lines[i].level;

	do
		i++;
	while (i < s->n && s->lines[i].level >= level);
	return i;
}

/* A substack counts as one line; false: there are too few. */
static bool
jump(const struct pamd_stack *s, size_t i, int lines, size_t *to)
{
	unsigned level = s->lines[i].level;

	while (lines > 0 && i + 1 < s->n && s->lines[i + 1].level >= level) {
		do
			i++;
		while (i + 1 < s->n && s->lines[i + 1].level > level);
		lines--;
	}
	*to = i + 1;
	return lines == 0;
}

static enum state
taken(enum state st, bool success)
{
	if (st == UNDEF)
		return success ? GRANTED : UNDEF;
	if (st == GRANTED)
		return success ? GRANTED : GRANTED_BADLY;
	return st;
}

static struct step
one_step(const struct pamd_stack *s, size_t i, enum state st, unsigned code)
{
	int act = s->lines[i].act[code];
	struct step next = { .to = i + 1, .st = st };

	switch (act) {
	case PAMD_IGNORE:
		break;
	case PAMD_OK:
	case PAMD_DONE:
		if (code != 25) /* PAM_IGNORE is no verdict */
			next.st = taken(st, code == 0);
		if (act == PAMD_DONE && (next.st == GRANTED ||
		    next.st == GRANTED_BADLY))
			next.to = after_level(s, i);
		break;
	case PAMD_BAD:
	case PAMD_DIE:
		next.st = REFUSED;
		if (act == PAMD_DIE)
			next.to = after_level(s, i);
		break;
	default:
		if (act > 0 && !jump(s, i, act, &next.to))
			next.st = REFUSED;
		break;
	}
	return next;
}

static void
reach(struct walker *k, size_t i, enum state st, const struct step *next)
{
	uint8_t bit = MASK(next->st);

	if ((k->w->seen[next->to] & bit) != 0)
		return;
	k->w->seen[next->to] |= bit;
	k->by[next->to][next->st] = next->st == GRANTED && st != GRANTED ? i :
	    k->by[i][st];
}

/* To where the substack began: any state of then. */
static void
reset(struct walker *k, size_t i, enum state st)
{
	struct step next = { .to = i + 1 };
	unsigned to;

	for (to = 0; to < N_STATES; to++)
		if ((k->entered[k->s->lines[i].level] & MASK(to)) != 0) {
			next.st = (enum state)to;
			reach(k, i, st, &next);
		}
}

static void
follow(struct walker *k, size_t i, enum state st, uint32_t codes)
{
	const struct pamd_line *l = &k->s->lines[i];
	struct step next = { .to = i + 1, .st = st };
	unsigned code;

	if (l->substack) {
		reach(k, i, st, &next);
		return;
	}
	if (l->broken)
		codes = UINT32_C(1) << 6;
	for (code = 0; code < PAMD_CODES; code++) {
		if ((codes & (UINT32_C(1) << code)) == 0)
			continue;
		if (l->act[code] == PAMD_RESET) {
			reset(k, i, st);
			continue;
		}
		next = one_step(k->s, i, st, code);
		reach(k, i, st, &next);
	}
}

void
pamd_walk(const struct pamd_stack *s, const char *service,
    bool ours_succeeds, struct pamd_walk *w)
{
	struct walker k = { .s = s, .w = w };
	unsigned st, level = 0;
	uint32_t codes;
	size_t i;

	memset(w, 0, sizeof *w);
	w->seen[0] = MASK(UNDEF);
	k.entered[0] = MASK(UNDEF);
	for (i = 0; i < s->n; i++) {
		if (s->lines[i].level > level)
			k.entered[s->lines[i].level] = w->seen[i];
		level = s->lines[i].level;
		codes = pamd_codes(&s->lines[i], service, ours_succeeds);
		for (st = 0; st < N_STATES; st++)
			if ((w->seen[i] & MASK(st)) != 0)
				follow(&k, i, (enum state)st, codes);
	}
	w->success = (w->seen[s->n] & MASK(GRANTED)) != 0;
	w->by = k.by[s->n][GRANTED];
}
