/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho-watch`: locks or ends a session when the card or key that opened
 * it goes away.  A daemon in the foreground; root, see
 * packaging/sekisho-watch.service.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "gate/certificate.h"
#include "sekisho/paths.h"
#include "sekisho/program.h"
#include "watch/watch.h"

static const struct sek_program program = { .name = "sekisho-watch",
	.usage = "[--conf FILE]" };

int
main(int argc, char **argv)
{
	const char *conf = SEKISHO_CONF;
	int r;

	sek_program_start();
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)umask(S_IRWXG | S_IRWXO);
	r = sek_program_options(&program, argc, argv, &conf);
	if (r != SEK_PROGRAM_GO)
		return r;
	openlog(program.name, LOG_PID | LOG_PERROR, LOG_AUTHPRIV);
	if (sek_program_hold_end() != SEK_OK ||
	    sek_crypto_start() != SEK_OK) {
		watch_say(LOG_ERR, "libcrypto does not start");
		return WATCH_FAILED;
	}
	r = watch_run(conf);
	/* without what exit() would take down under the readers' thread */
	(void)fflush(NULL);
	_exit(r);
}
