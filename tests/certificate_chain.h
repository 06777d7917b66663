/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Paths of certificates and CRLs in memory, for test programs: made from a
 * few words in the syntax of openssl.cnf, and judged by rules as
 * `sekisho verify` makes them.
 */
#ifndef TESTS_CERTIFICATE_CHAIN_H
#define TESTS_CERTIFICATE_CHAIN_H

#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stddef.h>

#include "gate/certificate_rooms.h"

#define CHAIN_KEYS 128
#define CHAIN_EXTS 8

/* A certificate and its key; the key is one of the maker's. */
struct link {
	X509 *x;
	EVP_PKEY *key;
};

/* What a certificate is made of.  An extension is "NAME=VALUE": it replaces
 * the default one of that name; "NAME=" takes that away; "+NAME=VALUE" is one
 * more.  Names: as openssl.cnf's, or an OID with DER:HEX.  Special ones:
 * "subject=/CN=..", "issuer=/CN=..", "serial=HEX", "from=SECONDS",
 * "to=SECONDS" (since 1970), "md=sha1", "version=1". */
struct recipe {
	const char *subject;      /* "/CN=.."; "" = empty */
	bool ca;
	size_t key;               /* which of CHAIN_KEYS, P-256 */
	const char *ext[CHAIN_EXTS];
};

/* When everything is judged: 2026-01-15 12:00:00 UTC. */
#define CHAIN_NOW INT64_C(1768478400)

bool chain_open(void);
void chain_close(void);
EVP_PKEY *chain_key(size_t i);

/* By `issuer`, or by itself when NULL.  Valid for a year around CHAIN_NOW.
 * It ends the program when it cannot be made. */
struct link chain_make(const struct recipe *r, const struct link *issuer);
void chain_free(struct link *l);

/* Rules for RFC 5280 alone: any usage and purpose, policy processing with
 * nothing required, no revocation, partial chains. */
struct sek_rules chain_rules(void);
struct sek_trust *chain_trust(const struct sek_rules *rules);
void chain_anchor(struct sek_trust *t, const struct link *l);
void chain_untrusted(struct sek_trust *t, const struct link *l);

/* Check form, usage and path as a login does. */
enum sek_reason chain_judge(const struct sek_trust *t, X509 *leaf,
    enum sek_leaf_crl crl, struct sek_rev_info *rev,
    enum sek_reason *leaf_crl, struct sek_why *why);

/* A CRL by `issuer`: extensions as above; entries are certificates. */
struct crl_recipe {
	const char *ext[CHAIN_EXTS];
	long from, to;           /* seconds from CHAIN_NOW; 0, 0: good */
	X509 *revoked;           /* NULL: none */
	int reason;              /* of the entry; -1: not given */
	bool indirect;           /* the entry names its issuer */
};
void chain_crl(struct sek_trust *t, const struct link *issuer,
    const struct crl_recipe *r, const char *shown);

#endif
