/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sessions of a report: what was opened and when it was closed.
 *
 * Part of `sekisho`.  `login` and `logout` of one session have the same
 * `session`.  A session counts where it was opened; its duration is the one
 * that its logout says, else what t_mono tells within one start of the
 * machine.  Sessions that are open are kept in a tree with an end to it.
 */
#include "helpdesk/report.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

static int
by_id(const void *a, const void *b)
{
	return strcmp(((const struct report_session *)a)->id,
	    ((const struct report_session *)b)->id);
}

static void
session_free(void *p)
{
	struct report_session *s = p;

	if (s == NULL)
		return;
	free(s->person);
	free(s->account);
	free(s->where);
	free(s);
}

static struct report_session *
session_new(const struct report *r, const struct sek_entry *e,
    const struct report_field *f)
{
	struct report_session *s = calloc(1, sizeof *s);
	struct report_text text;

	if (s == NULL)
		return NULL;
	(void)snprintf(s->id, sizeof s->id, "%.39s",
	    report_value(&text, &f[RF_SESSION]));
	s->person = strdup(report_value(&text, &f[RF_PERSON]));
	s->account = strdup(report_value(&text, &f[RF_ACCOUNT]));
	s->where = strdup(report_place(&text, f));
	s->t = e->is.t;
	s->t_mono = f[RF_T_MONO].i;
	s->seq = e->is.seq;
	s->boot = r->boots;
	if (s->person != NULL && s->account != NULL && s->where != NULL)
		return s;
	session_free(s);
	return NULL;
}

static void
opened(struct report *r, const struct sek_entry *e,
    const struct report_field *f)
{
	struct report_session *s, **at;
	struct report_text person;
	struct tally_row *row;

	r->opened++;
	(void)report_value(&person, &f[RF_PERSON]);
	row = person.s[0] == '\0' ? NULL :
	    tally_row(&r->people, person.s, NULL, NULL, &r->nomem);
	if (row != NULL)
		row->n++;
	if (r->n_open == REPORT_OPEN_MAX) {
		r->not_followed++;
		return;
	}
	if ((s = session_new(r, e, f)) == NULL ||
	    (at = tsearch(s, &r->open, by_id)) == NULL) {
		session_free(s);
		r->nomem = true;
		return;
	}
	if (*at != s)
		session_free(s); /* a session is opened once */
	else
		r->n_open++;
}

/* Keep the longest ones, in order. */
static void
keep_longest(struct report *r, const char *person, const char *account,
    int64_t begun, int64_t ended, int64_t seconds)
{
	struct report_long one = { NULL, NULL, begun, ended, seconds };
	size_t i = r->n_longest;

	if (i == REPORT_LONGEST && r->longest[i - 1].seconds >= seconds)
		return;
	one.person = strdup(person);
	one.account = strdup(account);
	if (one.person == NULL || one.account == NULL) {
		free(one.person);
		free(one.account);
		r->nomem = true;
		return;
	}
	if (i == REPORT_LONGEST) {
		i--;
		free(r->longest[i].person);
		free(r->longest[i].account);
	} else {
		r->n_longest++;
	}
	for (; i > 0 && r->longest[i - 1].seconds < seconds; i--)
		r->longest[i] = r->longest[i - 1];
	r->longest[i] = one;
}

static int64_t
duration_of(const struct report *r, const struct report_field *f,
    const struct report_session *s)
{
	if (f[RF_DURATION].kind == RFK_NUMBER && f[RF_DURATION].i >= 0)
		return f[RF_DURATION].i;
	if (s == NULL || s->boot != r->boots || f[RF_T_MONO].i < s->t_mono)
		return -1;
	return (f[RF_T_MONO].i - s->t_mono) / 1000;
}

static void
closed(struct report *r, const struct sek_entry *e,
    const struct report_field *f)
{
	struct report_session key, *s = NULL, **at;
	struct report_text person, account;
	struct tally_row *row;
	int64_t seconds;

	(void)snprintf(key.id, sizeof key.id, "%.39s",
	    report_value(&person, &f[RF_SESSION]));
	if ((at = tfind(&key, &r->open, by_id)) != NULL)
		s = *at;
	seconds = duration_of(r, f, s);
	(void)report_value(&person, &f[RF_PERSON]);
	r->closed++;
	row = person.s[0] == '\0' ? NULL :
	    tally_row(&r->people, person.s, NULL, NULL, &r->nomem);
	if (row != NULL) {
		row->m++;
		row->sum += seconds > 0 ? seconds : 0;
		if (seconds > row->max)
			row->max = seconds;
	}
	if (seconds >= 0)
		keep_longest(r, person.s, report_value(&account,
		    &f[RF_ACCOUNT]), s != NULL ? s->t : e->is.t -
		    seconds * REPORT_US, e->is.t, seconds);
	if (s != NULL) {
		(void)tdelete(s, &r->open, by_id);
		session_free(s);
		r->n_open--;
	} else if (r->not_followed > 0 && seconds >= 0 &&
	    e->is.t - seconds * REPORT_US >= r->period.from) {
		r->not_followed--; /* one of those for which was no room */
	}
}

/* After the period a session may still end; that is all that counts then. */
static void
closed_later(struct report *r, const struct report_field *f)
{
	struct report_session key, *s, **at;
	struct report_text text;

	(void)snprintf(key.id, sizeof key.id, "%.39s",
	    report_value(&text, &f[RF_SESSION]));
	if ((at = tfind(&key, &r->open, by_id)) == NULL)
		return;
	s = *at;
	(void)tdelete(s, &r->open, by_id);
	session_free(s);
	r->n_open--;
}

void
report_session_take(struct report *r, const struct sek_entry *e,
    const struct report_field *f, const char *event)
{
	bool in = e->is.t >= r->period.from && e->is.t < r->period.to;

	if (f[RF_SESSION].kind != RFK_STRING)
		return;
	if (in && strcmp(event, "login") == 0 &&
	    f[RF_RESULT].kind == RFK_NUMBER && f[RF_RESULT].i == 0)
		opened(r, e, f);
	else if (in && strcmp(event, "logout") == 0)
		closed(r, e, f);
	else if (e->is.t >= r->period.to && e->is.t < r->read_to &&
	    strcmp(event, "logout") == 0)
		closed_later(r, f);
}

struct list_open {
	struct report_session **at;
	size_t n;
};

static void
collect(const void *node, VISIT visit, void *arg)
{
	struct list_open *l = arg;

	if (visit == postorder || visit == leaf)
		l->at[l->n++] = *(struct report_session *const *)node;
}

static int
by_seq(const void *a, const void *b)
{
	uint64_t x = (*(struct report_session *const *)a)->seq;
	uint64_t y = (*(struct report_session *const *)b)->seq;

	return (x > y) - (x < y);
}

/* Those that nobody closed, the oldest first. */
void
report_session_end(struct report *r)
{
	struct list_open l = { calloc(r->n_open + 1, sizeof(void *)), 0 };
	struct report_cell *c;
	size_t i;

	if (l.at == NULL) {
		r->nomem = true;
		return;
	}
	twalk_r(r->open, collect, &l);
	qsort(l.at, l.n, sizeof(void *), by_seq);
	for (i = 0; i < l.n; i++) {
		c = report_row(&r->table[RT_OPEN], RT_OPEN, &r->nomem);
		if (c == NULL)
			continue;
		c[0].v = l.at[i]->t;
		c[1].v = (int64_t)l.at[i]->seq;
		report_cell_text(&c[2], l.at[i]->person, &r->nomem);
		report_cell_text(&c[3], l.at[i]->account, &r->nomem);
		report_cell_text(&c[4], l.at[i]->where, &r->nomem);
		report_cell_text(&c[5], report_word(l.at[i]->boot != r->boots ?
		    W_RI_ENDED_BY_BOOT : W_RI_STILL_OPEN, r->d->lang),
		    &r->nomem);
	}
	free(l.at);
}

void
report_session_free(struct report *r)
{
	size_t i;

	tdestroy(r->open, session_free);
	r->open = NULL;
	for (i = 0; i < r->n_longest; i++) {
		free(r->longest[i].person);
		free(r->longest[i].account);
	}
	r->n_longest = 0;
}
