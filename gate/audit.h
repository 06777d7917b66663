/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The identification record: one canonical JSON object a line in
 * audit.jsonl, with `seq` and `prev` (SHA-256 of the line before).
 *
 * An append holds the lock, adds seq and prev, writes the whole line and
 * syncs it before it returns.  A torn tail is kept aside and recorded, never
 * dropped.  Strings from outside are escaped and capped on their way in.
 * Never a password, a PIN or a template.
 */
#ifndef GATE_AUDIT_H
#define GATE_AUDIT_H

#include <jansson.h>
#include <stdint.h>

#include "sekisho/err.h"

#define SEK_AUDIT_FILE "audit.jsonl"
#define SEK_AUDIT_VERSION 1
#define SEK_AUDIT_LINE_MAX 65536u /* bytes with the newline */
#define SEK_AUDIT_STR_MAX 1024u   /* bytes of one escaped string */

/* A new record with v, rec_id (UUID), t (RFC 3339, microseconds, UTC as
 * "Z"), t_mono (milliseconds since boot), boot_id, clock, event, host and
 * software filled in; NULL: no memory.  Freed with json_decref(). */
json_t *sek_record_new(const char *event, const char *host);
/* A new object for sek_record_add(), to be filled by the same functions.
 * A plain json_object() is refused: it could not remember a failure. */
json_t *sek_record_part(void);
/* Set a field; `path` may be "group.field" (groups are made on demand).
 * Strings are escaped and capped; NULL leaves the field out.  Failures, a
 * NULL `rec` among them, are remembered and make the append fail: a record
 * is whole or it is not written. */
void sek_record_str(json_t *rec, const char *path, const char *value);
void sek_record_int(json_t *rec, const char *path, int64_t value);
void sek_record_bool(json_t *rec, const char *path, int value);
void sek_record_hex(json_t *rec, const char *path, const uint8_t *p, size_t n);
/* Append a part to the array `name`; takes over `obj`. */
void sek_record_add(json_t *rec, const char *name, json_t *obj);

/* Append to `dir`/audit.jsonl and sync; *seq is the record's number (from 1).
 * Does not take over or change `rec`.  A new log begins with an event
 * log_start; a torn tail is first moved to audit.jsonl.torn-SEQ-TIME and an
 * event log_repair takes its place.  SEK_E_TIMEOUT: the lock was held for
 * too long.  The program must ignore SIGXFSZ, so that a file size limit is
 * an error (SEK_E_IO) and not its end. */
int sek_audit_append(const char *dir, json_t *rec, uint64_t *seq,
    struct sek_why *why) SEK_MUST;

/* What a check of the whole file found.  Filled also when it fails. */
struct sek_audit_report {
	uint64_t records;     /* good ones, from the start */
	uint64_t bad_line;    /* first bad line, from 1; 0 = none */
	uint8_t head[32];     /* hash of the last good line */
};
/* SEK_OK when every record is whole, canonical and chained. */
int sek_audit_verify(const char *path, struct sek_audit_report *r,
    struct sek_why *why) SEK_MUST;
/* Each record in order, as text (without newline) and parsed, until the
 * callback returns something else than 0, which is then returned. */
int sek_audit_each(const char *path,
    int (*fn)(void *, const char *line, size_t n, const json_t *rec),
    void *arg, struct sek_why *why) SEK_MUST;

#endif
