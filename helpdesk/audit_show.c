/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho audit show`: the record as people read it.
 *
 * Part of the administrator's program, and all that an auditor needs on a
 * machine of their own.  Reads only, and must never send a terminal a byte
 * that it could obey: the files may be anybody's.
 */
#include "helpdesk/audit.h"

#include <signal.h>
#include <string.h>
#include <time.h>

#include "record/record_event.h"
#include "helpdesk/audit_last.h"
#include "sekisho/escape.h"

#define LAST_MAX 1000000
#define FOLLOW_MS 200u /* after which an interrupt is seen */

struct show {
	struct desk *d;
	struct audit_filter f;
	struct sek_reader *rd; /* owned */
	bool json, follow;
	int64_t last; /* --last: so many of those that fit; 0: all */
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
	const struct sek_event *e = sek_event(event);

	if (e != NULL)
		(void)fputs(e->text[d->lang], stdout);
	else
		desk_text(stdout, event == NULL ? "?" : event);
}

/* A blank, or what looks like one (U+00A0, U+2000 and the next, U+3000), or a
 * quotation mark. */
static bool
is_several_words(const char *s)
{
	return strpbrk(s, " \"") != NULL || strstr(s, "\xC2\xA0") != NULL ||
	    strstr(s, "\xE2\x80") != NULL || strstr(s, "\xE3\x80\x80") !=
	    NULL;
}

/* " name=value" when there is a value.  Whoever may choose a terminal or a
 * name must not write further pairs into the line: more than a word is
 * quoted. */
static void
show_pair(const struct desk *d, const char *const name[SEK_N_LANGS],
    const char *value)
{
	char part[SEK_AUDIT_STR_MAX + 1];
	size_t n;

	(void)printf(" %s=", name[d->lang]);
	if (!is_several_words(value)) {
		desk_text(stdout, value);
		return;
	}
	(void)fputc('"', stdout);
	for (; *value != '\0'; value += n) {
		if (*value == '"')
			(void)fputs("\\\"", stdout);
		value += *value == '"';
		n = strcspn(value, "\"");
		n = n < sizeof part ? n : sizeof part - 1;
		(void)snprintf(part, sizeof part, "%.*s", (int)n, value);
		desk_text(stdout, part);
	}
	(void)fputc('"', stdout);
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
		{ "damage", "what", { "damage", "破損" } },
		{ "gap", "why", { "why", "原因" } },
		{ "repair", "what", { "repaired", "修復" } },
		{ "change", "proof", { "proof", "確認" } },
		{ NULL, "detail", { "detail", "詳細" } },
		{ NULL, "session", { "session", "セッション" } },
	};
	const char *value;
	bool any = false;
	size_t i;

	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		value = field(rec, pairs[i].group, pairs[i].field);
		if (value == NULL || *value == '\0')
			continue;
		if (!any)
			(void)fputc(' ', stdout);
		any = true;
		show_pair(d, pairs[i].name, value);
	}
}

/* Which record has the proof, where nobody was asked. */
static void
show_remembered(const struct desk *d, const json_t *rec)
{
	static const char *const name[SEK_N_LANGS] = { "remembered",
	    "再認証を省略した元の記録" };
	const json_t *seq = json_object_get(json_object_get(rec,
	    "remembered"), "seq");

	if (json_is_integer(seq))
		(void)printf(" %s=%lld", name[d->lang],
		    (long long)json_integer_value(seq));
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
	show_pairs(d, rec);
	show_remembered(d, rec);
	(void)fputc('\n', stdout);
}

/* Is there nothing in it but what stands in a record that we wrote? */
static bool
is_plain(const char *line, size_t n)
{
	char part[1100];
	size_t len;

	for (; n > 0; line += len, n -= len) {
		if (*line == '\\') {
			len = 1;
			continue;
		}
		for (len = 0; len < n && len < 256 && line[len] != '\\';)
			len++;
		while (len < n && len > 1 && (line[len] & 0xc0) == 0x80)
			len--;
		(void)sek_escape(part, sizeof(part), line, len);
		if (strlen(part) != len || memcmp(part, line, len) != 0)
			return false;
	}
	return true;
}

/* DEL is all that jansson leaves. */
static int
put_ascii(const char *text, size_t n, void *arg)
{
	(void)arg;
	for (; n > 0; text++, n--) {
		if (*text == 0x7f)
			(void)fputs("\\u007f", stdout);
		else
			(void)fputc(*text, stdout);
	}
	return 0;
}

static int
put_record(const struct show *s, const struct sek_entry *e,
    const json_t *rec)
{
	if (!s->json)
		show_record(s->d, rec);
	else if (is_plain(e->line, e->n))
		(void)fwrite(e->line, 1, e->n, stdout);
	else if (json_dump_callback(rec, put_ascii, NULL, JSON_COMPACT |
	    JSON_SORT_KEYS | JSON_ENSURE_ASCII) != 0)
		return SEK_E_NOMEM;
	if (s->json)
		(void)fputc('\n', stdout);
	if (s->follow)
		(void)fflush(stdout);
	return ferror(stdout) ? SEK_E_IO : SEK_OK;
}

/* Those that fit by `f` from where the reader stands, without the first
 * `skip`.  SEK_E_EOF when there are no more. */
static int
put_some(const struct show *s, const struct audit_filter *f, uint64_t skip,
    struct sek_why *why)
{
	struct sek_entry e;
	json_t *rec = NULL;
	int r;

	while ((r = audit_filter_next(f, s->rd, &e, &rec, why)) == SEK_OK) {
		if (skip > 0)
			skip--;
		else
			r = put_record(s, &e, rec);
		json_decref(rec);
		if (r != SEK_OK)
			break;
	}
	return r;
}

/* Those that were found, then the reader stands behind all of them. */
static int
put_last(const struct show *s, struct sek_why *why)
{
	struct sek_why later = { "" };
	struct audit_filter f = s->f;
	struct audit_last l;
	int bad, r = SEK_OK;
	size_t i;

	bad = audit_last_find(&l, &s->f, s->rd, (uint64_t)s->last, why);
	for (i = l.n; i > 0 && r == SEK_OK; i--) {
		f.seq_from = l.part[i - 1].from;
		f.seq_to = l.part[i - 1].to - 1;
		r = sek_reader_seek(s->rd, f.seq_from, &later);
		if (r == SEK_OK)
			r = put_some(s, &f, i == l.n ? l.skip : 0, &later);
		r = r == SEK_E_EOF ? SEK_OK : r;
	}
	if (bad != SEK_OK)
		return bad;
	if (r == SEK_OK)
		r = sek_reader_seek(s->rd, l.newest + 1, &later);
	*why = later;
	return r == SEK_OK ? SEK_E_EOF : r;
}

/* Then what is appended, until somebody ends it. */
static int
follow(const struct show *s, struct sek_why *why)
{
	const struct timespec now = { 0, 0 };
	struct sek_deadline dl;
	sigset_t ends;
	int r = SEK_OK;

	(void)sigemptyset(&ends);
	(void)sigaddset(&ends, SIGINT);
	(void)sigaddset(&ends, SIGTERM);
	(void)sigaddset(&ends, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &ends, NULL) != 0)
		return SEK_E_SYS;
	while (sigtimedwait(&ends, NULL, &now) < 0 &&
	    sek_reader_seq(s->rd) < s->f.seq_to) {
		dl = sek_deadline_in(FOLLOW_MS);
		r = sek_reader_wait(s->rd, &dl);
		if (r == SEK_OK)
			r = put_some(s, &s->f, 0, why);
		if (r != SEK_E_EOF && r != SEK_E_TIMEOUT)
			return r;
	}
	return SEK_E_EOF;
}

static int
show(const struct show *s)
{
	struct sek_why why = { "" };
	int r = audit_filter_place(&s->f, s->rd, &why);

	if (r == SEK_OK)
		r = s->last > 0 ? put_last(s, &why) :
		    put_some(s, &s->f, 0, &why);
	if (r == SEK_E_EOF && s->follow) {
		(void)fflush(stdout);
		r = follow(s, &why);
	}
	/* what cannot be written is told by main() */
	return r == SEK_E_EOF || (r == SEK_E_IO && ferror(stdout)) ? DESK_OK :
	    desk_refuse(s->d, &why, r);
}

static int
judge_options(struct show *s, const char *last, char **words)
{
	if (last != NULL && !desk_number(last, LAST_MAX, &s->last)) {
		DESK_ERR(s->d, W_SHOW_LAST, { last });
		return DESK_USAGE;
	}
	if (s->follow && words[0] != NULL && words[1] != NULL) {
		DESK_ERR(s->d, W_SHOW_FOLLOW, { NULL });
		return DESK_USAGE;
	}
	return audit_filter_parse(s->d, &s->f);
}

int
desk_audit_show(struct desk *d, int argc, char **argv)
{
	struct show s = { .d = d };
	const char *last = NULL;
	struct desk_opt opts[3 + AUDIT_FILTER_OPTS] = {
		{ .name = "json", .flag = &s.json },
		{ .name = "last", .value = &last },
		{ .name = "follow", .flag = &s.follow },
	};
	char **words;
	int r;

	audit_filter_options(&s.f, opts + 3);
	r = desk_options(d, argc, argv, opts, 3 + AUDIT_FILTER_OPTS, 0,
	    SEK_LOG_FILES, &words);
	if (r != DESK_GO || (r = judge_options(&s, last, words)) != DESK_GO ||
	    (r = audit_open(d, words, &s.rd)) != DESK_GO)
		return r;
	if (s.rd == NULL) {
		if (!s.json)
			DESK_SAY(d, W_AUDIT_NONE, { NULL });
		return DESK_OK;
	}
	r = show(&s);
	sek_reader_free(s.rd);
	return r;
}
