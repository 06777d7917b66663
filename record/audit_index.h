/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * audit.index: where each block of 256 records is, when it was written, and
 * the root of its subtree.  With it a proof, and a look at one day, cost the
 * same in a log of ten million records as in one of ten thousand.
 *
 * It can be made again from the log, is not synced, and nobody believes it:
 * what is found through it is a record that is looked at itself, and a proof
 * that is checked against a signed root before it is handed out.
 */
#ifndef RECORD_AUDIT_INDEX_H
#define RECORD_AUDIT_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "record/merkle.h"
#include "sekisho/err.h"

#define SEK_INDEX_FILE "audit.index"
#define SEK_BLOCK 256u       /* records of a block */
#define SEK_BLOCK_LEVEL 8u   /* 2^8 */
#define SEK_BLOCK_LEN 64u    /* bytes of an entry, big endian */

/* Entry i (at i * 64) is of the records 256*i + 1 to 256*(i + 1). */
struct sek_block {
	uint64_t file;   /* first seq of the file that its first record is in;
			    0: the entry is missing */
	uint64_t offset; /* of that record in it */
	int64_t t_min, t_max; /* of its records, microseconds since 1970 */
	uint8_t root[SEK_HASH_LEN];
};

void sek_block_write(const struct sek_block *b, uint8_t out[SEK_BLOCK_LEN]);
/* False: missing. */
bool sek_block_read(const uint8_t in[SEK_BLOCK_LEN], struct sek_block *out);

#endif
