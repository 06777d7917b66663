/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho refresh`: brings revocation and FIDO metadata up to date now,
 * instead of when the timer does.
 *
 * Part of the administrator's program.  It becomes sekisho-fetch, so that
 * its progress, its exit status and a key pressed at the terminal are that
 * program's own.  Must never look for it along a path, or hand on more than
 * the three standard descriptors and an empty environment.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "helpdesk/desk.h"
#include "sekisho/os.h"

#define PROGRAM "sekisho-fetch"
#define ARGS_MAX 6

static int
become(struct desk *d, bool force, bool json)
{
	const char *args[ARGS_MAX] = { PROGRAM, "--conf", d->conf };
	static char *const no_env[] = { NULL };
	struct sek_why why = { "" };
	char path[PATH_MAX];
	size_t n = 3;
	int r;

	if (snprintf(path, sizeof path, "%s/" PROGRAM, d->policy->helpers) >=
	    (int)sizeof path)
		return desk_refuse(d, &why, SEK_E_LIMIT);
	/* whoever can write to it would be us */
	if ((r = sek_path_safe(path, false, &why)) != SEK_OK)
		return desk_refuse(d, &why, r);
	if (force)
		args[n++] = "--force";
	if (json)
		args[n++] = "--json";
	args[n] = NULL;
	(void)signal(SIGXFSZ, SIG_DFL);
	/* what we inherited ourselves; an old kernel cannot, and it is the
	 * administrator's own */
	(void)close_range(STDERR_FILENO + 1, ~0u, 0);
	(void)execve(path, (char *const *)args, no_env);
	DESK_ERR(d, W_REFRESH_FAILED, { path, strerror(errno) });
	return DESK_REFUSED;
}

static int
refresh(struct desk *d, int argc, char **argv)
{
	bool force = false, json = false;
	const struct desk_opt opts[] = {
		{ .name = "force", .flag = &force },
		{ .name = "json", .flag = &json },
	};
	char **words;
	int r;

	r = desk_options(d, argc, argv, opts, sizeof opts / sizeof opts[0],
	    0, 0, &words);
	if (r == DESK_GO)
		r = desk_policy(d);
	return r == DESK_GO ? become(d, force, json) : r;
}

const struct desk_command desk_refresh_commands[] = {
	{ "refresh", "[--force] [--json]",
	    { "bring CRLs, OCSP answers and FIDO metadata up to date now",
	    "失効情報(CRL、OCSP)とFIDOメタデータを今すぐ更新します" }, refresh },
	{ .name = NULL }
};
