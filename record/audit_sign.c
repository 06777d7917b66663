/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of an append: the sync, and the signed checkpoint, which is made
 * while the disk is at work.
 * Runs in the gate and in `sekisho`, under the lock.  Never publishes a
 * checkpoint of records that are not on the disk, and none that the log has
 * not grown into.  A login does not depend on it: the next append covers what
 * this one could not.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/audit_log.h"
#include "sekisho/os.h"

#define SPINS 1000u /* some hundred microseconds */
#define STACK (64u * 1024) /* it makes one system call */

static void *
sync_file(void *arg)
{
	struct log_syncing *s = arg;

	s->err = fdatasync(s->fd) != 0 ? errno : 0;
	(void)sem_post(&s->done);
	return NULL;
}

/* In a thread that no signal goes to: the host's handlers run where they
 * always did. */
static bool
start(struct log_syncing *s)
{
	pthread_attr_t attr;
	sigset_t all, old;
	bool ok;

	if (pthread_attr_init(&attr) != 0)
		return false;
	(void)sigfillset(&all);
	ok = pthread_attr_setstacksize(&attr, STACK) == 0 &&
	    pthread_sigmask(SIG_SETMASK, &all, &old) == 0;
	if (ok) {
		ok = pthread_create(&s->thread, &attr, sync_file, s) == 0;
		(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	}
	(void)pthread_attr_destroy(&attr);
	return ok;
}

static int
make_note(struct log *l, uint64_t size, const uint8_t root[SEK_HASH_LEN],
    struct sek_buf *note)
{
	struct sek_buf line = { 0 };
	int r;

	sek_buf_clear(note);
	r = sek_checkpoint_body(l->key.pub.name, size, root, note);
	if (r == SEK_OK)
		r = sek_note_sign(&l->key, note->p, note->len, &line);
	if (r == SEK_OK) {
		sek_put_u8(note, '\n');
		sek_put_raw(note, line.p, line.len);
		r = sek_buf_ok(note);
	}
	sek_buf_free(&line);
	if (r != SEK_OK)
		sek_buf_free(note);
	return r;
}

void
log_read_key(struct log *l)
{
	struct sek_why why = { "" };
	int r;

	if (l->key_asked || l->conf->key == NULL)
		return;
	l->key_asked = true;
	r = sek_skey_read(l->conf->key, false, &l->key, &why);
	l->has_key = r == SEK_OK;
	if (r != SEK_OK && r != SEK_E_NOENT)
		log_warn(l, why.text, 0);
	(void)snprintf(l->origin, sizeof l->origin, "%s",
	    l->has_key ? l->key.pub.name : "");
}

static void
sign(struct log *l, struct log_state *st, struct sek_buf *note)
{
	uint8_t root[SEK_HASH_LEN];

	log_read_key(l);
	(void)snprintf(st->origin, sizeof st->origin, "%s", l->origin);
	if (l->has_key && (sek_tree_root(&l->sha, &st->tree, root) != SEK_OK ||
	    make_note(l, st->tree.n, root, note) != SEK_OK))
		log_warn(l, "its new state could not be signed", 0);
}

int
log_sync_and_sign(struct log *l, struct log_state *st, struct sek_buf *note)
{
	struct log_syncing *s = &l->syncing;
	unsigned i;

	s->fd = l->fd;
	if (sem_init(&s->done, 0, 0) != 0)
		return errno;
	s->joins = l->origin[0] != '\0' && start(s);
	if (!s->joins)
		(void)sync_file(s);
	if (s->joins || s->err == 0)
		sign(l, st, note);
	/* the disk is about as fast as a signature: to fall asleep for the
	 * rest, and be woken, would take longer than the rest */
	for (i = 0; i < SPINS && sem_trywait(&s->done) != 0; i++)
		(void)sched_yield();
	while (i == SPINS && sem_wait(&s->done) != 0)
		continue; /* a signal; only the disk ends a sync */
	return s->err;
}

void
log_sync_end(struct log *l)
{
	if (l->syncing.joins)
		(void)pthread_join(l->syncing.thread, NULL);
	l->syncing.joins = false;
}

void
log_note_write(struct log *l, const struct sek_buf *note,
    struct log_state *st)
{
	struct stat is;
	int r = SEK_OK;

	if (note->len == 0)
		return;
	if (l->note_fd < 0)
		r = log_make(l, LOG_NOTE_FILE, 0, LOG_MODE, &l->note_fd,
		    NULL);
	if (r == SEK_OK)
		r = sek_write_at(l->note_fd, 0, note->p, note->len);
	if (r == SEK_OK && (fstat(l->note_fd, &is) != 0 ||
	    (is.st_size > (off_t)note->len &&
	    ftruncate(l->note_fd, (off_t)note->len) != 0)))
		r = SEK_E_IO;
	if (r == SEK_OK)
		st->covered = st->tree.n;
	else
		log_warn(l, LOG_NOTE_FILE " cannot be written", 0);
}

/* The two lines "ORIGIN\nSIZE\n"; what follows them, or NULL. */
static const char *
read_size(const struct log *l, const char *p, size_t n, uint64_t *size)
{
	size_t k = strlen(l->origin), i;

	if (n < k + 3 || memcmp(p, l->origin, k) != 0 || p[k] != '\n' ||
	    p[k + 1] == '0')
		return NULL;
	*size = 0;
	for (i = k + 1; i < n && p[i] >= '0' && p[i] <= '9'; i++) {
		if (*size > (uint64_t)INT64_MAX / 10 - 1)
			return NULL;
		*size = *size * 10 + (uint64_t)(p[i] - '0');
	}
	return i < n && p[i] == '\n' && i > k + 1 ? p + i + 1 : NULL;
}

static size_t
read_some(const struct log *l, char *p, size_t max)
{
	ssize_t n;

	if (l->note_fd < 0)
		return 0;
	do
		n = pread(l->note_fd, p, max, 0);
	while (n < 0 && errno == EINTR);
	return n < 0 ? 0 : (size_t)n;
}

uint64_t
log_note_size(struct log *l)
{
	char text[SEK_ORIGIN_MAX + 32] = "";
	uint64_t size;

	return read_size(l, text, read_some(l, text, sizeof text), &size) !=
	    NULL ? size : 0;
}

/* Ed25519 signs the same text always the same (RFC 8032 section 5.1.6): what
 * our key has signed is what it would sign again. */
void
log_note_read(struct log *l, struct log_note *out)
{
	char text[SEK_CHECKPOINT_MAX] = "";
	size_t n = read_some(l, text, sizeof text), len = SEK_HASH_LEN, body;
	struct sek_buf again = { 0 };
	const char *root, *nl;
	uint64_t size;

	out->size = 0;
	root = read_size(l, text, n, &size);
	nl = root == NULL ? NULL : memchr(root, '\n',
	    n - (size_t)(root - text));
	if (nl == NULL || sek_base64_get(root, (size_t)(nl - root), out->root,
	    &len) != SEK_OK || len != SEK_HASH_LEN)
		return;
	body = (size_t)(nl - text) + 2;
	if (make_note(l, size, out->root, &again) == SEK_OK && body <= n &&
	    body < again.len && memcmp(text, again.p, body) == 0 &&
	    memmem(text + body, n - body, again.p + body,
	    again.len - body) != NULL)
		out->size = size;
	sek_buf_free(&again);
}
