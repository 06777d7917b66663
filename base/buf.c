/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Buffers that wipe themselves, and the cursor that takes them apart.
 * libc only; runs in every process.  Never reallocates: growth is allocate,
 * copy, wipe, so that no freed page keeps a secret.
 */
#include "sekisho/buf.h"

#include <stdlib.h>
#include <string.h>

#include "sekisho/os.h"

void
sek_buf_free(struct sek_buf *b)
{
	if (b->p != NULL) {
		sek_wipe(b->p, b->cap);
		free(b->p);
	}
	*b = (struct sek_buf){ 0 };
}

void
sek_buf_clear(struct sek_buf *b)
{
	if (b->p != NULL)
		sek_wipe(b->p, b->cap);
	b->len = 0;
	b->bad = false;
}

static bool
grow(struct sek_buf *b, size_t n)
{
	size_t cap = b->cap == 0 ? 256 : b->cap;
	uint8_t *p;

	if (b->bad || n > SEK_BUF_MAX - b->len) {
		b->bad = true;
		return false;
	}
	if (b->len + n <= b->cap)
		return true;
	while (cap < b->len + n)
		cap *= 2;
	if ((p = malloc(cap)) == NULL) {
		b->bad = true;
		return false;
	}
	if (b->p != NULL) {
		memcpy(p, b->p, b->len);
		sek_wipe(b->p, b->cap);
		free(b->p);
	}
	b->p = p;
	b->cap = cap;
	return true;
}

void
sek_put_raw(struct sek_buf *b, const void *p, size_t n)
{
	if (n == 0 || !grow(b, n))
		return;
	memcpy(b->p + b->len, p, n);
	b->len += n;
}

void
sek_put_u8(struct sek_buf *b, uint8_t v)
{
	sek_put_raw(b, &v, 1);
}

void
sek_put_u16(struct sek_buf *b, uint16_t v)
{
	const uint8_t p[2] = { (uint8_t)(v >> 8), (uint8_t)v };

	sek_put_raw(b, p, sizeof p);
}

void
sek_put_u32(struct sek_buf *b, uint32_t v)
{
	sek_put_u16(b, (uint16_t)(v >> 16));
	sek_put_u16(b, (uint16_t)v);
}

void
sek_put_u64(struct sek_buf *b, uint64_t v)
{
	sek_put_u32(b, (uint32_t)(v >> 32));
	sek_put_u32(b, (uint32_t)v);
}

void
sek_put_bytes(struct sek_buf *b, const void *p, size_t n)
{
	if (n > UINT32_MAX) {
		b->bad = true;
		return;
	}
	sek_put_u32(b, (uint32_t)n);
	sek_put_raw(b, p, n);
}

void
sek_put_str(struct sek_buf *b, const char *s)
{
	sek_put_bytes(b, s, s == NULL ? 0 : strlen(s));
}

int
sek_buf_ok(const struct sek_buf *b)
{
	if (!b->bad)
		return SEK_OK;
	return b->len >= SEK_BUF_MAX / 2 ? SEK_E_LIMIT : SEK_E_NOMEM;
}

struct sek_rd
sek_rd_init(const void *p, size_t n)
{
	struct sek_rd r = { .p = p, .left = n, .bad = false };

	return r;
}

static const uint8_t *
take(struct sek_rd *r, size_t n)
{
	const uint8_t *p = r->p;

	if (r->bad || n > r->left) {
		r->bad = true;
		return NULL;
	}
	if (n > 0)
		r->p += n;
	r->left -= n;
	return p;
}

uint8_t
sek_rd_u8(struct sek_rd *r)
{
	const uint8_t *p = take(r, 1);

	return r->bad ? 0 : p[0];
}

uint16_t
sek_rd_u16(struct sek_rd *r)
{
	const uint8_t *p = take(r, 2);

	return r->bad ? 0 : (uint16_t)((unsigned)p[0] << 8 | p[1]);
}

uint32_t
sek_rd_u32(struct sek_rd *r)
{
	uint32_t hi = sek_rd_u16(r);

	return hi << 16 | sek_rd_u16(r);
}

uint64_t
sek_rd_u64(struct sek_rd *r)
{
	uint64_t hi = sek_rd_u32(r);

	return hi << 32 | sek_rd_u32(r);
}

const uint8_t *
sek_rd_bytes(struct sek_rd *r, size_t max, size_t *lenp)
{
	size_t n = sek_rd_u32(r);
	const uint8_t *p;

	*lenp = 0;
	if (r->bad || n > max) {
		r->bad = true;
		return NULL;
	}
	p = take(r, n);
	if (!r->bad)
		*lenp = n;
	return r->bad ? NULL : p;
}

size_t
sek_rd_fixed(struct sek_rd *r, uint8_t *out, size_t cap)
{
	size_t n;
	const uint8_t *p = sek_rd_bytes(r, cap, &n);

	if (n > 0)
		memcpy(out, p, n);
	return n;
}

void
sek_rd_str(struct sek_rd *r, char *out, size_t cap)
{
	size_t n;
	const uint8_t *p = sek_rd_bytes(r, cap - 1, &n);

	out[0] = '\0';
	if (r->bad || n == 0)
		return;
	if (memchr(p, '\0', n) != NULL) {
		r->bad = true;
		return;
	}
	memcpy(out, p, n);
	out[n] = '\0';
}

int
sek_rd_end(const struct sek_rd *r)
{
	return r->bad || r->left != 0 ? SEK_E_PROTO : SEK_OK;
}
