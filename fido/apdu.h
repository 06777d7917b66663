/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CTAP messages as a card takes them (CTAP 2.1 section 11.3, ISO 7816-4):
 * chained short commands, answers in pieces, "still busy".
 * Knows nothing of PC/SC; how bytes get to the card is the caller's.
 */
#ifndef FIDO_APDU_H
#define FIDO_APDU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sekisho/buf.h"
#include "sekisho/err.h"

#define FIDO_MESSAGE_MAX 7609u /* bytes, CTAP 2.1 section 11.2.4 */

enum fido_version {
	FIDO_V_NONE, /* no FIDO applet */
	FIDO_V_U2F,  /* "U2F_V2": U2F, and perhaps CTAP2 */
	FIDO_V_2     /* "FIDO_2_0": no U2F */
};

/* What the ways of one card are; begins all zero but for the functions. */
struct fido_apdu {
	void *arg;
	/* one command; `*len` is what `out` has room for, then what came */
	int (*send)(void *arg, const uint8_t *in, size_t n, uint8_t *out,
	    size_t *len);
	/* waits that long, or until something is wanted; with 0 only looks */
	enum fido_want (*want)(void *arg, unsigned int ms);
	bool t0;        /* protocol T=0: no Le beside data, nothing long */
	bool extended;  /* the card does not chain */
	bool plain;     /* the card does not know of "still busy" */
	uint8_t answer[FIDO_MESSAGE_MAX + 2];
};

enum fido_want {
	FIDO_W_ANSWER, /* go on */
	FIDO_W_CANCEL, /* what the card waits for is not wanted any more */
	FIDO_W_END     /* nobody waits for anything here */
};

/* SEK_OK: the card has answered; FIDO_V_NONE when it is none of ours. */
int fido_apdu_select(struct fido_apdu *a, enum fido_version *v) SEK_MUST;

/* A CTAP2 command to its response, status byte first. */
int fido_apdu_ctap2(struct fido_apdu *a, const uint8_t *in, size_t n,
    struct sek_buf *out) SEK_MUST;

/* A U2F raw message, an extended APDU as libfido2 makes it, to its response
 * with the status word. */
int fido_apdu_u2f(struct fido_apdu *a, const uint8_t *in, size_t n,
    struct sek_buf *out) SEK_MUST;

#endif
