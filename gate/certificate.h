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

#include "gate/certificate_role.h"
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
	bool ec;              /* key kind: EC, else RSA or Ed25519 */
	uint16_t key_bits;
	char key[32];         /* "RSA 2048", "P-256", "Ed25519", ... */
	struct sek_cert_roles roles; /* none when they do not parse */
	char policies[257];   /* OIDs of certificatePolicies, by blanks */
	char detail[256];     /* what exactly was wrong; "" when good */
	struct sek_rev_info rev; /* revocation of the leaf */
};

/* Start libcrypto without its configuration file, so that no OPENSSL_CONF
 * matters.  Once, in main(), before anything else uses libcrypto. */
int sek_crypto_start(void) SEK_MUST;

/* The rules of a check, from a policy or from a command line. */
struct sek_rules {
	enum sek_rev_check check;
	bool grace;
	uint32_t grace_s;
	char *const *purposes;    /* EKU OIDs, any of; none: not looked at */
	size_t n_purposes;
	bool purpose_needed;      /* an absent EKU is refused */
	uint32_t usage;           /* KU_* bits, one of which must be there */
	bool usage_needed;        /* an absent key usage is refused */
	char *const *policies;    /* OIDs, one of them; none: any */
	size_t n_policies;
	bool policy_check;        /* RFC 5280 6.1 policy processing at all */
	bool explicit_policy;     /* 6.1.1 (e) */
	bool inhibit_map;         /* 6.1.1 (f) */
	bool inhibit_any;         /* 6.1.1 (g) */
	bool partial_chain;       /* an anchor need not be self-signed */
	uint32_t rsa_min_bits;
	uint32_t max_depth;       /* CA certificates, with the anchor */
	int64_t ocsp_max_age_s;
};

enum sek_trust_kind { SEK_TRUST_ANCHOR, SEK_TRUST_UNTRUSTED };

/* An empty trust by these rules, to which certificates are added (`sekisho
 * verify`). */
int sek_trust_new(const struct sek_rules *rules, struct sek_trust **out,
    struct sek_why *why) SEK_MUST;
/* One more certificate, of which it keeps a reference.  It need not be a
 * CA's: one that is none issues nothing. */
int sek_trust_add_cert(struct sek_trust *t, enum sek_trust_kind kind,
    X509 *x) SEK_MUST;
/* Its source of CRLs, to add to; NULL when rules say "none". */
struct sek_rev_source *sek_trust_revocation(struct sek_trust *t);

/* How an OCSP question gets to its responder during a login: fills `answer`
 * (DER) within its own deadline.  The gate gives one that goes through
 * sekisho-fetch; without it only the cache is looked at. */
typedef int sek_ocsp_live(void *arg, const char *url,
    const struct sek_buf *request, struct sek_buf *answer,
    struct sek_why *why);
void sek_trust_ocsp_live(struct sek_trust *t, sek_ocsp_live *fn, void *arg);

/* Load what the policy names.  Files: PEM (several in one) or DER.  A CA
 * certificate among the anchors is an anchor, self-signed or not. */
int sek_trust_load(const struct sek_policy *p, struct sek_trust **out,
    struct sek_why *why) SEK_MUST;
/* Of the purposes, only that of a TLS client from now on (RFC 5280 4.2.1.12):
 * what was issued for a VPN alone need not serve as a card. */
int sek_trust_for_tls(struct sek_trust *t) SEK_MUST;
void sek_trust_free(struct sek_trust *t);

/* Parse DER exactly (no byte left over, at most SEK_MAX_CERT). */
X509 *sek_cert_parse(const uint8_t *der, size_t n);
/* Names, key and dates only, without judging. */
int sek_cert_describe(X509 *x, struct sek_cert_info *out) SEK_MUST;

/* SEK_R_OK or why not.  `now`: seconds since 1970. */
enum sek_reason sek_cert_check(const struct sek_trust *t, X509 *leaf,
    int64_t now, struct sek_cert_info *out) SEK_MUST;

#endif
