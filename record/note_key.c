/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Public keys of signed notes: as text and as keys of libcrypto.
 * Runs in the gate (its own) and in `sekisho` (an auditor's).
 * Never decides whom to trust: that is the caller's list.
 */
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/note.h"
#include "record/note_rooms.h"
#include "sekisho/digits.h"
#include "sekisho/escape.h"

#define HEX_ID 8u

void
sek_vkey_free(struct sek_vkey *k)
{
	EVP_PKEY_free(k->pkey);
	k->pkey = NULL;
}

/* C2SP signed-note: not empty, no Unicode space, no plus.  We take printable
 * ASCII alone, so that a name cannot look like another one. */
bool
sek_origin_ok(const char *name)
{
	const char *p;

	for (p = name; *p != '\0'; p++)
		if (*p <= ' ' || *p > '~' || *p == '+')
			return false;
	return p != name && (size_t)(p - name) < SEK_ORIGIN_MAX;
}

/* C2SP signed-note, "Signature types": what the key ID is the hash of. */
int
note_key_id(struct sek_vkey *k)
{
	uint8_t hash[SEK_HASH_LEN];
	struct sek_buf b = { 0 };
	int r;

	if (k->type == SEK_NOTE_ED25519) {
		sek_put_raw(&b, k->name, strlen(k->name));
		sek_put_u8(&b, '\n');
		sek_put_u8(&b, (uint8_t)k->type);
	}
	sek_put_raw(&b, k->pub, k->pub_len);
	if ((r = sek_buf_ok(&b)) == SEK_OK &&
	    EVP_Digest(b.p, b.len, hash, NULL, EVP_sha256(), NULL) != 1)
		r = SEK_E_CRYPTO;
	if (r == SEK_OK)
		memcpy(k->id, hash, sizeof k->id);
	sek_buf_free(&b);
	return r;
}

static bool
is_p256(EVP_PKEY *pkey)
{
	char group[32] = "";
	size_t n;

	return EVP_PKEY_get_group_name(pkey, group, sizeof group, &n) == 1 &&
	    strcmp(group, "prime256v1") == 0 &&
	    EVP_PKEY_get_ec_point_conv_form(pkey) ==
	    POINT_CONVERSION_UNCOMPRESSED;
}

static int
put_pub(EVP_PKEY *pkey, struct sek_vkey *k)
{
	uint8_t *der = k->pub;
	int n;

	k->pub_len = sizeof k->pub;
	if (EVP_PKEY_is_a(pkey, "ED25519")) {
		k->type = SEK_NOTE_ED25519;
		return EVP_PKEY_get_raw_public_key(pkey, k->pub,
		    &k->pub_len) == 1 ? SEK_OK : SEK_E_CRYPTO;
	}
	k->type = SEK_NOTE_ECDSA;
	if (!EVP_PKEY_is_a(pkey, "EC") || !is_p256(pkey))
		return SEK_E_INVAL;
	n = i2d_PUBKEY(pkey, NULL);
	if (n <= 0 || (size_t)n > sizeof k->pub ||
	    i2d_PUBKEY(pkey, &der) != n)
		return SEK_E_CRYPTO;
	k->pub_len = (size_t)n;
	return SEK_OK;
}

int
sek_vkey_of(const char *name, EVP_PKEY *pkey, struct sek_vkey *out)
{
	int r;

	memset(out, 0, sizeof *out);
	if (!sek_origin_ok(name))
		return SEK_E_INVAL;
	(void)snprintf(out->name, sizeof out->name, "%s", name);
	if ((r = put_pub(pkey, out)) != SEK_OK ||
	    (r = note_key_id(out)) != SEK_OK)
		return r;
	if (EVP_PKEY_up_ref(pkey) != 1)
		return SEK_E_CRYPTO;
	out->pkey = pkey;
	return SEK_OK;
}

/* TYPE || KEY as libcrypto's; of an SPKI every byte must be its. */
static EVP_PKEY *
load_pub(const uint8_t *p, size_t n)
{
	const uint8_t *end = p + 1;
	EVP_PKEY *pkey = NULL;

	if (n == 33 && p[0] == SEK_NOTE_ED25519)
		return EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL,
		    p + 1, 32);
	if (n > 1 && p[0] == SEK_NOTE_ECDSA &&
	    (pkey = d2i_PUBKEY(NULL, &end, (long)n - 1)) != NULL &&
	    (end == p + n))
		return pkey;
	EVP_PKEY_free(pkey);
	return NULL;
}

int
note_key_bytes(const char *text, size_t n, struct note_key_text *out)
{
	const char *a = memchr(text, '+', n), *b;

	if (a == NULL || (size_t)(a - text) >= sizeof out->name ||
	    memchr(text, '\0', (size_t)(a - text)) != NULL)
		return SEK_E_SYNTAX;
	memcpy(out->name, text, (size_t)(a - text));
	out->name[a - text] = '\0';
	b = memchr(a + 1, '+', n - (size_t)(a + 1 - text));
	if (b == NULL || (size_t)(b - a - 1) != HEX_ID ||
	    !sek_origin_ok(out->name))
		return SEK_E_SYNTAX;
	memcpy(out->id, a + 1, HEX_ID);
	out->id[HEX_ID] = '\0';
	out->n = sizeof out->bytes;
	return sek_base64_get(b + 1, n - (size_t)(b + 1 - text), out->bytes,
	    &out->n);
}

int
sek_vkey_parse(const char *text, size_t n, struct sek_vkey *out,
    struct sek_why *why)
{
	struct note_key_text t;
	EVP_PKEY *pkey = NULL;
	char id[9];
	int r = SEK_E_SYNTAX;

	memset(out, 0, sizeof *out);
	if (n >= SEK_VKEY_MAX || note_key_bytes(text, n, &t) != SEK_OK ||
	    (pkey = load_pub(t.bytes, t.n)) == NULL ||
	    sek_vkey_of(t.name, pkey, out) != SEK_OK) {
		sek_why_set(why, "is no public key of a log "
		    "(NAME+KEY ID+BASE64)");
		goto out;
	}
	sek_hex(id, out->id, sizeof out->id);
	if (strcmp(id, t.id) != 0 || out->pub_len + 1 != t.n ||
	    memcmp(out->pub, t.bytes + 1, out->pub_len) != 0) {
		sek_why_set(why, "is a public key with a key ID that is not "
		    "its own");
		sek_vkey_free(out);
		goto out;
	}
	r = SEK_OK;
out:
	EVP_PKEY_free(pkey);
	return r;
}

int
note_key_text(const char *before, const struct sek_vkey *k, const uint8_t *p,
    size_t n, struct sek_buf *out)
{
	uint8_t bytes[sizeof k->pub + 1];
	char id[9];
	int r;

	if (n > sizeof k->pub)
		return SEK_E_LIMIT;
	bytes[0] = (uint8_t)k->type;
	memcpy(bytes + 1, p, n);
	sek_hex(id, k->id, sizeof k->id);
	sek_put_raw(out, before, strlen(before));
	sek_put_raw(out, k->name, strlen(k->name));
	sek_put_raw(out, "+", 1);
	sek_put_raw(out, id, strlen(id));
	sek_put_raw(out, "+", 1);
	r = sek_base64_put(out, bytes, n + 1);
	OPENSSL_cleanse(bytes, sizeof bytes);
	return r;
}

int
sek_vkey_text(const struct sek_vkey *k, char out[SEK_VKEY_MAX])
{
	struct sek_buf b = { 0 };
	int r = note_key_text("", k, k->pub, k->pub_len, &b);

	if (r == SEK_OK && b.len >= SEK_VKEY_MAX)
		r = SEK_E_LIMIT;
	if (r == SEK_OK) {
		memcpy(out, b.p, b.len);
		out[b.len] = '\0';
	}
	sek_buf_free(&b);
	return r;
}
