#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tare doctor --deep: the noise floor is measured, kept, carried by later runs and their verdicts held against it.
cd "$(dirname "$0")/../.." || exit
source tests/tap.bash

build=$(dirname "${TARE:-build/tare}")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The programs outside of a checkout keep their runs in the state folder; few blocks of the bare process are enough.
mkdir -p "$scratch/bin" "$scratch/data/scenarios" "$scratch/state"
cp "$build/tare" "$build/tare-harness" "$scratch/bin"
tare=$scratch/bin/tare
export TARE_DATA=$scratch/data TARE_ARTIFACTS=$PWD/build XDG_STATE_HOME=$scratch/state
kept=$scratch/state/tare/runs/noise-floor.json
cat >"$scratch/data/scenarios/aa.json" <<'END'
{
  "name": "aa",
  "blocks": {"latency": {"warmup": 0, "count": 8}},
  "subjects": [{"name": "one", "runtime": "process"}, {"name": "two", "runtime": "process"}]
}
END

timeout 100 "$tare" doctor --deep --json >"$scratch/out" 2>"$scratch/err"
is "$?" 0 'doctor --deep: status'
is "$(jq -r '.doctor[] | select(.id == "D-SELF") | .id' "$scratch/out")" D-SELF 'its check is among the others'
is "$(jq -c '[.noise_floor.rows[] | select(.metric == "request_to_ready_ns") | [.runtime, .blocks, (.floor_ratio >= 0)]]' "$scratch/out")" \
	'[["process",8,true]]' 'the floor of the start-up is a number'
is "$(jq -c '.noise_floor.rows[] | select(.metric == "request_to_ready_ns") | [.effects[].blocks], (.effects[2] | .smallest_effect_ratio >= .smallest_seen_ratio)' "$scratch/out" | tr -d '\n')" \
	'[10,30,60]true' 'and what 10, 30 and 60 blocks would show'
is "$(jq -c '[.alarms[] | select(.delay_ratio == 0) | [.a, .b, .of]]' "$scratch/out")" '[["one","two",100]]' 'so is the rate of false alarms'
is "$(jq -cS .noise_floor "$scratch/out")" "$(jq -cS . "$kept")" 'the floor is kept'

timeout 100 "$tare" run aa --subjects one --blocks 1 --quiet --plots none --out "$scratch/later" >/dev/null 2>&1
is "$(jq -cS .host.noise_floor "$scratch/later/report.json")" "$(jq -cS . "$kept")" 'a later run carries it'
ok 'and follows its schema' tests/blackbox/validate "$scratch/later/report.json"
jq '.fingerprint_sha256 = "0"' "$kept" >"$scratch/other" && mv "$scratch/other" "$kept"
timeout 100 "$tare" run aa --subjects one --blocks 1 --quiet --plots none --out "$scratch/moved" >/dev/null 2>&1
is "$(jq .host.noise_floor "$scratch/moved/host.json")" null 'the floor of another host is not taken for this one'
printf '{"torn' >"$kept"
timeout 100 "$tare" run aa --subjects one --blocks 1 --quiet --plots none --out "$scratch/torn" >/dev/null 2>&1
is "$?" 0 'a torn one is no floor'

# Verdicts of recorded runs, with a floor above and below what is between them.
for floor in 9 0.01; do
	rm -rf "$scratch/run"
	cp -r tests/data/runs/aa "$scratch/run"
	jq --argjson floor "$floor" '.host.noise_floor = {measured_utc: null, fingerprint_sha256: null, rows: [
		{runtime: "namespace", metric: "request_to_ready_ns", blocks: 20, floor_ratio: $floor, spread_log: 0.1}]}' \
		tests/data/runs/aa/host.json >"$scratch/run/host.json"
	"$tare" compare "$scratch/run:process-a" "$scratch/run:namespace-a" --format json >"$scratch/out.$floor"
	"$tare" compare "$scratch/run:process-a" "$scratch/run:namespace-a" >"$scratch/text.$floor"
done
verdict='.rows[] | select(.metric == "request_to_ready_ns") | [.verdict, (.noise_floor_ratio > 1)]'
is "$(jq -c "$verdict" "$scratch/out.9")" '["inconclusive",true]' 'compare: an effect within the floor decides nothing'
is "$(jq -c "$verdict" "$scratch/out.0.01")" '["slower",false]' 'compare: one beyond it does'
like "$(tr '\n' ' ' <"$scratch/text.9")" 'Noise floor: up to 900.0 %' 'compare says what the floor is'
"$tare" doctor --deep --print-fix >/dev/null 2>"$scratch/err"
is "$?" 2 '--print-fix measures nothing'
plan
