/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho revoke`, `suspend`, `resume`: credentials after they were enrolled.
 *
 * Part of the administrator's program.  A revocation works at once and
 * without any network; must never bring a revoked credential back.
 */
#include "helpdesk/credential.h"

#include <string.h>

#include "record/audit.h"

#define IDS_MAX 64u

/* Which credentials are to change; `with`: because this one does, on the same
 * key (0: for itself). */
struct chosen {
	struct sek_credential at[IDS_MAX];
	int64_t with[IDS_MAX];
	size_t n;
};

static int
add_unless_revoked(void *arg, const struct sek_credential *c)
{
	struct chosen *all = arg;

	if (c->status == SEK_STATUS_REVOKED)
		return 0;
	if (all->n == IDS_MAX)
		return SEK_E_LIMIT;
	all->at[all->n++] = *c;
	return 0;
}

/* What shares a token with one before it changes with that one. */
static void
find_leaders(struct chosen *all)
{
	size_t i, k;

	for (i = 0; i < all->n; i++)
		for (k = 0; k < i && all->with[i] == 0; k++)
			if (all->at[i].token != 0 &&
			    all->at[k].token == all->at[i].token)
				all->with[i] = all->at[k].id;
}

/* The others on the key of the one that was chosen by its number. */
struct siblings {
	struct chosen *all;
	enum sek_status to;
};

static int
add_sibling(void *arg, const struct sek_credential *c)
{
	const struct siblings *s = arg;
	const struct sek_credential *first = &s->all->at[0];

	if (c->token != first->token || c->id == first->id ||
	    c->status == s->to)
		return 0;
	return add_unless_revoked(s->all, c);
}

static int
add_siblings(struct desk *d, struct chosen *all, enum sek_status to)
{
	struct siblings s = { .all = all, .to = to };
	int r;

	if (all->at[0].token == 0)
		return DESK_GO;
	r = sek_store_each_credential(d->store, all->at[0].person_id,
	    add_sibling, &s);
	return r == SEK_OK ? DESK_GO : desk_unreadable(d, r);
}

static int
choose_id(struct desk *d, int64_t id, enum sek_status to, struct chosen *all)
{
	char text[24];
	int r;

	r = sek_store_credential_by_id(d->store, id, &all->at[0]);
	if (r == SEK_OK) {
		all->n = 1;
		return add_siblings(d, all, to);
	}
	if (r != SEK_E_NOENT)
		return desk_unreadable(d, r);
	(void)snprintf(text, sizeof(text), "%lld", (long long)id);
	DESK_ERR(d, W_NO_SUCH_CREDENTIAL, { text });
	return DESK_REFUSED;
}

static int
choose_person(struct desk *d, const char *name, struct chosen *all)
{
	int64_t id = 0;
	int r;

	if ((r = desk_find_person(d, name, &id)) != DESK_GO)
		return r;
	r = sek_store_each_credential(d->store, id, add_unless_revoked, all);
	if (r != SEK_OK)
		return desk_unreadable(d, r);
	if (all->n > 0)
		return DESK_GO;
	DESK_ERR(d, W_NO_CREDENTIAL, { name });
	return DESK_REFUSED;
}

/* A word that may be a credential's number or a person's name: staff numbers
 * are names as well, so it must be one thing only. */
static int
choose_word(struct desk *d, const char *word, enum sek_status to,
    struct chosen *all)
{
	struct sek_credential c;
	struct sek_person p;
	int64_t id;

	if (!desk_number(word, INT64_MAX, &id))
		return choose_person(d, word, all);
	if (sek_store_person(d->store, word, &p) == SEK_E_NOENT)
		return choose_id(d, id, to, all);
	if (sek_store_credential_by_id(d->store, id, &c) == SEK_E_NOENT)
		return choose_person(d, word, all);
	DESK_ERR(d, W_AMBIGUOUS, { word });
	return DESK_REFUSED;
}

static const struct {
	const char *event;
	enum word done, too;
} kinds[] = {
	[SEK_STATUS_REVOKED] = { "revoke", W_NOW_REVOKED, W_REVOKED_TOO },
	[SEK_STATUS_SUSPENDED] = { "suspend", W_NOW_SUSPENDED,
	    W_SUSPENDED_TOO },
	[SEK_STATUS_ACTIVE] = { "resume", W_NOW_RESUMED, W_RESUMED_TOO },
};

static void
record(struct desk *d, const struct sek_credential *c, int64_t with,
    enum sek_status to, const char *reason)
{
	json_t *rec = desk_record(d, kinds[to].event);
	struct sek_ssh_key key;
	bool held;

	sek_record_str(rec, "person.name", c->person);
	sek_record_int(rec, "token.credential", c->id);
	if (c->kind == SEK_CRED_FIDO2) {
		sek_record_str(rec, "token.kind", "fido2");
		sek_record_int(rec, "token.number", c->token);
	} else if (c->kind == SEK_CRED_SSH) {
		sek_record_str(rec, "token.kind", "ssh-key");
		if (desk_ssh_of(d, c->id, &key, &held) == SEK_OK)
			sek_record_str(rec, "token.fingerprint", key.print);
	} else {
		sek_record_hex(rec, "token.cert_sha256", c->cert_sha256, 32);
		sek_record_str(rec, "token.cert_serial", c->serial);
		sek_record_str(rec, "token.subject", c->subject);
	}
	sek_record_str(rec, "change.object", "credential");
	if (with != 0)
		sek_record_int(rec, "change.with", with);
	sek_record_str(rec, "change.reason", reason);
}

static void
tell(const struct desk *d, const struct chosen *all, enum sek_status to)
{
	char id[24], with[24];
	size_t i;

	for (i = 0; i < all->n; i++) {
		(void)snprintf(id, sizeof(id), "%lld",
		    (long long)all->at[i].id);
		(void)snprintf(with, sizeof(with), "%lld",
		    (long long)all->with[i]);
		DESK_SAY(d, all->with[i] != 0 ? kinds[to].too :
		    kinds[to].done, { id, all->at[i].person, with });
	}
}

static int
change(struct desk *d, struct chosen *all, enum sek_status to,
    const char *reason)
{
	struct sek_why why = { "" };
	int r, err = SEK_OK;
	size_t i;

	if ((r = desk_begin(d)) != DESK_GO)
		return r;
	find_leaders(all);
	for (i = 0; err == SEK_OK && i < all->n; i++) {
		if (all->with[i] == 0) /* the store takes the others along */
			err = sek_store_credential_status(d->store, d->actor,
			    all->at[i].id, to, reason, &why);
		if (err == SEK_OK)
			record(d, &all->at[i], all->with[i], to, reason);
	}
	r = desk_end(d, err, &why);
	if (r == DESK_OK)
		tell(d, all, to);
	return r;
}

static int
revoke(struct desk *d, int argc, char **argv)
{
	const char *reason = NULL, *by_id = NULL, *person = NULL;
	const struct desk_opt opts[] = {
		{ .name = "reason", .value = &reason },
		{ .name = "id", .value = &by_id },
		{ .name = "person", .value = &person },
	};
	struct chosen all = { .n = 0 };
	int64_t id = 0;
	char **words;
	int r;

	r = desk_options(d, argc, argv, opts, 3, 0, 1, &words);
	if (r == DESK_GO && (words[0] != NULL) + (by_id != NULL) +
	    (person != NULL) != 1) {
		desk_usage(d, stderr);
		return DESK_USAGE;
	}
	if (r == DESK_GO)
		r = desk_reason(d, reason, true);
	if (r == DESK_GO && by_id != NULL &&
	    !desk_number(by_id, INT64_MAX, &id)) {
		DESK_ERR(d, W_NOT_A_NUMBER, { by_id });
		return DESK_USAGE;
	}
	if (r != DESK_GO || (r = desk_store(d, true)) != DESK_GO)
		return r;
	r = by_id != NULL ? choose_id(d, id, SEK_STATUS_REVOKED, &all) :
	    person != NULL ? choose_person(d, person, &all) :
	    choose_word(d, words[0], SEK_STATUS_REVOKED, &all);
	return r == DESK_GO ? change(d, &all, SEK_STATUS_REVOKED, reason) : r;
}

static int
by_number(struct desk *d, int argc, char **argv, enum sek_status to)
{
	const char *reason = NULL;
	const struct desk_opt opts[] = {
		{ .name = "reason", .value = &reason }
	};
	struct chosen all = { .n = 0 };
	int64_t id = 0;
	char **words;
	int r;

	r = desk_options(d, argc, argv, opts, 1, 1, 1, &words);
	if (r == DESK_GO)
		r = desk_reason(d, reason, to == SEK_STATUS_SUSPENDED);
	if (r != DESK_GO)
		return r;
	if (!desk_number(words[0], INT64_MAX, &id)) {
		DESK_ERR(d, W_NOT_AN_ID, { words[0] });
		return DESK_USAGE;
	}
	if ((r = desk_store(d, true)) != DESK_GO ||
	    (r = choose_id(d, id, to, &all)) != DESK_GO)
		return r;
	return change(d, &all, to, reason);
}

static int
suspend(struct desk *d, int argc, char **argv)
{
	return by_number(d, argc, argv, SEK_STATUS_SUSPENDED);
}

static int
resume(struct desk *d, int argc, char **argv)
{
	return by_number(d, argc, argv, SEK_STATUS_ACTIVE);
}

const struct desk_command desk_credential_commands[] = {
	{ "list", "[PERSON] [--json]", { "list credentials",
	    "認証情報の一覧を表示します" }, desk_credential_list },
	{ "revoke", "ID|PERSON --reason TEXT",
	    { "revoke a credential, or all of a person's, for ever "
	    "(--id ID and --person NAME tell a number from a name)",
	    "認証情報(または利用者のすべて)を失効させます。元には戻せません"
	    "(--id と --person で番号と名前を区別できます)" }, revoke },
	{ "suspend", "ID --reason TEXT",
	    { "make a credential useless until resumed",
	    "認証情報を停止します" }, suspend },
	{ "resume", "ID [--reason TEXT]",
	    { "make a suspended credential serve again; a FIDO2 key whose "
	    "counter went back needs the reason",
	    "停止した認証情報を再開します(カウンターが後退したFIDO2キーには"
	    "理由が必要です)" }, resume },
	{ .name = NULL }
};
