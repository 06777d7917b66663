/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an append knows of those before it: audit.edge, audit.index and the
 * checkpoint, when they are as they should be, gone, old, garbage or of
 * another log; and what the log says by itself, of clocks, configurations and
 * failures.
 * Must run as root: it mounts a tmpfs of its own.
 */
#include <grp.h>
#include <sys/syscall.h>
#include <time.h>

#include "record/audit_index.h"
#include "tests/audit_states.h"

/* The clocks of this program, so that they can be wrong. */
static int64_t wall_ahead_us, boot_ahead_ms;

int
clock_gettime(clockid_t id, struct timespec *t)
{
	int64_t ns = 0;
	int r = (int)syscall(SYS_clock_gettime, id, t);

	if (id == CLOCK_REALTIME)
		ns = wall_ahead_us * 1000 + boot_ahead_ms * 1000000;
	if (id == CLOCK_BOOTTIME)
		ns = boot_ahead_ms * 1000000;
	ns += t->tv_nsec;
	t->tv_sec += ns / 1000000000 - (ns % 1000000000 < 0);
	t->tv_nsec = ns % 1000000000 + (ns % 1000000000 < 0 ? 1000000000 : 0);
	return r;
}

/* -- as it should be --------------------------------------------------- */

static void
each_append_is_covered(void)
{
	unsigned i;

	fresh();
	with_key();
	for (i = 1; i <= 70; i++) {
		append_ok("some");
		CHECK_INT(whole_ok(), i + 1);
	}
	expect(0, 0);
}

static void
without_a_key(void)
{
	size_t n;
	char *text;

	fresh();
	some(5);
	CHECK(access(at("checkpoint"), F_OK) != 0);
	CHECK(access(at("audit.edge"), F_OK) == 0);
	text = slurp(log_path(), &n);
	CHECK(strstr(text, "\"log\":") == NULL);
	free(text);
	(void)snprintf(key_path, sizeof key_path, "%.200s/none", home);
	expect(0, 0);
	/* a key from now on: everything is covered, the old ones too */
	with_key();
	expect(0, 0);
	CHECK_INT(whole_ok(), 10);
	text = slurp(log_path(), &n);
	CHECK(strstr(text, "\"log\":\"ward3/sekisho\"") != NULL);
	free(text);
}

static void
a_key_that_is_not_safe(void)
{
	struct sek_why why = { "" };
	uint64_t seq;

	begin(3);
	CHECK(chmod(key_path, 0644) == 0);
	CHECK_INT(append("not signed", &seq, &why), SEK_OK);
	CHECK(strstr(why.text, "log.key") != NULL);
	CHECK(chmod(key_path, 0600) == 0);
	expect(0, 0);
	CHECK_INT(whole_ok(), 7);
}

/* The past is not read: that is what a check is for. */
static void
an_append_reads_the_last_line(void)
{
	size_t n;
	char *text;
	int fd;

	begin(20);
	text = slurp(log_path(), &n);
	memset(text, 'x', n / 2);
	fd = open(log_path(), O_WRONLY);
	CHECK(fd >= 0 && pwrite(fd, text, n / 2, 0) == (ssize_t)(n / 2));
	CHECK(close(fd) == 0);
	free(text);
	append_ok("goes on");
}

static void
a_group_reads_it(void)
{
	struct group *gr = getgrnam("daemon");
	struct sek_why why = { "" };
	struct stat st;
	uint64_t seq;

	CHECK(gr != NULL);
	fresh();
	with_key();
	read_group = "daemon";
	rotate_at = 2000;
	some(5);
	CHECK(stat(log_path(), &st) == 0 && st.st_gid == gr->gr_gid &&
	    (st.st_mode & 07777) == 0640);
	CHECK(stat(at("checkpoint"), &st) == 0 && st.st_gid == gr->gr_gid &&
	    (st.st_mode & 07777) == 0640);
	CHECK(stat(at("audit.edge"), &st) == 0 && st.st_gid == 0 &&
	    (st.st_mode & 07777) == 0600);
	/* nobody is asked for the group again */
	read_group = "no-such-group";
	CHECK_INT(append("six", &seq, &why), SEK_OK);
	CHECK_INT(append("seven", &seq, &why), SEK_OK);
	CHECK_STR(why.text, "");
	CHECK(stat(log_path(), &st) == 0 && st.st_gid == gr->gr_gid);
	fresh();
	with_key();
	read_group = "no-such-group";
	CHECK_INT(append("one", &seq, &why), SEK_OK);
	CHECK(strstr(why.text, "no group no-such-group") != NULL);
	CHECK_INT(append("two", &seq, &why), SEK_OK);
	CHECK_STR(why.text, "");
	CHECK_INT(whole_ok(), 3);
}

/* -- an edge that is not ----------------------------------------------- */

static void
no_edge(void)
{
	json_t *rec;

	begin(5);
	CHECK(unlink(at("audit.edge")) == 0);
	expect(0, 1);
	rec = last_of("log_repair");
	CHECK_STR(json_string_value(json_object_get(json_object_get(rec,
	    "repair"), "what")), "edge");
	json_decref(rec);
	CHECK_INT(whole_ok(), 9);
	CHECK(unlink(at("audit.edge")) == 0);
	CHECK(unlink(at("checkpoint")) == 0);
	expect(0, 2);
	CHECK_INT(whole_ok(), 12);
}

/* Whatever byte of a slot is wrong, the other one serves. */
static void
a_broken_slot(void)
{
	size_t n, i;
	char *edge;

	begin(4);
	edge = slurp(at("audit.edge"), &n);
	for (i = 0; i < 8192; i += 61) {
		edge[i] ^= 0x40;
		put_file(at("audit.edge"), edge, n);
		CHECK(chmod(at("audit.edge"), 0600) == 0);
		append_ok("some");
		free(edge);
		edge = slurp(at("audit.edge"), &n);
	}
	free(edge);
	CHECK_INT(count(NULL, "log_damaged"), 0);
	CHECK_INT(count(NULL, "log_repair"), 0);
	(void)whole_ok();
}

static void
an_old_edge(void)
{
	begin(3);
	keep("audit.edge", "old");
	rotate_at = 4000;
	some(20);
	CHECK(rename(at("old"), at("audit.edge")) == 0);
	expect(0, 0);
	(void)whole_ok();
	begin(3);
	keep("audit.edge", "old");
	some(20);
	CHECK(rename(at("old"), at("audit.edge")) == 0);
	expect(0, 0);
	CHECK_INT(whole_ok(), 26);
}

static void
the_edge_of_another_log(void)
{
	char other[300];

	begin(9);
	(void)snprintf(other, sizeof other, "%s", at("audit.edge"));
	begin(12);
	CHECK(rename(other, at("audit.edge")) == 0);
	expect(1, 0);
	(void)whole_ok();
}

static void
links_in_the_way(void)
{
	struct sek_why why = { "" };
	uint64_t seq;

	begin(2);
	CHECK(unlink(at("audit.edge")) == 0);
	put_file(at("target"), "", 0);
	CHECK(symlink(at("target"), at("audit.edge")) == 0);
	CHECK_INT(append("x", &seq, &why), SEK_E_UNSAFE);
	CHECK(strstr(why.text, "audit.edge must not be a symbolic link") !=
	    NULL);
	CHECK(unlink(at("audit.edge")) == 0);
	CHECK(unlink(at("checkpoint")) == 0);
	CHECK(symlink(at("target"), at("checkpoint")) == 0);
	CHECK_INT(append("y", &seq, &why), SEK_OK);
	CHECK(strstr(why.text, "checkpoint") != NULL);
	CHECK(unlink(at("checkpoint")) == 0);
	expect(0, 1);
	(void)whole_ok();
}

/* -- what the log says by itself --------------------------------------- */

static void
a_clock_that_steps(void)
{
	json_t *rec;

	begin(2);
	wall_ahead_us = 400000; /* less than half a second is no step */
	append_ok("a little");
	CHECK_INT(count(NULL, "clock_step"), 0);
	wall_ahead_us = -3600 * INT64_C(1000000);
	append_ok("back");
	CHECK_INT(count(NULL, "clock_step"), 1);
	rec = last_of("clock_step");
	CHECK(number(rec, "step", "us") < -3600 * 1000000LL &&
	    number(rec, "step", "us") > -3601 * 1000000LL);
	CHECK_STR(json_string_value(json_object_get(json_object_get(rec,
	    "step"), "boot")), "same");
	json_decref(rec);
	append_ok("no step");
	/* an hour passes, on both clocks */
	boot_ahead_ms = 3600 * 1000;
	append_ok("later");
	CHECK_INT(count(NULL, "clock_step"), 1);
	wall_ahead_us = 0;
	append_ok("forth");
	CHECK_INT(count(NULL, "clock_step"), 2);
	/* also when the edge does not know the time before */
	CHECK(unlink(at("audit.edge")) == 0);
	wall_ahead_us = 5000000;
	append_ok("again");
	CHECK_INT(count(NULL, "clock_step"), 3);
	wall_ahead_us = boot_ahead_ms = 0;
	(void)whole_ok();
}

/* A record of another boot; only back can be told. */
#define BOOT "b6d99fa6-a688-4713-8b3a-bc327602300"

static int
append_in_boot(const char *boot, int64_t mono)
{
	json_t *rec = sek_record_new("login", "ward3");
	uint64_t seq;
	int r;

	sek_record_str(rec, "x_note", "in a boot");
	sek_record_str(rec, "boot_id", boot);
	sek_record_int(rec, "t_mono", mono);
	r = sek_audit_append(conf(), rec, &seq, NULL);
	json_decref(rec);
	return r;
}

static void
a_clock_of_another_boot(void)
{
	json_t *rec;

	begin(2);
	wall_ahead_us = 60 * 1000000;
	CHECK_INT(append_in_boot(BOOT "1", 1), SEK_OK);
	CHECK_INT(count(NULL, "clock_step"), 0);
	wall_ahead_us = 30 * 1000000;
	CHECK_INT(append_in_boot(BOOT "2", 1), SEK_OK);
	CHECK_INT(count(NULL, "clock_step"), 1);
	rec = last_of("clock_step");
	CHECK_STR(json_string_value(json_object_get(json_object_get(rec,
	    "step"), "boot")), "other");
	CHECK(number(rec, "step", "us") < -29 * 1000000LL);
	json_decref(rec);
	wall_ahead_us = 0;
	(void)whole_ok();
}

static int
append_by_policy(uint8_t byte)
{
	uint8_t hash[32] = { byte };
	json_t *rec = sek_record_new("login", "ward3");
	uint64_t seq;
	int r;

	sek_record_str(rec, "x_note", "by a policy");
	sek_record_hex(rec, "policy", hash, sizeof hash);
	r = sek_audit_append(conf(), rec, &seq, NULL);
	json_decref(rec);
	return r;
}

static void
another_configuration(void)
{
	json_t *rec;

	begin(2);
	CHECK_INT(append_by_policy(0xAA), SEK_OK);
	CHECK_INT(append_by_policy(0xAA), SEK_OK);
	some(2); /* says none */
	CHECK_INT(append_by_policy(0xAA), SEK_OK);
	CHECK_INT(count(NULL, "policy"), 0);
	CHECK_INT(append_by_policy(0xBB), SEK_OK);
	CHECK_INT(count(NULL, "policy"), 1);
	rec = last_of("policy");
	CHECK(strncmp(json_string_value(json_object_get(rec, "policy")),
	    "bb00", 4) == 0);
	CHECK(strncmp(json_string_value(json_object_get(rec,
	    "policy_before")), "aa00", 4) == 0);
	json_decref(rec);
	/* the edge need not know it */
	some(3);
	CHECK(unlink(at("audit.edge")) == 0);
	CHECK_INT(append_by_policy(0xBB), SEK_OK);
	CHECK_INT(count(NULL, "policy"), 1);
	CHECK_INT(append_by_policy(0xAA), SEK_OK);
	CHECK_INT(count(NULL, "policy"), 2);
	(void)whole_ok();
}

static void
fail(unsigned times)
{
	uint64_t seq;

	CHECK(chmod(log_path(), 0666) == 0);
	while (times-- > 0)
		CHECK_INT(append("x", &seq, NULL), SEK_E_UNSAFE);
	CHECK(chmod(log_path(), 0640) == 0);
}

/* A counter that begins anew is not taken for what is on record. */
static void
failures_are_told_by_a_new_counter(void)
{
	static const char zeros[1024];
	json_t *rec;
	int fd;

	begin(2);
	fail(3);
	some(1);
	fd = open(at("audit.edge"), O_WRONLY);
	CHECK(fd >= 0 && pwrite(fd, zeros, sizeof zeros, 8192) ==
	    (ssize_t)sizeof zeros && close(fd) == 0);
	fail(1);
	some(1);
	CHECK_INT(count(NULL, "log_gap"), 2);
	rec = last_of("log_gap");
	CHECK_INT(number(rec, "gap", "failed"), 1);
	CHECK(json_string_length(json_object_get(json_object_get(rec, "gap"),
	    "first")) > 0);
	json_decref(rec);
	CHECK(unlink(at("audit.edge")) == 0);
	some(1);
	CHECK_INT(count(NULL, "log_gap"), 2);
	fail(2);
	some(1);
	CHECK_INT(count(NULL, "log_gap"), 3);
	rec = last_of("log_gap");
	CHECK_INT(number(rec, "gap", "failed"), 2);
	json_decref(rec);
	/* the failures come before the edge is made again */
	CHECK(unlink(at("audit.edge")) == 0);
	fail(2);
	some(1);
	CHECK_INT(count(NULL, "log_gap"), 4);
	(void)whole_ok();
}

static void
failures_are_told_once(void)
{
	json_t *rec;
	uint64_t seq;
	int i;

	begin(2);
	CHECK(chmod(log_path(), 0666) == 0);
	for (i = 0; i < 3; i++)
		CHECK_INT(append("x", &seq, NULL), SEK_E_UNSAFE);
	CHECK(chmod(log_path(), 0640) == 0);
	some(3);
	CHECK_INT(count(NULL, "log_gap"), 1);
	rec = last_of("log_gap");
	CHECK_INT(number(rec, "gap", "failed"), 3);
	CHECK(strstr(json_string_value(json_object_get(json_object_get(rec,
	    "gap"), "why")), "too open") != NULL);
	json_decref(rec);
	/* told, but the edge was not written any more */
	keep("audit.edge", "old");
	CHECK(chmod(log_path(), 0666) == 0);
	CHECK_INT(append("x", &seq, NULL), SEK_E_UNSAFE);
	CHECK(chmod(log_path(), 0640) == 0);
	keep("audit.edge", "old");
	some(1);
	CHECK(rename(at("old"), at("audit.edge")) == 0);
	some(2);
	CHECK_INT(count(NULL, "log_gap"), 2);
	(void)whole_ok();
}

/* -- the index --------------------------------------------------------- */

static void
check_index(uint64_t blocks)
{
	struct sek_reader *rd = NULL;
	struct sek_sha h = { NULL, NULL };
	struct sek_tree t = { .n = 0 };
	struct sek_block b = { .file = 0 };
	uint8_t leaf[SEK_HASH_LEN], root[SEK_HASH_LEN];
	uint64_t no = 0, file = 0;
	struct sek_entry e;
	char *index;
	size_t n;

	index = slurp(at("audit.index"), &n);
	CHECK_INT(n, blocks * SEK_BLOCK_LEN);
	CHECK_INT(sek_sha_init(&h), SEK_OK);
	CHECK_INT(sek_reader_dir(&rd, dir, NULL), SEK_OK);
	while (sek_reader_next(rd, &e, NULL) == SEK_OK) {
		if (e.line_no == 1)
			file = e.is.seq;
		if ((e.is.seq - 1) % SEK_BLOCK == 0 && no < blocks) {
			CHECK(sek_block_read((uint8_t *)index +
			    no++ * SEK_BLOCK_LEN, &b));
			CHECK_INT(b.file, file);
			CHECK_INT(b.offset, e.at);
			t.n = 0;
		}
		CHECK(t.n == SEK_BLOCK || (b.t_min <= e.is.t &&
		    e.is.t <= b.t_max));
		CHECK_INT(sek_leaf_hash(&h, e.line, e.n, leaf), SEK_OK);
		if (t.n < SEK_BLOCK)
			CHECK_INT(sek_tree_add(&h, &t, leaf), SEK_OK);
		if (e.is.seq % SEK_BLOCK == 0) {
			CHECK_INT(sek_tree_root(&h, &t, root), SEK_OK);
			CHECK(memcmp(root, b.root, sizeof root) == 0);
		}
	}
	CHECK_INT(no, blocks);
	sek_reader_free(rd);
	sek_sha_free(&h);
	free(index);
}

static void
the_index_says_where_blocks_are(void)
{
	fresh();
	some(600);
	check_index(2);
	/* in several files */
	fresh();
	rotate_at = 30000;
	some(1000);
	check_index(3);
	/* anew, with the edge */
	fresh();
	some(600);
	CHECK(unlink(at("audit.edge")) == 0);
	CHECK(unlink(at("audit.index")) == 0);
	some(200);
	check_index(3);
}

int
main(void)
{
	if (!fixture_begin("edge"))
		return 1;
	RUN(each_append_is_covered);
	RUN(without_a_key);
	RUN(a_key_that_is_not_safe);
	RUN(an_append_reads_the_last_line);
	RUN(a_group_reads_it);
	RUN(no_edge);
	RUN(a_broken_slot);
	RUN(an_old_edge);
	RUN(the_edge_of_another_log);
	RUN(links_in_the_way);
	RUN(a_clock_that_steps);
	RUN(a_clock_of_another_boot);
	RUN(another_configuration);
	RUN(failures_are_told_once);
	RUN(failures_are_told_by_a_new_counter);
	RUN(the_index_says_where_blocks_are);
	if (!fixture_end())
		return 1;
	return CHECK_END();
}
