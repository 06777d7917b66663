/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is a file or folder one that only the administrator can change?
 * Linux; runs in the PAM module, in the gate and in `sekisho`.
 * Never creates anything.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sekisho/os.h"

static int
unsafe(struct sek_why *why, const char *path, const char *what)
{
	return sek_why_about(why, SEK_E_UNSAFE, path, what);
}

static int
failed(struct sek_why *why, const char *path, int err)
{
	(void)unsafe(why, path, strerror(err));
	return err == ENOENT || err == ENOTDIR ? SEK_E_NOENT : SEK_E_SYS;
}

static int
check_owner(const char *path, const struct stat *st, struct sek_why *why)
{
	/* when we are not root, our own files are as good as we are */
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return unsafe(why, path, "must be owned by root");
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) == 0)
		return SEK_OK;
	if (S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX) != 0)
		return SEK_OK;
	return unsafe(why, path, "must not be writable by group or others");
}

/* Each folder above `path`: who can rename it can replace what is in it. */
static int
check_parents(const char *path, struct sek_why *why)
{
	char up[PATH_MAX];
	struct stat st;
	char *slash;
	int r;

	(void)snprintf(up, sizeof up, "%s", path);
	while ((slash = strrchr(up, '/')) != NULL) {
		slash[slash == up ? 1 : 0] = '\0';
		if (stat(up, &st) != 0)
			return failed(why, up, errno);
		if (!S_ISDIR(st.st_mode))
			return unsafe(why, up, "is not a folder");
		if ((r = check_owner(up, &st, why)) != SEK_OK)
			return r;
		if (slash == up)
			break;
	}
	return SEK_OK;
}

static int
check_form(const char *path, struct sek_why *why)
{
	size_t n = strlen(path);

	if (path[0] != '/' || n >= PATH_MAX)
		return unsafe(why, path, "must be an absolute path");
	if (strstr(path, "/../") != NULL ||
	    (n >= 3 && strcmp(path + n - 3, "/..") == 0))
		return unsafe(why, path, "must not contain \"..\"");
	return SEK_OK;
}

int
sek_path_safe(const char *path, bool dir, struct sek_why *why)
{
	char real[PATH_MAX];
	struct stat st;
	int r;

	if ((r = check_form(path, why)) != SEK_OK)
		return r;
	/* links on the way are followed once, and what they lead to is
	 * checked as well as the way itself */
	if ((r = check_parents(path, why)) != SEK_OK)
		return r;
	if (realpath(path, real) == NULL)
		return failed(why, path, errno);
	if (strcmp(real, path) != 0 &&
	    (r = check_parents(real, why)) != SEK_OK)
		return r;
	if (stat(real, &st) != 0)
		return failed(why, path, errno);
	if (dir ? !S_ISDIR(st.st_mode) : !S_ISREG(st.st_mode))
		return unsafe(why, path,
		    dir ? "is not a folder" : "is not a regular file");
	if ((st.st_mode & S_ISVTX) != 0 &&
	    (st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return unsafe(why, path,
		    "must not be writable by group or others");
	return check_owner(path, &st, why);
}

static int
slurp(int fd, const char *path, size_t max, struct sek_buf *out,
    struct sek_why *why)
{
	uint8_t chunk[8192];
	ssize_t n;

	for (;;) {
		n = read(fd, chunk, sizeof chunk);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return failed(why, path, errno);
		if (n == 0)
			break;
		if (out->len + (size_t)n > max) {
			(void)unsafe(why, path, "is too large");
			return SEK_E_LIMIT;
		}
		sek_put_raw(out, chunk, (size_t)n);
	}
	sek_wipe(chunk, sizeof chunk);
	return sek_buf_ok(out);
}

int
sek_read_safe_file(const char *path, size_t max, struct sek_buf *out,
    struct sek_why *why)
{
	struct sek_buf text = { 0 };
	struct stat st;
	int fd, r;

	if ((r = sek_path_safe(path, false, why)) != SEK_OK)
		return r;
	/* not blocking: if it became a FIFO since, do not wait for it */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return errno == ELOOP ?
		    unsafe(why, path, "must not be a symbolic link") :
		    failed(why, path, errno);
	if (fstat(fd, &st) != 0)
		r = failed(why, path, errno);
	else if (!S_ISREG(st.st_mode))
		r = unsafe(why, path, "is not a regular file");
	else if ((r = check_owner(path, &st, why)) == SEK_OK)
		r = slurp(fd, path, max, &text, why);
	(void)close(fd);
	if (r == SEK_OK) {
		sek_buf_free(out);
		*out = text;
	} else {
		sek_buf_free(&text);
	}
	return r;
}
