/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the report makes of a screen that was unlocked and of one that somebody
 * else took over: the first is no login, the second is one of another person
 * at a shared account, and a refusal is one wherever it was.
 */
#include "tests/audit_report_log.h"

static void
at_the_screen(int64_t t, const char *event, const char *person, int result,
    const char *reason)
{
	char more[1024];

	(void)snprintf(more, sizeof more, "{\"event\":\"%s\","
	    "\"result\":%d,\"reason\":\"%s\",\"pair\":\"pkcs11+pin\","
	    "\"claimed\":\"ward3\",\"person\":{\"name\":\"%s\","
	    "\"display\":\"D %s\"},\"token\":{\"credential\":%d},"
	    "\"account\":{\"name\":\"ward3\",\"shared\":true},"
	    "\"where\":{\"service\":\"swaylock\",\"tty\":\":0\"}}", event,
	    result, reason, person, person, person[0] == 't' ? 1 : 2);
	put_at(t, more);
}

static void
a_morning(void)
{
	log_begin();
	auth_as(S(0), "taro", "pkcs11+pin", 0, "ok");
	at_the_screen(S(600), "unlock", "taro", 0, "ok");
	at_the_screen(S(1200), "unlock", "taro", 0, "ok");
	at_the_screen(S(1800), "unlock", "taro", 4, "wrong-pin");
	at_the_screen(S(2400), "switch", "hanako", 4, "wrong-pin");
	at_the_screen(S(3000), "switch", "hanako", 0, "ok");
	at_the_screen(S(3600), "unlock", "hanako", 0, "ok");
}

static void
only_a_login_is_a_login(void)
{
	a_morning();
	CHECK_STR(table("--day", "2027-04-01", "logins"),
	    "\"taro\",\"D taro\",\"pkcs11+pin\",1,2027-04-01 00:00:00,"
	    "2027-04-01 00:00:00,\"ward3\",\"gdm\"\r\n");
	CHECK(strstr(table("--day", "2027-04-01", "hours"),
	    "\"00:00\",1,2\r\n\"01:00\",0,0\r\n") != NULL);
	/* who takes a screen over has proved both factors: one of the two */
	CHECK(strncmp(table("--day", "2027-04-01", "summary"),
	    "\"logins\",1\r\n\"of these not asked again\",0\r\n"
	    "\"persons who logged in\",2\r\n\"refusals\",2\r\n"
	    "\"serious failures\",0\r\n", 105) == 0);
}

static void
who_took_over_was_at_the_account(void)
{
	a_morning();
	CHECK_STR(table("--day", "2027-04-01", "shared"),
	    "\"ward3\",\"hanako\",\"D hanako\",1,2027-04-01 00:50:00,"
	    "2027-04-01 00:50:00\r\n"
	    "\"ward3\",\"taro\",\"D taro\",1,2027-04-01 00:00:00,"
	    "2027-04-01 00:00:00\r\n");
}

static void
a_refusal_counts_wherever_it_was(void)
{
	a_morning();
	CHECK_STR(table("--day", "2027-04-01", "reasons"),
	    "\"wrong-pin\",\"wrong PIN\",2,2027-04-01 00:30:00,"
	    "2027-04-01 00:40:00\r\n");
	CHECK_STR(table("--day", "2027-04-01", "refused"),
	    "\"hanako\",\"ward3\",1,2027-04-01 00:40:00,"
	    "2027-04-01 00:40:00,\"wrong-pin\"\r\n"
	    "\"taro\",\"ward3\",1,2027-04-01 00:30:00,"
	    "2027-04-01 00:30:00,\"wrong-pin\"\r\n");
}

static void
both_are_events_of_their_own(void)
{
	a_morning();
	CHECK_STR(table("--day", "2027-04-01", "events"),
	    "\"unlocked\",\"unlock\",3,1\r\n"
	    "\"user switched\",\"switch\",1,1\r\n"
	    "\"authentication\",\"auth\",1,0\r\n");
}

int
main(void)
{
	if (!fixture_begin("switch"))
		return 1;
	zone("Asia/Tokyo");
	RUN(only_a_login_is_a_login);
	RUN(who_took_over_was_at_the_account);
	RUN(a_refusal_counts_wherever_it_was);
	RUN(both_are_events_of_their_own);
	if (log_file != NULL)
		(void)fclose(log_file);
	return !fixture_end_unread() || check_failed != 0;
}
