/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The values of [fido2] and [model NAME], and what they say together.
 * Runs in the gate, in `sekisho` and in sekisho-fetch.
 */
#include <stdio.h>
#include <string.h>

#include "gate/fido.h"
#include "gate/policy_parse.h"

/* What pam_u2f calls its origin may stay in use: pam://HOST. */
#define PAM_ORIGIN "pam://"

/* Web Authentication 4: a valid domain string, and a key hashes its bytes. */
static bool
is_domain(const char *s)
{
	size_t n = strlen(s);

	return n > 0 && n < SEK_RP_MAX && s[0] != '.' && s[0] != '-' &&
	    s[n - 1] != '.' && s[n - 1] != '-' && strstr(s, "..") == NULL &&
	    strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-.") == n;
}

int
policy_set_rp(struct policy_ctx *c, const struct policy_key *k, void *at,
    const char *value)
{
	const char *host = value;

	if (strncmp(value, PAM_ORIGIN, sizeof PAM_ORIGIN - 1) == 0)
		host += sizeof PAM_ORIGIN - 1;
	if (!is_domain(host))
		return policy_bad(c, "must be a domain name of the "
		    "organisation in lower case", value);
	return policy_set_text(c, k, at, value);
}

int
policy_set_former_rp(struct policy_ctx *c, const struct policy_key *k,
    void *at, const char *value)
{
	char words[POLICY_MAX_LINE + 1], *save = NULL, *w;
	int r = SEK_OK;

	(void)k;
	(void)snprintf(words, sizeof words, "%s", value);
	for (w = strtok_r(words, " \t", &save); w != NULL && r == SEK_OK;
	    w = strtok_r(NULL, " \t", &save))
		r = policy_add_owned(c, at, &c->p->n_former_rps,
		    SEK_MAX_FORMER_RPS, w);
	return r;
}

/* One of two words; `yes` is the one that sets the flag. */
static int
set_word(struct policy_ctx *c, void *at, const char *value, const char *no,
    const char *yes)
{
	char problem[80];
	bool on = strcmp(value, yes) == 0;

	(void)snprintf(problem, sizeof problem, "must be %s or %s", no, yes);
	if (!on && strcmp(value, no) != 0)
		return policy_bad(c, problem, value);
	memcpy(at, &on, sizeof on);
	return SEK_OK;
}

int
policy_set_bad_model(struct policy_ctx *c, const struct policy_key *k,
    void *at, const char *value)
{
	(void)k;
	return set_word(c, at, value, "deny", "step-up");
}

int
policy_set_metadata_stale(struct policy_ctx *c, const struct policy_key *k,
    void *at, const char *value)
{
	(void)k;
	return set_word(c, at, value, "accept", "deny");
}

int
policy_set_metadata_url(struct policy_ctx *c, const struct policy_key *k,
    void *at, const char *value)
{
	const char *wrong = policy_url_wrong(value, POLICY_URL_OCSP |
	    POLICY_URL_FILE);

	return wrong != NULL ? policy_bad(c, wrong, value) :
	    policy_set_text(c, k, at, value);
}

int
policy_set_aaguid(struct policy_ctx *c, const struct policy_key *k, void *at,
    const char *value)
{
	struct sek_policy *p = c->p;
	uint8_t aaguid[16];
	size_t i;

	(void)k;
	(void)at;
	if (!sek_aaguid_of_text(value, aaguid))
		return policy_bad(c, "must be an AAGUID, as 8-4-4-4-12 "
		    "hexadecimal digits", value);
	for (i = 0; i < p->n_models; i++)
		if (memcmp(p->models[i], aaguid, sizeof aaguid) == 0)
			return policy_bad(c, "stands in this file already",
			    value);
	memcpy(p->models[p->n_models++], aaguid, sizeof aaguid);
	return SEK_OK;
}

/* `key` is set and says something about what is not there. */
static int
needs(struct policy_ctx *c, const char *key, bool there, const char *problem)
{
	unsigned at = policy_key_line(c, POLICY_FIDO2, key);
	char thing[64];

	if (at == 0 || there)
		return SEK_OK;
	(void)snprintf(thing, sizeof thing, "[fido2] %s", key);
	return policy_fail(c, at, thing, problem, NULL);
}

int
policy_check_fido(struct policy_ctx *c)
{
	static const char no_url[] = "needs metadata-url";
	const struct sek_policy *p = c->p;
	bool url = p->metadata_url[0] != '\0';
	bool root = p->metadata_root[0] != '\0';
	size_t i;
	int r;

	if (p->rp_id[0] == '\0' && (sek_policy_has(p, SEK_HAVE_FIDO2) ||
	    c->section_at[POLICY_FIDO2] != 0))
		return policy_fail(c, c->section_at[POLICY_FIDO2] != 0 ?
		    c->section_at[POLICY_FIDO2] : c->line, "[fido2] rp-id",
		    "is missing", NULL);
	for (i = 0; i < p->n_former_rps; i++)
		if (strcmp(p->former_rps[i], p->rp_id) == 0)
			return needs(c, "former-rp-id", false,
			    "names the rp-id itself");
	r = needs(c, "metadata-url", root, "needs metadata-root");
	if (r == SEK_OK)
		r = needs(c, "metadata-root", url, no_url);
	if (r == SEK_OK)
		r = needs(c, "metadata-signer", url, no_url);
	if (r == SEK_OK)
		r = needs(c, "metadata-stale", url, no_url);
	if (r == SEK_OK)
		r = needs(c, "bad-model", url, no_url);
	if (r == SEK_OK && p->attestation_needed)
		r = needs(c, "require-attestation", url ||
		    p->attestation_roots[0] != '\0',
		    "needs attestation-roots or metadata-url");
	return r;
}
