/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes the cache folder.  Runs in sekisho-fetch, as root.
 * Never writes over a file that somebody may be reading: what is new is
 * written beside it, synced, and renamed.
 */
#include "fetch/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gate/ocsp.h"
#include "gate/revocation_index.h"
#include "sekisho/os.h"

#define LOCK_NAME ".lock"
#define TEMP_PREFIX ".new-" /* a dot: nobody else looks at it */
#define FOLDER_MODE 0755
#define FILE_MODE 0644

static int
failed(struct sek_why *why, int r, const char *path)
{
	return sek_why_about(why, r, path, strerror(errno));
}

static int
join(char out[PATH_MAX], const char *dir, const char *name)
{
	int n = snprintf(out, PATH_MAX, "%s/%s", dir, name);

	return n < 0 || n >= PATH_MAX ? SEK_E_LIMIT : SEK_OK;
}

/* A folder of ours, made when it is not there. */
static int
folder(const char *path, struct sek_why *why)
{
	if (mkdir(path, FOLDER_MODE) != 0 && errno != EEXIST)
		return failed(why, SEK_E_SYS, path);
	return sek_path_safe(path, true, why);
}

/* What a run that was killed has left behind. */
static int
sweep(const char *dir, struct sek_why *why)
{
	char path[PATH_MAX];
	struct dirent *e;
	DIR *d = opendir(dir);
	int r = SEK_OK;

	if (d == NULL)
		return failed(why, SEK_E_SYS, dir);
	while ((e = readdir(d)) != NULL) {
		if (strncmp(e->d_name, TEMP_PREFIX, strlen(TEMP_PREFIX)) != 0)
			continue;
		if ((r = join(path, dir, e->d_name)) != SEK_OK)
			break;
		if (unlink(path) != 0) {
			r = failed(why, SEK_E_SYS, path);
			break;
		}
	}
	(void)closedir(d);
	return r;
}

static int
take_lock(struct sek_cache *c, struct sek_why *why)
{
	char path[PATH_MAX];
	int r;

	if ((r = join(path, c->dir, LOCK_NAME)) != SEK_OK)
		return r;
	/* root's alone: who can open it can hold it */
	c->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
	    S_IRUSR | S_IWUSR);
	if (c->lock < 0)
		return failed(why, SEK_E_SYS, path);
	if (flock(c->lock, LOCK_EX | LOCK_NB) == 0)
		return SEK_OK;
	if (errno != EWOULDBLOCK)
		return failed(why, SEK_E_SYS, path);
	sek_why_set(why, "another sekisho-fetch is at work");
	return SEK_E_EXISTS;
}

int
sek_cache_open(struct sek_cache *c, const char *dir, struct sek_why *why)
{
	int r;

	*c = (struct sek_cache)SEK_CACHE_NONE;
	(void)snprintf(c->dir, sizeof(c->dir), "%s", dir);
	if ((r = join(c->crl, dir, SEK_INDEX_FOLDER)) != SEK_OK ||
	    (r = join(c->ocsp, dir, SEK_OCSP_FOLDER)) != SEK_OK) {
		sek_why_set(why, "the path of the cache is too long");
		return r;
	}
	if ((r = folder(c->dir, why)) == SEK_OK &&
	    (r = folder(c->crl, why)) == SEK_OK &&
	    (r = folder(c->ocsp, why)) == SEK_OK &&
	    (r = take_lock(c, why)) == SEK_OK &&
	    (r = sweep(c->dir, why)) == SEK_OK &&
	    (r = sweep(c->crl, why)) == SEK_OK)
		r = sweep(c->ocsp, why);
	if (r != SEK_OK)
		sek_cache_close(c);
	return r;
}

void
sek_cache_close(struct sek_cache *c)
{
	if (c->lock >= 0)
		(void)close(c->lock);
	c->lock = -1;
}

int
sek_cache_temp(const char *dir, char path[PATH_MAX], int *fd,
    struct sek_why *why)
{
	int r;

	if ((r = join(path, dir, TEMP_PREFIX "XXXXXX")) != SEK_OK) {
		sek_why_set(why, "the path of the cache is too long");
		return r;
	}
	if ((*fd = mkostemp(path, O_CLOEXEC)) >= 0)
		return SEK_OK;
	return failed(why, SEK_E_IO, path);
}

int
sek_cache_scratch(const struct sek_cache *c, int *fd, struct sek_why *why)
{
	char path[PATH_MAX];
	int r;

	if ((r = sek_cache_temp(c->dir, path, fd, why)) != SEK_OK)
		return r;
	if (unlink(path) == 0)
		return SEK_OK;
	(void)close(*fd);
	return failed(why, SEK_E_IO, path);
}

/* The rename itself must survive a power cut. */
static int
sync_folder(const char *dir, struct sek_why *why)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = SEK_OK;

	if (fd < 0)
		return failed(why, SEK_E_IO, dir);
	if (fsync(fd) != 0)
		r = failed(why, SEK_E_IO, dir);
	(void)close(fd);
	return r;
}

int
sek_cache_commit(int fd, const char *path, const char *dir, const char *name,
    struct sek_why *why)
{
	char to[PATH_MAX];

	if (join(to, dir, name) != SEK_OK) {
		sek_why_set(why, "the path of the cache is too long");
		return SEK_E_LIMIT;
	}
	if (fchmod(fd, FILE_MODE) != 0 || fsync(fd) != 0)
		return failed(why, SEK_E_IO, path);
	if (rename(path, to) != 0)
		return failed(why, SEK_E_IO, to);
	return sync_folder(dir, why);
}

static int
write_all(int fd, const uint8_t *p, size_t n)
{
	ssize_t k;

	while (n > 0) {
		k = write(fd, p, n);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return SEK_E_IO;
		p += k;
		n -= (size_t)k;
	}
	return SEK_OK;
}

int
sek_cache_put(const char *dir, const char *name, const void *p, size_t n,
    struct sek_why *why)
{
	char path[PATH_MAX];
	int fd, r;

	if ((r = sek_cache_temp(dir, path, &fd, why)) != SEK_OK)
		return r;
	r = write_all(fd, p, n) == SEK_OK ?
	    sek_cache_commit(fd, path, dir, name, why) :
	    failed(why, SEK_E_IO, path);
	if (r != SEK_OK)
		(void)unlink(path);
	(void)close(fd);
	return r;
}
