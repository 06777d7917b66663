/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CTAPHID around a software key.  One message at a time: other channels hear
 * "busy", and the one that waits for a touch hears keep-alives and may cancel.
 * Part of softkeyd; must never wait but in pump().
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ctaphid.h"

enum {
	PING = 0x01,
	MSG = 0x03,
	INIT = 0x06,
	WINK = 0x08,
	CBOR = 0x10,
	CANCEL = 0x11,
	KEEPALIVE = 0x3b,
	ERROR = 0x3f
};
enum {
	E_COMMAND = 0x01,
	E_LENGTH = 0x03,
	E_SEQUENCE = 0x04,
	E_BUSY = 0x06,
	E_CHANNEL = 0x0b
};
enum { CAN_WINK = 0x01, CAN_CBOR = 0x04 };

#define BROADCAST 0xffffffffu
#define PACKET_MS 500 /* between two reports of one message */
#define TICK_MS 100

struct ctaphid {
	struct softkey *k;
	struct ctaphid_ops ops;
	uint32_t last_cid;
	bool pulled;
	/* the message that comes in, or is worked on */
	bool coming, working, cancelled, orphan;
	int who;
	uint32_t cid;
	uint8_t command, sequence;
	size_t n, got;
	int64_t heard_ms;
	uint8_t in[SOFTKEY_MSG];
	uint8_t out[SOFTKEY_MSG];
};

static int64_t
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
put32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

static uint32_t
get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

/* `said` bytes, as the first report has it; of them `n` are there, the rest
 * is zeros. */
static void
answer_n(struct ctaphid *h, int who, uint32_t cid, uint8_t command,
    const uint8_t *p, size_t n, size_t said)
{
	uint8_t r[CTAPHID_REPORT], sequence = 0;
	size_t off = 0, head = 7, part;

	do {
		memset(r, 0, sizeof(r));
		put32(r, cid);
		if (head == 7) {
			r[4] = 0x80 | command;
			r[5] = (uint8_t)(said >> 8);
			r[6] = (uint8_t)said;
		} else {
			r[4] = sequence++ & 0x7f;
		}
		part = sizeof(r) - head;
		if (off < n)
			memcpy(r + head, p + off,
			    part < n - off ? part : n - off);
		off += part;
		head = 5;
		h->ops.send(h->ops.arg, who, r);
	} while (off < said);
}

static void
answer(struct ctaphid *h, int who, uint32_t cid, uint8_t command,
    const uint8_t *p, size_t n)
{
	answer_n(h, who, cid, command, p, n, n);
}

static void
error(struct ctaphid *h, int who, uint32_t cid, uint8_t code)
{
	answer(h, who, cid, ERROR, &code, 1);
}

static void
init(struct ctaphid *h, int who, uint32_t cid, const uint8_t *r)
{
	bool u2f = strcmp(softkey_knob(h->k, "versions", ""), "u2f") == 0;
	uint8_t a[17] = { 0 };

	if (((size_t)r[5] << 8 | r[6]) != 8) {
		error(h, who, cid, E_LENGTH);
		return;
	}
	if (h->working && cid == h->cid)
		h->cancelled = true;
	else if (h->coming && cid == h->cid)
		h->coming = false;
	memcpy(a, r + 7, 8);
	put32(a + 8, cid == BROADCAST ? ++h->last_cid : cid);
	a[12] = 2;
	a[15] = 1;
	a[16] = u2f ? CAN_WINK : CAN_WINK | CAN_CBOR;
	answer(h, who, cid, INIT, a, sizeof(a));
}

static void
finish(struct ctaphid *h, size_t n)
{
	size_t said = softkey_hits(h->k, "oversize") ? 0xffff : n;

	if (softkey_hits(h->k, "unplug"))
		ctaphid_pull(h);
	if (h->pulled || h->orphan || softkey_hits(h->k, "silent"))
		return;
	answer_n(h, h->who, h->cid, h->command, h->out, n, said);
}

static void
work(struct ctaphid *h)
{
	size_t cap = sizeof(h->out);

	h->coming = false;
	h->working = true;
	h->cancelled = h->orphan = false;
	switch (h->command) {
	case CBOR:
		finish(h, softkey_ctap2(h->k, h->in, h->n, h->out, cap));
		break;
	case MSG:
		finish(h, softkey_u2f(h->k, h->in, h->n, h->out, cap));
		break;
	case PING:
		answer(h, h->who, h->cid, PING, h->in, h->n);
		break;
	case WINK:
		softkey_trace(h->k, "wink");
		answer(h, h->who, h->cid, WINK, NULL, 0);
		break;
	default:
		error(h, h->who, h->cid, E_COMMAND);
	}
	h->working = false;
}

static void
begin(struct ctaphid *h, int who, uint32_t cid, const uint8_t *r)
{
	h->n = (size_t)r[5] << 8 | r[6];
	if (cid == BROADCAST || cid == 0) {
		error(h, who, cid, E_CHANNEL);
		return;
	}
	if (h->n > sizeof(h->in)) {
		error(h, who, cid, E_LENGTH);
		return;
	}
	h->coming = true;
	h->who = who;
	h->cid = cid;
	h->command = r[4] & 0x7f;
	h->sequence = 0;
	h->got = 0;
}

static void
take(struct ctaphid *h, const uint8_t *p, size_t n)
{
	if (n > h->n - h->got)
		n = h->n - h->got;
	memcpy(h->in + h->got, p, n);
	h->got += n;
	h->heard_ms = now_ms();
	if (h->got == h->n)
		work(h);
}

static void
cancel(struct ctaphid *h, uint32_t cid)
{
	softkey_trace(h->k, "cancel");
	if (h->working && cid == h->cid)
		h->cancelled = true;
}

/* What belongs to a message of its own channel; others hear "busy". */
static void
part(struct ctaphid *h, int who, uint32_t cid, const uint8_t *r)
{
	bool first = (r[4] & 0x80) != 0;

	if (h->working || (h->coming && cid != h->cid)) {
		if (first)
			error(h, who, cid, E_BUSY);
	} else if (first) {
		begin(h, who, cid, r);
		if (h->coming)
			take(h, r + 7, CTAPHID_REPORT - 7);
	} else if (h->coming && r[4] == h->sequence) {
		h->sequence++;
		take(h, r + 5, CTAPHID_REPORT - 5);
	} else if (h->coming) {
		h->coming = false;
		error(h, who, cid, E_SEQUENCE);
	}
}

void
ctaphid_report(struct ctaphid *h, int who, const uint8_t *r)
{
	uint32_t cid = get32(r);

	if (h->pulled)
		return;
	if (h->coming && now_ms() - h->heard_ms > PACKET_MS)
		h->coming = false;
	if (r[4] == (0x80 | INIT))
		init(h, who, cid, r);
	else if (r[4] == (0x80 | CANCEL))
		cancel(h, cid);
	else
		part(h, who, cid, r);
}

/* A real key blinks on when nobody listens any more: orphan=1. */
void
ctaphid_left(struct ctaphid *h, int who)
{
	if (who != h->who)
		return;
	h->coming = false;
	if (!h->working)
		return;
	softkey_trace(h->k, "left alone");
	h->orphan = true;
	if (strcmp(softkey_knob(h->k, "orphan", "0"), "1") != 0)
		h->cancelled = true;
}

static int
waiting(void *arg, uint8_t status)
{
	struct ctaphid *h = arg;

	if (strcmp(softkey_knob(h->k, "unplug", ""), "touch") == 0)
		ctaphid_pull(h);
	if (h->pulled || h->cancelled)
		return -1;
	if (!h->orphan)
		answer(h, h->who, h->cid, KEEPALIVE, &status, 1);
	h->ops.pump(h->ops.arg, strcmp(softkey_knob(h->k, "flood", "0"),
	    "1") == 0 ? 0 : TICK_MS);
	return h->pulled || h->cancelled ? -1 : 0;
}

struct ctaphid *
ctaphid_new(struct softkey *k, const struct ctaphid_ops *ops)
{
	struct ctaphid *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->k = k;
	h->ops = *ops;
	h->last_cid = 0x1000;
	softkey_on_wait(k, waiting, h);
	return h;
}

void
ctaphid_free(struct ctaphid *h)
{
	free(h);
}

void
ctaphid_pull(struct ctaphid *h)
{
	h->pulled = true;
}

bool
ctaphid_pulled(const struct ctaphid *h)
{
	return h->pulled;
}
