/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The certificate that signed an attestation statement: its form (WebAuthn
 * 8.2.1, 8.6), and whether a root of the site or of the FIDO metadata stands
 * above it.  Runs in `sekisho`, when a credential is enrolled.
 *
 * Trust is for the site to give: without a root for it a certificate proves
 * nothing, and the credential is one of an unknown maker.
 */
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "gate/certificate_rooms.h"
#include "gate/fido_rooms.h"

#define UNIT "Authenticator Attestation"
#define AAGUID_OID "1.3.6.1.4.1.45724.1.1.4" /* id-fido-gen-ce-aaguid */
#define NAME_MAX_SHOWN 64u

/* 112 bits: RSA of 2048 bits, P-256, no SHA-1 (SP 800-57 part 1) */
#define SECURITY_LEVEL 2

static int
refuse(struct sek_why *why, const char *rule)
{
	sek_why_set(why, "attestation certificate: %s", rule);
	return SEK_E_CRYPTO;
}

/* -- 8.2.1: subject, version, constraints */

/* The one value of this attribute; 0: it is not there once, or empty. */
static int
name_part(const X509_NAME *name, int nid, const unsigned char **p)
{
	int at = X509_NAME_get_index_by_NID(name, nid, -1);
	const ASN1_STRING *s;

	if (at < 0 || X509_NAME_get_index_by_NID(name, nid, at) >= 0)
		return 0;
	s = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
	*p = ASN1_STRING_get0_data(s);
	return ASN1_STRING_length(s);
}

static int
check_subject(const X509 *x, struct sek_why *why)
{
	const X509_NAME *name = X509_get_subject_name(x);
	const unsigned char *p = NULL;

	if (name_part(name, NID_countryName, &p) != 2)
		return refuse(why, "its subject has no country of two letters");
	if (name_part(name, NID_organizationName, &p) <= 0)
		return refuse(why, "its subject has no organisation");
	if (name_part(name, NID_organizationalUnitName, &p) !=
	    (int)sizeof UNIT - 1 || memcmp(p, UNIT, sizeof UNIT - 1) != 0)
		return refuse(why, "its unit is not \"" UNIT "\"");
	if (name_part(name, NID_commonName, &p) <= 0)
		return refuse(why, "its subject has no common name");
	return SEK_OK;
}

static int
check_constraints(X509 *x, struct sek_why *why)
{
	int critical = -1;
	BASIC_CONSTRAINTS *c = X509_get_ext_d2i(x, NID_basic_constraints,
	    &critical, NULL);
	bool ok = c != NULL && c->ca == 0;

	BASIC_CONSTRAINTS_free(c);
	return ok ? SEK_OK : refuse(why,
	    "its basic constraints do not say that it is no CA");
}

/* *has: it has the extension, and it is this AAGUID. */
static int
check_aaguid(const X509 *x, const uint8_t aaguid[16], bool *has,
    struct sek_why *why)
{
	ASN1_OBJECT *oid = OBJ_txt2obj(AAGUID_OID, 1);
	const ASN1_OCTET_STRING *value;
	X509_EXTENSION *e;
	int at, again;

	*has = false;
	if (oid == NULL)
		return SEK_E_NOMEM;
	at = X509_get_ext_by_OBJ(x, oid, -1);
	again = at < 0 ? -1 : X509_get_ext_by_OBJ(x, oid, at);
	ASN1_OBJECT_free(oid);
	if (at < 0)
		return SEK_OK;
	if (again >= 0)
		return refuse(why, "it has two AAGUIDs");
	e = X509_get_ext(x, at);
	if (X509_EXTENSION_get_critical(e))
		return refuse(why, "its AAGUID is marked critical");
	/* an OCTET STRING of 16 bytes within that of the extension */
	value = X509_EXTENSION_get_data(e);
	if (ASN1_STRING_length(value) != 18 ||
	    memcmp(ASN1_STRING_get0_data(value), "\x04\x10", 2) != 0)
		return refuse(why, "its AAGUID is malformed");
	if (memcmp(ASN1_STRING_get0_data(value) + 2, aaguid, 16) != 0)
		return refuse(why, "its AAGUID is not the key's");
	*has = true;
	return SEK_OK;
}

static int
check_form(X509 *x, enum fido_leaf kind, const uint8_t aaguid[16],
    bool *compared, struct sek_why *why)
{
	int r;

	/* extensions that cannot be read, or stand twice */
	if ((X509_get_extension_flags(x) & EXFLAG_INVALID) != 0)
		return refuse(why, "its extensions are malformed");
	if (kind == FIDO_LEAF_U2F) {
		*compared = true; /* with the one that is all zeros */
		return SEK_OK;
	}
	if (X509_get_version(x) != X509_VERSION_3)
		return refuse(why, "it is not of version 3");
	if ((r = check_subject(x, why)) != SEK_OK ||
	    (r = check_constraints(x, why)) != SEK_OK)
		return r;
	return check_aaguid(x, aaguid, compared, why);
}

/* -- the path */

/* Certificates of the statement behind the first; none when one of them is
 * malformed. */
static STACK_OF(X509) *
read_others(const struct fido_x5c *x5c)
{
	STACK_OF(X509) *all = sk_X509_new_null();
	size_t i;
	X509 *x;

	for (i = 1; all != NULL && i < x5c->n; i++) {
		x = sek_cert_parse(x5c->der[i], x5c->len[i]);
		if (x == NULL || sk_X509_push(all, x) <= 0) {
			X509_free(x);
			sk_X509_pop_free(all, X509_free);
			return NULL;
		}
	}
	return all;
}

static X509_STORE *
make_store(const struct sek_fido_rules *rules, const uint8_t aaguid[16])
{
	X509_STORE *store = X509_STORE_new();
	STACK_OF(X509) *more = sk_X509_new_null();
	bool ok = store != NULL && more != NULL;
	int i;

	if (ok && rules->more_roots != NULL)
		ok = rules->more_roots(rules->arg, aaguid, more) == SEK_OK;
	for (i = 0; ok && i < sk_X509_num(rules->roots); i++)
		ok = X509_STORE_add_cert(store,
		    sk_X509_value(rules->roots, i)) == 1;
	for (i = 0; ok && i < sk_X509_num(more); i++)
		ok = X509_STORE_add_cert(store, sk_X509_value(more, i)) == 1;
	sk_X509_pop_free(more, X509_free);
	if (ok)
		return store;
	X509_STORE_free(store);
	return NULL;
}

/* Up to a certificate that is trusted, which MDS 3.0 3.1.1 allows to be any
 * of the path, the first included.  `problem`: why there is no path. */
static bool
has_path(X509 *leaf, STACK_OF(X509) *others, X509_STORE *store, int64_t now,
    const char **problem)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	X509_VERIFY_PARAM *param;
	bool good = false;

	*problem = "out of memory";
	if (ctx == NULL ||
	    X509_STORE_CTX_init(ctx, store, leaf, others) != 1)
		goto out;
	param = X509_STORE_CTX_get0_param(ctx);
	X509_VERIFY_PARAM_set_time(param, (time_t)now);
	X509_VERIFY_PARAM_set_auth_level(param, SECURITY_LEVEL);
	X509_VERIFY_PARAM_set_depth(param, (int)FIDO_X5C_MAX);
	if (X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN) !=
	    1)
		goto out;
	good = X509_verify_cert(ctx) == 1;
	if (!good)
		*problem = X509_verify_cert_error_string(
		    X509_STORE_CTX_get_error(ctx));
out:
	X509_STORE_CTX_free(ctx);
	return good;
}

int
fido_chain(X509 *leaf, enum fido_leaf kind, const struct fido_x5c *x5c,
    const struct sek_fido_rules *rules, struct sek_fido_cred *cred,
    char chain[200], struct sek_why *why)
{
	const char *problem = "no root for it is trusted";
	STACK_OF(X509) *others = NULL;
	X509_STORE *store = NULL;
	char name[NAME_MAX_SHOWN];
	bool compared = false, trusted = false;
	unsigned int n = 0;
	int r;

	if ((r = check_form(leaf, kind, cred->aaguid, &compared, why)) !=
	    SEK_OK)
		return r;
	if (EVP_Digest(x5c->der[0], x5c->len[0], cred->attestation_sha256, &n,
	    EVP_sha256(), NULL) != 1)
		return SEK_E_CRYPTO;
	if ((others = read_others(x5c)) == NULL)
		return refuse(why, "one of its issuers is malformed");
	if ((store = make_store(rules, cred->aaguid)) == NULL) {
		r = refuse(why, "the roots for it cannot be used");
		goto out;
	}
	trusted = has_path(leaf, others, store, rules->now, &problem);
	if (trusted && !compared) {
		trusted = false;
		problem = "it names no AAGUID";
	}
	cred->attestation = trusted ? SEK_ATT_TRUSTED : SEK_ATT_UNKNOWN;
	sek_cert_name(X509_get_subject_name(leaf), name, sizeof name);
	(void)snprintf(chain, 200, "by \"%s\"%s%s", name,
	    trusted ? "" : ": ", trusted ? "" : problem);
	r = SEK_OK;
out:
	X509_STORE_free(store);
	sk_X509_pop_free(others, X509_free);
	ERR_clear_error();
	return r;
}
