/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The form of a certificate on a path: version, serial, names, extensions
 * (RFC 5280 section 4).  Runs in the gate and in `sekisho`.
 *
 * OpenSSL forgives what it does not need.  Here what can be read in two ways
 * is refused, and what is merely untidy is not: a missing key identifier, a
 * serial of zero, GeneralizedTime before 2050 or basicConstraints that are
 * not critical lock nobody out.
 */
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "gate/certificate_rooms.h"

#define MAX_SERIAL 20     /* octets, RFC 5280 4.1.2.2 */
#define MAX_EXTENSIONS 64 /* real ones have about ten */

static enum sek_reason
refuse(struct sek_why *why, const char *what)
{
	sek_why_set(why, "%s", what);
	ERR_clear_error();
	return SEK_R_CERT_MALFORMED;
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

/* The extensions of RFC 5280 section 4.2, and whether they are lists of
 * which the RFC wants at least one member. */
static bool
is_known(int nid, bool *list)
{
	switch (nid) {
	case NID_subject_alt_name:
	case NID_issuer_alt_name:
	case NID_ext_key_usage:
	case NID_certificate_policies:
	case NID_policy_mappings:
	case NID_policy_constraints:
	case NID_name_constraints:
	case NID_crl_distribution_points:
	case NID_freshest_crl:
	case NID_info_access:
	case NID_sinfo_access:
		*list = true;
		return true;
	case NID_basic_constraints:
	case NID_key_usage:
	case NID_subject_key_identifier:
	case NID_authority_key_identifier:
	case NID_inhibit_any_policy:
		*list = false;
		return true;
	default:
		return false;
	}
}

/* Whole, strict DER that OpenSSL can read; not an empty list. */
static enum sek_reason
check_extension(X509_EXTENSION *e, struct sek_why *why)
{
	const ASN1_OCTET_STRING *v = X509_EXTENSION_get_data(e);
	const ASN1_OBJECT *o = X509_EXTENSION_get_object(e);
	const uint8_t *p = ASN1_STRING_get0_data(v);
	size_t n = (size_t)ASN1_STRING_length(v);
	const X509V3_EXT_METHOD *method;
	char name[80] = "";
	bool list, bad;
	void *value;

	if (!is_known(OBJ_obj2nid(o), &list))
		return SEK_R_OK;
	(void)OBJ_obj2txt(name, sizeof name, o, 0);
	bad = !sek_der_ok(p, n);
	if (!bad && (method = X509V3_EXT_get(e)) != NULL) {
		value = X509V3_EXT_d2i(e);
		bad = value == NULL;
		if (value != NULL && method->it != NULL)
			ASN1_item_free(value, ASN1_ITEM_ptr(method->it));
		else if (value != NULL)
			method->ext_free(value);
	}
	if (!bad && !(list && n == 2))
		return SEK_R_OK;
	sek_why_set(why, "%s: %s", name, bad ? "an extension cannot be read" :
	    "is empty");
	ERR_clear_error();
	return SEK_R_CERT_MALFORMED;
}

/* RFC 5280 4.2.1.1: issuer and serial, or neither. */
static bool
has_half_aki(const X509 *x)
{
	AUTHORITY_KEYID *aki = X509_get_ext_d2i(x,
	    NID_authority_key_identifier, NULL, NULL);
	bool half = aki != NULL && (aki->issuer == NULL) !=
	    (aki->serial == NULL);

	AUTHORITY_KEYID_free(aki);
	return half;
}

/* RFC 5280 4.2.1.9: a path length is a CA's. */
static bool
has_stray_pathlen(const X509 *x)
{
	BASIC_CONSTRAINTS *bc = X509_get_ext_d2i(x, NID_basic_constraints,
	    NULL, NULL);
	bool stray = bc != NULL && bc->pathlen != NULL &&
	    (!bc->ca || (ASN1_STRING_type(bc->pathlen) & V_ASN1_NEG) != 0);

	BASIC_CONSTRAINTS_free(bc);
	return stray;
}

/* RFC 5280 4.2.1.3: at least one bit MUST be set. */
static bool
has_empty_usage(const X509 *x)
{
	ASN1_BIT_STRING *usage = X509_get_ext_d2i(x, NID_key_usage, NULL,
	    NULL);
	bool empty = usage != NULL;
	int i;

	for (i = 0; empty && i < ASN1_STRING_length(usage); i++)
		empty = ASN1_STRING_get0_data(usage)[i] == 0;
	ASN1_BIT_STRING_free(usage);
	return empty;
}

/* A NUL ends a name for whoever compares it as text. */
static bool
has_nul(const ASN1_STRING *s)
{
	switch (ASN1_STRING_type(s)) {
	case V_ASN1_BMPSTRING:
	case V_ASN1_UNIVERSALSTRING:
		return false;
	default:
		return ASN1_STRING_length(s) > 0 &&
		    memchr(ASN1_STRING_get0_data(s), 0,
		    (size_t)ASN1_STRING_length(s)) != NULL;
	}
}

static bool
name_has_nul(const X509_NAME *name)
{
	int i;

	for (i = 0; i < X509_NAME_entry_count(name); i++)
		if (has_nul(X509_NAME_ENTRY_get_data(
		    X509_NAME_get_entry(name, i))))
			return true;
	return false;
}

/* RFC 5280 4.2.1.6; what is wrong with this name, or NULL. */
static const char *
alternative_wrong(const GENERAL_NAME *gn)
{
	const ASN1_STRING *s;

	switch (gn->type) {
	case GEN_EMAIL:
	case GEN_DNS:
	case GEN_URI:
		s = gn->d.ia5;
		if (ASN1_STRING_length(s) == 0)
			return "subjectAltName: an empty name";
		return has_nul(s) ? "subjectAltName: a name with a NUL" :
		    NULL;
	case GEN_IPADD:
		if (ASN1_STRING_length(gn->d.ip) != 4 &&
		    ASN1_STRING_length(gn->d.ip) != 16)
			return "subjectAltName: not an IP address";
		return NULL;
	case GEN_DIRNAME:
		return name_has_nul(gn->d.directoryName) ?
		    "subjectAltName: a name with a NUL" : NULL;
	case GEN_OTHERNAME:
		if (gn->d.otherName->value != NULL &&
		    gn->d.otherName->value->type == V_ASN1_UTF8STRING &&
		    has_nul(gn->d.otherName->value->value.utf8string))
			return "subjectAltName: a name with a NUL";
		return NULL;
	default:
		return NULL;
	}
}

static enum sek_reason
check_names(const X509 *x, struct sek_why *why)
{
	const X509_NAME *subject = X509_get_subject_name(x);
	const char *wrong = NULL;
	GENERAL_NAMES *names;
	int crit = -1, i;

	/* RFC 5280 4.1.2.4 */
	if (X509_NAME_entry_count(X509_get_issuer_name(x)) == 0)
		return refuse(why, "empty issuer name");
	if (name_has_nul(subject) || name_has_nul(X509_get_issuer_name(x)))
		return refuse(why, "a name with a NUL");
	names = X509_get_ext_d2i(x, NID_subject_alt_name, &crit, NULL);
	for (i = 0; wrong == NULL && i < sk_GENERAL_NAME_num(names); i++)
		wrong = alternative_wrong(sk_GENERAL_NAME_value(names, i));
	GENERAL_NAMES_free(names);
	if (wrong != NULL)
		return refuse(why, wrong);
	/* RFC 5280 4.1.2.6 and 4.2.1.6 */
	if (X509_NAME_entry_count(subject) == 0 && crit != 1)
		return refuse(why, "empty subject without a critical "
		    "subjectAltName");
	return SEK_R_OK;
}

static enum sek_reason
check_extensions(const X509 *x, int n, struct sek_why *why)
{
	enum sek_reason r;
	int i;

	for (i = 0; i < n; i++)
		if ((r = check_extension(X509_get_ext(x, i), why)) !=
		    SEK_R_OK)
			return r;
	if (has_half_aki(x))
		return refuse(why, "authorityKeyIdentifier: issuer and "
		    "serial must be together");
	if (has_empty_usage(x))
		return refuse(why, "keyUsage: allows nothing");
	if (has_stray_pathlen(x))
		return refuse(why, "basicConstraints: a path length "
		    "without CA:TRUE");
	return SEK_R_OK;
}

/* RFC 5280 4.1.2.1: extensions need version 3, nothing is above.  Below that
 * there are no basicConstraints, so only an anchor may be. */
static bool
version_ok(const X509 *x, enum sek_form as, int n)
{
	long version = X509_get_version(x);

	if (as == SEK_FORM_ANCHOR)
		return version == X509_VERSION_3 ||
		    (version >= X509_VERSION_1 &&
		    version < X509_VERSION_3 && n == 0);
	return version == X509_VERSION_3;
}

enum sek_reason
sek_form_check(X509 *x, enum sek_form as, struct sek_why *why)
{
	const X509_ALGOR *outer;
	int n = X509_get_ext_count(x);
	enum sek_reason r;

	if (!version_ok(x, as, n))
		return refuse(why, "not an X.509 version 3 certificate");
	/* RFC 5280 4.1.2.2: zero and negative ones SHOULD be handled
	 * gracefully; longer ones need not be, and no CRL index holds them */
	if (as != SEK_FORM_ANCHOR &&
	    ASN1_STRING_length(X509_get0_serialNumber(x)) > MAX_SERIAL)
		return refuse(why, "serial number longer than 20 octets");
	/* RFC 5280 4.1.1.2: the algorithm stands twice, the same */
	X509_get0_signature(NULL, &outer, x);
	if (X509_ALGOR_cmp(outer, X509_get0_tbs_sigalg(x)) != 0)
		return refuse(why, "two different signature algorithms");
	if (n > MAX_EXTENSIONS)
		return refuse(why, "too many extensions");
	if (has_duplicates(x, n))
		return refuse(why, "an extension stands twice");
	if (as != SEK_FORM_ANCHOR &&
	    ((r = check_extensions(x, n, why)) != SEK_R_OK ||
	    (r = check_names(x, why)) != SEK_R_OK))
		return r;
	if ((X509_get_extension_flags(x) &
	    (EXFLAG_INVALID | EXFLAG_INVALID_POLICY)) != 0)
		return refuse(why, "an extension cannot be read");
	/* RFC 5280 4.2.1.10: only in a CA's */
	if (as == SEK_FORM_LEAF &&
	    X509_get_ext_by_NID(x, NID_name_constraints, -1) >= 0)
		return refuse(why, "name constraints are a CA's");
	ERR_clear_error();
	return SEK_R_OK;
}
