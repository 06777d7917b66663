/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The phases after authentication: an account phase that finds no success of
 * ours, and the opening and closing of a session.  Runs in the gate.
 * Never lets anybody in: it records, and says whether it could.
 */
#include <stdio.h>
#include <string.h>

#include "gate/login.h"
#include "sekisho/escape.h"

static void
answer(struct sek_login *l, enum sek_class class, enum sek_reason reason,
    uint64_t record)
{
	struct sek_verdict v = { .class = class, .reason = (uint16_t)reason,
	    .record = record };

	(void)snprintf(v.session, sizeof v.session, "%s", l->session);
	/* who does not hear it treats the silence as a failure */
	if (sek_front_verdict(&l->front, &v) != SEK_OK)
		l->front.silent = true;
}

static enum sek_reason
check_caller(struct sek_login *l)
{
	enum sek_reason reason;

	if (l->peer != 0 && (reason = sek_peer_count(l)) != SEK_R_OK)
		return reason;
	if (!sek_name_ok(l->begin.service) || !sek_name_ok(l->begin.user))
		return SEK_R_BAD_NAME;
	return l->peer == 0 ? SEK_R_OK : sek_peer_limits(l);
}

void
sek_session_account(struct sek_login *l)
{
	enum sek_reason reason = check_caller(l);
	uint64_t record;

	if (reason == SEK_R_OK)
		reason = SEK_R_NO_TWO_FACTOR;
	if ((l->begin.flags & SEK_BF_USER_CHANGED) != 0)
		sek_login_detail(l, "the user changed after authentication");
	record = sek_login_record(l, "account", reason);
	sek_front_tell_reason(&l->front, reason);
	answer(l, SEK_CLASS_FORBIDDEN, reason, record);
}

/* A session of ours keeps its id; any other gets the new one. */
static void
take_session(struct sek_login *l)
{
	if (l->begin.session[0] != '\0')
		(void)sek_escape_str(l->session, sizeof l->session,
		    l->begin.session);
}

static uint64_t
record_session(struct sek_login *l, const char *event, enum sek_reason reason)
{
	/* in the record root alone says which session it is: anybody could
	 * end another one's there; each caller hears the id that it knows */
	if (l->peer == 0)
		take_session(l);
	return sek_login_record(l, event, reason);
}

static void
answer_session(struct sek_login *l, enum sek_reason reason, uint64_t record)
{
	take_session(l);
	if (record == 0 && !l->unrecorded)
		answer(l, SEK_CLASS_UNAVAIL, SEK_R_AUDIT, 0);
	else if (reason != SEK_R_OK)
		answer(l, sek_reason(reason)->class, reason, record);
	else
		answer(l, SEK_CLASS_OK, SEK_R_OK, record);
}

/* What else is kept of a session that root's program opens or closes; who
 * hears of it must find it done. */
static bool
is_kept(const struct sek_login *l, enum sek_reason reason, uint64_t record)
{
	return record != 0 && reason == SEK_R_OK && l->peer == 0;
}

void
sek_session_open(struct sek_login *l)
{
	enum sek_reason reason = check_caller(l);
	uint64_t record = record_session(l, "login", reason);

	if (is_kept(l, reason, record) && sek_seat_taken(l) &&
	    sek_login_record(l, "switch", reason) == 0)
		record = 0;
	if (is_kept(l, reason, record)) {
		sek_screen_open(l);
		sek_presence_open(l);
	}
	answer_session(l, reason, record);
}

void
sek_session_close(struct sek_login *l)
{
	enum sek_reason reason = check_caller(l);
	uint64_t record;

	/* first: what comes of the end must not look like a token that was
	 * taken away */
	sek_presence_close(l);
	record = record_session(l, "logout", reason);
	if (record != 0 && sek_rescue_ends(l) &&
	    sek_login_record(l, "breakglass_stop", reason) == 0)
		record = 0;
	if (is_kept(l, reason, record))
		sek_screen_close(l);
	answer_session(l, reason, record);
}
