/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Public keys out of their numbers, by OpenSSL's parameters.
 * Runs in the gate and in `sekisho`.  Never takes a point that is not on its
 * curve, nor one that is not written out.
 */
#include "gate/public_key.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/params.h>
#include <stdio.h>

static EVP_PKEY *
from_params(const char *type, OSSL_PARAM *params)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;

	if (ctx == NULL || params == NULL ||
	    EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	return key;
}

EVP_PKEY *
sek_public_ec(const char *group, const uint8_t *point, size_t n)
{
	OSSL_PARAM params[3];
	char name[32];

	/* the point at infinity and compressed ones start otherwise */
	if (n == 0 || point[0] != 0x04)
		return NULL;
	(void)snprintf(name, sizeof name, "%s", group);
	params[0] = OSSL_PARAM_construct_utf8_string(
	    OSSL_PKEY_PARAM_GROUP_NAME, name, 0);
	/* OpenSSL's parameters are not const, but this one is only read */
	params[1] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
	    (void *)(uintptr_t)point, n);
	params[2] = OSSL_PARAM_construct_end();
	/* P-256, P-384 and P-521 have no small subgroups: to be on the curve
	 * is to be a good key (SEC 1 3.2.2.1), and that is tested as it is
	 * read */
	return from_params("EC", params);
}

EVP_PKEY *
sek_public_rsa(const BIGNUM *n, const BIGNUM *e)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;
	EVP_PKEY *key;

	if (build != NULL &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) == 1)
		params = OSSL_PARAM_BLD_to_param(build);
	key = from_params("RSA", params);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	return key;
}
