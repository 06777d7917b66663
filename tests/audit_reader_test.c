/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reader of the record over several files: in order, while they are
 * rotated, live, and in jumps by an index that may say anything.
 */
#include <poll.h>
#include <signal.h>

#include "tests/audit_reader_log.h"

static void
all_files_in_order(void)
{
	struct made m;

	fresh();
	m = made_log(1000, 300);
	put_file(at("audit-1.jsonl"), "x\n", 2);
	put_file(at("audit-00000000000x.jsonl"), "x\n", 2);
	put_file(at("audit-000000000700.jsonl.gz"), "x\n", 2);
	put_file(at("audit.jsonl.torn-7-20270401T093000.000000Z"), "x\n", 2);
	put_file(at("audit-+00000000700.jsonl"), "x\n", 2);
	put_file(at("audit-000000000000.jsonl"), "x\n", 2);
	open_dir();
	expect(1, 1000);
	expect_end();
	expect_end();
	made_many(&m, 3);
	expect(1001, 1003);
	expect_end();
}

static void
numbers_of_thirteen_digits(void)
{
	struct made m = made_new();
	const uint64_t big = 999999999999;

	fresh();
	m.seq = big - 2;
	m.first = big - 1;
	made_many(&m, 2);
	made_rotate(&m);
	made_rotate(&m);
	CHECK(access(at("audit-1000000000000.jsonl"), F_OK) == 0);
	open_dir();
	expect(big - 1, big + 2);
	expect_end();
	CHECK_INT(sek_reader_seek(rd, big + 1, &why), SEK_OK);
	expect(big + 1, big + 2);
}

/* After `read` of 20 records come so many rotations, wherever the reader
 * is. */
static void
rotations_between_two_reads(void)
{
	unsigned read, times, i;

	for (read = 0; read <= 20; read++) {
		for (times = 1; times <= 3; times++) {
			struct made m;

			fresh();
			m = made_log(20, 8);
			open_dir();
			expect(1, read);
			if (read == 20)
				expect_end();
			for (i = 0; i < times; i++) {
				made_add(&m);
				made_rotate(&m);
			}
			made_add(&m);
			expect(read + 1, m.seq);
			expect_end();
		}
	}
}

/* The reader has met the end of a file; then comes a record more in it, and
 * its rotation. */
static void
a_record_after_the_end_before_the_rotation(void)
{
	struct made m;

	fresh();
	m = made_log(5, 100);
	open_dir();
	expect(1, 5);
	expect_end();
	made_add(&m);
	made_rotate(&m);
	made_rotate(&m);
	expect(6, 8);
	expect_end();
}

static void
a_rotation_that_was_cut_off(void)
{
	struct made m;

	fresh();
	m = made_log(20, 8);
	CHECK(link(at(SEK_AUDIT_FILE), at(made_name(m.first))) == 0);
	open_dir();
	expect(1, 20);
	expect_end();
	CHECK(unlink(at(made_name(m.first))) == 0); /* undone */
	made_add(&m);
	expect(21, 21);
	expect_end();
	made_rotate(&m);
	made_add(&m);
	expect(22, 23);
	expect_end();
	CHECK_INT(sek_reader_seek(rd, 19, &why), SEK_OK);
	expect(19, 23);
}

static void
a_log_that_begins_while_it_is_read(void)
{
	struct made m = made_new();

	fresh();
	CHECK_INT(sek_reader_dir(&rd, dir, &why), SEK_E_NOENT);
	put_file(log_path(), "", 0);
	open_dir();
	expect_end();
	made_many(&m, 2);
	made_rotate(&m);
	expect(1, 3);
	expect_end();
}

static void
files_that_are_gone(void)
{
	fresh();
	(void)made_log(1000, 100);
	CHECK(unlink(at(made_name(1))) == 0);
	CHECK(unlink(at(made_name(401))) == 0);
	open_dir();
	expect(101, 400);
	expect(501, 550);
	CHECK(unlink(at(made_name(601))) == 0);
	expect(551, 600);
	expect(701, 1000);
	CHECK_INT(sek_reader_seek(rd, 7, &why), SEK_OK);
	expect(101, 101);
	CHECK_INT(sek_reader_seek(rd, 450, &why), SEK_OK);
	expect(501, 501);
	CHECK_INT(sek_reader_seek(rd, 990, &why), SEK_OK);
	expect(990, 1000);
	CHECK_INT(sek_reader_seek(rd, 2000, &why), SEK_OK);
	expect_end();
}

/* -- what is no log */

static void
expect_refused(int err, const char *part)
{
	uint64_t seq;
	int r;

	sek_reader_free(rd);
	rd = NULL;
	r = sek_reader_dir(&rd, dir, &why);
	if (r == SEK_OK)
		r = get(&seq);
	CHECK_INT(r, err);
	CHECK(strstr(why.text, part) != NULL);
}

static void
what_is_no_file(void)
{
	fresh();
	CHECK(mkfifo(log_path(), 0640) == 0);
	expect_refused(SEK_E_UNSAFE, "not a regular file");
	CHECK(unlink(log_path()) == 0);
	CHECK(mkdir(log_path(), 0750) == 0);
	expect_refused(SEK_E_UNSAFE, "not a regular file");
	CHECK(rmdir(log_path()) == 0);
	CHECK(symlink("/dev/zero", log_path()) == 0);
	expect_refused(SEK_E_UNSAFE, "not a regular file");
	CHECK(mkfifo(at(made_name(1)), 0640) == 0);
	expect_refused(SEK_E_UNSAFE, "not a regular file");
}

static void
an_end_that_is_torn_and_mended(void)
{
	struct made m;
	uint64_t seq, size;

	fresh();
	m = made_log(5, 100);
	size = m.size;
	append_bytes(SEK_AUDIT_FILE, "{\"dcm\":{\"a", 10);
	open_dir();
	expect(1, 5);
	CHECK_INT(get(&seq), SEK_E_SYNTAX);
	CHECK(strstr(why.text, "audit.jsonl: line 6: has no end") != NULL);
	CHECK_INT(get(&seq), SEK_E_SYNTAX);
	CHECK(strstr(why.text, "line 6") != NULL);
	CHECK_INT(sek_reader_last(rd, &seq, &why), SEK_E_SYNTAX);
	CHECK_INT(seq, 5);
	CHECK_INT(sek_reader_seek(rd, 5, &why), SEK_OK);
	expect(5, 5);
	CHECK_INT(get(&seq), SEK_E_SYNTAX);
	CHECK(truncate(log_path(), (off_t)size) == 0);
	made_many(&m, 2);
	expect(6, 7);
	CHECK(truncate(log_path(), (off_t)size) == 0);
	CHECK_INT(get(&seq), SEK_E_SYNTAX);
	CHECK(strstr(why.text, "shorter") != NULL);
}

static void
a_bad_line_is_named_after_a_jump(void)
{
	struct made m;
	uint64_t seq;

	fresh();
	m = made_log(2000, 900);
	append_bytes(SEK_AUDIT_FILE, "{\"seq\":7}\n", 10);
	made_add(&m);
	open_dir();
	CHECK_INT(sek_reader_seek(rd, 1990, &why), SEK_OK);
	expect(1990, 2000);
	CHECK_INT(get(&seq), SEK_E_SYNTAX);
	CHECK(strstr(why.text, "/audit.jsonl: line 201:") != NULL);
}

/* -- live */

/* Appends as several programs would, a line in two parts now and then. */
static void
write_much(unsigned n)
{
	struct made m = made_new();
	char line[256];
	size_t len;

	put_file(log_path(), "", 0);
	while (m.seq < n) {
		if (m.seq % 40 == 39) {
			made_rotate(&m);
		} else if (m.seq % 100 == 17) {
			m.seq++;
			len = made_line(&m, line);
			append_bytes(SEK_AUDIT_FILE, line, len / 2);
			(void)poll(NULL, 0, 3);
			append_bytes(SEK_AUDIT_FILE, line + len / 2,
			    len - len / 2);
			m.size += len;
		} else {
			made_add(&m);
		}
		if (m.seq % 16 == 0)
			(void)poll(NULL, 0, 1);
	}
}

/* Up to record `n`, as they come; the first one that is not next. */
static uint64_t
read_live(unsigned n)
{
	struct sek_deadline dl = sek_deadline_in(20000);
	uint64_t seq, want = 1;
	int r = SEK_OK;

	while (want <= n && r == SEK_OK) {
		if ((r = get(&seq)) == SEK_E_EOF)
			r = sek_reader_wait(rd, &dl);
		else if (r == SEK_OK && seq != want++)
			break;
	}
	if (want <= n)
		printf("# at record %llu: %d %s\n", (unsigned long long)want,
		    r, why.text);
	return want;
}

static void
follows_a_writer(void)
{
	static pid_t pid;
	int status;

	fresh();
	put_file(log_path(), "", 0);
	open_dir();
	(void)fflush(stdout);
	CHECK((pid = fork()) >= 0);
	if (pid == 0) {
		check_failed = 0;
		write_much(3000);
		_exit(check_failed);
	}
	CHECK_INT(read_live(3000), 3001);
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK_INT(status, 0);
	expect_end();
}

static void
expect_wait(uint64_t ms, int err)
{
	struct sek_deadline dl = sek_deadline_in(ms);

	CHECK_INT(sek_reader_wait(rd, &dl), err);
	CHECK(err == SEK_E_TIMEOUT ? sek_deadline_past(&dl) :
	    !sek_deadline_past(&dl));
}

/* A record after 100 ms is seen at once, by inotify in a folder and by
 * looking at a file. */
static void
waits_until_there_is_more(void)
{
	const char *path;
	uint64_t began;
	struct made m;
	pid_t pid;
	int i;

	for (i = 0; i < 2; i++) {
		fresh();
		m = made_log(10, 4);
		open_dir();
		path = log_path();
		if (i == 1) {
			sek_reader_free(rd);
			rd = NULL;
			CHECK_INT(sek_reader_files(&rd, &path, 1, &why),
			    SEK_OK);
		}
		expect_wait(1000, SEK_OK); /* nothing was read yet */
		expect(i == 0 ? 1 : 9, 10);
		expect_end();
		expect_wait(60, SEK_E_TIMEOUT);
		began = sek_now_ms();
		(void)fflush(stdout);
		CHECK((pid = fork()) >= 0);
		if (pid == 0) {
			(void)poll(NULL, 0, 100);
			made_add(&m);
			_exit(0);
		}
		expect_wait(5000, SEK_OK);
		CHECK(sek_now_ms() - began < (i == 0 ? 600 : 1000));
		CHECK(waitpid(pid, NULL, 0) == pid);
		expect(11, 11);
		expect_end();
	}
}

static void
waits_for_a_rotation_too(void)
{
	struct made m;

	fresh();
	m = made_log(10, 100);
	open_dir();
	expect(1, 10);
	expect_end();
	expect_wait(30, SEK_E_TIMEOUT);
	made_rotate(&m);
	expect_wait(1000, SEK_OK);
	expect(11, 11);
	expect_end();
	expect_wait(30, SEK_E_TIMEOUT);
}

int
main(void)
{
	if (!fixture_begin("reader")) {
		printf("not ok no_folder: %s\n", strerror(errno));
		return 1;
	}
	RUN(all_files_in_order);
	RUN(numbers_of_thirteen_digits);
	RUN(rotations_between_two_reads);
	RUN(a_record_after_the_end_before_the_rotation);
	RUN(a_rotation_that_was_cut_off);
	RUN(a_log_that_begins_while_it_is_read);
	RUN(files_that_are_gone);
	RUN(what_is_no_file);
	RUN(an_end_that_is_torn_and_mended);
	RUN(a_bad_line_is_named_after_a_jump);
	RUN(follows_a_writer);
	RUN(waits_until_there_is_more);
	RUN(waits_for_a_rotation_too);
	sek_reader_free(rd);
	return fixture_end_unread() ? CHECK_END() : 1;
}
