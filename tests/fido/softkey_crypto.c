/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys, signatures and sealed credential ids of the software key.  An id is
 * the private key itself, encrypted under the key's master secret and bound
 * to the RP; of RS256, which is too long, the number of a slot of the state.
 */
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include "softkey_rooms.h"

enum { NONCE = 12, TAG = 16, FIXED = 6 }; /* FIXED: what precedes the DER */

void
sk_random(void *p, size_t n)
{
	if (RAND_bytes(p, (int)n) != 1)
		memset(p, 0x5a, n);
}

void
sk_sha256(const void *p, size_t n, uint8_t out[32])
{
	SHA256(p, n, out);
}

void
sk_hmac(const uint8_t *key, size_t key_len, const void *p, size_t n,
    uint8_t out[32])
{
	unsigned len = 32;

	HMAC(EVP_sha256(), key, (int)key_len, p, n, out, &len);
}

bool
sk_new_key(int alg, struct cred *c)
{
	EVP_PKEY *p = NULL;
	uint8_t *der = c->der;
	int n;

	if (alg == ES256)
		p = EVP_EC_gen("P-256");
	else if (alg == ES384)
		p = EVP_EC_gen("P-384");
	else if (alg == EDDSA)
		p = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	else if (alg == RS256)
		p = EVP_RSA_gen(2048);
	n = p == NULL ? -1 : i2d_PrivateKey(p, NULL);
	if (n > 0 && (size_t)n <= sizeof(c->der))
		n = i2d_PrivateKey(p, &der);
	else
		n = -1;
	EVP_PKEY_free(p);
	c->alg = alg;
	c->der_len = n < 0 ? 0 : (size_t)n;
	return n > 0;
}

EVP_PKEY *
sk_key(const struct cred *c)
{
	const uint8_t *p = c->der;

	return d2i_AutoPrivateKey(NULL, &p, (long)c->der_len);
}

bool
sk_point(EVP_PKEY *p, uint8_t *point, size_t cap, size_t *n)
{
	return EVP_PKEY_get_octet_string_param(p,
	    OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, point, cap, n) == 1;
}

static void
cose_rsa(struct out *o, EVP_PKEY *p)
{
	uint8_t n[256] = { 0 };
	BIGNUM *bn = NULL;

	if (EVP_PKEY_get_bn_param(p, OSSL_PKEY_PARAM_RSA_N, &bn) == 1)
		BN_bn2binpad(bn, n, sizeof(n));
	BN_free(bn);
	out_int(o, -1);
	out_bytes(o, n, sizeof(n));
	out_int(o, -2);
	out_bytes(o, "\001\000\001", 3);
}

static void
cose_ec(struct out *o, EVP_PKEY *p, int alg)
{
	uint8_t point[97] = { 0 };
	size_t n = 0, half;

	if (alg == EDDSA) {
		n = 32;
		EVP_PKEY_get_raw_public_key(p, point, &n);
		out_int(o, -1);
		out_int(o, 6);
		out_int(o, -2);
		out_bytes(o, point, 32);
		return;
	}
	sk_point(p, point, sizeof(point), &n);
	half = (n - 1) / 2;
	out_int(o, -1);
	out_int(o, alg == ES256 ? 1 : 2);
	out_int(o, -2);
	out_bytes(o, point + 1, half);
	out_int(o, -3);
	out_bytes(o, point + 1 + half, half);
}

/* `bad`: "dup" gives the algorithm twice, "alg" another one than the key's,
 * "extra" a pair that does not belong there, "off" a point off the curve. */
void
sk_cose(struct out *o, const struct cred *c, const char *bad)
{
	bool ec = c->alg == ES256 || c->alg == ES384;
	bool dup = strcmp(bad, "dup") == 0, extra = strcmp(bad, "extra") == 0;
	EVP_PKEY *p = sk_key(c);

	out_map(o, (ec ? 5u : 4u) + dup + extra);
	out_int(o, 1);
	out_int(o, c->alg == RS256 ? 3 : c->alg == EDDSA ? 1 : 2);
	out_int(o, 3);
	out_int(o, strcmp(bad, "alg") != 0 ? c->alg :
	    c->alg == ES256 ? EDDSA : ES256);
	if (dup) {
		out_int(o, 3);
		out_int(o, c->alg);
	}
	if (c->alg == RS256)
		cose_rsa(o, p);
	else
		cose_ec(o, p, c->alg);
	if (extra) {
		out_int(o, -70000);
		out_bytes(o, "surplus", 7);
	} else if (strcmp(bad, "off") == 0 && o->n <= o->max) {
		o->p[o->n - 1] ^= 1;
	}
	EVP_PKEY_free(p);
}

int
sk_alg_of(EVP_PKEY *p)
{
	if (EVP_PKEY_is_a(p, "RSA"))
		return RS256;
	if (EVP_PKEY_is_a(p, "ED25519"))
		return EDDSA;
	return EVP_PKEY_get_bits(p) > 256 ? ES384 : ES256;
}

size_t
sk_sign(EVP_PKEY *p, int alg, const uint8_t *msg, size_t n, uint8_t *sig,
    size_t cap)
{
	const EVP_MD *md = alg == EDDSA ? NULL :
	    alg == ES384 ? EVP_sha384() : EVP_sha256();
	EVP_MD_CTX *x = EVP_MD_CTX_new();
	size_t len = cap;

	if (x == NULL || p == NULL ||
	    EVP_DigestSignInit(x, NULL, md, NULL, p) != 1 ||
	    EVP_DigestSign(x, sig, &len, msg, n) != 1)
		len = 0;
	EVP_MD_CTX_free(x);
	return len;
}

static bool
gcm(struct softkey *k, const uint8_t rp[32], const uint8_t *nonce, bool seal,
    const uint8_t *in, size_t n, uint8_t *out, uint8_t tag[TAG])
{
	EVP_CIPHER_CTX *x = EVP_CIPHER_CTX_new();
	int l;
	bool ok;

	ok = x != NULL && EVP_CipherInit_ex(x, EVP_aes_256_gcm(), NULL,
	    k->s.master, nonce, seal) == 1 &&
	    EVP_CipherUpdate(x, NULL, &l, rp, 32) == 1 &&
	    (seal || EVP_CIPHER_CTX_ctrl(x, EVP_CTRL_GCM_SET_TAG, TAG,
	    tag) == 1) &&
	    EVP_CipherUpdate(x, out, &l, in, (int)n) == 1 &&
	    EVP_CipherFinal_ex(x, out + l, &l) == 1 &&
	    (!seal || EVP_CIPHER_CTX_ctrl(x, EVP_CTRL_GCM_GET_TAG, TAG,
	    tag) == 1);
	EVP_CIPHER_CTX_free(x);
	return ok;
}

static bool
keep_rsa(struct softkey *k, struct cred *c)
{
	size_t i;

	for (i = 0; i < N_RSA && k->s.rsa[i].n != 0; i++)
		continue;
	if (i == N_RSA)
		return false;
	k->s.rsa[i].n = c->der_len;
	memcpy(k->s.rsa[i].der, c->der, c->der_len);
	c->slot = (uint8_t)i;
	c->der_len = 0;
	return true;
}

/* The knob `idlen` makes it longer: what follows the sealed part is noise. */
size_t
sk_seal(struct softkey *k, const uint8_t rp[32], const struct cred *from,
    uint8_t id[ID_MAX])
{
	uint8_t plain[FIXED + DER_MAX];
	struct cred c = *from;
	size_t n, want = (size_t)sk_number(k, "idlen", 0);

	if (c.alg == RS256 && !keep_rsa(k, &c))
		return 0;
	plain[0] = (uint8_t)(-c.alg & 0xff); /* 257 is 1 */
	plain[1] = c.protect;
	plain[2] = c.resident;
	plain[3] = c.slot;
	plain[4] = (uint8_t)(c.der_len >> 8);
	plain[5] = (uint8_t)c.der_len;
	memcpy(plain + FIXED, c.der, c.der_len);
	n = FIXED + c.der_len;
	sk_random(id, NONCE);
	if (!gcm(k, rp, id, true, plain, n, id + NONCE + TAG, id + NONCE))
		return 0;
	n += NONCE + TAG;
	if (want > n && want <= ID_MAX) {
		sk_random(id + n, want - n);
		n = want;
	}
	return n;
}

/* How long the sealed part is the nonce does not say: try what can be. */
static size_t
sealed_len(size_t n, size_t i)
{
	static const size_t ders[] = { 0, 48, 121, 167 };
	size_t len = NONCE + TAG + FIXED;

	return len + ders[i] <= n ? ders[i] + FIXED : 0;
}

bool
sk_unseal(struct softkey *k, const uint8_t rp[32], struct bytes id,
    struct cred *c)
{
	uint8_t plain[FIXED + DER_MAX], tag[TAG];
	size_t i, n = 0;
	bool ok = false;

	if (id.p == NULL || id.n > ID_MAX || id.n < NONCE + TAG + FIXED)
		return false;
	memcpy(tag, id.p + NONCE, TAG);
	for (i = 0; i < 4 && !ok; i++) {
		n = sealed_len(id.n, i);
		ok = n != 0 && gcm(k, rp, id.p, false, id.p + NONCE + TAG, n,
		    plain, tag);
	}
	if (!ok)
		return false;
	c->alg = plain[0] == 1 ? RS256 : -plain[0];
	c->protect = plain[1];
	c->resident = plain[2] != 0;
	c->slot = plain[3];
	c->der_len = (size_t)plain[4] << 8 | plain[5];
	memcpy(c->der, plain + FIXED, c->der_len);
	if (c->alg == RS256 && c->slot < N_RSA) {
		c->der_len = k->s.rsa[c->slot].n;
		memcpy(c->der, k->s.rsa[c->slot].der, c->der_len);
	}
	return c->der_len > 0;
}
