/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The record over several files: when a new one begins, what it begins with,
 * that the tree and the chain run through all of them, and that two hundred
 * writers at once change nothing about that.
 * Must run as root: it mounts tmpfs folders of its own.
 */
#include <signal.h>

#include "tests/audit_fixture.h"

static unsigned
old_files(void)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	unsigned n = 0;

	CHECK(d != NULL);
	while ((e = readdir(d)) != NULL)
		n += strncmp(e->d_name, "audit-", 6) == 0;
	CHECK(closedir(d) == 0);
	return n;
}

/* The first record of a file, owned by the caller. */
static json_t *
first_of(const char *file)
{
	size_t n;
	char *text = slurp(at(file), &n), *nl = strchr(text, '\n');
	json_t *rec;

	CHECK(nl != NULL);
	rec = sek_line_load(text, (size_t)(nl - text));
	CHECK(rec != NULL);
	free(text);
	return rec;
}

static const char *
str_of(const json_t *rec, const char *group, const char *key)
{
	const char *s = json_string_value(json_object_get(group == NULL ?
	    rec : json_object_get(rec, group), key));

	CHECK(s != NULL);
	return s;
}

static void
a_new_file_begins_at_its_size(void)
{
	struct stat st;
	json_t *rec;
	int i;

	fresh();
	with_key();
	rotate_at = 3000;
	for (i = 0; i < 40; i++)
		append_ok("one");
	CHECK(old_files() > 3);
	CHECK_INT(count(NULL, "log_rotate"), old_files());
	CHECK_INT(count("one", NULL), 40);
	CHECK_INT(whole_ok(), 41 + old_files());
	/* each is named after its first record, and has reached the size */
	rec = first_of("audit-000000000001.jsonl");
	CHECK_STR(str_of(rec, NULL, "event"), "log_start");
	CHECK(stat(at("audit-000000000001.jsonl"), &st) == 0 &&
	    st.st_size >= 3000 && st.st_nlink == 1 &&
	    (st.st_mode & 07777) == 0640);
	json_decref(rec);
	rec = first_of("audit.jsonl");
	CHECK_STR(str_of(rec, NULL, "event"), "log_rotate");
	CHECK_STR(str_of(rec, NULL, "log"), "ward3/sekisho");
	CHECK(access(at(str_of(rec, "log_files", "before")), F_OK) == 0);
	json_decref(rec);
	CHECK(access(at("audit.jsonl.new"), F_OK) != 0);
}

/* A limit below the size of a record: a file for each, and no loop. */
static void
a_tiny_limit(void)
{
	int i;

	fresh();
	rotate_at = 1;
	for (i = 0; i < 10; i++)
		append_ok("one");
	CHECK_INT(old_files(), 9);
	CHECK_INT(whole_ok(), 20);
}

static void
no_limit_no_rotation(void)
{
	int i;

	fresh();
	for (i = 0; i < 10; i++)
		append_ok("one");
	CHECK_INT(old_files(), 0);
	CHECK_INT(whole_ok(), 11);
}

static void
an_old_file_is_never_written_over(void)
{
	struct sek_why why = { "" };
	uint64_t seq;
	size_t n;
	char *text;

	fresh();
	with_key();
	append_ok("one");
	put_file(at("audit-000000000001.jsonl"), "mine", 4);
	rotate_at = 1;
	CHECK_INT(append("two", &seq, &why), SEK_OK);
	CHECK_INT(seq, 3);
	CHECK(strstr(why.text, "no new file can be begun") != NULL);
	text = slurp(at("audit-000000000001.jsonl"), &n);
	CHECK(n == 4 && memcmp(text, "mine", 4) == 0);
	free(text);
	CHECK(access(at("audit.jsonl.new"), F_OK) != 0);
	CHECK(unlink(at("audit-000000000001.jsonl")) == 0);
	append_ok("three");
	CHECK_INT(old_files(), 1);
	CHECK_INT(whole_ok(), 5);
}

/* No room for the new file: the login is refused or goes into the old one,
 * and nothing is lost either way. */
static void
a_full_disk(void)
{
	uint64_t seq, written = 0;

	fresh();
	CHECK(mount("tmpfs", dir, "tmpfs", 0, "size=96k,mode=0755") == 0);
	with_key();
	rotate_at = 8000;
	while (append("fill", &seq, NULL) == SEK_OK)
		written++;
	CHECK(written > 10);
	CHECK(append("fill", &seq, NULL) == SEK_E_IO);
	CHECK_INT(count("fill", NULL), written);
	(void)whole_ok();
	CHECK(access(at("audit.jsonl.new"), F_OK) != 0);
	/* the oldest file is taken to another place */
	CHECK(unlink(at("audit-000000000001.jsonl")) == 0);
	append_ok("room");
	CHECK_INT(count(NULL, "log_gap"), 1);
	CHECK_INT(count(NULL, "log_damaged"), 0);
	CHECK(umount2(dir, MNT_DETACH) == 0);
}

/* -- crowds ------------------------------------------------------------ */

#define WRITERS 200
#define EACH 3

static void
two_hundred_writers(void)
{
	pid_t pid[WRITERS];
	uint64_t seq, last;
	char note[32];
	int w, i, status;

	fresh();
	with_key();
	rotate_at = 20000;
	for (w = 0; w < WRITERS; w++) {
		if ((pid[w] = fork()) == 0) {
			(void)snprintf(note, sizeof note, "writer %d", w);
			for (i = 0, last = 0; i < EACH; i++, last = seq)
				if (append(note, &seq, NULL) != SEK_OK ||
				    seq <= last)
					_exit(1);
			_exit(0);
		}
		CHECK(pid[w] > 0);
	}
	for (w = 0; w < WRITERS; w++)
		CHECK(waitpid(pid[w], &status, 0) == pid[w] &&
		    WIFEXITED(status) && WEXITSTATUS(status) == 0);
	CHECK(old_files() > 10);
	CHECK_INT(whole_ok(), WRITERS * EACH + 1 + old_files());
	CHECK_INT(count(NULL, "login"), WRITERS * EACH);
	for (w = 0; w < WRITERS; w += 37) {
		(void)snprintf(note, sizeof note, "writer %d", w);
		CHECK_INT(count(note, NULL), EACH);
	}
}

static void
killed_in_a_crowd(void)
{
	pid_t pid[4];
	uint64_t seq, before = 0, now;
	int i, status;
	size_t w;

	fresh();
	with_key();
	rotate_at = 4000;
	append_ok("one");
	for (i = 0; i < 30; i++) {
		for (w = 0; w < 4; w++) {
			if ((pid[w] = fork()) == 0) {
				while (append("crowd", &seq, NULL) == SEK_OK)
					;
				_exit(1);
			}
			CHECK(pid[w] > 0);
		}
		(void)usleep(4000);
		for (w = 0; w < 4; w++)
			CHECK(kill(pid[w], SIGKILL) == 0);
		for (w = 0; w < 4; w++)
			CHECK(waitpid(pid[w], &status, 0) == pid[w] &&
			    WIFSIGNALED(status));
		append_ok("after");
		now = whole_ok();
		CHECK(now > before);
		before = now;
	}
	CHECK_INT(count("after", NULL), 30);
	CHECK_INT(count(NULL, "log_damaged"), 0);
}

int
main(void)
{
	if (!fixture_begin("rotate"))
		return 1;
	(void)signal(SIGXFSZ, SIG_IGN);
	RUN(a_new_file_begins_at_its_size);
	RUN(a_tiny_limit);
	RUN(no_limit_no_rotation);
	RUN(an_old_file_is_never_written_over);
	RUN(a_full_disk);
	RUN(two_hundred_writers);
	RUN(killed_in_a_crowd);
	if (!fixture_end())
		return 1;
	return CHECK_END();
}
