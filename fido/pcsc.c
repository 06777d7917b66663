/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which readers hold a FIDO card: a thread of sekisho-fido that watches pcscd
 * and lets each card be asked by a thread of its own, so that one that hangs,
 * or that another program does not let go of, hides no other.
 * Believes of a card only that it has answered to SELECT.  Must never hold the
 * lock over a call of PC/SC.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <winscard.h>

#include "fido/pcsc.h"
#include "fido/pcsc_dev.h"
#include "fido/pcsc_thread.h"

#define READERS_MAX 15u     /* pcscd takes 16 names, with the pseudo reader */
#define NAMES_CAP (READERS_MAX * PCSC_READER_MAX + 1u)
#define SLICE_MS 250u       /* how long pcscd may be asked to wait */
#define SLICE_ASKING_MS 20u /* while a card is being asked */
#define NO_SERVICE_MS 1000u /* until pcscd is looked for again */
#define FIRST_LIST_MS 400u
#define FREE_MS 600u
#define TRIES 3u            /* of a card that gives no answer at all */
#define AGAIN_MS 1000u

enum kind {
	K_EMPTY,  /* no card, or one that nobody may talk to now */
	K_NEW,
	K_ASKING,
	K_FIDO,
	K_OTHER
};

struct slot {
	char reader[PCSC_READER_MAX];
	uint32_t count;
	enum kind kind;
	bool nfc;
	unsigned int tries;
	struct sek_deadline again;  /* K_NEW: not before */
	struct pcsc_card *asked;    /* K_ASKING; the thread's alone */
};

struct fido_pcsc {
	struct pcsc_lock lock;
	int refs;               /* the owner and the thread */
	bool quit, ended;
	bool looked;            /* at all readers, once */
	bool listed;            /* the owner has seen a first list */
	size_t n;
	struct slot slot[READERS_MAX];

	/* the thread's alone */
	SCARDCONTEXT ctx;
	bool connected;
	char names[NAMES_CAP];
	size_t n_states;
	SCARD_READERSTATE state[READERS_MAX + 1];
};

static void
unref(struct fido_pcsc *w)
{
	bool last;

	pcsc_lock(&w->lock);
	last = --w->refs == 0;
	pcsc_unlock(&w->lock);
	if (!last)
		return;
	pcsc_lock_free(&w->lock);
	free(w);
}

/* Names lie one after the other, each with its NUL, and a NUL at the end. */
static void
list_readers(struct fido_pcsc *w)
{
	DWORD len = sizeof w->names - 1;
	const char *at;

	memset(w->names, 0, sizeof w->names);
	if (SCardListReaders(w->ctx, NULL, w->names, &len) !=
	    SCARD_S_SUCCESS)
		w->names[0] = '\0';
	w->names[sizeof w->names - 1] = '\0';
	memset(w->state, 0, sizeof w->state);
	w->n_states = 0;
	for (at = w->names; *at != '\0' && w->n_states < READERS_MAX;
	    at += strlen(at) + 1)
		w->state[w->n_states++].szReader = at;
}

/* PC/SC part 3 section 3.1.3.2.3.1: a reader makes up the answer to reset of
 * a card without contacts, 3B 8n 80 01. */
static bool
is_nfc(const SCARD_READERSTATE *s)
{
	return s->cbAtr >= 4 && s->rgbAtr[0] == 0x3B &&
	    (s->rgbAtr[1] & 0xF0) == 0x80 && s->rgbAtr[2] == 0x80 &&
	    s->rgbAtr[3] == 0x01;
}

static bool
can_be_asked(const SCARD_READERSTATE *s)
{
	return (s->dwEventState & SCARD_STATE_PRESENT) != 0 &&
	    (s->dwEventState & (SCARD_STATE_MUTE | SCARD_STATE_EXCLUSIVE |
	    SCARD_STATE_UNAVAILABLE)) == 0 && s->cbAtr > 0;
}

static bool
is_present(const SCARD_READERSTATE *s)
{
	return (s->dwEventState & SCARD_STATE_PRESENT) != 0;
}

static struct slot *
find(struct slot *all, size_t n, const char *reader)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(all[i].reader, reader) == 0)
			return &all[i];
	return NULL;
}

/* What is in that reader now, when `old` (NULL: nothing) was. */
static struct slot
look_at(const SCARD_READERSTATE *s, struct slot *old)
{
	struct slot now = { .count = (uint32_t)s->dwEventState >> 16 };

	(void)snprintf(now.reader, sizeof now.reader, "%s", s->szReader);
	if (is_present(s) && old != NULL && old->kind != K_EMPTY &&
	    old->count == now.count) {
		now = *old;
		old->asked = NULL;
	} else if (can_be_asked(s)) {
		now.kind = K_NEW;
		now.nfc = is_nfc(s);
	}
	return now;
}

/* Takes over what pcscd says; with the lock held. */
static void
update(struct fido_pcsc *w)
{
	struct slot now[READERS_MAX] = { 0 };
	size_t i, n = 0;

	for (i = 0; i < w->n_states; i++)
		now[n++] = look_at(&w->state[i], find(w->slot, w->n,
		    w->state[i].szReader));
	for (i = 0; i < w->n; i++)
		pcsc_card_drop(w->slot[i].asked, 0);
	memcpy(w->slot, now, n * sizeof now[0]);
	w->n = n;
}

static void
take_answer(struct slot *s)
{
	enum fido_version v;
	int r = pcsc_card_state(s->asked);

	if (r == SEK_E_TIMEOUT)
		return;
	if (pcsc_card_version(s->asked, &v) == SEK_OK)
		s->kind = v == FIDO_V_NONE ? K_OTHER : K_FIDO;
	else
		s->kind = ++s->tries < TRIES ? K_NEW : K_OTHER;
	s->again = sek_deadline_in(AGAIN_MS);
	pcsc_card_drop(s->asked, 0);
	s->asked = NULL;
}

/* With the lock held: whoever is asked is asked by a thread of its own.
 * Returns whether any still is. */
static bool
ask_cards(struct fido_pcsc *w)
{
	bool asking = false;
	struct slot *s;

	for (s = w->slot; s < w->slot + w->n; s++) {
		if (s->kind == K_ASKING)
			take_answer(s);
		if (s->kind == K_NEW && sek_deadline_past(&s->again)) {
			s->asked = pcsc_card_new(s->reader);
			s->kind = s->asked != NULL ? K_ASKING : K_OTHER;
		}
		asking = asking || s->kind == K_ASKING;
	}
	return asking;
}

static void
disconnect(struct fido_pcsc *w)
{
	if (w->connected)
		(void)SCardReleaseContext(w->ctx);
	w->connected = false;
	w->n_states = 0;
}

/* The states of all readers, at once; none when there is no pcscd. */
static void
look(struct fido_pcsc *w)
{
	LONG rv;

	if (!w->connected && SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL,
	    NULL, &w->ctx) == SCARD_S_SUCCESS)
		w->connected = true;
	if (!w->connected)
		return;
	list_readers(w);
	if (w->n_states == 0) {
		if (SCardIsValidContext(w->ctx) != SCARD_S_SUCCESS)
			disconnect(w);
		return;
	}
	rv = SCardGetStatusChange(w->ctx, 0, w->state, w->n_states);
	if (rv != SCARD_S_SUCCESS)
		w->n_states = 0;
	if (rv == SCARD_E_NO_SERVICE || rv == SCARD_E_INVALID_HANDLE ||
	    rv == SCARD_F_COMM_ERROR)
		disconnect(w);
}

/* Until something changes, or for a while.  The pseudo reader tells of
 * readers that come and go. */
static void
doze(struct fido_pcsc *w, bool asking)
{
	const unsigned int slice = asking ? SLICE_ASKING_MS : SLICE_MS;
	SCARD_READERSTATE *s = w->state;
	LONG rv = SCARD_E_NO_SERVICE;
	size_t i;

	if (w->connected) {
		for (i = 0; i < w->n_states; i++)
			s[i].dwCurrentState = s[i].dwEventState;
		s[i] = (SCARD_READERSTATE){
			.szReader = "\\\\?PnP?\\Notification" };
		rv = SCardGetStatusChange(w->ctx, slice, s, i + 1);
	}
	if (rv == SCARD_S_SUCCESS || rv == SCARD_E_TIMEOUT)
		return;
	/* no pcscd, or not any more; or a reader went just now */
	pcsc_lock(&w->lock);
	if (!w->quit)
		pcsc_await(&w->lock, w->connected ? SLICE_MS : NO_SERVICE_MS);
	pcsc_unlock(&w->lock);
	disconnect(w);
}

static void *
watch(void *arg)
{
	struct fido_pcsc *w = arg;
	bool quit = false, asking;

	while (!quit) {
		look(w);
		pcsc_lock(&w->lock);
		update(w);
		asking = ask_cards(w);
		w->looked = true;
		quit = w->quit;
		pcsc_tell(&w->lock);
		pcsc_unlock(&w->lock);
		if (!quit)
			doze(w, asking);
	}
	disconnect(w);
	pcsc_lock(&w->lock);
	update(w);
	w->ended = true;
	pcsc_tell(&w->lock);
	pcsc_unlock(&w->lock);
	unref(w);
	return NULL;
}

struct fido_pcsc *
fido_pcsc_new(void)
{
	struct fido_pcsc *w = calloc(1, sizeof *w);

	if (w == NULL)
		return NULL;
	w->refs = 2;
	if (pcsc_lock_init(&w->lock) == SEK_OK) {
		if (pcsc_thread(watch, w) == SEK_OK)
			return w;
		pcsc_lock_free(&w->lock);
	}
	free(w);
	return NULL;
}

void
fido_pcsc_free(struct fido_pcsc *w)
{
	const struct sek_deadline dl = sek_deadline_in(FREE_MS);

	if (w == NULL)
		return;
	pcsc_lock(&w->lock);
	w->quit = true;
	pcsc_tell(&w->lock);
	while (!w->ended && !sek_deadline_past(&dl))
		pcsc_await(&w->lock, (unsigned int)sek_deadline_left_ms(&dl));
	pcsc_unlock(&w->lock);
	unref(w);
}

/* With the lock held: is anything still to be found out? */
static bool
is_pending(const struct fido_pcsc *w)
{
	size_t i;

	for (i = 0; i < w->n; i++)
		if (w->slot[i].kind == K_ASKING)
			return true;
	return !w->looked;
}

size_t
fido_pcsc_list(struct fido_pcsc *w, fido_dev_info_t *list, size_t n,
    size_t max)
{
	const struct sek_deadline dl = sek_deadline_in(FIRST_LIST_MS);
	const struct slot *s;

	pcsc_lock(&w->lock);
	while (!w->listed && is_pending(w) && !sek_deadline_past(&dl))
		pcsc_await(&w->lock, (unsigned int)sek_deadline_left_ms(&dl));
	w->listed = true;
	for (s = w->slot; s < w->slot + w->n && n < max; s++)
		if (s->kind == K_FIDO && pcsc_dev_info(list, n, s->reader,
		    s->count, s->nfc) == SEK_OK)
			n++;
	pcsc_unlock(&w->lock);
	return n;
}
