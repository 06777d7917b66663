/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes blobs of FIDO metadata, right or wrong in any one thing.
 * Test programs only.
 */
#ifndef TESTS_FIDO_MDS_SIGN_H
#define TESTS_FIDO_MDS_SIGN_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MDS_CERTS_MAX 16

struct mds_sign {
	EVP_PKEY *key;
	X509 *certs[MDS_CERTS_MAX]; /* x5c: the leaf first */
	size_t n;
	const char *alg;    /* in the header; NULL: what the key is for */
	const char *header; /* the whole header; NULL: made */
	const char *sign;   /* "der": ECDSA in DER instead of r || s; "hmac":
			       by the leaf's public key; "none"; "pss"; NULL */
};

/* base64url without padding, or base64 with it; the caller's. */
char *mds_base64(const uint8_t *p, size_t n, bool url);
/* The header alone, as JSON; the caller's. */
char *mds_header(const struct mds_sign *m);
/* The blob; the caller's.  NULL: something failed. */
char *mds_blob(const struct mds_sign *m, const void *payload, size_t n);

#endif
