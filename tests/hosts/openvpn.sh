#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# OpenVPN itself, a server and a client in a network of their own, with its
# auth-pam plugin on our module: the name in the client's certificate and the
# password open the tunnel, and nothing less does.

# shellcheck source=tests/site.sh
. "$(dirname "$0")/../site.sh"
site_enter "$0" "$@"

dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-openvpn.XXXXXX") || exit 1
chmod 755 "$dir" # the helpers run as nobody
server='' client=''
trap 'kill_all; site_end; ! mountpoint -q "$dir/dev" ||
    umount "$dir/dev"; rm -rf "$dir"
    exit $((failed > 0))' EXIT
# shellcheck source=tests/cases.sh
. "$(dirname "$0")/../cases.sh"

kill_all() {
	local pid
	for pid in $client $server ${far_net-}; do
		kill "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
}

# until COMMAND...   within 20 s
until_so() {
	local i
	for ((i = 0; i < 400; i++)); do
		"$@" 2>/dev/null && return
		sleep 0.05
	done
	return 1
}

far() {
	nsenter --net=/proc/"$far_net"/ns/net "$@"
}

t site
site_make "$dir/site" || { wrong "no site"; finish; exit 1; }
conf() {
	site_conf 's/^fail-delay-ms = .*/fail-delay-ms = 200/' \
	    's/^\(login\|token\|type\)-seconds = .*/\1-seconds = 60/' \
	    "\$a [service vpn]\npairs = tls-name+password" "$@"
}
conf || wrong "no configuration"
sed "s|pam_sekisho.so|$SITE_PAM|" examples/pam.d/openvpn >"$SITE/pam.d/vpn"
site_pam common-account <<<'account required pam_unix.so'
for who in taro hanako jiro saburo; do
	site_user $who himitsu-1
	site_person $who "$who" $who || wrong "no person $who"
done
org="/C=JP/O=Sakura Hospital"
for who in taro hanako jiro saburo stranger; do
	site_cert $who "$org/CN=$who-laptop" key=ec:P-256 ||
	    wrong "no certificate of $who"
	[[ $who == stranger ]] || site_enrol $who $who || wrong "enrol $who"
done
site_cert gateway "$org/CN=vpn.example.jp" key=ec:P-256 profile=server \
    ku=critical,digitalSignature || wrong "no certificate of the server"
plugin=$(find /usr/lib -name openvpn-plugin-auth-pam.so | head -n 1)
openvpn=$(command -v openvpn) || wrong "no openvpn"
# a machine without the device
tun=()
if [[ ! -c /dev/net/tun ]]; then
	mkdir "$dir/dev"
	mount -t tmpfs tmpfs "$dir/dev"
	mknod "$dir/dev/tun" c 10 200 || wrong "no device"
	tun=(--dev-node "$dir/dev/tun")
fi
ip link set lo up
unshare -n sleep 600 &
far_net=$!
apart() {
	[[ $(readlink /proc/$far_net/ns/net) != \
	    "$(readlink /proc/self/ns/net)" ]]
}
until_so apart || wrong "no second network"
{
	ip link add near0 type veth peer name far0 netns $far_net &&
	    ip addr add 192.0.2.1/24 dev near0 && ip link set near0 up &&
	    far ip addr add 192.0.2.7/24 dev far0 &&
	    far ip link set far0 up && far ip link set lo up
} || wrong "no link between them"
mkdir "$dir/tmp"
finish

line="vpn login USERNAME TLS COMMONNAME Password PASSWORD"
# serve PLUGIN-LINE [OPTION...]
serve() {
	local args=$1
	shift
	if [[ -n $server ]]; then
		kill "$server"
		wait "$server" 2>/dev/null
	fi
	: >"$dir/server" # what the one before said is not looked at
	"$openvpn" --mode server --tls-server --dev tun0 "${tun[@]}" \
	    --topology subnet --server 10.8.0.0 255.255.255.0 \
	    --local 192.0.2.1 --port 1194 --proto udp --verb 3 \
	    --ca "$SITE/pki/ca.crt" --cert "$SITE/pki/gateway.crt" \
	    --key "$SITE/pki/gateway.key" --dh none --tmp-dir "$dir/tmp" \
	    --plugin "$plugin" "$args" --setenv deferred_auth_pam 1 "$@" \
	    >>"$dir/server" 2>&1 &
	server=$!
	until_so grep -q 'Initialization Sequence Completed' "$dir/server" ||
	    wrong "no server: $(tail -n 3 "$dir/server")"
}

# connect USER PASSWORD CERTIFICATE [OPTION...]: until it is up or refused.
# CERTIFICATE "": none.
connect() {
	local user=$1 password=$2 cert=()
	[[ -z $3 ]] || cert=(--cert "$SITE/pki/$3.crt" --key "$SITE/pki/$3.key")
	shift 3
	bye
	(umask 077 && printf '%s\n%s\n' "$user" "$password" >"$dir/who")
	: >"$dir/out"
	# not by far(): the process that is killed must be this one
	nsenter --net=/proc/$far_net/ns/net "$openvpn" --client --dev tun1 \
	    "${tun[@]}" --proto udp --remote 192.0.2.1 1194 --nobind \
	    --ca "$SITE/pki/ca.crt" --remote-cert-ku --verb 3 "${cert[@]}" \
	    --auth-user-pass "$dir/who" --auth-retry none \
	    --connect-retry-max 1 --explicit-exit-notify 1 "$@" \
	    >>"$dir/out" 2>&1 &
	client=$!
	until_so grep -qE 'Initialization Sequence Completed|AUTH_FAILED|Exit' \
	    "$dir/out" || wrong "neither up nor refused"
}
bye() {
	[[ -z $client ]] || { kill "$client" 2>/dev/null; wait "$client"; }
	client=''
}

# The tunnel carries: nobody listens there, and that is what is answered.
up() {
	shows 'Initialization Sequence Completed'
	far timeout 3 bash -c '</dev/tcp/10.8.0.1/9' 2>&1 |
	    grep -q refused || wrong "nothing comes through"
}
unsaid() {
	! grep '"event":"auth"' "$SITE_LOG" | tail -n 1 | grep -qF -- "$1" ||
	    wrong "there is $1"
}
have='{"class":"have","ok":true,"type":"tls-name","verified_by":"tls-server"}'
know='{"class":"know","ok":true,"type":"password","verified_by":"system"}'
# refused REASON PART...: one more record, and no tunnel
refused() {
	shows AUTH_FAILED
	lacks 'Initialization Sequence Completed'
	(($(attempts) == before + 1)) || wrong "not one record"
	attempt "\"reason\":\"$1\"" '"service":"vpn"' '"rhost":"192.0.2.7"' \
	    "${@:2}"
}
fresh() {
	before=$(attempts)
}
by_number() {
	grep -o "\"credential\":[0-9]*,[^}]*CN=$1" "$SITE_LOG" | head -n 1 |
	    sed 's/[^0-9]*\([0-9]*\).*/\1/'
}

t certificate_and_password
# the one of the example, but for the service
grep -qF "\"openvpn ${line#vpn }\"" examples/openvpn/server.conf ||
    wrong "examples/openvpn/server.conf has another line"
serve "$line"
connect taro himitsu-1 taro
up
(($(attempts) == before + 1)) || wrong "not one record"
attempt '"reason":"ok"' '"pair":"tls-name+password"' '"service":"vpn"' \
    '"rhost":"192.0.2.7"' '"tls_name":"taro-laptop"' '"claimed":"taro"' \
    "\"factors\":[$have,$know]" '"person":{"display":"taro","name":"taro"}' \
    '"account":{"name":"taro"' '"kind":"tls-name"' '"method":"crl"' \
    '"status":"good"' '"peer_uid":0'
bye

t wrong_password
connect taro wrong taro
refused wrong-password '"tls_name":"taro-laptop"' "$have" '"ok":false'

t certificate_of_somebody_else
connect taro himitsu-1 hanako
refused not-granted '"tls_name":"hanako-laptop"' '"claimed":"taro"'
unsaid '"type":"password"'

t certificate_that_nobody_enrolled
connect taro himitsu-1 stranger
refused no-match '"tls_name":"stranger-laptop"'
unsaid '"type":"password"'

t on_the_deny_list
site_desk deny person hanako --reason away >"$dir/deny" 2>&1 ||
    wrong "cannot be denied: $(<"$dir/deny")"
connect hanako himitsu-1 hanako
refused deny-listed '"deny":{"id":'
unsaid '"type":"password"'
site_desk allow 1 --reason back >/dev/null || wrong "cannot be allowed"

t credential_revoked
site_desk revoke "$(by_number saburo-laptop)" --reason stolen >/dev/null ||
    wrong "cannot be revoked"
connect saburo himitsu-1 saburo
refused credential-revoked

t certificate_revoked_by_its_issuer
site_crl revoke="$(pki_serial "$SITE/pki/jiro.crt")",keyCompromise
connect jiro himitsu-1 jiro
refused cert-revoked '"tls_name":"jiro-laptop"' '"status":"revoked"'
unsaid '"type":"password"'

t renewed_and_the_old_one_revoked
newer() { # NAME CN PERSON
	site_cert "$1" "$org/CN=$2" key=ec:P-256 ||
	    wrong "no certificate $1"
	site_enrol "$3" "$1" || wrong "enrol $1"
}
newer jiro-new jiro-laptop jiro
connect jiro himitsu-1 jiro-new
refused cert-revoked

t one_name_of_two_persons
newer twin taro-laptop hanako
connect hanako himitsu-1 twin
refused tls-name-ambiguous '"tls_name":"taro-laptop"'
unsaid '"type":"password"'

t by_serial_number_each_is_itself
conf "\$a tls-name = serial-number"
serve "$line" --x509-username-field serialNumber
connect hanako himitsu-1 twin
up
attempt '"reason":"ok"' '"name":"hanako"' \
    "\"tls_name\":\"0x$(pki_serial "$SITE/pki/twin.crt")\""
connect jiro himitsu-1 jiro-new
up
attempt '"reason":"ok"' '"name":"jiro"'

t by_serial_number_the_revoked_one
connect jiro himitsu-1 jiro
refused cert-revoked

t japanese_name_judged_at_once
conf
serve "$line" --setenv deferred_auth_pam 0
newer kanji 花子のPC hanako
connect hanako himitsu-1 kanji
up
attempt '"reason":"ok"' '"tls_name":"花子のPC"'

t name_with_control_characters
site_cert odd "$org/CN=x"$'\e'"[2J'; DROP TABLE person" \
    key=ec:P-256 || wrong "no certificate"
connect taro himitsu-1 odd
refused no-match "\"tls_name\":\"x_[2J'; DROP TABLE person\""

t a_line_without_the_name
serve "vpn login USERNAME Password PASSWORD"
connect hanako himitsu-1 hanako
refused no-tls-name 'certificate'"'"'s name has no answer'
unsaid '"tls_name"'

t a_line_that_answers_anything
serve vpn
connect hanako himitsu-1 hanako
refused no-tls-name 'gives a user name unasked'

t a_client_without_a_certificate
serve "$line" --verify-client-cert none
connect hanako himitsu-1 ""
refused no-tls-name

t a_service_of_cards_is_not_served
serve "ward login USERNAME TLS COMMONNAME Password PASSWORD PIN PASSWORD"
connect hanako himitsu-1 hanako
shows AUTH_FAILED
# it takes no message, and that alone ends nothing
attempt '"reason":"no-token"' '"service":"ward"'

# Keys are renewed after so many packets: not before the tunnel is there.
soon=(--reneg-sec 3600 --reneg-pkts 12)
traffic() {
	far timeout 1 bash -c 'for i in {1..8}; do : </dev/tcp/10.8.0.1/9
	    done' >/dev/null 2>&1
}
t judged_again_when_keys_are_renewed
serve "$line" "${soon[@]}" --username-as-common-name
connect hanako himitsu-1 hanako
up
again() {
	traffic
	(($(attempts) >= before + 2))
}
until_so again || wrong "not asked again"
attempt '"reason":"ok"' '"tls_name":"hanako-laptop"'
site_desk suspend "$(by_number hanako-laptop)" --reason lost >/dev/null ||
    wrong "cannot be suspended"
out() {
	traffic
	grep -q AUTH_FAILED "$dir/out"
}
until_so out || wrong "still in"
attempt '"reason":"credential-suspended"'
site_desk resume "$(by_number hanako-laptop)" --reason found >/dev/null ||
    wrong "cannot be resumed"

t not_judged_again_with_tokens_of_the_server
serve "$line" "${soon[@]}" --auth-gen-token
connect hanako himitsu-1 hanako
up
renewed() {
	traffic
	(($(grep -c 'Control Channel: TLS' "$dir/out") >= 2))
}
until_so renewed || wrong "keys were not renewed"
(($(attempts) == before + 1)) || wrong "asked again"

t nothing_left
bye
kill "$server" && wait "$server"
server=''
gone() { ! pgrep '^(sekisho-|openvpn)' >/dev/null; }
until_so gone || wrong "left: $(pgrep -l '^(sekisho-|openvpn)')"
[[ -z $(ls -A "$dir/tmp") ]] || wrong "files: $(ls "$dir/tmp")"

t the_record_verifies
run site_desk audit verify
ended 0
finish
