/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fields of a record that a report looks at, out of its line.
 * Part of `sekisho`; allocates nothing, so that a month is read in seconds.
 */
#ifndef HELPDESK_REPORT_PICK_H
#define HELPDESK_REPORT_PICK_H

#include <stddef.h>
#include <stdint.h>

enum report_field_id {
	RF_ACCOUNT, RF_SHARED, RF_ACTOR, RF_BOOT,
	RF_CHANGE_COMMAND, RF_CHANGE_LABEL, RF_CHANGE_OBJECT,
	RF_CHANGE_REASON, RF_CLAIMED, RF_ESTERROR, RF_OFFSET, RF_SYNCED,
	RF_DAMAGE, RF_DENY_ID, RF_DENY_KIND, RF_DETAIL, RF_DURATION,
	RF_EVENT, RF_APPROVER, RF_EXPIRES, RF_EXPIRY, RF_EX_REASON,
	RF_TICKET, RF_USES_LEFT, RF_FACTORS, RF_GAP_FAILED, RF_GAP_FIRST,
	RF_GAP_LAST, RF_GAP_WHY, RF_HOST, RF_LOG, RF_BEFORE, RF_MODEL_TABLE,
	RF_PAIR, RF_DISPLAY, RF_PERSON, RF_POLICY, RF_REASON, RF_REMEMBERED,
	RF_REPAIR_BYTES, RF_REPAIR_FILE, RF_REPAIR_WHAT, RF_RESULT,
	RF_REV_AGE, RF_REV_GRACE, RF_REV_METHOD, RF_REV_STATUS, RF_SESSION,
	RF_STEP, RF_T_MONO, RF_CREDENTIAL, RF_TOKEN_KIND, RF_UNDONE,
	RF_RHOST, RF_SERVICE, RF_TTY,
	N_REPORT_FIELDS
};

enum report_field_kind {
	RFK_NONE = 0, /* not in the record */
	RFK_STRING,   /* s, n: between the quotes, with its '\' */
	RFK_NUMBER,   /* i */
	RFK_BOOL,     /* i */
	RFK_OTHER     /* s, n: an array or an object, as it stands */
};

struct report_field {
	enum report_field_kind kind;
	const char *s;
	size_t n;
	int64_t i;
};

/* `line` is one that sek_reader_next() handed out: canonical. */
void report_pick(const char *line, size_t n,
    struct report_field out[N_REPORT_FIELDS]);

#endif
