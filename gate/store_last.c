/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The row of a person that says when they were let in last.
 *
 * Runs in the gate, after the verdict: nobody waits for it, and what is lost
 * by a loss of power is on record.  Never decides anything.
 */
#include "gate/store_last.h"

#include "gate/store_local.h"

#define BUSY_MS 2000

static int
read_last(sqlite3_stmt *st, struct sek_last *out)
{
	struct sek_last l = { .at = sqlite3_column_int64(st, 0),
	    .record = (uint64_t)sqlite3_column_int64(st, 1),
	    .refused = sqlite3_column_int64(st, 2) };

	if (l.at < 0 || l.refused < 0 ||
	    sek_store_text(st, 3, l.host, sizeof l.host) != SEK_OK ||
	    sek_store_text(st, 4, l.service, sizeof l.service) != SEK_OK ||
	    sek_store_text(st, 5, l.tty, sizeof l.tty) != SEK_OK ||
	    sek_store_text(st, 6, l.rhost, sizeof l.rhost) != SEK_OK ||
	    sek_store_text(st, 7, l.pair, sizeof l.pair) != SEK_OK)
		return SEK_E_IO;
	*out = l;
	return SEK_OK;
}

int
sek_store_last(struct sek_store *s, int64_t person_id, struct sek_last *out)
{
	const struct sek_store_arg args[] = { SEK_A_INT(person_id) };
	sqlite3_stmt *st = NULL;
	int r, rc;

	r = sek_store_prepare(s, "SELECT at, record, refused, host, service,"
	    " tty, rhost, pair FROM last_login WHERE person_id = ?1", args, 1,
	    &st, NULL);
	if (r != SEK_OK)
		return r;
	rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		r = read_last(st, out);
	else
		r = rc == SQLITE_DONE ? SEK_E_NOENT :
		    sek_store_fail(s->db, rc, NULL);
	sqlite3_finalize(st);
	return r;
}

/* One statement is one transaction. */
static int
run_aside(const struct sek_store *s, const char *sql,
    const struct sek_store_arg *args, size_t n)
{
	struct sek_store w = { .path = s->path, .write = true,
	    .busy_ms = s->busy_ms < BUSY_MS ? s->busy_ms : BUSY_MS };
	int r;

	/* its own change would wait for itself */
	if (s->in_tx)
		return SEK_E_INVAL;
	if ((r = sek_store_file_safe(s->path, NULL)) != SEK_OK)
		return r == SEK_E_UNSAFE ? r : SEK_E_IO;
	r = sek_store_connect(s->path, SQLITE_OPEN_READWRITE, w.busy_ms, &w.db,
	    NULL);
	if (r != SEK_OK)
		return r;
	r = sek_store_run(&w, sql, args, n, NULL);
	(void)sqlite3_close_v2(w.db);
	return r;
}

int
sek_store_last_in(struct sek_store *s, int64_t person_id,
    const struct sek_last *l)
{
	const struct sek_store_arg args[] = {
		SEK_A_INT(person_id), SEK_A_INT(l->at),
		SEK_A_INT((int64_t)l->record), SEK_A_TEXT(l->host),
		SEK_A_TEXT(l->service), SEK_A_TEXT(l->tty),
		SEK_A_TEXT(l->rhost), SEK_A_TEXT(l->pair),
		SEK_A_INT(l->refused)
	};

	if (l->at <= 0 || l->record == 0 || l->record > INT64_MAX ||
	    l->refused < 0)
		return SEK_E_INVAL;
	return run_aside(s, "INSERT INTO last_login (person_id, at, record,"
	    " host, service, tty, rhost, pair, refused)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0)"
	    " ON CONFLICT (person_id) DO UPDATE SET at = ?2, record = ?3,"
	    " host = ?4, service = ?5, tty = ?6, rhost = ?7, pair = ?8,"
	    " refused = max(0, refused - ?9)", args, 9);
}

int
sek_store_last_refused(struct sek_store *s, int64_t person_id)
{
	const struct sek_store_arg args[] = { SEK_A_INT(person_id) };

	return run_aside(s, "INSERT INTO last_login (person_id, at, record,"
	    " host, service, tty, rhost, pair, refused)"
	    " VALUES (?1, 0, 0, '', '', '', '', '', 1)"
	    " ON CONFLICT (person_id) DO UPDATE SET refused = refused + 1",
	    args, 1);
}
