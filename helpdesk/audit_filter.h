/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which records a command of `sekisho audit` is asked for: the options that
 * `show`, `export` and `report` share, and whether a record is one of those.
 *
 *	struct audit_filter f = { 0 };
 *	struct desk_opt opts[AUDIT_FILTER_OPTS + 1] = { { "json", ... } };
 *	audit_filter_options(&f, opts + 1);
 *	r = desk_options(d, argc, argv, opts, ...);
 *	r = audit_filter_parse(d, &f);            (DESK_GO, or told why not)
 *	r = audit_open(d, words, &rd);            (the same)
 *	r = audit_filter_place(&f, rd, &why);     (jumps to where they begin)
 *	while ((r = audit_filter_next(&f, rd, &e, &rec, &why)) == SEK_OK)
 *		... json_decref(rec);
 *
 * Part of the administrator's program.  Reads only.
 */
#ifndef HELPDESK_AUDIT_FILTER_H
#define HELPDESK_AUDIT_FILTER_H

#include "record/audit_reader.h"
#include "helpdesk/desk.h"

#define AUDIT_FILTER_OPTS 12u
#define AUDIT_FILTER_NEEDLES 8u

struct audit_filter {
	/* as given; NULL: any */
	const char *person, *account, *host, *service, *event, *outcome;
	const char *reason, *factor, *session, *since, *until, *seq;
	/* as understood by audit_filter_parse(); all of them set */
	int64_t t_from, t_to;      /* from <= t < to, us since 1970 */
	bool timed;                /* one of the two was given */
	uint64_t seq_from, seq_to; /* both are in it */
	char needle[AUDIT_FILTER_NEEDLES][320]; /* stands in each line */
	size_t n_needles;
};

/* Fill AUDIT_FILTER_OPTS entries: --person, --account, --host, --service,
 * --event, --outcome, --reason, --factor, --session, --since, --until,
 * --seq. */
void audit_filter_options(struct audit_filter *f,
    struct desk_opt opts[AUDIT_FILTER_OPTS]);
/* For the usage lines of the commands. */
#define AUDIT_FILTER_ARGS "[--since TIME] [--until TIME] [--seq A[..[B]]] " \
    "[--person NAME] [--account NAME] [--host NAME] [--service NAME] " \
    "[--event E] [--outcome ok|refused] [--reason WORD] [--factor WORD] " \
    "[--session ID]"
/* DESK_GO, or DESK_USAGE and what is wrong was told: a word that no record
 * has, a time that is none. */
int audit_filter_parse(const struct desk *d, struct audit_filter *f) SEK_MUST;

/* Is this record one of them? */
bool audit_filter_fits(const struct audit_filter *f, const json_t *rec);
/* The same by the bytes of the line, which is canonical: false only when it
 * surely is none.  So that not all need be parsed. */
bool audit_filter_maybe(const struct audit_filter *f, const char *line,
    size_t n);

/* Have the reader skip what is before them, and whole blocks of another
 * time; a record that it hands out need not fit. */
int audit_filter_place(const struct audit_filter *f, struct sek_reader *rd,
    struct sek_why *why) SEK_MUST;
/* The next one of them; *rec is owned by the caller, the entry's line is
 * good until the next call.  SEK_E_EOF: no more (for now, unless the last
 * number was passed); others as sek_reader_next(). */
int audit_filter_next(const struct audit_filter *f, struct sek_reader *rd,
    struct sek_entry *e, json_t **rec, struct sek_why *why) SEK_MUST;

/* -- audit_open.c */
/* The record that `words` (which end with NULL) name: files in any order, or
 * a folder, and no configuration is needed; without words the one of the
 * configuration, which is loaded.  DESK_GO, with *rd NULL when there is no
 * record yet, or what to exit with. */
int audit_open(struct desk *d, char **words, struct sek_reader **rd) SEK_MUST;

/* -- audit_time.c */
/* A time as people give it: RFC 3339 ("2027-04-01T09:30:00+09:00"), without
 * a zone the local time here ("2027-04-01 09:30", "2027-04-01", its first
 * moment), "today", "yesterday", "now".  Microseconds since 1970. */
bool audit_time(const char *text, int64_t *out);

#endif
