/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Persons, accounts and grants: adding them and changing their status.
 *
 * Runs in the administrator's program.  Must never delete a person or an
 * account: records name them for ever.
 */
#include "gate/store_local.h"

#include <string.h>
#include <time.h>

#include "sekisho/escape.h"

#define N_ARGS(a) (sizeof(a) / sizeof((a)[0]))

/* A name for a message; what is not a name is escaped. */
struct shown {
	char text[200];
};

static const char *
show(struct shown *to, const char *name)
{
	return sek_escape_str(to->text, sizeof(to->text), name);
}

/* Refuse what may not be a name or a text before anything is begun. */
static int
check_words(const char *by, const char *name, const char *text,
    struct sek_why *why)
{
	struct shown n;

	if (!sek_name_ok(name)) {
		sek_why_set(why, "\"%s\" is not usable as a name",
		    show(&n, name));
		return SEK_E_INVAL;
	}
	if (by == NULL || *by == '\0' ||
	    !sek_store_text_ok(by, SEK_NAME_MAX) ||
	    !sek_store_text_ok(text, SEK_NOTE_MAX)) {
		sek_why_set(why, "a text is too long or not printable");
		return SEK_E_INVAL;
	}
	return SEK_OK;
}

/* A look-up that only asks whether something is there. */
static int
must_be_new(int found, const char *what, const char *name,
    struct sek_why *why)
{
	struct shown n;

	if (found == SEK_E_NOENT)
		return SEK_OK;
	if (found != SEK_OK)
		return found;
	sek_why_set(why, "there is already %s %s", what, show(&n, name));
	return SEK_E_EXISTS;
}

static int
must_be_there(int found, const char *what, const char *name,
    struct sek_why *why)
{
	struct shown n;

	if (found == SEK_E_NOENT)
		sek_why_set(why, "there is no %s %s", what, show(&n, name));
	else if (found != SEK_OK)
		sek_why_set(why, "store: cannot be read");
	return found;
}

int
sek_store_add_person(struct sek_store *s, const char *by,
    const struct sek_person *p, struct sek_why *why)
{
	const struct sek_store_arg args[] = {
		SEK_A_TEXT(p->name), SEK_A_TEXT(p->display),
		SEK_A_TEXT(p->password_user), SEK_A_INT(SEK_STATUS_ACTIVE),
		SEK_A_INT(time(NULL)), SEK_A_TEXT(by)
	};
	struct sek_store_change c = { .by = by, .what = "add",
		.kind = "person", .name = p->name };
	struct sek_person there;
	bool own;
	int r;

	if ((r = check_words(by, p->name, p->display, why)) != SEK_OK ||
	    (r = check_words(by, p->password_user, NULL, why)) != SEK_OK ||
	    (r = sek_store_enter(s, &own, why)) != SEK_OK)
		return r;
	r = must_be_new(sek_store_person(s, p->name, &there), "a person",
	    p->name, why);
	if (r == SEK_OK)
		r = sek_store_run(s, "INSERT INTO person (name, display,"
		    " password_user, status, status_reason, created,"
		    " created_by, changed, changed_by)"
		    " VALUES (?1, ?2, ?3, ?4, '', ?5, ?6, ?5, ?6)",
		    args, N_ARGS(args), why);
	if (r == SEK_OK) {
		c.id = sqlite3_last_insert_rowid(s->db);
		r = sek_store_note(s, &c, why);
	}
	return sek_store_leave(s, own, r, why);
}

int
sek_store_add_account(struct sek_store *s, const char *by,
    const struct sek_account *a, struct sek_why *why)
{
	const struct sek_store_arg args[] = {
		SEK_A_TEXT(a->name), SEK_A_INT(a->shared ? 1 : 0),
		SEK_A_INT(SEK_STATUS_ACTIVE), SEK_A_INT(time(NULL)),
		SEK_A_TEXT(by)
	};
	struct sek_store_change c = { .by = by,
		.what = a->shared ? "add shared" : "add",
		.kind = "account", .name = a->name };
	struct sek_account there;
	bool own;
	int r;

	if ((r = check_words(by, a->name, NULL, why)) != SEK_OK ||
	    (r = sek_store_enter(s, &own, why)) != SEK_OK)
		return r;
	r = must_be_new(sek_store_account(s, a->name, &there), "an account",
	    a->name, why);
	if (r == SEK_OK)
		r = sek_store_run(s, "INSERT INTO account (name, shared,"
		    " status, status_reason, created, created_by, changed,"
		    " changed_by) VALUES (?1, ?2, ?3, '', ?4, ?5, ?4, ?5)",
		    args, N_ARGS(args), why);
	if (r == SEK_OK) {
		c.id = sqlite3_last_insert_rowid(s->db);
		r = sek_store_note(s, &c, why);
	}
	return sek_store_leave(s, own, r, why);
}

static int
grant(struct sek_store *s, const char *by, const struct sek_person *p,
    const struct sek_account *a, struct sek_why *why)
{
	const struct sek_store_arg args[] = {
		SEK_A_INT(a->id), SEK_A_INT(p->id), SEK_A_INT(time(NULL)),
		SEK_A_TEXT(by)
	};
	struct shown pn, an;
	int r;

	r = sek_store_has_grant(s, p->id, a->id);
	if (r == SEK_OK) {
		sek_why_set(why, "%s may open the account %s already",
		    show(&pn, p->name), show(&an, a->name));
		return SEK_E_EXISTS;
	}
	if (r != SEK_E_NOENT)
		return r;
	return sek_store_run(s, "INSERT INTO grants (account_id, person_id,"
	    " created, created_by) VALUES (?1, ?2, ?3, ?4)",
	    args, N_ARGS(args), why);
}

static int
ungrant(struct sek_store *s, const struct sek_person *p,
    const struct sek_account *a, struct sek_why *why)
{
	const struct sek_store_arg args[] = {
		SEK_A_INT(a->id), SEK_A_INT(p->id)
	};
	struct shown pn, an;
	int r;

	r = sek_store_has_grant(s, p->id, a->id);
	if (r == SEK_E_NOENT)
		sek_why_set(why, "%s may not open the account %s anyway",
		    show(&pn, p->name), show(&an, a->name));
	if (r != SEK_OK)
		return r;
	return sek_store_run(s, "DELETE FROM grants"
	    " WHERE account_id = ?1 AND person_id = ?2", args, 2, why);
}

int
sek_store_grant(struct sek_store *s, const char *by, const char *person,
    const char *account, bool give, struct sek_why *why)
{
	struct sek_store_change c = { .by = by,
		.what = give ? "grant" : "ungrant", .kind = "grant",
		.name = account, .reason = person };
	struct sek_account a;
	struct sek_person p;
	bool own;
	int r;

	if ((r = check_words(by, person, NULL, why)) != SEK_OK ||
	    (r = check_words(by, account, NULL, why)) != SEK_OK ||
	    (r = sek_store_enter(s, &own, why)) != SEK_OK)
		return r;
	r = must_be_there(sek_store_person(s, person, &p), "person", person,
	    why);
	if (r == SEK_OK)
		r = must_be_there(sek_store_account(s, account, &a),
		    "account", account, why);
	if (r == SEK_OK)
		r = give ? grant(s, by, &p, &a, why) : ungrant(s, &p, &a, why);
	if (r == SEK_OK) {
		c.id = a.id;
		r = sek_store_note(s, &c, why);
	}
	return sek_store_leave(s, own, r, why);
}

/* What both kinds of status have in common. */
struct switched {
	const char *by, *kind, *name, *reason;
	const char *sql; /* ?1 id, ?2 status, ?3 reason, ?4 when, ?5 who */
	int64_t id;
	enum sek_status from, to;
};

static int
set_status(struct sek_store *s, const struct switched *w, struct sek_why *why)
{
	const struct sek_store_arg args[] = {
		SEK_A_INT(w->id), SEK_A_INT(w->to), SEK_A_TEXT(w->reason),
		SEK_A_INT(time(NULL)), SEK_A_TEXT(w->by)
	};
	const struct sek_store_change c = { .by = w->by,
		.what = sek_status_word(w->to), .kind = w->kind, .id = w->id,
		.name = w->name, .reason = w->reason };
	struct shown n;
	int r;

	if (w->from == w->to) {
		sek_why_set(why, "the %s %s is %s already", w->kind,
		    show(&n, w->name), sek_status_word(w->to));
		return SEK_E_EXISTS;
	}
	r = sek_store_run(s, w->sql, args, N_ARGS(args), why);
	return r == SEK_OK ? sek_store_note(s, &c, why) : r;
}

/* Persons and accounts come back: only a credential is revoked for ever. */
static int
check_switch(const char *by, const char *name, enum sek_status status,
    const char *reason, struct sek_why *why)
{
	if (status != SEK_STATUS_ACTIVE && status != SEK_STATUS_SUSPENDED) {
		sek_why_set(why, "only a credential can be revoked");
		return SEK_E_INVAL;
	}
	return check_words(by, name, reason, why);
}

int
sek_store_person_status(struct sek_store *s, const char *by,
    const char *person, enum sek_status status, const char *reason,
    struct sek_why *why)
{
	struct switched w = { .by = by, .kind = "person", .name = person,
		.reason = reason, .to = status,
		.sql = "UPDATE person SET status = ?2, status_reason = ?3,"
		    " changed = ?4, changed_by = ?5 WHERE id = ?1" };
	struct sek_person p;
	bool own;
	int r;

	if ((r = check_switch(by, person, status, reason, why)) != SEK_OK ||
	    (r = sek_store_enter(s, &own, why)) != SEK_OK)
		return r;
	r = must_be_there(sek_store_person(s, person, &p), "person", person,
	    why);
	if (r == SEK_OK) {
		w.id = p.id;
		w.from = p.status;
		r = set_status(s, &w, why);
	}
	return sek_store_leave(s, own, r, why);
}

int
sek_store_account_status(struct sek_store *s, const char *by,
    const char *account, enum sek_status status, const char *reason,
    struct sek_why *why)
{
	struct switched w = { .by = by, .kind = "account", .name = account,
		.reason = reason, .to = status,
		.sql = "UPDATE account SET status = ?2, status_reason = ?3,"
		    " changed = ?4, changed_by = ?5 WHERE id = ?1" };
	struct sek_account a;
	bool own;
	int r;

	if ((r = check_switch(by, account, status, reason, why)) != SEK_OK ||
	    (r = sek_store_enter(s, &own, why)) != SEK_OK)
		return r;
	r = must_be_there(sek_store_account(s, account, &a), "account",
	    account, why);
	if (r == SEK_OK) {
		w.id = a.id;
		w.from = a.status;
		r = set_status(s, &w, why);
	}
	return sek_store_leave(s, own, r, why);
}
