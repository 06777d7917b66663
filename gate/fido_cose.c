/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The public key of a new credential, as a FIDO2 key hands it over, into the
 * form that the store keeps.  Runs in `sekisho`, at enrolment and import.
 *
 * There is one map for each algorithm, and it is read entry by entry in the
 * order that CTAP2's canonical CBOR demands (WebAuthn 6.5.1.1): an entry more,
 * less, twice or out of place is an error.
 */
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <string.h>

#include "gate/fido_cbor.h"
#include "gate/fido_rooms.h"

/* Labels and values of RFC 9053 7 and RFC 8230 4. */
#define KTY 1
#define ALG 3
#define FIRST (-1) /* crv; n of an RSA key */
#define SECOND (-2) /* x; e of an RSA key */
#define THIRD (-3) /* y */
#define KTY_OKP 1
#define KTY_EC2 2
#define KTY_RSA 3
#define CRV_P256 1
#define CRV_P384 2
#define CRV_ED25519 6

#define COORDINATE_MAX 48u
#define MODULUS_MAX 512u
#define EXPONENT_MAX 4u

/* -- which keys are taken */

/* p = 2^255 - 19, and d of edwards25519 (RFC 8032 5.1). */
static const char field[] = "7fffffffffffffffffffffffffffffffffffffffffffffff"
    "ffffffffffffffed";
static const char curve_d[] = "52036cee2b6ffe738cc740797779e89800700a4d4141d8"
    "ab75eb4dca135978a3";

/* Is a point of this y on the curve, and not of an order that divides 8?
 *
 *     x^2 = u / v,  u = y^2 - 1,  v = d y^2 + 1:  u v must be a square
 *     order 1, 2, 4:  y = 1, -1, 0;  order 8:  d y^4 + 2 y^2 - 1 = 0,
 *     since twice such a point has order 4 and so y = 0 */
static bool
ed25519_y_ok(const BIGNUM *y, const BIGNUM *p, const BIGNUM *d, BN_CTX *ctx)
{
	const BIGNUM *one = BN_value_one();
	BIGNUM *y2 = BN_CTX_get(ctx), *dy2 = BN_CTX_get(ctx);
	BIGNUM *u = BN_CTX_get(ctx), *v = BN_CTX_get(ctx);
	BIGNUM *t = BN_CTX_get(ctx);

	/* after a failure the last is NULL as well */
	if (t == NULL || BN_mod_sqr(y2, y, p, ctx) != 1 ||
	    BN_mod_sub(u, y2, one, p, ctx) != 1 ||
	    BN_mod_mul(dy2, d, y2, p, ctx) != 1 ||
	    BN_mod_add(v, dy2, one, p, ctx) != 1)
		return false;
	if (BN_is_zero(y2))
		return false;
	/* d y^4 + 2 y^2 - 1 = d y^2 y^2 + y^2 + u */
	if (BN_mod_mul(t, dy2, y2, p, ctx) != 1 ||
	    BN_mod_add(t, t, y2, p, ctx) != 1 ||
	    BN_mod_add(t, t, u, p, ctx) != 1 || BN_is_zero(t))
		return false;
	/* 0 for u = 0 */
	return BN_mod_mul(t, u, v, p, ctx) == 1 &&
	    BN_kronecker(t, p, ctx) == 1;
}

/* OpenSSL takes any 32 bytes for an Ed25519 key.  Taken here: y < p, of a
 * good point; who has one of the eight of small order for a key signs
 * without knowing anything. */
static bool
ed25519_ok(const uint8_t key[32])
{
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *p = NULL, *d = NULL, *y;
	uint8_t bytes[32];
	bool ok;

	memcpy(bytes, key, sizeof bytes);
	bytes[31] &= 0x7f; /* the sign of x */
	y = BN_lebin2bn(bytes, sizeof bytes, NULL);
	ok = ctx != NULL && y != NULL && BN_hex2bn(&p, field) != 0 &&
	    BN_hex2bn(&d, curve_d) != 0 && BN_cmp(y, p) < 0;
	if (ok) {
		BN_CTX_start(ctx);
		ok = ed25519_y_ok(y, p, d, ctx);
		BN_CTX_end(ctx);
	}
	BN_free(p);
	BN_free(d);
	BN_free(y);
	BN_CTX_free(ctx);
	return ok;
}

/* Everything that a login would find wrong, and what it has no time for. */
static int
check_key(enum sek_fido_alg alg, const uint8_t *spki, size_t n,
    struct sek_why *why)
{
	EVP_PKEY *key = fido_key(alg, spki, n, why);
	EVP_PKEY_CTX *ctx = NULL;
	int r = SEK_E_CRYPTO;

	if (key == NULL)
		return r;
	ctx = EVP_PKEY_CTX_new(key, NULL);
	if (ctx == NULL || EVP_PKEY_public_check(ctx) != 1 ||
	    (alg == SEK_FIDO_EDDSA && !ed25519_ok(spki + n - 32)))
		sek_why_set(why, "key: not a good one of %s",
		    sek_fido_alg_word(alg));
	else
		r = SEK_OK;
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return r;
}

/* -- the parts of a key put together, and checked */

static int
put_point(enum sek_fido_alg alg, const uint8_t *x, const uint8_t *y,
    size_t half, uint8_t *spki, size_t *spki_len)
{
	uint8_t point[1 + 2 * COORDINATE_MAX] = { 0x04 };

	memcpy(point + 1, x, half);
	memcpy(point + 1 + half, y, half);
	return fido_key_put(alg, point, 1 + 2 * half, spki, spki_len);
}

static int
put_rsa(const uint8_t *modulus, size_t n_len, const uint8_t *exponent,
    size_t e_len, uint8_t spki[SEK_FIDO_SPKI_MAX], size_t *spki_len,
    struct sek_why *why)
{
	BIGNUM *n = BN_bin2bn(modulus, (int)n_len, NULL);
	BIGNUM *e = BN_bin2bn(exponent, (int)e_len, NULL);
	unsigned char *der = NULL;
	EVP_PKEY *key = NULL;
	int r = SEK_E_CRYPTO, len;

	if (n == NULL || e == NULL || (key = fido_rsa(n, e, why)) == NULL)
		goto out;
	len = i2d_PUBKEY(key, &der);
	if (len > 0 && (size_t)len <= SEK_FIDO_SPKI_MAX) {
		memcpy(spki, der, (size_t)len);
		*spki_len = (size_t)len;
		r = SEK_OK;
	}
out:
	OPENSSL_free(der);
	EVP_PKEY_free(key);
	BN_free(n);
	BN_free(e);
	ERR_clear_error();
	return r;
}

/* -- COSE_Key */

static int
bad_form(struct sek_why *why, const char *what)
{
	sek_why_set(why, "COSE key: %s", what);
	return SEK_E_SYNTAX;
}

/* The rest of the map of an EC2 key, after kty and alg. */
static int
read_ec(struct sek_rd *r, enum sek_fido_alg alg, uint8_t *spki,
    size_t *spki_len, struct sek_why *why)
{
	size_t half = alg == SEK_FIDO_ES256 ? 32 : 48, x_len, y_len;
	const uint8_t *x, *y;

	fido_cbor_number(r, FIRST);
	fido_cbor_number(r, alg == SEK_FIDO_ES256 ? CRV_P256 : CRV_P384);
	fido_cbor_number(r, SECOND);
	x = fido_cbor_bytes(r, half, &x_len);
	fido_cbor_number(r, THIRD);
	y = fido_cbor_bytes(r, half, &y_len);
	if (r->bad || x_len != half || y_len != half)
		return bad_form(why, "not that of a point of its curve");
	return put_point(alg, x, y, half, spki, spki_len);
}

static int
read_okp(struct sek_rd *r, uint8_t *spki, size_t *spki_len,
    struct sek_why *why)
{
	const uint8_t *x;
	size_t n;

	fido_cbor_number(r, FIRST);
	fido_cbor_number(r, CRV_ED25519);
	fido_cbor_number(r, SECOND);
	x = fido_cbor_bytes(r, 32, &n);
	if (r->bad || n != 32)
		return bad_form(why, "not that of an Ed25519 key");
	return fido_key_put(SEK_FIDO_EDDSA, x, n, spki, spki_len);
}

static int
read_rsa(struct sek_rd *r, uint8_t *spki, size_t *spki_len,
    struct sek_why *why)
{
	const uint8_t *n, *e;
	size_t n_len, e_len;

	fido_cbor_number(r, FIRST);
	n = fido_cbor_bytes(r, MODULUS_MAX, &n_len);
	fido_cbor_number(r, SECOND);
	e = fido_cbor_bytes(r, EXPONENT_MAX, &e_len);
	/* RFC 8230 4: without zeros in front */
	if (r->bad || n_len == 0 || n[0] == 0 || e_len == 0 || e[0] == 0)
		return bad_form(why, "not that of an RSA key");
	return put_rsa(n, n_len, e, e_len, spki, spki_len, why);
}

static const struct {
	enum sek_fido_alg alg;
	int kty;
	size_t entries;
} kinds[] = {
	{ SEK_FIDO_ES256, KTY_EC2, 5 },
	{ SEK_FIDO_ES384, KTY_EC2, 5 },
	{ SEK_FIDO_EDDSA, KTY_OKP, 4 },
	{ SEK_FIDO_RS256, KTY_RSA, 4 },
};

#define N_KINDS (sizeof kinds / sizeof kinds[0])

int
sek_fido_cose(const uint8_t *p, size_t n, size_t *used,
    enum sek_fido_alg *alg, uint8_t spki[SEK_FIDO_SPKI_MAX], size_t *spki_len,
    struct sek_why *why)
{
	struct sek_rd rd = sek_rd_init(p, n);
	size_t i, entries, len = 0;
	int64_t kty, number;
	int r;

	entries = fido_cbor_map(&rd, 5);
	fido_cbor_number(&rd, KTY);
	kty = fido_cbor_int(&rd);
	fido_cbor_number(&rd, ALG);
	number = fido_cbor_int(&rd);
	if (rd.bad)
		return bad_form(why, "not a canonical map of kty and alg");
	for (i = 0; i < N_KINDS && kinds[i].alg != number; i++)
		;
	if (i == N_KINDS) {
		sek_why_set(why, "COSE key: algorithm %lld is not verified",
		    (long long)number);
		return SEK_E_CRYPTO;
	}
	if (kinds[i].kty != kty || kinds[i].entries != entries)
		return bad_form(why, "its kty or size is not its algorithm's");
	if (kty == KTY_EC2)
		r = read_ec(&rd, kinds[i].alg, spki, &len, why);
	else if (kty == KTY_OKP)
		r = read_okp(&rd, spki, &len, why);
	else
		r = read_rsa(&rd, spki, &len, why);
	if (r == SEK_OK)
		r = check_key(kinds[i].alg, spki, len, why);
	if (r != SEK_OK)
		return r;
	*used = n - rd.left;
	*alg = kinds[i].alg;
	*spki_len = len;
	return SEK_OK;
}

/* -- what pam_u2f writes */

static int
put_raw(enum sek_fido_alg alg, const uint8_t *p, size_t n, uint8_t *spki,
    size_t *spki_len, struct sek_why *why)
{
	size_t half = alg == SEK_FIDO_ES384 ? 48 : 32;

	switch (alg) {
	case SEK_FIDO_ES256:
	case SEK_FIDO_ES384:
		if (n == 2 * half)
			return put_point(alg, p, p + half, half, spki,
			    spki_len);
		return fido_key_put(alg, p, n, spki, spki_len);
	case SEK_FIDO_EDDSA:
		return fido_key_put(alg, p, n, spki, spki_len);
	case SEK_FIDO_RS256:
		if (n == 256 + 3)
			return put_rsa(p, 256, p + 256, 3, spki, spki_len,
			    why);
		break;
	case SEK_FIDO_NO_ALG:
		break;
	}
	return SEK_E_INVAL;
}

int
sek_fido_raw_key(enum sek_fido_alg alg, const uint8_t *p, size_t n,
    uint8_t spki[SEK_FIDO_SPKI_MAX], size_t *spki_len, struct sek_why *why)
{
	size_t len = 0;
	int r = put_raw(alg, p, n, spki, &len, why);

	if (r == SEK_E_INVAL) {
		sek_why_set(why, "key: %zu bytes are no key of %s", n,
		    sek_fido_alg_word(alg));
		return SEK_E_SYNTAX;
	}
	if (r == SEK_OK)
		r = check_key(alg, spki, len, why);
	if (r == SEK_OK)
		*spki_len = len;
	return r;
}
