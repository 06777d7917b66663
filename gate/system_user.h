/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Users as the system knows them (getpwnam(3)).
 */
#ifndef GATE_SYSTEM_USER_H
#define GATE_SYSTEM_USER_H

#include <sys/types.h>

#include "sekisho/err.h"
#include "sekisho/wire_front.h"

struct sek_system_user {
	char name[SEK_USER_MAX];
	uid_t uid;
	gid_t gid;
};

/* SEK_E_NOENT: there is no such user.  Else the system cannot say: SEK_E_SYS,
 * SEK_E_NOMEM, or SEK_E_LIMIT when it says more than anybody needs. */
int sek_user_by_name(const char *name, struct sek_system_user *out) SEK_MUST;
int sek_user_by_uid(uid_t uid, struct sek_system_user *out) SEK_MUST;

#endif
