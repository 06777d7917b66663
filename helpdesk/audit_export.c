/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho audit export`: the record for a spreadsheet, for an audit
 * repository by DICOM or FHIR, or as it is.
 *
 * Part of the administrator's program.  Reads the record only.
 */
#include "helpdesk/audit.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "forward/forms.h"
#include "helpdesk/audit_filter.h"
#include "helpdesk/output.h"
#include "sekisho/os.h"

struct export {
	struct desk *d;
	struct audit_filter f;
	struct sek_reader *rd;    /* owned */
	enum sek_form form;
	bool bundle;
	struct output out;
	struct sek_buf text;      /* of one record; owned */
	uint64_t n;               /* records so far */
};

static int
put(struct export *x, const void *p, size_t n)
{
	return output_put(&x->out, p, n);
}

static int
puts_to(struct export *x, const char *s)
{
	return put(x, s, strlen(s));
}

/* -- what it says */

/* A Bundle names each entry by the UUID of the record. */
static int
put_entry_head(struct export *x, const json_t *rec)
{
	char name[80];
	const char *id = json_string_value(json_object_get(rec, "rec_id"));

	if (puts_to(x, x->n == 0 ? ",\"entry\":[\n{" : ",\n{") != SEK_OK)
		return SEK_E_IO;
	if (id == NULL || strlen(id) != SEK_UUID_LEN - 1 ||
	    strspn(id, "0123456789abcdef-") != SEK_UUID_LEN - 1)
		return puts_to(x, "\"resource\":");
	(void)snprintf(name, sizeof(name),
	    "\"fullUrl\":\"urn:uuid:%s\",\"resource\":", id);
	return puts_to(x, name);
}

/* As it is, so that its chain can be checked; but a terminal might obey what
 * stands in the line of a file that somebody else has made. */
static int
put_line(struct export *x, const struct sek_entry *e,
    const json_t *rec)
{
	char *text;
	int r;

	if (!isatty(fileno(x->out.to)))
		return put(x, e->line, e->n);
	text = json_dumps(rec, JSON_COMPACT | JSON_SORT_KEYS |
	    JSON_ENSURE_ASCII);
	r = text == NULL ? SEK_E_NOMEM : puts_to(x, text);
	free(text);
	return r;
}

static int
form_of(struct export *x, const json_t *rec)
{
	switch (x->form) {
	case SEK_FORM_DICOM:
		return sek_form_dicom(rec, &x->text);
	case SEK_FORM_FHIR:
		return sek_form_fhir(rec, &x->text);
	case SEK_FORM_CSV:
		return sek_form_csv(rec, x->d->lang, &x->text);
	case SEK_FORM_JSON:
		break;
	}
	return SEK_E_INVAL;
}

static int
put_record(struct export *x, const struct sek_entry *e, const json_t *rec)
{
	int r;

	if (x->form == SEK_FORM_JSON) {
		r = put_line(x, e, rec);
		return r == SEK_OK ? puts_to(x, "\n") : r;
	}
	sek_buf_clear(&x->text);
	if ((r = form_of(x, rec)) != SEK_OK)
		return r;
	if (x->bundle && (r = put_entry_head(x, rec)) != SEK_OK)
		return r;
	if ((r = put(x, x->text.p, x->text.len)) != SEK_OK)
		return r;
	if (x->form == SEK_FORM_CSV)
		return SEK_OK; /* has its line end */
	return puts_to(x, x->bundle ? "}" : "\n");
}

static int
put_head(struct export *x)
{
	int r;

	if (x->bundle)
		return puts_to(x, "{\"resourceType\":\"Bundle\","
		    "\"type\":\"collection\"");
	if (x->form != SEK_FORM_CSV)
		return SEK_OK;
	r = sek_form_csv_head(x->d->lang, &x->text);
	return r == SEK_OK ? put(x, x->text.p, x->text.len) : r;
}

/* FHIR has no empty arrays. */
static int
put_tail(struct export *x)
{
	if (!x->bundle)
		return SEK_OK;
	return puts_to(x, x->n > 0 ? "\n]}\n" : "}\n");
}

static int
tell(const struct export *x, uint64_t seq, const struct sek_why *why, int r)
{
	char number[24];

	if (x->out.err != 0) /* told when it is closed */
		return DESK_OK;
	if (seq == 0)
		return desk_refuse(x->d, why, r);
	(void)snprintf(number, sizeof(number), "%llu",
	    (unsigned long long)seq);
	DESK_ERR(x->d, W_EXPORT_RECORD, { number, sek_strerror(r) });
	return DESK_REFUSED;
}

static int
export(struct export *x)
{
	struct sek_why why = { "" };
	struct sek_entry e;
	json_t *rec = NULL;
	uint64_t seq = 0;
	int r = put_head(x);

	if (r == SEK_OK && x->rd != NULL)
		r = audit_filter_place(&x->f, x->rd, &why);
	while (r == SEK_OK && x->rd != NULL) {
		r = audit_filter_next(&x->f, x->rd, &e, &rec, &why);
		if (r != SEK_OK)
			break;
		if ((r = put_record(x, &e, rec)) == SEK_OK)
			x->n++;
		else
			seq = e.is.seq;
		json_decref(rec);
		if (r == SEK_OK && output_is_ended(&x->out))
			return DESK_REFUSED;
	}
	if (r == SEK_OK || r == SEK_E_EOF)
		r = put_tail(x);
	return r == SEK_OK ? DESK_OK : tell(x, seq, &why, r);
}

/* -- what is asked for */

static int
judge_options(struct export *x, const char *format)
{
	static const struct {
		const char *word;
		enum sek_form form;
	} forms[] = {
		{ "csv", SEK_FORM_CSV }, { "dicom", SEK_FORM_DICOM },
		{ "fhir", SEK_FORM_FHIR }, { "json", SEK_FORM_JSON },
	};
	size_t i, n = sizeof(forms) / sizeof(forms[0]);

	for (i = 0; format != NULL && i < n; i++)
		if (strcmp(format, forms[i].word) == 0)
			break;
	if (format == NULL || i == n) {
		DESK_ERR(x->d, W_EXPORT_FORMAT, { format });
		return DESK_USAGE;
	}
	x->form = forms[i].form;
	if (x->bundle && x->form != SEK_FORM_FHIR) {
		DESK_ERR(x->d, W_EXPORT_BUNDLE, { NULL });
		return DESK_USAGE;
	}
	return audit_filter_parse(x->d, &x->f);
}

int
desk_audit_export(struct desk *d, int argc, char **argv)
{
	struct export x = { .d = d };
	const char *format = NULL, *path = NULL, *language = NULL;
	struct desk_opt opts[4 + AUDIT_FILTER_OPTS] = {
		{ .name = "format", .value = &format },
		{ .name = "bundle", .flag = &x.bundle },
		{ .name = "output", .value = &path },
		{ .name = "language", .value = &language },
	};
	char **words;
	int r;

	audit_filter_options(&x.f, opts + 4);
	r = desk_options(d, argc, argv, opts, 4 + AUDIT_FILTER_OPTS, 0,
	    SEK_LOG_FILES, &words);
	if (r != DESK_GO || (r = output_language(d, language)) != DESK_GO ||
	    (r = judge_options(&x, format)) != DESK_GO ||
	    (r = audit_open(d, words, &x.rd)) != DESK_GO)
		return r;
	/* who reads us may go before the end; that is an error to be told */
	(void)signal(SIGPIPE, SIG_IGN);
	if ((r = output_open(&x.out, d, path)) == DESK_GO)
		r = output_close(&x.out, export(&x));
	sek_reader_free(x.rd);
	sek_buf_free(&x.text);
	return r;
}
