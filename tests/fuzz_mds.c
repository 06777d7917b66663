/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzz target: FIDO metadata.  The first byte says what the rest is: a table
 * as it is (0), a payload, of which a table is made that must then say the
 * same (1), a blob (2), the signature of one (3), or the header of one with a
 * good signature (4), or a table without a header, for which a good one is made
 * (5).  Nothing that comes here is ever signed by whom we trust.
 * Seeds: tests/corpus/mds.
 */
#undef NDEBUG
#include <assert.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fetch/mds.h"
#include "gate/certificate.h"
#include "tests/fido/mds_sign.h"
#include "tests/ocsp_mint.h"

#define NOW 1800000000

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static struct mds_sign signer; /* a good one, but for its name */
static STACK_OF(X509) *roots;
static char *good;             /* header.payload. of a blob by it */

static int
new_file(void)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	assert(fd >= 0);
	return fd;
}

static void
look_up(struct sek_models *m, const uint8_t aaguid[16], uint32_t want)
{
	STACK_OF(X509) *out = sk_X509_new_null();
	struct sek_model found;
	struct sek_why why;
	char words[200];

	assert(sek_models_find(m, aaguid, 0, NOW, &found, &why) == SEK_OK);
	assert((found.status & want) == want);
	assert(strlen(found.name) < sizeof found.name);
	sek_model_words(found.status, words, sizeof words);
	assert(sek_models_find(m, aaguid, 5, 0, &found, &why) == SEK_OK);
	if (sek_models_roots(m, aaguid, out, &why) != SEK_OK)
		assert(sk_X509_num(out) == 0);
	sk_X509_pop_free(out, X509_free);
}

static void
use(struct sek_models *m)
{
	struct sek_model_report r;
	struct sek_model model;
	uint8_t aaguid[16];
	size_t i, k, n;

	for (i = 0; i < sek_models_count(m); i++) {
		assert(sek_models_at(m, i, NOW, aaguid, &model, &n) ==
		    SEK_OK);
		for (k = 0; k < n; k++)
			sek_models_report(m, i, k, &r);
		look_up(m, aaguid, 0);
	}
}

static void
table(const uint8_t *p, size_t n)
{
	struct sek_models_head head;
	struct sek_models *m = NULL;
	struct sek_why why = { "" };
	int fd = new_file();

	assert(write(fd, p, n) == (ssize_t)n);
	if (sek_models_open_fd(fd, &m, &head, &why) == SEK_OK)
		use(m);
	else
		assert(m == NULL && why.text[0] != '\0');
	sek_models_close(m);
}

static void
with_header(const uint8_t *p, size_t n)
{
	struct sek_models_head h = { .models = 0 };
	uint8_t head[SEK_MODELS_HEAD];
	struct sek_models *m = NULL;
	struct sek_why why = { "" };
	int fd;

	if (n < 3)
		return;
	h.models = p[0];
	h.reports = p[1];
	h.names = p[2];
	p += 3;
	n -= 3;
	if (n < sek_models_index_size(&h))
		return;
	h.roots = (uint32_t)(n - sek_models_index_size(&h));
	assert(sek_models_head_enc(&h, p, head) == SEK_OK);
	fd = new_file();
	assert(write(fd, head, sizeof head) == (ssize_t)sizeof head &&
	    write(fd, p, n) == (ssize_t)n);
	if (sek_models_open_fd(fd, &m, &h, &why) == SEK_OK)
		use(m);
	sek_models_close(m);
}

static void
payload(const uint8_t *p, size_t n)
{
	struct sek_models_head head;
	struct sek_models *m = NULL;
	struct sek_why why = { "" };
	struct sek_mds said;
	uint32_t bad;
	size_t i, k;
	int fd;

	if (sek_mds_read(p, n, &said, &why) != SEK_OK) {
		assert(why.text[0] != '\0');
		return;
	}
	fd = new_file();
	assert(sek_mds_write(&said, NOW, fd, &why) == SEK_OK);
	assert(sek_models_open_fd(fd, &m, &head, &why) == SEK_OK);
	assert(sek_models_count(m) == said.n && said.n > 0);
	assert(head.info.number == said.number);
	for (i = 0; i < said.n; i++) {
		/* for no firmware nothing is mended */
		for (k = 0, bad = 0; k < said.models[i].n_reports; k++)
			if (said.models[i].reports[k].from <= NOW)
				bad |= said.models[i].reports[k].status;
		look_up(m, said.models[i].aaguid, bad);
	}
	use(m);
	sek_models_close(m);
	sek_mds_free(&said);
}

static void
blob(const uint8_t *p, size_t n)
{
	const struct sek_mds_rules rules = { .roots = roots,
	    .signer = "mds.example.jp", .now = NOW };
	struct sek_mds_blob b = { 0 };
	struct sek_why why = { "" };

	assert(sek_mds_verify(&rules, p, n, &b, &why) != SEK_OK);
	assert(b.payload == NULL && b.chain == NULL);
}

static void
signature(const uint8_t *p, size_t n)
{
	const struct sek_mds_rules rules = { .roots = roots,
	    .signer = "signer.example.jp", .now = NOW };
	struct sek_mds_blob b = { 0 };
	struct sek_why why = { "" };
	char *sig, *all;

	if (n > 1000)
		return;
	sig = mds_base64(p, n, true);
	assert(asprintf(&all, "%s%s", good, sig) > 0);
	assert(sek_mds_verify(&rules, (const uint8_t *)all, strlen(all), &b,
	    &why) != SEK_OK);
	free(sig);
	free(all);
}

static void
header(const uint8_t *p, size_t n)
{
	struct mds_sign m = signer;
	char *text = strndup((const char *)p, n), *all;

	m.header = text;
	all = mds_blob(&m, "{}", 2);
	blob((const uint8_t *)all, strlen(all));
	free(all);
	free(text);
}

static void
start(void)
{
	static const char *const ext[] = { "basicConstraints=CA:TRUE", NULL };
	struct mint_cert c = { .subject = "signer.example.jp", .serial = 1,
	    .from = NOW - 100, .to = NOW + 100, .ext = ext };

	assert(sek_crypto_start() == SEK_OK);
	signer.key = c.key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	signer.certs[0] = mint_certificate(&c);
	signer.n = 1;
	roots = sk_X509_new_null();
	assert(signer.certs[0] != NULL &&
	    sk_X509_push(roots, signer.certs[0]) > 0);
	good = mds_blob(&signer, "{}", 2);
	*(strrchr(good, '.') + 1) = '\0';
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static void (*const one[])(const uint8_t *, size_t) =
	    { table, payload, blob, signature, header, with_header };

	if (signer.key == NULL)
		start();
	if (n == 0)
		return 0;
	one[p[0] % (sizeof one / sizeof one[0])](p + 1, n - 1);
	ERR_clear_error();
	return 0;
}
