/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starts, speaks to and ends the evidence helpers, and finds out whom they
 * run as (sekisho-fetch asks that, too).  Runs in the gate and in `sekisho`.
 * Never believes what a helper says about itself: a crash, a hang or nonsense
 * is told apart from outside.
 */
#include "gate/helper.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gate/system_user.h"

#define CARD_PROGRAM "sekisho-pkcs11"
#define PASSWORD_PROGRAM "sekisho-password"
#define FIDO_PROGRAM "sekisho-fido"
#define END_MS 3000u    /* to log out and reset the card */
#define PCSCD_SOCKET "/run/pcscd/pcscd.comm" /* compiled into libpcsclite */
#define RESET_MS 3000u
#define MAX_MEMORY (1024ull * 1024 * 1024) /* bytes of address space */

int
sek_service_user_find(const char *name, struct sek_service_user *out,
    struct sek_why *why)
{
	struct sek_service_user u = { 0 };
	int n = (int)(sizeof u.groups / sizeof u.groups[0]);
	struct sek_system_user is;
	int r = sek_user_by_name(name, &is);

	if (r == SEK_E_NOENT)
		sek_why_set(why, "the service user %s does not exist", name);
	else if (r != SEK_OK)
		sek_why_set(why, "the service user %s cannot be looked up: %s",
		    name, sek_strerror(r));
	if (r != SEK_OK)
		return r;
	if (is.uid == 0) {
		sek_why_set(why, "the service user must not be root");
		return SEK_E_UNSAFE;
	}
	u.uid = is.uid;
	u.gid = is.gid;
	/* more groups than we hold: the first ones are a safe subset */
	if (getgrouplist(name, is.gid, u.groups, &n) < 0)
		n = (int)(sizeof u.groups / sizeof u.groups[0]);
	u.n_groups = (size_t)n;
	*out = u;
	return SEK_OK;
}

static int
start(struct sek_helper *h, const struct sek_policy *p, const char *program,
    const struct sek_spawn *spawn)
{
	char path[PATH_MAX];
	struct sek_spawn s = *spawn;
	int n, r;

	n = snprintf(path, sizeof path, "%s/%s", p->helpers, program);
	if (n < 0 || (size_t)n >= sizeof path)
		return SEK_E_LIMIT;
	s.path = path;
	s.chan_fd = SEK_HELPER_FD;
	*h = (struct sek_helper)SEK_HELPER_NONE;
	h->program = program;
	if ((r = sek_child_start(&h->child, &s)) != SEK_OK)
		return r;
	h->chan = (struct sek_chan){ .fd = h->child.chan,
	    .state = SEK_HS_START, .rules = sek_helper_rules,
	    .n_rules = sek_helper_n_rules };
	return SEK_OK;
}

static void
as_service_user(struct sek_spawn *s, const struct sek_service_user *u)
{
	/* a gate that is not root (a test's) has nothing to drop */
	s->drop = geteuid() == 0;
	s->uid = u->uid;
	s->gid = u->gid;
	s->groups = u->groups;
	s->n_groups = u->n_groups;
	s->confine = true;
	s->max_memory = MAX_MEMORY;
}

int
sek_helper_start(struct sek_helper *h, const struct sek_policy *p,
    const struct sek_service_user *u, const struct sek_module *m)
{
	const char *argv[] = { CARD_PROGRAM, m->path, NULL };
	struct sek_spawn s = { .argv = argv,
	    .envp = (const char *const *)m->env };
	int r;

	as_service_user(&s, u);
	r = start(h, p, CARD_PROGRAM, &s);
	h->module = m;
	return r;
}

int
sek_helper_start_password(struct sek_helper *h, const struct sek_policy *p)
{
	const char *argv[] = { PASSWORD_PROGRAM, NULL };
	const struct sek_spawn s = { .argv = argv, .confine = true };

	return start(h, p, PASSWORD_PROGRAM, &s);
}

int
sek_helper_start_fido(struct sek_helper *h, const struct sek_policy *p,
    const struct sek_service_user *u)
{
	const char *argv[] = { FIDO_PROGRAM, NULL };
	struct sek_spawn s = { .argv = argv };
	int r;

	as_service_user(&s, u);
	r = start(h, p, FIDO_PROGRAM, &s);
	h->chan.state = SEK_US_START;
	h->chan.rules = sek_fido_rules;
	h->chan.n_rules = sek_fido_n_rules;
	return r;
}

bool
sek_helper_alive(const struct sek_helper *h)
{
	return sek_child_running(&h->child);
}

static void note(struct sek_helper *h, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Which helper, and what: for the record. */
static void
note(struct sek_helper *h, const char *fmt, ...)
{
	char what[100];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	(void)snprintf(h->detail, sizeof h->detail, "%s%s%s %s", h->program,
	    h->module == NULL ? "" : " of ",
	    h->module == NULL ? "" : h->module->name, what);
}

/* Why did it close its channel?  It has a moment to end by itself, so that
 * a crash is not taken for our own kill. */
static void
note_end(struct sek_helper *h)
{
	const struct sek_deadline dl = sek_deadline_in(500);
	struct sek_exit ex = { 0 };

	if (sek_child_finish(&h->child, &dl, &ex) != SEK_OK)
		note(h, "closed its channel");
	else if (!ex.signalled && ex.code == SEK_EXIT_NOT_STARTED)
		note(h, "could not be started");
	else
		note(h, "%s %d", ex.signalled ? "was killed by signal" :
		    "ended with status", ex.code);
}

static enum sek_reason
failed(struct sek_helper *h, int err)
{
	if (err == SEK_E_EOF) {
		note_end(h);
		return SEK_R_HELPER_CRASHED;
	}
	sek_child_kill(&h->child, NULL);
	note(h, "failed: %s", sek_strerror(err));
	return err == SEK_E_TIMEOUT ? SEK_R_HELPER_TIMEOUT :
	    SEK_R_HELPER_PROTOCOL;
}

enum sek_reason
sek_helper_send(struct sek_helper *h, uint8_t msg, const struct sek_buf *body,
    const struct sek_deadline *dl)
{
	int r = sek_chan_send(&h->chan, msg, body, dl);

	/* who has closed may have said why (a card pulled while its PIN was
	 * typed): who receives next is told */
	return r == SEK_OK || r == SEK_E_EOF ? SEK_R_OK : failed(h, r);
}

enum sek_reason
sek_helper_recv(struct sek_helper *h, uint8_t *msg, struct sek_buf *body,
    const struct sek_deadline *dl)
{
	int r = sek_chan_recv(&h->chan, msg, body, dl);

	return r == SEK_OK ? SEK_R_OK : failed(h, r);
}

void
sek_helper_close(struct sek_helper *h)
{
	if (h->child.chan >= 0)
		(void)close(h->child.chan);
	h->child.chan = -1;
	h->chan.fd = -1;
}

enum sek_reason
sek_helper_guard(struct sek_helper *h, const struct sek_policy *p,
    const struct sek_service_user *u, const char *reader,
    const struct sek_deadline *dl)
{
	const char *argv[] = { CARD_PROGRAM, "--guard", reader, NULL };
	struct sek_spawn s = { .argv = argv, .outlive = true };
	struct sek_helper g;
	char ready;

	if (sek_child_running(&h->guard))
		return SEK_R_OK;
	/* without pcscd there is no card that it could reset, nor one that
	 * another user of this machine could reach */
	if (access(PCSCD_SOCKET, F_OK) != 0 && errno == ENOENT)
		return SEK_R_OK;
	as_service_user(&s, u);
	if (start(&g, p, CARD_PROGRAM, &s) != SEK_OK)
		return SEK_R_INTERNAL;
	h->guard = g.child;
	if (sek_read_full(h->guard.chan, &ready, 1, dl) == SEK_OK)
		return SEK_R_OK;
	sek_child_kill(&h->guard, NULL);
	note(h, "has no guard: it could not be started");
	return SEK_R_INTERNAL;
}

/* What went wrong at the end of a helper that had done its work: it does not
 * change the outcome, but somebody should know. */
static void
note_disorder(struct sek_helper *h, const struct sek_exit *ex, bool late)
{
	if (h->detail[0] != '\0')
		return;
	if (late)
		note(h, "did not end in time and was killed");
	else
		note(h, "%s %d at its end", ex->signalled ?
		    "was killed by signal" : "ended with status", ex->code);
}

/* The vendor's code is gone without having ended in order: the card may
 * still be unlocked, so it is reset without that code. */
static void
lock_card(struct sek_helper *h)
{
	const struct sek_deadline dl = sek_deadline_in(RESET_MS);
	struct sek_exit ex = { 0 };
	const char *word = NULL;
	size_t n = strlen(h->detail);

	if (sek_child_leave(&h->guard, &dl, &ex) != SEK_OK)
		word = "the card is busy and will be reset later";
	else if (ex.signalled || ex.code != 0)
		word = "the card could not be reset";
	if (word != NULL)
		(void)snprintf(h->detail + n, sizeof h->detail - n, "; %s",
		    word);
}

void
sek_helper_finish(struct sek_helper *h)
{
	const struct sek_deadline dl = sek_deadline_in(END_MS);
	struct sek_exit ex = { 0 };
	bool orderly = false, late;

	if (sek_helper_alive(h)) {
		sek_helper_close(h);
		late = sek_child_finish(&h->child, &dl, &ex) != SEK_OK;
		orderly = !late && !ex.signalled && ex.code == 0;
		if (!orderly)
			note_disorder(h, &ex, late);
	}
	if (!sek_child_running(&h->guard))
		return;
	if (orderly)
		sek_child_kill(&h->guard, NULL);
	else
		lock_card(h);
}

enum sek_reason
sek_helper_reason(enum sek_fail_code code)
{
	switch (code) {
	case SEK_FAIL_NO_TOKEN:
	case SEK_FAIL_REMOVED:
		return SEK_R_TOKEN_REMOVED;
	case SEK_FAIL_MODULE:
		return SEK_R_MODULE_UNUSABLE;
	case SEK_FAIL_WRONG_PIN:
	case SEK_FAIL_PIN_FORMAT:
		return SEK_R_WRONG_PIN;
	case SEK_FAIL_LOCKED:
		return SEK_R_PIN_LOCKED;
	case SEK_FAIL_NO_KEY:
		return SEK_R_NO_KEY;
	case SEK_FAIL_MECHANISM:
		return SEK_R_NO_MECHANISM;
	case SEK_FAIL_CANCELLED:
		return SEK_R_CANCELLED;
	case SEK_FAIL_TOKEN:
	case SEK_FAIL_WRONG_PASSWORD:
	case SEK_FAIL_UNAVAILABLE:
	case SEK_FAIL_ACCOUNT:
		break;
	}
	return SEK_R_TOKEN_ERROR;
}
