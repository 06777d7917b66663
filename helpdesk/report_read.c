/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads the record for a report: once to prove it, once to count it.
 *
 * Part of `sekisho`.  A report of a record that is not whole is made all the
 * same, and says so first: that is when it is needed most.
 */
#include "helpdesk/report.h"

#include <string.h>

#define DAY_US ((int64_t)86400 * REPORT_US)
#define BAD_MAX 1000 /* lines that are stepped over */

/* What is asked of the reader.  A session may end on the day after, and what
 * counts as used may have been so long before. */
static void
span(struct report *r, int64_t *from, int64_t *to)
{
	const struct report_period *p = &r->period;
	int64_t end = p->made < p->to ? p->made : p->to, used;

	used = end - r->unused_days * DAY_US;
	r->read_from = r->unused_days > 0 && used < p->from ? used : p->from;
	*from = r->read_from;
	*to = r->read_to = p->to + DAY_US;
}

int
report_read(struct report *r, char *const *files, size_t n)
{
	struct sek_reader *rd = NULL;
	struct sek_entry e = { .line = NULL };
	int64_t from, to;
	int err;

	span(r, &from, &to);
	err = r->folder != NULL ?
	    sek_reader_dir(&rd, r->folder, &r->read_why) :
	    sek_reader_files(&rd, (const char *const *)files, n,
	    &r->read_why);
	if (err == SEK_OK)
		err = sek_reader_between(rd, from, to, &r->read_why);
	while (err == SEK_OK && !r->nomem) {
		err = sek_reader_next(rd, &e, &r->read_why);
		if (err == SEK_OK)
			report_take(r, &e);
		else if (err == SEK_E_SYNTAX && ++r->bad_lines < BAD_MAX)
			err = SEK_OK;
	}
	sek_reader_free(rd);
	if (err == SEK_E_EOF) {
		r->read_why.text[0] = '\0';
		err = SEK_OK;
	}
	return err;
}
