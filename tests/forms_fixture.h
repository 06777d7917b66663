/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Records, and their forms, for forms_test.c and forms_hostile_test.c.
 */
#ifndef TESTS_FORMS_FIXTURE_H
#define TESTS_FORMS_FIXTURE_H

#include "check.h"

#include <stdlib.h>

#include "forms_reading.h"
#include "forward/form_rooms.h"
#include "record/audit_line.h"

static struct sek_buf out;

/* A record as it comes out of the log. */
static json_t *
stored(json_t *rec)
{
	static const uint8_t prev[SEK_LINE_HASH] = { 0x5a };
	struct sek_buf line = { 0 };
	json_t *got;

	CHECK(sek_line_make(rec, 17, prev, &line) == SEK_OK);
	got = sek_line_load((const char *)line.p, line.len - 1);
	CHECK(got != NULL);
	sek_buf_free(&line);
	json_decref(rec);
	return got;
}

static json_t *
login(void)
{
	json_t *rec = sek_record_new("auth", "pc1.example.jp"), *part;

	sek_record_int(rec, "result", 4);
	sek_record_str(rec, "reason", "wrong-pin");
	sek_record_str(rec, "detail", "the card says so");
	sek_record_str(rec, "claimed", "ward3");
	sek_record_str(rec, "person.name", "taro");
	sek_record_str(rec, "person.display", "山田　太郎");
	sek_record_str(rec, "account.name", "ward3");
	sek_record_bool(rec, "account.shared", 1);
	sek_record_str(rec, "where.rhost", "2001:db8::7");
	sek_record_str(rec, "where.tty", "");
	sek_record_str(rec, "where.service", "sshd");
	sek_record_str(rec, "token.kind", "pkcs11");
	sek_record_str(rec, "token.cert_serial", "0a0b");
	sek_record_int(rec, "clock.offset_us", -7);
	part = sek_record_part();
	sek_record_str(part, "scheme", "1.2.392.100495.1.6.1.1");
	sek_record_str(part, "name", "Medical Doctor");
	sek_record_add(rec, "roles", part);
	part = sek_record_part();
	sek_record_str(part, "type", "pin");
	sek_record_bool(part, "ok", 0);
	sek_record_add(rec, "factors", part);
	return stored(rec);
}

static bool
says(const char *part)
{
	return memmem(out.p, out.len, part, strlen(part)) != NULL;
}

/* `says` of a detail of the DICOM form, whose values are base64. */
static bool
says_detail(const char *type, const char *value)
{
	struct sek_buf want = { 0 };
	bool is;

	sek_dicom_detail(&want, type, value, strlen(value));
	CHECK(sek_buf_ok(&want) == SEK_OK);
	is = memmem(out.p, out.len, want.p, want.len) != NULL;
	sek_buf_free(&want);
	return is;
}

static void
dicom(json_t *rec)
{
	sek_buf_clear(&out);
	CHECK_INT(sek_form_dicom(rec, &out), SEK_OK);
	CHECK(xml_ok(out.p, out.len));
}

/* The form as JSON, to be freed. */
static json_t *
fhir(json_t *rec)
{
	json_t *got;

	sek_buf_clear(&out);
	CHECK_INT(sek_form_fhir(rec, &out), SEK_OK);
	CHECK(memchr(out.p, '\n', out.len) == NULL);
	got = json_loadb((const char *)out.p, out.len,
	    JSON_REJECT_DUPLICATES, NULL);
	CHECK(got != NULL);
	return got;
}

static size_t
csv(json_t *rec, enum sek_lang lang)
{
	sek_buf_clear(&out);
	CHECK_INT(sek_form_csv(rec, lang, &out), SEK_OK);
	CHECK(chars_ok(out.p, out.len - 2));
	return csv_cells(out.p, out.len);
}

static size_t
columns(void)
{
	sek_buf_clear(&out);
	CHECK(sek_form_csv_head(SEK_LANG_JA, &out) == SEK_OK);
	CHECK(out.len > 3 && memcmp(out.p, "\xEF\xBB\xBF", 3) == 0);
	return csv_cells(out.p + 3, out.len - 3);
}

/* The base64 of what stands behind "sekisho-record". */
static void
check_line(const char *before, json_t *rec)
{
	static char want[SEK_AUDIT_LINE_MAX], got[SEK_FORM_MAX];
	const char *p = memmem(out.p, out.len, before, strlen(before));
	size_t n, m = sizeof got;

	CHECK(p != NULL);
	p += strlen(before);
	CHECK(sek_line_dump(rec, want, &n) == SEK_OK);
	CHECK(sek_base64_get(p, strcspn(p, "\""), (uint8_t *)got, &m) ==
	    SEK_OK);
	CHECK(m == n && memcmp(got, want, n) == 0);
}

#endif
