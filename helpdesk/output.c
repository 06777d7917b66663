/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file that --output names.
 *
 * Part of the administrator's program.  Must never write over a file, nor
 * leave behind one that is not whole.
 */
#include "helpdesk/output.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int
output_language(struct desk *d, const char *word)
{
	if (word == NULL)
		return DESK_GO;
	if (strcmp(word, "ja") != 0 && strcmp(word, "en") != 0) {
		DESK_ERR(d, W_OUTPUT_LANGUAGE, { word });
		return DESK_USAGE;
	}
	d->lang = word[0] == 'j' ? SEK_LANG_JA : SEK_LANG_EN;
	d->lang_said = true;
	return DESK_GO;
}

static int
not_written(const struct output *o, int err)
{
	if (err == EEXIST)
		DESK_ERR(o->d, W_OUTPUT_THERE, { o->path });
	else
		DESK_ERR(o->d, W_OUTPUT_FILE, { o->path, strerror(err) });
	return DESK_REFUSED;
}

/* A file that was begun is taken away before a signal ends us. */
static void
hold_signals(struct output *o)
{
	sigset_t ends;

	(void)sigemptyset(&ends);
	if (o->path != NULL) { /* to write to stdout may take for ever */
		(void)sigaddset(&ends, SIGINT);
		(void)sigaddset(&ends, SIGTERM);
		(void)sigaddset(&ends, SIGHUP);
	}
	(void)sigprocmask(SIG_BLOCK, &ends, &o->before);
}

int
output_open(struct output *o, const struct desk *d, const char *path)
{
	int fd, err;

	*o = (struct output){ .d = d, .path = path, .to = stdout };
	hold_signals(o);
	if (path == NULL)
		return DESK_GO;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    S_IRUSR | S_IWUSR);
	err = errno;
	o->to = fd < 0 ? NULL : fdopen(fd, "w");
	if (o->to != NULL)
		return DESK_GO;
	if (fd >= 0) {
		(void)close(fd);
		(void)unlink(path);
		err = ENOMEM;
	}
	(void)sigprocmask(SIG_SETMASK, &o->before, NULL);
	return not_written(o, err);
}

int
output_put(struct output *o, const void *p, size_t n)
{
	if (fwrite(p, 1, n, o->to) == n)
		return SEK_OK;
	o->err = errno != 0 ? errno : EIO;
	return SEK_E_IO;
}

bool
output_is_ended(const struct output *o)
{
	sigset_t now;

	return o->path != NULL && sigpending(&now) == 0 &&
	    (sigismember(&now, SIGINT) == 1 ||
	    sigismember(&now, SIGTERM) == 1 ||
	    sigismember(&now, SIGHUP) == 1);
}

/* What stands on the disk, told by the last that could say no. */
static void
finish(struct output *o)
{
	bool bad = ferror(o->to) != 0;

	if (o->err == 0 && bad)
		o->err = errno != 0 ? errno : EIO;
	if (o->err == 0 && (fflush(o->to) != 0 || fsync(fileno(o->to)) != 0))
		o->err = errno;
	if (fclose(o->to) != 0 && o->err == 0)
		o->err = errno;
}

int
output_close(struct output *o, int r)
{
	if (o->path != NULL) { /* of the standard output main() tells */
		finish(o);
		if (o->err != 0)
			r = not_written(o, o->err);
		if (r != DESK_OK)
			(void)unlink(o->path);
	}
	(void)sigprocmask(SIG_SETMASK, &o->before, NULL);
	return r;
}
