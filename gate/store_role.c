/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Roles in the enrolment store: who has one by the hospital's own word, and
 * which accounts are open to whoever has one.
 *
 * Runs in the gate, to read, and in the administrator's program.  What a
 * certificate says of a role is not known here: see gate/may_open.h.
 */
#include <string.h>
#include <time.h>

#include "gate/store_local.h"
#include "sekisho/escape.h"

#define N_ARGS(a) (sizeof(a) / sizeof((a)[0]))

int
sek_store_has_role(struct sek_store *s, int64_t person_id, const char *role)
{
	sqlite3_stmt *st = NULL;
	int r;

	r = sek_store_look_as(s, SEK_ST_HAS_ROLE, "SELECT 1 FROM person_role"
	    " WHERE person_id = ?1 AND role = ?2", (struct sek_store_arg[]){
	    SEK_A_INT(person_id), SEK_A_TEXT(role) }, 2, &st);
	if (r != SEK_OK)
		return r;
	return sek_store_looked(s, st, sqlite3_step(st), SEK_OK);
}

/* `role, whether the person has it` to the callback until it says stop. */
static int
rows(struct sek_store *s, sqlite3_stmt *st, sek_store_role_fn *fn, void *arg)
{
	char role[SEK_STORE_ROLE_MAX];
	int r = SEK_OK, rc = SQLITE_DONE, stop = 0;

	while (r == SEK_OK && stop == 0 &&
	    (rc = sqlite3_step(st)) == SQLITE_ROW) {
		r = sek_store_text(st, 0, role, sizeof role);
		if (r == SEK_OK)
			stop = fn(arg, role, sqlite3_column_int(st, 1) != 0);
	}
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		r = sek_store_fail(s->db, rc, NULL);
	return r != SEK_OK ? r : stop;
}

int
sek_store_each_role_between(struct sek_store *s, int64_t account_id,
    int64_t person_id, sek_store_role_fn *fn, void *arg)
{
	sqlite3_stmt *st = NULL;
	int r;

	r = sek_store_look_as(s, SEK_ST_ROLES_BETWEEN,
	    "SELECT ar.role, pr.role IS NOT NULL FROM account_role ar"
	    " LEFT JOIN person_role pr ON pr.person_id = ?2"
	    " AND pr.role = ar.role WHERE ar.account_id = ?1"
	    " ORDER BY pr.role IS NULL, ar.role", (struct sek_store_arg[]){
	    SEK_A_INT(account_id), SEK_A_INT(person_id) }, 2, &st);
	if (r != SEK_OK)
		return r;
	r = rows(s, st, fn, arg);
	(void)sqlite3_reset(st);
	return r;
}

static int
walk(struct sek_store *s, const char *sql, int64_t id, sek_store_role_fn *fn,
    void *arg)
{
	const struct sek_store_arg a = SEK_A_INT(id);
	sqlite3_stmt *st;
	int r;

	if ((r = sek_store_prepare(s, sql, &a, 1, &st, NULL)) != SEK_OK)
		return r;
	r = rows(s, st, fn, arg);
	sqlite3_finalize(st);
	return r;
}

int
sek_store_each_role_of_person(struct sek_store *s, int64_t person_id,
    sek_store_role_fn *fn, void *arg)
{
	return walk(s, "SELECT role, 1 FROM person_role WHERE person_id = ?1"
	    " ORDER BY role", person_id, fn, arg);
}

int
sek_store_each_role_of_account(struct sek_store *s, int64_t account_id,
    sek_store_role_fn *fn, void *arg)
{
	return walk(s, "SELECT role, 0 FROM account_role WHERE account_id = ?1"
	    " ORDER BY role", account_id, fn, arg);
}

/* -- writing */

/* Who or what has the role, and the statements for it: ?1 id, ?2 role, ?3
 * when, ?4 who. */
struct holder {
	const char *by, *kind, *name, *role;
	const char *find, *add, *remove;
	int64_t id;
	bool give;
};

static int
check_role(const char *by, const char *role, struct sek_why *why)
{
	char shown[200];
	size_t n = strlen(role);

	if (n > 0 && n < SEK_STORE_ROLE_MAX && role[0] != ' ' &&
	    role[n - 1] != ' ' && strchr(role, '"') == NULL &&
	    sek_store_text_ok(role, SEK_STORE_ROLE_MAX) && by != NULL &&
	    *by != '\0' && sek_store_text_ok(by, SEK_NAME_MAX))
		return SEK_OK;
	sek_why_set(why, "\"%s\" is not usable as a role (64 bytes at most, "
	    "no quotes)", sek_escape_str(shown, sizeof shown, role));
	return SEK_E_INVAL;
}

int
sek_store_role_ok(const char *role, struct sek_why *why)
{
	return check_role("sekisho", role, why);
}

/* Is it so already?  Then there is nothing to do, and somebody is mistaken. */
static int
must_change(struct sek_store *s, const struct holder *h, struct sek_why *why)
{
	const struct sek_store_arg args[] = {
		SEK_A_INT(h->id), SEK_A_TEXT(h->role)
	};
	char shown[200];
	sqlite3_stmt *st;
	int r, rc;

	r = sek_store_prepare(s, h->find, args, N_ARGS(args), &st, why);
	if (r != SEK_OK)
		return r;
	rc = sqlite3_step(st);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
		r = sek_store_fail(s->db, rc, why);
	} else if ((rc == SQLITE_ROW) == h->give) {
		sek_why_set(why, "the %s %s has %s role %s", h->kind, h->name,
		    h->give ? "already the" : "no",
		    sek_escape_str(shown, sizeof shown, h->role));
		r = h->give ? SEK_E_EXISTS : SEK_E_NOENT;
	}
	sqlite3_finalize(st);
	return r;
}

static int
change(struct sek_store *s, const struct holder *h, struct sek_why *why)
{
	const struct sek_store_arg args[] = {
		SEK_A_INT(h->id), SEK_A_TEXT(h->role), SEK_A_INT(time(NULL)),
		SEK_A_TEXT(h->by)
	};
	const struct sek_store_change c = { .by = h->by,
		.what = h->give ? "grant" : "ungrant", .kind = h->kind,
		.id = h->id, .name = h->name, .reason = h->role };
	int r;

	if ((r = must_change(s, h, why)) == SEK_OK)
		r = sek_store_run(s, h->give ? h->add : h->remove, args,
		    h->give ? 4 : 2, why);
	return r == SEK_OK ? sek_store_note(s, &c, why) : r;
}

/* No such name: said in the same words as of a grant. */
static int
must_be_there(int found, const struct holder *h, struct sek_why *why)
{
	char shown[200];

	if (found == SEK_E_NOENT)
		sek_why_set(why, "there is no %s %s", h->kind,
		    sek_escape_str(shown, sizeof shown, h->name));
	else if (found != SEK_OK)
		sek_why_set(why, "store: cannot be read");
	return found;
}

int
sek_store_person_role(struct sek_store *s, const char *by, const char *person,
    const char *role, bool give, struct sek_why *why)
{
	struct holder h = { .by = by, .kind = "person", .name = person,
	    .role = role, .give = give,
	    .find = "SELECT 1 FROM person_role WHERE person_id = ?1"
		" AND role = ?2",
	    .add = "INSERT INTO person_role (person_id, role, created,"
		" created_by) VALUES (?1, ?2, ?3, ?4)",
	    .remove = "DELETE FROM person_role WHERE person_id = ?1"
		" AND role = ?2" };
	struct sek_person p = { .id = 0 };
	bool own;
	int r;

	if ((r = check_role(by, role, why)) != SEK_OK ||
	    (r = sek_store_enter(s, &own, why)) != SEK_OK)
		return r;
	r = must_be_there(sek_store_person(s, person, &p), &h, why);
	h.id = p.id;
	if (r == SEK_OK)
		r = change(s, &h, why);
	return sek_store_leave(s, own, r, why);
}

int
sek_store_account_role(struct sek_store *s, const char *by,
    const char *account, const char *role, bool give, struct sek_why *why)
{
	struct holder h = { .by = by, .kind = "account", .name = account,
	    .role = role, .give = give,
	    .find = "SELECT 1 FROM account_role WHERE account_id = ?1"
		" AND role = ?2",
	    .add = "INSERT INTO account_role (account_id, role, created,"
		" created_by) VALUES (?1, ?2, ?3, ?4)",
	    .remove = "DELETE FROM account_role WHERE account_id = ?1"
		" AND role = ?2" };
	struct sek_account a = { .id = 0 };
	bool own;
	int r;

	if ((r = check_role(by, role, why)) != SEK_OK ||
	    (r = sek_store_enter(s, &own, why)) != SEK_OK)
		return r;
	r = must_be_there(sek_store_account(s, account, &a), &h, why);
	h.id = a.id;
	if (r == SEK_OK)
		r = change(s, &h, why);
	return sek_store_leave(s, own, r, why);
}
