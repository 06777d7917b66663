/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which fault the environment asks for, and the faults that are the same at
 * any call.  Test part: runs in the helper under test, never installed.
 * A child that it forks ends by itself after a minute, should a test fail.
 */
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/badp11/badp11.h"

#define CHANNEL 3
#define CHILD_LIFE_S 60

static const char *
fault(void)
{
	const char *f = getenv("BADP11");

	return f == NULL ? "" : f;
}

bool
bad_is(const char *kind)
{
	size_t n = strlen(kind);

	return strncmp(fault(), kind, n) == 0 &&
	    (fault()[n] == '\0' || fault()[n] == ':');
}

const char *
bad_arg(void)
{
	const char *colon = strchr(fault(), ':');

	return colon == NULL ? "" : colon + 1;
}

/* "NAME", or "NAME@3" for the third call alone. */
static bool
is_turn(const char *name)
{
	static int calls;
	size_t n = strlen(name);

	if (strncmp(bad_arg(), name, n) != 0)
		return false;
	if (bad_arg()[n] == '\0')
		return true;
	return bad_arg()[n] == '@' && ++calls == atoi(bad_arg() + n + 1);
}

bool
bad_is_for(const char *kind, const char *arg)
{
	return bad_is(kind) && strcmp(bad_arg(), arg) == 0;
}

static void
deaf(void)
{
	sigset_t all;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, NULL);
}

static void
leave_child(void)
{
	static bool done;

	if (done || fork() != 0) {
		done = true;
		return;
	}
	(void)setsid();
	deaf();
	(void)sleep(CHILD_LIFE_S);
	_exit(0);
}

static void
change_process(void)
{
	static const char garbage[] = "\377\377\377\377\377 garbage";

	if (bad_is("upset")) {
		deaf();
		(void)umask(0);
		if (chdir("/proc") != 0 || setlocale(LC_ALL, "C") == NULL)
			abort();
	}
	if (bad_is("closefd"))
		(void)close(CHANNEL);
	if (bad_is("writefd") &&
	    write(CHANNEL, garbage, sizeof garbage) < 0)
		return; /* closed already: as good as written */
	if (bad_is("fork"))
		leave_child();
}

CK_RV
bad_before(const char *func)
{
	if (!is_turn(func))
		return CKR_OK;
	if (bad_is("crash")) {
		(void)signal(SIGSEGV, SIG_DFL); /* a sanitizer would catch it */
		(void)raise(SIGSEGV);
	}
	if (bad_is("exit"))
		exit(0);
	if (bad_is("signal"))
		(void)raise(SIGTERM);
	if (bad_is("hang")) {
		deaf();
		for (;;)
			(void)pause();
	}
	change_process();
	if (bad_is("removed"))
		return CKR_DEVICE_REMOVED;
	return bad_is("error") ? CKR_GENERAL_ERROR : CKR_OK;
}

void
bad_length(const char *func, CK_ULONG *n)
{
	static int calls;

	if (bad_is_for("biglen", func))
		*n = 1ul << 40;
	if (bad_is_for("neglen", func))
		*n = CK_UNAVAILABLE_INFORMATION;
	if (bad_is_for("growing", func) && ++calls % 2 == 0)
		*n += 20000;
}
