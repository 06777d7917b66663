/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho audit report`: what its rooms share.
 *
 * A report is made in three steps.  report_take.c and report_session.c count
 * records while they are read, in bounded memory; report_fill*.c turn the
 * counts into tables; report_text.c, report_csv.c and report_html.c put the
 * same tables on paper.  None of them changes a record or the store.
 *
 * Text from records and from the store is made safe on its way in
 * (report_clean()), so that a cell never holds a control or a bidirectional
 * character; each form escapes once more for its own markup.
 */
#ifndef HELPDESK_REPORT_H
#define HELPDESK_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "record/audit_reader.h"
#include "record/audit_verify.h"
#include "helpdesk/desk.h"
#include "helpdesk/report_pick.h"
#include "helpdesk/report_table.h"
#include "helpdesk/report_tally.h"

#define REPORT_US 1000000 /* of a second */
#define REPORT_DAYS 31u
#define REPORT_OPEN_MAX 65536u /* sessions that are followed */
#define REPORT_LONGEST 20u

/* Times are microseconds since 1970; an end is not part of what it ends. */
struct report_period {
	int64_t from, to;
	int64_t made;               /* when the report is made */
	bool month;
	size_t n_days;
	int64_t day[REPORT_DAYS + 1]; /* where each begins; the last is `to` */
	char name[16];              /* "2027-04-01" or "2027-04" */
};

struct report_session {
	char id[40];
	char *person, *account, *where; /* owned */
	int64_t t, t_mono;
	uint64_t seq;
	size_t boot;    /* which one since the reading began */
};

struct report_long { /* one of the longest sessions */
	char *person, *account; /* owned */
	int64_t begun, ended, seconds;
};

struct report_clock {
	int64_t synced, unsynced;
	int64_t offset_us, offset_seq;     /* the largest, either way */
	int64_t esterror_us, esterror_seq;
	int64_t steps, step_us;            /* clock_step; the largest */
};

struct report {
	struct desk *d;
	struct report_period period;
	char title[64]; /* the period as people write it */
	int64_t unused_days; /* 0: not asked for */
	int64_t gap_hours;
	const char *folder; /* of the record; NULL: files were named */
	const char *keys;   /* --key; NULL: those of the folder */
	bool from_files;    /* or another folder: not this machine's record */
	bool verify;
	struct report_table table[N_REPORT_TABLES];

	/* what is counted */
	int64_t records, first_seq, last_seq, first_t, last_t, bad_lines;
	int64_t logins, remembered, refusals, serious, overrides, changes;
	int64_t temp_told, temp_used; /* temporary codes */
	int64_t opened, closed, not_followed;
	int64_t hour[24][2], per_day[REPORT_DAYS][2]; /* logins, refusals */
	struct tally people;   /* person */
	struct tally pairs;    /* person, pair */
	struct tally shared;   /* account, person */
	struct tally reasons;  /* word of the reason */
	struct tally refused;  /* person, who was asked for */
	struct tally places;   /* service, terminal, remote host */
	struct tally events;   /* event */
	struct tally hosts;    /* host, origin of the log */
	struct tally evidence; /* what, status */
	struct tally used;     /* credential, in the days that count as use */
	struct tally active;   /* person, in the same days */
	void *open;            /* tree of struct report_session */
	size_t n_open;
	struct report_long longest[REPORT_LONGEST];
	size_t n_longest;
	struct report_clock clock;
	size_t boots;
	char boot[40];         /* of the record before */
	int64_t before_mono;   /* of it, when it was in the period */
	uint64_t before_seq;   /* 0: there is none */
	int64_t read_from;     /* from when on records were asked for */
	int64_t read_to;       /* until when; the reader may hand out more */
	int64_t log_begins;    /* time of the oldest record read; 0: none */
	bool store_read;
	char store_why[300];   /* why not; "" = not tried */

	/* what was verified; report_check.c */
	struct sek_audit_report checked;
	int check;             /* of sek_audit_verify() */
	bool check_key, check_note; /* were there keys, a checkpoint? */
	struct sek_why check_why;
	char check_origin[SEK_ORIGIN_MAX];
	struct sek_why read_why; /* the reading itself ended with this */
	bool nomem;
};

/* -- report_time.c; all in the time zone of the machine */
/* "today", "yesterday", "2027-04-01"; "this", "last", "2027-04". */
bool report_period_day(const char *text, int64_t made,
    struct report_period *out) SEK_MUST;
bool report_period_month(const char *text, int64_t made,
    struct report_period *out) SEK_MUST;
/* Which day of the period; it must lie in it. */
size_t report_day_of(const struct report_period *p, int64_t t);
unsigned report_hour(int64_t t);
/* "JST, UTC+09:00", and both offsets when the period has two. */
#define REPORT_ZONE 100u
void report_zone(const struct report_period *p, char out[REPORT_ZONE]);

/* -- report_take.c */
/* A record that was read; what lies outside the period counts for little. */
void report_take(struct report *r, const struct sek_entry *e);
/* Text from a record or the store, safe to show. */
const char *report_clean(char *out, size_t cap, const char *s, size_t n);
#define REPORT_TEXT 1100u
struct report_text {
	char s[REPORT_TEXT];
};
const char *report_value(struct report_text *b, const struct report_field *f);
/* "service, terminal, remote host" of a record. */
const char *report_place(struct report_text *b, const struct report_field *f);

/* -- report_list.c: events that are listed one by one */
void report_list(struct report *r, const struct sek_entry *e,
    const struct report_field *f, const char *event);
void report_list_gap(struct report *r, const struct sek_entry *e,
    const char *what, int64_t seconds);

/* -- report_session.c */
void report_session_take(struct report *r, const struct sek_entry *e,
    const struct report_field *f, const char *event);
void report_session_end(struct report *r);
void report_session_free(struct report *r);

/* -- report_read.c: verify, then read all that counts */
int report_check(struct report *r, const char *const *paths, size_t n)
    SEK_MUST;
int report_read(struct report *r, char *const *files, size_t n) SEK_MUST;

/* -- report_store.c: credentials and persons that nobody used */
void report_store(struct report *r);

/* -- report_reasons.c: what a reason means to who reads a report */
const char *report_reason(const char *word, enum sek_lang lang);

/* -- report_fill.c, report_fill_head.c: from counts to tables */
void report_fill(struct report *r);
void report_fill_head(struct report *r);

/* -- forms; `table` alone when it is not N_REPORT_TABLES */
void report_text_form(const struct report *r, FILE *f);
void report_csv_form(const struct report *r, FILE *f,
    enum report_table_id table);
void report_html_form(const struct report *r, FILE *f);
/* -- report_chart.c */
void report_html_chart(const struct report *r, FILE *f,
    enum report_table_id id);

#endif
