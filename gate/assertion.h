/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The challenge of one login and the check of the signature over it.
 *
 * The challenge is fresh and bound to user, service, host, time and
 * certificate (or the RP ID of a FIDO2 key); the message that is signed
 * begins with a fixed text of ours, so that it can never be taken for a TLS
 * handshake or a document.
 */
#ifndef GATE_ASSERTION_H
#define GATE_ASSERTION_H

#include <openssl/evp.h>
#include <stdint.h>

#include "sekisho/err.h"
#include "sekisho/wire_helper.h"

struct sek_challenge {
	uint8_t tbs[SEK_MAX_TBS]; /* the message to be signed */
	size_t tbs_len;
	enum sek_hash hash;       /* that fits the key */
	uint8_t digest[64];       /* of tbs */
	size_t digest_len;
};

/* What the challenge is bound to. */
struct sek_binding {
	const char *user;    /* account asked for, or "" */
	const char *service;
	const char *host;
	const char *session;
	int64_t time;        /* seconds since 1970 */
	const char *rp;      /* for a FIDO2 key: instead of a certificate */
	uint8_t cert_sha256[32];
};

/* `key` NULL: it is not known yet which one will sign.  The digest is of
 * SHA-256 then, and stands for a FIDO2 key's clientDataHash. */
int sek_challenge_make(struct sek_challenge *c, const struct sek_binding *b,
    EVP_PKEY *key) SEK_MUST;
/* SEK_OK only when `proof` is a signature by `key` over the challenge, by a
 * scheme that fits the key; SEK_E_CRYPTO otherwise. */
int sek_assertion_verify(const struct sek_challenge *c, EVP_PKEY *key,
    const struct sek_proof *proof) SEK_MUST;
const char *sek_scheme_word(enum sek_scheme scheme);

#endif
