/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Appends one record to the log: locked, chained, written whole, synced, and
 * covered by a signed checkpoint.
 * Runs in the gate before its verdict, and in `sekisho` for each change.
 * When it says SEK_OK the record is on the disk; when it fails nothing of the
 * record is in the log, and that it failed is counted.  It never goes on past
 * a failure to write or to sync.
 */
#include "record/audit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "record/audit_log.h"

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

/* The lines of a batch, in one write: readers that do not lock see a line
 * whole or not yet. */
static int
write_batch(struct log *l, struct log_batch *b, struct sek_buf *note,
    struct sek_why *why)
{
	ssize_t n;
	int err;

	do
		n = write(l->fd, b->text.p, b->text.len);
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)b->text.len)
		return undo(l, why, n < 0 ? "cannot be written" :
		    "has no room for a whole record", n < 0 ? errno : 0);
	if ((err = log_sync_and_sign(l, &b->st, note)) != 0)
		return undo(l, why, "cannot be synced", err);
	return SEK_OK;
}

/* What can be made again, after the record is safe. */
static void
publish(struct log *l, struct log_batch *b, const struct sek_buf *note)
{
	log_note_write(l, note, &b->st);
	if (l->edge_fd >= 0 && log_edge_write(l, &b->st) != SEK_OK)
		log_warn(l, LOG_EDGE_FILE " cannot be written", 0);
	log_index_put(l, &b->done);
}

/* Whose log it is, by the edge; else the key is asked. */
static void
find_origin(struct log *l)
{
	const struct log_edge *e = log_edge_newest(l);

	if (l->conf->key != NULL && e != NULL)
		(void)snprintf(l->origin, sizeof l->origin, "%s",
		    e->st.origin);
	if (l->origin[0] == '\0')
		log_read_key(l);
}

/* The log as it must be before a record is added: its state known, its end
 * whole, its file not too long. */
static int
make_ready(struct log *l, const char *host, struct sek_why *why)
{
	int r;

	if ((r = log_open(l, why)) != SEK_OK)
		return r;
	log_edge_read(l);
	find_origin(l);
	if (!log_edge_fits(l) && (r = log_recover(l, why)) != SEK_OK)
		return r;
	if ((off_t)l->st.end < l->size &&
	    (r = log_repair(l, host, why)) != SEK_OK)
		return r;
	return log_rotate(l, host, why);
}

static int
append(struct log *l, const json_t *rec, uint64_t *seq, struct sek_why *why)
{
	const char *host = json_string_value(json_object_get(rec, "host"));
	struct log_batch b = LOG_BATCH_NONE;
	struct sek_line_text text = { .t = 0 };
	struct sek_buf note = { 0 };
	int r;

	if ((r = sek_sha_init(&l->sha)) != SEK_OK ||
	    (r = make_ready(l, host, why)) != SEK_OK ||
	    (r = log_batch_begin(l, &b, rec, why)) != SEK_OK)
		goto out;
	r = sek_line_prepare(rec, log_origin(l), &text);
	if (r != SEK_OK) {
		log_why(l, why, r == SEK_E_LIMIT ? "the record is too long" :
		    sek_strerror(r), 0);
		goto out;
	}
	if ((r = log_batch_put(l, &b, &text, why)) != SEK_OK ||
	    (r = write_batch(l, &b, &note, why)) != SEK_OK)
		goto out;
	publish(l, &b, &note);
	*seq = b.st.tree.n;
out:
	log_batch_free(&b);
	sek_buf_free(&text.text);
	sek_buf_free(&note);
	return r;
}

int
sek_audit_append(const struct sek_audit_conf *conf, const json_t *rec,
    uint64_t *seq, struct sek_why *why)
{
	struct log l = LOG_NONE;
	struct sek_why own;
	int r;

	if (why == NULL)
		why = &own;
	l.conf = conf;
	sek_why_set(why, "%s", "");
	if (sek_record_is_whole(rec)) {
		r = append(&l, rec, seq, why);
	} else {
		sek_why_set(why, "the record lost a field on its way");
		r = SEK_E_INVAL;
	}
	if (r == SEK_OK) {
		sek_why_set(why, "%s", "");
		if (l.warning[0] != '\0')
			log_why(&l, why, l.warning, 0);
	} else {
		if (why->text[0] == '\0')
			log_why(&l, why, sek_strerror(r), 0);
		log_gap_count(&l, why);
	}
	log_sync_end(&l);
	log_close(&l);
	if (l.has_key)
		sek_skey_free(&l.key);
	sek_sha_free(&l.sha);
	return r;
}
