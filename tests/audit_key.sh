#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The keys of the record: another key takes over and the checkpoint that both
# have signed verifies with either (by the openssl program, without ours);
# what a run that was cut off has left is taken up; start and stop.
#
# Must run as root.
# shellcheck disable=SC2119 # site_conf has options for others
. "$(dirname "$0")/site.sh"
site_enter "$0" "$@"
dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-audit-key.XXXXXX") || exit 1
trap 'site_end; rm -rf "$dir"; exit $((failed > 0))' EXIT
chmod 755 "$dir"
# shellcheck source=tests/cases.sh
. "$(dirname "$0")/cases.sh"
# shellcheck source=tests/notes.sh
. "$(dirname "$0")/notes.sh"
site_make "$dir/site" || exit 1
key=$SITE/lib/log.key
vkeys=$SITE/log/log.vkeys
CASE_LIMIT_S=30

d() {
	run site_desk "$@"
}

# the last record of an event, a field of it
last() {
	grep "\"event\":\"$1\"" "$SITE_LOG" | tail -n 1
}
vkey_now() {
	sed -n 2p "$key"
}
newest_kept() {
	find "$SITE/log" -name 'checkpoint-*' | sort | tail -n 1
}

t one_key_from_the_beginning
d audit keys
ended 0
shows 'from record 1 on' "$(vkey_now)"
[[ $(grep -c . "$vkeys") == 1 ]] || wrong "log.vkeys: $(cat "$vkeys")"
[[ $(stat -c %a "$key" "$vkeys" | paste -sd' ') == '600 644' ]] ||
    wrong 'modes'
signed_by "$SITE/log/checkpoint" "$(vkey_now)" || wrong 'not its signature'

t a_new_key_takes_over
old=$(vkey_now) inode=$(stat -c %i "$key")
d audit new-key --reason 'yearly change'
ended 0
new=$(vkey_now)
shows "$new"
[[ $new != "$old" && $(stat -c %i "$key") != "$inode" ]] ||
    wrong 'the key is the same'
[[ $(cat "$vkeys") == "$old"$'\n'"$new" ]] || wrong "$(cat "$vkeys")"
[[ $(last log_key) == *"\"before\":\"$old\",\"public\":\"$new\""* &&
    $(last log_key) == *'yearly change'* ]] || wrong "$(last log_key)"
[[ $(ls -A "$SITE/lib") != *log.key.* ]] || wrong 'a key was left over'

t both_have_signed_what_covers_it
kept=$(newest_kept)
seq=$(last log_key | sed 's/.*"seq":\([0-9]*\).*/\1/')
[[ $(sed -n 2p "$kept") == "$seq" ]] || wrong "$kept: not $seq"
[[ $kept == "$SITE/log/checkpoint-$(printf %012d "$seq")" ]] || wrong "$kept"
[[ $(stat -c %a "$kept") == 640 ]] || wrong 'mode'
for k in "$old" "$new"; do
	signed_by "$kept" "$k" || wrong "the kept one: not by $k"
	signed_by "$SITE/log/checkpoint" "$k" || wrong "the newest: not by $k"
done

t the_new_key_goes_on
site_desk person add taro --display Taro >/dev/null || wrong 'person add'
signed_by "$SITE/log/checkpoint" "$new" || wrong 'not by the new key'
! signed_by "$SITE/log/checkpoint" "$old" || wrong 'by the old key'
d audit verify
ended 0
d audit keys
ended 0
shows 'from record 1 on' "from record $seq on" "$old" "$new"

t an_auditor_who_has_the_first_key_alone
echo "$old" >"$dir/keys"
d audit verify --key "$dir/keys"
ended 0
cp "$kept" "$dir/kept" # what was signed with it is covered in any case
d audit verify --key "$dir/keys" --checkpoint "$dir/kept"
ended 0

t readers_have_the_group
site_conf '/^\[helpers\]/i [record]\ngroup = daemon\n'
d audit new-key
ended 0
[[ $(stat -c '%a %G' "$(newest_kept)") == '640 daemon' ]] ||
    wrong "$(stat -c '%a %G' "$(newest_kept)")"
site_conf

t a_key_does_not_come_back
cp -p "$key" "$dir/former"
site_desk audit new-key >/dev/null
cp -p "$dir/former" "$key.new"
d audit new-key
ended 0
[[ $(vkey_now) != $(sed -n 2p "$dir/former") ]] || wrong 'it came back'

t a_key_that_a_run_left_is_taken
cp -p "$key" "$dir/former"
rm "$key" && site_desk init >/dev/null && mv "$key" "$key.new"
left=$(sed -n 2p "$key.new")
cp -p "$dir/former" "$key"
sed -i '$d' "$vkeys" # it was made, and no more
d audit new-key
ended 0
[[ $(vkey_now) == "$left" ]] || wrong 'another one was made'

t half_a_key_is_not
head -c 40 "$key" >"$key.new" && chmod 600 "$key.new"
old=$(vkey_now)
d audit new-key
ended 0
[[ $(vkey_now) != "$old" && ! -e $key.new ]] || wrong 'not changed'

t an_old_key_that_was_left_is_destroyed
cp -p "$key" "$key.old" && exec 5<"$key.old"
d audit new-key
ended 0
[[ ! -e $key.old ]] || wrong 'it is there'
! grep -q PRIVATE <&5 || wrong 'its bytes are there'
exec 5<&-

t a_second_name_of_the_key_is_only_a_name
ln "$key" "$key.old"
d audit new-key
ended 0
[[ ! -e $key.old ]] || wrong 'it is there'
signed_by "$SITE/log/checkpoint" "$(vkey_now)" || wrong 'not its signature'

t a_key_that_others_can_read_is_refused
chmod 644 "$key"
d audit new-key
ended 1
shows 'mode 0600' 'still in use'
chmod 600 "$key"

t without_a_key
mv "$key" "$dir/away"
old=$(sed -n 2p "$dir/away")
d audit new-key
ended 1
d init
ended 0
[[ $(vkey_now) != "$old" && $(tail -n 1 "$vkeys") == "$(vkey_now)" ]] ||
    wrong 'no other key'
[[ $(last log_key) == *"\"before\":\"$old\""* &&
    $(last log_key) == *'not there any more'* ]] || wrong "$(last log_key)"

t two_at_once_come_one_after_the_other
before=$(grep -c . "$vkeys")
for _ in 1 2 3; do
	site_desk audit new-key >"$dir/at-once.$_" 2>&1 &
done
wait
cat "$dir"/at-once.* >"$dir/out"
[[ $(grep -c . "$vkeys") == $((before + 3)) ]] || wrong 'not three keys'
signed_by "$SITE/log/checkpoint" "$(vkey_now)" || wrong 'not its signature'
d audit verify
ended 0

t start_and_stop
d audit stop --reason 'shutdown'
ended 0
[[ $(tail -n 1 "$SITE_LOG") == *'"event":"log_stop"'* &&
    $(tail -n 1 "$SITE_LOG") == *'"reason":"shutdown"'* ]] ||
    wrong 'no log_stop'
d audit start
ended 0
[[ $(tail -n 1 "$SITE_LOG") == *'"event":"log_start"'* ]] ||
    wrong 'no log_start'
chmod 777 "$SITE/log"
d audit stop
ended 1
chmod 700 "$SITE/log"

t japanese
site_conf 's/^language = en/language = ja/'
d audit keys
ended 0
shows '記録 1 から'
site_conf
finish
