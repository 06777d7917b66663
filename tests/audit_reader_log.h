/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A log for the tests of the reader: short records at times of one's choice,
 * in files and with an index of one's own, as an append would have made
 * them; and the one reader that is tested.
 */
#ifndef TESTS_AUDIT_READER_LOG_H
#define TESTS_AUDIT_READER_LOG_H

#include <time.h>

#include "record/audit_index.h"
#include "tests/audit_fixture.h"

#define BEGIN_US (1795305600ll * 1000000) /* 2026-11-22T00:00:00Z */

struct made {
	uint64_t seq;   /* of the last record */
	uint64_t first; /* of the file */
	uint64_t size;
	int64_t t;      /* of the next record */
	int64_t step;   /* between two */
	struct sek_block block;
};

static inline struct made
made_new(void)
{
	return (struct made){ .first = 1, .t = BEGIN_US, .step = 1000000 };
}

static inline size_t
made_line(const struct made *m, char line[256])
{
	time_t s = (time_t)(m->t / 1000000);
	struct tm tm;
	char t[32];
	int n;

	CHECK(gmtime_r(&s, &tm) != NULL);
	CHECK(strftime(t, sizeof t, "%Y-%m-%dT%H:%M:%S", &tm) > 0);
	n = snprintf(line, 256, "{\"event\":\"login\",\"prev\":\"%064d\","
	    "\"seq\":%llu,\"t\":\"%s.%06dZ\",\"v\":2}\n", 0,
	    (unsigned long long)m->seq, t, (int)(m->t % 1000000));
	CHECK(n > 0 && n < 256);
	return (size_t)n;
}

static inline void
append_bytes(const char *name, const void *p, size_t n)
{
	int fd = open(at(name), O_WRONLY | O_CREAT | O_APPEND, 0640);

	CHECK(fd >= 0);
	CHECK(write(fd, p, n) == (ssize_t)n);
	CHECK(close(fd) == 0);
}

/* The entry, when the record that was made last ends its block. */
static inline void
made_index(struct made *m, uint64_t offset)
{
	uint8_t bytes[SEK_BLOCK_LEN];

	if (m->seq % SEK_BLOCK == 1)
		m->block = (struct sek_block){ .file = m->first,
			.offset = offset, .t_min = m->t, .t_max = m->t };
	m->block.t_min = m->t < m->block.t_min ? m->t : m->block.t_min;
	m->block.t_max = m->t > m->block.t_max ? m->t : m->block.t_max;
	if (m->seq % SEK_BLOCK != 0)
		return;
	sek_block_write(&m->block, bytes);
	append_bytes(SEK_INDEX_FILE, bytes, sizeof bytes);
}

/* One record more, in one write. */
static inline void
made_add(struct made *m)
{
	char line[256];
	size_t n;

	m->seq++;
	n = made_line(m, line);
	append_bytes(SEK_AUDIT_FILE, line, n);
	made_index(m, m->size);
	m->size += n;
	m->t += m->step;
}

static inline void
made_many(struct made *m, unsigned n)
{
	for (; n > 0; n--)
		made_add(m);
}

static inline const char *
made_name(uint64_t first)
{
	static char name[64];

	(void)snprintf(name, sizeof name, "audit-%012llu.jsonl",
	    (unsigned long long)first);
	return name;
}

/* A new file, in the steps of a rotation; a record is in it before it is
 * seen. */
static inline void
made_rotate(struct made *m)
{
	uint64_t first = m->first;
	char line[256];
	size_t n;

	m->seq++;
	m->first = m->seq;
	n = made_line(m, line);
	put_file(at("audit.jsonl.new"), line, n);
	CHECK(link(at(SEK_AUDIT_FILE), at(made_name(first))) == 0);
	CHECK(rename(at("audit.jsonl.new"), at(SEK_AUDIT_FILE)) == 0);
	made_index(m, 0);
	m->size = n;
	m->t += m->step;
}

/* So many records in files of so many. */
static inline struct made
made_log(unsigned n, unsigned of_file)
{
	struct made m = made_new();

	while (m.seq < n) {
		if (m.seq > 0 && m.seq % of_file == 0)
			made_rotate(&m);
		else
			made_add(&m);
	}
	return m;
}

/* -- and its reader */

static struct sek_reader *rd;
static struct sek_why why;

static inline int
get(uint64_t *seq)
{
	struct sek_entry e;
	int r = sek_reader_next(rd, &e, &why);

	*seq = r == SEK_OK ? e.is.seq : 0;
	return r;
}

static inline void
open_dir(void)
{
	sek_reader_free(rd);
	rd = NULL;
	CHECK_INT(sek_reader_dir(&rd, dir, &why), SEK_OK);
}

/* The next records are from..to, one each. */
static inline void
expect(uint64_t from, uint64_t to)
{
	uint64_t seq;

	for (; from <= to; from++) {
		int r = get(&seq);

		if (r != SEK_OK)
			printf("# %s\n", why.text);
		CHECK_INT(r, SEK_OK);
		CHECK_INT(seq, from);
	}
}

static inline void
expect_end(void)
{
	uint64_t seq;
	int r = get(&seq);

	if (r != SEK_E_EOF)
		printf("# %d %s, record %llu\n", r, why.text,
		    (unsigned long long)seq);
	CHECK_INT(r, SEK_E_EOF);
}

#endif
