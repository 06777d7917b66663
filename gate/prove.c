/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Possession: the PIN dialogue, the signature over the gate's challenge, and
 * its verification.  Runs in the gate.  Never spends the last try of a PIN
 * without the person saying so, never sends an empty PIN, never believes a
 * helper that says it has signed.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "gate/login.h"
#include "sekisho/escape.h"

/* The first pair of the service that this token can serve. */
static enum sek_pair
pair_for(const struct sek_login *l)
{
	size_t i;

	for (i = 0; i < l->service->n_pairs; i++) {
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
	struct sek_reply reply = { 0 };
	enum sek_reason reason;

	if ((flags & SEK_PF_LOCKED) != 0)
		return SEK_R_PIN_LOCKED;
	if ((flags & (SEK_PF_NOT_SET | SEK_PF_TO_CHANGE)) != 0)
		return SEK_R_PIN_UNUSABLE;
	if ((flags & SEK_PF_FINAL_TRY) == 0)
		return SEK_R_OK;
	reason = sek_front_ask(&l->front, SEK_STYLE_TEXT, SEK_T_LAST_TRY, 0,
	    l->key.label, 1000ull * l->policy->type_s, &reply);
	if (reason == SEK_R_CANCELLED ||
	    (reason == SEK_R_OK && (reply.answer.len != 3 ||
	    strncasecmp((const char *)reply.answer.p, "yes", 3) != 0)))
		reason = SEK_R_LAST_TRY_DECLINED;
	sek_reply_clear(&reply);
	return reason;
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

/* sshd's "password" method gives the account's password to every hidden
 * prompt, and says so only by what it leaves out: SSH_AUTH_INFO_0 is set,
 * if empty, under keyboard-interactive. */
static bool
can_prompt(const struct sek_login *l)
{
	return strcmp(l->begin.service, "sshd") != 0 ||
	    (l->begin.flags & SEK_BF_SSH_INFO) != 0;
}

/* What nobody can type at a PIN prompt (sshd answers for a user it has
 * refused with bytes of this kind) is not spent on the card. */
static bool
is_typed(const struct sek_buf *pin)
{
	size_t i;

	for (i = 0; i < pin->len; i++)
		if (pin->p[i] < 0x20 || pin->p[i] == 0x7F)
			return false;
	return pin->len <= 255;
}

static enum sek_reason
ask_pin(struct sek_login *l, const struct sek_note *note)
{
	struct sek_reply reply = { 0 };
	const struct sek_buf none = { 0 };
	enum sek_reason reason;

	if (note->kind != SEK_NOTE_PINPAD && !can_prompt(l))
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
	reason = sek_front_ask(&l->front, SEK_STYLE_SECRET, SEK_T_PIN, 0,
	    l->key.label, 1000ull * l->policy->type_s, &reply);
	if (reason == SEK_R_OK && !is_typed(&reply.answer))
		reason = SEK_R_WRONG_PIN;
	if (reason == SEK_R_OK)
		reason = send_pin(l, &reply.answer);
	sek_reply_clear(&reply);
	return reason;
}

static void
tell_wrong_pin(struct sek_login *l, const struct sek_fail *f)
{
	char left[8];

	if (f->tries_left < 0) {
		sek_front_tell(&l->front, SEK_T_WRONG_PIN, NULL);
		return;
	}
	(void)snprintf(left, sizeof left, "%d", f->tries_left);
	sek_front_tell(&l->front, SEK_T_WRONG_PIN_LEFT, left);
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
	tell_wrong_pin(l, f);
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

enum sek_reason
sek_prove(struct sek_login *l)
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
