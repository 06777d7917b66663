# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# sekisho-fetch in a private installation beside a web server that behaves as
# it is asked to.  Source this after tests/site.sh and tests/cases.sh, with
# $dir a folder of one's own and $server empty; the caller ends $server.
#
#   conf [URL]... [-- SED...]     the configuration with these sources
#   fetch [OPTION]...             a run of sekisho-fetch
#   crl CA NAME [OPTION]...       $www/NAME, served as $url/ok/NAME

t site
site_make "$dir/site" || { wrong "no site"; finish; exit 1; }
cache=$SITE/cache
pki=$SITE/pki
www=$dir/www
mkdir "$www" "$SITE/etc/inter"
: >"$dir/port"
"$BUILD/tests/badserver" "$www" >"$dir/port" &
server=$!
for ((i = 0; i < 500 && $(wc -l <"$dir/port") == 0; i++)); do sleep 0.01; done
port=$(<"$dir/port")
[[ -n $port ]] || { wrong "no server"; finish; exit 1; }
url=http://127.0.0.1:$port

# conf [URL]... [-- SED...]: this site with these sources and nothing else.
conf() {
	local n=0 extra=''
	while (($# > 0)) && [[ $1 != -- ]]; do
		extra+="\\n[crl c$((n += 1))]\\nurl = $1\\n"
		shift
	done
	shift
	site_conf '/^crls = /d' \
	    "s|^trust-anchors = .*|&\\nintermediates = $SITE/etc/inter|" \
	    "s|^cache = .*|cache = $cache|" \
	    "s|^\\[pkcs11 card\\]|[fetch]\\nseconds = 5\\nmax-megabytes = 1\\n"`
	    `"\\n$extra\\n&|" "$@"
}
fetch() {
	run limited "$SITE/libexec/sekisho-fetch" --conf "$SITE_CONF" "$@"
}
# Each case begins with an empty cache.
fresh() {
	rm -rf "$cache" "${www:?}"/*
	find "$SITE/etc/inter" -type f -delete
}
indexes() {
	find "$cache/crl" -name '*.idx' 2>/dev/null | wc -l
}
index_is() {
	(($(indexes) == $1)) || wrong "$(indexes) indexes, not $1"
}
# json KEY: the values of this key, in order, of the last fetch.json.
json() {
	sed -n "s/^ *\"$1\": \"\{0,1\}\([^\",]*\)\"\{0,1\},\{0,1\}$/\1/p" \
	    "$cache/fetch.json" | paste -sd' '
}
# status WORD: one line of the output for the only source.
status() {
	grep -qE "^$1 " "$dir/out" || wrong "not $1"
}
same_index() {
	[[ $(sha256sum "$cache"/crl/*.idx) == "$before" ]] ||
	    wrong "the index is another one"
}
remember() {
	before=$(sha256sum "$cache"/crl/*.idx)
}
nothing_left() {
	local left
	left=$(find "$cache" -name '.new-*')
	[[ -z $left ]] || wrong "left behind: $left"
}
crl() {
	pki_crl "$pki" "$1" "$www/$2" "${@:3}" || wrong "no CRL"
}
