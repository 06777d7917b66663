/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PAM application for tests and the demonstration: runs the steps of a
 * login through real Linux-PAM and prints what was shown and what came back.
 * Exit: 0 all steps succeeded, 1 one did not, 2 usage, 3 a prompt came that
 * no answer fits, 4 the module changed its host (--check).
 */
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/pam/drive.h"

static const char usage[] =
    "usage: pamdrive --service S [--confdir DIR] [--user U] [--tty T]\n"
    "	[--rhost H] [--ruser U] [--env-ssh TEXT] [--env NAME=VALUE]...\n"
    "	[--answer PART=ANSWER]... [--answers FILE] [--conv MANNER]\n"
    "	[--delay MS] [--conv-user U] [--silent] [--locale] [--log]\n"
    "	[--quiet] [--keep-going] [--check] [--repeat N] [--steps LIST]\n"
    "steps: auth acct cred reinit delete open close user=NAME unenv=NAME\n"
    "	chauthtok fork wait; default auth,acct,cred,open,close\n"
    "manners: script ask null err errtell none nullresp empty extra huge\n"
    "	left\n";

#define MAX_ENV 16
#define MAX_FILE_ANSWER 1024

struct options {
	const char *confdir, *service, *user, *tty, *rhost, *ruser, *steps;
	char *env[MAX_ENV];
	size_t n_env;
	int flags, repeat;
	bool keep_going, check;
	struct drive_person person;
};

static _Noreturn void
bad_usage(void)
{
	(void)fputs(usage, stderr);
	exit(2);
}

static void
add_answer(struct drive_person *p, const char *text)
{
	if (p->n_answers == DRIVE_MAX_ANSWERS || strchr(text, '=') == NULL)
		bad_usage();
	p->answers[p->n_answers++] = text;
}

/* One answer a line; they live as long as we do. */
static void
add_answers(struct drive_person *p, const char *path)
{
	char line[MAX_FILE_ANSWER], *copy;
	FILE *f = fopen(path, "re");

	if (f == NULL)
		bad_usage();
	while (fgets(line, sizeof line, f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '\0')
			continue;
		if ((copy = strdup(line)) == NULL)
			bad_usage();
		add_answer(p, copy);
	}
	(void)fclose(f);
}

static void
add_env(struct options *o, const char *name, const char *value)
{
	char *line;

	if (o->n_env == MAX_ENV ||
	    asprintf(&line, "%s%s", name, value) < 0)
		bad_usage();
	o->env[o->n_env++] = line;
}

enum { CONFDIR = 1, SERVICE, USER, TTY, RHOST, RUSER, ENV_SSH, ENV, ANSWER,
    ANSWERS, CONV, DELAY, CONV_USER, SILENT, LOCALE, LOG, QUIET, KEEP_GOING,
    CHECK_STATE, REPEAT, STEPS };

static const struct option long_options[] = {
	{ "confdir", required_argument, NULL, CONFDIR },
	{ "service", required_argument, NULL, SERVICE },
	{ "user", required_argument, NULL, USER },
	{ "tty", required_argument, NULL, TTY },
	{ "rhost", required_argument, NULL, RHOST },
	{ "ruser", required_argument, NULL, RUSER },
	{ "env-ssh", required_argument, NULL, ENV_SSH },
	{ "env", required_argument, NULL, ENV },
	{ "answer", required_argument, NULL, ANSWER },
	{ "answers", required_argument, NULL, ANSWERS },
	{ "conv", required_argument, NULL, CONV },
	{ "delay", required_argument, NULL, DELAY },
	{ "conv-user", required_argument, NULL, CONV_USER },
	{ "silent", no_argument, NULL, SILENT },
	{ "locale", no_argument, NULL, LOCALE },
	{ "log", no_argument, NULL, LOG },
	{ "quiet", no_argument, NULL, QUIET },
	{ "keep-going", no_argument, NULL, KEEP_GOING },
	{ "check", no_argument, NULL, CHECK_STATE },
	{ "repeat", required_argument, NULL, REPEAT },
	{ "steps", required_argument, NULL, STEPS },
	{ NULL, 0, NULL, 0 }
};

/* The options that say what the application sets. */
static bool
take_item(struct options *o, int opt, const char *arg)
{
	switch (opt) {
	case CONFDIR: o->confdir = arg; return true;
	case SERVICE: o->service = arg; return true;
	case USER: o->user = arg; return true;
	case TTY: o->tty = arg; return true;
	case RHOST: o->rhost = arg; return true;
	case RUSER: o->ruser = arg; return true;
	case STEPS: o->steps = arg; return true;
	case ENV_SSH: add_env(o, "SSH_AUTH_INFO_0=", arg); return true;
	case ENV: add_env(o, "", arg); return true;
	default: return false;
	}
}

static void
take_option(struct options *o, int opt, const char *arg)
{
	struct drive_person *p = &o->person;

	switch (opt) {
	case ANSWER: add_answer(p, arg); break;
	case ANSWERS: add_answers(p, arg); break;
	case CONV:
		if (drive_manner(arg, &p->manner) != 0)
			bad_usage();
		break;
	case DELAY: p->delay_ms = atoi(arg); break;
	case CONV_USER: p->becomes = arg; break;
	case SILENT: o->flags = (int)PAM_SILENT; break;
	case LOCALE: (void)setlocale(LC_ALL, ""); break;
	case LOG: drive_print_log = true; break;
	case QUIET: p->quiet = true; break;
	case KEEP_GOING: o->keep_going = true; break;
	case CHECK_STATE: o->check = true; break;
	case REPEAT: o->repeat = atoi(arg); break;
	default: bad_usage();
	}
}

static void
take_options(struct options *o, int argc, char **argv)
{
	int opt;

	while ((opt = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		if (!take_item(o, opt, optarg))
			take_option(o, opt, optarg);
	if (optind != argc || o->service == NULL)
		bad_usage();
}

static int
set(pam_handle_t *pamh, int item, const char *value)
{
	return value == NULL ? PAM_SUCCESS :
	    pam_set_item(pamh, item, value);
}

static int
start(const struct options *o, const struct pam_conv *conv,
    pam_handle_t **pamh)
{
	size_t i;
	int rc;

	rc = o->confdir == NULL ?
	    pam_start(o->service, o->user, conv, pamh) :
	    pam_start_confdir(o->service, o->user, conv, o->confdir, pamh);
	if (rc != PAM_SUCCESS) {
		printf("start = %d\n", rc);
		return rc;
	}
	if ((rc = set(*pamh, PAM_TTY, o->tty)) == PAM_SUCCESS &&
	    (rc = set(*pamh, PAM_RHOST, o->rhost)) == PAM_SUCCESS)
		rc = set(*pamh, PAM_RUSER, o->ruser);
	for (i = 0; i < o->n_env && rc == PAM_SUCCESS; i++)
		rc = pam_putenv(*pamh, o->env[i]);
	return rc;
}

/* A session goes on until somebody says so. */
static int
await_line(void)
{
	int c;

	(void)fflush(stdout);
	while ((c = getchar()) != EOF && c != '\n')
		;
	return PAM_SUCCESS;
}

static int
step(pam_handle_t *pamh, const char *name, int flags)
{
	const unsigned u = (unsigned)flags;

	if (strcmp(name, "auth") == 0)
		return pam_authenticate(pamh, flags);
	if (strcmp(name, "acct") == 0)
		return pam_acct_mgmt(pamh, flags);
	if (strcmp(name, "cred") == 0)
		return pam_setcred(pamh, (int)(u | PAM_ESTABLISH_CRED));
	if (strcmp(name, "reinit") == 0)
		return pam_setcred(pamh, (int)(u | PAM_REINITIALIZE_CRED));
	if (strcmp(name, "delete") == 0)
		return pam_setcred(pamh, (int)(u | PAM_DELETE_CRED));
	if (strcmp(name, "open") == 0)
		return pam_open_session(pamh, flags);
	if (strcmp(name, "close") == 0)
		return pam_close_session(pamh, flags);
	if (strcmp(name, "wait") == 0)
		return await_line();
	if (strcmp(name, "chauthtok") == 0)
		return pam_chauthtok(pamh, flags);
	if (strncmp(name, "user=", 5) == 0)
		return pam_set_item(pamh, PAM_USER, name + 5);
	if (strncmp(name, "unenv=", 6) == 0)
		return pam_putenv(pamh, name + 6);
	bad_usage();
}

/* As su and sudo: the rest happens in a child, and both end the handle. */
static int
into_child(void)
{
	pid_t pid;

	(void)fflush(stdout);
	if ((pid = fork()) < 0)
		return PAM_SYSTEM_ERR;
	if (pid > 0) {
		int status = 0;

		(void)waitpid(pid, &status, 0);
		printf("child = %d\n", WEXITSTATUS(status));
		return PAM_IGNORE;
	}
	return PAM_SUCCESS;
}

/* The result of the first step that failed. */
static int
run_steps(pam_handle_t *pamh, const struct options *o)
{
	char list[512], *at = list, *name;
	int rc, first = PAM_SUCCESS;

	(void)snprintf(list, sizeof list, "%s", o->steps);
	while ((name = strsep(&at, ",")) != NULL) {
		if (strcmp(name, "fork") == 0) {
			if (into_child() != PAM_SUCCESS)
				break;
			continue;
		}
		rc = step(pamh, name, o->flags);
		if (!o->person.quiet)
			printf("%s = %d %s\n", name, rc,
			    pam_strerror(pamh, rc));
		(void)fflush(stdout);
		if (rc != PAM_SUCCESS && first == PAM_SUCCESS)
			first = rc;
		if (rc != PAM_SUCCESS && !o->keep_going)
			break;
	}
	return first;
}

static void
print_items(pam_handle_t *pamh, bool quiet)
{
	const void *user = NULL;
	char **env = pam_getenvlist(pamh), **e;

	(void)pam_get_item(pamh, PAM_USER, &user);
	if (!quiet)
		printf("user=%s\n", user == NULL ? "(none)" :
		    (const char *)user);
	for (e = env; e != NULL && *e != NULL; e++) {
		if (!quiet)
			printf("env %s\n", *e);
		free(*e);
	}
	free(env);
}

static int
transaction(struct options *o)
{
	struct pam_conv conv = { drive_converse, &o->person };
	pam_handle_t *pamh = NULL;
	int rc;

	memset(o->person.used, 0, sizeof o->person.used);
	if (o->person.manner == MANNER_NULL)
		conv.conv = NULL;
	if ((rc = start(o, &conv, &pamh)) != PAM_SUCCESS)
		return rc;
	o->person.pamh = pamh;
	rc = run_steps(pamh, o);
	print_items(pamh, o->person.quiet);
	(void)pam_end(pamh, rc);
	return rc;
}

static volatile sig_atomic_t n_sigchld, n_sigpipe;

static void
count(int sig)
{
	if (sig == SIGCHLD)
		n_sigchld = n_sigchld + 1;
	else
		n_sigpipe = n_sigpipe + 1;
}

/* Transactions, and what they have left behind in us.  The first one loads
 * the module and fills caches; growth is counted from the second on. */
static int
checked(struct options *o, int *rc)
{
	const struct sigaction counting = { .sa_handler = count };
	struct drive_state before, warm, after;
	sigset_t odd;
	unsigned bad;
	int i;

	/* an unusual host, so that "restored to the default" shows */
	(void)sigaction(SIGCHLD, &counting, NULL);
	(void)sigaction(SIGPIPE, &counting, NULL);
	(void)sigemptyset(&odd);
	(void)sigaddset(&odd, SIGUSR2);
	(void)sigprocmask(SIG_SETMASK, &odd, NULL);
	drive_state_take(&before);
	*rc = transaction(o);
	drive_state_take(&warm);
	for (i = 1; i < o->repeat; i++)
		*rc = transaction(o);
	drive_state_take(&after);
	bad = drive_state_compare(&before, &after);
	printf("state: %s\n", bad == 0 ? "unchanged" : "changed");
	printf("signals: %d SIGCHLD, %d SIGPIPE\n", (int)n_sigchld,
	    (int)n_sigpipe);
	printf("heap: %ld bytes a transaction\n", o->repeat < 2 ? 0 :
	    ((long)after.heap - (long)warm.heap) / (o->repeat - 1));
	printf("rss: %ld KiB\n", after.rss_kib - before.rss_kib);
	return bad != 0 || n_sigchld != 0 || n_sigpipe != 0;
}

int
main(int argc, char **argv)
{
	struct options o = { .steps = "auth,acct,cred,open,close",
	    .repeat = 1 };
	int rc = PAM_SYSTEM_ERR, i, changed = 0;

	take_options(&o, argc, argv);
	if (o.check)
		changed = checked(&o, &rc);
	else
		for (i = 0; i < o.repeat; i++)
			rc = transaction(&o);
	while (o.n_env > 0)
		free(o.env[--o.n_env]);
	if (changed)
		return 4;
	if (o.person.unexpected != 0)
		return 3;
	return rc == PAM_SUCCESS ? 0 : 1;
}
