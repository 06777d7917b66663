/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho check-config`: the record, its key, who may read it, where it is
 * sent to.
 *
 * Part of the administrator's program.  Changes nothing, and checks no
 * record: that is `sekisho audit verify`.
 */
#include "helpdesk/check.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "record/audit.h"
#include "record/note.h"
#include "sekisho/os.h"

static void
check_folder(struct findings *f)
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
	desk_found(f, "audit", dir, r, &why);
}

/* A record is written without it, but nobody could check the whole. */
static void
check_key(struct findings *f)
{
	const char *path = f->d->policy->record_key;
	struct sek_skey k = { .pkey = NULL };
	struct sek_why why = { "" };
	char vkey[SEK_VKEY_MAX] = "";
	int r;

	if ((r = sek_skey_read(path, true, &k, &why)) == SEK_OK)
		r = sek_vkey_text(&k.pub, vkey);
	sek_skey_free(&k);
	desk_found(f, "record key", vkey, r, &why);
}

static void
check_group(struct findings *f)
{
	const char *name = f->d->policy->record_group;
	struct sek_why why = { "" };
	int r = SEK_OK;

	if (name[0] == '\0')
		return;
	if (getgrnam(name) == NULL) {
		sek_why_set(&why, "the system knows no group %s", name);
		r = SEK_E_NOENT;
	}
	desk_found(f, "record group", name, r, &why);
}

static void
check_forward(struct findings *f)
{
	const struct sek_policy *p = f->d->policy;
	struct sek_why why = { "" };
	char text[PATH_MAX + 64];

	if (p->forward == SEK_FORWARD_NONE)
		return;
	(void)snprintf(text, sizeof text, "send = %s, format = %s, %s",
	    p->forward == SEK_FORWARD_RECORDS ? "records" : "checkpoints",
	    p->forward_fhir ? "fhir" : "dicom", p->outbox);
	if (access(p->outbox, F_OK) != 0 && errno == ENOENT)
		desk_found_not_yet(f, W_FOUND_NO_OUTBOX, "forward",
		    p->outbox);
	else
		desk_found(f, "forward", text, sek_path_safe(p->outbox, true,
		    &why), &why);
}

/* No login opens it, so that the policy has not looked at it. */
static void
check_token(struct findings *f)
{
	const struct sek_policy *p = f->d->policy;
	struct sek_why why = { "" };
	int r;

	if (p->token_section[0] == '\0')
		return;
	r = sek_path_safe(p->token_module.path, false, &why);
	desk_found(f, p->token_module.name, p->token_module.path, r, &why);
	if (p->token_pin_file[0] == '\0')
		return;
	r = sek_path_safe(p->token_pin_file, false, &why);
	desk_found(f, "token-pin-file", p->token_pin_file, r, &why);
}

void
desk_check_record(struct findings *f)
{
	check_folder(f);
	check_key(f);
	check_token(f);
	check_group(f);
	check_forward(f);
}
