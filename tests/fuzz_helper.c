/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzz target: the bodies of the helper messages; the first byte says which.
 * What a decoder accepts, the encoder must write back byte for byte.
 * Seeds: tests/corpus/helper.
 */
#undef NDEBUG
#include <assert.h>
#include <string.h>

#include "sekisho/wire_helper.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
keys(struct sek_buf *again, const struct sek_buf *b)
{
	struct sek_keys m;
	size_t i;

	if (sek_keys_dec(&m, b) != SEK_OK)
		return;
	assert(m.n <= SEK_MAX_KEYS);
	for (i = 0; i < m.n; i++)
		assert(m.key[i].cert_len <= SEK_MAX_CERT &&
		    m.key[i].id_len <= SEK_MAX_KEY_ID);
	sek_keys_enc(again, &m);
	sek_keys_clear(&m);
}

static void
check(struct sek_buf *again, const struct sek_buf *b)
{
	struct sek_check m;

	if (sek_check_dec(&m, b) != SEK_OK)
		return;
	assert(m.password.len < 512);
	sek_check_enc(again, &m);
	sek_check_clear(&m);
}

/* Messages that own nothing. */
#define PLAIN(name)							\
static void								\
name(struct sek_buf *again, const struct sek_buf *b)			\
{									\
	struct sek_##name m;						\
									\
	if (sek_##name##_dec(&m, b) == SEK_OK)				\
		sek_##name##_enc(again, &m);				\
}

PLAIN(list)
PLAIN(note)
PLAIN(sign)
PLAIN(proof)
PLAIN(fail)

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static void (*const one[])(struct sek_buf *, const struct sek_buf *) =
	    { list, keys, note, sign, proof, fail, check };
	struct sek_buf b = { 0 }, again = { 0 };

	if (n == 0)
		return 0;
	sek_put_raw(&b, p + 1, n - 1);
	one[p[0] % (sizeof one / sizeof one[0])](&again, &b);
	assert(sek_buf_ok(&again) == SEK_OK);
	if (again.len > 0)
		assert(again.len == b.len &&
		    memcmp(again.p, b.p, b.len) == 0);
	sek_buf_free(&b);
	sek_buf_free(&again);
	return 0;
}
