/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which of the things that FIDO has said of a model hold for one key, now.
 * Runs in the gate and in `sekisho`.
 *
 * MDS 3.0 leaves much of this to whoever reads it; where it does, the reading
 * here is the one that refuses more:
 *
 *  - a report counts from its effectiveDate on, and at once when it has none
 *    (3.1.3);
 *  - one that is bad counts for every firmware, whatever version it names
 *    (3.1.3: "relates to"), until an update that is known to mend it;
 *  - UPDATE_AVAILABLE mends what was reported before it (3.1.3, 3.1.4), in a
 *    key whose firmware is known and not older than the update;
 *  - REVOKED stays, whatever comes after it, and so does
 *    ATTESTATION_KEY_COMPROMISE: which firmware it has is the key's own word,
 *    and whoever has its maker's secret can claim any;
 *  - a certification that follows mends nothing: it says nothing of the keys
 *    that are out there;
 *  - an unknown status is passed over (3.1.4), by whoever wrote the table.
 */
#include <stdio.h>
#include <string.h>

#include "gate/fido_models_format.h"

static const char *const words[SEK_MODEL_N_STATUSES] = {
	"revoked", "uv-bypass", "attestation-key", "remote-compromise",
	"physical-compromise", "update-available"
};

/* The blob is in no certain order, so dates tell when there are two. */
static bool
is_later(const struct sek_model_report *r, size_t a, size_t b)
{
	if (r[a].from != 0 && r[b].from != 0 && r[a].from != r[b].from)
		return r[a].from > r[b].from;
	return a > b;
}

static bool
is_mended(const struct sek_model_report *r, size_t n, size_t bad,
    uint64_t firmware, int64_t now)
{
	size_t i;

	for (i = 0; firmware != 0 && i < n; i++)
		if (r[i].status == SEK_MODEL_UPDATE && r[i].from <= now &&
		    r[i].fixed != 0 && r[i].fixed <= firmware &&
		    is_later(r, i, bad))
			return true;
	return false;
}

uint32_t
sek_model_judge(const struct sek_model_report *r, size_t n,
    uint64_t firmware, int64_t now)
{
	uint32_t status = 0;
	bool mended;
	size_t i;

	for (i = 0; i < n; i++) {
		if (r[i].from > now)
			continue;
		if (r[i].status == SEK_MODEL_REVOKED ||
		    r[i].status == SEK_MODEL_ATTESTATION_KEY)
			mended = false;
		else if (r[i].status == SEK_MODEL_UPDATE)
			mended = firmware != 0 && r[i].fixed != 0 &&
			    r[i].fixed <= firmware; /* it has it */
		else
			mended = is_mended(r, n, i, firmware, now);
		if (!mended)
			status |= r[i].status;
	}
	return status;
}

void
sek_model_words(uint32_t status, char *out, size_t cap)
{
	size_t i, n = 0;

	(void)snprintf(out, cap, "none");
	for (i = 0; i < SEK_MODEL_N_STATUSES && n < cap; i++)
		if ((status & 1u << i) != 0)
			n += (size_t)snprintf(out + n, cap - n, "%s%s",
			    n > 0 ? " " : "", words[i]);
}
