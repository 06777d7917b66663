/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Opens the log for one append: folder, lock, files, each checked to be ours
 * alone.  Linux; runs in the gate and in `sekisho`.
 * Never follows a link, never opens what others could have put there, and
 * never waits without an end.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/audit.h"
#include "record/audit_log.h"
#include "sekisho/deadline.h"
#include "sekisho/escape.h"

/* The lock is a file of its own that only we can open: flock(2) needs no
 * right to write, so whoever may read the log could lock us out of it. */
#define LOCK_MODE 0600

void
log_why(const struct log *l, struct sek_why *why, const char *what, int err)
{
	sek_why_set(why, "%s: %s%s%s", l->name, what, err != 0 ? ": " : "",
	    err != 0 ? strerror(err) : "");
}

void
log_warn(struct log *l, const char *what, int err)
{
	if (l->warning[0] == '\0')
		(void)snprintf(l->warning, sizeof l->warning, "%s%s%s", what,
		    err != 0 ? ": " : "", err != 0 ? strerror(err) : "");
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
	if (err == EEXIST)
		return SEK_E_EXISTS;
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

int
log_open_dir(struct log *l, struct sek_why *why)
{
	const char *dir = l->conf->dir;
	struct stat st;
	char path[256];

	(void)snprintf(l->name, sizeof l->name, "%s/%s",
	    sek_escape_str(path, sizeof path, dir), SEK_AUDIT_FILE);

	l->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (l->dir_fd < 0 || fstat(l->dir_fd, &st) != 0)
		return open_failed(l, why, "its folder");
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return unsafe(l, why, "its folder", "has another owner");
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return unsafe(l, why, "its folder",
		    "must not be writable by group or others");
	l->dir_good = true;
	return SEK_OK;
}

int
log_sync_dir(struct log *l, struct sek_why *why)
{
	if (fsync(l->dir_fd) == 0)
		return SEK_OK;
	log_why(l, why, "its folder cannot be synced", errno);
	return SEK_E_IO;
}

/* Only the first file asks who may read: to look a group up may take longer
 * than anybody waits for the lock, and an administrator may have changed an
 * old file on purpose.  Those after it are given to whom it was. */
static void
give_to_group(struct log *l, int fd)
{
	struct group gr, *found = NULL;
	char room[4096], text[160], name[80];
	struct stat st;
	int err;

	if (l->conf->group == NULL || l->conf->group[0] == '\0')
		return;
	if (l->fd >= 0 && fd != l->fd && fstat(l->fd, &st) == 0 &&
	    st.st_gid != 0) {
		if (fchown(fd, (uid_t)-1, st.st_gid) != 0)
			log_warn(l, "cannot be given to its group", errno);
		return;
	}
	err = getgrnam_r(l->conf->group, &gr, room, sizeof room, &found);
	if (found == NULL) {
		(void)snprintf(text, sizeof text, "there is no group %s to "
		    "read it", sek_escape_str(name, sizeof name,
		    l->conf->group));
		log_warn(l, text, err);
	} else if (fchown(fd, (uid_t)-1, gr.gr_gid) != 0) {
		log_warn(l, "cannot be given to its group", errno);
	}
}

int
log_make(struct log *l, const char *file, int flags, mode_t mode, int *fd,
    struct sek_why *why)
{
	*fd = openat(l->dir_fd, file, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW |
	    O_CLOEXEC | flags, mode);
	if (*fd < 0)
		return open_failed(l, why, file);
	if ((mode & S_IRGRP) != 0)
		give_to_group(l, *fd);
	if (fchmod(*fd, mode) != 0) /* whatever the umask */
		return open_failed(l, why, file);
	return SEK_OK;
}

int
log_open_file(struct log *l, const char *file, int flags, mode_t forbidden,
    int *fd, struct stat *st, struct sek_why *why)
{
	/* O_NONBLOCK: should it be a FIFO or a device, do not hang on it
	 * before it is looked at */
	*fd = openat(l->dir_fd, file, O_RDWR | O_NOFOLLOW | O_CLOEXEC |
	    O_NONBLOCK | O_NOCTTY | flags);
	if (*fd < 0)
		return open_failed(l, why, file);
	return check_file(l, *fd, file, forbidden, st, why);
}

/* Open `file`, or make it; without the lock another one may be faster. */
static int
open_or_make(struct log *l, const char *file, int flags, mode_t mode, int *fd,
    struct stat *st, struct sek_why *why)
{
	mode_t forbidden = (mode & S_IRGRP) != 0 ? S_IWGRP | S_IWOTH : 07077;
	int r;

	r = log_open_file(l, file, flags, forbidden, fd, st, why);
	if (r != SEK_E_NOENT)
		return r;
	r = log_make(l, file, flags, mode, fd, why);
	if (r == SEK_E_EXISTS)
		return log_open_file(l, file, flags, forbidden, fd, st, why);
	if (r == SEK_OK && fstat(*fd, st) != 0)
		r = open_failed(l, why, file);
	return r;
}

int
log_take_lock(struct log *l, struct sek_why *why)
{
	struct sek_deadline dl = sek_deadline_in(LOG_LOCK_MS);
	struct stat st;
	int r;

	r = open_or_make(l, LOG_LOCK_FILE, 0, LOCK_MODE, &l->lock_fd, &st,
	    why);
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

/* The log itself.  A second name is refused, but for the one of a rotation
 * that was cut off. */
static int
open_log(struct log *l, struct sek_why *why)
{
	struct stat st;
	int r;

	r = open_or_make(l, SEK_AUDIT_FILE, O_APPEND, LOG_MODE, &l->fd, &st,
	    why);
	if (r == SEK_E_UNSAFE && l->fd >= 0 && fstat(l->fd, &st) == 0 &&
	    st.st_nlink == 2 && log_unrotate(l, &st) == SEK_OK) {
		(void)close(l->fd);
		r = log_open_file(l, SEK_AUDIT_FILE, O_APPEND,
		    S_IWGRP | S_IWOTH, &l->fd, &st, why);
	}
	if (r == SEK_OK)
		l->size = st.st_size;
	return r;
}

/* A log can do without the edge, slowly; not with one of somebody else's.
 * One that is too short was cut off while it was made, or later. */
static int
open_edge(struct log *l, struct sek_why *why)
{
	struct stat st;
	int r;

	r = open_or_make(l, LOG_EDGE_FILE, 0, LOCK_MODE, &l->edge_fd, &st,
	    why);
	if (r == SEK_OK && st.st_size < (off_t)LOG_EDGE_LEN)
		r = log_edge_room(l);
	if (r == SEK_OK || r == SEK_E_UNSAFE)
		return r;
	log_warn(l, LOG_EDGE_FILE " cannot be made", 0);
	if (l->edge_fd >= 0)
		(void)close(l->edge_fd);
	l->edge_fd = -1;
	return SEK_OK;
}

/* A checkpoint that cannot be ours is not touched, and told. */
static void
open_note(struct log *l, struct sek_why *why)
{
	struct stat st;
	int r;

	r = log_open_file(l, LOG_NOTE_FILE, 0, S_IWGRP | S_IWOTH, &l->note_fd,
	    &st, why);
	if (r == SEK_OK || r == SEK_E_NOENT)
		return;
	log_warn(l, LOG_NOTE_FILE " is not a safe file", 0);
	if (l->note_fd >= 0)
		(void)close(l->note_fd);
	l->note_fd = -1;
}

int
log_open(struct log *l, struct sek_why *why)
{
	int r;

	if ((r = log_open_dir(l, why)) != SEK_OK ||
	    (r = log_take_lock(l, why)) != SEK_OK ||
	    (r = open_edge(l, why)) != SEK_OK ||
	    (r = open_log(l, why)) != SEK_OK)
		return r;
	if (l->conf->key != NULL)
		open_note(l, why);
	sek_why_set(why, "%s", "");
	return SEK_OK;
}

void
log_close(struct log *l)
{
	int *const fds[] = { &l->fd, &l->edge_fd, &l->note_fd,
	    &l->lock_fd /* gives the lock back */, &l->dir_fd };
	size_t i;

	for (i = 0; i < sizeof fds / sizeof fds[0]; i++) {
		if (*fds[i] >= 0)
			(void)close(*fds[i]);
		*fds[i] = -1;
	}
}
