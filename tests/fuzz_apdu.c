/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzz target: a card that answers anything to the commands of fido/apdu.c.
 * The first byte says what is asked of it and how it is connected, the second
 * (times 32) how long the message is; then come its answers, each after its
 * length (two bytes).  When there are no more, the reader has gone.  However
 * it answers, few commands are sent, and nothing is larger than a message.
 * Seeds: tests/corpus/apdu.
 */
#undef NDEBUG
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "fido/apdu.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

struct card {
	struct sek_rd answers;
	unsigned int commands, waits;
	uint8_t how;
};

static int
on_send(void *arg, const uint8_t *in, size_t n, uint8_t *out, size_t *len)
{
	struct card *c = arg;
	size_t want = sek_rd_u16(&c->answers);

	/* every byte is there, and to be read */
	assert(n >= 5 && n <= FIDO_MESSAGE_MAX + 9 && in[n - 1] + 1 > 0);
	/* no T=0 reader takes the extended form */
	assert((c->how & 4) == 0 || n <= 260);
	assert(*len == FIDO_MESSAGE_MAX + 2);
	c->commands++;
	if (c->answers.bad || want > c->answers.left || want > *len)
		return SEK_E_IO;
	memcpy(out, c->answers.p, want);
	c->answers.p += want;
	c->answers.left -= want;
	*len = want;
	return SEK_OK;
}

static enum fido_want
on_want(void *arg, unsigned int ms)
{
	struct card *c = arg;

	if (ms > 0 && ++c->waits > 40)
		return FIDO_W_END;
	return (c->how & 8) != 0 && c->waits > 3 ? FIDO_W_CANCEL :
	    FIDO_W_ANSWER;
}

static int
ask(struct fido_apdu *a, uint8_t how, uint8_t *in, size_t n,
    struct sek_buf *out)
{
	enum fido_version v = FIDO_V_NONE;

	switch (how & 3) {
	case 0:
		return fido_apdu_select(a, &v);
	case 1:
		return fido_apdu_ctap2(a, in, n, out);
	default:
		if (n >= 9) {
			in[4] = 0;
			in[5] = (uint8_t)((n - 9) >> 8);
			in[6] = (uint8_t)(n - 9);
		}
		return fido_apdu_u2f(a, in, n, out);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static struct fido_apdu a;
	struct sek_buf out = { 0 };
	struct card card = { 0 };
	uint8_t *in;
	size_t len;
	int i;

	if (n < 2)
		return 0;
	len = (size_t)p[1] * 32 + 1;
	card.how = p[0];
	card.answers = sek_rd_init(p + 2, n - 2);
	a = (struct fido_apdu){ .arg = &card, .send = on_send,
		.want = on_want, .t0 = (p[0] & 4) != 0 };
	/* a block of its own, so that a byte too far is seen */
	in = malloc(len);
	assert(in != NULL);
	memset(in, 0xA5, len);
	/* twice: what it has learned of the card is kept */
	for (i = 0; i < 2; i++)
		if (ask(&a, p[0], in, len, &out) == SEK_OK)
			assert(out.len <= FIDO_MESSAGE_MAX + 2 &&
			    ((p[0] & 3) == 0 || out.len >= 1));
	assert(card.commands <= (n - 2) / 2 + 4);
	sek_buf_free(&out);
	free(in);
	return 0;
}
