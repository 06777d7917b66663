/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An index says what OpenSSL says of the same CRL: who is listed, when, why,
 * and whose signature it is.  What cannot be honoured is refused by name.
 */
#include <time.h>

#include "tests/check.h"
#include "tests/index_maker.h"

static struct signer signers[] = {
	{ "RSA", NULL, "SHA256", false },
	{ "RSA SHA-512", NULL, "SHA512", false },
	{ "RSA-PSS", NULL, "SHA256", true },
	{ "RSA-PSS SHA-384", NULL, "SHA384", true },
	{ "P-256", NULL, "SHA256", false },
	{ "P-384", NULL, "SHA384", false },
	{ "Ed25519", NULL, NULL, false },
};
#define N_SIGNERS (sizeof signers / sizeof signers[0])
#define EC (&signers[4])

static EVP_PKEY *rsa, *rsa_other, *p256, *p256_other, *p384, *ed, *ed_other;
static X509_NAME *own, *own_printable, *second, *third;

/* -- comparing */

/* Reason of an entry, NO_REASON when it has none. */
static long
reason_of(const X509_REVOKED *e)
{
	ASN1_ENUMERATED *code;
	long v = NO_REASON;

	code = X509_REVOKED_get_ext_d2i(e, NID_crl_reason, NULL, NULL);
	if (code != NULL)
		v = ASN1_ENUMERATED_get(code);
	ASN1_ENUMERATED_free(code);
	return v;
}

static ASN1_INTEGER *
integer(struct bytes serial)
{
	struct sek_buf b = { 0 };
	const unsigned char *p;
	ASN1_INTEGER *v;

	put_tlv(&b, 0x02, serial.p, serial.n);
	p = b.p;
	v = d2i_ASN1_INTEGER(NULL, &p, (long)b.len);
	sek_buf_free(&b);
	return v;
}

/* A certificate as far as a look-up reads it; NULL issuer: ask by serial. */
static int
ask(X509_CRL *crl, X509_REVOKED **e, const ASN1_INTEGER *serial,
    const X509_NAME *issuer)
{
	X509 *x;
	int r;

	*e = NULL;
	if (issuer == NULL)
		return X509_CRL_get0_by_serial(crl, e, serial);
	x = X509_new();
	if (X509_set_serialNumber(x, (ASN1_INTEGER *)serial) != 1 ||
	    X509_set_issuer_name(x, issuer) != 1)
		r = -1;
	else
		r = X509_CRL_get0_by_cert(crl, e, x);
	X509_free(x);
	return r;
}

/* Both say the same of this serial; 0, 1 or 2 as they say. */
static int
same_answer(X509_CRL *plain, X509_CRL *index, struct bytes serial,
    const X509_NAME *issuer)
{
	ASN1_INTEGER *v = integer(serial);
	X509_REVOKED *a, *b;
	int day, second_, want, got;

	CHECK(v != NULL);
	want = ask(plain, &a, v, issuer);
	got = ask(index, &b, v, issuer);
	CHECK_INT(got, want);
	CHECK((a != NULL) == (b != NULL));
	if (a != NULL) {
		CHECK_INT(reason_of(b), reason_of(a));
		CHECK(ASN1_TIME_diff(&day, &second_,
		    X509_REVOKED_get0_revocationDate(a),
		    X509_REVOKED_get0_revocationDate(b)) == 1);
		CHECK(day == 0 && second_ == 0);
		CHECK_INT(ASN1_INTEGER_cmp(X509_REVOKED_get0_serialNumber(b),
		    v), 0);
	}
	CHECK(!sek_index_failed(index));
	ASN1_INTEGER_free(v);
	return got;
}

static struct sek_buf
crl_with(const struct signer *by, const struct sek_buf *entries)
{
	struct crl_spec spec = { .by = by, .issuer = name_der(own),
	    .entries = { entries->p, entries->len } };

	return make_crl(&spec);
}

/* -- random lists */

static uint64_t state = 88172645463325252u;

static uint32_t
number(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)((state >> 16) % below);
}

#define RANDOM_MAX 1200u

/* `shape`: 0 all lengths, 1 sixteen octets, 2 one after another,
 * 3 sixteen octets that differ at the end only. */
static struct bytes
random_serial(uint8_t p[21], unsigned int shape, uint32_t i)
{
	size_t n = shape == 0 ? 1 + number(20) : 16, k;

	for (k = 0; k < n; k++)
		p[k] = shape == 3 ? 0x42 : (uint8_t)number(256);
	if (shape >= 2) {
		n = shape == 2 ? 4 : 16;
		p[0] = 0x40;
		p[n - 2] = (uint8_t)(i >> 8);
		p[n - 1] = (uint8_t)i;
		p[n - 3] = 0;
	}
	/* X.690 8.3.2: the shortest form */
	if (n > 1 && ((p[0] == 0 && p[1] < 0x80) ||
	    (p[0] == 0xff && p[1] >= 0x80)))
		p[0] = 0x11;
	return (struct bytes){ p, n };
}

static void
random_list(uint32_t n, unsigned int shape)
{
	static uint8_t serials[RANDOM_MAX][21];
	static struct bytes all[RANDOM_MAX];
	struct sek_buf list = { 0 }, der;
	X509_CRL *plain, *index;
	char date[32];
	uint8_t other[21];
	uint32_t i, j;
	int reason;

	for (i = 0; i < n; i++) {
		do {
			all[i] = random_serial(serials[i], shape, i * 3);
			for (j = 0; j < i && (all[j].n != all[i].n ||
			    memcmp(all[j].p, all[i].p, all[i].n) != 0); j++)
				continue;
		} while (j < i);
		(void)snprintf(date, sizeof date, "%s%02u%02u%02u%02u%02u%02uZ",
		    number(2) ? "" : number(2) ? "20" : "19", number(50) + 49 -
		    (number(2) ? 49 : 0), number(12) + 1, number(28) + 1,
		    number(24), number(60), number(60));
		reason = (int)number(12) - 1;
		put_entry(&list, all[i], date, reason == 7 ? 8 : reason,
		    NO_BYTES);
	}
	der = crl_with(EC, &list);
	plain = plain_of(&der);
	index = index_of(&der, NULL);
	CHECK(plain != NULL && index != NULL);
	CHECK_INT(sek_index_entries(index), n);
	CHECK_INT(sek_index_check(index, NULL), SEK_OK);
	for (i = 0; i < n; i++)
		CHECK(same_answer(plain, index, all[i], NULL) > 0);
	for (i = 0; i < 200; i++)
		(void)same_answer(plain, index, random_serial(other, i % 4,
		    i), i % 2 ? own : NULL);
	X509_CRL_free(plain);
	X509_CRL_free(index);
	sek_buf_free(&list);
	sek_buf_free(&der);
}

static void
random_lists_as_openssl_reads_them(void)
{
	static const uint32_t sizes[] = { 0, 1, 2, 23, 24, 25, 31, 32, 33, 34,
	    65, 100, 257, RANDOM_MAX };
	unsigned int shape;
	size_t i;

	for (shape = 0; shape < 4; shape++)
		for (i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
			/* there are not that many short serials */
			random_list(sizes[i], shape);
}

/* -- serials, reasons, dates */

static void
serials_of_every_form(void)
{
	static const uint8_t octets20[20] = { 0x7f, 1, 2, 3, 4, 5, 6, 7, 8, 9,
	    10, 11, 12, 13, 14, 15, 16, 17, 18, 19 };
	static const uint8_t padded21[21] = { 0, 0xff, 1, 2, 3, 4, 5, 6, 7, 8,
	    9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19 };
	static const uint8_t negative20[20] = { 0x80 };
	static const uint8_t negative21[21] = { 0xff, 0x7f, 0xee };
	const struct bytes listed[] = { BYTES(0), BYTES(1), BYTES(0x7f),
	    BYTES(0, 0x80), BYTES(0xff), BYTES(0x80), BYTES(0xff, 0x7f),
	    BYTES(0, 0xff), BYTES(0x80, 0), { octets20, 20 },
	    { padded21, 21 }, { negative20, 20 }, { negative21, 21 } };
	const struct bytes absent[] = { BYTES(2), BYTES(0xfe), BYTES(0x81),
	    BYTES(0, 0x81), BYTES(1, 0), BYTES(0x80, 1), { octets20, 19 },
	    { padded21, 20 }, { negative20, 19 } };
	struct sek_buf list = { 0 }, der;
	X509_CRL *plain, *index;
	size_t i;

	for (i = 0; i < sizeof listed / sizeof listed[0]; i++)
		put_entry(&list, listed[i], "250101000000Z", 1, NO_BYTES);
	der = crl_with(EC, &list);
	plain = plain_of(&der);
	index = index_of(&der, NULL);
	CHECK(plain != NULL && index != NULL);
	for (i = 0; i < sizeof listed / sizeof listed[0]; i++)
		CHECK_INT(same_answer(plain, index, listed[i], own), 1);
	for (i = 0; i < sizeof absent / sizeof absent[0]; i++)
		if (((const uint8_t *)absent[i].p)[0] != 0 ||
		    ((const uint8_t *)absent[i].p)[1] >= 0x80)
			CHECK_INT(same_answer(plain, index, absent[i], own),
			    0);
	X509_CRL_free(plain);
	X509_CRL_free(index);
	sek_buf_free(&list);
	sek_buf_free(&der);
}

static void
every_reason(void)
{
	struct sek_buf list = { 0 }, der;
	X509_CRL *plain, *index;
	uint8_t code;

	for (code = 0; code <= 20; code++)
		put_entry(&list, BYTES(code), "250101000000Z", code, NO_BYTES);
	put_entry(&list, BYTES(99), "250101000000Z", NO_REASON, NO_BYTES);
	der = crl_with(EC, &list);
	plain = plain_of(&der);
	index = index_of(&der, NULL);
	CHECK(plain != NULL && index != NULL);
	for (code = 0; code <= 20; code++)
		CHECK_INT(same_answer(plain, index, BYTES(code), own),
		    code == 8 ? 2 : 1);
	CHECK_INT(same_answer(plain, index, BYTES(99), own), 1);
	X509_CRL_free(plain);
	X509_CRL_free(index);
	sek_buf_free(&list);
	sek_buf_free(&der);
}

static void
dates_to_the_second(void)
{
	static const char *const dates[] = { "700101000000Z",
	    "691231235959Z", "500101000000Z", "491231235959Z",
	    "240229120000Z", "000229000000Z", "19700101000000Z",
	    "19000301000000Z", "20000229235959Z", "20500101000000Z",
	    "99991231235959Z", "19491231235959Z" };
	struct sek_buf list = { 0 }, der;
	X509_CRL *plain, *index;
	uint8_t i, n = sizeof dates / sizeof dates[0];

	for (i = 0; i < n; i++)
		put_entry(&list, BYTES(i), dates[i], NO_REASON, NO_BYTES);
	der = crl_with(EC, &list);
	plain = plain_of(&der);
	index = index_of(&der, NULL);
	CHECK(plain != NULL && index != NULL);
	for (i = 0; i < n; i++)
		CHECK_INT(same_answer(plain, index, BYTES(i), NULL), 1);
	X509_CRL_free(plain);
	X509_CRL_free(index);
	sek_buf_free(&list);
	sek_buf_free(&der);
}

static void
tolerated_extensions(void)
{
	struct sek_buf list = { 0 }, der, x = { 0 };
	X509_CRL *plain, *index;

	put_extension(&x, 24, false, BYTES(0x18, 15, '2', '0', '2', '4', '0',
	    '1', '0', '1', '0', '0', '0', '0', '0', '0', 'Z'));
	put_extension(&x, 23, false, BYTES(0x06, 7, 0x2a, 0x86, 0x48, 0xce,
	    0x38, 2, 1));
	put_extension(&x, 99, false, BYTES(0x05, 0));
	put_entry(&list, BYTES(1), "250101000000Z", 6,
	    (struct bytes){ x.p, x.len });
	der = crl_with(EC, &list);
	plain = plain_of(&der);
	index = index_of(&der, NULL);
	CHECK(plain != NULL && index != NULL);
	CHECK_INT(same_answer(plain, index, BYTES(1), own), 1);
	X509_CRL_free(plain);
	X509_CRL_free(index);
	sek_buf_free(&x);
	sek_buf_free(&list);
	sek_buf_free(&der);
}

/* -- issuers */

static void
entries_of_other_issuers(void)
{
	struct sek_buf list = { 0 }, der, x2 = { 0 }, x3 = { 0 }, xo = { 0 };
	X509_CRL *plain, *index;
	X509_NAME *const names[] = { own, own_printable, second, third };
	uint8_t i;
	size_t k;

	put_certificate_issuer(&x2, second);
	put_certificate_issuer(&x3, third);
	put_certificate_issuer(&xo, own_printable);
	put_entry(&list, BYTES(1), "250101000000Z", 1, NO_BYTES);
	put_entry(&list, BYTES(2), "250102000000Z", 2,
	    (struct bytes){ x2.p, x2.len });
	put_entry(&list, BYTES(3), "250103000000Z", 3, NO_BYTES);
	put_entry(&list, BYTES(1), "250104000000Z", 4,
	    (struct bytes){ x3.p, x3.len });
	put_entry(&list, BYTES(3), "250105000000Z", NO_REASON, NO_BYTES);
	put_entry(&list, BYTES(4), "250106000000Z", 5,
	    (struct bytes){ x2.p, x2.len });
	/* back to the CRL's own, in another spelling */
	put_entry(&list, BYTES(5), "250107000000Z", 8,
	    (struct bytes){ xo.p, xo.len });
	der = crl_with(EC, &list);
	plain = plain_of(&der);
	index = index_of(&der, NULL);
	CHECK(plain != NULL && index != NULL);
	CHECK_INT(sek_index_check(index, NULL), SEK_OK);
	for (i = 0; i < 8; i++) {
		(void)same_answer(plain, index, BYTES(i), NULL);
		for (k = 0; k < sizeof names / sizeof names[0]; k++)
			(void)same_answer(plain, index, BYTES(i), names[k]);
	}
	CHECK_INT(same_answer(plain, index, BYTES(3), own), 0);
	CHECK_INT(same_answer(plain, index, BYTES(3), second), 1);
	CHECK_INT(same_answer(plain, index, BYTES(3), third), 1);
	CHECK_INT(same_answer(plain, index, BYTES(5), own), 2);
	X509_CRL_free(plain);
	X509_CRL_free(index);
	sek_buf_free(&x2);
	sek_buf_free(&x3);
	sek_buf_free(&xo);
	sek_buf_free(&list);
	sek_buf_free(&der);
}

static long
reason_listed(X509_CRL *crl, struct bytes serial)
{
	ASN1_INTEGER *v = integer(serial);
	X509_REVOKED *e;
	long r = -2;

	if (ask(crl, &e, v, own) != 0)
		r = reason_of(e);
	ASN1_INTEGER_free(v);
	return r;
}

/* OpenSSL takes any of them; here the one that refuses. */
static void
twice_listed_is_what_refuses(void)
{
	static const int orders[][3] = { { 8, 6, 1 }, { 1, 6, 8 },
	    { 6, 8, 1 }, { 8, 1, 6 } };
	struct sek_buf list, der;
	X509_CRL *index;
	size_t i, k;

	for (i = 0; i < sizeof orders / sizeof orders[0]; i++) {
		list = (struct sek_buf){ 0 };
		for (k = 0; k < 3; k++)
			put_entry(&list, BYTES(7), "250101000000Z",
			    orders[i][k], NO_BYTES);
		put_entry(&list, BYTES(8), "250101000000Z", orders[i][0] == 8
		    ? 8 : 6, NO_BYTES);
		put_entry(&list, BYTES(8), "250101000000Z", orders[i][0] == 8
		    ? 6 : 8, NO_BYTES);
		for (k = 0; k < 60; k++)
			put_entry(&list, BYTES(9), "250101000000Z",
			    k == 30 ? 0 : 8, NO_BYTES);
		der = crl_with(EC, &list);
		index = index_of(&der, NULL);
		CHECK(index != NULL);
		CHECK_INT(sek_index_entries(index), 3);
		CHECK_INT(reason_listed(index, BYTES(7)), 1);
		CHECK_INT(reason_listed(index, BYTES(8)), 6);
		CHECK_INT(reason_listed(index, BYTES(9)), 0);
		X509_CRL_free(index);
		sek_buf_free(&list);
		sek_buf_free(&der);
	}
}

/* -- signatures */

static void
signatures(void)
{
	EVP_PKEY *const keys[] = { rsa, rsa_other, p256, p256_other, p384, ed,
	    ed_other };
	struct sek_buf list = { 0 }, der;
	X509_CRL *plain, *index;
	size_t i, k;

	put_entry(&list, BYTES(1), "250101000000Z", 1, NO_BYTES);
	for (i = 0; i < N_SIGNERS; i++) {
		der = crl_with(&signers[i], &list);
		CHECK(der.len > 0);
		plain = plain_of(&der);
		index = index_of(&der, signers[i].key);
		if (plain == NULL || index == NULL)
			printf("# %s\n", signers[i].name);
		CHECK(plain != NULL && index != NULL);
		for (k = 0; k < sizeof keys / sizeof keys[0]; k++) {
			CHECK_INT(X509_CRL_verify(index, keys[k]) == 1,
			    X509_CRL_verify(plain, keys[k]) == 1);
			CHECK_INT(X509_CRL_verify(index, keys[k]) == 1,
			    keys[k] == signers[i].key);
		}
		X509_CRL_free(plain);
		X509_CRL_free(index);
		sek_buf_free(&der);
	}
	ERR_clear_error();
	sek_buf_free(&list);
}

/* One bit of what is signed or of the signature: nobody's any more. */
static void
changed_bits_are_not_signed(void)
{
	struct sek_buf list = { 0 }, der;
	X509_CRL *index;
	size_t i, at, done = 0;

	put_entry(&list, BYTES(1), "250101000000Z", 1, NO_BYTES);
	for (i = 0; i < N_SIGNERS; i++) {
		if (signers[i].md == NULL)
			continue; /* the key is recorded, see compile.h */
		der = crl_with(&signers[i], &list);
		for (at = 4; at < der.len; at += 7) {
			struct sek_why why = { "" };
			int fd = memory_file(NULL, 0);

			der.p[at] ^= 0x01;
			if (compile_to(fd, &der, NULL, &why) != SEK_OK) {
				(void)close(fd);
				CHECK(why.text[0] != '\0');
			} else if (sek_index_open_fd(fd, "x", &index, &why) ==
			    SEK_OK) {
				CHECK(X509_CRL_verify(index, signers[i].key)
				    != 1);
				X509_CRL_free(index);
				done++;
			}
			der.p[at] ^= 0x01;
		}
		sek_buf_free(&der);
	}
	CHECK(done > 50);
	ERR_clear_error();
	sek_buf_free(&list);
}

/* What is not allowed is named when it is compiled. */
static void
other_algorithms_are_refused(void)
{
	const struct signer bad[] = { { "", rsa, "SHA1", false },
	    { "", p256, "SHA1", false }, { "", rsa, "SHA1", true },
	    { "", rsa, "SHA224", false } };
	static const char *const words[] = { "sha1WithRSAEncryption",
	    "ecdsa-with-SHA1", "rsassaPss", "sha224WithRSAEncryption" };
	struct sek_buf list = { 0 }, der;
	struct sek_why why;
	size_t i;
	int fd;

	(void)EVP_add_digest(EVP_sha224());
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		der = crl_with(&bad[i], &list);
		CHECK(der.len > 0);
		fd = memory_file(NULL, 0);
		why.text[0] = '\0';
		CHECK_INT(compile_to(fd, &der, NULL, &why), SEK_E_DENIED);
		if (strstr(why.text, words[i]) == NULL)
			CHECK_STR(why.text, words[i]);
		(void)close(fd);
		sek_buf_free(&der);
	}
	/* and Ed25519 without its key, or with another kind of key */
	der = crl_with(&signers[6], &list);
	fd = memory_file(NULL, 0);
	CHECK_INT(compile_to(fd, &der, NULL, &why), SEK_E_INVAL);
	CHECK_STR(why.text, "needs the key that signed it");
	CHECK_INT(compile_to(fd, &der, p256, &why), SEK_E_INVAL);
	(void)close(fd);
	sek_buf_free(&der);
}

int
main(void)
{
	size_t i;

	if (sek_crypto_start() != SEK_OK)
		return 1;
	rsa = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
	rsa_other = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
	p256 = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	p256_other = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	p384 = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-384");
	ed = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	ed_other = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	for (i = 0; i < 4; i++)
		signers[i].key = rsa;
	signers[4].key = p256;
	signers[5].key = p384;
	signers[6].key = ed;
	own = make_name("Index CA", MBSTRING_UTF8);
	own_printable = make_name("index  ca", MBSTRING_ASC);
	second = make_name("Second CA", MBSTRING_UTF8);
	third = make_name("Third CA", MBSTRING_UTF8);
	RUN(random_lists_as_openssl_reads_them);
	RUN(serials_of_every_form);
	RUN(every_reason);
	RUN(dates_to_the_second);
	RUN(tolerated_extensions);
	RUN(entries_of_other_issuers);
	RUN(twice_listed_is_what_refuses);
	RUN(signatures);
	RUN(changed_bits_are_not_signed);
	RUN(other_algorithms_are_refused);
	X509_NAME_free(own);
	X509_NAME_free(own_printable);
	X509_NAME_free(second);
	X509_NAME_free(third);
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(rsa_other);
	EVP_PKEY_free(p256);
	EVP_PKEY_free(p256_other);
	EVP_PKEY_free(p384);
	EVP_PKEY_free(ed);
	EVP_PKEY_free(ed_other);
	return CHECK_END();
}
