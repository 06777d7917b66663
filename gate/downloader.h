/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Brings something from the network through `sekisho-fetch --download`, which
 * runs as the service user.  Neither the gate nor sekisho-fetch itself opens
 * a connection.  What comes is bytes from anybody.
 */
#ifndef GATE_DOWNLOADER_H
#define GATE_DOWNLOADER_H

#include <stddef.h>
#include <stdint.h>

#include "gate/helper.h"
#include "sekisho/os.h"
#include "sekisho/wire_fetch.h"

struct sek_downloader {
	struct sek_child child;
	struct sek_chan chan;
};

#define SEK_DOWNLOADER_NONE { .child = SEK_CHILD_NONE, .chan = { .fd = -1 } }

/* `helpers` is the folder of the programs (policy: [paths] helpers). */
int sek_downloader_start(struct sek_downloader *d, const char *helpers,
    const struct sek_service_user *u, struct sek_why *why) SEK_MUST;
/* One GET.  `sink` takes the bytes as they come; what it returns other than
 * SEK_OK ends the download and is returned (it may have filled the same
 * `why`).  SEK_OK only when END says so: whatever else is returned, the bytes
 * are not to be used.  When END says otherwise (`end`) it is SEK_E_INVAL,
 * SEK_E_LIMIT or SEK_E_IO, and the next GET may follow.  After SEK_E_PROTO,
 * SEK_E_EOF, SEK_E_TIMEOUT, or what the sink said, the downloader has been
 * killed and `end` says SEK_FETCH_FAILED without words; start another. */
int sek_downloader_get(struct sek_downloader *d, const struct sek_get *get,
    int (*sink)(void *arg, const uint8_t *p, size_t n), void *arg,
    const struct sek_deadline *dl, struct sek_fetch_end *end,
    struct sek_why *why) SEK_MUST;
void sek_downloader_end(struct sek_downloader *d);

#endif
