/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzz target: checkpoints, public keys and proofs.  What is read must come
 * out the same when it is written again, and only what our key has signed is
 * verified.  The first byte chooses.  Seeds: tests/corpus/note.
 */
#undef NDEBUG
#include <assert.h>
#include <string.h>

#include "record/note.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static const char key[] =
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

static void
a_checkpoint(const uint8_t *p, size_t n)
{
	struct sek_checkpoint c;
	struct sek_buf body = { 0 };
	struct sek_vkey k;

	assert(sek_vkey_parse(key, sizeof key - 1, &k, NULL) == SEK_OK);
	if (sek_checkpoint_read(p, n, NULL, 0, &c, NULL) == SEK_OK) {
		assert(c.verified == 0 && c.n_sigs >= 1);
		assert(sek_checkpoint_body(c.origin, c.size, c.root,
		    &body) == SEK_OK);
		assert(body.len < n && memcmp(body.p, p, body.len) == 0);
	}
	if (sek_checkpoint_read(p, n, &k, 1, &c, NULL) == SEK_OK)
		assert(c.verified == 1 && c.by[0]);
	sek_buf_free(&body);
	sek_vkey_free(&k);
}

static void
a_key(const uint8_t *p, size_t n)
{
	char text[SEK_VKEY_MAX];
	struct sek_vkey k;

	if (sek_vkey_parse((const char *)p, n, &k, NULL) != SEK_OK)
		return;
	assert(sek_vkey_text(&k, text) == SEK_OK);
	assert(strlen(text) == n && memcmp(text, p, n) == 0);
	sek_vkey_free(&k);
}

static void
a_proof(const uint8_t *p, size_t n)
{
	struct sek_inclusion_read r;
	struct sek_buf again = { 0 };

	if (sek_inclusion_parse(p, n, &r, NULL) != SEK_OK)
		return;
	if (r.checkpoint_len <= SEK_CHECKPOINT_MAX) {
		assert(sek_inclusion_text(&r.proof, r.line.p, r.line.len,
		    r.checkpoint, r.checkpoint_len, &again) == SEK_OK);
		assert(again.len == n && memcmp(again.p, p, n) == 0);
	}
	sek_buf_free(&again);
	sek_buf_free(&r.line);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	if (n == 0)
		return 0;
	switch (p[0]) {
	case 'k':
		a_key(p + 1, n - 1);
		break;
	case 'p':
		a_proof(p + 1, n - 1);
		break;
	default:
		a_checkpoint(p + 1, n - 1);
	}
	return 0;
}
