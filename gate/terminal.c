/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The controlling terminal and the login session of the process that asks,
 * from /proc.  Runs in the gate.
 * Never takes a terminal by its name: names are used again, and the caller
 * could have said any.
 */
#include "gate/terminal.h"

int
sek_terminal_of(pid_t peer, struct sek_terminal *out)
{
	struct sek_proc_stat own, leader;
	struct sek_terminal t = { .boot = "" };
	int r;

	if (peer <= 0)
		return SEK_E_NOENT;
	if ((r = sek_proc_stat((uint64_t)peer, &own)) != SEK_OK)
		return r;
	if (own.device == 0 || own.session == 0)
		return SEK_E_NOENT;
	if ((r = sek_proc_stat(own.session, &leader)) != SEK_OK)
		return r;
	/* one of that number that is not the leader came after it */
	if (leader.session != own.session || leader.device != own.device)
		return SEK_E_NOENT;
	t.device = own.device;
	t.leader = leader.pid;
	t.leader_start = leader.start;
	t.peer = own.pid;
	t.peer_start = own.start;
	if ((r = sek_proc_uid(own.pid, &t.uid)) != SEK_OK ||
	    (r = sek_proc_uid(leader.pid, &t.leader_uid)) != SEK_OK ||
	    (r = sek_boot_id(t.boot, sizeof t.boot)) != SEK_OK)
		return r;
	*out = t;
	return SEK_OK;
}
