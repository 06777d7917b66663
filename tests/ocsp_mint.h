/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes OCSP answers and the certificates around them, right or wrong in any
 * one thing.  The DER is written by hand, so that an answer can also be what
 * OpenSSL would never write.  Test programs only.
 */
#ifndef TESTS_OCSP_MINT_H
#define TESTS_OCSP_MINT_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sekisho/buf.h"

#define MINT_ONES 4
#define MINT_CERTS 12

enum mint_status { MINT_GOOD, MINT_REVOKED, MINT_UNKNOWN };

/* One SingleResponse. */
struct mint_one {
	X509 *leaf;          /* whose serial and issuer name */
	X509 *issuer;        /* whose key */
	int hash;            /* NID of the CertID's; 0: SHA-1 */
	bool wrong_serial;
	bool wrong_name;
	bool wrong_key;
	enum mint_status status;
	int reason;          /* 0: none is said; else code + 1 */
	int64_t revoked_at;
	int64_t this_update; /* seconds since 1970 */
	int64_t next_update; /* 0: none */
	const char *this_text; /* verbatim instead */
	const char *ext;     /* OID of an extension; NULL: none */
	bool ext_critical;
};

struct mint {
	X509 *id;            /* ResponderID: this one's name, or key */
	bool by_key;
	EVP_PKEY *key;       /* signs */
	int md;              /* NID; 0: SHA-256; NID_undef for Ed25519 */
	X509 *certs[MINT_CERTS];
	int64_t produced_at;
	const char *produced_text;
	struct mint_one one[MINT_ONES];
	size_t n;
	const uint8_t *nonce;
	size_t nonce_len;
	bool nonce_twice;
	const char *ext;
	bool ext_critical;
	int version;         /* 0: not said; else version + 1 */
	int response_status;
	const char *type;    /* OID; NULL: id-pkix-ocsp-basic */
	bool tampered;       /* a bit of what was signed */
	bool bad_signature;  /* a bit of the signature */
};

/* The answer in DER; false: something failed. */
bool mint_answer(const struct mint *m, struct sek_buf *out);

/* A certificate.  `ext` is lines of "name=value" as X509V3_EXT_conf takes
 * them, NULL-terminated. */
struct mint_cert {
	const char *subject;  /* CN */
	long serial;
	EVP_PKEY *key;        /* its own */
	X509 *issuer;         /* NULL: itself */
	EVP_PKEY *issuer_key;
	int64_t from, to;
	const EVP_MD *md;
	const char *const *ext;
};
X509 *mint_certificate(const struct mint_cert *c);
X509_CRL *mint_crl(X509 *issuer, EVP_PKEY *key, long revoked, int64_t this,
    int64_t next);

#endif
