/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The secret key of the log: made once by `sekisho init`, read by each
 * append.  The file is root's alone; nothing of it reaches a log, a message
 * or another process.
 */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "record/note.h"
#include "record/note_rooms.h"
#include "sekisho/digits.h"
#include "sekisho/escape.h"
#include "sekisho/os.h"

#define SEED_LEN 32u
#define PUB_LEN 32u
#define BEFORE "PRIVATE+KEY+" /* golang.org/x/mod/sumdb/note, GenerateKey */

void
sek_skey_free(struct sek_skey *k)
{
	sek_vkey_free(&k->pub);
	EVP_PKEY_free(k->pkey);
	k->pkey = NULL;
}

int
sek_skey_make(const char *name, struct sek_skey *out)
{
	int r;

	memset(out, 0, sizeof *out);
	out->pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	if (out->pkey == NULL)
		return SEK_E_CRYPTO;
	if ((r = sek_vkey_of(name, out->pkey, &out->pub)) != SEK_OK)
		sek_skey_free(out);
	return r;
}

int
sek_skey_text(const struct sek_skey *k, struct sek_buf *out)
{
	char vkey[SEK_VKEY_MAX];
	uint8_t seed[SEED_LEN];
	size_t n = sizeof seed;
	int r;

	if (EVP_PKEY_get_raw_private_key(k->pkey, seed, &n) != 1)
		return SEK_E_CRYPTO;
	if ((r = note_key_text(BEFORE, &k->pub, seed, n, out)) == SEK_OK &&
	    (r = sek_vkey_text(&k->pub, vkey)) == SEK_OK) {
		sek_put_raw(out, "\n", 1);
		sek_put_raw(out, vkey, strlen(vkey));
		sek_put_raw(out, "\n", 1);
		r = sek_buf_ok(out);
	}
	sek_wipe(seed, sizeof seed);
	return r;
}

/* The line of the public key; pub->pkey comes with the pair. */
static int
take_pub(const char *text, size_t n, struct sek_vkey *pub)
{
	struct note_key_text t = { .n = 0 };
	char id[9];

	if (n >= SEK_VKEY_MAX || note_key_bytes(text, n, &t) != SEK_OK ||
	    t.n != PUB_LEN + 1 || t.bytes[0] != SEK_NOTE_ED25519)
		return SEK_E_SYNTAX;
	pub->type = SEK_NOTE_ED25519;
	(void)snprintf(pub->name, sizeof pub->name, "%s", t.name);
	pub->pub_len = PUB_LEN;
	memcpy(pub->pub, t.bytes + 1, PUB_LEN);
	if (note_key_id(pub) != SEK_OK)
		return SEK_E_CRYPTO;
	sek_hex(id, pub->id, sizeof pub->id);
	return strcmp(id, t.id) == 0 ? SEK_OK : SEK_E_SYNTAX;
}

/* Deriving the public key costs as much as a signature, and every login
 * would pay for it: the file has it. */
static EVP_PKEY *
load_pair(const uint8_t *seed, struct sek_vkey *pub)
{
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PRIV_KEY,
		    (void *)(uintptr_t)seed, SEED_LEN),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
		    pub->pub, pub->pub_len),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "ED25519", NULL);
	EVP_PKEY *pkey = NULL;

	if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_KEYPAIR, params) != 1 ||
	    EVP_PKEY_up_ref(pkey) != 1)
		pkey = NULL;
	pub->pkey = pkey; /* it is one of the public key as well */
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

/* Is the public key the seed's?  A wrong one would give signatures that
 * betray the secret. */
static bool
pair_fits(const uint8_t *seed, const struct sek_vkey *pub)
{
	EVP_PKEY *derived = EVP_PKEY_new_raw_private_key_ex(NULL, "ED25519",
	    NULL, seed, SEED_LEN);
	bool fits = derived != NULL && EVP_PKEY_eq(derived, pub->pkey) == 1;

	EVP_PKEY_free(derived);
	return fits;
}

/* Two lines, each with its newline. */
static int
parse(const struct sek_buf *text, bool check, struct sek_skey *out)
{
	const char *p = (const char *)text->p, *nl;
	struct note_key_text t = { .n = 0 };
	size_t before = sizeof BEFORE - 1, first;
	int r = SEK_E_SYNTAX;

	nl = text->len > before ? memchr(p, '\n', text->len) : NULL;
	if (nl == NULL || memcmp(p, BEFORE, before) != 0 ||
	    p[text->len - 1] != '\n' || nl == p + text->len - 1)
		return SEK_E_SYNTAX;
	first = (size_t)(nl - p);
	if (note_key_bytes(p + before, first - before, &t) != SEK_OK ||
	    t.n != SEED_LEN + 1 || t.bytes[0] != SEK_NOTE_ED25519 ||
	    take_pub(nl + 1, text->len - first - 2, &out->pub) != SEK_OK ||
	    strcmp(out->pub.name, t.name) != 0)
		goto out;
	if ((out->pkey = load_pair(t.bytes + 1, &out->pub)) == NULL)
		r = SEK_E_CRYPTO;
	else if (!check || pair_fits(t.bytes + 1, &out->pub))
		r = SEK_OK;
out:
	sek_wipe(&t, sizeof t);
	return r;
}

static int
check_mode(const char *path, const char *name, struct sek_why *why)
{
	struct stat st;

	if (lstat(path, &st) == 0 && (st.st_mode & 0077) == 0)
		return SEK_OK;
	sek_why_set(why, "%s: must be readable by its owner alone "
	    "(mode 0600)", name);
	return SEK_E_UNSAFE;
}

int
sek_skey_read(const char *path, bool check, struct sek_skey *out,
    struct sek_why *why)
{
	struct sek_buf text = { 0 };
	char name[300];
	int r;

	memset(out, 0, sizeof *out);
	(void)sek_escape_str(name, sizeof name, path);
	if ((r = sek_read_safe_file(path, SEK_SKEY_MAX + SEK_VKEY_MAX, &text,
	    why)) != SEK_OK || (r = check_mode(path, name, why)) != SEK_OK)
		goto out;
	if ((r = parse(&text, check, out)) != SEK_OK) {
		sek_why_set(why, "%s: is no key of a log", name);
		sek_skey_free(out);
	}
out:
	sek_buf_free(&text);
	return r;
}
