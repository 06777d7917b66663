#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The record checked by who was not there: `sekisho audit verify`, checkpoint,
# prove and check-proof as an ordinary user on copied files, without any
# configuration; every way to alter a record, and what is said of it.
#
# BUILD: where the programs are (default: build).
set -u
cd "$(dirname "$0")/.." || exit 1
: "${BUILD:=build}"
dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-prove.XXXXXX") || exit 1
trap 'rm -rf "$dir"; exit $((failed > 0))' EXIT
chmod 755 "$dir"
# shellcheck source=tests/cases.sh
. tests/cases.sh
sekisho=$(realpath "$BUILD/sekisho")

# Two logs of 1000 records in four files, the key changed at record 450.
mkdir "$dir/site" "$dir/other"
"$BUILD/tests/auditmint" "$dir/site" 1000 300 450 &&
    "$BUILD/tests/auditmint" "$dir/other" 1000 300 0 other || exit 1
sed -n 2p "$dir/site/log.vkeys" >"$dir/old.vkeys"
sed -n 3p "$dir/site/log.vkeys" >"$dir/new.vkeys"
old=$(cut -d+ -f1,2 "$dir/old.vkeys") new=$(cut -d+ -f1,2 "$dir/new.vkeys")
cat "$dir"/site/audit-*.jsonl "$dir/site/audit.jsonl" >"$dir/whole"
head -c 200000 /dev/zero >"$dir/zeros"
a1=audit-000000000001.jsonl a2=audit-000000000301.jsonl
a3=audit-000000000601.jsonl

# a copy of the site to be altered, for an ordinary user
fresh() {
	rm -rf "$dir/log"
	cp -r "$dir/site" "$dir/log"
	chmod -R a+rX,u+w "$dir"
	c=$dir/log
}

# as an ordinary user, where no configuration is
s() {
	run limited setpriv --reuid nobody --regid nogroup --clear-groups \
	    env -i LC_ALL=C "$sekisho" --conf "$dir/none" "$@"
}

# verified LINE...: it is good, and these are said
verified() {
	ended 0
	shows 'records, all whole and chained' "$@"
}

# bad PART...
bad() {
	ended 1
	lacks 'all whole and chained'
	shows "$@"
}

t a_copied_folder_is_verified_by_an_ordinary_user
s audit verify "$c"
verified '1000 records' 'records 1 to 1000, from ' \
    "up to record 1000 they are what $new signed" \
    'the public keys are those beside the record'
lacks 'NO SIGNATURE' 'covers the' 'not gone by'

t the_first_key_leads_to_the_second
s audit verify --key "$dir/old.vkeys" "$c"
verified "up to record 1000 they are what $new signed" \
    'is trusted by record 450, which the key before signed'
lacks 'beside the record'

t without_the_kept_checkpoint_it_does_not
rm "$c/checkpoint-000000000450"
s audit verify --key "$dir/old.vkeys" "$c"
ended 1
shows 'is signed by no known key' 'NO SIGNATURE COVERS THEM'
lacks 'is trusted by'

t a_key_that_a_stranger_put_into_the_record_is_not_trusted
cp "$dir/other/checkpoint" "$c/checkpoint-000000000450"
s audit verify --key "$dir/old.vkeys" "$c"
ended 1
lacks 'is trusted by'

t the_newest_key_alone_serves
s audit verify --key "$dir/new.vkeys" "$c"
verified "up to record 1000 they are what $new signed"

t files_without_a_key_are_only_chained
s audit verify "$c/$a1" "$c/$a2" "$c/$a3" "$c/audit.jsonl"
verified '1000 records' 'NO SIGNATURE COVERS THEM'
lacks 'they are what'

t files_with_a_checkpoint
s audit verify --key "$dir/new.vkeys" --checkpoint "$c/checkpoint" \
    "$c/$a1" "$c/$a2" "$c/$a3" "$c/audit.jsonl"
verified "up to record 1000 they are what $new signed"
s audit verify --checkpoint "$c/checkpoint" "$c/$a1"
ended 2
shows --key

t an_old_checkpoint_covers_the_beginning
s audit verify --key "$dir/old.vkeys" \
    --checkpoint "$c/checkpoint-000000000450" \
    "$c/$a1" "$c/$a2" "$c/$a3" "$c/audit.jsonl"
verified "up to record 450 they are what $old signed" \
    'covers the records 451 to 1000'

t a_signature_that_covers_nothing_is_no_success
s audit verify --key "$dir/new.vkeys" "$c/$a1" "$c/$a2" "$c/$a3" \
    "$c/audit.jsonl"
ended 1
shows 'NO SIGNATURE COVERS THEM'
s audit verify --key "$dir/old.vkeys" \
    --checkpoint "$c/checkpoint-000000000450" "$c/$a3" "$c/audit.jsonl"
ended 1
shows 'NO SIGNATURE COVERS THEM' 'nothing vouches'
rm "$c"/checkpoint*
s audit verify "$c"
ended 1
shows 'NO SIGNATURE COVERS THEM'
rm "$c/log.vkeys"
s audit verify "$c"
verified 'NO SIGNATURE COVERS THEM'

t what_the_record_tells_of_its_loss_is_no_success
sed -i '$s/"event":"[a-z_]*"/"event":"log_damaged"/' "$c/audit.jsonl"
s audit verify "$c/$a1" "$c/$a2" "$c/$a3" "$c/audit.jsonl"
ended 1
shows 'record 1000 tells that records were lost or changed before it'

t a_checkpoint_that_is_a_pipe_keeps_nobody_waiting
for n in checkpoint checkpoint-000000000450; do
	rm "$c/$n" && mkfifo "$c/$n"
	s audit verify "$c"
	bad "$n: is not a regular file"
	fresh
done
rm "$c/checkpoint" && mkfifo "$c/checkpoint"
s audit checkpoint --dir "$c"
bad 'is not a regular file'

t later_files_alone
s audit verify "$c/$a3" "$c/audit.jsonl"
verified '400 records' 'records 601 to 1000' \
    'nothing vouches for what was before record 601'
s audit verify --key "$dir/new.vkeys" --checkpoint "$c/checkpoint" \
    "$c/$a3" "$c/audit.jsonl"
verified 'they are what'
lacks 'nothing vouches'

t a_false_beginning_is_found
sed -i '1{s/"hash":"0/"hash":"1/;t;s/"hash":"./"hash":"0/}' "$c/$a3"
s audit verify --key "$dir/new.vkeys" --checkpoint "$c/checkpoint" \
    "$c/$a3" "$c/audit.jsonl"
bad "$a3: line 2" 'not the hash of the line before'
s audit verify "$c"
bad "$a3: line 1" 'its edge is not that of the records before'

# -- what can be done to a record

t a_changed_record
sed -i '7s/"result":0/"result":8/' "$c/$a2"
s audit verify "$c"
bad "$a2: line 8: has a prev that is not the hash of the line before" \
    'line 8 is the first bad record (307 good ones before it)'

t a_removed_record
sed -i 7d "$c/$a2"
s audit verify "$c"
bad "$a2: line 7: has seq 308 where 307 must follow: record 307 is missing"

t swapped_records
sed -i '7{h;d};8G' "$c/$a2"
s audit verify "$c"
bad "$a2: line 7: has seq 308 where 307 must follow"

t an_inserted_record
sed -n 7p "$dir/other/$a2" >"$dir/line"
sed -i "6r $dir/line" "$c/$a2"
s audit verify "$c"
bad "$a2: line 7: has a prev that is not the hash"

t an_appended_copy
cat "$c/audit.jsonl" >>"$dir/copy" && cat "$dir/copy" >>"$c/audit.jsonl"
s audit verify "$c"
bad 'audit.jsonl: line 101: has seq 901 where 1001 must follow' 'a copy'

t two_writers
tail -n 1 "$dir/other/audit.jsonl" >>"$c/audit.jsonl"
s audit verify "$c"
bad 'audit.jsonl: line 101: has seq 1000 where 1001 must follow' \
    'two writers'

t a_file_missing_in_the_middle
rm "$c/$a2"
s audit verify "$c"
bad "$a3: line 1: has seq 601 where 301 must follow" \
    'records 301 to 600 are missing here'

t the_first_file_missing
rm "$c/$a1"
s audit verify --key "$dir/new.vkeys" "$c"
verified '700 records' 'records 301 to 1000' 'they are what'

t the_last_file_missing
mv "$c/$a3" "$c/audit.jsonl"
s audit verify "$c"
bad 'cut off at the end' 'of 1000 records' 'the last one here is 900' \
    '100 are missing'

t files_in_any_order
s audit verify "$c/$a1" "$c/$a3" "$c/audit.jsonl" "$c/$a2"
ended 0
shows '1000 records, all whole and chained'

t a_file_that_is_missing
s audit verify "$c/audit.jsonl" "$c/$a1" "$c/$a3"
bad "$a3: line 1: has seq 601 where 301 must follow"

t cut_off_at_the_end
sed -i '$d' "$c/audit.jsonl"
s audit verify "$c"
bad "$dir/log/checkpoint" 'the last one here is 999' '1 are missing'

t written_anew_by_who_has_no_key
cp "$dir"/other/audit*.jsonl "$c"
s audit verify --key "$dir/old.vkeys" "$c"
bad 'the checkpoint of ward3.example.jp/sekisho of 450 records is of other '`
    `'records than these' 'between record 1 and record 450'

t where_the_change_is_between_two_checkpoints
# the log as it was at 600, at 1000, and written anew from 700 on by who has
# got hold of no key that counts
for log in 'then 600 300 0 a' 'now 1000 300 0 a' 'anew 1000 300 0 a 700'; do
	# shellcheck disable=SC2086
	set -- $log
	mkdir "$dir/log/$1" && "$BUILD/tests/auditmint" "$dir/log/$1" "${@:2}"
done
cat "$c/then/log.vkeys" "$c/now/log.vkeys" >"$dir/keys"
s audit verify --key "$dir/keys" --checkpoint "$c/now/checkpoint" \
    --checkpoint "$c/then/checkpoint" "$c"/anew/audit-*.jsonl \
    "$c/anew/audit.jsonl"
bad "$c/now/checkpoint" 'of 1000 records is of other records than these' \
    'the change is between record 601 and record 1000'
s audit verify --key "$dir/keys" --checkpoint "$c/now/checkpoint" \
    --checkpoint "$c/then/checkpoint" "$c"/now/audit-*.jsonl \
    "$c/now/audit.jsonl"
verified 'up to record 1000'

t torn_at_the_end
truncate -s -9 "$c/audit.jsonl"
s audit verify "$c"
bad 'audit.jsonl: line 100: has no end (torn)'

t a_line_that_is_no_record
sed -i '5s/.*/nonsense \x1b[2J/' "$c/audit.jsonl"
s audit verify "$c"
bad 'audit.jsonl: line 5: is not JSON'
sed -i '5s/.*/[1]/' "$c/audit.jsonl"
s audit verify "$c"
bad 'audit.jsonl: line 5: is not canonical JSON'

t files_that_are_no_files
rm "$c/audit.jsonl" && mkfifo "$c/audit.jsonl"
s audit verify "$c"
bad 'is not a regular file'
rm "$c/audit.jsonl" && mkdir "$c/audit.jsonl"
s audit verify "$c"
bad 'is not a regular file'
s audit verify "$c/nothing"
bad 'nothing: No such file'
s audit verify "$c" "$c/$a1"
ended 2

# -- keys and checkpoints

t a_forged_checkpoint_is_refused
sed -i '2s/1000/999/' "$c/checkpoint"
s audit verify "$c"
ended 1
shows 'not gone by' 'is signed wrongly by'
s audit checkpoint --dir "$c"
bad 'is signed wrongly by'
lacks '999'

t the_checkpoint_is_printed_as_it_is
s audit checkpoint --dir "$c"
ended 0
cmp -s "$dir/out" "$c/checkpoint" || wrong "another one"
s audit checkpoint --dir "$c" --key "$dir/old.vkeys"
bad 'is signed by no known key'
rm "$c/checkpoint"
s audit checkpoint --dir "$c"
bad 'checkpoint: No such file'

t a_checkpoint_that_is_torn_is_read_again
cp "$c/checkpoint" "$dir/cp"
head -c 100 "$dir/cp" >"$c/checkpoint"
(sleep 0.012; cat "$dir/cp" >"$c/checkpoint") &
s audit checkpoint --dir "$c"
wait
ended 0

t bad_lists_of_keys
echo 'no key' >"$dir/k"
s audit verify --key "$dir/k" "$c"
bad "$dir/k:1: is no public key of a log"
s audit verify --key "$dir/nothing" "$c"
bad "No such file"

# -- proofs

t every_kind_of_place_is_proved
for i in 1 2 3 255 256 257 300 301 450 512 513 768 769 900 901 999 1000; do
	s audit prove --dir "$c" "$i"
	ended 0
	cp "$dir/out" "$dir/p"
	s audit check-proof --key "$dir/new.vkeys" --json "$dir/p"
	ended 0
	sed -n "${i}p" "$dir/whole" | cmp -s - "$dir/out" || wrong "record $i"
done

t a_proof_says_what_it_proves
s audit prove --dir "$c" 437 --output "$c/p"
ended 1 # the folder is not ours
(cd "$dir" && chmod 777 log)
s audit prove --dir "$c" 437 --output "$c/p"
ended 0
shows 'wrote the proof of record 437'
[[ $(stat -c %a "$c/p") == 600 ]] || wrong "mode $(stat -c %a "$c/p")"
for to in "$c/p" "$c/audit.jsonl"; do
	cp -p "$to" "$dir/before"
	s audit prove --dir "$c" 436 --output "$to"
	ended 1
	shows "$to is there already, and nothing is written over"
	cmp -s "$to" "$dir/before" || wrong "written over"
done
s audit check-proof --key "$dir/new.vkeys" "$c/p"
ended 0
shows 'record 437 is in the record of ward3.example.jp/sekisho' \
    "among 1000 records, signed by $new" '"display":"山田"' '"seq":437'

t the_index_may_lie_or_be_missing
s audit prove --dir "$c" 700
ended 0
cp "$dir/out" "$dir/p"
dd if="$dir/zeros" of="$c/audit.index" bs=1 seek=32 count=32 conv=notrunc \
    2>/dev/null
s audit prove --dir "$c" 700
ended 0
cmp -s "$dir/out" "$dir/p" || wrong "another proof with a lie"
head -c 192 "$dir/zeros" >"$c/audit.index"
s audit prove --dir "$c" 700
cmp -s "$dir/out" "$dir/p" || wrong "another proof with zeros"
head -c 192 /dev/urandom >"$c/audit.index"
s audit prove --dir "$c" 700
cmp -s "$dir/out" "$dir/p" || wrong "another proof with noise"
rm "$c/audit.index"
s audit prove --dir "$c" 700
cmp -s "$dir/out" "$dir/p" || wrong "another proof without"

t nothing_is_proved_of_an_altered_record
sed -i '7s/"result":0/"result":8/' "$c/$a2"
s audit prove --dir "$c" 307
ended 1
shows 'is not what was signed'
rm "$c/audit.index"
s audit prove --dir "$c" 900
ended 1
shows 'audit verify'

t what_cannot_be_proved
s audit prove --dir "$c" 1001
ended 1
shows 'covered by no checkpoint yet: the newest one is of 1000'
for i in 0 -1 x 1x 99999999999999999999; do
	s audit prove --dir "$c" -- "$i"
	ended 2
done
rm "$c/$a1"
s audit prove --dir "$c" 7
ended 1
s audit prove --dir "$c" 700
ended 0

t each_part_of_a_proof_counts
s audit prove --dir "$c" 700
cp "$dir/out" "$dir/p"
lines=$(wc -l <"$dir/p")
for ((i = 1; i <= lines; i++)); do
	sed "${i}d" "$dir/p" >"$dir/q"
	s audit check-proof --key "$dir/new.vkeys" "$dir/q"
	ended 1
	lacks 'is in the record'
done
for edit in '3s/699/698/' '3s/699/0699/' '2s/extra e/extra f/' \
    '4{h;d};5G' '4s/^.../AAA/' '1s/v1/v2/' '4p' \
    's/^1000$/1001/' 's/$/\r/' '$s/=$//'; do
	sed "$edit" "$dir/p" >"$dir/q"
	s audit check-proof --key "$dir/new.vkeys" "$dir/q"
	ended 1
	shows 'NOT PROVED'
done
s audit check-proof --key "$dir/old.vkeys" "$dir/p"
bad 'is signed by no known key'
s audit check-proof --key "$dir/other/log.vkeys" "$dir/p"
bad 'is signed by no known key'
s audit check-proof --key "$dir/new.vkeys" "$dir/zeros"
bad 'zeros: is too large'
s audit check-proof --key "$dir/new.vkeys" "$dir/nothing"
bad 'nothing'

t wrong_usage
for u in 'audit prove' 'audit prove 1 2' 'audit check-proof' \
    'audit check-proof a b' 'audit checkpoint x' 'audit verify --key'; do
	# shellcheck disable=SC2086
	s $u
	ended 2
done
s audit checkpoint
bad "$dir/none"
s audit verify
bad "$dir/none"

# -- with a configuration, in Japanese
cat >"$dir/conf" <<-END
	[sekisho]
	host = ward3.example.jp
	language = ja
	[paths]
	state = $dir
	audit = $dir/log
	helpers = $dir
	[fido2]
	rp-id = example.jp
	[service login]
	pairs = fido2+verification
END

# the administrator
r() {
	run limited env -i LC_ALL=C "$sekisho" --conf "$dir/conf" "$@"
}

t the_configured_record_in_japanese
chmod 644 "$dir/conf"
r audit verify
ended 0
shows '記録 1000 件、欠けも改変もありません' \
    "記録 1000 までは $new が署名した内容のとおりです"
r audit verify --key "$dir/old.vkeys"
ended 0
shows '前の鍵が署名した記録 450 により信頼できます'
r audit checkpoint
ended 0
cmp -s "$dir/out" "$c/checkpoint" || wrong "another checkpoint"
rm -f "$dir/p"
r audit prove 5 --output "$dir/p"
ended 0
shows '記録 5 の証明を'
r audit check-proof "$dir/p"
ended 0
shows '記録 5 は ward3.example.jp/sekisho の記録に含まれています'
r audit check-proof --key "$dir/old.vkeys" "$dir/p"
ended 1
shows 'NOT PROVED' # no configuration, no language
sed -i '$d' "$c/audit.jsonl"
r audit verify
ended 1
shows '署名された記録と一致しません'

t progress_is_for_terminals_only
r audit verify
lacks $'\r' '検証中'
run limited env -i LC_ALL=C script -qec \
    "$sekisho --conf $dir/conf audit verify $dir/site" /dev/null
ended 0
shows $'\r\033[K'
finish
