/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Roles: who may open an account or use a service by one, and by whose word.
 */
#include "tests/store_fixture.h"

#include "gate/may_open.h"

static struct sek_cert_roles
certified(const char *scheme, const char *code, const char *name)
{
	struct sek_cert_roles roles = { .n = 1 };

	(void)snprintf(roles.role[0].scheme, sizeof(roles.role[0].scheme),
	    "%s", scheme);
	(void)snprintf(roles.role[0].code, sizeof(roles.role[0].code), "%s",
	    code);
	(void)snprintf(roles.role[0].name, sizeof(roles.role[0].name), "%s",
	    name);
	return roles;
}

/* A role opens for those who have it, by the hospital's word or by their
 * certificate, and for nobody else; a grant is told before a role. */
static void
roles_open_accounts(void)
{
	const struct sek_cert_roles nurse = certified("1.2.3", "5", "Nurse");
	const struct sek_cert_roles other = certified("", "", "nurse");
	struct sek_store *s = populated();
	char by[SEK_GRANTED_BY_MAX] = "?";
	struct sek_account a[4];
	size_t n = 9;

	CHECK_INT(sek_may_open(s, 1, &nurse, 2, by), SEK_E_NOENT);
	CHECK_STR(by, "");
	CHECK_INT(sek_store_account_role(s, "root", "ward3", "Nurse", true,
	    &why), SEK_OK);
	CHECK_INT(sek_may_open(s, 1, NULL, 2, by), SEK_E_NOENT);
	CHECK_INT(sek_may_open(s, 1, &other, 2, by), SEK_E_NOENT);
	CHECK_INT(sek_may_open(s, 1, &nurse, 2, by), SEK_OK);
	CHECK_STR(by, "role:Nurse");
	CHECK_INT(sek_may_open(s, 1, &nurse, 1, by), SEK_E_NOENT);
	CHECK_INT(sek_store_person_role(s, "root", "suzuki", "Nurse", true,
	    &why), SEK_OK);
	CHECK_INT(sek_may_open(s, 2, NULL, 2, by), SEK_OK);
	CHECK_STR(by, "role:Nurse");
	CHECK_INT(sek_may_open(s, 1, NULL, 2, by), SEK_E_NOENT);
	CHECK_INT(sek_may_open_which(s, 2, NULL, a, 4, &n), SEK_OK);
	CHECK_INT(n, 1);
	CHECK_STR(a[0].name, "ward3");
	CHECK_INT(sek_may_open_which(s, 1, NULL, a, 4, &n), SEK_OK);
	CHECK_INT(n, 0);
	CHECK_INT(sek_store_grant(s, "root", "suzuki", "ward3", true, &why),
	    SEK_OK);
	CHECK_INT(sek_may_open(s, 2, NULL, 2, by), SEK_OK);
	CHECK_STR(by, "person");
	CHECK_INT(sek_store_grant(s, "root", "suzuki", "ward3", false, &why),
	    SEK_OK);
	CHECK_INT(sek_store_person_role(s, "root", "suzuki", "Nurse", false,
	    &why), SEK_OK);
	CHECK_INT(sek_may_open(s, 2, NULL, 2, by), SEK_E_NOENT);
	CHECK_STR(by, "");
	sek_store_close(s);
}

/* A role with its coding scheme, as the policy has them. */
static void
a_role_of_an_account_may_name_its_scheme(void)
{
	const struct sek_cert_roles nurse = certified("1.2.3", "5", "Nurse");
	struct sek_store *s = populated();
	char by[SEK_GRANTED_BY_MAX];

	CHECK_INT(sek_store_account_role(s, "root", "ward3", "1.2.4:5", true,
	    &why), SEK_OK);
	CHECK_INT(sek_may_open(s, 1, &nurse, 2, by), SEK_E_NOENT);
	CHECK_INT(sek_store_account_role(s, "root", "ward3", "1.2.3:5", true,
	    &why), SEK_OK);
	CHECK_INT(sek_may_open(s, 1, &nurse, 2, by), SEK_OK);
	CHECK_STR(by, "role:1.2.3:5");
	sek_store_close(s);
}

/* A certificate that names roles decides alone; where it names none, the
 * hospital does. */
static void
roles_of_a_service(void)
{
	static char doctor[] = "Doctor", nurse[] = "Nurse";
	struct sek_service any = { .n_roles = 0 };
	struct sek_service some = { .roles = { doctor, nurse },
	    .n_roles = 2 };
	const struct sek_cert_roles clerk = certified("", "", "Clerk");
	const struct sek_cert_roles doc = certified("", "", "Doctor");
	const struct sek_cert_roles none = { .n = 0 };
	struct sek_store *s = populated();
	char role[SEK_ROLE_MAX] = "?";

	CHECK_INT(sek_may_use(s, &any, 1, NULL, role), SEK_OK);
	CHECK_STR(role, "");
	CHECK_INT(sek_may_use(s, &some, 1, NULL, role), SEK_E_NOENT);
	CHECK_INT(sek_may_use(s, &some, 1, &none, role), SEK_E_NOENT);
	CHECK_INT(sek_may_use(s, &some, 1, &doc, role), SEK_OK);
	CHECK_STR(role, "");
	CHECK_INT(sek_store_person_role(s, "root", "yamada", "Nurse", true,
	    &why), SEK_OK);
	CHECK_INT(sek_may_use(s, &some, 1, NULL, role), SEK_OK);
	CHECK_STR(role, "Nurse");
	CHECK_INT(sek_may_use(s, &some, 1, &none, role), SEK_OK);
	CHECK_INT(sek_may_use(s, &some, 1, &clerk, role), SEK_E_NOENT);
	CHECK_STR(role, "");
	CHECK_INT(sek_may_use(s, &some, 2, NULL, role), SEK_E_NOENT);
	sek_store_close(s);
}

static void
roles_are_given_once_and_are_words(void)
{
	static const char *const bad[] = { "", " Nurse", "Nurse ", "a\"b",
		"a\nb", "evil\x1b[2J", "\xff" };
	struct sek_store *s = populated();
	char longest[SEK_ROLE_MAX + 1];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_INT(sek_store_person_role(s, "root", "yamada", bad[i],
		    true, &why), SEK_E_INVAL);
		CHECK_INT(sek_store_account_role(s, "root", "ward3", bad[i],
		    true, &why), SEK_E_INVAL);
	}
	memset(longest, 'x', sizeof(longest) - 1);
	longest[SEK_ROLE_MAX] = '\0';
	CHECK_INT(sek_store_person_role(s, "root", "yamada", longest, true,
	    &why), SEK_E_INVAL);
	longest[SEK_ROLE_MAX - 1] = '\0';
	CHECK_INT(sek_store_person_role(s, "root", "yamada", longest, true,
	    &why), SEK_OK);
	CHECK_INT(sek_store_person_role(s, "root", "yamada", longest, true,
	    &why), SEK_E_EXISTS);
	CHECK_INT(sek_store_person_role(s, "root", "kato", "Nurse", true,
	    &why), SEK_E_NOENT);
	CHECK_STR(why.text, "there is no person kato");
	CHECK_INT(sek_store_account_role(s, "root", "ward9", "Nurse", true,
	    &why), SEK_E_NOENT);
	CHECK_INT(sek_store_account_role(s, "root", "ward3", "Nurse", false,
	    &why), SEK_E_NOENT);
	CHECK_STR(why.text, "the account ward3 has no role Nurse");
	sek_store_close(s);
	CHECK_STR(ask("SELECT group_concat(what || ' ' || kind || ' ' || name"
	    " || ' ' || length(reason)) FROM change WHERE what LIKE '%grant'"),
	    "grant person yamada 64");
}

/* Enrolled is an account that somebody can open. */
static void
a_role_makes_an_account_one_that_is_enrolled(void)
{
	struct sek_store *s = populated();
	bool enrolled = true;

	CHECK_INT(sek_store_account_role(s, "root", "ward3", "Nurse", true,
	    &why), SEK_OK);
	CHECK_INT(sek_store_account_enrolled(s, 2, false,
	    &enrolled), SEK_OK);
	CHECK(!enrolled);
	/* whose role is in the card is known when it is there */
	CHECK_INT(enrol(s, card(2, 1, 1)), SEK_OK);
	CHECK_INT(sek_store_account_enrolled(s, 2, false,
	    &enrolled), SEK_OK);
	CHECK(enrolled);
	CHECK_INT(sek_store_account_enrolled(s, 1, false,
	    &enrolled), SEK_OK);
	CHECK(!enrolled);
	CHECK_INT(sek_store_credential_status(s, "root", 1,
	    SEK_STATUS_SUSPENDED, "lost", &why), SEK_OK);
	CHECK_INT(sek_store_account_enrolled(s, 2, false,
	    &enrolled), SEK_OK);
	CHECK(!enrolled);
	sek_store_close(s);
}

int
main(void)
{
	if (!begin())
		return 1;
	RUN(roles_open_accounts);
	RUN(a_role_of_an_account_may_name_its_scheme);
	RUN(roles_of_a_service);
	RUN(roles_are_given_once_and_are_words);
	RUN(a_role_makes_an_account_one_that_is_enrolled);
	remove_tree(base);
	return CHECK_END();
}
