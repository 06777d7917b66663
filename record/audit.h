/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The identification record: one canonical JSON object a line in
 * audit.jsonl, with `seq` and `prev`, the Merkle leaf hash of the line
 * before: SHA-256(0x00 || line), zeros in the first record.
 *
 * An append holds the lock, adds seq and prev, writes the whole line and
 * syncs it before it returns.  A torn tail is kept aside and recorded, never
 * dropped.  Strings from outside are escaped and capped on their way in.
 * Never a password, a PIN or a template.
 */
#ifndef RECORD_AUDIT_H
#define RECORD_AUDIT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "sekisho/err.h"
#include "sekisho/reason.h"

#define SEK_AUDIT_FILE "audit.jsonl"
#define SEK_AUDIT_OLD_FILE "audit-v1.jsonl" /* a log of version 1 */
#define SEK_AUDIT_VERSION 2
#define SEK_AUDIT_LINE_MAX 65536u /* bytes with the newline */
#define SEK_AUDIT_STR_MAX 1024u   /* bytes of one escaped string */

/* EventOutcomeIndicator, DICOM PS3.15 A.5.3 (after RFC 3881 5.1.4). */
enum sek_result {
	SEK_RESULT_SUCCESS = 0,
	SEK_RESULT_MINOR = 4,
	SEK_RESULT_SERIOUS = 8,
	SEK_RESULT_MAJOR = 12
};

/* A new record with v, rec_id (UUID), t (RFC 3339, microseconds, UTC as
 * "Z"), t_mono (milliseconds since boot), boot_id, clock, event, dcm, host
 * and software filled in; NULL: no memory, or an event that is not in
 * record_event.h.  Freed with json_decref(). */
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
/* What came of it: `result`, `reason` and `reason_id`. */
void sek_record_outcome(json_t *rec, enum sek_result result,
    enum sek_reason reason);
void sek_record_bool(json_t *rec, const char *path, int value);
void sek_record_hex(json_t *rec, const char *path, const uint8_t *p, size_t n);
/* Append a part to the array `name`; takes over `obj`. */
void sek_record_add(json_t *rec, const char *name, json_t *obj);

/* Where the log is and how it is kept; from the policy by
 * sek_policy_audit(). */
struct sek_audit_conf {
	const char *dir;   /* folder of audit.jsonl */
	const char *key;   /* file of the key that signs checkpoints (note.h);
			      NULL or not there: nothing is signed */
	const char *group; /* who may read, besides root; "" or NULL: none */
	uint64_t rotate;   /* bytes after which a new file begins; 0 = never */
};

/* Append and sync; *seq is the record's number (from 1).  Does not take over
 * or change `rec`.  Before it, in the same write, come what the log has to
 * say for itself: log_start, log_repair, log_damaged, log_gap, clock_step,
 * policy, log_rotate.
 * SEK_OK: the record is on the disk; when `why` then has a text, it could not
 * be covered by a new checkpoint, and the next append will do it.
 * SEK_E_TIMEOUT: the lock was held for too long.  The program must ignore
 * SIGXFSZ, so that a file size limit is an error (SEK_E_IO), not its end. */
int sek_audit_append(const struct sek_audit_conf *conf, const json_t *rec,
    uint64_t *seq, struct sek_why *why) SEK_MUST;

/* A log of version 1 gets the name SEK_AUDIT_OLD_FILE, if nothing has it yet,
 * so that a new one can begin; *done tells whether there was one. */
int sek_audit_set_aside(const struct sek_audit_conf *conf, bool *done,
    struct sek_why *why) SEK_MUST;

#endif
