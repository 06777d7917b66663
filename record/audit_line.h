/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One line of audit.jsonl: how a record becomes one (record.c), how one is
 * judged without memory (audit_scan.c) and how it becomes a record again
 * (audit_line.c).  Shared by those who write and read.
 *
 * The text of a record is canonical: one value has one text.  Keys are
 * [a-z0-9_]+ and in the order of their bytes, each once; there are no blanks;
 * numbers are whole; strings are UTF-8 as it is, without control characters,
 * and only '"' and '\' are escaped, with a '\'.
 */
#ifndef RECORD_AUDIT_LINE_H
#define RECORD_AUDIT_LINE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sekisho/buf.h"
#include "sekisho/err.h"

#define SEK_LINE_HASH 32u
#define SEK_LINE_DEPTH 8u /* objects and arrays in one another */

/* Was nothing of the record lost while it was built? */
bool sek_record_is_whole(const json_t *rec);

/* The text of `rec` with `seq` and `prev` added and a newline at the end.
 * SEK_E_INVAL: something of the record was lost; SEK_E_LIMIT: too long. */
int sek_line_make(const json_t *rec, uint64_t seq,
    const uint8_t prev[SEK_LINE_HASH], struct sek_buf *out) SEK_MUST;

/* The same in two steps: the text, which needs no lock, and its place.
 * `log` is the member of that name, the origin; NULL: none. */
#define SEK_ORIGIN_TEXT 320u
struct sek_line_text {
	struct sek_buf text;     /* with its newline; owned */
	size_t seq_at, prev_at;  /* of "1" and of 64 zeros in it */
	int64_t t;               /* as in struct sek_line */
};
int sek_line_prepare(const json_t *rec, const char *log,
    struct sek_line_text *out) SEK_MUST;
/* Put it behind what is in `out`. */
int sek_line_place(const struct sek_line_text *t, uint64_t seq,
    const uint8_t prev[SEK_LINE_HASH], struct sek_buf *out) SEK_MUST;

/* The canonical text of `rec` without a newline, in `out` of
 * SEK_AUDIT_LINE_MAX bytes.  Needs no memory. */
int sek_line_dump(const json_t *rec, char *out, size_t *n) SEK_MUST;

/* The Merkle leaf hash of a line without its newline, SHA-256(0x00 || line):
 * the `prev` of the next. */
int sek_line_hash(const void *line, size_t n, uint8_t out[SEK_LINE_HASH])
    SEK_MUST;

/* The name of an older file, by the number of its first record, and back; 0:
 * another file. */
#define SEK_LOG_NAME_MAX 64u /* bytes with the NUL */
void sek_log_name(uint64_t first, char out[SEK_LOG_NAME_MAX]);
uint64_t sek_log_number(const char *name);

/* What a chain needs to know of a line. */
struct sek_line {
	uint64_t seq;
	uint8_t prev[SEK_LINE_HASH];
	int64_t t; /* microseconds since 1970; 0: it says no time */
	const char *event; /* in the line, without its quotes and not
			      NUL-terminated; "" when there is none */
	size_t event_len;
};

/* Is this line (without its newline) the canonical text of a record?  Needs
 * no memory, so its answer is certain.  SEK_E_SYNTAX or SEK_E_LIMIT, or
 * SEK_E_VERSION of a record of another version: `what` says why not, in a
 * fixed text. */
int sek_line_scan(const char *line, size_t n, struct sek_line *out,
    const char **what) SEK_MUST;

/* The same for many lines of one log in turn, faster.  NULL: no memory. */
struct sek_scanner;
struct sek_scanner *sek_scanner_new(void);
void sek_scanner_free(struct sek_scanner *s);
int sek_scanner_line(struct sek_scanner *s, const char *line, size_t n,
    struct sek_line *out, const char **what) SEK_MUST;

/* A line that sek_line_scan() found good, as a record; owned by the caller.
 * NULL: no memory. */
json_t *sek_line_load(const char *line, size_t n);

#endif
