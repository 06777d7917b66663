/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Enrolment of an OpenSSH key from its public half: a line of FILE.pub or of
 * authorized_keys.
 *
 * Part of the administrator's program.  Whether a token holds the key is
 * proved, or told by its type, or said not to be so: nothing is taken for
 * granted, and the record says which.
 */
#include "helpdesk/credential.h"
#include "helpdesk/enrol.h"

#include <string.h>

#include "gate/store_ssh.h"
#include "record/audit.h"

/* -- the file */

/* Where the key begins: options of authorized_keys(5) may stand before it, and
 * in quotes they have blanks.  Nothing is made of them. */
static bool
find_key(const char **line, size_t *n)
{
	const char *p = *line, *end = p + *n, *word;
	bool quoted;

	while (p < end) {
		for (word = p, quoted = false; p < end &&
		    (quoted || (*p != ' ' && *p != '\t')); p++)
			if (*p == '"' && (p == word || p[-1] != '\\'))
				quoted = !quoted;
		if (sek_ssh_is_type(word, (size_t)(p - word))) {
			*line = word;
			*n = (size_t)(end - word);
			return true;
		}
		while (p < end && (*p == ' ' || *p == '\t'))
			p++;
	}
	return false;
}

/* One line; blanks before it and what follows the key do not count. */
static int
take_line(const char *line, size_t n, struct sek_ssh_key *out, unsigned *keys,
    struct sek_why *why)
{
	while (n > 0 && (*line == ' ' || *line == '\t')) {
		line++;
		n--;
	}
	if (n > 0 && line[n - 1] == '\r')
		n--;
	if (n == 0 || *line == '#')
		return SEK_OK;
	if (!find_key(&line, &n)) {
		sek_why_set(why, "a line without a public key of OpenSSH");
		return SEK_E_SYNTAX;
	}
	++*keys;
	return sek_ssh_line_read(line, n, out, why);
}

int
desk_ssh_read(const char *path, struct sek_ssh_key *out, struct sek_why *why)
{
	struct sek_buf text = { 0 };
	const char *at, *line;
	unsigned keys = 0;
	size_t left, n;
	int r = desk_read_file(path, &text, why);

	at = (const char *)text.p;
	left = text.len;
	while (r == SEK_OK && sek_ssh_next_line(&at, &left, &line, &n))
		r = take_line(line, n, out, &keys, why);
	if (r == SEK_OK && keys != 1) {
		sek_why_set(why, keys == 0 ? "no key in it" :
		    "more than one key in it: which one?");
		r = SEK_E_SYNTAX;
	}
	sek_buf_free(&text);
	return r;
}

static int
read_key(const char *path, struct sek_ssh_key *out, struct sek_why *why)
{
	int r = desk_ssh_read(path, out, why);

	if (r == SEK_OK && out->certified) {
		sek_why_set(why, "a certificate: it is its key that is "
		    "enrolled");
		r = SEK_E_SYNTAX;
	}
	return r;
}

/* -- may it be enrolled like this? */

static int
judge(const struct enrol *e)
{
	const struct desk *d = e->d;
	const struct sek_ssh_key *k = e->ssh;
	char bits[16];

	if (k->rsa_bits != 0 && k->rsa_bits < d->policy->rsa_min_bits) {
		(void)snprintf(bits, sizeof(bits), "%u",
		    (unsigned)d->policy->rsa_min_bits);
		DESK_ERR(d, W_SSH_SHORT, { k->name, bits });
		return DESK_REFUSED;
	}
	if (k->sk && (e->module != NULL || e->software)) {
		DESK_ERR(d, W_SSH_BY_TYPE, { NULL });
		return DESK_REFUSED;
	}
	if (!k->sk && e->module == NULL && !e->software) {
		DESK_ERR(d, W_SSH_WHERE, { NULL });
		return DESK_REFUSED;
	}
	return DESK_GO;
}

static void
show(const struct enrol *e)
{
	const struct sek_ssh_key *k = e->ssh;

	DESK_SAY(e->d, W_SSH_SHOW, { k->type, k->name, k->print });
	if (k->sk)
		DESK_SAY(e->d, W_SSH_APPLICATION, { k->application });
	(void)fflush(stdout);
}

/* -- store and record */

static const char *
proof_text(const struct enrol *e)
{
	if (e->module != NULL)
		return enrol_proof_text(e->proof);
	return e->ssh->sk ? "possession not proved: on a FIDO2 key by its "
	    "type" : "possession not proved: a file may hold the key";
}

static void
record(const struct enrol *e, const struct sek_credential *c, bool held)
{
	const struct sek_ssh_key *k = e->ssh;
	json_t *rec = desk_record(e->d, "enrol");

	sek_record_str(rec, "person.name", e->person.name);
	sek_record_str(rec, "person.display", e->person.display);
	sek_record_str(rec, "token.kind", "ssh-key");
	if (e->module != NULL) {
		sek_record_str(rec, "token.module", e->module_name);
		sek_record_str(rec, "token.label", e->token_label);
		sek_record_str(rec, "token.token_serial", e->token_serial);
	}
	sek_record_int(rec, "token.credential", c->id);
	sek_record_str(rec, "token.ssh_type", k->type);
	sek_record_str(rec, "token.fingerprint", k->print);
	sek_record_str(rec, "token.key", k->name);
	sek_record_str(rec, "token.held_by", held ? "token" : "software");
	sek_record_str(rec, "change.object", "credential");
	sek_record_str(rec, "change.bind", "key");
	sek_record_str(rec, "change.proof", e->proof);
	if (c->label[0] != '\0')
		sek_record_str(rec, "change.label", c->label);
}

static void
tell(const struct enrol *e, const struct sek_credential *c, bool held)
{
	const struct desk *d = e->d;
	char id[24];

	(void)snprintf(id, sizeof(id), "%lld", (long long)c->id);
	DESK_SAY(d, W_ENROLLED, { id, e->person.name });
	if (strcmp(e->proof, "none") == 0)
		DESK_SAY(d, W_UNPROVED, { NULL });
	if (!held && !d->policy->ssh_software)
		DESK_SAY(d, W_SSH_NOT_TAKEN, { NULL });
	if (!sek_policy_has(d->policy, SEK_HAVE_SSH_KEY))
		DESK_SAY(d, W_SSH_NO_SERVICE, { NULL });
}

static int
keep(struct enrol *e)
{
	struct sek_credential c = { .person_id = e->person.id };
	bool held = e->ssh->sk || e->module != NULL;
	struct sek_why why = { "" };
	int r, err;

	(void)snprintf(c.label, sizeof(c.label), "%s",
	    e->label != NULL ? e->label : "");
	(void)snprintf(c.token_serial, sizeof(c.token_serial), "%s",
	    e->token_serial);
	(void)snprintf(c.status_reason, sizeof(c.status_reason), "%s",
	    proof_text(e));
	if ((r = desk_begin(e->d)) != DESK_GO)
		return r;
	err = sek_store_ssh_enrol(e->d->store, e->d->actor, &c, e->ssh, held,
	    &why);
	if (err == SEK_OK)
		record(e, &c, held);
	if ((r = desk_end(e->d, err, &why)) == DESK_OK)
		tell(e, &c, held);
	return r;
}

int
enrol_from_openssh(struct enrol *e)
{
	struct sek_ssh_key key = { .type = NULL };
	struct sek_why why = { "" };
	int r = read_key(e->ssh_file, &key, &why);

	if (r != SEK_OK) {
		DESK_ERR(e->d, W_CERT_FILE, { e->ssh_file,
		    why.text[0] != '\0' ? why.text : sek_strerror(r) });
		return DESK_REFUSED;
	}
	e->ssh = &key;
	e->proof = "none";
	if ((r = judge(e)) == DESK_GO) {
		show(e);
		r = enrol_confirm(e);
	}
	if (r == DESK_GO && e->module != NULL)
		r = enrol_from_token(e);
	if (r == DESK_GO)
		r = keep(e);
	e->ssh = NULL;
	return r;
}
