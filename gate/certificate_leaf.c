/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a login asks of a certificate besides a valid path: dates, not a CA,
 * digitalSignature, purpose, key; and what it asks of the CAs above.
 * Runs in the gate and in `sekisho`.
 * Never looks at a name, and never makes a rule weaker than RFC 5280 does.
 */
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "gate/certificate_role.h"
#include "gate/certificate_rooms.h"

static enum sek_reason
refuse(struct sek_why *why, enum sek_reason r, const char *what)
{
	sek_why_set(why, "%s", what);
	return r;
}

/* RFC 5280 4.1.2.5: both ends are within. */
static enum sek_reason
check_dates(const X509 *x, int64_t now, struct sek_why *why)
{
	int64_t from, to;

	if (sek_cert_time(X509_get0_notBefore(x), &from) != SEK_OK ||
	    sek_cert_time(X509_get0_notAfter(x), &to) != SEK_OK)
		return refuse(why, SEK_R_CERT_MALFORMED,
		    "a date is not in the form of RFC 5280 4.1.2.5");
	if (now > to)
		return refuse(why, SEK_R_CERT_EXPIRED,
		    "certificate has expired");
	if (now < from)
		return refuse(why, SEK_R_CERT_NOT_YET,
		    "certificate is not yet valid");
	return SEK_R_OK;
}

/* The words for a key usage that lacks all of `wanted`. */
static enum sek_reason
lacks_usage(uint32_t wanted, const char *head, struct sek_why *why)
{
	sek_why_set(why, "%s%s%s%s", head,
	    (wanted & KU_DIGITAL_SIGNATURE) != 0 ? " digitalSignature" : "",
	    (wanted & KU_KEY_ENCIPHERMENT) != 0 ? " keyEncipherment" : "",
	    (wanted & KU_KEY_AGREEMENT) != 0 ? " keyAgreement" : "");
	return SEK_R_CERT_USAGE;
}

/* An absent key usage means "anything" in RFC 5280 4.2.1.3.  A login asks
 * for digitalSignature in so many words: every CA that issues login
 * certificates writes it, and one that writes nothing did not mean a login. */
static enum sek_reason
check_usage(const struct sek_trust *t, X509 *x, struct sek_why *why)
{
	uint32_t flags = X509_get_extension_flags(x), usage;

	usage = X509_get_key_usage(x);
	if (X509_check_ca(x) != 0 || (flags & EXFLAG_CA) != 0 ||
	    ((flags & EXFLAG_KUSAGE) != 0 && (usage & KU_KEY_CERT_SIGN) != 0))
		return refuse(why, SEK_R_CERT_IS_CA,
		    "a CA certificate cannot log in");
	if ((flags & EXFLAG_KUSAGE) == 0)
		return t->usage_needed ? lacks_usage(t->usage,
		    "no key usage: needed is", why) : SEK_R_OK;
	if (t->usage != 0 && (usage & t->usage) == 0)
		return lacks_usage(t->usage, "key usage lacks", why);
	return SEK_R_OK;
}

enum purpose { PURPOSE_MALFORMED, PURPOSE_ABSENT, PURPOSE_OTHER, PURPOSE_OK };

/* anyExtendedKeyUsage alone says no more than an absent extension. */
static enum purpose
purpose_of(const X509 *x, const STACK_OF(ASN1_OBJECT) *wanted, bool *any)
{
	enum purpose found = PURPOSE_ABSENT;
	const ASN1_OBJECT *o;
	EXTENDED_KEY_USAGE *eku;
	int crit = 0, i, j;

	*any = false;
	eku = X509_get_ext_d2i(x, NID_ext_key_usage, &crit, NULL);
	if (eku == NULL)
		return crit == -1 ? PURPOSE_ABSENT : PURPOSE_MALFORMED;
	/* RFC 5280 4.2.1.12: SIZE (1..MAX) */
	if (sk_ASN1_OBJECT_num(eku) == 0)
		found = PURPOSE_MALFORMED;
	for (i = 0; i < sk_ASN1_OBJECT_num(eku); i++) {
		o = sk_ASN1_OBJECT_value(eku, i);
		if (OBJ_obj2nid(o) == NID_anyExtendedKeyUsage) {
			*any = true;
			continue;
		}
		if (found == PURPOSE_ABSENT)
			found = PURPOSE_OTHER;
		for (j = 0; j < sk_ASN1_OBJECT_num(wanted); j++)
			if (OBJ_cmp(o, sk_ASN1_OBJECT_value(wanted, j)) == 0)
				found = PURPOSE_OK;
	}
	EXTENDED_KEY_USAGE_free(eku);
	return found;
}

static enum sek_reason
check_purpose(const struct sek_trust *t, const X509 *x, struct sek_why *why)
{
	bool any;

	switch (purpose_of(x, t->purposes, &any)) {
	case PURPOSE_OK:
		return SEK_R_OK;
	case PURPOSE_ABSENT:
		if (!t->purpose_needed)
			return SEK_R_OK;
		return refuse(why, SEK_R_CERT_USAGE,
		    "no extended key usage: a login purpose is needed");
	case PURPOSE_OTHER:
		/* beside others anyExtendedKeyUsage does not help: RFC 5280
		 * 4.2.1.12 leaves that to the application */
		if (sk_ASN1_OBJECT_num(t->purposes) == 0)
			return SEK_R_OK;
		return refuse(why, SEK_R_CERT_USAGE,
		    "extended key usage lacks a login purpose");
	case PURPOSE_MALFORMED:
		break;
	}
	ERR_clear_error();
	return refuse(why, SEK_R_CERT_MALFORMED,
	    "extended key usage cannot be read");
}

static enum sek_reason
check_signed_by(const X509 *x, struct sek_why *why)
{
	const X509_ALGOR *alg;

	X509_get0_signature(NULL, &alg, x);
	return sek_signature_check(alg, why);
}

/* Roles that cannot be read are nobody's: ISO 17090-2. */
static enum sek_reason
check_roles(const X509 *x, struct sek_why *why)
{
	struct sek_cert_roles roles;

	return sek_cert_roles(x, &roles, why) == SEK_OK ? SEK_R_OK :
	    SEK_R_CERT_MALFORMED;
}

enum sek_reason
sek_leaf_check(const struct sek_trust *t, X509 *x, int64_t now,
    struct sek_why *why)
{
	enum sek_reason r;

	if ((r = sek_form_check(x, SEK_FORM_LEAF, why)) == SEK_R_OK &&
	    (r = check_dates(x, now, why)) == SEK_R_OK &&
	    (r = check_usage(t, x, why)) == SEK_R_OK &&
	    (r = check_roles(x, why)) == SEK_R_OK &&
	    (r = check_purpose(t, x, why)) == SEK_R_OK &&
	    (r = sek_key_check(x, t->rsa_min_bits, why)) == SEK_R_OK)
		r = check_signed_by(x, why);
	return r;
}

/* RFC 5280 4.2.1.9 and 6.1.4 (k): OpenSSL also takes a bare keyCertSign.  An
 * anchor of version 1 has no extensions and so cannot say it. */
static bool
is_ca(X509 *x, bool anchor)
{
	return X509_check_ca(x) == 1 ||
	    (anchor && X509_get_version(x) != X509_VERSION_3);
}

enum sek_reason
sek_issuer_check(const struct sek_trust *t, X509 *x, bool anchor,
    struct sek_why *why)
{
	enum sek_reason r;
	enum purpose p;
	bool any;

	r = sek_form_check(x, anchor ? SEK_FORM_ANCHOR : SEK_FORM_ISSUER,
	    why);
	if (r != SEK_R_OK || (r = sek_key_check(x, t->rsa_min_bits, why)) !=
	    SEK_R_OK)
		return r;
	/* RFC 5280 6.1.4 (n) */
	if ((X509_get_extension_flags(x) & EXFLAG_KUSAGE) != 0 &&
	    (X509_get_key_usage(x) & KU_KEY_CERT_SIGN) == 0)
		return refuse(why, SEK_R_CERT_PATH,
		    "issuer's key usage lacks keyCertSign");
	if (!is_ca(x, anchor))
		return refuse(why, SEK_R_CERT_PATH,
		    "issuer has no basicConstraints with CA:TRUE");
	/* the rest of an anchor is the administrator's word, whatever signed
	 * it (RFC 5280 6.1.1 d) */
	if (anchor || (r = check_signed_by(x, why)) != SEK_R_OK)
		return r;
	/* a CA that was certified for other purposes only, a web server CA
	 * for one, was not meant to open doors */
	p = purpose_of(x, t->purposes, &any);
	if (p == PURPOSE_MALFORMED || (p == PURPOSE_OTHER && !any &&
	    sk_ASN1_OBJECT_num(t->purposes) > 0)) {
		ERR_clear_error();
		return refuse(why, SEK_R_CERT_USAGE,
		    "issuer's extended key usage lacks a login purpose");
	}
	return SEK_R_OK;
}

/* OpenSSL asks it for cRLSign (RFC 5280 6.3.3 f). */
enum sek_reason
sek_crl_issuer_check(const struct sek_trust *t, X509 *x, struct sek_why *why)
{
	enum sek_reason r;

	if ((r = sek_form_check(x, SEK_FORM_ISSUER, why)) == SEK_R_OK &&
	    (r = sek_key_check(x, t->rsa_min_bits, why)) == SEK_R_OK)
		r = check_signed_by(x, why);
	return r;
}
