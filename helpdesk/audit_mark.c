/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho audit start` and `sekisho audit stop`: the machine comes up, or
 * goes down in order.
 *
 * Part of the administrator's program, called by sekisho-record.service.
 * Writes one record; a boot without a stop before it had none to write it.
 */
#include "helpdesk/audit.h"

#include "record/audit.h"
#include "helpdesk/audit_state.h"

static int
mark(struct desk *d, int argc, char **argv, const char *event, enum word said)
{
	const char *reason = NULL;
	const struct desk_opt opts[] = {
		{ .name = "reason", .value = &reason },
	};
	struct sek_why why = { "" };
	char number[24], **words;
	uint64_t seq = 0;
	json_t *rec;
	int r;

	r = desk_options(d, argc, argv, opts, 1, 0, 0, &words);
	if (r != DESK_GO || (r = desk_reason(d, reason, false)) != DESK_GO ||
	    (r = desk_policy(d)) != DESK_GO)
		return r;
	rec = desk_record_new(d, event);
	sek_record_str(rec, "change.command", d->command->name);
	sek_record_str(rec, "change.reason", reason);
	if ((r = dlog_record_put(d, rec, &seq, &why)) != SEK_OK)
		return desk_refuse(d, &why, r);
	(void)snprintf(number, sizeof(number), "%llu",
	    (unsigned long long)seq);
	DESK_SAY(d, said, { number });
	return DESK_OK;
}

int
desk_audit_start(struct desk *d, int argc, char **argv)
{
	return mark(d, argc, argv, "log_start", W_RECORD_STARTED);
}

int
desk_audit_stop(struct desk *d, int argc, char **argv)
{
	return mark(d, argc, argv, "log_stop", W_RECORD_STOPPED);
}
