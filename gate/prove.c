/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Possession: the PIN dialogue, the signature over the gate's challenge, and
 * its verification, for a card.  Runs in the gate.  Never believes a helper
 * that says it has signed.
 */
#include <string.h>

#include "gate/login.h"
#include "sekisho/escape.h"

/* The first pair of the service that this token can serve. */
static enum sek_pair
pair_for(const struct sek_login *l)
{
	size_t i;

	for (i = 0; i < l->service->n_pairs; i++) {
		if (sek_pair_have(l->service->pairs[i]) !=
		    SEK_HAVE_PKCS11)
			continue;
		if (l->service->pairs[i] == SEK_PAIR_PKCS11_PIN &&
		    (l->key.pin_flags & SEK_PF_LOGIN) == 0)
			continue; /* a token that asks for no PIN */
		return l->service->pairs[i];
	}
	return 0;
}

static enum sek_reason
send_sign(struct sek_login *l)
{
	const struct sek_deadline dl = sek_deadline_sooner(l->dl,
	    1000ull * l->policy->token_s);
	const struct sek_challenge *c = &l->challenge;
	struct sek_sign sign = { .slot = l->key.slot, .ec = l->cert.ec,
	    .key_bits = l->cert.key_bits, .hash = c->hash };
	struct sek_buf body = { 0 };
	enum sek_reason reason;

	memcpy(sign.id, l->key.id, l->key.id_len);
	sign.id_len = l->key.id_len;
	memcpy(sign.cert_sha256, l->cert.cert_sha256,
	    sizeof sign.cert_sha256);
	memcpy(sign.tbs, c->tbs, c->tbs_len);
	sign.tbs_len = c->tbs_len;
	memcpy(sign.digest, c->digest, c->digest_len);
	sign.digest_len = c->digest_len;
	sek_sign_enc(&body, &sign);
	reason = sek_helper_send(l->helper, SEK_H_SIGN, &body, &dl);
	sek_buf_free(&body);
	return reason;
}

/* May a PIN be asked for at all, and if it is the last try, is it wanted? */
static enum sek_reason
before_pin(struct sek_login *l, uint32_t flags)
{
	if ((flags & SEK_PF_LOCKED) != 0)
		return SEK_R_PIN_LOCKED;
	if ((flags & (SEK_PF_NOT_SET | SEK_PF_TO_CHANGE)) != 0)
		return SEK_R_PIN_UNUSABLE;
	return (flags & SEK_PF_FINAL_TRY) == 0 ? SEK_R_OK :
	    sek_pin_last_try(l, l->key.label);
}

static enum sek_reason
send_pin(struct sek_login *l, const struct sek_buf *pin)
{
	const struct sek_deadline dl = sek_deadline_sooner(l->dl,
	    1000ull * l->policy->token_s);
	enum sek_reason reason;

	/* from here on the card may be unlocked: it must be reset */
	reason = sek_helper_guard(l->helper, l->policy, &l->service_user,
	    l->key.reader, &dl);
	return reason != SEK_R_OK ? reason :
	    sek_helper_send(l->helper, SEK_H_PIN, pin, &dl);
}

static enum sek_reason
ask_pin(struct sek_login *l, const struct sek_note *note)
{
	struct sek_reply reply = { 0 };
	const struct sek_buf none = { 0 };
	enum sek_reason reason;

	if (note->kind != SEK_NOTE_PINPAD && !sek_pin_may_be_asked(l))
		return SEK_R_NO_PROMPT;
	if ((reason = before_pin(l, note->pin_flags)) != SEK_R_OK)
		return reason;
	if (note->kind == SEK_NOTE_PINPAD) {
		sek_front_tell(&l->front, SEK_T_PINPAD, NULL);
		return send_pin(l, &none);
	}
	if ((note->pin_flags & SEK_PF_COUNT_LOW) != 0 &&
	    (note->pin_flags & SEK_PF_FINAL_TRY) == 0 &&
	    l->pin != SEK_FAILED)
		sek_front_tell(&l->front, SEK_T_PIN_LOW, NULL);
	reason = sek_pin_ask(l, SEK_T_PIN, l->key.label, &reply);
	if (reason == SEK_R_OK)
		reason = send_pin(l, &reply.answer);
	sek_reply_clear(&reply);
	return reason;
}

/* A wrong PIN may be tried again, as often as the policy lets one login. */
static enum sek_reason
after_fail(struct sek_login *l, const struct sek_fail *f, uint32_t *tries)
{
	const struct sek_note again = { .kind = (f->pin_flags &
	    SEK_PF_PINPAD) != 0 ? SEK_NOTE_PINPAD : SEK_NOTE_PIN,
	    .pin_flags = f->pin_flags, .tries_left = f->tries_left };
	enum sek_reason reason = sek_helper_reason(f->code);

	sek_login_detail(l, f->detail);
	if (reason == SEK_R_WRONG_PIN || reason == SEK_R_PIN_LOCKED) {
		l->pin = SEK_FAILED;
		l->pin_tries_left = f->tries_left;
	}
	if (reason != SEK_R_WRONG_PIN || ++*tries >= l->policy->pin_tries)
		return reason;
	if ((f->pin_flags & SEK_PF_LOCKED) != 0)
		return SEK_R_PIN_LOCKED;
	sek_pin_tell_wrong(l, f->tries_left);
	return ask_pin(l, &again);
}

static enum sek_reason
judge_proof(struct sek_login *l, const struct sek_proof *proof)
{
	EVP_PKEY *key = X509_get0_pubkey(l->leaf);

	if (key == NULL ||
	    sek_assertion_verify(&l->challenge, key, proof) != SEK_OK) {
		l->possession = SEK_FAILED;
		sek_login_detail(l, "the signature does not verify");
		return SEK_R_BAD_SIGNATURE;
	}
	l->scheme = proof->scheme;
	l->possession = SEK_PASSED;
	if (proof->logged_in)
		l->pin = SEK_PASSED;
	if (l->pair == SEK_PAIR_PKCS11_PIN && !proof->logged_in) {
		sek_login_detail(l, "the token signed without a PIN");
		return SEK_R_PIN_UNUSABLE;
	}
	l->detail[0] = '\0'; /* of wrong PINs before the right one */
	return SEK_R_OK;
}

/* One message after SIGN.  NONE: go on. */
static enum sek_reason
handle(struct sek_login *l, uint8_t msg, const struct sek_buf *body,
    uint32_t *tries)
{
	struct sek_note note;
	struct sek_proof proof;
	struct sek_fail fail;
	enum sek_reason reason = SEK_R_HELPER_PROTOCOL;

	switch (msg) {
	case SEK_H_KEYS: /* crossed our SIGN */
		return SEK_R_NONE;
	case SEK_H_NOTE:
		if (sek_note_dec(&note, body) == SEK_OK &&
		    (note.kind == SEK_NOTE_PIN ||
		    note.kind == SEK_NOTE_PINPAD))
			reason = ask_pin(l, &note);
		break;
	case SEK_H_FAIL:
		if (sek_fail_dec(&fail, body) == SEK_OK)
			reason = after_fail(l, &fail, tries);
		break;
	case SEK_H_PROOF:
		if (sek_proof_dec(&proof, body) == SEK_OK)
			return judge_proof(l, &proof);
		break;
	}
	return reason == SEK_R_OK ? SEK_R_NONE : reason;
}

static enum sek_reason
make_challenge(struct sek_login *l)
{
	struct sek_binding b = { .user = l->account.name,
	    .service = l->begin.service, .host = l->policy->host,
	    .session = l->session, .time = l->now };
	EVP_PKEY *key = X509_get0_pubkey(l->leaf);

	memcpy(b.cert_sha256, l->cert.cert_sha256, sizeof b.cert_sha256);
	if (key == NULL || sek_challenge_make(&l->challenge, &b, key) !=
	    SEK_OK)
		return SEK_R_INTERNAL;
	return SEK_R_OK;
}

static enum sek_reason
prove_card(struct sek_login *l)
{
	struct sek_buf body = { 0 };
	struct sek_deadline dl;
	enum sek_reason reason;
	uint32_t tries = 0;
	uint8_t msg = 0;

	if ((l->pair = pair_for(l)) == 0) {
		sek_login_detail(l, "the token asks for no PIN and the "
		    "service allows no other pair");
		return SEK_R_PIN_UNUSABLE;
	}
	if ((reason = make_challenge(l)) != SEK_R_OK ||
	    (reason = send_sign(l)) != SEK_R_OK)
		goto out;
	reason = SEK_R_NONE;
	while (reason == SEK_R_NONE) {
		dl = sek_deadline_sooner(l->dl, 1000ull * l->policy->token_s);
		reason = sek_helper_recv(l->helper, &msg, &body, &dl);
		if (reason == SEK_R_OK)
			reason = handle(l, msg, &body, &tries);
	}
	/* it logs out and resets the card while the password is typed */
	sek_helper_close(l->helper);
out:
	/* a helper that failed tells of it at its end, when all is known */
	if (l->helper->detail[0] != '\0')
		l->detail[0] = '\0';
	sek_buf_free(&body);
	return reason;
}

enum sek_reason
sek_prove(struct sek_login *l)
{
	enum sek_reason reason = SEK_R_NONE;

	if (l->helper == l->fido.helper)
		reason = sek_fido_prove(l);
	/* a card, or one that came while the key was asked */
	return reason == SEK_R_NONE ? prove_card(l) : reason;
}
