/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The entry points of pam_sekisho.so, which libpam calls in the login
 * program.  Each asks a gate and turns its verdict into a PAM code by one
 * table.  Never PAM_IGNORE: a module that is ignored lets somebody else's
 * success stand for ours.
 */
#include <poll.h>
#include <security/pam_ext.h>
#include <string.h>
#include <syslog.h>

#include "pam_module/module.h"
#include "sekisho/escape.h"
#include "sekisho/reason.h"

#define READ_MS 3000 /* for the person to read why */
#define ENTRY __attribute__((visibility("default"))) int

static const int pam_codes[] = {
	[SEK_CLASS_DENIED] = PAM_AUTH_ERR,
	[SEK_CLASS_OK] = PAM_SUCCESS,
	[SEK_CLASS_UNAVAIL] = PAM_AUTHINFO_UNAVAIL,
	[SEK_CLASS_MAXTRIES] = PAM_MAXTRIES,
	[SEK_CLASS_CONV] = PAM_CONV_ERR,
	[SEK_CLASS_FORBIDDEN] = PAM_PERM_DENIED,
};

static int
pam_code(enum sek_class class)
{
	size_t n = sizeof pam_codes / sizeof pam_codes[0];

	return (size_t)class < n ? pam_codes[class] : PAM_AUTHINFO_UNAVAIL;
}

/* PAM_USER now; "" when there is none. */
static const char *
user_now(pam_handle_t *pamh)
{
	const void *user = NULL;

	if (pam_get_item(pamh, PAM_USER, &user) != PAM_SUCCESS)
		user = NULL;
	return user == NULL ? "" : user;
}

static void
log_refusal(pam_handle_t *pamh, const char *phase,
    const struct sek_verdict *v)
{
	pam_syslog(pamh, LOG_NOTICE, "%s refused: %s, record %llu", phase,
	    sek_reason((enum sek_reason)v->reason)->word,
	    (unsigned long long)v->record);
}

/* Does a verdict of success answer what was asked, for the user the host
 * has now, and name its record? */
static int
check_success(pam_handle_t *pamh, const struct sek_mod_talk *t)
{
	const struct sek_verdict *v = &t->verdict;
	const char *user = user_now(pamh);

	if (v->record == 0 || !sek_mod_session_ok(v->session) ||
	    !sek_name_ok(v->account) ||
	    (v->person[0] != '\0' && !sek_name_ok(v->person)))
		return SEK_E_PROTO;
	/* asked for one user: only that one may have been let in; PAM_USER
	 * may also have changed while the person was talking */
	if (t->begin.user[0] != '\0' &&
	    strcmp(t->begin.user, v->account) != 0)
		return SEK_E_PROTO;
	if (user[0] != '\0' && strcmp(user, v->account) != 0)
		return SEK_E_PROTO;
	return SEK_OK;
}

static int
admit(pam_handle_t *pamh, const struct sek_mod_talk *t)
{
	const struct sek_verdict *v = &t->verdict;

	if (check_success(pamh, t) != SEK_OK) {
		pam_syslog(pamh, LOG_ERR, "gate: the verdict does not fit "
		    "the request, record %llu",
		    (unsigned long long)v->record);
		return PAM_AUTHINFO_UNAVAIL;
	}
	if (sek_buf_ok(&t->authtok) != SEK_OK)
		return PAM_AUTHINFO_UNAVAIL;
	if (user_now(pamh)[0] == '\0' &&
	    pam_set_item(pamh, PAM_USER, v->account) != PAM_SUCCESS)
		return PAM_AUTHINFO_UNAVAIL;
	if (t->authtok.len > 0 &&
	    pam_set_item(pamh, PAM_AUTHTOK, t->authtok.p) != PAM_SUCCESS)
		return PAM_AUTHINFO_UNAVAIL;
	if (sek_mod_login_keep(pamh, v) != SEK_OK)
		return PAM_AUTHINFO_UNAVAIL;
	return pam_code(v->class);
}

/* The greeter's next attempt wipes the reason off the screen at once; and
 * lightdm 1.26 writes who has failed to btmp after this code, and falls over
 * where there is no name. */
static int
refuse_at_greeter(pam_handle_t *pamh, int rc)
{
	(void)poll(NULL, 0, READ_MS);
	return rc == PAM_AUTH_ERR && user_now(pamh)[0] == '\0' ?
	    PAM_CRED_INSUFFICIENT : rc;
}

ENTRY
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc,
    const char **argv)
{
	struct sek_mod_talk t = { .verdict.class = SEK_CLASS_DENIED };
	struct sek_mod_options o;
	int rc = PAM_AUTHINFO_UNAVAIL;

	sek_mod_login_forget(pamh);
	if (sek_mod_options(pamh, argc, argv, &o) != SEK_OK)
		return rc;
	sek_mod_begin(pamh, flags, SEK_PHASE_AUTH, &o, &t.begin);
	if (sek_mod_talk(pamh, &o, &t) == SEK_OK) {
		if (t.verdict.class == SEK_CLASS_OK) {
			rc = admit(pamh, &t);
		} else {
			rc = pam_code(t.verdict.class);
			log_refusal(pamh, "login", &t.verdict);
			if (o.gtk)
				rc = refuse_at_greeter(pamh, rc);
		}
	}
	sek_mod_talk_clear(&t);
	return rc;
}

/*
 * We have no credentials to give, so this repeats our success.  sshd calls
 * it in another process than authentication, where only the PAM environment
 * tells of it.  A transaction without our success gets an error: libpam
 * takes the decision for a line from authentication where there was one, and
 * where there was none we have nothing to vouch for.
 */
ENTRY
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct sek_mod_login login;

	(void)flags;
	(void)argc;
	(void)argv;
	sek_mod_login_known(pamh, &login);
	return login.record != 0 && login.session[0] != '\0' ?
	    PAM_SUCCESS : PAM_CRED_UNAVAIL;
}

/* Which login this is about, for the phases after authentication. */
static void
begin_later(pam_handle_t *pamh, int flags, enum sek_phase phase,
    const struct sek_mod_options *o, struct sek_begin *begin)
{
	struct sek_mod_login login;

	sek_mod_begin(pamh, flags, phase, o, begin);
	sek_mod_login_known(pamh, &login);
	begin->record = login.record;
	memcpy(begin->session, login.session, sizeof begin->session);
	memcpy(begin->person, login.person, sizeof begin->person);
}

/* Success here is the combined success of authentication in this very
 * handle, for the very user who is about to get in; nothing else is. */
ENTRY
pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct sek_mod_talk t = { .verdict.class = SEK_CLASS_DENIED };
	const struct sek_mod_login *own = sek_mod_login_own(pamh);
	struct sek_mod_options o;
	int rc = PAM_AUTHINFO_UNAVAIL;

	if (sek_mod_options(pamh, argc, argv, &o) != SEK_OK)
		return rc;
	if (own != NULL && strcmp(own->account, user_now(pamh)) == 0)
		return PAM_SUCCESS;
	begin_later(pamh, flags, SEK_PHASE_ACCOUNT, &o, &t.begin);
	if (own != NULL)
		t.begin.flags |= SEK_BF_USER_CHANGED;
	/* the gate is asked for the record only: it cannot let anybody in */
	if (sek_mod_talk(pamh, &o, &t) == SEK_OK) {
		if (t.verdict.class != SEK_CLASS_UNAVAIL)
			rc = PAM_PERM_DENIED;
		log_refusal(pamh, "account", &t.verdict);
	}
	sek_mod_talk_clear(&t);
	return rc;
}

static int
record_session(pam_handle_t *pamh, const struct sek_mod_talk *t)
{
	const struct sek_verdict *v = &t->verdict;
	const char *had = t->begin.session;

	if (v->class != SEK_CLASS_OK || v->record == 0) {
		log_refusal(pamh, "session", v);
		return PAM_SESSION_ERR;
	}
	if (had[0] != '\0' && (v->session[0] == '\0' ||
	    strcmp(v->session, had) == 0))
		return PAM_SUCCESS;
	/* the gate names a session that has no name yet, and no other */
	if (had[0] != '\0' || !sek_mod_session_ok(v->session)) {
		pam_syslog(pamh, LOG_ERR, "gate: the verdict does not fit "
		    "the request, record %llu",
		    (unsigned long long)v->record);
		return PAM_SESSION_ERR;
	}
	return sek_mod_login_name(pamh, v->session) == SEK_OK ?
	    PAM_SUCCESS : PAM_SESSION_ERR;
}

static int
session(pam_handle_t *pamh, int flags, enum sek_phase phase, int argc,
    const char **argv)
{
	struct sek_mod_talk t = { .verdict.class = SEK_CLASS_DENIED };
	struct sek_mod_options o;
	int rc = PAM_SESSION_ERR;

	if (sek_mod_options(pamh, argc, argv, &o) != SEK_OK)
		return rc;
	begin_later(pamh, flags, phase, &o, &t.begin);
	if (phase == SEK_PHASE_CLOSE)
		sek_mod_opened_take(pamh, &t.begin);
	if (sek_mod_talk(pamh, &o, &t) == SEK_OK)
		rc = record_session(pamh, &t);
	if (phase == SEK_PHASE_OPEN && rc == PAM_SUCCESS)
		sek_mod_opened_keep(pamh, t.verdict.record);
	sek_mod_talk_clear(&t);
	return rc;
}

ENTRY
pam_sm_open_session(pam_handle_t *pamh, int flags, int argc,
    const char **argv)
{
	return session(pamh, flags, SEK_PHASE_OPEN, argc, argv);
}

ENTRY
pam_sm_close_session(pam_handle_t *pamh, int flags, int argc,
    const char **argv)
{
	return session(pamh, flags, SEK_PHASE_CLOSE, argc, argv);
}
