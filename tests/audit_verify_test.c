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
	int r = sek_audit_verify(log_path(), &rep, &why);

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
		CHECK_INT(sek_audit_verify(log_path(), &rep, NULL),
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
	{ "{}", "not a record of version 1" },
	{ "{\"v\":2}", "not a record of version 1" },
	{ "{\"v\":\"1\"}", "not a record of version 1" },
	{ "{\"v\":1}", "no seq" },
	{ "{\"prev\":\"%Z\",\"seq\":\"1\",\"v\":1}", "no seq" },
	{ "{\"prev\":\"%Z\",\"seq\":0,\"v\":1}", "no seq" },
	{ "{\"prev\":\"%Z\",\"seq\":-1,\"v\":1}", "no seq" },
	{ "{\"a\":{\"seq\":1},\"prev\":\"%Z\",\"v\":1}", "no seq" },
	{ "{\"prev\":\"%Z\",\"seq\":9223372036854775808,\"v\":1}",
	    "is not JSON" },
	{ "{\"prev\":\"\",\"seq\":1,\"v\":1}", "no prev" },
	{ "{\"prev\":1,\"seq\":1,\"v\":1}", "no prev" },
	{ "{\"prev\":\"%Z00\",\"seq\":1,\"v\":1}", "no prev" },
	{ "{\"prev\":\"%ZG\",\"seq\":1,\"v\":1}", "no prev" },
	{ "{\"a\":1,\"a\":1,\"prev\":\"%Z\",\"seq\":1,\"v\":1}", "twice" },
	{ "{\"a\":[{\"b\":1,\"b\":1}],\"prev\":\"%Z\",\"seq\":1,\"v\":1}",
	    "twice" },
	{ "{\"a\":1.0,\"prev\":\"%Z\",\"seq\":1,\"v\":1}", "not whole" },
	{ "{\"a\":[{\"b\":1e3}],\"prev\":\"%Z\",\"seq\":1,\"v\":1}",
	    "not whole" },
	{ "{\"v\":1,\"seq\":1,\"prev\":\"%Z\"}", "not in order" },
	{ "{\"aa\":1,\"a\":1,\"prev\":\"%Z\",\"seq\":1,\"v\":1}",
	    "not in order" },
	{ "{\"A\":1,\"prev\":\"%Z\",\"seq\":1,\"v\":1}", "a key of other" },
	{ "{\"\":1,\"prev\":\"%Z\",\"seq\":1,\"v\":1}",
	    "without a name" },
	{ "{ \"prev\":\"%Z\",\"seq\":1,\"v\":1}", "1: is not canonical" },
	{ "{\"prev\":\"%Z\",\"seq\":1,\"v\":1} ", "1: is not canonical" },
	{ "{\"prev\":\"%Z\",\"seq\":1,\"v\":1}\r", "1: is not canonical" },
	{ "{\"a\":\"\\u0041\",\"prev\":\"%Z\",\"seq\":1,\"v\":1}",
	    "1: is not canonical" },
	{ "{\"a\":\"\\n\",\"prev\":\"%Z\",\"seq\":1,\"v\":1}",
	    "1: is not canonical" },
	{ "{\"a\":\"\\/\",\"prev\":\"%Z\",\"seq\":1,\"v\":1}",
	    "1: is not canonical" },
	{ "{\"a\":-0,\"prev\":\"%Z\",\"seq\":1,\"v\":1}",
	    "1: is not canonical" },
	{ "{\"a\":[1,],\"prev\":\"%Z\",\"seq\":1,\"v\":1}", "not JSON" },
	{ "{\"a\":01,\"prev\":\"%Z\",\"seq\":1,\"v\":1}", "not JSON" },
	{ "{\"a\":\"\\u0000\",\"prev\":\"%Z\",\"seq\":1,\"v\":1}",
	    "not JSON" },
	{ "{\"a\":\"\xC0\xAF\",\"prev\":\"%Z\",\"seq\":1,\"v\":1}",
	    "not JSON" },
	{ "{\"a\":\"\xED\xA0\x80\",\"prev\":\"%Z\",\"seq\":1,\"v\":1}",
	    "not JSON" },
	{ "{\"a\":[[[[[[[[]]]]]]]],\"prev\":\"%Z\",\"seq\":1,\"v\":1}",
	    "too deep" },
	{ "\xEF\xBB\xBF{\"prev\":\"%Z\",\"seq\":1,\"v\":1}", "not JSON" },
	{ "{\"prev\":\"%Z\",\"seq\":1,\"v\":1}{}", "not JSON" },
	{ "{\"prev\":\"%Z\",\"seq\":2,\"v\":1}", "seq 2 where 1" },
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
	n = expand(text, sizeof text, "{\"prev\":\"%Z\",\"seq\":1,\"v\":1}");
	put_file(log_path(), text, n);
	verify_ok(1); /* the bad ones differ from this one only */
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		n = expand(text, sizeof text, bad[i].line);
		put_file(log_path(), text, n);
		verify_bad(1, bad[i].word);
	}
	n = expand(text, sizeof text, "{\"prev\":\"%Z\",\"seq\":1,\"v\":1}");
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
	CHECK_INT(sek_audit_verify(log_path(), &rep, NULL), SEK_OK);
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
	CHECK_INT(sek_audit_verify(log_path(), &rep, &why), SEK_E_NOENT);
	CHECK(strstr(why.text, "audit.jsonl: No such file") != NULL);
	CHECK_INT(sek_audit_verify(dir, &rep, &why), SEK_E_UNSAFE);
	CHECK(mkfifo(log_path(), 0640) == 0);
	CHECK_INT(sek_audit_verify(log_path(), &rep, &why), SEK_E_UNSAFE);
	CHECK_INT(sek_audit_verify("/dev/zero", &rep, &why), SEK_E_UNSAFE);
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
	CHECK_INT(sek_audit_each(log_path(), stop_at_third, &seen, &why), 42);
	CHECK_INT(seen, 3);
	CHECK_INT(count(NULL, NULL), RECORDS);
	CHECK_INT(count("c", "login"), 1);
	*strchr(ls.p[1], '{') = '[';
	put_file(log_path(), ls.text, ls.n);
	seen = 0;
	CHECK_INT(sek_audit_each(log_path(), stop_at_third, &seen, &why),
	    SEK_E_SYNTAX);
	CHECK_INT(seen, 1);
	CHECK(strstr(why.text, "audit.jsonl: line 2: ") != NULL);
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
	if (!fixture_end())
		return 1;
	return CHECK_END();
}
