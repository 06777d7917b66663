/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who signed an OCSP answer, and were they allowed to (RFC 6960 4.2.2.2)?
 * The very issuer of the certificate, or somebody to whom that issuer itself
 * gave id-kp-OCSPSigning; nobody else, however much they are trusted.
 * Runs in the gate, in sekisho-fetch and in `sekisho`.
 *
 * OCSP_basic_verify() also takes responders whose root is trusted for all
 * OCSP, and any certificate of a chain; so it verifies the one signature
 * here, and authority is judged by our own rules.
 */
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "gate/ocsp_rooms.h"

#define RSA_MIN_BITS 2048u /* where the rules say nothing */
#define MAX_TRIED 8        /* certificates that fit the ResponderID */

/* The search for a signer. */
struct search {
	OCSP_BASICRESP *b;
	const struct sek_ocsp_rules *rules;
	X509 *signer;
	int tried;
	struct sek_why why; /* of the first that fitted, and failed */
};

static bool
refuse(struct sek_why *why, const char *what)
{
	sek_why_set(why, "%s", what);
	return false;
}

/* RFC 6960 4.2.1: ResponderID is a name, or the SHA-1 of a key. */
static bool
fits_id(const OCSP_BASICRESP *b, const X509 *x)
{
	const ASN1_OCTET_STRING *key;
	const X509_NAME *name;
	uint8_t hash[SHA_DIGEST_LENGTH];

	if (OCSP_resp_get0_id(b, &key, &name) != 1)
		return false;
	if (name != NULL)
		return X509_NAME_cmp(X509_get_subject_name(x), name) == 0;
	return key != NULL &&
	    ASN1_STRING_length(key) == SHA_DIGEST_LENGTH &&
	    X509_pubkey_digest(x, EVP_sha1(), hash, NULL) == 1 &&
	    memcmp(ASN1_STRING_get0_data(key), hash, sizeof hash) == 0;
}

static bool
key_ok(const struct sek_ocsp_rules *rules, X509 *x, struct sek_why *why)
{
	return sek_key_check(x, rules->rsa_min_bits != 0 ?
	    rules->rsa_min_bits : RSA_MIN_BITS, why) == SEK_R_OK;
}

/* The signature by this certificate's key, and nothing else. */
static bool
verifies(OCSP_BASICRESP *b, X509 *x)
{
	STACK_OF(X509) *one = sk_X509_new_null();
	bool ok = one != NULL && sk_X509_push(one, x) > 0 &&
	    OCSP_basic_verify(b, one, NULL, OCSP_NOINTERN | OCSP_NOVERIFY) ==
	    1;

	sk_X509_free(one);
	return ok;
}

/* Issued by that issuer: its name, and its key (4.2.2.2: "directly"). */
static bool
issued_by(X509 *x, X509 *issuer, struct sek_why *why)
{
	const X509_ALGOR *alg;

	if (X509_NAME_cmp(X509_get_issuer_name(x),
	    X509_get_subject_name(issuer)) != 0)
		return refuse(why, "was not issued by the certificate's "
		    "issuer");
	X509_get0_signature(NULL, &alg, x);
	if (sek_signature_check(alg, why) != SEK_R_OK)
		return false;
	if (X509_verify(x, X509_get0_pubkey(issuer)) != 1)
		return refuse(why, "was not signed by the certificate's "
		    "issuer");
	return true;
}

/* What the certificate itself allows.  anyExtendedKeyUsage is not enough:
 * 4.2.2.2 asks for id-kp-OCSPSigning "explicitly". */
static bool
usage_ok(X509 *x, struct sek_why *why)
{
	uint32_t flags;

	if (sek_form_check(x, SEK_FORM_LEAF, why) != SEK_R_OK)
		return false;
	flags = X509_get_extension_flags(x);
	if ((flags & EXFLAG_CRITICAL) != 0)
		return refuse(why, "has an unknown critical extension");
	if ((flags & EXFLAG_XKUSAGE) == 0 ||
	    (X509_get_extended_key_usage(x) & XKU_OCSP_SIGN) == 0)
		return refuse(why, "lacks the usage OCSPSigning");
	/* all bits where there is no key usage */
	if ((X509_get_key_usage(x) & KU_DIGITAL_SIGNATURE) == 0)
		return refuse(why, "key usage lacks digitalSignature");
	return true;
}

/* RFC 6960 4.2.2.2.1 */
static bool
not_revoked(const struct sek_ocsp_rules *rules, X509 *x, struct sek_why *why)
{
	if (rules->responder == NULL ||
	    X509_get_ext_by_NID(x, NID_id_pkix_OCSP_noCheck, -1) >= 0)
		return true;
	return rules->responder(rules->responder_arg, x, why) == SEK_R_OK;
}

static bool
is_delegate(const struct sek_ocsp_rules *rules, X509 *x, struct sek_why *why)
{
	if (!usage_ok(x, why) || !issued_by(x, rules->issuer, why))
		return false;
	if (!sek_cert_in_date(x, rules->now))
		return refuse(why, "is not valid now");
	return not_revoked(rules, x, why);
}

/* One that may have signed; the key first, because a strange one could make
 * a verification last. */
static void
try_delegate(struct search *s, X509 *x)
{
	struct sek_why what = { "" };
	char name[160];

	if (s->signer != NULL || s->tried >= MAX_TRIED || !fits_id(s->b, x))
		return;
	s->tried++;
	if (!key_ok(s->rules, x, &what))
		;
	else if (!verifies(s->b, x))
		sek_why_set(&what, "did not sign this");
	else if (is_delegate(s->rules, x, &what))
		s->signer = x;
	if (s->signer != NULL || s->why.text[0] != '\0')
		return;
	sek_cert_name(X509_get_subject_name(x), name, sizeof name);
	sek_why_set(&s->why, "responder \"%s\": %s", name, what.text);
}

static void
try_delegates(struct search *s, const STACK_OF(X509) *certs)
{
	int i;

	for (i = 0; i < sk_X509_num(certs); i++)
		try_delegate(s, sk_X509_value(certs, i));
}

/* The issuer itself needs no other authority than being it. */
static void
try_issuer(struct search *s)
{
	X509 *issuer = s->rules->issuer;

	if (!fits_id(s->b, issuer))
		return;
	if (verifies(s->b, issuer))
		s->signer = issuer;
	else
		sek_why_set(&s->why, "the signature is not the issuer's");
}

enum sek_reason
sek_ocsp_signer(OCSP_BASICRESP *b, const struct sek_ocsp_rules *rules,
    X509 **signer, struct sek_why *why)
{
	struct search s = { .b = b, .rules = rules };

	if (sek_signature_check(OCSP_resp_get0_tbs_sigalg(b), why) !=
	    SEK_R_OK)
		return SEK_R_OCSP_INVALID;
	if (!key_ok(rules, rules->issuer, &s.why)) {
		sek_why_set(why, "the issuer: %s", s.why.text);
		return SEK_R_OCSP_INVALID;
	}
	if (!sek_cert_in_date(rules->issuer, rules->now)) {
		sek_why_set(why, "the issuer is not valid now");
		return SEK_R_OCSP_INVALID;
	}
	try_issuer(&s);
	try_delegates(&s, OCSP_resp_get0_certs(b));
	try_delegates(&s, rules->untrusted);
	if (s.signer == NULL) {
		sek_why_set(why, "%s", s.why.text[0] != '\0' ? s.why.text :
		    "no certificate of the responder that signed this");
		return SEK_R_OCSP_INVALID;
	}
	*signer = s.signer;
	return SEK_R_OK;
}
