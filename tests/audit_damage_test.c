/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A log of which something is missing, or which is not the one that was
 * signed: an append says so once, uses no number twice, signs nothing that
 * contradicts an older checkpoint where that can be, and goes on.
 * Must run as root: it mounts a tmpfs of its own.
 */
#include "tests/audit_states.h"

static void
cut_at_the_edge_of_a_record(void)
{
	json_t *rec;
	struct stat st;

	begin(4);
	CHECK(stat(log_path(), &st) == 0);
	some(3); /* 6, 7, 8 */
	CHECK(truncate(log_path(), st.st_size) == 0);
	expect(1, 0);
	/* no number is used twice, and no checkpoint contradicts another */
	seq_of_last("log_damaged", 9);
	(void)whole_ok();
	rec = last_of("log_damaged");
	CHECK_INT(number(rec, "damage", "size"), 8);
	CHECK_STR(json_string_value(json_object_get(json_object_get(rec,
	    "damage"), "what")), "records 6 to 8 are missing at the end");
	json_decref(rec);
}

static void
the_file_is_gone(void)
{
	begin(4);
	CHECK(unlink(log_path()) == 0);
	expect(1, 0);
	seq_of_last("log_damaged", 6);
	(void)whole_ok();
	CHECK(truncate(log_path(), 0) == 0);
	append_ok("then");
	CHECK_INT(count(NULL, "log_damaged"), 1);
	seq_of_last("log_damaged", 9);
	(void)whole_ok();
}

static void
the_file_and_the_edge_are_gone(void)
{
	struct whole_log w;
	json_t *rec;

	/* the checkpoint is left: it knows how many there were */
	begin(4);
	CHECK(unlink(log_path()) == 0 && unlink(at("audit.edge")) == 0);
	expect(1, 0);
	seq_of_last("log_damaged", 1);
	rec = last_of("log_damaged");
	CHECK_INT(number(rec, "damage", "size"), 5);
	CHECK(json_string_length(json_object_get(json_object_get(rec,
	    "damage"), "root")) == 64);
	json_decref(rec);
	CHECK_INT(whole_ok(), 3);
	/* an older file is left: from its end */
	fresh();
	with_key();
	some(9);
	rotate_at = 1;
	append_ok("rotates");
	rotate_at = 0;
	CHECK(unlink(log_path()) == 0 && unlink(at("audit.edge")) == 0);
	CHECK(unlink(at("checkpoint")) == 0);
	expect(1, 0);
	seq_of_last("log_damaged", 11);
	read_whole(&w);
	CHECK_INT(w.jumps, 0);
	covered(&w);
}

/* Everything is as it was a while ago, but for the checkpoint. */
static void
an_old_log_and_a_new_checkpoint(void)
{
	json_t *rec;

	begin(4);
	keep("audit.edge", "edge");
	keep("audit.jsonl", "log");
	some(3);
	CHECK(rename(at("edge"), at("audit.edge")) == 0);
	CHECK(rename(at("log"), at("audit.jsonl")) == 0);
	expect(1, 0);
	rec = last_of("log_damaged");
	CHECK_INT(number(rec, "damage", "size"), 8);
	json_decref(rec);
	(void)whole_ok();
}

/* A log that chains, but is not the one that was signed. */
static void
another_log_in_its_place(void)
{
	char other[300];

	begin(6);
	(void)snprintf(other, sizeof other, "%s", log_path());
	begin(6);
	CHECK(rename(other, log_path()) == 0);
	CHECK(unlink(at("audit.edge")) == 0);
	expect(1, 1);
	(void)whole_ok();
	begin(9);
	(void)snprintf(other, sizeof other, "%s", log_path());
	begin(6);
	CHECK(rename(other, log_path()) == 0);
	expect(1, 0);
	(void)whole_ok();
}

static void
the_last_record_was_changed(void)
{
	size_t n;
	char *text, *p;

	begin(4);
	append_ok("mark-it");
	text = slurp(log_path(), &n);
	CHECK((p = strstr(text, "mark-it")) != NULL);
	memcpy(p, "spoilt.", 7);
	put_file(log_path(), text, n);
	free(text);
	expect(1, 0);
	seq_of_last("log_damaged", 7);
	(void)count(NULL, NULL);
}

static void
the_beginning_is_cut_off(void)
{
	size_t n;
	char *text, *p;

	begin(4);
	text = slurp(log_path(), &n);
	p = strchr(strchr(text, '\n') + 1, '\n') + 1;
	put_file(log_path(), p, n - (size_t)(p - text));
	free(text);
	CHECK(unlink(at("audit.edge")) == 0);
	expect(1, 1);
	CHECK_INT(count(NULL, NULL), 7);
}

static void
records_of_version_1(void)
{
	static const char old[] = "{\"event\":\"log_start\",\"prev\":\""
	    "0000000000000000000000000000000000000000000000000000000000000000"
	    "\",\"seq\":1,\"v\":1}\n";
	struct sek_why why = { "" };
	uint64_t seq;
	size_t n;
	char *text;
	bool done;

	fresh();
	with_key();
	put_file(log_path(), old, sizeof old - 1);
	CHECK_INT(append("x", &seq, &why), SEK_E_VERSION);
	CHECK(strstr(why.text, "`sekisho init`") != NULL);
	text = slurp(log_path(), &n);
	CHECK(n == sizeof old - 1 && memcmp(text, old, n) == 0);
	free(text);
	CHECK_INT(torn_files(), 0);
	/* set aside, but never over another file */
	put_file(at(SEK_AUDIT_OLD_FILE), "mine", 4);
	CHECK_INT(sek_audit_set_aside(conf(), &done, &why), SEK_E_IO);
	CHECK(!done && strstr(why.text, SEK_AUDIT_OLD_FILE) != NULL);
	CHECK(unlink(at(SEK_AUDIT_OLD_FILE)) == 0);
	CHECK_INT(sek_audit_set_aside(conf(), &done, &why), SEK_OK);
	CHECK(done && access(log_path(), F_OK) != 0);
	text = slurp(at(SEK_AUDIT_OLD_FILE), &n);
	CHECK(n == sizeof old - 1 && memcmp(text, old, n) == 0);
	free(text);
	append_ok("new");
	CHECK_INT(count(NULL, "log_start"), 1);
	CHECK_INT(count(NULL, "log_damaged") + count(NULL, "log_repair"), 0);
	CHECK_INT(sek_audit_set_aside(conf(), &done, &why), SEK_OK);
	CHECK(!done);
	CHECK_INT(whole_ok(), 3);
}

int
main(void)
{
	if (!fixture_begin("damage"))
		return 1;
	RUN(cut_at_the_edge_of_a_record);
	RUN(the_file_is_gone);
	RUN(the_file_and_the_edge_are_gone);
	RUN(an_old_log_and_a_new_checkpoint);
	RUN(another_log_in_its_place);
	RUN(the_last_record_was_changed);
	RUN(the_beginning_is_cut_off);
	RUN(records_of_version_1);
	if (!fixture_end())
		return 1;
	return CHECK_END();
}
