/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads the record, over all its files, one line after the other in bounded
 * memory.  For `sekisho` and sekisho-forward; no login reads it.
 *
 * Every line that is handed out is canonical (sek_line_scan()); whether the
 * chain and the tree hold is sek_audit_verify()'s, in audit_verify.h.
 * It never writes, takes no lock, and may be used while others append.
 */
#ifndef RECORD_AUDIT_READER_H
#define RECORD_AUDIT_READER_H

#include <stdint.h>

#include "record/audit.h"
#include "record/audit_line.h"
#include "sekisho/deadline.h"

#define SEK_LOG_FILES 65536u /* of one log */

struct sek_reader;

/* All of a folder's files, the oldest first: audit-SEQ.jsonl in the order of
 * their numbers, then audit.jsonl.  SEK_E_NOENT: there is no log yet. */
int sek_reader_dir(struct sek_reader **out, const char *dir,
    struct sek_why *why) SEK_MUST;
/* These files, in this order. */
int sek_reader_files(struct sek_reader **out, const char *const *paths,
    size_t n, struct sek_why *why) SEK_MUST;
void sek_reader_free(struct sek_reader *r);

/* The next record to come is `seq`, or the first one after it that is there.
 * With audit.index that is a jump; without, a walk. */
int sek_reader_seek(struct sek_reader *r, uint64_t seq, struct sek_why *why)
    SEK_MUST;
/* The number of the newest record, 0: there is none.  The reader stands
 * behind it then. */
int sek_reader_last(struct sek_reader *r, uint64_t *seq, struct sek_why *why)
    SEK_MUST;
/* The number of the last record that was read or passed over; 0: none. */
uint64_t sek_reader_seq(const struct sek_reader *r);
/* Skip blocks that have no record of t_from <= t < t_to (microseconds since
 * 1970), now and whenever one begins.  What is handed out may still be of
 * another time: clocks step. */
int sek_reader_between(struct sek_reader *r, int64_t t_from, int64_t t_to,
    struct sek_why *why) SEK_MUST;

struct sek_entry {
	const char *line; /* without its newline; until the next call */
	size_t n;
	struct sek_line is;   /* seq, prev, t */
	const char *file;     /* its name, escaped */
	uint64_t at, line_no; /* offset in the file; line, from 1 */
};

/* The next record.  SEK_E_EOF: none now; asked again, it goes on with what
 * was appended since, into a new file when the log was rotated.
 * SEK_E_SYNTAX: a line is no record, or torn; `why` names file and line. */
int sek_reader_next(struct sek_reader *r, struct sek_entry *out,
    struct sek_why *why) SEK_MUST;
/* Wait until there may be more (inotify, else by asking again), at most
 * until `dl`; SEK_E_TIMEOUT. */
int sek_reader_wait(struct sek_reader *r, const struct sek_deadline *dl)
    SEK_MUST;

#endif
