/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho-fetch`: fills the cache with what tells whether certificates have
 * been revoked, and models of keys found bad.  Started by a timer, by
 * `sekisho refresh`, or by hand; never in a login.  With --download it is
 * the downloader, which runs as the service user and is the only one that
 * opens connections.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>

#include "fetch/download.h"
#include "fetch/refresh.h"
#include "sekisho/paths.h"
#include "sekisho/program.h"

int
main(int argc, char **argv)
{
	struct sek_refresh_options opt = { .conf = SEKISHO_CONF };
	const struct sek_program_option own[] = {
		{ .name = "force", .flag = &opt.force },
		{ .name = "quiet", .flag = &opt.quiet },
		{ .name = "json", .flag = &opt.json },
	};
	const struct sek_program program = { .name = "sekisho-fetch",
		.usage = "[--conf FILE] [--force] [--quiet] [--json]",
		.options = own, .n_options = sizeof own / sizeof own[0] };
	int r;

	sek_program_start();
	if (argc == 2 && strcmp(argv[1], "--download") == 0)
		return fetch_download_main();
	(void)signal(SIGPIPE, SIG_IGN);
	/* what is cached is published, and read by everybody */
	(void)umask(S_IWGRP | S_IWOTH);
	r = sek_program_options(&program, argc, argv, &opt.conf);
	if (r != SEK_PROGRAM_GO)
		return r;
	openlog(program.name, LOG_PID, LOG_DAEMON);
	/* before libcrypto is used at all: no file of its own is read */
	if (sek_crypto_start() != SEK_OK) {
		(void)fputs("sekisho-fetch: libcrypto does not start\n",
		    stderr);
		return SEK_FETCH_NEEDED;
	}
	r = sek_refresh_run(&opt);
	if (fflush(stdout) != 0 && r == SEK_FETCH_FINE)
		r = SEK_FETCH_NOT_ALL;
	return r;
}
