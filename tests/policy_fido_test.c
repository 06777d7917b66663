/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sekisho.conf as text: FIDO2 keys, and pairs that begin with one.
 */
#include "gate/fido.h"
#include "tests/policy_fixture.h"

#define FIDO BASE "[fido2]\nrp-id = h.example\n"   /* 9 lines */
#define KEYS "[service k]\npairs = fido2+password\n" /* 2 lines */
#define META FIDO "metadata-url = https://m/\nmetadata-root = /r\n"
#define TAIL "0112233-4455-6677-8899-aAbBccddeeff"
#define ID(x) "aaguid = " x TAIL "\n"
#define LIMITS BASE "[limits]\n"

static const struct { const char *text; unsigned line; const char *word; }
bad[] = {
	{ KEYS, 2, "[fido2] rp-id: is missing" },
	{ BASE "[fido2]\nreaders = yes\n", 8, "[fido2] rp-id: is missing" },
	{ "[fido2]\nrp-id = h\n[service k]\npairs = pkcs11+pin\n", 4,
	    "[pkcs11 NAME]: there is none" },
	{ "[pkcs11 a]\nmodule = /m\n[fido2]\nrp-id = h\n" KEYS, 6,
	    "[paths] trust-anchors: is missing" },
	{ BASE "[fido2]\nrp-id = H.example\n", 9, "in lower case" },
	{ BASE "[fido2]\nrp-id = h..example\n", 9, "domain name" },
	{ BASE "[fido2]\nrp-id = .h\n", 9, "domain name" },
	{ BASE "[fido2]\nrp-id = h-\n", 9, "domain name" },
	{ BASE "[fido2]\nrp-id = https://h\n", 9, "domain name" },
	{ BASE "[fido2]\nrp-id = ssh:\n", 9, "domain name" },
	{ BASE "[fido2]\nrp-id = pam://\n", 9, "domain name" },
	{ FIDO "rp-id = h\n", 10, "duplicate" },
	{ FIDO "former-rp-id = h.example\n", 10, "names the rp-id itself" },
	{ FIDO "former-rp-id = a a\n", 10, "a twice" },
	{ FIDO "former-rp-id = a b c d\n", 10, "more than 3" },
	{ FIDO "readers = 1\n", 10, "yes or no" },
	{ FIDO "synced-keys = maybe\n", 10, "yes or no" },
	{ FIDO "attestation-roots = roots\n", 10, "absolute" },
	{ FIDO "require-attestation = yes\n", 10,
	    "needs attestation-roots or metadata-url" },
	{ FIDO "metadata-url = https://m/\n", 10, "needs metadata-root" },
	{ FIDO "metadata-url = ldap://m/\n", 10, "http://, https:// or file:///, not" },
	{ FIDO "metadata-root = /r\n", 10, "needs metadata-url" },
	{ FIDO "metadata-stale = accept\n", 10, "needs metadata-url" },
	{ FIDO "bad-model = deny\n", 10, "needs metadata-url" },
	{ META "metadata-stale = grace\n", 12, "accept or deny" },
	{ META "bad-model = no\n", 12, "deny or step-up" },
	{ LIMITS "touch-seconds = 4\n", 9, "5 to 120" },
	{ LIMITS "touch-seconds = 121\n", 9, "5 to 120" },
	{ BASE "[model]\n" ID("0"), 8, "needs one name" },
	{ BASE "[model a]\n", 8, "[model a]: the key aaguid is missing" },
	{ BASE "[model a]\naaguid = 00112233445566778899aabbccddeeff\n", 9,
	    "8-4-4-4-12" },
	{ BASE "[model a]\n" ID("g"), 9, "8-4-4-4-12" },
	{ BASE "[model a]\n" ID("00"), 9, "8-4-4-4-12" },
	{ BASE "[model a]\n" ID("0") "[model b]\n" ID("0"), 11,
	    "stands in this file already" },
	{ BASE "[model a]\n" ID("0") "[model a]\n" ID("1"), 10,
	    "[model a]: stands in this file already" },
	{ BASE "[service t]\npairs = fido2+pin\n", 9,
	    "tls-name+password, separated" },
	{ BASE KEYS, 9, "[fido2] rp-id: is missing" },
};

static void
bad_texts_name_line_and_word(void)
{
	size_t i;

	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		refused(bad[i].text, strlen(bad[i].text), bad[i].line,
		    bad[i].word);
}

static void
defaults(void)
{
	struct sek_policy *p = accepted(BASE);

	CHECK_STR(p->rp_id, "");
	CHECK_INT(p->n_former_rps, 0);
	CHECK(!p->fido_pcsc && !p->synced && !p->attestation_needed);
	CHECK_STR(p->attestation_roots, "");
	CHECK_STR(p->metadata_url, "");
	CHECK_STR(p->metadata_root, "");
	CHECK(!p->bad_model_steps_up && !p->metadata_stale_denies);
	CHECK_INT(p->n_models, 0);
	CHECK_INT(p->touch_s, 20);
	CHECK(!sek_policy_has(p, SEK_HAVE_FIDO2) && sek_policy_has(p, SEK_HAVE_PKCS11));
	sek_policy_free(p);
}

static void
each_key_has_its_effect(void)
{
	struct sek_policy *p = accepted(META
	    "former-rp-id = pam://old ssh:\nreaders = yes\n"
	    "synced-keys = yes\nattestation-roots = /roots\n"
	    "require-attestation = yes\nbad-model = step-up\n"
	    "metadata-stale = deny\n"
	    "[model one]\n" ID("0") "[model two]\n" ID("f")
	    "[limits]\ntouch-seconds = 120\n");
	char text[37];

	CHECK_STR(p->rp_id, "h.example");
	CHECK_INT(p->n_former_rps, 2);
	CHECK_STR(p->former_rps[0], "pam://old");
	CHECK_STR(p->former_rps[1], "ssh:");
	CHECK(p->fido_pcsc && p->synced && p->attestation_needed);
	CHECK_STR(p->attestation_roots, "/roots");
	CHECK_STR(p->metadata_url, "https://m/");
	CHECK_STR(p->metadata_root, "/r");
	CHECK(p->bad_model_steps_up && p->metadata_stale_denies);
	CHECK_INT(p->n_models, 2);
	sek_aaguid_text(text, p->models[0]);
	CHECK_STR(text, "00112233-4455-6677-8899-aabbccddeeff");
	CHECK_STR(p->model_names[1], "two");
	CHECK_INT(p->models[1][0], 0xF0);
	CHECK_INT(p->touch_s, 120);
	sek_policy_free(p);
}

/* A clinic without a CA: keys alone, no module, no anchors. */
static void
keys_alone_need_no_ca(void)
{
	struct sek_policy *p = accepted("[fido2]\nrp-id = pam://h\n" KEYS);

	CHECK_INT(p->n_modules, 0);
	CHECK_STR(p->anchors, "");
	CHECK(sek_policy_has(p, SEK_HAVE_FIDO2) && !sek_policy_has(p, SEK_HAVE_PKCS11));
	sek_policy_free(p);
}

static void
pairs_of_both_kinds(void)
{
	struct sek_policy *p = accepted(FIDO "[service k]\npairs = "
	    "fido2+verification, pkcs11+pin, fido2+password\n");
	const struct sek_service *s = sek_policy_service(p, "k");

	CHECK(s != NULL);
	CHECK_INT(s->n_pairs, 3);
	CHECK(s->pairs[0] == SEK_PAIR_FIDO2_VERIFICATION);
	CHECK(s->pairs[1] == SEK_PAIR_PKCS11_PIN);
	CHECK(s->pairs[2] == SEK_PAIR_FIDO2_PASSWORD);
	CHECK(sek_service_has(s, SEK_HAVE_FIDO2) &&
	    sek_service_has(s, SEK_HAVE_PKCS11));
	CHECK(!sek_service_has(sek_policy_service(p, "s"),
	    SEK_HAVE_FIDO2));
	CHECK_STR(sek_pair_word(SEK_PAIR_FIDO2_PASSWORD), "fido2+password");
	CHECK(sek_pair_have(sek_pair_of_word("fido2+verification")) ==
	    SEK_HAVE_FIDO2);
	CHECK(sek_pair_have(sek_pair_of_word("pkcs11+password")) ==
	    SEK_HAVE_PKCS11);
	sek_policy_free(p);
}

int
main(void)
{
	RUN(bad_texts_name_line_and_word);
	RUN(defaults);
	RUN(each_key_has_its_effect);
	RUN(keys_alone_need_no_ca);
	RUN(pairs_of_both_kinds);
	return CHECK_END();
}
