/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Everything that is known about one login while it is being decided: the
 * table the rooms of the gate work at.  Each field has one writer, named
 * here.  The reason starts as "not decided", which is a denial.
 */
#ifndef GATE_LOGIN_H
#define GATE_LOGIN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "gate/assertion.h"
#include "gate/certificate.h"
#include "gate/front.h"
#include "gate/helper.h"
#include "gate/policy.h"
#include "gate/store.h"

enum sek_state { SEK_UNTRIED = 0, SEK_FAILED = 1, SEK_PASSED = 2 };

struct sek_login {
	/* main.c */
	const struct sek_policy *policy;
	uid_t peer;
	pid_t peer_pid;
	struct sek_front front;

	/* peer.c */
	bool unrecorded;            /* one of a flood: see there */

	/* session.c */
	struct sek_begin begin;
	struct sek_deadline dl;
	int64_t now;                /* wall clock at BEGIN, seconds */
	char session[SEK_SESSION_MAX];
	const struct sek_service *service;
	struct sek_store *store;
	struct sek_trust *trust;
	struct sek_service_user service_user;
	bool account_known;         /* begin.user names this account */
	struct sek_account account; /* asked for, or found by the card */
	char detail[256];           /* English, for the record */
	enum sek_reason told;       /* what the person hears instead of the
				       recorded reason; NONE: the same */

	/* possession.c */
	struct sek_helper helpers[SEK_MAX_MODULES];
	enum sek_reason started[SEK_MAX_MODULES]; /* OK, or why not */
	size_t n_helpers;
	struct sek_helper *helper;  /* the one whose token was chosen */

	/* candidates.c */
	bool not_granted;           /* a card of somebody who may not enter */
	bool matched;               /* person, credential, key, cert are set */
	struct sek_person person;
	struct sek_credential credential;
	struct sek_key key;         /* .cert is NULL: see `leaf` */
	struct sek_cert_info cert;
	X509 *leaf;                 /* owned */
	int64_t denied;             /* row of the deny-list, 0: none */

	/* prove.c */
	enum sek_pair pair;         /* 0: none was begun */
	struct sek_challenge challenge;
	enum sek_scheme scheme;     /* 0: no signature */
	enum sek_state possession;
	enum sek_state pin;
	int8_t pin_tries_left;      /* -1: unknown */

	/* password.c */
	enum sek_state password;
	uint32_t account_native;    /* what pam_acct_mgmt() returned */
};

/* Remember what exactly went wrong; the first word stays. */
void sek_login_detail(struct sek_login *l, const char *text);

/* peer.c: what a caller who is not root may ask for, and how often. */
enum sek_reason sek_peer_limits(struct sek_login *l);
enum sek_reason sek_peer_count(struct sek_login *l);

/* possession.c: start a helper for each module; they load the vendors' code
 * while the gate reads its own state. */
void sek_possession_start(struct sek_login *l);
/* possession.c: find a token that belongs to somebody who may enter. */
enum sek_reason sek_possession_find(struct sek_login *l);
/* possession.c: end every helper; cards are locked again after it. */
void sek_possession_end(struct sek_login *l);

/* candidates.c: look at what a helper lists.  NO_MATCH when nothing there
 * belongs to anybody who may enter; else OK or why the match is refused. */
enum sek_reason sek_candidates_match(struct sek_login *l,
    const struct sek_keys *keys);

/* prove.c: the PIN dialogue and the signature. */
enum sek_reason sek_prove(struct sek_login *l);

/* password.c: ask for the password and have the system judge it. */
enum sek_reason sek_password_check(struct sek_login *l);
/* password.c: ask in the same words where there is nobody to check. */
void sek_password_pretend(struct sek_login *l);

/* live.c: let the certificate check ask an OCSP responder in this login, when
 * the policy has seconds for it. */
void sek_live_install(struct sek_login *l);

/* session.c: one auth phase, from BEGIN to VERDICT. */
void sek_session_auth(struct sek_login *l);

/* phases.c: account, open and close: recorded, not decided. */
void sek_session_account(struct sek_login *l);
void sek_session_open(struct sek_login *l);
void sek_session_close(struct sek_login *l);

/* login_record.c: append the record of an event; 0 when it cannot be. */
uint64_t sek_login_record(struct sek_login *l, const char *event,
    enum sek_reason reason);

#endif
