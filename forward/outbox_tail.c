/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads what the outbox holds: the heads of its lines.
 * Runs in sekisho-forward and `sekisho doctor`; changes nothing.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "forward/forms.h"
#include "forward/forward.h"
#include "sekisho/os.h"

/* More than the longest line, so that each window holds a line's beginning
 * and its end. */
#define WINDOW (2u * SEK_FORM_MAX)

uint64_t
cursor_hash(const uint8_t hash[SEK_HASH_LEN])
{
	struct sek_rd r = sek_rd_init(hash, SEK_HASH_LEN);
	uint64_t high = sek_rd_u32(&r);

	return high << 32 | sek_rd_u32(&r);
}

void
outbox_head(char kind, const struct cursor *c, char out[OUTBOX_HEAD + 1])
{
	(void)snprintf(out, OUTBOX_HEAD + 1, "%c %019" PRIu64 " %016" PRIx64
	    " %019" PRIu64 " %016" PRIx64, kind, c->seq, c->leaf, c->size,
	    c->root);
}

/* Strict: what is read is written again and compared. */
bool
outbox_parse(const char *line, size_t n, char *kind, struct cursor *c)
{
	static const char torn[] = "\tTORN";
	char head[OUTBOX_HEAD + 1], again[OUTBOX_HEAD + 1], *at;
	struct cursor got;
	char k;

	if (n <= OUTBOX_HEAD || line[OUTBOX_HEAD] != ' ' ||
	    memcmp(line + n - (sizeof torn - 1), torn, sizeof torn - 1) == 0)
		return false;
	memcpy(head, line, OUTBOX_HEAD);
	head[OUTBOX_HEAD] = '\0';
	/* whatever these take, the same bytes must come of it again */
	k = head[0];
	got.seq = strtoull(head + 1, &at, 10);
	got.leaf = strtoull(at, &at, 16);
	got.size = strtoull(at, &at, 10);
	got.root = strtoull(at, &at, 16);
	if (k == '\0' || strchr("RCAB", k) == NULL || got.seq > INT64_MAX ||
	    got.size > INT64_MAX)
		return false;
	outbox_head(k, &got, again);
	if (memcmp(head, again, OUTBOX_HEAD) != 0)
		return false;
	*kind = k;
	*c = got;
	return true;
}

/* The last good line of a window; *first is where its first whole line
 * begins.  With `at_start` the window begins with a line. */
static bool
last_in(const char *p, size_t n, bool at_start, size_t *first, char *kind,
    struct cursor *c)
{
	const char *nl = at_start ? p : memchr(p, '\n', n);
	const char *end = p + n;
	bool found = false;

	if (nl != NULL && !at_start)
		nl++;
	*first = nl == NULL ? n : (size_t)(nl - p);
	for (p = nl; p != NULL && p < end; p = nl + 1) {
		if ((nl = memchr(p, '\n', (size_t)(end - p))) == NULL)
			break;
		if (outbox_parse(p, (size_t)(nl - p), kind, c))
			found = true;
	}
	return found;
}

int
outbox_last(int fd, uint64_t size, char *kind, struct cursor *c)
{
	char *p = malloc(WINDOW);
	uint64_t end = size, from;
	size_t n, first;
	int r = SEK_E_NOENT;

	if (p == NULL)
		return SEK_E_NOMEM;
	while (end > 0) {
		from = end > WINDOW ? end - WINDOW : 0;
		n = (size_t)(end - from);
		if ((r = sek_read_at(fd, from, p, n)) != SEK_OK)
			break;
		if (last_in(p, n, from == 0, &first, kind, c))
			break;
		r = SEK_E_NOENT;
		/* a line that is longer than the window is none of ours */
		end = first < n ? from + first : from;
		if (from == 0)
			break;
	}
	free(p);
	return r;
}

int
outbox_lines(int fd, int (*one)(void *arg, const struct cursor *c), void *arg)
{
	char *line = NULL, kind;
	size_t cap = 0;
	struct cursor c;
	int r = SEK_OK;
	FILE *f;
	ssize_t n;

	if ((f = fdopen(fd, "r")) == NULL) {
		(void)close(fd);
		return SEK_E_NOMEM;
	}
	while (r == SEK_OK && (n = getline(&line, &cap, f)) > 0)
		if (line[n - 1] == '\n' &&
		    outbox_parse(line, (size_t)n - 1, &kind, &c) &&
		    kind == OUTBOX_RECORD)
			r = one(arg, &c);
	if (r == SEK_OK && ferror(f))
		r = SEK_E_IO;
	free(line);
	(void)fclose(f);
	return r;
}
