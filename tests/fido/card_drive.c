/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Uses FIDO cards through fido/pcsc.h and the system's libfido2, as
 * sekisho-fido does; prints one line for each act.  Test part.
 *
 *   card_drive ACT...
 *
 *   watch, unwatch    begin and end to watch the readers
 *   list              the cards there are
 *   until N           until there are N (5 s at most)
 *   sleep MS, limit MS (of each request)
 *   hold              until a line comes on standard input (10 s at most)
 *   open, close       the first card of the last list
 *   info              what it says of itself
 *   pin NEW           set its PIN
 *   make PIN, get PIN (- for none): a credential, then an assertion by it,
 *                     verified; `many N`: with N other ids in the list
 *   u2f               as U2F from now on
 *   cancel MS, signal MS   so long after the next request has begun
 *   grab READER       have that card for oneself until standard input ends
 */
#include <err.h>
#include <fido.h>
#include <fido/es256.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <winscard.h>

#include "fido/pcsc.h"
#include "sekisho/deadline.h"

#define MAX 8u
#define RP "hospital.example"

static struct fido_pcsc *watcher;
static fido_dev_info_t *list;
static size_t n_list;
static fido_dev_t *dev;
static unsigned int many, cancel_ms, signal_ms;
static uint8_t id[1024];
static size_t id_len;
static es256_pk_t *pk;
static pthread_t self;
static const uint8_t hash[32] = { 1, 2, 3 };

static void
done(const char *act, int r, uint64_t since)
{
	(void)printf("%s: %s after %d00 ms\n", act, r == FIDO_OK ? "ok" :
	    fido_strerr(r), (int)((sek_now_ms() - since) / 100));
	(void)fflush(stdout);
}

static void
do_list(bool show)
{
	const fido_dev_info_t *di;
	const char *path;
	size_t i;

	fido_dev_info_free(&list, MAX);
	list = fido_dev_info_new(MAX);
	n_list = watcher == NULL ? 0 : fido_pcsc_list(watcher, list, 0, MAX);
	if (!show)
		return;
	(void)printf("list: %zu", n_list);
	for (i = 0; i < n_list; i++) {
		di = fido_dev_info_ptr(list, i);
		path = fido_dev_info_path(di);
		(void)printf(" [%s, %s, %s]", path,
		    fido_pcsc_transport(path),
		    fido_dev_info_product_string(di));
	}
	(void)puts("");
	(void)fflush(stdout);
}

static void
do_until(size_t n)
{
	const struct sek_deadline dl = sek_deadline_in(5000);

	do
		do_list(false);
	while (n_list != n && !sek_deadline_past(&dl) &&
	    poll(NULL, 0, 20) == 0);
	(void)printf("until: %zu\n", n_list);
	(void)fflush(stdout);
}

static void
do_hold(void)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	char c;

	if (poll(&p, 1, 10000) != 1 || read(STDIN_FILENO, &c, 1) != 1)
		errx(1, "hold: nobody said so");
}

static void
do_open(void)
{
	const uint64_t since = sek_now_ms();

	if (n_list == 0 || (dev = fido_dev_new_with_info(
	    fido_dev_info_ptr(list, 0))) == NULL)
		errx(1, "open: no card");
	(void)fido_dev_set_timeout(dev, 3000);
	done("open", fido_dev_open_with_info(dev), since);
}

static void
do_info(void)
{
	fido_cbor_info_t *ci = fido_cbor_info_new();
	int r = fido_dev_get_cbor_info(dev, ci);
	size_t i;

	(void)printf("info: %s, fido2 %d, pin %d, flags %02x", r == FIDO_OK ?
	    "ok" : fido_strerr(r), fido_dev_is_fido2(dev),
	    fido_dev_has_pin(dev), fido_dev_flags(dev));
	for (i = 0; i < fido_cbor_info_versions_len(ci); i++)
		(void)printf(" %s", fido_cbor_info_versions_ptr(ci)[i]);
	(void)puts("");
	(void)fflush(stdout);
	fido_cbor_info_free(&ci);
}

static void *
later(void *arg)
{
	const unsigned int ms = cancel_ms + signal_ms;
	const bool by_signal = signal_ms > 0;

	(void)arg;
	(void)poll(NULL, 0, (int)ms);
	if (by_signal)
		(void)pthread_kill(self, SIGUSR1);
	else
		(void)fido_dev_cancel(dev);
	return NULL;
}

static void
arm(pthread_t *t)
{
	if (cancel_ms + signal_ms > 0 &&
	    pthread_create(t, NULL, later, NULL) != 0)
		errx(1, "thread");
}

static void
disarm(pthread_t t)
{
	if (cancel_ms + signal_ms > 0)
		(void)pthread_join(t, NULL);
	cancel_ms = signal_ms = 0;
}

static void
do_make(const char *pin)
{
	fido_cred_t *c = fido_cred_new();
	const uint64_t since = sek_now_ms();
	uint8_t other[64] = { 0 };
	unsigned int i;
	pthread_t t = 0;
	int r;

	(void)fido_cred_set_type(c, COSE_ES256);
	(void)fido_cred_set_clientdata_hash(c, hash, sizeof hash);
	(void)fido_cred_set_rp(c, RP, "Hospital");
	(void)fido_cred_set_user(c, hash, 16, "yamada", "Yamada", NULL);
	for (i = 0; i < many; i++) {
		other[0] = (uint8_t)i;
		(void)fido_cred_exclude(c, other, sizeof other);
	}
	arm(&t);
	r = fido_dev_make_cred(dev, c, pin);
	disarm(t);
	if (r == FIDO_OK) {
		if (strcmp(fido_cred_fmt(c), "none") != 0)
			r = fido_cred_x5c_ptr(c) != NULL ?
			    fido_cred_verify(c) : fido_cred_verify_self(c);
		id_len = fido_cred_id_len(c);
		memcpy(id, fido_cred_id_ptr(c), id_len);
		es256_pk_free(&pk);
		pk = es256_pk_new();
		if (r == FIDO_OK)
			r = es256_pk_from_ptr(pk, fido_cred_pubkey_ptr(c),
			    fido_cred_pubkey_len(c));
	}
	done("make", r, since);
	fido_cred_free(&c);
}

static void
do_get(const char *pin)
{
	fido_assert_t *a = fido_assert_new();
	const uint64_t since = sek_now_ms();
	uint8_t other[64] = { 0 };
	unsigned int i;
	pthread_t t = 0;
	int r;

	(void)fido_assert_set_clientdata_hash(a, hash, sizeof hash);
	(void)fido_assert_set_rp(a, RP);
	for (i = 0; i < many; i++) {
		other[0] = (uint8_t)i;
		(void)fido_assert_allow_cred(a, other, sizeof other);
	}
	(void)fido_assert_allow_cred(a, id, id_len);
	arm(&t);
	r = fido_dev_get_assert(dev, a, pin);
	disarm(t);
	if (r == FIDO_OK) {
		(void)fido_assert_set_up(a, FIDO_OPT_TRUE);
		if (pin != NULL)
			(void)fido_assert_set_uv(a, FIDO_OPT_TRUE);
		r = fido_assert_verify(a, 0, COSE_ES256, pk);
	}
	done("get", r, since);
	fido_assert_free(&a);
}

static void
do_grab(const char *reader)
{
	SCARDCONTEXT ctx;
	SCARDHANDLE card;
	DWORD protocol;
	char c;

	if (SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &ctx) !=
	    SCARD_S_SUCCESS || SCardConnect(ctx, reader, SCARD_SHARE_SHARED,
	    SCARD_PROTOCOL_ANY, &card, &protocol) != SCARD_S_SUCCESS ||
	    SCardBeginTransaction(card) != SCARD_S_SUCCESS)
		errx(1, "grab: no card");
	(void)puts("grabbed");
	(void)fflush(stdout);
	while (read(STDIN_FILENO, &c, 1) > 0)
		continue;
	(void)SCardEndTransaction(card, SCARD_LEAVE_CARD);
	(void)SCardDisconnect(card, SCARD_LEAVE_CARD);
	(void)SCardReleaseContext(ctx);
}

static void
do_close(void)
{
	const uint64_t since = sek_now_ms();

	(void)fido_dev_close(dev);
	fido_dev_free(&dev);
	done("close", FIDO_OK, since);
}

static bool
plain_act(const char *act)
{
	const uint64_t since = sek_now_ms();

	if (strcmp(act, "watch") == 0)
		watcher = fido_pcsc_new();
	else if (strcmp(act, "unwatch") == 0) {
		fido_pcsc_free(watcher);
		watcher = NULL;
		done(act, FIDO_OK, since);
	} else if (strcmp(act, "list") == 0)
		do_list(true);
	else if (strcmp(act, "hold") == 0)
		do_hold();
	else if (strcmp(act, "open") == 0)
		do_open();
	else if (strcmp(act, "close") == 0)
		do_close();
	else if (strcmp(act, "info") == 0)
		do_info();
	else if (strcmp(act, "u2f") == 0)
		fido_dev_force_u2f(dev);
	else
		return false;
	return true;
}

static void
act_with(const char *act, const char *arg)
{
	const uint64_t since = sek_now_ms();
	const char *pin = strcmp(arg, "-") == 0 ? NULL : arg;
	const unsigned int n = (unsigned int)strtoul(arg, NULL, 10);

	if (strcmp(act, "sleep") == 0)
		(void)poll(NULL, 0, (int)n);
	else if (strcmp(act, "until") == 0)
		do_until(n);
	else if (strcmp(act, "limit") == 0)
		(void)fido_dev_set_timeout(dev, (int)n);
	else if (strcmp(act, "many") == 0)
		many = n;
	else if (strcmp(act, "cancel") == 0)
		cancel_ms = n;
	else if (strcmp(act, "signal") == 0)
		signal_ms = n;
	else if (strcmp(act, "pin") == 0)
		done(act, fido_dev_set_pin(dev, pin, NULL), since);
	else if (strcmp(act, "grab") == 0)
		do_grab(arg);
	else if (strcmp(act, "make") == 0)
		do_make(pin);
	else if (strcmp(act, "get") == 0)
		do_get(pin);
	else
		errx(2, "%s: unknown act", act);
}

static void
on_signal(int sig)
{
	(void)sig;
}

int
main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_signal };
	int i;

	self = pthread_self();
	(void)sigaction(SIGUSR1, &sa, NULL);
	fido_init(getenv("DRIVE_DEBUG") != NULL ? FIDO_DEBUG : 0);
	for (i = 1; i < argc; i++) {
		if (plain_act(argv[i]))
			continue;
		if (i + 1 == argc)
			errx(2, "%s: unknown act", argv[i]);
		act_with(argv[i], argv[i + 1]);
		i++;
	}
	if (dev != NULL)
		do_close();
	/* its threads end with us, as they do in sekisho-fido */
	fido_dev_info_free(&list, MAX);
	es256_pk_free(&pk);
	(void)fflush(stdout);
	/* not exit(): libpcsclite tears down then what its threads use */
	_exit(0);
}
