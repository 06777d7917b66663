/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the identification record says of one login: who, with what, against
 * which revocation data, where, and why it fell as it did.
 * Runs in the gate.  Never holds a password or a PIN: none is in reach here.
 */
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <openssl/sha.h>

#include "record/audit.h"
#include "gate/login.h"
#include "gate/system_user.h"
#include "record/record_time.h"
#include "sekisho/escape.h"

/* How bad it is. */
static enum sek_result
outcome(enum sek_reason reason)
{
	if (reason == SEK_R_OK || reason == SEK_R_NONE)
		return SEK_RESULT_SUCCESS;
	switch (reason) {
	case SEK_R_BAD_SIGNATURE:
	case SEK_R_BAD_ASSERTION:
	case SEK_R_CLONE_SUSPECTED:
	case SEK_R_MODEL_REFUSED:
	case SEK_R_CREDENTIAL_REVOKED:
	case SEK_R_DENY_LISTED:
	case SEK_R_CERT_REVOKED:
	case SEK_R_CERT_SIGNATURE:
	case SEK_R_CRL_INVALID:
	case SEK_R_OCSP_INVALID:
	case SEK_R_NO_TWO_FACTOR:
	case SEK_R_PEER:
		return SEK_RESULT_SERIOUS;
	default:
		return sek_reason(reason)->class == SEK_CLASS_UNAVAIL ?
		    SEK_RESULT_MAJOR : SEK_RESULT_MINOR;
	}
}

/* The number the system has for the account.  Asked for only of who is let
 * in: how long the system looks for a name must not tell a stranger of it. */
static void
add_uid(json_t *rec, const char *account)
{
	struct sek_system_user u;

	if (account[0] != '\0' && sek_user_by_name(account, &u) == SEK_OK)
		sek_record_int(rec, "account.uid", (int64_t)u.uid);
}

static void
add_who(json_t *rec, const struct sek_login *l, enum sek_reason reason)
{
	const char *account = "";

	sek_record_str(rec, "claimed", l->begin.user);
	if (l->person.id != 0) {
		sek_record_str(rec, "person.name", l->person.name);
		sek_record_str(rec, "person.display", l->person.display);
	} else if (l->begin.person[0] != '\0' && l->peer == 0) {
		/* anybody else could name anybody; `session` leads to the
		 * record in which the gate itself has named the person */
		sek_record_str(rec, "person.name", l->begin.person);
	}
	if (l->previous[0] != '\0')
		sek_record_str(rec, "previous_user", l->previous);
	if (l->previous_session[0] != '\0')
		sek_record_str(rec, "previous_session", l->previous_session);
	if (l->account.id != 0) {
		account = l->account.name;
		sek_record_str(rec, "account.name", account);
		sek_record_bool(rec, "account.shared", l->account.shared);
		if (l->granted_by[0] != '\0')
			sek_record_str(rec, "granted_by", l->granted_by);
	} else if (l->begin.phase != SEK_PHASE_AUTH ||
	    l->pair == SEK_PAIR_RESCUE) {
		account = l->begin.user;
		sek_record_str(rec, "account.name", account);
	}
	if (reason == SEK_R_OK)
		add_uid(rec, account);
}

/* How long a session was (guideline 17(1)): by the boot clock, which counts
 * on in sleep and which nobody sets.  Only root is believed. */
static void
add_duration(json_t *rec, const struct sek_login *l)
{
	const struct sek_begin *b = &l->begin;
	struct sek_times t;

	if (b->phase != SEK_PHASE_CLOSE || l->peer != 0 || b->opened == 0 ||
	    b->opened > INT64_MAX)
		return;
	sek_record_int(rec, "login_seq", (int64_t)b->opened);
	sek_times_now(&t);
	if (b->opened_ms <= (uint64_t)t.since_boot_ms)
		sek_record_int(rec, "duration_s", (t.since_boot_ms -
		    (int64_t)b->opened_ms) / 1000);
}

static void
add_where(json_t *rec, const struct sek_login *l)
{
	sek_record_str(rec, "where.service", l->begin.service);
	sek_record_str(rec, "where.tty", l->begin.tty);
	sek_record_str(rec, "where.rhost", l->begin.rhost);
	sek_record_str(rec, "where.ruser", l->begin.ruser);
	if (l->peer == 0 && l->begin.rport != 0)
		sek_record_int(rec, "where.rport", l->begin.rport);
	if (l->peer == 0)
		sek_record_str(rec, "where.xdg_session",
		    l->begin.xdg_session);
	sek_record_int(rec, "where.peer_uid", (int64_t)l->peer);
	/* only root is believed about the name of the service */
	sek_record_bool(rec, "where.service_claimed", l->peer != 0);
	sek_login_add_ssh(rec, l);
	if (l->tls_name[0] != '\0')
		sek_record_str(rec, "where.tls_name", l->tls_name);
}

static void
add_factor(json_t *rec, const char *class, const char *type,
    const char *verified_by, enum sek_state state, int8_t tries_left)
{
	json_t *f;

	if (state == SEK_UNTRIED)
		return;
	f = sek_record_part();
	sek_record_str(f, "class", class);
	sek_record_str(f, "type", type);
	sek_record_str(f, "verified_by", verified_by);
	sek_record_bool(f, "ok", state == SEK_PASSED);
	if (tries_left >= 0)
		sek_record_int(f, "tries_left", tries_left);
	sek_record_add(rec, "factors", f);
}

static void
add_possession(json_t *rec, const struct sek_login *l)
{
	switch (sek_pair_have(l->pair)) {
	case SEK_HAVE_FIDO2:
		add_factor(rec, "have", "fido2", "gate", l->possession, -1);
		break;
	case SEK_HAVE_SSH_KEY:
		add_factor(rec, "have", "ssh-key", "sshd", l->possession, -1);
		break;
	case SEK_HAVE_TLS_NAME:
		add_factor(rec, "have", "tls-name", "tls-server",
		    l->possession, -1);
		break;
	default:
		add_factor(rec, "have", "pkcs11", "gate", l->possession, -1);
		break;
	}
}

static void
add_ocsp(json_t *rec, const struct sek_rev_info *r)
{
	if (r->responder[0] != '\0')
		sek_record_str(rec, "revocation.responder", r->responder);
	if (r->produced_at == 0)
		return;
	sek_record_int(rec, "revocation.produced_at", r->produced_at);
	sek_record_bool(rec, "revocation.live", r->live);
}

static void
add_revocation(json_t *rec, const struct sek_rev_info *r)
{
	if (r->method[0] == '\0')
		return;
	sek_record_str(rec, "revocation.method", r->method);
	sek_record_str(rec, "revocation.status", r->status);
	if (r->this_update != 0) {
		sek_record_int(rec, "revocation.this_update", r->this_update);
		sek_record_int(rec, "revocation.next_update", r->next_update);
		sek_record_int(rec, "revocation.age_s", r->age_s);
	}
	if (r->crl_number[0] != '\0')
		sek_record_str(rec, "revocation.crl_number", r->crl_number);
	if (r->revoked_reason[0] != '\0')
		sek_record_str(rec, "revocation.revoked_reason",
		    r->revoked_reason);
	if (r->revoked_at != 0)
		sek_record_int(rec, "revocation.revoked_at", r->revoked_at);
	sek_record_bool(rec, "revocation.grace_used", r->grace_used);
	if (r->file[0] != '\0')
		sek_record_str(rec, "revocation.file", r->file);
	add_ocsp(rec, r);
}

/* Nothing was proved now: the token and the factors are in that record. */
static void
add_remembered(json_t *rec, const struct sek_login *l)
{
	if (l->remember.record == 0)
		return;
	sek_record_int(rec, "remembered.seq", (int64_t)l->remember.record);
	sek_record_int(rec, "remembered.age_s", (int64_t)l->remember.age_s);
}

static void
add_evidence(json_t *rec, const struct sek_login *l)
{
	uint8_t hash[SHA256_DIGEST_LENGTH];

	add_remembered(rec, l);
	if (l->pair != 0)
		sek_record_str(rec, "pair", sek_pair_word(l->pair));
	add_possession(rec, l);
	add_factor(rec, "know-or-are", "verification", "gate",
	    l->verification, l->verification == SEK_FAILED ?
	    l->pin_tries_left : -1);
	add_factor(rec, "know", "pin", "token", l->pin,
	    l->pin == SEK_FAILED ? l->pin_tries_left : -1);
	add_factor(rec, "know", "password", "system", l->password, -1);
	if (l->password == SEK_PASSED && l->account_native != 0)
		sek_record_int(rec, "password_account", l->account_native);
	sek_login_add_token(rec, l);
	add_revocation(rec, &l->cert.rev);
	if (l->challenge.tbs_len > 0) {
		(void)SHA256(l->challenge.tbs, l->challenge.tbs_len, hash);
		sek_record_hex(rec, "challenge.sha256", hash, sizeof hash);
	}
	if (l->scheme != 0)
		sek_record_str(rec, "challenge.scheme",
		    sek_scheme_word(l->scheme));
}

static void
log_failure(const struct sek_login *l, const char *event,
    enum sek_reason reason, const char *why)
{
	char user[300], service[300], detail[600];

	syslog(LOG_AUTHPRIV | LOG_ERR, "%s of \"%s\" for service \"%s\" "
	    "(%s) could not be recorded and is refused: %s", event,
	    sek_escape_str(user, sizeof user, l->begin.user),
	    sek_escape_str(service, sizeof service, l->begin.service),
	    sek_reason(reason)->word,
	    sek_escape_str(detail, sizeof detail, why));
}

/* It is on the disk, and nobody is refused for what failed beside it; but
 * somebody must hear of it. */
static void
log_warning(uint64_t seq, const char *why)
{
	char detail[600];

	syslog(LOG_AUTHPRIV | LOG_WARNING, "record %llu is kept, but %s",
	    (unsigned long long)seq,
	    sek_escape_str(detail, sizeof detail, why));
}

uint64_t
sek_login_record(struct sek_login *l, const char *event,
    enum sek_reason reason)
{
	const struct sek_audit_conf conf = sek_policy_audit(l->policy);
	struct sek_why why = { "out of memory" };
	uint64_t seq = 0;
	json_t *rec;

	if (l->unrecorded)
		return 0;
	if ((rec = sek_record_new(event, l->policy->host)) == NULL) {
		log_failure(l, event, reason, why.text);
		return 0;
	}
	sek_record_outcome(rec, outcome(reason), reason);
	if (l->detail[0] != '\0')
		sek_record_str(rec, "detail", l->detail);
	sek_record_hex(rec, "policy", l->policy->hash, 32);
	sek_record_str(rec, "session", l->session);
	if (l->peer == 0 && l->begin.record != 0 &&
	    l->begin.record <= INT64_MAX)
		sek_record_int(rec, "auth_seq", (int64_t)l->begin.record);
	add_duration(rec, l);
	add_who(rec, l, reason);
	add_where(rec, l);
	add_evidence(rec, l);
	if (sek_audit_append(&conf, rec, &seq, &why) != SEK_OK) {
		log_failure(l, event, reason, why.text);
		seq = 0;
	} else if (why.text[0] != '\0') {
		log_warning(seq, why.text);
	}
	json_decref(rec);
	return seq;
}
