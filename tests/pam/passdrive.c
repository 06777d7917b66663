/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Plays the gate towards sekisho-password: starts it, sends one CHECK, prints
 * the answer and how the helper ended.
 *
 *	passdrive --helper PATH [--user U] [--password P] [--service S]
 *	    [--confdir D] [--rhost H] [--tty T] [--deadline MS]
 *	    [--raw HEX | --close]
 * --raw sends these bytes instead, --close nothing.  Exit 0 on PROOF only.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sekisho/os.h"
#include "sekisho/wire_helper.h"

enum { HELPER = 1, USER, PASSWORD, SERVICE, CONFDIR, RHOST, TTY,
    DEADLINE, RAW, CLOSE };

static const struct option long_options[] = {
	{ "helper", required_argument, NULL, HELPER },
	{ "user", required_argument, NULL, USER },
	{ "password", required_argument, NULL, PASSWORD },
	{ "service", required_argument, NULL, SERVICE },
	{ "confdir", required_argument, NULL, CONFDIR },
	{ "rhost", required_argument, NULL, RHOST },
	{ "tty", required_argument, NULL, TTY },
	{ "deadline", required_argument, NULL, DEADLINE },
	{ "raw", required_argument, NULL, RAW },
	{ "close", no_argument, NULL, CLOSE },
	{ NULL, 0, NULL, 0 }
};

struct options {
	const char *helper, *raw;
	bool close;
	int deadline_ms;
	struct sek_check check;
};

static _Noreturn void
die(const char *what)
{
	fprintf(stderr, "passdrive: %s\n", what);
	exit(2);
}

static void
copy(char *out, size_t cap, const char *in)
{
	(void)snprintf(out, cap, "%s", in);
}

static void
take_option(struct options *o, int opt, const char *arg)
{
	struct sek_check *c = &o->check;

	switch (opt) {
	case HELPER: o->helper = arg; break;
	case USER: copy(c->user, sizeof c->user, arg); break;
	case PASSWORD:
		sek_put_raw(&c->password, arg, strlen(arg));
		break;
	case SERVICE: copy(c->service, sizeof c->service, arg); break;
	case CONFDIR: copy(c->confdir, sizeof c->confdir, arg); break;
	case RHOST: copy(c->rhost, sizeof c->rhost, arg); break;
	case TTY: copy(c->tty, sizeof c->tty, arg); break;
	case DEADLINE: o->deadline_ms = atoi(arg); break;
	case RAW: o->raw = arg; break;
	case CLOSE: o->close = true; break;
	default: die("usage");
	}
}

static int
send_raw(int fd, const char *hex, const struct sek_deadline *dl)
{
	struct sek_buf out = { 0 };
	unsigned byte;
	int r;

	for (; sscanf(hex, "%2x", &byte) == 1; hex += 2)
		sek_put_u8(&out, (uint8_t)byte);
	r = sek_write_full(fd, out.p, out.len, dl);
	sek_buf_free(&out);
	return r;
}

static int
send_check(const struct options *o, struct sek_chan *ch,
    const struct sek_deadline *dl)
{
	struct sek_buf body = { 0 };
	int r;

	if (o->raw != NULL) {
		ch->state = SEK_HS_CHECKING;
		return send_raw(ch->fd, o->raw, dl);
	}
	sek_check_enc(&body, &o->check);
	r = sek_chan_send(ch, SEK_H_CHECK, &body, dl);
	sek_buf_free(&body);
	return r;
}

/* SEK_OK when the helper's word was "good". */
static int
print_answer(uint8_t msg, const struct sek_buf *body)
{
	static const char *const codes[] = {
		[SEK_FAIL_WRONG_PASSWORD] = "wrong-password",
		[SEK_FAIL_UNAVAILABLE] = "unavailable",
		[SEK_FAIL_ACCOUNT] = "account",
	};
	struct sek_proof proof;
	struct sek_fail fail;

	if (msg == SEK_H_PROOF && sek_proof_dec(&proof, body) == SEK_OK) {
		printf("PROOF scheme=%d sig=%zu native=%u\n",
		    (int)proof.scheme, proof.sig_len, proof.native);
		return SEK_OK;
	}
	if (msg != SEK_H_FAIL || sek_fail_dec(&fail, body) != SEK_OK ||
	    fail.code < SEK_FAIL_WRONG_PASSWORD)
		die("malformed answer");
	printf("FAIL %s native=%u tries=%d %s\n", codes[fail.code],
	    fail.native, fail.tries_left, fail.detail);
	return SEK_E_DENIED;
}

static int
converse(const struct options *o, int fd)
{
	const struct sek_deadline dl =
	    sek_deadline_in((uint64_t)o->deadline_ms);
	struct sek_chan ch = { .fd = fd, .state = SEK_HS_START,
	    .rules = sek_helper_rules, .n_rules = sek_helper_n_rules };
	struct sek_buf body = { 0 };
	uint8_t msg = 0;
	int r = SEK_E_EOF;

	if (!o->close && (r = send_check(o, &ch, &dl)) == SEK_OK &&
	    (r = sek_chan_recv(&ch, &msg, &body, &dl)) == SEK_OK)
		r = print_answer(msg, &body);
	else
		printf("%s\n", sek_strerror(r));
	sek_buf_free(&body);
	return r;
}

int
main(int argc, char **argv)
{
	struct options o = { .deadline_ms = 5000,
	    .check.service = "sekisho-password" };
	const char *const args[] = { "sekisho-password", NULL };
	struct sek_spawn spawn = { .argv = args, .chan_fd = SEK_HELPER_FD };
	struct sek_child child = SEK_CHILD_NONE;
	struct sek_exit ex;
	struct sek_deadline dl;
	int opt, r;

	while ((opt = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		take_option(&o, opt, optarg);
	if (o.helper == NULL || optind != argc)
		die("usage");
	spawn.path = o.helper;
	if (sek_child_start(&child, &spawn) != SEK_OK)
		die("cannot start the helper");
	r = converse(&o, child.chan);
	/* as the gate: no time is given to one that missed its deadline */
	dl = sek_deadline_in(r == SEK_E_TIMEOUT ? 0 : 2000);
	(void)sek_child_finish(&child, &dl, &ex);
	printf("%s = %d\n", ex.signalled ? "killed" : "exit", ex.code);
	sek_check_clear(&o.check);
	return r == SEK_OK ? 0 : 1;
}
