/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho audit report`: a log is written whose numbers are known, and each
 * form of the report must have them; at the edges of days and months, with
 * clocks that step, with fields that want to be markup or a formula.
 *
 * The command runs in this process, over a FILE; tests/audit_report.sh has
 * the store, the folder and the signed checkpoint.
 */

#include "tests/audit_report_log.h"

static void
numbers_are_those_of_the_log(void)
{
	log_begin();
	auth_as(S(0), "taro", "pkcs11+pin", 0, "ok");
	auth_as(S(3600), "taro", "pkcs11+pin", 0, "ok");
	auth_as(S(7200), "hanako", "fido2+verification", 0, "ok");
	auth_as(S(7201), "hanako", "", 4, "wrong-pin");
	auth_as(S(7202), "hanako", "", 4, "no-token");
	auth_as(S(7203), "hanako", "", 4, "wrong-pin");
	put_at(S(7204), "{\"event\":\"account\",\"result\":8,"
	    "\"reason\":\"no-two-factor\",\"claimed\":\"root\","
	    "\"where\":{\"service\":\"cron\"}}");
	/* a session is no login, a change is none either */
	put_at(S(7205), "{\"event\":\"login\",\"result\":0,\"session\":\"s\","
	    "\"person\":{\"name\":\"taro\"}}");
	put_at(S(7206), "{\"event\":\"revoke\",\"result\":0,"
	    "\"actor\":\"root\",\"person\":{\"name\":\"taro\"},"
	    "\"token\":{\"credential\":17},"
	    "\"change\":{\"reason\":\"lost\"}}");
	CHECK_STR(table("--day", "2027-04-01", "logins"),
	    "\"taro\",\"D taro\",\"pkcs11+pin\",2,2027-04-01 00:00:00,"
	    "2027-04-01 01:00:00,\"ward3\",\"gdm\"\r\n"
	    "\"hanako\",\"D hanako\",\"fido2+verification\",1,"
	    "2027-04-01 02:00:00,2027-04-01 02:00:00,\"ward3\",\"gdm\"\r\n");
	CHECK_STR(table("--day", "2027-04-01", "shared"),
	    "\"ward3\",\"taro\",\"D taro\",2,2027-04-01 00:00:00,"
	    "2027-04-01 01:00:00\r\n"
	    "\"ward3\",\"hanako\",\"D hanako\",1,2027-04-01 02:00:00,"
	    "2027-04-01 02:00:00\r\n");
	CHECK_STR(table("--day", "2027-04-01", "reasons"),
	    "\"wrong-pin\",\"wrong PIN\",2,2027-04-01 02:00:01,"
	    "2027-04-01 02:00:03\r\n"
	    "\"no-token\",\"no card or key inserted\",1,2027-04-01 02:00:02,"
	    "2027-04-01 02:00:02\r\n"
	    "\"no-two-factor\",\"login WITHOUT both factors was stopped\",1,"
	    "2027-04-01 02:00:04,2027-04-01 02:00:04\r\n");
	CHECK_STR(table("--day", "2027-04-01", "refused"),
	    "\"hanako\",\"ward3\",3,2027-04-01 02:00:01,"
	    "2027-04-01 02:00:03,\"no-token, wrong-pin\"\r\n"
	    "\"\",\"root\",1,2027-04-01 02:00:04,2027-04-01 02:00:04,"
	    "\"no-two-factor\"\r\n");
	CHECK_STR(table("--day", "2027-04-01", "serious"),
	    "2027-04-01 02:00:04,7,\"account check\",\"login WITHOUT both "
	    "factors was stopped\",\"\",\"root\",\"cron\",\"\"\r\n");
	CHECK_STR(table("--day", "2027-04-01", "changes"),
	    "2027-04-01 02:00:06,9,\"revoked\",\"person taro, credential 17\","
	    "\"root\",\"lost\",\"done\"\r\n");
	CHECK(strstr(table("--day", "2027-04-01", "hours"),
	    "\"00:00\",1,0\r\n\"01:00\",1,0\r\n\"02:00\",1,4\r\n"
	    "\"03:00\",0,0\r\n") != NULL);
	CHECK(strstr(table("--day", "2027-04-01", "summary"),
	    "\"logins\",3\r\n\"of these not asked again\",0\r\n"
	    "\"persons who logged in\",2\r\n"
	    "\"refusals\",4\r\n\"serious failures\",1\r\n") != NULL);
	CHECK(strstr(table("--day", "2027-04-01", "events"),
	    "\"authentication\",\"auth\",3,3\r\n") != NULL);
}

static void
a_period_ends_where_the_next_begins(void)
{
	log_begin();
	auth_as(APRIL - 1, "march", "p", 0, "ok");
	auth_as(APRIL, "first", "p", 0, "ok");
	auth_as(S(86400) - 1, "first", "p", 0, "ok");
	auth_as(S(86400), "second", "p", 0, "ok");
	auth_as(S(30 * 86400.0) - 1, "last", "p", 0, "ok");
	auth_as(S(30 * 86400.0), "may", "p", 0, "ok");
	(void)table("--day", "2027-04-01", "logins");
	CHECK(strstr(out, "\"first\"") != NULL && strstr(out, ",2,") != NULL);
	CHECK(strstr(out, "march") == NULL && strstr(out, "second") == NULL);
	(void)table("--month", "2027-04", "logins");
	CHECK(strstr(out, "\"first\"") != NULL && strstr(out, "\"last\"") !=
	    NULL && strstr(out, "\"second\"") != NULL);
	CHECK(strstr(out, "march") == NULL && strstr(out, "may") == NULL);
	CHECK(strncmp(table("--month", "2027-04", "days"),
	    "2027-04-01,2,0\r\n2027-04-02,1,0\r\n2027-04-03,0,0\r\n", 48) ==
	    0);
	CHECK(strstr(out, "2027-04-30,1,0\r\n") != NULL);
	CHECK(strstr(out, "2027-05-01") == NULL);
}

static void
days_with_summer_time_are_23_and_25_hours(void)
{
	struct report_period p;

	zone("Europe/Berlin");
	CHECK(report_period_day("2026-03-29", APRIL, &p));
	CHECK_INT((p.to - p.from) / US, 23 * 3600);
	CHECK(report_period_day("2026-10-25", APRIL, &p));
	CHECK_INT((p.to - p.from) / US, 25 * 3600);
	CHECK(report_period_month("2026-10", APRIL, &p));
	CHECK_INT((p.to - p.from) / US, 31 * 86400 + 3600);
	CHECK_INT(p.n_days, 31);
	CHECK_INT(report_day_of(&p, p.day[24] + 24 * 3600 * US), 24);
	CHECK_INT(report_day_of(&p, p.to - 1), 30);
	/* a day that begins at 01:00 */
	zone("America/Sao_Paulo");
	CHECK(report_period_day("2018-11-04", APRIL, &p));
	CHECK_INT(p.from / US, 1541300400);
	CHECK_INT((p.to - p.from) / US, 23 * 3600);
	/* and one that never was */
	zone("Pacific/Apia");
	CHECK(report_period_day("2011-12-30", APRIL, &p));
	CHECK_INT(p.to - p.from, 0);
	zone("Asia/Tokyo");
	CHECK(report_period_day("2027-04-01", APRIL, &p));
	CHECK(p.from == APRIL && p.to == S(86400));
	CHECK(report_period_month("2028-02", APRIL, &p));
	CHECK_INT(p.n_days, 29);
	/* one second past midnight on the first of the year */
	CHECK(report_period_day("yesterday", 1798729201 * US, &p));
	CHECK_STR(p.name, "2026-12-31");
	CHECK(report_period_month("last", 1798729201 * US, &p));
	CHECK_STR(p.name, "2026-12");
	CHECK(report_period_month("this", 1798729201 * US, &p));
	CHECK_STR(p.name, "2027-01");
}

static void
what_is_no_date_is_refused(void)
{
	static const char *const days[] = { "", "2027-02-29", "2027-4-1",
		"2027-04-31", "2027/04/01", "2027-04-01x", "tomorrow",
		"1969-12-31", "2027-00-10", "9999-99-99" };
	static const char *const months[] = { "", "2027-13", "2027-00",
		"2027-4", "next", "2027-04-01" };
	struct report_period p;
	size_t i;

	for (i = 0; i < sizeof days / sizeof days[0]; i++)
		CHECK(!report_period_day(days[i], APRIL, &p));
	for (i = 0; i < sizeof months / sizeof months[0]; i++)
		CHECK(!report_period_month(months[i], APRIL, &p));
}

static void
a_clock_that_steps_loses_no_record(void)
{
	log_begin();
	auth_as(S(100), "taro", "p", 0, "ok");
	auth_as(S(86500), "taro", "p", 0, "ok"); /* it was a day fast */
	put_at(S(101), "{\"event\":\"clock_step\",\"step\":{\"us\":"
	    "-86400000000}}");
	auth_as(S(102), "taro", "p", 0, "ok");
	auth_as(S(102), "taro", "p", 0, "ok");
	CHECK(strncmp(table("--month", "2027-04", "days"),
	    "2027-04-01,3,0\r\n2027-04-02,1,0\r\n", 32) == 0);
	CHECK(strstr(table("--day", "2027-04-01", "log"),
	    ",3,\"clock stepped\",\"86400.000 s back\"\r\n") != NULL);
	CHECK(strstr(table("--day", "2027-04-01", "clock"),
	    "\"clock stepped, times\",\"1\"\r\n") != NULL);
}

static void
session_at(int64_t t, const char *event, const char *id, const char *more)
{
	char text[512];

	(void)snprintf(text, sizeof text, "{\"event\":\"%s\",\"result\":0,"
	    "\"session\":\"%s\",\"person\":{\"name\":\"taro\"},"
	    "\"account\":{\"name\":\"w\"},\"where\":{\"service\":\"gdm\"}%s}",
	    event, id, more);
	put_at(t, text);
}

static void
sessions_are_joined(void)
{
	log_begin();
	session_at(S(10), "login", "by-word", "");
	session_at(S(11), "login", "by-uptime", "");
	session_at(S(12), "login", "lost", "");
	session_at(S(20), "logout", "by-word", ",\"duration_s\":7");
	session_at(S(3611), "logout", "by-uptime", "");
	session_at(S(3612), "logout", "from-before", ",\"duration_s\":90000");
	session_at(S(86399), "login", "night", "");
	session_at(S(86398), "login", "restarted", "");
	session_at(S(4000), "login", "late", ",\"boot_id\":\"" BOOT_B "\"");
	session_at(S(86400 + 3600), "logout", "night", "");
	CHECK_STR(table("--day", "2027-04-01", "sessions"),
	    "\"taro\",\"\",6,3,26:00:07,25:00:00\r\n");
	CHECK_STR(table("--day", "2027-04-01", "longest"),
	    "\"taro\",\"w\",2027-03-31 00:00:12,2027-04-01 01:00:12,"
	    "25:00:00\r\n"
	    "\"taro\",\"w\",2027-04-01 00:00:11,2027-04-01 01:00:11,"
	    "1:00:00\r\n"
	    "\"taro\",\"w\",2027-04-01 00:00:10,2027-04-01 00:00:20,"
	    "0:00:07\r\n");
	CHECK_STR(table("--day", "2027-04-01", "open"),
	    "2027-04-01 00:00:12,3,\"taro\",\"w\",\"gdm\",\"ended by a "
	    "restart\"\r\n"
	    "2027-04-01 23:59:58,8,\"taro\",\"w\",\"gdm\",\"ended by a "
	    "restart\"\r\n"
	    "2027-04-01 01:06:40,9,\"taro\",\"w\",\"gdm\",\"open\"\r\n");
}

/* Those that found no room among the open ones end as well. */
static void
more_sessions_than_are_followed(void)
{
	struct report_field f[N_REPORT_FIELDS] = { 0 };
	const unsigned n = REPORT_OPEN_MAX + 2;
	struct sek_entry e = { .line = NULL };
	static struct report r;
	struct desk d = { .lang = SEK_LANG_EN };
	char id[16];
	unsigned i;

	r = (struct report){ .d = &d, .period = { .from = APRIL,
		.to = S(86400) }, .read_to = S(2 * 86400) };
	f[RF_RESULT] = f[RF_DURATION] = (struct report_field){
		.kind = RFK_NUMBER };
	for (i = 0; i < 2 * n; i++) {
		(void)snprintf(id, sizeof id, "s%u", i % n);
		f[RF_SESSION] = (struct report_field){ .kind = RFK_STRING,
			.s = id, .n = strlen(id) };
		e.is.t = APRIL + i;
		e.is.seq = i + 1;
		report_session_take(&r, &e, f, i < n ? "login" : "logout");
		if (i + 1 == n)
			CHECK_INT(r.not_followed, 2);
	}
	CHECK(!r.nomem && r.opened == n && r.closed == n);
	CHECK_INT(r.not_followed, 0);
	CHECK_INT(r.n_open, 0);
	report_session_free(&r);
	tally_free(&r.people);
}

static void
exceptions_are_listed(void)
{
	log_begin();
	put_at(S(1), "{\"event\":\"temp_code\",\"result\":0,\"actor\":"
	    "\"desk\",\"person\":{\"name\":\"taro\"},\"exception\":"
	    "{\"reason\":\"card broken\",\"approver\":\"chief\","
	    "\"ticket\":\"T1\",\"expires\":1806508800,\"uses_left\":2}}");
	put_at(S(2), "{\"event\":\"auth\",\"result\":0,\"person\":"
	    "{\"name\":\"taro\"},\"factors\":[{\"class\":\"know\","
	    "\"type\":\"password\"},{\"class\":\"have\",\"type\":"
	    "\"temp_code\"}]}");
	put_at(S(3), "{\"event\":\"breakglass_start\",\"result\":0,"
	    "\"account\":{\"name\":\"emergency\"},\"change\":{\"reason\":"
	    "\"fire\"}}");
	put_at(S(4), "{\"event\":\"revoke\",\"result\":0,\"undone_seq\":12}");
	put_at(S(4.5), "{\"event\":\"auth\",\"result\":4,\"factors\":"
	    "[{\"class\":\"have\",\"ok\":false,\"type\":"
	    "\"temp_code\"}]}");
	put_at(S(5), "{\"event\":\"auth\",\"result\":4,\"reason\":\"x\","
	    "\"detail\":\"\\\"type\\\":\\\"temp_code\\\"\"}");
	CHECK_STR(table("--day", "2027-04-01", "exceptions"),
	    "2027-04-01 00:00:01,1,\"temporary code\",\"taro\",\"\","
	    "\"card broken\",\"chief, T1\",\"2027-04-01 01:00:00, uses left "
	    "2\",\"desk\"\r\n"
	    "2027-04-01 00:00:02,2,\"temporary code used\",\"taro\",\"\","
	    "\"\",\"\",\"\",\"\"\r\n"
	    "2027-04-01 00:00:03,3,\"emergency access begins\",\"\","
	    "\"emergency\",\"fire\",\"\",\"\",\"\"\r\n"
	    "2027-04-01 00:00:04,5,\"temporary code refused\",\"\",\"\","
	    "\"\",\"\",\"\",\"\"\r\n");
	CHECK(strstr(table("--day", "2027-04-01", "summary"),
	    "\"temporary code records\",1\r\n\"logins with a temporary "
	    "code\",1\r\n\"emergency access\",1\r\n") != NULL);
	put_at(S(6), "{\"event\":\"policy\",\"policy\":\"b0123456789abcdef\","
	    "\"policy_before\":\"a0123456789abcdef\"}");
	CHECK(strstr(table("--day", "2027-04-01", "changes"),
	    "\"NOT MADE: record no. 12\"") != NULL);
	CHECK(strstr(out, "\"a0123456789a > b0123456789a\"") != NULL);
}

static void
silence_and_restarts_are_listed(void)
{
	log_begin();
	put_at(S(0), "{\"event\":\"auth\",\"result\":0}");
	put_at(S(50000), "{\"event\":\"auth\",\"result\":0}");
	put_at(S(60000), "{\"event\":\"log_start\",\"boot_id\":\"" BOOT_B
	    "\",\"t_mono\":5}");
	put_at(S(60001), "{\"event\":\"log_gap\",\"gap\":{\"failed\":3,"
	    "\"first\":\"A\",\"last\":\"B\",\"why\":\"full\"},"
	    "\"boot_id\":\"" BOOT_B "\",\"t_mono\":6,"
	    "\"clock\":{\"synced\":false,\"offset_us\":-7500}}");
	CHECK_INT(REPORT(OPT("--day"), OPT("2027-04-01"), OPT("--format"),
	    OPT("csv"), OPT("--table"), OPT("log"), OPT("--gap-hours"),
	    OPT("13")), DESK_OK);
	CHECK(strstr(out, "2,\"no record for\",\"13:53:20\"\r\n") != NULL);
	CHECK(strstr(out, "3,\"machine started\",\"\"\r\n") != NULL);
	CHECK(strstr(out, "\"failed: 3, A - B: full\"\r\n") != NULL);
	CHECK(strstr(table("--day", "2027-04-01", "log"), "no record for") ==
	    NULL);
	CHECK_STR(table("--day", "2027-04-01", "clock"),
	    "\"clock synchronised\",\"3 of 4 records (75.0 %)\"\r\n"
	    "\"largest correction due\",\"7.500 ms (record no. 4)\"\r\n"
	    "\"largest estimated error\",\"0.000 ms\"\r\n"
	    "\"clock stepped, times\",\"0\"\r\n");
}

/* No byte of a field may act: not as markup, not as a formula, not on the
 * terminal. */
static void
hostile_fields_do_nothing(void)
{
	static const char hostile[] = "{\"event\":\"auth\",\"result\":8,"
	    "\"reason\":\"</td><script>alert(1)</script>\","
	    "\"claimed\":\"=HYPERLINK(\\\"x\\\")\",\"person\":{\"name\":"
	    "\"<b>\\u202Eevil\\u009B31m\\u007F\\\\x1b\","
	    "\"display\":\"@SUM(A1)\"},"
	    "\"detail\":\"+1|cmd\",\"where\":{\"service\":\"-2+3\","
	    "\"tty\":\"' onload='x\",\"rhost\":\"&amp;\"}}";
	size_t i;

	log_begin();
	put_at(S(1), hostile);
	CHECK_INT(REPORT(OPT("--day"), OPT("2027-04-01"), OPT("--format"),
	    OPT("html")), DESK_OK);
	CHECK(strstr(out, "<script") == NULL && strstr(out, "<b>\\x") ==
	    NULL && strstr(out, "' onload") == NULL);
	CHECK(strstr(out, "&lt;b&gt;\\xe2\\x80\\xaeevil\\xc2\\x9b31m\\x7f"
	    "\\x1b") != NULL);
	CHECK(strstr(out, "&amp;amp;") != NULL);
	for (i = 0; out[i] != '\0'; i++)
		CHECK(out[i] == '\n' || (unsigned char)out[i] >= ' ');
	CHECK_INT(REPORT(OPT("--day"), OPT("2027-04-01")), DESK_OK);
	for (i = 0; out[i] != '\0'; i++)
		CHECK(out[i] == '\n' || (unsigned char)out[i] >= ' ');
	CHECK(strstr(out, "\xE2\x80\xAE") == NULL &&
	    strstr(out, "\xC2\x9B") == NULL);
	CHECK_INT(REPORT(OPT("--day"), OPT("2027-04-01"), OPT("--format"),
	    OPT("csv")), DESK_OK);
	CHECK(strstr(out, "\"=") == NULL && strstr(out, "\"@") == NULL &&
	    strstr(out, "\"+1") == NULL && strstr(out, "\"-2") == NULL);
	CHECK(strstr(out, "\"'=HYPERLINK(\"\"x\"\")\"") != NULL);
}

static void
an_empty_period_is_a_report_too(void)
{
	log_begin();
	put_at(S(0), "{\"event\":\"log_start\"}");
	CHECK_STR(table("--day", "2027-05-01", "logins"), "");
	CHECK_INT(REPORT(OPT("--month"), OPT("2027-06")), DESK_OK);
	CHECK(strstr(out, "Nobody logged in.") != NULL);
	CHECK(strstr(out, "No login was refused.") != NULL);
	CHECK_INT(REPORT(OPT("--month"), OPT("2027-06"), OPT("--format"),
	    OPT("html"), OPT("--language"), OPT("ja")), DESK_OK);
	CHECK(strstr(out, "<html lang=\"ja\">") != NULL);
	CHECK(strstr(out, "ログインはありません。") != NULL);
}

static void
a_record_that_was_changed_is_told_first(void)
{
	char *p;
	FILE *f;
	long n;

	log_begin();
	auth_as(S(0), "taro", "p", 0, "ok");
	auth_as(S(1), "taro", "p", 0, "ok");
	auth_as(S(2), "taro", "p", 0, "ok");
	CHECK_INT(REPORT(OPT("--day"), OPT("2027-04-01"), OPT("--format"),
	    OPT("html")), DESK_OK);
	CHECK(strstr(out, "class=\"alarm\"") == NULL);
	CHECK(strstr(out, "the records 1 to 3 are whole") != NULL);
	f = fopen(at("audit.jsonl"), "r+");
	CHECK(f != NULL && fread(out, 1, 3000, f) > 1000);
	p = strstr(strchr(out, '\n') + 1, "taro");
	n = p - out;
	CHECK(fseek(f, n, SEEK_SET) == 0 && fputc('j', f) == 'j' &&
	    fclose(f) == 0);
	CHECK_INT(REPORT(OPT("--day"), OPT("2027-04-01"), OPT("--format"),
	    OPT("html")), DESK_REFUSED);
	CHECK(strstr(out, "class=\"alarm\"") != NULL);
	CHECK(strstr(out, "BAD: ") != NULL);
	CHECK(strstr(out, "good up to no. 2") != NULL);
	CHECK_INT(REPORT(OPT("--day"), OPT("2027-04-01"),
	    OPT("--no-verify")), DESK_OK);
	CHECK(strstr(out, "NOT VERIFIED") != NULL);
}

/* A folder with a signed log: `size` records of it are covered. */
static int
check_signed(uint64_t size, const char *by, struct report *r)
{
	struct sek_verify v = { .n_paths = 1 };
	struct sek_audit_report rep;
	struct sek_skey key, other;
	char vkey[SEK_VKEY_MAX];
	const char *path = strdup(at("audit.jsonl"));
	struct sek_buf b = { 0 };
	struct sek_why why;
	FILE *f;

	(void)fflush(log_file);
	v.paths = &path;
	CHECK_INT(sek_audit_verify(&v, &rep, &why), SEK_OK);
	CHECK_INT(sek_skey_make("ward/sekisho", &key), SEK_OK);
	CHECK_INT(sek_skey_make("ward/sekisho", &other), SEK_OK);
	CHECK_INT(sek_vkey_text(&key.pub, vkey), SEK_OK);
	CHECK((f = fopen(at("log.vkeys"), "w")) != NULL);
	CHECK(fprintf(f, "%s\n", vkey) > 0 && fclose(f) == 0);
	CHECK_INT(sek_checkpoint_body("ward/sekisho", size, rep.root, &b),
	    SEK_OK);
	CHECK((f = fopen(at("checkpoint"), "w")) != NULL);
	CHECK(fprintf(f, "%.*s\n", (int)b.len, (const char *)b.p) > 0);
	{
		struct sek_buf line = { 0 };

		CHECK_INT(sek_note_sign(*by == 'o' ? &other : &key, b.p,
		    b.len, &line), SEK_OK);
		CHECK(fwrite(line.p, 1, line.len, f) == line.len);
		sek_buf_free(&line);
	}
	CHECK(fclose(f) == 0);
	sek_buf_free(&b);
	sek_skey_free(&key);
	sek_skey_free(&other);
	free((char *)(uintptr_t)path);
	memset(r, 0, sizeof *r);
	r->folder = dir;
	return report_check(r, NULL, 0);
}

static void
the_signed_checkpoint_counts(void)
{
	static struct report r;

	log_begin();
	auth_as(S(0), "taro", "p", 0, "ok");
	auth_as(S(1), "taro", "p", 0, "ok");
	CHECK_INT(check_signed(2, "key", &r), SEK_OK);
	CHECK(r.check_note && r.checked.covered == 2);
	CHECK_STR(r.check_origin, "ward/sekisho");
	/* of more records than there are: the end was cut off */
	CHECK_INT(check_signed(3, "key", &r), SEK_E_DENIED);
	/* of other records */
	CHECK_INT(check_signed(1, "key", &r), SEK_E_DENIED);
	/* signed by somebody else */
	CHECK_INT(check_signed(2, "other", &r), SEK_E_DENIED);
	CHECK(!r.check_note);
	/* nobody signs it */
	CHECK(unlink(at("log.vkeys")) == 0);
	CHECK(unlink(at("checkpoint")) == 0);
	CHECK_INT(report_check(&r, NULL, 0), SEK_OK);
	CHECK(!r.check_note);
}

/* A line that is no record costs that line, not the report. */
static void
a_broken_line_is_stepped_over(void)
{
	log_begin();
	auth_as(S(0), "taro", "p", 0, "ok");
	CHECK(fputs("{\"broken\n", log_file) > 0);
	auth_as(S(1), "taro", "p", 0, "ok");
	CHECK_INT(REPORT(OPT("--day"), OPT("2027-04-01")), DESK_REFUSED);
	CHECK(strstr(out, "1 lines are no records") != NULL);
	CHECK(strstr(out, "logins") != NULL);
	CHECK_INT(REPORT(OPT("--day"), OPT("2027-04-01"), OPT("--format"),
	    OPT("csv"), OPT("--table"), OPT("logins"), OPT("--no-verify")),
	    DESK_REFUSED);
	CHECK(strstr(out, "\"taro\",\"D taro\",\"p\",2,") != NULL);
}

/* Twelve thousand persons each have their row; there is an end to rows, and
 * what is behind it is counted. */
static void
many_persons_have_their_rows(void)
{
	struct tally t = { .at = NULL };
	char name[32];
	bool nomem = false;
	const char *p;
	unsigned i, n = 0;
	clock_t began;

	log_begin();
	for (i = 0; i < 12000; i++) {
		(void)snprintf(name, sizeof name, "p%05u", i);
		auth_as(S(i), name, "p", 0, "ok");
	}
	began = clock();
	p = table("--day", "2027-04-01", "logins");
	CHECK(clock() - began < 5 * CLOCKS_PER_SEC);
	for (; (p = strstr(p, "\r\n")) != NULL; p += 2)
		n++;
	CHECK_INT(n, 12000);
	CHECK(strstr(out, "\r\n\"p00000\",") < strstr(out,
	    "\r\n\"p11999\","));
	for (i = 0; i < TALLY_MAX + 10; i++) {
		(void)snprintf(name, sizeof name, "p%05u", i);
		CHECK((tally_row(&t, name, NULL, NULL, &nomem) == NULL) ==
		    (i >= TALLY_MAX));
	}
	CHECK(!nomem && t.n == TALLY_MAX && t.lost == 10);
	CHECK(tally_row(&t, "p00001", NULL, NULL, &nomem) != NULL);
	tally_free(&t);
}

static void
each_reason_has_its_meaning(void)
{
	const struct sek_reason_row *row;
	size_t i, n;

	row = sek_reason_rows(&n);
	for (i = 0; i < n; i++) {
		CHECK(report_reason(row[i].word, SEK_LANG_EN) !=
		    row[i].word);
		CHECK(report_reason(row[i].word, SEK_LANG_JA) !=
		    row[i].word);
	}
	CHECK_STR(report_reason("unheard-of", SEK_LANG_JA), "unheard-of");
}

static void
each_word_has_both_languages(void)
{
	unsigned i, n = SEK_N_LANGS;

	for (i = 0; i < N_REPORT_WORDS * n; i++)
		CHECK(report_word(i / n, i % n) != NULL);
	for (i = FIRST_REPORT_WORD * n; i < END_REPORT_WORDS * n; i++)
		CHECK(desk_word(i / n, i % n) != NULL);
}

static void
fields_are_picked_as_jansson_reads_them(void)
{
	static const char line[] = "{\"account\":{\"name\":\"a\\\\\\\"b\","
	    "\"nested\":{\"name\":\"no\"},\"shared\":true},\"clock\":{"
	    "\"offset_us\":-5},\"event\":\"e\",\"factors\":[{\"x\":[1,2]}],"
	    "\"person\":\"no object\",\"result\":12,\"where\":{\"tty\":\"\"},"
	    "\"zz\":{\"account\":{\"name\":\"no\"}}}";
	struct report_field f[N_REPORT_FIELDS];
	struct report_text text;

	report_pick(line, sizeof line - 1, f);
	CHECK_STR(report_value(&text, &f[RF_ACCOUNT]), "a\\\"b");
	CHECK(f[RF_SHARED].kind == RFK_BOOL && f[RF_SHARED].i == 1);
	CHECK_INT(f[RF_OFFSET].i, -5);
	CHECK(f[RF_FACTORS].kind == RFK_OTHER && f[RF_FACTORS].n == 13);
	CHECK(f[RF_PERSON].kind == RFK_NONE);
	CHECK_INT(f[RF_RESULT].i, 12);
	CHECK(f[RF_TTY].kind == RFK_STRING && f[RF_TTY].n == 0);
	/* cut off anywhere, it is read no further */
	for (size_t n = 0; n < sizeof line; n++) {
		char *part = malloc(n + 1);

		CHECK(part != NULL);
		memcpy(part, line, n);
		report_pick(part, n, f);
		free(part);
	}
}

int
main(void)
{
	if (!fixture_begin("report"))
		return 1;
	zone("Asia/Tokyo");
	RUN(numbers_are_those_of_the_log);
	RUN(a_period_ends_where_the_next_begins);
	RUN(days_with_summer_time_are_23_and_25_hours);
	RUN(what_is_no_date_is_refused);
	RUN(a_clock_that_steps_loses_no_record);
	RUN(sessions_are_joined);
	RUN(more_sessions_than_are_followed);
	RUN(exceptions_are_listed);
	RUN(silence_and_restarts_are_listed);
	RUN(hostile_fields_do_nothing);
	RUN(an_empty_period_is_a_report_too);
	RUN(a_record_that_was_changed_is_told_first);
	RUN(the_signed_checkpoint_counts);
	RUN(a_broken_line_is_stepped_over);
	RUN(many_persons_have_their_rows);
	RUN(each_reason_has_its_meaning);
	RUN(each_word_has_both_languages);
	RUN(fields_are_picked_as_jansson_reads_them);
	if (log_file != NULL)
		(void)fclose(log_file);
	return !fixture_end_unread() || check_failed != 0;
}
