/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PIN: what the token says about it, handing it over, and what came of
 * that.
 * Runs in sekisho-pkcs11.  Never keeps a PIN, never prints one, never tries
 * one twice, never sends what cannot be right.
 */
#include <string.h>

#include "pkcs11/p11.h"
#include "pkcs11/reader.h"

uint32_t
p11_pin_flags(const CK_TOKEN_INFO *info)
{
	static const struct { CK_FLAGS theirs; uint32_t ours; } map[] = {
		{ CKF_USER_PIN_COUNT_LOW, SEK_PF_COUNT_LOW },
		{ CKF_USER_PIN_FINAL_TRY, SEK_PF_FINAL_TRY },
		{ CKF_USER_PIN_LOCKED, SEK_PF_LOCKED },
		{ CKF_LOGIN_REQUIRED, SEK_PF_LOGIN },
		{ CKF_PROTECTED_AUTHENTICATION_PATH, SEK_PF_PINPAD },
		{ CKF_USER_PIN_TO_BE_CHANGED, SEK_PF_TO_CHANGE },
	};
	uint32_t flags = 0;
	size_t i;

	for (i = 0; i < sizeof map / sizeof map[0]; i++)
		if ((info->flags & map[i].theirs) != 0)
			flags |= map[i].ours;
	if ((info->flags & CKF_USER_PIN_INITIALIZED) == 0)
		flags |= SEK_PF_NOT_SET;
	return flags;
}

/* PKCS#11 has flags only.  OpenSC's PIV driver (by its name in the token
 * information) leaves a card that can be asked for the number itself. */
static bool
is_piv(const struct p11_token *t)
{
	static const char name[] = "piv_II ";

	return memcmp(t->info.manufacturerID, name, sizeof name - 1) == 0;
}

int
p11_pin_read(struct p11_module *m, struct p11_token *t, struct sek_fail *fail)
{
	struct p11_pin pin = { .tries_left = -1 };

	if (p11_token_again(m, t, fail) != SEK_OK)
		return SEK_E_DENIED;
	pin.flags = p11_pin_flags(&t->info);
	if (is_piv(t) && t->reader[0] != '\0')
		pin.tries_left = p11_piv_tries(t->reader);
	/* where flag and number differ, the worse one is taken for true */
	if (pin.tries_left == 0)
		pin.flags |= SEK_PF_LOCKED;
	if (pin.tries_left == 1)
		pin.flags |= SEK_PF_FINAL_TRY;
	if ((pin.flags & SEK_PF_FINAL_TRY) != 0)
		pin.tries_left = 1;
	if ((pin.flags & SEK_PF_LOCKED) != 0)
		pin.tries_left = 0;
	t->pin = pin;
	return SEK_OK;
}

int
p11_pin_format(const struct p11_token *t, const struct sek_buf *pin,
    struct sek_fail *fail)
{
	CK_ULONG min = t->info.ulMinPinLen, max = t->info.ulMaxPinLen;

	/* limits that make no sense are no limits */
	if (max == 0 || max == CK_UNAVAILABLE_INFORMATION || min > max) {
		min = 0;
		max = CK_UNAVAILABLE_INFORMATION;
	}
	if (pin->len != 0 && pin->len >= min && pin->len <= max)
		return SEK_OK;
	(void)p11_fail(fail, SEK_FAIL_PIN_FORMAT, CKR_PIN_LEN_RANGE,
	    "not sent to the token");
	fail->pin_flags = t->pin.flags;
	fail->tries_left = t->pin.tries_left;
	return SEK_E_DENIED;
}

static CK_RV
hand_over(struct p11_module *m, const struct p11_token *t, CK_USER_TYPE user,
    const struct sek_buf *pin)
{
	if ((t->pin.flags & SEK_PF_PINPAD) != 0)
		return m->f.C_Login(t->session, user, NULL, 0);
	return m->f.C_Login(t->session, user, pin->p, pin->len);
}

static bool
is_pin_error(CK_RV rv)
{
	return rv == CKR_PIN_INCORRECT || rv == CKR_PIN_INVALID ||
	    rv == CKR_PIN_LEN_RANGE;
}

/* Has a try been spent, by what the token tells before and after? */
static bool
is_worse(const struct p11_pin *before, const struct p11_pin *after)
{
	const uint32_t low = SEK_PF_COUNT_LOW | SEK_PF_FINAL_TRY;

	if ((after->flags & low & ~before->flags) != 0)
		return true;
	return before->tries_left >= 0 && after->tries_left >= 0 &&
	    after->tries_left < before->tries_left;
}

/* Neither the code nor the flags can be trusted alone: OpenSC answers
 * CKR_GENERAL_ERROR for a locked JPKI card, tpm2-pkcs11 sets no flag. */
static enum sek_fail_code
classify(CK_RV rv, const struct p11_pin *before, const struct p11_pin *after)
{
	if (p11_is_removed(rv))
		return SEK_FAIL_REMOVED;
	if (rv == CKR_PIN_LOCKED || (after->flags & SEK_PF_LOCKED) != 0)
		return SEK_FAIL_LOCKED;
	if (is_pin_error(rv) || is_worse(before, after))
		return SEK_FAIL_WRONG_PIN;
	if (rv == CKR_FUNCTION_CANCELED || rv == CKR_FUNCTION_REJECTED)
		return SEK_FAIL_CANCELLED;
	return SEK_FAIL_TOKEN;
}

static int
refused(struct p11_module *m, struct p11_token *t, CK_RV rv,
    struct sek_fail *fail)
{
	struct p11_pin before = t->pin;
	struct sek_fail gone;
	enum sek_fail_code code;

	/* a token that no longer answers leaves the code alone to go by */
	t->pin.tries_left = -1;
	if (p11_pin_read(m, t, &gone) != SEK_OK &&
	    gone.code == SEK_FAIL_REMOVED && !is_pin_error(rv)) {
		*fail = gone;
		return SEK_E_DENIED;
	}
	code = classify(rv, &before, &t->pin);
	(void)p11_fail(fail, code, rv, "C_Login");
	if (code == SEK_FAIL_LOCKED) {
		t->pin.flags |= SEK_PF_LOCKED;
		t->pin.tries_left = 0;
	}
	if (rv == CKR_USER_PIN_NOT_INITIALIZED)
		t->pin.flags |= SEK_PF_NOT_SET;
	fail->pin_flags = t->pin.flags;
	fail->tries_left = t->pin.tries_left;
	return SEK_E_DENIED;
}

int
p11_login(struct p11_module *m, struct p11_token *t, CK_USER_TYPE user,
    const struct sek_buf *pin, struct sek_fail *fail)
{
	CK_RV rv = hand_over(m, t, user, pin);

	/* never a proof of this PIN: end that login, then ask again */
	if (rv == CKR_USER_ALREADY_LOGGED_IN ||
	    rv == CKR_USER_ANOTHER_ALREADY_LOGGED_IN) {
		(void)m->f.C_Logout(t->session);
		rv = hand_over(m, t, user, pin);
	}
	return rv == CKR_OK ? SEK_OK : refused(m, t, rv, fail);
}
