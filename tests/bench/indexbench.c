/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * indexbench CRL.der CA.pem INDEX [compile]: compiles a CRL, in a process of
 * its own, next to `openssl crl -verify` on the same file, then opens the
 * index and looks a certificate up many times.  Prints "name value unit".
 * The better of three runs of each; exit 0, 1 when something failed, 2 usage.
 */
#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fetch/compile.h"
#include "gate/certificate.h"
#include "gate/revocation_index.h"

#define RUNS 3
#define LOOK_UPS 2001

extern char **environ;

static double
now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* What a run of sekisho-fetch does with a CRL that has come. */
static int
compile(const char *crl, const char *index)
{
	int in = open(crl, O_RDONLY | O_CLOEXEC), out;
	struct sek_why why = { "" };
	struct stat st;
	void *p;

	(void)unlink(index);
	out = open(index, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (in < 0 || out < 0 || fstat(in, &st) != 0 ||
	    sek_crypto_start() != SEK_OK)
		return 1;
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, in, 0);
	if (p == MAP_FAILED || sek_compile(p, (size_t)st.st_size, out, NULL,
	    NULL, &why) != SEK_OK) {
		(void)fprintf(stderr, "%s: %s\n", crl, why.text);
		return 1;
	}
	return 0;
}

/* The best time of a command, and the peak of its memory. */
static bool
best_of(char *const argv[], double *us, long *rss_kb)
{
	struct rusage use;
	posix_spawn_file_actions_t quiet;
	double start, took;
	int i, status;
	pid_t pid;

	*us = 0;
	*rss_kb = 0;
	(void)posix_spawn_file_actions_init(&quiet);
	(void)posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null",
	    O_WRONLY, 0);
	for (i = 0; i < RUNS; i++) {
		start = now_us();
		if (posix_spawnp(&pid, argv[0], &quiet, NULL, argv, environ)
		    != 0 || wait4(pid, &status, 0, &use) != pid ||
		    status != 0)
			return false;
		took = now_us() - start;
		if (i == 0 || took < *us)
			*us = took;
		if (use.ru_maxrss > *rss_kb)
			*rss_kb = use.ru_maxrss;
	}
	(void)posix_spawn_file_actions_destroy(&quiet);
	return true;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* Open, verify the signature, look up, close: what a login does. */
static bool
look_ups(const char *dir, const char *name, EVP_PKEY *key, bool verify,
    double *median)
{
	static double took[LOOK_UPS];
	ASN1_INTEGER *serial = ASN1_INTEGER_new();
	uint8_t octets[16] = { 0 };
	X509_CRL *crl;
	X509_REVOKED *e;
	double start;
	int i;

	for (i = 0; i < LOOK_UPS; i++) {
		/* of bigcrl's length, somewhere else in the list each time */
		octets[0] = (uint8_t)(0x40 | (i & 0x3f));
		octets[1] = (uint8_t)(i >> 6);
		octets[2] = (uint8_t)(i * 37);
		if (ASN1_STRING_set(serial, octets, sizeof octets) != 1)
			return false;
		start = now_us();
		if (sek_index_open(dir, name, &crl, NULL) != SEK_OK)
			return false;
		if ((verify && X509_CRL_verify(crl, key) != 1) ||
		    X509_CRL_get0_by_serial(crl, &e, serial) != 0)
			return false;
		X509_CRL_free(crl);
		took[i] = now_us() - start;
	}
	qsort(took, LOOK_UPS, sizeof took[0], by_size);
	*median = took[LOOK_UPS / 2];
	ASN1_INTEGER_free(serial);
	return true;
}

static int
measure(char **argv)
{
	char openssl[] = "openssl", crl[] = "crl", in[] = "-in",
	    form[] = "-inform", der[] = "DER", ca[] = "-CAfile",
	    verify[] = "-verify", noout[] = "-noout", word[] = "compile";
	char *const theirs[] = { openssl, crl, in, argv[1], form, der, ca,
	    argv[2], verify, noout, NULL };
	char *const ours[] = { argv[0], argv[1], argv[2], argv[3], word,
	    NULL };
	double a, b, median;
	long rss_a, rss_b;
	char *slash = strrchr(argv[3], '/');
	FILE *f = fopen(argv[2], "re");
	X509 *x = f != NULL ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;

	if (f != NULL)
		(void)fclose(f);
	if (x == NULL || slash == NULL || sek_crypto_start() != SEK_OK ||
	    !best_of(theirs, &a, &rss_a) || !best_of(ours, &b, &rss_b))
		return 1;
	printf("openssl_crl_verify %.1f ms\n", a / 1e3);
	printf("openssl_crl_verify_rss %.1f MB\n", (double)rss_a / 1024);
	printf("compile %.1f ms\n", b / 1e3);
	printf("compile_rss %.1f MB\n", (double)rss_b / 1024);
	printf("compile_ratio %.3f x\n", b / a);
	*slash = '\0';
	if (!look_ups(argv[3], slash + 1, X509_get0_pubkey(x), false,
	    &median))
		return 1;
	printf("open_and_look_up %.1f us\n", median);
	if (!look_ups(argv[3], slash + 1, X509_get0_pubkey(x), true,
	    &median))
		return 1;
	printf("open_verify_and_look_up %.1f us\n", median);
	X509_free(x);
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[4], "compile") == 0)
		return compile(argv[1], argv[3]);
	if (argc != 4) {
		(void)fputs("usage: indexbench CRL.der CA.pem /FOLDER/INDEX\n",
		    stderr);
		return 2;
	}
	return measure(argv);
}
