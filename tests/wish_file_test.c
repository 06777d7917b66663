/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A wish for the login screen: one line in one form and no other, in a file
 * of its name; no more of them than anybody follows.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gate/wish_file.h"
#include "tests/check.h"

static const char good[] = "at 4711 uid 1000 account taro session c1\n";

static int
dec(const char *text, struct sek_wish *w)
{
	return sek_wish_dec(w, text, strlen(text));
}

static void
it_is_read_and_written_back(void)
{
	struct sek_wish w = { .at_ms = 0 };
	struct sek_buf b = { 0 };
	char name[SEK_WISH_NAME];

	CHECK_INT(dec(good, &w), SEK_OK);
	CHECK(w.at_ms == 4711 && w.uid == 1000);
	CHECK_STR(w.account, "taro");
	CHECK_STR(w.xdg, "c1");
	sek_wish_name(name, &w);
	CHECK_STR(name, "1000-c1");
	CHECK_INT(sek_wish_enc(&b, &w), SEK_OK);
	CHECK(b.len == strlen(good) && memcmp(b.p, good, b.len) == 0);
	sek_buf_free(&b);
	CHECK_INT(dec("at 18446744073709551615 uid 4294967295 account a "
	    "session \n", &w), SEK_OK);
	sek_wish_name(name, &w);
	CHECK_STR(name, "4294967295-");
}

static void
any_other_form_is_refused(void)
{
	static const char *const bad[] = {
		"", "\n", "at 4711 uid 1000 account taro session c1",
		"at 4711 uid 1000 account taro session c1\n\n",
		"at 4711 uid 1000 account taro session c1 \n",
		"at 4711 uid 1000 account taro session c1 more\n",
		" at 4711 uid 1000 account taro session c1\n",
		"at  4711 uid 1000 account taro session c1\n",
		"uid 1000 at 4711 account taro session c1\n",
		"at 04711 uid 1000 account taro session c1\n",
		"at -1 uid 1000 account taro session c1\n",
		"at x uid 1000 account taro session c1\n",
		"at 18446744073709551616 uid 1 account taro session c1\n",
		"at 4711 uid 4294967296 account taro session c1\n",
		"at 4711 uid 1000 account  session c1\n",
		"at 4711 uid 1000 account -rf session c1\n",
		"at 4711 uid 1000 account ta/ro session c1\n",
		"at 4711 uid 1000 account taro session ../c1\n",
		"at 4711 uid 1000 account taro session c-1\n",
		"at 4711 uid 1000 account taro session\n",
		"at 4711 uid 1000 account \033[2J session c1\n",
	};
	struct sek_wish w = { .uid = 77 };
	char large[1000];
	size_t i;

	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (dec(bad[i], &w) == SEK_OK)
			printf("# accepted: %s\n", bad[i]);
		CHECK(dec(bad[i], &w) != SEK_OK);
	}
	for (i = 0; i < strlen(good); i++) /* cut off anywhere */
		CHECK(sek_wish_dec(&w, good, i) != SEK_OK);
	CHECK_INT(sek_wish_dec(&w, good, sizeof good), SEK_E_SYNTAX);
	memset(large, 'a', sizeof large);
	CHECK_INT(sek_wish_dec(&w, large, sizeof large), SEK_E_LIMIT);
	CHECK(w.uid == 77); /* set on success only */
}

static char dir[] = "/tmp/sekisho-wish.XXXXXX";

static size_t
count(void)
{
	DIR *d = opendir(dir);
	size_t n = 0;

	CHECK(d != NULL);
	while (d != NULL && readdir(d) != NULL)
		n++;
	(void)closedir(d);
	return n - 2;
}

static void
a_file_has_the_name_of_what_it_holds(void)
{
	const struct sek_wish w = { 4711, 1000, "taro", "c1" };
	struct sek_wish got = { .uid = 77 };
	struct sek_why why = { "" };
	char from[100], to[100];

	CHECK_INT(sek_wish_write(dir, &w, &why), SEK_OK);
	CHECK_INT(sek_wish_write(dir, &w, &why), SEK_OK);
	CHECK_INT(count(), 1);
	CHECK_INT(sek_wish_read(dir, "1000-c1", &got, &why), SEK_OK);
	CHECK(got.uid == 1000 && got.at_ms == 4711);
	got.uid = 77;
	(void)snprintf(from, sizeof from, "%s/1000-c1", dir);
	(void)snprintf(to, sizeof to, "%s/1001-c1", dir);
	CHECK(rename(from, to) == 0);
	CHECK_INT(sek_wish_read(dir, "1000-c1", &got, &why), SEK_E_NOENT);
	CHECK_INT(sek_wish_read(dir, "1001-c1", &got, &why), SEK_E_SYNTAX);
	CHECK(rename(to, from) == 0 && chmod(from, 0644) == 0);
	CHECK_INT(sek_wish_read(dir, "1000-c1", &got, &why), SEK_E_UNSAFE);
	CHECK(unlink(from) == 0 && symlink("/etc/passwd", from) == 0);
	CHECK(sek_wish_read(dir, "1000-c1", &got, &why) != SEK_OK);
	CHECK(unlink(from) == 0 && mkfifo(from, 0600) == 0);
	CHECK_INT(sek_wish_read(dir, "1000-c1", &got, &why), SEK_E_UNSAFE);
	CHECK(unlink(from) == 0 && got.uid == 77);
}

static void
there_are_no_more_than_that(void)
{
	const struct timespec old[2] = { { .tv_sec = 1000 },
	    { .tv_sec = 1000 } };
	struct sek_wish w = { 1, 1000, "taro", "" };
	struct sek_why why = { "" };
	char path[100];
	size_t i;

	for (i = 0; i < SEK_WISH_MAX; i++) {
		(void)snprintf(w.xdg, sizeof w.xdg, "c%zu", i);
		CHECK_INT(sek_wish_write(dir, &w, &why), SEK_OK);
	}
	(void)snprintf(w.xdg, sizeof w.xdg, "more");
	CHECK_INT(sek_wish_write(dir, &w, &why), SEK_E_LIMIT);
	CHECK(strstr(why.text, "sekisho-watch") != NULL);
	CHECK_INT(count(), SEK_WISH_MAX);
	(void)snprintf(path, sizeof path, "%s/1000-c7", dir);
	CHECK(utimensat(AT_FDCWD, path, old, 0) == 0);
	CHECK_INT(sek_wish_write(dir, &w, &why), SEK_OK);
	CHECK_INT(count(), SEK_WISH_MAX);
	CHECK(access(path, F_OK) != 0);
	for (i = 0; i < SEK_WISH_MAX; i++) {
		(void)snprintf(path, sizeof path, "%s/1000-c%zu", dir, i);
		(void)unlink(path);
	}
	(void)snprintf(path, sizeof path, "%s/1000-more", dir);
	CHECK(unlink(path) == 0);
}

int
main(void)
{
	if (mkdtemp(dir) == NULL)
		return 1;
	RUN(it_is_read_and_written_back);
	RUN(any_other_form_is_refused);
	RUN(a_file_has_the_name_of_what_it_holds);
	RUN(there_are_no_more_than_that);
	(void)rmdir(dir);
	return CHECK_END();
}
