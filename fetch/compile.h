/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Compiles a DER CRL to the index of gate/revocation_index.h.  Used by
 * sekisho-fetch, and by `sekisho verify` for files.
 */
#ifndef FETCH_COMPILE_H
#define FETCH_COMPILE_H

#include <openssl/x509.h>
#include <stddef.h>
#include <stdint.h>

#include "sekisho/err.h"

/* Called now and then with how far it is; may be NULL. */
struct sek_compile_progress {
	void (*tell)(void *arg, uint64_t done, uint64_t all);
	void *arg;
};

/* Write the index of `der` to the empty file `fd` (read and write).  It
 * checks form, not signature, and refuses what a login could not honour: an
 * unknown critical extension of an entry, a serial of more than 20 octets, a
 * date or an entry that is not DER, a list longer than 16 M entries.  On
 * success the file can be given to sek_index_open_fd() (after rewinding it is
 * not needed).  Where the signature algorithm cannot be prehashed (Ed25519)
 * `signer` must be the key that the caller has verified it with, and is
 * recorded; else it may be NULL. */
int sek_compile(const uint8_t *der, size_t n, int fd, EVP_PKEY *signer,
    const struct sek_compile_progress *progress, struct sek_why *why)
    SEK_MUST;

/* DER of the CRLs in a file's bytes: DER itself, or each PEM block in turn.
 * Calls `fn` for each; what it returns other than SEK_OK ends the walk and is
 * returned.  None at all is SEK_E_SYNTAX. */
int sek_crl_each(const uint8_t *p, size_t n,
    int (*fn)(void *arg, const uint8_t *der, size_t n), void *arg,
    struct sek_why *why) SEK_MUST;

#endif
