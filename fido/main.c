/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sekisho-fido: the evidence helper for FIDO2 keys.  Started by sekisho-gate
 * (or by `sekisho enrol`) as the service user, with an empty environment and
 * the channel on descriptor 3.  Hands over what a key has signed; keeps
 * nothing, verifies nothing and never says "yes".
 */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "fido/helper.h"
#include "sekisho/os.h"

#define EXIT_USAGE 2

static int
usage(const char *why)
{
	(void)fprintf(stderr, "sekisho-fido: %s\n"
	    "usage: sekisho-fido (by sekisho-gate, channel on 3)\n", why);
	return EXIT_USAGE;
}

int
main(int argc, char **argv)
{
	(void)argv;
	sek_harden_process();
	(void)signal(SIGPIPE, SIG_IGN); /* cannot fail for this signal */
	if (argc != 1)
		return usage("takes no arguments");
	if (!sek_take_channel(SEK_HELPER_FD))
		return usage("no channel on descriptor 3");
	/* with the fallback to U2F: older credentials were made with it */
	fido_init(0);
	/* not exit(): the thread that watches the channel is still there */
	_exit(fk_serve(SEK_HELPER_FD));
}
