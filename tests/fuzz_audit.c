/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzz target: a whole log, as a file in memory.  What is found good must be
 * as good when it comes in two files or with its tree as a checkpoint, and no
 * longer when a byte of it is another.  Seeds: tests/corpus/audit.
 */
#undef NDEBUG
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "record/audit_verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

struct file {
	int fd;
	char path[40];
};

static void
make(struct file *f, const uint8_t *p, size_t n)
{
	f->fd = memfd_create("log", MFD_CLOEXEC);
	assert(f->fd >= 0 && write(f->fd, p, n) == (ssize_t)n);
	(void)snprintf(f->path, sizeof f->path, "/proc/self/fd/%d", f->fd);
}

static int
verify(const struct file *f, size_t n, const struct sek_checkpoint *c,
    struct sek_audit_report *rep)
{
	const char *const paths[] = { f[0].path, f[n - 1].path };
	const struct sek_verify v = { .paths = paths, .n_paths = n,
		.checkpoints = c, .n_checkpoints = c != NULL };
	struct sek_why why;

	return sek_audit_verify(&v, rep, &why);
}

static void
look_closer(const uint8_t *p, size_t n, const struct sek_audit_report *want)
{
	const uint8_t *nl = memchr(p, '\n', n);
	size_t first = (size_t)(nl - p) + 1;
	struct sek_checkpoint c = { .size = want->last, .verified = 1 };
	struct sek_audit_report rep;
	struct file f[2];

	memcpy(c.root, want->root, sizeof c.root);
	make(&f[0], p, first);
	make(&f[1], p + first, n - first);
	assert(verify(f, 2, &c, &rep) == SEK_OK);
	assert(rep.records == want->records && rep.covered == want->last);
	c.root[0] ^= 1;
	assert(verify(f, 2, &c, &rep) == SEK_E_DENIED);
	c.size++;
	assert(verify(f, 2, &c, &rep) == SEK_E_DENIED);
	(void)close(f[0].fd);
	(void)close(f[1].fd);
}

/* Lines that are like one before must be judged as any. */
static void
compare_scanners(const uint8_t *p, size_t n)
{
	struct sek_scanner *s = sek_scanner_new();
	struct sek_line a = { .seq = 0 }, b = { .seq = 0 };
	const char *line = (const char *)p, *nl, *what_a, *what_b;
	size_t len;
	int r;

	assert(s != NULL);
	for (; n > 0 && (nl = memchr(line, '\n', n)) != NULL;
	    n -= len + 1, line = nl + 1) {
		len = (size_t)(nl - line);
		r = sek_line_scan(line, len, &a, &what_a);
		assert(sek_scanner_line(s, line, len, &b, &what_b) == r);
		if (r != SEK_OK) {
			assert(strcmp(what_a, what_b) == 0);
			continue;
		}
		assert(a.seq == b.seq && a.t == b.t &&
		    memcmp(a.prev, b.prev, sizeof a.prev) == 0 &&
		    a.event_len == b.event_len &&
		    memcmp(a.event, b.event, a.event_len) == 0);
	}
	sek_scanner_free(s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct sek_audit_report rep;
	struct file f;
	int r;

	if (n > 0 && p[n - 1] != '\n')
		return 0; /* it would be waited for */
	compare_scanners(p, n);
	make(&f, p, n);
	r = verify(&f, 1, NULL, &rep);
	assert(r == SEK_OK || r == SEK_E_SYNTAX);
	assert((r == SEK_E_SYNTAX) == (rep.bad_line > 0));
	assert(rep.last + 1 == rep.first + rep.records);
	if (r == SEK_OK && rep.records > 0)
		look_closer(p, n, &rep);
	(void)close(f.fd);
	return 0;
}
