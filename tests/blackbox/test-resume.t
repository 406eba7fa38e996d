#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Nothing is lost: runs that end early go on with --resume, a full disk stops them cleanly, two at once say so.
cd "$(dirname "$0")/../.." || exit
source tests/tap.bash

tare=${TARE:-build/tare}
scratch=$(mktemp -d)
small=$scratch/small
# shellcheck disable=SC2317,SC2329
finish() {
	mountpoint -q "$small" && umount "$small"
	rm -rf "$scratch"
}
trap finish EXIT

cat >"$scratch/plain.json" <<'END'
{
  "name": "plain",
  "blocks": {"latency": {"warmup": 1, "count": 7}},
  "subjects": [
    {"name": "a", "runtime": "mock", "options": {"ready": "20ms"}},
    {"name": "b", "runtime": "mock", "options": {"ready": "30ms"}},
    {"name": "c", "runtime": "mock"}
  ]
}
END

# samples DIR: attempts that count for the plan, one "kind block subject" a line
samples() {
	jq -r 'select(.record == "sample" and .status != "aborted") | "\(.kind) \(.block) \(.subject)"' "$1/samples.jsonl"
}

# planned DIR: what the plan wants
planned() {
	jq -r '.order[] | .kind as $kind | .block as $block | .subjects[] | "\($kind) \($block) \(.)"' "$1/plan.json"
}

# child PID NAME: the child of that name, empty where there is none
child() {
	local pid children
	read -ra children <"/proc/$1/task/$1/children"
	for pid in "${children[@]}"; do
		[[ $(<"/proc/$pid/comm") == "$2" ]] && printf '%s' "$pid"
	done
}

# begin DIR ARGUMENT...: a run in the background, with its harness, until it has three samples
begin() {
	local dir=$1
	shift
	timeout 100 "$tare" run "$scratch/plain.json" --out "$dir" --quiet --plots none "$@" >"$scratch/out" 2>"$scratch/err" &
	pid=$!
	for ((i = 0; i < 600; i++)); do
		[[ $(grep -c . "$dir/samples.jsonl" 2>/dev/null) -ge 3 ]] && break
		sleep 0.05
	done
	keeper=$(child "$pid" tare)
	harness=$(child "$keeper" tare-harness)
}

# resume DIR STATUS NAME ARGUMENT...
resume() {
	local dir=$1 wanted=$2 name=$3 status=0
	shift 3
	timeout 100 "$tare" run --resume "$dir" --plots none "$@" >"$scratch/out" 2>"$scratch/err" || status=$?
	is "$status" "$wanted" "$name: status"
}

# whole DIR NAME: every step of the plan has one sample, in the plan's order, and the report is valid
whole() {
	is "$(samples "$1")" "$(planned "$1")" "$2: every step of the plan has its sample, in its order"
	is "$(jq -s '[.[] | select(.record == "sample") | .id] | length == (unique | length)' "$1/samples.jsonl")" true \
		"$2: the samples' ids are unique"
	is "$(jq -s '[.[] | select(.record == "sample" and .t0_ns) | .t0_ns] | . == sort' "$1/samples.jsonl")" true \
		"$2: the run's clock goes on"
	is "$(tail -n 1 "$1/samples.jsonl" | jq -r .stop_reason)" complete "$2: the run is complete"
	is "$(jq -r '.run.design.stop_reason' "$1/report.json")" complete "$2: the report says so"
	is "$(jq -r '.flags[] | select(.triggered) | .id | select(. == "F-RESUMED" or . == "F-INTERRUPTED")' "$1/report.json")" \
		F-RESUMED "$2: the report is flagged as resumed"
	ok "$2: the report follows its schema" tests/blackbox/validate "$1/report.json"
	is "$(find /run /tmp -maxdepth 1 -name "tare-$(jq -r .run.id "$1/plan.json")" 2>/dev/null)" '' "$2: nothing is left"
}

begin "$scratch/int" --subjects 'b,mock:ready=25ms' --blocks 6 --warmup 2 --seed 42
resume "$scratch/int" 2 'a run that is alive'
like "$(<"$scratch/err")" 'still alive' 'a run that is alive is not resumed'
kill -INT "$pid"
wait "$pid"
resume "$scratch/int" 0 'interrupted'
whole "$scratch/int" 'interrupted'
like "$(<"$scratch/out")" 'F-RESUMED' 'interrupted: the summary says that it was resumed'
is "$(jq -r '.run.resumes[0].torn_lines' "$scratch/int/report.json")" 0 'interrupted: no line was torn'
is "$(jq -r '.run.seed' "$scratch/int/report.json")" 0x2a 'interrupted: the seed is the same'

begin "$scratch/kill"
kill -9 "$harness"
wait "$pid" 2>/dev/null
printf '{"record":"sample","id":7,"subj' >>"$scratch/kill/samples.jsonl"
lines=$(grep -c '"t0_ns"' "$scratch/kill/samples.jsonl")
ok 'killed: what was measured can be reported' "$tare" report "$scratch/kill" --plots none
resume "$scratch/kill" 0 'killed, with a torn line'
whole "$scratch/kill" 'killed, with a torn line'
is "$(jq -c '.run.resumes[] | [.torn_lines, .samples_before]' "$scratch/kill/report.json")" "[1,$lines]" \
	'killed: the torn line is cut off and counted'
is "$(jq .run.harness_cpu_ns "$scratch/kill/report.json")" null 'killed: the CPU time of the part that was killed is not known'

begin "$scratch/both"
kill -9 "$harness" "$keeper"
wait "$pid" 2>/dev/null
jq '.host.fingerprint_sha256 = "0" | .artifacts += [{"id": "gone", "kind": "disk", "sha256": "1"}]' "$scratch/both/host.json" \
	>"$scratch/host.json" && mv "$scratch/host.json" "$scratch/both/host.json"
resume "$scratch/both" 0 'killed with its keeper' --budget 1ms
is "$(tail -n 1 "$scratch/both/samples.jsonl" | jq -r .stop_reason)" budget 'resumed with a budget: it ends again'
like "$(<"$scratch/err")" 'changed since the run began: host.fingerprint_sha256' 'what has changed is said'
resume "$scratch/both" 0 'resumed twice' --budget 1h
whole "$scratch/both" 'resumed twice'
is "$(jq -c '[.run.resumes[].differences[].what]' "$scratch/both/report.json")" \
	'["host.fingerprint_sha256","artifacts.gone","host.fingerprint_sha256","artifacts.gone"]' 'what has changed is in the report'
like "$(<"$scratch/both/report.md")" 'F-RESUMED.*times: 2; changed: host.fingerprint' 'and in report.md'

# What cannot go on.
before=$(sha256sum "$scratch/both/samples.jsonl")
resume "$scratch/both" 2 'a complete run'
like "$(<"$scratch/err")" 'nothing to resume' 'a complete run is named'
is "$(sha256sum "$scratch/both/samples.jsonl")" "$before" 'a complete run is not touched'
resume "$scratch/nowhere" 2 'no run'
for option in '--blocks 3' '--seed 1' '--subjects a' "--out $scratch/x" '--connect test:///default' plain; do
	# shellcheck disable=SC2086
	resume "$scratch/both" 2 "--resume with $option" $option
done
begin "$scratch/other"
kill -INT "$pid"
wait "$pid"
for change in '.run.seed = "0x1"' '.run.seed = null' '.subjects[0].name = "sausage"' '.run.id = "../../etc"' \
	'.run.design.kinds.latency.blocks = 1e18' 'del(.run.scenario)'; do
	cp -r "$scratch/other" "$scratch/changed"
	jq "$change" "$scratch/other/plan.json" >"$scratch/changed/plan.json"
	resume "$scratch/changed" 2 "a plan with $change"
	is "$(wc -l <"$scratch/err")" 1 "a plan with $change: one line"
	rm -rf "$scratch/changed"
done

# Two at once: each report says so, and neither disturbs the other.
begin "$scratch/one" --seed 1
first=$pid
begin "$scratch/two" --seed 2
wait "$first" "$pid"
for pair in 'one two' 'two one'; do
	read -r run other <<<"$pair"
	is "$(samples "$scratch/$run")" "$(planned "$scratch/$run")" "two at once: $run is complete"
	id=$(jq -r .run.id "$scratch/$other/plan.json")
	is "$(jq --arg id "$id" '.run.concurrent_runs | index($id) != null' "$scratch/$run/report.json")" true \
		"two at once: $run knows of $other"
	is "$(jq -r '.flags[] | select(.triggered) | .id | select(. == "F-CONCURRENT")' "$scratch/$run/report.json")" F-CONCURRENT \
		"two at once: $run is flagged"
	ok "two at once: the report of $run follows its schema" tests/blackbox/validate "$scratch/$run/report.json"
done

# A full disk.
mkdir "$small"
if [[ $EUID -ne 0 ]] || ! mount -t tmpfs -o size=1m tare-test "$small" 2>/dev/null; then
	skip 'a full disk' 'needs root and mount'
	plan
fi
sed 's/"count": 7/"count": 8/' "$scratch/plain.json" >"$scratch/eight.json"
head -c 1011712 /dev/zero >"$small/ballast" # 36 KiB are left, 16 of them for plan.json and host.json
timeout 100 "$tare" run "$scratch/eight.json" --out "$small/run" --quiet --plots none >"$scratch/out" 2>"$scratch/err"
is "$?" 1 'a full disk: status'
like "$(<"$scratch/err")" 'samples.jsonl: cannot write.*No space left' 'a full disk is named'
like "$(<"$scratch/err")" '--resume' 'a full disk: how to go on is said'
is "$(wc -l <"$scratch/err")" 1 'a full disk: one line'
is "$(tail -c 1 "$small/run/samples.jsonl" | od -An -c | tr -d ' ')" '\n' 'a full disk: no line is torn'
ok 'a full disk: the earlier samples are readable' jq -e 'select(.record == "sample") | .id' "$small/run/samples.jsonl"
is "$(find "$small/run" -mindepth 1 -printf '%f\n' | sort | paste -sd' ')" 'host.json plan.json plots samples.jsonl' \
	'a full disk: nothing else is left'
is "$(find /run /tmp -maxdepth 1 -name "tare-$(jq -r .run.id "$small/run/plan.json")" 2>/dev/null)" '' \
	'a full disk: nothing is left on the host'
rm "$small/ballast"
resume "$small/run" 0 'space was made'
whole "$small/run" 'space was made'

# ... that fills up while the report is written.
rm -f "$small/run"/report.* && rm -rf "$small/run/plots"
head -c 2000000 /dev/zero >"$small/ballast" 2>/dev/null
truncate -s "$(($(stat -c %s "$small/ballast") - 12288))" "$small/ballast"
"$tare" report "$small/run" --plots none >"$scratch/out" 2>"$scratch/err"
is "$?" 1 'no room for the report: status'
like "$(<"$scratch/err")" '^tare: .*No space left' 'no room for the report: it is named'
is "$(find "$small/run" -name '*.??????' ! -name '*.jsonl' ! -name '*.sha256' | wc -l)" 0 'no room for the report: no temporary file is left'
rm "$small/ballast"
ok 'with room the report is made' "$tare" report "$small/run" --plots none
ok 'and follows its schema' tests/blackbox/validate "$small/run/report.json"
plan
