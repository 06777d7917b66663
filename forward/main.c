/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho-forward`: hands the record, or its checkpoints, to the system's
 * syslog service, for a collector elsewhere.  A daemon in the foreground;
 * root without capabilities and without a network, see
 * packaging/sekisho-forward.service.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <syslog.h>

#include "forward/forward.h"
#include "gate/certificate.h"
#include "sekisho/paths.h"
#include "sekisho/program.h"

struct order {
	const char *conf;
	bool once;
	const char *again; /* a range, or NULL */
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

static bool
is_range(const char *text)
{
	struct forward_range any;

	return range(text, &any);
}

static int
start(const struct order *o)
{
	struct sek_policy *p = NULL;
	struct forward_range which;
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
		r = forward_run(p, o->once, o->again != NULL &&
		    range(o->again, &which) ? &which : NULL);
	}
	sek_policy_free(p);
	return r;
}

int
main(int argc, char **argv)
{
	struct order o = { .conf = SEKISHO_CONF };
	const struct sek_program_option own[] = {
		{ .name = "once", .flag = &o.once },
		{ .name = "again", .value = &o.again, .fits = is_range },
	};
	const struct sek_program program = { .name = "sekisho-forward",
		.usage = "[--conf FILE] [--once | --again SEQ[..SEQ]]",
		.options = own, .n_options = sizeof own / sizeof own[0] };
	int r;

	sek_program_start();
	(void)signal(SIGHUP, SIG_IGN);
	(void)umask(S_IWGRP | S_IRWXO);
	r = sek_program_options(&program, argc, argv, &o.conf);
	if (r != SEK_PROGRAM_GO)
		return r;
	if (o.once && o.again != NULL)
		return sek_program_bad_usage(&program);
	openlog(program.name, LOG_PID | LOG_PERROR, LOG_DAEMON);
	/* its end is asked for by forward_stopped(), between two writes */
	if (sek_program_hold_end() != SEK_OK || sek_crypto_start() != SEK_OK) {
		forward_say(LOG_ERR, "libcrypto does not start");
		return FORWARD_FAILED;
	}
	return start(&o);
}
