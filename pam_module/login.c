/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Our success, kept for the later phases of the same login: in the handle
 * (proof for the account phase) and in the PAM environment (names for the
 * session phase, which sshd runs in another process).
 * Runs in the login program.  The environment proves nothing: whoever can
 * set it can only give a session record another name.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pam_module/module.h"
#include "sekisho/escape.h"

#define DATA_NAME "sekisho_verdict"
#define DATA_OPENED "sekisho_opened"
#define ENV_SESSION "SEKISHO_SESSION"
#define ENV_PERSON "SEKISHO_PERSON"
#define ENV_RECORD "SEKISHO_RECORD"

/* libpam calls it from pam_end() and on replacement, in su and sudo also in
 * a forked child.  It acts on memory only, and so is right in each of them. */
static void
free_login(pam_handle_t *pamh, void *data, int status)
{
	(void)pamh;
	(void)status;
	if (data == NULL)
		return;
	sek_wipe(data, sizeof (struct sek_mod_login));
	free(data);
}

static int
put_env(pam_handle_t *pamh, const char *name, const char *value)
{
	char line[SEK_NAME_MAX + 32];

	(void)snprintf(line, sizeof line, "%s=%s", name, value);
	return pam_putenv(pamh, line) == PAM_SUCCESS ? SEK_OK : SEK_E_NOMEM;
}

static void
drop_env(pam_handle_t *pamh, const char *name)
{
	/* libpam logs an error when there is nothing to remove */
	if (pam_getenv(pamh, name) != NULL)
		(void)pam_putenv(pamh, name);
}

/* A UUID as text (RFC 9562 section 4), lower case as the gate writes it. */
bool
sek_mod_session_ok(const char *s)
{
	size_t i;

	for (i = 0; i < SEK_SESSION_MAX - 1; i++) {
		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (s[i] != '-')
				return false;
		} else if (s[i] == '\0' ||
		    strchr("0123456789abcdef", s[i]) == NULL) {
			return false;
		}
	}
	return s[i] == '\0';
}

static uint64_t
record_from(const char *s)
{
	uint64_t n = 0, digit;

	for (; *s >= '0' && *s <= '9'; s++) {
		digit = (uint64_t)(*s - '0');
		if (n > (UINT64_MAX - digit) / 10)
			return 0;
		n = n * 10 + digit;
	}
	return *s == '\0' ? n : 0;
}

static int
publish(pam_handle_t *pamh, const struct sek_mod_login *login)
{
	char number[24];
	int r;

	(void)snprintf(number, sizeof number, "%llu",
	    (unsigned long long)login->record);
	if ((r = put_env(pamh, ENV_SESSION, login->session)) == SEK_OK)
		r = put_env(pamh, ENV_RECORD, number);
	if (r == SEK_OK && login->person[0] != '\0')
		r = put_env(pamh, ENV_PERSON, login->person);
	return r;
}

int
sek_mod_login_keep(pam_handle_t *pamh, const struct sek_verdict *v)
{
	struct sek_mod_login *login = calloc(1, sizeof *login);

	if (login == NULL)
		return SEK_E_NOMEM;
	login->record = v->record;
	memcpy(login->account, v->account, sizeof login->account);
	memcpy(login->person, v->person, sizeof login->person);
	memcpy(login->session, v->session, sizeof login->session);
	if (publish(pamh, login) != SEK_OK ||
	    pam_set_data(pamh, DATA_NAME, login, free_login) != PAM_SUCCESS) {
		free_login(pamh, login, 0);
		sek_mod_login_forget(pamh);
		return SEK_E_NOMEM;
	}
	return SEK_OK;
}

const struct sek_mod_login *
sek_mod_login_own(const pam_handle_t *pamh)
{
	const void *data = NULL;

	return pam_get_data(pamh, DATA_NAME, &data) == PAM_SUCCESS ?
	    data : NULL;
}

void
sek_mod_login_forget(pam_handle_t *pamh)
{
	if (sek_mod_login_own(pamh) != NULL)
		(void)pam_set_data(pamh, DATA_NAME, NULL, NULL);
	drop_env(pamh, ENV_SESSION);
	drop_env(pamh, ENV_PERSON);
	drop_env(pamh, ENV_RECORD);
}

void
sek_mod_login_known(pam_handle_t *pamh, struct sek_mod_login *out)
{
	const struct sek_mod_login *own = sek_mod_login_own(pamh);
	const char *value;

	*out = (struct sek_mod_login){ .record = 0 };
	if (own != NULL) {
		*out = *own;
		return;
	}
	value = pam_getenv(pamh, ENV_SESSION);
	if (value != NULL && sek_mod_session_ok(value))
		memcpy(out->session, value, sizeof out->session);
	value = pam_getenv(pamh, ENV_PERSON);
	if (value != NULL && sek_name_ok(value))
		(void)snprintf(out->person, sizeof out->person, "%s", value);
	if ((value = pam_getenv(pamh, ENV_RECORD)) != NULL)
		out->record = record_from(value);
}

int
sek_mod_login_name(pam_handle_t *pamh, const char *session)
{
	return put_env(pamh, ENV_SESSION, session);
}

/* In the handle only: sshd, su, sudo and login close a session in the process
 * that has opened it.  Who does otherwise gets a record without it. */
struct opened {
	uint64_t record;
	uint64_t boot_ms; /* no process outlives this clock */
};

static void
free_opened(pam_handle_t *pamh, void *data, int status)
{
	(void)pamh;
	(void)status;
	free(data);
}

void
sek_mod_opened_keep(pam_handle_t *pamh, uint64_t record)
{
	struct opened *o = calloc(1, sizeof *o);
	struct timespec now = { 0 };

	if (o == NULL)
		return;
	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	o->record = record;
	o->boot_ms = (uint64_t)now.tv_sec * 1000 +
	    (uint64_t)now.tv_nsec / 1000000;
	if (pam_set_data(pamh, DATA_OPENED, o, free_opened) != PAM_SUCCESS)
		free(o);
}

void
sek_mod_opened_take(pam_handle_t *pamh, struct sek_begin *close)
{
	const void *data = NULL;
	const struct opened *o;

	if (pam_get_data(pamh, DATA_OPENED, &data) != PAM_SUCCESS ||
	    data == NULL)
		return;
	o = data;
	close->opened = o->record;
	close->opened_ms = o->boot_ms;
	(void)pam_set_data(pamh, DATA_OPENED, NULL, NULL);
}
