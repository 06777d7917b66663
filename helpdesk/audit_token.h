/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The token that countersigns checkpoints: the dialogue with its helper, and
 * what is remembered of its PIN.
 */
#ifndef HELPDESK_AUDIT_TOKEN_H
#define HELPDESK_AUDIT_TOKEN_H

#include "gate/helper.h"
#include "helpdesk/audit_state.h"

struct signer {
	struct desk *d;
	const char *log;         /* origin of the log */
	struct sek_service_user user;
	struct sek_helper helper;
	struct sek_keys keys;    /* owned; of the token */
	const struct sek_key *key; /* the one of [record] token-key */
	struct sek_vkey pub;     /* owned; that key */
};

/* -- audit_token_sign.c.  DESK_GO, or what went wrong has been told. */
/* Start the helper and find the key. */
int signer_open(struct signer *s) SEK_MUST;
/* Have these bytes signed, with one PIN at most, and check the signature;
 * the line of it goes to the end of `line`. */
int signer_sign(struct signer *s, const struct sek_buf *body,
    struct sek_buf *line) SEK_MUST;
/* The helper ends, a card is reset. */
void signer_close(struct signer *s);
/* Told with the reason's word; DESK_REFUSED. */
int signer_failed(const struct signer *s, enum sek_reason reason,
    const char *detail);

/* -- audit_token_pin.c.  A PIN file whose PIN was wrong once is not used
 * again before it is another file: the countersigning runs by itself, and
 * would lock the token, or a whole TPM. */
/* Read the PIN, after noting that it is about to be tried. */
int signer_pin_take(const struct signer *s, struct sek_buf *pin,
    struct sek_why *why) SEK_MUST;
/* The token has taken it (SEK_R_OK), or refused something else than it. */
void signer_pin_was(const struct signer *s, enum sek_reason reason);

#endif
