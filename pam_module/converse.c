/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One message at a time through the host's PAM conversation.
 * Runs in the login program.  Answers are secrets: they are wiped before
 * they are freed, whatever they are and whoever has made them.
 */
#include <stdlib.h>
#include <string.h>

#include "pam_module/module.h"

static int
converse(pam_handle_t *pamh, int style, const char *text,
    struct pam_response **resp)
{
	const struct pam_message msg = { .msg_style = style, .msg = text };
	const struct pam_message *msgs = &msg;
	const struct pam_conv *conv;
	const void *item = NULL;

	*resp = NULL;
	if (pam_get_item(pamh, PAM_CONV, &item) != PAM_SUCCESS ||
	    (conv = item) == NULL || conv->conv == NULL)
		return PAM_CONV_ERR;
	return conv->conv(1, &msgs, resp, conv->appdata_ptr);
}

/* We asked one question; more answers than one cannot be told from one. */
static void
drop_response(struct pam_response *resp)
{
	if (resp == NULL)
		return;
	if (resp->resp != NULL) {
		sek_wipe(resp->resp, strlen(resp->resp));
		free(resp->resp);
	}
	free(resp);
}

void
sek_mod_ask(pam_handle_t *pamh, const struct sek_ask *ask,
    struct sek_reply *reply)
{
	struct pam_response *resp = NULL;
	size_t n = 0;
	int rc;

	reply->cancelled = true;
	rc = converse(pamh, ask->style == SEK_STYLE_SECRET ?
	    PAM_PROMPT_ECHO_OFF : PAM_PROMPT_ECHO_ON, ask->text, &resp);
	if (rc == PAM_SUCCESS && resp != NULL && resp->resp != NULL)
		n = strnlen(resp->resp, SEK_SECRET_MAX);
	/* an empty answer is none, one that is too long is nobody's: a part
	 * of it must not be tried on a card */
	if (n > 0 && n < SEK_SECRET_MAX) {
		sek_put_raw(&reply->answer, resp->resp, n);
		reply->cancelled = sek_buf_ok(&reply->answer) != SEK_OK;
	}
	drop_response(resp);
}

/* Some hosts take no messages at all; a login does not depend on them. */
void
sek_mod_tell(pam_handle_t *pamh, const struct sek_ask *tell)
{
	struct pam_response *resp = NULL;

	(void)converse(pamh, tell->style == SEK_STYLE_ERROR ?
	    PAM_ERROR_MSG : PAM_TEXT_INFO, tell->text, &resp);
	drop_response(resp);
}
