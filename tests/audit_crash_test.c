/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The identification record when things break: killed or failing at every
 * system call of an append, and ends that are torn or zeroed already.  What
 * was acknowledged is always there.
 * Must run as root: it mounts tmpfs folders of its own.
 *
 * The calls that change a file are defined here, before libc's, so that each
 * of them can be the one that breaks.
 */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/syscall.h>

#include "tests/audit_fixture.h"

enum how {
	KILL_BEFORE, /* die instead of the call */
	KILL_AFTER,  /* die when it is done */
	KILL_HALF,   /* a write: half of it, then die */
	FAIL_EIO,    /* the call fails, once */
	FAIL_SHORT,  /* a write: half of it, as on a full disk */
	N_HOWS
};

static struct {
	bool on, fired;
	enum how how;
	unsigned at; /* which call, from 0 */
} trap;

static bool
trapped(void)
{
	if (!trap.on || trap.at-- != 0)
		return false;
	trap.on = false;
	trap.fired = true;
	if (trap.how == KILL_BEFORE)
		(void)raise(SIGKILL);
	return true;
}

static long
sprung(long done)
{
	if (trap.how == KILL_AFTER || trap.how == KILL_HALF)
		(void)raise(SIGKILL);
	return done;
}

ssize_t
write(int fd, const void *p, size_t n)
{
	if (!trapped())
		return syscall(SYS_write, fd, p, n);
	if (trap.how == FAIL_EIO) {
		errno = EIO;
		return -1;
	}
	return sprung(syscall(SYS_write, fd, p,
	    trap.how == KILL_AFTER ? n : n / 2));
}

ssize_t
pwrite(int fd, const void *p, size_t n, off_t where)
{
	if (!trapped())
		return syscall(SYS_pwrite64, fd, p, n, where);
	if (trap.how == FAIL_EIO) {
		errno = EIO;
		return -1;
	}
	return sprung(syscall(SYS_pwrite64, fd, p,
	    trap.how == KILL_AFTER ? n : n / 2, where));
}

static int
other_call(long nr, long a, long b, long c, long d, long e)
{
	if (!trapped())
		return (int)syscall(nr, a, b, c, d, e);
	if (trap.how == FAIL_EIO) {
		errno = EIO;
		return -1;
	}
	return (int)sprung(syscall(nr, a, b, c, d, e));
}

int
fdatasync(int fd)
{
	return other_call(SYS_fdatasync, fd, 0, 0, 0, 0);
}

int
fsync(int fd)
{
	return other_call(SYS_fsync, fd, 0, 0, 0, 0);
}

int
ftruncate(int fd, off_t n)
{
	return other_call(SYS_ftruncate, fd, n, 0, 0, 0);
}

int
fchmod(int fd, mode_t mode)
{
	return other_call(SYS_fchmod, fd, (long)mode, 0, 0, 0);
}

int
unlinkat(int fd, const char *name, int flags)
{
	return other_call(SYS_unlinkat, fd, (long)name, flags, 0, 0);
}

int
linkat(int from, const char *name, int to, const char *other, int flags)
{
	return other_call(SYS_linkat, from, (long)name, to, (long)other,
	    flags);
}

int
renameat(int from, const char *name, int to, const char *other)
{
	return other_call(SYS_renameat, from, (long)name, to, (long)other,
	    0);
}

int
posix_fallocate(int fd, off_t from, off_t n)
{
	return other_call(SYS_fallocate, fd, 0, from, n, 0) == 0 ? 0 : errno;
}

int
openat(int fd, const char *name, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	if ((flags & O_CREAT) == 0)
		return (int)syscall(SYS_openat, fd, name, flags, 0);
	va_start(ap, flags);
	mode = va_arg(ap, mode_t);
	va_end(ap);
	return other_call(SYS_openat, fd, (long)name, flags, (long)mode, 0);
}

/* -- every call of an append ------------------------------------------ */

/* What the log is before. */
enum before {
	B_NOTHING,
	B_EMPTY,
	B_WHOLE,
	B_TORN,     /* an append was killed half way */
	B_ZEROS,    /* behind its end */
	B_NO_EDGE,
	B_OLD_EDGE, /* it does not know the last append */
	B_BAD_EDGE, /* garbage */
	B_NO_NOTE,  /* no checkpoint */
	B_DUE,      /* for a rotation */
	B_NEW,      /* one was cut off: its file is made */
	B_LINKED,   /* ... and the old one has two names */
	B_ROTATED,  /* ... and it is done, but for the edge */
	B_LOST,     /* the last record, which was acknowledged, is torn off */
	B_GONE,     /* the file is */
	N_BEFORES
};

/* Is something missing that was there? */
static bool
is_damaged(enum before before)
{
	return before == B_LOST || before == B_GONE;
}

static bool
rotates(enum before before)
{
	return before >= B_DUE && before <= B_ROTATED;
}

static void
put_private(const char *name, const void *p, size_t n)
{
	put_file(at(name), p, n);
	CHECK(chmod(at(name), 0600) == 0);
}

static void
copy(const char *from, const char *to)
{
	size_t n;
	char *p = slurp(at(from), &n);

	put_private(to, p, n);
	free(p);
}

static void
rotated_without_its_edge(void)
{
	static const char cut[] = "\n{\"";
	char *text, *p;
	size_t n;

	rotate_at = 1;
	copy("audit.edge", "edge");
	copy("checkpoint", "note");
	append_ok("rotates");
	/* as the kill would have left it: the first record alone */
	text = slurp(log_path(), &n);
	p = memmem(text, n, cut, sizeof cut - 1);
	CHECK(p != NULL && truncate(log_path(), p + 1 - text) == 0);
	free(text);
	CHECK(rename(at("edge"), at("audit.edge")) == 0);
	CHECK(rename(at("note"), at("checkpoint")) == 0);
}

static void
prepare_edge(enum before before)
{
	if (before == B_NO_EDGE)
		CHECK(unlink(at("audit.edge")) == 0);
	if (before == B_OLD_EDGE)
		CHECK(rename(at("edge"), at("audit.edge")) == 0);
	if (before == B_BAD_EDGE) {
		CHECK(truncate(at("audit.edge"), 0) == 0);
		CHECK(truncate(at("audit.edge"), 12288) == 0);
	}
	if (before == B_NO_NOTE)
		CHECK(unlink(at("checkpoint")) == 0);
}

static void
prepare_rotation(enum before before)
{
	if (!rotates(before))
		return;
	rotate_at = 1;
	if (before == B_NEW || before == B_LINKED)
		put_file(at("audit.jsonl.new"), "{\"a", 4);
	if (before == B_LINKED)
		CHECK(link(log_path(), at("audit-000000000001.jsonl")) == 0);
	if (before == B_ROTATED)
		rotated_without_its_edge();
}

static void
prepare(enum before before)
{
	struct stat st;
	int fd;

	fresh();
	with_key();
	if (before == B_EMPTY)
		put_file(log_path(), "", 0);
	if (before < B_WHOLE)
		return;
	append_ok("one");
	if (before == B_OLD_EDGE)
		copy("audit.edge", "edge");
	append_ok("two");
	CHECK(stat(log_path(), &st) == 0);
	if (before == B_TORN) {
		fd = open(log_path(), O_WRONLY | O_APPEND);
		CHECK(fd >= 0 && write(fd, "{\"account\":\"", 12) == 12 &&
		    close(fd) == 0);
	}
	if (before == B_LOST)
		CHECK(truncate(log_path(), st.st_size - 20) == 0);
	if (before == B_ZEROS)
		CHECK(truncate(log_path(), st.st_size + 5000) == 0);
	if (before == B_GONE)
		CHECK(unlink(log_path()) == 0);
	prepare_edge(before);
	prepare_rotation(before);
}

/* Append in a child with the trap set; its exit status, or -1 when killed.
 * *fired: it came as far as the call. */
static int
append_in_child(const char *note, enum how how, unsigned call, bool *fired)
{
	int status;
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		uint64_t seq;

		trap.how = how;
		trap.at = call;
		trap.on = true;
		_exit((append(note, &seq, NULL) == SEK_OK ? 0 : 1) |
		    (trap.fired ? 2 : 0));
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	*fired = WIFSIGNALED(status) || (WEXITSTATUS(status) & 2) != 0;
	return WIFSIGNALED(status) ? -1 : WEXITSTATUS(status) & 1;
}

/* What the log says of itself: a damage where there was one and nowhere
 * else, what was mended, and a failure, if there was something to count it
 * in. */
static void
check_said(enum before before, int ended)
{
	uint64_t repaired = count(NULL, "log_repair");

	if (ended != 1)
		CHECK_INT(count(NULL, "log_gap"), 0);
	else if (before >= B_WHOLE && before != B_NO_EDGE)
		CHECK_INT(count(NULL, "log_gap"), 1);
	if (is_damaged(before))
		CHECK(count(NULL, "log_damaged") >= 1);
	else
		CHECK_INT(count(NULL, "log_damaged"), 0);
	if (before == B_NO_EDGE || before == B_BAD_EDGE)
		CHECK(repaired >= 1);
	if (before != B_TORN && before != B_ZEROS && before != B_LOST)
		return;
	CHECK(repaired >= 1);
	CHECK(torn_files() >= repaired);
	/* a kill between two steps may leave a copy too many, not a hole */
	if (ended >= 0)
		CHECK_INT(torn_files(), repaired);
}

/* The state after one broken append, and that the log goes on. */
static void
check_after(enum before before, int ended)
{
	uint64_t kept = before < B_WHOLE || before == B_GONE ? 0 :
	    before == B_LOST ? 1 : 2, damaged, repaired;

	append_ok("next");
	(void)whole_ok();
	CHECK_INT(count("next", "login"), 1);
	CHECK_INT(count("one", NULL) + count("two", NULL), kept);
	/* acknowledged: there; failed: not there; killed: either */
	if (ended == 0)
		CHECK_INT(count("broken", NULL), 1);
	else if (ended == 1)
		CHECK_INT(count("broken", NULL), 0);
	else
		CHECK(count("broken", NULL) <= 1);
	check_said(before, ended);
	if (rotates(before) && ended >= 0)
		CHECK(access(at("audit-000000000001.jsonl"), F_OK) == 0 &&
		    access(at("audit.jsonl.new"), F_OK) != 0);
	/* nothing is told twice from here on */
	damaged = count(NULL, "log_damaged");
	repaired = count(NULL, "log_repair");
	append_ok("last");
	(void)whole_ok();
	CHECK_INT(count(NULL, "log_damaged"), damaged);
	CHECK_INT(count(NULL, "log_repair"), repaired);
}

static void
broken_at_every_call(enum before before, enum how how)
{
	bool fired = true;
	unsigned call;
	int ended;

	for (call = 0; fired; call++) {
		prepare(before);
		ended = append_in_child("broken", how, call, &fired);
		if (!fired)
			CHECK_INT(ended, 0);
		check_after(before, ended);
		CHECK(call < 60);
	}
	CHECK(call > 4); /* the trap was sprung: four calls at least */
}

static void
killed_before_every_call(void)
{
	int b;

	for (b = 0; b < N_BEFORES; b++)
		broken_at_every_call((enum before)b, KILL_BEFORE);
}

static void
killed_after_every_call(void)
{
	int b;

	for (b = 0; b < N_BEFORES; b++)
		broken_at_every_call((enum before)b, KILL_AFTER);
}

static void
killed_in_the_middle_of_every_write(void)
{
	int b;

	for (b = 0; b < N_BEFORES; b++)
		broken_at_every_call((enum before)b, KILL_HALF);
}

static void
failing_at_every_call(void)
{
	int b;

	for (b = 0; b < N_BEFORES; b++)
		broken_at_every_call((enum before)b, FAIL_EIO);
}

static void
short_at_every_write(void)
{
	int b;

	for (b = 0; b < N_BEFORES; b++)
		broken_at_every_call((enum before)b, FAIL_SHORT);
}

/* -- torn ends -------------------------------------------------------- */

/* The bytes that were kept aside, which the last repair names. */
static void
check_kept(const char *want, size_t n)
{
	struct dirent *e;
	DIR *d = opendir(dir);
	bool found = false;
	char *p;
	size_t len;

	CHECK(d != NULL);
	while ((e = readdir(d)) != NULL) {
		if (strstr(e->d_name, ".torn-") == NULL)
			continue;
		p = slurp(at(e->d_name), &len);
		found = found || (len == n && memcmp(p, want, n) == 0);
		free(p);
	}
	CHECK(closedir(d) == 0);
	CHECK(found);
}

static void
torn_at_every_byte_of_the_last_line(void)
{
	size_t n, last, cut, edge_len;
	char *text, *edge;

	fresh();
	append_ok("one");
	copy("audit.edge", "edge");
	append_ok("two");
	edge = slurp(at("edge"), &edge_len);
	text = slurp(log_path(), &n);
	last = (size_t)((char *)memrchr(text, '\n', n - 1) + 1 - text);
	for (cut = last; cut <= n; cut++) {
		fresh();
		put_file(log_path(), text, cut);
		put_private("audit.edge", edge, edge_len);
		append_ok("three");
		CHECK_INT(count("two", NULL), cut == n);
		CHECK_INT(count(NULL, "log_repair"), cut != last && cut != n);
		verify_ok(cut == last ? 3 : 4);
		if (cut != last && cut != n)
			check_kept(text + last, cut - last);
	}
	free(edge);
	free(text);
}

static void
garbage_behind_the_end_is_kept(void)
{
	static const struct { const char *p; size_t n; } tails[] = {
		{ "\0\0\0\0\0\0\0\0", 8 }, { "\0\0\0\n", 4 }, { "\n", 1 },
		{ "\n\n\n", 3 }, { "garbage\n", 8 }, { "{}\n", 3 },
		{ "{\"v\":2}\n{\"v\"", 12 }, { "{\"a\":}\n", 7 },
		{ "\0\0{\"v\":2}\nx", 11 },
	};
	size_t i, n, edge_len;
	char *text, *both, *edge;

	fresh();
	append_ok("one");
	text = slurp(log_path(), &n);
	edge = slurp(at("audit.edge"), &edge_len);
	both = malloc(n + 100);
	CHECK(both != NULL);
	for (i = 0; i < sizeof tails / sizeof tails[0]; i++) {
		memcpy(both, text, n);
		memcpy(both + n, tails[i].p, tails[i].n);
		fresh();
		put_file(log_path(), both, n + tails[i].n);
		put_private("audit.edge", edge, edge_len);
		append_ok("two");
		verify_ok(4);
		CHECK_INT(count(NULL, "log_repair"), 1);
		check_kept(tails[i].p, tails[i].n);
	}
	free(text);
	free(both);
	free(edge);
}

static void
long_zeroed_end(void)
{
	static const char zeros[300000];
	struct sek_why why;
	struct stat st, now;
	uint64_t seq;

	fresh();
	append_ok("one");
	CHECK(stat(log_path(), &st) == 0);
	CHECK(truncate(log_path(), st.st_size + 300000) == 0);
	append_ok("two");
	verify_ok(4);
	check_kept(zeros, sizeof zeros);
	/* more than a mebibyte is no torn end: somebody must look */
	CHECK(stat(log_path(), &st) == 0);
	CHECK(truncate(log_path(), st.st_size + 2 * 1024 * 1024) == 0);
	CHECK_INT(append("x", &seq, &why), SEK_E_SYNTAX);
	CHECK(strstr(why.text, "by hand") != NULL);
	CHECK(stat(log_path(), &now) == 0 &&
	    now.st_size == st.st_size + 2 * 1024 * 1024);
	CHECK_INT(torn_files(), 1);
	CHECK(truncate(log_path(), st.st_size) == 0);
	append_ok("three");
	CHECK_INT(count(NULL, "log_gap"), 1);
	verify_ok(6);
}

static int
check_repair(void *arg, const char *line, size_t n, const json_t *rec)
{
	json_t *rep = json_object_get(rec, "repair");
	const char *name = json_string_value(json_object_get(rep, "file"));
	struct stat st;

	(void)arg;
	(void)line;
	(void)n;
	if (rep == NULL)
		return 0;
	return name != NULL && stat(at(name), &st) == 0 &&
	    st.st_size == 7 && (st.st_mode & 07777) == 0640 &&
	    json_integer_value(json_object_get(rep, "bytes")) == 7 &&
	    strcmp(json_string_value(json_object_get(rep, "sha256")),
	    /* printf garbage | sha256sum */
	    "795b6904e54f82411df4b0e27a373a55eea3f9d66dac5a9bce1dd92f7b401da5")
	    == 0 ? 1 : 2;
}

static void
repair_names_what_it_kept(void)
{
	fresh();
	put_file(log_path(), "garbage", 7); /* a log without a good record */
	append_ok("one");
	CHECK_INT(count(NULL, "log_repair"), 1);
	verify_ok(2);
	CHECK_INT(each_record(log_path(), check_repair, NULL, NULL), 1);
}

int
main(void)
{
	if (!fixture_begin("crash"))
		return 1;
	RUN(killed_before_every_call);
	RUN(killed_after_every_call);
	RUN(killed_in_the_middle_of_every_write);
	RUN(failing_at_every_call);
	RUN(short_at_every_write);
	RUN(torn_at_every_byte_of_the_last_line);
	RUN(garbage_behind_the_end_is_kept);
	RUN(long_zeroed_end);
	RUN(repair_names_what_it_kept);
	if (!fixture_end())
		return 1;
	return CHECK_END();
}
