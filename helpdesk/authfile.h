/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files of pam_u2f, taken apart:
 *
 *     line       = user *(":" credential)
 *     credential = handle "," key ["," algorithm ["," options]]
 *
 * handle and key in base64; without an algorithm it is the form of U2F days
 * (handle in base64url, key an EC point in hex).  Empty fields do not count.
 * The other kind of file is one private key file of OpenSSH, of an sk key.
 */
#ifndef HELPDESK_AUTHFILE_H
#define HELPDESK_AUTHFILE_H

#include "gate/fido.h"

#define AUTHFILE_LINE_MAX 65536u /* bytes */
#define AUTHFILE_CREDS_MAX 24u   /* pam_u2f takes no more of a user */
#define AUTHFILE_SSH_MAX 16384u  /* bytes of a key file */

/* Why a credential cannot be taken. */
enum authfile_fault {
	AUTHFILE_GOOD = 0,
	AUTHFILE_MISSING,  /* no key */
	AUTHFILE_EXTRA,    /* more than four fields */
	AUTHFILE_RESIDENT, /* "*": the id is only on the key */
	AUTHFILE_ID,       /* no base64, or not 1 to 1023 bytes */
	AUTHFILE_ALG,      /* `detail`: which */
	AUTHFILE_OPTION,   /* `detail`: which */
	AUTHFILE_KEY       /* `detail`: why */
};

struct authfile_cred {
	enum authfile_fault fault;
	char detail[200];      /* escaped */
	bool u2f;              /* of the old form: bound to the appid */
	bool verified;         /* +verification or +pin */
	enum sek_fido_alg alg;
	uint8_t id[SEK_FIDO_ID_MAX];
	size_t id_len;
	uint8_t spki[SEK_FIDO_SPKI_MAX];
	size_t spki_len;
};

/* The fields of a text, one after the other; empty ones are skipped.  False:
 * there is no more. */
struct authfile_fields {
	const char *p, *end;
	char by;
};
bool authfile_field(struct authfile_fields *f, const char **field, size_t *n);

void authfile_cred(const char *p, size_t n, struct authfile_cred *out);
/* Strict: the alphabet, the padding and no bits left over (RFC 4648 3.5).
 * False also when it does not fit. */
bool authfile_base64(const char *p, size_t n, uint8_t *out, size_t cap,
    size_t *len);

/* -- authfile_ssh.c */
/* A key file (openssh-key-v1, not encrypted) with exactly one sk key; its
 * application becomes `rp`.  SEK_E_SYNTAX with `why`. */
int authfile_ssh(const char *p, size_t n, struct authfile_cred *out,
    char rp[SEK_RP_MAX], struct sek_why *why) SEK_MUST;

#endif
