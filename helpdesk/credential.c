/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho list`, `revoke`, `suspend`, `resume`: credentials after they were
 * enrolled.
 *
 * Part of the administrator's program.  A revocation works at once and
 * without any network; must never bring a revoked credential back.
 */
#include "helpdesk/list.h"

#include <string.h>

#include "gate/audit.h"

/* -- list */

static enum word
status_word(enum sek_status status)
{
	return status == SEK_STATUS_ACTIVE ? W_ACTIVE :
	    status == SEK_STATUS_SUSPENDED ? W_SUSPENDED : W_REVOKED;
}

static void
show_line(const struct desk *d, const struct sek_credential *c)
{
	struct desk_date until;

	(void)printf("%lld\t", (long long)c->id);
	desk_text(stdout, c->person);
	(void)printf("\t%s\t%s\t%s\t", desk_word(status_word(c->status),
	    d->lang), desk_word(c->bind == SEK_BIND_KEY ? W_KEY :
	    W_CERTIFICATE, d->lang), desk_day(&until, c->not_after));
	desk_text(stdout, c->serial);
	(void)fputc('\t', stdout);
	desk_text(stdout, c->subject);
	(void)fputc('\t', stdout);
	desk_text(stdout, c->label[0] != '\0' ? c->label : "-");
	(void)fputc('\t', stdout);
	desk_text(stdout, c->status_reason);
	(void)fputc('\n', stdout);
}

static json_t *
as_json(const struct sek_credential *c)
{
	struct desk_date until, made, changed;
	struct desk_hex cert, key;

	return json_pack("{s:I, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:s,"
	    " s:s, s:s, s:o, s:s, s:o, s:s, s:o}",
	    "id", (json_int_t)c->id, "person", desk_json_text(c->person),
	    "status", sek_status_word(c->status),
	    "bind", c->bind == SEK_BIND_KEY ? "key" : "certificate",
	    "status_reason", desk_json_text(c->status_reason),
	    "label", desk_json_text(c->label),
	    "subject", desk_json_text(c->subject),
	    "issuer", desk_json_text(c->issuer),
	    "serial", desk_json_text(c->serial),
	    "not_after", desk_utc(&until, c->not_after),
	    "cert_sha256", desk_hex(&cert, c->cert_sha256, 32),
	    "spki_sha256", desk_hex(&key, c->spki_sha256, 32),
	    "token_serial", desk_json_text(c->token_serial),
	    "created", desk_utc(&made, c->created),
	    "created_by", desk_json_text(c->created_by),
	    "changed", desk_utc(&changed, c->changed),
	    "changed_by", desk_json_text(c->changed_by));
}

static int
list_one(void *arg, const struct sek_credential *c)
{
	struct desk_listing *l = arg;

	if (l->array != NULL)
		return json_array_append_new(l->array, as_json(c)) == 0 ? 0 :
		    SEK_E_NOMEM;
	show_line(l->d, c);
	return 0;
}

/* The id of a person, or DESK_REFUSED after having said that there is none. */
static int
find_person(struct desk *d, const char *name, int64_t *id)
{
	struct sek_person p;
	int r = sek_store_person(d->store, name, &p);

	if (r == SEK_OK) {
		*id = p.id;
		return DESK_GO;
	}
	if (r != SEK_E_NOENT)
		return desk_unreadable(d, r);
	DESK_ERR(d, W_NO_PERSON, { name });
	return DESK_REFUSED;
}

static int
list(struct desk *d, int argc, char **argv)
{
	struct desk_listing l = { .d = d };
	int64_t person = 0;
	char **words;
	int r;

	r = desk_list_open(&l, argc, argv, 1, &words);
	if (r == DESK_GO && words[0] != NULL)
		r = find_person(d, words[0], &person);
	if (r != DESK_GO ||
	    (r = desk_list_begin(&l, W_CREDENTIAL_HEAD)) != DESK_GO)
		return r;
	r = sek_store_each_credential(d->store, person, list_one, &l);
	return desk_list_end(&l, r);
}

/* -- status */

#define IDS_MAX 64u

/* Which credentials are to change. */
struct chosen {
	struct sek_credential at[IDS_MAX];
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

static int
choose_id(struct desk *d, int64_t id, struct chosen *all)
{
	char text[24];
	int r;

	r = sek_store_credential_by_id(d->store, id, &all->at[0]);
	if (r == SEK_OK) {
		all->n = 1;
		return DESK_GO;
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

	if ((r = find_person(d, name, &id)) != DESK_GO)
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
choose_word(struct desk *d, const char *word, struct chosen *all)
{
	struct sek_credential c;
	struct sek_person p;
	int64_t id;

	if (!desk_number(word, INT64_MAX, &id))
		return choose_person(d, word, all);
	if (sek_store_person(d->store, word, &p) == SEK_E_NOENT)
		return choose_id(d, id, all);
	if (sek_store_credential_by_id(d->store, id, &c) == SEK_E_NOENT)
		return choose_person(d, word, all);
	DESK_ERR(d, W_AMBIGUOUS, { word });
	return DESK_REFUSED;
}

static const struct {
	const char *event;
	enum word done;
} kinds[] = {
	[SEK_STATUS_REVOKED] = { "revoke", W_NOW_REVOKED },
	[SEK_STATUS_SUSPENDED] = { "suspend", W_NOW_SUSPENDED },
	[SEK_STATUS_ACTIVE] = { "resume", W_NOW_RESUMED },
};

static void
record(struct desk *d, const struct sek_credential *c, enum sek_status to,
    const char *reason)
{
	json_t *rec = desk_record(d, kinds[to].event);

	sek_record_str(rec, "person.name", c->person);
	sek_record_int(rec, "token.credential", c->id);
	sek_record_hex(rec, "token.cert_sha256", c->cert_sha256, 32);
	sek_record_str(rec, "token.cert_serial", c->serial);
	sek_record_str(rec, "token.subject", c->subject);
	sek_record_str(rec, "change.object", "credential");
	sek_record_str(rec, "change.reason", reason);
}

static int
change(struct desk *d, const struct chosen *all, enum sek_status to,
    const char *reason)
{
	struct sek_why why = { "" };
	int r, err = SEK_OK;
	char id[24];
	size_t i;

	if ((r = desk_begin(d)) != DESK_GO)
		return r;
	for (i = 0; err == SEK_OK && i < all->n; i++) {
		err = sek_store_credential_status(d->store, d->actor,
		    all->at[i].id, to, reason, &why);
		if (err == SEK_OK)
			record(d, &all->at[i], to, reason);
	}
	if ((r = desk_end(d, err, &why)) != DESK_OK)
		return r;
	for (i = 0; i < all->n; i++) {
		(void)snprintf(id, sizeof(id), "%lld",
		    (long long)all->at[i].id);
		DESK_SAY(d, kinds[to].done, { id, all->at[i].person });
	}
	return DESK_OK;
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
	r = by_id != NULL ? choose_id(d, id, &all) :
	    person != NULL ? choose_person(d, person, &all) :
	    choose_word(d, words[0], &all);
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
	    (r = choose_id(d, id, &all)) != DESK_GO)
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
	    "認証情報の一覧を表示します" }, list },
	{ "revoke", "ID|PERSON --reason TEXT",
	    { "revoke a credential, or all of a person's, for ever "
	    "(--id ID and --person NAME tell a number from a name)",
	    "認証情報(または利用者のすべて)を失効させます。元には戻せません"
	    "(--id と --person で番号と名前を区別できます)" }, revoke },
	{ "suspend", "ID --reason TEXT",
	    { "make a credential useless until resumed",
	    "認証情報を停止します" }, suspend },
	{ "resume", "ID [--reason TEXT]",
	    { "make a suspended credential serve again",
	    "停止した認証情報を再開します" }, resume },
	{ .name = NULL }
};
