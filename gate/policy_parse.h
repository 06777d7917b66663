/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the rooms of the policy share while one file is read: policy_lines.c
 * takes the text apart, policy_keys.c knows the keys, policy_values.c their
 * values, policy.c the whole.  Nobody else includes this.
 */
#ifndef GATE_POLICY_PARSE_H
#define GATE_POLICY_PARSE_H

#include "gate/policy.h"

#define POLICY_MAX_LINES 10000u
#define POLICY_MAX_LINE 190u /* bytes; libinih's own limit is 200 */
#define POLICY_MAX_KEYS 80u  /* rows of the table of keys */

enum policy_section {
	POLICY_NONE,
	POLICY_SEKISHO,
	POLICY_PATHS,
	POLICY_HELPERS,
	POLICY_LIMITS,
	POLICY_CERTIFICATE,
	POLICY_REVOCATION,
	POLICY_FETCH,
	POLICY_CRL,
	POLICY_FIDO2,
	POLICY_MODEL,
	POLICY_SSH,
	POLICY_RECORD,
	POLICY_FORWARD,
	POLICY_PASSWORD,
	POLICY_PKCS11,
	POLICY_SERVICE,
	POLICY_N_SECTIONS
};

struct policy_ctx {
	struct sek_policy *p;
	struct sek_why *why;
	char name[256];       /* the file, escaped, as messages call it */
	const uint8_t *text;  /* what is not read yet */
	size_t left;
	unsigned line;        /* from 1 */
	int err;              /* the first failure; nothing is read after it */
	enum policy_section section;
	char head[64];        /* "[service sshd]" */
	char thing[128];      /* "[service sshd] pairs" */
	unsigned section_at[POLICY_N_SECTIONS]; /* line, 0 = not there */
	unsigned key_at[POLICY_MAX_KEYS];       /* by row; line, 0 = not set */
	unsigned module_at[SEK_MAX_MODULES];    /* line of each `module` key */
};

struct policy_key {
	enum policy_section section;
	const char *name;
	/* `at` is the field; SEK_OK or what policy_bad() returned. */
	int (*set)(struct policy_ctx *c, const struct policy_key *k, void *at,
	    const char *value);
	size_t at;   /* offset in the struct that the section fills */
	size_t size; /* bytes of the field */
	uint32_t min, max;
};

/* Remember a failure: "FILE:LINE: THING: PROBLEM, not "GOT"".  `thing` and
 * `got` are escaped here, `got` may be NULL.  Returns c->err. */
int policy_fail(struct policy_ctx *c, unsigned line, const char *thing,
    const char *problem, const char *got);
/* The same for the value of the key that is being set. */
int policy_bad(struct policy_ctx *c, const char *problem, const char *value);
/* The same word stands there already. */
int policy_named_twice(struct policy_ctx *c, const char *what) SEK_MUST;

/* Read the text of `c` to its end. */
int policy_read_lines(struct policy_ctx *c) SEK_MUST;
/* One key of the current section. */
int policy_set_key(struct policy_ctx *c, const char *name, const char *value)
    SEK_MUST;
/* A named section begins or has ended: its own keys. */
void policy_forget_keys(struct policy_ctx *c);
unsigned policy_key_line(const struct policy_ctx *c,
    enum policy_section section, const char *name);

int policy_set_text(struct policy_ctx *, const struct policy_key *, void *,
    const char *);
int policy_set_path(struct policy_ctx *, const struct policy_key *, void *,
    const char *);
int policy_set_name(struct policy_ctx *, const struct policy_key *, void *,
    const char *);
int policy_set_host(struct policy_ctx *, const struct policy_key *, void *,
    const char *);
int policy_set_uint(struct policy_ctx *, const struct policy_key *, void *,
    const char *);
int policy_set_language(struct policy_ctx *, const struct policy_key *,
    void *, const char *);
int policy_set_yes_no(struct policy_ctx *, const struct policy_key *, void *,
    const char *);
int policy_set_purpose(struct policy_ctx *, const struct policy_key *, void *,
    const char *);
int policy_set_policy(struct policy_ctx *, const struct policy_key *, void *,
    const char *);
int policy_set_check(struct policy_ctx *, const struct policy_key *, void *,
    const char *);
int policy_set_stale(struct policy_ctx *, const struct policy_key *, void *,
    const char *);
int policy_set_env(struct policy_ctx *, const struct policy_key *, void *,
    const char *);
int policy_set_pairs(struct policy_ctx *, const struct policy_key *, void *,
    const char *);
int policy_set_remember(struct policy_ctx *, const struct policy_key *,
    void *, const char *);
int policy_set_tls_name(struct policy_ctx *, const struct policy_key *, void *,
    const char *);
/* What the keys of a [service NAME] say together. */
int policy_end_service(struct policy_ctx *) SEK_MUST;
int policy_set_roles(struct policy_ctx *, const struct policy_key *, void *,
    const char *);
int policy_set_rescue(struct policy_ctx *, const struct policy_key *, void *,
    const char *);
int policy_set_watch(struct policy_ctx *, const struct policy_key *, void *,
    const char *);
int policy_set_switch(struct policy_ctx *, const struct policy_key *, void *,
    const char *);
int policy_set_crl_url(struct policy_ctx *, const struct policy_key *, void *,
    const char *);
int policy_set_ocsp_url(struct policy_ctx *, const struct policy_key *,
    void *, const char *);
int policy_set_proxy(struct policy_ctx *, const struct policy_key *, void *,
    const char *);
/* What follows from the sections [record] and [forward]. */
int policy_fill_record(struct policy_ctx *c) SEK_MUST;
/* The section that [record] token-module names is taken out of the modules,
 * so that no login and no enrolment speaks to that token. */
int policy_take_token(struct policy_ctx *c) SEK_MUST;
int policy_set_send(struct policy_ctx *, const struct policy_key *, void *,
    const char *);
int policy_set_form(struct policy_ctx *, const struct policy_key *, void *,
    const char *);
int policy_set_rp(struct policy_ctx *, const struct policy_key *, void *,
    const char *);
int policy_set_former_rp(struct policy_ctx *, const struct policy_key *,
    void *, const char *);
int policy_set_bad_model(struct policy_ctx *, const struct policy_key *,
    void *, const char *);
int policy_set_metadata_stale(struct policy_ctx *, const struct policy_key *,
    void *, const char *);
int policy_set_metadata_url(struct policy_ctx *, const struct policy_key *,
    void *, const char *);
int policy_set_aaguid(struct policy_ctx *, const struct policy_key *, void *,
    const char *);

/* policy_fido.c: what the keys of FIDO2 say together. */
int policy_check_fido(struct policy_ctx *c) SEK_MUST;

/* Add an owned copy of `s` to a list that has no such entry yet. */
int policy_add_owned(struct policy_ctx *c, char **list, size_t *n, size_t max,
    const char *s);

bool policy_host_ok(const char *s);

/* Which schemes a URL may have. */
#define POLICY_URL_HTTP 1u
#define POLICY_URL_HTTPS 2u
#define POLICY_URL_LDAP 4u
#define POLICY_URL_FILE 8u
#define POLICY_URL_OCSP (POLICY_URL_HTTP | POLICY_URL_HTTPS)
#define POLICY_URL_ANY (POLICY_URL_OCSP | POLICY_URL_LDAP | POLICY_URL_FILE)
/* What is wrong with a URL, as policy_bad() takes it; NULL: nothing. */
const char *policy_url_wrong(const char *url, unsigned allowed);

#endif
