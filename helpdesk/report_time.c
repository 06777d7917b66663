/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Days and months as the wall clock of this machine has them.
 *
 * Part of `sekisho`.  A day begins at the first second that the time zone
 * calls by its date: where summer time begins at midnight, that is 01:00.
 * So only localtime is asked, never mktime, which has to guess there.
 */
#include "helpdesk/report.h"

#include <string.h>
#include <time.h>

#define ZONE 48

struct date {
	int y, m, d; /* m from 1 */
};

static struct date
date_at(int64_t s)
{
	time_t t = (time_t)s;
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL)
		return (struct date){ 0, 0, 0 };
	return (struct date){ tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday };
}

static int64_t
number_of(struct date d)
{
	return ((int64_t)d.y * 16 + d.m) * 32 + d.d;
}

/* The date n days later or before, by the calendar alone. */
static struct date
date_plus(struct date d, int n)
{
	struct tm tm = { .tm_year = d.y - 1900, .tm_mon = d.m - 1,
		.tm_mday = d.d + n };
	time_t t = timegm(&tm); /* puts tm right as well */

	(void)t;
	return (struct date){ tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday };
}

/* The first second of a date: the least one whose date is not before it.  No
 * zone is further than 26 hours from UTC. */
static int64_t
day_start(struct date d)
{
	struct tm tm = { .tm_year = d.y - 1900, .tm_mon = d.m - 1,
		.tm_mday = d.d };
	int64_t about = timegm(&tm), low = about - 26 * 3600,
	    high = about + 26 * 3600, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (number_of(date_at(mid)) >= number_of(d))
			high = mid;
		else
			low = mid + 1;
	}
	return low * REPORT_US;
}

/* "NNNN-NN-NN" or, without `d`, "NNNN-NN", and a date that there is. */
static bool
read_date(const char *text, const char *form, struct date *out)
{
	struct date again;
	size_t i;
	int v[3] = { 0, 0, 1 }, k = 0;

	if (strlen(text) != strlen(form))
		return false;
	if (strlen(form) > 8)
		v[2] = 0;
	for (i = 0; form[i] != '\0'; i++) {
		if (form[i] == '-' ? text[i] != '-' :
		    text[i] < '0' || text[i] > '9')
			return false;
		if (form[i] == '-')
			k++;
		else
			v[k] = v[k] * 10 + (text[i] - '0');
	}
	*out = (struct date){ v[0], v[1], v[2] };
	again = date_plus(*out, 0);
	return v[0] >= 1970 && number_of(again) == number_of(*out);
}

static void
fill(struct report_period *p, struct date first, struct date end)
{
	struct date d = first;

	for (p->n_days = 0; p->n_days < REPORT_DAYS &&
	    number_of(d) < number_of(end); d = date_plus(d, 1))
		p->day[p->n_days++] = day_start(d);
	p->day[p->n_days] = day_start(end);
	p->from = p->day[0];
	p->to = p->day[p->n_days];
}

bool
report_period_day(const char *text, int64_t made, struct report_period *out)
{
	struct date d = date_at(made / REPORT_US);

	*out = (struct report_period){ .made = made };
	if (strcmp(text, "yesterday") == 0)
		d = date_plus(d, -1);
	else if (strcmp(text, "today") != 0 &&
	    !read_date(text, "0000-00-00", &d))
		return false;
	fill(out, d, date_plus(d, 1));
	(void)snprintf(out->name, sizeof out->name, "%04d-%02d-%02d",
	    d.y % 10000, d.m % 100, d.d % 100);
	return true;
}

bool
report_period_month(const char *text, int64_t made, struct report_period *out)
{
	struct date d = date_at(made / REPORT_US), end;

	*out = (struct report_period){ .made = made, .month = true };
	d.d = 1;
	if (strcmp(text, "last") == 0) {
		d = date_plus(d, -1);
		d.d = 1;
	} else if (strcmp(text, "this") != 0 &&
	    !read_date(text, "0000-00", &d)) {
		return false;
	}
	end = date_plus(d, 31);
	end.d = 1;
	fill(out, d, end);
	(void)snprintf(out->name, sizeof out->name, "%04d-%02d", d.y % 10000,
	    d.m % 100);
	return true;
}

size_t
report_day_of(const struct report_period *p, int64_t t)
{
	size_t i = 0;

	while (i + 1 < p->n_days && t >= p->day[i + 1])
		i++;
	return i;
}

unsigned
report_hour(int64_t t)
{
	time_t s = (time_t)(t / REPORT_US);
	struct tm tm;

	return localtime_r(&s, &tm) == NULL ? 0 : (unsigned)tm.tm_hour % 24;
}

static void
put_zone(int64_t t, char out[ZONE])
{
	time_t s = (time_t)(t / REPORT_US);
	struct tm tm = { 0 };
	char name[16];
	long o;

	if (localtime_r(&s, &tm) == NULL || strftime(name, sizeof name, "%Z",
	    &tm) == 0)
		(void)snprintf(name, sizeof name, "?");
	o = tm.tm_gmtoff / 60;
	(void)snprintf(out, ZONE, "%s, UTC%c%02ld:%02ld", name, o < 0 ? '-' :
	    '+', (o < 0 ? -o : o) / 60, (o < 0 ? -o : o) % 60);
}

void
report_zone(const struct report_period *p, char out[REPORT_ZONE])
{
	char first[ZONE], last[ZONE];

	put_zone(p->from, first);
	put_zone(p->to - REPORT_US, last);
	if (strcmp(first, last) == 0)
		(void)snprintf(out, REPORT_ZONE, "%s", first);
	else
		(void)snprintf(out, REPORT_ZONE, "%s; %s", first, last);
}
