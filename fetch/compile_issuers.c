/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whose certificates the entries of an indirect CRL are about: the names in
 * certificateIssuer extensions, each once (RFC 5280 5.3.3).
 * Runs in sekisho-fetch and in `sekisho`.  A name that cannot be honoured
 * refuses the whole CRL.
 */
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "fetch/compile_rooms.h"

static int
add(struct sek_issuers *s, const X509_NAME *name, uint32_t hash,
    uint32_t *out)
{
	if (s->names == NULL)
		s->names = calloc(SEK_INDEX_ISSUERS_MAX, sizeof *s->names);
	if (s->names == NULL)
		return SEK_E_NOMEM;
	if (s->n == SEK_INDEX_ISSUERS_MAX)
		return SEK_E_LIMIT;
	if ((s->names[s->n].name = X509_NAME_dup(name)) == NULL)
		return SEK_E_NOMEM;
	s->names[s->n].hash = hash;
	*out = ++s->n;
	return SEK_OK;
}

static int
number_of(struct sek_issuers *s, const X509_NAME *name, uint32_t *out)
{
	unsigned long hash;
	uint32_t i;
	int ok = 0;

	hash = X509_NAME_hash_ex(name, NULL, NULL, &ok);
	if (ok != 1)
		return SEK_E_CRYPTO;
	*out = 0;
	if (X509_NAME_cmp(name, s->own) == 0)
		return SEK_OK;
	for (i = 0; i < s->n; i++) {
		*out = i + 1;
		if (s->names[i].hash == (uint32_t)hash &&
		    X509_NAME_cmp(name, s->names[i].name) == 0)
			return SEK_OK;
	}
	return add(s, name, (uint32_t)hash, out);
}

static bool
named_already(const struct sek_issuers *s, uint32_t number)
{
	size_t i;

	for (i = 0; i < s->n_now; i++)
		if (s->now[i] == number)
			return true;
	return false;
}

static int
take_names(struct sek_issuers *s, const GENERAL_NAMES *names)
{
	const GENERAL_NAME *name;
	uint32_t number;
	int i, r;

	s->n_now = 0;
	for (i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		name = sk_GENERAL_NAME_value(names, i);
		/* a certificate names its issuer as a directory name */
		if (name->type != GEN_DIRNAME)
			continue;
		if ((r = number_of(s, name->d.directoryName, &number)) !=
		    SEK_OK)
			return r;
		if (named_already(s, number))
			continue;
		if (s->n_now == SEK_ENTRY_ISSUERS)
			return SEK_E_LIMIT;
		s->now[s->n_now++] = number;
	}
	return s->n_now > 0 ? SEK_OK : SEK_E_SYNTAX;
}

int
sek_issuers_set(struct sek_issuers *s, const struct sek_span *names,
    struct sek_why *why)
{
	const unsigned char *p = names->p;
	GENERAL_NAMES *parsed;
	int r = SEK_E_SYNTAX;

	/* the same as for the entry before: nothing to parse */
	if (s->last.p != NULL && s->last.n == names->n &&
	    memcmp(s->last.p, names->p, names->n) == 0)
		return SEK_OK;
	parsed = d2i_GENERAL_NAMES(NULL, &p, (long)names->n);
	if (parsed != NULL && p == names->p + names->n)
		r = take_names(s, parsed);
	GENERAL_NAMES_free(parsed);
	if (r == SEK_E_LIMIT)
		sek_why_set(why, "too many issuers in one list");
	else if (r == SEK_E_SYNTAX)
		sek_why_set(why, "certificateIssuer is malformed, or has no "
		    "directory name");
	else
		s->last = *names;
	ERR_clear_error();
	return r;
}

void
sek_issuers_put(const struct sek_issuers *s, struct sek_buf *out)
{
	const unsigned char *der;
	uint32_t i;
	size_t n;

	sek_put_u32(out, s->n);
	for (i = 0; i < s->n; i++) {
		if (X509_NAME_get0_der(s->names[i].name, &der, &n) != 1) {
			out->bad = true;
			return;
		}
		sek_put_u32(out, s->names[i].hash);
		sek_put_bytes(out, der, n);
	}
}

void
sek_issuers_free(struct sek_issuers *s)
{
	uint32_t i;

	for (i = 0; i < s->n; i++)
		X509_NAME_free(s->names[i].name);
	free(s->names);
}
