/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The words after "pam_sekisho.so" in a PAM configuration.
 * Runs in the login program.  Strict: a word that is not understood would
 * otherwise be a rule that is silently not kept.
 */
#include <limits.h>
#include <security/pam_ext.h>
#include <string.h>
#include <sys/un.h>
#include <syslog.h>

#include "pam_module/module.h"
#include "sekisho/escape.h"
#include "sekisho/paths.h"

enum { CONF, GATE, SOCKET, LANG, GREETER, N_OPTIONS };

static const struct {
	const char *name;
	size_t max; /* bytes of the value with the NUL; 0: not a path */
} known[N_OPTIONS] = {
	[CONF] = { "conf", PATH_MAX },
	[GATE] = { "gate", PATH_MAX },
	[SOCKET] = { "socket", sizeof ((struct sockaddr_un *)0)->sun_path },
	[LANG] = { "lang", 0 },
	[GREETER] = { "greeter", 0 },
};

static int
refuse(pam_handle_t *pamh, const char *arg, const char *what)
{
	char shown[200];

	pam_syslog(pamh, LOG_ERR, "option \"%s\": %s",
	    sek_escape_str(shown, sizeof shown, arg), what);
	return SEK_E_INVAL;
}

/* Which option `arg` is; its value in *value. */
static int
look_up(const char *arg, const char **value)
{
	int i;
	size_t n;

	for (i = 0; i < N_OPTIONS; i++) {
		n = strlen(known[i].name);
		if (strncmp(arg, known[i].name, n) == 0 && arg[n] == '=') {
			*value = arg + n + 1;
			return i;
		}
	}
	return N_OPTIONS;
}

static const char *
complaint(int which, const char *value)
{
	if (which == GREETER)
		return strcmp(value, "gtk") == 0 ? NULL : "must be gtk";
	if (which == LANG)
		return strcmp(value, "ja") == 0 || strcmp(value, "en") == 0 ?
		    NULL : "must be ja or en";
	if (value[0] != '/')
		return "must be an absolute path";
	if (strlen(value) >= known[which].max)
		return "is too long";
	return NULL;
}

int
sek_mod_options(pam_handle_t *pamh, int argc, const char **argv,
    struct sek_mod_options *out)
{
	const char *given[N_OPTIONS] = { NULL }, *value = NULL, *wrong;
	int i, which;

	for (i = 0; i < argc; i++) {
		if ((which = look_up(argv[i], &value)) == N_OPTIONS)
			return refuse(pamh, argv[i], "is not known");
		if (given[which] != NULL)
			return refuse(pamh, argv[i], "is given twice");
		if ((wrong = complaint(which, value)) != NULL)
			return refuse(pamh, argv[i], wrong);
		given[which] = value;
	}
	*out = (struct sek_mod_options){
		.conf = given[CONF] != NULL ? given[CONF] : SEKISHO_CONF,
		.gate = given[GATE] != NULL ? given[GATE] : SEKISHO_GATE,
		.socket = given[SOCKET] != NULL ?
		    given[SOCKET] : SEKISHO_SOCKET,
		.lang = given[LANG],
		.gtk = given[GREETER] != NULL,
	};
	return SEK_OK;
}
