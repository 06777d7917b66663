/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho doctor`: the accounts that their password alone opens: do they
 * work on the day, and are they nobody's daily account?
 *
 * Part of the administrator's program.  Never tries a password, and looks
 * only at whether there is one.
 */
#include "helpdesk/doctor.h"

#include <pwd.h>
#include <shadow.h>
#include <string.h>

/* A hash, and not one that `passwd --lock` has spoilt. */
static bool
has_password(const char *name)
{
	const struct spwd *s = getspnam(name);
	const char *hash = s != NULL ? s->sp_pwdp : "";
	bool has = hash[0] != '\0' && hash[0] != '!' && hash[0] != '*';

	endspent();
	return has;
}

static bool
is_shared(const struct doctor *x, const char *name)
{
	struct sek_account a = { .id = 0 };
	struct sek_store *s = NULL;
	struct sek_why why = { "" };
	bool shared = false;

	if (sek_store_open(x->d->policy->state, false, 5000, &s, &why) ==
	    SEK_OK && sek_store_account(s, name, &a) == SEK_OK)
		shared = a.shared;
	sek_store_close(s);
	return shared;
}

static void
check(struct doctor *x, const char *account, const char *service)
{
	if (getpwnam(account) == NULL)
		DR_SAY(x, DR_BAD, "rescue-no-user", W_DR_RESCUE_NO_USER,
		    { account, service });
	else if (!has_password(account))
		DR_SAY(x, DR_WARN, "rescue-no-password",
		    W_DR_RESCUE_NO_PASSWORD, { account, service });
	else if (strcmp(service, "sshd") == 0)
		DR_SAY(x, DR_WARN, "rescue-sshd", W_DR_RESCUE_SSHD,
		    { account, service });
	else if (is_shared(x, account))
		DR_SAY(x, DR_WARN, "rescue-shared", W_DR_RESCUE_SHARED,
		    { account, service });
	else
		DR_SAY(x, DR_GOOD, "rescue", W_DR_RESCUE,
		    { account, service });
}

void
doctor_rescue(struct doctor *x)
{
	const struct sek_policy *p = x->d->policy;
	size_t i, k;

	for (i = 0; i < p->n_services; i++)
		for (k = 0; k < p->services[i].n_rescue; k++)
			check(x, p->services[i].rescue[k],
			    p->services[i].name);
}
