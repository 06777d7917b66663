/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Opens the log for one append: folder, lock, file, each checked to be ours
 * alone.  Linux; runs in the gate and in `sekisho`.
 * Never follows a link, never opens what others could have put there, and
 * never waits without an end.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gate/audit.h"
#include "gate/audit_log.h"
#include "sekisho/deadline.h"
#include "sekisho/escape.h"

#define LOG_MODE 0640
/* The lock is a file of its own that only we can open: flock(2) needs no
 * right to write, so whoever may read the log could lock us out of it. */
#define LOCK_MODE 0600

void
log_why(const struct log *l, struct sek_why *why, const char *what, int err)
{
	sek_why_set(why, "%s: %s%s%s", l->name, what, err != 0 ? ": " : "",
	    err != 0 ? strerror(err) : "");
}

static int
unsafe(const struct log *l, struct sek_why *why, const char *file,
    const char *what)
{
	char text[160];

	(void)snprintf(text, sizeof text, "%s %s", file, what);
	log_why(l, why, text, 0);
	return SEK_E_UNSAFE;
}

static int
open_failed(const struct log *l, struct sek_why *why, const char *file)
{
	int err = errno;
	char text[160];

	if (err == ELOOP)
		return unsafe(l, why, file, "must not be a symbolic link");
	(void)snprintf(text, sizeof text, "%s cannot be opened", file);
	log_why(l, why, text, err);
	return err == ENOENT ? SEK_E_NOENT : SEK_E_IO;
}

/* `forbidden`: permissions that nobody may have. */
static int
check_file(const struct log *l, int fd, const char *file, mode_t forbidden,
    struct stat *st, struct sek_why *why)
{
	if (fstat(fd, st) != 0)
		return open_failed(l, why, file);
	if (!S_ISREG(st->st_mode))
		return unsafe(l, why, file, "is not a regular file");
	if (st->st_uid != geteuid())
		return unsafe(l, why, file, "has another owner");
	if ((st->st_mode & forbidden) != 0)
		return unsafe(l, why, file,
		    "gives rights to others (its mode is too open)");
	if (st->st_nlink != 1)
		return unsafe(l, why, file, "has more than one name "
		    "(hard links)");
	return SEK_OK;
}

static int
open_dir(struct log *l, const char *dir, struct sek_why *why)
{
	struct stat st;

	l->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (l->dir_fd < 0 || fstat(l->dir_fd, &st) != 0)
		return open_failed(l, why, "its folder");
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return unsafe(l, why, "its folder", "has another owner");
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return unsafe(l, why, "its folder",
		    "must not be writable by group or others");
	return SEK_OK;
}

/* Open `file`, or make it with exactly `mode`.  O_NONBLOCK: should it be a
 * FIFO or a device, do not hang on it before it is looked at. */
static int
open_or_make(const struct log *l, const char *file, int flags, mode_t mode,
    int *fd, struct sek_why *why)
{
	const int common = O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

	*fd = openat(l->dir_fd, file, O_RDWR | flags | common);
	if (*fd >= 0)
		return SEK_OK;
	if (errno != ENOENT)
		return open_failed(l, why, file);
	*fd = openat(l->dir_fd, file,
	    O_RDWR | O_CREAT | O_EXCL | flags | common, mode);
	if (*fd < 0 && errno == EEXIST) /* another one was faster */
		*fd = openat(l->dir_fd, file, O_RDWR | flags | common);
	else if (*fd >= 0 && fchmod(*fd, mode) != 0) /* whatever the umask */
		return open_failed(l, why, file);
	return *fd < 0 ? open_failed(l, why, file) : SEK_OK;
}

static int
take_lock(struct log *l, struct sek_why *why)
{
	struct sek_deadline dl = sek_deadline_in(LOG_LOCK_MS);
	struct stat st;
	int r;

	r = open_or_make(l, LOG_LOCK_FILE, 0, LOCK_MODE, &l->lock_fd, why);
	if (r == SEK_OK)
		r = check_file(l, l->lock_fd, LOG_LOCK_FILE, 07077, &st, why);
	if (r != SEK_OK)
		return r;
	while (flock(l->lock_fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK && errno != EINTR) {
			log_why(l, why, "cannot be locked", errno);
			return SEK_E_IO;
		}
		if (sek_deadline_past(&dl)) {
			log_why(l, why, "is locked by another process", 0);
			return SEK_E_TIMEOUT;
		}
		(void)poll(NULL, 0, 2);
	}
	return SEK_OK;
}

int
log_open(struct log *l, const char *dir, struct sek_why *why)
{
	struct stat st;
	char path[256];
	int r;

	(void)snprintf(l->name, sizeof l->name, "%s/%s",
	    sek_escape_str(path, sizeof path, dir), SEK_AUDIT_FILE);
	if ((r = open_dir(l, dir, why)) != SEK_OK ||
	    (r = take_lock(l, why)) != SEK_OK)
		return r;
	r = open_or_make(l, SEK_AUDIT_FILE, O_APPEND, LOG_MODE, &l->fd, why);
	if (r == SEK_OK)
		r = check_file(l, l->fd, SEK_AUDIT_FILE, S_IWGRP | S_IWOTH,
		    &st, why);
	if (r != SEK_OK)
		return r;
	l->size = st.st_size;
	/* an empty file may be new: its name must survive a power cut */
	if (l->size == 0 && fsync(l->dir_fd) != 0) {
		log_why(l, why, "its folder cannot be synced", errno);
		return SEK_E_IO;
	}
	return SEK_OK;
}

void
log_close(struct log *l)
{
	if (l->fd >= 0)
		(void)close(l->fd);
	if (l->lock_fd >= 0)
		(void)close(l->lock_fd); /* gives the lock back */
	if (l->dir_fd >= 0)
		(void)close(l->dir_fd);
	l->fd = l->lock_fd = l->dir_fd = -1;
}
