/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sekisho-pkcs11: the evidence helper for smartcards and PKCS#11 tokens.
 * Started by sekisho-gate as the service user, with the channel on
 * descriptor 3 and an environment that configuration names.  The only
 * program that runs a vendor's code; it hands over a signature that must
 * verify, and never judges one.  With --guard it runs none, and sees to it
 * that the card is locked in the end.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pkcs11/p11.h"
#include "pkcs11/reader.h"
#include "sekisho/os.h"

#define EXIT_USAGE 2
#define EXIT_MODULE 4
#define FOREVER_MS (24u * 60 * 60 * 1000)
#define LAST_BREATH_MS 50
#define BUSY_MS (10u * 60 * 1000)

static int
usage(const char *why)
{
	(void)fprintf(stderr, "sekisho-pkcs11: %s\n"
	    "usage: sekisho-pkcs11 /path/of/module.so (by sekisho-gate, "
	    "channel on 3)\n"
	    "       sekisho-pkcs11 --guard READER (the same)\n"
	    "       sekisho-pkcs11 --reset READER\n", why);
	return EXIT_USAGE;
}

static int
reset_only(const char *reader)
{
	return p11_reader_reset(reader) == SEK_OK ? 0 : 1;
}

/* Stands by while a card is in use, without any vendor's code: when the
 * channel closes the card is locked, whoever has crashed, hangs or was
 * killed, the gate too.  The gate kills us when there is nothing to do. */
static int
guard(const char *reader)
{
	const struct sek_deadline forever = sek_deadline_in(FOREVER_MS);
	char byte = 0;
	int r;

	/* who ends the gate ends what is around it, too */
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	if (sek_write_full(SEK_HELPER_FD, &byte, 1, &forever) != SEK_OK ||
	    sek_read_full(SEK_HELPER_FD, &byte, 1, &forever) != SEK_E_EOF)
		return 1;
	/* a helper dies with its gate, but not in the same moment */
	(void)poll(NULL, 0, LAST_BREATH_MS);
	/* a card that hangs, or that somebody else is busy with, is waited
	 * for inside pcscd */
	if (sek_die_in(BUSY_MS) != SEK_OK)
		return 1;
	r = p11_reader_reset(reader);
	return r == SEK_OK || r == SEK_E_NOENT ? 0 : 1;
}

static int
run(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "--reset") == 0)
		return reset_only(argv[2]);
	if (argc == 3 && strcmp(argv[1], "--guard") == 0)
		return sek_take_channel(SEK_HELPER_FD) ? guard(argv[2]) :
		    usage("no channel on descriptor 3");
	if (argc != 2 || argv[1][0] != '/')
		return usage("needs the absolute path of one module");
	if (!sek_take_channel(SEK_HELPER_FD))
		return usage("no channel on descriptor 3");
	return p11_serve(SEK_HELPER_FD, argv[1]);
}

/* We end by _exit(): whoever calls exit() is the module, and a card that was
 * in use then is not locked. */
static void
left_by_module(void)
{
	_exit(EXIT_MODULE);
}

int
main(int argc, char **argv)
{
	if (atexit(left_by_module) != 0)
		return 1;
	sek_harden_process();
	(void)signal(SIGPIPE, SIG_IGN); /* cannot fail for this signal */
	/* not exit(): what the module left for the end of the process
	 * (destructors, atexit) could hang a login that is over */
	_exit(run(argc, argv));
}
