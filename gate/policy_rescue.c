/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The accounts that their password alone opens, by service and name, for the
 * day on which every token is lost.  Runs in the gate and in `sekisho`.
 * Decides nothing, and knows no account that the service's own section does
 * not name.
 */
#include <string.h>

#include "gate/policy_parse.h"
#include "sekisho/escape.h"

int
policy_set_rescue(struct policy_ctx *c, const struct policy_key *k, void *at,
    const char *value)
{
	struct sek_service *s = &c->p->services[c->p->n_services - 1];
	char words[POLICY_MAX_LINE + 1], *rest = words, *w;
	size_t n;
	int r = SEK_OK;

	(void)k;
	/* else it would open sshd, and whatever is installed next year */
	if (strcmp(s->name, "*") == 0)
		return policy_bad(c, "must stand in the section of one "
		    "service", NULL);
	(void)snprintf(words, sizeof words, "%s", value);
	while (r == SEK_OK && (w = strsep(&rest, ",")) != NULL) {
		w += strspn(w, " \t");
		for (n = strlen(w); n > 0 &&
		    strchr(" \t", w[n - 1]) != NULL; n--)
			w[n - 1] = '\0';
		if (!sek_name_ok(w))
			return policy_bad(c, "must be names of accounts, "
			    "separated by commas", w);
		r = policy_add_owned(c, at, &s->n_rescue, SEK_MAX_RESCUE, w);
	}
	return r;
}

bool
sek_policy_rescues(const struct sek_policy *p, const char *service,
    const char *account)
{
	const struct sek_service *s = sek_policy_service(p, service);
	size_t i;

	for (i = 0; s != NULL && i < s->n_rescue; i++)
		if (strcmp(s->rescue[i], account) == 0)
			return true;
	return false;
}
