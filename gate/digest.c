/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHA-256 over the parts of a file's head, or of what stands for a thing.
 * Runs in the gate and in those who write its files.  Pure.
 */
#include "gate/digest.h"

#include <openssl/evp.h>

int
sek_digest_two(const void *a, size_t n, const void *b, size_t m,
    uint8_t out[32])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int ok;

	ok = ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1 &&
	    EVP_DigestUpdate(ctx, a, n) == 1 &&
	    EVP_DigestUpdate(ctx, b, m) == 1 &&
	    EVP_DigestFinal_ex(ctx, out, NULL) == 1;
	EVP_MD_CTX_free(ctx);
	return ok ? SEK_OK : SEK_E_CRYPTO;
}

int
sek_digest_of(struct sek_buf *b, uint8_t out[32])
{
	int r = sek_buf_ok(b);

	if (r == SEK_OK &&
	    EVP_Digest(b->p, b->len, out, NULL, EVP_sha256(), NULL) != 1)
		r = SEK_E_CRYPTO;
	sek_buf_free(b);
	return r;
}
