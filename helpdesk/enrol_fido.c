/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho enrol PERSON --fido2`: a FIDO2 key makes a credential for the
 * organisation's logins, and with --ssh one for sshd.
 *
 * Part of the administrator's program.  libfido2 runs in the helper as the
 * service user, never here.  Signals that would end us wait from before the
 * key is asked for anything until all is kept or nothing: the helper has then
 * ended and the key blinks no more.
 */
#include "helpdesk/fido.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "helpdesk/answer.h"

/* What is about to be made, before anybody touches anything. */
static int
confirm(const struct fido *f)
{
	const struct enrol *e = f->e;
	const struct desk *d = e->d;

	DESK_SAY(d, W_FIDO_PERSON, { e->person.name, e->person.display });
	DESK_SAY(d, W_FIDO_RP, { d->policy->rp_id });
	DESK_SAY(d, f->pin ? W_FIDO_KIND_PIN : f->verify ?
	    W_FIDO_KIND_VERIFY : W_FIDO_KIND_TOUCH, { NULL });
	if (f->resident)
		DESK_SAY(d, W_FIDO_KIND_RESIDENT, { NULL });
	if (f->ssh.file != NULL)
		DESK_SAY(d, W_FIDO_KIND_SSH, { f->ssh.file });
	(void)fflush(stdout);
	if (e->yes || desk_yes(d, DESK_ARGS(W_FIDO_CONFIRM,
	    { e->person.name })))
		return DESK_GO;
	DESK_ERR(d, W_NOT_CONFIRMED, { NULL });
	return DESK_REFUSED;
}

static int
ceremony(struct fido *f)
{
	struct sek_why why = { "" };
	enum sek_reason reason;
	int r;

	r = fido_talk(f);
	sek_helper_finish(&f->helper);
	/* with --ssh the first may have been made */
	if (r != DESK_GO)
		return f->n_made > 0 || f->maybe ?
		    fido_refuse(f, f->failed, &f->why) : r;
	reason = fido_judge(f, &why);
	return reason == SEK_R_OK ? fido_keep(f) :
	    fido_refuse(f, reason, &why);
}

static int
with_helper(struct fido *f)
{
	const struct desk *d = f->e->d;
	struct sek_why why = { "" };
	int r;

	r = sek_service_user_find(d->policy->helper_user, &f->user, &why);
	if (r == SEK_OK)
		r = sek_helper_start_fido(&f->helper, d->policy, &f->user);
	if (r != SEK_OK)
		return desk_refuse(d, &why, r);
	return ceremony(f);
}

/* With the signals held back. */
static int
prepared(struct fido *f)
{
	int r = DESK_GO;

	if (f->ssh.file != NULL)
		r = enrol_ssh_open(&f->ssh, f->e->d);
	if (r == DESK_GO)
		r = with_helper(f);
	enrol_ssh_close(&f->ssh, false);
	return r;
}

static int
signals_held(struct fido *f)
{
	struct sek_why why = { "" };
	sigset_t set, before;
	int r;

	desk_enders(&set);
	(void)sigaddset(&set, SIGPIPE); /* nobody reads what is told */
	(void)sigprocmask(SIG_BLOCK, &set, &before);
	f->signals = signalfd(-1, &set, SFD_CLOEXEC);
	r = f->signals >= 0 ? prepared(f) :
	    desk_refuse(f->e->d, &why, SEK_E_SYS);
	if (f->signals >= 0)
		(void)close(f->signals);
	/* one that waits may end us now: what was done has been told */
	(void)fflush(stdout);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return r;
}

int
enrol_from_key(struct fido *f)
{
	const struct desk *d = f->e->d;
	int r;

	if (d->policy->rp_id[0] == '\0') {
		DESK_ERR(d, W_FIDO_NO_RP, { d->conf });
		return DESK_REFUSED;
	}
	if ((r = fido_judge_open(f)) == DESK_GO &&
	    (r = fido_ask(f)) == DESK_GO &&
	    (r = confirm(f)) == DESK_GO)
		r = signals_held(f);
	fido_ask_clear(f);
	fido_judge_close(f);
	return r;
}
