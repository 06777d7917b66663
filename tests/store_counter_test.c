/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The counters of FIDO2 keys in the enrolment store: that one of two logins
 * swaps one, what becomes of a key whose counter went back, and that what is
 * on one key changes together.
 */
#include "tests/store_fido_fixture.h"

#include <sys/wait.h>

/* -- counters */

static void
a_counter_is_swapped_for_a_higher_one(void)
{
	struct sek_store *s = with_keys(), *reader;
	struct sek_fido_cred f, old;

	sek_store_close(s);
	reader = open_it(false);
	CHECK_INT(sek_store_fido_of(reader, 1, &f), SEK_OK);
	CHECK_INT(f.counter, 7);
	old = f;
	CHECK_INT(sek_store_fido_count(reader, &f, 7), SEK_E_INVAL);
	CHECK_INT(sek_store_fido_count(reader, &f, 6), SEK_E_INVAL);
	CHECK_INT(sek_store_fido_count(reader, &f, 0), SEK_E_INVAL);
	CHECK_INT(sek_store_fido_count(reader, &f, 9), SEK_OK);
	CHECK_STR(ask("SELECT group_concat(counter) FROM fido"), "9,7,7");
	CHECK_INT(sek_store_fido_count(reader, &old, 10), SEK_E_EXISTS);
	CHECK_INT(sek_store_fido_of(reader, 1, &f), SEK_OK);
	CHECK_INT(f.counter, 9);
	CHECK_INT(sek_store_fido_count(reader, &f, UINT32_MAX), SEK_OK);
	CHECK_INT(sek_store_fido_of(reader, 1, &f), SEK_OK);
	CHECK(f.counter == UINT32_MAX);
	f.credential = 99;
	f.counter = 0;
	f.counted = false;
	CHECK_INT(sek_store_fido_count(reader, &f, 5), SEK_E_EXISTS);
	sek_store_close(reader);
}

static void
a_key_that_does_not_count_is_remembered_once_it_does(void)
{
	struct sek_store *s = populated();
	struct sek_fido_cred f = made(1, 1), none;

	f.counter = 0;
	CHECK_INT(bind(s, 1, &f), SEK_OK);
	CHECK_INT(sek_store_fido_count(s, &f, 0), SEK_OK);
	CHECK_INT(sek_store_fido_count(s, &f, 0), SEK_OK);
	none = f;
	CHECK_INT(sek_store_fido_count(s, &f, 1), SEK_OK);
	/* a login that saw it before it counted */
	CHECK_INT(sek_store_fido_count(s, &none, 0), SEK_E_EXISTS);
	CHECK_INT(sek_store_fido_of(s, 1, &f), SEK_OK);
	CHECK(f.counted && f.counter == 1);
	CHECK_INT(sek_store_fido_count(s, &f, 0), SEK_E_INVAL);
	sek_store_close(s);
}

static int
race(const struct sek_fido_cred *f, int go, uint32_t counter)
{
	struct sek_store *s = NULL;
	char c;
	int r;

	r = sek_store_open(dir, false, 2000, &s, NULL);
	if (r == SEK_OK && read(go, &c, 1) == 0)
		r = sek_store_fido_count(s, f, counter);
	sek_store_close(s);
	return r;
}

/* Processes that read the same counter: one of them gets to write. */
static void
one_of_two_logins_wins(void)
{
	enum { ROUNDS = 5, RACERS = 4 };
	struct sek_store *s = with_keys();
	struct sek_fido_cred f;
	int i, k, won, lost, go[2], st;
	pid_t pid[RACERS];

	for (i = 0; i < ROUNDS; i++) {
		CHECK_INT(sek_store_fido_of(s, 1, &f), SEK_OK);
		CHECK(pipe(go) == 0);
		(void)fflush(stdout);
		for (k = 0; k < RACERS; k++) {
			if ((pid[k] = fork()) == 0) {
				(void)close(go[1]);
				_exit(-race(&f, go[0], f.counter + 1));
			}
			CHECK(pid[k] > 0);
		}
		(void)close(go[0]);
		(void)close(go[1]); /* all at once */
		for (won = lost = k = 0; k < RACERS; k++) {
			CHECK(waitpid(pid[k], &st, 0) == pid[k]);
			CHECK(WIFEXITED(st));
			won += WEXITSTATUS(st) == 0;
			lost += WEXITSTATUS(st) == -SEK_E_EXISTS;
		}
		CHECK_INT(won, 1);
		CHECK_INT(lost, RACERS - 1);
	}
	CHECK_STR(ask("SELECT counter FROM fido WHERE credential_id = 1"),
	    "12");
	sek_store_close(s);
}

static void
what_cannot_be_written_is_not_counted(void)
{
	struct sek_store *s = with_keys();
	struct sek_fido_cred f;

	CHECK_INT(sek_store_fido_of(s, 1, &f), SEK_OK);
	CHECK_INT(sek_store_begin(s, &why), SEK_OK);
	CHECK_INT(sek_store_fido_count(s, &f, 8), SEK_E_INVAL);
	CHECK_INT(sek_store_fido_suspect(s, &f, 1, 5), SEK_E_INVAL);
	sek_store_rollback(s);
	CHECK(chmod(file, 0640) == 0);
	CHECK_INT(sek_store_fido_count(s, &f, 8), SEK_E_UNSAFE);
	CHECK_INT(sek_store_fido_suspect(s, &f, 1, 5), SEK_E_UNSAFE);
	CHECK(chmod(file, 0600) == 0);
	raw("DROP TABLE fido");
	CHECK_INT(sek_store_fido_count(s, &f, 8), SEK_E_IO);
	CHECK_INT(sek_store_fido_suspect(s, &f, 1, 5), SEK_E_IO);
	CHECK_STR(ask("SELECT min(status) FROM credential"), "2");
	sek_store_close(s);
}

static void
another_writer_is_an_error_not_a_count(void)
{
	struct sek_store *s = with_keys(), *t = NULL;
	struct sek_fido_cred f;

	CHECK_INT(sek_store_open(dir, false, 50, &t, &why), SEK_OK);
	CHECK_INT(sek_store_fido_of(t, 1, &f), SEK_OK);
	CHECK_INT(sek_store_begin(s, &why), SEK_OK);
	CHECK_INT(sek_store_fido_count(t, &f, 8), SEK_E_IO);
	CHECK_INT(sek_store_fido_suspect(t, &f, 1, 5), SEK_E_IO);
	sek_store_rollback(s);
	CHECK_INT(sek_store_fido_count(t, &f, 8), SEK_OK);
	sek_store_close(t);
	sek_store_close(s);
}

/* -- a counter that went back */

static void
a_suspect_key_is_suspended_whole(void)
{
	struct sek_store *s = with_keys();
	struct sek_fido_cred f;
	struct sek_credential c;

	CHECK_INT(sek_store_fido_of(s, 1, &f), SEK_OK);
	CHECK_INT(sek_store_fido_suspect(s, &f, 3, 1234), SEK_OK);
	CHECK_INT(status(s, 1), SEK_STATUS_SUSPENDED);
	CHECK_INT(status(s, 2), SEK_STATUS_SUSPENDED);
	CHECK_INT(status(s, 3), SEK_STATUS_ACTIVE); /* yamada's card */
	CHECK_INT(status(s, 4), SEK_STATUS_ACTIVE);
	CHECK_INT(sek_store_fido_of(s, 1, &f), SEK_OK);
	CHECK_INT(f.suspect, 1234);
	CHECK_INT(f.counter, 7);
	CHECK_INT(sek_store_credential_by_id(s, 2, &c), SEK_OK);
	CHECK_STR(c.changed_by, "sekisho-gate");
	CHECK_STR(c.status_reason, "the counter of credential 1 did not rise "
	    "(3 after 7): there may be a copy of the key");
	CHECK_STR(ask("SELECT group_concat(object_id || what) FROM change"
	    " WHERE by = 'sekisho-gate'"), "1suspended,2suspended");
	/* nothing is counted meanwhile; the first time stays */
	CHECK_INT(sek_store_fido_count(s, &f, 8), SEK_E_EXISTS);
	CHECK_INT(sek_store_fido_suspect(s, &f, 2, 5678), SEK_OK);
	CHECK_INT(sek_store_fido_of(s, 1, &f), SEK_OK);
	CHECK_INT(f.suspect, 1234);
	CHECK_STR(ask("SELECT count(*) FROM change WHERE by ="
	    " 'sekisho-gate'"), "2");
	sek_store_close(s);
}

static void
what_is_out_of_use_gets_the_mark_only(void)
{
	struct sek_store *s = with_keys();
	struct sek_fido_cred f;
	struct sek_credential c;

	CHECK_INT(sek_store_fido_of(s, 1, &f), SEK_OK);
	CHECK_INT(set(s, 1, SEK_STATUS_REVOKED, "lost"), SEK_OK);
	CHECK_INT(sek_store_fido_suspect(s, &f, 3, 1234), SEK_OK);
	CHECK_INT(sek_store_credential_by_id(s, 1, &c), SEK_OK);
	CHECK_INT(c.status, SEK_STATUS_REVOKED);
	CHECK_STR(c.status_reason, "lost");
	CHECK_INT(sek_store_fido_of(s, 1, &f), SEK_OK);
	CHECK_INT(f.suspect, 1234);
	CHECK_INT(set(s, 1, SEK_STATUS_ACTIVE, "found"), SEK_E_DENIED);
	sek_store_close(s);
}

static void
a_suspect_key_is_resumed_for_a_reason_and_counts_anew(void)
{
	struct sek_store *s = with_keys();
	struct sek_fido_cred f;

	CHECK_INT(sek_store_fido_of(s, 1, &f), SEK_OK);
	CHECK_INT(sek_store_fido_suspect(s, &f, 3, 1234), SEK_OK);
	CHECK_INT(set(s, 1, SEK_STATUS_ACTIVE, ""), SEK_E_INVAL);
	CHECK(strstr(why.text, "went back") != NULL);
	CHECK_INT(set(s, 2, SEK_STATUS_ACTIVE, NULL), SEK_E_INVAL);
	CHECK_INT(status(s, 2), SEK_STATUS_SUSPENDED);
	/* by the twin as well: it is one key */
	CHECK_INT(set(s, 2, SEK_STATUS_ACTIVE, "looked at"), SEK_OK);
	CHECK_INT(status(s, 1), SEK_STATUS_ACTIVE);
	CHECK_INT(status(s, 2), SEK_STATUS_ACTIVE);
	CHECK_INT(sek_store_fido_of(s, 1, &f), SEK_OK);
	CHECK(f.suspect == 0 && f.counter == 0 && !f.counted);
	CHECK_INT(sek_store_fido_count(s, &f, 4), SEK_OK);
	CHECK_INT(sek_store_fido_of(s, 2, &f), SEK_OK);
	CHECK_INT(f.counter, 7); /* that one had not gone back */
	sek_store_close(s);
}

/* -- one key, one status */

static void
what_is_on_one_key_changes_together(void)
{
	struct sek_store *s = with_keys();

	CHECK_INT(set(s, 2, SEK_STATUS_SUSPENDED, "lent"), SEK_OK);
	CHECK_INT(status(s, 1), SEK_STATUS_SUSPENDED);
	CHECK_INT(status(s, 2), SEK_STATUS_SUSPENDED);
	CHECK_INT(set(s, 1, SEK_STATUS_SUSPENDED, "again"), SEK_E_EXISTS);
	CHECK_INT(set(s, 1, SEK_STATUS_ACTIVE, ""), SEK_OK);
	CHECK_INT(status(s, 2), SEK_STATUS_ACTIVE);
	CHECK_INT(set(s, 1, SEK_STATUS_REVOKED, "lost"), SEK_OK);
	CHECK_INT(status(s, 2), SEK_STATUS_REVOKED);
	CHECK_INT(set(s, 2, SEK_STATUS_ACTIVE, "found"), SEK_E_DENIED);
	CHECK_INT(status(s, 3), SEK_STATUS_ACTIVE);
	CHECK_INT(status(s, 4), SEK_STATUS_ACTIVE);
	CHECK_STR(ask("SELECT group_concat(object_id || what) FROM change"
	    " WHERE by = 'boss'"), "1suspended,2suspended,1active,2active,"
	    "1revoked,2revoked");
	sek_store_close(s);
}

static void
a_twin_of_another_status_follows_or_stays(void)
{
	struct sek_store *s = with_keys();

	raw("UPDATE credential SET status = 1 WHERE id = 2");
	CHECK_INT(set(s, 1, SEK_STATUS_SUSPENDED, "lent"), SEK_OK);
	CHECK_STR(ask("SELECT count(*) FROM change WHERE by = 'boss'"), "1");
	raw("UPDATE credential SET status = 0 WHERE id = 2");
	CHECK_INT(set(s, 1, SEK_STATUS_ACTIVE, ""), SEK_OK);
	CHECK_INT(status(s, 2), SEK_STATUS_REVOKED);
	sek_store_close(s);
}

static void
run_all(void)
{
	RUN(a_counter_is_swapped_for_a_higher_one);
	RUN(a_key_that_does_not_count_is_remembered_once_it_does);
	RUN(one_of_two_logins_wins);
	RUN(what_cannot_be_written_is_not_counted);
	RUN(another_writer_is_an_error_not_a_count);
	RUN(a_suspect_key_is_suspended_whole);
	RUN(what_is_out_of_use_gets_the_mark_only);
	RUN(a_suspect_key_is_resumed_for_a_reason_and_counts_anew);
	RUN(what_is_on_one_key_changes_together);
	RUN(a_twin_of_another_status_follows_or_stays);
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
