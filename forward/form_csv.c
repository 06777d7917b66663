/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Records as CSV (RFC 4180) for a spreadsheet: UTF-8 with a byte order mark,
 * since Excel takes a file without one for the code page of the machine.
 * Pure; runs wherever a record is exported.
 *
 * A spreadsheet must not find a formula in what somebody typed (OWASP, CSV
 * injection): a cell that begins like one gets an apostrophe before it, and
 * so does a place within that would begin a cell for a program that splits
 * at other separators than ours.  Numbers of our own are no text and stay.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "forward/form_rooms.h"

enum kind { STRING, INTEGER, TRUTH, LOCAL, EVENT, OUTCOME, FACTORS, ROLES };

static const struct column {
	enum kind kind;
	const char *group, *field, *head[SEK_N_LANGS];
} columns[] = {
	{ INTEGER, NULL, "seq", { "Number", "番号" } },
	{ LOCAL, NULL, "t", { "Local time", "日時" } },
	{ EVENT, NULL, "event", { "Event", "事象" } },
	{ OUTCOME, NULL, "result", { "Outcome", "結果" } },
	{ STRING, NULL, "reason", { "Reason", "理由" } },
	{ STRING, "person", "name", { "Person", "利用者" } },
	{ STRING, "person", "display", { "Name", "氏名" } },
	{ STRING, NULL, "claimed", { "Asked for", "入力された名前" } },
	{ STRING, "account", "name", { "Account", "アカウント" } },
	{ TRUTH, "account", "shared", { "Shared", "共用" } },
	{ STRING, NULL, "pair", { "Factors", "認証要素" } },
	{ FACTORS, NULL, "factors", { "Checks", "要素ごとの結果" } },
	{ STRING, "token", "kind", { "Token", "トークン" } },
	{ STRING, "token", "label", { "Token label", "トークンのラベル" } },
	{ STRING, "token", "token_serial", { "Token serial",
	    "トークンの製造番号" } },
	{ STRING, "token", "cert_serial", { "Certificate serial",
	    "証明書のシリアル番号" } },
	{ STRING, "token", "subject", { "Certificate subject",
	    "証明書の主体者" } },
	{ STRING, "token", "aaguid", { "Key model", "キーの機種" } },
	{ ROLES, NULL, "roles", { "Roles", "資格" } },
	{ STRING, "revocation", "method", { "Revocation data",
	    "失効情報の種類" } },
	{ STRING, "revocation", "status", { "Revocation status",
	    "失効状態" } },
	{ INTEGER, "revocation", "age_s", { "Age of revocation data (s)",
	    "失効情報の経過秒数" } },
	{ STRING, "where", "service", { "Service", "サービス" } },
	{ STRING, NULL, "host", { "Host", "ホスト" } },
	{ STRING, "where", "tty", { "Terminal", "端末" } },
	{ STRING, "where", "rhost", { "From", "接続元" } },
	{ STRING, NULL, "session", { "Session", "セッション" } },
	{ INTEGER, NULL, "duration_s", { "Duration (s)",
	    "利用秒数" } },
	{ STRING, NULL, "actor", { "By", "操作者" } },
	{ STRING, "change", "object", { "Changed", "変更対象" } },
	{ STRING, "change", "reason", { "Because", "変更理由" } },
	{ STRING, "exception", "reason", { "Exception because",
	    "例外の理由" } },
	{ STRING, "exception", "ticket", { "Order number", "整理番号" } },
	{ STRING, "exception", "approver", { "Approved by", "承認者" } },
	{ STRING, NULL, "previous_user", { "Taken over from",
	    "切替前の利用者" } },
	{ INTEGER, "token", "credential", { "Credential",
	    "認証情報の番号" } },
	{ STRING, NULL, "detail", { "Detail", "詳細" } },
	{ STRING, NULL, "t", { "Time (UTC)", "日時 (UTC)" } },
	{ TRUTH, "clock", "synced", { "Clock synchronised", "時刻同期" } },
	{ STRING, NULL, "rec_id", { "Record ID", "記録ID" } },
	{ STRING, NULL, "prev", { "Hash of the record before",
	    "直前の記録のハッシュ" } },
};
#define N_COLUMNS (sizeof columns / sizeof columns[0])

/* What begins a formula in one spreadsheet or another: ASCII, and the wide
 * and small forms that are taken for it where people type Japanese. */
static bool
is_trigger(const char *s)
{
	static const char *const triggers[] = { "=", "+", "-", "@", "\t",
		"\r", "\n", "|", "%",
		"\xEF\xBC\x9D" /* U+FF1D */, "\xEF\xBC\x8B" /* U+FF0B */,
		"\xEF\xBC\x8D" /* U+FF0D */, "\xEF\xBC\xA0" /* U+FF20 */,
		"\xEF\xBD\x9C" /* U+FF5C */, "\xEF\xBC\x85" /* U+FF05 */,
		"\xE2\x88\x92" /* U+2212 */,
		"\xEF\xB9\xA2" /* U+FE62 */, "\xEF\xB9\xA3" /* U+FE63 */,
		"\xEF\xB9\xA6" /* U+FE66 */, "\xEF\xB9\xAB" /* U+FE6B */ };
	size_t i;

	for (i = 0; i < sizeof triggers / sizeof triggers[0]; i++)
		if (strncmp(s, triggers[i], strlen(triggers[i])) == 0)
			return true;
	return false;
}

/* Would a cell that begins here be a formula?  Blanks and quotation marks
 * before it are passed over, as spreadsheets do. */
static bool
is_formula(const char *s)
{
	bool blank;
	size_t n;

	for (; *s != '\0' && !is_trigger(s); s += n) {
		n = sek_form_char(s, &blank);
		if (!blank && strchr(" '\"`", *s) == NULL)
			return false;
	}
	return *s != '\0';
}

void
sek_form_csv_cell(struct sek_buf *out, const char *text)
{
	struct sek_form_text t;
	const char *s = sek_form_text(&t, text);

	sek_put_u8(out, '"');
	if (is_formula(s))
		sek_put_u8(out, '\'');
	for (; *s != '\0'; s++) {
		if (*s == '"')
			sek_put_u8(out, '"');
		sek_put_u8(out, (uint8_t)*s);
		if (strchr(",;\t\"", *s) != NULL && is_formula(s + 1))
			sek_put_u8(out, '\'');
	}
	sek_put_u8(out, '"');
}

/* "2026-11-22T03:00:00.123456Z" as the time of this machine, in the form
 * that a spreadsheet takes for a time. */
static void
local_time(struct sek_buf *out, const char *utc)
{
	struct tm tm = { .tm_isdst = 0 };
	char text[32];
	time_t t;

	if (!sek_form_time_ok(utc) ||
	    strptime(utc, "%Y-%m-%dT%H:%M:%S", &tm) == NULL)
		return;
	t = timegm(&tm);
	if (localtime_r(&t, &tm) != NULL &&
	    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &tm) > 0)
		sek_form_puts(out, text);
}

static void
integer(struct sek_buf *out, const json_t *v)
{
	char text[32];

	if (!json_is_integer(v))
		return;
	(void)snprintf(text, sizeof text, "%lld",
	    (long long)json_integer_value(v));
	sek_form_puts(out, text);
}

static void
words(struct sek_buf *out, const char *const text[SEK_N_LANGS],
    enum sek_lang lang)
{
	sek_form_csv_cell(out, text[lang]);
}

static void
outcome(struct sek_buf *out, const json_t *v, enum sek_lang lang)
{
	static const struct {
		json_int_t v;
		const char *text[SEK_N_LANGS];
	} table[] = {
		{ 0, { "success", "成功" } },
		{ 4, { "minor failure", "軽度の失敗" } },
		{ 8, { "serious failure", "重大な失敗" } },
		{ 12, { "major failure", "重度の障害" } },
	};
	size_t i;

	for (i = 0; json_is_integer(v) && i < 4; i++)
		if (json_integer_value(v) == table[i].v)
			words(out, table[i].text, lang);
}

/* "pkcs11 ok, pin wrong": of each part one word, and of factors whether it
 * was right. */
static void
list(struct sek_buf *out, const json_t *v, enum kind kind, enum sek_lang lang)
{
	static const char *const right[SEK_N_LANGS] = { "ok", "成功" };
	static const char *const wrong[SEK_N_LANGS] = { "failed", "失敗" };
	struct sek_buf b = { 0 };
	struct sek_code role;
	const char *word;
	json_t *one;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)v, i, one) {
		word = sek_form_field(one, NULL, "type");
		if (kind == ROLES)
			word = sek_form_role(one, &role) ? role.name : NULL;
		if (word == NULL)
			continue;
		if (b.len > 0)
			sek_form_puts(&b, lang == SEK_LANG_JA ? "、" : " / ");
		sek_form_puts(&b, word);
		if (kind == ROLES)
			continue;
		sek_put_u8(&b, ' ');
		sek_form_puts(&b, json_is_true(json_object_get(one, "ok")) ?
		    right[lang] : wrong[lang]);
	}
	sek_put_u8(&b, '\0');
	if (sek_buf_ok(&b) != SEK_OK)
		out->bad = true;
	else if (b.len > 1)
		sek_form_csv_cell(out, (const char *)b.p);
	sek_buf_free(&b);
}

static void
cell(struct sek_buf *out, const struct column *c, const json_t *v,
    enum sek_lang lang)
{
	static const char *const truth[2][SEK_N_LANGS] = {
		{ "no", "いいえ" }, { "yes", "はい" } };
	const char *s = json_string_value(v);
	const struct sek_event *e;

	switch (c->kind) {
	case INTEGER:
		integer(out, v);
		return;
	case TRUTH:
		if (json_is_boolean(v))
			words(out, truth[json_is_true(v)], lang);
		return;
	case LOCAL:
		local_time(out, s);
		return;
	case OUTCOME:
		outcome(out, v, lang);
		return;
	case FACTORS:
	case ROLES:
		list(out, v, c->kind, lang);
		return;
	case EVENT:
		if ((e = sek_event(s)) != NULL) {
			words(out, e->text, lang);
			return;
		}
		break;
	case STRING:
		break;
	}
	if (s != NULL && *s != '\0')
		sek_form_csv_cell(out, s);
}

int
sek_form_csv(const json_t *rec, enum sek_lang lang, struct sek_buf *out)
{
	const struct column *c;
	struct sek_facts f;
	size_t i;
	int r;

	if ((r = sek_facts_of(rec, &f)) != SEK_OK)
		return r;
	for (i = 0; i < N_COLUMNS; i++) {
		c = &columns[i];
		if (i > 0)
			sek_put_u8(out, ',');
		cell(out, c, json_object_get(c->group == NULL ? rec :
		    json_object_get(rec, c->group), c->field), lang);
	}
	sek_form_puts(out, "\r\n");
	return sek_buf_ok(out);
}

int
sek_form_csv_head(enum sek_lang lang, struct sek_buf *out)
{
	size_t i;

	sek_form_puts(out, "\xEF\xBB\xBF");
	for (i = 0; i < N_COLUMNS; i++) {
		if (i > 0)
			sek_put_u8(out, ',');
		words(out, columns[i].head, lang);
	}
	sek_form_puts(out, "\r\n");
	return sek_buf_ok(out);
}
