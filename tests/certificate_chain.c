/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Certificates, CRLs and trusts in memory.  Test programs only: what cannot
 * be made is a mistake of the test, which ends at once.
 */
#include "tests/certificate_chain.h"

#include <openssl/conf.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY 86400

static EVP_PKEY *keys[CHAIN_KEYS];
static CONF *conf;

/* Sections that extensions may name. */
static const char sections[] =
    "[ward]\nO=Ward\n[dirs]\nC=JP\nO=Ward\n[other]\nO=Other\n"
    "[pcempty]\n"
    "[idpca]\nonlyCA=TRUE\n[idpuser]\nonlyuser=TRUE\n"
    "[idpindirect]\nindirectCRL=TRUE\n"
    "fullname=URI:http://crl.invalid/i.crl\n"
    "[dpindirect]\nfullname=URI:http://crl.invalid/i.crl\n"
    "CRLissuer=dirName:crlname\n[crlname]\nCN=CRL Issuer\n"
    "[dpbare]\nCRLissuer=dirName:crlname\n"
    "[dp]\nfullname=URI:http://crl.invalid/a.crl\n"
    "[idp]\nfullname=URI:http://crl.invalid/a.crl\n"
    "[idpother]\nfullname=URI:http://crl.invalid/b.crl\n";

static void
need(bool ok, const char *what)
{
	if (ok)
		return;
	printf("not ok made: %s\n", what);
	ERR_print_errors_fp(stdout);
	exit(1);
}

bool
chain_open(void)
{
	BIO *mem = BIO_new_mem_buf(sections, -1);
	long line = 0;

	conf = NCONF_new(NULL);
	if (mem == NULL || conf == NULL ||
	    NCONF_load_bio(conf, mem, &line) != 1)
		return false;
	BIO_free(mem);
	return sek_crypto_start() == SEK_OK;
}

void
chain_close(void)
{
	size_t i;

	for (i = 0; i < CHAIN_KEYS; i++)
		EVP_PKEY_free(keys[i]);
	NCONF_free(conf);
}

EVP_PKEY *
chain_key(size_t i)
{
	if (keys[i] == NULL)
		keys[i] = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	need(keys[i] != NULL, "key");
	return keys[i];
}

/* "/A=x/B=y" */
static void
fill_name(X509_NAME *name, const char *text)
{
	char copy[300], *at = copy, *part, *value;

	need(strlen(text) < sizeof copy, "name");
	(void)snprintf(copy, sizeof copy, "%s", text);
	while (X509_NAME_entry_count(name) > 0)
		X509_NAME_ENTRY_free(X509_NAME_delete_entry(name, 0));
	while ((part = strsep(&at, "/")) != NULL) {
		if (*part == '\0' || (value = strchr(part, '=')) == NULL)
			continue;
		*value++ = '\0';
		need(X509_NAME_add_entry_by_txt(name, part, MBSTRING_UTF8,
		    (unsigned char *)value, -1, -1, 0) == 1, part);
	}
}

static void
put_ext(X509 *x, X509V3_CTX *ctx, const char *name, const char *value)
{
	char n[64], v[2048];
	X509_EXTENSION *e;

	(void)snprintf(n, sizeof n, "%s", name);
	(void)snprintf(v, sizeof v, "%s", value);
	e = X509V3_EXT_nconf(conf, ctx, n, v);
	need(e != NULL && X509_add_ext(x, e, -1) == 1, name);
	X509_EXTENSION_free(e);
}

/* Parts of a certificate that are no extension; false: it is one. */
static bool
special(X509 *x, const char *name, const char *value)
{
	long n = strtol(value, NULL, 10);
	BIGNUM *serial = NULL;

	if (strcmp(name, "subject") == 0)
		fill_name(X509_get_subject_name(x), value);
	else if (strcmp(name, "issuer") == 0)
		fill_name(X509_get_issuer_name(x), value);
	else if (strcmp(name, "from") == 0)
		need(ASN1_TIME_set(X509_getm_notBefore(x), n) != NULL, name);
	else if (strcmp(name, "to") == 0)
		need(ASN1_TIME_set(X509_getm_notAfter(x), n) != NULL, name);
	else if (strcmp(name, "version") == 0)
		need(X509_set_version(x, n - 1) == 1, name);
	else if (strcmp(name, "serial") == 0) {
		need(BN_hex2bn(&serial, value) > 0 && BN_to_ASN1_INTEGER(
		    serial, X509_get_serialNumber(x)) != NULL, name);
		BN_free(serial);
	} else
		return strcmp(name, "md") == 0;
	return true;
}

/* NAME of "NAME=VALUE" or "+NAME=VALUE", and where VALUE begins. */
static const char *
split(const char *ext, char *name, size_t cap)
{
	const char *value = strchr(ext, '=');

	if (*ext == '+')
		ext++;
	need(value != NULL && (size_t)(value - ext) < cap, ext);
	(void)snprintf(name, cap, "%.*s", (int)(value - ext), ext);
	return value + 1;
}

static const char *
given(const struct recipe *r, const char *wanted)
{
	char name[64];
	const char *value;
	size_t i;

	for (i = 0; i < CHAIN_EXTS && r->ext[i] != NULL; i++) {
		value = split(r->ext[i], name, sizeof name);
		if (r->ext[i][0] != '+' && strcmp(name, wanted) == 0)
			return value;
	}
	return NULL;
}

static void
put_all(X509 *x, const struct recipe *r, const X509 *by, X509V3_CTX *ctx)
{
	const char *const defaults[][2] = {
		{ "basicConstraints", r->ca ? "critical,CA:TRUE" : "" },
		{ "keyUsage", r->ca ? "critical,keyCertSign,cRLSign" :
		    "critical,digitalSignature" },
		{ "extendedKeyUsage", r->ca ? "" : "clientAuth" },
		{ "subjectKeyIdentifier", r->ca ? "hash" : "" },
		{ "authorityKeyIdentifier", "keyid" },
	};
	char name[64];
	const char *value;
	size_t i;

	for (i = 0; i < sizeof defaults / sizeof defaults[0]; i++)
		if (given(r, defaults[i][0]) == NULL &&
		    defaults[i][1][0] != '\0' &&
		    given(r, "version") == NULL && (i != 4 ||
		    X509_get_ext_by_NID(by, NID_subject_key_identifier, -1)
		    >= 0))
			put_ext(x, ctx, defaults[i][0], defaults[i][1]);
	for (i = 0; i < CHAIN_EXTS && r->ext[i] != NULL; i++) {
		value = split(r->ext[i], name, sizeof name);
		if (!special(x, name, value) && *value != '\0')
			put_ext(x, ctx, name, value);
	}
}

struct link
chain_make(const struct recipe *r, const struct link *issuer)
{
	static long serial = 1000;
	struct link l = { .x = X509_new(), .key = chain_key(r->key) };
	const struct link *by = issuer != NULL ? issuer : &l;
	const char *md = given(r, "md");
	X509V3_CTX ctx;

	need(l.x != NULL && X509_set_version(l.x, X509_VERSION_3) == 1 &&
	    ASN1_INTEGER_set(X509_get_serialNumber(l.x), serial++) == 1 &&
	    ASN1_TIME_set(X509_getm_notBefore(l.x),
	    CHAIN_NOW - 200 * (time_t)DAY) != NULL &&
	    ASN1_TIME_set(X509_getm_notAfter(l.x),
	    CHAIN_NOW + 165 * (time_t)DAY) != NULL &&
	    X509_set_pubkey(l.x, l.key) == 1, "certificate");
	fill_name(X509_get_subject_name(l.x), r->subject);
	need(X509_set_issuer_name(l.x, X509_get_subject_name(by->x)) == 1,
	    "issuer");
	X509V3_set_ctx(&ctx, by->x, l.x, NULL, NULL, 0);
	X509V3_set_nconf(&ctx, conf);
	/* an own identifier comes before the one that copies it */
	if (issuer == NULL && given(r, "subject") != NULL)
		fill_name(X509_get_issuer_name(l.x), given(r, "subject"));
	put_all(l.x, r, by->x, &ctx);
	need(X509_sign(l.x, by->key, EVP_get_digestbyname(md != NULL ? md :
	    "SHA256")) > 0, "signature");
	return l;
}

void
chain_free(struct link *l)
{
	X509_free(l->x);
	l->x = NULL;
}

struct sek_rules
chain_rules(void)
{
	return (struct sek_rules){ .check = SEK_CHECK_NONE,
	    .usage = KU_DIGITAL_SIGNATURE, .policy_check = true,
	    .partial_chain = true, .rsa_min_bits = 2048, .max_depth = 10 };
}

struct sek_trust *
chain_trust(const struct sek_rules *rules)
{
	struct sek_trust *t = NULL;
	struct sek_why why = { "" };

	need(sek_trust_new(rules, &t, &why) == SEK_OK, why.text);
	return t;
}

static void
put(STACK_OF(X509) *to, const struct link *l)
{
	need(X509_up_ref(l->x) == 1 && sk_X509_push(to, l->x) > 0, "push");
}

void
chain_anchor(struct sek_trust *t, const struct link *l)
{
	put(t->anchors, l);
}

void
chain_untrusted(struct sek_trust *t, const struct link *l)
{
	put(t->intermediates, l);
}

enum sek_reason
chain_judge(const struct sek_trust *t, X509 *leaf, enum sek_leaf_crl crl,
    struct sek_rev_info *rev, enum sek_reason *leaf_crl, struct sek_why *why)
{
	X509 *parsed, *issuer = NULL;
	unsigned char *der = NULL;
	enum sek_reason r;
	int n = i2d_X509(leaf, &der);

	need(n > 0, "DER");
	memset(rev, 0, sizeof *rev);
	(void)snprintf(rev->status, sizeof rev->status, "unknown");
	why->text[0] = '\0';
	*leaf_crl = SEK_R_NONE;
	parsed = sek_cert_parse(der, (size_t)n);
	OPENSSL_free(der);
	if (parsed == NULL)
		return SEK_R_CERT_MALFORMED;
	r = sek_leaf_check(t, parsed, CHAIN_NOW, why);
	if (r == SEK_R_OK)
		r = sek_path_check(t, parsed, CHAIN_NOW, crl, rev, &issuer,
		    leaf_crl, why);
	need((r == SEK_R_OK) == (issuer != NULL), "issuer on success only");
	X509_free(issuer);
	X509_free(parsed);
	return r;
}

static void
put_entry(X509_CRL *crl, const struct crl_recipe *r)
{
	X509_REVOKED *e = X509_REVOKED_new();
	ASN1_TIME *t = ASN1_TIME_set(NULL, CHAIN_NOW - 2 * DAY);
	ASN1_ENUMERATED *code = ASN1_ENUMERATED_new();
	GENERAL_NAMES *names = GENERAL_NAMES_new();
	GENERAL_NAME *gn = GENERAL_NAME_new();

	need(e != NULL && t != NULL && code != NULL && names != NULL &&
	    gn != NULL && X509_REVOKED_set_serialNumber(e,
	    X509_get_serialNumber(r->revoked)) == 1 &&
	    X509_REVOKED_set_revocationDate(e, t) == 1, "entry");
	if (r->reason >= 0)
		need(ASN1_ENUMERATED_set(code, r->reason) == 1 &&
		    X509_REVOKED_add1_ext_i2d(e, NID_crl_reason, code, 0, 0)
		    == 1, "reason");
	gn->type = GEN_DIRNAME;
	gn->d.directoryName = X509_NAME_dup(X509_get_issuer_name(r->revoked));
	need(sk_GENERAL_NAME_push(names, gn) > 0, "name");
	if (r->indirect)
		need(X509_REVOKED_add1_ext_i2d(e, NID_certificate_issuer,
		    names, 1, 0) == 1, "certificate issuer");
	need(X509_CRL_add0_revoked(crl, e) == 1, "entry");
	GENERAL_NAMES_free(names);
	ASN1_ENUMERATED_free(code);
	ASN1_TIME_free(t);
}

/* As it comes from a file: OpenSSL looks at extensions when it parses. */
static X509_CRL *
reparse(X509_CRL *crl)
{
	unsigned char *der = NULL;
	const unsigned char *p;
	X509_CRL *again;
	int n = i2d_X509_CRL(crl, &der);

	need(n > 0, "CRL");
	p = der;
	again = d2i_X509_CRL(NULL, &p, n);
	need(again != NULL, "CRL");
	OPENSSL_free(der);
	X509_CRL_free(crl);
	return again;
}

void
chain_crl(struct sek_trust *t, const struct link *issuer,
    const struct crl_recipe *r, const char *shown)
{
	X509_CRL *crl = X509_CRL_new();
	long from = r->from != 0 ? r->from : -3600;
	long to = r->to != 0 ? r->to : 7 * DAY;
	ASN1_TIME *at = ASN1_TIME_set(NULL, CHAIN_NOW + from);
	X509_EXTENSION *e;
	X509V3_CTX ctx;
	char name[64], value[300];
	size_t i;

	need(crl != NULL && at != NULL && X509_CRL_set_version(crl, 1) == 1 &&
	    X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer->x))
	    == 1 && X509_CRL_set1_lastUpdate(crl, at) == 1 &&
	    ASN1_TIME_set(at, CHAIN_NOW + to) != NULL &&
	    X509_CRL_set1_nextUpdate(crl, at) == 1, "CRL");
	X509V3_set_ctx(&ctx, issuer->x, NULL, NULL, crl, 0);
	X509V3_set_nconf(&ctx, conf);
	for (i = 0; i < CHAIN_EXTS && r->ext[i] != NULL; i++) {
		(void)snprintf(value, sizeof value, "%s",
		    split(r->ext[i], name, sizeof name));
		e = X509V3_EXT_nconf(conf, &ctx, name, value);
		need(e != NULL && X509_CRL_add_ext(crl, e, -1) == 1, name);
		X509_EXTENSION_free(e);
	}
	if (r->revoked != NULL)
		put_entry(crl, r);
	need(X509_CRL_sort(crl) == 1 &&
	    X509_CRL_sign(crl, issuer->key, EVP_sha256()) > 0, "CRL");
	crl = reparse(crl);
	need(sek_rev_add(sek_trust_revocation(t), crl, shown) == SEK_OK,
	    "CRL");
	X509_CRL_free(crl);
	ASN1_TIME_free(at);
}
