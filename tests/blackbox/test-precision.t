#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# As many blocks as it takes: runs that end when their numbers are precise, or say why they are not.
cd "$(dirname "$0")/../.." || exit
source tests/tap.bash

tare=${TARE:-build/tare}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

cat >"$scratch/two.json" <<'END'
{
  "name": "two",
  "blocks": {"latency": {"warmup": 0, "count": 3}, "footprint": {"count": 1}},
  "subjects": [
    {"name": "a", "runtime": "mock", "options": {"ready": "20ms"}},
    {"name": "b", "runtime": "mock", "options": {"ready": "30ms"}}
  ]
}
END
sed 's/"ready": "20ms"/"fail": "start"/; s/"ready": "30ms"/"fail": "create"/' "$scratch/two.json" >"$scratch/bad.json"
sed 's/"latency": {[^}]*}, //' "$scratch/two.json" >"$scratch/heavy.json"

# run STATUS NAME ARGUMENT...
run() {
	local wanted=$1 name=$2 status=0
	shift 2
	timeout 100 "$tare" run --quiet --plots none "$@" >"$scratch/out" 2>"$scratch/err" || status=$?
	is "$status" "$wanted" "$name: status"
}

# ended DIR: why, after how many blocks, whether it is met, and how many blocks of each kind there are
ended() {
	jq -rs '(map(select(.record == "end")) | last) as $last |
		[$last.stop_reason, $last.precision.blocks, $last.precision.met,
		 (map(select(.kind == "latency" and .status != "aborted") | .block) | unique | length),
		 (map(select(.kind == "footprint") | .block) | unique | length)] | join(" ")' "$1/samples.jsonl"
}

run 0 'a wide target' "$scratch/two.json" --precision 60% --out "$scratch/wide" --seed 1
is "$(ended "$scratch/wide")" 'precision 10 true 10 1' 'a wide target is met by the fewest blocks; others follow'
like "$(tr '\n' ' ' <"$scratch/out")" 'Why it stopped The run ended as every interval .*within 60 %.*10 blocks' 'the summary says why it stopped'
ok 'the report follows its schema' tests/blackbox/validate "$scratch/wide/report.json"
is "$(jq -c '.run.design | [.stop_reason, .precision.target_ratio, .precision.met]' "$scratch/wide/report.json")" \
	'["precision",0.6,true]' 'report.json says why'
is "$(jq -r '.run.budget_ns' "$scratch/wide/plan.json")" 900000000000 'it has a budget of 15 minutes'
is "$(jq -r '.flags[] | select(.id == "F-INTERRUPTED") | .triggered' "$scratch/wide/report.json")" false 'it is not taken for interrupted'
run 2 'precise, again' --resume "$scratch/wide"
like "$(<"$scratch/err")" 'nothing to resume: .*smaller --precision' 'there is nothing to resume, and the way on is named'

run 0 'a target out of reach' "$scratch/two.json" --precision 0.0001 --blocks 12 --subjects a --out "$scratch/narrow"
is "$(ended "$scratch/narrow")" 'max_blocks 12 false 12 1' 'a target out of reach ends with the last block'
like "$(<"$scratch/out")" 'F-PREC' 'the summary flags it'

run 0 'a short time' "$scratch/two.json" --precision 0.0001 --budget 500ms --subjects a --out "$scratch/short"
like "$(ended "$scratch/short")" '^budget ' 'a short time ends it'
run 0 'with more time' --resume "$scratch/short" --precision 60 --budget 2min
is "$(ended "$scratch/short")" 'precision 10 true 10 1' 'it goes on with a target of its own, and ends where it is met'

run 1 'nothing works' "$scratch/bad.json" --precision 5 --subjects a --out "$scratch/bad"
is "$(ended "$scratch/bad")" 'failures 10 false 10 1' 'nothing is waited for where every attempt fails'

for case in '0|above 0' '-5|above 0' 'x|above 0' '5ms|above 0' 'nan|above 0'; do
	run 2 "--precision ${case%%|*}" "$scratch/two.json" "--precision=${case%%|*}" --out "$scratch/none"
	like "$(<"$scratch/err")" "${case##*|}" "--precision ${case%%|*}: what would be right is said"
done
run 2 'too few blocks' "$scratch/two.json" --precision 5 --blocks 9 --out "$scratch/none"
like "$(<"$scratch/err")" '10 at least' 'too few blocks: how many it takes is said'
run 2 'no start-up' "$scratch/heavy.json" --precision 5 --out "$scratch/none"
like "$(<"$scratch/err")" 'has no blocks of start-up' 'a scenario without start-up is refused'
ok 'nothing was written' test ! -e "$scratch/none"
plan
