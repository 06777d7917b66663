/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file of pam_u2f in memory: its lines, which of them count, and which
 * ids and keys stand in more than one.
 *
 * Part of the administrator's program.  The file may be of any size and form:
 * what is kept of it is bounded, and nothing is taken before all was read.
 */
#include "helpdesk/import.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gate/digest.h"

static int
refuse(const struct import *im, const char *what)
{
	DESK_ERR(im->d, W_CERT_FILE, { im->file, what });
	return DESK_REFUSED;
}

/* Whoever can write the file can enrol; who owns it, for themselves. */
static int
may_speak(struct import *im, const struct stat *st)
{
	const struct passwd *pw;

	if (!S_ISREG(st->st_mode))
		return refuse(im, "is no regular file");
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return refuse(im, "others can write it, and so could have "
		    "put keys of their own into it");
	if (st->st_uid == 0 || st->st_uid == geteuid())
		return DESK_GO;
	pw = getpwuid(st->st_uid);
	if (pw != NULL && strlen(pw->pw_name) < sizeof im->owner)
		(void)snprintf(im->owner, sizeof im->owner, "%s",
		    pw->pw_name);
	else
		(void)snprintf(im->owner, sizeof im->owner, "uid %lu",
		    (unsigned long)st->st_uid);
	return DESK_GO;
}

static int
read_all(struct import *im, int fd, size_t size)
{
	ssize_t n = 1;

	if ((im->text = malloc(size + 1)) == NULL)
		return desk_lost(im->d);
	while (im->len <= size && n > 0) {
		n = read(fd, im->text + im->len, size + 1 - im->len);
		if (n < 0 && errno != EINTR)
			return refuse(im, strerror(errno));
		im->len += n > 0 ? (size_t)n : 0;
		n = n < 0 ? 1 : n;
	}
	return im->len <= size ? DESK_GO : refuse(im, "is being written to");
}

static int
load(struct import *im)
{
	struct stat st;
	int fd, r;

	/* a pipe under this name must not hold us up */
	fd = open(im->file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) != 0) {
		r = refuse(im, strerror(errno));
	} else if ((r = may_speak(im, &st)) == DESK_GO) {
		r = st.st_size > (off_t)IMPORT_FILE_MAX ?
		    refuse(im, "is larger than 16 MiB") :
		    read_all(im, fd, (size_t)st.st_size);
	}
	if (fd >= 0)
		(void)close(fd);
	return r;
}

/* One line, without its end, be it of another system. */
static void
add_line(struct import *im, const char *p, size_t n)
{
	struct import_line *l = &im->lines[im->n_lines++];
	struct authfile_fields f;

	if (n > 0 && p[n - 1] == '\r')
		n--;
	f = (struct authfile_fields){ p, p + n, ':' };
	l->p = p;
	l->n = n;
	if (!authfile_field(&f, &l->user, &l->user_len))
		l->user_len = 0;
}

static int
split(struct import *im)
{
	const char *p = im->text, *end = im->text + im->len, *nl;
	size_t n = 1;

	for (nl = p; (nl = memchr(nl, '\n', (size_t)(end - nl))) != NULL; nl++)
		n++;
	if (n - (im->len > 0 && end[-1] == '\n') > IMPORT_LINES_MAX)
		return refuse(im, "has more than 100000 lines");
	if ((im->lines = calloc(n, sizeof(*im->lines))) == NULL)
		return desk_lost(im->d);
	while (p < end) {
		nl = memchr(p, '\n', (size_t)(end - p));
		add_line(im, p, (size_t)((nl != NULL ? nl : end) - p));
		p = nl != NULL ? nl + 1 : end;
	}
	return DESK_GO;
}

/* By user, then by number. */
static int
by_user(const void *a, const void *b, void *arg)
{
	const size_t *i = a, *k = b;
	const struct import_line *lines = arg, *x = &lines[*i],
	    *y = &lines[*k];
	size_t n = x->user_len < y->user_len ? x->user_len : y->user_len;
	int r = n == 0 ? 0 : memcmp(x->user, y->user, n);

	if (r == 0 && x->user_len != y->user_len)
		r = x->user_len < y->user_len ? -1 : 1;
	return r != 0 ? r : *i < *k ? -1 : 1;
}

/* pam_u2f goes by the last line of a user. */
static int
find_last(struct import *im)
{
	size_t i, *order = calloc(im->n_lines + 1, sizeof(*order));
	const struct import_line *last = NULL;
	struct import_line *l;

	if (order == NULL)
		return desk_lost(im->d);
	for (i = 0; i < im->n_lines; i++)
		order[i] = i;
	qsort_r(order, im->n_lines, sizeof(*order), by_user, im->lines);
	for (i = im->n_lines; i-- > 0; ) {
		l = &im->lines[order[i]];
		if (last != NULL && l->user_len == last->user_len &&
		    memcmp(l->user, last->user, last->user_len) == 0)
			l->last = (size_t)(last - im->lines) + 1;
		else
			last = l;
	}
	free(order);
	return DESK_GO;
}

int
import_read(struct import *im)
{
	struct sek_why why = { "" };
	int r = load(im);

	if (r == DESK_GO && im->ssh) {
		r = authfile_ssh(im->text, im->len, &im->ssh_cred,
		    im->ssh_rp, &why);
		return r == SEK_OK ? DESK_GO : refuse(im, why.text);
	}
	if (r == DESK_GO)
		r = split(im);
	return r == DESK_GO ? find_last(im) : r;
}

void
import_clear(struct import *im)
{
	free(im->text);
	free(im->lines);
	free(im->marks);
	im->text = NULL;
	im->lines = NULL;
	im->marks = NULL;
}

/* -- what no two lines may share */

int
import_id_hash(const char *rp, const struct authfile_cred *c,
    uint8_t out[32])
{
	return sek_digest_two(rp, strlen(rp) + 1, c->id, c->id_len, out);
}

static int
by_hash(const void *a, const void *b)
{
	const struct import_mark *x = a, *y = b;
	int r = memcmp(x->hash, y->hash, sizeof x->hash);

	return r != 0 ? r : x->line < y->line ? -1 : x->line > y->line;
}

/* The credentials of a line that counts; NULL: only count them. */
static size_t
mark_line(struct import *im, size_t no, struct import_mark *to)
{
	const struct import_line *l = &im->lines[no - 1];
	struct authfile_fields f = { l->p, l->p + l->n, ':' };
	struct authfile_cred c;
	const char *p;
	size_t n, made = 0;

	if (l->last != 0 || l->n > AUTHFILE_LINE_MAX ||
	    !authfile_field(&f, &p, &n))
		return 0;
	while (made < 2 * AUTHFILE_CREDS_MAX && authfile_field(&f, &p, &n)) {
		if (to != NULL) {
			authfile_cred(p, n, &c);
			im->any_u2f = im->any_u2f || c.u2f;
			im->any_fido = im->any_fido || !c.u2f;
			to[made].line = to[made + 1].line = no;
			/* what cannot be taken clashes with nothing */
			if (c.fault != AUTHFILE_GOOD ||
			    import_id_hash(c.u2f ? im->appid : im->origin, &c,
			    to[made].hash) != SEK_OK ||
			    EVP_Digest(c.spki, c.spki_len,
			    to[made + 1].hash, NULL, EVP_sha256(), NULL) != 1)
				continue;
		}
		made += 2;
	}
	return made;
}

int
import_mark_all(struct import *im)
{
	size_t i, n = 0;

	for (i = 1; i <= im->n_lines; i++)
		n += mark_line(im, i, NULL);
	/* a line fills two at a time, and looks at two more */
	im->marks = calloc(n + 2, sizeof(*im->marks));
	if (im->marks == NULL)
		return desk_lost(im->d);
	for (i = 1; i <= im->n_lines; i++)
		im->n_marks += mark_line(im, i, im->marks + im->n_marks);
	qsort(im->marks, im->n_marks, sizeof(*im->marks), by_hash);
	return DESK_GO;
}

size_t
import_other_line(const struct import *im, const uint8_t hash[32],
    size_t line)
{
	size_t low = 0, high = im->n_marks, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (memcmp(im->marks[mid].hash, hash, 32) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < im->n_marks &&
	    memcmp(im->marks[low].hash, hash, 32) == 0; low++)
		if (im->marks[low].line != line)
			return im->marks[low].line;
	return 0;
}
