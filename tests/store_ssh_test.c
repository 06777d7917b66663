/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys of OpenSSH in the enrolment store: what is kept, who holds what, and
 * what of them counts where.
 */
#include "tests/store_fido_fixture.h"

#include "gate/store_ssh.h"
#include "tests/ssh_vectors.h"

static struct sek_ssh_key key;

static const struct sek_ssh_key *
vector(size_t i)
{
	CHECK_INT(sek_ssh_line_read(vectors[i].line, strlen(vectors[i].line),
	    &key, &why), SEK_OK);
	return &key;
}

static int
keep(struct sek_store *s, int64_t person, size_t i, bool held,
    struct sek_credential *c)
{
	*c = of(person);
	return sek_store_ssh_enrol(s, "root", c, vector(i), held, &why);
}

static void
what_was_enrolled_comes_back(void)
{
	struct sek_store *s = populated();
	struct sek_credential c, row;
	struct sek_ssh_cred got;
	size_t i;

	for (i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		CHECK_INT(keep(s, 1, i, i % 2 == 0, &c), i < 5 ? SEK_OK :
		    SEK_E_EXISTS);
		if (i >= 5) /* the same numbers, as a security key's */
			continue;
		CHECK_INT(c.id, i + 1);
		CHECK_INT(c.kind, SEK_CRED_SSH);
		CHECK_INT(c.token, 0);
		CHECK_STR(c.person, "yamada");
		CHECK_INT(sek_store_credential_of_key(s, key.spki_sha256,
		    &row), SEK_OK);
		CHECK_INT(row.id, c.id);
		CHECK_INT(row.kind, SEK_CRED_SSH);
		CHECK_INT(row.bind, SEK_BIND_KEY);
		CHECK_INT(row.not_after, 0);
		CHECK_STR(row.label, "blue key");
		CHECK_STR(row.subject, "");
		CHECK_INT(sek_store_ssh_of(s, c.id, &got), SEK_OK);
		CHECK_INT(got.credential, c.id);
		CHECK_STR(got.type, key.type);
		CHECK_INT(got.held, i % 2 == 0);
		CHECK_INT(got.blob_len, key.blob_len);
		CHECK(memcmp(got.blob, key.blob, key.blob_len) == 0);
	}
	CHECK_INT(sek_store_ssh_of(s, 6, &got), SEK_E_NOENT);
	CHECK_STR(ask("SELECT by || ' ' || what || ' ' || name || ' ' ||"
	    " reason FROM change WHERE kind = 'credential'"),
	    "root enrol yamada proved");
	CHECK_INT(sek_store_check(s, &why), SEK_OK);
	sek_store_close(s);
}

static void
a_key_is_held_once_whatever_its_kind(void)
{
	struct sek_store *s = populated();
	struct sek_credential c, a_card = card(1, 1, 1);

	memcpy(a_card.spki_sha256, vector(1)->spki_sha256, 32);
	CHECK_INT(enrol(s, a_card), SEK_OK);
	CHECK_INT(keep(s, 2, 1, true, &c), SEK_E_EXISTS);
	CHECK(strstr(why.text, "credential 1 of yamada") != NULL);
	CHECK_INT(keep(s, 2, 4, true, &c), SEK_OK);
	a_card = card(1, 2, 2);
	memcpy(a_card.spki_sha256, key.spki_sha256, 32);
	CHECK_INT(enrol(s, a_card), SEK_E_EXISTS);
	CHECK_INT(keep(s, 1, 4, false, &c), SEK_E_EXISTS);
	CHECK(strstr(why.text, "credential 2 of suzuki") != NULL);
	CHECK_INT(keep(s, 7, 0, false, &c), SEK_E_NOENT);
	CHECK_STR(ask("SELECT count(*) FROM ssh"), "1");
	CHECK_STR(ask("SELECT count(*) FROM credential"), "2");
	sek_store_close(s);
}

/* A login with a card must not find it, nor a walk over certificates. */
static int
never(void *arg, int64_t credential, const uint8_t *der, size_t n)
{
	(void)arg;
	(void)credential;
	(void)der;
	(void)n;
	return SEK_E_IO;
}

static void
it_is_no_card_and_no_fido2_key(void)
{
	struct sek_store *s = populated();
	struct sek_credential c, row;
	struct sek_fido_cred f;
	struct sek_buf der = { 0 };
	bool any = true;

	CHECK_INT(keep(s, 1, 4, true, &c), SEK_OK);
	CHECK_INT(sek_store_credential_for(s, c.cert_sha256, c.spki_sha256,
	    &row), SEK_E_NOENT);
	CHECK_INT(sek_store_fido_of(s, 1, &f), SEK_E_NOENT);
	CHECK_INT(sek_store_certificate(s, 1, &der), SEK_E_NOENT);
	CHECK_INT(sek_store_each_certificate(s, never, NULL), SEK_OK);
	CHECK_INT(sek_store_fido_any_resident(s, &any), SEK_OK);
	CHECK(!any);
	sek_store_close(s);
}

static void
who_is_enrolled(void)
{
	struct sek_store *s = populated();
	struct sek_fido_cred twin = made(2, 2);
	struct sek_credential c;
	bool yes = true;

	CHECK_INT(sek_store_grant(s, "root", "yamada", "ward3", true, &why),
	    SEK_OK);
	CHECK_INT(sek_store_account_enrolled(s, 2, true, &yes), SEK_OK);
	CHECK(!yes);
	CHECK_INT(keep(s, 1, 4, true, &c), SEK_OK);
	CHECK_INT(sek_store_account_enrolled(s, 2, true, &yes), SEK_OK);
	CHECK(yes);
	CHECK_INT(sek_store_account_enrolled(s, 2, false, &yes), SEK_OK);
	CHECK(!yes);
	CHECK_INT(sek_store_credential_status(s, "root", 1,
	    SEK_STATUS_SUSPENDED, "lost", &why), SEK_OK);
	CHECK_INT(sek_store_account_enrolled(s, 2, true, &yes), SEK_OK);
	CHECK(!yes);
	twin.ssh = true; /* what --fido2 --ssh made */
	CHECK_INT(bind(s, 1, &twin), SEK_OK);
	CHECK_INT(sek_store_account_enrolled(s, 2, true, &yes), SEK_OK);
	CHECK(yes);
	sek_store_close(s);
}

static void
status_and_deny_list(void)
{
	struct sek_store *s = populated();
	struct sek_deny d = { .kind = SEK_DENY_KEY, .reason = "lost" };
	struct sek_credential c;

	CHECK_INT(keep(s, 1, 4, true, &c), SEK_OK);
	CHECK_INT(sek_store_credential_status(s, "root", 1,
	    SEK_STATUS_SUSPENDED, "lost", &why), SEK_OK);
	CHECK_INT(sek_store_credential_status(s, "root", 1,
	    SEK_STATUS_ACTIVE, "", &why), SEK_OK);
	CHECK_INT(sek_store_credential_status(s, "root", 1,
	    SEK_STATUS_REVOKED, "gone", &why), SEK_OK);
	CHECK_INT(sek_store_credential_status(s, "root", 1,
	    SEK_STATUS_ACTIVE, "", &why), SEK_E_DENIED);
	memcpy(d.spki_sha256, c.spki_sha256, 32);
	CHECK_INT(sek_store_deny(s, "root", &d, &why), SEK_OK);
	CHECK_INT(sek_store_denied(s, "nobody", key.spki_sha256, NULL, NULL,
	    &d), SEK_OK);
	sek_store_close(s);
}

/* A row that nobody of us wrote is a failure, never a guess. */
static void
a_damaged_row(void)
{
	static const char *const damage[] = {
		"UPDATE ssh SET blob = zeroblob(0)", "UPDATE ssh SET held = 2",
		"UPDATE ssh SET blob = zeroblob(8193)",
		"UPDATE ssh SET type = printf('%070d', 1)",
	};
	struct sek_store *s = populated();
	struct sek_ssh_cred got;
	struct sek_credential c;
	char sql[200];
	size_t i;

	CHECK_INT(keep(s, 1, 4, true, &c), SEK_OK);
	raw("CREATE TABLE was AS SELECT * FROM ssh");
	for (i = 0; i < sizeof damage / sizeof damage[0]; i++) {
		(void)snprintf(sql, sizeof sql, "PRAGMA"
		    " ignore_check_constraints = ON; %s", damage[i]);
		raw(sql);
		CHECK_INT(sek_store_ssh_of(s, 1, &got), SEK_E_IO);
		raw("DELETE FROM ssh; INSERT INTO ssh SELECT * FROM was");
		CHECK_INT(sek_store_ssh_of(s, 1, &got), SEK_OK);
	}
	raw("DELETE FROM ssh");
	CHECK_INT(sek_store_ssh_of(s, 1, &got), SEK_E_NOENT);
	sek_store_close(s);
}

int
main(void)
{
	if (!begin())
		return 1;
	RUN(what_was_enrolled_comes_back);
	RUN(a_key_is_held_once_whatever_its_kind);
	RUN(it_is_no_card_and_no_fido2_key);
	RUN(who_is_enrolled);
	RUN(status_and_deny_list);
	RUN(a_damaged_row);
	remove_tree(base);
	return CHECK_END();
}
