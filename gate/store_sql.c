/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The store's few dealings with SQLite's interface: values into statements,
 * text out of rows, codes into ours, and the check of the whole file.
 *
 * Runs in the gate and in the administrator's program.  Must never build SQL
 * out of a value: every value goes through a placeholder.
 */
#include "gate/store_local.h"

#include <stdio.h>
#include <string.h>

#include "sekisho/escape.h"

int
sek_store_fail(sqlite3 *db, int rc, struct sek_why *why)
{
	char text[256];

	if (rc == SQLITE_NOMEM || rc == SQLITE_IOERR_NOMEM)
		return SEK_E_NOMEM;
	if ((rc & 0xff) == SQLITE_BUSY) {
		sek_why_set(why, "store: another program is writing to it");
		return SEK_E_IO;
	}
	sek_escape_str(text, sizeof(text),
	    db != NULL ? sqlite3_errmsg(db) : sqlite3_errstr(rc));
	sek_why_set(why, "store: %s (%d)", text, rc);
	return SEK_E_IO;
}

const char *
sek_store_error(struct sek_store *s)
{
	return sqlite3_errmsg(s->db);
}

int
sek_store_bind(sqlite3_stmt *st, const struct sek_store_arg *args, size_t n)
{
	int rc = SQLITE_OK;
	size_t i;

	for (i = 0; i < n && rc == SQLITE_OK; i++) {
		const struct sek_store_arg *a = &args[i];
		int at = (int)i + 1;

		if (a->kind == 'i')
			rc = sqlite3_bind_int64(st, at, a->i);
		else if (a->kind == 'h')
			rc = sqlite3_bind_blob(st, at, a->p, 32, SQLITE_STATIC);
		else if (a->kind == 'b')
			rc = sqlite3_bind_blob64(st, at, a->p,
			    (sqlite3_uint64)a->i, SQLITE_STATIC);
		else
			rc = sqlite3_bind_text(st, at,
			    a->p != NULL ? (const char *)a->p : "", -1,
			    SQLITE_STATIC);
	}
	return rc;
}

int
sek_store_prepare(struct sek_store *s, const char *sql,
    const struct sek_store_arg *args, size_t n, sqlite3_stmt **out,
    struct sek_why *why)
{
	sqlite3_stmt *st = NULL;
	int rc;

	rc = sqlite3_prepare_v2(s->db, sql, -1, &st, NULL);
	if (rc == SQLITE_OK)
		rc = sek_store_bind(st, args, n);
	if (rc != SQLITE_OK) {
		int r = sek_store_fail(s->db, rc, why);

		sqlite3_finalize(st);
		return r;
	}
	*out = st;
	return SEK_OK;
}

int
sek_store_run(struct sek_store *s, const char *sql,
    const struct sek_store_arg *args, size_t n, struct sek_why *why)
{
	sqlite3_stmt *st;
	int r, rc;

	r = sek_store_prepare(s, sql, args, n, &st, why);
	if (r != SEK_OK)
		return r;
	rc = sqlite3_step(st);
	if (rc != SQLITE_DONE)
		r = sek_store_fail(s->db, rc, why);
	sqlite3_finalize(st);
	return r;
}

int
sek_store_text(sqlite3_stmt *st, int col, char *out, size_t cap)
{
	const unsigned char *p;
	size_t n;

	if (sqlite3_column_type(st, col) != SQLITE_TEXT ||
	    (p = sqlite3_column_text(st, col)) == NULL)
		return SEK_E_IO;
	n = (size_t)sqlite3_column_bytes(st, col);
	if (n >= cap || memchr(p, 0, n) != NULL)
		return SEK_E_IO;
	memcpy(out, p, n);
	out[n] = '\0';
	return SEK_OK;
}

/* The first row's text must be "ok", or with `none` there must be no row. */
static int
pragma_says(struct sek_store *s, const char *sql, bool none,
    struct sek_why *why)
{
	char text[256], safe[400];
	sqlite3_stmt *st;
	int r, rc;

	if ((r = sek_store_prepare(s, sql, NULL, 0, &st, why)) != SEK_OK)
		return r;
	rc = sqlite3_step(st);
	if (rc == SQLITE_ROW) {
		if (sek_store_text(st, 0, text, sizeof(text)) != SEK_OK)
			(void)snprintf(text, sizeof(text), "damaged");
		if (none || strcmp(text, "ok") != 0) {
			sek_escape_str(safe, sizeof(safe), text);
			sek_why_set(why, "store: %s%s", safe,
			    none ? ": a row refers to one that is missing" :
			    "");
			r = SEK_E_IO;
		}
	} else if (rc != SQLITE_DONE) {
		r = sek_store_fail(s->db, rc, why);
	}
	sqlite3_finalize(st);
	return r;
}

int
sek_store_check(struct sek_store *s, struct sek_why *why)
{
	int r;

	r = pragma_says(s, "PRAGMA integrity_check(1)", false, why);
	if (r == SEK_OK)
		r = pragma_says(s, "PRAGMA foreign_key_check", true, why);
	return r;
}
