/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * walltime ROUNDS INPUT COMMAND [-- COMMAND]...: runs the commands in turn,
 * once each to warm up and then ROUNDS times, with the file INPUT as standard
 * input, and prints a line for each: the median of its wall times in ms.
 * In turn, so that whatever else the machine does falls on all of them.
 * What a command leaves running is waited for, off the clock, before the next
 * one starts.  With 0 rounds they are only run, once, and nothing is printed.
 * Exit: 0, 1 when a run did not succeed (its line says "failed"), 2 usage.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_COMMANDS 32
#define MAX_ROUNDS 1000

struct command {
	char **argv;
	double ms[MAX_ROUNDS];
	bool failed;
};

static _Noreturn void
be(char **argv, const char *input)
{
	int in = open(input, O_RDONLY), null = open("/dev/null", O_WRONLY);

	if (in < 0 || null < 0 || dup2(in, 0) < 0 || dup2(null, 1) < 0 ||
	    dup2(null, 2) < 0)
		_exit(126);
	(void)close(in);
	(void)close(null);
	(void)execvp(argv[0], argv);
	_exit(127);
}

/* They are ours: main() has made us their reaper. */
static void
await_orphans(void)
{
	while (wait(NULL) > 0 || errno == EINTR)
		continue;
}

/* One run, in ms; -1 when it did not succeed. */
static double
run(char **argv, const char *input)
{
	struct timespec from, to;
	int status = 0;
	pid_t pid, got;

	(void)clock_gettime(CLOCK_MONOTONIC, &from);
	if ((pid = fork()) == 0)
		be(argv, input);
	if (pid < 0)
		return -1;
	do
		got = waitpid(pid, &status, 0);
	while (got < 0 && errno == EINTR);
	(void)clock_gettime(CLOCK_MONOTONIC, &to);
	await_orphans();
	if (got != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return -1;
	return (double)(to.tv_sec - from.tv_sec) * 1e3 +
	    (double)(to.tv_nsec - from.tv_nsec) / 1e6;
}

static int
compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static size_t
split(char **words, struct command *c)
{
	size_t n = 0;

	while (*words != NULL && n < MAX_COMMANDS) {
		c[n++].argv = words;
		while (*words != NULL && strcmp(*words, "--") != 0)
			words++;
		if (*words != NULL)
			*words++ = NULL;
	}
	return *words == NULL ? n : 0;
}

int
main(int argc, char **argv)
{
	static struct command c[MAX_COMMANDS];
	int rounds = argc > 3 ? atoi(argv[1]) : -1, r, code = 0;
	size_t n = 0, i;

	if (rounds >= 0 && rounds <= MAX_ROUNDS)
		n = split(argv + 3, c);
	if (n == 0) {
		(void)fputs("usage: walltime ROUNDS INPUT COMMAND "
		    "[-- COMMAND]...\n", stderr);
		return 2;
	}
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0)
		return 1;
	for (r = -1; r < rounds; r++) {
		for (i = 0; i < n; i++) {
			double ms = run(c[i].argv, argv[2]);

			c[i].failed |= ms < 0;
			if (r >= 0)
				c[i].ms[r] = ms;
		}
	}
	for (i = 0; i < n; i++) {
		qsort(c[i].ms, (size_t)rounds, sizeof c[i].ms[0], compare);
		if (c[i].failed)
			puts("failed");
		else if (rounds > 0)
			printf("%.2f\n", c[i].ms[rounds / 2]);
		code |= c[i].failed;
	}
	return code;
}
