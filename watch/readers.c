/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which cards are in which readers, by PC/SC.  A thread of sekisho-watch that
 * may hang for ever in a call of libpcsclite: what it has seen last is then
 * old, and token.c knows what that means.
 * Never connects to a card: flags of pcscd are all it looks at.
 */
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <winscard.h>

#include "sekisho/deadline.h"
#include "sekisho/escape.h"
#include "watch/watch.h"

#define NAMES_CAP 4096u      /* bytes of reader names */
#define LOOK_MS 1000u        /* without any event */
#define AGAIN_MS 200         /* pcscd is not there */
#define FIRST_MS 4000u       /* then the first call hangs */
#define DESCRIPTION 64u      /* bytes, PKCS#11 2.40 section 3.2 */
#define PNP "\\\\?PnP?\\Notification"

static struct {
	pthread_mutex_t mutex;
	bool running, known;
	uint64_t began_ms; /* of the thread */
	int fd;
	struct readers now;
} shared = { .mutex = PTHREAD_MUTEX_INITIALIZER };

/* A slot description is the reader's name, cut to its width. */
void
readers_name(char out[SEK_READER_MAX], const char *name)
{
	size_t n = strnlen(name, DESCRIPTION);

	while (n > 0 && name[n - 1] == ' ')
		n--;
	(void)sek_escape(out, SEK_READER_MAX, name, n);
}

/* None of the calls on the mutex can fail as it is used here. */
static void
publish(const struct readers *r)
{
	const uint64_t one = 1;

	(void)pthread_mutex_lock(&shared.mutex);
	shared.now = *r;
	shared.now.at_ms = sek_now_ms();
	shared.known = true;
	(void)pthread_mutex_unlock(&shared.mutex);
	/* a full counter has been told */
	if (write(shared.fd, &one, sizeof one) < 0)
		return;
}

bool
readers_get(struct readers *out)
{
	bool known;

	(void)pthread_mutex_lock(&shared.mutex);
	/* else a pcscd that hangs from the start would be no pcscd for ever */
	known = shared.known || (shared.running &&
	    sek_now_ms() - shared.began_ms > FIRST_MS);
	*out = shared.now;
	(void)pthread_mutex_unlock(&shared.mutex);
	return known;
}

struct look {
	SCARDCONTEXT ctx;
	char names[NAMES_CAP];
	SCARD_READERSTATE state[READERS_MAX + 1];
	DWORD n;
};

/* Names lie one after the other, each with its NUL, and a NUL at the end. */
static bool
list(struct look *k)
{
	DWORD len = NAMES_CAP - 2;
	LONG rv;
	const char *at;

	memset(k->names, 0, sizeof k->names);
	memset(k->state, 0, sizeof k->state);
	k->n = 0;
	rv = SCardListReaders(k->ctx, NULL, k->names, &len);
	if (rv == (LONG)SCARD_E_NO_READERS_AVAILABLE)
		return true;
	if (rv != SCARD_S_SUCCESS)
		return false;
	for (at = k->names; *at != '\0' && k->n < READERS_MAX;
	    at += strlen(at) + 1)
		k->state[k->n++].szReader = at;
	return true;
}

static bool
is_error(LONG rv)
{
	return rv != SCARD_S_SUCCESS && rv != (LONG)SCARD_E_TIMEOUT &&
	    rv != (LONG)SCARD_E_UNKNOWN_READER;
}

static void
take(const struct look *k, struct readers *r)
{
	const SCARD_READERSTATE *s;
	struct reader *one;

	r->n = k->n;
	for (s = k->state; s < k->state + k->n; s++) {
		one = &r->reader[s - k->state];
		readers_name(one->name, s->szReader);
		one->present = (s->dwEventState & SCARD_STATE_PRESENT) != 0;
		one->count = (uint32_t)(s->dwEventState >> 16 & 0xffff);
		one->atr_len = s->cbAtr <= ATR_MAX ? s->cbAtr : 0;
		memcpy(one->atr, s->rgbAtr, one->atr_len);
	}
}

/* One look, and then a wait until there is something else to see; false:
 * pcscd has to be found again. */
static bool
look(struct look *k, struct readers *r)
{
	LONG rv = SCARD_S_SUCCESS;
	DWORD i;

	if (!list(k))
		return false;
	if (k->n > 0)
		rv = SCardGetStatusChange(k->ctx, 0, k->state, k->n);
	if (rv == (LONG)SCARD_E_UNKNOWN_READER)
		return true; /* gone meanwhile */
	if (is_error(rv))
		return false;
	take(k, r);
	publish(r);
	for (i = 0; i < k->n; i++)
		k->state[i].dwCurrentState = k->state[i].dwEventState &
		    ~(DWORD)SCARD_STATE_CHANGED;
	k->state[k->n].szReader = PNP;
	return !is_error(SCardGetStatusChange(k->ctx, LOOK_MS, k->state,
	    k->n + 1));
}

static void *
watch_readers(void *arg)
{
	struct look *k = arg;
	struct readers r = { .n = 0 };

	for (;;) {
		if (SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL,
		    &k->ctx) == SCARD_S_SUCCESS) {
			r.there = true;
			r.epoch++;
			r.since_ms = sek_now_ms();
			while (look(k, &r))
				;
			(void)SCardReleaseContext(k->ctx);
		}
		r.there = false;
		r.n = 0;
		publish(&r);
		(void)poll(NULL, 0, AGAIN_MS);
	}
	return NULL;
}

int
readers_start(int fd)
{
	struct look *k;
	pthread_t t;

	if (shared.running)
		return SEK_OK;
	if ((k = calloc(1, sizeof *k)) == NULL)
		return SEK_E_NOMEM;
	shared.fd = fd;
	/* signals are blocked here, and so in the thread */
	if (pthread_create(&t, NULL, watch_readers, k) != 0) {
		free(k);
		return SEK_E_SYS;
	}
	(void)pthread_detach(t);
	shared.began_ms = sek_now_ms();
	shared.running = true;
	return SEK_OK;
}
