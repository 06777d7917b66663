/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Somebody shows their card at the lock of another one's session: leaves word
 * for sekisho-watch that the login screen is wanted, where the service asks
 * for that.  Runs in the gate.
 * Opens nothing, and asks nobody for a PIN: the login is refused as ever.
 * Which session it is the kernel says; only of root's programs their word
 * counts, too.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "gate/login.h"
#include "gate/presence_file.h"
#include "gate/proc.h"
#include "gate/run_folder.h"
#include "gate/wish_file.h"

bool
sek_wish_is(const struct sek_login *l)
{
	return l->service != NULL && l->service->greeter && l->others_card &&
	    !l->matched;
}

static int
take_session(struct sek_wish *w, const struct sek_login *l)
{
	const uint64_t pid = (uint64_t)l->peer_pid;
	uint64_t owner = 0;
	uid_t uid = 0;

	if (l->peer == 0 && sek_presence_xdg_ok(l->begin.xdg_session))
		(void)snprintf(w->xdg, sizeof w->xdg, "%s",
		    l->begin.xdg_session);
	/* the number may be another one's by now */
	else if (sek_proc_uid(pid, &owner) == SEK_OK && owner == l->peer)
		(void)sek_process_xdg(pid, w->xdg);
	if (l->peer != 0)
		uid = l->peer;
	else if (sek_screen_uid(l->begin.user, &uid) != SEK_OK)
		return SEK_E_NOENT;
	w->uid = (uint32_t)uid;
	(void)snprintf(w->account, sizeof w->account, "%s", l->begin.user);
	return sek_boot_ms(&w->at_ms);
}

/* What else could be wrong with the account says nothing of who comes. */
static bool
is_refused_so(enum sek_reason reason)
{
	return reason == SEK_R_NOT_GRANTED ||
	    reason == SEK_R_ACCOUNT_SUSPENDED || reason == SEK_R_NOT_ENROLLED;
}

bool
sek_wish_leave(const struct sek_login *l, enum sek_reason reason)
{
	struct sek_wish w = { .at_ms = 0 };
	struct sek_why why = { "" };
	char dir[PATH_MAX];

	if (!sek_wish_is(l) || !is_refused_so(reason))
		return false;
	if (take_session(&w, l) != SEK_OK)
		sek_why_set(&why, "the system does not know the account");
	else if (sek_run_folder(l->policy->run, SEK_WISH_DIR, dir, sizeof dir,
	    &why) == SEK_OK && sek_wish_write(dir, &w, &why) == SEK_OK)
		return true;
	syslog(LOG_AUTHPRIV | LOG_WARNING, "the login screen cannot be asked "
	    "for: %s", why.text);
	return false;
}
