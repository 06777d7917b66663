/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A CRL as sekisho-fetch has compiled it: the CRL without its list (the
 * skeleton) and the list as sorted records, behind OpenSSL's X509_CRL_METHOD.
 * OpenSSL goes on choosing CRLs, scopes, deltas and paths; a look-up is a
 * binary search by pread(2), and the CA's signature is verified at each login
 * over the stored digest of the whole tbsCertList.
 *
 * The file: a header of fixed size, then the meta part (skeleton, table of
 * issuer names, signature and digest), then the records.  All integers are
 * big endian.  The header holds the size of each part and the SHA-256 of the
 * meta part and of itself; the records are not read at a login, so they rest
 * on the file's owner, its mode and its size.
 */
#ifndef GATE_REVOCATION_INDEX_H
#define GATE_REVOCATION_INDEX_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>

#include "sekisho/err.h"

#define SEK_INDEX_VERSION 1
#define SEK_INDEX_SUFFIX ".idx"
#define SEK_INDEX_FOLDER "crl" /* below the cache */

/* Open an index by folder and name: a CRL whose method looks up here.  The
 * CRL owns the descriptor and is freed with X509_CRL_free().  Refuses, and
 * names, a file that is not root's (or ours), writable by others, of another
 * version, truncated or longer than its header says, or with a header or meta
 * part that does not match its hash.  The folder has passed sek_path_safe(). */
int sek_index_open(const char *dir, const char *name, X509_CRL **out,
    struct sek_why *why) SEK_MUST;
/* The same over an open file, which it takes over whatever happens; `shown`
 * is what messages call it. */
int sek_index_open_fd(int fd, const char *shown, X509_CRL **out,
    struct sek_why *why) SEK_MUST;
/* Is this CRL one of ours? */
bool sek_index_is(const X509_CRL *crl);
/* How many entries; 0 for a CRL that is not ours. */
uint64_t sek_index_entries(const X509_CRL *crl);
/* Could a look-up in it not be answered?  It said "revoked" then, with
 * neither reason nor date, for a list that cannot be read clears nobody. */
bool sek_index_failed(const X509_CRL *crl);
/* Read all of it and compare with the hash of the records: for `sekisho`
 * and sekisho-fetch, not for a login. */
int sek_index_check(const X509_CRL *crl, struct sek_why *why) SEK_MUST;
/* The name of the index of a CRL: "<hash of the issuer's canonical name, 8
 * hex>-<40 hex>.idx", the same for each CRL with this issuer, key (that of
 * `signer`, unless NULL, and AKI), scope (IDP) and kind (complete or delta);
 * `crl` may be a skeleton. */
int sek_index_name(const X509_CRL *crl, X509 *signer, char out[64]) SEK_MUST;

#endif
