/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bigcrl N KEY.pem CA.pem OUT.der: a CRL with N entries, in the time that it
 * takes to write it.  Serials are 16 random octets (the same in each run),
 * one entry in two has a reason, and it is good for a year.  Benchmarks only.
 * Exit: 0, 1 when it failed, 2 usage.
 */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ENTRY_MAX 64u /* bytes */

struct out {
	uint8_t *p;
	size_t n;
};

/* xorshift64*: the same CRL in each run */
static uint64_t state = 0x9e3779b97f4a7c15u;

static uint64_t
number(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1du;
}

static void
put(struct out *o, const void *p, size_t n)
{
	memcpy(o->p + o->n, p, n);
	o->n += n;
}

static void
put_head(struct out *o, int tag, size_t n)
{
	unsigned char *at = o->p + o->n;

	ASN1_put_object(&at, 1, (int)n, tag & 0x1f, tag & 0xc0);
	o->n = (size_t)(at - o->p);
}

static void
put_entry(struct out *o)
{
	static const int codes[] = { 1, 3, 4, 5, 6, 9 };
	uint8_t e[] = { 0x30, 33, 0x02, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	    0, 0, 0, 0, 0, 0x17, 13, '2', '6', '0', '1', '0', '1', '0', '0',
	    '0', '0', '0', '0', 'Z' };
	uint8_t reason[] = { 0x30, 12, 0x30, 10, 0x06, 3, 0x55, 0x1d, 21,
	    0x04, 3, 0x0a, 1, 0 };
	uint64_t a = number(), b = number(), c = number();
	bool with = (c & 1) != 0;

	memcpy(e + 4, &a, 8);
	memcpy(e + 12, &b, 8);
	e[4] = (e[4] & 0x7f) | 0x40; /* positive, 16 octets */
	e[25] = (uint8_t)('1' + (c >> 8) % 9);
	e[27] = (uint8_t)('1' + (c >> 16) % 9);
	e[29] = (uint8_t)('0' + (c >> 24) % 10);
	if (with)
		e[1] += (uint8_t)sizeof reason;
	put(o, e, sizeof e);
	reason[13] = (uint8_t)codes[(c >> 32) % 6];
	if (with)
		put(o, reason, sizeof reason);
}

/* The CRL without list and signature, made by OpenSSL. */
static X509_CRL *
plain(X509 *ca)
{
	X509_CRL *crl = X509_CRL_new();
	ASN1_INTEGER *one = ASN1_INTEGER_new();
	X509_EXTENSION *akid;
	X509V3_CTX ctx;
	ASN1_TIME *t = ASN1_TIME_set(NULL, time(NULL) - 60);

	X509V3_set_ctx(&ctx, ca, NULL, NULL, NULL, 0);
	akid = X509V3_EXT_conf_nid(NULL, &ctx, NID_authority_key_identifier,
	    "keyid");
	if (crl == NULL || one == NULL || t == NULL ||
	    X509_CRL_set_version(crl, X509_CRL_VERSION_2) != 1 ||
	    X509_CRL_set_issuer_name(crl, X509_get_subject_name(ca)) != 1 ||
	    X509_CRL_set1_lastUpdate(crl, t) != 1 ||
	    ASN1_TIME_adj(t, time(NULL), 365, 0) == NULL ||
	    X509_CRL_set1_nextUpdate(crl, t) != 1 ||
	    ASN1_INTEGER_set(one, 1) != 1 ||
	    X509_CRL_add1_ext_i2d(crl, NID_crl_number, one, 0, 0) != 1 ||
	    (akid != NULL && X509_CRL_add_ext(crl, akid, -1) != 1))
		return NULL;
	X509_EXTENSION_free(akid);
	ASN1_INTEGER_free(one);
	ASN1_TIME_free(t);
	return crl;
}

/* Step over the value at *p. */
static const uint8_t *
behind(const uint8_t *p, const uint8_t *end)
{
	long len;
	int tag, class;

	(void)ASN1_get_object(&p, &len, &tag, &class, end - p);
	return p + len;
}

/* tbsCertList: that of `plain` with the list put in. */
static bool
make_tbs(X509_CRL *crl, EVP_PKEY *key, const struct out *list, struct out *tbs)
{
	unsigned char *der = NULL;
	const unsigned char *p, *from, *end, *at;
	long len;
	int n, tag, class, i;

	if (X509_CRL_sign(crl, key, EVP_sha256()) <= 0 ||
	    (n = i2d_re_X509_CRL_tbs(crl, &der)) <= 0)
		return false;
	p = der;
	end = der + n;
	(void)ASN1_get_object(&p, &len, &tag, &class, n);
	for (from = at = p, i = 0; i < 5; i++) /* up to nextUpdate */
		at = behind(at, end);
	put_head(tbs, V_ASN1_SEQUENCE, (size_t)len + list->n);
	put(tbs, from, (size_t)(at - from));
	put(tbs, list->p, list->n);
	put(tbs, at, (size_t)(end - at));
	OPENSSL_free(der);
	return true;
}

static bool
sign(const struct out *tbs, X509_CRL *crl, EVP_PKEY *key, struct out *tail)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	const X509_ALGOR *alg;
	unsigned char *der = NULL, *sig, zero = 0;
	size_t n = 4096;
	int len;
	bool ok;

	X509_CRL_get0_signature(crl, NULL, &alg);
	len = i2d_X509_ALGOR(alg, &der);
	sig = malloc(n);
	ok = ctx != NULL && sig != NULL && len > 0 &&
	    EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
	    EVP_DigestSign(ctx, sig, &n, tbs->p, tbs->n) == 1;
	if (ok) {
		unsigned char *at;

		put(tail, der, (size_t)len);
		at = tail->p + tail->n;
		ASN1_put_object(&at, 0, (int)n + 1, V_ASN1_BIT_STRING, 0);
		tail->n = (size_t)(at - tail->p);
		put(tail, &zero, 1);
		put(tail, sig, n);
	}
	EVP_MD_CTX_free(ctx);
	OPENSSL_free(der);
	free(sig);
	return ok;
}

static bool
make(size_t count, EVP_PKEY *key, X509 *ca, FILE *to)
{
	struct out entries = { malloc(count * ENTRY_MAX + 1), 0 };
	struct out list = { malloc(count * ENTRY_MAX + 16), 0 };
	struct out tbs = { malloc(count * ENTRY_MAX + 65536), 0 };
	struct out tail = { malloc(8192), 0 }, head = { malloc(16), 0 };
	X509_CRL *crl = plain(ca);
	size_t i;

	if (entries.p == NULL || list.p == NULL || tbs.p == NULL ||
	    tail.p == NULL || head.p == NULL || crl == NULL)
		return false;
	for (i = 0; i < count; i++)
		put_entry(&entries);
	if (count > 0) { /* RFC 5280 5.1.2.6: else there is no list */
		put_head(&list, V_ASN1_SEQUENCE, entries.n);
		put(&list, entries.p, entries.n);
	}
	if (!make_tbs(crl, key, &list, &tbs) || !sign(&tbs, crl, key, &tail))
		return false;
	put_head(&head, V_ASN1_SEQUENCE, tbs.n + tail.n);
	return fwrite(head.p, 1, head.n, to) == head.n &&
	    fwrite(tbs.p, 1, tbs.n, to) == tbs.n &&
	    fwrite(tail.p, 1, tail.n, to) == tail.n;
}

int
main(int argc, char **argv)
{
	EVP_PKEY *key;
	FILE *f, *to;
	X509 *ca;

	if (argc != 5) {
		(void)fputs("usage: bigcrl N KEY.pem CA.pem OUT.der\n",
		    stderr);
		return 2;
	}
	if ((f = fopen(argv[2], "re")) == NULL)
		return perror(argv[2]), 1;
	key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
	(void)fclose(f);
	if ((f = fopen(argv[3], "re")) == NULL)
		return perror(argv[3]), 1;
	ca = PEM_read_X509(f, NULL, NULL, NULL);
	(void)fclose(f);
	if ((to = fopen(argv[4], "we")) == NULL)
		return perror(argv[4]), 1;
	if (key == NULL || ca == NULL ||
	    !make(strtoul(argv[1], NULL, 10), key, ca, to) ||
	    fclose(to) != 0) {
		(void)fprintf(stderr, "%s: cannot be made\n", argv[4]);
		return 1;
	}
	return 0;
}
