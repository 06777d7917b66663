/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Public keys of new credentials: what a right key hands over becomes what
 * OpenSSL writes for it, and no other map, spelling or key is taken.
 */
#include <openssl/ec.h>
#include <openssl/err.h>
#include <stdlib.h>

#include "gate/certificate.h"
#include "gate/fido_cbor.h"
#include "tests/check.h"
#include "tests/fido_maker.h"

static EVP_PKEY *keys[N_MADE];
static size_t now; /* index of the algorithm of the case that runs */

static struct sek_why why;
static uint8_t spki[SEK_FIDO_SPKI_MAX];
static size_t spki_len, used;
static enum sek_fido_alg alg;

static int
read_at(const uint8_t *p, size_t n)
{
	int r;

	memset(&why, 0, sizeof why);
	used = spki_len = 0;
	alg = SEK_FIDO_NO_ALG;
	r = sek_fido_cose(p, n, &used, &alg, spki, &spki_len, &why);
	CHECK_INT(ERR_peek_error(), 0);
	if (r == SEK_OK) {
		CHECK(used > 0 && used <= n && spki_len > 0);
	} else {
		CHECK(used == 0 && spki_len == 0 && alg == SEK_FIDO_NO_ALG);
		CHECK(why.text[0] != '\0');
	}
	return r;
}

static int
read_cose(const struct cose *c)
{
	struct sek_buf b = { 0 };
	uint8_t *copy;
	int r;

	put_cose(&b, c);
	/* exactly as long as it is, so that a sanitizer sees an overrun */
	copy = malloc(b.len);
	CHECK(sek_buf_ok(&b) == SEK_OK && copy != NULL);
	memcpy(copy, b.p, b.len);
	r = read_at(copy, b.len);
	free(copy);
	sek_buf_free(&b);
	return r;
}

static int
read_hex(const char *hex)
{
	uint8_t bytes[600];
	long n = 0;
	unsigned char *p = OPENSSL_hexstr2buf(hex, &n);
	int r;

	CHECK(p != NULL && n <= (long)sizeof bytes);
	memcpy(bytes, p, (size_t)n);
	OPENSSL_free(p);
	r = read_at(bytes, (size_t)n);
	return r;
}

/* -- what is right */

static void
right_key(void)
{
	struct cose c = make_cose(keys[now], made_algs[now]);
	uint8_t want[SEK_FIDO_SPKI_MAX];
	size_t n = make_spki(keys[now], want, sizeof want);

	CHECK_INT(read_cose(&c), SEK_OK);
	CHECK_INT(alg, made_algs[now]);
	CHECK(spki_len == n && memcmp(spki, want, n) == 0);
}

/* What follows is the caller's to judge. */
static void
tells_its_end(void)
{
	struct cose c = make_cose(keys[now], made_algs[now]);
	struct sek_buf b = { 0 };
	size_t n;

	put_cose(&b, &c);
	n = b.len;
	sek_put_raw(&b, "\xa1\x00\x00", 3);
	CHECK_INT(read_at(b.p, b.len), SEK_OK);
	CHECK_INT(used, n);
	sek_buf_free(&b);
}

/* -- parts that are not right */

static void
cut_short(void)
{
	struct cose c = make_cose(keys[now], made_algs[now]);
	struct sek_buf b = { 0 };
	uint8_t *p;
	size_t i;

	put_cose(&b, &c);
	for (i = 0; i < b.len; i++) {
		p = malloc(i + 1);
		CHECK(p != NULL);
		memcpy(p, b.p, i);
		CHECK_INT(read_at(p, i), SEK_E_SYNTAX);
		free(p);
	}
	sek_buf_free(&b);
}

/* A change of one bit is another key or none; in the key's own bytes of RSA
 * and Ed25519 it is another key, and that is no matter of form.  Of the longer
 * ones a few bits, since OpenSSL's checks of them are slow. */
static void
each_bit(void)
{
	struct cose c = make_cose(keys[now], made_algs[now]);
	bool ec = made_algs[now] == SEK_FIDO_ES256;
	struct sek_buf b = { 0 };
	uint8_t want[SEK_FIDO_SPKI_MAX];
	size_t n = make_spki(keys[now], want, sizeof want), i;
	size_t step = made_algs[now] == SEK_FIDO_ES256 ? 1 : 13;

	put_cose(&b, &c);
	for (i = 0; i < b.len * 8; i += i < 80 ? 1 : step) {
		b.p[i / 8] ^= (uint8_t)(1u << (i % 8));
		if (read_at(b.p, b.len) == SEK_OK)
			CHECK(!ec && (spki_len != n ||
			    memcmp(spki, want, n) != 0));
		b.p[i / 8] ^= (uint8_t)(1u << (i % 8));
	}
	CHECK_INT(read_at(b.p, b.len), SEK_OK);
	sek_buf_free(&b);
}

static void
wrong_parts(void)
{
	static const int64_t algs[] = { 0, -36, -37, -47, -65535, -9, -19, 7,
	    INT64_MIN, INT64_MAX };
	struct cose good = make_cose(keys[now], made_algs[now]), c;
	size_t i;

	for (i = 0; i < sizeof algs / sizeof algs[0]; i++) {
		c = good;
		c.alg = algs[i];
		CHECK(read_cose(&c) != SEK_OK);
	}
	/* another algorithm that is known */
	for (i = 0; i < N_MADE; i++) {
		c = good;
		c.alg = made_algs[i];
		CHECK_INT(read_cose(&c), i == now ? SEK_OK : SEK_E_SYNTAX);
	}
	for (i = 0; i < 6; i++) {
		c = good;
		c.kty = (int64_t)i;
		CHECK_INT(read_cose(&c), c.kty == good.kty ? SEK_OK :
		    SEK_E_SYNTAX);
		c = good;
		c.entries = i;
		CHECK_INT(read_cose(&c), i == good.entries ? SEK_OK :
		    SEK_E_SYNTAX);
	}
	for (i = 0; good.kty != 3 && i < 9; i++) {
		c = good;
		c.crv = (int64_t)i;
		CHECK_INT(read_cose(&c), c.crv == good.crv ? SEK_OK :
		    SEK_E_SYNTAX);
	}
	c = good;
	c.x_len = 0;
	CHECK(read_cose(&c) != SEK_OK);
	c = good;
	c.x_len--;
	CHECK_INT(read_cose(&c), c.kty == 3 ? SEK_E_CRYPTO : SEK_E_SYNTAX);
	c = good;
	c.x_len = sizeof c.x;
	CHECK(read_cose(&c) != SEK_OK);
	memmove(c.x + 1, good.x, good.x_len);
	c.x[0] = 0;
	c.x_len = good.x_len + 1;
	CHECK_INT(read_cose(&c), SEK_E_SYNTAX);
	if (good.kty == 1)
		return;
	c = good;
	c.y_len = 0;
	CHECK_INT(read_cose(&c), SEK_E_SYNTAX);
	c = good;
	c.y_len--;
	CHECK_INT(read_cose(&c), c.kty == 3 ? SEK_E_CRYPTO : SEK_E_SYNTAX);
	c = good;
	memmove(c.y + 1, good.y, good.y_len);
	c.y[0] = 0;
	c.y_len = good.y_len + 1;
	CHECK_INT(read_cose(&c), SEK_E_SYNTAX);
}

/* -- points and numbers */

static void
points(void)
{
	struct cose good = make_cose(keys[now], made_algs[now]), c = good;

	c.y[c.y_len - 1] ^= 1;
	CHECK_INT(read_cose(&c), SEK_E_CRYPTO);
	/* (0, 0), which stands for infinity in some code */
	memset(c.x, 0, sizeof c.x);
	memset(c.y, 0, sizeof c.y);
	CHECK_INT(read_cose(&c), SEK_E_CRYPTO);
	/* coordinates that are not below the prime */
	c = good;
	memset(c.x, 0xff, c.x_len);
	CHECK_INT(read_cose(&c), SEK_E_CRYPTO);
	memset(c.y, 0xff, c.y_len);
	CHECK_INT(read_cose(&c), SEK_E_CRYPTO);
}

/* The eight points of small order in all their spellings, y not below p, and
 * a y of no point; RFC 8032 5.1.3.  The last is the base point, and good. */
static void
ed25519_points(void)
{
	static const struct { const char *y; int want; } c[] = {
		{ "0000000000000000000000000000000000000000000000000000"
		  "000000000000", SEK_E_CRYPTO },
		{ "0000000000000000000000000000000000000000000000000000"
		  "000000000080", SEK_E_CRYPTO },
		{ "0100000000000000000000000000000000000000000000000000"
		  "000000000000", SEK_E_CRYPTO },
		{ "0100000000000000000000000000000000000000000000000000"
		  "000000000080", SEK_E_CRYPTO },
		{ "ecffffffffffffffffffffffffffffffffffffffffffffffffff"
		  "ffffffffff7f", SEK_E_CRYPTO },
		{ "ecffffffffffffffffffffffffffffffffffffffffffffffffff"
		  "ffffffffffff", SEK_E_CRYPTO },
		{ "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7"
		  "fd7792ac037a", SEK_E_CRYPTO },
		{ "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7"
		  "fd7792ac03fa", SEK_E_CRYPTO },
		{ "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b138"
		  "02886d53fc05", SEK_E_CRYPTO },
		{ "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b138"
		  "02886d53fc85", SEK_E_CRYPTO },
		{ "edffffffffffffffffffffffffffffffffffffffffffffffffff"
		  "ffffffffff7f", SEK_E_CRYPTO },
		{ "eeffffffffffffffffffffffffffffffffffffffffffffffffff"
		  "ffffffffff7f", SEK_E_CRYPTO },
		/* y + p of a point that is good */
		{ "f1ffffffffffffffffffffffffffffffffffffffffffffffffff"
		  "ffffffffff7f", SEK_E_CRYPTO },
		/* no point has y = 2 */
		{ "0200000000000000000000000000000000000000000000000000"
		  "000000000000", SEK_E_CRYPTO },
		{ "0400000000000000000000000000000000000000000000000000"
		  "000000000000", SEK_OK },
		{ "5866666666666666666666666666666666666666666666666666"
		  "666666666666", SEK_OK },
	};
	char hex[200];
	size_t i;

	for (i = 0; i < sizeof c / sizeof c[0]; i++) {
		(void)snprintf(hex, sizeof hex, "a4010103272006215820%s",
		    c[i].y);
		if (read_hex(hex) != c[i].want)
			CHECK_STR(c[i].y, c[i].want == SEK_OK ? "good" :
			    "refused");
	}
}

/* Of primes that are at hand. */
static size_t
modulus_4096(uint8_t out[520])
{
	BIGNUM *p = BN_get_rfc3526_prime_3072(NULL);
	BIGNUM *q = BN_get_rfc2409_prime_1024(NULL);
	BN_CTX *ctx = BN_CTX_new();
	int n = 0;

	if (p != NULL && q != NULL && ctx != NULL &&
	    BN_mul(p, p, q, ctx) == 1)
		n = BN_bn2bin(p, out);
	BN_free(p);
	BN_free(q);
	BN_CTX_free(ctx);
	return n > 0 ? (size_t)n : 0;
}

static void
rsa_numbers(void)
{
	struct cose good = make_cose(keys[now], made_algs[now]), c;

	c = good;
	c.x[c.x_len - 1] ^= 1; /* even */
	CHECK_INT(read_cose(&c), SEK_E_CRYPTO);
	c = good;
	c.x[0] = 0x7f; /* 2047 bits */
	CHECK_INT(read_cose(&c), SEK_E_CRYPTO);
	c = good;
	c.x_len = modulus_4096(c.x);
	CHECK_INT(c.x_len, 512);
	CHECK_INT(read_cose(&c), SEK_OK);
	c.x[c.x_len++] = 1;
	CHECK_INT(read_cose(&c), SEK_E_SYNTAX);
	c = good; /* a small factor: no modulus */
	memset(c.x, 0, c.x_len); /* 2^2047 + 1 is a multiple of 3 */
	c.x[0] = 0x80;
	c.x[c.x_len - 1] = 1;
	CHECK_INT(read_cose(&c), SEK_E_CRYPTO);
	c = good;
	c.y[0] = 3;
	c.y_len = 1;
	CHECK_INT(read_cose(&c), SEK_E_CRYPTO);
	memcpy(c.y, "\x01\x00\x02", 3);
	c.y_len = 3;
	CHECK_INT(read_cose(&c), SEK_E_CRYPTO);
	memcpy(c.y, "\xff\xff\xff\xff", 4);
	c.y_len = 4;
	CHECK_INT(read_cose(&c), SEK_OK);
	memcpy(c.y, "\x01\x00\x00\x00\x01", 5);
	c.y_len = 5;
	CHECK_INT(read_cose(&c), SEK_E_SYNTAX);
}

/* -- CBOR that nobody should write */

#define X "5820afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61"
#define Y "5820930a56b87a2fca66334b03458abf879717c12cc68ed73290af2e2664796b9220"

static void
hostile_cbor(void)
{
	static const char *const c[] = {
		/* kty, alg, crv or a label in more bytes than it needs */
		"a501180203262001" "21" X "22" Y,
		"a5180102" "03262001" "21" X "22" Y,
		"a501020338062001" "21" X "22" Y,
		"a5010203390006" "2001" "21" X "22" Y,
		"a50102033b0000000000000006" "2001" "21" X "22" Y,
		"b80501020326200121" X "22" Y,
		"bb0000000000000005" "01020326200121" X "22" Y,
		"a5010203262001215900" "20" "afefa16f97ca9b2d23eb86ccb64098d2"
		    "0db90856062eb249c33a9b672f26df61" "22" Y,
		/* indefinite map, indefinite string */
		"bf01020326200121" X "22" Y "ff",
		"a501020326200121" "5f" X "ff" "22" Y,
		/* an entry twice, one more, out of order */
		"a601020102" "0326200121" X "22" Y,
		"a501020102" "200121" X "22" Y,
		"a601020326200121" X "22" Y "2340",
		"a60102024100" "0326200121" X "22" Y,
		"a503260102200121" X "22" Y,
		"a501020326" "21" X "2001" "22" Y,
		"a501020326200122" Y "21" X,
		/* other types: text, compressed y, tag, null, float, array */
		"a50102032620012178" "20afefa16f97ca9b2d23eb86ccb64098d20db908"
		    "56062eb249c33a9b672f26df61" "22" Y,
		"a501020326200121" X "22f5",
		"a5010203262001" "21c2" X "22" Y,
		"a501f603262001" "21" X "22" Y,
		"a501f94000" "03262001" "21" X "22" Y,
		"8a01020326200121" X "22" Y,
		"d9d9f7a501020326200121" X "22" Y,
		/* claimed lengths: 2^64 - 1 entries, bytes */
		"bbffffffffffffffff0102",
		"a5010203262001215bffffffffffffffff",
		"a5010203262001215b7fffffffffffffff",
		"a5010203262001215affffffff",
		/* reserved additional information */
		"bc01", "bd01", "be01", "a501dc", "ff", "f6", "", "00",
	};
	size_t i;

	CHECK_INT(read_hex("a501020326200121" X "22" Y), SEK_OK);
	for (i = 0; i < sizeof c / sizeof c[0]; i++)
		if (c[i][0] != '\0' && read_hex(c[i]) != SEK_E_SYNTAX)
			CHECK_STR(c[i], "refused");
}

/* The reader by itself: reserved and indefinite heads are no short length,
 * a number has one spelling, and after a failure nothing more is read. */
static void
cbor_heads(void)
{
	static const uint8_t least[][9] = { { 0x18, 24 }, { 0x19, 1, 0 },
	    { 0x1a, 0, 1, 0, 0 }, { 0x1b, 0, 0, 0, 1, 0, 0, 0, 0 } };
	static const uint8_t less[][9] = { { 0x18, 23 }, { 0x19, 0, 255 },
	    { 0x1a, 0, 0, 255, 255 },
	    { 0x1b, 0, 0, 0, 0, 255, 255, 255, 255 } };
	static const int64_t want[] = { 24, 256, 65536, 4294967296 };
	uint8_t bytes[64] = { 0 };
	struct sek_rd r;
	size_t i, n;

	for (i = 0x1c; i <= 0x1f; i++) {
		bytes[0] = (uint8_t)(0x40 | i);
		r = sek_rd_init(bytes, sizeof bytes);
		CHECK(fido_cbor_bytes(&r, 60, &n) == NULL && r.bad && n == 0);
		CHECK_INT(fido_cbor_int(&r), 0);
		bytes[0] = (uint8_t)i;
		r = sek_rd_init(bytes, sizeof bytes);
		CHECK(fido_cbor_int(&r) == 0 && r.bad);
	}
	for (i = 0; i < 4; i++) {
		r = sek_rd_init(least[i], 1 + ((size_t)1 << i));
		CHECK_INT(fido_cbor_int(&r), want[i]);
		CHECK_INT(sek_rd_end(&r), SEK_OK);
		r = sek_rd_init(less[i], 1 + ((size_t)1 << i));
		CHECK(fido_cbor_int(&r) == 0 && r.bad);
		r = sek_rd_init(least[i], (size_t)1 << i);
		CHECK(fido_cbor_int(&r) == 0 && r.bad);
	}
	/* the ends of what an int64_t holds */
	memcpy(bytes, "\x3b\x7f\xff\xff\xff\xff\xff\xff\xff", 9);
	r = sek_rd_init(bytes, 9);
	CHECK(fido_cbor_int(&r) == INT64_MIN && !r.bad);
	bytes[1] = 0x80;
	r = sek_rd_init(bytes, 9);
	CHECK(fido_cbor_int(&r) == 0 && r.bad);
}

/* A hundred thousand levels, as map, array and tag: nothing recurses. */
static void
deep_cbor(void)
{
	static const uint8_t openers[] = { 0xa1, 0x81, 0xc6, 0xbf, 0x9f };
	const size_t n = 100000;
	uint8_t *p = malloc(n);
	size_t i;

	CHECK(p != NULL);
	for (i = 0; i < sizeof openers; i++) {
		memset(p, openers[i], n);
		CHECK_INT(read_at(p, n), SEK_E_SYNTAX);
		memcpy(p, "\xa5\x01\x02\x03\x26\x20\x01\x21", 8);
		CHECK_INT(read_at(p, n), SEK_E_SYNTAX);
	}
	free(p);
}

/* -- keys as pam_u2f writes them */

static int
raw(enum sek_fido_alg a, const uint8_t *p, size_t n)
{
	int r;

	memset(&why, 0, sizeof why);
	spki_len = 0;
	r = sek_fido_raw_key(a, p, n, spki, &spki_len, &why);
	CHECK((r == SEK_OK) == (spki_len > 0));
	CHECK((r == SEK_OK) == (why.text[0] == '\0'));
	CHECK_INT(ERR_peek_error(), 0);
	return r;
}

static void
raw_keys(void)
{
	struct cose c = make_cose(keys[now], made_algs[now]);
	uint8_t want[SEK_FIDO_SPKI_MAX], flat[600];
	size_t n = make_spki(keys[now], want, sizeof want), len, i;

	flat[0] = 0x04;
	memcpy(flat + 1, c.x, c.x_len);
	memcpy(flat + 1 + c.x_len, c.y, c.y_len);
	len = c.x_len + c.y_len;
	CHECK_INT(raw(made_algs[now], flat + 1, len), SEK_OK);
	CHECK(spki_len == n && memcmp(spki, want, n) == 0);
	for (i = 0; i < sizeof flat - 1; i++)
		if (i != len && !(c.kty == 2 && i == len + 1))
			CHECK_INT(raw(made_algs[now], flat + 1, i),
			    SEK_E_SYNTAX);
	CHECK_INT(raw(SEK_FIDO_NO_ALG, flat + 1, len), SEK_E_SYNTAX);
	CHECK_INT(raw((enum sek_fido_alg)-36, flat + 1, len), SEK_E_SYNTAX);
	if (c.kty != 2)
		return;
	CHECK_INT(raw(made_algs[now], flat, len + 1), SEK_OK);
	CHECK(spki_len == n && memcmp(spki, want, n) == 0);
	flat[0] = 0x06;
	CHECK_INT(raw(made_algs[now], flat, len + 1), SEK_E_CRYPTO);
	flat[0] = 0x04;
	flat[len] ^= 1;
	CHECK_INT(raw(made_algs[now], flat, len + 1), SEK_E_CRYPTO);
	CHECK_INT(raw(made_algs[now], flat + 1, len), SEK_E_CRYPTO);
}

/* -- */

static void
run(const char *name, void (*fn)(void))
{
	static char text[80];

	(void)snprintf(text, sizeof text, "%s_%s",
	    sek_fido_alg_word(made_algs[now]), name);
	RUN_AS(text, fn);
}

int
main(void)
{
	if (sek_crypto_start() != SEK_OK)
		return 1;
	for (now = 0; now < N_MADE; now++)
		if ((keys[now] = make_key(made_algs[now])) == NULL)
			return 1;
	for (now = 0; now < N_MADE; now++) {
		run("right_key", right_key);
		run("tells_its_end", tells_its_end);
		run("cut_short", cut_short);
		run("each_bit", each_bit);
		run("wrong_parts", wrong_parts);
		if (now < 2)
			run("points", points);
		if (made_algs[now] == SEK_FIDO_EDDSA)
			run("points", ed25519_points);
		if (made_algs[now] == SEK_FIDO_RS256)
			run("numbers", rsa_numbers);
		run("raw_keys", raw_keys);
	}
	RUN(cbor_heads);
	RUN(hostile_cbor);
	RUN(deep_cbor);
	for (now = 0; now < N_MADE; now++)
		EVP_PKEY_free(keys[now]);
	return CHECK_END();
}
