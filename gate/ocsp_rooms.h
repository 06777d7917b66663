/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files behind ocsp.h say to each other, and to certificate.c;
 * nobody else includes this.
 *
 *     ocsp.c            the check of one answer, in its order
 *     ocsp_parse.c      exact DER of a basic response, version 1
 *     ocsp_responder.c  who signed it, and may they?
 *     ocsp_status.c     which status is ours, and is it in date?
 *     ocsp_ask.c        the question, and names for its answer
 *     ocsp_leaf.c       cache, live question and grace of one certificate
 */
#ifndef GATE_OCSP_ROOMS_H
#define GATE_OCSP_ROOMS_H

#include <openssl/ocsp.h>

#include "gate/certificate_rooms.h"
#include "gate/ocsp.h"

/* -- ocsp_parse.c: SEK_R_OK and an own *out, SEK_R_OCSP_MISSING (the
 * responder has no answer for anybody now) or SEK_R_OCSP_INVALID. */
enum sek_reason sek_ocsp_parse(const uint8_t *der, size_t n,
    OCSP_BASICRESP **out, struct sek_why *why);

/* -- ocsp_responder.c: SEK_R_OK and the signer, who is somebody else's, or
 * SEK_R_OCSP_INVALID. */
enum sek_reason sek_ocsp_signer(OCSP_BASICRESP *b,
    const struct sek_ocsp_rules *rules, X509 **signer, struct sek_why *why);

/* -- ocsp_status.c: what a signed answer says, and when. */
enum sek_reason sek_ocsp_status(OCSP_BASICRESP *b,
    const struct sek_ocsp_rules *rules, struct sek_rev_info *rev,
    struct sek_why *why);
/* How many seconds ago an answer with these dates ended; 0: it has not. */
int64_t sek_ocsp_overdue(const struct sek_rev_info *rev, int64_t now,
    int64_t max_age_s);

/* -- ocsp_leaf.c: is the leaf good by the answer in the cache, or by a live
 * one where `may_ask`?  `why` names the file and the URL. */
enum sek_reason sek_ocsp_leaf(const struct sek_trust *t, X509 *leaf,
    X509 *issuer, int64_t now, bool may_ask, struct sek_rev_info *rev,
    struct sek_why *why);

#endif
