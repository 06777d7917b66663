/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho audit prove`: a file that proves one record with a public key
 * alone (C2SP tlog-proof).
 *
 * Part of the administrator's program.  Reads only the record; a proof that
 * does not lead to the signed root is never handed out.
 */
#include "helpdesk/audit.h"

#include <stdlib.h>
#include <string.h>

#include "helpdesk/audit_range.h"
#include "helpdesk/audit_trust.h"
#include "helpdesk/output.h"

struct prove {
	struct desk *d;
	const char *folder, *output; /* NULL: standard output */
	uint64_t seq;
	struct trust *trust;
	struct sek_buf line, text; /* owned */
};

static int
say(const struct prove *p, enum word w, uint64_t other)
{
	char seq[24], size[24];

	(void)snprintf(seq, sizeof seq, "%llu", (unsigned long long)p->seq);
	(void)snprintf(size, sizeof size, "%llu", (unsigned long long)other);
	desk_say(p->d, stderr, DESK_ARGS(w, { seq, size }));
	return DESK_REFUSED;
}

/* Does the proof lead from the record to the root that was signed? */
static int
leads(const struct prove *p, const struct sek_inclusion *proof)
{
	const struct sek_checkpoint *c = &p->trust->is[0];
	uint8_t leaf[SEK_HASH_LEN], root[SEK_HASH_LEN];
	struct sek_sha sha = { NULL, NULL };
	int r;

	if ((r = sek_sha_init(&sha)) == SEK_OK && (r = sek_leaf_hash(&sha,
	    p->line.p, p->line.len, leaf)) == SEK_OK &&
	    (r = sek_inclusion_root(&sha, proof, c->size, leaf, root)) ==
	    SEK_OK && memcmp(root, c->root, sizeof root) != 0)
		r = SEK_E_DENIED;
	sek_sha_free(&sha);
	return r;
}

/* By the index; when that lies or is not there, by the records. */
static int
make(const struct prove *p, struct sek_inclusion *proof, struct sek_why *why)
{
	uint64_t size = p->trust->is[0].size;
	int r = range_proof(p->folder, p->seq, size, false, proof, why);

	if (r == SEK_OK && leads(p, proof) == SEK_OK)
		return SEK_OK;
	r = range_proof(p->folder, p->seq, size, true, proof, why);
	return r == SEK_OK ? leads(p, proof) : r;
}

static int
write_out(const struct prove *p)
{
	struct output out;
	char seq[24];
	int r;

	if ((r = output_open(&out, p->d, p->output)) != DESK_GO)
		return r;
	/* what could not be written is told by the close */
	r = output_put(&out, p->text.p, p->text.len) == SEK_OK ? DESK_OK :
	    DESK_REFUSED;
	if ((r = output_close(&out, r)) != DESK_OK || p->output == NULL)
		return r;
	(void)snprintf(seq, sizeof seq, "%llu", (unsigned long long)p->seq);
	DESK_SAY(p->d, W_PROVE_MADE, { seq, p->output });
	return DESK_OK;
}

static int
prove(struct prove *p)
{
	const struct sek_buf *note = &p->trust->note[0].text;
	uint64_t size = p->trust->is[0].size;
	struct sek_inclusion proof;
	struct sek_why why = { "" };
	int r;

	if (p->seq > size)
		return say(p, W_PROVE_NOT_YET, size);
	r = range_record(p->folder, p->seq, &p->line, &why);
	if (r == SEK_E_NOENT)
		return say(p, W_PROVE_NONE, 0);
	if (r == SEK_OK)
		r = make(p, &proof, &why);
	if (r == SEK_E_DENIED)
		return say(p, W_PROVE_OTHER, size);
	if (r == SEK_OK)
		r = sek_inclusion_text(&proof, p->line.p, p->line.len,
		    note->p, note->len, &p->text);
	return r == SEK_OK ? write_out(p) : desk_refuse(p->d, &why, r);
}

int
desk_audit_prove(struct desk *d, int argc, char **argv)
{
	const char *keys = NULL, *dir = NULL;
	struct prove p = { .d = d };
	const struct desk_opt opts[] = {
		{ .name = "output", .value = &p.output },
		{ .name = "key", .value = &keys },
		{ .name = "dir", .value = &dir },
	};
	int64_t seq;
	char **words;
	int r;

	r = desk_options(d, argc, argv, opts, 3, 1, 1, &words);
	if (r != DESK_GO)
		return r;
	if (!desk_number(words[0], INT64_MAX, &seq)) {
		DESK_ERR(d, W_NOT_A_NUMBER, { words[0] });
		return DESK_USAGE;
	}
	p.seq = (uint64_t)seq;
	if ((r = trust_where(d, dir, &p.folder)) != DESK_GO)
		return r;
	if ((p.trust = calloc(1, sizeof *p.trust)) == NULL)
		return desk_lost(d);
	if ((r = trust_open(d, p.trust, keys, p.folder)) == DESK_GO)
		r = prove(&p);
	sek_buf_free(&p.line);
	sek_buf_free(&p.text);
	trust_free(p.trust);
	free(p.trust);
	return r;
}
