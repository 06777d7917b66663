/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where revocation data comes from: indexes that sekisho-fetch compiled
 * (revocation_index.h), and a folder of CRLs, PEM or DER, one in a file named
 * *.crl, *.pem, *.der or *.r0 to *.r9.  Nothing is opened whose issuer was
 * not asked for, and what was parsed is kept for the process.
 *
 * The certificate check asks for candidates by issuer name and lets OpenSSL
 * choose among them.
 */
#ifndef GATE_REVOCATION_H
#define GATE_REVOCATION_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sekisho/err.h"

struct sek_rev_source; /* owned */

struct sek_rev_info {
	char method[16];     /* "crl", "ocsp", "crl+ocsp" or "none" */
	char status[16];     /* "good", "revoked", "unknown", "stale" */
	int64_t this_update; /* seconds since 1970, 0 = unknown */
	int64_t next_update;
	int64_t age_s;       /* now - this_update */
	char crl_number[65]; /* hex; "" when there is none */
	char revoked_reason[32]; /* RFC 5280 5.3.1 word; "" */
	int64_t revoked_at;
	bool grace_used;
	char file[128];      /* the CRL or answer that decided, escaped */
	char responder[257]; /* OCSP: who signed, RFC 4514, escaped; "" */
	int64_t produced_at; /* OCSP: producedAt, 0 = unknown */
	bool live;           /* OCSP: asked for in this login */
};

/* `crls`: a folder of CRLs, "" = none.  `cache`: the cache of sekisho-fetch,
 * whose SEK_INDEX_FOLDER holds the indexes; "" = none, and one that is not
 * there yet is an empty one.  Both are checked with sek_path_safe().  Nothing
 * is parsed yet. */
int sek_rev_open(const char *crls, const char *cache,
    struct sek_rev_source **out, struct sek_why *why) SEK_MUST;
/* An empty source for CRLs that are added one by one (`sekisho verify`). */
int sek_rev_new(struct sek_rev_source **out) SEK_MUST;
/* A CRL (an index or a plain one), of which the source takes a reference of
 * its own; `shown` names it in messages and is escaped already. */
int sek_rev_add(struct sek_rev_source *s, X509_CRL *crl, const char *shown)
    SEK_MUST;
void sek_rev_close(struct sek_rev_source *s);
/* CRLs whose issuer is `issuer`; the stack and its CRLs are the caller's.
 * NULL when there is none. */
STACK_OF(X509_CRL) *sek_rev_candidates(const struct sek_rev_source *s,
    const X509_NAME *issuer);
/* The file of a CRL that came from here, escaped; never NULL. */
const char *sek_rev_file(const struct sek_rev_source *s, const X509_CRL *crl);
/* Each index of the cache with its CRL, or NULL and why it cannot be used,
 * until `fn` returns something other than SEK_OK, which is then returned.
 * For `sekisho` and sekisho-fetch: a login opens only what it needs. */
typedef int sek_rev_fn(void *arg, const char *file, X509_CRL *crl,
    const struct sek_why *why);
int sek_rev_each(const struct sek_rev_source *s, sek_rev_fn *fn, void *arg)
    SEK_MUST;
/* How many files could not be used, and in `first` which was the first and
 * why; looks at the folders if that has not been done.  An index counts once
 * it was asked for. */
size_t sek_rev_problems(const struct sek_rev_source *s,
    struct sek_why *first);

#endif
