/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rows of `sekisho explain`: a label in the administrator's language and
 * a value.
 */
#ifndef HELPDESK_EXPLAIN_H
#define HELPDESK_EXPLAIN_H

#include <openssl/x509.h>
#include <stdint.h>

#include "gate/certificate.h"
#include "helpdesk/desk.h"

enum explain_label {
	L_SUBJECT,
	L_ISSUER,
	L_SERIAL,
	L_VALID,
	L_KEY,
	L_SIGNED,
	L_USAGE,
	L_PURPOSE,
	L_POLICY,
	L_ROLE,
	L_CA,
	L_NAME,
	L_CERT_PRINT,
	L_KEY_PRINT,
	L_CRL_POINT,
	L_DELTA_POINT,
	L_RESPONDER,
	L_CONFIGURATION,
	L_CHECK,
	L_CRL,
	L_ISSUED,
	L_NEXT,
	L_UNUSABLE,
	L_ANSWER,
	L_DENIED,
	L_ENROLLED,
	N_EXPLAIN_LABELS
};

/* One `sekisho explain`. */
struct explain {
	struct desk *d;
	X509 *x;                   /* owned */
	struct sek_cert_info info;
	int64_t now;
	bool no_conf;              /* the certificate alone */
	struct sek_why no_policy;  /* why there is none */
};

/* -- explain.c */
void explain_row(const struct explain *e, enum explain_label l,
    const char *value);
void explain_say(const struct explain *e, enum explain_label l,
    const struct desk_said *s);
#define EXPLAIN(e, l, ...) explain_say((e), (l), DESK_ARGS(__VA_ARGS__))

/* -- explain_extensions.c: what its extensions say */
void explain_extensions(const struct explain *e);

/* -- explain_here.c: what is known about it on this machine; what cannot be
 * read is told in its row */
void explain_here(const struct explain *e);
/* Who signed it, among what the configuration names; owned by the stack. */
X509 *explain_issuer(X509 *x, const STACK_OF(X509) *all);

#endif
