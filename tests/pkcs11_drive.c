/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pkcs11_drive HELPER MODULE [NAME=VALUE ...]: a gate for shell scripts.
 * Each line on stdin is one step, each answer one line on stdout:
 *
 *	list [LABEL]   LIST, with an answer at once     -> keys or fail
 *	wait [LABEL]   LIST, and wait for a token       -> keys
 *	next [MS]      whatever comes within MS         -> any, or "silent"
 *	sign N         SIGN with the Nth key (from 0)   -> note, proof, fail
 *	pin PIN        PIN                              -> proof, fail
 *	close          end in order                     -> ended CODE, killed
 *	kill           end at once                      -> killed
 *
 * Test part; the end of stdin is "close".
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/pkcs11_talk.h"

#define LIMIT_MS 15000u
#define MAX_ENV 16

static void
print_keys(const struct talk *t)
{
	const struct sek_key *k = t->keys.key;

	printf("keys tokens=%u n=%zu", t->keys.tokens, t->keys.n);
	if (t->keys.n > 0)
		printf(" flags=%#x label=%s serial=%s reader=%s",
		    k->pin_flags, k->label, k->serial, k->reader);
	printf("\n");
}

static void
print_next(struct talk *t)
{
	switch (talk_next(t)) {
	case TALK_KEYS:
		print_keys(t);
		break;
	case TALK_NOTE:
		printf("note kind=%d tries=%d flags=%#x\n", (int)t->note.kind,
		    t->note.tries_left, t->note.pin_flags);
		break;
	case TALK_PROOF:
		printf("proof %s scheme=%d login=%d\n",
		    t->good ? "good" : "bad", (int)t->proof.scheme,
		    t->proof.logged_in);
		break;
	case TALK_FAIL:
		printf("fail code=%d tries=%d flags=%#x %s\n",
		    (int)t->fail.code, t->fail.tries_left, t->fail.pin_flags,
		    t->fail.detail);
		break;
	case TALK_DEAD:
		printf("dead\n");
		break;
	case TALK_SILENT:
		printf("silent\n");
		break;
	default:
		printf("bad\n");
	}
}

static void
finish(struct talk *t)
{
	struct sek_exit ex;

	if (!talk_finish(t, &ex))
		printf("killed\n");
	else
		printf("ended %s%d\n", ex.signalled ? "by signal " : "",
		    ex.code);
}

/* False when there is nothing more to be said. */
static bool
step(struct talk *t, const char *word, const char *arg)
{
	size_t n = (size_t)strtoul(arg, NULL, 10);
	int sent = SEK_OK;

	t->limit_ms = LIMIT_MS;
	if (strcmp(word, "close") == 0) {
		finish(t);
		return false;
	}
	if (strcmp(word, "kill") == 0) {
		sek_child_kill(&t->child, NULL);
		printf("killed\n");
		return false;
	}
	if (strcmp(word, "list") == 0 || strcmp(word, "wait") == 0)
		sent = talk_list(t, word[0] == 'w', arg);
	else if (strcmp(word, "sign") == 0 && n < t->keys.n)
		sent = talk_sign(t, &t->keys.key[n]);
	else if (strcmp(word, "pin") == 0)
		sent = talk_pin(t, arg);
	else if (strcmp(word, "next") == 0)
		t->limit_ms = n > 0 ? (unsigned int)n : LIMIT_MS;
	else
		sent = SEK_E_INVAL;
	if (sent != SEK_OK)
		printf("not sent: %s\n", sek_strerror(sent));
	else
		print_next(t);
	return true;
}

int
main(int argc, char **argv)
{
	const char *envp[MAX_ENV + 1] = { NULL };
	char line[600], *arg;
	struct talk t;
	int i;

	if (argc < 3 || argc > 3 + MAX_ENV)
		return 2;
	for (i = 3; i < argc; i++)
		envp[i - 3] = argv[i];
	(void)signal(SIGPIPE, SIG_DFL);
	if (talk_start(&t, argv[1], argv[2], envp, 0) != SEK_OK)
		return 1;
	while (fgets(line, sizeof line, stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		arg = strchr(line, ' ');
		if (arg != NULL)
			*arg++ = '\0';
		if (!step(&t, line, arg == NULL ? "" : arg))
			return fflush(stdout) == 0 ? 0 : 1;
		(void)fflush(stdout);
	}
	finish(&t);
	return 0;
}
