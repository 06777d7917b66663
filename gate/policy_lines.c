/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Takes the text of sekisho.conf apart: lines, sections, keys.
 * Runs in the gate and in `sekisho`.  libinih splits a line that has passed
 * here; what libinih would let pass in silence (a line cut at 200 bytes, a
 * continued value, a byte order mark, text after a section's bracket, a
 * comment at the end of a value, "key: value") is refused before it sees it.
 * Never guesses: a line is understood whole or the file is refused.
 */
#include <ini.h>
#include <stdio.h>
#include <string.h>

#include "gate/policy_parse.h"
#include "sekisho/escape.h"

static const struct {
	const char *word;
	bool named; /* "[word NAME]", any number of them */
} sections[POLICY_N_SECTIONS] = {
	[POLICY_NONE] = { "", false },
	[POLICY_SEKISHO] = { "sekisho", false },
	[POLICY_PATHS] = { "paths", false },
	[POLICY_HELPERS] = { "helpers", false },
	[POLICY_LIMITS] = { "limits", false },
	[POLICY_CERTIFICATE] = { "certificate", false },
	[POLICY_REVOCATION] = { "revocation", false },
	[POLICY_FETCH] = { "fetch", false },
	[POLICY_CRL] = { "crl", true },
	[POLICY_FIDO2] = { "fido2", false },
	[POLICY_MODEL] = { "model", true },
	[POLICY_SSH] = { "ssh", false },
	[POLICY_RECORD] = { "record", false },
	[POLICY_FORWARD] = { "forward", false },
	[POLICY_PASSWORD] = { "password", false },
	[POLICY_PKCS11] = { "pkcs11", true },
	[POLICY_SERVICE] = { "service", true },
};

int
policy_fail(struct policy_ctx *c, unsigned line, const char *thing,
    const char *problem, const char *got)
{
	char t[160], g[128];

	if (c->err != SEK_OK)
		return c->err;
	c->err = SEK_E_SYNTAX;
	(void)sek_escape_str(t, sizeof t, thing);
	if (got == NULL)
		sek_why_set(c->why, "%s:%u: %s: %s", c->name, line, t,
		    problem);
	else
		sek_why_set(c->why, "%s:%u: %s: %s, not \"%s\"", c->name,
		    line, t, problem, sek_escape_str(g, sizeof g, got));
	return c->err;
}

int
policy_bad(struct policy_ctx *c, const char *problem, const char *value)
{
	return policy_fail(c, c->line, c->thing, problem, value);
}

static bool
is_blank(char ch)
{
	return ch == ' ' || ch == '\t';
}

/* Text only: what sek_escape() would change is not text.  A backslash and a
 * tab it would change too, and those are. */
static bool
is_text(const char *s, size_t n)
{
	char plain[POLICY_MAX_LINE + 1], escaped[POLICY_MAX_LINE + 1];
	size_t i;

	for (i = 0; i < n; i++)
		plain[i] = s[i] == '\t' || s[i] == '\\' ? ' ' : s[i];
	plain[n] = '\0';
	(void)sek_escape(escaped, sizeof escaped, plain, n);
	return strcmp(plain, escaped) == 0;
}

static int
check_bytes(struct policy_ctx *c, const char *s, size_t n)
{
	const char *what = NULL;

	if (c->line == 1 && n >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0)
		what = "begins with a byte order mark (save it as UTF-8 "
		    "without one)";
	else if (memchr(s, '\0', n) != NULL)
		what = "holds a NUL byte";
	else if (memchr(s, '\r', n) != NULL)
		what = "holds a carriage return (lines must end with a "
		    "newline alone)";
	else if (n > POLICY_MAX_LINE)
		what = "is longer than 190 bytes";
	else if (!is_text(s, n))
		what = "holds a byte that is not printable UTF-8 text";
	if (what == NULL)
		return SEK_OK;
	return policy_fail(c, c->line, "the line", what, NULL);
}

/* What a named section must have, known when it ends. */
static int
end_section(struct policy_ctx *c)
{
	static const struct {
		enum policy_section section;
		const char *key, *problem;
	} needs[] = {
		{ POLICY_PKCS11, "module", "the key module is missing" },
		{ POLICY_SERVICE, "pairs", "the key pairs is missing" },
		{ POLICY_CRL, "url", "the key url is missing" },
		{ POLICY_MODEL, "aaguid", "the key aaguid is missing" },
	};
	size_t i;

	for (i = 0; i < sizeof needs / sizeof needs[0]; i++)
		if (c->section == needs[i].section &&
		    policy_key_line(c, c->section, needs[i].key) == 0)
			return policy_fail(c, c->section_at[c->section],
			    c->head, needs[i].problem, NULL);
	return SEK_OK;
}

static int
add_module(struct policy_ctx *c, const char *name)
{
	struct sek_policy *p = c->p;
	size_t i;

	for (i = 0; i < p->n_modules; i++)
		if (strcmp(p->modules[i].name, name) == 0)
			return policy_fail(c, c->line, c->head,
			    "stands in this file already", NULL);
	if (p->n_modules == SEK_MAX_MODULES)
		return policy_fail(c, c->line, c->head,
		    "more than 8 pkcs11 sections", NULL);
	(void)snprintf(p->modules[p->n_modules].name,
	    sizeof p->modules[0].name, "%s", name);
	p->n_modules++;
	return SEK_OK;
}

static int
add_service(struct policy_ctx *c, const char *name)
{
	struct sek_policy *p = c->p;
	size_t i;

	/* pam_start(3) turns a service's name to lower case */
	if (strpbrk(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != NULL)
		return policy_fail(c, c->line, c->head,
		    "a service is named in lower case", NULL);
	for (i = 0; i < p->n_services; i++)
		if (strcmp(p->services[i].name, name) == 0)
			return policy_fail(c, c->line, c->head,
			    "stands in this file already", NULL);
	if (p->n_services == SEK_MAX_SERVICES)
		return policy_fail(c, c->line, c->head,
		    "more than 64 service sections", NULL);
	(void)snprintf(p->services[p->n_services].name,
	    sizeof p->services[0].name, "%s", name);
	p->n_services++;
	return SEK_OK;
}

/* It counts once its url is set, and without one the section is refused. */
static int
add_crl(struct policy_ctx *c, const char *name)
{
	struct sek_policy *p = c->p;
	size_t i;

	for (i = 0; i < p->n_crl_urls; i++)
		if (strcmp(p->crl_names[i], name) == 0)
			return policy_fail(c, c->line, c->head,
			    "stands in this file already", NULL);
	if (p->n_crl_urls == SEK_MAX_URLS)
		return policy_fail(c, c->line, c->head,
		    "more than 16 crl sections", NULL);
	(void)snprintf(p->crl_names[p->n_crl_urls], sizeof p->crl_names[0],
	    "%s", name);
	return SEK_OK;
}

/* As a list: it counts once its aaguid is set. */
static int
add_model(struct policy_ctx *c, const char *name)
{
	struct sek_policy *p = c->p;
	size_t i;

	for (i = 0; i < p->n_models; i++)
		if (strcmp(p->model_names[i], name) == 0)
			return policy_fail(c, c->line, c->head,
			    "stands in this file already", NULL);
	if (p->n_models == SEK_MAX_MODELS)
		return policy_fail(c, c->line, c->head,
		    "more than 32 model sections", NULL);
	(void)snprintf(p->model_names[p->n_models], sizeof p->model_names[0],
	    "%s", name);
	return SEK_OK;
}

static int
begin_named(struct policy_ctx *c, enum policy_section s, const char *name)
{
	if (name == NULL || !sek_name_ok(name))
		return policy_fail(c, c->line, c->head,
		    "needs one name without blanks, '/' and ':'", NULL);
	policy_forget_keys(c);
	if (s == POLICY_CRL)
		return add_crl(c, name);
	if (s == POLICY_MODEL)
		return add_model(c, name);
	return s == POLICY_PKCS11 ? add_module(c, name) : add_service(c, name);
}

/* `inside` is what stands between the brackets. */
static int
begin_section(struct policy_ctx *c, char *inside)
{
	char *name = strchr(inside, ' '), twice[64];
	int s, r;

	if ((r = end_section(c)) != SEK_OK)
		return r;
	(void)snprintf(c->head, sizeof c->head, "[%s]", inside);
	if (name != NULL)
		*name++ = '\0';
	for (s = POLICY_NONE + 1; s < POLICY_N_SECTIONS; s++)
		if (strcmp(sections[s].word, inside) == 0)
			break;
	if (s == POLICY_N_SECTIONS)
		return policy_fail(c, c->line, c->head, "unknown section; "
		    "there are sekisho, paths, helpers, limits, certificate, "
		    "revocation, fetch, crl NAME, fido2, model NAME, "
		    "password, pkcs11 NAME, service NAME", NULL);
	if (sections[s].named) {
		r = begin_named(c, (enum policy_section)s, name);
	} else if (name != NULL) {
		r = policy_fail(c, c->line, c->head, "takes no name", NULL);
	} else if (c->section_at[s] != 0) {
		(void)snprintf(twice, sizeof twice, "stands at line %u already",
		    c->section_at[s]);
		r = policy_fail(c, c->line, c->head, twice, NULL);
	}
	c->section = (enum policy_section)s;
	c->section_at[s] = c->line;
	return r;
}

/* "[...]" and nothing after it.  libinih keeps 49 bytes of a name. */
static int
section_line(struct policy_ctx *c, const char *s, size_t n)
{
	char inside[50];
	const char *close = memchr(s, ']', n);
	size_t len;

	if (close == NULL)
		return policy_fail(c, c->line, "a section", "has no ']'",
		    NULL);
	len = (size_t)(close - s) - 1;
	for (close++; close < s + n; close++)
		if (!is_blank(*close))
			return policy_fail(c, c->line, "a section",
			    "has text after its ']'", NULL);
	if (len >= sizeof inside)
		return policy_fail(c, c->line, "a section",
		    "has a name longer than 49 bytes", NULL);
	memcpy(inside, s + 1, len);
	inside[len] = '\0';
	return begin_section(c, inside);
}

/* "key = value", and no comment behind the value. */
static int
key_line(struct policy_ctx *c, const char *s, size_t n)
{
	const char *eq = memchr(s, '=', n), *p;
	size_t len;

	len = eq == NULL ? 0 : (size_t)(eq - s);
	while (len > 0 && is_blank(s[len - 1]))
		len--;
	for (p = s; p < s + len; p++)
		if (!((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') ||
		    *p == '-'))
			len = 0;
	if (len == 0)
		return policy_fail(c, c->line, "the line",
		    "is none of \"[section]\", \"key = value\", \"# comment\"",
		    NULL);
	for (p = eq + 1; p < s + n; p++)
		if ((*p == ';' || *p == '#') && is_blank(p[-1]))
			return policy_fail(c, c->line, "the line",
			    "has a comment behind its value (a comment stands "
			    "on its own line)", NULL);
	return SEK_OK;
}

static int
check_line(struct policy_ctx *c, const char *s, size_t n)
{
	size_t blanks = 0;
	int r;

	if ((r = check_bytes(c, s, n)) != SEK_OK)
		return r;
	while (blanks < n && is_blank(s[blanks]))
		blanks++;
	if (blanks == n || s[0] == ';' || s[0] == '#')
		return SEK_OK;
	if (blanks > 0)
		return policy_fail(c, c->line, "the line",
		    "begins with a blank", NULL);
	return s[0] == '[' ? section_line(c, s, n) : key_line(c, s, n);
}

/* libinih's reader: the next line, or NULL at the end or after a failure. */
static char *
next_line(char *out, int cap, void *arg)
{
	struct policy_ctx *c = arg;
	const char *s = (const char *)c->text, *nl;
	size_t n = c->left;

	if (c->err != SEK_OK || c->left == 0)
		return NULL;
	if (++c->line > POLICY_MAX_LINES) {
		(void)policy_fail(c, c->line, "the file",
		    "has more than 10000 lines", NULL);
		return NULL;
	}
	if ((nl = memchr(s, '\n', n)) != NULL)
		n = (size_t)(nl - s);
	if (check_line(c, s, n) != SEK_OK)
		return NULL;
	if (n + 2 > (size_t)cap) {
		(void)policy_fail(c, c->line, "the line",
		    "is longer than libinih takes", NULL);
		return NULL;
	}
	memcpy(out, s, n);
	memcpy(out + n, "\n", 2);
	n += nl != NULL;
	c->text += n;
	c->left -= n;
	return out;
}

/* libinih's handler: 1 to go on.  Its own idea of the section is not used:
 * it is the one that begin_section() saw. */
static int
take_key(void *arg, const char *section, const char *name, const char *value)
{
	struct policy_ctx *c = arg;

	(void)section;
	return policy_set_key(c, name, value) == SEK_OK;
}

int
policy_read_lines(struct policy_ctx *c)
{
	int bad = ini_parse_stream(next_line, c, take_key, c);

	if (bad != 0 && c->err == SEK_OK)
		(void)policy_fail(c, bad > 0 ? (unsigned)bad : c->line,
		    "the line", "cannot be read", NULL);
	if (c->err == SEK_OK)
		(void)end_section(c);
	return c->err;
}
