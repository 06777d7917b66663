/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The forms of a record (forward/forms.h) with hostile text in each field,
 * formulas in a cell, too much of everything, and without memory.
 */
#include "forms_fixture.h"
#include "forms_hostile.h"

static void
hostile_text_in_every_field(void)
{
	size_t i, j, n = columns();
	json_t *rec, *event, *part;

	memset(long_text, '"', sizeof long_text - 1);
	for (i = 0; i < N_HOSTILE; i++) {
		rec = sek_record_new("enrol", "pc1");
		for (j = 0; j < N_HOSTILE_FIELDS; j++)
			sek_record_str(rec, hostile_fields[j], hostile[i]);
		part = sek_record_part();
		sek_record_str(part, "scheme", hostile[i]);
		sek_record_str(part, "code", hostile[i]);
		sek_record_str(part, "type", hostile[i]);
		sek_record_add(rec, "roles", part);
		rec = stored(rec);
		dicom(rec);
		event = fhir(rec);
		json_decref(event);
		CHECK_INT(csv(rec, SEK_LANG_EN), n);
		json_decref(rec);
	}
}

/* The same in a record that somebody else has made, escaped by nobody. */
static void
hostile_text_that_nobody_escaped(void)
{
	json_t *rec, *event, *value;
	size_t i;

	for (i = 0; i < N_HOSTILE; i++) {
		if ((value = json_string(hostile[i])) == NULL)
			continue; /* no UTF-8: jansson takes none */
		rec = json_pack("{ss ss ss sO s{sO} s{sO} s[{sO sO}] sO}",
		    "event", "auth", "host", "pc1", "t",
		    "2026-11-22T03:00:00Z", "claimed", value, "person",
		    "display", value, "token", "label", value, "roles",
		    "scheme", value, "name", value, "detail", value);
		CHECK(rec != NULL);
		json_decref(value);
		dicom(rec);
		event = fhir(rec);
		json_decref(event);
		CHECK(csv(rec, SEK_LANG_EN) > 0);
		json_decref(rec);
	}
}

static const char *
cell(const char *text)
{
	static char got[4096];

	sek_buf_clear(&out);
	sek_form_csv_cell(&out, text);
	CHECK(sek_buf_ok(&out) == SEK_OK && out.len < sizeof got);
	memcpy(got, out.p, out.len);
	got[out.len] = '\0';
	return got;
}

static void
no_cell_is_a_formula(void)
{
	CHECK_STR(cell("taro"), "\"taro\"");
	CHECK_STR(cell("a-b=c+d@e"), "\"a-b=c+d@e\"");
	CHECK_STR(cell("山田　太郎"), "\"山田　太郎\"");
	CHECK_STR(cell("he said \"no\""), "\"he said \"\"no\"\"\"");
	CHECK_STR(cell(""), "\"\"");
	CHECK_STR(cell(NULL), "\"\"");
	CHECK_STR(cell("=1+1"), "\"'=1+1\"");
	CHECK_STR(cell("+81-3-1234"), "\"'+81-3-1234\"");
	CHECK_STR(cell("-1"), "\"'-1\"");
	CHECK_STR(cell("@SUM(A1)"), "\"'@SUM(A1)\"");
	CHECK_STR(cell("  =1"), "\"'  =1\"");
	CHECK_STR(cell("\xE3\x80\x80=1"), "\"'\xE3\x80\x80=1\"");
	CHECK_STR(cell("\"=1"), "\"'\"\"'=1\"");
	CHECK_STR(cell("''=1"), "\"'''=1\"");
	CHECK_STR(cell("＝1"), "\"'＝1\"");
	CHECK_STR(cell("＋1"), "\"'＋1\"");
	CHECK_STR(cell("－1"), "\"'－1\"");
	CHECK_STR(cell("＠x"), "\"'＠x\"");
	CHECK_STR(cell("−1"), "\"'−1\"");
	CHECK_STR(cell("x;=1"), "\"x;'=1\"");
	CHECK_STR(cell("x; =1"), "\"x;' =1\"");
	CHECK_STR(cell("x,+1"), "\"x,'+1\"");
	CHECK_STR(cell("a;b,c"), "\"a;b,c\"");
	/* what moves a cell on is escaped and begins nothing any more */
	CHECK_STR(cell("\t=1"), "\"\\x09=1\"");
	CHECK_STR(cell("\r\n=1"), "\"\\x0d\\x0a=1\"");
}

/* What is too long, and what is too much. */
static void
limits_hold(void)
{
	char *text = malloc(60001);
	json_t *rec, *many, *event;
	int i;

	CHECK(text != NULL);
	memset(text, '<', 60000);
	text[60000] = '\0';
	rec = json_pack("{ss ss ss ss ss}", "event", "auth", "host", "pc1",
	    "t", "2026-11-22T03:00:00Z", "detail", text, "claimed", text);
	CHECK(rec != NULL);
	free(text);
	(void)json_object_del(rec, "claimed");
	dicom(rec);
	check_line("type=\"sekisho-record\" value=\"", rec);
	event = fhir(rec);
	json_decref(event);
	many = json_array();
	for (i = 0; i < 20000; i++)
		CHECK(json_array_append_new(many, json_integer(1)) == 0);
	CHECK(json_object_set_new(rec, "detail", many) == 0);
	dicom(rec);
	CHECK(out.len <= SEK_FORM_MAX && says_detail("sekisho-cut", "true"));
	event = fhir(rec);
	CHECK(out.len <= SEK_FORM_MAX && says("\"sekisho-cut\""));
	json_decref(event);
	json_decref(rec);
}

static void
text_is_cut_at_a_character(void)
{
	struct sek_form_text t;
	char text[3001];
	size_t i;

	for (i = 0; i < 3000; i += 3)
		memcpy(text + i, "山", 3);
	text[3000] = '\0';
	(void)sek_form_text(&t, text);
	CHECK_INT(strlen(t.s), 1020 + 3);
	CHECK(chars_ok((const uint8_t *)t.s, strlen(t.s)));
	CHECK_STR(t.s + 1020, "...");
	memset(text, 'x', 1024);
	text[1024] = '\0';
	CHECK_STR(sek_form_text(&t, text), text);
	CHECK_STR(sek_form_text(&t, "\\x1b \\\\ \x1b"), "\\x1b \\\\ \\x1b");
}

/* -- without memory */
static long allowed;

static void *
some_memory(size_t n)
{
	return allowed-- > 0 ? malloc(n) : NULL;
}

static void
no_memory_is_told(void)
{
	json_t *rec = login();
	struct sek_buf want = { 0 };
	int r = SEK_E_NOMEM;
	long n;

	CHECK(sek_form_fhir(rec, &want) == SEK_OK);
	json_set_alloc_funcs(some_memory, free);
	for (n = 0; r != SEK_OK && n < 100000; n++) {
		sek_buf_clear(&out);
		allowed = n;
		r = sek_form_fhir(rec, &out);
		if (r != SEK_OK && (r != SEK_E_NOMEM || out.len != 0))
			break;
		/* where the line needs it */
		sek_buf_clear(&out);
		allowed = n;
		if (sek_form_dicom(rec, &out) == SEK_OK && allowed < 0)
			break;
	}
	json_set_alloc_funcs(malloc, free);
	CHECK_INT(r, SEK_OK);
	CHECK(n > 200);
	sek_buf_clear(&out);
	CHECK(sek_form_fhir(rec, &out) == SEK_OK);
	CHECK(out.len == want.len && memcmp(out.p, want.p, want.len) == 0);
	sek_buf_free(&want);
	json_decref(rec);
}

int
main(void)
{
	RUN(hostile_text_in_every_field);
	RUN(hostile_text_that_nobody_escaped);
	RUN(no_cell_is_a_formula);
	RUN(limits_hold);
	RUN(text_is_cut_at_a_character);
	RUN(no_memory_is_told);
	sek_buf_free(&out);
	return CHECK_END();
}
