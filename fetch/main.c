/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho-fetch`: fills the cache with what tells whether certificates have
 * been revoked, and models of keys found bad.  Started by a timer, by
 * `sekisho refresh`, or by hand; never in a login.  With --download it is
 * the downloader, which runs as the service user and is the only one that
 * opens connections.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "fetch/download.h"
#include "fetch/refresh.h"
#include "sekisho/os.h"
#include "sekisho/version.h"

#ifndef SEKISHO_CONF
#define SEKISHO_CONF "/etc/sekisho/sekisho.conf"
#endif

#define GO (-1)

static void
usage(FILE *to)
{
	(void)fputs("usage: sekisho-fetch [--conf FILE] [--force] [--quiet]"
	    " [--json]\n", to);
}

/* GO, or what to exit with. */
static int
options(int argc, char **argv, struct sek_refresh_options *opt)
{
	static const struct option table[] = {
		{ "conf", required_argument, NULL, 'c' },
		{ "force", no_argument, NULL, 'f' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "json", no_argument, NULL, 'j' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 }
	};
	int c;

	while ((c = getopt_long(argc, argv, "h", table, NULL)) != -1) {
		switch (c) {
		case 'c':
			opt->conf = optarg;
			break;
		case 'f':
			opt->force = true;
			break;
		case 'q':
			opt->quiet = true;
			break;
		case 'j':
			opt->json = true;
			break;
		case 'V':
			(void)printf("sekisho-fetch %s\n", SEKISHO_VERSION);
			return SEK_FETCH_FINE;
		case 'h':
			usage(stdout);
			return SEK_FETCH_FINE;
		default:
			usage(stderr);
			return SEK_FETCH_USAGE;
		}
	}
	if (optind == argc)
		return GO;
	usage(stderr);
	return SEK_FETCH_USAGE;
}

int
main(int argc, char **argv)
{
	struct sek_refresh_options opt = { .conf = SEKISHO_CONF };
	int r;

	sek_harden_process();
	(void)clearenv();
	/* a limit on file sizes is an error to be told, not our end */
	(void)signal(SIGXFSZ, SIG_IGN);
	if (argc == 2 && strcmp(argv[1], "--download") == 0)
		return fetch_download_main();
	(void)signal(SIGPIPE, SIG_IGN);
	/* what is cached is published, and read by everybody */
	(void)umask(S_IWGRP | S_IWOTH);
	if ((r = options(argc, argv, &opt)) != GO)
		return r;
	openlog("sekisho-fetch", LOG_PID, LOG_DAEMON);
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
