/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A log whose numbers are known by construction, and the report on it, for
 * the tests of the report.
 */
#ifndef TESTS_AUDIT_REPORT_LOG_H
#define TESTS_AUDIT_REPORT_LOG_H

#include "tests/audit_fixture.h"
#include <time.h>
#include "helpdesk/audit.h"
#include "helpdesk/report.h"

#define BOOT_A "11111111-1111-4111-8111-111111111111"
#define BOOT_B "22222222-2222-4222-8222-222222222222"
#define US ((int64_t)1000000)

static FILE *log_file;
static char prev[65];
static uint64_t seq;
static char out[1 << 22]; /* the report */

static inline void
log_begin(void)
{
	fresh();
	log_file = fopen(at("audit.jsonl"), "w");
	CHECK(log_file != NULL);
	memset(prev, '0', 64);
	seq = 0;
}

/* A record at `t` (microseconds since 1970) with `more`, a JSON object; the
 * start of the machine is BOOT_A unless it says otherwise. */
static inline void
put_at(int64_t t, const char *more)
{
	json_t *rec = json_loads(more, 0, NULL);
	time_t s = (time_t)(t / US);
	uint8_t hash[32];
	char text[SEK_AUDIT_LINE_MAX], utc[80], when[32];
	struct tm tm;
	size_t n, i;

	CHECK(rec != NULL && gmtime_r(&s, &tm) != NULL);
	(void)strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", &tm);
	(void)snprintf(utc, sizeof utc, "%s.%06dZ", when, (int)(t % US));
	(void)json_object_set_new(rec, "v", json_integer(2));
	(void)json_object_set_new(rec, "seq", json_integer((int)++seq));
	(void)json_object_set_new(rec, "prev", json_string(prev));
	(void)json_object_set_new(rec, "t", json_string(utc));
	if (json_object_get(rec, "boot_id") == NULL)
		(void)json_object_set_new(rec, "boot_id", json_string(BOOT_A));
	if (json_object_get(rec, "t_mono") == NULL)
		(void)json_object_set_new(rec, "t_mono",
		    json_integer(t / 1000));
	if (json_object_get(rec, "host") == NULL)
		(void)json_object_set_new(rec, "host", json_string("ward"));
	if (json_object_get(rec, "clock") == NULL)
		(void)json_object_set_new(rec, "clock", json_pack("{s:b,s:i}",
		    "synced", 1, "offset_us", 10));
	CHECK_INT(sek_line_dump(rec, text, &n), SEK_OK);
	CHECK_INT(sek_line_hash(text, n, hash), SEK_OK);
	for (i = 0; i < sizeof hash; i++)
		(void)snprintf(prev + 2 * i, 3, "%02x", hash[i]);
	CHECK(fwrite(text, 1, n, log_file) == n && fputc('\n', log_file) ==
	    '\n');
	json_decref(rec);
}

/* 2027-04-01 00:00 in Japan, and so many seconds. */
#define APRIL (1806505200 * US)
#define S(n) (APRIL + (int64_t)((n) * 1000000.0))

static inline void
auth_as(int64_t t, const char *person, const char *pair, int result,
    const char *reason)
{
	char more[1024];

	(void)snprintf(more, sizeof more, "{\"event\":\"auth\","
	    "\"result\":%d,\"reason\":\"%s\",\"pair\":\"%s\","
	    "\"claimed\":\"ward3\",\"person\":{\"name\":\"%s\","
	    "\"display\":\"D %s\"},\"account\":{\"name\":\"ward3\","
	    "\"shared\":true},\"where\":{\"service\":\"gdm\","
	    "\"tty\":\":0\"}}", result, reason, pair, person, person);
	put_at(t, more);
}

static inline int
report(char *const *extra)
{
	char *argv[20] = { (char *)(uintptr_t)"report" };
	struct desk d = { .lang = SEK_LANG_EN, .lang_said = true };
	int argc = 1, r;
	FILE *f;
	size_t n;

	(void)fclose(log_file);
	log_file = fopen(at("audit.jsonl"), "a");
	while (*extra != NULL && argc < 16)
		argv[argc++] = *extra++;
	argv[argc++] = (char *)(uintptr_t)"--output";
	argv[argc++] = strdup(at("report"));
	argv[argc++] = strdup(at("audit.jsonl"));
	d.command = desk_command_find("audit", "report");
	(void)unlink(at("report"));
	r = desk_audit_report(&d, argc, argv);
	free(argv[argc - 1]);
	free(argv[argc - 2]);
	out[0] = '\0';
	if ((f = fopen(at("report"), "r")) != NULL) {
		n = fread(out, 1, sizeof out - 1, f);
		out[n] = '\0';
		(void)fclose(f);
	}
	desk_close(&d);
	return r;
}
#define REPORT(...) report((char *const[]){ __VA_ARGS__, NULL })
#define OPT(s) (char *)(uintptr_t)(s)

/* One table of the month or day as CSV, without its mark and head. */
static inline const char *
table(const char *kind, const char *period, const char *name)
{
	const char *p;

	CHECK_INT(REPORT(OPT(kind), OPT(period), OPT("--format"), OPT("csv"),
	    OPT("--table"), OPT(name)), DESK_OK);
	CHECK(strncmp(out, "\xEF\xBB\xBF", 3) == 0);
	CHECK((p = strstr(out, "\r\n")) != NULL);
	return p + 2;
}

static inline void
zone(const char *name)
{
	CHECK(setenv("TZ", name, 1) == 0);
	tzset();
}

#endif
