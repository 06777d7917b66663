/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The text, the hash and the value of one line of audit.jsonl.
 * Runs in the gate and in `sekisho`.  Where jansson runs out of memory it may
 * lose a byte in silence (2.14: the parser's and the dumper's buffers), so
 * nothing that it says is taken without a look at the text.
 */
#include "gate/audit_line.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "gate/audit.h"

int
sek_line_hash(const void *line, size_t n, uint8_t out[SEK_LINE_HASH])
{
	return EVP_Digest(line, n, out, NULL, EVP_sha256(), NULL) == 1 ?
	    SEK_OK : SEK_E_CRYPTO;
}

int
sek_line_dump(const json_t *rec, char *out, size_t *n)
{
	*n = json_dumpb(rec, out, SEK_AUDIT_LINE_MAX,
	    JSON_SORT_KEYS | JSON_COMPACT);
	if (*n == 0)
		return SEK_E_NOMEM;
	return *n < SEK_AUDIT_LINE_MAX ? SEK_OK : SEK_E_LIMIT;
}

json_t *
sek_line_load(const char *line, size_t n)
{
	json_t *rec = json_loadb(line, n, JSON_REJECT_DUPLICATES, NULL);
	char *text = malloc(SEK_AUDIT_LINE_MAX);
	size_t len;

	/* the line is canonical, so it must come back as it was */
	if (rec == NULL || text == NULL ||
	    sek_line_dump(rec, text, &len) != SEK_OK || len != n ||
	    memcmp(text, line, n) != 0) {
		json_decref(rec);
		rec = NULL;
	}
	free(text);
	return rec;
}
