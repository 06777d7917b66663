/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One conversation with the gate: what is asked for, GO, the answer.
 * Runs in sekisho-fido.  Never answers what the table of the channel does
 * not ask for, never goes on after a malformed frame or a closed channel.
 */
#include <string.h>

#include "fido/helper.h"
#include "sekisho/os.h"

int
fk_send(struct fk_helper *h, uint8_t msg, struct sek_buf *body)
{
	const struct sek_deadline dl = sek_deadline_in(FK_SEND_MS);
	int r = sek_chan_send(&h->chan, msg, body, &dl);

	sek_buf_free(body);
	/* half a frame may have gone; and TIMEOUT would say "look again" */
	return r == SEK_E_TIMEOUT ? SEK_E_IO : r;
}

int
fk_recv(struct fk_helper *h, uint8_t want, struct sek_buf *body)
{
	const struct sek_deadline dl = sek_deadline_in(FK_FOREVER_MS);
	uint8_t msg;
	int r = sek_chan_recv(&h->chan, &msg, body, &dl);

	/* the table is the same at both ends: what only we may say is not
	 * welcome from there */
	return r == SEK_OK && msg != want ? SEK_E_PROTO : r;
}

int
fk_step(const struct fk_helper *h)
{
	const struct sek_deadline dl = sek_deadline_in(FK_STEP_MS);

	return sek_wait_readable(h->chan.fd, &dl);
}

int
fk_note(struct fk_helper *h, const struct fk_key *k, enum sek_fido_note kind,
    int tries)
{
	struct sek_key_note note = { .kind = kind, .tries_left = -1 };
	struct sek_buf b = { 0 };

	if (tries >= 0 && tries <= INT8_MAX)
		note.tries_left = (int8_t)tries;
	if (k != NULL)
		memcpy(note.label, k->label, sizeof note.label);
	sek_key_note_enc(&b, &note);
	return fk_send(h, SEK_U_NOTE, &b);
}

static int
take_request(struct fk_helper *h)
{
	const struct sek_deadline dl = sek_deadline_in(FK_FOREVER_MS);
	uint8_t msg;
	int r = sek_chan_recv(&h->chan, &msg, &h->request, &dl);

	if (r != SEK_OK)
		return r;
	h->create = msg == SEK_U_CREATE;
	return h->create ? sek_create_dec(&h->make, &h->request) :
	    sek_assert_dec(&h->ask, &h->request);
}

static int
work(struct fk_helper *h)
{
	struct fk_key *k = NULL;
	int r;

	/* never freed: its threads may wait for pcscd, and end with us */
	if (h->create ? h->make.pcsc : h->ask.pcsc)
		h->keys.cards = fido_pcsc_new();
	do {
		if ((r = fk_watch(h)) == SEK_OK)
			r = fk_choose(h, &k);
	} while (r == SEK_E_TIMEOUT);
	if (r != SEK_OK)
		return r;
	return h->create ? fk_create(h, k) : fk_assert(h, k);
}

static int
converse(struct fk_helper *h)
{
	struct sek_buf b = { 0 };
	int r;

	if ((r = take_request(h)) != SEK_OK)
		return r;
	r = work(h);
	if (fk_gone(&h->cancel))
		return SEK_E_EOF;
	if (r != SEK_E_DENIED)
		return r;
	sek_key_fail_enc(&b, &h->fail);
	return fk_send(h, SEK_U_FAIL, &b);
}

int
fk_serve(int fd)
{
	struct fk_helper h = {
		.chan = {
			.fd = fd,
			.state = SEK_US_START,
			.rules = sek_fido_rules,
			.n_rules = sek_fido_n_rules,
		},
	};
	int r = fk_cancel_start(&h.cancel, fd);

	if (r == SEK_OK)
		r = converse(&h);
	fk_keys_clear(&h.keys);
	sek_buf_free(&h.pin);
	sek_assert_clear(&h.ask);
	sek_create_clear(&h.make);
	sek_buf_free(&h.request);
	return r == SEK_OK || r == SEK_E_EOF ? 0 : 1;
}
