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
	const struct sek_module *module; /* NULL for sekisho-password */
	struct sek_child child;
	struct sek_chan chan;
	bool card_used;                  /* a PIN went to the card ... */
	char reader[SEK_READER_MAX];     /* ... in this reader */
	char detail[160];                /* how it failed, for the record */
};

#define SEK_HELPER_NONE { .child = SEK_CHILD_NONE }

int sek_service_user_find(const char *name, struct sek_service_user *out,
    struct sek_why *why) SEK_MUST;

/* The card helper of a module, as the service user. */
int sek_helper_start(struct sek_helper *h, const struct sek_policy *p,
    const struct sek_service_user *u, const struct sek_module *m) SEK_MUST;
/* sekisho-password, which stays root. */
int sek_helper_start_password(struct sek_helper *h,
    const struct sek_policy *p) SEK_MUST;

/* SEK_R_OK, or HELPER_CRASHED, HELPER_TIMEOUT, HELPER_PROTOCOL with
 * h->detail; after a failure the helper has been killed. */
enum sek_reason sek_helper_send(struct sek_helper *h, uint8_t msg,
    const struct sek_buf *body, const struct sek_deadline *dl);
enum sek_reason sek_helper_recv(struct sek_helper *h, uint8_t *msg,
    struct sek_buf *body, const struct sek_deadline *dl);

bool sek_helper_alive(const struct sek_helper *h);
/* Order it to end; it logs out and resets the card meanwhile. */
void sek_helper_close(struct sek_helper *h);
/* Wait for its end, kill what does not end, and see to it that a card that
 * was used is reset even then. */
void sek_helper_finish(struct sek_helper *h, const struct sek_policy *p,
    const struct sek_service_user *u);

#endif
