/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Enrols a FIDO2 credential that no key has made, for tests of what a login
 * makes of it: a new key pair and a random id, and the row of the store as it
 * is told.
 *
 *   fidorow STATE PERSON FOLDER NAME [WHAT=HOW]...
 *
 * FOLDER/NAME.pem is the private key, FOLDER/NAME.id the id in hexadecimal.
 * alg= es256 es384 eddsa rs256; rp=, id= (hex), handle= (hex), aaguid=,
 * firmware=, protect=, counter=, and as flags that are set by "=1": verified,
 * resident, backup, ssh.  Prints the number of the credential.
 */
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gate/store_fido.h"
#include "sekisho/os.h"

static _Noreturn void
stop(const char *why)
{
	(void)fprintf(stderr, "fidorow: %s\n", why);
	exit(1);
}

static const char *
option(char **w, const char *what)
{
	size_t n = strlen(what);

	for (; *w != NULL; w++)
		if (strncmp(*w, what, n) == 0 && (*w)[n] == '=')
			return *w + n + 1;
	return NULL;
}

static size_t
of_hex(const char *hex, uint8_t *out, size_t cap)
{
	unsigned int byte;
	size_t n = 0;

	for (; hex[0] != '\0' && n < cap; hex += 2) {
		if (sscanf(hex, "%2x", &byte) != 1)
			stop("not hexadecimal");
		out[n++] = (uint8_t)byte;
	}
	return n;
}

static EVP_PKEY *
new_key(enum sek_fido_alg alg)
{
	switch (alg) {
	case SEK_FIDO_ES256:
		return EVP_EC_gen("P-256");
	case SEK_FIDO_ES384:
		return EVP_EC_gen("P-384");
	case SEK_FIDO_EDDSA:
		return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	case SEK_FIDO_RS256:
		return EVP_RSA_gen(2048);
	case SEK_FIDO_NO_ALG:
		break;
	}
	return NULL;
}

static void
fill_key(struct sek_fido_cred *f, const char *folder, const char *name)
{
	EVP_PKEY *key = new_key(f->alg);
	unsigned char *p = f->spki;
	char path[600];
	FILE *out;
	int n;

	(void)snprintf(path, sizeof path, "%s/%s.pem", folder, name);
	if (key == NULL || (n = i2d_PUBKEY(key, NULL)) <= 0 ||
	    (size_t)n > sizeof f->spki || (out = fopen(path, "we")) == NULL)
		stop("no key");
	f->spki_len = (size_t)i2d_PUBKEY(key, &p);
	if (PEM_write_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL) != 1 ||
	    fclose(out) != 0)
		stop("the key cannot be written");
	EVP_PKEY_free(key);
}

static void
write_id(const struct sek_fido_cred *f, const char *folder, const char *name)
{
	char path[600];
	FILE *out;
	size_t i;

	(void)snprintf(path, sizeof path, "%s/%s.id", folder, name);
	if ((out = fopen(path, "we")) == NULL)
		stop("the id cannot be written");
	for (i = 0; i < f->id_len; i++)
		(void)fprintf(out, "%02x", f->id[i]);
	if (fclose(out) != 0)
		stop("the id cannot be written");
}

static bool
flag(char **w, const char *what)
{
	return option(w, what) != NULL && strcmp(option(w, what), "1") == 0;
}

static uint32_t
number(char **w, const char *what)
{
	const char *o = option(w, what);

	return o == NULL ? 0 : (uint32_t)strtoul(o, NULL, 0);
}

static void
fill(struct sek_fido_cred *f, char **w)
{
	const char *o = option(w, "alg");

	f->alg = sek_fido_alg_of_word(o != NULL ? o : "es256");
	o = option(w, "rp");
	(void)snprintf(f->rp, sizeof f->rp, "%s", o != NULL ? o :
	    "hospital.example");
	if ((o = option(w, "id")) != NULL)
		f->id_len = of_hex(o, f->id, sizeof f->id);
	else if (sek_random(f->id, f->id_len = 48) != SEK_OK)
		stop("no random bytes");
	if ((o = option(w, "handle")) != NULL)
		f->handle_len = of_hex(o, f->handle, sizeof f->handle);
	if ((o = option(w, "aaguid")) != NULL &&
	    !sek_aaguid_of_text(o, f->aaguid))
		stop("no AAGUID");
	f->firmware = number(w, "firmware");
	f->protect = (uint8_t)number(w, "protect");
	f->counter = number(w, "counter");
	f->counted = f->counter != 0;
	f->verified = flag(w, "verified");
	f->resident = flag(w, "resident");
	f->backup = flag(w, "backup");
	f->ssh = flag(w, "ssh");
}

int
main(int argc, char **argv)
{
	struct sek_store *s = NULL;
	struct sek_person person;
	struct sek_credential c = { .id = 0 };
	struct sek_fido_cred f = { .credential = 0 };
	struct sek_why why = { "" };

	if (argc < 5)
		stop("usage: fidorow STATE PERSON FOLDER NAME [WHAT=HOW]...");
	fill(&f, argv + 5);
	fill_key(&f, argv[3], argv[4]);
	write_id(&f, argv[3], argv[4]);
	if (sek_store_open(argv[1], true, 5000, &s, &why) != SEK_OK)
		stop(why.text);
	if (sek_store_person(s, argv[2], &person) != SEK_OK)
		stop("no such person");
	c.person_id = person.id;
	(void)snprintf(c.label, sizeof c.label, "%s", argv[4]);
	if (sek_store_fido_enrol(s, "test", &c, &f, &why) != SEK_OK)
		stop(why.text);
	sek_store_close(s);
	(void)printf("%lld\n", (long long)c.id);
	return 0;
}
