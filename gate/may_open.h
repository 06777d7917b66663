/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * May this person open this account, and may they use this service?  The one
 * answer for every way to prove possession, and for the helpdesk's lists.
 *
 * A person opens an account by a grant of their own, or by a role that both
 * have.  A person has a role by the hospital's own word (`person role`), or by
 * a certificate whose path has been judged; who shows another kind of token
 * has none by it.
 */
#ifndef GATE_MAY_OPEN_H
#define GATE_MAY_OPEN_H

#include "gate/certificate_role.h"
#include "gate/policy.h"
#include "gate/store.h"

/* By what: "person", "role:NAME", or "" when it is not known. */
#define SEK_GRANTED_BY_MAX (SEK_ROLE_MAX + 5u)

/* SEK_OK, SEK_E_NOENT when not, or a failure of the store.  `cert`: the roles
 * in the certificate that is shown, or NULL. */
int sek_may_open(struct sek_store *s, int64_t person_id,
    const struct sek_cert_roles *cert, int64_t account_id,
    char by[SEK_GRANTED_BY_MAX]) SEK_MUST;

/* All of them, at most `max`, in order of name. */
int sek_may_open_which(struct sek_store *s, int64_t person_id,
    const struct sek_cert_roles *cert, struct sek_account *out, size_t max,
    size_t *n) SEK_MUST;

/* Does the person have one of the roles that the service asks for?  A
 * certificate that names any decides alone; where it names none, or there is
 * none, the hospital's word does, and `role` is the one; else it is "". */
int sek_may_use(struct sek_store *s, const struct sek_service *service,
    int64_t person_id, const struct sek_cert_roles *cert,
    char role[SEK_ROLE_MAX]) SEK_MUST;

#endif
