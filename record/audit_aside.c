/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sets a log of version 1 aside, so that a new one can begin: its records
 * have another chain and no tree, and cannot be continued.
 * Runs in `sekisho init`, under the lock.  Never writes over a file, and
 * never touches a log of this version.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "record/audit_log.h"

static int
set_aside(struct log *l, bool *done, struct sek_why *why)
{
	struct log_tail t;
	struct stat st;
	int r;

	r = log_open_file(l, SEK_AUDIT_FILE, 0, S_IWGRP | S_IWOTH, &l->fd,
	    &st, why);
	if (r != SEK_OK)
		return r == SEK_E_NOENT ? SEK_OK : r;
	r = log_find_tail(l, l->fd, st.st_size, &t, why);
	if (r != SEK_E_VERSION)
		return SEK_OK; /* what is wrong with it the append tells */
	if (renameat2(l->dir_fd, SEK_AUDIT_FILE, l->dir_fd,
	    SEK_AUDIT_OLD_FILE, RENAME_NOREPLACE) != 0) {
		log_why(l, why, "is of version 1 and cannot be set aside as "
		    SEK_AUDIT_OLD_FILE, errno);
		return SEK_E_IO;
	}
	*done = true;
	return log_sync_dir(l, why);
}

int
sek_audit_set_aside(const struct sek_audit_conf *conf, bool *done,
    struct sek_why *why)
{
	struct log l = LOG_NONE;
	int r;

	l.conf = conf;
	*done = false;
	if ((r = log_open_dir(&l, why)) == SEK_OK &&
	    (r = log_take_lock(&l, why)) == SEK_OK)
		r = set_aside(&l, done, why);
	log_close(&l);
	return r;
}
