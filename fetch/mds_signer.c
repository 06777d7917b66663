/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who has signed a blob, and may they?  (MDS 3.0, 3.2 steps 4 to 6.)
 * Runs in sekisho-fetch.
 *
 * FIDO's own root is that of a public CA, under which anybody can have a
 * certificate for a name of their own: so the leaf's name counts as much as
 * its path.  Certificates from a card, a browser or the system are no roots.
 */
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>

#include "fetch/mds.h"
#include "gate/certificate_rooms.h"

#define SECURITY_LEVEL 2 /* 112 bits, no SHA-1 */

static int
denied(struct sek_why *why, const char *what)
{
	sek_why_set(why, "%s", what);
	ERR_clear_error();
	return SEK_E_DENIED;
}

/* RFC 5280 4.2.1.3: when it says what its key is for, signing is in it. */
static int
check_leaf(const struct sek_mds_rules *rules, X509 *leaf, struct sek_why *why)
{
	char name[257];

	sek_cert_name(X509_get_subject_name(leaf), name, sizeof name);
	if (X509_check_host(leaf, rules->signer, 0,
	    X509_CHECK_FLAG_NO_WILDCARDS, NULL) != 1) {
		sek_why_set(why, "signed by \"%s\", not by %s", name,
		    rules->signer);
		return SEK_E_DENIED;
	}
	if ((X509_get_extension_flags(leaf) & EXFLAG_KUSAGE) != 0 &&
	    (X509_get_key_usage(leaf) & KU_DIGITAL_SIGNATURE) == 0)
		return denied(why, "the signer's key is not for signatures");
	return SEK_OK;
}

/* A CRL must be there only where a certificate says that there is one; that
 * of a root is its owner's. */
static int
on_error(int ok, X509_STORE_CTX *ctx)
{
	const X509 *x = X509_STORE_CTX_get_current_cert(ctx);
	const STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(ctx);

	if (ok || X509_STORE_CTX_get_error(ctx) !=
	    X509_V_ERR_UNABLE_TO_GET_CRL || x == NULL)
		return ok;
	if (X509_STORE_CTX_get_error_depth(ctx) < sk_X509_num(chain) - 1 &&
	    X509_get_ext_by_NID(x, NID_crl_distribution_points, -1) >= 0)
		return ok;
	X509_STORE_CTX_set_error(ctx, X509_V_OK);
	return 1;
}

static int
told(const X509_STORE_CTX *ctx, struct sek_why *why)
{
	const X509 *x = X509_STORE_CTX_get_current_cert(ctx);
	int error = X509_STORE_CTX_get_error(ctx);
	char name[257] = "";

	if (x != NULL)
		sek_cert_name(X509_get_subject_name(x), name, sizeof name);
	sek_why_set(why, "%s: \"%s\"", X509_verify_cert_error_string(error),
	    name);
	ERR_clear_error();
	return error == X509_V_ERR_UNABLE_TO_GET_CRL ? SEK_E_NOENT :
	    SEK_E_DENIED;
}

int
sek_mds_signer(const struct sek_mds_rules *rules, STACK_OF(X509) *x5c,
    STACK_OF(X509_CRL) *crls, STACK_OF(X509) **chain, struct sek_why *why)
{
	X509 *leaf = sk_X509_value(x5c, 0);
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	X509_VERIFY_PARAM *param;
	int r = SEK_E_NOMEM;

	if (leaf == NULL || ctx == NULL ||
	    X509_STORE_CTX_init(ctx, NULL, leaf, x5c) != 1)
		goto out;
	X509_STORE_CTX_set0_trusted_stack(ctx, rules->roots);
	param = X509_STORE_CTX_get0_param(ctx);
	X509_VERIFY_PARAM_set_time(param, (time_t)rules->now);
	X509_VERIFY_PARAM_set_auth_level(param, SECURITY_LEVEL);
	X509_VERIFY_PARAM_set_depth(param, SEK_MDS_CHAIN_MAX);
	/* the pin may be of an intermediate CA as well */
	if (X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN |
	    (crls != NULL ? X509_V_FLAG_CRL_CHECK |
	    X509_V_FLAG_CRL_CHECK_ALL : 0)) != 1)
		goto out;
	if (crls != NULL) {
		X509_STORE_CTX_set0_crls(ctx, crls);
		X509_STORE_CTX_set_verify_cb(ctx, on_error);
	}
	if (X509_verify_cert(ctx) != 1)
		r = told(ctx, why);
	else
		r = check_leaf(rules, leaf, why);
	if (r == SEK_OK && (*chain = X509_STORE_CTX_get1_chain(ctx)) == NULL)
		r = SEK_E_NOMEM;
out:
	X509_STORE_CTX_free(ctx);
	ERR_clear_error();
	return r;
}
