/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last records that are asked for, found from the end: a log of years is
 * not read for ten of them.
 *
 * Part of the administrator's program.  Reads only, in bounded memory.
 */
#include "helpdesk/audit_last.h"

#define FIRST_STEP 256u /* records looked at at once; then twice as many */

/* How many of the records from <= seq < to are asked for. */
static int
count(const struct audit_filter *f, struct sek_reader *rd,
    struct audit_part *part, struct sek_why *why)
{
	struct audit_filter some = *f;
	struct sek_entry e;
	json_t *rec = NULL;
	int r;

	some.seq_from = part->from;
	some.seq_to = part->to - 1;
	part->fit = 0;
	r = sek_reader_seek(rd, part->from, why);
	while (r == SEK_OK &&
	    (r = audit_filter_next(&some, rd, &e, &rec, why)) == SEK_OK) {
		json_decref(rec);
		part->fit++;
	}
	return r == SEK_E_EOF ? SEK_OK : r;
}

/* The number of the oldest record that is there. */
static int
find_oldest(struct sek_reader *rd, uint64_t *seq, struct sek_why *why)
{
	struct sek_entry e;
	int r = sek_reader_seek(rd, 1, why);

	if (r == SEK_OK)
		r = sek_reader_next(rd, &e, why);
	*seq = r == SEK_OK ? e.is.seq : 1;
	return r == SEK_E_EOF ? SEK_OK : r;
}

int
audit_last_find(struct audit_last *l, const struct audit_filter *f,
    struct sek_reader *rd, uint64_t want, struct sek_why *why)
{
	uint64_t oldest, to, step = FIRST_STEP, found = 0;
	struct audit_part *p;
	int r, torn;

	*l = (struct audit_last){ .n = 0 };
	/* also when the end is torn: there are records before it */
	torn = sek_reader_last(rd, &l->newest, why);
	if (torn != SEK_OK && torn != SEK_E_SYNTAX)
		return torn;
	if ((r = find_oldest(rd, &oldest, why)) != SEK_OK)
		return r;
	if (oldest < f->seq_from)
		oldest = f->seq_from;
	to = l->newest < f->seq_to ? l->newest + 1 : f->seq_to + 1;
	while (to > oldest && found < want && l->n < AUDIT_PARTS) {
		p = &l->part[l->n];
		p->to = to;
		p->from = to - oldest > step ? to - step : oldest;
		if ((r = count(f, rd, p, why)) != SEK_OK)
			return r;
		to = p->from;
		found += p->fit;
		step *= 2;
		l->n += p->fit > 0;
	}
	l->skip = found > want ? found - want : 0;
	return torn == SEK_OK ? SEK_OK : sek_reader_last(rd, &to, why);
}
