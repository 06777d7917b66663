/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What stands in a report, by the rules of words.c.  The Japanese is what a
 * hospital's management reads.
 *
 * Read by the administrator's program only.
 */
#include "helpdesk/report_words.h"

static const char *const words[N_REPORT_WORDS][SEK_N_LANGS] = {
	[W_R_NOTHING] = { "", "" },
	[W_RC_USE] = { "Logins", "ログイン" },
	[W_RC_SESSIONS] = { "Sessions", "セッション" },
	[W_RC_REFUSED] = { "Refusals", "拒否" },
	[W_RC_SPECIAL] = { "Exceptions and changes",
	    "例外的な利用と管理操作" },
	[W_RC_UNUSED] = { "What nobody used", "使われていないもの" },
	[W_RC_RECORD] = { "Record, clock, revocation data",
	    "記録・時刻・失効情報の状態" },
	[W_RC_LIMITS] = { "What this report cannot say",
	    "この報告書で分からないこと" },

	[W_RT_REPORT] = { "Report on logins", "ログイン記録報告書" },
	[W_RT_ABOUT] = { "About this report", "この報告書について" },
	[W_RT_SUMMARY] = { "In short", "概要" },
	[W_RT_DAYS] = { "By day", "日別の件数" },
	[W_RT_HOURS] = { "By hour of the day", "時間帯別の件数" },
	[W_RT_LOGINS] = { "By person and pair of factors",
	    "利用者・認証要素ごとのログイン" },
	[W_RT_SHARED] = { "Who opened shared accounts",
	    "共用アカウントを使った利用者" },
	[W_RT_SESSIONS] = { "Sessions by person", "利用者ごとのセッション" },
	[W_RT_LONGEST] = { "Longest sessions", "長いセッション" },
	[W_RT_OPEN] = { "Sessions without a logout",
	    "ログアウトの記録がないセッション" },
	[W_RT_REASONS] = { "By reason", "理由ごとの拒否" },
	[W_RT_REFUSED] = { "By person", "利用者ごとの拒否" },
	[W_RT_PLACES] = { "By service and place",
	    "サービス・端末・接続元ごとの拒否" },
	[W_RT_SERIOUS] = { "Serious failures, one by one",
	    "重大な事象の一覧" },
	[W_RT_EXCEPTIONS] = { "Temporary codes and emergency access",
	    "一時コードと緊急アクセス" },
	[W_RT_CHANGES] = { "Changes by administrators", "管理者の操作" },
	[W_RT_UNUSED] = { "Credentials without use",
	    "使われていない認証情報" },
	[W_RT_IDLE] = { "Persons without a login", "ログインのない利用者" },
	[W_RT_LOG] = { "The record itself", "記録の途切れと修復" },
	[W_RT_CLOCK] = { "Clock", "時刻の同期" },
	[W_RT_REVOCATION] = { "What logins were checked against",
	    "認証時に照合した失効情報" },
	[W_RT_EVENTS] = { "Records by event", "事象ごとの記録件数" },
	[W_RT_LIMITS] = { "Please note", "ご留意いただきたいこと" },

	[W_RH_ITEM] = { "item", "項目" },
	[W_RH_VALUE] = { "value", "内容" },
	[W_RH_TABLE] = { "table", "表" },
	[W_RH_DAY] = { "day", "日" },
	[W_RH_HOUR] = { "hour", "時間帯" },
	[W_RH_LOGINS] = { "logins", "ログイン" },
	[W_RH_REFUSALS] = { "refusals", "拒否" },
	[W_RH_COUNT] = { "count", "件数" },
	[W_RH_TIME] = { "time", "日時" },
	[W_RH_NUMBER] = { "no.", "番号" },
	[W_RH_FIRST] = { "first", "最初" },
	[W_RH_LAST] = { "last", "最後" },
	[W_RH_EVENT] = { "event", "事象" },
	[W_RH_WORD] = { "word", "記録上の語" },
	[W_RH_PERSON] = { "person", "利用者" },
	[W_RH_NAME] = { "name", "氏名" },
	[W_RH_CLAIMED] = { "asked for", "入力された名前" },
	[W_RH_PAIR] = { "factors", "認証要素" },
	[W_RH_ACCOUNT] = { "account", "アカウント" },
	[W_RH_ACCOUNTS] = { "accounts", "アカウント" },
	[W_RH_SERVICE] = { "service", "サービス" },
	[W_RH_SERVICES] = { "services", "サービス" },
	[W_RH_TTY] = { "terminal", "端末" },
	[W_RH_FROM] = { "from", "接続元" },
	[W_RH_WHERE] = { "where", "場所" },
	[W_RH_OPENED] = { "opened", "開始" },
	[W_RH_CLOSED] = { "closed", "終了" },
	[W_RH_BEGUN] = { "begun", "開始" },
	[W_RH_ENDED] = { "ended", "終了" },
	[W_RH_TOTAL] = { "total time", "合計時間" },
	[W_RH_LONGEST] = { "longest", "最長" },
	[W_RH_DURATION] = { "duration", "時間" },
	[W_RH_STATE] = { "state", "状態" },
	[W_RH_REASON] = { "reason", "理由" },
	[W_RH_REASONS] = { "reasons", "理由" },
	[W_RH_MEANING] = { "meaning", "意味" },
	[W_RH_DETAIL] = { "detail", "詳細" },
	[W_RH_WHY] = { "given reason", "操作の理由" },
	[W_RH_APPROVER] = { "approved by", "承認者" },
	[W_RH_EXPIRY] = { "valid until", "有効期限" },
	[W_RH_ACTOR] = { "by", "操作者" },
	[W_RH_OBJECT] = { "what", "対象" },
	[W_RH_RESULT] = { "outcome", "結果" },
	[W_RH_CREDENTIAL] = { "credential", "認証情報の番号" },
	[W_RH_CREDENTIALS] = { "active credentials", "有効な認証情報" },
	[W_RH_KIND] = { "kind", "種類" },
	[W_RH_LABEL] = { "label", "ラベル" },
	[W_RH_ENROLLED] = { "enrolled", "登録日" },
	[W_RH_UNTIL] = { "valid until", "有効期限" },
	[W_RH_METHOD] = { "checked by", "方法" },
	[W_RH_GRACE] = { "in grace", "猶予" },
	[W_RH_OLDEST] = { "oldest data", "最も古い情報" },
	[W_RH_GOOD] = { "good", "成功・通知" },
	[W_RH_BAD] = { "failed", "失敗" },
	[W_RH_LIMIT] = { "note", "留意点" },

	[W_RI_HOST] = { "host", "ホスト" },
	[W_RI_HOST_LOG] = { "%1 (log %2)", "%1 (ログ名 %2)" },
	[W_RI_MORE] = { "and %1 more", "ほか %1 件" },
	[W_RI_PERIOD] = { "period", "対象期間" },
	[W_RI_PERIOD_FROM] = { "%1: %2 up to %3",
	    "%1 (%2 から %3 の直前まで)" },
	[W_RI_PERIOD_OPEN] = { "%1: %2 up to %3, NOT OVER YET",
	    "%1 (%2 から %3 の直前まで。まだ終わっていません)" },
	[W_RI_MONTH] = { "%1-%2", "%1年%2月" },
	[W_RI_DAY] = { "%1-%2-%3", "%1年%2月%3日" },
	[W_RI_ZONE] = { "time zone", "時間帯 (タイムゾーン)" },
	[W_RI_MADE] = { "made", "作成" },
	[W_RI_MADE_BY] = { "%1 by %2", "%1、作成者 %2" },
	[W_RI_SOFTWARE] = { "software", "ソフトウェア" },
	[W_RI_RECORDS] = { "records", "記録" },
	[W_RI_RECORDS_ARE] = { "%1, no. %2 to %3 (%4)",
	    "%1 件、番号 %2 から %3 (%4)" },
	[W_RI_CHECK] = { "chain", "連鎖の検証" },
	[W_RI_NOT_CHECKED] = { "NOT VERIFIED (--no-verify)",
	    "検証していません (--no-verify)" },
	[W_RI_CHAIN_GOOD] = { "good: the records %1 to %2 are whole and "
	    "joined to one another",
	    "正常: 番号 %1 から %2 までの記録はすべてつながっています" },
	[W_RI_CHAIN_BAD] = { "BAD: %1; good up to no. %2",
	    "異常: %1 (番号 %2 までは正常)" },
	[W_RI_CHECKPOINT] = { "checkpoint", "署名の検証" },
	[W_RI_COVERED] = { "good: up to no. %1 no record was changed, "
	    "removed or moved since %2 signed them%3",
	    "正常: 番号 %1 までは %2 が署名した内容のとおりで、改変・欠落・入"
	    "れ替えはありません%3" },
	[W_RI_OWN_KEYS] = { " (by the public keys beside the record)",
	    "(記録と同じ場所にある公開鍵による確認)" },
	[W_RI_NO_CHECKPOINT] = { "NO SIGNATURE WAS CHECKED: who can write "
	    "the files could have written all of them anew, or cut off their "
	    "end",
	    "署名は確認していません。ファイルに書き込める人による作り直しや末"
	    "尾の切り取りがないことは、証明されていません" },
	[W_RI_READING] = { "reading", "読み取り" },
	[W_RI_BAD_LINES] = { "%1 lines are no records and are not counted",
	    "記録として読めない行が %1 行あり、集計に含まれていません" },
	[W_RI_READ_FAILED] = { "ENDED EARLY, the rest is missing: %1",
	    "途中で終わりました。以降は集計に含まれていません: %1" },
	[W_RI_UNUSED] = { "unused", "未使用の判定" },
	[W_RI_UNUSED_IS] = { "not used in %1 days, %2 to %3",
	    "%1 日間 (%2 から %3) に使われていないもの" },
	[W_RI_UNUSED_LOG] = { "; the record only begins at %1",
	    "。記録は %1 からです" },
	[W_RI_LOGINS] = { "logins", "ログイン" },
	[W_RI_REMEMBERED] = { "of these not asked again",
	    "うち再認証の省略" },
	[W_RI_PERSONS] = { "persons who logged in", "ログインした利用者" },
	[W_RI_REFUSALS] = { "refusals", "拒否" },
	[W_RI_SERIOUS] = { "serious failures", "重大な事象" },
	[W_RI_TEMP_TOLD] = { "temporary code records",
	    "一時コードの管理" },
	[W_RI_TEMP_CODES] = { "logins with a temporary code",
	    "一時コードでのログイン" },
	[W_RI_OVERRIDES] = { "emergency access", "緊急アクセス" },
	[W_RI_CHANGES] = { "changes", "管理者の操作" },
	[W_RI_OPENED] = { "sessions opened", "開始したセッション" },
	[W_RI_CLOSED] = { "sessions closed", "終了したセッション" },
	[W_RI_OPEN] = { "sessions without a logout", "ログアウトの記録なし" },
	[W_RI_SYNCED] = { "clock synchronised", "時刻同期の状態" },
	[W_RI_SHARE] = { "%1 of %2 records (%3 %)",
	    "%2 件のうち %1 件が同期 (%3 %)" },
	[W_RI_OFFSET] = { "largest correction due", "最大の時刻差" },
	[W_RI_ESTERROR] = { "largest estimated error", "最大の推定誤差" },
	[W_RI_MS] = { "%1 ms", "%1 ミリ秒" },
	[W_RI_MS_AT] = { "%1 ms (record no. %2)", "%1 ミリ秒 (記録番号 %2)" },
	[W_RI_BACK] = { "s back", "秒戻った" },
	[W_RI_AHEAD] = { "s ahead", "秒進んだ" },
	[W_RI_STEPS] = { "clock stepped, times", "時刻が不連続になった回数" },
	[W_RI_STEP] = { "largest step", "不連続の最大幅" },
	[W_RI_BOOT] = { "machine started", "起動" },
	[W_RI_SILENCE] = { "no record for", "記録のない時間" },
	[W_RI_FAILED] = { "failed:", "失敗した件数" },
	[W_RI_BYTES] = { "bytes", "バイト" },
	[W_RI_DENIED] = { "denied", "使用停止の対象" },
	[W_RI_DENY_ID] = { "row", "登録番号" },
	[W_RI_COMMAND] = { "command", "コマンド" },
	[W_RI_DONE] = { "done", "完了" },
	[W_RI_UNDONE] = { "NOT MADE: record no.", "取り消し: 記録番号" },
	[W_RI_USES_LEFT] = { "uses left", "残り回数" },
	[W_RI_TEMP_REFUSED] = { "temporary code refused",
	    "一時コードの拒否" },
	[W_RI_TEMP_USED] = { "temporary code used", "一時コードの使用" },
	[W_RI_STILL_OPEN] = { "open", "継続中か、記録なし" },
	[W_RI_ENDED_BY_BOOT] = { "ended by a restart", "再起動で終了" },

	[W_RN_NONE] = { "None.", "ありません。" },
	[W_RN_NO_LOGINS] = { "Nobody logged in.", "ログインはありません。" },
	[W_RN_NO_REFUSALS] = { "No login was refused.",
	    "拒否はありません。" },
	[W_RN_NO_SERIOUS] = { "None.", "重大な事象はありません。" },
	[W_RN_NO_EXCEPTIONS] = { "None was used.",
	    "一時コードと緊急アクセスの利用はありません。" },
	[W_RN_NO_CHANGES] = { "None was made.",
	    "管理者の操作はありません。" },
	[W_RN_NO_UNUSED] = { "Each active credential was used.",
	    "有効な認証情報はすべて使われています。" },
	[W_RN_NO_IDLE] = { "Each active person logged in.",
	    "有効な利用者は全員ログインしています。" },
	[W_RN_NO_LOG] = { "Nothing to report: no gap, no repair, no step of "
	    "the clock.",
	    "途切れ・修復・時刻の不連続はありません。" },
	[W_RN_SESSIONS] = { "Times are of sessions that were closed in the "
	    "period, wherever they began.",
	    "時間は、期間中に終了したセッションについての合計です(開始が期間"
	    "前のものを含む)。" },
	[W_RN_OPEN] = { "Sessions of the period for which no logout was "
	    "recorded until a day after it.",
	    "期間中に開始し、期間の翌日までにログアウトの記録がないものです"
	    "。" },
	[W_RN_REFUSED] = { "No person: the card or key had not told who it "
	    "was. \"Asked for\" is what was typed, and may be anybody's name.",
	    "利用者が空欄のものは、カードやキーによる特定より前に拒否されて"
	    "います。「入力された名前」は画面で入力されたもので、本人とは限"
	    "りません。" },
	[W_RN_SERIOUS] = { "Of weight 8 or 12 by DICOM PS3.15. Look into "
	    "each of them.",
	    "DICOM PS3.15 の重大度 8 または 12 の記録です。1件ずつ確認してく"
	    "ださい。" },
	[W_RN_UNUSED] = { "Suspend or revoke what is not needed any more. "
	    "Credentials for ssh alone are not seen by Sekisho and not listed.",
	    "不要なものは停止または失効させてください。ssh専用のものは"
	    "Sekishoから使用が見えないため含めていません。" },
	[W_RN_REVOCATION] = { "In grace: a list that was out of date was "
	    "let serve by configuration.",
	    "「猶予」は、期限切れの失効リストを設定により許容した件数です。" },
	[W_RN_NEEDS_STORE] = { "This needs the enrolment store: run it on "
	    "the host itself, without FILE.",
	    "登録簿が必要です。そのホスト上で FILE を指定せずに実行してくだ"
	    "さい。" },
	[W_RN_NO_STORE] = { "The enrolment store could not be read: %1",
	    "登録簿を読めませんでした: %1" },
	[W_RN_MORE] = { "%1 more are not listed.",
	    "ほかに %1 件あります(一覧には載せていません)。" },
	[W_RN_BARS] = { "           logins refusals   (# logins, x refusals)",
	    "          ログイン     拒否   (# ログイン、x 拒否)" },
	[W_RN_ALARM] = { "The record that this report is made from is NOT "
	    "WHOLE. See \"chain\" below.",
	    "この報告書のもとになった記録に異常があります。下の「連鎖の検証"
	    "」をご覧ください。" },
	[W_RN_ALARM_UNCHECKED] = { "The record that this report is made "
	    "from was not verified.",
	    "この報告書のもとになった記録は検証していません。" },
	[W_RN_FOOTER] = { "Made by Sekisho from the identification record. "
	    "The numbers are of records, whose own time decides where they "
	    "belong.",
	    "Sekishoが識別記録から作成しました。件数は記録の件数で、期間は各"
	    "記録の時刻によります。" },

	[W_RL_MEDICAL] = { "Which medical data was seen after a login is in "
	    "the records of the systems that hold it.",
	    "ログイン後にどの医療情報を扱ったかは、電子カルテなど各システム"
	    "の記録にあります。" },
	[W_RL_HOSTS] = { "Only the hosts named above are in it.",
	    "上に挙げたホスト以外のログインは含まれていません。" },
	[W_RL_OTHERS] = { "Logins of services that do not ask Sekisho are "
	    "not in its record.",
	    "Sekishoを使わない設定のサービスへのログインは記録されません。" },
	[W_RL_TIME] = { "Times are those of the host's clock when each "
	    "record was made.",
	    "日時は、記録した時点のホストの時計によります。" },
	[W_RL_SESSIONS] = { "A session without a logout may have ended: by "
	    "a power cut, or by a program that did not say so.",
	    "ログアウトの記録がないセッションは、電源断などですでに終わって"
	    "いる場合があります。" },
	[W_RL_ROOT] = { "Who is root on the host can keep later records "
	    "from being written. Checkpoints kept elsewhere show what was "
	    "there before.",
	    "ホストの管理者権限を持つ人は、以後の記録を妨げることができます"
	    "。別の場所に保管したチェックポイントで、それまでの記録を確かめ"
	    "られます。" },
	[W_RL_UNVERIFIED] = { "Whether records were changed or removed was "
	    "not checked.",
	    "記録の改変や欠落の有無は確認していません。" },
	[W_RL_DAMAGED] = { "Records may be missing from the numbers: the "
	    "record is damaged.",
	    "記録が壊れているため、件数に漏れがある可能性があります。" },
};

const char *
report_word(enum report_word w, enum sek_lang lang)
{
	return words[w][lang];
}
