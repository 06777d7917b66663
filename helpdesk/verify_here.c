/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho verify CERT`: the certificate judged as a login on this machine
 * would judge it now.
 *
 * Part of the administrator's program.  Opens with the gate's own functions
 * what the gate opens; asks for no PIN, so who holds the card is not proved.
 */
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#include "gate/denied.h"
#include "gate/login.h"
#include "helpdesk/verify.h"

#define BUSY_MS 5000

struct here {
	struct verify *v;
	struct sek_trust *trust; /* owned */
	X509 *leaf;              /* owned */
	struct sek_cert_info info;
	const struct sek_service *service; /* NULL: any */
	struct sek_login login; /* what a question to a responder needs */
	bool enrolled;
	struct sek_credential credential;
	struct sek_person person;
	char detail[512];
};

static enum sek_reason
because(struct here *h, enum sek_reason r, const char *why)
{
	(void)snprintf(h->detail, sizeof h->detail, "%s", why);
	return r;
}

static enum sek_reason
failed(struct here *h, enum sek_reason reason, const struct sek_why *why,
    int r)
{
	return because(h, reason, why->text[0] != '\0' ? why->text :
	    sek_strerror(r));
}

/* A login may ask a responder within the policy's seconds, and so do we. */
static enum sek_reason
allow_live(struct here *h)
{
	const struct sek_policy *p = h->v->d->policy;
	struct sek_login *l = &h->login;
	struct sek_why why = { "" };
	int r = sek_service_user_find(p->helper_user, &l->service_user, &why);

	if (r != SEK_OK)
		return failed(h, SEK_R_CONFIG, &why, r);
	l->policy = p;
	l->trust = h->trust;
	l->dl = sek_deadline_in(1000 * (uint64_t)p->login_s);
	sek_live_install(l);
	return SEK_R_OK;
}

/* What a gate opens before it listens to anybody. */
static enum sek_reason
open_all(struct here *h)
{
	struct desk *d = h->v->d;
	struct sek_why why = { "" };
	int r;

	if ((r = desk_policy_quiet(d, &why)) != SEK_OK)
		return failed(h, SEK_R_CONFIG, &why, r);
	if (h->v->service != NULL && (h->service = sek_policy_service(
	    d->policy, h->v->service)) == NULL)
		return because(h, SEK_R_NO_POLICY, h->v->service);
	if ((r = sek_trust_load(d->policy, &h->trust, &why)) != SEK_OK)
		return failed(h, SEK_R_TRUST, &why, r);
	r = sek_store_open(d->policy->state, false, BUSY_MS, &d->store, &why);
	return r == SEK_OK ? allow_live(h) : failed(h, SEK_R_STORE, &why, r);
}

/* Whose it is, if anybody's; one that is nobody's can still be judged. */
static enum sek_reason
find_person(struct here *h)
{
	struct sek_store *s = h->v->d->store;
	int r = sek_store_credential_for(s, h->info.cert_sha256,
	    h->info.spki_sha256, &h->credential);

	if (r == SEK_E_NOENT)
		return SEK_R_OK;
	if (r == SEK_OK)
		r = sek_store_person_by_id(s, h->credential.person_id,
		    &h->person);
	if (r != SEK_OK)
		return because(h, SEK_R_STORE, r == SEK_E_IO ?
		    sek_store_error(s) : sek_strerror(r));
	h->enrolled = true;
	return SEK_R_OK;
}

/* The deny-list is asked first, and for a person as well as for a key. */
static enum sek_reason
denied(struct here *h)
{
	struct sek_store *s = h->v->d->store;
	struct sek_deny row;
	int r = sek_denied(s, h->trust, h->leaf, &h->info, h->person.name,
	    &row);

	if (r == SEK_E_NOENT)
		return SEK_R_OK;
	return r == SEK_OK ? because(h, SEK_R_DENY_LISTED, row.reason) :
	    because(h, SEK_R_STORE, r == SEK_E_IO ? sek_store_error(s) :
	    sek_strerror(r));
}

static enum sek_reason
standing(struct here *h)
{
	if (!h->enrolled)
		return SEK_R_OK;
	if (h->credential.status == SEK_STATUS_REVOKED)
		return because(h, SEK_R_CREDENTIAL_REVOKED,
		    h->credential.status_reason);
	if (h->credential.status != SEK_STATUS_ACTIVE)
		return because(h, SEK_R_CREDENTIAL_SUSPENDED,
		    h->credential.status_reason);
	return h->person.status == SEK_STATUS_ACTIVE ? SEK_R_OK :
	    because(h, SEK_R_PERSON_SUSPENDED, h->person.name);
}

static enum sek_reason
role(struct here *h)
{
	char by[SEK_ROLE_MAX];
	int r = h->service == NULL ? SEK_OK : sek_may_use(h->v->d->store,
	    h->service, h->person.id, &h->info.roles, by);

	if (r == SEK_OK)
		return SEK_R_OK;
	return r == SEK_E_NOENT ? because(h, SEK_R_CERT_ROLE,
	    "none of the roles that the service asks for") :
	    because(h, SEK_R_STORE, sek_store_error(h->v->d->store));
}

static enum sek_reason
judge(struct here *h)
{
	struct sek_cert_info *info = &h->info;
	enum sek_reason r;

	if (sek_cert_describe(h->leaf, info) != SEK_OK)
		return because(h, SEK_R_CERT_MALFORMED,
		    "certificate cannot be described");
	if ((r = find_person(h)) != SEK_R_OK || (r = denied(h)) != SEK_R_OK ||
	    (r = standing(h)) != SEK_R_OK)
		return r;
	r = sek_cert_check(h->trust, h->leaf, h->v->now, info);
	if (r != SEK_R_OK)
		return because(h, r, info->detail);
	return role(h);
}

/* What else an administrator asks next; after the one line. */
static void
tell_more(const struct here *h)
{
	const struct desk *d = h->v->d;
	const struct sek_cert_role *role;
	char id[24];
	size_t i;

	if (h->info.subject[0] == '\0')
		return;
	DESK_SAY(d, W_CERT_SUBJECT, { h->info.subject });
	for (i = 0; i < h->info.roles.n; i++) {
		role = &h->info.roles.role[i];
		DESK_SAY(d, W_CERT_ROLE, { role->name, role->scheme,
		    role->code });
	}
	(void)snprintf(id, sizeof id, "%lld", (long long)h->credential.id);
	if (h->enrolled)
		DESK_SAY(d, W_CERT_PERSON, { h->person.name, id });
	else
		DESK_SAY(d, W_CERT_NOBODY, { NULL });
}

int
verify_here(struct verify *v)
{
	struct here h = { .v = v };
	enum sek_reason reason;
	int r;

	if ((r = verify_leaf(v, v->leaf, SEK_R_CERT_MALFORMED,
	    &h.leaf)) != DESK_GO)
		return r;
	if ((reason = open_all(&h)) == SEK_R_OK)
		reason = judge(&h);
	r = reason == SEK_R_OK ? verify_accepted(v, &h.info.rev) :
	    verify_rejected(v, reason, h.detail);
	tell_more(&h);
	X509_free(h.leaf);
	sek_trust_free(h.trust);
	return r;
}
