/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sekisho-gate: one process for one request of a front end on descriptor 0.
 * Reads the policy, finds out who asks, decides one login and ends.
 * Never listens, never forks into the background, never runs two logins.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "gate/login.h"
#include "sekisho/escape.h"
#include "sekisho/os.h"
#include "sekisho/paths.h"
#include "sekisho/version.h"

#define FRONT_FD 0
#define BEGIN_MS 5000u

static void
ignore_signals(void)
{
	struct sigaction ign = { .sa_handler = SIG_IGN };

	/* a full quota or a closed pipe is an error to be handled */
	(void)sigaction(SIGPIPE, &ign, NULL);
	(void)sigaction(SIGXFSZ, &ign, NULL);
}

static void
set_language(struct sek_login *l)
{
	const char *lang = l->begin.lang;

	l->front.lang = l->policy->language;
	if (lang[0] == '\0' || (!l->policy->language_auto &&
	    (l->begin.flags & SEK_BF_LANG_SET) == 0))
		return;
	l->front.lang = strcmp(lang, "ja") == 0 ? SEK_LANG_JA : SEK_LANG_EN;
}

/* Without a policy nothing can be decided, and nothing be recorded in its
 * place: the system's log has to do. */
static int
refuse_all(struct sek_front *front, const struct sek_why *why)
{
	const struct sek_verdict v = { .class = SEK_CLASS_UNAVAIL,
	    .reason = SEK_R_CONFIG };
	struct sek_begin begin = { 0 };

	syslog(LOG_AUTHPRIV | LOG_ERR, "every login is refused: %s",
	    why->text);
	if (sek_front_begin(front, &begin) == SEK_OK) {
		front->lang = strcmp(begin.lang, "ja") == 0 ? SEK_LANG_JA :
		    SEK_LANG_EN;
		sek_front_tell_reason(front, SEK_R_CONFIG);
		if (sek_front_verdict(front, &v) != SEK_OK)
			syslog(LOG_AUTHPRIV | LOG_NOTICE,
			    "the login program was gone before its verdict");
	}
	sek_begin_clear(&begin);
	return 1;
}

static void
refuse_malformed(struct sek_login *l, int err)
{
	const struct sek_verdict v = { .class = SEK_CLASS_UNAVAIL,
	    .reason = SEK_R_PROTOCOL };

	sek_login_detail(l, sek_strerror(err));
	/* that of BEGIN may be over, and to count takes a moment */
	l->dl = sek_deadline_in(BEGIN_MS);
	/* of a flood the first is recorded, and none that nobody could count */
	if (l->peer != 0 && sek_peer_count(l) == SEK_R_STORE)
		l->unrecorded = true;
	(void)sek_login_record(l, "auth", SEK_R_PROTOCOL);
	/* the table refuses a verdict before a BEGIN, as the peer's does */
	l->front.chan.state = SEK_FS_RUN;
	if (sek_front_verdict(&l->front, &v) != SEK_OK)
		l->front.silent = true;
}

static int
serve(struct sek_login *l)
{
	enum sek_reason reason;
	int r;

	l->now = (int64_t)time(NULL);
	if (sek_peer_uid(FRONT_FD, &l->peer, &l->peer_pid) != SEK_OK ||
	    sek_uuid(l->session) != SEK_OK)
		return 1;
	/* nothing is read of who keeps too many already, nor answered: that
	 * would be one more gate that waits */
	if ((reason = sek_peer_slot(l)) != SEK_R_OK) {
		(void)sek_login_record(l, "auth", reason);
		return 1;
	}
	r = sek_front_begin(&l->front, &l->begin);
	/* nobody spoke: there was no attempt */
	if (r == SEK_E_EOF)
		return 0;
	if (r != SEK_OK) {
		refuse_malformed(l, r);
		return 1;
	}
	l->dl = sek_deadline_in(1000ull * l->policy->login_s);
	l->front.dl = l->dl;
	l->front.silent = (l->begin.flags & SEK_BF_SILENT) != 0;
	set_language(l);
	switch (l->begin.phase) {
	case SEK_PHASE_AUTH:
		sek_session_auth(l);
		break;
	case SEK_PHASE_ACCOUNT:
		sek_session_account(l);
		break;
	case SEK_PHASE_OPEN:
		sek_session_open(l);
		break;
	case SEK_PHASE_CLOSE:
		sek_session_close(l);
		break;
	}
	return 0;
}

static void
clear_login(struct sek_login *l)
{
	X509_free(l->leaf);
	sek_fido_clear(&l->fido);
	sek_pin_forget(l);
	sek_trust_free(l->trust);
	sek_store_close(l->store);
	sek_begin_clear(&l->begin);
	sek_wipe(l, sizeof *l);
	free(l);
}

static int
run(const char *conf)
{
	struct sek_policy *policy = NULL;
	struct sek_login *l = calloc(1, sizeof *l);
	struct sek_why why = { "" };
	int code = 1;

	if (l == NULL)
		return 1;
	sek_front_init(&l->front, FRONT_FD, sek_deadline_in(BEGIN_MS));
	l->pin_tries_left = -1;
	if (sek_policy_load_rescue(conf, &policy, &why) != SEK_OK) {
		code = refuse_all(&l->front, &why);
	} else {
		l->policy = policy;
		if (policy->broken[0] != '\0')
			syslog(LOG_AUTHPRIV | LOG_ERR, "every login but a "
			    "rescue is refused: %s", policy->broken);
		code = serve(l);
	}
	clear_login(l);
	sek_policy_free(policy);
	return code;
}

static int
usage(void)
{
	(void)fprintf(stderr,
	    "usage: sekisho-gate [--conf FILE] [--version]\n");
	return 2;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "conf", required_argument, NULL, 'c' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	const char *conf = SEKISHO_CONF;
	int o;

	while ((o = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (o) {
		case 'c':
			conf = optarg;
			break;
		case 'V':
			(void)puts("sekisho-gate " SEKISHO_VERSION);
			return 0;
		default:
			return usage();
		}
	}
	if (optind != argc)
		return usage();
	sek_harden_process();
	ignore_signals();
	/* before libcrypto is used at all: no file of its own is read */
	if (sek_crypto_start() != SEK_OK)
		return 1;
	openlog("sekisho-gate", LOG_PID, LOG_AUTHPRIV);
	if (sek_adopt_orphans() != SEK_OK)
		return 1;
	return run(conf);
}
