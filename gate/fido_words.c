/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Words for what is known of FIDO2 keys: algorithms, attestation, AAGUIDs.
 * Runs in the gate, in `sekisho` and in sekisho-fetch.
 */
#include <string.h>
#include <strings.h>

#include "gate/fido.h"
#include "sekisho/digits.h"

static const struct {
	enum sek_fido_alg alg;
	const char *word;
} algs[] = {
	{ SEK_FIDO_ES256, "es256" },
	{ SEK_FIDO_EDDSA, "eddsa" },
	{ SEK_FIDO_ES384, "es384" },
	{ SEK_FIDO_RS256, "rs256" },
};

#define N_ALGS (sizeof algs / sizeof algs[0])

const char *
sek_fido_alg_word(enum sek_fido_alg alg)
{
	size_t i;

	for (i = 0; i < N_ALGS; i++)
		if (algs[i].alg == alg)
			return algs[i].word;
	return "none";
}

enum sek_fido_alg
sek_fido_alg_of_word(const char *word)
{
	size_t i;

	for (i = 0; i < N_ALGS; i++)
		if (strcasecmp(algs[i].word, word) == 0)
			return algs[i].alg;
	return SEK_FIDO_NO_ALG;
}

const char *
sek_attestation_word(enum sek_attestation a)
{
	switch (a) {
	case SEK_ATT_NONE:
		return "none";
	case SEK_ATT_UNKNOWN:
		return "unknown";
	case SEK_ATT_TRUSTED:
		return "trusted";
	}
	return "none";
}

/* A hyphen stands before these bytes (RFC 4122 3). */
static bool
hyphen_before(size_t i)
{
	return i == 4 || i == 6 || i == 8 || i == 10;
}

void
sek_aaguid_text(char out[37], const uint8_t aaguid[16])
{
	sek_uuid_text(out, aaguid);
}

bool
sek_aaguid_of_text(const char *text, uint8_t aaguid[16])
{
	uint8_t made[16];
	int high, low;
	size_t i;

	if (strlen(text) != 36)
		return false;
	for (i = 0; i < 16; i++) {
		if (hyphen_before(i) && *text++ != '-')
			return false;
		high = sek_digit16(text[0]);
		low = sek_digit16(text[1]);
		if (high < 0 || low < 0)
			return false;
		made[i] = (uint8_t)(high << 4 | low);
		text += 2;
	}
	memcpy(aaguid, made, sizeof made);
	return true;
}
