/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A card as a device of libfido2.  Where it is, is text, because libfido2
 * hands a path to who opens it: "card:nfc:COUNT:READER", "card:smart-card:...".
 * Not "pcsc:" nor "nfc:": a libfido2 with transports of its own takes those.
 */
#ifndef FIDO_PCSC_DEV_H
#define FIDO_PCSC_DEV_H

#include <fido.h>
#include <stdbool.h>
#include <stdint.h>

#include "fido/pcsc_card.h"

#define PCSC_PATH_MAX (PCSC_READER_MAX + 32u)

/* `count`: of comings and goings in that reader; only makes paths differ. */
void pcsc_dev_path(char out[PCSC_PATH_MAX], const char *reader,
    uint32_t count, bool nfc);

/* Entry i of `list`. */
int pcsc_dev_info(fido_dev_info_t *list, size_t i, const char *reader,
    uint32_t count, bool nfc) SEK_MUST;

#endif
