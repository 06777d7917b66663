/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho-fetch --download`: the process that opens connections.  It runs
 * as the service user with its channel on descriptor 3
 * (include/sekisho/wire_fetch.h).
 */
#ifndef FETCH_DOWNLOAD_H
#define FETCH_DOWNLOAD_H

#include "sekisho/wire_fetch.h"

/* Serves until the channel closes; returns the exit status. */
int fetch_download_main(void);

/* One GET: DATA to `chan` as it comes, and what END has to say to `end`.
 * An error only when the channel is of no use any more. */
int fetch_transfer(struct sek_chan *chan, const struct sek_get *get,
    struct sek_fetch_end *end) SEK_MUST;

#endif
