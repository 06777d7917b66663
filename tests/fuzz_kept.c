/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzz target: the file of a remembered proof.  What is read comes out the
 * same again, byte for byte.  The same bytes as text of /proc/PID/stat.
 * Seeds: tests/corpus/kept.
 */
#undef NDEBUG
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "gate/kept.h"
#include "gate/terminal.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
as_text(const uint8_t *p, size_t n)
{
	struct sek_proc_stat s;
	uint64_t uid;
	char text[4096];

	if (n >= sizeof text)
		return;
	memcpy(text, p, n);
	text[n] = '\0';
	if (sek_proc_stat_parse(text, &s) == SEK_OK)
		assert(strchr(text, ')') != NULL);
	if (sek_proc_uid_parse(text, &uid) == SEK_OK)
		assert(strstr(text, "\nUid:\t") != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct sek_kept k = { .at_ms = 0 };
	struct sek_buf again = { 0 };

	as_text(p, n);
	if (sek_kept_dec(p, n, &k) != SEK_OK)
		return 0;
	assert(n <= SEK_KEPT_MAX_FILE);
	assert(sek_kept_enc(&again, &k) == SEK_OK);
	assert(again.len == n && memcmp(again.p, p, n) == 0);
	sek_buf_free(&again);
	sek_kept_free(&k);
	return 0;
}
