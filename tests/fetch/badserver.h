/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the two halves of badserver share: where its files are, and an answer.
 */
#ifndef TESTS_FETCH_BADSERVER_H
#define TESTS_FETCH_BADSERVER_H

#include <stddef.h>
#include <stdio.h>

#define BODY_MAX (1024 * 1024)

extern int folder;    /* where the files are */
extern FILE *history; /* all heads, shared by all processes */

/* Who does not listen any more ends this process. */
void say(int fd, const void *p, size_t n);

/* The answer for `path`. */
void act(int fd, const char *path);

#endif
