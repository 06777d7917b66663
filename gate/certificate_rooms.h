/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files behind certificate.h say to each other; nobody else
 * includes this.
 *
 *     trust.c                   what the administrator trusts
 *     trust_file.c              certificates out of files
 *     certificate_der.c         strict DER, before OpenSSL sees a byte
 *     certificate_info.c        names, dates, hashes: what it says
 *     certificate_key.c         allowed keys and signature algorithms
 *     certificate_extensions.c  the form of any certificate on a path
 *     certificate_leaf.c        what a login asks of the leaf, of issuers
 *     certificate_path.c        path and revocation (certificate_check.h)
 */
#ifndef GATE_CERTIFICATE_ROOMS_H
#define GATE_CERTIFICATE_ROOMS_H

#include <limits.h>
#include <openssl/rsa.h>
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
	enum sek_rev_check check;
	bool purpose_needed;
	uint32_t usage;                  /* KU_* bits, any of these */
	bool usage_needed;
	bool policy_check;
	bool explicit_policy;
	bool inhibit_map;
	bool inhibit_any;
	bool partial_chain;
	uint32_t rsa_min_bits;
	uint32_t max_depth;              /* CA certificates, with the anchor */
	bool grace;
	uint32_t grace_s;
	/* OCSP */
	char cache[PATH_MAX];            /* "" = none */
	int64_t ocsp_max_age_s;
	char *const *ocsp_urls;          /* the policy's, which outlives us */
	size_t n_ocsp_urls;
	sek_ocsp_live *live;             /* NULL: only the cache */
	void *live_arg;
};

/* -- trust_file.c */

/* What else than a CA's certificate may be in a file. */
enum sek_trust_other {
	SEK_TRUST_CA_ONLY,
	SEK_TRUST_CRL_ISSUER, /* one that signs CRLs only */
	SEK_TRUST_ANY
};
/* Add the certificates of a file, PEM or DER, and of a folder those of each
 * file that is named like a certificate. */
int sek_trust_read_file(const char *path, enum sek_trust_other other,
    STACK_OF(X509) *to, struct sek_why *why) SEK_MUST;
int sek_trust_read(const char *path, enum sek_trust_other other,
    STACK_OF(X509) *to, struct sek_why *why) SEK_MUST;

/* -- certificate_der.c */

/* The head of the DER value at p: its tag, its length, and how many bytes
 * the head takes.  Whether `len` bytes follow is the caller's question.
 * False: not the only (shortest, definite) way to write it. */
bool sek_der_head(const uint8_t *p, size_t n, uint8_t *tag, size_t *len,
    size_t *head);
/* Bytes of a tag of one byte and the shortest form of `len` (X.690 10.1). */
size_t sek_der_head_bytes(size_t len);
/* One value that fills n bytes exactly, DER all the way down. */
bool sek_der_ok(const uint8_t *p, size_t n);

/* -- certificate_info.c */

/* The two forms of RFC 5280 4.1.2.5 and no other; SEK_E_SYNTAX else. */
int sek_cert_time(const ASN1_TIME *t, int64_t *out) SEK_MUST;
/* From notBefore through notAfter, both inclusive: RFC 5280 4.1.2.5. */
bool sek_cert_in_date(const X509 *x, int64_t now);
/* RFC 4514 text of a name, safe to show. */
void sek_cert_name(const X509_NAME *name, char *out, size_t cap);
/* Hex of an integer's value without padding, "-" before a negative one;
 * ends in "..." when it does not fit. */
void sek_cert_hex(const ASN1_INTEGER *v, char *out, size_t cap);

/* -- certificate_key.c: SEK_R_OK or SEK_R_CERT_KEY / SEK_R_CERT_SIGNATURE */

enum sek_reason sek_key_check(X509 *x, uint32_t rsa_min_bits,
    struct sek_why *why);
enum sek_reason sek_signature_check(const X509_ALGOR *alg,
    struct sek_why *why);
/* The SHA-2 hash of a NID: SHA-256, SHA-384 or SHA-512; NULL: another. */
const EVP_MD *sek_sha2(int nid);
const EVP_MD *sek_alg_sha2(const X509_ALGOR *alg);
/* The same for the mask of RSASSA-PSS, and the parameters as they are. */
const EVP_MD *sek_mask_sha2(const X509_ALGOR *mask);
RSA_PSS_PARAMS *sek_pss_read(int type, const void *param);

/* -- certificate_extensions.c */

/* Rules for any certificate on the path: version, serial, names, extensions.
 * Of an anchor, which is trusted as it is, only what makes it readable. */
enum sek_form { SEK_FORM_LEAF, SEK_FORM_ISSUER, SEK_FORM_ANCHOR };
enum sek_reason sek_form_check(X509 *x, enum sek_form as,
    struct sek_why *why);

/* -- certificate_leaf.c */

/* Rules for the certificate that logs in. */
enum sek_reason sek_leaf_check(const struct sek_trust *t, X509 *x,
    int64_t now, struct sek_why *why);
/* Rules for a CA certificate on the path besides RFC 5280 section 6. */
enum sek_reason sek_issuer_check(const struct sek_trust *t, X509 *x,
    bool anchor, struct sek_why *why);
/* Rules for one that signs CRLs and is not on the path. */
enum sek_reason sek_crl_issuer_check(const struct sek_trust *t, X509 *x,
    struct sek_why *why);

/* -- certificate_path.c */

/* What the CRLs of the leaf are for. */
enum sek_leaf_crl {
	SEK_LEAF_CRL_NEED, /* one must say that it is good */
	SEK_LEAF_CRL_WANT, /* "revoked" refuses; anything else is returned */
	SEK_LEAF_CRL_SKIP  /* they are not asked */
};

/* The path, and revocation of what is above the leaf as t->check says.
 * WANT: *leaf_crl_reason is SEK_R_OK when a CRL said that the leaf is good,
 * else why not, with `why` in words.  On success *issuer is a reference of
 * the caller's own to the leaf's issuer on the path that was verified. */
enum sek_reason sek_path_check(const struct sek_trust *t, X509 *leaf,
    int64_t now, enum sek_leaf_crl crl, struct sek_rev_info *rev,
    X509 **issuer, enum sek_reason *leaf_crl_reason, struct sek_why *why);

#endif
