/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Opening the enrolment store: what file it may be, how SQLite is set, and
 * which version of the schema is taken.
 *
 * Runs in the gate (to read) and in the administrator's program (to write).
 * Must never open a file that somebody else could have put there, and never
 * take an empty or foreign file for a store.
 */
#include "gate/store_local.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gate/store_schema.h"
#include "sekisho/os.h"

#define BUSY_MAX_MS 60000

int
sek_store_file_safe(const char *path, struct sek_why *why)
{
	struct stat st;
	const char *bad = NULL;

	/* Not opened: closing another descriptor of the file would drop the
	 * POSIX locks of a connection that this process has already. */
	if (lstat(path, &st) != 0) {
		if (errno == ENOENT) {
			sek_why_set(why, "store: %s is not there; make it with "
			    "`sekisho init`", path);
			return SEK_E_NOENT;
		}
		sek_why_set(why, "store: %s: %s", path, strerror(errno));
		return SEK_E_SYS;
	}
	if (!S_ISREG(st.st_mode))
		bad = "is no regular file";
	else if (st.st_uid != 0 && st.st_uid != geteuid())
		bad = "has another owner than root";
	else if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		bad = "is open to others; its mode must be 0600";
	else if (st.st_nlink != 1)
		bad = "has a second name (hard link)";
	else if (st.st_size == 0)
		bad = "is empty: bring back a copy, or remove it and run "
		    "`sekisho init`";
	if (bad == NULL)
		return SEK_OK;
	sek_why_set(why, "store: %s %s", path, bad);
	return SEK_E_UNSAFE;
}

/* What a store has no need of is off; references between rows hold. */
static int
settle(sqlite3 *db)
{
	static const struct { int option, on; } set[] = {
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 },
		{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 },
		{ SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
		{ SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
		{ SQLITE_DBCONFIG_DQS_DML, 0 },
		{ SQLITE_DBCONFIG_DQS_DDL, 0 },
		{ SQLITE_DBCONFIG_ENABLE_FKEY, 1 },
	};
	size_t i;
	int rc = SQLITE_OK;

	for (i = 0; i < sizeof(set) / sizeof(set[0]) && rc == SQLITE_OK; i++)
		rc = sqlite3_db_config(db, set[i].option, set[i].on, NULL);
	return rc;
}

int
sek_store_connect(const char *path, int flags, int busy_ms, sqlite3 **out,
    struct sek_why *why)
{
	sqlite3 *db = NULL;
	int rc;

	rc = sqlite3_open_v2(path, &db, flags | SQLITE_OPEN_NOFOLLOW |
	    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE |
	    SQLITE_OPEN_EXRESCODE, NULL);
	if (rc == SQLITE_OK)
		rc = settle(db);
	if (rc == SQLITE_OK)
		rc = sqlite3_busy_timeout(db, busy_ms);
	if (rc != SQLITE_OK) {
		int r = sek_store_fail(db, rc, why);

		(void)sqlite3_close_v2(db);
		return r;
	}
	*out = db;
	return SEK_OK;
}

/* With the journal's end on disk as well when a commit returns: without it,
 * a loss of power right afterwards could take back a counter, or a
 * revocation (SQLite: synchronous = EXTRA). */
int
sek_store_connect_durable(const char *path, int busy_ms, sqlite3 **out,
    struct sek_why *why)
{
	sqlite3 *db = NULL;
	int r, rc;

	r = sek_store_connect(path, SQLITE_OPEN_READWRITE, busy_ms, &db, why);
	if (r != SEK_OK)
		return r;
	rc = sqlite3_exec(db, "PRAGMA synchronous = EXTRA", NULL, NULL, NULL);
	if (rc != SQLITE_OK) {
		r = sek_store_fail(db, rc, why);
		(void)sqlite3_close_v2(db);
		return r;
	}
	*out = db;
	return SEK_OK;
}

/*
 * A writer died in the middle and left its journal: who may only read cannot
 * roll it back.  The owner of the file can, and must before anybody reads.
 */
static int
roll_back_dead_writer(const char *path, int busy_ms, struct sek_why *why)
{
	sqlite3 *db = NULL;
	int r, rc, version;

	r = sek_store_connect(path, SQLITE_OPEN_READWRITE, busy_ms, &db, why);
	if (r != SEK_OK)
		return r;
	rc = sek_store_version(db, &version);
	if (rc != SQLITE_OK)
		r = sek_store_fail(db, rc, why);
	(void)sqlite3_close_v2(db);
	return r;
}

static int
open_reading(struct sek_store *s, size_t n, struct sek_why *why)
{
	int r, rc, tries, version = 0;

	for (tries = 0; ; tries++) {
		r = sek_store_connect(s->path, SQLITE_OPEN_READONLY,
		    s->busy_ms, &s->db, why);
		if (r != SEK_OK)
			return r;
		rc = sek_store_version(s->db, &version);
		if (rc != SQLITE_READONLY_ROLLBACK || tries > 0)
			break;
		(void)sqlite3_close_v2(s->db);
		s->db = NULL;
		r = roll_back_dead_writer(s->path, s->busy_ms, why);
		if (r != SEK_OK)
			return r;
	}
	if (rc != SQLITE_OK)
		return sek_store_fail(s->db, rc, why);
	if (version == (int)n)
		return SEK_OK;
	sek_why_set(why, "store: %s has schema %d, this program needs %zu%s",
	    s->path, version, n,
	    version < (int)n ? "; run `sekisho init`" : "");
	return SEK_E_VERSION;
}

/* The first store is built beside and gets its name when it is whole, so
 * that a store that exists is never half a store. */
static int
create(const char *path, int busy_ms, const char *const *steps, size_t n,
    struct sek_why *why)
{
	char tmp[PATH_MAX];
	sqlite3 *db = NULL;
	int fd, r;

	r = snprintf(tmp, sizeof(tmp), "%s.new.%ld", path, (long)getpid());
	if (r < 0 || (size_t)r >= sizeof(tmp))
		return SEK_E_LIMIT;
	(void)unlink(tmp);
	fd = open(tmp, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    S_IRUSR | S_IWUSR);
	if (fd < 0) {
		sek_why_set(why, "store: %s: %s", tmp, strerror(errno));
		return SEK_E_IO;
	}
	(void)close(fd);
	r = sek_store_connect(tmp, SQLITE_OPEN_READWRITE, busy_ms, &db, why);
	if (r == SEK_OK)
		r = sek_store_migrate(db, steps, n, why);
	(void)sqlite3_close_v2(db);
	/* somebody else's first store, made meanwhile, is as good */
	if (r == SEK_OK && renameat2(AT_FDCWD, tmp, AT_FDCWD, path,
	    RENAME_NOREPLACE) != 0 && errno != EEXIST) {
		sek_why_set(why, "store: %s: %s", path, strerror(errno));
		r = SEK_E_IO;
	}
	(void)unlink(tmp);
	return r;
}

static int
open_writing(struct sek_store *s, const char *const *steps, size_t n,
    struct sek_why *why)
{
	int r, rc, version = 0;

	r = sek_store_connect_durable(s->path, s->busy_ms, &s->db, why);
	if (r != SEK_OK)
		return r;
	rc = sek_store_version(s->db, &version);
	if (rc != SQLITE_OK)
		return sek_store_fail(s->db, rc, why);
	if (version == (int)n)
		return SEK_OK;
	if (version == 0) {
		sek_why_set(why, "store: %s is no store of ours", s->path);
		return SEK_E_VERSION;
	}
	return sek_store_migrate(s->db, steps, n, why);
}

static struct sek_store *
store_new(const char *dir, bool write, int busy_ms)
{
	struct sek_store *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->write = write;
	s->busy_ms = busy_ms < 0 ? 0 :
	    busy_ms > BUSY_MAX_MS ? BUSY_MAX_MS : busy_ms;
	if (asprintf(&s->path, "%s/%s", dir, SEK_STORE_FILE) < 0) {
		free(s);
		return NULL;
	}
	return s;
}

int
sek_store_open_as(const char *dir, bool write, int busy_ms,
    const char *const *steps, size_t n, struct sek_store **out,
    struct sek_why *why)
{
	struct sek_store *s;
	int r;

	if ((r = sek_path_safe(dir, true, why)) != SEK_OK)
		return r;
	if ((s = store_new(dir, write, busy_ms)) == NULL)
		return SEK_E_NOMEM;
	r = sek_store_file_safe(s->path, why);
	if (r == SEK_E_NOENT && write) {
		r = create(s->path, s->busy_ms, steps, n, why);
		if (r == SEK_OK)
			r = sek_store_file_safe(s->path, why);
	}
	if (r == SEK_OK)
		r = write ? open_writing(s, steps, n, why) :
		    open_reading(s, n, why);
	if (r != SEK_OK) {
		sek_store_close(s);
		return r;
	}
	*out = s;
	return SEK_OK;
}

int
sek_store_open(const char *dir, bool write, int busy_ms,
    struct sek_store **out, struct sek_why *why)
{
	return sek_store_open_as(dir, write, busy_ms, sek_store_steps,
	    SEK_STORE_SCHEMA, out, why);
}

void
sek_store_close(struct sek_store *s)
{
	size_t i;

	if (s == NULL)
		return;
	for (i = 0; i < SEK_N_ST; i++)
		sqlite3_finalize(s->st[i]);
	/* an open transaction is rolled back by this */
	(void)sqlite3_close_v2(s->db);
	free(s->path);
	free(s);
}
