/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What holds for the PIN of any token, card or key: who may be asked for it,
 * and in which words.  Runs in the gate.  Never spends the last try without
 * the person saying so, never takes an empty PIN, one nobody can have typed
 * or the wrong one twice, never asks where the answer would be somebody's
 * password.
 */
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "gate/login.h"
#include "sekisho/escape.h"

#define PIN_MAX 255u   /* bytes; no token takes more */
#define LABEL_MAX 200u /* bytes of a label that are shown */

/* Will no password be asked for besides?  The pair of a key may be known only
 * when it has signed. */
static bool
is_only_secret(const struct sek_login *l)
{
	size_t i;

	if (l->pair != 0)
		return !sek_pair_wants_password(l->pair);
	for (i = 0; i < l->service->n_pairs; i++)
		if (sek_pair_have(l->service->pairs[i]) == SEK_HAVE_FIDO2 &&
		    sek_pair_wants_password(l->service->pairs[i]))
			return false;
	return true;
}

/* sshd's "password" method gives the account's password to every hidden
 * prompt, and says so only by what it leaves out: SSH_AUTH_INFO_0 is set,
 * if empty, under keyboard-interactive.  swaylock has one line typed and gives
 * that to every prompt. */
bool
sek_pin_may_be_asked(const struct sek_login *l)
{
	if (strcmp(l->begin.service, "sshd") == 0)
		return (l->begin.flags & SEK_BF_SSH_INFO) != 0;
	return strcmp(l->begin.service, "swaylock") != 0 || is_only_secret(l);
}

enum sek_reason
sek_pin_last_try(struct sek_login *l, const char *label)
{
	struct sek_reply reply = { 0 };
	char shown[LABEL_MAX];
	enum sek_reason reason;

	reason = sek_front_ask(&l->front, SEK_STYLE_TEXT, SEK_T_LAST_TRY, 0,
	    sek_escape_str(shown, sizeof shown, label),
	    1000ull * l->policy->type_s, &reply);
	if (reason == SEK_R_CANCELLED ||
	    (reason == SEK_R_OK && (reply.answer.len != 3 ||
	    strncasecmp((const char *)reply.answer.p, "yes", 3) != 0)))
		reason = SEK_R_LAST_TRY_DECLINED;
	sek_reply_clear(&reply);
	return reason;
}

/* What nobody can type at a PIN prompt (sshd answers for a user it has
 * refused with bytes of this kind) is not spent on the token. */
static bool
is_typed(const struct sek_buf *pin)
{
	size_t i;

	for (i = 0; i < pin->len; i++)
		if (pin->p[i] < 0x20 || pin->p[i] == 0x7F)
			return false;
	return pin->len <= PIN_MAX;
}

void
sek_pin_forget(struct sek_login *l)
{
	sek_buf_free(&l->pin_typed);
	l->pin_was_wrong = false;
}

/* A program that answers by itself would spend all tries on one mistake. */
static bool
is_wrong_again(struct sek_login *l, const struct sek_buf *pin)
{
	const struct sek_buf *before = &l->pin_typed;

	if (l->pin_was_wrong && before->len == pin->len &&
	    CRYPTO_memcmp(before->p, pin->p, pin->len) == 0)
		return true;
	sek_pin_forget(l);
	sek_put_raw(&l->pin_typed, pin->p, pin->len);
	return false;
}

enum sek_reason
sek_pin_ask(struct sek_login *l, enum sek_text text, const char *label,
    struct sek_reply *reply)
{
	char shown[LABEL_MAX];
	enum sek_reason reason;

	reason = sek_front_ask(&l->front, SEK_STYLE_SECRET, text, 0,
	    sek_escape_str(shown, sizeof shown, label),
	    1000ull * l->policy->type_s, reply);
	return reason == SEK_R_OK && (!is_typed(&reply->answer) ||
	    is_wrong_again(l, &reply->answer)) ? SEK_R_WRONG_PIN : reason;
}

void
sek_pin_tell_wrong(struct sek_login *l, int8_t tries_left)
{
	char left[8];

	l->pin_was_wrong = true;
	if (tries_left < 0) {
		sek_front_tell(&l->front, SEK_T_WRONG_PIN, NULL);
		return;
	}
	(void)snprintf(left, sizeof left, "%d", tries_left);
	sek_front_tell(&l->front, SEK_T_WRONG_PIN_LEFT, left);
}
