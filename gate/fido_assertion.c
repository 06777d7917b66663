/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Does what a FIDO2 key has signed log this person in?  The rules of Web
 * Authentication 7.2 that need no store, from bytes.  Runs in the gate, which
 * has no CBOR and no libfido2; the key and the helper are not trusted with
 * any part of this.
 */
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <string.h>

#include "gate/fido_rooms.h"

/* WebAuthn Level 3 6.1: bits 1 and 5 are reserved.  BE was such a bit in
 * Level 2, and who passed over it took keys that their maker copies: what a
 * bit means has to be known before it is let through. */
#define RESERVED 0x22u

static enum sek_reason
refuse(struct sek_why *why, enum sek_reason r, const char *rule)
{
	sek_why_set(why, "%s", rule);
	return r;
}

/* -- what both ceremonies ask of the data */

bool
fido_rp_matches(const uint8_t *auth, const char *rp)
{
	uint8_t want[FIDO_HASH_LEN];
	unsigned int n = 0;

	return EVP_Digest(rp, strlen(rp), want, &n, EVP_sha256(), NULL) ==
	    1 && n == sizeof want &&
	    CRYPTO_memcmp(want, auth, sizeof want) == 0;
}

enum sek_reason
fido_flags_check(uint8_t flags, bool verify, bool synced, struct sek_why *why)
{
	if ((flags & RESERVED) != 0)
		return refuse(why, SEK_R_BAD_ASSERTION,
		    "a reserved flag is set");
	if ((flags & SEK_FIDO_UP) == 0)
		return refuse(why, SEK_R_BAD_ASSERTION,
		    "nobody was present (UP is not set)");
	if ((flags & SEK_FIDO_BS) != 0 && (flags & SEK_FIDO_BE) == 0)
		return refuse(why, SEK_R_BAD_ASSERTION,
		    "backed up, but may not be (BS without BE)");
	if (verify && (flags & SEK_FIDO_UV) == 0)
		return refuse(why, SEK_R_NOT_VERIFIED,
		    "the person was not verified (UV is not set)");
	if (!synced && (flags & SEK_FIDO_BE) != 0)
		return refuse(why, SEK_R_SYNCED_KEY,
		    "its maker may copy this key (BE is set)");
	return SEK_R_OK;
}

/* -- rules of a login */

/* 7.2 steps 5 to 7: the credential that was looked up is the one that says
 * it signed, and its owner is whom the key thinks it is. */
static enum sek_reason
check_owner(const struct sek_fido_expect *e,
    const struct sek_fido_assertion *a, struct sek_why *why)
{
	const struct sek_fido_cred *c = e->cred;

	if (a->id_len == 0 || a->id_len > sizeof a->id ||
	    a->id_len != c->id_len || memcmp(a->id, c->id, c->id_len) != 0)
		return refuse(why, SEK_R_BAD_ASSERTION,
		    "signed by another credential");
	if (c->ssh)
		return refuse(why, SEK_R_BAD_ASSERTION,
		    "the credential is for sshd alone");
	if (strcmp(c->rp, e->rp) != 0)
		return refuse(why, SEK_R_BAD_ASSERTION,
		    "the credential is enrolled for another RP ID");
	/* a key leaves it out when it was given a list of ids (CTAP 2.1 6.2);
	 * of an imported credential nothing is known to compare with */
	if (a->handle_len == 0 || c->handle_len == 0)
		return SEK_R_OK;
	if (a->handle_len > sizeof a->handle ||
	    a->handle_len != c->handle_len ||
	    memcmp(a->handle, c->handle, c->handle_len) != 0)
		return refuse(why, SEK_R_BAD_ASSERTION,
		    "user handle of somebody else");
	return SEK_R_OK;
}

/* 6.1: no attested data and no extension was asked for, so the data ends
 * after the counter. */
static enum sek_reason
check_form(const struct sek_fido_assertion *a, struct sek_fido_seen *seen,
    struct sek_why *why)
{
	const uint8_t *p = a->auth;

	if (a->auth_len < FIDO_AUTH_LEN)
		return refuse(why, SEK_R_BAD_ASSERTION,
		    "authenticator data is too short");
	if ((p[32] & SEK_FIDO_AT) != 0)
		return refuse(why, SEK_R_BAD_ASSERTION,
		    "has attested data (AT is set)");
	if ((p[32] & SEK_FIDO_ED) != 0)
		return refuse(why, SEK_R_BAD_ASSERTION,
		    "has extensions that were not asked for (ED is set)");
	if (a->auth_len != FIDO_AUTH_LEN)
		return refuse(why, SEK_R_BAD_ASSERTION,
		    "bytes follow the authenticator data");
	seen->flags = p[32];
	seen->counter = (uint32_t)p[33] << 24 | (uint32_t)p[34] << 16 |
	    (uint32_t)p[35] << 8 | p[36];
	return SEK_R_OK;
}

static enum sek_reason
check_flags(const struct sek_fido_expect *e, uint8_t flags,
    struct sek_why *why)
{
	enum sek_reason r = fido_flags_check(flags, e->verify, e->synced,
	    why);

	if (r != SEK_R_OK)
		return r;
	if (e->cred->verified && (flags & SEK_FIDO_UV) == 0)
		return refuse(why, SEK_R_NOT_VERIFIED, "enrolled with the "
		    "person's verification, and now without (UV downgrade)");
	/* Level 3 7.2: it is settled when the credential is made */
	if (e->cred->backup != ((flags & SEK_FIDO_BE) != 0))
		return refuse(why, SEK_R_BAD_ASSERTION,
		    "BE has changed since the enrolment");
	return SEK_R_OK;
}

static enum sek_reason
check_signature(const struct sek_fido_expect *e,
    const struct sek_fido_assertion *a, struct sek_why *why)
{
	uint8_t msg[FIDO_AUTH_LEN + FIDO_HASH_LEN];
	enum sek_reason r = SEK_R_BAD_SIGNATURE;
	const struct sek_fido_cred *c = e->cred;
	EVP_PKEY *key;

	if ((key = fido_key(c->alg, c->spki, c->spki_len, why)) == NULL)
		return r;
	memcpy(msg, a->auth, FIDO_AUTH_LEN);
	memcpy(msg + FIDO_AUTH_LEN, e->hash, FIDO_HASH_LEN);
	if (a->sig_len <= sizeof a->sig &&
	    fido_signed(key, c->alg, msg, sizeof msg, a->sig, a->sig_len))
		r = SEK_R_OK;
	else
		sek_why_set(why, "signature does not verify (%s)",
		    sek_fido_alg_word(c->alg));
	EVP_PKEY_free(key);
	return r;
}

enum sek_reason
sek_fido_verify(const struct sek_fido_expect *e,
    const struct sek_fido_assertion *a, struct sek_fido_seen *seen,
    struct sek_why *why)
{
	enum sek_reason r;

	if ((r = check_owner(e, a, why)) != SEK_R_OK ||
	    (r = check_form(a, seen, why)) != SEK_R_OK)
		return r;
	if (!fido_rp_matches(a->auth, e->rp)) {
		ERR_clear_error();
		return refuse(why, SEK_R_BAD_ASSERTION,
		    "signed for another RP ID");
	}
	if ((r = check_flags(e, seen->flags, why)) != SEK_R_OK)
		return r;
	return check_signature(e, a, why);
}

bool
sek_fido_counter_back(const struct sek_fido_cred *c, uint32_t counter)
{
	if (counter == 0 && c->counter == 0 && !c->counted)
		return false;
	return counter <= c->counter;
}
