/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One CRL file, PEM or DER, told apart by its content.
 */
#ifndef GATE_REVOCATION_FILE_H
#define GATE_REVOCATION_FILE_H

#include <openssl/x509.h>

#include "sekisho/err.h"

/* The issuer's name, from the head of the file only; the caller's. */
int sek_crl_issuer(const char *dir, const char *name, X509_NAME **out,
    struct sek_why *why) SEK_MUST;
/* The whole CRL; a file holds one. */
int sek_crl_load(const char *dir, const char *name, X509_CRL **out,
    struct sek_why *why) SEK_MUST;

#endif
