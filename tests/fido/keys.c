/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Software keys for the tests of sekisho-fido.
 * Runs in the test programs; knows nothing of what a test expects.
 */
#include "tests/fido/keys.h"

#include <dirent.h>
#include <fcntl.h>
#include <fido.h>
#include <fido/eddsa.h>
#include <fido/es256.h>
#include <fido/es384.h>
#include <fido/rs256.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define KEYS_MAX 8u
#define PATH_CAP 600u
#define LIFE_S "120"
#define MAKE_MS 30000u /* an RSA key takes its time */

static const char *helper, *softkeyd, *folder;
static struct {
	char name[32];
	pid_t pid; /* 0: not plugged in */
} keys[KEYS_MAX];
static size_t n_keys;

void
keys_setup(int argc, char **argv)
{
	if (argc != 4) {
		(void)fprintf(stderr, "usage: %s HELPER SOFTKEYD FOLDER\n",
		    argv[0]);
		exit(2);
	}
	helper = argv[1];
	softkeyd = argv[2];
	folder = argv[3];
	fido_init(0);
}

static void
path_of(char path[PATH_CAP], const char *name, const char *file)
{
	(void)snprintf(path, PATH_CAP, "%s/%s/%s", folder, name, file);
}

static size_t
number(const char *name)
{
	size_t i;

	for (i = 0; i < n_keys; i++)
		if (strcmp(keys[i].name, name) == 0)
			return i;
	abort();
}

/* Does `path` come (or go) within five seconds? */
static bool
becomes(const char *path, bool there)
{
	int i;

	for (i = 0; i < 2500; i++) {
		if ((access(path, F_OK) == 0) == there)
			return true;
		(void)usleep(2000);
	}
	return false;
}

bool
key_plug(const char *name)
{
	char key[PATH_CAP], door[PATH_CAP];
	size_t i = number(name);

	(void)snprintf(key, sizeof key, "%s/%s", folder, name);
	path_of(door, name, "socket");
	if ((keys[i].pid = fork()) == 0) {
		(void)execl(softkeyd, softkeyd, key, LIFE_S, NULL);
		_exit(127);
	}
	return keys[i].pid > 0 && becomes(door, true);
}

void
key_unplug(const char *name)
{
	size_t i = number(name);
	char door[PATH_CAP];

	if (keys[i].pid > 0) {
		(void)kill(keys[i].pid, SIGTERM);
		(void)waitpid(keys[i].pid, NULL, 0);
	}
	keys[i].pid = 0;
	path_of(door, name, "socket");
	(void)unlink(door);
}

void
key_knobs(const char *name, const char *knobs)
{
	char path[PATH_CAP], fresh[PATH_CAP];
	FILE *f;

	path_of(fresh, name, "knobs.new");
	path_of(path, name, "knobs");
	if ((f = fopen(fresh, "w")) == NULL || fputs(knobs, f) < 0 ||
	    fclose(f) != 0 || rename(fresh, path) != 0)
		abort();
}

void
key_forget(const char *name)
{
	char path[PATH_CAP];
	int fd;

	path_of(path, name, "trace");
	fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0 || close(fd) != 0)
		abort();
}

bool
key_new(const char *name, const char *knobs)
{
	char path[PATH_CAP];

	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	if (n_keys == KEYS_MAX || mkdir(path, 0700) != 0)
		return false;
	(void)snprintf(keys[n_keys].name, sizeof keys[0].name, "%s", name);
	keys[n_keys++].pid = 0;
	key_knobs(name, knobs);
	key_forget(name);
	return key_plug(name);
}

void
keys_end(void)
{
	static const char *const files[] = { "knobs", "knobs.new", "trace",
		"state", "state.new", "socket", "socket.new" };
	char path[PATH_CAP];
	size_t i, j;

	for (i = 0; i < n_keys; i++) {
		key_unplug(keys[i].name);
		for (j = 0; j < sizeof files / sizeof files[0]; j++) {
			path_of(path, keys[i].name, files[j]);
			(void)unlink(path);
		}
		(void)snprintf(path, sizeof path, "%s/%s", folder,
		    keys[i].name);
		if (rmdir(path) != 0)
			perror(path);
	}
	n_keys = 0;
}

static fido_dev_t *
open_key(const char *name)
{
	fido_dev_t *dev = fido_dev_new();
	char door[PATH_CAP];

	path_of(door, name, "socket");
	if (dev != NULL && fido_dev_open(dev, door) != FIDO_OK)
		fido_dev_free(&dev);
	return dev;
}

bool
key_set_pin(const char *name, const char *pin)
{
	fido_dev_t *dev = open_key(name);
	bool ok = dev != NULL && fido_dev_set_pin(dev, pin, NULL) == FIDO_OK;

	if (dev != NULL)
		(void)fido_dev_close(dev);
	fido_dev_free(&dev);
	return ok;
}

bool
key_enrol_u2f(const char *name, struct enrolled *e)
{
	const struct sek_create m = keys_create(COSE_ES256, 0, false);
	struct sek_fido_created made = { 0 };
	fido_dev_t *dev = open_key(name);
	fido_cred_t *c = fido_cred_new();
	bool ok = dev != NULL && c != NULL &&
	    fido_cred_set_type(c, COSE_ES256) == FIDO_OK &&
	    fido_cred_set_clientdata_hash(c, m.make[0].hash, 32) == FIDO_OK &&
	    fido_cred_set_rp(c, KEYS_RP, NULL) == FIDO_OK &&
	    fido_cred_set_user(c, m.handle, m.handle_len, m.user, NULL,
	    NULL) == FIDO_OK && fido_dev_make_cred(dev, c, NULL) == FIDO_OK &&
	    fido_cred_authdata_raw_len(c) <= sizeof made.auth;

	if (ok) {
		made.auth_len = fido_cred_authdata_raw_len(c);
		memcpy(made.auth, fido_cred_authdata_raw_ptr(c),
		    made.auth_len);
		ok = keys_take(e, COSE_ES256, &made);
	}
	if (dev != NULL)
		(void)fido_dev_close(dev);
	fido_dev_free(&dev);
	fido_cred_free(&c);
	return ok;
}

size_t
key_asked(const char *name, const char *line)
{
	char path[PATH_CAP], text[256];
	size_t n = 0;
	FILE *f;

	path_of(path, name, "trace");
	if ((f = fopen(path, "r")) == NULL)
		return 0;
	while (fgets(text, sizeof text, f) != NULL)
		n += strncmp(text, line, strlen(line)) == 0;
	(void)fclose(f);
	return n;
}

bool
key_heard(const char *name, const char *line)
{
	int i;

	for (i = 0; i < 100; i++) {
		if (key_asked(name, line) > 0)
			return true;
		(void)usleep(5000);
	}
	return false;
}

int
keys_talk(struct talk *t)
{
	char dir[PATH_CAP];
	const char *const envp[] = { dir, NULL };

	(void)snprintf(dir, sizeof dir, "SOFTKEY_DIR=%s", folder);
	return talk_start(t, helper, envp);
}

/* -- credentials */

struct sek_create
keys_create(int alg, uint8_t protect, bool resident)
{
	struct sek_create m = { .alg = alg, .rp_name = "Hospital",
		.user = "hanako", .display = "Hanako", .handle_len = 32,
		.n_makes = 1 };

	if (sek_random(m.handle, m.handle_len) != SEK_OK ||
	    sek_random(m.make[0].hash, sizeof m.make[0].hash) != SEK_OK)
		abort();
	(void)snprintf(m.make[0].rp, sizeof m.make[0].rp, KEYS_RP);
	m.make[0].protect = protect;
	m.make[0].resident = resident;
	return m;
}

bool
keys_take(struct enrolled *e, int alg, const struct sek_fido_created *c)
{
	const size_t at = 32 + 1 + 4 + 16; /* WebAuthn 6.1 */

	*e = (struct enrolled){ .alg = alg, .auth_len = c->auth_len };
	if (c->auth_len < at + 2)
		return false;
	memcpy(e->auth, c->auth, c->auth_len);
	e->id_len = (size_t)c->auth[at] << 8 | c->auth[at + 1];
	if (e->id_len > sizeof e->id || at + 2 + e->id_len > c->auth_len)
		return false;
	memcpy(e->id, c->auth + at + 2, e->id_len);
	return true;
}

bool
keys_enrol(struct enrolled *e, int alg, uint8_t protect, bool resident,
    bool verify)
{
	struct sek_create m = keys_create(alg, protect, resident);
	enum talk_end end = TALK_STATUS;
	struct talk t;
	bool ok;

	m.verify = verify;
	ok = keys_talk(&t) == SEK_OK && talk_create(&t, &m) == SEK_OK &&
	    talk_go(&t, false, MAKE_MS) == SEK_OK;
	while (ok && (end == TALK_STATUS || end == TALK_NOTE ||
	    end == TALK_ASKPIN)) {
		end = talk_next(&t);
		if (end == TALK_ASKPIN)
			ok = talk_pin(&t, KEYS_PIN) == SEK_OK;
	}
	return talk_finish(&t, NULL) && ok && end == TALK_CREATED &&
	    keys_take(e, alg, &t.created);
}

/* The public key as libfido2 has it. */
static void *
public_key(int alg, const uint8_t *p, size_t n)
{
	es256_pk_t *es256 = es256_pk_new();
	es384_pk_t *es384 = es384_pk_new();
	eddsa_pk_t *eddsa = eddsa_pk_new();
	rs256_pk_t *rs256 = rs256_pk_new();
	void *pk = NULL;

	if (alg == COSE_ES256 && es256_pk_from_ptr(es256, p, n) == FIDO_OK) {
		pk = es256;
		es256 = NULL;
	} else if (alg == COSE_ES384 &&
	    es384_pk_from_ptr(es384, p, n) == FIDO_OK) {
		pk = es384;
		es384 = NULL;
	} else if (alg == COSE_EDDSA &&
	    eddsa_pk_from_ptr(eddsa, p, n) == FIDO_OK) {
		pk = eddsa;
		eddsa = NULL;
	} else if (alg == COSE_RS256 &&
	    rs256_pk_from_ptr(rs256, p, n) == FIDO_OK) {
		pk = rs256;
		rs256 = NULL;
	}
	es256_pk_free(&es256);
	es384_pk_free(&es384);
	eddsa_pk_free(&eddsa);
	rs256_pk_free(&rs256);
	return pk;
}

static bool
verifies(fido_assert_t *a, const struct sek_fido_assertion *got,
    const uint8_t hash[32], bool uv, int alg, const void *pk)
{
	return fido_assert_set_rp(a, KEYS_RP) == FIDO_OK &&
	    fido_assert_set_clientdata_hash(a, hash, 32) == FIDO_OK &&
	    fido_assert_set_count(a, 1) == FIDO_OK &&
	    fido_assert_set_up(a, FIDO_OPT_TRUE) == FIDO_OK &&
	    fido_assert_set_uv(a, uv ? FIDO_OPT_TRUE : FIDO_OPT_OMIT) ==
	    FIDO_OK && fido_assert_set_authdata_raw(a, 0, got->auth,
	    got->auth_len) == FIDO_OK && fido_assert_set_sig(a, 0, got->sig,
	    got->sig_len) == FIDO_OK &&
	    fido_assert_verify(a, 0, alg, pk) == FIDO_OK;
}

bool
keys_good(const struct enrolled *e, const struct sek_fido_assertion *a,
    const uint8_t hash[32], bool uv)
{
	fido_cred_t *c = fido_cred_new();
	fido_assert_t *v = fido_assert_new();
	void *pk = NULL;
	bool good = false;

	if (c != NULL && v != NULL && a->id_len == e->id_len &&
	    memcmp(a->id, e->id, e->id_len) == 0 &&
	    fido_cred_set_type(c, e->alg) == FIDO_OK &&
	    fido_cred_set_authdata_raw(c, e->auth, e->auth_len) == FIDO_OK)
		pk = public_key(e->alg, fido_cred_pubkey_ptr(c),
		    fido_cred_pubkey_len(c));
	if (pk != NULL)
		good = verifies(v, a, hash, uv, e->alg, pk);
	free(pk); /* flat, and no secret */
	fido_assert_free(&v);
	fido_cred_free(&c);
	return good;
}
