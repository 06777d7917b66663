/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads and writes the file of a remembered proof.  Runs in the gate.
 * Never follows a link, and never believes a file that anybody but root
 * could have had a hand in.
 */
#include "gate/kept.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sekisho/os.h"

#define MAGIC "SEKPROF1"
#define MAGIC_LEN 8u

void
sek_kept_free(struct sek_kept *p)
{
	sek_buf_free(&p->cert);
	*p = (struct sek_kept){ .at_ms = 0 };
}

static bool
makes_sense(const struct sek_kept *p)
{
	return sek_pair_word(p->pair) != NULL && p->record != 0 &&
	    p->record <= INT64_MAX && p->person > 0 && p->account > 0 &&
	    p->credential > 0 && p->cert.len <= SEK_MAX_CERT &&
	    (sek_pair_have(p->pair) == SEK_HAVE_PKCS11) ==
	    (p->cert.len > 0);
}

int
sek_kept_enc(struct sek_buf *out, const struct sek_kept *p)
{
	if (!makes_sense(p))
		return SEK_E_INVAL;
	sek_put_raw(out, MAGIC, MAGIC_LEN);
	sek_put_u64(out, p->at_ms);
	sek_put_bytes(out, p->same, sizeof p->same);
	sek_put_u64(out, p->record);
	sek_put_u8(out, (uint8_t)p->pair);
	sek_put_u8(out, p->verified ? 1 : 0);
	sek_put_u64(out, (uint64_t)p->person);
	sek_put_u64(out, (uint64_t)p->account);
	sek_put_u64(out, (uint64_t)p->credential);
	sek_put_bytes(out, p->cert.p, p->cert.len);
	return sek_buf_ok(out);
}

/* A row's number; one that cannot be is none. */
static int64_t
row(struct sek_rd *r)
{
	const uint64_t v = sek_rd_u64(r);

	return v <= INT64_MAX ? (int64_t)v : 0;
}

int
sek_kept_dec(const void *bytes, size_t n, struct sek_kept *out)
{
	struct sek_kept p = { .at_ms = 0 };
	const uint8_t *cert, *all = bytes;
	struct sek_rd r;
	size_t len;
	uint8_t verified;

	if (n < MAGIC_LEN || memcmp(all, MAGIC, MAGIC_LEN) != 0)
		return SEK_E_PROTO;
	r = sek_rd_init(all + MAGIC_LEN, n - MAGIC_LEN);
	p.at_ms = sek_rd_u64(&r);
	if (sek_rd_fixed(&r, p.same, sizeof p.same) != sizeof p.same)
		return SEK_E_PROTO;
	p.record = sek_rd_u64(&r);
	p.pair = (enum sek_pair)sek_rd_u8(&r);
	verified = sek_rd_u8(&r);
	p.verified = verified == 1;
	p.person = row(&r);
	p.account = row(&r);
	p.credential = row(&r);
	cert = sek_rd_bytes(&r, SEK_MAX_CERT, &len);
	if (sek_rd_end(&r) != SEK_OK || verified > 1)
		return SEK_E_PROTO;
	sek_put_raw(&p.cert, cert, len);
	if (sek_buf_ok(&p.cert) != SEK_OK || !makes_sense(&p)) {
		sek_kept_free(&p);
		return SEK_E_PROTO;
	}
	*out = p;
	return SEK_OK;
}

static int
path_of(const char *folder, const char *name, char *out, size_t cap,
    struct sek_why *why)
{
	int n;

	/* hexadecimal digits, and of our own making: of nobody's words */
	if (strlen(name) != SEK_KEPT_NAME - 1 ||
	    strspn(name, "0123456789abcdef") != SEK_KEPT_NAME - 1)
		return sek_why_about(why, SEK_E_INVAL, name,
		    "is no name of a proof");
	n = snprintf(out, cap, "%s/%s", folder, name);
	return n > 0 && (size_t)n < cap ? SEK_OK :
	    sek_why_about(why, SEK_E_LIMIT, folder, "is too long a path");
}

static int
check_file(int fd, const char *path, size_t *size, struct sek_why *why)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return sek_why_about(why, SEK_E_IO, path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return sek_why_about(why, SEK_E_UNSAFE, path,
		    "is not a regular file");
	if (st.st_uid != geteuid())
		return sek_why_about(why, SEK_E_UNSAFE, path,
		    "must be owned by root");
	if ((st.st_mode & 07777) != 0600)
		return sek_why_about(why, SEK_E_UNSAFE, path,
		    "must have the mode 0600");
	if (st.st_nlink != 1)
		return sek_why_about(why, SEK_E_UNSAFE, path,
		    "has more than one name (hard links)");
	if (st.st_size <= 0 || st.st_size > (off_t)SEK_KEPT_MAX_FILE)
		return sek_why_about(why, SEK_E_LIMIT, path,
		    "has not the size of a proof");
	*size = (size_t)st.st_size;
	return SEK_OK;
}

int
sek_kept_read(const char *folder, const char *name, struct sek_kept *out,
    struct sek_why *why)
{
	uint8_t bytes[SEK_KEPT_MAX_FILE];
	char path[PATH_MAX];
	size_t size = 0;
	int fd, r;

	if ((r = path_of(folder, name, path, sizeof path, why)) != SEK_OK)
		return r;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK |
	    O_NOCTTY);
	if (fd < 0 && errno == ENOENT)
		return SEK_E_NOENT;
	if (fd < 0)
		return sek_why_about(why, SEK_E_UNSAFE, path,
		    errno == ELOOP ? "must not be a symbolic link" :
		    strerror(errno));
	r = check_file(fd, path, &size, why);
	if (r == SEK_OK && sek_read_at(fd, 0, bytes, size) != SEK_OK)
		r = sek_why_about(why, SEK_E_IO, path, "cannot be read");
	(void)close(fd);
	if (r == SEK_OK && (r = sek_kept_dec(bytes, size, out)) != SEK_OK)
		(void)sek_why_about(why, r, path, "is no proof as it is "
		    "written");
	return r;
}

int
sek_kept_write(const char *folder, const char *name,
    const struct sek_kept *p, struct sek_why *why)
{
	char path[PATH_MAX], fresh[PATH_MAX + 16];
	struct sek_buf bytes = { 0 };
	int fd = -1, r;

	if ((r = path_of(folder, name, path, sizeof path, why)) != SEK_OK)
		return r;
	/* of each gate its own; one that was killed may have left it */
	(void)snprintf(fresh, sizeof fresh, "%s.%ld", path, (long)getpid());
	(void)unlink(fresh);
	if ((r = sek_kept_enc(&bytes, p)) != SEK_OK)
		goto out;
	r = SEK_E_IO;
	fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    0600);
	if (fd >= 0 && fchmod(fd, 0600) == 0 &&
	    sek_write_at(fd, 0, bytes.p, bytes.len) == SEK_OK &&
	    rename(fresh, path) == 0)
		r = SEK_OK;
	else
		(void)sek_why_about(why, r, path, strerror(errno));
out:
	if (fd >= 0)
		(void)close(fd);
	if (r != SEK_OK)
		(void)unlink(fresh);
	sek_buf_free(&bytes);
	return r;
}

int
sek_kept_remove(const char *folder, const char *name, struct sek_why *why)
{
	char path[PATH_MAX];
	int r = path_of(folder, name, path, sizeof path, why);

	if (r != SEK_OK || unlink(path) == 0 || errno == ENOENT)
		return r;
	return sek_why_about(why, SEK_E_IO, path, strerror(errno));
}
