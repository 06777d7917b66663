/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes the folders below [paths] run and checks whose they are.
 * Runs in the gate and in `sekisho`.
 * Never mends a folder that somebody else has made or opened: it says what is
 * wrong with it, and what was to be kept there is not kept.
 */
#include "gate/run_folder.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sekisho/os.h"

static bool
name_ok(const char *name)
{
	return name[0] != '\0' && name[0] != '-' &&
	    name[strspn(name, "abcdefghijklmnopqrstuvwxyz-")] == '\0';
}

/* Another gate may be making it now.  Never wider than `mode`, not even for
 * a moment, and not narrower either, whatever the umask. */
static int
make(const char *path, mode_t mode, struct sek_why *why)
{
	if (mkdir(path, mode) == 0) {
		if (chmod(path, mode) == 0)
			return SEK_OK;
	} else if (errno == EEXIST) {
		return SEK_OK;
	}
	return sek_why_about(why, SEK_E_SYS, path, strerror(errno));
}

/* Beyond what any safe folder is: no link, and closed to all others. */
static int
check_private(const char *path, struct sek_why *why)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return sek_why_about(why, SEK_E_SYS, path, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return sek_why_about(why, SEK_E_UNSAFE, path,
		    "is not a folder");
	if (st.st_uid != geteuid())
		return sek_why_about(why, SEK_E_UNSAFE, path,
		    "must be owned by root");
	if ((st.st_mode & 07777) != 0700)
		return sek_why_about(why, SEK_E_UNSAFE, path,
		    "must have the mode 0700");
	return SEK_OK;
}

int
sek_run_folder(const char *run, const char *name, char *out, size_t cap,
    struct sek_why *why)
{
	char path[PATH_MAX];
	int n, r;

	out[0] = '\0';
	n = snprintf(path, sizeof path, "%s/%s", run, name);
	if (!name_ok(name) || n < 0 || (size_t)n >= sizeof path ||
	    (size_t)n >= cap)
		return sek_why_about(why, SEK_E_INVAL, name,
		    "cannot name a folder");
	if ((r = make(run, 0755, why)) != SEK_OK ||
	    (r = sek_path_safe(run, true, why)) != SEK_OK ||
	    (r = make(path, 0700, why)) != SEK_OK ||
	    (r = check_private(path, why)) != SEK_OK)
		return r;
	memcpy(out, path, (size_t)n + 1);
	return SEK_OK;
}
