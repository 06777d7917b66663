/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file of an open session that is watched: on the disk.
 * Runs in the gate and in sekisho-watch.  Believes no file but one of that
 * session's, in its form.
 */
#include <string.h>

#include "gate/presence_file.h"
#include "gate/run_file.h"

int
sek_presence_write(const char *dir, const struct sek_presence *m,
    struct sek_why *why)
{
	struct sek_buf b = { 0 };
	int r = SEK_E_INVAL;

	if (!sek_presence_name_ok(m->session) ||
	    (r = sek_presence_enc(&b, m)) != SEK_OK)
		sek_why_set(why, "the file of the session: %s",
		    sek_strerror(r));
	else
		r = sek_run_file_write(dir, m->session, &b, why);
	sek_buf_free(&b);
	return r;
}

int
sek_presence_read(const char *dir, const char *session,
    struct sek_presence *out, uint64_t *changed, struct sek_why *why)
{
	uint8_t text[SEK_PRESENCE_FILE_MAX];
	struct sek_presence m;
	uint64_t when = 0;
	size_t n = 0;
	int r;

	if (!sek_presence_name_ok(session))
		return sek_why_about(why, SEK_E_INVAL, session,
		    "is no session's name");
	r = sek_run_file_read(dir, session, text, sizeof text, &n, &when, why);
	if (r != SEK_OK)
		return r;
	r = sek_presence_dec(&m, text, n);
	if (r == SEK_OK && strcmp(m.session, session) != 0)
		r = SEK_E_SYNTAX;
	if (r != SEK_OK) {
		sek_why_set(why, "%s/%s: is no file of a session", dir,
		    session);
		return r;
	}
	*out = m;
	*changed = when;
	return SEK_OK;
}

int
sek_presence_remove(const char *dir, const char *session)
{
	return sek_presence_name_ok(session) ?
	    sek_run_file_remove(dir, session) : SEK_E_INVAL;
}
