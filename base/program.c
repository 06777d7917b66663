/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How the programs beside the logins begin.  Runs in sekisho-fetch,
 * sekisho-forward and sekisho-watch, in their main() alone; never in a
 * login, never in another program's process.  Says what its options are
 * asked for; never exits.
 */
#include "sekisho/program.h"

#include <getopt.h>
#include <signal.h>
#include <stdlib.h>

#include "sekisho/os.h"
#include "sekisho/version.h"

#define OWN 256 /* more than any character */

void
sek_program_start(void)
{
	sek_harden_process();
	/* before a library looks for an address or a folder in it */
	(void)clearenv();
	/* a limit on file sizes is an error to be told, not our end */
	(void)signal(SIGXFSZ, SIG_IGN);
}

static void
usage(const struct sek_program *p, FILE *to)
{
	(void)fprintf(to, "usage: %s %s\n", p->name, p->usage);
}

int
sek_program_bad_usage(const struct sek_program *p)
{
	usage(p, stderr);
	return SEK_PROGRAM_USAGE;
}

/* getopt's table; it ends with a row of zeros. */
static void
list(const struct sek_program *p,
    struct option table[SEK_PROGRAM_OPTIONS + 4])
{
	const struct sek_program_option *o = p->options;
	size_t i, n = 0;

	table[n++] = (struct option){ "conf", required_argument, NULL, 'c' };
	for (i = 0; i < p->n_options && i < SEK_PROGRAM_OPTIONS; i++)
		table[n++] = (struct option){ o[i].name, o[i].flag != NULL ?
		    no_argument : required_argument, NULL, OWN + (int)i };
	table[n++] = (struct option){ "version", no_argument, NULL, 'V' };
	table[n++] = (struct option){ "help", no_argument, NULL, 'h' };
	table[n] = (struct option){ NULL, 0, NULL, 0 };
}

static bool
take(const struct sek_program_option *o, const char *value)
{
	if (o->flag != NULL) {
		*o->flag = true;
		return true;
	}
	*o->value = value;
	return o->fits == NULL || o->fits(value);
}

int
sek_program_options(const struct sek_program *p, int argc, char **argv,
    const char **conf)
{
	struct option table[SEK_PROGRAM_OPTIONS + 4];
	int c;

	list(p, table);
	while ((c = getopt_long(argc, argv, "h", table, NULL)) != -1) {
		switch (c) {
		case 'c':
			*conf = optarg;
			break;
		case 'V':
			(void)printf("%s %s\n", p->name, SEKISHO_VERSION);
			return SEK_PROGRAM_FINE;
		case 'h':
			usage(p, stdout);
			return SEK_PROGRAM_FINE;
		default:
			if (c < OWN || !take(&p->options[c - OWN], optarg))
				return sek_program_bad_usage(p);
		}
	}
	return optind == argc ? SEK_PROGRAM_GO : sek_program_bad_usage(p);
}

int
sek_program_hold_end(void)
{
	sigset_t end;

	(void)sigemptyset(&end);
	(void)sigaddset(&end, SIGTERM);
	(void)sigaddset(&end, SIGINT);
	return sigprocmask(SIG_BLOCK, &end, NULL) == 0 ? SEK_OK : SEK_E_SYS;
}
