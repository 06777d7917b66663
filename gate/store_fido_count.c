/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The signature counters of FIDO2 keys, and what becomes of a key whose
 * counter went back.
 *
 * Runs in the gate, which holds the store open to read only: what is written
 * goes through a second, short connection, and is on disk before a call
 * returns.  Must never let a counter go back, nor two logins count from the
 * same value.
 */
#include <stdio.h>

#include "gate/store_fido.h"
#include "gate/store_local.h"

#define GATE "sekisho-gate" /* who did it, in the table of changes */

/* A writing connection beside the open store, in *w. */
static int
open_aside(const struct sek_store *s, struct sek_store *w)
{
	int r;

	*w = (struct sek_store){ .path = s->path, .busy_ms = s->busy_ms,
		.write = true };
	/* its own change would wait for itself */
	if (s->in_tx)
		return SEK_E_INVAL;
	if ((r = sek_store_file_safe(s->path, NULL)) != SEK_OK)
		return r == SEK_E_UNSAFE ? r : SEK_E_IO;
	return sek_store_connect_durable(s->path, s->busy_ms, &w->db, NULL);
}

static void
close_aside(struct sek_store *w)
{
	if (w->in_tx)
		sek_store_rollback(w);
	(void)sqlite3_close_v2(w->db);
}

/* The rules of sek_fido_counter_back(), once more at the place that writes. */
static bool
goes_back(const struct sek_fido_cred *f, uint32_t counter)
{
	return (counter != 0 || f->counted) && counter <= f->counter;
}

/* A key without a counter: there is nothing to keep, if it is so still. */
static int
still_none(struct sek_store *s, const struct sek_fido_cred *f)
{
	struct sek_fido_cred now = { .credential = 0 };
	int r = sek_store_fido_of(s, f->credential, &now);

	if (r == SEK_OK && (now.counted || now.suspect != 0))
		r = SEK_E_EXISTS;
	return r;
}

int
sek_store_fido_count(struct sek_store *s, const struct sek_fido_cred *f,
    uint32_t counter)
{
	const struct sek_store_arg args[] = {
		SEK_A_INT(f->credential), SEK_A_INT(f->counter),
		SEK_A_INT(f->counted), SEK_A_INT(counter)
	};
	struct sek_store w;
	int r;

	if (goes_back(f, counter))
		return SEK_E_INVAL;
	if (counter == 0)
		return still_none(s, f);
	if ((r = open_aside(s, &w)) != SEK_OK)
		return r;
	/* one statement, one transaction */
	r = sek_store_run(&w, "UPDATE fido SET counter = ?4, counted = 1"
	    " WHERE credential_id = ?1 AND counter = ?2 AND counted = ?3"
	    " AND suspect = 0", args, 4, NULL);
	if (r == SEK_OK && sqlite3_changes(w.db) != 1)
		r = SEK_E_EXISTS;
	close_aside(&w);
	return r;
}

/* Inside the transaction.  When it went back first is what matters. */
static int
mark(struct sek_store *w, const struct sek_fido_cred *f, const char *reason,
    int64_t now)
{
	const struct sek_store_arg args[] = {
		SEK_A_INT(f->credential), SEK_A_INT(now)
	};
	int r;

	r = sek_store_run(w, "UPDATE fido SET suspect = ?2"
	    " WHERE credential_id = ?1 AND suspect = 0", args, 2, NULL);
	return r != SEK_OK ? r : sek_store_token_suspend(w, GATE, f->token,
	    reason, now, NULL);
}

int
sek_store_fido_suspect(struct sek_store *s, const struct sek_fido_cred *f,
    uint32_t counter, int64_t now)
{
	char reason[SEK_NOTE_MAX];
	struct sek_store w;
	int r;

	if (now <= 0)
		return SEK_E_INVAL;
	(void)snprintf(reason, sizeof reason, "the counter of credential "
	    "%lld did not rise (%lu after %lu): there may be a copy of the "
	    "key", (long long)f->credential, (unsigned long)counter,
	    (unsigned long)f->counter);
	if ((r = open_aside(s, &w)) != SEK_OK)
		return r;
	if ((r = sek_store_begin(&w, NULL)) == SEK_OK &&
	    (r = mark(&w, f, reason, now)) == SEK_OK)
		r = sek_store_commit(&w, NULL);
	close_aside(&w);
	return r;
}
