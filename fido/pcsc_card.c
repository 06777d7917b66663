/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The thread of one card, in sekisho-fido.  The card is shared; it is ours
 * alone (a transaction) from a message until LULL_MS after the last one, so
 * that nobody selects another applet between the steps of one request, and
 * nobody waits for us while a person types a PIN.  A new transaction begins
 * with SELECT.  Must never hold the lock over a call of PC/SC.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <winscard.h>

#include "fido/pcsc_card.h"
#include "fido/pcsc_thread.h"

#define LULL_MS 250u
#define IDLE_MS 60000u
#define LOOK_MS 50               /* how soon a cancel is seen */
#define GRACE_MS 1000u           /* for a card that was told to cancel */
#define EXCHANGE_MAX_MS 300000u  /* no message takes longer, wanted or not */

enum state {
	S_OPENING,
	S_IDLE,
	S_ASKED,
	S_ANSWERED,
	S_DEAD
};

struct pcsc_card {
	struct pcsc_lock lock;
	int refs;             /* the owner and the thread */
	int fd;               /* eventfd: the state has changed */
	enum state state;
	bool cancel, quit;
	bool u2f;             /* what kind of message */
	struct sek_buf question, answer;
	int result;           /* SEK_OK, or that is no answer */
	bool selected;        /* has once answered to SELECT ... */
	enum fido_version version; /* ... with this */
	char reader[PCSC_READER_MAX];

	/* the thread's alone */
	SCARDCONTEXT ctx;
	SCARDHANDLE handle;
	bool connected;
	bool alone;           /* a transaction is open */
	bool torn;            /* an exchange was broken off */
	DWORD protocol;
	struct fido_apdu apdu;
	struct sek_deadline until;
};

static void
unref(struct pcsc_card *c)
{
	bool last;

	pcsc_lock(&c->lock);
	last = --c->refs == 0;
	pcsc_unlock(&c->lock);
	if (!last)
		return;
	pcsc_lock_free(&c->lock);
	(void)close(c->fd);
	sek_buf_free(&c->question);
	sek_buf_free(&c->answer);
	free(c);
}

static void
enter(struct pcsc_card *c, enum state s)
{
	const uint64_t one = 1;

	pcsc_lock(&c->lock);
	c->state = s;
	pcsc_tell(&c->lock);
	pcsc_unlock(&c->lock);
	/* cannot fail: the counter is far from full */
	if (write(c->fd, &one, sizeof one) < 0)
		return;
}

static enum fido_want
want(void *arg, unsigned int ms)
{
	struct pcsc_card *c = arg;
	enum fido_want w = FIDO_W_ANSWER;

	pcsc_lock(&c->lock);
	/* a cancel that was told already is no reason to hurry */
	if (ms > 0 && !c->quit)
		pcsc_await(&c->lock, ms);
	if (c->quit || c->cancel)
		w = FIDO_W_CANCEL;
	pcsc_unlock(&c->lock);
	return sek_deadline_past(&c->until) ? FIDO_W_END : w;
}

static int
transmit(void *arg, const uint8_t *in, size_t n, uint8_t *out, size_t *len)
{
	struct pcsc_card *c = arg;
	const SCARD_IO_REQUEST *pci = c->protocol == SCARD_PROTOCOL_T0 ?
	    SCARD_PCI_T0 : SCARD_PCI_T1;
	DWORD got = *len;

	*len = 0;
	if (SCardTransmit(c->handle, pci, in, n, NULL, out, &got) !=
	    SCARD_S_SUCCESS)
		return SEK_E_IO;
	*len = got;
	return SEK_OK;
}

static int
connect_card(struct pcsc_card *c)
{
	if (SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &c->ctx) !=
	    SCARD_S_SUCCESS)
		return SEK_E_NOENT;
	if (SCardConnect(c->ctx, c->reader, SCARD_SHARE_SHARED,
	    SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &c->handle,
	    &c->protocol) != SCARD_S_SUCCESS) {
		(void)SCardReleaseContext(c->ctx);
		return SEK_E_IO;
	}
	c->connected = true;
	return SEK_OK;
}

/* The card for ourselves; whoever has it now is waited for. */
static int
begin(struct pcsc_card *c)
{
	LONG rv = SCardBeginTransaction(c->handle);

	/* somebody has reset it: that is no concern of ours, before SELECT */
	if (rv == SCARD_W_RESET_CARD && SCardReconnect(c->handle,
	    SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1,
	    SCARD_LEAVE_CARD, &c->protocol) == SCARD_S_SUCCESS)
		rv = SCardBeginTransaction(c->handle);
	if (rv != SCARD_S_SUCCESS)
		return SEK_E_IO;
	c->alone = true;
	c->apdu.t0 = c->protocol == SCARD_PROTOCOL_T0;
	return SEK_OK;
}

/* The card is left as it is: no PIN stands open in a FIDO applet (its token
 * is a secret of ours), and a reset would lock the applets of others. */
static void
end(struct pcsc_card *c)
{
	if (c->alone)
		(void)SCardEndTransaction(c->handle, SCARD_LEAVE_CARD);
	c->alone = false;
}

static int
begin_selected(struct pcsc_card *c, enum fido_version *v)
{
	int r;

	if (c->alone)
		return SEK_OK;
	if ((r = begin(c)) != SEK_OK)
		return r;
	return fido_apdu_select(&c->apdu, v);
}

static int
first_select(struct pcsc_card *c)
{
	enum fido_version v = FIDO_V_NONE;
	int r;

	c->until = sek_deadline_in(EXCHANGE_MAX_MS);
	if ((r = connect_card(c)) != SEK_OK ||
	    (r = begin_selected(c, &v)) != SEK_OK)
		return r;
	pcsc_lock(&c->lock);
	c->selected = true;
	c->version = v;
	pcsc_unlock(&c->lock);
	return v == FIDO_V_NONE ? SEK_E_NOENT : SEK_OK;
}

static int
exchange(struct pcsc_card *c)
{
	enum fido_version v = c->version;
	int r;

	c->until = sek_deadline_in(EXCHANGE_MAX_MS);
	if ((r = begin_selected(c, &v)) != SEK_OK)
		return r;
	if (v != c->version)
		return SEK_E_PROTO;
	if (c->u2f)
		return fido_apdu_u2f(&c->apdu, c->question.p,
		    c->question.len, &c->answer);
	return fido_apdu_ctap2(&c->apdu, c->question.p, c->question.len,
	    &c->answer);
}

/* Waits for something to do; false: nothing, ever again. */
static bool
next(struct pcsc_card *c)
{
	bool asked, quit;

	for (;;) {
		pcsc_lock(&c->lock);
		if (!c->quit && c->state != S_ASKED)
			pcsc_await(&c->lock, c->alone ? LULL_MS : IDLE_MS);
		asked = c->state == S_ASKED;
		quit = c->quit;
		pcsc_unlock(&c->lock);
		if (quit || asked)
			return !quit;
		end(c);
	}
}

/* After an answer that says nothing begin anew, with SELECT; where none came
 * there is nothing more to be had. */
static int
judged(struct pcsc_card *c, int r)
{
	c->result = r;
	if (r == SEK_E_PROTO || r == SEK_E_INVAL) {
		end(c);
		return SEK_OK;
	}
	c->torn = r == SEK_E_LIMIT || r == SEK_E_TIMEOUT;
	return r;
}

/* A card that may still wait for a touch, or for the rest of a chain, is
 * reset: else it would go on with that under the next program. */
static void
let_go(struct pcsc_card *c)
{
	end(c);
	if (!c->connected)
		return;
	(void)SCardDisconnect(c->handle,
	    c->torn ? SCARD_RESET_CARD : SCARD_LEAVE_CARD);
	(void)SCardReleaseContext(c->ctx);
}

static void *
work(void *arg)
{
	struct pcsc_card *c = arg;
	int r = first_select(c);

	if (r == SEK_OK) {
		enter(c, S_IDLE);
		while (r == SEK_OK && next(c))
			if ((r = judged(c, exchange(c))) == SEK_OK)
				enter(c, S_ANSWERED);
	}
	let_go(c);
	enter(c, S_DEAD);
	unref(c);
	return NULL;
}

struct pcsc_card *
pcsc_card_new(const char *reader)
{
	struct pcsc_card *c = calloc(1, sizeof *c);

	if (c == NULL)
		return NULL;
	(void)snprintf(c->reader, sizeof c->reader, "%s", reader);
	c->apdu = (struct fido_apdu){ .arg = c, .send = transmit,
		.want = want };
	c->refs = 2;
	if (pcsc_lock_init(&c->lock) == SEK_OK) {
		c->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		if (c->fd >= 0 && pcsc_thread(work, c) == SEK_OK)
			return c;
		if (c->fd >= 0)
			(void)close(c->fd);
		pcsc_lock_free(&c->lock);
	}
	free(c);
	return NULL;
}

void
pcsc_card_drop(struct pcsc_card *c, unsigned int wait_ms)
{
	const struct sek_deadline dl = sek_deadline_in(wait_ms);

	if (c == NULL)
		return;
	pcsc_lock(&c->lock);
	c->quit = true;
	pcsc_tell(&c->lock);
	while (c->state != S_DEAD && !sek_deadline_past(&dl))
		pcsc_await(&c->lock, (unsigned int)sek_deadline_left_ms(&dl));
	pcsc_unlock(&c->lock);
	unref(c);
}

int
pcsc_card_state(struct pcsc_card *c)
{
	enum state s;

	pcsc_lock(&c->lock);
	s = c->state;
	pcsc_unlock(&c->lock);
	if (s == S_DEAD)
		return SEK_E_EOF;
	return s == S_IDLE || s == S_ANSWERED ? SEK_OK : SEK_E_TIMEOUT;
}

int
pcsc_card_version(struct pcsc_card *c, enum fido_version *v)
{
	int r = SEK_E_NOENT;

	pcsc_lock(&c->lock);
	if (c->selected) {
		*v = c->version;
		r = SEK_OK;
	}
	pcsc_unlock(&c->lock);
	return r;
}

/* The end of our patience: at `dl`, and soon after a cancel. */
static void
note_cancel(struct pcsc_card *c, struct sek_deadline *dl, bool *told)
{
	pcsc_lock(&c->lock);
	if (c->cancel && !*told) {
		*told = true;
		*dl = sek_deadline_sooner(*dl, GRACE_MS);
	}
	pcsc_unlock(&c->lock);
}

int
pcsc_card_wait(struct pcsc_card *c, const struct sek_deadline *dl)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };
	struct sek_deadline until = *dl;
	bool told = false;
	uint64_t drained;
	int r, left, n = 0;

	while ((r = pcsc_card_state(c)) == SEK_E_TIMEOUT && n >= 0) {
		note_cancel(c, &until, &told);
		if ((left = sek_deadline_left_ms(&until)) == 0)
			break;
		n = poll(&p, 1, left < LOOK_MS ? left : LOOK_MS);
		if (n > 0 && read(c->fd, &drained, sizeof drained) < 0)
			return SEK_E_SYS;
	}
	return r;
}

int
pcsc_card_ask(struct pcsc_card *c, bool u2f, const uint8_t *p, size_t n)
{
	int r = SEK_E_EXISTS;

	pcsc_lock(&c->lock);
	if (c->state == S_DEAD)
		r = SEK_E_EOF;
	else if (c->state == S_IDLE || c->state == S_ANSWERED) {
		sek_buf_clear(&c->question);
		sek_put_raw(&c->question, p, n);
		if ((r = sek_buf_ok(&c->question)) == SEK_OK) {
			c->u2f = u2f;
			c->cancel = false;
			c->state = S_ASKED;
			pcsc_tell(&c->lock);
		}
	}
	pcsc_unlock(&c->lock);
	return r;
}

int
pcsc_card_answer(struct pcsc_card *c, uint8_t *out, size_t cap, size_t *n)
{
	int r = SEK_E_NOENT;

	pcsc_lock(&c->lock);
	if (c->state == S_ANSWERED) {
		r = c->result;
		if (r == SEK_OK && c->answer.len > cap)
			r = SEK_E_LIMIT;
		if (r == SEK_OK) {
			memcpy(out, c->answer.p, c->answer.len);
			*n = c->answer.len;
			r = SEK_OK;
		}
		sek_buf_clear(&c->answer);
		c->state = S_IDLE;
	}
	pcsc_unlock(&c->lock);
	return r;
}

void
pcsc_card_cancel(struct pcsc_card *c, unsigned int wait_ms)
{
	const struct sek_deadline dl = sek_deadline_in(wait_ms);

	pcsc_lock(&c->lock);
	c->cancel = true;
	pcsc_tell(&c->lock);
	while (c->state == S_ASKED && !sek_deadline_past(&dl))
		pcsc_await(&c->lock, (unsigned int)sek_deadline_left_ms(&dl));
	pcsc_unlock(&c->lock);
}
