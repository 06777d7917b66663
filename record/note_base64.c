/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Base64 of RFC 4648 section 4, one encoding for each value.
 * Runs in the gate and in `sekisho`.  libcrypto codes; what it forgives
 * (blanks, line breaks, unused bits) is refused by coding again.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "record/note.h"

#define MAX_BYTES (1024u * 1024)

int
sek_base64_put(struct sek_buf *out, const void *p, size_t n)
{
	size_t room = (n + 2) / 3 * 4 + 1;
	unsigned char *text;

	if (n > MAX_BYTES)
		return SEK_E_LIMIT;
	if ((text = malloc(room)) == NULL)
		return SEK_E_NOMEM;
	sek_put_raw(out, text,
	    (size_t)EVP_EncodeBlock(text, p, (int)n));
	OPENSSL_cleanse(text, room);
	free(text);
	return sek_buf_ok(out);
}

static size_t
padding(const char *text, size_t len)
{
	size_t n = 0;

	while (n < 2 && n < len && text[len - 1 - n] == '=')
		n++;
	return n;
}

int
sek_base64_get(const char *text, size_t len, uint8_t *out, size_t *n)
{
	struct sek_buf again = { 0 };
	size_t room = len / 4 * 3, made;
	uint8_t *p;
	int r = SEK_E_SYNTAX;

	if (len == 0) {
		*n = 0;
		return SEK_OK;
	}
	if (len % 4 != 0 || len > MAX_BYTES / 3 * 4)
		return SEK_E_SYNTAX;
	made = room - padding(text, len);
	if (made > *n)
		return SEK_E_LIMIT;
	if ((p = malloc(room + 1)) == NULL)
		return SEK_E_NOMEM;
	if (EVP_DecodeBlock(p, (const unsigned char *)text, (int)len) !=
	    (int)room)
		goto out;
	if ((r = sek_base64_put(&again, p, made)) != SEK_OK)
		goto out;
	r = again.len == len && memcmp(again.p, text, len) == 0 ? SEK_OK :
	    SEK_E_SYNTAX;
	if (r == SEK_OK) {
		memcpy(out, p, made);
		*n = made;
	}
out:
	OPENSSL_cleanse(p, room + 1);
	free(p);
	sek_buf_free(&again);
	return r;
}
