/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where revocation data comes from: a folder of CRLs, PEM or DER, one in a
 * file named *.crl, *.pem, *.der or *.r0 to *.r9.  Only the issuer is read
 * until a CRL is asked for, and what was parsed is kept for the process.
 *
 * The seam for faster sources: the certificate check asks for candidates by
 * issuer name and lets OpenSSL choose among them.
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
	char method[16];     /* "crl" or "none" */
	char status[16];     /* "good", "revoked", "unknown", "stale" */
	int64_t this_update; /* seconds since 1970, 0 = unknown */
	int64_t next_update;
	int64_t age_s;       /* now - this_update */
	char crl_number[65]; /* hex; "" when there is none */
	char revoked_reason[32]; /* RFC 5280 5.3.1 word; "" */
	int64_t revoked_at;
	bool grace_used;
};

/* `dir` is a folder that passed sek_path_safe().  Nothing is parsed yet. */
int sek_rev_open(const char *dir, struct sek_rev_source **out,
    struct sek_why *why) SEK_MUST;
void sek_rev_close(struct sek_rev_source *s);
/* CRLs whose issuer is `issuer`; the stack and its CRLs are the caller's.
 * NULL when there is none. */
STACK_OF(X509_CRL) *sek_rev_candidates(const struct sek_rev_source *s,
    const X509_NAME *issuer);
/* The file of a CRL that came from here, escaped; never NULL. */
const char *sek_rev_file(const struct sek_rev_source *s, const X509_CRL *crl);
/* How many files of the folder could not be used, and in `first` which was
 * the first and why; looks at the folder if that has not been done. */
size_t sek_rev_problems(const struct sek_rev_source *s,
    struct sek_why *first);

#endif
