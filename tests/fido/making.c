/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sekisho-fido and keys in software: new credentials.  Run by fido_helper.sh.
 */
#include "tests/fido/cases.h"

/* The algorithm in the attested key: COSE label 3 (RFC 9052 7.1). */
static bool
made_with(const struct run *r, int alg)
{
	struct enrolled e;
	size_t at;
	const uint8_t *p = r->first.auth;

	if (!keys_take(&e, alg, &r->first))
		return false;
	at = 32 + 1 + 4 + 16 + 2 + e.id_len;
	/* map, 1: kty, 3: alg */
	return at + 5 < r->first.auth_len && p[at + 1] == 1 &&
	    p[at + 3] == 3 && p[at + 4] == (alg == COSE_ES256 ? 0x26 :
	    alg == COSE_EDDSA ? 0x27 : alg == COSE_ES384 ? 0x38 : 0x39);
}

static void
each_algorithm(void)
{
	static const int algs[] = { COSE_ES256, COSE_EDDSA, COSE_ES384,
		COSE_RS256 };
	struct sek_create m;
	struct run r = { .touch_ms = 30000 };
	size_t i;

	CHECK(key_new("one", "firmware=0x50406\ntransports=usb,nfc\n"));
	for (i = 0; i < 4; i++) {
		m = keys_create(algs[i], 0, false);
		run_create(&r, &m);
		CHECK_STR(run_on(&r), "ready touch made");
		CHECK(made_with(&r, algs[i]));
		CHECK_STR(r.first.format, "packed");
		CHECK(r.first.att_len > 64);
		CHECK(r.first.protects && !r.first.verified);
		CHECK_INT(r.first.firmware, 0x50406);
		CHECK_STR(r.first.transports, "usb nfc");
		CHECK_STR(r.first.label, "Sekisho one");
		CHECK(run_end(&r, SOON_MS));
	}
}

static void
what_the_key_prefers(void)
{
	static const struct { const char *knobs; int alg; } rows[] = {
		{ "", COSE_ES256 }, { "algs=-8\n", COSE_EDDSA },
		{ "algs=-257,-35\n", COSE_ES384 },
		{ "algs=-257\n", COSE_RS256 },
		{ "versions=2.0\n", COSE_ES256 },
	};
	struct sek_create m = keys_create(0, 0, false);
	struct run r = { .touch_ms = 30000 };
	size_t i;

	CHECK(key_new("one", ""));
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		key_knobs("one", rows[i].knobs);
		run_create(&r, &m);
		CHECK_STR(run_on(&r), "ready touch made");
		CHECK(made_with(&r, rows[i].alg));
		CHECK(run_end(&r, SOON_MS));
	}
	/* and one that it does not have */
	key_knobs("one", "algs=-8\n");
	m.alg = COSE_ES256;
	run_create(&r, &m);
	CHECK_STR(run_on(&r), "ready touch fail(12)");
	m.alg = -65535;
	run_create(&r, &m);
	CHECK_STR(run_on(&r), "ready touch fail(12)");
}

static void
attestations(void)
{
	struct sek_create m = keys_create(0, 0, false);
	struct run r = { 0 };

	CHECK(key_new("one", "attestation=none\n"));
	run_create(&r, &m);
	CHECK_STR(run_on(&r), "ready touch made");
	CHECK_STR(r.first.format, "none");
	CHECK_INT(r.first.att_len, 1);
	CHECK_INT(r.first.att[0], 0xA0); /* the empty map */
	key_knobs("one", "attestation=x5c\n");
	run_create(&r, &m);
	CHECK_STR(run_on(&r), "ready touch made");
	CHECK(memmem(r.first.att, r.first.att_len, "x5c", 3) != NULL);
}

static void
protect_levels(void)
{
	struct run r = { .pins = PIN };
	struct sek_create m;
	uint8_t level, want[] = "\xa1\x6b" "credProtect\x01";

	CHECK(key_new("one", "") && key_set_pin("one", PIN));
	for (level = 1; level <= 3; level++) {
		m = keys_create(0, level, false);
		m.verify = true;
		r.pins = PIN;
		run_create(&r, &m);
		CHECK_STR(run_on(&r), "ready pin(8) touch made");
		want[13] = level;
		CHECK(memmem(r.first.auth, r.first.auth_len, want, 14) !=
		    NULL);
		CHECK(r.first.verified);
		CHECK((r.first.auth[32] & 0x05) == 0x05); /* UP, UV */
	}
	/* the key knows no such thing: made all the same, and said so */
	key_knobs("one", "protect=none\n");
	r.pins = PIN;
	run_create(&r, &m);
	CHECK_STR(run_on(&r), "ready pin(8) touch made");
	CHECK(!r.first.protects);
}

static void
demands_its_pin(void)
{
	static const char *const rows[][2] = {
		/* it says so beforehand: not touched in vain */
		{ "versions=2.0\n", "ready pin(8) touch made" },
		{ "alwaysuv=1\n", "ready pin(8) touch made" },
		{ "", "ready touch made" },
	};
	struct sek_create m = keys_create(0, 0, false);
	struct run r = { 0 };
	size_t i;

	CHECK(key_new("one", "") && key_set_pin("one", PIN));
	for (i = 0; i < 3; i++) {
		key_knobs("one", rows[i][0]);
		r.pins = PIN;
		run_create(&r, &m);
		CHECK_STR(run_on(&r), rows[i][1]);
		CHECK_INT(r.first.verified, i < 2);
		CHECK(run_end(&r, SOON_MS));
	}
}

static struct sek_create
two(void)
{
	struct sek_create m = keys_create(0, 2, false);

	m.n_makes = 2;
	m.verify = true;
	m.make[1] = m.make[0];
	(void)snprintf(m.make[1].rp, sizeof m.make[1].rp, "ssh:" KEYS_RP);
	m.make[1].hash[0] ^= 1;
	return m;
}

static void
two_with_one_pin(void)
{
	struct run r = { .pins = "9999," PIN };
	struct sek_create m = two();

	CHECK(key_new("one", "") && key_set_pin("one", PIN));
	run_create(&r, &m);
	CHECK_STR(run_on(&r),
	    "ready pin(8) wrong(7) touch made touch made");
	CHECK_INT(r.first.index, 0);
	CHECK_INT(r.t.created.index, 1);
	CHECK(r.first.verified && r.t.created.verified);
	/* each under its own RP ID: the hash of it comes first */
	CHECK(memcmp(r.first.auth, r.t.created.auth, 32) != 0);
	CHECK(run_end(&r, SOON_MS));
	fresh();
	CHECK(key_new("one", "uv=yes\n"));
	run_create(&r, &m);
	CHECK_STR(run_on(&r), "ready verify made verify made");
	CHECK(r.first.verified && r.t.created.verified);
	CHECK(run_end(&r, SOON_MS));
}

/* The second fails: the first has been told, and that it is not whole. */
static void
second_is_refused(void)
{
	struct run r = { .pins = PIN };
	struct sek_create m = two();

	m.make[1].resident = true;
	CHECK(key_new("one", "rkslots=0\n") && key_set_pin("one", PIN));
	run_create(&r, &m);
	CHECK_STR(run_on(&r),
	    "ready pin(8) touch made touch fail(11)");
	CHECK(run_end(&r, SOON_MS));
}

static void
excluded(void)
{
	enum { N = 30 };
	struct sek_fido_id ids[N];
	uint8_t others[N][64];
	struct enrolled e, hidden;
	struct sek_create m = keys_create(0, 0, false);
	struct run r = { 0 };
	size_t i;

	CHECK(key_new("one", ""));
	CHECK(keys_enrol(&e, COSE_ES256, 2, false, false));
	for (i = 0; i < N; i++) {
		CHECK_INT(sek_random(others[i], 64), SEK_OK);
		ids[i] = (struct sek_fido_id){ .p = others[i], .n = 64,
			.silent = true };
	}
	m.ids = ids;
	m.n = N;
	/* none of them is on it */
	run_create(&r, &m);
	CHECK_STR(run_on(&r), "ready touch made");
	/* the last of more than it takes in one list */
	ids[N - 1] = (struct sek_fido_id){ .p = e.id, .n = e.id_len,
		.silent = true };
	run_create(&r, &m);
	CHECK_STR(run_on(&r), "ready touch fail(10)");
	m.ids = &ids[N - 1];
	m.n = 1;
	run_create(&r, &m);
	CHECK_STR(run_on(&r), "ready touch fail(10)");
	/* of another RP ID it says nothing */
	ids[N - 1].rp = 1;
	m.n_makes = 2;
	m.make[1] = m.make[0];
	(void)snprintf(m.make[0].rp, sizeof m.make[0].rp, "ssh:x");
	run_create(&r, &m);
	CHECK_STR(run_on(&r), "ready touch made touch fail(10)");
	/* one that shows itself after verification only, among many */
	m = keys_create(0, 3, false);
	CHECK(key_set_pin("one", PIN));
	CHECK(keys_enrol(&hidden, COSE_ES256, 3, false, true));
	ids[N - 1] = (struct sek_fido_id){ .p = hidden.id,
		.n = hidden.id_len };
	m.ids = ids;
	m.n = N;
	m.verify = true;
	r.pins = PIN;
	run_create(&r, &m);
	CHECK_STR(run_on(&r), "ready pin(8) touch fail(10)");
	CHECK(run_end(&r, SOON_MS));
}

static void
no_room(void)
{
	struct sek_create m = keys_create(0, 0, true);
	struct run r = { 0 };

	CHECK(key_new("one", "rkslots=0\n"));
	run_create(&r, &m);
	CHECK_STR(run_on(&r), "ready touch fail(11)");
	CHECK_INT(r.t.fail.native, FIDO_ERR_KEY_STORE_FULL);
}

static void
old_key(void)
{
	struct sek_create m = keys_create(0, 0, false);
	struct run r = { .late = true };

	CHECK(key_new("one", "versions=u2f\n"));
	run_create(&r, &m);
	CHECK_STR(run_until(&r, "strange"), "none strange");
	CHECK_INT(talk_go(&r.t, false, 1000), SEK_OK);
	CHECK_STR(run_until(&r, NULL), "fail(12)");
	CHECK(run_end(&r, SOON_MS));
}

static void
nothing_to_verify_with(void)
{
	struct sek_create m = keys_create(0, 0, false);
	struct run r = { 0 };

	m.verify = true;
	CHECK(key_new("one", ""));
	run_create(&r, &m);
	CHECK_STR(run_on(&r), "ready fail(7)");
	CHECK_INT(key_asked("one", "make"), 0);
}

static void
one_of_two_keys(void)
{
	struct sek_create m = keys_create(0, 0, false);
	struct run r = { 0 };

	CHECK(key_new("one", ""));
	CHECK(key_new("two", "touch=no\norphan=1\n"));
	run_create(&r, &m);
	CHECK_STR(run_on(&r), "ready choose touch made");
	CHECK_INT(r.t.status.keys, 2);
	CHECK_STR(r.first.label, "Sekisho one");
	CHECK(key_heard("two", "cancel"));
}

static void
stopped(void)
{
	struct sek_create m = keys_create(0, 0, false);
	struct run r = { .touch_ms = 400, .until = "touch" };

	CHECK(key_new("one", "touch=no\norphan=1\n"));
	run_create(&r, &m);
	CHECK_STR(run_on(&r), "ready touch");
	(void)usleep(50000);
	CHECK(run_end(&r, 250));
	CHECK(key_heard("one", "make 2d"));
	key_forget("one");
	r.until = NULL;
	run_create(&r, &m);
	CHECK_STR(run_on(&r), "ready touch fail(3)");
	CHECK(key_heard("one", "make 2d"));
	CHECK(run_end(&r, SOON_MS));
	key_knobs("one", "unplug=make\n");
	run_create(&r, &m);
	CHECK_STR(run_on(&r), "ready touch fail(1)");
	CHECK(run_end(&r, SOON_MS));
}

static void
broken_answers(void)
{
	static const char *const faults[] = { "garbage", "deepcbor",
		"hugecbor", "cut", "oversize" };
	struct sek_create m = keys_create(0, 0, false);
	struct run r = { 0 };
	char knobs[64];
	size_t i;

	CHECK(key_new("one", ""));
	for (i = 0; i < 5; i++) {
		(void)snprintf(knobs, sizeof knobs, "%s=make\n", faults[i]);
		key_knobs("one", knobs);
		run_create(&r, &m);
		CHECK_STR(run_on(&r), "ready touch fail(13)");
		CHECK(run_end(&r, SOON_MS));
	}
}

/* More to be excluded than it takes in one list, and it does not say so. */
static void
untold_limit(void)
{
	enum { N = 9 };
	struct sek_create m = keys_create(COSE_ES256, 0, false);
	struct sek_fido_id ids[N];
	struct run r = { 0 };
	struct enrolled e[N];
	size_t i;

	CHECK(key_new("one", ""));
	CHECK(keys_enrol(&e[N - 1], COSE_ES256, 0, false, false));
	key_knobs("one", "versions=2.0\nlistmax=2\n");
	for (i = 0; i < N; i++) {
		e[i] = e[N - 1];
		e[i].id[0] ^= (uint8_t)(N - 1 - i);
		ids[i] = (struct sek_fido_id){ .p = e[i].id,
			.n = e[i].id_len, .silent = true };
	}
	m.ids = ids;
	for (i = 0; i < 2; i++) {
		m.n = N - i; /* without the last it is none of them */
		run_create(&r, &m);
		CHECK_STR(run_on(&r), i == 0 ? "ready touch fail(10)" :
		    "ready touch made");
		CHECK(run_end(&r, SOON_MS));
	}
}

/* Every question without a touch is refused. */
static void
no_silent_questions(void)
{
	static const char *const codes[] = { "0x2b", "0x2c" };
	struct sek_create m = keys_create(COSE_ES256, 2, false);
	struct sek_fido_id id = { .silent = true };
	struct run r = { 0 };
	struct enrolled e;
	char knobs[64];
	size_t i, n;

	CHECK(key_new("one", "") && key_set_pin("one", PIN));
	CHECK(keys_enrol(&e, COSE_ES256, 2, false, true));
	e.id[0] ^= 1;
	id.p = e.id;
	id.n = e.id_len;
	m.ids = &id;
	m.verify = true;
	for (i = 0; i < 2; i++)
		for (n = 0; n < 2; n++) {
			(void)snprintf(knobs, sizeof knobs,
			    "fail=quiet\nfailcode=%s\n", codes[i]);
			key_knobs("one", knobs);
			m.n = n;
			r.pins = PIN;
			run_create(&r, &m);
			CHECK_STR(run_on(&r), "ready pin(8) touch made");
			CHECK(run_end(&r, SOON_MS));
		}
}

int
main(int argc, char **argv)
{
	keys_setup(argc, argv);
	CASE(each_algorithm);
	CASE(what_the_key_prefers);
	CASE(attestations);
	CASE(protect_levels);
	CASE(demands_its_pin);
	CASE(two_with_one_pin);
	CASE(second_is_refused);
	CASE(excluded);
	CASE(no_room);
	CASE(old_key);
	CASE(nothing_to_verify_with);
	CASE(one_of_two_keys);
	CASE(stopped);
	CASE(broken_answers);
	CASE(no_silent_questions);
	CASE(untold_limit);
	fresh();
	return CHECK_END();
}
