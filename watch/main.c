/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho-watch`: locks or ends a session when the card or key that opened
 * it goes away.  A daemon in the foreground; root, see
 * packaging/sekisho-watch.service.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "gate/certificate.h"
#include "sekisho/os.h"
#include "sekisho/version.h"
#include "watch/watch.h"

#ifndef SEKISHO_CONF
#define SEKISHO_CONF "/etc/sekisho/sekisho.conf"
#endif

#define GO (-1)

static void
usage(FILE *to)
{
	(void)fputs("usage: sekisho-watch [--conf FILE]\n", to);
}

/* GO, or what to exit with. */
static int
options(int argc, char **argv, const char **conf)
{
	static const struct option table[] = {
		{ "conf", required_argument, NULL, 'c' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 }
	};
	int c;

	while ((c = getopt_long(argc, argv, "h", table, NULL)) != -1) {
		switch (c) {
		case 'c':
			*conf = optarg;
			break;
		case 'V':
			(void)printf("sekisho-watch %s\n", SEKISHO_VERSION);
			return WATCH_FINE;
		case 'h':
			usage(stdout);
			return WATCH_FINE;
		default:
			usage(stderr);
			return WATCH_USAGE;
		}
	}
	if (optind == argc)
		return GO;
	usage(stderr);
	return WATCH_USAGE;
}

int
main(int argc, char **argv)
{
	const char *conf = SEKISHO_CONF;
	sigset_t end;
	int r;

	sek_harden_process();
	/* before a library looks for the address of pcscd or of a bus in it */
	(void)clearenv();
	(void)signal(SIGXFSZ, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)umask(S_IRWXG | S_IRWXO);
	if ((r = options(argc, argv, &conf)) != GO)
		return r;
	openlog("sekisho-watch", LOG_PID | LOG_PERROR, LOG_AUTHPRIV);
	(void)sigemptyset(&end);
	(void)sigaddset(&end, SIGTERM);
	(void)sigaddset(&end, SIGINT);
	if (sigprocmask(SIG_BLOCK, &end, NULL) != 0 ||
	    sek_crypto_start() != SEK_OK) {
		watch_say(LOG_ERR, "libcrypto does not start");
		return WATCH_FAILED;
	}
	r = watch_run(conf);
	/* without what exit() would take down under the readers' thread */
	(void)fflush(NULL);
	_exit(r);
}
