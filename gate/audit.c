/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Appends one record to the log: locked, chained, written whole, synced.
 * Runs in the gate before its verdict, and in `sekisho` for each change.
 * When it says SEK_OK the record is on the disk; when it fails nothing of the
 * record is in the log.  It never goes on past a failure.
 */
#include "gate/audit.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "gate/audit_log.h"

/* Back to the size before; the caller fails in any case, and what could not
 * be cut is found as a torn end by the next append. */
static int
undo(struct log *l, struct sek_why *why, const char *what, int err)
{
	if (ftruncate(l->fd, l->size) != 0)
		what = "cannot be written to nor cut";
	log_why(l, why, what, err);
	return SEK_E_IO;
}

int
log_write(struct log *l, const json_t *rec, struct sek_why *why)
{
	struct sek_buf line = { 0 };
	uint8_t head[SEK_LINE_HASH];
	ssize_t n;
	int r;

	r = sek_line_make(rec, l->seq + 1, l->head, &line);
	if (r == SEK_OK)
		r = sek_line_hash(line.p, line.len - 1, head);
	if (r != SEK_OK) {
		log_why(l, why, r == SEK_E_LIMIT ? "the record is too long" :
		    sek_strerror(r), 0);
		goto out;
	}
	/* one write: readers that do not lock see a line whole or not yet */
	do
		n = write(l->fd, line.p, line.len);
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)line.len) {
		r = undo(l, why, n < 0 ? "cannot be written" :
		    "has no room for a whole record", n < 0 ? errno : 0);
		goto out;
	}
	if (fdatasync(l->fd) != 0) {
		r = undo(l, why, "cannot be synced", errno);
		goto out;
	}
	l->size += (off_t)line.len;
	l->whole = l->size;
	l->seq++;
	memcpy(l->head, head, sizeof head);
out:
	sek_buf_free(&line);
	return r;
}

static int
write_start(struct log *l, const char *host, struct sek_why *why)
{
	json_t *rec = sek_record_new("log_start", host);
	int r = log_write(l, rec, why);

	json_decref(rec);
	return r;
}

int
sek_audit_append(const char *dir, json_t *rec, uint64_t *seq,
    struct sek_why *why)
{
	struct log l = LOG_NONE;
	const char *host = json_string_value(json_object_get(rec, "host"));
	int r;

	sek_why_set(why, "%s", "");
	if (!sek_record_is_whole(rec)) {
		sek_why_set(why, "the record lost a field on its way");
		return SEK_E_INVAL;
	}
	if ((r = log_open(&l, dir, why)) != SEK_OK ||
	    (r = log_find_tail(&l, why)) != SEK_OK)
		goto out;
	if (l.whole < l.size)
		r = log_repair(&l, host, why);
	else if (l.size == 0)
		r = write_start(&l, host, why);
	if (r == SEK_OK)
		r = log_write(&l, rec, why);
	if (r == SEK_OK)
		*seq = l.seq;
out:
	if (r != SEK_OK && why != NULL && why->text[0] == '\0')
		log_why(&l, why, sek_strerror(r), 0);
	log_close(&l);
	return r;
}
