/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The credentials of FIDO2 keys in the enrolment store.  Each belongs to a
 * row of `credential`, which has its person, status and label; what was made
 * in one ceremony on one key shares a token, and is revoked together.
 *
 * An id is unique within its RP ID, a public key among all credentials: who
 * has one cannot be somebody else as well.
 */
#ifndef GATE_STORE_FIDO_H
#define GATE_STORE_FIDO_H

#include "gate/fido.h"
#include "gate/store.h"

/* Bind a FIDO2 credential to c->person_id; c->label and c->status_reason are
 * the caller's, the rest is filled.  f->token 0: a token of its own, whose
 * number is put there; else it joins that token of the same person.
 * SEK_E_EXISTS: anybody holds the id or the key already; `why` names them. */
int sek_store_fido_enrol(struct sek_store *s, const char *by,
    struct sek_credential *c, struct sek_fido_cred *f, struct sek_why *why)
    SEK_MUST;

/* The credential of this RP ID and id; SEK_E_NOENT. */
int sek_store_fido_find(struct sek_store *s, const char *rp,
    const uint8_t *id, size_t n, struct sek_credential *c,
    struct sek_fido_cred *f) SEK_MUST;
/* That of a row of `credential`; SEK_E_NOENT: it is no FIDO2 credential. */
int sek_store_fido_of(struct sek_store *s, int64_t credential,
    struct sek_fido_cred *f) SEK_MUST;

/* Each credential that a login may use (not the ones for sshd) of each person
 * who may open the account, whatever its status: active ones of active
 * persons first, then by number.  As the other walks of the store. */
int sek_store_each_fido_of_account(struct sek_store *s, int64_t account_id,
    int (*fn)(void *, const struct sek_credential *,
    const struct sek_fido_cred *), void *arg) SEK_MUST;
/* Each of a person, those for sshd too; 0: everybody's. */
int sek_store_each_fido(struct sek_store *s, int64_t person_id,
    int (*fn)(void *, const struct sek_credential *,
    const struct sek_fido_cred *), void *arg) SEK_MUST;
/* Is there any that a key can find by itself? */
int sek_store_fido_any_resident(struct sek_store *s, bool *any) SEK_MUST;

/* Compare and swap: the counter of `seen` takes the place of the one in `f`
 * as it was read, on disk before this returns.  SEK_E_EXISTS: another login
 * was faster; read again.  For a store opened to read: through a short
 * connection of its own, as sek_store_throttle(). */
int sek_store_fido_count(struct sek_store *s, const struct sek_fido_cred *f,
    uint32_t counter) SEK_MUST;
/* Its counter went back: suspend it, and all of its token, with a reason that
 * names both counters, by "sekisho-gate".  Works as sek_store_fido_count().
 * What is no longer active stays as it is, but gets the mark. */
int sek_store_fido_suspect(struct sek_store *s, const struct sek_fido_cred *f,
    uint32_t counter, int64_t now) SEK_MUST;

#endif
