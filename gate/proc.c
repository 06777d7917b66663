/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel says of a process, and of this boot, out of /proc.
 * Runs in the gate and in sekisho-watch.  Linux.
 * Never takes a number of a process for the process: when it was started tells
 * it from another one that has the number later.
 */
#include "gate/proc.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gate/presence_file.h"

#define TEXT_MAX 8192u

/* A file that the kernel makes up: it is there at once. */
static int
read_proc(const char *path, char *out, size_t cap)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n = 0;

	out[0] = '\0';
	if (fd < 0)
		return SEK_E_NOENT;
	while (len + 1 < cap &&
	    (n = read(fd, out + len, cap - 1 - len)) > 0)
		len += (size_t)n;
	(void)close(fd);
	if (n < 0 || len == 0)
		return SEK_E_NOENT; /* the process has ended meanwhile */
	out[len] = '\0';
	return strlen(out) == len ? SEK_OK : SEK_E_SYNTAX;
}

int
sek_proc_read(uint64_t pid, const char *name, char *out, size_t cap)
{
	char path[64];

	(void)snprintf(path, sizeof path, "/proc/%" PRIu64 "/%s", pid, name);
	return read_proc(path, out, cap);
}

int
sek_boot_id(char *out, size_t cap)
{
	int r = read_proc("/proc/sys/kernel/random/boot_id", out, cap);

	if (r == SEK_OK)
		out[strcspn(out, "\n")] = '\0';
	return r;
}

int
sek_boot_ms(uint64_t *ms)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_BOOTTIME, &ts) != 0 || ts.tv_sec < 0)
		return SEK_E_SYS;
	*ms = (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
	return SEK_OK;
}

/* One decimal number and the blank or line end after it. */
static bool
number(const char **at, uint64_t *out)
{
	const char *p = *at;
	uint64_t v = 0;
	unsigned d;

	if (*p < '0' || *p > '9')
		return false;
	for (; *p >= '0' && *p <= '9'; p++) {
		d = (unsigned)(*p - '0');
		if (v > (UINT64_MAX - d) / 10)
			return false;
		v = 10 * v + d;
	}
	if (*p != ' ' && *p != '\t' && *p != '\n')
		return false;
	*at = p + 1;
	*out = v;
	return true;
}

static bool
skip(const char **at, unsigned n)
{
	const char *end;

	while (n-- > 0) {
		if ((end = strchr(*at, ' ')) == NULL || end == *at)
			return false;
		*at = end + 1;
	}
	return true;
}

/* proc(5): pid (comm) state ppid pgrp session tty_nr ... 14 more ...
 * starttime.  The name may hold anything, so its end is the last ")". */
int
sek_proc_stat_parse(const char *text, struct sek_proc_stat *out)
{
	struct sek_proc_stat s = { 0 };
	const char *p = text, *name_end = strrchr(text, ')');

	if (name_end == NULL || !number(&p, &s.pid) || *p != '(' ||
	    name_end[1] != ' ')
		return SEK_E_SYNTAX;
	p = name_end + 2;
	s.state = *p;
	if (!skip(&p, 3) || !number(&p, &s.session) ||
	    !number(&p, &s.device) || !skip(&p, 14) || !number(&p, &s.start))
		return SEK_E_SYNTAX;
	*out = s;
	return SEK_OK;
}

/* "Uid:" real, effective, saved, of the file system.  The kernel writes a
 * newline in a process's name as two characters. */
int
sek_proc_uid_parse(const char *text, uint64_t *uid)
{
	const char *p = strstr(text, "\nUid:\t");

	if (p == NULL)
		return SEK_E_SYNTAX;
	p += strlen("\nUid:\t");
	return number(&p, uid) ? SEK_OK : SEK_E_SYNTAX;
}

int
sek_proc_stat(uint64_t pid, struct sek_proc_stat *out)
{
	char text[TEXT_MAX];
	int r = sek_proc_read(pid, "stat", text, sizeof text);

	if (r == SEK_OK)
		r = sek_proc_stat_parse(text, out);
	return r == SEK_OK && out->pid != pid ? SEK_E_SYNTAX : r;
}

int
sek_proc_uid(uint64_t pid, uint64_t *out)
{
	char text[TEXT_MAX];
	int r = sek_proc_read(pid, "status", text, sizeof text);

	return r == SEK_OK ? sek_proc_uid_parse(text, out) : r;
}

int
sek_process_started(uint64_t pid, uint64_t *ticks)
{
	struct sek_proc_stat s;
	int r = sek_proc_stat(pid, &s);

	if (r != SEK_OK)
		return r;
	if (s.state == 'Z' || s.state == 'X')
		return SEK_E_NOENT;
	*ticks = s.start;
	return SEK_OK;
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
	char text[TEXT_MAX];

	xdg[0] = '\0';
	return sek_proc_read(pid, "cgroup", text, sizeof text) == SEK_OK &&
	    sek_cgroup_xdg(text, xdg);
}
