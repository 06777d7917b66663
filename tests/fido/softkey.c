/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The software key of the tests: its state on disk, its knobs, the person who
 * touches it, and which command goes where.  Runs in softkeyd, or in a test
 * itself.  Must never be of use for anything but tests: its secrets lie in a
 * file.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/ec.h>

#include "softkey_rooms.h"

static const char magic[8] = "SOFTK02";

static void
path_of(struct softkey *k, const char *name, char path[600])
{
	(void)snprintf(path, 600, "%s/%s", k->folder, name);
}

/* -- what is on disk */

void
sk_save(struct softkey *k)
{
	char path[600], fresh[600];
	FILE *f;
	bool ok;

	path_of(k, "state", path);
	path_of(k, "state.new", fresh);
	f = fopen(fresh, "w");
	ok = f != NULL && fwrite(&k->s, sizeof(k->s), 1, f) == 1;
	if (f != NULL && fclose(f) != 0)
		ok = false;
	if (!ok || rename(fresh, path) != 0)
		perror(path);
}

static bool
load(struct softkey *k)
{
	struct state *s = malloc(sizeof(*s));
	char path[600];
	bool ok = false;
	FILE *f;

	path_of(k, "state", path);
	f = fopen(path, "r");
	if (f != NULL && s != NULL && fread(s, sizeof(*s), 1, f) == 1 &&
	    memcmp(s->magic, magic, sizeof(magic)) == 0) {
		k->s = *s;
		ok = true;
	}
	if (f != NULL)
		(void)fclose(f);
	free(s);
	return ok;
}

void
sk_fresh(struct softkey *k)
{
	memset(&k->s, 0, sizeof(k->s));
	memcpy(k->s.magic, magic, sizeof(magic));
	sk_random(k->s.master, sizeof(k->s.master));
	memcpy(k->s.aaguid, "SOFTKEY-TEST-AAG", sizeof(k->s.aaguid));
	k->s.pin_tries = 8;
	k->s.uv_tries = 3;
	k->token_valid = false;
	sk_save(k);
}

void
softkey_reread(struct softkey *k)
{
	char path[600];
	size_t n = 0;
	FILE *f;

	path_of(k, "knobs", path);
	f = fopen(path, "r");
	if (f != NULL) {
		n = fread(k->knobs, 1, sizeof(k->knobs) - 1, f);
		(void)fclose(f);
	}
	k->knobs[n] = '\0';
	k->knobs_len = n;
	while (n-- > 0)
		if (k->knobs[n] == '\n')
			k->knobs[n] = '\0';
}

const char *
softkey_knob(struct softkey *k, const char *name, const char *otherwise)
{
	const char *line = k->knobs, *end = k->knobs + k->knobs_len;
	const char *value = otherwise;
	size_t n = strlen(name);

	for (; line < end; line += strlen(line) + 1)
		if (strncmp(line, name, n) == 0 && line[n] == '=')
			value = line + n + 1;
	return value;
}

bool
sk_is(struct softkey *k, const char *knob, const char *value)
{
	return strcmp(softkey_knob(k, knob, ""), value) == 0;
}

long
sk_number(struct softkey *k, const char *knob, long otherwise)
{
	const char *s = softkey_knob(k, knob, "");

	return *s == '\0' ? otherwise : strtol(s, NULL, 0);
}

/* A line of `trace`, where there is such a file. */
void
softkey_trace(struct softkey *k, const char *line)
{
	char path[600];
	int fd;

	path_of(k, "trace", path);
	fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)dprintf(fd, "%s\n", line);
	(void)close(fd);
}

/* -- what a knob of faults is for: "get", "touched,token", ... */

static bool
listed(const char *list, const char *word)
{
	size_t n = strlen(word);
	const char *p;

	for (p = list; p != NULL; p = strchr(p, ',')) {
		p += *p == ',';
		if (strncmp(p, word, n) == 0 && (p[n] == '\0' || p[n] == ','))
			return true;
	}
	return false;
}

bool
softkey_hits(struct softkey *k, const char *knob)
{
	const char *list = softkey_knob(k, knob, "");
	bool signs = strcmp(k->command, "make") == 0 ||
	    strcmp(k->command, "get") == 0;

	return listed(list, "any") || listed(list, k->command) ||
	    (listed(list, "1") && signs) ||
	    (listed(list, "touched") && signs && k->touched) ||
	    (listed(list, "quiet") && signs && !k->touched) ||
	    (listed(list, "token") && k->token_asked);
}

/* -- the person */

int64_t
sk_now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int
tick(struct softkey *k, uint8_t status)
{
	static const struct timespec step = { 0, 100000000 };

	if (k->wait != NULL && k->wait(k->wait_arg, status) != 0)
		return CTAP_CANCELLED;
	if (k->wait == NULL)
		(void)nanosleep(&step, NULL);
	softkey_reread(k);
	return CTAP_OK;
}

/* "yes", "no", "refuse" or milliseconds; it may change while we wait. */
static int
wait_for(struct softkey *k, const char *knob)
{
	int64_t start = sk_now_ms(), spent = 0;
	const char *v;
	int r;

	for (;;) {
		v = softkey_knob(k, knob, "yes");
		if (strcmp(v, "refuse") == 0)
			return CTAP_DENIED;
		if (*v >= '0' && *v <= '9') {
			if (spent >= strtol(v, NULL, 10))
				return CTAP_OK;
		} else if (strcmp(v, "no") != 0) {
			return CTAP_OK;
		}
		if (spent >= sk_number(k, "wait", 30000))
			return CTAP_TIMEOUT;
		r = tick(k, 2);
		if (r != CTAP_OK)
			return r;
		spent = sk_now_ms() - start;
	}
}

int
sk_touch(struct softkey *k)
{
	return wait_for(k, "touch");
}

bool
sk_has_uv(struct softkey *k)
{
	return sk_is(k, "uv", "yes");
}

/* "ok", "bad", "slow" (2 s), "no", "refuse", or milliseconds. */
int
sk_finger(struct softkey *k)
{
	int64_t until = sk_now_ms() + 2000;
	int r = CTAP_OK;

	if (!sk_has_uv(k))
		return CTAP_BAD_OPTION;
	if (k->s.uv_tries == 0)
		return CTAP_UV_BLOCKED;
	while (r == CTAP_OK && sk_is(k, "finger", "slow") &&
	    sk_now_ms() < until)
		r = tick(k, 2);
	if (r == CTAP_OK)
		r = wait_for(k, "finger");
	if (r != CTAP_OK)
		return r;
	if (!sk_is(k, "finger", "bad")) {
		k->s.uv_tries = 3;
		sk_save(k);
		return CTAP_OK;
	}
	k->s.uv_tries--;
	sk_save(k);
	return k->s.uv_tries == 0 ? CTAP_UV_BLOCKED : CTAP_UV_INVALID;
}

/* -- commands */

static int
run_info(struct softkey *k, const cbor_item_t *m, struct out *o)
{
	(void)m;
	sk_info(k, o);
	return CTAP_OK;
}

static int
run_next(struct softkey *k, const cbor_item_t *m, struct out *o)
{
	(void)m;
	return sk_next(k, o);
}

static int
run_select(struct softkey *k, const cbor_item_t *m, struct out *o)
{
	(void)m;
	(void)o;
	return sk_touch(k);
}

static int
run_reset(struct softkey *k, const cbor_item_t *m, struct out *o)
{
	int r = sk_touch(k);

	(void)m;
	(void)o;
	if (r == CTAP_OK)
		sk_fresh(k);
	return r;
}

static const struct {
	uint8_t byte;
	const char *name;
	int (*run)(struct softkey *k, const cbor_item_t *m, struct out *o);
} commands[] = {
	{ 0x01, "make", sk_make },
	{ 0x02, "get", sk_get },
	{ 0x04, "info", run_info },
	{ 0x06, "pin", sk_pin },
	{ 0x07, "reset", run_reset },
	{ 0x08, "next", run_next },
	{ 0x0b, "select", run_select }
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

/* What the faults of a key are told by: a touch is asked for unless the
 * request says up=false. */
static void
note(struct softkey *k, size_t i, const cbor_item_t *m)
{
	bool make = strcmp(commands[i].name, "make") == 0;
	const cbor_item_t *options = in_number(m, make ? 7 : 5);
	int64_t sub = in_int(in_number(m, 2));

	k->command = commands[i].name;
	k->touched = make || (strcmp(k->command, "get") == 0 &&
	    !in_false(in_name(options, "up")));
	k->token_asked = strcmp(k->command, "pin") == 0 &&
	    (sub == 5 || sub == 6 || sub == 9);
}

static int
run(struct softkey *k, const uint8_t *in, size_t n, struct out *o)
{
	struct cbor_load_result loaded;
	cbor_item_t *m = NULL;
	size_t i = 0;
	int r;

	while (i < N_COMMANDS && commands[i].byte != in[0])
		i++;
	if (i == N_COMMANDS || sk_is(k, "versions", "u2f"))
		return CTAP_NO_COMMAND;
	if (n > 1) {
		m = cbor_load(in + 1, n - 1, &loaded);
		if (m == NULL || loaded.read != n - 1 || !cbor_isa_map(m)) {
			if (m != NULL)
				cbor_decref(&m);
			return CTAP_CBOR;
		}
	}
	note(k, i, m);
	r = commands[i].run(k, m, o);
	if (m != NULL)
		cbor_decref(&m);
	return r;
}

static void
trace(struct softkey *k, int r)
{
	bool get = strcmp(k->command, "get") == 0;
	char line[80];

	(void)snprintf(line, sizeof(line), "%s%s %02x", k->command,
	    !get ? k->token_asked ? " token" : "" :
	    k->touched ? " touched" : " quiet", (unsigned)r);
	softkey_trace(k, line);
}

/* A well-begun answer of a key that is broken. */
static size_t
break_answer(struct softkey *k, uint8_t *out, size_t n, size_t cap)
{
	size_t room = cap < SOFTKEY_MSG ? cap : SOFTKEY_MSG;

	if (softkey_hits(k, "garbage")) {
		n = 200;
		sk_random(out + 1, n - 1);
	} else if (softkey_hits(k, "deepcbor")) {
		n = room;
		memset(out + 1, 0x81, n - 1);
	} else if (softkey_hits(k, "hugecbor")) {
		n = room;
		memset(out + 1, 0, n - 1);
		memcpy(out + 1, "\xa1\x01\x5a\xff\xff\xff\xff", 7);
	} else if (softkey_hits(k, "cut")) {
		n /= 2;
	}
	return n;
}

size_t
softkey_ctap2(struct softkey *k, const uint8_t *in, size_t n, uint8_t *out,
    size_t cap)
{
	struct out o = { out + 1, 0, cap - 1 };
	int r;

	sk_begin(k, "none");
	out[0] = CTAP_LENGTH;
	if (n == 0)
		return 1;
	r = run(k, in, n, &o);
	if (softkey_hits(k, "fail"))
		r = (int)sk_number(k, "failcode", CTAP_OTHER);
	if (r == CTAP_OK && o.n > o.max)
		r = CTAP_OTHER;
	trace(k, r);
	out[0] = (uint8_t)r;
	return r != CTAP_OK ? 1 : break_answer(k, out, 1 + o.n, cap);
}

void
sk_begin(struct softkey *k, const char *command)
{
	softkey_reread(k);
	if (!load(k))
		sk_fresh(k);
	k->command = command;
	k->touched = k->token_asked = false;
}

void
softkey_on_wait(struct softkey *k, softkey_wait_fn *fn, void *arg)
{
	k->wait = fn;
	k->wait_arg = arg;
}

struct softkey *
softkey_open(const char *folder)
{
	struct softkey *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return NULL;
	(void)snprintf(k->folder, sizeof(k->folder), "%s", folder);
	k->command = "none";
	k->agree = EVP_EC_gen("P-256");
	softkey_reread(k);
	if (k->agree == NULL) {
		free(k);
		return NULL;
	}
	if (!load(k))
		sk_fresh(k);
	return k;
}

void
softkey_close(struct softkey *k)
{
	if (k == NULL)
		return;
	EVP_PKEY_free(k->agree);
	free(k);
}
