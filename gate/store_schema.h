/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The schema of the enrolment store and the way from an older one to it:
 * one step of SQL for each version, applied in order in one transaction.
 *
 * Step i leads from version i to version i + 1; step 0 creates the store.
 * A released step is never edited: a change of the schema is a new step.
 */
#ifndef GATE_STORE_SCHEMA_H
#define GATE_STORE_SCHEMA_H

#include <sqlite3.h>
#include <stddef.h>

#include "gate/store.h"

extern const char *const sek_store_steps[SEK_STORE_SCHEMA];

/* PRAGMA user_version; SQLITE_OK or SQLite's own (extended) code. */
int sek_store_version(sqlite3 *db, int *version) SEK_MUST;

/* Bring `db` from its version to version `n`; all of it or nothing.
 * Newer than `n` is SEK_E_VERSION. */
int sek_store_migrate(sqlite3 *db, const char *const *steps, size_t n,
    struct sek_why *why) SEK_MUST;

/* sek_store_open() for a given table of steps: version `n` is current. */
int sek_store_open_as(const char *dir, bool write, int busy_ms,
    const char *const *steps, size_t n, struct sek_store **out,
    struct sek_why *why) SEK_MUST;

#endif
