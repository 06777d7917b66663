/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is known of the FIDO2 key in one login, and what the rooms that deal
 * with it say to each other:
 *
 *     fido_ask.c    what sekisho-fido is asked for
 *     fido_judge.c  may this credential be used here, and with which pair
 *     fido_prove.c  the dialogue: touch, finger, PIN
 *     fido_take.c   what came of it: whose, signature, counter
 */
#ifndef GATE_FIDO_LOGIN_H
#define GATE_FIDO_LOGIN_H

#include "gate/assertion.h"
#include "gate/fido.h"
#include "gate/fido_models.h"
#include "gate/policy.h"
#include "gate/store.h"
#include "sekisho/reason.h"
#include "sekisho/wire_fido.h"

struct sek_helper;
struct sek_login;

/* One credential, for one account. */
struct sek_fido_match {
	struct sek_person person;
	struct sek_account account;
	struct sek_credential credential;
	struct sek_fido_cred cred;
	struct sek_model model;
	enum sek_pair pair;     /* 0: none of the service's can be served */
	bool verify;            /* the key must verify the person */
	bool counts;            /* and that is a second factor */
	int64_t denied;         /* row of the deny-list, 0: none */
	char detail[256];       /* why it is refused */
};

/* What the table of models was when it was looked at. */
enum sek_models_state {
	SEK_MODELS_UNASKED = 0, /* the policy names none, or no key came */
	SEK_MODELS_CURRENT = 1,
	SEK_MODELS_STALE = 2,
	SEK_MODELS_MISSING = 3  /* or it cannot be read */
};

struct sek_fido_login {
	/* possession.c */
	struct sek_helper *helper; /* among l->helpers, or NULL */

	/* fido_ask.c */
	struct sek_challenge challenge;
	struct sek_assert ask;  /* its ids point into `ids` */
	struct sek_buf ids;
	bool decoy;             /* the only id is nobody's */
	bool full;              /* there were more than can be asked for */

	/* fido_judge.c */
	bool go_verify;         /* what the key is told */
	struct sek_models *models; /* owned, or NULL */
	enum sek_models_state models_state;
	struct sek_models_info models_info; /* but for MISSING */
	struct sek_fido_match match; /* the one that was taken last */
	bool told;              /* by the key, before it was touched: the
				   match of this login is its */

	/* fido_prove.c */
	uint32_t pins;          /* given so far */

	/* fido_take.c */
	struct sek_fido_seen seen;
	bool has_seen;          /* `seen` is filled */
	char label[SEK_FIDO_TEXT_MAX];
	char transport[16];
};

/* -- fido_ask.c */
/* Send what is looked for.  OK, NOT_ENROLLED when no key could be of use, or
 * why it cannot be asked. */
enum sek_reason sek_fido_ask(struct sek_login *l);
void sek_fido_clear(struct sek_fido_login *k);
/* Is this one of those that were asked for? */
bool sek_fido_asked_for(const struct sek_fido_login *k, uint8_t rp,
    const uint8_t *id, size_t n);

/* -- fido_judge.c */
/* What a key says of itself before it is touched.  OK: it may be told to go
 * on (`told` says whether we know which credential it is); NONE: no key
 * that serves; else why it is refused. */
enum sek_reason sek_fido_ready(struct sek_login *l,
    const struct sek_key_status *s);
/* Fill `m` for this credential and account; OK or why it is refused, in
 * m->detail more of it.  STORE and INTERNAL: it could not be judged. */
enum sek_reason sek_fido_judge(struct sek_login *l,
    const struct sek_credential *c, const struct sek_fido_cred *f,
    const struct sek_account *account, struct sek_fido_match *m);
/* The same of what holds for a key that sshd has verified: m->cred is there. */
enum sek_reason sek_fido_judge_ssh(struct sek_login *l,
    struct sek_fido_match *m);
/* It is the one of this login from here on. */
void sek_fido_match_take(struct sek_login *l, const struct sek_fido_match *m);
/* A card was looked at meanwhile and does not serve. */
void sek_fido_again(struct sek_login *l);

/* -- fido_prove.c */
/* NONE: a card came meanwhile, and is the one of this login now. */
enum sek_reason sek_fido_prove(struct sek_login *l);

/* -- fido_take.c */
enum sek_reason sek_fido_take(struct sek_login *l,
    const struct sek_fido_assertion *a);

#endif
