/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How many gates one user who is not root may keep at a time: so many that
 * no locker notices, and too few to take the socket away from others.
 * Runs in the gate, before it listens to anybody.
 * The kernel keeps the count, as locks on the bytes of an empty file, and
 * frees them when a gate ends, however it ends.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "gate/login.h"
#include "gate/run_folder.h"
#include "gate/system_user.h"

#define FOLDER "peers"
#define SLOTS 8       /* sekisho-gate(8) says so, too */
#define NOTE SLOTS    /* the byte behind them: who writes the record */

static int
lock_byte(int fd, off_t at)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET,
	    .l_start = at, .l_len = 1 };

	return fcntl(fd, F_OFD_SETLK, &lock);
}

/* Users whom the system does not know share one file: there may be many
 * numbers of one person's (subuid(5)). */
static int
open_count(const struct sek_login *l)
{
	char folder[PATH_MAX], path[PATH_MAX + 16], who[16] = "unknown";
	struct sek_why why = { "" };
	int fd;

	if (l->peer_known)
		(void)snprintf(who, sizeof who, "%u", (unsigned)l->peer);
	if (sek_run_folder(l->policy->run, FOLDER, folder, sizeof folder,
	    &why) != SEK_OK) {
		syslog(LOG_AUTHPRIV | LOG_ERR, "nobody but root is served: %s",
		    why.text);
		return -1;
	}
	(void)snprintf(path, sizeof path, "%s/%s", folder, who);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		syslog(LOG_AUTHPRIV | LOG_ERR, "nobody but root is served: "
		    "%s: %m", path);
	return fd;
}

/* The first refusal in a minute since boot is for the record. */
static bool
is_first(int fd)
{
	struct timespec ts = { 0 };
	int64_t minute, before = -1;

	if (clock_gettime(CLOCK_BOOTTIME, &ts) != 0 ||
	    lock_byte(fd, NOTE) != 0)
		return false; /* another gate is about to write it */
	minute = ts.tv_sec / 60;
	if (pread(fd, &before, sizeof before, 0) == sizeof before &&
	    before == minute)
		return false;
	return pwrite(fd, &minute, sizeof minute, 0) == sizeof minute;
}

enum sek_reason
sek_peer_slot(struct sek_login *l)
{
	struct sek_system_user u;
	int fd;
	off_t i;

	if (l->peer == 0)
		return SEK_R_OK;
	l->peer_known = sek_user_by_uid(l->peer, &u) == SEK_OK;
	if ((fd = open_count(l)) < 0)
		return SEK_R_INTERNAL;
	for (i = 0; i < SLOTS; i++)
		if (lock_byte(fd, i) == 0) {
			l->peer_slot = fd; /* open until the end */
			return SEK_R_OK;
		}
	l->unrecorded = !is_first(fd);
	(void)close(fd);
	sek_login_detail(l, "too many connections at once");
	return SEK_R_THROTTLED;
}
