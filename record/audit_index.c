/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One entry of audit.index as bytes and back.
 * Runs in the gate, which writes them, and in `sekisho`, which reads.
 * Pure; believes nothing of what it reads.
 */
#include "record/audit_index.h"

#include <string.h>

static void
put64(uint8_t *p, uint64_t v)
{
	unsigned i;

	for (i = 0; i < 8; i++)
		p[i] = (uint8_t)(v >> (56 - 8 * i));
}

static uint64_t
get64(const uint8_t *p)
{
	uint64_t v = 0;
	unsigned i;

	for (i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return v;
}

void
sek_block_write(const struct sek_block *b, uint8_t out[SEK_BLOCK_LEN])
{
	put64(out, b->file);
	put64(out + 8, b->offset);
	put64(out + 16, (uint64_t)b->t_min);
	put64(out + 24, (uint64_t)b->t_max);
	memcpy(out + 32, b->root, SEK_HASH_LEN);
}

bool
sek_block_read(const uint8_t in[SEK_BLOCK_LEN], struct sek_block *out)
{
	out->file = get64(in);
	out->offset = get64(in + 8);
	out->t_min = (int64_t)get64(in + 16);
	out->t_max = (int64_t)get64(in + 24);
	memcpy(out->root, in + 32, SEK_HASH_LEN);
	return out->file != 0;
}
