/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an administrator types: an answer or a PIN, on the terminal, out of a
 * file or out of a descriptor.
 */
#ifndef HELPDESK_ANSWER_H
#define HELPDESK_ANSWER_H

#include <signal.h>

#include "helpdesk/desk.h"
#include "sekisho/buf.h"

/* What a terminal or who ends us sends: held back while something must be
 * put right before. */
void desk_enders(sigset_t *set);
/* One line from the terminal, without its end.  Signals that would end the
 * program are held back meanwhile, the terminal is put right, and they are
 * raised again: then, and at the end of input, it is SEK_E_EOF.
 * SEK_E_NOENT: there is no terminal. */
int desk_ask(const struct desk *d, const struct desk_said *prompt, bool echo,
    struct sek_buf *out) SEK_MUST;
/* True only for a clear yes; false without a terminal, which is told. */
bool desk_yes(const struct desk *d, const struct desk_said *question);
/* A PIN out of a file that nobody else can read, or out of a descriptor; a
 * line end at its end is not part of it. */
int desk_pin_file(const char *path, struct sek_buf *out, struct sek_why *why)
    SEK_MUST;
int desk_pin_fd(int fd, struct sek_buf *out, struct sek_why *why) SEK_MUST;

#endif
