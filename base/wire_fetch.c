/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The messages of the downloader as bytes, and the table of what may come
 * when.  libc only; runs in the gate, in sekisho-fetch and in its downloader.
 * Never lets a byte through that a log could not show as it is.
 */
#include "sekisho/wire_fetch.h"

#include <string.h>

#define GET_CAP (SEK_FETCH_POST_MAX + 4096u)
#define END_CAP 512u
#define HTTP_MAX 999u /* RFC 9110 section 15: three digits */
#define HTTP_OK 200u

const struct sek_rule sek_fetch_rules[] = {
	{ SEK_FETCH_IDLE, SEK_F_GET, SEK_FETCH_BUSY, GET_CAP },
	{ SEK_FETCH_BUSY, SEK_F_DATA, SEK_FETCH_BUSY, SEK_FETCH_CHUNK },
	{ SEK_FETCH_BUSY, SEK_F_END, SEK_FETCH_IDLE, END_CAP },
};
const size_t sek_fetch_n_rules =
    sizeof sek_fetch_rules / sizeof sek_fetch_rules[0];

void
sek_get_enc(struct sek_buf *b, const struct sek_get *m)
{
	sek_put_str(b, m->url);
	sek_put_str(b, m->post_type);
	sek_put_bytes(b, m->post.p, m->post.len);
	sek_put_str(b, m->proxy);
	sek_put_str(b, m->ca_file);
	sek_put_u64(b, m->max_bytes);
	sek_put_u32(b, m->ms);
}

/* A body without its type, or no time at all, is nobody's question. */
static bool
makes_sense(const struct sek_get *m, size_t post_len)
{
	return m->url[0] != '\0' && m->ms != 0 &&
	    (m->post_type[0] != '\0' || post_len == 0);
}

int
sek_get_dec(struct sek_get *out, const struct sek_buf *b)
{
	struct sek_rd r = sek_rd_init(b->p, b->len);
	struct sek_get m = { 0 };
	const uint8_t *p;
	size_t n;
	int e;

	sek_rd_str(&r, m.url, sizeof m.url);
	sek_rd_str(&r, m.post_type, sizeof m.post_type);
	p = sek_rd_bytes(&r, SEK_FETCH_POST_MAX, &n);
	sek_rd_str(&r, m.proxy, sizeof m.proxy);
	sek_rd_str(&r, m.ca_file, sizeof m.ca_file);
	m.max_bytes = sek_rd_u64(&r);
	m.ms = sek_rd_u32(&r);
	if (sek_rd_end(&r) != SEK_OK || !makes_sense(&m, n))
		return SEK_E_PROTO;
	sek_put_raw(&m.post, p, n);
	if ((e = sek_buf_ok(&m.post)) != SEK_OK) {
		sek_buf_free(&m.post);
		return e;
	}
	*out = m;
	return SEK_OK;
}

void
sek_get_clear(struct sek_get *m)
{
	sek_buf_free(&m->post);
	memset(m, 0, sizeof *m);
}

void
sek_fetch_end_enc(struct sek_buf *b, const struct sek_fetch_end *m)
{
	sek_put_u8(b, (uint8_t)m->code);
	sek_put_u32(b, m->http);
	sek_put_str(b, m->text);
}

/* The text goes to logs, and the other side may have been taken over: only
 * what needs no escaping. */
static bool
is_plain(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s < 0x20 || *s > 0x7E)
			return false;
	return true;
}

int
sek_fetch_end_dec(struct sek_fetch_end *out, const struct sek_buf *b)
{
	struct sek_rd r = sek_rd_init(b->p, b->len);
	struct sek_fetch_end m = { 0 };
	uint8_t code = sek_rd_u8(&r);

	m.http = sek_rd_u32(&r);
	sek_rd_str(&r, m.text, sizeof m.text);
	if (sek_rd_end(&r) != SEK_OK || code > SEK_FETCH_FAILED ||
	    m.http > HTTP_MAX || !is_plain(m.text) ||
	    (code == SEK_FETCH_OK && m.http != 0 && m.http != HTTP_OK))
		return SEK_E_PROTO;
	m.code = (enum sek_fetch_code)code;
	*out = m;
	return SEK_OK;
}
