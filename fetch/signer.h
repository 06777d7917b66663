/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who signed a CRL, and whether we trust them with it.
 */
#ifndef FETCH_SIGNER_H
#define FETCH_SIGNER_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gate/certificate.h"
#include "sekisho/err.h"

/* The parts of a CRL's bytes that matter before anything else is looked at
 * (RFC 5280 5.1); points into the bytes. */
struct sek_outline {
	const uint8_t *tbs;   /* the whole value, as it is signed */
	size_t tbs_len;
	const uint8_t *sig;   /* without the octet of unused bits */
	size_t sig_len;
	X509_ALGOR *alg;      /* owned */
	X509_NAME *issuer;    /* owned */
};

/* Refuses, too, a signature algorithm that is not allowed or not the same
 * in both places (5.1.1.2). */
int sek_outline_read(struct sek_outline *o, const uint8_t *der, size_t n,
    struct sek_why *why) SEK_MUST;
void sek_outline_clear(struct sek_outline *o);
/* Must the key be known to compile it?  Ed25519 signs the whole, not a
 * digest. */
bool sek_outline_unhashed(const struct sek_outline *o);

/* The certificate among anchors and intermediates whose key signed it; it may
 * sign CRLs and leads to an anchor at `now`.  `crl` is the compiled one, or
 * NULL: the outline's bytes are verified.  The certificate is the trust's.
 * SEK_E_DENIED and `why` when there is none. */
int sek_signer_find(const struct sek_trust *t, const struct sek_outline *o,
    X509_CRL *crl, int64_t now, X509 **out, struct sek_why *why) SEK_MUST;

/* The certificate that issued `x`, on a path to an anchor; a new reference.
 * NULL when there is none. */
X509 *sek_issuer_of(const struct sek_trust *t, X509 *x, int64_t now);

#endif
