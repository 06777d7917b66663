/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is no index any more: files that are cut, changed or somebody else's.
 * Whatever is done to one, a look-up in it never clears who is listed.
 */
#include <errno.h>
#include <time.h>

#include "gate/revocation_format.h"
#include "tests/certificate_fixture.h"
#include "tests/check.h"
#include "tests/index_maker.h"

#define ENTRIES 40u
#define DATE "250101000000Z"

static struct fixture fix;
static struct signer ec = { "P-256", NULL, "SHA256", false };
static X509_NAME *own;
static struct sek_buf good; /* the bytes of a good index */

/* -- files that are not what was written */

static X509_CRL *
open_bytes(const void *p, size_t n, struct sek_why *why)
{
	X509_CRL *crl = NULL;

	return sek_index_open_fd(memory_file(p, n), "x.idx", &crl, why) ==
	    SEK_OK ? crl : NULL;
}

/* All listed serials (1 to ENTRIES) are still listed. */
static bool
clears_nobody(X509_CRL *crl)
{
	ASN1_INTEGER *v = ASN1_INTEGER_new();
	X509_REVOKED *e;
	bool ok = v != NULL;
	long i;

	for (i = 1; ok && i <= (long)ENTRIES; i++) {
		e = NULL;
		ok = ASN1_INTEGER_set(v, i * 5) == 1 &&
		    X509_CRL_get0_by_serial(crl, &e, v) == 1 && e != NULL;
	}
	ASN1_INTEGER_free(v);
	return ok;
}

static bool
make_good(void)
{
	struct crl_spec spec = { .by = &ec, .issuer = name_der(own) };
	struct sek_buf list = { 0 }, der, x = { 0 };
	X509_NAME *other = make_name("Somebody else", MBSTRING_UTF8);
	struct sek_why why = { "" };
	struct stat st;
	int fd = memory_file(NULL, 0);
	uint8_t i;
	bool ok;

	for (i = 1; i <= ENTRIES; i++)
		put_entry(&list, i * 5 < 0x80 ? BYTES((uint8_t)(i * 5)) :
		    BYTES(0, (uint8_t)(i * 5)), DATE, i % 7, NO_BYTES);
	put_certificate_issuer(&x, other);
	put_entry(&list, BYTES(1), DATE, 1, (struct bytes){ x.p, x.len });
	spec.entries = (struct bytes){ list.p, list.len };
	der = make_crl(&spec);
	ok = compile_to(fd, &der, NULL, &why) == SEK_OK &&
	    fstat(fd, &st) == 0 && (good.p = malloc((size_t)st.st_size)) !=
	    NULL && pread(fd, good.p, (size_t)st.st_size, 0) == st.st_size;
	good.len = good.cap = ok ? (size_t)st.st_size : 0;
	(void)close(fd);
	X509_NAME_free(other);
	sek_buf_free(&x);
	sek_buf_free(&list);
	sek_buf_free(&der);
	return ok;
}

static void
a_good_one_opens(void)
{
	struct sek_why why = { "" };
	X509_CRL *crl = open_bytes(good.p, good.len, &why);

	CHECK(crl != NULL);
	CHECK(sek_index_is(crl) && sek_index_entries(crl) == ENTRIES + 1);
	CHECK(clears_nobody(crl) && !sek_index_failed(crl));
	CHECK_INT(sek_index_check(crl, &why), SEK_OK);
	CHECK_INT(X509_CRL_verify(crl, ec.key), 1);
	X509_CRL_free(crl);
}

/* After an index was opened, OpenSSL's own method is the default again. */
static void
other_crls_keep_their_method(void)
{
	struct crl_spec spec = { .by = &ec, .issuer = name_der(own) };
	struct sek_buf list = { 0 }, der;
	X509_CRL *crl = open_bytes(good.p, good.len, NULL), *plain;
	ASN1_INTEGER *v = ASN1_INTEGER_new();
	X509_REVOKED *e;

	put_entry(&list, BYTES(5), DATE, 1, NO_BYTES);
	spec.entries = (struct bytes){ list.p, list.len };
	der = make_crl(&spec);
	plain = plain_of(&der);
	CHECK(crl != NULL && plain != NULL);
	CHECK(!sek_index_is(plain) && sek_index_entries(plain) == 0);
	CHECK(!sek_index_failed(plain));
	CHECK_INT(sek_index_check(plain, NULL), SEK_E_INVAL);
	CHECK(ASN1_INTEGER_set(v, 5) == 1);
	CHECK_INT(X509_CRL_get0_by_serial(plain, &e, v), 1);
	CHECK_INT(X509_CRL_verify(plain, ec.key), 1);
	ASN1_INTEGER_free(v);
	X509_CRL_free(crl);
	X509_CRL_free(plain);
	sek_buf_free(&list);
	sek_buf_free(&der);
}

static void
cut_at_each_byte(void)
{
	struct sek_why why;
	X509_CRL *crl;
	size_t n;

	for (n = 0; n < good.len; n++) {
		why.text[0] = '\0';
		crl = open_bytes(good.p, n, &why);
		X509_CRL_free(crl);
		CHECK(crl == NULL);
		CHECK(strncmp(why.text, "x.idx: is truncated: ", 21) == 0);
	}
	sek_put_u8(&good, 0);
	crl = open_bytes(good.p, good.len, &why);
	good.len--;
	X509_CRL_free(crl);
	CHECK(crl == NULL);
	CHECK(strncmp(why.text, "x.idx: is too long: ", 20) == 0);
}

/* Each bit of header and description: refused.  One of each byte of the
 * records: still nobody is cleared, and the check of all finds it. */
static void
each_byte_changed(void)
{
	size_t records = good.len - (ENTRIES + 1) * SEK_INDEX_RECORD, i;
	struct sek_why why;
	X509_CRL *crl;
	uint8_t bit;
	bool kept, found;

	for (i = 0; i < good.len; i++)
		for (bit = 1; bit != 0; bit = (uint8_t)(bit << 1)) {
			if (i >= records && bit != 1u << i % 8)
				continue;
			why.text[0] = '\0';
			good.p[i] ^= bit;
			crl = open_bytes(good.p, good.len, &why);
			good.p[i] ^= bit;
			kept = crl == NULL || clears_nobody(crl);
			found = crl == NULL ||
			    sek_index_check(crl, &why) != SEK_OK;
			X509_CRL_free(crl);
			CHECK((crl == NULL) == (i < records));
			CHECK(kept && found);
			CHECK(why.text[0] != '\0');
		}
}

static uint64_t
get_u64(const uint8_t *p)
{
	uint64_t v = 0;
	int i;

	for (i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return v;
}

/* A list of which a part was never written, as after a crash: zeros. */
static void
zeros_instead_of_records(void)
{
	enum { MANY = 3000 };
	struct crl_spec spec = { .by = &ec, .issuer = name_der(own) };
	struct sek_buf list = { 0 }, der;
	struct sek_why why = { "" };
	static uint8_t zeros[MANY * SEK_INDEX_RECORD];
	ASN1_INTEGER *v = ASN1_INTEGER_new();
	X509_CRL *crl = NULL;
	X509_REVOKED *e;
	uint64_t meta;
	uint8_t head[SEK_INDEX_HEAD];
	unsigned int i, from;
	int fd, again, failed = 0;

	for (i = 0; i < MANY; i++)
		put_entry(&list, BYTES(0x40, (uint8_t)(i >> 8), (uint8_t)i),
		    DATE, 1, NO_BYTES);
	spec.entries = (struct bytes){ list.p, list.len };
	der = make_crl(&spec);
	for (from = 0; from < MANY; from += 500) {
		fd = memory_file(NULL, 0);
		CHECK_INT(compile_to(fd, &der, NULL, &why), SEK_OK);
		CHECK(pread(fd, head, sizeof head, 0) ==
		    (ssize_t)sizeof head);
		meta = get_u64(head + 16);
		CHECK_INT(get_u64(head + 24), MANY);
		again = dup(fd);
		CHECK_INT(sek_index_open_fd(fd, "x", &crl, &why), SEK_OK);
		CHECK(pwrite(again, zeros, 500 * SEK_INDEX_RECORD,
		    (off_t)(SEK_INDEX_HEAD + meta +
		    from * SEK_INDEX_RECORD)) > 0);
		(void)close(again);
		for (i = from; i < from + 500; i++) {
			CHECK(ASN1_INTEGER_set(v, 0x400000 + (long)i) == 1);
			CHECK_INT(X509_CRL_get0_by_serial(crl, &e, v), 1);
			CHECK(e != NULL);
		}
		failed += sek_index_failed(crl);
		CHECK_INT(sek_index_check(crl, &why), SEK_E_SYNTAX);
		CHECK_STR(why.text, "its list is damaged: fetch it anew");
		X509_CRL_free(crl);
	}
	CHECK_INT(failed, MANY / 500);
	ASN1_INTEGER_free(v);
	sek_buf_free(&list);
	sek_buf_free(&der);
}

/* Cut while it is open: an error, no signal, and nobody is cleared. */
static void
shrinks_while_it_is_open(void)
{
	int fd = memory_file(good.p, good.len), again = dup(fd);
	struct sek_why why = { "" };
	X509_CRL *crl = NULL;

	CHECK_INT(sek_index_open_fd(fd, "x", &crl, &why), SEK_OK);
	CHECK(ftruncate(again, (off_t)good.len - 100) == 0);
	(void)close(again);
	CHECK(clears_nobody(crl));
	CHECK(sek_index_failed(crl));
	CHECK_INT(sek_index_check(crl, &why), SEK_E_IO);
	X509_CRL_free(crl);
}

/* -- files by name */

static char path[1200];

static void
put_file(mode_t mode)
{
	FILE *f;

	(void)unlink(path);
	f = fopen(path, "w");
	CHECK(f != NULL && fwrite(good.p, 1, good.len, f) == good.len);
	CHECK(fchmod(fileno(f), mode) == 0);
	CHECK(fclose(f) == 0);
}

static void
open_named(int want, const char *words)
{
	struct sek_why why = { "" };
	X509_CRL *crl = NULL;
	int r = sek_index_open(fix.dir, "a b.idx", &crl, &why);

	X509_CRL_free(crl);
	CHECK_INT(r, want);
	CHECK_STR(why.text, words);
}

static void
owners_and_modes(void)
{
	char to[1300];
	int fd;

	put_file(0644);
	open_named(SEK_OK, "");
	put_file(0664);
	open_named(SEK_E_UNSAFE,
	    "a b.idx: must not be writable by group or others");
	put_file(0646);
	open_named(SEK_E_UNSAFE,
	    "a b.idx: must not be writable by group or others");
	put_file(0600);
	if (geteuid() == 0) {
		CHECK(chown(path, 12345, 0) == 0);
		open_named(SEK_E_UNSAFE, "a b.idx: must be owned by root");
		CHECK(chown(path, 0, 12345) == 0);
		open_named(SEK_OK, "");
	}
	(void)snprintf(to, sizeof to, "%s.real", path);
	CHECK(rename(path, to) == 0 && symlink(to, path) == 0);
	open_named(SEK_E_UNSAFE, "a b.idx: must not be a symbolic link");
	CHECK(unlink(path) == 0 && mkfifo(path, 0600) == 0);
	open_named(SEK_E_UNSAFE, "a b.idx: is not a regular file");
	CHECK(unlink(path) == 0 && mkdir(path, 0700) == 0);
	open_named(SEK_E_UNSAFE, "a b.idx: is not a regular file");
	CHECK(rmdir(path) == 0);
	open_named(SEK_E_SYS, "a b.idx: No such file or directory");
	/* a descriptor is looked at just as well */
	fd = open(to, O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0 && chmod(to, 0666) == 0);
	{
		struct sek_why why;
		X509_CRL *crl;

		CHECK_INT(sek_index_open_fd(fd, "given", &crl, &why),
		    SEK_E_UNSAFE);
		CHECK_STR(why.text,
		    "given: must not be writable by group or others");
		CHECK(fcntl(fd, F_GETFD) < 0 && errno == EBADF);
	}
}

static void
other_versions_and_other_files(void)
{
	struct sek_why why = { "" };

	good.p[11] = 2;
	CHECK(open_bytes(good.p, good.len, &why) == NULL);
	good.p[11] = SEK_INDEX_VERSION;
	CHECK_STR(why.text, "x.idx: has the form 2 of an index, and this "
	    "program reads 1: fetch it anew");
	good.p[0] ^= 1;
	CHECK(open_bytes(good.p, good.len, &why) == NULL);
	good.p[0] ^= 1;
	CHECK_STR(why.text, "x.idx: is not an index of a CRL");
}

/* A file that has something in it is not written over. */
static void
writes_to_empty_files_only(void)
{
	struct crl_spec spec = { .by = &ec, .issuer = name_der(own) };
	struct sek_buf der = make_crl(&spec);
	struct sek_why why = { "" };
	int fd = memory_file("x", 1);
	X509_CRL *crl;

	CHECK_INT(compile_to(fd, &der, NULL, &why), SEK_E_INVAL);
	(void)close(fd);
	fd = open("/dev/full", O_RDWR | O_CLOEXEC);
	CHECK(fd >= 0);
	CHECK(compile_to(fd, &der, NULL, &why) != SEK_OK);
	(void)close(fd);
	crl = index_of(&der, NULL);
	CHECK(crl != NULL && sek_index_entries(crl) == 0);
	X509_CRL_free(crl);
	sek_buf_free(&der);
}

int
main(void)
{
	if (sek_crypto_start() != SEK_OK || !fixture_open(&fix, NULL))
		return 1;
	(void)snprintf(path, sizeof path, "%s/a b.idx", fix.dir);
	ec.key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	own = make_name("File CA", MBSTRING_UTF8);
	if (make_good()) {
		RUN(a_good_one_opens);
		RUN(other_crls_keep_their_method);
		RUN(cut_at_each_byte);
		RUN(each_byte_changed);
		RUN(zeros_instead_of_records);
		RUN(shrinks_while_it_is_open);
		RUN(owners_and_modes);
		RUN(other_versions_and_other_files);
	} else {
		printf("not ok an index to spoil\n");
		check_failed++;
	}
	RUN(writes_to_empty_files_only);
	sek_buf_free(&good);
	X509_NAME_free(own);
	EVP_PKEY_free(ec.key);
	fixture_close(&fix);
	return CHECK_END();
}
