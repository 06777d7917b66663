/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whose session it is that somebody unlocks: the person who opened it, or who
 * has unlocked it last.  Runs in the gate.
 * Which session that is the kernel says, and nobody who asks: the id that it
 * gives a session when its login uid is set (pam_loginuid(8)), which all the
 * processes of the session inherit.  Decides nothing and fails nothing: where
 * that is not known, an unlock is an unlock.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "gate/login.h"
#include "gate/run_folder.h"
#include "gate/system_user.h"
#include "sekisho/escape.h"

#define FOLDER "screens"
#define UNLOCKED "unlocked"
#define NO_SESSION UINT32_MAX /* the kernel's "not set" */

/* "BOOT MILLISECONDS PERSON" */
#define UNLOCKED_MAX (SEK_BOOT_ID_LEN + 24 + SEK_NAME_MAX)

/* A small file of one line, without its end. */
static int
read_line(const char *path, char *out, size_t cap)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n;

	if (fd < 0)
		return SEK_E_NOENT;
	n = read(fd, out, cap - 1);
	(void)close(fd);
	if (n <= 0)
		return SEK_E_IO;
	out[n] = '\0';
	out[strcspn(out, "\n")] = '\0';
	return SEK_OK;
}

static uint32_t
session_of(pid_t pid)
{
	char text[32], *end = text;
	unsigned long n;

	if (pid <= 0 || sek_proc_read((uint64_t)pid, "sessionid", text,
	    sizeof text) != SEK_OK)
		return NO_SESSION;
	errno = 0;
	n = strtoul(text, &end, 10);
	return errno != 0 || end == text || *end != '\0' || n > UINT32_MAX ?
	    NO_SESSION : (uint32_t)n;
}

int
sek_screen_uid(const char *account, uid_t *uid)
{
	struct sek_system_user u;
	int r = sek_user_by_name(account, &u);

	if (r == SEK_OK)
		*uid = u.uid;
	return r;
}

/* What is kept: "PERSON LOGIN", LOGIN the id that joins the records of the
 * login that opened the session, or "-". */
struct screen {
	char path[PATH_MAX]; /* of this account in this session */
	char person[SEK_NAME_MAX];
	char login[SEK_SESSION_MAX];
};

/* Where it is kept.  NOENT: the kernel knows of no session, or the system of
 * no account. */
static int
find(const struct sek_login *l, struct screen *s)
{
	const char *account = l->account.id != 0 ? l->account.name :
	    l->begin.user;
	const uint32_t id = session_of(l->peer_pid);
	char folder[PATH_MAX];
	struct sek_why why = { "" };
	uid_t uid = 0;
	int r;

	*s = (struct screen){ .login = "-" };
	if (id == NO_SESSION || sek_screen_uid(account, &uid) != SEK_OK)
		return SEK_E_NOENT;
	r = sek_run_folder(l->policy->run, FOLDER, folder, sizeof folder,
	    &why);
	if (r != SEK_OK) {
		syslog(LOG_AUTHPRIV | LOG_WARNING, "who has a session cannot "
		    "be kept: %s", why.text);
		return r;
	}
	return snprintf(s->path, sizeof s->path, "%s/%" PRIu32 "-%u", folder,
	    id, (unsigned)uid) < (int)sizeof s->path ? SEK_OK : SEK_E_LIMIT;
}

/* The same, and who has it. */
static int
read_screen(const struct sek_login *l, struct screen *s)
{
	char line[sizeof s->person + sizeof s->login] = "", *login;
	int r;

	if ((r = find(l, s)) != SEK_OK ||
	    (r = read_line(s->path, line, sizeof line)) != SEK_OK)
		return r;
	if ((login = strchr(line, ' ')) == NULL)
		return SEK_E_NOENT;
	*login++ = '\0';
	if (!sek_name_ok(line) || strlen(login) >= sizeof s->login)
		return SEK_E_NOENT;
	(void)snprintf(s->person, sizeof s->person, "%s", line);
	(void)snprintf(s->login, sizeof s->login, "%s", login);
	return SEK_OK;
}

const char *
sek_screen_event(struct sek_login *l, enum sek_reason reason)
{
	const struct sek_service *service = sek_policy_service(l->policy,
	    l->begin.service);
	struct screen s;

	if (service == NULL || !service->unlock)
		return "auth";
	if (reason != SEK_R_OK || read_screen(l, &s) != SEK_OK ||
	    strcmp(s.person, l->person.name) == 0)
		return "unlock";
	(void)snprintf(l->previous, sizeof l->previous, "%s", s.person);
	return "switch";
}

static int
write_line(const char *path, const char *line)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	size_t n = strlen(line);
	int r = SEK_E_IO;

	if (fd < 0)
		return errno == EEXIST ? SEK_E_EXISTS : SEK_E_IO;
	if (write(fd, line, n) == (ssize_t)n)
		r = SEK_OK;
	if (close(fd) != 0 && r == SEK_OK)
		r = SEK_E_IO;
	if (r != SEK_OK)
		(void)unlink(path);
	return r;
}

static int
write_screen(const char *path, const char *person, const char *login)
{
	char line[SEK_NAME_MAX + SEK_SESSION_MAX + 2];

	(void)snprintf(line, sizeof line, "%s %s\n", person, login);
	return write_line(path, line);
}

/* In the place of what is there. */
static int
replace_line(const char *path, const char *line)
{
	char next[PATH_MAX + 16];
	int r;

	(void)snprintf(next, sizeof next, "%s.%d", path, (int)getpid());
	(void)unlink(next); /* of one that was killed */
	r = write_line(next, line);
	if (r == SEK_OK && rename(next, path) != 0) {
		(void)unlink(next);
		r = SEK_E_IO;
	}
	return r;
}

static void
complain(const char *path)
{
	syslog(LOG_AUTHPRIV | LOG_WARNING, "who has a session cannot be "
	    "kept: %s cannot be written", path);
}

/* It is whoever came first: an su within it is no session of its own for the
 * kernel. */
void
sek_screen_open(const struct sek_login *l)
{
	struct screen s;
	int r;

	if (!sek_name_ok(l->begin.person) || find(l, &s) != SEK_OK)
		return;
	r = write_screen(s.path, l->begin.person, l->session);
	if (r != SEK_OK && r != SEK_E_EXISTS)
		complain(s.path);
}

/* Who has unlocked any session of this user last, whatever the kernel knows
 * of sessions. */
static int
unlocked_path(const struct sek_login *l, uid_t uid, char out[PATH_MAX])
{
	char folder[PATH_MAX];
	struct sek_why why = { "" };
	int r = sek_run_folder(l->policy->run, UNLOCKED, folder,
	    sizeof folder, &why);

	if (r != SEK_OK)
		return r;
	return snprintf(out, PATH_MAX, "%s/%u", folder, (unsigned)uid) <
	    PATH_MAX ? SEK_OK : SEK_E_LIMIT;
}

static void
keep_unlocker(const struct sek_login *l)
{
	char path[PATH_MAX] = UNLOCKED, line[UNLOCKED_MAX + 1];
	char boot[SEK_BOOT_ID_LEN];
	uint64_t ms;
	uid_t uid;

	if (sek_screen_uid(l->account.name, &uid) != SEK_OK)
		return;
	if (sek_boot_id(boot, sizeof boot) == SEK_OK &&
	    sek_boot_ms(&ms) == SEK_OK &&
	    unlocked_path(l, uid, path) == SEK_OK) {
		(void)snprintf(line, sizeof line, "%s %" PRIu64 " %s\n", boot,
		    ms, l->person.name);
		if (replace_line(path, line) == SEK_OK)
			return;
	}
	complain(path);
}

/* What is not understood is somebody else. */
bool
sek_screen_passed_on(const struct sek_login *l, uid_t uid, uint64_t since_ms)
{
	char path[PATH_MAX], line[UNLOCKED_MAX + 1], boot[SEK_BOOT_ID_LEN];
	char *ms, *person;
	int r;

	if (unlocked_path(l, uid, path) != SEK_OK ||
	    sek_boot_id(boot, sizeof boot) != SEK_OK)
		return true;
	if ((r = read_line(path, line, sizeof line)) != SEK_OK)
		return r != SEK_E_NOENT || access(path, F_OK) == 0;
	if ((ms = strchr(line, ' ')) == NULL ||
	    (person = strchr(ms + 1, ' ')) == NULL)
		return true;
	*ms++ = *person++ = '\0';
	if (strcmp(line, boot) != 0)
		return false;
	return strtoull(ms, NULL, 10) >= since_ms &&
	    strcmp(person, l->person.name) != 0;
}

void
sek_screen_unlocked(const struct sek_login *l)
{
	const struct sek_service *service = sek_policy_service(l->policy,
	    l->begin.service);
	char line[SEK_NAME_MAX + SEK_SESSION_MAX + 2];
	struct screen s;
	int r;

	if (service == NULL || !service->unlock)
		return;
	keep_unlocker(l);
	r = read_screen(l, &s);
	/* a rescue is nobody's */
	if ((r != SEK_OK && r != SEK_E_NOENT) || s.path[0] == '\0' ||
	    l->person.id == 0 || strcmp(s.person, l->person.name) == 0)
		return;
	(void)snprintf(line, sizeof line, "%s %s\n", l->person.name, s.login);
	if (replace_line(s.path, line) != SEK_OK)
		complain(s.path);
}

void
sek_screen_close(const struct sek_login *l)
{
	struct screen s;

	if (read_screen(l, &s) == SEK_OK && strcmp(s.login, l->session) == 0)
		(void)unlink(s.path);
}
