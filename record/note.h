/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checkpoints and proofs as text, so that anybody can check the record with
 * a public key alone:
 *   C2SP signed-note (c2sp.org/signed-note), tlog-checkpoint and tlog-proof.
 *
 * A checkpoint is "ORIGIN\nSIZE\nBASE64(ROOT)\n" and, after a blank line, one
 * signature line or more: "EM-DASH NAME BASE64(KEY ID || SIGNATURE)".
 * Signatures are Ed25519 (type 0x01) by the log's own key, and ECDSA with
 * SHA-256 on P-256 (type 0x02) by a key in a token.
 *
 * note_key.c has public keys, note_secret.c the secret one, note_write.c
 * writes, note_read.c reads.
 * Reading trusts nothing: every length has a limit, base64 is strict, and
 * the signature line of a known key that fails refuses the whole note.
 */
#ifndef RECORD_NOTE_H
#define RECORD_NOTE_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record/merkle.h"
#include "sekisho/buf.h"
#include "sekisho/err.h"

#define SEK_CHECKPOINT_MAX 16384u   /* bytes of a checkpoint */
#define SEK_NOTE_SIGS 16u     /* signature lines that are read */
#define SEK_ORIGIN_MAX 300u   /* bytes with the NUL */
#define SEK_NOTE_KEYS 64u     /* public keys that a reader may know */
#define SEK_VKEY_MAX 600u     /* bytes of a public key as text, with the NUL */
#define SEK_SKEY_MAX 600u     /* of a secret one */

enum sek_note_type {
	SEK_NOTE_ED25519 = 0x01,
	SEK_NOTE_ECDSA = 0x02
};

/* A public key: "NAME+HEX KEY ID+BASE64(TYPE || KEY)".  `id` is the first
 * four bytes of SHA-256(NAME || 0x0A || 0x01 || key) for Ed25519, and of
 * SHA-256(SubjectPublicKeyInfo) for ECDSA. */
struct sek_vkey {
	char name[SEK_ORIGIN_MAX];
	uint8_t id[4];
	enum sek_note_type type;
	uint8_t pub[128]; /* Ed25519: 32 bytes; ECDSA: DER SPKI */
	size_t pub_len;
	EVP_PKEY *pkey;   /* owned; freed with sek_vkey_free() */
};
int sek_vkey_parse(const char *text, size_t n, struct sek_vkey *out,
    struct sek_why *why) SEK_MUST;
int sek_vkey_text(const struct sek_vkey *k, char out[SEK_VKEY_MAX]) SEK_MUST;
/* From a public key of libcrypto (Ed25519, or EC on P-256). */
int sek_vkey_of(const char *name, EVP_PKEY *pkey, struct sek_vkey *out)
    SEK_MUST;
void sek_vkey_free(struct sek_vkey *k);
/* A file with one key a line ('#' begins a comment); *n is how many. */
int sek_vkeys_read(const char *path, struct sek_vkey out[SEK_NOTE_KEYS],
    size_t *n, struct sek_why *why) SEK_MUST;
bool sek_origin_ok(const char *name);
/* The log's own key has the origin as its name, one in a token this behind
 * it. */
#define SEK_TOKEN_SUFFIX "/token"

/* The secret key of the log.  A file of two lines: the skey of the Go note
 * package, "PRIVATE+KEY+NAME+HEX KEY ID+BASE64(0x01 || seed)", and the vkey.
 * Both are kept so that a login need not derive the public key again. */
struct sek_skey {
	struct sek_vkey pub;
	EVP_PKEY *pkey; /* owned, with the secret; sek_skey_free() */
};
int sek_skey_make(const char *name, struct sek_skey *out) SEK_MUST;
/* Owner, mode and kind of the file are checked (sek_read_safe_file, and not
 * readable by others).  `check`: derive the public key and compare. */
int sek_skey_read(const char *path, bool check, struct sek_skey *out,
    struct sek_why *why) SEK_MUST;
int sek_skey_text(const struct sek_skey *k, struct sek_buf *out) SEK_MUST;
void sek_skey_free(struct sek_skey *k);

/* The signed text of a checkpoint, "ORIGIN\nSIZE\nROOT\n". */
int sek_checkpoint_body(const char *origin, uint64_t size,
    const uint8_t root[SEK_HASH_LEN], struct sek_buf *out) SEK_MUST;
/* One signature line by an Ed25519 key, or one with a ready signature. */
int sek_note_sign(const struct sek_skey *k, const void *body, size_t n,
    struct sek_buf *line) SEK_MUST;
int sek_note_line(const struct sek_vkey *k, const uint8_t *sig, size_t n,
    struct sek_buf *line) SEK_MUST;

struct sek_checkpoint {
	char origin[SEK_ORIGIN_MAX];
	uint64_t size;
	uint8_t root[SEK_HASH_LEN];
	size_t n_sigs;   /* signature lines */
	size_t verified; /* by known keys */
	bool by[SEK_NOTE_KEYS]; /* by which of them */
};
/* Read a checkpoint and check it against the known keys.  SEK_E_SYNTAX: not
 * one.  SEK_E_DENIED: no known key of its log has signed it, or a known key's
 * line does not verify.  With n_keys 0 nothing is checked and `verified` is
 * 0: that is for telling what a note says, never for believing it. */
int sek_checkpoint_read(const void *text, size_t n,
    const struct sek_vkey *keys, size_t n_keys, struct sek_checkpoint *out,
    struct sek_why *why) SEK_MUST;

/* tlog-proof: "c2sp.org/tlog-proof@v1", "extra BASE64(the record's line)",
 * "index N", a hash a line, a blank line, the checkpoint as it is. */
#define SEK_INCLUSION_TEXT_MAX 131072u
int sek_inclusion_text(const struct sek_inclusion *p, const void *line,
    size_t n, const void *checkpoint, size_t m, struct sek_buf *out) SEK_MUST;
struct sek_inclusion_read {
	struct sek_inclusion proof;
	struct sek_buf line;       /* of the record; owned */
	const uint8_t *checkpoint; /* into the text that was read */
	size_t checkpoint_len;
};
int sek_inclusion_parse(const void *text, size_t n,
    struct sek_inclusion_read *out, struct sek_why *why) SEK_MUST;

/* Base64 of RFC 4648 section 4, strict: padding, no blanks, no line breaks,
 * unused bits zero.  *n is the room before and the length after. */
int sek_base64_put(struct sek_buf *out, const void *p, size_t n) SEK_MUST;
int sek_base64_get(const char *text, size_t len, uint8_t *out, size_t *n)
    SEK_MUST;

#endif
