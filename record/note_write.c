/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes checkpoints: C2SP tlog-checkpoint, signed as C2SP signed-note says.
 * Runs in the gate after each append, and in `sekisho`.
 * Signs what it is given: that no two roots contradict each other is up to
 * who appends.
 */
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "record/note.h"

#define DASH "\xE2\x80\x94 " /* em dash U+2014, space */
#define ED25519_LEN 64u

int
sek_checkpoint_body(const char *origin, uint64_t size,
    const uint8_t root[SEK_HASH_LEN], struct sek_buf *out)
{
	char text[32];
	int r;

	if (!sek_origin_ok(origin))
		return SEK_E_INVAL;
	(void)snprintf(text, sizeof text, "\n%llu\n",
	    (unsigned long long)size);
	sek_put_raw(out, origin, strlen(origin));
	sek_put_raw(out, text, strlen(text));
	if ((r = sek_base64_put(out, root, SEK_HASH_LEN)) != SEK_OK)
		return r;
	sek_put_u8(out, '\n');
	return sek_buf_ok(out);
}

int
sek_note_line(const struct sek_vkey *k, const uint8_t *sig, size_t n,
    struct sek_buf *line)
{
	struct sek_buf both = { 0 };
	int r;

	sek_put_raw(&both, k->id, sizeof k->id);
	sek_put_raw(&both, sig, n);
	sek_put_raw(line, DASH, sizeof DASH - 1);
	sek_put_raw(line, k->name, strlen(k->name));
	sek_put_u8(line, ' ');
	if ((r = sek_buf_ok(&both)) == SEK_OK)
		r = sek_base64_put(line, both.p, both.len);
	sek_put_u8(line, '\n');
	sek_buf_free(&both);
	return r == SEK_OK ? sek_buf_ok(line) : r;
}

int
sek_note_sign(const struct sek_skey *k, const void *body, size_t n,
    struct sek_buf *line)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t sig[ED25519_LEN];
	size_t len = sizeof sig;
	int r = SEK_E_CRYPTO;

	if (ctx != NULL && EVP_DigestSignInit(ctx, NULL, NULL, NULL,
	    k->pkey) == 1 && EVP_DigestSign(ctx, sig, &len, body, n) == 1 &&
	    len == sizeof sig)
		r = sek_note_line(&k->pub, sig, len, line);
	EVP_MD_CTX_free(ctx);
	return r;
}
