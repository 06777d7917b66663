# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# What is told and recorded of a login that was refused, for the logins with
# FIDO2 keys.  Source it after tests/site.sh and tests/cases.sh:
#
#   refused REASON           the last record says why, and nobody was let in
#   no_record PART...        parts that the last record must not have
#   $generic                 what most refusals say

refused() {
	last "\"reason\":\"$1\"" '"event":"auth"'
	lacks "auth = 0"
}
no_record() {
	local last part
	last=$(tail -n 1 "$SITE_LOG")
	for part; do
		[[ $last != *"$part"* ]] || wrong "$part in $last"
	done
}
# shellcheck disable=SC2034 # a caller's
generic="error: Login failed. Check the card or key and the password and try"
generic+=" again, or call the helpdesk."
