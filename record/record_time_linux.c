/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The times of a record on Linux: wall clock, boot clock, boot id and what
 * adjtimex(2) knows about synchronisation.  Runs wherever a record is made.
 * Only reads: it never sets or steers a clock.
 */
#include "record/record_time.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

static void
wall(struct sek_times *t)
{
	struct timespec now = { 0 };
	struct tm tm = { 0 };
	char s[24];
	size_t n;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	(void)gmtime_r(&now.tv_sec, &tm);
	/* a clock that is wrong may be wrong by more than four digits */
	n = strftime(s, sizeof s, "%Y-%m-%dT%H:%M:%S", &tm);
	if (n != 19)
		(void)snprintf(s, sizeof s, "0000-01-01T00:00:00");
	(void)snprintf(t->utc, sizeof t->utc, "%s.%06ldZ", s,
	    now.tv_nsec / 1000 % 1000000);
	n = strftime(s, sizeof s, "%Y%m%dT%H%M%S", &tm);
	if (n != 15)
		(void)snprintf(s, sizeof s, "00000101T000000");
	(void)snprintf(t->stamp, sizeof t->stamp, "%s.%06ldZ", s,
	    now.tv_nsec / 1000 % 1000000);
}

static void
boot(struct sek_times *t)
{
	struct timespec now = { 0 };
	ssize_t n;
	int fd;

	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	t->since_boot_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	(void)snprintf(t->boot_id, sizeof t->boot_id, "unknown");
	fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	n = read(fd, t->boot_id, sizeof t->boot_id - 1);
	if (n == (ssize_t)sizeof t->boot_id - 1)
		t->boot_id[n] = '\0';
	else
		(void)snprintf(t->boot_id, sizeof t->boot_id, "unknown");
	(void)close(fd);
}

static void
sync_state(struct sek_times *t)
{
	struct timex tx;

	t->maxerror_us = -1;
	memset(&tx, 0, sizeof tx); /* modes 0: ask, set nothing */
	if (adjtimex(&tx) < 0)
		return;
	t->synced = (tx.status & STA_UNSYNC) == 0;
	t->offset_us = (tx.status & STA_NANO) != 0 ? tx.offset / 1000 :
	    tx.offset;
	t->esterror_us = tx.esterror;
	t->maxerror_us = tx.maxerror;
}

void
sek_times_now(struct sek_times *t)
{
	memset(t, 0, sizeof *t);
	wall(t);
	boot(t);
	sync_state(t);
}
