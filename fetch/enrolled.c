/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads the enrolled certificates from the store.  Runs in sekisho-fetch;
 * opens the store to read, and closes it before anything slow begins.
 */
#include "fetch/enrolled.h"

#include <stdlib.h>
#include <string.h>

#include "gate/certificate.h"
#include "gate/store.h"

#define BUSY_MS 5000
#define ISSUERS_MAX 256u

static int
grow(struct sek_enrolled *e)
{
	size_t cap = e->cap == 0 ? 256 : e->cap * 2;
	struct sek_enrolled_cert *at;

	if (e->n < e->cap)
		return SEK_OK;
	if ((at = calloc(cap, sizeof(*at))) == NULL)
		return SEK_E_NOMEM;
	if (e->n > 0)
		memcpy(at, e->at, e->n * sizeof(*at));
	free(e->at);
	e->at = at;
	e->cap = cap;
	return SEK_OK;
}

static int
one_certificate(void *arg, int64_t credential, const uint8_t *der, size_t n)
{
	struct sek_enrolled *e = arg;
	int r;

	if ((r = grow(e)) != SEK_OK)
		return r;
	e->at[e->n].cert = sek_cert_parse(der, n);
	/* one that cannot be read is as one that is not there */
	if (e->at[e->n].cert != NULL)
		e->at[e->n++].credential = credential;
	return SEK_OK;
}

static bool
known(const struct sek_enrolled *e, int64_t credential)
{
	size_t i;

	for (i = 0; i < e->n; i++)
		if (e->at[i].credential == credential)
			return true;
	return false;
}

static int
add_issuer(struct sek_enrolled *e, const char *issuer)
{
	size_t i;

	for (i = 0; i < e->n_issuers; i++)
		if (strcmp(e->issuers[i], issuer) == 0)
			return SEK_OK;
	if (e->issuers == NULL &&
	    (e->issuers = calloc(ISSUERS_MAX, sizeof(*e->issuers))) == NULL)
		return SEK_E_NOMEM;
	if (e->n_issuers == ISSUERS_MAX)
		return SEK_OK;
	if ((e->issuers[e->n_issuers] = strdup(issuer)) == NULL)
		return SEK_E_NOMEM;
	e->n_issuers++;
	return SEK_OK;
}

struct rest {
	struct sek_enrolled *e;
	struct sek_store *store;
};

/* Those of which there is no certificate. */
static int
one_credential(void *arg, const struct sek_credential *c)
{
	const struct rest *rest = arg;
	struct sek_person p;
	int r;

	if (c->kind != SEK_CRED_CERTIFICATE ||
	    c->status != SEK_STATUS_ACTIVE || known(rest->e, c->id))
		return SEK_OK;
	if ((r = sek_store_person_by_id(rest->store, c->person_id, &p)) !=
	    SEK_OK)
		return r;
	if (p.status != SEK_STATUS_ACTIVE)
		return SEK_OK;
	rest->e->n_without++;
	return add_issuer(rest->e, c->issuer);
}

int
sek_enrolled_read(struct sek_enrolled *e, const char *state,
    struct sek_why *why)
{
	struct rest rest = { .e = e };
	int r;

	r = sek_store_open(state, false, BUSY_MS, &rest.store, why);
	if (r == SEK_E_NOENT)
		return SEK_OK;
	if (r != SEK_OK)
		return r;
	r = sek_store_each_certificate(rest.store, one_certificate, e);
	if (r == SEK_OK)
		r = sek_store_each_credential(rest.store, 0, one_credential,
		    &rest);
	if (r != SEK_OK)
		sek_why_set(why, "the store cannot be read: %s",
		    sek_store_error(rest.store));
	sek_store_close(rest.store);
	return r;
}

void
sek_enrolled_free(struct sek_enrolled *e)
{
	size_t i;

	for (i = 0; i < e->n; i++)
		X509_free(e->at[i].cert);
	for (i = 0; i < e->n_issuers; i++)
		free(e->issuers[i]);
	free(e->at);
	free(e->issuers);
	*e = (struct sek_enrolled){ 0 };
}
