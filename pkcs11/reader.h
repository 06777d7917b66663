/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The card reader below the vendor's module, through PC/SC: what must be
 * possible without the vendor's code, or what PKCS#11 cannot tell.
 *
 * A reader is named by `struct sek_key`.reader: the slot description, with
 * its blanks cut and escaped.  Where no pcscd runs, there is no reader.
 */
#ifndef PKCS11_READER_H
#define PKCS11_READER_H

#include <stdint.h>

#include "sekisho/err.h"

/* Reset the card, so that no PIN stands in it any more.
 * SEK_E_NOENT: no such reader, or no card in it; SEK_E_IO: there is one,
 * and somebody or something keeps it from being reset. */
int p11_reader_reset(const char *reader) SEK_MUST;

/* How many tries the PIN of a PIV card has left, asked without spending
 * one; -1: the card does not say. */
int8_t p11_piv_tries(const char *reader);

/* Fixed-width text of Cryptoki: blanks or NULs at the end cut, escaped. */
void p11_text(char *out, size_t cap, const void *in, size_t n);

#endif
