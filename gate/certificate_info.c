/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a certificate says: names, serial, dates, key, fingerprints.
 * Runs in the gate and in `sekisho`.  It reads and never judges; nothing
 * here compares a name with anything.
 */
#include <limits.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "gate/certificate_rooms.h"
#include "sekisho/escape.h"

/* RFC 4514, but with UTF-8 as people read it. */
#define NAME_FLAGS (XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB)

X509 *
sek_cert_parse(const uint8_t *der, size_t n)
{
	const unsigned char *p = der;
	X509 *x;

	if (der == NULL || n > SEK_MAX_CERT || !sek_der_ok(der, n))
		return NULL;
	x = d2i_X509(NULL, &p, (long)n);
	if (x != NULL && p != der + n) {
		X509_free(x);
		x = NULL;
	}
	ERR_clear_error();
	return x;
}

/* Days from 1970-01-01 to a day of the Gregorian calendar. */
static int64_t
days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month <= 2 ? year - 1 : year; /* years begin in March */
	int64_t m = month <= 2 ? month + 9 : month - 3;

	return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 +
	    day - 1 - 719468;
}

int
sek_cert_time(const ASN1_TIME *t, int64_t *out)
{
	struct tm tm;
	int type, len;

	if (t == NULL)
		return SEK_E_SYNTAX;
	type = ASN1_STRING_type(t);
	len = ASN1_STRING_length(t);
	if (!(type == V_ASN1_UTCTIME && len == 13) &&
	    !(type == V_ASN1_GENERALIZEDTIME && len == 15))
		return SEK_E_SYNTAX;
	if (ASN1_STRING_get0_data(t)[len - 1] != 'Z' ||
	    ASN1_TIME_to_tm(t, &tm) != 1)
		return SEK_E_SYNTAX;
	*out = days_of(tm.tm_year + 1900LL, tm.tm_mon + 1, tm.tm_mday) *
	    86400 + tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec;
	return SEK_OK;
}

bool
sek_cert_in_date(const X509 *x, int64_t now)
{
	int64_t from, to;

	return sek_cert_time(X509_get0_notBefore(x), &from) == SEK_OK &&
	    sek_cert_time(X509_get0_notAfter(x), &to) == SEK_OK &&
	    now >= from && now <= to;
}

/* What stands between RFC 4514's own backslashes is made safe to show; the
 * pairs that begin with a backslash are safe already. */
static void
escape_between(char *out, size_t cap, const char *in, size_t n)
{
	const char *end = in + n, *b;
	size_t used = 0, part;

	while (in < end && used + 3 < cap) {
		b = memchr(in, '\\', (size_t)(end - in));
		part = (size_t)((b == NULL ? end : b) - in);
		(void)sek_escape(out + used, cap - used, in, part);
		used += strlen(out + used);
		in += part;
		if (b != NULL && end - b >= 2 && used + 3 < cap) {
			out[used++] = b[0];
			out[used++] = b[1];
			in = b + 2;
		} else if (b != NULL) {
			break;
		}
	}
	out[used] = '\0';
}

void
sek_cert_name(const X509_NAME *name, char *out, size_t cap)
{
	BIO *mem = BIO_new(BIO_s_mem());
	char *text = NULL;
	long n;

	out[0] = '\0';
	if (mem == NULL)
		return;
	if (X509_NAME_print_ex(mem, name, 0, NAME_FLAGS) >= 0) {
		n = BIO_get_mem_data(mem, &text);
		if (n > 0 && text != NULL)
			escape_between(out, cap, text, (size_t)n);
	}
	ERR_clear_error();
	BIO_free(mem);
}

void
sek_cert_hex(const ASN1_INTEGER *v, char *out, size_t cap)
{
	const unsigned char *p = ASN1_STRING_get0_data(v);
	size_t n = (size_t)ASN1_STRING_length(v), used = 0, i;

	out[0] = '\0';
	if ((ASN1_STRING_type(v) & V_ASN1_NEG) != 0)
		used += (size_t)snprintf(out, cap, "-");
	for (i = 0; i < n; i++) {
		/* room for this octet, the dots and the NUL */
		if (used + 2 + (i + 1 < n ? 3 : 0) + 1 > cap) {
			(void)snprintf(out + used, cap - used, "...");
			return;
		}
		used += (size_t)snprintf(out + used, cap - used, "%02x", p[i]);
	}
}

static int
sha256_of(const void *p, size_t n, uint8_t out[32])
{
	return EVP_Digest(p, n, out, NULL, EVP_sha256(), NULL) == 1 ?
	    SEK_OK : SEK_E_CRYPTO;
}

static int
hash_parts(X509 *x, struct sek_cert_info *out)
{
	unsigned char *der = NULL, *spki = NULL;
	const unsigned char *name;
	size_t name_len;
	int n, r = SEK_E_CRYPTO;

	if ((n = i2d_X509(x, &der)) <= 0 ||
	    sha256_of(der, (size_t)n, out->cert_sha256) != SEK_OK)
		goto out;
	n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &spki);
	if (n <= 0 || sha256_of(spki, (size_t)n, out->spki_sha256) != SEK_OK)
		goto out;
	if (X509_NAME_get0_der(X509_get_issuer_name(x), &name,
	    &name_len) != 1)
		goto out;
	r = sha256_of(name, name_len, out->issuer_sha256);
out:
	OPENSSL_free(der);
	OPENSSL_free(spki);
	return r;
}

/* "RSA 2048", "P-256", "Ed25519"; what else there is by OpenSSL's name. */
static void
name_key(X509 *x, struct sek_cert_info *out)
{
	ASN1_OBJECT *kind;
	X509_ALGOR *alg;
	const void *param;
	int type, nid;

	if (X509_PUBKEY_get0_param(&kind, NULL, NULL, &alg,
	    X509_get_X509_PUBKEY(x)) != 1)
		return;
	nid = OBJ_obj2nid(kind);
	X509_ALGOR_get0(NULL, &type, &param, alg);
	if (nid == NID_X9_62_id_ecPublicKey && type == V_ASN1_OBJECT) {
		kind = OBJ_nid2obj(OBJ_obj2nid(param));
		nid = OBJ_obj2nid(kind);
	}
	if (nid == NID_rsaEncryption)
		(void)snprintf(out->key, sizeof out->key, "RSA %u",
		    out->key_bits);
	else if (EC_curve_nid2nist(nid) != NULL)
		(void)snprintf(out->key, sizeof out->key, "%s",
		    EC_curve_nid2nist(nid));
	else if (nid == NID_ED25519)
		(void)snprintf(out->key, sizeof out->key, "Ed25519");
	else
		(void)OBJ_obj2txt(out->key, (int)sizeof out->key, kind, 0);
}

static void
describe_key(X509 *x, struct sek_cert_info *out)
{
	EVP_PKEY *key = X509_get0_pubkey(x);
	int bits;

	if (key != NULL) {
		out->ec = EVP_PKEY_get_base_id(key) == EVP_PKEY_EC;
		bits = EVP_PKEY_get_bits(key);
		if (bits > 0 && bits <= UINT16_MAX)
			out->key_bits = (uint16_t)bits;
	}
	name_key(x, out);
}

/* The OIDs of certificatePolicies; a list that does not fit ends in "...". */
static void
describe_policies(const X509 *x, char *out, size_t cap)
{
	CERTIFICATEPOLICIES *all = X509_get_ext_d2i(x,
	    NID_certificate_policies, NULL, NULL);
	char oid[100];
	size_t used = 0;
	int i, n;

	for (i = 0; i < sk_POLICYINFO_num(all); i++) {
		n = OBJ_obj2txt(oid, sizeof oid,
		    sk_POLICYINFO_value(all, i)->policyid, 1);
		if (n <= 0 || (size_t)n >= sizeof oid ||
		    used + (size_t)n + 6 > cap) {
			(void)snprintf(out + used, cap - used, "%s...",
			    used > 0 ? " " : "");
			break;
		}
		used += (size_t)snprintf(out + used, cap - used, "%s%s",
		    used > 0 ? " " : "", oid);
	}
	CERTIFICATEPOLICIES_free(all);
}

int
sek_cert_describe(X509 *x, struct sek_cert_info *out)
{
	struct sek_cert_info info = { 0 };
	struct sek_why why = { "" };
	int r;

	sek_cert_name(X509_get_subject_name(x), info.subject,
	    sizeof info.subject);
	sek_cert_name(X509_get_issuer_name(x), info.issuer,
	    sizeof info.issuer);
	sek_cert_hex(X509_get0_serialNumber(x), info.serial,
	    sizeof info.serial);
	/* a date that cannot be read stays 0: the check refuses it */
	if (sek_cert_time(X509_get0_notBefore(x), &info.not_before) != SEK_OK)
		info.not_before = 0;
	if (sek_cert_time(X509_get0_notAfter(x), &info.not_after) != SEK_OK)
		info.not_after = 0;
	describe_key(x, &info);
	describe_policies(x, info.policies, sizeof info.policies);
	/* roles that cannot be read are none: the check refuses them */
	if (sek_cert_roles(x, &info.roles, &why) != SEK_OK)
		info.roles.n = 0;
	r = hash_parts(x, &info);
	ERR_clear_error();
	if (r == SEK_OK)
		*out = info;
	return r;
}
