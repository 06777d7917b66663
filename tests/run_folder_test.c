/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The folders below [paths] run: made once, and refused when somebody else
 * could have a hand in them.
 */
#include "tests/check.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gate/run_folder.h"

static char top[] = "/tmp/sekisho-run-folder.XXXXXX";
static char run_at[64], name_at[96], path[PATH_MAX];
static struct sek_why why;

static int
make(const char *name)
{
	why.text[0] = '\0';
	return sek_run_folder(run_at, name, path, sizeof path, &why);
}

static mode_t
mode_of(const char *file)
{
	struct stat st;

	return lstat(file, &st) == 0 ? st.st_mode & 07777 : 0;
}

static void
start_again(void)
{
	(void)unlink(name_at);
	(void)rmdir(name_at);
	(void)chmod(run_at, 0755);
	(void)unlink(run_at);
	(void)rmdir(run_at);
}

static void
both_are_made_and_stay(void)
{
	const mode_t before = umask(0277);

	start_again();
	CHECK_INT(make("proofs"), SEK_OK);
	(void)umask(before);
	CHECK_STR(path, name_at);
	CHECK_INT(mode_of(run_at), 0755);
	CHECK_INT(mode_of(name_at), 0700);
	(void)umask(0);
	CHECK_INT(make("proofs"), SEK_OK);
	(void)umask(before);
	CHECK_INT(mode_of(name_at), 0700);
}

static void
one_that_others_can_write_or_read_is_refused(void)
{
	static const mode_t modes[] = { 0750, 0701, 0720, 01700, 0500 };
	size_t i;

	start_again();
	CHECK_INT(make("proofs"), SEK_OK);
	for (i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		CHECK_INT(chmod(name_at, modes[i]), 0);
		CHECK_INT(make("proofs"), SEK_E_UNSAFE);
		CHECK_STR(path, "");
		CHECK(strstr(why.text, "0700") != NULL);
		CHECK_INT(mode_of(name_at), modes[i]);
	}
	CHECK_INT(chmod(name_at, 0700), 0);
	CHECK_INT(chmod(run_at, 01777), 0);
	CHECK_INT(make("proofs"), SEK_E_UNSAFE);
	CHECK_INT(chmod(run_at, 0775), 0);
	CHECK_INT(make("proofs"), SEK_E_UNSAFE);
	CHECK_INT(chmod(run_at, 0755), 0);
	CHECK_INT(make("proofs"), SEK_OK);
}

static void
one_of_somebody_else_is_refused(void)
{
	if (geteuid() != 0)
		return;
	start_again();
	CHECK_INT(make("proofs"), SEK_OK);
	CHECK_INT(chown(name_at, 65534, 0), 0);
	CHECK_INT(make("proofs"), SEK_E_UNSAFE);
	CHECK_INT(chown(name_at, 0, 0), 0);
	CHECK_INT(chown(run_at, 65534, 0), 0);
	CHECK_INT(make("proofs"), SEK_E_UNSAFE);
	CHECK_INT(chown(run_at, 0, 0), 0);
}

static void
what_is_no_folder_is_refused(void)
{
	FILE *f;

	start_again();
	CHECK_INT(make("proofs"), SEK_OK);
	CHECK_INT(rmdir(name_at), 0);
	CHECK_INT(symlink("/root", name_at), 0);
	CHECK_INT(make("proofs"), SEK_E_UNSAFE);
	CHECK_INT(unlink(name_at), 0);
	CHECK_INT(symlink("nowhere", name_at), 0);
	CHECK_INT(make("proofs"), SEK_E_UNSAFE);
	CHECK_INT(unlink(name_at), 0);
	f = fopen(name_at, "w");
	CHECK(f != NULL);
	CHECK_INT(fclose(f), 0);
	CHECK_INT(make("proofs"), SEK_E_UNSAFE);
}

static void
one_below_a_folder_that_is_not_there_is_refused(void)
{
	start_again();
	CHECK_INT(sek_run_folder("/nonexistent/sekisho", "proofs", path,
	    sizeof path, &why), SEK_E_SYS);
	CHECK_STR(path, "");
}

static void
no_other_name_makes_a_folder(void)
{
	static const char *const bad[] = {
		"", ".", "..", "../x", "a/b", "-x", "A", "a.b", "a b"
	};
	size_t i;

	start_again();
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		CHECK_INT(make(bad[i]), SEK_E_INVAL);
	CHECK_INT(mode_of(run_at), 0);
	CHECK_INT(sek_run_folder(run_at, "proofs", path, strlen(name_at),
	    &why), SEK_E_INVAL);
	CHECK_INT(sek_run_folder(run_at, "proofs", path, strlen(name_at) + 1,
	    &why), SEK_OK);
}

int
main(void)
{
	if (mkdtemp(top) == NULL)
		return 1;
	(void)snprintf(run_at, sizeof run_at, "%s/run", top);
	(void)snprintf(name_at, sizeof name_at, "%s/proofs", run_at);
	RUN(both_are_made_and_stay);
	RUN(one_that_others_can_write_or_read_is_refused);
	RUN(one_of_somebody_else_is_refused);
	RUN(what_is_no_folder_is_refused);
	RUN(one_below_a_folder_that_is_not_there_is_refused);
	RUN(no_other_name_makes_a_folder);
	start_again();
	(void)rmdir(top);
	return CHECK_END();
}
