#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# `sekisho audit export`: every event and hostile text in each form, held
# against the grammar of PS3.15, the schema of FHIR R4 and the records
# themselves; filters; and an output that is whole or is not there.
#
# BUILD: where the programs are (default: build).

: "${BUILD:=build}"
dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-export.XXXXXX") || exit 1
trap 'rm -rf "$dir"; exit $((failed > 0))' EXIT
here=$(dirname "$0")
# shellcheck source=tests/cases.sh
. "$here/cases.sh"
unset LANG LC_ALL LC_MESSAGES LC_CTYPE # the configuration says which
rng=$here/record/dicom-audit.rng

mkdir -p "$dir"/{etc/anchors,crl,lib,libexec,log,empty}
touch "$dir/libexec/card.so"
write_conf() {
	cat >"$dir/etc/sekisho.conf" <<-END
		[sekisho]
		host = desk.example.jp
		language = ${1:-en}

		[paths]
		state = $dir/lib
		audit = ${2:-$dir/log}
		helpers = $dir/libexec
		trust-anchors = $dir/etc/anchors
		crls = $dir/crl

		[pkcs11 card]
		module = $dir/libexec/card.so

		[service ward]
		pairs = pkcs11+password
	END
}
desk() {
	limited "$BUILD/sekisho" "$1" "$2" --conf "$dir/etc/sekisho.conf" \
	    "${@:3}"
}
export_as() {
	run desk audit export --format "$@"
}
check() {
	run python3 "$here/record/check-forms.py" "$@"
	ended 0
}
# grammar FILE: each line is a message of PS3.15
grammar() {
	rm -rf "$dir/messages" && mkdir "$dir/messages"
	split -l 1 -a 4 "$1" "$dir/messages/"
	run xmllint --noout --relaxng "$rng" "$dir"/messages/*
	ended 0
	! grep -v ' validates$' "$dir/out" >"$dir/no" || wrong "$(cat "$dir/no")"
	[[ $(grep -c ' validates$' "$dir/out") == "$(wc -l <"$1")" ]] ||
	    wrong "not all were checked"
}

t logs
"$BUILD/tests/forms_log" >"$dir/log/audit.jsonl" || wrong "no log"
"$BUILD/tests/forms_log" hostile >"$dir/hostile.jsonl" || wrong "no log"
log=$dir/log/audit.jsonl
n=$(wc -l <"$log")
((n >= 30)) || wrong "$n records"
write_conf

t the_schema_of_dicom_is_made_of_the_grammar
if command -v trang >/dev/null; then
	run trang "$here/record/dicom-audit.rnc" "$dir/made.rng"
	ended 0
	cmp -s "$dir/made.rng" "$rng" || wrong "dicom-audit.rng is another"
fi

for log in "$dir/log/audit.jsonl" "$dir/hostile.jsonl"; do
	of=every_event
	[[ $log != */hostile* ]] || of=hostile_text
	t "${of}_as_dicom"
	export_as dicom --output "$dir/$of.dicom" "$log"
	ended 0
	grammar "$dir/$of.dicom"
	check dicom "$log" "$dir/$of.dicom"

	t "${of}_as_fhir"
	export_as fhir --output "$dir/$of.fhir" "$log"
	ended 0
	check fhir "$log" "$dir/$of.fhir"

	t "${of}_as_a_bundle"
	export_as fhir --bundle --output "$dir/$of.bundle" "$log"
	ended 0
	check bundle "$log" "$dir/$of.bundle"

	t "${of}_as_csv"
	export_as csv --output "$dir/$of.csv" "$log"
	ended 0
	check csv-en "$log" "$dir/$of.csv"

	t "${of}_as_it_is"
	export_as json --output "$dir/$of.json" "$log"
	ended 0
	cmp -s "$log" "$dir/$of.json" || wrong "other bytes"
done
log=$dir/log/audit.jsonl

t who_is_at_the_screen_now
# of each the whole of what a collector goes by, not its form alone
grep -E '"event":"(unlock|switch)"' "$log" |
    sed '2s/"name":"taro"/"name":"hanako"/' >"$dir/screen.jsonl"
[[ $(wc -l <"$dir/screen.jsonl") == 2 ]] || wrong "not one of each"
export_as dicom --output "$dir/screen.dicom" "$dir/screen.jsonl"
ended 0
export_as fhir --output "$dir/screen.fhir" "$dir/screen.jsonl"
ended 0
run python3 - "$dir/screen" <<'END'
import base64, json, sys, xml.etree.ElementTree as xml

asked = [("unlock", "unlocked", "taro"), ("switch", "user switched", "hanako")]
records = [json.loads(l) for l in open(sys.argv[1] + ".jsonl")]
dicom = [xml.fromstring(l) for l in open(sys.argv[1] + ".dicom")]
fhir = [json.loads(l) for l in open(sys.argv[1] + ".fhir")]
assert len(records) == len(dicom) == len(fhir) == 2

for (event, text, person), rec, m, f in zip(asked, records, dicom, fhir):
    assert rec["event"] == event and rec["person"]["name"] == person
    e = m.find("EventIdentification")
    assert e.get("EventActionCode") == "E"
    assert e.get("EventOutcomeIndicator") == "0"
    assert e.get("EventDateTime") == rec["t"]
    assert e.find("EventID").get("csd-code") == "110114"
    assert [(c.get("csd-code"), c.get("originalText"))
        for c in e.findall("EventTypeCode")] == [("110122", "Login"),
        (event, text)]
    who = m.find("ActiveParticipant")
    assert who.get("UserID") == person
    assert who.get("AlternativeUserID") == "ward3"
    assert who.get("UserIsRequestor") == "true"
    details = {d.get("type"): base64.b64decode(d.get("value")).decode()
        for d in m.iter("ParticipantObjectDetail")}
    assert details["account.name"] == "ward3"
    assert json.loads(details["sekisho-record"]) == rec

    assert f["type"]["code"] == "110114" and f["outcome"] == "0"
    assert f["recorded"] == rec["t"] and f["id"] == rec["rec_id"]
    assert [(c["code"], c["display"]) for c in f["subtype"]] == [
        ("110122", "Login"), (event, text)]
    agent = f["agent"][0]
    assert agent["who"]["identifier"]["value"] == person
    assert agent["altId"] == "ward3" and agent["requestor"] is True
    kept = {d["type"]: base64.b64decode(d["valueBase64Binary"]).decode()
        for d in f["entity"][0]["detail"] if "valueBase64Binary" in d}
    assert json.loads(kept["sekisho-record"]) == rec
END
ended 0

# what holds others must not hold everything
t the_grammar_refuses
head -n 1 "$dir/every_event.dicom" >"$dir/one"
for edit in 's/EventOutcomeIndicator="0"/EventOutcomeIndicator="2"/' \
    's/ originalText="Login"//' 's/csd-code="110122"/code="110122"/' \
    's/<EventIdentification/<X/' 's/UserIsRequestor="true"//' \
    's/ value="[A-Za-z0-9+=\/]*"/ value="a b=c"/' \
    's/EventDateTime="[^"]*"/EventDateTime="now"/' \
    's/<AuditSourceIdentification.*<\/AuditSourceIdentification>//' \
    's/csd-code="6"/csd-code="10"/' 's/CodeRole="13"/CodeRole="27"/'; do
	sed "$edit" "$dir/one" >"$dir/bad"
	! cmp -s "$dir/one" "$dir/bad" || wrong "not an edit: $edit"
	run xmllint --noout --relaxng "$rng" "$dir/bad"
	((status != 0)) || wrong "takes $edit"
done

t the_checks_of_fhir_refuse
head -n 1 "$log" >"$dir/line"
head -n 1 "$dir/every_event.fhir" >"$dir/one"
for edit in 's/"outcome":"0"/"outcome":"2"/' 's/"recorded":"[^"]*",//' \
    's/"observer"/"observed"/' 's/"requestor":true,//' \
    's/"type":"where.tty"/"kind":"where.tty"/' \
    's/"valueString":"pts.7"/"valueString":"pts8"/' \
    's/"valueString":"pts.7"/"valueString":""/'; do
	sed "$edit" "$dir/one" >"$dir/bad"
	! cmp -s "$dir/one" "$dir/bad" || wrong "not an edit: $edit"
	run python3 "$here/record/check-forms.py" fhir "$dir/line" "$dir/bad"
	((status != 0)) || wrong "takes $edit"
done

t japanese_for_excel
write_conf ja
export_as csv --output "$dir/ja.csv"
ended 0
check csv-ja "$log" "$dir/ja.csv"
run cat "$dir/ja.csv"
shows '"番号","日時","事象"' '"認証","成功"' 'pin 成功' '"はい"'
write_conf

t what_people_type_at_the_desk
write_conf en "$dir/made"
"$BUILD/sekisho" init --conf "$dir/etc/sekisho.conf" >"$dir/out" 2>&1 ||
    wrong "no init"
desk person add taro --display "=cmd|' /C calc'!A0" >/dev/null 2>&1 ||
    wrong "no taro"
desk person add hanako --display ']]>&#0;"<a>' >/dev/null 2>&1 ||
    wrong "no hanako"
desk person suspend taro --reason '@SUM(1+1)*cmd' >/dev/null ||
    wrong "not suspended"
made=$dir/made/audit.jsonl
for form in dicom fhir csv; do
	export_as "$form" --output "$dir/desk.$form"
	ended 0
	check "${form/csv/csv-en}" "$made" "$dir/desk.$form"
done
grammar "$dir/desk.dicom"
run cat "$dir/desk.csv"
shows "\"'=cmd|' /C calc'!A0\"" "\"'@SUM(1+1)*cmd\""
run cat "$dir/desk.dicom"
shows ']]&gt;&amp;#0;&quot;&lt;a&gt;'
write_conf

t filters
export_as csv --event revoke
ended 0
(($(wc -l <"$dir/out") == 2)) || wrong "not one"
shows '"revoked"'
export_as json --seq 3..5
ended 0
cmp -s "$dir/out" <(sed -n 3,5p "$log") || wrong "not 3 to 5"
export_as fhir --bundle --person nobody-there
ended 0
has '{"resourceType":"Bundle","type":"collection"}'
export_as dicom --event no-such
ended 2

t no_record_yet
write_conf en "$dir/empty"
export_as csv
ended 0
(($(wc -l <"$dir/out") == 1)) || wrong "not only headers"
export_as fhir --bundle
ended 0
has '{"resourceType":"Bundle","type":"collection"}'
export_as dicom
ended 0
[[ ! -s $dir/out ]] || wrong "something"
write_conf

t the_language_may_be_said
export_as csv --language ja "$log"
ended 0
shows '"番号","日時"'
export_as csv --language de "$log"
ended 2
shows '"de" is not a language: ja or en'

t wrong_usage
run desk audit export
ended 2
export_as xml
ended 2
shows 'csv, dicom, fhir or json, not "xml"'
export_as csv --bundle
ended 2
export_as csv --output
ended 2

t a_file_is_made_for_its_owner
(umask 0; limited "$BUILD/sekisho" audit export --format csv --output \
    "$dir/private" "$log") || wrong "no export"
[[ $(stat -c %a "$dir/private") == 600 ]] || wrong "$(stat -c %a "$dir/private")"

t no_file_is_written_over
echo mine >"$dir/mine"
ln -s "$dir/nowhere" "$dir/link"
for to in mine link log; do
	export_as csv --output "$dir/$to"
	ended 1
	shows "$dir/$to is there already, and nothing is written over"
done
[[ $(cat "$dir/mine") == mine ]] || wrong "written over"
[[ -L $dir/link && ! -e $dir/nowhere ]] || wrong "the link was followed"
export_as csv --output "$dir/none/there"
ended 1

t a_file_that_is_not_whole_is_taken_away
small() {
	(ulimit -f 8; desk "$@")
}
run small audit export --format fhir --output "$dir/big"
ended 1
shows "$dir/big could not be written: File too large"
[[ ! -e $dir/big ]] || wrong "left there"
{ head -n 20 "$log"; echo '{"torn":'; } >"$dir/torn.jsonl"
export_as csv --output "$dir/part" "$dir/torn.jsonl"
ended 1
shows torn.jsonl
[[ ! -e $dir/part ]] || wrong "left there"

t a_signal_leaves_no_file
for ((i = 0; i < 12; i++)); do cat "$dir/hostile.jsonl"; done >"$dir/12"
for ((i = 0; i < 20; i++)); do cat "$dir/12"; done >"$dir/240.jsonl"
"$BUILD/sekisho" audit export --format fhir --output "$dir/cut" \
    "$dir/240.jsonl" 2>"$dir/out" &
pid=$!
for ((i = 0; i < 500; i++)); do
	[[ ! -s $dir/cut ]] || break
	sleep 0.01
done
[[ -s $dir/cut ]] || wrong "it never began"
kill -TERM $pid
status=0
wait $pid || status=$?
((status == 143)) || wrong "exit status $status"
[[ ! -e $dir/cut ]] || wrong "left there"

t output_that_cannot_be_written
for form in csv dicom fhir json; do
	desk audit export --format "$form" >/dev/full 2>"$dir/out"
	status=$?
	ended 1
	has 'sekisho: the output could not be written'
done

t a_reader_that_goes_away
desk audit export --format fhir "$dir/12" 2>"$dir/out" | head -c 1 >/dev/null
status=${PIPESTATUS[0]}
ended 1
has 'sekisho: the output could not be written'

t a_record_without_a_place
sed -n 1p "$log" | sed 's/"t":"[^"]*",//' >"$dir/timeless.jsonl"
export_as dicom "$dir/timeless.jsonl"
ended 1
shows 'the record 1 has no place in this form'
finish
