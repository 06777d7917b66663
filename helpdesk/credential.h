/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the commands about credentials share.
 */
#ifndef HELPDESK_CREDENTIAL_H
#define HELPDESK_CREDENTIAL_H

#include "gate/store_fido.h"
#include "gate/store_ssh.h"
#include "helpdesk/desk.h"

/* -- credential_list.c */
/* `sekisho list` */
int desk_credential_list(struct desk *d, int argc, char **argv);
/* The id of a person: DESK_GO, or DESK_REFUSED after having said that there
 * is none. */
int desk_find_person(struct desk *d, const char *name, int64_t *id) SEK_MUST;

/* As `sekisho list --json` has it; NULL, and *r says why. */
json_t *desk_credential_json(struct desk *d, const struct sek_credential *c,
    int *r) SEK_MUST;
enum word desk_status_word(enum sek_status status);
enum word desk_kind_word(const struct sek_credential *c);

/* -- credential_fido.c: what only a credential of a FIDO2 key has */
/* For the column that has a certificate's subject. */
void desk_fido_put(const struct desk *d, FILE *f,
    const struct sek_fido_cred *c);
/* NULL: no memory. */
json_t *desk_fido_json(const struct sek_fido_cred *c);

/* -- enrol_openssh.c: the one key, or certificate, of a file as FILE.pub */
int desk_ssh_read(const char *path, struct sek_ssh_key *out,
    struct sek_why *why) SEK_MUST;

/* -- credential_ssh.c: what only a key of OpenSSH has */
/* SEK_E_IO: a row without its rest. */
int desk_ssh_of(struct desk *d, int64_t credential, struct sek_ssh_key *key,
    bool *held) SEK_MUST;
void desk_ssh_put(const struct desk *d, FILE *f,
    const struct sek_ssh_key *key, bool held);
/* NULL: no memory. */
json_t *desk_ssh_json(const struct sek_ssh_key *key, bool held);

#endif
