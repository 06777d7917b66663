/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The enrolment store as a file: which one it takes, how it gets from one
 * version to the next, and what a damaged, locked, full or half-written one
 * does.  Faults are made with real means: limits, locks, a killed writer, and
 * rows written past the store.
 */
#include "tests/store_fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "sekisho/deadline.h"

/* -- the file */

static int
try_open(bool write)
{
	struct sek_store *s = NULL;
	int r = sek_store_open(dir, write, 50, &s, &why);

	sek_store_close(s);
	return r;
}

static void
made_private_and_whole(void)
{
	struct stat st;
	struct sek_store *s;
	DIR *d;
	int n = 0;

	fresh();
	CHECK_INT(try_open(false), SEK_E_NOENT);
	CHECK(strstr(why.text, "sekisho init") != NULL);
	s = open_it(true);
	CHECK_INT(sek_store_check(s, &why), SEK_OK);
	sek_store_close(s);
	CHECK(stat(file, &st) == 0);
	CHECK_INT(st.st_mode & 07777, 0600);
	CHECK((d = opendir(dir)) != NULL);
	while (readdir(d) != NULL)
		n++;
	(void)closedir(d);
	CHECK_INT(n, 3); /* ., .. and the store: nothing else is left */
	CHECK_STR(ask("PRAGMA user_version"), "5");
	CHECK_STR(ask("PRAGMA journal_mode"), "delete");
	CHECK_STR(ask("SELECT count(*) FROM sqlite_schema WHERE type = 'table'"
	    " AND sql NOT LIKE '%STRICT%'"), "0");
	sek_store_close(open_it(true));
	sek_store_close(open_it(false));
}

static void
refuses_open_modes(void)
{
	static const mode_t bad[] = { 0640, 0604, 0660, 0602, 0644, 0666 };
	size_t i;

	sek_store_close(populated());
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK(chmod(file, bad[i]) == 0);
		CHECK_INT(try_open(false), SEK_E_UNSAFE);
		CHECK_INT(try_open(true), SEK_E_UNSAFE);
		CHECK(strstr(why.text, file) != NULL);
	}
	CHECK(chmod(file, 0600) == 0);
	CHECK_INT(try_open(false), SEK_OK);
}

static void
refuses_another_owner(void)
{
	sek_store_close(populated());
	if (geteuid() != 0)
		return; /* nobody else's file can be made */
	CHECK(chown(file, 65534, 65534) == 0);
	CHECK_INT(try_open(false), SEK_E_UNSAFE);
	CHECK_INT(try_open(true), SEK_E_UNSAFE);
	CHECK(strstr(why.text, "owner") != NULL);
}

static void
refuses_a_second_name(void)
{
	char other[PATH_MAX + 8];

	sek_store_close(populated());
	(void)snprintf(other, sizeof(other), "%s.link", file);
	CHECK(link(file, other) == 0);
	CHECK_INT(try_open(false), SEK_E_UNSAFE);
	CHECK_INT(try_open(true), SEK_E_UNSAFE);
	CHECK(unlink(other) == 0);
	CHECK_INT(try_open(false), SEK_OK);
}

static void
refuses_links_and_never_writes_through_one(void)
{
	char other[PATH_MAX + 8];

	sek_store_close(populated());
	(void)snprintf(other, sizeof(other), "%s.moved", file);
	CHECK(rename(file, other) == 0);
	CHECK(symlink(other, file) == 0);
	CHECK_INT(try_open(false), SEK_E_UNSAFE);
	CHECK_INT(try_open(true), SEK_E_UNSAFE);
	CHECK(unlink(other) == 0);
	CHECK_INT(try_open(true), SEK_E_UNSAFE); /* a dangling one */
	CHECK(access(other, F_OK) != 0);
}

static void
refuses_what_is_no_file(void)
{
	fresh();
	CHECK(mkdir(file, 0700) == 0);
	CHECK_INT(try_open(false), SEK_E_UNSAFE);
	CHECK_INT(try_open(true), SEK_E_UNSAFE);
	CHECK(rmdir(file) == 0);
	CHECK(mkfifo(file, 0600) == 0);
	CHECK_INT(try_open(false), SEK_E_UNSAFE);
	CHECK_INT(try_open(true), SEK_E_UNSAFE);
}

static void
refuses_an_unsafe_folder(void)
{
	sek_store_close(populated());
	CHECK(chmod(dir, 0777) == 0);
	CHECK_INT(try_open(false), SEK_E_UNSAFE);
	CHECK_INT(try_open(true), SEK_E_UNSAFE);
	CHECK(chmod(dir, 0700) == 0);
}

static void
write_file(const void *p, size_t n)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	CHECK(fd >= 0);
	CHECK(write(fd, p, n) == (ssize_t)n);
	CHECK(close(fd) == 0);
}

static void
an_empty_file_is_not_a_new_store(void)
{
	fresh();
	write_file("", 0);
	CHECK_INT(try_open(false), SEK_E_UNSAFE);
	CHECK_INT(try_open(true), SEK_E_UNSAFE);
	CHECK(strstr(why.text, "empty") != NULL);
}

static void
refuses_what_is_no_store(void)
{
	static const char text[] = "this is not a database at all, sorry\n";

	fresh();
	write_file(text, sizeof(text) - 1);
	CHECK_INT(try_open(false), SEK_E_IO);
	CHECK_INT(try_open(true), SEK_E_IO);
	CHECK(unlink(file) == 0);
	raw("CREATE TABLE other (a)");
	CHECK(chmod(file, 0600) == 0);
	CHECK_INT(try_open(false), SEK_E_VERSION);
	CHECK_INT(try_open(true), SEK_E_VERSION);
	CHECK_STR(ask("SELECT count(*) FROM sqlite_schema"), "1");
}

static void
a_cut_file_is_a_failure_not_an_answer(void)
{
	struct sek_account a;
	struct sek_store *s;
	int r;

	sek_store_close(populated());
	CHECK(truncate(file, 4096) == 0);
	s = NULL;
	r = sek_store_open(dir, false, 50, &s, &why);
	if (r == SEK_OK)
		r = sek_store_account(s, "yamada", &a);
	sek_store_close(s);
	CHECK_INT(r, SEK_E_IO);
}

/* -- versions */

/* FNV-1a over each step as it was released: a released step must not be
 * edited, so a number is added only together with SEK_STORE_SCHEMA. */
static void
the_released_schema_is_frozen(void)
{
	static const char *const frozen[SEK_STORE_SCHEMA] = {
		"36dca90d8578d137", "66fe2bbb28ae4caf",
		"fa6cd1f33ed00199", "b6bdbc04602a4a26",
		"27f53ba92fc86853"
	};
	const char *p;
	uint64_t h;
	char hex[32];
	size_t i;

	for (i = 0; i < SEK_STORE_SCHEMA; i++) {
		h = 1469598103934665603u;
		for (p = sek_store_steps[i]; *p != '\0'; p++)
			h = (h ^ (uint8_t)*p) * 1099511628211u;
		(void)snprintf(hex, sizeof(hex), "%016llx",
		    (unsigned long long)h);
		CHECK_STR(hex, frozen[i]);
	}
}

/* The step is one transaction: with no room for it the store stays as it
 * was, and serves a program of its version. */
static int
try_migrate(void)
{
	struct sek_store *s = NULL;

	return sek_store_open(dir, true, 50, &s, NULL);
}

static int with_no_room(int (*fn)(void));

static void
version_1_stays_whole_when_it_cannot_be_brought_up(void)
{
	struct sek_store *s = NULL;

	make_version_1();
	CHECK_INT(with_no_room(try_migrate), SEK_E_IO);
	CHECK_STR(ask("PRAGMA user_version"), "1");
	CHECK_STR(ask("SELECT count(*) FROM pragma_table_info('credential')"
	    " WHERE name = 'cert'"), "0");
	CHECK_INT(sek_store_open_as(dir, false, 50, sek_store_steps, 1, &s,
	    &why), SEK_OK);
	CHECK_INT(sek_store_check(s, &why), SEK_OK);
	sek_store_close(s);
	sek_store_close(open_it(true));
}

/* A store of the version before FIDO2 keys, in use. */
static void
make_version_2(void)
{
	struct sek_store *s = NULL;

	make_version_1();
	CHECK_INT(sek_store_open_as(dir, true, 50, sek_store_steps, 2, &s,
	    &why), SEK_OK);
	sek_store_close(s);
	CHECK_STR(ask("PRAGMA user_version"), "2");
	raw("UPDATE credential SET cert = x'3000' WHERE id = 1;"
	    "INSERT INTO deny VALUES (4, 1, 'tanaka', NULL, NULL, '', '',"
	    " 'left', 7, 'root', 0, '', '')");
}

static void
version_2_becomes_todays_with_all_that_is_in_it(void)
{
	struct sek_store *s = NULL;
	struct sek_credential c;
	struct sek_buf der = { 0 };
	struct sek_deny d;

	make_version_2();
	CHECK_INT(try_open(false), SEK_E_VERSION);
	CHECK(strstr(why.text, "sekisho init") != NULL);
	CHECK_INT(with_no_room(try_migrate), SEK_E_IO);
	CHECK_STR(ask("PRAGMA user_version"), "2");
	CHECK_STR(ask("SELECT count(*) FROM sqlite_schema WHERE name IN"
	    " ('fido', 'token', 'last_login')"), "0");
	s = open_it(true);
	CHECK_STR(ask("PRAGMA user_version"), "5");
	CHECK_INT(sek_store_check(s, &why), SEK_OK);
	CHECK_INT(sek_store_credential_by_id(s, 1, &c), SEK_OK);
	CHECK_INT(c.kind, SEK_CRED_CERTIFICATE);
	CHECK_INT(c.token, 0);
	CHECK_INT(c.status, SEK_STATUS_ACTIVE);
	CHECK_STR(c.person, "yamada");
	CHECK_STR(c.changed_by, "boss");
	CHECK_INT(sek_store_certificate(s, 1, &der), SEK_OK);
	CHECK_INT(der.len, 2);
	sek_buf_free(&der);
	CHECK_INT(sek_store_credential_by_id(s, 5, &c), SEK_OK);
	CHECK_INT(c.status, SEK_STATUS_REVOKED);
	CHECK_INT(sek_store_denied(s, "tanaka", NULL, NULL, NULL, &d),
	    SEK_OK);
	CHECK_INT(d.id, 4);
	CHECK_STR(ask("SELECT group_concat(object_id) FROM change"
	    " WHERE what = 'schema'"), "1,2,3,4,5");
	sek_store_close(s);
}

static const char *const two_steps[] = { NULL,
	"ALTER TABLE person ADD COLUMN ward TEXT NOT NULL DEFAULT '';"
	"UPDATE person SET ward = 'east'" };
static const char *const broken_steps[] = { NULL,
	"ALTER TABLE person ADD COLUMN ward TEXT NOT NULL DEFAULT '';"
	"INSERT INTO no_such_table VALUES (1)" };
static const char *const dangling_steps[] = { NULL,
	"INSERT INTO grants VALUES (77, 78, 0, '')" };

/* The steps of a later version, today's and one more. */
static int
open_later(const char *const later[2], bool write)
{
	const char *steps[SEK_STORE_SCHEMA + 1];
	struct sek_store *s = NULL;
	int r;

	memcpy(steps, sek_store_steps, sizeof(sek_store_steps));
	steps[SEK_STORE_SCHEMA] = later[1];
	r = sek_store_open_as(dir, write, 50, steps, SEK_STORE_SCHEMA + 1, &s,
	    &why);

	sek_store_close(s);
	return r;
}

static void
an_older_store_is_brought_up_whole(void)
{
	sek_store_close(populated());
	CHECK_INT(open_later(two_steps, false), SEK_E_VERSION);
	CHECK(strstr(why.text, "sekisho init") != NULL);
	CHECK_INT(open_later(two_steps, true), SEK_OK);
	CHECK_INT(open_later(two_steps, false), SEK_OK);
	CHECK_STR(ask("PRAGMA user_version"), "6");
	CHECK_STR(ask("SELECT group_concat(name || ward) FROM"
	    " (SELECT * FROM person ORDER BY id)"),
	    "yamadaeast,suzukieast");
	CHECK_STR(ask("SELECT group_concat(object_id) FROM change"
	    " WHERE what = 'schema'"), "1,2,3,4,5,6");
	CHECK_INT(open_later(two_steps, true), SEK_OK); /* once only */
	CHECK_STR(ask("SELECT count(*) FROM change WHERE what = 'schema'"),
	    "6");
}

static void
a_failed_step_changes_nothing(void)
{
	struct sek_store *s;

	sek_store_close(populated());
	CHECK_INT(open_later(broken_steps, true), SEK_E_IO);
	CHECK_INT(open_later(dangling_steps, true), SEK_E_IO);
	CHECK(strstr(why.text, "missing") != NULL);
	CHECK_STR(ask("PRAGMA user_version"), "5");
	CHECK_STR(ask("SELECT count(*) FROM pragma_table_info('person')"
	    " WHERE name = 'ward'"), "0");
	s = open_it(true);
	CHECK_INT(sek_store_check(s, &why), SEK_OK);
	CHECK_INT(add_person(s, "tanaka"), SEK_OK);
	sek_store_close(s);
}

static void
a_newer_store_is_refused(void)
{
	sek_store_close(populated());
	CHECK_INT(open_later(two_steps, true), SEK_OK);
	CHECK_INT(try_open(false), SEK_E_VERSION);
	CHECK_INT(try_open(true), SEK_E_VERSION);
	CHECK(strstr(why.text, "newer") != NULL);
	raw("PRAGMA user_version = -1");
	CHECK_INT(try_open(false), SEK_E_VERSION);
	CHECK_INT(try_open(true), SEK_E_VERSION);
}

/* -- the store as somebody damaged it */

static void
rows_that_do_not_fit_are_failures(void)
{
	struct sek_store *s = populated();
	struct sek_credential c = card(1, 1, 1), got;
	struct sek_person p;
	struct sek_account a;

	CHECK_INT(enrol(s, c), SEK_OK);
	raw("PRAGMA ignore_check_constraints = ON;"
	    "UPDATE credential SET status = 7");
	CHECK_INT(sek_store_credential_for(s, c.cert_sha256, c.spki_sha256,
	    &got), SEK_E_IO);
	raw("PRAGMA ignore_check_constraints = ON;"
	    "UPDATE credential SET status = 2, bind = 3");
	CHECK_INT(sek_store_credential_by_id(s, 1, &got), SEK_E_IO);
	raw("PRAGMA ignore_check_constraints = ON;"
	    "UPDATE credential SET bind = 1, cert_sha256 = zeroblob(31)");
	CHECK_INT(sek_store_credential_by_id(s, 1, &got), SEK_E_IO);
	raw("PRAGMA ignore_check_constraints = ON;"
	    "UPDATE credential SET cert_sha256 = zeroblob(32),"
	    " subject = hex(zeroblob(600))");
	CHECK_INT(sek_store_credential_by_id(s, 1, &got), SEK_E_IO);
	raw("PRAGMA ignore_check_constraints = ON;"
	    "UPDATE person SET status = 0 WHERE id = 1;"
	    "UPDATE person SET display = 'a' || char(0) || 'b' WHERE id = 2;"
	    "UPDATE account SET status = -1");
	CHECK_INT(sek_store_person(s, "yamada", &p), SEK_E_IO);
	CHECK_INT(sek_store_person(s, "suzuki", &p), SEK_E_IO);
	CHECK_INT(sek_store_account(s, "ward3", &a), SEK_E_IO);
	CHECK_INT(sek_store_check(s, &why), SEK_E_IO);
	sek_store_close(s);
}

static void
a_missing_table_is_a_failure(void)
{
	struct sek_store *s;
	struct sek_account a;

	sek_store_close(populated());
	raw("DROP TABLE grants; DROP TABLE account");
	s = open_it(false);
	CHECK_INT(sek_store_account(s, "yamada", &a), SEK_E_IO);
	CHECK_INT(sek_store_has_grant(s, 1, 1), SEK_E_IO);
	CHECK(strlen(sek_store_error(s)) > 0);
	sek_store_close(s);
}

/* -- others at the same time, and no room */

static void
another_writer_is_waited_for_but_not_for_ever(void)
{
	struct sek_store *s = populated(), *t;
	uint64_t before;

	CHECK_INT(sek_store_begin(s, &why), SEK_OK);
	t = NULL;
	before = sek_now_ms();
	CHECK_INT(sek_store_open(dir, true, 100, &t, &why), SEK_OK);
	CHECK_INT(add_person(t, "tanaka"), SEK_E_IO);
	CHECK(strstr(why.text, "another program") != NULL);
	CHECK(sek_now_ms() - before >= 90);
	CHECK(sek_now_ms() - before < 5000);
	sek_store_rollback(s);
	CHECK_INT(add_person(t, "tanaka"), SEK_OK);
	sek_store_close(t);
	sek_store_close(s);
}

/* Run `fn` in a child that may not let a file grow: a disk that is full. */
static int
with_no_room(int (*fn)(void))
{
	const struct rlimit none = { 0, 0 };
	int status = 0;
	pid_t pid;

	(void)fflush(stdout);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		(void)signal(SIGXFSZ, SIG_IGN);
		if (setrlimit(RLIMIT_FSIZE, &none) != 0)
			_exit(100);
		_exit(-fn() & 0x7f);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status));
	return -WEXITSTATUS(status);
}

static int
try_add(void)
{
	struct sek_store *s = NULL;
	int r = sek_store_open(dir, true, 50, &s, NULL);

	return r == SEK_OK ? add_person(s, "tanaka") : r;
}

static int
try_throttle(void)
{
	struct sek_store *s = NULL;
	int r = sek_store_open(dir, false, 50, &s, NULL);

	return r == SEK_OK ?
	    sek_store_throttle(s, 1000, "boot", 60, 100) : r;
}

static void
no_room_changes_nothing(void)
{
	struct sek_store *s;

	sek_store_close(populated());
	CHECK_INT(with_no_room(try_add), SEK_E_IO);
	CHECK_INT(with_no_room(try_throttle), SEK_E_IO);
	s = open_it(false);
	CHECK_INT(sek_store_check(s, &why), SEK_OK);
	sek_store_close(s);
	CHECK_STR(ask("SELECT count(*) FROM person"), "2");
	CHECK_STR(ask("SELECT count(*) FROM throttle"), "0");
	CHECK(unlink(file) == 0);
	CHECK_INT(with_no_room(try_add), SEK_E_IO);
	CHECK_INT(try_open(false), SEK_E_NOENT); /* not half a store */
}

/* Power is cut while the administrator's program writes: pages are in the
 * file already, the journal knows the way back. */
static void
a_writer_that_died_is_rolled_back_by_a_reader(void)
{
	struct sek_person p;
	struct sek_store *s;
	char journal[PATH_MAX + 16];
	int status;
	pid_t pid;

	sek_store_close(populated());
	(void)fflush(stdout);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		sqlite3 *db;

		if (sqlite3_open(file, &db) != SQLITE_OK ||
		    sqlite3_exec(db, "PRAGMA cache_size = 1; BEGIN IMMEDIATE;"
		    "UPDATE person SET name = name || 'x';"
		    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1"
		    " FROM n WHERE i < 300) INSERT INTO change SELECT 1000 + i,"
		    " 0, '', '', '', 0, '', hex(zeroblob(200)) FROM n",
		    NULL, NULL, NULL) != SQLITE_OK)
			_exit(1);
		(void)kill(getpid(), SIGKILL);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFSIGNALED(status));
	(void)snprintf(journal, sizeof(journal), "%s-journal", file);
	CHECK(access(journal, F_OK) == 0);
	s = open_it(false);
	CHECK(access(journal, F_OK) != 0);
	CHECK_INT(sek_store_person(s, "yamada", &p), SEK_OK);
	CHECK_INT(sek_store_person(s, "yamadax", &p), SEK_E_NOENT);
	CHECK_INT(sek_store_check(s, &why), SEK_OK);
	sek_store_close(s);
}

static void
run_all(void)
{
	RUN(made_private_and_whole);
	RUN(refuses_open_modes);
	RUN(refuses_another_owner);
	RUN(refuses_a_second_name);
	RUN(refuses_links_and_never_writes_through_one);
	RUN(refuses_what_is_no_file);
	RUN(refuses_an_unsafe_folder);
	RUN(an_empty_file_is_not_a_new_store);
	RUN(refuses_what_is_no_store);
	RUN(a_cut_file_is_a_failure_not_an_answer);
	RUN(the_released_schema_is_frozen);
	RUN(version_1_stays_whole_when_it_cannot_be_brought_up);
	RUN(version_2_becomes_todays_with_all_that_is_in_it);
	RUN(an_older_store_is_brought_up_whole);
	RUN(a_failed_step_changes_nothing);
	RUN(a_newer_store_is_refused);
	RUN(rows_that_do_not_fit_are_failures);
	RUN(a_missing_table_is_a_failure);
	RUN(another_writer_is_waited_for_but_not_for_ever);
	RUN(no_room_changes_nothing);
	RUN(a_writer_that_died_is_rolled_back_by_a_reader);
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
