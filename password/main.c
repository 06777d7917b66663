/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sekisho-password: reads one CHECK on descriptor 3, has the password judged
 * by a nested PAM transaction, answers PROOF or FAIL and ends.
 * A helper of the gate, as root, with an empty environment.  Whatever a PAM
 * module does here, crash or hang, happens to this process only; the gate
 * kills it at its deadline.  Prints nothing, logs nothing, decides nothing.
 */
#include <fcntl.h>
#include <stdlib.h>

#include "password/check.h"
#include "sekisho/os.h"

/* The gate sends CHECK when it has the password, and reads the answer at
 * once; its own deadlines are shorter than this. */
#define CHANNEL_MS 660000u

static int
answer(struct sek_chan *ch, const struct sek_judged *j)
{
	const struct sek_deadline dl = sek_deadline_in(CHANNEL_MS);
	struct sek_proof proof = { .native = j->native };
	struct sek_buf body = { 0 };
	int r;

	if (j->good)
		sek_proof_enc(&body, &proof);
	else
		sek_fail_enc(&body, &j->fail);
	r = sek_chan_send(ch, j->good ? SEK_H_PROOF : SEK_H_FAIL, &body, &dl);
	sek_buf_free(&body);
	return r;
}

/* SEK_E_EOF: the gate did not need us. */
static int
serve(struct sek_chan *ch)
{
	const struct sek_deadline dl = sek_deadline_in(CHANNEL_MS);
	struct sek_buf body = { 0 };
	struct sek_judged judged;
	struct sek_check check;
	uint8_t msg = 0;
	int r;

	if ((r = sek_chan_recv(ch, &msg, &body, &dl)) == SEK_OK)
		r = msg == SEK_H_CHECK ? sek_check_dec(&check, &body) :
		    SEK_E_PROTO;
	sek_buf_free(&body);
	if (r != SEK_OK)
		return r;
	sek_password_judge(&check, &judged);
	sek_check_clear(&check);
	return answer(ch, &judged);
}

int
main(void)
{
	struct sek_chan ch = { .fd = SEK_HELPER_FD, .state = SEK_HS_START,
	    .rules = sek_helper_rules, .n_rules = sek_helper_n_rules };
	int r;

	sek_harden_process();
	/* programs that PAM modules start get neither the channel nor what
	 * somebody may have put into our environment */
	if (fcntl(SEK_HELPER_FD, F_SETFD, FD_CLOEXEC) != 0 ||
	    clearenv() != 0)
		return 1;
	r = serve(&ch);
	return r == SEK_OK || r == SEK_E_EOF ? 0 : 1;
}
