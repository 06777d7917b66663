/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a module must leave as it found it in its host: descriptors,
 * children, signals, directory, umask, locale, user ids, memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/pam/drive.h"

static long
rss_kib(void)
{
	long pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (f == NULL || fscanf(f, "%*d %ld", &pages) != 1)
		pages = -1;
	if (f != NULL)
		(void)fclose(f);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

void
drive_state_take(struct drive_state *s)
{
	size_t at = 0;
	int fd, sig;

	memset(s, 0, sizeof *s);
	for (fd = 0; fd < 200; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			at += (size_t)snprintf(s->fds + at,
			    sizeof s->fds - at, " %d", fd);
	if (getcwd(s->cwd, sizeof s->cwd) == NULL)
		s->cwd[0] = '\0';
	(void)snprintf(s->locale, sizeof s->locale, "%s",
	    setlocale(LC_ALL, NULL));
	s->umask = umask(0);
	(void)umask(s->umask);
	(void)getresuid(&s->uids[0], &s->uids[1], &s->uids[2]);
	(void)sigprocmask(SIG_SETMASK, NULL, &s->mask);
	for (sig = 1; sig < 65; sig++)
		(void)sigaction(sig, NULL, &s->actions[sig]);
	s->rss_kib = rss_kib();
	s->heap = mallinfo2().uordblks;
}

bool
drive_has_children(void)
{
	return waitpid(-1, NULL, WNOHANG | __WALL) >= 0 || errno != ECHILD;
}

static unsigned
differs(const char *what)
{
	printf("changed: %s\n", what);
	return 1;
}

unsigned
drive_state_compare(const struct drive_state *before,
    const struct drive_state *after)
{
	unsigned n = 0;
	int sig;

	if (strcmp(before->fds, after->fds) != 0)
		n += differs("descriptors");
	if (strcmp(before->cwd, after->cwd) != 0)
		n += differs("directory");
	if (strcmp(before->locale, after->locale) != 0)
		n += differs("locale");
	if (before->umask != after->umask)
		n += differs("umask");
	if (memcmp(before->uids, after->uids, sizeof before->uids) != 0)
		n += differs("user ids");
	if (memcmp(&before->mask, &after->mask, sizeof before->mask) != 0)
		n += differs("signal mask");
	for (sig = 1; sig < 65; sig++)
		if (before->actions[sig].sa_handler !=
		    after->actions[sig].sa_handler)
			n += differs("signal handler");
	if (drive_has_children())
		n += differs("children");
	return n;
}
