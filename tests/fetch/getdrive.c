/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * getdrive - what the gate and sekisho-fetch do when they need something:
 * starts the downloader as the service user and asks it for URLs, one after
 * another.
 *
 * usage: getdrive [-u USER] [-m MAX] [-t MS] [-d MS] [-p PROXY] [-c CAFILE]
 *                 [-P TYPE -b FILE] [-o FILE] [-k BYTES] [-w] HELPERS
 *                 URL...
 *
 *   -u USER   service user (nobody)      -m MAX   bytes allowed (1000000)
 *   -t MS     the GET's time (5000)      -d MS    our own deadline (10000)
 *   -P, -b    post the FILE as TYPE      -o FILE  the bytes of the last GET
 *   -k BYTES  the sink says "denied" after so many
 *   -w        print the downloader's number and wait for the end of our input
 *
 * For each URL one line:
 *   result=N code=N http=N bytes=N sha256=HEX ms=N why=TEXT
 * (result: enum sek_err; code: enum sek_fetch_code).  Ends with 0 when all
 * went well, else 1.
 */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gate/downloader.h"

struct taken {
	EVP_MD_CTX *md;
	FILE *to;
	uint64_t n, stop_at;
};

static int
take(void *arg, const uint8_t *p, size_t n)
{
	struct taken *t = arg;

	t->n += n;
	if (t->stop_at != 0 && t->n >= t->stop_at)
		return SEK_E_DENIED;
	if (t->to != NULL && fwrite(p, 1, n, t->to) != n)
		return SEK_E_IO;
	return EVP_DigestUpdate(t->md, p, n) == 1 ? SEK_OK : SEK_E_CRYPTO;
}

static void
print_digest(EVP_MD_CTX *md)
{
	uint8_t out[EVP_MAX_MD_SIZE];
	unsigned n = 0, i;

	if (EVP_DigestFinal_ex(md, out, &n) != 1)
		exit(2);
	for (i = 0; i < n; i++)
		(void)printf("%02x", out[i]);
}

static int
get_one(struct sek_downloader *d, const struct sek_get *get, uint64_t dl_ms,
    struct taken *t)
{
	const struct sek_deadline dl = sek_deadline_in(dl_ms);
	const uint64_t start = sek_now_ms();
	struct sek_fetch_end end;
	struct sek_why why = { "" };
	int r;

	t->n = 0;
	if (EVP_DigestInit_ex(t->md, EVP_sha256(), NULL) != 1)
		exit(2);
	r = sek_downloader_get(d, get, take, t, &dl, &end, &why);
	(void)printf("result=%d code=%d http=%u bytes=%llu sha256=", r,
	    (int)end.code, end.http, (unsigned long long)t->n);
	print_digest(t->md);
	(void)printf(" ms=%llu why=%s\n",
	    (unsigned long long)(sek_now_ms() - start), why.text);
	(void)fflush(stdout);
	return r;
}

static void
read_post(const char *path, struct sek_buf *out)
{
	char chunk[4096];
	size_t n;
	FILE *f = fopen(path, "r");

	if (f == NULL) {
		perror(path);
		exit(2);
	}
	while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
		sek_put_raw(out, chunk, n);
	(void)fclose(f);
}

struct options {
	const char *user;
	uint64_t dl_ms;
	int wait;
};

static void
one_option(int c, const char *value, struct options *o, struct sek_get *get,
    struct taken *t)
{
	switch (c) {
	case 'u': o->user = value; break;
	case 'd': o->dl_ms = strtoull(value, NULL, 10); break;
	case 'm': get->max_bytes = strtoull(value, NULL, 10); break;
	case 't': get->ms = (uint32_t)strtoul(value, NULL, 10); break;
	case 'w': o->wait = 1; break;
	case 'k': t->stop_at = strtoull(value, NULL, 10); break;
	case 'b': read_post(value, &get->post); break;
	case 'p':
		(void)snprintf(get->proxy, sizeof get->proxy, "%s", value);
		break;
	case 'c':
		(void)snprintf(get->ca_file, sizeof get->ca_file, "%s",
		    value);
		break;
	case 'P':
		(void)snprintf(get->post_type, sizeof get->post_type, "%s",
		    value);
		break;
	case 'o':
		if ((t->to = fopen(value, "w")) == NULL)
			exit(2);
		break;
	default:
		exit(2);
	}
}

int
main(int argc, char **argv)
{
	struct sek_get get = { .max_bytes = 1000000, .ms = 5000 };
	struct options o = { .user = "nobody", .dl_ms = 10000 };
	struct taken t = { .md = EVP_MD_CTX_new() };
	struct sek_downloader d = SEK_DOWNLOADER_NONE;
	struct sek_service_user u;
	struct sek_why why = { "" };
	int c, i, bad = 0;

	while ((c = getopt(argc, argv, "u:m:t:d:p:c:P:b:o:k:w")) != -1)
		one_option(c, optarg, &o, &get, &t);
	if (argc - optind < (o.wait ? 1 : 2) || t.md == NULL)
		return 2;
	if (sek_service_user_find(o.user, &u, &why) != SEK_OK ||
	    sek_downloader_start(&d, argv[optind], &u, &why) != SEK_OK) {
		(void)fprintf(stderr, "%s\n", why.text);
		return 2;
	}
	if (o.wait) {
		(void)printf("%d\n", (int)d.child.pid);
		(void)fflush(stdout);
		while (getchar() != EOF)
			continue;
	}
	for (i = optind + 1; i < argc; i++) {
		(void)snprintf(get.url, sizeof get.url, "%s", argv[i]);
		bad |= get_one(&d, &get, o.dl_ms, &t) != SEK_OK;
	}
	sek_downloader_end(&d);
	sek_get_clear(&get);
	EVP_MD_CTX_free(t.md);
	if (t.to != NULL && fclose(t.to) != 0)
		return 2;
	return bad;
}
