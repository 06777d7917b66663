/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a login says to a person, in Japanese and English, besides the
 * reasons of reason.h.  base/text.c holds the one table.
 *
 * %s stands for an escaped, bounded value, one in most texts; sek_text_fmt()
 * and sek_text_fill() put it in and are no printf: nothing else in a text is
 * special.
 */
#ifndef SEKISHO_TEXT_H
#define SEKISHO_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "sekisho/reason.h"

enum sek_text {
	SEK_T_NONE = 0,
	SEK_T_INSERT = 1,        /* info: insert the card */
	SEK_T_PIN = 2,           /* secret prompt; %s token label */
	SEK_T_PINPAD = 3,        /* info */
	SEK_T_WRONG_PIN = 4,     /* error; the number of tries is not known */
	SEK_T_WRONG_PIN_LEFT = 5,/* error; %s tries left */
	SEK_T_PIN_LOW = 6,       /* info: a wrong PIN was typed before */
	SEK_T_LAST_TRY = 7,      /* text prompt: yes or no; %s label of the
				    card or key */
	SEK_T_PASSWORD = 8,      /* secret prompt; %s person */
	SEK_T_CHOOSE = 9,        /* text prompt; %s list of names */
	SEK_T_TOUCH = 10,        /* info; %s label of the key */
	SEK_T_VERIFY = 11,       /* info: finger on the key; %s label */
	SEK_T_WELCOME = 12,      /* info on success, card-first; %s display */
	SEK_T_INSERT_KEY = 13,   /* info: insert the security key */
	SEK_T_INSERT_EITHER = 14,/* info: card or key */
	SEK_T_CHOOSE_KEY = 15,   /* info: several keys blink, touch yours */
	SEK_T_VERIFY_AGAIN = 16, /* error: the finger was not recognised */
	SEK_T_VERIFY_LEFT = 17,  /* the same; %s tries left */
	SEK_T_KEY_PIN = 18,      /* secret prompt; %s label of the key */
	SEK_T_PIN_INSTEAD = 19,  /* info: fingers are not taken any more */
	SEK_T_LAST_LOGIN = 20,   /* info after both factors; %s when, %s host,
				    %s service and from where, %s pair */
	SEK_T_LAST_REFUSED = 21, /* info: refused since then; %s number */
	SEK_T_LAST_FROM = 22,    /* %s service, %s remote host */
	SEK_T_LAST_ON = 23,      /* %s service, %s terminal */
	SEK_T_DAYS = 24,         /* Sunday first, three bytes each */
	SEK_T_FIRST_REFUSED = 25,/* info on the first login; %s number */
	SEK_T_TLS_USER = 26,     /* text prompt to a TLS server, which knows it
				    by its first word; the same in each
				    language */
	SEK_T_TLS_NAME = 27,     /* the same, for the name in a certificate */
	SEK_T_RESCUE = 28,       /* secret prompt of a rescue; %s account */
	SEK_T_OTHERS_CARD = 29,  /* info at another one's lock */
	SEK_N_TEXTS
};

const char *sek_text(enum sek_text id, enum sek_lang lang);
/* Write the text with %s replaced to `out`; always NUL-terminated. */
void sek_text_fmt(char *out, size_t cap, enum sek_text id, enum sek_lang lang,
    const char *arg);
/* The same for several, in their order. */
void sek_text_fill(char *out, size_t cap, enum sek_text id,
    enum sek_lang lang, const char *const *args, size_t n);

#endif
