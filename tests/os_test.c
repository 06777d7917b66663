/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * base/os_*: what a started program inherits, how it is ended, and which
 * files are safe.  Runs as root; the child is a shell that reports itself.
 */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sekisho/os.h"

/* Dead, whether or not process 1 has got round to reaping it. */
static int
is_gone(pid_t pid)
{
	char path[64], state = '\0';
	FILE *f;

	if (kill(pid, 0) == -1)
		return errno == ESRCH;
	(void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	if ((f = fopen(path, "re")) == NULL)
		return 1;
	if (fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
		state = '\0';
	(void)fclose(f);
	return state == 'Z';
}

static volatile sig_atomic_t sigchld_seen;

static void
on_sigchld(int sig)
{
	(void)sig;
	sigchld_seen++;
}

/* Run a shell script as a child with its channel on 3; what it writes there
 * is in `out`. */
static void
run(struct sek_spawn *s, const char *script, char *out, size_t cap,
    struct sek_exit *ex)
{
	const char *argv[] = { "sh", "-c", script, NULL };
	struct sek_child c = SEK_CHILD_NONE;
	const struct sek_deadline dl = sek_deadline_in(5000);
	size_t n = 0;
	ssize_t k = 0;

	s->path = "/bin/sh";
	s->argv = argv;
	s->chan_fd = 3;
	CHECK(sek_child_start(&c, s) == SEK_OK);
	while (n < cap - 1 && (k = read(c.chan, out + n, cap - 1 - n)) > 0)
		n += (size_t)k;
	out[n] = '\0';
	CHECK(sek_child_finish(&c, &dl, ex) == SEK_OK);
}

static void
a_child_inherits_nothing(void)
{
	struct sek_spawn s = { .envp = NULL };
	char out[4096];
	struct sek_exit ex;
	int extra = open("/dev/null", O_RDONLY);

	CHECK(extra >= 0);
	CHECK(setenv("LD_PRELOAD", "", 1) == 0);
	CHECK(setenv("SOFTHSM2_CONF", "/evil", 1) == 0);
	/* exec: a redirection of one command would open another one */
	run(&s, "exec >&3; ls /proc/$$/fd; tr '\\0' '\\n' "
	    "</proc/$$/environ; pwd; umask; "
	    "readlink /proc/$$/fd/0", out, sizeof out, &ex);
	CHECK(!ex.signalled && ex.code == 0);
	CHECK_STR(out, "0\n1\n2\n3\n/\n0077\n/dev/null\n");
	(void)close(extra);
	(void)unsetenv("LD_PRELOAD");
	(void)unsetenv("SOFTHSM2_CONF");
}

static void
a_child_gets_the_named_environment_only(void)
{
	const char *env[] = { "SOFTHSM2_CONF=/x/y", NULL };
	struct sek_spawn s = { .envp = env };
	char out[256];

	run(&s, "tr '\\0' '\\n' </proc/$$/environ >&3", out, sizeof out,
	    NULL);
	CHECK_STR(out, "SOFTHSM2_CONF=/x/y\n");
}

static void
a_dropped_child_cannot_come_back(void)
{
	const struct passwd *nobody = getpwnam("nobody");
	struct sek_spawn s = { .drop = true, .confine = true,
	    .max_memory = 256u << 20 };
	char out[4096];

	CHECK(nobody != NULL);
	s.uid = nobody->pw_uid;
	s.gid = nobody->pw_gid;
	run(&s, "grep -E '^(Uid|Gid|Groups|NoNewPrivs|CapEff)' "
	    "/proc/self/status | tr -d '\\t ' >&3; ulimit -c >&3; "
	    "ulimit -n >&3; ulimit -v >&3; ulimit -f >&3", out, sizeof out,
	    NULL);
	CHECK(strstr(out, "Uid:65534655346553465534\n") != NULL);
	CHECK(strstr(out, "Gid:65534655346553465534\n") != NULL);
	CHECK(strstr(out, "Groups:\n") != NULL);
	CHECK(strstr(out, "CapEff:0000000000000000\n") != NULL);
#ifdef __SANITIZE_ADDRESS__
	CHECK(strstr(out, "NoNewPrivs:1\n0\n64\nunlimited\n") != NULL);
#else
	CHECK(strstr(out, "NoNewPrivs:1\n0\n64\n262144\n") != NULL);
#endif
}

static void
a_limit_of_the_host_does_not_reach_a_detached_program(void)
{
	struct sek_spawn s = { .detach = true };
	struct rlimit old, none = { 0, RLIM_INFINITY };
	char out[64];

	CHECK(getrlimit(RLIMIT_FSIZE, &old) == 0);
	none.rlim_max = old.rlim_max;
	CHECK(setrlimit(RLIMIT_FSIZE, &none) == 0);
	run(&s, "ulimit -f >&3; read -r a b c d e sid rest </proc/$$/stat; "
	    "test $sid = $$ && echo own >&3", out, sizeof out, NULL);
	CHECK(setrlimit(RLIMIT_FSIZE, &old) == 0);
	CHECK_STR(out, "unlimited\nown\n");
}

static void
the_host_hears_and_loses_no_child(void)
{
	struct sigaction act = { .sa_handler = on_sigchld }, old, now;
	struct sek_spawn s = { .detach = true };
	sigset_t mask, after;
	char out[16];

	(void)sigemptyset(&mask);
	(void)sigaddset(&mask, SIGUSR2);
	CHECK(sigprocmask(SIG_SETMASK, &mask, NULL) == 0);
	CHECK(sigaction(SIGCHLD, &act, &old) == 0);
	sigchld_seen = 0;
	run(&s, "exit 0", out, sizeof out, NULL);
	CHECK(sigaction(SIGCHLD, NULL, &now) == 0);
	CHECK(now.sa_handler == on_sigchld);
	CHECK(sigprocmask(SIG_SETMASK, NULL, &after) == 0);
	CHECK(sigismember(&after, SIGUSR2) == 1);
	CHECK_INT(sigchld_seen, 0);
	CHECK(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
	(void)sigaction(SIGCHLD, &old, NULL);
	(void)sigemptyset(&mask);
	(void)sigprocmask(SIG_SETMASK, &mask, NULL);
}

static void
a_child_starts_with_default_signals(void)
{
	struct sigaction ign = { .sa_handler = SIG_IGN }, old;
	/* the kernel's form of the same: glibc refuses its own signals */
	const unsigned long raw[8] = { 1 /* SIG_IGN */ };
	struct sek_spawn s = { .envp = NULL };
	char out[256];

	CHECK(syscall(SYS_rt_sigaction, 32L, raw, NULL, 8L) == 0);

	CHECK(sigaction(SIGPIPE, &ign, &old) == 0);
	run(&s, "grep -E '^Sig(Blk|Ign)' /proc/$$/status | tr -d '\\t' >&3",
	    out, sizeof out, NULL);
	(void)sigaction(SIGPIPE, &old, NULL);
	CHECK_STR(out, "SigBlk:0000000000000000\n"
	    "SigIgn:0000000000000000\n");
}

static void
a_child_that_does_not_end_is_killed(void)
{
	const char *argv[] = { "sh", "-c", "trap '' TERM; while :; do :; done",
	    NULL };
	struct sek_spawn s = { .path = "/bin/sh", .argv = argv, .chan_fd = 3 };
	struct sek_child c = SEK_CHILD_NONE;
	const struct sek_deadline dl = sek_deadline_in(100);
	const uint64_t before = sek_now_ms();
	struct sek_exit ex;
	pid_t pid;

	CHECK(sek_child_start(&c, &s) == SEK_OK);
	pid = c.pid;
	CHECK(sek_child_finish(&c, &dl, &ex) == SEK_E_TIMEOUT);
	CHECK(ex.signalled && ex.code == SIGKILL);
	CHECK(sek_now_ms() - before < 2000);
	CHECK(is_gone(pid));
	CHECK(c.pid == 0 && c.chan == -1 && c.pidfd == -1);
}

static void
a_detached_program_that_does_not_end_is_killed(void)
{
	const char *argv[] = { "sleep", "100", NULL };
	struct sek_spawn s = { .path = "/bin/sleep", .argv = argv,
	    .chan_fd = 3, .detach = true };
	struct sek_child c = SEK_CHILD_NONE;
	const struct sek_deadline dl = sek_deadline_in(100);
	char byte;
	int chan;

	CHECK(sek_child_start(&c, &s) == SEK_OK);
	CHECK(sek_child_running(&c));
	chan = dup(c.chan);
	CHECK(sek_child_finish(&c, &dl, NULL) == SEK_E_TIMEOUT);
	CHECK(!sek_child_running(&c));
	/* its end of the channel is gone with it */
	CHECK(read(chan, &byte, 1) == 0);
	(void)close(chan);
}

static void
a_program_that_is_not_there_is_an_ended_child(void)
{
	const char *argv[] = { "x", NULL };
	struct sek_spawn s = { .path = "/nonexistent/x", .argv = argv,
	    .chan_fd = 0 };
	struct sek_child c = SEK_CHILD_NONE;
	const struct sek_deadline dl = sek_deadline_in(2000);
	struct sek_exit ex;

	CHECK(sek_child_start(&c, &s) == SEK_OK);
	CHECK(sek_child_finish(&c, &dl, &ex) == SEK_OK);
	CHECK(!ex.signalled && ex.code == 127);
}

/* In a child of ours, so that only its own orphans become its own. */
static void
orphans_that_hide_are_killed(void)
{
	char path[] = "/tmp/sekisho-os-XXXXXX";
	const char *argv[] = { "sh", "-c",
	    "(setsid sh -c 'trap \"\" TERM HUP; echo $$ >\"$0\"; "
	    "(sleep 100) & sleep 100' \"$0\" &) ; exit 0", path, NULL };
	struct sek_spawn s = { .path = "/bin/sh", .argv = argv, .chan_fd = 3,
	    .confine = true };
	const struct sek_deadline dl = sek_deadline_in(2000);
	int fd = mkstemp(path), status = 0, i;
	char text[32] = "";
	pid_t host;

	CHECK(fd >= 0);
	host = fork();
	CHECK(host >= 0);
	if (host == 0) {
		struct sek_child c = SEK_CHILD_NONE;
		struct stat st;

		if (sek_adopt_orphans() != SEK_OK ||
		    sek_child_start(&c, &s) != SEK_OK ||
		    sek_child_finish(&c, &dl, NULL) != SEK_OK)
			_exit(1);
		for (i = 0; i < 200 && fstat(fd, &st) == 0 &&
		    st.st_size == 0; i++)
			(void)usleep(10000);
		sek_kill_descendants_but(0);
		_exit(waitpid(-1, NULL, WNOHANG | __WALL) == -1 ? 0 : 2);
	}
	CHECK(waitpid(host, &status, 0) == host);
	CHECK(pread(fd, text, sizeof text - 1, 0) > 0);
	(void)close(fd);
	(void)unlink(path);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	CHECK(is_gone((pid_t)atoi(text)));
}

static void
a_helper_dies_with_its_gate(void)
{
	const char *argv[] = { "sleep", "100", NULL };
	struct sek_spawn s = { .path = "/bin/sleep", .argv = argv,
	    .chan_fd = 3, .confine = true };
	int fd[2], status, i;
	pid_t host, helper = 0;

	CHECK(pipe(fd) == 0);
	host = fork();
	CHECK(host >= 0);
	if (host == 0) {
		struct sek_child c = SEK_CHILD_NONE;

		if (sek_child_start(&c, &s) == SEK_OK &&
		    write(fd[1], &c.pid, sizeof c.pid) > 0)
			for (;;)
				(void)pause();
		_exit(1);
	}
	CHECK(read(fd[0], &helper, sizeof helper) == sizeof helper);
	/* it must have passed prctl: wait until it is sleep */
	for (i = 0; i < 200; i++) {
		char link[64], exe[64] = "";

		(void)snprintf(link, sizeof link, "/proc/%d/comm", helper);
		int c = open(link, O_RDONLY);
		if (c >= 0 && read(c, exe, 5) == 5 &&
		    strncmp(exe, "sleep", 5) == 0)
			i = 1000;
		(void)close(c);
		(void)usleep(10000);
	}
	CHECK(kill(host, SIGKILL) == 0 && waitpid(host, &status, 0) == host);
	for (i = 0; i < 200 && !is_gone(helper); i++)
		(void)usleep(10000);
	(void)close(fd[0]);
	(void)close(fd[1]);
	CHECK(i < 200);
}

struct place {
	char dir[64];
	char file[96];
};

static void
place_make(struct place *p)
{
	(void)snprintf(p->dir, sizeof p->dir, "/tmp/sekisho-os-XXXXXX");
	CHECK(mkdtemp(p->dir) != NULL);
	(void)snprintf(p->file, sizeof p->file, "%s/f", p->dir);
	int fd = open(p->file, O_CREAT | O_WRONLY, 0600);
	CHECK(fd >= 0 && write(fd, "hello", 5) == 5);
	(void)close(fd);
}

static void
place_remove(struct place *p)
{
	(void)unlink(p->file);
	(void)rmdir(p->dir);
}

static int
safe(const struct place *p, const char *word)
{
	struct sek_why why = { "" };
	int r = sek_path_safe(p->file, false, &why);

	return r != SEK_OK && strstr(why.text, word) == NULL ? 1000 : r;
}

static void
only_the_administrators_files_are_safe(void)
{
	struct place p;

	place_make(&p);
	CHECK_INT(safe(&p, ""), SEK_OK);
	CHECK(chmod(p.file, 0620) == 0);
	CHECK_INT(safe(&p, "writable by group or others"), SEK_E_UNSAFE);
	CHECK(chmod(p.file, 0602) == 0);
	CHECK_INT(safe(&p, "writable by group or others"), SEK_E_UNSAFE);
	CHECK(chmod(p.file, 0600) == 0 && chown(p.file, 65534, 0) == 0);
	CHECK_INT(safe(&p, "owned by root"), SEK_E_UNSAFE);
	CHECK(chown(p.file, 0, 0) == 0 && chmod(p.dir, 0770) == 0);
	CHECK_INT(safe(&p, p.dir), SEK_E_UNSAFE);
	CHECK(chmod(p.dir, 0700) == 0 && chown(p.dir, 65534, 0) == 0);
	CHECK_INT(safe(&p, p.dir), SEK_E_UNSAFE);
	CHECK(chown(p.dir, 0, 0) == 0);
	CHECK_INT(safe(&p, ""), SEK_OK);
	CHECK(unlink(p.file) == 0);
	CHECK_INT(safe(&p, "No such file"), SEK_E_NOENT);
	CHECK(mkfifo(p.file, 0600) == 0);
	CHECK_INT(safe(&p, "not a regular file"), SEK_E_UNSAFE);
	place_remove(&p);
	CHECK(sek_path_safe("relative", false, NULL) == SEK_E_UNSAFE);
	CHECK(sek_path_safe("/etc/../etc/passwd", false, NULL) ==
	    SEK_E_UNSAFE);
	CHECK(sek_path_safe("/tmp", true, NULL) == SEK_E_UNSAFE);
	CHECK(sek_path_safe("/etc", true, NULL) == SEK_OK);
}

static void
a_link_is_followed_to_safe_places_only_and_never_read(void)
{
	struct place p, q;
	struct sek_buf out = { 0 };
	struct sek_why why;

	place_make(&p);
	place_make(&q);
	CHECK(unlink(p.file) == 0 && symlink(q.file, p.file) == 0);
	CHECK_INT(safe(&p, ""), SEK_OK);
	CHECK(sek_read_safe_file(p.file, 100, &out, &why) == SEK_E_UNSAFE);
	CHECK(chmod(q.dir, 0777) == 0);
	CHECK_INT(safe(&p, q.dir), SEK_E_UNSAFE);
	place_remove(&p);
	place_remove(&q);
}

static void
a_file_is_read_whole_or_not_at_all(void)
{
	struct place p;
	struct sek_buf out = { 0 };
	struct sek_why why;

	place_make(&p);
	CHECK(sek_read_safe_file(p.file, 4, &out, &why) == SEK_E_LIMIT);
	CHECK(out.len == 0);
	CHECK(sek_read_safe_file(p.file, 5, &out, &why) == SEK_OK);
	CHECK(out.len == 5 && memcmp(out.p, "hello", 5) == 0);
	sek_buf_free(&out);
	place_remove(&p);
}

static void
starting_without_descriptors_is_an_error_not_a_crash(void)
{
	struct rlimit old, few;
	struct sek_spawn s = { .path = "/bin/true", .chan_fd = 3 };
	const char *argv[] = { "true", NULL };
	struct sek_child c = SEK_CHILD_NONE;
	const struct sek_deadline dl = sek_deadline_in(2000);
	struct sek_exit ex = { .code = 0 };
	int r;

	s.argv = argv;
	CHECK(getrlimit(RLIMIT_NOFILE, &old) == 0);
	for (few = old, few.rlim_cur = 3; few.rlim_cur < 12; few.rlim_cur++) {
		CHECK(setrlimit(RLIMIT_NOFILE, &few) == 0);
		r = sek_child_start(&c, &s);
		if (r == SEK_OK)
			r = sek_child_finish(&c, &dl, &ex);
		(void)setrlimit(RLIMIT_NOFILE, &old);
		CHECK(r == SEK_E_SYS || ex.code == 127 || ex.code == 0);
	}
}

/* In a child of ours that is the gate: who has a card to lock goes on when
 * all others are killed, and when the gate itself is. */
static void
a_guard_is_spared_and_outlives_its_gate(void)
{
	const char *argv[] = { "sleep", "100", NULL };
	struct sek_spawn s = { .path = "/bin/sleep", .argv = argv,
	    .chan_fd = 3, .confine = true };
	struct sek_spawn g = { .path = "/bin/sleep", .argv = argv,
	    .chan_fd = 3, .confine = true, .outlive = true };
	pid_t pids[2] = { 0, 0 }, host;
	int fd[2], status;

	CHECK(pipe(fd) == 0);
	CHECK(sek_adopt_orphans() == SEK_OK);
	host = fork();
	CHECK(host >= 0);
	if (host == 0) {
		const struct sek_deadline dl = sek_deadline_in(50);
		struct sek_child c = SEK_CHILD_NONE, guard = SEK_CHILD_NONE;

		if (sek_child_start(&c, &s) != SEK_OK ||
		    sek_child_start(&guard, &g) != SEK_OK)
			_exit(1);
		pids[0] = c.pid;
		pids[1] = guard.pid;
		sek_kill_descendants_but(guard.pid);
		if (sek_child_leave(&guard, &dl, NULL) != SEK_E_TIMEOUT ||
		    !sek_child_running(&guard) ||
		    write(fd[1], pids, sizeof pids) != sizeof pids)
			_exit(1);
		(void)raise(SIGKILL);
	}
	(void)close(fd[1]); /* so that a host that failed is heard of */
	CHECK(read(fd[0], pids, sizeof pids) == sizeof pids);
	CHECK(waitpid(host, &status, 0) == host && WIFSIGNALED(status));
	CHECK(is_gone(pids[0]));
	/* ours now, and alive until we say so */
	CHECK(waitpid(pids[1], &status, WNOHANG) == 0);
	CHECK(kill(pids[1], SIGKILL) == 0);
	CHECK(waitpid(pids[1], &status, 0) == pids[1]);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	(void)close(fd[0]);
}

static void
a_child_that_ends_in_time_is_not_left(void)
{
	const char *argv[] = { "sh", "-c", "read x <&3; exit 7", NULL };
	const struct sek_spawn s = { .path = "/bin/sh", .argv = argv,
	    .chan_fd = 3 };
	const struct sek_deadline dl = sek_deadline_in(5000);
	struct sek_child c = SEK_CHILD_NONE;
	struct sek_exit ex = { .code = 0 };

	CHECK(sek_child_start(&c, &s) == SEK_OK);
	CHECK(sek_child_leave(&c, &dl, &ex) == SEK_OK);
	CHECK(!sek_child_running(&c));
	CHECK(!ex.signalled && ex.code == 7);
}

static void
a_process_dies_at_its_time_whatever_it_does(void)
{
	pid_t pid = fork();
	int status = 0;

	CHECK(pid >= 0);
	if (pid == 0) {
		const struct rlimit none = { 0, 0 };
		sigset_t all;

		(void)setrlimit(RLIMIT_SIGPENDING, &none);
		(void)signal(SIGALRM, SIG_IGN);
		(void)sigfillset(&all);
		(void)sigprocmask(SIG_SETMASK, &all, NULL);
		if (sek_die_in(20) == SEK_OK)
			(void)sleep(100);
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM);
}

/* A host that may not raise its limits: ours are not higher, and no error. */
static void
a_lower_limit_of_the_host_stays(void)
{
	const char *argv[] = { "sh", "-c", "ulimit -n >&3", NULL };
	const struct sek_spawn s = { .path = "/bin/sh", .argv = argv,
	    .chan_fd = 3, .confine = true, .max_memory = 1u << 30 };
	const struct rlimit few = { .rlim_cur = 20, .rlim_max = 20 };
	const struct sek_deadline dl = sek_deadline_in(5000);
	struct sek_child c = SEK_CHILD_NONE;
	char text[8] = "";
	pid_t host = fork();
	int status = 0;

	CHECK(host >= 0);
	if (host == 0) {
		if (setrlimit(RLIMIT_NOFILE, &few) != 0 ||
		    sek_child_start(&c, &s) != SEK_OK ||
		    read(c.chan, text, sizeof text - 1) <= 0 ||
		    sek_child_finish(&c, &dl, NULL) != SEK_OK)
			_exit(1);
		_exit(strcmp(text, "20\n") == 0 ? 0 : 2);
	}
	CHECK(waitpid(host, &status, 0) == host);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int
main(void)
{
	RUN(a_child_inherits_nothing);
	RUN(a_child_gets_the_named_environment_only);
	RUN(a_dropped_child_cannot_come_back);
	RUN(a_limit_of_the_host_does_not_reach_a_detached_program);
	RUN(the_host_hears_and_loses_no_child);
	RUN(a_child_starts_with_default_signals);
	RUN(a_child_that_does_not_end_is_killed);
	RUN(a_detached_program_that_does_not_end_is_killed);
	RUN(a_program_that_is_not_there_is_an_ended_child);
	RUN(orphans_that_hide_are_killed);
	RUN(a_helper_dies_with_its_gate);
	RUN(a_guard_is_spared_and_outlives_its_gate);
	RUN(a_child_that_ends_in_time_is_not_left);
	RUN(a_process_dies_at_its_time_whatever_it_does);
	RUN(a_lower_limit_of_the_host_stays);
	RUN(only_the_administrators_files_are_safe);
	RUN(a_link_is_followed_to_safe_places_only_and_never_read);
	RUN(a_file_is_read_whole_or_not_at_all);
	RUN(starting_without_descriptors_is_an_error_not_a_crash);
	return CHECK_END();
}
