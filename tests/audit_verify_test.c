/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The check of a log: what of an edit, a swap, a cut or a hostile line it
 * finds, and which line it names.
 * Must run as root: it mounts a tmpfs of its own.
 */
#include "tests/audit_fixture.h"

#define RECORDS 7u /* of make_log(): log_start and six of ours */

struct lines {
	char *text;      /* owned */
	size_t n;
	char *p[RECORDS + 1]; /* where each begins, and the end */
};

static void
make_log(struct lines *ls)
{
	static const char *const notes[] = { "a", "b", "c", "d", "e", "f" };
	size_t i;

	fresh();
	for (i = 0; i < 6; i++)
		append_ok(notes[i]);
	ls->text = slurp(log_path(), &ls->n);
	ls->p[0] = ls->text;
	for (i = 0; i < RECORDS; i++)
		ls->p[i + 1] = strchr(ls->p[i], '\n') + 1;
	CHECK(ls->p[RECORDS] == ls->text + ls->n);
}

/* Write the given lines (from 1, 0 ends the list) as the log. */
static void
put_lines(const struct lines *ls, const unsigned *order)
{
	char *text = malloc(4 * ls->n), *end = text;
	size_t n;

	CHECK(text != NULL);
	for (; *order != 0; order++) {
		n = (size_t)(ls->p[*order] - ls->p[*order - 1]);
		memcpy(end, ls->p[*order - 1], n);
		end += n;
	}
	put_file(log_path(), text, (size_t)(end - text));
	free(text);
}

static void
verify_bad(uint64_t line, const char *word)
{
	struct sek_audit_report rep;
	struct sek_why why = { .text = "" };
	char where[64];
	int r = check_file(log_path(), &rep, &why);

	(void)snprintf(where, sizeof where, "line %llu: ",
	    (unsigned long long)line);
	if (r != SEK_E_SYNTAX || rep.bad_line != line ||
	    strstr(why.text, word) == NULL)
		printf("# %d line %llu \"%s\", want \"%s%s\"\n", r,
		    (unsigned long long)rep.bad_line, why.text, where, word);
	CHECK_INT(r, SEK_E_SYNTAX);
	CHECK_INT(rep.bad_line, line);
	CHECK_INT(rep.records, line - 1);
	CHECK(strstr(why.text, where) != NULL);
	CHECK(strstr(why.text, word) != NULL);
}

static void
moved_lines_are_found(void)
{
	struct lines ls;

	make_log(&ls);
	verify_ok(RECORDS);
	put_lines(&ls, (unsigned[]){ 1, 2, 4, 3, 5, 6, 7, 0 });
	verify_bad(3, "seq 4 where 3");
	put_lines(&ls, (unsigned[]){ 1, 2, 4, 5, 6, 7, 0 });
	verify_bad(3, "seq 4 where 3");
	put_lines(&ls, (unsigned[]){ 2, 3, 4, 5, 6, 7, 0 });
	verify_bad(1, "seq 2 where 1");
	put_lines(&ls, (unsigned[]){ 1, 2, 3, 3, 4, 5, 6, 7, 0 });
	verify_bad(4, "seq 3 where 4");
	put_lines(&ls, (unsigned[]){ 1, 2, 3, 4, 5, 6, 7, 1, 2, 0 });
	verify_bad(8, "seq 1 where 8");
	/* whole records cut from the end: only somebody outside can know */
	put_lines(&ls, (unsigned[]){ 1, 2, 3, 4, 5, 6, 0 });
	verify_ok(6);
	free(ls.text);
}

/* A line of another log has the right number, not the right hash. */
static void
inserted_line_is_found(void)
{
	struct lines a, b;
	char *text;
	size_t n;

	make_log(&a);
	make_log(&b);
	n = (size_t)(b.p[4] - b.p[3]);
	text = malloc(a.n + n);
	CHECK(text != NULL);
	memcpy(text, a.text, (size_t)(a.p[3] - a.text));
	memcpy(text + (a.p[3] - a.text), b.p[3], n);
	put_file(log_path(), text, (size_t)(a.p[3] - a.text) + n);
	verify_bad(4, "prev");
	free(text);
	free(a.text);
	free(b.text);
}

static void
every_changed_byte_is_found(void)
{
	struct sek_audit_report rep;
	struct lines ls;
	char *p;

	make_log(&ls);
	for (p = ls.p[2]; p < ls.p[3]; p++) {
		*p ^= 1;
		put_file(log_path(), ls.text, ls.n);
		CHECK_INT(check_file(log_path(), &rep, NULL),
		    SEK_E_SYNTAX);
		CHECK(rep.bad_line == 3 || rep.bad_line == 4);
		*p ^= 1;
	}
	free(ls.text);
}

static void
a_false_value_is_found_at_the_next_line(void)
{
	struct lines ls;
	char *p;

	make_log(&ls);
	p = strstr(ls.p[2], "\"result\":0");
	CHECK(p != NULL && p < ls.p[3]);
	p[9] = '8';
	put_file(log_path(), ls.text, ls.n);
	verify_bad(4, "prev that is not the hash");
	free(ls.text);
}

/* A first line that is wrong in one way. */
static const struct { const char *line; const char *word; } bad[] = {
	{ "", "is not JSON" },
	{ " ", "is not JSON" },
	{ "{", "is not JSON" },
	{ "null", "is not JSON" },
	{ "[]", "line 1: is not canonical JSON" },
	{ "{}", "not a record of version 2" },
	{ "{\"v\":3}", "not a record of version 2" },
	{ "{\"v\":\"1\"}", "not a record of version 2" },
	{ "{\"v\":2}", "no seq" },
	{ "{\"prev\":\"%Z\",\"seq\":\"1\",\"v\":2}", "no seq" },
	{ "{\"prev\":\"%Z\",\"seq\":0,\"v\":2}", "no seq" },
	{ "{\"prev\":\"%Z\",\"seq\":-1,\"v\":2}", "no seq" },
	{ "{\"a\":{\"seq\":1},\"prev\":\"%Z\",\"v\":2}", "no seq" },
	{ "{\"prev\":\"%Z\",\"seq\":9223372036854775808,\"v\":2}",
	    "is not JSON" },
	{ "{\"prev\":\"\",\"seq\":1,\"v\":2}", "no prev" },
	{ "{\"prev\":1,\"seq\":1,\"v\":2}", "no prev" },
	{ "{\"prev\":\"%Z00\",\"seq\":1,\"v\":2}", "no prev" },
	{ "{\"prev\":\"%ZG\",\"seq\":1,\"v\":2}", "no prev" },
	{ "{\"a\":1,\"a\":1,\"prev\":\"%Z\",\"seq\":1,\"v\":2}", "twice" },
	{ "{\"a\":[{\"b\":1,\"b\":1}],\"prev\":\"%Z\",\"seq\":1,\"v\":2}",
	    "twice" },
	{ "{\"a\":1.0,\"prev\":\"%Z\",\"seq\":1,\"v\":2}", "not whole" },
	{ "{\"a\":[{\"b\":1e3}],\"prev\":\"%Z\",\"seq\":1,\"v\":2}",
	    "not whole" },
	{ "{\"v\":2,\"seq\":1,\"prev\":\"%Z\"}", "not in order" },
	{ "{\"aa\":1,\"a\":1,\"prev\":\"%Z\",\"seq\":1,\"v\":2}",
	    "not in order" },
	{ "{\"A\":1,\"prev\":\"%Z\",\"seq\":1,\"v\":2}", "a key of other" },
	{ "{\"\":1,\"prev\":\"%Z\",\"seq\":1,\"v\":2}",
	    "without a name" },
	{ "{ \"prev\":\"%Z\",\"seq\":1,\"v\":2}", "1: is not canonical" },
	{ "{\"prev\":\"%Z\",\"seq\":1,\"v\":2} ", "1: is not canonical" },
	{ "{\"prev\":\"%Z\",\"seq\":1,\"v\":2}\r", "1: is not canonical" },
	{ "{\"a\":\"\\u0041\",\"prev\":\"%Z\",\"seq\":1,\"v\":2}",
	    "1: is not canonical" },
	{ "{\"a\":\"\\n\",\"prev\":\"%Z\",\"seq\":1,\"v\":2}",
	    "1: is not canonical" },
	{ "{\"a\":\"\\/\",\"prev\":\"%Z\",\"seq\":1,\"v\":2}",
	    "1: is not canonical" },
	{ "{\"a\":-0,\"prev\":\"%Z\",\"seq\":1,\"v\":2}",
	    "1: is not canonical" },
	{ "{\"a\":[1,],\"prev\":\"%Z\",\"seq\":1,\"v\":2}", "not JSON" },
	{ "{\"a\":01,\"prev\":\"%Z\",\"seq\":1,\"v\":2}", "not JSON" },
	{ "{\"a\":\"\\u0000\",\"prev\":\"%Z\",\"seq\":1,\"v\":2}",
	    "not JSON" },
	{ "{\"a\":\"\xC0\xAF\",\"prev\":\"%Z\",\"seq\":1,\"v\":2}",
	    "not JSON" },
	{ "{\"a\":\"\xED\xA0\x80\",\"prev\":\"%Z\",\"seq\":1,\"v\":2}",
	    "not JSON" },
	{ "{\"a\":[[[[[[[[]]]]]]]],\"prev\":\"%Z\",\"seq\":1,\"v\":2}",
	    "too deep" },
	{ "\xEF\xBB\xBF{\"prev\":\"%Z\",\"seq\":1,\"v\":2}", "not JSON" },
	{ "{\"prev\":\"%Z\",\"seq\":1,\"v\":2}{}", "not JSON" },
	{ "{\"prev\":\"%Z\",\"seq\":2,\"v\":2}", "seq 2 where 1" },
};

/* %Z becomes the zeros of the first prev. */
static size_t
expand(char *out, size_t cap, const char *line)
{
	const char *z = strstr(line, "%Z");
	int n;

	if (z == NULL)
		n = snprintf(out, cap, "%s\n", line);
	else
		n = snprintf(out, cap, "%.*s%064d%s\n", (int)(z - line), line,
		    0, z + 2);
	return (size_t)n;
}

static void
bad_lines_are_named(void)
{
	char text[512];
	size_t i, n;

	fresh();
	n = expand(text, sizeof text, "{\"prev\":\"%Z\",\"seq\":1,\"v\":2}");
	put_file(log_path(), text, n);
	verify_ok(1); /* the bad ones differ from this one only */
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		n = expand(text, sizeof text, bad[i].line);
		put_file(log_path(), text, n);
		verify_bad(1, bad[i].word);
	}
	n = expand(text, sizeof text, "{\"prev\":\"%Z\",\"seq\":1,\"v\":2}");
	text[3] = '\0';
	put_file(log_path(), text, n);
	verify_bad(1, "NUL");
}

static void
deep_and_long_lines(void)
{
	size_t n = 10u * 1024 * 1024;
	char *text = malloc(n);
	struct sek_audit_report rep;

	CHECK(text != NULL);
	fresh();
	memset(text, '[', n);
	put_file(log_path(), text, n);
	verify_bad(1, "longer than 65536");
	text[60000] = '\n';
	put_file(log_path(), text, 60001);
	verify_bad(1, "not JSON"); /* nested 60,000 deep */
	memset(text, 'x', n);
	text[65536] = '\n';
	put_file(log_path(), text, 65537);
	verify_bad(1, "longer than 65536");
	text[65535] = '\n';
	put_file(log_path(), text, 65536);
	verify_bad(1, "not JSON"); /* as long as allowed */
	memset(text, '\n', n);
	put_file(log_path(), text, n);
	verify_bad(1, "not JSON");
	free(text);
	put_file(log_path(), "", 0);
	CHECK_INT(check_file(log_path(), &rep, NULL), SEK_OK);
	CHECK_INT(rep.records, 0);
}

static void
torn_end_is_named(void)
{
	struct lines ls;
	size_t cut;

	make_log(&ls);
	for (cut = 1; cut < (size_t)(ls.p[7] - ls.p[6]); cut += 97) {
		CHECK(truncate(log_path(), (off_t)(ls.n - cut)) == 0);
		verify_bad(7, "has no end (torn)");
		put_file(log_path(), ls.text, ls.n);
	}
	CHECK(truncate(log_path(), (off_t)(ls.n + 100)) == 0); /* zeros */
	verify_bad(8, "NUL byte and has no end");
	free(ls.text);
}

static void
only_regular_files_are_checked(void)
{
	struct sek_audit_report rep;
	struct sek_why why;

	fresh();
	CHECK_INT(check_file(log_path(), &rep, &why), SEK_E_NOENT);
	CHECK(strstr(why.text, "audit.jsonl: No such file") != NULL);
	CHECK_INT(check_file(dir, &rep, &why), SEK_E_UNSAFE);
	CHECK(mkfifo(log_path(), 0640) == 0);
	CHECK_INT(check_file(log_path(), &rep, &why), SEK_E_UNSAFE);
	CHECK_INT(check_file("/dev/zero", &rep, &why), SEK_E_UNSAFE);
}

static int
stop_at_third(void *arg, const char *line, size_t n, const json_t *rec)
{
	uint64_t *seen = arg;

	++*seen;
	if (line[n] != '\n' || line[0] != '{' ||
	    json_integer_value(json_object_get(rec, "seq")) != (int)*seen)
		return 5;
	return *seen == 3 ? 42 : 0;
}

static void
each_hands_out_records_in_order(void)
{
	struct sek_why why;
	struct lines ls;
	uint64_t seen = 0;

	make_log(&ls);
	CHECK_INT(each_record(log_path(), stop_at_third, &seen, &why), 42);
	CHECK_INT(seen, 3);
	CHECK_INT(count(NULL, NULL), RECORDS);
	CHECK_INT(count("c", "login"), 1);
	*strchr(ls.p[1], '{') = '[';
	put_file(log_path(), ls.text, ls.n);
	seen = 0;
	CHECK_INT(each_record(log_path(), stop_at_third, &seen, &why),
	    SEK_E_SYNTAX);
	CHECK_INT(seen, 1);
	CHECK(strstr(why.text, "audit.jsonl: line 2: ") != NULL);
	free(ls.text);
}

/* -- checkpoints */

/* The roots of the first 0 to 7 lines, as signed ones. */
static void
make_checkpoints(const struct lines *ls, struct sek_checkpoint *c)
{
	struct sek_tree t = { .n = 0 };
	struct sek_sha h = { NULL, NULL };
	uint8_t leaf[SEK_HASH_LEN];
	size_t i;

	CHECK_INT(sek_sha_init(&h), SEK_OK);
	for (i = 0; i <= RECORDS; i++) {
		memset(&c[i], 0, sizeof c[i]);
		c[i].size = i;
		c[i].verified = 1;
		(void)snprintf(c[i].origin, sizeof c[i].origin, "h/sekisho");
		CHECK_INT(sek_tree_root(&h, &t, c[i].root), SEK_OK);
		if (i == RECORDS)
			break;
		CHECK_INT(sek_leaf_hash(&h, ls->p[i],
		    (size_t)(ls->p[i + 1] - ls->p[i]) - 1, leaf), SEK_OK);
		CHECK_INT(sek_tree_add(&h, &t, leaf), SEK_OK);
	}
	sek_sha_free(&h);
}

static int
check_with(const struct sek_checkpoint *c, size_t n,
    struct sek_audit_report *rep, struct sek_why *why)
{
	const char *const path = log_path();
	const struct sek_verify v = { .paths = &path, .n_paths = 1,
		.checkpoints = c, .n_checkpoints = n };

	return sek_audit_verify(&v, rep, why);
}

static void
each_size_has_its_root(void)
{
	struct sek_checkpoint c[RECORDS + 1];
	struct sek_audit_report rep;
	struct sek_why why;
	struct lines ls;
	size_t i;

	make_log(&ls);
	make_checkpoints(&ls, c);
	CHECK_INT(check_with(c, RECORDS + 1, &rep, &why), SEK_OK);
	CHECK_INT(rep.covered, RECORDS);
	CHECK_INT(rep.bad_checkpoint, 0);
	CHECK(memcmp(rep.root, c[RECORDS].root, sizeof rep.root) == 0);
	for (i = 0; i <= RECORDS; i++) {
		CHECK_INT(rep.fit[i], SEK_FIT_GOOD);
		c[i].root[31] ^= 1;
		CHECK_INT(check_with(c, RECORDS + 1, &rep, &why),
		    SEK_E_DENIED);
		CHECK_INT(rep.bad_checkpoint, i + 1);
		CHECK_INT(rep.fit[i], SEK_FIT_OTHER);
		CHECK_INT(rep.records, RECORDS);
		c[i].root[31] ^= 1;
	}
	free(ls.text);
}

static void
the_change_is_between_two_checkpoints(void)
{
	struct sek_checkpoint c[RECORDS + 1];
	struct sek_audit_report rep;
	struct sek_why why;
	struct lines ls;

	make_log(&ls);
	make_checkpoints(&ls, c);
	c[5].root[0] ^= 1;
	c[6].root[0] ^= 1;
	c[4].verified = 0; /* what nobody has signed shows nothing */
	CHECK_INT(check_with(c, RECORDS + 1, &rep, &why), SEK_E_DENIED);
	CHECK_INT(rep.bad_checkpoint, 6);
	CHECK(strstr(why.text, "between record 4 and record 5") != NULL);
	c[5].verified = c[6].verified = 0;
	CHECK_INT(check_with(c, RECORDS, &rep, &why), SEK_OK);
	CHECK_INT(rep.covered, 3);
	CHECK_INT(rep.fit[6], SEK_FIT_OTHER);
	/* it turns out to be signed after all */
	c[6].verified = 1;
	CHECK_INT(sek_audit_judge(&(struct sek_verify){ .checkpoints = c,
	    .n_checkpoints = RECORDS }, &rep, &why), SEK_E_DENIED);
	CHECK_INT(rep.bad_checkpoint, 7);
	free(ls.text);
}

static void
more_was_signed_than_there_is(void)
{
	struct sek_checkpoint c[RECORDS + 1];
	struct sek_audit_report rep;
	struct sek_why why;
	struct lines ls;

	make_log(&ls);
	make_checkpoints(&ls, c);
	put_lines(&ls, (unsigned[]){ 1, 2, 3, 4, 5, 0 });
	CHECK_INT(check_with(c, RECORDS + 1, &rep, &why), SEK_E_DENIED);
	CHECK_INT(rep.bad_checkpoint, RECORDS + 1);
	CHECK_INT(rep.fit[RECORDS], SEK_FIT_BEYOND);
	CHECK_INT(rep.covered, 5);
	CHECK(strstr(why.text, "the last one here is 5, and 2 are missing") !=
	    NULL);
	put_file(log_path(), "", 0);
	CHECK_INT(check_with(c, RECORDS + 1, &rep, &why), SEK_E_DENIED);
	CHECK(strstr(why.text, "and 7 are missing") != NULL);
	CHECK_INT(rep.fit[0], SEK_FIT_GOOD);
	CHECK_INT(check_with(c, SEK_VERIFY_CHECKPOINTS + 1, &rep, &why),
	    SEK_E_LIMIT);
	free(ls.text);
}

/* A log that goes on after records were lost says so itself. */
static void
lost_records_stay_lost(void)
{
	static const char damaged[] = "{\"event\":\"log_damaged\",\"prev\":"
	    "\"%064d\",\"seq\":12,\"v\":2}\n";
	struct sek_audit_report rep;
	struct sek_why why;
	struct lines ls;
	char *text;
	int n;

	make_log(&ls);
	text = malloc(ls.n + 200);
	CHECK(text != NULL);
	memcpy(text, ls.text, ls.n);
	n = snprintf(text + ls.n, 200, damaged, 0);
	put_file(log_path(), text, ls.n + (size_t)n);
	CHECK_INT(check_file(log_path(), &rep, &why), SEK_E_SYNTAX);
	CHECK_INT(rep.bad_line, 8);
	CHECK_INT(rep.bad_seq, 8);
	CHECK(strstr(why.text, "records 8 to 11 are missing here, and it "
	    "records that") != NULL);
	free(text);
	free(ls.text);
}

/* -- while it is checked */

struct seen {
	uint64_t done, all, own;
};

static void
see_progress(void *arg, uint64_t done, uint64_t all)
{
	struct seen *s = arg;

	CHECK(done > s->done && done <= all);
	s->done = done;
	s->all = all;
}

static void
see_own(void *arg, const struct sek_line *is, const char *line, size_t n)
{
	struct seen *s = arg;

	CHECK(is->event_len == 9 && memcmp(is->event, "log_start", 9) == 0);
	CHECK(n > 0 && line[0] == '{' && is->seq == 1);
	s->own++;
}

static void
progress_and_the_logs_own_records_are_told(void)
{
	const char *path;
	struct seen s = { 0 };
	const struct sek_verify v = { .paths = &path, .n_paths = 1,
		.progress = see_progress, .own = see_own, .arg = &s };
	struct sek_audit_report rep;
	struct sek_why why;
	struct lines ls;

	make_log(&ls);
	path = log_path();
	CHECK_INT(sek_audit_verify(&v, &rep, &why), SEK_OK);
	CHECK(s.all == ls.n && s.done == ls.n && s.own == 1);
	CHECK(rep.first == 1 && rep.last == RECORDS);
	CHECK(rep.t_first > 0 && rep.t_last >= rep.t_first);
	free(ls.text);
}

/* The last line comes in two writes, some milliseconds apart. */
static int
check_while_writing(const struct lines *ls)
{
	size_t cut = (size_t)(ls->p[6] - ls->text) + 40;
	struct sek_audit_report rep;
	struct sek_why why;
	int fd, status, r;
	pid_t pid;

	put_file(log_path(), ls->text, cut);
	fd = open(log_path(), O_WRONLY | O_APPEND);
	CHECK(fd >= 0 && (pid = fork()) >= 0);
	if (pid == 0) {
		(void)usleep(6000);
		_exit(write(fd, ls->text + cut, ls->n - cut) !=
		    (ssize_t)(ls->n - cut));
	}
	r = check_file(log_path(), &rep, &why);
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	CHECK(close(fd) == 0);
	return r;
}

/* On a busy machine the other process may come too late, now and then. */
static void
a_line_that_is_being_written_is_waited_for(void)
{
	struct lines ls;
	unsigned i;

	make_log(&ls);
	for (i = 0; i < 10; i++)
		if (check_while_writing(&ls) == SEK_OK)
			break;
	CHECK(i < 10);
	free(ls.text);
}

int
main(void)
{
	if (!fixture_begin("verify"))
		return 1;
	RUN(moved_lines_are_found);
	RUN(inserted_line_is_found);
	RUN(every_changed_byte_is_found);
	RUN(a_false_value_is_found_at_the_next_line);
	RUN(bad_lines_are_named);
	RUN(deep_and_long_lines);
	RUN(torn_end_is_named);
	RUN(only_regular_files_are_checked);
	RUN(each_hands_out_records_in_order);
	RUN(each_size_has_its_root);
	RUN(the_change_is_between_two_checkpoints);
	RUN(more_was_signed_than_there_is);
	RUN(lost_records_stay_lost);
	RUN(progress_and_the_logs_own_records_are_told);
	RUN(a_line_that_is_being_written_is_waited_for);
	if (!fixture_end())
		return 1;
	return CHECK_END();
}
