#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The payload's workloads by order over its channel: each gives the result that is known beforehand, and one that
# goes wrong is told as such by a payload that goes on.
cd "$(dirname "$0")/../.." || exit
source tests/tap.bash

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# asked FAULT STEP...: what a payload that has said its facts prints at these steps of payload-peer
asked() {
	local step script=ready,facts
	for step in "${@:2}"; do script+=",$step $folder"; done
	TARE_WORK_FAULT=$1 tests/blackbox/payload-peer process "$script,quit,wait" build/payload | sed '1,/^\.$/d; s/^status=/end /'
}

# work FAULT ORDER...: the status of each order, and whether its marks stand as they must
work() {
	local fault=$1
	shift
	asked "$fault" "${@/#/work:}"
}

ids=$(sed -n '/define PROTOCOL_WORKLOADS/,$p' harness/model/protocol.h | grep -o 'X([a-z0-9_]*)' | sed 's/X(\(.*\))/\1/')
# shellcheck disable=SC2086
mapfile -t orders < <(printf '%s 3 1 2 30000\n' $ids)
cpus=$(nproc)
for order in "${orders[@]}"; do
	id=${order%% *}
	if [[ $id == pipe_2cpu && $cpus -lt 2 || $id == net_host_* ||
		$id == mem_lat_huge && ! -d /sys/kernel/mm/transparent_hugepage ]]; then
		is "$(work 0 "$order")" "$id cannot 0"$'\n''end 0' "$id says that it cannot work here"
	else
		is "$(work 0 "$order")" "$id ok 3"$'\n''end 0' "$id gives the result that is known"
	fi
done
is "$(work 1 'syscall 10 1 2 5000')" $'syscall wrong_checksum 1\nend 0' 'a wrong result is told'
is "$(work 2 'syscall 10 1 2 5000' 'nosuch 1 1 1 1')" $'syscall crash 1\nnosuch cannot 0\nend 0' \
	'a workload that dies leaves the payload alive'
is "$(work 3 'syscall 10 1 2 300' 'syscall x')" $'syscall timeout 1\nsyscall cannot 0\nend 0' \
	'a workload that hangs is killed when its time is over'

# An open loop counts a stall for each request that came due meanwhile, so that its cost is more than the time it took; a
# closed one is stalled once.
# stalled WORKLOAD COUNT: how many times the cost of so many requests is the time they took, with a stall of 100 ms among them
stalled() { asked 0 "stalled:$1 $2 0 1 30000" | sed '/^end /d'; }
like "$(stalled net_rr_open 600)" '^ok ([2-9]|[1-9][0-9]+)$' 'an open loop counts a stall for each who waits'
is "$(stalled net_rr 20000)" 'ok 1' 'a closed one once'

# The same as a user meets it: what goes wrong is the status of its sample, and all others take their turns.
tare=${TARE:-build/tare}

# subject NAME RUNTIME FAULT
subject() {
	printf '{"name": "%s", "runtime": "%s", "root": "none", "payload_env": {"TARE_WORK_FAULT": "%s"}},\n' "$@"
}

# scenario BLOCKS GOAL_MS: with the subjects of standard input
scenario() {
	printf '{"name": "work", "limits": {"memory_bytes": 134217728}, "blocks": {"experiment": {"count": %s}},
		"experiment": {"name": "work", "iterations": 1, "warmup": 0, "goal_ms": %s, "limit_ms": 1000,
		"floor_ms": 1, "patience_ms": 500}, "workload": ["syscall", "file_meta"], "subjects": [' "$@"
	cat
	printf '{"name": "fine", "runtime": "process", "root": "none"}]}'
}

# each_sample FOLDER: "SUBJECT STATUS: ERROR" of every attempt, sorted
each_sample() {
	jq -r 'select(.record == "sample") | "\(.subject) \(.status): \(.error)"' "$1/samples.jsonl" | sort
}
if [[ $EUID -ne 0 ]]; then
	skip 'runs of workloads that fail' 'needs root'
	plan
fi
# faults NAME RUNTIME RUNTIME: a run of subjects that go wrong in four ways
faults() {
	{
		subject wrong "$2" 1
		subject dies "$3" 2
		subject hangs "$2" 3
		subject garbage "$3" 4
	} | scenario 1 5 >"$folder/$1.json"
	timeout 100 "$tare" run "$folder/$1.json" --out "$folder/$1" --quiet --plots none >/dev/null 2>"$folder/err"
	is "$?" 1 "a run in which workloads fail ($1): status"
	is "$(each_sample "$folder/$1")" "dies crash: syscall: it died; signal: 11
fine ok: null
garbage lost_channel: the answer to a work order is not the protocol
hangs timeout: syscall: it was killed, as it did not end in time
wrong wrong_checksum: syscall: its result is not what this work gives" "each is told as what it is, and the run goes on ($1)"
	ok "the report follows its schema ($1)" tests/blackbox/validate "$folder/$1/report.json"
}
faults boxes process namespace
if [[ -r ${TARE_ARTIFACTS:-build}/guest/guest.json ]]; then
	faults guests vm vm
else
	skip 'workloads that fail in guests' 'no guest (make guest)'
fi

# What cannot be done here is said in words, whoever cannot, and everything else is done.
# cannot FOLDER: "WORKLOAD SUBJECT STATUS: ERROR" of what was not done, sorted
cannot() {
	jq -r 'select(.what == "work" and .status != "ok") | "\(.workload) \(.subject) \(.status): \(.error)"' "$1/samples.jsonl" | sort
}

# few WORKLOADS GOAL_MS: a short run's scenario
few() {
	printf '{"name": "few", "blocks": {"experiment": {"count": 1}}, "experiment": {"name": "work", "iterations": 1, "warmup": 0,
		"goal_ms": %s}, "workload": %s, "subjects": [{"name": "process", "runtime": "process"}, {"name": "namespace",
		"runtime": "namespace"}]}' "$2" "$1"
}
few '["syscall", "pipe_2cpu"]' 5 >"$folder/few.json"
timeout 60 taskset -c "$(taskset -pc $$ | grep -o '[0-9]*$')" "$tare" run "$folder/few.json" --out "$folder/few" --quiet --plots none >/dev/null 2>"$folder/err"
is "$?" 0 'one CPU: status'
is "$(cannot "$folder/few")" "$(printf 'pipe_2cpu %s left_out: it works in no subject; in process: two CPUs: No such device\n' namespace process)" \
	'one CPU: what needs two is left out'
mkdir "$folder/small"
few '["syscall", "file_write"]' 500 >"$folder/few.json"
mount -t tmpfs -o size=6m none "$folder/small"
timeout 60 "$tare" run "$folder/few.json" --out "$folder/small/run" --quiet --plots none >/dev/null 2>"$folder/err"
is "$?" 0 'a scratch volume that is too small: status'
# a device so slow that one MiB is enough to know the cost finds it out later
told='(left_out: it works in no subject; in process|cannot): write: No space left on device'
like "$(cannot "$folder/small/run")" "^file_write namespace $told"$'\n'"file_write process $told\$" \
	'a scratch volume that is too small: what does not fit is left out'
is "$(jq -r '.experiments.work.cells[] | select(.workload == "syscall") | "\(.subject) \(.cost_ns.n)"' "$folder/small/run/report.json")" \
	$'process 1\nnamespace 1' 'and the rest is done'
if [[ -r ${TARE_ARTIFACTS:-build}/guest/guest.json ]]; then
	rm -r "$folder/small/run"
	jq '.subjects = [{name: "vm", runtime: "vm"}]' "$folder/few.json" >"$folder/guest.json"
	timeout 100 "$tare" run "$folder/guest.json" --out "$folder/small/run" --quiet --plots none >/dev/null 2>"$folder/err"
	like "$(cannot "$folder/small/run")" '^file_write vm (left_out: it works in no subject; in vm|cannot): [a-z]+: Input/output error$' \
		'a guest on such a volume is told at once'
else
	skip 'a guest on a volume that is too small' 'no guest (make guest)'
fi
umount "$folder/small"

# A container without a filter, beside one that has it.
timeout 60 "$tare" run startup --subjects namespace,namespace:seccomp=off,namespace:upper=tmpfs --blocks 2 --warmup 0 --out "$folder/off" \
	--quiet --plots none >/dev/null 2>"$folder/err"
is "$(jq -r 'select(.record == "sample") | "\(.subject) \(.identity.profile.seccomp)"' "$folder/off/samples.jsonl" | sort -u)" \
	$'namespace filter\nnamespace:seccomp=off off\nnamespace:upper=tmpfs filter' 'seccomp=off has no filter, and the others keep theirs'

# A disk that ignores flushes: the device tells, as nothing that was written and synced reached it.
if [[ -r ${TARE_ARTIFACTS:-build}/guest/guest.json && -r /sys/dev/block/$((0x$(stat -c %D "$folder") >> 8)):$((0x$(stat -c %D "$folder") & 255))/stat ]]; then
	cat >"$folder/unsafe.json" <<-'END'
		{"name": "unsafe", "blocks": {"experiment": {"count": 1}}, "experiment": {"name": "work", "iterations": 1,
		"warmup": 0, "goal_ms": 50}, "workload": "file_write", "subjects": [{"name": "process", "runtime": "process"},
		{"name": "unsafe", "runtime": "vm", "options": {"disk-cache": "unsafe", "layer": "raw"}}]}
	END
	for ((i = 0; i < 3; i++)); do # others may use the device meanwhile, and the counter is everybody's
		timeout 100 "$tare" run "$folder/unsafe.json" --out "$folder/unsafe$i" --quiet --plots none >/dev/null 2>"$folder/err"
		told=$(jq -c '.flags[] | select(.id == "F-DEVICE") | [.triggered, .subjects]' "$folder/unsafe$i/report.json")
		[[ $told != '[true,["unsafe"]]' ]] || break
	done
	is "$told" '[true,["unsafe"]]' 'a disk that ignores flushes is told of'
else
	skip 'a disk that ignores flushes' 'no guest, or no block device to ask'
fi

# Interrupted and resumed: the amount of work stays what it was, and no turn is done twice.
scenario 8 200 <<<'{"name": "box", "runtime": "namespace", "root": "none"},' >"$folder/long.json"
timeout 100 "$tare" run "$folder/long.json" --out "$folder/long" --quiet --plots none >/dev/null 2>"$folder/err" &
run=$!
for ((i = 0; i < 1200; i++)); do
	[[ $(grep -c '"record":"sample"' "$folder/long/samples.jsonl" 2>/dev/null) -ge 3 ]] && break
	sleep 0.05
done
kill -INT "$(pgrep -P "$run" -x tare)"
wait "$run"
is "$?" 130 'an interrupted run of workloads: status'
timeout 100 "$tare" run --resume "$folder/long" --budget 1s --quiet --plots none >/dev/null 2>"$folder/err"
is "$?" 0 'it goes on for a second: status'
timeout 100 "$tare" run --resume "$folder/long" --budget 1h --quiet --plots none >/dev/null 2>"$folder/err"
is "$?" 0 'it goes on: status'
is "$(jq -r 'select(.what == "work") | "\(.block) \(.subject) \(.status)"' "$folder/long/samples.jsonl" | sort | uniq -c | awk '$1 != 2')" '' \
	'no turn was cut short by the budget'
is "$(jq -r 'select(.record == "sample" and .status == "ok") | "\(.block) \(.subject)"' "$folder/long/samples.jsonl" | sort)" \
	"$(for ((i = 0; i < 8; i++)); do printf '%s box\n%s fine\n' $i $i; done)" 'every turn is there once'
is "$(jq -r 'select(.what == "work" and .status == "ok" and .workload == "syscall") | .ops_count' "$folder/long/samples.jsonl" | sort -u | wc -l)" 1 \
	'and all have done the same amount of work'
plan
