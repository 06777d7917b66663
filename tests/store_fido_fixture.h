/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the test programs of FIDO2 keys in the enrolment store have in common:
 * keys made of a few bytes, and a store with some of them.
 *
 * Included once by a test program, after nothing else.
 */
#ifndef TESTS_STORE_FIDO_FIXTURE_H
#define TESTS_STORE_FIDO_FIXTURE_H

#include "tests/store_fixture.h"

#include "gate/store_fido.h"

#define RP "sakura.example.jp"

/* A credential whose id and key are made of one byte each. */
MAYBE struct sek_fido_cred
made(uint8_t id, uint8_t key)
{
	struct sek_fido_cred f = { .rp = RP, .id_len = 48,
		.alg = SEK_FIDO_ES256, .spki_len = 91, .handle_len = 32,
		.firmware = UINT64_MAX, .transports = "usb nfc", .protect = 2,
		.verified = true, .attestation = SEK_ATT_TRUSTED,
		.counter = 7 };

	memset(f.id, id, f.id_len);
	memset(f.spki, key, f.spki_len);
	memset(f.handle, 0x33, f.handle_len);
	memset(f.aaguid, 0x44, sizeof f.aaguid);
	memset(f.attestation_sha256, 0x55, 32);
	return f;
}

MAYBE struct sek_credential
of(int64_t person)
{
	return (struct sek_credential){ .person_id = person,
		.label = "blue key", .status_reason = "proved" };
}

MAYBE int
bind(struct sek_store *s, int64_t person, struct sek_fido_cred *f)
{
	struct sek_credential c = of(person);

	return sek_store_fido_enrol(s, "root", &c, f, &why);
}

/* yamada's key: credentials 1 and 2 (for sshd), one token; a card as
 * credential 3; suzuki's key, credential 4. */
MAYBE struct sek_store *
with_keys(void)
{
	struct sek_store *s = populated();
	struct sek_fido_cred f = made(1, 1), twin = made(2, 2),
	    other = made(3, 3);

	CHECK_INT(bind(s, 1, &f), SEK_OK);
	twin.token = f.token;
	twin.ssh = true;
	(void)strcpy(twin.rp, "ssh:sakura");
	CHECK_INT(bind(s, 1, &twin), SEK_OK);
	CHECK_INT(enrol(s, card(1, 9, 9)), SEK_OK);
	CHECK_INT(bind(s, 2, &other), SEK_OK);
	CHECK_INT(sek_store_grant(s, "root", "yamada", "yamada", true, &why),
	    SEK_OK);
	CHECK_INT(sek_store_grant(s, "root", "yamada", "ward3", true, &why),
	    SEK_OK);
	CHECK_INT(sek_store_grant(s, "root", "suzuki", "ward3", true, &why),
	    SEK_OK);
	return s;
}

MAYBE enum sek_status
status(struct sek_store *s, int64_t id)
{
	struct sek_credential c;

	CHECK_INT(sek_store_credential_by_id(s, id, &c), SEK_OK);
	return c.status;
}

MAYBE int
set(struct sek_store *s, int64_t id, enum sek_status to, const char *reason)
{
	return sek_store_credential_status(s, "boss", id, to, reason, &why);
}

#endif
