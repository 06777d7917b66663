/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Waits until there may be more to read.
 * Runs in `sekisho` and sekisho-forward.  inotify(7) only says when to look;
 * where there is none, or it says nothing, the reader looks by itself.
 */
#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/audit_reader_rooms.h"

#define LOOK_MS 200u          /* without inotify */
#define LOOK_WATCHED_MS 1000u /* with it: it is not told all on every disk */

static void
watch(struct sek_reader *rd)
{
	rd->watched = true;
	if (rd->dir == NULL)
		return;
	rd->watch_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (rd->watch_fd >= 0 && inotify_add_watch(rd->watch_fd, rd->dir,
	    IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_ONLYDIR) < 0) {
		(void)close(rd->watch_fd);
		rd->watch_fd = -1;
	}
}

/* Is there something that was not read? */
static bool
is_more(const struct sek_reader *rd)
{
	struct stat st;

	if (rd->fd < 0)
		return rd->dir != NULL ?
		    fstatat(rd->dir_fd, SEK_AUDIT_FILE, &st, 0) == 0 :
		    rd->n_paths > 0;
	/* less is something to be told, too */
	if (fstat(rd->fd, &st) != 0 || (uint64_t)st.st_size != rd->upto)
		return true;
	return rd->dir != NULL &&
	    fstatat(rd->dir_fd, SEK_AUDIT_FILE, &st, 0) == 0 &&
	    (st.st_dev != rd->dev || st.st_ino != rd->ino);
}

/* Until something happens in the folder, or it is time to look. */
static void
rest(const struct sek_reader *rd, const struct sek_deadline *dl)
{
	struct sek_deadline look = sek_deadline_sooner(*dl,
	    rd->watch_fd >= 0 ? LOOK_WATCHED_MS : LOOK_MS);
	struct pollfd p = { .fd = rd->watch_fd, .events = POLLIN };
	char news[4096];

	if (poll(&p, rd->watch_fd >= 0 ? 1 : 0,
	    sek_deadline_left_ms(&look)) > 0)
		(void)!read(rd->watch_fd, news, sizeof news);
}

int
sek_reader_wait(struct sek_reader *rd, const struct sek_deadline *dl)
{
	if (!rd->watched)
		watch(rd);
	while (!is_more(rd)) {
		if (sek_deadline_past(dl))
			return SEK_E_TIMEOUT;
		rest(rd, dl);
	}
	return SEK_OK;
}
