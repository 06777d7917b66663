/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Public keys and certificates of OpenSSH (RFC 4253 6.6, RFC 5656 3.1,
 * RFC 8709, PROTOCOL.u2f, PROTOCOL.certkeys), from bytes or from a line.
 *
 * What sshd says about a login and what an administrator enrols is read by
 * the same code, strictly: one spelling of each number, no byte left over.
 * Signatures of certificates are sshd's to verify: it does before it asks.
 */
#ifndef GATE_SSH_KEY_H
#define GATE_SSH_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "sekisho/err.h"
#include "sekisho/wire_fido.h"

#define SEK_SSH_BLOB_MAX 8192u /* bytes of a key or a certificate */
#define SEK_SSH_SPKI_MAX 1200u /* bytes; RSA-8192 fits */
#define SEK_SSH_KEY_ID_MAX 257u
#define SEK_SSH_PRINT_MAX 51u  /* "SHA256:" and 43 letters, with the NUL */

/* What a certificate says of its key. */
struct sek_ssh_cert {
	uint64_t serial;
	bool user;            /* of a person; else a host's */
	char id[SEK_SSH_KEY_ID_MAX]; /* key id, escaped and cut */
	uint64_t after;       /* seconds since 1970: valid from here */
	uint64_t before;      /* to before here; all ones: for ever */
	char ca[SEK_SSH_PRINT_MAX]; /* the key that has signed it */
};

struct sek_ssh_key {
	const char *type;     /* of the key itself: "ssh-ed25519" */
	char name[24];        /* "RSA 3072", "P-256", "Ed25519" */
	unsigned rsa_bits;    /* 0: no RSA */
	bool sk;              /* by its type on a FIDO2 key */
	char application[SEK_RP_MAX]; /* sk: the RP ID; else "" */
	char print[SEK_SSH_PRINT_MAX]; /* as ssh-keygen -l */
	uint8_t spki[SEK_SSH_SPKI_MAX]; /* DER SubjectPublicKeyInfo */
	size_t spki_len;
	uint8_t spki_sha256[32];
	uint8_t blob[SEK_SSH_BLOB_MAX]; /* without a certificate */
	size_t blob_len;
	bool certified;       /* it came in a certificate: */
	struct sek_ssh_cert cert;
};

/* The bytes of one key or certificate; SEK_E_SYNTAX or SEK_E_CRYPTO, with
 * `why`.  RSA keys of 2048 to 8192 bits are taken. */
int sek_ssh_key_read(const uint8_t *p, size_t n, struct sek_ssh_key *out,
    struct sek_why *why) SEK_MUST;
/* "TYPE BASE64 [COMMENT]", as in FILE.pub. */
int sek_ssh_line_read(const char *line, size_t n, struct sek_ssh_key *out,
    struct sek_why *why) SEK_MUST;
/* Its fingerprint, also of a type that is not read. */
int sek_ssh_line_print(const char *line, size_t n,
    char out[SEK_SSH_PRINT_MAX]) SEK_MUST;
/* Is this the name of a type that is read, of a key or a certificate? */
bool sek_ssh_is_type(const char *p, size_t n);

/* -- ssh_text.c */

/* The next line, without its end; false: there is none. */
bool sek_ssh_next_line(const char **at, size_t *left, const char **line,
    size_t *n);
/* The next key of SSH_AUTH_INFO_0 (sshd_config(5), ExposeAuthInfo), which has
 * a line for each method that succeeded: what follows "publickey ". */
bool sek_ssh_next_key(const char **at, size_t *left, const char **line,
    size_t *n);
/* Is this the fingerprint of one of the keys in a file?  Strict: a line that
 * is no key, no comment and not empty is SEK_E_SYNTAX.  The file must be
 * root's. */
int sek_ssh_file_lists(const char *path, const char *print, bool *listed,
    struct sek_why *why) SEK_MUST;

#endif
