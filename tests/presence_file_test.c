/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file of a session that is watched: one form and no other, from a plain
 * file of root's and from nothing else; which session of logind a process is
 * in, and when it was started.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gate/presence_file.h"
#include "gate/proc.h"
#include "tests/check.h"

#define ID "01234567-89ab-4def-8123-456789abcdef"

static const char good[] =
    "session " ID "\nstate open\nwatch lock\nperson taro\naccount ward3\n"
    "shared yes\nservice lightdm\ntty :0\nxdg c1\npid 4711\nstarted 99\n"
    "kind pkcs11\nplace Virtual PCD 00 00\nnode-dev 0\nnode-ino 0\n"
    "label Yamada \\\\x1b\nserial \n";

static int
dec(const char *text, struct sek_presence *m)
{
	return sek_presence_dec(m, text, strlen(text));
}

/* The good one with `from` become `to`. */
static int
changed(const char *from, const char *to)
{
	struct sek_presence m = { .pid = 77 };
	char text[2 * SEK_PRESENCE_FILE_MAX];
	const char *at = strstr(good, from);
	int r;

	CHECK(at != NULL);
	(void)snprintf(text, sizeof text, "%.*s%s%s", (int)(at - good), good,
	    to, at + strlen(from));
	r = dec(text, &m);
	CHECK(r == SEK_OK || m.pid == 77); /* set on success only */
	return r;
}

static void
it_is_read_and_written_back(void)
{
	struct sek_presence m;
	struct sek_buf b = { 0 };

	CHECK_INT(dec(good, &m), SEK_OK);
	CHECK(m.open && m.shared && !m.fido && m.watch == SEK_WATCH_LOCK);
	CHECK(m.pid == 4711 && m.started == 99);
	CHECK_STR(m.place, "Virtual PCD 00 00");
	CHECK_STR(m.label, "Yamada \\\\x1b");
	CHECK_STR(m.serial, "");
	CHECK_INT(sek_presence_enc(&b, &m), SEK_OK);
	CHECK(b.len == strlen(good) && memcmp(b.p, good, b.len) == 0);
	sek_buf_free(&b);
	CHECK_INT(changed("xdg c1", "xdg "), SEK_OK);
	CHECK_INT(changed("started 99", "started 18446744073709551615"),
	    SEK_OK);
}

static void
any_other_form_is_refused(void)
{
	static const char *const bad[][2] = {
		{ ID, "01234567-89AB-4def-8123-456789abcdef" },
		{ ID, "01234567-89ab-4def-8123-456789abcde" },
		{ ID, ID "0" }, { ID, "../../etc/passwd" },
		{ "state open", "state opened" }, { "state open", "state " },
		{ "watch lock", "watch no" }, { "watch lock", "watch" },
		{ "person taro", "person -rf" }, { "person taro", "person " },
		{ "person taro", "person ta ro" },
		{ "person taro\n", "" }, { "person taro\n", "person taro\n\n" },
		{ "person taro\naccount ward3", "account ward3\nperson taro" },
		{ "shared yes", "shared Yes" }, { "tty :0", "tty \033[2J" },
		{ "tty :0", "tty \xff" }, { "tty :0", "tty\t:0" },
		{ "xdg c1", "xdg ../c1" }, { "xdg c1", "xdg c-1" },
		{ "xdg c1", "xdg c1 " },
		{ "pid 4711", "pid 0" }, { "pid 4711", "pid -1" },
		{ "pid 4711", "pid 04711" }, { "pid 4711", "pid 4294967296" },
		{ "pid 4711", "pid 99999999999999999999" },
		{ "started 99", "started 18446744073709551616" },
		{ "started 99", "started " }, { "kind pkcs11", "kind card" },
		{ "place Virtual PCD 00 00", "place " },
		{ "serial \n", "serial " }, { "serial \n", "serial \nmore 1\n" },
		{ "serial \n", "serial \n\n" }, { "serial", "Serial" },
	};
	struct sek_presence m;
	char large[SEK_PRESENCE_FILE_MAX + 8];
	size_t i;

	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (changed(bad[i][0], bad[i][1]) == SEK_OK)
			printf("# accepted: %s\n", bad[i][1]);
		CHECK(changed(bad[i][0], bad[i][1]) != SEK_OK);
	}
	for (i = 0; i < strlen(good); i++) /* cut off anywhere */
		CHECK(sek_presence_dec(&m, good, i) != SEK_OK);
	CHECK_INT(sek_presence_dec(&m, good, sizeof good), SEK_E_SYNTAX);
	memset(large, 'a', sizeof large);
	CHECK_INT(sek_presence_dec(&m, large, sizeof large), SEK_E_LIMIT);
	memcpy(large, "session ", 8);
	CHECK(sek_presence_dec(&m, large, SEK_PRESENCE_FILE_MAX) != SEK_OK);
	memset(large, 'b', 300);
	large[300] = '\0';
	CHECK(changed("c1", large) != SEK_OK);
	CHECK(changed("Virtual", large) != SEK_OK);
	CHECK(changed("taro", large) != SEK_OK);
}

static char dir[] = "/tmp/sekisho-presence.XXXXXX";

static int
get(const char *session)
{
	struct sek_presence m;
	struct sek_why why = { "" };
	uint64_t when = 0;
	int r = sek_presence_read(dir, session, &m, &when, &why);

	CHECK((r == SEK_OK) == (why.text[0] == '\0'));
	CHECK(r != SEK_OK || when != 0);
	return r;
}

static void
only_a_plain_file_of_ours_is_read(void)
{
	struct sek_presence m;
	struct sek_why why = { "" };
	struct stat st;
	char path[200], to[200];

	CHECK_INT(dec(good, &m), SEK_OK);
	CHECK_INT(sek_presence_write(dir, &m, &why), SEK_OK);
	CHECK_INT(sek_presence_write(dir, &m, &why), SEK_OK);
	CHECK_INT(get(ID), SEK_OK);
	(void)snprintf(path, sizeof path, "%s/%s", dir, ID);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 07777) == 0600);
	CHECK(chmod(path, 0640) == 0);
	CHECK_INT(get(ID), SEK_E_UNSAFE);
	CHECK(chmod(path, 0600) == 0);
	(void)snprintf(to, sizeof to, "%s/other", dir);
	CHECK(link(path, to) == 0);
	CHECK_INT(get(ID), SEK_E_UNSAFE);
	CHECK(unlink(path) == 0 && symlink(to, path) == 0);
	CHECK_INT(get(ID), SEK_E_IO);
	CHECK(unlink(path) == 0 && mkfifo(path, 0600) == 0);
	CHECK_INT(get(ID), SEK_E_UNSAFE); /* and does not wait */
	CHECK(unlink(path) == 0 && mkdir(path, 0700) == 0);
	CHECK_INT(get(ID), SEK_E_UNSAFE);
	CHECK(rmdir(path) == 0);
	CHECK_INT(get(ID), SEK_E_NOENT);
	/* another session's, under this name */
	(void)snprintf(path, sizeof path, "%s/1%s", dir, &ID[1]);
	CHECK(rename(to, path) == 0);
	CHECK_INT(get(path + strlen(dir) + 1), SEK_E_SYNTAX);
	CHECK(truncate(path, 5000) == 0);
	CHECK_INT(get(path + strlen(dir) + 1), SEK_E_UNSAFE);
	CHECK_INT(sek_presence_remove(dir, path + strlen(dir) + 1), SEK_OK);
	CHECK_INT(sek_presence_remove(dir, ID), SEK_E_NOENT);
}

static void
no_name_leads_out_of_the_folder(void)
{
	struct sek_presence m;
	struct sek_why why = { "" };

	CHECK_INT(dec(good, &m), SEK_OK);
	(void)snprintf(m.session, sizeof m.session, "../out");
	CHECK_INT(sek_presence_write(dir, &m, &why), SEK_E_INVAL);
	CHECK_INT(sek_presence_remove(dir, "../out"), SEK_E_INVAL);
	CHECK_INT(get(""), SEK_E_INVAL);
	CHECK_INT(get("."), SEK_E_INVAL);
	CHECK_INT(dec(good, &m), SEK_OK);
	(void)snprintf(m.tty, sizeof m.tty, "a\nxdg c9");
	CHECK_INT(sek_presence_write(dir, &m, &why), SEK_E_INVAL);
	m.tty[0] = '\0';
	m.watch = SEK_WATCH_UNSET;
	CHECK_INT(sek_presence_write(dir, &m, &why), SEK_E_INVAL);
}

static void
the_control_group_names_the_session(void)
{
	static const struct { const char *text, *xdg; } cases[] = {
		{ "0::/user.slice/user-1000.slice/session-5.scope\n", "5" },
		{ "1:name=systemd:/user.slice/session-c12.scope/x\n", "c12" },
		{ "12:cpu:/\n0::/a/session-1.scope", "1" },
		{ "0::/user.slice/user@1000.service/app.slice\n", "" },
		{ "0::/session-.scope\n", "" }, { "0::/session-5\n", "" },
		{ "0::/session-5.scopes\n", "" },
		{ "0::/session-5.service\n", "" },
		{ "0::/session-a-b.scope\n", "" }, { "", "" },
		{ "0::/session-x/session-7.scope\n", "7" },
	};
	char xdg[SEK_XDG_SESSION_MAX];
	size_t i;

	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		CHECK(sek_cgroup_xdg(cases[i].text, xdg) ==
		    (cases[i].xdg[0] != '\0'));
		CHECK_STR(xdg, cases[i].xdg);
	}
}

static void
a_process_is_known_by_its_start(void)
{
	uint64_t mine = 0, again = 0, other;
	pid_t pid;

	CHECK_INT(sek_process_started((uint64_t)getpid(), &mine), SEK_OK);
	CHECK_INT(sek_process_started((uint64_t)getpid(), &again), SEK_OK);
	CHECK(mine > 0 && mine == again);
	pid = fork();
	if (pid == 0)
		_exit(0);
	CHECK(pid > 0);
	while (sek_process_started((uint64_t)pid, &other) == SEK_OK)
		(void)usleep(1000); /* then it is a zombie: it has ended */
	CHECK(waitpid(pid, NULL, 0) == pid);
	CHECK_INT(sek_process_started((uint64_t)pid, &other), SEK_E_NOENT);
}

int
main(void)
{
	if (mkdtemp(dir) == NULL)
		return 1;
	RUN(it_is_read_and_written_back);
	RUN(any_other_form_is_refused);
	RUN(only_a_plain_file_of_ours_is_read);
	RUN(no_name_leads_out_of_the_folder);
	RUN(the_control_group_names_the_session);
	RUN(a_process_is_known_by_its_start);
	(void)rmdir(dir);
	return CHECK_END();
}
