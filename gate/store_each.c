/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Walking over whole tables of the enrolment store, for lists.
 *
 * Runs in the administrator's program, and in the gate where a card has come
 * before a name.  Each walk has a statement of its own,
 * so that a callback may look things up or walk another table.
 */
#include "gate/store_local.h"

/* One row to the callback of the walk; 0 to go on. */
struct walk {
	int (*person)(void *, const struct sek_person *);
	int (*account)(void *, const struct sek_account *);
	int (*credential)(void *, const struct sek_credential *);
	int (*deny)(void *, const struct sek_deny *);
	int (*cert)(void *, int64_t, const uint8_t *, size_t);
	void *arg;
};

/* `id, der`, which stays SQLite's until the next step. */
static int
one_cert(sqlite3_stmt *st, const struct walk *w, int *stop)
{
	const uint8_t *der = sqlite3_column_blob(st, 1);
	int n = sqlite3_column_bytes(st, 1);

	if (sqlite3_column_type(st, 1) != SQLITE_BLOB || der == NULL || n <= 0)
		return SEK_E_IO;
	*stop = w->cert(w->arg, sqlite3_column_int64(st, 0), der, (size_t)n);
	return SEK_OK;
}

/* SEK_OK, or a failure of the store; *stop is what a callback returned. */
static int
one_row(sqlite3_stmt *st, const struct walk *w, int *stop)
{
	struct sek_credential c;
	struct sek_account a;
	struct sek_person p;
	struct sek_deny d;
	int r;

	if (w->cert != NULL)
		return one_cert(st, w, stop);
	if (w->person != NULL) {
		if ((r = sek_store_read_person(st, &p)) == SEK_OK)
			*stop = w->person(w->arg, &p);
	} else if (w->account != NULL) {
		if ((r = sek_store_read_account(st, &a)) == SEK_OK)
			*stop = w->account(w->arg, &a);
	} else if (w->deny != NULL) {
		if ((r = sek_store_read_deny(st, &d)) == SEK_OK)
			*stop = w->deny(w->arg, &d);
	} else {
		if ((r = sek_store_read_credential(st, &c)) == SEK_OK)
			*stop = w->credential(w->arg, &c);
	}
	return r;
}

static int
walk(struct sek_store *s, const char *sql, int64_t id, const struct walk *w)
{
	struct sek_store_arg arg = SEK_A_INT(id);
	sqlite3_stmt *st;
	int r, rc = SQLITE_DONE, stop = 0;

	r = sek_store_prepare(s, sql, &arg, id == 0 ? 0 : 1, &st, NULL);
	if (r != SEK_OK)
		return r;
	while (r == SEK_OK && stop == 0 &&
	    (rc = sqlite3_step(st)) == SQLITE_ROW)
		r = one_row(st, w, &stop);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		r = sek_store_fail(s->db, rc, NULL);
	sqlite3_finalize(st);
	return r != SEK_OK ? r : stop;
}

int
sek_store_each_person(struct sek_store *s,
    int (*fn)(void *, const struct sek_person *), void *arg)
{
	const struct walk w = { .person = fn, .arg = arg };

	return walk(s, "SELECT " SEK_PERSON_COLS " FROM person p"
	    " ORDER BY p.name", 0, &w);
}

int
sek_store_each_account(struct sek_store *s,
    int (*fn)(void *, const struct sek_account *), void *arg)
{
	const struct walk w = { .account = fn, .arg = arg };

	return walk(s, "SELECT " SEK_ACCOUNT_COLS " FROM account a"
	    " ORDER BY a.name", 0, &w);
}

int
sek_store_each_account_near(struct sek_store *s, int64_t person_id,
    int (*fn)(void *, const struct sek_account *), void *arg)
{
	const struct walk w = { .account = fn, .arg = arg };

	/* id 0 would be a walk without a value, and is nobody's */
	if (person_id == 0)
		return SEK_E_NOENT;
	return walk(s, "SELECT " SEK_ACCOUNT_COLS " FROM account a"
	    " WHERE a.id IN (SELECT account_id FROM grants"
	    " WHERE person_id = ?1 UNION ALL SELECT account_id"
	    " FROM account_role) ORDER BY a.name", person_id, &w);
}

int
sek_store_each_grant(struct sek_store *s, int64_t account_id,
    int (*fn)(void *, const struct sek_person *), void *arg)
{
	const struct walk w = { .person = fn, .arg = arg };

	return walk(s, "SELECT " SEK_PERSON_COLS " FROM grants g"
	    " JOIN person p ON p.id = g.person_id WHERE g.account_id = ?1"
	    " ORDER BY p.name", account_id, &w);
}

int
sek_store_each_credential(struct sek_store *s, int64_t person_id,
    int (*fn)(void *, const struct sek_credential *), void *arg)
{
	const struct walk w = { .credential = fn, .arg = arg };

	return walk(s, person_id == 0 ? SEK_CREDENTIAL_ROWS " ORDER BY c.id" :
	    SEK_CREDENTIAL_ROWS " WHERE c.person_id = ?1 ORDER BY c.id",
	    person_id, &w);
}

int
sek_store_each_denied(struct sek_store *s,
    int (*fn)(void *, const struct sek_deny *), void *arg)
{
	const struct walk w = { .deny = fn, .arg = arg };

	return walk(s, SEK_DENY_COLS " WHERE d.lifted = 0 ORDER BY d.id", 0,
	    &w);
}

int
sek_store_each_certificate(struct sek_store *s,
    int (*fn)(void *arg, int64_t credential, const uint8_t *der, size_t n),
    void *arg)
{
	const struct walk w = { .cert = fn, .arg = arg };

	return walk(s, "SELECT c.id, c.cert FROM credential c JOIN person p"
	    " ON p.id = c.person_id WHERE c.status = 2 AND p.status = 2"
	    " AND c.kind = 1 AND c.cert IS NOT NULL ORDER BY c.id", 0, &w);
}

int
sek_store_each_kept(struct sek_store *s,
    int (*fn)(void *arg, int64_t credential, const uint8_t *der, size_t n),
    void *arg)
{
	const struct walk w = { .cert = fn, .arg = arg };

	return walk(s, "SELECT c.id, c.cert FROM credential c"
	    " WHERE c.kind = 1 AND c.cert IS NOT NULL ORDER BY c.id", 0, &w);
}

/* Keeps the first one. */
static int
keep_cert(void *arg, int64_t id, const uint8_t *der, size_t n)
{
	(void)id;
	sek_put_raw(arg, der, n);
	return 0;
}

int
sek_store_certificate(struct sek_store *s, int64_t id, struct sek_buf *out)
{
	struct sek_buf der = { 0 };
	const struct walk w = { .cert = keep_cert, .arg = &der };
	int r;

	/* id 0 would be a walk without a value, and is nobody's */
	if (id == 0)
		return SEK_E_NOENT;
	r = walk(s, "SELECT c.id, c.cert FROM credential c"
	    " WHERE c.id = ?1 AND c.kind = 1 AND c.cert IS NOT NULL", id,
	    &w);
	if (r == SEK_OK)
		r = sek_buf_ok(&der);
	if (r == SEK_OK && der.len == 0)
		r = SEK_E_NOENT;
	if (r != SEK_OK) {
		sek_buf_free(&der);
		return r;
	}
	sek_buf_free(out);
	*out = der;
	return SEK_OK;
}
