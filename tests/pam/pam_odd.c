/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PAM module for tests that does what its options say: asks strange
 * questions, hangs, dies, or returns a given number.
 *
 *	auth=N acct=N      return this PAM code (default 0)
 *	hidden=N echo=N info=N   so many messages in authentication
 *	password=TEXT      an answer that differs is PAM_AUTH_ERR
 *	authtok=TEXT       PAM_AUTHTOK must be that, else PAM_AUTH_ERR
 *	no-authtok         PAM_AUTHTOK must not be set
 *	user=NAME          sets PAM_USER
 *	delay=USEC         pam_fail_delay() before failing
 *	item=TEXT          RHOST, a comma and TTY must be that
 *	hang crash exit
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <security/pam_ext.h>
#include <security/pam_modules.h>

#define ENTRY __attribute__((visibility("default"))) int

/* The value of option `name`, or NULL. */
static const char *
option(int argc, const char **argv, const char *name)
{
	size_t n = strlen(name);
	int i;

	for (i = 0; i < argc; i++)
		if (strncmp(argv[i], name, n) == 0 &&
		    (argv[i][n] == '=' || argv[i][n] == '\0'))
			return argv[i][n] == '=' ? argv[i] + n + 1 : "";
	return NULL;
}

static int
number(int argc, const char **argv, const char *name)
{
	const char *value = option(argc, argv, name);

	return value == NULL ? 0 : atoi(value);
}

/* So many messages of one style; each answer must be the password. */
static int
say(pam_handle_t *pamh, int style, int n, const char *want)
{
	char *got;
	int rc = PAM_SUCCESS;

	while (rc == PAM_SUCCESS && n-- > 0) {
		got = NULL;
		rc = pam_prompt(pamh, style, &got, "Message %d: ", n);
		if (rc == PAM_SUCCESS && want != NULL &&
		    (got == NULL || strcmp(got, want) != 0))
			rc = PAM_AUTH_ERR;
		free(got);
	}
	return rc;
}

static int
check_authtok(pam_handle_t *pamh, int argc, const char **argv)
{
	const char *want = option(argc, argv, "authtok");
	const void *got = NULL;

	if (pam_get_item(pamh, PAM_AUTHTOK, &got) != PAM_SUCCESS)
		return PAM_SYSTEM_ERR;
	if (option(argc, argv, "no-authtok") != NULL && got != NULL)
		return PAM_AUTH_ERR;
	if (want != NULL && (got == NULL || strcmp(want, got) != 0))
		return PAM_AUTH_ERR;
	return PAM_SUCCESS;
}

static int
check_items(pam_handle_t *pamh, const char *want)
{
	const void *rhost = NULL, *tty = NULL;
	char got[600];

	if (want == NULL)
		return PAM_SUCCESS;
	if (pam_get_item(pamh, PAM_RHOST, &rhost) != PAM_SUCCESS ||
	    pam_get_item(pamh, PAM_TTY, &tty) != PAM_SUCCESS)
		return PAM_SYSTEM_ERR;
	(void)snprintf(got, sizeof got, "%s,%s",
	    rhost == NULL ? "(none)" : (const char *)rhost,
	    tty == NULL ? "(none)" : (const char *)tty);
	return strcmp(got, want) == 0 ? PAM_SUCCESS : PAM_AUTH_ERR;
}

static void
misbehave(int argc, const char **argv)
{
	if (option(argc, argv, "crash") != NULL)
		abort();
	if (option(argc, argv, "exit") != NULL)
		exit(0);
	while (option(argc, argv, "hang") != NULL)
		(void)poll(NULL, 0, 1000);
}

ENTRY
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc,
    const char **argv)
{
	const char *user = option(argc, argv, "user");
	int rc;

	(void)flags;
	misbehave(argc, argv);
	if (user != NULL && (rc = pam_set_item(pamh, PAM_USER, user)) !=
	    PAM_SUCCESS)
		return rc;
	(void)pam_fail_delay(pamh, (unsigned)number(argc, argv, "delay"));
	(void)say(pamh, PAM_TEXT_INFO, number(argc, argv, "info"), NULL);
	rc = say(pamh, PAM_PROMPT_ECHO_ON, number(argc, argv, "echo"), NULL);
	if (rc == PAM_SUCCESS)
		rc = say(pamh, PAM_PROMPT_ECHO_OFF,
		    number(argc, argv, "hidden"),
		    option(argc, argv, "password"));
	if (rc == PAM_SUCCESS)
		rc = check_authtok(pamh, argc, argv);
	if (rc == PAM_SUCCESS)
		rc = check_items(pamh, option(argc, argv, "item"));
	return rc != PAM_SUCCESS ? rc : number(argc, argv, "auth");
}

ENTRY
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_SUCCESS;
}

ENTRY
pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	return number(argc, argv, "acct");
}
