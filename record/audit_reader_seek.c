/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Jumps of the reader to a record: by the index, else by halving a file.
 * Runs in `sekisho` and sekisho-forward.  Never believes where a record is
 * said to be: the line that stands there is looked at, and if it is not the
 * one, the whole log is walked instead.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/audit_reader_rooms.h"
#include "sekisho/escape.h"

#define LOOK_FIRST 4096u    /* most lines are shorter */
#define BLOCKS_BACK 4u      /* the last block has no entry yet */

/* Up to `n` bytes at `offset`, whatever read(2) gives at once. */
static size_t
read_at(int fd, char *p, size_t n, uint64_t offset)
{
	size_t have = 0;
	ssize_t got;

	while (have < n) {
		got = pread(fd, p + have, n - have, (off_t)(offset + have));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		have += (size_t)got;
	}
	return have;
}

bool
reader_look(struct sek_reader *rd, int fd, uint64_t offset,
    struct sek_line *is)
{
	size_t have = 0, lead = offset > 0, want;
	const char *what, *nl = NULL;

	rd->at = rd->have = 0;
	if (offset > INT64_MAX - SEK_AUDIT_LINE_MAX)
		return false;
	for (want = LOOK_FIRST; nl == NULL && want <= SEK_AUDIT_LINE_MAX;
	    want *= 16) {
		have = read_at(fd, rd->p, lead + want, offset - lead);
		/* a line begins behind another one's end */
		if (have <= lead || (lead > 0 && rd->p[0] != '\n'))
			return false;
		nl = memchr(rd->p + lead, '\n', have - lead);
	}
	return nl != NULL && sek_line_scan(rd->p + lead,
	    (size_t)(nl - rd->p) - lead, is, &what) == SEK_OK;
}

/* Go on in `fd` with the line of record `seq` at `offset`. */
static bool
go_to(struct sek_reader *rd, int fd, const char *shown, uint64_t offset,
    uint64_t seq, uint64_t first)
{
	if (reader_take(rd, fd, shown) != SEK_OK)
		return false;
	rd->upto = offset;
	/* of a log in which no record is missing, as verify tells */
	rd->line = seq > first ? seq - first : 0;
	rd->last = seq - 1;
	return true;
}

bool
reader_jump(struct sek_reader *rd, uint64_t i)
{
	const uint64_t seq = i * SEK_BLOCK + 1;
	struct sek_line is;
	struct sek_block b;
	char shown[300];
	bool current;
	int fd;

	rd->at = rd->have = 0;
	if (!reader_entry(rd, i, &b) || b.file > seq ||
	    reader_open_number(rd, b.file, &fd, &current, NULL) != SEK_OK)
		return false;
	if (!reader_look(rd, fd, b.offset, &is) || is.seq != seq) {
		(void)close(fd);
		return false;
	}
	reader_shown(rd, b.file, current, shown);
	if (!go_to(rd, fd, shown, b.offset, seq, b.file))
		return false;
	rd->past = current ? seq - 1 : b.file;
	rd->n_archives = 0;
	return true;
}

/* -- without the index */

/* The line that begins next behind `offset`: where, and what it is. */
static bool
line_behind(struct sek_reader *rd, int fd, uint64_t offset, uint64_t *begin,
    struct sek_line *is)
{
	size_t have = read_at(fd, rd->p, SEK_AUDIT_LINE_MAX, offset);
	const char *nl = memchr(rd->p, '\n', have);

	if (nl == NULL)
		return false;
	*begin = offset + (uint64_t)(nl - rd->p) + 1;
	return reader_look(rd, fd, *begin, is);
}

/* A line not behind record `seq`, and near it: records stand in their order.
 * `first` is that of the file's first line, which is not behind it either. */
static bool
halve(struct sek_reader *rd, int fd, uint64_t seq, uint64_t first,
    uint64_t *offset, uint64_t *found)
{
	uint64_t lo = 0, hi, mid, begin;
	struct sek_line is;
	struct stat st;

	if (fstat(fd, &st) != 0)
		return false;
	*found = first;
	for (hi = (uint64_t)st.st_size; hi - lo > 2 * SEK_AUDIT_LINE_MAX;) {
		mid = lo + (hi - lo) / 2;
		if (!line_behind(rd, fd, mid, &begin, &is))
			return false;
		if (begin < hi && is.seq <= seq) {
			lo = begin;
			*found = is.seq;
		} else {
			hi = mid;
		}
	}
	*offset = lo;
	return true;
}

/* Takes over `fd`. */
static bool
seek_in(struct sek_reader *rd, int fd, const char *shown, uint64_t seq,
    uint64_t *first)
{
	uint64_t offset, found;
	struct sek_line is;

	if (reader_look(rd, fd, 0, &is) && is.seq <= seq &&
	    halve(rd, fd, seq, is.seq, &offset, &found)) {
		*first = is.seq;
		return go_to(rd, fd, shown, offset, found, is.seq);
	}
	(void)close(fd);
	return false;
}

static bool
seek_in_dir(struct sek_reader *rd, uint64_t seq)
{
	uint64_t number = 0, first;
	char shown[300];
	bool current;
	size_t i;
	int fd;

	/* audit.jsonl before the list, as in audit_reader_files.c */
	reader_shown(rd, 0, true, shown);
	if (reader_open(rd->dir_fd, SEK_AUDIT_FILE, shown, &fd, NULL) ==
	    SEK_OK && seek_in(rd, fd, shown, seq, &first)) {
		rd->past = first - 1;
		return reader_list(rd, NULL) == SEK_OK;
	}
	if (reader_list(rd, NULL) != SEK_OK)
		return false;
	for (i = 0; i < rd->n_archives && rd->archive[i] <= seq; i++)
		number = rd->archive[i];
	if (number == 0 || reader_open_number(rd, number, &fd, &current,
	    NULL) != SEK_OK)
		return false;
	reader_shown(rd, number, current, shown);
	if (!seek_in(rd, fd, shown, seq, &first))
		return false;
	rd->past = number;
	return true;
}

/* The last one of these files that does not begin behind the record, if they
 * are in order. */
static bool
seek_in_files(struct sek_reader *rd, uint64_t seq)
{
	uint64_t before = 0, first;
	struct sek_line is;
	char shown[300];
	size_t i, best = rd->n_paths;
	bool good;
	int fd;

	for (i = 0; i < rd->n_paths; i++) {
		if (reader_open(AT_FDCWD, rd->paths[i], "", &fd, NULL) !=
		    SEK_OK)
			return false;
		good = reader_look(rd, fd, 0, &is) && is.seq > before;
		(void)close(fd);
		if (!good)
			return false;
		before = is.seq;
		if (is.seq <= seq)
			best = i;
	}
	if (best == rd->n_paths || reader_open(AT_FDCWD, rd->paths[best], "",
	    &fd, NULL) != SEK_OK)
		return false;
	(void)sek_escape_str(shown, sizeof shown, rd->paths[best]);
	if (!seek_in(rd, fd, shown, seq, &first))
		return false;
	rd->next = best + 1;
	return true;
}

static bool
by_index(struct sek_reader *rd, uint64_t seq)
{
	uint64_t i = (seq - 1) / SEK_BLOCK, back;

	for (back = 0; back < BLOCKS_BACK && back <= i; back++)
		if (reader_jump(rd, i - back))
			return true;
	return false;
}

int
sek_reader_seek(struct sek_reader *rd, uint64_t seq, struct sek_why *why)
{
	sek_why_set(why, "%s", "");
	reader_rewind(rd);
	if (seq > 1 && !by_index(rd, seq) &&
	    !(rd->dir != NULL ? seek_in_dir(rd, seq) :
	    seek_in_files(rd, seq)))
		reader_rewind(rd);
	rd->from = seq;
	return SEK_OK;
}

int
sek_reader_last(struct sek_reader *rd, uint64_t *seq, struct sek_why *why)
{
	struct sek_entry e;
	int r = sek_reader_seek(rd, INT64_MAX, why);

	while (r == SEK_OK)
		r = sek_reader_next(rd, &e, why);
	*seq = rd->last;
	return r == SEK_E_EOF ? SEK_OK : r;
}
