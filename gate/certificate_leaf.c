/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a login asks of a certificate besides a valid path: form, dates, not
 * a CA, digitalSignature, purpose, key.  Runs in the gate.
 * Never looks at a name, and never makes a rule weaker than RFC 5280 does.
 */
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "gate/certificate_rooms.h"

#define MAX_SERIAL 20     /* octets, RFC 5280 4.1.2.2 */
#define MAX_EXTENSIONS 64 /* real ones have about ten */

static enum sek_reason
refuse(struct sek_why *why, enum sek_reason r, const char *what)
{
	sek_why_set(why, "%s", what);
	return r;
}

/* RFC 5280 4.2: an extension must not be there twice.  OpenSSL looks at the
 * ones it knows only. */
static bool
has_duplicates(const X509 *x, int n)
{
	const ASN1_OBJECT *a;
	int i, j;

	for (i = 0; i < n; i++) {
		a = X509_EXTENSION_get_object(X509_get_ext(x, i));
		for (j = i + 1; j < n; j++)
			if (OBJ_cmp(a, X509_EXTENSION_get_object(
			    X509_get_ext(x, j))) == 0)
				return true;
	}
	return false;
}

enum sek_reason
sek_form_check(X509 *x, bool v3_only, struct sek_why *why)
{
	const X509_ALGOR *outer;
	int n = X509_get_ext_count(x);
	long version = X509_get_version(x);

	/* RFC 5280 4.1.2.1: extensions need version 3, nothing is above */
	if (version > X509_VERSION_3 ||
	    (version != X509_VERSION_3 && (v3_only || n > 0)))
		return refuse(why, SEK_R_CERT_MALFORMED,
		    "not an X.509 version 3 certificate");
	if (ASN1_STRING_length(X509_get0_serialNumber(x)) > MAX_SERIAL)
		return refuse(why, SEK_R_CERT_MALFORMED,
		    "serial number longer than 20 octets");
	/* RFC 5280 4.1.1.2: the algorithm stands twice, the same */
	X509_get0_signature(NULL, &outer, x);
	if (X509_ALGOR_cmp(outer, X509_get0_tbs_sigalg(x)) != 0)
		return refuse(why, SEK_R_CERT_MALFORMED,
		    "two different signature algorithms");
	if (n > MAX_EXTENSIONS)
		return refuse(why, SEK_R_CERT_MALFORMED,
		    "too many extensions");
	if (has_duplicates(x, n))
		return refuse(why, SEK_R_CERT_MALFORMED,
		    "an extension stands twice");
	if ((X509_get_extension_flags(x) &
	    (EXFLAG_INVALID | EXFLAG_INVALID_POLICY)) != 0) {
		ERR_clear_error();
		return refuse(why, SEK_R_CERT_MALFORMED,
		    "an extension cannot be read");
	}
	return SEK_R_OK;
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

/* An absent key usage means "anything" in RFC 5280 4.2.1.3.  A login asks
 * for digitalSignature in so many words: every CA that issues login
 * certificates writes it, and one that writes nothing did not mean a login. */
static enum sek_reason
check_usage(X509 *x, struct sek_why *why)
{
	uint32_t flags = X509_get_extension_flags(x), usage;

	usage = X509_get_key_usage(x);
	if (X509_check_ca(x) != 0 || (flags & EXFLAG_CA) != 0 ||
	    ((flags & EXFLAG_KUSAGE) != 0 && (usage & KU_KEY_CERT_SIGN) != 0))
		return refuse(why, SEK_R_CERT_IS_CA,
		    "a CA certificate cannot log in");
	if ((flags & EXFLAG_KUSAGE) == 0)
		return refuse(why, SEK_R_CERT_USAGE,
		    "no key usage: digitalSignature is needed");
	if ((usage & KU_DIGITAL_SIGNATURE) == 0)
		return refuse(why, SEK_R_CERT_USAGE,
		    "key usage lacks digitalSignature");
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

enum sek_reason
sek_leaf_check(const struct sek_trust *t, X509 *x, int64_t now,
    struct sek_why *why)
{
	enum sek_reason r;

	if ((r = sek_form_check(x, true, why)) == SEK_R_OK &&
	    (r = check_dates(x, now, why)) == SEK_R_OK &&
	    (r = check_usage(x, why)) == SEK_R_OK &&
	    (r = check_purpose(t, x, why)) == SEK_R_OK &&
	    (r = sek_key_check(x, true, t->rsa_min_bits, why)) == SEK_R_OK)
		r = check_signed_by(x, why);
	return r;
}

enum sek_reason
sek_issuer_check(const struct sek_trust *t, X509 *x, bool anchor,
    struct sek_why *why)
{
	enum sek_reason r;
	enum purpose p;
	bool any;

	r = sek_key_check(x, false, t->rsa_min_bits, why);
	/* of an anchor only name and key count (RFC 5280 6.1.1 d); the
	 * administrator put it there, whatever signed it */
	if (r != SEK_R_OK || anchor)
		return r;
	if ((r = sek_form_check(x, true, why)) != SEK_R_OK ||
	    (r = check_signed_by(x, why)) != SEK_R_OK)
		return r;
	/* RFC 5280 6.1.4 (k): OpenSSL also takes a bare keyCertSign */
	if (X509_check_ca(x) != 1)
		return refuse(why, SEK_R_CERT_PATH,
		    "issuer has no basicConstraints with CA:TRUE");
	/* a CA that was certified for other purposes only, a web server CA
	 * for one, was not meant to open doors */
	p = purpose_of(x, t->purposes, &any);
	if (p == PURPOSE_MALFORMED || (p == PURPOSE_OTHER && !any)) {
		ERR_clear_error();
		return refuse(why, SEK_R_CERT_USAGE,
		    "issuer's extended key usage lacks a login purpose");
	}
	return SEK_R_OK;
}
