/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The values of [record] and [forward], how the record is kept by them, and
 * the token that countersigns it.
 * Runs in the gate, in `sekisho` and in sekisho-forward.
 */
#include <stdio.h>
#include <string.h>

#include "gate/policy_parse.h"

int
policy_set_send(struct policy_ctx *c, const struct policy_key *k, void *at,
    const char *value)
{
	enum sek_forward_what *what = at;

	(void)k;
	if (strcmp(value, "checkpoints") == 0)
		*what = SEK_FORWARD_CHECKPOINTS;
	else if (strcmp(value, "records") == 0)
		*what = SEK_FORWARD_RECORDS;
	else
		return policy_bad(c, "must be checkpoints or records", value);
	return SEK_OK;
}

int
policy_set_form(struct policy_ctx *c, const struct policy_key *k, void *at,
    const char *value)
{
	bool *fhir = at;

	(void)k;
	*fhir = strcmp(value, "fhir") == 0;
	if (!*fhir && strcmp(value, "dicom") != 0)
		return policy_bad(c, "must be dicom or fhir", value);
	return SEK_OK;
}

static int
token_wrong(struct policy_ctx *c, const char *key, const char *problem,
    const char *got)
{
	char thing[64];

	(void)snprintf(thing, sizeof thing, "[record] %s", key);
	return policy_fail(c, policy_key_line(c, POLICY_RECORD, key), thing,
	    problem, got);
}

/* Its keys come together or not at all. */
static int
check_token(struct policy_ctx *c)
{
	static const char *const others[] = { "token-label", "token-key",
	    "token-pin-file" };
	size_t i;

	if (c->p->token_section[0] != '\0')
		return c->p->token_key[0] != '\0' ? SEK_OK :
		    token_wrong(c, "token-module", "needs token-key as well",
		    NULL);
	for (i = 0; i < sizeof others / sizeof others[0]; i++)
		if (policy_key_line(c, POLICY_RECORD, others[i]) != 0)
			return token_wrong(c, others[i],
			    "says nothing without token-module", NULL);
	return SEK_OK;
}

int
policy_take_token(struct policy_ctx *c)
{
	struct sek_policy *p = c->p;
	size_t i, rest;
	int r;

	if ((r = check_token(c)) != SEK_OK || p->token_section[0] == '\0')
		return r;
	for (i = 0; i < p->n_modules; i++)
		if (strcmp(p->modules[i].name, p->token_section) == 0)
			break;
	if (i == p->n_modules)
		return token_wrong(c, "token-module",
		    "must be the NAME of a section [pkcs11 NAME]",
		    p->token_section);
	p->token_module = p->modules[i];
	rest = --p->n_modules - i;
	memmove(&p->modules[i], &p->modules[i + 1],
	    rest * sizeof p->modules[0]);
	memmove(&c->module_at[i], &c->module_at[i + 1],
	    rest * sizeof c->module_at[0]);
	if (p->token_label[0] == '\0')
		memcpy(p->token_label, p->token_module.label,
		    sizeof p->token_label);
	return SEK_OK;
}

int
policy_fill_record(struct policy_ctx *c)
{
	struct sek_policy *p = c->p;
	int n;

	if (c->section_at[POLICY_FORWARD] != 0 &&
	    p->forward == SEK_FORWARD_NONE)
		p->forward = SEK_FORWARD_CHECKPOINTS;
	n = snprintf(p->record_key, sizeof p->record_key, "%s/log.key",
	    p->state);
	if (n > 0 && (size_t)n < sizeof p->record_key)
		return SEK_OK;
	return policy_fail(c, c->line, "[paths] state",
	    "is too long a path", NULL);
}

struct sek_audit_conf
sek_policy_audit(const struct sek_policy *p)
{
	return (struct sek_audit_conf){ .dir = p->audit,
	    .key = p->record_key, .group = p->record_group,
	    .rotate = (uint64_t)p->rotate_mb << 20 };
}
