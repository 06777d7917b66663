/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What `sekisho list` and the records of changes have of an OpenSSH key.
 *
 * Part of the administrator's program.  Only reads.
 */
#include "helpdesk/credential.h"

int
desk_ssh_of(struct desk *d, int64_t credential, struct sek_ssh_key *key,
    bool *held)
{
	struct sek_ssh_cred c = { .credential = 0 };
	int r = sek_store_ssh_of(d->store, credential, &c);

	if (r == SEK_OK)
		r = sek_ssh_key_read(c.blob, c.blob_len, key, NULL);
	if (r != SEK_OK)
		return SEK_E_IO;
	*held = c.held;
	return SEK_OK;
}

void
desk_ssh_put(const struct desk *d, FILE *f, const struct sek_ssh_key *key,
    bool held)
{
	desk_put(d, f, held ? W_SSH_ON_TOKEN : W_SSH_IN_FILE,
	    (const char *const[]){ key->type, key->print, NULL, NULL });
}

json_t *
desk_ssh_json(const struct sek_ssh_key *key, bool held)
{
	return json_pack("{s:s, s:s, s:s, s:b, s:o?}",
	    "type", key->type, "key", key->name, "fingerprint", key->print,
	    "token", (int)held,
	    "application", key->sk ? desk_json_text(key->application) : NULL);
}
