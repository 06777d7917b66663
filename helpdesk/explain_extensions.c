/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the extensions of a certificate say, for `sekisho explain`.
 *
 * Part of the administrator's program.  Must never print a name as it came:
 * each is escaped, and an extension that does not parse is named as such.
 */
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "gate/ocsp.h"
#include "helpdesk/explain.h"
#include "sekisho/escape.h"

/* RFC 4514, but with UTF-8 as people read it. */
#define NAME_FLAGS (XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB)
#define VALUE_MAX 1100

/* An extension: NULL when it is absent, or when it does not parse, which is
 * told. */
static void *
extension(const struct explain *e, int nid, enum explain_label l)
{
	int state = 0;
	void *v = X509_get_ext_d2i(e->x, nid, &state, NULL);

	if (v == NULL && state != -1)
		EXPLAIN(e, l, W_EXPLAIN_BROKEN, { NULL });
	ERR_clear_error();
	return v;
}

static void
append(char *out, size_t cap, const char *what)
{
	size_t n = strlen(out);

	(void)snprintf(out + n, cap - n, "%s%s", n > 0 ? ", " : "", what);
}

/* -- RFC 5280 4.2.1.3, 4.2.1.9, 4.2.1.12 */

static void
usage(const struct explain *e)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} rows[] = {
		{ KU_DIGITAL_SIGNATURE, "digitalSignature" },
		{ KU_NON_REPUDIATION, "nonRepudiation" },
		{ KU_KEY_ENCIPHERMENT, "keyEncipherment" },
		{ KU_DATA_ENCIPHERMENT, "dataEncipherment" },
		{ KU_KEY_AGREEMENT, "keyAgreement" },
		{ KU_KEY_CERT_SIGN, "keyCertSign" },
		{ KU_CRL_SIGN, "cRLSign" },
		{ KU_ENCIPHER_ONLY, "encipherOnly" },
		{ KU_DECIPHER_ONLY, "decipherOnly" },
	};
	char text[256] = "";
	uint32_t bits = X509_get_key_usage(e->x);
	size_t i;

	if ((X509_get_extension_flags(e->x) & EXFLAG_KUSAGE) == 0) {
		EXPLAIN(e, L_USAGE, W_EXPLAIN_NONE, { NULL });
		return;
	}
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if ((bits & rows[i].bit) != 0)
			append(text, sizeof text, rows[i].name);
	explain_row(e, L_USAGE, text);
}

static void
purposes(const struct explain *e)
{
	EXTENDED_KEY_USAGE *all;
	const ASN1_OBJECT *o;
	char oid[128], text[192];
	int i, nid;

	if (X509_get_ext_by_NID(e->x, NID_ext_key_usage, -1) < 0) {
		EXPLAIN(e, L_PURPOSE, W_EXPLAIN_NONE, { NULL });
		return;
	}
	all = extension(e, NID_ext_key_usage, L_PURPOSE);
	for (i = 0; i < sk_ASN1_OBJECT_num(all); i++) {
		o = sk_ASN1_OBJECT_value(all, i);
		nid = OBJ_obj2nid(o);
		(void)OBJ_obj2txt(oid, sizeof oid, o, 1);
		(void)snprintf(text, sizeof text, nid != NID_undef ?
		    "%s (%s)" : "%s%s", nid != NID_undef ? OBJ_nid2sn(nid) :
		    "", oid);
		explain_row(e, L_PURPOSE, text);
	}
	EXTENDED_KEY_USAGE_free(all);
}

static void
policies_and_roles(const struct explain *e)
{
	const struct sek_cert_role *r;
	struct sek_cert_roles roles;
	struct sek_why why = { "" };
	char text[192];
	size_t i;

	if (e->info.policies[0] != '\0')
		explain_row(e, L_POLICY, e->info.policies);
	if (sek_cert_roles(e->x, &roles, &why) != SEK_OK) {
		EXPLAIN(e, L_ROLE, W_EXPLAIN_UNREADABLE, { why.text });
		return;
	}
	for (i = 0; i < roles.n; i++) {
		r = &roles.role[i];
		(void)snprintf(text, sizeof text, "%s (%s%s%s)", r->name,
		    r->scheme, r->code[0] != '\0' ? ":" : "", r->code);
		explain_row(e, L_ROLE, text);
	}
}

/* -- names, RFC 5280 4.2.1.6 */

/* RFC 4514; desk_text() makes what is between its backslashes safe. */
static void
dn(const X509_NAME *name, char *out, size_t cap)
{
	BIO *mem = BIO_new(BIO_s_mem());
	char *text = NULL;
	long n;

	out[0] = '\0';
	if (mem == NULL)
		return;
	if (X509_NAME_print_ex(mem, name, 0, NAME_FLAGS) >= 0 &&
	    (n = BIO_get_mem_data(mem, &text)) > 0)
		(void)snprintf(out, cap, "%.*s", (int)n, text);
	BIO_free(mem);
}

static void
string(const char *kind, const ASN1_STRING *s, char *out, size_t cap)
{
	char text[VALUE_MAX - 64];

	(void)sek_escape(text, sizeof text, ASN1_STRING_get0_data(s),
	    (size_t)ASN1_STRING_length(s));
	(void)snprintf(out, cap, "%s %s", kind, text);
}

static void
other(const OTHERNAME *o, char *out, size_t cap)
{
	int nid = OBJ_obj2nid(o->type_id);
	char oid[128];

	if (o->value->type == V_ASN1_UTF8STRING && nid == NID_ms_upn) {
		string("UPN", o->value->value.utf8string, out, cap);
	} else if (o->value->type == V_ASN1_UTF8STRING &&
	    nid == NID_id_on_SmtpUTF8Mailbox) {
		string("smtpUTF8", o->value->value.utf8string, out, cap);
	} else {
		(void)OBJ_obj2txt(oid, sizeof oid, o->type_id, 1);
		(void)snprintf(out, cap, "otherName %s", oid);
	}
}

static void
name_text(const GENERAL_NAME *g, char *out, size_t cap)
{
	char text[1024];

	switch (g->type) {
	case GEN_EMAIL:
		string("rfc822", g->d.rfc822Name, out, cap);
		break;
	case GEN_DNS:
		string("DNS", g->d.dNSName, out, cap);
		break;
	case GEN_URI:
		string("URI", g->d.uniformResourceIdentifier, out, cap);
		break;
	case GEN_DIRNAME:
		dn(g->d.directoryName, text, sizeof text);
		(void)snprintf(out, cap, "directoryName %s", text);
		break;
	case GEN_OTHERNAME:
		other(g->d.otherName, out, cap);
		break;
	default:
		(void)snprintf(out, cap, "GeneralName [%d]", g->type);
		break;
	}
}

static void
names(const struct explain *e, const GENERAL_NAMES *all, enum explain_label l)
{
	char text[VALUE_MAX];
	int i;

	for (i = 0; i < sk_GENERAL_NAME_num(all); i++) {
		name_text(sk_GENERAL_NAME_value(all, i), text, sizeof text);
		explain_row(e, l, text);
	}
}

/* -- where its revocation is, RFC 5280 4.2.1.13, 4.2.1.15, 4.2.2.1 */

static bool
has_url(const DIST_POINT *p)
{
	const GENERAL_NAMES *all = p->distpoint != NULL &&
	    p->distpoint->type == 0 ? p->distpoint->name.fullname : NULL;
	int i;

	for (i = 0; i < sk_GENERAL_NAME_num(all); i++)
		if (sk_GENERAL_NAME_value(all, i)->type == GEN_URI)
			return true;
	return false;
}

static void
points(const struct explain *e, int nid, enum explain_label l)
{
	CRL_DIST_POINTS *all = extension(e, nid, l);
	const DIST_POINT *p;
	int i;

	for (i = 0; i < sk_DIST_POINT_num(all); i++) {
		p = sk_DIST_POINT_value(all, i);
		if (p->distpoint != NULL && p->distpoint->type == 0)
			names(e, p->distpoint->name.fullname, l);
		if (!has_url(p))
			EXPLAIN(e, l, W_EXPLAIN_NO_URL, { NULL });
	}
	CRL_DIST_POINTS_free(all);
}

void
explain_extensions(const struct explain *e)
{
	GENERAL_NAMES *alt;
	char url[2048] = "";

	usage(e);
	purposes(e);
	if (X509_check_ca(e->x) != 0)
		EXPLAIN(e, L_CA, W_EXPLAIN_CA, { NULL });
	policies_and_roles(e);
	alt = extension(e, NID_subject_alt_name, L_NAME);
	names(e, alt, L_NAME);
	GENERAL_NAMES_free(alt);
	points(e, NID_crl_distribution_points, L_CRL_POINT);
	points(e, NID_freshest_crl, L_DELTA_POINT);
	sek_ocsp_url(e->x, url, sizeof url);
	if (url[0] != '\0')
		explain_row(e, L_RESPONDER, url);
}
