/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho doctor`: is the record handed on, and has the syslog service sent
 * what was?
 *
 * Part of the administrator's program.  Reads the outbox and the record, takes
 * no lock of theirs, and asks no collector.
 */
#include "helpdesk/doctor.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "forward/forward.h"
#include "record/audit_reader.h"
#include "sekisho/os.h"

#define WAITS_S 3600
#define SENT_LINE (OUTBOX_HEAD + 1) /* a head and its newline */

/* -- is it at work? */

/* "1: FLOCK ADVISORY WRITE PID MAJOR:MINOR:INODE 0 EOF" */
static pid_t
locked_by(char *line, ino_t inode)
{
	char *field[6], *save = NULL, *at = line;
	size_t n;

	for (n = 0; n < 6; n++, at = NULL)
		if ((field[n] = strtok_r(at, " \n", &save)) == NULL)
			return 0;
	if (strcmp(field[1], "FLOCK") != 0 || strcmp(field[3], "WRITE") != 0 ||
	    (at = strrchr(field[5], ':')) == NULL ||
	    strtoull(at + 1, NULL, 10) != (unsigned long long)inode)
		return 0;
	return (pid_t)strtol(field[4], NULL, 10);
}

/* Who has locked this file.  To try the lock ourselves could keep a
 * sekisho-forward from its start. */
static pid_t
holder(const struct stat *st)
{
	FILE *f = fopen("/proc/locks", "re");
	pid_t found = 0;
	char line[200];

	while (f != NULL && found == 0 && fgets(line, sizeof line, f) != NULL)
		found = locked_by(line, st->st_ino);
	if (f != NULL)
		(void)fclose(f);
	return found;
}

/* The device of a lock is another one than stat says on some file systems, so
 * the name has to do besides the file's number. */
static bool
at_work(const char *outbox)
{
	char path[PATH_MAX + 8], name[32] = "";
	struct stat st;
	pid_t pid;
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/lock", outbox);
	if (stat(path, &st) != 0 || (pid = holder(&st)) <= 0)
		return false;
	(void)snprintf(path, sizeof path, "/proc/%d/comm", (int)pid);
	if ((f = fopen(path, "re")) == NULL)
		return false;
	if (fgets(name, sizeof name, f) == NULL)
		name[0] = '\0';
	(void)fclose(f);
	return strcmp(name, "sekisho-forward\n") == 0;
}

/* -- what waits */

static int
open_in(const char *outbox, const char *name, uint64_t *size)
{
	char path[PATH_MAX + 80];
	struct stat st;
	int fd;

	(void)snprintf(path, sizeof path, "%s/%s", outbox, name);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		*size = (uint64_t)st.st_size;
		return fd;
	}
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

static bool
head_at(int fd, uint64_t at, char *kind, struct cursor *c)
{
	char head[OUTBOX_HEAD + 2];

	if (sek_read_at(fd, at, head, OUTBOX_HEAD + 1) != SEK_OK)
		return false;
	head[OUTBOX_HEAD] = ' ';
	head[OUTBOX_HEAD + 1] = '\0';
	return outbox_parse(head, OUTBOX_HEAD + 1, kind, c);
}

/* The record behind those that are known to be sent; with checkpoints alone,
 * behind those that the last one that was sent covers.  Each line that the
 * syslog service notes says how far the lines before it went. */
static bool
behind_sent(const char *outbox, bool records, uint64_t *first)
{
	struct cursor c = { .seq = 0 };
	uint64_t size = 0;
	bool found = false;
	char kind;
	int fd = open_in(outbox, "sent", &size);

	if (fd >= 0 && size >= SENT_LINE)
		found = head_at(fd, size - SENT_LINE, &kind, &c);
	if (fd >= 0)
		(void)close(fd);
	if (found)
		*first = (records ? c.seq : c.size) + 1;
	return found;
}

/* Nothing was sent of the newest file, and what was before it is sent: so its
 * first line waits.  Where there is no line, nothing was handed on. */
static uint64_t
first_of_all(const char *outbox, bool records)
{
	char newest[NAME_MAX + 1] = "", kind = '\0';
	struct cursor c = { .seq = 0 };
	DIR *d = opendir(outbox);
	struct dirent *e;
	uint64_t size = 0, first = 1;
	int fd;

	while (d != NULL && (e = readdir(d)) != NULL)
		if (strncmp(e->d_name, "messages-", 9) == 0 &&
		    strcmp(e->d_name, newest) > 0)
			(void)snprintf(newest, sizeof newest, "%s",
			    e->d_name);
	if (d != NULL)
		(void)closedir(d);
	fd = newest[0] != '\0' ? open_in(outbox, newest, &size) : -1;
	if (fd >= 0 && head_at(fd, 0, &kind, &c))
		first = records ? c.seq + (kind == OUTBOX_CHECKPOINT) :
		    c.size + (kind != OUTBOX_CHECKPOINT);
	if (fd >= 0)
		(void)close(fd);
	return first;
}

/* How many records of the log wait, and the time of the first of them. */
static int
look(const char *log, uint64_t first, uint64_t *n, int64_t *since)
{
	struct sek_reader *r = NULL;
	struct sek_why why = { "" };
	struct sek_entry e;
	uint64_t last = 0;
	int err = sek_reader_dir(&r, log, &why);

	*n = 0;
	if (err == SEK_OK)
		err = sek_reader_last(r, &last, &why);
	sek_reader_free(r);
	r = NULL;
	if (err != SEK_OK || last < first)
		return err;
	if ((err = sek_reader_dir(&r, log, &why)) == SEK_OK &&
	    (err = sek_reader_seek(r, first, &why)) == SEK_OK &&
	    (err = sek_reader_next(r, &e, &why)) == SEK_OK) {
		*n = last - e.is.seq + 1;
		*since = e.is.t / 1000000;
	}
	sek_reader_free(r);
	return err;
}

void
doctor_forward(struct doctor *x)
{
	const struct sek_policy *p = x->d->policy;
	const bool records = p->forward == SEK_FORWARD_RECORDS;
	const int64_t now = (int64_t)time(NULL);
	struct desk_date at;
	int64_t since = now;
	uint64_t first, n = 0;
	char number[24];
	int r;

	if (p->forward == SEK_FORWARD_NONE)
		return;
	if (!at_work(p->outbox))
		DR_SAY(x, DR_WARN, "forward-off", W_DR_FORWARD_OFF,
		    { p->outbox });
	if (!behind_sent(p->outbox, records, &first))
		first = first_of_all(p->outbox, records);
	r = look(p->audit, first, &n, &since);
	/* a record that cannot be read is told of elsewhere */
	if (r != SEK_OK && r != SEK_E_NOENT && r != SEK_E_EOF)
		return;
	(void)snprintf(number, sizeof number, "%" PRIu64, n);
	if (n > 0 && now - since > WAITS_S)
		DR_SAY(x, DR_WARN, "forward-waits", W_DR_FORWARD_WAITS,
		    { p->outbox, number, desk_time(&at, since) });
	else
		DR_SAY(x, DR_GOOD, "forward", W_DR_FORWARD,
		    { p->outbox, number });
}
