/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a caller who is not root may ask for: a login as itself, so many
 * times a minute.  Runs in the gate.  Never trusts a name the caller sent:
 * the kernel says who is at the other end of the socket.
 */
#include <stdio.h>
#include <string.h>

#include "gate/login.h"
#include "gate/system_user.h"

/* Whatever is asked is counted, so that no flood of it can fill the record:
 * the first request over the limit is recorded, the others of that minute
 * are only refused.  Per user and minute since boot: a stepped clock changes
 * nothing.  Users whom the system does not know count as one. */
enum sek_reason
sek_peer_count(struct sek_login *l)
{
	const uint32_t who = l->peer_known ? l->peer : UINT32_MAX;
	struct sek_store *store = NULL;
	struct sek_why why = { "" };
	char boot[SEK_BOOT_ID_LEN];
	uint64_t ms;
	int64_t now;
	int r;

	if (sek_boot_id(boot, sizeof boot) != SEK_OK ||
	    sek_boot_ms(&ms) != SEK_OK)
		return SEK_R_INTERNAL;
	now = (int64_t)(ms / 1000);
	r = sek_store_open(l->policy->state, true,
	    sek_deadline_left_ms(&l->dl) / 4, &store, &why);
	if (r == SEK_OK)
		r = sek_store_throttle(store, who, boot, now,
		    l->policy->peer_per_minute);
	if (r == SEK_E_LIMIT)
		l->unrecorded = sek_store_throttle(store, who, boot, now,
		    l->policy->peer_per_minute + 1) == SEK_E_LIMIT;
	sek_store_close(store);
	if (r == SEK_OK)
		return SEK_R_OK;
	if (r == SEK_E_LIMIT)
		return SEK_R_THROTTLED;
	sek_login_detail(l, why.text[0] != '\0' ? why.text : sek_strerror(r));
	return SEK_R_STORE;
}

enum sek_reason
sek_peer_limits(struct sek_login *l)
{
	struct sek_system_user u;

	if (sek_user_by_uid(l->peer, &u) != SEK_OK)
		return SEK_R_PEER;
	/* a locker's question without a name is about its own user */
	if (l->begin.user[0] == '\0')
		(void)snprintf(l->begin.user, sizeof l->begin.user, "%s",
		    u.name);
	if (strcmp(l->begin.user, u.name) != 0) {
		sek_login_detail(l, "asked for another user's account");
		return SEK_R_PEER;
	}
	return SEK_R_OK;
}
