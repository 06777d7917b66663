/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzz target: sekisho.conf as text.  Whatever comes in, a policy is whole or
 * there is none and a line says why.  Seeds: tests/corpus/policy.
 */
#undef NDEBUG
#include <assert.h>
#include <string.h>

#include "gate/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct sek_policy *policy = NULL;
	struct sek_why why = { .text = "" };
	size_t i;

	if (sek_policy_parse("f", p, n, &policy, &why) != SEK_OK) {
		assert(policy == NULL && why.text[0] == 'f');
		assert(strpbrk(why.text, "\n\r\t\x1b") == NULL);
		return 0;
	}
	assert(policy->n_services > 0 && policy->n_modules > 0);
	assert(policy->anchors[0] == '/' && policy->host[0] != '\0');
	assert(policy->cache[0] == '/');
	assert(sek_rev_check_asks_ocsp(policy->check) ||
	    policy->n_ocsp_urls == 0);
	for (i = 0; i < policy->n_crl_urls; i++)
		assert(strstr(policy->crl_urls[i], "://") != NULL &&
		    policy->crl_names[i][0] != '\0');
	for (i = 0; i < policy->n_ocsp_urls; i++)
		assert(strncmp(policy->ocsp_urls[i], "http", 4) == 0);
	assert(policy->login_s >= 10 && policy->login_s <= 600);
	assert(policy->pin_tries >= 1 && policy->pin_tries <= 5);
	for (i = 0; i < policy->n_services; i++) {
		const struct sek_service *s = &policy->services[i];
		size_t k;

		assert(s->n_pairs > 0 && sek_pair_word(s->pairs[0]) != NULL);
		for (k = 0; k < s->n_roles; k++)
			assert(s->roles[k][0] != '\0' &&
			    strlen(s->roles[k]) < SEK_ROLE_MAX);
	}
	sek_policy_free(policy);
	return 0;
}
