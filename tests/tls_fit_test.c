/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is a certificate the one that a TLS server calls so?  Names of each string
 * type, several of them, with what does not belong into a name.
 */
#include <openssl/x509.h>

#include "gate/tls_name.h"
#include "tests/check.h"

#define UTF8 V_ASN1_UTF8STRING
#define PRINT V_ASN1_PRINTABLESTRING
#define BMP V_ASN1_BMPSTRING
#define LATIN V_ASN1_TELETEXSTRING
#define WIDE V_ASN1_UNIVERSALSTRING

#define BYTES(s) s, (int)sizeof(s) - 1

/* A subject with these common names; type 0: there is none. */
struct cn {
	int type;
	const char *bytes;
	int n;
};

static X509 *
certificate(const struct cn *cn, size_t n)
{
	X509 *x = X509_new();
	X509_NAME *name = X509_get_subject_name(x);
	size_t i;

	CHECK(X509_NAME_add_entry_by_NID(name, NID_organizationName, UTF8,
	    (const unsigned char *)"taro", -1, -1, 0) == 1);
	for (i = 0; i < n && cn[i].type != 0; i++)
		CHECK(X509_NAME_add_entry_by_NID(name, NID_commonName,
		    cn[i].type, (const unsigned char *)cn[i].bytes, cn[i].n,
		    -1, 0) == 1);
	return x;
}

/* Of the whole subject, as it stands in a certificate. */
static bool
may_fit(X509 *x, const char *name)
{
	unsigned char *der = NULL;
	int n = i2d_X509_NAME(X509_get_subject_name(x), &der);
	bool may = n > 0 && sek_tls_may_fit(der, (size_t)n, name, false);

	OPENSSL_free(der);
	return may;
}

static void
common_names(void)
{
	static const struct {
		struct cn cn[2];
		const char *name;
		enum sek_tls_fit fit;
	} rows[] = {
		{ { { UTF8, BYTES("taro") } }, "taro", SEK_TLS_EXACTLY },
		{ { { PRINT, BYTES("taro") } }, "taro", SEK_TLS_EXACTLY },
		{ { { LATIN, BYTES("taro") } }, "taro", SEK_TLS_EXACTLY },
		{ { { LATIN, BYTES("J\xf6rg") } }, "J\xc3\xb6rg",
		    SEK_TLS_EXACTLY },
		{ { { BMP, BYTES("\x59\x2a\x90\xce") } }, "太郎",
		    SEK_TLS_EXACTLY },
		{ { { WIDE, BYTES("\0\0\x59\x2a\0\0\x90\xce") } }, "太郎",
		    SEK_TLS_EXACTLY },
		{ { { UTF8, BYTES("太郎") } }, "太郎", SEK_TLS_EXACTLY },
		{ { { UTF8, BYTES("taro") } }, "Taro", SEK_TLS_OTHER },
		{ { { UTF8, BYTES("taro") } }, "tar", SEK_TLS_OTHER },
		{ { { UTF8, BYTES("taro") } }, "taro ", SEK_TLS_OTHER },
		{ { { UTF8, BYTES("taro ") } }, "taro", SEK_TLS_OTHER },
		{ { { UTF8, BYTES("") } }, "taro", SEK_TLS_OTHER },
		{ { { 0, NULL, 0 } }, "taro", SEK_TLS_OTHER },
		/* composed and not: other bytes, another name */
		{ { { UTF8, BYTES("が") } }, "か\u3099", SEK_TLS_OTHER },
		/* what a server may have made of it */
		{ { { UTF8, BYTES("taro\0.evil") } }, "taro",
		    SEK_TLS_PARTLY },
		{ { { BMP, BYTES("\0t\0a\0r\0o\0\0\0x") } }, "taro",
		    SEK_TLS_PARTLY },
		{ { { UTF8, BYTES("ta\nro") } }, "ta_ro", SEK_TLS_PARTLY },
		{ { { UTF8, BYTES("ta\x7fro") } }, "ta_ro", SEK_TLS_PARTLY },
		{ { { UTF8, BYTES("ta\nro") } }, "ta\nro", SEK_TLS_OTHER },
		{ { { UTF8, BYTES("\0taro") } }, "taro", SEK_TLS_OTHER },
		/* the last one counts there: here none does */
		{ { { UTF8, BYTES("x") }, { UTF8, BYTES("taro") } }, "taro",
		    SEK_TLS_PARTLY },
		{ { { UTF8, BYTES("taro") }, { UTF8, BYTES("x") } }, "taro",
		    SEK_TLS_PARTLY },
		{ { { UTF8, BYTES("taro") }, { UTF8, BYTES("taro") } },
		    "taro", SEK_TLS_PARTLY },
		{ { { UTF8, BYTES("x") }, { UTF8, BYTES("y") } }, "taro",
		    SEK_TLS_OTHER },
	};
	enum sek_tls_fit fit;
	size_t i;
	X509 *x;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		x = certificate(rows[i].cn, 2);
		fit = sek_tls_fit(x, rows[i].name, false);
		/* what fits at all is never passed over unparsed */
		CHECK(fit == SEK_TLS_OTHER || may_fit(x, rows[i].name));
		X509_free(x);
		if (fit != rows[i].fit)
			printf("# row %zu: %s\n", i, rows[i].name);
		CHECK_INT(fit, rows[i].fit);
	}
}

/* Bytes that are no text in their type belong to nobody. */
static void
broken_names(void)
{
	static const struct cn broken[] = {
		{ UTF8, BYTES("taro\xff") }, { UTF8, BYTES("taro\xc0\xae") },
		{ BMP, BYTES("\0t\0") }, { WIDE, BYTES("\0\0\0") },
		{ V_ASN1_OCTET_STRING, BYTES("taro") },
		{ V_ASN1_BIT_STRING, BYTES("taro") },
	};
	ASN1_STRING *s;
	X509 *x;
	size_t i;

	for (i = 0; i < sizeof broken / sizeof broken[0]; i++) {
		x = certificate(&(struct cn){ UTF8, BYTES("taro") }, 1);
		/* in place: OpenSSL would not make one like this */
		s = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(
		    X509_get_subject_name(x), 1));
		s->type = broken[i].type;
		CHECK(ASN1_STRING_set(s, broken[i].bytes, broken[i].n) == 1);
		CHECK_INT(sek_tls_fit(x, "taro", false), SEK_TLS_OTHER);
		X509_free(x);
	}
}

static enum sek_tls_fit
by_serial(const char *decimal, const char *name)
{
	ASN1_INTEGER *serial;
	unsigned char *der = NULL;
	BIGNUM *number = NULL;
	int n;
	X509 *x = certificate(&(struct cn){ UTF8, BYTES("0x01") }, 1);
	enum sek_tls_fit fit;

	CHECK(BN_dec2bn(&number, decimal) > 0);
	serial = BN_to_ASN1_INTEGER(number, NULL);
	CHECK(serial != NULL && X509_set_serialNumber(x, serial) == 1);
	fit = sek_tls_fit(x, name, true);
	n = i2d_ASN1_INTEGER(serial, &der);
	CHECK(n > 0 && (fit == SEK_TLS_OTHER ||
	    sek_tls_may_fit(der, (size_t)n, name, true)));
	OPENSSL_free(der);
	ASN1_INTEGER_free(serial);
	BN_free(number);
	X509_free(x);
	return fit;
}

static void
serial_numbers(void)
{
	CHECK_INT(by_serial("1", "0x01"), SEK_TLS_EXACTLY);
	CHECK_INT(by_serial("48879", "0xBEEF"), SEK_TLS_EXACTLY);
	CHECK_INT(by_serial("128", "0x80"), SEK_TLS_EXACTLY);
	CHECK_INT(by_serial("48879", "0xbeef"), SEK_TLS_OTHER);
	CHECK_INT(by_serial("48879", "BEEF"), SEK_TLS_OTHER);
	CHECK_INT(by_serial("48879", "0x00BEEF"), SEK_TLS_OTHER);
	CHECK_INT(by_serial("48879", "0xBE"), SEK_TLS_OTHER);
	CHECK_INT(by_serial("48879", "0xBEEF00"), SEK_TLS_OTHER);
	CHECK_INT(by_serial("48879", "0x"), SEK_TLS_OTHER);
	CHECK_INT(by_serial("48879", "0xBEE"), SEK_TLS_OTHER);
	/* the common name is not looked at */
	CHECK_INT(by_serial("2", "0x01"), SEK_TLS_OTHER);
}

static void
passed_over_unparsed(void)
{
	static const uint8_t der[] = "..taro-laptop..";
	size_t n = sizeof der - 1;

	CHECK(sek_tls_may_fit(der, n, "taro-laptop", false));
	CHECK(sek_tls_may_fit(der, n, "taro_laptop", false));
	CHECK(sek_tls_may_fit(der, n, "___", false));
	CHECK(sek_tls_may_fit(der, n, "太郎", false));
	CHECK(sek_tls_may_fit(der, n, "-laptop..", false));
	CHECK(!sek_tls_may_fit(der, n, "-laptop...", false));
	CHECK(!sek_tls_may_fit(der, n, "hanako", false));
	CHECK(!sek_tls_may_fit(der, 3, "taro", false));
	CHECK(!sek_tls_may_fit(der, 0, "t", false));
	CHECK(sek_tls_may_fit(der, n, "0x7461", true));
	CHECK(!sek_tls_may_fit(der, n, "0x7462", true));
	CHECK(!sek_tls_may_fit(der, n, "taro", true));
}

int
main(void)
{
	RUN(common_names);
	RUN(broken_names);
	RUN(serial_numbers);
	RUN(passed_over_unparsed);
	return CHECK_END();
}
