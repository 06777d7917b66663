/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The roles that are read from a certificate, and which word of a policy is
 * one of them.
 */
#include "tests/role_maker.h"

static void
role_of_a_card(void)
{
	CHECK_INT(roles_of(doctor, sizeof doctor, 1), SEK_OK);
	CHECK_INT(got.n, 1);
	CHECK_STR(got.role[0].scheme, SCHEME);
	CHECK_STR(got.role[0].code, "");
	CHECK_STR(got.role[0].name, "Medical Doctor");
	CHECK(sek_cert_role_is(&got, "Medical Doctor"));
	/* what the other cases put together is the same */
	d.n = 0;
	actor(NULL, "Medical Doctor");
	finish();
	CHECK_INT(d.n, sizeof doctor);
	CHECK(memcmp(d.b, doctor, sizeof doctor) == 0);
}

static void
role_none(void)
{
	X509 *x = X509_new();

	got.n = 3;
	CHECK_INT(sek_cert_roles(x, &got, NULL), SEK_OK);
	X509_free(x);
	CHECK_INT(got.n, 0);
	CHECK(!sek_cert_role_is(&got, ""));
}

static void
role_names(void)
{
	static const char *const names[] = { "Medical Doctor", "Dentist",
		"Pharmacist", "Medical Technologist",
		"Radiological Technologist", "General Nurse",
		"Public Health Nurse", "Midwife", "Physical Therapist",
		"Occupational Therapist", "Orthoptist", "Speech Therapist",
		"Dental Technician", "National Registered Dietitian",
		"Certified Social Worker", "Certified Care Worker",
		"Emergency Medical Technician", "Psychiatric Social Worker",
		"Clinical Engineer", "Judo Therapist",
		"Acupuncturist", "Dental Hygienist", "Director of Hospital",
		"Director of Clinic", "Supervisor of Pharmacy",
		"Proprietor of Pharmacy", "Director" };
	size_t i, j;

	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		d.n = 0;
		actor(NULL, names[i]);
		finish();
		CHECK_INT(roles(), SEK_OK);
		CHECK_INT(got.n, 1);
		for (j = 0; j < sizeof names / sizeof names[0]; j++)
			CHECK(sek_cert_role_is(&got, names[j]) == (i == j));
	}
}

/* X.690 11.6: the values of a SET OF stand in the order of their bytes, so
 * the shorter ones first. */
static void
role_several(void)
{
	size_t from, second;

	d.n = 0;
	actor(NULL, "Dentist");
	actor("12", "Midwife");
	actor(NULL, "Medical Doctor");
	wrap(0, SET);
	second = d.n;
	actor("7", NULL);
	wrap(second, SET);
	/* the shorter value is the first */
	from = d.n - second;
	memcpy(d.b + d.n, d.b, second);
	memmove(d.b, d.b + second, from + second);
	role_attribute(0);
	from = d.n;
	put_text(PRINTABLE, "F");
	attribute(from, oid_gender, sizeof oid_gender);
	wrap(0, SEQ);
	CHECK_INT(roles(), SEK_OK);
	CHECK_INT(got.n, 4);
	CHECK_STR(got.role[0].code, "7");
	CHECK_STR(got.role[0].name, "");
	CHECK_STR(got.role[1].name, "Dentist");
	CHECK_STR(got.role[2].code, "12");
	CHECK_STR(got.role[2].name, "Midwife");
	CHECK_STR(got.role[3].name, "Medical Doctor");
	CHECK(sek_cert_role_is(&got, "7") && sek_cert_role_is(&got, "12") &&
	    sek_cert_role_is(&got, "Medical Doctor"));
	CHECK(!sek_cert_role_is(&got, "F"));
}

static void
role_other_attributes_only(void)
{
	d.n = 0;
	actor(NULL, "Medical Doctor");
	wrap(0, SET);
	attribute(0, oid_gender, sizeof oid_gender);
	wrap(0, SEQ);
	CHECK_INT(roles(), SEK_OK);
	CHECK_INT(got.n, 0);
}

static void
role_kinds_of_string(void)
{
	NAME(UTF8, "医師");
	CHECK_INT(roles(), SEK_OK);
	CHECK_STR(got.role[0].name, "医師");
	CHECK(sek_cert_role_is(&got, "医師"));
	CHECK(sek_cert_role_is(&got, SCHEME ":医師"));
	NAME(BMP, "\x53\x3b\x5e\x2b");
	CHECK_INT(roles(), SEK_OK);
	CHECK_STR(got.role[0].name, "医師");
	NAME(UNIVERSAL, "\0\0\x53\x3b\0\0\x5e\x2b");
	CHECK_INT(roles(), SEK_OK);
	CHECK_STR(got.role[0].name, "医師");
	NAME(PRINTABLE, "Dentist");
	CHECK_INT(roles(), SEK_OK);
	CHECK_STR(got.role[0].name, "Dentist");
	NAME(TELETEX, "Dentist");
	CHECK_INT(roles(), SEK_OK);
	CHECK_STR(got.role[0].name, "Dentist");
}

static void
role_strings_that_are_none(void)
{
	NAME(IA5, "Dentist");
	CHECK(refused(SEK_E_SYNTAX));
	NAME(OCTETS, "Dentist");
	CHECK(refused(SEK_E_SYNTAX));
	NAME(NUMERIC, "1");
	CHECK(refused(SEK_E_SYNTAX));
	NAME(BMP, "\x53\x3b\x5e"); /* half a character */
	CHECK(refused(SEK_E_SYNTAX));
	NAME(UNIVERSAL, "\0\0\x53\x3b\0\0");
	CHECK(refused(SEK_E_SYNTAX));
	NAME(UTF8, "");
	CHECK(refused(SEK_E_SYNTAX));
	NAME(UTF8 | 0x20, "\x0c\x07" "Dentist"); /* in parts: BER */
	CHECK(refused(SEK_E_SYNTAX));
}

static void
role_characters(void)
{
	NAME(UTF8, "Medical Doctor\0");
	CHECK(refused(SEK_E_SYNTAX));
	NAME(UTF8, "Medical\nDoctor");
	CHECK(refused(SEK_E_SYNTAX));
	NAME(UTF8, "\x1b[2J");
	CHECK(refused(SEK_E_SYNTAX));
	NAME(UTF8, "a\x7f");
	CHECK(refused(SEK_E_SYNTAX));
	NAME(UTF8, "a\xc2\x9b");
	CHECK(refused(SEK_E_SYNTAX));
	NAME(PRINTABLE, "a\0b");
	CHECK(refused(SEK_E_SYNTAX));
	NAME(BMP, "\0a\0\0");
	CHECK(refused(SEK_E_SYNTAX));
	NAME(TELETEX, "a\x9b");
	CHECK(refused(SEK_E_SYNTAX));
	/* what is only dangerous to look at is shown as bytes */
	NAME(UTF8, "\xe2\x80\xae" "a");
	CHECK_INT(roles(), SEK_OK);
	CHECK_STR(got.role[0].name, "\\xe2\\x80\\xae" "a");
	NAME(UTF8, "a\\x");
	CHECK_INT(roles(), SEK_OK);
	CHECK_STR(got.role[0].name, "a\\\\x");
	CHECK(!sek_cert_role_is(&got, "a\\x"));
}

static void
role_limits(void)
{
	char text[200];
	size_t i, k;

	memset(text, 'a', sizeof text);
	one_name(UTF8, text, 64);
	CHECK_INT(roles(), SEK_OK);
	CHECK_INT(strlen(got.role[0].name), 64);
	one_name(UTF8, text, 65);
	CHECK(refused(SEK_E_LIMIT));
	memset(text, '\\', sizeof text);
	one_name(UTF8, text, 32);
	CHECK_INT(roles(), SEK_OK);
	one_name(UTF8, text, 33);
	CHECK(refused(SEK_E_LIMIT));
	memset(text, '1', sizeof text);
	for (i = 31; i <= 32; i++) {
		text[i] = '\0';
		d.n = 0;
		actor(text, NULL);
		finish();
		CHECK(i == 31 ? roles() == SEK_OK : refused(SEK_E_LIMIT));
		text[i] = '1';
	}
	for (i = 16; i <= 17; i++) {
		d.n = 0;
		for (k = 0; k < i; k++)
			actor("1", NULL);
		finish();
		CHECK(i == 16 ? roles() == SEK_OK && got.n == 16 :
		    refused(SEK_E_LIMIT));
	}
	d.n = 0;
	while (d.n < MAX_DER - 1000)
		actor("1", NULL);
	finish();
	CHECK(refused(SEK_E_LIMIT));
}

static void
role_long_scheme(void)
{
	uint8_t oid[200];
	size_t from;

	memset(oid, 0x01, sizeof oid);
	for (from = 31; from <= 32; from++) { /* "0.1" and ".1" for each */
		d.n = 0;
		put(OID, oid, from);
		wrap(0, C0);
		coded_code("1");
		wrap(0, SET);
		wrap(0, C0);
		wrap(0, SEQ);
		finish();
		CHECK(from == 31 ? roles() == SEK_OK &&
		    strlen(got.role[0].scheme) == 63 : refused(SEK_E_LIMIT));
	}
}

static void
role_words(void)
{
	static const struct {
		const char *word;
		bool is;
	} rows[] = {
		{ "Medical Doctor", true }, { "123", true },
		{ SCHEME ":Medical Doctor", true }, { SCHEME ":123", true },
		{ "medical doctor", false }, { "Medical Doctor ", false },
		{ " Medical Doctor", false }, { "Medical", false },
		{ "Medical Doctors", false }, { "12", false },
		{ "1234", false }, { "", false }, { ":", false },
		{ ":Medical Doctor", false }, { SCHEME, false },
		{ SCHEME ":", false }, { SCHEME ":Dentist", false },
		{ SCHEME ".1:Medical Doctor", false },
		{ "1.2.392:Medical Doctor", false },
		{ SCHEME ": Medical Doctor", false },
		{ "x:Medical Doctor", false }, { "Dentist", false },
		{ ".:Medical Doctor", false },
	};
	size_t i;

	d.n = 0;
	actor("123", "Medical Doctor");
	finish();
	CHECK_INT(roles(), SEK_OK);
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (sek_cert_role_is(&got, rows[i].word) != rows[i].is)
			printf("# %s\n", rows[i].word);
		CHECK(sek_cert_role_is(&got, rows[i].word) == rows[i].is);
	}
}

/* A name that is written like a scheme and a name is only a name. */
static void
role_name_like_a_scheme(void)
{
	NAME(UTF8, "1.2.3:Medical Doctor");
	CHECK_INT(roles(), SEK_OK);
	CHECK(!sek_cert_role_is(&got, "1.2.3:Medical Doctor"));
	CHECK(!sek_cert_role_is(&got, "Medical Doctor"));
	CHECK(sek_cert_role_is(&got, SCHEME ":1.2.3:Medical Doctor"));
	NAME(UTF8, "Nurse: ward 3");
	CHECK_INT(roles(), SEK_OK);
	CHECK(sek_cert_role_is(&got, "Nurse: ward 3"));
}

int
main(void)
{
	if (sek_crypto_start() != SEK_OK)
		return 1;
	RUN(role_of_a_card);
	RUN(role_none);
	RUN(role_names);
	RUN(role_several);
	RUN(role_other_attributes_only);
	RUN(role_kinds_of_string);
	RUN(role_strings_that_are_none);
	RUN(role_characters);
	RUN(role_limits);
	RUN(role_long_scheme);
	RUN(role_words);
	RUN(role_name_like_a_scheme);
	return CHECK_END();
}
