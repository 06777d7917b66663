/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The dialogue with the person while a FIDO2 key is asked: touch it, put a
 * finger on it, type its PIN; until it has signed or it fails.
 * Runs in the gate.  Says what the helper asks for in words of its own, and
 * never more often than a person could need; every wait has its end.
 */
#include <stdio.h>
#include <string.h>

#include "gate/login.h"
#include "sekisho/escape.h"

#define MAX_WORDS 200u /* notes and news of one dialogue */
#define LOW_TRIES 3    /* from here on the person is told before typing */

static enum sek_reason
send_go(struct sek_login *l)
{
	const struct sek_deadline dl = sek_deadline_sooner(l->dl,
	    1000ull * l->policy->token_s);
	const struct sek_go go = { .verify = l->fido.go_verify,
	    .touch_ms = 1000u * l->policy->touch_s };
	struct sek_buf body = { 0 };
	enum sek_reason reason;

	l->challenge = l->fido.challenge;
	sek_go_enc(&body, &go);
	reason = sek_helper_send(l->fido.helper, SEK_U_GO, &body, &dl);
	sek_buf_free(&body);
	return reason;
}

static void
not_verified(struct sek_login *l, int8_t tries_left)
{
	l->verification = SEK_FAILED;
	l->pin_tries_left = tries_left;
}

static enum sek_reason
show_note(struct sek_login *l, const struct sek_buf *body)
{
	struct sek_key_note note;
	char left[8], label[200];

	if (sek_key_note_dec(&note, body) != SEK_OK)
		return SEK_R_HELPER_PROTOCOL;
	(void)sek_escape_str(label, sizeof label, note.label);
	switch (note.kind) {
	case SEK_FN_TOUCH:
		sek_front_tell(&l->front, SEK_T_TOUCH, label);
		break;
	case SEK_FN_CHOOSE:
		sek_front_tell(&l->front, SEK_T_CHOOSE_KEY, NULL);
		break;
	case SEK_FN_VERIFY:
		sek_front_tell(&l->front, SEK_T_VERIFY, label);
		break;
	case SEK_FN_AGAIN:
		not_verified(l, note.tries_left);
		(void)snprintf(left, sizeof left, "%d", note.tries_left);
		sek_front_tell(&l->front, note.tries_left < 0 ?
		    SEK_T_VERIFY_AGAIN : SEK_T_VERIFY_LEFT, left);
		break;
	}
	return SEK_R_NONE;
}

/* What the person hears before the PIN is asked for, and whether it is. */
static enum sek_reason
before_pin(struct sek_login *l, const struct sek_askpin *ask)
{
	/* asked again, whatever it says, it did not take the one before */
	bool again = l->fido.pins > 0;

	if (!sek_pin_may_be_asked(l))
		return SEK_R_NO_PROMPT;
	if (again)
		not_verified(l, ask->tries_left);
	if (ask->tries_left == 0)
		return SEK_R_PIN_LOCKED;
	if (l->fido.pins >= l->policy->pin_tries)
		return SEK_R_WRONG_PIN;
	if (again)
		sek_pin_tell_wrong(l, ask->tries_left);
	else if ((ask->flags & SEK_AP_FALLBACK) != 0)
		sek_front_tell(&l->front, SEK_T_PIN_INSTEAD, NULL);
	if (ask->tries_left == 1)
		return sek_pin_last_try(l, ask->label);
	if (!again && ask->tries_left > 0 && ask->tries_left <= LOW_TRIES)
		sek_front_tell(&l->front, SEK_T_PIN_LOW, NULL);
	return SEK_R_OK;
}

static enum sek_reason
ask_pin(struct sek_login *l, const struct sek_buf *body)
{
	const struct sek_deadline dl = sek_deadline_sooner(l->dl,
	    1000ull * l->policy->token_s);
	struct sek_reply reply = { 0 };
	struct sek_askpin ask;
	enum sek_reason reason;

	if (sek_askpin_dec(&ask, body) != SEK_OK)
		return SEK_R_HELPER_PROTOCOL;
	if ((reason = before_pin(l, &ask)) != SEK_R_OK)
		return reason;
	reason = sek_pin_ask(l, SEK_T_KEY_PIN, ask.label, &reply);
	if (reason == SEK_R_OK) {
		l->fido.pins++;
		/* whoever types the PIN of a key means that key */
		sek_possession_keep(l);
		reason = sek_helper_send(l->fido.helper, SEK_U_PIN,
		    &reply.answer, &dl);
	}
	sek_reply_clear(&reply);
	return reason == SEK_R_OK ? SEK_R_NONE : reason;
}

static enum sek_reason
reason_of(enum sek_fido_fail code)
{
	switch (code) {
	case SEK_UF_REMOVED:
		return SEK_R_TOKEN_REMOVED;
	case SEK_UF_STRANGE:
		return SEK_R_NO_MATCH;
	case SEK_UF_NO_TOUCH:
		return SEK_R_NO_TOUCH;
	case SEK_UF_REFUSED:
		return SEK_R_KEY_REFUSED;
	case SEK_UF_PIN_LOCKED:
		return SEK_R_PIN_LOCKED;
	case SEK_UF_PIN_PAUSED:
		return SEK_R_PIN_PAUSED;
	case SEK_UF_NO_VERIFY:
		return SEK_R_NO_VERIFICATION;
	case SEK_UF_VERIFY_LOCKED:
		return SEK_R_VERIFICATION_LOCKED;
	case SEK_UF_PIN_FORMAT:
		return SEK_R_WRONG_PIN;
	case SEK_UF_UNSUPPORTED:
		return SEK_R_NO_MECHANISM;
	case SEK_UF_EXCLUDED: /* answers to CREATE */
	case SEK_UF_FULL:
		return SEK_R_HELPER_PROTOCOL;
	case SEK_UF_DEVICE:
	case SEK_UF_INTERNAL:
		break;
	}
	return SEK_R_TOKEN_ERROR;
}

static enum sek_reason
failed(struct sek_login *l, const struct sek_buf *body)
{
	struct sek_key_fail fail;
	enum sek_reason reason;

	if (sek_key_fail_dec(&fail, body) != SEK_OK)
		return SEK_R_HELPER_PROTOCOL;
	reason = reason_of(fail.code);
	/* the key that was seen before is another now, or was never there */
	if (reason == SEK_R_NO_MATCH)
		sek_login_unmatch(l);
	if (reason == SEK_R_PIN_LOCKED || reason == SEK_R_PIN_PAUSED ||
	    reason == SEK_R_WRONG_PIN || reason == SEK_R_VERIFICATION_LOCKED)
		not_verified(l, fail.tries_left);
	sek_login_detail(l, fail.detail);
	return reason;
}

/* One message after GO.  NONE: go on. */
static enum sek_reason
handle(struct sek_login *l, uint8_t msg, const struct sek_buf *body)
{
	struct sek_fido_assertion a;

	switch (msg) {
	case SEK_U_STATUS: /* crossed our GO */
		return SEK_R_NONE;
	case SEK_U_NOTE:
		return show_note(l, body);
	case SEK_U_ASKPIN:
		return ask_pin(l, body);
	case SEK_U_FAIL:
		return failed(l, body);
	case SEK_U_ASSERTION:
		if (sek_fido_assertion_dec(&a, body) == SEK_OK)
			return sek_fido_take(l, &a);
		break;
	}
	return SEK_R_HELPER_PROTOCOL;
}

/* From GO to the answer.  NONE: a card is the token now. */
static enum sek_reason
talk(struct sek_login *l)
{
	struct sek_buf body = { 0 };
	struct sek_deadline dl;
	enum sek_reason reason = SEK_R_NONE;
	uint32_t words = 0;
	uint8_t msg = 0;

	while (reason == SEK_R_NONE) {
		/* the helper's own clock is the one of the touch */
		dl = sek_deadline_sooner(l->dl, 1000ull *
		    (l->policy->touch_s + l->policy->token_s));
		reason = sek_possession_await_key(l, &dl);
		if (reason != SEK_R_OK)
			break;
		if (sek_deadline_past(&l->dl)) {
			reason = SEK_R_TIMEOUT;
			break;
		}
		reason = sek_helper_recv(l->fido.helper, &msg, &body, &dl);
		if (reason == SEK_R_OK)
			reason = ++words > MAX_WORDS ? SEK_R_HELPER_PROTOCOL :
			    handle(l, msg, &body);
	}
	sek_buf_free(&body);
	return reason;
}

enum sek_reason
sek_fido_prove(struct sek_login *l)
{
	enum sek_reason reason = send_go(l);

	if (reason == SEK_R_OK)
		reason = talk(l);
	if (reason == SEK_R_NONE)
		return reason;
	if (reason == SEK_R_HELPER_PROTOCOL &&
	    l->fido.helper->detail[0] == '\0')
		sek_login_detail(l, "sekisho-fido: malformed message");
	/* what the key still does is cancelled; a helper that failed tells of
	 * it at its end */
	sek_helper_close(l->fido.helper);
	if (l->fido.helper->detail[0] != '\0')
		l->detail[0] = '\0';
	if (reason == SEK_R_OK)
		sek_possession_keep(l);
	return reason;
}
