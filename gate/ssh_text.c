/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines with keys of OpenSSH: what sshd tells of a login, and the file of
 * keys that may certify others.
 * Runs in the gate and in `sekisho`.
 */
#include <string.h>

#include "gate/ssh_key.h"
#include "sekisho/buf.h"
#include "sekisho/os.h"

#define FILE_MAX 262144u /* bytes */

bool
sek_ssh_next_line(const char **at, size_t *left, const char **line, size_t *n)
{
	const char *end;
	size_t all;

	if (*left == 0)
		return false;
	end = memchr(*at, '\n', *left);
	*line = *at;
	*n = end == NULL ? *left : (size_t)(end - *at);
	all = *n + (end != NULL);
	*at += all;
	*left -= all;
	return true;
}

bool
sek_ssh_next_key(const char **at, size_t *left, const char **line, size_t *n)
{
	static const char method[] = "publickey ";
	const size_t len = sizeof method - 1;

	while (sek_ssh_next_line(at, left, line, n))
		if (*n > len && memcmp(*line, method, len) == 0) {
			*line += len;
			*n -= len;
			return true;
		}
	return false;
}

/* Blanks at its ends are not looked at; true: there is something. */
static bool
trim(const char **line, size_t *n)
{
	while (*n > 0 && (**line == ' ' || **line == '\t')) {
		++*line;
		--*n;
	}
	while (*n > 0 && strchr(" \t\r", (*line)[*n - 1]) != NULL &&
	    (*line)[*n - 1] != '\0')
		--*n;
	return *n > 0 && **line != '#';
}

int
sek_ssh_file_lists(const char *path, const char *print, bool *listed,
    struct sek_why *why)
{
	struct sek_buf text = { 0 };
	struct sek_ssh_key key;
	const char *at, *line;
	size_t left, n;
	unsigned number = 0;
	bool found = false;
	int r = sek_read_safe_file(path, FILE_MAX, &text, why);

	at = (const char *)text.p;
	left = text.len;
	while (r == SEK_OK && sek_ssh_next_line(&at, &left, &line, &n)) {
		struct sek_why inner = { "" };

		number++;
		if (!trim(&line, &n))
			continue;
		r = sek_ssh_line_read(line, n, &key, &inner);
		if (r == SEK_OK && key.certified)
			r = SEK_E_SYNTAX;
		if (r != SEK_OK)
			sek_why_set(why, "line %u: %s", number,
			    inner.text[0] != '\0' ? inner.text :
			    "not a key by itself");
		else if (strcmp(key.print, print) == 0)
			found = true;
	}
	sek_buf_free(&text);
	if (r == SEK_OK)
		*listed = found;
	return r;
}
