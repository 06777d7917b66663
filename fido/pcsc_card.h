/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One card, and the thread that talks to it.  PC/SC calls cannot be given a
 * limit of time, so their caller must be one that can be left behind: a
 * thread that hangs in one lives on until the process ends, and owns what it
 * needs until then.
 */
#ifndef FIDO_PCSC_CARD_H
#define FIDO_PCSC_CARD_H

#include "fido/apdu.h"
#include "sekisho/deadline.h"

#define PCSC_READER_MAX 128u /* bytes of a name, with its NUL */

struct pcsc_card;

/* Begins to connect and to SELECT; NULL: no memory or no thread. */
struct pcsc_card *pcsc_card_new(const char *reader) SEK_MUST;

/* Ends its thread, waiting at most so long for it to let the card go. */
void pcsc_card_drop(struct pcsc_card *c, unsigned int wait_ms);

/* Where it stands: SEK_E_TIMEOUT while it is still busy; SEK_E_EOF when it is
 * of no use (any more); SEK_OK when it is idle, or has an answer. */
int pcsc_card_state(struct pcsc_card *c) SEK_MUST;

/* Of one that has answered to SELECT, whatever its state is now.
 * SEK_E_NOENT: it never did. */
int pcsc_card_version(struct pcsc_card *c, enum fido_version *v) SEK_MUST;

/* Waits until it is not busy; after a cancel, a moment only.
 * SEK_E_TIMEOUT: it is still, and may be waited for again; also when a signal
 * came. */
int pcsc_card_wait(struct pcsc_card *c, const struct sek_deadline *dl)
    SEK_MUST;

/* Hands over a message; SEK_E_EXISTS: one is still on its way. */
int pcsc_card_ask(struct pcsc_card *c, bool u2f, const uint8_t *p, size_t n)
    SEK_MUST;

/* The answer, once. */
int pcsc_card_answer(struct pcsc_card *c, uint8_t *out, size_t cap,
    size_t *n) SEK_MUST;

/* From any thread: tells the card that its answer is not wanted, and gives
 * it so long to hear of it; no signal interrupts that. */
void pcsc_card_cancel(struct pcsc_card *c, unsigned int wait_ms);

#endif
