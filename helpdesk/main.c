/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho`, the administrator's program: enrols, revokes, shows the record
 * and checks the configuration.
 *
 * Finds the command and runs it.  It never decides a login; the gate does.
 */
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "gate/certificate.h"
#include "helpdesk/desk.h"
#include "sekisho/os.h"
#include "sekisho/version.h"

/* Options before the command; *at is moved to the command. */
static int
before(struct desk *d, int argc, char **argv, int *at)
{
	for (; *at < argc && argv[*at][0] == '-'; (*at)++) {
		const char *o = argv[*at];

		if (strcmp(o, "--version") == 0) {
			(void)printf("sekisho %s\n", SEKISHO_VERSION);
			return DESK_OK;
		}
		if (strcmp(o, "--help") == 0 || strcmp(o, "-h") == 0) {
			desk_help(d, stdout);
			return DESK_OK;
		}
		if (strncmp(o, "--conf=", 7) == 0) {
			d->conf = o + 7;
			continue;
		}
		if (strcmp(o, "--conf") != 0) {
			DESK_ERR(d, W_BAD_OPTION, { o });
			return DESK_USAGE;
		}
		if (++*at == argc) {
			DESK_ERR(d, W_NEEDS_VALUE, { o });
			return DESK_USAGE;
		}
		d->conf = argv[*at];
	}
	return DESK_GO;
}

static int
no_command(const struct desk *d, const char *first, const char *second)
{
	char both[200];

	if (first == NULL) {
		desk_help(d, stderr);
		return DESK_USAGE;
	}
	if (second == NULL && desk_help_group(d, stderr, first))
		return DESK_USAGE;
	(void)snprintf(both, sizeof(both), "%s%s%s", first,
	    second != NULL ? " " : "", second != NULL ? second : "");
	DESK_ERR(d, W_NO_COMMAND, { both });
	return DESK_USAGE;
}

/* `sekisho help [COMMAND]` */
static int
help(struct desk *d, char **words)
{
	if (words[0] == NULL) {
		desk_help(d, stdout);
		return DESK_OK;
	}
	d->command = desk_command_find(words[0], words[1]);
	if (d->command == NULL && words[1] == NULL &&
	    desk_help_group(d, stdout, words[0]))
		return DESK_OK;
	if (d->command == NULL)
		return no_command(d, words[0], words[1]);
	desk_usage(d, stdout);
	return DESK_OK;
}

/* The options of all commands may stand before each word of the name. */
static int
run(struct desk *d, int argc, char **argv)
{
	const char *first, *second = NULL;
	int at = 1, r;

	if ((r = before(d, argc, argv, &at)) != DESK_GO)
		return r;
	if ((first = argv[at]) == NULL)
		return no_command(d, NULL, NULL);
	if (strcmp(first, "help") == 0)
		return help(d, argv + at + 1);
	if (desk_command_pair(first)) {
		at++;
		if ((r = before(d, argc, argv, &at)) != DESK_GO)
			return r;
		second = argv[at];
	}
	d->command = desk_command_find(first, second);
	if (d->command == NULL)
		return no_command(d, first, second);
	return d->command->run(d, argc - at, argv + at);
}

int
main(int argc, char **argv)
{
	struct desk d;
	int r;

	sek_harden_process();
	/* a limit on file sizes is an error to be told, not our end */
	(void)signal(SIGXFSZ, SIG_IGN);
	(void)umask(S_IRWXG | S_IRWXO);
	desk_init(&d);
	/* before libcrypto is used at all: no file of its own is read */
	r = sek_crypto_start() == SEK_OK ? run(&d, argc, argv) : desk_lost(&d);
	desk_close(&d);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		DESK_ERR(&d, W_OUTPUT, { NULL });
		r = r == DESK_OK ? DESK_REFUSED : r;
	}
	return r;
}
