/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Leaves word for sekisho-watch of which token has opened a session, where
 * the service asks for that.  Runs in the gate.
 * Never refuses a login: what cannot be written is told to syslog and in the
 * record, and then nobody watches over that session.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <sys/stat.h>

#include "gate/login.h"
#include "gate/presence_file.h"
#include "gate/proc.h"
#include "gate/run_folder.h"
#include "sekisho/escape.h"

static void
complain(const struct sek_login *l, const char *why)
{
	syslog(LOG_AUTHPRIV | LOG_WARNING, "the session %s is not watched: %s",
	    l->session, why);
}

/* Only tokens that can go away: of a key of sshd's or of a TLS server's
 * nobody here knows where it is. */
static bool
take_token(struct sek_presence *m, const struct sek_login *l)
{
	const struct sek_fido_login *k = &l->fido;

	switch (sek_pair_have(l->pair)) {
	case SEK_HAVE_PKCS11:
		(void)snprintf(m->place, sizeof m->place, "%s",
		    l->key.reader);
		(void)snprintf(m->label, sizeof m->label, "%s", l->key.label);
		(void)snprintf(m->serial, sizeof m->serial, "%s",
		    l->key.serial);
		return true;
	case SEK_HAVE_FIDO2:
		m->fido = true;
		/* as PKCS#11 cuts the name of a reader */
		(void)sek_escape(m->place, sizeof m->place, k->place,
		    strnlen(k->place, k->place[0] == '/' ?
		    sizeof k->place : 64));
		m->node_dev = k->node_dev;
		m->node_ino = k->node_ino;
		(void)snprintf(m->label, sizeof m->label, "%s", k->label);
		return true;
	default:
		return false;
	}
}

/* A user who is not root could name another one's session: then only the
 * kernel is asked. */
static void
take_program(struct sek_presence *m, const struct sek_login *l)
{
	m->pid = (uint64_t)l->peer_pid;
	if (sek_process_started(m->pid, &m->started) != SEK_OK)
		m->started = 0;
	if (l->peer == 0 && sek_presence_xdg_ok(l->begin.xdg_session))
		(void)snprintf(m->xdg, sizeof m->xdg, "%s",
		    l->begin.xdg_session);
	else
		(void)sek_process_xdg(m->pid, m->xdg);
	(void)sek_escape_str(m->tty, sizeof m->tty, l->begin.tty);
}

void
sek_presence_begin(struct sek_login *l)
{
	struct sek_presence m = { .shared = l->account.shared };
	struct sek_why why = { "" };
	char dir[PATH_MAX];

	/* a rescue has no token, and that of a remembered proof was not here
	 * now */
	if (!l->matched || l->remember.record != 0)
		return;
	m.watch = sek_service_watch(l->service, m.shared);
	if (m.watch == SEK_WATCH_NO || !take_token(&m, l))
		return;
	(void)snprintf(m.session, sizeof m.session, "%s", l->session);
	(void)snprintf(m.person, sizeof m.person, "%s", l->person.name);
	(void)snprintf(m.account, sizeof m.account, "%s", l->account.name);
	/* for whoever is not root the section's: of names that they make up
	 * each would keep a file of its own, more than watch can look at */
	(void)snprintf(m.service, sizeof m.service, "%s", l->peer == 0 ?
	    l->begin.service : l->service->name);
	take_program(&m, l);
	if (m.place[0] == '\0')
		sek_why_set(&why, "where its card or key is was not told");
	else if (sek_run_folder(l->policy->run, SEK_PRESENCE_DIR, dir,
	    sizeof dir, &why) == SEK_OK &&
	    sek_presence_write(dir, &m, &why) == SEK_OK)
		return;
	complain(l, why.text);
	sek_login_detail(l, why.text);
}

/* The folder, when it is there and as it must be. */
static bool
folder(const struct sek_login *l, char dir[PATH_MAX])
{
	struct sek_why why = { "" };
	struct stat st;
	int n = snprintf(dir, PATH_MAX, "%s/%s", l->policy->run,
	    SEK_PRESENCE_DIR);

	if (n < 0 || n >= PATH_MAX || lstat(dir, &st) != 0)
		return false;
	if (sek_run_folder(l->policy->run, SEK_PRESENCE_DIR, dir, PATH_MAX,
	    &why) == SEK_OK)
		return true;
	complain(l, why.text);
	return false;
}

static void
remove_file(const struct sek_login *l, const char *session)
{
	char dir[PATH_MAX];

	if (sek_presence_name_ok(session) && folder(l, dir) &&
	    sek_presence_remove(dir, session) == SEK_E_IO)
		complain(l, "its file cannot be removed");
}

void
sek_presence_drop(const struct sek_login *l)
{
	remove_file(l, l->session);
}

void
sek_presence_close(const struct sek_login *l)
{
	/* anybody else could send the name of another one's session */
	if (l->peer == 0)
		remove_file(l, l->begin.session);
}

void
sek_presence_open(struct sek_login *l)
{
	struct sek_presence m;
	struct sek_why why = { "" };
	uint64_t changed;
	char dir[PATH_MAX];
	int r;

	/* the session's name was sent: root alone is believed about it */
	if (l->peer != 0 || !sek_presence_name_ok(l->session) ||
	    !folder(l, dir))
		return;
	r = sek_presence_read(dir, l->session, &m, &changed, &why);
	if (r == SEK_E_NOENT)
		return;
	if (r == SEK_OK && strcmp(m.account, l->begin.user) != 0)
		r = sek_why_about(&why, SEK_E_DENIED, l->begin.user,
		    "is another account than the one that was opened");
	if (r == SEK_OK) {
		m.open = true;
		take_program(&m, l);
		r = sek_presence_write(dir, &m, &why);
	}
	if (r != SEK_OK)
		complain(l, why.text);
}
