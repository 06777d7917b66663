/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The charts of a report as SVG in its page: logins and refusals by day or by
 * hour, side by side, each with its numbers, and as text for who cannot see it.
 *
 * Part of `sekisho`.  Refusals are black and logins light, so that a copy in
 * grey tells the same.
 */
#include "helpdesk/report.h"

#define WIDE 640
#define HIGH 150
#define LEFT 44
#define TOP 20
#define BOTTOM 22

/* The distance of the lines: a number of the form 1, 2, 2.5 or 5 times a
 * power of ten, so that at most five lie below `most`. */
static int64_t
distance(int64_t most)
{
	static const int64_t steps[] = { 10, 20, 25, 50 };
	int64_t unit = 1;
	unsigned i;

	for (;; unit *= 10)
		for (i = 0; i < 4; i++)
			if (steps[i] * unit % 10 == 0 &&
			    steps[i] * unit / 10 * 5 >= most)
				return steps[i] * unit / 10;
}

static void
put_grid(FILE *f, int64_t most, int64_t apart)
{
	int64_t at;

	for (at = 0; at <= most; at += apart) {
		double y = TOP + HIGH - (double)(HIGH * at) / (double)most;

		(void)fprintf(f, "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" "
		    "y2=\"%.1f\" stroke=\"%s\" stroke-width=\"%s\" />"
		    "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%lld"
		    "</text>\n", LEFT, y, WIDE, y, at == 0 ? "#1c1f23" :
		    "#d9dce0", at == 0 ? "1" : "0.6", LEFT - 6, y + 3,
		    (long long)at);
	}
}

static void
put_bar(FILE *f, double x, double w, int64_t v, int64_t most, bool refusal)
{
	double h = (double)HIGH * (double)v / (double)most;

	if (v == 0)
		return;
	if (h < 1)
		h = 1; /* what is there at all is seen */
	(void)fprintf(f, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
	    "height=\"%.1f\" fill=\"%s\" />\n", x, TOP + HIGH - h, w, h,
	    refusal ? "#1c1f23" : "#a9b4c0");
}

/* The number over its bar, three digits, for which there is room. */
static void
put_number(FILE *f, double x, int64_t v, int64_t most)
{
	double y = TOP + HIGH - (double)HIGH * (double)v / (double)most - 2;

	if (v > 0 && v < 1000)
		(void)fprintf(f, "<text x=\"%.1f\" y=\"%.1f\" font-size=\"6\" "
		    "text-anchor=\"middle\">%lld</text>\n", x, y,
		    (long long)v);
}

static void
put_legend(const struct report *r, FILE *f)
{
	(void)fprintf(f, "<rect x=\"%d\" y=\"3\" width=\"9\" height=\"9\" "
	    "fill=\"#a9b4c0\" /><text x=\"%d\" y=\"11\">%s</text>"
	    "<rect x=\"%d\" y=\"3\" width=\"9\" height=\"9\" "
	    "fill=\"#1c1f23\" /><text x=\"%d\" y=\"11\">%s</text>\n", LEFT,
	    LEFT + 13, report_word(W_RH_LOGINS, r->d->lang), LEFT + 80,
	    LEFT + 93, report_word(W_RH_REFUSALS, r->d->lang));
}

/* "1", "2", ... of a month, the hour of a day. */
static void
put_label(FILE *f, double x, size_t i, bool days, size_t n)
{
	if (days ? i % 2 == 0 : i % 3 == 0)
		(void)fprintf(f, "<text x=\"%.1f\" y=\"%d\" "
		    "text-anchor=\"middle\">%u%s</text>\n", x,
		    TOP + HIGH + 14, (unsigned)(days ? i + 1 : i),
		    days || n == 0 ? "" : ":00");
}

static void
put_description(const struct report *r, FILE *f, enum report_table_id id)
{
	const struct report_table *t = &r->table[id];
	struct report_shown shown;
	size_t i;

	(void)fprintf(f, "<title id=\"%s-t\">%s</title>\n<desc "
	    "id=\"%s-d\">", report_plans[id].name,
	    report_word(report_plans[id].title, r->d->lang),
	    report_plans[id].name);
	for (i = 0; i < t->n_rows; i++) {
		const struct report_cell *c = t->cell + 3 * i;

		if (c[1].v + c[2].v > 0)
			(void)fprintf(f, "%s: %s %lld, %s %lld. ",
			    report_shown(&c[0], false, &shown),
			    report_word(W_RH_LOGINS, r->d->lang),
			    (long long)c[1].v,
			    report_word(W_RH_REFUSALS, r->d->lang),
			    (long long)c[2].v);
	}
	(void)fputs("</desc>\n", f);
}

void
report_html_chart(const struct report *r, FILE *f, enum report_table_id id)
{
	const struct report_table *t = &r->table[id];
	double step = (double)(WIDE - LEFT) / (double)t->n_rows;
	double bar = step * 0.38;
	int64_t most = 1, apart;
	size_t i;

	for (i = 0; i < t->n_rows; i++) {
		const struct report_cell *c = t->cell + 3 * i;

		most = c[1].v > most ? c[1].v : most;
		most = c[2].v > most ? c[2].v : most;
	}
	apart = distance(most);
	most = (most + apart - 1) / apart * apart;
	(void)fprintf(f, "<svg viewBox=\"0 0 %d %d\" role=\"img\" "
	    "font-size=\"9\" fill=\"#555b63\" "
	    "aria-labelledby=\"%s-t %s-d\">\n", WIDE, TOP + HIGH + BOTTOM,
	    report_plans[id].name, report_plans[id].name);
	put_description(r, f, id);
	put_legend(r, f);
	put_grid(f, most, apart);
	for (i = 0; i < t->n_rows; i++) {
		const struct report_cell *c = t->cell + 3 * i;
		double x = LEFT + step * (double)i;

		put_bar(f, x + step * 0.1, bar, c[1].v, most, false);
		put_bar(f, x + step * 0.1 + bar, bar, c[2].v, most, true);
		put_number(f, x + step * 0.1 + bar / 2, c[1].v, most);
		put_number(f, x + step * 0.1 + bar * 1.5, c[2].v, most);
		put_label(f, x + step / 2, i, id == RT_DAYS, t->n_rows);
	}
	(void)fputs("</svg>\n", f);
}
