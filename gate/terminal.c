/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The controlling terminal and the login session of the process that asks,
 * from /proc.  Runs in the gate.
 * Never takes a terminal by its name: names are used again, and the caller
 * could have said any.
 */
#include "gate/terminal.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define STATUS_MAX 8192u

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

static int
stat_of(uint64_t pid, struct sek_proc_stat *out)
{
	char path[64], text[2048];
	int r;

	(void)snprintf(path, sizeof path, "/proc/%llu/stat",
	    (unsigned long long)pid);
	r = read_proc(path, text, sizeof text);
	if (r == SEK_OK)
		r = sek_proc_stat_parse(text, out);
	return r == SEK_OK && out->pid != pid ? SEK_E_SYNTAX : r;
}

static int
real_uid_of(uint64_t pid, uint64_t *out)
{
	char path[64], text[STATUS_MAX];
	int r;

	(void)snprintf(path, sizeof path, "/proc/%llu/status",
	    (unsigned long long)pid);
	r = read_proc(path, text, sizeof text);
	return r == SEK_OK ? sek_proc_uid_parse(text, out) : r;
}

int
sek_terminal_of(pid_t peer, struct sek_terminal *out)
{
	struct sek_proc_stat own, leader;
	struct sek_terminal t = { .boot = "" };
	int r;

	if (peer <= 0)
		return SEK_E_NOENT;
	if ((r = stat_of((uint64_t)peer, &own)) != SEK_OK)
		return r;
	if (own.device == 0 || own.session == 0)
		return SEK_E_NOENT;
	if ((r = stat_of(own.session, &leader)) != SEK_OK)
		return r;
	/* one of that number that is not the leader came after it */
	if (leader.session != own.session || leader.device != own.device)
		return SEK_E_NOENT;
	t.device = own.device;
	t.leader = leader.pid;
	t.leader_start = leader.start;
	t.peer = own.pid;
	t.peer_start = own.start;
	if ((r = real_uid_of(own.pid, &t.uid)) != SEK_OK ||
	    (r = sek_boot_id(t.boot, sizeof t.boot)) != SEK_OK)
		return r;
	*out = t;
	return SEK_OK;
}
