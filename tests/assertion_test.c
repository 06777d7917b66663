/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The challenge and the check of signatures over it: what a right token
 * makes verifies, and nothing else does.  A fixed vector for each scheme
 * stands beside signatures made here.
 */
#include "gate/assertion.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <time.h>

#include "gate/certificate.h"
#include "sekisho/buf.h"
#include "sekisho/wire_front.h"
#include "tests/assertion_vectors.h"
#include "tests/check.h"

static EVP_PKEY *rsa, *rsa_other, *p256, *p256_other, *p384, *p521, *ed;

static struct sek_binding
binding(void)
{
	struct sek_binding b = { .user = "ward3", .service = "login",
	    .host = "pc1", .session = "0d5", .time = 1700000000,
	    .cert_sha256 = { 1, 2, 3 } };

	return b;
}

static void
challenge(struct sek_challenge *c, EVP_PKEY *key)
{
	struct sek_binding b = binding();

	memset(c, 0, sizeof *c);
	CHECK_INT(sek_challenge_make(c, &b, key), SEK_OK);
}

/* -- signing, as a token does */

/* Sign the digest; padding 0 for EC, md NULL for no DigestInfo.  Returns the
 * length, 0 on failure. */
static size_t
sign(EVP_PKEY *key, int padding, int salt, const EVP_MD *md,
    const EVP_MD *mgf1, const struct sek_challenge *c, uint8_t *sig,
    size_t cap)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	size_t n = cap;
	bool ok;

	ok = ctx != NULL && EVP_PKEY_sign_init(ctx) == 1 && (padding == 0 ||
	    EVP_PKEY_CTX_set_rsa_padding(ctx, padding) == 1) &&
	    (md == NULL || EVP_PKEY_CTX_set_signature_md(ctx, md) == 1);
	if (ok && padding == RSA_PKCS1_PSS_PADDING)
		ok = EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, mgf1) == 1 &&
		    EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, salt) == 1;
	ok = ok && EVP_PKEY_sign(ctx, sig, &n, c->digest,
	    c->digest_len) == 1;
	EVP_PKEY_CTX_free(ctx);
	return ok ? n : 0;
}

static const EVP_MD *
md_of(const struct sek_challenge *c)
{
	return c->hash == SEK_HASH_SHA384 ? EVP_sha384() : EVP_sha256();
}

static void
prove_rsa(struct sek_proof *p, EVP_PKEY *key, enum sek_scheme scheme,
    const struct sek_challenge *c)
{
	memset(p, 0, sizeof *p);
	p->scheme = scheme;
	p->sig_len = sign(key, scheme == SEK_SCHEME_RSA_PSS ?
	    RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING, RSA_PSS_SALTLEN_DIGEST,
	    md_of(c), md_of(c), c, p->sig, sizeof p->sig);
	CHECK(p->sig_len > 0);
}

static void
prove_ec(struct sek_proof *p, EVP_PKEY *key, const struct sek_challenge *c)
{
	uint8_t der[200];
	const unsigned char *q = der;
	int half = (EVP_PKEY_get_bits(key) + 7) / 8;
	size_t n = sign(key, 0, 0, md_of(c), NULL, c, der, sizeof der);
	ECDSA_SIG *s;
	bool ok;

	memset(p, 0, sizeof *p);
	p->scheme = SEK_SCHEME_ECDSA_RAW;
	p->sig_len = 2 * (size_t)half;
	s = d2i_ECDSA_SIG(NULL, &q, (long)n);
	ok = s != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(s), p->sig, half) ==
	    half && BN_bn2binpad(ECDSA_SIG_get0_s(s), p->sig + half, half) ==
	    half;
	ECDSA_SIG_free(s);
	CHECK(ok);
}

static bool
good(const struct sek_challenge *c, EVP_PKEY *key, const struct sek_proof *p)
{
	int r = sek_assertion_verify(c, key, p);

	CHECK(r == SEK_OK || r == SEK_E_CRYPTO);
	CHECK_INT(ERR_peek_error(), 0);
	return r == SEK_OK;
}

/* -- the challenge */

static void
challenge_holds_its_fields(void)
{
	struct sek_binding b = binding();
	struct sek_challenge c;
	struct sek_rd r;
	const uint8_t *p;
	char s[300];
	size_t n;

	challenge(&c, p256);
	r = sek_rd_init(c.tbs, c.tbs_len);
	sek_rd_str(&r, s, sizeof s);
	CHECK_STR(s, "sekisho login challenge v1");
	(void)sek_rd_bytes(&r, 32, &n);
	CHECK_INT(n, 32);
	sek_rd_str(&r, s, sizeof s);
	CHECK_STR(s, b.user);
	sek_rd_str(&r, s, sizeof s);
	CHECK_STR(s, b.service);
	sek_rd_str(&r, s, sizeof s);
	CHECK_STR(s, b.host);
	sek_rd_str(&r, s, sizeof s);
	CHECK_STR(s, b.session);
	CHECK_INT(sek_rd_u64(&r), b.time);
	p = sek_rd_bytes(&r, 32, &n);
	CHECK(p != NULL && n == 32 && memcmp(p, b.cert_sha256, 32) == 0);
	CHECK_INT(sek_rd_end(&r), SEK_OK);
}

/* One for a FIDO2 key is bound to the RP ID, and can never be taken for one
 * that a card has signed. */
static void
challenge_of_a_key(void)
{
	struct sek_binding b = binding();
	struct sek_challenge c = { 0 }, again = { 0 };
	uint8_t rp[32], digest[32];
	struct sek_rd r;
	const uint8_t *p;
	char s[300];
	size_t n;

	b.rp = "hospital.example";
	CHECK_INT(sek_challenge_make(&c, &b, NULL), SEK_OK);
	CHECK_INT(sek_challenge_make(&again, &b, NULL), SEK_OK);
	CHECK(memcmp(c.digest, again.digest, 32) != 0);
	CHECK_INT(c.hash, SEK_HASH_SHA256);
	CHECK_INT(c.digest_len, 32);
	CHECK(EVP_Digest(c.tbs, c.tbs_len, digest, NULL, EVP_sha256(), NULL)
	    == 1 && memcmp(c.digest, digest, 32) == 0);
	r = sek_rd_init(c.tbs, c.tbs_len);
	sek_rd_str(&r, s, sizeof s);
	CHECK_STR(s, "sekisho FIDO2 login challenge v1");
	(void)sek_rd_bytes(&r, 32, &n);
	CHECK_INT(n, 32);
	sek_rd_str(&r, s, sizeof s);
	CHECK_STR(s, b.user);
	sek_rd_str(&r, s, sizeof s);
	sek_rd_str(&r, s, sizeof s);
	sek_rd_str(&r, s, sizeof s);
	(void)sek_rd_u64(&r);
	p = sek_rd_bytes(&r, 32, &n);
	CHECK(EVP_Digest(b.rp, strlen(b.rp), rp, NULL, EVP_sha256(), NULL) ==
	    1);
	CHECK(p != NULL && n == 32 && memcmp(p, rp, 32) == 0);
	CHECK_INT(sek_rd_end(&r), SEK_OK);
}

static void
challenge_is_fresh(void)
{
	struct sek_challenge a, b;

	challenge(&a, p256);
	challenge(&b, p256);
	CHECK_INT(a.tbs_len, b.tbs_len);
	CHECK(memcmp(a.tbs, b.tbs, a.tbs_len) != 0);
	CHECK(memcmp(a.digest, b.digest, a.digest_len) != 0);
}

static void
challenge_fits_the_key(void)
{
	struct sek_challenge c;
	uint8_t want[64];
	unsigned int n = 0;

	challenge(&c, rsa);
	CHECK(c.hash == SEK_HASH_SHA256 && c.digest_len == 32);
	challenge(&c, p256);
	CHECK(c.hash == SEK_HASH_SHA256 && c.digest_len == 32);
	CHECK(EVP_Digest(c.tbs, c.tbs_len, want, &n, EVP_sha256(), NULL) ==
	    1 && n == 32 && memcmp(want, c.digest, 32) == 0);
	challenge(&c, p384);
	CHECK(c.hash == SEK_HASH_SHA384 && c.digest_len == 48);
	CHECK(EVP_Digest(c.tbs, c.tbs_len, want, &n, EVP_sha384(), NULL) ==
	    1 && n == 48 && memcmp(want, c.digest, 48) == 0);
	challenge(&c, p521);
	CHECK(c.hash == SEK_HASH_SHA384 && c.digest_len == 48);
}

static void
longest_fields_fit(void)
{
	struct sek_binding b = binding();
	struct sek_challenge c = { .tbs_len = 7 };
	char name[SEK_NAME_MAX + 256];

	memset(name, 'n', sizeof name);
	name[SEK_NAME_MAX - 1] = '\0';
	b.user = b.service = b.host = name;
	b.session = "00000000-0000-4000-8000-000000000000";
	CHECK_INT(sek_challenge_make(&c, &b, p256), SEK_OK);
	CHECK(c.tbs_len > 768 && c.tbs_len <= SEK_MAX_TBS);
	/* longer is a failure that leaves no challenge */
	memset(name, 'n', sizeof name);
	name[sizeof name - 1] = '\0';
	c.tbs_len = 7;
	CHECK_INT(sek_challenge_make(&c, &b, p256), SEK_E_LIMIT);
	CHECK_INT(c.tbs_len, 7);
}

/* -- what verifies */

static void
right_signatures_verify(void)
{
	EVP_PKEY *const curves[] = { p256, p384, p521 };
	struct sek_challenge c;
	struct sek_proof p;
	size_t i;

	challenge(&c, rsa);
	prove_rsa(&p, rsa, SEK_SCHEME_RSA_PKCS1, &c);
	CHECK(good(&c, rsa, &p));
	prove_rsa(&p, rsa, SEK_SCHEME_RSA_PSS, &c);
	CHECK(good(&c, rsa, &p));
	for (i = 0; i < 3; i++) {
		challenge(&c, curves[i]);
		prove_ec(&p, curves[i], &c);
		CHECK(good(&c, curves[i], &p));
	}
}

/* Made with the openssl program, see the header. */
static void
fixed_vectors(void)
{
	struct sek_challenge c;
	struct sek_proof p;
	const unsigned char *der;
	EVP_PKEY *key;
	bool ok;
	size_t i;

	for (i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		memset(&c, 0, sizeof c);
		memset(&p, 0, sizeof p);
		c.hash = vectors[i].hash;
		c.digest_len = vectors[i].hash == SEK_HASH_SHA384 ? 48 : 32;
		CHECK(EVP_Digest(VECTOR_MESSAGE, sizeof VECTOR_MESSAGE - 1,
		    c.digest, NULL, md_of(&c), NULL) == 1);
		p.scheme = vectors[i].scheme;
		p.sig_len = vectors[i].sig_len;
		memcpy(p.sig, vectors[i].sig, p.sig_len);
		der = vectors[i].key;
		key = d2i_PUBKEY(NULL, &der, (long)vectors[i].key_len);
		CHECK(key != NULL);
		ok = good(&c, key, &p);
		c.digest[0] ^= 1;
		ok = ok && !good(&c, key, &p);
		EVP_PKEY_free(key);
		CHECK_INT(ok ? (int)i : -1, (int)i);
	}
}

/* -- what does not */

static void
spoil(const struct sek_challenge *c, EVP_PKEY *key, struct sek_proof *p)
{
	struct sek_challenge other = *c;
	size_t i, n = p->sig_len;

	CHECK(good(c, key, p));
	for (i = 0; i < n; i += 5) {
		p->sig[i] ^= (uint8_t)(1u << (i % 8));
		CHECK(!good(c, key, p));
		p->sig[i] ^= (uint8_t)(1u << (i % 8));
	}
	for (i = 0; i < c->digest_len; i++) {
		other.digest[i] ^= 0x80;
		CHECK(!good(&other, key, p));
		other.digest[i] ^= 0x80;
	}
	/* every other length */
	p->sig_len = n - 1;
	CHECK(!good(c, key, p));
	p->sig_len = n + 1;
	CHECK(!good(c, key, p));
	p->sig_len = n + 2;
	CHECK(!good(c, key, p));
	p->sig_len = 0;
	CHECK(!good(c, key, p));
	p->sig_len = sizeof p->sig;
	CHECK(!good(c, key, p));
	p->sig_len = sizeof p->sig + 1;
	CHECK(!good(c, key, p));
	p->sig_len = SIZE_MAX;
	CHECK(!good(c, key, p));
	p->sig_len = n;
	CHECK(good(c, key, p));
	memset(p->sig, 0, n);
	CHECK(!good(c, key, p));
	memset(p->sig, 0xff, n);
	CHECK(!good(c, key, p));
}

static void
spoilt_rsa(void)
{
	struct sek_challenge c;
	struct sek_proof p;

	challenge(&c, rsa);
	prove_rsa(&p, rsa, SEK_SCHEME_RSA_PKCS1, &c);
	spoil(&c, rsa, &p);
	prove_rsa(&p, rsa, SEK_SCHEME_RSA_PSS, &c);
	spoil(&c, rsa, &p);
}

static void
spoilt_ec(void)
{
	struct sek_challenge c;
	struct sek_proof p;

	challenge(&c, p256);
	prove_ec(&p, p256, &c);
	spoil(&c, p256, &p);
	challenge(&c, p384);
	prove_ec(&p, p384, &c);
	spoil(&c, p384, &p);
}

static void
stale_challenge(void)
{
	struct sek_challenge before, now;
	struct sek_proof p;

	challenge(&before, rsa);
	challenge(&now, rsa);
	prove_rsa(&p, rsa, SEK_SCHEME_RSA_PKCS1, &before);
	CHECK(good(&before, rsa, &p));
	CHECK(!good(&now, rsa, &p));
	challenge(&before, p256);
	challenge(&now, p256);
	prove_ec(&p, p256, &before);
	CHECK(!good(&now, p256, &p));
}

static void
other_key(void)
{
	struct sek_challenge c;
	struct sek_proof p;

	challenge(&c, rsa);
	prove_rsa(&p, rsa, SEK_SCHEME_RSA_PKCS1, &c);
	CHECK(!good(&c, rsa_other, &p));
	CHECK(!good(&c, p256, &p));
	CHECK(!good(&c, NULL, &p));
	prove_ec(&p, p256, &c);
	CHECK(!good(&c, p256_other, &p));
	CHECK(!good(&c, p384, &p));
	CHECK(!good(&c, rsa, &p));
	CHECK(!good(&c, ed, &p));
}

static void
other_scheme(void)
{
	static const int schemes[] = { 0, SEK_SCHEME_RSA_PKCS1,
	    SEK_SCHEME_RSA_PSS, SEK_SCHEME_ECDSA_RAW, 4, 255, -1 };
	struct sek_challenge c;
	struct sek_proof p, q;
	size_t i;

	challenge(&c, rsa);
	prove_rsa(&p, rsa, SEK_SCHEME_RSA_PKCS1, &c);
	prove_rsa(&q, rsa, SEK_SCHEME_RSA_PSS, &c);
	for (i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
		p.scheme = q.scheme = (enum sek_scheme)schemes[i];
		CHECK(good(&c, rsa, &p) == (p.scheme ==
		    SEK_SCHEME_RSA_PKCS1));
		CHECK(good(&c, rsa, &q) == (q.scheme == SEK_SCHEME_RSA_PSS));
	}
	prove_ec(&p, p256, &c);
	for (i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
		p.scheme = (enum sek_scheme)schemes[i];
		CHECK(good(&c, p256, &p) == (p.scheme ==
		    SEK_SCHEME_ECDSA_RAW));
	}
}

/* Paddings that are near the right ones. */
static void
other_padding(void)
{
	static const int salts[] = { 0, 20, 31, 33, RSA_PSS_SALTLEN_MAX };
	struct sek_challenge c;
	struct sek_proof p = { .scheme = SEK_SCHEME_RSA_PSS };
	size_t i;

	challenge(&c, rsa);
	for (i = 0; i < sizeof salts / sizeof salts[0]; i++) {
		p.sig_len = sign(rsa, RSA_PKCS1_PSS_PADDING, salts[i],
		    EVP_sha256(), EVP_sha256(), &c, p.sig, sizeof p.sig);
		CHECK(p.sig_len > 0);
		CHECK(!good(&c, rsa, &p));
	}
	p.sig_len = sign(rsa, RSA_PKCS1_PSS_PADDING, RSA_PSS_SALTLEN_DIGEST,
	    EVP_sha256(), EVP_sha1(), &c, p.sig, sizeof p.sig);
	CHECK(p.sig_len > 0 && !good(&c, rsa, &p));
	/* DigestInfo of another hash of that length */
	p.scheme = SEK_SCHEME_RSA_PKCS1;
	p.sig_len = sign(rsa, RSA_PKCS1_PADDING, 0, EVP_sha3_256(), NULL, &c,
	    p.sig, sizeof p.sig);
	CHECK(p.sig_len > 0 && !good(&c, rsa, &p));
	/* no DigestInfo at all */
	p.sig_len = sign(rsa, RSA_PKCS1_PADDING, 0, NULL, NULL, &c, p.sig,
	    sizeof p.sig);
	CHECK(p.sig_len == 256);
	CHECK(!good(&c, rsa, &p));
}

/* r and s at the edges of what is allowed, 1 to n - 1. */
static void
ecdsa_range(void)
{
	struct sek_challenge c;
	struct sek_proof p;
	EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	uint8_t order[32], save[64];

	challenge(&c, p256);
	prove_ec(&p, p256, &c);
	CHECK(group != NULL &&
	    BN_bn2binpad(EC_GROUP_get0_order(group), order, 32) == 32);
	EC_GROUP_free(group);
	memcpy(save, p.sig, 64);
	memcpy(p.sig, order, 32); /* r = n */
	CHECK(!good(&c, p256, &p));
	memcpy(p.sig, save, 64);
	memcpy(p.sig + 32, order, 32); /* s = n */
	CHECK(!good(&c, p256, &p));
	memcpy(p.sig, save, 64);
	memset(p.sig, 0, 32); /* r = 0 */
	CHECK(!good(&c, p256, &p));
	memcpy(p.sig, save, 64);
	memset(p.sig + 32, 0, 32); /* s = 0 */
	CHECK(!good(&c, p256, &p));
	memcpy(p.sig, save, 64);
	CHECK(good(&c, p256, &p));
}

/* A DER signature, as some modules hand over, is not r || s. */
static void
der_is_not_raw(void)
{
	struct sek_challenge c;
	struct sek_proof p = { .scheme = SEK_SCHEME_ECDSA_RAW };

	challenge(&c, p256);
	p.sig_len = sign(p256, 0, 0, EVP_sha256(), NULL, &c, p.sig,
	    sizeof p.sig);
	CHECK(p.sig_len > 64 && !good(&c, p256, &p));
	p.sig_len = 64;
	CHECK(!good(&c, p256, &p));
}

static void
broken_challenge(void)
{
	static const int hashes[] = { 0, SEK_HASH_SHA384, 3, -1 };
	struct sek_challenge c;
	struct sek_proof p;
	size_t i;

	challenge(&c, p256);
	prove_ec(&p, p256, &c);
	for (i = 0; i < sizeof hashes / sizeof hashes[0]; i++) {
		c.hash = (enum sek_hash)hashes[i];
		CHECK(!good(&c, p256, &p));
	}
	c.hash = SEK_HASH_SHA256;
	for (i = 0; i <= 64; i++) {
		c.digest_len = i;
		CHECK(good(&c, p256, &p) == (i == 32));
	}
}

static void
scheme_words(void)
{
	CHECK_STR(sek_scheme_word(SEK_SCHEME_RSA_PKCS1), "rsa-pkcs1");
	CHECK_STR(sek_scheme_word(SEK_SCHEME_RSA_PSS), "rsa-pss");
	CHECK_STR(sek_scheme_word(SEK_SCHEME_ECDSA_RAW), "ecdsa");
	CHECK_STR(sek_scheme_word((enum sek_scheme)0), "none");
	CHECK_STR(sek_scheme_word((enum sek_scheme)77), "none");
}

int
main(void)
{
	if (sek_crypto_start() != SEK_OK)
		return 1;
	rsa = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
	rsa_other = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
	p256 = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	p256_other = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	p384 = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-384");
	p521 = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-521");
	ed = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	RUN(challenge_holds_its_fields);
	RUN(challenge_of_a_key);
	RUN(challenge_is_fresh);
	RUN(challenge_fits_the_key);
	RUN(longest_fields_fit);
	RUN(right_signatures_verify);
	RUN(fixed_vectors);
	RUN(spoilt_rsa);
	RUN(spoilt_ec);
	RUN(stale_challenge);
	RUN(other_key);
	RUN(other_scheme);
	RUN(other_padding);
	RUN(ecdsa_range);
	RUN(der_is_not_raw);
	RUN(broken_challenge);
	RUN(scheme_words);
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(rsa_other);
	EVP_PKEY_free(p256);
	EVP_PKEY_free(p256_other);
	EVP_PKEY_free(p384);
	EVP_PKEY_free(p521);
	EVP_PKEY_free(ed);
	return CHECK_END();
}
