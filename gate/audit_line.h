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
#ifndef GATE_AUDIT_LINE_H
#define GATE_AUDIT_LINE_H

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

/* The canonical text of `rec` without a newline, in `out` of
 * SEK_AUDIT_LINE_MAX bytes.  Into memory of our own: json_dumps() of jansson
 * 2.14 does not notice when its buffer cannot grow, and leaves a gap. */
int sek_line_dump(const json_t *rec, char *out, size_t *n) SEK_MUST;

/* SHA-256 of a line without its newline: the `prev` of the next. */
int sek_line_hash(const void *line, size_t n, uint8_t out[SEK_LINE_HASH])
    SEK_MUST;

/* What a chain needs to know of a line. */
struct sek_line {
	uint64_t seq;
	uint8_t prev[SEK_LINE_HASH];
};

/* Is this line (without its newline) the canonical text of a record?  Needs
 * no memory, so its answer is certain.  SEK_E_SYNTAX or SEK_E_LIMIT: `what`
 * says why not, in a fixed text. */
int sek_line_scan(const char *line, size_t n, struct sek_line *out,
    const char **what) SEK_MUST;

/* A line that sek_line_scan() found good, as a record; owned by the caller.
 * NULL: no memory. */
json_t *sek_line_load(const char *line, size_t n);

#endif
