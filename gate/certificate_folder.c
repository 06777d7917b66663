/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads folders of certificates and CRLs on a POSIX system.
 * Runs in the gate and in `sekisho`.  Never follows a link and never opens
 * anything to write.
 */
#include "gate/certificate_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sekisho/os.h"

#define MAX_NAMES 4096 /* in one folder */

int
sek_folder_each(const char *dir,
    int (*fn)(void *arg, const char *dir, const char *name), void *arg,
    struct sek_why *why)
{
	struct dirent *e;
	DIR *d;
	size_t n = 0;
	int r;

	if ((r = sek_path_safe(dir, true, why)) != SEK_OK)
		return r;
	if ((d = opendir(dir)) == NULL)
		return sek_why_about(why, SEK_E_SYS, dir, strerror(errno));
	for (;;) {
		errno = 0;
		if ((e = readdir(d)) == NULL) {
			if (errno != 0)
				r = sek_why_about(why, SEK_E_IO, dir,
				    strerror(errno));
			break;
		}
		if (e->d_name[0] == '.')
			continue;
		if (++n > MAX_NAMES) {
			r = sek_why_about(why, SEK_E_LIMIT, dir,
			    "too many files");
			break;
		}
		if ((r = fn(arg, dir, e->d_name)) != SEK_OK)
			break;
	}
	(void)closedir(d);
	return r;
}

int
sek_has_suffix(const char *name, const char *const *suffixes)
{
	size_t n = strlen(name), len;

	for (; *suffixes != NULL; suffixes++) {
		len = strlen(*suffixes);
		if (n > len && strcasecmp(name + n - len, *suffixes) == 0)
			return 1;
	}
	return 0;
}

static int
check_file(int fd, const char *name, uint64_t *size, struct sek_why *why)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return sek_why_about(why, SEK_E_SYS, name, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return sek_why_about(why, SEK_E_UNSAFE, name,
		    "is not a regular file");
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return sek_why_about(why, SEK_E_UNSAFE, name,
		    "must be owned by root");
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return sek_why_about(why, SEK_E_UNSAFE, name,
		    "must not be writable by group or others");
	*size = (uint64_t)st.st_size;
	return SEK_OK;
}

int
sek_folder_open(const char *dir, const char *name, int *fd, uint64_t *size,
    struct sek_why *why)
{
	char path[PATH_MAX];
	int f, n, r;

	n = snprintf(path, sizeof path, "%s/%s", dir, name);
	if (n < 0 || (size_t)n >= sizeof path)
		return sek_why_about(why, SEK_E_LIMIT, name, "path too long");
	/* not blocking: a FIFO of that name must not hold a login */
	f = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (f < 0 && errno == ELOOP)
		return sek_why_about(why, SEK_E_UNSAFE, name,
		    "must not be a symbolic link");
	if (f < 0)
		return sek_why_about(why, SEK_E_SYS, name, strerror(errno));
	if ((r = check_file(f, name, size, why)) != SEK_OK) {
		(void)close(f);
		return r;
	}
	*fd = f;
	return SEK_OK;
}

int
sek_folder_read(int fd, void *p, size_t n, size_t *got)
{
	uint8_t *to = p;
	size_t done = 0;
	ssize_t k;

	while (done < n) {
		k = pread(fd, to + done, n - done, (off_t)done);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return SEK_E_IO;
		if (k == 0)
			break;
		done += (size_t)k;
	}
	*got = done;
	return SEK_OK;
}
