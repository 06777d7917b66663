/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * May this new credential be enrolled?  The rules of Web Authentication 7.1
 * for what a FIDO2 key made, from bytes.  Runs in `sekisho`.
 *
 * Authenticator data (6.1, 6.5.1): 37 bytes, then AAGUID, id and public key,
 * then the one extension that may have been asked for.  No byte is passed
 * over.
 */
#include <openssl/err.h>
#include <stdio.h>
#include <string.h>

#include "gate/fido_cbor.h"
#include "gate/fido_rooms.h"

#define FLAGS_AT 32u
#define COUNTER_AT 33u
#define AAGUID_LEN 16u

static int
refuse(struct sek_why *why, int r, const char *rule)
{
	sek_why_set(why, "%s", rule);
	return r;
}

/* -- attested credential data, 6.5.1 */

static int
read_attested(struct sek_rd *r, struct sek_fido_cred *out,
    struct sek_why *why)
{
	size_t used = 0;
	int err;

	if (r->left < AAGUID_LEN + 2)
		return refuse(why, SEK_E_SYNTAX, "attested data is too short");
	memcpy(out->aaguid, r->p, AAGUID_LEN);
	*r = sek_rd_init(r->p + AAGUID_LEN, r->left - AAGUID_LEN);
	out->id_len = sek_rd_u16(r);
	if (out->id_len == 0 || out->id_len > sizeof out->id)
		return refuse(why, SEK_E_SYNTAX,
		    "credential id of no allowed length (1 to 1023)");
	if (out->id_len > r->left)
		return refuse(why, SEK_E_SYNTAX,
		    "credential id is longer than its data");
	memcpy(out->id, r->p, out->id_len);
	*r = sek_rd_init(r->p + out->id_len, r->left - out->id_len);
	if ((err = sek_fido_cose(r->p, r->left, &used, &out->alg, out->spki,
	    &out->spki_len, why)) != SEK_OK)
		return err;
	*r = sek_rd_init(r->p + used, r->left - used);
	return SEK_OK;
}

/* Extensions, 9.5: credProtect (CTAP 2.1 12.1) and nothing else. */
static int
read_extensions(struct sek_rd *r, struct sek_fido_cred *out,
    struct sek_why *why)
{
	int64_t level;

	if (fido_cbor_map(r, 1) != 1)
		r->bad = true;
	fido_cbor_text(r, "credProtect");
	level = fido_cbor_int(r);
	if (r->bad || level < 1 || level > 3)
		return refuse(why, SEK_E_SYNTAX,
		    "extensions are not the one that was asked for");
	out->protect = (uint8_t)level;
	return SEK_OK;
}

/* Everything behind the flags of c->auth. */
static int
read_data(const struct sek_make *make, const struct sek_fido_created *c,
    uint8_t flags, struct sek_fido_cred *out, struct sek_why *why)
{
	struct sek_rd r = sek_rd_init(c->auth + COUNTER_AT,
	    c->auth_len - COUNTER_AT);
	int err;

	out->counter = sek_rd_u32(&r);
	out->counted = out->counter != 0;
	if ((err = read_attested(&r, out, why)) != SEK_OK)
		return err;
	if ((flags & SEK_FIDO_ED) != 0 && make->protect == 0)
		return refuse(why, SEK_E_DENIED,
		    "has extensions, and none was asked for");
	if ((flags & SEK_FIDO_ED) != 0 &&
	    (err = read_extensions(&r, out, why)) != SEK_OK)
		return err;
	if (sek_rd_end(&r) != SEK_OK)
		return refuse(why, SEK_E_SYNTAX,
		    "bytes follow the authenticator data");
	return SEK_OK;
}

/* -- rules */

/* CTAP 2.1 12.1: what came back counts.  A key that does not know the
 * extension leaves it out, and nothing is made of it.  Level 1 is what there
 * is without any. */
static int
check_protect(const struct sek_make *make, const struct sek_fido_rules *rules,
    const struct sek_fido_created *c, const struct sek_fido_cred *out,
    struct sek_why *why)
{
	uint8_t want = make->protect > rules->protect ? make->protect :
	    rules->protect;

	if ((c->protects || out->protect != 0) && want > 1 &&
	    out->protect < want) {
		sek_why_set(why, "the key protects the credential at level "
		    "%u only, asked for was %u", out->protect, want);
		return SEK_E_DENIED;
	}
	return SEK_OK;
}

static int
check_head(const struct sek_make *make, const struct sek_fido_rules *rules,
    const struct sek_fido_created *c, struct sek_why *why)
{
	bool same;

	if (c->auth_len < FIDO_AUTH_LEN || c->auth_len > sizeof c->auth ||
	    c->att_len > sizeof c->att)
		return refuse(why, SEK_E_SYNTAX,
		    "authenticator data of no allowed length");
	same = fido_rp_matches(c->auth, make->rp);
	ERR_clear_error();
	if (!same)
		return refuse(why, SEK_E_DENIED, "made for another RP ID");
	if (fido_flags_check(c->auth[FLAGS_AT], rules->verify, rules->synced,
	    why) != SEK_R_OK)
		return SEK_E_DENIED;
	if ((c->auth[FLAGS_AT] & SEK_FIDO_AT) == 0)
		return refuse(why, SEK_E_SYNTAX,
		    "has no attested data (AT is not set)");
	return SEK_OK;
}

static bool
copy_texts(const struct sek_make *make, const struct sek_fido_created *c,
    struct sek_fido_cred *out)
{
	int rp = snprintf(out->rp, sizeof out->rp, "%s", make->rp);
	int tr = snprintf(out->transports, sizeof out->transports, "%s",
	    c->transports);

	return rp >= 0 && (size_t)rp < sizeof out->rp && tr >= 0 &&
	    (size_t)tr < sizeof out->transports;
}

int
sek_fido_register(const struct sek_make *make,
    const struct sek_fido_rules *rules, const struct sek_fido_created *c,
    struct sek_fido_cred *out, char chain[200], struct sek_why *why)
{
	struct sek_fido_cred made = { 0 };
	uint8_t flags;
	int r;

	if ((r = check_head(make, rules, c, why)) != SEK_OK)
		return r;
	flags = c->auth[FLAGS_AT];
	if ((r = read_data(make, c, flags, &made, why)) != SEK_OK ||
	    (r = check_protect(make, rules, c, &made, why)) != SEK_OK ||
	    (r = fido_attestation(make, rules, c, &made, chain, why)) !=
	    SEK_OK)
		return r;
	if (!copy_texts(make, c, &made))
		return SEK_E_INVAL;
	made.firmware = c->firmware;
	made.backup = (flags & SEK_FIDO_BE) != 0;
	/* a key that verifies without being told to is not held to it */
	made.verified = rules->verify;
	*out = made;
	return SEK_OK;
}
