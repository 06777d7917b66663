/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counts one record of a report after the other.
 *
 * Part of `sekisho`.  A record belongs to the period by its own time, which
 * is what it was made by: after the clock was stepped back, two records may
 * have the same time, and both count.  A login is an `auth` that succeeded;
 * `login` and `logout` are the session around it.  An unlock is no login; a
 * switch is none either, but another person at the account.
 */
#include "helpdesk/report.h"

#include <stdlib.h>
#include <string.h>

#include "sekisho/escape.h"

/* How many bytes stand for themselves: printable ASCII but '\\'. */
static size_t
plain(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && s[i] >= ' ' && s[i] <= '~' && s[i] != '\\')
		i++;
	return i;
}

/* Text of a record: escaped by who wrote it, so that a backslash stays.  A
 * log may be anybody's: what is left between them is escaped once more. */
const char *
report_clean(char *out, size_t cap, const char *s, size_t n)
{
	size_t i = plain(s, n), len, part;

	if (i > cap - 1)
		i = cap - 1;
	memcpy(out, s, i);
	for (len = i; i < n && len + 1 < cap; i += part) {
		if (s[i] == '\\') {
			out[len++] = '\\';
			/* as JSON has it: two are one, and \" is a quote */
			part = i + 1 < n && s[i + 1] == '\\' ? 2 : 1;
			if (i + 1 < n && s[i + 1] == '"') {
				out[len - 1] = '"';
				part = 2;
			}
			continue;
		}
		for (part = 1; i + part < n && s[i + part] != '\\'; part++)
			;
		(void)sek_escape(out + len, cap - len, s + i, part);
		len += strlen(out + len);
	}
	out[len] = '\0';
	return out;
}

const char *
report_value(struct report_text *b, const struct report_field *f)
{
	b->s[0] = '\0';
	if (f->kind == RFK_STRING)
		(void)report_clean(b->s, sizeof b->s, f->s, f->n);
	else if (f->kind == RFK_NUMBER)
		(void)snprintf(b->s, sizeof b->s, "%lld", (long long)f->i);
	return b->s;
}

const char *
report_place(struct report_text *b, const struct report_field *f)
{
	static const enum report_field_id part[] = {
		RF_SERVICE, RF_TTY, RF_RHOST };
	struct report_text one;
	size_t i, len = 0;

	b->s[0] = '\0';
	for (i = 0; i < sizeof part / sizeof part[0]; i++) {
		const char *s = report_value(&one, &f[part[i]]);
		int n;

		if (*s == '\0')
			continue;
		n = snprintf(b->s + len, sizeof b->s - len, "%s%s",
		    len > 0 ? ", " : "", s);
		len += n < 0 ? 0 : (size_t)n;
		if (len >= sizeof b->s)
			break;
	}
	return b->s;
}

static bool
is(const struct report_field *f, const char *word)
{
	return f->kind == RFK_STRING && f->n == strlen(word) &&
	    memcmp(f->s, word, f->n) == 0;
}

/* Who has opened it, or taken it over. */
static void
take_shared(struct report *r, const struct sek_entry *e,
    const struct report_field *f, const char *person)
{
	struct report_text text;
	struct tally_row *row;

	if (f[RF_SHARED].kind != RFK_BOOL || f[RF_SHARED].i == 0)
		return;
	row = tally_row(&r->shared, report_value(&text, &f[RF_ACCOUNT]),
	    person, NULL, &r->nomem);
	if (row != NULL) {
		row->n++;
		tally_time(row, e->is.t);
	}
}

static void
take_login(struct report *r, const struct sek_entry *e,
    const struct report_field *f, const char *person)
{
	struct report_text text;
	struct tally_row *row;

	r->logins++;
	if (f[RF_REMEMBERED].kind != RFK_NONE)
		r->remembered++;
	r->hour[report_hour(e->is.t)][0]++;
	r->per_day[report_day_of(&r->period, e->is.t)][0]++;
	row = tally_row(&r->pairs, person,
	    report_value(&text, &f[RF_PAIR]), NULL, &r->nomem);
	if (row != NULL) {
		row->n++;
		tally_time(row, e->is.t);
		tally_set_add(row, 0, report_value(&text, &f[RF_ACCOUNT]),
		    &r->nomem);
		tally_set_add(row, 1, report_value(&text, &f[RF_SERVICE]),
		    &r->nomem);
	}
	take_shared(r, e, f, person);
}

static void
take_refusal(struct report *r, const struct sek_entry *e,
    const struct report_field *f, const char *person)
{
	struct report_text reason, text, tty, from;
	struct tally_row *row;

	r->refusals++;
	r->hour[report_hour(e->is.t)][1]++;
	r->per_day[report_day_of(&r->period, e->is.t)][1]++;
	(void)report_value(&reason, &f[RF_REASON]);
	row = tally_row(&r->reasons, reason.s, NULL, NULL, &r->nomem);
	if (row != NULL) {
		row->n++;
		tally_time(row, e->is.t);
	}
	row = tally_row(&r->refused, person,
	    report_value(&text, &f[RF_CLAIMED]), NULL, &r->nomem);
	if (row != NULL) {
		row->n++;
		tally_time(row, e->is.t);
		tally_set_add(row, 0, reason.s, &r->nomem);
	}
	row = tally_row(&r->places, report_value(&text, &f[RF_SERVICE]),
	    report_value(&tty, &f[RF_TTY]), report_value(&from, &f[RF_RHOST]),
	    &r->nomem);
	if (row != NULL) {
		row->n++;
		tally_time(row, e->is.t);
	}
}

/* What the login was judged by. */
static void
take_evidence(struct report *r, const struct report_field *f)
{
	struct report_text what, status;
	struct tally_row *row;

	if (f[RF_REV_METHOD].kind == RFK_STRING) {
		row = tally_row(&r->evidence,
		    report_value(&what, &f[RF_REV_METHOD]),
		    report_value(&status, &f[RF_REV_STATUS]), NULL,
		    &r->nomem);
		if (row != NULL) {
			row->n++;
			row->sum += f[RF_REV_GRACE].i;
			if (f[RF_REV_AGE].i > row->max)
				row->max = f[RF_REV_AGE].i;
		}
	}
	if (f[RF_MODEL_TABLE].kind == RFK_STRING) {
		row = tally_row(&r->evidence, "fido-metadata",
		    report_value(&status, &f[RF_MODEL_TABLE]), NULL,
		    &r->nomem);
		if (row != NULL)
			row->n++;
	}
}

static void
take_clock(struct report *r, const struct sek_entry *e,
    const struct report_field *f)
{
	struct report_clock *c = &r->clock;
	int64_t v;

	if (f[RF_SYNCED].kind == RFK_BOOL && f[RF_SYNCED].i != 0)
		c->synced++;
	else
		c->unsynced++;
	v = f[RF_OFFSET].i;
	if ((v < 0 ? -v : v) > (c->offset_us < 0 ? -c->offset_us :
	    c->offset_us)) {
		c->offset_us = v;
		c->offset_seq = (int64_t)e->is.seq;
	}
	if (f[RF_ESTERROR].i > c->esterror_us) {
		c->esterror_us = f[RF_ESTERROR].i;
		c->esterror_seq = (int64_t)e->is.seq;
	}
	if (is(&f[RF_EVENT], "clock_step")) {
		c->steps++;
		v = f[RF_STEP].i;
		if ((v < 0 ? -v : v) > (c->step_us < 0 ? -c->step_us :
		    c->step_us))
			c->step_us = v;
	}
}

/* Between two records of one start of the machine that follow one another,
 * t_mono tells the time that went by, whatever the clock said. */
static void
take_uptime(struct report *r, const struct sek_entry *e,
    const struct report_field *f)
{
	struct report_text boot;
	int64_t mono = f[RF_T_MONO].i, hours;
	bool known = r->before_seq != 0 && r->before_seq + 1 == e->is.seq;

	(void)report_value(&boot, &f[RF_BOOT]);
	if (strcmp(boot.s, r->boot) != 0) {
		if (known)
			report_list_gap(r, e, "boot", 0);
		r->boots++;
		(void)snprintf(r->boot, sizeof r->boot, "%.39s", boot.s);
	} else if (known) {
		hours = (mono - r->before_mono) / 3600000;
		if (hours >= r->gap_hours)
			report_list_gap(r, e, "silence",
			    (mono - r->before_mono) / 1000);
	}
	r->before_mono = mono;
	r->before_seq = e->is.seq;
}

static void
take_all(struct report *r, const struct sek_entry *e,
    const struct report_field *f, const char *event)
{
	struct report_text a, b;
	struct tally_row *row;

	r->records++;
	if (r->first_seq == 0)
		r->first_seq = (int64_t)e->is.seq;
	r->last_seq = (int64_t)e->is.seq;
	if (r->first_t == 0 || e->is.t < r->first_t)
		r->first_t = e->is.t;
	if (e->is.t > r->last_t)
		r->last_t = e->is.t;
	row = tally_row(&r->events, event, NULL, NULL, &r->nomem);
	if (row != NULL && f[RF_RESULT].kind == RFK_NUMBER &&
	    f[RF_RESULT].i != 0)
		row->m++;
	else if (row != NULL)
		row->n++;
	row = tally_row(&r->hosts, report_value(&a, &f[RF_HOST]),
	    report_value(&b, &f[RF_LOG]), NULL, &r->nomem);
	if (row != NULL)
		row->n++;
	take_uptime(r, e, f);
	take_clock(r, e, f);
}

static void
take_person(struct report *r, const struct sek_entry *e,
    const struct report_field *f, const char *person, bool ok)
{
	struct report_text display;
	struct tally_row *row;

	if (*person == '\0' ||
	    (row = tally_row(&r->people, person, NULL, NULL, &r->nomem)) ==
	    NULL)
		return;
	if (ok)
		tally_time(row, e->is.t);
	if (*report_value(&display, &f[RF_DISPLAY]) != '\0' &&
	    row->in_set[0] == 0)
		tally_set_add(row, 0, display.s, &r->nomem);
}

/* Before the period, too: when was a credential used? */
static void
take_use(struct report *r, const struct sek_entry *e,
    const struct report_field *f, const char *person)
{
	struct report_text id;
	struct tally_row *row;

	if (r->unused_days == 0)
		return;
	row = tally_row(&r->active, person, NULL, NULL, &r->nomem);
	if (row != NULL)
		tally_time(row, e->is.t);
	if (f[RF_CREDENTIAL].kind != RFK_NUMBER)
		return;
	row = tally_row(&r->used, report_value(&id, &f[RF_CREDENTIAL]), NULL,
	    NULL, &r->nomem);
	if (row != NULL)
		tally_time(row, e->is.t);
}

/* What lies in the period. */
static void
take_inside(struct report *r, const struct sek_entry *e,
    const struct report_field *f, const char *event, const char *person)
{
	bool auth = strcmp(event, "auth") == 0;
	bool taken = strcmp(event, "switch") == 0;
	bool unlock = taken || strcmp(event, "unlock") == 0;
	bool ok = f[RF_RESULT].kind == RFK_NUMBER && f[RF_RESULT].i == 0;

	take_all(r, e, f, event);
	take_person(r, e, f, person, (auth || unlock) && ok);
	if (auth && ok)
		take_login(r, e, f, person);
	else if (taken && ok)
		take_shared(r, e, f, person);
	else if (!ok && (auth || unlock || strcmp(event, "account") == 0))
		take_refusal(r, e, f, person);
	if (auth)
		take_evidence(r, f);
	report_list(r, e, f, event);
}

void
report_take(struct report *r, const struct sek_entry *e)
{
	struct report_field f[N_REPORT_FIELDS];
	struct report_text event, person;

	if (r->log_begins == 0 || e->is.t < r->log_begins)
		r->log_begins = e->is.t;
	report_pick(e->line, e->n, f);
	(void)report_value(&event, &f[RF_EVENT]);
	(void)report_value(&person, &f[RF_PERSON]);
	if (e->is.t >= r->read_from && e->is.t < r->period.to &&
	    (strcmp(event.s, "auth") == 0 || strcmp(event.s, "unlock") == 0 ||
	    strcmp(event.s, "switch") == 0) &&
	    f[RF_RESULT].kind == RFK_NUMBER && f[RF_RESULT].i == 0)
		take_use(r, e, f, person.s);
	if (e->is.t >= r->period.from && e->is.t < r->period.to)
		take_inside(r, e, f, event.s, person.s);
	else
		r->before_seq = 0;
	report_session_take(r, e, f, event.s);
}
