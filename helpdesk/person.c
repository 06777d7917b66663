/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho person`: who somebody is.
 *
 * Part of the administrator's program.  Must never remove a person: the
 * record names them.  Who may no longer log in is suspended.
 */
#include "helpdesk/desk.h"

#include <pwd.h>
#include <string.h>

#include "gate/may_open.h"
#include "record/audit.h"
#include "helpdesk/account.h"
#include "helpdesk/list.h"
#include "helpdesk/status.h"

/* "taro --account taro": an account that is not there yet is taro's own. */
static int
give_account(struct desk *d, const char *person, const char *name,
    struct sek_why *why)
{
	struct sek_account a = { .shared = false };
	int r;

	r = sek_store_account(d->store, name, &a);
	if (r == SEK_E_NOENT)
		r = desk_account_new(d, name, false, why);
	return r == SEK_OK ? desk_account_grant(d, person, name, true, why) :
	    r;
}

int
desk_person_new(struct desk *d, const struct sek_person *p,
    const struct desk_list *accounts, struct sek_why *why)
{
	json_t *rec;
	size_t i;
	int r;

	r = sek_store_add_person(d->store, d->actor, p, why);
	if (r != SEK_OK)
		return r;
	rec = desk_record(d, "person_add");
	sek_record_str(rec, "person.name", p->name);
	sek_record_str(rec, "person.display", p->display);
	sek_record_str(rec, "person.password_user", p->password_user);
	for (i = 0; i < accounts->n; i++)
		if ((r = give_account(d, p->name, accounts->at[i], why)) !=
		    SEK_OK)
			return r;
	return SEK_OK;
}

/* A copy that is cut would be another name: too long is refused. */
static int
copy(const struct desk *d, char *to, size_t cap, const char *from)
{
	if (strlen(from) < cap) {
		memcpy(to, from, strlen(from) + 1);
		return DESK_GO;
	}
	return desk_refuse(d, &(const struct sek_why){ "a name is too long" },
	    SEK_E_LIMIT);
}

static int
person_add(struct desk *d, int argc, char **argv)
{
	const char *display = NULL, *password_user = NULL;
	struct desk_list accounts = { .n = 0 };
	const struct desk_opt opts[] = {
		{ .name = "display", .value = &display },
		{ .name = "password-user", .value = &password_user },
		{ .name = "account", .list = &accounts },
	};
	struct sek_why why = { "" };
	struct sek_person p = { 0 };
	char **words;
	size_t i;
	int r;

	if ((r = desk_options(d, argc, argv, opts, 3, 1, 1, &words)) !=
	    DESK_GO || (r = desk_store(d, true)) != DESK_GO)
		return r;
	if (password_user == NULL)
		password_user = words[0];
	if ((r = copy(d, p.name, sizeof(p.name), words[0])) != DESK_GO ||
	    (r = copy(d, p.display, sizeof(p.display),
	    display != NULL ? display : "")) != DESK_GO ||
	    (r = copy(d, p.password_user, sizeof(p.password_user),
	    password_user)) != DESK_GO)
		return r;
	if ((r = desk_begin(d)) != DESK_GO)
		return r;
	r = desk_end(d, desk_person_new(d, &p, &accounts, &why), &why);
	if (r != DESK_OK)
		return r;
	DESK_SAY(d, W_PERSON_ADDED, { p.name });
	for (i = 0; i < accounts.n; i++) {
		DESK_SAY(d, W_GRANTED, { p.name, accounts.at[i] });
		desk_account_note(d, accounts.at[i]);
	}
	if (getpwnam(p.password_user) == NULL)
		DESK_ERR(d, W_NO_SYSTEM_USER, { p.password_user });
	return DESK_OK;
}

/* -- list */

static int
count_active(void *arg, const struct sek_credential *c)
{
	*(int *)arg += c->status == SEK_STATUS_ACTIVE;
	return 0;
}

/* A row of the list; the arrays are owned. */
struct row {
	const struct sek_person *p;
	json_t *accounts, *roles;
	int active;
};

static int
show_json(json_t *array, const struct row *w)
{
	return json_array_append_new(array, json_pack(
	    "{s:o, s:o, s:o, s:s, s:O, s:O, s:i}",
	    "person", desk_json_text(w->p->name),
	    "display", desk_json_text(w->p->display),
	    "password_user", desk_json_text(w->p->password_user),
	    "status", sek_status_word(w->p->status),
	    "accounts", w->accounts, "roles", w->roles,
	    "active_credentials", w->active)) == 0 ? SEK_OK : SEK_E_NOMEM;
}

static void
show_line(const struct desk *d, const struct row *w)
{
	desk_text(stdout, w->p->name);
	(void)printf("\t%s\t", desk_word(w->p->status == SEK_STATUS_ACTIVE ?
	    W_ACTIVE : W_SUSPENDED, d->lang));
	desk_text(stdout, w->p->password_user);
	(void)fputc('\t', stdout);
	desk_put_names(w->accounts);
	(void)printf("\t%d\t", w->active);
	desk_text(stdout, w->p->display);
	(void)fputc('\t', stdout);
	desk_put_names(w->roles);
	(void)fputc('\n', stdout);
}

/* What they may open with any token; a role in a certificate comes on top. */
static int
add_accounts(struct desk *d, const struct row *w)
{
	struct sek_account a[64];
	size_t i, n = 0;
	int r;

	r = sek_may_open_which(d->store, w->p->id, NULL, a,
	    sizeof(a) / sizeof(a[0]), &n);
	for (i = 0; r == SEK_OK && i < n; i++)
		if (json_array_append_new(w->accounts,
		    desk_json_text(a[i].name)) != 0)
			r = SEK_E_NOMEM;
	return r;
}

static int
list_one(void *arg, const struct sek_person *p)
{
	struct desk_listing *l = arg;
	struct row w = { .p = p, .accounts = json_array() };
	int r = SEK_OK;

	w.roles = desk_person_roles(l->d, p->id, &r);
	if (w.accounts == NULL)
		r = SEK_E_NOMEM;
	if (r == SEK_OK)
		r = add_accounts(l->d, &w);
	if (r == SEK_OK)
		r = sek_store_each_credential(l->d->store, p->id,
		    count_active, &w.active);
	if (r == SEK_OK && l->array != NULL)
		r = show_json(l->array, &w);
	else if (r == SEK_OK)
		show_line(l->d, &w);
	json_decref(w.accounts);
	json_decref(w.roles);
	return r;
}

static int
person_list(struct desk *d, int argc, char **argv)
{
	struct desk_listing l = { .d = d };
	char **words;
	int r;

	r = desk_list_open(&l, argc, argv, 0, &words);
	if (r != DESK_GO ||
	    (r = desk_list_begin(&l, W_PERSON_HEAD)) != DESK_GO)
		return r;
	r = sek_store_each_person(d->store, list_one, &l);
	return desk_list_end(&l, r);
}

/* -- status */

static const struct desk_status_kind status_kind = {
	.object = "person", .field = "person.name",
	.set = sek_store_person_status,
	.suspended = W_PERSON_SUSPENDED, .resumed = W_PERSON_RESUMED
};

static int
person_suspend(struct desk *d, int argc, char **argv)
{
	return desk_set_status(d, argc, argv, &status_kind, true);
}

static int
person_resume(struct desk *d, int argc, char **argv)
{
	return desk_set_status(d, argc, argv, &status_kind, false);
}

const struct desk_command desk_person_commands[] = {
	{ "person add", "NAME [--display TEXT] [--password-user USER] "
	    "[--account NAME]...",
	    { "add a person; an account that is not there yet is made as "
	    "theirs alone",
	    "利用者を追加します(まだないアカウントは本人専用として作ります)" },
	    person_add },
	{ "person list", "[--json]", { "list all persons",
	    "利用者の一覧を表示します" }, person_list },
	{ "person show", "NAME [--json]", { "show all there is to know of "
	    "one person, for who has them on the phone",
	    "利用者1人の状態をまとめて表示します(電話での問い合わせ用)" },
	    desk_person_show },
	{ "person role", "NAME ROLE [--remove]",
	    { "give a person a role, or take it away",
	    "利用者に役割を与えます(--remove: 外します)" },
	    desk_person_role },
	{ "person suspend", "NAME --reason TEXT",
	    { "let a person log in nowhere until resumed",
	    "利用者を停止します(再開するまでログインできません)" },
	    person_suspend },
	{ "person resume", "NAME --reason TEXT",
	    { "let a suspended person log in again",
	    "停止した利用者を再開します" }, person_resume },
	{ .name = NULL }
};
