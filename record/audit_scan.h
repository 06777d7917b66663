/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the rooms of the scanner share: audit_scan.c (any line) and
 * audit_like.c (a line that is like one before it).  Nobody else includes
 * this.
 */
#ifndef RECORD_AUDIT_SCAN_H
#define RECORD_AUDIT_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record/audit_line.h"

#define SCAN_VALUES 256u /* of a line that others may be like */

/* The members of the outermost object that a chain needs. */
enum scan_member {
	SCAN_OTHER,
	SCAN_V, SCAN_SEQ, SCAN_PREV, SCAN_T, SCAN_EVENT,
	SCAN_MEMBERS
};

/* The text of one value, with its quotes or brackets; NULL: none. */
struct span {
	const unsigned char *p;
	size_t n;
};

/* A plain value of a line. */
struct scan_place {
	uint32_t from, to;
	enum scan_member member;
};

/* Where the plain values of a line are, in order. */
struct scan_shape {
	const unsigned char *line;
	size_t n;
	bool usable; /* all of them are here */
	struct scan_place at[SCAN_VALUES];
};

struct scan {
	const unsigned char *p, *end;
	const char *what; /* the first thing that is wrong */
	struct scan_shape *shape; /* to be filled; NULL */
};

/* -- eight bytes at once, the first one lowest */

#define SCAN_EACH(b) (UINT64_C(0x0101010101010101) * (b))
#define SCAN_TOPS SCAN_EACH(0x80)

static inline uint64_t
scan_load8(const unsigned char *p)
{
	return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 |
	    (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 |
	    (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
	    (uint64_t)p[7] << 56;
}

/* The top bit of each byte from `low` to `high`; all bytes are ASCII, so that
 * no sum reaches the next one. */
static inline uint64_t
scan_between(uint64_t x, unsigned char low, unsigned char high)
{
	return (x + SCAN_EACH(0x80u - low)) & ~(x + SCAN_EACH(0x7Fu - high)) &
	    SCAN_TOPS;
}

/* How many bytes stand below the lowest mark. */
static inline size_t
scan_below(uint64_t marks)
{
	return (size_t)__builtin_ctzll(marks) / 8;
}

/* One string, number or word at p. */
bool scan_scalar(struct scan *c);
/* A string at p, after its opening quote. */
bool scan_string(struct scan *c);
/* A whole number at p. */
bool scan_integer(struct scan *c, int64_t *out);
/* sek_line_scan(), which fills `shape` unless it is NULL. */
int scan_line(const char *line, size_t n, struct scan_shape *shape,
    struct sek_line *out, const char **what) SEK_MUST;

/* -- audit_member.c: what begins at p and is within `n` bytes; false: that is
 * something else.  The text of a hash, and a time in the one form. */
#define SCAN_HASH_LEN (2u * SEK_LINE_HASH + 2u)
#define SCAN_TIME_LEN 29u
bool scan_hash(const unsigned char *p, size_t n,
    uint8_t out[SEK_LINE_HASH]);
bool scan_time(const unsigned char *p, size_t n, int64_t *out);
/* `out` from the members in `top`, which has SCAN_MEMBERS;
 * SEK_E_SYNTAX, SEK_E_VERSION as sek_line_scan(). */
int scan_members(const struct span *top, struct sek_line *out,
    const char **what) SEK_MUST;

#endif
