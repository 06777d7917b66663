/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the commands about credentials share.
 */
#ifndef HELPDESK_CREDENTIAL_H
#define HELPDESK_CREDENTIAL_H

#include "gate/store_fido.h"
#include "helpdesk/desk.h"

/* -- credential_list.c */
/* `sekisho list` */
int desk_credential_list(struct desk *d, int argc, char **argv);
/* The id of a person: DESK_GO, or DESK_REFUSED after having said that there
 * is none. */
int desk_find_person(struct desk *d, const char *name, int64_t *id) SEK_MUST;

/* -- credential_fido.c: what only a credential of a FIDO2 key has */
/* For the column that has a certificate's subject. */
void desk_fido_put(const struct desk *d, FILE *f,
    const struct sek_fido_cred *c);
/* NULL: no memory. */
json_t *desk_fido_json(const struct sek_fido_cred *c);

#endif
