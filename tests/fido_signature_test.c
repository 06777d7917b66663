/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signatures of FIDO2 keys and the keys that verify them: other spellings,
 * other numbers, other schemes, and a store that was damaged.
 */
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <stdlib.h>

#include "tests/fido_login.h"

static void
spoilt_signature(void)
{
	struct scene s;
	size_t i, n;

	set_scene(&s, now);
	sign(&s);
	n = s.a.sig_len;
	for (i = 0; i < n; i += 3) {
		s.a.sig[i] ^= (uint8_t)(1u << (i % 8));
		CHECK_INT(verify(&s), SEK_R_BAD_SIGNATURE);
		s.a.sig[i] ^= (uint8_t)(1u << (i % 8));
	}
	for (i = 0; i < n + 3; i++) {
		s.a.sig_len = i;
		CHECK_INT(verify(&s), i == n ? SEK_R_OK :
		    SEK_R_BAD_SIGNATURE);
	}
	s.a.sig_len = sizeof s.a.sig + 1;
	CHECK_INT(verify(&s), SEK_R_BAD_SIGNATURE);
	s.a.sig_len = SIZE_MAX;
	CHECK_INT(verify(&s), SEK_R_BAD_SIGNATURE);
	s.a.sig_len = n;
	CHECK_INT(verify(&s), SEK_R_OK);
	memset(s.a.sig, 0, n);
	CHECK_INT(verify(&s), SEK_R_BAD_SIGNATURE);
	memset(s.a.sig, 0xff, n);
	CHECK_INT(verify(&s), SEK_R_BAD_SIGNATURE);
}

/* Every bit of what was signed counts. */
static void
spoilt_data(void)
{
	struct scene s;
	size_t i;

	set_scene(&s, now);
	sign(&s);
	for (i = 0; i < 37 * 8; i++) {
		s.a.auth[i / 8] ^= (uint8_t)(1u << (i % 8));
		CHECK(verify(&s) != SEK_R_OK);
		s.a.auth[i / 8] ^= (uint8_t)(1u << (i % 8));
	}
	CHECK_INT(verify(&s), SEK_R_OK);
}

/* A store that lost a bit or an end; of each byte one bit, the key's own
 * bytes included. */
static void
damaged_key(void)
{
	struct scene s;
	size_t i, n;

	set_scene(&s, now);
	sign(&s);
	n = s.cred.spki_len;
	for (i = 0; i < n; i++) {
		s.cred.spki[i] ^= (uint8_t)(1u << (i % 8));
		CHECK_INT(verify(&s), SEK_R_BAD_SIGNATURE);
		s.cred.spki[i] ^= (uint8_t)(1u << (i % 8));
	}
	for (i = 0; i <= n + 1; i++) {
		s.cred.spki_len = i;
		CHECK_INT(verify(&s), i == n ? SEK_R_OK :
		    SEK_R_BAD_SIGNATURE);
	}
	s.cred.spki_len = SEK_FIDO_SPKI_MAX + 1;
	CHECK_INT(verify(&s), SEK_R_BAD_SIGNATURE);
}

/* Other spellings of a good ECDSA signature (X.690 10.1, 8.3.2). */
static void
ecdsa_spellings(void)
{
	static const struct { const char *r, *s; } zero[] = {
		{ "00", "01" }, { "01", "00" }, { "ff", "01" },
		{ "01", "80" },
	};
	struct scene s;
	uint8_t good[200], *p;
	size_t n, i, r_len;

	set_scene(&s, now);
	sign(&s);
	p = s.a.sig;
	n = s.a.sig_len;
	memcpy(good, s.a.sig, n);
	r_len = good[3];
	/* a long length of the sequence */
	p[1] = 0x81;
	p[2] = good[1];
	memcpy(p + 3, good + 2, n - 2);
	s.a.sig_len = n + 1;
	CHECK_INT(verify(&s), SEK_R_BAD_SIGNATURE);
	/* an indefinite one */
	memcpy(p, good, n);
	p[1] = 0x80;
	p[n] = p[n + 1] = 0;
	s.a.sig_len = n + 2;
	CHECK_INT(verify(&s), SEK_R_BAD_SIGNATURE);
	/* r with a zero too many */
	p[1] = (uint8_t)(good[1] + 1);
	p[3] = (uint8_t)(r_len + 1);
	p[4] = 0;
	memcpy(p + 5, good + 4, n - 4);
	s.a.sig_len = n + 1;
	CHECK_INT(verify(&s), SEK_R_BAD_SIGNATURE);
	/* a third number; a byte after the sequence */
	memcpy(p, good, n);
	p[1] = (uint8_t)(good[1] + 3);
	memcpy(p + n, "\x02\x01\x01", 3);
	s.a.sig_len = n + 3;
	CHECK_INT(verify(&s), SEK_R_BAD_SIGNATURE);
	p[1] = good[1];
	s.a.sig_len = n + 1;
	CHECK_INT(verify(&s), SEK_R_BAD_SIGNATURE);
	/* another tag */
	memcpy(p, good, n);
	s.a.sig_len = n;
	p[0] = 0x31;
	CHECK_INT(verify(&s), SEK_R_BAD_SIGNATURE);
	/* r or s 0 or negative */
	for (i = 0; i < sizeof zero / sizeof zero[0]; i++) {
		memcpy(p, "\x30\x06\x02\x01\x00\x02\x01\x00", 8);
		p[4] = (uint8_t)strtoul(zero[i].r, NULL, 16);
		p[7] = (uint8_t)strtoul(zero[i].s, NULL, 16);
		s.a.sig_len = 8;
		CHECK_INT(verify(&s), SEK_R_BAD_SIGNATURE);
	}
	memcpy(p, good, n);
	s.a.sig_len = n;
	CHECK_INT(verify(&s), SEK_R_OK);
}

/* r + n is as good as r to who forgets the range. */
static void
ecdsa_range(void)
{
	struct scene s;
	const unsigned char *p;
	unsigned char *der = NULL;
	EC_GROUP *g = EC_GROUP_new_by_curve_name(now == 0 ?
	    NID_X9_62_prime256v1 : NID_secp384r1);
	BIGNUM *r = NULL, *v = NULL;
	ECDSA_SIG *sig;
	int n;

	set_scene(&s, now);
	sign(&s);
	p = s.a.sig;
	sig = d2i_ECDSA_SIG(NULL, &p, (long)s.a.sig_len);
	r = BN_dup(ECDSA_SIG_get0_r(sig));
	v = BN_dup(ECDSA_SIG_get0_s(sig));
	CHECK(g != NULL && r != NULL && v != NULL &&
	    BN_add(r, r, EC_GROUP_get0_order(g)) == 1 &&
	    ECDSA_SIG_set0(sig, r, v) == 1);
	n = i2d_ECDSA_SIG(sig, &der);
	CHECK(n > 0 && (size_t)n <= sizeof s.a.sig);
	memcpy(s.a.sig, der, (size_t)n);
	s.a.sig_len = (size_t)n;
	OPENSSL_free(der);
	ECDSA_SIG_free(sig);
	EC_GROUP_free(g);
	CHECK_INT(verify(&s), SEK_R_BAD_SIGNATURE);
}

/* RS256 is PKCS #1 v1.5 and nothing like it. */
static void
rsa_paddings(void)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t msg[69];
	EVP_PKEY_CTX *p;
	struct scene s;

	set_scene(&s, now);
	memcpy(msg, s.a.auth, 37);
	memcpy(msg + 37, hash, 32);
	s.a.sig_len = sizeof s.a.sig;
	CHECK(ctx != NULL && EVP_DigestSignInit(ctx, &p, EVP_sha256(), NULL,
	    s.key) == 1 && EVP_PKEY_CTX_set_rsa_padding(p,
	    RSA_PKCS1_PSS_PADDING) == 1 && EVP_DigestSign(ctx, s.a.sig,
	    &s.a.sig_len, msg, sizeof msg) == 1);
	EVP_MD_CTX_free(ctx);
	CHECK_INT(verify(&s), SEK_R_BAD_SIGNATURE);
}

/* DER of a key whose modulus is 2^(bits - 1) + 1, or + 2: only its size
 * counts. */
static void
set_modulus(struct scene *s, size_t bits, bool even, unsigned long exponent)
{
	BIGNUM *n = BN_new(), *e = BN_new();
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM *params = NULL;
	EVP_PKEY *key = NULL;

	CHECK(n != NULL && e != NULL && BN_set_bit(n, (int)bits - 1) == 1 &&
	    BN_set_bit(n, even) == 1 && BN_set_word(e, exponent) == 1 &&
	    OSSL_PARAM_BLD_push_BN(build, "n", n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(build, "e", e) == 1 &&
	    (params = OSSL_PARAM_BLD_to_param(build)) != NULL &&
	    EVP_PKEY_fromdata_init(ctx) == 1 && EVP_PKEY_fromdata(ctx, &key,
	    EVP_PKEY_PUBLIC_KEY, params) == 1);
	s->cred.spki_len = make_spki(key, s->cred.spki, sizeof s->cred.spki);
	s->a.sig_len = (bits + 7) / 8;
	memset(s->a.sig, 1, s->a.sig_len);
	EVP_PKEY_free(key);
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	BN_free(n);
	BN_free(e);
}

/* Keys that a store should never have had. */
static void
weak_rsa(void)
{
	static const struct {
		size_t bits;
		unsigned long e;
		const char *word;
		bool even;
	} c[] = {
		{ 2048, 65537, "even modulus", true },
		{ 1024, 65537, "1024 bits", false },
		{ 2047, 65537, "2047 bits", false },
		{ 4097, 65537, "4097 bits", false },
		{ 8192, 65537, "8192 bits", false },
		{ 2048, 3, "exponent", false },
		{ 2048, 65535, "exponent", false },
		{ 2048, 65538, "exponent", false },
		{ 2048, 0x100000001, "exponent", false },
		/* these are taken, so that the signature is looked at */
		{ 2048, 65537, "signature", false },
		{ 4096, 65537, "signature", false },
		{ 2048, 0xffffffff, "signature", false },
	};
	struct scene s;
	size_t i;

	for (i = 0; i < sizeof c / sizeof c[0]; i++) {
		set_scene(&s, now);
		set_modulus(&s, c[i].bits, c[i].even, c[i].e);
		CHECK(s.cred.spki_len > 0);
		CHECK_INT(verify(&s), SEK_R_BAD_SIGNATURE);
		if (strstr(s.why.text, c[i].word) == NULL)
			CHECK_STR(s.why.text, c[i].word);
	}
}

/* A point that is on no curve; a compressed one; the other curve's head. */
static void
bad_points(void)
{
	struct scene s;

	set_scene(&s, now);
	sign(&s);
	s.cred.spki[s.cred.spki_len - 1] ^= 1;
	CHECK_INT(verify(&s), SEK_R_BAD_SIGNATURE);
	CHECK_STR(s.why.text, "key: the point is not on its curve");
	s.cred.spki[s.cred.spki_len - 1] ^= 1;
	s.cred.spki[now == 0 ? 26 : 23] = 0x06; /* hybrid */
	CHECK_INT(verify(&s), SEK_R_BAD_SIGNATURE);
	CHECK_STR(s.why.text, "key: not an uncompressed point");
	s.cred.spki_len = make_spki(keys[1 - now], s.cred.spki,
	    sizeof s.cred.spki);
	CHECK_INT(verify(&s), SEK_R_BAD_SIGNATURE);
}

int
main(void)
{
	if (!open_keys())
		return 1;
	for (now = 0; now < N_MADE; now++) {
		run("spoilt_signature", spoilt_signature);
		run("spoilt_data", spoilt_data);
		run("damaged_key", damaged_key);
		if (now < 2) {
			run("spellings", ecdsa_spellings);
			run("range", ecdsa_range);
			run("bad_points", bad_points);
		}
		if (made_algs[now] == SEK_FIDO_RS256) {
			run("paddings", rsa_paddings);
			run("weak_keys", weak_rsa);
		}
	}
	close_keys();
	return CHECK_END();
}
