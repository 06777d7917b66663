/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the record of a login says of the key by which sshd let somebody in
 * before it asked us: its fingerprint, as ssh-keygen -l prints it.
 * Runs in the gate.  Decides nothing: it is the word of sshd, of root's.
 */
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

#include "record/audit.h"
#include "gate/login.h"

#define MAX_KEYS 4u
#define MAX_BLOB 8192u /* bytes of a key; RSA 16384 has 2071 */

/* RFC 4648 section 4: whole groups of four, padded. */
static int
decode(const char *p, size_t n, uint8_t *out, size_t *len)
{
	size_t pad;
	int r;

	if (n < 8 || n % 4 != 0 || n / 4 * 3 > MAX_BLOB)
		return SEK_E_SYNTAX;
	pad = p[n - 1] != '=' ? 0 : p[n - 2] != '=' ? 1 : 2;
	r = EVP_DecodeBlock(out, (const uint8_t *)p, (int)n);
	if (r < 0 || (size_t)r < pad)
		return SEK_E_SYNTAX;
	*len = (size_t)r - pad;
	return SEK_OK;
}

/* "SHA256:" and base64 without its padding; `out` of 60 bytes. */
static int
fingerprint(const char *p, size_t n, char *out)
{
	uint8_t blob[MAX_BLOB], hash[SHA256_DIGEST_LENGTH], text[48];
	size_t len;

	if (decode(p, n, blob, &len) != SEK_OK)
		return SEK_E_SYNTAX;
	(void)SHA256(blob, len, hash);
	(void)EVP_EncodeBlock(text, hash, (int)sizeof hash);
	(void)snprintf(out, 60, "SHA256:%.43s", (const char *)text);
	return SEK_OK;
}

/* The third word of "publickey TYPE BASE64"; NULL: it is another line. */
static const char *
key_in(const char *line, size_t n, size_t *len)
{
	static const char method[] = "publickey ";
	const char *end = line + n, *p;

	if (n < sizeof method || memcmp(line, method, sizeof method - 1) != 0)
		return NULL;
	line += sizeof method - 1;
	p = memchr(line, ' ', (size_t)(end - line));
	if (p == NULL)
		return NULL;
	for (line = ++p; p < end && *p != ' ' && *p != '\n'; p++)
		;
	*len = (size_t)(p - line);
	return line;
}

/* SSH_AUTH_INFO_0 (sshd_config(5), ExposeAuthInfo): a line for each method
 * that succeeded. */
void
sek_login_add_ssh(json_t *rec, const struct sek_login *l)
{
	const struct sek_buf *info = &l->begin.ssh_info;
	const char *p = (const char *)info->p, *key, *end;
	char one[60], all[MAX_KEYS * sizeof one] = "";
	size_t left = info->len, n, key_len, len = 0, keys = 0;

	if (l->peer != 0)
		return;
	for (; left > 0 && keys < MAX_KEYS; p += n, left -= n) {
		end = memchr(p, '\n', left);
		n = end == NULL ? left : (size_t)(end - p) + 1;
		key = key_in(p, n, &key_len);
		if (key == NULL || fingerprint(key, key_len, one) != SEK_OK)
			continue;
		len += (size_t)snprintf(all + len, sizeof all - len, "%s%s",
		    len > 0 ? " " : "", one);
		keys++;
	}
	if (len > 0)
		sek_record_str(rec, "where.ssh_key", all);
}
