/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The identification record where there is no room for it, and where many
 * write at once: what was acknowledged is there, what failed left no trace,
 * and nobody waits for ever.
 * Must run as root: it mounts tmpfs folders of its own.
 */
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>

#include "tests/audit_fixture.h"

/* -- no room ----------------------------------------------------------- */

static void
fill(const char *name)
{
	static const char block[512];
	int fd = open(at(name), O_WRONLY | O_CREAT | O_APPEND, 0600);

	CHECK(fd >= 0);
	while (write(fd, block, sizeof block) > 0)
		;
	CHECK(close(fd) == 0);
}

static void
expect_no_room(void)
{
	struct sek_why why = { .text = "" };
	uint64_t seq = 77;
	size_t before_n, after_n;
	char *before = slurp(log_path(), &before_n), *after;
	unsigned torn = torn_files();

	CHECK_INT(append("no room", &seq, &why), SEK_E_IO);
	CHECK_INT(seq, 77);
	CHECK(strstr(why.text, "audit.jsonl: ") != NULL);
	after = slurp(log_path(), &after_n);
	CHECK(before_n == after_n && memcmp(before, after, after_n) == 0);
	CHECK_INT(torn_files(), torn);
	free(before);
	free(after);
}

static int
find_gap(void *arg, const char *line, size_t n, const json_t *rec)
{
	const json_t *gap = json_object_get(rec, "gap");
	long long *failed = arg;
	const char *first, *last;

	(void)line;
	(void)n;
	if (gap == NULL)
		return 0;
	*failed += json_integer_value(json_object_get(gap, "failed"));
	first = json_string_value(json_object_get(gap, "first"));
	last = json_string_value(json_object_get(gap, "last"));
	CHECK(first != NULL && last != NULL && strlen(first) == 27 &&
	    strcmp(first, last) <= 0);
	CHECK(json_string_length(json_object_get(gap, "why")) > 0);
	return 0;
}

/* How many failures are on record. */
static long long
gap_failed(void)
{
	long long failed = 0;

	CHECK_INT(each_record(log_path(), find_gap, &failed, NULL), SEK_OK);
	return failed;
}

static void
full_disk(void)
{
	uint64_t seq, written = 0;
	size_t n;
	char *text;

	fresh();
	CHECK(mount("tmpfs", dir, "tmpfs", 0, "size=64k,mode=0755") == 0);
	while (append("fill", &seq, NULL) == SEK_OK)
		CHECK_INT(seq, ++written + 1);
	CHECK(written > 50 && written < 200);
	verify_ok(written + 1);
	expect_no_room();
	expect_no_room();
	/* a torn end that cannot be kept aside stays where it is */
	text = slurp(log_path(), &n);
	CHECK(truncate(log_path(), (off_t)(n - 300)) == 0);
	fill("filler");
	expect_no_room();
	/* room again: what is missing, what was torn, and how often it
	 * failed, which was counted on the full disk */
	CHECK(unlink(at("filler")) == 0);
	CHECK(truncate(log_path(), (off_t)(n / 2)) == 0);
	append_ok("room");
	CHECK_INT(count(NULL, "log_damaged"), 1);
	CHECK_INT(count(NULL, "log_repair"), 1);
	CHECK_INT(count(NULL, "log_gap"), 1);
	CHECK_INT(gap_failed(), 4);
	CHECK_INT(torn_files(), 1);
	(void)whole_ok();
	free(text);
	CHECK(umount2(dir, MNT_DETACH) == 0);
}

static void
full_disk_at_birth(void)
{
	struct sek_why why;
	uint64_t seq;

	fresh();
	CHECK(mount("tmpfs", dir, "tmpfs", 0, "size=8k,mode=0755") == 0);
	fill("filler");
	CHECK(append("x", &seq, &why) == SEK_E_IO);
	CHECK(unlink(at("filler")) == 0);
	append_ok("x");
	CHECK_INT(count(NULL, "log_start"), 1);
	verify_ok(2);
	CHECK(umount2(dir, MNT_DETACH) == 0);
}

/* Run `fn` in a child with a limit on the size of files. */
static void
with_file_limit(rlim_t limit, void (*fn)(void))
{
	struct rlimit rl = { limit, limit };
	int status;
	pid_t pid;

	(void)fflush(stdout);
	if ((pid = fork()) == 0) {
		/* as the gate does: an error, not a signal */
		(void)signal(SIGXFSZ, SIG_IGN);
		(void)setrlimit(RLIMIT_FSIZE, &rl);
		if (setjmp(check_out) == 0) {
			fn();
			_exit(0);
		}
		_exit(1); /* its line may have hit the limit too */
	}
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status));
	CHECK_INT(WEXITSTATUS(status), 0);
}

static void
file_size_limits(void)
{
	struct stat st;
	off_t whole;

	fresh();
	append_ok("one");
	CHECK(stat(log_path(), &st) == 0);
	with_file_limit(0, expect_no_room);
	with_file_limit(1, expect_no_room);
	with_file_limit((rlim_t)st.st_size + 10, expect_no_room);
	/* torn: kept aside, but the repair does not fit: put back */
	append_ok("two");
	CHECK_INT(gap_failed(), 3);
	CHECK(stat(log_path(), &st) == 0);
	whole = st.st_size;
	append_ok("three");
	CHECK(truncate(log_path(), whole + 40) == 0);
	with_file_limit((rlim_t)whole + 40, expect_no_room);
	with_file_limit((rlim_t)whole + 100, expect_no_room);
	append_ok("four");
	(void)whole_ok();
	CHECK_INT(count(NULL, "log_repair"), 1);
	CHECK_INT(count(NULL, "log_damaged"), 1);
	CHECK_INT(gap_failed(), 5);
}

static void
append_to_new_log(void)
{
	uint64_t seq;

	CHECK(append("x", &seq, NULL) == SEK_E_IO);
}

static void
file_size_limit_at_birth(void)
{
	fresh();
	with_file_limit(0, append_to_new_log);
	append_ok("one");
	verify_ok(2);
}

static void
read_only_disk(void)
{
	uint64_t seq;

	fresh();
	append_ok("one");
	CHECK(mount(dir, dir, NULL, MS_BIND, NULL) == 0);
	CHECK(mount(NULL, dir, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL)
	    == 0);
	CHECK(append("two", &seq, NULL) == SEK_E_IO);
	verify_ok(2);
	CHECK(umount2(dir, MNT_DETACH) == 0);
}

/* -- crowds ------------------------------------------------------------ */

static void
crowd(int writers, int each)
{
	struct sek_audit_report rep;
	int w, i, status, left = writers;
	char note[32];
	uint64_t seq, last;
	pid_t pid;

	fresh();
	for (w = 0; w < writers; w++) {
		if ((pid = fork()) == 0) {
			(void)snprintf(note, sizeof note, "writer %d", w);
			for (i = 0, last = 0; i < each; i++, last = seq)
				if (append(note, &seq, NULL) != SEK_OK ||
				    seq <= last)
					_exit(1);
			_exit(0);
		}
		CHECK(pid > 0);
	}
	/* who reads meanwhile sees whole records only */
	while (left > 0) {
		pid = waitpid(-1, &status, WNOHANG);
		CHECK(pid >= 0);
		if (pid > 0) {
			CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
			left--;
		}
		if (access(log_path(), F_OK) == 0)
			CHECK_INT(check_file(log_path(), &rep, NULL),
			    SEK_OK);
	}
	verify_ok((uint64_t)(writers * each + 1));
	CHECK_INT(count(NULL, "log_start"), 1);
	for (w = 0; w < writers; w++) {
		(void)snprintf(note, sizeof note, "writer %d", w);
		CHECK_INT(count(note, NULL), each);
	}
}

static void
two_writers(void)
{
	crowd(2, 50);
}

static void
sixteen_writers(void)
{
	crowd(16, 50);
}

/* Writers are killed at any moment while others go on. */
static void
killed_writers_in_a_crowd(void)
{
	uint64_t before = 0, now;
	int i, status;
	pid_t pid[3];
	uint64_t seq;
	size_t w;

	fresh();
	append_ok("one");
	for (i = 0; i < 20; i++) {
		for (w = 0; w < 3; w++) {
			if ((pid[w] = fork()) == 0) {
				while (append("crowd", &seq, NULL) == SEK_OK)
					;
				_exit(1);
			}
			CHECK(pid[w] > 0);
		}
		(void)usleep(3000);
		for (w = 0; w < 3; w++)
			CHECK(kill(pid[w], SIGKILL) == 0);
		for (w = 0; w < 3; w++)
			CHECK(waitpid(pid[w], &status, 0) == pid[w] &&
			    WIFSIGNALED(status));
		append_ok("after");
		now = count(NULL, NULL);
		verify_ok(now);
		CHECK(now > before);
		before = now;
	}
	CHECK_INT(count("after", NULL), 20);
}

/* Who may read the log must not be able to lock its writers out. */
static void
a_reader_cannot_lock_us_out(void)
{
	int fd;

	fresh();
	append_ok("one");
	fd = open(log_path(), O_RDONLY);
	CHECK(fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0);
	append_ok("two");
	CHECK(close(fd) == 0);
	verify_ok(3);
}

/* Begun first and waited for last: it lasts as long as the limit. */
static char held_dir[256];
static pid_t held_pid;

static void
begin_held_lock(void)
{
	struct sek_why why = { .text = "" };
	uint64_t seq;
	int fd;

	fresh();
	append_ok("one");
	(void)snprintf(held_dir, sizeof held_dir, "%s", dir);
	(void)fflush(stdout);
	if ((held_pid = fork()) != 0)
		return;
	fd = open(at("audit.lock"), O_RDWR);
	if (fd < 0 || flock(fd, LOCK_EX) != 0)
		_exit(1);
	if (append("two", &seq, &why) != SEK_E_TIMEOUT)
		_exit(2);
	_exit(strstr(why.text, "locked by another process") != NULL ? 0 : 3);
}

static void
a_held_lock_is_not_waited_for_ever(void)
{
	int status;

	CHECK(held_pid > 0 && waitpid(held_pid, &status, 0) == held_pid);
	CHECK(WIFEXITED(status));
	CHECK_INT(WEXITSTATUS(status), 0);
	(void)snprintf(dir, sizeof dir, "%s", held_dir);
	append_ok("free again");
	CHECK_INT(gap_failed(), 1);
	verify_ok(4);
}

int
main(void)
{
	if (!fixture_begin("crowd"))
		return 1;
	(void)signal(SIGXFSZ, SIG_IGN);
	check_name = "begin_held_lock";
	if (setjmp(check_out) == 0)
		begin_held_lock();
	RUN(full_disk);
	RUN(full_disk_at_birth);
	RUN(file_size_limits);
	RUN(file_size_limit_at_birth);
	RUN(read_only_disk);
	RUN(a_reader_cannot_lock_us_out);
	RUN(two_writers);
	RUN(sixteen_writers);
	RUN(killed_writers_in_a_crowd);
	RUN(a_held_lock_is_not_waited_for_ever);
	if (!fixture_end())
		return 1;
	return CHECK_END();
}
