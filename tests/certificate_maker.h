/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Certificates that no openssl command makes, for test programs: a CA and a
 * good leaf in a folder of their own, copies to be spoilt, and expect() that
 * signs, judges and frees one.  Included once by a program, as check.h is.
 */
#ifndef TESTS_CERTIFICATE_MAKER_H
#define TESTS_CERTIFICATE_MAKER_H

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "gate/certificate_rooms.h"
#include "tests/certificate_fixture.h"
#include "tests/check.h"

static struct fixture fix;
static EVP_PKEY *ca_key, *leaf_key;
static X509 *ca, *leaf;
static struct sek_policy policy;
static struct sek_cert_info info;

/* -- making certificates */

static int
add_ext(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
	int ok = e != NULL && X509_add_ext(x, e, -1) == 1;

	X509_EXTENSION_free(e);
	return ok;
}

static int
set_name(X509_NAME *name, const char *cn)
{
	return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
	    (const unsigned char *)cn, -1, -1, 0);
}

/* Everything but the signature. */
static X509 *
blank(EVP_PKEY *key, bool is_ca)
{
	X509 *x = X509_new();

	if (x == NULL || X509_set_version(x, X509_VERSION_3) != 1 ||
	    ASN1_INTEGER_set(X509_get_serialNumber(x), 7) != 1 ||
	    X509_gmtime_adj(X509_getm_notBefore(x), -3600) == NULL ||
	    X509_gmtime_adj(X509_getm_notAfter(x), 86400) == NULL ||
	    set_name(X509_get_issuer_name(x), "Form CA") != 1 ||
	    set_name(X509_get_subject_name(x), is_ca ? "Form CA" : "leaf")
	    != 1 || X509_set_pubkey(x, key) != 1 ||
	    !add_ext(x, NID_basic_constraints,
	    is_ca ? "critical,CA:TRUE" : "critical,CA:FALSE") ||
	    !add_ext(x, NID_key_usage, is_ca ?
	    "critical,keyCertSign,cRLSign" : "critical,digitalSignature") ||
	    (!is_ca && !add_ext(x, NID_ext_key_usage, "clientAuth"))) {
		X509_free(x);
		return NULL;
	}
	return x;
}

/* A copy of the good leaf, to be spoilt and signed again. */
static X509 *
copy(void)
{
	X509 *x = X509_dup(leaf);

	CHECK(x != NULL);
	return x;
}

static bool
resign(X509 *x)
{
	return X509_sign(x, ca_key, EVP_sha256()) > 0;
}

/* -- judging them */

static enum sek_reason
judge_x509(X509 *x)
{
	struct sek_trust *t = NULL;
	struct sek_why why = { "" };
	enum sek_reason r = SEK_R_NONE;

	if (sek_trust_load(&policy, &t, &why) == SEK_OK)
		r = sek_cert_check(t, x, time(NULL), &info);
	else
		printf("# %s\n", why.text);
	sek_trust_free(t);
	return r;
}

/* As it would come from a token. */
static enum sek_reason
judge_der(const uint8_t *der, size_t n)
{
	X509 *x = sek_cert_parse(der, n);
	enum sek_reason r = SEK_R_CERT_MALFORMED;

	memset(&info, 0, sizeof info);
	if (x != NULL)
		r = judge_x509(x);
	X509_free(x);
	return r;
}

static enum sek_reason
judge(X509 *x)
{
	unsigned char *der = NULL;
	int n = i2d_X509(x, &der);
	enum sek_reason r = SEK_R_NONE;

	if (n > 0)
		r = judge_der(der, (size_t)n);
	OPENSSL_free(der);
	return r;
}

/* Sign, judge and free; the reason and a word of the detail. */
static void
expect(X509 *x, bool sign_again, enum sek_reason want, const char *word)
{
	enum sek_reason r;
	bool signed_ = !sign_again || resign(x);

	r = judge(x);
	X509_free(x);
	ERR_clear_error();
	CHECK(signed_);
	if (r != want)
		printf("# %s\n", info.detail);
	CHECK_INT(r, want);
	if (strstr(info.detail, word) == NULL)
		CHECK_STR(info.detail, word);
}

/* -- the fixture */

static bool
write_file(const char *sub, const char *file, const char *text, X509 *x)
{
	char path[1200];
	FILE *f;
	bool ok;

	(void)snprintf(path, sizeof path, "%s/%s", fix.dir, sub);
	if (mkdir(path, 0755) != 0)
		return false;
	(void)snprintf(path, sizeof path, "%s/%s/%s", fix.dir, sub, file);
	if ((f = fopen(path, "w")) == NULL)
		return false;
	ok = x != NULL ? PEM_write_X509(f, x) == 1 : fputs(text, f) >= 0;
	return fclose(f) == 0 && ok;
}

/* A configuration under which OpenSSL finds no algorithm at all: that all
 * cases pass shows that OPENSSL_CONF is not looked at. */
static bool
hostile_environment(void)
{
	char path[1200];

	(void)snprintf(path, sizeof path, "%s/conf/openssl.cnf", fix.dir);
	return write_file("conf", "openssl.cnf", "openssl_conf = a\n[a]\n"
	    "alg_section = b\n[b]\ndefault_properties = fips=yes\n", NULL) &&
	    setenv("OPENSSL_CONF", path, 1) == 0;
}

static bool
maker_open(void)
{
	umask(022);
	if (!fixture_open(&fix, NULL) || !hostile_environment() ||
	    sek_crypto_start() != SEK_OK ||
	    !write_file("crls", "README", "CRLs\n", NULL))
		return false;
	ca_key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	leaf_key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	if (ca_key == NULL || leaf_key == NULL)
		return false;
	ca = blank(ca_key, true);
	leaf = blank(leaf_key, false);
	fixture_policy(&fix, &policy, "trust", "", NULL);
	return ca != NULL && leaf != NULL && resign(ca) && resign(leaf) &&
	    write_file("trust", "ca.pem", NULL, ca);
}

static void
maker_close(void)
{
	X509_free(ca);
	X509_free(leaf);
	EVP_PKEY_free(ca_key);
	EVP_PKEY_free(leaf_key);
	fixture_close(&fix);
}

#endif
