/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the ways to enrol share: the person, the PIN, and of a card or a file
 * the certificate that was shown, judged and confirmed, and what has been
 * proved about it.  For FIDO2 keys see fido.h.
 */
#ifndef HELPDESK_ENROL_H
#define HELPDESK_ENROL_H

#include <openssl/x509.h>

#include "gate/certificate.h"
#include "gate/ssh_key.h"
#include "helpdesk/desk.h"

/* What the administrator asked for. */
struct enrol {
	struct desk *d;
	struct sek_person person;
	bool key;                /* --fido2 */
	const char *module;      /* --pkcs11; NULL: a file */
	const char *file;        /* --certificate */
	const char *ssh_file;    /* --ssh-key; then --pkcs11 is its proof */
	bool software;           /* --software */
	const char *token;       /* --token */
	const char *id;          /* --id, hex */
	const char *label;       /* --label */
	const char *pin_file;    /* --pin-file */
	int pin_fd;              /* --pin-fd; -1: none */
	bool yes;
	enum sek_bind bind;
	struct sek_trust *trust; /* owned */
	/* found on the way */
	const struct sek_ssh_key *ssh; /* of `ssh_file` */
	X509 *cert;              /* owned */
	struct sek_cert_info info;
	enum sek_reason judged;  /* what a login would say now */
	const char *kind;        /* "pkcs11" or "file" */
	const char *proof;       /* "pin", "signature", "none" */
	char module_name[65];
	char token_label[SEK_LABEL_MAX];
	char token_serial[SEK_LABEL_MAX];
	char key_id[2 * SEK_MAX_KEY_ID + 1]; /* hex */
};

/* Each is DESK_GO or what to exit with. */
int enrol_from_token(struct enrol *e) SEK_MUST;
int enrol_from_file(struct enrol *e) SEK_MUST;
/* Of a key of OpenSSH it is all: DESK_OK at the end. */
int enrol_from_openssh(struct enrol *e) SEK_MUST;
/* Parse, show, judge, ask; fills cert and info. */
int enrol_take(struct enrol *e, const uint8_t *der, size_t n) SEK_MUST;
/* DESK_GO: yes. */
int enrol_confirm(const struct enrol *e) SEK_MUST;
/* For the store, of e->proof of a card. */
const char *enrol_proof_text(const char *proof);

/* -- enrol_pin.c */
/* Does the PIN come from a file or a descriptor? */
bool enrol_by_script(const struct enrol *e);
/* The PIN of `label`, from where it was said to be; asked for when nothing
 * was said. */
int enrol_pin(const struct enrol *e, const char *label, struct sek_buf *pin)
    SEK_MUST;
/* One try is left, which is the person's to spend. */
int enrol_last_try(const struct enrol *e, const char *label) SEK_MUST;

#endif
