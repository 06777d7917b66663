/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A FIDO2 key made of OpenSSL, for test programs: keys of each algorithm, and
 * what they sign.  Included once by a program.
 */
#ifndef TESTS_FIDO_MAKER_H
#define TESTS_FIDO_MAKER_H

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

#include "gate/fido.h"
#include "sekisho/buf.h"

#define RP "hospital.example"

static const enum sek_fido_alg made_algs[] = { SEK_FIDO_ES256,
    SEK_FIDO_ES384, SEK_FIDO_EDDSA, SEK_FIDO_RS256 };

#define N_MADE (sizeof made_algs / sizeof made_algs[0])

static inline EVP_PKEY *
make_key(enum sek_fido_alg alg)
{
	switch (alg) {
	case SEK_FIDO_ES256:
		return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	case SEK_FIDO_ES384:
		return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-384");
	case SEK_FIDO_EDDSA:
		return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	case SEK_FIDO_RS256:
		return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
	case SEK_FIDO_NO_ALG:
		break;
	}
	return NULL;
}

static inline const EVP_MD *
make_md(enum sek_fido_alg alg)
{
	return alg == SEK_FIDO_EDDSA ? NULL : alg == SEK_FIDO_ES384 ?
	    EVP_sha384() : EVP_sha256();
}

/* Returns the length, 0 on failure. */
static inline size_t
make_signature(EVP_PKEY *key, const EVP_MD *md, const void *msg, size_t n,
    uint8_t *sig, size_t cap)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t len = cap;

	if (ctx == NULL || EVP_DigestSignInit(ctx, NULL, md, NULL, key) != 1 ||
	    EVP_DigestSign(ctx, sig, &len, msg, n) != 1)
		len = 0;
	EVP_MD_CTX_free(ctx);
	return len;
}

/* DER SubjectPublicKeyInfo as OpenSSL writes it; 0 when it does not fit. */
static inline size_t
make_spki(EVP_PKEY *key, uint8_t *out, size_t cap)
{
	unsigned char *der = NULL;
	int n = i2d_PUBKEY(key, &der);
	size_t len = 0;

	if (n > 0 && (size_t)n <= cap) {
		len = (size_t)n;
		memcpy(out, der, len);
	}
	OPENSSL_free(der);
	return len;
}

/* The first 37 bytes of authenticator data. */
static inline void
make_auth(uint8_t out[37], const char *rp, uint8_t flags, uint32_t counter)
{
	(void)EVP_Digest(rp, strlen(rp), out, NULL, EVP_sha256(), NULL);
	out[32] = flags;
	out[33] = (uint8_t)(counter >> 24);
	out[34] = (uint8_t)(counter >> 16);
	out[35] = (uint8_t)(counter >> 8);
	out[36] = (uint8_t)counter;
}

/* -- CBOR, canonical unless told otherwise */

static inline void
put_head(struct sek_buf *b, unsigned int major, uint64_t n)
{
	uint8_t kind = (uint8_t)(major << 5);

	if (n < 24) {
		sek_put_u8(b, (uint8_t)(kind | n));
	} else if (n <= UINT8_MAX) {
		sek_put_u8(b, kind | 24);
		sek_put_u8(b, (uint8_t)n);
	} else if (n <= UINT16_MAX) {
		sek_put_u8(b, kind | 25);
		sek_put_u16(b, (uint16_t)n);
	} else if (n <= UINT32_MAX) {
		sek_put_u8(b, kind | 26);
		sek_put_u32(b, (uint32_t)n);
	} else {
		sek_put_u8(b, kind | 27);
		sek_put_u64(b, n);
	}
}

static inline void
put_map(struct sek_buf *b, size_t n)
{
	put_head(b, 5, n);
}

static inline void
put_int(struct sek_buf *b, int64_t v)
{
	if (v >= 0)
		put_head(b, 0, (uint64_t)v);
	else
		put_head(b, 1, (uint64_t)(-1 - v));
}

static inline void
put_bytes(struct sek_buf *b, const void *p, size_t n)
{
	put_head(b, 2, n);
	sek_put_raw(b, p, n);
}

static inline void
put_text(struct sek_buf *b, const char *s)
{
	put_head(b, 3, strlen(s));
	sek_put_raw(b, s, strlen(s));
}

/* -- COSE_Key, of which each part can be another */

struct cose {
	size_t entries;
	int64_t kty, alg, crv;
	uint8_t x[520], y[64]; /* RSA: n and e */
	size_t x_len, y_len;
};

static inline size_t
make_number(EVP_PKEY *key, const char *name, uint8_t *out, size_t half)
{
	BIGNUM *v = NULL;
	int n = -1;

	if (EVP_PKEY_get_bn_param(key, name, &v) == 1)
		n = half > 0 ? BN_bn2binpad(v, out, (int)half) :
		    BN_bn2bin(v, out);
	BN_free(v);
	return n > 0 ? (size_t)n : 0;
}

static inline struct cose
make_cose(EVP_PKEY *key, enum sek_fido_alg alg)
{
	size_t half = alg == SEK_FIDO_ES384 ? 48 : 32;
	struct cose c = { .alg = alg };

	switch (alg) {
	case SEK_FIDO_ES256:
	case SEK_FIDO_ES384:
		c.entries = 5;
		c.kty = 2;
		c.crv = alg == SEK_FIDO_ES256 ? 1 : 2;
		c.x_len = make_number(key, "qx", c.x, half);
		c.y_len = make_number(key, "qy", c.y, half);
		break;
	case SEK_FIDO_EDDSA:
		c.entries = 4;
		c.kty = 1;
		c.crv = 6;
		c.x_len = sizeof c.x;
		if (EVP_PKEY_get_raw_public_key(key, c.x, &c.x_len) != 1)
			c.x_len = 0;
		break;
	case SEK_FIDO_RS256:
		c.entries = 4;
		c.kty = 3;
		c.x_len = make_number(key, "n", c.x, 0);
		c.y_len = make_number(key, "e", c.y, 0);
		break;
	case SEK_FIDO_NO_ALG:
		break;
	}
	return c;
}

static inline void
put_cose(struct sek_buf *b, const struct cose *c)
{
	put_map(b, c->entries);
	put_int(b, 1);
	put_int(b, c->kty);
	put_int(b, 3);
	put_int(b, c->alg);
	put_int(b, -1);
	if (c->kty != 3) {
		put_int(b, c->crv);
		put_int(b, -2);
	}
	put_bytes(b, c->x, c->x_len);
	if (c->kty == 1)
		return;
	put_int(b, c->kty == 2 ? -3 : -2);
	put_bytes(b, c->y, c->y_len);
}

#endif
