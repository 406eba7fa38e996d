#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The program as a user meets it, on the mock runtime: commands, exit statuses, messages, and what lies on disk.
cd "$(dirname "$0")/../.." || exit
source tests/tap.bash

tare=${TARE:-build/tare}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# run STATUS NAME ARGUMENT...: the exit status must be that; leaves what was said in $out and $err
run() {
	local wanted=$1 name=$2 status=0
	shift 2
	timeout 120 "$tare" "$@" >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?
	out=$(<"$scratch/out") err=$(<"$scratch/err")
	is "$status" "$wanted" "$name: status"
}

# scenario NAME SUBJECTS BLOCKS
scenario() {
	printf '{"name": "%s", "blocks": {"latency": {"warmup": 1, "count": %d}}, "subjects": [%s]}\n' \
		"$1" "${3:-3}" "$2" >"$scratch/$1.json"
}

run 0 'help' help
like "$out" 'usage: tare COMMAND' 'help says how'
run 0 'help of a command' help run
like "$out" '--subjects' 'help of a command shows its options'
for command in $("$tare" help | sed -n 's/^  \([a-z]*\) .*/\1/p' | grep -v '^tare$'); do
	run 0 "help of $command" help "$command"
	like "$out" 'Examples:' "help of $command ends in examples"
	is "$(awk 'length > 80' "$scratch/out" | wc -l)" 0 "help of $command fits 80 columns"
done
run 0 'the man page' help --man
[[ -z $(command -v man) ]] || is "$(man --warnings -E UTF-8 -l -Tutf8 -Z "$scratch/out" 2>&1 >/dev/null)" '' 'the man page is sound'
run 0 'completion for bash' help --bash
complete=$(PATH=$PWD/build:$PATH bash -c 'source "$1"; COMP_WORDS=(tare report --format m); COMP_CWORD=3; _tare
	echo "${COMPREPLY[@]}"; COMP_WORDS=(tare run com); COMP_CWORD=2; _tare; echo "${COMPREPLY[@]}"
	COMP_WORDS=(tare run --bl); _tare; echo "${COMPREPLY[@]}"' bash "$scratch/out")
is "$complete" $'md\ncompare\n--blocks' 'it completes formats, scenarios and options'
run 0 'completion for zsh' help --zsh
like "$out" "^#compdef tare" 'it is one for zsh'
[[ -z $(command -v zsh) ]] || ok 'zsh reads it' zsh -n "$scratch/out"
run 2 'no command'
run 2 'an unknown command' weigh
like "$err" "'weigh' is not a command" 'an unknown command is named'
run 2 'an unknown option' run --frobnicate
run 0 'version' --version
like "$out" '^tare [0-9]' 'the version'
run 0 'list' list
for runtime in process namespace vm mock; do
	like "$out" $'\n'"$runtime +(ready|limited|no) " "list shows $runtime with its state"
done
like "$out" 'compare ' 'list shows the scenario compare'
run 0 'list of a runtime' list mock
like "$out" 'ready +how long' 'list of a runtime shows its options'
run 2 'list of nothing' list sausages
run 0 'doctor' doctor
like "$out" 'D-KVM' 'the doctor looks at KVM'

scenario good '{"name": "fast", "runtime": "mock"}, {"name": "slow", "runtime": "mock", "options": {"ready": "8ms"}}' 10
run 0 'a run' run "$scratch/good.json" --out "$scratch/run" --seed 7
like "$out" 'slow' 'the summary names the subjects'
is "$(wc -L <"$scratch/out" | awk '{print ($1 <= 80)}')" 1 'the summary fits 80 columns'
for file in plan.json host.json samples.jsonl report.json report.md report.html; do
	ok "the run has $file" test -s "$scratch/run/$file"
done
is "$(grep -c '"record":"sample"' "$scratch/run/samples.jsonl")" 22 'each attempt is a line of the journal'
ok 'the report follows its schema' tests/blackbox/validate "$scratch/run/report.json"
is "$(jq -r '.comparisons[] | select(.metric == "request_to_ready_ns") | .verdict' "$scratch/run/report.json")" \
	slower 'eight times the time is slower'
run 2 'a folder with a run in it' run "$scratch/good.json" --out "$scratch/run"
like "$err" 'there is a run already' 'a folder with a run in it is named'

cp -r "$scratch/run" "$scratch/again"
rm -rf "$scratch/again/report.json" "$scratch/again/report.md" "$scratch/again/plots"
run 0 'report' report "$scratch/again" --plots svg,png
for file in report.json report.md; do
	ok "report makes $file again, byte for byte" cmp "$scratch/run/$file" "$scratch/again/$file"
done
ok 'report makes the charts again, byte for byte' diff -r "$scratch/run/plots" "$scratch/again/plots"
for format in text md csv json; do
	run 0 "report as $format" report "$scratch/run" --format "$format"
	is "$([[ -n $out ]] && echo some)" some "report as $format says something"
done
run 2 'report of nothing' report "$scratch/nowhere"
run 2 'report as sausages' report "$scratch/run" --format sausages

run 0 'the same seed' run "$scratch/good.json" --out "$scratch/same" --seed 7 --quiet
is "$(jq -c .order "$scratch/same/plan.json")" "$(jq -c .order "$scratch/run/plan.json")" 'the same seed gives the same order'
is "$err" '' 'quiet is quiet'

# Each scripted fault is a sample with its status, and the other subject goes on.
while read -r options status phase; do
	scenario fault "{\"name\": \"bad\", \"runtime\": \"mock\", \"timeout_ns\": 100000000, \"options\": {$options}},
		{\"name\": \"fine\", \"runtime\": \"mock\"}" 1
	rm -rf "$scratch/fault"
	run 1 "fault $options" run "$scratch/fault.json" --out "$scratch/fault" --quiet --plots none
	is "$(jq -r 'select(.subject == "bad") | "\(.status) \(.phase) \(.error != null) \(.residue)"' \
		"$scratch/fault/samples.jsonl" | sort -u)" "$status $phase true null" "fault $options: $status in $phase"
	is "$(jq -r 'select(.subject == "fine") | .status' "$scratch/fault/samples.jsonl" | sort -u)" ok \
		"fault $options: the other subject goes on"
	ok "fault $options: the report follows its schema" tests/blackbox/validate "$scratch/fault/report.json"
done <<-'END'
	"fail":"prepare" skipped prepare
	"fail":"create" start_error create
	"fail":"start" start_error start
	"fail":"event" start_error ready
	"fail":"stop" start_error stop
	"hang":"create" timeout create
	"hang":"start" timeout start
	"channel":"silent" timeout ready
	"channel":"close" lost_channel ready
	"channel":"garbage" lost_channel ready
END

# Bad input: one line that names the file and the place, status 2.
run 2 'a missing scenario' run nowhere
like "$err" "^tare: 'nowhere' is not a scenario" 'a missing scenario is named'
run 2 'a missing file' run "$scratch/nowhere.json"
printf '{"name": "x",' >"$scratch/broken.json"
run 2 'a malformed scenario' run "$scratch/broken.json"
like "$err" 'broken.json: line 1, column' 'a malformed scenario is named by line and column'
scenario zero '{"name": "a", "runtime": "mock"}' 0
run 2 'no blocks' run "$scratch/zero.json"
like "$err" 'blocks.latency.count: 0 is out of range' 'no blocks: the path is named'
for arguments in '--blocks 0' '--blocks 9223372036854775808' '--seed x' '--budget soon' '--subjects sausage' \
	'--subjects mock:memory=1' '--subjects mock,mock' '--plots tiff'; do
	# shellcheck disable=SC2086
	run 2 "run $arguments" run "$scratch/good.json" --out "$scratch/none" $arguments
	is "$(wc -l <<<"$err" | awk '{print ($1 <= 2)}')" 1 "run $arguments: at most two lines"
done
ok 'bad input leaves no folder' test ! -e "$scratch/none"
run 2 'an unwritable folder' run "$scratch/good.json" --out /proc/tare
like "$err" '^tare: /proc/tare: ' 'an unwritable folder is named'
is "$(wc -l <<<"$err")" 1 'an unwritable folder: one line'

# An interruption ends with a valid report.
scenario long '{"name": "a", "runtime": "mock", "options": {"ready": "50ms"}}' 1000
"$tare" run "$scratch/long.json" --out "$scratch/long" --quiet >"$scratch/out" 2>"$scratch/err" &
pid=$!
for ((i = 0; i < 200; i++)); do
	[[ $(grep -c . "$scratch/long/samples.jsonl" 2>/dev/null) -ge 3 ]] && break
	sleep 0.05
done
kill -INT "$pid"
status=0
wait "$pid" || status=$?
is "$status" 130 'interrupted: status'
is "$(tail -n 1 "$scratch/long/samples.jsonl" | jq -r .stop_reason)" interrupted 'interrupted: the journal says so'
ok 'interrupted: the report follows its schema' tests/blackbox/validate "$scratch/long/report.json"

is "$(PATH=/nowhere "$PWD/$tare" run "$scratch/good.json" --out "$scratch/bare" --quiet 2>&1 | grep -c gnuplot)" 1 \
	'without gnuplot one line says so'
ok 'without gnuplot the scripts and data remain' test -s "$scratch/bare/plots/startup.gp" -a -s "$scratch/bare/plots/startup.dat"
for id in $(jq -r .run.id "$scratch"/*/plan.json); do
	[[ -z $(find /run -maxdepth 1 -name "tare-$id") ]] || left+=" $id"
done
is "${left:-}" '' 'no private folder of a run is left'
plan
