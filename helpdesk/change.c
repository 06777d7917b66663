/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A change of the administrator's: in the store and in the record, or in
 * neither.
 *
 * The store's transaction is open, the records are written and synced, then
 * the store is committed.  Must never commit what is not on record; should
 * the commit fail after that, the record is told so as well.
 */
#include "helpdesk/desk.h"

#include <signal.h>
#include <unistd.h>

#include "record/audit.h"

#define BATCH 64u

/* Nothing that is kept is refused for what failed beside it. */
int
desk_append(const struct desk *d, const json_t *rec, uint64_t *seq,
    struct sek_why *why)
{
	const struct sek_audit_conf conf = sek_policy_audit(d->policy);
	char number[24];
	int r = sek_audit_append(&conf, rec, seq, why);

	if (r == SEK_OK && why->text[0] != '\0') {
		(void)snprintf(number, sizeof(number), "%llu",
		    (unsigned long long)*seq);
		DESK_ERR(d, W_RECORD_BUT, { number, why->text });
		sek_why_set(why, "%s", "");
	}
	return r;
}

int
desk_begin(struct desk *d)
{
	struct sek_why why = { "" };
	int r;

	d->records_lost = false;
	if ((d->records = json_array()) == NULL)
		return desk_lost(d);
	r = sek_store_begin(d->store, &why);
	return r == SEK_OK ? DESK_GO : desk_refuse(d, &why, r);
}

static json_t *
new_record(const struct desk *d, const char *event, enum sek_reason reason,
    enum sek_result result)
{
	json_t *rec = sek_record_new(event, d->policy->host);

	sek_record_outcome(rec, result, reason);
	sek_record_hex(rec, "policy", d->policy->hash, 32);
	sek_record_str(rec, "actor", d->actor);
	if (isatty(STDIN_FILENO))
		sek_record_str(rec, "where.tty", ttyname(STDIN_FILENO));
	return rec;
}

json_t *
desk_record_new(const struct desk *d, const char *event)
{
	return new_record(d, event, SEK_R_OK, SEK_RESULT_SUCCESS);
}

json_t *
desk_record(struct desk *d, const char *event)
{
	json_t *rec = desk_record_new(d, event);

	/* append_new frees it on failure, NULL included */
	if (json_array_append_new(d->records, rec) != 0) {
		d->records_lost = true;
		return NULL;
	}
	return rec;
}

json_t *
desk_refused(const struct desk *d, const char *event, enum sek_reason reason,
    const char *detail)
{
	json_t *rec = new_record(d, event, reason, SEK_RESULT_MINOR);

	sek_record_str(rec, "detail", detail);
	return rec;
}

int
desk_refused_end(const struct desk *d, json_t *rec)
{
	struct sek_why why = { "" };
	uint64_t at;
	int r;

	r = desk_append(d, rec, &at, &why);
	if (r != SEK_OK)
		DESK_ERR(d, W_NO_RECORD, { why.text[0] != '\0' ? why.text :
		    sek_strerror(r) });
	json_decref(rec);
	return DESK_REFUSED;
}

/* The records up to `n` tell of what did not happen: take it back. */
static void
take_back(const struct desk *d, const uint64_t *seq, size_t n)
{
	struct sek_why why = { "" };
	char text[24];
	uint64_t at;
	size_t i;

	for (i = 0; i < n; i++) {
		const char *event = json_string_value(json_object_get(
		    json_array_get(d->records, i), "event"));
		json_t *rec = new_record(d, event != NULL ? event : "config",
		    SEK_R_STORE, SEK_RESULT_MAJOR);

		sek_record_int(rec, "undone_seq", (int64_t)seq[i]);
		if (desk_append(d, rec, &at, &why) != SEK_OK) {
			(void)snprintf(text, sizeof(text), "%llu",
			    (unsigned long long)seq[i]);
			DESK_ERR(d, W_RECORD_LIES, { text });
		}
		json_decref(rec);
	}
}

/* Write all records; seq[0..*n) are those that are on record. */
static int
write_records(const struct desk *d, uint64_t seq[BATCH], size_t *n,
    struct sek_why *why)
{
	size_t i, all = json_array_size(d->records);
	int r;

	if (d->records_lost)
		return SEK_E_NOMEM;
	if (all == 0 || all > BATCH) {
		sek_why_set(why, "%zu changes at once", all);
		return SEK_E_LIMIT;
	}
	for (i = 0; i < all; i++, (*n)++) {
		r = desk_append(d, json_array_get(d->records, i), &seq[i],
		    why);
		if (r != SEK_OK)
			return r;
	}
	return SEK_OK;
}

static int
both(struct desk *d, struct sek_why *why)
{
	uint64_t seq[BATCH];
	size_t n = 0;
	int r;

	r = write_records(d, seq, &n, why);
	if (r != SEK_OK) {
		sek_store_rollback(d->store);
		DESK_ERR(d, W_NO_RECORD, { why->text[0] != '\0' ? why->text :
		    sek_strerror(r) });
	} else {
		r = sek_store_commit(d->store, why);
		if (r == SEK_OK)
			return DESK_OK;
		DESK_ERR(d, W_NOT_KEPT, { why->text[0] != '\0' ? why->text :
		    sek_strerror(r) });
	}
	take_back(d, seq, n);
	return DESK_REFUSED;
}

int
desk_end(struct desk *d, int r, struct sek_why *why)
{
	sigset_t all, before;

	if (r != SEK_OK) {
		sek_store_rollback(d->store);
		r = desk_refuse(d, why, r);
	} else {
		/* an interruption waits until both are done */
		(void)sigfillset(&all);
		(void)sigprocmask(SIG_BLOCK, &all, &before);
		r = both(d, why);
		(void)sigprocmask(SIG_SETMASK, &before, NULL);
	}
	json_decref(d->records);
	d->records = NULL;
	return r;
}
