/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The outbox of sekisho-forward: when a new file begins, that nothing is
 * removed before it was read, and that the last whole line is found behind
 * whatever was torn.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "forward/forward.h"
#include "tests/audit_fixture.h"

static struct outbox *
opened(const struct outbox_conf *conf)
{
	struct outbox *o = NULL;
	struct sek_why why;
	int r = outbox_open(&o, conf, &why);

	if (r != SEK_OK)
		(void)fprintf(stderr, "%s\n", why.text);
	CHECK(r == SEK_OK);
	return o;
}

static void
put(struct outbox *o, uint64_t seq, size_t n)
{
	struct cursor c = { .seq = seq, .leaf = seq * 7 };
	struct sek_buf msg = { 0 };
	struct sek_why why;

	for (; n > 0; n--)
		sek_put_u8(&msg, 'x');
	CHECK(outbox_put(o, OUTBOX_RECORD, &c, &msg) == SEK_OK);
	CHECK(outbox_flush(o, false, &why) == SEK_OK);
	sek_buf_free(&msg);
}

/* What the syslog service does. */
static void
say_read(uint64_t seq)
{
	struct cursor c = { .seq = seq, .leaf = seq * 7 };
	char head[OUTBOX_HEAD + 1];
	FILE *f = fopen(at("sent"), "a");

	outbox_head(OUTBOX_RECORD, &c, head);
	CHECK(f != NULL && fprintf(f, "%s\n", head) > 0 && fclose(f) == 0);
}

static bool
there(unsigned number)
{
	char name[40];

	(void)snprintf(name, sizeof name, "messages-%012u.log", number);
	return access(at(name), F_OK) == 0;
}

static void
a_file_is_removed_when_it_was_read(void)
{
	struct outbox_conf conf = { dir, 300, 100000 };
	struct outbox *o;
	struct sek_why why;
	struct stat st;

	fresh();
	o = opened(&conf);
	put(o, 1, 400);
	CHECK(outbox_ready(o, &why) == SEK_OK && !there(2)); /* not read */
	put(o, 2, 10);
	say_read(1);
	CHECK(outbox_ready(o, &why) == SEK_OK && !there(2)); /* not all */
	say_read(2);
	CHECK(outbox_ready(o, &why) == SEK_OK && there(1) && there(2));
	CHECK(stat(at("sent"), &st) == 0 && st.st_size == 0);
	outbox_close(o); /* the new one is empty yet */
	o = opened(&conf);
	CHECK(outbox_cursor(o)->seq == 2 && outbox_cursor(o)->leaf == 14);
	put(o, 3, 400);
	say_read(3);
	CHECK(outbox_ready(o, &why) == SEK_OK);
	CHECK(!there(1) && there(2) && there(3));
	outbox_close(o);
}

static void
what_is_not_read_has_a_limit(void)
{
	struct outbox_conf conf = { dir, 300, 600 };
	struct outbox *o;
	struct sek_why why;

	fresh();
	o = opened(&conf);
	put(o, 1, 900);
	CHECK(outbox_ready(o, &why) == SEK_E_LIMIT);
	CHECK(strstr(why.text, "messages-000000000001.log") != NULL);
	say_read(1);
	CHECK(outbox_ready(o, &why) == SEK_OK && there(2));
	outbox_close(o);
}

static void
say_broken(void)
{
	FILE *f = fopen(at("broken"), "a");

	CHECK(f != NULL && fputs("suspended\n", f) >= 0 && fclose(f) == 0);
}

/* Once for each break behind which something was sent. */
static void
a_break_is_told_once(void)
{
	struct outbox_conf conf = { dir, 1 << 20, 1 << 20 };
	struct outbox *o;
	uint64_t seq = 0;

	fresh();
	o = opened(&conf);
	CHECK(!outbox_broken(o, &seq));
	say_broken(); /* nothing was handed on */
	CHECK(!outbox_broken(o, &seq));
	put(o, 1, 10);
	put(o, 2, 10);
	CHECK(!outbox_broken(o, &seq));
	say_read(1);
	say_broken();
	CHECK(outbox_broken(o, &seq) && seq == 1);
	CHECK(!outbox_broken(o, &seq));
	say_broken(); /* it still is */
	CHECK(!outbox_broken(o, &seq));
	say_read(2); /* on its way when that was said */
	CHECK(outbox_broken(o, &seq) && seq == 2);
	say_read(2); /* sent again, and refused again */
	say_broken();
	CHECK(!outbox_broken(o, &seq));
	CHECK(poll(NULL, 0, 1100) == 0 && outbox_broken(o, &seq));
	say_read(2);
	say_broken();
	CHECK(poll(NULL, 0, 1100) == 0 && !outbox_broken(o, &seq));
	CHECK(unlink(at("broken")) == 0 &&
	    symlink(at("sent"), at("broken")) == 0);
	CHECK(!outbox_broken(o, &seq));
	outbox_close(o);
}

/* A whole line, then `n` bytes of one that was torn, `times` over. */
static void
torn(size_t n, unsigned times)
{
	struct outbox_conf conf = { dir, 1 << 30, 1 << 30 };
	struct outbox *o;
	struct cursor c = { .seq = 999 };
	char head[OUTBOX_HEAD + 1];
	size_t i;
	FILE *f;

	fresh();
	o = opened(&conf);
	put(o, 1, 50);
	put(o, 2, 100000);
	outbox_close(o);
	outbox_head(OUTBOX_RECORD, &c, head);
	for (; times > 0; times--) {
		f = fopen(at("messages-000000000001.log"), "a");
		CHECK(f != NULL);
		for (i = 0; i < n; i++)
			CHECK(fputc(i < OUTBOX_HEAD ? head[i] : i ==
			    OUTBOX_HEAD ? ' ' : 'y', f) != EOF);
		CHECK(fclose(f) == 0);
		o = opened(&conf);
		CHECK(outbox_cursor(o)->seq == 2);
		outbox_close(o);
	}
	o = opened(&conf);
	put(o, 3, 1);
	outbox_close(o);
	o = opened(&conf);
	CHECK(outbox_cursor(o)->seq == 3);
	outbox_close(o);
}

static void
the_last_whole_line_is_found(void)
{
	torn(1, 3);
	torn(OUTBOX_HEAD, 1);
	torn(OUTBOX_HEAD + 1, 2);
	torn(200, 20);
	torn(262144 + 200, 5);  /* over the windows */
	torn(1048576, 1);       /* longer than one: nothing of ours */
}

static void
heads_are_strict(void)
{
	struct cursor c = { 12, 0xabcdef, 34, ~UINT64_C(0) }, got;
	char head[OUTBOX_HEAD + 1], line[OUTBOX_HEAD + 30], kind;
	size_t i, n;

	outbox_head(OUTBOX_CHECKPOINT, &c, head);
	n = (size_t)snprintf(line, sizeof line, "%s <85>1", head);
	CHECK(outbox_parse(line, n, &kind, &got) && kind == 'C' &&
	    memcmp(&c, &got, sizeof c) == 0);
	for (i = 0; i <= OUTBOX_HEAD; i++) {
		line[i] = (char)(line[i] ^ 0x20);
		CHECK(!outbox_parse(line, n, &kind, &got));
		line[i] = (char)(line[i] ^ 0x20);
	}
	for (i = 0; i <= OUTBOX_HEAD; i++)
		CHECK(!outbox_parse(line, i, &kind, &got));
	(void)snprintf(line, sizeof line, "%s <85\tTORN", head);
	CHECK(!outbox_parse(line, strlen(line), &kind, &got));
}

static void
only_one_at_a_time(void)
{
	struct outbox_conf conf = { dir, 300, 600 };
	struct outbox *o, *second = NULL;
	struct sek_why why;

	fresh();
	o = opened(&conf);
	CHECK(outbox_open(&second, &conf, &why) == SEK_E_DENIED);
	CHECK(strstr(why.text, dir) != NULL);
	outbox_close(o);
	o = opened(&conf);
	outbox_close(o);
}

/* Whoever hears of it first, all the others do. */
static void
asked_to_end_is_asked_for_good(void)
{
	sigset_t end;

	(void)sigemptyset(&end);
	(void)sigaddset(&end, SIGTERM);
	CHECK(sigprocmask(SIG_BLOCK, &end, NULL) == 0);
	CHECK(!forward_stopped(0) && !forward_stopped(1));
	CHECK(raise(SIGTERM) == 0);
	CHECK(forward_stopped(0) && forward_stopped(0) &&
	    forward_stopped(60000));
}

int
main(void)
{
	if (!fixture_begin("outbox"))
		return 1;
	RUN(heads_are_strict);
	RUN(only_one_at_a_time);
	RUN(a_file_is_removed_when_it_was_read);
	RUN(what_is_not_read_has_a_limit);
	RUN(a_break_is_told_once);
	RUN(the_last_whole_line_is_found);
	RUN(asked_to_end_is_asked_for_good);
	if (!fixture_end())
		return 1;
	return CHECK_END();
}
