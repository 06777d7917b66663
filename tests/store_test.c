/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The enrolment store: what it keeps, what it keeps apart, what it refuses,
 * and that a change is whole or not there.
 */
#include "tests/store_fixture.h"

#include "gate/may_open.h"

#include <sys/wait.h>

/* -- persons, accounts, grants */

static void
names_are_bytes(void)
{
	struct sek_store *s = populated();
	struct sek_account a;
	struct sek_person p;

	CHECK_INT(sek_store_person(s, "yamada", &p), SEK_OK);
	CHECK_INT(p.id, 1);
	CHECK_INT(p.status, SEK_STATUS_ACTIVE);
	CHECK_STR(p.password_user, "yamada");
	CHECK_INT(sek_store_person(s, "Yamada", &p), SEK_E_NOENT);
	CHECK_INT(sek_store_person(s, "yamad%", &p), SEK_E_NOENT);
	CHECK_INT(sek_store_person(s, "' OR 1 --", &p), SEK_E_NOENT);
	CHECK_INT(sek_store_person(s, "", &p), SEK_E_NOENT);
	CHECK_INT(sek_store_person_by_id(s, 2, &p), SEK_OK);
	CHECK_STR(p.name, "suzuki");
	CHECK_INT(sek_store_person_by_id(s, 3, &p), SEK_E_NOENT);
	CHECK_INT(sek_store_account(s, "ward3", &a), SEK_OK);
	CHECK(a.shared);
	CHECK_INT(sek_store_account(s, "suzuki", &a), SEK_E_NOENT);
	/* composed and decomposed: two names */
	CHECK_INT(add_person(s, "\xe3\x81\x8c"), SEK_OK);
	CHECK_INT(sek_store_person(s, "\xe3\x81\x8b\xe3\x82\x99", &p),
	    SEK_E_NOENT);
	sek_store_close(s);
}

static void
refuses_names_that_are_none(void)
{
	static const char *const bad[] = { "", "a b", "-x", ".", "..", "a/b",
		"a:b", "a\nb", "a\x1b[31m", "\xff", "a\xe2\x80\xae" };
	struct sek_store *s = populated();
	char longest[SEK_NAME_MAX];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_INT(add_person(s, bad[i]), SEK_E_INVAL);
		CHECK_INT(add_account(s, bad[i], false), SEK_E_INVAL);
	}
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	CHECK_INT(add_person(s, longest), SEK_OK);
	CHECK_INT(add_person(s, "yamada"), SEK_E_EXISTS);
	CHECK_STR(why.text, "there is already a person yamada");
	CHECK_INT(add_account(s, "ward3", false), SEK_E_EXISTS);
	sek_store_close(s);
}

static void
a_display_name_is_plain_text(void)
{
	struct sek_store *s = populated();
	struct sek_person p = { .name = "kato", .password_user = "kato",
		.display = "\xe5\x8a\xa0\xe8\x97\xa4 \xe8\x8a\xb1" };

	CHECK_INT(sek_store_add_person(s, "root", &p, &why), SEK_OK);
	(void)strcpy(p.name, "kato2");
	(void)strcpy(p.display, "evil\x1b[2J");
	CHECK_INT(sek_store_add_person(s, "root", &p, &why), SEK_E_INVAL);
	CHECK_INT(sek_store_add_person(s, "", &p, &why), SEK_E_INVAL);
	CHECK_INT(sek_store_person(s, "kato", &p), SEK_OK);
	CHECK_STR(p.display, "\xe5\x8a\xa0\xe8\x97\xa4 \xe8\x8a\xb1");
	sek_store_close(s);
}

static void
grants_open_accounts(void)
{
	struct sek_store *s = populated();
	struct sek_account a[4];
	size_t n;

	CHECK_INT(sek_store_has_grant(s, 1, 1), SEK_E_NOENT);
	CHECK_INT(sek_store_grant(s, "root", "yamada", "yamada", true, &why),
	    SEK_OK);
	CHECK_INT(sek_store_grant(s, "root", "yamada", "ward3", true, &why),
	    SEK_OK);
	CHECK_INT(sek_store_grant(s, "root", "suzuki", "ward3", true, &why),
	    SEK_OK);
	CHECK_INT(sek_store_has_grant(s, 1, 1), SEK_OK);
	CHECK_INT(sek_store_has_grant(s, 2, 1), SEK_E_NOENT);
	CHECK_INT(sek_may_open_which(s, 1, NULL, a, 4, &n), SEK_OK);
	CHECK_INT(n, 2);
	CHECK_STR(a[0].name, "ward3");
	CHECK_STR(a[1].name, "yamada");
	CHECK_INT(sek_may_open_which(s, 1, NULL, a, 1, &n), SEK_OK);
	CHECK_INT(n, 1);
	CHECK_INT(sek_may_open_which(s, 9, NULL, a, 4, &n), SEK_OK);
	CHECK_INT(n, 0);
	CHECK_INT(sek_store_grant(s, "root", "yamada", "ward3", true, &why),
	    SEK_E_EXISTS);
	CHECK_INT(sek_store_grant(s, "root", "nobody", "ward3", true, &why),
	    SEK_E_NOENT);
	CHECK_INT(sek_store_grant(s, "root", "yamada", "ward9", true, &why),
	    SEK_E_NOENT);
	CHECK_STR(why.text, "there is no account ward9");
	CHECK_INT(sek_store_grant(s, "root", "yamada", "ward3", false, &why),
	    SEK_OK);
	CHECK_INT(sek_store_has_grant(s, 1, 2), SEK_E_NOENT);
	CHECK_INT(sek_store_grant(s, "root", "yamada", "ward3", false, &why),
	    SEK_E_NOENT);
	sek_store_close(s);
}

static void
persons_and_accounts_are_suspended_and_come_back(void)
{
	struct sek_store *s = populated();
	struct sek_account a;
	struct sek_person p;

	CHECK_INT(sek_store_person_status(s, "root", "yamada",
	    SEK_STATUS_SUSPENDED, "on leave", &why), SEK_OK);
	CHECK_INT(sek_store_person(s, "yamada", &p), SEK_OK);
	CHECK_INT(p.status, SEK_STATUS_SUSPENDED);
	CHECK_INT(sek_store_person_status(s, "root", "yamada",
	    SEK_STATUS_SUSPENDED, "again", &why), SEK_E_EXISTS);
	CHECK_INT(sek_store_person_status(s, "root", "yamada",
	    SEK_STATUS_REVOKED, "", &why), SEK_E_INVAL);
	CHECK_INT(sek_store_person_status(s, "root", "nobody",
	    SEK_STATUS_SUSPENDED, "", &why), SEK_E_NOENT);
	CHECK_INT(sek_store_person_status(s, "root", "yamada",
	    SEK_STATUS_ACTIVE, "back", &why), SEK_OK);
	CHECK_INT(sek_store_account_status(s, "root", "ward3",
	    SEK_STATUS_SUSPENDED, "ward closed", &why), SEK_OK);
	CHECK_INT(sek_store_account(s, "ward3", &a), SEK_OK);
	CHECK_INT(a.status, SEK_STATUS_SUSPENDED);
	sek_store_close(s);
}

/* -- credentials */

static void
a_key_is_bound_once_for_ever(void)
{
	struct sek_store *s = populated();

	CHECK_INT(enrol(s, card(1, 1, 1)), SEK_OK);
	CHECK_INT(enrol(s, card(2, 1, 1)), SEK_E_EXISTS);
	CHECK_STR(why.text,
	    "this key is credential 1 of yamada already (active)");
	CHECK_INT(enrol(s, card(1, 1, 1)), SEK_E_EXISTS);
	CHECK_INT(enrol(s, card(2, 1, 2)), SEK_E_EXISTS); /* same key */
	CHECK_INT(enrol(s, card(2, 2, 1)), SEK_E_EXISTS); /* same cert */
	CHECK_INT(sek_store_credential_status(s, "root", 1,
	    SEK_STATUS_REVOKED, "lost", &why), SEK_OK);
	CHECK_INT(enrol(s, card(2, 1, 1)), SEK_E_EXISTS);
	CHECK_STR(why.text,
	    "this key is credential 1 of yamada already (revoked)");
	CHECK_INT(enrol(s, card(3, 5, 5)), SEK_E_NOENT);
	CHECK_INT(enrol(s, card(2, 2, 2)), SEK_OK);
	sek_store_close(s);
	CHECK_STR(ask("SELECT count(*) FROM credential"), "2");
	/* the last defence, should a program ever forget to ask */
	raw("INSERT INTO credential SELECT 9, 2, bind, 2, '', '', spki_sha256,"
	    " zeroblob(32), '', '', '', 0, '', 0, '', 0, '', NULL"
	    " FROM credential WHERE id = 1");
	CHECK_STR(ask("SELECT count(*) FROM credential"), "2");
}

static void
binding_by_key_and_by_certificate(void)
{
	struct sek_store *s = populated();
	struct sek_credential c = card(1, 1, 1), by_cert = card(2, 2, 2);
	struct sek_credential got;
	uint8_t other[32];

	by_cert.bind = SEK_BIND_CERTIFICATE;
	CHECK_INT(enrol(s, c), SEK_OK);
	CHECK_INT(enrol(s, by_cert), SEK_OK);
	memset(other, 9, sizeof(other));
	/* a renewed certificate over a bound key */
	CHECK_INT(sek_store_credential_for(s, other, c.spki_sha256, &got),
	    SEK_OK);
	CHECK_INT(got.id, 1);
	CHECK_STR(got.person, "yamada");
	/* ... and over the key of a bound certificate */
	CHECK_INT(sek_store_credential_for(s, other, by_cert.spki_sha256,
	    &got), SEK_E_NOENT);
	CHECK_INT(sek_store_credential_for(s, by_cert.cert_sha256,
	    by_cert.spki_sha256, &got), SEK_OK);
	CHECK_INT(got.id, 2);
	CHECK_INT(got.bind, SEK_BIND_CERTIFICATE);
	/* a certificate is nothing without its key */
	CHECK_INT(sek_store_credential_for(s, by_cert.cert_sha256, other,
	    &got), SEK_E_NOENT);
	sek_store_close(s);
}

static void
what_was_enrolled_comes_back(void)
{
	struct sek_store *s = populated();
	struct sek_credential c = card(1, 1, 2), got;

	(void)strcpy(c.label, "blue card");
	(void)strcpy(c.token_serial, "1234");
	c.status = SEK_STATUS_REVOKED; /* a new one is active */
	CHECK_INT(sek_store_enrol(s, "admin", &c, &why), SEK_OK);
	CHECK_INT(c.id, 1);
	CHECK_INT(c.status, SEK_STATUS_ACTIVE);
	CHECK_STR(c.person, "yamada");
	CHECK_INT(sek_store_credential_by_id(s, 1, &got), SEK_OK);
	CHECK(memcmp(&got.spki_sha256, &c.spki_sha256, 64) == 0);
	CHECK_STR(got.subject, "CN=Yamada\\, Taro");
	CHECK_STR(got.label, "blue card");
	CHECK_STR(got.token_serial, "1234");
	CHECK_STR(got.serial, "0a");
	CHECK_STR(got.created_by, "admin");
	CHECK_STR(got.status_reason, "proved");
	CHECK_INT(got.not_after, 1900000000);
	CHECK(got.created > 1600000000 && got.changed == got.created);
	CHECK_INT(sek_store_credential_by_id(s, 2, &got), SEK_E_NOENT);
	c = card(2, 3, 3);
	(void)strcpy(c.label, "bell\a");
	CHECK_INT(enrol(s, c), SEK_E_INVAL);
	c = card(2, 3, 3);
	c.bind = (enum sek_bind)0;
	CHECK_INT(enrol(s, c), SEK_E_INVAL);
	sek_store_close(s);
}

static void
revoked_is_for_ever(void)
{
	struct sek_store *s = populated();
	struct sek_credential c;

	CHECK_INT(enrol(s, card(1, 1, 1)), SEK_OK);
	CHECK_INT(sek_store_credential_status(s, "root", 1,
	    SEK_STATUS_ACTIVE, "", &why), SEK_E_EXISTS);
	CHECK_INT(sek_store_credential_status(s, "root", 1,
	    SEK_STATUS_SUSPENDED, "forgotten", &why), SEK_OK);
	CHECK_INT(sek_store_credential_status(s, "root", 1,
	    SEK_STATUS_ACTIVE, "found", &why), SEK_OK);
	CHECK_INT(sek_store_credential_status(s, "boss", 1,
	    SEK_STATUS_REVOKED, "lost", &why), SEK_OK);
	CHECK_INT(sek_store_credential_status(s, "root", 1,
	    SEK_STATUS_ACTIVE, "", &why), SEK_E_DENIED);
	CHECK_INT(sek_store_credential_status(s, "root", 1,
	    SEK_STATUS_SUSPENDED, "", &why), SEK_E_DENIED);
	CHECK_INT(sek_store_credential_status(s, "root", 1,
	    SEK_STATUS_REVOKED, "", &why), SEK_E_EXISTS);
	CHECK_INT(sek_store_credential_status(s, "root", 7,
	    SEK_STATUS_REVOKED, "", &why), SEK_E_NOENT);
	CHECK_INT(sek_store_credential_by_id(s, 1, &c), SEK_OK);
	CHECK_INT(c.status, SEK_STATUS_REVOKED);
	CHECK_STR(c.status_reason, "lost");
	CHECK_STR(c.changed_by, "boss");
	sek_store_close(s);
}

static void
an_account_is_enrolled_by_an_active_card(void)
{
	struct sek_store *s = populated();
	bool yes = true;

	CHECK_INT(enrol(s, card(1, 1, 1)), SEK_OK);
	CHECK_INT(sek_store_account_enrolled(s, 1, false, &yes), SEK_OK);
	CHECK(!yes);
	CHECK_INT(sek_store_grant(s, "root", "yamada", "yamada", true, &why),
	    SEK_OK);
	CHECK_INT(sek_store_account_enrolled(s, 1, false, &yes), SEK_OK);
	CHECK(yes);
	CHECK_INT(sek_store_credential_status(s, "root", 1,
	    SEK_STATUS_SUSPENDED, "", &why), SEK_OK);
	CHECK_INT(sek_store_account_enrolled(s, 1, false, &yes), SEK_OK);
	CHECK(!yes);
	sek_store_close(s);
}

/* -- walks */

struct seen {
	char text[256];
	int stop_after;
};

static int
see(struct seen *w, const char *name)
{
	size_t n = strlen(w->text);

	(void)snprintf(w->text + n, sizeof(w->text) - n, "%s ", name);
	return --w->stop_after == 0 ? 7 : 0;
}

static int
see_person(void *arg, const struct sek_person *p)
{
	return see(arg, p->name);
}

static int
see_account(void *arg, const struct sek_account *a)
{
	return see(arg, a->name);
}

static int
see_credential(void *arg, const struct sek_credential *c)
{
	return see(arg, c->person);
}

static void
walks_are_in_order_and_can_be_ended(void)
{
	struct sek_store *s = populated();
	struct seen w = { .stop_after = -1 };

	CHECK_INT(sek_store_each_person(s, see_person, &w), SEK_OK);
	CHECK_INT(sek_store_each_account(s, see_account, &w), SEK_OK);
	CHECK_STR(w.text, "suzuki yamada ward3 yamada ");
	CHECK_INT(sek_store_grant(s, "root", "yamada", "ward3", true, &why),
	    SEK_OK);
	CHECK_INT(enrol(s, card(1, 1, 1)), SEK_OK);
	CHECK_INT(enrol(s, card(2, 2, 2)), SEK_OK);
	w = (struct seen){ .stop_after = -1 };
	CHECK_INT(sek_store_each_grant(s, 2, see_person, &w), SEK_OK);
	CHECK_INT(sek_store_each_grant(s, 1, see_person, &w), SEK_OK);
	CHECK_INT(sek_store_each_credential(s, 0, see_credential, &w), SEK_OK);
	CHECK_INT(sek_store_each_credential(s, 2, see_credential, &w), SEK_OK);
	CHECK_STR(w.text, "yamada yamada suzuki suzuki ");
	w = (struct seen){ .stop_after = 1 };
	CHECK_INT(sek_store_each_person(s, see_person, &w), 7);
	CHECK_STR(w.text, "suzuki ");
	sek_store_close(s);
}

/* -- transactions */

static void
nothing_is_seen_before_the_commit(void)
{
	struct sek_store *s = populated(), *reader = open_it(false);
	struct sek_person p;

	CHECK_INT(sek_store_begin(s, &why), SEK_OK);
	CHECK_INT(sek_store_begin(s, &why), SEK_E_INVAL);
	CHECK_INT(add_person(s, "tanaka"), SEK_OK);
	CHECK_INT(sek_store_grant(s, "root", "tanaka", "ward3", true, &why),
	    SEK_OK);
	CHECK_INT(sek_store_person(reader, "tanaka", &p), SEK_E_NOENT);
	CHECK_INT(sek_store_person(reader, "yamada", &p), SEK_OK);
	CHECK_INT(sek_store_commit(s, &why), SEK_OK);
	CHECK_INT(sek_store_person(reader, "tanaka", &p), SEK_OK);
	CHECK_INT(sek_store_commit(s, &why), SEK_E_INVAL);
	sek_store_close(reader);
	sek_store_close(s);
}

static void
rolled_back_is_never_there(void)
{
	struct sek_store *s = populated();
	struct sek_person p;

	CHECK_INT(sek_store_begin(s, &why), SEK_OK);
	CHECK_INT(add_person(s, "tanaka"), SEK_OK);
	sek_store_rollback(s);
	CHECK_INT(sek_store_person(s, "tanaka", &p), SEK_E_NOENT);
	/* after a failure only rollback is left */
	CHECK_INT(sek_store_begin(s, &why), SEK_OK);
	CHECK_INT(add_person(s, "tanaka"), SEK_OK);
	CHECK_INT(add_person(s, "yamada"), SEK_E_EXISTS);
	CHECK_INT(add_person(s, "kato"), SEK_E_INVAL);
	CHECK_INT(sek_store_commit(s, &why), SEK_E_INVAL);
	CHECK_INT(sek_store_person(s, "tanaka", &p), SEK_E_NOENT);
	/* and closing is no commit */
	CHECK_INT(sek_store_begin(s, &why), SEK_OK);
	CHECK_INT(add_person(s, "tanaka"), SEK_OK);
	sek_store_close(s);
	CHECK_STR(ask("SELECT count(*) FROM person"), "2");
	CHECK_STR(ask("SELECT count(*) FROM change WHERE name = 'tanaka'"),
	    "0");
}

static void
a_reader_cannot_write(void)
{
	struct sek_store *s;

	sek_store_close(populated());
	s = open_it(false);
	CHECK_INT(add_person(s, "tanaka"), SEK_E_INVAL);
	CHECK_INT(sek_store_begin(s, &why), SEK_E_INVAL);
	CHECK(strstr(why.text, "read only") != NULL);
	sek_store_close(s);
}

static void
each_change_tells_who_what_and_why(void)
{
	struct sek_store *s = populated();

	CHECK_INT(sek_store_grant(s, "boss", "yamada", "ward3", true, &why),
	    SEK_OK);
	CHECK_INT(enrol(s, card(1, 1, 1)), SEK_OK);
	CHECK_INT(sek_store_credential_status(s, "boss", 1,
	    SEK_STATUS_REVOKED, "lost", &why), SEK_OK);
	CHECK_INT(sek_store_person_status(s, "boss", "yamada",
	    SEK_STATUS_SUSPENDED, "on leave", &why), SEK_OK);
	CHECK_INT(add_person(s, "yamada"), SEK_E_EXISTS); /* leaves no line */
	sek_store_close(s);
	CHECK_STR(ask("SELECT group_concat(by || ' ' || what || ' ' || kind ||"
	    " ' ' || object_id || ' ' || name || ' ' || reason, '; ')"
	    " FROM (SELECT * FROM change WHERE id > 7 ORDER BY id)"),
	    "root add account 1 yamada ; root add shared account 2 ward3 ; "
	    "boss grant grant 2 ward3 yamada; "
	    "root enrol credential 1 yamada proved; "
	    "boss revoked credential 1 yamada lost; "
	    "boss suspended person 1 yamada on leave");
	CHECK_STR(ask("SELECT count(*) FROM change WHERE at < 1600000000"),
	    "0");
}

/* -- throttle */

static void
throttle_counts_by_user_and_minute(void)
{
	struct sek_store *s;
	int i;

	sek_store_close(populated());
	s = open_it(false);
	for (i = 0; i < 3; i++)
		CHECK_INT(sek_store_throttle(s, 1000, "b1", 600 + i, 3),
		    SEK_OK);
	CHECK_INT(sek_store_throttle(s, 1000, "b1", 659, 3), SEK_E_LIMIT);
	CHECK_INT(sek_store_throttle(s, 1000, "b1", 659, 3), SEK_E_LIMIT);
	CHECK_INT(sek_store_throttle(s, 1001, "b1", 659, 3), SEK_OK);
	CHECK_INT(sek_store_throttle(s, 1000, "b1", 660, 3), SEK_OK);
	/* who had looked at the clock before that counts in this minute */
	CHECK_INT(sek_store_throttle(s, 1000, "b1", 659, 3), SEK_OK);
	CHECK_INT(sek_store_throttle(s, 1000, "b1", 660, 3), SEK_OK);
	CHECK_INT(sek_store_throttle(s, 1000, "b1", 659, 3), SEK_E_LIMIT);
	CHECK_INT(sek_store_throttle(s, 1000, "b1", 660, 3), SEK_E_LIMIT);
	CHECK_INT(sek_store_throttle(s, 1000, "b1", 720, 3), SEK_OK);
	/* and another boot begins anew, at whatever minute */
	CHECK_INT(sek_store_throttle(s, 1000, "b2", 660, 1), SEK_OK);
	CHECK_INT(sek_store_throttle(s, 1000, "b2", 660, 1), SEK_E_LIMIT);
	CHECK_INT(sek_store_throttle(s, UINT32_MAX, "b2", 0, 1), SEK_OK);
	CHECK_INT(sek_store_throttle(s, 0, "b2", 0, 0), SEK_E_LIMIT);
	CHECK_INT(sek_store_throttle(s, 1000, NULL, 660, 1), SEK_E_INVAL);
	CHECK_INT(sek_store_throttle(s, 1000, "b2", -1, 1), SEK_E_INVAL);
	CHECK(unlink(file) == 0);
	CHECK_INT(sek_store_throttle(s, 1002, "b2", 660, 9), SEK_E_IO);
	CHECK(access(file, F_OK) != 0); /* not made anew */
	sek_store_close(s);
}

static void
a_damaged_count_lets_nobody_through(void)
{
	struct sek_store *s;

	sek_store_close(populated());
	s = open_it(false);
	CHECK_INT(sek_store_throttle(s, 1000, "b1", 600, 3), SEK_OK);
	raw("PRAGMA ignore_check_constraints = ON;"
	    "UPDATE throttle SET tries = -9223372036854775807");
	CHECK_INT(sek_store_throttle(s, 1000, "b1", 600, 3), SEK_E_LIMIT);
	sek_store_close(s);
}

static void
parallel_counts_are_all_kept(void)
{
	struct sek_store *s;
	pid_t pid[3];
	int i, j, status;

	sek_store_close(populated());
	(void)fflush(stdout);
	for (i = 0; i < 3; i++) {
		pid[i] = fork();
		CHECK(pid[i] >= 0);
		if (pid[i] != 0)
			continue;
		s = NULL;
		if (sek_store_open(dir, false, 10000, &s, NULL) != SEK_OK)
			_exit(1);
		for (j = 0; j < 5; j++)
			if (sek_store_throttle(s, 1000, "b", 60, 100) != SEK_OK)
				_exit(2);
		sek_store_close(s);
		_exit(0);
	}
	for (i = 0; i < 3; i++) {
		CHECK(waitpid(pid[i], &status, 0) == pid[i]);
		CHECK_INT(status, 0);
	}
	CHECK_STR(ask("SELECT tries FROM throttle"), "15");
}

static void
run_all(void)
{
	RUN(names_are_bytes);
	RUN(refuses_names_that_are_none);
	RUN(a_display_name_is_plain_text);
	RUN(grants_open_accounts);
	RUN(persons_and_accounts_are_suspended_and_come_back);
	RUN(a_key_is_bound_once_for_ever);
	RUN(binding_by_key_and_by_certificate);
	RUN(what_was_enrolled_comes_back);
	RUN(revoked_is_for_ever);
	RUN(an_account_is_enrolled_by_an_active_card);
	RUN(walks_are_in_order_and_can_be_ended);
	RUN(nothing_is_seen_before_the_commit);
	RUN(rolled_back_is_never_there);
	RUN(a_reader_cannot_write);
	RUN(each_change_tells_who_what_and_why);
	RUN(throttle_counts_by_user_and_minute);
	RUN(a_damaged_count_lets_nobody_through);
	RUN(parallel_counts_are_all_kept);
}

int
main(void)
{
	if (!begin())
		return 1;
	run_all();
	remove_tree(base);
	return CHECK_END();
}
