/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzz target: the file of a session that is watched, and that of a wish for
 * the login screen.  What is taken is safe to show and to ask logind about,
 * and is written back byte for byte; the same bytes as /proc/PID/cgroup name
 * a session of logind or none.
 * Seeds: tests/corpus/session.
 */
#undef NDEBUG
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "gate/presence_file.h"
#include "gate/wish_file.h"
#include "gate/proc.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
printable(const char *s, size_t cap)
{
	assert(strlen(s) < cap);
	for (; *s != '\0'; s++)
		assert((unsigned char)*s >= 0x20 && *s != 0x7f);
}

static void
check(const struct sek_presence *m, const uint8_t *p, size_t n)
{
	struct sek_buf b = { 0 };

	assert(sek_presence_name_ok(m->session));
	assert(m->watch == SEK_WATCH_LOCK || m->watch == SEK_WATCH_END ||
	    m->watch == SEK_WATCH_TAP);
	assert(m->xdg[0] == '\0' || sek_presence_xdg_ok(m->xdg));
	assert(m->pid > 0 && m->place[0] != '\0');
	printable(m->person, sizeof m->person);
	printable(m->account, sizeof m->account);
	printable(m->service, sizeof m->service);
	printable(m->tty, sizeof m->tty);
	printable(m->place, sizeof m->place);
	printable(m->label, sizeof m->label);
	printable(m->serial, sizeof m->serial);
	assert(sek_presence_enc(&b, m) == SEK_OK);
	assert(b.len == n && memcmp(b.p, p, n) == 0);
	sek_buf_free(&b);
}

static void
check_wish(const struct sek_wish *w, const uint8_t *p, size_t n)
{
	struct sek_buf b = { 0 };
	char name[SEK_WISH_NAME];

	printable(w->account, sizeof w->account);
	assert(w->xdg[0] == '\0' || sek_presence_xdg_ok(w->xdg));
	sek_wish_name(name, w);
	assert(strlen(name) < sizeof name && strchr(name, '/') == NULL);
	assert(sek_wish_enc(&b, w) == SEK_OK);
	assert(b.len == n && memcmp(b.p, p, n) == 0);
	sek_buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct sek_wish w;
	struct sek_presence m;
	char xdg[SEK_XDG_SESSION_MAX];
	char *text = malloc(n + 1);

	assert(text != NULL);
	if (n > 0)
		memcpy(text, p, n);
	text[n] = '\0';
	if (sek_presence_dec(&m, p, n) == SEK_OK)
		check(&m, p, n);
	if (sek_wish_dec(&w, p, n) == SEK_OK)
		check_wish(&w, p, n);
	if (sek_cgroup_xdg(text, xdg))
		assert(sek_presence_xdg_ok(xdg));
	else
		assert(xdg[0] == '\0');
	free(text);
	return 0;
}
