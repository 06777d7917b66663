/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The private key file of OpenSSH that pam_u2f takes with `sshformat`: what
 * it holds is no secret, but the handle of a key and its public key.
 *
 * Part of the administrator's program.  PROTOCOL.key and PROTOCOL.u2f of
 * OpenSSH; one key, not encrypted, both copies of the public key equal, and
 * nothing after it but the padding.
 */
#include <string.h>

#include "gate/ssh_key.h"
#include "helpdesk/authfile.h"
#include "sekisho/buf.h"

#define HEAD "-----BEGIN OPENSSH PRIVATE KEY-----"
#define TAIL "-----END OPENSSH PRIVATE KEY-----"
#define MAGIC "openssh-key-v1" /* with its NUL */
#define BLOCK 8u               /* padding of cipher "none" */
#define FLAG_VERIFY 0x04u      /* SSH_SK_USER_VERIFICATION_REQD */

static int
bad(struct sek_why *why, const char *what)
{
	sek_why_set(why, "no usable key file of OpenSSH: %s", what);
	return SEK_E_SYNTAX;
}

/* A text without the ends of its lines; how long it is then. */
static size_t
join(const char *p, size_t n, char *out)
{
	size_t i, k = 0;

	for (i = 0; i < n; i++)
		if (p[i] != '\n' && p[i] != '\r')
			out[k++] = p[i];
	return k;
}

/* What stands between the two lines, decoded. */
static int
unwrap(const char *p, size_t n, uint8_t *out, size_t cap, size_t *len,
    struct sek_why *why)
{
	char text[AUTHFILE_SSH_MAX];
	const char *end;
	size_t k;

	if (n > AUTHFILE_SSH_MAX)
		return bad(why, "too large");
	if (n < sizeof HEAD || memcmp(p, HEAD, sizeof HEAD - 1) != 0 ||
	    (p[sizeof HEAD - 1] != '\n' && p[sizeof HEAD - 1] != '\r'))
		return bad(why, "another first line");
	p += sizeof HEAD - 1;
	n -= sizeof HEAD - 1;
	if ((end = memchr(p, '-', n)) == NULL)
		return bad(why, "no last line");
	n -= (size_t)(end - p);
	if (n < sizeof TAIL - 1 || memcmp(end, TAIL, sizeof TAIL - 1) != 0)
		return bad(why, "another last line");
	if (join(end + sizeof TAIL - 1, n - (sizeof TAIL - 1), text) > 0)
		return bad(why, "something after the last line");
	k = join(p, (size_t)(end - p), text);
	return authfile_base64(text, k, out, cap, len) ? SEK_OK :
	    bad(why, "no base64");
}

static bool
next_is(struct sek_rd *r, const char *text)
{
	size_t n;
	const uint8_t *p = sek_rd_bytes(r, 64, &n);

	return p != NULL && n == strlen(text) && memcmp(p, text, n) == 0;
}

/* 1, 2, 3, ... up to a whole block. */
static bool
is_padding(const struct sek_rd *r)
{
	size_t i;

	for (i = 0; i < r->left; i++)
		if (r->p[i] != i + 1)
			return false;
	return r->left < BLOCK;
}

/* The same public key once more, byte for byte, and what only the key needs
 * to know. */
static int
read_private(const uint8_t *p, size_t n, const struct sek_ssh_key *public,
    struct authfile_cred *out, struct sek_why *why)
{
	struct sek_rd r = sek_rd_init(p, n);
	uint32_t check = sek_rd_u32(&r);
	const uint8_t *id;
	uint8_t flags;
	size_t len;

	if (sek_rd_u32(&r) != check)
		return bad(why, "its check values differ");
	if (r.bad || r.left < public->blob_len)
		return bad(why, "cut short");
	if (memcmp(r.p, public->blob, public->blob_len) != 0)
		return bad(why, "its two public keys differ");
	r.p += public->blob_len;
	r.left -= public->blob_len;
	flags = sek_rd_u8(&r);
	id = sek_rd_bytes(&r, sizeof out->id, &out->id_len);
	(void)sek_rd_bytes(&r, 1024, &len); /* reserved */
	(void)sek_rd_bytes(&r, 1024, &len); /* comment */
	if (r.bad || out->id_len == 0)
		return bad(why, "cut short, or without a handle");
	if (n % BLOCK != 0 || !is_padding(&r))
		return bad(why, "another padding");
	memcpy(out->id, id, out->id_len);
	out->verified = (flags & FLAG_VERIFY) != 0;
	return SEK_OK;
}

/* The public half: of a security key, and no certificate. */
static int
read_public(const uint8_t *p, size_t n, struct authfile_cred *out,
    struct sek_ssh_key *public, struct sek_why *why)
{
	struct sek_why inner = { "" };

	if (sek_ssh_key_read(p, n, public, &inner) != SEK_OK)
		return bad(why, inner.text);
	if (!public->sk || public->certified)
		return bad(why, "not of a security key (sk-)");
	out->alg = strcmp(public->name, "Ed25519") == 0 ? SEK_FIDO_EDDSA :
	    SEK_FIDO_ES256;
	memcpy(out->spki, public->spki, public->spki_len);
	out->spki_len = public->spki_len;
	return SEK_OK;
}

/* The frame: magic, no cipher, one key. */
static int
read_frame(const uint8_t *p, size_t n, struct authfile_cred *out,
    struct sek_ssh_key *public, struct sek_why *why)
{
	struct sek_rd r;
	const uint8_t *one, *two;
	size_t one_len, two_len;
	int e;

	if (n < sizeof MAGIC || memcmp(p, MAGIC, sizeof MAGIC) != 0)
		return bad(why, "another magic");
	r = sek_rd_init(p + sizeof MAGIC, n - sizeof MAGIC);
	if (!next_is(&r, "none") || !next_is(&r, "none") || !next_is(&r, ""))
		return bad(why, "it is encrypted: take the passphrase off "
		    "with `ssh-keygen -p` first");
	if (sek_rd_u32(&r) != 1)
		return bad(why, "not exactly one key");
	one = sek_rd_bytes(&r, AUTHFILE_SSH_MAX, &one_len);
	two = sek_rd_bytes(&r, AUTHFILE_SSH_MAX, &two_len);
	if (sek_rd_end(&r) != SEK_OK)
		return bad(why, "cut short, or too long");
	e = read_public(one, one_len, out, public, why);
	return e == SEK_OK ? read_private(two, two_len, public, out, why) : e;
}

int
authfile_ssh(const char *p, size_t n, struct authfile_cred *out,
    char rp[SEK_RP_MAX], struct sek_why *why)
{
	struct authfile_cred c = { .fault = AUTHFILE_GOOD };
	struct sek_ssh_key public = { .type = NULL };
	uint8_t raw[AUTHFILE_SSH_MAX];
	size_t len = 0;
	int r;

	if ((r = unwrap(p, n, raw, sizeof raw, &len, why)) != SEK_OK ||
	    (r = read_frame(raw, len, &c, &public, why)) != SEK_OK)
		return r;
	*out = c;
	memcpy(rp, public.application, SEK_RP_MAX);
	return SEK_OK;
}
