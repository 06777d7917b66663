/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Changes of persons and accounts that other commands make as well: store
 * and record, inside the change that is under way.
 */
#ifndef HELPDESK_ACCOUNT_H
#define HELPDESK_ACCOUNT_H

#include "helpdesk/desk.h"

/* -- person.c: with these accounts, each made when it is not there */
int desk_person_new(struct desk *d, const struct sek_person *p,
    const struct desk_list *accounts, struct sek_why *why) SEK_MUST;

/* -- person_show.c */
int desk_person_show(struct desk *d, int argc, char **argv) SEK_MUST;

/* -- account.c */
int desk_account_new(struct desk *d, const char *name, bool shared,
    struct sek_why *why) SEK_MUST;
int desk_account_grant(struct desk *d, const char *person,
    const char *account, bool give, struct sek_why *why) SEK_MUST;
/* -- role.c */
int desk_person_role(struct desk *d, int argc, char **argv) SEK_MUST;
int desk_account_role(struct desk *d, const char *account, const char *role,
    bool give) SEK_MUST;
/* Roles of a person, of an account; NULL or *r says that it failed. */
json_t *desk_person_roles(struct desk *d, int64_t person, int *r) SEK_MUST;
json_t *desk_account_roles(struct desk *d, int64_t account, int *r) SEK_MUST;
/* An array of names as a column: "a,b", or "-". */
void desk_put_names(const json_t *names);

/* -- account.c */
/* After a change: a note when several persons open what is not shared. */
void desk_account_note(struct desk *d, const char *account);

#endif
