/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho deny`, `sekisho allow`: the local deny-list, of persons, keys and
 * certificates, whoever enrolled or issued them.
 *
 * Part of the administrator's program.  Works at once and without any
 * network; a row that is lifted stays in the store and on record.
 */
#include <ctype.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "record/audit.h"
#include "gate/certificate.h"
#include "helpdesk/credential.h"
#include "helpdesk/list.h"

#define SERIAL_MAX 40u /* hex digits: 20 octets, RFC 5280 4.1.2.2 */

/* What a row is about, as one text for people. */
struct what {
	char text[1200];
};

static const char *
what_of(struct what *w, const struct sek_deny *d)
{
	struct desk_hex key;

	if (d->kind == SEK_DENY_PERSON)
		(void)snprintf(w->text, sizeof(w->text), "%s", d->person);
	else if (d->kind == SEK_DENY_KEY)
		(void)snprintf(w->text, sizeof(w->text), "%s",
		    desk_hex(&key, d->spki_sha256, 32));
	else
		(void)snprintf(w->text, sizeof(w->text), "%s, %s", d->serial,
		    d->issuer);
	return w->text;
}

static void
fill_record(json_t *rec, const struct sek_deny *row, const char *reason)
{
	sek_record_int(rec, "deny.id", row->id);
	sek_record_str(rec, "deny.kind", sek_deny_word(row->kind));
	if (row->kind == SEK_DENY_PERSON)
		sek_record_str(rec, "person.name", row->person);
	if (row->kind == SEK_DENY_KEY)
		sek_record_hex(rec, "deny.spki_sha256", row->spki_sha256, 32);
	if (row->kind == SEK_DENY_CERTIFICATE) {
		sek_record_hex(rec, "deny.issuer_sha256", row->issuer_sha256,
		    32);
		sek_record_str(rec, "deny.issuer", row->issuer);
		sek_record_str(rec, "deny.cert_serial", row->serial);
	}
	sek_record_str(rec, "change.object", "deny");
	sek_record_str(rec, "change.reason", reason);
}

/* -- deny */

/* What one kind of row is made of. */
struct denial {
	int words;
	int (*fill)(struct desk *d, char **words, struct sek_deny *row);
};

static int
fill_person(struct desk *d, char **words, struct sek_deny *row)
{
	struct sek_person p;

	row->kind = SEK_DENY_PERSON;
	if (strlen(words[0]) >= sizeof(row->person)) {
		DESK_ERR(d, W_NO_PERSON, { words[0] });
		return DESK_REFUSED;
	}
	(void)snprintf(row->person, sizeof(row->person), "%s", words[0]);
	if (sek_store_person(d->store, row->person, &p) == SEK_E_NOENT)
		DESK_ERR(d, W_DENY_NO_PERSON, { row->person });
	return DESK_GO;
}

/* The one certificate of a file; the caller frees it. */
static int
read_cert(struct desk *d, const char *path, X509 **out,
    struct sek_cert_info *info)
{
	struct sek_buf der = { 0 };
	struct sek_why why = { "" };
	int r = desk_certificate(path, &der, &why);

	if (r != SEK_OK) {
		DESK_ERR(d, W_CERT_FILE, { path, why.text[0] != '\0' ?
		    why.text : sek_strerror(r) });
		return DESK_REFUSED;
	}
	*out = sek_cert_parse(der.p, der.len);
	sek_buf_free(&der);
	if (*out != NULL && sek_cert_describe(*out, info) == SEK_OK)
		return DESK_GO;
	X509_free(*out);
	*out = NULL;
	DESK_ERR(d, W_CERT_UNREADABLE, { NULL });
	return DESK_REFUSED;
}

static int
nibble(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c - 'a' + 10;
}

/* Hex with or without ":" between its bytes, in lower case; false when it is
 * none or does not fit. */
static bool
plain_hex(const char *text, char *out, size_t cap)
{
	size_t n = 0;

	for (; *text != '\0'; text++) {
		if (*text == ':')
			continue;
		if (!isxdigit((unsigned char)*text) || n + 1 >= cap)
			return false;
		out[n++] = (char)tolower((unsigned char)*text);
	}
	out[n] = '\0';
	return n > 0;
}

/* The enrolled SSH key with this fingerprint. */
struct wanted_print {
	struct desk *d;
	const char *print;
	uint8_t *spki_sha256;
};

static int
compare_print(void *arg, const struct sek_credential *c)
{
	struct wanted_print *w = arg;
	struct sek_ssh_key key;
	bool held;
	int r;

	if (c->kind != SEK_CRED_SSH)
		return SEK_OK;
	if ((r = desk_ssh_of(w->d, c->id, &key, &held)) != SEK_OK ||
	    strcmp(key.print, w->print) != 0)
		return r;
	memcpy(w->spki_sha256, c->spki_sha256, 32);
	return 1;
}

/* A fingerprint is of the key in another form than the list has it, so that
 * the key itself must be known. */
static int
fill_print(struct desk *d, const char *print, struct sek_deny *row)
{
	struct wanted_print w = { d, print, row->spki_sha256 };
	int r = sek_store_each_credential(d->store, 0, compare_print, &w);

	if (r == 1)
		return DESK_GO;
	if (r != SEK_OK)
		return desk_unreadable(d, r);
	DESK_ERR(d, W_DENY_NO_PRINT, { print });
	return DESK_REFUSED;
}

static int
fill_key_file(struct desk *d, const char *path, struct sek_deny *row)
{
	struct sek_cert_info info;
	struct sek_why why = { "" };
	struct sek_ssh_key key;
	X509 *x = NULL;
	int r;

	if (desk_ssh_read(path, &key, &why) == SEK_OK) {
		memcpy(row->spki_sha256, key.spki_sha256, 32);
		return DESK_GO;
	}
	if ((r = read_cert(d, path, &x, &info)) != DESK_GO)
		return r;
	memcpy(row->spki_sha256, info.spki_sha256, 32);
	X509_free(x);
	return DESK_GO;
}

/* The fingerprint of a certificate looks the same, and would deny nothing. */
static int
fill_hex(struct desk *d, const char *hex, struct sek_deny *row)
{
	struct sek_credential c;
	size_t i;
	int r;

	for (i = 0; i < 32; i++)
		row->spki_sha256[i] = (uint8_t)(nibble(hex[2 * i]) << 4 |
		    nibble(hex[2 * i + 1]));
	r = sek_store_credential_of_key(d->store, row->spki_sha256, &c);
	if (r == SEK_E_NOENT)
		DESK_ERR(d, W_DENY_NO_KEY, { NULL });
	return r == SEK_OK || r == SEK_E_NOENT ? DESK_GO :
	    desk_unreadable(d, r);
}

static int
fill_key(struct desk *d, char **words, struct sek_deny *row)
{
	char hex[66];

	row->kind = SEK_DENY_KEY;
	if (strncmp(words[0], "SHA256:", 7) == 0)
		return fill_print(d, words[0], row);
	if (!plain_hex(words[0], hex, sizeof(hex)) || strlen(hex) != 64)
		return fill_key_file(d, words[0], row);
	return fill_hex(d, hex, row);
}

/* The key of a credential that is enrolled here, of whatever kind. */
static int
fill_credential(struct desk *d, char **words, struct sek_deny *row)
{
	struct sek_credential c;
	int64_t id = 0;
	int r;

	row->kind = SEK_DENY_KEY;
	if (!desk_number(words[0], INT64_MAX, &id)) {
		DESK_ERR(d, W_NOT_AN_ID, { words[0] });
		return DESK_USAGE;
	}
	r = sek_store_credential_by_id(d->store, id, &c);
	if (r == SEK_E_NOENT) {
		DESK_ERR(d, W_NO_SUCH_CREDENTIAL, { words[0] });
		return DESK_REFUSED;
	}
	if (r != SEK_OK)
		return desk_unreadable(d, r);
	memcpy(row->spki_sha256, c.spki_sha256, 32);
	return DESK_GO;
}

static int
fill_certificate(struct desk *d, char **words, struct sek_deny *row)
{
	struct sek_cert_info info;
	X509 *x = NULL;
	int r;

	row->kind = SEK_DENY_CERTIFICATE;
	if ((r = read_cert(d, words[0], &x, &info)) != DESK_GO)
		return r;
	X509_free(x);
	memcpy(row->issuer_sha256, info.issuer_sha256, 32);
	(void)snprintf(row->issuer, sizeof(row->issuer), "%s", info.issuer);
	(void)snprintf(row->serial, sizeof(row->serial), "%s", info.serial);
	return DESK_GO;
}

/* As it stands in a certificate: whole bytes, none of them 0 at the front. */
static bool
take_serial(const char *text, struct sek_deny *row)
{
	char hex[SERIAL_MAX + 3];
	const char *p = hex;

	if (!plain_hex(text, hex, sizeof(hex)))
		return false;
	while (*p == '0' && p[1] != '\0')
		p++;
	if (strlen(p) > SERIAL_MAX)
		return false;
	(void)snprintf(row->serial, sizeof(row->serial), "%s%s",
	    strlen(p) % 2 != 0 ? "0" : "", p);
	return true;
}

/* The card is not at hand: its issuer's certificate and its number are. */
static int
fill_serial(struct desk *d, char **words, struct sek_deny *row)
{
	const unsigned char *name;
	struct sek_cert_info info;
	X509 *x = NULL;
	size_t n;
	int r;

	row->kind = SEK_DENY_CERTIFICATE;
	if (!take_serial(words[1], row)) {
		DESK_ERR(d, W_BAD_SERIAL, { words[1] });
		return DESK_USAGE;
	}
	if ((r = read_cert(d, words[0], &x, &info)) != DESK_GO)
		return r;
	if (X509_check_ca(x) == 0) {
		DESK_ERR(d, W_NOT_A_CA, { words[0] });
		r = DESK_REFUSED;
	} else if (X509_NAME_get0_der(X509_get_subject_name(x), &name,
	    &n) != 1 || EVP_Digest(name, n, row->issuer_sha256, NULL,
	    EVP_sha256(), NULL) != 1) {
		r = desk_lost(d);
	}
	(void)snprintf(row->issuer, sizeof(row->issuer), "%s", info.subject);
	X509_free(x);
	return r;
}

static int
deny(struct desk *d, int argc, char **argv, const struct denial *how)
{
	const char *reason = NULL;
	const struct desk_opt opts[] = {
		{ .name = "reason", .value = &reason }
	};
	struct sek_deny row = { .id = 0 };
	struct sek_why why = { "" };
	struct what what;
	char **words, id[24];
	int r, err;

	r = desk_options(d, argc, argv, opts, 1, how->words, how->words,
	    &words);
	if (r == DESK_GO)
		r = desk_reason(d, reason, true);
	if (r != DESK_GO || (r = desk_store(d, true)) != DESK_GO ||
	    (r = how->fill(d, words, &row)) != DESK_GO)
		return r;
	r = snprintf(row.reason, sizeof(row.reason), "%s",
	    reason != NULL ? reason : "");
	if (r < 0 || (size_t)r >= sizeof(row.reason)) {
		sek_why_set(&why, "the reason is too long");
		return desk_refuse(d, &why, SEK_E_LIMIT);
	}
	if ((r = desk_begin(d)) != DESK_GO)
		return r;
	err = sek_store_deny(d->store, d->actor, &row, &why);
	if (err == SEK_OK)
		fill_record(desk_record(d, "deny"), &row, reason);
	if ((r = desk_end(d, err, &why)) != DESK_OK)
		return r;
	(void)snprintf(id, sizeof(id), "%lld", (long long)row.id);
	DESK_SAY(d, W_DENIED, { id, what_of(&what, &row) });
	return DESK_OK;
}

static int
deny_person(struct desk *d, int argc, char **argv)
{
	return deny(d, argc, argv, &(struct denial){ 1, fill_person });
}

static int
deny_key(struct desk *d, int argc, char **argv)
{
	return deny(d, argc, argv, &(struct denial){ 1, fill_key });
}

static int
deny_credential(struct desk *d, int argc, char **argv)
{
	return deny(d, argc, argv, &(struct denial){ 1, fill_credential });
}

static int
deny_certificate(struct desk *d, int argc, char **argv)
{
	return deny(d, argc, argv, &(struct denial){ 1, fill_certificate });
}

static int
deny_serial(struct desk *d, int argc, char **argv)
{
	return deny(d, argc, argv, &(struct denial){ 2, fill_serial });
}

/* -- list */

static json_t *
as_json(const struct sek_deny *row)
{
	struct desk_date since;
	struct desk_hex hex;
	json_t *o = json_pack("{s:I, s:s, s:o, s:s, s:o}",
	    "id", (json_int_t)row->id, "kind", sek_deny_word(row->kind),
	    "reason", desk_json_text(row->reason),
	    "created", desk_utc(&since, row->created),
	    "created_by", desk_json_text(row->created_by));
	int r = 0;

	if (o == NULL)
		return NULL;
	if (row->kind == SEK_DENY_PERSON)
		r = json_object_set_new(o, "person",
		    desk_json_text(row->person));
	if (row->kind == SEK_DENY_KEY)
		r = json_object_set_new(o, "spki_sha256",
		    json_string(desk_hex(&hex, row->spki_sha256, 32)));
	if (row->kind == SEK_DENY_CERTIFICATE)
		r = json_object_set_new(o, "issuer_sha256",
		    json_string(desk_hex(&hex, row->issuer_sha256, 32))) |
		    json_object_set_new(o, "issuer",
		    desk_json_text(row->issuer)) |
		    json_object_set_new(o, "serial",
		    desk_json_text(row->serial));
	if (r == 0)
		return o;
	json_decref(o);
	return NULL;
}

static int
list_one(void *arg, const struct sek_deny *row)
{
	static const enum word kinds[] = {
		[SEK_DENY_PERSON] = W_PERSON, [SEK_DENY_KEY] = W_KEY,
		[SEK_DENY_CERTIFICATE] = W_CERTIFICATE,
	};
	struct desk_listing *l = arg;
	struct desk_date since;
	struct what what;

	if (l->array != NULL)
		return json_array_append_new(l->array, as_json(row)) == 0 ?
		    0 : SEK_E_NOMEM;
	(void)printf("%lld\t%s\t", (long long)row->id,
	    desk_word(kinds[row->kind], l->d->lang));
	desk_text(stdout, what_of(&what, row));
	(void)printf("\t%s\t", desk_day(&since, row->created));
	desk_text(stdout, row->created_by);
	(void)fputc('\t', stdout);
	desk_text(stdout, row->reason);
	(void)fputc('\n', stdout);
	return 0;
}

static int
deny_list(struct desk *d, int argc, char **argv)
{
	struct desk_listing l = { .d = d };
	char **words;
	int r;

	r = desk_list_open(&l, argc, argv, 0, &words);
	if (r != DESK_GO ||
	    (r = desk_list_begin(&l, W_DENY_HEAD)) != DESK_GO)
		return r;
	r = sek_store_each_denied(d->store, list_one, &l);
	return desk_list_end(&l, r);
}

/* -- allow */

static int
allow(struct desk *d, int argc, char **argv)
{
	const char *reason = NULL;
	const struct desk_opt opts[] = {
		{ .name = "reason", .value = &reason }
	};
	struct sek_why why = { "" };
	struct sek_deny row = { .id = 0 };
	struct what what;
	char **words;
	int64_t id = 0;
	int r, err;

	r = desk_options(d, argc, argv, opts, 1, 1, 1, &words);
	if (r == DESK_GO)
		r = desk_reason(d, reason, true);
	if (r == DESK_GO && !desk_number(words[0], INT64_MAX, &id)) {
		DESK_ERR(d, W_NOT_A_NUMBER_OF, { words[0] });
		return DESK_USAGE;
	}
	if (r != DESK_GO || (r = desk_store(d, true)) != DESK_GO ||
	    (r = desk_begin(d)) != DESK_GO)
		return r;
	err = sek_store_deny_by_id(d->store, id, &row);
	if (err == SEK_OK || err == SEK_E_NOENT) /* which has its own words */
		err = sek_store_allow(d->store, d->actor, id, reason, &why);
	if (err == SEK_OK)
		fill_record(desk_record(d, "allow"), &row, reason);
	if ((r = desk_end(d, err, &why)) == DESK_OK)
		DESK_SAY(d, W_ALLOWED, { words[0], what_of(&what, &row) });
	return r;
}

const struct desk_command desk_deny_commands[] = {
	{ "deny person", "NAME --reason TEXT",
	    { "let a person in nowhere, with any card, enrolled or not yet",
	    "利用者のすべてのカードを(今後登録するものも)使用停止にします" },
	    deny_person },
	{ "deny key", "HEX|FILE|SHA256:PRINT --reason TEXT",
	    { "let nobody in with this key, in whatever certificate: the "
	    "SHA-256 of the public key, a certificate with it, a public key "
	    "file of OpenSSH, or the fingerprint of an SSH key enrolled here",
	    "鍵を使用停止にします(公開鍵のSHA-256、証明書、OpenSSHの公開鍵"
	    "ファイル、または登録済みのSSH鍵のフィンガープリント)" },
	    deny_key },
	{ "deny credential", "ID --reason TEXT",
	    { "let nobody in with the key of this credential (a number of "
	    "`sekisho list`), whoever enrols it again",
	    "認証情報(`sekisho list` の番号)の鍵を使用停止にします" },
	    deny_credential },
	{ "deny certificate", "CERTFILE --reason TEXT",
	    { "let nobody in with this certificate (its issuer and serial)",
	    "証明書(発行者とシリアル番号)を使用停止にします" },
	    deny_certificate },
	{ "deny serial", "ISSUERCERT HEX --reason TEXT",
	    { "the same, by the issuer's certificate and the serial number",
	    "発行者の証明書とシリアル番号で証明書を使用停止にします" },
	    deny_serial },
	{ "deny list", "[--json]", { "show the deny-list",
	    "使用停止リストを表示します" }, deny_list },
	{ "allow", "NUMBER --reason TEXT",
	    { "take a number off the deny-list",
	    "使用停止リストから番号を指定して解除します" }, allow },
	{ .name = NULL }
};
