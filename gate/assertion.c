/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes the challenge of a login and checks the signature over it.
 * Runs in the gate only; the token and its module are not trusted with any
 * part of this.  A scheme or key that is not named here does not verify.
 */
#include "gate/assertion.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <string.h>

#include "sekisho/buf.h"
#include "sekisho/os.h"
#include "sekisho/wire_front.h"

#define CHALLENGE_TEXT "sekisho login challenge v1"
#define KEY_TEXT "sekisho FIDO2 login challenge v1"
#define NONCE_BYTES 32u

/* The longest fields that a front message can carry fit. */
_Static_assert(4 + sizeof KEY_TEXT + 4 + NONCE_BYTES +
    4 + SEK_USER_MAX + 4 + SEK_NAME_MAX + 4 + SEK_HOST_MAX +
    4 + SEK_SESSION_MAX + 8 + 4 + 32 <= SEK_MAX_TBS, "challenge too long");
_Static_assert(sizeof KEY_TEXT >= sizeof CHALLENGE_TEXT, "not the longer");

static const EVP_MD *
md_of(enum sek_hash hash)
{
	return hash == SEK_HASH_SHA384 ? EVP_sha384() : EVP_sha256();
}

static int
put_fields(struct sek_buf *out, const struct sek_binding *b)
{
	uint8_t nonce[NONCE_BYTES], rp[32];
	const uint8_t *to = b->cert_sha256;
	int r;

	if (b->rp != NULL) {
		if (EVP_Digest(b->rp, strlen(b->rp), rp, NULL, EVP_sha256(),
		    NULL) != 1)
			return SEK_E_CRYPTO;
		to = rp;
	}
	if ((r = sek_random(nonce, sizeof nonce)) != SEK_OK)
		return r;
	sek_put_str(out, b->rp != NULL ? KEY_TEXT : CHALLENGE_TEXT);
	sek_put_bytes(out, nonce, sizeof nonce);
	sek_put_str(out, b->user);
	sek_put_str(out, b->service);
	sek_put_str(out, b->host);
	sek_put_str(out, b->session);
	sek_put_u64(out, (uint64_t)b->time);
	sek_put_bytes(out, to, sizeof rp);
	return sek_buf_ok(out);
}

int
sek_challenge_make(struct sek_challenge *c, const struct sek_binding *b,
    EVP_PKEY *key)
{
	struct sek_challenge made = { .hash = SEK_HASH_SHA256 };
	struct sek_buf tbs = { 0 };
	unsigned int n = 0;
	int r;

	if ((r = put_fields(&tbs, b)) != SEK_OK)
		goto out;
	r = SEK_E_LIMIT;
	if (tbs.len > sizeof made.tbs)
		goto out;
	memcpy(made.tbs, tbs.p, tbs.len);
	made.tbs_len = tbs.len;
	/* a hash of at least the curve's strength (FIPS 186-4 6.4) */
	if (key != NULL && EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
	    EVP_PKEY_get_bits(key) > 256)
		made.hash = SEK_HASH_SHA384;
	r = SEK_E_CRYPTO;
	if (EVP_Digest(made.tbs, made.tbs_len, made.digest, &n,
	    md_of(made.hash), NULL) != 1)
		goto out;
	made.digest_len = n;
	*c = made;
	r = SEK_OK;
out:
	sek_buf_free(&tbs);
	return r;
}

/* The digest that `c` must have, and no other length. */
static bool
digest_fits(const struct sek_challenge *c)
{
	switch (c->hash) {
	case SEK_HASH_SHA256:
		return c->digest_len == 32;
	case SEK_HASH_SHA384:
		return c->digest_len == 48;
	}
	return false;
}

static int
verify_with(const struct sek_challenge *c, EVP_PKEY *key, int padding,
    const uint8_t *sig, size_t sig_len)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	const EVP_MD *md = md_of(c->hash);
	int r = SEK_E_CRYPTO;

	if (ctx == NULL || EVP_PKEY_verify_init(ctx) != 1)
		goto out;
	if (padding != 0 && EVP_PKEY_CTX_set_rsa_padding(ctx, padding) != 1)
		goto out;
	if (EVP_PKEY_CTX_set_signature_md(ctx, md) != 1)
		goto out;
	/* RFC 8017 8.1: one hash throughout, and a salt of its length */
	if (padding == RSA_PKCS1_PSS_PADDING &&
	    (EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, md) != 1 ||
	    EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) !=
	    1))
		goto out;
	if (EVP_PKEY_verify(ctx, sig, sig_len, c->digest, c->digest_len) == 1)
		r = SEK_OK;
out:
	EVP_PKEY_CTX_free(ctx);
	return r;
}

/* PKCS#11 2.40, 2.3.1: r || s, each as long as the order of the curve.
 * OpenSSL wants DER, and refuses r or s of 0 or not below the order. */
static int
verify_ecdsa(const struct sek_challenge *c, EVP_PKEY *key,
    const struct sek_proof *proof)
{
	unsigned char *der = NULL;
	ECDSA_SIG *sig = NULL;
	BIGNUM *r_ = NULL, *s_ = NULL;
	int bits = EVP_PKEY_get_bits(key), half, n, r = SEK_E_CRYPTO;

	if (bits <= 0 || proof->sig_len != 2 * (((size_t)bits + 7) / 8))
		return SEK_E_CRYPTO;
	half = (bits + 7) / 8;
	r_ = BN_bin2bn(proof->sig, half, NULL);
	s_ = BN_bin2bn(proof->sig + half, half, NULL);
	sig = ECDSA_SIG_new();
	if (r_ == NULL || s_ == NULL || sig == NULL ||
	    ECDSA_SIG_set0(sig, r_, s_) != 1)
		goto out;
	r_ = s_ = NULL;
	if ((n = i2d_ECDSA_SIG(sig, &der)) > 0)
		r = verify_with(c, key, 0, der, (size_t)n);
out:
	OPENSSL_free(der);
	ECDSA_SIG_free(sig);
	BN_free(r_);
	BN_free(s_);
	return r;
}

static int
verify_rsa(const struct sek_challenge *c, EVP_PKEY *key, int padding,
    const struct sek_proof *proof)
{
	int size = EVP_PKEY_get_size(key);

	/* RFC 8017 8.1.2 and 8.2.2, step 1: exactly as long as the modulus */
	if (size <= 0 || proof->sig_len != (size_t)size)
		return SEK_E_CRYPTO;
	return verify_with(c, key, padding, proof->sig, proof->sig_len);
}

int
sek_assertion_verify(const struct sek_challenge *c, EVP_PKEY *key,
    const struct sek_proof *proof)
{
	int kind, r = SEK_E_CRYPTO;

	if (key == NULL || !digest_fits(c) ||
	    proof->sig_len > sizeof proof->sig)
		return SEK_E_CRYPTO;
	kind = EVP_PKEY_get_base_id(key);
	switch (proof->scheme) {
	case SEK_SCHEME_RSA_PKCS1:
		if (kind == EVP_PKEY_RSA)
			r = verify_rsa(c, key, RSA_PKCS1_PADDING, proof);
		break;
	case SEK_SCHEME_RSA_PSS:
		if (kind == EVP_PKEY_RSA)
			r = verify_rsa(c, key, RSA_PKCS1_PSS_PADDING, proof);
		break;
	case SEK_SCHEME_ECDSA_RAW:
		if (kind == EVP_PKEY_EC)
			r = verify_ecdsa(c, key, proof);
		break;
	}
	ERR_clear_error();
	return r;
}

const char *
sek_scheme_word(enum sek_scheme scheme)
{
	switch (scheme) {
	case SEK_SCHEME_RSA_PKCS1:
		return "rsa-pkcs1";
	case SEK_SCHEME_RSA_PSS:
		return "rsa-pss";
	case SEK_SCHEME_ECDSA_RAW:
		return "ecdsa";
	}
	return "none";
}
