/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The way to a gate: started by us when we are root, else reached through
 * the socket of the service manager.  Runs in the login program.
 * Leaves neither a descriptor nor a dead child behind, and starts nothing
 * that anybody but root could have written.
 */
#include <errno.h>
#include <fcntl.h>
#include <security/pam_ext.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "pam_module/module.h"
#include "sekisho/escape.h"

#define CONNECT_MS 5000u /* a full queue is waited for so long */
#define GO_MS 2000u      /* a gate without a verdict must be gone in */

static int
complain(pam_handle_t *pamh, const char *path, const char *what)
{
	char shown[256];

	pam_syslog(pamh, LOG_ERR, "gate: %s: %s",
	    sek_escape_str(shown, sizeof shown, path), what);
	return SEK_E_SYS;
}

static int
start_gate(pam_handle_t *pamh, const struct sek_mod_options *o,
    struct sek_mod_link *l)
{
	const char *const argv[] = { "sekisho-gate", "--conf", o->conf, NULL };
	const struct sek_spawn spawn = {
		.path = o->gate, .argv = argv, .chan_fd = 0, .detach = true
	};
	struct sek_why why = { .text = "" };
	int r;

	if ((r = sek_path_safe(o->gate, false, &why)) != SEK_OK ||
	    (r = sek_path_safe(o->conf, false, &why)) != SEK_OK) {
		pam_syslog(pamh, LOG_ERR, "%s", why.text);
		return r;
	}
	/* its status will not be known, so look before */
	if (faccessat(AT_FDCWD, o->gate, X_OK, AT_EACCESS) != 0)
		return complain(pamh, o->gate, strerror(errno));
	if (sek_child_start(&l->child, &spawn) != SEK_OK)
		return complain(pamh, o->gate, "cannot be started");
	l->chan.fd = l->child.chan;
	return SEK_OK;
}

/* Whoever listens there is root: nobody else is asked about a login. */
static int
check_peer(pam_handle_t *pamh, const char *path, int fd)
{
	uid_t uid = (uid_t)-1;
	pid_t pid = 0;

	if (sek_peer_uid(fd, &uid, &pid) != SEK_OK || uid != 0)
		return complain(pamh, path, "is not served by root");
	return SEK_OK;
}

static int
connect_gate(pam_handle_t *pamh, const struct sek_mod_options *o,
    struct sek_mod_link *l, const struct sek_deadline *dl)
{
	const struct sek_deadline soon = sek_deadline_sooner(*dl, CONNECT_MS);
	/* never 0, which would mean for ever */
	const int ms = sek_deadline_left_ms(&soon) + 1;
	const struct timeval limit = { .tv_sec = ms / 1000,
	    .tv_usec = ms % 1000 * 1000 };
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	struct stat st;
	int fd;

	if (lstat(o->socket, &st) != 0)
		return complain(pamh, o->socket, strerror(errno));
	if (!S_ISSOCK(st.st_mode) || st.st_uid != 0)
		return complain(pamh, o->socket, "is not a socket of root");
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return complain(pamh, o->socket, strerror(errno));
	(void)snprintf(to.sun_path, sizeof to.sun_path, "%s", o->socket);
	/* unix(7): connect() waits for room in the queue no longer than
	 * this; poll(2) cannot wait for it at all */
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) != 0
	    || connect(fd, (const struct sockaddr *)&to, sizeof to) != 0) {
		(void)complain(pamh, o->socket, strerror(errno));
		(void)close(fd);
		return SEK_E_SYS;
	}
	if (check_peer(pamh, o->socket, fd) != SEK_OK) {
		(void)close(fd);
		return SEK_E_UNSAFE;
	}
	l->chan.fd = fd;
	return SEK_OK;
}

int
sek_mod_link_open(pam_handle_t *pamh, const struct sek_mod_options *o,
    struct sek_mod_link *l, const struct sek_deadline *dl)
{
	*l = (struct sek_mod_link){
		.child = SEK_CHILD_NONE,
		.chan = { .fd = -1, .state = SEK_FS_START,
		    .rules = sek_front_rules, .n_rules = sek_front_n_rules }
	};
	return geteuid() == 0 ? start_gate(pamh, o, l) :
	    connect_gate(pamh, o, l, dl);
}

/* After its verdict a gate has nothing to do but to leave, and has set itself
 * a limit for that (gate/front.c): no login waits for it.  One whose verdict
 * is not here is given time: its record of what went wrong is worth it. */
void
sek_mod_link_close(pam_handle_t *pamh, struct sek_mod_link *l, bool judged)
{
	const struct sek_deadline dl = sek_deadline_in(GO_MS);

	if (!sek_child_running(&l->child)) {
		if (l->chan.fd >= 0)
			(void)close(l->chan.fd);
	} else if (judged) {
		sek_child_release(&l->child);
	} else if (sek_child_finish(&l->child, &dl, NULL) != SEK_OK) {
		pam_syslog(pamh, LOG_ERR, "gate: did not end, killed");
	}
	l->chan.fd = -1;
}
