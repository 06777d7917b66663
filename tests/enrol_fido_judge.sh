#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# What of a FIDO2 key may be enrolled: lies and nonsense of software keys, who
# made them, what FIDO's metadata say of the model, and a helper that lies.

# shellcheck source=tests/site.sh
. "$(dirname "$0")/site.sh"
site_enter "$0" "$@"
# shellcheck source=tests/fido/site.sh
. "$(dirname "$0")/fido/site.sh"

site_script enrolj
# shellcheck source=tests/fido/enrol.sh
. "$(dirname "$0")/fido/enrol.sh"

t site
site_make "$dir/site" && fido_site && fido_ca || wrong "no site"
conf && persons || wrong "no configuration"
pin 1234-abcd
[[ -z $why ]] || { finish; exit 1; }

# a helper that is not ours, for the end; what takes long begins now
mkdir -m 755 "$SITE"/libexec{2,3}
cat >"$SITE/libexec2/sekisho-fido" <<'END'
#!/usr/bin/perl
# Plays sekisho-fido: one CREATED with the generator of P-256 as its key.
use strict;
use Digest::SHA 'sha256';
my %m = (flags => '41', id => 'a0' x 16, index => 0, label => 'Fake');
open(my $f, '<', "$0.mode") or die; # NAME=VALUE lines
while (<$f>) { $m{$1} = $2 if /^(\w+)=(.*)$/ }
open(my $c, '+<&=', 3) or die;
sub take {
	my ($head, $body) = ('', '');
	sysread($c, $head, 5) == 5 or exit 0;
	my ($n, $type) = unpack('NC', $head);
	sysread($c, $body, $n - length $body, length $body) or exit 0
	    while length $body < $n;
	return $type;
}
sub give { syswrite($c, pack('NC', length $_[1], $_[0]) . $_[1]) }
sub bytes { pack('N', length $_[0]) . $_[0] }
my $label = eval "\"$m{label}\"";
take();
exit 3 if $m{act} eq 'crash';
give(36, 'x') if $m{act} eq 'early'; # NOTE before GO
give(34, pack('CNC', 1, 0, 0) . bytes('')) while $m{act} eq 'none';
give(34, pack('CNC', 3, 1, 0) . bytes(''));
take();
kill 11, $$ if $m{act} eq 'signal';
give(36, pack('Cc', 1, -1) . bytes($label));
sleep 60 if $m{act} eq 'hang';
give(36, pack('Cc', 1, -1) . bytes('x')) while $m{act} eq 'chatter';
give(40, 'nonsense') if $m{act} eq 'garbage';
give(41, pack('CcN', $m{code}, -1, 0) . bytes($label)) if $m{act} eq 'fail';
my $id = pack('H*', $m{id});
my $key = pack('H*', 'a5010203262001215820' .
    '6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296' .
    '225820' .
    '4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5');
my $auth = sha256('sakura.example.jp') . pack('H*', $m{flags}) .
    pack('N', 0) . "\0" x 16 . pack('n', length $id) . $id . $key;
give(40, pack('C', $m{index}) . bytes($auth) . bytes('none') .
    bytes("\xa0") . pack('CCNN', 0, $m{verified} || 0, 0, 0) . bytes('usb') .
    bytes($label));
take();
END
chmod 755 "$SITE/libexec2/sekisho-fido"
cp -p "$SITE/libexec2/sekisho-fido" "$SITE/libexec3/"
echo act=hang >"$SITE/libexec3/sekisho-fido.mode"
helpers=libexec3 slow saburo

# -- what the key says

t lies_of_the_key
only liar
fido_pin liar 1234-abcd
while read -r knob reason words; do
	begin
	fido_knobs liar "$knob"
	enrol hanako --pin --pin-file "$dir/pin"
	refused 'NOT ENROLLED' "$words"
	on_record "$reason"
	[[ -z $why ]] || { wrong "$knob"; break; }
done <<-END
	uvflag=0 not-verified UV
	up=0 bad-assertion UP
	be=1 synced-key BE
	bs=1 bad-assertion BS
	rphash=wrong bad-assertion RP
	protect=lower bad-assertion level
	protect=ignored bad-assertion level
	trailing=1 bad-assertion bytes
	cosebad=off bad-assertion point
	badatt=1 bad-assertion attestation
END

t broken_answers
for knob in garbage=make deepcbor=make hugecbor=make cut=make fail=make \
    cosebad=dup cosebad=alg; do
	begin
	fido_knobs liar "$knob"
	enrol hanako --resident --pin --pin-file "$dir/pin"
	refused 'reports an error' 'NOT ENROLLED' \
	    'fido2-token -L -k sakura.example.jp'
	on_record token-error
done

t a_key_that_knows_no_protection
only plain protect=none
fido_pin plain 1234-abcd
enrol hanako --pin --pin-file "$dir/pin"
ended 0
has '  protection   level 0'
shows 'each login demands it all the same'
last '"protect":0' '"verified":true'
only plain2 protect=none
enrol hanako
ended 0
shows 'can find out that it is enrolled here'

t synced_where_it_is_allowed
conf 'synced-keys = yes'
only cloud be=1
enrol taro
ended 0
shows 'may copy this credential'
last '"backup":true'
conf

# -- the maker

t attestation_that_is_trusted
roots=$SITE/etc/makers
mkdir -m 755 "$roots" && cp "$SITE/pki/fido-root.crt" "$roots/"
chmod 644 "$roots"/*
conf "attestation-roots = $roots" 'require-attestation = yes'
only made && fido_attest made
enrol taro
ended 0
shows '  attestation  trusted: by "CN=Model 1,OU=Authenticator Attestation'
lacks 'nothing proves'
last '"attestation":"trusted"' '"attested_by":' 'O=Key Works'

t attestation_is_required_and_missing
begin
only made2
enrol hanako
refused 'NOT ENROLLED: model-refused: an attestation is required'
on_record model-refused

t attestation_by_somebody_else
begin
only made3 attestation=x5c
enrol hanako
refused 'NOT ENROLLED: bad-assertion: attestation certificate'
mv "$roots/fido-root.crt" "$dir/"
cp "$SITE/pki/ca.crt" "$roots/"
only made4 && fido_attest made4
enrol hanako
refused 'NOT ENROLLED: model-refused: an attestation is required' unknown
last '"attestation":"unknown"'

t attestation_by_somebody_else_where_none_is_required
conf "attestation-roots = $roots"
enrol hanako
ended 0
shows '  attestation  not trusted:' 'nothing proves who made this key'
last '"attestation":"unknown"'
cp "$dir/fido-root.crt" "$roots/"

t attestation_for_another_model
conf "attestation-roots = $roots" 'require-attestation = yes'
begin
only made5 && fido_attest made5
fido_knobs made5 aaguid=00112233445566778899aabbccddeeff
enrol hanako
refused 'NOT ENROLLED:'
[[ $(tail -n 1 "$SITE_LOG") == *AAGUID* ]] || wrong "$(tail -n 1 "$SITE_LOG")"

t check_config_tells_of_keys
conf "attestation-roots = $roots" 'former-rp-id = old.example.jp' '' \
    '[model good]' 'aaguid = 00112233-4455-6677-8899-aabbccddeeff'
run site_desk check-config
ended 0
has 'good  rp-id: sakura.example.jp, before: old.example.jp' \
    "good  attestation-roots: $roots" \
    'good  model good: 00112233-4455-6677-8899-aabbccddeeff' \
    "good  sekisho-fido: $SITE/libexec/sekisho-fido"
mv "$SITE/libexec/sekisho-fido" "$dir/"
echo x >"$roots/bad.pem"
run site_desk check-config
ended 1
shows "BAD   attestation-roots: $roots/bad.pem" 'BAD   sekisho-fido:'
mv "$dir/sekisho-fido" "$SITE/libexec/"
conf "attestation-roots = $roots"

t roots_that_cannot_be_read
begin
enrol hanako
refused "$roots/bad.pem"
rm "$roots/bad.pem"

t only_models_of_the_list
conf '' '[model good]' 'aaguid = 00112233-4455-6677-8899-aabbccddeeff'
begin
only made6
enrol hanako
refused 'NOT ENROLLED: model-refused: the model 534f4654-4b45-592d'
on_record model-refused
last '"aaguid":"534f4654-4b45-592d-5445-53542d414147"'
only good aaguid=00112233445566778899aabbccddeeff
enrol hanako
ended 0

# -- FIDO's metadata

# models REPORTS [NEXT]: the table says this of the software key's model
models() {
	mkdir -p "$SITE/cache" && chmod 755 "$SITE/cache"
	local root
	root=$(grep -v '^-' "$SITE/pki/fido-root.crt" | tr -d '\n')
	printf '{"legalHeader":"x","no":1,"nextUpdate":"%s","entries":[{'`
	    `'"aaguid":"534f4654-4b45-592d-5445-53542d414147",'`
	    `'"metadataStatement":{"description":"Software key 1",'`
	    `'"attestationRootCertificates":["%s"]},"statusReports":%s}]}' \
	    "${2:-2099-01-01}" "$root" "$1" |
	    "$BUILD/tests/fido/mdsmint" table "$SITE/cache/fido-models" ||
	    wrong 'no table'
}
report() {
	printf '[{"status":"%s","effectiveDate":"2020-01-01"}]' "$1"
}
mds=("metadata-url = http://127.0.0.1:1/mds"
    "metadata-root = $SITE/pki/fido-root.crt")
chmod 644 "$SITE/pki/fido-root.crt"

t no_metadata_yet
conf "${mds[@]}"
only model
enrol hanako
ended 0
shows 'there is no FIDO metadata yet'
begin
conf "${mds[@]}" 'metadata-stale = deny'
only model0
enrol hanako
refused 'there is no FIDO metadata yet'
conf "${mds[@]}" 'require-attestation = yes'
enrol hanako
refused 'there is no FIDO metadata yet'
[[ -z $(fido_trace model0) ]] || wrong "the key was asked"

t metadata_name_the_model_and_its_roots
models "$(report FIDO_CERTIFIED)"
only model1 && fido_attest model1
enrol hanako
ended 0
shows '  key          Software key 1 (AAGUID' '  attestation  trusted:'
last '"name":"Software key 1"' '"attestation":"trusted"' \
    '"known":true' '"status":"none"' '"age_s":'

t metadata_out_of_date
models "$(report FIDO_CERTIFIED)" 2020-01-01
only model2 && fido_attest model2
enrol hanako
ended 0
shows 'should have been renewed by 2020-01-01'
conf "${mds[@]}" 'metadata-stale = deny'
begin
only model3
enrol hanako
refused 'should have been renewed by 2020-01-01'

t models_that_are_refused
conf "${mds[@]}"
begin
for s in REVOKED ATTESTATION_KEY_COMPROMISE USER_KEY_REMOTE_COMPROMISE \
    USER_KEY_PHYSICAL_COMPROMISE; do
	models "$(report $s)"
	enrol hanako
	refused 'NOT ENROLLED: model-refused: FIDO metadata say of Software'
	on_record model-refused
	last '"model":{' '"id_sha256":"' '"next_update":'
done

t verification_that_can_be_got_round
models "$(report USER_VERIFICATION_BYPASS)"
fido_pin model3 1234-abcd
enrol hanako --verification --pin-file "$dir/pin"
refused 'NOT ENROLLED: model-refused' uv-bypass
only model4
enrol hanako
ended 0
shows 'can be got round, says FIDO'

t a_table_that_is_no_table
echo x >"$SITE/cache/fido-models"
begin
enrol hanako
refused fido-models

conf

# -- a helper that is not ours: what it hands over is judged all the same

helpers=libexec2
conf
# fake PERSON NAME=VALUE...
fake() {
	printf '%s\n' "${@:2}" >"$SITE/libexec2/sekisho-fido.mode"
	begin
	enrol "$1"
}

t what_another_helper_hands_over
fake taro 'label=\e[31mRed\n'
ended 0
shows '\x1b[31mRed\x0a'
last '"attestation":"none"'

t a_credential_that_somebody_holds
fake hanako
refused taro 'NOT ENROLLED: key-held'
on_record key-held
t a_key_that_somebody_holds
fake hanako id=b1b1b1b1
refused taro 'NOT ENROLLED: key-held'
on_record key-held
t a_key_that_is_ones_own_already
fake taro id=b1b1b1b1
refused 'NOT ENROLLED: key-held'

t the_helpers_word_for_verification_counts_nothing
conf 'synced-keys = yes'
printf '%s\n' verified=1 >"$SITE/libexec2/sekisho-fido.mode"
begin
enrol hanako --verification
refused 'NOT ENROLLED: not-verified'
on_record not-verified

t another_algorithm_than_was_asked_for
begin
enrol hanako --alg eddsa
refused 'NOT ENROLLED: bad-assertion: asked for a key of eddsa, it made one'
on_record bad-assertion

t no_pin_is_on_record_that_was_not_given
printf '%s\n' flags=45 id=c3c3c3c3 >"$SITE/libexec2/sekisho-fido.mode"
begin
enrol hanako --pin --pin-file "$dir/pin"
refused helper-protocol

t a_helper_that_misbehaves
while read -r act words; do
	fake hanako "$act"
	refused "$words"
	[[ -z $why ]] || { wrong "$act"; break; }
done <<-END
	act=crash helper-crashed: sekisho-fido ended with status 3
	act=signal helper-crashed: sekisho-fido was killed by signal 11
	act=early helper-protocol
	act=none no key was inserted
	act=garbage helper-protocol
	act=chatter helper-protocol
	index=1 helper-protocol
END

t a_card_may_have_made_one_unseen
conf 'readers = yes'
fake hanako act=signal
refused 'NOT ENROLLED: helper-crashed'
on_record helper-crashed
conf

t a_helper_that_hangs
waited 'the key gives no answer'
grep -q 'NOT ENROLLED: helper-timeout' "$dir/slow" || wrong "$(<"$dir/slow")"

t a_helper_that_cannot_be_started
rm "$SITE/libexec2/sekisho-fido"
enrol hanako
refused 'helper-crashed: sekisho-fido could not be started'
finish
