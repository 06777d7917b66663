/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho audit new-key`, killed or failing at each call that changes a
 * file: the key in use is always whole and known to readers, records go on
 * being signed, no two roots contradict each other, and the next run ends
 * what this one began.
 * Must run as root: it mounts a tmpfs folder of its own.
 *
 * The calls are defined here, before libc's, so that each of them can be the
 * one that breaks.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>

#include "record/audit_verify.h"
#include "record/note.h"
#include "helpdesk/audit.h"
#include "helpdesk/audit_state.h"
#include "tests/audit_fixture.h"

enum how { KILL_BEFORE, KILL_AFTER, FAIL_EIO };

static struct {
	bool on, fired;
	enum how how;
	unsigned at; /* which call, from 0 */
} trap;

static long
call(long nr, long a, long b, long c, long d)
{
	bool now = trap.on && trap.at-- == 0;
	long r;

	if (now) {
		trap.on = false;
		trap.fired = true;
		if (trap.how == KILL_BEFORE)
			(void)raise(SIGKILL);
		if (trap.how == FAIL_EIO) {
			errno = EIO;
			return -1;
		}
	}
	r = syscall(nr, a, b, c, d);
	if (now)
		(void)raise(SIGKILL);
	return r;
}

ssize_t
write(int fd, const void *p, size_t n)
{
	return call(SYS_write, fd, (long)p, (long)n, 0);
}

ssize_t
pwrite(int fd, const void *p, size_t n, off_t where)
{
	return call(SYS_pwrite64, fd, (long)p, (long)n, where);
}

int
fdatasync(int fd)
{
	return (int)call(SYS_fdatasync, fd, 0, 0, 0);
}

int
fsync(int fd)
{
	return (int)call(SYS_fsync, fd, 0, 0, 0);
}

int
ftruncate(int fd, off_t n)
{
	return (int)call(SYS_ftruncate, fd, n, 0, 0);
}

int
rename(const char *from, const char *to)
{
	return (int)call(SYS_renameat, AT_FDCWD, (long)from, AT_FDCWD,
	    (long)to);
}

int
link(const char *from, const char *to)
{
	return (int)call(SYS_link, (long)from, (long)to, 0, 0);
}

int
unlink(const char *path)
{
	return (int)call(SYS_unlinkat, AT_FDCWD, (long)path, 0, 0);
}

/* -- one installation a case ------------------------------------------- */

static char state[320], log_dir[320], conf_path[320];

static int
desk(int (*command)(struct desk *, int, char **))
{
	char word[] = "sekisho", opt[] = "--conf";
	char *argv[] = { word, opt, conf_path, NULL };
	static const struct desk_command name = { .name = "audit new-key",
		.args = "" };
	struct desk d;
	int r;

	desk_init(&d);
	d.command = &name;
	r = command(&d, 3, argv);
	desk_close(&d);
	return r;
}

static void
make_key(void)
{
	struct sek_policy *p = NULL;
	struct sek_why w = { "" };
	struct desk d;
	bool made;

	CHECK_INT(sek_policy_load(conf_path, &p, &w), SEK_OK);
	desk_init(&d);
	d.policy = p;
	CHECK_INT(desk_log_key_make(&d, &made, &w), SEK_OK);
	CHECK(made);
	desk_close(&d);
}

static void
install(void)
{
	FILE *f;

	fresh();
	(void)snprintf(state, sizeof state, "%s/lib", dir);
	(void)snprintf(log_dir, sizeof log_dir, "%s/log", dir);
	(void)snprintf(conf_path, sizeof conf_path, "%s/conf", dir);
	CHECK(mkdir(state, 0700) == 0 && mkdir(log_dir, 0700) == 0);
	f = fopen(conf_path, "we");
	CHECK(f != NULL);
	CHECK(fprintf(f, "[sekisho]\nhost = ward3\n[paths]\nstate = %s\n"
	    "audit = %s\nhelpers = %s\n[fido2]\nrp-id = example.jp\n"
	    "[service x]\npairs = fido2+password\n", state, log_dir,
	    state) > 0);
	CHECK(fclose(f) == 0);
	make_key();
}

static const char *
in(const char *folder, const char *name)
{
	static char path[2][700];
	static unsigned turn;

	turn = !turn;
	(void)snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
	return path[turn];
}

static void
one_more(void)
{
	const struct sek_audit_conf c = { .dir = log_dir,
		.key = in(state, "log.key") };
	json_t *rec = sek_record_new("login", "ward3");
	struct sek_why w = { "" };
	uint64_t seq;

	sek_record_str(rec, "x_note", "one more");
	CHECK_INT(sek_audit_append(&c, rec, &seq, &w), SEK_OK);
	CHECK_STR(w.text, "");
	json_decref(rec);
}

static bool
there(const char *folder, const char *name)
{
	return access(in(folder, name), F_OK) == 0;
}

/* -- what must hold at any moment --------------------------------------- */

struct found {
	struct sek_vkey keys[SEK_NOTE_KEYS];
	size_t n_keys;
	struct sek_checkpoint notes[SEK_VERIFY_CHECKPOINTS];
	size_t n_notes;
	struct sek_skey key; /* in use */
};

static void
take_note(struct found *f, const char *name, size_t verified)
{
	struct sek_why w = { "" };
	char *text;
	size_t n;

	text = slurp(in(log_dir, name), &n);
	CHECK_INT(sek_checkpoint_read(text, n, f->keys, f->n_keys,
	    &f->notes[f->n_notes], &w), SEK_OK);
	CHECK(f->notes[f->n_notes].verified >= verified);
	f->n_notes++;
	free(text);
}

static void
find_all(struct found *f)
{
	struct sek_why w = { "" };
	struct dirent *e;
	DIR *d = opendir(log_dir);
	size_t n;

	memset(f, 0, sizeof *f);
	CHECK(d != NULL);
	CHECK_INT(sek_skey_read(in(state, "log.key"), true, &f->key, &w),
	    SEK_OK);
	CHECK_INT(sek_vkeys_read(in(log_dir, "log.vkeys"), f->keys,
	    &f->n_keys, &w), SEK_OK);
	/* a kept one may be there before log.vkeys has its second key */
	while ((e = readdir(d)) != NULL) {
		n = strlen(e->d_name);
		if (strncmp(e->d_name, "checkpoint", 10) == 0 &&
		    strcmp(e->d_name + n - 5, ".part") != 0)
			take_note(f, e->d_name, 1);
	}
	CHECK(closedir(d) == 0);
}

static void
free_all(struct found *f)
{
	size_t i;

	for (i = 0; i < f->n_keys; i++)
		sek_vkey_free(&f->keys[i]);
	sek_skey_free(&f->key);
}

/* Whatever was signed is of this log, and the key in use is known. */
static void
check_now(void)
{
	char path[700];
	const char *const paths[] = { path };
	struct sek_verify v = { .paths = paths, .n_paths = 1 };
	static struct found f;
	struct sek_audit_report report;
	struct sek_why w = { "" };
	size_t i;

	(void)snprintf(path, sizeof path, "%s/%s", log_dir, SEK_AUDIT_FILE);
	find_all(&f);
	for (i = 0; i < f.n_keys; i++)
		if (dlog_key_same(&f.keys[i], &f.key.pub))
			break;
	CHECK(i < f.n_keys);
	v.checkpoints = f.notes;
	v.n_checkpoints = f.n_notes;
	if (sek_audit_verify(&v, &report, &w) != SEK_OK)
		printf("# %s\n", w.text);
	CHECK_STR(w.text, "");
	CHECK_INT(report.covered, report.last);
	free_all(&f);
}

/* The public key in use, as text. */
static void
key_now(char out[SEK_VKEY_MAX])
{
	struct sek_why w = { "" };
	struct sek_skey k;

	CHECK_INT(sek_skey_read(in(state, "log.key"), true, &k, &w), SEK_OK);
	CHECK_INT(sek_vkey_text(&k.pub, out), SEK_OK);
	sek_skey_free(&k);
}

/* Change the key in a child with the trap set; its exit status, or -1 when
 * killed. */
static int
change_in_child(enum how how, unsigned at_call, bool *fired)
{
	int status;
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		int quiet = open("/dev/null", O_WRONLY);

		(void)dup2(quiet, STDOUT_FILENO);
		(void)dup2(quiet, STDERR_FILENO);
		trap.how = how;
		trap.at = at_call;
		trap.on = true;
		_exit((desk(desk_audit_new_key) == DESK_OK ? 0 : 1) |
		    (trap.fired ? 2 : 0));
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	*fired = WIFSIGNALED(status) || (WEXITSTATUS(status) & 2) != 0;
	return WIFSIGNALED(status) ? -1 : WEXITSTATUS(status) & 1;
}

static void
nothing_left_over(void)
{
	static const char *const of_state[] = { "log.key.new", "log.key.old",
	    "log.key.part", "log.key.new.part" };
	size_t i;

	for (i = 0; i < sizeof of_state / sizeof of_state[0]; i++)
		CHECK(!there(state, of_state[i]));
	CHECK(!there(log_dir, "log.vkeys.part"));
	CHECK(!there(log_dir, "checkpoint.part"));
}

static void
broken_at_every_call(enum how how)
{
	char before[SEK_VKEY_MAX], after[SEK_VKEY_MAX], again[SEK_VKEY_MAX];
	bool fired = true;
	unsigned n;
	int ended;

	for (n = 0; fired; n++) {
		install();
		one_more();
		key_now(before);
		ended = change_in_child(how, n, &fired);
		key_now(after);
		if (ended == 0)
			CHECK(strcmp(before, after) != 0);
		one_more(); /* the login that comes next */
		check_now();
		CHECK_INT(change_in_child(how, 1000, &(bool){ false }), 0);
		key_now(again);
		CHECK(strcmp(before, again) != 0);
		one_more();
		check_now();
		nothing_left_over();
		CHECK(n < 100);
	}
	CHECK(n > 20); /* the trap was sprung, all along the way */
}

static void
killed_before_every_call(void)
{
	broken_at_every_call(KILL_BEFORE);
}

static void
killed_after_every_call(void)
{
	broken_at_every_call(KILL_AFTER);
}

static void
failing_at_every_call(void)
{
	broken_at_every_call(FAIL_EIO);
}

/* -- has the log only grown between two checkpoints? -------------------- */

#define MANY 40u

/* A log in many files, and its checkpoint after each record; the number of
 * files that were left behind. */
static unsigned
many_files(struct sek_checkpoint notes[MANY])
{
	const struct sek_audit_conf c = { .dir = log_dir,
		.key = in(state, "log.key"), .rotate = 3000 };
	struct sek_audit_conf own = c;
	static struct found f;
	struct sek_why w;
	char key[700];
	unsigned i, files = 0;
	uint64_t seq;
	struct dirent *e;
	json_t *rec;
	DIR *d;

	(void)snprintf(key, sizeof key, "%s", c.key);
	own.key = key;
	for (i = 0; i < MANY; i++) {
		rec = sek_record_new("login", "ward3");
		sek_record_str(rec, "x_note", "one of many");
		CHECK_INT(sek_audit_append(&own, rec, &seq, &w), SEK_OK);
		json_decref(rec);
		find_all(&f);
		CHECK_INT(f.n_notes, 1);
		notes[i] = f.notes[0];
		free_all(&f);
	}
	CHECK((d = opendir(log_dir)) != NULL);
	while ((e = readdir(d)) != NULL)
		files += strncmp(e->d_name, "audit-", 6) == 0;
	CHECK(closedir(d) == 0);
	return files;
}

/* The archived file number `n`, from 0, or "" . */
static void
archived(unsigned n, char out[300])
{
	struct dirent **list;
	int i, all = scandir(log_dir, &list, NULL, alphasort);

	out[0] = '\0';
	for (i = 0; i < all; i++) {
		if (strncmp(list[i]->d_name, "audit-", 6) == 0 && n-- == 0)
			(void)snprintf(out, 300, "%s", list[i]->d_name);
		free(list[i]);
	}
	free(list);
}

static int
extends(const struct sek_checkpoint *a, const struct sek_checkpoint *b)
{
	static struct sek_policy p;
	struct desk d = { .policy = &p };
	struct sek_why w = { "" };

	(void)snprintf(p.audit, sizeof p.audit, "%s", log_dir);
	return dlog_extends(&d, a, b, &w);
}

static void
grown_over_many_files(void)
{
	static struct sek_checkpoint notes[MANY];
	unsigned i, k, files;

	install();
	files = many_files(notes);
	CHECK(files > 5);
	for (i = 0; i < MANY; i++)
		for (k = i; k < MANY; k++)
			CHECK_INT(extends(&notes[i], &notes[k]), SEK_OK);
}

static void
files_before_are_not_needed(void)
{
	static struct sek_checkpoint notes[MANY];
	unsigned files;
	char name[300];

	install();
	files = many_files(notes);
	archived(0, name);
	CHECK(unlink(in(log_dir, name)) == 0);
	CHECK_INT(extends(&notes[MANY / 2], &notes[MANY - 1]), SEK_OK);
	/* but the one that the earlier checkpoint lies in is */
	CHECK_INT(extends(&notes[0], &notes[MANY - 1]), SEK_E_NOENT);
	while (files-- > 1) {
		archived(0, name);
		CHECK(unlink(in(log_dir, name)) == 0);
	}
	CHECK_INT(extends(&notes[MANY - 1], &notes[MANY - 1]), SEK_OK);
}

static void
other_records_are_seen(void)
{
	static struct sek_checkpoint notes[MANY];
	struct sek_checkpoint other;
	char name[300], *text;
	size_t n;

	install();
	(void)many_files(notes);
	other = notes[MANY - 1];
	other.root[5] ^= 1;
	CHECK_INT(extends(&notes[0], &other), SEK_E_DENIED);
	other = notes[3];
	other.root[5] ^= 1;
	CHECK_INT(extends(&other, &notes[MANY - 1]), SEK_E_DENIED);
	other = notes[MANY - 1];
	other.size += 5;
	CHECK_INT(extends(&notes[0], &other), SEK_E_DENIED);
	/* one byte of a record between the two */
	archived(2, name);
	text = slurp(in(log_dir, name), &n);
	*strstr(text, "ward3") = 'W';
	put_file(in(log_dir, name), text, n);
	free(text);
	CHECK_INT(extends(&notes[0], &notes[MANY - 1]), SEK_E_SYNTAX);
	CHECK_INT(extends(&notes[MANY - 2], &notes[MANY - 1]), SEK_OK);
}

int
main(void)
{
	if (!fixture_begin("key"))
		return 1;
	RUN(killed_before_every_call);
	RUN(killed_after_every_call);
	RUN(failing_at_every_call);
	RUN(grown_over_many_files);
	RUN(files_before_are_not_needed);
	RUN(other_records_are_seen);
	if (!fixture_end())
		return 1;
	return CHECK_END();
}
