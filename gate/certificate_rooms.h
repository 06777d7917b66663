/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files behind certificate.h say to each other; nobody else
 * includes this.
 *
 *     trust.c             what the administrator trusts, loaded once
 *     certificate_der.c   strict DER, before OpenSSL sees a byte
 *     certificate_info.c  names, dates, hashes: what a certificate says
 *     certificate_key.c   allowed keys and signature algorithms
 *     certificate_leaf.c  what a login asks of the certificate itself
 *     certificate_path.c  OpenSSL's path and revocation check
 */
#ifndef GATE_CERTIFICATE_ROOMS_H
#define GATE_CERTIFICATE_ROOMS_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gate/certificate.h"

struct sek_trust {
	STACK_OF(X509) *anchors;
	STACK_OF(X509) *intermediates;   /* may be empty */
	STACK_OF(ASN1_OBJECT) *purposes; /* any of these */
	STACK_OF(ASN1_OBJECT) *policies; /* one of these; empty: any */
	struct sek_rev_source *rev;      /* NULL: revocation is not checked */
	bool purpose_needed;
	uint32_t rsa_min_bits;
	uint32_t max_depth;              /* CA certificates, with the anchor */
	bool grace;
	uint32_t grace_s;
};

/* -- certificate_der.c */

/* The head of the DER value at p: its tag, its length, and how many bytes
 * the head takes.  Whether `len` bytes follow is the caller's question.
 * False: not the only (shortest, definite) way to write it. */
bool sek_der_head(const uint8_t *p, size_t n, uint8_t *tag, size_t *len,
    size_t *head);
/* One value that fills n bytes exactly, DER all the way down. */
bool sek_der_ok(const uint8_t *p, size_t n);

/* -- certificate_info.c */

/* The two forms of RFC 5280 4.1.2.5 and no other; SEK_E_SYNTAX else. */
int sek_cert_time(const ASN1_TIME *t, int64_t *out) SEK_MUST;
/* RFC 4514 text of a name, safe to show. */
void sek_cert_name(const X509_NAME *name, char *out, size_t cap);
/* Hex of an integer's value without padding, "-" before a negative one;
 * ends in "..." when it does not fit. */
void sek_cert_hex(const ASN1_INTEGER *v, char *out, size_t cap);

/* -- certificate_key.c: SEK_R_OK or SEK_R_CERT_KEY / SEK_R_CERT_SIGNATURE */

/* `leaf`: a key that signs logins, else one that signs certificates. */
enum sek_reason sek_key_check(X509 *x, bool leaf, uint32_t rsa_min_bits,
    struct sek_why *why);
enum sek_reason sek_signature_check(const X509_ALGOR *alg,
    struct sek_why *why);

/* -- certificate_leaf.c */

/* Rules for any certificate on the path: version, serial, extensions. */
enum sek_reason sek_form_check(X509 *x, bool v3_only, struct sek_why *why);
/* Rules for the certificate that logs in. */
enum sek_reason sek_leaf_check(const struct sek_trust *t, X509 *x,
    int64_t now, struct sek_why *why);
/* Rules for a CA certificate on the path besides RFC 5280 section 6. */
enum sek_reason sek_issuer_check(const struct sek_trust *t, X509 *x,
    bool anchor, struct sek_why *why);

/* -- certificate_path.c */

enum sek_reason sek_path_check(const struct sek_trust *t, X509 *leaf,
    int64_t now, struct sek_rev_info *rev, struct sek_why *why);

#endif
