/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What `sekisho doctor` says: a part of the table of words.c, and by its
 * rules.  Of what is wrong the word after it says what is to be done.
 *
 * Read by the administrator's program only.
 */
#include "helpdesk/words.h"

#define AT(w) [(w) - FIRST_DOCTOR_WORD]

static const char *const words[END_DOCTOR_WORDS - FIRST_DOCTOR_WORD]
    [SEK_N_LANGS] = {
	AT(W_DR_LEVEL_GOOD) = {
	    "good",
	    "正常" },
	AT(W_DR_LEVEL_WARN) = {
	    "WARN",
	    "注意" },
	AT(W_DR_LEVEL_BAD) = {
	    "BAD ",
	    "異常" },
	AT(W_DR_SUM) = {
	    "good: %1, warnings: %2, bad: %3",
	    "正常 %1 件、注意 %2 件、異常 %3 件" },
	AT(W_DR_NOT_ROOT) = {
	    "only root can look at everything: nothing was checked",
	    "すべてを調べられるのは root だけです。何も調べていません" },
	AT(W_DR_FOUND) = {
	    "%1: %2",
	    "%1: %2" },
	AT(W_DR_CONF) = {
	    "%1: %2",
	    "%1: %2" },
	AT(W_DR_CONF_DO) = {
	    "correct what sekisho.conf says of it or what it names, then "
	    "`sekisho check-config`",
	    "sekisho.conf の記述かそれが指すものを直し、`sekisho check-co"
	    "nfig` で確かめてください" },
	AT(W_DR_NO_CONF) = {
	    "%1: every login is refused: %2",
	    "%1: すべてのログインが拒否されます: %2" },
	AT(W_DR_NO_CONF_DO) = {
	    "correct that line or file; see sekisho.conf(5)",
	    "その行またはファイルを直してください(sekisho.conf(5))" },
	AT(W_DR_ANCHOR) = {
	    "%1: the CA's certificate is valid to %2",
	    "%1: CA証明書の有効期限は %2 です" },
	AT(W_DR_ANCHOR_SOON) = {
	    "%1: the CA's certificate ends on %2",
	    "%1: CA証明書の有効期限 %2 が近づいています" },
	AT(W_DR_ANCHOR_SOON_DO) = {
	    "put the new certificate of this CA beside the old one among "
	    "the trust-anchors or intermediates",
	    "このCAの新しい証明書を trust-anchors または intermediates に"
	    "追加してください" },
	AT(W_DR_ANCHOR_OVER) = {
	    "%1: the CA's certificate has ended on %2: its cards are "
	    "refused",
	    "%1: CA証明書は %2 に期限切れになり、そのカードは拒否されます" },
	AT(W_DR_ANCHOR_OVER_DO) = {
	    "put the new certificate of this CA among the trust-anchors "
	    "or intermediates, and take the old one out",
	    "このCAの新しい証明書を trust-anchors または intermediates に"
	    "置き、古いものを外してください" },
	AT(W_DR_CRL) = {
	    "%1: its revocation list serves until %2",
	    "%1: 失効リストは %2 まで有効です" },
	AT(W_DR_CRL_SOON) = {
	    "%1: its revocation list serves until %2 only",
	    "%1: 失効リストの期限 %2 まで24時間を切りました" },
	AT(W_DR_CRL_SOON_DO) = {
	    "run `sekisho refresh`, or bring the CA's new list into the "
	    "folder crls",
	    "`sekisho refresh` を実行するか、CAの新しいリストを crls のフ"
	    "ォルダに置いてください" },
	AT(W_DR_CRL_STALE) = {
	    "%1: its revocation list is out of date since %2",
	    "%1: 失効リストは %2 に期限切れです" },
	AT(W_DR_CRL_STALE_DO) = {
	    "run `sekisho refresh`, or bring the CA's new list into the "
	    "folder crls: its cards are refused, at the latest after "
	    "`stale`",
	    "`sekisho refresh` を実行するか、CAの新しいリストを crls のフ"
	    "ォルダに置いてください(遅くとも stale の時間後、そのカードは"
	    "拒否されます)" },
	AT(W_DR_CRL_NONE) = {
	    "%1: there is no revocation list of this CA: its cards are "
	    "refused",
	    "%1: このCAの失効リストがなく、そのカードは拒否されます" },
	AT(W_DR_CRL_NONE_DO) = {
	    "name its place in [crl NAME] and run `sekisho refresh`, or "
	    "bring the list into the folder crls",
	    "[crl NAME] に取得先を書いて `sekisho refresh` を実行するか、"
	    "リストを crls のフォルダに置いてください" },
	AT(W_DR_FETCH) = {
	    "%1: sekisho-fetch brought something at %2",
	    "%1: sekisho-fetch の最終取得は %2 です" },
	AT(W_DR_FETCH_OLD) = {
	    "%1: sekisho-fetch has brought nothing since %2",
	    "%1: sekisho-fetch は %2 から何も取得していません" },
	AT(W_DR_FETCH_OLD_DO) = {
	    "switch it on by `systemctl enable --now "
	    "sekisho-fetch.timer`; `sekisho refresh` says what hinders it",
	    "`systemctl enable --now sekisho-fetch.timer` で有効にしてく"
	    "ださい。原因は `sekisho refresh` で分かります" },
	AT(W_DR_OCSP) = {
	    "%1: all %2 enrolled certificates have an OCSP answer in date",
	    "%1: 登録済みの証明書 %2 件すべてに期限内のOCSP応答があります" },
	AT(W_DR_OCSP_NONE) = {
	    "%1: %2 of %3 enrolled certificates have no OCSP answer in "
	    "date: they are refused, at the latest after `stale`",
	    "%1: 登録済みの証明書 %3 件のうち %2 件に期限内のOCSP応答がな"
	    "く、遅くとも stale の時間後、拒否されます" },
	AT(W_DR_OCSP_NONE_DO) = {
	    "run `sekisho refresh`; `sekisho explain` of the certificate "
	    "of number %4 of `sekisho list` says what is wrong with its "
	    "answer",
	    "`sekisho refresh` を実行してください。`sekisho list` の番号 "
	    "%4 の証明書を `sekisho explain` で調べると原因が分かります" },
	AT(W_DR_OCSP_FEW) = {
	    "%1: %2 of %3 enrolled certificates have no OCSP answer in "
	    "date: a login needs a list or the network",
	    "%1: 登録済みの証明書 %3 件のうち %2 件に期限内のOCSP応答がな"
	    "く、ログインには失効リストか接続が必要です" },
	AT(W_DR_OCSP_FEW_DO) = {
	    "run `sekisho refresh`; `sekisho explain` of the certificate "
	    "of number %4 of `sekisho list` says what is wrong with its "
	    "answer",
	    "`sekisho refresh` を実行してください。`sekisho list` の番号 "
	    "%4 の証明書を `sekisho explain` で調べると原因が分かります" },
	AT(W_DR_MODELS_OLD) = {
	    "%1: the FIDO metadata is past its date (%2)",
	    "%1: FIDOメタデータは期限 (%2) を過ぎています" },
	AT(W_DR_MODELS_OLD_DO) = {
	    "run `sekisho refresh`",
	    "`sekisho refresh` を実行してください" },
	AT(W_DR_WATCH) = {
	    "%1: runs",
	    "%1: 動作しています" },
	AT(W_DR_WATCH_NONE) = {
	    "%1: does not run, and `%2` of the service %3 does nothing "
	    "without it",
	    "%1: 動作していないため、サービス %3 の `%2` は働きません" },
	AT(W_DR_WATCH_NONE_DO) = {
	    "`systemctl enable --now sekisho-watch`",
	    "`systemctl enable --now sekisho-watch` を実行してください" },
	AT(W_DR_SOCKET) = {
	    "%1: a gate can be reached by screen lockers",
	    "%1: 画面ロックからゲートに接続できます" },
	AT(W_DR_SOCKET_NONE) = {
	    "%1: there is no gate for %2, which does not run as root",
	    "%1: root で動かない %2 のためのゲートがありません" },
	AT(W_DR_SOCKET_NONE_DO) = {
	    "`systemctl enable --now sekisho-gate.socket`",
	    "`systemctl enable --now sekisho-gate.socket` を実行してくだ"
	    "さい" },
	AT(W_DR_SOCKET_BAD) = {
	    "%1: cannot be used: %2",
	    "%1: 使用できません: %2" },
	AT(W_DR_SOCKET_BAD_DO) = {
	    "it must be root's socket of mode 0666 that answers: "
	    "`systemctl restart sekisho-gate.socket`",
	    "root 所有でモード0666の応答するソケットである必要があります:"
	    " `systemctl restart sekisho-gate.socket`" },
	AT(W_DR_POLKIT) = {
	    "%1: polkit keeps this user from cards: pcscd asks it, and "
	    "no rule names the user",
	    "%1: polkit の規則がないため、このユーザーは pcscd のカードを"
	    "使えません" },
	AT(W_DR_POLKIT_DO) = {
	    "copy 50-sekisho.rules of "
	    "/usr/share/doc/sekisho/examples/polkit-1 to "
	    "/etc/polkit-1/rules.d",
	    "/usr/share/doc/sekisho/examples/polkit-1 の 50-sekisho.rules"
	    " を /etc/polkit-1/rules.d に置いてください" },
	AT(W_DR_PCSCD) = {
	    "%1: there is no socket of pcscd that %2 may use: no card is "
	    "seen",
	    "%1: %2 が使える pcscd のソケットがなく、カードを読めません" },
	AT(W_DR_PCSCD_DO) = {
	    "`systemctl enable --now pcscd.socket`; where no reader is "
	    "used at all, remove the package pcscd",
	    "`systemctl enable --now pcscd.socket` を実行してください。リ"
	    "ーダーを使わない端末では pcscd パッケージを外してください" },
	AT(W_DR_UDEV) = {
	    "%1: no udev rule lets this user open FIDO2 keys",
	    "%1: FIDO2キーを開くための udev の規則がありません" },
	AT(W_DR_UDEV_DO) = {
	    "install 70-sekisho-fido.rules in /etc/udev/rules.d, with "
	    "the user's name in it, then `udevadm control --reload`",
	    "このユーザー名にした 70-sekisho-fido.rules を /etc/udev/rule"
	    "s.d に置き、`udevadm control --reload` を実行してください" },
	AT(W_DR_HIDRAW) = {
	    "%1: a FIDO2 key that the user %2 may open",
	    "%1: ユーザー %2 が開けるFIDO2キーです" },
	AT(W_DR_HIDRAW_BAD) = {
	    "%1: a FIDO2 key is plugged in that the user %2 may not open",
	    "%1: 挿入されているFIDO2キーをユーザー %2 が開けません" },
	AT(W_DR_HIDRAW_BAD_DO) = {
	    "install the udev rule 70-sekisho-fido.rules for this user, "
	    "then insert the key again",
	    "このユーザーのための udev の規則 70-sekisho-fido.rules を入"
	    "れ、キーを挿し直してください" },
	AT(W_DR_CLOCK) = {
	    "%1: is kept right, and says %2",
	    "%1: 同期されています (%2)" },
	AT(W_DR_CLOCK_LOOSE) = {
	    "%1: nothing keeps it right; it says %2",
	    "%1: 同期されていません (%2)" },
	AT(W_DR_CLOCK_LOOSE_DO) = {
	    "run a time service, such as chrony or systemd-timesyncd, "
	    "against the hospital's time server",
	    "chrony や systemd-timesyncd で院内の時刻サーバーと同期してく"
	    "ださい" },
	AT(W_DR_CLOCK_PAST) = {
	    "%1: it says %2, but the record was written at %3",
	    "%1: 現在 %2 ですが、記録は %3 に書かれています" },
	AT(W_DR_CLOCK_PAST_DO) = {
	    "set the clock; when it goes wrong at each start, the "
	    "battery of the machine's clock is empty",
	    "時計を合わせてください。起動のたびに狂う場合は内蔵時計の電池"
	    "切れです" },
	AT(W_DR_SPACE) = {
	    "%1: %2 MiB are free",
	    "%1: 空き容量は %2 MiB です" },
	AT(W_DR_SPACE_LOW) = {
	    "%1: only %2 MiB are free: when it is full, every login is "
	    "refused",
	    "%1: 空き容量が %2 MiB しかありません。なくなるとすべてのログ"
	    "インが拒否されます" },
	AT(W_DR_SPACE_LOW_DO) = {
	    "make room on this file system, or copy old files of the "
	    "record elsewhere and see sekisho-record(5)",
	    "このファイルシステムに空きを作ってください。古い記録の移し方"
	    "は sekisho-record(5) にあります" },
	AT(W_DR_SIGNED) = {
	    "%1: signed over %2 records",
	    "%1: %2 件の記録に署名済みです" },
	AT(W_DR_SIGNED_NOT) = {
	    "%1: does not vouch for the record: %2",
	    "%1: 記録を保証していません: %2" },
	AT(W_DR_SIGNED_NOT_DO) = {
	    "`sekisho audit verify` says what is wrong",
	    "`sekisho audit verify` で原因を調べてください" },
	AT(W_DR_HURT) = {
	    "%1: has %2 of %3 lately",
	    "%1: 最近 %3 が %2 件あります" },
	AT(W_DR_HURT_DO) = {
	    "`sekisho audit show --event %3` tells when and why",
	    "`sekisho audit show --event %3` で日時と理由を確認してくださ"
	    "い" },
	AT(W_DR_FORWARD) = {
	    "%1: %2 records are still to be sent",
	    "%1: 未送信の記録は %2 件です" },
	AT(W_DR_FORWARD_OFF) = {
	    "%1: sekisho-forward is not running: the record stays on this "
	    "machine",
	    "%1: sekisho-forward が動いておらず、記録は送信されません" },
	AT(W_DR_FORWARD_OFF_DO) = {
	    "`systemctl enable --now sekisho-forward.service`; what it "
	    "runs into is in the system's log",
	    "`systemctl enable --now sekisho-forward.service` を実行してく"
	    "ださい。原因はシステムのログにあります" },
	AT(W_DR_FORWARD_WAITS) = {
	    "%1: %2 records were not sent, the oldest one of %3",
	    "%1: %2 件の記録が未送信です(最も古いもの: %3)" },
	AT(W_DR_FORWARD_WAITS_DO) = {
	    "see that the syslog service runs, reads this folder and "
	    "reaches the collector: sekisho-forward(8)",
	    "syslog サービスが動き、このフォルダを読み、収集サーバーに届"
	    "くか確認してください(sekisho-forward(8))" },
	AT(W_DR_RESCUE) = {
	    "%1: opens %2 by its password alone, on record",
	    "%1: パスワードだけで %2 を開けます(記録されます)" },
	AT(W_DR_RESCUE_NO_USER) = {
	    "%1: a rescue account of %2 that the system does not know",
	    "%1: %2 の緊急用アカウントですが、システムにありません" },
	AT(W_DR_RESCUE_NO_USER_DO) = {
	    "make the user and give it a password, or take it out of "
	    "`rescue`",
	    "ユーザーを作ってパスワードを設定するか、rescue から外してく"
	    "ださい" },
	AT(W_DR_RESCUE_NO_PASSWORD) = {
	    "%1: a rescue account of %2 that has no password here",
	    "%1: %2 の緊急用アカウントですが、パスワードがありません" },
	AT(W_DR_RESCUE_NO_PASSWORD_DO) = {
	    "`passwd %1`, and lock the password away; no matter where it "
	    "is kept elsewhere (LDAP), try it once",
	    "`passwd %1` で設定し、保管してください。LDAP などにある場合"
	    "は一度試してください" },
	AT(W_DR_RESCUE_SHARED) = {
	    "%1: a rescue account of %2 that persons share every day",
	    "%1: %2 の緊急用アカウントですが、日常使う共用アカウントです" },
	AT(W_DR_RESCUE_SHARED_DO) = {
	    "name an account in `rescue` that nobody uses in daily work: "
	    "of this one people know the password",
	    "日常使わないアカウントを rescue に指定してください(パスワー"
	    "ドを知る人がいます)" },
	AT(W_DR_RESCUE_SSHD) = {
	    "%1: a rescue account of %2: who guesses its password gets "
	    "in from anywhere",
	    "%1: %2 の緊急用アカウントです。パスワードを当てればどこから"
	    "でも入れます" },
	AT(W_DR_RESCUE_SSHD_DO) = {
	    "take `rescue` out of [service %2] and write it into "
	    "[service login], for the console alone; for a day without "
	    "cards enrol a second card or key for whoever must get in "
	    "from afar, and lock it away",
	    "[service %2] の rescue を [service login] に移し、コンソール"
	    "だけで使えるようにしてください。遠隔での緊急時に備えるには、"
	    "担当者に予備のカードかキーを登録して保管してください" },
	AT(W_DR_PAM_GOOD) = {
	    "%1: nobody gets in without both factors",
	    "%1: 二要素なしでは入れません" },
	AT(W_DR_PAM_HOLE) = {
	    "%1: OPENS WITHOUT BOTH FACTORS: %2 lets in when pam_sekisho "
	    "has refused or is passed by",
	    "%1: 二要素なしで入れます: pam_sekisho が拒否しても %2 で許可"
	    "されます" },
	AT(W_DR_PAM_HOLE_DO) = {
	    "write `auth required pam_sekisho.so` before each auth line "
	    "that can let in, and `account required pam_sekisho.so` as "
	    "the first account line; see pam_sekisho(8)",
	    "許可し得る auth 行より前に `auth required pam_sekisho.so`、"
	    "最初の account 行に `account required pam_sekisho.so` を書い"
	    "てください (pam_sekisho(8))" },
	AT(W_DR_PAM_CAUGHT) = {
	    "%1: the auth lines let in without both factors (%2); the "
	    "account line refuses it",
	    "%1: auth 行は二要素なしで許可します (%2)。account 行が拒否し"
	    "ます" },
	AT(W_DR_PAM_CAUGHT_DO) = {
	    "write `auth required pam_sekisho.so` before that line: a "
	    "program that does not ask the account lines is open",
	    "その行より前に `auth required pam_sekisho.so` を書いてくださ"
	    "い(account 行を使わないプログラムでは入れます)" },
	AT(W_DR_PAM_NO_AUTH) = {
	    "%1: has an account line of pam_sekisho, but no auth line: "
	    "everybody is refused",
	    "%1: pam_sekisho の account 行だけで auth 行がなく、全員が拒"
	    "否されます" },
	AT(W_DR_PAM_NO_AUTH_DO) = {
	    "write `auth required pam_sekisho.so` as an auth line, too",
	    "auth 行にも `auth required pam_sekisho.so` を書いてください" },
	AT(W_DR_PAM_NO_ACCOUNT) = {
	    "%1: has no account line of pam_sekisho: who gets in without "
	    "the auth lines, by an SSH key, say, is not held up",
	    "%1: pam_sekisho の account 行がありません。SSH鍵など auth 行"
	    "を通らないログインを止められません" },
	AT(W_DR_PAM_NO_ACCOUNT_DO) = {
	    "write `account required pam_sekisho.so` as the first "
	    "account line",
	    "最初の account 行に `account required pam_sekisho.so` を書い"
	    "てください" },
	AT(W_DR_PAM_WEAK) = {
	    "%1: the account lines can let in without pam_sekisho's (%2)",
	    "%1: pam_sekisho の account 行を通らずに許可されます (%2)" },
	AT(W_DR_PAM_WEAK_DO) = {
	    "put `account required pam_sekisho.so` before it, first of "
	    "the account lines",
	    "`account required pam_sekisho.so` を account 行の先頭に移し"
	    "てください" },
	AT(W_DR_PAM_NO_SESSION) = {
	    "%1: has no session line of pam_sekisho: logins are "
	    "recorded, but not their sessions",
	    "%1: pam_sekisho の session 行がなく、セッションの開始と終了"
	    "が記録されません" },
	AT(W_DR_PAM_NO_SESSION_DO) = {
	    "write `session required pam_sekisho.so`",
	    "`session required pam_sekisho.so` を書いてください" },
	AT(W_DR_PAM_TWICE) = {
	    "%1: %2 asks for the password once more",
	    "%1: %2 がもう一度パスワードを尋ねます" },
	AT(W_DR_PAM_TWICE_DO) = {
	    "take the line or the include out, or give it "
	    "`use_first_pass`",
	    "その行または include を外すか、`use_first_pass` を付けてくだ"
	    "さい" },
	AT(W_DR_PAM_SHUT) = {
	    "%1: nobody gets in, with both factors neither",
	    "%1: 二要素がそろっても誰も入れません" },
	AT(W_DR_PAM_SHUT_DO) = {
	    "compare it with the example in "
	    "/usr/share/doc/sekisho/examples/pam.d",
	    "/usr/share/doc/sekisho/examples/pam.d の例と比べてください" },
	AT(W_DR_PAM_UNREADABLE) = {
	    "%1: its stack cannot be read: %2",
	    "%1: スタックを読めません: %2" },
	AT(W_DR_PAM_UNREADABLE_DO) = {
	    "correct the file or what it includes, in /etc/pam.d",
	    "/etc/pam.d のそのファイルか include 先を直してください" },
	AT(W_DR_PAM_MODULE) = {
	    "%1: the module %2 is not there, or others may change it: "
	    "nobody gets in",
	    "%1: モジュール %2 がないか、他人が変更できます。誰も入れませ"
	    "ん" },
	AT(W_DR_PAM_MODULE_DO) = {
	    "write `pam_sekisho.so` without a folder, or the right one",
	    "フォルダなしの `pam_sekisho.so` か、正しいパスを書いてくださ"
	    "い" },
	AT(W_DR_PAM_NO_POLICY) = {
	    "%1: sekisho.conf has no section for it: everybody is refused",
	    "%1: sekisho.conf に節がなく、全員が拒否されます" },
	AT(W_DR_PAM_NO_POLICY_DO) = {
	    "write [service %1] with `pairs`",
	    "[service %1] に pairs を書いてください" },
	AT(W_DR_PAM_NO_FILE) = {
	    "%1: sekisho.conf has a section for it, but there is no file "
	    "in /etc/pam.d",
	    "%1: sekisho.conf に節がありますが、/etc/pam.d にファイルがあ"
	    "りません" },
	AT(W_DR_PAM_NO_FILE_DO) = {
	    "see that the service has this name, or take the section out",
	    "サービス名を確認するか、節を削除してください" },
	AT(W_DR_PAM_UNUSED) = {
	    "%1: sekisho.conf asks for two factors, but /etc/pam.d does "
	    "not name pam_sekisho: ONE FACTOR OPENS IT",
	    "%1: sekisho.conf は二要素を求めていますが、/etc/pam.d に pam"
	    "_sekisho がなく、一要素で入れます" },
	AT(W_DR_PAM_UNUSED_DO) = {
	    "write the lines of pam_sekisho(8) into /etc/pam.d/%1",
	    "pam_sekisho(8) の行を /etc/pam.d/%1 に書いてください" },
	AT(W_DR_PAM_ONE) = {
	    "%1: lets people in with one factor",
	    "%1: 一要素で入れます" },
	AT(W_DR_PAM_ONE_DO) = {
	    "write the lines of pam_sekisho(8) into /etc/pam.d/%1, and "
	    "[service %1] into sekisho.conf; or remove the program",
	    "pam_sekisho(8) の行を /etc/pam.d/%1 に、[service %1] を seki"
	    "sho.conf に書くか、プログラムを外してください" },
	AT(W_DR_PAM_OTHER) = {
	    "%1: services without a file of their own let people in by it",
	    "%1: 専用のファイルがないサービスは、これで入れます" },
	AT(W_DR_PAM_OTHER_DO) = {
	    "let /etc/pam.d/other consist of pam_deny.so lines",
	    "/etc/pam.d/other を pam_deny.so の行だけにしてください" },
	AT(W_DR_PAM_DENIES) = {
	    "%1: lets nobody in",
	    "%1: 誰も入れません" },
	AT(W_DR_SSHD) = {
	    "%1: its configuration asks PAM for both factors",
	    "%1: 設定は PAM に二要素を求めます" },
	AT(W_DR_SSHD_FAILED) = {
	    "%1: its configuration could not be asked (sshd -T): %2",
	    "%1: 設定を確認できません (sshd -T): %2" },
	AT(W_DR_SSHD_FAILED_DO) = {
	    "correct what `sshd -t` says",
	    "`sshd -t` の指摘を直してください" },
	AT(W_DR_SSHD_SET) = {
	    "%1: `%2` lets people past pam_sekisho or keeps them out",
	    "%1: `%2` では pam_sekisho を通らないか、ログインできません" },
	AT(W_DR_SSHD_SET_DO) = {
	    "write `%3` into /etc/ssh/sshd_config, before any Match, "
	    "then `systemctl reload ssh`",
	    "/etc/ssh/sshd_config の Match より前に `%3` と書き、`systemc"
	    "tl reload ssh` を実行してください" },
	AT(W_DR_SSHD_GRACE) = {
	    "%1: LoginGraceTime %2 is shorter than login-seconds %3: "
	    "slow people are cut off",
	    "%1: LoginGraceTime %2 が login-seconds %3 より短く、途中で切"
	    "断されます" },
	AT(W_DR_SSHD_GRACE_DO) = {
	    "write `LoginGraceTime %3` into /etc/ssh/sshd_config",
	    "/etc/ssh/sshd_config に `LoginGraceTime %3` と書いてください" },
	AT(W_DR_SSHD_BLOCK) = {
	    "%1: %4: `%2` lets people past pam_sekisho or keeps them out",
	    "%1: %4: `%2` では pam_sekisho を通らないか、ログインできませ"
	    "ん" },
	AT(W_DR_SSHD_BLOCK_DO) = {
	    "write `%3` in that block, or take the line out of it, then "
	    "`systemctl reload ssh`",
	    "そのブロックに `%3` と書くか、その行を消して、`systemctl relo"
	    "ad ssh` を実行してください" },
	AT(W_DR_SSHD_MATCH) = {
	    "%1: %2 was not judged: %3",
	    "%1: %2 は確認できません: %3" },
	AT(W_DR_SSHD_MATCH_DO) = {
	    "look at it by `sshd -T -C user=NAME,host=HOST,addr=ADDRESS,"
	    "laddr=ADDRESS,lport=22`",
	    "`sshd -T -C user=NAME,host=HOST,addr=ADDRESS,laddr=ADDRESS,lp"
	    "ort=22` で確認してください" },
	AT(W_DR_SUDO) = {
	    "%1: asks each time",
	    "%1: 毎回認証します" },
	AT(W_DR_SUDO_STAMP) = {
	    "%1: its time stamp skips the auth lines, and the account "
	    "line then refuses: the second command within minutes fails",
	    "%1: タイムスタンプで auth 行が省かれ、account 行が拒否するた"
	    "め、数分以内の2回目は失敗します" },
	AT(W_DR_SUDO_STAMP_DO) = {
	    "write `Defaults timestamp_timeout=0` into a file in "
	    "/etc/sudoers.d, by visudo",
	    "visudo で /etc/sudoers.d のファイルに `Defaults timestamp_ti"
	    "meout=0` と書いてください" },
};

const struct word_part desk_words_doctor = { FIRST_DOCTOR_WORD,
    END_DOCTOR_WORDS, words };
