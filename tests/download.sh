#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The downloader against servers that behave badly (tests/fetch/badserver.c),
# TLS servers that are not who they say, and a real directory; who it runs as,
# and that it ends with whoever started it.

# shellcheck source=tests/site.sh
. "$(dirname "$0")/site.sh"
site_enter "$0" "$@"

dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-download.XXXXXX") || exit 1
chmod 755 "$dir" # the downloader runs as nobody
trap 'site_end; rm -rf "$dir"; exit $((failed > 0))' EXIT
# shellcheck source=tests/cases.sh
. "$(dirname "$0")/cases.sh"
CASE_LIMIT_S=20
PATH=$PATH:/usr/sbin
https=36443 ldap=36389 ldaps=36636

# get [OPTION]... URL...: what the gate or sekisho-fetch would get.
get() {
	local args=() urls=()
	while [[ ${1-} == -* ]]; do
		args+=("$1" "$2")
		shift 2
	done
	urls=("${@/#\//http:\/\/127.0.0.1:$port\/}")
	run limited "$BUILD/tests/getdrive" "${args[@]}" "$dir/libexec" \
	    "${urls[@]}"
}
# is RESULT CODE HTTP [WHY-PART]: the only line.  Results: sek_err; codes:
# 1 bad URL, 2 unreachable, 3 timeout, 4 too large, 5 status, 6 redirect,
# 7 failed.
is() {
	shows "result=$1 code=$2 http=$3 " "${4-}"
	(($(wc -l <"$dir/out") == 1)) || wrong "not one line"
}
ok() {
	is 0 0 200 "sha256=$(sha256sum <"$1" | cut -d' ' -f1)"
	ended 0
}
# Lines of what the server was asked since mark.
mark() {
	get -o "$dir/log" /log
	marked=$(wc -l <"$dir/log")
}
asked() {
	get -o "$dir/log" /log
	tail -n "+$((marked + 1))" "$dir/log" >"$dir/asked"
}
gone() {
	local i
	for ((i = 0; i < 200; i++)); do
		card_pid_alive "$1" || return 0
		sleep 0.01
	done
	return 1
}

t setup
mkdir -p "$dir"/{www,libexec,pki}
chmod 755 "$dir/libexec"
install -m 755 "$BUILD/sekisho-fetch" "$dir/libexec/"
head -c 300000 /dev/urandom >"$dir/www/crl"
printf 'an answer' >"$dir/www/ocsp"
printf '0\202\0\5a question\0' >"$dir/question"
pki_ca "$dir/pki" ca "/CN=Server CA" || wrong "no CA"
pki_ca "$dir/pki" other "/CN=Other CA" || wrong "no other CA"
pki_cert "$dir/pki" ca server "/CN=server" profile=server \
    ku=critical,digitalSignature ext=subjectAltName=DNS:localhost &&
    pki_cert "$dir/pki" ca wrong "/CN=wrong" profile=server \
    ku=critical,digitalSignature ext=subjectAltName=DNS:ca.example &&
    pki_crl "$dir/pki" ca "$dir/crl.der" form=der revoke=1234 ||
    wrong "no certificates"
chmod 644 "$dir"/pki/*.crt
: >"$dir/port"
"$BUILD/tests/badserver" "$dir/www" "$dir/posted" >"$dir/port" &
for ((i = 0; i < 500; i++)); do
	port=$(<"$dir/port")
	[[ -z $port ]] || break
	sleep 0.01
done
[[ -n $port ]] || wrong "no server"
finish

t what_is_there
get /ok/crl
ok "$dir/www/crl"
t without_a_length
get /unsized/crl
ok "$dir/www/crl"
t chunked
get /chunked/crl
ok "$dir/www/crl"
t later
get /late/200/crl
ok "$dir/www/crl"
t nothing_is_judged
get /html
is 0 0 200 bytes=89
get /empty
is 0 0 200 bytes=0

t status
for s in 404 500 403 503 204 206 304 401 407; do
	get /status/$s
	is -2 5 $s "HTTP status $s"
	shows bytes=0
	ended 1
done
t http_that_is_none
get /http09
is -2 7 0
get /garbage
is -2 7 0
t words_of_a_server_are_escaped
get /escape
is -2 7 200
! LC_ALL=C grep -q '[^ -~]' "$dir/out" || wrong "raw bytes"

t slow
get -t 600 /slow
is -2 3 200
within 2000
t hang
get -t 300 /hang
is -2 3 0
within 1500
t our_deadline_is_sooner
get -t 60000 -d 400 /hang /ok/crl
shows 'result=-2 code=3 ' 'result=0 code=0 http=200 bytes=300000'
within 1500
t closed
get /close
is -2 7 0 'Empty reply'
t reset
get /reset
is -2 7 0
t truncated
get /truncated
is -2 7 200 'bytes remaining'

t endless
get /endless
is -6 4 200 'more bytes than allowed'
within 3000
t chunked_endless
get /chunked-endless
is -6 4 200 'more bytes than allowed'
within 3000
t announced_too_large
get -m 1000 /big/1001
is -6 4 200 bytes=0
t exactly_as_much_as_allowed
get -m 100000 /big/100000
is 0 0 200 bytes=100000
get -m 99999 /unsized/crl
is -6 4 200
t headers_without_end
get /many-headers
is -2 7 200 'too many headers'
t huge_header
get /huge-header
is -2 7 200 'header too long'
t many_megabytes
get -m 100000000 -t 15000 /big/40000000
is 0 0 200 bytes=40000000

# compressed: 1 MB that would be 150 MB
t compressed_stays_as_it_is
get -o "$dir/bomb" /bomb
is 0 0 200
[[ $(head -c 2 "$dir/bomb" | od -An -tx1) == ' 1f 8b' ]] || wrong "not gzip"
(($(gzip -dc "$dir/bomb" 2>/dev/null | wc -c) > 100000000)) ||
    wrong "no bomb at all"
t transfer_encoding_is_counted_unpacked
get -m 5000000 /te-bomb
is -6 4 200 'more bytes than allowed'
within 3000

t five_redirects
get /redirect/5
ok "$dir/www/crl"
t six_redirects
get /redirect/6
is -2 6 302
t redirect_to_itself
mark
get /redirect-self
is -2 6 302
asked
(($(grep -c '^GET /redirect-self ' "$dir/asked") == 6)) ||
    wrong "$(grep -c '^GET' "$dir/asked") requests"
t redirect_to_a_file
get /redirect-file
is -2 6 302 bytes=0
t redirect_to_a_directory
get /redirect-ldap
is -2 6 302 bytes=0
t redirect_with_a_password
mark
get /redirect-user
is -2 6 302 bytes=0
asked
! grep -q '^Authorization:' "$dir/asked" || wrong "a password was sent"
t redirect_to_nonsense
get /to/nonsense://x
is -2 6 302
t redirect_to_another_server
get "/to/http://localhost:$port/ok/crl"
ok "$dir/www/crl"

t urls_that_are_not_followed
for url in file:///etc/passwd FILE:/etc/passwd ftp://127.0.0.1/ \
    "http://taro:himitsu@127.0.0.1:$port/ok/crl" "http:///ok" \
    "ldap://127.0.0.1/cn=a" "scp://127.0.0.1/x" "dict://127.0.0.1/x" \
    "http://127.0.0.1:$port/a b" "http://127.0.0.1:99999/"; do
	get "$url"
	is -12 1 0 bytes=0
done
t nobody_there
get http://127.0.0.1:1/crl
is -2 2 0
get http://nosuch.invalid/crl
is -2 2 0

t what_is_sent
mark
get /ok/crl
asked
for header in Cookie Authorization Accept-Encoding Referer Proxy; do
	! grep -qi "^$header" "$dir/asked" || wrong "sent: $header"
done
grep -q '^GET /ok/crl HTTP/1.1' "$dir/asked" || wrong "not asked"

t post
get -P application/ocsp-request -b "$dir/question" /ocsp
ok "$dir/www/ocsp"
cmp -s "$dir/question" "$dir/posted" || wrong "another question arrived"
asked
grep -qi '^Content-Type: application/ocsp-request' "$dir/asked" ||
    wrong "no type"
t post_is_not_redirected
for path in /redirect/1 /redirect-self /redirect-file; do
	mark
	get -P application/ocsp-request -b "$dir/question" $path
	is -2 6 302
	asked
	(($(grep -c "^[A-Z]* $path " "$dir/asked") == 1)) ||
	    wrong "$path: again"
	! grep -q '/ok/crl' "$dir/asked" || wrong "$path: followed"
done
t post_and_bad_servers
get -t 300 -P application/ocsp-request -b "$dir/question" /hang
is -2 3 0
get -m 1000 -P application/ocsp-request -b "$dir/question" /endless
is -6 4 200
get -P application/ocsp-request -b "$dir/question" /status/500
is -2 5 500
get -P $'a/b\r\nX: y' -b "$dir/question" /ocsp
is -12 1 0

t proxy
get -p "http://127.0.0.1:$port" http://nosuch.invalid/ok/crl
ok "$dir/www/crl"
t no_proxy_from_the_environment
http_proxy=http://127.0.0.1:1 ALL_PROXY=http://127.0.0.1:1 get /ok/crl
ok "$dir/www/crl"
t proxy_that_is_not_there
get -p http://127.0.0.1:1 /ok/crl
is -2 2 0

# -- TLS
serve_tls() {
	(cd "$dir/www" && exec openssl s_server -quiet -WWW -accept $1 \
	    -cert "$dir/pki/$2.crt" -key "$dir/pki/$2.key" "${@:3}") \
	    </dev/null >"$dir/tls" 2>&1 &
}
listens() {
	local i
	for ((i = 0; i < 500; i++)); do
		! ss -Hltn "sport = :$1" | grep -q . || return 0
		sleep 0.01
	done
	wrong "nobody listens on $1"
}
serve_tls $https server
serve_tls $((https + 1)) wrong
serve_tls $((https + 2)) server -tls1_1 -cipher DEFAULT@SECLEVEL=0
ca=$dir/pki/ca.crt url=https://localhost:$https/crl
t tls_by_the_right_ca
listens $https
get -c "$ca" "$url"
ok "$dir/www/crl"
t tls_by_a_ca_that_the_system_does_not_know
get "$url"
is -2 2 0
t tls_by_another_ca
get -c "$dir/pki/other.crt" "$url"
is -2 2 0
# a CA of our own is instead of the system's, not in addition: here the
# system's folder would vouch for the server
t only_the_ca_that_was_named
hash=$(openssl x509 -in "$ca" -noout -hash)
mkdir -p "$dir/certs" && chmod 755 "$dir/certs" &&
    cp "$ca" "$dir/certs/$hash.0" && cp "$ca" "$dir/certs/ca-certificates.crt"
mkdir -p /etc/ssl/certs && mount --bind "$dir/certs" /etc/ssl/certs ||
    wrong "no folder of CAs"
get "$url"
ok "$dir/www/crl"
get -c "$dir/pki/other.crt" "$url"
is -2 2 0
umount /etc/ssl/certs
t tls_of_another_host
listens $((https + 1))
get -c "$ca" https://localhost:$((https + 1))/crl
is -2 2 0
get -c "$ca" "https://127.0.0.1:$https/crl"
is -2 2 0
t tls_too_old
listens $((https + 2))
get -c "$ca" https://localhost:$((https + 2))/crl
is -2 2 0
t tls_that_is_none
get -t 300 -c "$ca" "https://localhost:$port/ok/crl"
is -2 3 0
t redirect_from_http_to_tls
get -c "$ca" "/to/$url"
ok "$dir/www/crl"
t ca_file_that_is_not_there
get -c "$dir/nosuch" "$url"
is -2 2 0

# -- a directory
mkdir -p "$dir/ldap"
cat >"$dir/slapd.conf" <<-END
	include /etc/ldap/schema/core.schema
	pidfile $dir/slapd.pid
	TLSCertificateFile $dir/pki/server.crt
	TLSCertificateKeyFile $dir/pki/server.key
	TLSCACertificateFile $ca
	database ldif
	suffix o=Sakura
	directory $dir/ldap
END
crl64=$(base64 -w0 "$dir/crl.der")
slapadd -f "$dir/slapd.conf" 2>"$dir/slapadd" <<-END ||
	dn: o=Sakura
	objectClass: organization
	o: Sakura

	dn: cn=crl 1,o=Sakura
	objectClass: cRLDistributionPoint
	cn: crl 1
	certificateRevocationList;binary:: $crl64

	dn: cn=none,o=Sakura
	objectClass: cRLDistributionPoint
	cn: none

	dn: cn=away,o=Sakura
	objectClass: referral
	objectClass: extensibleObject
	cn: away
	ref: ldap://127.0.0.1:$ldap/cn=crl%201,o=Sakura
	END
    wrong "no entries: $(<"$dir/slapadd")"
slapd -d 0 -f "$dir/slapd.conf" \
    -h "ldap://127.0.0.1:$ldap ldaps://127.0.0.1:$ldaps" \
    >"$dir/slapd" 2>&1 &
at=ldap://127.0.0.1:$ldap dn=cn=crl%201,o=Sakura
entry=$at/$dn attr='certificateRevocationList;binary'
crl() {
	is 0 0 0 "sha256=$(sha256sum <"$dir/crl.der" | cut -d' ' -f1)"
}

t directory
listens $ldap
get "$entry?$attr"
crl
t directory_other_ways_to_ask
for ask in certificateRevocationList CERTIFICATErevocationlist%3Bbinary \
    2.5.4.39\;binary "$attr?base" "$attr?sub?(cn=crl%201)" \
    "$attr?base?(objectClass=cRLDistributionPoint)"; do
	get "$entry?$ask"
	crl
done
t directory_without_a_value
get "$entry?authorityRevocationList;binary"
is -2 5 0 'no value'
get "$at/cn=none,o=Sakura?$attr"
is -2 5 0 'no value'
t directory_without_the_entry
get "$at/cn=nosuch,o=Sakura?$attr"
is -2 5 0
t directory_is_not_followed_elsewhere
get -t 3000 "$at/cn=away,o=Sakura?$attr"
is -2 5 0
t directory_over_tls
get -c "$ca" "ldaps://localhost:$ldaps/$dn?$attr"
crl
get -c "$dir/pki/other.crt" "ldaps://localhost:$ldaps/$dn?$attr"
is -2 2 0
t directory_value_too_large
get -m 100 "$entry?$attr"
is -6 4 0
t directory_that_lies
get -t 700 "ldap://127.0.0.1:$port/$dn?$attr"
shows result=-2
lacks 'code=0'
within 2000
t directory_that_is_none
get -t 300 "ldap://127.0.0.1:$https/$dn?$attr"
shows result=-2
lacks 'code=0'
within 1500
t directory_and_the_next
get "$entry?$attr" /ok/crl "$entry?$attr"
(($(grep -c '^result=0 code=0' "$dir/out") == 3)) || wrong "not three"

# -- who it is
t process
mkfifo "$dir/in"
: >"$dir/idle"
"$BUILD/tests/getdrive" -w "$dir/libexec" <"$dir/in" >"$dir/idle" &
drive=$!
disown "$drive" # its end is no news
exec 8>"$dir/in"
for ((i = 0; i < 500; i++)); do
	child=$(<"$dir/idle")
	[[ -z $child || ! $(readlink /proc/$child/exe) == */sekisho-fetch ]] ||
	    break
	sleep 0.01
done
sleep 0.2 # it is waiting by now
who=$(id -u nobody) group=$(id -g nobody)
cp "/proc/$child/status" "$dir/out" || wrong "no downloader"
has $'Uid:\t'"$who"$'\t'"$who"$'\t'"$who"$'\t'"$who" \
    $'Gid:\t'"$group"$'\t'"$group"$'\t'"$group"$'\t'"$group" \
    $'NoNewPrivs:\t1' $'CapEff:\t0000000000000000' \
    $'CapPrm:\t0000000000000000'
fds=$(find "/proc/$child/fd" -mindepth 1 -printf '%f\n' | sort | xargs)
[[ $fds == '0 1 2 3' ]] || wrong "descriptors: $fds"
[[ $(readlink "/proc/$child/fd/0") == /dev/null ]] || wrong "0 is not null"
[[ $(readlink "/proc/$child/fd/3") == socket:* ]] || wrong "3 is no socket"
[[ -z $(tr '\0' ' ' <"/proc/$child/environ") ]] || wrong "an environment"
[[ $(readlink "/proc/$child/cwd") == / ]] || wrong "not in /"
cp "/proc/$child/limits" "$dir/out"
grep -qE '^Max core file size +0 +0' "$dir/out" || wrong "core dumps"
[[ ${SANITIZED-} == 1 ]] ||
    grep -qE '^Max address space +536870912' "$dir/out" || wrong "memory"
t process_ends_with_its_parent
kill -KILL "$drive"
gone "$child" || wrong "it lives"
exec 8>&-
t process_in_the_middle_ends_with_its_parent
"$BUILD/tests/getdrive" -t 60000 "$dir/libexec" \
    "http://127.0.0.1:$port/hang" >"$dir/out" &
drive=$!
disown "$drive" # its end is no news
child=
for ((i = 0; i < 500; i++)); do
	child=$(pgrep -P "$drive" -f -- --download)
	[[ -z $child ]] || break
	sleep 0.01
done
kill -KILL "$drive"
[[ -n $child ]] && gone "$child" || wrong "it lives"
t nobody_listens_any_more
get -k 10 -t 60000 -d 60000 /endless
is -14 7 0 'not taken'
within 3000
! pgrep -f -- --download >/dev/null || wrong "one is left"
t without_a_channel
run limited "$dir/libexec/sekisho-fetch" --download
ended 2
shows 'no channel'

finish
