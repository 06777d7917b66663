/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rescue: an account that the service's section names, opened by its
 * password alone, when every token is lost or what tokens are judged by is
 * broken.  Runs in the gate.
 * Never opens the store or the trust anchors, never looks for a token, and
 * decides nothing: session.c does, and only what is on record.
 */
#include <stdio.h>

#include "gate/login.h"

bool
sek_rescue_named(const struct sek_login *l)
{
	/* a program that is not root's may name any service as its own */
	return l->peer == 0 && l->begin.user[0] != '\0' &&
	    sek_policy_rescues(l->policy, l->begin.service, l->begin.user);
}

enum sek_reason
sek_rescue(struct sek_login *l)
{
	l->pair = SEK_PAIR_RESCUE;
	sek_login_detail(l, l->policy->broken);
	(void)snprintf(l->account.name, sizeof l->account.name, "%s",
	    l->begin.user);
	return sek_password_check(l);
}

/* No person was ever let in by it, and only it lets in without one. */
bool
sek_rescue_ends(const struct sek_login *l)
{
	return sek_rescue_named(l) && l->begin.record != 0 &&
	    l->begin.person[0] == '\0';
}
