/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho list`: the credentials of everybody or of one person, for people
 * or as JSON.
 *
 * Part of the administrator's program.  Only reads.
 */
#include "helpdesk/credential.h"

#include "helpdesk/list.h"

int
desk_find_person(struct desk *d, const char *name, int64_t *id)
{
	struct sek_person p;
	int r = sek_store_person(d->store, name, &p);

	if (r == SEK_OK) {
		*id = p.id;
		return DESK_GO;
	}
	if (r != SEK_E_NOENT)
		return desk_unreadable(d, r);
	DESK_ERR(d, W_NO_PERSON, { name });
	return DESK_REFUSED;
}

enum word
desk_status_word(enum sek_status status)
{
	return status == SEK_STATUS_ACTIVE ? W_ACTIVE :
	    status == SEK_STATUS_SUSPENDED ? W_SUSPENDED : W_REVOKED;
}

/* The rest of a credential that is no certificate's: of its kind. */
struct rest {
	struct sek_fido_cred fido;
	struct sek_ssh_key ssh;
	bool held;
};

enum word
desk_kind_word(const struct sek_credential *c)
{
	return c->kind == SEK_CRED_FIDO2 ? W_FIDO_KEY :
	    c->kind == SEK_CRED_SSH ? W_SSH_KEY :
	    c->bind == SEK_BIND_KEY ? W_KEY : W_CERTIFICATE;
}

static void
show_line(const struct desk *d, const struct sek_credential *c,
    const struct rest *rest)
{
	bool card = c->kind == SEK_CRED_CERTIFICATE;
	struct desk_date until;

	(void)printf("%lld\t", (long long)c->id);
	desk_text(stdout, c->person);
	(void)printf("\t%s\t%s\t%s\t", desk_word(desk_status_word(c->status),
	    d->lang), desk_word(desk_kind_word(c), d->lang),
	    card ? desk_day(&until, c->not_after) : "-");
	desk_text(stdout, card ? c->serial : "-");
	(void)fputc('\t', stdout);
	if (c->kind == SEK_CRED_FIDO2)
		desk_fido_put(d, stdout, &rest->fido);
	else if (c->kind == SEK_CRED_SSH)
		desk_ssh_put(d, stdout, &rest->ssh, rest->held);
	else
		desk_text(stdout, c->subject);
	(void)fputc('\t', stdout);
	desk_text(stdout, c->label[0] != '\0' ? c->label : "-");
	(void)fputc('\t', stdout);
	desk_text(stdout, c->status_reason);
	(void)fputc('\n', stdout);
}

static json_t *
certificate_json(const struct sek_credential *c)
{
	struct desk_date until;
	struct desk_hex cert;

	return json_pack("{s:o, s:o, s:o, s:s, s:s, s:o}",
	    "subject", desk_json_text(c->subject),
	    "issuer", desk_json_text(c->issuer),
	    "serial", desk_json_text(c->serial),
	    "not_after", desk_utc(&until, c->not_after),
	    "cert_sha256", desk_hex(&cert, c->cert_sha256, 32),
	    "token_serial", desk_json_text(c->token_serial));
}

static json_t *
fido_json(const struct sek_credential *c, const struct sek_fido_cred *f)
{
	return json_pack("{s:I, s:o}", "token", (json_int_t)c->token,
	    "fido2", desk_fido_json(f));
}

static json_t *
rest_json(const struct sek_credential *c, const struct rest *rest)
{
	return c->kind == SEK_CRED_FIDO2 ? fido_json(c, &rest->fido) :
	    c->kind == SEK_CRED_SSH ? json_pack("{s:o, s:o}",
	    "token_serial", desk_json_text(c->token_serial),
	    "ssh", desk_ssh_json(&rest->ssh, rest->held)) :
	    certificate_json(c);
}

static json_t *
as_json(const struct sek_credential *c, const struct rest *of_kind)
{
	json_t *o, *rest = rest_json(c, of_kind);
	struct desk_date made, changed;
	struct desk_hex key;

	o = json_pack("{s:I, s:o, s:s, s:s, s:s, s:o, s:o, s:s, s:s, s:o, s:s,"
	    " s:o}",
	    "id", (json_int_t)c->id, "person", desk_json_text(c->person),
	    "status", sek_status_word(c->status),
	    "kind", c->kind == SEK_CRED_FIDO2 ? "fido2" :
	    c->kind == SEK_CRED_SSH ? "ssh" : "certificate",
	    "bind", c->bind == SEK_BIND_KEY ? "key" : "certificate",
	    "status_reason", desk_json_text(c->status_reason),
	    "label", desk_json_text(c->label),
	    "spki_sha256", desk_hex(&key, c->spki_sha256, 32),
	    "created", desk_utc(&made, c->created),
	    "created_by", desk_json_text(c->created_by),
	    "changed", desk_utc(&changed, c->changed),
	    "changed_by", desk_json_text(c->changed_by));
	if (o == NULL || rest == NULL || json_object_update(o, rest) != 0) {
		json_decref(o);
		o = NULL;
	}
	json_decref(rest);
	return o;
}

static int
find_rest(struct desk *d, const struct sek_credential *c, struct rest *rest)
{
	int r = SEK_OK;

	if (c->kind == SEK_CRED_FIDO2)
		r = sek_store_fido_of(d->store, c->id, &rest->fido);
	else if (c->kind == SEK_CRED_SSH)
		r = desk_ssh_of(d, c->id, &rest->ssh, &rest->held);
	/* a row without its rest: damaged */
	return r == SEK_E_NOENT ? SEK_E_IO : r;
}

json_t *
desk_credential_json(struct desk *d, const struct sek_credential *c, int *r)
{
	struct rest rest = { .held = false };
	json_t *o = NULL;

	if ((*r = find_rest(d, c, &rest)) == SEK_OK &&
	    (o = as_json(c, &rest)) == NULL)
		*r = SEK_E_NOMEM;
	return o;
}

static int
list_one(void *arg, const struct sek_credential *c)
{
	struct desk_listing *l = arg;
	struct rest rest = { .held = false };
	int r;

	if ((r = find_rest(l->d, c, &rest)) != SEK_OK)
		return r;
	if (l->array != NULL)
		return json_array_append_new(l->array, as_json(c, &rest)) ==
		    0 ? 0 : SEK_E_NOMEM;
	show_line(l->d, c, &rest);
	return 0;
}

int
desk_credential_list(struct desk *d, int argc, char **argv)
{
	struct desk_listing l = { .d = d };
	int64_t person = 0;
	char **words;
	int r;

	r = desk_list_open(&l, argc, argv, 1, &words);
	if (r == DESK_GO && words[0] != NULL)
		r = desk_find_person(d, words[0], &person);
	if (r != DESK_GO ||
	    (r = desk_list_begin(&l, W_CREDENTIAL_HEAD)) != DESK_GO)
		return r;
	r = sek_store_each_credential(d->store, person, list_one, &l);
	return desk_list_end(&l, r);
}
