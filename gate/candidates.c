/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whose is this token, and may they enter with it?  Matches the listed
 * certificates with the enrolment store, judges credential, person and
 * certificate, and lets the person choose where several would do.
 * Runs in the gate.  Matches by digest of the DER, never by a printed name.
 */
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gate/denied.h"
#include "gate/login.h"
#include "sekisho/escape.h"

#define MAX_CANDIDATES 16u

/* One key that is somebody's, for one account. */
struct candidate {
	const struct sek_key *key;
	X509 *leaf; /* owned */
	struct sek_person person;
	struct sek_account account;
	struct sek_credential credential;
	struct sek_cert_info cert;
	char granted_by[SEK_GRANTED_BY_MAX];
	char role[SEK_ROLE_MAX];
	int64_t denied;         /* row of the deny-list, 0: none */
	enum sek_reason reason; /* OK: usable */
	bool checked;           /* certificate and role have been judged: */
	enum sek_reason found;  /* so */
};

struct candidates {
	struct candidate *c; /* MAX_CANDIDATES of them, owned */
	size_t n;
};

/* The local deny-list comes before anything else that is known of a person,
 * a key or a certificate; if it cannot be read, nobody gets in. */
static int
ask_deny_list(struct sek_login *l, struct candidate *c)
{
	struct sek_deny d = { .id = 0 };
	int r;

	r = sek_denied(l->store, l->trust, c->leaf, &c->cert, c->person.name,
	    &d);
	if (r == SEK_E_NOENT)
		return SEK_OK;
	if (r != SEK_OK)
		return r;
	c->denied = d.id;
	sek_denied_text(&d, c->cert.detail, sizeof c->cert.detail);
	return SEK_OK;
}

/* Each role by its name or else its code; what does not fit is left out. */
static void
list_roles(const struct sek_cert_roles *roles, char *out, size_t cap)
{
	const struct sek_cert_role *role;
	size_t i, len = 0;
	int n;

	(void)snprintf(out, cap, "none");
	for (i = 0; i < roles->n; i++) {
		role = &roles->role[i];
		n = snprintf(out + len, cap - len, "%s%s", i > 0 ? ", " : "",
		    role->name[0] != '\0' ? role->name : role->code);
		if (n < 0 || (size_t)n >= cap - len) {
			out[len] = '\0';
			return;
		}
		len += (size_t)n;
	}
}

/* The service is for some professions only: which, and what the card has. */
static void
tell_roles(const struct sek_service *s, struct sek_cert_info *cert)
{
	char needed[110] = "", has[80], word[SEK_ROLE_MAX];
	size_t i, len = 0;
	int n;

	for (i = 0; i < s->n_roles; i++) {
		n = snprintf(needed + len, sizeof needed - len, "%s%s",
		    i > 0 ? ", " : "", sek_escape_str(word, sizeof word,
		    s->roles[i]));
		if (n < 0 || (size_t)n >= sizeof needed - len) {
			(void)snprintf(needed + len, sizeof needed - len,
			    "...");
			break;
		}
		len += (size_t)n;
	}
	list_roles(&cert->roles, has, sizeof has);
	(void)snprintf(cert->detail, sizeof cert->detail,
	    "needs one of the roles: %s; the certificate has: %s", needed,
	    has);
}

enum sek_reason
sek_candidates_role(const struct sek_login *l, int64_t person,
    struct sek_cert_info *cert, char role[SEK_ROLE_MAX])
{
	int r = sek_may_use(l->store, l->service, person, &cert->roles, role);

	if (r == SEK_E_NOENT) {
		tell_roles(l->service, cert);
		return SEK_R_CERT_ROLE;
	}
	return r == SEK_OK ? SEK_R_OK : SEK_R_STORE;
}

/* The certificate, and the role in it: once for each key, for a responder
 * that is slow must not be waited for again at each of a person's accounts. */
static enum sek_reason
check_certificate(struct sek_login *l, const struct candidates *all,
    struct candidate *c)
{
	const struct candidate *before;

	for (before = all->c; before < c; before++) {
		if (!before->checked || before->key != c->key)
			continue;
		c->cert = before->cert;
		memcpy(c->role, before->role, sizeof c->role);
		return before->found;
	}
	c->found = sek_cert_check(l->trust, c->leaf, l->now, &c->cert);
	if (c->found == SEK_R_OK)
		c->found = sek_candidates_role(l, c->person.id, &c->cert,
		    c->role);
	c->checked = true;
	return c->found;
}

static enum sek_reason
judge(struct sek_login *l, const struct candidates *all, struct candidate *c)
{
	if (c->denied != 0)
		return SEK_R_DENY_LISTED;
	if (c->credential.status == SEK_STATUS_REVOKED)
		return SEK_R_CREDENTIAL_REVOKED;
	if (c->credential.status != SEK_STATUS_ACTIVE)
		return SEK_R_CREDENTIAL_SUSPENDED;
	if (c->person.status != SEK_STATUS_ACTIVE)
		return SEK_R_PERSON_SUSPENDED;
	if (c->account.status != SEK_STATUS_ACTIVE)
		return SEK_R_ACCOUNT_SUSPENDED;
	return check_certificate(l, all, c);
}

static int
add(struct sek_login *l, struct candidates *all, const struct candidate *from)
{
	struct candidate *c;
	int r;

	if (all->n >= MAX_CANDIDATES || X509_up_ref(from->leaf) != 1)
		return SEK_OK;
	c = &all->c[all->n++];
	*c = *from;
	if ((r = ask_deny_list(l, c)) == SEK_OK)
		c->reason = judge(l, all, c);
	return r;
}

/* Whose card was tried on somebody else's account is worth a record; the
 * person at the screen is told no more than any stranger, unless the service
 * has `switch`. */
static int
note_not_granted(struct sek_login *l, struct candidate *c)
{
	char text[sizeof l->detail];
	int r;

	(void)snprintf(text, sizeof text, "%.100s may not open this account",
	    c->person.name);
	sek_login_detail(l, text);
	l->not_granted = true;
	if (!l->service->greeter ||
	    c->credential.status != SEK_STATUS_ACTIVE ||
	    c->person.status != SEK_STATUS_ACTIVE)
		return SEK_OK;
	if ((r = ask_deny_list(l, c)) == SEK_OK && c->denied == 0)
		l->others_card = true;
	return r;
}

/* Each account the person may open with it: the one asked for, or all. */
static int
add_accounts(struct sek_login *l, struct candidates *all, struct candidate *c)
{
	struct sek_account accounts[MAX_CANDIDATES];
	size_t i, n = 0;
	int r;

	if (l->account_known) {
		r = sek_may_open(l->store, c->person.id, &c->cert.roles,
		    l->account.id, c->granted_by);
		c->account = l->account;
		if (r == SEK_OK)
			r = add(l, all, c);
		else if (r == SEK_E_NOENT)
			r = note_not_granted(l, c);
		return r;
	}
	/* an account was named, and there is no such account */
	if (l->begin.user[0] != '\0')
		return SEK_OK;
	r = sek_may_open_which(l->store, c->person.id, &c->cert.roles,
	    accounts, MAX_CANDIDATES, &n);
	for (i = 0; r == SEK_OK && i < n; i++) {
		c->account = accounts[i];
		r = sek_may_open(l->store, c->person.id, &c->cert.roles,
		    c->account.id, c->granted_by);
		r = r == SEK_E_NOENT ? SEK_OK : r == SEK_OK ?
		    add(l, all, c) : r;
	}
	return r;
}

static int
look_at(struct sek_login *l, struct candidates *all, const struct sek_key *k)
{
	struct candidate c = { .key = k };
	int r;

	/* what does not parse is nobody's */
	if ((c.leaf = sek_cert_parse(k->cert, k->cert_len)) == NULL)
		return SEK_OK;
	r = sek_cert_describe(c.leaf, &c.cert);
	if (r == SEK_OK)
		r = sek_store_credential_for(l->store, c.cert.cert_sha256,
		    c.cert.spki_sha256, &c.credential);
	if (r == SEK_OK)
		r = sek_store_person_by_id(l->store, c.credential.person_id,
		    &c.person);
	if (r == SEK_OK)
		r = add_accounts(l, all, &c);
	X509_free(c.leaf);
	/* a certificate that is not understood, or nobody's, is passed by;
	 * a store that fails is not */
	return r == SEK_E_IO || r == SEK_E_NOMEM ? r : SEK_OK;
}

static bool
same_entry(const struct candidate *a, const struct candidate *b)
{
	return a->person.id == b->person.id && a->account.id == b->account.id;
}

/* Leave one of several keys of one person for one account: a usable one
 * before a refused one, then the one that is valid longest. */
static void
thin_out(struct candidates *all)
{
	struct candidate *a, *b, swap;
	size_t i, j;

	for (i = 0; i < all->n; i++) {
		for (j = i + 1; j < all->n; j++) {
			a = &all->c[i];
			b = &all->c[j];
			if (!same_entry(a, b))
				continue;
			if ((b->reason == SEK_R_OK) > (a->reason == SEK_R_OK) ||
			    ((b->reason == SEK_R_OK) ==
			    (a->reason == SEK_R_OK) &&
			    b->cert.not_after > a->cert.not_after)) {
				swap = *a;
				*a = *b;
				*b = swap;
			}
			X509_free(b->leaf);
			*b = all->c[--all->n];
			j--;
		}
	}
}

/* Refused ones are not offered when there is a usable one. */
static void
drop_refused(struct candidates *all)
{
	size_t i, usable = 0;

	for (i = 0; i < all->n; i++)
		usable += all->c[i].reason == SEK_R_OK;
	for (i = 0; usable > 0 && i < all->n;) {
		if (all->c[i].reason == SEK_R_OK) {
			i++;
			continue;
		}
		X509_free(all->c[i].leaf);
		all->c[i] = all->c[--all->n];
	}
}

/* Which one: the person's choice where there are several. */
static enum sek_reason
choose(struct sek_login *l, const struct candidates *all, size_t *which)
{
	struct sek_choice choices[MAX_CANDIDATES];
	size_t i;

	for (i = 0; i < all->n; i++)
		choices[i] = (struct sek_choice){ &all->c[i].person,
		    &all->c[i].account };
	return sek_choose(l, choices, all->n, which);
}

static enum sek_reason
take(struct sek_login *l, const struct candidate *c)
{
	if (X509_up_ref(c->leaf) != 1)
		return SEK_R_INTERNAL;
	sek_login_unmatch(l); /* a refused one, before this */
	l->leaf = c->leaf;
	l->person = c->person;
	l->account = c->account;
	l->credential = c->credential;
	l->cert = c->cert;
	l->key = *c->key;
	l->key.cert = NULL;
	l->key.cert_len = 0;
	l->denied = c->denied;
	memcpy(l->granted_by, c->granted_by, sizeof l->granted_by);
	memcpy(l->role, c->role, sizeof l->role);
	l->matched = true;
	if (c->reason != SEK_R_OK)
		sek_login_detail(l, c->cert.detail[0] != '\0' ?
		    c->cert.detail : c->credential.status_reason);
	return c->reason;
}

enum sek_reason
sek_candidates_match(struct sek_login *l, const struct sek_keys *keys)
{
	struct candidates all = { 0 };
	enum sek_reason reason = SEK_R_INTERNAL;
	size_t i, which = 0;

	if ((all.c = calloc(MAX_CANDIDATES, sizeof *all.c)) == NULL)
		return reason;
	for (i = 0; i < keys->n; i++) {
		if (look_at(l, &all, &keys->key[i]) != SEK_OK) {
			reason = SEK_R_STORE;
			goto out;
		}
	}
	thin_out(&all);
	drop_refused(&all);
	reason = SEK_R_NO_MATCH;
	if (all.n == 0)
		goto out;
	reason = choose(l, &all, &which);
	if (reason == SEK_R_OK)
		reason = take(l, &all.c[which]);
out:
	for (i = 0; i < all.n; i++)
		X509_free(all.c[i].leaf);
	free(all.c);
	return reason;
}
