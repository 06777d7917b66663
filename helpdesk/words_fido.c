/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What `sekisho` says while it enrols a FIDO2 key: a part of the table of
 * words.c, and by its rules.
 *
 * Read by the administrator's program only.
 */
#include "helpdesk/words.h"

#define AT(w) [(w) - FIRST_FIDO_WORD]

static const char *const words[END_FIDO_WORDS - FIRST_FIDO_WORD][SEK_N_LANGS] = {
	AT(W_FIDO_OPTIONS) = { "--token, --id and --bind are for cards; "
	    "--verification, --pin, --resident, --ssh and --alg go with "
	    "--fido2",
	    "--token、--id、--bind はカード用です。--verification、--pin、"
	    "--resident、--ssh、--alg は --fido2 とともに使います" },
	AT(W_FIDO_ONE_KIND) = { "say either --verification or --pin",
	    "--verification か --pin のどちらか一方を指定してください" },
	AT(W_FIDO_BAD_ALG) = { "--alg is es256, eddsa, es384 or rs256, not "
	    "\"%1\"",
	    "--alg は es256、eddsa、es384、rs256 のどれかです(「%1」は使えま"
	    "せん)" },
	AT(W_FIDO_SSH_ALG) = { "OpenSSH knows es256 and eddsa, not %1",
	    "OpenSSHで使えるのは es256 と eddsa です(%1 は使えません)" },
	AT(W_FIDO_NO_RP) = { "%1: [fido2] rp-id is missing: the domain name of "
	    "the organisation, which every key is enrolled for",
	    "%1: [fido2] rp-id がありません。FIDO2キーを登録するには組織の"
	    "ドメイン名が必要です" },
	AT(W_FIDO_NO_MODELS) = { "WARNING: there is no FIDO metadata yet: what "
	    "is known against models of keys is not looked at; run "
	    "`sekisho refresh`",
	    "警告: FIDOメタデータがまだないため、機種の問題は確認できません。"
	    "`sekisho refresh` を実行してください" },
	AT(W_FIDO_OLD_MODELS) = { "WARNING: the FIDO metadata should have been "
	    "renewed by %1; run `sekisho refresh`",
	    "警告: FIDOメタデータの更新期限 (%1) が過ぎています。"
	    "`sekisho refresh` を実行してください" },
	AT(W_FIDO_PERSON) = { "  person       %1 %2", "  利用者       %1 %2" },
	AT(W_FIDO_RP) = { "  organisation %1", "  組織         %1" },
	AT(W_FIDO_KIND_TOUCH) = { "  kind         touch alone: serves with a "
	    "password",
	    "  種類         タッチのみ(パスワードとともに使います)" },
	AT(W_FIDO_KIND_VERIFY) = { "  kind         touch and verification on "
	    "the key (PIN or finger)",
	    "  種類         タッチとキーでの本人確認(PINまたは指)" },
	AT(W_FIDO_KIND_PIN) = { "  kind         touch and the key's PIN",
	    "  種類         タッチとキーのPIN" },
	AT(W_FIDO_KIND_RESIDENT) = { "  stored       on the key itself: it "
	    "says whose it is",
	    "  保存先       キー本体(キーだけで利用者が分かります)" },
	AT(W_FIDO_KIND_SSH) = { "  for ssh      a second credential, in %1",
	    "  ssh用        2つ目の認証情報 (%1)" },
	AT(W_FIDO_CONFIRM) = { "Enrol a key for %1? (yes/no) ",
	    "%1 のキーを登録しますか? (yes/no) " },
	AT(W_FIDO_INSERT) = { "Insert the key.",
	    "キーを差し込んでください。" },
	AT(W_FIDO_NO_KEY) = { "no key was inserted: nothing was enrolled",
	    "キーが差し込まれなかったため登録していません" },
	AT(W_FIDO_NO_ANSWER) = { "the key gives no answer: nothing was "
	    "enrolled; pull it out and try again",
	    "キーが応答しないため登録していません。いったん抜いてからやり直し"
	    "てください" },
	AT(W_FIDO_TOUCH) = { "Touch the key (%1).",
	    "キー (%1) にタッチしてください。" },
	AT(W_FIDO_TOUCH_SSH) = { "Touch the key again, for ssh (%1).",
	    "ssh用に、もう一度キー (%1) にタッチしてください。" },
	AT(W_FIDO_CHOOSE) = { "There are several keys: touch the one that is "
	    "to be enrolled.",
	    "キーが複数あります。登録するキーにタッチしてください。" },
	AT(W_FIDO_FINGER) = { "Put a finger on the sensor of the key (%1).",
	    "キー (%1) のセンサーに指を当ててください。" },
	AT(W_FIDO_FINGER_AGAIN) = { "The finger was not recognised; once more "
	    "(tries left: %2).",
	    "指を認識できませんでした。もう一度当ててください(残り回数: "
	    "%2)。" },
	AT(W_FIDO_FALLBACK) = { "The key takes no more fingers now: its PIN is "
	    "needed.",
	    "キーが指を受け付けなくなりました。PINを入力してください。" },
	AT(W_FIDO_REMOVED) = { "the key was pulled out: nothing was enrolled",
	    "キーが抜かれたため登録していません" },
	AT(W_FIDO_NO_TOUCH) = { "the key was not touched in time: nothing was "
	    "enrolled",
	    "時間内にタッチされなかったため登録していません" },
	AT(W_FIDO_REFUSED) = { "it was refused on the key: nothing was "
	    "enrolled",
	    "キー側で拒否されたため登録していません" },
	AT(W_FIDO_PIN_LOCKED) = { "the key's PIN is blocked for good: only a "
	    "reset (`fido2-token -R DEVICE`) makes the key usable again, and "
	    "it makes all that it was enrolled for useless",
	    "キーのPINは完全にロックされています。キーの初期化 "
	    "(`fido2-token -R DEVICE`) が必要ですが、登録済みのものはすべて使"
	    "えなくなります" },
	AT(W_FIDO_PIN_PAUSED) = { "the key takes no more PINs until it is "
	    "pulled out and inserted again: nothing was enrolled",
	    "いったん抜いて差し直すまでPINを受け付けないため、登録していま"
	    "せん" },
	AT(W_FIDO_NO_VERIFY) = { "the key has no PIN and no finger that would "
	    "do: set a PIN with `fido2-token -S DEVICE` (`fido2-token -L` "
	    "lists them), then enrol again",
	    "キーに必要なPINや指が設定されていません。`fido2-token -S DEVICE` "
	    "でPINを設定してから(一覧は `fido2-token -L`)登録し直してくださ"
	    "い" },
	AT(W_FIDO_VERIFY_LOCKED) = { "the key takes no more fingers and has no "
	    "PIN: nothing was enrolled",
	    "キーが指を受け付けず、PINもないため登録していません" },
	AT(W_FIDO_PIN_FORMAT) = { "a PIN of a FIDO2 key has at least 4 "
	    "characters and at most 63 bytes",
	    "FIDO2キーのPINは4文字以上、63バイトまでです" },
	AT(W_FIDO_EXCLUDED) = { "this key is enrolled for %1 already (also "
	    "when it was revoked): nothing was enrolled; see `sekisho list "
	    "%1`",
	    "このキーはすでに %1 に登録されています(失効したものを含む)。"
	    "登録していません。`sekisho list %1` をご覧ください" },
	AT(W_FIDO_FULL) = { "the key has no room left for a credential of its "
	    "own: enrol without --resident, or remove what is not needed "
	    "(`fido2-token -L -r DEVICE`)",
	    "キーに空きがありません。--resident なしで登録するか、不要なもの"
	    "を削除してください (`fido2-token -L -r DEVICE`)" },
	AT(W_FIDO_UNSUPPORTED) = { "the key cannot do what was asked for: %2",
	    "このキーでは要求された登録ができません: %2" },
	AT(W_FIDO_FAILED) = { "the key reports an error: nothing was enrolled: "
	    "%1",
	    "キーがエラーを返したため登録していません: %1" },
	AT(W_FIDO_NOT_ENROLLED) = { "NOT ENROLLED: %1: %2",
	    "登録していません: %1: %2" },
	AT(W_FIDO_LEFT_ON_KEY) = { "note: the key may hold a credential for %1 "
	    "now that serves nowhere (`fido2-token -L -k %1 DEVICE`)",
	    "注意: どこでも使えない %1 の認証情報がキーに残っている可能性が"
	    "あります (`fido2-token -L -k %1 DEVICE`)" },
	AT(W_FIDO_FOUND) = { "  key          %1 (AAGUID %2)",
	    "  キー         %1 (AAGUID %2)" },
	AT(W_FIDO_ATT_NONE) = { "  attestation  none",
	    "  製造元証明   なし" },
	AT(W_FIDO_ATT_UNKNOWN) = { "  attestation  not trusted: %1",
	    "  製造元証明   信頼できません: %1" },
	AT(W_FIDO_ATT_TRUSTED) = { "  attestation  trusted: %1",
	    "  製造元証明   信頼できます: %1" },
	AT(W_FIDO_ALG) = { "  algorithm    %1", "  アルゴリズム %1" },
	AT(W_FIDO_PROTECT) = { "  protection   level %1",
	    "  保護レベル   %1" },
	AT(W_FIDO_UNPROTECTED) = { "note: the key cannot demand its PIN or "
	    "finger for this credential by itself; each login demands it "
	    "all the same",
	    "注意: このキー自体は認証情報にPINや指を強制できませんが、ログイン"
	    "時には必ず確認されます" },
	AT(W_FIDO_UNPROTECTED_ID) = { "note: whoever holds the key can find "
	    "out that it is enrolled here",
	    "注意: このキーを手にした人は、ここに登録されていることを知ること"
	    "ができます" },
	AT(W_FIDO_MAKER_UNPROVED) = { "note: nothing proves who made this key; "
	    "[fido2] require-attestation demands it",
	    "注意: このキーの製造元は確認できていません([fido2] "
	    "require-attestation で必須にできます)" },
	AT(W_FIDO_BACKUP) = { "note: its maker may copy this credential to "
	    "other devices (synced passkey)",
	    "注意: この認証情報は他の機器に複製されることがあります(同期パス"
	    "キー)" },
	AT(W_FIDO_BYPASS) = { "WARNING: the PIN or finger of %1 can be got "
	    "round, says FIDO: it serves with a password only",
	    "警告: %1 の本人確認は回避できるとFIDOが公表しています。パスワード"
	    "とともにのみ使えます" },
	AT(W_FIDO_UPDATE) = { "note: there is newer firmware for %1, says FIDO",
	    "注意: %1 には新しいファームウェアがあるとFIDOが公表しています" },
	AT(W_FIDO_NO_SERVICE) = { "note: no service of the configuration takes "
	    "a FIDO2 key yet (pairs = fido2+verification)",
	    "注意: FIDO2キーを使えるサービスがまだ設定にありません "
	    "(pairs = fido2+verification)" },
	AT(W_FIDO_NO_SERVICE_TOUCH) = { "note: no service of the configuration "
	    "takes a FIDO2 key that is only touched (pairs = "
	    "fido2+password)",
	    "注意: タッチだけのFIDO2キーを使えるサービスが設定にありません "
	    "(pairs = fido2+password)" },
	AT(W_FIDO_SSH_DONE) = { "enrolled credential %1 for ssh: give %2 to "
	    "the person, and let their authorized_keys have %2.pub",
	    "ssh用の認証情報 %1 を登録しました。%2 を本人に渡し、%2.pub を "
	    "authorized_keys に加えてください" },
	AT(W_FIDO_SSH_VERIFY) = { "note: sshd must demand the verification as "
	    "well: put verify-required before the key in authorized_keys",
	    "注意: sshdでも本人確認を必須にしてください(authorized_keys の鍵の"
	    "前に verify-required を付けます)" },
};

const struct word_part desk_words_fido = { FIRST_FIDO_WORD, END_FIDO_WORDS,
    words };
