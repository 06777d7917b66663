/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzz target: the bodies of the messages of sekisho-fido; the first byte says
 * which.  What a decoder accepts, the encoder must write back byte for byte.
 * Seeds: tests/corpus/fido_wire.
 */
#undef NDEBUG
#include <assert.h>
#include <string.h>

#include "sekisho/wire_fido.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* Every id lies within what was decoded. */
static void
ids_within(const struct sek_fido_id *ids, size_t n, size_t rps,
    const struct sek_buf *b)
{
	size_t i;

	assert(n <= SEK_FIDO_MAX_IDS && (n == 0) == (ids == NULL));
	for (i = 0; i < n; i++)
		assert(ids[i].n > 0 && ids[i].n <= SEK_FIDO_ID_MAX &&
		    ids[i].rp < rps && ids[i].p >= b->p &&
		    ids[i].p + ids[i].n <= b->p + b->len);
}

static void
ask(struct sek_buf *again, const struct sek_buf *b)
{
	struct sek_assert m;

	if (sek_assert_dec(&m, b) != SEK_OK)
		return;
	assert(m.n_rps >= 1 && m.n_rps <= SEK_FIDO_MAX_RPS);
	ids_within(m.ids, m.n, m.n_rps, b);
	sek_assert_enc(again, &m);
	sek_assert_clear(&m);
}

static void
make(struct sek_buf *again, const struct sek_buf *b)
{
	struct sek_create m;

	if (sek_create_dec(&m, b) != SEK_OK)
		return;
	assert(m.n_makes >= 1 && m.n_makes <= SEK_FIDO_MAX_MAKES);
	assert(m.handle_len >= 1 && m.handle_len <= SEK_FIDO_HANDLE_MAX);
	ids_within(m.ids, m.n, m.n_makes, b);
	sek_create_enc(again, &m);
	sek_create_clear(&m);
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

PLAIN(key_status)
PLAIN(go)
PLAIN(key_note)
PLAIN(askpin)
PLAIN(fido_assertion)
PLAIN(fido_created)
PLAIN(key_fail)

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static void (*const one[])(struct sek_buf *, const struct sek_buf *) =
	    { ask, make, key_status, go, key_note, askpin, fido_assertion,
	    fido_created, key_fail };
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
