/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files beside the record that hold its public keys and checkpoints.
 *
 * Part of the administrator's program.  Each is replaced whole, by rename;
 * must never touch a record, and never leave half a file under its name.
 */
#include "helpdesk/audit_state.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sekisho/deadline.h"
#include "sekisho/os.h"

#define LOCK_MS 30000u       /* a slow token is in use */
#define APPEND_LOCK_MS 5000u
#define STEP_MS 20
#define READS 10
#define READ_AGAIN_MS 2
#define APPEND_LOCK "audit.lock"

static int
failed(struct sek_why *why, const char *path, const char *what)
{
	char text[200];

	(void)snprintf(text, sizeof(text), "%s: %s", what, strerror(errno));
	return sek_why_about(why, SEK_E_IO, path, text);
}

int
dlog_path(const char *folder, const char *name, char out[PATH_MAX],
    struct sek_why *why)
{
	int n = snprintf(out, PATH_MAX, "%s/%s", folder, name);

	return n > 0 && n < PATH_MAX ? SEK_OK :
	    sek_why_about(why, SEK_E_LIMIT, folder, "is too long a path");
}

void
dlog_kept_name(uint64_t size, char out[LOG_KEPT_MAX])
{
	(void)snprintf(out, LOG_KEPT_MAX, "checkpoint-%012llu",
	    (unsigned long long)size);
}

/* Who may read the record may read its keys and checkpoints. */
static int
set_group(const struct desk *d, int fd)
{
	const struct group *g;

	if (d->policy->record_group[0] == '\0')
		return 0;
	g = getgrnam(d->policy->record_group);
	if (g == NULL) {
		errno = ENOENT;
		return -1;
	}
	return fchown(fd, (uid_t)-1, g->gr_gid);
}

static int
write_new(const struct desk *d, const char *path, mode_t mode, const void *p,
    size_t n, struct sek_why *why)
{
	bool shared = (mode & S_IRGRP) != 0;
	int fd, r = SEK_OK;

	/* what a run that was cut off has left */
	if (unlink(path) != 0 && errno != ENOENT)
		return failed(why, path, "cannot be removed");
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    S_IRUSR | S_IWUSR);
	if (fd < 0)
		return failed(why, path, "cannot be made");
	if (sek_write_at(fd, 0, p, n) != SEK_OK ||
	    (shared && set_group(d, fd) != 0) || fchmod(fd, mode) != 0 ||
	    fsync(fd) != 0)
		r = failed(why, path, "cannot be written");
	(void)close(fd);
	return r;
}

static int
sync_folder(const char *folder, struct sek_why *why)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = SEK_OK;

	if (fd < 0 || fsync(fd) != 0)
		r = failed(why, folder, "cannot be synced");
	if (fd >= 0)
		(void)close(fd);
	return r;
}

int
dlog_put_file(const struct desk *d, const char *folder, const char *name,
    mode_t mode, const void *p, size_t n, struct sek_why *why)
{
	char path[PATH_MAX], beside[PATH_MAX], tmp[LOG_KEPT_MAX + 8];
	int r;

	(void)snprintf(tmp, sizeof(tmp), "%s.part", name);
	if ((r = dlog_path(folder, name, path, why)) != SEK_OK ||
	    (r = dlog_path(folder, tmp, beside, why)) != SEK_OK ||
	    (r = write_new(d, beside, mode, p, n, why)) != SEK_OK)
		return r;
	if (rename(beside, path) != 0) {
		r = failed(why, path, "cannot be replaced");
		(void)unlink(beside);
		return r;
	}
	return sync_folder(folder, why);
}

/* -- keys -------------------------------------------------------------- */

void
dlog_keys_free(struct dlog_keys *k)
{
	size_t i;

	for (i = 0; i < k->n; i++)
		sek_vkey_free(&k->at[i]);
	k->n = 0;
}

bool
dlog_key_same(const struct sek_vkey *a, const struct sek_vkey *b)
{
	return a->type == b->type && a->pub_len == b->pub_len &&
	    strcmp(a->name, b->name) == 0 &&
	    memcmp(a->pub, b->pub, a->pub_len) == 0;
}

static bool
missing(const char *path)
{
	return access(path, F_OK) != 0 && errno == ENOENT;
}

int
dlog_keys_read(const struct desk *d, struct dlog_keys *out,
    struct sek_why *why)
{
	char path[PATH_MAX];
	int r;

	out->n = 0;
	if ((r = dlog_path(d->policy->audit, LOG_VKEYS, path, why)) != SEK_OK ||
	    missing(path))
		return r;
	return sek_vkeys_read(path, out->at, &out->n, why);
}

int
dlog_keys_add(const struct desk *d, const struct sek_vkey *k,
    struct sek_why *why)
{
	struct dlog_keys keys = { .n = 0 };
	char path[PATH_MAX], text[SEK_VKEY_MAX];
	struct sek_buf all = { 0 };
	size_t i;
	int r;

	if ((r = dlog_keys_read(d, &keys, why)) != SEK_OK)
		return r;
	for (i = 0; i < keys.n && !dlog_key_same(&keys.at[i], k); i++)
		;
	if (i < keys.n)
		goto out;
	r = sek_why_about(why, SEK_E_LIMIT, LOG_VKEYS, "holds as many keys "
	    "as a reader takes");
	if (keys.n == SEK_NOTE_KEYS ||
	    (r = dlog_path(d->policy->audit, LOG_VKEYS, path, why)) != SEK_OK)
		goto out;
	/* the text is kept as it is: it may have comments */
	if (keys.n > 0 && (r = sek_read_safe_file(path,
	    (size_t)SEK_NOTE_KEYS * 2 * SEK_VKEY_MAX, &all, why)) != SEK_OK)
		goto out;
	if (all.len > 0 && all.p[all.len - 1] != '\n')
		sek_put_u8(&all, '\n');
	if ((r = sek_vkey_text(k, text)) != SEK_OK)
		goto out;
	sek_put_raw(&all, text, strlen(text));
	sek_put_u8(&all, '\n');
	if ((r = sek_buf_ok(&all)) == SEK_OK)
		r = dlog_put_file(d, d->policy->audit, LOG_VKEYS, 0644, all.p,
		    all.len, why);
out:
	if (r == SEK_OK)
		sek_why_set(why, "%s", "");
	dlog_keys_free(&keys);
	sek_buf_free(&all);
	return r;
}

/* -- checkpoints ------------------------------------------------------- */

void
dlog_note_free(struct dlog_note *n)
{
	sek_buf_free(&n->text);
}

static int
read_once(const char *path, const struct sek_vkey *keys, size_t n,
    struct dlog_note *out, struct sek_why *why)
{
	int r;

	sek_buf_clear(&out->text);
	r = sek_read_safe_file(path, SEK_CHECKPOINT_MAX, &out->text, why);
	if (r != SEK_OK)
		return r;
	r = sek_checkpoint_read(out->text.p, out->text.len, keys, n, &out->is,
	    why);
	if (r == SEK_OK && (n == 0 || out->is.verified == 0))
		r = SEK_E_DENIED;
	return r;
}

int
dlog_note_read(const struct desk *d, const char *file,
    const struct sek_vkey *keys, size_t n, struct dlog_note *out,
    struct sek_why *why)
{
	struct sek_why inner = { "" };
	char path[PATH_MAX];
	int i, r;

	if ((r = dlog_path(d->policy->audit, file, path, why)) != SEK_OK)
		return r;
	if (missing(path))
		return sek_why_about(why, SEK_E_NOENT, path, "is not there");
	for (i = 0; i < READS; i++) {
		r = read_once(path, keys, n, out, &inner);
		if (r != SEK_E_SYNTAX && r != SEK_E_DENIED)
			break;
		(void)poll(NULL, 0, READ_AGAIN_MS);
	}
	if (r == SEK_OK && strcmp(out->is.origin, keys[0].name) != 0) {
		r = SEK_E_DENIED;
		sek_why_set(&inner, "is of another log");
	}
	if (r != SEK_OK)
		(void)sek_why_about(why, r, path, inner.text[0] != '\0' ?
		    inner.text : sek_strerror(r));
	return r;
}

/* -- locks ------------------------------------------------------------- */

static int
lock(int fd, const char *path, uint64_t ms, struct sek_why *why)
{
	const struct sek_deadline dl = sek_deadline_in(ms);

	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return failed(why, path, "cannot be locked");
		if (sek_deadline_past(&dl))
			return sek_why_about(why, SEK_E_TIMEOUT, path,
			    "is locked by another process");
		(void)poll(NULL, 0, STEP_MS);
	}
	return SEK_OK;
}

int
dlog_state_lock(const struct desk *d, int *fd, struct sek_why *why)
{
	const char *path = d->policy->state;

	/* the folder itself: root alone can open it, and no file stays */
	*fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*fd < 0)
		return failed(why, path, "cannot be opened");
	return lock(*fd, path, LOCK_MS, why);
}

int
dlog_append_lock(const struct desk *d, int *fd, struct sek_why *why)
{
	char path[PATH_MAX];
	int r;

	if ((r = dlog_path(d->policy->audit, APPEND_LOCK, path, why)) != SEK_OK)
		return r;
	*fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (*fd < 0)
		return failed(why, path, "cannot be opened");
	return lock(*fd, path, APPEND_LOCK_MS, why);
}

/* -- records ----------------------------------------------------------- */

int
dlog_record_put(const struct desk *d, json_t *rec, uint64_t *seq,
    struct sek_why *why)
{
	int r = desk_append(d, rec, seq, why);

	json_decref(rec);
	return r;
}
