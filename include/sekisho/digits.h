/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Digits, whatever the locale.
 */
#ifndef SEKISHO_DIGITS_H
#define SEKISHO_DIGITS_H

#include <stddef.h>

/* What one character is worth: hexadecimal digits in both cases, and the
 * alphabet of RFC 4648 section 4.  -1: none of them. */
int sek_digit16(char c);
int sek_digit64(char c);

/* n bytes as 2n lower case digits and a NUL. */
void sek_hex(char *out, const void *p, size_t n);
/* A UUID as text (RFC 9562 section 4). */
void sek_uuid_text(char out[37], const void *uuid);

#endif
