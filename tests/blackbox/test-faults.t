#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What goes wrong inside a box becomes a sample with its status, phase and reason; nothing is left, and the run goes on.
cd "$(dirname "$0")/../.." || exit
source tests/tap.bash

tare=${TARE:-build/tare}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
if [[ $EUID -ne 0 ]]; then
	skip 'faults in containers and VMs' 'needs root'
	plan
fi

# Who accepts a connection and never answers.
mute=$scratch/mute.sock
/usr/bin/python3 -c 'import socket, sys, time
s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(8); time.sleep(120)' "$mute" &
listener=$!
for ((i = 0; i < 100; i++)); do
	[[ ! -S $mute ]] || break
	sleep 0.05
done
timeout 60 "$tare" run startup --subjects process,vm --blocks 1 --warmup 0 --connect "qemu+unix:///system?socket=$mute" \
	--out "$scratch/mute" --quiet --plots none >/dev/null 2>&1 &
mute_run=$!

# subject NAME RUNTIME FAULT SECONDS
subject() {
	printf '{"name": "%s", "runtime": "%s", "root": "none", "payload_env": {"TARE_FAULT": "%s"}, "timeout_ns": %s000000000}' "$@"
}
{
	printf '{"name": "faults", "limits": {"memory_bytes": 134217728, "pids_count": 32},
		"blocks": {"latency": {"count": 1}}, "subjects": ['
	for fault in exit close garbage flood; do printf '%s,\n' "$(subject "process-$fault" process "$fault" 2)"; done
	for fault in hang exit close garbage flood bomb eat; do
		printf '%s,\n' "$(subject "namespace-$fault" namespace "$fault" 2)"
	done
	for fault in exit garbage flood eat; do printf '%s,\n' "$(subject "vm-$fault" vm "$fault" 40)"; done
	printf '{"name": "fine", "runtime": "namespace"}, {"name": "fine-vm", "runtime": "vm", "root": "none"}]}'
} >"$scratch/faults.json"
timeout 200 "$tare" run "$scratch/faults.json" --out "$scratch/faults" --quiet --plots none >/dev/null 2>"$scratch/err"
is "$?" 1 'a run in which subjects fail: status'
ok 'its report follows its schema' tests/blackbox/validate "$scratch/faults/report.json"

# became SUBJECT STATUS PHASE REASON
became() {
	like "$(jq -r "select(.subject == \"$1\") | \"\(.status) \(.phase): \(.error) (residue: \(.residue))\"" \
		"$scratch/faults/samples.jsonl")" "^$2 $3: .*$4.* \\(residue: null\\)\$" "$1: $2 in $3"
}
became process-exit crash ready 'ended before it was ready'
became process-close lost_channel ready 'closed before the ready byte'
became process-garbage lost_channel ready 'not the protocol'
became process-flood lost_channel ready 'not the protocol'
became namespace-hang timeout ready 'within 2 s'
became namespace-exit crash ready 'ended before it was ready'
became namespace-close lost_channel ready 'closed before the ready byte'
became namespace-garbage lost_channel ready 'not the protocol'
became namespace-flood lost_channel ready 'not the protocol'
became namespace-bomb timeout ready 'within 2 s'
became namespace-eat oom ready 'limit of 134217728 bytes killed 1 of its processes'
became vm-exit '(start_error|crash)' ready '.'
became vm-garbage lost_channel ready 'not the protocol'
became vm-flood lost_channel ready 'not the protocol'
became vm-eat '(start_error|crash)' ready '.'
for subject in fine fine-vm; do
	is "$(jq -r "select(.subject == \"$subject\") | .status" "$scratch/faults/samples.jsonl")" ok "$subject goes on"
done

wait "$mute_run"
is "$?" 1 'a libvirt that does not answer: status'
is "$(jq -r 'select(.record == "sample") | "\(.subject) \(.status)"' "$scratch/mute/samples.jsonl" | sort)" \
	$'process ok\nvm skipped' 'a libvirt that does not answer: the other subject goes on'
like "$(jq -r 'select(.subject == "vm") | .error' "$scratch/mute/samples.jsonl")" 'no answer within 10 s' \
	'a libvirt that does not answer: the reason is named'
kill "$listener"
is "$(find /run /tmp -maxdepth 1 -name "tare-$(jq -r .run.id "$scratch/mute/plan.json")" 2>/dev/null)" '' \
	'a libvirt that does not answer: nothing is left'
plan
