/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * May this credential of a FIDO2 key be used here and now, and with which
 * pair of the service?  Judged from the enrolment store, the deny-list, the
 * policy and what FIDO says of the model; asked before the key is touched
 * when it tells which credential it has, and always after it has signed.
 * Runs in the gate.  Nothing that a helper says can turn a refusal around.
 */
#include <stdio.h>
#include <string.h>

#include "gate/denied.h"
#include "gate/login.h"
#include "gate/store_fido.h"
#include "sekisho/escape.h"

/* Of these no proof of possession is left. */
#define BAD_MODEL (SEK_MODEL_REVOKED | SEK_MODEL_ATTESTATION_KEY | \
    SEK_MODEL_REMOTE | SEK_MODEL_PHYSICAL)

static void
say(struct sek_fido_match *m, const char *text)
{
	(void)sek_escape_str(m->detail, sizeof m->detail, text);
}

/* The local deny-list comes first, as for a card. */
static enum sek_reason
check_deny_list(struct sek_login *l, struct sek_fido_match *m)
{
	struct sek_deny d = { .id = 0 };
	int r = sek_store_denied(l->store, m->person.name,
	    m->credential.spki_sha256, NULL, NULL, &d);

	if (r == SEK_E_NOENT)
		return SEK_R_OK;
	if (r != SEK_OK)
		return SEK_R_STORE;
	m->denied = d.id;
	sek_denied_text(&d, m->detail, sizeof m->detail);
	return SEK_R_DENY_LISTED;
}

static enum sek_reason
check_statuses(struct sek_login *l, struct sek_fido_match *m)
{
	int r;

	say(m, m->credential.status_reason);
	if (m->credential.status == SEK_STATUS_REVOKED)
		return SEK_R_CREDENTIAL_REVOKED;
	if (m->credential.status != SEK_STATUS_ACTIVE)
		return SEK_R_CREDENTIAL_SUSPENDED;
	m->detail[0] = '\0';
	if (m->person.status != SEK_STATUS_ACTIVE)
		return SEK_R_PERSON_SUSPENDED;
	if (m->account.status != SEK_STATUS_ACTIVE)
		return SEK_R_ACCOUNT_SUSPENDED;
	r = sek_may_open(l->store, m->person.id, NULL, m->account.id,
	    m->granted_by);
	if (r == SEK_E_NOENT)
		return SEK_R_NOT_GRANTED;
	return r == SEK_OK ? SEK_R_OK : SEK_R_STORE;
}

/* What holds for this service and this credential whatever its status. */
static enum sek_reason
check_use(struct sek_login *l, struct sek_fido_match *m)
{
	const struct sek_assert *ask = &l->fido.ask;
	size_t i;
	int r;

	for (i = 0; i < ask->n_rps; i++)
		if (strcmp(ask->rps[i], m->cred.rp) == 0)
			break;
	if (i == ask->n_rps || m->cred.ssh) {
		say(m, m->cred.ssh ? "it was made for sshd alone" :
		    "it was made for another RP ID");
		return SEK_R_NO_MATCH;
	}
	if (m->cred.suspect != 0) {
		say(m, "its signature counter went back before");
		return SEK_R_CLONE_SUSPECTED;
	}
	r = sek_may_use(l->store, l->service, m->person.id, NULL, m->role);
	if (r == SEK_E_NOENT) {
		say(m, "the service is for some professions; a key names "
		    "none, and the person has no such role");
		return SEK_R_CERT_ROLE;
	}
	return r == SEK_OK ? SEK_R_OK : SEK_R_STORE;
}

/* The table is opened once in a login. */
static void
open_models(struct sek_login *l)
{
	struct sek_fido_login *k = &l->fido;
	struct sek_why why = { "" };

	if (k->models_state != SEK_MODELS_UNASKED)
		return;
	k->models_state = SEK_MODELS_MISSING;
	if (sek_models_open(l->policy->cache, &k->models, &k->models_info,
	    &why) == SEK_OK)
		k->models_state = l->now > k->models_info.next_update ?
		    SEK_MODELS_STALE : SEK_MODELS_CURRENT;
}

/* What FIDO says of the model, as the policy has it. */
static enum sek_reason
check_model(struct sek_login *l, struct sek_fido_match *m)
{
	struct sek_fido_login *k = &l->fido;
	struct sek_why why = { "" };
	char words[120];

	if (l->policy->metadata_url[0] == '\0')
		return SEK_R_OK;
	open_models(l);
	if (k->models_state != SEK_MODELS_MISSING && sek_models_find(k->models,
	    m->cred.aaguid, m->cred.firmware, l->now, &m->model, &why) !=
	    SEK_OK) {
		k->models_state = SEK_MODELS_MISSING;
		m->model = (struct sek_model){ .known = false };
	}
	if (l->policy->metadata_stale_denies &&
	    k->models_state != SEK_MODELS_CURRENT) {
		say(m, k->models_state == SEK_MODELS_STALE ?
		    "the table of models is past its date" :
		    "the table of models is missing or cannot be read");
		return SEK_R_METADATA_STALE;
	}
	if ((m->model.status & BAD_MODEL) == 0 ||
	    l->policy->bad_model_steps_up)
		return SEK_R_OK;
	sek_model_words(m->model.status, words, sizeof words);
	(void)snprintf(m->detail, sizeof m->detail, "%.100s: %s",
	    m->model.name, words);
	return SEK_R_MODEL_REFUSED;
}

/* The first pair of the service that this credential can serve. */
static enum sek_reason
choose_pair(struct sek_login *l, struct sek_fido_match *m)
{
	bool bad = (m->model.status & BAD_MODEL) != 0;
	bool bypass = (m->model.status & SEK_MODEL_UV_BYPASS) != 0;
	enum sek_pair pair;
	size_t i;

	/* enrolled with verification and used without is a downgrade */
	m->verify = m->cred.verified;
	m->counts = m->cred.verified && !bypass;
	for (i = 0; i < l->service->n_pairs && m->pair == 0; i++) {
		pair = l->service->pairs[i];
		/* stepped up: both, so that the key alone proves nothing */
		if (pair == SEK_PAIR_FIDO2_PASSWORD && (!bad || m->counts))
			m->pair = pair;
		if (pair == SEK_PAIR_FIDO2_VERIFICATION && !bad && m->counts)
			m->pair = pair;
	}
	if (m->pair != 0)
		return SEK_R_OK;
	if (bad || (bypass && m->cred.verified)) {
		say(m, bad ? "the model needs password and verification "
		    "together" : "the verification of this model can be "
		    "bypassed");
		return SEK_R_MODEL_REFUSED;
	}
	say(m, "it was enrolled without verification, and the service takes "
	    "nothing else");
	return SEK_R_NO_VERIFICATION;
}

enum sek_reason
sek_fido_judge(struct sek_login *l, const struct sek_credential *c,
    const struct sek_fido_cred *f, const struct sek_account *account,
    struct sek_fido_match *m)
{
	enum sek_reason reason;

	*m = (struct sek_fido_match){ .credential = *c, .cred = *f,
	    .account = *account };
	if (sek_store_person_by_id(l->store, c->person_id, &m->person) !=
	    SEK_OK)
		return SEK_R_STORE;
	if ((reason = check_deny_list(l, m)) != SEK_R_OK ||
	    (reason = check_statuses(l, m)) != SEK_R_OK ||
	    (reason = check_use(l, m)) != SEK_R_OK ||
	    (reason = check_model(l, m)) != SEK_R_OK)
		return reason;
	return choose_pair(l, m);
}

enum sek_reason
sek_fido_judge_ssh(struct sek_login *l, struct sek_fido_match *m)
{
	enum sek_reason reason;

	if (m->cred.suspect != 0) {
		say(m, "its signature counter went back before");
		return SEK_R_CLONE_SUSPECTED;
	}
	if ((reason = check_model(l, m)) != SEK_R_OK ||
	    (m->model.status & BAD_MODEL) == 0)
		return reason;
	say(m, "the model needs password and verification together, and sshd "
	    "does not tell of verification");
	return SEK_R_MODEL_REFUSED;
}

void
sek_fido_match_take(struct sek_login *l, const struct sek_fido_match *m)
{
	sek_login_unmatch(l);
	l->person = m->person;
	l->account = m->account;
	l->credential = m->credential;
	l->denied = m->denied;
	memcpy(l->granted_by, m->granted_by, sizeof l->granted_by);
	memcpy(l->role, m->role, sizeof l->role);
	l->pair = m->pair;
	if (m != &l->fido.match)
		l->fido.match = *m;
	l->matched = true;
	sek_login_detail(l, m->detail);
}

void
sek_fido_again(struct sek_login *l)
{
	if (l->fido.told)
		sek_fido_match_take(l, &l->fido.match);
	else
		sek_login_unmatch(l);
	l->helper = l->fido.helper;
}

/* -- before the key is touched */

/* What the walk over all that were asked for has found. */
struct survey {
	struct sek_login *l;
	size_t n;                /* looked at */
	bool usable;
	bool verify;             /* any of the usable ones needs it */
	enum sek_reason refused; /* why the first one is */
	char detail[256];
};

static int
look_at(void *arg, const struct sek_credential *c,
    const struct sek_fido_cred *f)
{
	struct survey *s = arg;
	struct sek_login *l = s->l;
	struct sek_fido_match m;
	enum sek_reason reason = sek_fido_judge(l, c, f, &l->account, &m);

	if (reason == SEK_R_STORE)
		return SEK_E_IO;
	s->n++;
	if (reason == SEK_R_OK) {
		s->usable = true;
		s->verify = s->verify || m.verify;
	} else if (s->refused == SEK_R_NONE) {
		s->refused = reason;
		memcpy(s->detail, m.detail, sizeof s->detail);
	}
	return 0;
}

/* A key that may have one of several: it is worth a touch when any of them
 * would do.  Nobody who merely holds some key learns why none does. */
static enum sek_reason
ready_for_any(struct sek_login *l)
{
	struct survey s = { .l = l };

	/* which it has it tells without a touch, or it finds none: neither
	 * says anything of this account */
	l->fido.go_verify = true;
	if (l->fido.ask.n == 0 || l->fido.decoy)
		return SEK_R_OK;
	if (sek_store_each_fido_of_account(l->store, l->account.id, look_at,
	    &s) != SEK_OK)
		return SEK_R_STORE;
	l->fido.go_verify = s.verify;
	if (s.usable)
		return SEK_R_OK;
	if (s.n == 0)
		return SEK_R_NONE;
	sek_login_unmatch(l);
	sek_login_detail(l, s.detail);
	l->told = SEK_R_NO_MATCH;
	return s.refused;
}

enum sek_reason
sek_fido_ready(struct sek_login *l, const struct sek_key_status *s)
{
	struct sek_credential c;
	struct sek_fido_cred f;
	struct sek_fido_match m;
	enum sek_reason reason;
	int r;

	l->fido.told = false;
	if (s->id_len == 0)
		return ready_for_any(l);
	if (!sek_fido_asked_for(&l->fido, s->rp, s->id, s->id_len))
		return SEK_R_HELPER_PROTOCOL;
	if (l->fido.decoy)
		return ready_for_any(l);
	r = sek_store_fido_find(l->store, l->fido.ask.rps[s->rp], s->id,
	    s->id_len, &c, &f);
	if (r != SEK_OK)
		return SEK_R_STORE;
	reason = sek_fido_judge(l, &c, &f, &l->account, &m);
	if (reason == SEK_R_STORE)
		return reason;
	sek_fido_match_take(l, &m);
	l->fido.go_verify = m.verify;
	l->fido.told = true;
	return reason;
}
