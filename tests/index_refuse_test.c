/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What becomes no index: CRLs that a login could not honour, each refused as
 * a whole and by name.  Also files that hold several.
 */
#include <time.h>

#include "tests/check.h"
#include "tests/index_maker.h"

#define DATE "250101000000Z"

static struct signer ec = { "P-256", NULL, "SHA256", false };
static X509_NAME *own;

/* -- what is refused when it is compiled */

static void
refused(const struct sek_buf *der, const char *want)
{
	struct sek_why why = { "" };
	int fd = memory_file(NULL, 0), r;

	r = compile_to(fd, der, NULL, &why);
	(void)close(fd);
	CHECK(r != SEK_OK);
	CHECK_STR(why.text, want);
}

/* The second of two entries is the bad one; `list` is emptied. */
static void
entry_refused(struct sek_buf *entry, const char *want)
{
	struct sek_buf list = { 0 }, der;
	struct crl_spec spec = { .by = &ec, .issuer = name_der(own) };

	put_entry(&list, BYTES(1), DATE, NO_REASON, NO_BYTES);
	sek_put_raw(&list, entry->p, entry->len);
	sek_buf_free(entry);
	spec.entries = (struct bytes){ list.p, list.len };
	der = make_crl(&spec);
	CHECK(der.len > 0);
	refused(&der, want);
	sek_buf_free(&list);
	sek_buf_free(&der);
}

static void
serial_refused(struct bytes serial, const char *want)
{
	struct sek_buf e = { 0 };

	put_entry(&e, serial, DATE, NO_REASON, NO_BYTES);
	entry_refused(&e, want);
}

static void
serials_that_are_refused(void)
{
	static const uint8_t long21[21] = { 1 }, padded22[22] = { 0, 0x80 };
	static const uint8_t negative21[21] = { 0x80 };
	static const char too_long[] =
	    "entry 2: serial number of more than 20 octets";
	static const char not_der[] = "entry 2: serial number is not DER";

	serial_refused((struct bytes){ long21, 21 }, too_long);
	serial_refused((struct bytes){ padded22, 22 }, too_long);
	serial_refused((struct bytes){ negative21, 21 }, too_long);
	serial_refused(BYTES(0, 1), not_der);
	serial_refused(BYTES(0xff, 0x80), not_der);
	serial_refused((struct bytes){ "", 0 }, not_der);
}

static void
dates_that_are_refused(void)
{
	static const char *const dates[] = { "2501010000Z",
	    "250101000000+0000", "2501010000000", "251301000000Z",
	    "250230000000Z", "250101240000Z", "250101006000Z",
	    "250101000060Z", "19000229000000Z", "20250101000000.5Z",
	    "2501O1000000Z", "250100000000Z", "" };
	struct sek_buf e;
	size_t i;

	for (i = 0; i < sizeof dates / sizeof dates[0]; i++) {
		e = (struct sek_buf){ 0 };
		put_entry(&e, BYTES(2), dates[i], NO_REASON, NO_BYTES);
		entry_refused(&e, "entry 2: revocation date is malformed");
	}
}

static void
extension_refused(struct sek_buf *x, const char *want)
{
	struct sek_buf e = { 0 };

	put_entry(&e, BYTES(2), DATE, NO_REASON,
	    (struct bytes){ x->p, x->len });
	sek_buf_free(x);
	entry_refused(&e, want);
}

static void
extensions_that_are_refused(void)
{
	static const char reason[] = "entry 2: reasonCode is malformed";
	static const char issuer[] = "entry 2: certificateIssuer is "
	    "malformed, or has no directory name";
	struct sek_buf x = { 0 };
	uint8_t i;

	put_extension(&x, 99, true, BYTES(5, 0));
	extension_refused(&x, "entry 2: critical entry extension that is "
	    "not known: 2.5.29.99");
	put_extension(&x, 21, true, BYTES(0x0a, 1, 1));
	extension_refused(&x, "entry 2: critical entry extension that is "
	    "not known: 2.5.29.21");
	put_extension(&x, 23, true, BYTES(0x06, 1, 0x2a));
	extension_refused(&x, "entry 2: critical entry extension that is "
	    "not known: 2.5.29.23");
	put_extension(&x, 21, false, BYTES(0x0a, 1, 1));
	put_extension(&x, 21, false, BYTES(0x0a, 1, 1));
	extension_refused(&x, "entry 2: entry extension twice in one entry");
	put_extension(&x, 98, false, BYTES(5, 0));
	put_extension(&x, 98, false, BYTES(5, 0));
	extension_refused(&x, "entry 2: entry extension twice in one entry");
	for (i = 0; i < 9; i++)
		put_extension(&x, (uint8_t)(90 + i), false, BYTES(5, 0));
	extension_refused(&x, "entry 2: too many extensions in one entry");
	put_extension(&x, 21, false, BYTES(0x0a, 1, 0x80));
	extension_refused(&x, reason);
	put_extension(&x, 21, false, BYTES(0x0a, 2, 1, 0));
	extension_refused(&x, reason);
	put_extension(&x, 21, false, BYTES(0x02, 1, 1));
	extension_refused(&x, reason);
	put_extension(&x, 21, false, BYTES(0x0a, 1, 1, 0));
	extension_refused(&x, reason);
	put_extension(&x, 0xa9, false, BYTES(5, 0)); /* an OID that is cut */
	extension_refused(&x, "entry 2: entry extension is not DER");
	put_extension(&x, 29, true, BYTES(0x30, 0));
	extension_refused(&x, issuer);
	put_extension(&x, 29, true, BYTES(0x30, 3, 0x86, 1, 'x'));
	extension_refused(&x, issuer);
	put_extension(&x, 29, true, BYTES(5, 0));
	extension_refused(&x, issuer);
	put_certificate_issuer(&x, own);
	put_certificate_issuer(&x, own);
	extension_refused(&x, "entry 2: entry extension twice in one entry");
}

/* BER, or not what RFC 5280 5.1 says. */
static void
entries_that_are_refused(void)
{
	static const char not_der[] = "entry 2: entry is not DER";
	static const struct { struct bytes b; const char *want; } rows[] = {
	    { { "\x30\x80\0\0", 4 }, not_der },
	    { { "\x30\x81\x02\x02\0", 5 }, not_der },
	    { { "\x31\x03\x02\x01\x02", 5 }, not_der },
	    { { "\x30\x05\x02", 3 }, not_der },
	    { { "\x30", 1 }, not_der },
	    { { "\x30\x03\x02\x01\x02", 5 },
		"entry 2: revocation date is malformed" },
	    { { "\x30\0", 2 }, "entry 2: serial number is not DER" },
	    { { "\x30\x14\x02\x01\x02\x17\x0d" DATE "\x05\0", 22 }, not_der },
	    { { "\x30\x14\x02\x01\x02\x17\x0d" DATE "\x30\x80", 22 },
		not_der },
	    { { "\x30\x16\x02\x01\x02\x17\x0d" DATE "\x30\0\x30\0", 24 },
		not_der },
	    { { "\x30\x16\x02\x01\x02\x17\x0d" DATE "\x30\x02\x05\0", 24 },
		"entry 2: entry extension is not DER" } };
	struct sek_buf e;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		e = (struct sek_buf){ 0 };
		sek_put_raw(&e, rows[i].b.p, rows[i].b.n);
		entry_refused(&e, rows[i].want);
	}
}

static void
crls_that_are_refused(void)
{
	static const char not_whole[] = "is not a whole CRL in DER";
	struct crl_spec spec = { .by = &ec, .issuer = name_der(own) };
	struct sek_buf der, cut;
	size_t i, at;

	der = make_crl(&spec);
	for (i = 0; i < der.len; i++) {
		cut = (struct sek_buf){ .p = der.p, .len = i };
		refused(&cut, not_whole);
	}
	sek_put_u8(&der, 0);
	refused(&der, not_whole);
	sek_buf_free(&der);
	/* RFC 5280 5.1.1.2: the algorithm inside and outside is the same;
	 * ecdsa-with-SHA256 ends in 2, -SHA384 in 3 */
	der = make_crl(&spec);
	for (at = 0; memcmp(der.p + at, "\x3d\x04\x03\x02", 4) != 0; at++)
		continue;
	der.p[at + 3] = 3;
	refused(&der, "signature algorithm inside and outside differ");
	sek_buf_free(&der);
	/* a time that is none, and an extension that is not DER */
	spec.this_update = "2501010000";
	spec.extensions = BYTES(0x30, 0x80, 0, 0);
	der = make_crl(&spec);
	refused(&der, "is not DER");
	sek_buf_free(&der);
}

/* -- several in one file */

static int
count_one(void *arg, const uint8_t *der, size_t n)
{
	const struct sek_buf b = { .p = (uint8_t *)der, .len = n };
	X509_CRL *crl = plain_of(&b);

	if (crl == NULL)
		return SEK_E_SYNTAX;
	X509_CRL_free(crl);
	++*(int *)arg;
	return SEK_OK;
}

static void
pem_and_der_files(void)
{
	struct crl_spec spec = { .by = &ec, .issuer = name_der(own) };
	struct sek_buf der = make_crl(&spec);
	struct sek_why why = { "" };
	BIO *out = BIO_new(BIO_s_mem());
	X509_CRL *crl;
	char *text;
	size_t n;
	int count = 0;

	CHECK_INT(sek_crl_each(der.p, der.len, count_one, &count, &why),
	    SEK_OK);
	CHECK_INT(count, 1);
	crl = index_of(&der, NULL);
	CHECK(crl != NULL && sek_index_entries(crl) == 0);
	X509_CRL_free(crl);
	CHECK(BIO_puts(out, "Two lists of the hospital:\n") > 0);
	CHECK(PEM_write_bio(out, PEM_STRING_X509_CRL, "", der.p,
	    (long)der.len) > 0);
	CHECK(BIO_puts(out, "\nand\n") > 0);
	CHECK(PEM_write_bio(out, PEM_STRING_X509_CRL, "", der.p,
	    (long)der.len) > 0);
	n = (size_t)BIO_get_mem_data(out, &text);
	count = 0;
	CHECK_INT(sek_crl_each((uint8_t *)text, n, count_one, &count, &why),
	    SEK_OK);
	CHECK_INT(count, 2);
	/* cut in the second one: not silently one */
	CHECK_INT(sek_crl_each((uint8_t *)text, n - 40, count_one, &count,
	    &why), SEK_E_SYNTAX);
	CHECK_STR(why.text, "holds a broken CRL");
	CHECK(PEM_write_bio(out, PEM_STRING_X509, "", der.p,
	    (long)der.len) > 0);
	n = (size_t)BIO_get_mem_data(out, &text);
	CHECK_INT(sek_crl_each((uint8_t *)text, n, count_one, &count, &why),
	    SEK_E_SYNTAX);
	CHECK_STR(why.text, "holds something besides CRLs");
	CHECK_INT(sek_crl_each((const uint8_t *)"<html>", 6, count_one,
	    &count, &why), SEK_E_SYNTAX);
	CHECK_STR(why.text, "holds no CRL");
	CHECK_INT(sek_crl_each((const uint8_t *)"", 0, count_one, &count,
	    &why), SEK_E_SYNTAX);
	BIO_free(out);
	sek_buf_free(&der);
}

int
main(void)
{
	if (sek_crypto_start() != SEK_OK)
		return 1;
	ec.key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	own = make_name("Refuse CA", MBSTRING_UTF8);
	RUN(serials_that_are_refused);
	RUN(dates_that_are_refused);
	RUN(extensions_that_are_refused);
	RUN(entries_that_are_refused);
	RUN(crls_that_are_refused);
	RUN(pem_and_der_files);
	X509_NAME_free(own);
	EVP_PKEY_free(ec.key);
	return CHECK_END();
}
