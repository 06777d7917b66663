/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho doctor`: the stacks of /etc/pam.d.  Can somebody get in when our
 * module has refused, or was never asked?
 *
 * Part of the administrator's program.  Reads files; runs no stack.
 */
#include "helpdesk/doctor.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helpdesk/pamd.h"
#include "sekisho/os.h"

#define MAX_SERVICES 256u

/* Programs that people get in by. */
static const struct { const char *name; bool session; } known[] = {
	{ "login", true }, { "remote", true }, { "sshd", true },
	{ "lightdm", true }, { "gdm-password", true }, { "gdm3", true },
	{ "gdm-smartcard", true }, { "gdm-fingerprint", true },
	{ "sddm", true }, { "lxdm", true }, { "xdm", true }, { "wdm", true },
	{ "greetd", true }, { "kdm", true }, { "cockpit", true },
	{ "su", true }, { "su-l", true }, { "sudo", false },
	{ "sudo-i", false }, { "polkit-1", false }, { "xscreensaver", false },
	{ "swaylock", false }, { "xsecurelock", false }, { "i3lock", false },
	{ "kde", false }, { "kscreensaver", false }, { "vlock", false },
	{ "physlock", false }, { "gnome-screensaver", false },
	{ "cinnamon-screensaver", false }, { "mate-screensaver", false },
	{ "xfce4-screensaver", false }, { "light-locker", false },
	{ "samba", false }, { "openvpn", false }, { "vsftpd", false },
	{ "xrdp-sesman", true },
};

#define N_KNOWN (sizeof known / sizeof known[0])

/* What one service says. */
struct stacks {
	const char *name;
	struct pamd_stack auth, account, session;
	int err; /* of any of them */
	struct sek_why why;
};

static void
clear(struct stacks *s)
{
	pamd_clear(&s->auth);
	pamd_clear(&s->account);
	pamd_clear(&s->session);
}

/* A type that the service has no line of is that of `other`. */
static int
load_type(const char *name, enum pamd_type type, struct pamd_stack *out,
    struct sek_why *why)
{
	int r = pamd_load(name, type, out, why);

	if (r != SEK_OK || out->n > 0)
		return r;
	r = pamd_load("other", type, out, why);
	return r == SEK_E_NOENT ? SEK_OK : r;
}

static void
load(struct stacks *s, const char *name)
{
	*s = (struct stacks){ .name = name };
	s->err = load_type(name, PAMD_AUTH, &s->auth, &s->why);
	if (s->err == SEK_OK)
		s->err = load_type(name, PAMD_ACCOUNT, &s->account, &s->why);
	if (s->err == SEK_OK)
		s->err = load_type(name, PAMD_SESSION, &s->session, &s->why);
}

static bool
names_us(const struct stacks *s)
{
	return pamd_names_us(&s->auth) || pamd_names_us(&s->account) ||
	    pamd_names_us(&s->session);
}

bool
doctor_pam_has(const char *service, bool account)
{
	struct sek_why why = { "" };
	struct pamd_stack s;
	bool has;

	if (load_type(service, account ? PAMD_ACCOUNT : PAMD_AUTH, &s,
	    &why) != SEK_OK)
		return false;
	has = pamd_names_us(&s);
	pamd_clear(&s);
	return has;
}

/* "common-auth:17 pam_unix.so" */
static const char *
place(const struct pamd_stack *s, size_t i, char *out, size_t cap)
{
	if (i >= s->n)
		return "?";
	(void)snprintf(out, cap, "%s:%u %s", s->lines[i].file, s->lines[i].at,
	    s->lines[i].module);
	return out;
}

/* A line of ours that names a module that is not there keeps all out. */
static void
check_modules(struct doctor *x, const struct stacks *s)
{
	const struct pamd_stack *const all[] = { &s->auth, &s->account,
	    &s->session };
	const struct pamd_line *l;
	struct sek_why why = { "" };
	size_t t, i;

	for (t = 0; t < 3; t++)
		for (i = 0; i < all[t]->n; i++) {
			l = &all[t]->lines[i];
			if (!l->ours || l->module[0] != '/' ||
			    sek_path_safe(l->module, false, &why) == SEK_OK)
				continue;
			DR_SAY(x, DR_BAD, "pam-module", W_DR_PAM_MODULE,
			    { s->name, l->module });
			return;
		}
}

static bool
asks_for_password(const struct pamd_line *l)
{
	static const char *const modules[] = { "pam_unix.so", "pam_sss.so",
	    "pam_ldap.so", "pam_krb5.so", "pam_winbind.so" };
	const char *slash = strrchr(l->module, '/');
	const char *base = slash == NULL ? l->module : slash + 1;
	size_t i;

	for (i = 0; i < sizeof modules / sizeof modules[0]; i++)
		if (strcmp(base, modules[i]) == 0)
			return strstr(l->args, "use_first_pass") == NULL &&
			    strstr(l->args, "try_first_pass") == NULL;
	return false;
}

/* With both factors: does it open, and is the password asked for twice? */
static void
check_use(struct doctor *x, const struct stacks *s,
    const struct sek_service *rules)
{
	struct pamd_walk w;
	char at[400];
	bool password = false;
	size_t i;

	pamd_walk(&s->auth, s->name, true, &w);
	if (!w.success)
		DR_SAY(x, DR_BAD, "pam-shut", W_DR_PAM_SHUT, { s->name });
	for (i = 0; rules != NULL && i < rules->n_pairs; i++)
		password |= sek_pair_wants_password(rules->pairs[i]);
	for (i = 0; password && w.success && i < s->auth.n; i++) {
		if (w.seen[i] == 0 || !asks_for_password(&s->auth.lines[i]))
			continue;
		DR_SAY(x, DR_WARN, "pam-twice", W_DR_PAM_TWICE, { s->name,
		    place(&s->auth, i, at, sizeof at) });
		return;
	}
}

static bool
opens_sessions(const char *name)
{
	size_t i;

	for (i = 0; i < N_KNOWN; i++)
		if (strcmp(known[i].name, name) == 0)
			return known[i].session;
	return false;
}

/* By name in pam_sekisho(8): they authenticate nobody. */
static bool
asks_nobody(const char *name)
{
	return strcmp(name, "cron") == 0 || strcmp(name, "crond") == 0 ||
	    strcmp(name, "atd") == 0 || strcmp(name, "systemd-user") == 0;
}

/* Does our account line hold whoever comes past the auth lines? */
static void
check_account(struct doctor *x, const struct stacks *s)
{
	struct pamd_walk w;
	char at[400];

	if (asks_nobody(s->name))
		return;
	if (!pamd_names_us(&s->account)) {
		DR_SAY(x, DR_WARN, "pam-no-account", W_DR_PAM_NO_ACCOUNT,
		    { s->name });
		return;
	}
	pamd_walk(&s->account, s->name, false, &w);
	if (w.success)
		DR_SAY(x, DR_WARN, "pam-weak-account", W_DR_PAM_WEAK,
		    { s->name, place(&s->account, w.by, at, sizeof at) });
}

/* The auth lines; false: they can be got past, which is told. */
static bool
check_auth(struct doctor *x, const struct stacks *s)
{
	struct pamd_walk auth, account;
	char at[400];

	if (!pamd_names_us(&s->auth) && !pamd_names_us(&s->account))
		return true;
	if (!pamd_names_us(&s->auth)) {
		DR_SAY(x, DR_BAD, "pam-no-auth", W_DR_PAM_NO_AUTH,
		    { s->name });
		return false;
	}
	pamd_walk(&s->auth, s->name, false, &auth);
	if (!auth.success)
		return true;
	pamd_walk(&s->account, s->name, false, &account);
	(void)place(&s->auth, auth.by, at, sizeof at);
	if (account.success)
		DR_SAY(x, DR_BAD, "pam-hole", W_DR_PAM_HOLE, { s->name, at });
	else
		DR_SAY(x, DR_WARN, "pam-caught", W_DR_PAM_CAUGHT,
		    { s->name, at });
	return false;
}

/* A service with lines of ours. */
static void
check_ours(struct doctor *x, const struct stacks *s)
{
	const struct sek_policy *p = x->d->policy;
	const struct sek_service *rules = p != NULL ?
	    sek_policy_service(p, s->name) : NULL;
	unsigned before = x->count[DR_WARN] + x->count[DR_BAD];

	check_modules(x, s);
	if (p != NULL && rules == NULL && !asks_nobody(s->name))
		DR_SAY(x, DR_BAD, "pam-no-policy", W_DR_PAM_NO_POLICY,
		    { s->name });
	if (check_auth(x, s))
		check_account(x, s);
	if (pamd_names_us(&s->auth))
		check_use(x, s, rules);
	if (!pamd_names_us(&s->session) && opens_sessions(s->name))
		DR_SAY(x, DR_WARN, "pam-no-session", W_DR_PAM_NO_SESSION,
		    { s->name });
	if (x->count[DR_WARN] + x->count[DR_BAD] == before)
		DR_SAY(x, DR_GOOD, "pam", W_DR_PAM_GOOD, { s->name });
}

static bool
is_known(const char *name)
{
	size_t i;

	for (i = 0; i < N_KNOWN; i++)
		if (strcmp(known[i].name, name) == 0)
			return true;
	return false;
}

/* Does sekisho.conf say something of just this service? */
static bool
has_section(const struct doctor *x, const char *name)
{
	const struct sek_policy *p = x->d->policy;
	const struct sek_service *s = p != NULL ?
	    sek_policy_service(p, name) : NULL;

	return s != NULL && strcmp(s->name, "*") != 0;
}

static bool
lets_in(const struct stacks *s)
{
	struct pamd_walk auth, account;

	pamd_walk(&s->auth, s->name, false, &auth);
	pamd_walk(&s->account, s->name, false, &account);
	return auth.success && account.success;
}

/* A service without a line of ours. */
static void
check_other(struct doctor *x, const struct stacks *s, bool asked)
{
	if (strcmp(s->name, "other") == 0) {
		if (lets_in(s))
			DR_SAY(x, DR_WARN, "pam-other", W_DR_PAM_OTHER,
			    { s->name });
		else
			DR_SAY(x, DR_GOOD, "pam-other", W_DR_PAM_DENIES,
			    { s->name });
	} else if (has_section(x, s->name)) {
		DR_SAY(x, DR_BAD, "pam-unused", W_DR_PAM_UNUSED,
		    { s->name });
	} else if ((asked || is_known(s->name)) && lets_in(s)) {
		DR_SAY(x, DR_WARN, "one-factor", W_DR_PAM_ONE, { s->name });
	} else if (asked) {
		DR_SAY(x, DR_GOOD, "pam", W_DR_PAM_DENIES, { s->name });
	}
}

static void
check_service(struct doctor *x, const char *name, bool asked)
{
	struct stacks s;

	load(&s, name);
	if (s.err == SEK_E_NOENT && (asked || has_section(x, name)))
		DR_SAY(x, DR_WARN, "pam-no-file", W_DR_PAM_NO_FILE,
		    { name });
	else if (s.err != SEK_OK && s.err != SEK_E_NOENT)
		DR_SAY(x, DR_BAD, "pam-unreadable", W_DR_PAM_UNREADABLE,
		    { name, s.why.text });
	else if (s.err == SEK_OK && names_us(&s))
		check_ours(x, &s);
	else if (s.err == SEK_OK)
		check_other(x, &s, asked);
	clear(&s);
}

struct names {
	char *at[MAX_SERVICES];
	size_t n;
};

static void
add_name(struct names *all, const char *name)
{
	size_t i;

	/* parts of others are looked at with those that include them */
	if (name[0] == '.' || strncmp(name, "common-", 7) == 0 ||
	    all->n == MAX_SERVICES)
		return;
	for (i = 0; i < all->n; i++)
		if (strcmp(all->at[i], name) == 0)
			return;
	if ((all->at[all->n] = strdup(name)) != NULL)
		all->n++;
}

static void
add_folder(struct names *all, const char *path)
{
	struct dirent *e;
	DIR *d = opendir(path);

	while (d != NULL && (e = readdir(d)) != NULL)
		add_name(all, e->d_name);
	if (d != NULL)
		(void)closedir(d);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
all_services(struct doctor *x)
{
	const struct sek_policy *p = x->d->policy;
	struct names all = { .n = 0 };
	size_t i;

	for (i = 0; p != NULL && i < p->n_services; i++)
		if (strcmp(p->services[i].name, "*") != 0)
			add_name(&all, p->services[i].name);
	add_folder(&all, PAMD_FOLDER);
	add_folder(&all, PAMD_VENDOR);
	qsort(all.at, all.n, sizeof all.at[0], by_name);
	for (i = 0; i < all.n; i++) {
		check_service(x, all.at[i], false);
		free(all.at[i]);
	}
}

void
doctor_pam(struct doctor *x)
{
	size_t i;

	if (x->only.n == 0)
		all_services(x);
	for (i = 0; i < x->only.n; i++)
		check_service(x, x->only.at[i], true);
}
