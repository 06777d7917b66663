/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzz target: a line of audit.jsonl in every form.  A line that the scanner
 * calls a record is exported or refused; then the XML is well formed, the
 * FHIR is JSON, and the CSV is one line with as many cells as the headers.
 * Seeds: tests/corpus/forms.
 */
#undef NDEBUG
#include <assert.h>

#include "forms_reading.h"
#include "forward/forms.h"
#include "record/audit_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
check_xml(const json_t *rec, int want)
{
	struct sek_buf b = { 0 };

	assert(sek_form_dicom(rec, &b) == want);
	assert(want != SEK_OK || (xml_ok(b.p, b.len) && b.len <= SEK_FORM_MAX));
	sek_buf_free(&b);
}

static void
check_csv(const json_t *rec, enum sek_lang lang, int want)
{
	struct sek_buf b = { 0 }, head = { 0 };

	assert(sek_form_csv(rec, lang, &b) == want);
	assert(sek_form_csv_head(lang, &head) == SEK_OK);
	assert(want != SEK_OK || csv_cells(b.p, b.len) ==
	    csv_cells(head.p + 3, head.len - 3));
	sek_buf_free(&head);
	sek_buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct sek_line line = { .seq = 0 };
	struct sek_buf b = { 0 };
	const char *what = NULL;
	json_t *rec, *event;
	int r;

	if (sek_line_scan((const char *)p, n, &line, &what) != SEK_OK)
		return 0;
	rec = sek_line_load((const char *)p, n);
	assert(rec != NULL);
	r = sek_form_fhir(rec, &b);
	assert(r == SEK_OK || r == SEK_E_SYNTAX);
	if (r == SEK_OK) {
		assert(chars_ok(b.p, b.len) && b.len <= SEK_FORM_MAX);
		event = json_loadb((const char *)b.p, b.len,
		    JSON_REJECT_DUPLICATES, NULL);
		assert(event != NULL);
		json_decref(event);
	}
	sek_buf_free(&b);
	check_xml(rec, r);
	check_csv(rec, SEK_LANG_EN, r);
	check_csv(rec, SEK_LANG_JA, r);
	json_decref(rec);
	return 0;
}
