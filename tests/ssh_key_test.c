/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys and certificates of OpenSSH: each type as ssh-keygen writes it, and
 * what is not quite one.
 */
#include "tests/check.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gate/ssh_key.h"
#include "record/note.h"
#include "sekisho/buf.h"
#include "tests/ssh_vectors.h"

#define N_VECTORS (sizeof vectors / sizeof vectors[0])

static struct sek_ssh_key key;
static struct sek_why why;
static uint8_t blob[SEK_SSH_BLOB_MAX + 8];

static int
read_line(const char *line)
{
	why.text[0] = '\0';
	return sek_ssh_line_read(line, strlen(line), &key, &why);
}

/* The bytes of a line. */
static size_t
bytes_of(const char *line, uint8_t *out)
{
	const char *base64 = strchr(line, ' ') + 1;
	size_t n = SEK_SSH_BLOB_MAX;

	CHECK_INT(sek_base64_get(base64, strcspn(base64, " "), out, &n),
	    SEK_OK);
	return n;
}

static const char *
hex(const uint8_t hash[32])
{
	static char text[65];
	size_t i;

	for (i = 0; i < 32; i++)
		(void)snprintf(text + 2 * i, 3, "%02x", hash[i]);
	return text;
}

static void
each_type_is_read(void)
{
	const struct vector *v;
	uint8_t plain[SEK_SSH_BLOB_MAX];
	size_t i, n;

	for (i = 0; i < N_VECTORS; i++) {
		v = &vectors[i];
		CHECK_INT(read_line(v->line), SEK_OK);
		CHECK_STR(why.text, "");
		CHECK_STR(key.name, v->key);
		CHECK_STR(key.print, v->print);
		CHECK_STR(hex(key.spki_sha256), v->spki);
		CHECK(!key.certified);
		CHECK(strncmp(key.type, v->line, strlen(key.type)) == 0);
		CHECK_INT(key.sk, strncmp(v->name, "sk", 2) == 0);
		CHECK_STR(key.application, key.sk ? "ssh:" : "");
		CHECK_INT(key.rsa_bits, i == 0 ? 2048 : 0);
		n = bytes_of(v->line, plain);
		CHECK_INT(key.blob_len, n);
		CHECK(memcmp(key.blob, plain, n) == 0);
		CHECK(sek_ssh_is_type(key.type, strlen(key.type)));
	}
}

/* The key in a certificate is the same key. */
static void
each_certificate_is_read(void)
{
	uint8_t plain[SEK_SSH_BLOB_MAX];
	const struct vector *v;
	char id[40];
	size_t i, n;

	for (i = 0; i < N_VECTORS; i++) {
		v = &vectors[i];
		CHECK_INT(read_line(v->cert), SEK_OK);
		CHECK(key.certified && key.cert.user);
		CHECK_STR(key.print, v->print);
		CHECK_STR(hex(key.spki_sha256), v->spki);
		n = bytes_of(v->line, plain);
		CHECK_INT(key.blob_len, n);
		CHECK(memcmp(key.blob, plain, n) == 0);
		CHECK(key.cert.serial == UINT64_MAX);
		(void)snprintf(id, sizeof id, "dr.yamada-%s", v->name);
		CHECK_STR(key.cert.id, id);
		CHECK_STR(key.cert.ca, vector_ca_print);
		CHECK(key.cert.before - key.cert.after == 365 * 86400);
	}
	CHECK_INT(read_line(vector_ca), SEK_OK);
	CHECK_STR(key.print, vector_ca_print);
	CHECK_INT(read_line(vector_edhost), SEK_OK);
	CHECK(key.certified && !key.cert.user);
	CHECK(key.cert.after == 0 && key.cert.before == UINT64_MAX);
}

/* Nothing is written where nothing was read. */
static void
refused(const uint8_t *p, size_t n)
{
	struct sek_ssh_key out;

	memset(&out, 0x5a, sizeof out);
	why.text[0] = '\0';
	CHECK(sek_ssh_key_read(p, n, &out, &why) != SEK_OK);
	CHECK(why.text[0] != '\0');
	CHECK(out.blob[0] == 0x5a && out.print[0] == 0x5a);
}

static void
cut_anywhere(void)
{
	const char *lines[2];
	uint8_t *part;
	size_t i, k, n, cut;

	for (i = 0; i < N_VECTORS; i++) {
		lines[0] = vectors[i].line;
		lines[1] = vectors[i].cert;
		for (k = 0; k < 2; k++) {
			n = bytes_of(lines[k], blob);
			for (cut = 0; cut < n; cut++) {
				/* of this size: a sanitizer sees more */
				part = malloc(cut > 0 ? cut : 1);
				CHECK(part != NULL);
				memcpy(part, blob, cut);
				refused(part, cut);
				free(part);
			}
		}
	}
}

static void
something_behind_it(void)
{
	size_t i, n;

	for (i = 0; i < N_VECTORS; i++) {
		n = bytes_of(vectors[i].line, blob);
		blob[n] = 0;
		refused(blob, n + 1);
		n = bytes_of(vectors[i].cert, blob);
		blob[n] = 0;
		refused(blob, n + 1);
	}
}

/* Each length in turn, one more and one less and huge. */
static void
lengths_that_lie(void)
{
	static const uint8_t high[4] = { 0xff, 0x7f, 0x80, 0x01 };
	size_t i, k, n, at;

	for (i = 0; i < N_VECTORS; i++) {
		n = bytes_of(vectors[i].line, blob);
		for (at = 0; at + 4 <= n;) {
			uint32_t len = (uint32_t)blob[at] << 24 |
			    (uint32_t)blob[at + 1] << 16 |
			    (uint32_t)blob[at + 2] << 8 | blob[at + 3];

			for (k = 0; k < sizeof high; k++) {
				blob[at] ^= high[k];
				refused(blob, n);
				blob[at] ^= high[k];
				blob[at + 3] ^= (uint8_t)(1u << k);
				refused(blob, n);
				blob[at + 3] ^= (uint8_t)(1u << k);
			}
			at += 4 + len;
		}
		CHECK_INT(at, n);
	}
}

/* -- keys put together of their parts */

struct part {
	const char *p;
	size_t n;
};

#define PART(s) { (s), sizeof(s) - 1 }

static void
refused_parts(const struct part *parts, size_t n)
{
	struct sek_buf b = { 0 };
	size_t i;

	for (i = 0; i < n; i++)
		sek_put_bytes(&b, parts[i].p, parts[i].n);
	CHECK_INT(sek_buf_ok(&b), SEK_OK);
	refused(b.p, b.len);
	sek_buf_free(&b);
}

#define REFUSED(...)							\
	refused_parts((const struct part[]){ __VA_ARGS__ },		\
	    sizeof((const struct part[]){ __VA_ARGS__ }) /		\
	    sizeof(struct part))

/* The modulus of the RSA key, of which the rest is made. */
static struct part
modulus(char *to)
{
	size_t n = bytes_of(vectors[0].line, blob);

	memcpy(to, blob + n - 257, 257);
	return (struct part){ to, 257 };
}

static void
numbers_of_rsa(void)
{
	char m[257];
	const struct part rsa = PART("ssh-rsa"), n = modulus(m);
	struct sek_buf b = { 0 };

	sek_put_str(&b, "ssh-rsa");
	sek_put_bytes(&b, "\1\0\1", 3);
	sek_put_bytes(&b, m, sizeof m);
	CHECK_INT(sek_ssh_key_read(b.p, b.len, &key, &why), SEK_OK);
	sek_buf_free(&b);
	REFUSED(rsa, PART(""), n);                 /* 0 */
	REFUSED(rsa, PART("\1"), n);               /* 1 */
	REFUSED(rsa, PART("\2"), n);               /* even */
	REFUSED(rsa, PART("\0\1\0\1"), n);         /* a byte too many */
	REFUSED(rsa, PART("\0"), n);
	REFUSED(rsa, PART("\x81"), n);             /* negative */
	REFUSED(rsa, PART("\1\0\0\0\0\0\0\0\0\1"), n); /* huge */
	REFUSED(rsa, PART("\1\0\1"), { m + 1, 256 }); /* negative */
	REFUSED(rsa, n, PART("\1\0\1"));           /* the other way round */
	REFUSED(rsa, PART("\1\0\1"), PART(""));
	m[256] &= ~1;
	REFUSED(rsa, PART("\1\0\1"), n);           /* even */
	CHECK(read_line(vector_short) != SEK_OK);
	CHECK(strstr(why.text, "RSA of a size") != NULL);
}

static void
rsa_of_8193_bits(void)
{
	static uint8_t n[1026];
	struct sek_buf b = { 0 };

	memset(n, 0xff, sizeof n);
	n[0] = 0;
	n[1] = 1; /* 8193 bits, without the 0 before it */
	sek_put_str(&b, "ssh-rsa");
	sek_put_bytes(&b, "\3", 1);
	sek_put_bytes(&b, n + 1, 1025);
	refused(b.p, b.len);
	sek_buf_free(&b);
	sek_put_str(&b, "ssh-rsa");
	sek_put_bytes(&b, "\3", 1);
	n[1] = 0xff; /* 8192, as big as may be */
	sek_put_bytes(&b, n, 1025);
	CHECK_INT(sek_ssh_key_read(b.p, b.len, &key, &why), SEK_OK);
	CHECK_STR(key.name, "RSA 8192");
	sek_buf_free(&b);
}

static void
points_and_curves(void)
{
	static const struct part p256 = PART("ecdsa-sha2-nistp256");
	static const struct part curve = PART("nistp256");
	char point[66] = { 0 }, odd[65];
	size_t n = bytes_of(vectors[1].line, blob);

	memcpy(point, blob + n - 65, 65);
	REFUSED(p256, PART("nistp384"), { point, 65 });
	REFUSED(p256, PART(""), { point, 65 });
	REFUSED(p256, curve, { point, 64 });
	REFUSED(p256, curve, { point, 66 });
	REFUSED(p256, curve, PART("\0"));          /* infinity */
	REFUSED(p256, curve, PART(""));
	memcpy(odd, point, sizeof odd);
	odd[0] = (char)(2 + (odd[64] & 1));
	REFUSED(p256, curve, { odd, 33 });         /* compressed */
	odd[0] = (char)(6 + (odd[64] & 1));
	REFUSED(p256, curve, { odd, 65 });         /* hybrid */
	odd[0] = 4;
	odd[64] ^= 1;
	REFUSED(p256, curve, { odd, 65 });         /* beside the curve */
	REFUSED(PART("ecdsa-sha2-nistp384"), curve, { point, 65 });
	REFUSED(PART("sk-ecdsa-sha2-nistp256@openssh.com"), curve,
	    { point, 65 });                        /* no application */
	REFUSED(PART("sk-ecdsa-sha2-nistp256@openssh.com"), curve,
	    { point, 65 }, PART("ssh:\0x"));
}

static void
other_types(void)
{
	static const char zeros[64];

	REFUSED(PART("ssh-ed25519"), { zeros, 31 });
	REFUSED(PART("ssh-ed25519"), { zeros, 33 });
	REFUSED(PART("ssh-ed448"), { zeros, 57 });
	REFUSED(PART("ssh-dss"), { zeros, 32 });
	REFUSED(PART("ssh-ed25519\0"), { zeros, 32 });
	REFUSED(PART("SSH-ED25519"), { zeros, 32 });
	REFUSED(PART(""), { zeros, 32 });
	REFUSED(PART("rsa-sha2-256"), { zeros, 32 });
	CHECK(!sek_ssh_is_type("ssh-dss", 7));
	CHECK(!sek_ssh_is_type("ssh-ed255190", 10));
	CHECK(!sek_ssh_is_type("", 0));
}

static void
too_large(void)
{
	size_t n = bytes_of(vectors[4].line, blob);
	static uint8_t all[SEK_SSH_BLOB_MAX + 1];

	memcpy(all, blob, n);
	refused(all, sizeof all);
	refused(all, SEK_SSH_BLOB_MAX);
}

/* Any byte may be another one: then it is another key, or none. */
static void
a_byte_that_is_another(void)
{
	uint8_t was;
	size_t i, at, n;

	for (i = 0; i < N_VECTORS; i++) {
		n = bytes_of(vectors[i].cert, blob);
		for (at = 0; at < n; at++) {
			was = blob[at];
			blob[at] ^= 0x11;
			if (sek_ssh_key_read(blob, n, &key, &why) == SEK_OK)
				CHECK(key.blob_len > 0 &&
				    key.blob_len < n && key.certified);
			blob[at] = was;
		}
	}
}

/* The kind of a certificate is behind its serial number. */
static void
kinds_of_certificates(void)
{
	size_t n = bytes_of(vectors[4].cert, blob), at;

	/* type, nonce and key of Ed25519 */
	at = 4 + 32 + 4 + 32 + 4 + 32 + 8;
	CHECK_INT(blob[at + 3], 1);
	CHECK_INT(sek_ssh_key_read(blob, n, &key, &why), SEK_OK);
	blob[at + 3] = 2;
	CHECK_INT(sek_ssh_key_read(blob, n, &key, &why), SEK_OK);
	CHECK(!key.cert.user);
	blob[at + 3] = 3;
	refused(blob, n);
	blob[at + 3] = 0;
	refused(blob, n);
}

static void
a_key_id_from_outside(void)
{
	size_t n = bytes_of(vectors[4].cert, blob);
	uint8_t *id = memmem(blob, n, "dr.yamada-ed", 12);

	CHECK(id != NULL);
	memcpy(id, "a\nb\0\x1b[2J\"\\z", 11);
	CHECK_INT(sek_ssh_key_read(blob, n, &key, &why), SEK_OK);
	CHECK(strchr(key.cert.id, '\n') == NULL);
	CHECK(strstr(key.cert.id, "a\\x0Ab\\x00\\x1B[2J") != NULL ||
	    strstr(key.cert.id, "a\\x0ab\\x00\\x1b[2J") != NULL);
}

static void
lines_that_are_none(void)
{
	char line[600];

	CHECK(read_line("") != SEK_OK);
	CHECK(read_line("ssh-ed25519") != SEK_OK);
	CHECK(read_line("ssh-ed25519 ") != SEK_OK);
	CHECK(read_line("ssh-ed25519  AAAA") != SEK_OK);
	CHECK(read_line(" ssh-ed25519 AAAA") != SEK_OK);
	CHECK(read_line("ssh-ed25519 AAAA") != SEK_OK);
	CHECK(read_line("ssh-ed25519 ====") != SEK_OK);
	/* of another type than the word */
	(void)snprintf(line, sizeof line, "ssh-rsa %s",
	    strchr(vector_ca, ' ') + 1);
	CHECK(read_line(line) != SEK_OK);
	CHECK(strstr(why.text, "not of the type") != NULL);
	(void)snprintf(line, sizeof line, "ssh-ed2551%s",
	    strchr(vector_ca, ' '));
	CHECK(read_line(line) != SEK_OK);
	/* the comment does not count, nor that there is none */
	(void)snprintf(line, sizeof line, "%s of many words", vector_ca);
	CHECK_INT(read_line(line), SEK_OK);
	(void)snprintf(line, sizeof line, "%.*s",
	    (int)strlen(vector_ca) - 3, vector_ca);
	CHECK_INT(read_line(line), SEK_OK);
}

/* -- SSH_AUTH_INFO_0 */

static void
what_sshd_says(void)
{
	static const char info[] = "publickey a b\npassword\n\npublickey \n"
	    "publickeyx c\npublickey d e\nkeyboard-interactive/pam\n"
	    "publickey f";
	const char *at = info, *line;
	size_t left = sizeof info - 1, n;

	CHECK(sek_ssh_next_key(&at, &left, &line, &n));
	CHECK(n == 3 && memcmp(line, "a b", n) == 0);
	CHECK(sek_ssh_next_key(&at, &left, &line, &n));
	CHECK(n == 3 && memcmp(line, "d e", n) == 0);
	CHECK(sek_ssh_next_key(&at, &left, &line, &n));
	CHECK(n == 1 && *line == 'f');
	CHECK(!sek_ssh_next_key(&at, &left, &line, &n));
	left = 0;
	CHECK(!sek_ssh_next_key(&at, &left, &line, &n));
}

/* -- the file of CAs */

static char path[] = "/tmp/sekisho-ssh-key.XXXXXX";

static int
listed(const char *text, const char *print, bool *out)
{
	FILE *f = fopen(path, "we");

	CHECK(f != NULL);
	CHECK(fputs(text, f) >= 0 && fclose(f) == 0);
	why.text[0] = '\0';
	return sek_ssh_file_lists(path, print, out, &why);
}

static void
a_file_of_keys(void)
{
	char text[2000];
	bool yes = true;

	CHECK_INT(listed("", vector_ca_print, &yes), SEK_OK);
	CHECK(!yes);
	(void)snprintf(text, sizeof text, "# CAs\n\n  \t\n%s\r\n \t%s\n",
	    vectors[1].line, vector_ca);
	CHECK_INT(listed(text, vector_ca_print, &yes), SEK_OK);
	CHECK(yes);
	CHECK_INT(listed(text, vectors[4].print, &yes), SEK_OK);
	CHECK(!yes);
	/* a line that is wrong, wherever it stands, is no file to trust */
	(void)snprintf(text, sizeof text, "%s\nssh-ed25519 AAAA\n", vector_ca);
	CHECK(listed(text, vector_ca_print, &yes) != SEK_OK);
	CHECK(strstr(why.text, "line 2") != NULL);
	(void)snprintf(text, sizeof text, "%s\ncert-authority %s\n",
	    vectors[1].line, vector_ca);
	CHECK(listed(text, vector_ca_print, &yes) != SEK_OK);
	(void)snprintf(text, sizeof text, "%s\n", vector_edhost);
	CHECK(listed(text, vectors[4].print, &yes) != SEK_OK);
	CHECK(strstr(why.text, "line 1: not a key by itself") != NULL);
	CHECK(!yes);
	CHECK_INT(chmod(path, 0622), 0);
	CHECK(sek_ssh_file_lists(path, vector_ca_print, &yes, &why) !=
	    SEK_OK);
	CHECK_INT(unlink(path), 0);
	CHECK(sek_ssh_file_lists(path, vector_ca_print, &yes, &why) !=
	    SEK_OK);
}

int
main(void)
{
	int fd = mkstemp(path);

	if (fd < 0)
		return 1;
	(void)close(fd);
	RUN(each_type_is_read);
	RUN(each_certificate_is_read);
	RUN(cut_anywhere);
	RUN(something_behind_it);
	RUN(lengths_that_lie);
	RUN(numbers_of_rsa);
	RUN(rsa_of_8193_bits);
	RUN(points_and_curves);
	RUN(other_types);
	RUN(too_large);
	RUN(a_byte_that_is_another);
	RUN(kinds_of_certificates);
	RUN(a_key_id_from_outside);
	RUN(lines_that_are_none);
	RUN(what_sshd_says);
	RUN(a_file_of_keys);
	(void)unlink(path);
	return CHECK_END();
}
