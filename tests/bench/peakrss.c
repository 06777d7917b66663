/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * peakrss INPUT COMMAND...: runs a command with the file INPUT as standard
 * input and prints, for each program that ran in its tree, the name and the
 * peak of its resident memory in kB.  The command itself comes first.
 * A tracer, because a process that is nobody's child any more has no other
 * way to tell: each is stopped as it ends, while its memory is still there.
 * Linux.  Exit: 0, 1 when the command did not succeed, 2 usage.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_PROGRAMS 64

struct program {
	pid_t pid;
	char name[32];
	long peak_kb;
};

struct tree {
	struct program p[MAX_PROGRAMS];
	size_t n;
};

static _Noreturn void
be(char **argv, const char *input, int go)
{
	int in = open(input, O_RDONLY), null = open("/dev/null", O_WRONLY);
	char byte;

	if (in < 0 || null < 0 || read(go, &byte, 1) != 1 ||
	    dup2(in, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
		_exit(126);
	(void)execvp(argv[0], argv);
	_exit(127);
}

/* A process that has only forked shares its memory with another one: who
 * runs a program is counted. */
static void
note_exec(struct tree *t, pid_t pid)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (t->p[i].pid == pid)
			return;
	if (t->n < MAX_PROGRAMS)
		t->p[t->n++].pid = pid;
}

static void
note_exit(struct tree *t, pid_t pid)
{
	char path[32], line[256];
	size_t i;
	FILE *f;

	for (i = 0; i < t->n && t->p[i].pid != pid; i++)
		continue;
	(void)snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	if (i == t->n || (f = fopen(path, "re")) == NULL)
		return;
	while (fgets(line, sizeof line, f) != NULL) {
		if (strncmp(line, "VmHWM:", 6) == 0)
			t->p[i].peak_kb = strtol(line + 6, NULL, 10);
		if (sscanf(line, "Name: %31s", t->p[i].name) == 1)
			continue;
	}
	(void)fclose(f);
}

/* What has stopped goes on; the signal is its own when no event stopped it. */
static void
go_on(struct tree *t, pid_t pid, int status)
{
	int event = status >> 16, sig = 0;

	if (event == PTRACE_EVENT_EXEC)
		note_exec(t, pid);
	else if (event == PTRACE_EVENT_EXIT)
		note_exit(t, pid);
	else if (event == 0)
		sig = WSTOPSIG(status);
	(void)ptrace(PTRACE_CONT, pid, NULL, (void *)(long)sig);
}

static int
watch(struct tree *t, pid_t first)
{
	int status, code = 1;
	pid_t pid;

	for (;;) {
		pid = waitpid(-1, &status, __WALL);
		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0)
			return code;
		if (WIFSTOPPED(status))
			go_on(t, pid, status);
		else if (pid == first)
			code = WIFEXITED(status) && WEXITSTATUS(status) == 0 ?
			    0 : 1;
	}
}

int
main(int argc, char **argv)
{
	static struct tree t;
	const long options = PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
	    PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT |
	    PTRACE_O_EXITKILL;
	int go[2], code;
	size_t i;
	pid_t pid;

	if (argc < 3) {
		(void)fputs("usage: peakrss INPUT COMMAND...\n", stderr);
		return 2;
	}
	if (pipe2(go, O_CLOEXEC) != 0 || (pid = fork()) < 0)
		return 1;
	if (pid == 0)
		be(argv + 2, argv[1], go[0]);
	if (ptrace(PTRACE_SEIZE, pid, NULL, (void *)options) != 0) {
		perror("peakrss");
		(void)kill(pid, SIGKILL);
		return 1;
	}
	if (write(go[1], "", 1) != 1)
		return 1;
	code = watch(&t, pid);
	for (i = 0; i < t.n; i++)
		printf("%s %ld\n", t.p[i].name, t.p[i].peak_kb);
	return code;
}
