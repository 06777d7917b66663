/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looks users up in what the system has: files, a directory far away.
 * Runs in the gate and in `sekisho`, and may take as long as that directory.
 * Never takes "the system failed" for "there is nobody of that name".
 */
#include "gate/system_user.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 4096u
#define ROOM_MOST (1024u * 1024) /* bytes of one entry */

/* By name, or by number where there is none. */
static int
get(const char *name, uid_t uid, size_t room, struct sek_system_user *out)
{
	struct passwd pw, *found = NULL;
	char *text = malloc(room);
	int err, r = SEK_OK;

	if (text == NULL)
		return SEK_E_NOMEM;
	err = name != NULL ? getpwnam_r(name, &pw, text, room, &found) :
	    getpwuid_r(uid, &pw, text, room, &found);
	if (err == ERANGE) {
		r = SEK_E_LIMIT;
	} else if (err != 0 && err != ENOENT && err != ESRCH) {
		r = SEK_E_SYS;
	} else if (found == NULL) {
		r = SEK_E_NOENT;
	} else if (strlen(pw.pw_name) >= sizeof out->name) {
		r = SEK_E_LIMIT;
	} else {
		(void)snprintf(out->name, sizeof out->name, "%s", pw.pw_name);
		out->uid = pw.pw_uid;
		out->gid = pw.pw_gid;
	}
	free(text);
	return r;
}

static int
look_up(const char *name, uid_t uid, struct sek_system_user *out)
{
	size_t room;
	int r = SEK_E_LIMIT;

	for (room = ROOM_FIRST; r == SEK_E_LIMIT && room <= ROOM_MOST;
	    room *= 4)
		r = get(name, uid, room, out);
	return r;
}

int
sek_user_by_name(const char *name, struct sek_system_user *out)
{
	return look_up(name, 0, out);
}

int
sek_user_by_uid(uid_t uid, struct sek_system_user *out)
{
	return look_up(NULL, uid, out);
}
