/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The roles in a certificate: hcRole of ISO 17090-2 in
 * subjectDirectoryAttributes (RFC 5280 4.2.1.8), as HPKI writes it.
 */
#ifndef GATE_CERTIFICATE_ROLE_H
#define GATE_CERTIFICATE_ROLE_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>

#include "sekisho/err.h"

#define SEK_MAX_CERT_ROLES 16u

/* One HCActor's coded data. */
struct sek_cert_role {
	char scheme[64]; /* codingSchemeReference, dotted; "" = none */
	char code[32];   /* codeDataValue; "" = none */
	char name[65];   /* codeDataFreeText as UTF-8, escaped; "" = none */
};

struct sek_cert_roles {
	struct sek_cert_role role[SEK_MAX_CERT_ROLES];
	size_t n;
};

/* All roles of a certificate; none is SEK_OK with n = 0.  Anything that does
 * not parse to its last byte, stands twice, or is too much, is SEK_E_SYNTAX
 * or SEK_E_LIMIT: no role of such a certificate counts. */
int sek_cert_roles(const X509 *x, struct sek_cert_roles *out,
    struct sek_why *why) SEK_MUST;
/* Does one of the roles match a word of the policy: its name or its code,
 * byte for byte, or "OID:NAME" / "OID:CODE" with the coding scheme? */
bool sek_cert_role_is(const struct sek_cert_roles *roles, const char *word);

#endif
