/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * OpenSSL's verification errors as our reasons: one table.
 */
#ifndef GATE_CERTIFICATE_ERRORS_H
#define GATE_CERTIFICATE_ERRORS_H

#include "sekisho/reason.h"

/* Which of several errors is told: the heaviest.  A certificate that its
 * issuer never signed is not "revoked"; one that is revoked is that, however
 * old the list; a missing list explains more than a stale one. */
enum sek_weight {
	SEK_WEIGHT_STALE = 1,
	SEK_WEIGHT_CRL_MISSING,
	SEK_WEIGHT_CRL_INVALID,
	SEK_WEIGHT_PATH,
	SEK_WEIGHT_REVOKED,
	SEK_WEIGHT_UNTRUSTED,
	SEK_WEIGHT_INTERNAL
};

struct sek_x509_error {
	int err;               /* X509_V_ERR_* */
	enum sek_reason leaf;  /* when the certificate itself has it */
	enum sek_reason issuer;/* when one above it has it */
	enum sek_weight weight;
	int go_on;             /* 1: OpenSSL may look further */
	int about_crl;
};

/* Never NULL: what is not in the table is a broken path rule. */
const struct sek_x509_error *sek_x509_error(int err);

#endif
