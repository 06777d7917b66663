/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A report as CSV, for a spreadsheet: RFC 4180, with the byte order mark by
 * which Excel knows UTF-8.
 *
 * Part of `sekisho`.  One table is one with --table; without it, all follow
 * each other, the name of the table in the first column of each row, so that
 * a filter on that column leaves one.  A text is never a formula.
 */
#include "helpdesk/report.h"

#include <string.h>

#include "forward/forms.h"

static void
put_text(FILE *f, const char *s)
{
	struct sek_buf b = { 0 };

	sek_form_csv_cell(&b, s);
	if (sek_buf_ok(&b) == SEK_OK)
		(void)fwrite(b.p, 1, b.len, f);
	sek_buf_free(&b);
}

static void
put_cell(FILE *f, const struct report_cell *c)
{
	struct report_shown shown;
	const char *s = report_shown(c, true, &shown);

	if (c->kind == RC_TEXT)
		put_text(f, s);
	else
		(void)fputs(s, f); /* digits, '-', ':' and blanks of ours */
}

static void
put_table(const struct report *r, FILE *f, enum report_table_id id, bool all)
{
	const struct report_plan *plan = &report_plans[id];
	const struct report_table *t = &r->table[id];
	size_t i, k, n = report_columns(id);

	if (all) {
		put_text(f, report_word(W_RH_TABLE, r->d->lang));
		(void)fputc(',', f);
	}
	for (k = 0; k < n; k++) {
		put_text(f, report_word(plan->column[k].head, r->d->lang));
		(void)fputs(k + 1 < n ? "," : "\r\n", f);
	}
	for (i = 0; i < t->n_rows; i++) {
		if (all) {
			put_text(f, report_word(plan->title, r->d->lang));
			(void)fputc(',', f);
		}
		for (k = 0; k < n; k++) {
			put_cell(f, &t->cell[i * n + k]);
			(void)fputs(k + 1 < n ? "," : "\r\n", f);
		}
	}
}

/* What is not in the table, as a row of it: it must not be overlooked. */
static void
put_rest(const struct report *r, FILE *f, enum report_table_id id, bool all)
{
	const struct report_table *t = &r->table[id];
	const char *w = report_word(t->left_out ? t->why : W_RN_MORE,
	    r->d->lang);
	const char *at = strstr(w, "%1");
	char text[700], more[24];

	if (!t->left_out && t->more == 0)
		return;
	if (all) {
		put_text(f, report_word(report_plans[id].title, r->d->lang));
		(void)fputc(',', f);
	}
	(void)snprintf(more, sizeof more, "%lld", (long long)t->more);
	(void)snprintf(text, sizeof text, "%.*s%s%s", at == NULL ?
	    (int)strlen(w) : (int)(at - w), w, at == NULL ? "" :
	    t->why_arg != NULL ? t->why_arg : more,
	    at == NULL ? "" : at + 2);
	put_text(f, text);
	(void)fputs("\r\n", f);
}

void
report_csv_form(const struct report *r, FILE *f, enum report_table_id table)
{
	bool all = table == N_REPORT_TABLES;
	enum report_table_id id;

	(void)fputs("\xEF\xBB\xBF", f);
	for (id = all ? 0 : table; id < N_REPORT_TABLES; id++) {
		if (r->table[id].left_out && r->table[id].why == 0 && all)
			continue;
		put_table(r, f, id, all);
		if (!r->table[id].left_out || r->table[id].why != 0)
			put_rest(r, f, id, all);
		if (!all)
			break;
		(void)fputs("\r\n", f);
	}
}
