/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What all commands that list have in common: --json, the store, the line
 * above a table, and an array of objects instead.
 *
 * Part of `sekisho`.  Must never print half an array: JSON is printed when
 * the last row is in it.
 */
#include "helpdesk/list.h"

int
desk_list_open(struct desk_listing *l, int argc, char **argv, int max,
    char ***words)
{
	const struct desk_opt opts[] = {
		{ .name = "json", .flag = &l->json }
	};
	int r;

	r = desk_options(l->d, argc, argv, opts, 1, 0, max, words);
	return r != DESK_GO ? r : desk_store(l->d, false);
}

int
desk_list_begin(struct desk_listing *l, enum word head)
{
	if (l->json && (l->array = json_array()) == NULL)
		return desk_lost(l->d);
	if (!l->json)
		DESK_SAY(l->d, head, { NULL });
	return DESK_GO;
}

int
desk_list_end(struct desk_listing *l, int r)
{
	if (r != SEK_OK) {
		json_decref(l->array);
		return desk_unreadable(l->d, r);
	}
	return l->json ? desk_json_print(l->d, l->array) : DESK_OK;
}
