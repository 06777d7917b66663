/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which file of the record is read after which, also while a writer begins a
 * new one: no file is left out, and none is read twice.
 * Runs in `sekisho` and sekisho-forward.
 *
 * A rotation links audit.jsonl to its archive name before it puts the new
 * file in its place.  So whoever opens audit.jsonl first and lists the folder
 * then, finds all files before it in the list.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/audit_reader_rooms.h"
#include "sekisho/escape.h"

#define TRIES 16 /* an archive may vanish between the list and its opening */

int
reader_open(int dir_fd, const char *name, const char *shown, int *fd,
    struct sek_why *why)
{
	struct stat st;

	/* not blocking: a FIFO is refused below, not waited for */
	*fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK |
	    O_NOCTTY);
	if (*fd < 0) {
		sek_why_set(why, "%s: %s", shown, strerror(errno));
		return errno == ENOENT ? SEK_E_NOENT : SEK_E_IO;
	}
	if (fstat(*fd, &st) == 0 && S_ISREG(st.st_mode))
		return SEK_OK;
	(void)close(*fd);
	*fd = -1;
	sek_why_set(why, "%s: is not a regular file", shown);
	return SEK_E_UNSAFE;
}

int
reader_take(struct sek_reader *rd, int fd, const char *shown)
{
	struct stat st;

	if (fstat(fd, &st) != 0) {
		(void)close(fd);
		return SEK_E_IO;
	}
	if (rd->fd >= 0)
		(void)close(rd->fd);
	rd->fd = fd;
	rd->dev = st.st_dev;
	rd->ino = st.st_ino;
	(void)snprintf(rd->name, sizeof rd->name, "%s", shown);
	rd->at = rd->have = 0;
	rd->torn = false;
	rd->line = rd->offset = rd->upto = 0;
	return SEK_OK;
}

void
reader_rewind(struct sek_reader *rd)
{
	if (rd->fd >= 0)
		(void)close(rd->fd);
	rd->fd = -1;
	rd->next = 0;
	rd->n_archives = 0;
	rd->past = rd->last = rd->from = 0;
	rd->at = rd->have = 0;
}

/* -- a folder */

void
reader_shown(const struct sek_reader *rd, uint64_t number, bool current,
    char out[300])
{
	char path[600], name[SEK_LOG_NAME_MAX] = SEK_AUDIT_FILE;

	if (!current)
		sek_log_name(number, name);
	(void)snprintf(path, sizeof path, "%.500s/%s", rd->dir, name);
	(void)sek_escape_str(out, 300, path);
}

static int
by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int
list(struct sek_reader *rd, DIR *d)
{
	const struct dirent *e;
	size_t room = 0;
	uint64_t v, *more;

	free(rd->archive);
	rd->archive = NULL;
	rd->n_archives = 0;
	while (errno = 0, (e = readdir(d)) != NULL) {
		if ((v = sek_log_number(e->d_name)) <= rd->past)
			continue;
		if (rd->n_archives == SEK_LOG_FILES)
			return SEK_E_LIMIT;
		if (rd->n_archives == room) {
			room = room == 0 ? 64 : 2 * room;
			more = reallocarray(rd->archive, room, sizeof *more);
			if (more == NULL)
				return SEK_E_NOMEM;
			rd->archive = more;
		}
		rd->archive[rd->n_archives++] = v;
	}
	if (errno != 0)
		return SEK_E_IO;
	if (rd->n_archives > 1)
		qsort(rd->archive, rd->n_archives, sizeof *rd->archive,
		    by_number);
	return SEK_OK;
}

int
reader_list(struct sek_reader *rd, struct sek_why *why)
{
	int fd = openat(rd->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	int r = SEK_E_IO;

	if (d != NULL) {
		r = list(rd, d);
		(void)closedir(d);
	} else if (fd >= 0) {
		(void)close(fd);
	}
	if (r == SEK_E_IO)
		(void)sek_why_about(why, r, rd->dir, "cannot be listed");
	if (r == SEK_E_LIMIT)
		(void)sek_why_about(why, r, rd->dir,
		    "holds more than 65536 files of the record");
	return r;
}

/* The first archive behind `past`; 0: none in the list. */
static uint64_t
following(const struct sek_reader *rd)
{
	size_t i;

	for (i = 0; i < rd->n_archives; i++)
		if (rd->archive[i] > rd->past)
			return rd->archive[i];
	return 0;
}

int
reader_open_number(struct sek_reader *rd, uint64_t number, int *fd,
    bool *current, struct sek_why *why)
{
	char name[SEK_LOG_NAME_MAX], shown[300];
	int r, i;

	sek_log_name(number, name);
	*current = false;
	/* twice: it may get its archive name just now */
	for (i = 0; i < 2; i++) {
		reader_shown(rd, number, false, shown);
		r = reader_open(rd->dir_fd, name, shown, fd, why);
		if (r != SEK_E_NOENT)
			return r;
		reader_shown(rd, 0, true, shown);
		r = reader_open(rd->dir_fd, SEK_AUDIT_FILE, shown, fd, why);
		if (r != SEK_OK)
			return r;
		if (faccessat(rd->dir_fd, name, F_OK, 0) != 0) {
			*current = true;
			return SEK_OK;
		}
		(void)close(*fd);
		*fd = -1;
	}
	return SEK_E_NOENT;
}

static bool
is_open(const struct sek_reader *rd, int fd)
{
	struct stat st;

	return rd->fd >= 0 && fstat(fd, &st) == 0 && st.st_dev == rd->dev &&
	    st.st_ino == rd->ino;
}

/* Open audit.jsonl; *fd stays -1 when it is what is being read, or not
 * there. */
static int
open_current(struct sek_reader *rd, int *fd, char shown[300],
    struct sek_why *why)
{
	int r;

	reader_shown(rd, 0, true, shown);
	r = reader_open(rd->dir_fd, SEK_AUDIT_FILE, shown, fd, why);
	if (r == SEK_OK && is_open(rd, *fd)) {
		(void)close(*fd);
		*fd = -1;
	}
	return r == SEK_E_NOENT ? SEK_OK : r;
}

/* Open archive `n`; *fd stays -1 when it is what is being read: audit.jsonl
 * has got its archive name. */
static int
open_archive(struct sek_reader *rd, uint64_t n, int *fd, char shown[300],
    struct sek_why *why)
{
	char name[SEK_LOG_NAME_MAX];
	int r;

	sek_log_name(n, name);
	reader_shown(rd, n, false, shown);
	r = reader_open(rd->dir_fd, name, shown, fd, why);
	if (r == SEK_OK && is_open(rd, *fd)) {
		(void)close(*fd);
		*fd = -1;
		(void)snprintf(rd->name, sizeof rd->name, "%s", shown);
	}
	return r;
}

/* The first archive behind `past`, 0: there is none.  Then *fd is audit.jsonl,
 * or -1 when that is what is being read, or is not there. */
static int
choose_next(struct sek_reader *rd, int *fd, uint64_t *number, char shown[300],
    struct sek_why *why)
{
	int r;

	*fd = -1;
	if ((*number = following(rd)) != 0)
		return SEK_OK;
	/* first this, then the list: see above */
	r = open_current(rd, fd, shown, why);
	if (r == SEK_OK && (r = reader_list(rd, why)) == SEK_OK &&
	    (*number = following(rd)) == 0)
		return SEK_OK;
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
	return r;
}

/* What comes behind the open file: *number is 0 of audit.jsonl. */
static int
find_next(struct sek_reader *rd, int *fd, uint64_t *number, char shown[300],
    struct sek_why *why)
{
	int r, tries;

	for (tries = 0; tries < TRIES; tries++) {
		r = choose_next(rd, fd, number, shown, why);
		if (r != SEK_OK)
			return r;
		if (*number == 0)
			return *fd < 0 ? SEK_E_EOF : SEK_OK;
		r = open_archive(rd, *number, fd, shown, why);
		if (r == SEK_OK && *fd >= 0)
			return r;
		if (r == SEK_OK)
			rd->past = *number;
		else if (r != SEK_E_NOENT)
			return r;
		else
			rd->n_archives = 0; /* gone: look again */
	}
	return SEK_E_NOENT;
}

/* Behind the end of what is open, with `fd` found as the next one: may the
 * reader leave?  Nobody appends to a file that has a successor, so this look
 * is the last one that is needed. */
static bool
has_more(const struct sek_reader *rd)
{
	char c;

	return rd->fd >= 0 && pread(rd->fd, &c, 1, (off_t)rd->upto) == 1;
}

static int
next_of_dir(struct sek_reader *rd, struct sek_why *why)
{
	char shown[300];
	uint64_t number;
	int fd, r;

	r = find_next(rd, &fd, &number, shown, why);
	if (r == SEK_E_EOF)
		sek_why_set(why, "%s", "");
	if (r != SEK_OK)
		return r;
	if (has_more(rd)) {
		(void)close(fd);
		return SEK_OK;
	}
	if (number > 0)
		rd->past = number;
	return reader_take(rd, fd, shown);
}

int
reader_next_file(struct sek_reader *rd, struct sek_why *why)
{
	char shown[300];
	int fd, r;

	if (rd->dir != NULL)
		return next_of_dir(rd, why);
	if (rd->next == rd->n_paths)
		return SEK_E_EOF;
	(void)sek_escape_str(shown, sizeof shown, rd->paths[rd->next]);
	r = reader_open(AT_FDCWD, rd->paths[rd->next], shown, &fd, why);
	if (r == SEK_OK)
		r = reader_take(rd, fd, shown);
	if (r == SEK_OK)
		rd->next++;
	return r;
}
