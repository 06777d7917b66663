/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho doctor`: what sshd's configuration lets past us, or keeps out, for
 * everybody and in each Match block.
 *
 * Part of the administrator's program.  Judges what sshd itself answers;
 * never starts a service.
 */
#include "helpdesk/doctor.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "helpdesk/sshd.h"

#define SSHD_CONF "/etc/ssh/sshd_config"
#define EVERYBODY_MS 10000u
#define BLOCKS_MS 30000u /* for all of them */
#define EXAMPLES_MAX 8u  /* connections that a block is tried with */

static const struct {
	const char *key, *good, *write;
	enum sshd_key is;
	bool bad;  /* else a warning */
	bool any;  /* only where each method is enough */
} rules[] = {
	{ "usepam", "yes", "UsePAM yes", SSHD_N_KEYS, true, false },
	{ "kbdinteractiveauthentication", "yes",
	    "KbdInteractiveAuthentication yes", SSHD_KBDINT, true, false },
	{ "permitemptypasswords", "no", "PermitEmptyPasswords no", SSHD_EMPTY,
	    true, false },
	{ "permitrootlogin", "no", "PermitRootLogin no", SSHD_ROOT, false,
	    false },
	{ "passwordauthentication", "no", "PasswordAuthentication no",
	    SSHD_PASSWORD, false, true },
	{ "hostbasedauthentication", "no", "HostbasedAuthentication no",
	    SSHD_HOSTBASED, true, true },
	{ "gssapiauthentication", "no", "GSSAPIAuthentication no",
	    SSHD_GSSAPI, true, true },
};

/* What is judged: an answer of sshd's, for everybody or, with `b`, for a
 * connection that this block decides. */
struct judged {
	struct doctor *x;
	const struct sshd_answer *a;
	const struct sshd_blocks *all;
	const struct sshd_block *b;
};

static void
where_is(const struct sshd_block *b, char *out, size_t cap)
{
	(void)snprintf(out, cap, "%s:%u (Match %s)", b->file, b->line,
	    b->match);
}

static void
set(const struct judged *j, bool bad, const char *key, const char *is,
    const char *to_write)
{
	char both[460], where[PATH_MAX + SSHD_MATCH_MAX + 32];
	const enum dr_level level = bad ? DR_BAD : DR_WARN;

	(void)snprintf(both, sizeof both, "%s %s", key, is);
	if (j->b == NULL) {
		DR_SAY(j->x, level, "sshd", W_DR_SSHD_SET, { "sshd", both,
		    to_write });
		return;
	}
	where_is(j->b, where, sizeof where);
	DR_SAY(j->x, level, "sshd-block", W_DR_SSHD_BLOCK, { "sshd", both,
	    to_write, where });
}

/* Is it this block that says so?  What holds for everybody is told once, and
 * of a `Match all` where that is: it goes before what stands before it. */
static bool
says(const struct judged *j, enum sshd_key key)
{
	size_t i;

	if (j->b != NULL)
		return key != SSHD_N_KEYS && j->b->said[key].there;
	for (i = 0; key != SSHD_N_KEYS && i < j->all->n; i++)
		if (j->all->at[i].said[key].there &&
		    strcasecmp(j->all->at[i].match, "all") == 0)
			return false;
	return true;
}

/* Is each list of methods one that ends in a question of PAM's, with a key
 * before it where the service's only pairs begin with one? */
static bool
methods_ok(const char *is, bool key)
{
	const char *list = is;
	char one[300];
	size_t n;

	for (; *list != '\0'; list += n + strspn(list + n, " ")) {
		n = strcspn(list, " ");
		(void)snprintf(one, sizeof one, "%.*s", (int)n, list);
		if (strstr(one, "keyboard-interactive") == NULL ||
		    strstr(one, "password") != NULL ||
		    (key && strstr(one, "publickey") == NULL))
			return false;
	}
	return is[0] != '\0';
}

/* Of ssh-key pairs and no other? */
static bool
wants_key(const struct doctor *x, bool *any)
{
	const struct sek_policy *p = x->d->policy;
	const struct sek_service *s = p != NULL ?
	    sek_policy_service(p, "sshd") : NULL;
	bool all = s != NULL;
	size_t i;

	*any = false;
	for (i = 0; s != NULL && i < s->n_pairs; i++) {
		bool is = sek_pair_have(s->pairs[i]) == SEK_HAVE_SSH_KEY;

		all = all && is;
		*any |= is;
	}
	return all;
}

static void
check_grace(const struct judged *j)
{
	const struct sek_policy *p = j->x->d->policy;
	char is[64], login[16];
	unsigned long grace;

	if (p == NULL)
		return;
	grace = strtoul(sshd_value(j->a, "logingracetime", is, sizeof is),
	    NULL, 10);
	(void)snprintf(login, sizeof login, "%u", p->login_s);
	if (grace != 0 && grace < p->login_s) /* 0: no limit */
		DR_SAY(j->x, DR_WARN, "sshd-grace", W_DR_SSHD_GRACE, { "sshd",
		    is, login });
}

static void
check_rules(const struct judged *j, bool any)
{
	char is[SSHD_VALUE_MAX];
	size_t i;

	for (i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		(void)sshd_value(j->a, rules[i].key, is, sizeof is);
		if (is[0] == '\0' || strcmp(is, rules[i].good) == 0 ||
		    (rules[i].any && !any))
			continue;
		/* what a block makes enough by itself is of its making */
		if (says(j, rules[i].is) ||
		    (rules[i].any && says(j, SSHD_METHODS)))
			set(j, rules[i].bad, rules[i].key, is, rules[i].write);
	}
}

static void
check_methods(const struct judged *j)
{
	bool some, key = wants_key(j->x, &some), any, held;
	char is[SSHD_VALUE_MAX];

	(void)sshd_value(j->a, "authenticationmethods", is, sizeof is);
	any = is[0] == '\0' || strcmp(is, "any") == 0;
	/* the account line refuses who comes by a key alone */
	held = doctor_pam_has("sshd", true);
	if (!methods_ok(is, key) && says(j, SSHD_METHODS))
		set(j, !held || !any, "AuthenticationMethods", is, key ?
		    "AuthenticationMethods publickey,keyboard-interactive:pam" :
		    "AuthenticationMethods keyboard-interactive:pam");
	check_rules(j, any);
	(void)sshd_value(j->a, "pubkeyauthoptions", is, sizeof is);
	if (some && strcmp(is, "none") == 0 && says(j, SSHD_OPTIONS))
		set(j, false, "PubkeyAuthOptions", is,
		    "PubkeyAuthOptions touch-required");
}

/* -- Match blocks */

/* Something that counts? */
static bool
any_said(const struct sshd_block *b)
{
	size_t k;

	for (k = 0; k < SSHD_N_KEYS; k++)
		if (b->said[k].there)
			return true;
	return false;
}

/* Does all that the block says hold in this answer?  Else it is not for that
 * connection, or an earlier one is first. */
static bool
decides(const struct sshd_block *b, const struct sshd_answer *a)
{
	char is[SSHD_VALUE_MAX];
	const char *said;
	size_t k;

	for (k = 0; k < SSHD_N_KEYS; k++) {
		if (!b->said[k].there)
			continue;
		said = b->said[k].value;
		(void)sshd_value(a, sshd_key_word((enum sshd_key)k), is,
		    sizeof is);
		if (k == SSHD_OPTIONS ? (strcmp(is, "none") == 0) !=
		    (strcmp(said, "none") == 0) : strcmp(is, said) != 0)
			return false;
	}
	return true;
}

static void
not_judged(struct doctor *x, const char *where, const char *why)
{
	DR_SAY(x, DR_WARN, "sshd-match", W_DR_SSHD_MATCH, { "sshd", where,
	    why });
}

static void
check_block(struct doctor *x, const struct sshd_block *b,
    const struct sshd_blocks *all, struct sshd_answer *a,
    const struct sek_deadline *until)
{
	char where[PATH_MAX + SSHD_MATCH_MAX + 32];
	struct sek_why why = { "" };
	struct sshd_example e;
	size_t k;
	int r;

	for (k = 0; k < EXAMPLES_MAX; k++) {
		if (sshd_example_make(b, k, &e, &why) != SEK_OK)
			break;
		if ((r = sshd_ask(a, e.spec, until)) != SEK_OK) {
			sek_why_set(&why, "sshd -T -C %s: %s", e.spec,
			    sek_strerror(r));
			break;
		}
		if (decides(b, a)) {
			check_methods(&(struct judged){ x, a, all, b });
			return;
		}
		sek_why_set(&why, "for %s something else decides", e.spec);
	}
	where_is(b, where, sizeof where);
	not_judged(x, where, why.text);
}

static void
check_blocks(struct doctor *x, const struct sshd_blocks *all,
    struct sshd_answer *a)
{
	const struct sek_deadline until = sek_deadline_in(BLOCKS_MS);
	size_t i;

	for (i = 0; i < all->n; i++)
		if (any_said(&all->at[i]))
			check_block(x, &all->at[i], all, a, &until);
	if (all->left_out[0] != '\0')
		not_judged(x, all->left_out, all->why.text);
}

/* For everybody; where a block has a LocalPort, sshd wants a connection even
 * for that. */
static int
ask_plain(struct sshd_answer *a, const struct sek_deadline *until)
{
	static const struct sshd_block nobody = { .line = 0 };
	struct sek_why why = { "" };
	struct sshd_example e;
	int r = sshd_ask(a, NULL, until);

	if (r == SEK_OK || r == SEK_E_TIMEOUT ||
	    sshd_example_make(&nobody, 0, &e, &why) != SEK_OK)
		return r;
	return sshd_ask(a, e.spec, until);
}

/* `a` is for everybody. */
static void
judge(struct doctor *x, struct sshd_answer *a)
{
	struct sshd_blocks *all = calloc(1, sizeof *all);
	const struct judged j = { x, a, all, NULL };

	if (all == NULL) {
		x->lost = true;
		return;
	}
	sshd_blocks_read(SSHD_CONF, all);
	check_methods(&j);
	check_grace(&j);
	check_blocks(x, all, a);
	free(all);
}

static bool
wanted(const struct doctor *x)
{
	size_t i;

	for (i = 0; i < x->only.n; i++)
		if (strcmp(x->only.at[i], "sshd") == 0)
			break;
	return (x->only.n == 0 || i < x->only.n) &&
	    (doctor_pam_has("sshd", false) || doctor_pam_has("sshd", true)) &&
	    access(SSHD, X_OK) == 0;
}

void
doctor_sshd(struct doctor *x)
{
	const struct sek_deadline until = sek_deadline_in(EVERYBODY_MS);
	unsigned before = x->count[DR_WARN] + x->count[DR_BAD];
	struct sshd_answer *a;
	int r;

	if (!wanted(x))
		return;
	if ((a = calloc(1, sizeof *a)) == NULL) {
		x->lost = true;
		return;
	}
	if ((r = ask_plain(a, &until)) != SEK_OK) {
		DR_SAY(x, DR_BAD, "sshd-failed", W_DR_SSHD_FAILED, { "sshd",
		    sek_strerror(r) });
	} else {
		judge(x, a);
		if (x->count[DR_WARN] + x->count[DR_BAD] == before)
			DR_SAY(x, DR_GOOD, "sshd", W_DR_SSHD, { "sshd" });
	}
	free(a);
}
