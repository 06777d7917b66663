/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho audit checkpoint`: the newest signed checkpoint, to be kept
 * elsewhere.
 *
 * Part of the administrator's program.  Reads only; prints nothing whose
 * signature is not that of a known key.
 */
#include "helpdesk/audit.h"

#include <stdlib.h>

#include "helpdesk/audit_trust.h"

int
desk_audit_checkpoint(struct desk *d, int argc, char **argv)
{
	const char *keys = NULL, *dir = NULL, *folder;
	const struct desk_opt opts[] = {
		{ .name = "key", .value = &keys },
		{ .name = "dir", .value = &dir },
	};
	struct trust *t;
	char **words;
	int r;

	r = desk_options(d, argc, argv, opts, 2, 0, 0, &words);
	if (r != DESK_GO || (r = trust_where(d, dir, &folder)) != DESK_GO)
		return r;
	if ((t = calloc(1, sizeof *t)) == NULL)
		return desk_lost(d);
	if ((r = trust_open(d, t, keys, folder)) == DESK_GO) {
		(void)fwrite(t->note[0].text.p, 1, t->note[0].text.len,
		    stdout);
		r = DESK_OK;
	}
	trust_free(t);
	free(t);
	return r;
}
