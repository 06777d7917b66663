/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines that are like one before, against the scanner of any line: each byte
 * of a record changed to each other one, taken out, doubled, and parts of two
 * records joined.
 */
#include <stdbool.h>
#include <stdlib.h>

#include "record/audit.h"
#include "record/audit_line.h"
#include "tests/check.h"

#define ZEROS "00000000000000000000000000000000" \
	"00000000000000000000000000000000"

static const char *const lines[] = {
	"{\"a\":[{\"b\":\"x\",\"c\":true},{\"b\":\"\",\"c\":-12}],\"event\":"
	"\"auth\",\"host\":\"\xE5\xB1\xB1\\\\\\\"\",\"prev\":\"" ZEROS "\","
	"\"result\":0,\"seq\":7,\"t\":\"2027-04-01T00:30:00.000000Z\","
	"\"v\":2}",
	"{\"a\":[{\"b\":\"long enough to be more than eight\",\"c\":false},"
	"{\"b\":\"y\",\"c\":1}],\"event\":\"login\",\"host\":\"h\",\"prev\":"
	"\"" ZEROS "\",\"result\":12345678901234567,\"seq\":123456,\"t\":"
	"\"2027-04-01T00:30:01.000000Z\",\"v\":2}",
	"{\"a_key_of_more_than_eight\":null,\"a_key_of_more_than_nine\":{},"
	"\"prev\":\"" ZEROS "\",\"seq\":9223372036854775807,\"v\":2}",
	"{\"event\":{\"event\":1},\"prev\":\"" ZEROS "\",\"seq\":1,\"v\":2}",
	"{\"event\":\"\",\"prev\":\"" ZEROS "\",\"seq\":1,\"t\":1,\"v\":2}",
};

#define N_LINES (sizeof lines / sizeof lines[0])

static struct sek_scanner *scanner;
static unsigned long good, bad;

/* Both say the same of this line. */
static void
same(const char *line, size_t n)
{
	struct sek_line a = { .seq = 0 }, b = { .seq = 0 };
	const char *what_a = "", *what_b = "";
	char *copy = malloc(n + 1); /* of its own, for the sanitizer */
	int x, y;

	CHECK(copy != NULL);
	memcpy(copy, line, n);
	x = sek_line_scan(copy, n, &a, &what_a);
	y = sek_scanner_line(scanner, copy, n, &b, &what_b);
	if (x != y || (x == SEK_OK ? a.seq != b.seq || a.t != b.t ||
	    memcmp(a.prev, b.prev, sizeof a.prev) != 0 ||
	    a.event_len != b.event_len ||
	    memcmp(a.event, b.event, a.event_len) != 0 :
	    strcmp(what_a, what_b) != 0)) {
		printf("# %d %s, %d %s: %.*s\n", x, what_a, y, what_b, (int)n,
		    line);
		CHECK(x == y);
		CHECK(false && "another answer");
	}
	*(x == SEK_OK ? &good : &bad) += 1;
	free(copy);
}

static void
begin(void)
{
	size_t i;

	sek_scanner_free(scanner);
	CHECK((scanner = sek_scanner_new()) != NULL);
	good = bad = 0;
	for (i = 0; i < N_LINES; i++)
		same(lines[i], strlen(lines[i]));
	CHECK_INT(good, N_LINES);
}

static void
each_byte_changed(void)
{
	char text[1024];
	size_t i, k, n;
	int ch;

	begin();
	for (i = 0; i < N_LINES; i++) {
		n = strlen(lines[i]);
		memcpy(text, lines[i], n);
		for (k = 0; k < n; k++) {
			for (ch = 0; ch < 256; ch++) {
				text[k] = (char)ch;
				same(text, n);
			}
			text[k] = lines[i][k];
		}
	}
	CHECK(good > 10000 && bad > 10000);
}

static void
each_byte_taken_out_or_doubled(void)
{
	char text[1024];
	size_t i, k, n;

	begin();
	for (i = 0; i < N_LINES; i++) {
		n = strlen(lines[i]);
		for (k = 0; k < n; k++) {
			memcpy(text, lines[i], k);
			memcpy(text + k, lines[i] + k + 1, n - k - 1);
			same(text, n - 1);
			memcpy(text, lines[i], k + 1);
			memcpy(text + k + 1, lines[i] + k, n - k);
			same(text, n + 1);
			same(lines[i], k);
		}
	}
	CHECK(good > 100 && bad > 1000);
}

static void
parts_of_two_lines(void)
{
	char text[2048];
	size_t i, j, k, m;

	begin();
	for (i = 0; i < N_LINES; i++)
		for (j = 0; j < N_LINES; j++)
			for (k = 0; k < strlen(lines[i]); k += 3)
				for (m = 0; m < strlen(lines[j]); m += 5) {
					memcpy(text, lines[i], k);
					(void)strcpy(text + k, lines[j] + m);
					same(text, strlen(text));
				}
	CHECK(good > 50 && bad > 1000);
}

/* More kinds than are kept, and lines too long to be kept. */
static void
many_kinds_of_lines(void)
{
	static char text[SEK_AUDIT_LINE_MAX];
	int i, k, n;

	begin();
	for (k = 0; k < 3; k++)
		for (i = 0; i < 60; i++) {
			n = snprintf(text, sizeof text, "{\"k%02d\":%d,\"prev\":"
			    "\"" ZEROS "\",\"seq\":%d,\"v\":%d}", i, k,
			    i + 1, k == 2 ? 1 : 2);
			same(text, (size_t)n);
		}
	for (i = 4000; i < (int)sizeof text; i += 1234) {
		memset(text, 'x', sizeof text);
		memcpy(text, "{\"a\":\"", 6);
		n = snprintf(text + i - 100, 101, "\",\"prev\":\"" ZEROS
		    "\",\"seq\":1,\"v\":2}");
		same(text, (size_t)(i - 100 + n));
	}
	for (i = 200; i < 400; i++) { /* values of one line */
		for (n = 6, k = 0; k < i; k++)
			n += snprintf(text + n, 8, "%d,", k % 10);
		memcpy(text, "{\"a\":[", 6);
		n += snprintf(text + n - 1, 200, "],\"prev\":\"" ZEROS
		    "\",\"seq\":1,\"v\":2}") - 1;
		same(text, (size_t)n);
		text[10] = '7';
		same(text, (size_t)n);
	}
	CHECK(good > 500);
}

/* The hash of the line before, with each byte at each place. */
static void
each_digit_of_prev(void)
{
	static const char digits[] = "0123456789abcdef";
	static const char start[] = "{\"prev\":\"";
	char text[120];
	const char *what, *digit;
	struct sek_line is;
	size_t i, n, place;
	int byte;

	for (place = 0; place < 64; place++)
		for (byte = 1; byte < 256; byte++) {
			n = (size_t)snprintf(text, sizeof text, "%s%s"
			    "\",\"seq\":1,\"v\":2}", start, ZEROS);
			/* each place has a digit of its own beside it */
			for (i = 0; i < 64; i++)
				text[sizeof start - 1 + i] = digits[i % 16];
			text[sizeof start - 1 + place] = (char)byte;
			digit = strchr(digits, byte);
			CHECK((sek_line_scan(text, n, &is, &what) == SEK_OK) ==
			    (digit != NULL));
			for (i = 0; digit != NULL && i < 64; i++)
				CHECK((is.prev[i / 2] >> (i % 2 == 0 ? 4 : 0) &
				    0x0F) == (i == place ? digit - digits :
				    (long)(i % 16)));
		}
}

int
main(void)
{
	RUN(each_digit_of_prev);
	RUN(each_byte_changed);
	RUN(each_byte_taken_out_or_doubled);
	RUN(parts_of_two_lines);
	RUN(many_kinds_of_lines);
	sek_scanner_free(scanner);
	return CHECK_END();
}
