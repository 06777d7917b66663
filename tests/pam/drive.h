/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rooms of pamdrive, a PAM application for tests and the demonstration.
 * It plays the login program: it decides nothing, and prints what a person
 * and an application would see.
 */
#ifndef TESTS_PAM_DRIVE_H
#define TESTS_PAM_DRIVE_H

#include <security/pam_appl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* -- drive_conv.c: the person */

enum drive_manner {
	MANNER_SCRIPT, /* answers by the list; the default */
	MANNER_ASK,    /* a person at this terminal */
	MANNER_NULL,   /* no conversation function */
	MANNER_ERR,    /* PAM_CONV_ERR to everything */
	MANNER_ERRTELL,/* PAM_CONV_ERR to messages, answers to prompts */
	MANNER_NONE,   /* success, and no array of responses */
	MANNER_NULLRESP, /* success, and a response without an answer */
	MANNER_EMPTY,  /* "" to every prompt */
	MANNER_EXTRA,  /* more responses than were asked for */
	MANNER_HUGE,   /* 1 MiB to every prompt */
	MANNER_LEFT    /* error, with a response left behind */
};

#define DRIVE_MAX_ANSWERS 32

/* Filled by the options; `used` and `unexpected` by the conversation. */
struct drive_person {
	enum drive_manner manner;
	bool quiet;              /* do not print what is shown */
	const char *answers[DRIVE_MAX_ANSWERS]; /* "part of prompt=answer" */
	bool used[DRIVE_MAX_ANSWERS];
	size_t n_answers;
	int delay_ms;            /* thinks for so long before each answer */
	const char *becomes;     /* sets PAM_USER to this while talking */
	pam_handle_t *pamh;
	unsigned unexpected;     /* prompts that no answer fits */
};

/* 0, or -1 when the word names no manner. */
int drive_manner(const char *word, enum drive_manner *out);
int drive_converse(int n, const struct pam_message **msg,
    struct pam_response **resp, void *person);

/* -- drive_state.c: what a module must leave as it was */

struct drive_state {
	char fds[1024];
	char cwd[4096];
	char locale[256];
	mode_t umask;
	uid_t uids[3];
	sigset_t mask;
	struct sigaction actions[65];
	size_t heap; /* bytes in use */
	long rss_kib;
};

void drive_state_take(struct drive_state *s);
/* Print one line for each thing that differs; how many there are. */
unsigned drive_state_compare(const struct drive_state *before,
    const struct drive_state *after);
/* Is there a child of ours, running or dead? */
bool drive_has_children(void);

/* -- drive_log.c: what modules log; our pam_syslog() comes before libpam's */

extern bool drive_print_log;

#endif
