/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A CTAP 2.1 authenticator in software, for tests only: a key that does what
 * it is told, wrong things included.  Its state is one file, so that an old
 * copy of the file is a cloned key.  knobs.txt tells what it can be told.
 */
#ifndef TESTS_FIDO_SOFTKEY_H
#define TESTS_FIDO_SOFTKEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SOFTKEY_MSG 7609u /* what 129 reports of 64 bytes hold */

struct softkey;

/* `folder` holds `state` (made when it is not there) and `knobs`, a text file
 * of NAME=VALUE lines.  Both are read again at each command. */
struct softkey *softkey_open(const char *folder);
void softkey_close(struct softkey *k);

/* What happens while a command waits for a touch or a finger: called about
 * every 100 ms with CTAPHID_STATUS_PROCESSING 1 or UPNEEDED 2; 0 to go on,
 * anything else cancels (CTAP2_ERR_KEEPALIVE_CANCEL).  It has to take the
 * time itself; without one the key sleeps. */
typedef int softkey_wait_fn(void *arg, uint8_t status);
void softkey_on_wait(struct softkey *k, softkey_wait_fn *fn, void *arg);

/* One CTAP2 command (its byte, then CBOR) to one response (status byte, then
 * CBOR).  Returns its length. */
size_t softkey_ctap2(struct softkey *k, const uint8_t *in, size_t n,
    uint8_t *out, size_t cap);
/* One U2F raw message (APDU) to its response with the status word. */
size_t softkey_u2f(struct softkey *k, const uint8_t *in, size_t n,
    uint8_t *out, size_t cap);

/* The text of a knob, or `otherwise`; good until the next command. */
const char *softkey_knob(struct softkey *k, const char *name,
    const char *otherwise);
void softkey_reread(struct softkey *k);
/* Does the knob, a list of commands, name the last command?  For faults of
 * the transport: silent, unplug, oversize. */
bool softkey_hits(struct softkey *k, const char *knob);
/* The key writes a line for each command to the file `trace`, if there is
 * one: "get quiet 2e", "get touched 00", "pin token 31", "make 00", ..., or
 * for U2F its instruction: "u2f 2 6985". */
void softkey_trace(struct softkey *k, const char *line);

#endif
