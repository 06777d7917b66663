/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Public keys of FIDO2 credentials as the store has them, and signatures by
 * them.  Runs in the gate and in `sekisho`.
 *
 * Everything is read with one spelling only and checked at each use: a
 * damaged store does not verify.  What is not named here does not either.
 */
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <openssl/rsa.h>
#include <string.h>

#include "gate/certificate_rooms.h"
#include "gate/fido_rooms.h"
#include "gate/public_key.h"
#include "sekisho/buf.h"

#define TAG_INTEGER 0x02u
#define TAG_BIT_STRING 0x03u
#define TAG_SEQUENCE 0x30u

/* RFC 5480, RFC 8410: up to the bytes of the key */
static const uint8_t p256_head[] = {
	0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d,
	0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01,
	0x07, 0x03, 0x42, 0x00 };
static const uint8_t p384_head[] = {
	0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d,
	0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22, 0x03, 0x62,
	0x00 };
static const uint8_t ed25519_head[] = {
	0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21,
	0x00 };
/* RFC 3279 2.3.1: rsaEncryption and NULL */
static const uint8_t rsa_alg[] = {
	0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
	0x01, 0x01, 0x05, 0x00 };

static const struct fixed {
	enum sek_fido_alg alg;
	const uint8_t *head;
	size_t head_len;
	size_t key_len;
	const char *group; /* NULL: no curve of that kind */
} fixed[] = {
	{ SEK_FIDO_ES256, p256_head, sizeof p256_head, 65,
	    SN_X9_62_prime256v1 },
	{ SEK_FIDO_ES384, p384_head, sizeof p384_head, 97, SN_secp384r1 },
	{ SEK_FIDO_EDDSA, ed25519_head, sizeof ed25519_head, 32, NULL },
};

static const struct fixed *
fixed_of(enum sek_fido_alg alg)
{
	size_t i;

	for (i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
		if (fixed[i].alg == alg)
			return &fixed[i];
	return NULL;
}

int
fido_key_put(enum sek_fido_alg alg, const uint8_t *key, size_t n,
    uint8_t spki[SEK_FIDO_SPKI_MAX], size_t *spki_len)
{
	const struct fixed *f = fixed_of(alg);

	if (f == NULL || n != f->key_len)
		return SEK_E_INVAL;
	memcpy(spki, f->head, f->head_len);
	memcpy(spki + f->head_len, key, n);
	*spki_len = f->head_len + n;
	return SEK_OK;
}

/* -- reading */

/* Takes the value of this tag, whose head is the shortest there is. */
static struct sek_rd
take(struct sek_rd *r, uint8_t tag)
{
	size_t len = 0, head = 0;
	struct sek_rd in = { .bad = true };
	uint8_t got = 0;

	if (r->bad || !sek_der_head(r->p, r->left, &got, &len, &head) ||
	    got != tag || len > r->left - head) {
		r->bad = true;
		return in;
	}
	in = sek_rd_init(r->p + head, len);
	r->p += head + len;
	r->left -= head + len;
	return in;
}

/* A positive INTEGER of at most `max` bytes; NULL: another. */
static BIGNUM *
take_number(struct sek_rd *r, size_t max)
{
	struct sek_rd in = take(r, TAG_INTEGER);
	bool ok = !in.bad && in.left > 0 && (in.p[0] & 0x80) == 0 &&
	    in.left <= max + 1;

	/* X.690 8.3.2; nor is it 0 */
	if (ok && in.p[0] == 0)
		ok = in.left > 1 && (in.p[1] & 0x80) != 0;
	if (!ok) {
		r->bad = true;
		return NULL;
	}
	return BN_bin2bn(in.p, (int)in.left, NULL);
}

static EVP_PKEY *
read_fixed(const struct fixed *f, const uint8_t *spki, size_t n,
    struct sek_why *why)
{
	const uint8_t *point = spki + f->head_len;
	EVP_PKEY *key;

	if (n != f->head_len + f->key_len ||
	    memcmp(spki, f->head, f->head_len) != 0) {
		sek_why_set(why, "key: not one of %s",
		    sek_fido_alg_word(f->alg));
		return NULL;
	}
	if (f->group == NULL)
		return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL,
		    point, f->key_len);
	if (point[0] != 0x04) {
		sek_why_set(why, "key: not an uncompressed point");
		return NULL;
	}
	if ((key = sek_public_ec(f->group, point, f->key_len)) == NULL)
		sek_why_set(why, "key: the point is not on its curve");
	return key;
}

static bool
rsa_fits(const BIGNUM *n, const BIGNUM *e, struct sek_why *why)
{
	int bits = BN_num_bits(n), e_bits = BN_num_bits(e);

	if (bits < 2048 || bits > 4096)
		sek_why_set(why, "key: RSA of %d bits, allowed are 2048 to "
		    "4096", bits);
	else if (!BN_is_odd(n))
		sek_why_set(why, "key: RSA with an even modulus");
	else if (!BN_is_odd(e) || e_bits < 17 || e_bits > 32)
		sek_why_set(why, "key: RSA with a bad public exponent");
	else
		return true;
	return false;
}

EVP_PKEY *
fido_rsa(const BIGNUM *n, const BIGNUM *e, struct sek_why *why)
{
	EVP_PKEY *key;

	if (!rsa_fits(n, e, why))
		return NULL;
	if ((key = sek_public_rsa(n, e)) == NULL)
		sek_why_set(why, "key: RSA key cannot be used");
	return key;
}

static EVP_PKEY *
read_rsa(const uint8_t *spki, size_t len, struct sek_why *why)
{
	struct sek_rd all = sek_rd_init(spki, len), in, bits, seq;
	BIGNUM *n = NULL, *e = NULL;
	EVP_PKEY *key = NULL;

	sek_why_set(why, "key: not one of rs256");
	in = take(&all, TAG_SEQUENCE);
	if (sek_rd_end(&all) != SEK_OK || in.left < sizeof rsa_alg ||
	    memcmp(in.p, rsa_alg, sizeof rsa_alg) != 0)
		return NULL;
	in = sek_rd_init(in.p + sizeof rsa_alg, in.left - sizeof rsa_alg);
	bits = take(&in, TAG_BIT_STRING);
	if (sek_rd_end(&in) != SEK_OK || sek_rd_u8(&bits) != 0)
		return NULL;
	seq = take(&bits, TAG_SEQUENCE);
	n = take_number(&seq, SEK_FIDO_SPKI_MAX);
	e = take_number(&seq, SEK_FIDO_SPKI_MAX);
	if (n != NULL && e != NULL && sek_rd_end(&seq) == SEK_OK &&
	    sek_rd_end(&bits) == SEK_OK)
		key = fido_rsa(n, e, why);
	BN_free(n);
	BN_free(e);
	if (key != NULL)
		sek_why_set(why, "%s", "");
	return key;
}

EVP_PKEY *
fido_key(enum sek_fido_alg alg, const uint8_t *spki, size_t n,
    struct sek_why *why)
{
	const struct fixed *f = fixed_of(alg);
	EVP_PKEY *key = NULL;

	if (n > SEK_FIDO_SPKI_MAX)
		sek_why_set(why, "key: longer than any");
	else if (f != NULL)
		key = read_fixed(f, spki, n, why);
	else if (alg == SEK_FIDO_RS256)
		key = read_rsa(spki, n, why);
	else
		sek_why_set(why, "key: algorithm %d is not verified",
		    (int)alg);
	ERR_clear_error();
	return key;
}

/* -- signatures */

/* Ecdsa-Sig-Value (RFC 3279 2.2.3) has one spelling; that r and s are below
 * the order is OpenSSL's to say. */
static bool
ecdsa_form_ok(EVP_PKEY *key, const uint8_t *sig, size_t n)
{
	size_t max = ((size_t)EVP_PKEY_get_bits(key) + 7) / 8;
	struct sek_rd all = sek_rd_init(sig, n), in;
	BIGNUM *r, *s;
	bool ok;

	in = take(&all, TAG_SEQUENCE);
	r = take_number(&in, max);
	s = take_number(&in, max);
	ok = r != NULL && s != NULL && sek_rd_end(&in) == SEK_OK &&
	    sek_rd_end(&all) == SEK_OK;
	BN_free(r);
	BN_free(s);
	return ok;
}

/* The form that a signature of this scheme must have, before any arithmetic;
 * *md is its hash. */
static bool
scheme(EVP_PKEY *key, enum sek_fido_alg alg, const uint8_t *sig, size_t n,
    const EVP_MD **md)
{
	int kind = EVP_PKEY_get_base_id(key), bits = EVP_PKEY_get_bits(key);

	switch (alg) {
	case SEK_FIDO_ES256: /* WebAuthn 5.8.5: with P-256 only */
		*md = EVP_sha256();
		return kind == EVP_PKEY_EC && bits == 256 &&
		    ecdsa_form_ok(key, sig, n);
	case SEK_FIDO_ES384:
		*md = EVP_sha384();
		return kind == EVP_PKEY_EC && bits == 384 &&
		    ecdsa_form_ok(key, sig, n);
	case SEK_FIDO_EDDSA:
		*md = NULL;
		return kind == EVP_PKEY_ED25519 && n == 64;
	case SEK_FIDO_RS256: /* RFC 8017 8.2.2 step 1 */
		*md = EVP_sha256();
		return kind == EVP_PKEY_RSA &&
		    n == (size_t)EVP_PKEY_get_size(key);
	case SEK_FIDO_NO_ALG:
		break;
	}
	return false;
}

bool
fido_signed(EVP_PKEY *key, enum sek_fido_alg alg, const uint8_t *msg,
    size_t n, const uint8_t *sig, size_t sig_len)
{
	EVP_PKEY_CTX *ctx = NULL; /* owned by md_ctx */
	const EVP_MD *md = NULL;
	EVP_MD_CTX *md_ctx;
	bool good = false;

	if (key == NULL || !scheme(key, alg, sig, sig_len, &md))
		return false;
	if ((md_ctx = EVP_MD_CTX_new()) == NULL ||
	    EVP_DigestVerifyInit(md_ctx, &ctx, md, NULL, key) != 1)
		goto out;
	if (alg == SEK_FIDO_RS256 &&
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) != 1)
		goto out;
	good = EVP_DigestVerify(md_ctx, sig, sig_len, msg, n) == 1;
out:
	EVP_MD_CTX_free(md_ctx);
	ERR_clear_error();
	return good;
}
