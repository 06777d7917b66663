/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CRLs of any shape, signed, for the tests of indexes: DER is put together
 * here byte by byte, so that what no CA would sign can be made as well.
 * Included once by a program, after check.h.
 */
#ifndef TESTS_INDEX_MAKER_H
#define TESTS_INDEX_MAKER_H

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fetch/compile.h"
#include "gate/certificate.h"
#include "gate/revocation_index.h"
#include "sekisho/buf.h"

/* -- DER */

static void
put_tlv(struct sek_buf *b, uint8_t tag, const void *p, size_t n)
{
	uint8_t head[6] = { tag };
	size_t k = 2, len = n;

	if (n < 0x80) {
		head[1] = (uint8_t)n;
	} else {
		for (k = 0; len > 0; len >>= 8)
			k++;
		head[1] = (uint8_t)(0x80 | k);
		for (len = 0; len < k; len++)
			head[2 + len] = (uint8_t)(n >> (8 * (k - 1 - len)));
		k += 2;
	}
	sek_put_raw(b, head, k);
	sek_put_raw(b, p, n);
}

/* Wrap what is in `in`, which is emptied, and add it to `out`. */
static void
put_wrapped(struct sek_buf *out, uint8_t tag, struct sek_buf *in)
{
	put_tlv(out, tag, in->p, in->len);
	sek_buf_free(in);
}

struct bytes {
	const void *p;
	size_t n;
};

#define BYTES(...) \
	(struct bytes){ (const uint8_t[]){ __VA_ARGS__ }, \
	    sizeof((const uint8_t[]){ __VA_ARGS__ }) }
#define NO_BYTES (struct bytes){ NULL, 0 }

/* Extension of id-ce `last` (2.5.29.last). */
static void
put_extension(struct sek_buf *b, uint8_t last, bool critical,
    struct bytes value)
{
	const uint8_t oid[] = { 0x55, 0x1d, last }, yes = 0xff;
	struct sek_buf e = { 0 };

	put_tlv(&e, 0x06, oid, sizeof oid);
	if (critical)
		put_tlv(&e, 0x01, &yes, 1);
	put_tlv(&e, 0x04, value.p, value.n);
	put_wrapped(b, 0x30, &e);
}

#define NO_REASON (-1)

/* An entry; `date` decides between UTCTime and GeneralizedTime by its length,
 * `extra`: further extensions. */
static void
put_entry(struct sek_buf *list, struct bytes serial, const char *date,
    int reason, struct bytes extra)
{
	struct sek_buf e = { 0 }, x = { 0 };

	put_tlv(&e, 0x02, serial.p, serial.n);
	put_tlv(&e, strlen(date) == 13 ? 0x17 : 0x18, date, strlen(date));
	if (reason != NO_REASON)
		put_extension(&x, 21, false, BYTES(0x0a, 1, (uint8_t)reason));
	if (extra.n > 0)
		sek_put_raw(&x, extra.p, extra.n);
	if (x.len > 0)
		put_wrapped(&e, 0x30, &x);
	put_wrapped(list, 0x30, &e);
	sek_buf_free(&x);
}

/* -- signing */

struct signer {
	const char *name;
	EVP_PKEY *key;
	const char *md;  /* NULL: none, for Ed25519 */
	bool pss;
};

static bool
start_signing(EVP_MD_CTX *ctx, const struct signer *s)
{
	EVP_PKEY_CTX *pc;

	if (EVP_DigestSignInit(ctx, &pc,
	    s->md != NULL ? EVP_get_digestbyname(s->md) : NULL, NULL,
	    s->key) != 1)
		return false;
	return !s->pss || (EVP_PKEY_CTX_set_rsa_padding(pc,
	    RSA_PKCS1_PSS_PADDING) == 1 &&
	    EVP_PKEY_CTX_set_rsa_pss_saltlen(pc, RSA_PSS_SALTLEN_DIGEST) == 1);
}

/* OpenSSL says how this signer is called. */
static bool
algorithm_of(const struct signer *s, struct sek_buf *out)
{
	X509_CRL *crl = X509_CRL_new();
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	ASN1_TIME *t = ASN1_TIME_set(NULL, 0);
	const X509_ALGOR *alg;
	unsigned char *der = NULL;
	int n = 0;

	if (X509_CRL_set1_lastUpdate(crl, t) == 1 && start_signing(ctx, s) &&
	    X509_CRL_sign_ctx(crl, ctx) > 0) {
		X509_CRL_get0_signature(crl, NULL, &alg);
		n = i2d_X509_ALGOR(alg, &der);
		if (n > 0)
			sek_put_raw(out, der, (size_t)n);
	}
	OPENSSL_free(der);
	ASN1_TIME_free(t);
	EVP_MD_CTX_free(ctx);
	X509_CRL_free(crl);
	return n > 0;
}

struct crl_spec {
	const struct signer *by;
	struct bytes issuer;     /* Name, DER */
	const char *this_update, *next_update; /* NULL: a year from now */
	struct bytes entries;    /* contents of the list */
	bool empty_list;         /* a list without entries */
	struct bytes extensions; /* Extension values one after another */
};

static void
put_time(struct sek_buf *b, const char *given, long offset_days)
{
	ASN1_TIME *t = ASN1_TIME_adj(NULL, time(NULL), (int)offset_days, 0);

	if (given != NULL)
		put_tlv(b, strlen(given) == 13 ? 0x17 : 0x18, given,
		    strlen(given));
	else
		put_tlv(b, (uint8_t)ASN1_STRING_type(t),
		    ASN1_STRING_get0_data(t),
		    (size_t)ASN1_STRING_length(t));
	ASN1_TIME_free(t);
}

/* The CRL, DER; empty when it cannot be made. */
static struct sek_buf
make_crl(const struct crl_spec *spec)
{
	struct sek_buf tbs = { 0 }, in = { 0 }, alg = { 0 }, out = { 0 };
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t sig[1024] = { 0 }; /* no unused bits, then the signature */
	size_t n = sizeof sig - 1;

	if (!algorithm_of(spec->by, &alg))
		goto out;
	put_tlv(&in, 0x02, "\1", 1);
	sek_put_raw(&in, alg.p, alg.len);
	sek_put_raw(&in, spec->issuer.p, spec->issuer.n);
	put_time(&in, spec->this_update, -1);
	put_time(&in, spec->next_update, 365);
	if (spec->entries.n > 0 || spec->empty_list)
		put_tlv(&in, 0x30, spec->entries.p, spec->entries.n);
	if (spec->extensions.n > 0) {
		struct sek_buf x = { 0 };

		put_tlv(&x, 0x30, spec->extensions.p, spec->extensions.n);
		put_wrapped(&in, 0xa0, &x);
	}
	put_wrapped(&tbs, 0x30, &in);
	if (!start_signing(ctx, spec->by) ||
	    EVP_DigestSign(ctx, sig + 1, &n, tbs.p, tbs.len) != 1)
		goto out;
	sek_put_raw(&in, tbs.p, tbs.len);
	sek_put_raw(&in, alg.p, alg.len);
	put_tlv(&in, 0x03, sig, n + 1);
	put_wrapped(&out, 0x30, &in);
out:
	EVP_MD_CTX_free(ctx);
	sek_buf_free(&in);
	sek_buf_free(&alg);
	sek_buf_free(&tbs);
	return out;
}

/* -- names */

static struct bytes
name_der(const X509_NAME *name)
{
	struct bytes b = NO_BYTES;
	const unsigned char *p;

	if (X509_NAME_get0_der(name, &p, &b.n) == 1)
		b.p = p;
	return b;
}

static X509_NAME *
make_name(const char *cn, int type)
{
	X509_NAME *name = X509_NAME_new();

	if (name == NULL || X509_NAME_add_entry_by_txt(name, "CN", type,
	    (const unsigned char *)cn, -1, -1, 0) != 1) {
		X509_NAME_free(name);
		return NULL;
	}
	return name;
}

/* certificateIssuer with one directory name. */
static void
put_certificate_issuer(struct sek_buf *b, const X509_NAME *name)
{
	struct sek_buf names = { 0 }, seq = { 0 };
	struct bytes der = name_der(name);

	put_tlv(&names, 0xa4, der.p, der.n);
	put_wrapped(&seq, 0x30, &names);
	put_extension(b, 29, true, (struct bytes){ seq.p, seq.len });
	sek_buf_free(&seq);
}

/* -- indexes */

/* An anonymous file with these bytes, as only we may write it. */
static int
memory_file(const void *p, size_t n)
{
	int fd = memfd_create("index", MFD_CLOEXEC);

	if (fd < 0 || fchmod(fd, 0600) != 0 ||
	    (n > 0 && write(fd, p, n) != (ssize_t)n))
		return -1;
	return fd;
}

static int
compile_to(int fd, const struct sek_buf *der, EVP_PKEY *key,
    struct sek_why *why)
{
	return sek_compile(der->p, der->len, fd, key, NULL, why);
}

/* The index of a CRL, opened; NULL when one of both fails. */
static X509_CRL *
index_of(const struct sek_buf *der, EVP_PKEY *key)
{
	int fd = memory_file(NULL, 0);
	struct sek_why why = { "" };
	X509_CRL *crl = NULL;

	if (fd < 0)
		return NULL;
	if (compile_to(fd, der, key, &why) != SEK_OK) {
		printf("# compile: %s\n", why.text);
		(void)close(fd);
		return NULL;
	}
	if (sek_index_open_fd(fd, "index", &crl, &why) != SEK_OK)
		printf("# open: %s\n", why.text);
	return crl;
}

static X509_CRL *
plain_of(const struct sek_buf *der)
{
	const unsigned char *p = der->p;

	return d2i_X509_CRL(NULL, &p, (long)der->len);
}

#endif
