/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The certificates that can be read from the tokens without a PIN.
 * Runs in sekisho-pkcs11.  Never parses one: the gate does.  Bounded in the
 * number of objects, of keys and of bytes, whatever the module says.
 */
#include <stdlib.h>
#include <string.h>

#include "pkcs11/p11.h"
#include "pkcs11/reader.h"

#define BATCH 16u

struct scan {
	struct p11_module *m;
	struct p11_token *t;
	struct sek_keys *out;
	uint8_t *cert; /* SEK_MAX_CERT bytes for the value being read */
};

/* One call with room for the largest that we take: a value that is too
 * large, or changes its mind about its size, is simply not read. */
static int
add_cert(struct scan *s, CK_OBJECT_HANDLE obj)
{
	uint8_t id[SEK_MAX_KEY_ID];
	CK_ATTRIBUTE a[] = {
		{ CKA_ID, id, sizeof id },
		{ CKA_VALUE, s->cert, SEK_MAX_CERT },
	};
	struct sek_key *k = &s->out->key[s->out->n];

	if (s->m->f.C_GetAttributeValue(s->t->session, obj, a, 2) != CKR_OK)
		return SEK_OK;
	if (a[0].ulValueLen == 0 || a[0].ulValueLen > sizeof id ||
	    a[1].ulValueLen == 0 || a[1].ulValueLen > SEK_MAX_CERT)
		return SEK_OK; /* also CK_UNAVAILABLE_INFORMATION */
	if ((k->cert = malloc(a[1].ulValueLen)) == NULL)
		return SEK_E_NOMEM;
	memcpy(k->cert, s->cert, a[1].ulValueLen);
	k->cert_len = a[1].ulValueLen;
	memcpy(k->id, id, a[0].ulValueLen);
	k->id_len = a[0].ulValueLen;
	k->slot = s->t->slot;
	k->pin_flags = p11_pin_flags(&s->t->info);
	memcpy(k->label, s->t->label, sizeof k->label);
	memcpy(k->serial, s->t->serial, sizeof k->serial);
	memcpy(k->reader, s->t->reader, sizeof k->reader);
	s->out->n++;
	return SEK_OK;
}

static int
find_certs(struct scan *s)
{
	CK_OBJECT_HANDLE obj[BATCH];
	CK_ULONG n, i;
	size_t seen = 0;
	int r = SEK_OK;

	while (r == SEK_OK && seen < P11_MAX_OBJECTS) {
		n = 0;
		if (s->m->f.C_FindObjects(s->t->session, obj, BATCH, &n) !=
		    CKR_OK || n == 0 || n > BATCH)
			break;
		for (i = 0; r == SEK_OK && i < n; i++) {
			if (s->out->n == SEK_MAX_KEYS)
				return SEK_OK;
			r = add_cert(s, obj[i]);
		}
		seen += n;
	}
	return r;
}

/* A token that cannot be read has no keys; it is still a token. */
static int
scan_token(struct scan *s)
{
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	CK_CERTIFICATE_TYPE type = CKC_X_509;
	CK_ATTRIBUTE want[] = {
		{ CKA_CLASS, &class, sizeof class },
		{ CKA_CERTIFICATE_TYPE, &type, sizeof type },
	};
	CK_SLOT_INFO slot;
	int r;

	if (s->m->f.C_GetSlotInfo(s->t->slot, &slot) == CKR_OK)
		p11_text(s->t->reader, sizeof s->t->reader,
		    slot.slotDescription, sizeof slot.slotDescription);
	if (p11_open(s->m, s->t) != CKR_OK)
		return SEK_OK;
	if (s->m->f.C_FindObjectsInit(s->t->session, want, 2) != CKR_OK)
		return SEK_OK;
	r = find_certs(s);
	/* a search that does not end would be in the way of the next */
	if (s->m->f.C_FindObjectsFinal(s->t->session) != CKR_OK)
		p11_close(s->m, s->t);
	return r;
}

int
p11_keys_read(struct p11_module *m, struct p11_tokens *toks,
    struct sek_keys *out)
{
	struct sek_keys keys = { .tokens = (uint32_t)toks->n };
	struct scan s = { .m = m, .out = &keys };
	int r = SEK_E_NOMEM;
	size_t i;

	s.cert = malloc(SEK_MAX_CERT);
	keys.key = calloc(SEK_MAX_KEYS, sizeof *keys.key);
	if (s.cert == NULL || keys.key == NULL)
		goto out;
	r = SEK_OK;
	for (i = 0; r == SEK_OK && i < toks->n; i++) {
		s.t = &toks->t[i];
		if (s.t->usable)
			r = scan_token(&s);
	}
out:
	free(s.cert);
	if (r != SEK_OK)
		sek_keys_clear(&keys);
	else
		*out = keys;
	return r;
}
