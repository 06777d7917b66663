/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The FIDO applet of the virtual card (CTAP 2.1 section 11.3), and what it
 * may do wrong.  Knobs beside those of the key:
 *
 *   card_select=SW|hang what SELECT is answered with (hex)
 *   card_version=TEXT   what SELECT says, else FIDO_2_0
 *   card_on=BYTE        the CTAP command that the next three are for (hex)
 *   card_fault=SW|endless|dribble|short|huge|lie|nothing|eject
 *   card_slow=MS        and then it answers
 *   card_busy=no|forever  never says 9100 (not only for those), or always
 *   card_chain=SW       what chaining is refused with (hex)
 *   card_extended=no    extended commands are not taken
 *   card_p1=strict      P1 80 is not known
 *   card_piece=N        bytes in one short answer
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "card.h"

#define CLA_CHAIN 0x10
#define INS_MSG 0x10
#define INS_MORE 0x11
#define SW_BUSY 0x9100
#define SW_NO_CHAIN 0x6884
#define BUSY_AFTER_MS 30

static const uint8_t fido_aid[] = { 0xA0, 0x00, 0x00, 0x06, 0x47, 0x2F,
	0x00, 0x01 };

static long
hex_knob(struct fc_card *c, const char *name, long otherwise)
{
	const char *v = softkey_knob(c->key, name, "");

	return *v == '\0' ? otherwise : strtol(v, NULL, 16);
}

static bool
knob_is(struct fc_card *c, const char *name, const char *value)
{
	return strcmp(softkey_knob(c->key, name, ""), value) == 0;
}

/* -- the command beside */

static void
await(struct fc_card *c, long ms)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	ts.tv_nsec += ms * 1000000;
	ts.tv_sec += ts.tv_nsec / 1000000000;
	ts.tv_nsec %= 1000000000;
	(void)pthread_cond_timedwait(&c->changed, &c->lock, &ts);
}

static int
on_wait(void *arg, uint8_t status)
{
	struct fc_card *c = arg;

	(void)status;
	(void)pthread_mutex_lock(&c->lock);
	if (!atomic_load(&c->cancelled))
		await(c, 50);
	(void)pthread_mutex_unlock(&c->lock);
	return atomic_load(&c->cancelled);
}

static void *
work(void *arg)
{
	struct fc_card *c = arg;
	size_t n = softkey_ctap2(c->key, c->question, c->question_len,
	    c->out, SOFTKEY_MSG);

	(void)pthread_mutex_lock(&c->lock);
	c->out_len = n;
	c->out_at = 0;
	c->run = FC_DONE;
	(void)pthread_cond_broadcast(&c->changed);
	(void)pthread_mutex_unlock(&c->lock);
	return NULL;
}

static void
cancel(struct fc_card *c)
{
	atomic_store(&c->cancelled, true);
	(void)pthread_mutex_lock(&c->lock);
	(void)pthread_cond_broadcast(&c->changed);
	(void)pthread_mutex_unlock(&c->lock);
}

/* false: pulled meanwhile */
static bool
wait_done(struct fc_card *c, long ms)
{
	bool here = true;

	(void)pthread_mutex_lock(&c->lock);
	while (c->run == FC_RUNS && ms > 0 && here) {
		(void)pthread_mutex_unlock(&c->lock);
		here = fc_nap(5);
		ms -= 5;
		(void)pthread_mutex_lock(&c->lock);
	}
	(void)pthread_mutex_unlock(&c->lock);
	return here;
}

static void
stop_run(struct fc_card *c)
{
	(void)pthread_mutex_lock(&c->lock);
	atomic_store(&c->cancelled, true);
	(void)pthread_cond_broadcast(&c->changed);
	while (c->run == FC_RUNS)
		await(c, 10);
	c->run = FC_IDLE;
	(void)pthread_mutex_unlock(&c->lock);
}

static void
start_run(struct fc_card *c)
{
	pthread_t t;

	atomic_store(&c->cancelled, false);
	memcpy(c->question, c->chain, c->chain_len);
	c->question_len = c->chain_len;
	c->run = FC_RUNS;
	if (pthread_create(&t, NULL, work, c) != 0)
		abort();
	(void)pthread_detach(t);
}

/* -- answers */

static uint16_t
say(struct fc_card *c, const void *p, size_t n)
{
	memcpy(c->out, p, n);
	c->out_len = n;
	c->out_at = 0;
	return VC_SW_OK;
}

/* What is there for `le` bytes; more is announced, as far as it is true. */
static size_t
give(struct fc_card *c, size_t le, uint8_t *ans, uint16_t *sw)
{
	size_t left = c->out_len - c->out_at;
	size_t n = left < le ? left : le;

	if (le <= 256 && n > c->piece)
		n = c->piece;
	memcpy(ans, c->out + c->out_at, n);
	c->out_at += n;
	left -= n;
	if (left > 0)
		*sw = (uint16_t)(VC_SW_MORE | (left > 255 ? 0 : left));
	return n;
}

static uint16_t
finish_run(struct fc_card *c)
{
	if (!wait_done(c, c->keeps_alive ? BUSY_AFTER_MS : 60000))
		return 0;
	if (c->run == FC_RUNS || c->forever)
		return SW_BUSY;
	c->run = FC_IDLE;
	return VC_SW_OK;
}

/* The knobs of faults, as they are for this command. */
static void
read_faults(struct fc_card *c, uint8_t byte, uint8_t p1)
{
	const bool on = hex_knob(c, "card_on", byte) == byte;

	(void)snprintf(c->fault, sizeof c->fault, "%s",
	    on ? softkey_knob(c->key, "card_fault", "") : "");
	c->slow_ms = !on ? 0 :
	    strtol(softkey_knob(c->key, "card_slow", "0"), NULL, 10);
	c->keeps_alive = p1 == 0x80 && !knob_is(c, "card_busy", "no");
	c->forever = c->keeps_alive && on &&
	    knob_is(c, "card_busy", "forever");
}

static uint16_t
do_message(struct fc_card *c, const struct vc_apdu *a)
{
	stop_run(c);
	if (knob_is(c, "card_p1", "strict") && a->p1 != 0)
		return VC_SW_P1P2;
	read_faults(c, c->chain_len > 0 ? c->chain[0] : 0, a->p1);
	if (strcmp(c->fault, "eject") == 0 ||
	    (c->slow_ms > 0 && !fc_nap(c->slow_ms)))
		return 0;
	if (*c->fault >= '6' && *c->fault <= '9')
		return (uint16_t)strtol(c->fault, NULL, 16);
	start_run(c);
	return finish_run(c);
}

static uint16_t
do_more(struct fc_card *c, const struct vc_apdu *a)
{
	if (c->run == FC_IDLE && !c->forever)
		return VC_SW_CONDITIONS;
	if (a->p1 == 0x11)
		cancel(c);
	return finish_run(c);
}

static uint16_t
do_select(struct fc_card *c, const struct vc_apdu *a)
{
	const char *v = softkey_knob(c->key, "card_version", "FIDO_2_0");

	if (a->lc != sizeof fido_aid ||
	    memcmp(a->data, fido_aid, sizeof fido_aid) != 0)
		return VC_SW_NOT_FOUND;
	if (knob_is(c, "card_select", "hang"))
		return fc_nap(60000) ? VC_SW_UNKNOWN : 0;
	if (hex_knob(c, "card_select", 0) != 0)
		return (uint16_t)hex_knob(c, "card_select", 0);
	c->is_fido = true;
	c->is_piv = false;
	return say(c, v, strlen(v));
}

/* U2F raw messages: the key takes them as an extended APDU. */
static uint16_t
do_u2f(struct fc_card *c, const struct vc_apdu *a)
{
	uint8_t in[7 + SOFTKEY_MSG + 2] = { 0, a->ins, a->p1, a->p2, 0,
		(uint8_t)(c->chain_len >> 8), (uint8_t)c->chain_len };
	size_t n;

	memcpy(in + 7, c->chain, c->chain_len);
	n = softkey_u2f(c->key, in, 7 + c->chain_len + 2, c->out,
	    SOFTKEY_MSG);
	c->out_len = n - 2;
	c->out_at = 0;
	return (uint16_t)(c->out[n - 2] << 8 | c->out[n - 1]);
}

static uint16_t
collect(struct fc_card *c, const struct vc_apdu *a)
{
	const uint8_t head[] = { a->ins, a->p1, a->p2 };
	bool more = (a->cla & CLA_CHAIN) != 0;

	if (!c->chaining || memcmp(head, c->chain_head, sizeof head) != 0)
		c->chain_len = 0;
	memcpy(c->chain_head, head, sizeof head);
	c->chaining = more;
	if (more && hex_knob(c, "card_chain", 0) != 0)
		return (uint16_t)hex_knob(c, "card_chain", 0);
	if (a->lc > sizeof c->chain - c->chain_len)
		return VC_SW_LENGTH;
	if (a->lc > 0)
		memcpy(c->chain + c->chain_len, a->data, a->lc);
	c->chain_len += a->lc;
	return VC_SW_OK;
}

static uint16_t
dispatch(struct fc_card *c, const struct vc_apdu *a, bool extended)
{
	uint16_t sw;

	if (a->ins == VC_INS_GET_RESPONSE)
		return c->out_at < c->out_len ? VC_SW_OK : VC_SW_CONDITIONS;
	if (a->ins == INS_MORE && c->is_fido)
		return do_more(c, a);
	c->out_len = c->out_at = 0;
	if (extended && knob_is(c, "card_extended", "no"))
		return VC_SW_LENGTH;
	if (a->ins == VC_INS_SELECT)
		return do_select(c, a);
	if (!c->is_fido)
		return VC_SW_INS;
	if ((sw = collect(c, a)) != VC_SW_OK || c->chaining)
		return sw;
	if (a->ins == INS_MSG)
		return (a->cla & 0x80) != 0 ? do_message(c, a) : VC_SW_CLA;
	return do_u2f(c, a);
}

/* Answers that are none. */
static size_t
spoil(struct fc_card *c, uint8_t *ans, size_t n)
{
	const uint8_t more[] = { 0x61, 0x00 };

	if (strcmp(c->fault, "endless") == 0) {
		memcpy(ans, more, 2);
		return 2;
	}
	if (strcmp(c->fault, "dribble") == 0) {
		ans[0] = 0;
		memcpy(ans + 1, more, 2);
		return 3;
	}
	if (strcmp(c->fault, "short") == 0)
		return 1;
	if (strcmp(c->fault, "huge") == 0) {
		memset(ans, 0, 256);
		memcpy(ans + 256, more, 2);
		return 258;
	}
	if (strcmp(c->fault, "nothing") == 0) {
		memcpy(ans, "\x90\x00", 2);
		return 2;
	}
	if (strcmp(c->fault, "lie") == 0 && n > 12) {
		/* half of it, and "that is all" */
		memcpy(ans + n / 2, "\x90\x00", 2);
		return n / 2 + 2;
	}
	return n;
}

static bool
to_piv(struct fc_card *c, const uint8_t *in, size_t n)
{
	static const uint8_t aid[] = { 0xA0, 0x00, 0x00, 0x03, 0x08 };

	if (c->piv == NULL)
		return false;
	if (n > 10 && in[1] == VC_INS_SELECT) {
		if (memcmp(in + 5, aid, sizeof aid) == 0) {
			fc_reset(c);
			c->is_piv = true;
		} else if (memcmp(in + 5, fido_aid, sizeof fido_aid) == 0) {
			/* the other applet forgets the PIN */
			vc_card_reset(c->piv);
			c->is_piv = false;
		}
	}
	return c->is_piv;
}

size_t
fc_apdu(struct fc_card *c, const uint8_t *in, size_t n,
    uint8_t ans[VC_MSG_MAX])
{
	struct vc_apdu a = { 0 };
	size_t len = 0;
	uint16_t sw;

	if (to_piv(c, in, n))
		return vc_card_apdu(c->piv, in, n, ans);
	if (c->run != FC_RUNS)
		softkey_reread(c->key);
	c->piece = 256;
	if (c->run != FC_RUNS)
		c->piece = (size_t)hex_knob(c, "card_piece", 0x100);
	sw = vc_apdu_parse(in, n, &a);
	if (sw == VC_SW_OK)
		sw = dispatch(c, &a, n > 5 && in[4] == 0 && a.lc > 0);
	if (sw == 0)
		return 0;
	if (sw == VC_SW_OK)
		len = give(c, a.le, ans, &sw);
	else if (sw == SW_BUSY)
		ans[len++] = 0x02; /* waits for the person */
	ans[len++] = (uint8_t)(sw >> 8);
	ans[len++] = (uint8_t)sw;
	return a.ins == VC_INS_SELECT || (a.cla & CLA_CHAIN) != 0 ? len :
	    spoil(c, ans, len);
}

void
fc_reset(struct fc_card *c)
{
	stop_run(c);
	c->is_fido = c->is_piv = c->chaining = c->forever = false;
	c->chain_len = c->out_len = c->out_at = 0;
	c->fault[0] = '\0';
	if (c->piv != NULL)
		vc_card_reset(c->piv);
}

int
fc_init(struct fc_card *c, const char *folder)
{
	if ((c->key = softkey_open(folder)) == NULL ||
	    pthread_mutex_init(&c->lock, NULL) != 0 ||
	    pthread_cond_init(&c->changed, NULL) != 0)
		return -1;
	softkey_on_wait(c->key, on_wait, c);
	return 0;
}
