/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One absolute point in time after which nobody waits any more.
 *
 * CLOCK_MONOTONIC, so that a stepped wall clock neither frees nor traps a
 * login.  Made once at BEGIN and passed to every read; shorter limits
 * (insert, touch, type) are made from it and can never outlive it.
 */
#ifndef SEKISHO_DEADLINE_H
#define SEKISHO_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

struct sek_deadline {
	uint64_t at_ms; /* CLOCK_MONOTONIC, milliseconds */
};

/* Now, CLOCK_MONOTONIC, in milliseconds. */
uint64_t sek_now_ms(void);

/* A deadline `ms` milliseconds from now. */
struct sek_deadline sek_deadline_in(uint64_t ms);

/* The earlier of `dl` and `ms` milliseconds from now. */
struct sek_deadline sek_deadline_sooner(struct sek_deadline dl, uint64_t ms);

/* Milliseconds left, 0 when past, at most INT_MAX: what poll(2) takes. */
int sek_deadline_left_ms(const struct sek_deadline *dl);

bool sek_deadline_past(const struct sek_deadline *dl);

#endif
