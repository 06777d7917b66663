/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the record of a login says of the key by which sshd let somebody in
 * before it asked us: its fingerprint, as ssh-keygen -l prints it, and, where
 * it is the key of this login, how it was enrolled.
 * Runs in the gate.  Decides nothing: it is the word of sshd, of root's.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "record/audit.h"
#include "gate/login.h"

#define MAX_KEYS 4u

/* SSH_AUTH_INFO_0 (sshd_config(5), ExposeAuthInfo): a line for each method
 * that succeeded. */
void
sek_login_add_ssh(json_t *rec, const struct sek_login *l)
{
	const char *at = (const char *)l->begin.ssh_info.p, *line;
	char one[SEK_SSH_PRINT_MAX];
	char all[MAX_KEYS * sizeof one] = "", *end = all;
	size_t left = l->begin.ssh_info.len, n, keys = 0;

	if (l->peer != 0)
		return;
	while (keys < MAX_KEYS && sek_ssh_next_key(&at, &left, &line, &n)) {
		if (sek_ssh_line_print(line, n, one) != SEK_OK)
			continue;
		end += snprintf(end, (size_t)(all + sizeof all - end),
		    "%s%s", keys > 0 ? " " : "", one);
		keys++;
	}
	if (keys > 0)
		sek_record_str(rec, "where.ssh_key", all);
}

/* Seconds as others have them in the record; 2^63 and more is for ever. */
static int64_t
seconds(uint64_t at)
{
	return at > INT64_MAX ? INT64_MAX : (int64_t)at;
}

static void
add_certificate(json_t *rec, const struct sek_ssh_cert *c)
{
	char serial[24];

	(void)snprintf(serial, sizeof serial, "%" PRIu64, c->serial);
	sek_record_str(rec, "ssh_cert.serial", serial);
	sek_record_str(rec, "ssh_cert.key_id", c->id);
	sek_record_str(rec, "ssh_cert.ca", c->ca);
	sek_record_int(rec, "ssh_cert.valid_after", seconds(c->after));
	sek_record_int(rec, "ssh_cert.valid_before",
	    seconds(c->before));
}

void
sek_login_add_ssh_token(json_t *rec, const struct sek_login *l)
{
	const struct sek_ssh_key *k = &l->ssh.key;

	sek_record_str(rec, "token.kind", "ssh-key");
	sek_record_int(rec, "token.credential", l->credential.id);
	sek_record_str(rec, "token.ssh_type", k->type);
	sek_record_str(rec, "token.fingerprint", k->print);
	sek_record_str(rec, "token.key", k->name);
	sek_record_str(rec, "token.held_by", l->ssh.held ? "token" :
	    "software");
	if (k->certified)
		add_certificate(rec, &k->cert);
}
