# SPDX-License-Identifier: Apache-2.0
# For tests that look at everything a run leaves: they source it first, and go on in a process and a mount namespace of
# their own with an empty /run, so that nobody else's run tidies up behind them, and nothing of others is in the way.
# shellcheck shell=bash

if [[ $EUID -ne 0 ]]; then
	skip "${0##*/}" 'needs root'
	plan
fi
if [[ -z ${TARE_ALONE:-} ]]; then
	TARE_ALONE=1 exec unshare --mount --pid --fork --kill-child --mount-proc bash "$0"
fi
mount -t tmpfs -o mode=755 none /run || exit 1
