/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho check-config`: says to the administrator what a login would find.
 *
 * Part of the administrator's program.  Opens with the gate's own functions
 * what the gate opens; changes nothing.
 */
#include "helpdesk/desk.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "gate/audit.h"
#include "gate/certificate.h"
#include "gate/helper.h"
#include "sekisho/os.h"

#define BUSY_MS 5000

struct findings {
	const struct desk *d;
	int bad;
};

static void
found(struct findings *f, const char *thing, const char *what, int r,
    const struct sek_why *why)
{
	if (r == SEK_OK) {
		DESK_SAY(f->d, W_FOUND_GOOD, { thing, what });
		return;
	}
	DESK_SAY(f->d, W_FOUND_BAD, { thing, why->text[0] != '\0' ?
	    why->text : sek_strerror(r) });
	f->bad++;
}

static void
check_trust(struct findings *f)
{
	const struct sek_policy *p = f->d->policy;
	struct sek_trust *t = NULL;
	struct sek_why why = { "" };
	int r = sek_trust_load(p, &t, &why);

	sek_trust_free(t);
	found(f, "trust", p->anchors, r, &why);
}

static void
check_store(struct findings *f)
{
	struct sek_store *s = NULL;
	struct sek_why why = { "" };
	int r = sek_store_open(f->d->policy->state, false, BUSY_MS, &s, &why);

	if (r == SEK_OK)
		r = sek_store_check(s, &why);
	sek_store_close(s);
	found(f, "store", f->d->policy->state, r, &why);
}

static void
check_audit(struct findings *f)
{
	const char *dir = f->d->policy->audit;
	struct sek_why why = { "" };
	char path[PATH_MAX];
	int r;

	r = sek_path_safe(dir, true, &why);
	if (r == SEK_OK && access(dir, W_OK) != 0) {
		sek_why_set(&why, "%s: %s", dir, strerror(errno));
		r = SEK_E_IO;
	}
	if (r == SEK_OK && snprintf(path, sizeof(path), "%s/%s", dir,
	    SEK_AUDIT_FILE) < (int)sizeof(path) && access(path, F_OK) == 0)
		r = sek_path_safe(path, false, &why);
	found(f, "audit", dir, r, &why);
}

static void
check_helper(struct findings *f, const char *program)
{
	struct sek_why why = { "" };
	char path[PATH_MAX];
	int r = SEK_E_LIMIT;

	if (snprintf(path, sizeof(path), "%s/%s", f->d->policy->helpers,
	    program) < (int)sizeof(path))
		r = sek_path_safe(path, false, &why);
	if (r == SEK_OK && access(path, X_OK) != 0) {
		sek_why_set(&why, "%s: %s", path, strerror(errno));
		r = SEK_E_UNSAFE;
	}
	found(f, program, path, r, &why);
}

static void
check_helper_user(struct findings *f)
{
	struct sek_service_user u;
	struct sek_why why = { "" };
	const char *name = f->d->policy->helper_user;

	found(f, "helper user", name, sek_service_user_find(name, &u, &why),
	    &why);
}

static int
check_config(struct desk *d, int argc, char **argv)
{
	struct findings f = { .d = d };
	struct sek_why why = { "" };
	char **words, number[16];
	size_t i;
	int r;

	r = desk_options(d, argc, argv, NULL, 0, 0, 0, &words);
	if (r != DESK_GO)
		return r;
	/* says FILE:LINE and why by itself */
	if ((r = desk_policy(d)) != DESK_GO)
		return r;
	found(&f, "configuration", d->conf, SEK_OK, &why);
	check_trust(&f);
	check_store(&f);
	check_audit(&f);
	check_helper(&f, "sekisho-pkcs11");
	check_helper(&f, "sekisho-password");
	check_helper_user(&f);
	for (i = 0; i < d->policy->n_modules; i++)
		found(&f, d->policy->modules[i].name,
		    d->policy->modules[i].path, SEK_OK, &why);
	if (f.bad == 0) {
		DESK_SAY(d, W_CHECK_OK, { NULL });
		return DESK_OK;
	}
	(void)snprintf(number, sizeof(number), "%d", f.bad);
	DESK_ERR(d, W_CHECK_FAILED, { number });
	return DESK_REFUSED;
}

const struct desk_command desk_check_commands[] = {
	{ "check-config", "", { "say what a login would find wrong with the "
	    "configuration and what it names",
	    "設定とその指すものに誤りがないか、ログインの前に調べます" },
	    check_config },
	{ .name = NULL }
};
