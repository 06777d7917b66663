/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A connection that a Match block of sshd's is for, to ask sshd about.
 *
 * Part of the administrator's program.  A guess: whether the block is really
 * for it is seen by what sshd answers.  Asks the system for groups, and reads
 * no file by itself.
 */
#include "helpdesk/sshd.h"

#include <arpa/inet.h>
#include <fnmatch.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define WALK_MAX 4096u /* users and groups that are looked at */

/* What is being filled: the wanted number, and how many there are at most. */
struct guess {
	struct sshd_example *e;
	size_t k, most;
	bool user;   /* the block names users itself */
	struct sek_why *why;
};

/* The number `k` of the patterns that are no negation, the last one when
 * there are fewer; how many there are. */
static size_t
pattern(const char *list, size_t k, char *out, size_t cap)
{
	size_t n, count = 0;

	for (; *list != '\0'; list += n + (list[n] == ',')) {
		n = strcspn(list, ",");
		if (n == 0 || n >= cap || *list == '!')
			continue;
		if (count++ <= k)
			(void)snprintf(out, cap, "%.*s", (int)n, list);
	}
	return count;
}

/* "*.example.jp" is for "x.example.jp". */
static void
fill_in(char *text, char with)
{
	for (; (text = strpbrk(text, "*?")) != NULL; text++)
		*text = with;
}

/* -- addresses: with a mask it is the network's own, "10.*" is 10.1.1.1 */

static bool
address(char *text, size_t cap)
{
	struct in6_addr any;
	bool six = strchr(text, ':') != NULL;
	size_t n, dots;
	char *p;

	text[strcspn(text, "/")] = '\0';
	n = strlen(text);
	if (six && n > 0 && text[n - 1] == '*' && n + 2 < cap &&
	    strstr(text, "::") == NULL)
		(void)snprintf(text + n - 1, cap - n + 1, ":1");
	fill_in(text, '1');
	for (dots = 0, p = text; (p = strchr(p, '.')) != NULL; p++)
		dots++;
	for (; !six && dots < 3 && strlen(text) + 3 < cap; dots++)
		(void)snprintf(text + strlen(text), 3, ".1");
	return inet_pton(six ? AF_INET6 : AF_INET, text, &any) == 1;
}

static bool
take_address(struct guess *g, const char *name, const char *list, char *out,
    size_t cap)
{
	size_t n = pattern(list, g->k, out, cap);

	g->most = n > g->most ? n : g->most;
	if (n > 0 && address(out, cap))
		return true;
	sek_why_set(g->why, "no address for %s %.100s", name, list);
	return false;
}

/* -- users by their group */

struct members {
	size_t k, n;
	char *out;
	size_t cap;
};

static void
add_member(struct members *m, const char *name)
{
	if (m->n++ <= m->k)
		(void)snprintf(m->out, m->cap, "%s", name);
}

static void
add_group(struct members *m, const struct group *g)
{
	const gid_t gid = g->gr_gid;
	struct passwd *p;
	unsigned i;

	for (i = 0; g->gr_mem[i] != NULL; i++)
		add_member(m, g->gr_mem[i]);
	/* whose first group it is */
	setpwent();
	for (i = 0; i < WALK_MAX && (p = getpwent()) != NULL; i++)
		if (p->pw_gid == gid)
			add_member(m, p->pw_name);
	endpwent();
}

static void
add_groups(struct members *m, const char *name)
{
	struct group *g;
	unsigned i;

	if (strpbrk(name, "*?") == NULL) {
		if ((g = getgrnam(name)) != NULL)
			add_group(m, g);
		return;
	}
	setgrent();
	for (i = 0; i < WALK_MAX && (g = getgrent()) != NULL; i++)
		if (fnmatch(name, g->gr_name, FNM_NOESCAPE) == 0)
			add_group(m, g);
	endgrent();
}

static bool
take_group(struct guess *g, const char *list)
{
	struct members m = { .k = g->k, .out = g->e->user,
		.cap = sizeof g->e->user };
	char name[128];
	size_t i, n = pattern(list, 0, name, sizeof name);

	/* then it is one of the users that the block names */
	if (g->user)
		return true;
	for (i = 0; i < n; i++) {
		(void)pattern(list, i, name, sizeof name);
		add_groups(&m, name);
	}
	g->most = m.n > g->most ? m.n : g->most;
	if (m.n > 0)
		return true;
	sek_why_set(g->why, "nobody is in Group %.100s", list);
	return false;
}

/* -- one criterion */

static bool
take_text(struct guess *g, const char *name, const char *list, char *out,
    size_t cap)
{
	size_t n = pattern(list, g->k, out, cap);

	g->most = n > g->most ? n : g->most;
	fill_in(out, 'x');
	if (n > 0)
		return true;
	sek_why_set(g->why, "nothing is for %s %.100s", name, list);
	return false;
}

static bool
take(struct guess *g, const char *name, const char *list)
{
	struct sshd_example *e = g->e;

	if (strcasecmp(name, "user") == 0) {
		g->user = true;
		return take_text(g, name, list, e->user, sizeof e->user);
	}
	if (strcasecmp(name, "group") == 0)
		return take_group(g, list);
	if (strcasecmp(name, "host") == 0)
		return take_text(g, name, list, e->host, sizeof e->host);
	if (strcasecmp(name, "rdomain") == 0)
		return take_text(g, name, list, e->rdomain,
		    sizeof e->rdomain);
	if (strcasecmp(name, "localport") == 0)
		return take_text(g, name, list, e->lport, sizeof e->lport);
	if (strcasecmp(name, "address") == 0)
		return take_address(g, name, list, e->addr, sizeof e->addr);
	if (strcasecmp(name, "localaddress") == 0)
		return take_address(g, name, list, e->laddr,
		    sizeof e->laddr);
	sek_why_set(g->why, "the criterion %.40s is not known here", name);
	return false;
}

static bool
take_all(struct guess *g, const char *match)
{
	char name[40], list[SSHD_MATCH_MAX];

	while (sshd_word(&match, true, name, sizeof name)) {
		if (strcasecmp(name, "all") == 0)
			continue;
		if (!sshd_word(&match, false, list, sizeof list)) {
			sek_why_set(g->why, "nothing after %s", name);
			return false;
		}
		if (!take(g, name, list))
			return false;
	}
	return true;
}

int
sshd_example_make(const struct sshd_block *b, size_t k,
    struct sshd_example *e, struct sek_why *why)
{
	/* who is nobody's criterion: an address of TEST-NET-1 (RFC 5737) */
	const struct sshd_example plain = { .user = "somebody",
		.host = "client.invalid", .addr = "192.0.2.1",
		.laddr = "192.0.2.2", .lport = "22", .rdomain = "" };
	struct guess g = { .e = e, .k = k, .most = 1, .why = why };
	int n;

	*e = plain;
	if (b->cut) {
		sek_why_set(why, "its criteria are too long");
		return SEK_E_NOENT;
	}
	if (!take_all(&g, b->match) || k >= g.most)
		return SEK_E_NOENT;
	n = snprintf(e->spec, sizeof e->spec, "user=%s,host=%s,addr=%s,"
	    "laddr=%s,lport=%s%s%s", e->user, e->host, e->addr, e->laddr,
	    e->lport, e->rdomain[0] != '\0' ? ",rdomain=" : "", e->rdomain);
	if (n < 0 || (size_t)n >= sizeof e->spec) {
		sek_why_set(why, "its criteria are too long");
		return SEK_E_NOENT;
	}
	return SEK_OK;
}
