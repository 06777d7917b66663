/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads a public key or a certificate of OpenSSH.
 * Runs in the gate and in `sekisho`.  Never reads past a length or takes a
 * second spelling of the same key: the key that is looked up is the key that
 * sshd has verified.
 */
#include "gate/ssh_key.h"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <string.h>

#include "gate/public_key.h"
#include "record/note.h"
#include "sekisho/buf.h"
#include "sekisho/escape.h"

#define RSA_MIN_BITS 2048
#define RSA_MAX_BITS 8192
#define RSA_MAX_E 8u /* bytes */
#define NONCE_MAX 1024u
#define USER 1u
#define HOST 2u

enum form { FORM_RSA, FORM_EC, FORM_ED };

static const struct kind {
	const char *type, *certificate;
	enum form form;
	bool sk;
	const char *curve, *group; /* in the key; OpenSSL's */
	const char *name;
	size_t len;                /* of a point or an Ed25519 key */
} kinds[] = {
	{ "ssh-rsa", "ssh-rsa-cert-v01@openssh.com",
	    FORM_RSA, false, NULL, NULL, "RSA", 0 },
	{ "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256-cert-v01@openssh.com",
	    FORM_EC, false, "nistp256", SN_X9_62_prime256v1, "P-256", 65 },
	{ "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384-cert-v01@openssh.com",
	    FORM_EC, false, "nistp384", SN_secp384r1, "P-384", 97 },
	{ "ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521-cert-v01@openssh.com",
	    FORM_EC, false, "nistp521", SN_secp521r1, "P-521", 133 },
	{ "ssh-ed25519", "ssh-ed25519-cert-v01@openssh.com",
	    FORM_ED, false, NULL, NULL, "Ed25519", 32 },
	{ "sk-ecdsa-sha2-nistp256@openssh.com",
	    "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com",
	    FORM_EC, true, "nistp256", SN_X9_62_prime256v1, "P-256", 65 },
	{ "sk-ssh-ed25519@openssh.com",
	    "sk-ssh-ed25519-cert-v01@openssh.com",
	    FORM_ED, true, NULL, NULL, "Ed25519", 32 },
};

#define N_KINDS (sizeof kinds / sizeof kinds[0])

static bool
is(const char *word, const void *p, size_t n)
{
	return strlen(word) == n && memcmp(word, p, n) == 0;
}

static const struct kind *
kind_of(const void *p, size_t n, bool *certified)
{
	size_t i;

	for (i = 0; p != NULL && i < N_KINDS; i++) {
		*certified = is(kinds[i].certificate, p, n);
		if (*certified || is(kinds[i].type, p, n))
			return &kinds[i];
	}
	return NULL;
}

bool
sek_ssh_is_type(const char *p, size_t n)
{
	bool certified;

	return kind_of(p, n, &certified) != NULL;
}

static int
bad(struct sek_why *why, const char *what)
{
	sek_why_set(why, "SSH key: %s", what);
	return SEK_E_SYNTAX;
}

/* "SHA256:" and base64 without its padding. */
static int
fingerprint(const uint8_t *p, size_t n, char out[SEK_SSH_PRINT_MAX])
{
	uint8_t hash[SHA256_DIGEST_LENGTH], text[48];

	if (EVP_Digest(p, n, hash, NULL, EVP_sha256(), NULL) != 1)
		return SEK_E_CRYPTO;
	(void)EVP_EncodeBlock(text, hash, (int)sizeof hash);
	(void)snprintf(out, SEK_SSH_PRINT_MAX, "SHA256:%.43s",
	    (const char *)text);
	return SEK_OK;
}

/* -- the key */

/* RFC 4251 section 5, mpint: positive, no byte more than it needs. */
static BIGNUM *
read_number(struct sek_rd *r, size_t max)
{
	size_t n;
	const uint8_t *p = sek_rd_bytes(r, max + 1, &n);

	if (p == NULL || n == 0 || (p[0] & 0x80) != 0 ||
	    (p[0] == 0 && (n == 1 || (p[1] & 0x80) == 0))) {
		r->bad = true;
		return NULL;
	}
	return BN_bin2bn(p, (int)n, NULL);
}

/* What holds for any RSA key here: see gate/certificate_key.c. */
static bool
rsa_fits(const BIGNUM *n, const BIGNUM *e)
{
	int bits = BN_num_bits(n);

	return bits >= RSA_MIN_BITS && bits <= RSA_MAX_BITS &&
	    BN_is_odd(n) && BN_is_odd(e) && !BN_is_one(e);
}

static EVP_PKEY *
read_rsa(struct sek_rd *r, struct sek_ssh_key *k, struct sek_why *why)
{
	BIGNUM *e = read_number(r, RSA_MAX_E);
	BIGNUM *n = read_number(r, RSA_MAX_BITS / 8);
	EVP_PKEY *key = NULL;

	if (e == NULL || n == NULL) {
		(void)bad(why, "a number of RSA is cut short or too large");
	} else if (!rsa_fits(n, e)) {
		(void)bad(why, "RSA of a size or an exponent that is not "
		    "taken");
	} else if ((key = sek_public_rsa(n, e)) != NULL) {
		k->rsa_bits = (unsigned)BN_num_bits(n);
		(void)snprintf(k->name, sizeof k->name, "RSA %u",
		    k->rsa_bits);
	}
	BN_free(e);
	BN_free(n);
	return key;
}

static EVP_PKEY *
read_public(struct sek_rd *r, const struct kind *kind, struct sek_ssh_key *k,
    struct sek_why *why)
{
	const uint8_t *p;
	size_t n = 0;

	sek_why_set(why, "SSH key: cut short, or its key is none");
	if (kind->form == FORM_RSA)
		return read_rsa(r, k, why);
	(void)snprintf(k->name, sizeof k->name, "%s", kind->name);
	if (kind->curve != NULL) {
		p = sek_rd_bytes(r, 16, &n);
		if (p == NULL || !is(kind->curve, p, n)) {
			(void)bad(why, "another curve");
			return NULL;
		}
	}
	p = sek_rd_bytes(r, kind->len, &n);
	if (p == NULL || n != kind->len)
		return NULL;
	return kind->form == FORM_EC ? sek_public_ec(kind->group, p, n) :
	    EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, p, n);
}

static int
keep_spki(EVP_PKEY *key, struct sek_ssh_key *k)
{
	unsigned char *p = k->spki;
	int n = i2d_PUBKEY(key, NULL);

	if (n <= 0 || (size_t)n > sizeof k->spki ||
	    i2d_PUBKEY(key, &p) != n)
		return SEK_E_CRYPTO;
	k->spki_len = (size_t)n;
	return EVP_Digest(k->spki, k->spki_len, k->spki_sha256, NULL,
	    EVP_sha256(), NULL) == 1 ? SEK_OK : SEK_E_CRYPTO;
}

/* The fields of the key, which are the same in a certificate. */
static int
read_key(struct sek_rd *r, const struct kind *kind, struct sek_ssh_key *k,
    struct sek_why *why)
{
	EVP_PKEY *key = read_public(r, kind, k, why);
	int e = SEK_E_SYNTAX;

	if (key != NULL)
		e = keep_spki(key, k);
	EVP_PKEY_free(key);
	ERR_clear_error();
	if (e == SEK_OK && kind->sk)
		sek_rd_str(r, k->application, sizeof k->application);
	return e == SEK_OK && r->bad ? bad(why, "cut short") : e;
}

/* The key by itself: its type and its fields. */
static int
keep_blob(struct sek_ssh_key *k, const uint8_t *fields, size_t n)
{
	struct sek_buf b = { 0 };
	int r;

	sek_put_str(&b, k->type);
	sek_put_raw(&b, fields, n);
	r = sek_buf_ok(&b);
	if (r == SEK_OK && b.len > sizeof k->blob)
		r = SEK_E_LIMIT;
	if (r == SEK_OK) {
		memcpy(k->blob, b.p, b.len);
		k->blob_len = b.len;
		r = fingerprint(k->blob, k->blob_len, k->print);
	}
	sek_buf_free(&b);
	return r;
}

/* -- the certificate (PROTOCOL.certkeys), behind the key */

static int
read_certificate(struct sek_rd *r, struct sek_ssh_cert *c,
    struct sek_why *why)
{
	const uint8_t *id, *ca;
	size_t id_len, ca_len, n;
	uint32_t type;

	c->serial = sek_rd_u64(r);
	type = sek_rd_u32(r);
	id = sek_rd_bytes(r, SEK_SSH_BLOB_MAX, &id_len);
	(void)sek_rd_bytes(r, SEK_SSH_BLOB_MAX, &n); /* principals */
	c->after = sek_rd_u64(r);
	c->before = sek_rd_u64(r);
	(void)sek_rd_bytes(r, SEK_SSH_BLOB_MAX, &n); /* critical options */
	(void)sek_rd_bytes(r, SEK_SSH_BLOB_MAX, &n); /* extensions */
	(void)sek_rd_bytes(r, SEK_SSH_BLOB_MAX, &n); /* reserved */
	ca = sek_rd_bytes(r, SEK_SSH_BLOB_MAX, &ca_len);
	(void)sek_rd_bytes(r, SEK_SSH_BLOB_MAX, &n); /* signature */
	if (r->bad || ca_len == 0)
		return bad(why, "its certificate is cut short");
	if (type != USER && type != HOST)
		return bad(why, "its certificate is of no known kind");
	c->user = type == USER;
	(void)sek_escape(c->id, sizeof c->id, id, id_len);
	return fingerprint(ca, ca_len, c->ca);
}

static int
read_fields(struct sek_rd *r, const struct kind *kind, struct sek_ssh_key *k,
    struct sek_why *why)
{
	const uint8_t *fields;
	size_t n;
	int e;

	k->type = kind->type;
	k->sk = kind->sk;
	if (k->certified)
		(void)sek_rd_bytes(r, NONCE_MAX, &n);
	fields = r->p;
	n = r->left;
	if ((e = read_key(r, kind, k, why)) != SEK_OK ||
	    (e = keep_blob(k, fields, n - r->left)) != SEK_OK)
		return e;
	if (k->certified &&
	    (e = read_certificate(r, &k->cert, why)) != SEK_OK)
		return e;
	return sek_rd_end(r) == SEK_OK ? SEK_OK :
	    bad(why, "something stands behind it");
}

int
sek_ssh_key_read(const uint8_t *p, size_t n, struct sek_ssh_key *out,
    struct sek_why *why)
{
	struct sek_rd r = sek_rd_init(p, n);
	struct sek_ssh_key k = { .type = NULL };
	const struct kind *kind;
	const uint8_t *type;
	size_t len;
	int e;

	if (n > SEK_SSH_BLOB_MAX)
		return bad(why, "too large");
	type = sek_rd_bytes(&r, 64, &len);
	if ((kind = kind_of(type, len, &k.certified)) == NULL)
		return bad(why, "of a type that is not taken");
	if ((e = read_fields(&r, kind, &k, why)) != SEK_OK)
		return e;
	*out = k;
	sek_why_set(why, "%s", "");
	return SEK_OK;
}

/* -- as text */

/* The second word, decoded; *len: how much fits, and then how much it is.
 * It begins with the first one. */
static int
decode(const char *line, size_t n, uint8_t *blob, size_t *len,
    struct sek_why *why)
{
	const char *end = line + n, *base64 = memchr(line, ' ', n), *stop;
	const uint8_t *type;
	struct sek_rd r;
	size_t type_len;

	if (base64 == NULL)
		return bad(why, "not \"TYPE BASE64\"");
	base64++;
	stop = memchr(base64, ' ', (size_t)(end - base64));
	if (stop == NULL)
		stop = end;
	if (stop == base64 || sek_base64_get(base64,
	    (size_t)(stop - base64), blob, len) != SEK_OK)
		return bad(why, "no base64, or too large");
	r = sek_rd_init(blob, *len);
	type = sek_rd_bytes(&r, 64, &type_len);
	if (type == NULL || type_len != (size_t)(base64 - 1 - line) ||
	    memcmp(type, line, type_len) != 0)
		return bad(why, "not of the type that stands before it");
	return SEK_OK;
}

int
sek_ssh_line_read(const char *line, size_t n, struct sek_ssh_key *out,
    struct sek_why *why)
{
	uint8_t blob[SEK_SSH_BLOB_MAX];
	size_t len = sizeof blob;
	int r = decode(line, n, blob, &len, why);

	return r == SEK_OK ? sek_ssh_key_read(blob, len, out, why) : r;
}

int
sek_ssh_line_print(const char *line, size_t n, char out[SEK_SSH_PRINT_MAX])
{
	uint8_t blob[SEK_SSH_BLOB_MAX];
	size_t len = sizeof blob;
	struct sek_ssh_key key;

	if (decode(line, n, blob, &len, NULL) != SEK_OK)
		return SEK_E_SYNTAX;
	if (sek_ssh_key_read(blob, len, &key, NULL) != SEK_OK)
		return fingerprint(blob, len, out);
	memcpy(out, key.print, sizeof key.print);
	return SEK_OK;
}
