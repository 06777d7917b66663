/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A signature over a checkpoint by a key in a token, through sekisho-pkcs11.
 *
 * Part of the administrator's program.  The vendor's module runs in the
 * helper as the service user, never here.  What the helper hands over is
 * believed only when it verifies with the key that was asked for; a PIN is
 * given once, and never when it would be the last try.
 */
#include "helpdesk/audit_token.h"

#include <openssl/ecdsa.h>
#include <openssl/x509.h>
#include <string.h>

#include "gate/assertion.h"
#include "sekisho/escape.h"

#define P256_HALF 32

int
signer_failed(const struct signer *s, enum sek_reason reason,
    const char *detail)
{
	DESK_ERR(s->d, W_HELPER, { sek_reason(reason)->word,
	    detail != NULL && *detail != '\0' ? detail :
	    sek_reason(reason)->text[s->d->lang] });
	return DESK_REFUSED;
}

static struct sek_deadline
limit(const struct signer *s)
{
	return sek_deadline_in(1000ull * s->d->policy->token_s);
}

/* -- the key ----------------------------------------------------------- */

static int
no_keys(const struct signer *s, const struct sek_buf *body)
{
	struct sek_fail fail;

	if (sek_fail_dec(&fail, body) != SEK_OK)
		return signer_failed(s, SEK_R_HELPER_PROTOCOL, NULL);
	if (fail.code != SEK_FAIL_NO_TOKEN)
		return signer_failed(s, sek_helper_reason(fail.code),
		    fail.detail);
	DESK_ERR(s->d, W_NO_TOKEN, { s->d->policy->token_module.name });
	return DESK_REFUSED;
}

static int
list(struct signer *s)
{
	const struct sek_policy *p = s->d->policy;
	const struct sek_deadline dl = limit(s);
	struct sek_list ask = { .wait = false };
	struct sek_buf body = { 0 };
	enum sek_reason reason;
	uint8_t msg = 0;
	int r = DESK_GO;

	memcpy(ask.label, p->token_label, sizeof(ask.label));
	memcpy(ask.key, p->token_key, sizeof(ask.key));
	sek_list_enc(&body, &ask);
	reason = sek_helper_send(&s->helper, SEK_H_LIST, &body, &dl);
	if (reason == SEK_R_OK)
		reason = sek_helper_recv(&s->helper, &msg, &body, &dl);
	if (reason != SEK_R_OK)
		r = signer_failed(s, reason, s->helper.detail);
	else if (msg != SEK_H_KEYS)
		r = no_keys(s, &body);
	else if (sek_keys_dec(&s->keys, &body) != SEK_OK)
		r = signer_failed(s, SEK_R_HELPER_PROTOCOL, NULL);
	sek_buf_free(&body);
	return r;
}

/* The token's key under the name of the log and "/token". */
static int
take_key(struct signer *s)
{
	const uint8_t *p = s->key->cert, *end = s->key->cert +
	    s->key->cert_len;
	EVP_PKEY *pkey = d2i_PUBKEY(NULL, &p, (long)s->key->cert_len);
	char name[SEK_ORIGIN_MAX];
	int n, r = SEK_E_CRYPTO;

	n = snprintf(name, sizeof(name), "%s%s", s->log, SEK_TOKEN_SUFFIX);
	if (pkey != NULL && p == end && n > 0 && (size_t)n < sizeof(name) &&
	    EVP_PKEY_is_a(pkey, "EC"))
		r = sek_vkey_of(name, pkey, &s->pub);
	EVP_PKEY_free(pkey);
	return r == SEK_OK ? DESK_GO :
	    signer_failed(s, SEK_R_HELPER_PROTOCOL, "no public key on P-256");
}

static int
choose(struct signer *s)
{
	if (s->keys.n == 0) {
		DESK_ERR(s->d, W_TOKEN_NO_KEY, { s->d->policy->token_key });
		return DESK_REFUSED;
	}
	if (s->keys.n > 1) {
		DESK_ERR(s->d, W_TOKEN_SEVERAL, { s->d->policy->token_key });
		return DESK_REFUSED;
	}
	s->key = &s->keys.key[0];
	return take_key(s);
}

int
signer_open(struct signer *s)
{
	const struct sek_policy *p = s->d->policy;
	struct sek_why why = { "" };
	int r;

	/* no login looks at this module, so nothing has looked at its path */
	if ((r = sek_path_safe(p->token_module.path, false, &why)) != SEK_OK ||
	    (r = sek_service_user_find(p->helper_user, &s->user, &why)) !=
	    SEK_OK || (r = sek_helper_start(&s->helper, p, &s->user,
	    &p->token_module)) != SEK_OK)
		return desk_refuse(s->d, &why, r);
	r = list(s);
	return r == DESK_GO ? choose(s) : r;
}

void
signer_close(struct signer *s)
{
	sek_helper_finish(&s->helper);
	sek_keys_clear(&s->keys);
	sek_vkey_free(&s->pub);
}

/* -- the signature ----------------------------------------------------- */

struct signing {
	struct signer *s;
	struct sek_challenge what;
	struct sek_proof proof;
	bool pin_given;
	bool done;
};

static int
send(struct signing *g, uint8_t msg, const struct sek_buf *body)
{
	struct signer *s = g->s;
	const struct sek_deadline dl = limit(s);
	enum sek_reason reason = sek_helper_send(&s->helper, msg, body, &dl);

	return reason == SEK_R_OK ? DESK_GO :
	    signer_failed(s, reason, s->helper.detail);
}

static int
send_sign(struct signing *g)
{
	const struct sek_challenge *c = &g->what;
	const struct sek_key *k = g->s->key;
	struct sek_sign sign = { .slot = k->slot, .id_len = k->id_len,
		.ec = true, .key_bits = 8 * P256_HALF, .hash = c->hash,
		.tbs_len = c->tbs_len, .digest_len = c->digest_len };
	struct sek_buf body = { 0 };
	int r;

	memcpy(sign.id, k->id, k->id_len);
	if (EVP_Digest(k->cert, k->cert_len, sign.cert_sha256, NULL,
	    EVP_sha256(), NULL) != 1)
		return signer_failed(g->s, SEK_R_INTERNAL, NULL);
	memcpy(sign.tbs, c->tbs, c->tbs_len);
	memcpy(sign.digest, c->digest, c->digest_len);
	sek_sign_enc(&body, &sign);
	r = send(g, SEK_H_SIGN, &body);
	sek_buf_free(&body);
	return r;
}

/* The last try is a person's to spend, at the token. */
static int
may_try(const struct signing *g, uint32_t flags)
{
	if (g->pin_given)
		return signer_failed(g->s, SEK_R_HELPER_PROTOCOL, NULL);
	if ((flags & SEK_PF_LOCKED) != 0)
		return signer_failed(g->s, SEK_R_PIN_LOCKED, NULL);
	if ((flags & (SEK_PF_NOT_SET | SEK_PF_TO_CHANGE)) != 0)
		return signer_failed(g->s, SEK_R_PIN_UNUSABLE, NULL);
	if ((flags & SEK_PF_FINAL_TRY) != 0)
		return signer_failed(g->s, SEK_R_LAST_TRY_DECLINED, NULL);
	return DESK_GO;
}

static int
give_pin(struct signing *g, const struct sek_note *note)
{
	struct signer *s = g->s;
	const struct sek_deadline dl = limit(s);
	struct sek_why why = { "" };
	struct sek_buf pin = { 0 };
	enum sek_reason reason;
	int r;

	if (note->kind != SEK_NOTE_PIN)
		return signer_failed(s, SEK_R_PIN_UNUSABLE,
		    "the PIN is typed on the reader: nobody is there");
	if ((r = may_try(g, note->pin_flags)) != DESK_GO)
		return r;
	/* from here on a card may be unlocked: it is reset at the end */
	reason = sek_helper_guard(&s->helper, s->d->policy, &s->user,
	    s->key->reader, &dl);
	if (reason != SEK_R_OK)
		return signer_failed(s, reason, s->helper.detail);
	if ((r = signer_pin_take(s, &pin, &why)) != SEK_OK) {
		r = desk_refuse(s->d, &why, r);
	} else {
		g->pin_given = true;
		r = send(g, SEK_H_PIN, &pin);
	}
	sek_buf_free(&pin);
	return r;
}

static int
on_fail(struct signing *g, const struct sek_buf *body)
{
	enum sek_reason reason;
	struct sek_fail f;

	if (sek_fail_dec(&f, body) != SEK_OK)
		return signer_failed(g->s, SEK_R_HELPER_PROTOCOL, NULL);
	reason = sek_helper_reason(f.code);
	if (g->pin_given)
		signer_pin_was(g->s, reason);
	return signer_failed(g->s, reason, f.detail);
}

static int
on_proof(struct signing *g, const struct sek_buf *body)
{
	if (sek_proof_dec(&g->proof, body) != SEK_OK)
		return signer_failed(g->s, SEK_R_HELPER_PROTOCOL, NULL);
	if (sek_assertion_verify(&g->what, g->s->pub.pkey, &g->proof) !=
	    SEK_OK)
		return signer_failed(g->s, SEK_R_BAD_SIGNATURE, NULL);
	if (g->pin_given)
		signer_pin_was(g->s, SEK_R_OK);
	g->done = true;
	return DESK_GO;
}

static int
handle(struct signing *g, uint8_t msg, const struct sek_buf *body)
{
	struct sek_note note;

	switch (msg) {
	case SEK_H_KEYS: /* crossed our SIGN */
		return DESK_GO;
	case SEK_H_NOTE:
		if (sek_note_dec(&note, body) == SEK_OK)
			return give_pin(g, &note);
		break;
	case SEK_H_FAIL:
		return on_fail(g, body);
	case SEK_H_PROOF:
		return on_proof(g, body);
	}
	return signer_failed(g->s, SEK_R_HELPER_PROTOCOL, NULL);
}

static int
talk(struct signing *g)
{
	struct sek_helper *h = &g->s->helper;
	struct sek_buf body = { 0 };
	enum sek_reason reason;
	uint8_t msg = 0;
	int r = send_sign(g);

	while (r == DESK_GO && !g->done) {
		const struct sek_deadline dl = limit(g->s);

		reason = sek_helper_recv(h, &msg, &body, &dl);
		r = reason == SEK_R_OK ? handle(g, msg, &body) :
		    signer_failed(g->s, reason, h->detail);
	}
	sek_buf_free(&body);
	return r;
}

/* C2SP signed-note: an ECDSA signature is DER (RFC 3279 section 2.2.3); a
 * token gives r || s (PKCS#11 2.40, 2.3.1). */
static int
put_line(const struct signing *g, struct sek_buf *line)
{
	BIGNUM *a = BN_bin2bn(g->proof.sig, P256_HALF, NULL);
	BIGNUM *b = BN_bin2bn(g->proof.sig + P256_HALF, P256_HALF, NULL);
	ECDSA_SIG *sig = ECDSA_SIG_new();
	unsigned char *der = NULL;
	int n, r = SEK_E_NOMEM;

	if (sig != NULL && a != NULL && b != NULL &&
	    ECDSA_SIG_set0(sig, a, b) == 1) {
		a = b = NULL;
		if ((n = i2d_ECDSA_SIG(sig, &der)) > 0)
			r = sek_note_line(&g->s->pub, der, (size_t)n, line);
	}
	OPENSSL_free(der);
	ECDSA_SIG_free(sig);
	BN_free(a);
	BN_free(b);
	return r;
}

int
signer_sign(struct signer *s, const struct sek_buf *body,
    struct sek_buf *line)
{
	struct signing g = { .s = s,
		.what = { .hash = SEK_HASH_SHA256, .digest_len = 32 } };
	int r;

	if (body->len > sizeof(g.what.tbs))
		return signer_failed(s, SEK_R_INTERNAL, "too long a note");
	memcpy(g.what.tbs, body->p, body->len);
	g.what.tbs_len = body->len;
	if (EVP_Digest(body->p, body->len, g.what.digest, NULL, EVP_sha256(),
	    NULL) != 1)
		return signer_failed(s, SEK_R_INTERNAL, NULL);
	if ((r = talk(&g)) != DESK_GO)
		return r;
	return put_line(&g, line) == SEK_OK ? DESK_GO : desk_lost(s->d);
}
