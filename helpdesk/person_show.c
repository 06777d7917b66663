/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho person show`: one person whole, for a clerk who has them on the
 * phone: may they log in, where to, with what, and why was it refused.
 *
 * Part of the administrator's program.  Only reads, and decides nothing.
 */
#include "helpdesk/person_show.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gate/denied.h"
#include "gate/may_open.h"
#include "gate/proc.h"
#include "helpdesk/account.h"
#include "helpdesk/credential.h"
#include "helpdesk/list.h"

/* -- gathering */

/* Who asks through the socket is counted by the minute since boot. */
static int64_t
throttled(struct desk *d, const char *user)
{
	const struct passwd *pw = getpwnam(user);
	char boot[SEK_BOOT_ID_LEN];
	int64_t tries = 0, s;
	uint64_t ms;

	if (pw == NULL || sek_boot_id(boot, sizeof boot) != SEK_OK ||
	    sek_boot_ms(&ms) != SEK_OK)
		return 0;
	s = (int64_t)(ms / 1000);
	if (sek_store_throttle_tries(d->store, pw->pw_uid, boot, s, &tries) !=
	    SEK_OK || tries < (int64_t)d->policy->peer_per_minute)
		return 0;
	return (int64_t)time(NULL) + 60 - s % 60;
}

static int
find_accounts(struct person_shown *x)
{
	struct sek_account *all = calloc(PERSON_ACCOUNTS, sizeof *all);
	struct person_account *to;
	size_t i, n = 0;
	int r = SEK_E_NOMEM;

	if (all == NULL)
		return r;
	r = sek_may_open_which(x->d->store, x->p.id, NULL, all,
	    PERSON_ACCOUNTS, &n);
	for (i = 0; r == SEK_OK && i < n; i++) {
		char by[SEK_GRANTED_BY_MAX] = "";

		to = &x->account[x->n_accounts++];
		to->a = all[i];
		to->throttled = throttled(x->d, all[i].name);
		r = sek_may_open(x->d->store, x->p.id, NULL, all[i].id, by);
		(void)snprintf(to->by, sizeof to->by, "%s", by);
	}
	free(all);
	return r;
}

/* By its key, or by the issuer and number of its certificate, as a login would
 * find it: without the trust by one spelling of the issuer only. */
static int
find_denial_of(struct person_shown *x, const struct sek_buf *der,
    struct sek_deny *out)
{
	struct sek_cert_info info;
	struct sek_why ignored = { "" };
	X509 *cert = sek_cert_parse(der->p, der->len);
	int r = SEK_E_SYNTAX;

	if (x->trust == NULL &&
	    sek_trust_load(x->d->policy, &x->trust, &ignored) != SEK_OK)
		x->trust = NULL;
	if (cert != NULL && sek_cert_describe(cert, &info) == SEK_OK)
		r = sek_denied(x->d->store, x->trust, cert, &info, NULL, out);
	X509_free(cert);
	return r;
}

static int
find_denial(struct person_shown *x, const struct sek_credential *c,
    struct person_credential *to)
{
	struct sek_store *s = x->d->store;
	struct sek_buf der = { 0 };
	int r = sek_store_certificate(s, c->id, &der);

	if (r == SEK_OK)
		r = find_denial_of(x, &der, &to->deny);
	/* a key, or what cannot be read of a certificate */
	if (r == SEK_E_NOENT || r == SEK_E_SYNTAX)
		r = sek_store_denied(s, NULL, c->spki_sha256, NULL, NULL,
		    &to->deny);
	to->denied = r == SEK_OK;
	sek_buf_free(&der);
	return r == SEK_E_NOENT ? SEK_OK : r;
}

static int
add_credential(void *arg, const struct sek_credential *c)
{
	struct person_shown *x = arg;
	struct person_credential *to;

	if (x->n_credentials == PERSON_CREDENTIALS)
		return SEK_OK;
	to = &x->credential[x->n_credentials++];
	to->id = c->id;
	return find_denial(x, c, to);
}

static int
gather(struct person_shown *x, const char *name)
{
	struct sek_store *s = x->d->store;
	int r = sek_store_person(s, name, &x->p);

	if (r == SEK_OK)
		r = sek_store_person_note(s, x->p.id, &x->note);
	if (r == SEK_OK) {
		r = sek_store_denied(s, x->p.name, NULL, NULL, NULL,
		    &x->deny);
		x->denied = r == SEK_OK;
		r = r == SEK_E_NOENT ? SEK_OK : r;
	}
	if (r == SEK_OK)
		x->roles = desk_person_roles(x->d, x->p.id, &r);
	if (r == SEK_OK)
		r = find_accounts(x);
	if (r == SEK_OK)
		r = sek_store_each_credential(s, x->p.id, add_credential, x);
	if (r == SEK_OK) {
		r = sek_store_last(s, x->p.id, &x->last);
		x->has_last = r == SEK_OK;
		r = r == SEK_E_NOENT ? SEK_OK : r;
	}
	if (r == SEK_OK)
		person_show_record(x);
	return r;
}

/* -- as JSON */

static const char *
utc(struct desk_date *at, int64_t t)
{
	return t > 0 ? desk_utc(at, t) : NULL;
}

static json_t *
denial_json(bool denied, const struct sek_deny *row)
{
	struct desk_date at;

	return !denied ? json_null() : json_pack("{s:I, s:o, s:s, s:o}",
	    "id", (json_int_t)row->id, "reason", desk_json_text(row->reason),
	    "created", desk_utc(&at, row->created),
	    "created_by", desk_json_text(row->created_by));
}

static int
add_account_json(const struct person_shown *x, json_t *to)
{
	const struct person_account *a;
	struct desk_date until;
	size_t i;

	for (i = 0; i < x->n_accounts; i++) {
		a = &x->account[i];
		if (json_array_append_new(to, json_pack(
		    "{s:o, s:s, s:b, s:o, s:b, s:s?}",
		    "account", desk_json_text(a->a.name),
		    "status", sek_status_word(a->a.status),
		    "shared", (int)a->a.shared, "by", desk_json_text(a->by),
		    "system_user", getpwnam(a->a.name) != NULL,
		    "throttled_until", utc(&until, a->throttled))) != 0)
			return SEK_E_NOMEM;
	}
	return SEK_OK;
}

static int
add_credential_json(const struct person_shown *x, json_t *to)
{
	const struct person_credential *c;
	struct sek_credential row;
	struct desk_date at;
	json_t *o;
	size_t i;
	int r = SEK_OK;

	for (i = 0; r == SEK_OK && i < x->n_credentials; i++) {
		c = &x->credential[i];
		r = sek_store_credential_by_id(x->d->store, c->id, &row);
		if (r != SEK_OK ||
		    (o = desk_credential_json(x->d, &row, &r)) == NULL)
			break;
		if (json_object_set_new(o, "denied", denial_json(c->denied,
		    &c->deny)) != 0 || json_object_set_new(o, "last_used",
		    c->used > 0 ? json_string(desk_utc(&at, c->used)) :
		    json_null()) != 0)
			r = SEK_E_NOMEM;
		if (json_array_append_new(to, o) != 0)
			r = SEK_E_NOMEM;
	}
	return r;
}

static json_t *
last_json(const struct person_shown *x)
{
	const struct sek_last *l = &x->last;
	struct desk_date at;

	return !x->has_last ? json_null() : json_pack(
	    "{s:s?, s:I, s:o, s:o, s:o, s:o, s:o, s:I}",
	    "time", utc(&at, l->at), "record", (json_int_t)l->record,
	    "host", desk_json_text(l->host),
	    "service", desk_json_text(l->service),
	    "tty", desk_json_text(l->tty),
	    "rhost", desk_json_text(l->rhost),
	    "pair", desk_json_text(l->pair),
	    "refused_since", (json_int_t)l->refused);
}

static json_t *
refusal_json(const struct person_shown *x)
{
	const struct person_refusal *f = &x->refusal;
	struct desk_date at;

	return f->at == 0 ? json_null() : json_pack(
	    "{s:s, s:I, s:o, s:o, s:o, s:o, s:o}",
	    "time", desk_utc(&at, f->at), "record", (json_int_t)f->record,
	    "reason", desk_json_text(f->reason),
	    "service", desk_json_text(f->service),
	    "account", desk_json_text(f->account),
	    "tty", desk_json_text(f->tty),
	    "rhost", desk_json_text(f->rhost));
}

static int
show_json(const struct person_shown *x, json_t *array)
{
	json_t *accounts = json_array(), *credentials = json_array(), *o;
	struct desk_date at;
	int r;

	o = json_pack("{s:o, s:o, s:o, s:s, s:o, s:s, s:o, s:o, s:O, s:O?,"
	    " s:O?, s:o, s:o, s:b}",
	    "person", desk_json_text(x->p.name),
	    "display", desk_json_text(x->p.display),
	    "password_user", desk_json_text(x->p.password_user),
	    "status", sek_status_word(x->p.status),
	    "status_reason", desk_json_text(x->note.reason),
	    "changed", desk_utc(&at, x->note.changed),
	    "changed_by", desk_json_text(x->note.by),
	    "denied", denial_json(x->denied, &x->deny),
	    "roles", x->roles, "accounts", accounts,
	    "credentials", credentials, "last_login", last_json(x),
	    "last_refusal", refusal_json(x), "recorded", (int)x->recorded);
	r = o == NULL || accounts == NULL || credentials == NULL ?
	    SEK_E_NOMEM : add_account_json(x, accounts);
	if (r == SEK_OK)
		r = add_credential_json(x, credentials);
	if (r == SEK_OK && json_array_append(array, o) != 0)
		r = SEK_E_NOMEM;
	json_decref(accounts);
	json_decref(credentials);
	json_decref(o);
	return r;
}

int
desk_person_show(struct desk *d, int argc, char **argv)
{
	struct desk_listing l = { .d = d };
	struct person_shown *x;
	char **words;
	int64_t id;
	int r;

	r = desk_list_open(&l, argc, argv, 1, &words);
	if (r == DESK_GO && words[0] == NULL) {
		desk_usage(d, stderr);
		return DESK_USAGE;
	}
	if (r != DESK_GO || (r = desk_find_person(d, words[0], &id)) !=
	    DESK_GO)
		return r;
	if ((x = calloc(1, sizeof *x)) == NULL ||
	    (l.json && (l.array = json_array()) == NULL)) {
		free(x);
		return desk_lost(d);
	}
	x->d = d;
	r = gather(x, words[0]);
	if (r == SEK_OK)
		r = l.json ? show_json(x, l.array) : person_show_text(x);
	json_decref(x->roles);
	sek_trust_free(x->trust);
	free(x);
	return desk_list_end(&l, r);
}
