/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Somebody at a terminal: runs a command on a pseudo-terminal of its own and
 * answers its prompts.
 *
 *   ttydrive [PROMPT=ANSWER]... -- COMMAND ARGUMENT...
 *
 * Each PROMPT is waited for in turn, then the ANSWER and a newline are typed;
 * the answer ^C is the interrupt key.  Everything that the terminal shows goes
 * to standard output, and at the end a line "echo on" or "echo off" and, for
 * a command that a signal ended, "signal N".  Exit status: the command's;
 * 124 after 20 seconds, 125 when a prompt did not come.
 */
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define LIMIT_S 20
#define SEEN_MAX 65536u

struct drive {
	int fd;
	time_t until;
	char seen[SEEN_MAX]; /* since the last answer */
	size_t n;
};

static void
type(struct drive *d, const char *answer)
{
	struct timespec moment = { .tv_nsec = 30000000 };
	char line[600];
	int n;

	/* the prompt is out before the echo is off and the input flushed */
	(void)nanosleep(&moment, NULL);
	n = strcmp(answer, "^C") == 0 ? snprintf(line, sizeof(line), "\003") :
	    snprintf(line, sizeof(line), "%s\n", answer);
	if (n < 0 || (size_t)n >= sizeof(line) ||
	    write(d->fd, line, (size_t)n) != n)
		perror("ttydrive: write");
	d->n = 0;
}

/* More of what is shown; false at the end or when it takes too long. */
static bool
more(struct drive *d)
{
	struct pollfd p = { .fd = d->fd, .events = POLLIN };
	ssize_t n;

	if (time(NULL) >= d->until || d->n + 1 >= sizeof(d->seen))
		return false;
	if (poll(&p, 1, 1000) == 0)
		return true;
	n = read(d->fd, d->seen + d->n, sizeof(d->seen) - 1 - d->n);
	if (n <= 0)
		return n < 0 && errno == EINTR;
	(void)fwrite(d->seen + d->n, 1, (size_t)n, stdout);
	d->n += (size_t)n;
	d->seen[d->n] = '\0';
	return true;
}

/* All answers; false when a prompt did not come. */
static bool
answer_all(struct drive *d, char **answers)
{
	char prompt[300];
	char *eq;

	for (; *answers != NULL; answers++) {
		if ((eq = strchr(*answers, '=')) == NULL)
			return false;
		(void)snprintf(prompt, sizeof(prompt), "%.*s",
		    (int)(eq - *answers), *answers);
		while (strstr(d->seen, prompt) == NULL)
			if (!more(d))
				return false;
		type(d, eq + 1);
		d->seen[0] = '\0';
	}
	return true;
}

int
main(int argc, char **argv)
{
	static struct drive d;
	struct termios t = { 0 };
	bool answered;
	int i, status = 0;
	pid_t pid;

	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		;
	if (i + 1 >= argc)
		return 2;
	argv[i] = NULL;
	pid = forkpty(&d.fd, NULL, NULL, NULL);
	if (pid < 0)
		return 2;
	if (pid == 0) {
		(void)execv(argv[i + 1], argv + i + 1);
		_exit(127);
	}
	d.until = time(NULL) + LIMIT_S;
	answered = answer_all(&d, argv + 1);
	while (answered && more(&d))
		d.n = 0;
	if (!answered || time(NULL) >= d.until)
		(void)kill(pid, SIGKILL);
	if (waitpid(pid, &status, 0) != pid)
		return 2;
	/* the terminal outlives the command: is it as it was? */
	if (tcgetattr(d.fd, &t) == 0)
		(void)printf("\necho %s\n", (t.c_lflag & ECHO) ? "on" : "off");
	if (WIFSIGNALED(status))
		(void)printf("signal %d\n", WTERMSIG(status));
	if (!answered)
		return 125;
	return time(NULL) >= d.until ? 124 :
	    WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
