/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sekisho.conf as text: [ssh], and the pair that begins with a key that sshd
 * has verified.
 */
#include "tests/policy_fixture.h"

#define SSH BASE "[ssh]\n" /* 8 lines */

static void
bad_texts_name_line_and_word(void)
{
	static const struct {
		const char *text;
		unsigned line;
		const char *word;
	} bad[] = {
		{ SSH "software-keys = maybe\n", 9, "yes or no" },
		{ SSH "software-keys =\n", 9, "has no value" },
		{ SSH "software-keys = no\nsoftware-keys = no\n", 10,
		    "duplicate" },
		{ SSH "ca-keys = keys\n", 9, "absolute" },
		{ SSH "ca-keys = /a/../b\n", 9, "without \"..\"" },
		{ SSH "ca-key = /a\n", 9,
		    "there are software-keys ca-keys" },
		{ BASE "[ssh a]\n", 8, "ssh" },
		{ BASE "[service t]\npairs = ssh-key\n", 9,
		    "ssh-key+password" },
		{ BASE "[service t]\npairs = ssh-key+pin\n", 9,
		    "ssh-key+password" },
	};
	size_t i;

	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		refused(bad[i].text, strlen(bad[i].text), bad[i].line,
		    bad[i].word);
}

static void
defaults(void)
{
	struct sek_policy *p = accepted(SSH);

	CHECK(!p->ssh_software);
	CHECK_STR(p->ssh_ca_keys, "");
	CHECK(!sek_policy_has(p, SEK_HAVE_SSH_KEY));
	sek_policy_free(p);
}

static void
each_key_has_its_effect(void)
{
	struct sek_policy *p = accepted(SSH "software-keys = yes\n"
	    "ca-keys = /etc/cas\n[service sshd]\n"
	    "pairs = ssh-key+password, pkcs11+pin\n");

	CHECK(p->ssh_software);
	CHECK_STR(p->ssh_ca_keys, "/etc/cas");
	CHECK(sek_policy_has(p, SEK_HAVE_SSH_KEY));
	CHECK_INT(p->services[1].pairs[0], SEK_PAIR_SSH_PASSWORD);
	CHECK(sek_pair_wants_password(SEK_PAIR_SSH_PASSWORD));
	CHECK_INT(sek_pair_have(SEK_PAIR_SSH_PASSWORD), SEK_HAVE_SSH_KEY);
	sek_policy_free(p);
}

/* A machine that only sshd lets people into needs neither a module nor a
 * CA. */
static void
ssh_alone(void)
{
	struct sek_policy *p = accepted("[service sshd]\n"
	    "pairs = ssh-key+password\n");

	CHECK_INT(p->n_modules, 0);
	CHECK_STR(p->anchors, "");
	sek_policy_free(p);
}

int
main(void)
{
	RUN(bad_texts_name_line_and_word);
	RUN(defaults);
	RUN(each_key_has_its_effect);
	RUN(ssh_alone);
	return CHECK_END();
}
