/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * appendtime [-n ROUNDS] [-r BYTES] FOLDER: what one append to the record
 * costs (lock, chain, tree, sync, signed checkpoint), beside a bare write and
 * fdatasync of the same bytes, in turns in one run.  Prints the medians, as
 * "NAME VALUE UNIT".  FOLDER is made, and must not be there.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "record/audit.h"
#include "record/note.h"

#define MAX_ROUNDS 100000u

static double
now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int
by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double
median(double *v, size_t n)
{
	qsort(v, n, sizeof *v, by_value);
	return v[n / 2];
}

static void
add(json_t *rec, const char *list, const char *const pairs[][2])
{
	json_t *part = sek_record_part();

	for (; (*pairs)[0] != NULL; pairs++)
		sek_record_str(part, (*pairs)[0], (*pairs)[1]);
	sek_record_add(rec, list, part);
}

/* What a login with a card leaves, about 1.6 kB. */
static json_t *
login(void)
{
	static const char *const fields[][2] = {
		{ "reason", "ok" }, { "claimed", "hanako" },
		{ "session", "9f0c6f6e-3d0b-4a53-9f0a-0f0d2a1b7c11" },
		{ "account.name", "ward3" }, { "person.id", "D000123" },
		{ "person.name", "山田花子" }, { "pair", "pkcs11+pin" },
		{ "where.service", "login" }, { "where.tty", "/dev/tty1" },
		{ "where.rhost", "192.0.2.17" }, { "where.ruser", "hanako" },
		{ "token.kind", "pkcs11" }, { "token.label", "HPKI card" },
		{ "token.serial", "0102030405060708" },
		{ "token.model", "PKCS#15 emulated" },
		{ "certificate.subject", "CN=山田花子,OU=内科,O=Example "
		    "Hospital,C=JP" },
		{ "certificate.issuer", "CN=Example Hospital CA 1,O=Example "
		    "Hospital,C=JP" },
		{ "certificate.serial", "3a5f0011223344556677" },
		{ "revocation.method", "crl" },
		{ "revocation.status", "good" },
		{ "challenge.scheme", "rsa-pss-sha256" }, { NULL, NULL }
	};
	static const char *const have[][2] = { { "class", "have" },
		{ "type", "pkcs11" }, { "verified_by", "gate" },
		{ NULL, NULL } };
	static const char *const know[][2] = { { "class", "know" },
		{ "type", "pin" }, { "verified_by", "token" },
		{ NULL, NULL } };
	json_t *rec = sek_record_new("auth", "ward-pc-3.example.jp");
	uint8_t hash[32] = { 7 };
	size_t i;

	for (i = 0; fields[i][0] != NULL; i++)
		sek_record_str(rec, fields[i][0], fields[i][1]);
	sek_record_int(rec, "result", 0);
	sek_record_int(rec, "reason_id", 1);
	sek_record_int(rec, "revocation.age_s", 3600);
	sek_record_hex(rec, "policy", hash, sizeof hash);
	sek_record_hex(rec, "certificate.sha256", hash, sizeof hash);
	sek_record_hex(rec, "challenge.sha256", hash, sizeof hash);
	add(rec, "factors", have);
	add(rec, "factors", know);
	return rec;
}

static int
make_key(const char *path)
{
	struct sek_skey key;
	struct sek_buf text = { 0 };
	int fd, ok;

	if (sek_skey_make("ward-pc-3.example.jp/sekisho", &key) != SEK_OK)
		return 0;
	ok = sek_skey_text(&key, &text) == SEK_OK &&
	    (fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600)) >= 0 &&
	    write(fd, text.p, text.len) == (ssize_t)text.len &&
	    close(fd) == 0;
	sek_skey_free(&key);
	sek_buf_free(&text);
	return ok;
}

static off_t
size_of(const char *dir, const char *file)
{
	char path[600];
	struct stat st;

	(void)snprintf(path, sizeof path, "%s/%s", dir, file);
	return stat(path, &st) == 0 ? st.st_size : 0;
}

static int
one_append(const struct sek_audit_conf *conf, const json_t *rec, double *us)
{
	struct sek_why why = { .text = "" };
	double t = now_us();
	uint64_t seq;
	int r = sek_audit_append(conf, rec, &seq, &why);

	*us = now_us() - t;
	if (r != SEK_OK || why.text[0] != '\0')
		(void)fprintf(stderr, "appendtime: %s\n", why.text);
	return r == SEK_OK;
}

/* As many bytes as a record and its checkpoint have. */
static int
one_bare(int fd, const char *bytes, size_t n, double *us)
{
	double t = now_us();
	int ok = write(fd, bytes, n) == (ssize_t)n && fdatasync(fd) == 0;

	*us = now_us() - t;
	return ok;
}

static int
measure(const struct sek_audit_conf *conf, const json_t *rec, int fd,
    size_t rounds)
{
	double *a = calloc(rounds, sizeof *a), *b = calloc(rounds, sizeof *b);
	off_t before, after;
	char bytes[8192];
	size_t i, n = 0;
	double us, x, y;
	int ok = a != NULL && b != NULL;

	memset(bytes, 'x', sizeof bytes);
	ok = ok && one_append(conf, rec, &us);
	before = size_of(conf->dir, SEK_AUDIT_FILE);
	ok = ok && one_append(conf, rec, &us);
	after = size_of(conf->dir, SEK_AUDIT_FILE);
	if (after > before)
		n = (size_t)(after - before) +
		    (size_t)size_of(conf->dir, "checkpoint");
	ok = ok && n > 0 && n <= sizeof bytes;
	for (i = 0; ok && i < rounds; i++)
		ok = one_append(conf, rec, &a[i]) &&
		    one_bare(fd, bytes, n, &b[i]);
	if (ok) {
		x = median(a, rounds);
		y = median(b, rounds);
		(void)printf("append_us %.1f us\nappend_bare_us %.1f us\n"
		    "append_ratio %.2f x\nappend_record_bytes %lld bytes\n",
		    x, y, x / y, (long long)(after - before));
	}
	free(a);
	free(b);
	return ok;
}

int
main(int argc, char **argv)
{
	char key[600], bare[600];
	struct sek_audit_conf conf = { .key = key };
	unsigned long rounds = 2000;
	json_t *rec;
	int c, fd, ok;

	while ((c = getopt(argc, argv, "n:r:")) != -1) {
		if (c == 'n')
			rounds = strtoul(optarg, NULL, 10);
		else if (c == 'r')
			conf.rotate = strtoul(optarg, NULL, 10);
		else
			return 2;
	}
	if (optind + 1 != argc || rounds < 1 || rounds > MAX_ROUNDS) {
		(void)fprintf(stderr, "usage: appendtime [-n ROUNDS] "
		    "[-r BYTES] FOLDER\n");
		return 2;
	}
	conf.dir = argv[optind];
	(void)snprintf(key, sizeof key, "%s/log.key", conf.dir);
	(void)snprintf(bare, sizeof bare, "%s/bare", conf.dir);
	if (mkdir(conf.dir, 0700) != 0 || !make_key(key) ||
	    (fd = open(bare, O_WRONLY | O_CREAT | O_APPEND, 0600)) < 0) {
		perror(conf.dir);
		return 1;
	}
	rec = login();
	ok = rec != NULL && measure(&conf, rec, fd, rounds);
	json_decref(rec);
	(void)close(fd);
	return ok ? 0 : 1;
}
