/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The commands of `sekisho audit`, a file each, and what they share.  None of
 * them changes a record.
 */
#ifndef HELPDESK_AUDIT_H
#define HELPDESK_AUDIT_H

#include <limits.h>

#include "helpdesk/desk.h"

int desk_audit_report(struct desk *d, int argc, char **argv);
int desk_audit_show(struct desk *d, int argc, char **argv);
int desk_audit_export(struct desk *d, int argc, char **argv);
int desk_audit_verify(struct desk *d, int argc, char **argv);
int desk_audit_keys(struct desk *d, int argc, char **argv);
int desk_audit_new_key(struct desk *d, int argc, char **argv);
int desk_audit_countersign(struct desk *d, int argc, char **argv);
int desk_audit_start(struct desk *d, int argc, char **argv);
int desk_audit_stop(struct desk *d, int argc, char **argv);

int desk_audit_checkpoint(struct desk *d, int argc, char **argv);
int desk_audit_prove(struct desk *d, int argc, char **argv);
int desk_audit_check_proof(struct desk *d, int argc, char **argv);

/* -- audit_key.c, for `sekisho init`: make the key of the log, unless it is
 * there, and see to it that log.vkeys has its public key.  *made: it was not
 * there. */
int desk_log_key_make(struct desk *d, bool *made, struct sek_why *why)
    SEK_MUST;

/* -- audit.c */
/* The path of the log; false when there is none yet. */
bool desk_log_path(const struct desk *d, char path[PATH_MAX]);

#endif
