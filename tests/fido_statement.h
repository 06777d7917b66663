/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Attestation for test programs: certificates as makers of FIDO2 keys issue
 * them, and statements that they sign, each part of which can be another.
 * Included once by a program, after fido_maker.h.
 */
#ifndef TESTS_FIDO_STATEMENT_H
#define TESTS_FIDO_STATEMENT_H

#include <openssl/x509v3.h>
#include <stdlib.h>

#include "tests/fido_maker.h"

#define T0 1800000000 /* everything happens about here */
#define DAY 86400
#define AAGUID_OID "1.3.6.1.4.1.45724.1.1.4"

struct attester {
	const char *country, *org, *unit, *name; /* NULL: left out */
	const char *constraints;                 /* NULL: left out */
	const char *aaguid;      /* "critical,DER:..."; NULL: left out */
	const char *again;       /* a second one */
	long version;            /* X509_VERSION_3 */
	int64_t from, to;
	EVP_PKEY *key;
	X509 *issuer;            /* NULL: itself */
	EVP_PKEY *issuer_key;
	const EVP_MD *md;        /* NULL: SHA-256 */
};

static inline bool
attester_part(X509_NAME *name, const char *type, const char *value)
{
	/* as it is, longer than OpenSSL would have it as well */
	return value == NULL || X509_NAME_add_entry_by_txt(name, type,
	    V_ASN1_UTF8STRING, (const unsigned char *)value, -1, -1, 0) == 1;
}

static inline bool
attester_ext(X509 *x, const char *type, const char *value)
{
	X509_EXTENSION *e;
	bool ok;

	if (value == NULL)
		return true;
	e = X509V3_EXT_conf(NULL, NULL, type, value);
	ok = e != NULL && X509_add_ext(x, e, -1) == 1;
	X509_EXTENSION_free(e);
	return ok;
}

static inline X509 *
make_attester(const struct attester *a)
{
	X509 *x = X509_new();
	X509_NAME *name = x != NULL ? X509_get_subject_name(x) : NULL;
	EVP_PKEY *by = a->issuer != NULL ? a->issuer_key : a->key;

	if (x != NULL && X509_set_version(x, a->version) == 1 &&
	    ASN1_INTEGER_set(X509_get_serialNumber(x), 9) == 1 &&
	    ASN1_TIME_set(X509_getm_notBefore(x), (time_t)a->from) != NULL &&
	    ASN1_TIME_set(X509_getm_notAfter(x), (time_t)a->to) != NULL &&
	    attester_part(name, "C", a->country) &&
	    attester_part(name, "O", a->org) &&
	    attester_part(name, "OU", a->unit) &&
	    attester_part(name, "CN", a->name) &&
	    X509_set_issuer_name(x, X509_get_subject_name(a->issuer != NULL ?
	    a->issuer : x)) == 1 && X509_set_pubkey(x, a->key) == 1 &&
	    attester_ext(x, "basicConstraints", a->constraints) &&
	    attester_ext(x, AAGUID_OID, a->aaguid) &&
	    attester_ext(x, AAGUID_OID, a->again) &&
	    X509_sign(x, by, a->md != NULL ? a->md : EVP_sha256()) > 0)
		return x;
	X509_free(x);
	return NULL;
}

static inline struct attester
usual_attester(EVP_PKEY *key, X509 *issuer, EVP_PKEY *issuer_key)
{
	return (struct attester){ .country = "JP", .org = "Example Keys",
		.unit = "Authenticator Attestation", .name = "Example Key 1",
		.constraints = "critical,CA:FALSE",
		.aaguid = "DER:0410000102030405060708090a0b0c0d0e0f",
		.version = X509_VERSION_3, .from = T0 - DAY, .to = T0 + DAY,
		.key = key, .issuer = issuer, .issuer_key = issuer_key };
}

/* A CA: its own, or under another. */
static inline X509 *
make_maker(const char *name, EVP_PKEY *key, X509 *issuer,
    EVP_PKEY *issuer_key)
{
	struct attester a = { .country = "JP", .org = "Example Keys",
		.name = name, .constraints = "critical,CA:TRUE",
		.version = X509_VERSION_3, .from = T0 - 9 * DAY,
		.to = T0 + 9 * DAY, .key = key, .issuer = issuer,
		.issuer_key = issuer_key };

	return make_attester(&a);
}

/* -- statements */

#define MAX_X5C 8

struct statement_parts {
	const char *format;
	bool has_alg, has_x5c;
	int64_t alg;
	EVP_PKEY *key;        /* signs */
	const EVP_MD *md;
	X509 *x5c[MAX_X5C];
	size_t n_x5c;
	size_t more_x5c;      /* claimed and not there */
};

static inline void
put_certificate(struct sek_buf *b, X509 *x)
{
	unsigned char *der = NULL;
	int n = i2d_X509(x, &der);

	if (n > 0)
		put_bytes(b, der, (size_t)n);
	else
		b->bad = true;
	OPENSSL_free(der);
}

/* The statement over `msg`. */
static inline void
put_statement(struct sek_buf *b, const struct statement_parts *s,
    const uint8_t *msg, size_t n)
{
	uint8_t sig[1024];
	size_t i, len = make_signature(s->key, s->md, msg, n, sig, sizeof sig);

	put_map(b, 1u + s->has_alg + s->has_x5c);
	if (s->has_alg) {
		put_text(b, "alg");
		put_int(b, s->alg);
	}
	put_text(b, "sig");
	put_bytes(b, sig, len);
	if (!s->has_x5c)
		return;
	put_text(b, "x5c");
	put_head(b, 4, s->n_x5c + s->more_x5c);
	for (i = 0; i < s->n_x5c; i++)
		put_certificate(b, s->x5c[i]);
}

#endif
