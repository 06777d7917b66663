/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rooms that look for a token: possession.c waits for the helpers,
 * possession_hear.c hears what they say.
 */
#ifndef GATE_POSSESSION_H
#define GATE_POSSESSION_H

#include "gate/login.h"

struct sek_watch *sek_watch_of(struct sek_login *l,
    const struct sek_helper *h);
/* As records call it: the module's name, or the program's. */
const char *sek_helper_name(const struct sek_helper *h);
/* It is of no more use, for this reason; its own words come first. */
void sek_helper_give_up(struct sek_login *l, struct sek_helper *h,
    enum sek_reason reason, const char *words);
/* One message of it.  OK: a token was matched, it is l->helper; NONE: nothing
 * yet, though l->refused may be set; else why the login ends. */
enum sek_reason sek_helper_hear(struct sek_login *l, struct sek_helper *h);

#endif
