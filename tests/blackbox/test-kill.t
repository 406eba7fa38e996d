#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# kill -9 at random instants of whole runs: of tare, of tare-harness, of both at once, of a starter, of a QEMU; and
# the signals that users send. TARE_KILLS says how many kills, TARE_SEED repeats them.
cd "$(dirname "$0")/../.." || exit 1
source tests/tap.bash
source tests/alone.bash

tare=${TARE:-build/tare}
kills=${TARE_KILLS:-6}
RANDOM=${TARE_SEED:-$((SRANDOM % 32768))}
printf '# seed %s\n' "${TARE_SEED:=$RANDOM}"
RANDOM=$TARE_SEED
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
baseline=$(</proc/self/mountinfo)

cat >"$scratch/life.json" <<END
{
  "name": "life",
  "blocks": {"latency": {"count": $((kills > 6 ? 2 : 1))}},
  "settle": {"min_ns": 200000000, "max_ns": 500000000},
  "subjects": [
    {"name": "process", "runtime": "process"},
    {"name": "namespace", "runtime": "namespace"},
    {"name": "namespace:upper=tmpfs", "runtime": "namespace", "options": {"upper": "tmpfs"}},
    {"name": "namespace:pool=2", "runtime": "namespace", "options": {"pool": "2"}},
    {"name": "namespace:parked=2", "runtime": "namespace", "options": {"parked": "2"}},
    {"name": "vm", "runtime": "vm", "root": "none"}
  ]
}
END
printf '{"name": "next", "blocks": {"latency": {"count": 1}}, "subjects": [{"name": "a", "runtime": "mock"}]}\n' \
	>"$scratch/next.json"

# others: the processes in here that are not this script's, and network namespaces other than its own
others() {
	local process name line
	for process in /proc/[0-9]*; do
		[[ ${process#/proc/} == "$$" || ${process#/proc/} == "$BASHPID" ]] && continue
		read -r line 2>/dev/null <"$process/stat" || continue
		[[ ${line##*) } == Z* || $process/exe -ef /proc/$$/exe ]] && continue # a subshell of this script
		name=${line#*(}
		printf 'process %s (%s)\n' "${process#/proc/}" "${name%)*}"
		[[ $process/ns/net -ef /proc/$$/ns/net || ! -e $process/ns/net ]] || printf 'network namespace of %s\n' "$process"
	done
}

# left: all that there is of runs, one per line; $ids are the runs' ids, as far as they had any
left() {
	local id mounts
	others
	mounts=$(</proc/self/mountinfo)
	[[ $mounts == "$baseline" ]] || diff <(printf '%s\n' "$baseline") <(printf '%s\n' "$mounts")
	find /run -mindepth 1 -maxdepth 1 ! -name libvirt # the library's own, which all its users share
	find "$scratch" -mindepth 2 -maxdepth 2 -name 'tare-*'
	for id in $ids; do find /sys/fs/cgroup -name "*$id*" 2>/dev/null; done
}

# gone: waits until nothing is left, at most two seconds; prints what is
gone() {
	local deadline=$((${EPOCHREALTIME/./} + 2000000)) found
	while found=$(left); [[ -n $found && ${EPOCHREALTIME/./} -lt $deadline ]]; do sleep 0.02; done
	printf '%s' "$found"
}

# begin DIR: starts a run in the background, in a process group of its own as a terminal's job is: $pid
begin() {
	rm -rf "$1"
	setsid "$tare" run "$scratch/life.json" --out "$1" --quiet --seed "$RANDOM" >"$scratch/said" 2>&1 </dev/null &
	pid=$!
}

note_ids() {
	local folder
	for folder in /run/tare-*; do [[ -d $folder ]] && ids+=" ${folder#/run/tare-}"; done
}

samples() {
	wc -l 2>/dev/null <"$1/samples.jsonl" || printf 0
}

# phase DIR: where the run is now
phase() {
	if [[ -e $1/report.json ]]; then
		printf 'report'
	elif [[ ! -e $1/samples.jsonl ]]; then
		printf 'prepare'
	else
		jq -r --argjson n "$(samples "$1")" '[.order[].subjects[]] | .[$n] // "report"' "$1/plan.json"
	fi
}

# An instant of a run's life: any at all, or soon after a sample has ended, as containers live for some milliseconds.
await_instant() {
	local wanted
	if ((RANDOM % 2)); then
		sleep "$((RANDOM % life / 1000)).$(printf '%03d' $((RANDOM % 1000)))"
		return
	fi
	wanted=$((RANDOM % 8))
	while [[ -e /proc/$pid/exe && $(samples "$1") -lt $wanted ]]; do sleep 0.005; done
	sleep "0.$(printf '%03d' $((RANDOM % 120)))"
}

declare -A tally
# record WHAT PHASE LEFT: for the table at the end
record() {
	local row
	printf -v row '%-24s %-24s' "$1" "$2"
	tally[$row]=$((${tally[$row]:-0} + 1))
	[[ -z $3 ]] || tally["$row left"]=$((${tally["$row left"]:-0} + 1))
}

# A whole life: how long it is, and that it leaves nothing.
ids=
begin "$scratch/whole"
begun=${EPOCHREALTIME/./}
for ((i = 0; i < 100; i++)); do note_ids; [[ -n $ids ]] && break; sleep 0.01; done
wait "$pid"
is "$?" 0 'a whole run: status'
life=$(((${EPOCHREALTIME/./} - begun) / 1000))
is "$(gone)" '' 'a whole run: nothing is left'
printf '# a run takes %d ms\n' "$life"

targets=(tare tare-harness both)
for ((k = 0; k < kills; k++)); do
	target=${targets[k % 3]} ids=
	begin "$scratch/kill"
	await_instant "$scratch/kill"
	harness=$(pgrep -P "$pid" -x tare-harness)
	at=$(phase "$scratch/kill")
	note_ids
	case $target in
	tare) kill -9 "$pid" ;;
	tare-harness) kill -9 "$harness" ;;
	both) kill -9 "$pid" "$harness" ;;
	esac 2>/dev/null
	note_ids
	wait "$pid" 2>/dev/null
	found=$(gone)
	record "$target" "$at" "$found"
	# With nobody to sweep, no container lives on, and what there is is the next run's to remove.
	if [[ $target == both ]]; then
		is "$(grep -E '^process|^network' <<<"$found" | grep -v '(qemu-')" '' "$k: kill -9 of both in $at: no process but a QEMU"
	else
		is "$found" '' "$k: kill -9 of $target in $at: nothing is left"
	fi
	if ((k % 2)); then
		"$tare" clean --dry-run | sort >"$scratch/dry"
		"$tare" clean | sort >"$scratch/wet"
		is "$(<"$scratch/dry")" "$(sed 's/^removed/would remove/' "$scratch/wet")" "$k: a dry run lists what clean removes"
	else
		"$tare" run "$scratch/next.json" --out "$scratch/next" --quiet --plots none >/dev/null 2>&1
		rm -rf "$scratch/next"
	fi
	left=$(gone)
	is "$left" '' "$k: after the next run or clean nothing is left"
	record "$target, then cleaned" "$at" "$left"
done

# One QEMU or one starter less, and the run goes on and leaves nothing.
for target in qemu starter; do
	ids=
	begin "$scratch/kill"
	name=$([[ $target == qemu ]] && echo qemu-system- || echo tare-starter)
	for ((i = 0; i < 3000; i++)); do
		victim=
		# the oldest: a starter has a helper of the same name, and so has each child until it executes its program
		if [[ $target == starter && $(samples "$scratch/kill") -ge 1 ]]; then victim=$(pgrep -o tare-starter); fi
		if [[ $target == qemu ]]; then victim=$(pgrep -of "$name.*guest=tare-"); fi
		[[ -n $victim ]] && break
		sleep 0.01
	done
	note_ids
	ok "kill -9 of a $target" kill -9 "$victim"
	wait "$pid"
	is "$(tail -n 1 "$scratch/kill/samples.jsonl" | jq -r .stop_reason)" complete "kill -9 of a $target: the run goes on to its end"
	found=$(gone)
	is "$found" '' "kill -9 of a $target: nothing is left"
	record "$target" "$(jq -r 'select(.status != "ok" and .record == "sample") | .subject' "$scratch/kill/samples.jsonl" | head -n 1)" "$found"
done
is "$(jq -s '[.[] | select(.record == "sample" and .status != "ok")] | length <= 1' "$scratch/kill/samples.jsonl")" true \
	'kill -9 of a starter: one sample knows of it at most, then there is a new starter'

# The user's signals, to tare as `kill` sends them and to all of a group as a terminal does: nothing but the report
# goes on after them.
for signal in INT HUP TERM INT; do
	ids=
	begin "$scratch/kill"
	await_instant "$scratch/kill"
	at=$(phase "$scratch/kill")
	note_ids
	to=$pid
	[[ $signal == TERM ]] || to=-$pid
	kill "-$signal" -- "$to" 2>/dev/null
	begun=${EPOCHREALTIME/./}
	wait "$pid"
	status=$?
	took=$(((${EPOCHREALTIME/./} - begun) / 1000))
	[[ $at == report ]] || is "$status" 130 "SIG$signal in $at: status"
	found=$(gone)
	is "$found" '' "SIG$signal in $at: nothing is left"
	printf '# SIG%s in %s: ended after %d ms\n' "$signal" "$at" "$took"
	record "SIG$signal" "$at" "$found"
done

printf '# %-24s %-24s %5s %5s\n' what when times left
for row in "${!tally[@]}"; do
	[[ $row == *left ]] || printf '# %s %5d %5d\n' "$row" "${tally[$row]}" "${tally["$row left"]:-0}"
done | sort
plan
