/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The key by which sshd has let somebody in: whose it is, and may they enter
 * with it?  Judged like a card, before the password is asked for.
 * Runs in the gate.  Only the word of root's sshd counts; the key's own
 * signature is never seen here, and the record says who has verified it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gate/denied.h"
#include "gate/login.h"
#include "gate/store_fido.h"
#include "gate/store_ssh.h"
#include "sekisho/escape.h"

#define MAX_KEYS 4u

/* One of the keys that sshd names. */
struct found {
	struct sek_ssh_login ssh;
	struct sek_person person;
	struct sek_credential credential;
	struct sek_fido_match fido; /* kind FIDO2 */
	struct sek_cert_info cert;  /* kind CERTIFICATE */
	X509 *leaf;                 /* owned, or NULL */
	int64_t denied;             /* row of the deny-list, 0: none */
	char granted_by[SEK_GRANTED_BY_MAX];
	char role[SEK_ROLE_MAX];
	bool known;                 /* it is somebody's */
	char detail[256];
};

static void
say(struct found *f, const char *text)
{
	(void)sek_escape_str(f->detail, sizeof f->detail, text);
}

/* -- what each kind of credential needs */

/* Of a card's key alone: the deny-list is asked by the names of its CAs as
 * well.  Without it no card is taken; see judge_card(). */
static void
load_trust(struct sek_login *l, struct found *f)
{
	struct sek_why why = { "" };

	if (f->leaf == NULL || l->trust != NULL)
		return;
	if (l->policy->anchors[0] == '\0')
		say(f, "it is a card's key, and [paths] trust-anchors is "
		    "missing");
	else if (sek_trust_load(l->policy, &l->trust, &why) == SEK_OK)
		sek_live_install(l);
	else
		say(f, why.text);
}

/* A card: its certificate as it was enrolled, as if it were in a reader. */
static enum sek_reason
judge_card(struct sek_login *l, struct found *f)
{
	enum sek_reason reason;

	if (l->trust == NULL)
		return SEK_R_TRUST;
	reason = sek_cert_check(l->trust, f->leaf, l->now, &f->cert);
	if (reason == SEK_R_OK)
		reason = sek_candidates_role(l, f->person.id, &f->cert,
		    f->role);
	say(f, f->cert.detail);
	return reason;
}

/* A FIDO2 key, whose application OpenSSH calls what others call RP ID. */
static enum sek_reason
judge_fido(struct sek_login *l, struct found *f)
{
	enum sek_reason reason = sek_fido_judge_ssh(l, &f->fido);

	say(f, f->fido.detail);
	return reason;
}

static enum sek_reason
judge_plain(struct sek_login *l, struct found *f)
{
	if (f->ssh.key.rsa_bits != 0 &&
	    f->ssh.key.rsa_bits < l->policy->rsa_min_bits) {
		say(f, "RSA key of fewer bits than [certificate] "
		    "rsa-min-bits");
		return SEK_R_CERT_KEY;
	}
	if (f->ssh.held || l->policy->ssh_software)
		return SEK_R_OK;
	say(f, "a file may hold this key, and [ssh] software-keys is no");
	return SEK_R_SOFTWARE_KEY;
}

/* Only a card's certificate names a profession; of who has another key the
 * hospital's word counts. */
static enum sek_reason
judge_kind(struct sek_login *l, struct found *f)
{
	enum sek_reason reason;
	int r;

	if (f->credential.kind == SEK_CRED_CERTIFICATE)
		return judge_card(l, f);
	reason = f->credential.kind == SEK_CRED_FIDO2 ? judge_fido(l, f) :
	    judge_plain(l, f);
	if (reason != SEK_R_OK)
		return reason;
	r = sek_may_use(l->store, l->service, f->person.id, NULL, f->role);
	if (r != SEK_E_NOENT)
		return r == SEK_OK ? SEK_R_OK : SEK_R_STORE;
	say(f, "the service is for some professions; this key names none, and "
	    "the person has no such role");
	return SEK_R_CERT_ROLE;
}

/* -- a certificate of OpenSSH around the key */

static const char *
wrong_with(const struct sek_ssh_cert *c, int64_t now)
{
	if (!c->user)
		return "it is of a host";
	if (now < 0 || (uint64_t)now < c->after)
		return "it is not valid yet";
	return (uint64_t)now >= c->before ? "it has expired" : NULL;
}

static enum sek_reason
judge_certificate(struct sek_login *l, struct found *f)
{
	const struct sek_ssh_cert *c = &f->ssh.key.cert;
	const char *path = l->policy->ssh_ca_keys, *wrong;
	struct sek_why why = { "" };
	bool listed = false;

	if (!f->ssh.key.certified)
		return SEK_R_OK;
	if (path[0] != '\0' && sek_ssh_file_lists(path, c->ca, &listed,
	    &why) != SEK_OK) {
		(void)snprintf(f->detail, sizeof f->detail,
		    "[ssh] ca-keys: %.200s", why.text);
		return SEK_R_CONFIG;
	}
	wrong = path[0] == '\0' ? "[ssh] ca-keys is not set" :
	    !listed ? "its CA is not in [ssh] ca-keys" :
	    wrong_with(c, l->now);
	if (wrong == NULL)
		return SEK_R_OK;
	(void)snprintf(f->detail, sizeof f->detail,
	    "certificate \"%.80s\" of %s: %s", c->id, c->ca, wrong);
	return SEK_R_SSH_CERTIFICATE;
}

/* -- what holds for all of them */

static enum sek_reason
check_deny_list(struct sek_login *l, struct found *f)
{
	struct sek_deny d = { .id = 0 };
	int r = f->leaf != NULL ? sek_denied(l->store, l->trust, f->leaf,
	    &f->cert, f->person.name, &d) : sek_store_denied(l->store,
	    f->person.name, f->credential.spki_sha256, NULL, NULL, &d);

	if (r == SEK_E_NOENT)
		return SEK_R_OK;
	if (r != SEK_OK)
		return SEK_R_STORE;
	f->denied = d.id;
	sek_denied_text(&d, f->detail, sizeof f->detail);
	return SEK_R_DENY_LISTED;
}

static enum sek_reason
judge(struct sek_login *l, struct found *f)
{
	enum sek_reason reason;

	load_trust(l, f);
	if ((reason = check_deny_list(l, f)) != SEK_R_OK)
		return reason;
	if (f->credential.status != SEK_STATUS_ACTIVE) {
		say(f, f->credential.status_reason);
		return f->credential.status == SEK_STATUS_REVOKED ?
		    SEK_R_CREDENTIAL_REVOKED : SEK_R_CREDENTIAL_SUSPENDED;
	}
	if (f->person.status != SEK_STATUS_ACTIVE)
		return SEK_R_PERSON_SUSPENDED;
	if (l->account.status != SEK_STATUS_ACTIVE)
		return SEK_R_ACCOUNT_SUSPENDED;
	/* what was enrolled before certificates were kept */
	if (f->credential.kind == SEK_CRED_CERTIFICATE && f->leaf == NULL) {
		say(f, "it is a card's key, enrolled before certificates were "
		    "kept: enrol the card again");
		return SEK_R_CERT_NOT_KEPT;
	}
	reason = judge_kind(l, f);
	return reason == SEK_R_OK ? judge_certificate(l, f) : reason;
}

/* -- whose it is */

/* The certificate that a card was enrolled with. */
static int
load_card(struct sek_login *l, struct found *f)
{
	struct sek_buf der = { 0 };
	int r = sek_store_certificate(l->store, f->credential.id, &der);

	if (r == SEK_OK && ((f->leaf = sek_cert_parse(der.p, der.len)) ==
	    NULL || sek_cert_describe(f->leaf, &f->cert) != SEK_OK))
		r = SEK_E_IO;
	sek_buf_free(&der);
	return r == SEK_E_NOENT ? SEK_OK : r;
}

/* Is it of the kind that was enrolled?  A key on a FIDO2 key signs in its own
 * form, so sshd's "sk" is told by the type and can be no card's.  NOENT: it
 * is another key than its numbers say. */
static int
load_kind(struct sek_login *l, struct found *f)
{
	const struct sek_ssh_key *k = &f->ssh.key;
	struct sek_ssh_cred c;
	int r;

	f->ssh.held = true;
	switch (f->credential.kind) {
	case SEK_CRED_CERTIFICATE:
		return k->sk ? SEK_E_NOENT : load_card(l, f);
	case SEK_CRED_FIDO2:
		r = sek_store_fido_of(l->store, f->credential.id,
		    &f->fido.cred);
		if (r == SEK_E_NOENT)
			return SEK_E_IO; /* a row without its rest */
		return r != SEK_OK ? r : k->sk &&
		    strcmp(k->application, f->fido.cred.rp) == 0 ? SEK_OK :
		    SEK_E_NOENT;
	case SEK_CRED_SSH:
		if (sek_store_ssh_of(l->store, f->credential.id, &c) !=
		    SEK_OK)
			return SEK_E_IO;
		f->ssh.held = c.held;
		return c.blob_len == k->blob_len && memcmp(c.blob, k->blob,
		    c.blob_len) == 0 ? SEK_OK : SEK_E_NOENT;
	}
	return SEK_E_IO;
}

static int
find(struct sek_login *l, struct found *f)
{
	int r = sek_store_credential_of_key(l->store, f->ssh.key.spki_sha256,
	    &f->credential);

	if (r == SEK_OK)
		r = load_kind(l, f);
	if (r == SEK_OK)
		r = sek_store_person_by_id(l->store, f->credential.person_id,
		    &f->person);
	f->ssh.kind = f->credential.kind;
	f->known = r == SEK_OK;
	return r;
}

/* The account is the one that sshd was asked for: it always has a name. */
static enum sek_reason
look_at(struct sek_login *l, const char *line, size_t n, struct found *f)
{
	struct sek_why why = { "" };
	int r = sek_ssh_line_read(line, n, &f->ssh.key, &why);

	if (r != SEK_OK) {
		say(f, why.text);
		return SEK_R_NO_MATCH;
	}
	r = find(l, f);
	if (r == SEK_E_NOENT) {
		say(f, "the key is enrolled for nobody");
		return SEK_R_NO_MATCH;
	}
	if (r != SEK_OK)
		return SEK_R_STORE;
	if (!l->account_known)
		return SEK_R_NO_MATCH;
	r = sek_may_open(l->store, f->person.id, f->leaf != NULL ?
	    &f->cert.roles : NULL, l->account.id, f->granted_by);
	if (r == SEK_OK)
		return judge(l, f);
	(void)snprintf(f->detail, sizeof f->detail,
	    "%.100s may not open this account", f->person.name);
	return r == SEK_E_NOENT ? SEK_R_NOT_GRANTED : SEK_R_STORE;
}

/* -- the key of this login */

static void
take(struct sek_login *l, struct found *f, enum sek_reason reason)
{
	/* of whom nothing may be told here, nothing is known */
	if (f->known && reason != SEK_R_NO_MATCH &&
	    reason != SEK_R_NOT_GRANTED && reason != SEK_R_STORE) {
		l->ssh = f->ssh;
		l->ssh.found = true;
		l->matched = true;
		l->person = f->person;
		l->credential = f->credential;
		l->denied = f->denied;
		memcpy(l->granted_by, f->granted_by, sizeof l->granted_by);
		memcpy(l->role, f->role, sizeof l->role);
		l->cert = f->cert;
		l->fido.match = f->fido;
		l->leaf = f->leaf;
		f->leaf = NULL;
	}
	sek_login_detail(l, f->detail);
	if (reason != SEK_R_OK)
		return;
	l->pair = SEK_PAIR_SSH_PASSWORD;
	l->possession = SEK_PASSED;
}

/* A usable one before a refused one, and that before one of nobody's. */
static bool
is_better(enum sek_reason reason, enum sek_reason than)
{
	return than == SEK_R_NONE || reason == SEK_R_OK ||
	    (than == SEK_R_NO_MATCH && reason != SEK_R_NO_MATCH);
}

static enum sek_reason
judge_keys(struct sek_login *l)
{
	const char *at = (const char *)l->begin.ssh_info.p, *line;
	size_t left = l->begin.ssh_info.len, n, keys = 0;
	enum sek_reason reason, best = SEK_R_NONE;
	struct found *f, *one, swap;

	if ((f = calloc(2, sizeof *f)) == NULL)
		return SEK_R_INTERNAL;
	one = &f[1];
	while (best != SEK_R_OK && best != SEK_R_STORE &&
	    keys++ < MAX_KEYS && sek_ssh_next_key(&at, &left, &line, &n)) {
		*one = (struct found){ .known = false };
		reason = look_at(l, line, n, one);
		if (reason == SEK_R_STORE || is_better(reason, best)) {
			swap = f[0];
			f[0] = *one;
			*one = swap;
			best = reason;
		}
		X509_free(one->leaf);
		one->leaf = NULL;
	}
	take(l, &f[0], best);
	X509_free(f[0].leaf);
	free(f);
	return best;
}

bool
sek_ssh_decides(const struct sek_login *l)
{
	const char *at = (const char *)l->begin.ssh_info.p, *line;
	size_t left = l->begin.ssh_info.len, n;

	return l->peer == 0 && sek_service_has(l->service,
	    SEK_HAVE_SSH_KEY) && sek_ssh_next_key(&at, &left, &line, &n);
}

/* Could anything else let them in? */
static bool
has_other_pair(const struct sek_service *s)
{
	size_t i;

	for (i = 0; i < s->n_pairs; i++)
		if (sek_pair_have(s->pairs[i]) != SEK_HAVE_SSH_KEY)
			return true;
	return false;
}

enum sek_reason
sek_ssh_find(struct sek_login *l)
{
	if (sek_ssh_decides(l))
		return judge_keys(l);
	if (has_other_pair(l->service))
		return SEK_R_NONE;
	if (l->peer != 0) {
		sek_login_detail(l, "only root's word about an SSH key is "
		    "taken");
		return SEK_R_NO_SSH_KEY;
	}
	/* sshd gives the password to every prompt then, and no key's name */
	if ((l->begin.flags & SEK_BF_SSH_INFO) == 0) {
		sek_login_detail(l, "sshd does not tell of keys under its "
		    "method \"password\"");
		return SEK_R_NO_PROMPT;
	}
	sek_login_detail(l, "sshd has verified no key before it asked");
	return SEK_R_NO_SSH_KEY;
}
