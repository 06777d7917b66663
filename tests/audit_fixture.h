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

#include "record/note.h"
#include "tests/audit_reading.h"
#include "tests/check.h"

#include <errno.h>

static char home[200]; /* the test's own folder */
static char dir[256];  /* the log folder of the case that runs */
static char key_path[256]; /* "" = the log of this case has no key */
static uint64_t rotate_at; /* bytes; 0 = never */
static const char *read_group; /* NULL = none */

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

/* Every record in the folders keeps to the schema, but for what a case has
 * damaged. */
static inline bool
records_ok(void)
{
	char command[600];

	(void)snprintf(command, sizeof command, "find '%s' -type f -name "
	    "'audit*.jsonl' ! -name audit-v1.jsonl -exec python3 "
	    "tests/record/validate.py --chained {} +", home);
	if (system(command) == 0)
		return true;
	printf("not ok the_records_keep_to_the_schema: see above\n");
	return false;
}

/* Of a test whose lines are of its own making, and short. */
static inline bool
fixture_end_unread(void)
{
	return umount2(home, MNT_DETACH) == 0 && rmdir(home) == 0;
}

static inline bool
fixture_end(void)
{
	bool ok = records_ok();

	return fixture_end_unread() && ok;
}

/* A new, empty log folder. */
static inline void
fresh(void)
{
	static unsigned n;

	(void)snprintf(dir, sizeof dir, "%s/%u", home, n++);
	CHECK(mkdir(dir, 0755) == 0);
	key_path[0] = '\0';
	rotate_at = 0;
	read_group = NULL;
}

/* From now on the log of the case signs. */
static inline void
with_key(void)
{
	struct sek_buf text = { 0 };
	struct sek_skey key;
	int fd;

	(void)snprintf(key_path, sizeof key_path, "%.200s/log.key", home);
	if (access(key_path, F_OK) == 0)
		return;
	CHECK_INT(sek_skey_make("ward3/sekisho", &key), SEK_OK);
	CHECK_INT(sek_skey_text(&key, &text), SEK_OK);
	fd = open(key_path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	CHECK(fd >= 0 && write(fd, text.p, text.len) == (ssize_t)text.len);
	CHECK(close(fd) == 0);
	sek_skey_free(&key);
	sek_buf_free(&text);
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

static inline const struct sek_audit_conf *
conf(void)
{
	static struct sek_audit_conf c;

	c = (struct sek_audit_conf){ .dir = dir, .rotate = rotate_at,
	    .key = key_path[0] != '\0' ? key_path : NULL,
	    .group = read_group };
	return &c;
}

/* Append a record that says `note`; a name with x_ is not one of the
 * product's. */
static inline int
append(const char *note, uint64_t *seq, struct sek_why *why)
{
	json_t *rec = sek_record_new("login", "ward3");
	int r;

	sek_record_str(rec, "x_note", note);
	sek_record_int(rec, "result", 0);
	r = sek_audit_append(conf(), rec, seq, why);
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
	int r = check_file(log_path(), &rep, &why);

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
	const char *note = json_string_value(json_object_get(rec, "x_note"));
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

/* In all files. */
static inline uint64_t
count(const char *note, const char *event)
{
	struct counting c = { .note = note, .event = event };
	struct sek_reader *rd = NULL;
	struct sek_entry e;
	json_t *rec;
	int r;

	CHECK_INT(sek_reader_dir(&rd, dir, NULL), SEK_OK);
	while ((r = sek_reader_next(rd, &e, NULL)) == SEK_OK) {
		rec = sek_line_load(e.line, e.n);
		CHECK(rec != NULL);
		(void)count_one(&c, e.line, e.n, rec);
		json_decref(rec);
	}
	CHECK_INT(r, SEK_E_EOF);
	sek_reader_free(rd);
	return c.n;
}

/* What all files of a log say together. */
struct whole_log {
	struct sek_tree tree;
	uint8_t head[SEK_HASH_LEN];
	uint64_t lines, jumps;
};

static inline void
unhex(const char *s, uint8_t out[SEK_HASH_LEN])
{
	unsigned i, v;

	CHECK(s != NULL && strlen(s) == 64);
	for (i = 0; i < SEK_HASH_LEN; i++) {
		CHECK(sscanf(s + 2 * i, "%2x", &v) == 1);
		out[i] = (uint8_t)v;
	}
}

/* The state that a log_rotate or log_damaged tells. */
static inline void
told_state(const struct sek_entry *e, struct sek_tree *t)
{
	json_t *rec = sek_line_load(e->line, e->n), *list;
	size_t i;

	list = json_object_get(rec, "edge");
	CHECK_INT(json_array_size(list), sek_tree_peaks(e->is.seq - 1));
	memset(t, 0, sizeof *t);
	t->n = e->is.seq - 1;
	for (i = 0; i < json_array_size(list); i++)
		unhex(json_string_value(json_object_get(json_array_get(list,
		    i), "hash")), t->peak[i]);
	json_decref(rec);
}

/* Each record follows the one before, but for what a log_damaged tells; a
 * log_rotate tells the tree as it is; numbers only grow. */
static inline void
read_whole(struct whole_log *w)
{
	struct sek_reader *rd = NULL;
	struct sek_sha h = { NULL, NULL };
	struct sek_why why = { "" };
	struct sek_tree told;
	struct sek_entry e;
	uint8_t leaf[SEK_HASH_LEN];
	int r;

	memset(w, 0, sizeof *w);
	CHECK_INT(sek_sha_init(&h), SEK_OK);
	CHECK_INT(sek_reader_dir(&rd, dir, &why), SEK_OK);
	while ((r = sek_reader_next(rd, &e, &why)) == SEK_OK) {
		if (memmem(e.line, e.n, "\"event\":\"log_damaged\"", 21) !=
		    NULL) {
			told_state(&e, &told);
			CHECK(told.n >= w->tree.n);
			w->jumps += memcmp(w->head, e.is.prev, 32) != 0;
			w->tree = told;
			memcpy(w->head, e.is.prev, sizeof w->head);
		}
		if (memmem(e.line, e.n, "\"event\":\"log_rotate\"", 20) !=
		    NULL) {
			told_state(&e, &told);
			CHECK(memcmp(&told, &w->tree, sizeof told.n +
			    sek_tree_peaks(told.n) * SEK_HASH_LEN) == 0);
		}
		CHECK_INT(e.is.seq, w->tree.n + 1);
		CHECK(memcmp(e.is.prev, w->head, sizeof w->head) == 0);
		CHECK_INT(sek_leaf_hash(&h, e.line, e.n, leaf), SEK_OK);
		memcpy(w->head, leaf, sizeof leaf);
		CHECK_INT(sek_tree_add(&h, &w->tree, leaf), SEK_OK);
		w->lines++;
	}
	if (r != SEK_E_EOF)
		printf("# %s\n", why.text);
	CHECK_INT(r, SEK_E_EOF);
	sek_reader_free(rd);
	sek_sha_free(&h);
}

/* The file `checkpoint` is that of the whole log, signed. */
static inline void
covered(const struct whole_log *w)
{
	struct sek_sha h = { NULL, NULL };
	struct sek_buf want = { 0 }, line = { 0 };
	uint8_t root[SEK_HASH_LEN];
	struct sek_skey key;
	size_t n;
	char *is;

	CHECK_INT(sek_sha_init(&h), SEK_OK);
	CHECK_INT(sek_tree_root(&h, &w->tree, root), SEK_OK);
	CHECK_INT(sek_skey_read(key_path, true, &key, NULL), SEK_OK);
	CHECK_INT(sek_checkpoint_body(key.pub.name, w->tree.n, root, &want),
	    SEK_OK);
	CHECK_INT(sek_note_sign(&key, want.p, want.len, &line), SEK_OK);
	sek_put_u8(&want, '\n');
	sek_put_raw(&want, line.p, line.len);
	is = slurp(at("checkpoint"), &n);
	CHECK(n == want.len && memcmp(is, want.p, n) == 0);
	free(is);
	sek_skey_free(&key);
	sek_buf_free(&want);
	sek_buf_free(&line);
	sek_sha_free(&h);
}

static inline uint64_t
whole_ok(void)
{
	struct whole_log w;

	read_whole(&w);
	if (key_path[0] != '\0')
		covered(&w);
	return w.lines;
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
