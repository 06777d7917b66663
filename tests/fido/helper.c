/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sekisho-fido and keys in software: assertions, with and without a PIN or a
 * finger.  Run by fido_helper.sh.
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

/* -- what goes well */

static void
each_algorithm(void)
{
	static const int algs[] = { COSE_ES256, COSE_EDDSA, COSE_ES384,
		COSE_RS256 };
	struct enrolled e;
	struct run r = { 0 };
	size_t i;

	CHECK(key_new("one", ""));
	for (i = 0; i < 4; i++) {
		CHECK(keys_enrol(&e, algs[i], 0, false, false));
		run_login(&r, &e, 1, true);
		CHECK_STR(run_on(&r), "ready+ touch signed");
		CHECK(keys_good(&e, &r.t.assertion, r.hash, false));
		CHECK_INT(r.t.assertion.auth_len, 37);
		CHECK_INT(r.t.assertion.rp, 0);
		CHECK_STR(r.t.assertion.label, "Sekisho one");
		CHECK_STR(r.t.assertion.transport, "usb");
		CHECK(run_end(&r, SOON_MS));
	}
}

static void
with_a_pin(void)
{
	struct run r = { .verify = true, .pins = PIN };
	struct enrolled e;
	uint8_t protect;

	for (protect = 1; protect <= 3; protect++) {
		fresh();
		key_with_pin("one", &e, protect);
		r.pins = PIN;
		run_login(&r, &e, 1, protect < 3);
		CHECK_STR(run_on(&r), protect < 3 ?
		    "ready+ pin(8) touch signed" :
		    "ready pin(8) touch signed");
		CHECK(keys_good(&e, &r.t.assertion, r.hash, true));
		CHECK(run_end(&r, SOON_MS));
	}
}

static void
with_a_finger(void)
{
	static const char *const rows[] = { "uv=yes\n", "uv=yes\npuat=0\n",
		"uv=yes\nversions=2.0\n", "uv=yes\nfinger=slow\n" };
	struct run r = { .verify = true };
	struct enrolled e;
	size_t i;

	for (i = 0; i < 4; i++) {
		fresh();
		key_plain("one", &e, rows[i]);
		run_login(&r, &e, 1, true);
		CHECK_STR(run_on(&r), "ready+ verify signed");
		CHECK(keys_good(&e, &r.t.assertion, r.hash, true));
		CHECK(run_end(&r, SOON_MS));
	}
}

/* credProtect 3: the key tells only with the finger. */
static void
finger_and_hidden(void)
{
	struct run r = { .verify = true };
	struct enrolled e[2];

	CHECK(key_new("one", "uv=yes\n"));
	CHECK(keys_enrol(&e[1], COSE_ES256, 3, false, true));
	e[0] = e[1];
	e[0].id[0] ^= 1;
	run_login(&r, e, 2, false);
	CHECK_STR(run_on(&r), "ready verify signed");
	CHECK(keys_good(&e[1], &r.t.assertion, r.hash, true));
	CHECK(run_end(&r, SOON_MS));
	/* in lists of one: a finger for each */
	key_knobs("one", "uv=yes\nlistmax=1\n");
	run_login(&r, e, 2, false);
	CHECK_STR(run_on(&r), "ready verify verify signed");
	CHECK(keys_good(&e[1], &r.t.assertion, r.hash, true));
}

static void
demands_a_pin(void)
{
	struct run r = { .pins = PIN };
	struct enrolled e;

	key_with_pin("one", &e, 0);
	key_knobs("one", "alwaysuv=1\n");
	run_login(&r, &e, 1, true);
	CHECK_STR(run_on(&r), "ready+ touch pin(8) touch signed");
	CHECK(keys_good(&e, &r.t.assertion, r.hash, true));
}

static void
slow_touch(void)
{
	struct enrolled e;
	struct run r = { 0 };

	key_plain("one", &e, "touch=700\n");
	run_login(&r, &e, 1, true);
	CHECK_STR(run_on(&r), "ready+ touch signed");
	CHECK(keys_good(&e, &r.t.assertion, r.hash, false));
}

static void
old_key(void)
{
	struct run r = { 0 };
	struct enrolled e;

	CHECK(key_new("one", "versions=u2f\n"));
	CHECK(key_enrol_u2f("one", &e));
	run_login(&r, &e, 1, true);
	CHECK_STR(run_on(&r), "ready+ touch signed");
	CHECK(keys_good(&e, &r.t.assertion, r.hash, false));
	CHECK(run_end(&r, SOON_MS));
	/* it cannot verify anybody */
	r.verify = true;
	run_login(&r, &e, 1, true);
	CHECK_STR(run_on(&r), "ready+ fail(7)");
	CHECK(run_end(&r, SOON_MS));
	/* nor hold what is found without an id */
	run_login(&r, &e, 0, true);
	CHECK_STR(run_until(&r, "strange"), "none strange");
	CHECK(run_end(&r, SOON_MS));
	/* not touched */
	key_knobs("one", "versions=u2f\ntouch=no\n");
	r = (struct run){ .touch_ms = 400 };
	run_login(&r, &e, 1, true);
	CHECK_STR(run_on(&r), "ready+ touch fail(3)");
}

/* A credential under the second of two RP IDs, told of silently or not. */
static void
under_another_rp(void)
{
	struct sek_create m = keys_create(COSE_ES256, 2, false);
	struct sek_assert ask = { .n_rps = 2, .rps = { KEYS_RP, "pam://old" },
		.n = 2 };
	struct run r = { .verify = true };
	struct enrolled e, other;
	struct sek_fido_id ids[2];
	int i;

	key_with_pin("two", &other, 2);
	key_unplug("two");
	CHECK(key_new("one", "") && key_set_pin("one", PIN));
	(void)snprintf(m.make[0].rp, sizeof m.make[0].rp, "pam://old");
	m.verify = true;
	for (i = 0; i < 2; i++) {
		m.make[0].protect = i == 0 ? 2 : 3;
		r.pins = PIN;
		run_create(&r, &m);
		CHECK_STR(run_on(&r), "ready pin(8) touch made");
		CHECK(keys_take(&e, COSE_ES256, &r.first));
		ids[0] = (struct sek_fido_id){ .p = other.id,
			.n = other.id_len, .silent = i == 0 };
		ids[1] = (struct sek_fido_id){ .p = e.id, .n = e.id_len,
			.rp = 1, .silent = i == 0 };
		ask.ids = ids;
		r.pins = PIN;
		run_ask(&r, &ask);
		CHECK_STR(run_on(&r), i == 0 ? "ready+ pin(8) touch signed" :
		    "ready pin(8) touch signed");
		CHECK_INT(r.t.assertion.rp, 1);
		CHECK(i == 1 || r.t.status.rp == 1);
		CHECK(r.t.assertion.id_len == e.id_len &&
		    memcmp(r.t.assertion.id, e.id, e.id_len) == 0);
		CHECK(memcmp(r.t.assertion.auth, e.auth, 32) == 0);
		CHECK(run_end(&r, SOON_MS));
	}
}

/* Every question without a touch is refused: by PIN, then. */
static void
no_silent_questions(void)
{
	struct run r = { .verify = true, .pins = "0000-no," PIN };
	struct enrolled e;

	key_with_pin("one", &e, 2);
	key_knobs("one", "fail=quiet\nfailcode=0x2b\n");
	run_login(&r, &e, 1, true);
	CHECK_STR(run_on(&r), "ready pin(8) touch wrong(7) touch signed");
	CHECK(keys_good(&e, &r.t.assertion, r.hash, true));
}

static void
discoverable(void)
{
	struct run r = { .verify = true, .pins = PIN };
	struct sek_create m = keys_create(COSE_ES256, 2, true);
	struct enrolled e;

	CHECK(key_new("one", "") && key_set_pin("one", PIN));
	m.verify = true;
	run_create(&r, &m);
	CHECK_STR(run_on(&r), "ready pin(8) touch made");
	CHECK(keys_take(&e, COSE_ES256, &r.first));
	CHECK(run_end(&r, SOON_MS));
	r.pins = PIN;
	run_login(&r, &e, 0, true);
	CHECK_STR(run_on(&r), "ready pin(8) touch signed");
	CHECK(keys_good(&e, &r.t.assertion, r.hash, true));
	CHECK_INT(r.t.assertion.handle_len, m.handle_len);
	CHECK(memcmp(r.t.assertion.handle, m.handle, m.handle_len) == 0);
	CHECK(run_end(&r, SOON_MS));
	/* two accounts: the one that was made last */
	CHECK(keys_enrol(&e, COSE_ES256, 2, true, true));
	r.pins = PIN;
	run_login(&r, &e, 0, true);
	CHECK_STR(run_on(&r), "ready pin(8) touch signed");
	CHECK(keys_good(&e, &r.t.assertion, r.hash, true));
	CHECK_INT(key_asked("one", "next"), 1);
	CHECK(run_end(&r, SOON_MS));
	/* another key holds none */
	key_unplug("one");
	CHECK(key_new("two", "") && key_set_pin("two", PIN));
	r.pins = PIN;
	run_login(&r, &e, 0, true);
	CHECK_STR(run_on(&r), "ready pin(8) touch fail(2)");
	CHECK(run_end(&r, SOON_MS));
}

/* -- PIN and finger */

static void
wrong_pin_then_right(void)
{
	struct run r = { .verify = true, .pins = "0000-no," PIN };
	struct enrolled e;

	key_with_pin("one", &e, 2);
	run_login(&r, &e, 1, true);
	CHECK_STR(run_on(&r), "ready+ pin(8) touch wrong(7) touch signed");
	CHECK(keys_good(&e, &r.t.assertion, r.hash, true));
	CHECK(strstr(r.t.askpin.label, "one") != NULL);
	/* a PIN that is wrong costs no touch */
	CHECK_INT(key_asked("one", "get touched"), 1);
}

static void
pin_paused_and_locked(void)
{
	struct run r = { .verify = true, .pins = "0001,0002,0003,0004" };
	struct enrolled e;

	key_with_pin("one", &e, 3);
	run_login(&r, &e, 1, false);
	CHECK_STR(run_on(&r), "ready pin(8) touch wrong(7) touch wrong(6) touch "
	    "fail(6)");
	CHECK_INT(r.t.fail.native, FIDO_ERR_PIN_AUTH_BLOCKED);
	CHECK(run_end(&r, SOON_MS));
	/* in again: two more tries of three, then it is locked for good */
	key_unplug("one");
	CHECK(key_plug("one"));
	r.pins = "0005,0006,0007";
	run_login(&r, &e, 1, false);
	CHECK_STR(run_on(&r), "ready pin(5) touch wrong(4) touch wrong(3) touch "
	    "fail(6)");
	CHECK(run_end(&r, SOON_MS));
	key_unplug("one");
	CHECK(key_plug("one"));
	r.pins = "0008,0009";
	run_login(&r, &e, 1, false);
	CHECK_STR(run_on(&r), "ready pin(2) touch wrong(1) touch fail(5)");
	CHECK(run_end(&r, SOON_MS));
	/* and is not asked for any more */
	run_login(&r, &e, 1, false);
	CHECK_STR(run_on(&r), "ready fail(5)");
	CHECK_INT(r.t.fail.tries_left, 0);
	CHECK(run_end(&r, SOON_MS));
}

static void
no_pin_set(void)
{
	struct run r = { .verify = true };
	struct enrolled e;

	key_plain("one", &e, "");
	run_login(&r, &e, 1, true);
	CHECK_STR(run_on(&r), "ready+ fail(7)");
	/* a reader for fingers that knows none */
	fresh();
	key_plain("one", &e, "uv=unset\n");
	run_login(&r, &e, 1, true);
	CHECK_STR(run_on(&r), "ready+ fail(7)");
}

static const char sixty_four[] = "12345678901234567890123456789012"
    "34567890123456789012345678901234";

static void
pin_format(void)
{
	static const char *const rows[] = { "123", "\xe6\x9d\xb1\xe4\xba\xac",
		sixty_four };
	struct run r = { .verify = true };
	struct enrolled e;
	size_t i;

	key_with_pin("one", &e, 2);
	for (i = 0; i < 3; i++) {
		r.pins = rows[i];
		run_login(&r, &e, 1, true);
		CHECK_STR(run_on(&r), "ready+ pin(8) fail(9)");
		CHECK(run_end(&r, SOON_MS));
	}
	/* a NUL inside, and nothing at all */
	r.pins = NULL;
	run_login(&r, &e, 1, true);
	CHECK_STR(run_until(&r, "pin(8)"), "ready+ pin(8)");
	CHECK_INT(talk_raw(&r.t, 9, SEK_U_PIN, "4711\0abcd", 9), SEK_OK);
	r.t.chan.state = SEK_US_WORKING;
	CHECK_STR(run_until(&r, NULL), "fail(9)");
	CHECK(run_end(&r, SOON_MS));
	run_login(&r, &e, 1, true);
	CHECK_STR(run_until(&r, "pin(8)"), "ready+ pin(8)");
	CHECK_INT(talk_pin(&r.t, ""), SEK_OK);
	CHECK_STR(run_until(&r, NULL), "fail(9)");
	CHECK(run_end(&r, SOON_MS));
	CHECK_INT(key_asked("one", "pin token"), 0);
	/* four characters are enough, whatever their bytes */
	r.pins = "\xe6\x9d\xb1\xe4\xba\xac\xe5\xb8\x82\xe5\xb8\x82," PIN;
	r.until = NULL;
	run_login(&r, &e, 1, true);
	CHECK_STR(run_on(&r), "ready+ pin(8) touch wrong(7) touch signed");
	CHECK(run_end(&r, SOON_MS));
	/* the key wants longer ones */
	key_knobs("one", "pinmin=8\n");
	key_forget("one");
	r.pins = "1234567";
	run_login(&r, &e, 1, true);
	CHECK_STR(run_on(&r), "ready+ pin(8) fail(9)");
	CHECK_INT(key_asked("one", "pin token"), 0);
}

static void
finger_fails(void)
{
	struct run r = { .verify = true, .pins = PIN };
	struct enrolled e;

	key_with_pin("one", &e, 2);
	key_knobs("one", "uv=yes\nfinger=bad\n");
	run_login(&r, &e, 1, true);
	CHECK_STR(run_on(&r), "ready+ verify again(2) again(1) instead(8) "
	    "touch signed");
	CHECK(keys_good(&e, &r.t.assertion, r.hash, true));
	CHECK(run_end(&r, SOON_MS));
	/* fingers are locked: the next time none is asked for */
	run_login(&r, &e, 1, true);
	CHECK_STR(run_until(&r, "instead(8)"), "ready+ verify again(2) "
	    "again(1) instead(8)");
	CHECK(run_end(&r, SOON_MS));
	r.pins = "4712-nope," PIN;
	r.until = NULL;
	run_login(&r, &e, 1, true);
	CHECK_STR(run_on(&r), "ready+ instead(8) touch wrong(7) touch signed");
	CHECK(run_end(&r, SOON_MS));
	/* and without a PIN that is the end */
	fresh();
	key_plain("one", &e, "uv=yes\nfinger=bad\n");
	run_login(&r, &e, 1, true);
	CHECK_STR(run_on(&r), "ready+ verify again(2) again(1) fail(8)");
	CHECK(run_end(&r, SOON_MS));
}

/* Such a key says of a finger that it has not recognised "a PIN, then"
 * (CTAP 2.1 6.2.2 step 6). */
static void
finger_without_token(void)
{
	struct run r = { .verify = true, .pins = PIN };
	struct enrolled e;

	key_with_pin("one", &e, 2);
	key_knobs("one", "uv=yes\npuat=0\nfinger=bad\n");
	run_login(&r, &e, 1, true);
	CHECK_STR(run_on(&r), "ready+ verify instead(8) touch signed");
	CHECK(keys_good(&e, &r.t.assertion, r.hash, true));
}

/* Credentials that it does not tell of, more than it takes in one list, and
 * it does not say how many that are. */
static void
hidden_and_too_many(void)
{
	enum { N = 7 };
	struct run r = { .verify = true };
	struct enrolled e[N];
	size_t i;

	key_with_pin("one", &e[N - 1], 3);
	for (i = 0; i < N - 1; i++) {
		e[i] = e[N - 1];
		e[i].id[0] ^= (uint8_t)(i + 1);
	}
	key_knobs("one", "versions=2.0\nlistmax=3\n");
	r.pins = "0000-no," PIN;
	run_login(&r, e, N, false);
	CHECK_STR(run_on(&r), "ready pin(8) touch wrong(7) touch touch touch "
	    "signed");
	CHECK(keys_good(&e[N - 1], &r.t.assertion, r.hash, true));
	CHECK_INT(key_asked("one", "get touched 2e"), 2);
	CHECK(run_end(&r, SOON_MS));
	key_knobs("one", "versions=2.0\nlistmax=3\nuv=yes\n");
	run_login(&r, e, N, false);
	CHECK_STR(run_on(&r), "ready verify verify verify verify "
	    "signed");
	CHECK(keys_good(&e[N - 1], &r.t.assertion, r.hash, true));
	CHECK(run_end(&r, SOON_MS));
}

static void
finger_then_right(void)
{
	struct run r = { .verify = true };
	struct enrolled e;

	key_plain("one", &e, "uv=yes\nfinger=bad\n");
	run_login(&r, &e, 1, true);
	r.until = "again(2)";
	CHECK_STR(run_on(&r), "ready+ verify again(2)");
	key_knobs("one", "uv=yes\n");
	/* the key may have been asked again before it was told */
	(void)run_until(&r, "signed");
	CHECK(keys_good(&e, &r.t.assertion, r.hash, true));
	CHECK(run_end(&r, SOON_MS));
}

int
main(int argc, char **argv)
{
	keys_setup(argc, argv);
	CASE(each_algorithm);
	CASE(with_a_pin);
	CASE(with_a_finger);
	CASE(finger_and_hidden);
	CASE(demands_a_pin);
	CASE(slow_touch);
	CASE(old_key);
	CASE(under_another_rp);
	CASE(no_silent_questions);
	CASE(discoverable);
	CASE(wrong_pin_then_right);
	CASE(pin_paused_and_locked);
	CASE(no_pin_set);
	CASE(pin_format);
	CASE(finger_fails);
	CASE(finger_then_right);
	CASE(finger_without_token);
	CASE(hidden_and_too_many);
	fresh();
	return CHECK_END();
}
