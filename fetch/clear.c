/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Takes indexes out of the cache that nothing needs any more: a CA that gives
 * each of its lists a scope or a key of its own would fill it, and slow down
 * each login that asks for that CA.  Runs in sekisho-fetch, as root.
 *
 * One goes only when it is long past its nextUpdate, and another one of the
 * same issuer is in date: so a wrong clock takes nothing away, and the last
 * that is known of a CA stays.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fetch/refresh.h"
#include "gate/certificate_folder.h"
#include "gate/certificate_rooms.h"
#include "gate/revocation_index.h"

#define LONG_PAST_S (60 * 24 * 3600) /* longer than any grace */
#define FILES_MAX 4096u
#define ISSUER_LEN 9u /* "<hash of the name>-" */

struct old_file {
	char name[64];
	int64_t end;
};

struct old_files {
	struct old_file at[FILES_MAX];
	size_t n;
};

static int
note_file(void *arg, const char *dir, const char *name)
{
	struct old_files *all = arg;
	struct old_file *f = &all->at[all->n];
	struct sek_why why = { "" };
	X509_CRL *crl = NULL;

	/* one that cannot be used is told elsewhere, and replaced */
	if (all->n == FILES_MAX || strlen(name) >= sizeof(f->name) ||
	    strlen(name) < ISSUER_LEN ||
	    sek_index_open(dir, name, &crl, &why) != SEK_OK)
		return SEK_OK;
	(void)snprintf(f->name, sizeof(f->name), "%s", name);
	if (X509_CRL_get0_nextUpdate(crl) != NULL && sek_cert_time(
	    X509_CRL_get0_nextUpdate(crl), &f->end) == SEK_OK)
		all->n++;
	X509_CRL_free(crl);
	return SEK_OK;
}

static bool
is_replaced(const struct old_files *all, const struct old_file *f,
    int64_t now)
{
	size_t i;

	for (i = 0; i < all->n; i++)
		if (all->at[i].end >= now && strncmp(all->at[i].name,
		    f->name, ISSUER_LEN) == 0)
			return true;
	return false;
}

void
sek_clear_old(struct sek_refresh *f)
{
	struct old_files *all = calloc(1, sizeof(*all));
	struct sek_why why = { "" };
	size_t i;
	int dir;

	if (all == NULL)
		return;
	/* a folder that holds too many is read as far as that */
	if (sek_folder_each(f->cache.crl, note_file, all, &why) != SEK_OK &&
	    why.text[0] != '\0')
		sek_refresh_problem(f, why.text);
	dir = open(f->cache.crl, O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (i = 0; dir >= 0 && i < all->n; i++)
		if (all->at[i].end < f->started - LONG_PAST_S &&
		    is_replaced(all, &all->at[i], f->started))
			(void)unlinkat(dir, all->at[i].name, 0);
	if (dir >= 0)
		(void)close(dir);
	free(all);
}
