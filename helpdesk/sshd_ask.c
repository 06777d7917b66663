/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asking sshd for its configuration (sshd -T), of everybody or of one
 * connection (-C).
 *
 * Part of the administrator's program.  Runs sshd with an empty environment
 * and a deadline; never starts a service.
 */
#include "helpdesk/sshd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sekisho/os.h"

#define ASK_MS 10000u

static int
read_answer(int fd, struct sshd_answer *a, const struct sek_deadline *dl)
{
	ssize_t n;
	int r;

	while (a->n < sizeof a->text - 1) {
		if ((r = sek_wait_readable(fd, dl)) != SEK_OK)
			return r;
		n = read(fd, a->text + a->n, sizeof a->text - 1 - a->n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 ? SEK_OK : SEK_E_IO;
		a->n += (size_t)n;
	}
	return SEK_E_LIMIT;
}

int
sshd_ask(struct sshd_answer *a, const char *spec,
    const struct sek_deadline *until)
{
	const char *const argv[] = { SSHD, "-T", spec != NULL ? "-C" : NULL,
	    spec, NULL };
	const struct sek_spawn s = { .path = SSHD, .argv = argv,
	    .chan_fd = 1 };
	const struct sek_deadline dl = sek_deadline_sooner(*until, ASK_MS);
	struct sek_child c = SEK_CHILD_NONE;
	struct sek_exit ex = { 0 };
	int r;

	a->n = 0;
	if ((r = sek_child_start(&c, &s)) != SEK_OK)
		return r;
	r = read_answer(c.chan, a, &dl);
	if (r != SEK_OK)
		sek_child_kill(&c, NULL);
	else if ((r = sek_child_finish(&c, &dl, &ex)) == SEK_OK &&
	    (ex.signalled || ex.code != 0))
		r = SEK_E_IO;
	a->text[a->n] = '\0';
	return r;
}

const char *
sshd_value(const struct sshd_answer *a, const char *key, char *out,
    size_t cap)
{
	const char *line = a->text;
	size_t n = strlen(key), len;

	out[0] = '\0';
	for (; *line != '\0'; line += len + (line[len] == '\n')) {
		len = strcspn(line, "\n");
		if (len <= n || strncmp(line, key, n) != 0 || line[n] != ' ')
			continue;
		len -= n + 1;
		if (len < cap)
			(void)snprintf(out, cap, "%.*s", (int)len,
			    line + n + 1);
		else
			(void)snprintf(out, cap, "%s", SSHD_TOO_LONG);
		break;
	}
	return out;
}
