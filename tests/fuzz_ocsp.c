/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzz target: an OCSP answer as it comes from anybody.  No answer that a
 * fuzzer writes is signed by the issuer here, so none may be good, revoked or
 * told anything about.  Seeds: tests/corpus/ocsp.
 */
#undef NDEBUG
#include <assert.h>
#include <string.h>

#include "gate/ocsp_rooms.h"
#include "tests/ocsp_cast.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static struct cast cast;

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const uint8_t nonce[32];
	struct sek_ocsp_rules rules = { .now = NOW, .max_age_s = HOUR,
	    .nonce = nonce, .nonce_len = sizeof nonce };
	struct sek_rev_info rev;
	struct sek_why why = { "" };
	OCSP_BASICRESP *b = NULL;
	enum sek_reason r;

	if (cast.ca_key == NULL)
		assert(sek_crypto_start() == SEK_OK && cast_open(&cast));
	rules.issuer = cast.x[CA];
	rules.leaf = cast.x[LEAF];
	r = sek_ocsp_check(p, n, &rules, &rev, &why);
	assert(r == SEK_R_OCSP_INVALID || r == SEK_R_OCSP_MISSING);
	assert(strcmp(rev.status, "unknown") == 0 && rev.responder[0] == 0);
	assert(why.text[0] != '\0' && strpbrk(why.text, "\n\r\x1b") == NULL);
	/* the rooms behind the signature, without one */
	if (sek_ocsp_parse(p, n, &b, &why) != SEK_R_OK)
		return 0;
	r = sek_ocsp_status(b, &rules, &rev, &why);
	assert(r != SEK_R_NONE && memchr(rev.status, 0, sizeof rev.status));
	rules.leaf = NULL;
	(void)sek_ocsp_status(b, &rules, &rev, &why);
	OCSP_BASICRESP_free(b);
	return 0;
}
