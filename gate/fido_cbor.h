/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A reader of CBOR as a FIDO2 key has to write it: CTAP2 canonical form
 * (CTAP 2.1 section 8, WebAuthn 6.5).  Every length is definite, every
 * number the shortest, and what may come is said by the caller, one call for
 * each item in its order: nothing is skipped, stored or recursed into, so
 * that neither depth nor a claimed length costs anything.
 *
 * The cursor remembers failure: after it every call gives 0, NULL or false.
 */
#ifndef GATE_FIDO_CBOR_H
#define GATE_FIDO_CBOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sekisho/buf.h"

/* Entries of a map, items of an array; at most `max`. */
size_t fido_cbor_map(struct sek_rd *r, size_t max);
size_t fido_cbor_array(struct sek_rd *r, size_t max);
int64_t fido_cbor_int(struct sek_rd *r);
/* A byte string of at most `max` bytes; points into the input. */
const uint8_t *fido_cbor_bytes(struct sek_rd *r, size_t max, size_t *n);
/* The next item is this number, or this text; else a failure. */
void fido_cbor_number(struct sek_rd *r, int64_t want);
void fido_cbor_text(struct sek_rd *r, const char *want);

#endif
