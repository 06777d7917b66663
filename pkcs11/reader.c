/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reader below the module, through PC/SC: reset of the card, and the
 * number of PIN tries that a PIV card has left.
 * Runs in sekisho-pkcs11, also without any vendor module (--reset).  Never
 * sends a PIN; the only commands are those that spend nothing.
 */
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <winscard.h>

#include "pkcs11/reader.h"
#include "sekisho/escape.h"
#include "sekisho/wire_helper.h"

#define SLOT_DESCRIPTION 64u /* bytes, PKCS#11 2.40 section 3.2 */
#define NAMES_CAP 4096u      /* bytes of reader names */
#define BUSY_TRIES 20        /* for a second ... */
#define BUSY_PAUSE_MS 50     /* ... ask again */

struct link {
	SCARDCONTEXT ctx;
	SCARDHANDLE card;
	DWORD protocol;
};

void
p11_text(char *out, size_t cap, const void *in, size_t n)
{
	const char *p = in;

	while (n > 0 && (p[n - 1] == ' ' || p[n - 1] == '\0'))
		n--;
	(void)sek_escape(out, cap, p, n);
}

/* A slot description is the reader's name, cut to its width. */
static bool
is_named(const char *name, const char *reader)
{
	char text[SEK_READER_MAX];
	size_t n = strlen(name);

	p11_text(text, sizeof text, name,
	    n < SLOT_DESCRIPTION ? n : SLOT_DESCRIPTION);
	return strcmp(text, reader) == 0;
}

/* Names lie one after the other, each with its NUL, and a NUL at the end. */
static const char *
find_reader(SCARDCONTEXT ctx, const char *reader, char names[NAMES_CAP])
{
	DWORD n = NAMES_CAP - 1;
	const char *at;

	memset(names, 0, NAMES_CAP);
	if (SCardListReaders(ctx, NULL, names, &n) != SCARD_S_SUCCESS)
		return NULL;
	names[NAMES_CAP - 1] = '\0';
	for (at = names; *at != '\0'; at += strlen(at) + 1)
		if (is_named(at, reader))
			return at;
	return NULL;
}

static int
link_open(struct link *l, const char *reader)
{
	char names[NAMES_CAP];
	const char *name;
	LONG rv = SCARD_E_UNKNOWN_READER;

	*l = (struct link){ 0 };
	if (reader[0] == '\0')
		return SEK_E_NOENT;
	if (SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &l->ctx) !=
	    SCARD_S_SUCCESS)
		return SEK_E_NOENT;
	if ((name = find_reader(l->ctx, reader, names)) != NULL)
		rv = SCardConnect(l->ctx, name, SCARD_SHARE_SHARED,
		    SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &l->card,
		    &l->protocol);
	if (rv == SCARD_S_SUCCESS)
		return SEK_OK;
	(void)SCardReleaseContext(l->ctx);
	return rv == SCARD_E_SHARING_VIOLATION ? SEK_E_IO : SEK_E_NOENT;
}

static LONG
link_close(struct link *l, DWORD disposition)
{
	LONG rv = SCardDisconnect(l->card, disposition);

	(void)SCardReleaseContext(l->ctx);
	return rv;
}

int
p11_reader_reset(const char *reader)
{
	struct link l;
	int r = SEK_E_IO, i;

	/* who has the card for itself just now must not keep it open for
	 * good; and that a card was pulled is not known at once.  The end of
	 * a transaction pcscd itself waits for, as long as it takes. */
	for (i = 0; i < BUSY_TRIES && r == SEK_E_IO; i++) {
		if (i > 0)
			(void)poll(NULL, 0, BUSY_PAUSE_MS);
		if ((r = link_open(&l, reader)) == SEK_OK &&
		    link_close(&l, SCARD_RESET_CARD) != SCARD_S_SUCCESS)
			r = SEK_E_IO;
	}
	return r;
}

/* One command; the status word, 0 when there was no answer. */
static unsigned int
command(struct link *l, const uint8_t *in, size_t n, uint8_t *out,
    size_t *out_len)
{
	const SCARD_IO_REQUEST *pci = l->protocol == SCARD_PROTOCOL_T0 ?
	    SCARD_PCI_T0 : SCARD_PCI_T1;
	DWORD len = *out_len;

	*out_len = 0;
	if (SCardTransmit(l->card, pci, in, n, NULL, out, &len) !=
	    SCARD_S_SUCCESS || len < 2)
		return 0;
	*out_len = len - 2;
	return (unsigned int)out[len - 2] << 8 | out[len - 1];
}

/* A command whose answer has data; T=0 fetches it with GET RESPONSE
 * (ISO 7816-3 section 12.2.1). */
static unsigned int
fetch(struct link *l, const uint8_t *in, size_t n, uint8_t *out, size_t *len)
{
	uint8_t more[] = { 0x00, 0xC0, 0x00, 0x00, 0x00 };
	const size_t cap = *len;
	unsigned int sw;

	if (l->protocol == SCARD_PROTOCOL_T0)
		n--; /* no Le beside data */
	sw = command(l, in, n, out, len);
	if ((sw & 0xFF00) == 0x6100) {
		more[4] = sw & 0xFF;
		*len = cap;
		sw = command(l, more, sizeof more, out, len);
	}
	return sw;
}

/* Which PIN the card prefers, SP 800-73-4 part 1 section 3.3.2: in the
 * discovery object, 5F2F, second byte 20 is the global PIN. */
static uint8_t
pin_reference(struct link *l)
{
	static const uint8_t get[] = { 0x00, 0xCB, 0x3F, 0xFF, 0x03, 0x5C,
		0x01, 0x7E, 0x00 };
	uint8_t out[258];
	size_t n = sizeof out, i;

	if (fetch(l, get, sizeof get, out, &n) == 0x9000)
		for (i = 0; i + 5 <= n; i++)
			if (out[i] == 0x5F && out[i + 1] == 0x2F &&
			    out[i + 2] == 0x02)
				return out[i + 4] == 0x20 ? 0x00 : 0x80;
	return 0x80;
}

/* SP 800-73-4 part 2 section 3.2.1: VERIFY without data asks. */
static unsigned int
ask_tries(struct link *l)
{
	uint8_t verify[] = { 0x00, 0x20, 0x00, 0x80, 0x00 };
	uint8_t out[258];
	size_t n = sizeof out;

	verify[3] = pin_reference(l);
	/* T=0 has always five bytes */
	return command(l, verify, l->protocol == SCARD_PROTOCOL_T0 ? 5 : 4,
	    out, &n);
}

static bool
is_answer(unsigned int sw)
{
	return (sw & 0xFFF0) == 0x63C0 || sw == 0x6983 || sw == 0x9000;
}

static unsigned int
ask_piv(struct link *l)
{
	static const uint8_t select[] = { 0x00, 0xA4, 0x04, 0x00, 0x05,
		0xA0, 0x00, 0x00, 0x03, 0x08, 0x00 };
	uint8_t out[258];
	size_t n = sizeof out;
	unsigned int sw = ask_tries(l);

	/* the module has selected PIV; if not so, do it */
	if (!is_answer(sw) &&
	    fetch(l, select, sizeof select, out, &n) == 0x9000)
		sw = ask_tries(l);
	return sw;
}

int8_t
p11_piv_tries(const char *reader)
{
	struct link l;
	unsigned int sw = 0;

	if (link_open(&l, reader) != SEK_OK)
		return -1;
	if (SCardBeginTransaction(l.card) == SCARD_S_SUCCESS) {
		sw = ask_piv(&l);
		(void)SCardEndTransaction(l.card, SCARD_LEAVE_CARD);
	}
	(void)link_close(&l, SCARD_LEAVE_CARD);
	if (sw == 0x6983)
		return 0;
	return (sw & 0xFFF0) == 0x63C0 ? (int8_t)(sw & 0x0F) : -1;
}
