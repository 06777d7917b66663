/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sekisho-pkcs11 against SoftHSM, in order and with what can go wrong in a
 * person's hands: wrong PINs, no token, a token that goes.
 * Run by pkcs11_helper.sh, which makes the tokens: "ward" has RSA-2048,
 * RSA-4096, P-256 and P-384 (ids 01 to 04) and one more RSA key without a
 * certificate, "other" has one P-256 key.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/pkcs11_run.h"

#define PIN "4711"
#define WRONG "hachi8hachi"
#define MAP_MAX (64ul * 1024 * 1024) /* larger ones: the sanitizer's own */

static void
signs_with_each_key(void)
{
	static const enum sek_scheme want[] = { SEK_SCHEME_RSA_PSS,
		SEK_SCHEME_RSA_PSS, SEK_SCHEME_ECDSA_RAW,
		SEK_SCHEME_ECDSA_RAW };
	struct run r;
	size_t i;

	for (i = 0; i < 4; i++) {
		run_login(&r, NULL, "ward", i, PIN);
		CHECK_INT(r.end, TALK_PROOF);
		CHECK_INT(r.n_keys, 4);
		CHECK_INT(r.t.proof.scheme, want[i]);
		CHECK(r.t.good && r.t.proof.logged_in);
		CHECK(r.asked && r.ended && !r.ex.signalled);
		CHECK_INT(r.ex.code, 0);
	}
}

static void
each_rsa_mechanism(void)
{
	static const struct {
		const char *fault;
		enum sek_scheme want;
	} rows[] = {
		{ "mech:43", SEK_SCHEME_RSA_PSS },
		{ "mech:d", SEK_SCHEME_RSA_PSS },
		{ "mech:40", SEK_SCHEME_RSA_PKCS1 },
		{ "mech:1", SEK_SCHEME_RSA_PKCS1 },
		/* said to work, and does not: the next without a new PIN */
		{ "lyingmech:d", SEK_SCHEME_RSA_PSS },
		{ "lyingmech:40", SEK_SCHEME_RSA_PKCS1 },
		{ "lyingmech:1", SEK_SCHEME_RSA_PKCS1 },
	};
	struct run r;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		run_login(&r, rows[i].fault, "ward", 0, PIN);
		CHECK_INT(r.end, TALK_PROOF);
		CHECK_INT(r.t.proof.scheme, rows[i].want);
		CHECK(r.t.good);
	}
	run_login(&r, "mech:220", "ward", 0, PIN);
	CHECK_INT(r.end, TALK_FAIL);
	CHECK_INT(r.t.fail.code, SEK_FAIL_MECHANISM);
	run_login(&r, "lyingmech:220", "ward", 0, PIN);
	CHECK_INT(r.end, TALK_FAIL);
	CHECK_INT(r.t.fail.code, SEK_FAIL_MECHANISM);
}

/* Up to the prompt for the PIN, by the first key of `label`. */
static void
to_prompt(struct run *r, const char *fault, const char *label)
{
	run_start(r, fault);
	CHECK_INT(talk_list(&r->t, false, label), SEK_OK);
	CHECK_INT(talk_next(&r->t), TALK_KEYS);
	CHECK(r->t.keys.n > 0);
	CHECK_INT(talk_sign(&r->t, &r->t.keys.key[0]), SEK_OK);
	CHECK_INT(talk_next(&r->t), TALK_NOTE);
}

static enum talk_end
give_pin(struct run *r, const char *pin)
{
	CHECK_INT(talk_pin(&r->t, pin), SEK_OK);
	return talk_next(&r->t);
}

static void
ends_well(struct run *r)
{
	CHECK(talk_finish(&r->t, &r->ex));
	CHECK(!r->ex.signalled);
	CHECK_INT(r->ex.code, 0);
}

static void
wrong_pin_then_right(void)
{
	struct run r;

	to_prompt(&r, NULL, "ward");
	CHECK_INT(r.t.note.kind, SEK_NOTE_PIN);
	CHECK((r.t.note.pin_flags & SEK_PF_LOGIN) != 0);
	CHECK_INT(give_pin(&r, WRONG), TALK_FAIL);
	CHECK_INT(r.t.fail.code, SEK_FAIL_WRONG_PIN);
	CHECK_INT(r.t.fail.tries_left, -1);
	CHECK((r.t.fail.pin_flags & SEK_PF_COUNT_LOW) != 0);
	CHECK_INT(r.t.fail.native, CKR_PIN_INCORRECT);
	CHECK_STR(r.t.fail.detail, "C_Login: CKR_PIN_INCORRECT");
	CHECK_INT(give_pin(&r, PIN), TALK_PROOF);
	CHECK(r.t.good);
	ends_well(&r);
}

/* Every writable mapping of the helper, looked through for the PIN. */
static int
copies_in_memory(pid_t pid, const char *pin)
{
	char path[64], line[512];
	unsigned long from, to;
	int copies = 0, mem;
	uint8_t *all, *at;
	FILE *maps;

	(void)snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
	mem = open(path, O_RDONLY | O_CLOEXEC);
	(void)snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
	maps = fopen(path, "r");
	CHECK(mem >= 0 && maps != NULL);
	while (fgets(line, sizeof line, maps) != NULL) {
		if (sscanf(line, "%lx-%lx", &from, &to) != 2 ||
		    strstr(line, " rw") == NULL || to - from > MAP_MAX ||
		    (all = malloc(to - from)) == NULL)
			continue;
		at = all;
		if (pread(mem, all, to - from, (off_t)from) ==
		    (ssize_t)(to - from))
			while ((at = memmem(at, (size_t)(all + (to - from) -
			    at), pin, strlen(pin))) != NULL) {
				copies++;
				at++;
			}
		free(all);
	}
	(void)fclose(maps);
	(void)close(mem);
	return copies;
}

static void
pin_is_wiped(void)
{
	struct run r;

	to_prompt(&r, NULL, "ward");
	CHECK_INT(give_pin(&r, WRONG), TALK_FAIL);
	CHECK_INT(copies_in_memory(r.t.child.pid, WRONG), 0);
	/* and a PIN that is not used at all */
	CHECK_INT(give_pin(&r, "hx9"), TALK_FAIL);
	CHECK_INT(copies_in_memory(r.t.child.pid, "hx9"), 0);
	/* the search itself can find: the token's label is in there */
	CHECK(copies_in_memory(r.t.child.pid, "ward") > 0);
	ends_well(&r);
}

static void
pin_format(void)
{
	struct run r;

	/* would die if it were sent */
	to_prompt(&r, "crash:C_Login", "ward");
	CHECK_INT(give_pin(&r, "123"), TALK_FAIL);
	CHECK_INT(r.t.fail.code, SEK_FAIL_PIN_FORMAT);
	CHECK_INT(give_pin(&r, ""), TALK_FAIL);
	CHECK_INT(r.t.fail.code, SEK_FAIL_PIN_FORMAT);
	CHECK_INT(give_pin(&r, PIN), TALK_DEAD);
	(void)talk_finish(&r.t, NULL);
	to_prompt(&r, NULL, "ward");
	CHECK_INT(give_pin(&r, "123"), TALK_FAIL);
	CHECK_INT(give_pin(&r, PIN), TALK_PROOF);
	ends_well(&r);
	run_login(&r, "badlimits", "ward", 0, PIN);
	CHECK_INT(r.end, TALK_PROOF);
}

static void
no_token(void)
{
	struct run r;

	run_start(&r, NULL);
	CHECK_INT(talk_list(&r.t, false, "nobody"), SEK_OK);
	CHECK_INT(talk_next(&r.t), TALK_FAIL);
	CHECK_INT(r.t.fail.code, SEK_FAIL_NO_TOKEN);
	ends_well(&r);
	run_start(&r, NULL);
	CHECK_INT(talk_list(&r.t, true, "nobody"), SEK_OK);
	CHECK_INT(talk_next(&r.t), TALK_KEYS);
	CHECK_INT(r.t.keys.tokens, 0);
	CHECK_INT(r.t.keys.n, 0);
	r.t.limit_ms = 600;
	CHECK_INT(talk_next(&r.t), TALK_SILENT);
	ends_well(&r);
}

static void
label_filter(void)
{
	struct run r;

	run_start(&r, NULL);
	CHECK_INT(talk_list(&r.t, false, "other"), SEK_OK);
	CHECK_INT(talk_next(&r.t), TALK_KEYS);
	CHECK_INT(r.t.keys.tokens, 1);
	CHECK_INT(r.t.keys.n, 1);
	CHECK_STR(r.t.keys.key[0].label, "other");
	CHECK_INT(r.t.keys.key[0].id_len, 1);
	CHECK_INT(r.t.keys.key[0].id[0], 9);
	ends_well(&r);
	run_start(&r, NULL);
	CHECK_INT(talk_list(&r.t, false, ""), SEK_OK);
	CHECK_INT(talk_next(&r.t), TALK_KEYS);
	CHECK_INT(r.t.keys.tokens, 2); /* not SoftHSM's empty third slot */
	CHECK_INT(r.t.keys.n, 5);
	ends_well(&r);
}

static void
token_comes_and_goes(void)
{
	struct run r;

	run_start(&r, "late:2");
	CHECK_INT(talk_list(&r.t, true, "ward"), SEK_OK);
	CHECK_INT(talk_next(&r.t), TALK_KEYS);
	CHECK_INT(r.t.keys.tokens, 0);
	CHECK_INT(talk_next(&r.t), TALK_KEYS);
	CHECK_INT(r.t.keys.n, 4);
	CHECK_INT(talk_sign(&r.t, &r.t.keys.key[0]), SEK_OK);
	CHECK_INT(talk_next(&r.t), TALK_NOTE);
	CHECK_INT(give_pin(&r, PIN), TALK_PROOF);
	CHECK(r.t.good);
	ends_well(&r);
	to_prompt(&r, "vanish:2", "ward");
	CHECK_INT(talk_next(&r.t), TALK_FAIL);
	CHECK_INT(r.t.fail.code, SEK_FAIL_REMOVED);
	ends_well(&r);
	/* three slots are looked at before SIGN */
	run_login(&r, "swap:3", "ward", 0, PIN);
	CHECK_INT(r.end, TALK_FAIL);
	CHECK_INT(r.t.fail.code, SEK_FAIL_REMOVED);
	CHECK(!r.asked);
}

static void
unknown_slot(void)
{
	struct sek_key key;
	struct run r;

	run_start(&r, NULL);
	CHECK_INT(talk_list(&r.t, false, "ward"), SEK_OK);
	CHECK_INT(talk_next(&r.t), TALK_KEYS);
	key = r.t.keys.key[0];
	key.slot ^= 0x55;
	CHECK_INT(talk_sign(&r.t, &key), SEK_OK);
	CHECK_INT(talk_next(&r.t), TALK_FAIL);
	CHECK_INT(r.t.fail.code, SEK_FAIL_REMOVED);
	ends_well(&r);
	run_start(&r, NULL);
	CHECK_INT(talk_list(&r.t, false, "ward"), SEK_OK);
	CHECK_INT(talk_next(&r.t), TALK_KEYS);
	key = r.t.keys.key[0];
	key.id[0] = 0x77; /* no such key */
	CHECK_INT(talk_sign(&r.t, &key), SEK_OK);
	CHECK_INT(talk_next(&r.t), TALK_NOTE);
	CHECK_INT(give_pin(&r, PIN), TALK_FAIL);
	CHECK_INT(r.t.fail.code, SEK_FAIL_NO_KEY);
	ends_well(&r);
}

static void
flags_before_the_prompt(void)
{
	struct run r;

	to_prompt(&r, "countlow", "ward");
	CHECK((r.t.note.pin_flags & SEK_PF_COUNT_LOW) != 0);
	CHECK_INT(r.t.note.tries_left, -1);
	ends_well(&r);
	to_prompt(&r, "finaltry", "ward");
	CHECK((r.t.note.pin_flags & SEK_PF_FINAL_TRY) != 0);
	CHECK_INT(r.t.note.tries_left, 1);
	ends_well(&r);
	to_prompt(&r, "notset", "ward");
	CHECK((r.t.note.pin_flags & SEK_PF_NOT_SET) != 0);
	ends_well(&r);
	run_login(&r, "pinlocked", "ward", 0, PIN);
	CHECK_INT(r.end, TALK_FAIL);
	CHECK_INT(r.t.fail.code, SEK_FAIL_LOCKED);
	CHECK_INT(r.t.fail.tries_left, 0);
	CHECK(!r.asked);
}

static void
locks_without_flags(void)
{
	struct run r;
	int i;

	to_prompt(&r, "noflags", "ward");
	for (i = 0; i < 3; i++) {
		CHECK_INT(give_pin(&r, WRONG), TALK_FAIL);
		CHECK_INT(r.t.fail.code, SEK_FAIL_WRONG_PIN);
		CHECK_INT(r.t.fail.tries_left, -1);
	}
	CHECK_INT(give_pin(&r, PIN), TALK_FAIL);
	CHECK_INT(r.t.fail.code, SEK_FAIL_TOKEN);
	ends_well(&r);
}

/* CKR_GENERAL_ERROR each time: the flags tell what it was. */
static void
locks_with_wrong_codes(void)
{
	struct run r;

	to_prompt(&r, "jpki", "ward");
	CHECK_INT(give_pin(&r, WRONG), TALK_FAIL);
	CHECK_INT(r.t.fail.code, SEK_FAIL_WRONG_PIN);
	CHECK((r.t.fail.pin_flags & SEK_PF_COUNT_LOW) != 0);
	CHECK_INT(give_pin(&r, WRONG), TALK_FAIL);
	CHECK_INT(r.t.fail.code, SEK_FAIL_WRONG_PIN);
	CHECK_INT(r.t.fail.tries_left, 1);
	CHECK_INT(give_pin(&r, WRONG), TALK_FAIL);
	CHECK_INT(r.t.fail.code, SEK_FAIL_LOCKED);
	CHECK_INT(r.t.fail.tries_left, 0);
	ends_well(&r);
}

static void
pinpad(void)
{
	struct run r;

	to_prompt(&r, "pinpad:" PIN, "ward");
	CHECK_INT(r.t.note.kind, SEK_NOTE_PINPAD);
	CHECK_INT(give_pin(&r, ""), TALK_PROOF);
	CHECK(r.t.good && r.t.proof.logged_in);
	ends_well(&r);
	to_prompt(&r, "pinpad-cancel", "ward");
	CHECK_INT(give_pin(&r, ""), TALK_FAIL);
	CHECK_INT(r.t.fail.code, SEK_FAIL_CANCELLED);
	ends_well(&r);
	to_prompt(&r, "pinpad:" PIN, "ward");
	CHECK_INT(give_pin(&r, PIN), TALK_DEAD);
	CHECK(talk_finish(&r.t, &r.ex));
	CHECK_INT(r.ex.code, 1);
}

static void
token_without_login(void)
{
	struct run r;

	run_login(&r, "nologin:" PIN, "ward", 0, PIN);
	CHECK_INT(r.end, TALK_PROOF);
	CHECK(r.t.good && !r.asked && !r.t.proof.logged_in);
	/* and one that hides its keys nevertheless */
	run_login(&r, "nologin:wrong", "ward", 0, PIN);
	CHECK(r.end != TALK_PROOF);
}

static void
earlier_login_proves_nothing(void)
{
	struct run r;

	to_prompt(&r, "already:" PIN, "ward");
	CHECK_INT(give_pin(&r, WRONG), TALK_FAIL);
	CHECK_INT(r.t.fail.code, SEK_FAIL_WRONG_PIN);
	CHECK_INT(give_pin(&r, PIN), TALK_PROOF);
	CHECK(r.t.good && r.t.proof.logged_in);
	ends_well(&r);
}

static void
pin_for_each_signature(void)
{
	struct run r;

	run_login(&r, "eachtime:" PIN, "ward", 0, PIN);
	CHECK_INT(r.end, TALK_PROOF);
	CHECK(r.t.good);
	to_prompt(&r, "eachtime:0000", "ward");
	CHECK_INT(give_pin(&r, PIN), TALK_FAIL);
	CHECK_INT(r.t.fail.code, SEK_FAIL_WRONG_PIN);
	CHECK_INT(give_pin(&r, PIN), TALK_FAIL);
	CHECK_INT(r.t.fail.code, SEK_FAIL_WRONG_PIN);
	ends_well(&r);
}

int
main(int argc, char **argv)
{
	run_setup(argc, argv);
	RUN(signs_with_each_key);
	RUN(each_rsa_mechanism);
	RUN(wrong_pin_then_right);
	RUN(pin_is_wiped);
	RUN(pin_format);
	RUN(no_token);
	RUN(label_filter);
	RUN(token_comes_and_goes);
	RUN(unknown_slot);
	RUN(flags_before_the_prompt);
	RUN(locks_without_flags);
	RUN(locks_with_wrong_codes);
	RUN(pinpad);
	RUN(token_without_login);
	RUN(earlier_login_proves_nothing);
	RUN(pin_for_each_signature);
	return CHECK_END();
}
