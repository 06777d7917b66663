/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHA-256 (FIPS 180-4) of what stands in two places, or was put together.
 */
#ifndef GATE_DIGEST_H
#define GATE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "sekisho/buf.h"
#include "sekisho/err.h"

int sek_digest_two(const void *a, size_t n, const void *b, size_t m,
    uint8_t out[32]) SEK_MUST;
/* Of a buffer, which is freed. */
int sek_digest_of(struct sek_buf *b, uint8_t out[32]) SEK_MUST;

#endif
