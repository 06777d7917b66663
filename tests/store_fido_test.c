/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The credentials of FIDO2 keys in the enrolment store: what is kept, apart
 * from certificates, and who may hold what.
 */
#include "tests/store_fido_fixture.h"

#include "fetch/enrolled.h"

/* -- what is kept */

static void
what_was_enrolled_comes_back(void)
{
	struct sek_store *s = populated();
	struct sek_fido_cred f = made(1, 1), got;
	struct sek_credential c = of(1), row;

	CHECK_INT(sek_store_fido_enrol(s, "root", &c, &f, &why), SEK_OK);
	CHECK_INT(c.id, 1);
	CHECK_INT(c.kind, SEK_CRED_FIDO2);
	CHECK_INT(c.status, SEK_STATUS_ACTIVE);
	CHECK_STR(c.person, "yamada");
	CHECK_INT(f.credential, 1);
	CHECK_INT(f.token, 1);
	CHECK(f.counted);
	CHECK_INT(sek_store_fido_find(s, RP, f.id, f.id_len, &row, &got),
	    SEK_OK);
	CHECK(memcmp(&got, &f, sizeof f) == 0);
	CHECK_INT(row.token, 1);
	CHECK_STR(row.label, "blue key");
	CHECK_STR(row.status_reason, "proved");
	CHECK_STR(row.subject, "");
	CHECK(memcmp(row.spki_sha256, c.spki_sha256, 32) == 0);
	CHECK_INT(sek_store_fido_of(s, 1, &got), SEK_OK);
	CHECK(memcmp(&got, &f, sizeof f) == 0);
	CHECK_INT(sek_store_fido_of(s, 2, &got), SEK_E_NOENT);
	CHECK_INT(sek_store_fido_find(s, RP, f.id, f.id_len - 1, &row, &got),
	    SEK_E_NOENT);
	CHECK_INT(sek_store_fido_find(s, "sakura.example.jp.", f.id,
	    f.id_len, &row, &got), SEK_E_NOENT);
	CHECK_STR(ask("SELECT by || ' ' || what || ' ' || name || ' ' ||"
	    " reason FROM change WHERE kind = 'credential'"),
	    "root enrol yamada proved");
	CHECK_INT(sek_store_check(s, &why), SEK_OK);
	sek_store_close(s);
}

static void
the_largest_of_everything_fits(void)
{
	struct sek_store *s = populated();
	struct sek_fido_cred f = made(1, 1), got;

	f.id_len = sizeof f.id;
	memset(f.id, 0xee, sizeof f.id);
	f.spki_len = sizeof f.spki;
	f.handle_len = sizeof f.handle;
	f.counter = UINT32_MAX;
	memset(f.rp, 'x', sizeof f.rp - 1);
	memset(f.transports, 'y', sizeof f.transports - 1);
	CHECK_INT(bind(s, 1, &f), SEK_OK);
	CHECK_INT(sek_store_fido_of(s, 1, &got), SEK_OK);
	CHECK(memcmp(&got, &f, sizeof f) == 0);
	f = made(2, 2); /* and the smallest */
	f.id_len = f.spki_len = 1;
	f.handle_len = 0;
	memset(f.handle, 0, sizeof f.handle);
	memset(f.id + 1, 0, sizeof f.id - 1);
	memset(f.spki + 1, 0, sizeof f.spki - 1);
	f.counter = 0;
	f.firmware = 0;
	memset(f.transports, 0, sizeof f.transports);
	CHECK_INT(bind(s, 1, &f), SEK_OK);
	CHECK(!f.counted);
	CHECK_INT(sek_store_fido_of(s, 2, &got), SEK_OK);
	CHECK(memcmp(&got, &f, sizeof f) == 0);
	sek_store_close(s);
}

static void
what_could_not_serve_is_not_kept(void)
{
	struct sek_store *s = populated();
	struct sek_fido_cred f;

#define REFUSED(change)							\
	do {								\
		f = made(1, 1);						\
		change;							\
		CHECK_INT(bind(s, 1, &f), SEK_E_INVAL);			\
		CHECK(why.text[0] != '\0');				\
	} while (0)
	REFUSED(f.rp[0] = '\0');
	REFUSED((void)strcpy(f.rp, "a\nb"));
	REFUSED(f.id_len = 0);
	REFUSED(f.id_len = sizeof f.id + 1);
	REFUSED(f.alg = SEK_FIDO_NO_ALG);
	REFUSED(f.alg = (enum sek_fido_alg)-37);
	REFUSED(f.spki_len = 0);
	REFUSED(f.spki_len = sizeof f.spki + 1);
	REFUSED(f.handle_len = sizeof f.handle + 1);
	REFUSED((void)strcpy(f.transports, "\x1b[2J"));
	REFUSED(f.protect = 4);
	REFUSED(f.attestation = (enum sek_attestation)3);
#undef REFUSED
	f = made(1, 1);
	CHECK_INT(bind(s, 7, &f), SEK_E_NOENT);
	CHECK_STR(ask("SELECT (SELECT count(*) FROM credential) +"
	    " (SELECT count(*) FROM token) + (SELECT count(*) FROM fido)"),
	    "0");
	sek_store_close(s);
}

/* -- who holds what */

static void
an_id_is_held_once_within_its_rp(void)
{
	struct sek_store *s = populated();
	struct sek_fido_cred f = made(1, 1);

	CHECK_INT(bind(s, 1, &f), SEK_OK);
	f = made(1, 2);
	CHECK_INT(bind(s, 2, &f), SEK_E_EXISTS);
	CHECK_STR(why.text, "this key is credential 1 of yamada already "
	    "(active)");
	CHECK_INT(f.token, 0); /* nothing was filled */
	CHECK_INT(set(s, 1, SEK_STATUS_REVOKED, "lost"), SEK_OK);
	CHECK_INT(bind(s, 2, &f), SEK_E_EXISTS);
	CHECK(strstr(why.text, "revoked") != NULL);
	CHECK_INT(bind(s, 1, &f), SEK_E_EXISTS); /* nor the same person */
	(void)strcpy(f.rp, "other.example.jp");
	CHECK_INT(bind(s, 2, &f), SEK_OK);
	CHECK_STR(ask("SELECT count(*) FROM token"), "2");
	sek_store_close(s);
}

static void
a_key_is_held_once_among_all(void)
{
	struct sek_store *s = populated();
	struct sek_fido_cred f = made(1, 1);
	struct sek_credential c = of(1), cert = card(2, 0, 8);

	CHECK_INT(sek_store_fido_enrol(s, "root", &c, &f, &why), SEK_OK);
	f = made(2, 1);
	(void)strcpy(f.rp, "other.example.jp");
	CHECK_INT(bind(s, 2, &f), SEK_E_EXISTS);
	/* a certificate over it is the same key */
	memcpy(cert.spki_sha256, c.spki_sha256, 32);
	CHECK_INT(enrol(s, cert), SEK_E_EXISTS);
	CHECK(strstr(why.text, "of yamada") != NULL);
	CHECK_INT(sek_store_credential_of_key(s, c.spki_sha256, &cert),
	    SEK_OK);
	CHECK_INT(cert.id, c.id);
	memset(cert.spki_sha256, 0xee, 32);
	CHECK_INT(sek_store_credential_of_key(s, cert.spki_sha256, &cert),
	    SEK_E_NOENT);
	sek_store_close(s);
}

static void
only_the_owner_joins_a_token_in_use(void)
{
	struct sek_store *s = populated();
	struct sek_fido_cred f = made(1, 1), twin = made(2, 2);

	CHECK_INT(bind(s, 1, &f), SEK_OK);
	twin.token = f.token;
	CHECK_INT(bind(s, 2, &twin), SEK_E_DENIED);
	CHECK(strstr(why.text, "not this person's") != NULL);
	twin.token = 77;
	CHECK_INT(bind(s, 1, &twin), SEK_E_DENIED);
	twin.token = f.token;
	CHECK_INT(set(s, 1, SEK_STATUS_SUSPENDED, "lent"), SEK_OK);
	CHECK_INT(bind(s, 1, &twin), SEK_E_DENIED);
	CHECK_INT(set(s, 1, SEK_STATUS_ACTIVE, ""), SEK_OK);
	CHECK_INT(bind(s, 1, &twin), SEK_OK);
	CHECK_INT(twin.token, f.token);
	CHECK_STR(ask("SELECT count(*) FROM token"), "1");
	sek_store_close(s);
}

static void
nothing_stays_of_what_failed_in_the_middle(void)
{
	struct sek_store *s = populated();
	struct sek_fido_cred f = made(1, 1);

	raw("DROP INDEX fido_token; ALTER TABLE fido RENAME TO gone");
	CHECK(bind(s, 1, &f) != SEK_OK);
	CHECK_STR(ask("SELECT (SELECT count(*) FROM credential) +"
	    " (SELECT count(*) FROM token)"), "0");
	sek_store_close(s);
}

/* -- certificates and FIDO2 keys apart */

static int
count_one(void *arg, const struct sek_credential *c,
    const struct sek_fido_cred *f)
{
	int *at = arg;

	at[++at[0]] = (int)c->id;
	return f->credential == c->id ? 0 : SEK_E_IO;
}

static int
count_cert(void *arg, int64_t id, const uint8_t *der, size_t n)
{
	(void)id;
	(void)der;
	(void)n;
	(*(int *)arg)++;
	return 0;
}

static void
a_certificate_never_finds_a_fido_key(void)
{
	struct sek_store *s = with_keys();
	struct sek_credential c, got;
	struct sek_buf der = { 0 };
	struct sek_fido_cred f;
	int n = 0;

	CHECK_INT(sek_store_credential_by_id(s, 1, &c), SEK_OK);
	CHECK_INT(sek_store_credential_for(s, c.cert_sha256, c.spki_sha256,
	    &got), SEK_E_NOENT);
	raw("UPDATE credential SET bind = 2 WHERE id = 1");
	CHECK_INT(sek_store_credential_for(s, c.cert_sha256, c.spki_sha256,
	    &got), SEK_E_NOENT);
	raw("PRAGMA ignore_check_constraints = ON;"
	    "UPDATE credential SET cert = x'3000' WHERE id = 1");
	CHECK_INT(sek_store_certificate(s, 1, &der), SEK_E_NOENT);
	CHECK_INT(sek_store_each_certificate(s, count_cert, &n), SEK_OK);
	CHECK_INT(n, 0);
	c = card(0, 9, 9);
	CHECK_INT(sek_store_credential_for(s, c.cert_sha256, c.spki_sha256,
	    &got), SEK_OK);
	CHECK_INT(got.id, 3);
	CHECK_INT(got.kind, SEK_CRED_CERTIFICATE);
	CHECK_INT(got.token, 0);
	CHECK_INT(sek_store_fido_of(s, 3, &f), SEK_E_NOENT);
	sek_store_close(s);
}

/* sekisho-fetch asks nobody whether a FIDO2 key has been revoked, and misses
 * no certificate of one. */
static void
nothing_is_fetched_for_a_fido_key(void)
{
	struct sek_enrolled e = { .n = 0 };

	sek_store_close(with_keys());
	CHECK_INT(sek_enrolled_read(&e, dir, &why), SEK_OK);
	CHECK_INT(e.n, 0);
	CHECK_INT(e.n_without, 1); /* the card of credential 3 */
	CHECK_INT(e.n_issuers, 1);
	sek_enrolled_free(&e);
}

static void
a_certificate_made_a_key_behind_our_back_is_none(void)
{
	struct sek_store *s = with_keys();
	struct sek_fido_cred f = made(1, 1);
	struct sek_credential c;

	raw("UPDATE credential SET kind = 1 WHERE id = 1");
	CHECK_INT(sek_store_fido_of(s, 1, &f), SEK_E_NOENT);
	CHECK_INT(sek_store_fido_find(s, RP, f.id, f.id_len, &c, &f),
	    SEK_E_NOENT);
	raw("PRAGMA ignore_check_constraints = ON;"
	    "UPDATE credential SET kind = 4 WHERE id = 1");
	CHECK_INT(sek_store_credential_by_id(s, 1, &c), SEK_E_IO);
	sek_store_close(s);
}

static void
walks_give_the_usable_ones_first(void)
{
	struct sek_store *s = with_keys();
	struct sek_fido_cred third = made(5, 5);
	int at[9] = { 0 };

	CHECK_INT(bind(s, 1, &third), SEK_OK);
	CHECK_INT(sek_store_each_fido_of_account(s, 2, count_one, at), SEK_OK);
	CHECK(at[0] == 3 && at[1] == 1 && at[2] == 4 && at[3] == 5);
	CHECK_INT(set(s, 1, SEK_STATUS_SUSPENDED, "lent"), SEK_OK);
	at[0] = 0;
	CHECK_INT(sek_store_each_fido_of_account(s, 2, count_one, at), SEK_OK);
	CHECK(at[0] == 3 && at[1] == 4 && at[2] == 5 && at[3] == 1);
	CHECK_INT(sek_store_person_status(s, "boss", "suzuki",
	    SEK_STATUS_SUSPENDED, "away", &why), SEK_OK);
	at[0] = 0;
	CHECK_INT(sek_store_each_fido_of_account(s, 2, count_one, at), SEK_OK);
	CHECK(at[0] == 3 && at[1] == 5 && at[2] == 1 && at[3] == 4);
	at[0] = 0;
	CHECK_INT(sek_store_each_fido_of_account(s, 1, count_one, at), SEK_OK);
	CHECK(at[0] == 2 && at[1] == 5 && at[2] == 1);
	at[0] = 0;
	CHECK_INT(sek_store_each_fido(s, 0, count_one, at), SEK_OK);
	CHECK(at[0] == 4 && at[2] == 2 && at[4] == 5);
	at[0] = 0;
	CHECK_INT(sek_store_each_fido(s, 2, count_one, at), SEK_OK);
	CHECK(at[0] == 1 && at[1] == 4);
	sek_store_close(s);
}

static int
stop_at_once(void *arg, const struct sek_credential *c,
    const struct sek_fido_cred *f)
{
	(void)c;
	(void)f;
	++*(int *)arg;
	return 42;
}

static void
a_walk_ends_when_told(void)
{
	struct sek_store *s = with_keys();
	int n = 0;

	CHECK_INT(sek_store_each_fido(s, 0, stop_at_once, &n), 42);
	CHECK_INT(n, 1);
	sek_store_close(s);
}

static void
who_is_enrolled(void)
{
	struct sek_store *s = populated();
	struct sek_fido_cred twin = made(2, 2), f = made(1, 1);
	bool yes = true;

	CHECK_INT(sek_store_grant(s, "root", "yamada", "ward3", true, &why),
	    SEK_OK);
	twin.ssh = true;
	CHECK_INT(bind(s, 1, &twin), SEK_OK);
	CHECK_INT(sek_store_account_enrolled(s, 2, false, &yes), SEK_OK);
	CHECK(!yes);
	f.token = twin.token;
	CHECK_INT(bind(s, 1, &f), SEK_OK);
	CHECK_INT(sek_store_account_enrolled(s, 2, false, &yes), SEK_OK);
	CHECK(yes);
	CHECK_INT(set(s, 1, SEK_STATUS_REVOKED, "lost"), SEK_OK);
	CHECK_INT(sek_store_account_enrolled(s, 2, false, &yes), SEK_OK);
	CHECK(!yes);
	sek_store_close(s);
}

static void
any_that_a_key_finds_by_itself(void)
{
	struct sek_store *s = populated();
	struct sek_fido_cred f = made(1, 1), ssh = made(2, 2);
	bool any = true;

	CHECK_INT(bind(s, 1, &f), SEK_OK);
	ssh.ssh = ssh.resident = true;
	CHECK_INT(bind(s, 1, &ssh), SEK_OK);
	CHECK_INT(sek_store_fido_any_resident(s, &any), SEK_OK);
	CHECK(!any);
	f = made(3, 3);
	f.resident = true;
	CHECK_INT(bind(s, 1, &f), SEK_OK);
	CHECK_INT(sek_store_fido_any_resident(s, &any), SEK_OK);
	CHECK(any);
	sek_store_close(s);
}

static void
the_deny_list_knows_fido_keys(void)
{
	struct sek_store *s = with_keys();
	struct sek_deny d = { .kind = SEK_DENY_KEY, .reason = "stolen" },
	    found = { .id = 0 };
	struct sek_credential c;

	CHECK_INT(sek_store_credential_by_id(s, 1, &c), SEK_OK);
	CHECK_INT(sek_store_denied(s, "yamada", c.spki_sha256, NULL, NULL,
	    &found), SEK_E_NOENT);
	memcpy(d.spki_sha256, c.spki_sha256, 32);
	CHECK_INT(sek_store_deny(s, "boss", &d, &why), SEK_OK);
	CHECK_INT(sek_store_denied(s, "yamada", c.spki_sha256, NULL, NULL,
	    &found), SEK_OK);
	CHECK_INT(found.id, d.id);
	d = (struct sek_deny){ .kind = SEK_DENY_PERSON, .person = "suzuki",
		.reason = "left" };
	CHECK_INT(sek_store_deny(s, "boss", &d, &why), SEK_OK);
	CHECK_INT(sek_store_credential_by_id(s, 4, &c), SEK_OK);
	CHECK_INT(sek_store_denied(s, "suzuki", c.spki_sha256, NULL, NULL,
	    &found), SEK_OK);
	CHECK_INT(found.kind, SEK_DENY_PERSON);
	sek_store_close(s);
}

/* -- the store as somebody damaged it */

static void
rows_that_do_not_fit_are_failures(void)
{
	static const char *const damage[] = {
		"cred_id = zeroblob(1024)", "cred_id = x''", "alg = -37",
		"spki = zeroblob(1201)", "spki = x''",
		"handle = zeroblob(65)", "aaguid = zeroblob(15)",
		"transports = hex(zeroblob(32))", "rp = hex(zeroblob(127))",
		"protect = 4", "verified = 2", "backup = -1", "resident = 9",
		"ssh = 2", "attestation = 3",
		"attestation_sha256 = zeroblob(31)", "counter = 4294967296",
		"counter = -1", "counted = 0", "counted = 2", "suspect = -1",
		"transports = 'a' || char(0)",
	};
	struct sek_store *s = with_keys();
	struct sek_fido_cred f;
	char sql[400];
	size_t i;

	raw("CREATE TABLE keep AS SELECT * FROM fido WHERE credential_id = 1");
	for (i = 0; i < sizeof damage / sizeof damage[0]; i++) {
		(void)snprintf(sql, sizeof sql,
		    "PRAGMA ignore_check_constraints = ON;"
		    "UPDATE fido SET %s WHERE credential_id = 1", damage[i]);
		raw(sql);
		if (sek_store_fido_of(s, 1, &f) != SEK_E_IO)
			printf("# %s\n", damage[i]);
		CHECK_INT(sek_store_fido_of(s, 1, &f), SEK_E_IO);
		CHECK_INT(sek_store_each_fido(s, 0, count_one,
		    (int[9]){ 0 }), SEK_E_IO);
		raw("DELETE FROM fido WHERE credential_id = 1;"
		    "INSERT INTO fido SELECT * FROM keep");
		CHECK_INT(sek_store_fido_of(s, 1, &f), SEK_OK);
	}
	sek_store_close(s);
}

static void
the_table_itself_refuses_them_too(void)
{
	struct sek_store *s = with_keys();

	CHECK_STR(ask("SELECT count(*) FROM fido"), "3");
	raw("UPDATE fido SET counter = 4294967296");
	raw("UPDATE fido SET counted = 0");
	raw("UPDATE fido SET cred_id = x''");
	raw("UPDATE fido SET alg = -37");
	raw("UPDATE fido SET suspect = -1");
	raw("UPDATE OR IGNORE fido SET rp = 'x', cred_id = x'00'");
	CHECK_STR(ask("SELECT count(DISTINCT rp || hex(cred_id)) || ' ' ||"
	    " sum(counter) || ' ' || sum(counted) || ' ' || min(alg) FROM"
	    " fido"), "3 21 3 -7");
	raw("UPDATE credential SET cert = x'00' WHERE id = 1");
	CHECK_STR(ask("SELECT cert IS NULL FROM credential WHERE id = 1"),
	    "1");
	sek_store_close(s);
}

static void
run_all(void)
{
	RUN(what_was_enrolled_comes_back);
	RUN(the_largest_of_everything_fits);
	RUN(what_could_not_serve_is_not_kept);
	RUN(an_id_is_held_once_within_its_rp);
	RUN(a_key_is_held_once_among_all);
	RUN(only_the_owner_joins_a_token_in_use);
	RUN(nothing_stays_of_what_failed_in_the_middle);
	RUN(a_certificate_never_finds_a_fido_key);
	RUN(nothing_is_fetched_for_a_fido_key);
	RUN(a_certificate_made_a_key_behind_our_back_is_none);
	RUN(walks_give_the_usable_ones_first);
	RUN(a_walk_ends_when_told);
	RUN(who_is_enrolled);
	RUN(any_that_a_key_finds_by_itself);
	RUN(the_deny_list_knows_fido_keys);
	RUN(rows_that_do_not_fit_are_failures);
	RUN(the_table_itself_refuses_them_too);
}

int
main(void)
{
	if (!begin())
		return 1;
	run_all();
	remove_tree(base);
	return CHECK_END();
}
