/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A virtual FIDO card: card.c is options, signals and the vpcd socket,
 * card_applet.c the applet with its faults, around the software key; the
 * socket's frames and the reading of an APDU are those of the PIV card, and
 * so is the second applet, if there is one.  Tests only.
 */
#ifndef TESTS_FIDO_CARD_H
#define TESTS_FIDO_CARD_H

#include <pthread.h>
#include <stdatomic.h>

#include "softkey.h"
#include "tests/card/vcard.h"

enum fc_run { FC_IDLE, FC_RUNS, FC_DONE };

struct fc_card {
	struct softkey *key;
	struct vc_card *piv;      /* NULL: no such applet */
	bool is_piv;              /* which one is selected; neither */
	bool is_fido;
	uint8_t chain[SOFTKEY_MSG];
	size_t chain_len;
	uint8_t chain_head[3];
	bool chaining;
	uint8_t out[VC_MSG_MAX];
	size_t out_len, out_at;
	uint16_t out_sw;

	/* a command runs beside, so that the card can say "still busy" */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	enum fc_run run;
	atomic_bool cancelled;
	uint8_t question[SOFTKEY_MSG];
	size_t question_len;

	/* knobs, as of the last message */
	char fault[32];
	bool keeps_alive, forever;
	long slow_ms;
	size_t piece;
};

int fc_init(struct fc_card *c, const char *folder);
/* Power off, or another applet. */
void fc_reset(struct fc_card *c);
/* The answer's length, 0: the card has left the reader meanwhile. */
size_t fc_apdu(struct fc_card *c, const uint8_t *in, size_t n,
    uint8_t ans[VC_MSG_MAX]);

/* card.c: wait; false: the card was pulled. */
bool fc_nap(long ms);

#endif
