/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gate/system_user.c: who is there, who is not, and when the system cannot
 * say.  Runs as root, with an /etc/passwd of its own.
 */
#include "check.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gate/system_user.h"

static FILE *passwd; /* ours, over the system's */

/* An entry with a "real name" of so many bytes. */
static int
add_entry(const char *name, int uid, size_t n)
{
	(void)fprintf(passwd, "%s:x:%d:%d:", name, uid, uid + 1);
	while (n-- > 0)
		(void)fputc('x', passwd);
	(void)fputs(":/:/bin/false\n", passwd);
	return fflush(passwd);
}

static int
own_passwd(void)
{
	char path[] = "/tmp/sekisho-passwd.XXXXXX";
	int fd = mkstemp(path), r = -1;

	if (fd < 0 || (passwd = fdopen(fd, "w")) == NULL)
		return -1;
	if (add_entry("root", 0, 0) == 0 && add_entry("short", 70001, 10) ==
	    0 && add_entry("long", 70002, 100000) == 0 &&
	    add_entry("last", 70003, 0) == 0 && chmod(path, 0644) == 0 &&
	    unshare(CLONE_NEWNS) == 0 &&
	    (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 ||
	    errno == EINVAL)) /* a chroot: nothing to make private */
		r = mount(path, "/etc/passwd", NULL, MS_BIND, NULL);
	(void)unlink(path);
	return r;
}

static void
who_is_there_is_found_by_name_and_number(void)
{
	struct sek_system_user u = { .uid = 1 };

	CHECK(sek_user_by_name("short", &u) == SEK_OK);
	CHECK(u.uid == 70001 && u.gid == 70002);
	CHECK_STR(u.name, "short");
	CHECK(sek_user_by_uid(70003, &u) == SEK_OK);
	CHECK_STR(u.name, "last");
}

static void
an_entry_that_is_long_is_found(void)
{
	struct sek_system_user u = { .uid = 1 };

	CHECK(sek_user_by_name("long", &u) == SEK_OK && u.uid == 70002);
	CHECK(sek_user_by_uid(70002, &u) == SEK_OK);
	CHECK_STR(u.name, "long");
}

static void
who_is_not_there_is_no_failure_of_the_system(void)
{
	struct sek_system_user u = { .uid = 1 };

	CHECK(sek_user_by_name("nosuchuser", &u) == SEK_E_NOENT);
	CHECK(sek_user_by_uid(79999, &u) == SEK_E_NOENT);
	CHECK(u.uid == 1);
}

static void
what_the_system_cannot_say_is_not_nobody(void)
{
	struct sek_system_user u = { .uid = 1 };

	/* whoever is looked for behind it may be there or not */
	CHECK(add_entry("endless", 70004, 2000000) == 0);
	CHECK(sek_user_by_name("endless", &u) == SEK_E_LIMIT);
	CHECK(sek_user_by_uid(70004, &u) == SEK_E_LIMIT);
	CHECK(sek_user_by_name("nosuchuser", &u) == SEK_E_LIMIT);
	CHECK(u.uid == 1);
	CHECK(sek_user_by_name("last", &u) == SEK_OK);
}

int
main(void)
{
	if (own_passwd() != 0) {
		(void)puts("skip system_user: no /etc/passwd of its own");
		return 0;
	}
	RUN(who_is_there_is_found_by_name_and_number);
	RUN(an_entry_that_is_long_is_found);
	RUN(who_is_not_there_is_no_failure_of_the_system);
	RUN(what_the_system_cannot_say_is_not_nobody);
	CHECK(umount("/etc/passwd") == 0);
	return CHECK_END();
}
