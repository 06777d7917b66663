/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds the last whole record of the log, from its end backwards.
 * Runs in the gate and in `sekisho`, under the lock.  After a power cut the
 * end may be torn, zeroed or stale: what is no record is never taken for one.
 * Only reads.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gate/audit.h"
#include "gate/audit_log.h"

/* A piece that may be a line: the bytes before `end`, back to a newline. */
struct piece {
	char *p; /* LINE_MAX bytes, owned */
	off_t from;
	size_t n;
};

static int
read_at(const struct log *l, char *p, size_t n, off_t at, struct sek_why *why)
{
	ssize_t got;

	while (n > 0) {
		got = pread(l->fd, p, n, at);
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
read_piece(const struct log *l, off_t end, struct piece *q,
    struct sek_why *why)
{
	size_t want = 4096, n;
	const char *nl;
	int r;

	for (;;) {
		n = end < (off_t)want ? (size_t)end : want;
		if ((r = read_at(l, q->p, n, end - (off_t)n, why)) != SEK_OK)
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
judge(struct log *l, const struct piece *q)
{
	struct sek_line line;
	const char *what;
	size_t n = q->n - 1;
	int r;

	if (q->p[n] != '\n')
		return SEK_E_SYNTAX;
	r = sek_line_scan(q->p, n, &line, &what);
	if (r == SEK_OK)
		r = sek_line_hash(q->p, n, l->head);
	if (r == SEK_OK)
		l->seq = line.seq;
	return r;
}

int
log_find_tail(struct log *l, struct sek_why *why)
{
	struct piece q = { .p = malloc(SEK_AUDIT_LINE_MAX) };
	int r = SEK_OK;

	l->seq = 0;
	memset(l->head, 0, sizeof l->head);
	l->whole = l->size;
	if (q.p == NULL)
		return SEK_E_NOMEM;
	while (l->whole > 0) {
		if ((r = read_piece(l, l->whole, &q, why)) != SEK_OK)
			break;
		r = judge(l, &q);
		if (r != SEK_E_SYNTAX && r != SEK_E_LIMIT)
			break;
		r = SEK_OK;
		l->whole = q.from;
		if (l->size - l->whole > (off_t)LOG_TORN_MAX) {
			log_why(l, why, "has no whole record within its last "
			    "1 MiB: it must be looked at by hand", 0);
			r = SEK_E_SYNTAX;
			break;
		}
	}
	free(q.p);
	return r;
}
