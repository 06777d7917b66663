/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * OCSP (RFC 6960): is this answer a signed, authorised, in-date "good" about
 * this certificate?  Everything else is a reason to refuse.
 * Runs in the gate, in sekisho-fetch and in `sekisho`; never opens a
 * connection.
 */
#ifndef GATE_OCSP_H
#define GATE_OCSP_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gate/revocation.h"
#include "sekisho/buf.h"
#include "sekisho/err.h"
#include "sekisho/reason.h"

#define SEK_OCSP_MAX 65536u   /* bytes of an answer */
#define SEK_OCSP_SUFFIX ".ocsp"
#define SEK_OCSP_FOLDER "ocsp" /* below the cache */
#define SEK_OCSP_SKEW_S 300   /* how far another clock may be ahead */

/* A question and what is to be remembered of it. */
struct sek_ocsp_ask {
	struct sek_buf request; /* DER, owned */
	uint8_t nonce[32];      /* RFC 9654: 32 octets */
	size_t nonce_len;       /* 0: none was sent */
};

/* What an answer is judged by. */
struct sek_ocsp_rules {
	X509 *issuer;                    /* of `leaf`, on its verified path */
	X509 *leaf;                      /* NULL: the answer must hold one
					    status only, by this issuer */
	const STACK_OF(X509) *untrusted; /* may be NULL */
	int64_t now;                     /* seconds since 1970 */
	int64_t max_age_s;               /* since thisUpdate; 0: only
					    nextUpdate, which must be there */
	const uint8_t *nonce;            /* the one we sent, or NULL */
	size_t nonce_len;
	uint32_t rsa_min_bits;           /* of who signs; 0: 2048 */
	/* Has this responder's certificate been revoked (RFC 6960 4.2.2.2.1)?
	 * Asked unless it has id-pkix-ocsp-nocheck.  SEK_R_OK or why not;
	 * NULL: not asked. */
	enum sek_reason (*responder)(void *arg, X509 *responder,
	    struct sek_why *why);
	void *responder_arg;
};

/* SEK_R_OK, SEK_R_CERT_REVOKED, or one of SEK_R_OCSP_*; fills `rev` (method
 * "ocsp", status, dates, why revoked) as far as the answer can be believed. */
enum sek_reason sek_ocsp_check(const uint8_t *der, size_t n,
    const struct sek_ocsp_rules *rules, struct sek_rev_info *rev,
    struct sek_why *why);

int sek_ocsp_ask_make(X509 *leaf, X509 *issuer, bool nonce,
    struct sek_ocsp_ask *out) SEK_MUST;
void sek_ocsp_ask_clear(struct sek_ocsp_ask *a);
/* The name of a certificate's answer in the cache: 64 hex digits (SHA-256 of
 * issuer name, issuer key and serial) and the suffix. */
int sek_ocsp_name(X509 *leaf, X509 *issuer, char out[80]) SEK_MUST;
/* The first http(s) responder in the certificate's AIA (RFC 5280 4.2.2.1);
 * "" when there is none. */
void sek_ocsp_url(X509 *leaf, char *out, size_t cap);

#endif
