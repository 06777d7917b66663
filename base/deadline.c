/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Points in time on CLOCK_MONOTONIC.  libc only; runs in every process.
 * Never looks at the wall clock, which people and NTP may step.
 */
#include "sekisho/deadline.h"

#include <limits.h>
#include <time.h>

uint64_t
sek_now_ms(void)
{
	struct timespec ts = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

struct sek_deadline
sek_deadline_in(uint64_t ms)
{
	struct sek_deadline dl = { .at_ms = sek_now_ms() };

	dl.at_ms = ms > UINT64_MAX - dl.at_ms ? UINT64_MAX : dl.at_ms + ms;
	return dl;
}

struct sek_deadline
sek_deadline_sooner(struct sek_deadline dl, uint64_t ms)
{
	struct sek_deadline other = sek_deadline_in(ms);

	return other.at_ms < dl.at_ms ? other : dl;
}

int
sek_deadline_left_ms(const struct sek_deadline *dl)
{
	uint64_t now = sek_now_ms();

	if (dl->at_ms <= now)
		return 0;
	return dl->at_ms - now > INT_MAX ? INT_MAX : (int)(dl->at_ms - now);
}

bool
sek_deadline_past(const struct sek_deadline *dl)
{
	return sek_deadline_left_ms(dl) == 0;
}
