/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho audit`: the record as people read it, and whether it is whole.
 *
 * Part of the administrator's program.  Reads only; must never repair, drop
 * or rewrite a record.
 */
#include "helpdesk/desk.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gate/audit.h"

/* The path of the log; false when there is none yet. */
static bool
log_path(const struct desk *d, char path[PATH_MAX])
{
	int n = snprintf(path, PATH_MAX, "%s/%s", d->policy->audit,
	    SEK_AUDIT_FILE);

	return n > 0 && n < PATH_MAX &&
	    (access(path, F_OK) == 0 || errno != ENOENT);
}

/* -- show */

struct show {
	struct desk *d;
	bool json;
	const char *person, *event;
	int64_t last;  /* --last: so many of those that fit; 0: all */
	int64_t n;     /* records seen that fit */
	int64_t skip;  /* of them, the first so many are not shown */
};

/* "group.name" of a record as a string; NULL when there is none. */
static const char *
field(const json_t *rec, const char *group, const char *name)
{
	if (group != NULL)
		rec = json_object_get(rec, group);
	return json_string_value(json_object_get(rec, name));
}

/* "2026-11-22T03:00:00.123456Z" as the local time here. */
static void
show_time(const char *utc)
{
	struct desk_date at;
	struct tm tm = { 0 };
	const char *end;

	end = utc == NULL ? NULL : strptime(utc, "%Y-%m-%dT%H:%M:%S", &tm);
	if (end != NULL && (*end == '.' || *end == 'Z'))
		(void)fputs(desk_time(&at, timegm(&tm)), stdout);
	else
		desk_text(stdout, utc == NULL ? "?" : utc);
}

static void
show_event(const struct desk *d, const char *event)
{
	static const struct {
		const char *event, *text[SEK_N_LANGS];
	} names[] = {
		{ "auth", { "authentication", "認証" } },
		{ "account", { "account check", "アカウント確認" } },
		{ "login", { "login", "ログイン" } },
		{ "logout", { "logout", "ログアウト" } },
		{ "enrol", { "enrolled", "登録" } },
		{ "revoke", { "revoked", "失効" } },
		{ "suspend", { "suspended", "停止" } },
		{ "resume", { "resumed", "再開" } },
		{ "deny", { "denied", "使用停止" } },
		{ "allow", { "denial lifted", "使用停止解除" } },
		{ "person_add", { "person added", "利用者追加" } },
		{ "account_add", { "account added", "アカウント追加" } },
		{ "grant", { "granted", "使用許可" } },
		{ "ungrant", { "grant withdrawn", "使用許可取消" } },
		{ "config", { "configured", "設定" } },
		{ "log_start", { "log begins", "記録開始" } },
		{ "log_repair", { "log repaired", "記録修復" } },
	};
	size_t i;

	for (i = 0; event != NULL && i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(event, names[i].event) == 0) {
			(void)fputs(names[i].text[d->lang], stdout);
			return;
		}
	desk_text(stdout, event == NULL ? "?" : event);
}

/* " name=value" when there is a value. */
static void
show_pair(const struct desk *d, const char *const name[SEK_N_LANGS],
    const char *value)
{
	if (value == NULL || *value == '\0')
		return;
	(void)printf(" %s=", name[d->lang]);
	desk_text(stdout, value);
}

static void
show_pairs(const struct desk *d, const json_t *rec)
{
	static const struct {
		const char *group, *field, *name[SEK_N_LANGS];
	} pairs[] = {
		{ "person", "name", { "person", "利用者" } },
		{ "account", "name", { "account", "アカウント" } },
		{ NULL, "claimed", { "asked-for", "要求" } },
		{ NULL, "pair", { "factors", "要素" } },
		{ "token", "kind", { "token", "トークン" } },
		{ "token", "cert_serial", { "serial", "シリアル番号" } },
		{ "deny", "kind", { "denied", "使用停止の対象" } },
		{ "deny", "cert_serial", { "serial", "シリアル番号" } },
		{ "where", "service", { "service", "サービス" } },
		{ "where", "tty", { "tty", "端末" } },
		{ "where", "rhost", { "from", "接続元" } },
		{ NULL, "actor", { "by", "操作者" } },
		{ "change", "reason", { "because", "理由" } },
		{ "change", "proof", { "proof", "確認" } },
		{ NULL, "detail", { "detail", "詳細" } },
		{ NULL, "session", { "session", "セッション" } },
	};
	size_t i;

	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		show_pair(d, pairs[i].name,
		    field(rec, pairs[i].group, pairs[i].field));
}

static void
show_record(const struct desk *d, const json_t *rec)
{
	static const char *const outcome[2][SEK_N_LANGS] = {
		{ "REFUSED", "拒否" }, { "ok", "成功" } };
	const json_t *result = json_object_get(rec, "result");
	const char *reason = field(rec, NULL, "reason");

	(void)printf("%lld  ", (long long)json_integer_value(
	    json_object_get(rec, "seq")));
	show_time(field(rec, NULL, "t"));
	(void)fputs("  ", stdout);
	show_event(d, field(rec, NULL, "event"));
	if (json_is_integer(result)) {
		bool ok = json_integer_value(result) == 0;

		(void)printf("  %s", outcome[ok][d->lang]);
		if (!ok && reason != NULL) {
			(void)fputc(' ', stdout);
			desk_text(stdout, reason);
		}
	}
	(void)fputc(' ', stdout);
	show_pairs(d, rec);
	(void)fputc('\n', stdout);
}

static void
put_line(const struct show *s, const char *line, size_t n, const json_t *rec)
{
	if (!s->json) {
		show_record(s->d, rec);
		return;
	}
	(void)fwrite(line, 1, n, stdout);
	(void)fputc('\n', stdout);
}

static bool
fits(const struct show *s, const json_t *rec)
{
	const char *event = field(rec, NULL, "event");
	const char *person = field(rec, "person", "name");

	return (s->event == NULL ||
	    (event != NULL && strcmp(event, s->event) == 0)) &&
	    (s->person == NULL ||
	    (person != NULL && strcmp(person, s->person) == 0));
}

static int
count_one(void *arg, const char *line, size_t n, const json_t *rec)
{
	struct show *s = arg;

	(void)line;
	(void)n;
	s->n += fits(s, rec);
	return 0;
}

static int
show_one(void *arg, const char *line, size_t n, const json_t *rec)
{
	struct show *s = arg;

	if (fits(s, rec) && s->n++ >= s->skip)
		put_line(s, line, n, rec);
	return 0;
}

/* For the last ones the log is read twice: it may be larger than memory. */
static int
show_all(struct show *s)
{
	struct sek_why why = { "" };
	char path[PATH_MAX];
	int r = SEK_OK;

	if (!log_path(s->d, path)) {
		if (!s->json)
			DESK_SAY(s->d, W_AUDIT_NONE, { NULL });
		return DESK_OK;
	}
	if (s->last > 0) {
		r = sek_audit_each(path, count_one, s, &why);
		s->skip = s->n - s->last;
		s->n = 0;
	}
	if (r == SEK_OK)
		r = sek_audit_each(path, show_one, s, &why);
	return r == SEK_OK ? DESK_OK : desk_refuse(s->d, &why, r);
}

static int
audit_show(struct desk *d, int argc, char **argv)
{
	struct show s = { .d = d };
	const char *last = NULL;
	const struct desk_opt opts[] = {
		{ .name = "json", .flag = &s.json },
		{ .name = "last", .value = &last },
		{ .name = "person", .value = &s.person },
		{ .name = "event", .value = &s.event },
	};
	char **words;
	int r;

	r = desk_options(d, argc, argv, opts, 4, 0, 0, &words);
	if (r != DESK_GO)
		return r;
	if (last != NULL && !desk_number(last, INT64_MAX, &s.last)) {
		DESK_ERR(d, W_NOT_A_NUMBER, { last });
		return DESK_USAGE;
	}
	return (r = desk_policy(d)) == DESK_GO ? show_all(&s) : r;
}

/* -- verify */

static void
as_text(char out[24], uint64_t n)
{
	(void)snprintf(out, 24, "%llu", (unsigned long long)n);
}

static int
audit_verify(struct desk *d, int argc, char **argv)
{
	char path[PATH_MAX], good[24], line[24], head[65];
	struct sek_audit_report report = { 0 };
	struct sek_why why = { "" };
	char **words;
	size_t i;
	int r;

	r = desk_options(d, argc, argv, NULL, 0, 0, 0, &words);
	if (r != DESK_GO || (r = desk_policy(d)) != DESK_GO)
		return r;
	if (!log_path(d, path)) {
		DESK_ERR(d, W_AUDIT_NONE, { NULL });
		return DESK_REFUSED;
	}
	r = sek_audit_verify(path, &report, &why);
	as_text(good, report.records);
	if (r != SEK_OK && report.bad_line == 0)
		return desk_refuse(d, &why, r);
	if (r != SEK_OK) {
		as_text(line, report.bad_line);
		DESK_ERR(d, W_AUDIT_BAD, { line, why.text, good });
		return DESK_REFUSED;
	}
	for (i = 0; i < sizeof(report.head); i++)
		(void)snprintf(head + 2 * i, 3, "%02x", report.head[i]);
	DESK_SAY(d, W_AUDIT_GOOD, { good, head });
	return DESK_OK;
}

const struct desk_command desk_audit_commands[] = {
	{ "audit show", "[--json] [--last N] [--person NAME] [--event E]",
	    { "show the record, one line each",
	    "記録を1件1行で表示します" }, audit_show },
	{ "audit verify", "", { "prove that no record was changed, removed "
	    "or moved",
	    "記録の改変・欠落・入れ替えがないことを検証します" },
	    audit_verify },
	{ .name = NULL }
};
