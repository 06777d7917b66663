/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One evidence helper: started with nothing of ours, spoken to by frames,
 * ended for certain.  What it sends is evidence, never a decision.
 */
#ifndef GATE_HELPER_H
#define GATE_HELPER_H

#include <stdbool.h>

#include "gate/policy.h"
#include "sekisho/os.h"
#include "sekisho/wire_fido.h"
#include "sekisho/wire_helper.h"

/* Who the helpers run as, looked up once. */
struct sek_service_user {
	uid_t uid;
	gid_t gid;
	gid_t groups[32];
	size_t n_groups;
};

struct sek_helper {
	const char *program;             /* "sekisho-pkcs11" */
	const struct sek_module *module; /* NULL: not sekisho-pkcs11 */
	struct sek_child child;
	struct sek_chan chan;
	struct sek_child guard;          /* stands by to lock the card */
	char detail[200];                /* how it failed, for the record */
};

#define SEK_HELPER_NONE { .child = SEK_CHILD_NONE, .guard = SEK_CHILD_NONE }

int sek_service_user_find(const char *name, struct sek_service_user *out,
    struct sek_why *why) SEK_MUST;

/* The card helper of a module, as the service user. */
int sek_helper_start(struct sek_helper *h, const struct sek_policy *p,
    const struct sek_service_user *u, const struct sek_module *m) SEK_MUST;
/* sekisho-password, which stays root. */
int sek_helper_start_password(struct sek_helper *h,
    const struct sek_policy *p) SEK_MUST;
/* sekisho-fido, as the service user; it speaks by sek_fido_rules. */
int sek_helper_start_fido(struct sek_helper *h, const struct sek_policy *p,
    const struct sek_service_user *u) SEK_MUST;

/* SEK_R_OK, or HELPER_CRASHED, HELPER_TIMEOUT, HELPER_PROTOCOL with
 * h->detail; after a failure the helper has been killed.  That a helper has
 * ended is for the receiver to find, after its last word. */
enum sek_reason sek_helper_send(struct sek_helper *h, uint8_t msg,
    const struct sek_buf *body, const struct sek_deadline *dl);
enum sek_reason sek_helper_recv(struct sek_helper *h, uint8_t *msg,
    struct sek_buf *body, const struct sek_deadline *dl);

bool sek_helper_alive(const struct sek_helper *h);
/* To be called before a PIN goes to the card in this reader: from now on the
 * card is reset when the helper does not end in order, and also when we do
 * not.  SEK_R_OK, or why no PIN may be given. */
enum sek_reason sek_helper_guard(struct sek_helper *h,
    const struct sek_policy *p, const struct sek_service_user *u,
    const char *reader, const struct sek_deadline *dl);

/* What a card helper's FAIL means for a login. */
enum sek_reason sek_helper_reason(enum sek_fail_code code);

/* Order it to end; it logs out and resets the card meanwhile. */
void sek_helper_close(struct sek_helper *h);
/* Wait for its end, kill what does not end, and see to it that a card that
 * was used is reset even then; h->detail says what did not go in order.  A
 * guard whose card is busy is not waited for: h->guard is running then. */
void sek_helper_finish(struct sek_helper *h);

#endif
