/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How often a user who is not root may ask in one minute.
 *
 * Runs in the gate, which holds the store open to read only: the count goes
 * through a second, short connection.  What cannot be counted is not let
 * through: a full disk or a read-only state folder is SEK_E_IO.
 */
#include "gate/store_local.h"

#include <string.h>

#define BOOT_ID_MAX 64u
#define MINUTE_S 60

/* Tries in this minute so far; 0 when the last one was before it.  Who looked
 * at the clock just before the minute ended, and had to wait, counts in the
 * next one: else the two would begin anew in turn. */
static int
tries_now(sqlite3 *db, const struct sek_store_arg *args, int64_t *tries)
{
	sqlite3_stmt *st = NULL;
	int r = SEK_OK, rc;

	rc = sqlite3_prepare_v2(db, "SELECT tries FROM throttle WHERE uid = ?1"
	    " AND boot_id = ?2 AND minute >= ?3", -1, &st, NULL);
	if (rc == SQLITE_OK)
		rc = sek_store_bind(st, args, 3);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		*tries = sqlite3_column_int64(st, 0);
	else if (rc == SQLITE_DONE)
		*tries = 0;
	else
		r = sek_store_fail(db, rc, NULL);
	sqlite3_finalize(st);
	return r;
}

static int
set_tries(sqlite3 *db, const struct sek_store_arg *args)
{
	sqlite3_stmt *st = NULL;
	int r = SEK_OK, rc;

	rc = sqlite3_prepare_v2(db, "INSERT INTO throttle"
	    " (uid, boot_id, minute, tries) VALUES (?1, ?2, ?3, ?4)"
	    " ON CONFLICT (uid) DO UPDATE SET boot_id = excluded.boot_id,"
	    " minute = CASE WHEN boot_id = excluded.boot_id"
	    " THEN max(minute, excluded.minute) ELSE excluded.minute END,"
	    " tries = excluded.tries",
	    -1, &st, NULL);
	if (rc == SQLITE_OK)
		rc = sek_store_bind(st, args, 4);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc != SQLITE_DONE)
		r = sek_store_fail(db, rc, NULL);
	sqlite3_finalize(st);
	return r;
}

/* Count, unless it is too much already: nothing is written then, so that
 * asking for ever costs no disk. */
static int
count_one(sqlite3 *db, struct sek_store_arg args[4], uint32_t max)
{
	int64_t tries = 0;
	int r, rc;

	rc = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		return sek_store_fail(db, rc, NULL);
	r = tries_now(db, args, &tries);
	if (r == SEK_OK && (tries < 0 || tries >= (int64_t)max))
		r = SEK_E_LIMIT;
	if (r == SEK_OK) {
		args[3] = SEK_A_INT(tries + 1);
		r = set_tries(db, args);
	}
	rc = SQLITE_OK;
	if (r == SEK_OK)
		rc = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		r = sek_store_fail(db, rc, NULL);
	if (!sqlite3_get_autocommit(db))
		(void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return r;
}

int
sek_store_throttle(struct sek_store *s, uint32_t uid, const char *boot_id,
    int64_t boot_s, uint32_t max)
{
	struct sek_store_arg args[4] = {
		SEK_A_INT((int64_t)uid), SEK_A_TEXT(boot_id),
		SEK_A_INT(boot_s / MINUTE_S), SEK_A_INT(0)
	};
	sqlite3 *db = NULL;
	int r;

	if (boot_id == NULL || strlen(boot_id) > BOOT_ID_MAX || boot_s < 0 ||
	    s->in_tx)
		return SEK_E_INVAL;
	if ((r = sek_store_file_safe(s->path, NULL)) != SEK_OK)
		return r == SEK_E_UNSAFE ? r : SEK_E_IO;
	r = sek_store_connect(s->path, SQLITE_OPEN_READWRITE, s->busy_ms, &db,
	    NULL);
	if (r != SEK_OK)
		return r;
	r = count_one(db, args, max);
	(void)sqlite3_close_v2(db);
	return r;
}

int
sek_store_throttle_tries(struct sek_store *s, uint32_t uid,
    const char *boot_id, int64_t boot_s, int64_t *tries)
{
	const struct sek_store_arg args[3] = {
		SEK_A_INT((int64_t)uid), SEK_A_TEXT(boot_id),
		SEK_A_INT(boot_s / MINUTE_S)
	};

	return tries_now(s->db, args, tries);
}
