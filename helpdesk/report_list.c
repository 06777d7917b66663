/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The events of a report that are listed one by one: serious failures,
 * exceptions, what administrators changed, what the log says of itself.
 *
 * Part of `sekisho`.  What finds no room in a table is counted there.
 */
#include "helpdesk/report.h"

#include <string.h>

#include "record/record_event.h"
#include "helpdesk/audit_filter.h"

static const char temp_factor[] = "\"type\":\"temp_code\"";

static bool
one_of(const char *event, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcmp(event, *words) == 0)
			return true;
	return false;
}

static const char *
event_text(const struct report *r, const char *word)
{
	const struct sek_event *e = sek_event(word);

	return e != NULL ? e->text[r->d->lang] : word;
}

/* time, number, event: how each of these rows begins. */
static struct report_cell *
begin(struct report *r, enum report_table_id id, const struct sek_entry *e,
    const char *event)
{
	struct report_cell *c = report_row(&r->table[id], id, &r->nomem);

	if (c == NULL)
		return NULL;
	c[0].v = e->is.t;
	c[1].v = (int64_t)e->is.seq;
	report_cell_text(&c[2], event_text(r, event), &r->nomem);
	return c;
}

static void
put(struct report *r, struct report_cell *c, const struct report_field *f)
{
	struct report_text text;

	report_cell_text(c, report_value(&text, f), &r->nomem);
}

/* Texts that are there, joined. */
static void
put_both(struct report *r, struct report_cell *c, const char *a,
    const char *b)
{
	char text[2 * REPORT_TEXT + 4];

	(void)snprintf(text, sizeof text, "%s%s%s", a,
	    *a != '\0' && *b != '\0' ? ", " : "", b);
	report_cell_text(c, text, &r->nomem);
}

static void
list_serious(struct report *r, const struct sek_entry *e,
    const struct report_field *f, const char *event)
{
	struct report_text text;
	struct report_cell *c;

	r->serious++;
	if ((c = begin(r, RT_SERIOUS, e, event)) == NULL)
		return;
	report_cell_text(&c[3], report_reason(report_value(&text,
	    &f[RF_REASON]), r->d->lang), &r->nomem);
	put(r, &c[4], &f[RF_PERSON]);
	put(r, &c[5], &f[RF_CLAIMED]);
	report_cell_text(&c[6], report_place(&text, f), &r->nomem);
	put(r, &c[7], &f[RF_DETAIL]);
}

/* A time of the record in the time zone of this machine; what is none stays
 * as it is. */
static const char *
local(struct report_text *b, const struct report_field *f)
{
	struct desk_date at;
	int64_t t;

	(void)report_value(b, f);
	if (f->kind == RFK_STRING && f->n > 18 && audit_time(b->s, &t))
		(void)snprintf(b->s, sizeof b->s, "%s",
		    desk_time(&at, t / REPORT_US));
	return b->s;
}

/* When it ends: a time or seconds since 1970, and how often it serves. */
static void
put_expiry(struct report *r, struct report_cell *c,
    const struct report_field *f)
{
	const struct report_field *end = f[RF_EXPIRES].kind != RFK_NONE ?
	    &f[RF_EXPIRES] : &f[RF_EXPIRY];
	struct report_text text, uses;
	struct desk_date at;

	(void)local(&text, end);
	if (end->kind == RFK_NUMBER)
		(void)snprintf(text.s, sizeof text.s, "%s",
		    desk_time(&at, end->i));
	uses.s[0] = '\0';
	if (f[RF_USES_LEFT].kind == RFK_NUMBER)
		(void)snprintf(uses.s, sizeof uses.s, "%s %lld",
		    report_word(W_RI_USES_LEFT, r->d->lang),
		    (long long)f[RF_USES_LEFT].i);
	put_both(r, c, text.s, uses.s);
}

static void
list_exception(struct report *r, const struct sek_entry *e,
    const struct report_field *f, const char *event,
    enum report_word use)
{
	struct report_text a, b;
	struct report_cell *c = begin(r, RT_EXCEPTIONS, e, event);

	if (c == NULL)
		return;
	if (use != 0)
		report_cell_text(&c[2], report_word(use, r->d->lang),
		    &r->nomem);
	put(r, &c[3], &f[RF_PERSON]);
	put(r, &c[4], &f[RF_ACCOUNT]);
	put(r, &c[5], &f[f[RF_EX_REASON].kind != RFK_NONE ? RF_EX_REASON :
	    f[RF_CHANGE_REASON].kind != RFK_NONE ? RF_CHANGE_REASON :
	    RF_DETAIL]);
	put_both(r, &c[6], report_value(&a, &f[RF_APPROVER]),
	    report_value(&b, &f[RF_TICKET]));
	put_expiry(r, &c[7], f);
	put(r, &c[8], &f[RF_ACTOR]);
}

/* "person taro, account ward3, no. 17". */
static void
put_object(struct report *r, struct report_cell *c,
    const struct report_field *f)
{
	static const struct {
		enum report_field_id id;
		enum report_word word;
	} part[] = {
		{ RF_PERSON, W_RH_PERSON }, { RF_ACCOUNT, W_RH_ACCOUNT },
		{ RF_CREDENTIAL, W_RH_CREDENTIAL },
		{ RF_DENY_KIND, W_RI_DENIED }, { RF_DENY_ID, W_RI_DENY_ID },
		{ RF_CHANGE_LABEL, W_RH_LABEL },
		{ RF_CHANGE_COMMAND, W_RI_COMMAND },
	};
	struct report_text text;
	char all[1500];
	size_t i, len = 0;
	int n;

	all[0] = '\0';
	for (i = 0; i < sizeof part / sizeof part[0]; i++) {
		if (*report_value(&text, &f[part[i].id]) == '\0' ||
		    len >= sizeof all)
			continue;
		n = snprintf(all + len, sizeof all - len, "%s%s %.300s",
		    len > 0 ? ", " : "",
		    report_word(part[i].word, r->d->lang), text.s);
		len += n < 0 ? 0 : (size_t)n;
	}
	report_cell_text(c, all, &r->nomem);
}

/* Which configuration became which, by the beginning of their hashes. */
static void
put_policies(struct report *r, struct report_cell *c,
    const struct report_field *f)
{
	struct report_text before, now;
	char text[80];

	(void)snprintf(text, sizeof text, "%.12s > %.12s",
	    report_value(&before, &f[RF_BEFORE]),
	    report_value(&now, &f[RF_POLICY]));
	report_cell_text(c, text, &r->nomem);
}

static void
list_change(struct report *r, const struct sek_entry *e,
    const struct report_field *f, const char *event)
{
	struct report_cell *c;
	char undone[120];
	struct report_text text;
	bool ok = f[RF_RESULT].kind != RFK_NUMBER || f[RF_RESULT].i == 0;

	r->changes++;
	if ((c = begin(r, RT_CHANGES, e, event)) == NULL)
		return;
	if (f[RF_BEFORE].kind == RFK_STRING)
		put_policies(r, &c[3], f);
	else
		put_object(r, &c[3], f);
	put(r, &c[4], &f[RF_ACTOR]);
	put(r, &c[5], &f[RF_CHANGE_REASON]);
	if (f[RF_UNDONE].kind == RFK_NUMBER) {
		(void)snprintf(undone, sizeof undone, "%s %lld",
		    report_word(W_RI_UNDONE, r->d->lang),
		    (long long)f[RF_UNDONE].i);
		report_cell_text(&c[6], undone, &r->nomem);
	} else {
		report_cell_text(&c[6], ok ?
		    report_word(W_RI_DONE, r->d->lang) : report_reason(
		    report_value(&text, &f[RF_REASON]), r->d->lang),
		    &r->nomem);
	}
}

/* What a log_* or a clock_step says, in one line. */
static void
put_log_detail(struct report *r, struct report_cell *c,
    const struct report_field *f)
{
	struct report_text a, b, why;
	char text[3 * REPORT_TEXT];

	text[0] = '\0';
	if (f[RF_STEP].kind == RFK_NUMBER)
		(void)snprintf(text, sizeof text, "%.3f %s",
		    (double)(f[RF_STEP].i < 0 ? -f[RF_STEP].i :
		    f[RF_STEP].i) / REPORT_US, report_word(f[RF_STEP].i < 0 ?
		    W_RI_BACK : W_RI_AHEAD, r->d->lang));
	else if (f[RF_GAP_FAILED].kind == RFK_NUMBER)
		(void)snprintf(text, sizeof text, "%s %lld, %s - %s: %s",
		    report_word(W_RI_FAILED, r->d->lang),
		    (long long)f[RF_GAP_FAILED].i,
		    local(&a, &f[RF_GAP_FIRST]),
		    local(&b, &f[RF_GAP_LAST]),
		    report_value(&why, &f[RF_GAP_WHY]));
	else if (f[RF_DAMAGE].kind == RFK_STRING)
		(void)report_clean(text, sizeof text, f[RF_DAMAGE].s,
		    f[RF_DAMAGE].n);
	else if (f[RF_REPAIR_FILE].kind == RFK_STRING)
		(void)snprintf(text, sizeof text, "%s: %s %s",
		    report_value(&a, &f[RF_REPAIR_FILE]),
		    report_value(&b, &f[RF_REPAIR_BYTES]),
		    report_word(W_RI_BYTES, r->d->lang));
	else if (f[RF_REPAIR_WHAT].kind == RFK_STRING)
		(void)report_clean(text, sizeof text, f[RF_REPAIR_WHAT].s,
		    f[RF_REPAIR_WHAT].n);
	else
		(void)snprintf(text, sizeof text, "%s",
		    report_value(&a, &f[RF_DETAIL]));
	report_cell_text(c, text, &r->nomem);
}

void
report_list(struct report *r, const struct sek_entry *e,
    const struct report_field *f, const char *event)
{
	static const char *const changes[] = { "enrol", "revoke", "suspend",
		"resume", "reset", "deny", "allow", "person_add",
		"account_add", "grant", "ungrant", "config", "policy",
		"log_key", NULL };
	static const char *const overrides[] = { "breakglass_start",
		"breakglass_stop", NULL };
	static const char *const of_log[] = { "log_start", "log_stop",
		"log_gap", "log_repair", "log_damaged", "clock_step", NULL };
	bool number = f[RF_RESULT].kind == RFK_NUMBER;
	bool bad = number && f[RF_RESULT].i >= 8;
	bool bad_result = number && f[RF_RESULT].i != 0;
	struct report_cell *c;

	if (bad)
		list_serious(r, e, f, event);
	if (strcmp(event, "temp_code") == 0) {
		r->temp_told++;
		list_exception(r, e, f, event, 0);
	} else if (f[RF_FACTORS].kind == RFK_OTHER && memmem(
	    f[RF_FACTORS].s, f[RF_FACTORS].n, temp_factor,
	    sizeof temp_factor - 1) != NULL) {
		r->temp_used += !bad_result && strcmp(event, "auth") == 0;
		list_exception(r, e, f, event, bad_result ? W_RI_TEMP_REFUSED :
		    W_RI_TEMP_USED);
	} else if (one_of(event, overrides)) {
		r->overrides++;
		list_exception(r, e, f, event, 0);
	} else if (one_of(event, changes)) {
		list_change(r, e, f, event);
	} else if (one_of(event, of_log) &&
	    (c = begin(r, RT_LOG, e, event)) != NULL) {
		put_log_detail(r, &c[3], f);
	}
}

/* `what`: "boot", the machine was started before this record; "silence". */
void
report_list_gap(struct report *r, const struct sek_entry *e, const char *what,
    int64_t seconds)
{
	struct report_cell *c = begin(r, RT_LOG, e, what);
	struct report_cell span = { .kind = RC_SPAN, .v = seconds };
	struct report_shown shown;
	bool boot = strcmp(what, "boot") == 0;

	if (c == NULL)
		return;
	report_cell_text(&c[2], report_word(boot ? W_RI_BOOT : W_RI_SILENCE,
	    r->d->lang), &r->nomem);
	if (!boot)
		report_cell_text(&c[3], report_shown(&span, true, &shown),
		    &r->nomem);
}
