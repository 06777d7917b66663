/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A log as a hospital of 300 persons has it after years: biglog DIR RECORDS
 * [MIB] writes RECORDS records of logins into DIR, 12900 a day, so that the
 * last one is of now, with its chain and its audit.index, in files of MIB
 * MiB (0, the default: one file).  It prints a day in the middle of them, the
 * day after, a person of that day and the number of a record of it.
 *
 * What an append keeps besides (audit.edge, the checkpoint) the first real
 * append makes.
 */
#undef NDEBUG
#include <assert.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "record/audit.h"
#include "record/audit_index.h"
#include "record/audit_line.h"
#include "record/merkle.h"
#include "sekisho/version.h"

#define PERSONS 300u
#define A_DAY 12900u
#define STEP_US (86400 * 1000000ll / A_DAY)
#define BOOT_RECORDS (30u * A_DAY) /* started anew every month */
#define BUFFER (8u << 20)

struct big {
	int dir, fd, index;
	uint64_t n, seq;      /* of all; the last one that was made */
	uint64_t first, size; /* of the file */
	uint64_t limit;       /* of a file, 0: none */
	int64_t begin, t;     /* microseconds since 1970 */
	uint64_t random;
	char *out;            /* BUFFER bytes */
	size_t have;
	uint8_t head[SEK_HASH_LEN];
	struct sek_sha sha;
	struct sek_tree all, block;
	struct sek_block entry;
};

/* xorshift64: the same log for the same numbers */
static uint64_t
draw(struct big *b)
{
	b->random ^= b->random << 13;
	b->random ^= b->random >> 7;
	b->random ^= b->random << 17;
	return b->random;
}

static char *
put(char *p, const char *s)
{
	return stpcpy(p, s);
}

static char *
put_number(char *p, int64_t v)
{
	return p + sprintf(p, "%" PRId64, v);
}

static char *
put_hex(char *p, const uint8_t *v, size_t n)
{
	static const char digit[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < n; i++) {
		*p++ = digit[v[i] >> 4];
		*p++ = digit[v[i] & 15];
	}
	*p = '\0';
	return p;
}

static char *
put_random(struct big *b, char *p, size_t bytes)
{
	uint64_t v;
	size_t n;

	for (; bytes > 0; bytes -= n) {
		v = draw(b);
		n = bytes < sizeof v ? bytes : sizeof v;
		p = put_hex(p, (const uint8_t *)&v, n);
	}
	return p;
}

static char *
put_uuid(struct big *b, char *p)
{
	static const size_t part[] = { 4, 2, 2, 2, 6 };
	size_t i;

	for (i = 0; i < 5; i++) {
		if (i > 0)
			*p++ = '-';
		p = put_random(b, p, part[i]);
	}
	return p;
}

/* Always 32 bytes, always the same for the same number. */
static char *
put_fixed(char *p, uint64_t number)
{
	uint64_t v[4], i;

	for (i = 0; i < 4; i++)
		v[i] = (number + 1) * 0x9e3779b97f4a7c15u * (2 * i + 1);
	return put_hex(p, (const uint8_t *)v, sizeof v);
}

static char *
put_time(char *p, int64_t t)
{
	static int64_t day = -1;
	static char date[16];
	const int64_t s = t / 1000000;
	struct tm tm;
	time_t at = (time_t)s;

	if (s / 86400 != day) {
		day = s / 86400;
		assert(gmtime_r(&at, &tm) != NULL);
		assert(strftime(date, sizeof date, "%Y-%m-%d", &tm) > 0);
	}
	return p + sprintf(p, "%sT%02d:%02d:%02d.%06dZ", date,
	    (int)(s / 3600 % 24), (int)(s / 60 % 60), (int)(s % 60),
	    (int)(t % 1000000));
}

/* What every record has, from "policy" or "prev" on to "t". */
static char *
put_middle(struct big *b, char *p, const char *more)
{
	p = put(p, "\"prev\":\"");
	p = put_hex(p, b->head, sizeof b->head);
	p = put(p, "\",\"reason\":\"ok\",\"reason_id\":1,\"rec_id\":\"");
	p = put_uuid(b, p);
	p = put(p, "\",\"result\":0,");
	p = put(p, more);
	p = put(p, "\"seq\":");
	return put_number(p, (int64_t)b->seq);
}

static char *
put_times(struct big *b, char *p)
{
	p = put(p, "\"software\":{\"name\":\"sekisho\",\"version\":\""
	    SEKISHO_VERSION "\"},\"t\":\"");
	p = put_time(p, b->t);
	p = put(p, "\",\"t_mono\":");
	return put_number(p, (b->t - b->begin) / 1000 %
	    ((int64_t)BOOT_RECORDS * STEP_US / 1000));
}

static char *
put_boot(const struct big *b, char *p)
{
	return p + sprintf(p, "\"boot_id\":\"b6d99fa6-a688-4713-8b3a-%012"
	    PRIu64 "\",", b->seq / BOOT_RECORDS);
}

static char *
put_clock(struct big *b, char *p)
{
	return p + sprintf(p, "\"clock\":{\"esterror_us\":%u,\"offset_us\":%d,"
	    "\"source\":\"kernel\",\"synced\":true},",
	    (unsigned)(draw(b) % 900), (int)(draw(b) % 100) - 50);
}

/* A login: the decision, with all of its evidence. */
static char *
auth(struct big *b, char *p, unsigned who)
{
	char day[300];

	p += sprintf(p, "{\"account\":{\"name\":\"staff%03u\",\"shared\":false"
	    "},", who);
	p = put_boot(b, p);
	p = put(p, "\"challenge\":{\"scheme\":\"rsa-pss\",\"sha256\":\"");
	p = put_random(b, p, 32);
	p += sprintf(p, "\"},\"claimed\":\"staff%03u\",", who);
	p = put_clock(b, p);
	p = put(p, "\"dcm\":{\"action\":\"E\",\"id\":110114,\"type\":110122},"
	    "\"event\":\"auth\",\"factors\":["
	    "{\"class\":\"have\",\"ok\":true,\"type\":\"pkcs11\","
	    "\"verified_by\":\"gate\"},{\"class\":\"know\",\"ok\":true,"
	    "\"type\":\"password\",\"verified_by\":\"system\"}],"
	    "\"host\":\"ward-pc-3.example.jp\","
	    "\"log\":\"ward-pc-3.example.jp/sekisho\","
	    "\"pair\":\"pkcs11+password\",");
	p += sprintf(p, "\"person\":{\"display\":\"山田 太郎\",\"name\":"
	    "\"staff%03u\"},\"policy\":\"", who);
	p = put_fixed(p, 1);
	(void)snprintf(day, sizeof day, "\"revocation\":{\"age_s\":%" PRId64
	    ",\"crl_number\":\"%04x\",\"file\":\"828a1231-66033e826f253614e083"
	    "f1a7fa832f3a066900bd.idx\",\"grace_used\":false,\"method\":"
	    "\"crl\",\"next_update\":%" PRId64 ",\"status\":\"good\","
	    "\"this_update\":%" PRId64 "},", b->t / 1000000 % 86400,
	    (unsigned)(b->t / 1000000 / 86400 % 65536),
	    (b->t / 1000000 / 86400 + 2) * 86400,
	    b->t / 1000000 / 86400 * 86400);
	p = put(p, "\",");
	p = put_middle(b, p, day);
	p = put(p, ",\"session\":\"");
	p = put_uuid(b, p);
	p = put_times(b, put(p, "\","));
	p = put(p, ",\"token\":{\"cert_serial\":\"1628c2516fe44aa402b2974b0a"
	    "8587d4f500c74c\",\"cert_sha256\":\"");
	p = put_fixed(p, who);
	p += sprintf(p, "\",\"credential\":%u,\"issuer_sha256\":\"", who);
	p = put_fixed(p, 2);
	p += sprintf(p, "\",\"key\":\"RSA 2048\",\"kind\":\"pkcs11\",\"label\""
	    ":\"staff%03u-card\",\"module\":\"card\",\"reader\":\"SCM "
	    "Microsystems SCR 3310 00 00\",\"subject\":\"CN=Yamada Taro %03u,"
	    "O=Sakura Hospital,C=JP\",\"token_serial\":\"b6da94ca96d4%04u\"},"
	    "\"v\":2,\"where\":{\"peer_uid\":0,\"rhost\":\"\",\"ruser\":\"\","
	    "\"service\":\"gdm-password\",\"service_claimed\":false,\"tty\":"
	    "\":0\"}}", who, who, who);
	return p;
}

/* Its session, opened or closed. */
static char *
session(struct big *b, char *p, unsigned who, bool open)
{
	p += sprintf(p, "{\"account\":{\"name\":\"staff%03u\",\"shared\":false"
	    "},\"auth_seq\":%" PRIu64 ",", who, b->seq - 1);
	p = put_boot(b, p);
	p = put_clock(b, p);
	p += sprintf(p, "\"dcm\":{\"action\":\"E\",\"id\":110114%s},\"event\":"
	    "\"%s\",\"host\":\"ward-pc-3.example.jp\","
	    "\"log\":\"ward-pc-3.example.jp/sekisho\",\"person\":{"
	    "\"display\":\"山田 太郎\",\"name\":\"staff%03u\"},\"policy\":\"",
	    open ? "" : ",\"type\":110123", open ? "login" : "logout", who);
	p = put(put_fixed(p, 1), "\",");
	p = put_middle(b, p, "");
	p = put(p, ",\"session\":\"");
	p = put_uuid(b, p);
	p = put_times(b, put(p, "\","));
	return put(p, ",\"v\":2,\"where\":{\"peer_uid\":0,\"rhost\":\"\","
	    "\"ruser\":\"\",\"service\":\"gdm-password\",\"service_claimed\":"
	    "false,\"tty\":\":0\"}}");
}

/* The first record of a file: what was before it. */
static char *
rotation(struct big *b, char *p)
{
	unsigned i;

	p = put_boot(b, put(p, "{"));
	p = put_clock(b, p);
	p = put(p, "\"dcm\":{\"action\":\"E\",\"id\":110100},\"edge\":[");
	for (i = 0; i < sek_tree_peaks(b->all.n); i++) {
		p = put(p, i == 0 ? "{\"hash\":\"" : ",{\"hash\":\"");
		p = put(put_hex(p, b->all.peak[i], SEK_HASH_LEN), "\"}");
	}
	p += sprintf(p, "],\"event\":\"log_rotate\",\"host\":"
	    "\"ward-pc-3.example.jp\",\"log\":\"ward-pc-3.example.jp/sekisho\""
	    ",\"log_files\":{\"before\":\"audit-%012" PRIu64 ".jsonl\","
	    "\"first\":%" PRIu64 "},", b->first, b->first);
	p = put_times(b, put(put_middle(b, p, ""), ","));
	return put(p, ",\"v\":2}");
}

static void
flush(struct big *b)
{
	size_t done = 0;
	ssize_t n;

	for (; done < b->have; done += (size_t)n) {
		n = write(b->fd, b->out + done, b->have - done);
		if (n <= 0) {
			perror("biglog");
			exit(1);
		}
	}
	b->have = 0;
}

static void
open_file(struct big *b)
{
	b->fd = openat(b->dir, SEK_AUDIT_FILE, O_WRONLY | O_CREAT | O_EXCL |
	    O_CLOEXEC, 0640);
	assert(b->fd >= 0);
	b->first = b->seq;
	b->size = 0;
}

static void
next_file(struct big *b)
{
	char name[64];

	flush(b);
	assert(close(b->fd) == 0);
	(void)snprintf(name, sizeof name, "audit-%012" PRIu64 ".jsonl",
	    b->first);
	assert(renameat(b->dir, SEK_AUDIT_FILE, b->dir, name) == 0);
}

/* The entry of the block that this record ends or is in. */
static void
index_record(struct big *b, size_t n)
{
	uint8_t bytes[SEK_BLOCK_LEN];

	if (b->block.n == 0)
		b->entry = (struct sek_block){ .file = b->first,
			.offset = b->size, .t_min = b->t };
	b->entry.t_max = b->t;
	assert(sek_leaf_hash(&b->sha, b->out + b->have, n, b->head) == SEK_OK);
	assert(sek_tree_add(&b->sha, &b->block, b->head) == SEK_OK);
	if (b->limit > 0) /* only a rotation needs it */
		assert(sek_tree_add(&b->sha, &b->all, b->head) == SEK_OK);
	if (b->block.n < SEK_BLOCK)
		return;
	memcpy(b->entry.root, b->block.peak[0], SEK_HASH_LEN);
	sek_block_write(&b->entry, bytes);
	assert(write(b->index, bytes, sizeof bytes) == sizeof bytes);
	b->block.n = 0;
}

/* Of five records two are decisions, the others sessions opened and closed:
 * 1.3 kB on average. */
static size_t
make_line(struct big *b, bool first_of_file)
{
	char *line = b->out + b->have, *end;
	unsigned who = (unsigned)(draw(b) % PERSONS);
	unsigned kind = (unsigned)(b->seq % 5);
	struct sek_line is;
	const char *what = "";

	if (first_of_file && b->seq > 1)
		end = rotation(b, line);
	else if (kind < 2)
		end = auth(b, line, who);
	else
		end = session(b, line, who, kind != 3);
	/* one of each kind is looked at, in each file */
	if (b->seq < 10 || first_of_file)
		if (sek_line_scan(line, (size_t)(end - line), &is, &what) !=
		    SEK_OK || is.seq != b->seq || is.t != b->t) {
			(void)fprintf(stderr, "biglog: %s: %s\n", what, line);
			exit(1);
		}
	return (size_t)(end - line);
}

static void
make(struct big *b)
{
	bool first = true;
	size_t n;

	for (b->seq = 1; b->seq <= b->n; b->seq++) {
		b->t = b->begin + (int64_t)b->seq * STEP_US +
		    (int64_t)(draw(b) % 1000000);
		if (b->limit > 0 && b->size >= b->limit) {
			next_file(b);
			first = true;
		}
		if (first)
			open_file(b);
		n = make_line(b, first);
		first = false;
		index_record(b, n);
		b->out[b->have + n] = '\n';
		b->have += n + 1;
		b->size += n + 1;
		if (b->have > BUFFER - 2 * SEK_AUDIT_LINE_MAX)
			flush(b);
	}
	flush(b);
	assert(close(b->fd) == 0);
}

/* A day of which there is all, unless the log is shorter than that. */
static void
tell(const struct big *b)
{
	char day[2][16];
	struct tm tm;
	time_t at = (time_t)((b->begin + (int64_t)(b->n / 2) * STEP_US) /
	    1000000);
	int i;

	for (i = 0; i < 2; i++, at += 86400) {
		assert(localtime_r(&at, &tm) != NULL);
		assert(strftime(day[i], sizeof day[i], "%Y-%m-%d", &tm) > 0);
	}
	(void)printf("%s %s staff%03u %" PRIu64 "\n", day[0], day[1], 17u,
	    b->n / 2 + 1);
}

int
main(int argc, char **argv)
{
	struct big b = { .random = 88172645463325252u };

	if (argc < 3 || (b.n = strtoull(argv[2], NULL, 10)) == 0) {
		(void)fputs("usage: biglog DIR RECORDS [MIB]\n", stderr);
		return 2;
	}
	b.limit = argc > 3 ? strtoull(argv[3], NULL, 10) << 20 : 0;
	b.begin = ((int64_t)time(NULL) - 60) * 1000000 - (int64_t)b.n *
	    STEP_US;
	b.dir = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	b.index = b.dir < 0 ? -1 : openat(b.dir, SEK_INDEX_FILE, O_WRONLY |
	    O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	if (b.index < 0) {
		perror(argv[1]);
		return 1;
	}
	b.out = malloc(BUFFER);
	assert(b.out != NULL);
	assert(sek_sha_init(&b.sha) == SEK_OK);
	make(&b);
	tell(&b);
	sek_sha_free(&b.sha);
	free(b.out);
	return 0;
}
