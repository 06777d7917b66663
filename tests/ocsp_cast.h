/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who plays in the OCSP tests: a CA, another of the same name, a leaf, and
 * responders each with one thing about them.  Test programs only.
 */
#ifndef TESTS_OCSP_CAST_H
#define TESTS_OCSP_CAST_H

#include "tests/ocsp_mint.h"

#define NOW INT64_C(1790000000)
#define HOUR INT64_C(3600)
#define SERIAL 0x1234

enum role {
	CA, OTHER_CA, LEAF, STRANGER, /* STRANGER: a leaf of OTHER_CA */
	GOOD, NO_USAGE, CLIENT, ANY, EXPIRED, NOT_YET, ENDS_NOW, NO_KU,
	WRONG_KU, OF_OTHER, SELF, CRITICAL, BY_SHA1, IS_CA, OF_IS_CA, CHECKED,
	WEAK, ED, RSA_2048, AS_CA, TWICE, CURVE,
	N_ROLES
};

struct cast {
	EVP_PKEY *ca_key, *other_key, *key, *weak_key, *ed_key, *rsa_key,
	    *curve_key;
	X509 *x[N_ROLES];
};

bool cast_open(struct cast *c);
void cast_close(struct cast *c);
/* The private key that belongs to a role. */
EVP_PKEY *cast_key(const struct cast *c, enum role who);

#endif
