/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FIDO cards in readers (NFC or contacts), through PC/SC: an own transport
 * below the unmodified libfido2, whose build may have none.
 *
 * Whatever pcscd, a reader or a card do, nothing here waits longer than it
 * says: all calls of PC/SC are made by threads that may be left behind, and
 * die with the process.  It has to end by _exit(): exit() would tear down what
 * these threads use.  Where no pcscd runs, there are no cards.
 */
#ifndef FIDO_PCSC_H
#define FIDO_PCSC_H

#include <fido.h>
#include <stddef.h>

#include "sekisho/err.h"

struct fido_pcsc;

/* Begins to watch the readers; NULL: no memory or no thread. */
struct fido_pcsc *fido_pcsc_new(void) SEK_MUST;
void fido_pcsc_free(struct fido_pcsc *w);

/* Adds the cards whose FIDO applet has answered to the first n of `list`,
 * which has room for `max`; returns how many are in it then.  A card is
 * asked once, and the answer holds as long as the card stays; one that is
 * taken out and put in again comes back with another path.  Does not wait,
 * but when called for the first time: 400 ms at most, for the cards that are
 * there already.
 *
 * fido_dev_new_with_info() makes a device of an entry, to be used as any
 * other.  Each opening connects to the card anew; 5 s at most.  A signal that
 * interrupts ppoll() for a USB key also interrupts the wait for a card;
 * fido_dev_cancel() and fido_dev_close() tell the card that nobody waits for
 * its answer, the latter within 700 ms. */
size_t fido_pcsc_list(struct fido_pcsc *w, fido_dev_info_t *list, size_t n,
    size_t max);

/* "nfc" or "smart-card"; NULL: not a path of ours. */
const char *fido_pcsc_transport(const char *path);
/* The reader in a path; NULL: not a path of ours. */
const char *fido_pcsc_reader(const char *path);

#endif
