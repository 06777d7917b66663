/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Picks the fields of a report out of the line of a record.
 *
 * Part of `sekisho`.  The line is canonical: its keys stand in the order of
 * their bytes, as those of the tables here do, so that both are walked once,
 * side by side.  Never reads past the line, whatever it holds.
 */
#include "helpdesk/report_pick.h"

#include <stdbool.h>
#include <string.h>

struct pick {
	const char *name;
	enum report_field_id id;
	const struct pick *in; /* of an object: its own fields */
};

#define END { NULL, N_REPORT_FIELDS, NULL }

static const struct pick account[] = {
	{ "name", RF_ACCOUNT, NULL }, { "shared", RF_SHARED, NULL }, END };
static const struct pick change[] = {
	{ "command", RF_CHANGE_COMMAND, NULL },
	{ "label", RF_CHANGE_LABEL, NULL },
	{ "object", RF_CHANGE_OBJECT, NULL },
	{ "reason", RF_CHANGE_REASON, NULL }, END };
static const struct pick clock_of[] = {
	{ "esterror_us", RF_ESTERROR, NULL },
	{ "offset_us", RF_OFFSET, NULL }, { "synced", RF_SYNCED, NULL }, END };
static const struct pick damage[] = { { "what", RF_DAMAGE, NULL }, END };
static const struct pick deny[] = {
	{ "id", RF_DENY_ID, NULL }, { "kind", RF_DENY_KIND, NULL }, END };
static const struct pick exception[] = {
	{ "approver", RF_APPROVER, NULL }, { "expires", RF_EXPIRES, NULL },
	{ "expiry", RF_EXPIRY, NULL }, { "reason", RF_EX_REASON, NULL },
	{ "ticket", RF_TICKET, NULL },
	{ "uses_left", RF_USES_LEFT, NULL }, END };
static const struct pick gap[] = {
	{ "failed", RF_GAP_FAILED, NULL }, { "first", RF_GAP_FIRST, NULL },
	{ "last", RF_GAP_LAST, NULL }, { "why", RF_GAP_WHY, NULL }, END };
static const struct pick model[] = { { "table", RF_MODEL_TABLE, NULL }, END };
static const struct pick person[] = {
	{ "display", RF_DISPLAY, NULL }, { "name", RF_PERSON, NULL }, END };
static const struct pick remembered[] = {
	{ "seq", RF_REMEMBERED, NULL }, END };
static const struct pick repair[] = {
	{ "bytes", RF_REPAIR_BYTES, NULL }, { "file", RF_REPAIR_FILE, NULL },
	{ "what", RF_REPAIR_WHAT, NULL }, END };
static const struct pick revocation[] = {
	{ "age_s", RF_REV_AGE, NULL }, { "grace_used", RF_REV_GRACE, NULL },
	{ "method", RF_REV_METHOD, NULL },
	{ "status", RF_REV_STATUS, NULL }, END };
static const struct pick step[] = { { "us", RF_STEP, NULL }, END };
static const struct pick token[] = {
	{ "credential", RF_CREDENTIAL, NULL },
	{ "kind", RF_TOKEN_KIND, NULL }, END };
static const struct pick where[] = {
	{ "rhost", RF_RHOST, NULL }, { "service", RF_SERVICE, NULL },
	{ "tty", RF_TTY, NULL }, END };

static const struct pick record[] = {
	{ "account", N_REPORT_FIELDS, account },
	{ "actor", RF_ACTOR, NULL },
	{ "boot_id", RF_BOOT, NULL },
	{ "change", N_REPORT_FIELDS, change },
	{ "claimed", RF_CLAIMED, NULL },
	{ "clock", N_REPORT_FIELDS, clock_of },
	{ "damage", N_REPORT_FIELDS, damage },
	{ "deny", N_REPORT_FIELDS, deny },
	{ "detail", RF_DETAIL, NULL },
	{ "duration_s", RF_DURATION, NULL },
	{ "event", RF_EVENT, NULL },
	{ "exception", N_REPORT_FIELDS, exception },
	{ "factors", RF_FACTORS, NULL },
	{ "gap", N_REPORT_FIELDS, gap },
	{ "host", RF_HOST, NULL },
	{ "log", RF_LOG, NULL },
	{ "model", N_REPORT_FIELDS, model },
	{ "pair", RF_PAIR, NULL },
	{ "person", N_REPORT_FIELDS, person },
	{ "policy", RF_POLICY, NULL },
	{ "policy_before", RF_BEFORE, NULL },
	{ "reason", RF_REASON, NULL },
	{ "remembered", N_REPORT_FIELDS, remembered },
	{ "repair", N_REPORT_FIELDS, repair },
	{ "result", RF_RESULT, NULL },
	{ "revocation", N_REPORT_FIELDS, revocation },
	{ "session", RF_SESSION, NULL },
	{ "step", N_REPORT_FIELDS, step },
	{ "t_mono", RF_T_MONO, NULL },
	{ "token", N_REPORT_FIELDS, token },
	{ "undone_seq", RF_UNDONE, NULL },
	{ "where", N_REPORT_FIELDS, where },
	END
};

struct at {
	const char *p, *end;
};

/* Behind the quote that ends the string, which begins behind its first. */
static void
skip_string(struct at *a)
{
	while (a->p < a->end && *a->p != '"')
		a->p += *a->p == '\\' && a->end - a->p > 1 ? 2 : 1;
	if (a->p < a->end)
		a->p++;
}

/* Behind an object or an array. */
static void
skip_nested(struct at *a)
{
	unsigned depth = 0;

	while (a->p < a->end) {
		char c = *a->p++;

		if (c == '"')
			skip_string(a);
		else if (c == '{' || c == '[')
			depth++;
		else if ((c == '}' || c == ']') && --depth == 0)
			return;
	}
}

static int64_t
number(const char *p, const char *end)
{
	bool minus = p < end && *p == '-';
	uint64_t n = 0; /* the line was scanned: it fits into an int64 */

	for (p += minus; p < end && *p >= '0' && *p <= '9'; p++)
		n = n * 10 + (uint64_t)(*p - '0');
	return minus ? -(int64_t)n : (int64_t)n;
}

static void
take_value(struct at *a, struct report_field *out)
{
	const char *start = a->p;

	if (*a->p == '"') {
		a->p++;
		skip_string(a);
		*out = (struct report_field){ .kind = RFK_STRING,
			.s = start + 1, .n = (size_t)(a->p - start) - 2 };
	} else if (*a->p == '{' || *a->p == '[') {
		skip_nested(a);
		*out = (struct report_field){ .kind = RFK_OTHER,
			.s = start, .n = (size_t)(a->p - start) };
	} else {
		while (a->p < a->end && *a->p != ',' && *a->p != '}')
			a->p++;
		*out = (struct report_field){ .kind = RFK_NUMBER,
			.i = number(start, a->p) };
		if (*start == 't' || *start == 'f') {
			out->kind = RFK_BOOL;
			out->i = *start == 't';
		} else if (*start == 'n') {
			out->kind = RFK_NONE;
		}
	}
}

/* <0, 0, >0: the key before, at, behind `name`. */
static int
order(const char *key, size_t n, const char *name)
{
	size_t len = strlen(name);
	int c = memcmp(key, name, n < len ? n : len);

	return c != 0 ? c : n < len ? -1 : n > len;
}

/* At an object's opening brace; `inner`: it is one of the record's. */
static void
take_object(struct at *a, const struct pick *t, struct report_field *out,
    bool inner)
{
	struct report_field unused;
	const char *key;
	size_t n;
	int c;

	while (a->p < a->end && *a->p != '}') {
		a->p++; /* the brace or a comma */
		if (a->p == a->end || *a->p != '"')
			continue;
		key = ++a->p;
		skip_string(a);
		n = (size_t)(a->p - key) - 1;
		a->p++; /* the colon */
		if (a->p >= a->end)
			return;
		while (t->name != NULL && (c = order(key, n, t->name)) > 0)
			t++;
		if (t->name == NULL || c != 0)
			take_value(a, &unused);
		else if (t->in == NULL)
			take_value(a, &out[t->id]);
		else if (*a->p == '{' && !inner)
			take_object(a, t->in, out, true);
		else
			take_value(a, &unused);
	}
	if (a->p < a->end)
		a->p++;
}

void
report_pick(const char *line, size_t n,
    struct report_field out[N_REPORT_FIELDS])
{
	struct at a = { line, line + n };

	memset(out, 0, N_REPORT_FIELDS * sizeof *out);
	if (n > 0 && *line == '{')
		take_object(&a, record, out, false);
}
