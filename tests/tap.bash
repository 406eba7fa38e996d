# SPDX-License-Identifier: Apache-2.0
# TAP for tests in bash; they source it, run from the repo's root, and end with `plan`.
# A skip gives its reason; MUST_RUN=1 makes a failure of it.
# shellcheck shell=bash

set -uo pipefail
export LC_ALL=C
tap_count=0 tap_failed=0

# result STATUS NAME
result() {
	tap_count=$((tap_count + 1))
	if [[ $1 -eq 0 ]]; then
		printf 'ok %d - %s\n' "$tap_count" "$2"
	else
		tap_failed=$((tap_failed + 1))
		printf 'not ok %d - %s\n' "$tap_count" "$2"
	fi
}

# ok NAME COMMAND...: the command must succeed; what it says is shown where it does not
ok() {
	local name=$1 said status=0
	shift
	said=$("$@" 2>&1) || status=$?
	result "$status" "$name"
	[[ $status -eq 0 ]] || printf '# status %d\n%s\n' "$status" "$said" | sed 's/^#* */# /'
}

# is GOT WANTED NAME
is() {
	local status=0
	[[ $1 == "$2" ]] || status=1
	result "$status" "$3"
	[[ $status -eq 0 ]] || printf '# got:    %s\n# wanted: %s\n' "${1//$'\n'/$'\n# '}" "${2//$'\n'/$'\n# '}"
}

# like GOT PATTERN NAME: an extended regular expression
like() {
	local status=0
	[[ $1 =~ $2 ]] || status=1
	result "$status" "$3"
	[[ $status -eq 0 ]] || printf '# got:     %s\n# pattern: %s\n' "${1//$'\n'/$'\n# '}" "$2"
}

# skip NAME REASON
skip() {
	if [[ ${MUST_RUN:-0} == 1 ]]; then
		result 1 "$1 (skipped: $2)"
	else
		tap_count=$((tap_count + 1))
		printf 'ok %d - %s # SKIP %s\n' "$tap_count" "$1" "$2"
	fi
}

plan() {
	printf '1..%d\n' "$tap_count"
	exit $((tap_failed > 0))
}
