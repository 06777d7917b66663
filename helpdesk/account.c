/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho account`: what is opened by a login, and who may open it.
 *
 * Part of the administrator's program.  Does not touch the system's own
 * users: an account here is a name that a login asks for.
 */
#include "helpdesk/account.h"

#include <pwd.h>
#include <string.h>

#include "record/audit.h"
#include "helpdesk/list.h"
#include "helpdesk/status.h"

int
desk_account_new(struct desk *d, const char *name, bool shared,
    struct sek_why *why)
{
	struct sek_account a = { .shared = shared };
	json_t *rec;
	int r;

	if (strlen(name) >= sizeof(a.name)) {
		sek_why_set(why, "an account's name is too long");
		return SEK_E_LIMIT;
	}
	memcpy(a.name, name, strlen(name) + 1);
	r = sek_store_add_account(d->store, d->actor, &a, why);
	if (r != SEK_OK)
		return r;
	rec = desk_record(d, "account_add");
	sek_record_str(rec, "account.name", name);
	sek_record_bool(rec, "account.shared", shared);
	return SEK_OK;
}

int
desk_account_grant(struct desk *d, const char *person, const char *account,
    bool give, struct sek_why *why)
{
	json_t *rec;
	int r;

	r = sek_store_grant(d->store, d->actor, person, account, give, why);
	if (r != SEK_OK)
		return r;
	rec = desk_record(d, give ? "grant" : "ungrant");
	sek_record_str(rec, "person.name", person);
	sek_record_str(rec, "account.name", account);
	return SEK_OK;
}

static int
count_one(void *arg, const struct sek_person *p)
{
	(void)p;
	return ++*(int *)arg > 1 ? 1 : 0;
}

/* A role is several persons', or will be. */
static int
any_role(void *arg, const char *role, bool has)
{
	(void)arg;
	(void)role;
	(void)has;
	return 1;
}

void
desk_account_note(struct desk *d, const char *account)
{
	struct sek_account a;
	int n = 0;

	if (sek_store_account(d->store, account, &a) == SEK_OK && !a.shared &&
	    (sek_store_each_grant(d->store, a.id, count_one, &n) == 1 ||
	    sek_store_each_role_of_account(d->store, a.id, any_role, NULL) ==
	    1))
		DESK_ERR(d, W_NOT_SHARED, { account });
}

static int
account_add(struct desk *d, int argc, char **argv)
{
	struct desk_list persons = { .n = 0 };
	bool shared = false;
	const struct desk_opt opts[] = {
		{ .name = "shared", .flag = &shared },
		{ .name = "person", .list = &persons },
	};
	struct sek_why why = { "" };
	char **words;
	size_t i;
	int r;

	if ((r = desk_options(d, argc, argv, opts, 2, 1, 1, &words)) !=
	    DESK_GO || (r = desk_store(d, true)) != DESK_GO ||
	    (r = desk_begin(d)) != DESK_GO)
		return r;
	r = desk_account_new(d, words[0], shared, &why);
	for (i = 0; r == SEK_OK && i < persons.n; i++)
		r = desk_account_grant(d, persons.at[i], words[0], true, &why);
	if ((r = desk_end(d, r, &why)) != DESK_OK)
		return r;
	DESK_SAY(d, W_ACCOUNT_ADDED, { words[0] });
	for (i = 0; i < persons.n; i++)
		DESK_SAY(d, W_GRANTED, { persons.at[i], words[0] });
	desk_account_note(d, words[0]);
	if (getpwnam(words[0]) == NULL)
		DESK_ERR(d, W_NO_SYSTEM_USER, { words[0] });
	return DESK_OK;
}

/* To a person, or to whoever has a role. */
static int
change_grant(struct desk *d, int argc, char **argv, bool give)
{
	const char *role = NULL;
	const struct desk_opt opts[] = {
		{ .name = "role", .value = &role },
	};
	struct sek_why why = { "" };
	char **words;
	int r;

	if ((r = desk_options(d, argc, argv, opts, 1, 1, 2, &words)) !=
	    DESK_GO)
		return r;
	if ((role != NULL) == (words[1] != NULL)) {
		desk_usage(d, stderr);
		return DESK_USAGE;
	}
	if ((r = desk_store(d, true)) != DESK_GO)
		return r;
	if (role != NULL)
		return desk_account_role(d, words[0], role, give);
	if ((r = desk_begin(d)) != DESK_GO)
		return r;
	r = desk_account_grant(d, words[1], words[0], give, &why);
	if ((r = desk_end(d, r, &why)) != DESK_OK)
		return r;
	DESK_SAY(d, give ? W_GRANTED : W_UNGRANTED, { words[1], words[0] });
	if (give)
		desk_account_note(d, words[0]);
	return DESK_OK;
}

static int
account_grant(struct desk *d, int argc, char **argv)
{
	return change_grant(d, argc, argv, true);
}

static int
account_ungrant(struct desk *d, int argc, char **argv)
{
	return change_grant(d, argc, argv, false);
}

/* -- list */

static int
add_name(void *arg, const struct sek_person *p)
{
	return json_array_append_new(arg, desk_json_text(p->name)) == 0 ? 0 :
	    SEK_E_NOMEM;
}

static void
show_line(const struct desk *d, const struct sek_account *a,
    const json_t *names, const json_t *roles)
{
	desk_text(stdout, a->name);
	(void)printf("\t%s\t%s\t",
	    desk_word(a->status == SEK_STATUS_ACTIVE ? W_ACTIVE : W_SUSPENDED,
	    d->lang), desk_word(a->shared ? W_SHARED : W_PERSONAL, d->lang));
	desk_put_names(names);
	(void)fputc('\t', stdout);
	desk_put_names(roles);
	(void)fputc('\n', stdout);
}

static int
list_one(void *arg, const struct sek_account *a)
{
	struct desk_listing *l = arg;
	json_t *names = json_array(), *roles;
	int r = SEK_E_NOMEM;

	roles = desk_account_roles(l->d, a->id, &r);
	if (names == NULL || r != SEK_OK)
		goto out;
	r = sek_store_each_grant(l->d->store, a->id, add_name, names);
	if (r == SEK_OK && l->array == NULL)
		show_line(l->d, a, names, roles);
	else if (r == SEK_OK && json_array_append_new(l->array,
	    json_pack("{s:o, s:s, s:b, s:O, s:O}",
	    "account", desk_json_text(a->name),
	    "status", sek_status_word(a->status), "shared", (int)a->shared,
	    "persons", names, "roles", roles)) != 0)
		r = SEK_E_NOMEM;
out:
	json_decref(names);
	json_decref(roles);
	return r;
}

static int
account_list(struct desk *d, int argc, char **argv)
{
	struct desk_listing l = { .d = d };
	char **words;
	int r;

	r = desk_list_open(&l, argc, argv, 0, &words);
	if (r != DESK_GO ||
	    (r = desk_list_begin(&l, W_ACCOUNT_HEAD)) != DESK_GO)
		return r;
	r = sek_store_each_account(d->store, list_one, &l);
	return desk_list_end(&l, r);
}

/* -- status */

static const struct desk_status_kind status_kind = {
	.object = "account", .field = "account.name",
	.set = sek_store_account_status,
	.suspended = W_ACCOUNT_SUSPENDED, .resumed = W_ACCOUNT_RESUMED
};

static int
account_suspend(struct desk *d, int argc, char **argv)
{
	return desk_set_status(d, argc, argv, &status_kind, true);
}

static int
account_resume(struct desk *d, int argc, char **argv)
{
	return desk_set_status(d, argc, argv, &status_kind, false);
}

const struct desk_command desk_account_commands[] = {
	{ "account add", "NAME [--shared] [--person NAME]...",
	    { "add an account; --shared: several persons open it",
	    "アカウントを追加します(--shared: 複数の利用者で共用)" },
	    account_add },
	{ "account list", "[--json]", { "list all accounts",
	    "アカウントの一覧を表示します" }, account_list },
	{ "account grant", "NAME (PERSON | --role ROLE)",
	    { "let a person, or whoever has a role, open an account",
	    "利用者、またはその役割の利用者にアカウントの使用を許します" },
	    account_grant },
	{ "account ungrant", "NAME (PERSON | --role ROLE)",
	    { "let them open an account no longer",
	    "アカウントの使用の許可を取り消します" }, account_ungrant },
	{ "account suspend", "NAME --reason TEXT",
	    { "let nobody open an account until resumed",
	    "アカウントを停止します" }, account_suspend },
	{ "account resume", "NAME --reason TEXT",
	    { "open a suspended account again",
	    "停止したアカウントを再開します" }, account_resume },
	{ .name = NULL }
};
