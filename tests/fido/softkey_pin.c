/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * authenticatorClientPIN of the software key (CTAP 2.1 6.5): both protocols,
 * PIN and token.  Eight tries in all, three of them until it is pulled out.
 */
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/params.h>

#include "softkey_rooms.h"

enum { TRIES_A_BOOT = 3 };

/* -- protocols 1 and 2 (6.5.6, 6.5.7) */

static EVP_PKEY *
peer_key(const cbor_item_t *cose)
{
	struct bytes x = in_bytes(in_number(cose, -2));
	struct bytes y = in_bytes(in_number(cose, -3));
	char group[] = "prime256v1";
	uint8_t point[65] = { 4 };
	OSSL_PARAM params[3];
	EVP_PKEY_CTX *ctx;
	EVP_PKEY *p = NULL;

	if (x.n != 32 || y.n != 32)
		return NULL;
	memcpy(point + 1, x.p, 32);
	memcpy(point + 33, y.p, 32);
	params[0] = OSSL_PARAM_construct_utf8_string(
	    OSSL_PKEY_PARAM_GROUP_NAME, group, 0);
	params[1] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
	    point, sizeof(point));
	params[2] = OSSL_PARAM_construct_end();
	ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	if (ctx != NULL && EVP_PKEY_fromdata_init(ctx) == 1)
		(void)EVP_PKEY_fromdata(ctx, &p, EVP_PKEY_PUBLIC_KEY, params);
	EVP_PKEY_CTX_free(ctx);
	return p;
}

static bool
derive(EVP_PKEY *mine, EVP_PKEY *theirs, uint8_t z[32])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(mine, NULL);
	size_t n = 32;
	bool ok;

	ok = ctx != NULL && EVP_PKEY_derive_init(ctx) == 1 &&
	    EVP_PKEY_derive_set_peer(ctx, theirs) == 1 &&
	    EVP_PKEY_derive(ctx, z, &n) == 1 && n == 32;
	EVP_PKEY_CTX_free(ctx);
	return ok;
}

bool
sk_agree(struct softkey *k, const cbor_item_t *cose, int64_t proto,
    struct shared *s)
{
	static const uint8_t salt[32];
	EVP_PKEY *theirs = peer_key(cose);
	uint8_t z[32], prk[32];
	bool ok;

	ok = theirs != NULL && (proto == 1 || proto == 2) &&
	    derive(k->agree, theirs, z);
	EVP_PKEY_free(theirs);
	if (!ok)
		return false;
	if (proto == 1) {
		sk_sha256(z, sizeof(z), s->hmac);
		memcpy(s->aes, s->hmac, sizeof(s->aes));
		return true;
	}
	sk_hmac(salt, sizeof(salt), z, sizeof(z), prk);
	sk_hmac(prk, sizeof(prk), "CTAP2 HMAC key\x01", 15, s->hmac);
	sk_hmac(prk, sizeof(prk), "CTAP2 AES key\x01", 14, s->aes);
	return true;
}

bool
sk_mac_ok(int64_t proto, const uint8_t key[32], const void *p, size_t n,
    const cbor_item_t *mac)
{
	struct bytes given = in_bytes(mac);
	uint8_t h[32];

	if (given.n != (proto == 1 ? 16u : 32u))
		return false;
	sk_hmac(key, 32, p, n, h);
	return CRYPTO_memcmp(h, given.p, given.n) == 0;
}

static size_t
cbc(const uint8_t key[32], const uint8_t iv[16], bool encrypt,
    const uint8_t *p, size_t n, uint8_t *out)
{
	EVP_CIPHER_CTX *x = EVP_CIPHER_CTX_new();
	int len = 0;

	if (x == NULL || EVP_CipherInit_ex(x, EVP_aes_256_cbc(), NULL, key,
	    iv, encrypt) != 1 || EVP_CIPHER_CTX_set_padding(x, 0) != 1 ||
	    EVP_CipherUpdate(x, out, &len, p, (int)n) != 1)
		len = 0;
	EVP_CIPHER_CTX_free(x);
	return (size_t)len;
}

size_t
sk_encrypt(int64_t proto, const struct shared *s, const uint8_t *p, size_t n,
    uint8_t *out, size_t cap)
{
	uint8_t iv[16] = { 0 };
	size_t head = proto == 2 ? sizeof(iv) : 0;

	if (n % 16 != 0 || head + n > cap)
		return 0;
	if (proto == 2)
		sk_random(iv, sizeof(iv));
	memcpy(out, iv, head);
	return head + cbc(s->aes, iv, true, p, n, out + head);
}

size_t
sk_decrypt(int64_t proto, const struct shared *s, struct bytes in,
    uint8_t *out, size_t cap)
{
	uint8_t iv[16] = { 0 };

	if (proto == 2) {
		if (in.n < sizeof(iv))
			return 0;
		memcpy(iv, in.p, sizeof(iv));
		in.p += sizeof(iv);
		in.n -= sizeof(iv);
	}
	if (in.n == 0 || in.n % 16 != 0 || in.n > cap)
		return 0;
	return cbc(s->aes, iv, false, in.p, in.n, out);
}

/* -- the PIN */

static bool
dead(struct softkey *k)
{
	return k->s.pin_tries == 0 || sk_is(k, "pinlocked", "1");
}

/* A try is spent before the comparison, and given back after it. */
static int
check(struct softkey *k, int64_t proto, const struct shared *s,
    const cbor_item_t *hash_enc)
{
	uint8_t h[32];

	if (!k->s.pin_set)
		return CTAP_PIN_NOT_SET;
	if (dead(k))
		return CTAP_PIN_BLOCKED;
	if (k->pin_misses >= TRIES_A_BOOT)
		return CTAP_PIN_PAUSED;
	k->s.pin_tries--;
	sk_save(k);
	if (sk_decrypt(proto, s, in_bytes(hash_enc), h, sizeof(h)) == 16 &&
	    CRYPTO_memcmp(h, k->s.pin_hash, 16) == 0) {
		k->s.pin_tries = 8;
		k->s.uv_tries = 3;
		k->pin_misses = 0;
		sk_save(k);
		return CTAP_OK;
	}
	EVP_PKEY_free(k->agree);
	k->agree = EVP_EC_gen("P-256");
	k->pin_misses++;
	if (k->s.pin_tries == 0)
		return CTAP_PIN_BLOCKED;
	return k->pin_misses >= TRIES_A_BOOT ? CTAP_PIN_PAUSED :
	    CTAP_PIN_INVALID;
}

static int
keep_pin(struct softkey *k, int64_t proto, const struct shared *s,
    struct bytes pin_enc)
{
	uint8_t text[64], hash[32];
	size_t n;

	if (sk_decrypt(proto, s, pin_enc, text, sizeof(text)) != sizeof(text))
		return CTAP_LENGTH;
	n = strnlen((const char *)text, sizeof(text));
	if (n < (size_t)sk_number(k, "pinmin", 4) || n > 63)
		return CTAP_PIN_POLICY;
	sk_sha256(text, n, hash);
	memcpy(k->s.pin_hash, hash, sizeof(k->s.pin_hash));
	k->s.pin_set = true;
	k->s.pin_tries = 8;
	k->token_valid = false;
	sk_save(k);
	return CTAP_OK;
}

static int
set_pin(struct softkey *k, const cbor_item_t *m, int64_t proto, bool change)
{
	struct bytes pin = in_bytes(in_number(m, 5));
	struct bytes old = { NULL, 0 };
	uint8_t both[160];
	struct shared s;
	int r = CTAP_OK;

	if (!change && k->s.pin_set)
		return CTAP_PIN_AUTH;
	if (change)
		old = in_bytes(in_number(m, 6));
	if (pin.p == NULL || pin.n > 80 || old.n > 80 ||
	    !sk_agree(k, in_number(m, 3), proto, &s))
		return CTAP_MISSING;
	memcpy(both, pin.p, pin.n);
	if (old.n > 0)
		memcpy(both + pin.n, old.p, old.n);
	if (!sk_mac_ok(proto, s.hmac, both, pin.n + old.n, in_number(m, 4)))
		return CTAP_PIN_AUTH;
	if (change)
		r = check(k, proto, &s, in_number(m, 6));
	return r == CTAP_OK ? keep_pin(k, proto, &s, pin) : r;
}

/* -- the token; 5: old form, 6: by finger, 9: by PIN with permissions */

static int
token(struct softkey *k, const cbor_item_t *m, int64_t proto, int64_t sub,
    struct out *o)
{
	struct bytes rp = in_text(in_number(m, 10));
	uint8_t sealed[64];
	struct shared s;
	size_t n;
	int r;

	if (sub != 5 && (sk_is(k, "puat", "0") || sk_is(k, "versions", "2.0")))
		return CTAP_NO_COMMAND;
	if (sub != 5 && in_int(in_number(m, 9)) == 0)
		return CTAP_MISSING;
	if (!sk_agree(k, in_number(m, 3), proto, &s))
		return CTAP_MISSING;
	r = sub == 6 ? sk_finger(k) : check(k, proto, &s, in_number(m, 6));
	if (r != CTAP_OK)
		return r;
	k->perms = sub == 5 ? PERM_MAKE | PERM_GET :
	    (unsigned)in_int(in_number(m, 9));
	k->token_bound = sub != 5 && rp.n > 0;
	if (k->token_bound)
		sk_sha256(rp.p, rp.n, k->token_rp);
	k->token_present = sub == 6;
	k->token_valid = true;
	sk_random(k->token, sizeof(k->token));
	n = sk_encrypt(proto, &s, k->token, sizeof(k->token), sealed,
	    sizeof(sealed));
	out_map(o, 1);
	out_int(o, 2);
	out_bytes(o, sealed, n);
	return CTAP_OK;
}

static void
put_agreement(struct softkey *k, struct out *o)
{
	uint8_t point[65] = { 0 };
	size_t n = 0;

	(void)sk_point(k->agree, point, sizeof(point), &n);
	out_map(o, 1);
	out_int(o, 1);
	out_map(o, 5);
	out_int(o, 1);
	out_int(o, 2);
	out_int(o, 3);
	out_int(o, -25);
	out_int(o, -1);
	out_int(o, 1);
	out_int(o, -2);
	out_bytes(o, point + 1, 32);
	out_int(o, -3);
	out_bytes(o, point + 33, 32);
}

static void
put_tries(struct softkey *k, struct out *o)
{
	bool paused = k->pin_misses >= TRIES_A_BOOT;

	out_map(o, 1u + paused);
	out_int(o, 3);
	out_int(o, dead(k) ? 0 : k->s.pin_tries);
	if (paused) {	/* powerCycleState */
		out_int(o, 4);
		out_bool(o, true);
	}
}

int
sk_pin(struct softkey *k, const cbor_item_t *m, struct out *o)
{
	int64_t proto = in_int(in_number(m, 1));
	int64_t sub = in_int(in_number(m, 2));

	switch (sub) {
	case 1:
		put_tries(k, o);
		return CTAP_OK;
	case 2:
		put_agreement(k, o);
		return CTAP_OK;
	case 3:
	case 4:
		return set_pin(k, m, proto, sub == 4);
	case 5:
	case 6:
	case 9:
		return token(k, m, proto, sub, o);
	case 7:
		out_map(o, 1);
		out_int(o, 5);
		out_int(o, k->s.uv_tries);
		return CTAP_OK;
	default:
		return CTAP_NO_COMMAND;
	}
}
