/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sekisho.conf as a file: whose it must be, and that everything it names is
 * looked at too, with the line that names it.
 * Works in a folder of its own; must run as root to make files of others.
 */
#include <fcntl.h>
#include <ftw.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gate/policy.h"
#include "tests/check.h"

static char dir[200]; /* the test's own folder */

static const char *
at(const char *name)
{
	static char path[2][300];
	static int turn;

	turn = !turn;
	(void)snprintf(path[turn], sizeof path[turn], "%s/%s", dir, name);
	return path[turn];
}

static void
put_file(const char *path, const void *p, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	CHECK(fd >= 0);
	CHECK(write(fd, p, n) == (ssize_t)n);
	CHECK(close(fd) == 0);
}

/* A whole installation under `dir`, and its sekisho.conf. */
static void
make_files(const char *extra)
{
	static const char *const folders[] = { "state", "audit", "helpers",
	    "trust", "crls", "pam" };
	char text[4096];
	size_t i;
	int n;

	for (i = 0; i < sizeof folders / sizeof folders[0]; i++)
		(void)mkdir(at(folders[i]), 0755);
	put_file(at("module.so"), "x", 1);
	n = snprintf(text, sizeof text, "[paths]\nstate = %s/state\n"
	    "audit = %s/audit\nhelpers = %s/helpers\n"
	    "trust-anchors = %s/trust\ncrls = %s/crls\n"
	    "[pkcs11 a]\nmodule = %s/module.so\n[service s]\n"
	    "pairs = pkcs11+pin\n[password]\nconfdir = %s/pam\n%s", dir, dir,
	    dir, dir, dir, dir, dir, extra);
	put_file(at("sekisho.conf"), text, (size_t)n);
}

static int
load(const char *path, struct sek_why *why)
{
	struct sek_policy *p = NULL;
	int r;

	r = sek_policy_load(path, &p, why);
	CHECK((p != NULL) == (r == SEK_OK));
	sek_policy_free(p);
	return r;
}

static void
good_file_and_its_hash(void)
{
	struct sek_policy *p = NULL;
	struct sek_why why;
	uint8_t hash[32];
	char text[4096];
	ssize_t n;
	int fd;

	make_files("");
	CHECK_INT(sek_policy_load(at("sekisho.conf"), &p, &why), SEK_OK);
	fd = open(at("sekisho.conf"), O_RDONLY);
	CHECK(fd >= 0);
	n = read(fd, text, sizeof text);
	CHECK(n > 0);
	(void)close(fd);
	(void)SHA256((const uint8_t *)text, (size_t)n, hash);
	CHECK(memcmp(hash, p->hash, 32) == 0);
	sek_policy_free(p);
}

static void
file_must_be_ours(void)
{
	char conf[300];
	struct sek_why why;

	make_files("");
	(void)snprintf(conf, sizeof conf, "%s", at("sekisho.conf"));
	CHECK(chmod(conf, 0666) == 0);
	CHECK_INT(load(conf, &why), SEK_E_UNSAFE);
	CHECK(strstr(why.text, "writable") != NULL);
	CHECK(chmod(conf, 0620) == 0);
	CHECK_INT(load(conf, &why), SEK_E_UNSAFE);
	CHECK(chmod(conf, 0644) == 0);
	CHECK(chown(conf, 65534, 65534) == 0);
	CHECK_INT(load(conf, &why), SEK_E_UNSAFE);
	CHECK(strstr(why.text, "owned by root") != NULL);
	CHECK(chown(conf, 0, 0) == 0);
	CHECK_INT(load(conf, &why), SEK_OK);
	CHECK(chmod(dir, 0777) == 0);
	CHECK_INT(load(conf, &why), SEK_E_UNSAFE);
	CHECK(chmod(dir, 0755) == 0);
}

static void
file_must_be_a_file(void)
{
	struct sek_why why;

	make_files("");
	CHECK_INT(load(at("none"), &why), SEK_E_NOENT);
	CHECK(strstr(why.text, "/none: ") != NULL);
	CHECK_INT(load("sekisho.conf", &why), SEK_E_UNSAFE);
	CHECK_INT(load(dir, &why), SEK_E_UNSAFE);
	CHECK_INT(load("/dev/null", &why), SEK_E_UNSAFE);
	CHECK(symlink(at("sekisho.conf"), at("link")) == 0);
	CHECK_INT(load(at("link"), &why), SEK_E_UNSAFE);
	CHECK(strstr(why.text, "symbolic link") != NULL);
	CHECK(mkfifo(at("fifo"), 0600) == 0);
	CHECK_INT(load(at("fifo"), &why), SEK_E_UNSAFE); /* and returns */
	put_file(at("empty"), "", 0);
	CHECK_INT(load(at("empty"), &why), SEK_E_SYNTAX);
}

static void
large_file_is_not_read(void)
{
	struct sek_why why;

	put_file(at("large"), "#", 1);
	CHECK(truncate(at("large"), 10 * 1024 * 1024) == 0);
	CHECK_INT(load(at("large"), &why), SEK_E_LIMIT);
}

/* What the file names is looked at too, and the line is told. */
static void
named_files_must_be_ours(void)
{
	static const struct { const char *file; unsigned line;
		const char *key; } named[] = {
		{ "state", 2, "paths.state" },
		{ "audit", 3, "paths.audit" },
		{ "helpers", 4, "paths.helpers" },
		{ "trust", 5, "paths.trust-anchors" },
		{ "crls", 6, "paths.crls" },
		{ "module.so", 8, "pkcs11 a.module" },
		{ "pam", 12, "password.confdir" },
	};
	char want[512], path[300];
	struct sek_why why;
	size_t i;

	for (i = 0; i < sizeof named / sizeof named[0]; i++) {
		make_files("");
		(void)snprintf(path, sizeof path, "%s", at(named[i].file));
		(void)snprintf(want, sizeof want, "sekisho.conf:%u: %s: %s",
		    named[i].line, named[i].key, path);
		CHECK(chmod(path, 0777) == 0);
		CHECK_INT(load(at("sekisho.conf"), &why), SEK_E_UNSAFE);
		CHECK(strstr(why.text, want) != NULL);
		CHECK(chmod(path, 0755) == 0);
		CHECK(rename(path, at("moved")) == 0);
		CHECK_INT(load(at("sekisho.conf"), &why), SEK_E_NOENT);
		CHECK(strstr(why.text, want) != NULL);
		CHECK(rename(at("moved"), path) == 0);
		CHECK_INT(load(at("sekisho.conf"), &why), SEK_OK);
	}
}

static void
kinds_of_named_files(void)
{
	char conf[300];
	struct sek_why why;

	make_files("");
	(void)snprintf(conf, sizeof conf, "%s", at("sekisho.conf"));
	CHECK(rmdir(at("trust")) == 0);
	put_file(at("trust"), "x", 1); /* anchors may be one file */
	CHECK_INT(load(conf, &why), SEK_OK);
	CHECK(rmdir(at("crls")) == 0);
	put_file(at("crls"), "x", 1); /* CRLs are a folder */
	CHECK_INT(load(conf, &why), SEK_E_UNSAFE);
	CHECK(strstr(why.text, ":6: paths.crls: ") != NULL);
	CHECK(unlink(at("crls")) == 0 && unlink(at("trust")) == 0);
}

/* What sekisho-fetch makes and uses may be missing, or be anything: a login
 * is not stopped by it here. */
static void
what_is_fetched_may_be_missing(void)
{
	char text[1024];
	struct sek_why why;
	int n;

	make_files("");
	n = snprintf(text, sizeof text, "[paths]\nstate = %s/state\n"
	    "audit = %s/audit\nhelpers = %s/helpers\n"
	    "trust-anchors = %s/trust\ncache = %s/none\n"
	    "[fetch]\nca-file = %s/none.pem\n"
	    "[pkcs11 a]\nmodule = %s/module.so\n[service s]\n"
	    "pairs = pkcs11+pin\n", dir, dir, dir, dir, dir, dir, dir);
	put_file(at("two.conf"), text, (size_t)n);
	CHECK_INT(load(at("two.conf"), &why), SEK_OK);
}

static void
default_paths_have_no_line(void)
{
	char text[1024];
	struct sek_why why;
	int n;

	make_files("");
	n = snprintf(text, sizeof text, "[paths]\nstate = %s/state\n"
	    "audit = %s/audit\nhelpers = %s/none\ntrust-anchors = %s/trust\n"
	    "crls = %s/crls\n[pkcs11 a]\nmodule = /none/m.so\n[service s]\n"
	    "pairs = pkcs11+pin\n", dir, dir, dir, dir, dir);
	put_file(at("two.conf"), text, (size_t)n);
	CHECK_INT(load(at("two.conf"), &why), SEK_E_NOENT);
	CHECK(strstr(why.text, "two.conf:4: paths.helpers: ") != NULL);
	/* without `state` the default is looked at, if it is not there */
	if (access("/var/lib/sekisho", F_OK) == 0)
		return;
	n = snprintf(text, sizeof text, "[paths]\ntrust-anchors = %s/trust\n"
	    "crls = %s/crls\n[pkcs11 a]\nmodule = %s/module.so\n[service s]\n"
	    "pairs = pkcs11+pin\n", dir, dir, dir);
	put_file(at("two.conf"), text, (size_t)n);
	CHECK_INT(load(at("two.conf"), &why), SEK_E_NOENT);
	CHECK(strstr(why.text, "two.conf: paths.state (default): ") != NULL);
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *f)
{
	(void)st;
	(void)kind;
	(void)f;
	return remove(path);
}

int
main(void)
{
	const char *tmp = getenv("TMPDIR");

	(void)umask(022);
	(void)snprintf(dir, sizeof dir, "%s/sekisho-policy-XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(dir) == NULL || chmod(dir, 0755) != 0)
		return 1;
	RUN(good_file_and_its_hash);
	RUN(file_must_be_ours);
	RUN(file_must_be_a_file);
	RUN(large_file_is_not_read);
	RUN(named_files_must_be_ours);
	RUN(kinds_of_named_files);
	RUN(what_is_fetched_may_be_missing);
	RUN(default_paths_have_no_line);
	if (nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS) != 0)
		return 1;
	return CHECK_END();
}
