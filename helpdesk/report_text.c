/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A report on a terminal of 80 columns.
 *
 * Part of `sekisho`.  Widths are our own: wcwidth() asks the locale, and what
 * runs as root does not let the environment choose that.  East Asian Wide
 * and Fullwidth of Unicode UAX 11 take two columns, marks that combine none.
 */
#include "helpdesk/report.h"

#include <string.h>

#define PAGE 80
#define APART 2    /* blanks between columns */
#define NARROW 6   /* no text column is less */
#define BAR 30

/* The code point at *p, and past it; the text is well-formed UTF-8. */
static uint32_t
next_char(const char **p)
{
	const unsigned char *s = (const unsigned char *)*p;
	unsigned n = s[0] < 0x80 ? 1 : s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;
	uint32_t c = n == 1 ? s[0] : s[0] & (0xFFu >> (n + 1));
	unsigned i;

	for (i = 1; i < n && s[i] != '\0'; i++)
		c = c << 6 | (s[i] & 0x3Fu);
	*p += i;
	return c;
}

static unsigned
width_of(uint32_t c)
{
	static const struct {
		uint32_t from, to;
		unsigned width;
	} odd[] = {
		{ 0x0300, 0x036F, 0 }, { 0x1100, 0x115F, 2 },
		{ 0x2E80, 0x3029, 2 }, { 0x302A, 0x302D, 0 },
		{ 0x302E, 0x303E, 2 }, { 0x3041, 0x3098, 2 },
		{ 0x3099, 0x309A, 0 }, { 0x309B, 0x4DBF, 2 },
		{ 0x4E00, 0xA4CF, 2 }, { 0xA960, 0xA97F, 2 },
		{ 0xAC00, 0xD7A3, 2 }, { 0xF900, 0xFAFF, 2 },
		{ 0xFE10, 0xFE19, 2 }, { 0xFE20, 0xFE2F, 0 },
		{ 0xFE30, 0xFE6F, 2 }, { 0xFF01, 0xFF60, 2 },
		{ 0xFFE0, 0xFFE6, 2 }, { 0x16FE0, 0x18D08, 2 },
		{ 0x1AFF0, 0x1B2FB, 2 }, { 0x1F300, 0x1F64F, 2 },
		{ 0x1F680, 0x1F6FF, 2 }, { 0x1F900, 0x1F9FF, 2 },
		{ 0x20000, 0x3FFFD, 2 },
	};
	size_t i;

	for (i = 0; i < sizeof odd / sizeof odd[0]; i++)
		if (c >= odd[i].from && c <= odd[i].to)
			return odd[i].width;
	return 1;
}

static unsigned
width(const char *s)
{
	unsigned w = 0;

	while (*s != '\0')
		w += width_of(next_char(&s));
	return w;
}

static void
blanks(FILE *f, unsigned n)
{
	while (n-- > 0)
		(void)fputc(' ', f);
}

/* May a line end between these two?  Behind a blank, and beside a wide
 * character, as Japanese does, unless it closes or opens something. */
static bool
may_break(uint32_t c, uint32_t next)
{
	static const uint32_t closing[] = { 0x3001, 0x3002, 0x300D, 0x30FC,
		0xFF09, ')', ',', '.', ':', '%', 0 };
	size_t i;

	if (c == ' ')
		return next != ' ';
	if ((width_of(c) != 2 && width_of(next) != 2) || c == '(' ||
	    c == 0x300C || next == ' ')
		return false;
	for (i = 0; closing[i] != 0; i++)
		if (next == closing[i])
			return false;
	return true;
}

/* How many bytes of s go on a line of `room` columns: up to the last place
 * to break that fits, where there is one that is not too early. */
static size_t
line_of(const char *s, unsigned room)
{
	const char *p = s, *fit = s, *at = NULL, *ahead;
	uint32_t c = ' ', next;
	unsigned w = 0;

	while (*p != '\0') {
		ahead = p;
		next = next_char(&ahead);
		if (p > s && may_break(c, next))
			at = p;
		w += width_of(next);
		if (w > room)
			break;
		p = fit = ahead;
		c = next;
	}
	if (w <= room)
		return strlen(s);
	if (at != NULL && (size_t)(at - s) * 3 >= (size_t)(fit - s))
		fit = at;
	if (fit == s) /* one that is wider than the column */
		(void)next_char(&fit);
	return (size_t)(fit - s);
}

/* Running text, below itself where it begins. */
static void
paragraph(FILE *f, const char *bullet, const char *s)
{
	unsigned indent = width(bullet);
	size_t n;

	(void)fputs(bullet, f);
	for (; *s != '\0'; s += n) {
		n = line_of(s, PAGE - indent);
		(void)fprintf(f, "%.*s\n", (int)n, s);
		while (s[n] == ' ')
			n++;
		if (s[n] != '\0')
			blanks(f, indent);
	}
}

struct layout {
	const struct report *r;
	enum report_table_id id;
	size_t columns;
	unsigned wide[REPORT_COLUMNS];
	bool to_right[REPORT_COLUMNS];
	bool below[REPORT_COLUMNS]; /* on a line of its own under the row */
};

static const char *
head_of(const struct layout *l, size_t i)
{
	return report_word(report_plans[l->id].column[i].head, l->r->d->lang);
}

static unsigned
total(const struct layout *l)
{
	unsigned sum = 0;
	size_t i;

	for (i = 0; i < l->columns; i++)
		if (!l->below[i])
			sum += l->wide[i] + (sum > 0 ? APART : 0);
	return sum;
}

/* Which column is to give way: the widest of text, else the widest. */
static size_t
widest(const struct layout *l)
{
	size_t i, found;
	unsigned pass;

	for (pass = 0; pass < 2; pass++) {
		found = l->columns;
		for (i = 0; i < l->columns; i++) {
			if (l->below[i] || l->wide[i] <= NARROW ||
			    (pass == 0 && report_plans[l->id].column[i].kind
			    != RC_TEXT))
				continue;
			if (found == l->columns || l->wide[i] >
			    l->wide[found])
				found = i;
		}
		if (found < l->columns)
			return found;
	}
	return l->columns;
}

/* When they do not fit beside each other, the last columns of text go below
 * their row; two of text stay.  What is too wide even then is squeezed. */
static void
fit(struct layout *l)
{
	size_t i, kept = 0, give;

	for (i = 0; i < l->columns; i++)
		kept += report_plans[l->id].column[i].kind == RC_TEXT;
	for (i = l->columns; i-- > 0 && kept > 2 && total(l) > PAGE; )
		if (report_plans[l->id].column[i].kind == RC_TEXT) {
			l->below[i] = true;
			kept--;
		}
	while (total(l) > PAGE && (give = widest(l)) < l->columns)
		l->wide[give]--;
}

static void
measure(struct layout *l)
{
	const struct report_table *t = &l->r->table[l->id];
	struct report_shown shown;
	unsigned w;
	size_t i, k;

	for (k = 0; k < l->columns; k++) {
		enum report_kind kind = report_plans[l->id].column[k].kind;

		l->wide[k] = width(head_of(l, k));
		l->to_right[k] = kind == RC_NUMBER || kind == RC_SEQ ||
		    kind == RC_SPAN;
	}
	for (i = 0; i < t->n_rows; i++)
		for (k = 0; k < l->columns; k++) {
			w = width(report_shown(&t->cell[i * l->columns + k],
			    false, &shown));
			if (w > l->wide[k])
				l->wide[k] = w;
		}
	fit(l);
}

/* What of *left goes on this line of its column. */
static size_t
take_part(const char **left, unsigned room, char part[4 * PAGE + 4])
{
	size_t n = line_of(*left, room);

	if (n > 4 * PAGE)
		n = 4 * PAGE;
	memcpy(part, *left, n);
	*left += n;
	while (n > 0 && part[n - 1] == ' ')
		n--;
	part[n] = '\0';
	return n;
}

/* One row of cells on as many lines as the longest needs. */
static void
put_row(const struct layout *l, FILE *f, const char *const *text)
{
	const char *left[REPORT_COLUMNS];
	char part[4 * PAGE + 4];
	unsigned w, pending, free_room;
	bool more = true;
	size_t i;

	for (i = 0; i < l->columns; i++)
		left[i] = text[i];
	while (more) {
		more = false;
		pending = 0;
		for (i = 0; i < l->columns; i++) {
			if (l->below[i])
				continue;
			if (take_part(&left[i], l->wide[i], part) == 0) {
				pending += l->wide[i] + APART;
				continue;
			}
			w = width(part);
			free_room = w < l->wide[i] ? l->wide[i] - w : 0;
			blanks(f, pending + (l->to_right[i] ? free_room : 0));
			(void)fputs(part, f);
			pending = APART + (l->to_right[i] ? 0 : free_room);
			more = more || *left[i] != '\0';
		}
		(void)fputc('\n', f);
	}
}

static void
put_rule(const struct layout *l, FILE *f)
{
	unsigned apart = 0, k;
	size_t i;

	for (i = 0; i < l->columns; i++) {
		if (l->below[i])
			continue;
		blanks(f, apart);
		for (k = 0; k < l->wide[i]; k++)
			(void)fputc('-', f);
		apart = APART;
	}
	(void)fputc('\n', f);
}

/* "    head: text; head: text", what has a text at all. */
static void
put_under(const struct layout *l, FILE *f, const char *const *text)
{
	char line[4096];
	size_t i, len = 0;
	int n;

	for (i = 0; i < l->columns && len < sizeof line; i++) {
		if (!l->below[i] || *text[i] == '\0')
			continue;
		n = snprintf(line + len, sizeof line - len, "%s%s: %s",
		    len > 0 ? "; " : "", head_of(l, i), text[i]);
		len += n < 0 ? 0 : (size_t)n;
	}
	if (len > 0)
		paragraph(f, "    ", line);
}

/* Logins as '#', refusals as 'x', to one scale. */
static void
put_bars(const struct report *r, FILE *f, enum report_table_id id)
{
	const struct report_table *t = &r->table[id];
	struct report_shown shown;
	const struct report_cell *c;
	int64_t most = 1;
	size_t i;
	int64_t k, a, b;

	for (i = 0; i < t->n_rows; i++) {
		c = t->cell + 3 * i;
		if (c[1].v + c[2].v > most)
			most = c[1].v + c[2].v;
	}
	(void)fprintf(f, "%s\n", report_word(W_RN_BARS, r->d->lang));
	for (i = 0; i < t->n_rows; i++) {
		c = t->cell + 3 * i;
		/* what is there at all is seen */
		a = (c[1].v * BAR + most - 1) / most;
		b = (c[2].v * BAR + most - 1) / most;
		(void)fprintf(f, "%-10s %8lld %8lld%s", report_shown(&c[0],
		    false, &shown), (long long)c[1].v, (long long)c[2].v,
		    a + b > 0 ? "  " : "");
		for (k = 0; k < a; k++)
			(void)fputc('#', f);
		for (k = 0; k < b; k++)
			(void)fputc('x', f);
		(void)fputc('\n', f);
	}
}

static void
put_table(const struct report *r, FILE *f, enum report_table_id id)
{
	const struct report_table *t = &r->table[id];
	struct layout l = { .r = r, .id = id,
		.columns = report_columns(id) };
	struct report_shown shown[REPORT_COLUMNS];
	const char *text[REPORT_COLUMNS] = { NULL };
	bool plain = id == RT_ABOUT || id == RT_SUMMARY || id == RT_CLOCK;
	size_t i, k;

	measure(&l);
	for (k = 0; k < l.columns; k++)
		text[k] = head_of(&l, k);
	if (!plain) {
		put_row(&l, f, text);
		put_rule(&l, f);
	}
	for (i = 0; i < t->n_rows; i++) {
		for (k = 0; k < l.columns; k++)
			text[k] = report_shown(&t->cell[i * l.columns + k],
			    false, &shown[k]);
		put_row(&l, f, text);
		put_under(&l, f, text);
	}
}

static void
put_below(const struct report *r, FILE *f, enum report_table_id id)
{
	const struct report_plan *plan = &report_plans[id];
	const struct report_table *t = &r->table[id];
	char more[24];

	if (t->more > 0) {
		(void)snprintf(more, sizeof more, "%lld", (long long)t->more);
		desk_fill(f, report_word(W_RN_MORE, r->d->lang),
		    (const char *[4]){ more });
		(void)fputc('\n', f);
	}
	if (plan->note != 0 && !t->left_out)
		paragraph(f, "", report_word(plan->note, r->d->lang));
}

static void
put_section(const struct report *r, FILE *f, enum report_table_id id)
{
	const struct report_plan *plan = &report_plans[id];
	const struct report_table *t = &r->table[id];
	size_t i;

	(void)fprintf(f, "\n[%s]\n", report_word(plan->title, r->d->lang));
	if (t->left_out)
		desk_fill(f, report_word(t->why, r->d->lang),
		    (const char *[4]){ t->why_arg });
	else if (t->n_rows == 0)
		(void)fputs(report_word(plan->empty, r->d->lang), f);
	else if (id == RT_DAYS || id == RT_HOURS)
		put_bars(r, f, id);
	else if (id == RT_LIMITS)
		for (i = 0; i < t->n_rows; i++)
			paragraph(f, "- ", t->cell[i].s == NULL ? "" :
			    t->cell[i].s);
	else
		put_table(r, f, id);
	if (t->left_out || t->n_rows == 0)
		(void)fputc('\n', f);
	put_below(r, f, id);
}

static void
put_heading(FILE *f, const char *s)
{
	unsigned w = width(s);

	(void)fprintf(f, "\n%s\n", s);
	while (w-- > 0)
		(void)fputc('=', f);
	(void)fputc('\n', f);
}

void
report_text_form(const struct report *r, FILE *f)
{
	enum report_word chapter = 0;
	enum report_table_id id;

	(void)fprintf(f, "%s  %s\n", report_word(W_RT_REPORT, r->d->lang),
	    r->title);
	for (id = 0; id < N_REPORT_TABLES; id++) {
		if (r->table[id].left_out && r->table[id].why == 0)
			continue;
		if (report_plans[id].chapter != chapter) {
			chapter = report_plans[id].chapter;
			put_heading(f, report_word(chapter, r->d->lang));
		}
		put_section(r, f, id);
	}
}
