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

static enum word
status_word(enum sek_status status)
{
	return status == SEK_STATUS_ACTIVE ? W_ACTIVE :
	    status == SEK_STATUS_SUSPENDED ? W_SUSPENDED : W_REVOKED;
}

/* `f`: NULL for a certificate. */
static void
show_line(const struct desk *d, const struct sek_credential *c,
    const struct sek_fido_cred *f)
{
	struct desk_date until;

	(void)printf("%lld\t", (long long)c->id);
	desk_text(stdout, c->person);
	(void)printf("\t%s\t%s\t%s\t", desk_word(status_word(c->status),
	    d->lang), desk_word(f != NULL ? W_FIDO_KEY :
	    c->bind == SEK_BIND_KEY ? W_KEY : W_CERTIFICATE, d->lang),
	    f != NULL ? "-" : desk_day(&until, c->not_after));
	desk_text(stdout, f != NULL ? "-" : c->serial);
	(void)fputc('\t', stdout);
	if (f != NULL)
		desk_fido_put(d, stdout, f);
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
as_json(const struct sek_credential *c, const struct sek_fido_cred *f)
{
	json_t *o, *rest = f != NULL ? fido_json(c, f) : certificate_json(c);
	struct desk_date made, changed;
	struct desk_hex key;

	o = json_pack("{s:I, s:o, s:s, s:s, s:s, s:o, s:o, s:s, s:s, s:o, s:s,"
	    " s:o}",
	    "id", (json_int_t)c->id, "person", desk_json_text(c->person),
	    "status", sek_status_word(c->status),
	    "kind", f != NULL ? "fido2" : "certificate",
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
list_one(void *arg, const struct sek_credential *c)
{
	struct desk_listing *l = arg;
	struct sek_fido_cred fido = { .credential = 0 }, *f = NULL;
	int r;

	if (c->kind == SEK_CRED_FIDO2) {
		r = sek_store_fido_of(l->d->store, c->id, &fido);
		if (r != SEK_OK) /* a row without its rest: damaged */
			return r == SEK_E_NOENT ? SEK_E_IO : r;
		f = &fido;
	}
	if (l->array != NULL)
		return json_array_append_new(l->array, as_json(c, f)) == 0 ?
		    0 : SEK_E_NOMEM;
	show_line(l->d, c, f);
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
