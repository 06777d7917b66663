/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzz target: the bodies of the four front messages; the first byte says
 * which.  What a decoder accepts, the encoder must write back byte for byte:
 * so there is one way to say a thing, and nothing is lost or cut silently.
 * Seeds: tests/corpus/front.
 */
#undef NDEBUG
#include <assert.h>
#include <string.h>

#include "sekisho/wire_front.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
begin(struct sek_buf *again, const struct sek_buf *b)
{
	struct sek_begin m;

	if (sek_begin_dec(&m, b) != SEK_OK)
		return;
	assert(m.phase >= SEK_PHASE_AUTH && m.phase <= SEK_PHASE_CLOSE);
	assert(m.ssh_info.len <= SEK_SSH_INFO_MAX);
	sek_begin_enc(again, &m);
	sek_begin_clear(&m);
}

static void
ask(struct sek_buf *again, const struct sek_buf *b)
{
	struct sek_ask m;

	if (sek_ask_dec(&m, b) != SEK_OK)
		return;
	assert(m.style >= SEK_STYLE_SECRET && m.style <= SEK_STYLE_ERROR);
	sek_ask_enc(again, &m);
}

static void
reply(struct sek_buf *again, const struct sek_buf *b)
{
	struct sek_reply m;

	if (sek_reply_dec(&m, b) != SEK_OK)
		return;
	assert(m.answer.len < SEK_SECRET_MAX);
	assert(m.answer.len == 0 ||
	    memchr(m.answer.p, '\0', m.answer.len) == NULL);
	sek_reply_enc(again, &m);
	sek_reply_clear(&m);
}

static void
verdict(struct sek_buf *again, const struct sek_buf *b)
{
	struct sek_verdict m;

	if (sek_verdict_dec(&m, b) != SEK_OK)
		return;
	assert(m.class <= SEK_CLASS_FORBIDDEN);
	sek_verdict_enc(again, &m);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static void (*const one[])(struct sek_buf *, const struct sek_buf *) =
	    { begin, ask, reply, verdict };
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
