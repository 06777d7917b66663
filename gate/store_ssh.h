/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * OpenSSH keys in the enrolment store: the third kind of credential.  Each
 * belongs to a row of `credential`, which has its person, status and label.
 *
 * The key of a card that was enrolled by its certificate, and the one that
 * `sekisho enrol --fido2 --ssh` made, need no row here: they are found by
 * their public key.
 */
#ifndef GATE_STORE_SSH_H
#define GATE_STORE_SSH_H

#include "gate/ssh_key.h"
#include "gate/store.h"

struct sek_ssh_cred {
	int64_t credential;    /* row of the store that it belongs to */
	char type[65];
	uint8_t blob[SEK_SSH_BLOB_MAX]; /* RFC 4253 6.6 */
	size_t blob_len;
	bool held;             /* on a token; else a file may have it */
};

/* Bind a key to c->person_id; c->label, c->token_serial and c->status_reason
 * are the caller's, the rest is filled.  SEK_E_EXISTS: anybody holds the key
 * already, as whatever kind; `why` names them. */
int sek_store_ssh_enrol(struct sek_store *s, const char *by,
    struct sek_credential *c, const struct sek_ssh_key *key, bool held,
    struct sek_why *why) SEK_MUST;

/* That of a row of `credential`; SEK_E_NOENT: it is no OpenSSH key. */
int sek_store_ssh_of(struct sek_store *s, int64_t credential,
    struct sek_ssh_cred *out) SEK_MUST;

#endif
