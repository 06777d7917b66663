/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The names of the record's older files.
 * Runs wherever the record is written or read.  Pure.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/audit_line.h"

#define BEFORE "audit-"

void
sek_log_name(uint64_t first, char out[SEK_LOG_NAME_MAX])
{
	(void)snprintf(out, SEK_LOG_NAME_MAX, BEFORE "%012llu.jsonl",
	    (unsigned long long)first);
}

uint64_t
sek_log_number(const char *name)
{
	char again[SEK_LOG_NAME_MAX];
	uint64_t first;

	if (strncmp(name, BEFORE, sizeof BEFORE - 1) != 0)
		return 0;
	/* whatever this takes, the same name must come of it again */
	first = strtoull(name + sizeof BEFORE - 1, NULL, 10);
	sek_log_name(first, again);
	return first <= INT64_MAX && strcmp(name, again) == 0 ? first : 0;
}
