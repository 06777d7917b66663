/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Credentials: binding one to a person.
 *
 * Runs in the administrator's program.  Must never bind a key twice or pass
 * it on: the record of a login names the person that a key stands for.
 */
#include "gate/store_local.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "sekisho/escape.h"
#include "sekisho/wire_helper.h"

#define N_ARGS(a) (sizeof(a) / sizeof((a)[0]))

/* Does anybody hold this key or certificate, in whatever status? */
static int
must_be_free(struct sek_store *s, const struct sek_credential *c,
    struct sek_why *why)
{
	const struct sek_store_arg args[] = {
		SEK_A_HASH(c->spki_sha256), SEK_A_HASH(c->cert_sha256)
	};
	struct sek_credential holder;
	char name[200];
	sqlite3_stmt *st;
	int r, rc;

	r = sek_store_prepare(s, SEK_CREDENTIAL_ROWS
	    " WHERE c.spki_sha256 = ?1 OR c.cert_sha256 = ?2 LIMIT 1",
	    args, N_ARGS(args), &st, why);
	if (r != SEK_OK)
		return r;
	rc = sqlite3_step(st);
	if (rc == SQLITE_ROW) {
		r = sek_store_read_credential(st, &holder);
		if (r == SEK_OK) {
			sek_why_set(why, "this key is credential %lld of %s "
			    "already (%s)", (long long)holder.id,
			    sek_escape_str(name, sizeof(name), holder.person),
			    sek_status_word(holder.status));
			r = SEK_E_EXISTS;
		}
	} else if (rc != SQLITE_DONE) {
		r = sek_store_fail(s->db, rc, why);
	}
	sqlite3_finalize(st);
	return r;
}

static int
insert(struct sek_store *s, const struct sek_credential *c,
    struct sek_why *why)
{
	const struct sek_store_arg args[] = {
		SEK_A_INT(c->person_id), SEK_A_INT(c->bind),
		SEK_A_INT(c->status), SEK_A_TEXT(c->status_reason),
		SEK_A_TEXT(c->label), SEK_A_HASH(c->spki_sha256),
		SEK_A_HASH(c->cert_sha256), SEK_A_TEXT(c->subject),
		SEK_A_TEXT(c->issuer), SEK_A_TEXT(c->serial),
		SEK_A_INT(c->not_after), SEK_A_TEXT(c->token_serial),
		SEK_A_INT(c->created), SEK_A_TEXT(c->created_by),
		SEK_A_BLOB(c->cert, c->cert_len), SEK_A_INT(c->kind)
	};

	return sek_store_run(s, "INSERT INTO credential (person_id, bind,"
	    " status, status_reason, label, spki_sha256, cert_sha256,"
	    " subject, issuer, serial, not_after, token_serial, created,"
	    " created_by, changed, changed_by, cert, kind) VALUES (?1, ?2,"
	    " ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?13, ?14,"
	    " ?15, ?16)",
	    args, N_ARGS(args), why);
}

static int
check_credential(const char *by, const struct sek_credential *c,
    struct sek_why *why)
{
	const struct { const char *text; size_t cap; } texts[] = {
		{ by, SEK_NAME_MAX },
		{ c->status_reason, sizeof(c->status_reason) },
		{ c->label, sizeof(c->label) },
		{ c->subject, sizeof(c->subject) },
		{ c->issuer, sizeof(c->issuer) },
		{ c->serial, sizeof(c->serial) },
		{ c->token_serial, sizeof(c->token_serial) },
	};
	size_t i;

	if (by == NULL || *by == '\0' ||
	    (c->bind != SEK_BIND_KEY && c->bind != SEK_BIND_CERTIFICATE)) {
		sek_why_set(why, "who binds what how is not said");
		return SEK_E_INVAL;
	}
	if (c->cert_len > SEK_MAX_CERT) {
		sek_why_set(why, "the certificate is too large");
		return SEK_E_LIMIT;
	}
	for (i = 0; i < N_ARGS(texts); i++)
		if (!sek_store_text_ok(texts[i].text, texts[i].cap)) {
			sek_why_set(why, "a text is too long or not printable");
			return SEK_E_INVAL;
		}
	return SEK_OK;
}

int
sek_store_bind_credential(struct sek_store *s, const char *by,
    struct sek_credential *c, struct sek_why *why)
{
	struct sek_store_change note = { .by = by, .what = "enrol",
		.kind = "credential", .name = c->person,
		.reason = c->status_reason };
	struct sek_person p;
	int r;

	if ((r = check_credential(by, c, why)) != SEK_OK)
		return r;
	r = sek_store_person_by_id(s, c->person_id, &p);
	if (r == SEK_E_NOENT)
		sek_why_set(why, "there is no such person");
	if (r == SEK_OK)
		r = must_be_free(s, c, why);
	if (r != SEK_OK)
		return r;
	c->status = SEK_STATUS_ACTIVE;
	c->created = c->changed = time(NULL);
	(void)snprintf(c->person, sizeof(c->person), "%s", p.name);
	(void)snprintf(c->created_by, sizeof(c->created_by), "%s", by);
	(void)snprintf(c->changed_by, sizeof(c->changed_by), "%s", by);
	if ((r = insert(s, c, why)) != SEK_OK)
		return r;
	c->id = note.id = sqlite3_last_insert_rowid(s->db);
	return sek_store_note(s, &note, why);
}

int
sek_store_enrol(struct sek_store *s, const char *by,
    struct sek_credential *c, struct sek_why *why)
{
	struct sek_credential made = *c;
	bool own;
	int r;

	made.kind = SEK_CRED_CERTIFICATE;
	made.token = 0;
	if ((r = sek_store_enter(s, &own, why)) != SEK_OK)
		return r;
	r = sek_store_bind_credential(s, by, &made, why);
	r = sek_store_leave(s, own, r, why);
	if (r == SEK_OK)
		*c = made;
	return r;
}
