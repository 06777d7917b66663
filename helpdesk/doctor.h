/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the rooms of `sekisho doctor` share.
 */
#ifndef HELPDESK_DOCTOR_H
#define HELPDESK_DOCTOR_H

#include "helpdesk/check.h"
#include "helpdesk/desk.h"

enum dr_level { DR_GOOD, DR_WARN, DR_BAD, DR_N };

struct doctor {
	struct desk *d;
	bool json, quiet;
	struct desk_list only; /* services to look at; none: all */
	json_t *array;         /* with `json`; owned */
	bool lost;             /* no memory for one of them */
	unsigned count[DR_N];
};

/* One finding: %1 of its words is what it is about.  What is to be done is
 * the word after it, of a WARN or BAD; `id` is the same in each language. */
void doctor_say(struct doctor *x, enum dr_level level, const char *id,
    const struct desk_said *said);
#define DR_SAY(x, level, id, ...) \
	doctor_say((x), (level), (id), DESK_ARGS(__VA_ARGS__))

/* Each of these looks at one part of the machine; d->policy may be NULL but
 * where it says otherwise. */
void doctor_trust(struct doctor *x);  /* needs the policy */
void doctor_ocsp(struct doctor *x);   /* needs the policy */
void doctor_host(struct doctor *x);
void doctor_device(struct doctor *x);
void doctor_record(struct doctor *x); /* needs the policy */
void doctor_forward(struct doctor *x); /* needs the policy */
void doctor_rescue(struct doctor *x); /* needs the policy */
void doctor_watch(struct doctor *x);  /* needs the policy */
void doctor_pam(struct doctor *x);
void doctor_sshd(struct doctor *x);
void doctor_sudo(struct doctor *x);

/* -- doctor_pam.c: does a line of this type of the service name us? */
bool doctor_pam_has(const char *service, bool account);

#endif
