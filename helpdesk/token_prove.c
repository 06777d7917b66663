/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Proof that the card at hand holds the key of the certificate: the PIN
 * dialogue, a signature over a fresh challenge, its verification.
 *
 * Part of the administrator's program.  Must never try a PIN out of a file
 * twice.
 */
#include "helpdesk/token.h"

#include <string.h>
#include <time.h>

#include "gate/assertion.h"

#define SERVICE "sekisho-enrol"

/* Between SIGN and the end. */
struct proving {
	struct token *t;
	struct sek_challenge challenge;
	uint32_t tries;
	bool proved;
};

/* DESK_GO when it is on its way. */
static int
send(struct proving *p, uint8_t msg, const struct sek_buf *body)
{
	struct token *t = p->t;
	const struct sek_deadline dl = sek_deadline_in(
	    1000ull * t->e->d->policy->token_s);
	enum sek_reason reason = sek_helper_send(&t->helper, msg, body, &dl);

	return reason == SEK_R_OK ? DESK_GO :
	    token_failed(t, reason, t->helper.detail);
}

static int
send_sign(struct proving *p)
{
	const struct sek_cert_info *info = &p->t->e->info;
	const struct sek_challenge *c = &p->challenge;
	const struct sek_key *k = p->t->key;
	struct sek_sign sign = { .slot = k->slot, .id_len = k->id_len,
		.ec = info->ec, .key_bits = info->key_bits, .hash = c->hash,
		.tbs_len = c->tbs_len, .digest_len = c->digest_len };
	struct sek_buf body = { 0 };
	int r;

	memcpy(sign.id, k->id, k->id_len);
	memcpy(sign.cert_sha256, info->cert_sha256, sizeof(sign.cert_sha256));
	memcpy(sign.tbs, c->tbs, c->tbs_len);
	memcpy(sign.digest, c->digest, c->digest_len);
	sek_sign_enc(&body, &sign);
	r = send(p, SEK_H_SIGN, &body);
	sek_buf_free(&body);
	return r;
}

static int
send_pin(struct proving *p, const struct sek_buf *pin)
{
	struct token *t = p->t;
	const struct sek_policy *policy = t->e->d->policy;
	const struct sek_deadline dl = sek_deadline_in(
	    1000ull * policy->token_s);
	enum sek_reason reason;

	/* from here on the card may be unlocked: it is reset at the end */
	reason = sek_helper_guard(&t->helper, policy, &t->user,
	    t->key->reader, &dl);
	return reason == SEK_R_OK ? send(p, SEK_H_PIN, pin) :
	    token_failed(t, reason, t->helper.detail);
}

/* May a PIN be given at all?  The last try is the person's to spend. */
static int
may_try(struct proving *p, uint32_t flags)
{
	const struct enrol *e = p->t->e;

	if ((flags & SEK_PF_LOCKED) != 0)
		return token_failed(p->t, SEK_R_PIN_LOCKED, NULL);
	if ((flags & (SEK_PF_NOT_SET | SEK_PF_TO_CHANGE)) != 0)
		return token_failed(p->t, SEK_R_PIN_UNUSABLE, NULL);
	if ((flags & SEK_PF_FINAL_TRY) == 0) {
		if ((flags & SEK_PF_COUNT_LOW) != 0 && p->tries == 0)
			DESK_ERR(e->d, W_PIN_LOW, { NULL });
		return DESK_GO;
	}
	return enrol_last_try(e, e->token_label);
}

static int
give_pin(struct proving *p, uint32_t flags, bool pinpad)
{
	struct sek_buf pin = { 0 };
	int r;

	if ((r = may_try(p, flags)) != DESK_GO)
		return r;
	if (pinpad)
		DESK_SAY(p->t->e->d, W_PIN_ON_READER, { NULL });
	else
		r = enrol_pin(p->t->e, p->t->e->token_label, &pin);
	(void)fflush(stdout);
	if (r == DESK_GO)
		r = send_pin(p, &pin);
	sek_buf_free(&pin);
	return r;
}

static int
on_fail(struct proving *p, const struct sek_buf *body)
{
	const struct enrol *e = p->t->e;
	struct sek_fail f;
	char left[8] = "?";
	int r;

	if (sek_fail_dec(&f, body) != SEK_OK)
		return token_failed(p->t, SEK_R_HELPER_PROTOCOL, NULL);
	if (f.code != SEK_FAIL_WRONG_PIN && f.code != SEK_FAIL_PIN_FORMAT)
		return token_failed(p->t, sek_helper_reason(f.code), f.detail);
	if (f.tries_left >= 0)
		(void)snprintf(left, sizeof(left), "%d", f.tries_left);
	DESK_ERR(e->d, W_PIN_WRONG, { left });
	if (enrol_by_script(e) || ++p->tries >= e->d->policy->pin_tries)
		return DESK_REFUSED;
	r = give_pin(p, f.pin_flags, (f.pin_flags & SEK_PF_PINPAD) != 0);
	return r;
}

static int
on_proof(struct proving *p, const struct sek_buf *body)
{
	struct enrol *e = p->t->e;
	EVP_PKEY *key = X509_get0_pubkey(e->cert);
	struct sek_proof proof;

	if (sek_proof_dec(&proof, body) != SEK_OK)
		return token_failed(p->t, SEK_R_HELPER_PROTOCOL, NULL);
	if (key == NULL ||
	    sek_assertion_verify(&p->challenge, key, &proof) != SEK_OK)
		return token_failed(p->t, SEK_R_BAD_SIGNATURE, NULL);
	e->proof = proof.logged_in ? "pin" : "signature";
	p->proved = true;
	return DESK_GO;
}

/* One answer of the helper; DESK_GO: go on, or proved. */
static int
handle(struct proving *p, uint8_t msg, const struct sek_buf *body)
{
	struct sek_note note;

	switch (msg) {
	case SEK_H_KEYS: /* crossed our SIGN */
		return DESK_GO;
	case SEK_H_NOTE:
		if (sek_note_dec(&note, body) != SEK_OK ||
		    (note.kind != SEK_NOTE_PIN &&
		    note.kind != SEK_NOTE_PINPAD))
			break;
		return give_pin(p, note.pin_flags,
		    note.kind == SEK_NOTE_PINPAD);
	case SEK_H_FAIL:
		return on_fail(p, body);
	case SEK_H_PROOF:
		return on_proof(p, body);
	}
	return token_failed(p->t, SEK_R_HELPER_PROTOCOL, NULL);
}

static int
make_challenge(struct proving *p)
{
	const struct enrol *e = p->t->e;
	struct sek_binding b = { .user = e->person.name, .service = SERVICE,
		.host = e->d->policy->host, .session = "",
		.time = time(NULL) };
	EVP_PKEY *key = X509_get0_pubkey(e->cert);

	memcpy(b.cert_sha256, e->info.cert_sha256, sizeof(b.cert_sha256));
	if (key != NULL &&
	    sek_challenge_make(&p->challenge, &b, key) == SEK_OK)
		return DESK_GO;
	return token_failed(p->t, SEK_R_INTERNAL, NULL);
}

int
token_prove(struct token *t)
{
	struct proving p = { .t = t };
	struct sek_buf body = { 0 };
	enum sek_reason reason;
	uint8_t msg = 0;
	int r;

	if ((r = make_challenge(&p)) == DESK_GO)
		r = send_sign(&p);
	while (r == DESK_GO && !p.proved) {
		const struct sek_deadline dl = sek_deadline_in(
		    1000ull * t->e->d->policy->token_s);

		reason = sek_helper_recv(&t->helper, &msg, &body, &dl);
		r = reason == SEK_R_OK ? handle(&p, msg, &body) :
		    token_failed(t, reason, t->helper.detail);
	}
	sek_buf_free(&body);
	return r;
}
