/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last login of a person in the enrolment store: what is kept, what is
 * counted, and that who may only read can keep it.
 */
#include "tests/store_fixture.h"

#include <sys/wait.h>

#include "gate/store_last.h"

static struct sek_last
login_at(int64_t at, uint64_t record)
{
	return (struct sek_last){ .at = at, .record = record,
	    .host = "ward-pc-3", .service = "sshd", .tty = "ssh",
	    .rhost = "10.1.2.3", .pair = "pkcs11+pin" };
}

static void
nobody_has_a_last_login_at_first(void)
{
	struct sek_store *s = populated();
	struct sek_last l;

	CHECK_INT(sek_store_last(s, 1, &l), SEK_E_NOENT);
	CHECK_INT(sek_store_last(s, 99, &l), SEK_E_NOENT);
	sek_store_close(s);
}

static void
the_last_login_is_kept_by_who_may_only_read(void)
{
	struct sek_last in = login_at(1800000000, 41), l;
	struct sek_store *s;

	sek_store_close(populated());
	s = open_it(false);
	CHECK_INT(sek_store_last_in(s, 1, &in), SEK_OK);
	CHECK_INT(sek_store_last(s, 1, &l), SEK_OK);
	CHECK_INT(l.at, 1800000000);
	CHECK_INT(l.record, 41);
	CHECK_INT(l.refused, 0);
	CHECK_STR(l.host, "ward-pc-3");
	CHECK_STR(l.service, "sshd");
	CHECK_STR(l.tty, "ssh");
	CHECK_STR(l.rhost, "10.1.2.3");
	CHECK_STR(l.pair, "pkcs11+pin");
	CHECK_INT(sek_store_last(s, 2, &l), SEK_E_NOENT);
	/* the clock may have been set back, or the log begun anew */
	in = login_at(1700000000, 3);
	in.rhost[0] = '\0';
	CHECK_INT(sek_store_last_in(s, 1, &in), SEK_OK);
	CHECK_INT(sek_store_last(s, 1, &l), SEK_OK);
	CHECK_INT(l.at, 1700000000);
	CHECK_INT(l.record, 3);
	CHECK_STR(l.rhost, "");
	CHECK_INT(sek_store_check(s, &why), SEK_OK);
	sek_store_close(s);
}

static void
refusals_are_counted_until_they_were_told(void)
{
	struct sek_last in = login_at(1800000000, 41), l;
	struct sek_store *s;

	sek_store_close(populated());
	s = open_it(false);
	CHECK_INT(sek_store_last_refused(s, 2), SEK_OK);
	CHECK_INT(sek_store_last_refused(s, 2), SEK_OK);
	CHECK_INT(sek_store_last(s, 2, &l), SEK_OK);
	CHECK_INT(l.at, 0);
	CHECK_INT(l.refused, 2);
	/* a third while the person was told of two */
	CHECK_INT(sek_store_last_refused(s, 2), SEK_OK);
	in.refused = 2;
	CHECK_INT(sek_store_last_in(s, 2, &in), SEK_OK);
	CHECK_INT(sek_store_last(s, 2, &l), SEK_OK);
	CHECK_INT(l.at, 1800000000);
	CHECK_INT(l.refused, 1);
	/* another login has told them already */
	CHECK_INT(sek_store_last_in(s, 2, &in), SEK_OK);
	CHECK_INT(sek_store_last(s, 2, &l), SEK_OK);
	CHECK_INT(l.refused, 0);
	CHECK_INT(sek_store_last(s, 1, &l), SEK_E_NOENT);
	sek_store_close(s);
}

static void
what_is_no_login_is_not_kept(void)
{
	struct sek_last bad[5], l;
	struct sek_store *s;
	size_t i;

	for (i = 0; i < 5; i++)
		bad[i] = login_at(1800000000, 41);
	bad[0].at = 0;
	bad[1].at = -1;
	bad[2].record = 0;
	bad[3].record = UINT64_MAX;
	bad[4].refused = -1;
	sek_store_close(populated());
	s = open_it(false);
	for (i = 0; i < 5; i++)
		CHECK_INT(sek_store_last_in(s, 1, &bad[i]), SEK_E_INVAL);
	/* nobody's */
	bad[0] = login_at(1800000000, 41);
	CHECK_INT(sek_store_last_in(s, 99, &bad[0]), SEK_E_IO);
	CHECK_INT(sek_store_last_refused(s, 99), SEK_E_IO);
	CHECK_INT(sek_store_last(s, 1, &l), SEK_E_NOENT);
	sek_store_close(s);
	s = open_it(true);
	CHECK_INT(sek_store_begin(s, &why), SEK_OK);
	CHECK_INT(sek_store_last_refused(s, 1), SEK_E_INVAL);
	sek_store_close(s);
}

static void
a_damaged_row_is_a_failure_and_no_guess(void)
{
	struct sek_last in = login_at(1800000000, 41), l = { .at = 7 };
	struct sek_store *s;

	sek_store_close(populated());
	s = open_it(false);
	CHECK_INT(sek_store_last_in(s, 1, &in), SEK_OK);
	raw("PRAGMA ignore_check_constraints = 1;"
	    "UPDATE last_login SET at = -5");
	CHECK_INT(sek_store_last(s, 1, &l), SEK_E_IO);
	raw("UPDATE last_login SET at = 5, service = 'a' || char(0) || 'b'");
	CHECK_INT(sek_store_last(s, 1, &l), SEK_E_IO);
	CHECK_INT(l.at, 7);
	sek_store_close(s);
}

/* Twenty at a time: every refusal counts. */
static void
no_refusal_of_many_is_lost(void)
{
	struct sek_store *s;
	struct sek_last l;
	int i, status;
	pid_t pid;

	sek_store_close(populated());
	for (i = 0; i < 20; i++) {
		CHECK((pid = fork()) >= 0);
		if (pid == 0) {
			s = open_it(false);
			_exit(sek_store_last_refused(s, 1) == SEK_OK ? 0 : 1);
		}
	}
	for (i = 0; i < 20; i++)
		CHECK(wait(&status) > 0 && status == 0);
	s = open_it(false);
	CHECK_INT(sek_store_last(s, 1, &l), SEK_OK);
	CHECK_INT(l.refused, 20);
	sek_store_close(s);
}

int
main(void)
{
	if (!begin())
		return 1;
	RUN(nobody_has_a_last_login_at_first);
	RUN(the_last_login_is_kept_by_who_may_only_read);
	RUN(refusals_are_counted_until_they_were_told);
	RUN(what_is_no_login_is_not_kept);
	RUN(a_damaged_row_is_a_failure_and_no_guess);
	RUN(no_refusal_of_many_is_lost);
	remove_tree(base);
	return CHECK_END();
}
