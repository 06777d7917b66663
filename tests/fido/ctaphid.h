/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CTAPHID (CTAP 2.1 11.2) around a software key: reports of 64 bytes to
 * messages and back.  Tests only.
 */
#ifndef TESTS_FIDO_CTAPHID_H
#define TESTS_FIDO_CTAPHID_H

#include "softkey.h"

#define CTAPHID_REPORT 64u

/* `who` tells the readers of the device from each other. */
struct ctaphid_ops {
	/* A report for `who`; who cannot take it is gone. */
	void (*send)(void *arg, int who, const uint8_t *report);
	/* Hear what comes in for so long, by ctaphid_report(). */
	void (*pump)(void *arg, int ms);
	void *arg;
};

struct ctaphid;

struct ctaphid *ctaphid_new(struct softkey *k, const struct ctaphid_ops *ops);
void ctaphid_free(struct ctaphid *h);
void ctaphid_report(struct ctaphid *h, int who, const uint8_t *report);
/* Nobody reads what is for `who` any more. */
void ctaphid_left(struct ctaphid *h, int who);
/* Pull the key out: nothing is answered from now on. */
void ctaphid_pull(struct ctaphid *h);
bool ctaphid_pulled(const struct ctaphid *h);

#endif
