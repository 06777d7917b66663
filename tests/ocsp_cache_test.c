/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one check of a certificate where OCSP has a say: each word of `check`,
 * the answer in the cache, the live question, grace, and which of them the
 * record names.  Also prints how long a check by a cached answer takes.
 */
#include <openssl/pem.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "gate/ocsp_rooms.h"
#include "tests/certificate_fixture.h"
#include "tests/check.h"
#include "tests/ocsp_cache_rows.h"
#include "tests/ocsp_cast.h"

#define DAY (24 * HOUR)

static struct cast cast;
static struct fixture fix;
static struct sek_policy policy;
static const struct row *at;
static char answer_name[80];

/* -- the files of a case */

static void
path_of(char out[1200], const char *name)
{
	(void)snprintf(out, 1200, "%s/%s", fix.dir, name);
}

static bool
write_bytes(const char *name, const void *p, size_t n)
{
	char path[1200];
	FILE *f;
	bool ok;

	path_of(path, name);
	if ((f = fopen(path, "w")) == NULL)
		return false;
	ok = fwrite(p, 1, n, f) == n;
	return fclose(f) == 0 && ok && chmod(path, 0644) == 0;
}

static bool
mint_said(enum says what, const uint8_t *nonce, struct sek_buf *out)
{
	const bool old = what == STALE || what == STALE_REVOKED ||
	    what == STALE_UNKNOWN;
	const int64_t this = NOW - (old ? 5 * HOUR :
	    what == BRIEF_REVOKED ? HOUR / 2 : HOUR);
	enum role signer = what == BY_CHECKED ? CHECKED : GOOD;
	struct mint m = { .id = cast.x[signer], .key = cast.key,
	    .certs = { cast.x[signer] }, .produced_at = this, .n = 1,
	    .nonce = nonce, .nonce_len = 32, .tampered = what == FORGED,
	    .response_status = what == LATER ? 3 : 0 };
	struct mint_one *o = &m.one[0];

	o->leaf = cast.x[LEAF];
	o->issuer = cast.x[CA];
	o->this_update = this;
	o->next_update = what == BRIEF_REVOKED ? NOW - 1 : this + 3 * HOUR;
	if (what == REVOKED || what == STALE_REVOKED ||
	    what == BRIEF_REVOKED) {
		o->status = MINT_REVOKED;
		o->revoked_at = NOW - DAY;
	} else if (what == UNKNOWN || what == STALE_UNKNOWN) {
		o->status = MINT_UNKNOWN;
	}
	return mint_answer(&m, out);
}

static bool
write_answer(enum says what)
{
	char name[100], path[1200];
	struct sek_buf der = { 0 };
	bool ok;

	(void)snprintf(name, sizeof name, "cache/ocsp/%s", answer_name);
	path_of(path, name);
	(void)remove(path);
	if (what == NONE)
		return true;
	ok = mint_said(what, NULL, &der);
	while (ok && what == LONG && der.len <= SEK_OCSP_MAX)
		sek_put_u8(&der, 0);
	ok = ok && write_bytes(name, der.p, der.len) &&
	    (what != UNSAFE || chmod(path, 0664) == 0);
	sek_buf_free(&der);
	return ok;
}

static bool
write_crl(enum crl what)
{
	char path[1200];
	X509_CRL *crl;
	FILE *f;
	bool ok;

	path_of(path, "crls/ca.crl");
	(void)remove(path);
	if (what == NO_CRL)
		return true;
	crl = mint_crl(cast.x[CA], cast.ca_key,
	    what == LISTS ? SERIAL : what == LISTS_RESPONDER ?
	    100 + (long)CHECKED : 1, NOW - 2 * HOUR,
	    what == OLD_CRL ? NOW - 1 : NOW + HOUR);
	f = fopen(path, "w");
	ok = crl != NULL && f != NULL && PEM_write_X509_CRL(f, crl) == 1;
	if (f != NULL)
		ok = fclose(f) == 0 && ok;
	X509_CRL_free(crl);
	return ok;
}

/* -- the responder of a case */

static int asked;
static char asked_url[200];

/* The nonce is the end of the question. */
static int
live(void *arg, const char *url, const struct sek_buf *request,
    struct sek_buf *answer, struct sek_why *why)
{
	const struct row *r = arg;

	asked++;
	(void)snprintf(asked_url, sizeof asked_url, "%s", url);
	if (r->live == NONE) {
		sek_why_set(why, "%s: nobody there", url);
		return SEK_E_IO;
	}
	return mint_said(r->live, request->p + request->len - 32, answer) ?
	    SEK_OK : SEK_E_CRYPTO;
}

static enum sek_reason
judge(struct sek_cert_info *info)
{
	struct sek_trust *t = NULL;
	struct sek_why why = { "" };
	enum sek_reason r = SEK_R_NONE;

	asked = 0;
	if (sek_trust_load(&policy, &t, &why) != SEK_OK) {
		printf("# %s\n", why.text);
		return r;
	}
	if (at->may_ask)
		sek_trust_ocsp_live(t, live, (void *)at);
	r = sek_cert_check(t, cast.x[LEAF], NOW, info);
	sek_trust_free(t);
	return r;
}

static void
set_up(void)
{
	fixture_policy(&fix, &policy, "anchors", "", "crls");
	(void)snprintf(policy.cache, sizeof policy.cache, "%s/cache",
	    fix.dir);
	policy.check = at->check;
	policy.ocsp_max_age_h = 24;
	policy.stale = at->grace ? SEK_UNKNOWN_GRACE : SEK_UNKNOWN_DENY;
	policy.grace_s = 4 * 3600;
	CHECK(write_answer(at->cached));
	CHECK(write_crl(at->crl));
}

static void
verdict(void)
{
	struct sek_cert_info info = { 0 };
	enum sek_reason r;

	set_up();
	r = judge(&info);
	if (r != at->want)
		printf("# %s\n", info.detail);
	CHECK_INT(r, at->want);
	CHECK_STR(info.rev.method, at->method);
	CHECK_STR(info.rev.status, at->status);
	CHECK_INT(asked, at->asked);
	CHECK((info.detail[0] == '\0') == (r == SEK_R_OK));
	if (strstr(info.detail, at->word) == NULL)
		CHECK_STR(info.detail, at->word);
	CHECK(info.rev.grace_used == (r == SEK_R_OK &&
	    strcmp(info.rev.status, "stale") == 0));
	if (r == SEK_R_OK)
		CHECK(info.rev.live == (at->asked > 0 && at->live != NONE));
}

/* -- what the record names */

static const struct row good_row = { .name = "", .check = OCSP,
	.cached = OK, .may_ask = true, .live = OK };

static void
what_decided_is_named(void)
{
	struct sek_cert_info info = { 0 };
	struct row r = good_row;

	at = &r;
	set_up();
	CHECK_INT(judge(&info), SEK_R_OK);
	CHECK_STR(info.rev.file, answer_name);
	CHECK_STR(info.rev.responder, "CN=OCSP");
	CHECK_INT(info.rev.this_update, NOW - HOUR);
	CHECK_INT(info.rev.next_update, NOW + 2 * HOUR);
	CHECK_INT(info.rev.produced_at, NOW - HOUR);
	CHECK_INT(info.rev.age_s, HOUR);
	CHECK(!info.rev.live);
	r.cached = NONE;
	set_up();
	CHECK_INT(judge(&info), SEK_R_OK);
	CHECK_STR(info.rev.file, URL);
	CHECK(info.rev.live);
	CHECK_STR(asked_url, URL);
	/* of both, the newer one's dates */
	r.cached = OK;
	r.check = EITHER;
	r.crl = LISTS_NOT;
	set_up();
	CHECK_INT(judge(&info), SEK_R_OK);
	CHECK_STR(info.rev.method, "crl+ocsp");
	CHECK_INT(info.rev.this_update, NOW - HOUR);
	CHECK_STR(info.rev.responder, "CN=OCSP");
}

static void
policy_says_where_to_ask(void)
{
	static char url[] = "http://ocsp.example.jp/\x1b";
	struct sek_cert_info info = { 0 };
	struct row r = good_row;

	at = &r;
	r.cached = NONE;
	set_up();
	policy.ocsp_urls[0] = url;
	policy.n_ocsp_urls = 1;
	CHECK_INT(judge(&info), SEK_R_OK);
	CHECK_STR(asked_url, url);
	CHECK_STR(info.rev.file, "http://ocsp.example.jp/\\x1b");
	r.live = FORGED;
	CHECK_INT(judge(&info), SEK_R_OCSP_INVALID);
	CHECK(strchr(info.detail, '\x1b') == NULL);
	CHECK(strstr(info.detail, "http://ocsp.example.jp/\\x1b: ") != NULL);
}

/* The nonce of the question must come back, whatever else is right. */
static int
replays(void *arg, const char *url, const struct sek_buf *request,
    struct sek_buf *answer, struct sek_why *why)
{
	static const uint8_t old[32] = "of an earlier question";

	(void)arg; (void)url; (void)request; (void)why;
	return mint_said(OK, old, answer) ? SEK_OK : SEK_E_CRYPTO;
}

static void
live_answer_is_not_a_replay(void)
{
	struct sek_cert_info info = { 0 };
	struct sek_trust *t = NULL;
	struct sek_why why = { "" };
	struct row row = good_row;
	enum sek_reason r;

	at = &row;
	row.cached = NONE;
	set_up();
	CHECK_INT(sek_trust_load(&policy, &t, &why), SEK_OK);
	sek_trust_ocsp_live(t, replays, NULL);
	r = sek_cert_check(t, cast.x[LEAF], NOW, &info);
	sek_trust_free(t);
	CHECK_INT(r, SEK_R_OCSP_INVALID);
	CHECK(strstr(info.detail, "another nonce") != NULL);
}

/* Grace counts from the earlier of nextUpdate and the maximum age. */
static void
grace_ends(void)
{
	struct sek_cert_info info = { 0 };
	struct row r = good_row;

	at = &r;
	r.cached = STALE; /* of 5 hours ago, for 3: overdue by 2 */
	r.may_ask = false;
	r.grace = true;
	set_up();
	policy.grace_s = 2 * 3600;
	CHECK_INT(judge(&info), SEK_R_OK);
	policy.grace_s--;
	CHECK_INT(judge(&info), SEK_R_OCSP_STALE);
	policy.grace_s = 4 * 3600;
	policy.ocsp_max_age_h = 1;
	CHECK_INT(judge(&info), SEK_R_OK);
	policy.grace_s--;
	CHECK_INT(judge(&info), SEK_R_OCSP_STALE);
	CHECK(!info.rev.grace_used);
}

static void
no_cache_folder(void)
{
	struct sek_cert_info info = { 0 };
	struct row r = good_row;

	at = &r;
	r.may_ask = false;
	set_up();
	policy.cache[0] = '\0';
	CHECK_INT(judge(&info), MISSING);
	CHECK_STR(info.detail, "no cache of OCSP answers");
	(void)snprintf(policy.cache, sizeof policy.cache, "%s/gone", fix.dir);
	CHECK_INT(judge(&info), MISSING);
	CHECK(strstr(info.detail, "/gone") != NULL);
}

/* A leaf of another CA is asked about nowhere. */
static void
strangers_are_not_asked_about(void)
{
	struct sek_cert_info info = { 0 };
	struct sek_trust *t = NULL;
	struct sek_why why = { "" };
	struct row row = good_row;
	enum sek_reason r;

	at = &row;
	set_up();
	CHECK_INT(sek_trust_load(&policy, &t, &why), SEK_OK);
	sek_trust_ocsp_live(t, live, &row);
	asked = 0;
	r = sek_cert_check(t, cast.x[STRANGER], NOW, &info);
	sek_trust_free(t);
	CHECK(r == SEK_R_CERT_SIGNATURE || r == SEK_R_CERT_ISSUER);
	CHECK_INT(asked, 0);
	CHECK_STR(info.rev.method, "ocsp");
	CHECK_STR(info.rev.status, "unknown");
}

/* Of the processor: other programs have their own. */
static double
seconds(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static double
time_of(const struct sek_trust *t)
{
	struct sek_cert_info info;
	const double before = seconds();
	int i;

	for (i = 0; i < 100; i++)
		if (sek_cert_check(t, cast.x[LEAF], NOW, &info) != SEK_R_OK)
			return 1.0;
	return (seconds() - before) * 10; /* ms for one */
}

/* What OCSP adds to a check of the same path without revocation, with the
 * file read and both signatures verified each time. */
static void
cached_check_is_fast(void)
{
	struct sek_trust *t = NULL, *none = NULL;
	struct sek_why why = { "" };
	struct row r = good_row;
	double with, without;

	at = &r;
	set_up();
	CHECK_INT(sek_trust_load(&policy, &t, &why), SEK_OK);
	policy.check = SEK_CHECK_NONE;
	CHECK_INT(sek_trust_load(&policy, &none, &why), SEK_OK);
	with = time_of(t);
	without = time_of(none);
	sek_trust_free(t);
	sek_trust_free(none);
	printf("# a check by a cached answer: %.3f ms, of which OCSP %.3f\n",
	    with, with - without);
	/* the figure wanted is 1 ms; with a sanitizer it takes longer */
	CHECK(with - without < 20.0);
}

static bool
make_folders(void)
{
	static const char *const names[] = { "anchors", "crls", "cache",
	    "cache/ocsp" };
	char path[1200];
	FILE *f;
	size_t i;
	bool ok;

	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		path_of(path, names[i]);
		if (mkdir(path, 0755) != 0)
			return false;
	}
	path_of(path, "anchors/ca.pem");
	if ((f = fopen(path, "w")) == NULL)
		return false;
	ok = PEM_write_X509(f, cast.x[CA]) == 1;
	return fclose(f) == 0 && ok && sek_ocsp_name(cast.x[LEAF],
	    cast.x[CA], answer_name) == SEK_OK;
}

int
main(void)
{
	size_t i;

	umask(022);
	if (sek_crypto_start() != SEK_OK || !cast_open(&cast) ||
	    !fixture_open(&fix, NULL) || !make_folders()) {
		printf("not ok ocsp_cache: no certificates\n");
		return 1;
	}
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		at = &rows[i];
		RUN_AS(at->name, verdict);
	}
	RUN(what_decided_is_named);
	RUN(policy_says_where_to_ask);
	RUN(live_answer_is_not_a_replay);
	RUN(grace_ends);
	RUN(no_cache_folder);
	RUN(strangers_are_not_asked_about);
	RUN(cached_check_is_fast);
	fixture_close(&fix);
	cast_close(&cast);
	return CHECK_END();
}
