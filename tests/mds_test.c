/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Blobs of FIDO metadata: who may sign one, and that no character of one can
 * be another.  What is in a payload is in mds_table_test.c, whole runs are in
 * mds.sh.
 */
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <time.h>

#include "fetch/mds.h"
#include "gate/certificate.h"
#include "tests/check.h"
#include "tests/fido/mds_sign.h"
#include "tests/ocsp_mint.h"

#define HOST "mds.example.jp"
#define DAY 86400

static const char payload[] = "{\"no\":1,\"nextUpdate\":\"2030-01-01\","
    "\"entries\":[]}";
static const char *const ca_ext[] = { "basicConstraints=critical,CA:TRUE",
    "keyUsage=critical,keyCertSign,cRLSign", NULL };
static const char *const leaf_ext[] = { "basicConstraints=critical,CA:FALSE",
    "keyUsage=critical,digitalSignature", "subjectAltName=DNS:" HOST, NULL };

static EVP_PKEY *root_key, *sub_key, *key;
static X509 *root, *sub;
static int64_t now;
static struct sek_why why;

static X509 *
certificate(const char *cn, EVP_PKEY *own, const char *const *ext)
{
	const struct mint_cert c = { .subject = cn, .serial = 5, .key = own,
	    .issuer = sub, .issuer_key = sub_key, .from = now - DAY,
	    .to = now + DAY, .ext = ext };

	return mint_certificate(&c);
}

/* Verify with one root and nothing else. */
static int
verify(const char *text, size_t n, X509 *pinned)
{
	struct sek_mds_rules rules = { .roots = sk_X509_new_null(),
	    .signer = HOST, .now = now };
	struct sek_mds_blob b = { 0 };
	int r;

	why.text[0] = '\0';
	(void)sk_X509_push(rules.roots, pinned);
	r = sek_mds_verify(&rules, (const uint8_t *)text, n, &b, &why);
	/* what is refused is not handed over, and what is taken is whole */
	if (r != SEK_OK ? b.payload != NULL || b.chain != NULL :
	    b.len != sizeof payload - 1 || memcmp(b.payload, payload, b.len) !=
	    0 || sk_X509_num(b.chain) < 1)
		r = 1;
	sk_X509_free(rules.roots);
	sek_mds_blob_free(&b);
	return r;
}

static int
sign_and_verify(const struct mds_sign *m, X509 *pinned)
{
	char *text = mds_blob(m, payload, sizeof payload - 1);
	int r = verify(text, strlen(text), pinned);

	free(text);
	return r;
}

/* A blob by a leaf that is good but for its extensions, name or key. */
static int
by_leaf(const char *cn, EVP_PKEY *own, const char *const *ext)
{
	struct mds_sign m = { .key = own, .certs = { certificate(cn, own,
	    ext), sub }, .n = 2 };
	int r = m.certs[0] == NULL ? 2 : sign_and_verify(&m, root);

	X509_free(m.certs[0]);
	return r;
}

static void
a_good_one(void)
{
	CHECK_INT(by_leaf(HOST, key, leaf_ext), SEK_OK);
	/* the name may be in the subject alone, as it once was */
	CHECK_INT(by_leaf(HOST, key, (const char *const[]){ NULL }), SEK_OK);
}

static void
names(void)
{
	static const struct {
		const char *cn, *ext;
	} bad[] = {
		{ "www.example.jp", NULL },
		{ HOST, "subjectAltName=DNS:www.example.jp" },
		{ HOST, "subjectAltName=DNS:*.example.jp" },
		{ HOST, "subjectAltName=DNS:" HOST ".attacker.example" },
		{ HOST, "subjectAltName=DNS:x" HOST },
		{ HOST " ", NULL },
		{ "*.example.jp", NULL },
		{ "x", "subjectAltName=email:x@" HOST },
		{ "x", "subjectAltName=URI:https://" HOST "/" },
	};
	size_t i;

	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		CHECK_INT(by_leaf(bad[i].cn, key, (const char *const[]){
		    bad[i].ext, NULL }), SEK_E_DENIED);
		CHECK(strstr(why.text, "not by " HOST) != NULL);
	}
}

static void
usage(void)
{
	CHECK_INT(by_leaf(HOST, key, (const char *const[]){
	    "keyUsage=critical,keyAgreement", NULL }), SEK_E_DENIED);
	CHECK_INT(by_leaf(HOST, key, (const char *const[]){
	    "1.2.3.4=critical,ASN1:NULL", NULL }), SEK_E_DENIED);
}

static void
keys(void)
{
	static const struct {
		const char *kind;
		size_t bits;
		const char *curve;
		int want;
	} rows[] = {
		{ "RSA", 2048, NULL, SEK_OK },
		{ "RSA", 1024, NULL, SEK_E_DENIED },
		{ "EC", 0, "P-384", SEK_E_DENIED },
		{ "EC", 0, "secp256k1", SEK_E_DENIED },
	};
	EVP_PKEY *other;
	size_t i;
	int r;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		other = rows[i].curve == NULL ? EVP_PKEY_Q_keygen(NULL, NULL,
		    rows[i].kind, rows[i].bits) : EVP_PKEY_Q_keygen(NULL,
		    NULL, rows[i].kind, rows[i].curve);
		CHECK(other != NULL);
		r = by_leaf(HOST, other, leaf_ext);
		EVP_PKEY_free(other);
		CHECK_INT(r, rows[i].want);
	}
}

static void
chains(void)
{
	X509 *leaf = certificate(HOST, key, leaf_ext), *forged, *many;
	struct mds_sign m = { .key = key, .certs = { leaf, sub }, .n = 2 };
	struct mint_cert c = { .subject = "Root", .serial = 1,
	    .key = key, .from = now - DAY, .to = now + DAY, .ext = ca_ext };
	int r[6];
	size_t i;

	forged = mint_certificate(&c);
	many = sub;
	CHECK(leaf != NULL && forged != NULL);
	r[0] = sign_and_verify(&m, root);
	r[1] = sign_and_verify(&m, sub);    /* the pin may be in between */
	r[2] = sign_and_verify(&m, forged); /* a root of the same name */
	m.n = 1;
	r[3] = sign_and_verify(&m, root);
	m.n = 9;
	for (i = 1; i < 9; i++)
		m.certs[i] = many;
	r[4] = sign_and_verify(&m, root);
	/* who signs is the first one, whoever else is there */
	m.certs[0] = sub;
	m.certs[1] = leaf;
	m.n = 2;
	r[5] = sign_and_verify(&m, root);
	X509_free(leaf);
	X509_free(forged);
	CHECK_INT(r[0], SEK_OK);
	CHECK_INT(r[1], SEK_OK);
	CHECK_INT(r[2], SEK_E_DENIED);
	CHECK_INT(r[3], SEK_E_DENIED);
	CHECK_INT(r[4], SEK_E_SYNTAX);
	CHECK_INT(r[5], SEK_E_DENIED);
}

static void
dates(void)
{
	X509 *leaf = certificate(HOST, key, leaf_ext);
	struct mds_sign m = { .key = key, .certs = { leaf, sub }, .n = 2 };
	int64_t at = now;
	int early, late;

	CHECK(leaf != NULL);
	now = at - 3 * DAY;
	early = sign_and_verify(&m, root);
	now = at + 3 * DAY;
	late = sign_and_verify(&m, root);
	now = at;
	X509_free(leaf);
	CHECK_INT(early, SEK_E_DENIED);
	CHECK_INT(late, SEK_E_DENIED);
}

/* Every character of a good blob, changed, taken away, or with another one
 * before it. */
static void
no_character_can_be_another(void)
{
	X509 *leaf = certificate(HOST, key, leaf_ext);
	struct mds_sign m = { .key = key, .certs = { leaf, sub }, .n = 2 };
	char *text, *bad;
	size_t i, n, good = 0;

	CHECK(leaf != NULL);
	text = mds_blob(&m, payload, sizeof payload - 1);
	n = strlen(text);
	bad = malloc(n + 2);
	CHECK(bad != NULL && verify(text, n, root) == SEK_OK);
	for (i = 0; i < n; i++) {
		memcpy(bad, text, n);
		bad[i] = bad[i] == 'A' ? 'B' : 'A';
		good += verify(bad, n, root) == SEK_OK ? 1 : 0;
		memmove(bad + i, text + i + 1, n - i - 1);
		good += verify(bad, n - 1, root) == SEK_OK ? 1 : 0;
		memcpy(bad, text, i);
		bad[i] = i % 2 == 0 ? '=' : '\n';
		memcpy(bad + i + 1, text + i, n - i);
		good += verify(bad, n + 1, root) == SEK_OK ? 1 : 0;
		good += verify(text, i, root) == SEK_OK ? 1 : 0;
	}
	free(bad);
	free(text);
	X509_free(leaf);
	CHECK_INT(good, 0);
}

static void
base64_is_strict(void)
{
	static const struct {
		enum sek_base64 kind;
		const char *in, *out; /* NULL: refused */
	} rows[] = {
		{ SEK_BASE64, "", "" }, { SEK_BASE64_URL, "", "" },
		{ SEK_BASE64, "YQ==", "a" }, { SEK_BASE64_URL, "YQ", "a" },
		{ SEK_BASE64, "YWI=", "ab" }, { SEK_BASE64_URL, "YWI", "ab" },
		{ SEK_BASE64, "YW\r\nJj\t ", "abc" },
		{ SEK_BASE64_URL, "fn5-Xw", "~~~_" },
		{ SEK_BASE64, "fn5+Xw==", "~~~_" },
		{ SEK_BASE64, "YQ", NULL }, { SEK_BASE64, "YQ=", NULL },
		{ SEK_BASE64, "YQ===", NULL }, { SEK_BASE64, "YWJj=", NULL },
		{ SEK_BASE64, "=", NULL }, { SEK_BASE64, "YQ=Q", NULL },
		{ SEK_BASE64, "YR==", NULL }, { SEK_BASE64, "YWJ=", NULL },
		{ SEK_BASE64, "Y", NULL }, { SEK_BASE64, "fn5-", NULL },
		{ SEK_BASE64_URL, "YQ==", NULL },
		{ SEK_BASE64_URL, "YR", NULL }, { SEK_BASE64_URL, "Y", NULL },
		{ SEK_BASE64_URL, "YWJ", NULL },
		{ SEK_BASE64_URL, "fn5+", NULL },
		{ SEK_BASE64_URL, "YW Jj", NULL },
	};
	uint8_t *out;
	size_t i, n;
	bool same;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (rows[i].out == NULL) {
			CHECK_INT(sek_base64_dec(rows[i].kind, rows[i].in,
			    strlen(rows[i].in), &out, &n), SEK_E_SYNTAX);
			continue;
		}
		CHECK_INT(sek_base64_dec(rows[i].kind, rows[i].in,
		    strlen(rows[i].in), &out, &n), SEK_OK);
		same = n == strlen(rows[i].out) &&
		    memcmp(out, rows[i].out, n) == 0;
		free(out);
		CHECK(same);
	}
}

static bool
open_all(void)
{
	struct mint_cert c = { .subject = "Root", .serial = 1, .ext = ca_ext };

	now = (int64_t)time(NULL);
	root_key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	sub_key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	if (root_key == NULL || sub_key == NULL || key == NULL)
		return false;
	c.from = now - 2 * DAY;
	c.to = now + 10 * DAY;
	c.key = root_key;
	root = mint_certificate(&c);
	c.subject = "Sub";
	c.key = sub_key;
	c.issuer = root;
	c.issuer_key = root_key;
	sub = root != NULL ? mint_certificate(&c) : NULL;
	return sub != NULL;
}

int
main(void)
{
	if (sek_crypto_start() != SEK_OK || !open_all()) {
		printf("not ok mds_test: no certificates\n");
		return 1;
	}
	RUN(a_good_one);
	RUN(names);
	RUN(usage);
	RUN(keys);
	RUN(chains);
	RUN(dates);
	RUN(no_character_can_be_another);
	RUN(base64_is_strict);
	X509_free(root);
	X509_free(sub);
	EVP_PKEY_free(root_key);
	EVP_PKEY_free(sub_key);
	EVP_PKEY_free(key);
	return CHECK_END();
}
