/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The roles in a certificate: hcRole (ISO 17090-2) out of
 * subjectDirectoryAttributes.  Runs in the gate and in `sekisho`.
 *
 * OpenSSL's templates decode it, and it counts only when it encodes to the
 * same bytes again: one role has one spelling.  A certificate with anything
 * wrong in there has no role at all.  Never decides what a role may do.
 */
#include "gate/certificate_role.h"

#include <openssl/asn1t.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>
#include <stdint.h>
#include <string.h>

#include "gate/certificate_rooms.h"
#include "sekisho/escape.h"

/* id-hcpki-at-healthcareactor, ISO 17090-2 */
#define HC_ROLE "1.0.17090.0.1"

/* CodedData ::= SET {
 *	codingSchemeReference [0] OBJECT IDENTIFIER,
 *	codeDataValue         [1] NumericString OPTIONAL,
 *	codeDataFreeText      [2] DirectoryString OPTIONAL } */
struct coded {
	ASN1_OBJECT *scheme;
	ASN1_STRING *value;
	ASN1_STRING *text;
};

/* HCActor ::= SEQUENCE {
 *	codedData           [0] CodedData,
 *	regionalHCActorData [1] SEQUENCE OF RegionalData OPTIONAL }
 * What a country puts into RegionalData only has to be well formed. */
struct actor {
	struct coded *coded;
	STACK_OF(ASN1_TYPE) *regional;
};

/* cppcheck does not know OpenSSL's macros */
/* cppcheck-suppress unknownMacro */
DEFINE_SPECIAL_STACK_OF(actor, struct actor)

static_ASN1_ITEM_start(numeric)
	ASN1_ITYPE_MSTRING, B_ASN1_NUMERICSTRING, NULL, 0, NULL,
	sizeof(ASN1_STRING), "numeric"
ASN1_ITEM_end(numeric)

/* There is no template for a SET of different fields.  In DER its fields
 * stand in the order of their tags (X.690 10.3), so it is a SEQUENCE in that
 * order whose own tag is SET. */
ASN1_SEQUENCE(coded) = {
	ASN1_EXP(struct coded, scheme, ASN1_OBJECT, 0),
	ASN1_EXP_OPT(struct coded, value, numeric, 1),
	ASN1_EXP_OPT(struct coded, text, DIRECTORYSTRING, 2),
} static_ASN1_SEQUENCE_END_name(struct coded, coded)

ASN1_ITEM_TEMPLATE(coded_set) = ASN1_EX_TEMPLATE_TYPE(
    ASN1_TFLG_IMPTAG | ASN1_TFLG_UNIVERSAL, V_ASN1_SET, coded_set, coded)
static_ASN1_ITEM_TEMPLATE_END(coded_set)

ASN1_SEQUENCE(actor) = {
	ASN1_EXP(struct actor, coded, coded_set, 0),
	ASN1_EXP_SEQUENCE_OF_OPT(struct actor, regional, ASN1_SEQUENCE, 1),
} static_ASN1_SEQUENCE_END_name(struct actor, actor)

/* HCActorData ::= SET OF HCActor */
ASN1_ITEM_TEMPLATE(actors) =
    ASN1_EX_TEMPLATE_TYPE(ASN1_TFLG_SET_OF, 0, actors, actor)
static_ASN1_ITEM_TEMPLATE_END(actors)

/* SubjectDirectoryAttributes ::= SEQUENCE OF Attribute, RFC 5280 4.2.1.8 */
ASN1_ITEM_TEMPLATE(attributes) =
    ASN1_EX_TEMPLATE_TYPE(ASN1_TFLG_SEQUENCE_OF, 0, attributes,
    X509_ATTRIBUTE)
static_ASN1_ITEM_TEMPLATE_END(attributes)

static int
refuse(struct sek_why *why, int r, const char *what)
{
	sek_why_set(why, "hcRole: %s", what);
	return r;
}

/* One value that fills n bytes exactly, in the one way DER writes it. */
static void *
decode(const ASN1_ITEM *it, const uint8_t *p, size_t n)
{
	const unsigned char *at = p;
	unsigned char *again = NULL;
	void *v;
	int len;

	if (!sek_der_ok(p, n) ||
	    (v = ASN1_item_d2i(NULL, &at, (long)n, it)) == NULL)
		return NULL;
	len = ASN1_item_i2d(v, &again, it);
	if (at != p + n || len <= 0 || (size_t)len != n ||
	    memcmp(again, p, n) != 0) {
		ASN1_item_free(v, it);
		v = NULL;
	}
	OPENSSL_free(again);
	return v;
}

/* NumericString is digits and blanks; OpenSSL does not look. */
static int
take_value(const ASN1_STRING *s, struct sek_cert_role *role,
    struct sek_why *why)
{
	const unsigned char *p = ASN1_STRING_get0_data(s);
	size_t n = (size_t)ASN1_STRING_length(s), i;

	if (n == 0)
		return refuse(why, SEK_E_SYNTAX, "empty code");
	for (i = 0; i < n; i++)
		if (p[i] != ' ' && (p[i] < '0' || p[i] > '9'))
			return refuse(why, SEK_E_SYNTAX,
			    "code is not a NumericString");
	if (n >= sizeof role->code)
		return refuse(why, SEK_E_LIMIT, "code is too long");
	memcpy(role->code, p, n);
	role->code[n] = '\0';
	return SEK_OK;
}

/* C0, DEL and C1, in UTF-8 */
static bool
has_control(const unsigned char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (p[i] < 0x20 || p[i] == 0x7f ||
		    (p[i] == 0xc2 && i + 1 < n && p[i + 1] < 0xa0))
			return true;
	return false;
}

static int
take_text(const ASN1_STRING *s, struct sek_cert_role *role,
    struct sek_why *why)
{
	/* every byte may become four, so that nothing is ever cut: a name
	 * that was would be another role's */
	char shown[4 * sizeof role->name];
	unsigned char *text = NULL;
	int len, r = SEK_OK;

	len = ASN1_STRING_to_UTF8(&text, s);
	if (len < 0)
		return refuse(why, SEK_E_SYNTAX, "name is not its own kind "
		    "of string");
	if (len == 0)
		r = refuse(why, SEK_E_SYNTAX, "empty name");
	else if (has_control(text, (size_t)len))
		r = refuse(why, SEK_E_SYNTAX, "control character in a name");
	else if ((size_t)len >= sizeof role->name)
		r = refuse(why, SEK_E_LIMIT, "name is too long");
	if (r == SEK_OK) {
		(void)sek_escape(shown, sizeof shown, text, (size_t)len);
		if (strlen(shown) >= sizeof role->name)
			r = refuse(why, SEK_E_LIMIT, "name is too long");
		else
			memcpy(role->name, shown, strlen(shown) + 1);
	}
	OPENSSL_free(text);
	return r;
}

static int
take_coded(const struct coded *c, struct sek_cert_role *out,
    struct sek_why *why)
{
	struct sek_cert_role role = { .scheme = "" };
	int n, r;

	n = OBJ_obj2txt(role.scheme, sizeof role.scheme, c->scheme, 1);
	if (n <= 0)
		return refuse(why, SEK_E_SYNTAX, "unreadable coding scheme");
	if ((size_t)n >= sizeof role.scheme)
		return refuse(why, SEK_E_LIMIT, "coding scheme is too long");
	/* ISO 17090-2: at least one of the two */
	if (c->value == NULL && c->text == NULL)
		return refuse(why, SEK_E_SYNTAX, "neither code nor name");
	if (c->value != NULL &&
	    (r = take_value(c->value, &role, why)) != SEK_OK)
		return r;
	if (c->text != NULL && (r = take_text(c->text, &role, why)) != SEK_OK)
		return r;
	*out = role;
	return SEK_OK;
}

/* One value of the attribute: HCActorData. */
static int
take_actors(const ASN1_TYPE *value, struct sek_cert_roles *out,
    struct sek_why *why)
{
	STACK_OF(actor) *all = NULL;
	const ASN1_STRING *set;
	int i, r = SEK_OK;

	/* ASN1_TYPE keeps a SET as it stands, tag and length included */
	if (ASN1_TYPE_get(value) == V_ASN1_SET) {
		set = value->value.set;
		all = decode(ASN1_ITEM_rptr(actors),
		    ASN1_STRING_get0_data(set),
		    (size_t)ASN1_STRING_length(set));
	}
	if (sk_actor_num(all) <= 0)
		r = refuse(why, SEK_E_SYNTAX, "not the HCActorData of "
		    "ISO 17090-2");
	for (i = 0; r == SEK_OK && i < sk_actor_num(all); i++) {
		if (out->n == SEK_MAX_CERT_ROLES)
			r = refuse(why, SEK_E_LIMIT, "too many roles");
		else
			r = take_coded(sk_actor_value(all, i)->coded,
			    &out->role[out->n], why);
		out->n += r == SEK_OK;
	}
	ASN1_item_free((ASN1_VALUE *)all, ASN1_ITEM_rptr(actors));
	return r;
}

static bool
is_hc_role(X509_ATTRIBUTE *a)
{
	const ASN1_OBJECT *o = X509_ATTRIBUTE_get0_object(a);
	char text[sizeof HC_ROLE + 1];

	return OBJ_obj2txt(text, sizeof text, o, 1) ==
	    (int)sizeof HC_ROLE - 1 && strcmp(text, HC_ROLE) == 0;
}

static int
take_attribute(X509_ATTRIBUTE *a, struct sek_cert_roles *out,
    struct sek_why *why)
{
	int i, n = X509_ATTRIBUTE_count(a), r = SEK_OK;

	/* X.501: an attribute has at least one value */
	if (n <= 0)
		return refuse(why, SEK_E_SYNTAX, "no value");
	for (i = 0; r == SEK_OK && i < n; i++)
		r = take_actors(X509_ATTRIBUTE_get0_type(a, i), out, why);
	return r;
}

static int
take_extension(X509_EXTENSION *ext, struct sek_cert_roles *out,
    struct sek_why *why)
{
	const ASN1_STRING *data = X509_EXTENSION_get_data(ext);
	STACK_OF(X509_ATTRIBUTE) *all;
	X509_ATTRIBUTE *a;
	int i, seen = 0, r = SEK_OK;

	all = decode(ASN1_ITEM_rptr(attributes), ASN1_STRING_get0_data(data),
	    (size_t)ASN1_STRING_length(data));
	/* RFC 5280 4.2.1.8: SIZE (1..MAX) */
	if (sk_X509_ATTRIBUTE_num(all) <= 0)
		r = refuse(why, SEK_E_SYNTAX, "subjectDirectoryAttributes "
		    "cannot be read");
	for (i = 0; r == SEK_OK && i < sk_X509_ATTRIBUTE_num(all); i++) {
		a = sk_X509_ATTRIBUTE_value(all, i);
		if (!is_hc_role(a))
			continue;
		if (seen++ > 0)
			r = refuse(why, SEK_E_SYNTAX, "stands twice");
		else
			r = take_attribute(a, out, why);
	}
	ASN1_item_free((ASN1_VALUE *)all, ASN1_ITEM_rptr(attributes));
	return r;
}

int
sek_cert_roles(const X509 *x, struct sek_cert_roles *out, struct sek_why *why)
{
	const int nid = NID_subject_directory_attributes;
	struct sek_cert_roles roles = { .n = 0 };
	int at, r = SEK_OK;

	out->n = 0;
	(void)ERR_set_mark();
	at = X509_get_ext_by_NID(x, nid, -1);
	if (at >= 0 && X509_get_ext_by_NID(x, nid, at) >= 0)
		r = refuse(why, SEK_E_SYNTAX, "subjectDirectoryAttributes "
		    "stands twice");
	else if (at >= 0)
		r = take_extension(X509_get_ext(x, at), &roles, why);
	(void)ERR_pop_to_mark();
	if (r == SEK_OK)
		*out = roles;
	return r;
}

/* The length of "OID:" at the start of a word, 0 without it. */
static size_t
scheme_len(const char *word)
{
	size_t n = strspn(word, "0123456789.");

	return n > 0 && word[n] == ':' ? n + 1 : 0;
}

bool
sek_cert_role_is(const struct sek_cert_roles *roles, const char *word)
{
	/* a word with a scheme never means a name that looks like one */
	size_t n = scheme_len(word), i;
	const struct sek_cert_role *role;

	if (word[n] == '\0')
		return false;
	for (i = 0; i < roles->n; i++) {
		role = &roles->role[i];
		if (n > 0 && (strlen(role->scheme) != n - 1 ||
		    memcmp(role->scheme, word, n - 1) != 0))
			continue;
		if (strcmp(role->name, word + n) == 0 ||
		    strcmp(role->code, word + n) == 0)
			return true;
	}
	return false;
}
