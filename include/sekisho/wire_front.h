/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The messages between a front end (PAM module, Windows provider) and the
 * gate.  A front end sends BEGIN, then only relays until VERDICT.
 *
 *     front                         gate
 *     BEGIN  ->
 *                                <- TELL   (any number; shown, not answered)
 *                                <- ASK
 *     REPLY  ->
 *                                <- VERDICT
 *
 * When time is up while a person is typing, VERDICT comes instead of being
 * asked for: a front end whose REPLY finds nobody reads on to the VERDICT.
 */
#ifndef SEKISHO_WIRE_FRONT_H
#define SEKISHO_WIRE_FRONT_H

#include <stdbool.h>
#include <stdint.h>

#include "sekisho/buf.h"
#include "sekisho/frame.h"

#define SEK_FRONT_VERSION 3u

enum sek_front_msg {
	SEK_BEGIN = 1,
	SEK_ASK = 2,
	SEK_REPLY = 3,
	SEK_TELL = 4,
	SEK_VERDICT = 5
};

enum sek_front_state {
	SEK_FS_START, /* waiting for BEGIN */
	SEK_FS_RUN,   /* the gate works, it may TELL, ASK or VERDICT */
	SEK_FS_ASKED, /* waiting for REPLY */
	SEK_FS_DONE
};

extern const struct sek_rule sek_front_rules[];
extern const size_t sek_front_n_rules;

enum sek_phase {
	SEK_PHASE_AUTH = 1,    /* pam_authenticate */
	SEK_PHASE_ACCOUNT = 2, /* pam_acct_mgmt without our own success */
	SEK_PHASE_OPEN = 3,    /* pam_open_session */
	SEK_PHASE_CLOSE = 4    /* pam_close_session */
};

/* Sizes are bytes with the NUL.  Longer values are cut by the front end and
 * SEK_BF_OVERLONG is set: the gate then refuses and records it. */
#define SEK_USER_MAX 257u
#define SEK_NAME_MAX 257u
#define SEK_HOST_MAX 257u
#define SEK_SESSION_MAX 37u /* 36 characters of a UUID */
#define SEK_SSH_INFO_MAX 32768u
#define SEK_XDG_SESSION_MAX 65u
#define SEK_TEXT_MAX 2048u
#define SEK_SECRET_MAX 512u /* PAM_MAX_RESP_SIZE */

#define SEK_BF_OVERLONG 1u     /* a value was cut */
#define SEK_BF_SSH_INFO 2u     /* SSH_AUTH_INFO_0 was set, even if empty */
#define SEK_BF_SILENT 4u       /* PAM_SILENT: do not TELL */
#define SEK_BF_USER_CHANGED 8u /* account: another PAM_USER than at auth */
#define SEK_BF_LANG_SET 16u    /* lang was configured, not guessed */

struct sek_begin {
	enum sek_phase phase;
	uint32_t flags;
	uint64_t record; /* seq of an earlier record of this login, 0 = none */
	uint64_t opened; /* close: seq of the record of open, 0 = unknown */
	uint64_t opened_ms; /* close: when, milliseconds since boot */
	char user[SEK_USER_MAX];       /* PAM_USER, "" = none: card-first */
	char service[SEK_NAME_MAX];    /* PAM_SERVICE */
	char tty[SEK_NAME_MAX];        /* PAM_TTY */
	char rhost[SEK_HOST_MAX];      /* PAM_RHOST */
	char ruser[SEK_USER_MAX];      /* PAM_RUSER */
	uint16_t rport;                /* the other end's TCP port, of
					  SSH_CONNECTION (sshd); 0 = none */
	char xdg_session[SEK_XDG_SESSION_MAX]; /* XDG_SESSION_ID: the session
					  of logind, "" = none (yet) */
	char lang[32];                 /* "ja", "en" or "" */
	char session[SEK_SESSION_MAX]; /* id that joins login and logout */
	char person[SEK_NAME_MAX];     /* open, close: as in the verdict */
	struct sek_buf ssh_info;       /* SSH_AUTH_INFO_0 */
};

enum sek_style {
	SEK_STYLE_SECRET = 1, /* ASK, not echoed */
	SEK_STYLE_TEXT = 2,   /* ASK, echoed */
	SEK_STYLE_INFO = 3,   /* TELL */
	SEK_STYLE_ERROR = 4   /* TELL */
};

#define SEK_AF_AUTHTOK 1u /* the answer becomes PAM_AUTHTOK on success */

struct sek_ask { /* ASK and TELL */
	enum sek_style style;
	uint16_t text_id; /* enum sek_text: stable, for front ends that draw */
	uint32_t flags;
	char text[SEK_TEXT_MAX];
};

struct sek_reply {
	bool cancelled; /* the conversation failed or gave no answer */
	struct sek_buf answer; /* secret; at most SEK_SECRET_MAX - 1 bytes */
};

/* What the front end has to do; one table maps it to PAM codes. */
enum sek_class {
	SEK_CLASS_DENIED = 0, /* PAM_AUTH_ERR; also the initial value */
	SEK_CLASS_OK = 1,
	SEK_CLASS_UNAVAIL = 2, /* PAM_AUTHINFO_UNAVAIL: could not decide */
	SEK_CLASS_MAXTRIES = 3,
	SEK_CLASS_CONV = 4,   /* PAM_CONV_ERR: the conversation failed */
	SEK_CLASS_FORBIDDEN = 5 /* PAM_PERM_DENIED: account phase */
};

struct sek_verdict {
	enum sek_class class;
	uint16_t reason; /* enum sek_reason */
	uint64_t record; /* seq of the record, 0 = none was written */
	char account[SEK_USER_MAX];
	char person[SEK_NAME_MAX];
	char session[SEK_SESSION_MAX];
};

/* _dec: SEK_OK or SEK_E_PROTO; fixed-size parts are written only on success.
 * sek_begin_clear() and sek_reply_clear() wipe and free what was decoded. */
void sek_begin_enc(struct sek_buf *b, const struct sek_begin *m);
int sek_begin_dec(struct sek_begin *m, const struct sek_buf *b) SEK_MUST;
void sek_begin_clear(struct sek_begin *m);
void sek_ask_enc(struct sek_buf *b, const struct sek_ask *m);
int sek_ask_dec(struct sek_ask *m, const struct sek_buf *b) SEK_MUST;
void sek_reply_enc(struct sek_buf *b, const struct sek_reply *m);
int sek_reply_dec(struct sek_reply *m, const struct sek_buf *b) SEK_MUST;
void sek_reply_clear(struct sek_reply *m);
void sek_verdict_enc(struct sek_buf *b, const struct sek_verdict *m);
int sek_verdict_dec(struct sek_verdict *m, const struct sek_buf *b) SEK_MUST;

#endif
