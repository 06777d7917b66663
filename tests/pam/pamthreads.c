/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Many PAM transactions at once in the threads of one process, each with its
 * own handle and its own user, whose PIN is the user's name.  Prints what
 * went wrong, and exits 0 when nothing did.
 *
 *	pamthreads CONFDIR SERVICE
 */
#include <pthread.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/pam/drive.h"

#define THREADS 6
#define ROUNDS 5

struct one {
	pthread_t thread;
	const char *confdir, *service;
	char user[32];
	unsigned wrong;
};

static int
converse(int n, const struct pam_message **msg, struct pam_response **resp,
    void *arg)
{
	const struct one *me = arg;

	if (n != 1 || msg[0]->msg_style != PAM_PROMPT_ECHO_OFF)
		return PAM_CONV_ERR;
	if ((*resp = calloc(1, sizeof **resp)) == NULL)
		return PAM_BUF_ERR;
	(*resp)->resp = strdup(me->user);
	return PAM_SUCCESS;
}

static void
expect(struct one *me, pam_handle_t *pamh, const char *what, int rc)
{
	if (rc == PAM_SUCCESS)
		return;
	printf("%s: %s: %s\n", me->user, what, pam_strerror(pamh, rc));
	me->wrong++;
}

static void *
play(void *arg)
{
	struct one *me = arg;
	const struct pam_conv conv = { converse, me };
	pam_handle_t *pamh;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		pamh = NULL;
		expect(me, pamh, "start", pam_start_confdir(me->service,
		    me->user, &conv, me->confdir, &pamh));
		expect(me, pamh, "auth", pam_authenticate(pamh, 0));
		expect(me, pamh, "acct", pam_acct_mgmt(pamh, 0));
		expect(me, pamh, "open", pam_open_session(pamh, 0));
		expect(me, pamh, "close", pam_close_session(pamh, 0));
		(void)pam_end(pamh, PAM_SUCCESS);
	}
	return NULL;
}

int
main(int argc, char **argv)
{
	static struct one all[THREADS];
	struct drive_state before, after;
	unsigned wrong = 0;
	int i;

	if (argc != 3)
		return 2;
	drive_state_take(&before);
	for (i = 0; i < THREADS; i++) {
		all[i].confdir = argv[1];
		all[i].service = argv[2];
		(void)snprintf(all[i].user, sizeof all[i].user, "user%d", i);
		if (pthread_create(&all[i].thread, NULL, play, &all[i]) != 0)
			return 2;
	}
	for (i = 0; i < THREADS; i++) {
		(void)pthread_join(all[i].thread, NULL);
		wrong += all[i].wrong;
	}
	drive_state_take(&after);
	wrong += drive_state_compare(&before, &after);
	printf("%u wrong\n", wrong);
	return wrong != 0;
}
