/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bytes that are built up (struct sek_buf) and bytes that are taken apart
 * (struct sek_rd).
 *
 * Any buffer may hold a secret, so every buffer is wiped when it is freed,
 * and growth is allocate, copy, wipe: never realloc, which leaves a copy.
 * Both remember a failure: a writer or a decoder is a straight list of calls
 * with one test at the end.
 */
#ifndef SEKISHO_BUF_H
#define SEKISHO_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sekisho/err.h"

#define SEK_BUF_MAX (2u * 1024 * 1024) /* bytes; more is a failure */

/* Start with `= { 0 }`.  Owned by the caller, freed with sek_buf_free(). */
struct sek_buf {
	uint8_t *p;
	size_t len;
	size_t cap;
	bool bad; /* a put failed: the contents are not complete */
};

void sek_buf_free(struct sek_buf *b);  /* wipes; accepts an empty one */
void sek_buf_clear(struct sek_buf *b); /* wipes, keeps the memory */

void sek_put_u8(struct sek_buf *b, uint8_t v);
void sek_put_u16(struct sek_buf *b, uint16_t v); /* big endian */
void sek_put_u32(struct sek_buf *b, uint32_t v);
void sek_put_u64(struct sek_buf *b, uint64_t v);
void sek_put_raw(struct sek_buf *b, const void *p, size_t n);
/* u32 length, then the bytes. */
void sek_put_bytes(struct sek_buf *b, const void *p, size_t n);
/* The same for a C string, without its NUL; NULL is the empty string. */
void sek_put_str(struct sek_buf *b, const char *s);
/* SEK_OK, or SEK_E_NOMEM / SEK_E_LIMIT when any put failed. */
int sek_buf_ok(const struct sek_buf *b) SEK_MUST;

/* A cursor over somebody else's bytes; owns nothing. */
struct sek_rd {
	const uint8_t *p;
	size_t left;
	bool bad;
};

struct sek_rd sek_rd_init(const void *p, size_t n);
uint8_t sek_rd_u8(struct sek_rd *r);
uint16_t sek_rd_u16(struct sek_rd *r);
uint32_t sek_rd_u32(struct sek_rd *r);
uint64_t sek_rd_u64(struct sek_rd *r);
/* u32 length (at most `max`) and the bytes; points into the input. */
const uint8_t *sek_rd_bytes(struct sek_rd *r, size_t max, size_t *lenp);
/* The same, copied to `out`; returns how many. */
size_t sek_rd_fixed(struct sek_rd *r, uint8_t *out, size_t cap);
/* The same, copied to `out` (cap bytes with the NUL that is added).
 * A NUL inside is a failure: a C string could not hold it honestly. */
void sek_rd_str(struct sek_rd *r, char *out, size_t cap);
/* SEK_OK when all went well and nothing is left over; else SEK_E_PROTO. */
int sek_rd_end(const struct sek_rd *r) SEK_MUST;

#endif
