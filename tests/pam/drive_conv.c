/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The person in front of pamdrive: answers by a list, at a terminal, or in
 * one of the ways in which a broken application would.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "tests/pam/drive.h"

#define HUGE_ANSWER (1024u * 1024)
#define EXTRA_RESPONSES 8

static const char *const manners[] = {
	[MANNER_SCRIPT] = "script", [MANNER_ASK] = "ask",
	[MANNER_NULL] = "null", [MANNER_ERR] = "err",
	[MANNER_ERRTELL] = "errtell", [MANNER_NONE] = "none",
	[MANNER_NULLRESP] = "nullresp", [MANNER_EMPTY] = "empty",
	[MANNER_EXTRA] = "extra", [MANNER_HUGE] = "huge",
	[MANNER_LEFT] = "left",
};

int
drive_manner(const char *word, enum drive_manner *out)
{
	size_t i;

	for (i = 0; i < sizeof manners / sizeof manners[0]; i++)
		if (strcmp(word, manners[i]) == 0) {
			*out = (enum drive_manner)i;
			return 0;
		}
	return -1;
}

static void
show(const struct drive_person *me, const struct pam_message *m)
{
	const char *kind = "prompt";

	if (me->quiet || me->manner == MANNER_ASK)
		return;
	if (m->msg_style == PAM_TEXT_INFO)
		kind = "info";
	else if (m->msg_style == PAM_ERROR_MSG)
		kind = "error";
	else if (m->msg_style == PAM_PROMPT_ECHO_ON)
		kind = "echo";
	printf("%s: %s\n", kind, m->msg);
	fflush(stdout);
}

/* The first answer not used yet whose part occurs in the prompt; one whose
 * part ends with '*' serves any number of times. */
static char *
scripted(struct drive_person *me, const char *prompt)
{
	char part[256];
	const char *eq;
	size_t i, n;
	bool again;

	for (i = 0; i < me->n_answers; i++) {
		if ((eq = strchr(me->answers[i], '=')) == NULL)
			continue;
		n = (size_t)(eq - me->answers[i]);
		again = n > 0 && eq[-1] == '*';
		n -= again ? 1 : 0;
		if (me->used[i] || n >= sizeof part)
			continue;
		memcpy(part, me->answers[i], n);
		part[n] = '\0';
		if (strstr(prompt, part) == NULL)
			continue;
		me->used[i] = !again;
		return strdup(eq + 1);
	}
	printf("unexpected prompt: %s\n", prompt);
	me->unexpected++;
	return NULL;
}

/* NULL when the terminal is gone. */
static char *
typed(const struct pam_message *m)
{
	struct termios was, now;
	bool hide = m->msg_style == PAM_PROMPT_ECHO_OFF &&
	    tcgetattr(STDIN_FILENO, &was) == 0;
	char *line = NULL;
	size_t cap = 0;

	printf("%s", m->msg);
	fflush(stdout);
	if (hide) {
		now = was;
		now.c_lflag &= ~(tcflag_t)ECHO;
		(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &now);
	}
	if (getline(&line, &cap, stdin) < 0) {
		free(line);
		line = NULL;
	}
	if (hide) {
		(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &was);
		printf("\n");
	}
	if (line != NULL)
		line[strcspn(line, "\n")] = '\0';
	return line;
}

static char *
huge(void)
{
	char *s = malloc(HUGE_ANSWER);

	if (s != NULL) {
		memset(s, 'A', HUGE_ANSWER - 1);
		s[HUGE_ANSWER - 1] = '\0';
	}
	return s;
}

static char *
answer(struct drive_person *me, const struct pam_message *m)
{
	switch (me->manner) {
	case MANNER_ASK:
		return typed(m);
	case MANNER_EMPTY:
		return strdup("");
	case MANNER_HUGE:
		return huge();
	case MANNER_NULLRESP:
		return NULL;
	default:
		return scripted(me, m->msg);
	}
}

static int
one(struct drive_person *me, const struct pam_message *m,
    struct pam_response *r)
{
	show(me, m);
	if (m->msg_style != PAM_PROMPT_ECHO_OFF &&
	    m->msg_style != PAM_PROMPT_ECHO_ON) {
		if (me->manner == MANNER_ASK)
			printf("%s\n", m->msg);
		(void)fflush(stdout);
		return me->manner == MANNER_ERRTELL ?
		    PAM_CONV_ERR : PAM_SUCCESS;
	}
	if (me->delay_ms > 0)
		(void)poll(NULL, 0, me->delay_ms);
	if (me->becomes != NULL)
		(void)pam_set_item(me->pamh, PAM_USER, me->becomes);
	r->resp = answer(me, m);
	return r->resp != NULL || me->manner == MANNER_NULLRESP ?
	    PAM_SUCCESS : PAM_CONV_ERR;
}

int
drive_converse(int n, const struct pam_message **msg,
    struct pam_response **resp, void *person)
{
	struct drive_person *me = person;
	size_t extra = me->manner == MANNER_EXTRA ? EXTRA_RESPONSES : 0;
	int i, rc = PAM_SUCCESS;

	if (me->manner == MANNER_ERR)
		return PAM_CONV_ERR;
	if (me->manner == MANNER_NONE)
		return PAM_SUCCESS; /* *resp is left as it was */
	*resp = calloc((size_t)n + extra, sizeof **resp);
	if (*resp == NULL)
		return PAM_BUF_ERR;
	for (i = 0; i < n && rc == PAM_SUCCESS; i++)
		rc = one(me, msg[i], &(*resp)[i]);
	if (me->manner == MANNER_LEFT) /* what it asked for, and an error */
		return PAM_CONV_ERR;
	if (rc != PAM_SUCCESS) {
		for (i = 0; i < n; i++)
			free((*resp)[i].resp);
		free(*resp);
		*resp = NULL;
	}
	return rc;
}
