/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hands out the lines of a log where they were read to.
 * Runs in `sekisho`, on files that may come from anywhere, and while others
 * append; it trusts neither their length nor their text, and changes nothing.
 */
#include "record/audit_feed.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/audit.h"
#include "sekisho/escape.h"

#define FEED_ROOM (1u + 4u * SEK_AUDIT_LINE_MAX)
#define TORN_TRIES 10u /* so often is looked for the rest of a line, ... */
#define TORN_MS 2      /* ... so long apart */

void
feed_free(struct feed *f)
{
	if (f->fd >= 0)
		(void)close(f->fd);
	f->fd = -1;
	free(f->p);
	f->p = NULL;
}

int
feed_open(struct feed *f, const char *path, struct sek_why *why)
{
	struct stat st;

	if (f->fd >= 0)
		(void)close(f->fd);
	(void)sek_escape_str(f->name, sizeof f->name, path);
	f->at = f->have = 1;
	f->line = 0;
	/* not blocking: a FIFO is refused below, not waited for */
	f->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (f->fd < 0 || fstat(f->fd, &st) != 0) {
		sek_why_set(why, "%s: %s", f->name, strerror(errno));
		return errno == ENOENT ? SEK_E_NOENT : SEK_E_IO;
	}
	if (!S_ISREG(st.st_mode)) {
		sek_why_set(why, "%s: is not a regular file", f->name);
		return SEK_E_UNSAFE;
	}
	if (f->p == NULL && (f->p = malloc(FEED_ROOM)) == NULL)
		return SEK_E_NOMEM;
	return SEK_OK;
}

/* Read more behind what is there; *more is false at the end. */
static int
refill(struct feed *f, bool *more, struct sek_why *why)
{
	ssize_t n;

	memmove(f->p + 1, f->p + f->at, f->have - f->at);
	f->have -= f->at - 1;
	f->at = 1;
	do
		n = read(f->fd, f->p + f->have, FEED_ROOM - f->have);
	while (n < 0 && errno == EINTR);
	if (n < 0) {
		sek_why_set(why, "%s: %s", f->name, strerror(errno));
		return SEK_E_IO;
	}
	f->have += (size_t)n;
	f->bytes += (size_t)n;
	*more = n > 0;
	return SEK_OK;
}

/* The end in the middle of a line: torn, or a writer is at work just now. */
static int
wait_for_rest(struct feed *f, bool *more, struct sek_why *why)
{
	unsigned i;
	int r = SEK_OK;

	for (i = 0; i < TORN_TRIES && r == SEK_OK && !*more; i++) {
		(void)poll(NULL, 0, TORN_MS);
		r = refill(f, more, why);
	}
	return r;
}

static int
bad_line(struct feed *f, struct sek_why *why, const char *what)
{
	f->line++;
	sek_why_set(why, "%s: line %llu: %s", f->name,
	    (unsigned long long)f->line, what);
	return SEK_E_SYNTAX;
}

int
feed_next(struct feed *f, struct feed_line *out, struct sek_why *why)
{
	const uint8_t *nl;
	bool more = true;
	size_t left;
	int r;

	for (;;) {
		left = f->have - f->at;
		nl = memchr(f->p + f->at, '\n', left);
		if (nl != NULL || left >= SEK_AUDIT_LINE_MAX || !more)
			break;
		if ((r = refill(f, &more, why)) == SEK_OK && !more &&
		    f->have > f->at)
			r = wait_for_rest(f, &more, why);
		if (r != SEK_OK)
			return r;
	}
	if (left == 0)
		return SEK_E_EOF;
	if (nl == NULL && left >= SEK_AUDIT_LINE_MAX)
		return bad_line(f, why, "is longer than 65536 bytes");
	if (nl == NULL)
		return bad_line(f, why,
		    memchr(f->p + f->at, '\0', left) != NULL ?
		    "holds a NUL byte and has no end (torn)" :
		    "has no end (torn)");
	/* the newline before it, which nobody needs any more */
	f->p[f->at - 1] = 0x00;
	out->p = f->p + f->at - 1;
	out->n = (size_t)(nl - (f->p + f->at));
	f->at += out->n + 1;
	f->line++;
	return SEK_OK;
}
