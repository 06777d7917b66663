#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# `sekisho audit report` on a private installation: real logins and real
# changes come back in each form; what nobody used comes from the store; the
# page of HTML is well-formed, loads nothing, and is written whole or not.

: "${BUILD:=build}"
export BUILD
# shellcheck source=tests/site.sh
. "$(dirname "$0")/site.sh"
site_enter "$0" "$@"
site_script report

report() {
	run site_desk audit report "$@"
}
login() {
	run site_drive --service kiosk --user "$1" --answer "PIN=$2"
}
# rows TABLE [OPTION]...: one table of today, without its mark and CR
rows() {
	report --day today --format csv --table "$@"
	ended 0
	sed -i '1s/^\xef\xbb\xbf//; s/\r$//' "$dir/out"
}

t an_installation_is_made
site_make "$dir/site" || wrong "site"
for n in taro hanako; do
	if ! site_user $n "pw-$n" || ! site_person $n "氏名 $n" $n ||
	    ! site_cert $n "/C=JP/O=Sakura Hospital/CN=$n"; then
		wrong "person $n"
	fi
done
site_token taro taro || wrong "token"
site_enrol taro taro --label 'No. 42' || wrong "enrol taro"
site_enrol hanako hanako || wrong "enrol hanako"
site_person '<i>jiro' '=1+1' ward9 2>"$dir/out" || wrong "person jiro"

t logins_are_counted
login taro "$SITE_PIN"
login taro "$SITE_PIN"
login taro 9999
login nobody "$SITE_PIN"
rows logins
grep -q '^"taro","氏名 taro","pkcs11+pin",2,20' "$dir/out" ||
    wrong "not two logins"
[[ $(wc -l <"$dir/out") == 2 ]] || wrong "another number of rows"

t refusals_are_counted
rows reasons
grep -q '^"cancelled","no answer was given",1,' "$dir/out" ||
    wrong "no login that was given up"
grep -q '^"unknown-user","no such account",1,' "$dir/out" ||
    wrong "no stranger"
rows summary
has '"logins",2'
has '"persons who logged in",1'
want=$(grep -c '"event":"auth"' "$SITE_LOG")
has "\"refusals\",$((want - 2))"

t changes_are_listed_with_who_and_why
site_desk suspend 2 --reason 'has left' >/dev/null || wrong "suspend"
rows changes
grep -q '"suspended","person hanako, .*credential 2.*","has left","done"' \
    "$dir/out" || wrong "no suspend"
[[ $(grep -c '"enrolled"' "$dir/out") == 2 ]] || wrong "enrolments"

t the_record_is_verified
report --day today
ended 0
shows 'good: the records 1 to' 'good: up to no.' \
    '(by the public keys beside'
lacks BAD 'NOT VERIFIED'

t no_column_is_beyond_the_80th
awk 'length($0) > 80' "$dir/out" | grep . && wrong "too wide"

t the_store_tells_what_nobody_used
site_desk resume 2 --reason back >/dev/null || wrong "resume"
rows unused --unused-days 30
[[ $(wc -l <"$dir/out") == 1 ]] || wrong "what is new was judged"
sqlite3 "$SITE/lib/sekisho.db" \
    'update credential set created = created - 40 * 86400'
rows unused --unused-days 30
grep -q '^2,"hanako","氏名 hanako","certificate","",20' "$dir/out" ||
    wrong "hanako's is not there"
lacks taro
rows unused --unused-days 50
lacks hanako
rows idle --unused-days 30
has '"hanako","氏名 hanako",1'
has "\"<i>jiro\",\"'=1+1\",0"
lacks taro

t a_day_tells_of_it_only_when_asked
report --day today
lacks 'Credentials without use'
report --month this
shows 'Credentials without use' 'not used in 90 days'

t a_month_that_is_not_over_says_so
report --month this
ended 0
shows 'NOT OVER YET'

t the_page_is_well_formed_and_loads_nothing
for lang in ja en; do
	rm -f "$dir/page.html"
	run site_desk audit report --month this --format html \
	    --language $lang --output "$dir/page.html"
	ended 0
	[[ $(stat -c %a "$dir/page.html") == 600 ]] || wrong "mode"
	[[ ! -s $dir/out ]] || wrong "printed something"
	run xmllint --noout --nonet "$dir/page.html"
	ended 0
	[[ ! -s $dir/out ]] || wrong "not well-formed"
	! grep -qiE '(src|href|xlink|action|data)=|url\(|@import|<script|//' \
	    "$dir/page.html" || wrong "leads somewhere"
	grep -q "content=\"default-src 'none'; style-src 'unsafe-inline'\"" \
	    "$dir/page.html" || wrong "no policy"
	grep -q "<html lang=\"$lang\">" "$dir/page.html" || wrong "no lang"
	grep -q '&lt;i&gt;jiro' "$dir/page.html" || wrong "no jiro"
	grep -q '<title id="hours-t">' "$dir/page.html" || wrong "no title"
done

t a_report_is_written_whole_or_not_at_all
run site_desk audit report --day today --output "$dir/none/x"
ended 1
run bash -c 'ulimit -f 1; exec "$@"' - "$SITE/libexec/sekisho" audit report \
    --conf "$SITE_CONF" --day today --format html --output "$dir/part"
ended 1
shows "$dir/part could not be written: File too large"
[[ ! -e $dir/part ]] || wrong "something was left"

t nothing_is_written_over
echo before >"$dir/kept"
ln -s "$dir/nowhere" "$dir/link"
cp -p "$SITE_LOG" "$dir/log-before"
for to in "$dir/kept" "$dir/link" "$SITE_LOG"; do
	run site_desk audit report --day today --output "$to"
	ended 1
	shows "$to is there already, and nothing is written over"
done
[[ $(<"$dir/kept") == before && ! -e $dir/nowhere ]] || wrong "written over"
cmp -s "$SITE_LOG" "$dir/log-before" || wrong "THE RECORD is gone"

t files_need_no_configuration_and_no_root
cp "$SITE_LOG" "$dir/copy.jsonl" && chmod 644 "$dir/copy.jsonl"
run setpriv --reuid nobody --clear-groups "$SITE/libexec/sekisho" audit \
    report --conf /nonexistent --day today --unused-days 9 "$dir/copy.jsonl"
ended 0
shows 'This needs the enrolment store'
grep -q '^taro .* 2 ' "$dir/out" || wrong "no logins"

t a_folder_is_read_with_its_checkpoints
cp -a "$SITE/log" "$dir/folder"
away() {
	run "$SITE/libexec/sekisho" audit report --conf /nonexistent \
	    --day today "$@"
}
away "$dir/folder"
ended 0
shows 'good: up to no.' '(by the public keys beside'
cp "$dir/folder/log.vkeys" "$dir/kept.vkeys"
away --key "$dir/kept.vkeys" "$dir/folder"
ended 0
shows 'good: up to no.'
lacks '(by the public keys beside' 'NO SIGNATURE'
away --key "$dir/none.vkeys" "$dir/folder"
ended 1
shows 'none.vkeys' 'BAD: '
tail -n 1 "$dir/folder/audit.jsonl" >"$dir/last"
sed -i '$d' "$dir/folder/audit.jsonl"
away --key "$dir/kept.vkeys" "$dir/folder"
ended 1
shows 'BAD: '
mkdir "$dir/empty"
away "$dir/empty"
ended 1
shows 'holds no record'

t files_by_themselves_claim_no_signature
away "$dir/copy.jsonl"
ended 0
shows 'the records 1 to' 'NO SIGNATURE WAS CHECKED'
away --key "$dir/kept.vkeys" "$dir/copy.jsonl"
ended 2
shows '--key goes with a FOLDER'

t files_in_any_order
head -n 3 "$dir/copy.jsonl" >"$dir/one.jsonl"
tail -n +4 "$dir/copy.jsonl" >"$dir/two.jsonl"
away --format csv --table events "$dir/one.jsonl" "$dir/two.jsonl"
ended 0
cp "$dir/out" "$dir/in-order"
away --format csv --table events "$dir/two.jsonl" "$dir/one.jsonl"
ended 0
cmp -s "$dir/out" "$dir/in-order" || wrong "another report"
run "$BUILD/sekisho" audit verify "$dir/two.jsonl" "$dir/one.jsonl"
ended 0

t a_damaged_record_is_reported_with_status_1
sed -i '3s/"seq":3/"seq":4/' "$dir/copy.jsonl"
run "$SITE/libexec/sekisho" audit report --day today "$dir/copy.jsonl"
ended 1
shows 'BAD: ' 'logins'

t it_speaks_japanese
run env LC_ALL=ja_JP.UTF-8 "$SITE/libexec/sekisho" audit report --day today \
    --language ja "$SITE_LOG"
ended 0
shows 'ログイン記録報告書' '利用者・認証要素ごとのログイン'

t what_is_not_understood_is_wrong_usage
for bad in '--day x' '--day 2026-02-30' '--month 2026-13' '--month 2026-1' \
    '--day today --month this' '--format pdf' '--table logins' \
    '--format csv --table none' '--unused-days 0' '--unused-days x' \
    '--gap-hours 0' '--language de' '--day' '--bogus'; do
	# shellcheck disable=SC2086
	report $bad
	((status == 2)) || wrong "$bad: status $status"
done

t a_log_that_is_not_there
mv "$SITE/log" "$SITE/log-gone"
report
ended 1

finish
