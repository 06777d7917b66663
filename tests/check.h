/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The frame of a test program: named cases that print one line each
 * ("ok NAME", "not ok NAME: FILE:LINE: WHAT"), which tests/run counts.
 * A case stops at its first failed CHECK; the program goes on.
 */
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

#undef NDEBUG
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

static jmp_buf check_out;
static int check_failed;

#define CHECK(cond)							\
	do {								\
		if (!(cond)) {						\
			printf("not ok %s: %s:%d: %s\n", check_name,	\
			    __FILE__, __LINE__, #cond);			\
			check_failed++;					\
			longjmp(check_out, 1);				\
		}							\
	} while (0)

/* Two strings, shown when they differ. */
#define CHECK_STR(got, want)						\
	do {								\
		const char *got_ = (got), *want_ = (want);		\
		if (strcmp(got_, want_) != 0) {				\
			printf("not ok %s: %s:%d: got \"%s\", want "	\
			    "\"%s\"\n", check_name, __FILE__, __LINE__,	\
			    got_, want_);				\
			check_failed++;					\
			longjmp(check_out, 1);				\
		}							\
	} while (0)

/* Two numbers, shown when they differ. */
#define CHECK_INT(got, want)						\
	do {								\
		long long got_ = (long long)(got);			\
		long long want_ = (long long)(want);			\
		if (got_ != want_) {					\
			printf("not ok %s: %s:%d: %s is %lld, want "	\
			    "%lld\n", check_name, __FILE__, __LINE__,	\
			    #got, got_, want_);				\
			check_failed++;					\
			longjmp(check_out, 1);				\
		}							\
	} while (0)

static const char *check_name;

/* A case by another name than its function's: a row of a table. */
#define RUN_AS(name, fn)						\
	do {								\
		int before_ = check_failed;				\
		check_name = (name);					\
		if (setjmp(check_out) == 0)				\
			fn();						\
		if (check_failed == before_)				\
			printf("ok %s\n", check_name);			\
		fflush(stdout);						\
	} while (0)

#define RUN(fn) RUN_AS(#fn, fn)

#define CHECK_END() (check_failed ? 1 : 0)

#endif
