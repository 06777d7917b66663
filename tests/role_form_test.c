/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hcRole that is not in its one form: nothing of it is ever a role.
 */
#include "tests/role_maker.h"

/* What an hcRole is made of, one part wrong each time. */
static void
role_wrong_parts(void)
{
	static const struct {
		const char *what;
		uint8_t scheme_tag, oid_tag, code_tag, numeric_tag;
		uint8_t set, coded, actor;
		const char *code;
		bool good;
	} rows[] = {
		{ "all right", C0, OID, C1, NUMERIC, SET, C0, SEQ, "12", true },
		{ "blanks", C0, OID, C1, NUMERIC, SET, C0, SEQ, "1 2", true },
		{ "letters", C0, OID, C1, NUMERIC, SET, C0, SEQ, "1a", false },
		{ "no digit", C0, OID, C1, NUMERIC, SET, C0, SEQ, "", false },
		{ "sign", C0, OID, C1, NUMERIC, SET, C0, SEQ, "-1", false },
		{ "UTF-8", C0, OID, C1, UTF8, SET, C0, SEQ, "12", false },
		{ "printable", C0, OID, C1, PRINTABLE, SET, C0, SEQ, "12",
		    false },
		{ "no OID", C0, OCTETS, C1, NUMERIC, SET, C0, SEQ, "12",
		    false },
		{ "scheme [3]", 0xa3, OID, C1, NUMERIC, SET, C0, SEQ, "12",
		    false },
		{ "scheme [1]", C1, OID, C1, NUMERIC, SET, C0, SEQ, "12",
		    false },
		{ "code [0]", C0, OID, C0, NUMERIC, SET, C0, SEQ, "12",
		    false },
		{ "code [3]", C0, OID, 0xa3, NUMERIC, SET, C0, SEQ, "12",
		    false },
		{ "code [2]", C0, OID, C2, NUMERIC, SET, C0, SEQ, "12",
		    false },
		{ "coded SEQUENCE", C0, OID, C1, NUMERIC, SEQ, C0, SEQ, "12",
		    false },
		{ "coded [1]", C0, OID, C1, NUMERIC, SET, C1, SEQ, "12",
		    false },
		{ "coded primitive", C0, OID, C1, NUMERIC, SET, P0, SEQ, "12",
		    false },
		{ "actor SET", C0, OID, C1, NUMERIC, SET, C0, SET, "12",
		    false },
		{ "application", C0, OID, C1, NUMERIC, SET, 0x60, SEQ, "12",
		    false },
	};
	size_t i, from;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		d.n = 0;
		put(rows[i].oid_tag, oid_scheme, sizeof oid_scheme);
		wrap(0, rows[i].scheme_tag);
		from = d.n;
		put_text(rows[i].numeric_tag, rows[i].code);
		wrap(from, rows[i].code_tag);
		wrap(0, rows[i].set);
		wrap(0, rows[i].coded);
		wrap(0, rows[i].actor);
		finish();
		if (rows[i].good ? roles() != SEK_OK : !refused(SEK_E_SYNTAX))
			printf("# %s\n", rows[i].what);
		CHECK(rows[i].good ? roles() == SEK_OK :
		    refused(SEK_E_SYNTAX));
	}
}

/* Tags of ISO 17090-2 are explicit. */
static void
role_implicit_tags(void)
{
	d.n = 0;
	put(P0, oid_scheme, sizeof oid_scheme);
	put_text(P1, "12");
	put_text(P2, "Medical Doctor");
	wrap(0, C0);
	wrap(0, SEQ);
	finish();
	CHECK(refused(SEK_E_SYNTAX));
}

/* Fields of a SET in another order than DER's, and twice. */
static void
role_order(void)
{
	d.n = 0;
	coded_name(UTF8, "Dentist", 7);
	coded_scheme();
	wrap(0, SET);
	wrap(0, C0);
	wrap(0, SEQ);
	finish();
	CHECK(refused(SEK_E_SYNTAX));
	d.n = 0;
	coded_scheme();
	coded_scheme();
	coded_name(UTF8, "Dentist", 7);
	wrap(0, SET);
	wrap(0, C0);
	wrap(0, SEQ);
	finish();
	CHECK(refused(SEK_E_SYNTAX));
	d.n = 0;
	coded_scheme();
	coded_name(UTF8, "Dentist", 7);
	coded_name(UTF8, "Dentist", 7);
	wrap(0, SET);
	wrap(0, C0);
	wrap(0, SEQ);
	finish();
	CHECK(refused(SEK_E_SYNTAX));
	d.n = 0;
	actor(NULL, "Medical Doctor");
	actor(NULL, "Dentist");
	finish();
	CHECK(refused(SEK_E_SYNTAX));
}

static void
role_empty_parts(void)
{
	d.n = 0;
	wrap(0, SEQ); /* no attribute */
	CHECK(refused(SEK_E_SYNTAX));
	d.n = 0;
	CHECK(refused(SEK_E_SYNTAX)); /* not a byte */
	d.n = 0;
	role_attribute(0); /* no value */
	wrap(0, SEQ);
	CHECK(refused(SEK_E_SYNTAX));
	d.n = 0;
	finish(); /* no actor */
	CHECK(refused(SEK_E_SYNTAX));
	d.n = 0;
	wrap(0, SEQ); /* nothing in the actor */
	finish();
	CHECK(refused(SEK_E_SYNTAX));
	d.n = 0;
	wrap(0, SET); /* nothing in the coded data */
	wrap(0, C0);
	wrap(0, SEQ);
	finish();
	CHECK(refused(SEK_E_SYNTAX));
	d.n = 0;
	actor(NULL, NULL); /* neither code nor name */
	finish();
	CHECK(refused(SEK_E_SYNTAX));
	/* one good actor does not save the certificate */
	d.n = 0;
	actor(NULL, NULL);
	actor(NULL, "Medical Doctor");
	finish();
	CHECK(refused(SEK_E_SYNTAX));
}

/* An actor and what a country adds. */
static void
regional(const uint8_t *p, size_t n)
{
	size_t from;

	d.n = 0;
	coded_scheme();
	coded_name(UTF8, "Dentist", 7);
	wrap(0, SET);
	wrap(0, C0);
	from = d.n;
	memcpy(d.b + d.n, p, n);
	d.n += n;
	wrap(from, SEQ);
	wrap(from, C1);
	wrap(0, SEQ);
	finish();
}

static void
role_regional_data(void)
{
	static const uint8_t data[] = { SEQ, 0x0e, OID, 0x02, 0x2a, 0x03,
		PRINTABLE, 0x02, 'J', 'P', C0, 0x04, UTF8, 0x02, 'x', 'y' };
	static const uint8_t cut[] = { SEQ, 0x04, OID, 0x03, 0x2a, 0x03 };
	static const uint8_t ber[] = { SEQ, 0x80, 0x00, 0x00 };

	regional(data, sizeof data);
	CHECK_INT(roles(), SEK_OK);
	CHECK_INT(got.n, 1);
	CHECK_STR(got.role[0].name, "Dentist");
	regional(data, 0);
	CHECK_INT(roles(), SEK_OK);
	regional(data + 2, sizeof data - 2); /* not a SEQUENCE each */
	CHECK(refused(SEK_E_SYNTAX));
	regional(cut, sizeof cut);
	CHECK(refused(SEK_E_SYNTAX));
	regional(ber, sizeof ber);
	CHECK(refused(SEK_E_SYNTAX));
}

static void
role_value_of_another_kind(void)
{
	d.n = 0;
	actor(NULL, "Medical Doctor");
	wrap(0, SEQ);
	role_attribute(0);
	wrap(0, SEQ);
	CHECK(refused(SEK_E_SYNTAX));
	d.n = 0;
	put_text(UTF8, "Medical Doctor");
	role_attribute(0);
	wrap(0, SEQ);
	CHECK(refused(SEK_E_SYNTAX));
	d.n = 0;
	actor(NULL, "Medical Doctor"); /* a SET too few */
	role_attribute(0);
	wrap(0, SEQ);
	CHECK(refused(SEK_E_SYNTAX));
	d.n = 0;
	actor(NULL, "Medical Doctor"); /* and one too many */
	wrap(0, SET);
	wrap(0, SET);
	role_attribute(0);
	wrap(0, SEQ);
	CHECK(refused(SEK_E_SYNTAX));
}

static void
role_twice(void)
{
	struct der one;

	d.n = 0;
	actor(NULL, "Medical Doctor");
	wrap(0, SET);
	role_attribute(0);
	one = d;
	memcpy(d.b + d.n, one.b, one.n);
	d.n += one.n;
	wrap(0, SEQ);
	CHECK(refused(SEK_E_SYNTAX));
	CHECK(nothing(roles_of(doctor, sizeof doctor, 2), SEK_E_SYNTAX));
}

static void
role_truncated(void)
{
	size_t n;

	for (n = 0; n < sizeof doctor; n++)
		CHECK(nothing(roles_of(doctor, n, 1), SEK_E_SYNTAX));
	/* cut, with the lengths around it right: at each byte of the actor */
	for (n = 0; n < 38; n++) {
		d.n = 0;
		actor(NULL, "Medical Doctor");
		CHECK_INT(d.n, 38);
		d.n = n;
		finish();
		CHECK(refused(SEK_E_SYNTAX));
	}
}

/* Is the doctor there, or anything left over? */
static bool
false_doctor(const uint8_t *p, size_t n)
{
	int r = roles_of(p, n, 1);

	if (ERR_peek_error() != 0 || (r != SEK_OK && got.n != 0))
		return true;
	return sek_cert_role_is(&got, SCHEME ":Medical Doctor");
}

static void
role_every_byte_changed(void)
{
	uint8_t b[sizeof doctor + 1];
	size_t i, v;

	for (i = 0; i < sizeof doctor; i++) {
		memcpy(b, doctor, sizeof doctor);
		for (v = 1; v < 256; v++) {
			b[i] = (uint8_t)(doctor[i] ^ v);
			/* the same text as another kind of string is the
			 * same name */
			if (i == 38 && (b[i] == PRINTABLE || b[i] == TELETEX))
				continue;
			CHECK(!false_doctor(b, sizeof doctor));
		}
	}
}

static void
role_every_byte_dropped_or_doubled(void)
{
	uint8_t b[sizeof doctor + 1];
	size_t i, v;

	for (i = 0; i <= sizeof doctor; i++) {
		memcpy(b, doctor, i);
		memcpy(b + i + 1, doctor + i, sizeof doctor - i);
		for (v = 0; v < 256; v++) {
			b[i] = (uint8_t)v;
			CHECK(!false_doctor(b, sizeof b));
		}
		if (i == sizeof doctor)
			break;
		memcpy(b + i, doctor + i + 1, sizeof doctor - i - 1);
		CHECK(!false_doctor(b, sizeof doctor - 1));
	}
}

/* Where the ten values with a length stand in the card's extension, each
 * around the next; the lengths outside are made right. */
static const size_t heads[] = { 0, 2, 12, 14, 16, 18, 20, 22, 36, 38 };
#define N_HEADS (sizeof heads / sizeof heads[0])

/* Does `outer` hold `at`? */
static bool
holds(size_t outer, size_t at)
{
	return outer < at && outer + 2 + doctor[outer + 1] > at;
}

/* `more` bytes go in at `at`. */
static size_t
insert(uint8_t *b, size_t at, const uint8_t *more, size_t n)
{
	size_t i;

	memcpy(b, doctor, at);
	memcpy(b + at, more, n);
	memcpy(b + at + n, doctor + at, sizeof doctor - at);
	for (i = 0; i < N_HEADS; i++)
		if (holds(heads[i], at))
			b[heads[i] + 1] = (uint8_t)(b[heads[i] + 1] + n);
	return sizeof doctor + n;
}

static void
role_long_lengths(void)
{
	static const uint8_t forms[] = { 0x81, 0x82, 0x00, 0x83, 0x00, 0x00 };
	static const size_t from[] = { 0, 1, 3 }, len[] = { 1, 2, 3 };
	uint8_t b[sizeof doctor + 8];
	size_t i, k, n;

	for (i = 0; i < N_HEADS; i++) {
		for (k = 0; k < 3; k++) {
			n = insert(b, heads[i] + 1, forms + from[k], len[k]);
			/* the length itself is inside of nothing new */
			b[heads[i] + 1 + len[k]] = doctor[heads[i] + 1];
			CHECK(!false_doctor(b, n));
		}
		/* indefinite, with its end marked */
		memcpy(b, doctor, sizeof doctor);
		b[heads[i] + 1] = 0x80;
		memset(b + sizeof doctor, 0, 2);
		CHECK(!false_doctor(b, sizeof doctor + 2));
	}
}

static void
role_trailing_bytes(void)
{
	static const uint8_t more[] = { 0x05, 0x00 };
	uint8_t b[sizeof doctor + 8];
	size_t i, n;

	/* after the extension, then at the end inside of each value */
	memcpy(b, doctor, sizeof doctor);
	memcpy(b + sizeof doctor, more, 2);
	CHECK(nothing(roles_of(b, sizeof doctor + 2, 1), SEK_E_SYNTAX));
	for (i = 0; i < N_HEADS; i++) {
		n = insert(b, heads[i] + 2 + doctor[heads[i] + 1], more, 2);
		if (b[heads[i] + 1] == doctor[heads[i] + 1])
			b[heads[i] + 1] = (uint8_t)(b[heads[i] + 1] + 2);
		CHECK(!false_doctor(b, n));
	}
}

static void
role_nested(void)
{
	size_t i;

	/* deep down in an attribute that is not ours */
	d.n = 0;
	put_text(PRINTABLE, "F");
	for (i = 0; i < 200; i++)
		wrap(0, SEQ);
	attribute(0, oid_gender, sizeof oid_gender);
	wrap(0, SEQ);
	CHECK(refused(SEK_E_SYNTAX));
	d.n = 0;
	for (i = 0; i < 3000; i++)
		wrap(0, SET);
	CHECK(refused(SEK_E_SYNTAX));
}

int
main(void)
{
	if (sek_crypto_start() != SEK_OK)
		return 1;
	RUN(role_wrong_parts);
	RUN(role_implicit_tags);
	RUN(role_order);
	RUN(role_empty_parts);
	RUN(role_regional_data);
	RUN(role_value_of_another_kind);
	RUN(role_twice);
	RUN(role_truncated);
	RUN(role_every_byte_changed);
	RUN(role_every_byte_dropped_or_doubled);
	RUN(role_long_lengths);
	RUN(role_trailing_bytes);
	RUN(role_nested);
	return CHECK_END();
}
