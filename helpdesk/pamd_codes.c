/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the modules of a PAM stack may return, as far as it is known: of most
 * anything, of some only one thing.
 *
 * Part of `sekisho doctor`.  Must never leave out a success that somebody
 * without both factors could have.
 */
#include <stdio.h>
#include <string.h>

#include "helpdesk/pamd.h"

#define BIT(code) (UINT32_C(1) << (code))
#define SUCCESS BIT(0)
#define DENIAL (BIT(6) | BIT(7) | BIT(13)) /* perm_denied, auth_err, expired */
#define UNKNOWN_USER BIT(10)
#define IGNORED BIT(25)
/* perm_denied, auth_err, authinfo_unavail, maxtries, conv_err */
#define OUR_FAILURE (BIT(6) | BIT(7) | BIT(9) | BIT(11) | BIT(19))
#define ANYTHING (~(BIT(28) | BIT(31))) /* module_unknown, incomplete */

enum truth { NO, YES, WHO_KNOWS };

static const char *
base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

/* Is `word` one of "a:b:c"? */
static bool
listed(const char *list, const char *word)
{
	size_t n = strlen(word), len;

	for (; *list != '\0'; list += len + (list[len] == ':')) {
		len = strcspn(list, ":");
		if (len == n && memcmp(list, word, n) == 0)
			return true;
	}
	return false;
}

/* One test of pam_succeed_if(8): "service in a:b". */
static enum truth
test(const char *left, const char *op, const char *right, const char *service)
{
	/* these set the caller's name themselves, and root needs no hole */
	if (strcmp(left, "ruser") == 0 && strcmp(op, "=") == 0 &&
	    strcmp(right, "root") == 0 &&
	    listed("su:su-l:sudo:sudo-i:runuser:runuser-l", service))
		return NO;
	if (strcmp(left, "service") != 0)
		return WHO_KNOWS;
	if (strcmp(op, "in") == 0)
		return listed(right, service) ? YES : NO;
	if (strcmp(op, "notin") == 0)
		return listed(right, service) ? NO : YES;
	if (strcmp(op, "=") == 0)
		return strcmp(right, service) == 0 ? YES : NO;
	if (strcmp(op, "!=") == 0)
		return strcmp(right, service) != 0 ? YES : NO;
	return WHO_KNOWS;
}

static bool
is_flag(const char *w)
{
	return listed("debug:audit:quiet:quiet_fail:quiet_success:use_uid", w);
}

static uint32_t
succeed_if(const char *args, const char *service)
{
	char copy[512], *save = NULL, *w, *three[3];
	enum truth all = YES, one;
	size_t n = 0;

	(void)snprintf(copy, sizeof copy, "%s", args);
	for (w = strtok_r(copy, " \t", &save); w != NULL;
	    w = strtok_r(NULL, " \t", &save)) {
		if (n == 0 && is_flag(w))
			continue;
		three[n++] = w;
		if (n < 3)
			continue;
		n = 0;
		one = test(three[0], three[1], three[2], service);
		if (one == NO)
			return DENIAL;
		if (one == WHO_KNOWS)
			all = WHO_KNOWS;
	}
	return all == YES && n == 0 ? SUCCESS : ANYTHING;
}

uint32_t
pamd_codes(const struct pamd_line *l, const char *service,
    bool ours_succeeds)
{
	const char *name = base(l->module);

	if (l->ours)
		return ours_succeeds ? SUCCESS : OUR_FAILURE;
	if (strcmp(name, "pam_permit.so") == 0)
		return SUCCESS;
	/* root is who he is without it */
	if (strcmp(name, "pam_deny.so") == 0 ||
	    strcmp(name, "pam_rootok.so") == 0)
		return DENIAL;
	if (strcmp(name, "pam_warn.so") == 0)
		return IGNORED;
	if (strcmp(name, "pam_nologin.so") == 0 &&
	    strstr(l->args, "successok") == NULL)
		return IGNORED | DENIAL | UNKNOWN_USER;
	if (strcmp(name, "pam_succeed_if.so") == 0)
		return succeed_if(l->args, service);
	return ANYTHING;
}
