/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The enrolment of a FIDO2 key, and what its rooms say to each other:
 *
 *     enrol_fido.c        the command's part of it, from options to the end
 *     enrol_fido_ask.c    what the key is asked for: CREATE
 *     enrol_fido_talk.c   the dialogue with the helper and the person
 *     enrol_fido_judge.c  whether what it made may be enrolled
 *     enrol_fido_keep.c   store, record, and what the administrator is told
 *     enrol_ssh.c         the files of OpenSSH
 */
#ifndef HELPDESK_FIDO_H
#define HELPDESK_FIDO_H

#include <openssl/x509.h>

#include "gate/fido.h"
#include "gate/fido_models.h"
#include "gate/helper.h"
#include "gate/store_fido.h"
#include "helpdesk/enrol.h"

#define FIDO_SSH_RP "ssh:" /* OpenSSH takes no other beginning */

/* The two files of --ssh; they are there, and empty, before the key is asked
 * for anything. */
struct enrol_ssh {
	const char *file;       /* as given; NULL: none */
	char name[256];         /* last part of it */
	int folder;             /* descriptor; -1: none */
	int secret, public;     /* descriptors; -1: none */
};

#define ENROL_SSH_NONE { .folder = -1, .secret = -1, .public = -1 }

/* A credential of a person, for the list that a key must not be on. */
struct fido_held {
	uint8_t id[SEK_FIDO_ID_MAX];
};

struct fido {
	struct enrol *e;
	/* what was asked for */
	bool verify;            /* --verification or --pin */
	bool pin;               /* --pin */
	bool resident;
	enum sek_fido_alg alg;  /* SEK_FIDO_NO_ALG: the key's choice */
	struct enrol_ssh ssh;
	/* from the policy */
	STACK_OF(X509) *roots;  /* owned */
	struct sek_models *models; /* owned; NULL: no table */
	struct sek_models_info models_info;
	/* the dialogue */
	struct sek_service_user user;
	struct sek_helper helper;
	int signals;            /* descriptor of those that end us */
	struct sek_create create; /* its ids are owned */
	struct fido_held *held; /* owned: what the ids point to */
	uint32_t tries;         /* wrong PINs so far */
	bool pin_given;         /* the helper was */
	bool asked;             /* for a touch or a finger */
	bool maybe;             /* the key may have made one all the same */
	enum sek_reason failed; /* how it ended, when it ended badly */
	struct sek_why why;
	/* what came of it: one for each of create.make[] */
	struct sek_fido_created made[SEK_FIDO_MAX_MAKES];
	size_t n_made;
	struct sek_fido_cred cred[SEK_FIDO_MAX_MAKES];
	char chain[SEK_FIDO_MAX_MAKES][200];
	struct sek_model model;
};

/* Each is DESK_GO or what to exit with, unless it says otherwise. */

/* -- enrol_fido.c, once the store is open */
int enrol_from_key(struct fido *f) SEK_MUST;

/* -- enrol_fido_ask.c */
int fido_ask(struct fido *f) SEK_MUST;
void fido_ask_clear(struct fido *f);

/* -- enrol_fido_talk.c: fills made[] */
int fido_talk(struct fido *f) SEK_MUST;

/* -- enrol_fido_judge.c */
/* Open what judges, and say at once what could not come to a good end. */
int fido_judge_open(struct fido *f) SEK_MUST;
void fido_judge_close(struct fido *f);
/* SEK_R_OK and cred[], or which rule says no, in `why`. */
enum sek_reason fido_judge(struct fido *f, struct sek_why *why);

/* -- enrol_fido_keep.c */
int fido_keep(struct fido *f) SEK_MUST;
/* The key has made it, and it is not enrolled: told and put on record. */
int fido_refuse(struct fido *f, enum sek_reason reason,
    const struct sek_why *why) SEK_MUST;

/* -- enrol_ssh.c */
/* Make both files, which must not be there. */
int enrol_ssh_open(struct enrol_ssh *s, const struct desk *d) SEK_MUST;
/* Fill them, on disk before it returns.  SEK_OK or why not. */
int enrol_ssh_write(const struct enrol_ssh *s,
    const struct sek_fido_cred *cred, const char *comment,
    struct sek_why *why) SEK_MUST;
/* `keep`: they are whole and stay; else they are removed. */
void enrol_ssh_close(struct enrol_ssh *s, bool keep);

#endif
