#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The documents against the code: keys, options, commands, reasons and fields
# are documented, and what is documented is there; the examples are accepted
# and the units are sound.
#
# BUILD: where the programs are (default: build).
set -u
cd "$(dirname "$0")/.." || exit 1
: "${BUILD:=build}"
dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-docs.XXXXXX") || exit 1
trap 'records_end "$dir"/log/audit*.jsonl; rm -rf "$dir"; exit $((failed > 0))' EXIT
chmod 755 "$dir"
# shellcheck source=tests/cases.sh
. tests/cases.sh
# shellcheck source=tests/pki.sh
. tests/pki.sh

# same CODE DOCUMENT: the lines of two files, in whatever order
same() {
	local only
	[[ -s $1 ]] || wrong "nothing found in the code"
	only=$(LC_ALL=C comm -23 <(LC_ALL=C sort -u "$1") \
	    <(LC_ALL=C sort -u "$2") | paste -sd' ')
	[[ -z $only ]] || wrong "not documented: $only"
	only=$(LC_ALL=C comm -13 <(LC_ALL=C sort -u "$1") \
	    <(LC_ALL=C sort -u "$2") | paste -sd' ')
	[[ -z $only ]] || wrong "documented, but not in the code: $only"
}

t man_pages_pass_lint
for page in man/*.[0-9] man/*/*.[0-9]; do
	[[ -e $page ]] || continue
	run mandoc -Tlint -Wwarning "$page"
	ended 0
	[[ ! -s $dir/out ]] || wrong "$page"
done

t each_program_and_file_has_its_page
for page in pam_sekisho.8 sekisho.8 sekisho-gate.8 sekisho-watch.8 \
    sekisho.conf.5 sekisho-record.5; do
	grep -q '^\.Sh EXAMPLES' "man/$page" || wrong "$page: no EXAMPLES"
done

# -- sekisho.conf(5): "SECTION KEY [MIN MAX]"
awk -F'"' '/^\t\[POLICY_[A-Z0-9]+\] = \{ "/ {
	split($0, w, /[][]/); print w[2], $2 }' gate/policy_lines.c \
    >"$dir/sections"
perl -0ne 'while (/\{ (POLICY_\w+), "([\w-]+)", (\w+),\s*(\w+)\((\w+)\),'`
    `'\s*(\d+), (\d+) \}/g) { print "$1 $2 $5 $6 $7\n" }' \
    gate/policy_keys.c >"$dir/rows"
while read -r id word; do
	sed -n "s/^$id /$word /p" "$dir/rows"
done <"$dir/sections" >"$dir/keys"
awk '/^\.S[sh] / { s = ""; depth = 0 }
    /^\.Ss \[/ { s = $2; gsub(/[][]/, "", s) }
    /^\.It Cm / && s != "" && depth == 1 { print s, $3 }
    /^\.Bl/ { depth++ } /^\.El/ { depth-- }' man/sekisho.conf.5 >"$dir/doc"

t each_key_is_documented
cut -d' ' -f1,2 "$dir/keys" >"$dir/code"
[[ $(wc -l <"$dir/keys") == "$(grep -c '{ POLICY_' gate/policy_keys.c)" ]] ||
    wrong "the table of keys was not understood"
same "$dir/code" "$dir/doc"

# The paragraph of a key, as one line of text.
paragraph() {
	awk -v s="[$1" -v k="$2" '/^\.S[sh] / { in_s = index($2, s) == 1 }
	    /^\.It Cm / { in_k = in_s && $3 == k }
	    in_k { sub(/^\.[A-Z][a-z] /, ""); printf "%s ", $0 }' \
	    man/sekisho.conf.5
}

t ranges_are_documented
while read -r section key _ min max; do
	((max > 0)) || continue
	[[ $(paragraph "$section" "$key") == *" $min to $max"* ]] ||
	    wrong "$section $key: not \"$min to $max\""
done <"$dir/keys"

t defaults_are_documented
while read -r section key field _; do
	value=$(sed -n "s/^\tp->$field = \([0-9]*\);$/\1/p
	    s/^\t(void)snprintf(p->$field, .*\"\(.*\)\");$/\1/p" \
	    gate/policy.c)
	[[ -z $value || $(paragraph "$section" "$key") == \
	    *[Dd]"efault"?( |: )*"$value"* ]] ||
	    wrong "$section $key: not its default $value"
done <"$dir/keys"

t each_folder_below_run_is_documented
sed -n '/below the cache/d
    s/^#define [A-Z_]*\(FOLDER\|DIR\|UNLOCKED\) "\([a-z]*\)".*/\2/p' \
    gate/*.[ch] >"$dir/code"
sed -n 's/^| `\([a-z]*\)` | .* | gate | .*/\1/p' DESIGN.md >"$dir/doc"
same "$dir/code" "$dir/doc"
sed -n 's/^\.It Pa \/run\/sekisho\/\([a-z]*\)$/\1/p' man/sekisho-gate.8 \
    >"$dir/doc"
same "$dir/code" "$dir/doc"
awk '/^\.It Cm run / { on = 1 } on && /^\.Pa [a-z]/ { print $2 }
    on && /^Default/ { exit }' man/sekisho.conf.5 >"$dir/doc"
same "$dir/code" "$dir/doc"

# -- pam_sekisho(8)
t each_option_of_the_module_is_documented
sed -n '/^} known/,/^};/s/^\t\[[A-Z]*\] = { "\([a-z]*\)".*/\1/p' \
    pam_module/options.c >"$dir/code"
sed -n '/^\.Sh OPTIONS/,/^\.Sh FAC/s/^\.It Cm \([a-z]*\) Ns =.*/\1/p' \
    man/pam_sekisho.8 >"$dir/doc"
same "$dir/code" "$dir/doc"

t each_code_of_the_module_is_documented
grep -oh 'PAM_[A-Z_]*' pam_module/pam_sekisho.c | grep -xE 'PAM_(SUCCESS|'`
    `'[A-Z]*_ERR|.*UNAVAIL|MAXTRIES|PERM_DENIED)' >"$dir/code"
sed -n 's/^\.It Dv \(PAM_[A-Z_]*\) Ta.*/\1/p' man/pam_sekisho.8 >"$dir/doc"
same "$dir/code" "$dir/doc"

t each_variable_is_documented
grep -oh '"SEKISHO_[A-Z]*"' pam_module/login.c | tr -d '"' >"$dir/code"
sed -n 's/^\.It Ev \(SEKISHO_[A-Z]*\)$/\1/p' man/pam_sekisho.8 >"$dir/doc"
same "$dir/code" "$dir/doc"

# -- sekisho(8)
t each_command_is_documented
run env -i LC_ALL=C "$BUILD/sekisho" help
ended 0
cp "$dir/out" "$dir/help"
sed -n 's/^  sekisho \([a-z-]*\( [a-z-][a-z0-9-]*\)\{0,1\}\).*/\1/p' \
    "$dir/help" | sed 's/ -.*//' >"$dir/code"
sed -n 's/^\.It Ic \([a-z0-9 -]*\).*/\1/p' man/sekisho.8 | sed 's/ *$//' \
    >"$dir/doc"
same "$dir/code" "$dir/doc"

t each_option_of_a_command_is_documented
{
	grep -oE -- '--[a-z][a-z0-9-]*' "$dir/help"
	echo --version
} >"$dir/code"
grep -oE 'Fl -[a-z][a-z0-9-]*' man/sekisho.8 | sed 's/Fl /-/' >"$dir/doc"
same "$dir/code" "$dir/doc"

t each_table_of_a_report_is_documented
sed -n 's/^\t\[RT_[A-Z]*\] = { "\([a-z]*\)".*/\1/p' helpdesk/report_table.c \
    >"$dir/code"
sed -n '/^\.It Ic audit report/,/^\.Fl -output/p' man/sekisho.8 |
    sed -n 's/ [.,]$//; s/^\.Cm //p' | sed -n '/^about/,$p' |
    sed 's/ , /\n/g' >"$dir/doc"
same "$dir/code" "$dir/doc"

t options_of_the_gate_are_documented
sed -n 's/^\t\t{ "\([a-z]*\)", .*argument.*/\1/p' gate/main.c >"$dir/code"
sed -n 's/^\.It Fl -\([a-z]*\).*/\1/p' man/sekisho-gate.8 >"$dir/doc"
same "$dir/code" "$dir/doc"

# What the programs beside the logins all have, and each of its own.
options_of() {
	sed -n 's/.*(struct option){ "\([a-z]*\)".*/\1/p' base/program.c
	sed -n 's/^\t\t{ \.name = "\([a-z]*\)".*/\1/p' "$1/main.c"
}

# -- sekisho-fetch(8)
t options_of_sekisho_fetch_are_documented
options_of fetch >"$dir/code"
sed -n 's/^\.It Fl -\([a-z]*\).*/\1/p' man/sekisho-fetch.8 >"$dir/doc"
same "$dir/code" "$dir/doc"

t status_words_of_sekisho_fetch_are_documented
sed -n '/NEWS_NONE/d
    s/^\t\[SEK_NEWS_[A-Z]*\] = "\([a-z]*\)".*/\1/p' fetch/sources.c \
    >"$dir/code"
sed -n '/^\.Bl -tag -width unreachable/,/^\.El/s/^\.It Cm //p' \
    man/sekisho-fetch.8 >"$dir/doc"
same "$dir/code" "$dir/doc"

t exit_statuses_of_sekisho_fetch_are_documented
sed -n 's/^\tSEK_FETCH_[A-Z_]* = \([0-9]\).*/\1/p
    s/^#define SEK_FETCH_[A-Z_]* \([0-9]\).*/\1/p' fetch/refresh.h >"$dir/code"
sed -n '/^\.Sh EXIT STATUS/,/^\.El/s/^\.It \([0-9]\)$/\1/p' \
    man/sekisho-fetch.8 >"$dir/doc"
same "$dir/code" "$dir/doc"

# -- sekisho-forward(8)
t options_of_sekisho_forward_are_documented
options_of forward >"$dir/code"
sed -n 's/^\.It Fl -\([a-z]*\).*/\1/p' man/sekisho-forward.8 >"$dir/doc"
same "$dir/code" "$dir/doc"

t exit_statuses_of_sekisho_forward_are_documented
sed -n 's/^\tFORWARD_[A-Z_]* = \([0-9]\).*/\1/p' forward/forward.h >"$dir/code"
sed -n '/^\.Sh EXIT STATUS/,/^\.El/s/^\.It \([0-9]\)$/\1/p' \
    man/sekisho-forward.8 >"$dir/doc"
same "$dir/code" "$dir/doc"

# -- sekisho-watch(8)
t options_of_sekisho_watch_are_documented
options_of watch >"$dir/code"
sed -n 's/^\.It Fl -\([a-z]*\).*/\1/p' man/sekisho-watch.8 >"$dir/doc"
same "$dir/code" "$dir/doc"

t limits_of_sekisho_watch_are_documented
grep -q '^#define PCSCD_AWAY_MS 10000u' watch/watch.h &&
    grep -q '10 seconds' man/sekisho-watch.8 || wrong "pcscd"
grep -q '^#define WATCH_MAX 512u' watch/watch.h &&
    grep -q '512 sessions' man/sekisho-watch.8 || wrong "sessions"
grep -q '^#define BEGUN_S 120' watch/folder.c &&
    grep -q '120 seconds' man/sekisho-watch.8 || wrong "logins"

# -- sekisho-record(5)
t each_reason_is_documented
perl -ne 'BEGIN { %c = ("DENIED" => "denied", "UNAVAIL" => "unavailable",
	"SEK_CLASS_OK" => "ok", "SEK_CLASS_CONV" => "conversation",
	"SEK_CLASS_MAXTRIES" => "tries", "SEK_CLASS_FORBIDDEN" => "forbidden") }
    print "$1", $3 eq "true" ? "*" : "", " $c{$2}\n"
	if /\{ SEK_R_\w+, "([\w-]+)", (\w+), (true|false),/' \
    base/reason.c >"$dir/code"
sed -n '/^\.Sh REASONS/,$s/^\.It \([^ ]*\) Ta \([a-z]*\) Ta .*/\1 \2/p' \
    man/sekisho-record.5 >"$dir/doc"
[[ $(wc -l <"$dir/code") == "$(grep -c '{ SEK_R_' base/reason.c)" ]] ||
    wrong "the table of reasons was not understood"
same "$dir/code" "$dir/doc"

# Names behind .It Cm between two lines of a page.
items() {
	sed -n "/^$1/,/^$2/s/^\.It Cm //p" man/sekisho-record.5 |
	    sed 's/ , /\n/g'
}

# Only those of later versions, and all without them.
later() {
	awk '/^\.S[sh] / { on = /^\.Ss Of later versions/ } on' \
	    man/sekisho-record.5 >"$dir/later"
	sed -n "/^\.It Cm /s///p" "$dir/later" | sed 's/ , /\n/g' | sort -u
}
without_later() {
	LC_ALL=C comm -23 <(LC_ALL=C sort -u "$1") <(LC_ALL=C sort -u \
	    "$dir/later-items")
}
later >"$dir/later-items"

# What the log says of itself is written without these functions.
t each_field_is_documented
perl -0ne 'while (/sek_record_(?:str|int|bool|hex|add)\(\s*\w+,\s*'`
    `'([^,;]*?),/g) { print "$_\n" for $1 =~ /"([a-z0-9_.]+)"/g }' \
    record/*.c gate/*.c helpdesk/*.c watch/*.c >"$dir/code"
sed -n '/^\.Sh FIELDS/,$p' man/sekisho-record.5 |
    sed -n '/^\.Ss Of the log itself/,/^\.Ss Of later/s/^\.It Cm //p' |
    sed 's/ , /\n/g' >"$dir/own"
printf '%s\n' log v seq prev >>"$dir/own"
items '\.Sh FIELDS' '\.Sh REASONS' >"$dir/all-fields"
without_later "$dir/all-fields" >"$dir/doc"
cat "$dir/own" >>"$dir/code"
same "$dir/code" "$dir/doc"

t no_field_of_a_later_version_is_written
sed -n '/^\.Sh EVENTS/,/^\.Sh FIELDS/d; /^\.Ss Of later/,/^\.Ss Schema/p' \
    man/sekisho-record.5 | sed -n 's/^\.It Cm //p' | sed 's/ , /\n/g' |
    grep -F . >"$dir/doc"
[[ -s $dir/doc ]] || wrong "none found"
while read -r field; do
	! grep -qF "\"$field\"" gate/*.c helpdesk/*.c watch/*.c ||
	    wrong "$field"
done <"$dir/doc"

t each_event_is_documented
sed -n 's/^\t{ "\([a-z_]*\)", \(AUTH\|ALERT\|ACTIVITY\), .*/\1/p' \
    record/record_event.c >"$dir/code"
items '\.Sh EVENTS' '\.Sh FIELDS' >"$dir/doc"
same "$dir/code" "$dir/doc"
perl -0ne 'while (/(?:sek_login_record|desk_record|sek_record_new|'`
    `'record_session)\(([^;]*?)\)[;,]/g) {
	print "$_\n" for $1 =~ /"([a-z_]+)"/g }
    print "$1\n" while /\[SEK_STATUS_\w+\] = \{ "([a-z]+)"/g' \
    gate/*.c helpdesk/*.c watch/*.c | sort -u >"$dir/written"
only=$(LC_ALL=C comm -23 "$dir/written" <(LC_ALL=C sort -u "$dir/code") |
    paste -sd' ')
[[ -z $only ]] || wrong "written, but not in the table: $only"
only=$(LC_ALL=C comm -12 "$dir/written" <(LC_ALL=C sort "$dir/later-items") |
    paste -sd' ')
[[ -z $only ]] || wrong "written, but said to be of a later version: $only"

# -- the schema of the record
schema=packaging/sekisho-record.schema.json
# in_schema EXPRESSION   what it prints for the schema `s`
in_schema() {
	python3 -c 'import json, sys
s = json.load(open(sys.argv[1], encoding="utf-8"))
def walk(props, path=""):
    for name, p in props.items():
        sub = p.get("properties") or p.get("items", {}).get("properties")
        if "items" in p:
            yield path + name
            yield from p["items"]["properties"]
        elif sub:
            yield from walk(sub, path + name + ".")
        else:
            yield path + name
def closed(o):
    if isinstance(o, dict):
        if o.get("type") == "object" and \
                o.get("additionalProperties") is not False:
            print("open:", o)
        for v in o.values():
            closed(v)
    elif isinstance(o, list):
        for v in o:
            closed(v)
'"$1" "$schema"
}

t the_schema_has_each_documented_field
in_schema 'print("\n".join(walk(s["properties"])))' >"$dir/code"
cp "$dir/all-fields" "$dir/doc"
same "$dir/code" "$dir/doc"
run in_schema 'closed(s)'
ended 0
[[ ! -s $dir/out ]] || wrong "an object takes any member"

t the_schema_has_each_event_as_dicom_has_it
perl -ne 'BEGIN { %id = (AUTH => 110114, ALERT => 110113,
	ACTIVITY => 110100) }
    $code{$1} = $2 if /^#define (\w+) (\d{6}),/;
    print "$1 $id{$2} ", $3 eq "0" ? "none" : $code{$3}, "\n"
	if /^\t\{ "([a-z_]+)", (\w+), (\w+),/' record/record_event.c \
    >"$dir/code"
in_schema 'for e in s["properties"]["event"]["enum"]:
    for a in s["allOf"]:
        d = a.get("then", {}).get("properties", {}).get("dcm")
        if d and e in a["if"]["properties"]["event"]["enum"]:
            d = d["properties"]
            print(e, d["id"]["const"], d["type"]["const"] if d["type"]
                  else "none")' >"$dir/doc"
same "$dir/code" "$dir/doc"

t the_schema_has_each_reason
sed -n 's/^\t{ SEK_R_[A-Z0-9_]*, "\([a-z0-9-]*\)",.*/\1/p' base/reason.c \
    >"$dir/code"
in_schema 'print("\n".join(s["properties"]["reason"]["enum"]))' >"$dir/doc"
same "$dir/code" "$dir/doc"

t the_schema_refuses_what_is_no_record
cat >"$dir/spoil.py" <<'END'
import copy, json, sys
import jsonschema
sys.path.insert(0, "tests/record")
import validate
judge = validate.Judge(sys.argv[1])
jsonschema.Draft202012Validator.check_schema(judge.schema)
# the judge's shortcut says what the schema says
whole = jsonschema.Draft202012Validator(judge.schema)
h = "0" * 64
u = "01234567-89ab-4def-8123-456789abcdef"
good = {"v": 2, "seq": 1, "prev": h, "rec_id": u, "event": "auth",
        "dcm": {"action": "E", "id": 110114, "type": 110122},
        "host": "h", "t": "2027-04-03T09:12:00.000001Z", "t_mono": 1,
        "boot_id": u, "clock": {"source": "kernel", "synced": True,
        "offset_us": -1, "esterror_us": 1}, "software": {"name": "sekisho",
        "version": "0.1.0"}, "result": 0, "reason": "ok", "reason_id": 1,
        "policy": h, "session": u, "claimed": "", "where": {"service": "s",
        "tty": "", "rhost": "", "ruser": "", "peer_uid": 0,
        "service_claimed": False}}
def line(rec):
    return json.dumps(rec).encode()
def says(rec):
    return judge.errors(rec if isinstance(rec, bytes) else line(rec))
if says(good):
    print("a good one:", says(good))
bad = {}
def spoil(name, **with_):
    rec = copy.deepcopy(good)
    for path, value in with_.items():
        group, _, leaf = path.partition("__")
        at = rec if not leaf else rec.setdefault(group, {})
        at[leaf or group] = value
        if value is None:
            del at[leaf or group]
    bad[name] = rec
spoil("another version", v=1)
spoil("seq 0", seq=0)
spoil("seq too high", seq=2 ** 63)
spoil("short hash", prev=h[1:])
spoil("upper case hash", prev="A" * 64)
spoil("unknown event", event="something")
spoil("unknown reason", reason="because")
spoil("unknown field", another=1)
spoil("unknown field of a group", where__port=22)
spoil("no time", t=None)
spoil("no microseconds", t="2027-04-03T09:12:00Z")
spoil("month 13", t="2027-13-03T09:12:00.000001Z")
spoil("an offset", t="2027-04-03T09:12:00.000001+09:00")
spoil("another code of DICOM", dcm__type=110123)
spoil("no code of DICOM", dcm__type=None)
spoil("ok, but refused", result=4)
spoil("refused, but ok", reason="timeout", reason_id=702)
spoil("no session", session=None)
spoil("no service", where__service=None)
spoil("login without account", event="login", dcm__type=None)
spoil("duration of a login attempt", duration_s=1, login_seq=2)
spoil("control characters", claimed="a\nb")
spoil("too long", claimed="x" * 1025)
spoil("negative duration", duration_s=-1)
spoil("roles without their source", roles=[{"name": "x"}])
spoil("a number as text", t_mono="1")
spoil("an odd build id", software__build="abc")
bad["twice"] = line(good)[:-1] + b', "v": 2}'
bad["not whole"] = line(good).replace(b'"t_mono": 1', b'"t_mono": 1.5')
bad["no object"] = b"[]"
bad["no UTF-8"] = b'{"host":"\xff"}'
for name, rec in bad.items():
    if not says(rec):
        print("accepted:", name)
    if isinstance(rec, dict) and whole.is_valid(rec):
        print("accepted by the schema itself:", name)
if not whole.is_valid(good):
    print("refused by the schema itself: a good one")
END
run python3 "$dir/spoil.py" "$schema"
ended 0
[[ ! -s $dir/out ]] || wrong "see below"

t each_script_with_a_site_has_its_records_checked
for script in tests/*.sh; do
	! grep -q '^\. .*/site\.sh' "$script" || [[ $script == tests/site.sh ]] ||
	    grep -qE "^trap '.*site_end;|^site_script [a-z]" "$script" ||
	    wrong "$script"
done
sed -n '/^site_script()/,/^}/p' tests/site.sh | grep -q "trap 'site_end;" ||
    wrong "site_script checks none"

# -- examples
mkdir "$dir/pki" && pki_ca "$dir/pki" ca "/C=JP/O=Sakura Hospital/CN=Example CA" &&
    mkdir -m 755 "$dir/trust" "$dir/crls" "$dir/helpers" &&
    cp "$dir/pki/ca.crt" "$dir/trust/" && : >"$dir/module.so" &&
    install -m 755 "$BUILD"/sekisho-{pkcs11,fido,password} "$dir/helpers/"

# A configuration with its paths in our folder, checked for real.
accepts() {
	sed -e "/^#* *\(state\|audit\|helpers\) = /d" \
	    -e "s|^\[paths\]|&\nstate = $dir/lib\naudit = $dir/log\n"`
	    `"helpers = $dir/helpers|" \
	    -e "s,= /etc/sekisho/\(trust\|intermediates\|fido-roots\)$,= "`
	    `"$dir/trust," \
	    -e "s|= /var/cache/sekisho/crls$|= $dir/crls|" \
	    -e "s|^module = .*|module = $dir/module.so|" \
	    -e "s|^token-pin-file = .*|token-pin-file = $dir/module.so|" \
	    -e '/^#* *user = /d' >"$dir/conf"
	grep -q '^\[helpers\]' "$dir/conf" || echo '[helpers]' >>"$dir/conf"
	sed -i 's/^\[helpers\]/&\nuser = nobody/' "$dir/conf"
	chmod 644 "$dir/conf"
	run "$BUILD/sekisho" init --conf "$dir/conf"
	ended 0
	run "$BUILD/sekisho" check-config --conf "$dir/conf"
	ended 0
	has OK
}

t example_configuration_is_accepted
accepts <examples/sekisho.conf

t example_configuration_with_all_its_keys_is_accepted
echo '# nobody' >"$dir/cas"
sed -e 's/^# \([a-z-]* = \)/\1/' -e 's/^# \(\[[a-z0-9 ]*\]\)$/\1/' \
    -e 's/^check = crl$/check = either/' \
    -e "s|^\(# \)*ca-file = .*|ca-file = $dir/pki/ca.crt|" \
    -e "s|^\(# \)*metadata-root = .*|metadata-root = $dir/pki/ca.crt|" \
    -e "s|^\(# \)*ca-keys = .*|ca-keys = $dir/cas|" \
    examples/sekisho.conf >"$dir/all"
accepts <"$dir/all"
grep -o '^[a-z-]* =' "$dir/all" | sed 's/ =//' | sort -u >"$dir/doc"
cut -d' ' -f2 "$dir/keys" | grep -vx confdir | sort -u >"$dir/code"
same "$dir/code" "$dir/doc"

# as README.md says
t example_configuration_for_keys_alone_is_accepted
sed -e '/^trust-anchors/d' -e '/^\[pkcs11/,/^# token-label/d' \
    -e '/^\[service openvpn\]/,/^# tls-name/d' \
    -e 's/^pairs = pkcs11.*/pairs = fido2+verification, fido2+password/' \
    examples/sekisho.conf >"$dir/keys-alone"
accepts <"$dir/keys-alone"
lacks BAD trust

t example_of_the_manual_is_accepted
sed -n '/^\.Sh EXAMPLES/,/^\.Sh DIAG/p' man/sekisho.conf.5 |
    sed -n '/^\.Bd/,/^\.Ed/p' | grep -v '^\.' >"$dir/manual"
accepts <"$dir/manual"

t pam_examples_let_nobody_in_with_one_factor
for file in examples/pam.d/*; do
	[[ $file != */sekisho-password ]] || continue
	grep -q '^auth  *required  *pam_sekisho.so' "$file" ||
	    wrong "$file: no auth line"
	! sed '/pam_sekisho/q' "$file" |
	    grep -qE '^auth.*(sufficient|success=|optional)|^@include' ||
	    wrong "$file: something before the auth line"
	grep -m 1 '^account\|^@include *common-account' "$file" |
	    grep -q '^account  *required  *pam_sekisho.so' ||
	    wrong "$file: the first account line is another's"
	grep -q "^\[service ${file##*/}\]" examples/sekisho.conf ||
	    wrong "$file: no section in examples/sekisho.conf"
done
! grep -v '^#' examples/pam.d/sekisho-password |
    grep -qE 'pam_sekisho|nullok|pam_permit' ||
    wrong "sekisho-password"

# It asks for a name where the card says it.
t pam_nologin_is_among_the_account_lines
! grep -n '^auth.*pam_nologin' examples/pam.d/* man/*.[0-9] >"$dir/out" ||
    wrong "among the auth lines"

# -- packaging
t units_are_sound
grep -qx "ListenStream=$(sed -n 's/^#define SEKISHO_SOCKET "\(.*\)"/\1/p' \
    include/sekisho/paths.h)" packaging/sekisho-gate.socket ||
    wrong "another socket than the module's"
grep -qx "ExecStart=$(sed -n 's/^#define SEKISHO_GATE "\(.*\)"/\1/p' \
    include/sekisho/paths.h)" packaging/sekisho-gate@.service ||
    wrong "another gate than the module's"
if command -v systemd-analyze >/dev/null; then
	mkdir "$dir/units"
	cp packaging/sekisho-gate.socket "$dir/units/"
	sed "s|^ExecStart=.*|ExecStart=$(realpath "$BUILD")/sekisho-gate|" \
	    packaging/sekisho-gate@.service >"$dir/units/sekisho-gate@.service"
	sed "s|^ExecStart=.*|ExecStart=$(realpath "$BUILD")/sekisho-forward|" \
	    packaging/sekisho-forward.service \
	    >"$dir/units/sekisho-forward.service"
	sed "s|^ExecStart=.*|ExecStart=$(realpath "$BUILD")/sekisho-watch|" \
	    packaging/sekisho-watch.service \
	    >"$dir/units/sekisho-watch.service"
	cp packaging/sekisho-countersign.timer "$dir/units/"
	for f in record countersign; do
		sed "s|=/usr/sbin/sekisho|=$(realpath "$BUILD")/sekisho|" \
		    "packaging/sekisho-$f.service" >"$dir/units/sekisho-$f.service"
	done
	run systemd-analyze verify --man=no "$dir/units/sekisho-gate.socket" \
	    "$dir/units/sekisho-gate@test.service" \
	    "$dir"/units/sekisho-{record,countersign,forward,watch}.service \
	    "$dir/units/sekisho-countersign.timer"
	ended 0
	[[ ! -s $dir/out ]] || wrong "complaints"
fi

t user_and_folders_are_the_defaults_of_the_code
default() {
	sed -n "s/^\t(void)snprintf(p->$1, .*\"\(.*\)\");$/\1/p" gate/policy.c
}
user=$(sed -n '/helper_user, sizeof/s/.*"\(.*\)");/\1/p' gate/policy.c)
grep -q "^u ${user:-none} " packaging/sysusers.d/sekisho.conf ||
    wrong "another user than ${user:-none}"
grep -q "\"${user:-none}\"" packaging/polkit-1/50-sekisho.rules ||
    wrong "another user than ${user:-none} in the polkit rule"
for f in "$(default state) 0700" "$(default audit) 0750"; do
	grep -q "^d $f " packaging/tmpfiles.d/sekisho.conf || wrong "no $f"
done
if command -v systemd-tmpfiles >/dev/null; then
	mkdir "$dir/root"
	run systemd-tmpfiles --root="$dir/root" --create \
	    "$PWD/packaging/tmpfiles.d/sekisho.conf"
	ended 0
	[[ -d $dir/root/var/lib/sekisho ]] || wrong "nothing was made"
	run systemd-sysusers --root="$dir/root" --dry-run \
	    "$PWD/packaging/sysusers.d/sekisho.conf"
	ended 0
	shows "user '$user'"
fi

# -- README, DESIGN
t commands_of_the_readme_are_there
for file in README.md README.ja.md; do
	grep -oE '^    make [a-z]+|`make [a-z]+' "$file" |
	    sed 's/.*make //' | sort -u >"$dir/targets"
	for target in demo test; do
		grep -qx $target "$dir/targets" || wrong "$file: no $target"
	done
	while read -r target; do
		grep -qE "^([a-z ]* )?$target( [a-z ]*)?:" Makefile ||
		    wrong "$file: no target $target"
	done <"$dir/targets"
done

# each row with the version of Debian: | program | 1.2-3 | `script`, `script` |
t programs_that_were_run_are_in_the_readme
sed -n '/^HOSTS =/,/[^\\]$/p' Makefile | tr -d '\\' | sed 's/^HOSTS =//' |
    tr -s ' \t' '\n' | grep . >"$dir/code"
for file in README.md README.ja.md; do
	grep -E '^\| .* \| [0-9][^ |]*-[^ |]* \| `.*` \|$' "$file" |
	    sed 's/ |$//; s/.*| //' | tr -d ' `' | tr ',' '\n' >"$dir/rows"
	grep -v / "$dir/rows" >"$dir/doc"
	same "$dir/code" "$dir/doc"
	while read -r script; do
		[[ -x $script || -x tests/hosts/$script.sh ]] ||
		    wrong "$file: no $script"
	done <"$dir/rows"
done

t links_lead_somewhere
for file in README.md README.ja.md DESIGN.md; do
	grep -oE '\]\([^)#:]+\)' "$file" | sed 's/^](//; s/)$//' |
	    sort -u >"$dir/links"
	while read -r link; do
		[[ -e $link ]] || wrong "$file: $link"
	done <"$dir/links"
done

t the_tables_of_the_design_are_the_code
{
	grep -oE '\{ SEK_FS_[A-Z]+, SEK_[A-Z]+, SEK_FS_[A-Z]+' \
	    base/wire_front.c | sed 's/SEK_FS_//g; s/SEK_//g'
	grep -oE '\{ SEK_HS_[A-Z]+, SEK_H_[A-Z]+, SEK_HS_[A-Z]+' \
	    base/wire_helper.c | sed 's/SEK_HS_//g; s/SEK_H_//g'
	grep -oE '\{ SEK_US_[A-Z]+, SEK_U_[A-Z]+, SEK_US_[A-Z]+' \
	    base/wire_fido.c | sed 's/SEK_US_//g; s/SEK_U_//g'
} | tr -d '{,' | awk '{ print tolower($1), $2, tolower($3) }' >"$dir/code"
sed -n 's/^| \([a-z, ]*\) | \(`[^|]*\) | \(gate\|front\|helper\) | '`
    `'\([a-z]*\) |$/\1|\2|\4/p' DESIGN.md | tr -d '` ' |
    while IFS='|' read -r from messages to; do
	for f in ${from//,/ }; do
		for m in ${messages//,/ }; do
			echo "$f $m $to"
		done
	done
done >"$dir/doc"
same "$dir/code" "$dir/doc"
finish
