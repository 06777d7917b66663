/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho init`: the folders and the store that a configuration names.
 *
 * Part of the administrator's program.  Makes what is missing and brings an
 * older store up to date; must never change what is there and good, nor take
 * over a folder that is not safe.
 */
#include "helpdesk/audit.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/audit.h"
#include "record/note.h"
#include "sekisho/os.h"

#define BUSY_MS 5000
#define PRIVATE 0700
#define PUBLIC 0755
#define SHARED 0750

/* What has been made, for the record. */
struct made {
	const char *what[4];
	size_t n;
	char vkey[SEK_VKEY_MAX]; /* of the key that signs the record */
};

/* The policy's text without a look at its paths: they are made here. */
static int
read_policy(struct desk *d)
{
	struct sek_buf text = { 0 };
	struct sek_why why = { "" };
	int r;

	r = sek_read_safe_file(d->conf, SEK_POLICY_MAX_FILE, &text, &why);
	if (r == SEK_OK)
		r = sek_policy_parse(d->conf, text.len > 0 ?
		    text.p : (const void *)"", text.len, &d->policy, &why);
	sek_buf_free(&text);
	if (r != SEK_OK)
		return desk_refuse(d, &why, r);
	desk_find_actor(d);
	if (!d->lang_said && !d->policy->language_auto)
		d->lang = d->policy->language;
	return DESK_GO;
}

/* Folders above it are made for all to pass through, it for root alone. */
static int
make_folder(const char *path, bool *made, struct sek_why *why)
{
	char part[PATH_MAX];
	size_t i, n = strlen(path);
	struct stat st;

	*made = false;
	for (i = 1; i <= n; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (lstat(part, &st) == 0)
			continue;
		if (mkdir(part, PRIVATE) != 0 ||
		    (i < n && chmod(part, PUBLIC) != 0)) {
			sek_why_set(why, "%s: %s", part, strerror(errno));
			return SEK_E_SYS;
		}
		*made = i == n;
	}
	return sek_path_safe(path, true, why);
}

static int
folder(struct desk *d, const char *path, struct made *m, struct sek_why *why)
{
	bool made = false;
	int r;

	if ((r = make_folder(path, &made, why)) != SEK_OK)
		return r;
	if (made) {
		m->what[m->n++] = path;
		DESK_SAY(d, W_MADE_FOLDER, { path, "0700" });
	} else {
		DESK_SAY(d, W_HAVE_FOLDER, { path });
	}
	return SEK_OK;
}

static int
store(struct desk *d, struct made *m, struct sek_why *why)
{
	const char *state = d->policy->state;
	enum word w = W_HAVE_STORE;
	int r;

	r = sek_store_open(state, false, BUSY_MS, &d->store, why);
	if (r == SEK_E_NOENT || r == SEK_E_VERSION) {
		w = r == SEK_E_NOENT ? W_MADE_STORE : W_UPDATED_STORE;
		r = sek_store_open(state, true, BUSY_MS, &d->store, why);
		if (r == SEK_OK)
			m->what[m->n++] = SEK_STORE_FILE;
	}
	if (r == SEK_OK)
		DESK_SAY(d, w, { state });
	return r;
}

/* Those who may read the record pass through its folder. */
static int
share_log(const struct desk *d, struct sek_why *why)
{
	const char *name = d->policy->record_group, *dir = d->policy->audit;
	struct group *g;

	if (name[0] == '\0')
		return SEK_OK;
	if ((g = getgrnam(name)) == NULL) {
		sek_why_set(why, "%s: [record] group: the system knows no "
		    "group %s", d->conf, name);
		return SEK_E_NOENT;
	}
	if (chown(dir, (uid_t)-1, g->gr_gid) == 0 && chmod(dir, SHARED) == 0)
		return SEK_OK;
	return sek_why_about(why, SEK_E_SYS, dir, strerror(errno));
}

static int
log_key(struct desk *d, struct made *m, struct sek_why *why)
{
	struct sek_skey k = { .pkey = NULL };
	bool made = false;
	int r;

	if ((r = desk_log_key_make(d, &made, why)) == SEK_OK &&
	    (r = sek_skey_read(d->policy->record_key, false, &k, why)) ==
	    SEK_OK)
		r = sek_vkey_text(&k.pub, m->vkey);
	sek_skey_free(&k);
	if (r != SEK_OK)
		return r;
	if (made)
		m->what[m->n++] = d->policy->record_key;
	DESK_SAY(d, made ? W_MADE_KEY : W_HAVE_KEY, { d->policy->record_key });
	if (made)
		DESK_SAY(d, W_MADE_VKEY, { m->vkey });
	return SEK_OK;
}

/* A record of version 1 cannot be continued. */
static int
old_log(struct desk *d, struct sek_why *why)
{
	const struct sek_audit_conf conf = sek_policy_audit(d->policy);
	bool done;
	int r = sek_audit_set_aside(&conf, &done, why);

	if (r == SEK_OK && done)
		DESK_SAY(d, W_LOG_ASIDE, { d->policy->audit,
		    SEK_AUDIT_OLD_FILE });
	return r;
}

/* One record of what was made; nothing made, nothing to record. */
static int
record(struct desk *d, const struct made *m, struct sek_why *why)
{
	json_t *rec, *part;
	uint64_t seq;
	size_t i;
	int r;

	if (m->n == 0)
		return SEK_OK;
	rec = sek_record_new("config", d->policy->host);
	sek_record_outcome(rec, SEK_RESULT_SUCCESS, SEK_R_OK);
	sek_record_hex(rec, "policy", d->policy->hash, 32);
	sek_record_str(rec, "actor", d->actor);
	sek_record_str(rec, "change.command", "init");
	sek_record_str(rec, "key.public", m->vkey);
	for (i = 0; i < m->n; i++) {
		part = sek_record_part();
		sek_record_str(part, "path", m->what[i]);
		sek_record_add(rec, "made", part);
	}
	r = desk_append(d, rec, &seq, why);
	json_decref(rec);
	return r;
}

static int
init(struct desk *d, int argc, char **argv)
{
	struct sek_why why = { "" };
	struct made m = { .n = 0 };
	char **words;
	int r;

	r = desk_options(d, argc, argv, NULL, 0, 0, 0, &words);
	if (r != DESK_GO || (r = read_policy(d)) != DESK_GO)
		return r;
	if ((r = folder(d, d->policy->state, &m, &why)) != SEK_OK ||
	    (r = folder(d, d->policy->audit, &m, &why)) != SEK_OK ||
	    (r = share_log(d, &why)) != SEK_OK ||
	    (r = old_log(d, &why)) != SEK_OK ||
	    (r = store(d, &m, &why)) != SEK_OK ||
	    (r = log_key(d, &m, &why)) != SEK_OK)
		return desk_refuse(d, &why, r);
	if (record(d, &m, &why) != SEK_OK) {
		DESK_ERR(d, W_INIT_NO_RECORD, { why.text });
		return DESK_REFUSED;
	}
	DESK_SAY(d, W_INIT_NEXT, { NULL });
	return DESK_OK;
}

const struct desk_command desk_init_commands[] = {
	{ "init", "", { "make the folders and the store of a configuration; "
	    "changes nothing that is there",
	    "設定にあるフォルダと登録簿を作ります(あるものは変えません)" },
	    init },
	{ .name = NULL }
};
