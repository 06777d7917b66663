/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Everything that stands in a report besides what it tells of, in English
 * and Japanese; report_words.c holds the texts.  %1 to %4 stand for values.
 */
#ifndef HELPDESK_REPORT_WORDS_H
#define HELPDESK_REPORT_WORDS_H

#include "sekisho/reason.h"

enum report_word {
	W_R_NOTHING,
	W_RC_USE,          /* chapters */
	W_RC_SESSIONS,
	W_RC_REFUSED,
	W_RC_SPECIAL,
	W_RC_UNUSED,
	W_RC_RECORD,
	W_RC_LIMITS,
	W_RT_REPORT,       /* titles */
	W_RT_ABOUT,
	W_RT_SUMMARY,
	W_RT_DAYS,
	W_RT_HOURS,
	W_RT_LOGINS,
	W_RT_SHARED,
	W_RT_SESSIONS,
	W_RT_LONGEST,
	W_RT_OPEN,
	W_RT_REASONS,
	W_RT_REFUSED,
	W_RT_PLACES,
	W_RT_SERIOUS,
	W_RT_EXCEPTIONS,
	W_RT_CHANGES,
	W_RT_UNUSED,
	W_RT_IDLE,
	W_RT_LOG,
	W_RT_CLOCK,
	W_RT_REVOCATION,
	W_RT_EVENTS,
	W_RT_LIMITS,
	W_RH_ITEM,         /* column heads */
	W_RH_VALUE,
	W_RH_TABLE,
	W_RH_DAY,
	W_RH_HOUR,
	W_RH_LOGINS,
	W_RH_REFUSALS,
	W_RH_COUNT,
	W_RH_TIME,
	W_RH_NUMBER,
	W_RH_FIRST,
	W_RH_LAST,
	W_RH_EVENT,
	W_RH_WORD,
	W_RH_PERSON,
	W_RH_NAME,
	W_RH_CLAIMED,
	W_RH_PAIR,
	W_RH_ACCOUNT,
	W_RH_ACCOUNTS,
	W_RH_SERVICE,
	W_RH_SERVICES,
	W_RH_TTY,
	W_RH_FROM,
	W_RH_WHERE,
	W_RH_OPENED,
	W_RH_CLOSED,
	W_RH_BEGUN,
	W_RH_ENDED,
	W_RH_TOTAL,
	W_RH_LONGEST,
	W_RH_DURATION,
	W_RH_STATE,
	W_RH_REASON,
	W_RH_REASONS,
	W_RH_MEANING,
	W_RH_DETAIL,
	W_RH_WHY,
	W_RH_APPROVER,
	W_RH_EXPIRY,
	W_RH_ACTOR,
	W_RH_OBJECT,
	W_RH_RESULT,
	W_RH_CREDENTIAL,
	W_RH_CREDENTIALS,
	W_RH_KIND,
	W_RH_LABEL,
	W_RH_ENROLLED,
	W_RH_UNTIL,
	W_RH_METHOD,
	W_RH_GRACE,
	W_RH_OLDEST,
	W_RH_GOOD,
	W_RH_BAD,
	W_RH_LIMIT,
	W_RI_HOST,         /* items and values */
	W_RI_HOST_LOG,     /* %1 host, %2 origin of the log */
	W_RI_MORE,         /* %1 */
	W_RI_PERIOD,
	W_RI_PERIOD_FROM,  /* %1 name, %2 from, %3 to */
	W_RI_PERIOD_OPEN,  /* as above */
	W_RI_MONTH,        /* %1 year, %2 month */
	W_RI_DAY,          /* %1 year, %2 month, %3 day */
	W_RI_ZONE,
	W_RI_MADE,
	W_RI_MADE_BY,      /* %1 when, %2 who */
	W_RI_SOFTWARE,
	W_RI_RECORDS,
	W_RI_RECORDS_ARE,  /* %1 records, %2 first, %3 last, %4 times */
	W_RI_CHECK,
	W_RI_NOT_CHECKED,
	W_RI_CHAIN_GOOD,   /* %1 first, %2 last */
	W_RI_CHAIN_BAD,    /* %1 why, %2 last good */
	W_RI_CHECKPOINT,
	W_RI_COVERED,      /* %1 size, %2 origin, %3 what is not covered */
	W_RI_OWN_KEYS,
	W_RI_NO_CHECKPOINT,
	W_RI_READING,
	W_RI_BAD_LINES,    /* %1 */
	W_RI_READ_FAILED,  /* %1 why */
	W_RI_UNUSED,
	W_RI_UNUSED_IS,    /* %1 days, %2 from, %3 to */
	W_RI_UNUSED_LOG,   /* %1 from */
	W_RI_LOGINS,
	W_RI_REMEMBERED,
	W_RI_PERSONS,
	W_RI_REFUSALS,
	W_RI_SERIOUS,
	W_RI_TEMP_TOLD, W_RI_TEMP_CODES,
	W_RI_OVERRIDES,
	W_RI_CHANGES,
	W_RI_OPENED,
	W_RI_CLOSED,
	W_RI_OPEN,
	W_RI_SYNCED,
	W_RI_SHARE,        /* %1 synchronised, %2 of, %3 per cent */
	W_RI_OFFSET,
	W_RI_ESTERROR,
	W_RI_MS,           /* %1 */
	W_RI_MS_AT,        /* %1, %2 record */
	W_RI_BACK,         /* seconds */
	W_RI_AHEAD,
	W_RI_STEPS,
	W_RI_STEP,
	W_RI_BOOT,
	W_RI_SILENCE,
	W_RI_FAILED,
	W_RI_BYTES,
	W_RI_DENIED,
	W_RI_DENY_ID,
	W_RI_COMMAND,
	W_RI_DONE,
	W_RI_UNDONE,
	W_RI_USES_LEFT,
	W_RI_TEMP_USED, W_RI_TEMP_REFUSED,
	W_RI_STILL_OPEN,
	W_RI_ENDED_BY_BOOT,
	W_RN_NONE,         /* notes */
	W_RN_NO_LOGINS, W_RN_NO_REFUSALS, W_RN_NO_SERIOUS, W_RN_NO_EXCEPTIONS,
	W_RN_NO_CHANGES, W_RN_NO_UNUSED, W_RN_NO_IDLE, W_RN_NO_LOG,
	W_RN_SESSIONS, W_RN_OPEN, W_RN_REFUSED, W_RN_SERIOUS, W_RN_UNUSED,
	W_RN_REVOCATION,
	W_RN_NEEDS_STORE,
	W_RN_NO_STORE,     /* %1 why */
	W_RN_MORE,         /* %1 */
	W_RN_BARS,
	W_RN_ALARM,
	W_RN_ALARM_UNCHECKED,
	W_RN_FOOTER,
	W_RL_MEDICAL,      /* limits */
	W_RL_HOSTS,
	W_RL_OTHERS,
	W_RL_TIME,
	W_RL_SESSIONS,
	W_RL_ROOT,
	W_RL_UNVERIFIED,
	W_RL_DAMAGED,
	N_REPORT_WORDS
};

const char *report_word(enum report_word w, enum sek_lang lang);

#endif
