/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho verify`: would a login take this certificate, and if not, why?
 *
 * Part of the administrator's program.  Judges files by rules of the command
 * line, or a certificate by the installed configuration, with the functions
 * of the gate; must never judge anything by itself, and writes nothing.
 */
#include "helpdesk/verify.h"

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

#define TIME_MAX 253402300799   /* the last second of the year 9999 */
#define AGE_MAX 3153600000      /* a century */
#define DEPTH_MAX 100
#define DEPTH_DEFAULT 10

/* What the three kinds of verify take. */
#define FILES 1u
#define OCSP 2u
#define HERE 4u

/* Options as they were given. */
struct given {
	const char *revocation, *time, *purpose, *max_depth, *max_age;
	bool policy_processing;
};

static int
usage(const struct verify *v, enum word w, const char *arg)
{
	DESK_ERR(v->d, w, { arg });
	desk_usage(v->d, stderr);
	return DESK_USAGE;
}

int
verify_rejected(const struct verify *v, enum sek_reason r,
    const char *detail)
{
	const struct sek_reason_row *row = sek_reason(r);

	DESK_SAY(v->d, W_VERIFY_REJECTED, { row->word,
	    detail[0] != '\0' ? detail : row->text[v->d->lang] });
	return DESK_REFUSED;
}

int
verify_accepted(const struct verify *v, const struct sek_rev_info *rev)
{
	struct desk_date at;
	const char *what = v->leaf != NULL ? v->leaf : v->response;
	const char *when = desk_utc(&at, rev->this_update);

	if (strcmp(rev->method, "none") == 0)
		DESK_SAY(v->d, W_VERIFY_UNCHECKED, { what });
	else if (rev->grace_used)
		DESK_SAY(v->d, W_VERIFY_GRACE, { what, rev->method, when });
	else
		DESK_SAY(v->d, W_VERIFY_GOOD, { what, rev->method, when });
	return DESK_OK;
}

int
verify_no_file(const struct verify *v, const struct sek_why *why)
{
	DESK_ERR(v->d, W_FAILED, { why->text });
	return DESK_USAGE;
}

void
verify_left_out(const struct verify *v, const struct sek_why *why)
{
	DESK_ERR(v->d, W_VERIFY_LEFT_OUT, { why->text });
}

int
verify_leaf(const struct verify *v, const char *path, enum sek_reason reason,
    X509 **out)
{
	struct verify_bytes b = { 0 };
	struct sek_why why = { "" };
	size_t n = 0;
	int r = verify_read(path, VERIFY_CERTS_MAX, &b, &why);

	if (r == SEK_E_NOENT || r == SEK_E_SYS)
		return verify_no_file(v, &why);
	if (r == SEK_OK)
		r = verify_first(&b, path, out, &n, &why);
	verify_bytes_free(&b);
	if (r == SEK_E_NOMEM)
		return desk_lost(v->d);
	if (r != SEK_OK)
		return verify_rejected(v, reason, why.text);
	if (n > 1)
		DESK_ERR(v->d, W_VERIFY_FIRST, { path });
	return DESK_GO;
}

/* -- options */

/* A number of min..max; 0 is one, other than for desk_number(). */
static int
number(const struct verify *v, const char *text, int64_t min, int64_t max,
    int64_t *out)
{
	int64_t n = 0;

	if (text == NULL)
		return DESK_GO;
	if (strcmp(text, "0") != 0 && !desk_number(text, max, &n))
		return usage(v, W_NOT_A_NUMBER, text);
	if (n < min)
		return usage(v, W_NOT_A_NUMBER, text);
	*out = n;
	return DESK_GO;
}

/* Which kind it is, and does each option belong to it?  One that would do
 * nothing is wrong usage. */
static int
kind_of(const struct verify *v, const struct given *g, unsigned int *kind)
{
	const struct {
		const char *name;
		bool given;
		unsigned int kinds;
	} rows[] = {
		{ "untrusted", v->untrusted.n > 0, FILES | OCSP },
		{ "crl", v->crls.n > 0, FILES },
		{ "revocation", g->revocation != NULL, FILES },
		{ "purpose", g->purpose != NULL, FILES },
		{ "policy", v->policies.n > 0, FILES },
		{ "policy-processing", g->policy_processing, FILES },
		{ "explicit-policy", v->explicit_policy, FILES },
		{ "inhibit-map", v->inhibit_map, FILES },
		{ "inhibit-any", v->inhibit_any, FILES },
		{ "max-depth", g->max_depth != NULL, FILES },
		{ "partial-chain", v->partial_chain, FILES },
		{ "time", g->time != NULL, FILES | OCSP },
		{ "issuer", v->issuer != NULL, OCSP },
		{ "cert", v->cert != NULL, OCSP },
		{ "max-age", g->max_age != NULL, OCSP },
		{ "service", v->service != NULL, HERE },
	};
	size_t i;

	if (v->anchors.n > 0 && v->response != NULL)
		return usage(v, W_VERIFY_KINDS, NULL);
	*kind = v->anchors.n > 0 ? FILES : v->response != NULL ? OCSP : HERE;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].given && (rows[i].kinds & *kind) == 0)
			return usage(v, W_VERIFY_STRAY, rows[i].name);
	if (*kind == OCSP && v->issuer == NULL)
		return usage(v, W_VERIFY_ISSUER, NULL);
	if ((*kind == OCSP) != (v->leaf == NULL))
		return usage(v, W_WORDS, NULL);
	return DESK_GO;
}

static int
revocation(struct verify *v, const char *word)
{
	if (word == NULL)
		v->check = v->crls.n > 0 ? SEK_CHECK_CRL : SEK_CHECK_NONE;
	else if (strcmp(word, "none") == 0)
		v->check = SEK_CHECK_NONE;
	else if (strcmp(word, "crl") == 0)
		v->check = SEK_CHECK_CRL;
	else if (strcmp(word, "crl-leaf") == 0)
		v->check = SEK_CHECK_CRL_LEAF;
	else
		return usage(v, W_VERIFY_REVOCATION, word);
	return DESK_GO;
}

/* What a client, as a login is one, and a server must be able to do with
 * their key (RFC 5280 4.2.1.12 on the purposes, RFC 8446 4.4.2.2). */
static int
purpose(struct verify *v, const char *word)
{
	v->usage = KU_DIGITAL_SIGNATURE;
	if (word == NULL || strcmp(word, "client") == 0) {
		v->purpose = "1.3.6.1.5.5.7.3.2";
	} else if (strcmp(word, "server") == 0) {
		v->purpose = "1.3.6.1.5.5.7.3.1";
		v->usage |= KU_KEY_ENCIPHERMENT | KU_KEY_AGREEMENT;
	} else if (strcmp(word, "any") == 0) {
		v->purpose = NULL;
	} else {
		return usage(v, W_VERIFY_PURPOSE, word);
	}
	return DESK_GO;
}

/* In the one way to write it: what OpenSSL would write, too. */
static bool
is_oid(const char *text)
{
	ASN1_OBJECT *o = OBJ_txt2obj(text, 1);
	char again[128];
	int n = o != NULL ? OBJ_obj2txt(again, sizeof again, o, 1) : -1;

	ASN1_OBJECT_free(o);
	ERR_clear_error();
	return n > 0 && (size_t)n < sizeof again && strcmp(again, text) == 0;
}

static int
policies(struct verify *v)
{
	size_t i;

	for (i = 0; i < v->policies.n; i++)
		if (!is_oid(v->policies.at[i]))
			return usage(v, W_VERIFY_OID, v->policies.at[i]);
	v->policy_check = v->policy_check || v->policies.n > 0 ||
	    v->explicit_policy || v->inhibit_map || v->inhibit_any;
	return DESK_GO;
}

static int
values(struct verify *v, const struct given *g)
{
	int64_t between = DEPTH_DEFAULT;
	int r;

	v->now = time(NULL);
	v->policy_check = g->policy_processing;
	if ((r = number(v, g->time, 0, TIME_MAX, &v->now)) != DESK_GO ||
	    (r = number(v, g->max_depth, 0, DEPTH_MAX, &between)) !=
	    DESK_GO ||
	    (r = number(v, g->max_age, 1, AGE_MAX, &v->max_age_s)) !=
	    DESK_GO ||
	    (r = revocation(v, g->revocation)) != DESK_GO ||
	    (r = purpose(v, g->purpose)) != DESK_GO)
		return r;
	v->max_depth = (uint32_t)between + 1;
	return policies(v);
}

static int
verify(struct desk *d, int argc, char **argv)
{
	struct verify v = { .d = d };
	struct given g = { 0 };
	const struct desk_opt opts[] = {
		{ .name = "trust-anchors", .list = &v.anchors },
		{ .name = "untrusted", .list = &v.untrusted },
		{ .name = "crl", .list = &v.crls },
		{ .name = "revocation", .value = &g.revocation },
		{ .name = "time", .value = &g.time },
		{ .name = "purpose", .value = &g.purpose },
		{ .name = "policy", .list = &v.policies },
		{ .name = "policy-processing", .flag = &g.policy_processing },
		{ .name = "explicit-policy", .flag = &v.explicit_policy },
		{ .name = "inhibit-map", .flag = &v.inhibit_map },
		{ .name = "inhibit-any", .flag = &v.inhibit_any },
		{ .name = "max-depth", .value = &g.max_depth },
		{ .name = "partial-chain", .flag = &v.partial_chain },
		{ .name = "ocsp-response", .value = &v.response },
		{ .name = "issuer", .value = &v.issuer },
		{ .name = "cert", .value = &v.cert },
		{ .name = "max-age", .value = &g.max_age },
		{ .name = "service", .value = &v.service },
	};
	unsigned int kind;
	char **words;
	int r;

	r = desk_options(d, argc, argv, opts, sizeof opts / sizeof opts[0],
	    0, 1, &words);
	if (r != DESK_GO)
		return r;
	v.leaf = words[0];
	if ((r = kind_of(&v, &g, &kind)) != DESK_GO ||
	    (r = values(&v, &g)) != DESK_GO)
		return r;
	return kind == FILES ? verify_files(&v) :
	    kind == OCSP ? verify_ocsp(&v) : verify_here(&v);
}

const struct desk_command desk_verify_commands[] = {
	{ "verify", "CERT [--service NAME] | --trust-anchors FILE "
	    "[--untrusted FILE]... [--crl FILE]... "
	    "[--revocation none|crl|crl-leaf] [--time EPOCH] "
	    "[--purpose client|server|any] [--policy OID]... "
	    "[--policy-processing] [--explicit-policy] [--inhibit-map] "
	    "[--inhibit-any] [--max-depth N] [--partial-chain] CERT | "
	    "--ocsp-response FILE --issuer FILE [--untrusted FILE]... "
	    "[--cert FILE] [--time EPOCH] [--max-age SECONDS]",
	    { "say whether a login would take a certificate, and why not: by "
	    "the configuration, or by the files given",
	    "この証明書でログインできるか、できない理由は何かを、設定または"
	    "指定したファイルで調べます" }, verify },
	{ .name = NULL }
};
