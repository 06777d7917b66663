/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Everything that is known about one login while it is being decided: the
 * table the rooms of the gate work at.  Each field has one writer, named
 * here.  The reason starts as "not decided", which is a denial.
 */
#ifndef GATE_LOGIN_H
#define GATE_LOGIN_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "gate/assertion.h"
#include "gate/certificate.h"
#include "gate/fido_login.h"
#include "gate/front.h"
#include "gate/helper.h"
#include "gate/may_open.h"
#include "gate/policy.h"
#include "gate/ssh_key.h"
#include "gate/store.h"
#include "gate/store_last.h"
#include "gate/terminal.h"

/* A helper for each module, and sekisho-fido. */
#define SEK_MAX_HELPERS (SEK_MAX_MODULES + 1u)

enum sek_state { SEK_UNTRIED = 0, SEK_FAILED = 1, SEK_PASSED = 2 };

/* What one helper has said so far. */
struct sek_watch {
	bool reported;          /* what it sees came at least once */
	uint32_t strange;       /* what it sees, and is nobody's here */
	bool ready;             /* a key that may have what is asked for */
	uint32_t said;          /* messages */
	enum sek_reason failed; /* why it is gone; NONE: it is not */
};

/* The key that sshd has verified. */
struct sek_ssh_login {
	bool found;             /* it is somebody's: the key of this login */
	struct sek_ssh_key key;
	bool held;              /* on a token, as far as is known */
	enum sek_cred_kind kind; /* how it was enrolled; FIDO2: its row is
				    in fido.match */
};

/* A proof of both factors that is remembered, and accepted for this login. */
struct sek_remember {
	struct sek_terminal terminal; /* of the caller */
	uint64_t record;        /* in which it was proved; 0: none */
	uint64_t age_s;
};

struct sek_login {
	/* main.c */
	const struct sek_policy *policy;
	uid_t peer;
	pid_t peer_pid;
	struct sek_front front;

	/* peer.c, peer_slot.c */
	bool unrecorded;            /* one of a flood: see there */
	bool peer_known;            /* the system has a name for its user */
	int peer_slot;              /* holds its room; nobody reads it */

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
	struct sek_account account; /* asked for, or found by the card; of a
				       rescue the name alone: rescue.c */
	char detail[256];           /* English, for the record */
	enum sek_reason told;       /* what the person hears instead of the
				       recorded reason; NONE: the same */

	/* remember.c */
	struct sek_remember remember;
	/* tls_name.c; and begin.user where a TLS server was asked for it */
	char tls_name[SEK_NAME_MAX]; /* what a TLS server calls who has come;
				       "" = none was asked, or told */
	uint64_t tls_said_ms;       /* when it did; 0: it was not asked */

	/* possession.c */
	struct sek_helper helpers[SEK_MAX_HELPERS];
	struct sek_watch watch[SEK_MAX_HELPERS];
	size_t n_helpers;
	struct sek_helper *helper;  /* the one whose token was chosen */
	enum sek_reason refused;    /* why the last match was; NONE */

	/* candidates.c */
	bool not_granted;           /* a card of somebody who may not enter */
	bool others_card;           /* the same where `switch` asks: its
				       credential and person are good */
	bool matched;               /* person, credential, key, cert are set */
	struct sek_person person;
	struct sek_credential credential;
	struct sek_key key;         /* .cert is NULL: see `leaf` */
	struct sek_cert_info cert;
	X509 *leaf;                 /* owned */
	int64_t denied;             /* row of the deny-list, 0: none */

	/* who has matched the token, then judge_again.c */
	char granted_by[SEK_GRANTED_BY_MAX]; /* see gate/may_open.h */
	char role[SEK_ROLE_MAX];    /* the service's, by the hospital's word;
				       "" when none was needed of it */

	/* prove.c, tls_name.c */
	enum sek_pair pair;         /* 0: none was begun; RESCUE is set by
				       rescue.c */
	struct sek_challenge challenge;
	enum sek_scheme scheme;     /* 0: no signature */
	enum sek_state possession;
	enum sek_state pin;
	int8_t pin_tries_left;      /* -1: unknown */
	struct sek_fido_login fido; /* its own rooms: see there */
	enum sek_state verification; /* by a FIDO2 key, signed */

	/* ssh_find.c */
	struct sek_ssh_login ssh;

	/* login_last.c */
	struct sek_last last;       /* the login before this one */

	/* pin.c */
	struct sek_buf pin_typed;   /* the last one for this token */
	bool pin_was_wrong;

	/* screen.c */
	char previous[SEK_NAME_MAX]; /* the person who had this session when
				       another one opens it; "" = nobody; by
				       seat.c, who had the seat */
	/* seat.c */
	char previous_session[SEK_SESSION_MAX]; /* of that person; "" = not
				       known, or it is this one */
	/* wish.c, by session.c */
	bool wished;                /* the login screen was asked for */

	/* password.c */
	enum sek_state password;
	uint32_t account_native;    /* what pam_acct_mgmt() returned */
};

/* Remember what exactly went wrong; the first word stays. */
void sek_login_detail(struct sek_login *l, const char *text);

/* What was known of a token that is not the one of this login after all. */
void sek_login_unmatch(struct sek_login *l);
/* Why, in the words for the person. */
enum sek_reason sek_login_told(const struct sek_login *l,
    enum sek_reason reason);

/* peer.c: what a caller who is not root may ask for, and how often. */
enum sek_reason sek_peer_limits(struct sek_login *l);
enum sek_reason sek_peer_count(struct sek_login *l);
/* peer_slot.c: is there room for one more gate of this user?  Asked before
 * anything else, once; until this gate ends it has that room. */
enum sek_reason sek_peer_slot(struct sek_login *l);

/* possession.c: start the helpers that the service needs; they load the
 * vendors' code while the gate reads its own state. */
void sek_possession_start(struct sek_login *l);
/* possession.c: find a token that belongs to somebody who may enter.  May be
 * asked again when the one that was found is another's after all. */
enum sek_reason sek_possession_find(struct sek_login *l);
/* possession.c: wait for the next word of the key that was told to go on, and
 * look at cards meanwhile.  OK: there is something to read, or time is up;
 * NONE: a card is the token of this login now; else why the login ends. */
enum sek_reason sek_possession_await_key(struct sek_login *l,
    const struct sek_deadline *dl);
/* possession.c: the key was not the one; is there anything else to look for? */
bool sek_possession_without_key(struct sek_login *l);
/* possession.c: no other token counts from here on. */
void sek_possession_keep(struct sek_login *l);
/* possession.c: end every helper; cards are locked again after it. */
void sek_possession_end(struct sek_login *l);

/* candidates.c: look at what a helper lists.  NO_MATCH when nothing there
 * belongs to anybody who may enter; else OK or why the match is refused. */
enum sek_reason sek_candidates_match(struct sek_login *l,
    const struct sek_keys *keys);

/* candidates.c: has the person a role that the service asks for, by the
 * certificate or the hospital's word (`role`)?  Else cert->detail says
 * which. */
enum sek_reason sek_candidates_role(const struct sek_login *l,
    int64_t person, struct sek_cert_info *cert, char role[SEK_ROLE_MAX]);

/* ssh_find.c: has sshd verified a key that decides this login?  NONE: look
 * for something else; OK: its person's, and possession is proved. */
enum sek_reason sek_ssh_find(struct sek_login *l);
bool sek_ssh_decides(const struct sek_login *l);

/* choose.c: which of several logins is meant. */
struct sek_choice {
	const struct sek_person *person;
	const struct sek_account *account;
};
enum sek_reason sek_choose(struct sek_login *l, const struct sek_choice *c,
    size_t n, size_t *which);

/* pin.c: may a PIN be asked for; is the last try wanted; the question, whose
 * answer the caller clears; that it was wrong. */
bool sek_pin_may_be_asked(const struct sek_login *l);
enum sek_reason sek_pin_last_try(struct sek_login *l, const char *label);
enum sek_reason sek_pin_ask(struct sek_login *l, enum sek_text text,
    const char *label, struct sek_reply *reply);
void sek_pin_tell_wrong(struct sek_login *l, int8_t tries_left);
/* pin.c: what was typed is no longer needed, or was for another token. */
void sek_pin_forget(struct sek_login *l);

/* remember.c: is there a remembered proof that still holds?  Then it is the
 * evidence of this login: person, credential and pair are set.  And keep the
 * one of this login, or forget what was kept when it has failed. */
bool sek_remember_find(struct sek_login *l);
void sek_remember_keep(struct sek_login *l, enum sek_reason reason,
    uint64_t record);
/* tls_name.c: ask a TLS server for the user's name and that in the client's
 * certificate; OK: both are there. */
enum sek_reason sek_tls_ask(struct sek_login *l);
/* tls_name.c: whose the certificates of that name are; OK: each is good. */
enum sek_reason sek_tls_find(struct sek_login *l);

/* prove.c: the PIN dialogue and the signature. */
enum sek_reason sek_prove(struct sek_login *l);

/* password.c: ask for the password and have the system judge it. */
enum sek_reason sek_password_check(struct sek_login *l);
/* password.c: ask in the same words where there is nobody to check. */
void sek_password_pretend(struct sek_login *l);

/* rescue.c: is this an account that its password alone opens here; ask for
 * it; does such a session end here? */
bool sek_rescue_named(const struct sek_login *l);
enum sek_reason sek_rescue(struct sek_login *l);
bool sek_rescue_ends(const struct sek_login *l);

/* live.c: let the certificate check ask an OCSP responder in this login, when
 * the policy has seconds for it. */
void sek_live_install(struct sek_login *l);

/* judge_again.c: does all that was judged from the store still hold? */
enum sek_reason sek_judge_again(struct sek_login *l);

/* session.c: one auth phase, from BEGIN to VERDICT. */
void sek_session_auth(struct sek_login *l);

/* phases.c: account, open and close: recorded, not decided. */
void sek_session_account(struct sek_login *l);
void sek_session_open(struct sek_login *l);
void sek_session_close(struct sek_login *l);

/* login_record.c: append the record of an event; 0 when it cannot be. */
uint64_t sek_login_record(struct sek_login *l, const char *event,
    enum sek_reason reason);

/* login_last.c: tell who is let in of their last login; keep this one, or
 * that it was refused, once the verdict is sent.  Where the service has it. */
void sek_last_tell(struct sek_login *l);
void sek_last_keep(struct sek_login *l, enum sek_reason reason,
    uint64_t record);

/* screen.c: what a decision is called in the record: "auth", or of a service
 * that unlocks "unlock", or "switch" when the session was another person's. */
const char *sek_screen_event(struct sek_login *l, enum sek_reason reason);
/* screen.c: who has the session of the login program from here on: who has
 * opened it, who has unlocked it, nobody. */
void sek_screen_open(const struct sek_login *l);
void sek_screen_unlocked(const struct sek_login *l);
void sek_screen_close(const struct sek_login *l);
/* screen.c: has anybody but the person of this login unlocked a session of
 * this user since then, by the clock of the boot? */
bool sek_screen_passed_on(const struct sek_login *l, uid_t uid,
    uint64_t since_ms);
/* screen.c: the number that the system has for an account. */
int sek_screen_uid(const char *account, uid_t *uid) SEK_MUST;

/* wish.c: is there another one's card at a lock where that has the login
 * screen brought up; ask for it.  False: nobody will. */
bool sek_wish_is(const struct sek_login *l);
bool sek_wish_leave(const struct sek_login *l, enum sek_reason reason);

/* seat.c: does this login take a seat on which another person has a session
 * still?  Then l->previous is who. */
bool sek_seat_taken(struct sek_login *l);

/* login_ssh.c: with which key sshd let them ask at all. */
void sek_login_add_ssh(json_t *rec, const struct sek_login *l);
void sek_login_add_ssh_token(json_t *rec, const struct sek_login *l);

/* presence.c: leave word for sekisho-watch of the token of a login that is
 * let in; its session is open; nobody came in after all; it is closed. */
void sek_presence_begin(struct sek_login *l);
void sek_presence_open(struct sek_login *l);
void sek_presence_drop(const struct sek_login *l);
void sek_presence_close(const struct sek_login *l);

/* login_token.c: which token it was, and what was known of it. */
void sek_login_add_token(json_t *rec, const struct sek_login *l);

#endif
