/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is the token of a session where it was?  A card by its reader, its ATR and
 * how often pcscd has seen cards come and go there; a key by the node of its
 * device.
 * Runs in sekisho-watch.  Only says what is due; act.c does it.
 */
#include <string.h>
#include <sys/stat.h>

#include "watch/watch.h"

/* The thread of readers.c publishes each second. */
#define STALE_MS 4000u
/* A pcscd that has just been started may not have seen its cards yet. */
#define SETTLE_MS 2000u

const char *
token_name(const struct watched *w)
{
	return w->is.label[0] != '\0' ? w->is.label : w->is.place;
}

static void
make_due(struct watched *w, uint64_t now)
{
	if (w->due)
		return;
	w->due = true;
	w->doubt = w->back;
	w->since_ms = now;
	w->again_ms = 0;
}

static void
goes(struct watched *w, uint64_t now)
{
	w->where = W_AWAY;
	if (w->is.watch != SEK_WATCH_TAP)
		make_due(w, now);
}

/* It is laid on again: the session is locked, or this is to unlock it. */
static void
comes(struct watched *w, uint64_t now)
{
	w->where = W_HERE;
	w->back = true;
	if (w->is.watch != SEK_WATCH_TAP)
		return;
	if (w->locked)
		w->locked = false;
	else
		make_due(w, now);
}

/* As W_LOST or W_UNSEEN, for at most `ms`. */
static void
loses(struct watched *w, enum where how, uint64_t now, uint32_t ms)
{
	if (w->where == W_HERE || w->where == W_NEW) {
		w->where = how;
		w->lost_until = now + ms;
	}
	if ((w->where == W_LOST || w->where == W_UNSEEN) &&
	    now >= w->lost_until)
		goes(w, now);
}

static bool
is_the_card(const struct watched *w, const struct reader *r)
{
	return w->atr_len == r->atr_len &&
	    memcmp(w->atr, r->atr, r->atr_len) == 0;
}

static void
remember(struct watched *w, const struct readers *all, const struct reader *r)
{
	w->known = true;
	w->atr_len = r->atr_len;
	memcpy(w->atr, r->atr, r->atr_len);
	w->epoch = all->epoch;
	w->count = r->count;
}

/* Did the reader that we know see cards come or go, while nobody looked?  One
 * that was away itself counts anew, and says nothing. */
static bool
has_moved(const struct watched *w, const struct readers *all,
    const struct reader *r)
{
	return w->known && w->epoch == all->epoch && r->count > w->count;
}

/* There is a card in its reader: is it the one, and was it there all the
 * time? */
static void
card_in(struct watched *w, const struct readers *all, const struct reader *r,
    uint64_t now)
{
	bool same = !w->known || is_the_card(w, r);

	if (!same) {
		if (w->where != W_AWAY)
			goes(w, now);
		return;
	}
	switch (w->where) {
	case W_NEW:
	case W_LOST: /* the reader counts anew */
		w->where = W_HERE;
		break;
	case W_UNSEEN:
		w->where = W_HERE;
		if (has_moved(w, all, r)) {
			goes(w, now);
			comes(w, now);
		}
		break;
	case W_HERE:
		if (w->epoch == all->epoch && w->count != r->count) {
			goes(w, now);
			comes(w, now);
		}
		break;
	case W_AWAY:
		comes(w, now);
		break;
	}
	remember(w, all, r);
}

/* There is no card in its reader, or (r NULL) no such reader. */
static void
card_out(struct watched *w, const struct readers *all, const struct reader *r,
    uint64_t now, uint32_t grace_ms)
{
	bool anew = w->where != W_NEW && w->epoch != all->epoch;

	if (w->where == W_NEW && now - all->since_ms < SETTLE_MS)
		return;
	if (w->where == W_UNSEEN && r != NULL && has_moved(w, all, r))
		goes(w, now);
	else if (w->where == W_LOST || w->where == W_UNSEEN || anew)
		loses(w, W_UNSEEN, now, PCSCD_AWAY_MS);
	else if (r == NULL)
		loses(w, W_LOST, now, grace_ms);
	else if (w->where != W_AWAY)
		goes(w, now);
}

static void
card_look(struct watched *w, const struct readers *all, uint64_t now,
    uint32_t grace_ms)
{
	const struct reader *r = NULL;
	size_t i;

	if (!all->there || now - all->at_ms > STALE_MS) {
		loses(w, W_UNSEEN, now, PCSCD_AWAY_MS);
		return;
	}
	for (i = 0; i < all->n; i++)
		if (strcmp(all->reader[i].name, w->is.place) == 0)
			r = &all->reader[i];
	if (r != NULL && r->present)
		card_in(w, all, r, now);
	else
		card_out(w, all, r, now, grace_ms);
}

static void
device_look(struct watched *w, uint64_t now)
{
	struct stat st;
	bool here = w->is.node_ino != 0 && stat(w->is.place, &st) == 0 &&
	    st.st_rdev == w->is.node_dev && st.st_ino == w->is.node_ino;

	if (here)
		w->where = W_HERE;
	else if (w->where != W_AWAY)
		goes(w, now);
}

void
token_look(struct watched *w, const struct readers *r, uint64_t now,
    uint32_t grace_ms)
{
	if (w->is.fido && w->is.place[0] == '/')
		device_look(w, now);
	else if (r != NULL)
		card_look(w, r, now, grace_ms);
}
