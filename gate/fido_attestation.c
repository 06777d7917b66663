/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who says that a credential was made by a key of its model: attestation
 * statements (WebAuthn 8).  Runs in `sekisho`, when a credential is enrolled.
 *
 * 7.1 has a statement verified by the procedure of its format.  Of "tpm",
 * "android-key", "apple" and the like none is here, since no such key is
 * plugged into a workstation; and what cannot be verified is not taken for
 * the absence of a statement, which a key can say as well ("none").
 */
#include <openssl/err.h>
#include <stdio.h>
#include <string.h>

#include "gate/certificate_rooms.h"
#include "gate/fido_cbor.h"
#include "gate/fido_rooms.h"
#include "sekisho/escape.h"

#define U2F_SPKI_HEAD 26u /* up to the point of a P-256 key */
#define RSA_MIN_BITS 2048u

/* A statement as it is read; points into the message. */
struct statement {
	int64_t alg;          /* of the signature */
	const uint8_t *sig;
	size_t sig_len;
	struct fido_x5c x5c;  /* n 0: there is none */
};

static int
refuse(struct sek_why *why, int r, const char *rule)
{
	sek_why_set(why, "attestation: %s", rule);
	return r;
}

/* -- statements as CBOR */

static void
read_x5c(struct sek_rd *r, struct fido_x5c *x5c)
{
	size_t i, n;

	fido_cbor_text(r, "x5c");
	n = fido_cbor_array(r, FIDO_X5C_MAX);
	for (i = 0; i < n; i++)
		x5c->der[i] = fido_cbor_bytes(r, SEK_MAX_CERT, &x5c->len[i]);
	if (n == 0)
		r->bad = true;
	x5c->n = r->bad ? 0 : n;
}

/* 8.2: alg and sig, with x5c or without. */
static int
read_packed(const struct sek_fido_created *c, struct statement *s)
{
	struct sek_rd r = sek_rd_init(c->att, c->att_len);
	size_t n = fido_cbor_map(&r, 3);

	fido_cbor_text(&r, "alg");
	s->alg = fido_cbor_int(&r);
	fido_cbor_text(&r, "sig");
	s->sig = fido_cbor_bytes(&r, SEK_MAX_SIG, &s->sig_len);
	if (n == 3)
		read_x5c(&r, &s->x5c);
	return n < 2 ? SEK_E_SYNTAX : sek_rd_end(&r);
}

/* 8.6: sig and x5c; libfido2, which makes this statement of a U2F message
 * itself, writes the alg as well. */
static int
read_u2f(const struct sek_fido_created *c, struct statement *s)
{
	struct sek_rd r = sek_rd_init(c->att, c->att_len);
	size_t n = fido_cbor_map(&r, 3);

	/* step 2: the key of the certificate is one of P-256 */
	s->alg = SEK_FIDO_ES256;
	if (n == 3) {
		fido_cbor_text(&r, "alg");
		fido_cbor_number(&r, SEK_FIDO_ES256);
	}
	fido_cbor_text(&r, "sig");
	s->sig = fido_cbor_bytes(&r, SEK_MAX_SIG, &s->sig_len);
	read_x5c(&r, &s->x5c);
	return n < 2 ? SEK_E_SYNTAX : sek_rd_end(&r);
}

/* -- what they say */

static int
check_none(const struct sek_make *make, const struct sek_fido_rules *rules,
    const struct sek_fido_created *c, struct sek_fido_cred *cred,
    char chain[200], struct sek_why *why)
{
	(void)make;
	(void)rules;
	/* 8.7: an empty map */
	if (c->att_len != 1 || c->att[0] != 0xa0)
		return refuse(why, SEK_E_SYNTAX, "\"none\" with a statement");
	cred->attestation = SEK_ATT_NONE;
	(void)snprintf(chain, 200, "none");
	return SEK_OK;
}

/* Signed by the credential itself: it proves that the key can sign, and
 * nothing of where it comes from. */
static int
check_self(const struct statement *s, const uint8_t *msg, size_t n,
    struct sek_fido_cred *cred, char chain[200], struct sek_why *why)
{
	EVP_PKEY *key;
	bool good;

	if (s->alg != cred->alg)
		return refuse(why, SEK_E_CRYPTO,
		    "its algorithm is not the credential's");
	if ((key = fido_key(cred->alg, cred->spki, cred->spki_len, why)) ==
	    NULL)
		return SEK_E_CRYPTO;
	good = fido_signed(key, cred->alg, msg, n, s->sig, s->sig_len);
	EVP_PKEY_free(key);
	if (!good)
		return refuse(why, SEK_E_CRYPTO,
		    "signature of the credential does not verify");
	cred->attestation = SEK_ATT_NONE;
	(void)snprintf(chain, 200, "by itself");
	return SEK_OK;
}

/* A signature by the certificate, then the certificate itself. */
static int
check_signed(const struct statement *s, const struct sek_fido_rules *rules,
    enum fido_leaf kind, const uint8_t *msg, size_t n,
    struct sek_fido_cred *cred, char chain[200], struct sek_why *why)
{
	X509 *leaf = sek_cert_parse(s->x5c.der[0], s->x5c.len[0]);
	int r = SEK_E_CRYPTO;

	if (leaf == NULL)
		return refuse(why, SEK_E_SYNTAX, "malformed certificate");
	/* a named curve, an RSA key of a size: before the key is used */
	if (sek_key_check(leaf, RSA_MIN_BITS, why) != SEK_R_OK)
		goto out;
	if (s->alg < INT32_MIN || s->alg > 0 ||
	    !fido_signed(X509_get0_pubkey(leaf), (enum sek_fido_alg)s->alg,
	    msg, n, s->sig, s->sig_len))
		r = refuse(why, SEK_E_CRYPTO,
		    "signature by its certificate does not verify");
	else
		r = fido_chain(leaf, kind, &s->x5c, rules, cred, chain, why);
out:
	X509_free(leaf);
	ERR_clear_error();
	return r;
}

static int
check_packed(const struct sek_make *make, const struct sek_fido_rules *rules,
    const struct sek_fido_created *c, struct sek_fido_cred *cred,
    char chain[200], struct sek_why *why)
{
	uint8_t msg[SEK_FIDO_AUTH_MAX + FIDO_HASH_LEN];
	size_t n = c->auth_len + FIDO_HASH_LEN;
	struct statement s = { 0 };

	if (read_packed(c, &s) != SEK_OK)
		return refuse(why, SEK_E_SYNTAX, "malformed \"packed\"");
	memcpy(msg, c->auth, c->auth_len);
	memcpy(msg + c->auth_len, make->hash, FIDO_HASH_LEN);
	if (s.x5c.n == 0)
		return check_self(&s, msg, n, cred, chain, why);
	return check_signed(&s, rules, FIDO_LEAF_PACKED, msg, n, cred, chain,
	    why);
}

/* What a U2F key signed (8.6 steps 4 and 5): not the authenticator data, so
 * that an AAGUID in it would be anybody's. */
static int
check_u2f(const struct sek_make *make, const struct sek_fido_rules *rules,
    const struct sek_fido_created *c, struct sek_fido_cred *cred,
    char chain[200], struct sek_why *why)
{
	static const uint8_t no_aaguid[sizeof cred->aaguid];
	struct statement s = { 0 };
	struct sek_buf msg = { 0 };
	int r;

	if (read_u2f(c, &s) != SEK_OK || s.x5c.n != 1)
		return refuse(why, SEK_E_SYNTAX, "malformed \"fido-u2f\"");
	if (cred->alg != SEK_FIDO_ES256)
		return refuse(why, SEK_E_CRYPTO, "\"fido-u2f\" without ES256");
	if (memcmp(cred->aaguid, no_aaguid, sizeof no_aaguid) != 0)
		return refuse(why, SEK_E_DENIED,
		    "\"fido-u2f\" with an AAGUID");
	sek_put_u8(&msg, 0);
	sek_put_raw(&msg, c->auth, FIDO_HASH_LEN);
	sek_put_raw(&msg, make->hash, FIDO_HASH_LEN);
	sek_put_raw(&msg, cred->id, cred->id_len);
	sek_put_raw(&msg, cred->spki + U2F_SPKI_HEAD,
	    cred->spki_len - U2F_SPKI_HEAD);
	if ((r = sek_buf_ok(&msg)) == SEK_OK)
		r = check_signed(&s, rules, FIDO_LEAF_U2F, msg.p, msg.len,
		    cred, chain, why);
	sek_buf_free(&msg);
	return r;
}

typedef int check_fn(const struct sek_make *make,
    const struct sek_fido_rules *rules, const struct sek_fido_created *c,
    struct sek_fido_cred *cred, char chain[200], struct sek_why *why);

static const struct {
	const char *name;
	check_fn *check;
} formats[] = {
	{ "none", check_none },
	{ "packed", check_packed },
	{ "fido-u2f", check_u2f },
};

int
fido_attestation(const struct sek_make *make,
    const struct sek_fido_rules *rules, const struct sek_fido_created *c,
    struct sek_fido_cred *cred, char chain[200], struct sek_why *why)
{
	char shown[4 * sizeof c->format];
	size_t i;

	for (i = 0; i < sizeof formats / sizeof formats[0]; i++)
		if (strcmp(formats[i].name, c->format) == 0)
			return formats[i].check(make, rules, c, cred, chain,
			    why);
	sek_why_set(why, "attestation: of format \"%s\", which is not "
	    "verified", sek_escape_str(shown, sizeof shown, c->format));
	return SEK_E_DENIED;
}
