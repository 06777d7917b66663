/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the rooms of sekisho-pkcs11 share: the one vendor module, the tokens
 * it shows, and the words for what went wrong.
 *
 * Everything a module hands over is a claim of foreign code: counts and
 * lengths are checked against our own limits before they are used, and text
 * is escaped before it leaves.  Nothing here decides about a login.
 */
#ifndef PKCS11_P11_H
#define PKCS11_P11_H

#include <p11-kit/pkcs11.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sekisho/buf.h"
#include "sekisho/err.h"
#include "sekisho/wire_helper.h"

#define P11_MAX_SLOTS 64u
#define P11_MAX_OBJECTS 1024u /* looked at on one token */

/* Our own copy of the function list: it cannot change under us. */
struct p11_module {
	CK_FUNCTION_LIST f;
	bool ready; /* C_Initialize succeeded */
};

/* What the token said about the PIN when it was last asked. */
struct p11_pin {
	uint32_t flags;    /* SEK_PF_* */
	int8_t tries_left; /* -1: unknown */
};

struct p11_token {
	CK_SLOT_ID slot;
	bool usable;             /* initialised, and the module knows it */
	bool unknown;            /* a card, but the module cannot read it */
	CK_TOKEN_INFO info;
	struct p11_pin pin;
	char label[SEK_LABEL_MAX];
	char serial[SEK_LABEL_MAX];
	char reader[SEK_READER_MAX]; /* "" until its certificates are read */
	bool open;
	CK_SESSION_HANDLE session;
};

struct p11_tokens {
	struct p11_token t[P11_MAX_SLOTS];
	size_t n;
};

/* module.c.  Where a struct sek_fail is taken, it is filled on failure and
 * the value is SEK_E_DENIED. */
int p11_load(struct p11_module *m, const char *path, struct sek_fail *fail)
    SEK_MUST;
void p11_unload(struct p11_module *m);
/* Say that `call` answered rv.  Always SEK_E_DENIED. */
int p11_fail(struct sek_fail *fail, enum sek_fail_code code, CK_RV rv,
    const char *call);
/* The same, when only rv tells whether the token is gone or broken. */
int p11_fail_rv(struct sek_fail *fail, CK_RV rv, const char *call);
bool p11_is_removed(CK_RV rv);

/* tokens.c */
int p11_tokens_read(struct p11_module *m, const char *label,
    struct p11_tokens *out, struct sek_fail *fail) SEK_MUST;
bool p11_tokens_same(const struct p11_tokens *a, const struct p11_tokens *b);
bool p11_token_present(struct p11_module *m, const struct p11_token *t);
/* Read t->info again, and make sure that it is still the same token. */
int p11_token_again(struct p11_module *m, struct p11_token *t,
    struct sek_fail *fail) SEK_MUST;
CK_RV p11_open(struct p11_module *m, struct p11_token *t);
void p11_close(struct p11_module *m, struct p11_token *t);

/* objects.c: the objects of a kind, of all tokens, as keys. */
struct p11_search {
	struct p11_module *m;
	CK_ATTRIBUTE *want; /* what the objects must have */
	CK_ULONG n_want;
	/* Fill id and cert of `k` from this object, or leave cert NULL. */
	int (*take)(const struct p11_search *s, const struct p11_token *t,
	    CK_OBJECT_HANDLE obj, struct sek_key *k);
	void *with; /* for `take` */
};
int p11_objects_read(const struct p11_search *s, struct p11_tokens *toks,
    struct sek_keys *out) SEK_MUST;

/* certs.c */
int p11_keys_read(struct p11_module *m, struct p11_tokens *toks,
    struct sek_keys *out) SEK_MUST;

/* pubkeys.c: the same for the public keys of a label, which are on P-256:
 * with another kind of that label it is SEK_E_DENIED. */
int p11_pubkeys_read(struct p11_module *m, struct p11_tokens *toks,
    const char *label, struct sek_keys *out, struct sek_fail *fail) SEK_MUST;

/* login.c */
uint32_t p11_pin_flags(const CK_TOKEN_INFO *info);
/* Ask the token anew and set t->pin. */
int p11_pin_read(struct p11_module *m, struct p11_token *t,
    struct sek_fail *fail) SEK_MUST;
/* Could this be the token's PIN, by its length?  Spends no try. */
int p11_pin_format(const struct p11_token *t, const struct sek_buf *pin,
    struct sek_fail *fail) SEK_MUST;
int p11_login(struct p11_module *m, struct p11_token *t, CK_USER_TYPE user,
    const struct sek_buf *pin, struct sek_fail *fail) SEK_MUST;

/* sign.c */
int p11_sign(struct p11_module *m, struct p11_token *t,
    const struct sek_sign *req, const struct sek_buf *pin,
    struct sek_proof *proof, struct sek_fail *fail) SEK_MUST;

/* serve.c: one conversation on the channel; the exit status: 0 in order,
 * 1 after a malformed frame, 3 when a card may still be logged in because it
 * could not be reset. */
#define P11_EXIT_OPEN 3
int p11_serve(int fd, const char *module_path);

#endif
