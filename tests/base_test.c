/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * base/: buffers, escaping, frames, messages, reasons, texts.
 */
#include "check.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sekisho/buf.h"
#include "sekisho/digits.h"
#include "sekisho/escape.h"
#include "sekisho/frame.h"
#include "sekisho/os.h"
#include "sekisho/reason.h"
#include "sekisho/text.h"
#include "sekisho/wire_front.h"
#include "sekisho/wire_helper.h"

static const char *
esc(const char *in, size_t n)
{
	static char out[256];

	return sek_escape(out, sizeof out, in, n);
}

static void
numbers_travel_big_endian(void)
{
	static const uint8_t want[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
	    13, 14, 15 };
	struct sek_buf b = { 0 };
	struct sek_rd r;

	sek_put_u8(&b, 1);
	sek_put_u16(&b, 0x0203);
	sek_put_u32(&b, 0x04050607);
	sek_put_u64(&b, 0x08090a0b0c0d0e0f);
	CHECK(sek_buf_ok(&b) == SEK_OK);
	CHECK(b.len == sizeof want && memcmp(b.p, want, b.len) == 0);
	r = sek_rd_init(b.p, b.len);
	CHECK_INT(sek_rd_u8(&r), 1);
	CHECK_INT(sek_rd_u16(&r), 0x0203);
	CHECK_INT(sek_rd_u32(&r), 0x04050607);
	CHECK(sek_rd_u64(&r) == 0x08090a0b0c0d0e0f);
	CHECK(sek_rd_end(&r) == SEK_OK);
	sek_buf_free(&b);
}

static void
bytes_become_digits(void)
{
	static const uint8_t bytes[] = { 0x00, 0x1f, 0xa9, 0xff, 0x10, 0x32,
	    0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe, 0x0f, 0x2d, 0x4b, 0x69 };
	char out[38] = "";

	sek_hex(out, bytes, 4);
	CHECK_STR(out, "001fa9ff");
	sek_hex(out, bytes, 0);
	CHECK_STR(out, "");
	out[37] = '#';
	sek_uuid_text(out, bytes);
	CHECK(out[37] == '#');
	CHECK_STR(out, "001fa9ff-1032-5476-98ba-dcfe0f2d4b69");
}

static void
a_short_or_long_message_is_refused(void)
{
	static const uint8_t in[] = { 0, 0, 0, 3, 'a', 'b', 'c', 'x' };
	char s[8];
	size_t n;

	for (n = 0; n <= sizeof in; n++) {
		struct sek_rd r = sek_rd_init(in, n);

		sek_rd_str(&r, s, sizeof s);
		CHECK((sek_rd_end(&r) == SEK_OK) == (n == 7));
	}
}

static void
a_string_over_its_cap_or_with_nul_is_refused(void)
{
	static const uint8_t nul[] = { 0, 0, 0, 2, 'a', 0 };
	static const uint8_t four[] = { 0, 0, 0, 4, 'a', 'b', 'c', 'd' };
	struct sek_rd r = sek_rd_init(nul, sizeof nul);
	char s[4];

	sek_rd_str(&r, s, sizeof s);
	CHECK(sek_rd_end(&r) == SEK_E_PROTO);
	r = sek_rd_init(four, sizeof four);
	sek_rd_str(&r, s, sizeof s);
	CHECK(sek_rd_end(&r) == SEK_E_PROTO);
}

static void
a_buffer_has_a_limit(void)
{
	struct sek_buf b = { 0 };
	uint8_t *big = calloc(1, SEK_BUF_MAX);

	CHECK(big != NULL);
	sek_put_raw(&b, big, SEK_BUF_MAX);
	CHECK(sek_buf_ok(&b) == SEK_OK);
	sek_put_u8(&b, 1);
	CHECK(sek_buf_ok(&b) == SEK_E_LIMIT);
	sek_buf_free(&b);
	free(big);
}

static void
text_from_outside_is_escaped(void)
{
	CHECK_STR(esc("plain", 5), "plain");
	CHECK_STR(esc("山田 太郎", strlen("山田 太郎")), "山田 太郎");
	CHECK_STR(esc("a\nb\x1b[0m", 7), "a\\x0ab\\x1b[0m");
	CHECK_STR(esc("a\0b", 3), "a\\x00b");
	CHECK_STR(esc("\x7f\xc2\x85", 3), "\\x7f\\xc2\\x85");
	CHECK_STR(esc("\\x41", 4), "\\\\x41");
	/* overlong slash, surrogate, beyond U+10FFFF, lone continuation */
	CHECK_STR(esc("\xc0\xaf", 2), "\\xc0\\xaf");
	CHECK_STR(esc("\xed\xa0\x80", 3), "\\xed\\xa0\\x80");
	CHECK_STR(esc("\xf4\x90\x80\x80", 4), "\\xf4\\x90\\x80\\x80");
	CHECK_STR(esc("\x80", 1), "\\x80");
	/* right-to-left override, zero-width space, soft hyphen */
	CHECK_STR(esc("\xe2\x80\xae", 3), "\\xe2\\x80\\xae");
	CHECK_STR(esc("\xe2\x80\x8b", 3), "\\xe2\\x80\\x8b");
	CHECK_STR(esc("\xc2\xad", 2), "\\xc2\\xad");
	/* cut in the middle of a character */
	CHECK_STR(esc("\xe5\xb1", 2), "\\xe5\\xb1");
}

static void
long_text_is_cut_at_a_character(void)
{
	char out[16];

	CHECK_STR(sek_escape_str(out, 8, "1234567"), "1234567");
	CHECK_STR(sek_escape_str(out, 8, "12345678"), "1234...");
	CHECK_STR(sek_escape_str(out, 8, "12山田太郎"), "12...");
	/* no room to say that it was cut: nothing, rather than a lie */
	CHECK_STR(sek_escape_str(out, 3, "1234"), "");
	CHECK_STR(sek_escape_str(out, 1, "1234"), "");
	CHECK_STR(sek_escape_str(out, 4, NULL), "");
}

static void
only_names_that_can_be_typed_are_looked_up(void)
{
	static const char *const good[] = { "taro", "山田", "a.b_c-d$",
	    "ward3@east", "ﾃｽﾄ", "テスト" };
	static const char *const bad[] = { "", " ", "a b", "-u", ".", "..",
	    "../x", "a/b", "a:b", "a\nb", "a\x1b", "root\xe2\x80\x8b",
	    "\xe2\x80\xaetoor", "a\xc0\xaf", "a\xe3\x80\x80", "\xff",
	    "a\x7f", "a\xc2\x85" };
	char longest[300];
	size_t i;

	for (i = 0; i < sizeof good / sizeof good[0]; i++)
		CHECK(sek_name_ok(good[i]));
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		CHECK(!sek_name_ok(bad[i]));
	memset(longest, 'a', sizeof longest);
	longest[256] = '\0';
	CHECK(sek_name_ok(longest));
	longest[256] = 'a';
	longest[257] = '\0';
	CHECK(!sek_name_ok(longest));
}

struct pair {
	struct sek_chan a, b;
	struct sek_deadline dl;
};

static void
pair_open(struct pair *p)
{
	int fd[2];

	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) == 0);
	p->a = (struct sek_chan){ fd[0], SEK_FS_START, sek_front_rules,
	    sek_front_n_rules };
	p->b = (struct sek_chan){ fd[1], SEK_FS_START, sek_front_rules,
	    sek_front_n_rules };
	p->dl = sek_deadline_in(300);
}

static void
pair_close(struct pair *p)
{
	(void)close(p->a.fd);
	(void)close(p->b.fd);
}

static void
frames_travel_and_move_both_states(void)
{
	struct sek_buf body = { 0 }, got = { 0 };
	struct pair p;
	uint8_t msg;

	pair_open(&p);
	sek_put_str(&body, "hello");
	CHECK(sek_chan_send(&p.a, SEK_BEGIN, &body, &p.dl) == SEK_OK);
	CHECK(sek_chan_recv(&p.b, &msg, &got, &p.dl) == SEK_OK);
	CHECK_INT(msg, SEK_BEGIN);
	CHECK(got.len == body.len && memcmp(got.p, body.p, got.len) == 0);
	CHECK(p.a.state == SEK_FS_RUN && p.b.state == SEK_FS_RUN);
	sek_buf_free(&body);
	sek_buf_free(&got);
	pair_close(&p);
}

/* Every type in every state: what the table does not hold is refused on
 * both ends, whatever its body. */
static void
what_the_table_does_not_allow_is_refused(void)
{
	struct sek_buf body = { 0 }, got = { 0 };
	struct pair p;
	uint8_t state, msg, seen;
	unsigned type;
	size_t i;
	bool in_table;

	for (state = 0; state <= SEK_FS_DONE; state++) {
		for (type = 0; type < 256; type++) {
			uint8_t raw[5] = { 0, 0, 0, 0, (uint8_t)type };

			msg = (uint8_t)type;
			in_table = false;
			for (i = 0; i < sek_front_n_rules; i++)
				in_table |= sek_front_rules[i].in == state &&
				    sek_front_rules[i].msg == msg;
			pair_open(&p);
			p.a.state = p.b.state = state;
			CHECK((sek_chan_send(&p.a, msg, &body, &p.dl) ==
			    SEK_OK) == in_table);
			pair_close(&p);
			pair_open(&p);
			p.b.state = state;
			CHECK(write(p.a.fd, raw, sizeof raw) == 5);
			CHECK((sek_chan_recv(&p.b, &seen, &got, &p.dl) ==
			    SEK_OK) == in_table);
			pair_close(&p);
		}
	}
	sek_buf_free(&got);
}

static void
a_length_over_the_cap_is_refused_unread(void)
{
	static const uint8_t raw[] = { 0x7f, 0xff, 0xff, 0xff, SEK_BEGIN };
	struct sek_buf got = { 0 };
	struct pair p;
	uint8_t msg;

	pair_open(&p);
	CHECK(write(p.a.fd, raw, sizeof raw) == (ssize_t)sizeof raw);
	CHECK(sek_chan_recv(&p.b, &msg, &got, &p.dl) == SEK_E_PROTO);
	CHECK(got.cap == 0);
	pair_close(&p);
}

static void
half_a_frame_ends_at_the_deadline_or_as_malformed(void)
{
	static const uint8_t raw[] = { 0, 0, 0, 9, SEK_BEGIN, 'x' };
	struct sek_buf got = { 0 };
	struct pair p;
	uint8_t msg;

	pair_open(&p);
	CHECK(sek_chan_recv(&p.b, &msg, &got, &p.dl) == SEK_E_TIMEOUT);
	p.dl = sek_deadline_in(300);
	CHECK(write(p.a.fd, raw, sizeof raw) == (ssize_t)sizeof raw);
	CHECK(sek_chan_recv(&p.b, &msg, &got, &p.dl) == SEK_E_TIMEOUT);
	pair_close(&p);
	pair_open(&p);
	CHECK(write(p.a.fd, raw, sizeof raw) == (ssize_t)sizeof raw);
	CHECK(shutdown(p.a.fd, SHUT_WR) == 0);
	CHECK(sek_chan_recv(&p.b, &msg, &got, &p.dl) == SEK_E_PROTO);
	pair_close(&p);
	pair_open(&p);
	CHECK(shutdown(p.a.fd, SHUT_WR) == 0);
	CHECK(sek_chan_recv(&p.b, &msg, &got, &p.dl) == SEK_E_EOF);
	pair_close(&p);
	sek_buf_free(&got);
}

static void
a_reader_that_stopped_does_not_hold_a_writer(void)
{
	struct sek_buf body = { 0 };
	uint8_t fill[2000] = { 0 };
	struct pair p;
	int r = SEK_OK, i;

	sek_put_raw(&body, fill, sizeof fill);
	pair_open(&p);
	p.a.state = SEK_FS_RUN;
	for (i = 0; i < 100000 && r == SEK_OK; i++)
		r = sek_chan_send(&p.a, SEK_TELL, &body, &p.dl);
	CHECK_INT(r, SEK_E_TIMEOUT);
	sek_buf_free(&body);
	pair_close(&p);
}

static void
begin_survives_the_way_and_no_cut_of_it_does(void)
{
	struct sek_begin in = { .phase = SEK_PHASE_AUTH, .flags = 5,
	    .record = 77, .opened = 78, .opened_ms = 1u << 31,
	    .user = "taro", .service = "sshd", .tty = "pts/1",
	    .rhost = "2001:db8::1", .rport = 65535, .xdg_session = "c2",
	    .lang = "ja", .session = "s" };
	struct sek_begin out = { 0 };
	struct sek_buf b = { 0 };
	size_t n, whole;

	sek_put_raw(&in.ssh_info, "publickey x", 11);
	sek_begin_enc(&b, &in);
	CHECK(sek_begin_dec(&out, &b) == SEK_OK);
	CHECK_STR(out.user, "taro");
	CHECK_STR(out.rhost, "2001:db8::1");
	CHECK_STR(out.xdg_session, "c2");
	CHECK(out.rport == 65535);
	CHECK(out.record == 77 && out.ssh_info.len == 11);
	CHECK(out.opened == 78 && out.opened_ms == 1u << 31);
	sek_begin_clear(&out);
	whole = b.len;
	for (n = 0; n < whole; n++) {
		b.len = n;
		CHECK(sek_begin_dec(&out, &b) != SEK_OK);
	}
	b.len = whole;
	sek_put_u8(&b, 0);
	CHECK(sek_begin_dec(&out, &b) == SEK_E_PROTO);
	b.p[0] = 99; /* another version */
	b.len = whole;
	CHECK(sek_begin_dec(&out, &b) == SEK_E_PROTO);
	sek_buf_free(&b);
	sek_begin_clear(&in);
}

static void
keys_survive_the_way_and_no_cut_of_them_does(void)
{
	uint8_t cert[] = { 1, 2, 3 };
	struct sek_key key = { .slot = 9, .pin_flags = SEK_PF_LOGIN,
	    .label = "card", .id = { 1 }, .id_len = 1, .cert = cert,
	    .cert_len = sizeof cert };
	struct sek_keys in = { .tokens = 1, .n = 1, .key = &key }, out;
	struct sek_buf b = { 0 };
	size_t whole, n;

	sek_keys_enc(&b, &in);
	CHECK(sek_keys_dec(&out, &b) == SEK_OK);
	CHECK(out.n == 1 && out.key[0].slot == 9);
	CHECK(memcmp(out.key[0].cert, cert, 3) == 0);
	sek_keys_clear(&out);
	whole = b.len;
	for (n = 0; n < whole; n++) {
		b.len = n;
		CHECK(sek_keys_dec(&out, &b) == SEK_E_PROTO);
	}
	b.len = whole;
	b.p[7] = 0xff; /* more keys than may be */
	CHECK(sek_keys_dec(&out, &b) == SEK_E_PROTO);
	sek_buf_free(&b);
}

static void
an_answer_with_nul_inside_is_refused(void)
{
	struct sek_reply in = { 0 }, out = { 0 };
	struct sek_buf b = { 0 };

	sek_put_raw(&in.answer, "12\0 34", 6);
	sek_reply_enc(&b, &in);
	CHECK(sek_reply_dec(&out, &b) == SEK_E_PROTO);
	sek_buf_free(&b);
	sek_reply_clear(&in);
}

static void
every_reason_has_word_class_and_both_texts(void)
{
	size_t n, i, j;
	const struct sek_reason_row *rows = sek_reason_rows(&n);

	CHECK(n > 40);
	for (i = 0; i < n; i++) {
		CHECK(rows[i].word[0] != '\0');
		CHECK(strspn(rows[i].word, "abcdefghijklmnopqrstuvwxyz-") ==
		    strlen(rows[i].word));
		CHECK(rows[i].text[SEK_LANG_EN][0] != '\0');
		CHECK(rows[i].text[SEK_LANG_JA][0] != '\0');
		CHECK((rows[i].class == SEK_CLASS_OK) ==
		    (rows[i].id == SEK_R_OK));
		for (j = 0; j < i; j++) {
			CHECK(rows[i].id != rows[j].id);
			CHECK(strcmp(rows[i].word, rows[j].word) != 0);
		}
	}
	CHECK(sek_reason(SEK_R_NONE)->id == SEK_R_INTERNAL);
	CHECK(sek_reason((enum sek_reason)9999)->class != SEK_CLASS_OK);
}

static void
a_stranger_is_told_the_same(void)
{
	static const enum sek_reason alike[] = { SEK_R_UNKNOWN_USER,
	    SEK_R_NOT_ENROLLED, SEK_R_NO_MATCH, SEK_R_WRONG_PASSWORD,
	    SEK_R_NOT_GRANTED, SEK_R_PERSON_SUSPENDED,
	    SEK_R_ACCOUNT_SUSPENDED };
	const struct sek_reason_row *a = sek_reason(alike[0]), *b;
	size_t i;

	for (i = 0; i < sizeof alike / sizeof alike[0]; i++) {
		b = sek_reason(alike[i]);
		CHECK(b->paced && b->class == a->class);
		CHECK_STR(b->text[SEK_LANG_EN], a->text[SEK_LANG_EN]);
		CHECK_STR(b->text[SEK_LANG_JA], a->text[SEK_LANG_JA]);
	}
}

static void
every_text_has_both_languages_and_fills_its_hole(void)
{
	static const char *const args[] = { "%s", "b", NULL, "d" };
	static const char *const long_args[] = { "a", "ward-pc-3" };
	char out[64];
	int i;

	for (i = SEK_T_NONE + 1; i < SEK_N_TEXTS; i++) {
		CHECK(sek_text((enum sek_text)i, SEK_LANG_EN)[0] != '\0');
		CHECK(sek_text((enum sek_text)i, SEK_LANG_JA)[0] != '\0');
		CHECK((strstr(sek_text((enum sek_text)i, SEK_LANG_EN), "%s")
		    == NULL) == (strstr(sek_text((enum sek_text)i,
		    SEK_LANG_JA), "%s") == NULL));
	}
	sek_text_fmt(out, sizeof out, SEK_T_PIN, SEK_LANG_EN, "%n%s");
	CHECK_STR(out, "PIN of card %n%s: ");
	sek_text_fmt(out, 8, SEK_T_PIN, SEK_LANG_EN, "x");
	CHECK(strlen(out) < 8);
	sek_text_fill(out, sizeof out, SEK_T_LAST_LOGIN, SEK_LANG_EN, args, 4);
	CHECK_STR(out, "Last login: %s at b (), with d.");
	sek_text_fill(out, sizeof out, SEK_T_LAST_LOGIN, SEK_LANG_EN, args, 1);
	CHECK_STR(out, "Last login: %s at  (), with .");
	/* what does not fit ends it, and is never cut */
	sek_text_fill(out, 20, SEK_T_LAST_LOGIN, SEK_LANG_EN, long_args, 2);
	CHECK_STR(out, "Last login: a at ");
}

static void
random_bytes_differ(void)
{
	uint8_t a[32], b[32];

	CHECK(sek_random(a, sizeof a) == SEK_OK);
	CHECK(sek_random(b, sizeof b) == SEK_OK);
	CHECK(memcmp(a, b, sizeof a) != 0);
}

int
main(void)
{
	RUN(numbers_travel_big_endian);
	RUN(bytes_become_digits);
	RUN(a_short_or_long_message_is_refused);
	RUN(a_string_over_its_cap_or_with_nul_is_refused);
	RUN(a_buffer_has_a_limit);
	RUN(text_from_outside_is_escaped);
	RUN(long_text_is_cut_at_a_character);
	RUN(only_names_that_can_be_typed_are_looked_up);
	RUN(frames_travel_and_move_both_states);
	RUN(what_the_table_does_not_allow_is_refused);
	RUN(a_length_over_the_cap_is_refused_unread);
	RUN(half_a_frame_ends_at_the_deadline_or_as_malformed);
	RUN(a_reader_that_stopped_does_not_hold_a_writer);
	RUN(begin_survives_the_way_and_no_cut_of_it_does);
	RUN(keys_survive_the_way_and_no_cut_of_them_does);
	RUN(an_answer_with_nul_inside_is_refused);
	RUN(every_reason_has_word_class_and_both_texts);
	RUN(a_stranger_is_told_the_same);
	RUN(every_text_has_both_languages_and_fills_its_hole);
	RUN(random_bytes_differ);
	return CHECK_END();
}
