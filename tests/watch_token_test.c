/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When the token of a session counts as gone, minute by minute without a
 * clock: cards that go, come, are changed or tapped, readers and a pcscd that
 * are away for a while, keys whose device is another one.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/check.h"
#include "watch/watch.h"

static struct watched w;
static struct readers r;
static uint64_t now;
static uint32_t grace;

static void
begin(enum sek_watch_word watch)
{
	memset(&w, 0, sizeof w);
	w.is.watch = watch;
	(void)snprintf(w.is.place, sizeof w.is.place, "Reader 00 00");
	r = (struct readers){ .there = true, .epoch = 1, .n = 2 };
	(void)snprintf(r.reader[0].name,
	    sizeof r.reader[0].name, "Other");
	(void)snprintf(r.reader[1].name, sizeof r.reader[1].name,
	    "Reader 00 00");
	r.reader[1].present = true;
	r.reader[1].atr_len = 3;
	now = 100000;
	grace = 0;
}

/* So much later, with what pcscd says now. */
static bool
after(uint64_t ms)
{
	bool due;

	now += ms;
	r.at_ms = now;
	token_look(&w, &r, now, grace);
	due = w.due;
	w.due = false; /* it was done */
	return due;
}

static void
card(bool in)
{
	r.reader[1].present = in;
	r.reader[1].count++;
}

static void
a_card_that_stays_is_there(void)
{
	begin(SEK_WATCH_LOCK);
	CHECK(!after(0) && w.where == W_HERE);
	CHECK(!after(1000) && !after(100000));
}

static void
a_card_that_goes_is_gone_once(void)
{
	begin(SEK_WATCH_LOCK);
	CHECK(!after(0));
	card(false);
	CHECK(after(1) && !after(1000) && !after(60000) && !w.doubt);
	card(true);
	CHECK(!after(1) && w.where == W_HERE);
	card(false);
	/* of that one nobody knows whose it was */
	CHECK(after(1) && w.doubt);
}

static void
what_goes_and_comes_between_two_looks_was_gone(void)
{
	begin(SEK_WATCH_END);
	CHECK(!after(0));
	card(false);
	card(true);
	CHECK(after(1) && w.where == W_HERE && !w.doubt && !after(1));
}

static void
what_is_not_there_at_first_is_gone(void)
{
	begin(SEK_WATCH_LOCK);
	card(false);
	CHECK(after(0));
	begin(SEK_WATCH_LOCK);
	r.n = 1; /* a reader that pcscd does not know */
	CHECK(after(0));
	begin(SEK_WATCH_LOCK);
	r.n = 1;
	r.since_ms = now - 1000; /* a pcscd that has just been found */
	CHECK(!after(0) && !after(900) && after(200));
}

static void
another_card_does_not_take_its_place(void)
{
	begin(SEK_WATCH_LOCK);
	CHECK(!after(0));
	card(false);
	card(true);
	r.reader[1].atr[0] = 0x3b;
	CHECK(after(1) && w.where == W_AWAY);
	card(false);
	CHECK(!after(1));
	r.reader[1].atr[0] = 0;
	card(true);
	CHECK(!after(1) && w.where == W_HERE);
}

static void
a_reader_has_its_grace(void)
{
	begin(SEK_WATCH_LOCK);
	CHECK(!after(0));
	r.n = 1;
	CHECK(after(1));
	grace = 5000;
	begin(SEK_WATCH_LOCK);
	grace = 5000;
	CHECK(!after(0));
	r.n = 1;
	CHECK(!after(1) && !after(4999));
	r.n = 2; /* back in time, its card seen a little later */
	r.reader[1].present = false;
	CHECK(!after(0));
	r.reader[1].present = true;
	r.reader[1].count = 9;
	CHECK(w.where == W_LOST);
	CHECK(!after(0) && w.where == W_HERE);
	r.n = 1;
	CHECK(!after(1) && !after(4998) && after(5));
}

/* It wakes and looks first, at what was seen a minute ago. */
static bool
waking(void)
{
	now += 60000;
	token_look(&w, &r, now, grace);
	return w.due;
}

static void
a_reader_is_lost_in_the_sleep(void)
{
	begin(SEK_WATCH_LOCK);
	grace = 5000;
	CHECK(!after(0) && !waking() && w.where == W_UNSEEN);
	r.n = 1;
	CHECK(!after(100));
	r.n = 2; /* back, its card seen a little later */
	r.reader[1].present = false;
	CHECK(!after(3000));
	r.reader[1].present = true;
	r.reader[1].count = 0;
	CHECK(!after(500) && w.where == W_HERE);
	/* and then each is gone as before */
	card(false);
	CHECK(after(1));
	/* the reader stays away */
	begin(SEK_WATCH_LOCK);
	grace = 5000;
	CHECK(!after(0) && !waking());
	r.n = 1;
	CHECK(!after(100) && !after(PCSCD_AWAY_MS - 101) && after(1));
	/* a real sleep, in which the clock stood still */
	begin(SEK_WATCH_LOCK);
	grace = 5000;
	CHECK(!after(0));
	r.n = 1;
	CHECK(!after(10) && !after(4999) && after(1));
}

/* pcscd answers again, the same as before, and has seen it go. */
static void
moved_while_nobody_looked(void)
{
	begin(SEK_WATCH_LOCK);
	r.reader[1].count = 5;
	CHECK(!after(0) && !waking());
	card(false);
	CHECK(after(1) && w.where == W_AWAY);
	begin(SEK_WATCH_LOCK);
	CHECK(!after(0) && !waking());
	card(false);
	card(true); /* this one, or another of its make */
	CHECK(after(1) && w.where == W_HERE && !after(1));
	begin(SEK_WATCH_LOCK);
	CHECK(!after(0) && !waking());
	r.epoch++; /* another pcscd: its count says nothing */
	card(false);
	CHECK(!after(1));
	card(true);
	CHECK(!after(1) && w.where == W_HERE);
}

static void
pcscd_has_its_time(void)
{
	begin(SEK_WATCH_LOCK);
	CHECK(!after(0));
	r.there = false;
	CHECK(!after(1) && !after(5000));
	r.there = true;
	r.epoch++;
	r.n = 0; /* it has not found its readers yet */
	CHECK(!after(1));
	r.n = 2;
	r.reader[1].present = false;
	CHECK(!after(1000));
	r.reader[1].present = true;
	r.reader[1].count = 0;
	CHECK(!after(1000) && w.where == W_HERE);
	card(false); /* and a lock works as before */
	CHECK(after(1));
}

static void
pcscd_may_not_stay_away(void)
{
	begin(SEK_WATCH_LOCK);
	CHECK(!after(0));
	r.there = false;
	CHECK(!after(1) && !after(PCSCD_AWAY_MS - 1) && after(1));
	CHECK(!after(1000));
	/* it came back so fast that nobody saw it go, without the card */
	begin(SEK_WATCH_LOCK);
	CHECK(!after(0));
	r.epoch++;
	r.reader[1].present = false;
	CHECK(!after(1) && !after(PCSCD_AWAY_MS - 1) && after(1));
	/* with another card */
	begin(SEK_WATCH_LOCK);
	CHECK(!after(0));
	r.epoch++;
	r.reader[1].atr_len = 2;
	CHECK(after(1));
}

static void
a_pcscd_that_hangs_is_away(void)
{
	begin(SEK_WATCH_LOCK);
	CHECK(!after(0));
	token_look(&w, &r, now + 3000, 0);
	CHECK(w.where == W_HERE);
	token_look(&w, &r, now + 5000, 0);
	CHECK(w.where == W_UNSEEN && !w.due);
	token_look(&w, &r, now + 5000 + PCSCD_AWAY_MS, 0);
	CHECK(w.where == W_AWAY && w.due);
}

static void
tapping_locks_and_the_next_tap_unlocks(void)
{
	begin(SEK_WATCH_TAP);
	CHECK(!after(0));
	card(false);
	CHECK(!after(1) && !after(60000));
	card(true);
	CHECK(after(1));
	w.locked = true; /* act.c */
	card(false);
	CHECK(!after(1));
	card(true);
	CHECK(!after(1) && !w.locked);
	card(false);
	card(true); /* between two looks */
	CHECK(after(1));
	w.locked = false;
	r.there = false; /* a pcscd that goes and comes is no tap */
	CHECK(!after(1));
	r.there = true;
	r.epoch++;
	CHECK(!after(1));
	r.reader[1].atr_len = 1;
	card(false);
	card(true);
	CHECK(!after(1)); /* another card is none */
}

static void
a_key_is_its_device(void)
{
	char dir[] = "/tmp/sekisho-token.XXXXXX", path[64];
	struct stat st;

	CHECK(mkdtemp(dir) != NULL);
	begin(SEK_WATCH_LOCK);
	(void)snprintf(path, sizeof path, "%s/hidraw0", dir);
	CHECK(mkfifo(path, 0600) == 0 && stat(path, &st) == 0);
	w.is.fido = true;
	(void)snprintf(w.is.place, sizeof w.is.place, "%s", path);
	w.is.node_dev = st.st_rdev;
	w.is.node_ino = st.st_ino;
	token_look(&w, NULL, now, 0);
	CHECK(w.where == W_HERE && !w.due);
	w.is.node_ino++; /* another one under that name */
	CHECK(after(1));
	w.is.node_ino--;
	CHECK(!after(1) && w.where == W_HERE);
	CHECK(unlink(path) == 0 && rmdir(dir) == 0);
	CHECK(after(1));
	w.is.node_ino = 0; /* gone when the file was written */
	w.where = W_NEW;
	CHECK(after(1));
}

int
main(void)
{
	RUN(a_card_that_stays_is_there);
	RUN(a_card_that_goes_is_gone_once);
	RUN(what_goes_and_comes_between_two_looks_was_gone);
	RUN(what_is_not_there_at_first_is_gone);
	RUN(another_card_does_not_take_its_place);
	RUN(a_reader_has_its_grace);
	RUN(a_reader_is_lost_in_the_sleep);
	RUN(moved_while_nobody_looked);
	RUN(pcscd_has_its_time);
	RUN(pcscd_may_not_stay_away);
	RUN(a_pcscd_that_hangs_is_away);
	RUN(tapping_locks_and_the_next_tap_unlocks);
	RUN(a_key_is_its_device);
	return CHECK_END();
}
