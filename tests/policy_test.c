/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sekisho.conf as text: what is accepted, what each key sets, and what is
 * refused with which line and which word.
 */
#include <stdlib.h>
#include <unistd.h>

#include "tests/policy_fixture.h"

static const struct { const char *text; unsigned line; const char *word; }
bad[] = {
	/* lines */
	{ "\xEF\xBB\xBF" BASE, 1, "byte order mark" },
	{ BASE "[limits]\r\n", 8, "carriage return" },
	{ BASE "# \xC0\xAF\n", 8, "UTF-8" },
	{ BASE "# \xED\xA0\x80\n", 8, "UTF-8" },
	{ BASE "# a\x1b[2Jb\n", 8, "UTF-8" },
	{ BASE "# \x7f\n", 8, "UTF-8" },
	{ BASE "# \xC2\x85\n", 8, "UTF-8" },
	{ BASE "# \xE2\x80\xAE evil\n", 8, "UTF-8" },
	{ BASE " [limits]\n", 8, "begins with a blank" },
	{ BASE "[limits]\npin-tries = 2\n\t3\n", 10, "begins with a blank" },
	{ BASE " # indented\n", 8, "begins with a blank" },
	{ BASE "hello\n", 8, "is none of" },
	{ BASE "[limits]\npin-tries: 2\n", 9, "is none of" },
	{ BASE "[limits]\npin-tries\n", 9, "is none of" },
	{ BASE "[limits]\nPin-Tries = 2\n", 9, "is none of" },
	{ BASE "[limits]\n= 2\n", 9, "is none of" },
	{ BASE "[limits]\npin-tries = 2 ; two\n", 9, "comment behind" },
	{ BASE "[limits]\npin-tries = 2\t# two\n", 9, "comment behind" },
	{ BASE "[limits]\npin-tries =\n", 9, "no value" },
	{ BASE "[limits]\npin-tries = \t \n", 9, "no value" },
	/* sections */
	{ "host = a\n" BASE, 1, "before the first section" },
	{ BASE "[limit]\n", 8, "unknown section" },
	{ BASE "[]\n", 8, "unknown section" },
	{ BASE "[LIMITS]\n", 8, "unknown section" },
	{ BASE "[limits\n", 8, "no ']'" },
	{ BASE "[limits] x\n", 8, "text after" },
	{ BASE "[limits]]\n", 8, "text after" },
	{ BASE "[limits x]\n", 8, "takes no name" },
	{ BASE "[limits]\n[limits]\n", 9, "line 8 already" },
	{ BASE "[limits]\n[sekisho]\n[limits]\n", 10, "line 8 already" },
	{ BASE "[pkcs11]\n", 8, "needs one name" },
	{ BASE "[service ]\n", 8, "needs one name" },
	{ BASE "[service a b]\n", 8, "needs one name" },
	{ BASE "[service ../x]\n", 8, "needs one name" },
	{ BASE "[service Sshd]\n", 8, "lower case" },
	{ BASE "[service s]\n", 8, "already" },
	{ BASE "[pkcs11 a]\n", 8, "already" },
	{ BASE "[service x]\n[limits]\n", 8, "pairs is missing" },
	{ BASE "[service x]\n", 8, "pairs is missing" },
	{ BASE "[pkcs11 x]\ntoken-label = y\n", 8, "module is missing" },
	{ BASE "[service 5678901234567890123456789012345678901234567890]\n",
	    8, "longer than 49" },
	/* keys */
	{ BASE "[limits]\npin = 2\n", 9, "unknown key; there are "
	    "login-seconds insert-seconds" },
	{ BASE "[sekisho]\nstate = /x\n", 9, "unknown key" },
	{ BASE "[limits]\npin-tries = 2\npin-tries = 2\n", 10,
	    "duplicate: set at line 9" },
	{ BASE "[service t]\npairs = pkcs11+pin\npairs = pkcs11+pin\n", 10,
	    "duplicate" },
	{ BASE "[service t]\npairs = pkcs11+pin\nunlock = maybe\n", 10,
	    "yes or no" },
	{ BASE "[service t]\npairs = pkcs11+pin\nlast-login = yes\n"
	    "unlock = yes\n", 10, "an unlock is no login" },
	{ BASE "[service t]\npairs = pkcs11+pin\nremember-minutes = 5\n"
	    "unlock = yes\n", 10, "a lock must not open by what is" },
	{ BASE "[service t]\npairs = pkcs11+pin\nswitch = greeter\n", 10,
	    "needs unlock = yes" },
	{ BASE "[service t]\npairs = pkcs11+pin\nunlock = no\n"
	    "switch = greeter\n", 11, "needs unlock = yes" },
	{ BASE "[service t]\npairs = pkcs11+pin\nunlock = yes\n"
	    "switch = yes\n", 11, "must be no or greeter" },
	{ BASE "[service t]\npairs = pkcs11+pin\nwatch = end\n"
	    "remember-minutes = 5\n", 11, "no token that could be watched" },
	{ BASE "[service t]\npairs = pkcs11+pin\nremember-minutes = 5\n"
	    "watch-shared = lock\n", 10, "no token that could be watched" },
	/* values */
	{ BASE "[sekisho]\nhost = a b\n", 9, "host name" },
	{ BASE "[sekisho]\nhost = -a\n", 9, "host name" },
	{ BASE "[sekisho]\nlanguage = fr\n", 9, "ja, en or auto, not \"fr\"" },
	{ BASE "[limits]\nlogin-seconds = 9\n", 9, "10 to 600" },
	{ BASE "[limits]\nlogin-seconds = 601\n", 9, "10 to 600" },
	{ BASE "[limits]\nlogin-seconds = 4294967306\n", 9, "10 to 600" },
	{ BASE "[limits]\nlogin-seconds = 99999999999999999999\n", 9, "600" },
	{ BASE "[limits]\nlogin-seconds = 020\n", 9, "whole number" },
	{ BASE "[limits]\nlogin-seconds = +20\n", 9, "whole number" },
	{ BASE "[limits]\nlogin-seconds = -20\n", 9, "whole number" },
	{ BASE "[limits]\nlogin-seconds = 20s\n", 9, "whole number" },
	{ BASE "[limits]\nlogin-seconds = 0x20\n", 9, "whole number" },
	{ BASE "[limits]\nlogin-seconds = 2.5\n", 9, "whole number" },
	{ BASE "[limits]\npin-tries = 0\n", 9, "1 to 5" },
	{ BASE "[limits]\nfail-delay-ms = 10001\n", 9, "0 to 10000" },
	{ BASE "[helpers]\nuser = a b\n", 9, "one name" },
	{ BASE "[helpers]\nuser = aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaa\n", 9, "at most 64 bytes" },
	{ BASE "[certificate]\npurpose = email\n", 9, "OIDs or the words" },
	{ BASE "[certificate]\npurpose = 1.2.\n", 9, "OIDs" },
	{ BASE "[certificate]\npurpose = 3.2.1\n", 9, "OIDs" },
	{ BASE "[certificate]\npurpose = 1.2.03\n", 9, "OIDs" },
	{ BASE "[certificate]\npurpose = client-auth 1.3.6.1.5.5.7.3.2\n", 9,
	    "twice" },
	{ BASE "[certificate]\npolicy = client-auth\n", 9, "must be OIDs" },
	{ BASE "[certificate]\npolicy = 1.2.1 1.2.2 1.2.3 1.2.4 1.2.5 1.2.6 "
	    "1.2.7 1.2.8 1.2.9 1.2.10 1.2.11 1.2.12 1.2.13 1.2.14 1.2.15 "
	    "1.2.16 1.2.17\n", 9, "more than 16" },
	{ BASE "[certificate]\nrequire-purpose = maybe\n", 9, "yes or no" },
	{ BASE "[certificate]\nrsa-min-bits = 1024\n", 9, "2048 to 8192" },
	{ BASE "[certificate]\nmax-depth = 11\n", 9, "1 to 10" },
	{ BASE "[revocation]\ncheck = off\n", 9, "crl, crl-leaf, ocsp, "
	    "ocsp-leaf, either or none, not \"off\"" },
	{ BASE "[revocation]\ncheck = OCSP\n", 9, "either or none" },
	{ BASE "[revocation]\nstale = allow\n", 9, "grace HOURS" },
	{ BASE "[revocation]\nstale = grace\n", 9, "grace HOURS" },
	{ BASE "[revocation]\nstale = grace 0\n", 9, "grace HOURS" },
	{ BASE "[revocation]\nstale = grace 721\n", 9, "grace HOURS" },
	{ BASE "[revocation]\nstale = grace 8 h\n", 9, "grace HOURS" },
	{ BASE "[revocation]\ncheck = none\nstale = deny\n", 10,
	    "contradicts \"check = none\" at line 9" },
	{ BASE "[revocation]\nstale = grace 8\ncheck = none\n", 9,
	    "contradicts \"check = none\" at line 10" },
	{ BASE "[password]\nservice = a/b\n", 9, "one name" },
	{ BASE "[password]\nconfdir = etc\n", 9, "absolute" },
	{ BASE "[pkcs11 b]\nmodule = softhsm.so\n", 9, "absolute path, not "
	    "\"softhsm.so\"" },
	{ BASE "[pkcs11 b]\nmodule = /a/../b\n", 9, "\"..\"" },
	{ BASE "[pkcs11 b]\nmodule = /a/..\n", 9, "\"..\"" },
	{ BASE "[pkcs11 b]\nmodule = /b\nenvironment = LD_PRELOAD=/x\n", 10,
	    "loader" },
	{ BASE "[pkcs11 b]\nmodule = /b\nenvironment = GCONV_PATH=/x\n", 10,
	    "loader" },
	{ BASE "[pkcs11 b]\nmodule = /b\nenvironment = A\n", 10,
	    "NAME=VALUE" },
	{ BASE "[pkcs11 b]\nmodule = /b\nenvironment = A=\n", 10,
	    "NAME=VALUE" },
	{ BASE "[pkcs11 b]\nmodule = /b\nenvironment = =b\n", 10,
	    "NAME=VALUE" },
	{ BASE "[pkcs11 b]\nmodule = /b\nenvironment = a=b\n", 10,
	    "NAME=VALUE" },
	{ BASE "[pkcs11 b]\nmodule = /b\nenvironment = 1A=b\n", 10,
	    "NAME=VALUE" },
	{ BASE "[pkcs11 b]\nmodule = /b\nenvironment = A=1 B=2 A=3\n", 10,
	    "names A=3 twice" },
	{ BASE "[service t]\npairs = password\n", 9, "ssh-key+password and" },
	{ BASE "[service t]\npairs = pkcs11+pin,\n", 9, "separated by" },
	{ BASE "[service t]\npairs = pkcs11+pin pkcs11+password\n", 9,
	    "separated by" },
	{ BASE "[service t]\npairs = pkcs11+pin, pkcs11+pin\n", 9,
	    "names pkcs11+pin twice" },
	/* the whole */
	{ "", 0, "[service NAME]: there is none" },
	{ "[paths]\ncrls = /c\n[pkcs11 a]\nmodule = /m\n", 1,
	    "trust-anchors: is missing" },
	{ "[paths]\ntrust-anchors = /t\ncrls = /c\n", 3, "[service NAME]" },
	{ "[paths]\ntrust-anchors = /t\ncrls = /c\n[service s]\n"
	    "pairs = pkcs11+pin\n", 5, "[pkcs11 NAME]" },
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
nul_is_refused_anywhere(void)
{
	static const char nul[] = BASE "[limits]\npin-tries = 2\0\n";
	char text[] = BASE;
	struct sek_policy *p = NULL;
	size_t i;

	refused(nul, sizeof nul - 1, 9, "NUL");
	for (i = 0; i < sizeof text - 1; i++) {
		char was = text[i];

		text[i] = '\0';
		CHECK(sek_policy_parse("f", text, sizeof text - 1, &p, NULL) ==
		    SEK_E_SYNTAX);
		text[i] = was;
	}
}

/* Every prefix of a good file is refused or is good, never a crash, and a
 * file without its last newline is as good as with it. */
static void
cut_anywhere(void)
{
	struct sek_policy *p;
	char *copy;
	size_t n;

	for (n = 0; n <= strlen(BASE); n++) {
		copy = malloc(n + 1);
		CHECK(copy != NULL);
		memcpy(copy, BASE, n); /* its own block: ASan sees the end */
		p = NULL;
		if (sek_policy_parse("f", copy, n, &p, NULL) == SEK_OK)
			CHECK(n >= strlen(BASE) - 1);
		else
			CHECK(n < strlen(BASE) - 1);
		sek_policy_free(p);
		free(copy);
	}
}

static void
long_lines_and_files(void)
{
	size_t n = 10u * 1024 * 1024, i;
	char *text = malloc(n + 1);

	CHECK(text != NULL);
	memset(text, 'a', n);
	text[n] = '\0';
	refused(text, n, 0, "larger than 262144 bytes"); /* 10 MiB line */
	refused(text, 200000, 1, "longer than 190");
	memcpy(text, BASE, strlen(BASE));
	refused(text, strlen(BASE) + 191, 8, "longer than 190");
	text[strlen(BASE)] = '#';
	text[strlen(BASE) + 190] = '\0';
	sek_policy_free(accepted(text)); /* 190 bytes are allowed */
	memset(text, '\n', n);
	refused(text, 1000000, 0, "larger than"); /* a million lines */
	refused(text, 200000, 10001, "more than 10000 lines");
	for (i = 0; i < 200000; i += 2)
		text[i] = '#';
	refused(text, 200000, 10001, "more than 10000 lines");
	free(text);
}

static void
many_sections(void)
{
	char text[8192];
	int n, i;

	n = snprintf(text, sizeof text, "%s", BASE);
	for (i = 2; i <= 64; i++)
		n += snprintf(text + n, sizeof text - (size_t)n,
		    "[service s%d]\npairs = pkcs11+pin\n", i);
	sek_policy_free(accepted(text));
	(void)snprintf(text + n, sizeof text - (size_t)n, "[service t]\n");
	refused(text, strlen(text), 7 + 63 * 2 + 1, "more than 64");

	n = snprintf(text, sizeof text, "%s", BASE);
	for (i = 2; i <= 8; i++)
		n += snprintf(text + n, sizeof text - (size_t)n,
		    "[pkcs11 m%d]\nmodule = /m\n", i);
	sek_policy_free(accepted(text));
	(void)snprintf(text + n, sizeof text - (size_t)n, "[pkcs11 t]\n");
	refused(text, strlen(text), 7 + 7 * 2 + 1, "more than 8");

	n = snprintf(text, sizeof text, "%s", BASE);
	for (i = 1; i <= 16; i++)
		n += snprintf(text + n, sizeof text - (size_t)n,
		    "[crl c%d]\nurl = http://a/%d\n", i, i);
	sek_policy_free(accepted(text));
	(void)snprintf(text + n, sizeof text - (size_t)n, "[crl t]\n");
	refused(text, strlen(text), 7 + 16 * 2 + 1, "more than 16 crl");
}

static void
defaults(void)
{
	struct sek_policy *p = accepted(BASE);
	char host[300] = "";

	CHECK(gethostname(host, sizeof host - 1) == 0);
	CHECK_STR(p->host, host);
	CHECK(p->language_auto);
	CHECK_INT(p->language, SEK_LANG_EN);
	CHECK_STR(p->state, "/var/lib/sekisho");
	CHECK_STR(p->audit, "/var/log/sekisho");
	CHECK_STR(p->helpers, "/usr/libexec/sekisho");
	CHECK_STR(p->anchors, "/t");
	CHECK_STR(p->intermediates, "");
	CHECK_STR(p->crls, "/c");
	CHECK_STR(p->cache, "/var/cache/sekisho");
	CHECK_INT(p->ocsp_max_age_h, 24);
	CHECK_INT(p->ocsp_live_s, 0);
	CHECK_INT(p->n_ocsp_urls, 0);
	CHECK_INT(p->n_crl_urls, 0);
	CHECK(p->fetch_from_certs);
	CHECK_INT(p->fetch_s, 120);
	CHECK_INT(p->fetch_max_mb, 128);
	CHECK_STR(p->fetch_proxy, "");
	CHECK_STR(p->fetch_ca_file, "");
	CHECK_INT(p->services[0].n_roles, 0);
	CHECK_INT(p->services[0].remember_m, 0);
	CHECK_STR(p->helper_user, "_sekisho");
	CHECK_INT(p->login_s, 120);
	CHECK_INT(p->insert_s, 30);
	CHECK_INT(p->type_s, 60);
	CHECK_INT(p->token_s, 20);
	CHECK_INT(p->pin_tries, 3);
	CHECK_INT(p->fail_delay_ms, 2000);
	CHECK_INT(p->peer_per_minute, 20);
	CHECK_INT(p->n_purposes, 2);
	CHECK_STR(p->purposes[0], "1.3.6.1.5.5.7.3.2");
	CHECK_STR(p->purposes[1], "1.3.6.1.4.1.311.20.2.2");
	CHECK(p->purpose_needed);
	CHECK_INT(p->n_policies, 0);
	CHECK_INT(p->rsa_min_bits, 2048);
	CHECK_INT(p->max_depth, 6);
	CHECK(p->check == SEK_CHECK_CRL);
	CHECK_INT(p->stale, SEK_UNKNOWN_DENY);
	CHECK_INT(p->grace_s, 0);
	CHECK_STR(p->password_service, "sekisho-password");
	CHECK_STR(p->password_confdir, "");
	CHECK_STR(p->modules[0].label, "");
	CHECK_INT(p->modules[0].n_env, 0);
	sek_policy_free(p);
}

static const char full[] =
    "# \xE9\x96\xA2\xE6\x89\x80 a comment\n"
    "; another\n"
    "\n"
    "[sekisho]\n"
    "host=ward3.example.jp\n"
    "language   =\tja\t\n"
    "[paths]\n"
    "state = /s\naudit = /a\nhelpers = /h\ntrust-anchors = /t\n"
    "intermediates = /i\ncache = /k\n"
    "[helpers]\n"
    "user = other\n"
    "[limits]\n"
    "login-seconds = 600\ninsert-seconds = 1\ntype-seconds = 5\n"
    "token-seconds = 120\npin-tries = 5\nfail-delay-ms = 0\n"
    "peer-per-minute = 600\n"
    "[certificate]\n"
    "purpose = smartcard-logon 1.2.392.100495\n"
    "require-purpose = no\n"
    "policy = 1.2.3 1.2.4\n"
    "rsa-min-bits = 3072\nmax-depth = 1\n"
    "[revocation]\n"
    "check = either\nocsp-max-age = 720\nocsp-live = 10\n"
    "ocsp-url = http://o.jp https://p.jp/x\n"
    "[fetch]\n"
    "distribution-points = no\nseconds = 3600\nmax-megabytes = 1024\n"
    "proxy = http://proxy.jp:3128\nca-file = /ca.pem\n"
    "[crl one]\n"
    "url = http://one.jp/a.crl\n"
    "[crl two]\n"
    "url = ldap://two.jp/CN=b\n"
    "[password]\n"
    "service = pw\nconfdir = /p\n"
    "[pkcs11 soft]\n"
    "module = /m1\n"
    "token-label = \xE5\x8C\xBB\xE5\xB8\xAB card # 7\n"
    "[pkcs11 tpm]\n"
    "module = /m2\n"
    "environment = TPM2_PKCS11_TCTI=tabrmd:bus=session A_1=x=y\n"
    "[service *]\n"
    "pairs = pkcs11+password\n"
    "[service sshd]\n"
    "pairs = pkcs11+pin , pkcs11+password\n"
    "# the end";

static void
each_key_has_its_effect(void)
{
	/* " #" begins a comment elsewhere: here it must be refused ... */
	char text[sizeof full], *mark;
	struct sek_policy *p;

	memcpy(text, full, sizeof full);
	refused(text, strlen(text), 50, "comment behind");
	mark = strstr(text, " # 7"); /* ... so the label has none */
	CHECK(mark != NULL);
	memcpy(mark, " no7", 4);
	p = accepted(text);
	CHECK_STR(p->host, "ward3.example.jp");
	CHECK(!p->language_auto);
	CHECK_INT(p->language, SEK_LANG_JA);
	CHECK_STR(p->state, "/s");
	CHECK_STR(p->audit, "/a");
	CHECK_STR(p->helpers, "/h");
	CHECK_STR(p->anchors, "/t");
	CHECK_STR(p->intermediates, "/i");
	CHECK_STR(p->crls, "");
	CHECK_STR(p->helper_user, "other");
	CHECK_INT(p->login_s, 600);
	CHECK_INT(p->insert_s, 1);
	CHECK_INT(p->type_s, 5);
	CHECK_INT(p->token_s, 120);
	CHECK_INT(p->pin_tries, 5);
	CHECK_INT(p->fail_delay_ms, 0);
	CHECK_INT(p->peer_per_minute, 600);
	CHECK_INT(p->n_purposes, 2);
	CHECK_STR(p->purposes[0], "1.3.6.1.4.1.311.20.2.2");
	CHECK_STR(p->purposes[1], "1.2.392.100495");
	CHECK(!p->purpose_needed);
	CHECK_INT(p->n_policies, 2);
	CHECK_STR(p->policies[1], "1.2.4");
	CHECK_INT(p->rsa_min_bits, 3072);
	CHECK_INT(p->max_depth, 1);
	CHECK(p->check == SEK_CHECK_EITHER);
	CHECK_STR(p->cache, "/k");
	CHECK_INT(p->ocsp_max_age_h, 720);
	CHECK_INT(p->ocsp_live_s, 10);
	CHECK_INT(p->n_ocsp_urls, 2);
	CHECK_STR(p->ocsp_urls[0], "http://o.jp");
	CHECK_STR(p->ocsp_urls[1], "https://p.jp/x");
	CHECK(!p->fetch_from_certs);
	CHECK_INT(p->fetch_s, 3600);
	CHECK_INT(p->fetch_max_mb, 1024);
	CHECK_STR(p->fetch_proxy, "http://proxy.jp:3128");
	CHECK_STR(p->fetch_ca_file, "/ca.pem");
	CHECK_INT(p->n_crl_urls, 2);
	CHECK_STR(p->crl_names[1], "two");
	CHECK_STR(p->crl_urls[1], "ldap://two.jp/CN=b");
	CHECK_STR(p->password_service, "pw");
	CHECK_STR(p->password_confdir, "/p");
	CHECK_INT(p->n_modules, 2);
	CHECK_STR(p->modules[0].name, "soft");
	CHECK_STR(p->modules[0].path, "/m1");
	CHECK_STR(p->modules[0].label,
	    "\xE5\x8C\xBB\xE5\xB8\xAB card no7");
	CHECK_STR(p->modules[1].name, "tpm");
	CHECK_INT(p->modules[1].n_env, 2);
	CHECK_STR(p->modules[1].env[0], "TPM2_PKCS11_TCTI=tabrmd:bus=session");
	CHECK_STR(p->modules[1].env[1], "A_1=x=y");
	CHECK(p->modules[1].env[2] == NULL);
	CHECK_INT(p->n_services, 2);
	CHECK_INT(p->services[1].n_pairs, 2);
	CHECK_INT(p->services[1].pairs[0], SEK_PAIR_PKCS11_PIN);
	CHECK_INT(p->services[1].pairs[1], SEK_PAIR_PKCS11_PASSWORD);
	sek_policy_free(p);
}

static void
stale_words(void)
{
	struct sek_policy *p;

	p = accepted(BASE "[revocation]\nstale = grace 720\ncheck = crl\n");
	CHECK_INT(p->stale, SEK_UNKNOWN_GRACE);
	CHECK_INT(p->grace_s, 720 * 3600);
	sek_policy_free(p);
	p = accepted(BASE "[revocation]\nstale = deny\n");
	CHECK_INT(p->stale, SEK_UNKNOWN_DENY);
	CHECK_INT(p->grace_s, 0);
	sek_policy_free(p);
	p = accepted(BASE "[sekisho]\nlanguage = auto\n");
	CHECK(p->language_auto);
	sek_policy_free(p);
}

static void
services_are_found(void)
{
	struct sek_policy *p = accepted(BASE "[service *]\n"
	    "pairs = pkcs11+password\n[service sudo]\npairs = pkcs11+pin\n");

	CHECK_STR(sek_policy_service(p, "s")->name, "s");
	CHECK_STR(sek_policy_service(p, "sudo")->name, "sudo");
	CHECK_STR(sek_policy_service(p, "login")->name, "*");
	CHECK_STR(sek_policy_service(p, "")->name, "*");
	sek_policy_free(p);
	p = accepted(BASE);
	CHECK(sek_policy_service(p, "login") == NULL);
	CHECK(sek_policy_service(p, "S") == NULL);
	sek_policy_free(p);
}

static void
pair_words_go_both_ways(void)
{
	CHECK_STR(sek_pair_word(SEK_PAIR_PKCS11_PASSWORD), "pkcs11+password");
	CHECK_STR(sek_pair_word(SEK_PAIR_PKCS11_PIN), "pkcs11+pin");
	CHECK(sek_pair_word((enum sek_pair)0) == NULL);
	CHECK(sek_pair_word((enum sek_pair)99) == NULL);
	CHECK_INT(sek_pair_of_word("pkcs11+pin"), SEK_PAIR_PKCS11_PIN);
	CHECK_INT(sek_pair_of_word("pkcs11"), 0);
	CHECK_INT(sek_pair_of_word(""), 0);
}

static void
outside_names_are_escaped(void)
{
	struct sek_policy *p = NULL;
	struct sek_why why;

	CHECK(sek_policy_parse("/x\n\x1b[2J", "[a]\n", 4, &p, &why) ==
	    SEK_E_SYNTAX);
	CHECK(strstr(why.text, "/x\\x0a\\x1b[2J:1: [a]: unknown") != NULL);
}

int
main(void)
{
	RUN(bad_texts_name_line_and_word);
	RUN(nul_is_refused_anywhere);
	RUN(cut_anywhere);
	RUN(long_lines_and_files);
	RUN(many_sections);
	RUN(defaults);
	RUN(each_key_has_its_effect);
	RUN(stale_words);
	RUN(services_are_found);
	RUN(pair_words_go_both_ways);
	RUN(outside_names_are_escaped);
	return CHECK_END();
}
