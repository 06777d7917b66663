/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whose terminal and session a process has, by /proc: real processes, and
 * texts that a process could name itself to be.
 */
#include "tests/check.h"

#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gate/terminal.h"

#define TAIL " 34817 1234 4194304 1 2 3 4 5 6 7 8 20 0 1 0 9876543 1 2\n"

static void
a_line_of_stat_is_read(void)
{
	struct sek_proc_stat s;

	CHECK_INT(sek_proc_stat_parse("1235 (sudo) S 1234 1235 1230" TAIL,
	    &s), SEK_OK);
	CHECK_INT(s.pid, 1235);
	CHECK_INT(s.session, 1230);
	CHECK_INT(s.device, 34817);
	CHECK_INT(s.start, 9876543);
}

/* A program names itself. */
static void
a_name_cannot_lie(void)
{
	static const char *const names[] = { "a b", ")", "(", ") S 1 1 1 1 1",
	    "x) R 1 2 3 4 5 6 7", "\n", "((", "))", "" };
	struct sek_proc_stat s;
	char text[300];
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		(void)snprintf(text, sizeof text, "1235 (%s) S 1234 1235 1230"
		    TAIL, names[i]);
		CHECK_INT(sek_proc_stat_parse(text, &s), SEK_OK);
		CHECK_INT(s.session, 1230);
		CHECK_INT(s.device, 34817);
		CHECK_INT(s.start, 9876543);
	}
}

static void
other_lines_are_refused(void)
{
	static const char *const bad[] = {
		"", "1", "1 ", "1 (", "1 (a", "1 (a)", "1 (a) ", "1 (a) S",
		"1 (a) S 1 1 ", "1 (a) S 1 1 1 ", "1 (a) S 1 1 1 2",
		"1 (a) S 1 1 -1" TAIL, "1 (a) S 1 1 1 -1 3 4 5 6 7 8\n",
		"x (a) S 1 1 1" TAIL, "1 (a)S 1 1 1" TAIL,
		"1 (a) S  1 1 1" TAIL, "-1 (a) S 1 1 1" TAIL,
		"1 a) S 1 1 1" TAIL, "99999999999999999999 (a) S 1 1 1" TAIL,
		"1 (a) S 1 1 99999999999999999999" TAIL,
		"1 (a) S 1 1 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17"
	};
	struct sek_proc_stat s = { .pid = 7 };
	size_t i;

	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		CHECK_INT(sek_proc_stat_parse(bad[i], &s), SEK_E_SYNTAX);
	CHECK_INT(s.pid, 7);
}

static void
the_real_user_is_read(void)
{
	uint64_t uid = 7;

	CHECK_INT(sek_proc_uid_parse("Name:\tUid:\t5\nUid:\t1001\t0\t0\t0\n",
	    &uid), SEK_OK);
	CHECK_INT(uid, 1001);
	CHECK_INT(sek_proc_uid_parse("Name:\tx\nGid:\t0\n", &uid),
	    SEK_E_SYNTAX);
	CHECK_INT(sek_proc_uid_parse("Name:\tx\nUid:\t\n", &uid),
	    SEK_E_SYNTAX);
	CHECK_INT(sek_proc_uid_parse("Name:\tx\nUid:\t12", &uid),
	    SEK_E_SYNTAX);
}

/* A shell with a terminal of its own, which starts one more. */
static void
a_process_and_its_child_share_a_session(void)
{
	struct sek_terminal parent, child;
	char text[64] = "";
	int fd, status;
	pid_t pid;
	ssize_t n;

	pid = forkpty(&fd, NULL, NULL, NULL);
	CHECK(pid >= 0);
	if (pid == 0) {
		(void)execl("/bin/sh", "sh", "-c",
		    "sleep 30 & echo $!; wait", (char *)NULL);
		_exit(1);
	}
	n = read(fd, text, sizeof text - 1);
	CHECK(n > 0);
	CHECK_INT(sek_terminal_of(pid, &parent), SEK_OK);
	CHECK_INT(sek_terminal_of((pid_t)atol(text), &child), SEK_OK);
	CHECK_INT(parent.leader, pid);
	CHECK_INT(parent.peer, pid);
	CHECK(parent.device != 0);
	CHECK_INT(parent.uid, getuid());
	CHECK_INT(child.leader, pid);
	CHECK_INT(child.peer, atol(text));
	CHECK(child.device == parent.device &&
	    child.leader_start == parent.leader_start);
	CHECK(strlen(child.boot) == 36);
	/* without its leader it is no session any more */
	CHECK_INT(kill(pid, SIGKILL), 0);
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(sek_terminal_of((pid_t)atol(text), &child) != SEK_OK);
	(void)kill((pid_t)atol(text), SIGKILL);
	(void)close(fd);
}

static void
without_a_terminal_there_is_none(void)
{
	struct sek_terminal t;
	int status;
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		(void)setsid();
		_exit(sek_terminal_of(getpid(), &t) == SEK_E_NOENT ? 0 : 1);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK_INT(status, 0);
	CHECK(sek_terminal_of(0, &t) != SEK_OK);
	CHECK(sek_terminal_of(-1, &t) != SEK_OK);
	CHECK(sek_terminal_of(pid, &t) != SEK_OK); /* it has ended */
}

static void
the_boot_has_an_id_and_an_age(void)
{
	char boot[SEK_BOOT_ID_LEN];
	uint64_t ms = 0;

	CHECK_INT(sek_boot_id(boot, sizeof boot), SEK_OK);
	CHECK_INT(strlen(boot), 36);
	CHECK_INT(sek_boot_ms(&ms), SEK_OK);
	CHECK(ms > 0);
}

int
main(void)
{
	RUN(a_line_of_stat_is_read);
	RUN(a_name_cannot_lie);
	RUN(other_lines_are_refused);
	RUN(the_real_user_is_read);
	RUN(a_process_and_its_child_share_a_session);
	RUN(without_a_terminal_there_is_none);
	RUN(the_boot_has_an_id_and_an_age);
	return CHECK_END();
}
