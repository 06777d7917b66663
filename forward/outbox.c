/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The outbox: a folder of files of messages, one a line, that the system's
 * syslog service reads and sends.  Runs in sekisho-forward.
 *
 * A file only ever grows.  Nothing is cut off at its end, since the reader
 * may have taken it already: a line that was torn by our end or by a power
 * cut is closed with a mark, and the reader leaves it out.  A file is removed
 * only when the syslog service has said, in `sent`, that it has its last
 * line; so no two files ever have lines that are still to be read, and the
 * order in which it looks at them does not matter.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "forward/forward.h"
#include "sekisho/deadline.h"
#include "sekisho/escape.h"
#include "sekisho/os.h"

#define FILE_NAME "messages-%012llu.log"
#define LOCK_FILE "lock"
#define SENT_FILE "sent"
#define BROKEN_FILE "broken"
#define BROKEN_MOST 65536u
#define BROKEN_WAIT_MS 1000u
#define BROKEN_WAIT_MAX_MS 600000u
#define BATCH (1024u * 1024) /* bytes of one write */
#define DRIP_MS 60000u
#define TORN "\tTORN\n"

struct outbox {
	const struct outbox_conf *conf;
	char name[300];  /* of the folder, escaped */
	char file[40];   /* the one that is written */
	int dir_fd, lock_fd, fd;
	unsigned long long number; /* of that file, from 1 */
	uint64_t size;             /* of it */
	uint64_t wrote_ms;         /* when, last */
	struct cursor cursor;
	char head[OUTBOX_HEAD + 1]; /* of the last whole line; "": none */
	uint64_t broken;           /* size of BROKEN_FILE, seen last */
	uint64_t broken_sent;      /* and of SENT_FILE then */
	uint64_t broken_seq;       /* what was told of it */
	uint64_t broken_ms;        /* when */
	uint32_t broken_wait;      /* before the same is told again */
	struct sek_buf batch;
};

const struct cursor *
outbox_cursor(const struct outbox *o)
{
	return &o->cursor;
}

static int
failed(const struct outbox *o, struct sek_why *why, const char *file,
    const char *what)
{
	int err = errno;

	sek_why_set(why, "%s%s%s: %s: %s", o->name, *file != '\0' ? "/" : "",
	    file, what, strerror(err));
	return err == ENOENT ? SEK_E_NOENT : SEK_E_IO;
}

static int
open_dir(struct outbox *o, struct sek_why *why)
{
	int r;

	if (mkdir(o->conf->dir, 0700) != 0 && errno != EEXIST)
		return failed(o, why, "", "cannot be made");
	if ((r = sek_path_safe(o->conf->dir, true, why)) != SEK_OK)
		return r;
	o->dir_fd = open(o->conf->dir,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (o->dir_fd < 0)
		return failed(o, why, "", "cannot be opened");
	o->lock_fd = openat(o->dir_fd, LOCK_FILE,
	    O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (o->lock_fd < 0)
		return failed(o, why, LOCK_FILE, "cannot be opened");
	if (flock(o->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return SEK_OK;
	if (errno != EWOULDBLOCK)
		return failed(o, why, LOCK_FILE, "cannot be locked");
	sek_why_set(why, "%s: another sekisho-forward is at work", o->name);
	return SEK_E_DENIED;
}

/* The number of a file of messages; 0: it is something else. */
static unsigned long long
number_of(const char *name)
{
	static const char before[] = "messages-";
	unsigned long long n;
	char again[64];

	if (strncmp(name, before, sizeof before - 1) != 0)
		return 0;
	n = strtoull(name + sizeof before - 1, NULL, 10);
	(void)snprintf(again, sizeof again, FILE_NAME, n);
	return strcmp(name, again) == 0 ? n : 0;
}

static int
is_ours(const struct dirent *e)
{
	return number_of(e->d_name) != 0;
}

/* The names of all files, the oldest first; freed by free_names(). */
static int
names(const struct outbox *o, struct dirent ***out, struct sek_why *why)
{
	int n = scandir(o->conf->dir, out, is_ours, alphasort);

	return n < 0 ? failed(o, why, "", "cannot be read") : n;
}

static void
free_names(struct dirent **found, int n)
{
	while (n > 0)
		free(found[--n]);
	free(found);
}

static int
open_file(struct outbox *o, unsigned long long number, bool make,
    struct sek_why *why)
{
	struct stat st;
	int fd;

	(void)snprintf(o->file, sizeof o->file, FILE_NAME, number);
	fd = openat(o->dir_fd, o->file, O_RDWR | O_APPEND | O_NOFOLLOW |
	    O_NONBLOCK | O_CLOEXEC | (make ? O_CREAT | O_EXCL : 0), 0640);
	if (fd < 0)
		return failed(o, why, o->file, "cannot be opened");
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		(void)close(fd);
		sek_why_set(why, "%s/%s: is not a regular file", o->name,
		    o->file);
		return SEK_E_UNSAFE;
	}
	if (o->fd >= 0)
		(void)close(o->fd);
	o->fd = fd;
	o->number = number;
	o->size = (uint64_t)st.st_size;
	if (make && fsync(o->dir_fd) != 0)
		return failed(o, why, "", "cannot be synced");
	return SEK_OK;
}

/* All of p, or SEK_E_IO after as much as there was room for: *done. */
static int
write_some(struct outbox *o, const uint8_t *p, size_t n, size_t *done)
{
	ssize_t k;

	while (*done < n) {
		k = write(o->fd, p + *done, n - *done);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return SEK_E_IO;
		*done += (size_t)k;
		o->size += (uint64_t)k;
	}
	return fdatasync(o->fd) == 0 ? SEK_OK : SEK_E_SYS;
}

/* A disk that is full may have room again; the rest of the same bytes is
 * written then, so that whoever has read the first part is not misled. */
static int
write_all(struct outbox *o, const void *p, size_t n, bool wait,
    struct sek_why *why)
{
	bool said = false;
	size_t done = 0;
	int r;

	while ((r = write_some(o, p, n, &done)) == SEK_E_IO) {
		(void)failed(o, why, o->file, "cannot be written");
		if ((errno != ENOSPC && errno != EDQUOT) || !wait)
			return SEK_E_IO;
		if (!said)
			forward_say(LOG_ERR, why->text);
		said = true;
		if (forward_stopped(500))
			return SEK_E_EOF;
	}
	if (r != SEK_OK)
		return failed(o, why, o->file, "cannot be synced");
	if (said)
		forward_say(LOG_NOTICE, "there is room again");
	return SEK_OK;
}

/* Close a line that was cut off. */
static int
mend(struct outbox *o, struct sek_why *why)
{
	uint8_t last = '\n';

	if (o->size > 0 && sek_read_at(o->fd, o->size - 1, &last, 1) !=
	    SEK_OK)
		return failed(o, why, o->file, "cannot be read");
	if (last == '\n')
		return SEK_OK;
	return write_all(o, TORN, sizeof TORN - 1, true, why);
}

/* Find the cursor: in the newest file, or the one before it when the newest
 * has no whole line yet. */
static int
find_cursor(struct outbox *o, struct sek_why *why)
{
	struct dirent **found = NULL;
	int n = names(o, &found, why), i, r = SEK_E_NOENT;
	char kind;

	if (n < 0)
		return n;
	for (i = n - 1; i >= 0 && r == SEK_E_NOENT; i--) {
		r = open_file(o, number_of(found[i]->d_name), false, why);
		if (r != SEK_OK)
			break;
		r = outbox_last(o->fd, o->size, &kind, &o->cursor);
		if (r == SEK_OK)
			outbox_head(kind, &o->cursor, o->head);
		else if (r != SEK_E_NOENT)
			(void)failed(o, why, o->file, "cannot be read");
	}
	if (r == SEK_OK || r == SEK_E_NOENT)
		r = n > 0 ? open_file(o, number_of(found[n - 1]->d_name),
		    false, why) : open_file(o, 1, true, why);
	free_names(found, n);
	return r == SEK_OK ? mend(o, why) : r;
}

int
outbox_open(struct outbox **out, const struct outbox_conf *conf,
    struct sek_why *why)
{
	struct outbox *o = calloc(1, sizeof *o);
	int r;

	sek_why_set(why, "%s", "");
	if (o == NULL)
		return SEK_E_NOMEM;
	o->conf = conf;
	o->dir_fd = o->lock_fd = o->fd = -1;
	(void)sek_escape_str(o->name, sizeof o->name, conf->dir);
	if ((r = open_dir(o, why)) == SEK_OK &&
	    (r = find_cursor(o, why)) == SEK_OK)
		*out = o;
	else
		outbox_close(o);
	return r;
}

void
outbox_close(struct outbox *o)
{
	if (o == NULL)
		return;
	if (o->fd >= 0)
		(void)close(o->fd);
	if (o->lock_fd >= 0)
		(void)close(o->lock_fd);
	if (o->dir_fd >= 0)
		(void)close(o->dir_fd);
	sek_buf_free(&o->batch);
	free(o);
}

/* A file that the syslog service appends to; -1: it is not there. */
static int
open_said(const struct outbox *o, const char *name, int how, uint64_t *size)
{
	struct stat st;
	int fd = openat(o->dir_fd, name, how | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC);

	if (fd < 0 || (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))) {
		*size = fd < 0 ? 0 : (uint64_t)st.st_size;
		return fd;
	}
	(void)close(fd);
	return -1;
}

/* The head of the last line that the syslog service says it has sent. */
static bool
last_sent(const struct outbox *o, char head[OUTBOX_HEAD + 1], uint64_t *size)
{
	bool yes;
	int fd = open_said(o, SENT_FILE, O_RDONLY, size);

	if (fd < 0)
		return false;
	yes = *size > OUTBOX_HEAD && sek_read_at(fd, *size - OUTBOX_HEAD - 1,
	    head, OUTBOX_HEAD + 1) == SEK_OK && head[OUTBOX_HEAD] == '\n';
	(void)close(fd);
	if (yes)
		head[OUTBOX_HEAD] = '\0';
	return yes;
}

static bool
is_read(const struct outbox *o)
{
	char head[OUTBOX_HEAD + 1];
	uint64_t size;

	return o->head[0] != '\0' && last_sent(o, head, &size) &&
	    strcmp(head, o->head) == 0;
}

/* A service that cannot reach the collector says so again and again; what
 * matters is whether it has sent anything meanwhile.  A collector that takes
 * the connection and then refuses it is given the same less and less often. */
bool
outbox_broken(struct outbox *o, uint64_t *seq)
{
	char line[OUTBOX_HEAD + 3], head[OUTBOX_HEAD + 1], kind;
	uint64_t size = o->broken, sent = 0, now = sek_now_ms();
	struct cursor c;
	int fd = open_said(o, BROKEN_FILE, O_RDONLY, &size);

	if (fd >= 0)
		(void)close(fd);
	if (fd < 0 || size == o->broken)
		return false;
	if (!last_sent(o, head, &sent))
		memcpy(head, o->head, sizeof head); /* `sent` begins anew */
	(void)snprintf(line, sizeof line, "%s -", head);
	/* what is lost may be noted as sent only after the break was */
	if (!outbox_parse(line, strlen(line), &kind, &c) ||
	    sent == o->broken_sent)
		return false;
	if (c.seq != o->broken_seq)
		o->broken_wait = 0;
	else if (now - o->broken_ms < o->broken_wait)
		return false;
	o->broken = size;
	o->broken_sent = sent;
	o->broken_seq = *seq = c.seq;
	o->broken_ms = now;
	o->broken_wait = o->broken_wait == 0 ? BROKEN_WAIT_MS :
	    o->broken_wait >= BROKEN_WAIT_MAX_MS / 2 ? BROKEN_WAIT_MAX_MS :
	    2 * o->broken_wait;
	return true;
}

/* Empty what the syslog service appends to. */
static int
empty(const struct outbox *o, const char *name, struct sek_why *why)
{
	uint64_t size;
	int fd = open_said(o, name, O_WRONLY, &size), r = SEK_OK;

	if (fd >= 0 && ftruncate(fd, 0) != 0)
		r = failed(o, why, name, "cannot be emptied");
	if (fd >= 0)
		(void)close(fd);
	return r;
}

/* The file before this one stays until this one has a line: it holds the
 * cursor. */
static int
turn(struct outbox *o, struct sek_why *why)
{
	struct dirent **found = NULL;
	int n = names(o, &found, why), i, r = SEK_OK;

	if (n < 0)
		return n;
	for (i = 0; i < n && r == SEK_OK; i++)
		if (number_of(found[i]->d_name) < o->number &&
		    unlinkat(o->dir_fd, found[i]->d_name, 0) != 0)
			r = failed(o, why, found[i]->d_name,
			    "cannot be removed");
	free_names(found, n);
	/* the service has nothing to append to it now */
	if (r == SEK_OK)
		r = empty(o, SENT_FILE, why);
	if (r == SEK_OK && o->broken > BROKEN_MOST) {
		r = empty(o, BROKEN_FILE, why);
		o->broken = 0;
	}
	return r == SEK_OK ? open_file(o, o->number + 1, true, why) : r;
}

/* Past the limit a message a minute still gets through: should what the
 * service said have been lost, it says it of the next one. */
int
outbox_ready(struct outbox *o, struct sek_why *why)
{
	if (o->size < o->conf->turn)
		return SEK_OK;
	if (is_read(o))
		return turn(o, why);
	if (o->size < o->conf->most ||
	    sek_now_ms() - o->wrote_ms >= DRIP_MS)
		return SEK_OK;
	sek_why_set(why, "%s/%s: is full and is not read: "
	    "is the syslog service running?", o->name, o->file);
	return SEK_E_LIMIT;
}

bool
outbox_is_full(const struct outbox *o)
{
	return o->batch.len >= BATCH || (o->size >= o->conf->most &&
	    o->batch.len > 0);
}

int
outbox_put(struct outbox *o, char kind, const struct cursor *c,
    const struct sek_buf *msg)
{
	outbox_head(kind, c, o->head);
	sek_put_raw(&o->batch, o->head, OUTBOX_HEAD);
	sek_put_u8(&o->batch, ' ');
	sek_put_raw(&o->batch, msg->p, msg->len);
	sek_put_u8(&o->batch, '\n');
	o->cursor = *c;
	return sek_buf_ok(&o->batch);
}

int
outbox_flush(struct outbox *o, bool wait, struct sek_why *why)
{
	int r = SEK_OK;

	if (o->batch.len > 0) {
		r = write_all(o, o->batch.p, o->batch.len, wait, why);
		o->wrote_ms = sek_now_ms();
	}
	sek_buf_clear(&o->batch);
	return r;
}

int
outbox_each(const struct outbox *o,
    int (*one)(void *arg, const struct cursor *c), void *arg,
    struct sek_why *why)
{
	struct dirent **found = NULL;
	int n = names(o, &found, why), i, fd, r = SEK_OK;

	if (n < 0)
		return n;
	for (i = 0; i < n && r == SEK_OK; i++) {
		fd = openat(o->dir_fd, found[i]->d_name,
		    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0)
			r = failed(o, why, found[i]->d_name,
			    "cannot be opened");
		else
			r = outbox_lines(fd, one, arg);
	}
	free_names(found, n);
	return r;
}
