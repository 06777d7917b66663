/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tables of a report, and how a cell is written in each of its forms.
 *
 * Part of `sekisho`.  The names for --table are for ever: scripts use them.
 */
#include "helpdesk/report_table.h"

#include <stdlib.h>
#include <string.h>

#include "helpdesk/desk.h"

#define LISTED 2000u  /* events that are listed one by one */
#define COUNTED 65536u

#define ITEMS { { W_RH_ITEM, RC_TEXT }, { W_RH_VALUE, RC_TEXT } }
#define FLOW { W_RH_LOGINS, RC_NUMBER }, { W_RH_REFUSALS, RC_NUMBER }
#define SPAN_OF_TIME { W_RH_FIRST, RC_MINUTE }, { W_RH_LAST, RC_MINUTE }

const struct report_plan report_plans[N_REPORT_TABLES] = {
	[RT_ABOUT] = { "about", 0, W_RT_ABOUT, W_RN_NONE, 0, COUNTED, ITEMS },
	[RT_SUMMARY] = { "summary", 0, W_RT_SUMMARY, W_RN_NONE, 0, COUNTED,
	    { { W_RH_ITEM, RC_TEXT }, { W_RH_COUNT, RC_NUMBER } } },
	[RT_DAYS] = { "days", W_RC_USE, W_RT_DAYS, W_RN_NONE, 0, COUNTED,
	    { { W_RH_DAY, RC_DAY }, FLOW } },
	[RT_HOURS] = { "hours", W_RC_USE, W_RT_HOURS, W_RN_NONE, 0, COUNTED,
	    { { W_RH_HOUR, RC_TEXT }, FLOW } },
	[RT_LOGINS] = { "logins", W_RC_USE, W_RT_LOGINS, W_RN_NO_LOGINS, 0,
	    COUNTED, { { W_RH_PERSON, RC_TEXT }, { W_RH_NAME, RC_TEXT },
	    { W_RH_PAIR, RC_TEXT }, { W_RH_COUNT, RC_NUMBER }, SPAN_OF_TIME,
	    { W_RH_ACCOUNTS, RC_TEXT }, { W_RH_SERVICES, RC_TEXT } } },
	[RT_SHARED] = { "shared", W_RC_USE, W_RT_SHARED, W_RN_NONE, 0,
	    COUNTED, { { W_RH_ACCOUNT, RC_TEXT }, { W_RH_PERSON, RC_TEXT },
	    { W_RH_NAME, RC_TEXT }, { W_RH_COUNT, RC_NUMBER },
	    SPAN_OF_TIME } },
	[RT_SESSIONS] = { "sessions", W_RC_SESSIONS, W_RT_SESSIONS, W_RN_NONE,
	    W_RN_SESSIONS, COUNTED, { { W_RH_PERSON, RC_TEXT },
	    { W_RH_NAME, RC_TEXT }, { W_RH_OPENED, RC_NUMBER },
	    { W_RH_CLOSED, RC_NUMBER }, { W_RH_TOTAL, RC_SPAN },
	    { W_RH_LONGEST, RC_SPAN } } },
	[RT_LONGEST] = { "longest", W_RC_SESSIONS, W_RT_LONGEST, W_RN_NONE, 0,
	    COUNTED, { { W_RH_PERSON, RC_TEXT }, { W_RH_ACCOUNT, RC_TEXT },
	    { W_RH_BEGUN, RC_MINUTE }, { W_RH_ENDED, RC_MINUTE },
	    { W_RH_DURATION, RC_SPAN } } },
	[RT_OPEN] = { "open", W_RC_SESSIONS, W_RT_OPEN, W_RN_NONE, W_RN_OPEN,
	    LISTED, { { W_RH_BEGUN, RC_MINUTE }, { W_RH_NUMBER, RC_SEQ },
	    { W_RH_PERSON, RC_TEXT }, { W_RH_ACCOUNT, RC_TEXT },
	    { W_RH_WHERE, RC_TEXT }, { W_RH_STATE, RC_TEXT } } },
	[RT_REASONS] = { "reasons", W_RC_REFUSED, W_RT_REASONS,
	    W_RN_NO_REFUSALS, 0, COUNTED, { { W_RH_REASON, RC_TEXT },
	    { W_RH_MEANING, RC_TEXT }, { W_RH_COUNT, RC_NUMBER },
	    SPAN_OF_TIME } },
	[RT_REFUSED] = { "refused", W_RC_REFUSED, W_RT_REFUSED,
	    W_RN_NO_REFUSALS, W_RN_REFUSED, COUNTED,
	    { { W_RH_PERSON, RC_TEXT }, { W_RH_CLAIMED, RC_TEXT },
	    { W_RH_COUNT, RC_NUMBER }, SPAN_OF_TIME,
	    { W_RH_REASONS, RC_TEXT } } },
	[RT_PLACES] = { "places", W_RC_REFUSED, W_RT_PLACES,
	    W_RN_NO_REFUSALS, 0, COUNTED, { { W_RH_SERVICE, RC_TEXT },
	    { W_RH_TTY, RC_TEXT }, { W_RH_FROM, RC_TEXT },
	    { W_RH_COUNT, RC_NUMBER }, SPAN_OF_TIME } },
	[RT_SERIOUS] = { "serious", W_RC_REFUSED, W_RT_SERIOUS,
	    W_RN_NO_SERIOUS, W_RN_SERIOUS, LISTED, { { W_RH_TIME, RC_TIME },
	    { W_RH_NUMBER, RC_SEQ }, { W_RH_EVENT, RC_TEXT },
	    { W_RH_MEANING, RC_TEXT }, { W_RH_PERSON, RC_TEXT },
	    { W_RH_CLAIMED, RC_TEXT }, { W_RH_WHERE, RC_TEXT },
	    { W_RH_DETAIL, RC_TEXT } } },
	[RT_EXCEPTIONS] = { "exceptions", W_RC_SPECIAL, W_RT_EXCEPTIONS,
	    W_RN_NO_EXCEPTIONS, 0, LISTED, { { W_RH_TIME, RC_TIME },
	    { W_RH_NUMBER, RC_SEQ }, { W_RH_EVENT, RC_TEXT },
	    { W_RH_PERSON, RC_TEXT }, { W_RH_ACCOUNT, RC_TEXT },
	    { W_RH_WHY, RC_TEXT }, { W_RH_APPROVER, RC_TEXT },
	    { W_RH_EXPIRY, RC_TEXT }, { W_RH_ACTOR, RC_TEXT } } },
	[RT_CHANGES] = { "changes", W_RC_SPECIAL, W_RT_CHANGES,
	    W_RN_NO_CHANGES, 0, LISTED, { { W_RH_TIME, RC_TIME },
	    { W_RH_NUMBER, RC_SEQ }, { W_RH_EVENT, RC_TEXT },
	    { W_RH_OBJECT, RC_TEXT }, { W_RH_ACTOR, RC_TEXT },
	    { W_RH_WHY, RC_TEXT }, { W_RH_RESULT, RC_TEXT } } },
	[RT_UNUSED] = { "unused", W_RC_UNUSED, W_RT_UNUSED, W_RN_NO_UNUSED,
	    W_RN_UNUSED, COUNTED, { { W_RH_CREDENTIAL, RC_SEQ },
	    { W_RH_PERSON, RC_TEXT }, { W_RH_NAME, RC_TEXT },
	    { W_RH_KIND, RC_TEXT }, { W_RH_LABEL, RC_TEXT },
	    { W_RH_ENROLLED, RC_DAY }, { W_RH_UNTIL, RC_DAY } } },
	[RT_IDLE] = { "idle", W_RC_UNUSED, W_RT_IDLE, W_RN_NO_IDLE, 0,
	    COUNTED, { { W_RH_PERSON, RC_TEXT }, { W_RH_NAME, RC_TEXT },
	    { W_RH_CREDENTIALS, RC_NUMBER } } },
	[RT_LOG] = { "log", W_RC_RECORD, W_RT_LOG, W_RN_NO_LOG, 0, LISTED,
	    { { W_RH_TIME, RC_TIME }, { W_RH_NUMBER, RC_SEQ },
	    { W_RH_EVENT, RC_TEXT }, { W_RH_DETAIL, RC_TEXT } } },
	[RT_CLOCK] = { "clock", W_RC_RECORD, W_RT_CLOCK, W_RN_NONE, 0,
	    COUNTED, ITEMS },
	[RT_REVOCATION] = { "revocation", W_RC_RECORD, W_RT_REVOCATION,
	    W_RN_NONE, W_RN_REVOCATION, COUNTED, { { W_RH_METHOD, RC_TEXT },
	    { W_RH_STATE, RC_TEXT }, { W_RH_COUNT, RC_NUMBER },
	    { W_RH_GRACE, RC_NUMBER }, { W_RH_OLDEST, RC_SPAN } } },
	[RT_EVENTS] = { "events", W_RC_RECORD, W_RT_EVENTS, W_RN_NONE, 0,
	    COUNTED, { { W_RH_EVENT, RC_TEXT }, { W_RH_WORD, RC_TEXT },
	    { W_RH_GOOD, RC_NUMBER }, { W_RH_BAD, RC_NUMBER } } },
	[RT_LIMITS] = { "limits", W_RC_LIMITS, W_RT_LIMITS, W_RN_NONE, 0,
	    COUNTED, { { W_RH_LIMIT, RC_TEXT } } },
};

size_t
report_columns(enum report_table_id id)
{
	size_t n = 0;

	while (n < REPORT_COLUMNS && report_plans[id].column[n].head != 0)
		n++;
	return n;
}

static bool
room(struct report_table *t, size_t columns)
{
	struct report_cell *bigger;
	size_t cap = t->cap == 0 ? 16 : 2 * t->cap;

	if (t->n_rows < t->cap)
		return true;
	bigger = calloc(cap * columns, sizeof *bigger);
	if (bigger == NULL)
		return false;
	if (t->n_rows > 0)
		memcpy(bigger, t->cell, t->n_rows * columns * sizeof *bigger);
	free(t->cell);
	t->cell = bigger;
	t->cap = cap;
	return true;
}

struct report_cell *
report_row(struct report_table *t, enum report_table_id id, bool *nomem)
{
	size_t i, columns = report_columns(id);
	struct report_cell *row;

	if (t->n_rows == report_plans[id].max_rows) {
		t->more++;
		return NULL;
	}
	if (!room(t, columns)) {
		*nomem = true;
		return NULL;
	}
	row = t->cell + columns * t->n_rows++;
	for (i = 0; i < columns; i++)
		row[i] = (struct report_cell){
			.kind = report_plans[id].column[i].kind };
	return row;
}

void
report_cell_text(struct report_cell *c, const char *s, bool *nomem)
{
	c->kind = RC_TEXT;
	free(c->s);
	c->s = NULL;
	if (s != NULL && *s != '\0' && (c->s = strdup(s)) == NULL)
		*nomem = true;
}

void
report_table_free(struct report_table *t, enum report_table_id id)
{
	size_t i, n = t->n_rows * report_columns(id);

	for (i = 0; i < n; i++)
		free(t->cell[i].s);
	free(t->cell);
	*t = (struct report_table){ .cell = NULL };
}

static const char *
thousands(int64_t v, bool full, struct report_shown *b)
{
	char digits[24];
	size_t n, i, len = 0;

	(void)snprintf(digits, sizeof digits, "%lld", (long long)v);
	if (full || v < 0) {
		memcpy(b->text, digits, sizeof digits);
		return b->text;
	}
	n = strlen(digits);
	for (i = 0; i < n; i++) {
		if (i > 0 && (n - i) % 3 == 0)
			b->text[len++] = ',';
		b->text[len++] = digits[i];
	}
	b->text[len] = '\0';
	return b->text;
}

/* "2027-04-01 09:30:00", "04-01 09:30:00", "04-01 09:30". */
static const char *
time_shown(int64_t t, bool full, bool minute, struct report_shown *b)
{
	struct desk_date at;
	const char *s;
	size_t n;

	if (t == 0)
		return "";
	s = desk_time(&at, t / 1000000);
	n = strlen(s);
	if (full || n < 19)
		(void)snprintf(b->text, sizeof b->text, "%s", s);
	else
		(void)snprintf(b->text, sizeof b->text, "%.*s",
		    (int)n - (minute ? 8 : 5), s + 5);
	return b->text;
}

const char *
report_shown(const struct report_cell *c, bool full, struct report_shown *b)
{
	struct desk_date day;

	switch (c->kind) {
	case RC_TEXT:
		return c->s == NULL ? "" : c->s;
	case RC_NUMBER:
	case RC_SEQ:
		return thousands(c->v, full || c->kind == RC_SEQ, b);
	case RC_TIME:
	case RC_MINUTE:
		return time_shown(c->v, full, c->kind == RC_MINUTE, b);
	case RC_DAY:
		if (c->v == 0)
			return "";
		(void)snprintf(b->text, sizeof b->text, "%s",
		    desk_day(&day, c->v / 1000000));
		return b->text;
	case RC_SPAN:
	default:
		if (c->v < 0)
			return "";
		(void)snprintf(b->text, sizeof b->text, "%lld:%02lld:%02lld",
		    (long long)c->v / 3600, (long long)c->v / 60 % 60,
		    (long long)c->v % 60);
		return b->text;
	}
}
