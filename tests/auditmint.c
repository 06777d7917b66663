/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes a whole log in a folder, signed and indexed, by the form of
 * sekisho-record(5) and not by the code that appends: for the tests of those
 * who read one.
 *
 * usage: auditmint FOLDER RECORDS [EACH [CHANGE [SEED [FORK]]]]
 * A new file begins after EACH records (0: never); at record CHANGE the key
 * changes (0: never).  Logs of one SEED are the same, up to record FORK.
 * Makes audit*.jsonl, audit.index, checkpoint, checkpoint-CHANGE
 * and log.vkeys.
 */
#undef NDEBUG
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/audit_index.h"
#include "record/note.h"

#define ORIGIN "ward3.example.jp/sekisho"

struct mint {
	const char *folder;
	FILE *log, *index;
	struct sek_sha sha;
	struct sek_tree tree, block;
	struct sek_block entry;
	struct sek_skey key, next;
	uint8_t prev[SEK_HASH_LEN];
	uint64_t seq, file_first, fork;
	const char *seed;
};

static FILE *
make(const struct mint *m, const char *name)
{
	char path[4200];
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/%s", m->folder, name);
	f = fopen(path, "w");
	assert(f != NULL);
	return f;
}

static void
put(FILE *f, const void *p, size_t n)
{
	assert(fwrite(p, 1, n, f) == n);
}

static const char *
hex(const uint8_t *p, char out[65])
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < SEK_HASH_LEN; i++) {
		out[2 * i] = digits[p[i] >> 4];
		out[2 * i + 1] = digits[p[i] & 15];
	}
	out[64] = '\0';
	return out;
}

/* Where the last line is in audit.index, and that block's root. */
static void
index_line(struct mint *m, const uint8_t *leaf, uint64_t offset, int64_t t)
{
	uint8_t bytes[SEK_BLOCK_LEN];

	if (m->block.n == 0)
		m->entry = (struct sek_block){ .file = m->file_first,
			.offset = offset, .t_min = t };
	m->entry.t_max = t;
	assert(sek_tree_add(&m->sha, &m->block, leaf) == SEK_OK);
	if (m->block.n < SEK_BLOCK)
		return;
	assert(sek_tree_root(&m->sha, &m->block, m->entry.root) == SEK_OK);
	sek_block_write(&m->entry, bytes);
	put(m->index, bytes, sizeof bytes);
	m->block.n = 0;
}

/* A record: `a` and `b` are fields before and behind its "event". */
static void
record(struct mint *m, const char *a, const char *event, const char *b)
{
	char line[8192], prev[65];
	uint8_t leaf[SEK_HASH_LEN];
	unsigned s = (unsigned)(++m->seq % 86400);
	int n = snprintf(line, sizeof line, "{%s\"event\":\"%s\",\"host\":"
	    "\"ward3.example.jp\",%s\"log\":\"" ORIGIN "\",\"person\":{"
	    "\"display\":\"\xE5\xB1\xB1\xE7\x94\xB0\",\"name\":\"taro\"},"
	    "\"prev\":\"%s\",\"rec_id\":\"%s%s\",\"result\":0,"
	    "\"seq\":%llu,\"t\":"
	    "\"2027-04-01T%02u:%02u:%02u.000000Z\",\"v\":2}", a, event, b,
	    hex(m->prev, prev), m->seed, m->fork > 0 && m->seq >= m->fork ?
	    "-fork" : "", (unsigned long long)m->seq, s / 3600, s / 60 % 60,
	    s % 60);

	assert(n > 0 && (size_t)n < sizeof line);
	assert(sek_leaf_hash(&m->sha, line, (size_t)n, leaf) == SEK_OK);
	index_line(m, leaf, (uint64_t)ftell(m->log),
	    INT64_C(1806537600000000) + s * INT64_C(1000000));
	put(m->log, line, (size_t)n);
	put(m->log, "\n", 1);
	assert(sek_tree_add(&m->sha, &m->tree, leaf) == SEK_OK);
	memcpy(m->prev, leaf, sizeof leaf);
}

static void
rotate(struct mint *m)
{
	char from[4200], to[4200], edge[6000], h[65];
	unsigned k = sek_tree_peaks(m->tree.n), i;
	int n = 0;

	assert(fclose(m->log) == 0);
	(void)snprintf(from, sizeof from, "%s/audit.jsonl", m->folder);
	(void)snprintf(to, sizeof to, "%s/audit-%012llu.jsonl", m->folder,
	    (unsigned long long)m->file_first);
	assert(rename(from, to) == 0);
	m->log = make(m, "audit.jsonl");
	for (i = 0; i < k; i++)
		n += snprintf(edge + n, sizeof edge - (size_t)n,
		    "%s{\"hash\":\"%s\"}", i == 0 ? "\"edge\":[" : ",",
		    hex(m->tree.peak[i], h));
	(void)snprintf(edge + n, sizeof edge - (size_t)n, "],");
	/* without log_files, which comes behind "log" and is for people */
	m->file_first = m->seq + 1;
	record(m, edge, "log_rotate", "");
}

static void
checkpoint(struct mint *m, const char *name, const struct sek_skey *also)
{
	uint8_t root[SEK_HASH_LEN];
	struct sek_buf b = { 0 };
	FILE *f = make(m, name);
	struct sek_buf line = { 0 };

	assert(sek_tree_root(&m->sha, &m->tree, root) == SEK_OK);
	assert(sek_checkpoint_body(ORIGIN, m->tree.n, root, &b) == SEK_OK);
	assert(sek_note_sign(&m->key, b.p, b.len, &line) == SEK_OK);
	if (also != NULL)
		assert(sek_note_sign(also, b.p, b.len, &line) == SEK_OK);
	put(f, b.p, b.len);
	put(f, "\n", 1);
	put(f, line.p, line.len);
	sek_buf_free(&b);
	sek_buf_free(&line);
	assert(fclose(f) == 0);
}

/* The key changes: its record, then a checkpoint by both. */
static void
change_key(struct mint *m, FILE *keys)
{
	char text[SEK_VKEY_MAX], field[SEK_VKEY_MAX + 40], name[64];

	assert(sek_skey_make(ORIGIN, &m->next) == SEK_OK);
	assert(sek_vkey_text(&m->next.pub, text) == SEK_OK);
	(void)fprintf(keys, "%s\n", text);
	(void)snprintf(field, sizeof field, "\"key\":{\"public\":\"%s\"},",
	    text);
	record(m, "", "log_key", field);
	(void)snprintf(name, sizeof name, "checkpoint-%012llu",
	    (unsigned long long)m->seq);
	checkpoint(m, name, &m->next);
	sek_skey_free(&m->key);
	m->key = m->next;
}

int
main(int argc, char **argv)
{
	static struct mint m;
	char text[SEK_VKEY_MAX];
	uint64_t n, each, change;
	FILE *keys;

	if (argc < 3 || argc > 7)
		return 2;
	m.folder = argv[1];
	n = strtoull(argv[2], NULL, 10);
	each = argc > 3 ? strtoull(argv[3], NULL, 10) : 0;
	change = argc > 4 ? strtoull(argv[4], NULL, 10) : 0;
	m.seed = argc > 5 ? argv[5] : "seed";
	m.fork = argc > 6 ? strtoull(argv[6], NULL, 10) : 0;
	assert(sek_sha_init(&m.sha) == SEK_OK);
	assert(sek_skey_make(ORIGIN, &m.key) == SEK_OK);
	assert(sek_vkey_text(&m.key.pub, text) == SEK_OK);
	m.log = make(&m, "audit.jsonl");
	m.index = make(&m, "audit.index");
	keys = make(&m, "log.vkeys");
	(void)fprintf(keys, "# keys of the record\n%s\n", text);
	m.file_first = 1;
	while (m.seq < n) {
		if (each > 0 && m.seq > 0 && m.seq % each == 0)
			rotate(&m);
		else if (m.seq + 1 == change)
			change_key(&m, keys);
		else
			record(&m, "", m.seq == 0 ? "log_start" : "auth", "");
	}
	checkpoint(&m, "checkpoint", NULL);
	assert(fclose(m.log) == 0 && fclose(m.index) == 0 &&
	    fclose(keys) == 0);
	sek_skey_free(&m.key);
	sek_sha_free(&m.sha);
	return 0;
}
