/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A point in time as an administrator types it.
 *
 * Part of `sekisho`.  What is not understood, all of it, is no time: a wrong
 * guess would hide records.
 */
#include "helpdesk/audit_filter.h"

#include <string.h>
#include <time.h>

#define SECOND 1000000

struct when {
	struct tm tm;
	int32_t us;
	bool zoned;
	int32_t offset_s; /* of the zone, east of Greenwich */
};

/* `digits` decimal digits of min..max at *p, which is moved behind them. */
static bool
number(const char **p, int digits, int min, int max, int *out)
{
	int v = 0;

	for (; digits > 0; digits--, (*p)++) {
		if (**p < '0' || **p > '9')
			return false;
		v = v * 10 + (**p - '0');
	}
	*out = v;
	return v >= min && v <= max;
}

static bool
literal(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

/* RFC 3339 5.6, full-date. */
static bool
read_date(const char **p, struct when *w)
{
	int year, month;

	if (!number(p, 4, 1970, 9999, &year) || !literal(p, '-') ||
	    !number(p, 2, 1, 12, &month) || !literal(p, '-') ||
	    !number(p, 2, 1, 31, &w->tm.tm_mday))
		return false;
	w->tm.tm_year = year - 1900;
	w->tm.tm_mon = month - 1;
	return true;
}

/* time-secfrac: digits behind the sixth are below what a record has. */
static bool
read_fraction(const char **p, struct when *w)
{
	int32_t unit = SECOND / 10;

	if (**p < '0' || **p > '9')
		return false;
	for (; **p >= '0' && **p <= '9'; (*p)++, unit /= 10)
		w->us += unit * (**p - '0');
	return true;
}

/* partial-time, of which the seconds may be left out. */
static bool
read_clock(const char **p, struct when *w)
{
	if (!number(p, 2, 0, 23, &w->tm.tm_hour) || !literal(p, ':') ||
	    !number(p, 2, 0, 59, &w->tm.tm_min))
		return false;
	if (!literal(p, ':'))
		return true;
	return number(p, 2, 0, 60, &w->tm.tm_sec) &&
	    (!literal(p, '.') || read_fraction(p, w));
}

/* time-offset, or none. */
static bool
read_zone(const char **p, struct when *w)
{
	int hours, minutes, sign = **p == '-' ? -1 : 1;

	if (**p == '\0')
		return true;
	w->zoned = true;
	if (literal(p, 'Z'))
		return true;
	if (!literal(p, '+') && !literal(p, '-'))
		return false;
	if (!number(p, 2, 0, 23, &hours) || !literal(p, ':') ||
	    !number(p, 2, 0, 59, &minutes))
		return false;
	w->offset_s = sign * (hours * 3600 + minutes * 60);
	return true;
}

/* mktime() takes the 30th of February for the 2nd of March. */
static bool
make(const struct when *w, int64_t *out)
{
	struct tm tm = w->tm;
	time_t t;

	tm.tm_isdst = -1;
	t = w->zoned ? timegm(&tm) : mktime(&tm);
	if (t == (time_t)-1 || (w->tm.tm_sec < 60 &&
	    tm.tm_mday != w->tm.tm_mday))
		return false;
	*out = ((int64_t)t - w->offset_s) * SECOND + w->us;
	return true;
}

/* The first moment of the day that was so many days ago, here. */
static bool
day(int ago, int64_t *out)
{
	struct when w = { .us = 0 };
	time_t now = time(NULL);
	struct tm tm;

	if (localtime_r(&now, &tm) == NULL)
		return false;
	/* noon minus a day is the day before, also when a day has 23 hours */
	tm.tm_hour = 12;
	tm.tm_min = tm.tm_sec = 0;
	tm.tm_mday -= ago;
	tm.tm_isdst = -1;
	if (mktime(&tm) == (time_t)-1)
		return false;
	w.tm.tm_year = tm.tm_year;
	w.tm.tm_mon = tm.tm_mon;
	w.tm.tm_mday = tm.tm_mday;
	return make(&w, out);
}

bool
audit_time(const char *text, int64_t *out)
{
	struct when w = { .us = 0 };
	struct timespec now;
	const char *p = text;

	if (strcmp(text, "today") == 0)
		return day(0, out);
	if (strcmp(text, "yesterday") == 0)
		return day(1, out);
	if (strcmp(text, "now") == 0) {
		if (clock_gettime(CLOCK_REALTIME, &now) != 0)
			return false;
		*out = (int64_t)now.tv_sec * SECOND + now.tv_nsec / 1000;
		return true;
	}
	if (!read_date(&p, &w))
		return false;
	if (*p != '\0' && ((!literal(&p, 'T') && !literal(&p, ' ')) ||
	    !read_clock(&p, &w) || !read_zone(&p, &w)))
		return false;
	return *p == '\0' && make(&w, out);
}
