/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The frame of a change to the enrolment store: one transaction, and a line
 * in the table of changes that says who did what to which object and why.
 *
 * Runs in the administrator's program.  Must never leave half a change: a
 * call that fails takes everything of its transaction with it.
 */
#include "gate/store_local.h"

#include <string.h>
#include <time.h>

#include "sekisho/escape.h"

static int
exec(struct sek_store *s, const char *sql, struct sek_why *why)
{
	int rc = sqlite3_exec(s->db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? SEK_OK : sek_store_fail(s->db, rc, why);
}

int
sek_store_begin(struct sek_store *s, struct sek_why *why)
{
	int r;

	if (!s->write || s->in_tx) {
		sek_why_set(why, "store: %s", s->write ?
		    "a change is under way already" : "opened to read only");
		return SEK_E_INVAL;
	}
	if ((r = exec(s, "BEGIN IMMEDIATE", why)) != SEK_OK)
		return r;
	s->in_tx = true;
	s->broken = false;
	return SEK_OK;
}

void
sek_store_rollback(struct sek_store *s)
{
	/* SQLite rolls some failures back by itself */
	if (!sqlite3_get_autocommit(s->db))
		(void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	s->in_tx = false;
	s->broken = false;
}

int
sek_store_commit(struct sek_store *s, struct sek_why *why)
{
	int r;

	if (!s->in_tx || s->broken) {
		sek_why_set(why, "store: nothing that could be kept");
		sek_store_rollback(s);
		return SEK_E_INVAL;
	}
	if ((r = exec(s, "COMMIT", why)) != SEK_OK) {
		sek_store_rollback(s);
		return r;
	}
	s->in_tx = false;
	return SEK_OK;
}

int
sek_store_enter(struct sek_store *s, bool *own, struct sek_why *why)
{
	*own = !s->in_tx;
	if (*own)
		return sek_store_begin(s, why);
	if (s->broken) {
		sek_why_set(why, "store: the change failed before");
		return SEK_E_INVAL;
	}
	return SEK_OK;
}

int
sek_store_leave(struct sek_store *s, bool own, int r, struct sek_why *why)
{
	if (!own) {
		s->broken = s->broken || r != SEK_OK;
		return r;
	}
	if (r == SEK_OK)
		return sek_store_commit(s, why);
	sek_store_rollback(s);
	return r;
}

int
sek_store_note(struct sek_store *s, const struct sek_store_change *c,
    struct sek_why *why)
{
	const struct sek_store_arg args[] = {
		SEK_A_INT(time(NULL)), SEK_A_TEXT(c->by), SEK_A_TEXT(c->what),
		SEK_A_TEXT(c->kind), SEK_A_INT(c->id), SEK_A_TEXT(c->name),
		SEK_A_TEXT(c->reason)
	};

	return sek_store_run(s, "INSERT INTO change"
	    " (at, by, what, kind, object_id, name, reason)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	    args, sizeof(args) / sizeof(args[0]), why);
}

bool
sek_store_text_ok(const char *s, size_t cap)
{
	char part[1040];
	size_t n;

	if (s == NULL)
		return true;
	if (strlen(s) >= cap || cap > sizeof(part))
		return false;
	/* A backslash is what escaping itself writes: piece by piece. */
	for (;; s += n + 1) {
		n = strcspn(s, "\\");
		sek_escape(part, sizeof(part), s, n);
		if (strlen(part) != n || memcmp(part, s, n) != 0)
			return false;
		if (s[n] == '\0')
			return true;
	}
}
