/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mdsmint - FIDO metadata for tests, out of a payload (JSON) on standard
 * input.
 *
 * usage: mdsmint table FILE [MADE]
 *            the table that sekisho-fetch would make of it (at MADE, seconds
 *            since 1970; now), for tests that have no need of a signature
 *        mdsmint blob KEY CERT[,CERT]... [OPTION]...
 *            the signed blob on standard output; KEY and CERTs are PEM files,
 *            the leaf's first
 *        mdsmint find FOLDER AAGUID FIRMWARE WHEN
 *            what a login at WHEN (seconds since 1970; 0: now) finds of a
 *            model in the table of a cache: "unknown" or the words and its
 *            name
 *
 *   alg=WORD      in the header; default: what the key is for
 *   header=JSON   the whole header
 *   sign=HOW      der, hmac, none, pss: see mds_sign.h
 */
#undef NDEBUG
#include <assert.h>
#include <fcntl.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fetch/mds.h"
#include "gate/fido.h"
#include "tests/fido/mds_sign.h"

static uint8_t *
slurp(FILE *f, size_t *n)
{
	size_t cap = 1 << 16, k;
	uint8_t *p = malloc(cap);

	*n = 0;
	while (p != NULL && (k = fread(p + *n, 1, cap - *n, f)) > 0) {
		*n += k;
		if (*n == cap)
			p = realloc(p, cap *= 2);
	}
	assert(p != NULL);
	return p;
}

static int
table(const char *path, int64_t made)
{
	struct sek_why why = { "" };
	struct sek_mds said;
	size_t n;
	uint8_t *p = slurp(stdin, &n);
	int fd;

	if (sek_mds_read(p, n, &said, &why) != SEK_OK) {
		(void)fprintf(stderr, "mdsmint: %s\n", why.text);
		free(p);
		return 1;
	}
	free(p);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	assert(fd >= 0);
	assert(sek_mds_write(&said, made, fd, &why) ==
	    SEK_OK);
	sek_mds_free(&said);
	return close(fd) == 0 ? 0 : 1;
}

static int
find(char **argv)
{
	struct sek_models *m = NULL;
	struct sek_models_info info;
	struct sek_model model;
	struct sek_why why = { "" };
	uint8_t aaguid[16];
	char words[200];
	int64_t now = strtoll(argv[3], NULL, 10);

	assert(sek_aaguid_of_text(argv[1], aaguid));
	if (now == 0)
		now = (int64_t)time(NULL);
	if (sek_models_open(argv[0], &m, &info, &why) != SEK_OK ||
	    sek_models_find(m, aaguid, strtoull(argv[2], NULL, 10), now,
	    &model, &why) != SEK_OK) {
		(void)fprintf(stderr, "mdsmint: %s\n", why.text);
		return 1;
	}
	sek_model_words(model.status, words, sizeof words);
	(void)printf("%s: %s\n", model.known ? words : "unknown", model.name);
	sek_models_close(m);
	return 0;
}

static void
read_certs(struct mds_sign *m, char *paths)
{
	char *save = NULL, *path;
	FILE *f;

	for (path = strtok_r(paths, ",", &save); path != NULL;
	    path = strtok_r(NULL, ",", &save)) {
		f = fopen(path, "r");
		assert(f != NULL && m->n < MDS_CERTS_MAX);
		m->certs[m->n] = PEM_read_X509(f, NULL, NULL, NULL);
		assert(m->certs[m->n++] != NULL);
		(void)fclose(f);
	}
	assert(m->n > 0);
}

static int
blob(int argc, char **argv)
{
	struct mds_sign m = { .alg = NULL };
	size_t n;
	uint8_t *p = slurp(stdin, &n);
	char *text;
	FILE *f = fopen(argv[0], "r");
	int i;

	assert(f != NULL);
	m.key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
	assert(m.key != NULL);
	(void)fclose(f);
	read_certs(&m, argv[1]);
	for (i = 2; i < argc; i++) {
		if (strncmp(argv[i], "alg=", 4) == 0)
			m.alg = argv[i] + 4;
		else if (strncmp(argv[i], "header=", 7) == 0)
			m.header = argv[i] + 7;
		else if (strncmp(argv[i], "sign=", 5) == 0)
			m.sign = argv[i] + 5;
		else
			return 2;
	}
	text = mds_blob(&m, p, n);
	(void)fputs(text, stdout);
	free(text);
	while (m.n > 0)
		X509_free(m.certs[--m.n]);
	EVP_PKEY_free(m.key);
	free(p);
	return 0;
}

int
main(int argc, char **argv)
{
	if ((argc == 3 || argc == 4) && strcmp(argv[1], "table") == 0)
		return table(argv[2], argc == 4 ? strtoll(argv[3], NULL, 10) :
		    (int64_t)time(NULL));
	if (argc == 6 && strcmp(argv[1], "find") == 0)
		return find(argv + 2);
	if (argc >= 4 && strcmp(argv[1], "blob") == 0)
		return blob(argc - 2, argv + 2);
	(void)fputs("usage: mdsmint table FILE [MADE] | blob KEY CERT[,CERT]... | "
	    "find FOLDER AAGUID FIRMWARE WHEN\n", stderr);
	return 2;
}
