/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The values of sekisho.conf: one function for each type, which sets its
 * field or says what is allowed.  Runs in the gate and in `sekisho`.
 * Looks at form only, never at the file system.
 */
#include <openssl/objects.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gate/policy_parse.h"
#include "sekisho/escape.h"

static int
no_memory(struct policy_ctx *c)
{
	sek_why_set(c->why, "%s:%u: out of memory", c->name, c->line);
	return SEK_E_NOMEM;
}

/* A line is at most 190 bytes, so a value always fits but for small fields. */
static int
copy(struct policy_ctx *c, const struct policy_key *k, char *at,
    const char *value)
{
	char problem[64];

	if (strlen(value) >= k->size) {
		(void)snprintf(problem, sizeof problem,
		    "must be at most %zu bytes", k->size - 1);
		return policy_bad(c, problem, value);
	}
	memcpy(at, value, strlen(value) + 1);
	return SEK_OK;
}

int
policy_set_text(struct policy_ctx *c, const struct policy_key *k, void *at,
    const char *value)
{
	return copy(c, k, at, value);
}

int
policy_set_path(struct policy_ctx *c, const struct policy_key *k, void *at,
    const char *value)
{
	size_t n = strlen(value);

	if (value[0] != '/')
		return policy_bad(c, "must be an absolute path", value);
	if (strstr(value, "/../") != NULL ||
	    (n >= 3 && strcmp(value + n - 3, "/..") == 0))
		return policy_bad(c, "must be a path without \"..\"", value);
	return copy(c, k, at, value);
}

int
policy_set_name(struct policy_ctx *c, const struct policy_key *k, void *at,
    const char *value)
{
	if (!sek_name_ok(value))
		return policy_bad(c,
		    "must be one name without blanks, '/' and ':'", value);
	return copy(c, k, at, value);
}

/* RFC 952 and RFC 1123 section 2.1, and '_' which machines do have. */
bool
policy_host_ok(const char *s)
{
	static const char ok[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
	size_t n = strlen(s);

	return n > 0 && n <= 253 && strspn(s, ok) == n && s[0] != '-' &&
	    s[0] != '.';
}

int
policy_set_host(struct policy_ctx *c, const struct policy_key *k, void *at,
    const char *value)
{
	if (!policy_host_ok(value))
		return policy_bad(c, "must be a host name of letters, digits, "
		    "'.', '-' and '_'", value);
	return copy(c, k, at, value);
}

/* Decimal, no sign, no leading zero (which others read as octal). */
static bool
parse_uint(const char *s, uint32_t max, uint32_t *out)
{
	uint32_t n = 0;
	size_t i;

	if (s[0] == '\0' || (s[0] == '0' && s[1] != '\0'))
		return false;
	for (i = 0; s[i] != '\0'; i++) {
		if (i == 9 || s[i] < '0' || s[i] > '9')
			return false;
		n = n * 10 + (uint32_t)(s[i] - '0');
	}
	*out = n;
	return n <= max;
}

int
policy_set_uint(struct policy_ctx *c, const struct policy_key *k, void *at,
    const char *value)
{
	char problem[80];
	uint32_t n;

	if (!parse_uint(value, k->max, &n) || n < k->min) {
		(void)snprintf(problem, sizeof problem,
		    "must be a whole number from %u to %u", k->min, k->max);
		return policy_bad(c, problem, value);
	}
	memcpy(at, &n, sizeof n);
	return SEK_OK;
}

/* Only for a service that is named: not for whatever else there is, nor for
 * logins from elsewhere. */
int
policy_set_remember(struct policy_ctx *c, const struct policy_key *k,
    void *at, const char *value)
{
	const char *service = c->p->services[c->p->n_services - 1].name;

	if (strcmp(service, "*") == 0 || strcmp(service, "sshd") == 0)
		return policy_bad(c, "is for services of one terminal, each "
		    "by its name, and never for sshd", value);
	return policy_set_uint(c, k, at, value);
}

int
policy_set_language(struct policy_ctx *c, const struct policy_key *k,
    void *at, const char *value)
{
	(void)k;
	(void)at;
	if (strcmp(value, "auto") != 0 && strcmp(value, "ja") != 0 &&
	    strcmp(value, "en") != 0)
		return policy_bad(c, "must be ja, en or auto", value);
	c->p->language_auto = strcmp(value, "auto") == 0;
	if (!c->p->language_auto)
		c->p->language = strcmp(value, "ja") == 0 ? SEK_LANG_JA :
		    SEK_LANG_EN;
	return SEK_OK;
}

int
policy_set_yes_no(struct policy_ctx *c, const struct policy_key *k, void *at,
    const char *value)
{
	bool yes = strcmp(value, "yes") == 0;

	(void)k;
	if (!yes && strcmp(value, "no") != 0)
		return policy_bad(c, "must be yes or no", value);
	memcpy(at, &yes, sizeof yes);
	return SEK_OK;
}

/* Dotted decimal that means what it says: it comes back the same. */
static bool
oid_ok(const char *s)
{
	ASN1_OBJECT *o;
	char back[POLICY_MAX_LINE + 1];
	bool ok;

	if (strspn(s, "0123456789.") != strlen(s))
		return false;
	if ((o = OBJ_txt2obj(s, 1)) == NULL)
		return false;
	ok = OBJ_obj2txt(back, sizeof back, o, 1) > 0 && strcmp(s, back) == 0;
	ASN1_OBJECT_free(o);
	return ok;
}

int
policy_named_twice(struct policy_ctx *c, const char *what)
{
	char problem[80];

	(void)snprintf(problem, sizeof problem, "names %.60s twice", what);
	return policy_bad(c, problem, NULL);
}

int
policy_add_owned(struct policy_ctx *c, char **list, size_t *n, size_t max,
    const char *s)
{
	char problem[40];
	size_t i;

	for (i = 0; i < *n; i++)
		if (strcmp(list[i], s) == 0)
			return policy_named_twice(c, s);
	(void)snprintf(problem, sizeof problem, "has more than %zu entries",
	    max);
	if (*n == max)
		return policy_bad(c, problem, NULL);
	if ((list[*n] = strdup(s)) == NULL)
		return no_memory(c);
	++*n;
	return SEK_OK;
}

static const char *
purpose_oid(const char *word)
{
	/* RFC 5280 4.2.1.12; Microsoft's smart card logon */
	if (strcmp(word, "client-auth") == 0)
		return "1.3.6.1.5.5.7.3.2";
	if (strcmp(word, "smartcard-logon") == 0)
		return "1.3.6.1.4.1.311.20.2.2";
	return word;
}

int
policy_set_purpose(struct policy_ctx *c, const struct policy_key *k, void *at,
    const char *value)
{
	char words[POLICY_MAX_LINE + 1], *save = NULL, *w;
	const char *oid;
	int r = SEK_OK;

	(void)k;
	(void)snprintf(words, sizeof words, "%s", value);
	for (w = strtok_r(words, " \t", &save); w != NULL && r == SEK_OK;
	    w = strtok_r(NULL, " \t", &save)) {
		oid = purpose_oid(w);
		if (!oid_ok(oid))
			return policy_bad(c, "must be OIDs or the words "
			    "client-auth and smartcard-logon", w);
		r = policy_add_owned(c, at, &c->p->n_purposes, SEK_MAX_OIDS,
		    oid);
	}
	return r;
}

int
policy_set_policy(struct policy_ctx *c, const struct policy_key *k, void *at,
    const char *value)
{
	char words[POLICY_MAX_LINE + 1], *save = NULL, *w;
	int r = SEK_OK;

	(void)k;
	(void)snprintf(words, sizeof words, "%s", value);
	for (w = strtok_r(words, " \t", &save); w != NULL && r == SEK_OK;
	    w = strtok_r(NULL, " \t", &save)) {
		if (!oid_ok(w))
			return policy_bad(c, "must be OIDs", w);
		r = policy_add_owned(c, at, &c->p->n_policies, SEK_MAX_OIDS, w);
	}
	return r;
}

static const char *const check_words[] = {
	[SEK_CHECK_CRL] = "crl", [SEK_CHECK_CRL_LEAF] = "crl-leaf",
	[SEK_CHECK_OCSP] = "ocsp", [SEK_CHECK_OCSP_LEAF] = "ocsp-leaf",
	[SEK_CHECK_EITHER] = "either", [SEK_CHECK_NONE] = "none"
};

const char *
sek_rev_check_word(enum sek_rev_check check)
{
	return check_words[check];
}

bool
sek_rev_check_asks_ocsp(enum sek_rev_check check)
{
	return check == SEK_CHECK_OCSP || check == SEK_CHECK_OCSP_LEAF ||
	    check == SEK_CHECK_EITHER;
}

int
policy_set_check(struct policy_ctx *c, const struct policy_key *k, void *at,
    const char *value)
{
	unsigned int i;

	(void)k;
	(void)at;
	for (i = 0; i < sizeof check_words / sizeof check_words[0]; i++)
		if (strcmp(value, check_words[i]) == 0) {
			c->p->check = (enum sek_rev_check)i;
			return SEK_OK;
		}
	return policy_bad(c, "must be crl, crl-leaf, ocsp, ocsp-leaf, either "
	    "or none", value);
}

int
policy_set_stale(struct policy_ctx *c, const struct policy_key *k, void *at,
    const char *value)
{
	uint32_t hours = 0;

	(void)at;
	if (strcmp(value, "deny") == 0) {
		c->p->stale = SEK_UNKNOWN_DENY;
		return SEK_OK;
	}
	if (strncmp(value, "grace ", 6) != 0 ||
	    !parse_uint(value + 6, k->max, &hours) || hours < k->min)
		return policy_bad(c, "must be \"deny\" or \"grace HOURS\" "
		    "with 1 to 720 hours", value);
	c->p->stale = SEK_UNKNOWN_GRACE;
	c->p->grace_s = hours * 3600;
	return SEK_OK;
}

/* What would make the loader run or obey something else than the module. */
static bool
env_forbidden(const char *name, size_t n)
{
	static const char *const no[] = { "GCONV_PATH", "GLIBC_TUNABLES" };
	size_t i;

	if (n >= 3 && memcmp(name, "LD_", 3) == 0)
		return true;
	for (i = 0; i < sizeof no / sizeof no[0]; i++)
		if (strlen(no[i]) == n && memcmp(no[i], name, n) == 0)
			return true;
	return false;
}

static int
add_env(struct policy_ctx *c, struct sek_module *m, const char *word)
{
	size_t n = strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"), i;

	if (n == 0 || word[n] != '=' || word[n + 1] == '\0' ||
	    (word[0] >= '0' && word[0] <= '9'))
		return policy_bad(c, "must be NAME=VALUE with a NAME of A-Z, "
		    "0-9 and _", word);
	if (env_forbidden(word, n))
		return policy_bad(c, "must be a name that does not steer the "
		    "program loader", word);
	for (i = 0; i < m->n_env; i++)
		if (strncmp(m->env[i], word, n + 1) == 0)
			return policy_named_twice(c, word);
	return policy_add_owned(c, m->env, &m->n_env, SEK_MAX_ENV, word);
}

int
policy_set_env(struct policy_ctx *c, const struct policy_key *k, void *at,
    const char *value)
{
	char words[POLICY_MAX_LINE + 1], *save = NULL, *w;
	int r = SEK_OK;

	(void)k;
	(void)at;
	(void)snprintf(words, sizeof words, "%s", value);
	for (w = strtok_r(words, " \t", &save); w != NULL && r == SEK_OK;
	    w = strtok_r(NULL, " \t", &save))
		r = add_env(c, &c->p->modules[c->p->n_modules - 1], w);
	return r;
}

/* One role between two commas: as it stands, or in quotes. */
static int
add_role(struct policy_ctx *c, char **list, size_t *n, char *word, size_t len)
{
	if (len >= 2 && word[0] == '"' && word[len - 1] == '"') {
		word++;
		len -= 2;
	}
	word[len] = '\0';
	if (len == 0)
		return policy_bad(c, "must be roles separated by commas; one "
		    "is empty", NULL);
	if (strchr(word, '"') != NULL)
		return policy_bad(c, "has a quote that is not around a whole "
		    "role", word);
	if (len >= SEK_ROLE_MAX)
		return policy_bad(c, "must be roles of at most 64 bytes", word);
	return policy_add_owned(c, list, n, SEK_MAX_ROLES, word);
}

/* Where a role ends: at a comma that is not in quotes. */
static size_t
role_len(const char *s)
{
	bool quoted = false;
	size_t n;

	for (n = 0; s[n] != '\0' && (quoted || s[n] != ','); n++)
		quoted = s[n] == '"' ? !quoted : quoted;
	return n;
}

int
policy_set_roles(struct policy_ctx *c, const struct policy_key *k, void *at,
    const char *value)
{
	struct sek_service *s = &c->p->services[c->p->n_services - 1];
	char words[POLICY_MAX_LINE + 1], *w = words;
	bool more = true;
	size_t n, len;
	int r = SEK_OK;

	(void)k;
	(void)snprintf(words, sizeof words, "%s", value);
	while (r == SEK_OK && more) {
		w += strspn(w, " \t");
		n = len = role_len(w);
		more = w[n] == ',';
		while (len > 0 && strchr(" \t", w[len - 1]) != NULL)
			len--;
		r = add_role(c, at, &s->n_roles, w, len);
		w += n + more;
	}
	return r;
}
