/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The dialogue with the card helper during an enrolment: which certificate,
 * and the proof that the card holds its key.
 */
#ifndef HELPDESK_TOKEN_H
#define HELPDESK_TOKEN_H

#include "gate/helper.h"
#include "helpdesk/enrol.h"

struct token {
	struct enrol *e;
	const struct sek_module *module;
	struct sek_service_user user;
	struct sek_helper helper;
	struct sek_keys keys;  /* owned */
	struct sek_key *key;   /* the chosen one, in keys */
};

/* -- token_choose.c: LIST, and one certificate of what is there. */
int token_choose(struct token *t) SEK_MUST;
/* The certificate is not what is enrolled, but its key: nothing is asked. */
int token_take_key(struct token *t) SEK_MUST;
/* A helper that failed, told with its own words. */
int token_failed(const struct token *t, enum sek_reason reason,
    const char *detail);

/* -- token_prove.c: the gate's kind of challenge, signed with the PIN and
 * verified here; sets e->proof. */
int token_prove(struct token *t) SEK_MUST;

#endif
