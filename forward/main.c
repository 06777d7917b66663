/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho-forward`: hands the record, or its checkpoints, to the system's
 * syslog service, for a collector elsewhere.  A daemon in the foreground;
 * root without capabilities and without a network, see
 * packaging/sekisho-forward.service.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <syslog.h>

#include "forward/forward.h"
#include "gate/certificate.h"
#include "sekisho/os.h"
#include "sekisho/version.h"

#ifndef SEKISHO_CONF
#define SEKISHO_CONF "/etc/sekisho/sekisho.conf"
#endif

#define GO (-1)

static void
usage(FILE *to)
{
	(void)fputs("usage: sekisho-forward [--conf FILE] "
	    "[--once | --again SEQ[..SEQ]]\n", to);
}

struct order {
	const char *conf;
	bool once, again;
	struct forward_range which;
};

static bool
number(const char *text, const char **end, uint64_t *out)
{
	const char *p;

	*out = 0;
	for (p = text; *p >= '0' && *p <= '9' && p - text < 18; p++)
		*out = *out * 10 + (uint64_t)(*p - '0');
	*end = p;
	return *out > 0;
}

/* "7" or "7..9" */
static bool
range(const char *text, struct forward_range *out)
{
	const char *end;

	if (!number(text, &end, &out->from))
		return false;
	out->to = out->from;
	if (end[0] == '.' && end[1] == '.' && !number(end + 2, &end, &out->to))
		return false;
	return *end == '\0' && out->to >= out->from;
}

/* GO, or what to exit with. */
static int
options(int argc, char **argv, struct order *o)
{
	static const struct option table[] = {
		{ "conf", required_argument, NULL, 'c' },
		{ "once", no_argument, NULL, 'o' },
		{ "again", required_argument, NULL, 'a' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 }
	};
	int c;

	while ((c = getopt_long(argc, argv, "h", table, NULL)) != -1) {
		switch (c) {
		case 'c':
			o->conf = optarg;
			break;
		case 'o':
			o->once = true;
			break;
		case 'a':
			o->again = range(optarg, &o->which);
			if (o->again)
				break;
			usage(stderr);
			return FORWARD_USAGE;
		case 'V':
			(void)printf("sekisho-forward %s\n", SEKISHO_VERSION);
			return FORWARD_FINE;
		case 'h':
			usage(stdout);
			return FORWARD_FINE;
		default:
			usage(stderr);
			return FORWARD_USAGE;
		}
	}
	if (optind == argc && !(o->once && o->again))
		return GO;
	usage(stderr);
	return FORWARD_USAGE;
}

static int
start(const struct order *o)
{
	struct sek_policy *p = NULL;
	struct sek_why why;
	int r;

	if (sek_policy_load(o->conf, &p, &why) != SEK_OK) {
		forward_say(LOG_ERR, why.text);
		return FORWARD_USAGE;
	}
	if (p->forward == SEK_FORWARD_NONE) {
		forward_say(LOG_NOTICE, "nothing is handed on: the "
		    "configuration has no section [forward]");
		r = FORWARD_FINE;
	} else {
		r = forward_run(p, o->once, o->again ? &o->which : NULL);
	}
	sek_policy_free(p);
	return r;
}

int
main(int argc, char **argv)
{
	struct order o = { .conf = SEKISHO_CONF };
	sigset_t end;
	int r;

	sek_harden_process();
	(void)clearenv();
	/* a limit on file sizes is an error to be told, not our end */
	(void)signal(SIGXFSZ, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)umask(S_IWGRP | S_IRWXO);
	if ((r = options(argc, argv, &o)) != GO)
		return r;
	openlog("sekisho-forward", LOG_PID | LOG_PERROR, LOG_DAEMON);
	/* asked for by forward_stopped(), between two writes */
	(void)sigemptyset(&end);
	(void)sigaddset(&end, SIGTERM);
	(void)sigaddset(&end, SIGINT);
	if (sigprocmask(SIG_BLOCK, &end, NULL) != 0 ||
	    sek_crypto_start() != SEK_OK) {
		forward_say(LOG_ERR, "libcrypto does not start");
		return FORWARD_FAILED;
	}
	return start(&o);
}
