/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * status.c - card-status: what a stranger on the same reader may do (test
 * part).  It knows no PIN.  It asks a PIV card whether somebody else's PIN
 * still stands, or tries to sign with it, and prints the status word.  It
 * always leaves the card as it was (SCARD_LEAVE_CARD), and must never send
 * a PIN or reset the card, or it would heal what it has come to see.
 */
#include <winscard.h>

#include <err.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	WAIT_MS = 10000,
	POLL_MS = 10,
	HOLD_S = 600,
	DATA_MAX = 1024,
	ALG_RSA_2048 = 0x07,
	ALG_P256 = 0x11
};

struct pcsc {
	SCARDCONTEXT ctx;
	SCARDHANDLE card;
	DWORD proto;
};

/* Answer of one command, GET RESPONSE included. */
struct reply {
	uint8_t d[DATA_MAX];
	size_t n;
	unsigned int sw;
};

/* SHA-256 of the 17 bytes "sekisho unlocked\n" */
static const uint8_t hash[32] = {
	0x2E, 0x6A, 0x93, 0xA9, 0x5B, 0x7E, 0xCE, 0x16,
	0xCC, 0x2D, 0xB5, 0x31, 0x0D, 0x67, 0xFD, 0x19,
	0x21, 0xC4, 0x9F, 0x43, 0x2C, 0xF8, 0x6C, 0xEE,
	0x32, 0x99, 0xE9, 0xF3, 0xD7, 0xD8, 0xFD, 0xE0
};

static void
must(LONG rv, const char *what)
{
	if (rv != SCARD_S_SUCCESS)
		errx(1, "%s: %s", what, pcsc_stringify_error(rv));
}

/* First reader whose name holds part; false: none, or no pcscd yet. */
static bool
find_reader(SCARDCONTEXT ctx, const char *part, char *out, size_t max)
{
	char names[PCSCLITE_MAX_READERS_CONTEXTS * MAX_READERNAME + 1];
	DWORD len = sizeof(names);
	const char *p;

	if (SCardListReaders(ctx, NULL, names, &len) != SCARD_S_SUCCESS)
		return false;
	for (p = names; *p != '\0'; p += strlen(p) + 1) {
		if (strstr(p, part) == NULL || strlen(p) >= max)
			continue;
		memcpy(out, p, strlen(p) + 1);
		return true;
	}
	return false;
}

/* 1 present, 0 absent, -1 no such reader, or a card that is mute. */
static int
presence(const char *part)
{
	SCARD_READERSTATE st = { .dwCurrentState = SCARD_STATE_UNAWARE };
	char name[MAX_READERNAME];
	SCARDCONTEXT ctx;
	int ret = -1;

	if (SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &ctx) !=
	    SCARD_S_SUCCESS)
		return -1;
	if (!find_reader(ctx, part, name, sizeof(name)))
		goto out;
	st.szReader = name;
	if (SCardGetStatusChange(ctx, 0, &st, 1) != SCARD_S_SUCCESS)
		goto out;
	if (st.dwEventState & SCARD_STATE_PRESENT)
		ret = (st.dwEventState & SCARD_STATE_MUTE) ? -1 : 1;
	else if (st.dwEventState & SCARD_STATE_EMPTY)
		ret = 0;
out:
	(void)SCardReleaseContext(ctx);
	return ret;
}

static int
wait_presence(const char *part, int want)
{
	const struct timespec nap = { .tv_nsec = POLL_MS * 1000000L };
	int left;

	for (left = WAIT_MS; left > 0; left -= POLL_MS) {
		if (presence(part) == want)
			return 0;
		(void)nanosleep(&nap, NULL);
	}
	warnx("%s: card not %s within %d ms", part,
	    want ? "present" : "absent", WAIT_MS);
	return 1;
}

static void
card_connect(struct pcsc *p, const char *part)
{
	char name[MAX_READERNAME];

	must(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &p->ctx),
	    "SCardEstablishContext");
	if (!find_reader(p->ctx, part, name, sizeof(name)))
		errx(1, "no reader with %s in its name", part);
	must(SCardConnect(p->ctx, name, SCARD_SHARE_SHARED,
	    SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &p->card, &p->proto),
	    "SCardConnect");
}

/* In one transaction: nobody's command comes between ours. */
static void
card_open(struct pcsc *p, const char *part)
{
	card_connect(p, part);
	must(SCardBeginTransaction(p->card), "SCardBeginTransaction");
}

static void
card_close(struct pcsc *p)
{
	(void)SCardEndTransaction(p->card, SCARD_LEAVE_CARD);
	(void)SCardDisconnect(p->card, SCARD_LEAVE_CARD);
	(void)SCardReleaseContext(p->ctx);
}

/* One exchange; the data is added to what r holds. */
static void
transmit(const struct pcsc *p, const uint8_t *cmd, size_t n, struct reply *r)
{
	const SCARD_IO_REQUEST *pci = p->proto == SCARD_PROTOCOL_T0 ?
	    SCARD_PCI_T0 : SCARD_PCI_T1;
	uint8_t ans[258];
	DWORD len = sizeof(ans);

	must(SCardTransmit(p->card, pci, cmd, n, NULL, ans, &len),
	    "SCardTransmit");
	if (len < 2 || len - 2 > sizeof(r->d) - r->n)
		errx(1, "answer of %lu bytes", len);
	memcpy(r->d + r->n, ans, len - 2);
	r->n += len - 2;
	r->sw = (unsigned int)ans[len - 2] << 8 | ans[len - 1];
}

/* A command with data and, when the protocol can carry both, Le 00. */
static void
command(const struct pcsc *p, const uint8_t head[4], const uint8_t *data,
    size_t n, struct reply *r)
{
	uint8_t cmd[4 + 1 + 255 + 1], more[5] = { 0x00, 0xC0, 0x00, 0x00 };
	size_t len = 4;

	if (n > 255)
		errx(1, "command data of %zu bytes", n);
	memcpy(cmd, head, 4);
	cmd[len++] = (uint8_t)n;
	if (n > 0) {
		memcpy(cmd + len, data, n);
		len += n;
		if (p->proto != SCARD_PROTOCOL_T0)
			cmd[len++] = 0;
	}
	r->n = 0;
	transmit(p, cmd, len, r);
	while (r->sw >> 8 == 0x61) {
		more[4] = (uint8_t)r->sw;
		transmit(p, more, sizeof(more), r);
	}
}

static void
select_piv(const struct pcsc *p)
{
	static const uint8_t head[4] = { 0x00, 0xA4, 0x04, 0x00 };
	static const uint8_t aid[] = {
		0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00
	};
	struct reply r;

	command(p, head, aid, sizeof(aid), &r);
	if (r.sw != 0x9000)
		errx(1, "SELECT PIV: %04X", r.sw);
}

/* Empty VERIFY: not a try, only the question.  No Le: it has no answer. */
static unsigned int
verify_status(const struct pcsc *p)
{
	static const uint8_t t0[5] = { 0x00, 0x20, 0x00, 0x80, 0x00 };
	struct reply r = { .n = 0 };

	transmit(p, t0, p->proto == SCARD_PROTOCOL_T0 ? 5 : 4, &r);
	return r.sw;
}

/* 7C { 82 empty: the answer wanted, 81 the thing to sign } */
static size_t
auth_template(uint8_t alg, uint8_t *out)
{
	static const uint8_t rsa_head[] = {
		0x7C, 0x82, 0x01, 0x06, 0x82, 0x00, 0x81, 0x82, 0x01, 0x00
	};
	static const uint8_t ec_head[] = {
		0x7C, 0x24, 0x82, 0x00, 0x81, 0x20
	};
	static const uint8_t digest_info[] = {
		0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
		0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20
	};
	const size_t pad = 256 - 3 - sizeof(digest_info) - sizeof(hash);
	uint8_t *p = out;

	if (alg == ALG_P256) {
		memcpy(p, ec_head, sizeof(ec_head));
		p += sizeof(ec_head);
	} else {
		memcpy(p, rsa_head, sizeof(rsa_head));
		p += sizeof(rsa_head);
		*p++ = 0x00;		/* EMSA-PKCS1-v1_5 */
		*p++ = 0x01;
		memset(p, 0xFF, pad);
		p += pad;
		*p++ = 0x00;
		memcpy(p, digest_info, sizeof(digest_info));
		p += sizeof(digest_info);
	}
	memcpy(p, hash, sizeof(hash));
	p += sizeof(hash);
	return (size_t)(p - out);
}

static void
general_auth(const struct pcsc *p, uint8_t alg, struct reply *r)
{
	uint8_t data[512], head[4] = { 0x00, 0x87, alg, 0x9A };
	size_t pos = 0, len = auth_template(alg, data);

	head[0] = 0x10;
	for (; len - pos > 255; pos += 255) {
		command(p, head, data + pos, 255, r);
		if (r->sw != 0x9000)
			return;
	}
	head[0] = 0x00;
	command(p, head, data + pos, len - pos, r);
}

/* Length field of a BER-TLV at *pos; SIZE_MAX when there is none. */
static size_t
der_len(const struct reply *r, size_t *pos)
{
	size_t n, bytes;

	if (*pos >= r->n)
		return SIZE_MAX;
	n = r->d[(*pos)++];
	if (n < 0x80)
		return n;
	bytes = n - 0x80;
	if (bytes < 1 || bytes > 2 || bytes > r->n - *pos)
		return SIZE_MAX;
	for (n = 0; bytes > 0; bytes--)
		n = n << 8 | r->d[(*pos)++];
	return n;
}

/* The signature out of 7C { 82 ... }, so that openssl can judge it. */
static void
write_signature(const struct reply *r, const char *path)
{
	size_t pos = 1, len;
	FILE *f;

	if (r->n < 2 || r->d[0] != 0x7C || der_len(r, &pos) != r->n - pos ||
	    pos >= r->n || r->d[pos++] != 0x82)
		errx(1, "answer is not 7C { 82 }");
	len = der_len(r, &pos);
	if (len != r->n - pos)
		errx(1, "signature is cut");
	f = fopen(path, "wxe");
	if (f == NULL)
		err(1, "%s", path);
	if (fwrite(r->d + pos, 1, len, f) != len || fclose(f) != 0)
		err(1, "%s", path);
}

/* A card with the other kind of key refuses the algorithm, not the PIN. */
static unsigned int
sign_unasked(const struct pcsc *p, const char *path)
{
	struct reply r;

	general_auth(p, ALG_RSA_2048, &r);
	if (r.sw != 0x9000 && r.sw != 0x6982)
		general_auth(p, ALG_P256, &r);
	if (r.sw == 0x9000 && path != NULL)
		write_signature(&r, path);
	return r.sw;
}

/*
 * A stranger who does nothing: pcscd cuts the power, and with it the PIN,
 * soon after the last client has gone.  This client keeps the power on.
 */
static int
hold(const char *part)
{
	const struct timespec most = { .tv_sec = HOLD_S };
	struct pcsc p = { 0 };

	card_connect(&p, part);
	(void)puts("holding");
	(void)fflush(stdout);
	(void)nanosleep(&most, NULL);
	return 0;
}

static _Noreturn void
usage(void)
{
	(void)fprintf(stderr, "usage: card-status reader-part\n"
	    "       card-status --sign reader-part [signature-file]\n"
	    "       card-status --present | --absent | --hold reader-part\n");
	exit(2);
}

/* Without PIN: the state of the PIN, or a signature. */
static int
ask(const char *part, bool want_sign, const char *path)
{
	struct pcsc p = { 0 };
	unsigned int sw;

	card_open(&p, part);
	select_piv(&p);
	sw = want_sign ? sign_unasked(&p, path) : verify_status(&p);
	card_close(&p);
	(void)printf("%04X\n", sw);
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc == 2 && argv[1][0] != '-')
		return ask(argv[1], false, NULL);
	if (argc < 3 || argc > 4)
		usage();
	if (strcmp(argv[1], "--sign") == 0)
		return ask(argv[2], true, argv[3]);
	if (argc == 3 && strcmp(argv[1], "--present") == 0)
		return wait_presence(argv[2], 1);
	if (argc == 3 && strcmp(argv[1], "--absent") == 0)
		return wait_presence(argv[2], 0);
	if (argc == 3 && strcmp(argv[1], "--hold") == 0)
		return hold(argv[2]);
	usage();
}
