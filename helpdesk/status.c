/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Suspending and resuming persons and accounts: one change, store and
 * record, for both.  Runs in `sekisho`.  Never without a reason.
 */
#include "helpdesk/status.h"

#include "record/audit.h"

int
desk_set_status(struct desk *d, int argc, char **argv,
    const struct desk_status_kind *k, bool suspend)
{
	const char *reason = NULL;
	const struct desk_opt opts[] = {
		{ .name = "reason", .value = &reason }
	};
	struct sek_why why = { "" };
	json_t *rec;
	char **words;
	int r;

	r = desk_options(d, argc, argv, opts, 1, 1, 1, &words);
	if (r == DESK_GO)
		r = desk_reason(d, reason, true);
	if (r != DESK_GO || (r = desk_store(d, true)) != DESK_GO ||
	    (r = desk_begin(d)) != DESK_GO)
		return r;
	r = k->set(d->store, d->actor, words[0],
	    suspend ? SEK_STATUS_SUSPENDED : SEK_STATUS_ACTIVE, reason, &why);
	rec = desk_record(d, suspend ? "suspend" : "resume");
	sek_record_str(rec, k->field, words[0]);
	sek_record_str(rec, "change.object", k->object);
	sek_record_str(rec, "change.reason", reason);
	if ((r = desk_end(d, r, &why)) == DESK_OK)
		DESK_SAY(d, suspend ? k->suspended : k->resumed,
		    { words[0] });
	return r;
}
