/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tables of a report: which there are, their columns, their rows.
 * Part of `sekisho`; knows nothing of records or of paper.
 */
#ifndef HELPDESK_REPORT_TABLE_H
#define HELPDESK_REPORT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helpdesk/report_words.h"

#define REPORT_COLUMNS 9u

/* In the order of the report. */
enum report_table_id {
	RT_ABOUT,
	RT_SUMMARY,
	RT_DAYS,
	RT_HOURS,
	RT_LOGINS,
	RT_SHARED,
	RT_SESSIONS,
	RT_LONGEST,
	RT_OPEN,
	RT_REASONS,
	RT_REFUSED,
	RT_PLACES,
	RT_SERIOUS,
	RT_EXCEPTIONS,
	RT_CHANGES,
	RT_UNUSED,
	RT_IDLE,
	RT_LOG,
	RT_CLOCK,
	RT_REVOCATION,
	RT_EVENTS,
	RT_LIMITS,
	N_REPORT_TABLES
};

enum report_kind {
	RC_TEXT,
	RC_NUMBER,
	RC_SEQ,  /* a number that is a name: of a record, a credential */
	RC_TIME, /* microseconds since 1970; 0: none */
	RC_MINUTE, /* the same, where minutes are enough to read */
	RC_DAY,
	RC_SPAN  /* seconds; negative: not known */
};

struct report_cell {
	enum report_kind kind; /* of the cell; a column may hold several */
	int64_t v;
	char *s; /* owned */
};

struct report_table {
	struct report_cell *cell; /* n_rows * columns; owned */
	size_t n_rows, cap;
	int64_t more;  /* rows that found no room */
	bool left_out; /* it was not asked for, or cannot be told */
	enum report_word why; /* then: why; 0: it is not shown at all */
	const char *why_arg;
};

/* What never changes of a table. */
struct report_plan {
	const char *name;         /* for --table */
	enum report_word chapter; /* heading above it; 0: it goes on */
	enum report_word title;
	enum report_word empty;   /* said instead of no rows */
	enum report_word note;    /* said below; 0: nothing */
	size_t max_rows;
	struct {
		enum report_word head;
		enum report_kind kind;
	} column[REPORT_COLUMNS];
};

extern const struct report_plan report_plans[N_REPORT_TABLES];
size_t report_columns(enum report_table_id id);

/* A new row, all cells empty and of their column's kind; NULL: no room (it
 * is counted in `more`), or *nomem is set. */
struct report_cell *report_row(struct report_table *t,
    enum report_table_id id, bool *nomem);
/* Set a text; NULL is empty. */
void report_cell_text(struct report_cell *c, const char *s, bool *nomem);
void report_table_free(struct report_table *t, enum report_table_id id);

/* How a cell is written; `full`: with the year. */
struct report_shown {
	char text[64];
};
const char *report_shown(const struct report_cell *c, bool full,
    struct report_shown *buf);

#endif
