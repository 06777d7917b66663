/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pkcs11_hold READER: holds the card in that reader by a PC/SC transaction,
 * so that nobody else can use or reset it, until its stdin ends.
 * Test part; sends nothing to the card and leaves it as it was.
 */
#include <stdio.h>
#include <winscard.h>

int
main(int argc, char **argv)
{
	SCARDCONTEXT ctx;
	SCARDHANDLE card;
	DWORD protocol;

	if (argc != 2)
		return 2;
	if (SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &ctx) !=
	    SCARD_S_SUCCESS || SCardConnect(ctx, argv[1], SCARD_SHARE_SHARED,
	    SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &card, &protocol) !=
	    SCARD_S_SUCCESS || SCardBeginTransaction(card) != SCARD_S_SUCCESS)
		return 1;
	if (puts("held") < 0 || fflush(stdout) != 0)
		return 1;
	(void)getchar();
	(void)SCardEndTransaction(card, SCARD_LEAVE_CARD);
	(void)SCardDisconnect(card, SCARD_LEAVE_CARD);
	(void)SCardReleaseContext(ctx);
	return 0;
}
