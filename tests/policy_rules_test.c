/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sekisho.conf as text: where revocation data comes from, roles, and what a
 * TLS server tells.
 */
#include "tests/policy_fixture.h"

#define OCSP BASE "[revocation]\ncheck = ocsp\n" /* 9 lines */
#define TLS "[service v]\npairs = tls-name+password" /* 2 lines */
#define ROLES BASE "roles = "                     /* in line 8 */
#define RESCUE BASE "[service t]\npairs = pkcs11+pin\nrescue = " /* 10 */

static const struct { const char *text; unsigned line; const char *word; }
bad[] = {
	{ BASE "[revocation]\nocsp-max-age = 24\n", 9,
	    "[revocation] ocsp-max-age: contradicts \"check = crl\" "
	    "(default)" },
	{ BASE "[revocation]\nocsp-live = 2\ncheck = crl-leaf\n", 9,
	    "ocsp-live: contradicts \"check = crl-leaf\" at line 10" },
	{ BASE "[revocation]\ncheck = none\nocsp-url = http://o\n", 10,
	    "ocsp-url: contradicts \"check = none\" at line 9" },
	{ OCSP "ocsp-max-age = 0\n", 10, "1 to 720" },
	{ OCSP "ocsp-max-age = 721\n", 10, "1 to 720" },
	{ OCSP "ocsp-max-age = 24 h\n", 10, "whole number" },
	{ OCSP "ocsp-max-age = 1\nocsp-max-age = 1\n", 11, "duplicate" },
	{ OCSP "ocsp-live = 11\n", 10, "0 to 10" },
	{ OCSP "ocsp-live = -1\n", 10, "0 to 10" },
	{ OCSP "ocsp-live = 1\nocsp-live = 1\n", 11, "duplicate" },
	{ OCSP "ocsp-url = ocsp.example.jp\n", 10, "http:// or https://" },
	{ OCSP "ocsp-url = ldap://o/\n", 10, "http:// or https://, not \"" },
	{ OCSP "ocsp-url = file:///o\n", 10, "http:// or https://" },
	{ OCSP "ocsp-url = http://a/ http://b:0/\n", 10,
	    "port of 1 to 65535 if any, not \"http://b:0/\"" },
	{ OCSP "ocsp-url = http://a http://a\n", 10, "http://a twice" },
	{ OCSP "ocsp-url = http://a\nocsp-url = http://b\n", 11,
	    "duplicate" },
	{ OCSP "ocsp-url = http://1 http://2 http://3 http://4 http://5 "
	    "http://6 http://7 http://8 http://9 http://10 http://11 "
	    "http://12 http://13 http://14 http://15 http://16 http://17\n",
	    10, "more than 16" },
	{ BASE "watch = yes\n", 8, "must be no, lock, end or tap" },
	{ BASE "watch = Lock\n", 8, "must be no, lock, end or tap" },
	{ BASE "watch-shared =\n", 8, "has no value" },
	{ BASE "watch = end\nwatch = end\n", 9, "duplicate" },
	{ BASE "[limits]\nreader-grace-seconds = 61\n", 9, "0 to 60" },
	{ BASE "[record]\ntoken-module = a\n", 9, "needs token-key" },
	{ BASE "[record]\ntoken-module = b\ntoken-key = k\n", 9,
	    "a section [pkcs11 NAME], not \"b\"" },
	{ BASE "[record]\ntoken-key = k\n", 9, "without token-module" },
	{ BASE "[record]\ntoken-label = l\n", 9, "without token-module" },
	{ BASE "[record]\ntoken-pin-file = /p\n", 9,
	    "without token-module" },
	{ BASE "[record]\ntoken-pin-file = p\n", 9, "absolute" },
	/* it is no module of logins any more */
	{ BASE "[record]\ntoken-module = a\ntoken-key = k\n", 0,
	    "a service has a pair with pkcs11" },
	{ BASE TLS ", pkcs11+pin\n", 9, "can have no other pair, not \"tls-" },
	{ BASE "[service v]\npairs = ssh-key+password, tls-name+password\n",
	    9, "can have no other pair" },
	{ BASE "[service *]\npairs = tls-name+password\n", 9,
	    "only a service that is named" },
	{ "[paths]\ncrls = /c\n" TLS "\n", 1,
	    "[paths] trust-anchors: is missing" },
	{ BASE "tls-name = common-name\n", 8,
	    "[service s] tls-name: needs the pair tls-name+password" },
	{ BASE "tls-name = serial-number\n[limits]\n", 8, "needs the pair" },
	{ BASE TLS "\ntls-name = serial\n", 10,
	    "must be common-name or serial-number, not \"serial\"" },
	{ BASE TLS "\ntls-name = CN\n", 10, "must be common-name" },
	{ BASE "[paths]\n", 8, "line 1 already" },
	{ "[paths]\ncache = cache\n", 2, "cache: must be an absolute" },
	{ "[paths]\ncache = /a/../b\n", 2, "\"..\"" },
	{ "[paths]\ncache = /a\ncache = /a\n", 3, "duplicate" },
	{ BASE "[fetch]\n[fetch]\n", 9, "line 8 already" },
	{ BASE "[fetch]\ncrl-url = http://a\n", 9, "unknown key; there are "
	    "distribution-points seconds max-megabytes proxy ca-file" },
	{ BASE "[fetch]\ndistribution-points = 1\n", 9, "yes or no" },
	{ BASE "[fetch]\nseconds = 4\n", 9, "5 to 3600" },
	{ BASE "[fetch]\nseconds = 3601\n", 9, "5 to 3600" },
	{ BASE "[fetch]\nseconds = 5\nseconds = 5\n", 10, "duplicate" },
	{ BASE "[fetch]\nmax-megabytes = 0\n", 9, "1 to 1024" },
	{ BASE "[fetch]\nmax-megabytes = 1025\n", 9, "1 to 1024" },
	{ BASE "[fetch]\nproxy = proxy:8080\n", 9, "http://HOST:PORT" },
	{ BASE "[fetch]\nproxy = https://p:8080\n", 9, "http://HOST:PORT" },
	{ BASE "[fetch]\nproxy = http://p\n", 9, "http://HOST:PORT" },
	{ BASE "[fetch]\nproxy = http://[::1]\n", 9, "http://HOST:PORT" },
	{ BASE "[fetch]\nproxy = http://p:8080/\n", 9, "http://HOST:PORT" },
	{ BASE "[fetch]\nproxy = http://u:p@h:8080\n", 9,
	    "http://HOST:PORT" },
	{ BASE "[fetch]\nproxy = http://p:99999\n", 9, "http://HOST:PORT" },
	{ BASE "[fetch]\nca-file = ca.pem\n", 9, "absolute" },
	{ BASE "[crl]\nurl = http://a\n", 8, "needs one name" },
	{ BASE "[crl a]\n", 8, "[crl a]: the key url is missing" },
	{ BASE "[crl a]\n[crl b]\nurl = http://b\n", 8, "url is missing" },
	{ BASE "[crl a]\nurl = http://a\n[crl a]\nurl = http://b\n", 10,
	    "already" },
	{ BASE "[crl a]\nurl = http://a\n[crl b]\nurl = http://a\n", 11,
	    "http://a twice" },
	{ BASE "[crl a]\nurl = http://a\nurl = http://b\n", 10,
	    "duplicate" },
	{ BASE "[crl a]\nurl = http://a http://b\n", 9, "URL characters" },
	{ BASE "[service t]\npairs = pkcs11+pin\nroles =\n", 10, "no value" },
	{ BASE "[service t]\nremember-minutes = 0\n", 9, "1 to 60" },
	{ BASE "[service t]\nremember-minutes = 61\n", 9, "1 to 60" },
	{ BASE "[service t]\nremember-minutes = 5 min\n", 9,
	    "whole number" },
	{ BASE "[service t]\nremember-minutes = 1\nremember-minutes = 1\n",
	    10, "duplicate" },
	{ BASE "[service *]\nremember-minutes = 5\n", 9, "by its name" },
	{ BASE "[service sshd]\nremember-minutes = 5\n", 9,
	    "never for sshd" },
	{ ROLES "\"\"\n", 8, "one is empty" },
	{ ROLES "A,\n", 8, "one is empty" },
	{ ROLES "A,,B\n", 8, "one is empty" },
	{ ROLES ", A\n", 8, "one is empty" },
	{ ROLES "\"A\n", 8, "quote that is not around" },
	{ ROLES "A\"\n", 8, "quote that is not around" },
	{ ROLES "\"A\" B\n", 8, "quote that is not around" },
	{ ROLES "\"A\"B\", C\n", 8, "quote that is not around" },
	{ ROLES "A, B, \"A\"\n", 8, "names A twice" },
	{ ROLES "A\nroles = A\n", 9, "duplicate" },
	{ ROLES "12345678901234567890123456789012345678901234567890123456789"
	    "012345\n", 8, "at most 64 bytes" },
	{ ROLES "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17\n", 8,
	    "more than 16" },
	{ RESCUE "\n", 10, "no value" },
	{ RESCUE "a,\n", 10, "names of accounts" },
	{ RESCUE "a b\n", 10, "names of accounts" },
	{ RESCUE "../a\n", 10, "names of accounts" },
	{ RESCUE "a, b, a\n", 10, "names a twice" },
	{ RESCUE "a\nrescue = b\n", 11, "duplicate" },
	{ RESCUE "1,2,3,4,5,6,7,8,9\n", 10, "more than 8" },
	{ BASE "[service *]\npairs = pkcs11+pin\nrescue = a\n", 10,
	    "section of one service" },
	{ BASE "[service t]\npairs = password\n", 9, "must be pairs of" },
};

static void
bad_texts_name_line_and_word(void)
{
	size_t i;

	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		refused(bad[i].text, strlen(bad[i].text), bad[i].line,
		    bad[i].word);
}

/* Where a CRL may be: accepted, or what the refusal says. */
static const struct { const char *url, *word; } urls[] = {
	{ "http://crl.example.jp", NULL },
	{ "https://crl.example.jp:8443/a%20b/ca.crl?x=1&y=(2)", NULL },
	{ "http://192.0.2.1/ca.crl", NULL },
	{ "http://[2001:db8::1]:8080/ca.crl", NULL },
	{ "http://[::1]/", NULL },
	{ "http://a?q", NULL },
	{ "ldap://d.example.jp/CN=CA,C=JP?certificateRevocationList;binary",
	    NULL },
	{ "ldaps://d.example.jp:636/CN=CA", NULL },
	{ "file:///var/lib/crls/ca.crl", NULL },
	{ "file:///a..b/..c", NULL },
	{ "HTTP://a/", "must begin with" },
	{ "ftp://a/", "must begin with" },
	{ "javascript:alert", "must begin with" },
	{ "/var/ca.crl", "must begin with" },
	{ "http:/a", "must begin with" },
	{ "http://", "must name a host" },
	{ "http:///ca.crl", "must name a host" },
	{ "ldap:///CN=CA", "must name a host" },
	{ "http://-a/", "must name a host" },
	{ "http://a:/", "port of" },
	{ "http://a:65536/", "port of" },
	{ "http://a:080/", "port of" },
	{ "http://a:8x/", "port of" },
	{ "http://a:1:2/", "port of" },
	{ "http://[::1/", "must name a host" },
	{ "http://[]/", "must name a host" },
	{ "http://[::1]x/", "must name a host" },
	{ "http://[fe80::1%25eth0]/", "must name a host" },
	{ "http://a%2eb/", "must name a host" },
	{ "http://user@a/", "user name or password" },
	{ "http://user:pw@a/", "user name or password" },
	{ "http://a/x#y", "URL characters" },
	{ "http://a/%", "URL characters" },
	{ "http://a/%4", "URL characters" },
	{ "http://a/%zz", "URL characters" },
	{ "http://a/%00", "URL characters" },
	{ "http://a/\\b", "URL characters" },
	{ "http://a/\"b", "URL characters" },
	{ "http://\xE9\x96\xA2.jp/", "URL characters" },
	{ "file://a/ca.crl", "file:/// and an absolute path" },
	{ "file:///", "file:/// and an absolute path" },
	{ "file:///a/../b", "without \"..\"" },
	{ "file:///a/..", "without \"..\"" },
	{ "file:///a?b", "file:/// and an absolute path" },
};

static void
urls_are_strict(void)
{
	struct sek_policy *p;
	char text[512];
	size_t i;

	for (i = 0; i < sizeof urls / sizeof urls[0]; i++) {
		(void)snprintf(text, sizeof text, BASE "[crl a]\nurl = %s\n",
		    urls[i].url);
		if (urls[i].word != NULL) {
			refused(text, strlen(text), 9, urls[i].word);
			continue;
		}
		p = accepted(text);
		CHECK_INT(p->n_crl_urls, 1);
		CHECK_STR(p->crl_urls[0], urls[i].url);
		CHECK_STR(p->crl_names[0], "a");
		sek_policy_free(p);
	}
}

static void
roles_are_taken_apart(void)
{
	struct sek_policy *p = accepted(ROLES "\"Medical Doctor\" ,Pharmacist"
	    ",  \"a, b\"\t,\xE5\x8C\xBB\xE5\xB8\xAB no 1,"
	    "1.2.392.100495.1.6.1.1:Dentist\n");
	const struct sek_service *s = &p->services[0];

	CHECK_INT(s->n_roles, 5);
	CHECK_STR(s->roles[0], "Medical Doctor");
	CHECK_STR(s->roles[1], "Pharmacist");
	CHECK_STR(s->roles[2], "a, b");
	CHECK_STR(s->roles[3], "\xE5\x8C\xBB\xE5\xB8\xAB no 1");
	CHECK_STR(s->roles[4], "1.2.392.100495.1.6.1.1:Dentist");
	sek_policy_free(p);
	p = accepted(ROLES "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16\n"
	    "[service t]\npairs = pkcs11+pin\nroles = 1\n");
	CHECK_INT(p->services[0].n_roles, 16);
	CHECK_INT(p->services[1].n_roles, 1);
	sek_policy_free(p);
	p = accepted(ROLES "12345678901234567890123456789012345678901234567890"
	    "12345678901234\n");
	CHECK_INT(strlen(p->services[0].roles[0]), 64);
	sek_policy_free(p);
}

static void
rescue_is_a_matter_of_its_own_section(void)
{
	struct sek_policy *p = accepted(BASE "[service *]\n"
	    "pairs = pkcs11+pin\n[service t]\npairs = pkcs11+pin\n"
	    "rescue = root ,\tsos,3,4,5,6,7,8\n");

	CHECK_INT(p->services[2].n_rescue, 8);
	CHECK(sek_policy_rescues(p, "t", "root"));
	CHECK(sek_policy_rescues(p, "t", "sos"));
	CHECK(!sek_policy_rescues(p, "t", "so"));
	CHECK(!sek_policy_rescues(p, "t", ""));
	CHECK(!sek_policy_rescues(p, "sshd", "root"));
	CHECK(!sek_policy_rescues(p, "*", "root"));
	CHECK_STR(sek_pair_word(SEK_PAIR_RESCUE), "password");
	CHECK(sek_pair_of_word("password") == (enum sek_pair)0);
	CHECK(sek_pair_have(SEK_PAIR_RESCUE) == SEK_HAVE_NONE);
	sek_policy_free(p);
}

static void
each_word_of_check(void)
{
	static const struct { const char *word; enum sek_rev_check check;
	    bool ocsp; } words[] = {
		{ "crl", SEK_CHECK_CRL, false },
		{ "crl-leaf", SEK_CHECK_CRL_LEAF, false },
		{ "ocsp", SEK_CHECK_OCSP, true },
		{ "ocsp-leaf", SEK_CHECK_OCSP_LEAF, true },
		{ "either", SEK_CHECK_EITHER, true },
		{ "none", SEK_CHECK_NONE, false },
	};
	struct sek_policy *p;
	char text[512];
	size_t i;

	for (i = 0; i < sizeof words / sizeof words[0]; i++) {
		(void)snprintf(text, sizeof text,
		    BASE "[revocation]\ncheck = %s\n", words[i].word);
		p = accepted(text);
		CHECK(p->check == words[i].check);
		sek_policy_free(p);
		CHECK_STR(sek_rev_check_word(words[i].check), words[i].word);
		CHECK(sek_rev_check_asks_ocsp(words[i].check) ==
		    words[i].ocsp);
		(void)snprintf(text, sizeof text, BASE "[revocation]\n"
		    "check = %s\nocsp-live = 3\n", words[i].word);
		if (!words[i].ocsp) {
			refused(text, strlen(text), 10, words[i].word);
			continue;
		}
		p = accepted(text);
		CHECK_INT(p->ocsp_live_s, 3);
		sek_policy_free(p);
	}
}

static void
the_token_of_the_record_is_no_module_of_logins(void)
{
	struct sek_policy *p;

	p = accepted("[pkcs11 seal]\nmodule = /s.so\ntoken-label = x\n"
	    "environment = A=1 B=2\n" BASE "[pkcs11 last]\nmodule = /l.so\n"
	    "[record]\ntoken-module = seal\ntoken-key = record key\n");
	CHECK_INT(p->n_modules, 2);
	CHECK_STR(p->modules[0].name, "a");
	CHECK_STR(p->modules[1].path, "/l.so");
	CHECK_STR(p->token_module.path, "/s.so");
	CHECK_STR(p->token_module.env[1], "B=2");
	CHECK(p->token_module.env[2] == NULL);
	CHECK_STR(p->token_label, "x");
	CHECK_STR(p->token_key, "record key");
	CHECK_STR(p->token_pin_file, "");
	sek_policy_free(p);
	p = accepted(BASE "[pkcs11 seal]\nmodule = /s.so\ntoken-label = x\n"
	    "[record]\ntoken-label = y\ntoken-module = seal\n"
	    "token-key = k\ntoken-pin-file = /p\n");
	CHECK_INT(p->n_modules, 1);
	CHECK_STR(p->token_label, "y");
	CHECK_STR(p->token_pin_file, "/p");
	sek_policy_free(p);
}

static void
each_service_remembers_for_itself(void)
{
	struct sek_policy *p = accepted(BASE "[service a]\npairs = pkcs11+pin"
	    "\nremember-minutes = 60\nwatch = no\nunlock = no\n"
	    "[service b]\npairs = pkcs11+pin\n"
	    "[service c]\npairs = pkcs11+pin\nremember-minutes = 1\n");

	CHECK_INT(sek_policy_service(p, "a")->remember_m, 60);
	CHECK_INT(sek_policy_service(p, "b")->remember_m, 0);
	CHECK_INT(sek_policy_service(p, "c")->remember_m, 1);
	sek_policy_free(p);
}

static void
what_a_tls_server_tells(void)
{
	struct sek_policy *p = accepted(BASE TLS "\n");
	const struct sek_service *s = sek_policy_service(p, "v");

	CHECK(s != NULL && sek_service_has(s, SEK_HAVE_TLS_NAME));
	CHECK(!s->tls_serial);
	sek_policy_free(p);
	p = accepted(BASE "[service v]\ntls-name = serial-number\n"
	    "pairs = tls-name+password\n[service w]\n"
	    "pairs = tls-name+password\ntls-name = common-name\n");
	CHECK(sek_policy_service(p, "v")->tls_serial);
	CHECK(!sek_policy_service(p, "w")->tls_serial);
	sek_policy_free(p);
	/* no card, no module */
	p = accepted("[paths]\ntrust-anchors = /t\ncrls = /c\n" TLS "\n");
	CHECK_INT(p->n_modules, 0);
	sek_policy_free(p);
}

static void
each_word_of_watch(void)
{
	static const char *const words[] = { "no", "lock", "end", "tap" };
	struct sek_policy *p = accepted(BASE);
	char text[300];
	size_t i;

	CHECK(sek_service_watch(p->services, false) == SEK_WATCH_NO);
	CHECK(sek_service_watch(p->services, true) == SEK_WATCH_NO);
	CHECK_INT(p->reader_grace_s, 0);
	sek_policy_free(p);
	for (i = 0; i < sizeof words / sizeof words[0]; i++) {
		(void)snprintf(text, sizeof text, BASE "watch = %s\n",
		    words[i]);
		p = accepted(text);
		CHECK_STR(sek_watch_word(sek_service_watch(p->services,
		    false)), words[i]);
		CHECK_STR(sek_watch_word(sek_service_watch(p->services,
		    true)), words[i]);
		sek_policy_free(p);
	}
	p = accepted(BASE "watch = lock\nwatch-shared = end\n"
	    "[limits]\nreader-grace-seconds = 60\n");
	CHECK(sek_service_watch(p->services, false) == SEK_WATCH_LOCK);
	CHECK(sek_service_watch(p->services, true) == SEK_WATCH_END);
	CHECK_INT(p->reader_grace_s, 60);
	sek_policy_free(p);
	p = accepted(BASE "watch = lock\nwatch-shared = no\n");
	CHECK(sek_service_watch(p->services, true) == SEK_WATCH_NO);
	sek_policy_free(p);
	CHECK(sek_watch_word(SEK_WATCH_UNSET) == NULL);
}

int
main(void)
{
	RUN(each_word_of_watch);
	RUN(bad_texts_name_line_and_word);
	RUN(urls_are_strict);
	RUN(roles_are_taken_apart);
	RUN(each_service_remembers_for_itself);
	RUN(rescue_is_a_matter_of_its_own_section);
	RUN(each_word_of_check);
	RUN(what_a_tls_server_tells);
	RUN(the_token_of_the_record_is_no_module_of_logins);
	return CHECK_END();
}
