/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The public keys of one label that can be read from the tokens without a
 * PIN: for a token that signs without a certificate.
 * Runs in sekisho-pkcs11.  Keys on the curve P-256 alone; it says what else
 * it found.  Judges no key, the other end does.
 */
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "pkcs11/p11.h"

#define POINT_LEN 65u /* uncompressed, SEC 1 section 2.3.3 */

/* RFC 5480 section 2.1.1.1: OBJECT IDENTIFIER secp256r1, as CKA_EC_PARAMS
 * has it (PKCS#11 2.40, 2.3.3). */
static const uint8_t p256[] = {
	0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07
};
/* RFC 5480 section 2: SubjectPublicKeyInfo up to the point */
static const uint8_t before_point[] = {
	0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d,
	0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01,
	0x07, 0x03, 0x42, 0x00
};

static int
other_kind(struct sek_fail *fail, const char *kind)
{
	return p11_fail(fail, SEK_FAIL_MECHANISM, CKR_KEY_TYPE_INCONSISTENT,
	    kind);
}

static int
check_kind(const struct p11_search *s, const struct p11_token *t,
    CK_OBJECT_HANDLE obj)
{
	struct sek_fail *fail = s->with;
	uint8_t params[64];
	CK_KEY_TYPE type = 0;
	CK_ATTRIBUTE kind = { CKA_KEY_TYPE, &type, sizeof type };
	CK_ATTRIBUTE curve = { CKA_EC_PARAMS, params, sizeof params };

	if (s->m->f.C_GetAttributeValue(t->session, obj, &kind, 1) !=
	    CKR_OK || kind.ulValueLen != sizeof type)
		return other_kind(fail, "a key of an unknown kind");
	if (type == CKK_RSA)
		return other_kind(fail, "an RSA key, not one on P-256");
	if (type != CKK_EC)
		return other_kind(fail, "a key that is not on P-256");
	if (s->m->f.C_GetAttributeValue(t->session, obj, &curve, 1) ==
	    CKR_OK && curve.ulValueLen == sizeof p256 &&
	    memcmp(params, p256, sizeof p256) == 0)
		return SEK_OK;
	return other_kind(fail, "an EC key on another curve than P-256");
}

/* CKA_EC_POINT is the point in an OCTET STRING; some modules leave that
 * out.  SEK_E_NOENT: it cannot be read. */
static int
read_point(const struct p11_search *s, const struct p11_token *t,
    CK_OBJECT_HANDLE obj, uint8_t point[POINT_LEN])
{
	uint8_t der[POINT_LEN + 2];
	CK_ATTRIBUTE a = { CKA_EC_POINT, der, sizeof der };
	CK_RV rv = s->m->f.C_GetAttributeValue(t->session, obj, &a, 1);

	if (rv != CKR_OK)
		return SEK_E_NOENT;
	if (a.ulValueLen == POINT_LEN)
		memcpy(point, der, POINT_LEN);
	else if (a.ulValueLen == sizeof der && der[0] == 0x04 &&
	    der[1] == POINT_LEN)
		memcpy(point, der + 2, POINT_LEN);
	else
		return SEK_E_NOENT;
	return point[0] == 0x04 ? SEK_OK : SEK_E_NOENT;
}

static int
take_key(const struct p11_search *s, const struct p11_token *t,
    CK_OBJECT_HANDLE obj, struct sek_key *k)
{
	uint8_t point[POINT_LEN];
	CK_ATTRIBUTE id = { CKA_ID, k->id, sizeof k->id };
	int r;

	if ((r = check_kind(s, t, obj)) != SEK_OK)
		return r;
	if (read_point(s, t, obj, point) != SEK_OK ||
	    s->m->f.C_GetAttributeValue(t->session, obj, &id, 1) != CKR_OK ||
	    id.ulValueLen == 0 || id.ulValueLen > sizeof k->id)
		return SEK_OK;
	if ((k->cert = malloc(sizeof before_point + POINT_LEN)) == NULL)
		return SEK_E_NOMEM;
	memcpy(k->cert, before_point, sizeof before_point);
	memcpy(k->cert + sizeof before_point, point, POINT_LEN);
	k->cert_len = sizeof before_point + POINT_LEN;
	k->id_len = id.ulValueLen;
	return SEK_OK;
}

int
p11_pubkeys_read(struct p11_module *m, struct p11_tokens *toks,
    const char *label, struct sek_keys *out, struct sek_fail *fail)
{
	CK_OBJECT_CLASS class = CKO_PUBLIC_KEY;
	char name[SEK_LABEL_MAX];
	CK_ATTRIBUTE want[] = {
		{ CKA_CLASS, &class, sizeof class },
		{ CKA_LABEL, name, strlen(label) },
	};
	const struct p11_search s = { .m = m, .want = want, .n_want = 2,
		.take = take_key, .with = fail };

	(void)snprintf(name, sizeof name, "%s", label);
	return p11_objects_read(&s, toks, out);
}
