/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzz target: one line of audit.jsonl.  What the scanner calls canonical,
 * jansson must read and write back byte for byte, with the same number.
 * Seeds: tests/corpus/audit.
 */
#undef NDEBUG
#include <assert.h>

#include "record/audit_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct sek_line line = { .seq = 0 };
	const char *what = NULL;
	json_t *rec;

	if (sek_line_scan((const char *)p, n, &line, &what) != SEK_OK) {
		assert(what != NULL);
		return 0;
	}
	rec = sek_line_load((const char *)p, n);
	assert(rec != NULL);
	assert(line.seq >= 1 && (uint64_t)json_integer_value(
	    json_object_get(rec, "seq")) == line.seq);
	assert(json_string_length(json_object_get(rec, "prev")) ==
	    2 * sizeof line.prev);
	json_decref(rec);
	return 0;
}
