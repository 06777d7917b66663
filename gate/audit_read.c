/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads a log from its beginning, line by line in bounded memory: to check
 * the whole chain, or to hand each record to a caller.
 * Runs in `sekisho`, on a log that may come from anywhere: it trusts neither
 * its length nor its text, and it changes nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gate/audit.h"
#include "gate/audit_line.h"
#include "sekisho/escape.h"

#define READ_AHEAD (4u * SEK_AUDIT_LINE_MAX)

struct reader {
	char name[300]; /* escaped, for messages */
	int fd;
	char *p;        /* READ_AHEAD bytes, owned */
	size_t at, have;
	uint64_t line;  /* of the last line handed out, from 1 */
};

#define READER_NONE { .fd = -1 }

static int
bad_line(const struct reader *rd, struct sek_why *why, const char *what)
{
	sek_why_set(why, "%s: line %llu: %s", rd->name,
	    (unsigned long long)rd->line, what);
	return SEK_E_SYNTAX;
}

static int
reader_open(struct reader *rd, const char *path, struct sek_why *why)
{
	struct stat st;

	(void)sek_escape_str(rd->name, sizeof rd->name, path);
	/* not blocking: a FIFO is refused below, not waited for */
	rd->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (rd->fd < 0 || fstat(rd->fd, &st) != 0) {
		sek_why_set(why, "%s: %s", rd->name, strerror(errno));
		return errno == ENOENT ? SEK_E_NOENT : SEK_E_IO;
	}
	if (!S_ISREG(st.st_mode)) {
		sek_why_set(why, "%s: is not a regular file", rd->name);
		return SEK_E_UNSAFE;
	}
	rd->p = malloc(READ_AHEAD);
	return rd->p != NULL ? SEK_OK : SEK_E_NOMEM;
}

static void
reader_close(struct reader *rd)
{
	if (rd->fd >= 0)
		(void)close(rd->fd);
	free(rd->p);
}

/* Read more behind what is there; *more is false at the end. */
static int
refill(struct reader *rd, bool *more, struct sek_why *why)
{
	ssize_t n;

	memmove(rd->p, rd->p + rd->at, rd->have - rd->at);
	rd->have -= rd->at;
	rd->at = 0;
	do
		n = read(rd->fd, rd->p + rd->have, READ_AHEAD - rd->have);
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
wait_for_rest(struct reader *rd, bool *more, struct sek_why *why)
{
	(void)poll(NULL, 0, 20);
	return refill(rd, more, why);
}

/* The next line without its newline; SEK_E_EOF after the last one. */
static int
next_line(struct reader *rd, const char **line, size_t *n,
    struct sek_why *why)
{
	const char *nl;
	bool more = true;
	size_t left;
	int r;

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
		return SEK_E_EOF;
	rd->line++;
	*line = rd->p + rd->at;
	if (nl == NULL && left >= SEK_AUDIT_LINE_MAX)
		return bad_line(rd, why, "is longer than 65536 bytes");
	if (nl == NULL)
		return bad_line(rd, why, memchr(*line, '\0', left) != NULL ?
		    "holds a NUL byte and has no end (torn)" :
		    "has no end (torn)");
	*n = (size_t)(nl - *line);
	rd->at += *n + 1;
	return SEK_OK;
}

/* Name what is wrong with the text; whether it is JSON at all is only asked
 * to tell it. */
static int
scan_line(const struct reader *rd, const char *line, size_t n,
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

/* Does the record follow the one before? */
static int
check_chain(const struct reader *rd, const struct sek_line *l,
    const struct sek_audit_report *rep, struct sek_why *why)
{
	char text[128];

	if (l->seq != rep->records + 1) {
		(void)snprintf(text, sizeof text,
		    "has seq %llu where %llu must follow",
		    (unsigned long long)l->seq,
		    (unsigned long long)rep->records + 1);
		return bad_line(rd, why, text);
	}
	if (memcmp(l->prev, rep->head, sizeof rep->head) != 0)
		return bad_line(rd, why, "has a prev that is not the hash of "
		    "the line before");
	return SEK_OK;
}

static int
check_line(const struct reader *rd, const char *line, size_t n,
    struct sek_audit_report *rep, struct sek_why *why)
{
	struct sek_line l;
	uint8_t head[SEK_LINE_HASH];
	int r;

	if ((r = scan_line(rd, line, n, &l, why)) != SEK_OK ||
	    (r = check_chain(rd, &l, rep, why)) != SEK_OK ||
	    (r = sek_line_hash(line, n, head)) != SEK_OK)
		return r;
	memcpy(rep->head, head, sizeof head);
	rep->records++;
	return SEK_OK;
}

int
sek_audit_verify(const char *path, struct sek_audit_report *rep,
    struct sek_why *why)
{
	struct reader rd = READER_NONE;
	const char *line;
	size_t n;
	int r;

	memset(rep, 0, sizeof *rep);
	sek_why_set(why, "%s", "");
	r = reader_open(&rd, path, why);
	while (r == SEK_OK) {
		r = next_line(&rd, &line, &n, why);
		if (r == SEK_OK)
			r = check_line(&rd, line, n, rep, why);
	}
	if (r == SEK_E_SYNTAX)
		rep->bad_line = rd.line;
	if (r == SEK_E_EOF)
		r = SEK_OK;
	if (r != SEK_OK && why != NULL && why->text[0] == '\0')
		sek_why_set(why, "%s: %s", rd.name, sek_strerror(r));
	reader_close(&rd);
	return r;
}

int
sek_audit_each(const char *path,
    int (*fn)(void *, const char *line, size_t n, const json_t *rec),
    void *arg, struct sek_why *why)
{
	struct reader rd = READER_NONE;
	struct sek_line l;
	const char *line;
	json_t *rec;
	size_t n;
	int r;

	sek_why_set(why, "%s", "");
	r = reader_open(&rd, path, why);
	while (r == SEK_OK) {
		if ((r = next_line(&rd, &line, &n, why)) != SEK_OK ||
		    (r = scan_line(&rd, line, n, &l, why)) != SEK_OK)
			break;
		if ((rec = sek_line_load(line, n)) == NULL) {
			r = SEK_E_NOMEM;
			break;
		}
		r = fn(arg, line, n, rec);
		json_decref(rec);
		if (r != 0)
			goto out; /* the caller's own value */
	}
	if (r == SEK_E_EOF)
		r = SEK_OK;
	if (r != SEK_OK && why != NULL && why->text[0] == '\0')
		sek_why_set(why, "%s: %s", rd.name, sek_strerror(r));
out:
	reader_close(&rd);
	return r;
}
