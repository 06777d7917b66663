/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho audit report`: what happened on a day or in a month, for who is
 * responsible and for who audits.
 *
 * Part of the administrator's program.  Reads only.
 */
#include "helpdesk/report.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "helpdesk/audit.h"
#include "helpdesk/audit_files.h"
#include "helpdesk/output.h"

#define UNUSED_DAYS 90
#define GAP_HOURS 24

enum form { FORM_TEXT, FORM_CSV, FORM_HTML };

struct asked {
	const char *day, *month, *format, *output, *unused, *gap, *table;
	const char *language, *keys;
	bool no_verify;
	enum form form;
	enum report_table_id only; /* N_REPORT_TABLES: all */
};

static int
wrong(const struct desk *d, enum word w, const char *arg)
{
	DESK_ERR(d, w, { arg });
	return DESK_USAGE;
}

static int64_t
now_us(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_REALTIME, &t) != 0)
		return 0;
	return (int64_t)t.tv_sec * REPORT_US + t.tv_nsec / 1000;
}

static int
find_period(const struct desk *d, const struct asked *a,
    struct report_period *out)
{
	int64_t made = now_us();

	if (a->day != NULL && a->month != NULL)
		return wrong(d, W_REPORT_DAY_OR_MONTH, NULL);
	if (a->month != NULL)
		return report_period_month(a->month, made, out) ? DESK_GO :
		    wrong(d, W_REPORT_BAD_MONTH, a->month);
	return report_period_day(a->day != NULL ? a->day : "yesterday", made,
	    out) ? DESK_GO : wrong(d, W_REPORT_BAD_DAY, a->day);
}

static int
find_form(const struct desk *d, struct asked *a)
{
	static const char *const words[] = { "text", "csv", "html" };

	for (a->form = FORM_TEXT; a->format != NULL &&
	    strcmp(words[a->form], a->format) != 0; a->form++)
		if (a->form == FORM_HTML)
			return wrong(d, W_REPORT_BAD_FORM, a->format);
	a->only = N_REPORT_TABLES;
	if (a->table == NULL)
		return DESK_GO;
	if (a->form != FORM_CSV)
		return wrong(d, W_REPORT_TABLE_CSV, NULL);
	for (a->only = 0; a->only < N_REPORT_TABLES; a->only++)
		if (strcmp(report_plans[a->only].name, a->table) == 0)
			return DESK_GO;
	return wrong(d, W_REPORT_BAD_TABLE, a->table);
}

/* A month tells of unused credentials by itself, a day when it is asked. */
static int
find_numbers(const struct desk *d, const struct asked *a, struct report *r)
{
	r->unused_days = r->period.month ? UNUSED_DAYS : 0;
	r->gap_hours = GAP_HOURS;
	if (a->unused != NULL && !desk_number(a->unused, 3660,
	    &r->unused_days))
		return wrong(d, W_NOT_A_NUMBER, a->unused);
	if (a->gap != NULL && !desk_number(a->gap, 8784, &r->gap_hours))
		return wrong(d, W_NOT_A_NUMBER, a->gap);
	return DESK_GO;
}

static void
write_form(const struct report *r, const struct asked *a, FILE *f)
{
	if (a->form == FORM_HTML)
		report_html_form(r, f);
	else if (a->form == FORM_CSV)
		report_csv_form(r, f, a->only);
	else
		report_text_form(r, f);
}

static int
write_report(const struct report *r, const struct asked *a)
{
	struct output out;
	int status;

	if ((status = output_open(&out, r->d, a->output)) != DESK_GO)
		return status;
	write_form(r, a, out.to);
	return output_close(&out, DESK_OK);
}

static void
report_free(struct report *r)
{
	enum report_table_id id;
	struct tally *const all[] = { &r->people, &r->pairs, &r->shared,
		&r->reasons, &r->refused, &r->places, &r->events, &r->hosts,
		&r->evidence, &r->used, &r->active };
	size_t i;

	for (id = 0; id < N_REPORT_TABLES; id++)
		report_table_free(&r->table[id], id);
	for (i = 0; i < sizeof all / sizeof all[0]; i++)
		tally_free(all[i]);
	report_session_free(r);
	free(r);
}

/* Count, then write.  What is wrong with the record stands in the report, is
 * told here as well, and makes the exit status 1. */
static int
make(struct report *r, const struct asked *a, char **files, size_t n)
{
	const struct sek_why *bad = NULL;
	int status, err = SEK_OK, got;

	if (r->verify && (err = report_check(r, (const char *const *)files,
	    n)) != SEK_OK)
		bad = &r->check_why;
	if ((got = report_read(r, files, n)) != SEK_OK && bad == NULL) {
		bad = &r->read_why;
		err = got;
	}
	report_store(r);
	report_fill(r);
	if (r->nomem)
		return desk_lost(r->d);
	status = write_report(r, a);
	if (bad != NULL)
		return desk_refuse(r->d, bad, err);
	return r->bad_lines > 0 ? DESK_REFUSED : status;
}

/* Where the record is: what is named, else the folder of the policy. */
static int
find_record(struct report *r, char **words, size_t n)
{
	struct desk *d = r->d;
	char path[PATH_MAX];
	int status;

	r->from_files = n > 0;
	audit_files_order(words, n);
	if (audit_files_folder(words, n))
		r->folder = words[0];
	if (n > 0) {
		desk_find_actor(d);
		return r->keys == NULL || r->folder != NULL ? DESK_GO :
		    wrong(d, W_REPORT_KEY, NULL);
	}
	if ((status = desk_policy(d)) != DESK_GO)
		return status;
	r->folder = d->policy->audit;
	if (desk_log_path(d, path))
		return DESK_GO;
	DESK_ERR(d, W_AUDIT_NONE, { NULL });
	return DESK_REFUSED;
}

int
desk_audit_report(struct desk *d, int argc, char **argv)
{
	struct asked a = { .day = NULL };
	const struct desk_opt opts[] = {
		{ .name = "day", .value = &a.day },
		{ .name = "month", .value = &a.month },
		{ .name = "format", .value = &a.format },
		{ .name = "output", .value = &a.output },
		{ .name = "table", .value = &a.table },
		{ .name = "unused-days", .value = &a.unused },
		{ .name = "gap-hours", .value = &a.gap },
		{ .name = "language", .value = &a.language },
		{ .name = "key", .value = &a.keys },
		{ .name = "no-verify", .flag = &a.no_verify },
	};
	struct report *r = NULL;
	size_t n = 0;
	char **files;
	int status;

	status = desk_options(d, argc, argv, opts, sizeof opts /
	    sizeof opts[0], 0, (int)SEK_LOG_FILES, &files);
	if (status != DESK_GO)
		return status;
	while (files[n] != NULL)
		n++;
	if ((r = calloc(1, sizeof *r)) == NULL)
		return desk_lost(d);
	*r = (struct report){ .d = d, .verify = !a.no_verify,
		.keys = a.keys };
	if ((status = output_language(d, a.language)) == DESK_GO &&
	    (status = find_form(d, &a)) == DESK_GO &&
	    (status = find_period(d, &a, &r->period)) == DESK_GO &&
	    (status = find_numbers(d, &a, r)) == DESK_GO &&
	    (status = find_record(r, files, n)) == DESK_GO)
		status = make(r, &a, files, n);
	report_free(r);
	return status;
}
