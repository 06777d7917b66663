/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The deny-list of the enrolment store and the certificates it keeps: what is
 * met, what is not, what a damaged list does.
 */
#include "tests/store_fixture.h"

static uint8_t one[32], two[32];

static struct sek_deny
row(enum sek_deny_kind kind)
{
	struct sek_deny d = { .kind = kind, .reason = "lost" };

	if (kind == SEK_DENY_PERSON)
		(void)snprintf(d.person, sizeof(d.person), "yamada");
	else if (kind == SEK_DENY_KEY)
		memset(d.spki_sha256, 1, 32);
	else
		memset(d.issuer_sha256, 1, 32);
	if (kind == SEK_DENY_CERTIFICATE) {
		(void)snprintf(d.issuer, sizeof(d.issuer), "CN=CA");
		(void)snprintf(d.serial, sizeof(d.serial), "0a0b");
	}
	return d;
}

/* The row that is met, 0: none. */
static int64_t
met(struct sek_store *s, const char *person, const uint8_t *key,
    const uint8_t *issuer, const char *serial)
{
	struct sek_deny d = { .id = -1 };
	int r = sek_store_denied(s, person, key, issuer, serial, &d);

	if (r == SEK_E_NOENT)
		return 0;
	CHECK_INT(r, SEK_OK);
	return d.id;
}

static struct sek_store *
listed(void)
{
	struct sek_store *s = populated();
	struct sek_deny p = row(SEK_DENY_PERSON), k = row(SEK_DENY_KEY),
	    c = row(SEK_DENY_CERTIFICATE);

	CHECK_INT(sek_store_deny(s, "boss", &p, &why), SEK_OK);
	CHECK_INT(sek_store_deny(s, "boss", &k, &why), SEK_OK);
	CHECK_INT(sek_store_deny(s, "boss", &c, &why), SEK_OK);
	CHECK_INT(p.id, 1);
	CHECK_INT(c.id, 3);
	CHECK_STR(c.created_by, "boss");
	CHECK(c.created > 1600000000);
	return s;
}

static void
each_kind_meets_what_it_names_and_nothing_else(void)
{
	struct sek_store *s = listed();

	CHECK_INT(met(s, "yamada", two, two, "ff"), 1);
	CHECK_INT(met(s, "suzuki", one, two, "ff"), 2);
	CHECK_INT(met(s, "suzuki", two, one, "0a0b"), 3);
	CHECK_INT(met(s, "suzuki", two, two, "ff"), 0);
	CHECK_INT(met(s, "Yamada", two, two, "0a0b"), 0);
	CHECK_INT(met(s, "suzuki", two, one, "0a0"), 0);
	CHECK_INT(met(s, "suzuki", two, one, "0A0B"), 0);
	CHECK_INT(met(s, "suzuki", two, one, ""), 0);
	CHECK_INT(met(s, "", NULL, NULL, ""), 0);
	CHECK_INT(met(s, NULL, NULL, NULL, NULL), 0);
	CHECK_INT(met(s, NULL, one, NULL, NULL), 2);
	CHECK_INT(met(s, NULL, NULL, one, "0a0b"), 3);
	sek_store_close(s);
}

static void
what_was_denied_comes_back(void)
{
	struct sek_store *s = listed();
	struct sek_deny d;

	CHECK_INT(sek_store_denied(s, NULL, NULL, one, "0a0b", &d), SEK_OK);
	CHECK_INT(d.kind, SEK_DENY_CERTIFICATE);
	CHECK_STR(d.issuer, "CN=CA");
	CHECK_STR(d.serial, "0a0b");
	CHECK_STR(d.reason, "lost");
	CHECK_STR(d.created_by, "boss");
	CHECK(memcmp(d.issuer_sha256, one, 32) == 0);
	CHECK_INT(sek_store_denied(s, "yamada", NULL, NULL, NULL, &d), SEK_OK);
	CHECK_STR(d.person, "yamada");
	CHECK_STR(sek_deny_word(d.kind), "person");
	CHECK_INT(sek_store_deny_by_id(s, 2, &d), SEK_OK);
	CHECK(memcmp(d.spki_sha256, one, 32) == 0);
	CHECK_STR(sek_deny_word(d.kind), "key");
	CHECK_INT(sek_store_deny_by_id(s, 9, &d), SEK_E_NOENT);
	sek_store_close(s);
	/* a login's question is three look-ups, no walk: SQLite refuses a
	 * statement with an index that does not serve it */
	CHECK_STR(ask("SELECT count(*) FROM deny INDEXED BY deny_person"
	    " WHERE kind = 1 AND lifted = 0 AND person = 'yamada'"), "1");
	CHECK_STR(ask("SELECT count(*) FROM deny INDEXED BY deny_key"
	    " WHERE kind = 2 AND lifted = 0 AND spki_sha256 = x'01'"), "0");
	CHECK_STR(ask("SELECT count(*) FROM deny INDEXED BY deny_certificate"
	    " WHERE kind = 3 AND lifted = 0 AND issuer_sha256 = x'01'"
	    " AND serial = '0a0b'"), "0");
}

static void
twice_is_refused_and_the_number_is_told(void)
{
	struct sek_store *s = listed();
	struct sek_deny d = row(SEK_DENY_KEY);

	CHECK_INT(sek_store_deny(s, "root", &d, &why), SEK_E_EXISTS);
	CHECK_STR(why.text, "it is on the deny-list already, as number 2");
	CHECK_INT(d.id, 0);
	d = row(SEK_DENY_CERTIFICATE);
	(void)snprintf(d.serial, sizeof(d.serial), "0a0c");
	CHECK_INT(sek_store_deny(s, "root", &d, &why), SEK_OK);
	sek_store_close(s);
	/* the last defence, should a program ever forget to ask */
	raw("INSERT INTO deny SELECT 9, kind, person, spki_sha256,"
	    " issuer_sha256, issuer, serial, reason, created, created_by,"
	    " lifted, '', '' FROM deny WHERE id = 1");
	CHECK_STR(ask("SELECT count(*) FROM deny"), "4");
}

static void
allowed_is_off_the_list_and_still_known(void)
{
	struct sek_store *s = listed();
	struct sek_deny d = row(SEK_DENY_CERTIFICATE);

	CHECK_INT(sek_store_allow(s, "chief", 3, "found", &why), SEK_OK);
	CHECK_INT(met(s, "suzuki", two, one, "0a0b"), 0);
	CHECK_INT(met(s, "yamada", two, one, "0a0b"), 1);
	CHECK_INT(sek_store_allow(s, "chief", 3, "again", &why),
	    SEK_E_NOENT);
	CHECK_STR(why.text, "there is no number 3 on the deny-list");
	CHECK_INT(sek_store_allow(s, "chief", 0, "x", &why), SEK_E_NOENT);
	CHECK_INT(sek_store_allow(s, "chief", 1, "", &why), SEK_E_INVAL);
	CHECK_INT(sek_store_deny(s, "boss", &d, &why), SEK_OK);
	CHECK_INT(d.id, 4); /* never 3 again */
	CHECK_INT(met(s, NULL, NULL, one, "0a0b"), 4);
	sek_store_close(s);
	CHECK_STR(ask("SELECT lifted_by || lifted_reason FROM deny"
	    " WHERE id = 3"), "chieffound");
	CHECK_STR(ask("SELECT group_concat(by || what || object_id || name)"
	    " FROM change WHERE kind = 'deny' AND object_id > 2"),
	    "bossdeny30a0b,chiefallow30a0b,bossdeny40a0b");
}

static void
refuses_rows_that_could_never_be_met(void)
{
	struct sek_store *s = populated();
	struct sek_deny d = row(SEK_DENY_PERSON);

	d.person[0] = '\0';
	CHECK_INT(sek_store_deny(s, "root", &d, &why), SEK_E_INVAL);
	(void)snprintf(d.person, sizeof(d.person), "a b");
	CHECK_INT(sek_store_deny(s, "root", &d, &why), SEK_E_INVAL);
	d = row(SEK_DENY_CERTIFICATE);
	d.serial[0] = '\0';
	CHECK_INT(sek_store_deny(s, "root", &d, &why), SEK_E_INVAL);
	(void)snprintf(d.serial, sizeof(d.serial), "0A");
	CHECK_INT(sek_store_deny(s, "root", &d, &why), SEK_E_INVAL);
	d = row(SEK_DENY_KEY);
	d.reason[0] = '\0';
	CHECK_INT(sek_store_deny(s, "root", &d, &why), SEK_E_INVAL);
	(void)snprintf(d.reason, sizeof(d.reason), "evil\x1b[2J");
	CHECK_INT(sek_store_deny(s, "root", &d, &why), SEK_E_INVAL);
	d = row(SEK_DENY_KEY);
	CHECK_INT(sek_store_deny(s, "", &d, &why), SEK_E_INVAL);
	d.kind = (enum sek_deny_kind)0;
	CHECK_INT(sek_store_deny(s, "root", &d, &why), SEK_E_INVAL);
	sek_store_close(s);
	CHECK_STR(ask("SELECT count(*) FROM deny"), "0");
	s = open_it(false);
	d = row(SEK_DENY_KEY);
	CHECK_INT(sek_store_deny(s, "root", &d, &why), SEK_E_INVAL);
	CHECK(strstr(why.text, "read only") != NULL);
	sek_store_close(s);
}

struct seen {
	char text[64];
	int stop_after;
};

static int
see(void *arg, const struct sek_deny *d)
{
	struct seen *w = arg;
	size_t n = strlen(w->text);

	(void)snprintf(w->text + n, sizeof(w->text) - n, "%lld:%s ",
	    (long long)d->id, sek_deny_word(d->kind));
	return --w->stop_after == 0 ? 7 : 0;
}

static void
the_walk_is_in_order_and_without_what_was_lifted(void)
{
	struct sek_store *s = listed();
	struct seen w = { .stop_after = -1 };

	CHECK_INT(sek_store_each_denied(s, see, &w), SEK_OK);
	CHECK_STR(w.text, "1:person 2:key 3:certificate ");
	CHECK_INT(sek_store_allow(s, "root", 2, "x", &why), SEK_OK);
	w = (struct seen){ .stop_after = 2 };
	CHECK_INT(sek_store_each_denied(s, see, &w), 7);
	CHECK_STR(w.text, "1:person 3:certificate ");
	sek_store_close(s);
}

/* A list that cannot be read is no empty list. */
static void
a_damaged_list_is_a_failure(void)
{
	struct sek_store *s = listed();
	struct sek_deny d;
	struct seen w = { .stop_after = -1 };

	raw("PRAGMA ignore_check_constraints = ON;"
	    "UPDATE deny SET reason = 'a' || char(0) WHERE id = 1;"
	    "UPDATE deny SET issuer = hex(zeroblob(600)) WHERE id = 2;"
	    "UPDATE deny SET created_by = hex(zeroblob(600)) WHERE id = 3");
	CHECK_INT(sek_store_denied(s, "yamada", two, two, "0", &d), SEK_E_IO);
	CHECK_INT(sek_store_denied(s, "a", one, two, "0", &d), SEK_E_IO);
	CHECK_INT(sek_store_denied(s, "a", two, one, "0a0b", &d), SEK_E_IO);
	CHECK_INT(sek_store_denied(s, "a", two, two, "0a0b", &d),
	    SEK_E_NOENT);
	CHECK_INT(sek_store_each_denied(s, see, &w), SEK_E_IO);
	sek_store_close(s);
	raw("DROP TABLE deny");
	s = open_it(false);
	CHECK_INT(sek_store_denied(s, "a", two, two, "0", &d), SEK_E_IO);
	sek_store_close(s);
}

/* -- certificates */

static const uint8_t der[] = { 0x30, 0x03, 0x00, 0xff, 0x01 };

static int
enrol_with(struct sek_store *s, int64_t person, uint8_t key,
    const uint8_t *p, size_t n)
{
	struct sek_credential c = card(person, key, key);

	c.cert = p;
	c.cert_len = n;
	return enrol(s, c);
}

static int
see_cert(void *arg, int64_t id, const uint8_t *p, size_t n)
{
	struct seen *w = arg;
	size_t at = strlen(w->text);

	(void)snprintf(w->text + at, sizeof(w->text) - at, "%lld:%zu:%02x ",
	    (long long)id, n, p[n - 1]);
	return --w->stop_after == 0 ? 7 : 0;
}

static void
certificates_are_kept_as_they_are(void)
{
	static uint8_t large[16385];
	struct sek_store *s = populated();
	struct sek_credential c;
	struct sek_buf b = { 0 };

	CHECK_INT(enrol_with(s, 1, 1, der, sizeof(der)), SEK_OK);
	CHECK_INT(enrol_with(s, 1, 2, NULL, 0), SEK_OK);
	CHECK_INT(enrol_with(s, 1, 3, large, 16384), SEK_OK);
	CHECK_INT(enrol_with(s, 1, 4, large, 16385), SEK_E_LIMIT);
	CHECK_INT(sek_store_certificate(s, 1, &b), SEK_OK);
	CHECK_INT(b.len, sizeof(der));
	CHECK(memcmp(b.p, der, sizeof(der)) == 0);
	CHECK_INT(sek_store_certificate(s, 2, &b), SEK_E_NOENT);
	CHECK_INT(sek_store_certificate(s, 4, &b), SEK_E_NOENT);
	CHECK_INT(sek_store_certificate(s, 0, &b), SEK_E_NOENT);
	CHECK_INT(b.len, sizeof(der)); /* as it was */
	CHECK_INT(sek_store_certificate(s, 3, &b), SEK_OK);
	CHECK_INT(b.len, 16384);
	CHECK_INT(sek_store_credential_by_id(s, 1, &c), SEK_OK);
	CHECK(c.cert == NULL && c.cert_len == 0);
	sek_buf_free(&b);
	sek_store_close(s);
}

static void
certificates_that_serve_are_walked(void)
{
	struct sek_store *s = populated();
	struct seen w = { .stop_after = -1 };

	CHECK_INT(enrol_with(s, 1, 1, der, sizeof(der)), SEK_OK);
	CHECK_INT(enrol_with(s, 1, 2, NULL, 0), SEK_OK);
	CHECK_INT(enrol_with(s, 2, 3, der, 4), SEK_OK);
	CHECK_INT(enrol_with(s, 1, 4, der, 2), SEK_OK);
	CHECK_INT(sek_store_each_certificate(s, see_cert, &w), SEK_OK);
	CHECK_STR(w.text, "1:5:01 3:4:ff 4:2:03 ");
	CHECK_INT(sek_store_credential_status(s, "root", 4,
	    SEK_STATUS_SUSPENDED, "", &why), SEK_OK);
	CHECK_INT(sek_store_person_status(s, "root", "suzuki",
	    SEK_STATUS_SUSPENDED, "", &why), SEK_OK);
	w = (struct seen){ .stop_after = 1 };
	CHECK_INT(sek_store_each_certificate(s, see_cert, &w), 7);
	CHECK_STR(w.text, "1:5:01 ");
	raw("PRAGMA ignore_check_constraints = ON;"
	    "UPDATE credential SET cert = x'' WHERE id = 1");
	CHECK_INT(sek_store_each_certificate(s, see_cert, &w), SEK_E_IO);
	sek_store_close(s);
}

/* -- the version before */

static int
no_cert(void *arg, int64_t id, const uint8_t *p, size_t n)
{
	(void)arg;
	(void)id;
	(void)p;
	(void)n;
	return 9;
}

static void
version_1_is_brought_up_with_all_it_holds(void)
{
	struct sek_deny d = { .kind = SEK_DENY_PERSON, .person = "yamada",
		.reason = "left" };
	struct sek_credential c;
	struct sek_account a;
	struct sek_store *s = NULL;
	struct sek_buf b = { 0 };

	make_version_1();
	CHECK_INT(sek_store_open(dir, false, 50, &s, &why), SEK_E_VERSION);
	CHECK(strstr(why.text, "sekisho init") != NULL);
	s = open_it(true);
	CHECK_STR(ask("PRAGMA user_version"), "5");
	CHECK_INT(sek_store_check(s, &why), SEK_OK);
	CHECK_INT(sek_store_credential_by_id(s, 1, &c), SEK_OK);
	CHECK_STR(c.person, "yamada");
	CHECK_STR(c.label, "blue");
	CHECK_STR(c.serial, "0a");
	CHECK_STR(c.changed_by, "boss");
	CHECK_INT(c.status, SEK_STATUS_ACTIVE);
	CHECK(c.spki_sha256[31] == '1' && c.cert_sha256[31] == '2');
	CHECK_INT(sek_store_credential_by_id(s, 5, &c), SEK_OK);
	CHECK_INT(c.status, SEK_STATUS_REVOKED);
	CHECK_INT(sek_store_account(s, "ward3", &a), SEK_OK);
	CHECK_INT(sek_store_has_grant(s, 1, a.id), SEK_OK);
	/* nobody knew the certificates then */
	CHECK_INT(sek_store_certificate(s, 1, &b), SEK_E_NOENT);
	CHECK_INT(sek_store_each_certificate(s, no_cert, NULL), SEK_OK);
	CHECK_INT(sek_store_deny(s, "root", &d, &why), SEK_OK);
	CHECK_INT(d.id, 1);
	CHECK_STR(ask("SELECT group_concat(object_id) FROM change"
	    " WHERE what = 'schema'"), "1,2,3,4,5");
	sek_store_close(s);
	sek_store_close(open_it(false));
}

int
main(void)
{
	if (!begin())
		return 1;
	memset(one, 1, sizeof(one));
	memset(two, 2, sizeof(two));
	RUN(each_kind_meets_what_it_names_and_nothing_else);
	RUN(what_was_denied_comes_back);
	RUN(twice_is_refused_and_the_number_is_told);
	RUN(allowed_is_off_the_list_and_still_known);
	RUN(refuses_rows_that_could_never_be_met);
	RUN(the_walk_is_in_order_and_without_what_was_lifted);
	RUN(a_damaged_list_is_a_failure);
	RUN(certificates_are_kept_as_they_are);
	RUN(certificates_that_serve_are_walked);
	RUN(version_1_is_brought_up_with_all_it_holds);
	remove_tree(base);
	return CHECK_END();
}
