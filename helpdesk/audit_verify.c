/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho audit verify`: whether the record is whole, and what was signed.
 *
 * Part of the administrator's program.  Reads only; with files or a folder
 * named it needs no configuration and no right but to read them.
 */
#include "helpdesk/audit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/audit_reader.h"
#include "helpdesk/audit_files.h"
#include "helpdesk/audit_trust.h"
#include "sekisho/deadline.h"

#define AGAIN 3u          /* a log is rotated under our eyes, so often */
#define PROGRESS_MS 100u
#define TOLD_MAX 32u      /* records of the log's own that are told */

/* A key that the log tells of, by its log_key. */
struct new_key {
	uint64_t seq;
	char text[SEK_VKEY_MAX];
};

struct told {
	uint64_t seq;
	enum word w;
};

struct audit {
	struct desk *d;
	const char *folder; /* NULL: files are named */
	char **paths;       /* owned with `folder`, else the words */
	size_t n_paths;
	struct trust trust;
	struct new_key new_key[SEK_NOTE_KEYS];
	size_t n_new;
	struct told told[TOLD_MAX];
	size_t n_told;
	bool terminal, shown;
	uint64_t shown_ms;
	struct sek_audit_report rep;
};

/* Was the log rotated since? */
static bool
is_another_list(const struct audit *a)
{
	char **paths = NULL;
	size_t n, i;
	bool other;

	if (audit_files_list(a->folder, &paths, &n, NULL) != SEK_OK)
		n = 0;
	other = n != a->n_paths;
	for (i = 0; !other && paths != NULL && i < n; i++)
		other = strcmp(paths[i], a->paths[i]) != 0;
	audit_files_free(paths, n);
	return other;
}

/* -- while it is checked */

static void
progress(void *arg, uint64_t done, uint64_t all)
{
	struct audit *a = arg;
	uint64_t now;
	char part[24];
	const char *const args[4] = { part };

	if (!a->terminal || (now = sek_now_ms()) - a->shown_ms < PROGRESS_MS)
		return;
	a->shown_ms = now;
	a->shown = true;
	(void)snprintf(part, sizeof part, "%llu", (unsigned long long)
	    (all == 0 || done > all ? 100 : done * 100 / all));
	(void)fputs("\r\033[K", stderr);
	desk_put(a->d, stderr, W_AUDIT_PROGRESS, args);
	(void)fflush(stderr);
}

static bool
is_event(const struct sek_line *is, const char *event)
{
	return is->event_len == strlen(event) &&
	    memcmp(is->event, event, is->event_len) == 0;
}

static void
keep_key(struct audit *a, const struct sek_line *is, const char *line,
    size_t n)
{
	json_t *rec = sek_line_load(line, n);
	const char *text = json_string_value(json_object_get(
	    json_object_get(rec, "key"), "public"));

	if (text != NULL && strlen(text) < SEK_VKEY_MAX &&
	    a->n_new < SEK_NOTE_KEYS) {
		a->new_key[a->n_new].seq = is->seq;
		(void)snprintf(a->new_key[a->n_new++].text, SEK_VKEY_MAX,
		    "%s", text);
	}
	json_decref(rec);
}

/* A record of the log's own. */
static void
own(void *arg, const struct sek_line *is, const char *line, size_t n)
{
	struct audit *a = arg;

	if (is_event(is, "log_key"))
		keep_key(a, is, line, n);
	else if (a->n_told < TOLD_MAX && is_event(is, "log_damaged"))
		a->told[a->n_told++] = (struct told){ is->seq,
			W_AUDIT_DAMAGED };
	else if (a->n_told < TOLD_MAX / 2 && is_event(is, "log_gap"))
		a->told[a->n_told++] = (struct told){ is->seq, W_AUDIT_GAP };
}

/* -- keys that the log tells of */

static void
say_key(const struct audit *a, const struct new_key *k)
{
	char seq[24];

	(void)snprintf(seq, sizeof seq, "%llu", (unsigned long long)k->seq);
	DESK_SAY(a->d, W_AUDIT_NEW_KEY, { k->text, seq });
}

/* Is this key one more to trust: a checkpoint that a trusted key has signed
 * covers its record, and the new key has signed that one, too? */
static bool
is_proved(const struct audit *a, const struct new_key *k,
    const struct sek_vkey *key)
{
	const struct trust *t = &a->trust;
	struct sek_checkpoint any;
	size_t i;

	for (i = 0; i < t->n_notes; i++)
		if (t->is[i].verified > 0 && a->rep.fit[i] == SEK_FIT_GOOD &&
		    t->is[i].size >= k->seq &&
		    sek_checkpoint_read(t->note[i].text.p,
		    t->note[i].text.len, key, 1, &any, NULL) == SEK_OK)
			return true;
	return false;
}

/* One more key is trusted. */
static bool
one_more_key(struct audit *a)
{
	struct trust *t = &a->trust;
	struct sek_vkey key;
	size_t i, k;

	for (i = 0; i < a->n_new && t->n_keys < SEK_NOTE_KEYS; i++) {
		if (sek_vkey_parse(a->new_key[i].text,
		    strlen(a->new_key[i].text), &key, NULL) != SEK_OK)
			continue;
		for (k = 0; k < t->n_keys; k++)
			if (memcmp(t->key[k].id, key.id, sizeof key.id) == 0)
				break;
		if (k == t->n_keys && is_proved(a, &a->new_key[i], &key)) {
			t->key[t->n_keys++] = key;
			trust_judge(t);
			say_key(a, &a->new_key[i]);
			return true;
		}
		sek_vkey_free(&key);
	}
	return false;
}

/* -- what is said */

static void
say_number(const struct audit *a, FILE *f, enum word w, uint64_t x,
    uint64_t y)
{
	char one[24], two[24];

	(void)snprintf(one, sizeof one, "%llu", (unsigned long long)x);
	(void)snprintf(two, sizeof two, "%llu", (unsigned long long)y);
	desk_say(a->d, f, DESK_ARGS(w, { one, two }));
}

static void
say_good(const struct audit *a)
{
	const struct sek_audit_report *rep = &a->rep;
	struct desk_date from, to;
	struct desk_hex hex;
	char n[24], first[24], last[24];

	(void)snprintf(n, sizeof n, "%llu", (unsigned long long)rep->records);
	(void)snprintf(first, sizeof first, "%llu",
	    (unsigned long long)rep->first);
	(void)snprintf(last, sizeof last, "%llu",
	    (unsigned long long)rep->last);
	DESK_SAY(a->d, W_AUDIT_GOOD, { n, desk_hex(&hex, rep->head,
	    sizeof rep->head) });
	if (rep->records > 0)
		DESK_SAY(a->d, W_AUDIT_SPAN, { first, last,
		    desk_time(&from, rep->t_first / 1000000),
		    desk_time(&to, rep->t_last / 1000000) });
	DESK_SAY(a->d, W_AUDIT_ROOT, { desk_hex(&hex, rep->root,
	    sizeof rep->root) });
}

static void
say_covered(const struct audit *a)
{
	const struct sek_audit_report *rep = &a->rep;
	const struct trust *t = &a->trust;
	struct trust_name name;
	char size[24];
	size_t i;

	(void)snprintf(size, sizeof size, "%llu",
	    (unsigned long long)rep->covered);
	for (i = 0; rep->covered > 0 && i < t->n_notes; i++)
		if (t->is[i].verified > 0 && t->is[i].size == rep->covered &&
		    rep->fit[i] == SEK_FIT_GOOD) {
			DESK_SAY(a->d, W_AUDIT_COVERED, { size,
			    trust_by(t, i, &name), t->note[i].path });
			break;
		}
	if (rep->covered == 0 && rep->records > 0)
		DESK_SAY(a->d, W_AUDIT_NO_COVER, { NULL });
	else if (rep->covered < rep->last)
		say_number(a, stdout, W_AUDIT_UNCOVERED, rep->covered + 1,
		    rep->last);
	if (rep->first > 1 && rep->covered == 0)
		say_number(a, stdout, W_AUDIT_UNVOUCHED, rep->first, 0);
}

/* Checkpoints of keys that nobody knows: one that was asked for is more than
 * a remark. */
static int
say_unused(const struct audit *a)
{
	const struct trust *t = &a->trust;
	struct sek_why why;
	int r = DESK_OK;
	size_t i;

	for (i = 0; i < t->n_notes; i++) {
		if (t->is[i].verified > 0)
			continue;
		why.text[0] = '\0';
		(void)trust_why(t, i, &why);
		DESK_ERR(a->d, W_AUDIT_UNUSED, { t->note[i].path, why.text });
		if (t->note[i].must && t->n_keys > 0)
			r = DESK_REFUSED;
	}
	return r;
}

static int
say_bad(const struct audit *a, const struct sek_why *why, int r)
{
	const struct sek_audit_report *rep = &a->rep;
	char line[24], good[24];

	if (rep->bad_line != 0) {
		(void)snprintf(line, sizeof line, "%llu",
		    (unsigned long long)rep->bad_line);
		(void)snprintf(good, sizeof good, "%llu",
		    (unsigned long long)rep->records);
		DESK_ERR(a->d, W_AUDIT_BAD, { line, why->text, good });
		return DESK_REFUSED;
	}
	if (rep->bad_checkpoint == 0)
		return desk_refuse(a->d, why, r);
	DESK_ERR(a->d, W_AUDIT_CONTRADICTS, {
	    a->trust.note[rep->bad_checkpoint - 1].path, why->text });
	return DESK_REFUSED;
}

/* -- the command */

static int
check(struct audit *a, struct sek_why *why)
{
	const struct sek_verify v = {
		.paths = (const char *const *)a->paths,
		.n_paths = a->n_paths, .checkpoints = a->trust.is,
		.n_checkpoints = a->trust.n_notes, .progress = progress,
		.own = own, .arg = a };
	int r;

	a->n_new = a->n_told = 0;
	r = sek_audit_verify(&v, &a->rep, why);
	if (a->shown)
		(void)fputs("\r\033[K", stderr);
	if (r != SEK_OK && r != SEK_E_DENIED)
		return r;
	while (one_more_key(a))
		r = sek_audit_judge(&v, &a->rep, why);
	return r;
}

/* Once more while the log is rotated under our eyes. */
static int
check_all(struct audit *a, struct sek_why *why)
{
	unsigned again;
	int r = check(a, why);

	for (again = 0; again < AGAIN && r != SEK_OK && a->folder != NULL &&
	    is_another_list(a); again++) {
		audit_files_free(a->paths, a->n_paths);
		a->paths = NULL;
		r = audit_files_list(a->folder, &a->paths, &a->n_paths, why);
		if (r == SEK_OK)
			r = check(a, why);
	}
	return r;
}

/* Keys, then checkpoints, then the list of files: what a checkpoint is of is
 * in the files by then. */
static int
look(struct audit *a, const char *keys, const struct desk_list *given,
    struct sek_why *why)
{
	size_t i;
	int r = SEK_OK;

	if (keys != NULL || a->folder != NULL)
		r = trust_keys(&a->trust, keys, a->folder, why);
	if (keys == NULL && r == SEK_E_NOENT)
		r = SEK_OK; /* told later: no signature covers anything */
	for (i = 0; r == SEK_OK && i < given->n; i++)
		r = trust_add(&a->trust, given->at[i], true, why);
	if (r != SEK_OK || a->folder == NULL)
		return r;
	r = trust_folder(&a->trust, a->folder, why);
	return r == SEK_OK ? audit_files_list(a->folder, &a->paths,
	    &a->n_paths, why) : r;
}

/* Who goes by the status has asked for signatures by naming keys: it is no
 * success when none of them covers anything, as after somebody took the
 * checkpoints away, nor when the record tells itself that some are lost. */
static bool
is_vouched_for(const struct audit *a)
{
	size_t i;

	for (i = 0; i < a->n_told; i++)
		if (a->told[i].w == W_AUDIT_DAMAGED)
			return false;
	return a->trust.n_keys == 0 || a->rep.records == 0 ||
	    a->rep.covered >= a->rep.first;
}

static int
verify(struct audit *a, const char *keys, const struct desk_list *given)
{
	struct sek_why why = { "" };
	size_t i;
	int r;

	if ((r = look(a, keys, given, &why)) != SEK_OK)
		return desk_refuse(a->d, &why, r);
	if (a->n_paths == 0) {
		DESK_ERR(a->d, W_AUDIT_NONE, { NULL });
		return DESK_REFUSED;
	}
	if ((r = check_all(a, &why)) != SEK_OK)
		return say_bad(a, &why, r);
	say_good(a);
	say_covered(a);
	if (keys == NULL && a->rep.covered > 0)
		DESK_SAY(a->d, W_AUDIT_OWN_KEYS, { NULL });
	for (i = 0; i < a->n_told; i++)
		say_number(a, stdout, a->told[i].w, a->told[i].seq, 0);
	r = say_unused(a);
	return is_vouched_for(a) ? r : DESK_REFUSED;
}

/* Words: none, one folder, or files. */
static int
what(struct audit *a, char **words)
{
	struct stat st;
	size_t n;
	int r;

	for (n = 0; words[n] != NULL; n++) {
		if (stat(words[n], &st) != 0 || !S_ISDIR(st.st_mode))
			continue;
		a->folder = words[n];
		if (n > 0 || words[1] != NULL) {
			DESK_ERR(a->d, W_AUDIT_ONE_FOLDER, { NULL });
			return DESK_USAGE;
		}
		return DESK_GO;
	}
	a->paths = words;
	a->n_paths = n;
	audit_files_order(words, n);
	if (n > 0)
		return DESK_GO;
	r = trust_where(a->d, NULL, &a->folder);
	a->paths = NULL;
	return r;
}

int
desk_audit_verify(struct desk *d, int argc, char **argv)
{
	struct desk_list given = { .n = 0 };
	const char *keys = NULL;
	const struct desk_opt opts[] = {
		{ .name = "key", .value = &keys },
		{ .name = "checkpoint", .list = &given },
	};
	struct audit *a;
	char **words;
	int r;

	r = desk_options(d, argc, argv, opts, 2, 0, INT_MAX, &words);
	if (r != DESK_GO)
		return r;
	if ((a = calloc(1, sizeof *a)) == NULL)
		return desk_lost(d);
	a->d = d;
	a->terminal = isatty(STDERR_FILENO) == 1;
	if ((r = what(a, words)) == DESK_GO) {
		if (a->folder == NULL && given.n > 0 && keys == NULL) {
			DESK_ERR(d, W_AUDIT_NO_KEY, { NULL });
			r = DESK_USAGE;
		} else {
			r = verify(a, keys, &given);
		}
	}
	if (a->folder != NULL)
		audit_files_free(a->paths, a->n_paths);
	trust_free(&a->trust);
	free(a);
	return r;
}
