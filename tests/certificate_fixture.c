/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The folder and the policy of the certificate tests.  Test programs only.
 */
#include "tests/certificate_fixture.h"

#include <ftw.h>
#include <openssl/pem.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

bool
fixture_open(struct fixture *f, const char *script)
{
	const char *tmp = getenv("TMPDIR");
	char bash[] = "bash", file[256];
	char *argv[] = { bash, file, f->dir, NULL };
	pid_t pid;
	int status;

	(void)snprintf(f->dir, sizeof f->dir, "%s/sekisho-cert.XXXXXX",
	    tmp != NULL && tmp[0] == '/' ? tmp : "/tmp");
	if (mkdtemp(f->dir) == NULL) {
		f->dir[0] = '\0';
		return false;
	}
	if (script == NULL)
		return true;
	(void)snprintf(file, sizeof file, "%s", script);
	return posix_spawnp(&pid, bash, NULL, NULL, argv, environ) == 0 &&
	    waitpid(pid, &status, 0) == pid && status == 0;
}

static int
remove_one(const char *path, const struct stat *st, int kind,
    struct FTW *where)
{
	(void)st;
	(void)kind;
	(void)where;
	return remove(path);
}

void
fixture_close(struct fixture *f)
{
	if (f->dir[0] != '\0' &&
	    nftw(f->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
		perror(f->dir);
	f->dir[0] = '\0';
}

static FILE *
open_in(const struct fixture *f, const char *name, const char *suffix)
{
	char path[4400];

	(void)snprintf(path, sizeof path, "%s/certs/%s%s", f->dir, name,
	    suffix);
	return fopen(path, "r");
}

X509 *
fixture_cert(const struct fixture *f, const char *name)
{
	FILE *file = open_in(f, name, ".crt");
	X509 *x;

	if (file == NULL)
		return NULL;
	x = PEM_read_X509(file, NULL, NULL, NULL);
	(void)fclose(file);
	return x;
}

EVP_PKEY *
fixture_key(const struct fixture *f, const char *name)
{
	FILE *file = open_in(f, name, ".key");
	EVP_PKEY *key;

	if (file == NULL)
		return NULL;
	key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
	(void)fclose(file);
	return key;
}

static void
below(const struct fixture *f, char *out, size_t cap, const char *name)
{
	out[0] = '\0';
	if (name != NULL && name[0] != '\0')
		(void)snprintf(out, cap, "%s/%s", f->dir, name);
}

void
fixture_policy(const struct fixture *f, struct sek_policy *p,
    const char *anchors, const char *intermediates, const char *crls)
{
	static char client[] = "1.3.6.1.5.5.7.3.2";
	static char smartcard[] = "1.3.6.1.4.1.311.20.2.2";

	memset(p, 0, sizeof *p);
	below(f, p->anchors, sizeof p->anchors, anchors);
	below(f, p->intermediates, sizeof p->intermediates, intermediates);
	below(f, p->crls, sizeof p->crls, crls);
	p->purposes[0] = client;
	p->purposes[1] = smartcard;
	p->n_purposes = 2;
	p->purpose_needed = true;
	p->rsa_min_bits = 2048;
	p->max_depth = 6;
	p->check = crls != NULL ? SEK_CHECK_CRL : SEK_CHECK_NONE;
	p->stale = SEK_UNKNOWN_DENY;
}
