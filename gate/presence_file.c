/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file of an open session that is watched: its form.
 * Runs in the gate and in sekisho-watch.  Never guesses: a file that has
 * not this form, byte for byte, is no file of ours.
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "gate/presence_file.h"
#include "sekisho/digits.h"
#include "sekisho/escape.h"

enum kind { NUMBER, TEXT, NAME, STATE, WATCH, YES_NO, KIND };

#define FIELD(m) offsetof(struct sek_presence, m), \
	sizeof(((struct sek_presence *)0)->m)

static const struct field {
	const char *key;
	enum kind kind;
	size_t at, size;
} fields[] = {
	{ "session", NAME, FIELD(session) },
	{ "state", STATE, FIELD(open) },
	{ "watch", WATCH, FIELD(watch) },
	{ "person", NAME, FIELD(person) },
	{ "account", NAME, FIELD(account) },
	{ "shared", YES_NO, FIELD(shared) },
	{ "service", NAME, FIELD(service) },
	{ "tty", TEXT, FIELD(tty) },
	{ "xdg", TEXT, FIELD(xdg) },
	{ "pid", NUMBER, FIELD(pid) },
	{ "started", NUMBER, FIELD(started) },
	{ "kind", KIND, FIELD(fido) },
	{ "place", TEXT, FIELD(place) },
	{ "node-dev", NUMBER, FIELD(node_dev) },
	{ "node-ino", NUMBER, FIELD(node_ino) },
	{ "label", TEXT, FIELD(label) },
	{ "serial", TEXT, FIELD(serial) },
};

#define N_FIELDS (sizeof fields / sizeof fields[0])

bool
sek_presence_name_ok(const char *s)
{
	size_t i;

	for (i = 0; i < SEK_SESSION_MAX && s[i] != '\0'; i++) {
		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (s[i] != '-')
				return false;
		} else if (sek_digit16(s[i]) < 0 ||
		    (s[i] >= 'A' && s[i] <= 'F')) {
			return false;
		}
	}
	return i == SEK_SESSION_MAX - 1;
}

bool
sek_presence_xdg_ok(const char *xdg)
{
	static const char ok[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	size_t n = strlen(xdg);

	return n > 0 && n < SEK_XDG_SESSION_MAX && strspn(xdg, ok) == n;
}

/* A line can hold it: it is what escaping leaves of itself, but for the
 * backslashes, which escaping has made. */
static bool
text_ok(const char *s)
{
	char plain[SEK_PRESENCE_FILE_MAX], back[2 * SEK_PRESENCE_FILE_MAX];
	size_t i, n = strlen(s);

	if (n >= sizeof plain)
		return false;
	for (i = 0; i <= n; i++)
		plain[i] = s[i] == '\\' ? '/' : s[i];
	return strcmp(sek_escape_str(back, sizeof back, plain), plain) == 0;
}

static const char *
word_of(const struct field *f, const void *at)
{
	bool yes = false;
	enum sek_watch_word w = SEK_WATCH_UNSET;

	if (f->kind == WATCH) {
		memcpy(&w, at, sizeof w);
		return sek_watch_word(w);
	}
	memcpy(&yes, at, sizeof yes);
	switch (f->kind) {
	case STATE:
		return yes ? "open" : "begun";
	case YES_NO:
		return yes ? "yes" : "no";
	case KIND:
		return yes ? "fido2" : "pkcs11";
	default:
		return NULL;
	}
}

int
sek_presence_enc(struct sek_buf *b, const struct sek_presence *m)
{
	const struct field *f;
	const char *text;
	char number[24];
	uint64_t n;

	for (f = fields; f < fields + N_FIELDS; f++) {
		text = (const char *)m + f->at;
		if (f->kind == NUMBER) {
			memcpy(&n, text, sizeof n);
			(void)snprintf(number, sizeof number, "%" PRIu64, n);
			text = number;
		} else if (f->kind != TEXT && f->kind != NAME) {
			text = word_of(f, text);
		}
		if (text == NULL || !text_ok(text))
			return SEK_E_INVAL;
		sek_put_raw(b, f->key, strlen(f->key));
		sek_put_u8(b, ' ');
		sek_put_raw(b, text, strlen(text));
		sek_put_u8(b, '\n');
	}
	return sek_buf_ok(b);
}

/* Decimal, no sign, no leading zero. */
static bool
number_of(const char *s, uint64_t *out)
{
	uint64_t n = 0;
	unsigned digit;

	if (s[0] == '\0' || (s[0] == '0' && s[1] != '\0'))
		return false;
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9')
			return false;
		digit = (unsigned)(*s - '0');
		if (n > (UINT64_MAX - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*out = n;
	return true;
}

static bool
is_word(const struct field *f, const void *at, const char *text)
{
	const char *word = word_of(f, at);

	return word != NULL && strcmp(word, text) == 0;
}

static bool
take_flag(const struct field *f, void *at, const char *text)
{
	bool yes = true;

	memcpy(at, &yes, sizeof yes);
	if (is_word(f, at, text))
		return true;
	yes = false;
	memcpy(at, &yes, sizeof yes);
	return is_word(f, at, text);
}

static bool
take(struct sek_presence *m, const struct field *f, const char *text)
{
	char *at = (char *)m + f->at;
	enum sek_watch_word w;
	uint64_t n;

	switch (f->kind) {
	case NUMBER:
		if (!number_of(text, &n))
			return false;
		memcpy(at, &n, sizeof n);
		return true;
	case NAME:
	case TEXT:
		if (strlen(text) >= f->size || !text_ok(text) ||
		    (f->kind == NAME && !sek_name_ok(text)))
			return false;
		memcpy(at, text, strlen(text) + 1);
		return true;
	case WATCH:
		w = sek_watch_of_word(text);
		memcpy(at, &w, sizeof w);
		return w != SEK_WATCH_UNSET && w != SEK_WATCH_NO;
	default:
		return take_flag(f, at, text);
	}
}

/* What the fields say together. */
static bool
is_sound(const struct sek_presence *m)
{
	return sek_presence_name_ok(m->session) && m->pid > 0 &&
	    m->pid <= INT32_MAX && m->place[0] != '\0' &&
	    (m->xdg[0] == '\0' || sek_presence_xdg_ok(m->xdg));
}

int
sek_presence_dec(struct sek_presence *out, const void *p, size_t n)
{
	char text[SEK_PRESENCE_FILE_MAX + 1], *line = text, *end;
	struct sek_presence m;
	const struct field *f;
	size_t k;

	if (n == 0 || n > SEK_PRESENCE_FILE_MAX)
		return SEK_E_LIMIT;
	if (memchr(p, '\0', n) != NULL)
		return SEK_E_SYNTAX;
	memcpy(text, p, n);
	text[n] = '\0';
	memset(&m, 0, sizeof m);
	for (f = fields; f < fields + N_FIELDS; f++) {
		k = strlen(f->key);
		if ((end = strchr(line, '\n')) == NULL ||
		    strncmp(line, f->key, k) != 0 || line[k] != ' ')
			return SEK_E_SYNTAX;
		*end = '\0';
		if (!take(&m, f, line + k + 1))
			return SEK_E_SYNTAX;
		line = end + 1;
	}
	if (*line != '\0' || !is_sound(&m))
		return SEK_E_SYNTAX;
	*out = m;
	return SEK_OK;
}
