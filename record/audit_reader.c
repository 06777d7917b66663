/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads the record over all its files, line by line in bounded memory.
 * Runs in `sekisho` and sekisho-forward, on a log that may come from
 * anywhere: it trusts neither its length nor its text, and changes nothing.
 */
#include "record/audit_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/audit_reader_rooms.h"
#include "sekisho/escape.h"

#define REST_MS 20 /* for the rest of a line that is being written */
#define REST_TRIES 5

void
sek_reader_free(struct sek_reader *rd)
{
	const int fds[] = { rd == NULL ? -1 : rd->fd,
		rd == NULL ? -1 : rd->dir_fd, rd == NULL ? -1 : rd->index_fd,
		rd == NULL ? -1 : rd->watch_fd };
	size_t i;

	if (rd == NULL)
		return;
	for (i = 0; i < sizeof fds / sizeof fds[0]; i++)
		if (fds[i] >= 0)
			(void)close(fds[i]);
	for (i = 0; i < rd->n_paths; i++)
		free(rd->paths[i]);
	free(rd->paths);
	free(rd->dir);
	free(rd->archive);
	free(rd->p);
	free(rd);
}

static struct sek_reader *
new_reader(void)
{
	struct sek_reader *rd = calloc(1, sizeof *rd);

	if (rd == NULL)
		return NULL;
	rd->fd = rd->dir_fd = rd->index_fd = rd->watch_fd = -1;
	if ((rd->p = malloc(READER_AHEAD)) == NULL) {
		free(rd);
		return NULL;
	}
	return rd;
}

int
sek_reader_files(struct sek_reader **out, const char *const *paths, size_t n,
    struct sek_why *why)
{
	struct sek_reader *rd = new_reader();

	sek_why_set(why, "%s", "");
	if (rd == NULL)
		return SEK_E_NOMEM;
	rd->paths = calloc(n + 1, sizeof *rd->paths);
	if (rd->paths == NULL)
		goto bad;
	for (; rd->n_paths < n; rd->n_paths++)
		if ((rd->paths[rd->n_paths] =
		    strdup(paths[rd->n_paths])) == NULL)
			goto bad;
	*out = rd;
	return SEK_OK;
bad:
	sek_reader_free(rd);
	return SEK_E_NOMEM;
}

int
sek_reader_dir(struct sek_reader **out, const char *dir, struct sek_why *why)
{
	struct sek_reader *rd = new_reader();
	int r = SEK_E_NOMEM;

	sek_why_set(why, "%s", "");
	if (rd == NULL || (rd->dir = strdup(dir)) == NULL)
		goto out;
	rd->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (rd->dir_fd < 0) {
		r = errno == ENOENT ? SEK_E_NOENT : SEK_E_IO;
		(void)sek_why_about(why, r, dir, strerror(errno));
		goto out;
	}
	if ((r = reader_list(rd, why)) != SEK_OK)
		goto out;
	if (rd->n_archives == 0 && faccessat(rd->dir_fd, SEK_AUDIT_FILE, F_OK,
	    0) != 0 && errno == ENOENT) {
		r = sek_why_about(why, SEK_E_NOENT, dir, "holds no record");
		goto out;
	}
	/* one that cannot be had only costs time */
	if (reader_open(rd->dir_fd, SEK_INDEX_FILE, "", &rd->index_fd,
	    NULL) != SEK_OK)
		rd->index_fd = -1;
	*out = rd;
	rd = NULL;
out:
	sek_reader_free(rd);
	return r;
}

static int
bad_line(const struct sek_reader *rd, struct sek_why *why, const char *what)
{
	sek_why_set(why, "%s: line %llu: %s", rd->name,
	    (unsigned long long)rd->line, what);
	return SEK_E_SYNTAX;
}

/* Read more behind what is there; *more is false at the end. */
static int
refill(struct sek_reader *rd, bool *more, struct sek_why *why)
{
	ssize_t n;

	memmove(rd->p, rd->p + rd->at, rd->have - rd->at);
	rd->have -= rd->at;
	rd->at = 0;
	do
		n = pread(rd->fd, rd->p + rd->have, READER_AHEAD - rd->have,
		    (off_t)(rd->upto + rd->have));
	while (n < 0 && errno == EINTR);
	if (n < 0) {
		sek_why_set(why, "%s: %s", rd->name, strerror(errno));
		return SEK_E_IO;
	}
	rd->have += (size_t)n;
	*more = n > 0;
	return SEK_OK;
}

/* The end in the middle of a line: torn, or a writer is at work just now. */
static int
wait_for_rest(struct sek_reader *rd, bool *more, struct sek_why *why)
{
	int i, r = SEK_OK;

	for (i = 0; i < REST_TRIES && r == SEK_OK && !*more; i++) {
		(void)poll(NULL, 0, REST_MS);
		r = refill(rd, more, why);
	}
	return r;
}

/* At the end of the open file: is it where we were before? */
static int
at_end(const struct sek_reader *rd, struct sek_why *why)
{
	struct stat st;

	if (fstat(rd->fd, &st) == 0 && (uint64_t)st.st_size < rd->upto) {
		sek_why_set(why, "%s: became shorter while it was read",
		    rd->name);
		return SEK_E_SYNTAX;
	}
	return SEK_E_EOF;
}

/* It is read again when it is asked for again: what comes to stand there may
 * be another line. */
static int
torn(struct sek_reader *rd, struct sek_why *why)
{
	bool nul = memchr(rd->p + rd->at, '\0', rd->have - rd->at) != NULL;

	rd->at = rd->have = 0;
	rd->line++;
	rd->torn = true;
	return bad_line(rd, why, nul ? "holds a NUL byte and has no end "
	    "(torn)" : "has no end (torn)");
}

/* The next line of the open file without its newline. */
static int
next_line(struct sek_reader *rd, const char **line, size_t *n,
    struct sek_why *why)
{
	const char *nl;
	bool more = true;
	size_t left;
	int r;

	rd->line -= rd->torn; /* it was told, and is asked for again */
	rd->torn = false;
	for (;;) {
		left = rd->have - rd->at;
		nl = memchr(rd->p + rd->at, '\n', left);
		if (nl != NULL || left >= SEK_AUDIT_LINE_MAX || !more)
			break;
		if ((r = refill(rd, &more, why)) == SEK_OK && !more &&
		    rd->have > 0)
			r = wait_for_rest(rd, &more, why);
		if (r != SEK_OK)
			return r;
	}
	if (left == 0)
		return at_end(rd, why);
	*line = rd->p + rd->at;
	if (nl == NULL && left < SEK_AUDIT_LINE_MAX)
		return torn(rd, why);
	rd->line++;
	if (nl == NULL)
		return bad_line(rd, why, "is longer than 65536 bytes");
	*n = (size_t)(nl - *line);
	rd->at += *n + 1;
	rd->offset = rd->upto;
	rd->upto += *n + 1;
	return SEK_OK;
}

/* Name what is wrong with the text; whether it is JSON at all is only asked
 * to tell it. */
static int
scan_line(const struct sek_reader *rd, const char *line, size_t n,
    struct sek_line *out, struct sek_why *why)
{
	const char *what;
	char text[128];
	json_t *rec;

	if (sek_line_scan(line, n, out, &what) == SEK_OK)
		return SEK_OK;
	rec = json_loadb(line, n, 0, NULL);
	(void)snprintf(text, sizeof text, "%s%s",
	    rec == NULL ? "is not JSON: " : "", what);
	json_decref(rec);
	return bad_line(rd, why, text);
}

static int
next_record(struct sek_reader *rd, struct sek_entry *out,
    struct sek_why *why)
{
	int r;

	for (;;) {
		reader_skip(rd);
		r = rd->fd < 0 ? SEK_E_EOF :
		    next_line(rd, &out->line, &out->n, why);
		if (r != SEK_E_EOF ||
		    (r = reader_next_file(rd, why)) != SEK_OK)
			break;
	}
	if (r == SEK_OK)
		r = scan_line(rd, out->line, out->n, &out->is, why);
	if (r == SEK_OK)
		rd->last = out->is.seq;
	return r;
}

int
sek_reader_next(struct sek_reader *rd, struct sek_entry *out,
    struct sek_why *why)
{
	int r;

	sek_why_set(why, "%s", "");
	do
		r = next_record(rd, out, why);
	while (r == SEK_OK && out->is.seq < rd->from);
	if (r == SEK_OK)
		rd->from = 0;
	out->file = rd->name;
	out->at = rd->offset;
	out->line_no = rd->line;
	return r;
}

uint64_t
sek_reader_seq(const struct sek_reader *rd)
{
	return rd->last;
}
