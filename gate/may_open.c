/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who may open what: grants and roles.
 * Runs in the gate and in the administrator's program.  Reads only; a store
 * that fails opens nothing.
 */
#include "gate/may_open.h"

#include <stdio.h>

#define FOUND 1

_Static_assert(SEK_STORE_ROLE_MAX == SEK_ROLE_MAX,
    "a role of the policy fits the store");

struct by_role {
	const struct sek_cert_roles *cert;
	char *by;
};

static int
try_role(void *arg, const char *role, bool has)
{
	const struct by_role *b = arg;

	if (!has && (b->cert == NULL || !sek_cert_role_is(b->cert, role)))
		return 0;
	(void)snprintf(b->by, SEK_GRANTED_BY_MAX, "role:%s", role);
	return FOUND;
}

int
sek_may_open(struct sek_store *s, int64_t person_id,
    const struct sek_cert_roles *cert, int64_t account_id,
    char by[SEK_GRANTED_BY_MAX])
{
	struct by_role b = { cert, by };
	int r = sek_store_has_grant(s, person_id, account_id);

	by[0] = '\0';
	if (r == SEK_OK)
		(void)snprintf(by, SEK_GRANTED_BY_MAX, "person");
	if (r != SEK_E_NOENT)
		return r;
	r = sek_store_each_role_between(s, account_id, person_id, try_role,
	    &b);
	return r == FOUND ? SEK_OK : r == SEK_OK ? SEK_E_NOENT : r;
}

struct which {
	struct sek_store *s;
	int64_t person_id;
	const struct sek_cert_roles *cert;
	struct sek_account *out;
	size_t max, n;
};

static int
try_account(void *arg, const struct sek_account *a)
{
	struct which *w = arg;
	char by[SEK_GRANTED_BY_MAX];
	int r = sek_may_open(w->s, w->person_id, w->cert, a->id, by);

	if (r == SEK_OK)
		w->out[w->n++] = *a;
	if (r == SEK_E_NOENT)
		r = SEK_OK;
	return r == SEK_OK && w->n == w->max ? FOUND : r;
}

int
sek_may_open_which(struct sek_store *s, int64_t person_id,
    const struct sek_cert_roles *cert, struct sek_account *out, size_t max,
    size_t *n)
{
	struct which w = { s, person_id, cert, out, max, 0 };
	int r = max == 0 ? SEK_E_INVAL :
	    sek_store_each_account_near(s, person_id, try_account, &w);

	if (r < 0)
		return r;
	*n = w.n;
	return SEK_OK;
}

int
sek_may_use(struct sek_store *s, const struct sek_service *service,
    int64_t person_id, const struct sek_cert_roles *cert,
    char role[SEK_ROLE_MAX])
{
	const bool named = cert != NULL && cert->n > 0;
	size_t i;
	int r = SEK_E_NOENT;

	role[0] = '\0';
	if (service->n_roles == 0)
		return SEK_OK;
	for (i = 0; i < service->n_roles && r == SEK_E_NOENT; i++) {
		if (named)
			r = sek_cert_role_is(cert, service->roles[i]) ?
			    SEK_OK : SEK_E_NOENT;
		else
			r = sek_store_has_role(s, person_id,
			    service->roles[i]);
		if (r == SEK_OK && !named)
			(void)snprintf(role, SEK_ROLE_MAX, "%s",
			    service->roles[i]);
	}
	return r;
}
