#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# "Last login: ...": who hears it, when, in which words; and who does not.

# shellcheck source=tests/site.sh
. "$(dirname "$0")/site.sh"
site_enter "$0" "$@"

site_script last

t site
site_make "$dir/site" || { wrong "no site"; finish; exit 1; }
mount --bind /usr/share/zoneinfo/Asia/Tokyo /etc/localtime ||
    wrong "no time zone"
site_user taro himitsu-1
site_user hanako himitsu-2
site_person taro '山田 太郎' taro || wrong "no taro"
site_person hanako '佐藤 花子' hanako || wrong "no hanako"
for who in taro hanako; do
	site_cert $who "/C=JP/O=Sakura Hospital/CN=$who" key=ec:P-256 &&
	    site_token $who $who || wrong "no token $who"
done
only() { # TOKEN [SED]...
	site_conf "s/^module = .*/&\ntoken-label = $1/" \
	    "s/^\[service [a-z]*\]/&\nlast-login = yes/" "${@:2}"
}
for who in taro hanako; do
	only $who
	site_enrol $who $who || wrong "enrol $who"
done
[[ -z $why ]] || { finish; exit 1; }
only taro

login() {
	run site_drive --service ward --tty pts/7 \
	    --answer PIN=$SITE_PIN --answer Password=himitsu-1 --user taro "$@"
}
db() {
	sqlite3 -cmd '.timeout 5000' "$SITE/lib/sekisho.db" "$1"
}
# What is kept is written after the verdict.
kept() { # SQL WANTED
	local i got
	for ((i = 0; i < 250; i++)); do
		got=$(db "$1")
		[[ $got != "$2" ]] || return 0
		sleep 0.02
	done
	wrong "the store says $got, not $2"
}
row="SELECT record, host, service, tty, rhost, pair, refused FROM last_login"
row+=" JOIN person ON id = person_id WHERE name ="
last_auth() {
	grep '"event":"auth"' "$SITE_LOG" | tail -n 1 |
	    sed 's/.*"seq":\([0-9]*\).*/\1/'
}
day() { # of the row, where the machine is
	LC_ALL=C TZ=Asia/Tokyo date -d "@$(db "SELECT at FROM last_login")" \
	    "+$1"
}
wrong_password() {
	run site_drive --service ward --tty pts/7 --answer PIN=$SITE_PIN \
	    --answer Password=wrong --user taro
	ended 1
	lacks 'Last login' 'Refused'
}

t the_first_login_has_none_before_it
login --rhost 10.1.2.3
ended 0
lacks 'Last login' 'Refused' 'first login'
kept "$row 'taro'" \
    "$(last_auth)|ward-pc-3.example.jp|ward|pts/7|10.1.2.3|pkcs11+password|0"

t the_second_hears_of_the_first
said="info: Last login: $(day '%a %Y-%m-%d %H:%M') at ward-pc-3.example.jp"
said+=" (ward from 10.1.2.3), with pkcs11+password."
login
ended 0
has "$said"
lacks 'Refused'
# before PAM heard that it was a success
grep -nE 'Last login|auth = 0' "$dir/out" | head -n 1 | grep -q Last ||
    wrong "after the verdict"
kept "$row 'taro'" \
    "$(last_auth)|ward-pc-3.example.jp|ward|pts/7||pkcs11+password|0"

t at_a_terminal_without_a_host_and_in_japanese
said="info: 前回のログイン: $(day '%Y-%m-%d')("
said+="$(day %w | sed 'y/0123456/日月火水木金土/')) $(day %H:%M)"
said+=" ward-pc-3.example.jp (ward、pts/7) pkcs11+password"
only taro 's/^language = .*/language = ja/'
login --answer パスワード=himitsu-1
ended 0
has "$said"
only taro

t refusals_are_counted_and_told_once
wrong_password
wrong_password
kept "SELECT refused FROM last_login" 2
login
ended 0
has 'info: Refused since then: 2.'
kept "SELECT refused FROM last_login" 0
login
ended 0
shows 'Last login'
lacks 'Refused'

t who_was_refused_before_the_first_login_hears_it
only hanako
run site_drive --service ward --user hanako --answer PIN=$SITE_PIN \
    --answer Password=wrong
ended 1
kept "$row 'hanako'" '0||||||1'
run site_drive --service ward --user hanako --answer PIN=$SITE_PIN \
    --answer Password=himitsu-2
ended 0
has 'info: This is your first login. Refused before: 1.'
lacks 'Last login'
only taro

t somebody_elses_card_tells_and_counts_nothing
before=$(db "SELECT * FROM last_login")
run site_drive --service ward --user hanako --answer PIN=$SITE_PIN \
    --answer Password=himitsu-2
ended 1
lacks 'Last login' 'Refused'
sleep 0.3
[[ $(db "SELECT * FROM last_login") == "$before" ]] || wrong "counted"

t a_service_without_it_tells_and_keeps_nothing
before=$(db "SELECT * FROM last_login")
site_conf 's/^module = .*/&\ntoken-label = taro/'
login
ended 0
wrong_password
lacks 'Last login'
sleep 0.3
[[ $(db "SELECT * FROM last_login") == "$before" ]] || wrong "kept"
only taro

t who_asks_for_silence_hears_nothing
before=$(db "SELECT record FROM last_login WHERE person_id = 1")
login --silent
ended 0
lacks 'Last login'
kept "SELECT record > $before FROM last_login WHERE person_id = 1" 1

t hostile_names_are_escaped
login --rhost $'h\n\e[2J"ost' --tty $'\u202ept'
ended 0
kept "$row 'taro'" "$(last_auth)|ward-pc-3.example.jp|ward|`
    `\\xe2\\x80\\xaept|h\\x0a\\x1b[2J\"ost|pkcs11+password|0"
login
ended 0
shows '(ward from h\x0a\x1b[2J"ost)'

t a_store_that_cannot_be_written_changes_nothing
before=$(db "SELECT record FROM last_login WHERE person_id = 1")
mount --bind "$SITE/lib" "$SITE/lib" && mount -o remount,bind,ro "$SITE/lib"
login
ended 0
shows 'Last login'
umount "$SITE/lib"
[[ $(db "SELECT record FROM last_login WHERE person_id = 1") == "$before" ]] ||
    wrong "written"

t a_store_that_is_busy_does_not_delay_a_login
{
	echo 'BEGIN IMMEDIATE;'
	sleep 4
	echo 'ROLLBACK;'
} | sqlite3 "$SITE/lib/sekisho.db" &
busy=$!
sleep 0.3
login
ended 0
within 2500
shows 'Last login'
wait $busy
finish
