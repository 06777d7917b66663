/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The identification record: its fields, what hostile bytes become in it,
 * that it is whole or not written, and which files it is never written to.
 * Must run as root: it mounts a tmpfs of its own and makes files of others.
 */
#include <regex.h>

#include "record/audit_line.h"
#include "record/record_event.h"
#include "tests/audit_fixture.h"

static bool
looks_like(const char *s, const char *pattern)
{
	regex_t re;
	bool yes;

	CHECK(s != NULL);
	CHECK(regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB) == 0);
	yes = regexec(&re, s, 0, NULL, 0) == 0;
	regfree(&re);
	return yes;
}

static const char *
str_of(const json_t *rec, const char *key)
{
	return json_string_value(json_object_get(rec, key));
}

static void
new_record_has_its_fields(void)
{
	json_t *rec = sek_record_new("login", "ward3"), *clock, *soft, *dcm;
	json_t *other = sek_record_new("login", "ward3");

	CHECK(rec != NULL && other != NULL);
	CHECK_INT(json_integer_value(json_object_get(rec, "v")), 2);
	CHECK_STR(str_of(rec, "event"), "login");
	CHECK_STR(str_of(rec, "host"), "ward3");
	CHECK(looks_like(str_of(rec, "t"), "^20[0-9]{2}-[01][0-9]-[0-3][0-9]T"
	    "[0-2][0-9]:[0-5][0-9]:[0-6][0-9][.][0-9]{6}Z$"));
	CHECK(looks_like(str_of(rec, "rec_id"), "^[0-9a-f]{8}-[0-9a-f]{4}-"
	    "4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"));
	CHECK(strcmp(str_of(rec, "rec_id"), str_of(other, "rec_id")) != 0);
	CHECK(looks_like(str_of(rec, "boot_id"), "^[0-9a-f-]{36}$"));
	CHECK(json_integer_value(json_object_get(rec, "t_mono")) > 0);
	clock = json_object_get(rec, "clock");
	CHECK(json_is_boolean(json_object_get(clock, "synced")));
	CHECK(json_is_integer(json_object_get(clock, "offset_us")));
	CHECK(json_is_integer(json_object_get(clock, "esterror_us")));
	CHECK_STR(str_of(clock, "source"), "kernel");
	CHECK(json_integer_value(json_object_get(clock, "maxerror_us")) > 0);
	dcm = json_object_get(rec, "dcm");
	CHECK_STR(str_of(dcm, "action"), "E");
	CHECK_INT(json_integer_value(json_object_get(dcm, "id")), 110114);
	CHECK(json_object_get(dcm, "type") == NULL);
	soft = json_object_get(rec, "software");
	CHECK(looks_like(str_of(soft, "build"), "^([0-9a-f]{2}){8,64}$"));
	CHECK_STR(str_of(soft, "name"), "sekisho");
	CHECK(looks_like(str_of(soft, "version"), "^[0-9]+[.][0-9]+[.]"));
	json_decref(rec);
	json_decref(other);
}

/* What DICOM calls it; and what nobody has named is no event. */
static void
each_event_has_its_codes(void)
{
	const struct sek_event *e;
	json_t *rec, *dcm;

	for (e = sek_events; e->word != NULL; e++) {
		rec = sek_record_new(e->word, "h");
		CHECK_STR(str_of(rec, "event"), e->word);
		dcm = json_object_get(rec, "dcm");
		CHECK_INT(json_integer_value(json_object_get(dcm, "id")),
		    e->dcm_id);
		CHECK((json_object_get(dcm, "type") == NULL) ==
		    (e->dcm_type == 0));
		CHECK_INT(json_integer_value(json_object_get(dcm, "type")),
		    e->dcm_type);
		json_decref(rec);
	}
	CHECK(sek_record_new("logins", "h") == NULL);
	CHECK(sek_record_new("", "h") == NULL);
	CHECK(sek_record_new(NULL, "h") == NULL);
}

static void
setters_make_groups_and_lists(void)
{
	static const uint8_t bytes[] = { 0x00, 0xAF, 0xFF };
	json_t *rec = sek_record_new("login", NULL), *part, *want;
	struct sek_buf line = { 0 };
	const uint8_t prev[32] = { 0 };
	struct sek_line l;
	const char *what;
	json_t *back;

	CHECK(json_object_get(rec, "host") == NULL);
	sek_record_str(rec, "token.kind", "pkcs11");
	sek_record_int(rec, "token.count", -1);
	sek_record_bool(rec, "token.ok", 1);
	sek_record_hex(rec, "token.hash", bytes, sizeof bytes);
	sek_record_hex(rec, "token.none", bytes, 0);
	sek_record_str(rec, "left_out", NULL);
	part = sek_record_part();
	sek_record_str(part, "class", "have");
	sek_record_add(rec, "factors", part);
	part = sek_record_part();
	sek_record_str(part, "class", "know");
	sek_record_add(rec, "factors", part);
	CHECK_INT(sek_line_make(rec, 9, prev, &line), SEK_OK);
	CHECK_INT(sek_line_scan((char *)line.p, line.len - 1, &l, &what),
	    SEK_OK);
	back = sek_line_load((char *)line.p, line.len - 1);
	CHECK(back != NULL);
	want = json_loads("{\"kind\":\"pkcs11\",\"count\":-1,\"ok\":true,"
	    "\"hash\":\"00afff\",\"none\":\"\"}", 0, NULL);
	CHECK(json_equal(json_object_get(back, "token"), want));
	json_decref(want);
	want = json_loads("[{\"class\":\"have\"},{\"class\":\"know\"}]", 0,
	    NULL);
	CHECK(json_equal(json_object_get(back, "factors"), want));
	json_decref(want);
	CHECK(json_object_get(back, "left_out") == NULL);
	CHECK_INT(l.seq, 9);
	/* our own mark does not get out */
	CHECK(memmem(line.p, line.len, "whole", 5) == NULL);
	json_decref(back);
	json_decref(rec);
	sek_buf_free(&line);
}

/* Each misuse makes the append fail and leaves no file to speak of. */
static void
spoiled_record_is_not_written(void)
{
	static const uint8_t big[600];
	uint64_t seq = 77;
	struct sek_why why;
	json_t *rec;
	int i;

	fresh();
	append_ok("first");
	for (i = 0; i < 8; i++) {
		rec = sek_record_new("login", "h");
		switch (i) {
		case 0: sek_record_str(rec, "a.b.c", "x"); break;
		case 1: sek_record_str(rec, "", "x"); break;
		case 2: sek_record_str(rec, "a.", "x"); break;
		case 3: sek_record_str(rec, "host.x", "x"); break;
		case 4: sek_record_hex(rec, "x", big, sizeof big); break;
		case 5: sek_record_add(rec, "factors", NULL); break;
		case 6: sek_record_add(rec, "factors", json_object()); break;
		default:
			sek_record_add(rec, "host", sek_record_part());
			break;
		}
		sek_record_str(rec, "later", "does not heal it");
		CHECK_INT(sek_audit_append(conf(), rec, &seq, &why),
		    SEK_E_INVAL);
		CHECK_INT(seq, 77);
		json_decref(rec);
	}
	CHECK_INT(sek_audit_append(conf(), NULL, &seq, &why), SEK_E_INVAL);
	rec = json_object();
	CHECK_INT(sek_audit_append(conf(), rec, &seq, &why), SEK_E_INVAL);
	json_decref(rec);
	sek_record_str(NULL, "x", "y"); /* no crash */
	verify_ok(2);
}

/* -- memory: jansson's allocations fail, each in its turn ------------- */

static unsigned allocs_left;

static void *
failing_malloc(size_t n)
{
	if (allocs_left == 0)
		return NULL; /* from now on, until the case says otherwise */
	allocs_left--;
	return malloc(n);
}

static unsigned alloc_skip;

static void *
once_failing_malloc(size_t n)
{
	if (alloc_skip-- == 0)
		return NULL;
	return malloc(n);
}

/* Build and append a record; which fields it has is known. */
static int
build_and_append(void)
{
	json_t *rec = sek_record_new("login", "h"), *part;
	uint64_t seq;
	int r;

	sek_record_str(rec, "x_a.b", "c");
	sek_record_str(rec, "x_a.d", "e");
	part = sek_record_part();
	sek_record_str(part, "x", "1");
	sek_record_str(part, "y", "2");
	sek_record_add(rec, "x_list", part);
	r = sek_audit_append(conf(), rec, &seq, NULL);
	json_decref(rec);
	return r;
}

static int
check_complete(void *arg, const char *line, size_t n, const json_t *rec)
{
	json_t *a = json_object_get(rec, "x_a"), *p;
	const char *event = str_of(rec, "event");

	(void)arg;
	(void)line;
	(void)n;
	if (event != NULL && strcmp(event, "log_start") == 0)
		return json_object_size(rec) == 12 ? 0 : 1;
	if (event != NULL && strcmp(event, "log_gap") == 0)
		return json_object_size(rec) == 13 &&
		    json_object_size(json_object_get(rec, "gap")) == 4 ? 0 :
		    1;
	p = json_array_get(json_object_get(rec, "x_list"), 0);
	return json_object_size(a) == 2 && json_object_size(p) == 2 &&
	    json_object_size(rec) == 14 ? 0 : 1;
}

static void
no_memory_never_loses_a_field(void)
{
	unsigned i, written = 0;
	int r;

	fresh();
	for (i = 0; i < 400; i++) {
		alloc_skip = i;
		json_set_alloc_funcs(once_failing_malloc, free);
		r = build_and_append();
		json_set_alloc_funcs(malloc, free);
		written += r == SEK_OK;
		allocs_left = i;
		json_set_alloc_funcs(failing_malloc, free);
		r = build_and_append();
		json_set_alloc_funcs(malloc, free);
		written += r == SEK_OK;
	}
	CHECK(written > 10 && written < 790); /* both ways were taken */
	CHECK_INT(each_record(log_path(), check_complete, NULL, NULL), 0);
	verify_ok(written + 1 + count(NULL, "log_gap"));
	CHECK(count(NULL, "log_gap") > 0);
	CHECK_INT(count(NULL, "log_repair"), 0);
}

/* -- bytes from outside ---------------------------------------------- */

static void
hostile_bytes_stay_in_one_line(void)
{
	static const char *const evil[] = { "a\nb", "\r\n{\"seq\":1}\n",
	    "\x1b[2J\x07", "\xC2\x9B" "1m", "\x7f", "\xC0\xAF\xFF\xFE",
	    "\xED\xA0\x80", "\xE2\x80\xAE" "gpj", "root\xE2\x80\x8B",
	    "\xE2\x80\xA8", "\"},{\"", "\\", "\\u0000", "%s%n", "=cmd()",
	    "\xEF\xBB\xBF", "" };
	static const char *const fields[] = { "claimed", "person.name",
	    "where.rhost", "where.tty", "where.service", "token.label",
	    "token.subject", "x_reason" };
	uint64_t seq, lines = 0;
	size_t i, k, n;
	char *text;
	json_t *rec;

	fresh();
	for (i = 0; i < sizeof evil / sizeof evil[0]; i++) {
		CHECK(sek_record_new(evil[i], "h") == NULL);
		rec = sek_record_new("login", evil[i]);
		for (k = 0; k < sizeof fields / sizeof fields[0]; k++)
			sek_record_str(rec, fields[k], evil[i]);
		CHECK_INT(sek_audit_append(conf(), rec, &seq, NULL), SEK_OK);
		json_decref(rec);
	}
	verify_ok(sizeof evil / sizeof evil[0] + 1);
	text = slurp(log_path(), &n);
	for (i = 0; i < n; i++) {
		lines += text[i] == '\n';
		CHECK(text[i] == '\n' || ((unsigned char)text[i] >= 0x20 &&
		    text[i] != 0x7f));
	}
	CHECK_INT(lines, sizeof evil / sizeof evil[0] + 1);
	CHECK(strstr(text, "\"claimed\":\"a\\\\x0ab\"") != NULL);
	CHECK(strstr(text, "\xE2\x80\xAE") == NULL);
	free(text);
}

static void
huge_strings_are_capped(void)
{
	size_t n = 1024 * 1024;
	char *huge = malloc(n + 1);
	json_t *rec;
	uint64_t seq;
	const char *got;

	CHECK(huge != NULL);
	memset(huge, '\\', n); /* the longest in JSON: four bytes for one */
	huge[n] = '\0';
	fresh();
	rec = sek_record_new("login", huge);
	sek_record_str(rec, "x_made", "up");
	sek_record_str(rec, "claimed", huge);
	got = str_of(rec, "claimed");
	CHECK(strlen(got) <= SEK_AUDIT_STR_MAX);
	CHECK(strlen(got) >= SEK_AUDIT_STR_MAX - 8);
	CHECK_STR(got + strlen(got) - 3, "...");
	CHECK_INT(sek_audit_append(conf(), rec, &seq, NULL), SEK_OK);
	json_decref(rec);
	free(huge);
	verify_ok(2);
}

static void
too_long_a_record_is_refused(void)
{
	char text[SEK_AUDIT_STR_MAX + 1], name[32];
	struct sek_why why;
	uint64_t seq;
	json_t *rec;
	int i;

	fresh();
	append_ok("before");
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	rec = sek_record_new("login", "h");
	for (i = 0; i < 70; i++) {
		(void)snprintf(name, sizeof name, "x_f%d", i);
		sek_record_str(rec, name, text);
	}
	CHECK_INT(sek_audit_append(conf(), rec, &seq, &why), SEK_E_LIMIT);
	CHECK(strstr(why.text, "audit.jsonl: the record is too long") != NULL);
	json_decref(rec);
	append_ok("after");
	CHECK_INT(count(NULL, "log_gap"), 1);
	verify_ok(4);
}

/* The longest line that is allowed is read back too. */
static void
longest_record(void)
{
	char text[SEK_AUDIT_STR_MAX + 1], name[32];
	struct sek_buf line = { 0 };
	const uint8_t prev[32] = { 0 };
	json_t *rec;
	uint64_t seq;
	size_t left;
	int i;

	fresh();
	append_ok("before");
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	rec = sek_record_new("login", "h");
	for (i = 0; i < 62; i++) {
		(void)snprintf(name, sizeof name, "x_f%d", i);
		sek_record_str(rec, name, text);
	}
	sek_record_str(rec, "x_fill", "");
	CHECK_INT(sek_line_make(rec, 3, prev, &line), SEK_OK);
	left = SEK_AUDIT_LINE_MAX - line.len;
	CHECK(left > 1 && left < SEK_AUDIT_STR_MAX);
	text[left + 1] = '\0';
	sek_record_str(rec, "x_fill", text);
	CHECK_INT(sek_audit_append(conf(), rec, &seq, NULL), SEK_E_LIMIT);
	text[left] = '\0';
	sek_record_str(rec, "x_fill", text);
	CHECK_INT(sek_audit_append(conf(), rec, &seq, NULL), SEK_OK);
	json_decref(rec);
	sek_buf_free(&line);
	append_ok("after");
	append_ok("after");
	CHECK_INT(count(NULL, "log_gap"), 1);
	verify_ok(6);
}

/* -- files ----------------------------------------------------------- */

static void
new_log_begins_with_its_start(void)
{
	char zeros[65], *text;
	struct stat st;
	uint64_t seq;
	json_t *rec;
	size_t n;

	fresh();
	(void)umask(077);
	CHECK_INT(append("one", &seq, NULL), SEK_OK);
	(void)umask(022);
	CHECK_INT(seq, 2);
	CHECK_INT(append("two", &seq, NULL), SEK_OK);
	CHECK_INT(seq, 3);
	text = slurp(log_path(), &n);
	*strchr(text, '\n') = '\0';
	rec = json_loads(text, 0, NULL);
	CHECK_STR(str_of(rec, "event"), "log_start");
	CHECK_STR(str_of(rec, "host"), "ward3");
	memset(zeros, '0', 64);
	zeros[64] = '\0';
	CHECK_STR(str_of(rec, "prev"), zeros);
	CHECK(stat(log_path(), &st) == 0 && (st.st_mode & 07777) == 0640);
	CHECK(stat(at("audit.lock"), &st) == 0 &&
	    (st.st_mode & 07777) == 0600);
	json_decref(rec);
	free(text);
	verify_ok(3);
}

static void
append_leaves_the_record_alone(void)
{
	json_t *rec = sek_record_new("login", "h"), *was;
	uint64_t seq;

	fresh();
	sek_record_str(rec, "x_made", "up");
	was = json_deep_copy(rec);
	CHECK_INT(sek_audit_append(conf(), rec, &seq, NULL), SEK_OK);
	CHECK(json_equal(rec, was));
	json_decref(rec);
	json_decref(was);
}

static void
expect_unsafe(const char *word)
{
	struct sek_why why = { .text = "" };
	uint64_t seq;
	int r = append("x", &seq, &why);

	if (r != SEK_E_UNSAFE || strstr(why.text, word) == NULL)
		printf("# %d \"%s\", want \"%s\"\n", r, why.text, word);
	CHECK_INT(r, SEK_E_UNSAFE);
	CHECK(strstr(why.text, word) != NULL);
}

static void
links_are_not_followed(void)
{
	struct stat st;

	fresh();
	put_file(at("target"), "", 0);
	CHECK(symlink(at("target"), log_path()) == 0);
	expect_unsafe("symbolic link");
	CHECK(stat(at("target"), &st) == 0 && st.st_size == 0);
	CHECK(unlink(log_path()) == 0 && unlink(at("target")) == 0);
	CHECK(symlink(at("target"), log_path()) == 0); /* leads nowhere */
	expect_unsafe("symbolic link");
	CHECK(access(at("target"), F_OK) != 0);
	CHECK(unlink(log_path()) == 0);
	CHECK(unlink(at("audit.lock")) == 0);
	CHECK(symlink(at("target"), at("audit.lock")) == 0);
	expect_unsafe("audit.lock must not be a symbolic link");
	CHECK(access(at("target"), F_OK) != 0);
	CHECK(unlink(at("audit.lock")) == 0);
	append_ok("now");
	CHECK(link(log_path(), at("second")) == 0);
	expect_unsafe("hard links");
	CHECK(unlink(at("second")) == 0);
	append_ok("again");
	verify_ok(3 + count(NULL, "log_gap"));
}

static void
other_kinds_of_file_are_refused(void)
{
	fresh();
	CHECK(mkfifo(log_path(), 0640) == 0);
	expect_unsafe("not a regular file");
	CHECK(unlink(log_path()) == 0 && mkdir(log_path(), 0750) == 0);
	CHECK(append("x", &(uint64_t){ 0 }, NULL) != SEK_OK);
	CHECK(rmdir(log_path()) == 0);
	CHECK(mknod(log_path(), S_IFCHR | 0640, 0x103) == 0); /* /dev/null */
	CHECK(append("x", &(uint64_t){ 0 }, NULL) != SEK_OK);
	CHECK(unlink(log_path()) == 0);
	CHECK(unlink(at("audit.lock")) == 0);
	CHECK(mkfifo(at("audit.lock"), 0600) == 0);
	expect_unsafe("audit.lock is not a regular file");
}

static void
owner_and_mode_must_be_ours(void)
{
	static const mode_t modes[] = { 0660, 0602, 0666 };
	size_t i;

	fresh();
	append_ok("one");
	for (i = 0; i < 3; i++) {
		CHECK(chmod(log_path(), modes[i]) == 0);
		expect_unsafe("mode is too open");
	}
	CHECK(chmod(log_path(), 0640) == 0);
	CHECK(chown(log_path(), 65534, 0) == 0);
	expect_unsafe("another owner");
	CHECK(chown(log_path(), 0, 65534) == 0); /* any group may read */
	append_ok("two");
	CHECK(chmod(at("audit.lock"), 0640) == 0);
	expect_unsafe("audit.lock gives rights");
	CHECK(chmod(at("audit.lock"), 0600) == 0);
	CHECK(chmod(dir, 0777) == 0);
	expect_unsafe("folder");
	CHECK(chmod(dir, 0755) == 0 && chown(dir, 65534, 0) == 0);
	expect_unsafe("folder");
	CHECK(chown(dir, 0, 0) == 0);
	append_ok("three");
	verify_ok(4 + count(NULL, "log_gap"));
}

static void
folder_must_be_a_folder(void)
{
	struct sek_why why;
	uint64_t seq;
	char real[256];

	fresh();
	(void)snprintf(real, sizeof real, "%s", dir);
	(void)snprintf(dir, sizeof dir, "%.200s/none", home);
	CHECK_INT(append("x", &seq, &why), SEK_E_NOENT);
	CHECK(strstr(why.text, "none/audit.jsonl: its folder") != NULL);
	(void)snprintf(dir, sizeof dir, "%.200s/link", home);
	CHECK(symlink(real, dir) == 0);
	CHECK(append("x", &seq, &why) != SEK_OK);
}

int
main(void)
{
	if (!fixture_begin("audit"))
		return 1;
	RUN(new_record_has_its_fields);
	RUN(each_event_has_its_codes);
	RUN(setters_make_groups_and_lists);
	RUN(spoiled_record_is_not_written);
	RUN(no_memory_never_loses_a_field);
	RUN(hostile_bytes_stay_in_one_line);
	RUN(huge_strings_are_capped);
	RUN(too_long_a_record_is_refused);
	RUN(longest_record);
	RUN(new_log_begins_with_its_start);
	RUN(append_leaves_the_record_alone);
	RUN(links_are_not_followed);
	RUN(other_kinds_of_file_are_refused);
	RUN(owner_and_mode_must_be_ours);
	RUN(folder_must_be_a_folder);
	if (!fixture_end())
		return 1;
	return CHECK_END();
}
