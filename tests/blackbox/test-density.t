#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Bad luck while many are started: what ends a ramp, or its subject, is named; what was measured stays; nothing is left.
cd "$(dirname "$0")/../.." || exit
source tests/tap.bash

tare=${TARE:-build/tare}
scratch=$(mktemp -d)
small=$scratch/small # a file system of its own
# shellcheck disable=SC2317,SC2329
finish() {
	mountpoint -q "$small" && umount "$small"
	rm -rf "$scratch"
}
trap finish EXIT
if [[ $EUID -ne 0 ]]; then
	skip 'ramps that end early' 'needs root'
	plan
fi
mkdir "$small"

# scenario INSTANCES SUBJECT...: a quick ramp, one start at a time
scenario() {
	local most=$1 IFS=,
	shift
	printf '{"name": "ramp", "limits": {"memory_bytes": 100663296, "pids_count": 16},
		"settle": {"min_ns": 50000000, "max_ns": 100000000},
		"experiment": {"name": "density", "instances_max": %s, "concurrency_wide": 1, "knee_ends": 0},
		"subjects": [%s]}\n' "$most" "$*"
}
box='{"name": "box", "runtime": "namespace"}'

# run DIR STATUS NAME ARGUMENT...
run() {
	local dir=$1 wanted=$2 name=$3 status=0
	shift 3
	timeout 120 "$tare" run "$@" --out "$dir" --quiet --plots none >"$scratch/out" 2>"$scratch/err" || status=$?
	is "$status" "$wanted" "$name: status"
}

# ended DIR SUBJECT FIELD: how the last ramp of a subject ended
ended() {
	jq -rs --arg subject "$2" "[.[] | select(.what == \"end\" and .subject == \$subject)] | last | .$3" "$1/samples.jsonl"
}

# turn DIR SUBJECT: the last turn's status, phase, error and residue
turn() {
	jq -rs --arg subject "$2" '[.[] | select(.record == "sample" and .subject == $subject)] | last
		| "\(.status) \(.phase): \(.error) (residue: \(.residue))"' "$1/samples.jsonl"
}

# starts DIR: how many went well
starts() {
	grep -c '"what":"start".*"status":"ok"' "$1/samples.jsonl"
}

# clean DIR NAME: nothing of the run is left on the host
clean() {
	local id
	id=$(jq -r .run.id "$1/plan.json")
	is "$(grep -la "tare-$id-" /proc/[0-9]*/cmdline 2>/dev/null)$(find /sys/fs/cgroup "$1" /run -maxdepth 6 -name "*tare-$id*" \
		2>/dev/null)" '' "$2: nothing is left"
}

# begin DIR STARTS COMMAND...: in the background, until so many are started; sets $pid
begin() {
	local dir=$1 wanted=$2
	shift 2
	timeout 120 "$@" --out "$dir" --quiet --plots none >"$scratch/out" 2>"$scratch/err" &
	pid=$!
	for ((i = 0; i < 600; i++)); do
		[[ $(grep -c '"what":"start"' "$dir/samples.jsonl" 2>/dev/null) -ge $wanted ]] && break
		sleep 0.05
	done
}

# A disk without room for one more layer.
dir=$small/run
mount -t tmpfs -o size=64m,nr_inodes=300 none "$small"
scenario 500 "$box" >"$scratch/full.json"
run "$dir" 0 'a full disk' "$scratch/full.json"
is "$(ended "$dir" box reason)" failed_start 'a full disk: a failed start ends the ramp'
like "$(ended "$dir" box error)" 'No space left on device' 'a full disk: and says why'
is "$(ended "$dir" box n)" "$(starts "$dir")" 'a full disk: all that were started before lived until then'
is "$(jq '.experiments.density.ramps[0] | .failed_count == 1 and .instances_max_count > 10 and (.points | length > 3)' \
	"$dir/report.json")" true 'a full disk: what was measured before is in the report'
like "$(<"$dir/report.md")" 'the start that failed: .*No space left' 'a full disk: the report tells it'
clean "$dir" 'a full disk'

# The same for guests: the layer is there, and it cannot grow.
umount "$small"
mount -t tmpfs -o size=1400k none "$small"
scenario 20 '{"name": "guest", "runtime": "vm"}' >"$scratch/grows.json"
run "$dir" 0 'a disk that is full for guests' "$scratch/grows.json"
like "$(ended "$dir" guest reason) $(ended "$dir" guest error)" 'failed_start .*No space left on device' \
	'a disk that is full for guests: ends the ramp, and says why'
is "$(ended "$dir" guest 'n > 0')" true 'a disk that is full for guests: some lived before'
clean "$dir" 'a disk that is full for guests'
umount "$small"
mount -t tmpfs -o size=64m none "$small"

# A disk without room for one more line of the journal.
scenario 400 "$box" >"$scratch/lines.json"
begin "$dir" 20 "$tare" run "$scratch/lines.json"
head -c 64M /dev/zero >"$small/filler" 2>/dev/null
status=0
wait "$pid" || status=$?
is "$status" 1 'no room for the journal: status'
like "$(<"$scratch/err")" '--resume .*samples.jsonl: .*No space left on device' 'no room for the journal: says so, and how to go on'
clean "$dir" 'no room for the journal'
before=$(starts "$dir")
rm -f "$small/filler"
ok 'no room for the journal: with room it can be told what was measured' "$tare" report "$dir" --plots none
is "$(jq '.experiments.density.ramps[0] | .starts_count == '"$before"' and .starts_count >= 20' "$dir/report.json")" true \
	'no room for the journal: all of it'
ok 'no room for the journal: the report follows its schema' tests/blackbox/validate "$dir/report.json"
umount "$small"

# A host that begins to swap, by its own count.
if cp /proc/vmstat "$scratch/vmstat" && unshare --mount mount --bind "$scratch/vmstat" /proc/vmstat 2>/dev/null; then
	dir=$scratch/swap
	scenario 600 "$box" '{"name": "then", "runtime": "mock"}' >"$scratch/swap.json"
	# shellcheck disable=SC2016
	begin "$dir" 30 unshare --mount bash -c 'mount --bind "$1" /proc/vmstat && shift && exec "$@"' - "$scratch/vmstat" \
		"$tare" run "$scratch/swap.json" --seed 1
	sed 's/^pswpout .*/pswpout 999999999/' /proc/vmstat >"$scratch/swapping"
	cat "$scratch/swapping" >"$scratch/vmstat"
	status=0
	wait "$pid" || status=$?
	is "$status" 0 'a host that swaps: status'
	like "$(ended "$dir" box reason) $(ended "$dir" 'then' reason)" 'swap' 'a host that swaps: ends the ramp'
	is "$(jq -r 'select(.record == "sample") | .status' "$dir/samples.jsonl" | sort -u)" ok 'a host that swaps: no turn is lost'
	like "$(<"$dir/report.md")" 'the host began to swap' 'a host that swaps: the report says so'
	clean "$dir" 'a host that swaps'
else
	skip 'a host that swaps' 'no mount over /proc'
fi

# Interrupted, and resumed.
dir=$scratch/interrupted
scenario 60 "$box" >"$scratch/interrupted.json"
begin "$dir" 15 "$tare" run "$scratch/interrupted.json"
kill -INT "$pid"
status=0
wait "$pid" || status=$?
is "$status" 130 'interrupted: status'
is "$(ended "$dir" box reason)" interrupted 'interrupted: ends the ramp'
like "$(turn "$dir" box)" '^aborted ramp: .*interrupted.*\(residue: null\)$' 'interrupted: the turn says so'
before=$(starts "$dir")
is "$(jq '.experiments.density.ramps[0].failed_count' "$dir/report.json")" 0 'interrupted: no start counts as failed'
clean "$dir" 'interrupted'
status=0
timeout 120 "$tare" run --resume "$dir" --quiet --plots none >"$scratch/out" 2>"$scratch/err" || status=$?
is "$status" 0 'resumed: status'
is "$(ended "$dir" box reason) $(ended "$dir" box n)" 'instances_max 60' 'resumed: the ramp is made again, as a whole'
is "$(jq '.experiments.density.ramps[0] | .starts_count == '"$((before + 60))"' and .ramps == 2' "$dir/report.json")" true \
	'resumed: what the first part measured stays'
ok 'resumed: the report follows its schema' tests/blackbox/validate "$dir/report.json"
clean "$dir" 'resumed'

# A guest that runs out of memory while it boots, and one that was given too little to boot at all.
dir=$scratch/little
scenario 3 "$box" '{"name": "eats", "runtime": "vm", "root": "none", "payload_env": {"TARE_FAULT": "eat"}, "timeout_ns": 60000000000}' \
	'{"name": "fat", "runtime": "namespace", "payload_env": {"TARE_FAULT": "eat"}, "limits": {"memory_bytes": 8388608}}' \
	'{"name": "little", "runtime": "vm", "root": "none", "limits": {"memory_bytes": 33554432}}' >"$scratch/little.json"
run "$dir" 1 'too little memory' "$scratch/little.json"
is "$(ended "$dir" box reason)" instances_max 'too little memory: the others go on'
like "$(turn "$dir" eats)" '^[a-z_]+ ramp: not one instance became ready: .+ \(residue: null\)$' \
	'a guest killed for memory at boot: ends its subject'
is "$(ended "$dir" eats reason) $(ended "$dir" eats n)" 'failed_start 0' 'a guest killed for memory at boot: ends the ramp'
like "$(turn "$dir" fat)" 'not one instance became ready: out of memory: its limit of 8388608 bytes killed' \
	'a container killed by its limit: ends its subject, and says so'
is "$(jq -r 'select(.what == "start" and .subject == "fat") | .status' "$dir/samples.jsonl")" oom 'a container killed by its limit: oom'
like "$(turn "$dir" little)" '^skipped .*33554432.*100663296' 'a guest with less than boots is left out, with the least that does'
clean "$dir" 'too little memory'
sed 's/33554432/1048576/' "$scratch/little.json" >"$scratch/less.json"
run "$scratch/less" 2 'a limit below what a kernel allows' "$scratch/less.json"
like "$(<"$scratch/err")" 'subjects\[3\].limits.memory_bytes: .*1048576' 'a limit below what a kernel allows: names the field'

plan
