/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The second factor "password": asked for by the gate, judged by the
 * system's own service through sekisho-password.  Runs in the gate.
 * Never stores a password, never compares one, never hands it to a token.
 */
#include <stdio.h>
#include <string.h>

#include "gate/login.h"
#include "sekisho/escape.h"

static bool
is_rescue(const struct sek_login *l)
{
	return l->pair == SEK_PAIR_RESCUE;
}

static const char *
whose_password(const struct sek_login *l)
{
	if (is_rescue(l))
		return l->account.name;
	return l->person.display[0] != '\0' ? l->person.display :
	    l->person.name;
}

static enum sek_reason
ask(struct sek_login *l, const char *whose, struct sek_reply *reply)
{
	char name[200];

	return sek_front_ask(&l->front, SEK_STYLE_SECRET,
	    is_rescue(l) ? SEK_T_RESCUE : SEK_T_PASSWORD,
	    SEK_AF_AUTHTOK, sek_escape_str(name, sizeof name, whose),
	    1000ull * l->policy->type_s, reply);
}

static enum sek_reason
send_check(struct sek_login *l, struct sek_helper *h, struct sek_buf *password,
    const struct sek_deadline *dl)
{
	struct sek_check check = { 0 };
	struct sek_buf body = { 0 };
	enum sek_reason reason;

	(void)snprintf(check.user, sizeof check.user, "%s", is_rescue(l) ?
	    l->account.name : l->person.password_user);
	(void)snprintf(check.service, sizeof check.service, "%s",
	    l->policy->password_service);
	(void)snprintf(check.confdir, sizeof check.confdir, "%s",
	    l->policy->password_confdir);
	(void)snprintf(check.rhost, sizeof check.rhost, "%s",
	    l->begin.rhost);
	(void)snprintf(check.tty, sizeof check.tty, "%s", l->begin.tty);
	check.password = *password; /* lent, not copied */
	sek_check_enc(&body, &check);
	reason = sek_helper_send(h, SEK_H_CHECK, &body, dl);
	sek_buf_free(&body);
	return reason;
}

static enum sek_reason
judge(struct sek_login *l, uint8_t msg, const struct sek_buf *body)
{
	struct sek_proof proof;
	struct sek_fail fail;

	if (msg == SEK_H_PROOF && sek_proof_dec(&proof, body) == SEK_OK) {
		l->account_native = proof.native;
		l->password = SEK_PASSED;
		return SEK_R_OK;
	}
	if (msg != SEK_H_FAIL || sek_fail_dec(&fail, body) != SEK_OK)
		return SEK_R_HELPER_PROTOCOL;
	sek_login_detail(l, fail.detail);
	if (fail.code == SEK_FAIL_ACCOUNT)
		return SEK_R_ACCOUNT_UNUSABLE;
	if (fail.code != SEK_FAIL_WRONG_PASSWORD)
		return SEK_R_PASSWORD_UNAVAILABLE;
	l->password = SEK_FAILED;
	return SEK_R_WRONG_PASSWORD;
}

enum sek_reason
sek_password_check(struct sek_login *l)
{
	struct sek_helper h = SEK_HELPER_NONE;
	struct sek_reply reply = { 0 };
	struct sek_buf body = { 0 };
	struct sek_deadline dl;
	enum sek_reason reason;
	uint8_t msg = 0;
	bool started;

	/* it loads while the person types */
	started = sek_helper_start_password(&h, l->policy) == SEK_OK;
	reason = ask(l, whose_password(l), &reply);
	if (reason != SEK_R_OK)
		goto out;
	dl = sek_deadline_sooner(l->dl, 1000ull * l->policy->token_s);
	reason = SEK_R_PASSWORD_UNAVAILABLE;
	if (!started)
		goto out;
	reason = send_check(l, &h, &reply.answer, &dl);
	if (reason == SEK_R_OK)
		reason = sek_helper_recv(&h, &msg, &body, &dl);
	if (reason == SEK_R_OK)
		reason = judge(l, msg, &body);
	/* a helper that fails is a password that cannot be judged */
	if (reason == SEK_R_HELPER_CRASHED || reason == SEK_R_HELPER_TIMEOUT ||
	    reason == SEK_R_HELPER_PROTOCOL)
		reason = SEK_R_PASSWORD_UNAVAILABLE;
	sek_login_detail(l, h.detail);
out:
	sek_helper_finish(&h);
	sek_buf_free(&body);
	sek_reply_clear(&reply);
	return reason;
}

void
sek_password_pretend(struct sek_login *l)
{
	struct sek_reply reply = { 0 };
	size_t i;

	for (i = 0; i < l->service->n_pairs; i++)
		if (sek_pair_wants_password(l->service->pairs[i]))
			break;
	/* whatever is answered, nobody is asked about it */
	if (i < l->service->n_pairs && l->begin.user[0] != '\0' &&
	    ask(l, l->begin.user, &reply) != SEK_R_OK)
		sek_login_detail(l, "no answer to the password prompt");
	sek_reply_clear(&reply);
}
