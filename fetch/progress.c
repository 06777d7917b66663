/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The progress line of sekisho-fetch, on standard error.
 * Writes ten times a second at most, and never to anything but a terminal.
 */
#include "fetch/progress.h"

#include <inttypes.h>
#include <stdio.h>

#include "sekisho/deadline.h"
#include "sekisho/escape.h"

#define EVERY_MS 100u
#define MIB (1024u * 1024u)

/* Is it time to write again? */
static bool
due(struct sek_progress *p)
{
	uint64_t now = sek_now_ms();

	if (!p->on || (p->shown && now - p->last_ms < EVERY_MS))
		return false;
	p->last_ms = now;
	p->shown = true;
	return true;
}

void
sek_progress_begin(struct sek_progress *p, const char *url)
{
	(void)sek_escape_str(p->label, sizeof p->label, url);
	if (due(p))
		(void)fprintf(stderr, "\r\033[K%s", p->label);
}

void
sek_progress_bytes(struct sek_progress *p, uint64_t n)
{
	if (due(p))
		(void)fprintf(stderr, "\r\033[K%s %" PRIu64 ".%" PRIu64
		    " MB", p->label, n / MIB, n % MIB * 10 / MIB);
}

void
sek_progress_entries(struct sek_progress *p, uint64_t done, uint64_t all)
{
	if (due(p))
		(void)fprintf(stderr, "\r\033[K%s compiling %" PRIu64 " %%",
		    p->label, all == 0 ? 100 : done * 100 / all);
}

void
sek_progress_end(struct sek_progress *p)
{
	if (p->shown)
		(void)fputs("\r\033[K", stderr);
	p->shown = false;
}
