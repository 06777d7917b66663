/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files of OpenSSH for a credential on a FIDO2 key: FILE names the key
 * (PROTOCOL.key, PROTOCOL.u2f: the id and what is demanded of it, no secret),
 * FILE.pub is its public half.
 *
 * Part of the administrator's program.  Must never write over a file, nor
 * follow a link at its end, nor remove what it has not made: the folder may
 * be the person's own.
 */
#include "helpdesk/fido.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sekisho/os.h"

#define MAGIC "openssh-key-v1" /* with its NUL */
#define ED25519 "sk-ssh-ed25519@openssh.com"
#define ECDSA "sk-ecdsa-sha2-nistp256@openssh.com"
#define CURVE "nistp256"
#define BEGIN "-----BEGIN OPENSSH PRIVATE KEY-----\n"
#define END "-----END OPENSSH PRIVATE KEY-----\n"
#define LINE 70u      /* of base64 */
#define BLOCK 8u      /* the cipher "none" pads to this */
#define TOUCH 0x01u   /* SSH_SK_USER_PRESENCE_REQD */
#define VERIFY 0x04u  /* SSH_SK_USER_VERIFICATION_REQD */

/* -- the files */

static int
failed(const struct desk *d, const char *file, const char *what)
{
	DESK_ERR(d, W_CERT_FILE, { file, what });
	return DESK_REFUSED;
}

static int
make(const struct enrol_ssh *s, const char *suffix, mode_t mode, int *fd)
{
	char name[sizeof(s->name) + 8];

	(void)snprintf(name, sizeof(name), "%s%s", s->name, suffix);
	*fd = openat(s->folder, name, O_WRONLY | O_CREAT | O_EXCL |
	    O_NOFOLLOW | O_CLOEXEC, mode);
	/* whatever our umask */
	if (*fd >= 0 && fchmod(*fd, mode) == 0)
		return SEK_OK;
	return SEK_E_IO;
}

/* The folder is opened once: what its path leads to later does not matter. */
static int
open_folder(struct enrol_ssh *s, const struct desk *d)
{
	const char *slash = strrchr(s->file, '/');
	const char *name = slash != NULL ? slash + 1 : s->file;
	char path[PATH_MAX] = ".";
	int n = 0;

	if (slash != NULL)
		n = snprintf(path, sizeof(path), "%.*s",
		    (int)(slash - s->file) + 1, s->file);
	if (*name == '\0' || strlen(name) + 4 >= sizeof(s->name) ||
	    n >= (int)sizeof(path))
		return failed(d, s->file, strerror(ENAMETOOLONG));
	(void)snprintf(s->name, sizeof(s->name), "%s", name);
	s->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return s->folder >= 0 ? DESK_GO : failed(d, s->file, strerror(errno));
}

int
enrol_ssh_open(struct enrol_ssh *s, const struct desk *d)
{
	int r;

	if ((r = open_folder(s, d)) != DESK_GO)
		return r;
	if (make(s, "", 0600, &s->secret) != SEK_OK ||
	    make(s, ".pub", 0644, &s->public) != SEK_OK)
		return failed(d, s->file, strerror(errno));
	return DESK_GO;
}

static void
remove_one(const struct enrol_ssh *s, int fd, const char *suffix)
{
	char name[sizeof(s->name) + 8];

	if (fd < 0)
		return;
	(void)snprintf(name, sizeof(name), "%s%s", s->name, suffix);
	(void)unlinkat(s->folder, name, 0);
}

void
enrol_ssh_close(struct enrol_ssh *s, bool keep)
{
	if (!keep) {
		remove_one(s, s->secret, "");
		remove_one(s, s->public, ".pub");
	}
	if (s->secret >= 0)
		(void)close(s->secret);
	if (s->public >= 0)
		(void)close(s->public);
	if (s->folder >= 0)
		(void)close(s->folder);
	s->folder = s->secret = s->public = -1;
}

/* -- what stands in them */

/* The raw key out of its SubjectPublicKeyInfo: x || y with a 04 before it,
 * or the 32 bytes of Ed25519. */
static int
raw_key(const struct sek_fido_cred *c, uint8_t out[65], size_t *n)
{
	const uint8_t *p = c->spki;
	EVP_PKEY *key = d2i_PUBKEY(NULL, &p, (long)c->spki_len);
	size_t len = 65;
	int r = SEK_E_CRYPTO;

	if (key == NULL)
		goto out;
	if (c->alg == SEK_FIDO_EDDSA) {
		if (EVP_PKEY_get_raw_public_key(key, out, &len) == 1 &&
		    len == 32)
			r = SEK_OK;
	} else if (c->alg == SEK_FIDO_ES256) {
		if (EVP_PKEY_get_octet_string_param(key, "encoded-pub-key",
		    out, len, &len) == 1 && len == 65 && out[0] == 0x04)
			r = SEK_OK;
	}
	if (r == SEK_OK)
		*n = len;
out:
	EVP_PKEY_free(key);
	ERR_clear_error();
	return r;
}

/* Kind, key and application: the head of both files. */
static int
put_public(struct sek_buf *b, const struct sek_fido_cred *c)
{
	uint8_t key[65];
	size_t n = 0;
	int r;

	if ((r = raw_key(c, key, &n)) != SEK_OK)
		return r;
	if (c->alg == SEK_FIDO_EDDSA) {
		sek_put_str(b, ED25519);
	} else {
		sek_put_str(b, ECDSA);
		sek_put_str(b, CURVE);
	}
	sek_put_bytes(b, key, n);
	sek_put_str(b, c->rp);
	return sek_buf_ok(b);
}

static int
put_private(struct sek_buf *b, const struct sek_fido_cred *c,
    const char *comment)
{
	uint32_t check;
	uint8_t pad;
	int r;

	/* twice the same, to tell a wrong passphrase; there is none */
	if ((r = sek_random(&check, sizeof(check))) != SEK_OK)
		return r;
	sek_put_u32(b, check);
	sek_put_u32(b, check);
	if ((r = put_public(b, c)) != SEK_OK)
		return r;
	sek_put_u8(b, TOUCH | (c->verified ? VERIFY : 0));
	sek_put_bytes(b, c->id, c->id_len);
	sek_put_str(b, ""); /* reserved */
	sek_put_str(b, comment);
	for (pad = 1; b->len % BLOCK != 0; pad++)
		sek_put_u8(b, pad);
	return sek_buf_ok(b);
}

/* PROTOCOL.key: no cipher, no kdf, one key. */
static int
put_file(struct sek_buf *b, const struct sek_buf *public,
    const struct sek_buf *private)
{
	sek_put_raw(b, MAGIC, sizeof(MAGIC));
	sek_put_str(b, "none");
	sek_put_str(b, "none");
	sek_put_str(b, "");
	sek_put_u32(b, 1);
	sek_put_bytes(b, public->p, public->len);
	sek_put_bytes(b, private->p, private->len);
	return sek_buf_ok(b);
}

/* In lines of `width`; 0: in one. */
static int
put_base64(struct sek_buf *to, const struct sek_buf *from, size_t width)
{
	struct sek_buf text = { 0 };
	unsigned char part[5];
	size_t i, n;
	int r;

	for (i = 0; i < from->len; i += 3) {
		n = from->len - i < 3 ? from->len - i : 3;
		(void)EVP_EncodeBlock(part, from->p + i, (int)n);
		sek_put_raw(&text, part, 4);
	}
	for (i = 0; i < text.len; i += n) {
		n = width > 0 && text.len - i > width ? width : text.len - i;
		sek_put_raw(to, text.p + i, n);
		if (width > 0)
			sek_put_u8(to, '\n');
	}
	r = sek_buf_ok(&text);
	sek_buf_free(&text);
	return r == SEK_OK ? sek_buf_ok(to) : r;
}

static int
write_one(int fd, const struct sek_buf *text)
{
	size_t done = 0;
	ssize_t n;

	while (done < text->len) {
		n = write(fd, text->p + done, text->len - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return SEK_E_IO;
		done += (size_t)n;
	}
	return fsync(fd) == 0 ? SEK_OK : SEK_E_IO;
}

static int
write_both(const struct enrol_ssh *s, const struct sek_fido_cred *c,
    const struct sek_buf *public, const struct sek_buf *whole,
    const char *comment)
{
	struct sek_buf text = { 0 };
	int r;

	sek_put_raw(&text, BEGIN, sizeof(BEGIN) - 1);
	r = put_base64(&text, whole, LINE);
	sek_put_raw(&text, END, sizeof(END) - 1);
	if (r == SEK_OK && (r = sek_buf_ok(&text)) == SEK_OK)
		r = write_one(s->secret, &text);
	sek_buf_clear(&text);
	sek_put_raw(&text, c->alg == SEK_FIDO_EDDSA ? ED25519 : ECDSA,
	    strlen(c->alg == SEK_FIDO_EDDSA ? ED25519 : ECDSA));
	sek_put_u8(&text, ' ');
	if (r == SEK_OK)
		r = put_base64(&text, public, 0);
	sek_put_u8(&text, ' ');
	sek_put_raw(&text, comment, strlen(comment));
	sek_put_u8(&text, '\n');
	if (r == SEK_OK && (r = sek_buf_ok(&text)) == SEK_OK)
		r = write_one(s->public, &text);
	sek_buf_free(&text);
	return r;
}

int
enrol_ssh_write(const struct enrol_ssh *s, const struct sek_fido_cred *c,
    const char *comment, struct sek_why *why)
{
	struct sek_buf public = { 0 }, private = { 0 }, whole = { 0 };
	int r;

	if ((r = put_public(&public, c)) == SEK_OK &&
	    (r = put_private(&private, c, comment)) == SEK_OK &&
	    (r = put_file(&whole, &public, &private)) == SEK_OK)
		r = write_both(s, c, &public, &whole, comment);
	if (r == SEK_OK && fsync(s->folder) != 0)
		r = SEK_E_IO;
	if (r != SEK_OK)
		(void)sek_why_about(why, r, s->file, r == SEK_E_IO ?
		    strerror(errno) : sek_strerror(r));
	sek_buf_free(&public);
	sek_buf_free(&private);
	sek_buf_free(&whole);
	return r;
}
