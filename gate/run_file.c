/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Small files below [paths] run, which a restart of the machine may forget.
 * Runs in the gate and in sekisho-watch.  Follows no link, believes no file
 * that others could have made, and leaves a whole file or none.
 */
#include "gate/run_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sekisho/os.h"

static int
path_of(char out[PATH_MAX], const char *dir, const char *name,
    const char *end)
{
	int n = snprintf(out, PATH_MAX, "%s/%s%s", dir, name, end);

	return n > 0 && n < PATH_MAX ? SEK_OK : SEK_E_LIMIT;
}

static int
failed(struct sek_why *why, const char *path)
{
	int r = errno == ENOENT ? SEK_E_NOENT : SEK_E_IO;

	return sek_why_about(why, r, path, strerror(errno));
}

/* Not synced: after a power cut there is no session either. */
static int
put_file(const char *path, const struct sek_buf *b, struct sek_why *why)
{
	int r, fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
	    O_CLOEXEC, S_IRUSR | S_IWUSR);

	if (fd < 0)
		return failed(why, path);
	r = sek_write_at(fd, 0, b->p, b->len);
	if (r != SEK_OK)
		(void)sek_why_about(why, r, path, sek_strerror(r));
	if (close(fd) != 0 && r == SEK_OK)
		r = failed(why, path);
	return r;
}

int
sek_run_file_write(const char *dir, const char *name, const struct sek_buf *b,
    struct sek_why *why)
{
	char path[PATH_MAX], new[PATH_MAX];
	int r;

	if ((r = path_of(path, dir, name, "")) != SEK_OK ||
	    (r = path_of(new, dir, name, ".new")) != SEK_OK)
		return sek_why_about(why, r, name, sek_strerror(r));
	(void)unlink(new); /* of a gate that was killed */
	if ((r = put_file(new, b, why)) == SEK_OK && rename(new, path) != 0)
		r = failed(why, path);
	if (r != SEK_OK)
		(void)unlink(new);
	return r;
}

static int
check(const struct stat *st, const char *path, size_t max,
    struct sek_why *why)
{
	const char *what = NULL;

	if (!S_ISREG(st->st_mode))
		what = "is no plain file";
	else if (st->st_uid != geteuid() || (st->st_mode & 077) != 0)
		what = "must be root's alone";
	else if (st->st_nlink > 1)
		what = "has another name";
	else if (st->st_size <= 0 || (uintmax_t)st->st_size > max)
		what = "has not the size of what is kept here";
	return what == NULL ? SEK_OK :
	    sek_why_about(why, SEK_E_UNSAFE, path, what);
}

static int
get_file(int fd, const char *path, uint8_t *out, size_t max, size_t *n,
    uint64_t *changed, struct sek_why *why)
{
	struct stat st;
	int r;

	if (fstat(fd, &st) != 0)
		return failed(why, path);
	if ((r = check(&st, path, max, why)) != SEK_OK)
		return r;
	r = sek_read_at(fd, 0, out, (size_t)st.st_size);
	if (r != SEK_OK)
		return sek_why_about(why, r, path, sek_strerror(r));
	*n = (size_t)st.st_size;
	*changed = (uint64_t)st.st_mtim.tv_sec * 1000000000u +
	    (uint64_t)st.st_mtim.tv_nsec;
	return SEK_OK;
}

int
sek_run_file_read(const char *dir, const char *name, uint8_t *out, size_t max,
    size_t *n, uint64_t *changed, struct sek_why *why)
{
	char path[PATH_MAX];
	int fd, r;

	if ((r = path_of(path, dir, name, "")) != SEK_OK)
		return sek_why_about(why, r, name, sek_strerror(r));
	/* a pipe of that name must not hold us up */
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return failed(why, path);
	r = get_file(fd, path, out, max, n, changed, why);
	(void)close(fd);
	return r;
}

int
sek_run_file_remove(const char *dir, const char *name)
{
	char path[PATH_MAX];
	int r = path_of(path, dir, name, "");

	if (r != SEK_OK)
		return r;
	if (unlink(path) != 0)
		return errno == ENOENT ? SEK_E_NOENT : SEK_E_IO;
	return SEK_OK;
}
