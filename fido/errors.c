/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What libfido2 and the key report, as the gate is told of it.
 * Runs in sekisho-fido.  No text here comes from the key, and none of it can
 * hold a PIN.
 */
#include <stdio.h>

#include "fido/helper.h"

static const struct {
	int native;
	enum sek_fido_fail code;
} causes[] = {
	{ FIDO_ERR_NO_CREDENTIALS, SEK_UF_STRANGE },
	{ FIDO_ERR_INVALID_CREDENTIAL, SEK_UF_STRANGE },
	{ FIDO_ERR_TIMEOUT, SEK_UF_NO_TOUCH },
	{ FIDO_ERR_USER_ACTION_TIMEOUT, SEK_UF_NO_TOUCH },
	{ FIDO_ERR_ACTION_TIMEOUT, SEK_UF_NO_TOUCH },
	{ FIDO_ERR_KEEPALIVE_CANCEL, SEK_UF_NO_TOUCH },
	{ FIDO_ERR_OPERATION_DENIED, SEK_UF_REFUSED },
	{ FIDO_ERR_UV_INVALID, SEK_UF_REFUSED },
	{ FIDO_ERR_UV_BLOCKED, SEK_UF_VERIFY_LOCKED },
	{ FIDO_ERR_PIN_BLOCKED, SEK_UF_PIN_LOCKED },
	{ FIDO_ERR_PIN_AUTH_BLOCKED, SEK_UF_PIN_PAUSED },
	{ FIDO_ERR_PIN_NOT_SET, SEK_UF_NO_VERIFY },
	{ FIDO_ERR_PIN_REQUIRED, SEK_UF_NO_VERIFY },
	{ FIDO_ERR_CREDENTIAL_EXCLUDED, SEK_UF_EXCLUDED },
	{ FIDO_ERR_KEY_STORE_FULL, SEK_UF_FULL },
	{ FIDO_ERR_UNSUPPORTED_ALGORITHM, SEK_UF_UNSUPPORTED },
	{ FIDO_ERR_UNSUPPORTED_OPTION, SEK_UF_UNSUPPORTED },
	{ FIDO_ERR_UNSUPPORTED_EXTENSION, SEK_UF_UNSUPPORTED },
	{ FIDO_ERR_INVALID_OPTION, SEK_UF_UNSUPPORTED },
	{ FIDO_ERR_INVALID_COMMAND, SEK_UF_UNSUPPORTED },
	/* the PIN must be changed first */
	{ FIDO_ERR_PIN_POLICY_VIOLATION, SEK_UF_UNSUPPORTED },
};

int
fk_fail(struct fk_helper *h, enum sek_fido_fail code, int native,
    const char *what)
{
	h->fail = (struct sek_key_fail){ .code = code, .tries_left = -1,
		.native = native };
	(void)snprintf(h->fail.detail, sizeof h->fail.detail, "%s%s%s", what,
	    native == FIDO_OK ? "" : ": ",
	    native == FIDO_OK ? "" : fido_strerr(native));
	return SEK_E_DENIED;
}

int
fk_fail_native(struct fk_helper *h, int native, const char *what)
{
	enum sek_fido_fail code = SEK_UF_DEVICE;
	size_t i;

	for (i = 0; i < sizeof causes / sizeof causes[0]; i++)
		if (causes[i].native == native)
			code = causes[i].code;
	return fk_fail(h, code, native, what);
}

bool
fk_unanswered(int native)
{
	return native == FIDO_ERR_TX || native == FIDO_ERR_RX;
}
