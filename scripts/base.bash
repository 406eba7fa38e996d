# SPDX-License-Identifier: Apache-2.0
# What the scripts share; they source it. A script says what is wrong in one line and stops:
# status 1 something failed, 2 wrong usage, 3 this host cannot do it.
# shellcheck shell=bash

set -euo pipefail
export LC_ALL=C
umask 022

# Time stamp of every file that goes into an image, so that the same input gives the same bytes.
: "${SOURCE_DATE_EPOCH:=1735689600}"
export SOURCE_DATE_EPOCH

# stop STATUS MESSAGE...
stop() {
	local status=$1
	shift
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit "$status"
}

# need COMMAND...: each must be there
need() {
	local command
	for command; do
		[[ -n $(find_command "$command") ]] || stop 3 "$command is missing; scripts/setup installs it"
	done
}

# find_command NAME: its path, also where only root's PATH leads, or nothing
find_command() {
	PATH="$PATH:/usr/sbin:/sbin" command -v "$1" || true
}

# sha256 FILE: the digest alone
sha256() {
	sha256sum -- "$1" | cut -d' ' -f1
}
