/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One check of a path while it runs, and the rooms that take part in it;
 * nobody else includes this.
 *
 *     certificate_path.c    one path after another, each in full
 *     certificate_walk.c    OpenSSL's errors: weighed, worded, forgiven
 *     certificate_crl.c     which CRLs, what they say, in which words
 *     certificate_newer.c   CRLs that OpenSSL did not choose
 *     certificate_search.c  other paths when the first one will not do
 *     certificate_names.c   name constraints: whose names, which CA
 *     certificate_match.c   one name against one constraint
 */
#ifndef GATE_CERTIFICATE_CHECK_H
#define GATE_CERTIFICATE_CHECK_H

#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "gate/certificate_errors.h"
#include "gate/certificate_rooms.h"

#define SEK_VOID_CRLS 8u /* CRLs of the leaf that say nothing */

/* The worst of several errors. */
struct sek_worst {
	enum sek_reason reason; /* SEK_R_NONE: nothing was wrong */
	unsigned int weight;
	struct sek_why why;
};

struct sek_walk {
	const struct sek_trust *t;
	int64_t now;
	enum sek_leaf_crl crl;
	X509_STORE_CTX_check_issued_fn issued; /* OpenSSL's own */
	X509_STORE_CTX_check_crl_fn check_crl;
	X509_STORE_CTX_cert_crl_fn cert_crl;
	struct sek_rev_info *rev;
	X509 *const *plan;     /* the path to take, leaf first; NULL: any */
	size_t n_plan;
	X509_CRL *judging;     /* the CRL that is looked into, or NULL */
	X509_CRL *delta;       /* that was asked before its base, or NULL */
	bool removing;         /* its entry takes the certificate off */
	bool stale_leaf;       /* the CRL at hand for the leaf is stale */
	const X509_STORE_CTX *own_only; /* whose lists are the new key's
					   own: see sek_crl_drop_own() */
	size_t candidates;     /* CRLs offered for the certificate at hand */
	const X509_CRL *voided[SEK_VOID_CRLS];
	size_t n_voided;
	struct sek_worst worst;
	struct sek_worst leaf; /* of the leaf's CRLs, when only wanted */
};

/* -- certificate_walk.c */

struct sek_walk *sek_walk_of(const X509_STORE_CTX *ctx);
bool sek_walk_at_leaf(const X509_STORE_CTX *ctx);
/* About the leaf's revocation, if only on the path of its CRL's issuer? */
bool sek_walk_below_leaf(const X509_STORE_CTX *ctx);
bool sek_walk_is_anchor(const struct sek_walk *c,
    const X509_STORE_CTX *ctx);
/* "certificate" or which issuer certificate. */
void sek_walk_who(const X509_STORE_CTX *ctx, char *out, size_t cap);
void sek_worst_add(struct sek_worst *w, enum sek_reason r,
    unsigned int weight, const struct sek_why *why);
/* The certificates of a chain, leaf first; the caller frees it, not them. */
X509 **sek_walk_path(const STACK_OF(X509) *chain, size_t *n);
/* OpenSSL's verify callback and its check_issued. */
int sek_walk_verify(int ok, X509_STORE_CTX *ctx);
int sek_walk_issued(X509_STORE_CTX *ctx, X509 *x, X509 *issuer);

/* -- certificate_crl.c */

void sek_crl_words(const struct sek_walk *c, const X509_STORE_CTX *ctx,
    int err, struct sek_why *why);
/* When and why the leaf was revoked. */
void sek_crl_revoked(struct sek_walk *c, X509_STORE_CTX *ctx);
/* May the stale CRL at hand serve a little longer? */
bool sek_crl_grace(struct sek_walk *c, const X509_STORE_CTX *ctx);
/* The CRL at hand says nothing about the leaf; false: too many. */
bool sek_crl_void(struct sek_walk *c, const X509_STORE_CTX *ctx);
bool sek_crl_is_void(const struct sek_walk *c, const X509_STORE_CTX *ctx);
/* OpenSSL's lookup_crls, check_crl and cert_crl. */
STACK_OF(X509_CRL) *sek_crl_lookup(const X509_STORE_CTX *ctx,
    const X509_NAME *issuer);
int sek_crl_check(X509_STORE_CTX *ctx, X509_CRL *crl);
int sek_crl_cert(X509_STORE_CTX *ctx, X509_CRL *crl, X509 *x);
/* All that may be about the certificate at hand, the newest first. */
STACK_OF(X509_CRL) *sek_crl_candidates(const struct sek_walk *c,
    const X509_STORE_CTX *ctx, const X509_NAME *issuer);
/* Write into the record which CRL judged the leaf. */
void sek_crl_note(struct sek_walk *c, const X509_CRL *crl);
/* Does its entry take the certificate off a list? */
bool sek_crl_removes(X509_CRL *crl, X509 *x);

/* -- certificate_newer.c */

/* Seconds since 1970; INT64_MAX when it cannot be read. */
int64_t sek_crl_this_update(const X509_CRL *crl);
int sek_crl_newest_first(const X509_CRL *const *a, const X509_CRL *const *b);
/* RFC 5280 6.3.3 (b) (2) (i) */
bool sek_crl_in_scope(const X509_CRL *crl, const X509 *x);
/* Does it say that the certificate is revoked? */
bool sek_crl_lists(X509_CRL *crl, X509 *x);
/* Take away those that another key of the same CA has signed. */
void sek_crl_drop_strange(const X509_STORE_CTX *ctx,
    STACK_OF(X509_CRL) *all);
/* Take away all when there are none but those that the certificate at hand,
 * the new key of a CA on the path of a CRL, has signed. */
void sek_crl_drop_own(const X509_STORE_CTX *ctx, STACK_OF(X509_CRL) *all,
    bool *only);
/* Once `crl` has been asked: does a newer one list the certificate?  It is
 * told like any other revocation.  False: stop, after an error. */
bool sek_crl_newer(struct sek_walk *c, X509_STORE_CTX *ctx, X509_CRL *crl,
    X509 *x);

/* -- certificate_search.c */

/* Call `fn` with one path after another from the leaf to an anchor, by name,
 * key identifier, signature and each certificate's own rules, the shortest
 * first, within a budget, until it returns true. */
bool sek_search_paths(const struct sek_trust *t, X509 *leaf, int64_t now,
    bool (*fn)(void *arg, X509 *const *path, size_t n), void *arg);
/* Why none of the CAs with the right name issued `x`; "" when none has it. */
void sek_search_explain(const struct sek_trust *t, X509 *x,
    struct sek_why *why);

/* -- certificate_names.c, certificate_match.c */

enum sek_name_kind { SEK_NAME_UNKNOWN, SEK_NAME_MAIL, SEK_NAME_DNS,
	SEK_NAME_URI, SEK_NAME_IP, SEK_NAME_DIR, SEK_NAME_UPN };

struct sek_name {
	enum sek_name_kind kind;
	bool utf8;              /* SmtpUTF8Mailbox */
	const uint8_t *p;       /* borrowed */
	size_t n;
	X509_NAME *dir;
	const GENERAL_NAME *gn; /* NULL: out of the subject */
};

enum sek_match { SEK_MATCH_NO, SEK_MATCH_YES, SEK_MATCH_BAD };

void sek_name_of(const GENERAL_NAME *gn, struct sek_name *out);
enum sek_match sek_name_match(const struct sek_name *base,
    const struct sek_name *name, bool excluded);
/* The name constraints of a CA on what is below it, the leaf first. */
enum sek_reason sek_names_check(X509 *ca, X509 *const *below, size_t n,
    struct sek_why *why);

#endif
