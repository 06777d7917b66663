/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The functions that libfido2 calls for a card, in sekisho-fido, on the
 * thread that calls libfido2.  They hand whole CTAP messages to the card's
 * own thread, and wait for the answers no longer than they are told.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fido/pcsc.h"
#include "fido/pcsc_dev.h"

#define PREFIX "card:"
#define NFC PREFIX "nfc:"
#define CONTACTS PREFIX "smart-card:"

#define OPEN_MS 5000u
#define FOREVER_MS 120000u /* for libfido2's "no limit" */
#define CLOSE_MS 600u
#define CANCEL_MS 120u     /* for the card to hear of it */
#define INIT_BYTES 17
#define NONCE_BYTES 8

struct device {
	struct pcsc_card *card;
	uint8_t nonce[NONCE_BYTES];
};

void
pcsc_dev_path(char out[PCSC_PATH_MAX], const char *reader, uint32_t count,
    bool nfc)
{
	(void)snprintf(out, PCSC_PATH_MAX, "%s%u:%s", nfc ? NFC : CONTACTS,
	    count, reader);
}

const char *
fido_pcsc_transport(const char *path)
{
	if (strncmp(path, NFC, strlen(NFC)) == 0)
		return "nfc";
	if (strncmp(path, CONTACTS, strlen(CONTACTS)) == 0)
		return "smart-card";
	return NULL;
}

const char *
fido_pcsc_reader(const char *path)
{
	const char *at;

	if (fido_pcsc_transport(path) == NULL)
		return NULL;
	at = strchr(path + strlen(PREFIX), ':') + 1;
	at = strchr(at, ':');
	return at == NULL ? NULL : at + 1;
}

static void
dev_close(void *handle)
{
	struct device *d = handle;

	pcsc_card_drop(d->card, CLOSE_MS);
	free(d);
}

/* Here the card is selected, because a failure here is one to open. */
static void *
dev_open(const char *path)
{
	const struct sek_deadline dl = sek_deadline_in(OPEN_MS);
	const char *reader = fido_pcsc_reader(path);
	struct device *d;

	if (reader == NULL || (d = calloc(1, sizeof *d)) == NULL)
		return NULL;
	if ((d->card = pcsc_card_new(reader)) != NULL &&
	    pcsc_card_wait(d->card, &dl) == SEK_OK)
		return d;
	dev_close(d);
	return NULL;
}

/* libfido2 wants these, and never calls them beside rx and tx. */
static int
dev_read(void *handle, unsigned char *p, size_t n, int ms)
{
	(void)handle;
	(void)p;
	(void)n;
	(void)ms;
	return -1;
}

static int
dev_write(void *handle, const unsigned char *p, size_t n)
{
	(void)handle;
	(void)p;
	(void)n;
	return -1;
}

/* A card that says "FIDO_2_0" has no U2F: libfido2 falls back to it when
 * getInfo failed for whatever reason. */
static bool
knows(struct device *d, bool u2f)
{
	enum fido_version v;

	return pcsc_card_version(d->card, &v) == SEK_OK &&
	    (!u2f || v == FIDO_V_U2F);
}

static int
send_message(struct device *d, bool u2f, const unsigned char *p, size_t n)
{
	int r;

	if (n == 0 || n > FIDO_MESSAGE_MAX || !knows(d, u2f))
		return -1;
	r = pcsc_card_ask(d->card, u2f, p, n);
	if (r == SEK_E_EXISTS) {
		/* the one before was given up */
		pcsc_card_cancel(d->card, CLOSE_MS);
		if (pcsc_card_state(d->card) == SEK_OK)
			r = pcsc_card_ask(d->card, u2f, p, n);
	}
	return r == SEK_OK ? 0 : -1;
}

static int
dev_tx(fido_dev_t *dev, uint8_t cmd, const unsigned char *p, size_t n)
{
	struct device *d = fido_dev_io_handle(dev);

	switch (cmd) {
	case CTAP_CMD_INIT:
		if (n != sizeof d->nonce)
			return -1;
		memcpy(d->nonce, p, n);
		return 0;
	case CTAP_CMD_CBOR:
	case CTAP_CMD_MSG:
		return send_message(d, cmd == CTAP_CMD_MSG, p, n);
	case CTAP_CMD_CANCEL:
		/* who cancels may end the process next */
		pcsc_card_cancel(d->card, CANCEL_MS);
		return 0;
	default:
		return -1;
	}
}

/* What CTAPHID_INIT would say (CTAP 2.1 section 11.2.9.1.3). */
static int
init_answer(struct device *d, unsigned char *p, size_t cap)
{
	enum fido_version v;

	if (cap != INIT_BYTES || pcsc_card_version(d->card, &v) != SEK_OK)
		return -1;
	memset(p, 0, INIT_BYTES);
	memcpy(p, d->nonce, sizeof d->nonce);
	/* a card that names U2F may know CTAP2 too: libfido2 asks it */
	p[INIT_BYTES - 1] = v == FIDO_V_2 ? FIDO_CAP_CBOR | FIDO_CAP_NMSG :
	    FIDO_CAP_CBOR;
	return INIT_BYTES;
}

static int
dev_rx(fido_dev_t *dev, uint8_t cmd, unsigned char *p, size_t cap, int ms)
{
	struct device *d = fido_dev_io_handle(dev);
	const struct sek_deadline dl = sek_deadline_in(ms < 0 ? FOREVER_MS :
	    (unsigned int)ms);
	size_t n = 0;

	if (cmd == CTAP_CMD_INIT)
		return init_answer(d, p, cap);
	if (cmd != CTAP_CMD_CBOR && cmd != CTAP_CMD_MSG)
		return -1;
	if (pcsc_card_wait(d->card, &dl) != SEK_OK ||
	    pcsc_card_answer(d->card, p, cap, &n) != SEK_OK)
		return -1;
	return (int)n; /* a message at most */
}

int
pcsc_dev_info(fido_dev_info_t *list, size_t i, const char *reader,
    uint32_t count, bool nfc)
{
	static const fido_dev_io_t io = { dev_open, dev_close, dev_read,
		dev_write };
	static const fido_dev_transport_t whole = { dev_rx, dev_tx };
	char path[PCSC_PATH_MAX];

	pcsc_dev_path(path, reader, count, nfc);
	return fido_dev_info_set(list, i, path, "", reader, &io, &whole) ==
	    FIDO_OK ? SEK_OK : SEK_E_NOMEM;
}
