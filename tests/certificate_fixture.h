/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the certificate tests share: a temporary folder filled by a script,
 * certificates and keys out of it, and a policy as sekisho.conf's defaults.
 */
#ifndef TESTS_CERTIFICATE_FIXTURE_H
#define TESTS_CERTIFICATE_FIXTURE_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>

#include "gate/certificate.h"
#include "gate/policy.h"

struct fixture {
	char dir[1024]; /* "" = none */
};

/* Make the folder and run `bash SCRIPT FOLDER` (NULL: nothing); false: it
 * failed. */
bool fixture_open(struct fixture *f, const char *script);
void fixture_close(struct fixture *f);

/* DIR/certs/NAME.crt and .key; NULL when it cannot be read. */
X509 *fixture_cert(const struct fixture *f, const char *name);
EVP_PKEY *fixture_key(const struct fixture *f, const char *name);

/* A policy with anchors, intermediates and CRLs below the folder ("" =
 * none; crls NULL = no check).  The value lives in the caller's struct. */
void fixture_policy(const struct fixture *f, struct sek_policy *p,
    const char *anchors, const char *intermediates, const char *crls);

#endif
