/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One conversation with sekisho-fido, in words.
 * Runs in the test programs; never leaves a helper behind.
 */
#include "tests/fido/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Those that still run; by value, as a case that failed has left its own. */
static struct sek_child running[2] = { SEK_CHILD_NONE, SEK_CHILD_NONE };

static void
forget(const struct sek_child *c)
{
	size_t i;

	for (i = 0; i < 2; i++)
		if (running[i].pid == c->pid)
			running[i] = (struct sek_child)SEK_CHILD_NONE;
}

static void
keep(const struct sek_child *c)
{
	size_t i;

	for (i = 0; i < 2; i++)
		if (running[i].pid == 0) {
			running[i] = *c;
			return;
		}
	abort();
}

void
run_clear(void)
{
	size_t i;

	for (i = 0; i < 2; i++) {
		if (running[i].pid != 0)
			sek_child_kill(&running[i], NULL);
		running[i] = (struct sek_child)SEK_CHILD_NONE;
	}
}

static void
start(struct run *r)
{
	const struct run told = *r;
	size_t i;

	/* who starts again has done with the last one */
	for (i = 0; i < 2; i++)
		if (running[i].pid != 0 &&
		    running[i].pid == told.t.child.pid)
			(void)run_end(r, 1000);
	*r = (struct run){ .verify = told.verify, .pins = told.pins,
		.touch_ms = told.touch_ms == 0 ? 5000 : told.touch_ms,
		.late = told.late, .until = told.until };
	if (sek_random(r->hash, sizeof r->hash) != SEK_OK ||
	    keys_talk(&r->t) != SEK_OK)
		abort();
	keep(&r->t.child);
}

void
run_ask(struct run *r, const struct sek_assert *m)
{
	struct sek_assert mine = *m;

	start(r);
	memcpy(mine.hash, r->hash, sizeof mine.hash);
	if (talk_assert(&r->t, &mine) != SEK_OK)
		abort();
}

void
run_login(struct run *r, const struct enrolled *e, size_t n, bool silent)
{
	struct sek_assert m = { .n_rps = 1, .rps = { KEYS_RP }, .n = n };
	size_t i;

	if ((m.ids = calloc(n + 1, sizeof *m.ids)) == NULL)
		abort();
	for (i = 0; i < n; i++)
		m.ids[i] = (struct sek_fido_id){ .p = e[i].id,
			.n = e[i].id_len, .silent = silent };
	run_ask(r, &m);
	free(m.ids);
}

void
run_create(struct run *r, const struct sek_create *m)
{
	start(r);
	if (talk_create(&r->t, m) != SEK_OK)
		abort();
}

static void
word(struct run *r, const char *text)
{
	size_t at = strlen(r->said);

	(void)snprintf(r->said + at, sizeof r->said - at, "%s%s",
	    at > 0 ? " " : "", text);
}

static void
count(struct run *r, const char *text, int n)
{
	char w[40];

	(void)snprintf(w, sizeof w, "%s(%d)", text, n);
	word(r, w);
}

static void
note(struct run *r)
{
	switch (r->t.note.kind) {
	case SEK_FN_TOUCH:
		word(r, "touch");
		break;
	case SEK_FN_CHOOSE:
		word(r, "choose");
		break;
	case SEK_FN_VERIFY:
		word(r, "verify");
		break;
	case SEK_FN_AGAIN:
		count(r, "again", r->t.note.tries_left);
	}
}

static void
status(struct run *r)
{
	static const char *const words[] = { "", "none", "strange", "ready" };
	const struct sek_key_status *s = &r->t.status;

	word(r, s->kind == SEK_KEY_READY && s->id_len > 0 ? "ready+" :
	    words[s->kind]);
}

static void
ask(struct run *r)
{
	const struct sek_askpin *m = &r->t.askpin;

	count(r, (m->flags & SEK_AP_WRONG) != 0 ? "wrong" :
	    (m->flags & SEK_AP_FALLBACK) != 0 ? "instead" : "pin",
	    m->tries_left);
}

/* false: that was the last one. */
static bool
say(struct run *r, enum talk_end end)
{
	switch (end) {
	case TALK_STATUS:
		status(r);
		return true;
	case TALK_NOTE:
		note(r);
		return true;
	case TALK_ASKPIN:
		ask(r);
		return true;
	case TALK_CREATED:
		if (r->made++ == 0)
			r->first = r->t.created;
		word(r, "made");
		return true;
	case TALK_ASSERTION:
		word(r, "signed");
		return false;
	case TALK_FAIL:
		count(r, "fail", (int)r->t.fail.code);
		return false;
	case TALK_DEAD:
		/* the last word of a creation that went through */
		if (r->made == 0)
			word(r, "dead");
		return false;
	case TALK_BAD:
		word(r, "bad");
		return false;
	case TALK_SILENT:
		word(r, "silent");
	}
	return false;
}

static void
give_pin(struct run *r)
{
	size_t n = r->pins == NULL ? 0 : strcspn(r->pins, ",");
	char pin[300];

	if (n == 0)
		return; /* it is for the test to give */
	(void)snprintf(pin, sizeof pin, "%.*s", (int)n, r->pins);
	r->pins += n + (r->pins[n] == ',');
	if (talk_pin(&r->t, pin) != SEK_OK)
		word(r, "unheard");
}

/* Was that the word? */
static bool
reached(const struct run *r)
{
	size_t n = strlen(r->said), m;

	if (r->until == NULL)
		return false;
	m = strlen(r->until);
	return n >= m && strcmp(r->said + n - m, r->until) == 0;
}

const char *
run_on(struct run *r)
{
	enum talk_end end;

	while (say(r, end = talk_next(&r->t)) && !reached(r)) {
		if (end == TALK_ASKPIN)
			give_pin(r);
		if (end == TALK_STATUS && !r->gone && !r->late &&
		    r->t.status.kind == SEK_KEY_READY) {
			r->gone = true;
			if (talk_go(&r->t, r->verify, r->touch_ms) != SEK_OK)
				word(r, "unheard");
		}
	}
	return r->said;
}

const char *
run_until(struct run *r, const char *w)
{
	r->said[0] = '\0';
	r->until = w;
	return run_on(r);
}

bool
run_end(struct run *r, unsigned int ms)
{
	r->t.limit_ms = ms;
	forget(&r->t.child);
	return talk_finish(&r->t, &r->ex) && !r->ex.signalled &&
	    r->ex.code == 0;
}
