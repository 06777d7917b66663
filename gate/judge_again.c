/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether what was judged of a login still holds when the person has typed:
 * credential, person, account, grant, roles and deny-list, out of the store.
 * Runs in the gate, after the proof and before the decision, for each way to
 * prove possession.  Lets nobody in; never trusts what it found before.
 */
#include "gate/denied.h"
#include "gate/login.h"
#include "gate/store_fido.h"

/* Neither deny-list nor helpdesk have anything against it now. */
static enum sek_reason
check_deny_list(struct sek_login *l, const struct sek_person *p)
{
	struct sek_deny d = { .id = 0 };
	int r = l->leaf != NULL ? sek_denied(l->store, l->trust, l->leaf,
	    &l->cert, p->name, &d) : sek_store_denied(l->store, p->name,
	    l->credential.spki_sha256, NULL, NULL, &d);

	if (r == SEK_E_NOENT)
		return SEK_R_OK;
	l->denied = d.id;
	return r == SEK_OK ? SEK_R_DENY_LISTED : SEK_R_STORE;
}

/* The credential of this login as it stands now, by the way it was found. */
static int
credential_now(struct sek_login *l, struct sek_credential *c)
{
	const struct sek_fido_cred *k = &l->fido.match.cred;
	struct sek_fido_cred f = { .credential = 0 };
	int r;

	if (l->ssh.found)
		r = sek_store_credential_of_key(l->store,
		    l->ssh.key.spki_sha256, c);
	else if (l->leaf != NULL)
		r = sek_store_credential_for(l->store, l->cert.cert_sha256,
		    l->cert.spki_sha256, c);
	else
		r = sek_store_fido_find(l->store, k->rp, k->id, k->id_len, c,
		    &f);
	return r == SEK_OK && c->id != l->credential.id ? SEK_E_NOENT : r;
}

/* A grant or a role, of the account and of the service. */
static enum sek_reason
may_still_enter(struct sek_login *l, int64_t person, int64_t account)
{
	int r = sek_may_open(l->store, person, &l->cert.roles, account,
	    l->granted_by);

	if (r != SEK_OK)
		return r == SEK_E_NOENT ? SEK_R_NOT_GRANTED : SEK_R_STORE;
	r = sek_may_use(l->store, l->service, person, &l->cert.roles,
	    l->role);
	if (r != SEK_OK)
		return r == SEK_E_NOENT ? SEK_R_CERT_ROLE : SEK_R_STORE;
	return SEK_R_OK;
}

/* What was judged before the person had to type may have been taken back
 * since: by the helpdesk, or because another login has shown meanwhile that
 * there are two of this key. */
enum sek_reason
sek_judge_again(struct sek_login *l)
{
	struct sek_credential c = { .id = 0 };
	struct sek_account a;
	struct sek_person p;
	enum sek_reason reason;

	if (credential_now(l, &c) != SEK_OK ||
	    sek_store_person_by_id(l->store, l->person.id, &p) != SEK_OK ||
	    sek_store_account(l->store, l->account.name, &a) != SEK_OK)
		return SEK_R_STORE;
	if ((reason = check_deny_list(l, &p)) != SEK_R_OK)
		return reason;
	if (c.status != SEK_STATUS_ACTIVE) {
		sek_login_detail(l, c.status_reason);
		return c.status == SEK_STATUS_REVOKED ?
		    SEK_R_CREDENTIAL_REVOKED : SEK_R_CREDENTIAL_SUSPENDED;
	}
	if (p.status != SEK_STATUS_ACTIVE)
		return SEK_R_PERSON_SUSPENDED;
	if (a.status != SEK_STATUS_ACTIVE)
		return SEK_R_ACCOUNT_SUSPENDED;
	return may_still_enter(l, p.id, a.id);
}
