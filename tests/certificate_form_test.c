/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The form of certificates: encoding, version, serial, extensions, dates,
 * names; and CRLs that no openssl command makes.
 */
#include "gate/certificate_errors.h"
#include "tests/certificate_maker.h"

static int
add_raw_ext(X509 *x, const char *oid, const void *p, int n)
{
	ASN1_OBJECT *o = OBJ_txt2obj(oid, 1);
	ASN1_OCTET_STRING *v = ASN1_OCTET_STRING_new();
	X509_EXTENSION *e = NULL;
	int ok = o != NULL && v != NULL &&
	    ASN1_OCTET_STRING_set(v, p, n) == 1 &&
	    (e = X509_EXTENSION_create_by_OBJ(NULL, o, 0, v)) != NULL &&
	    X509_add_ext(x, e, -1) == 1;

	X509_EXTENSION_free(e);
	ASN1_OCTET_STRING_free(v);
	ASN1_OBJECT_free(o);
	return ok;
}

static void
the_good_one_is_good(void)
{
	expect(copy(), false, SEK_R_OK, "");
	expect(copy(), true, SEK_R_OK, "");
}

/* -- encodings */

static void
der_is_strict(void)
{
	static const struct { bool ok; size_t n; uint8_t p[12]; } v[] = {
		{ true, 2, { 0x30, 0 } },
		{ true, 5, { 0x30, 3, 0x02, 1, 0x80 } },
		{ true, 6, { 0x30, 4, 0x02, 2, 0x00, 0x80 } },
		{ true, 5, { 0x30, 3, 0x01, 1, 0xff } },
		{ true, 5, { 0x30, 3, 0x03, 1, 0x00 } },
		{ true, 6, { 0x30, 4, 0x03, 2, 0x04, 0xf0 } },
		{ false, 0, { 0 } },
		{ false, 1, { 0x30 } },
		{ false, 3, { 0x30, 0, 0 } },          /* trailing */
		{ false, 2, { 0x30, 1 } },             /* short */
		{ false, 4, { 0x30, 0x80, 0, 0 } },    /* indefinite */
		{ false, 5, { 0x30, 0x81, 2, 5, 0 } }, /* long length */
		{ false, 6, { 0x30, 0x82, 0, 2, 5, 0 } },
		{ false, 7, { 0x30, 0x85, 0, 0, 0, 0, 0 } },
		{ false, 6, { 0x30, 4, 0x02, 2, 0x00, 0x7f } }, /* padded */
		{ false, 6, { 0x30, 4, 0x02, 2, 0xff, 0x80 } },
		{ false, 4, { 0x30, 2, 0x02, 0 } },    /* empty integer */
		{ false, 5, { 0x30, 3, 0x01, 1, 0x01 } }, /* odd true */
		{ false, 5, { 0x30, 3, 0x05, 1, 0x00 } }, /* full null */
		{ false, 4, { 0x30, 2, 0x03, 0 } },    /* no unused count */
		{ false, 5, { 0x30, 3, 0x03, 1, 0x01 } },
		{ false, 6, { 0x30, 4, 0x03, 2, 0x04, 0xf1 } }, /* dirty */
		{ false, 6, { 0x30, 4, 0x03, 2, 0x08, 0x00 } },
		{ false, 5, { 0x30, 3, 0x1f, 1, 0x00 } }, /* long tag */
		{ false, 5, { 0x30, 3, 0x30, 2, 0x05 } }, /* overrun */
	};
	uint8_t deep[128];
	size_t i;

	for (i = 0; i < sizeof v / sizeof v[0]; i++)
		CHECK_INT(sek_der_ok(v[i].p, v[i].n) ? (int)i : -1,
		    v[i].ok ? (int)i : -1);
	for (i = 0; i < sizeof deep; i += 2) {
		deep[i] = 0x30;
		deep[i + 1] = (uint8_t)(sizeof deep - 2 - i);
	}
	CHECK(!sek_der_ok(deep, sizeof deep));
	CHECK(sek_der_ok(deep + 64, sizeof deep - 64));
}

static void
parse_is_exact(void)
{
	uint8_t der[SEK_MAX_CERT + 16] = { 0 }, other[4096];
	unsigned char *p = der;
	X509 *x;
	size_t n = (size_t)i2d_X509(leaf, &p), body = n - 4, i;

	CHECK(n > 4 && n < sizeof other - 8 && der[1] == 0x82);
	CHECK_INT(judge_der(der, n), SEK_R_OK);
	CHECK(sek_cert_parse(der, n + 1) == NULL);
	CHECK(sek_cert_parse(NULL, 0) == NULL);
	for (i = 0; i < n; i += 7) /* every cut is refused */
		CHECK(sek_cert_parse(der, i) == NULL);
	CHECK(sek_cert_parse(der, SEK_MAX_CERT + 1) == NULL);
	/* the same certificate, outer length spelt otherwise */
	memcpy(other, "\x30\x80", 2);
	memcpy(other + 2, der + 4, body);
	memset(other + 2 + body, 0, 2);
	CHECK(sek_cert_parse(other, body + 4) == NULL);
	memcpy(other, "\x30\x83\x00", 3);
	memcpy(other + 3, der + 2, body + 2);
	CHECK(sek_cert_parse(other, body + 5) == NULL);
	x = sek_cert_parse(der, n);
	CHECK(x != NULL);
	CHECK_INT(X509_cmp(x, leaf), 0);
	X509_free(x);
}

/* A flipped bit is refused wherever it is. */
static void
flipped_bits(void)
{
	uint8_t der[4096];
	unsigned char *p = der;
	size_t n = (size_t)i2d_X509(leaf, &p), i;

	for (i = 0; i < n; i += 11) {
		der[i] ^= 0x04;
		CHECK(judge_der(der, n) != SEK_R_OK);
		der[i] ^= 0x04;
	}
	der[n - 1] ^= 0x01;
	CHECK_INT(judge_der(der, n), SEK_R_CERT_SIGNATURE);
}

static void
two_algorithms(void)
{
	/* ecdsa-with-SHA256 outside becomes ecdsa-with-SHA384 */
	static const uint8_t oid[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
	    0x3d, 0x04, 0x03, 0x02 };
	uint8_t der[4096], *at = NULL, *q = der;
	unsigned char *p = der;
	size_t n = (size_t)i2d_X509(leaf, &p);

	while ((q = memmem(q, n - (size_t)(q - der), oid, sizeof oid)) !=
	    NULL)
		at = q++;
	CHECK(at != NULL);
	at[sizeof oid - 1] = 0x03;
	CHECK_INT(judge_der(der, n), SEK_R_CERT_MALFORMED);
	CHECK_STR(info.detail, "two different signature algorithms");
}

static void
versions(void)
{
	static const long bad[] = { 0, 1, 3, 4 };
	X509 *x;
	size_t i;

	for (i = 0; i < 4; i++) {
		x = copy();
		if (X509_set_version(x, bad[i]) != 1) {
			X509_free(x);
			continue;
		}
		expect(x, true, SEK_R_CERT_MALFORMED, "version 3");
	}
}

static void
serials(void)
{
	static const uint8_t big[21] = { 0x11, 0x22 };
	X509 *x = copy();

	/* 20 octets, zero and negative serve: RFC 5280 4.1.2.2 */
	CHECK(ASN1_STRING_set(X509_get_serialNumber(x), big, 20) == 1);
	expect(x, true, SEK_R_OK, "");
	CHECK_STR(info.serial, "1122000000000000000000000000000000000000");
	x = copy();
	CHECK(ASN1_STRING_set(X509_get_serialNumber(x), big, 21) == 1);
	expect(x, true, SEK_R_CERT_MALFORMED, "20 octets");
	x = copy();
	CHECK(ASN1_INTEGER_set(X509_get_serialNumber(x), 0) == 1);
	expect(x, true, SEK_R_OK, "");
	x = copy();
	CHECK(ASN1_INTEGER_set(X509_get_serialNumber(x), -300) == 1);
	expect(x, true, SEK_R_OK, "");
	CHECK_STR(info.serial, "-012c");
}

static void
extensions(void)
{
	X509 *x = copy();
	char oid[32];
	int i;

	CHECK(add_ext(x, NID_ext_key_usage, "clientAuth"));
	expect(x, true, SEK_R_CERT_MALFORMED, "stands twice");
	x = copy();
	CHECK(add_raw_ext(x, "1.2.392.99.7", "\x05\x00", 2));
	CHECK(add_raw_ext(x, "1.2.392.99.7", "\x05\x00", 2));
	expect(x, true, SEK_R_CERT_MALFORMED, "stands twice");
	x = copy();
	for (i = 0; i < 62; i++) {
		(void)snprintf(oid, sizeof oid, "1.2.392.99.8.%d", i);
		CHECK(add_raw_ext(x, oid, "\x05\x00", 2));
	}
	expect(x, true, SEK_R_CERT_MALFORMED, "too many extensions");
	x = copy(); /* OpenSSL itself would read the name as a CA's */
	X509_EXTENSION_free(X509_delete_ext(x, 0));
	CHECK(add_raw_ext(x, "2.5.29.19", "\x30\x03\x02\x01", 4));
	expect(x, true, SEK_R_CERT_MALFORMED, "cannot be read");
	x = copy();
	X509_EXTENSION_free(X509_delete_ext(x, 2));
	CHECK(add_raw_ext(x, "2.5.29.37", "\x30\x00", 2));
	expect(x, true, SEK_R_CERT_MALFORMED, "");
}

/* -- dates */

static void
date(const char *text, int type, int want, int64_t value)
{
	ASN1_TIME *t = ASN1_STRING_type_new(type);
	int64_t got = -1;
	int r;

	CHECK(t != NULL && ASN1_STRING_set(t, text, -1) == 1);
	r = sek_cert_time(t, &got);
	ASN1_STRING_free(t);
	ERR_clear_error();
	CHECK_INT(r, want);
	if (r == SEK_OK)
		CHECK_INT(got, value);
}

static void
dates(void)
{
	const int u = V_ASN1_UTCTIME, g = V_ASN1_GENERALIZEDTIME;
	X509 *x;

	date("700101000000Z", u, SEK_OK, 0);
	date("500101000000Z", u, SEK_OK, -631152000);
	date("491231235959Z", u, SEK_OK, 2524607999);
	date("20500101000000Z", g, SEK_OK, 2524608000);
	date("380119031408Z", u, SEK_OK, 2147483648);
	date("20240229120000Z", g, SEK_OK, 1709208000);
	date("99991231235959Z", g, SEK_OK, 253402300799);
	date("20230229120000Z", g, SEK_E_SYNTAX, 0);
	date("20240101000000.5Z", g, SEK_E_SYNTAX, 0);
	date("202401010000Z", g, SEK_E_SYNTAX, 0);
	date("2401010000Z", u, SEK_E_SYNTAX, 0);
	date("20240101000000", g, SEK_E_SYNTAX, 0);
	date("240101000000+0900", u, SEK_E_SYNTAX, 0);
	CHECK_INT(sek_cert_time(NULL, &info.not_after), SEK_E_SYNTAX);
	x = copy();
	CHECK(ASN1_STRING_set(X509_getm_notAfter(x), "491231235959.1Z", -1)
	    == 1);
	X509_getm_notAfter(x)->type = V_ASN1_GENERALIZEDTIME;
	expect(x, true, SEK_R_CERT_MALFORMED, "date");
}

/* -- names, for records and screens */

static void
name(const void *text, int n, int type, const char *want)
{
	X509_NAME *nm = X509_NAME_new();
	char out[200];
	int ok;

	ok = nm != NULL && X509_NAME_add_entry_by_txt(nm, "CN", type,
	    text, n, -1, 0) == 1;
	if (ok)
		sek_cert_name(nm, out, sizeof out);
	X509_NAME_free(nm);
	CHECK(ok);
	CHECK_STR(out, want);
}

static void
names(void)
{
	name("Yamada", -1, MBSTRING_UTF8, "CN=Yamada");
	name("山田 太郎", -1, MBSTRING_UTF8, "CN=山田 太郎");
	name("a,b=c#\"", -1, MBSTRING_UTF8, "CN=a\\,b=c#\\\"");
	name("alice\0.evil", 11, V_ASN1_UTF8STRING, "CN=alice\\00.evil");
	name("a\nok \x1b[1m", -1, MBSTRING_UTF8, "CN=a\\0Aok \\1B[1m");
	name("a\xe2\x80\xae" "b", -1, V_ASN1_UTF8STRING,
	    "CN=a\\xe2\\x80\\xaeb");
	name("\x5c\x71\x75\x30", 4, V_ASN1_BMPSTRING, "CN=山田");
	name("\xff\xfe" "abc", 5, V_ASN1_UTF8STRING, "CN=\\xff\\xfeabc");
	name("back\\slash", -1, MBSTRING_UTF8, "CN=back\\\\slash");
}

static void
long_name_is_cut(void)
{
	X509_NAME *nm = X509_NAME_new();
	char text[400], out[65], small[4];

	memset(text, 'x', sizeof text);
	CHECK(nm != NULL && X509_NAME_add_entry_by_txt(nm, "O",
	    V_ASN1_UTF8STRING, (const unsigned char *)text, 400, -1, 0) == 1);
	sek_cert_name(nm, out, sizeof out);
	sek_cert_name(nm, small, sizeof small);
	X509_NAME_free(nm);
	CHECK(strlen(out) < sizeof out && strncmp(out, "O=xxx", 5) == 0);
	CHECK_STR(out + strlen(out) - 3, "...");
	CHECK(strlen(small) < sizeof small);
}

static void
fingerprints(void)
{
	uint8_t want[32];
	unsigned int n = 0;

	CHECK_INT(sek_cert_describe(leaf, &info), SEK_OK);
	CHECK(X509_digest(leaf, EVP_sha256(), want, &n) == 1 && n == 32);
	CHECK(memcmp(info.cert_sha256, want, 32) == 0);
	CHECK(memcmp(info.spki_sha256, want, 32) != 0);
	CHECK(info.ec && info.key_bits == 256);
	CHECK_STR(info.subject, "CN=leaf");
	CHECK_STR(info.issuer, "CN=Form CA");
	CHECK_STR(info.serial, "07");
	CHECK(info.not_after - info.not_before == 90000);
}

/* -- CRLs */

static int
revoke(X509_CRL *crl, const uint8_t serial[20])
{
	X509_REVOKED *r = X509_REVOKED_new();
	ASN1_INTEGER *s = ASN1_INTEGER_new();
	ASN1_TIME *t = ASN1_TIME_set(NULL, time(NULL) - 60);
	int ok = r != NULL && s != NULL && t != NULL &&
	    ASN1_STRING_set(s, serial, 20) == 1 &&
	    X509_REVOKED_set_serialNumber(r, s) == 1 &&
	    X509_REVOKED_set_revocationDate(r, t) == 1 &&
	    X509_CRL_add0_revoked(crl, r) == 1;

	if (!ok)
		X509_REVOKED_free(r);
	ASN1_INTEGER_free(s);
	ASN1_TIME_free(t);
	return ok;
}

/* Writes crls/one.crl, as DER. */
static void
write_crl(bool next, const uint8_t serial[20], const uint8_t *tail, size_t n)
{
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *t = ASN1_TIME_set(NULL, time(NULL) - 60);
	char path[1200];
	FILE *f = NULL;
	int ok;

	(void)snprintf(path, sizeof path, "%s/crls/one.crl", fix.dir);
	ok = crl != NULL && t != NULL && X509_CRL_set_version(crl, 1) == 1 &&
	    X509_CRL_set_issuer_name(crl, X509_get_subject_name(ca)) == 1 &&
	    X509_CRL_set1_lastUpdate(crl, t) == 1 &&
	    (!next || (X509_gmtime_adj(t, 3600) != NULL &&
	    X509_CRL_set1_nextUpdate(crl, t) == 1)) &&
	    revoke(crl, serial) && X509_CRL_sort(crl) == 1 &&
	    X509_CRL_sign(crl, ca_key, EVP_sha256()) > 0 &&
	    (f = fopen(path, "w")) != NULL && i2d_X509_CRL_fp(f, crl) == 1 &&
	    (n == 0 || fwrite(tail, 1, n, f) == n);
	if (f != NULL)
		ok = fclose(f) == 0 && ok;
	X509_CRL_free(crl);
	ASN1_TIME_free(t);
	CHECK(ok);
}

/* Serials of 20 octets that differ in the last one only. */
static void
serials_are_compared_whole(void)
{
	uint8_t serial[20] = { 0x7a, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
	    14, 15, 16, 17, 18, 19 };
	X509 *x = copy();

	CHECK(ASN1_STRING_set(X509_get_serialNumber(x), serial, 20) == 1);
	CHECK(resign(x));
	fixture_policy(&fix, &policy, "trust", "", "crls");
	write_crl(true, serial, NULL, 0);
	CHECK_INT(judge(x), SEK_R_CERT_REVOKED);
	CHECK_STR(info.rev.status, "revoked");
	CHECK_STR(info.rev.crl_number, "");
	serial[19] ^= 1;
	write_crl(true, serial, NULL, 0);
	CHECK_INT(judge(x), SEK_R_OK);
	X509_free(x);
}

static void
crl_without_end(void)
{
	static const uint8_t serial[20] = { 1 };

	fixture_policy(&fix, &policy, "trust", "", "crls");
	write_crl(false, serial, NULL, 0);
	CHECK_INT(judge(leaf), SEK_R_CRL_INVALID);
	CHECK_STR(info.detail, "one.crl: no nextUpdate");
	CHECK_STR(info.rev.status, "unknown");
}

static void
crl_with_trailing_bytes(void)
{
	static const uint8_t serial[20] = { 1 };

	fixture_policy(&fix, &policy, "trust", "", "crls");
	write_crl(true, serial, serial, 1);
	CHECK_INT(judge(leaf), SEK_R_CRL_MISSING);
	CHECK(strstr(info.detail, "one.crl: is not a whole CRL") != NULL);
}

/* -- the table of errors */

static void
no_error_is_success(void)
{
	const struct sek_x509_error *e;
	int err;

	for (err = 1; err < 200; err++) {
		e = sek_x509_error(err);
		CHECK(e->leaf >= SEK_R_CERT_REVOKED);
		CHECK(e->issuer >= SEK_R_CERT_REVOKED);
		CHECK(e->weight > 0);
	}
	CHECK_INT(sek_x509_error(9999)->leaf, SEK_R_CERT_PATH);
	CHECK_INT(sek_x509_error(-1)->issuer, SEK_R_CERT_PATH);
}

int
main(void)
{
	if (!maker_open()) {
		printf("not ok fixture: could not be made\n");
		maker_close();
		return 1;
	}
	RUN(the_good_one_is_good);
	RUN(der_is_strict);
	RUN(parse_is_exact);
	RUN(flipped_bits);
	RUN(two_algorithms);
	RUN(versions);
	RUN(serials);
	RUN(extensions);
	RUN(dates);
	RUN(names);
	RUN(long_name_is_cut);
	RUN(fingerprints);
	RUN(serials_are_compared_whole);
	RUN(crl_without_end);
	RUN(crl_with_trailing_bytes);
	RUN(no_error_is_success);
	maker_close();
	return CHECK_END();
}
