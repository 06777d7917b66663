/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What `sekisho` says about keys of OpenSSH: a part of the table of words.c,
 * and by its rules.
 *
 * Read by the administrator's program only.
 */
#include "helpdesk/words.h"

#define AT(w) [(w) - FIRST_SSH_WORD]

static const char *const words[END_SSH_WORDS - FIRST_SSH_WORD][SEK_N_LANGS] = {
	AT(W_SSH_OPTIONS) = { "--ssh-key goes with --pkcs11 or --software, "
	    "and neither with --bind nor with --certificate or --fido2",
	    "--ssh-key は --pkcs11 か --software とともに使います(--bind、"
	    "--certificate、--fido2 とは使えません)" },
	AT(W_SSH_WHERE) = { "a token holds this key, or a file does: prove the "
	    "first with --pkcs11 MODULE, or say --software",
	    "鍵がトークンにあることを --pkcs11 MODULE で確認するか、ファイルに"
	    "ある鍵なら --software を指定してください" },
	AT(W_SSH_BY_TYPE) = { "its type says that a FIDO2 key holds it: "
	    "neither --pkcs11 nor --software",
	    "FIDO2キーにある種類の鍵です。--pkcs11 も --software も指定でき"
	    "ません" },
	AT(W_SSH_SHORT) = { "%1 is too short: [certificate] rsa-min-bits is "
	    "%2",
	    "%1 は短すぎます([certificate] rsa-min-bits は %2 です)" },
	AT(W_SSH_NOT_THERE) = { "no certificate with this key in the token; it "
	    "is found by a certificate beside it",
	    "この鍵の証明書がトークンにありません(鍵は同じトークンの証明書"
	    "から探します)" },
	AT(W_SSH_SHOW) = { "key:         %1, %2\nfingerprint: %3",
	    "鍵:             %1、%2\nフィンガープリント: %3" },
	AT(W_SSH_APPLICATION) = { "application: %1",
	    "アプリケーション: %1" },
	AT(W_SSH_NOT_TAKEN) = { "note: no login takes it while [ssh] "
	    "software-keys is no",
	    "注意: [ssh] software-keys が no の間はログインに使えません" },
	AT(W_SSH_NO_SERVICE) = { "note: no service has the pair "
	    "ssh-key+password",
	    "注意: ssh-key+password を使うサービスがありません" },
	AT(W_SSH_KEY) = { "SSH key", "SSH鍵" },
	AT(W_SSH_ON_TOKEN) = { "%1, %2, on a token", "%1、%2、トークン内" },
	AT(W_SSH_IN_FILE) = { "%1, %2, in software",
	    "%1、%2、ソフトウェア鍵" },
};

const struct word_part desk_words_ssh = { FIRST_SSH_WORD, END_SSH_WORDS,
    words };
