/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Begins a new audit.jsonl when the old one has reached its size.
 *
 * The new file, with a log_rotate record that tells the peaks of the tree up
 * to there, is complete and on the disk before it gets the name; the old one
 * gets its own name before it loses the other.  So a kill at any point leaves
 * the old file, perhaps with two names, or the new one.
 *
 * Runs in the gate and in `sekisho`, under the lock.  Never writes over a
 * file, and when it fails the log goes on in the old one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "record/audit_log.h"

int
log_unrotate(struct log *l, const struct stat *st)
{
	char *room = malloc(SEK_AUDIT_LINE_MAX), name[SEK_LOG_NAME_MAX];
	struct stat other;
	struct sek_line is;
	size_t n;
	int r = SEK_E_UNSAFE;

	if (room == NULL)
		return SEK_E_NOMEM;
	if (log_line_at(l->fd, 0, room, &n, &is) == SEK_OK) {
		sek_log_name(is.seq, name);
		if (fstatat(l->dir_fd, name, &other, AT_SYMLINK_NOFOLLOW) ==
		    0 && other.st_dev == st->st_dev &&
		    other.st_ino == st->st_ino &&
		    unlinkat(l->dir_fd, name, 0) == 0)
			r = SEK_OK;
	}
	free(room);
	return r;
}

static int
make_record(struct log *l, struct log_batch *b, const char *old,
    const char *host, struct sek_why *why)
{
	json_t *rec = sek_record_new("log_rotate", host);

	sek_record_str(rec, "log_files.before", old);
	sek_record_int(rec, "log_files.first", (int64_t)l->st.first);
	log_put_edge(rec, &l->st.tree);
	b->st = l->st;
	b->st.line = b->st.end = 0;
	return log_batch_own(l, b, rec, why);
}

/* Whole and on the disk, under a name that nobody reads. */
static int
make_file(struct log *l, const struct log_batch *b, int *fd,
    struct sek_why *why)
{
	ssize_t n;
	int r;

	if (unlinkat(l->dir_fd, LOG_NEW_FILE, 0) != 0 && errno != ENOENT)
		return SEK_E_IO;
	r = log_make(l, LOG_NEW_FILE, O_APPEND, LOG_MODE, fd, why);
	if (r != SEK_OK)
		return r;
	do
		n = write(*fd, b->text.p, b->text.len);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)b->text.len && fsync(*fd) == 0 ? SEK_OK :
	    SEK_E_IO;
}

/* The old file has one name still, or again. */
static bool
go_back(struct log *l, const char *old)
{
	struct stat st;

	(void)unlinkat(l->dir_fd, LOG_NEW_FILE, 0);
	if (fstat(l->fd, &st) != 0)
		return false;
	return st.st_nlink == 1 || unlinkat(l->dir_fd, old, 0) == 0;
}

/* *gone: the old file has lost the name. */
static int
swap(struct log *l, const char *old, bool *gone)
{
	struct stat st;
	int err;

	*gone = false;
	if (linkat(l->dir_fd, SEK_AUDIT_FILE, l->dir_fd, old, 0) != 0)
		return errno;
	if (fsync(l->dir_fd) != 0)
		return errno;
	if (renameat(l->dir_fd, LOG_NEW_FILE, l->dir_fd, SEK_AUDIT_FILE) !=
	    0) {
		/* whatever it says: one name means that it was done */
		err = errno;
		*gone = fstat(l->fd, &st) != 0 || st.st_nlink == 1;
		return err;
	}
	*gone = true;
	return fsync(l->dir_fd) != 0 ? errno : 0;
}

static bool
is_due(const struct log *l)
{
	return l->conf->rotate != 0 &&
	    (uint64_t)l->size >= l->conf->rotate &&
	    l->st.tree.n > l->st.first &&
	    /* first things first */
	    l->damage[0] == '\0' && !l->edge_lost;
}

int
log_rotate(struct log *l, const char *host, struct sek_why *why)
{
	struct log_batch b = LOG_BATCH_NONE;
	char old[SEK_LOG_NAME_MAX], text[160];
	bool gone = false;
	int fd = -1, err = 0, r;

	if (!is_due(l))
		return SEK_OK;
	sek_log_name(l->st.first, old);
	if (make_record(l, &b, old, host, why) == SEK_OK &&
	    make_file(l, &b, &fd, why) == SEK_OK &&
	    (err = swap(l, old, &gone)) == 0) {
		r = SEK_OK;
		(void)close(l->fd);
		l->fd = fd;
		fd = -1;
		l->size = (off_t)b.text.len;
		l->st = b.st;
		log_index_put(l, &b.done);
	} else if (gone) {
		log_why(l, why, "its new file cannot be synced", err);
		r = SEK_E_IO;
	} else {
		(void)snprintf(text, sizeof text, "no new file can be begun "
		    "(the old one would be %s)", old);
		log_warn(l, text, err);
		r = go_back(l, old) ? SEK_OK : SEK_E_IO;
		log_why(l, why, text, err);
	}
	if (fd >= 0)
		(void)close(fd);
	log_batch_free(&b);
	return r;
}
