/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A change by the administrator stands in the store and in the record, or in
 * neither; and a record of a change that was not kept is taken back by
 * another record.
 *
 * The store's commit is made to fail by a reader that holds its lock, the
 * record by a folder in its place.
 */
#include "tests/store_fixture.h"

#include "tests/audit_reading.h"
#include "helpdesk/desk.h"

static struct desk d;

static void
open_desk(void)
{
	sek_store_close(populated());
	d = (struct desk){ .lang = SEK_LANG_EN, .actor = "root" };
	d.policy = calloc(1, sizeof(*d.policy));
	CHECK(d.policy != NULL);
	(void)strcpy(d.policy->host, "desk.example.jp");
	(void)snprintf(d.policy->audit, sizeof(d.policy->audit), "%s/log",
	    dir);
	(void)snprintf(d.policy->record_key, sizeof(d.policy->record_key),
	    "%s/log.key", dir); /* there is none */
	CHECK(mkdir(d.policy->audit, 0700) == 0);
	CHECK_INT(sek_store_open(dir, true, 50, &d.store, &why), SEK_OK);
}

/* The field `name` of the last records as one text, newest last. */
struct fields {
	const char *name;
	char text[256];
};

static int
add_field(void *arg, const char *line, size_t len, const json_t *rec)
{
	struct fields *f = arg;
	const json_t *v = json_object_get(rec, f->name);
	size_t n = strlen(f->text);

	(void)line;
	(void)len;
	if (json_is_integer(v))
		(void)snprintf(f->text + n, sizeof(f->text) - n, "%lld ",
		    (long long)json_integer_value(v));
	else
		(void)snprintf(f->text + n, sizeof(f->text) - n, "%s ",
		    v == NULL ? "-" : json_string_value(v));
	return 0;
}

static const char *
recorded(const char *name)
{
	static struct fields f;
	char path[PATH_MAX];

	f = (struct fields){ .name = name };
	CHECK(snprintf(path, sizeof(path), "%s/%s", d.policy->audit,
	    SEK_AUDIT_FILE) < (int)sizeof(path));
	CHECK_INT(each_record(path, add_field, &f, &why), SEK_OK);
	return f.text;
}

static int
add_two(void)
{
	json_t *rec;
	int r;

	CHECK_INT(desk_begin(&d), DESK_GO);
	r = add_person(d.store, "tanaka");
	rec = desk_record(&d, "person_add");
	sek_record_str(rec, "person.name", "tanaka");
	if (r == SEK_OK)
		r = sek_store_grant(d.store, "root", "tanaka", "ward3", true,
		    &why);
	rec = desk_record(&d, "grant");
	sek_record_str(rec, "person.name", "tanaka");
	return desk_end(&d, r, &why);
}

static void
kept_and_recorded(void)
{
	open_desk();
	CHECK_INT(add_two(), DESK_OK);
	CHECK_STR(recorded("event"), "log_start person_add grant ");
	CHECK_STR(ask("SELECT count(*) FROM person WHERE name = 'tanaka'"),
	    "1");
	CHECK_INT(add_two(), DESK_REFUSED); /* is there already */
	CHECK_STR(recorded("event"), "log_start person_add grant ");
	desk_close(&d);
}

static void
not_recorded_is_not_kept(void)
{
	char path[PATH_MAX];

	open_desk();
	CHECK(snprintf(path, sizeof(path), "%s/%s", d.policy->audit,
	    SEK_AUDIT_FILE) < (int)sizeof(path));
	CHECK(mkdir(path, 0700) == 0);
	CHECK_INT(add_two(), DESK_REFUSED);
	CHECK_STR(ask("SELECT count(*) FROM person"), "2");
	CHECK_STR(ask("SELECT count(*) FROM grants"), "0");
	desk_close(&d);
}

static void
a_record_that_lost_a_field_is_not_written(void)
{
	json_t *rec;

	open_desk();
	CHECK_INT(desk_begin(&d), DESK_GO);
	CHECK_INT(add_person(d.store, "tanaka"), SEK_OK);
	rec = desk_record(&d, "person_add");
	sek_record_str(rec, "person.name", "tanaka");
	sek_record_str(rec, "person", "no group any more");
	sek_record_str(rec, "person.display", "lost");
	CHECK_INT(desk_end(&d, SEK_OK, &why), DESK_REFUSED);
	CHECK_STR(ask("SELECT count(*) FROM person"), "2");
	desk_close(&d);
}

static void
not_kept_is_taken_back_on_record(void)
{
	sqlite3_stmt *st;
	sqlite3 *reader;

	open_desk();
	CHECK_INT(sqlite3_open(file, &reader), SQLITE_OK);
	CHECK_INT(sqlite3_prepare_v2(reader, "SELECT * FROM person", -1, &st,
	    NULL), SQLITE_OK);
	CHECK_INT(sqlite3_step(st), SQLITE_ROW); /* holds the shared lock */
	CHECK_INT(add_two(), DESK_REFUSED);
	sqlite3_finalize(st);
	CHECK_INT(sqlite3_close(reader), SQLITE_OK);
	CHECK_STR(recorded("event"),
	    "log_start person_add grant person_add grant ");
	CHECK_STR(recorded("undone_seq"), "- - - 2 3 ");
	CHECK_STR(recorded("reason"), "- ok ok store store ");
	CHECK_STR(ask("SELECT count(*) FROM person"), "2");
	CHECK_INT(add_two(), DESK_OK); /* and now it can be */
	desk_close(&d);
}

/* The standard error of add_two(). */
static const char *
told(void)
{
	static char text[1024];
	FILE *f = tmpfile();
	int old = dup(STDERR_FILENO);
	size_t n;

	CHECK(f != NULL && old >= 0);
	CHECK(dup2(fileno(f), STDERR_FILENO) >= 0);
	CHECK_INT(add_two(), DESK_OK);
	CHECK(dup2(old, STDERR_FILENO) >= 0 && close(old) == 0);
	rewind(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	CHECK(fclose(f) == 0);
	return text;
}

/* What fails beside a record that is kept. */
static void
a_group_that_is_not_there_is_told(void)
{
	open_desk();
	(void)strcpy(d.policy->record_group, "no-such-group");
	CHECK(strstr(told(), "sekisho: record 2 is kept, but ") != NULL);
	desk_close(&d);
	open_desk();
	CHECK_STR(told(), "");
	desk_close(&d);
}

static void
run_all(void)
{
	RUN(a_group_that_is_not_there_is_told);
	RUN(kept_and_recorded);
	RUN(not_recorded_is_not_kept);
	RUN(a_record_that_lost_a_field_is_not_written);
	RUN(not_kept_is_taken_back_on_record);
}

int
main(void)
{
	if (!begin())
		return 1;
	run_all();
	remove_tree(base);
	return CHECK_END();
}
