/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which tokens are there, and whether one is still the same.
 * Runs in sekisho-pkcs11.  Counts that the module gives are never used
 * before they were held against P11_MAX_SLOTS.  Asks no token for a PIN.
 */
#include <stdio.h>
#include <string.h>

#include "pkcs11/p11.h"
#include "pkcs11/reader.h"

static bool
same_text(const struct p11_token *a, const struct p11_token *b)
{
	const CK_TOKEN_INFO *x = &a->info, *y = &b->info;

	return memcmp(x->label, y->label, sizeof x->label) == 0 &&
	    memcmp(x->manufacturerID, y->manufacturerID,
	    sizeof x->manufacturerID) == 0 &&
	    memcmp(x->model, y->model, sizeof x->model) == 0 &&
	    memcmp(x->serialNumber, y->serialNumber,
	    sizeof x->serialNumber) == 0;
}

static void
read_token(struct p11_module *m, CK_SLOT_ID slot, struct p11_token *t)
{
	CK_RV rv;

	*t = (struct p11_token){ .slot = slot };
	if ((rv = m->f.C_GetTokenInfo(slot, &t->info)) != CKR_OK) {
		memset(&t->info, 0, sizeof t->info);
		t->unknown = !p11_is_removed(rv);
		return;
	}
	t->usable = (t->info.flags & CKF_TOKEN_INITIALIZED) != 0;
	p11_text(t->label, sizeof t->label, t->info.label,
	    sizeof t->info.label);
	p11_text(t->serial, sizeof t->serial, t->info.serialNumber,
	    sizeof t->info.serialNumber);
}

/* An initialised token counts, and a card that the module does not know
 * does; an empty token that nobody could use does not. */
static bool
is_wanted(const struct p11_token *t, const char *label)
{
	if (label[0] != '\0')
		return t->usable && strcmp(t->label, label) == 0;
	return t->usable || t->unknown;
}

int
p11_tokens_read(struct p11_module *m, const char *label,
    struct p11_tokens *out, struct sek_fail *fail)
{
	CK_SLOT_ID slots[P11_MAX_SLOTS];
	CK_ULONG n = 0, i;
	CK_RV rv;

	out->n = 0;
	/* PKCS#11 2.40 section 5.5: a module may look for readers anew only
	 * when it is asked for the size */
	rv = m->f.C_GetSlotList(CK_TRUE, NULL, &n);
	if (rv == CKR_OK && n != 0 && n <= P11_MAX_SLOTS) {
		n = P11_MAX_SLOTS; /* there may be more by now */
		rv = m->f.C_GetSlotList(CK_TRUE, slots, &n);
	}
	if (rv != CKR_OK)
		return p11_fail(fail, SEK_FAIL_MODULE, rv, "C_GetSlotList");
	if (n > P11_MAX_SLOTS) {
		(void)p11_fail(fail, SEK_FAIL_MODULE, rv, "C_GetSlotList");
		(void)snprintf(fail->detail, sizeof fail->detail,
		    "C_GetSlotList: more than %u slots", P11_MAX_SLOTS);
		return SEK_E_DENIED;
	}
	for (i = 0; i < n; i++) {
		read_token(m, slots[i], &out->t[out->n]);
		if (is_wanted(&out->t[out->n], label))
			out->n++;
	}
	return SEK_OK;
}

bool
p11_tokens_same(const struct p11_tokens *a, const struct p11_tokens *b)
{
	size_t i;

	if (a->n != b->n)
		return false;
	for (i = 0; i < a->n; i++)
		if (a->t[i].slot != b->t[i].slot ||
		    a->t[i].usable != b->t[i].usable ||
		    !same_text(&a->t[i], &b->t[i]))
			return false;
	return true;
}

/* Only a clear "no" is a no: a busy card may be slow to answer. */
bool
p11_token_present(struct p11_module *m, const struct p11_token *t)
{
	CK_SLOT_INFO info = { .flags = 0 };
	CK_RV rv = m->f.C_GetSlotInfo(t->slot, &info);

	if (rv == CKR_OK)
		return (info.flags & CKF_TOKEN_PRESENT) != 0;
	return !p11_is_removed(rv);
}

int
p11_token_again(struct p11_module *m, struct p11_token *t,
    struct sek_fail *fail)
{
	struct p11_token now = { .slot = t->slot };
	CK_RV rv = m->f.C_GetTokenInfo(t->slot, &now.info);

	if (rv != CKR_OK)
		return p11_fail_rv(fail, rv, "C_GetTokenInfo");
	if (!same_text(&now, t)) {
		(void)p11_fail(fail, SEK_FAIL_REMOVED, rv, "C_GetTokenInfo");
		(void)snprintf(fail->detail, sizeof fail->detail,
		    "another token is in the slot now");
		return SEK_E_DENIED;
	}
	t->info = now.info;
	return SEK_OK;
}

CK_RV
p11_open(struct p11_module *m, struct p11_token *t)
{
	CK_RV rv;

	if (t->open)
		return CKR_OK;
	rv = m->f.C_OpenSession(t->slot, CKF_SERIAL_SESSION, NULL, NULL,
	    &t->session);
	t->open = rv == CKR_OK;
	return rv;
}

void
p11_close(struct p11_module *m, struct p11_token *t)
{
	if (t->open)
		(void)m->f.C_CloseSession(t->session); /* it may be gone */
	t->open = false;
}
