/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a FIDO2 key has signed, and whether it serves: the rules of Web
 * Authentication Level 2 (7.1 registration, 7.2 assertion) as a login without
 * a browser has them.  Everything here is decided from bytes, by OpenSSL;
 * libfido2 has no part in it.
 *
 * An assertion is judged without any CBOR: the key is kept as
 * SubjectPublicKeyInfo and no extension is asked for.  A registration needs
 * it: fido_cbor.c reads the few kinds of items that one consists of.
 */
#ifndef GATE_FIDO_H
#define GATE_FIDO_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>

#include "sekisho/err.h"
#include "sekisho/reason.h"
#include "sekisho/wire_fido.h"

/* COSE algorithms (RFC 9053, RFC 8812) that are verified. */
enum sek_fido_alg {
	SEK_FIDO_NO_ALG = 0,
	SEK_FIDO_ES256 = -7,
	SEK_FIDO_EDDSA = -8,
	SEK_FIDO_ES384 = -35,
	SEK_FIDO_RS256 = -257
};

/* Flags of authenticator data, WebAuthn 6.1. */
#define SEK_FIDO_UP 0x01u
#define SEK_FIDO_UV 0x04u
#define SEK_FIDO_BE 0x08u
#define SEK_FIDO_BS 0x10u
#define SEK_FIDO_AT 0x40u
#define SEK_FIDO_ED 0x80u

#define SEK_FIDO_SPKI_MAX 1200u /* bytes; RSA-8192 fits */

/* What kind of attestation a credential came with, WebAuthn 6.5.3. */
enum sek_attestation {
	SEK_ATT_NONE = 0,     /* none, or a key over its own credential */
	SEK_ATT_UNKNOWN = 1,  /* signed by a certificate of no root of ours */
	SEK_ATT_TRUSTED = 2   /* up to a root of ours, AAGUID compared */
};

/* A credential of a FIDO2 key as it is enrolled. */
struct sek_fido_cred {
	int64_t credential;    /* row of the store that it belongs to */
	int64_t token;         /* joins what was made in one ceremony */
	char rp[SEK_RP_MAX];
	uint8_t id[SEK_FIDO_ID_MAX];
	size_t id_len;
	enum sek_fido_alg alg;
	uint8_t spki[SEK_FIDO_SPKI_MAX]; /* DER SubjectPublicKeyInfo */
	size_t spki_len;
	uint8_t handle[SEK_FIDO_HANDLE_MAX]; /* len 0: not known (imported) */
	size_t handle_len;
	uint8_t aaguid[16];    /* zeros: not known */
	uint64_t firmware;     /* 0: not known */
	char transports[64];
	uint8_t protect;       /* credProtect as the key returned it; 0: none */
	bool verified;         /* enrolled with the person's verification */
	bool backup;           /* BE: it may be copied by its maker */
	bool resident;
	bool ssh;              /* for sshd alone, never asked for by a login */
	enum sek_attestation attestation;
	uint8_t attestation_sha256[32]; /* of its certificate; else zeros */
	uint32_t counter;      /* the last signature counter */
	bool counted;          /* a counter other than 0 was seen once */
	int64_t suspect;       /* when the counter went back; 0: never */
};

/* -- assertion (fido_assertion.c) */

struct sek_fido_expect {
	const struct sek_fido_cred *cred; /* enrolled under the id that came */
	const char *rp;          /* the RP ID that was asked with */
	const uint8_t *hash;     /* clientDataHash: 32 bytes, ours */
	bool verify;             /* UV must be set */
	bool synced;             /* BE may be set */
};

/* What the signed bytes say. */
struct sek_fido_seen {
	uint8_t flags;
	uint32_t counter;
};

/* SEK_R_OK only when every rule of WebAuthn 7.2 that can be judged without
 * the store holds: RP ID hash, UP, UV, BE and BS, no AT or ED, exact length,
 * user handle, algorithm, signature.  Else the reason, and in `why` which
 * rule.  The counter is for the caller to store: see sek_fido_counter_back().
 * *seen is filled once the data has the right form. */
enum sek_reason sek_fido_verify(const struct sek_fido_expect *e,
    const struct sek_fido_assertion *a, struct sek_fido_seen *seen,
    struct sek_why *why);

/* WebAuthn 6.1.1, 7.2 step 21: does this counter speak of a clone?  Both 0:
 * the key has none; but one that once counted may not go back to 0. */
bool sek_fido_counter_back(const struct sek_fido_cred *c, uint32_t counter);

const char *sek_fido_alg_word(enum sek_fido_alg alg); /* "es256", ... */
enum sek_fido_alg sek_fido_alg_of_word(const char *word); /* any case */

/* -- keys (fido_cose.c) */

/* A COSE_Key (RFC 9053 7) as DER SubjectPublicKeyInfo.  Exactly the map that
 * its algorithm demands, each entry once, nothing else and nothing after it;
 * a point on the curve, an RSA key of 2048 to 4096 bits and an odd public
 * exponent of 65537 to 2^32.  *used: bytes of the map.  SEK_E_SYNTAX, or
 * SEK_E_CRYPTO for a key that is not taken, with `why`. */
int sek_fido_cose(const uint8_t *p, size_t n, size_t *used,
    enum sek_fido_alg *alg, uint8_t spki[SEK_FIDO_SPKI_MAX], size_t *spki_len,
    struct sek_why *why) SEK_MUST;
/* The same from what pam_u2f writes: x || y of P-256 (64 bytes), an EC point
 * (65), an Ed25519 key (32), RSA n || e (259). */
int sek_fido_raw_key(enum sek_fido_alg alg, const uint8_t *p, size_t n,
    uint8_t spki[SEK_FIDO_SPKI_MAX], size_t *spki_len, struct sek_why *why)
    SEK_MUST;

/* -- registration (fido_registration.c, fido_attestation.c) */

struct sek_fido_rules {
	bool verify;            /* UV must be set */
	bool synced;            /* BE may be set */
	uint8_t protect;        /* credProtect that was asked for */
	STACK_OF(X509) *roots;  /* attestation roots of the site; NULL: none */
	/* roots of the FIDO metadata for this AAGUID, added to *out; NULL */
	int (*more_roots)(void *arg, const uint8_t aaguid[16],
	    STACK_OF(X509) *out);
	void *arg;
	int64_t now;            /* seconds since 1970 */
};

/* Judge what a key returned for `make` and fill *out with everything but the
 * rows of the store, `ssh` and `resident`.  Also refused: an id longer than
 * 1023 bytes, a level of credProtect below the one asked for from a key that
 * has it, attested data of another form.  `chain`: what the attestation is,
 * in English.  SEK_E_DENIED, SEK_E_SYNTAX, SEK_E_CRYPTO with `why`. */
int sek_fido_register(const struct sek_make *make,
    const struct sek_fido_rules *rules, const struct sek_fido_created *c,
    struct sek_fido_cred *out, char chain[200], struct sek_why *why) SEK_MUST;

/* "none", "unknown", "trusted". */
const char *sek_attestation_word(enum sek_attestation a);
/* 8-4-4-4-12, lower case; and back (any case): false when it is none. */
void sek_aaguid_text(char out[37], const uint8_t aaguid[16]);
bool sek_aaguid_of_text(const char *text, uint8_t aaguid[16]);

#endif
