/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzz target: the downloader's messages, the URLs it is given, and what
 * libcurl makes of a directory's answer; the first byte says which.
 * What a decoder accepts, the encoder must write back byte for byte; an
 * answer must mean the same in whatever pieces it comes.
 * Seeds: tests/corpus/fetch.
 */
#undef NDEBUG
#include <assert.h>
#include <string.h>
#include <strings.h>

#include "fetch/ldif.h"
#include "fetch/url.h"
#include "sekisho/wire_fetch.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
same(const struct sek_buf *a, const struct sek_buf *b)
{
	assert(sek_buf_ok(a) == SEK_OK && a->len == b->len);
	assert(a->len == 0 || memcmp(a->p, b->p, a->len) == 0);
}

static void
get(const struct sek_buf *b)
{
	struct sek_buf again = { 0 };
	struct sek_get m;

	if (sek_get_dec(&m, b) != SEK_OK)
		return;
	assert(m.post.len <= SEK_FETCH_POST_MAX && m.ms > 0);
	sek_get_enc(&again, &m);
	same(&again, b);
	sek_get_clear(&m);
	sek_buf_free(&again);
}

static void
end(const struct sek_buf *b)
{
	struct sek_buf again = { 0 };
	struct sek_fetch_end m;

	if (sek_fetch_end_dec(&m, b) != SEK_OK)
		return;
	assert(m.code <= SEK_FETCH_FAILED && m.http < 1000);
	sek_fetch_end_enc(&again, &m);
	same(&again, b);
	sek_buf_free(&again);
}

static void
url(const struct sek_buf *b)
{
	char text[SEK_URL_MAX] = "";
	struct fetch_url u;
	struct sek_why why;

	if (b->len >= sizeof text)
		return;
	if (b->len > 0)
		memcpy(text, b->p, b->len);
	text[b->len] = '\0';
	if (fetch_url_check(text, &u, &why) == SEK_OK) {
		assert(strstr(text, "://") != NULL);
		assert(strncasecmp(text, "file", 4) != 0);
		assert(u.ldap == (u.attr[0] != '\0'));
	}
	(void)fetch_media_type_ok(text);
}

static int
to_buf(void *arg, const uint8_t *p, size_t n)
{
	assert(n > 0);
	sek_put_raw(arg, p, n);
	return SEK_OK;
}

static int
read_ldif(const struct sek_buf *b, size_t step, struct sek_buf *out)
{
	struct fetch_ldif l;
	size_t at, part;
	int r = SEK_OK;

	fetch_ldif_init(&l, "certificateRevocationList;binary", to_buf, out);
	for (at = 0; at < b->len && r == SEK_OK; at += part) {
		part = b->len - at < step ? b->len - at : step;
		r = fetch_ldif_feed(&l, b->p + at, part);
	}
	if (l.state == FETCH_LDIF_DONE)
		assert(out->len == l.len && l.len > 0 && l.len < b->len);
	return r;
}

static void
ldif(const struct sek_buf *b)
{
	struct sek_buf whole = { 0 }, pieces = { 0 };

	assert(read_ldif(b, b->len + 1, &whole) ==
	    read_ldif(b, 3, &pieces));
	same(&whole, &pieces);
	sek_buf_free(&whole);
	sek_buf_free(&pieces);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static void (*const one[])(const struct sek_buf *) =
	    { get, end, url, ldif };
	struct sek_buf b = { 0 };

	if (n == 0)
		return 0;
	sek_put_raw(&b, p + 1, n - 1);
	one[p[0] % (sizeof one / sizeof one[0])](&b);
	sek_buf_free(&b);
	return 0;
}
