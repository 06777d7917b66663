/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzz target: indexes of CRLs.  The first byte says what the rest is: an
 * index as it is (0), an index without header, for which a good one is made
 * (1), or the DER of a CRL to be compiled (2), where the index must then list
 * what OpenSSL finds listed.  Seeds: tests/corpus/index.
 */
#undef NDEBUG
#include <assert.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fetch/compile.h"
#include "gate/certificate.h"
#include "gate/revocation_format.h"
#include "gate/revocation_index.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static int
new_file(void)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	assert(fd >= 0 && fchmod(fd, 0600) == 0);
	return fd;
}

static void
use(X509_CRL *crl)
{
	ASN1_INTEGER *v = ASN1_INTEGER_new();
	X509_REVOKED *e = NULL;
	char name[64];
	long i;

	for (i = -2; i < 8; i++) {
		assert(v != NULL && ASN1_INTEGER_set(v, i * 77) == 1);
		/* who is listed comes with an entry */
		if (X509_CRL_get0_by_serial(crl, &e, v) != 0)
			assert(e != NULL &&
			    X509_REVOKED_get0_serialNumber(e) != NULL);
	}
	assert(sek_index_check(crl, NULL) <= SEK_OK);
	assert(sek_index_name(crl, NULL, name) == SEK_OK && strlen(name) == 53);
	ASN1_INTEGER_free(v);
}

static void
open_file(int fd)
{
	struct sek_why why = { "" };
	X509_CRL *crl = NULL;

	if (sek_index_open_fd(fd, "f", &crl, &why) == SEK_OK) {
		assert(sek_index_is(crl));
		use(crl);
	} else {
		assert(crl == NULL && strncmp(why.text, "f: ", 3) == 0);
	}
	X509_CRL_free(crl);
}

static void
with_header(const uint8_t *p, size_t n)
{
	struct sek_index_head h = { 0 };
	uint8_t head[SEK_INDEX_HEAD];
	int fd = new_file();

	h.meta = n < 3 ? 0 : (uint64_t)p[0] << 16 | (uint64_t)p[1] << 8 | p[2];
	if (n < 3 || h.meta > n - 3) {
		(void)close(fd);
		return;
	}
	p += 3;
	n -= 3;
	h.records = (n - h.meta) / SEK_INDEX_RECORD;
	n = (size_t)(h.meta + h.records * SEK_INDEX_RECORD);
	assert(sek_index_head_enc(&h, p, head) == SEK_OK &&
	    write(fd, head, sizeof head) == (ssize_t)sizeof head &&
	    (n == 0 || write(fd, p, n) == (ssize_t)n));
	open_file(fd);
}

/* What OpenSSL finds in the list, the index finds as well. */
static void
compare(X509_CRL *index, const uint8_t *der, size_t n)
{
	const unsigned char *p = der;
	X509_CRL *plain = d2i_X509_CRL(NULL, &p, (long)n);
	STACK_OF(X509_REVOKED) *list;
	const ASN1_INTEGER *v;
	X509_REVOKED *e;
	int i;

	assert(plain != NULL);
	list = X509_CRL_get_REVOKED(plain);
	for (i = 0; i < sk_X509_REVOKED_num(list); i++) {
		v = X509_REVOKED_get0_serialNumber(sk_X509_REVOKED_value(list,
		    i));
		assert((X509_CRL_get0_by_serial(plain, &e, v) != 0) ==
		    (X509_CRL_get0_by_serial(index, &e, v) != 0));
	}
	assert(!sek_index_failed(index));
	X509_CRL_free(plain);
}

static void
compile(const uint8_t *p, size_t n)
{
	struct sek_why why = { "" };
	X509_CRL *crl = NULL;
	int fd = new_file();

	if (sek_compile(p, n, fd, NULL, NULL, &why) != SEK_OK) {
		assert(why.text[0] != '\0');
		(void)close(fd);
		return;
	}
	assert(sek_index_open_fd(fd, "f", &crl, &why) == SEK_OK);
	assert(sek_index_check(crl, &why) == SEK_OK);
	use(crl);
	compare(crl, p, n);
	X509_CRL_free(crl);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static int started;
	int fd;

	if (!started)
		started = sek_crypto_start() == SEK_OK;
	if (n == 0)
		return 0;
	if (p[0] == 2) {
		compile(p + 1, n - 1);
	} else if (p[0] == 1) {
		with_header(p + 1, n - 1);
	} else {
		fd = new_file();
		assert(write(fd, p + 1, n - 1) == (ssize_t)(n - 1) &&
		    lseek(fd, 0, SEEK_SET) == 0);
		open_file(fd);
	}
	ERR_clear_error();
	return 0;
}
