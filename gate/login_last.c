/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * "Last login: ... Refused since then: ...": what a person is told of
 * themselves after both factors, where the service has last-login, and what
 * is kept for the next time.
 * Runs in the gate.  Decides nothing and fails nothing: an error goes to the
 * system's log.  Tells nobody who was not let in.
 */
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "gate/login.h"
#include "sekisho/escape.h"

static void
complain(const char *what, int r)
{
	syslog(LOG_AUTHPRIV | LOG_WARNING, "the last login of a person could "
	    "not be %s: %s", what, sek_strerror(r));
}

static bool
wanted(const struct sek_login *l, uint64_t record)
{
	return record != 0 && l->service != NULL && l->service->last_login &&
	    l->store != NULL && l->person.id != 0;
}

/* "Sat 2027-04-03 09:12" where the machine is. */
static void
date(char *out, size_t cap, int64_t at, enum sek_lang lang)
{
	const char *days = sek_text(SEK_T_DAYS, lang);
	char day[4] = "", ymd[24], hm[8];
	struct tm tm = { 0 };
	time_t t = (time_t)at;

	tzset();
	if (localtime_r(&t, &tm) == NULL || tm.tm_wday < 0 || tm.tm_wday > 6 ||
	    strftime(ymd, sizeof ymd, "%Y-%m-%d", &tm) == 0 ||
	    strftime(hm, sizeof hm, "%H:%M", &tm) == 0) {
		(void)snprintf(out, cap, "?");
		return;
	}
	memcpy(day, days + 3 * tm.tm_wday, 3);
	if (lang == SEK_LANG_JA)
		(void)snprintf(out, cap, "%s(%s) %s", ymd, day, hm);
	else
		(void)snprintf(out, cap, "%s %s %s", day, ymd, hm);
}

static void
tell_login(struct sek_login *l, const struct sek_last *last)
{
	const char *from[] = { last->service, last->rhost };
	char where[2 * SEK_LAST_MAX + 40], when[48];
	const char *args[] = { when, last->host, where, last->pair };
	enum sek_text text = SEK_T_LAST_FROM;

	if (last->rhost[0] == '\0') {
		text = SEK_T_LAST_ON;
		from[1] = last->tty;
	}
	if (from[1][0] != '\0')
		sek_text_fill(where, sizeof where, text, l->front.lang, from,
		    2);
	else
		(void)snprintf(where, sizeof where, "%s", last->service);
	date(when, sizeof when, last->at, l->front.lang);
	sek_front_tell_all(&l->front, SEK_T_LAST_LOGIN, args, 4);
}

void
sek_last_tell(struct sek_login *l)
{
	char number[24];
	int r;

	if (!wanted(l, 1))
		return;
	r = sek_store_last(l->store, l->person.id, &l->last);
	if (r != SEK_OK) {
		if (r != SEK_E_NOENT)
			complain("read", r);
		return;
	}
	if (l->last.at != 0)
		tell_login(l, &l->last);
	if (l->last.refused == 0)
		return;
	(void)snprintf(number, sizeof number, "%lld",
	    (long long)l->last.refused);
	sek_front_tell(&l->front, l->last.at != 0 ? SEK_T_LAST_REFUSED :
	    SEK_T_FIRST_REFUSED, number);
}

/* Nobody waits for this any more. */
void
sek_last_keep(struct sek_login *l, enum sek_reason reason, uint64_t record)
{
	struct sek_last now = { .at = l->now, .record = record,
	    .refused = l->last.refused };
	int r;

	if (!wanted(l, record))
		return;
	if (reason != SEK_R_OK) {
		r = sek_store_last_refused(l->store, l->person.id);
	} else {
		(void)sek_escape_str(now.host, sizeof now.host,
		    l->policy->host);
		(void)sek_escape_str(now.service, sizeof now.service,
		    l->begin.service);
		(void)sek_escape_str(now.tty, sizeof now.tty, l->begin.tty);
		(void)sek_escape_str(now.rhost, sizeof now.rhost,
		    l->begin.rhost);
		(void)snprintf(now.pair, sizeof now.pair, "%s",
		    sek_pair_word(l->pair));
		r = sek_store_last_in(l->store, l->person.id, &now);
	}
	if (r != SEK_OK)
		complain("kept", r);
}
