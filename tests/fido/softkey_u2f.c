/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * U2F (CTAP 1) of the software key: register, authenticate, version.  Nobody
 * waits here: a key that is not touched says so at once, and is asked again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "softkey_rooms.h"

enum sw {
	SW_OK = 0x9000,
	SW_LENGTH = 0x6700,
	SW_TOUCH = 0x6985,
	SW_DATA = 0x6a80,
	SW_INS = 0x6d00,
	SW_CLASS = 0x6e00
};

/* The data of an APDU of either length; Le does not matter. */
static bool
data_of(const uint8_t *in, size_t n, struct bytes *data)
{
	data->p = NULL;
	data->n = 0;
	if (n < 4)
		return false;
	if (n <= 5)
		return true;
	if (in[4] != 0) {
		data->p = in + 5;
		data->n = in[4];
		return n - 5 >= data->n;
	}
	if (n < 7)
		return false;
	data->p = in + 7;
	data->n = (size_t)in[5] << 8 | in[6];
	return n - 7 >= data->n || n == 7;
}

/* A touch that takes its time begins with the first question. */
static bool
touched(struct softkey *k)
{
	const char *v = softkey_knob(k, "touch", "yes");
	int64_t now = sk_now_ms();

	if (*v < '0' || *v > '9')
		return strcmp(v, "no") != 0 && strcmp(v, "refuse") != 0;
	if (k->u2f_since_ms == 0 || now - k->u2f_last_ms > 3000)
		k->u2f_since_ms = now;
	k->u2f_last_ms = now;
	if (now - k->u2f_since_ms < strtol(v, NULL, 10))
		return false;
	k->u2f_since_ms = 0;
	return true;
}

static int
enrol(struct softkey *k, struct bytes d, struct out *o)
{
	uint8_t id[ID_MAX], msg[512], der[4096], sig[512], point[65];
	struct out m = { msg, 0, sizeof(msg) };
	struct cred c = { 0 };
	size_t n, der_len, len, point_len;
	EVP_PKEY *p;
	bool ok;

	if (d.n != 64)
		return SW_LENGTH;
	if (!touched(k))
		return SW_TOUCH;
	if (!sk_new_key(ES256, &c) || (n = sk_seal(k, d.p + 32, &c, id)) == 0 ||
	    n > 255)
		return SW_DATA;
	p = sk_key(&c);
	ok = sk_point(p, point, sizeof(point), &point_len);
	EVP_PKEY_free(p);
	out_byte(&m, 0);
	out_raw(&m, d.p + 32, 32);
	out_raw(&m, d.p, 32);
	out_raw(&m, id, n);
	out_raw(&m, point, sizeof(point));
	p = sk_batch(k, der, sizeof(der), &der_len);
	len = sk_sign(p, ES256, msg, m.n, sig, sizeof(sig));
	EVP_PKEY_free(p);
	if (!ok || len == 0)
		return SW_DATA;
	out_byte(o, 5);
	out_raw(o, point, sizeof(point));
	out_byte(o, (unsigned)n);
	out_raw(o, id, n);
	out_raw(o, der, der_len);
	out_raw(o, sig, len);
	sk_save(k);
	return SW_OK;
}

/* `check`: only whether it is ours; the answer to "yes" is SW_TOUCH. */
static int
prove(struct softkey *k, struct bytes d, bool check, struct out *o)
{
	uint8_t msg[69], sig[512];
	struct cred c;
	uint32_t count;
	EVP_PKEY *p;
	size_t i, n;

	if (d.n < 65 || d.n != 65u + d.p[64])
		return SW_LENGTH;
	if (!sk_unseal(k, d.p + 32, (struct bytes){ d.p + 65, d.p[64] }, &c) ||
	    c.alg != ES256 || c.protect == 3)
		return SW_DATA;
	k->touched = !check;
	if (check || !touched(k))
		return SW_TOUCH;
	count = sk_count(k);
	sk_save(k);
	memcpy(msg, d.p + 32, 32);
	msg[32] = sk_is(k, "up", "0") ? 0 : UP;
	for (i = 0; i < 4; i++)
		msg[33 + i] = (uint8_t)(count >> (24 - 8 * i));
	memcpy(msg + 37, d.p, 32);
	p = sk_key(&c);
	n = sk_sign(p, ES256, msg, sizeof(msg), sig, sizeof(sig));
	EVP_PKEY_free(p);
	if (n == 0)
		return SW_DATA;
	if (sk_is(k, "badsig", "1"))
		sig[n - 1] ^= 1;
	out_raw(o, msg + 32, 5);
	out_raw(o, sig, n);
	return SW_OK;
}

static int
run(struct softkey *k, const uint8_t *in, size_t n, struct out *o)
{
	struct bytes d;

	if (!data_of(in, n, &d))
		return SW_LENGTH;
	if (in[0] != 0)
		return SW_CLASS;
	switch (in[1]) {
	case 1:
		return enrol(k, d, o);
	case 2:
		return prove(k, d, in[2] == 7, o);
	case 3:
		out_raw(o, "U2F_V2", 6);
		return SW_OK;
	default:
		return SW_INS;
	}
}

size_t
softkey_u2f(struct softkey *k, const uint8_t *in, size_t n, uint8_t *out,
    size_t cap)
{
	struct out o = { out, 0, cap - 2 };
	char line[40];
	int sw;

	sk_begin(k, "u2f");
	sw = run(k, in, n, &o);
	if (sw != SW_OK || o.n > o.max)
		o.n = 0;
	out[o.n] = (uint8_t)(sw >> 8);
	out[o.n + 1] = (uint8_t)sw;
	(void)snprintf(line, sizeof(line), "u2f %d %04x", n > 1 ? in[1] : -1,
	    (unsigned)sw);
	softkey_trace(k, line);
	return o.n + 2;
}
