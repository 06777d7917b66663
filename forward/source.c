/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Follows the record: one entry behind the other, each the one that chains
 * on the entry handed on before, and the newest checkpoint.
 * Runs in sekisho-forward; only reads, and takes no lock.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forward/forward.h"
#include "sekisho/os.h"

#define BAD_LINES 64u /* passed over in one go */
#define TRIES 10u     /* for a checkpoint that is just being written */
#define TRY_MS 2

void
source_close(struct source *s)
{
	sek_reader_free(s->r);
	s->r = NULL;
	sek_buf_free(&s->note);
}

static void
let_go(struct source *s)
{
	sek_reader_free(s->r);
	s->r = NULL;
}

/* A reader whose next record is `seq`, or the first one after it. */
static int
open_at(const struct source *s, uint64_t seq, struct sek_reader **out,
    struct sek_why *why)
{
	int r = sek_reader_dir(out, s->dir, why);

	if (r != SEK_OK || seq <= 1)
		return r;
	if ((r = sek_reader_seek(*out, seq, why)) != SEK_OK &&
	    r != SEK_E_EOF) {
		sek_reader_free(*out);
		*out = NULL;
		return r;
	}
	return SEK_OK;
}

static int
leaf_of(const struct sek_entry *e, uint64_t *leaf)
{
	uint8_t hash[SEK_LINE_HASH];
	int r = sek_line_hash(e->line, e->n, hash);

	*leaf = cursor_hash(hash);
	return r;
}

/* Both the outbox and the record, side by side: which is the last entry that
 * both have? */
struct common {
	struct sek_reader *r;
	struct sek_entry e;
	uint64_t leaf;   /* of e */
	bool have, over; /* e is filled; the record is at its end */
	struct cursor last;
};

static int
compare(void *arg, const struct cursor *c)
{
	struct common *m = arg;
	struct sek_why why;
	int r = SEK_OK;

	while (!m->over && (!m->have || m->e.is.seq < c->seq)) {
		r = sek_reader_next(m->r, &m->e, &why);
		m->have = r == SEK_OK;
		if (r == SEK_E_SYNTAX)
			continue;
		m->over = r != SEK_OK;
		if (m->have && (r = leaf_of(&m->e, &m->leaf)) != SEK_OK)
			return r;
	}
	if (m->have && m->e.is.seq == c->seq && m->leaf == c->leaf)
		m->last = *c;
	return SEK_OK;
}

static int
first_seq(void *arg, const struct cursor *c)
{
	uint64_t *seq = arg;

	if (*seq == 0 || c->seq < *seq)
		*seq = c->seq;
	return SEK_OK;
}

/* The record is not the one that was handed on: cut off, or another one.
 * Go on behind the last entry that it still has. */
static int
find_common(struct source *s, const struct outbox *o, uint64_t *seq,
    struct sek_why *why)
{
	struct common m = { 0 };
	uint64_t first = 0;
	int r = outbox_each(o, first_seq, &first, why);

	if (r == SEK_OK)
		r = open_at(s, first, &m.r, why);
	if (r == SEK_OK)
		r = outbox_each(o, compare, &m, why);
	sek_reader_free(m.r);
	*seq = m.last.seq;
	return r;
}

/* Is the next entry the last one that was handed on? */
static int
is_known(struct source *s, const struct cursor *at, bool *known,
    struct sek_why *why)
{
	struct sek_entry e;
	uint64_t leaf = 0;
	int r = sek_reader_next(s->r, &e, why);

	*known = false;
	if (r == SEK_OK)
		r = leaf_of(&e, &leaf);
	else
		return r == SEK_E_SYNTAX || r == SEK_E_EOF ? SEK_OK : r;
	*known = r == SEK_OK && e.is.seq == at->seq && leaf == at->leaf;
	return r;
}

static int
open_behind(struct source *s, const struct outbox *o, struct sek_why *why)
{
	const struct cursor *at = outbox_cursor(o);
	struct sek_entry e;
	uint64_t seq = at->seq;
	bool known;
	int r;

	if ((r = open_at(s, seq, &s->r, why)) != SEK_OK || seq == 0)
		return r;
	if ((r = is_known(s, at, &known, why)) != SEK_OK || known)
		return r;
	let_go(s);
	if ((r = find_common(s, o, &seq, why)) != SEK_OK ||
	    (r = open_at(s, seq, &s->r, why)) != SEK_OK)
		return r;
	sek_why_set(&s->bad, "record %llu, handed on before, is not in the "
	    "log any more; going on behind record %llu",
	    (unsigned long long)at->seq, (unsigned long long)seq);
	return seq > 0 ? sek_reader_next(s->r, &e, why) : SEK_OK;
}

static bool
follows(const struct sek_entry *e, const struct cursor *at)
{
	return e->is.seq == at->seq + 1 &&
	    (at->seq == 0 || cursor_hash(e->is.prev) == at->leaf);
}

/* The next good line, over bad ones that have good ones behind them.  What
 * is bad at the end may be torn, or be mended: it is read anew next time. */
static int
next_good(struct source *s, struct sek_entry *e, struct sek_why *why)
{
	struct sek_why bad = { "" }, before = { "" };
	unsigned n = 0;
	int r;

	while ((r = sek_reader_next(s->r, e, why)) == SEK_E_SYNTAX &&
	    n++ < BAD_LINES) {
		if (bad.text[0] == '\0')
			bad = *why;
		/* the end is given again and again, each time after a wait */
		if (strcmp(before.text, why->text) == 0)
			break;
		before = *why;
	}
	if (r == SEK_OK && n > 0 && s->bad.text[0] == '\0')
		s->bad = bad;
	s->torn = n > 0 && r != SEK_OK;
	if (s->torn)
		*why = bad;
	if (r != SEK_OK && (r != SEK_E_EOF || s->torn))
		let_go(s);
	return r;
}

int
source_next(struct source *s, const struct outbox *o, struct sek_entry *e,
    struct sek_why *why)
{
	const struct cursor *at = outbox_cursor(o);
	int r;

	sek_why_set(why, "%s", "");
	for (;;) {
		if (s->r == NULL) {
			s->bad.text[0] = '\0';
			s->fresh = true;
			if ((r = open_behind(s, o, why)) != SEK_OK)
				break;
		}
		if ((r = next_good(s, e, why)) != SEK_OK)
			return s->torn ? SEK_E_EOF : r;
		if (follows(e, at) || s->bad.text[0] != '\0')
			break;
		if (s->fresh) {
			sek_why_set(&s->bad, "record %llu stands where "
			    "record %llu should follow",
			    (unsigned long long)e->is.seq,
			    (unsigned long long)at->seq + 1);
			break;
		}
		let_go(s); /* look again, from the cursor */
	}
	if (r != SEK_OK)
		let_go(s);
	s->fresh = false;
	return r;
}

void
source_wait(struct source *s, uint64_t ms)
{
	struct sek_deadline dl = sek_deadline_in(ms);

	if (s->r == NULL || sek_reader_wait(s->r, &dl) == SEK_E_SYS)
		(void)poll(NULL, 0, sek_deadline_left_ms(&dl));
}

/* The keys are read each time: one of them may be new. */
static int
judge(const char *dir, const char *file, const struct sek_buf *note,
    struct sek_checkpoint *c, struct sek_why *why)
{
	struct sek_why what = { "" };
	struct sek_vkey *keys = calloc(SEK_NOTE_KEYS, sizeof *keys);
	char path[PATH_MAX];
	size_t n = 0, i;
	int r;

	if (keys == NULL)
		return SEK_E_NOMEM;
	if (snprintf(path, sizeof path, "%s/log.vkeys", dir) >=
	    (int)sizeof path)
		r = SEK_E_LIMIT;
	else
		r = sek_vkeys_read(path, keys, &n, why);
	if (r == SEK_OK)
		r = sek_checkpoint_read(note->p, note->len, keys, n, c, &what);
	if (what.text[0] != '\0')
		(void)sek_why_about(why, r, file, what.text);
	for (i = 0; i < n; i++)
		sek_vkey_free(&keys[i]);
	free(keys);
	return r;
}

int
source_checkpoint(struct source *s, struct sek_checkpoint *c,
    struct sek_why *why)
{
	struct sek_buf note = { 0 };
	char path[PATH_MAX];
	unsigned tries;
	int r = SEK_E_NOENT;

	if (snprintf(path, sizeof path, "%s/checkpoint", s->dir) >=
	    (int)sizeof path)
		return SEK_E_LIMIT;
	for (tries = 0; tries < TRIES; tries++) {
		r = sek_read_safe_file(path, SEK_CHECKPOINT_MAX, &note, why);
		if (r == SEK_E_NOENT)
			break;
		if (r == SEK_OK && note.len == s->note.len &&
		    memcmp(note.p, s->note.p, note.len) == 0)
			r = SEK_E_NOENT; /* as before */
		if (r == SEK_OK)
			r = judge(s->dir, path, &note, c, why);
		if (r == SEK_OK || r == SEK_E_NOENT)
			break;
		(void)poll(NULL, 0, TRY_MS);
	}
	if (r == SEK_E_NOENT || note.p == NULL) {
		sek_buf_free(&note);
		return r;
	}
	/* also a bad one: it is complained about once */
	sek_buf_free(&s->note);
	s->note = note;
	return r;
}
