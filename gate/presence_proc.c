/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel says of the login program of a session: when it was
 * started, so that another one with its number is not taken for it, and in
 * which session of logind it is.
 * Runs in the gate and in sekisho-watch.  Linux.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gate/presence_file.h"

#define PROC_FILE_MAX 4096u
#define STATE_FIELD 3    /* proc(5), /proc/PID/stat */
#define STARTED_FIELD 22

/* A file of /proc is made when it is read: it cannot keep us waiting. */
static bool
proc_text(uint64_t pid, const char *name, char text[PROC_FILE_MAX])
{
	char path[64];
	ssize_t n;
	int fd;

	(void)snprintf(path, sizeof path, "/proc/%" PRIu64 "/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, PROC_FILE_MAX - 1);
	(void)close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n > 0;
}

int
sek_process_started(uint64_t pid, uint64_t *ticks)
{
	char text[PROC_FILE_MAX], *p;
	int field;

	if (!proc_text(pid, "stat", text))
		return SEK_E_NOENT;
	/* the second field is a name in brackets, with anything in it */
	if ((p = strrchr(text, ')')) == NULL || p[1] != ' ')
		return SEK_E_SYNTAX;
	p += 2;
	if (*p == 'Z' || *p == 'X')
		return SEK_E_NOENT;
	for (field = STATE_FIELD; field < STARTED_FIELD; field++) {
		if ((p = strchr(p, ' ')) == NULL)
			return SEK_E_SYNTAX;
		p++;
	}
	return sscanf(p, "%" SCNu64, ticks) == 1 ? SEK_OK : SEK_E_SYNTAX;
}

/* A line ends with ".../session-ID.scope", or the process is further down. */
bool
sek_cgroup_xdg(const char *text, char xdg[SEK_XDG_SESSION_MAX])
{
	static const char begin[] = "/session-", end[] = ".scope";
	const char *p, *q;
	size_t n;

	for (p = text; (p = strstr(p, begin)) != NULL; p = q) {
		p += strlen(begin);
		q = p + strcspn(p, "./\n");
		n = (size_t)(q - p);
		if (n == 0 || n >= SEK_XDG_SESSION_MAX ||
		    strncmp(q, end, strlen(end)) != 0 ||
		    strchr("/\n", q[strlen(end)]) == NULL)
			continue;
		memcpy(xdg, p, n);
		xdg[n] = '\0';
		if (sek_presence_xdg_ok(xdg))
			return true;
	}
	xdg[0] = '\0';
	return false;
}

bool
sek_process_xdg(uint64_t pid, char xdg[SEK_XDG_SESSION_MAX])
{
	char text[PROC_FILE_MAX];

	xdg[0] = '\0';
	return proc_text(pid, "cgroup", text) && sek_cgroup_xdg(text, xdg);
}
