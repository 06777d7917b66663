/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A report as one page of HTML that stands for itself: no script, no font, no
 * picture and no address is loaded from anywhere, and a content security
 * policy says so too.  It is well-formed XML as well, and prints on A4.
 *
 * Part of `sekisho`.  Every text goes through put_text().
 */
#include "helpdesk/report.h"

#include <string.h>

static const char style[] =
    "@page{size:A4;margin:16mm 14mm 18mm;"
    "@bottom-right{content:counter(page)' / 'counter(pages);"
    "font-size:8pt;color:#555b63}}"
    "*{box-sizing:border-box}"
    "html{font:10.5pt/1.6 'Hiragino Sans','Yu Gothic','Meiryo',"
    "'Noto Sans CJK JP','Noto Sans JP',sans-serif;color:#1c1f23;"
    "background:#fff}"
    "body{max-width:182mm;margin:0 auto;padding:8mm 4mm}"
    "h1{font-size:19pt;font-weight:600;line-height:1.3;margin:0}"
    ".period{font-size:12pt;color:#555b63;margin:0 0 6mm}"
    "h2{font-size:13.5pt;font-weight:600;margin:11mm 0 3mm;"
    "padding-bottom:1.2mm;border-bottom:.5mm solid #1c1f23;"
    "break-after:avoid}"
    "h3{font-size:10.5pt;font-weight:600;margin:6mm 0 1.5mm;"
    "break-after:avoid}"
    "table{border-collapse:collapse;width:100%;font-size:8.8pt;"
    "line-height:1.45}"
    "thead{display:table-header-group}"
    "tr{break-inside:avoid}"
    "th{font-weight:600;text-align:left;color:#555b63;"
    "border-bottom:.3mm solid #8a9099;white-space:nowrap;"
    "padding:.8mm 2.4mm .8mm 0;vertical-align:bottom}"
    "td{border-bottom:.15mm solid #d9dce0;padding:.9mm 2.4mm .9mm 0;"
    "vertical-align:top;overflow-wrap:break-word}"
    ".a{overflow-wrap:anywhere}"
    ".n{text-align:right;white-space:nowrap;padding-right:5mm;"
    "font-variant-numeric:tabular-nums}"
    ".t{white-space:nowrap;font-variant-numeric:tabular-nums}"
    ".w td,.w th{font-size:7.9pt}"
    ".k th{width:34mm;color:#1c1f23;border-bottom:.15mm solid #d9dce0;"
    "vertical-align:top}"
    ".k td{white-space:normal}"
    ".sums{margin:0;padding:0;list-style:none}"
    ".sums::after{content:'';display:block;clear:both}"
    ".sums li{float:left;width:23%;margin:0 2.6% 2.6mm 0;"
    "border:.25mm solid #c3c8ce;border-radius:1mm;padding:2mm 3mm;"
    "break-inside:avoid}"
    ".sums li:nth-child(4n){margin-right:0}"
    ".sums b{display:block;font-size:16pt;font-weight:600;line-height:1.25;"
    "font-variant-numeric:tabular-nums}"
    ".sums span{font-size:8.6pt;color:#555b63}"
    ".sums .hot{border:.25mm solid #1c1f23;"
    "box-shadow:inset 0 0 0 .45mm #1c1f23}"
    ".alarm{border:.7mm solid #1c1f23;padding:2mm 4mm;margin:4mm 0;"
    "font-weight:600}"
    ".note,.none{font-size:8.8pt;color:#555b63;margin:1.5mm 0 0}"
    "ul{margin:0;padding-left:5mm}"
    "svg{display:block;width:100%;height:auto;break-inside:avoid}"
    "footer{margin-top:10mm;padding-top:2mm;font-size:8.2pt;color:#555b63;"
    "border-top:.15mm solid #d9dce0}"
    "@media print{body{max-width:none;padding:0}}";

static void
put_text(FILE *f, const char *s)
{
	for (; *s != '\0'; s++) {
		switch (*s) {
		case '<':
			(void)fputs("&lt;", f);
			break;
		case '>':
			(void)fputs("&gt;", f);
			break;
		case '&':
			(void)fputs("&amp;", f);
			break;
		case '"':
			(void)fputs("&quot;", f);
			break;
		case '\'':
			(void)fputs("&#39;", f);
			break;
		default:
			(void)fputc(*s, f);
		}
	}
}

static void
put_word(const struct report *r, FILE *f, enum report_word w)
{
	put_text(f, report_word(w, r->d->lang));
}

static void
put_said(const struct report *r, FILE *f, enum report_word w, const char *arg)
{
	const char *text = report_word(w, r->d->lang), *at = strstr(text, "%1");
	char before[300];

	(void)snprintf(before, sizeof before, "%.*s", at == NULL ?
	    (int)strlen(text) : (int)(at - text), text);
	put_text(f, before);
	if (at != NULL) {
		put_text(f, arg == NULL ? "" : arg);
		put_text(f, at + 2);
	}
}

static const char *
class_of(enum report_kind kind)
{
	return kind == RC_NUMBER || kind == RC_SEQ ||
	    kind == RC_SPAN ? " class=\"n\"" :
	    kind != RC_TEXT ? " class=\"t\"" : "";
}

/* A word that is longer than any name would widen the page: it is broken
 * anywhere, the others are not. */
static const char *
class_of_cell(const struct report_cell *c)
{
	const char *s = c->s;
	size_t n;

	if (c->kind != RC_TEXT || s == NULL)
		return class_of(c->kind);
	for (; *s != '\0'; s += n + (s[n] == ' ')) {
		n = strcspn(s, " ");
		if (n > 20)
			return " class=\"a\"";
	}
	return "";
}

static void
put_head(const struct report *r, FILE *f, enum report_table_id id)
{
	const struct report_plan *plan = &report_plans[id];
	size_t k, n = report_columns(id);

	(void)fprintf(f, "<table%s><thead><tr>", n > 6 ? " class=\"w\"" : "");
	for (k = 0; k < n; k++) {
		(void)fprintf(f, "<th scope=\"col\"%s>",
		    class_of(plan->column[k].kind));
		put_word(r, f, plan->column[k].head);
		(void)fputs("</th>", f);
	}
	(void)fputs("</tr></thead>\n<tbody>\n", f);
}

static void
put_table(const struct report *r, FILE *f, enum report_table_id id)
{
	const struct report_table *t = &r->table[id];
	size_t i, k, n = report_columns(id);
	struct report_shown shown;

	put_head(r, f, id);
	for (i = 0; i < t->n_rows; i++) {
		(void)fputs("<tr>", f);
		for (k = 0; k < n; k++) {
			const struct report_cell *c = &t->cell[i * n + k];

			(void)fprintf(f, "<td%s>", class_of_cell(c));
			put_text(f, report_shown(c, false, &shown));
			(void)fputs("</td>", f);
		}
		(void)fputs("</tr>\n", f);
	}
	(void)fputs("</tbody></table>\n", f);
}

/* Items and their values: the first cell is the head of its row. */
static void
put_items(const struct report *r, FILE *f, enum report_table_id id)
{
	const struct report_table *t = &r->table[id];
	struct report_shown shown;
	size_t i;

	(void)fputs("<table class=\"k\"><tbody>\n", f);
	for (i = 0; i < t->n_rows; i++) {
		(void)fputs("<tr><th scope=\"row\">", f);
		put_text(f, report_shown(&t->cell[2 * i], false, &shown));
		(void)fputs("</th><td>", f);
		put_text(f, report_shown(&t->cell[2 * i + 1], false, &shown));
		(void)fputs("</td></tr>\n", f);
	}
	(void)fputs("</tbody></table>\n", f);
}

static void
put_sums(const struct report *r, FILE *f)
{
	const struct report_table *t = &r->table[RT_SUMMARY];
	struct report_shown shown;
	size_t i;

	(void)fputs("<ul class=\"sums\">\n", f);
	for (i = 0; i < t->n_rows; i++) {
		const struct report_cell *c = t->cell + 2 * i;
		bool hot = c[1].v > 0 && c[0].s != NULL && (strcmp(c[0].s,
		    report_word(W_RI_SERIOUS, r->d->lang)) == 0 || strcmp(
		    c[0].s, report_word(W_RI_OVERRIDES, r->d->lang)) == 0);

		(void)fprintf(f, "<li%s><b>", hot ? " class=\"hot\"" : "");
		put_text(f, report_shown(&c[1], false, &shown));
		(void)fputs("</b><span>", f);
		put_text(f, report_shown(&c[0], false, &shown));
		(void)fputs("</span></li>\n", f);
	}
	(void)fputs("</ul>\n", f);
}

static void
put_list(const struct report *r, FILE *f)
{
	const struct report_table *t = &r->table[RT_LIMITS];
	size_t i;

	(void)fputs("<ul>\n", f);
	for (i = 0; i < t->n_rows; i++) {
		(void)fputs("<li>", f);
		put_text(f, t->cell[i].s == NULL ? "" : t->cell[i].s);
		(void)fputs("</li>\n", f);
	}
	(void)fputs("</ul>\n", f);
}

static void
put_section(const struct report *r, FILE *f, enum report_table_id id)
{
	const struct report_plan *plan = &report_plans[id];
	const struct report_table *t = &r->table[id];
	char more[24];

	(void)fprintf(f, "<section id=\"%s\">\n<h3>", plan->name);
	put_word(r, f, plan->title);
	(void)fputs("</h3>\n", f);
	if (t->left_out || t->n_rows == 0) {
		(void)fputs("<p class=\"none\">", f);
		put_said(r, f, t->left_out ? t->why : plan->empty,
		    t->why_arg);
		(void)fputs("</p>\n", f);
	} else if (id == RT_SUMMARY) {
		put_sums(r, f);
	} else if (id == RT_ABOUT || id == RT_CLOCK) {
		put_items(r, f, id);
	} else if (id == RT_LIMITS) {
		put_list(r, f);
	} else if (id == RT_DAYS || id == RT_HOURS) {
		report_html_chart(r, f, id);
	} else {
		put_table(r, f, id);
	}
	if (t->more > 0) {
		(void)snprintf(more, sizeof more, "%lld", (long long)t->more);
		(void)fputs("<p class=\"note\">", f);
		put_said(r, f, W_RN_MORE, more);
		(void)fputs("</p>\n", f);
	}
	if (plan->note != 0 && !t->left_out && t->n_rows > 0) {
		(void)fputs("<p class=\"note\">", f);
		put_word(r, f, plan->note);
		(void)fputs("</p>\n", f);
	}
	(void)fputs("</section>\n", f);
}

/* Above all else: this report does not rest on a record that is whole. */
static void
put_alarm(const struct report *r, FILE *f)
{
	enum report_word w = !r->verify ? W_RN_ALARM_UNCHECKED : W_RN_ALARM;

	if (r->verify && r->check == SEK_OK && r->bad_lines == 0 &&
	    r->read_why.text[0] == '\0')
		return;
	(void)fputs("<p class=\"alarm\">", f);
	put_word(r, f, w);
	(void)fputs("</p>\n", f);
}

static void
put_top(const struct report *r, FILE *f)
{
	(void)fprintf(f, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n"
	    "<meta charset=\"utf-8\" />\n<meta "
	    "http-equiv=\"Content-Security-Policy\" content=\"default-src "
	    "'none'; style-src 'unsafe-inline'\" />\n<meta name=\"viewport\" "
	    "content=\"width=device-width, initial-scale=1\" />\n<title>",
	    r->d->lang == SEK_LANG_JA ? "ja" : "en");
	put_word(r, f, W_RT_REPORT);
	(void)fprintf(f, " %s</title>\n<style>%s</style>\n</head>\n<body>\n"
	    "<h1>", r->title, style);
	put_word(r, f, W_RT_REPORT);
	(void)fputs("</h1>\n<p class=\"period\">", f);
	put_text(f, r->title);
	(void)fputs("</p>\n", f);
}

void
report_html_form(const struct report *r, FILE *f)
{
	enum report_word chapter = 0;
	enum report_table_id id;

	put_top(r, f);
	put_alarm(r, f);
	for (id = 0; id < N_REPORT_TABLES; id++) {
		if (r->table[id].left_out && r->table[id].why == 0)
			continue;
		if (report_plans[id].chapter != chapter) {
			chapter = report_plans[id].chapter;
			(void)fputs("<h2>", f);
			put_word(r, f, chapter);
			(void)fputs("</h2>\n", f);
		}
		put_section(r, f, id);
	}
	(void)fputs("<footer>", f);
	put_word(r, f, W_RN_FOOTER);
	(void)fputs("</footer>\n</body>\n</html>\n", f);
}
