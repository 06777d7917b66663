/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The certificates of the OCSP tests, all made in memory.
 * Test programs only.
 */
#include "tests/ocsp_cast.h"

#include <openssl/evp.h>
#include <stdio.h>

#define YEAR (INT64_C(365) * 86400)
#define SIGNING "extendedKeyUsage=OCSPSigning"
#define DIGITAL "keyUsage=critical,digitalSignature"
#define NO_CHECK "noCheck=ignored"

static const char *const of_ca[] = { "basicConstraints=critical,CA:TRUE",
    "keyUsage=critical,keyCertSign,cRLSign", NULL };
static const char *const of_leaf[] = { "basicConstraints=critical,CA:FALSE",
    DIGITAL, "extendedKeyUsage=clientAuth",
    "authorityInfoAccess=OCSP;URI:http://ocsp.invalid/leaf", NULL };
static const char *const plain[] = { SIGNING, DIGITAL, NO_CHECK, NULL };
static const char *const checked[] = { SIGNING, DIGITAL, NULL };
static const char *const no_usage[] = { DIGITAL, NO_CHECK, NULL };
static const char *const client[] = { "extendedKeyUsage=clientAuth",
    DIGITAL, NO_CHECK, NULL };
static const char *const any[] = {
    "extendedKeyUsage=anyExtendedKeyUsage", DIGITAL, NO_CHECK, NULL };
static const char *const no_ku[] = { SIGNING, NO_CHECK, NULL };
static const char *const wrong_ku[] = { SIGNING, NO_CHECK,
    "keyUsage=critical,keyEncipherment", NULL };
static const char *const critical[] = { SIGNING, DIGITAL, NO_CHECK,
    "1.2.392.99.1=critical,DER:0500", NULL };
static const char *const is_ca[] = { SIGNING, NO_CHECK,
    "basicConstraints=critical,CA:TRUE",
    "keyUsage=critical,digitalSignature,keyCertSign", NULL };
static const char *const twice[] = { SIGNING, DIGITAL, NO_CHECK, NO_CHECK,
    NULL };

struct part {
	enum role who;
	const char *subject;
	const char *const *ext;
	enum role by;
	int64_t from, to; /* against NOW; 0, 0: a year each way */
	bool sha1;
};

/* Issuers before those they issue. */
static const struct part parts[] = {
	{ CA, "Ward CA", of_ca, CA, 0, 0, false },
	{ OTHER_CA, "Ward CA", of_ca, OTHER_CA, 0, 0, false },
	{ LEAF, "Yamada Taro", of_leaf, CA, 0, 0, false },
	{ STRANGER, "Yamada Taro", of_leaf, OTHER_CA, 0, 0, false },
	{ GOOD, "OCSP", plain, CA, 0, 0, false },
	{ NO_USAGE, "OCSP", no_usage, CA, 0, 0, false },
	{ CLIENT, "OCSP", client, CA, 0, 0, false },
	{ ANY, "OCSP", any, CA, 0, 0, false },
	{ EXPIRED, "OCSP", plain, CA, -YEAR, -1, false },
	{ NOT_YET, "OCSP", plain, CA, 1, YEAR, false },
	{ ENDS_NOW, "OCSP", plain, CA, 0, 1, false },
	{ NO_KU, "OCSP", no_ku, CA, 0, 0, false },
	{ WRONG_KU, "OCSP", wrong_ku, CA, 0, 0, false },
	{ OF_OTHER, "OCSP", plain, OTHER_CA, 0, 0, false },
	{ SELF, "OCSP", plain, SELF, 0, 0, false },
	{ CRITICAL, "OCSP", critical, CA, 0, 0, false },
	{ BY_SHA1, "OCSP", plain, CA, 0, 0, true },
	{ IS_CA, "Sub CA", is_ca, CA, 0, 0, false },
	{ OF_IS_CA, "OCSP", plain, IS_CA, 0, 0, false },
	{ CHECKED, "OCSP", checked, CA, 0, 0, false },
	{ WEAK, "OCSP", plain, CA, 0, 0, false },
	{ ED, "OCSP", plain, CA, 0, 0, false },
	{ RSA_2048, "OCSP", plain, CA, 0, 0, false },
	{ AS_CA, "Ward CA", plain, CA, 0, 0, false },
	{ TWICE, "OCSP", twice, CA, 0, 0, false },
	{ CURVE, "OCSP", plain, CA, 0, 0, false },
};

EVP_PKEY *
cast_key(const struct cast *c, enum role who)
{
	switch (who) {
	case CA:
		return c->ca_key;
	case OTHER_CA:
		return c->other_key;
	case WEAK:
		return c->weak_key;
	case ED:
		return c->ed_key;
	case RSA_2048:
		return c->rsa_key;
	case CURVE:
		return c->curve_key;
	default:
		return c->key;
	}
}

static bool
make(struct cast *c, const struct part *p)
{
	struct mint_cert m = { .subject = p->subject, .ext = p->ext,
	    .key = cast_key(c, p->who), .issuer_key = cast_key(c, p->by),
	    .serial = p->who == LEAF || p->who == STRANGER ? SERIAL :
	    100 + (long)p->who, .from = NOW - YEAR, .to = NOW + YEAR };

	if (p->who != p->by)
		m.issuer = c->x[p->by];
	if (p->from != 0)
		m.from = NOW + p->from;
	if (p->to != 0)
		m.to = p->who == ENDS_NOW ? NOW : NOW + p->to;
	if (p->sha1)
		m.md = EVP_sha1();
	c->x[p->who] = mint_certificate(&m);
	if (c->x[p->who] == NULL)
		printf("# part %d cannot be made\n", (int)p->who);
	return c->x[p->who] != NULL;
}

bool
cast_open(struct cast *c)
{
	size_t i;

	*c = (struct cast){ .ca_key = EVP_EC_gen("P-256") };
	c->other_key = EVP_EC_gen("P-256");
	c->key = EVP_EC_gen("P-256");
	c->curve_key = EVP_EC_gen("secp256k1");
	c->weak_key = EVP_RSA_gen(1024);
	c->rsa_key = EVP_RSA_gen(2048);
	c->ed_key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	for (i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (!make(c, &parts[i]))
			return false;
	return true;
}

void
cast_close(struct cast *c)
{
	EVP_PKEY *const keys[] = { c->ca_key, c->other_key, c->key,
	    c->weak_key, c->ed_key, c->rsa_key, c->curve_key };
	size_t i;

	for (i = 0; i < N_ROLES; i++)
		X509_free(c->x[i]);
	for (i = 0; i < sizeof keys / sizeof keys[0]; i++)
		EVP_PKEY_free(keys[i]);
}
