/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzz target: what a FIDO2 key hands over, and a store that was damaged.
 * The first byte selects: an assertion, a registration, a COSE key, a stored
 * key.  Nothing may be signed that was not in the published example, nobody
 * is trusted without a root, and a key has one spelling.
 * Seeds: tests/corpus/fido.
 */
#undef NDEBUG
#include <assert.h>
#include <openssl/err.h>
#include <string.h>

#include "gate/certificate.h"
#include "gate/fido_rooms.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static const enum sek_fido_alg algs[] = { SEK_FIDO_ES256, SEK_FIDO_ES384,
    SEK_FIDO_EDDSA, SEK_FIDO_RS256 };
static const char *const formats[] = { "none", "packed", "fido-u2f", "tpm" };

/* Web Authentication Level 3, 16.3: its key and what was signed. */
static const uint8_t known_point[] = {
	0x04, 0xeb, 0x15, 0x1c, 0x81, 0x76, 0xb2, 0x25, 0xcc, 0x65, 0x15,
	0x59, 0xfe, 0xcf, 0x07, 0xaf, 0x45, 0x0f, 0xd8, 0x58, 0x02, 0x04,
	0x66, 0x56, 0xb3, 0x4c, 0x18, 0xf6, 0xcf, 0x19, 0x38, 0x43, 0xc5,
	0x92, 0x7b, 0x8a, 0xa4, 0x27, 0xa2, 0xbe, 0x1b, 0x88, 0x34, 0xd2,
	0x33, 0xa2, 0xd3, 0x4f, 0x61, 0xf1, 0x3b, 0xfd, 0x44, 0x11, 0x9c,
	0x32, 0x5d, 0x58, 0x96, 0xe1, 0x83, 0xfe, 0xe4, 0x84, 0xf2 };
static const uint8_t known_hash[] = {
	0x3c, 0xa7, 0x72, 0x9f, 0x6c, 0x9e, 0x57, 0x3e, 0x94, 0xfe, 0xa8,
	0x34, 0x81, 0x30, 0xbe, 0xfa, 0xcd, 0x58, 0x7e, 0x99, 0xf3, 0x63,
	0x94, 0x4a, 0xa3, 0xa5, 0x9c, 0x90, 0x41, 0x0f, 0x84, 0xbf };
static const uint8_t known_auth[] = {
	0xbf, 0xab, 0xc3, 0x74, 0x32, 0x95, 0x8b, 0x06, 0x33, 0x60, 0xd3,
	0xad, 0x64, 0x61, 0xc9, 0xc4, 0x73, 0x5a, 0xe7, 0xf8, 0xed, 0xd4,
	0x65, 0x92, 0xa5, 0xe0, 0xf0, 0x14, 0x52, 0xb2, 0xe4, 0xb5, 0x09,
	0x00, 0x00, 0x00, 0x00 };

static void
printable(const char *text, size_t cap)
{
	assert(memchr(text, 0, cap) != NULL);
	assert(strpbrk(text, "\n\r\x1b") == NULL);
}

/* At most `max` bytes, after a length of two; or what is there. */
static size_t
take(const uint8_t **p, size_t *n, void *out, size_t max)
{
	size_t want = 0;

	if (*n >= 2) {
		want = (size_t)(*p)[0] << 8 | (*p)[1];
		*p += 2;
		*n -= 2;
	}
	if (want > *n)
		want = *n;
	if (want > max)
		want = max;
	memcpy(out, *p, want);
	*p += want;
	*n -= want;
	return want;
}

static void
assertion(const uint8_t *p, size_t n)
{
	struct sek_fido_cred cred = { .rp = "example.org", .id = { 7 },
	    .id_len = 1, .alg = SEK_FIDO_ES256 };
	struct sek_fido_expect e = { .cred = &cred, .rp = "example.org",
	    .hash = known_hash };
	struct sek_fido_assertion a = { .id = { 7 }, .id_len = 1 };
	struct sek_fido_seen seen;
	struct sek_why why = { "" };
	uint8_t options;

	assert(fido_key_put(cred.alg, known_point, sizeof known_point,
	    cred.spki, &cred.spki_len) == SEK_OK);
	if (n == 0)
		return;
	options = *p++;
	n--;
	e.verify = (options & 1) != 0;
	e.synced = (options & 2) != 0;
	cred.verified = (options & 4) != 0;
	cred.backup = (options & 8) != 0;
	a.auth_len = take(&p, &n, a.auth, sizeof a.auth);
	a.sig_len = n < sizeof a.sig ? n : sizeof a.sig;
	memcpy(a.sig, p, a.sig_len);
	if (sek_fido_verify(&e, &a, &seen, &why) == SEK_R_OK) {
		assert(a.auth_len == sizeof known_auth);
		assert(memcmp(a.auth, known_auth, a.auth_len) == 0);
		assert(e.synced && cred.backup);
	} else {
		assert(why.text[0] != '\0');
	}
	printable(why.text, sizeof why.text);
}

static void
registration(const uint8_t *p, size_t n)
{
	struct sek_make make = { .rp = "example.org" };
	struct sek_fido_rules rules = { .now = 1800000000 };
	static struct sek_fido_created c;
	struct sek_fido_cred cred = { 0 };
	struct sek_why why = { "" };
	char chain[200] = "";
	int r;

	if (n < 2)
		return;
	memset(&c, 0, sizeof c);
	rules.verify = (p[0] & 1) != 0;
	rules.synced = (p[0] & 2) != 0;
	c.protects = (p[0] & 4) != 0;
	make.protect = rules.protect = p[0] >> 6;
	(void)strcpy(c.format, formats[p[1] % 4]);
	p += 2;
	n -= 2;
	c.auth_len = take(&p, &n, c.auth, sizeof c.auth);
	c.att_len = n < sizeof c.att ? n : sizeof c.att;
	memcpy(c.att, p, c.att_len);
	/* the digest that stands in front is never found by chance */
	if (c.auth_len >= 32)
		assert(EVP_Digest(make.rp, strlen(make.rp), c.auth, NULL,
		    EVP_sha256(), NULL) == 1);
	r = sek_fido_register(&make, &rules, &c, &cred, chain, &why);
	if (r == SEK_OK) {
		assert(cred.id_len > 0 && cred.spki_len > 0);
		assert(cred.attestation != SEK_ATT_TRUSTED);
		assert(!cred.backup || rules.synced);
		assert(cred.protect >= make.protect || !c.protects);
	} else {
		assert(cred.id_len == 0 && why.text[0] != '\0');
	}
	printable(chain, sizeof chain);
	printable(why.text, sizeof why.text);
}

/* What is written again of a key is what was there. */
static void
stored(enum sek_fido_alg alg, const uint8_t *spki, size_t n)
{
	struct sek_why why = { "" };
	EVP_PKEY *key = fido_key(alg, spki, n, &why);
	unsigned char *der = NULL;
	int len;

	assert((key == NULL) == (why.text[0] != '\0'));
	if (key == NULL)
		return;
	len = i2d_PUBKEY(key, &der);
	assert(len > 0 && (size_t)len == n && memcmp(der, spki, n) == 0);
	assert(!fido_signed(key, alg, spki, n, spki, n));
	OPENSSL_free(der);
	EVP_PKEY_free(key);
}

static void
cose(const uint8_t *p, size_t n)
{
	enum sek_fido_alg alg = SEK_FIDO_NO_ALG;
	uint8_t spki[SEK_FIDO_SPKI_MAX];
	struct sek_why why = { "" };
	size_t used = 0, len = 0;

	if (sek_fido_cose(p, n, &used, &alg, spki, &len, &why) != SEK_OK) {
		assert(why.text[0] != '\0' && used == 0);
		return;
	}
	assert(used <= n && len > 0);
	stored(alg, spki, len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static bool started;

	if (!started)
		assert(sek_crypto_start() == SEK_OK);
	started = true;
	if (n < 2)
		return 0;
	switch (p[0] % 4) {
	case 0:
		assertion(p + 1, n - 1);
		break;
	case 1:
		registration(p + 1, n - 1);
		break;
	case 2:
		cose(p + 1, n - 1);
		break;
	default:
		stored(algs[p[1] % 4], p + 2, n - 2);
	}
	assert(ERR_peek_error() == 0);
	return 0;
}
