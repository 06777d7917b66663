/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sends and receives frames by the table of the channel.
 * libc only; runs in every process.  Never allocates before the table has
 * allowed the type and its cap the length.
 */
#include "sekisho/frame.h"

#include <string.h>

#include "sekisho/os.h"

static const struct sek_rule *
rule_for(const struct sek_chan *c, uint8_t msg)
{
	size_t i;

	for (i = 0; i < c->n_rules; i++)
		if (c->rules[i].in == c->state && c->rules[i].msg == msg)
			return &c->rules[i];
	return NULL;
}

int
sek_chan_send(struct sek_chan *c, uint8_t msg, const struct sek_buf *body,
    const struct sek_deadline *dl)
{
	const struct sek_rule *rule = rule_for(c, msg);
	struct sek_buf out = { 0 };
	int r;

	if (rule == NULL || body->len > rule->cap)
		return SEK_E_PROTO;
	if ((r = sek_buf_ok(body)) != SEK_OK)
		return r;
	sek_put_u32(&out, (uint32_t)body->len);
	sek_put_u8(&out, msg);
	sek_put_raw(&out, body->p, body->len);
	/* one write, so that the reader wakes once */
	if ((r = sek_buf_ok(&out)) == SEK_OK)
		r = sek_write_full(c->fd, out.p, out.len, dl);
	if (r == SEK_OK)
		c->state = rule->next;
	sek_buf_free(&out);
	return r;
}

static int
recv_body(int fd, size_t len, struct sek_buf *body,
    const struct sek_deadline *dl)
{
	uint8_t chunk[4096];
	size_t n;
	int r = SEK_OK;

	/* by chunks: a length alone does not make us allocate */
	while (len > 0 && r == SEK_OK) {
		n = len < sizeof chunk ? len : sizeof chunk;
		r = sek_read_full(fd, chunk, n, dl);
		if (r == SEK_OK)
			sek_put_raw(body, chunk, n);
		if (r == SEK_OK)
			r = sek_buf_ok(body);
		len -= n;
	}
	sek_wipe(chunk, sizeof chunk);
	return r == SEK_E_EOF ? SEK_E_PROTO : r;
}

int
sek_chan_recv(struct sek_chan *c, uint8_t *msg, struct sek_buf *body,
    const struct sek_deadline *dl)
{
	uint8_t header[SEK_FRAME_HEADER];
	const struct sek_rule *rule;
	struct sek_deadline whole;
	struct sek_rd rd;
	uint32_t len;
	int r;

	sek_buf_clear(body);
	if ((r = sek_wait_readable(c->fd, dl)) != SEK_OK)
		return r;
	whole = sek_deadline_sooner(*dl, SEK_FRAME_STALL_MS);
	r = sek_read_full(c->fd, header, sizeof header, &whole);
	if (r != SEK_OK)
		return r;
	rd = sek_rd_init(header, sizeof header);
	len = sek_rd_u32(&rd);
	if ((rule = rule_for(c, sek_rd_u8(&rd))) == NULL || len > rule->cap)
		return SEK_E_PROTO;
	if ((r = recv_body(c->fd, len, body, &whole)) != SEK_OK)
		return r;
	*msg = rule->msg;
	c->state = rule->next;
	return SEK_OK;
}
