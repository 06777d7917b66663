/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One login, from BEGIN to VERDICT: the order of the checks and the decision.
 * Runs in the gate.  The line that turns a login into a success stands here,
 * once, and nowhere else.  Never asks for a PIN before the certificate and
 * the credential have been judged; never sends a verdict before its record.
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "gate/login.h"
#include "sekisho/escape.h"

void
sek_login_detail(struct sek_login *l, const char *text)
{
	if (l->detail[0] == '\0')
		(void)sek_escape_str(l->detail, sizeof l->detail, text);
}

void
sek_login_unmatch(struct sek_login *l)
{
	X509_free(l->leaf);
	l->leaf = NULL;
	l->matched = false;
	l->ssh.found = false;
	l->pair = 0;
	/* what was proved and typed was of that token */
	sek_pin_forget(l);
	l->possession = l->verification = SEK_UNTRIED;
	l->refused = l->told = SEK_R_NONE;
	l->detail[0] = '\0';
	l->denied = 0;
	sek_wipe(&l->person, sizeof l->person);
	sek_wipe(&l->credential, sizeof l->credential);
	sek_wipe(&l->key, sizeof l->key);
	sek_wipe(&l->cert, sizeof l->cert);
	l->granted_by[0] = l->role[0] = '\0';
	if (!l->account_known)
		sek_wipe(&l->account, sizeof l->account);
}

enum sek_reason
sek_login_told(const struct sek_login *l, enum sek_reason reason)
{
	return l->told != SEK_R_NONE ? l->told : reason;
}

/* Who may ask for what: root for anybody, others for themselves only. */
static enum sek_reason
check_request(struct sek_login *l)
{
	struct sek_begin *b = &l->begin;
	enum sek_reason reason;

	/* counted before it is looked at: a bad name floods as well */
	if (l->peer != 0 && (reason = sek_peer_count(l)) != SEK_R_OK)
		return reason;
	if ((b->flags & SEK_BF_OVERLONG) != 0) {
		sek_login_detail(l, "a name is longer than any may be");
		return SEK_R_BAD_NAME;
	}
	if (!sek_name_ok(b->service) ||
	    (b->user[0] != '\0' && !sek_name_ok(b->user)))
		return SEK_R_BAD_NAME;
	if (l->peer == 0)
		return SEK_R_OK;
	return sek_peer_limits(l);
}

static enum sek_reason
start_helpers(struct sek_login *l)
{
	struct sek_why why = { "" };

	l->service = sek_policy_service(l->policy, l->begin.service);
	if (l->service == NULL || l->service->n_pairs == 0)
		return SEK_R_NO_POLICY;
	if (sek_service_user_find(l->policy->helper_user, &l->service_user,
	    &why) != SEK_OK) {
		sek_login_detail(l, why.text);
		return SEK_R_CONFIG;
	}
	/* nobody is asked for a card when sshd has verified a key */
	if (!sek_ssh_decides(l))
		sek_possession_start(l);
	return SEK_R_OK;
}

static enum sek_reason
open_state(struct sek_login *l)
{
	struct sek_why why = { "" };
	int r;

	r = sek_store_open(l->policy->state, false,
	    sek_deadline_left_ms(&l->dl) / 4, &l->store, &why);
	if (r != SEK_OK) {
		sek_login_detail(l, why.text);
		return SEK_R_STORE;
	}
	/* a FIDO2 key has no issuer, and an SSH key may have none */
	if (!sek_service_has(l->service, SEK_HAVE_PKCS11) &&
	    !sek_service_has(l->service, SEK_HAVE_TLS_NAME))
		return SEK_R_OK;
	r = sek_trust_load(l->policy, &l->trust, &why);
	if (r != SEK_OK) {
		sek_login_detail(l, why.text);
		return SEK_R_TRUST;
	}
	sek_live_install(l);
	if (sek_service_has(l->service, SEK_HAVE_TLS_NAME) &&
	    sek_trust_for_tls(l->trust) != SEK_OK)
		return SEK_R_INTERNAL;
	return SEK_R_OK;
}

/* What the store says of the account asked for.  The answer decides only
 * after a token has been looked for, so that a stranger cannot tell an
 * account that exists from one that does not. */
static enum sek_reason
look_up_account(struct sek_login *l)
{
	bool enrolled = false;
	int r;

	if (l->begin.user[0] == '\0')
		return SEK_R_OK;
	r = sek_store_account(l->store, l->begin.user, &l->account);
	if (r == SEK_E_NOENT)
		return SEK_R_UNKNOWN_USER;
	if (r != SEK_OK)
		return SEK_R_STORE;
	l->account_known = true;
	r = sek_store_account_enrolled(l->store, l->account.id,
	    sek_service_has(l->service, SEK_HAVE_SSH_KEY), &enrolled);
	if (r != SEK_OK)
		return SEK_R_STORE;
	if (l->account.status != SEK_STATUS_ACTIVE)
		return SEK_R_ACCOUNT_SUSPENDED;
	return enrolled ? SEK_R_OK : SEK_R_NOT_ENROLLED;
}

/* Some keys tell whose they are only when they have signed: then that comes
 * first.  One that is nobody's here does not keep a card from serving. */
static enum sek_reason
find_owner(struct sek_login *l)
{
	enum sek_reason reason;

	do {
		reason = sek_possession_find(l);
		if (reason != SEK_R_OK || l->matched)
			return reason;
		reason = sek_prove(l);
		/* nobody's here, or the person did not mean it */
	} while (!l->matched && (reason == SEK_R_NO_MATCH ||
	    (reason == SEK_R_CANCELLED && l->fido.pins == 0)) &&
	    sek_possession_without_key(l));
	return reason;
}

static enum sek_reason
find_token(struct sek_login *l)
{
	enum sek_reason reason = find_owner(l);

	if (reason == SEK_R_NO_MATCH && l->not_granted)
		reason = SEK_R_NOT_GRANTED;
	if (reason == SEK_R_NO_MATCH && l->fido.full)
		sek_login_detail(l, "more keys are enrolled for this account "
		    "than can be asked for at a time");
	return reason;
}

/* What they have, and whose it is.  What is wrong with the account is said
 * only now, and in the words for a token that does not fit. */
static enum sek_reason
find_possession(struct sek_login *l, enum sek_reason about_account)
{
	enum sek_reason reason = sek_ssh_find(l);

	if (reason == SEK_R_NONE)
		reason = find_token(l);
	/* whose card it is they will hear all the same */
	if (sek_reason(sek_login_told(l, reason))->paced && !sek_wish_is(l))
		sek_password_pretend(l);
	if (reason == SEK_R_NO_TOKEN)
		l->told = reason;
	if (about_account != SEK_R_OK && (reason == SEK_R_OK ||
	    reason == SEK_R_NO_TOKEN || sek_reason(reason)->paced))
		return about_account;
	return reason;
}

/* Whose name a TLS server tells.  Whether anybody here has it, nobody may
 * learn from what is asked: the password is in any case. */
static enum sek_reason
find_name(struct sek_login *l, enum sek_reason about_account)
{
	enum sek_reason reason = sek_tls_find(l);

	if (reason == SEK_R_NO_MATCH && l->not_granted)
		reason = SEK_R_NOT_GRANTED;
	if (reason != SEK_R_OK || about_account != SEK_R_OK)
		sek_password_pretend(l);
	if (about_account != SEK_R_OK && (reason == SEK_R_OK ||
	    sek_reason(reason)->paced))
		return about_account;
	return reason;
}

/* Both factors, and whether they still suffice when they are there. */
static enum sek_reason
prove_both(struct sek_login *l, enum sek_reason about_account)
{
	enum sek_reason reason = sek_service_has(l->service,
	    SEK_HAVE_TLS_NAME) ? find_name(l, about_account) :
	    find_possession(l, about_account);

	if (reason != SEK_R_OK)
		return reason;
	if (l->possession != SEK_PASSED &&
	    (reason = sek_prove(l)) != SEK_R_OK)
		return reason;
	if (sek_pair_wants_password(l->pair) &&
	    (reason = sek_password_check(l)) != SEK_R_OK)
		return reason;
	return sek_judge_again(l);
}

/* Who is asked for, and what proves it. */
static enum sek_reason
decide_by_store(struct sek_login *l)
{
	bool tls = sek_service_has(l->service, SEK_HAVE_TLS_NAME);
	enum sek_reason about_account, reason;

	if (tls && (reason = sek_tls_ask(l)) != SEK_R_OK)
		return reason;
	about_account = look_up_account(l);
	if (about_account == SEK_R_STORE)
		return about_account;
	if (!tls && about_account == SEK_R_OK && sek_remember_find(l))
		return sek_judge_again(l);
	return prove_both(l, about_account);
}

/* The checks in their order.  Any way out but the last one is a denial. */
static enum sek_reason
decide(struct sek_login *l)
{
	enum sek_reason reason;

	if ((reason = check_request(l)) != SEK_R_OK)
		return reason;
	if (sek_rescue_named(l))
		return sek_rescue(l);
	if (l->policy->broken[0] != '\0') {
		sek_login_detail(l, l->policy->broken);
		return SEK_R_CONFIG;
	}
	if ((reason = start_helpers(l)) != SEK_R_OK ||
	    (reason = open_state(l)) != SEK_R_OK)
		return reason;
	return decide_by_store(l);
}

/* Was the possession that was proved of the kind that the pair begins with? */
static bool
proved_by_its_kind(const struct sek_login *l)
{
	switch (sek_pair_have(l->pair)) {
	case SEK_HAVE_PKCS11:
		return l->helper != NULL && l->helper != l->fido.helper;
	case SEK_HAVE_FIDO2:
		return l->helper != NULL && l->helper == l->fido.helper;
	case SEK_HAVE_SSH_KEY:
		/* sshd's word, and only root's sshd's */
		return l->helper == NULL && l->ssh.found && l->peer == 0;
	case SEK_HAVE_TLS_NAME:
		return l->helper == NULL && l->peer == 0 &&
		    l->leaf != NULL && l->tls_name[0] != '\0';
	default:
		return false;
	}
}

/* A remembered proof of both, for a service of root's that asks for it, and
 * nothing else in this login: what was tried and failed is not made good. */
static bool
remembered_is_enough(const struct sek_login *l)
{
	return l->peer == 0 && l->service != NULL && l->matched &&
	    l->pair != 0 && l->possession == SEK_UNTRIED &&
	    l->password == SEK_UNTRIED && l->pin == SEK_UNTRIED &&
	    l->verification == SEK_UNTRIED &&
	    l->remember.age_s < 60ull * l->service->remember_m;
}

/* Both kinds of evidence, as the pair that was chosen demands it. */
static bool
pair_is_complete(const struct sek_login *l)
{
	if (l->pair == SEK_PAIR_RESCUE)
		return sek_rescue_named(l) && l->password == SEK_PASSED;
	if (l->remember.record != 0)
		return remembered_is_enough(l);
	/* of a pair for the token that was shown, not for another kind */
	if (!l->matched || l->possession != SEK_PASSED ||
	    !proved_by_its_kind(l))
		return false;
	switch (l->pair) {
	case SEK_PAIR_PKCS11_PASSWORD:
		return l->password == SEK_PASSED;
	case SEK_PAIR_PKCS11_PIN:
		return l->pin == SEK_PASSED;
	case SEK_PAIR_FIDO2_PASSWORD:
		return l->password == SEK_PASSED &&
		    (!l->fido.match.counts ||
		    l->verification == SEK_PASSED);
	case SEK_PAIR_FIDO2_VERIFICATION:
		return l->verification == SEK_PASSED;
	case SEK_PAIR_SSH_PASSWORD:
	case SEK_PAIR_TLS_PASSWORD:
		return l->password == SEK_PASSED;
	case SEK_PAIR_RESCUE:
		break;
	}
	return false;
}

/* All refusals that a stranger could learn from come at the same time after
 * the last answer, however long the work took. */
static void
pace(struct sek_login *l, enum sek_reason reason)
{
	/* a TLS server answers at once, and is the one that waits: all that
	 * comes after its first word would tell */
	const bool tls = l->tls_said_ms != 0;
	const uint64_t at = l->policy->fail_delay_ms +
	    (tls ? l->tls_said_ms : l->front.said_ms);
	uint64_t now = sek_now_ms();
	struct pollfd gone = { .fd = l->front.chan.fd, .events = 0 };

	if (!sek_reason(reason)->paced && !tls)
		return;
	while (now < at && poll(&gone, 1, (int)(at - now)) == 0)
		now = sek_now_ms();
}

static void
send_verdict(struct sek_login *l, enum sek_reason reason, uint64_t record)
{
	struct sek_verdict v = { .class = SEK_CLASS_DENIED };

	if (reason != SEK_R_OK) {
		reason = sek_login_told(l, reason);
		v.class = sek_reason(reason)->class;
		/* before the screen is another one */
		if (l->wished)
			sek_front_tell(&l->front, SEK_T_OTHERS_CARD, NULL);
		pace(l, reason);
		if (!l->wished)
			sek_front_tell_reason(&l->front, reason);
	} else if (pair_is_complete(l) && record != 0) {
		v.class = SEK_CLASS_OK; /* the one line that lets in */
		(void)snprintf(v.account, sizeof v.account, "%s",
		    l->account.name);
		(void)snprintf(v.person, sizeof v.person, "%s",
		    l->person.name);
		if (l->begin.user[0] == '\0')
			sek_front_tell(&l->front, SEK_T_WELCOME,
			    l->person.display);
		sek_last_tell(l);
	}
	v.reason = (uint16_t)reason;
	v.record = record;
	(void)snprintf(v.session, sizeof v.session, "%s", l->session);
	if (sek_front_verdict(&l->front, &v) != SEK_OK)
		syslog(LOG_AUTHPRIV | LOG_NOTICE,
		    "record %llu: the login program was gone before its "
		    "verdict", (unsigned long long)record);
}

/* The record, and what is kept beside it for the logins and the sessions to
 * come.  0: it could not be written, and *reason says so. */
static uint64_t
record_auth(struct sek_login *l, enum sek_reason *reason)
{
	uint64_t record;

	if (*reason == SEK_R_OK)
		sek_presence_begin(l);
	record = sek_login_record(l, l->pair == SEK_PAIR_RESCUE ?
	    "breakglass_start" : sek_screen_event(l, *reason), *reason);
	if (record == 0 && *reason == SEK_R_OK) {
		*reason = SEK_R_AUDIT;
		sek_presence_drop(l);
	}
	sek_remember_keep(l, *reason, record);
	if (*reason == SEK_R_OK)
		sek_screen_unlocked(l);
	l->wished = record != 0 && sek_wish_leave(l, *reason);
	return record;
}

void
sek_session_auth(struct sek_login *l)
{
	enum sek_reason reason = decide(l);
	uint64_t record;

	/* cards are locked again before anybody hears the outcome */
	sek_possession_end(l);
	if (reason == SEK_R_OK && !pair_is_complete(l))
		reason = SEK_R_INTERNAL;
	record = record_auth(l, &reason);
	send_verdict(l, reason, record);
	sek_last_keep(l, reason, record);
}
