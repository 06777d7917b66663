/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The frame of the tests of sekisho-fido with software keys: each case begins
 * with no key plugged in and no helper running.
 */
#ifndef TESTS_FIDO_CASES_H
#define TESTS_FIDO_CASES_H

#include <fido.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/fido/run.h"

#define PIN KEYS_PIN
#define SOON_MS 500u

/* Nothing of the case before is left. */
static void
fresh(void)
{
	run_clear();
	keys_end();
}

#define CASE(fn)							\
	do {								\
		fresh();						\
		RUN(fn);						\
	} while (0)

#endif
