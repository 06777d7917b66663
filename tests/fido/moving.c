/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sekisho-fido and keys in software: keys that come and go, several at once,
 * nobody who touches them, and a channel that closes.  Run by fido_helper.sh.
 */
#include "tests/fido/cases.h"

/* A key with one credential, and its PIN set. */
static void
key_with_pin(const char *name, struct enrolled *e, uint8_t protect)
{
	CHECK(key_new(name, "") && key_set_pin(name, PIN));
	CHECK(keys_enrol(e, COSE_ES256, protect, false, true));
	key_forget(name);
}

static void
key_plain(const char *name, struct enrolled *e, const char *knobs)
{
	CHECK(key_new(name, ""));
	CHECK(keys_enrol(e, COSE_ES256, 0, false, false));
	key_knobs(name, knobs);
	key_forget(name);
}

/* -- keys that come and go */

static void
insert_later(void)
{
	struct enrolled e;
	struct run r = { 0 };
	bool go_first;

	key_plain("one", &e, "");
	for (go_first = false;; go_first = true) {
		key_unplug("one");
		r.late = go_first;
		run_login(&r, &e, 1, true);
		if (go_first)
			CHECK_INT(talk_go(&r.t, false, 5000), SEK_OK);
		CHECK_STR(run_until(&r, "none"), "none");
		CHECK(key_plug("one"));
		CHECK_STR(run_until(&r, NULL), "ready+ touch signed");
		CHECK(keys_good(&e, &r.t.assertion, r.hash, false));
		CHECK(run_end(&r, SOON_MS));
		if (go_first)
			break;
	}
}

static void
strange_key(void)
{
	struct run r = { .late = true };
	struct enrolled e;

	key_plain("one", &e, "");
	key_unplug("one");
	CHECK(key_new("two", ""));
	run_login(&r, &e, 1, true);
	CHECK_STR(run_until(&r, "strange"), "strange");
	CHECK_INT(r.t.status.keys, 1);
	CHECK_INT(talk_go(&r.t, false, 5000), SEK_OK);
	CHECK_STR(run_until(&r, NULL), "fail(2)");
	CHECK_INT(key_asked("two", "get touched"), 0);
	CHECK(run_end(&r, SOON_MS));
	/* then the right one beside it */
	r.late = false;
	run_login(&r, &e, 1, true);
	CHECK_STR(run_until(&r, "strange"), "strange");
	CHECK(key_plug("one"));
	CHECK_STR(run_until(&r, NULL), "ready+ touch signed");
	CHECK_INT(r.t.status.keys, 2);
}

static void
removed_while_waiting(void)
{
	struct run r = { .late = true };
	struct enrolled e;

	key_plain("one", &e, "");
	run_login(&r, &e, 1, true);
	CHECK_STR(run_until(&r, "ready+"), "ready+");
	key_unplug("one");
	CHECK_STR(run_until(&r, "none"), "none");
	CHECK(key_plug("one"));
	r.late = false;
	CHECK_STR(run_until(&r, NULL), "ready+ touch signed");
	CHECK(run_end(&r, SOON_MS));
	/* in the moment of GO: it is waited for */
	r.late = true;
	run_login(&r, &e, 1, true);
	CHECK_STR(run_until(&r, "ready+"), "ready+");
	key_unplug("one");
	CHECK_INT(talk_go(&r.t, false, 5000), SEK_OK);
	CHECK_STR(run_until(&r, "none"), "none");
	CHECK(key_plug("one"));
	CHECK_STR(run_until(&r, NULL), "ready+ touch signed");
}

static void
removed_while_working(void)
{
	static const char *const knobs[] = { "unplug=touch\ntouch=no\n",
		"unplug=touched\n", "touch=no\n" };
	struct run r = { .verify = true };
	struct enrolled e;
	size_t i;

	key_with_pin("one", &e, 2);
	for (i = 0; i < 3; i++) {
		key_knobs("one", knobs[i]);
		r.pins = PIN;
		run_login(&r, &e, 1, true);
		r.until = "touch";
		CHECK_STR(run_on(&r), "ready+ pin(8) touch");
		if (i == 2)
			key_unplug("one");
		CHECK_STR(run_until(&r, NULL), "fail(1)");
		CHECK(run_end(&r, SOON_MS));
		key_unplug("one");
		CHECK(key_plug("one"));
	}
	/* while its PIN is typed */
	key_knobs("one", "");
	r.pins = NULL;
	run_login(&r, &e, 1, true);
	CHECK_STR(run_until(&r, "pin(8)"), "ready+ pin(8)");
	key_unplug("one");
	CHECK_STR(run_until(&r, NULL), "fail(1)");
	CHECK(run_end(&r, SOON_MS));
}

static void
no_touch(void)
{
	struct run r = { .touch_ms = 400 };
	struct enrolled e;

	/* it blinks on when nobody listens: only being told ends that */
	key_plain("one", &e, "touch=no\norphan=1\n");
	run_login(&r, &e, 1, true);
	CHECK_STR(run_on(&r), "ready+ touch fail(3)");
	CHECK(key_heard("one", "cancel"));
	CHECK(key_heard("one", "get touched 2d"));
	CHECK(run_end(&r, SOON_MS));
	/* the key's own patience is shorter */
	key_knobs("one", "touch=no\nwait=200\n");
	r.touch_ms = 5000;
	run_login(&r, &e, 1, true);
	CHECK_STR(run_on(&r), "ready+ touch fail(3)");
	CHECK_INT(r.t.fail.native, FIDO_ERR_USER_ACTION_TIMEOUT);
	CHECK(run_end(&r, SOON_MS));
	key_knobs("one", "touch=refuse\n");
	run_login(&r, &e, 1, true);
	CHECK_STR(run_on(&r), "ready+ touch fail(4)");
}

static void
silent_key(void)
{
	struct run r = { .touch_ms = 300 };
	struct enrolled e;

	key_plain("one", &e, "silent=touched\n");
	run_login(&r, &e, 1, true);
	CHECK_STR(run_on(&r), "ready+ touch fail(3)");
	CHECK(run_end(&r, SOON_MS));
	/* a key that says nothing at all does not hold the other one up
	 * for ever */
	key_unplug("one");
	CHECK(key_new("dumb", "silent=any\n"));
	key_knobs("one", "");
	CHECK(key_plug("one"));
	run_login(&r, &e, 1, true);
	CHECK_STR(run_on(&r), "ready+ touch signed");
	CHECK(run_end(&r, SOON_MS));
	/* one that says nothing to a silent question may blink for it */
	key_unplug("dumb");
	key_knobs("one", "silent=quiet\n");
	key_forget("one");
	r.late = true;
	run_login(&r, &e, 1, true);
	CHECK(key_heard("one", "get quiet"));
	(void)usleep(800000);
	CHECK(key_heard("one", "cancel"));
	CHECK_INT(key_asked("one", "get touched"), 0);
}

/* Another program has the key touched: it is waited for. */
static void
busy_key(void)
{
	struct run other = { 0 }, r = { 0 };
	struct enrolled e;

	key_plain("one", &e, "touch=no\n");
	run_login(&other, &e, 1, true);
	CHECK_STR(run_until(&other, "touch"), "ready+ touch");
	(void)usleep(100000);
	run_login(&r, &e, 1, true);
	CHECK_STR(run_until(&r, "strange"), "none strange");
	CHECK(run_end(&other, SOON_MS));
	key_knobs("one", "");
	CHECK_STR(run_until(&r, NULL), "ready+ touch signed");
	CHECK(keys_good(&e, &r.t.assertion, r.hash, false));
	CHECK(run_end(&r, SOON_MS));
	/* in the moment of GO, too */
	r.late = true;
	run_login(&r, &e, 1, true);
	CHECK_STR(run_until(&r, "ready+"), "ready+");
	key_knobs("one", "touch=no\n");
	run_login(&other, &e, 1, true);
	CHECK_STR(run_until(&other, "touch"), "ready+ touch");
	(void)usleep(100000); /* it is said just before */
	CHECK_INT(talk_go(&r.t, false, 5000), SEK_OK);
	(void)usleep(300000);
	CHECK(run_end(&other, SOON_MS));
	key_knobs("one", "");
	CHECK_STR(run_until(&r, NULL), "touch signed");
	CHECK(run_end(&r, SOON_MS));
}

/* -- the channel closes */

/* The key stops blinking, and the helper ends, at once. */
static void
closed_at(const char *knobs, const char *what, bool verify)
{
	struct run r = { .verify = verify, .pins = PIN, .touch_ms = 20000 };
	struct enrolled e;

	fresh();
	key_with_pin("one", &e, 2);
	key_knobs("one", knobs);
	run_login(&r, &e, 1, true);
	r.until = what;
	(void)run_on(&r);
	(void)usleep(50000);
	CHECK(run_end(&r, 250));
	CHECK(key_heard("one", "cancel"));
	CHECK(key_heard("one", strcmp(what, "verify") == 0 ? "pin token 2d" :
	    "get touched 2d"));
}

static void
closed_while_it_blinks(void)
{
	closed_at("touch=no\norphan=1\n", "touch", false);
	closed_at("touch=no\norphan=1\n", "touch", true);
	closed_at("uv=yes\nfinger=no\norphan=1\n", "verify", true);
	closed_at("touch=no\norphan=1\nflood=1\n", "touch", false);
}

static void
closed_otherwise(void)
{
	struct run r = { .verify = true };
	struct enrolled e;

	key_with_pin("one", &e, 2);
	/* while a PIN is waited for */
	run_login(&r, &e, 1, true);
	CHECK_STR(run_until(&r, "pin(8)"), "ready+ pin(8)");
	CHECK(run_end(&r, 250));
	/* while GO is waited for */
	run_login(&r, &e, 1, true);
	CHECK_STR(run_until(&r, "ready+"), "ready+");
	CHECK(run_end(&r, 250));
	/* while a key does not answer */
	key_knobs("one", "silent=any\n");
	run_login(&r, &e, 1, true);
	(void)usleep(300000);
	CHECK(run_end(&r, 250));
	/* while a key is asked that knows no CANCEL */
	key_unplug("one");
	CHECK(key_new("old", "versions=u2f\n"));
	CHECK(key_enrol_u2f("old", &e));
	key_knobs("old", "versions=u2f\ntouch=no\n");
	r.verify = false;
	run_login(&r, &e, 1, true);
	CHECK_STR(run_until(&r, "touch"), "ready+ touch");
	(void)usleep(50000);
	CHECK(run_end(&r, 250));
	/* before anything was said */
	CHECK_INT(keys_talk(&r.t), SEK_OK);
	CHECK(run_end(&r, 250));
}

/* -- several keys */

static void
found_among_several(void)
{
	static const char *const names[] = { "a", "z" };
	struct enrolled e, other;
	struct run r = { 0 };
	size_t i;

	CHECK(key_new("m", ""));
	for (i = 0; i < 2; i++) {
		key_unplug("m");
		key_plain(names[i], &e, "");
		CHECK(key_plug("m"));
		run_login(&r, &e, 1, true);
		CHECK_STR(run_on(&r), "ready+ touch signed");
		CHECK_INT(r.t.status.keys, 2);
		CHECK(keys_good(&e, &r.t.assertion, r.hash, false));
		CHECK(strstr(r.t.assertion.label, names[i]) != NULL);
		CHECK(run_end(&r, SOON_MS));
		key_unplug(names[i]);
	}
	CHECK_INT(key_asked("m", "get touched"), 0);
	/* two that both have one: the person chooses */
	CHECK(key_plug("z"));
	key_unplug("m");
	fresh();
	key_plain("one", &e, "");
	key_unplug("one");
	key_plain("two", &other, "touch=no\norphan=1\n");
	CHECK(key_plug("one"));
	{
		const struct enrolled both[] = { e, other };

		run_login(&r, both, 2, true);
	}
	/* which it will be is not told before */
	CHECK_STR(run_on(&r), "ready choose touch signed");
	CHECK(keys_good(&e, &r.t.assertion, r.hash, false));
	CHECK(key_heard("two", "make 2d")); /* it stops blinking */
}

/* credProtect 3: only a touch tells them apart. */
static void
chosen_by_touch(void)
{
	struct run r = { .verify = true, .pins = PIN };
	struct enrolled e, other;

	key_with_pin("one", &e, 3);
	key_unplug("one");
	key_with_pin("two", &other, 3);
	CHECK(key_plug("one"));
	key_knobs("two", "touch=no\norphan=1\n");
	run_login(&r, &e, 1, false);
	CHECK_STR(run_on(&r), "ready choose pin(8) touch signed");
	CHECK(keys_good(&e, &r.t.assertion, r.hash, true));
	CHECK(key_heard("two", "cancel"));
	CHECK(run_end(&r, SOON_MS));
	/* the other one is touched */
	key_knobs("one", "touch=no\n");
	key_knobs("two", "");
	r.pins = PIN;
	run_login(&r, &e, 1, false);
	CHECK_STR(run_on(&r), "ready choose pin(8) touch fail(2)");
	CHECK(run_end(&r, SOON_MS));
	/* one is broken, and hinders no other */
	key_knobs("one", "touch=300\n");
	key_knobs("two", "fail=make\nfailcode=0x7f\n");
	r.pins = PIN;
	run_login(&r, &e, 1, false);
	CHECK_STR(run_on(&r), "ready choose pin(8) touch signed");
	CHECK(keys_good(&e, &r.t.assertion, r.hash, true));
	CHECK(run_end(&r, SOON_MS));
	/* none is */
	key_knobs("one", "touch=no\norphan=1\n");
	key_knobs("two", "touch=no\norphan=1\n");
	key_forget("one");
	key_forget("two");
	r.touch_ms = 400;
	run_login(&r, &e, 1, false);
	CHECK_STR(run_on(&r), "ready choose fail(3)");
	CHECK(key_heard("one", "cancel") && key_heard("two", "cancel"));
	CHECK(run_end(&r, SOON_MS));
}

static void
closed_while_choosing(void)
{
	struct run r = { .verify = true };
	struct enrolled e, other;

	key_with_pin("one", &e, 3);
	key_unplug("one");
	key_with_pin("two", &other, 3);
	CHECK(key_plug("one"));
	key_knobs("one", "touch=no\norphan=1\n");
	key_knobs("two", "touch=no\norphan=1\n");
	run_login(&r, &e, 1, false);
	r.until = "choose";
	CHECK_STR(run_on(&r), "ready choose");
	(void)usleep(50000);
	CHECK(run_end(&r, 250));
	CHECK(key_heard("one", "cancel") && key_heard("two", "cancel"));
	/* one is pulled out: the other is the only one */
	run_login(&r, &e, 1, false);
	r.until = "choose";
	CHECK_STR(run_on(&r), "ready choose");
	key_unplug("two");
	CHECK_STR(run_until(&r, "ready"), "ready");
	key_knobs("one", "");
	CHECK_STR(run_until(&r, "pin(8)"), "pin(8)");
	CHECK_INT(talk_pin(&r.t, PIN), SEK_OK);
	CHECK_STR(run_until(&r, NULL), "touch signed");
	CHECK(keys_good(&e, &r.t.assertion, r.hash, true));
}

int
main(int argc, char **argv)
{
	keys_setup(argc, argv);
	CASE(insert_later);
	CASE(strange_key);
	CASE(removed_while_waiting);
	CASE(removed_while_working);
	CASE(no_touch);
	CASE(silent_key);
	CASE(busy_key);
	CASE(closed_while_it_blinks);
	CASE(closed_otherwise);
	CASE(found_among_several);
	CASE(chosen_by_touch);
	CASE(closed_while_choosing);
	fresh();
	return CHECK_END();
}
