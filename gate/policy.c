/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sekisho.conf as a whole: defaults, what is required, what contradicts, and
 * whether everything it names is safe from others' hands.
 * Runs in the gate and in `sekisho`; nothing is created or changed here.
 * A policy is handed out complete or not at all.
 */
#include <errno.h>
#include <openssl/evp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gate/policy_parse.h"
#include "sekisho/escape.h"
#include "sekisho/os.h"
#include "sekisho/paths.h"

#define DEFAULT_PURPOSES 2u

/* Any certificate made for a person's login serves when nothing is said:
 * RFC 5280 4.2.1.12 clientAuth, Microsoft's smart card logon. */
static const char *const default_purposes[DEFAULT_PURPOSES] = {
	"1.3.6.1.5.5.7.3.2", "1.3.6.1.4.1.311.20.2.2"
};

static void
set_defaults(struct sek_policy *p)
{
	(void)snprintf(p->state, sizeof p->state, "/var/lib/sekisho");
	(void)snprintf(p->audit, sizeof p->audit, "/var/log/sekisho");
	(void)snprintf(p->run, sizeof p->run, "/run/sekisho");
	(void)snprintf(p->helpers, sizeof p->helpers, SEKISHO_LIBEXEC);
	(void)snprintf(p->helper_user, sizeof p->helper_user, "_sekisho");
	(void)snprintf(p->password_service, sizeof p->password_service,
	    "sekisho-password");
	p->language = SEK_LANG_EN;
	p->language_auto = true;
	p->login_s = 120;
	p->insert_s = 30;
	p->type_s = 60;
	p->token_s = 20;
	p->touch_s = 20;
	p->pin_tries = 3;
	p->fail_delay_ms = 2000;
	p->peer_per_minute = 20;
	p->purpose_needed = true;
	p->rsa_min_bits = 2048;
	p->max_depth = 6;
	p->check = SEK_CHECK_CRL;
	(void)snprintf(p->cache, sizeof p->cache, "/var/cache/sekisho");
	p->ocsp_max_age_h = 24;
	p->fetch_from_certs = true;
	p->fetch_s = 120;
	p->fetch_max_mb = 128;
	(void)snprintf(p->metadata_signer, sizeof p->metadata_signer,
	    "mds.fidoalliance.org");
	p->stale = SEK_UNKNOWN_DENY;
	p->rotate_mb = 64;
	(void)snprintf(p->outbox, sizeof p->outbox, "/var/spool/sekisho");
}

static int
fill_purposes(struct policy_ctx *c)
{
	struct sek_policy *p = c->p;

	if (p->n_purposes > 0)
		return SEK_OK;
	for (; p->n_purposes < DEFAULT_PURPOSES; p->n_purposes++) {
		p->purposes[p->n_purposes] =
		    strdup(default_purposes[p->n_purposes]);
		if (p->purposes[p->n_purposes] == NULL)
			return SEK_E_NOMEM;
	}
	return SEK_OK;
}

/* The line to name when something is missing from a section. */
static unsigned
section_line(const struct policy_ctx *c, enum policy_section s)
{
	return c->section_at[s] != 0 ? c->section_at[s] : c->line;
}

static int
fill_host(struct policy_ctx *c)
{
	char name[SEK_HOST_MAX] = "";

	if (c->p->host[0] != '\0')
		return SEK_OK;
	if (gethostname(name, sizeof name - 1) != 0 || !policy_host_ok(name))
		return policy_fail(c, section_line(c, POLICY_SEKISHO),
		    "[sekisho] host", "is missing, and the system's own name "
		    "is no host name", NULL);
	(void)snprintf(c->p->host, sizeof c->p->host, "%s", name);
	return SEK_OK;
}

/* `key` says something about what `check` never does. */
static int
contradiction(struct policy_ctx *c, const char *key)
{
	unsigned check = policy_key_line(c, POLICY_REVOCATION, "check");
	const char *word = sek_rev_check_word(c->p->check);
	char thing[64], both[96];

	(void)snprintf(thing, sizeof thing, "[revocation] %s", key);
	if (check == 0)
		(void)snprintf(both, sizeof both,
		    "contradicts \"check = %s\" (default)", word);
	else
		(void)snprintf(both, sizeof both,
		    "contradicts \"check = %s\" at line %u", word, check);
	return policy_fail(c, policy_key_line(c, POLICY_REVOCATION, key),
	    thing, both, NULL);
}

static int
check_revocation(struct policy_ctx *c)
{
	static const char *const of_ocsp[] = { "ocsp-max-age", "ocsp-live",
	    "ocsp-url" };
	size_t i;

	if (c->p->check == SEK_CHECK_NONE &&
	    policy_key_line(c, POLICY_REVOCATION, "stale") != 0)
		return contradiction(c, "stale");
	if (sek_rev_check_asks_ocsp(c->p->check))
		return SEK_OK;
	for (i = 0; i < sizeof of_ocsp / sizeof of_ocsp[0]; i++)
		if (policy_key_line(c, POLICY_REVOCATION, of_ocsp[i]) != 0)
			return contradiction(c, of_ocsp[i]);
	return SEK_OK;
}

static int
check_whole(struct policy_ctx *c)
{
	const struct sek_policy *p = c->p;
	int r;

	if (p->anchors[0] == '\0' && (p->n_modules > 0 ||
	    sek_policy_has(p, SEK_HAVE_TLS_NAME)))
		return policy_fail(c, section_line(c, POLICY_PATHS),
		    "[paths] trust-anchors", "is missing", NULL);
	if (p->n_services == 0)
		return policy_fail(c, c->line, "[service NAME]",
		    "there is none: no login would have a rule", NULL);
	if (p->n_modules == 0 && sek_policy_has(p, SEK_HAVE_PKCS11))
		return policy_fail(c, c->line, "[pkcs11 NAME]",
		    "there is none, but a service has a pair with pkcs11",
		    NULL);
	if ((r = policy_check_fido(c)) != SEK_OK)
		return r;
	return check_revocation(c);
}

/* Everything but the look at the file system.  c->p is the caller's to free,
 * whatever comes back. */
static int
parse(struct policy_ctx *c, const char *name, const void *text, size_t n,
    struct sek_why *why)
{
	int r;

	c->why = why;
	c->text = text;
	c->left = n;
	(void)sek_escape_str(c->name, sizeof c->name, name);
	if (n > SEK_POLICY_MAX_FILE) {
		sek_why_set(why, "%s: is larger than %u bytes", c->name,
		    SEK_POLICY_MAX_FILE);
		return SEK_E_LIMIT;
	}
	if ((c->p = calloc(1, sizeof *c->p)) == NULL)
		return SEK_E_NOMEM;
	set_defaults(c->p);
	if (EVP_Digest(text, n, c->p->hash, NULL, EVP_sha256(), NULL) != 1)
		return SEK_E_CRYPTO;
	if ((r = policy_read_lines(c)) != SEK_OK ||
	    (r = policy_take_token(c)) != SEK_OK ||
	    (r = check_whole(c)) != SEK_OK ||
	    (r = fill_host(c)) != SEK_OK ||
	    (r = policy_fill_record(c)) != SEK_OK)
		return r;
	return fill_purposes(c);
}

/* `at` 0: the value is a default, the file has no line for it. */
static int
check_safe(const struct policy_ctx *c, unsigned at, const char *thing,
    const char *path, bool dir)
{
	struct sek_why inner = { .text = "" };
	int r;

	if (path[0] == '\0')
		return SEK_OK;
	if ((r = sek_path_safe(path, dir, &inner)) == SEK_OK)
		return SEK_OK;
	if (at == 0)
		sek_why_set(c->why, "%s: %s (default): %.300s", c->name,
		    thing, inner.text);
	else
		sek_why_set(c->why, "%s:%u: %s: %.300s", c->name, at, thing,
		    inner.text);
	return r;
}

static bool
is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* What a login has to open, or of it what a rescue needs.  Not `cache`, which
 * may come later, nor what only others open, `ca-file`, `metadata-root` and
 * `attestation-roots`: none of them may stop a login, and who uses them looks
 * at them. */
static int
check_files(const struct policy_ctx *c, bool rescue)
{
	static const struct {
		enum policy_section section;
		const char *key, *thing;
		size_t at;
		bool file_too, rescue;
	} paths[] = {
#define PATH(m) offsetof(struct sek_policy, m)
		{ POLICY_PATHS, "state", "paths.state", PATH(state), false,
		    false },
		{ POLICY_PATHS, "audit", "paths.audit", PATH(audit), false,
		    true },
		{ POLICY_PATHS, "helpers", "paths.helpers", PATH(helpers),
		    false, true },
		{ POLICY_PATHS, "trust-anchors", "paths.trust-anchors",
		    PATH(anchors), true, false },
		{ POLICY_PATHS, "intermediates", "paths.intermediates",
		    PATH(intermediates), true, false },
		{ POLICY_PATHS, "crls", "paths.crls", PATH(crls), false,
		    false },
		{ POLICY_SSH, "ca-keys", "ssh.ca-keys", PATH(ssh_ca_keys),
		    true, false },
		{ POLICY_PASSWORD, "confdir", "password.confdir",
		    PATH(password_confdir), false, true },
#undef PATH
	};
	const char *path;
	char thing[90];
	size_t i;
	int r;

	for (i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		if (rescue && !paths[i].rescue)
			continue;
		path = (const char *)c->p + paths[i].at;
		r = check_safe(c, policy_key_line(c, paths[i].section,
		    paths[i].key), paths[i].thing, path,
		    !paths[i].file_too || is_folder(path));
		if (r != SEK_OK)
			return r;
	}
	for (i = 0; i < c->p->n_modules && !rescue; i++) {
		(void)snprintf(thing, sizeof thing, "pkcs11 %s.module",
		    c->p->modules[i].name);
		r = check_safe(c, c->module_at[i], thing,
		    c->p->modules[i].path, false);
		if (r != SEK_OK)
			return r;
	}
	return SEK_OK;
}

/* The end of both ways in: hand the policy out, or free it and have said
 * something in any case. */
static int
finish(struct policy_ctx *c, int r, struct sek_policy **out,
    struct sek_why *why)
{
	if (r == SEK_OK) {
		*out = c->p;
		return SEK_OK;
	}
	if (why != NULL && why->text[0] == '\0')
		sek_why_set(why, "%s: %s", c->name, sek_strerror(r));
	sek_policy_free(c->p);
	return r;
}

int
sek_policy_parse(const char *name, const void *text, size_t n,
    struct sek_policy **out, struct sek_why *why)
{
	struct policy_ctx c = { .err = SEK_OK };

	sek_why_set(why, "%s", "");
	return finish(&c, parse(&c, name, text, n, why), out, why);
}

/* What is wrong may be nothing that a rescue needs. */
static int
check_rescue_files(const struct policy_ctx *c)
{
	char broken[sizeof c->p->broken];
	size_t i, named = 0;
	int r;

	if ((r = check_files(c, false)) == SEK_OK)
		return SEK_OK;
	for (i = 0; i < c->p->n_services; i++)
		named += c->p->services[i].n_rescue;
	(void)snprintf(broken, sizeof broken, "%s", c->why->text);
	if (named == 0 || check_files(c, true) != SEK_OK)
		return r;
	memcpy(c->p->broken, broken, sizeof broken);
	return SEK_OK;
}

static int
load(const char *path, bool rescue, struct sek_policy **out,
    struct sek_why *why)
{
	struct policy_ctx c = { .err = SEK_OK };
	struct sek_buf text = { 0 };
	int r;

	sek_why_set(why, "%s", "");
	(void)sek_escape_str(c.name, sizeof c.name, path);
	r = sek_read_safe_file(path, SEK_POLICY_MAX_FILE, &text, why);
	if (r == SEK_OK)
		r = parse(&c, path, text.len > 0 ? text.p : (const void *)"",
		    text.len, why);
	if (r == SEK_OK)
		r = rescue ? check_rescue_files(&c) : check_files(&c, false);
	sek_buf_free(&text);
	return finish(&c, r, out, why);
}

int
sek_policy_load(const char *path, struct sek_policy **out,
    struct sek_why *why)
{
	return load(path, false, out, why);
}

int
sek_policy_load_rescue(const char *path, struct sek_policy **out,
    struct sek_why *why)
{
	return load(path, true, out, why);
}

void
sek_policy_free(struct sek_policy *p)
{
	size_t i, k;

	if (p == NULL)
		return;
	for (i = 0; i < p->n_purposes; i++)
		free(p->purposes[i]);
	for (i = 0; i < p->n_policies; i++)
		free(p->policies[i]);
	for (i = 0; i < p->n_ocsp_urls; i++)
		free(p->ocsp_urls[i]);
	for (i = 0; i < p->n_crl_urls; i++)
		free(p->crl_urls[i]);
	for (i = 0; i < p->n_former_rps; i++)
		free(p->former_rps[i]);
	for (i = 0; i < p->n_modules; i++)
		for (k = 0; k < p->modules[i].n_env; k++)
			free(p->modules[i].env[k]);
	for (k = 0; k < p->token_module.n_env; k++)
		free(p->token_module.env[k]);
	for (i = 0; i < p->n_services; i++) {
		for (k = 0; k < p->services[i].n_roles; k++)
			free(p->services[i].roles[k]);
		for (k = 0; k < p->services[i].n_rescue; k++)
			free(p->services[i].rescue[k]);
	}
	free(p);
}

const struct sek_service *
sek_policy_service(const struct sek_policy *p, const char *service)
{
	const struct sek_service *rest = NULL;
	size_t i;

	for (i = 0; i < p->n_services; i++) {
		if (strcmp(p->services[i].name, service) == 0)
			return &p->services[i];
		if (strcmp(p->services[i].name, "*") == 0)
			rest = &p->services[i];
	}
	return rest;
}
