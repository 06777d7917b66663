/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The certificates that can be read from the tokens without a PIN.
 * Runs in sekisho-pkcs11.  Never parses one: the gate does.  Bounded in
 * bytes, whatever the module says.
 */
#include <stdlib.h>
#include <string.h>

#include "pkcs11/p11.h"

/* One call with room for the largest that we take: a value that is too
 * large, or changes its mind about its size, is simply not read. */
static int
take_cert(const struct p11_search *s, const struct p11_token *t,
    CK_OBJECT_HANDLE obj, struct sek_key *k)
{
	uint8_t id[SEK_MAX_KEY_ID], *cert = s->with;
	CK_ATTRIBUTE a[] = {
		{ CKA_ID, id, sizeof id },
		{ CKA_VALUE, cert, SEK_MAX_CERT },
	};

	if (s->m->f.C_GetAttributeValue(t->session, obj, a, 2) != CKR_OK)
		return SEK_OK;
	if (a[0].ulValueLen == 0 || a[0].ulValueLen > sizeof id ||
	    a[1].ulValueLen == 0 || a[1].ulValueLen > SEK_MAX_CERT)
		return SEK_OK; /* also CK_UNAVAILABLE_INFORMATION */
	if ((k->cert = malloc(a[1].ulValueLen)) == NULL)
		return SEK_E_NOMEM;
	memcpy(k->cert, cert, a[1].ulValueLen);
	k->cert_len = a[1].ulValueLen;
	memcpy(k->id, id, a[0].ulValueLen);
	k->id_len = a[0].ulValueLen;
	return SEK_OK;
}

int
p11_keys_read(struct p11_module *m, struct p11_tokens *toks,
    struct sek_keys *out)
{
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	CK_CERTIFICATE_TYPE type = CKC_X_509;
	CK_ATTRIBUTE want[] = {
		{ CKA_CLASS, &class, sizeof class },
		{ CKA_CERTIFICATE_TYPE, &type, sizeof type },
	};
	uint8_t *cert = malloc(SEK_MAX_CERT); /* the value being read */
	const struct p11_search s = { .m = m, .want = want, .n_want = 2,
		.take = take_cert, .with = cert };
	int r = cert == NULL ? SEK_E_NOMEM : p11_objects_read(&s, toks, out);

	free(cert);
	return r;
}
