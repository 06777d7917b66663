/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is this certificate good for a login now?  Path, validity, usage, key and
 * revocation, from local files only, before any PIN is asked for.
 *
 * OpenSSL builds and checks the path (RFC 5280 section 6); this adds what a
 * login needs: the leaf is no CA, asserts digitalSignature, has the purpose,
 * and its key is of an allowed kind and size.  It never decides a login.
 */
#ifndef GATE_CERTIFICATE_H
#define GATE_CERTIFICATE_H

#include <openssl/x509.h>
#include <stdint.h>

#include "gate/policy.h"
#include "gate/revocation.h"
#include "sekisho/err.h"
#include "sekisho/reason.h"

struct sek_trust; /* anchors, intermediates, revocation source; owned */

/* What was seen, for the record and for `sekisho`; filled as far as the
 * check got, whatever the outcome. */
struct sek_cert_info {
	char subject[1025];   /* RFC 4514, escaped */
	char issuer[1025];
	char serial[65];      /* hex, without leading zeros of padding */
	uint8_t cert_sha256[32];
	uint8_t spki_sha256[32];
	uint8_t issuer_sha256[32]; /* of the DER issuer name */
	int64_t not_before;   /* seconds since 1970 */
	int64_t not_after;
	bool ec;              /* key kind: EC, else RSA */
	uint16_t key_bits;
	char detail[256];     /* what exactly was wrong; "" when good */
	struct sek_rev_info rev; /* revocation of the leaf */
};

/* Start libcrypto without its configuration file, so that no OPENSSL_CONF
 * matters.  Once, in main(), before anything else uses libcrypto. */
int sek_crypto_start(void) SEK_MUST;

/* Load what the policy names.  Files: PEM (several in one) or DER.  A CA
 * certificate among the anchors is an anchor, self-signed or not. */
int sek_trust_load(const struct sek_policy *p, struct sek_trust **out,
    struct sek_why *why) SEK_MUST;
void sek_trust_free(struct sek_trust *t);

/* Parse DER exactly (no byte left over, at most SEK_MAX_CERT). */
X509 *sek_cert_parse(const uint8_t *der, size_t n);
/* Names, key and dates only, without judging. */
int sek_cert_describe(X509 *x, struct sek_cert_info *out) SEK_MUST;

/* SEK_R_OK or why not.  `now`: seconds since 1970. */
enum sek_reason sek_cert_check(const struct sek_trust *t, X509 *leaf,
    int64_t now, struct sek_cert_info *out) SEK_MUST;

#endif
