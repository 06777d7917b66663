/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sekisho-fido and keys in software: long lists, broken keys, and what it
 * leaves open or in memory.  Run by fido_helper.sh.
 */
#include <fcntl.h>

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

/* -- long lists */

static void
long_list(void)
{
	enum { N = 300 };
	struct enrolled e, *all = calloc(N, sizeof *all);
	struct run r = { 0 };
	size_t i;

	CHECK(all != NULL);
	key_plain("one", &e, "");
	for (i = 0; i < N; i++) {
		all[i].id_len = i % 3 == 0 ? 64 : e.id_len;
		CHECK_INT(sek_random(all[i].id, all[i].id_len), SEK_OK);
	}
	all[N - 1] = e;
	run_login(&r, all, N, true);
	CHECK_STR(run_on(&r), "ready+ touch signed");
	CHECK(keys_good(&e, &r.t.assertion, r.hash, false));
	CHECK(key_asked("one", "get quiet") <= (N + 7) / 8);
	CHECK_INT(key_asked("one", "get touched"), 1);
	CHECK(run_end(&r, SOON_MS));
	/* one that takes less, and does not tell (CTAP 2.0) */
	key_knobs("one", "versions=2.0\nlistmax=3\n");
	key_forget("one");
	run_login(&r, all, N, true);
	CHECK_STR(run_on(&r), "ready+ touch signed");
	CHECK(key_asked("one", "get quiet 2e") <= N / 2);
	CHECK(run_end(&r, SOON_MS));
	free(all);
}

/* -- broken keys */

static void
broken_answers(void)
{
	static const char *const faults[] = { "garbage", "deepcbor",
		"hugecbor", "cut", "oversize" };
	static const char *const at[] = { "touched", "token" };
	struct run r = { .verify = true };
	char knobs[64];
	struct enrolled e;
	size_t i, j;

	key_with_pin("one", &e, 2);
	for (i = 0; i < 5; i++)
		for (j = 0; j < 2; j++) {
			(void)snprintf(knobs, sizeof knobs, "%s=%s\n",
			    faults[i], at[j]);
			key_knobs("one", knobs);
			r.pins = PIN;
			r.until = NULL;
			run_login(&r, &e, 1, true);
			CHECK_STR(run_on(&r), "ready+ pin(8) touch fail(13)");
			CHECK(run_end(&r, SOON_MS));
		}
	for (i = 0; i < 4; i++) {
		(void)snprintf(knobs, sizeof knobs, "%s=quiet\n", faults[i]);
		key_knobs("one", knobs);
		r.late = true;
		run_login(&r, &e, 1, true);
		/* longer than libfido2 reads is as good as no answer: the
		 * key is asked again */
		CHECK_STR(run_until(&r, "strange"), i == 1 || i == 2 ?
		    "none strange" : "strange");
		CHECK_INT(talk_go(&r.t, false, 1000), SEK_OK);
		CHECK_STR(run_until(&r, NULL), "fail(13)");
		CHECK(run_end(&r, SOON_MS));
	}
	r.late = false;
	r.until = NULL;
	/* of an error that nobody knows */
	key_knobs("one", "fail=touched\n");
	r.pins = PIN;
	run_login(&r, &e, 1, true);
	CHECK_STR(run_on(&r), "ready+ pin(8) touch fail(13)");
	CHECK_INT(r.t.fail.native, 0x7f);
}

static void
broken_info(void)
{
	/* libfido2 goes on with U2F, which the key has as well; but not when
	 * there is more of the answer than it has read */
	static const char *const rows[][2] = {
		{ "garbage=info\n", "ready+ touch signed" },
		{ "cut=info\n", "ready+ touch signed" },
		{ "deepcbor=info\n", "none strange" },
		{ "hugecbor=info\n", "none strange" },
		{ "oversize=info\n", "none strange" },
	};
	struct enrolled e, other;
	struct run r = { 0 };
	size_t i;

	key_plain("one", &e, "");
	other = e;
	other.id[0] ^= 1;
	for (i = 0; i < 5; i++) {
		key_knobs("one", rows[i][0]);
		r.until = i < 2 ? NULL : "strange";
		run_login(&r, &e, 1, true);
		CHECK_STR(run_on(&r), rows[i][1]);
		CHECK(i >= 2 ||
		    keys_good(&e, &r.t.assertion, r.hash, false));
		CHECK(run_end(&r, SOON_MS));
	}
	r.late = true;
	run_login(&r, &other, 1, true);
	CHECK_STR(run_until(&r, "strange"), "none strange");
	CHECK(run_end(&r, SOON_MS));
}

/* -- the helper itself */

static int
open_files(pid_t pid)
{
	char path[64];
	int i, n = 0;

	for (i = 0; i < 64; i++) {
		(void)snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)pid,
		    i);
		n += faccessat(AT_FDCWD, path, F_OK,
		    AT_SYMLINK_NOFOLLOW) == 0;
	}
	return n;
}

static void
nothing_left_open(void)
{
	struct run r = { .late = true };
	struct enrolled e;
	int before, i;

	key_plain("one", &e, "");
	run_login(&r, &e, 1, true);
	CHECK_STR(run_until(&r, "ready+"), "ready+");
	before = open_files(r.t.child.pid);
	CHECK(before >= 4); /* 0 to 3 */
	for (i = 0; i < 3; i++) {
		key_unplug("one");
		CHECK_STR(run_until(&r, "none"), "none");
		CHECK(key_plug("one"));
		CHECK_STR(run_until(&r, "ready+"), "ready+");
		(void)usleep(20000);
		CHECK_INT(open_files(r.t.child.pid), before);
	}
	CHECK(run_end(&r, SOON_MS));
	CHECK(!sek_child_running(&r.t.child));
}

static void
frames_out_of_turn(void)
{
	static const uint8_t types[] = { SEK_U_GO, SEK_U_PIN, SEK_U_STATUS,
		SEK_U_ASSERTION, 0, 255 };
	struct run r = { 0 };
	struct enrolled e;
	size_t i;

	for (i = 0; i < sizeof types; i++) {
		CHECK_INT(keys_talk(&r.t), SEK_OK);
		CHECK_INT(talk_raw(&r.t, 4, types[i], "abcd", 4), SEK_OK);
		CHECK_INT(talk_next(&r.t), TALK_DEAD);
		CHECK(!run_end(&r, SOON_MS));
		CHECK_INT(r.ex.code, 1);
	}
	/* larger than any */
	CHECK_INT(keys_talk(&r.t), SEK_OK);
	CHECK_INT(talk_raw(&r.t, 0x7fffffff, SEK_U_ASSERT, "a", 1), SEK_OK);
	CHECK_INT(talk_next(&r.t), TALK_DEAD);
	CHECK(!run_end(&r, SOON_MS));
	/* GO twice */
	key_plain("one", &e, "");
	r.late = true;
	run_login(&r, &e, 1, true);
	CHECK_STR(run_until(&r, "ready+"), "ready+");
	CHECK_INT(talk_raw(&r.t, 5, SEK_U_GO, "\1\0\0\0\0", 5), SEK_OK);
	r.t.chan.state = SEK_US_WORKING;
	CHECK_STR(run_until(&r, NULL), "dead");
}

/* Every writable mapping of the helper, looked through for the text. */
static int
copies_in_memory(pid_t pid, const char *text)
{
	char path[64], line[512];
	unsigned long from, to;
	uint8_t *all, *at;
	int copies = 0, mem;
	FILE *maps;

	(void)snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
	mem = open(path, O_RDONLY | O_CLOEXEC);
	(void)snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
	maps = fopen(path, "r");
	CHECK(mem >= 0 && maps != NULL);
	while (fgets(line, sizeof line, maps) != NULL) {
		if (sscanf(line, "%lx-%lx", &from, &to) != 2 ||
		    strstr(line, " rw") == NULL ||
		    to - from > 64ul * 1024 * 1024 ||
		    (all = malloc(to - from)) == NULL)
			continue;
		at = all;
		if (pread(mem, all, to - from, (off_t)from) ==
		    (ssize_t)(to - from))
			while ((at = memmem(at, (size_t)(all + (to - from) -
			    at), text, strlen(text))) != NULL) {
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
	struct run r = { .verify = true, .pins = "hachi8hachi" };
	struct enrolled e;

	key_with_pin("one", &e, 2);
	run_login(&r, &e, 1, true);
	r.until = "wrong(7)";
	CHECK_STR(run_on(&r), "ready+ pin(8) touch wrong(7)");
	CHECK_INT(copies_in_memory(r.t.child.pid, "hachi8hachi"), 0);
	/* the search itself can find */
	CHECK(copies_in_memory(r.t.child.pid, KEYS_RP) > 0);
}

int
main(int argc, char **argv)
{
	keys_setup(argc, argv);
	CASE(long_list);
	CASE(broken_answers);
	CASE(broken_info);
	CASE(nothing_left_open);
	CASE(frames_out_of_turn);
	CASE(pin_is_wiped);
	fresh();
	return CHECK_END();
}
