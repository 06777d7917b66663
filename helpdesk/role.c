/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Roles: `sekisho person role`, and those that open an account.
 *
 * Part of the administrator's program.  A role is a word of the hospital's;
 * what certificates say is not changed here.
 */
#include "helpdesk/account.h"

#include "record/audit.h"

int
desk_person_role(struct desk *d, int argc, char **argv)
{
	bool removed = false;
	const struct desk_opt opts[] = {
		{ .name = "remove", .flag = &removed },
	};
	struct sek_why why = { "" };
	char **words;
	json_t *rec;
	int r;

	if ((r = desk_options(d, argc, argv, opts, 1, 2, 2, &words)) !=
	    DESK_GO || (r = desk_store(d, true)) != DESK_GO ||
	    (r = desk_begin(d)) != DESK_GO)
		return r;
	r = sek_store_person_role(d->store, d->actor, words[0], words[1],
	    !removed, &why);
	if (r == SEK_OK) {
		rec = desk_record(d, removed ? "ungrant" : "grant");
		sek_record_str(rec, "person.name", words[0]);
		sek_record_str(rec, "role", words[1]);
	}
	if ((r = desk_end(d, r, &why)) != DESK_OK)
		return r;
	DESK_SAY(d, removed ? W_ROLE_TAKEN : W_ROLE_GIVEN, { words[0],
	    words[1] });
	return DESK_OK;
}

int
desk_account_role(struct desk *d, const char *account, const char *role,
    bool give)
{
	struct sek_why why = { "" };
	json_t *rec;
	int r;

	if ((r = desk_begin(d)) != DESK_GO)
		return r;
	r = sek_store_account_role(d->store, d->actor, account, role, give,
	    &why);
	if (r == SEK_OK) {
		rec = desk_record(d, give ? "grant" : "ungrant");
		sek_record_str(rec, "account.name", account);
		sek_record_str(rec, "role", role);
	}
	if ((r = desk_end(d, r, &why)) != DESK_OK)
		return r;
	DESK_SAY(d, give ? W_ROLE_OPENS : W_ROLE_OPENS_NO_MORE, { role,
	    account });
	if (give)
		desk_account_note(d, account);
	return DESK_OK;
}

/* -- for lists */

static int
add_role(void *arg, const char *role, bool has)
{
	(void)has;
	return json_array_append_new(arg, desk_json_text(role)) == 0 ? 0 :
	    SEK_E_NOMEM;
}

json_t *
desk_person_roles(struct desk *d, int64_t person, int *r)
{
	json_t *roles = json_array();

	*r = roles == NULL ? SEK_E_NOMEM : sek_store_each_role_of_person(
	    d->store, person, add_role, roles);
	return roles;
}

json_t *
desk_account_roles(struct desk *d, int64_t account, int *r)
{
	json_t *roles = json_array();

	*r = roles == NULL ? SEK_E_NOMEM : sek_store_each_role_of_account(
	    d->store, account, add_role, roles);
	return roles;
}

void
desk_put_names(const json_t *names)
{
	size_t i, n = json_array_size(names);

	if (n == 0)
		(void)fputc('-', stdout);
	for (i = 0; i < n; i++) {
		if (i > 0)
			(void)fputc(',', stdout);
		desk_text(stdout, json_string_value(json_array_get(names, i)));
	}
}
