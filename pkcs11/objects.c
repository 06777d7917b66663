/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Walks over the objects of the tokens that can be read without a PIN, for
 * who makes keys of them (certs.c, pubkeys.c).
 * Runs in sekisho-pkcs11.  Bounded in the number of objects and of keys,
 * whatever the module says; looks into no object itself.
 */
#include <stdlib.h>
#include <string.h>

#include "pkcs11/p11.h"
#include "pkcs11/reader.h"

#define BATCH 16u

static int
look_at(const struct p11_search *s, const struct p11_token *t,
    CK_OBJECT_HANDLE obj, struct sek_keys *out)
{
	struct sek_key *k = &out->key[out->n];
	int r = s->take(s, t, obj, k);

	if (r != SEK_OK || k->cert == NULL)
		return r;
	k->slot = t->slot;
	k->pin_flags = p11_pin_flags(&t->info);
	memcpy(k->label, t->label, sizeof k->label);
	memcpy(k->serial, t->serial, sizeof k->serial);
	memcpy(k->reader, t->reader, sizeof k->reader);
	out->n++;
	return SEK_OK;
}

static int
find(const struct p11_search *s, const struct p11_token *t,
    struct sek_keys *out)
{
	CK_OBJECT_HANDLE obj[BATCH];
	CK_ULONG n, i;
	size_t seen = 0;
	int r = SEK_OK;

	while (r == SEK_OK && seen < P11_MAX_OBJECTS) {
		n = 0;
		if (s->m->f.C_FindObjects(t->session, obj, BATCH, &n) !=
		    CKR_OK || n == 0 || n > BATCH)
			break;
		for (i = 0; r == SEK_OK && i < n; i++) {
			if (out->n == SEK_MAX_KEYS)
				return SEK_OK;
			r = look_at(s, t, obj[i], out);
		}
		seen += n;
	}
	return r;
}

/* A token that cannot be read has no keys; it is still a token. */
static int
scan_token(const struct p11_search *s, struct p11_token *t,
    struct sek_keys *out)
{
	CK_SLOT_INFO slot;
	int r;

	if (s->m->f.C_GetSlotInfo(t->slot, &slot) == CKR_OK)
		p11_text(t->reader, sizeof t->reader, slot.slotDescription,
		    sizeof slot.slotDescription);
	if (p11_open(s->m, t) != CKR_OK ||
	    s->m->f.C_FindObjectsInit(t->session, s->want, s->n_want) !=
	    CKR_OK)
		return SEK_OK;
	r = find(s, t, out);
	/* a search that does not end would be in the way of the next */
	if (s->m->f.C_FindObjectsFinal(t->session) != CKR_OK)
		p11_close(s->m, t);
	return r;
}

int
p11_objects_read(const struct p11_search *s, struct p11_tokens *toks,
    struct sek_keys *out)
{
	struct sek_keys keys = { .tokens = (uint32_t)toks->n };
	int r = SEK_OK;
	size_t i;

	if ((keys.key = calloc(SEK_MAX_KEYS, sizeof *keys.key)) == NULL)
		return SEK_E_NOMEM;
	for (i = 0; r == SEK_OK && i < toks->n; i++)
		if (toks->t[i].usable)
			r = scan_token(s, &toks->t[i], &keys);
	if (r != SEK_OK)
		sek_keys_clear(&keys);
	else
		*out = keys;
	return r;
}
