/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is this person, key or certificate on the local deny-list?
 */
#ifndef GATE_DENIED_H
#define GATE_DENIED_H

#include "gate/certificate.h"
#include "gate/store.h"

/* SEK_OK and the row, SEK_E_NOENT, or why it cannot be told.  `info` is of
 * `leaf`; `t` may be NULL. */
int sek_denied(struct sek_store *s, const struct sek_trust *t, X509 *leaf,
    const struct sek_cert_info *info, const char *person,
    struct sek_deny *out) SEK_MUST;
/* What a record and the log say of that row. */
void sek_denied_text(const struct sek_deny *d, char *out, size_t cap);

#endif
