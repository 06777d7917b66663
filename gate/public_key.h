/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Public keys out of their numbers, as the formats have them that are no DER:
 * COSE and OpenSSH.  Sizes and exponents are for the caller to judge.
 */
#ifndef GATE_PUBLIC_KEY_H
#define GATE_PUBLIC_KEY_H

#include <openssl/evp.h>
#include <stddef.h>
#include <stdint.h>

/* An uncompressed point (04 x y) on this curve of OpenSSL's names; NULL when
 * it is not on it. */
EVP_PKEY *sek_public_ec(const char *group, const uint8_t *point, size_t n);
EVP_PKEY *sek_public_rsa(const BIGNUM *n, const BIGNUM *e);

#endif
