/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzz target: the files of pam_u2f.  What begins with "-" is a key file of
 * OpenSSH, the rest a line with its credentials.  Whatever comes in, what
 * comes out is a key that OpenSSL takes, or a fault with words that can be
 * shown.  Seeds: tests/corpus/authfile.
 */
#undef NDEBUG
#include <assert.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <string.h>

#include "helpdesk/authfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
check_words(const char *text)
{
	for (; *text != '\0'; text++)
		assert((unsigned char)*text >= 0x20 && *text != 0x7f);
}

static void
check_cred(const struct authfile_cred *c)
{
	const unsigned char *p = c->spki;
	EVP_PKEY *key;

	check_words(c->detail);
	if (c->fault != AUTHFILE_GOOD)
		return;
	assert(c->id_len > 0 && c->id_len <= sizeof c->id);
	assert(c->spki_len > 0 && c->spki_len <= sizeof c->spki);
	key = d2i_PUBKEY(NULL, &p, (long)c->spki_len);
	assert(key != NULL && p == c->spki + c->spki_len);
	assert(EVP_PKEY_is_a(key, c->alg == SEK_FIDO_ES256 ? "EC" :
	    c->alg == SEK_FIDO_EDDSA ? "ED25519" : "RSA"));
	EVP_PKEY_free(key);
}

/* Fields are parts of the line, in order, and never empty. */
static void
line(const char *text, size_t n)
{
	struct authfile_fields f = { text, text + n, ':' };
	struct authfile_cred c;
	const char *p, *last = text;
	size_t len;

	while (authfile_field(&f, &p, &len)) {
		assert(p >= last && len > 0 && p + len <= text + n);
		assert(memchr(p, ':', len) == NULL);
		last = p + len;
		authfile_cred(p, len, &c);
		check_cred(&c);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct authfile_cred c;
	struct sek_why why = { "" };
	char rp[SEK_RP_MAX];

	if (n > 0 && *p == '-') {
		if (authfile_ssh((const char *)p, n, &c, rp, &why) == SEK_OK) {
			assert(memchr(rp, '\0', sizeof rp) != NULL);
			assert(c.fault == AUTHFILE_GOOD && !c.u2f);
			check_cred(&c);
		} else {
			assert(why.text[0] != '\0');
			check_words(why.text);
		}
	} else {
		line((const char *)p, n);
	}
	ERR_clear_error();
	return 0;
}
