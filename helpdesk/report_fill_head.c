/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The head of a report: what it is about, what was proved and what was not,
 * its sums, the state of the clock, and what it cannot say.
 *
 * Part of `sekisho`.  What was not checked is said not to be.
 */
#include "helpdesk/report.h"

#include <string.h>

#include "sekisho/version.h"

struct values {
	const char *at[4];
};

/* A text with %1 to %4 replaced. */
static const char *
say(const struct report *r, struct report_text *b, enum report_word w,
    const struct values *v)
{
	const char *p = report_word(w, r->d->lang), *s;
	size_t len = 0, n;

	for (; *p != '\0' && len + 1 < sizeof b->s; p++) {
		s = p;
		n = 1;
		if (p[0] == '%' && p[1] >= '1' && p[1] <= '4') {
			s = v->at[*++p - '1'];
			n = s == NULL ? 0 : strlen(s);
		}
		if (n > sizeof b->s - 1 - len)
			n = sizeof b->s - 1 - len;
		memcpy(b->s + len, n > 0 ? s : "", n);
		len += n;
	}
	b->s[len] = '\0';
	return b->s;
}
#define SAY(r, b, w, ...) say((r), (b), (w), \
    &(struct values){ { __VA_ARGS__ } })

struct digits {
	char text[24];
};

static const char *
number(struct digits *d, int64_t v)
{
	(void)snprintf(d->text, sizeof d->text, "%lld", (long long)v);
	return d->text;
}

static void
about(struct report *r, enum report_word item, const char *value)
{
	struct report_cell *c = report_row(&r->table[RT_ABOUT], RT_ABOUT,
	    &r->nomem);

	if (c == NULL)
		return;
	report_cell_text(&c[0], report_word(item, r->d->lang), &r->nomem);
	report_cell_text(&c[1], value, &r->nomem);
}

static void
about_hosts(struct report *r)
{
	char host[REPORT_TEXT + 400], log[REPORT_TEXT + 400];
	struct report_text text;
	struct digits more = { "" };
	size_t i;

	tally_sort(&r->hosts);
	if (r->hosts.n == 0 && r->d->policy != NULL)
		about(r, W_RI_HOST, r->d->policy->host);
	for (i = 0; i < r->hosts.n && i < 20; i++) {
		(void)tally_part(r->hosts.at[i], 0, host, sizeof host);
		(void)tally_part(r->hosts.at[i], 1, log, sizeof log);
		about(r, W_RI_HOST, log[0] == '\0' ? host :
		    SAY(r, &text, W_RI_HOST_LOG, host, log));
	}
	if (r->hosts.n > i)
		about(r, W_RI_HOST, SAY(r, &text, W_RI_MORE,
		    number(&more, (int64_t)(r->hosts.n - i))));
}

static void
about_period(struct report *r)
{
	struct report_text text;
	struct desk_date from, to;
	char zone[REPORT_ZONE];

	(void)desk_time(&from, r->period.from / REPORT_US);
	(void)desk_time(&to, r->period.to / REPORT_US);
	about(r, W_RI_PERIOD, SAY(r, &text, r->period.made < r->period.to ?
	    W_RI_PERIOD_OPEN : W_RI_PERIOD_FROM, r->period.name, from.text,
	    to.text));
	report_zone(&r->period, zone);
	about(r, W_RI_ZONE, zone);
	(void)desk_time(&from, r->period.made / REPORT_US);
	about(r, W_RI_MADE, SAY(r, &text, W_RI_MADE_BY, from.text,
	    r->d->actor));
	about(r, W_RI_SOFTWARE, "sekisho " SEKISHO_VERSION);
}

static void
about_records(struct report *r)
{
	struct report_text text;
	struct digits n = { "" }, first = { "" }, last = { "" };
	struct desk_date from, to;
	char times[120];

	if (r->records == 0) {
		about(r, W_RI_RECORDS, "0");
		return;
	}
	(void)snprintf(times, sizeof times, "%s - %s",
	    desk_time(&from, r->first_t / REPORT_US),
	    desk_time(&to, r->last_t / REPORT_US));
	about(r, W_RI_RECORDS, SAY(r, &text, W_RI_RECORDS_ARE,
	    number(&n, r->records), number(&first, r->first_seq),
	    number(&last, r->last_seq), times));
}

static void
about_check(struct report *r)
{
	const struct sek_audit_report *c = &r->checked;
	struct digits first = { "" }, last = { "" }, n = { "" };
	struct report_text text;

	if (!r->verify)
		about(r, W_RI_CHECK, report_word(W_RI_NOT_CHECKED,
		    r->d->lang));
	else if (r->check == SEK_OK)
		about(r, W_RI_CHECK, SAY(r, &text, W_RI_CHAIN_GOOD,
		    number(&first, (int64_t)c->first),
		    number(&last, (int64_t)c->last)));
	else
		about(r, W_RI_CHECK, SAY(r, &text, W_RI_CHAIN_BAD,
		    r->check_why.text[0] != '\0' ? r->check_why.text :
		    sek_strerror(r->check), number(&n, (int64_t)c->last)));
	if (r->verify && r->check == SEK_OK && r->check_note)
		about(r, W_RI_CHECKPOINT, SAY(r, &text, W_RI_COVERED,
		    number(&n, (int64_t)c->covered), r->check_origin,
		    r->keys != NULL ? "" : report_word(W_RI_OWN_KEYS,
		    r->d->lang)));
	else if (r->verify)
		about(r, W_RI_CHECKPOINT, report_word(W_RI_NO_CHECKPOINT,
		    r->d->lang));
	if (r->bad_lines > 0)
		about(r, W_RI_READING, SAY(r, &text, W_RI_BAD_LINES,
		    number(&n, r->bad_lines)));
	if (r->read_why.text[0] != '\0')
		about(r, W_RI_READING, SAY(r, &text, W_RI_READ_FAILED,
		    r->read_why.text));
}

/* Which days the tables of what nobody used are about. */
static void
about_unused(struct report *r)
{
	const struct report_period *p = &r->period;
	int64_t end = p->made < p->to ? p->made : p->to;
	struct report_text text, begins;
	struct desk_date from, to;
	struct digits n = { "" };
	size_t len;

	if (!r->store_read)
		return;
	(void)SAY(r, &text, W_RI_UNUSED_IS, number(&n, r->unused_days),
	    desk_day(&from, end / REPORT_US - r->unused_days * 86400),
	    desk_day(&to, (end - 1) / REPORT_US));
	if (r->log_begins > end - r->unused_days * 86400 * REPORT_US) {
		len = strlen(text.s);
		(void)snprintf(text.s + len, sizeof text.s - len, "%s",
		    SAY(r, &begins, W_RI_UNUSED_LOG, desk_time(&from,
		    r->log_begins / REPORT_US)));
	}
	about(r, W_RI_UNUSED, text.s);
}

static void
fill_summary(struct report *r)
{
	const struct {
		enum report_word item;
		int64_t v;
	} rows[] = {
		{ W_RI_LOGINS, r->logins },
		{ W_RI_REMEMBERED, r->remembered },
		{ W_RI_PERSONS, 0 },
		{ W_RI_REFUSALS, r->refusals },
		{ W_RI_SERIOUS, r->serious },
		{ W_RI_TEMP_TOLD, r->temp_told },
		{ W_RI_TEMP_CODES, r->temp_used },
		{ W_RI_OVERRIDES, r->overrides },
		{ W_RI_CHANGES, r->changes },
		{ W_RI_OPENED, r->opened },
		{ W_RI_CLOSED, r->closed },
		{ W_RI_OPEN, (int64_t)r->n_open + r->not_followed },
		{ W_RI_RECORDS, r->records },
	};
	struct report_cell *c;
	size_t i, k;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		c = report_row(&r->table[RT_SUMMARY], RT_SUMMARY, &r->nomem);
		if (c == NULL)
			return;
		report_cell_text(&c[0], report_word(rows[i].item, r->d->lang),
		    &r->nomem);
		c[1].v = rows[i].v;
		for (k = 0; rows[i].item == W_RI_PERSONS &&
		    k < r->people.room; k++)
			c[1].v += r->people.at[k] != NULL &&
			    r->people.at[k]->first != 0;
	}
}

static void
clock_item(struct report *r, enum report_word item, const char *value)
{
	struct report_cell *c = report_row(&r->table[RT_CLOCK], RT_CLOCK,
	    &r->nomem);

	if (c == NULL)
		return;
	report_cell_text(&c[0], report_word(item, r->d->lang), &r->nomem);
	report_cell_text(&c[1], value, &r->nomem);
}

/* Either way: a sign would look like a formula to a spreadsheet. */
static const char *
milliseconds(const struct report *r, struct report_text *b, int64_t us,
    int64_t seq)
{
	struct report_text ms;
	struct digits n = { "" };

	(void)snprintf(ms.s, sizeof ms.s, "%.3f", (double)(us < 0 ? -us : us) /
	    1000);
	return seq == 0 ? SAY(r, b, W_RI_MS, ms.s) :
	    SAY(r, b, W_RI_MS_AT, ms.s, number(&n, seq));
}

static void
fill_clock(struct report *r)
{
	const struct report_clock *k = &r->clock;
	int64_t all = k->synced + k->unsynced;
	struct report_text text;
	struct digits n = { "" }, of = { "" };
	char share[16];

	/* rounded down: 100.0 % means all */
	(void)snprintf(share, sizeof share, "%lld.%lld", all == 0 ? 0LL :
	    (long long)(k->synced * 100 / all), all == 0 ? 0LL :
	    (long long)(k->synced * 1000 / all % 10));
	clock_item(r, W_RI_SYNCED, SAY(r, &text, W_RI_SHARE,
	    number(&n, k->synced), number(&of, all), share));
	clock_item(r, W_RI_OFFSET, milliseconds(r, &text, k->offset_us,
	    k->offset_seq));
	clock_item(r, W_RI_ESTERROR, milliseconds(r, &text, k->esterror_us,
	    k->esterror_seq));
	clock_item(r, W_RI_STEPS, number(&n, k->steps));
	if (k->steps > 0)
		clock_item(r, W_RI_STEP, milliseconds(r, &text, k->step_us,
		    0));
}

static void
limit(struct report *r, enum report_word w)
{
	struct report_cell *c = report_row(&r->table[RT_LIMITS], RT_LIMITS,
	    &r->nomem);

	if (c != NULL)
		report_cell_text(&c[0], report_word(w, r->d->lang), &r->nomem);
}

static void
fill_limits(struct report *r)
{
	limit(r, W_RL_MEDICAL);
	limit(r, W_RL_HOSTS);
	limit(r, W_RL_OTHERS);
	limit(r, W_RL_TIME);
	limit(r, W_RL_SESSIONS);
	limit(r, W_RL_ROOT);
	if (!r->verify)
		limit(r, W_RL_UNVERIFIED);
	if (r->bad_lines > 0 || r->read_why.text[0] != '\0')
		limit(r, W_RL_DAMAGED);
}

/* "2027-04" or, in Japanese, "2027年4月"; the same of a day. */
static void
put_title(struct report *r)
{
	struct report_text text;
	const char *n = r->period.name;
	char part[3][8] = { "", "", "" };

	(void)snprintf(part[0], sizeof part[0], "%.4s", n);
	(void)snprintf(part[1], sizeof part[1], "%.2s", n[5] == '0' ? n + 6 :
	    n + 5);
	if (part[1][0] != '\0' && part[1][1] == '-')
		part[1][1] = '\0';
	if (!r->period.month)
		(void)snprintf(part[2], sizeof part[2], "%.2s", n[8] == '0' ?
		    n + 9 : n + 8);
	(void)snprintf(r->title, sizeof r->title, "%.63s", r->d->lang !=
	    SEK_LANG_JA ? n : SAY(r, &text, r->period.month ? W_RI_MONTH :
	    W_RI_DAY, part[0], part[1], part[2]));
}

void
report_fill_head(struct report *r)
{
	put_title(r);
	about_hosts(r);
	about_period(r);
	about_records(r);
	about_check(r);
	about_unused(r);
	fill_summary(r);
	fill_clock(r);
	fill_limits(r);
}
