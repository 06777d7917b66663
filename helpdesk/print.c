/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Putting words, values and JSON on the terminal of an administrator.
 *
 * Part of `sekisho`.  Must never print a byte from outside as it is: names
 * and subjects reach the terminal escaped.
 */
#include "helpdesk/desk.h"

#include <string.h>
#include <time.h>

#include "sekisho/digits.h"
#include "sekisho/escape.h"

/*
 * Values from certificates and records are escaped already when they come
 * here; a second time would double their backslashes.  So a backslash stays,
 * and what stands between is escaped: nothing for what was, all for the rest.
 */
void
desk_text(FILE *f, const char *s)
{
	char part[1100];
	size_t n;

	for (;; s += n) {
		for (; *s == '\\'; s++)
			(void)fputc('\\', f);
		if (*s == '\0')
			return;
		n = strcspn(s, "\\");
		if (n > 256) { /* whole characters stay together ... */
			for (n = 256; n > 253 && (s[n] & 0xc0) == 0x80; n--)
				;
		}
		/* ... and 256 bytes cannot outgrow the buffer: 4 for 1 */
		(void)fputs(sek_escape(part, sizeof(part), s, n), f);
	}
}

void
desk_fill(FILE *f, const char *text, const char *const *args)
{
	const char *p;

	for (p = text; *p != '\0'; p++) {
		if (p[0] == '%' && p[1] >= '1' && p[1] <= '4') {
			const char *a = args[p[1] - '1'];

			desk_text(f, a != NULL ? a : "");
			p++;
		} else {
			(void)fputc(*p, f);
		}
	}
}

void
desk_put(const struct desk *d, FILE *f, enum word w, const char *const *args)
{
	desk_fill(f, desk_word(w, d->lang), args);
}

void
desk_say(const struct desk *d, FILE *f, const struct desk_said *s)
{
	if (f == stderr)
		(void)fputs("sekisho: ", f);
	desk_put(d, f, s->w, s->args);
	(void)fputc('\n', f);
}

int
desk_refuse(const struct desk *d, const struct sek_why *why, int err)
{
	DESK_ERR(d, W_FAILED, { why->text[0] != '\0' ? why->text :
	    sek_strerror(err) });
	return DESK_REFUSED;
}

int
desk_lost(const struct desk *d)
{
	DESK_ERR(d, W_MEMORY, { NULL });
	return DESK_REFUSED;
}

int
desk_unreadable(const struct desk *d, int err)
{
	DESK_ERR(d, W_STORE_FAILED, { err == SEK_E_IO ?
	    sek_store_error(d->store) : sek_strerror(err) });
	return DESK_REFUSED;
}

const char *
desk_day(struct desk_date *d, int64_t at)
{
	time_t t = (time_t)at;
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL ||
	    strftime(d->text, sizeof(d->text), "%Y-%m-%d", &tm) == 0)
		return "?";
	return d->text;
}

const char *
desk_time(struct desk_date *d, int64_t at)
{
	time_t t = (time_t)at;
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL ||
	    strftime(d->text, sizeof(d->text), "%Y-%m-%d %H:%M:%S", &tm) == 0)
		return "?";
	return d->text;
}

const char *
desk_utc(struct desk_date *d, int64_t at)
{
	time_t t = (time_t)at;
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL ||
	    strftime(d->text, sizeof(d->text), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		return "?";
	return d->text;
}

const char *
desk_hex(struct desk_hex *h, const uint8_t *p, size_t n)
{
	sek_hex(h->text, p, n < 32 ? n : 32);
	return h->text;
}

json_t *
desk_json_text(const char *s)
{
	json_t *j = json_string(s);
	char safe[2048];

	return j != NULL ? j :
	    json_string(sek_escape_str(safe, sizeof(safe), s));
}

int
desk_json_print(const struct desk *d, json_t *array)
{
	size_t i, n = json_array_size(array);
	int r = DESK_REFUSED;

	if (array == NULL)
		return desk_lost(d);
	(void)fputs(n == 0 ? "[" : "[\n", stdout);
	for (i = 0; i < n; i++) {
		if (json_dumpf(json_array_get(array, i), stdout,
		    JSON_COMPACT | JSON_SORT_KEYS) != 0)
			goto out;
		(void)fputs(i + 1 < n ? ",\n" : "\n", stdout);
	}
	(void)fputs("]\n", stdout);
	r = DESK_OK;
out:
	json_decref(array);
	return r;
}
