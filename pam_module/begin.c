/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the login program says about a login, as a BEGIN.
 * Runs in the login program.  Takes values as they are: judging them is the
 * gate's; one that is too long is cut and said to be cut.
 */
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "pam_module/module.h"

static void
take(char *out, size_t cap, const char *in, uint32_t *flags)
{
	size_t n = in == NULL ? 0 : strnlen(in, cap);

	if (n == cap) {
		*flags |= SEK_BF_OVERLONG;
		n = cap - 1;
	}
	if (n > 0)
		memcpy(out, in, n);
	out[n] = '\0';
}

static void
take_item(pam_handle_t *pamh, int item, char *out, size_t cap,
    uint32_t *flags)
{
	const void *value = NULL;

	if (pam_get_item(pamh, item, &value) != PAM_SUCCESS)
		value = NULL;
	take(out, cap, value, flags);
}

/* sshd: NULL and empty differ, the first is its "password" method, which
 * gives the same password to each prompt. */
static void
take_ssh_info(pam_handle_t *pamh, struct sek_begin *out)
{
	const char *info = pam_getenv(pamh, "SSH_AUTH_INFO_0");
	size_t n;

	if (info == NULL)
		return;
	out->flags |= SEK_BF_SSH_INFO;
	n = strlen(info);
	if (n > SEK_SSH_INFO_MAX) {
		n = SEK_SSH_INFO_MAX;
		out->flags |= SEK_BF_OVERLONG;
	}
	sek_put_raw(&out->ssh_info, info, n);
}

/* sshd: "ADDRESS PORT ADDRESS PORT", the client's first (ssh(1)). */
static uint16_t
client_port(pam_handle_t *pamh)
{
	const char *p = pam_getenv(pamh, "SSH_CONNECTION");
	unsigned n = 0;

	if (p == NULL || (p = strchr(p, ' ')) == NULL)
		return 0;
	for (p++; *p >= '0' && *p <= '9' && n <= UINT16_MAX; p++)
		n = n * 10 + (unsigned)(*p - '0');
	return *p == ' ' && n <= UINT16_MAX ? (uint16_t)n : 0;
}

static bool
is_locale_of(const char *locale, const char *lang)
{
	size_t n = strlen(lang);

	return strncmp(locale, lang, n) == 0 &&
	    (locale[n] == '\0' || strchr("_.@", locale[n]) != NULL);
}

/* Only asked for, never set: the locale belongs to our host. */
static const char *
host_lang(void)
{
	const char *locale = setlocale(LC_MESSAGES, NULL);

	if (locale == NULL)
		return "";
	/* our texts are UTF-8, an EUC terminal would show rubbish */
	if (is_locale_of(locale, "ja"))
		return strcmp(nl_langinfo(CODESET), "UTF-8") == 0 ?
		    "ja" : "en";
	return is_locale_of(locale, "en") ? "en" : "";
}

void
sek_mod_begin(pam_handle_t *pamh, int flags, enum sek_phase phase,
    const struct sek_mod_options *o, struct sek_begin *out)
{
	*out = (struct sek_begin){ .phase = phase };
	if (((unsigned)flags & PAM_SILENT) != 0)
		out->flags |= SEK_BF_SILENT;
	take_item(pamh, PAM_USER, out->user, sizeof out->user, &out->flags);
	take_item(pamh, PAM_SERVICE, out->service, sizeof out->service,
	    &out->flags);
	take_item(pamh, PAM_TTY, out->tty, sizeof out->tty, &out->flags);
	take_item(pamh, PAM_RHOST, out->rhost, sizeof out->rhost,
	    &out->flags);
	take_item(pamh, PAM_RUSER, out->ruser, sizeof out->ruser,
	    &out->flags);
	take(out->lang, sizeof out->lang,
	    o->lang != NULL ? o->lang : host_lang(), &out->flags);
	if (o->lang != NULL)
		out->flags |= SEK_BF_LANG_SET;
	take_ssh_info(pamh, out);
	out->rport = client_port(pamh);
	take(out->xdg_session, sizeof out->xdg_session,
	    pam_getenv(pamh, "XDG_SESSION_ID"), &out->flags);
}
