#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The boxes' network: containers and guests reach the harness's peer over a bridge that only the run can see, or through
# user-mode networks; and all of it is gone with the run, however it ends.
cd "$(dirname "$0")/../.." || exit
source tests/tap.bash

tare=${TARE:-build/tare}
folder=$(mktemp -d)
if [[ $EUID -ne 0 ]]; then
	timeout 20 "$tare" run network --subjects namespace:network=bridge --out "$folder/user" --plots none >/dev/null 2>"$folder/err"
	is "$?" 1 'a user asks for a bridge: status'
	like "$(<"$folder/err")" 'Only root makes the network of network=bridge' 'and is told why there is none'
fi
source tests/alone.bash
trap 'rm -rf "$folder"' EXIT

# links: all that there are on the host, and the network namespaces of its processes
links() {
	ls /sys/class/net
	for process in /proc/[0-9]*; do readlink "$process/ns/net"; done 2>/dev/null | sort -u
}

# scenario BLOCKS GOAL_MS VM
scenario() {
	cat <<-END
		{"name": "network", "limits": {"memory_bytes": 134217728}, "blocks": {"experiment": {"count": $1}},
		"experiment": {"name": "work", "iterations": 1, "warmup": 0, "goal_ms": $2},
		"workload": ["net_host_rr", "net_host_stream"], "subjects": [
		{"name": "process", "runtime": "process"}, {"name": "closed", "runtime": "namespace"},
		{"name": "open", "runtime": "namespace", "options": {"network": "bridge"}},
		{"name": "tmpfs", "runtime": "namespace", "options": {"network": "bridge", "upper": "tmpfs"}}$3]}
	END
}

# each NAMES WORD: a line "NAME WORD" for each of the lines
each() {
	local name
	while read -r name; do [[ -z $name ]] || printf '%s %s\n' "$name" "$2"; done <<<"$1"
}

# ended: waits until the links are what they were, at most five seconds: the kernel removes namespaces in its own time
ended() {
	local deadline=$((${EPOCHREALTIME/./} + 5000000)) found
	while found=$(diff <(printf '%s\n' "$before") <(links)); [[ -n $found && ${EPOCHREALTIME/./} -lt $deadline ]]; do sleep 0.02; done
	printf '%s' "$found"
}

before=$(links)
vm='' open=$'open\ntmpfs' user=''
if [[ -n $(command -v slirp4netns) ]]; then
	vm=', {"name": "slirp", "runtime": "namespace", "options": {"network": "user"}}'
	user=slirp
else
	skip 'containers behind a user-mode network' 'slirp4netns is not installed'
fi
if [[ -r ${TARE_ARTIFACTS:-build}/guest/guest.json ]]; then
	vm+=', {"name": "vm", "runtime": "vm", "options": {"network": "bridge"}},
		{"name": "vm-slirp", "runtime": "vm", "options": {"network": "user"}}'
	open=$'open\ntmpfs\nvm'
	user+=${user:+$'\n'}vm-slirp
fi
connected=$(printf '%s\n' "$open" ${user:+"$user"} | sort)
scenario 1 5 "$vm" >"$folder/all.json"
timeout 120 "$tare" run "$folder/all.json" --out "$folder/all" --quiet --plots none >/dev/null 2>"$folder/err"
is "$?" 0 'boxes on a bridge: status'
report=$folder/all/report.json
ok 'the report follows its schema' tests/blackbox/validate "$report"

# cells CONDITION WHAT: of the cells for which it holds
cells() {
	jq -r ".experiments.work.cells[] | select($1) | $2" "$report" | sort -u
}
for workload in net_host_rr net_host_stream; do
	is "$(cells ".workload == \"$workload\" and .cost_ns.n == 1 and .failed_count == 0" .subject)" "$connected" \
		"$workload: every box with a network reaches the peer"
done
is "$(cells '.cost_ns.n == 0' '"\(.subject) \(.failed_count) \(.reason)"')" \
	"$(printf '%s 0 no way leads to the peer; namespace and vm with network=bridge or network=user have one\n' closed process)" \
	'the others are left out, with the reason'
is "$(cells '.cost_ns.n == 1' '"\(.subject) \(.reference)"')" \
	"$({ each "$open" open; each "$user" "${user%%$'\n'*}"; } | sort)" \
	'what leaves the box is held against the first of its class'
is "$(jq -r '.subjects[] | select(.name != "process") | "\(.name) \(.config.network)"' "$report" | sort)" \
	"$({ printf 'closed loopback\n'; each "$open" bridge; each "$user" user; } | sort)" \
	'the report says how each is connected'
is "$(ended)" '' 'nothing of the network is left'

# Killed at its work: the harness, and both at once.
scenario 50 200 '' >"$folder/long.json"
for who in harness both; do
	"$tare" run "$folder/long.json" --out "$folder/$who" --quiet --plots none >/dev/null 2>&1 </dev/null &
	keeper=$!
	for ((i = 0; i < 1200; i++)); do
		[[ $(grep -c '"workload":"net_host_rr","status":"ok"' "$folder/$who/samples.jsonl" 2>/dev/null) -ge 1 ]] && break
		sleep 0.05
	done
	ok "$who: it was at work" test "$i" -lt 1200
	harness=$(pgrep -P "$keeper" -x tare-harness)
	if [[ $who == both ]]; then kill -KILL "$keeper" "$harness"; else kill -KILL "$harness"; fi
	wait "$keeper" 2>/dev/null
	is "$(ended)" '' "$who killed: nothing of the network is left"
done
"$tare" clean >/dev/null 2>&1

# What cannot be connected is left out with the reason, and another machine's link is up before the guest is ready.
timeout 100 "$tare" run startup --blocks 1 --warmup 0 --out "$folder/odd" --plots none >/dev/null 2>"$folder/err" --subjects \
	namespace:network=bridge:pool=2,vm:network=bridge:root=none,vm:network=user:start=restore,qemu-direct:network=user,vm:network=bridge:machine=q35:balloon=reporting
is "$?" 1 'what cannot be connected: status'
while IFS='|' read -r subject words; do
	is "$(jq -r "select(.subject == \"$subject\") | .status" "$folder/odd/samples.jsonl")" skipped "$subject: left out"
	like "$(jq -r "select(.subject == \"$subject\") | .error" "$folder/odd/samples.jsonl")" "$words" "$subject: and why"
done <<'END'
namespace:network=bridge:pool=2|network=bridge takes no pool
vm:network=bridge:root=none|takes a root tree
vm:network=user:start=restore|takes start=boot
qemu-direct:network=user|takes network=none
END
if [[ -n $vm ]]; then
	is "$(jq -r 'select(.subject == "vm:network=bridge:machine=q35:balloon=reporting") | .status' "$folder/odd/samples.jsonl")" ok \
		'q35 gets ready, with a balloon too'
	like "$(jq -r '.subjects[] | .config.initrd_path // empty' "$folder/odd/report.json")" '/initrd-pci-net-balloon.cpio$' \
		'its initramfs has the drivers of both'
fi
plan
