/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files behind fido.h say to each other; nobody else includes this.
 *
 *     fido_key.c           a public key as it is stored, signatures by it
 *     fido_assertion.c     a login
 *     fido_cbor.c          the one way to write CBOR that is taken
 *     fido_cose.c          a public key as it comes, into what is stored
 *     fido_registration.c  a credential as it comes
 *     fido_attestation.c   who made the key that made it, and
 *     fido_chain.c         whether that is somebody the site trusts
 */
#ifndef GATE_FIDO_ROOMS_H
#define GATE_FIDO_ROOMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gate/fido.h"

/* Authenticator data without attested data and extensions, WebAuthn 6.1. */
#define FIDO_AUTH_LEN 37u
#define FIDO_HASH_LEN 32u

/* -- fido_key.c */

/* A stored key for use; NULL: not exactly what `alg` demands, with `why`.
 * A point is on its curve; a key of RSA has the limits of sek_fido_cose(). */
EVP_PKEY *fido_key(enum sek_fido_alg alg, const uint8_t *spki, size_t n,
    struct sek_why *why);
/* The kinds whose SubjectPublicKeyInfo is a fixed head and the key: put it
 * together of an EC point (04 x y) or an Ed25519 key.  SEK_E_INVAL: its
 * length is another, or there is no such kind. */
int fido_key_put(enum sek_fido_alg alg, const uint8_t *key, size_t n,
    uint8_t spki[SEK_FIDO_SPKI_MAX], size_t *spki_len) SEK_MUST;
/* An RSA key of the allowed sizes; NULL, with `why`. */
EVP_PKEY *fido_rsa(const BIGNUM *n, const BIGNUM *e, struct sek_why *why);
/* By the one signature scheme of `alg`; anything but a good one is false. */
bool fido_signed(EVP_PKEY *key, enum sek_fido_alg alg, const uint8_t *msg,
    size_t n, const uint8_t *sig, size_t sig_len);

/* -- fido_assertion.c: rules that a registration has as well */

/* SHA-256 of the RP ID stands first in the data, of at least 37 bytes. */
bool fido_rp_matches(const uint8_t *auth, const char *rp);
/* What flags may say. */
enum sek_reason fido_flags_check(uint8_t flags, bool verify, bool synced,
    struct sek_why *why);

/* -- fido_attestation.c */

#define FIDO_X5C_MAX 6u

/* Certificates of a statement; they point into it. */
struct fido_x5c {
	const uint8_t *der[FIDO_X5C_MAX];
	size_t len[FIDO_X5C_MAX];
	size_t n;
};

/* Verify the statement of `c` about `cred`, whose key, id and AAGUID are
 * there, and fill its attestation; `chain` as sek_fido_register(). */
int fido_attestation(const struct sek_make *make,
    const struct sek_fido_rules *rules, const struct sek_fido_created *c,
    struct sek_fido_cred *cred, char chain[200], struct sek_why *why)
    SEK_MUST;

/* -- fido_chain.c */

enum fido_leaf { FIDO_LEAF_PACKED, FIDO_LEAF_U2F };

/* `leaf` is x5c->der[0] and has signed: does it have the form that its kind
 * demands, and is it somebody's whom the site trusts?  Only the first can
 * fail. */
int fido_chain(X509 *leaf, enum fido_leaf kind, const struct fido_x5c *x5c,
    const struct sek_fido_rules *rules, struct sek_fido_cred *cred,
    char chain[200], struct sek_why *why) SEK_MUST;

#endif
