/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames: u32 big-endian body length, u8 type, body.
 *
 * Both ends of a channel hold the same table of what may come when, with a
 * cap for each type.  What is not in the table is never read: the cap is
 * checked before anything is allocated.  Every wait takes the deadline.
 */
#ifndef SEKISHO_FRAME_H
#define SEKISHO_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "sekisho/buf.h"
#include "sekisho/deadline.h"
#include "sekisho/err.h"

#define SEK_FRAME_HEADER 5u       /* bytes */
#define SEK_FRAME_STALL_MS 5000u  /* a frame once begun must be whole in */

/* In state `in` the message `msg` of at most `cap` bytes leads to `next`. */
struct sek_rule {
	uint8_t in, msg, next;
	uint32_t cap;
};

/* Does not own `fd`. */
struct sek_chan {
	int fd;
	uint8_t state;
	const struct sek_rule *rules;
	size_t n_rules;
};

/* Send one frame and move the state.  A message that the table does not
 * allow is SEK_E_PROTO and nothing is sent.  SIGPIPE is never raised. */
int sek_chan_send(struct sek_chan *c, uint8_t msg, const struct sek_buf *body,
    const struct sek_deadline *dl) SEK_MUST;

/* Receive one frame and move the state; `body` is cleared first.
 * SEK_E_EOF: closed at a frame's edge; SEK_E_PROTO: anything malformed. */
int sek_chan_recv(struct sek_chan *c, uint8_t *msg, struct sek_buf *body,
    const struct sek_deadline *dl) SEK_MUST;

#endif
