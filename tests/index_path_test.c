/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Indexes where a login uses them: OpenSSL's path check gives the same
 * verdict with them as with the CRLs they were made of (complete, delta,
 * partitioned, indirect, stale, forged), the certificate check finds them in
 * the cache, and nothing of another issuer is opened.
 */
#include <ftw.h>

#include "tests/certificate_maker.h"
#include "tests/index_maker.h"

#define DP "http://crl.invalid/1"
#define DATE "250101000000Z"
#define NOT_LISTED (-2)

static struct signer by_ca = { "CA", NULL, "SHA256", false };
static struct signer by_other = { "other", NULL, "SHA256", false };
static EVP_PKEY *other_key;
static X509 *crl_signer; /* issues an indirect CRL */
static X509 *user;       /* the leaf with a distribution point */
static X509 *user_of;    /* whose distribution point names crl_signer */

/* -- CRLs */

struct shape {
	int reason;          /* of the leaf's entry, or NOT_LISTED */
	struct bytes idp;    /* issuingDistributionPoint; none */
	uint8_t number, base; /* base: a delta */
	bool freshest;
	bool forged;
	bool indirect;       /* by crl_signer, with certificateIssuer */
	bool critical;       /* an extension that nobody knows */
	const char *this_update, *next_update;
};

static struct sek_buf
shape_der(const struct shape *s)
{
	struct sek_buf list = { 0 }, x = { 0 }, issuer = { 0 }, der;
	struct crl_spec spec = { .this_update = s->this_update,
	    .next_update = s->next_update };

	spec.by = s->forged || s->indirect ? &by_other : &by_ca;
	spec.issuer = name_der(X509_get_subject_name(s->indirect ?
	    crl_signer : ca));
	put_entry(&list, BYTES(99), DATE, 1, NO_BYTES);
	if (s->indirect)
		put_certificate_issuer(&issuer, X509_get_subject_name(ca));
	if (s->reason != NOT_LISTED)
		put_entry(&list, BYTES(7), DATE, s->reason,
		    (struct bytes){ issuer.p, issuer.len });
	put_extension(&x, 20, false, BYTES(2, 1, s->number));
	if (s->base != 0)
		put_extension(&x, 27, true, BYTES(2, 1, s->base));
	if (s->idp.n > 0)
		put_extension(&x, 28, true, s->idp);
	if (s->freshest) /* where a delta is */
		put_extension(&x, 46, false, BYTES(0x30, 9, 0x30, 7, 0xa0, 5,
		    0xa0, 3, 0x86, 1, 'x'));
	if (s->critical)
		put_extension(&x, 99, true, BYTES(5, 0));
	spec.entries = (struct bytes){ list.p, list.len };
	spec.extensions = (struct bytes){ x.p, x.len };
	der = make_crl(&spec);
	sek_buf_free(&x);
	sek_buf_free(&list);
	sek_buf_free(&issuer);
	return der;
}

/* A partition by this URI. */
static struct sek_buf
partition(const char *uri)
{
	struct sek_buf name = { 0 }, full = { 0 }, dp = { 0 }, idp = { 0 };

	put_tlv(&name, 0x86, uri, strlen(uri));
	put_wrapped(&full, 0xa0, &name);
	put_wrapped(&dp, 0xa0, &full);
	put_wrapped(&idp, 0x30, &dp);
	return idp;
}

/* -- both ways through OpenSSL */

struct verdict {
	int ok, error;
};

/* As gate/certificate_path.c asks, but with OpenSSL's own callbacks. */
static struct verdict
verify_with(X509 *x, STACK_OF(X509_CRL) *crls)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	STACK_OF(X509) *more = sk_X509_new_null();
	struct verdict v = { -1, -1 };

	if (X509_STORE_add_cert(store, ca) == 1 &&
	    sk_X509_push(more, crl_signer) > 0 &&
	    X509_STORE_CTX_init(ctx, store, x, more) == 1) {
		X509_STORE_CTX_set0_crls(ctx, crls);
		X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(ctx),
		    X509_V_FLAG_CRL_CHECK | X509_V_FLAG_USE_DELTAS |
		    X509_V_FLAG_EXTENDED_CRL_SUPPORT);
		v.ok = X509_verify_cert(ctx);
		v.error = X509_STORE_CTX_get_error(ctx);
	}
	sk_X509_free(more);
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	return v;
}

/* One or two CRLs, plain and as indexes: the same verdict. */
static struct verdict
same_for(X509 *x, const struct shape *a, const struct shape *b)
{
	STACK_OF(X509_CRL) *plain = sk_X509_CRL_new_null();
	STACK_OF(X509_CRL) *index = sk_X509_CRL_new_null();
	const struct shape *const shapes[] = { a, b };
	struct verdict want, got;
	struct sek_buf der;
	size_t i;

	for (i = 0; i < 2; i++) {
		if (shapes[i] == NULL)
			continue;
		der = shape_der(shapes[i]);
		CHECK(sk_X509_CRL_push(plain, plain_of(&der)) > 0);
		CHECK(sk_X509_CRL_push(index, index_of(&der, NULL)) > 0);
		CHECK(sk_X509_CRL_value(index, (int)i) != NULL);
		sek_buf_free(&der);
	}
	want = verify_with(x, plain);
	got = verify_with(x, index);
	sk_X509_CRL_pop_free(plain, X509_CRL_free);
	sk_X509_CRL_pop_free(index, X509_CRL_free);
	CHECK(want.ok >= 0);
	CHECK_INT(got.ok, want.ok);
	CHECK_INT(got.error, want.error);
	ERR_clear_error();
	return got;
}

static struct verdict
same_verdict(const struct shape *a, const struct shape *b)
{
	return same_for(user, a, b);
}

static const int reasons[] = { NOT_LISTED, NO_REASON, 1, 6, 8 };
#define N_REASONS (sizeof reasons / sizeof reasons[0])

static void
complete_lists(void)
{
	struct sek_buf fits = partition(DP), not = partition(DP "2");
	const struct bytes idps[] = { NO_BYTES, BYTES(0x30, 3, 0x81, 1, 0xff),
	    BYTES(0x30, 3, 0x82, 1, 0xff), BYTES(0x30, 3, 0x85, 1, 0xff),
	    BYTES(0x30, 4, 0x83, 2, 6, 0x40), BYTES(0x05, 0),
	    { fits.p, fits.len }, { not.p, not.len } };
	struct shape s = { .number = 1 };
	size_t i, k, refused = 0, good = 0, n = 0;
	struct verdict v;

	for (i = 0; i < N_REASONS; i++)
		for (k = 0; k < 8 * sizeof idps / sizeof idps[0]; k++) {
			s.reason = reasons[i];
			s.idp = idps[k / 8];
			s.forged = (k & 1) != 0;
			s.next_update = (k & 2) != 0 ? "250201000000Z" : NULL;
			s.critical = (k & 4) != 0;
			v = same_verdict(&s, NULL);
			refused += v.ok == 0;
			good += v.ok == 1;
			n++;
		}
	CHECK(good >= 8 && refused > good && n == good + refused);
	s = (struct shape){ .reason = 1, .this_update = "490101000000Z" };
	CHECK_INT(same_verdict(&s, NULL).ok, 0);
	sek_buf_free(&fits);
	sek_buf_free(&not);
}

static void
delta_lists(void)
{
	struct shape base = { .number = 10, .freshest = true };
	struct shape delta = { .number = 11, .base = 10 };
	size_t i, k;
	struct verdict v;

	for (i = 0; i < N_REASONS; i++)
		for (k = 0; k < N_REASONS; k++) {
			base.reason = reasons[i];
			delta.reason = reasons[k];
			v = same_verdict(&base, &delta);
			/* removeFromCRL clears what the base lists, anything
			 * else in the delta revokes */
			CHECK_INT(v.ok, reasons[k] == 8 ||
			    (reasons[k] == NOT_LISTED &&
			    (reasons[i] == NOT_LISTED || reasons[i] == 8)));
		}
	base.reason = 6;
	delta.reason = 8;
	delta.base = 12; /* of a base that is newer */
	delta.number = 13;
	CHECK_INT(same_verdict(&base, &delta).error, X509_V_ERR_CERT_REVOKED);
	delta.base = 10;
	delta.number = 9; /* older than the base */
	CHECK_INT(same_verdict(&base, &delta).error, X509_V_ERR_CERT_REVOKED);
	delta.number = 11;
	delta.forged = true;
	CHECK_INT(same_verdict(&base, &delta).ok, 0);
}

static void
indirect_lists(void)
{
	const struct bytes flag = BYTES(0x30, 3, 0x84, 1, 0xff);
	struct shape s = { .number = 1, .indirect = true, .idp = flag };
	size_t i;

	/* no distribution point of the leaf names the CRL's issuer, so both
	 * must say that its scope does not fit, listed or not */
	for (i = 0; i < N_REASONS; i++) {
		s.reason = reasons[i];
		(void)same_verdict(&s, NULL);
		s.idp = NO_BYTES;
		(void)same_verdict(&s, NULL);
		s.idp = flag;
	}
	/* and one whose does */
	for (i = 0; i < N_REASONS; i++) {
		s.reason = reasons[i];
		CHECK_INT(same_for(user_of, &s, NULL).error,
		    reasons[i] == NOT_LISTED || reasons[i] == 8 ? X509_V_OK :
		    X509_V_ERR_CERT_REVOKED);
	}
	/* its own issuer's, with the flag */
	s.indirect = false;
	s.reason = 1;
	CHECK_INT(same_verdict(&s, NULL).error, X509_V_ERR_CERT_REVOKED);
	s.reason = NOT_LISTED;
	CHECK_INT(same_verdict(&s, NULL).ok, 1);
}

/* -- in the cache of sekisho-fetch */

static char cache[1200], folder[1300];

static void
path_of(const struct sek_buf *der, char out[1400])
{
	X509_CRL *crl = plain_of(der);
	char name[64];

	CHECK(crl != NULL);
	CHECK_INT(sek_index_name(crl, NULL, name), SEK_OK);
	(void)snprintf(out, 1400, "%s/%s", folder, name);
	X509_CRL_free(crl);
}

static void
install(const struct shape *s, char out[1400])
{
	struct sek_buf der = shape_der(s);
	struct sek_why why = { "" };
	int fd;

	path_of(&der, out);
	(void)unlink(out);
	fd = open(out, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	CHECK(fd >= 0);
	CHECK_INT(compile_to(fd, &der, NULL, &why), SEK_OK);
	(void)close(fd);
	sek_buf_free(&der);
}

static int
remove_one(const char *p, const struct stat *st, int kind, struct FTW *where)
{
	(void)st;
	(void)kind;
	(void)where;
	return remove(p);
}

static void
clear_cache(void)
{
	(void)nftw(cache, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	CHECK(mkdir(cache, 0755) == 0 && mkdir(folder, 0755) == 0);
}

static void
judge_leaf(enum sek_reason want, const char *status, const char *detail)
{
	enum sek_reason r = judge(leaf);

	if (r != want)
		printf("# %s\n", info.detail);
	CHECK_INT(r, want);
	CHECK_STR(info.rev.status, status);
	if (strstr(info.detail, detail) == NULL)
		CHECK_STR(info.detail, detail);
}

static void
a_login_finds_it(void)
{
	struct shape s = { .reason = NOT_LISTED, .number = 0x2a };
	char at[1400];
	X509 *x;

	clear_cache();
	install(&s, at);
	judge_leaf(SEK_R_OK, "good", "");
	CHECK_STR(info.rev.crl_number, "2a");
	s.reason = 1;
	install(&s, at);
	judge_leaf(SEK_R_CERT_REVOKED, "revoked", strrchr(at, '/') + 1);
	CHECK_STR(info.rev.revoked_reason, "keyCompromise");
	CHECK_INT(info.rev.revoked_at, 1735689600);
	x = copy();
	CHECK(ASN1_INTEGER_set(X509_get_serialNumber(x), 8) == 1);
	expect(x, true, SEK_R_OK, "");
	/* stale, and it still refuses what it lists */
	s.this_update = "240101000000Z";
	s.next_update = "240201000000Z";
	install(&s, at);
	judge_leaf(SEK_R_CERT_REVOKED, "revoked", "");
	s.reason = NOT_LISTED;
	install(&s, at);
	judge_leaf(SEK_R_CRL_STALE, "stale", "CRL has expired");
	s.this_update = s.next_update = NULL;
	s.forged = true;
	install(&s, at);
	judge_leaf(SEK_R_CRL_INVALID, "unknown", "CRL signature failure");
}

static void
a_damaged_one_is_none(void)
{
	struct shape s = { .reason = NOT_LISTED, .number = 1 };
	char at[1400];

	clear_cache();
	install(&s, at);
	CHECK(truncate(at, 200) == 0);
	judge_leaf(SEK_R_CRL_MISSING, "unknown", "(1 unusable: ");
	if (strstr(info.detail, "is truncated") == NULL)
		CHECK_STR(info.detail, "is truncated");
	CHECK(unlink(at) == 0);
	judge_leaf(SEK_R_CRL_MISSING, "unknown", "no CRL of");
	CHECK(strstr(info.detail, "unusable") == NULL);
}

/* -- the source */

struct listed {
	unsigned int good, bad;
};

static int
count_listed(void *arg, const char *file, X509_CRL *crl,
    const struct sek_why *why)
{
	struct listed *l = arg;

	if (strstr(file, SEK_INDEX_SUFFIX) == NULL)
		return SEK_E_INVAL;
	if (crl != NULL && sek_index_is(crl))
		l->good++;
	else if (crl == NULL && strstr(why->text, "truncated") != NULL)
		l->bad++;
	return SEK_OK;
}

static unsigned int
candidates(const struct sek_rev_source *s, const X509_NAME *issuer)
{
	STACK_OF(X509_CRL) *found = sek_rev_candidates(s, issuer);
	unsigned int n = found != NULL ? (unsigned)sk_X509_CRL_num(found) : 0;

	sk_X509_CRL_pop_free(found, X509_CRL_free);
	return n;
}

static void
another_issuer_is_not_opened(void)
{
	struct shape mine = { .reason = NOT_LISTED, .number = 1 };
	struct shape theirs = { .reason = NOT_LISTED, .number = 1,
	    .indirect = true };
	struct sek_rev_source *s = NULL;
	struct listed l = { 0, 0 };
	struct sek_why why = { "" };
	char at[1400], odd[1400];
	int fd;

	clear_cache();
	install(&mine, at);
	install(&theirs, at);
	CHECK(truncate(at, 200) == 0);
	CHECK_INT(sek_rev_open("", cache, &s, &why), SEK_OK);
	CHECK_INT(candidates(s, X509_get_subject_name(ca)), 1);
	CHECK_INT(sek_rev_problems(s, NULL), 0);
	CHECK_INT(candidates(s, X509_get_subject_name(crl_signer)), 0);
	CHECK_INT(sek_rev_problems(s, &why), 1);
	CHECK(strstr(why.text, "is truncated") != NULL);
	CHECK_INT(sek_rev_each(s, count_listed, &l), SEK_OK);
	CHECK_INT(l.good, 1);
	CHECK_INT(l.bad, 1);
	CHECK_INT(sek_rev_problems(s, NULL), 1);
	sek_rev_close(s);
	/* an index under another issuer's name is not taken for its own */
	CHECK(unlink(at) == 0);
	mine.number = 2;
	install(&mine, odd);
	CHECK(rename(odd, at) == 0);
	/* nor what only looks like one, nor what is being written */
	(void)snprintf(odd, sizeof odd, "%s/x.idx", folder);
	CHECK((fd = open(odd, O_WRONLY | O_CREAT, 0600)) >= 0);
	(void)close(fd);
	(void)snprintf(odd, sizeof odd, "%s/.new.idx", folder);
	CHECK((fd = open(odd, O_WRONLY | O_CREAT, 0600)) >= 0);
	(void)close(fd);
	CHECK_INT(sek_rev_open("", cache, &s, &why), SEK_OK);
	CHECK_INT(candidates(s, X509_get_subject_name(ca)), 0);
	CHECK_INT(candidates(s, X509_get_subject_name(crl_signer)), 0);
	CHECK_INT(sek_rev_problems(s, &why), 1);
	CHECK_STR(why.text, "x.idx: not the name of an index");
	sek_rev_close(s);
}

static void
sources_that_are_empty(void)
{
	struct shape shape = { .reason = NOT_LISTED, .number = 1 };
	struct sek_buf der = shape_der(&shape);
	struct sek_rev_source *s = NULL;
	struct sek_why why = { "" };
	X509_CRL *crl = index_of(&der, NULL);
	X509_NAME *nobody = make_name("Nobody", MBSTRING_UTF8);
	char missing[1300];

	sek_buf_free(&der);
	CHECK(crl != NULL);
	(void)snprintf(missing, sizeof missing, "%s/none", fix.dir);
	CHECK_INT(sek_rev_open("", missing, &s, &why), SEK_OK);
	CHECK_INT(candidates(s, X509_get_subject_name(ca)), 0);
	CHECK_INT(sek_rev_problems(s, NULL), 0);
	sek_rev_close(s);
	CHECK_INT(sek_rev_open("", "", &s, &why), SEK_OK);
	sek_rev_close(s);
	CHECK(sek_rev_open(missing, "", &s, &why) != SEK_OK);
	CHECK(chmod(cache, 0777) == 0);
	CHECK_INT(sek_rev_open("", cache, &s, &why), SEK_E_UNSAFE);
	CHECK(chmod(cache, 0755) == 0 && chmod(folder, 0777) == 0);
	CHECK_INT(sek_rev_open("", cache, &s, &why), SEK_OK);
	CHECK_INT(sek_rev_problems(s, NULL), 1);
	CHECK(chmod(folder, 0755) == 0);
	sek_rev_close(s);
	/* and one that holds what it is given */
	CHECK_INT(sek_rev_new(&s), SEK_OK);
	CHECK_INT(candidates(s, X509_get_subject_name(ca)), 0);
	CHECK_INT(sek_rev_add(s, crl, "given.crl"), SEK_OK);
	CHECK_STR(sek_rev_file(s, crl), "given.crl");
	X509_CRL_free(crl);
	CHECK_INT(candidates(s, X509_get_subject_name(ca)), 1);
	CHECK_INT(candidates(s, nobody), 0);
	X509_NAME_free(nobody);
	sek_rev_close(s);
}

/* The next CRL replaces this one; another scope or kind stands beside it. */
static void
names_by_issuer_scope_and_kind(void)
{
	struct sek_buf one = partition(DP), two = partition(DP "2");
	const struct shape shapes[] = {
	    { .reason = NOT_LISTED, .number = 1 },
	    { .reason = 1, .number = 2, .next_update = "300101000000Z" },
	    { .reason = 1, .number = 2, .base = 1 },
	    { .reason = 1, .number = 2, .idp = { one.p, one.len } },
	    { .reason = 1, .number = 2, .idp = { two.p, two.len } },
	    { .reason = 1, .number = 2, .indirect = true },
	    { .reason = 1, .number = 4, .base = 3 } };
	char paths[7][1400];
	struct sek_buf der;
	size_t i, k;

	for (i = 0; i < 7; i++) {
		der = shape_der(&shapes[i]);
		path_of(&der, paths[i]);
		sek_buf_free(&der);
		for (k = 0; k < i; k++)
			CHECK_INT(strcmp(paths[i], paths[k]) == 0,
			    (i == 1 && k == 0) || (i == 6 && k == 2));
	}
	CHECK_INT(strncmp(paths[0], paths[4], strlen(folder) + 9), 0);
	sek_buf_free(&one);
	sek_buf_free(&two);
}

/* RFC 5280 4.2.1.13: a DistributionPoint with nothing but cRLIssuer [2]. */
static bool
add_crl_issuer(X509 *x, const X509_NAME *name)
{
	struct sek_buf dir = { 0 }, point = { 0 }, seq = { 0 }, all = { 0 };
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	X509_EXTENSION *e = NULL;
	struct bytes der = name_der(name);
	bool ok;

	put_tlv(&dir, 0xa4, der.p, der.n);
	put_wrapped(&point, 0xa2, &dir);
	put_wrapped(&seq, 0x30, &point);
	put_wrapped(&all, 0x30, &seq);
	ok = value != NULL &&
	    ASN1_OCTET_STRING_set(value, all.p, (int)all.len) == 1;
	if (ok)
		e = X509_EXTENSION_create_by_NID(NULL,
		    NID_crl_distribution_points, 0, value);
	ok = e != NULL && X509_add_ext(x, e, -1) == 1;
	X509_EXTENSION_free(e);
	ASN1_OCTET_STRING_free(value);
	sek_buf_free(&all);
	return ok;
}

static bool
start(void)
{
	if (!maker_open())
		return false;
	other_key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	by_ca.key = ca_key;
	by_other.key = other_key;
	crl_signer = other_key != NULL ? blank(other_key, true) : NULL;
	user = X509_dup(leaf);
	user_of = X509_dup(leaf);
	if (crl_signer == NULL || user == NULL || user_of == NULL ||
	    X509_NAME_add_entry_by_txt(X509_get_subject_name(crl_signer),
	    "O", MBSTRING_UTF8, (const unsigned char *)"lists", -1, -1, 0)
	    != 1 || !resign(crl_signer) ||
	    !add_ext(user, NID_crl_distribution_points, "URI:" DP) ||
	    !resign(user) || !add_crl_issuer(user_of,
	    X509_get_subject_name(crl_signer)) || !resign(user_of))
		return false;
	(void)snprintf(cache, sizeof cache, "%s/cache", fix.dir);
	(void)snprintf(folder, sizeof folder, "%s/%s", cache,
	    SEK_INDEX_FOLDER);
	(void)snprintf(policy.cache, sizeof policy.cache, "%s", cache);
	policy.check = SEK_CHECK_CRL;
	return true;
}

int
main(void)
{
	if (!start()) {
		printf("not ok a CA to test with\n");
		check_failed++;
	} else {
		RUN(complete_lists);
		RUN(delta_lists);
		RUN(indirect_lists);
		RUN(a_login_finds_it);
		RUN(a_damaged_one_is_none);
		RUN(another_issuer_is_not_opened);
		RUN(sources_that_are_empty);
		RUN(names_by_issuer_scope_and_kind);
	}
	X509_free(crl_signer);
	X509_free(user);
	X509_free(user_of);
	EVP_PKEY_free(other_key);
	maker_close();
	return CHECK_END();
}
