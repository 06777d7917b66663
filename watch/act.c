/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The token of a session is gone: have the session locked or ended, then
 * put it on record.  Runs in sekisho-watch.
 * The lock comes first: a full disk must not leave a ward open.  What cannot
 * be done now is tried again each second, as long as the session is there.
 */
#include <stdio.h>
#include <syslog.h>
#include <string.h>

#include "sekisho/deadline.h"
#include "watch/watch.h"

#define AGAIN_MS 1000u

static void
record(struct watched *w, const struct sek_policy *p, const char *problem)
{
	struct sek_why why = { "" };
	char text[700];

	if (note_record(p, w, problem, &why) != SEK_OK) {
		(void)snprintf(text, sizeof text, "session %s: this could "
		    "not be recorded: %s", w->is.session, why.text);
		watch_say(LOG_ERR, text);
	} else if (why.text[0] != '\0') {
		watch_say(LOG_WARNING, why.text);
	}
}

/* On record once, in the log whenever it is something else. */
static void
has_failed(struct watched *w, const struct sek_policy *p,
    const struct sek_why *why)
{
	bool first = w->again_ms == 0;
	char text[700];

	w->again_ms = sek_now_ms() + AGAIN_MS;
	if (strcmp(w->said.text, why->text) != 0) {
		w->said = *why;
		(void)snprintf(text, sizeof text, "session %s cannot be %s "
		    "and is tried again: %s", w->is.session,
		    w->is.watch == SEK_WATCH_END ? "ended" : "locked",
		    why->text);
		watch_say(LOG_ERR, text);
	}
	if (first)
		record(w, p, why->text);
}

static void
is_done(struct watched *w, const struct sek_policy *p, uint64_t took)
{
	char text[700];

	w->due = false;
	w->said.text[0] = '\0';
	w->locked = w->is.watch == SEK_WATCH_TAP;
	(void)snprintf(text, sizeof text, "session %s of %s is %s: %s %s "
	    "(%llu ms)", w->is.session, w->is.account,
	    w->is.watch == SEK_WATCH_END ? "ended" : "locked",
	    token_name(w), w->is.watch == SEK_WATCH_TAP ?
	    "was laid on again" : "is gone", (unsigned long long)took);
	watch_say(LOG_NOTICE, text);
	record(w, p, NULL);
}

void
act_on(struct folder *f, struct watched *w, const struct sek_policy *p,
    uint64_t now)
{
	struct sek_why why = { "" };
	enum logind_did did = LOGIND_DID;

	/* a login that no session has followed yet, or one whose session
	 * has another token now */
	if (!w->due || now < w->again_ms ||
	    (!w->is.open && w->is.xdg[0] == '\0') || folder_has_later(f, w))
		return;
	if (logind_ask(&w->is, w->is.watch == SEK_WATCH_END, &did, &why) !=
	    SEK_OK) {
		has_failed(w, p, &why);
	} else if (did == LOGIND_WAS_LOCKED) {
		w->due = false;
	} else {
		is_done(w, p, sek_now_ms() - w->since_ms);
	}
}
