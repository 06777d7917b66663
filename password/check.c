/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One nested PAM transaction: authentication, then the account's state.
 * Runs in sekisho-password, as root.  The password answers one hidden
 * question; a stack that asks for anything else cannot judge it.
 * Never tells apart, to the gate's caller, an unknown name from a wrong
 * password: both are "wrong password", and the number is for the record.
 */
#include "password/check.h"

#include <arpa/inet.h>
#include <limits.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sekisho/escape.h"
#include "sekisho/os.h"

/* What the conversation may give away, and has given. */
struct answer {
	const char *password;
	bool given;
	bool refused; /* the stack asked for something we do not have */
};

static int
answer_one(struct answer *a, const struct pam_message *m,
    struct pam_response *r)
{
	if (m->msg_style == PAM_TEXT_INFO || m->msg_style == PAM_ERROR_MSG)
		return PAM_SUCCESS; /* the gate has its own words */
	/* a second hidden question is another secret (a code, a new
	 * password): the password is not an answer to it */
	if (m->msg_style != PAM_PROMPT_ECHO_OFF || a->given) {
		a->refused = true;
		return PAM_CONV_ERR;
	}
	a->given = true;
	r->resp = strdup(a->password);
	return r->resp == NULL ? PAM_BUF_ERR : PAM_SUCCESS;
}

static void
drop_responses(struct pam_response *resp, int n)
{
	int i;

	for (i = 0; i < n; i++)
		if (resp[i].resp != NULL) {
			sek_wipe(resp[i].resp, strlen(resp[i].resp));
			free(resp[i].resp);
		}
	free(resp);
}

static int
converse(int n, const struct pam_message **msg, struct pam_response **out,
    void *arg)
{
	struct pam_response *resp;
	int i, rc = PAM_SUCCESS;

	if (n <= 0 || n > PAM_MAX_NUM_MSG)
		return PAM_CONV_ERR;
	if ((resp = calloc((size_t)n, sizeof *resp)) == NULL)
		return PAM_BUF_ERR;
	for (i = 0; i < n && rc == PAM_SUCCESS; i++)
		rc = answer_one(arg, msg[i], &resp[i]);
	if (rc != PAM_SUCCESS) {
		drop_responses(resp, n);
		return rc;
	}
	*out = resp;
	return PAM_SUCCESS;
}

/* pam_unix asks for two seconds after a failure.  The gate paces all
 * failures alike, and has a deadline. */
static void
no_delay(int rc, unsigned usec, void *arg)
{
	(void)rc;
	(void)usec;
	(void)arg;
}

static enum sek_fail_code
auth_failure(int rc)
{
	switch (rc) {
	case PAM_AUTH_ERR:
	case PAM_USER_UNKNOWN:
	case PAM_MAXTRIES:
	case PAM_CRED_INSUFFICIENT:
	case PAM_PERM_DENIED:
		return SEK_FAIL_WRONG_PASSWORD;
	case PAM_ACCT_EXPIRED:
		return SEK_FAIL_ACCOUNT;
	default:
		return SEK_FAIL_UNAVAILABLE;
	}
}

static enum sek_fail_code
account_failure(int rc)
{
	switch (rc) {
	case PAM_ACCT_EXPIRED:
	case PAM_AUTHTOK_EXPIRED:
	case PAM_AUTH_ERR:
	case PAM_PERM_DENIED:
	case PAM_USER_UNKNOWN:
		return SEK_FAIL_ACCOUNT;
	default:
		return SEK_FAIL_UNAVAILABLE;
	}
}

static void
fail(struct sek_judged *out, enum sek_fail_code code, int native,
    const char *detail)
{
	out->good = false;
	out->fail.code = code;
	out->fail.native = native < 0 ? 0 : (uint32_t)native;
	(void)snprintf(out->fail.detail, sizeof out->fail.detail, "%s",
	    detail);
}

/* libpam takes the service `other` when a file is missing, and what that
 * denies would look like a wrong password. */
static int
check_confdir(const struct sek_check *c, struct sek_why *why)
{
	char path[PATH_MAX];
	int n;

	if (c->confdir[0] == '\0')
		return SEK_OK;
	n = snprintf(path, sizeof path, "%s/%s", c->confdir, c->service);
	if (n < 0 || (size_t)n >= sizeof path) {
		sek_why_set(why, "the path of the PAM service is too long");
		return SEK_E_LIMIT;
	}
	return sek_path_safe(path, false, why);
}

/* May this be given to PAM at all? */
static bool
acceptable(const struct sek_check *c, struct sek_judged *out)
{
	struct sek_why why = { .text = "" };

	if (!sek_name_ok(c->service))
		fail(out, SEK_FAIL_UNAVAILABLE, 0, "bad PAM service name");
	else if (check_confdir(c, &why) != SEK_OK)
		fail(out, SEK_FAIL_UNAVAILABLE, 0, why.text);
	else if (!sek_name_ok(c->user))
		fail(out, SEK_FAIL_WRONG_PASSWORD, PAM_USER_UNKNOWN,
		    "bad user name");
	else if (c->password.len == 0)
		fail(out, SEK_FAIL_WRONG_PASSWORD, 0, "empty password");
	else if (c->password.len >= PAM_MAX_RESP_SIZE)
		fail(out, SEK_FAIL_WRONG_PASSWORD, 0, "password too long");
	else
		return true;
	return false;
}

/* libpam's audit message looks a host name up: five seconds for each server
 * that does not answer.  A login waits for no network, and an address says
 * as much. */
static bool
is_address(const char *host)
{
	unsigned char a[sizeof (struct in6_addr)];

	return inet_pton(AF_INET, host, a) == 1 ||
	    inet_pton(AF_INET6, host, a) == 1;
}

static int
start(const struct sek_check *c, const struct pam_conv *conv,
    pam_handle_t **pamh)
{
	union { void (*fn)(int, unsigned, void *); const void *item; }
	    delay = { .fn = no_delay };
	int rc;

	rc = c->confdir[0] == '\0' ?
	    pam_start(c->service, c->user, conv, pamh) :
	    pam_start_confdir(c->service, c->user, conv, c->confdir, pamh);
	if (rc == PAM_SUCCESS)
		rc = pam_set_item(*pamh, PAM_FAIL_DELAY, delay.item);
	if (rc == PAM_SUCCESS && is_address(c->rhost))
		rc = pam_set_item(*pamh, PAM_RHOST, c->rhost);
	if (rc == PAM_SUCCESS && c->tty[0] != '\0')
		rc = pam_set_item(*pamh, PAM_TTY, c->tty);
	return rc;
}

/* The stack may have mapped the name; the password proves that one only. */
static bool
same_user(pam_handle_t *pamh, const char *user)
{
	const void *now = NULL;

	return pam_get_item(pamh, PAM_USER, &now) == PAM_SUCCESS &&
	    now != NULL && strcmp(now, user) == 0;
}

static void
run(pam_handle_t *pamh, const struct sek_check *c, const struct answer *a,
    struct sek_judged *out)
{
	/* an empty password is nobody's knowledge, whatever pam_unix allows */
	const unsigned flags = PAM_SILENT | PAM_DISALLOW_NULL_AUTHTOK;
	int rc;

	rc = pam_authenticate(pamh, (int)flags);
	if (rc != PAM_SUCCESS) {
		/* a stack that was refused an answer has judged nothing */
		fail(out, a->refused ? SEK_FAIL_UNAVAILABLE :
		    auth_failure(rc), rc, a->refused ?
		    "the PAM service asked for more than a password" :
		    pam_strerror(pamh, rc));
		return;
	}
	if (!same_user(pamh, c->user)) {
		fail(out, SEK_FAIL_UNAVAILABLE, rc,
		    "the PAM service changed the user");
		return;
	}
	rc = pam_acct_mgmt(pamh, (int)flags);
	/* A password that must be changed is right.  Having it changed is
	 * the login program's, after its own account phase. */
	if (rc != PAM_SUCCESS && rc != PAM_NEW_AUTHTOK_REQD) {
		fail(out, account_failure(rc), rc, pam_strerror(pamh, rc));
		return;
	}
	out->native = (uint32_t)rc;
	out->good = true;
}

static void
transact(const struct sek_check *c, const char *password,
    struct sek_judged *out)
{
	struct answer a = { .password = password };
	const struct pam_conv conv = { .conv = converse, .appdata_ptr = &a };
	pam_handle_t *pamh = NULL;
	int rc = start(c, &conv, &pamh);

	if (rc != PAM_SUCCESS)
		fail(out, SEK_FAIL_UNAVAILABLE, rc,
		    "the PAM service cannot be started");
	else
		run(pamh, c, &a, out);
	/* pam_permit and the like say yes without having asked */
	if (out->good && !a.given)
		fail(out, SEK_FAIL_UNAVAILABLE, 0,
		    "the PAM service did not ask for the password");
	if (pamh != NULL)
		(void)pam_end(pamh, rc);
}

void
sek_password_judge(const struct sek_check *c, struct sek_judged *out)
{
	struct sek_buf password = { 0 };

	*out = (struct sek_judged){ .good = false };
	out->fail.tries_left = -1;
	fail(out, SEK_FAIL_UNAVAILABLE, 0, "not judged");
	if (!acceptable(c, out))
		return;
	sek_put_raw(&password, c->password.p, c->password.len);
	sek_put_u8(&password, 0);
	if (sek_buf_ok(&password) == SEK_OK)
		transact(c, (const char *)password.p, out);
	sek_buf_free(&password);
}
