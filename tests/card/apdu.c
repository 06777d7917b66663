/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apdu.c - ISO 7816-4 commands and answers of the virtual card (test part).
 * Owns reading the command (short and extended), command chaining, Le and
 * GET RESPONSE.  Bytes come from anybody who may open the reader: nothing
 * here may trust a length, and no half-read command may reach the applet.
 */
#include <string.h>

#include "vcard.h"

enum { CLA_CHAIN = 0x10, LE_SHORT = 256, LE_EXTENDED = 65536 };

static size_t
le_or(size_t le, size_t all)
{
	return le == 0 ? all : le;
}

static size_t
be16(const uint8_t *p)
{
	return (size_t)p[0] << 8 | p[1];
}

/* The seven shapes of ISO 7816-4, 5.1; anything else is a wrong length. */
uint16_t
vc_apdu_parse(const uint8_t *in, size_t n, struct vc_apdu *out)
{
	struct vc_apdu a = { 0 };
	size_t head, le_len;
	bool ext;

	if (n < 4)
		return VC_SW_LENGTH;
	a.cla = in[0];
	a.ins = in[1];
	a.p1 = in[2];
	a.p2 = in[3];
	ext = n >= 7 && in[4] == 0;
	if (n == 5)
		a.le = le_or(in[4], LE_SHORT);
	else if (n == 7 && ext)
		a.le = le_or(be16(in + 5), LE_EXTENDED);
	else if (n > 5) {
		head = ext ? 7 : 5;
		a.lc = ext ? be16(in + 5) : in[4];
		if (a.lc == 0 || a.lc > n - head)
			return VC_SW_LENGTH;
		a.data = in + head;
		le_len = n - head - a.lc;
		if (le_len == (ext ? 2u : 1u))
			a.le = ext ? le_or(be16(in + n - 2), LE_EXTENDED) :
			    le_or(in[n - 1], LE_SHORT);
		else if (le_len != 0)
			return VC_SW_LENGTH;
	}
	*out = a;
	return VC_SW_OK;
}

static void
chain_drop(struct vc_card *c)
{
	/* May hold a PIN. */
	OPENSSL_cleanse(c->chain, sizeof(c->chain));
	c->chain_len = 0;
	c->chaining = false;
}

static void
out_drop(struct vc_card *c)
{
	c->out.n = 0;
	c->out.bad = false;
	c->out_pos = 0;
}

/* Power on, reset or power off: all that the card knows only while powered. */
void
vc_card_reset(struct vc_card *c)
{
	chain_drop(c);
	out_drop(c);
	vc_piv_reset(&c->piv);
}

/* A foreign command between two blocks ends the chain, as on real cards. */
static uint16_t
chain_add(struct vc_card *c, const struct vc_apdu *a)
{
	const uint8_t head[3] = { a->ins, a->p1, a->p2 };

	if (c->chaining && memcmp(head, c->chain_head, sizeof(head)) != 0)
		chain_drop(c);
	if (a->lc > sizeof(c->chain) - c->chain_len) {
		chain_drop(c);
		return VC_SW_LENGTH;
	}
	if (a->lc > 0)
		memcpy(c->chain + c->chain_len, a->data, a->lc);
	c->chain_len += a->lc;
	memcpy(c->chain_head, head, sizeof(head));
	c->chaining = (a->cla & CLA_CHAIN) != 0;
	return VC_SW_OK;
}

static uint16_t
dispatch(struct vc_card *c, const struct vc_apdu *a)
{
	struct vc_apdu whole = *a;
	uint16_t sw;

	if ((a->cla & ~CLA_CHAIN) != 0) {
		chain_drop(c);
		out_drop(c);
		return VC_SW_CLA;
	}
	if (a->ins == VC_INS_GET_RESPONSE) {
		chain_drop(c);
		return c->out_pos < c->out.n ? VC_SW_OK : VC_SW_CONDITIONS;
	}
	out_drop(c);
	sw = chain_add(c, a);
	if (sw != VC_SW_OK || c->chaining)
		return sw;
	whole.data = c->chain;
	whole.lc = c->chain_len;
	sw = vc_piv_command(&c->piv, &whole, &c->out);
	chain_drop(c);
	if (c->out.bad)
		sw = VC_SW_UNKNOWN;
	if (sw != VC_SW_OK)
		out_drop(c);
	return sw;
}

/*
 * Hand out at most le bytes; what is left is announced by 61xx.  Without Le
 * (T=0, or a short-sighted client) there is only the announcement.
 */
static size_t
take(struct vc_card *c, size_t le, uint8_t *ans, uint16_t *sw)
{
	size_t left = c->out.n - c->out_pos;
	const size_t n = left < le ? left : le;

	memcpy(ans, c->out.d + c->out_pos, n);
	c->out_pos += n;
	left -= n;
	if (left > 0)
		*sw = (uint16_t)(VC_SW_MORE | (left > 255 ? 0 : left));
	return n;
}

/* Answers one command; returns the length of the answer, always >= 2. */
size_t
vc_card_apdu(struct vc_card *c, const uint8_t *in, size_t n,
    uint8_t ans[VC_ANS_MAX])
{
	struct vc_apdu a;
	uint16_t sw = vc_apdu_parse(in, n, &a);
	size_t len = 0;

	if (c->fault != 0) {
		sw = c->fault;
		c->fault = 0;
	} else if (sw == VC_SW_OK) {
		sw = dispatch(c, &a);
		if (sw == VC_SW_OK)
			len = take(c, a.le, ans, &sw);
	}
	ans[len++] = (uint8_t)(sw >> 8);
	ans[len++] = (uint8_t)sw;
	return len;
}
