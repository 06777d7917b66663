/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The downloader's own conversation: GET in, DATA and END out, until the
 * channel closes.
 * Runs in `sekisho-fetch --download`, as the service user.  Never keeps
 * anything from one GET to the next, and never judges what it brings.
 */
#include "fetch/download.h"

#include <curl/curl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "sekisho/os.h"

#define EXIT_USAGE 2
#define FOREVER_MS (24u * 60 * 60 * 1000) /* our parent ends us long before */
#define SEND_MS 10000u

static int
recv_get(struct sek_chan *chan, struct sek_get *get)
{
	const struct sek_deadline dl = sek_deadline_in(FOREVER_MS);
	struct sek_buf body = { 0 };
	uint8_t msg = 0;
	int r;

	if ((r = sek_chan_recv(chan, &msg, &body, &dl)) == SEK_OK)
		r = msg == SEK_F_GET ? sek_get_dec(get, &body) : SEK_E_PROTO;
	sek_buf_free(&body);
	return r;
}

static int
send_end(struct sek_chan *chan, const struct sek_fetch_end *end)
{
	const struct sek_deadline dl = sek_deadline_in(SEND_MS);
	struct sek_buf body = { 0 };
	int r;

	sek_fetch_end_enc(&body, end);
	r = sek_chan_send(chan, SEK_F_END, &body, &dl);
	sek_buf_free(&body);
	return r;
}

static int
serve(struct sek_chan *chan)
{
	struct sek_fetch_end end;
	struct sek_get get;
	int r;

	for (;;) {
		if ((r = recv_get(chan, &get)) != SEK_OK)
			return r;
		r = fetch_transfer(chan, &get, &end);
		sek_get_clear(&get);
		if (r != SEK_OK || (r = send_end(chan, &end)) != SEK_OK)
			return r;
	}
}

int
fetch_download_main(void)
{
	struct sek_chan chan = { .fd = SEK_FETCH_FD, .state = SEK_FETCH_IDLE,
	    .rules = sek_fetch_rules, .n_rules = sek_fetch_n_rules };
	int r;

	sek_harden_process();
	if (!sek_take_channel(SEK_FETCH_FD)) {
		(void)fputs("sekisho-fetch: --download is for sekisho-gate "
		    "and sekisho-fetch: no channel on descriptor 3\n",
		    stderr);
		return EXIT_USAGE;
	}
	/* libraries below libcurl would believe what somebody put there */
	if (clearenv() != 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR ||
	    curl_global_init(CURL_GLOBAL_ALL) != CURLE_OK)
		return 1;
	r = serve(&chan);
	return r == SEK_OK || r == SEK_E_EOF ? 0 : 1;
}
