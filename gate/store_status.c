/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The status of credentials after they were enrolled.
 *
 * Runs in the administrator's program.  Must never bring a revoked one back,
 * nor leave one credential of a token behind when another one changes: what
 * was made in one ceremony is on one key, and that is lost or found whole.
 */
#include "gate/store_local.h"

#include <time.h>

#define N_ARGS(a) (sizeof(a) / sizeof((a)[0]))

/* A change of status, for one or several credentials. */
struct switched {
	const char *by;
	const char *reason;
	enum sek_status to;
	int64_t now;
};

static int
switch_one(struct sek_store *s, const struct sek_credential *c,
    const struct switched *w, struct sek_why *why)
{
	const struct sek_store_arg args[] = {
		SEK_A_INT(c->id), SEK_A_INT(w->to), SEK_A_TEXT(w->reason),
		SEK_A_INT(w->now), SEK_A_TEXT(w->by)
	};
	const struct sek_store_change note = { .by = w->by,
		.what = sek_status_word(w->to), .kind = "credential",
		.id = c->id, .name = c->person, .reason = w->reason };
	int r;

	r = sek_store_run(s, "UPDATE credential SET status = ?2,"
	    " status_reason = ?3, changed = ?4, changed_by = ?5"
	    " WHERE id = ?1 AND status <> 0", args, N_ARGS(args), why);
	return r == SEK_OK ? sek_store_note(s, &note, why) : r;
}

/* The next credential of a token after `after`, in order of number, that is
 * neither so already nor revoked; SEK_E_NOENT. */
static int
next_of_token(struct sek_store *s, int64_t token, int64_t after,
    enum sek_status to, struct sek_credential *out, struct sek_why *why)
{
	const struct sek_store_arg args[] = {
		SEK_A_INT(token), SEK_A_INT(after), SEK_A_INT(to)
	};
	sqlite3_stmt *st;
	int r, rc;

	r = sek_store_prepare(s, SEK_CREDENTIAL_ROWS " WHERE f.token_id = ?1"
	    " AND c.id > ?2 AND c.status <> ?3 AND c.status <> 0"
	    " ORDER BY c.id LIMIT 1", args, N_ARGS(args), &st, why);
	if (r != SEK_OK)
		return r;
	rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		r = sek_store_read_credential(st, out);
	else
		r = rc == SQLITE_DONE ? SEK_E_NOENT :
		    sek_store_fail(s->db, rc, why);
	sqlite3_finalize(st);
	return r;
}

static int
switch_token(struct sek_store *s, int64_t token, const struct switched *w,
    struct sek_why *why)
{
	struct sek_credential c = { .id = 0 };
	int64_t after = 0;
	int r = SEK_OK;

	while (r == SEK_OK) {
		r = next_of_token(s, token, after, w->to, &c, why);
		if (r == SEK_OK)
			r = switch_one(s, &c, w, why);
		after = c.id;
	}
	return r == SEK_E_NOENT ? SEK_OK : r;
}

/* Has the counter of any credential of this token gone back? */
static int
is_suspect(struct sek_store *s, int64_t token, bool *suspect,
    struct sek_why *why)
{
	const struct sek_store_arg arg = SEK_A_INT(token);
	sqlite3_stmt *st;
	int r, rc;

	r = sek_store_prepare(s, "SELECT 1 FROM fido WHERE token_id = ?1"
	    " AND suspect <> 0 LIMIT 1", &arg, 1, &st, why);
	if (r != SEK_OK)
		return r;
	rc = sqlite3_step(st);
	*suspect = rc == SQLITE_ROW;
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		r = sek_store_fail(s->db, rc, why);
	sqlite3_finalize(st);
	return r;
}

/* Somebody looked at the key and takes it on: count anew. */
static int
trust_again(struct sek_store *s, int64_t token, const char *reason,
    struct sek_why *why)
{
	const struct sek_store_arg arg = SEK_A_INT(token);
	bool suspect = false;
	int r;

	r = is_suspect(s, token, &suspect, why);
	if (r != SEK_OK || !suspect)
		return r;
	if (reason == NULL || *reason == '\0') {
		sek_why_set(why, "the counter of this key went back, so there "
		    "may be a copy of it: say for what reason it serves "
		    "again");
		return SEK_E_INVAL;
	}
	return sek_store_run(s, "UPDATE fido SET counter = 0, counted = 0,"
	    " suspect = 0 WHERE token_id = ?1 AND suspect <> 0", &arg, 1,
	    why);
}

/* Inside the transaction. */
static int
set_status(struct sek_store *s, int64_t id, const struct switched *w,
    struct sek_why *why)
{
	struct sek_credential c;
	int r;

	r = sek_store_credential_by_id(s, id, &c);
	if (r == SEK_E_NOENT)
		sek_why_set(why, "there is no credential %lld", (long long)id);
	if (r != SEK_OK)
		return r;
	if (c.status == w->to) {
		sek_why_set(why, "the credential %lld is %s already",
		    (long long)id, sek_status_word(w->to));
		return SEK_E_EXISTS;
	}
	if (c.status == SEK_STATUS_REVOKED) {
		sek_why_set(why, "the credential %lld is revoked, and that is "
		    "for ever", (long long)id);
		return SEK_E_DENIED;
	}
	if (c.token == 0)
		return switch_one(s, &c, w, why);
	if (w->to == SEK_STATUS_ACTIVE &&
	    (r = trust_again(s, c.token, w->reason, why)) != SEK_OK)
		return r;
	return switch_token(s, c.token, w, why);
}

int
sek_store_credential_status(struct sek_store *s, const char *by, int64_t id,
    enum sek_status status, const char *reason, struct sek_why *why)
{
	const struct switched w = { .by = by, .reason = reason,
		.to = status, .now = time(NULL) };
	bool own;
	int r;

	if (by == NULL || *by == '\0' ||
	    !sek_store_text_ok(by, SEK_NAME_MAX) ||
	    !sek_store_text_ok(reason, SEK_NOTE_MAX) ||
	    status < SEK_STATUS_REVOKED || status > SEK_STATUS_ACTIVE) {
		sek_why_set(why, "a text is too long or not printable");
		return SEK_E_INVAL;
	}
	if ((r = sek_store_enter(s, &own, why)) != SEK_OK)
		return r;
	r = set_status(s, id, &w, why);
	return sek_store_leave(s, own, r, why);
}

int
sek_store_token_suspend(struct sek_store *s, const char *by, int64_t token,
    const char *reason, int64_t now, struct sek_why *why)
{
	const struct switched w = { .by = by, .reason = reason,
		.to = SEK_STATUS_SUSPENDED, .now = now };

	return switch_token(s, token, &w, why);
}

int
sek_store_person_note(struct sek_store *s, int64_t id,
    struct sek_status_note *out)
{
	const struct sek_store_arg args[] = { SEK_A_INT(id) };
	struct sek_status_note n = { .changed = 0 };
	sqlite3_stmt *st = NULL;
	int r, rc;

	r = sek_store_prepare(s, "SELECT status_reason, changed, changed_by"
	    " FROM person WHERE id = ?1", args, N_ARGS(args), &st, NULL);
	if (r != SEK_OK)
		return r;
	rc = sqlite3_step(st);
	if (rc != SQLITE_ROW) {
		r = rc == SQLITE_DONE ? SEK_E_NOENT :
		    sek_store_fail(s->db, rc, NULL);
	} else {
		n.changed = sqlite3_column_int64(st, 1);
		r = sek_store_text(st, 0, n.reason, sizeof n.reason);
		if (r == SEK_OK)
			r = sek_store_text(st, 2, n.by, sizeof n.by);
	}
	if (r == SEK_OK)
		*out = n;
	sqlite3_finalize(st);
	return r;
}
