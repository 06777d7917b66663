/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The record that a command of `sekisho audit` reads: the one of the
 * configuration, or the files or the folder that are named.
 *
 * Part of the administrator's program.  Reads only; with names it needs
 * neither a configuration nor a right but to read them.
 */
#include "helpdesk/audit_files.h"
#include "helpdesk/audit_filter.h"

int
audit_open(struct desk *d, char **words, struct sek_reader **rd)
{
	struct sek_why why = { "" };
	size_t n = 0;
	int r;

	if (words[0] == NULL) {
		if ((r = desk_policy(d)) != DESK_GO)
			return r;
		r = sek_reader_dir(rd, d->policy->audit, &why);
		if (r == SEK_E_NOENT)
			return DESK_GO;
		return r == SEK_OK ? DESK_GO : desk_refuse(d, &why, r);
	}
	while (words[n] != NULL)
		n++;
	audit_files_order(words, n);
	r = audit_files_folder(words, n) ?
	    sek_reader_dir(rd, words[0], &why) :
	    sek_reader_files(rd, (const char *const *)words, n, &why);
	return r == SEK_OK ? DESK_GO : desk_refuse(d, &why, r);
}
