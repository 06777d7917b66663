/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho audit check-proof`: whether a file proves a record.
 *
 * Part of the administrator's program, for anybody with a public key: it
 * needs neither the record nor a configuration.  Says nothing of a record
 * before its signature and its path are right.
 */
#include "helpdesk/audit.h"

#include <stdlib.h>
#include <string.h>

#include "record/audit_line.h"
#include "helpdesk/audit_trust.h"
#include "helpdesk/verify.h"

struct proof {
	struct sek_inclusion_read in; /* `line` is owned */
	struct sek_checkpoint is;
	struct sek_line record;
};

/* A proof is of the record whose number is its place. */
static int
check_record(struct proof *p, struct sek_why *why)
{
	const char *what;
	int r = sek_line_scan((const char *)p->in.line.p, p->in.line.len,
	    &p->record, &what);

	if (r != SEK_OK) {
		sek_why_set(why, "the record in it %s", what);
		return r;
	}
	if (p->record.seq - 1 != p->in.proof.index) {
		sek_why_set(why, "the record in it has the number %llu and "
		    "the place %llu", (unsigned long long)p->record.seq,
		    (unsigned long long)p->in.proof.index + 1);
		return SEK_E_SYNTAX;
	}
	return SEK_OK;
}

static int
check_path(const struct proof *p, struct sek_why *why)
{
	uint8_t leaf[SEK_HASH_LEN], root[SEK_HASH_LEN] = { 0 };
	struct sek_sha sha = { NULL, NULL };
	int r;

	if ((r = sek_sha_init(&sha)) == SEK_OK && (r = sek_leaf_hash(&sha,
	    p->in.line.p, p->in.line.len, leaf)) == SEK_OK)
		r = sek_inclusion_root(&sha, &p->in.proof, p->is.size, leaf,
		    root);
	sek_sha_free(&sha);
	if (r == SEK_OK && memcmp(root, p->is.root, sizeof root) == 0)
		return SEK_OK;
	if (r == SEK_OK || r == SEK_E_SYNTAX) {
		sek_why_set(why, "it does not lead from the record to what "
		    "was signed");
		r = SEK_E_DENIED;
	}
	return r;
}

static int
check(struct proof *p, const struct trust *t, const struct verify_bytes *b,
    struct sek_why *why)
{
	int r = sek_inclusion_parse(b->p, b->n, &p->in, why);

	if (r != SEK_OK)
		return r;
	r = sek_checkpoint_read(p->in.checkpoint, p->in.checkpoint_len,
	    t->key, t->n_keys, &p->is, why);
	if (r != SEK_OK) {
		struct sek_why about = *why;

		sek_why_set(why, "its checkpoint %.400s", about.text);
		return r;
	}
	if ((r = check_record(p, why)) != SEK_OK)
		return r;
	return check_path(p, why);
}

static void
say(const struct desk *d, const struct proof *p, struct trust *t, bool json)
{
	char seq[24], size[24];
	struct trust_name name;

	if (json) {
		(void)fwrite(p->in.line.p, 1, p->in.line.len, stdout);
		(void)fputc('\n', stdout);
		return;
	}
	(void)snprintf(seq, sizeof seq, "%llu",
	    (unsigned long long)p->record.seq);
	(void)snprintf(size, sizeof size, "%llu",
	    (unsigned long long)p->is.size);
	t->is[0] = p->is;
	DESK_SAY(d, W_PROOF_GOOD, { seq, p->is.origin, size,
	    trust_by(t, 0, &name) });
	DESK_SAY(d, W_PROOF_RECORD, { (const char *)p->in.line.p });
}

static int
check_file(struct desk *d, struct trust *t, const char *path, bool json)
{
	struct verify_bytes b = { NULL, 0 };
	struct proof p = { .is = { .size = 0 } };
	struct sek_why why = { "" };
	int r = verify_read(path, SEK_INCLUSION_TEXT_MAX, &b, &why);

	if (r != SEK_OK) {
		verify_bytes_free(&b);
		return desk_refuse(d, &why, r);
	}
	if ((r = check(&p, t, &b, &why)) == SEK_OK) {
		sek_put_u8(&p.in.line, '\0');
		r = sek_buf_ok(&p.in.line);
		p.in.line.len -= r == SEK_OK;
	}
	if (r == SEK_OK)
		say(d, &p, t, json);
	else
		DESK_ERR(d, W_PROOF_BAD, { path, why.text[0] != '\0' ?
		    why.text : sek_strerror(r) });
	sek_buf_free(&p.in.line);
	verify_bytes_free(&b);
	return r == SEK_OK ? DESK_OK : DESK_REFUSED;
}

int
desk_audit_check_proof(struct desk *d, int argc, char **argv)
{
	const char *keys = NULL, *folder = NULL;
	bool json = false;
	const struct desk_opt opts[] = {
		{ .name = "key", .value = &keys },
		{ .name = "json", .flag = &json },
	};
	struct sek_why why = { "" };
	struct trust *t;
	char **words;
	int r;

	r = desk_options(d, argc, argv, opts, 2, 1, 1, &words);
	if (r != DESK_GO || (keys == NULL &&
	    (r = trust_where(d, NULL, &folder)) != DESK_GO))
		return r;
	if ((t = calloc(1, sizeof *t)) == NULL)
		return desk_lost(d);
	r = trust_keys(t, keys, folder, &why);
	r = r == SEK_OK ? check_file(d, t, words[0], json) :
	    desk_refuse(d, &why, r);
	trust_free(t);
	free(t);
	return r;
}
