/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The APDUs of a FIDO card.  Runs in sekisho-fido, on the thread of a card.
 * Short commands and chaining first, because every card must take them; one
 * that refuses the first piece gets the whole as an extended command.
 * Believes no length of the card's: an answer that grows beyond a message, or
 * that does not grow, is the end.
 */
#include <string.h>

#include "fido/apdu.h"

#define CLA_CTAP 0x80
#define CLA_CHAIN 0x10
#define INS_SELECT 0xA4
#define INS_MSG 0x10
#define INS_GET_RESPONSE 0xC0
#define INS_CTAP_GET_RESPONSE 0x11
#define P1_KEEPALIVE 0x80 /* we understand 9100 */
#define P1_CANCEL 0x11

#define SW_OK 0x9000u
#define SW_BUSY 0x9100u
#define SW_LENGTH 0x6700u
#define SW_NO_CHAINING 0x6884u
#define SW_P1P2 0x6A86u
#define SW_P1P2_TOO 0x6B00u
#define SW_NO_CLASS 0x6E00u

#define SHORT_MAX 255u
#define PIECE 240u        /* as libfido2 cuts: some readers take no more */
#define BUSY_MS 100u      /* CTAP 2.1 section 11.3.7.2: how often to ask */
#define CANCEL_ASKS 10    /* for a second after "cancel" */

struct command {
	uint8_t cla, ins, p1, p2;
	const uint8_t *data;
	size_t n;
};

/* One command and what comes back at once; its data goes behind `out`. */
static int
exchange(struct fido_apdu *a, const uint8_t *in, size_t n,
    struct sek_buf *out, unsigned int *sw)
{
	size_t len = sizeof a->answer;
	int r;

	if (a->want(a->arg, 0) == FIDO_W_END)
		return SEK_E_TIMEOUT;
	if ((r = a->send(a->arg, in, n, a->answer, &len)) != SEK_OK)
		return r;
	if (len < 2 || len > sizeof a->answer)
		return SEK_E_PROTO;
	len -= 2;
	if (len > FIDO_MESSAGE_MAX - out->len)
		return SEK_E_LIMIT;
	*sw = (unsigned int)a->answer[len] << 8 | a->answer[len + 1];
	sek_put_raw(out, a->answer, len);
	explicit_bzero(a->answer, sizeof a->answer);
	return sek_buf_ok(out);
}

static int
send_short(struct fido_apdu *a, const struct command *c, struct sek_buf *out,
    unsigned int *sw)
{
	uint8_t in[5 + SHORT_MAX + 1] = { c->cla, c->ins, c->p1, c->p2 };
	size_t n = 4;
	int r;

	if (c->n > 0) {
		in[n++] = (uint8_t)c->n;
		memcpy(in + n, c->data, c->n);
		n += c->n;
	}
	if (c->n == 0 || !a->t0)
		in[n++] = 0; /* Le: all there is */
	r = exchange(a, in, n, out, sw);
	/* ISO 7816-4 section 5.6: "so many there are, ask again" */
	if (r == SEK_OK && c->n == 0 && (*sw & 0xFF00) == 0x6C00) {
		in[4] = (uint8_t)*sw;
		r = exchange(a, in, n, out, sw);
	}
	explicit_bzero(in, sizeof in);
	return r;
}

static int
send_extended(struct fido_apdu *a, const struct command *c,
    struct sek_buf *out, unsigned int *sw)
{
	struct sek_buf in = { 0 };
	int r;

	sek_put_u8(&in, c->cla);
	sek_put_u8(&in, c->ins);
	sek_put_u8(&in, c->p1);
	sek_put_u8(&in, c->p2);
	sek_put_u8(&in, 0);
	sek_put_u16(&in, (uint16_t)c->n);
	sek_put_raw(&in, c->data, c->n);
	sek_put_u16(&in, 0); /* Le: all there is */
	if ((r = sek_buf_ok(&in)) == SEK_OK)
		r = exchange(a, in.p, in.len, out, sw);
	sek_buf_free(&in);
	return r;
}

static bool
refuses_chain(unsigned int sw)
{
	return sw == SW_NO_CHAINING || sw == SW_NO_CLASS || sw == SW_LENGTH;
}

/* Longer than one short command: in pieces. */
static int
send_long(struct fido_apdu *a, const struct command *c, struct sek_buf *out,
    unsigned int *sw)
{
	struct command piece = *c;
	size_t at;
	int r;

	piece.cla |= CLA_CHAIN;
	piece.n = PIECE;
	for (at = 0; c->n - at > SHORT_MAX; at += PIECE) {
		piece.data = c->data + at;
		if ((r = send_short(a, &piece, out, sw)) != SEK_OK)
			return r;
		if (out->len > 0)
			return SEK_E_PROTO;
		if (at == 0 && refuses_chain(*sw) && !a->t0) {
			a->extended = true;
			return send_extended(a, c, out, sw);
		}
		if (*sw != SW_OK)
			return SEK_E_PROTO;
	}
	piece.cla = c->cla;
	piece.data = c->data + at;
	piece.n = c->n - at;
	return send_short(a, &piece, out, sw);
}

/* What is left of an answer; each piece must bring something. */
static int
fetch_rest(struct fido_apdu *a, struct sek_buf *out, unsigned int *sw)
{
	uint8_t more[] = { 0x00, INS_GET_RESPONSE, 0x00, 0x00, 0x00 };
	size_t before;
	int r;

	while ((*sw & 0xFF00) == 0x6100) {
		more[4] = (uint8_t)*sw;
		before = out->len;
		if ((r = exchange(a, more, sizeof more, out, sw)) != SEK_OK)
			return r;
		if (out->len == before && *sw != SW_OK)
			return SEK_E_PROTO;
	}
	return SEK_OK;
}

static int
command(struct fido_apdu *a, const struct command *c, struct sek_buf *out,
    unsigned int *sw)
{
	int r;

	sek_buf_clear(out);
	if (c->n > FIDO_MESSAGE_MAX)
		return SEK_E_LIMIT;
	if (c->n <= SHORT_MAX)
		r = send_short(a, c, out, sw);
	else if (a->extended)
		r = send_extended(a, c, out, sw);
	else
		r = send_long(a, c, out, sw);
	return r == SEK_OK ? fetch_rest(a, out, sw) : r;
}

static bool
is_text(const struct sek_buf *b, const char *s)
{
	return b->len == strlen(s) && memcmp(b->p, s, b->len) == 0;
}

int
fido_apdu_select(struct fido_apdu *a, enum fido_version *v)
{
	static const uint8_t aid[] = { 0xA0, 0x00, 0x00, 0x06, 0x47, 0x2F,
		0x00, 0x01 };
	const struct command select = { 0x00, INS_SELECT, 0x04, 0x00, aid,
		sizeof aid };
	struct sek_buf out = { 0 };
	unsigned int sw = 0;
	int r = command(a, &select, &out, &sw);

	if (r == SEK_OK) {
		*v = FIDO_V_NONE;
		if (sw == SW_OK && is_text(&out, "U2F_V2"))
			*v = FIDO_V_U2F;
		else if (sw == SW_OK && is_text(&out, "FIDO_2_0"))
			*v = FIDO_V_2;
	}
	sek_buf_free(&out);
	return r;
}

/* "Still busy", again and again: the card waits for a touch, or counts. */
static int
wait_busy(struct fido_apdu *a, struct sek_buf *out, unsigned int *sw)
{
	struct command ask = { CLA_CTAP, INS_CTAP_GET_RESPONSE, 0x00, 0x00,
		NULL, 0 };
	int cancelled = 0, r;
	enum fido_want want;

	while (*sw == SW_BUSY) {
		want = a->want(a->arg, BUSY_MS);
		if (want == FIDO_W_END || cancelled > CANCEL_ASKS)
			return SEK_E_TIMEOUT;
		ask.p1 = 0;
		if (want == FIDO_W_CANCEL && cancelled++ == 0)
			ask.p1 = P1_CANCEL;
		if ((r = command(a, &ask, out, sw)) != SEK_OK)
			return r;
	}
	return SEK_OK;
}

int
fido_apdu_ctap2(struct fido_apdu *a, const uint8_t *in, size_t n,
    struct sek_buf *out)
{
	struct command msg = { CLA_CTAP, INS_MSG, P1_KEEPALIVE, 0x00, in, n };
	unsigned int sw = 0;
	int r;

	if (a->plain)
		msg.p1 = 0;
	r = command(a, &msg, out, &sw);
	if (r == SEK_OK && !a->plain && (sw == SW_P1P2 || sw == SW_P1P2_TOO)) {
		/* CTAP 2.0 cards may want it so */
		a->plain = true;
		msg.p1 = 0;
		r = command(a, &msg, out, &sw);
	}
	if (r == SEK_OK && !a->plain)
		r = wait_busy(a, out, &sw);
	if (r == SEK_OK && (sw != SW_OK || out->len == 0))
		r = SEK_E_PROTO;
	return r;
}

int
fido_apdu_u2f(struct fido_apdu *a, const uint8_t *in, size_t n,
    struct sek_buf *out)
{
	struct sek_rd rd = sek_rd_init(in, n);
	struct command c = { 0 };
	unsigned int sw = 0;
	int r;

	c.cla = sek_rd_u8(&rd);
	c.ins = sek_rd_u8(&rd);
	c.p1 = sek_rd_u8(&rd);
	c.p2 = sek_rd_u8(&rd);
	if (sek_rd_u8(&rd) != 0)
		return SEK_E_INVAL;
	c.n = sek_rd_u16(&rd);
	/* and two bytes of Le */
	if (rd.bad || rd.left != c.n + 2)
		return SEK_E_INVAL;
	c.data = rd.p;
	if ((r = command(a, &c, out, &sw)) != SEK_OK)
		return r;
	sek_put_u16(out, (uint16_t)sw);
	return sek_buf_ok(out);
}
