/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tests of the record share: a folder in memory of their own (a
 * tmpfs in a private mount namespace, so that a sync costs nothing and a
 * small one can be full), records to append, and a log as lines.
 */
#ifndef TESTS_AUDIT_FIXTURE_H
#define TESTS_AUDIT_FIXTURE_H

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gate/audit.h"
#include "tests/check.h"

#include <errno.h>

static char home[200]; /* the test's own folder */
static char dir[256];  /* the log folder of the case that runs */

static inline bool
fixture_begin(const char *name)
{
	const char *tmp = getenv("TMPDIR");

	(void)umask(022);
	(void)snprintf(home, sizeof home, "%s/sekisho-%s-XXXXXX",
	    tmp != NULL ? tmp : "/tmp", name);
	return mkdtemp(home) != NULL && unshare(CLONE_NEWNS) == 0 &&
	    (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 ||
	    errno == EINVAL) && /* a chroot: nothing to make private */
	    mount("tmpfs", home, "tmpfs", 0, "mode=0755") == 0;
}

static inline bool
fixture_end(void)
{
	return umount2(home, MNT_DETACH) == 0 && rmdir(home) == 0;
}

/* A new, empty log folder. */
static inline void
fresh(void)
{
	static unsigned n;

	(void)snprintf(dir, sizeof dir, "%s/%u", home, n++);
	CHECK(mkdir(dir, 0755) == 0);
}

static inline const char *
at(const char *name)
{
	static char path[2][600];
	static unsigned turn;

	turn = !turn;
	(void)snprintf(path[turn], sizeof path[turn], "%s/%s", dir, name);
	return path[turn];
}

static inline const char *
log_path(void)
{
	return at(SEK_AUDIT_FILE);
}

/* Append a record that says `note`. */
static inline int
append(const char *note, uint64_t *seq, struct sek_why *why)
{
	json_t *rec = sek_record_new("login", "ward3");
	int r;

	sek_record_str(rec, "note", note);
	sek_record_int(rec, "result", 0);
	r = sek_audit_append(dir, rec, seq, why);
	json_decref(rec);
	return r;
}

static inline void
append_ok(const char *note)
{
	struct sek_why why = { .text = "" };
	uint64_t seq = 0;
	int r = append(note, &seq, &why);

	if (r != SEK_OK)
		printf("# append: %d \"%s\"\n", r, why.text);
	CHECK_INT(r, SEK_OK);
	CHECK(seq > 0);
}

/* A whole file, owned by the caller, with a NUL behind it. */
static inline char *
slurp(const char *path, size_t *n)
{
	int fd = open(path, O_RDONLY);
	struct stat st;
	char *p;

	CHECK(fd >= 0 && fstat(fd, &st) == 0);
	p = malloc((size_t)st.st_size + 1);
	CHECK(p != NULL);
	CHECK(read(fd, p, (size_t)st.st_size) == st.st_size);
	p[st.st_size] = '\0';
	*n = (size_t)st.st_size;
	CHECK(close(fd) == 0);
	return p;
}

static inline void
put_file(const char *path, const void *p, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0640);

	CHECK(fd >= 0);
	CHECK(write(fd, p, n) == (ssize_t)n);
	CHECK(close(fd) == 0);
}

static inline void
verify_ok(uint64_t records)
{
	struct sek_audit_report rep;
	struct sek_why why = { .text = "" };
	int r = sek_audit_verify(log_path(), &rep, &why);

	if (r != SEK_OK)
		printf("# verify: %d \"%s\"\n", r, why.text);
	CHECK_INT(r, SEK_OK);
	CHECK_INT(rep.bad_line, 0);
	CHECK_INT(rep.records, records);
}

/* How many records say `note` (NULL: any) and are of `event` (NULL: any). */
struct counting {
	const char *note, *event;
	uint64_t n;
};

static inline int
count_one(void *arg, const char *line, size_t n, const json_t *rec)
{
	struct counting *c = arg;
	const char *note = json_string_value(json_object_get(rec, "note"));
	const char *event = json_string_value(json_object_get(rec, "event"));

	(void)line;
	(void)n;
	if (c->note != NULL && (note == NULL || strcmp(note, c->note) != 0))
		return 0;
	if (c->event != NULL && (event == NULL ||
	    strcmp(event, c->event) != 0))
		return 0;
	c->n++;
	return 0;
}

static inline uint64_t
count(const char *note, const char *event)
{
	struct counting c = { .note = note, .event = event };

	CHECK_INT(sek_audit_each(log_path(), count_one, &c, NULL), SEK_OK);
	return c.n;
}

/* Files that were kept aside. */
static inline unsigned
torn_files(void)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	unsigned n = 0;

	CHECK(d != NULL);
	while ((e = readdir(d)) != NULL)
		n += strstr(e->d_name, ".torn-") != NULL;
	CHECK(closedir(d) == 0);
	return n;
}

#endif
