/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sekisho-pkcs11 with a module that misbehaves, and with a gate that sends
 * what it must not.  Whatever happens: a bounded answer in bounded memory,
 * and no signature that verifies unless the right key made it.
 * Run by pkcs11_helper.sh, which makes the tokens.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/pkcs11_run.h"

#define PIN "4711"
#define HANG_MS 1500u
#define LIMIT_MS 10000u
#define MAX_KIB (64 * 1024)

/* All that a login calls, in about that order. */
static const char *const calls[] = {
	"C_GetFunctionList", "C_Initialize", "C_GetSlotList",
	"C_GetTokenInfo", "C_GetSlotInfo", "C_OpenSession",
	"C_FindObjectsInit", "C_FindObjects", "C_GetAttributeValue",
	"C_FindObjectsFinal", "C_Login", "C_GetMechanismInfo", "C_SignInit",
	"C_Sign", "C_Logout", "C_CloseSession", "C_Finalize",
};
#define N_CALLS (sizeof calls / sizeof calls[0])
#define FIRST_AFTER_PROOF 14 /* C_Logout */

typedef bool judge(const struct run *r, size_t call);

/* Log in with `kind` at one call, and judge; nobody may be left over. */
static int
try_one(const char *kind, size_t call, unsigned int limit_ms, judge *good)
{
	char fault[100];
	struct run r;

	(void)snprintf(fault, sizeof fault, "%s:%s", kind, calls[call]);
	/* SoftHSM's own store fails now and then when logins share it */
	run_use_store(call);
	if (sek_adopt_orphans() != SEK_OK)
		return 2;
	run_login_within(&r, fault, PIN, limit_ms);
	sek_kill_descendants_but(0);
	if (waitpid(-1, NULL, WNOHANG | __WALL) != -1 || errno != ECHILD)
		return 3;
	if (r.peak_kib > MAX_KIB)
		return 4;
	if (good(&r, call))
		return 0;
	printf("# %s: end %d, key %zu, fail %d %s, ended %d, exit %d/%d\n",
	    fault, (int)r.end, r.n_keys, (int)r.t.fail.code, r.t.fail.detail,
	    r.ended, r.ex.signalled, r.ex.code);
	(void)fflush(stdout);
	return 1;
}

/* At every call, side by side: most of them only wait. */
static void
at_each_call(const char *kind, unsigned int limit_ms, judge *good)
{
	pid_t pids[N_CALLS];
	int status, bad = 0;
	size_t i;

	(void)fflush(stdout);
	for (i = 0; i < N_CALLS; i++)
		if ((pids[i] = fork()) == 0)
			_exit(try_one(kind, i, limit_ms, good));
	for (i = 0; i < N_CALLS; i++) {
		if (pids[i] > 0 && waitpid(pids[i], &status, 0) == pids[i] &&
		    status == 0)
			continue;
		printf("# %s at %s: status %#x\n", kind, calls[i],
		    (unsigned int)status);
		bad++;
	}
	CHECK_INT(bad, 0);
}

static bool
proved(const struct run *r)
{
	return r->end == TALK_PROOF && r->t.good;
}

/* Gone before the proof, or after it when the fault comes after it. */
static bool
dies(const struct run *r, size_t call)
{
	if (call >= FIRST_AFTER_PROOF)
		return proved(r) && r->ended;
	return r->end == TALK_DEAD && r->ended;
}

static bool
dies_by_signal(const struct run *r, size_t call)
{
	return dies(r, call) && r->ex.signalled;
}

static bool
hangs(const struct run *r, size_t call)
{
	if (call >= FIRST_AFTER_PROOF)
		return proved(r) && !r->ended;
	return r->end == TALK_SILENT && !r->ended;
}

static bool
goes_on(const struct run *r, size_t call)
{
	(void)call;
	return proved(r) && r->ended && !r->ex.signalled && r->ex.code == 0;
}

/* The channel is lost, or full of garbage, until the proof is out. */
static bool
loses_channel(const struct run *r, size_t call)
{
	if (!r->ended || r->ex.signalled)
		return false;
	if (call >= FIRST_AFTER_PROOF)
		return proved(r);
	return r->end == TALK_DEAD || r->end == TALK_BAD;
}

static bool
is_fail(const struct run *r, enum sek_fail_code code)
{
	return r->end == TALK_FAIL && r->t.fail.code == code;
}

/* CKR_DEVICE_REMOVED at each call. */
static bool
removed(const struct run *r, size_t call)
{
	static const char *const keys[] = { "C_OpenSession",
		"C_FindObjectsInit", "C_FindObjects", "C_GetAttributeValue" };
	static const char *const gone[] = { "C_FindObjectsFinal", "C_Login",
		"C_SignInit", "C_Sign" };
	size_t i;

	if (!r->ended || r->ex.signalled || r->ex.code != 0)
		return false;
	for (i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (strcmp(calls[call], keys[i]) == 0)
			return r->end == TALK_KEYS && r->n_keys == 0;
	for (i = 0; i < sizeof gone / sizeof gone[0]; i++)
		if (strcmp(calls[call], gone[i]) == 0)
			return is_fail(r, SEK_FAIL_REMOVED);
	if (call < 3) /* up to C_GetSlotList */
		return is_fail(r, SEK_FAIL_MODULE);
	if (call == 3)
		return is_fail(r, SEK_FAIL_NO_TOKEN);
	return proved(r);
}

static bool
never_proves(const struct run *r, size_t call)
{
	/* what is called only for show may fail */
	if (strcmp(calls[call], "C_GetSlotInfo") == 0 ||
	    strcmp(calls[call], "C_GetMechanismInfo") == 0 ||
	    call >= FIRST_AFTER_PROOF)
		return proved(r) && r->ended;
	return r->end != TALK_PROOF && r->end != TALK_SILENT && r->ended;
}

static void
crash_anywhere(void)
{
	at_each_call("crash", LIMIT_MS, dies_by_signal);
}

static void
exit_anywhere(void)
{
	at_each_call("exit", LIMIT_MS, dies);
}

static void
signal_anywhere(void)
{
	at_each_call("signal", LIMIT_MS, dies_by_signal);
}

static void
hang_anywhere(void)
{
	at_each_call("hang", HANG_MS, hangs);
}

static void
fork_anywhere(void)
{
	at_each_call("fork", LIMIT_MS, goes_on);
}

static void
process_changed_anywhere(void)
{
	at_each_call("upset", LIMIT_MS, goes_on);
}

static void
channel_lost_anywhere(void)
{
	at_each_call("closefd", LIMIT_MS, loses_channel);
	at_each_call("writefd", LIMIT_MS, loses_channel);
}

static void
removed_anywhere(void)
{
	at_each_call("removed", LIMIT_MS, removed);
}

static void
error_anywhere(void)
{
	at_each_call("error", LIMIT_MS, never_proves);
}

/* A fault that ends in one FAIL, in bounded memory. */
static void
fails(const char *fault, enum sek_fail_code code)
{
	struct run r;

	run_login_within(&r, fault, PIN, LIMIT_MS);
	CHECK_INT(r.end, TALK_FAIL);
	CHECK_INT(r.t.fail.code, code);
	CHECK(r.ended && !r.ex.signalled);
	CHECK(r.peak_kib < MAX_KIB);
}

static void
no_keys(const char *fault)
{
	struct run r;

	run_login_within(&r, fault, PIN, LIMIT_MS);
	CHECK_INT(r.end, TALK_KEYS);
	CHECK_INT(r.n_keys, 0);
	CHECK_INT(r.ex.code, 0);
	CHECK(r.ended && !r.ex.signalled);
	CHECK(r.peak_kib < MAX_KIB);
}

static void
lengths_that_lie(void)
{
	struct run r;

	fails("biglen:C_GetSlotList", SEK_FAIL_MODULE);
	fails("neglen:C_GetSlotList", SEK_FAIL_MODULE);
	fails("growing:C_GetSlotList", SEK_FAIL_MODULE);
	no_keys("biglen:C_FindObjects");
	no_keys("neglen:C_FindObjects");
	no_keys("biglen:C_GetAttributeValue");
	no_keys("neglen:C_GetAttributeValue");
	no_keys("growing:C_GetAttributeValue");
	fails("biglen:C_Sign", SEK_FAIL_MODULE);
	fails("neglen:C_Sign", SEK_FAIL_MODULE);
	/* the second call of a search: the first has found them all */
	run_login_within(&r, "growing:C_FindObjects", PIN, LIMIT_MS);
	CHECK(proved(&r));
}

static void
endless_objects(void)
{
	struct run r;

	run_login_within(&r, "endless", PIN, LIMIT_MS);
	CHECK(r.n_keys <= SEK_MAX_KEYS);
	CHECK(r.peak_kib < MAX_KIB);
	CHECK(r.ended && r.end != TALK_SILENT);
	no_keys("endless-empty");
}

static void
many_slots(void)
{
	fails("manyslots", SEK_FAIL_MODULE);
}

static void
no_function_list(void)
{
	fails("nolist", SEK_FAIL_MODULE);
	fails("nolist:null", SEK_FAIL_MODULE);
	fails("nullfuncs", SEK_FAIL_MODULE);
	fails("nullfuncs:all", SEK_FAIL_MODULE);
	fails("version", SEK_FAIL_MODULE);
}

static void
not_a_module(void)
{
	static const char *const paths[] = { "/nonexistent/module.so",
		"/etc/passwd", "/lib64/ld-linux-x86-64.so.2" };
	struct run r;
	size_t i;

	for (i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		run_start_module(&r, paths[i]);
		CHECK_INT(talk_list(&r.t, true, ""), SEK_OK);
		CHECK_INT(talk_next(&r.t), TALK_FAIL);
		CHECK_INT(r.t.fail.code, SEK_FAIL_MODULE);
		CHECK(r.t.fail.detail[0] != '\0');
		CHECK(talk_finish(&r.t, &r.ex));
		CHECK_INT(r.ex.code, 0);
	}
}

static void
wrong_signatures(void)
{
	static const char *const faults[] = { "badsig:constant",
		"badsig:stale", "badsig:otherkey", "badsig:flip" };
	struct run r;
	size_t i;

	for (i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		run_login_within(&r, faults[i], PIN, LIMIT_MS);
		CHECK_INT(r.end, TALK_PROOF);
		CHECK(!r.t.good);
	}
}

static void
bad_label(void)
{
	const char *p;
	struct run r;

	run_start(&r, "badlabel");
	CHECK_INT(talk_list(&r.t, false, ""), SEK_OK);
	CHECK_INT(talk_next(&r.t), TALK_KEYS);
	CHECK(r.t.keys.n > 0);
	CHECK(strncmp(r.t.keys.key[0].label,
	    "\\x1b[2J\\x0a\\xff\\xc0\\x80 ok\\\\\\x00\\xe3", 36) == 0);
	CHECK_STR(r.t.keys.key[0].serial, "");
	for (p = r.t.keys.key[0].reader; *p != '\0'; p++)
		CHECK(*p >= ' ' && *p < 0x7f);
	CHECK(talk_finish(&r.t, NULL));
}

/* Frames that the gate never sends: no answer, exit 1. */
static void
refused(struct talk *t, uint32_t len, uint8_t type, const void *body,
    size_t n)
{
	struct sek_exit ex;

	CHECK_INT(talk_raw(t, len, type, body, n), SEK_OK);
	/* what is cut off must not keep it waiting for ever */
	(void)shutdown(t->chan.fd, SHUT_WR);
	CHECK_INT(talk_next(t), TALK_DEAD);
	CHECK(talk_finish(t, &ex));
	CHECK(!ex.signalled);
	CHECK_INT(ex.code, 1);
}

static void
malformed_start(void)
{
	static const uint8_t list[5] = { 0 };
	static const uint8_t junk[300] = { 0 };
	struct run r;

	run_start(&r, NULL);
	refused(&r.t, 5, SEK_H_SIGN, list, 5);
	run_start(&r, NULL);
	refused(&r.t, 0xffffffff, SEK_H_LIST, list, 5);
	run_start(&r, NULL);
	refused(&r.t, 300, SEK_H_LIST, junk, 300);
	run_start(&r, NULL);
	refused(&r.t, 5, 99, list, 5);
	run_start(&r, NULL);
	refused(&r.t, 0, SEK_H_LIST, NULL, 0);
	run_start(&r, NULL);
	refused(&r.t, 4, SEK_H_LIST, list, 4);  /* no whole label */
	run_start(&r, NULL);
	refused(&r.t, 6, SEK_H_LIST, junk, 6);  /* one byte over */
	run_start(&r, NULL);
	refused(&r.t, 20, SEK_H_LIST, list, 5); /* cut off */
	run_start(&r, NULL);
	refused(&r.t, 5, SEK_H_CHECK, list, 5); /* another helper's */
}

static void
to_keys(struct run *r)
{
	run_start(r, NULL);
	CHECK_INT(talk_list(&r->t, false, "ward"), SEK_OK);
	CHECK_INT(talk_next(&r->t), TALK_KEYS);
}

static void
malformed_later(void)
{
	static const uint8_t junk[64] = { 0 };
	struct run r;

	to_keys(&r);
	refused(&r.t, 64, SEK_H_SIGN, junk, 64);
	to_keys(&r);
	refused(&r.t, 0, SEK_H_SIGN, NULL, 0);
	to_keys(&r);
	refused(&r.t, 4, SEK_H_PIN, PIN, 4); /* before it was asked for */
	to_keys(&r);
	refused(&r.t, 8, SEK_H_KEYS, junk, 8); /* only the helper may */
	to_keys(&r);
	CHECK_INT(talk_sign(&r.t, &r.t.keys.key[0]), SEK_OK);
	CHECK_INT(talk_next(&r.t), TALK_NOTE);
	refused(&r.t, 256, SEK_H_PIN, junk, 64);
	to_keys(&r);
	CHECK_INT(talk_sign(&r.t, &r.t.keys.key[0]), SEK_OK);
	CHECK_INT(talk_next(&r.t), TALK_NOTE);
	refused(&r.t, 12, SEK_H_FAIL, junk, 12);
}

static void
closed_at_any_time(void)
{
	struct run r;

	run_start(&r, NULL);
	CHECK(talk_finish(&r.t, &r.ex) && !r.ex.signalled && r.ex.code == 0);
	to_keys(&r);
	CHECK(talk_finish(&r.t, &r.ex) && !r.ex.signalled && r.ex.code == 0);
	to_keys(&r);
	CHECK_INT(talk_sign(&r.t, &r.t.keys.key[0]), SEK_OK);
	CHECK_INT(talk_next(&r.t), TALK_NOTE);
	CHECK(talk_finish(&r.t, &r.ex) && !r.ex.signalled && r.ex.code == 0);
}

/* Exit status of the program with this on descriptor 3 (-1: nothing). */
static int
plain_run(const char *a, const char *b, int fd3)
{
	const char *const argv[] = { run_helper(), a, b, NULL };
	int status = 0, null;
	pid_t pid = fork();

	if (pid == 0) {
		null = open("/dev/null", O_RDWR);
		if (fd3 >= 0)
			(void)dup2(fd3, SEK_HELPER_FD);
		else
			(void)close(SEK_HELPER_FD);
		(void)dup2(null, 2);
		(void)execv(argv[0], (char *const *)argv);
		_exit(99);
	}
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
usage_errors(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), pair[2];

	CHECK(null >= 0);
	CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair),
	    0);
	CHECK_INT(plain_run("/lib/module.so", NULL, -1), 2);
	CHECK_INT(plain_run("/lib/module.so", NULL, null), 2);
	CHECK_INT(plain_run("module.so", NULL, pair[1]), 2);
	CHECK_INT(plain_run(NULL, NULL, pair[1]), 2);
	CHECK_INT(plain_run("/lib/a.so", "/lib/b.so", pair[1]), 2);
	CHECK_INT(plain_run("--reset", NULL, pair[1]), 2);
	CHECK_INT(plain_run("--reset", "No such reader 00 00", -1), 1);
	CHECK_INT(plain_run("--reset", "", -1), 1);
	(void)close(pair[0]);
	(void)close(pair[1]);
	(void)close(null);
}

int
main(int argc, char **argv)
{
	run_setup(argc, argv);
	RUN(usage_errors);
	RUN(malformed_start);
	RUN(malformed_later);
	RUN(closed_at_any_time);
	RUN(crash_anywhere);
	RUN(exit_anywhere);
	RUN(signal_anywhere);
	RUN(hang_anywhere);
	RUN(fork_anywhere);
	RUN(process_changed_anywhere);
	RUN(channel_lost_anywhere);
	RUN(removed_anywhere);
	RUN(error_anywhere);
	RUN(lengths_that_lie);
	RUN(endless_objects);
	RUN(many_slots);
	RUN(no_function_list);
	RUN(not_a_module);
	RUN(wrong_signatures);
	RUN(bad_label);
	return CHECK_END();
}
