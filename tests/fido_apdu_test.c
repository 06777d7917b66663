/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The APDUs of a FIDO card, byte for byte: a script of what must be sent and
 * what comes back.  What real cards and pcscd make of it is in fido_card.sh.
 */
#include "fido/apdu.h"
#include "tests/check.h"

struct step {
	const char *sent;   /* hex of how it begins; NULL: no more is sent */
	size_t n;           /* and its length; 0: any */
	const char *answer; /* hex; NULL: the reader has gone */
	size_t fill;        /* so many bytes of 00 come before it */
};

struct script {
	const struct step *step;
	size_t at;
	enum fido_want want;
	unsigned int waited_ms;
	bool wrong;
};

static size_t
unhex(const char *s, uint8_t *out)
{
	unsigned int v;
	size_t n = 0;

	for (; sscanf(s, "%2x", &v) == 1; s += 2)
		out[n++] = (uint8_t)v;
	return n;
}

static int
on_send(void *arg, const uint8_t *in, size_t n, uint8_t *out, size_t *len)
{
	struct script *s = arg;
	const struct step *st = &s->step[s->at];
	uint8_t head[64];
	size_t m;

	if (st->sent == NULL) {
		s->wrong = true;
		return SEK_E_IO;
	}
	m = unhex(st->sent, head);
	if (m > n || memcmp(in, head, m) != 0 || (st->n != 0 && st->n != n))
		s->wrong = true;
	s->at++;
	if (st->answer == NULL)
		return SEK_E_IO;
	memset(out, 0, st->fill);
	*len = st->fill + unhex(st->answer, out + st->fill);
	return SEK_OK;
}

static enum fido_want
on_want(void *arg, unsigned int ms)
{
	struct script *s = arg;

	s->waited_ms += ms;
	return ms > 0 ? s->want : FIDO_W_ANSWER;
}

static struct script script;

static struct fido_apdu
begin(const struct step *steps, bool t0)
{
	script = (struct script){ .step = steps };
	return (struct fido_apdu){ .arg = &script, .send = on_send,
		.want = on_want, .t0 = t0 };
}

static void
done(void)
{
	CHECK(!script.wrong);
	CHECK(script.step[script.at].sent == NULL);
}

static uint8_t message[FIDO_MESSAGE_MAX + 1];
static struct sek_buf out;

static void
selects_the_applet(void)
{
	static const struct step v2[] = {
		{ "00A4040008A0000006472F000100", 14, "4649444F5F325F309000",
		    0 }, { 0 } };
	static const struct step t0[] = {
		{ "00A4040008A0000006472F0001", 13, "6108", 0 },
		{ "00C0000008", 5, "4649444F5F325F309000", 0 }, { 0 } };
	static const struct step u2f[] = {
		{ "00A4", 0, "5532465F56329000", 0 }, { 0 } };
	static const struct step longer[] = {
		{ "00A4", 0, "5532465F5632009000", 0 }, { 0 } };
	static const struct step refused[] = {
		{ "00A4", 0, "5532465F56326A82", 0 }, { 0 } };
	static const struct {
		const struct step *s;
		bool t0;
		enum fido_version v;
	} rows[] = { { v2, false, FIDO_V_2 }, { t0, true, FIDO_V_2 },
		{ u2f, false, FIDO_V_U2F }, { longer, false, FIDO_V_NONE },
		{ refused, false, FIDO_V_NONE } };
	enum fido_version v;
	struct fido_apdu a;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		a = begin(rows[i].s, rows[i].t0);
		CHECK_INT(fido_apdu_select(&a, &v), SEK_OK);
		CHECK_INT(v, rows[i].v);
		done();
	}
}

static void
short_until_255_bytes(void)
{
	static const struct step one[] = {
		{ "80108000FF", 261, "009000", 0 }, { 0 } };
	static const struct step two[] = {
		{ "90108000F0", 246, "9000", 0 },
		{ "8010800010", 22, "009000", 0 }, { 0 } };
	struct fido_apdu a = begin(one, false);

	CHECK_INT(fido_apdu_ctap2(&a, message, 255, &out), SEK_OK);
	CHECK_INT(out.len, 1);
	done();
	a = begin(two, false);
	CHECK_INT(fido_apdu_ctap2(&a, message, 256, &out), SEK_OK);
	done();
}

static void
largest_message(void)
{
	static const struct step none[] = { { 0 } };
	static const struct step ext[] = {
		{ "90108000F0", 246, "6884", 0 },
		{ "80108000001DB9", 7609 + 9, "9000", FIDO_MESSAGE_MAX },
		{ "80108000001DB9", 7609 + 9, "9000", FIDO_MESSAGE_MAX },
		{ 0 } };
	struct fido_apdu a = begin(ext, false);

	CHECK_INT(fido_apdu_ctap2(&a, message, FIDO_MESSAGE_MAX, &out),
	    SEK_OK);
	CHECK_INT(out.len, FIDO_MESSAGE_MAX);
	/* it does not chain, and that is remembered */
	CHECK_INT(fido_apdu_ctap2(&a, message, FIDO_MESSAGE_MAX, &out),
	    SEK_OK);
	done();
	a = begin(none, false);
	CHECK_INT(fido_apdu_ctap2(&a, message, FIDO_MESSAGE_MAX + 1, &out),
	    SEK_E_LIMIT);
	done();
}

static void
answer_of_one_byte_too_many(void)
{
	static const struct step fits[] = {
		{ "8010", 0, "61FF", FIDO_MESSAGE_MAX - 255 },
		{ "00C00000FF", 5, "9000", 255 }, { 0 } };
	static const struct step over[] = {
		{ "8010", 0, "61FF", FIDO_MESSAGE_MAX - 254 },
		{ "00C00000FF", 5, "9000", 255 }, { 0 } };
	struct fido_apdu a = begin(fits, false);

	CHECK_INT(fido_apdu_ctap2(&a, message, 1, &out), SEK_OK);
	CHECK_INT(out.len, FIDO_MESSAGE_MAX);
	done();
	a = begin(over, false);
	CHECK_INT(fido_apdu_ctap2(&a, message, 1, &out), SEK_E_LIMIT);
	done();
}

static void
t0_never_gets_more_than_it_takes(void)
{
	static const struct step s[] = {
		{ "90108000F0", 245, "6884", 0 }, { 0 } };
	struct fido_apdu a = begin(s, true);

	/* no extended form: that is the end */
	CHECK_INT(fido_apdu_ctap2(&a, message, 300, &out), SEK_E_PROTO);
	done();
}

static void
says_how_much_there_is(void)
{
	static const struct step s[] = {
		{ "8010", 0, "029100", 0 },
		{ "8011000000", 5, "6C05", 0 },
		{ "8011000005", 5, "00010203049000", 0 }, { 0 } };
	struct fido_apdu a = begin(s, false);

	CHECK_INT(fido_apdu_ctap2(&a, message, 1, &out), SEK_OK);
	CHECK_INT(out.len, 5);
	CHECK_INT(script.waited_ms, 100);
	done();
}

static void
cancels_once(void)
{
	static const struct step s[] = {
		{ "8010", 0, "029100", 0 }, { "8011110000", 5, "029100", 0 },
		{ "8011000000", 5, "029100", 0 },
		{ "8011000000", 5, "2D9000", 0 }, { 0 } };
	struct fido_apdu a = begin(s, false);

	script.want = FIDO_W_CANCEL;
	CHECK_INT(fido_apdu_ctap2(&a, message, 1, &out), SEK_OK);
	CHECK_INT(out.len, 1);
	CHECK_INT(out.p[0], 0x2D);
	done();
}

static void
no_progress_is_the_end(void)
{
	static const struct step empty[] = {
		{ "8010", 0, "6100", 0 }, { "00C0000000", 5, "6100", 0 },
		{ 0 } };
	static const struct step cut[] = { { "8010", 0, "90", 0 }, { 0 } };
	static const struct step gone[] = { { "8010", 0, NULL, 0 }, { 0 } };
	static const struct step none[] = { { "8010", 0, "9000", 0 }, { 0 } };
	static const struct { const struct step *s; int r; } rows[] = {
		{ empty, SEK_E_PROTO }, { cut, SEK_E_PROTO },
		{ gone, SEK_E_IO }, { none, SEK_E_PROTO } };
	struct fido_apdu a;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		a = begin(rows[i].s, false);
		CHECK_INT(fido_apdu_ctap2(&a, message, 1, &out), rows[i].r);
		done();
	}
}

static void
u2f_of_libfido2(void)
{
	static const uint8_t in[] = { 0, 2, 7, 0, 0, 0, 3, 1, 2, 3, 0, 0 };
	static const struct step s[] = {
		{ "000207000301020300", 9, "AABB9000", 0 }, { 0 } };
	static const struct step touch[] = { { "0002", 0, "6985", 0 },
		{ 0 } };
	struct fido_apdu a = begin(s, false);

	CHECK_INT(fido_apdu_u2f(&a, in, sizeof in, &out), SEK_OK);
	CHECK_INT(out.len, 4);
	CHECK_INT(out.p[2], 0x90);
	done();
	a = begin(touch, false);
	CHECK_INT(fido_apdu_u2f(&a, in, sizeof in, &out), SEK_OK);
	CHECK_INT(out.len, 2);
	CHECK_INT(out.p[0], 0x69);
	done();
	CHECK_INT(fido_apdu_u2f(&a, in, sizeof in - 1, &out), SEK_E_INVAL);
}

int
main(void)
{
	RUN(selects_the_applet);
	RUN(short_until_255_bytes);
	RUN(largest_message);
	RUN(answer_of_one_byte_too_many);
	RUN(t0_never_gets_more_than_it_takes);
	RUN(says_how_much_there_is);
	RUN(cancels_once);
	RUN(no_progress_is_the_end);
	RUN(u2f_of_libfido2);
	sek_buf_free(&out);
	return CHECK_END();
}
