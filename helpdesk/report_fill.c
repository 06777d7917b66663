/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the counts of a report to its tables.
 *
 * Part of `sekisho`.  The order of rows depends on nothing but the record:
 * by count, then by name.
 */
#include "helpdesk/report.h"

#include <stdlib.h>
#include <string.h>

#include "record/record_event.h"

static struct report_cell *
row_of(struct report *r, enum report_table_id id)
{
	return report_row(&r->table[id], id, &r->nomem);
}

static void
put_part(struct report *r, struct report_cell *c, const struct tally_row *row,
    unsigned i)
{
	char text[REPORT_TEXT + 400];

	report_cell_text(c, tally_part(row, i, text, sizeof text), &r->nomem);
}

static void
put_set(struct report *r, struct report_cell *c, const struct tally_row *row,
    unsigned which)
{
	char *text = tally_set_text(row, which);

	if (text == NULL)
		r->nomem = true;
	else
		report_cell_text(c, text, &r->nomem);
	free(text);
}

/* What a person is called; `people` is not sorted before all is filled. */
static void
put_name(struct report *r, struct report_cell *c, const char *person)
{
	const struct tally_row *row = tally_find(&r->people, person);

	if (row != NULL)
		report_cell_text(c, row->set[0], &r->nomem);
}

static void
put_counted(struct report_cell *c, const struct tally_row *row)
{
	c[0].v = row->n;
	c[1].v = row->first;
	c[2].v = row->last;
}

static void
fill_logins(struct report *r)
{
	const struct tally_row *row;
	struct report_cell *c;
	size_t i;

	tally_sort(&r->pairs);
	for (i = 0; i < r->pairs.n; i++) {
		row = r->pairs.at[i];
		if ((c = row_of(r, RT_LOGINS)) == NULL)
			continue;
		put_part(r, &c[0], row, 0);
		put_name(r, &c[1], c[0].s == NULL ? "" : c[0].s);
		put_part(r, &c[2], row, 1);
		put_counted(&c[3], row);
		put_set(r, &c[6], row, 0);
		put_set(r, &c[7], row, 1);
	}
	r->table[RT_LOGINS].more += r->pairs.lost;
	tally_sort(&r->shared);
	for (i = 0; i < r->shared.n; i++) {
		row = r->shared.at[i];
		if ((c = row_of(r, RT_SHARED)) == NULL)
			continue;
		put_part(r, &c[0], row, 0);
		put_part(r, &c[1], row, 1);
		put_name(r, &c[2], c[1].s == NULL ? "" : c[1].s);
		put_counted(&c[3], row);
	}
	r->table[RT_SHARED].more += r->shared.lost;
}

static void
fill_refusals(struct report *r)
{
	const struct tally_row *row;
	struct report_cell *c;
	size_t i;

	tally_sort(&r->reasons);
	for (i = 0; i < r->reasons.n; i++) {
		row = r->reasons.at[i];
		if ((c = row_of(r, RT_REASONS)) == NULL)
			continue;
		put_part(r, &c[0], row, 0);
		report_cell_text(&c[1], report_reason(c[0].s == NULL ? "" :
		    c[0].s, r->d->lang), &r->nomem);
		put_counted(&c[2], row);
	}
	tally_sort(&r->refused);
	for (i = 0; i < r->refused.n; i++) {
		row = r->refused.at[i];
		if ((c = row_of(r, RT_REFUSED)) == NULL)
			continue;
		put_part(r, &c[0], row, 0);
		put_part(r, &c[1], row, 1);
		put_counted(&c[2], row);
		put_set(r, &c[5], row, 0);
	}
	r->table[RT_REFUSED].more += r->refused.lost;
	tally_sort(&r->places);
	for (i = 0; i < r->places.n; i++) {
		row = r->places.at[i];
		if ((c = row_of(r, RT_PLACES)) == NULL)
			continue;
		put_part(r, &c[0], row, 0);
		put_part(r, &c[1], row, 1);
		put_part(r, &c[2], row, 2);
		put_counted(&c[3], row);
	}
	r->table[RT_PLACES].more += r->places.lost;
}

static void
fill_longest(struct report *r)
{
	struct report_cell *c;
	size_t i;

	for (i = 0; i < r->n_longest; i++) {
		if ((c = row_of(r, RT_LONGEST)) == NULL)
			continue;
		report_cell_text(&c[0], r->longest[i].person, &r->nomem);
		report_cell_text(&c[1], r->longest[i].account, &r->nomem);
		c[2].v = r->longest[i].begun;
		c[3].v = r->longest[i].ended;
		c[4].v = r->longest[i].seconds;
	}
}

/* The last that looks at `people`: it is put into order here. */
static void
fill_sessions(struct report *r)
{
	const struct tally_row *row;
	struct report_cell *c;
	size_t i;

	tally_sort(&r->people);
	for (i = 0; i < r->people.n; i++) {
		row = r->people.at[i];
		if (row->n + row->m == 0)
			continue;
		if ((c = row_of(r, RT_SESSIONS)) == NULL)
			continue;
		put_part(r, &c[0], row, 0);
		put_set(r, &c[1], row, 0);
		c[2].v = row->n;
		c[3].v = row->m;
		c[4].v = row->sum;
		c[5].v = row->max;
	}
	r->table[RT_SESSIONS].more += r->people.lost;
}

static void
fill_time(struct report *r)
{
	struct report_cell *c;
	char hour[16];
	size_t i;

	for (i = 0; r->period.month && i < r->period.n_days; i++) {
		if ((c = row_of(r, RT_DAYS)) == NULL)
			return;
		c[0].v = r->period.day[i];
		c[1].v = r->per_day[i][0];
		c[2].v = r->per_day[i][1];
	}
	r->table[RT_DAYS].left_out = !r->period.month;
	for (i = 0; i < 24; i++) {
		if ((c = row_of(r, RT_HOURS)) == NULL)
			return;
		(void)snprintf(hour, sizeof hour, "%02u:00", (unsigned)i);
		report_cell_text(&c[0], hour, &r->nomem);
		c[1].v = r->hour[i][0];
		c[2].v = r->hour[i][1];
	}
}

static void
fill_events(struct report *r)
{
	const struct sek_event *e;
	const struct tally_row *row;
	struct report_cell *c;
	size_t i;

	tally_sort(&r->events);
	for (i = 0; i < r->events.n; i++) {
		row = r->events.at[i];
		if ((c = row_of(r, RT_EVENTS)) == NULL)
			continue;
		put_part(r, &c[1], row, 0);
		e = sek_event(c[1].s);
		report_cell_text(&c[0], e == NULL ? c[1].s :
		    e->text[r->d->lang], &r->nomem);
		c[2].v = row->n;
		c[3].v = row->m;
	}
	r->table[RT_EVENTS].more += r->events.lost;
	tally_sort(&r->evidence);
	for (i = 0; i < r->evidence.n; i++) {
		row = r->evidence.at[i];
		if ((c = row_of(r, RT_REVOCATION)) == NULL)
			continue;
		put_part(r, &c[0], row, 0);
		put_part(r, &c[1], row, 1);
		c[2].v = row->n;
		c[3].v = row->sum;
		c[4].v = row->max > 0 ? row->max : -1;
	}
}

void
report_fill(struct report *r)
{
	report_session_end(r);
	report_fill_head(r);
	fill_time(r);
	fill_logins(r);
	fill_refusals(r);
	fill_longest(r);
	fill_sessions(r);
	fill_events(r);
}
