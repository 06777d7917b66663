/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the three kinds of `sekisho verify` share, and `sekisho explain` with
 * them: files as they are given on a command line, and the one line that
 * says what came of it.
 */
#ifndef HELPDESK_VERIFY_H
#define HELPDESK_VERIFY_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gate/certificate.h"
#include "helpdesk/desk.h"
#include "sekisho/err.h"
#include "sekisho/reason.h"

/* One `sekisho verify`: what was asked for. */
struct verify {
	struct desk *d;
	const char *leaf;         /* CERT; NULL: none */
	int64_t now;              /* --time, seconds since 1970 */
	/* files */
	struct desk_list anchors, untrusted, crls, policies;
	enum sek_rev_check check;
	const char *purpose;      /* an OID; NULL: any */
	uint32_t usage;           /* KU_* bits, one of which is needed */
	uint32_t max_depth;       /* CA certificates, with the anchor */
	bool policy_check, explicit_policy, inhibit_map, inhibit_any;
	bool partial_chain;
	/* an OCSP answer */
	const char *response, *issuer, *cert;
	int64_t max_age_s;        /* 0: nextUpdate alone decides */
	/* the installed configuration */
	const char *service;
};

/* -- verify.c */

/* Each takes the place of the exit status. */
int verify_files(struct verify *v);
int verify_ocsp(struct verify *v);
int verify_here(struct verify *v);
/* "rejected: WORD: DETAIL" on standard output; DESK_REFUSED. */
int verify_rejected(const struct verify *v, enum sek_reason r,
    const char *detail);
/* "accepted: CERT: how it is known not to be revoked"; DESK_OK. */
int verify_accepted(const struct verify *v, const struct sek_rev_info *rev);
/* A file that cannot even be read: told, and it is DESK_USAGE. */
int verify_no_file(const struct verify *v, const struct sek_why *why);
/* Something in a file is left out: a warning on standard error. */
void verify_left_out(const struct verify *v, const struct sek_why *why);

/* The first certificate of a file.  Others in it are neither trusted nor used:
 * a card does not hand them over either.  DESK_GO, or what to exit with; one
 * that does not parse is told as `reason`. */
int verify_leaf(const struct verify *v, const char *path,
    enum sek_reason reason, X509 **out) SEK_MUST;

/* -- verify_crls.c */

/* What could not be used of the files of CRLs. */
struct verify_bad_crls {
	size_t n;
	struct sek_why first;
};

/* Add what the files hold to the trust's source.  `issuers`: certificates
 * that may have signed a CRL whose digest cannot be kept.  DESK_GO, or what
 * to exit with. */
int verify_crls(const struct verify *v, struct sek_trust *t,
    const STACK_OF(X509) *issuers, struct verify_bad_crls *bad) SEK_MUST;

/* -- verify_read.c */

#define VERIFY_CERTS_MAX (2u * 1024 * 1024)    /* bytes of one file */
#define VERIFY_CRL_MAX (256u * 1024 * 1024)

struct verify_bytes {
	uint8_t *p; /* owned; wiped, it may have been a key */
	size_t n;
};

/* All of a file, a pipe, or standard input ("-").  SEK_E_LIMIT when it is
 * larger than `max`; anything else but SEK_OK: it cannot be read at all. */
int verify_read(const char *path, size_t max, struct verify_bytes *out,
    struct sek_why *why) SEK_MUST;
void verify_bytes_free(struct verify_bytes *b);
/* The certificates of a file's bytes, DER or PEM, in turn; other PEM blocks
 * are passed over.  `der` is NULL for a block that is broken.  What `fn`
 * returns other than SEK_OK ends the walk and is returned. */
int verify_each(const struct verify_bytes *b,
    int (*fn)(void *arg, const uint8_t *der, size_t n), void *arg) SEK_MUST;
/* The first certificate and how many there are.  SEK_E_SYNTAX when there is
 * none, or when the first one does not parse; `path` names it then. */
int verify_first(const struct verify_bytes *b, const char *path, X509 **out,
    size_t *n, struct sek_why *why) SEK_MUST;
/* All certificates of a file that parse, at the end of `to`.  SEK_E_SYNTAX
 * when some do not or when there is none: `why` tells. */
int verify_stack(const char *path, STACK_OF(X509) *to, struct sek_why *why)
    SEK_MUST;
/* The same for several files.  What is left out is told, DESK_GO; or what to
 * exit with. */
int verify_stacks(const struct verify *v, const struct desk_list *files,
    STACK_OF(X509) *to) SEK_MUST;

#endif
