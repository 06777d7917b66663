/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho enrol`: binds a card's key, a certificate, a FIDO2 key or an SSH
 * key to a person.
 *
 * Part of the administrator's program.  Shows the certificate and what the
 * gate's own check says of it; what was proved about the holder goes on
 * record.  Must never bind a certificate that was not shown.
 */
#include "helpdesk/fido.h"

#include <string.h>
#include <time.h>

#include "record/audit.h"
#include "helpdesk/answer.h"

#define FD_MAX 1023

static void
show(const struct enrol *e)
{
	const struct sek_cert_info *i = &e->info;
	struct desk_date from, to;
	struct desk_hex print;
	char key[32];

	(void)snprintf(key, sizeof(key), "%s %u", i->ec ? "EC" : "RSA",
	    (unsigned)i->key_bits);
	DESK_SAY(e->d, W_CERT_SUBJECT, { i->subject });
	DESK_SAY(e->d, W_CERT_ISSUER, { i->issuer });
	DESK_SAY(e->d, W_CERT_SERIAL, { i->serial });
	DESK_SAY(e->d, W_CERT_VALID, { desk_day(&from, i->not_before),
	    desk_day(&to, i->not_after) });
	DESK_SAY(e->d, W_CERT_KEY, { key });
	DESK_SAY(e->d, W_CERT_PRINT, { desk_hex(&print, i->cert_sha256,
	    sizeof(i->cert_sha256)) });
	if (e->module != NULL)
		DESK_SAY(e->d, W_CERT_TOKEN, { e->token_label,
		    e->token_serial, e->key_id });
	(void)fflush(stdout);
}

int
enrol_confirm(const struct enrol *e)
{
	if (e->yes || desk_yes(e->d, DESK_ARGS(W_ASK_ENROL,
	    { e->person.name })))
		return DESK_GO;
	DESK_ERR(e->d, W_NOT_CONFIRMED, { NULL });
	return DESK_REFUSED;
}

/* A certificate that would be refused today may be good tomorrow (a CRL that
 * is late, a validity that begins on Monday): that is told, not decided. */
int
enrol_take(struct enrol *e, const uint8_t *der, size_t n)
{
	if ((e->cert = sek_cert_parse(der, n)) == NULL) {
		DESK_ERR(e->d, W_CERT_UNREADABLE, { NULL });
		return DESK_REFUSED;
	}
	e->judged = sek_cert_check(e->trust, e->cert, time(NULL), &e->info);
	show(e);
	if (e->judged == SEK_R_CERT_MALFORMED) {
		DESK_ERR(e->d, W_CERT_UNREADABLE, { NULL });
		return DESK_REFUSED;
	}
	if (e->judged != SEK_R_OK)
		DESK_ERR(e->d, W_CERT_REFUSED, {
		    sek_reason(e->judged)->word, e->info.detail });
	return enrol_confirm(e);
}

const char *
enrol_proof_text(const char *proof)
{
	return strcmp(proof, "pin") == 0 ?
	    "possession proved by a signature with the PIN" :
	    strcmp(proof, "signature") == 0 ?
	    "possession proved by a signature; the token asked for no PIN" :
	    "possession not proved: enrolled from a file";
}

static void
record(const struct enrol *e, const struct sek_credential *c)
{
	json_t *rec = desk_record(e->d, "enrol");

	sek_record_str(rec, "person.name", e->person.name);
	sek_record_str(rec, "person.display", e->person.display);
	sek_record_str(rec, "token.kind", e->kind);
	if (e->module != NULL) {
		sek_record_str(rec, "token.module", e->module_name);
		sek_record_str(rec, "token.label", e->token_label);
		sek_record_str(rec, "token.token_serial", e->token_serial);
	}
	sek_record_int(rec, "token.credential", c->id);
	sek_record_hex(rec, "token.cert_sha256", c->cert_sha256, 32);
	sek_record_hex(rec, "token.issuer_sha256", e->info.issuer_sha256, 32);
	sek_record_str(rec, "token.cert_serial", c->serial);
	sek_record_str(rec, "token.subject", c->subject);
	sek_record_str(rec, "change.object", "credential");
	sek_record_str(rec, "change.bind", c->bind == SEK_BIND_KEY ? "key" :
	    "certificate");
	sek_record_str(rec, "change.proof", e->proof);
	if (e->judged != SEK_R_OK)
		sek_record_str(rec, "change.warning",
		    sek_reason(e->judged)->word);
	if (c->label[0] != '\0')
		sek_record_str(rec, "change.label", c->label);
}

static int
keep(struct enrol *e)
{
	const struct sek_cert_info *i = &e->info;
	struct sek_credential c = { .person_id = e->person.id,
		.bind = e->bind, .not_after = i->not_after };
	struct sek_why why = { "" };
	unsigned char *der = NULL;
	char id[24];
	int r, err, n;

	memcpy(c.spki_sha256, i->spki_sha256, 32);
	memcpy(c.cert_sha256, i->cert_sha256, 32);
	(void)snprintf(c.subject, sizeof(c.subject), "%s", i->subject);
	(void)snprintf(c.issuer, sizeof(c.issuer), "%s", i->issuer);
	(void)snprintf(c.serial, sizeof(c.serial), "%s", i->serial);
	(void)snprintf(c.token_serial, sizeof(c.token_serial), "%s",
	    e->token_serial);
	(void)snprintf(c.status_reason, sizeof(c.status_reason), "%s",
	    enrol_proof_text(e->proof));
	(void)snprintf(c.label, sizeof(c.label), "%s",
	    e->label != NULL ? e->label : "");
	/* sekisho-fetch asks about it before its next login */
	if ((n = i2d_X509(e->cert, &der)) <= 0)
		return desk_lost(e->d);
	c.cert = der;
	c.cert_len = (size_t)n;
	if ((r = desk_begin(e->d)) == DESK_GO) {
		err = sek_store_enrol(e->d->store, e->d->actor, &c, &why);
		if (err == SEK_OK)
			record(e, &c);
		r = desk_end(e->d, err, &why);
	}
	OPENSSL_free(der);
	if (r != DESK_OK)
		return r;
	(void)snprintf(id, sizeof(id), "%lld", (long long)c.id);
	DESK_SAY(e->d, W_ENROLLED, { id, e->person.name });
	if (strcmp(e->proof, "none") == 0)
		DESK_SAY(e->d, W_UNPROVED, { NULL });
	return DESK_OK;
}

static int
wrong(const struct enrol *e, enum word w, const char *arg)
{
	DESK_ERR(e->d, w, { arg });
	return DESK_USAGE;
}

static bool
is_key_id(const char *hex)
{
	size_t n = strlen(hex);

	return n > 0 && n % 2 == 0 && n <= 2 * SEK_MAX_KEY_ID &&
	    strspn(hex, "0123456789abcdefABCDEF") == n;
}

/* The options that are words or numbers, as they were given. */
struct given {
	const char *bind;
	const char *pin_fd;
	const char *alg;
};

/* OpenSSH knows two kinds of keys on a FIDO2 key, and each key has ES256. */
static int
algorithm(struct fido *f, const char *alg)
{
	if (alg == NULL) {
		f->alg = f->ssh.file != NULL ? SEK_FIDO_ES256 :
		    SEK_FIDO_NO_ALG;
		return DESK_GO;
	}
	f->alg = sek_fido_alg_of_word(alg);
	if (f->alg == SEK_FIDO_NO_ALG)
		return wrong(f->e, W_FIDO_BAD_ALG, alg);
	if (f->ssh.file != NULL && f->alg != SEK_FIDO_ES256 &&
	    f->alg != SEK_FIDO_EDDSA)
		return wrong(f->e, W_FIDO_SSH_ALG, alg);
	return DESK_GO;
}

/* Options that are values of ours. */
static int
values(struct fido *f, const struct given *g)
{
	const char *bind = g->bind, *pin_fd = g->pin_fd;
	struct enrol *e = f->e;
	int64_t fd = 0;

	if (bind == NULL || strcmp(bind, "key") == 0)
		e->bind = SEK_BIND_KEY;
	else if (strcmp(bind, "certificate") == 0)
		e->bind = SEK_BIND_CERTIFICATE;
	else
		return wrong(e, W_BAD_BIND, bind);
	if (e->id != NULL && !is_key_id(e->id))
		return wrong(e, W_BAD_HEX, e->id);
	/* "0" is no number of desk_number(), but standard input */
	if (pin_fd != NULL && strcmp(pin_fd, "0") != 0 &&
	    !desk_number(pin_fd, FD_MAX, &fd))
		return wrong(e, W_NOT_A_NUMBER, pin_fd);
	e->pin_fd = pin_fd == NULL ? -1 : (int)fd;
	return algorithm(f, g->alg);
}

/* Options that mean nothing for what is enrolled. */
static bool
has_stray(const struct fido *f, const struct given *g)
{
	const struct enrol *e = f->e;

	if (e->key)
		return e->token != NULL || e->id != NULL || g->bind != NULL;
	return f->verify || f->pin || f->resident || f->ssh.file != NULL ||
	    g->alg != NULL;
}

/* Exactly one thing to enrol; a key of OpenSSH may be proved by a token. */
static int
one_source(const struct enrol *e, const struct given *g)
{
	const bool token = e->module != NULL, other = e->file != NULL || e->key;

	if (e->ssh_file == NULL) {
		if (e->software)
			return wrong(e, W_SSH_OPTIONS, NULL);
		return token + (e->file != NULL) + e->key == 1 ? DESK_GO :
		    wrong(e, W_ONE_SOURCE, NULL);
	}
	return other || g->bind != NULL || (e->software && token) ?
	    wrong(e, W_SSH_OPTIONS, NULL) : DESK_GO;
}

/* What goes with a token, and no other source has. */
static int
one_pin(const struct enrol *e, const struct given *g)
{
	const bool pin = e->pin_file != NULL || g->pin_fd != NULL;
	const bool token = e->module != NULL || e->key;

	return (e->pin_file != NULL && g->pin_fd != NULL) || (!token &&
	    (pin || e->token != NULL || e->id != NULL)) ?
	    wrong(e, W_ONE_PIN, NULL) : DESK_GO;
}

/* What the options say together, before anything is opened. */
static int
usage(struct fido *f, const struct given *g)
{
	struct enrol *e = f->e;
	int r;

	if ((r = one_source(e, g)) != DESK_GO ||
	    (r = one_pin(e, g)) != DESK_GO)
		return r;
	if (has_stray(f, g))
		return wrong(e, W_FIDO_OPTIONS, NULL);
	if (f->verify && f->pin)
		return wrong(e, W_FIDO_ONE_KIND, NULL);
	f->verify = f->verify || f->pin;
	return values(f, g);
}

static int
open_all(struct enrol *e, const char *person)
{
	struct desk *d = e->d;
	struct sek_why why = { "" };
	int r;

	if ((r = desk_store(d, true)) != DESK_GO)
		return r;
	r = sek_store_person(d->store, person, &e->person);
	if (r == SEK_E_NOENT) {
		DESK_ERR(d, W_NO_PERSON, { person });
		return DESK_REFUSED;
	}
	if (r != SEK_OK)
		return desk_unreadable(d, r);
	if (e->label != NULL && strlen(e->label) >= SEK_NOTE_MAX) {
		sek_why_set(&why, "the label is too long");
		return desk_refuse(d, &why, SEK_E_LIMIT);
	}
	/* no certificate is judged */
	if (e->key || e->ssh_file != NULL)
		return DESK_GO;
	r = sek_trust_load(d->policy, &e->trust, &why);
	return r == SEK_OK ? DESK_GO : desk_refuse(d, &why, r);
}

/* Whatever it is, the person and the store are at hand. */
static int
enrol_it(struct fido *f)
{
	struct enrol *e = f->e;
	int r;

	if (e->key)
		return enrol_from_key(f);
	if (e->ssh_file != NULL)
		return enrol_from_openssh(e);
	r = e->module != NULL ? enrol_from_token(e) : enrol_from_file(e);
	return r == DESK_GO ? keep(e) : r;
}

static int
enrol(struct desk *d, int argc, char **argv)
{
	struct enrol e = { .d = d, .pin_fd = -1 };
	struct fido f = { .e = &e, .ssh = ENROL_SSH_NONE,
		.helper = SEK_HELPER_NONE };
	struct given g = { .bind = NULL };
	const struct desk_opt opts[] = {
		{ .name = "pkcs11", .value = &e.module },
		{ .name = "certificate", .value = &e.file },
		{ .name = "token", .value = &e.token },
		{ .name = "id", .value = &e.id },
		{ .name = "bind", .value = &g.bind },
		{ .name = "label", .value = &e.label },
		{ .name = "yes", .flag = &e.yes },
		{ .name = "pin-file", .value = &e.pin_file },
		{ .name = "pin-fd", .value = &g.pin_fd },
		{ .name = "fido2", .flag = &e.key },
		{ .name = "verification", .flag = &f.verify },
		{ .name = "pin", .flag = &f.pin },
		{ .name = "resident", .flag = &f.resident },
		{ .name = "ssh", .value = &f.ssh.file },
		{ .name = "alg", .value = &g.alg },
		{ .name = "ssh-key", .value = &e.ssh_file },
		{ .name = "software", .flag = &e.software },
	};
	char **words;
	int r;

	r = desk_options(d, argc, argv, opts, sizeof(opts) / sizeof(opts[0]),
	    1, 1, &words);
	if (r == DESK_GO)
		r = usage(&f, &g);
	if (r == DESK_GO)
		r = open_all(&e, words[0]);
	if (r == DESK_GO)
		r = enrol_it(&f);
	X509_free(e.cert);
	sek_trust_free(e.trust);
	return r;
}

const struct desk_command desk_enrol_commands[] = {
	{ "enrol", "PERSON (--pkcs11 MODULE [--token LABEL] [--id HEX] "
	    "[--pin-file FILE | --pin-fd N] [--bind key|certificate] | "
	    "--certificate FILE [--bind key|certificate] | "
	    "--fido2 [--verification | --pin] [--resident] [--ssh FILE] "
	    "[--alg es256|eddsa|es384|rs256] [--pin-file FILE | --pin-fd N] | "
	    "--ssh-key FILE [--software | --pkcs11 MODULE [--token LABEL] "
	    "[--id HEX] [--pin-file FILE | --pin-fd N]]) "
	    "[--label TEXT] [--yes]",
	    { "bind a card, a FIDO2 key or an SSH key to a person: shows what "
	    "it is, asks, and has it sign with its PIN or a touch",
	    "カード、FIDO2キー、SSH鍵を利用者に結び付けます(内容を表示して"
	    "確認し、PINまたはタッチで署名させます)" }, enrol },
	{ .name = NULL }
};
