/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one table from OpenSSL's verification errors to our reasons.
 * Runs in the gate and in `sekisho`.  No row means "fine": each of them is
 * a refusal.  It goes on only where a later finding would say more.
 */
#include "gate/certificate_errors.h"

#include <openssl/x509_vfy.h>
#include <stddef.h>

#define STOP 0
#define GO_ON 1

#define CERT(e, leaf, issuer, weight)					\
	{ X509_V_ERR_##e, SEK_R_##leaf, SEK_R_##issuer,			\
	    SEK_WEIGHT_##weight, STOP, 0 }
#define CRL(e, reason, weight, go_on)					\
	{ X509_V_ERR_##e, SEK_R_##reason, SEK_R_##reason,		\
	    SEK_WEIGHT_##weight, go_on, 1 }

static const struct sek_x509_error errors[] = {
	/* no path to an anchor */
	CERT(UNABLE_TO_GET_ISSUER_CERT, CERT_ISSUER, CERT_ISSUER, UNTRUSTED),
	CERT(UNABLE_TO_GET_ISSUER_CERT_LOCALLY, CERT_ISSUER, CERT_ISSUER,
	    UNTRUSTED),
	CERT(UNABLE_TO_VERIFY_LEAF_SIGNATURE, CERT_ISSUER, CERT_ISSUER,
	    UNTRUSTED),
	CERT(DEPTH_ZERO_SELF_SIGNED_CERT, CERT_ISSUER, CERT_ISSUER,
	    UNTRUSTED),
	CERT(SELF_SIGNED_CERT_IN_CHAIN, CERT_ISSUER, CERT_ISSUER, UNTRUSTED),
	CERT(CERT_UNTRUSTED, CERT_ISSUER, CERT_ISSUER, UNTRUSTED),
	CERT(CERT_REJECTED, CERT_ISSUER, CERT_ISSUER, UNTRUSTED),
	/* a signature on the path */
	CERT(CERT_SIGNATURE_FAILURE, CERT_SIGNATURE, CERT_SIGNATURE,
	    UNTRUSTED),
	CERT(UNABLE_TO_DECRYPT_CERT_SIGNATURE, CERT_SIGNATURE,
	    CERT_SIGNATURE, UNTRUSTED),
	CERT(UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY, CERT_KEY, CERT_KEY,
	    UNTRUSTED),
	/* dates: an expired CA is not an expired card */
	CERT(CERT_NOT_YET_VALID, CERT_NOT_YET, CERT_PATH, PATH),
	CERT(CERT_HAS_EXPIRED, CERT_EXPIRED, CERT_PATH, PATH),
	CERT(ERROR_IN_CERT_NOT_BEFORE_FIELD, CERT_MALFORMED, CERT_PATH,
	    PATH),
	CERT(ERROR_IN_CERT_NOT_AFTER_FIELD, CERT_MALFORMED, CERT_PATH, PATH),
	/* policies */
	CERT(NO_EXPLICIT_POLICY, CERT_POLICY, CERT_POLICY, PATH),
	CERT(INVALID_POLICY_EXTENSION, CERT_POLICY, CERT_POLICY, PATH),
	/* revocation; a signature of the list that fails ends it at once,
	 * so that a forged list can say nothing */
	CRL(CERT_REVOKED, CERT_REVOKED, REVOKED, GO_ON),
	CRL(UNABLE_TO_GET_CRL, CRL_MISSING, CRL_MISSING, GO_ON),
	CRL(CRL_HAS_EXPIRED, CRL_STALE, STALE, GO_ON),
	CRL(CRL_NOT_YET_VALID, CRL_NOT_YET, CRL_MISSING, GO_ON),
	CRL(CRL_SIGNATURE_FAILURE, CRL_INVALID, CRL_INVALID, STOP),
	CRL(UNABLE_TO_DECRYPT_CRL_SIGNATURE, CRL_INVALID, CRL_INVALID, STOP),
	CRL(ERROR_IN_CRL_LAST_UPDATE_FIELD, CRL_INVALID, CRL_INVALID, STOP),
	CRL(ERROR_IN_CRL_NEXT_UPDATE_FIELD, CRL_INVALID, CRL_INVALID, STOP),
	CRL(UNABLE_TO_GET_CRL_ISSUER, CRL_INVALID, CRL_INVALID, STOP),
	CRL(KEYUSAGE_NO_CRL_SIGN, CRL_INVALID, CRL_INVALID, STOP),
	CRL(UNHANDLED_CRITICAL_CRL_EXTENSION, CRL_INVALID, CRL_INVALID,
	    STOP),
	CRL(DIFFERENT_CRL_SCOPE, CRL_INVALID, CRL_INVALID, STOP),
	CRL(CRL_PATH_VALIDATION_ERROR, CRL_INVALID, CRL_INVALID, STOP),
	/* the machine, not the certificate */
	CERT(OUT_OF_MEM, INTERNAL, INTERNAL, INTERNAL),
	CERT(UNSPECIFIED, INTERNAL, INTERNAL, INTERNAL),
	/* everything else: path length, name constraints, critical
	 * extensions, proxies, depth ... */
	{ 0, SEK_R_CERT_PATH, SEK_R_CERT_PATH, SEK_WEIGHT_PATH, STOP, 0 },
};

const struct sek_x509_error *
sek_x509_error(int err)
{
	size_t i, last = sizeof errors / sizeof errors[0] - 1;

	for (i = 0; i < last; i++)
		if (errors[i].err == err)
			break;
	return &errors[i];
}
