/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho doctor`: what sshd's configuration lets past us, or keeps out.
 *
 * Part of the administrator's program.  Asks sshd itself (sshd -T), with an
 * empty environment and a deadline; never starts a service.
 */
#include "helpdesk/doctor.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sekisho/os.h"

#define SSHD "/usr/sbin/sshd"
#define SSHD_CONF "/etc/ssh/sshd_config"
#define SSHD_MORE "/etc/ssh/sshd_config.d/*.conf"
#define ASK_MS 10000u
#define ANSWER_MAX 65536u

struct answer {
	char text[ANSWER_MAX];
	size_t n;
};

static int
read_answer(int fd, struct answer *a, const struct sek_deadline *dl)
{
	ssize_t n;
	int r;

	while (a->n < sizeof a->text - 1) {
		if ((r = sek_wait_readable(fd, dl)) != SEK_OK)
			return r;
		n = read(fd, a->text + a->n, sizeof a->text - 1 - a->n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 ? SEK_OK : SEK_E_IO;
		a->n += (size_t)n;
	}
	return SEK_E_LIMIT;
}

/* All of `sshd -T`: "keyword value", one a line. */
static int
ask(struct answer *a)
{
	static const char *const argv[] = { SSHD, "-T", NULL };
	const struct sek_spawn s = { .path = SSHD, .argv = argv,
	    .chan_fd = 1 };
	const struct sek_deadline dl = sek_deadline_in(ASK_MS);
	struct sek_child c = SEK_CHILD_NONE;
	struct sek_exit ex = { 0 };
	int r;

	if ((r = sek_child_start(&c, &s)) != SEK_OK)
		return r;
	r = read_answer(c.chan, a, &dl);
	if (r != SEK_OK)
		sek_child_kill(&c, NULL);
	else if ((r = sek_child_finish(&c, &dl, &ex)) == SEK_OK &&
	    (ex.signalled || ex.code != 0))
		r = SEK_E_IO;
	a->text[a->n] = '\0';
	return r;
}

/* The value of a keyword in `out`; "" when it is not there. */
static const char *
value(const struct answer *a, const char *key, char *out, size_t cap)
{
	const char *line = a->text;
	size_t n = strlen(key), len;

	out[0] = '\0';
	for (; *line != '\0'; line += len + (line[len] == '\n')) {
		len = strcspn(line, "\n");
		if (len <= n || strncmp(line, key, n) != 0 || line[n] != ' ')
			continue;
		(void)snprintf(out, cap, "%.*s", (int)(len - n - 1),
		    line + n + 1);
		break;
	}
	return out;
}

static const struct {
	const char *key, *good, *write;
	bool bad;  /* else a warning */
	bool any;  /* only where each method is enough */
} rules[] = {
	{ "usepam", "yes", "UsePAM yes", true, false },
	{ "kbdinteractiveauthentication", "yes",
	    "KbdInteractiveAuthentication yes", true, false },
	{ "permitemptypasswords", "no", "PermitEmptyPasswords no", true,
	    false },
	{ "permitrootlogin", "no", "PermitRootLogin no", false, false },
	{ "passwordauthentication", "no", "PasswordAuthentication no", false,
	    true },
	{ "hostbasedauthentication", "no", "HostbasedAuthentication no", true,
	    true },
	{ "gssapiauthentication", "no", "GSSAPIAuthentication no", true,
	    true },
};

static void
set(struct doctor *x, bool bad, const char *key, const char *is,
    const char *to_write)
{
	char both[460];

	(void)snprintf(both, sizeof both, "%s %s", key, is);
	DR_SAY(x, bad ? DR_BAD : DR_WARN, "sshd", W_DR_SSHD_SET, { "sshd", both,
	    to_write });
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
check_grace(struct doctor *x, const struct answer *a)
{
	const struct sek_policy *p = x->d->policy;
	char is[64], login[16];
	unsigned long grace;

	if (p == NULL)
		return;
	grace = strtoul(value(a, "logingracetime", is, sizeof is), NULL, 10);
	(void)snprintf(login, sizeof login, "%u", p->login_s);
	if (grace != 0 && grace < p->login_s) /* 0: no limit */
		DR_SAY(x, DR_WARN, "sshd-grace", W_DR_SSHD_GRACE, { "sshd", is,
		    login });
}

static void
check_methods(struct doctor *x, const struct answer *a)
{
	bool some, key = wants_key(x, &some), any, held;
	char is[400];
	size_t i;

	(void)value(a, "authenticationmethods", is, sizeof is);
	any = is[0] == '\0' || strcmp(is, "any") == 0;
	/* the account line refuses who comes by a key alone */
	held = doctor_pam_has("sshd", true);
	if (!methods_ok(is, key))
		set(x, !held || !any, "AuthenticationMethods", is, key ?
		    "AuthenticationMethods publickey,keyboard-interactive:pam" :
		    "AuthenticationMethods keyboard-interactive:pam");
	for (i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		(void)value(a, rules[i].key, is, sizeof is);
		if (is[0] != '\0' && strcmp(is, rules[i].good) != 0 &&
		    (any || !rules[i].any))
			set(x, rules[i].bad, rules[i].key, is, rules[i].write);
	}
	(void)value(a, "pubkeyauthoptions", is, sizeof is);
	if (some && strcmp(is, "none") == 0)
		set(x, false, "PubkeyAuthOptions", is,
		    "PubkeyAuthOptions touch-required");
}

static bool
has_match(const char *path)
{
	struct sek_buf text = { 0 };
	struct sek_why why = { "" };
	char *line, *save = NULL;
	bool has = false;

	if (sek_read_safe_file(path, ANSWER_MAX, &text, &why) != SEK_OK)
		return false;
	sek_put_u8(&text, 0);
	if (sek_buf_ok(&text) == SEK_OK)
		for (line = strtok_r((char *)text.p, "\n", &save);
		    line != NULL && !has; line = strtok_r(NULL, "\n", &save)) {
			line += strspn(line, " \t");
			has = strncasecmp(line, "match", 5) == 0 &&
			    strchr(" \t", line[5]) != NULL;
		}
	sek_buf_free(&text);
	return has;
}

/* What sshd -T leaves out, in the file and in those that Debian's includes. */
static void
check_match(struct doctor *x)
{
	const char *found = has_match(SSHD_CONF) ? SSHD_CONF : NULL;
	glob_t g = { .gl_pathc = 0 };
	size_t i;

	if (found == NULL && glob(SSHD_MORE, 0, NULL, &g) == 0)
		for (i = 0; i < g.gl_pathc && found == NULL; i++)
			if (has_match(g.gl_pathv[i]))
				found = g.gl_pathv[i];
	if (found != NULL)
		DR_SAY(x, DR_WARN, "sshd-match", W_DR_SSHD_MATCH, { "sshd",
		    found });
	globfree(&g);
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
	unsigned before = x->count[DR_WARN] + x->count[DR_BAD];
	struct answer *a;
	int r;

	if (!wanted(x))
		return;
	if ((a = calloc(1, sizeof *a)) == NULL) {
		x->lost = true;
		return;
	}
	if ((r = ask(a)) != SEK_OK) {
		DR_SAY(x, DR_BAD, "sshd-failed", W_DR_SSHD_FAILED, { "sshd",
		    sek_strerror(r) });
	} else {
		check_methods(x, a);
		check_grace(x, a);
		check_match(x);
		if (x->count[DR_WARN] + x->count[DR_BAD] == before)
			DR_SAY(x, DR_GOOD, "sshd", W_DR_SSHD, { "sshd" });
	}
	free(a);
}
