/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One CRL file, PEM or DER, told apart by its content.
 */
#ifndef GATE_REVOCATION_FILE_H
#define GATE_REVOCATION_FILE_H

#include <openssl/x509.h>
#include <stddef.h>
#include <stdint.h>

#include "sekisho/err.h"

/* The issuer's name, from the head of the file only; the caller's. */
int sek_crl_issuer(const char *dir, const char *name, X509_NAME **out,
    struct sek_why *why) SEK_MUST;
/* The whole CRL; a file holds one. */
int sek_crl_load(const char *dir, const char *name, X509_CRL **out,
    struct sek_why *why) SEK_MUST;

/* DER that fills n bytes exactly, or NULL. */
X509_CRL *sek_crl_parse(const uint8_t *der, size_t n);

#endif
