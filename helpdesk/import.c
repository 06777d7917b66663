/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho import pam-u2f`: the FIDO2 keys that a site has enrolled with
 * pam_u2f already.
 *
 * Part of the administrator's program.  First everything is read and told,
 * then it asks, then it takes line after line.  Must never take what pam_u2f
 * would not have gone by.
 */
#include "helpdesk/import.h"

#include <stdlib.h>
#include <string.h>

#include "helpdesk/answer.h"

static bool
is_ours(const struct sek_policy *p, const char *rp)
{
	size_t i;

	if (strcmp(p->rp_id, rp) == 0)
		return true;
	for (i = 0; i < p->n_former_rps; i++)
		if (strcmp(p->former_rps[i], rp) == 0)
			return true;
	return false;
}

/* A credential serves under its RP ID only: the configuration must know it
 * first, or nobody could log in with it. */
static int
check_rp(const struct import *im, const char *rp)
{
	const struct sek_policy *p = im->d->policy;
	char line[SEK_RP_MAX * (SEK_MAX_FORMER_RPS + 1) + 64];
	size_t i, n = 0;

	if (is_ours(p, rp))
		return DESK_GO;
	for (i = 0; i < p->n_former_rps && n < sizeof line; i++)
		n += (size_t)snprintf(line + n, sizeof line - n, "%s ",
		    p->former_rps[i]);
	(void)snprintf(line + n, sizeof line - n, "%s", rp);
	DESK_ERR(im->d, p->rp_id[0] != '\0' ? W_IMPORT_RP : W_IMPORT_NO_RP,
	    { rp, im->d->conf, line });
	return DESK_REFUSED;
}

static int
check_rps(const struct import *im)
{
	int r = DESK_GO;

	if (im->ssh && im->origin != NULL &&
	    strcmp(im->origin, im->ssh_rp) != 0) {
		DESK_ERR(im->d, W_IMPORT_OTHER_RP, { im->ssh_rp, im->origin });
		return DESK_REFUSED;
	}
	if (im->ssh)
		return check_rp(im, im->ssh_rp);
	if (im->any_fido)
		r = check_rp(im, im->origin);
	return r == DESK_GO && im->any_u2f ? check_rp(im, im->appid) : r;
}

/* As pam_u2f makes them, when they were not given to it. */
static int
default_rps(struct import *im)
{
	(void)snprintf(im->host_rp, sizeof im->host_rp, "pam://%s",
	    im->d->policy->host);
	if (im->ssh)
		return DESK_GO;
	if (im->origin == NULL)
		im->origin = im->host_rp;
	if (im->appid == NULL)
		im->appid = im->origin;
	if (strlen(im->origin) < SEK_RP_MAX && strlen(im->appid) < SEK_RP_MAX)
		return DESK_GO;
	return desk_refuse(im->d, &(const struct sek_why){ "an RP ID is at "
	    "most 253 bytes long" }, SEK_E_LIMIT);
}

static bool
is_whole(const struct import *im, const struct import_plan *plan)
{
	return plan->fault == N_WORDS && plan->take > 0 &&
	    (plan->refused == 0 || im->partial);
}

/* Count what will not be taken of it. */
static void
count(struct import *im, const struct import_plan *plan)
{
	im->there += plan->n + plan->too_many - plan->take - plan->refused;
	im->refused += plan->fault != N_WORDS ? 1 : is_whole(im, plan) ||
	    plan->take == 0 ? plan->refused : plan->refused + plan->take;
}

/* Does pam_u2f go by this line?  One that it does not is told of once. */
static bool
counts(struct import *im, size_t no, bool tell)
{
	const struct import_line *l;
	char number[24];

	if (im->ssh)
		return true;
	l = &im->lines[no - 1];
	if (l->user_len == 0 || l->last == 0)
		return l->user_len > 0;
	if (tell) {
		(void)snprintf(number, sizeof number, "%zu", l->last);
		import_say(im, no, NULL, DESK_ARGS(W_IMPORT_LATER,
		    { number }));
		im->superseded++;
	}
	return false;
}

/* Tell what would be done with each line. */
static int
tell_all(struct import *im, struct import_plan *plan, size_t *would)
{
	size_t no, n = im->ssh ? 1 : im->n_lines;
	int r = DESK_GO;

	for (no = 1; no <= n && r == DESK_GO; no++) {
		if (!counts(im, no, true) ||
		    (r = import_judge(im, no, plan)) != DESK_GO)
			continue;
		import_tell(im, plan);
		count(im, plan);
		*would += is_whole(im, plan) ? plan->take : 0;
	}
	return r;
}

/* Do it, by the store as it is now. */
static int
take_all(struct import *im, struct import_plan *plan)
{
	size_t no, n = im->ssh ? 1 : im->n_lines;
	int r = DESK_GO;

	for (no = 1; no <= n && r == DESK_GO; no++) {
		if (!counts(im, no, false) ||
		    (r = import_judge(im, no, plan)) != DESK_GO ||
		    !is_whole(im, plan))
			continue;
		if (import_take(im, plan) == DESK_OK)
			im->taken += plan->take;
		else
			im->refused += plan->take;
	}
	return r;
}

static void
sum_up(const struct import *im, size_t taken)
{
	char n[4][24];

	(void)snprintf(n[0], sizeof n[0], "%zu", taken);
	(void)snprintf(n[1], sizeof n[1], "%zu", im->there);
	(void)snprintf(n[2], sizeof n[2], "%zu", im->refused);
	(void)snprintf(n[3], sizeof n[3], "%zu", im->superseded);
	DESK_SAY(im->d, im->dry_run ? W_IMPORT_SUM_DRY : W_IMPORT_SUM,
	    { n[0], n[1], n[2], n[3] });
}

static int
run(struct import *im, struct import_plan *plan)
{
	size_t would = 0;
	char number[24];
	int r;

	if ((r = default_rps(im)) != DESK_GO ||
	    (r = import_read(im)) != DESK_GO ||
	    (r = import_mark_all(im)) != DESK_GO ||
	    (r = check_rps(im)) != DESK_GO ||
	    (r = tell_all(im, plan, &would)) != DESK_GO)
		return r;
	(void)fflush(stdout);
	(void)snprintf(number, sizeof number, "%zu", would);
	if (!im->dry_run && would > 0) {
		if (!im->yes && !desk_yes(im->d, DESK_ARGS(W_ASK_IMPORT,
		    { number }))) {
			DESK_ERR(im->d, W_IMPORT_NO, { NULL });
			return DESK_REFUSED;
		}
		r = take_all(im, plan);
	}
	sum_up(im, im->dry_run ? would : im->taken);
	if (r != DESK_GO)
		return r;
	return im->refused > 0 ? DESK_REFUSED : DESK_OK;
}

/* Before anything is taken: not once a line. */
static int
check_roles(const struct import *im)
{
	struct sek_why why = { "" };
	size_t i, k;
	int r;

	for (i = 0; i < im->roles.n; i++) {
		r = sek_store_role_ok(im->roles.at[i], &why);
		for (k = 0; r == SEK_OK && k < i; k++)
			if (strcmp(im->roles.at[k], im->roles.at[i]) == 0) {
				sek_why_set(&why, "--role %s stands there "
				    "twice", im->roles.at[i]);
				r = SEK_E_EXISTS;
			}
		if (r != SEK_OK)
			return desk_refuse(im->d, &why, r);
	}
	return DESK_GO;
}

static int
import(struct desk *d, int argc, char **argv)
{
	struct import im = { .d = d };
	const struct desk_opt opts[] = {
		{ .name = "origin", .value = &im.origin },
		{ .name = "appid", .value = &im.appid },
		{ .name = "user", .value = &im.user },
		{ .name = "sshformat", .flag = &im.ssh },
		{ .name = "add-persons", .flag = &im.add_persons },
		{ .name = "role", .list = &im.roles },
		{ .name = "partial", .flag = &im.partial },
		{ .name = "dry-run", .flag = &im.dry_run },
		{ .name = "yes", .flag = &im.yes },
	};
	struct import_plan *plan;
	char **words;
	int r;

	r = desk_options(d, argc, argv, opts, sizeof opts / sizeof opts[0],
	    1, 1, &words);
	if (r != DESK_GO)
		return r;
	im.file = words[0];
	if (im.ssh != (im.user != NULL) || (im.ssh && im.appid != NULL)) {
		DESK_ERR(d, W_IMPORT_SSH, { NULL });
		return DESK_USAGE;
	}
	if (im.roles.n > 0 && !im.add_persons) {
		DESK_ERR(d, W_IMPORT_ROLE, { NULL });
		return DESK_USAGE;
	}
	if ((r = desk_store(d, !im.dry_run)) != DESK_GO ||
	    (r = check_roles(&im)) != DESK_GO)
		return r;
	if ((plan = calloc(1, sizeof(*plan))) == NULL)
		return desk_lost(d);
	r = run(&im, plan);
	import_clear(&im);
	free(plan);
	return r;
}

const struct desk_command desk_import_commands[] = {
	{ "import pam-u2f", "FILE [--origin RPID] [--appid RPID] "
	    "[--sshformat --user NAME] [--add-persons [--role ROLE]...] "
	    "[--partial] "
	    "[--dry-run] [--yes]",
	    { "take over FIDO2 keys that are enrolled with pam_u2f: tells of "
	    "each line what is taken and what is not, asks, and takes it",
	    "pam_u2fに登録済みのFIDO2キーを引き継ぎます(行ごとに結果を示し、"
	    "確認してから登録します)" }, import },
	{ .name = NULL }
};
