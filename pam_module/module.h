/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rooms of pam_sekisho.so.  It lives inside the login program: it links
 * libc and libpam only, shows prompts and relays, and decides nothing.
 *
 * It must never exit, touch signal handlers, locale, directory, umask or
 * user ids of its host, keep a global, or read PAM_AUTHTOK.
 */
#ifndef PAM_MODULE_MODULE_H
#define PAM_MODULE_MODULE_H

#include <security/pam_modules.h>
#include <stdint.h>

#include "sekisho/buf.h"
#include "sekisho/deadline.h"
#include "sekisho/err.h"
#include "sekisho/frame.h"
#include "sekisho/os.h"
#include "sekisho/wire_front.h"

/* -- options.c: what the administrator wrote after the module's name */

struct sek_mod_options {
	const char *conf;   /* absolute paths; not owned */
	const char *gate;
	const char *socket;
	const char *lang;   /* "ja", "en" or NULL: the host's locale */
	bool gtk;           /* greeter=gtk: see greeter.c */
};

/* Anything not understood is logged by name and SEK_E_INVAL. */
int sek_mod_options(pam_handle_t *pamh, int argc, const char **argv,
    struct sek_mod_options *out) SEK_MUST;

/* -- link.c: the way to a gate */

struct sek_mod_link {
	struct sek_child child; /* the gate, when we started it */
	struct sek_chan chan;
};

/* Start a gate (we are root) or connect to the socket (we are not).
 * Logs why it failed. */
int sek_mod_link_open(pam_handle_t *pamh, const struct sek_mod_options *o,
    struct sek_mod_link *l, const struct sek_deadline *dl) SEK_MUST;
/* Close the channel.  A gate that has `judged` is left to itself; else its end
 * is waited for, and one that stays is killed. */
void sek_mod_link_close(pam_handle_t *pamh, struct sek_mod_link *l,
    bool judged);

/* -- begin.c: the PAM items as a BEGIN */

void sek_mod_begin(pam_handle_t *pamh, int flags, enum sek_phase phase,
    const struct sek_mod_options *o, struct sek_begin *out);

/* -- converse.c: one message to the person */

/* Always leaves a reply that can be sent. */
void sek_mod_ask(pam_handle_t *pamh, const struct sek_ask *ask,
    struct sek_reply *reply);
void sek_mod_tell(pam_handle_t *pamh, const struct sek_ask *tell);

/* -- greeter.c: a screen with room for one message and for no question */

struct sek_mod_screen {
	bool gtk;                /* else nothing is changed */
	char kept[SEK_TEXT_MAX]; /* to be seen with the next question */
};

/* What is shown instead of this message. */
void sek_mod_screen_tell(struct sek_mod_screen *s, struct sek_ask *tell);
/* What is told before this question, and how it is asked. */
void sek_mod_screen_ask(struct sek_mod_screen *s, struct sek_ask *ask,
    struct sek_ask *tell);

/* -- relay.c: from BEGIN to VERDICT */

struct sek_mod_talk {
	struct sek_begin begin;
	struct sek_mod_screen screen;
	struct sek_verdict verdict; /* denied until one came */
	struct sek_buf authtok;     /* secret; a C string when len > 0 */
};

/* One whole conversation with a gate.  Logs why it failed. */
int sek_mod_talk(pam_handle_t *pamh, const struct sek_mod_options *o,
    struct sek_mod_talk *t) SEK_MUST;
void sek_mod_talk_clear(struct sek_mod_talk *t);

/* -- login.c: our success, for the later phases of the same login */

struct sek_mod_login {
	uint64_t record;
	char account[SEK_USER_MAX];
	char person[SEK_NAME_MAX];
	char session[SEK_SESSION_MAX];
};

/* Keep a success in the handle and in the PAM environment. */
int sek_mod_login_keep(pam_handle_t *pamh, const struct sek_verdict *v)
    SEK_MUST;
/* An earlier success of this handle no longer counts. */
void sek_mod_login_forget(pam_handle_t *pamh);
/* The success of this very handle, or NULL. */
const struct sek_mod_login *sek_mod_login_own(const pam_handle_t *pamh);
/* That, or what the PAM environment says (sshd authenticates in another
 * process); parts that are missing or malformed are empty. */
void sek_mod_login_known(pam_handle_t *pamh, struct sek_mod_login *out);
/* Give the PAM environment a session id the gate has made. */
int sek_mod_login_name(pam_handle_t *pamh, const char *session) SEK_MUST;
bool sek_mod_session_ok(const char *s);

/* That this handle has opened a session, so that the record of its end can
 * say how long it was.  Memory may be short: then nothing is kept. */
void sek_mod_opened_keep(pam_handle_t *pamh, uint64_t record);
/* Fills in what is known, and forgets it: a session ends once. */
void sek_mod_opened_take(pam_handle_t *pamh, struct sek_begin *close);

#endif
