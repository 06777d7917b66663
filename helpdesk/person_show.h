/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho person show`: what is gathered of one person (person_show.c), and
 * how it looks (person_show_text.c).
 */
#ifndef HELPDESK_PERSON_SHOW_H
#define HELPDESK_PERSON_SHOW_H

#include "gate/certificate.h"
#include "gate/store_last.h"
#include "helpdesk/desk.h"

#define PERSON_ACCOUNTS 64u
#define PERSON_CREDENTIALS 64u
#define PERSON_RECORDS 20000u /* of the end of the record are looked at */

/* An account that they may open. */
struct person_account {
	struct sek_account a;
	char by[80];            /* "person" or "role:NAME" */
	int64_t throttled;      /* until then; 0: is not */
};

struct person_credential {
	int64_t id;
	int64_t used;           /* let in by it; 0: not lately */
	bool denied;
	struct sek_deny deny;
};

/* A login that was refused. */
struct person_refusal {
	int64_t at;             /* 0: none lately */
	uint64_t record;
	char reason[40];
	char service[SEK_LAST_MAX], account[SEK_LAST_MAX];
	char tty[SEK_LAST_MAX], rhost[SEK_LAST_MAX];
};

struct person_shown {
	struct desk *d;
	struct sek_trust *trust; /* owned; NULL: none, or not asked for yet */
	struct sek_person p;
	struct sek_status_note note;
	bool denied;
	struct sek_deny deny;
	json_t *roles;          /* owned */
	struct person_account account[PERSON_ACCOUNTS];
	size_t n_accounts;
	struct person_credential credential[PERSON_CREDENTIALS];
	size_t n_credentials;
	bool recorded;          /* the record could be looked at */
	struct sek_last last;
	bool has_last;
	struct person_refusal refusal;
};

/* -- person_show_record.c: what the end of the record says of them */
void person_show_record(struct person_shown *x);

/* -- person_show_text.c; SEK_OK or what the store ran into */
int person_show_text(struct person_shown *x) SEK_MUST;

#endif
