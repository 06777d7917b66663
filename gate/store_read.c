/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looking things up in the enrolment store: what a login needs.
 *
 * Runs in the gate and in the administrator's program.  A row that does not
 * fit what the store promises is a failure, never a guess; nothing is written
 * to the caller's structure before a row has been read whole.
 */
#include "gate/store_local.h"

#include <string.h>

static const char *const lookups[SEK_N_ST] = {
	[SEK_ST_ACCOUNT] =
	    "SELECT " SEK_ACCOUNT_COLS " FROM account a WHERE a.name = ?1",
	[SEK_ST_PERSON] =
	    "SELECT " SEK_PERSON_COLS " FROM person p WHERE p.name = ?1",
	[SEK_ST_PERSON_ID] =
	    "SELECT " SEK_PERSON_COLS " FROM person p WHERE p.id = ?1",
	/* Who is bound to the certificate is bound to its key as well, and a
	 * key is unique: one look-up finds either. */
	[SEK_ST_CREDENTIAL] =
	    SEK_CREDENTIAL_ROWS " WHERE c.spki_sha256 = ?1 AND c.kind = 1"
	    " AND (c.bind = 1 OR c.cert_sha256 = ?2)",
	[SEK_ST_CREDENTIAL_ID] =
	    SEK_CREDENTIAL_ROWS " WHERE c.id = ?1",
	[SEK_ST_CREDENTIAL_KEY] =
	    SEK_CREDENTIAL_ROWS " WHERE c.spki_sha256 = ?1",
	[SEK_ST_GRANTED] =
	    "SELECT 1 FROM grants WHERE person_id = ?1 AND account_id = ?2",
	[SEK_ST_ACCOUNTS_OF] =
	    "SELECT " SEK_ACCOUNT_COLS " FROM grants g JOIN account a"
	    " ON a.id = g.account_id WHERE g.person_id = ?1"
	    " ORDER BY a.name LIMIT ?2",
	[SEK_ST_ENROLLED] =
	    "SELECT 1 FROM grants g JOIN credential c"
	    " ON c.person_id = g.person_id"
	    " LEFT JOIN fido f ON f.credential_id = c.id"
	    " WHERE g.account_id = ?1 AND c.status = 2"
	    " AND (c.kind = 1 OR f.ssh = 0) LIMIT 1",
	/* what sshd has verified may be of any kind */
	[SEK_ST_ENROLLED_SSH] =
	    "SELECT 1 FROM grants g JOIN credential c"
	    " ON c.person_id = g.person_id"
	    " WHERE g.account_id = ?1 AND c.status = 2 LIMIT 1",
	/* one index each */
	[SEK_ST_DENIED] =
	    SEK_DENY_COLS " WHERE d.kind = 1 AND d.lifted = 0"
	    " AND d.person = ?1 UNION ALL "
	    SEK_DENY_COLS " WHERE d.kind = 2 AND d.lifted = 0"
	    " AND d.spki_sha256 = ?2 UNION ALL "
	    SEK_DENY_COLS " WHERE d.kind = 3 AND d.lifted = 0"
	    " AND d.issuer_sha256 = ?3 AND d.serial = ?4 LIMIT 1",
	[SEK_ST_DENY_ID] =
	    SEK_DENY_COLS " WHERE d.id = ?1 AND d.lifted = 0",
	[SEK_ST_SSH] =
	    "SELECT s.credential_id, s.type, s.blob, s.held FROM ssh s"
	    " JOIN credential c ON c.id = s.credential_id AND c.kind = 3"
	    " WHERE s.credential_id = ?1",
};

int
sek_store_look_as(struct sek_store *s, enum sek_store_st which,
    const char *sql, const struct sek_store_arg *args, size_t n,
    sqlite3_stmt **out)
{
	int rc = SQLITE_OK;

	if (s->st[which] == NULL)
		rc = sqlite3_prepare_v3(s->db, sql, -1,
		    SQLITE_PREPARE_PERSISTENT, &s->st[which], NULL);
	if (rc == SQLITE_OK)
		rc = sek_store_bind(s->st[which], args, n);
	if (rc != SQLITE_OK)
		return sek_store_fail(s->db, rc, NULL);
	*out = s->st[which];
	return SEK_OK;
}

int
sek_store_look(struct sek_store *s, enum sek_store_st which,
    const struct sek_store_arg *args, size_t n, sqlite3_stmt **out)
{
	return sek_store_look_as(s, which, lookups[which], args, n, out);
}

/* Ends the read: a statement left in the middle would keep the lock. */
int
sek_store_looked(struct sek_store *s, sqlite3_stmt *st, int rc, int r)
{
	if (rc == SQLITE_DONE)
		r = SEK_E_NOENT;
	else if (rc != SQLITE_ROW)
		r = sek_store_fail(s->db, rc, NULL);
	(void)sqlite3_reset(st);
	return r;
}

static int
status_of(sqlite3_stmt *st, int col, int least, enum sek_status *out)
{
	sqlite3_int64 v = sqlite3_column_int64(st, col);

	if (sqlite3_column_type(st, col) != SQLITE_INTEGER || v < least ||
	    v > SEK_STATUS_ACTIVE)
		return SEK_E_IO;
	*out = (enum sek_status)v;
	return SEK_OK;
}

int
sek_store_read_person(sqlite3_stmt *st, struct sek_person *out)
{
	struct sek_person p = { .id = sqlite3_column_int64(st, 0) };

	if (sek_store_text(st, 1, p.name, sizeof(p.name)) != SEK_OK ||
	    sek_store_text(st, 2, p.display, sizeof(p.display)) != SEK_OK ||
	    sek_store_text(st, 3, p.password_user,
	    sizeof(p.password_user)) != SEK_OK ||
	    status_of(st, 4, SEK_STATUS_SUSPENDED, &p.status) != SEK_OK)
		return SEK_E_IO;
	*out = p;
	return SEK_OK;
}

int
sek_store_read_account(sqlite3_stmt *st, struct sek_account *out)
{
	struct sek_account a = { .id = sqlite3_column_int64(st, 0) };

	if (sek_store_text(st, 1, a.name, sizeof(a.name)) != SEK_OK ||
	    status_of(st, 3, SEK_STATUS_SUSPENDED, &a.status) != SEK_OK)
		return SEK_E_IO;
	a.shared = sqlite3_column_int(st, 2) != 0;
	*out = a;
	return SEK_OK;
}

int
sek_store_hash(sqlite3_stmt *st, int col, uint8_t out[32])
{
	const void *p;

	if (sqlite3_column_type(st, col) != SQLITE_BLOB ||
	    sqlite3_column_bytes(st, col) != 32 ||
	    (p = sqlite3_column_blob(st, col)) == NULL)
		return SEK_E_IO;
	memcpy(out, p, 32);
	return SEK_OK;
}

int
sek_store_read_credential(sqlite3_stmt *st, struct sek_credential *out)
{
	struct sek_credential c = { 0 };
	const struct { int col; char *to; size_t cap; } texts[] = {
		{ 2, c.person, sizeof(c.person) },
		{ 5, c.status_reason, sizeof(c.status_reason) },
		{ 6, c.label, sizeof(c.label) },
		{ 9, c.subject, sizeof(c.subject) },
		{ 10, c.issuer, sizeof(c.issuer) },
		{ 11, c.serial, sizeof(c.serial) },
		{ 13, c.token_serial, sizeof(c.token_serial) },
		{ 15, c.created_by, sizeof(c.created_by) },
		{ 17, c.changed_by, sizeof(c.changed_by) },
	};
	sqlite3_int64 bind = sqlite3_column_int64(st, 3);
	sqlite3_int64 kind = sqlite3_column_int64(st, 18);
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (sek_store_text(st, texts[i].col, texts[i].to,
		    texts[i].cap) != SEK_OK)
			return SEK_E_IO;
	if ((bind != SEK_BIND_KEY && bind != SEK_BIND_CERTIFICATE) ||
	    (kind != SEK_CRED_CERTIFICATE && kind != SEK_CRED_FIDO2 &&
	    kind != SEK_CRED_SSH) ||
	    status_of(st, 4, SEK_STATUS_REVOKED, &c.status) != SEK_OK ||
	    sek_store_hash(st, 7, c.spki_sha256) != SEK_OK ||
	    sek_store_hash(st, 8, c.cert_sha256) != SEK_OK)
		return SEK_E_IO;
	c.bind = (enum sek_bind)bind;
	c.kind = (enum sek_cred_kind)kind;
	c.token = sqlite3_column_int64(st, 19);
	c.id = sqlite3_column_int64(st, 0);
	c.person_id = sqlite3_column_int64(st, 1);
	c.not_after = sqlite3_column_int64(st, 12);
	c.created = sqlite3_column_int64(st, 14);
	c.changed = sqlite3_column_int64(st, 16);
	*out = c;
	return SEK_OK;
}

int
sek_store_account(struct sek_store *s, const char *name,
    struct sek_account *out)
{
	sqlite3_stmt *st = NULL;
	int r, rc;

	r = sek_store_look(s, SEK_ST_ACCOUNT,
	    (struct sek_store_arg[]){ SEK_A_TEXT(name) }, 1, &st);
	if (r != SEK_OK)
		return r;
	if ((rc = sqlite3_step(st)) == SQLITE_ROW)
		r = sek_store_read_account(st, out);
	return sek_store_looked(s, st, rc, r);
}

static int
one_person(struct sek_store *s, enum sek_store_st which,
    struct sek_store_arg arg, struct sek_person *out)
{
	sqlite3_stmt *st = NULL;
	int r, rc;

	if ((r = sek_store_look(s, which, &arg, 1, &st)) != SEK_OK)
		return r;
	if ((rc = sqlite3_step(st)) == SQLITE_ROW)
		r = sek_store_read_person(st, out);
	return sek_store_looked(s, st, rc, r);
}

int
sek_store_person(struct sek_store *s, const char *name,
    struct sek_person *out)
{
	return one_person(s, SEK_ST_PERSON, SEK_A_TEXT(name), out);
}

int
sek_store_person_by_id(struct sek_store *s, int64_t id,
    struct sek_person *out)
{
	return one_person(s, SEK_ST_PERSON_ID, SEK_A_INT(id), out);
}

static int
one_credential(struct sek_store *s, enum sek_store_st which,
    const struct sek_store_arg *args, size_t n, struct sek_credential *out)
{
	sqlite3_stmt *st = NULL;
	int r, rc;

	if ((r = sek_store_look(s, which, args, n, &st)) != SEK_OK)
		return r;
	if ((rc = sqlite3_step(st)) == SQLITE_ROW)
		r = sek_store_read_credential(st, out);
	return sek_store_looked(s, st, rc, r);
}

int
sek_store_credential_for(struct sek_store *s, const uint8_t cert_sha256[32],
    const uint8_t spki_sha256[32], struct sek_credential *out)
{
	return one_credential(s, SEK_ST_CREDENTIAL, (struct sek_store_arg[]){
	    SEK_A_HASH(spki_sha256), SEK_A_HASH(cert_sha256) }, 2, out);
}

int
sek_store_credential_by_id(struct sek_store *s, int64_t id,
    struct sek_credential *out)
{
	return one_credential(s, SEK_ST_CREDENTIAL_ID,
	    (struct sek_store_arg[]){ SEK_A_INT(id) }, 1, out);
}

int
sek_store_credential_of_key(struct sek_store *s,
    const uint8_t spki_sha256[32], struct sek_credential *out)
{
	return one_credential(s, SEK_ST_CREDENTIAL_KEY,
	    (struct sek_store_arg[]){ SEK_A_HASH(spki_sha256) }, 1, out);
}

int
sek_store_granted(struct sek_store *s, int64_t person_id, int64_t account_id)
{
	sqlite3_stmt *st = NULL;
	int r;

	r = sek_store_look(s, SEK_ST_GRANTED, (struct sek_store_arg[]){
	    SEK_A_INT(person_id), SEK_A_INT(account_id) }, 2, &st);
	if (r != SEK_OK)
		return r;
	return sek_store_looked(s, st, sqlite3_step(st), SEK_OK);
}

int
sek_store_accounts_of(struct sek_store *s, int64_t person_id,
    struct sek_account *out, size_t max, size_t *n)
{
	sqlite3_stmt *st = NULL;
	size_t i = 0;
	int r, rc = SQLITE_DONE;

	if (max > INT32_MAX)
		return SEK_E_INVAL;
	r = sek_store_look(s, SEK_ST_ACCOUNTS_OF, (struct sek_store_arg[]){
	    SEK_A_INT(person_id), SEK_A_INT((int64_t)max) }, 2, &st);
	if (r != SEK_OK)
		return r;
	while (r == SEK_OK && i < max && (rc = sqlite3_step(st)) == SQLITE_ROW)
		if ((r = sek_store_read_account(st, &out[i])) == SEK_OK)
			i++;
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		r = sek_store_fail(s->db, rc, NULL);
	(void)sqlite3_reset(st);
	if (r == SEK_OK)
		*n = i;
	return r;
}

int
sek_store_account_enrolled(struct sek_store *s, int64_t account_id,
    bool ssh, bool *enrolled)
{
	sqlite3_stmt *st = NULL;
	int r;

	r = sek_store_look(s, ssh ? SEK_ST_ENROLLED_SSH : SEK_ST_ENROLLED,
	    (struct sek_store_arg[]){ SEK_A_INT(account_id) }, 1, &st);
	if (r != SEK_OK)
		return r;
	r = sek_store_looked(s, st, sqlite3_step(st), SEK_OK);
	if (r != SEK_OK && r != SEK_E_NOENT)
		return r;
	*enrolled = r == SEK_OK;
	return SEK_OK;
}

const char *
sek_status_word(enum sek_status status)
{
	switch (status) {
	case SEK_STATUS_ACTIVE:
		return "active";
	case SEK_STATUS_SUSPENDED:
		return "suspended";
	case SEK_STATUS_REVOKED:
		break;
	}
	return "revoked";
}
