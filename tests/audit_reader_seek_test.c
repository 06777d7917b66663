/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The jumps of the reader of the record: to a number, and over what is of
 * another time, by an index that may say anything.
 */
#include "tests/audit_reader_log.h"

/* -- jumps */

#define RECORDS 2000u

/* Each record is found, and what follows. */
static void
seek_to_each(void)
{
	uint64_t seq, last;

	open_dir();
	for (seq = 1; seq <= RECORDS; seq += 1 + seq % 7) {
		CHECK_INT(sek_reader_seek(rd, seq, &why), SEK_OK);
		expect(seq, seq + 2 < RECORDS ? seq + 2 : RECORDS);
	}
	CHECK_INT(sek_reader_seek(rd, RECORDS + 1, &why), SEK_OK);
	expect_end();
	CHECK_INT(sek_reader_last(rd, &last, &why), SEK_OK);
	CHECK_INT(last, RECORDS);
	CHECK_INT(sek_reader_seek(rd, RECORDS - 5, &why), SEK_OK);
	expect(RECORDS - 5, RECORDS);
	expect_end();
	CHECK_INT(sek_reader_seek(rd, 0, &why), SEK_OK);
	expect(1, 3);
}

static void
seeks_with_and_without_an_index(void)
{
	struct made m;

	fresh();
	m = made_log(RECORDS, 700);
	seek_to_each();
	CHECK(unlink(at(SEK_INDEX_FILE)) == 0);
	seek_to_each();
	CHECK_INT(sek_reader_seek(rd, RECORDS + 3, &why), SEK_OK);
	expect_end();
	made_many(&m, 2);
	expect_end();
	made_rotate(&m);
	expect(RECORDS + 3, RECORDS + 3);
}

static void
seeks_in_files(void)
{
	char path[3][700];
	const char *paths[3] = { path[0], path[1], path[2] };
	uint64_t seq;

	fresh();
	(void)made_log(RECORDS, 700);
	(void)snprintf(path[0], 700, "%s", at(made_name(1)));
	(void)snprintf(path[1], 700, "%s", at(made_name(701)));
	(void)snprintf(path[2], 700, "%s", log_path());
	sek_reader_free(rd);
	CHECK_INT(sek_reader_files(&rd, paths, 3, &why), SEK_OK);
	for (seq = 1; seq <= RECORDS; seq += 97) {
		CHECK_INT(sek_reader_seek(rd, seq, &why), SEK_OK);
		expect(seq, RECORDS);
		expect_end();
	}
}

/* The line's place is told right after a jump. */
static void
places_after_a_jump(void)
{
	struct sek_entry e;
	char line[512];
	FILE *f;

	fresh();
	(void)made_log(RECORDS, 700);
	open_dir();
	CHECK_INT(sek_reader_seek(rd, 1031, &why), SEK_OK);
	CHECK_INT(sek_reader_next(rd, &e, &why), SEK_OK);
	CHECK_INT(e.line_no, 1031 - 700);
	CHECK(strstr(e.file, made_name(701)) != NULL);
	CHECK((f = fopen(at(made_name(701)), "r")) != NULL);
	CHECK(fseek(f, (long)e.at, SEEK_SET) == 0);
	CHECK(fgets(line, sizeof line, f) != NULL && fclose(f) == 0);
	CHECK(strncmp(line, e.line, e.n) == 0 && line[e.n] == '\n');
}

/* -- times */

static int64_t of_record[RECORDS + 1];

/* Those of the window are all handed out, in order; returns how many there
 * were in all. */
static unsigned
window(int64_t from, int64_t to)
{
	struct sek_entry e;
	uint64_t seq = 0, i;
	unsigned n = 0;
	int r;

	open_dir();
	CHECK_INT(sek_reader_between(rd, from, to, &why), SEK_OK);
	while ((r = sek_reader_next(rd, &e, &why)) == SEK_OK) {
		CHECK(e.is.seq > seq);
		for (i = seq + 1; i < e.is.seq; i++) {
			if (of_record[i] >= from && of_record[i] < to)
				printf("# record %llu is missing\n",
				    (unsigned long long)i);
			CHECK(of_record[i] < from || of_record[i] >= to);
		}
		CHECK_INT(e.is.t, of_record[e.is.seq]);
		seq = e.is.seq;
		n++;
	}
	CHECK_INT(r, SEK_E_EOF);
	CHECK_INT(seq, RECORDS); /* the last block is always read */
	return n;
}

static void
each_window(void)
{
	unsigned i;

	for (i = 1; i + 60 < RECORDS; i += 83)
		(void)window(of_record[i], of_record[i + 60]);
	(void)window(INT64_MIN, INT64_MAX);
	(void)window(0, 1);
}

/* A log whose clock does what `step` says; its times go to of_record. */
static void
timed_log(void (*step)(struct made *))
{
	struct made m = made_new();

	fresh();
	while (m.seq < RECORDS) {
		step(&m);
		of_record[m.seq + 1] = m.t;
		if (m.seq > 0 && m.seq % 700 == 0)
			made_rotate(&m);
		else
			made_add(&m);
	}
}

static void
clock_that_runs(struct made *m)
{
	(void)m;
}

static void
clock_that_steps(struct made *m)
{
	if (m->seq % 333 == 200)
		m->t -= 3600000000ll * (int64_t)(m->seq % 5 + 1);
	if (m->seq % 500 == 400)
		m->t += 86400ll * 1000000;
}

static void
blocks_of_another_time_are_not_read(void)
{
	timed_log(clock_that_runs);
	each_window();
	/* one block, its neighbours, the last one, and what has no entry */
	CHECK(window(of_record[600], of_record[610]) <= 5 * SEK_BLOCK);
	CHECK(window(of_record[RECORDS] + 1, INT64_MAX) <= 3 * SEK_BLOCK);
}

static void
between_with_steps_of_the_clock(void)
{
	timed_log(clock_that_steps);
	each_window();
}

/* What was appended since is handed out, whatever the index says. */
static void
between_and_live(void)
{
	struct made m;
	uint64_t seq;

	fresh();
	m = made_log(3000, 700);
	open_dir();
	CHECK_INT(sek_reader_between(rd, m.t, INT64_MAX, &why), SEK_OK);
	while (get(&seq) == SEK_OK)
		;
	made_many(&m, 600);
	made_rotate(&m);
	expect(3001, 3601);
	expect_end();
}

static void
between_with_the_oldest_files_gone(void)
{
	unsigned i;

	timed_log(clock_that_runs);
	CHECK(unlink(at(made_name(1))) == 0);
	for (i = 1; i <= 700; i++)
		of_record[i] = INT64_MIN;
	CHECK(window(of_record[1900], of_record[1910]) < 1200);
}

/* -- an index that lies */

#define N_BLOCKS (RECORDS / SEK_BLOCK)

static uint64_t lot = 88172645463325252u;

static uint64_t
draw(void)
{
	lot ^= lot << 13;
	lot ^= lot >> 7;
	return lot ^= lot << 17;
}

/* What may be wrong with one entry. */
static void
spoil(struct sek_block *b, unsigned how)
{
	switch (how) {
	case 0:
		b->file = 0;
		break;
	case 1:
		b->offset++;
		break;
	case 2:
		b->offset += 10 * 131; /* another line, most likely */
		break;
	case 3:
		b->offset = draw();
		break;
	case 4:
		b->file = draw();
		break;
	case 5:
		b->file = 2;
		break;
	case 6:
		b->t_min = b->t_max = 0;
		break;
	case 7:
		b->t_min = b->t_max = INT64_MAX;
		break;
	case 8:
		b->t_min = INT64_MAX;
		b->t_max = INT64_MIN;
		break;
	case 9:
		b->t_max = b->t_min;
		break;
	default:
		b->t_min = (int64_t)draw();
		b->t_max = (int64_t)draw();
		break;
	}
}

static void
one_entry_that_lies(void)
{
	uint8_t was[N_BLOCKS * SEK_BLOCK_LEN], bytes[sizeof was];
	struct sek_block b;
	unsigned how;
	size_t i;
	char *p;
	size_t n;

	timed_log(clock_that_runs);
	p = slurp(at(SEK_INDEX_FILE), &n);
	CHECK_INT(n, sizeof was);
	memcpy(was, p, n);
	free(p);
	for (how = 0; how <= 10; how++) {
		for (i = 0; i < N_BLOCKS; i++) {
			memcpy(bytes, was, n);
			(void)sek_block_read(was + i * SEK_BLOCK_LEN, &b);
			spoil(&b, how);
			sek_block_write(&b, bytes + i * SEK_BLOCK_LEN);
			put_file(at(SEK_INDEX_FILE), bytes, n);
			(void)window(of_record[256 * i + 100],
			    of_record[256 * i + 110]);
			open_dir();
			CHECK_INT(sek_reader_seek(rd, 256 * i + 100, &why),
			    SEK_OK);
			expect(256 * i + 100, 256 * i + 103);
		}
	}
}

static void
an_index_that_is_all_wrong(void)
{
	uint8_t bytes[N_BLOCKS * SEK_BLOCK_LEN];
	unsigned turn, i;
	size_t n;
	char *p;

	timed_log(clock_that_runs);
	p = slurp(at(SEK_INDEX_FILE), &n);
	for (turn = 0; turn < 5; turn++) {
		for (i = 0; i < sizeof bytes; i++)
			bytes[i] = (uint8_t)draw();
		put_file(at(SEK_INDEX_FILE), bytes, sizeof bytes);
		seek_to_each();
		each_window();
	}
	/* of an older log; cut in an entry */
	memcpy(bytes, p + SEK_BLOCK_LEN, n - SEK_BLOCK_LEN);
	put_file(at(SEK_INDEX_FILE), bytes, n - SEK_BLOCK_LEN);
	seek_to_each();
	each_window();
	put_file(at(SEK_INDEX_FILE), p, n - 100);
	seek_to_each();
	each_window();
	free(p);
	CHECK(unlink(at(SEK_INDEX_FILE)) == 0);
	CHECK(mkfifo(at(SEK_INDEX_FILE), 0640) == 0);
	seek_to_each();
	each_window();
}

/* Of another time throughout: nothing would be found by it. */
static void
an_index_of_another_time(void)
{
	struct sek_block b;
	size_t n, i;
	uint8_t *p;

	timed_log(clock_that_runs);
	p = (uint8_t *)slurp(at(SEK_INDEX_FILE), &n);
	for (i = 0; i < n; i += SEK_BLOCK_LEN) {
		CHECK(sek_block_read(p + i, &b));
		b.t_min -= 86400ll * 1000000;
		b.t_max -= 86400ll * 1000000;
		sek_block_write(&b, p + i);
	}
	put_file(at(SEK_INDEX_FILE), p, n);
	free(p);
	each_window();
}

int
main(void)
{
	if (!fixture_begin("seek")) {
		printf("not ok no_folder: %s\n", strerror(errno));
		return 1;
	}
	RUN(seeks_with_and_without_an_index);
	RUN(seeks_in_files);
	RUN(places_after_a_jump);
	RUN(blocks_of_another_time_are_not_read);
	RUN(between_with_steps_of_the_clock);
	RUN(between_and_live);
	RUN(between_with_the_oldest_files_gone);
	RUN(one_entry_that_lies);
	RUN(an_index_that_is_all_wrong);
	RUN(an_index_of_another_time);
	sek_reader_free(rd);
	return fixture_end_unread() ? CHECK_END() : 1;
}
