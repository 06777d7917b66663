/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A wish for the login screen: its form, and the file.
 * Runs in the gate and in sekisho-watch.  Never guesses: what is not the
 * line that it would write itself, byte for byte, is none of ours.
 */
#include "gate/wish_file.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "gate/presence_file.h"
#include "gate/run_file.h"
#include "sekisho/escape.h"

#define LINE_MAX_LEN (SEK_USER_MAX + SEK_XDG_SESSION_MAX + 64u)
#define LEFT_S 60 /* nobody will follow it */

void
sek_wish_name(char out[SEK_WISH_NAME], const struct sek_wish *w)
{
	(void)snprintf(out, SEK_WISH_NAME, "%" PRIu32 "-%s", w->uid, w->xdg);
}

static bool
is_sound(const struct sek_wish *w)
{
	return sek_name_ok(w->account) &&
	    (w->xdg[0] == '\0' || sek_presence_xdg_ok(w->xdg));
}

int
sek_wish_enc(struct sek_buf *b, const struct sek_wish *w)
{
	char line[LINE_MAX_LEN];

	if (!is_sound(w))
		return SEK_E_INVAL;
	(void)snprintf(line, sizeof line, "at %" PRIu64 " uid %" PRIu32
	    " account %s session %s\n", w->at_ms, w->uid, w->account, w->xdg);
	sek_put_raw(b, line, strlen(line));
	return sek_buf_ok(b);
}

/* The word after the one that is expected, NULL when that is not there. */
static const char *
after(char **rest, const char *key)
{
	const char *word = strsep(rest, " ");

	return word != NULL && strcmp(word, key) == 0 ?
	    strsep(rest, " ") : NULL;
}

static bool
take_words(struct sek_wish *w, char *text)
{
	const char *at = after(&text, "at"), *uid = after(&text, "uid");
	const char *account = after(&text, "account");
	const char *xdg = after(&text, "session");

	if (at == NULL || uid == NULL || account == NULL || xdg == NULL ||
	    strlen(account) >= sizeof w->account ||
	    strlen(xdg) >= sizeof w->xdg)
		return false;
	w->at_ms = strtoull(at, NULL, 10);
	w->uid = (uint32_t)strtoul(uid, NULL, 10);
	(void)snprintf(w->account, sizeof w->account, "%s", account);
	(void)snprintf(w->xdg, sizeof w->xdg, "%s", xdg);
	return true;
}

/* What of it was overlooked is not there when it is written again. */
int
sek_wish_dec(struct sek_wish *out, const void *p, size_t n)
{
	char text[LINE_MAX_LEN];
	struct sek_wish w = { .at_ms = 0 };
	struct sek_buf again = { 0 };
	int r = SEK_E_SYNTAX;

	if (n == 0 || n >= sizeof text)
		return SEK_E_LIMIT;
	memcpy(text, p, n);
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (take_words(&w, text) && sek_wish_enc(&again, &w) == SEK_OK &&
	    again.len == n && memcmp(again.p, p, n) == 0) {
		*out = w;
		r = SEK_OK;
	}
	sek_buf_free(&again);
	return r;
}

/* Where no sekisho-watch runs they would stay; what is not a minute old is
 * left to it. */
static size_t
tidy(const char *dir)
{
	const time_t now = time(NULL);
	char path[PATH_MAX];
	struct dirent *e;
	struct stat st;
	size_t n = 0;
	DIR *d;

	if ((d = opendir(dir)) == NULL)
		return SEK_WISH_MAX;
	while ((e = readdir(d)) != NULL && n < SEK_WISH_MAX) {
		if (e->d_name[0] == '.')
			continue;
		n++;
		if (snprintf(path, sizeof path, "%s/%s", dir, e->d_name) <
		    (int)sizeof path && lstat(path, &st) == 0 &&
		    (st.st_mtime + LEFT_S < now || st.st_mtime > now) &&
		    unlink(path) == 0)
			n--;
	}
	(void)closedir(d);
	return n;
}

int
sek_wish_write(const char *dir, const struct sek_wish *w,
    struct sek_why *why)
{
	char name[SEK_WISH_NAME];
	struct sek_buf b = { 0 };
	int r = sek_wish_enc(&b, w);

	sek_wish_name(name, w);
	if (r != SEK_OK)
		sek_why_set(why, "%s/%s: %s", dir, name, sek_strerror(r));
	else if (tidy(dir) >= SEK_WISH_MAX)
		r = sek_why_about(why, SEK_E_LIMIT, dir,
		    "is full: does sekisho-watch run?");
	else
		r = sek_run_file_write(dir, name, &b, why);
	sek_buf_free(&b);
	return r;
}

int
sek_wish_read(const char *dir, const char *name, struct sek_wish *out,
    struct sek_why *why)
{
	uint8_t text[LINE_MAX_LEN];
	char as[SEK_WISH_NAME];
	struct sek_wish w;
	uint64_t changed;
	size_t n = 0;
	int r;

	r = sek_run_file_read(dir, name, text, sizeof text, &n, &changed, why);
	if (r != SEK_OK)
		return r;
	r = sek_wish_dec(&w, text, n);
	if (r == SEK_OK) {
		sek_wish_name(as, &w);
		r = strcmp(as, name) == 0 ? SEK_OK : SEK_E_SYNTAX;
	}
	if (r != SEK_OK)
		return sek_why_about(why, r, dir, "has a file that is no "
		    "wish for the login screen");
	*out = w;
	return SEK_OK;
}
