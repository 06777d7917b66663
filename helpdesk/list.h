/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Commands that list what is in the store, for people or as JSON.
 */
#ifndef HELPDESK_LIST_H
#define HELPDESK_LIST_H

#include "helpdesk/desk.h"
#include "helpdesk/words.h"

struct desk_listing {
	struct desk *d;
	bool json;
	json_t *array; /* NULL: for people */
};

/* Read "[--json]" and at most `max` words, and open the store; DESK_GO or
 * what to exit with. */
int desk_list_open(struct desk_listing *l, int argc, char **argv, int max,
    char ***words) SEK_MUST;
/* The array, or the line above a table. */
int desk_list_begin(struct desk_listing *l, enum word head) SEK_MUST;
/* `r` is what came of listing; what to exit with. */
int desk_list_end(struct desk_listing *l, int r) SEK_MUST;

#endif
