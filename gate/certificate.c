/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one check of a certificate, as a login runs it: first what the
 * certificate itself says, then its path and revocation.
 * Runs in the gate before any PIN is asked for, and in `sekisho`.
 * It opens no network connection and reads no environment.
 */
#include "gate/certificate.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "gate/certificate_rooms.h"

int
sek_crypto_start(void)
{
	/* The digests that signatures name by number; OpenSSL would enter
	 * hundreds of others and all ciphers by name before its first use. */
	const EVP_MD *const digests[] = { EVP_sha1(), EVP_sha256(),
	    EVP_sha384(), EVP_sha512() };
	size_t i;

	/* no openssl.cnf and so no OPENSSL_CONF; the process ends soon, so
	 * nothing is torn down piece by piece either */
	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG |
	    OPENSSL_INIT_NO_ATEXIT | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS |
	    OPENSSL_INIT_NO_ADD_ALL_CIPHERS | OPENSSL_INIT_NO_ADD_ALL_DIGESTS,
	    NULL) != 1)
		return SEK_E_CRYPTO;
	for (i = 0; i < sizeof digests / sizeof digests[0]; i++)
		if (EVP_add_digest(digests[i]) != 1)
			return SEK_E_CRYPTO;
	return SEK_OK;
}

enum sek_reason
sek_cert_check(const struct sek_trust *t, X509 *leaf, int64_t now,
    struct sek_cert_info *out)
{
	struct sek_cert_info info = { 0 };
	struct sek_why why = { "" };
	enum sek_reason r;

	if (sek_cert_describe(leaf, &info) != SEK_OK) {
		sek_why_set(&why, "certificate cannot be described");
		r = SEK_R_CERT_MALFORMED;
	} else {
		r = sek_leaf_check(t, leaf, now, &why);
	}
	(void)snprintf(info.rev.method, sizeof info.rev.method, "%s",
	    t->rev != NULL ? "crl" : "none");
	(void)snprintf(info.rev.status, sizeof info.rev.status, "unknown");
	if (r == SEK_R_OK)
		r = sek_path_check(t, leaf, now, &info.rev, &why);
	if (r != SEK_R_OK)
		(void)snprintf(info.detail, sizeof info.detail, "%.*s",
		    (int)sizeof info.detail - 1, why.text);
	ERR_clear_error();
	*out = info;
	return r;
}
