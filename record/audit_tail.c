/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds the last whole record of a file, from its end backwards.
 * Runs in the gate and in `sekisho`, under the lock.  After a power cut the
 * end may be torn, zeroed or stale: what is no record is never taken for one.
 * Only reads.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record/audit.h"
#include "record/audit_log.h"

/* A piece that may be a line: the bytes before `end`, back to a newline. */
struct piece {
	char *p; /* LINE_MAX bytes, owned */
	off_t from;
	size_t n;
};

static int
read_at(const struct log *l, int fd, char *p, size_t n, off_t at,
    struct sek_why *why)
{
	ssize_t got;

	while (n > 0) {
		got = pread(fd, p, n, at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			log_why(l, why, "cannot be read", got < 0 ? errno : 0);
			return SEK_E_IO;
		}
		p += got;
		at += got;
		n -= (size_t)got;
	}
	return SEK_OK;
}

/* Read the piece that ends at `end`.  Records are about 1 KiB, so a little is
 * read first, and all that a line may have only when that was not enough. */
static int
read_piece(const struct log *l, int fd, off_t end, struct piece *q,
    struct sek_why *why)
{
	size_t want = 4096, n;
	const char *nl;
	int r;

	for (;;) {
		n = end < (off_t)want ? (size_t)end : want;
		r = read_at(l, fd, q->p, n, end - (off_t)n, why);
		if (r != SEK_OK)
			return r;
		nl = memrchr(q->p, '\n', n - 1);
		if (nl != NULL || (off_t)n == end ||
		    want == SEK_AUDIT_LINE_MAX)
			break;
		want = SEK_AUDIT_LINE_MAX;
	}
	if (nl != NULL) {
		n -= (size_t)(nl + 1 - q->p);
		memmove(q->p, nl + 1, n);
	}
	q->from = end - (off_t)n;
	q->n = n;
	return SEK_OK;
}

/* Is the piece a record?  No: SEK_E_SYNTAX or SEK_E_LIMIT, which nothing but
 * its text can cause. */
static int
judge(const struct piece *q, struct sek_line *out)
{
	const char *what;

	if (q->p[q->n - 1] != '\n')
		return SEK_E_SYNTAX;
	return sek_line_scan(q->p, q->n - 1, out, &what);
}

int
log_find_tail(struct log *l, int fd, off_t size, struct log_tail *t,
    struct sek_why *why)
{
	struct piece q = { .p = calloc(1, SEK_AUDIT_LINE_MAX) };
	int r = SEK_OK;

	memset(t, 0, sizeof *t);
	t->whole = size;
	if (q.p == NULL)
		return SEK_E_NOMEM;
	while (t->whole > 0) {
		if ((r = read_piece(l, fd, t->whole, &q, why)) != SEK_OK)
			break;
		t->line = (uint64_t)q.from;
		r = judge(&q, &t->is);
		if (r != SEK_E_SYNTAX && r != SEK_E_LIMIT)
			break;
		r = SEK_OK;
		t->is.seq = 0;
		t->whole = q.from;
		if (size - t->whole > (off_t)LOG_TORN_MAX) {
			log_why(l, why, "has no whole record within its last "
			    "1 MiB: it must be looked at by hand", 0);
			r = SEK_E_SYNTAX;
			break;
		}
	}
	free(q.p);
	if (r == SEK_E_VERSION)
		log_why(l, why, "holds records of version 1, which are not "
		    "continued: `sekisho init` sets it aside and begins a "
		    "new one", 0);
	return r;
}

int
log_line_at(int fd, uint64_t at, char *p, size_t *n, struct sek_line *out)
{
	const char *nl, *what;
	ssize_t got;

	do
		got = pread(fd, p, SEK_AUDIT_LINE_MAX, (off_t)at);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		return got < 0 ? SEK_E_IO : SEK_E_SYNTAX;
	if ((nl = memchr(p, '\n', (size_t)got)) == NULL)
		return SEK_E_SYNTAX;
	*n = (size_t)(nl - p);
	return sek_line_scan(p, *n, out, &what) == SEK_OK ? SEK_OK :
	    SEK_E_SYNTAX;
}
