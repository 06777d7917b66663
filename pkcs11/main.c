/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sekisho-pkcs11: the evidence helper for smartcards and PKCS#11 tokens.
 * Started by sekisho-gate as the service user, with the channel on
 * descriptor 3 and an environment that configuration names.  The only
 * program that runs a vendor's code; it hands over a signature that must
 * verify, and never judges one.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pkcs11/p11.h"
#include "pkcs11/reader.h"
#include "sekisho/os.h"

#define EXIT_USAGE 2

static int
usage(const char *why)
{
	(void)fprintf(stderr, "sekisho-pkcs11: %s\n"
	    "usage: sekisho-pkcs11 /path/of/module.so (by sekisho-gate, "
	    "channel on 3)\n"
	    "       sekisho-pkcs11 --reset READER\n", why);
	return EXIT_USAGE;
}

/* What the module starts must not inherit the channel. */
static bool
take_channel(int fd)
{
	int type = 0;
	socklen_t n = sizeof type;

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &n) == 0 &&
	    type == SOCK_STREAM && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

static int
reset_only(const char *reader)
{
	return p11_reader_reset(reader) == SEK_OK ? 0 : 1;
}

static int
run(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "--reset") == 0)
		return reset_only(argv[2]);
	if (argc != 2 || argv[1][0] != '/')
		return usage("needs the absolute path of one module");
	if (!take_channel(SEK_HELPER_FD))
		return usage("no channel on descriptor 3");
	return p11_serve(SEK_HELPER_FD, argv[1]);
}

int
main(int argc, char **argv)
{
	sek_harden_process();
	(void)signal(SIGPIPE, SIG_IGN); /* cannot fail for this signal */
	/* not exit(): what the module left for the end of the process
	 * (destructors, atexit) could hang a login that is over */
	_exit(run(argc, argv));
}
