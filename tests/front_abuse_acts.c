/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ways in which a front end breaks the rules, and what the record may
 * say of each.  Part of front_abuse.
 */
#include "tests/front_abuse.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sekisho/os.h"

/* -- frames */

static void
put(const struct talk *t, const void *p, size_t n)
{
	/* the gate may hang up in the middle: that is its right */
	if (n > 0 && sek_write_full(t->fd, p, n, &t->dl) != SEK_OK)
		return;
}

/* A header that says `len`, and as much of a body as there is. */
static void
put_frame(const struct talk *t, uint8_t type, uint32_t len, const void *body,
    size_t n)
{
	struct sek_buf b = { 0 };

	sek_put_u32(&b, len);
	sek_put_u8(&b, type);
	sek_put_raw(&b, body, n);
	put(t, b.p, b.len);
	sek_buf_free(&b);
}

static void
put_buf(const struct talk *t, uint8_t type, struct sek_buf *b)
{
	put_frame(t, type, (uint32_t)b->len, b->p, b->len);
	sek_buf_free(b);
}

static struct sek_buf
begin_body(const struct talk *t)
{
	struct sek_begin m = { .phase = SEK_PHASE_AUTH };
	struct sek_buf b = { 0 };

	(void)snprintf(m.service, sizeof m.service, "ward");
	(void)snprintf(m.tty, sizeof m.tty, "%s", t->tty);
	if (t->user != NULL)
		(void)snprintf(m.user, sizeof m.user, "%s", t->user);
	sek_begin_enc(&b, &m);
	return b;
}

void
put_begin(const struct talk *t)
{
	struct sek_buf b = begin_body(t);

	put_buf(t, SEK_BEGIN, &b);
}

void
put_reply(const struct talk *t, const char *answer)
{
	struct sek_reply m = { .cancelled = false };
	struct sek_buf b = { 0 };

	sek_put_raw(&m.answer, answer, strlen(answer));
	sek_reply_enc(&b, &m);
	sek_reply_clear(&m);
	put_buf(t, SEK_REPLY, &b);
}

/* -- what to do at the beginning: bytes, as a login program never sends */

static void
say_nothing(struct talk *t)
{
	(void)t;
}

static void
hang_up(struct talk *t)
{
	(void)close(t->fd);
	t->fd = -1;
}

static void
half_close(struct talk *t)
{
	(void)shutdown(t->fd, SHUT_WR);
}

static void
one_byte_and_away(struct talk *t)
{
	put(t, "", 1);
	hang_up(t);
}

static void
stall_in_header(struct talk *t)
{
	put(t, "\0\0", 2);
}

static void
header_and_away(struct talk *t)
{
	put_frame(t, SEK_BEGIN, 100, NULL, 0);
	hang_up(t);
}

static void
stall_in_body(struct talk *t)
{
	put_frame(t, SEK_BEGIN, 100, "\001\001", 2);
}

static void
half_a_begin_and_away(struct talk *t)
{
	struct sek_buf b = begin_body(t);

	put_frame(t, SEK_BEGIN, (uint32_t)b.len, b.p, b.len / 2);
	sek_buf_free(&b);
	hang_up(t);
}

static void
begin_of_no_bytes(struct talk *t)
{
	put_frame(t, SEK_BEGIN, 0, NULL, 0);
}

static void
begin_of_4_gib(struct talk *t)
{
	put_frame(t, SEK_BEGIN, 0xffffffffu, "x", 1);
}

static void
begin_over_the_cap(struct talk *t)
{
	static char body[65537];

	put_frame(t, SEK_BEGIN, sizeof body, body, sizeof body);
}

static void
type_0(struct talk *t)
{
	put_frame(t, 0, 1, "x", 1);
}

static void
type_255(struct talk *t)
{
	put_frame(t, 255, 1, "x", 1);
}

static void
reply(struct talk *t)
{
	put_reply(t, t->pin);
}

/* What only a gate may say. */
static void
verdict(struct talk *t)
{
	struct sek_verdict m = { .class = SEK_CLASS_OK, .reason = 1,
	    .record = 7 };
	struct sek_buf b = { 0 };

	(void)snprintf(m.account, sizeof m.account, "%s", t->user == NULL ?
	    "root" : t->user);
	sek_verdict_enc(&b, &m);
	put_buf(t, SEK_VERDICT, &b);
}

static void
ask(struct talk *t)
{
	struct sek_ask m = { .style = SEK_STYLE_SECRET, .text = "PIN?" };
	struct sek_buf b = { 0 };

	sek_ask_enc(&b, &m);
	put_buf(t, SEK_ASK, &b);
}

static void
http(struct talk *t)
{
	static const char get[] = "GET / HTTP/1.0\r\n\r\n";

	put(t, get, sizeof get - 1);
}

static void
noise(struct talk *t)
{
	uint8_t bytes[8192];
	uint32_t x = 1;
	size_t i;

	for (i = 0; i < sizeof bytes; i++) {
		x = x * 1103515245u + 12345u;
		bytes[i] = (uint8_t)(x >> 16);
	}
	put(t, bytes, sizeof bytes);
}

/* A good BEGIN with one byte changed. */
static void
begin_with(const struct talk *t, size_t at, uint8_t value)
{
	struct sek_buf b = begin_body(t);

	b.p[at] = value;
	put_buf(t, SEK_BEGIN, &b);
}

static void
version_0(struct talk *t)
{
	begin_with(t, 0, 0);
}

static void
version_1(struct talk *t)
{
	begin_with(t, 0, 1);
}

static void
phase_0(struct talk *t)
{
	begin_with(t, 1, 0);
}

static void
phase_5(struct talk *t)
{
	begin_with(t, 1, 5);
}

/* The length of the user's name is at 30, its first letter at 34. */
static void
string_past_the_end(struct talk *t)
{
	begin_with(t, 33, 200);
}

static void
string_of_2_gib(struct talk *t)
{
	begin_with(t, 30, 0x80);
}

static void
name_with_nul(struct talk *t)
{
	begin_with(t, 35, 0);
}

static void
byte_too_many(struct talk *t)
{
	struct sek_buf b = begin_body(t);

	sek_put_u8(&b, 0);
	put_buf(t, SEK_BEGIN, &b);
}

static void
byte_too_few(struct talk *t)
{
	struct sek_buf b = begin_body(t);

	b.len--;
	put_buf(t, SEK_BEGIN, &b);
}

static void
name_with_newline(struct talk *t)
{
	begin_with(t, 35, '\n');
}

static void
name_not_utf8(struct talk *t)
{
	begin_with(t, 35, 0xff);
}

/* -- after a good BEGIN, and where an answer is waited for */

static void
begin_again(struct talk *t)
{
	put_begin(t);
}

static void
flood_of_begins(struct talk *t)
{
	int i;

	for (i = 0; i < 2000; i++)
		put_begin(t);
}

/* In one piece, so that the second is there when the first is taken. */
static void
answers_ahead(struct talk *t)
{
	struct sek_reply m = { .cancelled = false };
	struct sek_buf body = { 0 }, both = { 0 };
	int i;

	sek_put_raw(&m.answer, t->pin, strlen(t->pin));
	sek_reply_enc(&body, &m);
	for (i = 0; i < 2; i++) {
		sek_put_u32(&both, (uint32_t)body.len);
		sek_put_u8(&both, SEK_REPLY);
		sek_put_raw(&both, body.p, body.len);
	}
	put(t, both.p, both.len);
	sek_reply_clear(&m);
	sek_buf_free(&body);
	sek_buf_free(&both);
}

static void
reply_over_the_cap(struct talk *t)
{
	static char body[SEK_SECRET_MAX + 65];

	put_frame(t, SEK_REPLY, sizeof body, body, sizeof body);
}

static void
reply_of_4_gib(struct talk *t)
{
	put_frame(t, SEK_REPLY, 0xffffffffu, t->pin, 4);
}

static void
reply_of_no_bytes(struct talk *t)
{
	put_frame(t, SEK_REPLY, 0, NULL, 0);
}

static void
raw_reply(const struct talk *t, uint8_t cancelled, const void *answer,
    size_t n, size_t extra)
{
	static const uint8_t more[8];
	struct sek_buf b = { 0 };

	sek_put_u8(&b, cancelled);
	sek_put_bytes(&b, answer, n);
	sek_put_raw(&b, more, extra);
	put_buf(t, SEK_REPLY, &b);
}

static void
answer_too_long(struct talk *t)
{
	char answer[SEK_SECRET_MAX];

	memset(answer, '1', sizeof answer);
	raw_reply(t, 0, answer, sizeof answer, 0);
}

static void
answer_with_nul(struct talk *t)
{
	raw_reply(t, 0, "4711\000x", 6, 0);
}

static void
reply_with_more(struct talk *t)
{
	raw_reply(t, 0, t->pin, strlen(t->pin), 1);
}

static void
neither_yes_nor_no(struct talk *t)
{
	raw_reply(t, 2, t->pin, strlen(t->pin), 0);
}

static void
cancelled_with_an_answer(struct talk *t)
{
	raw_reply(t, 1, t->pin, strlen(t->pin), 0);
}

static void
empty_answer(struct talk *t)
{
	raw_reply(t, 0, "", 0, 0);
}

static void
half_a_reply_and_away(struct talk *t)
{
	put_frame(t, SEK_REPLY, 9, "\000\000\000", 3);
	hang_up(t);
}

static void
half_a_reply_and_silence(struct talk *t)
{
	put_frame(t, SEK_REPLY, 9, "\000\000\000", 3);
}

/* -- the cases */

#define CASE(act, reasons) { #act, act, reasons }

static const struct abuse at_start[] = {
	CASE(say_nothing, NULL), CASE(stall_in_header, "protocol"),
	CASE(stall_in_body, "protocol"), CASE(hang_up, NULL),
	CASE(half_close, NULL), CASE(one_byte_and_away, "protocol"),
	CASE(header_and_away, "protocol"), CASE(half_a_begin_and_away, "protocol"),
	CASE(begin_of_no_bytes, "protocol"), CASE(begin_of_4_gib, "protocol"),
	CASE(begin_over_the_cap, "protocol"), CASE(type_0, "protocol"),
	CASE(type_255, "protocol"), CASE(reply, "protocol"),
	CASE(verdict, "protocol"), CASE(ask, "protocol"),
	CASE(http, "protocol"), CASE(noise, "protocol"),
	CASE(version_0, "protocol"), CASE(version_1, "protocol"),
	CASE(phase_0, "protocol"), CASE(phase_5, "protocol"),
	CASE(string_past_the_end, "protocol"),
	CASE(string_of_2_gib, "protocol"), CASE(name_with_nul, "protocol"),
	CASE(byte_too_many, "protocol"), CASE(byte_too_few, "protocol"),
	CASE(name_with_newline, "bad-name"), CASE(name_not_utf8, "bad-name"),
	{ NULL, NULL, NULL }
};

/* A gate that is reading has nothing to say who has gone and who not. */
#define GONE "client-gone"
#define AWAY "client-gone protocol"

static const struct abuse at_work[] = {
	CASE(begin_again, "protocol"), CASE(flood_of_begins, "protocol"),
	CASE(answers_ahead, "protocol"), CASE(verdict, "protocol"),
	CASE(http, "protocol"), CASE(hang_up, GONE), CASE(half_close, GONE),
	CASE(one_byte_and_away, AWAY),
	{ NULL, NULL, NULL }
};

static const struct abuse at_question[] = {
	CASE(say_nothing, "timeout"), CASE(stall_in_header, "timeout"),
	CASE(half_a_reply_and_silence, "timeout"), CASE(hang_up, GONE),
	CASE(half_close, GONE), CASE(one_byte_and_away, "protocol"),
	CASE(begin_again, "protocol"), CASE(verdict, "protocol"),
	CASE(ask, "protocol"), CASE(type_0, "protocol"),
	CASE(type_255, "protocol"), CASE(http, "protocol"),
	CASE(reply_over_the_cap, "protocol"),
	CASE(reply_of_4_gib, "protocol"), CASE(reply_of_no_bytes, "protocol"),
	CASE(answer_too_long, "protocol"), CASE(answer_with_nul, "protocol"),
	CASE(reply_with_more, "protocol"),
	CASE(neither_yes_nor_no, "protocol"),
	CASE(cancelled_with_an_answer, "cancelled"),
	CASE(empty_answer, "cancelled"),
	CASE(half_a_reply_and_away, "protocol"),
	{ NULL, NULL, NULL }
};

/* An answer and one more to the question after it. */
static const struct abuse at_pin[] = {
	CASE(answers_ahead, "protocol"),
	{ NULL, NULL, NULL }
};

const struct place abuse_places[] = {
	{ "start", AT_START, at_start }, { "work", AT_WORK, at_work },
	{ "choice", AT_CHOICE, at_question }, { "pin", AT_PIN, at_question },
	{ "pin", AT_PIN, at_pin }, { "password", AT_PASSWORD, at_question },
};
const size_t abuse_n_places = sizeof abuse_places / sizeof abuse_places[0];
