#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# `sekisho audit show`: every filter, the last ones, live, by an auditor's
# files without a configuration, and by a member of the group that may read.

: "${BUILD:=build}"
dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-show.XXXXXX") || exit 1
writer=
trap '[[ -z $writer ]] || kill $writer; rm -rf "$dir"; exit $((failed > 0))' \
    EXIT
chmod 755 "$dir"
# shellcheck source=tests/cases.sh
. "$(dirname "$0")/cases.sh"
zero=$(printf %064d 0)
install -m 755 "$BUILD/sekisho" "$dir/sekisho"

# line SEQ TIME MEMBERS-BEFORE-prev MEMBERS-BEHIND: a record; keys in order
line() {
	printf '{%s"prev":"%s",%s"seq":%d,%s"t":"%s","v":2%s}\n' "$3" "$zero" \
	    "$4" "$1" "${5-}" "$2" "${6-}"
}

# Ten records of two days, in two files; the clock went back before the 8th.
ward='"account":{"name":"ward3","shared":true},'
taro='"account":{"name":"taro","shared":false},'
by() {
	printf '"person":{"display":"x","name":"%s"},' "$1"
}
ok='"reason":"ok","reason_id":1,"result":0,'
kiosk=',"where":{"service":"kiosk"}'
gdm=',"where":{"service":"gdm-password","tty":":0"}'
id=dd88b220-b571-4977-81c1-148cbaff34cf
made() {
	local host='"event":"auth","host":"a.example",'
	line 1 2027-04-01T00:00:00.000000Z '"event":"log_start","host":"a.example",'
	line 2 2027-04-01T01:00:00.000000Z \
	    "$taro$host"'"pair":"pkcs11+password",'"$(by taro)" "$ok" \
	    "\"session\":\"$id\"," "$gdm"
	line 3 2027-04-01T02:00:00.500000Z \
	    "$ward$host"'"pair":"fido2+verification",'"$(by hanako)" "$ok" \
	    '' "$kiosk"
	line 4 2027-04-01T03:00:00.000000Z \
	    '"claimed":"taro","event":"auth","host":"b.example",' \
	    '"reason":"no-token","reason_id":10,"result":4,' '' "$gdm"
	line 5 2027-04-01T23:59:59.999999Z \
	    "$taro"'"event":"auth","factors":[{"class":"have","type":"pkcs11"'`
	    `'},{"class":"know","type":"pin"}],"host":"a.example",'"$(by taro)" \
	    '"reason":"wrong-pin","reason_id":13,"result":4,' '' "$kiosk"
	line 6 2027-04-02T00:00:00.000000Z \
	    "$taro"'"event":"login","host":"a.example",'"$(by taro)" "$ok" \
	    "\"session\":\"$id\"," "$gdm"
}
later() {
	line 7 2027-04-02T08:00:00.000000Z \
	    '"event":"revoke","host":"a.example",'"$(by 'o\"neil')" "$ok"
	line 8 2027-04-01T12:00:00.000000Z \
	    "$ward"'"event":"logout","host":"a.example",'"$(by 'tar\\x1bo')" "$ok"
	line 9 2027-04-02T09:00:00.000000Z \
	    "$ward"'"event":"auth","host":"a.example",'"$(by taro)" "$ok" '' \
	    "$kiosk"
	line 10 2027-04-02T10:00:00.000000Z '"event":"log_stop","host":"a.example",'
}
mkdir -m 755 "$dir/log"
made >"$dir/log/audit-000000000001.jsonl"
later >"$dir/log/audit.jsonl"
chmod 640 "$dir/log/"*

show() {
	run "$dir/sekisho" audit show "$@" "$dir/log"
}
# The numbers of the records that are shown, in this order.
are() {
	ended 0
	[[ $(cut -d' ' -f1 "$dir/out" | paste -sd' ') == "$*" ]] ||
	    wrong "not the records $*"
}
# fits NUMBERS OPTION...
fits() {
	local numbers=$1
	shift
	show "$@"
	# shellcheck disable=SC2086 # a list
	are $numbers
	show "$@" --json
	[[ $(sed 's/.*"seq":\([0-9]*\),.*/\1/' "$dir/out" |
	    paste -sd' ') == "$numbers" ]] || wrong "--json: not $numbers"
}

t without_a_filter_all
fits '1 2 3 4 5 6 7 8 9 10'

t each_filter
fits '2 5 6 9' --person taro
fits '2 4 5 6' --account taro
fits '3 8 9' --account ward3
fits '4' --host b.example
fits '3 5 9' --service kiosk
fits '2 3 4 5 9' --event auth
fits '4 5' --outcome refused
fits '2 3 6 7 8 9' --outcome ok
fits '5' --reason wrong-pin
fits '2 5' --factor pkcs11
fits '5' --factor pin
fits '3' --factor verification
fits '2' --factor password
fits '' --factor pass
fits '2 6' --session $id
fits '' --person tar
fits '' --person nobody

t several_filters_must_all_fit
fits '2' --person taro --outcome ok --factor password
fits '9' --person taro --account ward3
fits '' --person hanako --account taro

t names_that_are_written_otherwise_in_a_record
fits '7' --person 'o"neil'
fits '8' --person $'tar\x1bo'
fits '8' --person 'tar\x1bo'

t times
fits '6 7 9 10' --since 2027-04-02T00:00:00Z
fits '1 2 3 4 5 8' --until 2027-04-02T00:00:00Z
fits '5' --since 2027-04-01T23:59:59.999999Z --until 2027-04-02T00:00:00Z
fits '3' --since 2027-04-01T11:00:00.5+09:00 --until 2027-04-01T03:00:00Z
fits '3 4' --since 2027-03-31T20:30:00-05:00 --until 2027-04-01T03:00:01Z
fits '1 2 3 4 5 6 7 8 9 10' --since 1970-01-02
fits '' --until 1970-01-02

# by the zone of the machine
t local_times
day=$(date -d 2027-04-02T00:00:00 +%s)
want=$(made | cat - <(later) | while read -r l; do
	at=${l##*\"t\":\"}
	number=${l##*\"seq\":}
	(($(date -d "${at%%\"*}" +%s) < day)) || echo "${number%%,*}"
done | paste -sd' ')
fits "$want" --since 2027-04-02
fits "$want" --since '2027-04-02 00:00'
fits "$want" --since 2027-04-02T00:00:00

t today_and_yesterday
line 11 "$(date -u -d "$(date +%F) -1 second" +%FT%TZ | sed s/Z/.000000Z/)" \
    '"event":"login",' >"$dir/now.jsonl"
line 12 "$(date -u +%FT%T.000000Z)" '"event":"login",' >>"$dir/now.jsonl"
run "$dir/sekisho" audit show --since today "$dir/now.jsonl"
are 12
run "$dir/sekisho" audit show --since yesterday --until today "$dir/now.jsonl"
are 11

t numbers
fits '7' --seq 7
fits '3 4 5' --seq 3..5
fits '9 10' --seq 9..
fits '5' --seq 3..7 --reason wrong-pin
fits '' --seq 11..

t the_last_ones
fits '10' --last 1
fits '9 10' --last 2
fits '6 9' --last 2 --person taro
fits '4 5' --last 3 --outcome refused
fits '4 5' --last 2 --outcome refused --until 2027-04-02T00:00:00Z
fits '5 6' --last 2 --person taro --seq 1..8
fits '1 2 3 4 5 6 7 8 9 10' --last 1000000

t wrong_usage
for words in '--seq 0' '--seq 5..3' '--seq x' '--seq 1...3' '--seq ..3' \
    '--seq 1.2' '--since 2027-4-1' '--since 2027-02-30' '--since 25:00' \
    '--until 2027-04-01T25:00:00Z' '--until tomorrow' '--last 0' \
    '--last 1000001' '--last -1' '--event bogus' '--reason bogus' \
    '--outcome denied' '--since 2027-04-01T00:00:00+9' '--since 2027-04-01x' \
    '--since 2027-04-02 --until 2027-04-01' '--person a --person b' \
    '--since 2027-04-01T00:00:00+09:00x' '--bogus' '--follow x y'; do
	# shellcheck disable=SC2086 # words
	show $words
	ended 2
	lacks authentication
done
show --event bogus
shows 'no event "bogus"'

# -- files

t files_without_a_configuration_in_any_order
cp "$dir/log/audit-000000000001.jsonl" "$dir/one"
cp "$dir/log/audit.jsonl" "$dir/two"
run "$dir/sekisho" audit show "$dir/two" "$dir/one" --conf /nonexistent
are 1 2 3 4 5 6 7 8 9 10
run "$dir/sekisho" audit show --seq 2..8 "$dir/two" "$dir/one"
are 2 3 4 5 6 7 8
run "$dir/sekisho" audit show --last 3 --account ward3 "$dir/two" "$dir/one"
are 3 8 9
run "$dir/sekisho" audit show "$dir/two"
are 7 8 9 10
run "$dir/sekisho" audit show --last 2 "$dir/one"
are 5 6

t json_is_the_log_itself
show --json
cat "$dir/log/"*.jsonl | cmp -s - "$dir/out" || wrong "another text"

t what_is_no_record
run "$dir/sekisho" audit show /nonexistent
ended 1
shows 'No such file'
mkfifo "$dir/fifo"
run limited "$dir/sekisho" audit show "$dir/fifo"
ended 1
shows 'not a regular file'
{ made && echo '{"seq":7}' && later; } >"$dir/bad"
run "$dir/sekisho" audit show "$dir/bad"
ended 1
shows "$dir/bad: line 7:"
[[ $(grep -c 2027-04 "$dir/out") == 6 ]] || wrong "not the six before it"
{ made && echo -n '{"dcm'; } >"$dir/torn"
run "$dir/sekisho" audit show --last 2 "$dir/torn"
ended 1
shows 'line 7: has no end' '5  2027-04' '6  2027-04'
mkdir "$dir/empty"
run "$dir/sekisho" audit show "$dir/empty"
ended 1
shows 'holds no record'

# A file may be anybody's: C1, DEL and a change of direction reach nobody.
t nothing_that_a_terminal_could_obey
line 1 2027-04-01T00:00:00.000000Z $'"detail":"\u009b31m\u202e\x7f\\\\","event"'`
    `$':"x\u009b","host":"a\u202e",'"$(by $'\x7f')" '' '' \
    $',"where":{"rhost":"\u009b","tty":"\u202e"}' >"$dir/evil"
for json in '' --json; do
	# shellcheck disable=SC2086 # none or one word
	run "$dir/sekisho" audit show $json "$dir/evil"
	ended 0
	! grep -qP '\xc2[\x80-\x9f]|\xe2\x80\xae|\x7f|\x1b' "$dir/out" ||
	    wrong "control characters"
	[[ $(wc -l <"$dir/out") == 1 ]] || wrong "not one line"
done
python3 -c 'import json, sys
want, got = (json.loads(open(f).read()) for f in sys.argv[1:])
assert want == got' "$dir/evil" "$dir/out" || wrong "another value"

t nobody_writes_values_of_others
line 1 2027-04-01T00:00:00.000000Z '"detail":"x person=root","event"'`
    `':"auth","host":"a",'"$(by $'\x7f')" '' '' \
    $',"where":{"rhost":"\\" by=root","tty":"a\xe3\x80\x80by=root"}' \
    >"$dir/forged"
run "$dir/sekisho" audit show "$dir/forged"
ended 0
shows 'detail="x person=root"' 'from="\" by=root"' $'tty="a\xe3\x80\x80by=root"'

# -- live

# follow OPTION...: runs it for as long as the next lines take
follow() {
	: >"$dir/live" && : >"$dir/err"
	"$dir/sekisho" audit show --follow "$@" >"$dir/live" 2>"$dir/err" &
	writer=$!
}
# soon COMMAND...: within a second
soon() {
	local i
	for ((i = 0; i < 50; i++)); do
		! "$@" || return 0
		sleep 0.02
	done
	return 1
}
shown() {
	[[ $(cut -d' ' -f1 "$dir/live" | paste -sd' ') == "$1" ]]
}
# ended_by SIGNAL
ended_by() {
	kill -"$1" $writer
	status=0
	wait $writer || status=$?
	writer=
	cp "$dir/err" "$dir/out"
	ended 0
	[[ ! -s $dir/err ]] || wrong "complaints"
}

t follows_what_is_appended_through_a_rotation
mkdir "$dir/new" && made >"$dir/new/audit.jsonl"
follow --person taro "$dir/new"
soon shown '2 5 6' || wrong "not what was there"
later | sed -n 1p >>"$dir/new/audit.jsonl"
later | sed -n '2,$p' >"$dir/new/next"
ln "$dir/new/audit.jsonl" "$dir/new/audit-000000000001.jsonl"
mv "$dir/new/next" "$dir/new/audit.jsonl"
soon shown '2 5 6 9' || wrong "not the new ones: $(cat "$dir/live")"
ended_by INT

t follows_from_the_last_ones_on
follow --last 1 "$dir/new"
soon shown 10 || wrong "not the last one"
line 11 2027-04-03T00:00:00.000000Z '"event":"login",' >>"$dir/new/audit.jsonl"
soon shown '10 11' || wrong "not the new one"
ended_by TERM

t follows_up_to_a_number
follow --seq 11..12 "$dir/new"
soon shown 11 || wrong "not what was there"
line 12 2027-04-03T00:00:00.000000Z '"event":"login",' >>"$dir/new/audit.jsonl"
soon shown '11 12' || wrong "not the new one"
gone() {
	! kill -0 "$writer" 2>/dev/null
}
soon gone || wrong "goes on"
wait $writer || wrong "failed"
writer=

t follows_a_file
follow --seq 10.. "$dir/new/audit.jsonl"
soon shown '10 11 12' || wrong "not the last ones"
line 13 2027-04-03T00:00:00.000000Z '"event":"login",' >>"$dir/new/audit.jsonl"
soon shown '10 11 12 13' || wrong "not the new one"
ended_by HUP

# -- the configured record, and who may read it
cat >"$dir/conf" <<-END
	[sekisho]
	host = a.example
	language = en
	[paths]
	state = $dir/lib
	audit = $dir/log
	helpers = $dir
	[helpers]
	user = nobody
	[service ward]
	pairs = fido2+verification
	[fido2]
	rp-id = a.example
END
chmod 644 "$dir/conf"
mkdir -m 700 "$dir/lib"

# member GROUP COMMAND...
member() {
	local group=$1
	shift
	setpriv --reuid=54321 --regid=54321 --groups="$group" --no-new-privs "$@"
}

t a_member_of_the_group_reads_and_others_do_not
chown -R 0:54322 "$dir/log" && chmod 750 "$dir/log"
before=$(find "$dir/log" -printf '%p %s %T@ %C@\n' | sort)
run member 54322 "$dir/sekisho" audit show --conf "$dir/conf" --person taro
are 2 5 6 9
run member 54322 "$dir/sekisho" audit show --conf "$dir/conf" --last 1
are 10
run member 54323 "$dir/sekisho" audit show --conf "$dir/conf"
ended 1
shows 'Permission denied'
[[ $(find "$dir/log" -printf '%p %s %T@ %C@\n' | sort) == "$before" ]] ||
    wrong "something was changed"

t no_record_yet
rm "$dir/log/"*
run "$dir/sekisho" audit show --conf "$dir/conf"
ended 0
has 'there is no record yet'
run "$dir/sekisho" audit show --conf "$dir/conf" --json
ended 0
[[ ! -s $dir/out ]] || wrong "not empty"
finish
