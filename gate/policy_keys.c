/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The keys of sekisho.conf: one table of what may stand where, of which type
 * and within which bounds.  Runs in the gate and in `sekisho`.
 * Nothing is accepted that is not in the table.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "gate/policy_parse.h"

#define IN(st, m) offsetof(struct st, m), sizeof(((struct st *)0)->m)
#define POLICY(m) IN(sek_policy, m)
#define MODULE(m) IN(sek_module, m)
#define SERVICE(m) IN(sek_service, m)

static const struct policy_key keys[] = {
	{ POLICY_SEKISHO, "host", policy_set_host, POLICY(host), 0, 0 },
	{ POLICY_SEKISHO, "language", policy_set_language, POLICY(language),
	    0, 0 },

	{ POLICY_PATHS, "state", policy_set_path, POLICY(state), 0, 0 },
	{ POLICY_PATHS, "audit", policy_set_path, POLICY(audit), 0, 0 },
	{ POLICY_PATHS, "run", policy_set_path, POLICY(run), 0, 0 },
	{ POLICY_PATHS, "helpers", policy_set_path, POLICY(helpers), 0, 0 },
	{ POLICY_PATHS, "trust-anchors", policy_set_path, POLICY(anchors),
	    0, 0 },
	{ POLICY_PATHS, "intermediates", policy_set_path,
	    POLICY(intermediates), 0, 0 },
	{ POLICY_PATHS, "crls", policy_set_path, POLICY(crls), 0, 0 },
	{ POLICY_PATHS, "cache", policy_set_path, POLICY(cache), 0, 0 },

	{ POLICY_HELPERS, "user", policy_set_name, POLICY(helper_user), 0, 0 },

	{ POLICY_LIMITS, "login-seconds", policy_set_uint, POLICY(login_s),
	    10, 600 },
	{ POLICY_LIMITS, "insert-seconds", policy_set_uint, POLICY(insert_s),
	    1, 300 },
	{ POLICY_LIMITS, "type-seconds", policy_set_uint, POLICY(type_s),
	    5, 300 },
	{ POLICY_LIMITS, "token-seconds", policy_set_uint, POLICY(token_s),
	    1, 120 },
	{ POLICY_LIMITS, "touch-seconds", policy_set_uint, POLICY(touch_s),
	    5, 120 },
	{ POLICY_LIMITS, "pin-tries", policy_set_uint, POLICY(pin_tries),
	    1, 5 },
	{ POLICY_LIMITS, "fail-delay-ms", policy_set_uint,
	    POLICY(fail_delay_ms), 0, 10000 },
	{ POLICY_LIMITS, "peer-per-minute", policy_set_uint,
	    POLICY(peer_per_minute), 1, 600 },
	{ POLICY_LIMITS, "reader-grace-seconds", policy_set_uint,
	    POLICY(reader_grace_s), 0, 60 },

	{ POLICY_CERTIFICATE, "purpose", policy_set_purpose, POLICY(purposes),
	    0, 0 },
	{ POLICY_CERTIFICATE, "require-purpose", policy_set_yes_no,
	    POLICY(purpose_needed), 0, 0 },
	{ POLICY_CERTIFICATE, "policy", policy_set_policy, POLICY(policies),
	    0, 0 },
	{ POLICY_CERTIFICATE, "rsa-min-bits", policy_set_uint,
	    POLICY(rsa_min_bits), 2048, 8192 },
	{ POLICY_CERTIFICATE, "max-depth", policy_set_uint, POLICY(max_depth),
	    1, 10 },

	{ POLICY_REVOCATION, "check", policy_set_check, POLICY(check),
	    0, 0 },
	{ POLICY_REVOCATION, "stale", policy_set_stale, POLICY(stale), 1, 720 },
	{ POLICY_REVOCATION, "ocsp-max-age", policy_set_uint,
	    POLICY(ocsp_max_age_h), 1, 720 },
	{ POLICY_REVOCATION, "ocsp-live", policy_set_uint,
	    POLICY(ocsp_live_s), 0, 10 },
	{ POLICY_REVOCATION, "ocsp-url", policy_set_ocsp_url,
	    POLICY(ocsp_urls), 0, 0 },

	{ POLICY_FETCH, "distribution-points", policy_set_yes_no,
	    POLICY(fetch_from_certs), 0, 0 },
	{ POLICY_FETCH, "seconds", policy_set_uint, POLICY(fetch_s),
	    5, 3600 },
	{ POLICY_FETCH, "max-megabytes", policy_set_uint,
	    POLICY(fetch_max_mb), 1, 1024 },
	{ POLICY_FETCH, "proxy", policy_set_proxy, POLICY(fetch_proxy), 0, 0 },
	{ POLICY_FETCH, "ca-file", policy_set_path, POLICY(fetch_ca_file),
	    0, 0 },

	{ POLICY_CRL, "url", policy_set_crl_url, POLICY(crl_urls), 0, 0 },

	{ POLICY_FIDO2, "rp-id", policy_set_rp, POLICY(rp_id), 0, 0 },
	{ POLICY_FIDO2, "former-rp-id", policy_set_former_rp,
	    POLICY(former_rps), 0, 0 },
	{ POLICY_FIDO2, "readers", policy_set_yes_no, POLICY(fido_pcsc),
	    0, 0 },
	{ POLICY_FIDO2, "synced-keys", policy_set_yes_no, POLICY(synced),
	    0, 0 },
	{ POLICY_FIDO2, "attestation-roots", policy_set_path,
	    POLICY(attestation_roots), 0, 0 },
	{ POLICY_FIDO2, "require-attestation", policy_set_yes_no,
	    POLICY(attestation_needed), 0, 0 },
	{ POLICY_FIDO2, "bad-model", policy_set_bad_model,
	    POLICY(bad_model_steps_up), 0, 0 },
	{ POLICY_FIDO2, "metadata-url", policy_set_metadata_url,
	    POLICY(metadata_url), 0, 0 },
	{ POLICY_FIDO2, "metadata-root", policy_set_path,
	    POLICY(metadata_root), 0, 0 },
	{ POLICY_FIDO2, "metadata-signer", policy_set_host,
	    POLICY(metadata_signer), 0, 0 },
	{ POLICY_FIDO2, "metadata-stale", policy_set_metadata_stale,
	    POLICY(metadata_stale_denies), 0, 0 },

	{ POLICY_MODEL, "aaguid", policy_set_aaguid, POLICY(models), 0, 0 },

	{ POLICY_SSH, "software-keys", policy_set_yes_no,
	    POLICY(ssh_software), 0, 0 },
	{ POLICY_SSH, "ca-keys", policy_set_path, POLICY(ssh_ca_keys), 0, 0 },

	{ POLICY_RECORD, "group", policy_set_name, POLICY(record_group), 0, 0 },
	{ POLICY_RECORD, "rotate-megabytes", policy_set_uint,
	    POLICY(rotate_mb), 0, 65536 },
	{ POLICY_RECORD, "token-module", policy_set_text,
	    POLICY(token_section), 0, 0 },
	{ POLICY_RECORD, "token-label", policy_set_text, POLICY(token_label),
	    0, 0 },
	{ POLICY_RECORD, "token-key", policy_set_text, POLICY(token_key),
	    0, 0 },
	{ POLICY_RECORD, "token-pin-file", policy_set_path,
	    POLICY(token_pin_file), 0, 0 },

	{ POLICY_FORWARD, "send", policy_set_send, POLICY(forward), 0, 0 },
	{ POLICY_FORWARD, "format", policy_set_form, POLICY(forward_fhir),
	    0, 0 },
	{ POLICY_FORWARD, "outbox", policy_set_path, POLICY(outbox), 0, 0 },

	{ POLICY_PASSWORD, "service", policy_set_name,
	    POLICY(password_service), 0, 0 },
	{ POLICY_PASSWORD, "confdir", policy_set_path,
	    POLICY(password_confdir), 0, 0 },

	{ POLICY_PKCS11, "module", policy_set_path, MODULE(path), 0, 0 },
	{ POLICY_PKCS11, "token-label", policy_set_text, MODULE(label), 0, 0 },
	{ POLICY_PKCS11, "environment", policy_set_env, MODULE(env), 0, 0 },

	{ POLICY_SERVICE, "pairs", policy_set_pairs, SERVICE(pairs), 0, 0 },
	{ POLICY_SERVICE, "roles", policy_set_roles, SERVICE(roles), 0, 0 },
	{ POLICY_SERVICE, "tls-name", policy_set_tls_name,
	    SERVICE(tls_serial), 0, 0 },
	{ POLICY_SERVICE, "rescue", policy_set_rescue, SERVICE(rescue), 0, 0 },
	{ POLICY_SERVICE, "last-login", policy_set_yes_no,
	    SERVICE(last_login), 0, 0 },
	{ POLICY_SERVICE, "remember-minutes", policy_set_remember,
	    SERVICE(remember_m), 1, 60 },
	{ POLICY_SERVICE, "unlock", policy_set_yes_no, SERVICE(unlock),
	    0, 0 },
	{ POLICY_SERVICE, "switch", policy_set_switch, SERVICE(greeter),
	    0, 0 },
	{ POLICY_SERVICE, "watch", policy_set_watch, SERVICE(watch), 0, 0 },
	{ POLICY_SERVICE, "watch-shared", policy_set_watch,
	    SERVICE(watch_shared), 0, 0 },
};

#define N_KEYS (sizeof keys / sizeof keys[0])

_Static_assert(N_KEYS <= POLICY_MAX_KEYS, "policy_ctx.key_at is too small");

/* What the current section fills. */
static void *
section_base(struct policy_ctx *c)
{
	if (c->section == POLICY_PKCS11)
		return &c->p->modules[c->p->n_modules - 1];
	if (c->section == POLICY_SERVICE)
		return &c->p->services[c->p->n_services - 1];
	return c->p;
}

static int
unknown_key(struct policy_ctx *c)
{
	char problem[300];
	size_t i, n;

	n = (size_t)snprintf(problem, sizeof problem, "unknown key; there are");
	for (i = 0; i < N_KEYS; i++)
		if (keys[i].section == c->section && n < sizeof problem)
			n += (size_t)snprintf(problem + n, sizeof problem - n,
			    " %s", keys[i].name);
	return policy_fail(c, c->line, c->thing, problem, NULL);
}

int
policy_set_key(struct policy_ctx *c, const char *name, const char *value)
{
	char twice[64];
	size_t i;
	int r;

	(void)snprintf(c->thing, sizeof c->thing, "%s %s", c->head, name);
	if (c->section == POLICY_NONE)
		return policy_fail(c, c->line, name,
		    "stands before the first section", NULL);
	for (i = 0; i < N_KEYS; i++)
		if (keys[i].section == c->section &&
		    strcmp(keys[i].name, name) == 0)
			break;
	if (i == N_KEYS)
		return unknown_key(c);
	if (c->key_at[i] != 0) {
		(void)snprintf(twice, sizeof twice,
		    "duplicate: set at line %u already", c->key_at[i]);
		return policy_fail(c, c->line, c->thing, twice, NULL);
	}
	c->key_at[i] = c->line;
	if (c->section == POLICY_PKCS11 && strcmp(name, "module") == 0)
		c->module_at[c->p->n_modules - 1] = c->line;
	if (value == NULL || value[0] == '\0')
		return policy_fail(c, c->line, c->thing, "has no value", NULL);
	r = keys[i].set(c, &keys[i], (char *)section_base(c) + keys[i].at,
	    value);
	if (r != SEK_OK && c->err == SEK_OK)
		c->err = r;
	return r;
}

void
policy_forget_keys(struct policy_ctx *c)
{
	size_t i;

	for (i = 0; i < N_KEYS; i++)
		if (keys[i].section == POLICY_PKCS11 ||
		    keys[i].section == POLICY_SERVICE ||
		    keys[i].section == POLICY_CRL ||
		    keys[i].section == POLICY_MODEL)
			c->key_at[i] = 0;
}

unsigned
policy_key_line(const struct policy_ctx *c, enum policy_section section,
    const char *name)
{
	size_t i;

	for (i = 0; i < N_KEYS; i++)
		if (keys[i].section == section &&
		    strcmp(keys[i].name, name) == 0)
			return c->key_at[i];
	return 0;
}
