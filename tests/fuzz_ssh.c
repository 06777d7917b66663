/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzz target: keys and certificates of OpenSSH.  What begins with a 0 byte
 * is one in binary, the rest what sshd tells of a login.  Whatever comes in,
 * what comes out is a key whose own bytes give the same key, or words that
 * can be shown.  Seeds: tests/corpus/ssh.
 */
#undef NDEBUG
#include <assert.h>
#include <openssl/err.h>
#include <string.h>

#include "gate/ssh_key.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
check_words(const char *text)
{
	for (; *text != '\0'; text++)
		assert((unsigned char)*text >= 0x20 && *text != 0x7f);
}

static void
check_key(const struct sek_ssh_key *k)
{
	struct sek_ssh_key again;
	struct sek_why why = { "" };

	assert(k->blob_len > 0 && k->blob_len <= sizeof k->blob);
	assert(sek_ssh_is_type(k->type, strlen(k->type)));
	assert(strlen(k->print) == SEK_SSH_PRINT_MAX - 1);
	assert(memchr(k->application, '\0', sizeof k->application) != NULL);
	assert(k->sk || k->application[0] == '\0');
	if (k->certified) {
		check_words(k->cert.id);
		assert(strlen(k->cert.ca) == SEK_SSH_PRINT_MAX - 1);
	}
	assert(sek_ssh_key_read(k->blob, k->blob_len, &again, &why) ==
	    SEK_OK);
	assert(!again.certified && again.type == k->type);
	assert(strcmp(again.print, k->print) == 0);
	assert(strcmp(again.application, k->application) == 0);
	assert(memcmp(again.spki_sha256, k->spki_sha256, 32) == 0);
	assert(again.blob_len == k->blob_len &&
	    memcmp(again.blob, k->blob, k->blob_len) == 0);
}

static void
lines(const char *at, size_t left)
{
	const char *line, *end = at + left;
	char print[SEK_SSH_PRINT_MAX];
	struct sek_ssh_key key;
	struct sek_why why;
	size_t n;

	while (sek_ssh_next_key(&at, &left, &line, &n)) {
		assert(line + n <= end && at <= end);
		why.text[0] = '\0';
		if (sek_ssh_line_read(line, n, &key, &why) == SEK_OK) {
			check_key(&key);
			assert(sek_ssh_line_print(line, n, print) == SEK_OK);
			assert(strcmp(print, key.print) == 0);
		} else {
			assert(why.text[0] != '\0');
			check_words(why.text);
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct sek_ssh_key key;
	struct sek_why why = { "" };

	if (n > 0 && *p == 0) {
		if (sek_ssh_key_read(p, n, &key, &why) == SEK_OK)
			check_key(&key);
		else
			assert(why.text[0] != '\0');
	} else if (n > 0) {
		lines((const char *)p, n);
	}
	ERR_clear_error();
	return 0;
}
