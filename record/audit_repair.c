/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mends the end of a log that a power cut or a kill left torn: the bytes go
 * to a file of their own, and a record that names it takes their place.
 * Runs in the gate and in `sekisho`, under the lock.
 * Never drops a byte, and never leaves a moment in which neither the torn
 * bytes nor the record about them stand in the log.
 */
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record/audit.h"
#include "record/audit_log.h"
#include "record/record_time.h"

struct torn {
	off_t at; /* where it begins */
	char file[96];
	uint8_t *p; /* owned */
	size_t n;
	uint8_t sha256[SEK_LINE_HASH];
};

static int
failed(const struct log *l, struct sek_why *why, const char *what)
{
	log_why(l, why, what, errno);
	return SEK_E_IO;
}

static int
read_torn(const struct log *l, struct torn *t, struct sek_why *why)
{
	size_t done = 0;
	ssize_t got;

	t->at = (off_t)l->st.end;
	t->n = (size_t)(l->size - t->at);
	if ((t->p = malloc(t->n)) == NULL)
		return SEK_E_NOMEM;
	while (done < t->n) {
		got = pread(l->fd, t->p + done, t->n - done,
		    t->at + (off_t)done);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return failed(l, why, "torn end cannot be read");
		done += (size_t)got;
	}
	return EVP_Digest(t->p, t->n, t->sha256, NULL, EVP_sha256(), NULL) ==
	    1 ? SEK_OK : SEK_E_CRYPTO;
}

/* Write all, at `at` or (-1) where the file is. */
static int
write_all(int fd, const uint8_t *p, size_t n, off_t at)
{
	ssize_t put;

	while (n > 0) {
		put = at < 0 ? write(fd, p, n) : pwrite(fd, p, n, at);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return SEK_E_IO;
		p += put;
		n -= (size_t)put;
		if (at >= 0)
			at += put;
	}
	return SEK_OK;
}

static int
keep_aside(struct log *l, struct torn *t, struct sek_why *why)
{
	struct sek_times now;
	int fd = -1, r;

	sek_times_now(&now);
	(void)snprintf(t->file, sizeof t->file, "%s.torn-%llu-%s",
	    SEK_AUDIT_FILE, (unsigned long long)l->st.tree.n + 1, now.stamp);
	r = log_make(l, t->file, 0, LOG_MODE, &fd, why);
	if (fd < 0)
		return r;
	if (r == SEK_OK && (write_all(fd, t->p, t->n, -1) != SEK_OK ||
	    fsync(fd) != 0 || fsync(l->dir_fd) != 0))
		r = failed(l, why, "torn end cannot be kept aside");
	if (r != SEK_OK)
		(void)unlinkat(l->dir_fd, t->file, 0);
	(void)close(fd);
	return r;
}

static int
make_lines(struct log *l, const struct torn *t, const char *host,
    struct log_batch *b, struct sek_why *why)
{
	json_t *rec;
	int r = SEK_OK;

	b->st = l->st;
	if (l->damage[0] != '\0')
		r = log_batch_damage(l, b, host, why);
	if (r != SEK_OK)
		return r;
	rec = sek_record_new("log_repair", host);
	sek_record_int(rec, "repair.bytes", (int64_t)t->n);
	sek_record_str(rec, "repair.file", t->file);
	sek_record_hex(rec, "repair.sha256", t->sha256, sizeof t->sha256);
	return log_batch_own(l, b, rec, why);
}

/* Put the lines over the torn bytes, then cut what is left of them: when it
 * stops on the way, what is left is a torn end again.  A failure (no space)
 * puts the torn bytes back: their place in the file is there. */
static int
replace(struct log *l, const struct torn *t, const struct sek_buf *line,
    struct sek_why *why)
{
	off_t end = t->at + (off_t)line->len;
	int r = SEK_E_IO;

	/* pwrite(2) on Linux appends while O_APPEND is set */
	if (fcntl(l->fd, F_SETFL, 0) != 0)
		return failed(l, why, "cannot be mended");
	if (write_all(l->fd, line->p, line->len, t->at) == SEK_OK &&
	    fdatasync(l->fd) == 0 && ftruncate(l->fd, end) == 0 &&
	    fdatasync(l->fd) == 0)
		r = SEK_OK;
	if (r != SEK_OK) {
		r = failed(l, why, "cannot be mended");
		(void)write_all(l->fd, t->p, t->n, t->at);
		/* the copy goes only when the end is as it was */
		if (ftruncate(l->fd, l->size) == 0)
			(void)unlinkat(l->dir_fd, t->file, 0);
	}
	if (fcntl(l->fd, F_SETFL, O_APPEND) != 0 && r == SEK_OK)
		r = failed(l, why, "cannot be mended");
	return r;
}

int
log_repair(struct log *l, const char *host, struct sek_why *why)
{
	struct torn t = { .p = NULL };
	struct log_batch b = LOG_BATCH_NONE;
	int r;

	if ((r = read_torn(l, &t, why)) != SEK_OK ||
	    (r = keep_aside(l, &t, why)) != SEK_OK)
		goto out;
	if ((r = make_lines(l, &t, host, &b, why)) != SEK_OK) {
		(void)unlinkat(l->dir_fd, t.file, 0);
		goto out;
	}
	if ((r = replace(l, &t, &b.text, why)) != SEK_OK)
		goto out;
	l->st = b.st;
	l->size = (off_t)l->st.end;
	l->damage[0] = '\0';
	log_index_put(l, &b.done);
out:
	free(t.p);
	log_batch_free(&b);
	return r;
}
