/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one character is worth, whatever the locale: hexadecimal digits in
 * both cases, and the alphabet of RFC 4648 section 4.  -1: none of them.
 */
#ifndef SEKISHO_DIGITS_H
#define SEKISHO_DIGITS_H

int sek_digit16(char c);
int sek_digit64(char c);

#endif
