/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho doctor`: the machine around a login: the gate's socket, what the
 * service user may open, the clock.
 *
 * Part of the administrator's program.  Connects to the socket and says
 * nothing; opens no device.
 */
#include "helpdesk/doctor.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "record/record_time.h"
#include "sekisho/os.h"

#ifndef SEKISHO_SOCKET
#define SEKISHO_SOCKET "/run/sekisho/gate.sock"
#endif
#define PCSCD "/usr/sbin/pcscd"
#define PCSCD_SOCKET "/run/pcscd/pcscd.comm"
#define MAX_FILES 256u

/* -- the socket */

/* A service that a program without root's rights asks for. */
static const char *
locker_of(const struct sek_policy *p)
{
	static const char *const lockers[] = { "xsecurelock", "swaylock",
		"xscreensaver", "i3lock", "kde", "vlock", "physlock",
		"light-locker" };
	size_t i, k;

	for (i = 0; p != NULL && i < p->n_services; i++)
		for (k = 0; k < sizeof lockers / sizeof lockers[0]; k++)
			if (strcmp(p->services[i].name, lockers[k]) == 0)
				return lockers[k];
	return NULL;
}

static int
try_socket(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd, r;

	(void)snprintf(to.sun_path, sizeof to.sun_path, "%s", path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return errno;
	r = connect(fd, (struct sockaddr *)&to, sizeof to) == 0 ? 0 : errno;
	(void)close(fd);
	return r;
}

static void
check_socket(struct doctor *x)
{
	const char *path = SEKISHO_SOCKET;
	const char *locker = locker_of(x->d->policy), *why = NULL;
	struct stat st;
	int r;

	if (lstat(path, &st) != 0) {
		if (locker != NULL)
			DR_SAY(x, DR_BAD, "socket-none", W_DR_SOCKET_NONE,
			    { path, locker });
		return;
	}
	if (!S_ISSOCK(st.st_mode) || st.st_uid != 0)
		why = "not a socket of root's";
	else if ((st.st_mode & 0666) != 0666)
		why = "not for everybody";
	else if ((r = try_socket(path)) != 0)
		why = strerror(r);
	if (why != NULL)
		DR_SAY(x, DR_BAD, "socket", W_DR_SOCKET_BAD, { path, why });
	else
		DR_SAY(x, DR_GOOD, "socket", W_DR_SOCKET, { path });
}

/* -- what the service user may open */

/* Does a file of one of these folders name the user? */
static bool
named_in(const char *const *folders, const char *user)
{
	char path[600];
	struct dirent *e;
	bool found = false;
	unsigned n = 0;
	DIR *d;

	for (; *folders != NULL && !found; folders++) {
		if ((d = opendir(*folders)) == NULL)
			continue;
		while (!found && n++ < MAX_FILES && (e = readdir(d)) != NULL) {
			struct sek_buf text = { 0 };
			struct sek_why why = { "" };

			(void)snprintf(path, sizeof path, "%s/%s", *folders,
			    e->d_name);
			if (strstr(e->d_name, ".rules") != NULL &&
			    sek_read_safe_file(path, 65536, &text, &why) ==
			    SEK_OK)
				found = memmem(text.p, text.len, user,
				    strlen(user)) != NULL;
			sek_buf_free(&text);
		}
		(void)closedir(d);
	}
	return found;
}

static void
check_rules(struct doctor *x)
{
	static const char *const polkit[] = { "/etc/polkit-1/rules.d",
		"/usr/share/polkit-1/rules.d", NULL };
	static const char *const udev[] = { "/etc/udev/rules.d",
		"/usr/lib/udev/rules.d", "/lib/udev/rules.d",
		"/run/udev/rules.d", NULL };
	const struct sek_policy *p = x->d->policy;

	if (p == NULL)
		return;
	/* a pcscd that asks polkit comes with the actions it asks for */
	if (p->n_modules > 0 && access("/usr/share/polkit-1/actions/"
	    "org.debian.pcsc-lite.policy", F_OK) == 0 &&
	    !named_in(polkit, p->helper_user))
		DR_SAY(x, DR_WARN, "polkit", W_DR_POLKIT,
		    { p->helper_user });
	if (p->rp_id[0] != '\0' && !named_in(udev, p->helper_user))
		DR_SAY(x, DR_WARN, "udev", W_DR_UDEV, { p->helper_user });
}

/* pcscd is begun by whoever connects, so nobody does: the socket has to be
 * there, and for everybody. */
static void
check_pcscd(struct doctor *x)
{
	const struct sek_policy *p = x->d->policy;
	struct stat st;

	if (p == NULL || p->n_modules == 0 || access(PCSCD, X_OK) != 0)
		return;
	if (lstat(PCSCD_SOCKET, &st) != 0 || !S_ISSOCK(st.st_mode) ||
	    (st.st_mode & 0666) != 0666)
		DR_SAY(x, DR_WARN, "pcscd", W_DR_PCSCD, { PCSCD_SOCKET,
		    p->helper_user });
}

/* -- the clock */

static void
check_clock(struct doctor *x)
{
	const struct sek_policy *p = x->d->policy;
	const time_t now = time(NULL);
	struct desk_date at, then;
	struct sek_times t;
	struct stat st = { .st_mtime = 0 };
	char path[PATH_MAX + 32];

	if (p != NULL) {
		(void)snprintf(path, sizeof path, "%s/%s", p->audit,
		    SEK_AUDIT_FILE);
		if (stat(path, &st) == 0 && st.st_mtime > now + 60) {
			DR_SAY(x, DR_BAD, "clock-past", W_DR_CLOCK_PAST,
			    { "clock", desk_time(&at, now),
			    desk_time(&then, st.st_mtime) });
			return;
		}
	}
	sek_times_now(&t);
	if (t.synced)
		DR_SAY(x, DR_GOOD, "clock", W_DR_CLOCK, { "clock",
		    desk_time(&at, now) });
	else
		DR_SAY(x, DR_WARN, "clock-loose", W_DR_CLOCK_LOOSE, { "clock",
		    desk_time(&at, now) });
}

void
doctor_host(struct doctor *x)
{
	check_socket(x);
	check_rules(x);
	check_pcscd(x);
	doctor_device(x);
	check_clock(x);
}
