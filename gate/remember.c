/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Remembered proof: who has proved both factors to a service of root's is
 * not asked again for some minutes, on the same terminal, in the same login
 * session, as the same user, where the policy says so for that service.
 * Runs in the gate.
 *
 * Only that somebody sat there is remembered.  Whether they may enter is
 * judged anew each time, and anything that is not exactly as it was means to
 * be asked.  Never makes a proof out of a remembered one.
 */
#include <limits.h>
#include <string.h>
#include <syslog.h>

#include "gate/digest.h"
#include "gate/kept.h"
#include "gate/login.h"
#include "gate/run_folder.h"
#include "gate/store_fido.h"
#include "sekisho/digits.h"
#include "sekisho/os.h"

#define NAME_TEXT "sekisho proof name 1"
#define SAME_TEXT "sekisho proof same 1"

/* Where the proof of this login is, and what it must be the same in. */
struct place {
	char folder[PATH_MAX];
	char name[SEK_KEPT_NAME];
	uint8_t same[32];
};

static void
complain(const char *what, const struct sek_why *why)
{
	syslog(LOG_AUTHPRIV | LOG_WARNING, "a remembered proof %s: %s", what,
	    why->text);
}

/* One for a service on a terminal: the next person's takes its place. */
static int
name_it(const struct sek_login *l, char out[SEK_KEPT_NAME])
{
	struct sek_buf of = { 0 };
	uint8_t hash[32];
	int r;

	sek_put_str(&of, NAME_TEXT);
	sek_put_str(&of, l->begin.service);
	sek_put_u64(&of, l->remember.terminal.device);
	if ((r = sek_digest_of(&of, hash)) == SEK_OK)
		sek_hex(out, hash, sizeof hash);
	return r;
}

static int
same_as(const struct sek_login *l, uint8_t out[32])
{
	const struct sek_terminal *t = &l->remember.terminal;
	struct sek_buf of = { 0 };

	sek_put_str(&of, SAME_TEXT);
	sek_put_str(&of, t->boot);
	sek_put_u64(&of, t->device);
	sek_put_u64(&of, t->leader);
	sek_put_u64(&of, t->leader_start);
	sek_put_u64(&of, t->uid);
	sek_put_str(&of, l->begin.service);
	sek_put_str(&of, l->begin.user);
	sek_put_str(&of, l->begin.ruser);
	sek_put_str(&of, l->begin.rhost);
	/* whoever changes the rules has everybody asked again */
	sek_put_bytes(&of, l->policy->hash, sizeof l->policy->hash);
	return sek_digest_of(&of, out);
}

/* Is anything remembered for this service here at all? */
static bool
wanted(struct sek_login *l)
{
	return l->peer == 0 && l->service != NULL &&
	    l->service->remember_m != 0 && l->begin.user[0] != '\0';
}

static int
find_place(struct sek_login *l, struct place *p, struct sek_why *why)
{
	int r = sek_terminal_of(l->peer_pid, &l->remember.terminal);

	if (r != SEK_OK)
		return SEK_E_NOENT;
	if ((r = name_it(l, p->name)) != SEK_OK ||
	    (r = same_as(l, p->same)) != SEK_OK)
		return sek_why_about(why, r, "its name", sek_strerror(r));
	return sek_run_folder(l->policy->run, SEK_KEPT_FOLDER, p->folder,
	    sizeof p->folder, why);
}

static void
forget(const struct place *p)
{
	struct sek_why why = { "" };

	if (sek_kept_remove(p->folder, p->name, &why) != SEK_OK)
		complain("could not be removed", &why);
}

/* -- is there one? */

static enum sek_reason
judge_card(struct sek_login *l, const struct sek_kept *p)
{
	struct sek_key key = { .cert = p->cert.p, .cert_len = p->cert.len };
	const struct sek_keys keys = { .tokens = 1, .n = 1, .key = &key };
	enum sek_reason reason;

	reason = sek_candidates_match(l, &keys);
	l->pair = p->pair;
	return reason;
}

static enum sek_reason
judge_key(struct sek_login *l, const struct sek_kept *p)
{
	struct sek_credential c = { .id = 0 };
	struct sek_fido_match m;
	struct sek_fido_cred f = { .credential = 0 };
	enum sek_reason reason;

	if (sek_store_credential_by_id(l->store, p->credential, &c) !=
	    SEK_OK || sek_store_fido_of(l->store, c.id, &f) != SEK_OK)
		return SEK_R_NO_MATCH;
	sek_fido_rps(l);
	reason = sek_fido_judge(l, &c, &f, &l->account, &m);
	if (reason != SEK_R_OK)
		return reason;
	/* what is asked of this key now must have been proved then */
	if (m.pair != p->pair || (m.verify && !p->verified))
		return SEK_R_NO_VERIFICATION;
	sek_fido_match_take(l, &m);
	return SEK_R_OK;
}

/* Everything that is judged when the token itself is there. */
static enum sek_reason
judge(struct sek_login *l, const struct sek_kept *p)
{
	enum sek_reason reason;

	if (l->account.id != p->account)
		return SEK_R_NOT_GRANTED;
	switch (sek_pair_have(p->pair)) {
	case SEK_HAVE_PKCS11:
		reason = judge_card(l, p);
		break;
	case SEK_HAVE_FIDO2:
		reason = judge_key(l, p);
		break;
	default:
		return SEK_R_NO_MATCH;
	}
	if (reason == SEK_R_OK && (l->person.id != p->person ||
	    l->credential.id != p->credential))
		return SEK_R_NO_MATCH;
	return reason;
}

/* Young enough, and of here? */
static bool
still_good(const struct sek_login *l, const struct place *at,
    const struct sek_kept *p, uint64_t *age_ms)
{
	uint64_t now;

	if (sek_boot_ms(&now) != SEK_OK || now < p->at_ms)
		return false;
	*age_ms = now - p->at_ms;
	return *age_ms < 60000ull * l->service->remember_m &&
	    memcmp(at->same, p->same, sizeof p->same) == 0;
}

/* Has the screen of any of those who are at work on this terminal gone to
 * another person since?  Of a shared account they have all the windows. */
static bool
is_passed_on(const struct sek_login *l, const struct sek_kept *p)
{
	const struct sek_terminal *t = &l->remember.terminal;
	const char *const names[] = { l->begin.user, l->begin.ruser };
	uid_t uid;
	size_t i;

	for (i = 0; i < 2; i++)
		if (names[i][0] != '\0' &&
		    (sek_screen_uid(names[i], &uid) != SEK_OK ||
		    sek_screen_passed_on(l, uid, p->at_ms)))
			return true;
	return sek_screen_passed_on(l, (uid_t)t->uid, p->at_ms) ||
	    sek_screen_passed_on(l, (uid_t)t->leader_uid, p->at_ms);
}

static bool
use(struct sek_login *l, const struct place *at, const struct sek_kept *p)
{
	enum sek_reason reason;
	uint64_t age_ms = 0;

	if (!still_good(l, at, p, &age_ms))
		return false;
	reason = judge(l, p);
	/* of another card that is shown now it says nothing */
	l->not_granted = false;
	if (reason == SEK_R_OK && is_passed_on(l, p))
		reason = SEK_R_NO_MATCH;
	if (reason == SEK_R_OK) {
		l->remember.record = p->record;
		l->remember.age_s = age_ms / 1000;
		return true;
	}
	/* said again, and to the person, when the token itself is shown */
	syslog(LOG_AUTHPRIV | LOG_NOTICE, "the proof of record %llu is "
	    "forgotten: %s", (unsigned long long)p->record,
	    sek_reason(reason)->word);
	sek_login_unmatch(l);
	return false;
}

bool
sek_remember_find(struct sek_login *l)
{
	struct sek_kept proof = { .at_ms = 0 };
	struct sek_why why = { "" };
	struct place at;
	bool good = false;
	int r;

	if (!wanted(l) || !l->account_known)
		return false;
	r = find_place(l, &at, &why);
	if (r == SEK_OK) {
		r = sek_kept_read(at.folder, at.name, &proof, &why);
		good = r == SEK_OK && use(l, &at, &proof);
		/* it does not become any better */
		if (!good && r != SEK_E_NOENT)
			forget(&at);
	}
	if (r != SEK_OK && r != SEK_E_NOENT)
		complain("is not believed", &why);
	sek_kept_free(&proof);
	return good;
}

/* -- keep one */

static int
describe(const struct sek_login *l, const struct place *at, uint64_t record,
    struct sek_kept *p)
{
	unsigned char *der = NULL;
	int n, r;

	p->record = record;
	p->pair = l->pair;
	p->verified = l->verification == SEK_PASSED;
	p->person = l->person.id;
	p->account = l->account.id;
	p->credential = l->credential.id;
	memcpy(p->same, at->same, sizeof p->same);
	if ((r = sek_boot_ms(&p->at_ms)) != SEK_OK || l->leaf == NULL)
		return r;
	if ((n = i2d_X509(l->leaf, &der)) <= 0)
		return SEK_E_CRYPTO;
	sek_put_raw(&p->cert, der, (size_t)n);
	OPENSSL_free(der);
	return sek_buf_ok(&p->cert);
}

/* Both factors have been proved just now, by a token that was here. */
static bool
worth_keeping(const struct sek_login *l, enum sek_reason reason,
    uint64_t record)
{
	const enum sek_have have = sek_pair_have(l->pair);

	return reason == SEK_R_OK && record != 0 && l->account_known &&
	    l->remember.record == 0 && l->possession == SEK_PASSED &&
	    (have == SEK_HAVE_PKCS11 || have == SEK_HAVE_FIDO2);
}

static bool
moved(const struct sek_terminal *a, const struct sek_terminal *b)
{
	return a->peer != b->peer || a->peer_start != b->peer_start ||
	    a->device != b->device || a->leader != b->leader ||
	    a->leader_start != b->leader_start || a->uid != b->uid;
}

void
sek_remember_keep(struct sek_login *l, enum sek_reason reason,
    uint64_t record)
{
	const struct sek_terminal before = l->remember.terminal;
	struct sek_kept proof = { .at_ms = 0 };
	struct sek_why why = { "out of memory" };
	struct place at;
	int r;

	/* one that was accepted grows no older, and no younger */
	if (!wanted(l) || (l->remember.record != 0 && reason == SEK_R_OK))
		return;
	r = find_place(l, &at, &why);
	if (r == SEK_OK) {
		/* of who fails here nothing is remembered any more; nor of a
		 * caller that is not the one that asked */
		if (!worth_keeping(l, reason, record) ||
		    moved(&before, &l->remember.terminal)) {
			forget(&at);
			return;
		}
		r = describe(l, &at, record, &proof);
		if (r == SEK_OK)
			r = sek_kept_write(at.folder, at.name, &proof, &why);
	}
	if (r != SEK_OK && r != SEK_E_NOENT)
		complain("could not be kept", &why);
	sek_kept_free(&proof);
}
