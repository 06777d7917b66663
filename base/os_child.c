/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starts a program with nothing of ours, and ends it for certain.
 * Linux; runs in the PAM module, in the gate and in `sekisho`.  Between
 * clone and exec only system calls: the host may have had many threads.
 * Never touches the signal handlers of the process it lives in.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sekisho/os.h"

#define REAP_MS 2000u
#define CHILD_STACK (16 * 1024)
#define STARTER_STACK (CHILD_STACK + 16 * 1024)
#define MAX_FILES 64u
#define GATE_FILES 256u
#define MAX_TO_CLOSE 1048576u
#define MAX_STACK (8u * 1024 * 1024)
#define MAX_FILE_BYTES (16u * 1024 * 1024)

/* Block every signal for as long as parent and child share handlers. */
static void
hold_signals(sigset_t *before)
{
	sigset_t all;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, before);
}

static int
set_limit(int what, rlim_t value)
{
	const struct rlimit lim = { .rlim_cur = value, .rlim_max = value };

	return setrlimit((__rlimit_resource_t)what, &lim);
}

/* At most `value`; a limit that is lower already is as good. */
static int
lower_limit(int what, rlim_t value)
{
	struct rlimit lim;

	if (getrlimit((__rlimit_resource_t)what, &lim) != 0)
		return -1;
	return set_limit(what, lim.rlim_max < value ? lim.rlim_max : value);
}

static int
limit_memory(uint64_t max)
{
#ifdef __SANITIZE_ADDRESS__
	(void)max; /* its shadow is larger than any sensible limit */
	return 0;
#else
	return lower_limit(RLIMIT_AS, max);
#endif
}

/* In the child.  The kernel's own calls, because glibc's setuid wrappers
 * signal "the other threads", which a clone does not have. */
static int
become(const struct sek_spawn *s)
{
	if (!s->drop)
		return (int)syscall(SYS_setresgid, 0, 0, 0) |
		    (int)syscall(SYS_setresuid, 0, 0, 0);
	if (syscall(SYS_setgroups, s->n_groups, s->groups) != 0 ||
	    syscall(SYS_setresgid, s->gid, s->gid, s->gid) != 0 ||
	    syscall(SYS_setresuid, s->uid, s->uid, s->uid) != 0)
		return -1;
	return 0;
}

static int
confine(const struct sek_spawn *s, pid_t parent)
{
	if (!s->confine)
		return 0;
	/* after the change of user, which clears the death signal */
	if ((parent != 0 && prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return -1;
	if (parent != 0 && getppid() != parent)
		return -1;
	if (set_limit(RLIMIT_CORE, 0) != 0 ||
	    lower_limit(RLIMIT_NOFILE, MAX_FILES) != 0 ||
	    lower_limit(RLIMIT_FSIZE, MAX_FILE_BYTES) != 0)
		return -1;
	if (s->max_memory != 0 && limit_memory(s->max_memory) != 0)
		return -1;
	return 0;
}

/* The kernel's own call, because glibc keeps its two signals (32 and 33) to
 * itself, and they are inherited when somebody has ignored them.  All bytes
 * zero is the default action on every architecture. */
static void
reset_signals(void)
{
	static const char dfl[64] = { 0 };
	sigset_t none;
	long sig;

	for (sig = 1; sig < NSIG; sig++)
		(void)syscall(SYS_rt_sigaction, sig, dfl, NULL, NSIG / 8);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static void
raise_limit(int what, rlim_t value)
{
	struct rlimit lim;

	if (set_limit(what, value) == 0)
		return;
	/* the hard limit stays: at least the soft one need not be lower */
	if (getrlimit((__rlimit_resource_t)what, &lim) == 0)
		(void)set_limit(what, lim.rlim_max);
}

/* A key pressed at the host's terminal must not end the gate before it has
 * written its record, and a limit that the user has set for the host (sudo
 * keeps them) must not keep it from writing.  A host that may not raise its
 * limits keeps them: the gate then refuses what it cannot record. */
static void
leave_host(void)
{
	static const int limits[] = { RLIMIT_AS, RLIMIT_CPU, RLIMIT_DATA,
	    RLIMIT_FSIZE, RLIMIT_STACK };
	size_t i;

	(void)setsid();
	for (i = 0; i < sizeof limits / sizeof limits[0]; i++)
		raise_limit(limits[i], limits[i] == RLIMIT_STACK ?
		    MAX_STACK : RLIM_INFINITY);
	raise_limit(RLIMIT_NOFILE, GATE_FILES);
}

static int
close_from(int first)
{
	struct rlimit lim;
	rlim_t fd;

	if (syscall(SYS_close_range, first, ~0u, 0) == 0)
		return 0;
	/* a kernel before 5.9, or a tool that stands in for one: one by one,
	 * as far as any descriptor can reach */
	if (errno != ENOSYS || getrlimit(RLIMIT_NOFILE, &lim) != 0 ||
	    lim.rlim_max > MAX_TO_CLOSE)
		return -1;
	for (fd = (rlim_t)first; fd < lim.rlim_max; fd++)
		(void)close((int)fd);
	return 0;
}

/* Only the channel and /dev/null on 0, 1, 2 are left open. */
static int
arrange_fds(int chan, int at)
{
	int null, fd;

	/* out of the way of the numbers that are about to be taken */
	if ((chan = fcntl(chan, F_DUPFD, 10)) < 0)
		return -1;
	if ((null = open("/dev/null", O_RDWR)) < 0)
		return -1;
	for (fd = 0; fd < 3; fd++)
		if (fd != at && dup2(null, fd) < 0)
			return -1;
	if (dup2(chan, at) < 0)
		return -1;
	return close_from(at < 3 ? 3 : at + 1);
}

static _Noreturn void
child_main(const struct sek_spawn *s, int chan, pid_t parent)
{
	static const char *const no_env[] = { NULL };

	reset_signals();
	if (s->detach)
		leave_host();
	(void)umask(077);
	if (chdir("/") == 0 && arrange_fds(chan, s->chan_fd) == 0 &&
	    become(s) == 0 && confine(s, parent) == 0)
		(void)execve(s->path, (char *const *)s->argv,
		    (char *const *)(s->envp == NULL ? no_env : s->envp));
	_exit(SEK_EXIT_NOT_STARTED);
}

/* clone(2) as fork, without the handlers that a host may have registered. */
static pid_t
bare_fork(void)
{
	return (pid_t)syscall(SYS_clone, 0ul, NULL, NULL, NULL, NULL);
}

/* What the two short-lived children of a detached start are told. */
struct start {
	const struct sek_spawn *s;
	int chan;
	int hand; /* where the pidfd goes: not through the channel, which
		     the program may have closed by then */
};

/* clone(2) that lends the child our memory until it has become the program
 * or has ended, as posix_spawn(3) does: a large host is not copied, twice,
 * for a program that needs none of it.  On a stack of its own. */
static pid_t
lending_clone(int (*fn)(void *), struct start *arg, char *stack, size_t size,
    int *pidfd)
{
	return clone(fn, stack + size, CLONE_VM | CLONE_VFORK |
	    (pidfd != NULL ? CLONE_PIDFD : 0), arg, pidfd, NULL, NULL);
}

static int
be_the_program(void *arg)
{
	const struct start *st = arg;

	child_main(st->s, st->chan, 0);
}

/* In the child that ends at once: start the program and hand its pidfd
 * over. */
static int
start_and_leave(void *arg)
{
	struct start *st = arg;
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { .space = { 0 } };
	_Alignas(16) char stack[CHILD_STACK];
	char byte = 0;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
	    .msg_control = control.space,
	    .msg_controllen = sizeof control.space };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	int pidfd = -1;

	if (lending_clone(be_the_program, st, stack, sizeof stack, &pidfd) < 0)
		_exit(SEK_EXIT_NOT_STARTED);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof pidfd);
	memcpy(CMSG_DATA(c), &pidfd, sizeof pidfd);
	_exit(sendmsg(st->hand, &msg, MSG_NOSIGNAL) == 1 ? 0 :
	    SEK_EXIT_NOT_STARTED);
}

static int
receive_pidfd(int hand)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { .space = { 0 } };
	char byte;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
	    .msg_control = control.space,
	    .msg_controllen = sizeof control.space };
	const struct cmsghdr *c;
	int pidfd;

	if (recvmsg(hand, &msg, MSG_CMSG_CLOEXEC | MSG_DONTWAIT) != 1 ||
	    (c = CMSG_FIRSTHDR(&msg)) == NULL || c->cmsg_type != SCM_RIGHTS ||
	    c->cmsg_len != CMSG_LEN(sizeof pidfd))
		return -1;
	memcpy(&pidfd, CMSG_DATA(c), sizeof pidfd);
	return pidfd;
}

static pid_t
wait_for_pid(pid_t pid, int *status, int options)
{
	pid_t got;

	do
		got = waitpid(pid, status, options | __WALL);
	while (got < 0 && errno == EINTR);
	return got;
}

static int
start_detached(struct sek_child *c, const struct sek_spawn *s, int pair[2])
{
	struct start st = { .s = s, .chan = pair[1] };
	_Alignas(16) char stack[STARTER_STACK];
	int hand[2], r = SEK_E_SYS;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, hand) != 0)
		return SEK_E_SYS;
	st.hand = hand[1];
	pid = lending_clone(start_and_leave, &st, stack, sizeof stack, NULL);
	if (pid > 0 && wait_for_pid(pid, NULL, 0) == pid) {
		c->pidfd = receive_pidfd(hand[0]);
		c->detached = true;
		r = c->pidfd < 0 ? SEK_E_SYS : SEK_OK;
	}
	(void)close(hand[0]);
	(void)close(hand[1]);
	return r;
}

/* A socketpair whose ends are not 0, 1 or 2, should the host have closed
 * those: they are about to be taken in the child. */
static int
open_channel(int pair[2])
{
	int low[2], i;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, low) != 0)
		return SEK_E_SYS;
	for (i = 0; i < 2; i++) {
		pair[i] = fcntl(low[i], F_DUPFD_CLOEXEC, 3);
		(void)close(low[i]);
	}
	if (pair[0] >= 0 && pair[1] >= 0)
		return SEK_OK;
	for (i = 0; i < 2; i++)
		if (pair[i] >= 0)
			(void)close(pair[i]);
	return SEK_E_SYS;
}

static int
start_child(struct sek_child *c, const struct sek_spawn *s, int pair[2])
{
	const pid_t parent = getpid();

	c->pid = bare_fork();
	if (c->pid == 0)
		child_main(s, pair[1], s->outlive ? 0 : parent);
	if (c->pid < 0)
		return SEK_E_SYS;
	c->pidfd = (int)syscall(SYS_pidfd_open, c->pid, 0);
	return SEK_OK;
}

int
sek_child_start(struct sek_child *c, const struct sek_spawn *s)
{
	struct sek_child new = SEK_CHILD_NONE;
	sigset_t before;
	int pair[2], r;

	if ((r = open_channel(pair)) != SEK_OK)
		return r;
	hold_signals(&before);
	r = s->detach ? start_detached(&new, s, pair) :
	    start_child(&new, s, pair);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	(void)close(pair[1]);
	if (r != SEK_OK) {
		(void)close(pair[0]);
		return r;
	}
	new.chan = pair[0];
	*c = new;
	return SEK_OK;
}

bool
sek_child_running(const struct sek_child *c)
{
	return c->pid > 0 || c->detached;
}

static void
note_end(int status, struct sek_exit *ex)
{
	if (ex == NULL)
		return;
	ex->signalled = WIFSIGNALED(status);
	ex->code = WIFSIGNALED(status) ? WTERMSIG(status) :
	    WEXITSTATUS(status);
}

static void
forget(struct sek_child *c)
{
	if (c->pidfd >= 0)
		(void)close(c->pidfd);
	if (c->chan >= 0)
		(void)close(c->chan);
	*c = (struct sek_child)SEK_CHILD_NONE;
}

/* Look without waiting; true when it has ended. */
static bool
has_ended(struct sek_child *c, struct sek_exit *ex)
{
	struct pollfd pfd = { .fd = c->pidfd, .events = POLLIN };
	int status = 0;
	pid_t got;

	if (c->detached) {
		if (poll(&pfd, 1, 0) != 1)
			return false;
		if (ex != NULL)
			*ex = (struct sek_exit){ .code = 0 };
	} else {
		if ((got = wait_for_pid(c->pid, &status, WNOHANG)) == 0)
			return false;
		if (got == c->pid)
			note_end(status, ex);
	}
	forget(c);
	return true;
}

static bool
ended_by(struct sek_child *c, const struct sek_deadline *dl,
    struct sek_exit *ex)
{
	struct pollfd pfd = { .fd = c->pidfd, .events = POLLIN };
	int left;

	while (!has_ended(c, ex)) {
		if ((left = sek_deadline_left_ms(dl)) == 0)
			return false;
		/* without a pidfd (old kernel) look every few milliseconds */
		if (c->pidfd < 0 && left > 5)
			left = 5;
		(void)poll(&pfd, c->pidfd >= 0 ? 1 : 0, left);
	}
	return true;
}

void
sek_child_kill(struct sek_child *c, struct sek_exit *ex)
{
	const struct sek_deadline dl = sek_deadline_in(REAP_MS);

	if (ex != NULL)
		*ex = (struct sek_exit){ .signalled = true, .code = SIGKILL };
	if (!sek_child_running(c))
		return;
	if (c->detached)
		(void)syscall(SYS_pidfd_send_signal, c->pidfd, SIGKILL, NULL,
		    0);
	else /* not reaped yet, so the number is nobody else's */
		(void)kill(c->pid, SIGKILL);
	if (!ended_by(c, &dl, ex))
		forget(c); /* stuck in the kernel: it dies when it wakes */
}

/* Tell it to end, and wait. */
static bool
let_end(struct sek_child *c, const struct sek_deadline *dl,
    struct sek_exit *ex)
{
	if (ex != NULL)
		*ex = (struct sek_exit){ .signalled = true, .code = SIGKILL };
	if (!sek_child_running(c))
		return true;
	if (c->chan >= 0) {
		(void)close(c->chan);
		c->chan = -1;
	}
	return ended_by(c, dl, ex);
}

int
sek_child_finish(struct sek_child *c, const struct sek_deadline *dl,
    struct sek_exit *ex)
{
	if (let_end(c, dl, ex))
		return SEK_OK;
	sek_child_kill(c, ex);
	return SEK_E_TIMEOUT;
}

int
sek_child_leave(struct sek_child *c, const struct sek_deadline *dl,
    struct sek_exit *ex)
{
	return let_end(c, dl, ex) ? SEK_OK : SEK_E_TIMEOUT;
}

void
sek_child_release(struct sek_child *c)
{
	if (c->detached)
		forget(c);
}

int
sek_adopt_orphans(void)
{
	return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0 ?
	    SEK_OK : SEK_E_SYS;
}

/* Kill each process whose parent we are; true when there was one. */
static bool
kill_children(pid_t spared)
{
	char path[64], list[4096], *at, *end;
	bool any = false;
	ssize_t n;
	long pid;
	int fd;

	(void)snprintf(path, sizeof path, "/proc/self/task/%d/children",
	    (int)getpid());
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return false;
	n = read(fd, list, sizeof list - 1);
	(void)close(fd);
	if (n <= 0)
		return false;
	list[n] = '\0';
	for (at = list; (pid = strtol(at, &end, 10)) > 0 && end != at;
	    at = end) {
		if ((pid_t)pid == spared)
			continue;
		(void)kill((pid_t)pid, SIGKILL);
		any = true;
	}
	return any;
}

void
sek_kill_descendants_but(pid_t spared)
{
	const struct sek_deadline dl = sek_deadline_in(REAP_MS);

	/* the death of a child makes its children ours: go on until none
	 * is left, however deep they have forked */
	while (kill_children(spared) && !sek_deadline_past(&dl))
		while (waitpid(-1, NULL, WNOHANG | __WALL) > 0)
			continue;
}

/* Not a timer of timer_create(2): that takes a place among the user's pending
 * signals, of which RLIMIT_SIGPENDING may have left none. */
int
sek_die_in(uint64_t ms)
{
	const struct itimerval at = { .it_value = {
		.tv_sec = (time_t)(ms / 1000),
		.tv_usec = (suseconds_t)(ms % 1000) * 1000 } };
	const struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t alarm_only;

	(void)sigemptyset(&alarm_only);
	(void)sigaddset(&alarm_only, SIGALRM);
	if (sigaction(SIGALRM, &dfl, NULL) != 0 ||
	    sigprocmask(SIG_UNBLOCK, &alarm_only, NULL) != 0 ||
	    setitimer(ITIMER_REAL, &at, NULL) != 0)
		return SEK_E_SYS;
	return SEK_OK;
}

void
sek_harden_process(void)
{
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)set_limit(RLIMIT_CORE, 0);
}
