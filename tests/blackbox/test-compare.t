#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tare compare on recorded runs: two runs, two subjects, what is not equal, exit statuses, formats.
cd "$(dirname "$0")/../.." || exit
source tests/tap.bash

tare=${TARE:-build/tare}
runs=tests/data/runs
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
checksums=$(find "$runs" -type f -exec sha256sum {} + | sort)

compare() { # its output in $out, its error in $err, its status in $status
	status=0
	timeout 60 "$tare" compare "$@" >"$scratch/out" 2>"$scratch/err" || status=$?
	out=$(<"$scratch/out") err=$(<"$scratch/err")
}

compare $runs/aa $runs/aa-hog
is "$status" 0 'a disturbed host is no regression'
like "$out" 'divided by it' 'and the control tells why'
is "$(awk 'length > 80' <<<"$out" | wc -l)" 0 'it fits 80 columns'

compare $runs/aa:process-a $runs/aa:namespace-a
is "$status" 1 'a slower subject: status 1'
like "$out" 'slower' 'and its verdict'
compare $runs/aa:namespace-a $runs/aa:process-a
is "$status" 0 'a faster one: status 0'
compare $runs/aa:process-a $runs/aa:namespace-a --threshold 900
is "$status" 0 'a threshold above the difference: status 0'
compare $runs/aa:process-a $runs/aa:process-b
is "$status" 0 'a subject against itself under another name: status 0'

# A run that is slower by a fifth, all else equal.
cp -r $runs/aa "$scratch/slow"
jq -c 'if .subject and (.subject | startswith("namespace")) then
	(.events[] | select(.name == "ready_obs") | .t_ns) |= (. * 1.2 | floor) else . end' \
	$runs/aa/samples.jsonl >"$scratch/slow/samples.jsonl"
compare $runs/aa "$scratch/slow" --format json
is "$status" 1 'a run with slower containers: status 1'
is "$(jq -c '[.comparable, .regressions_count, ([.rows[] | select(.regression) | .a] | sort)]' <<<"$out")" \
	'[true,2,["namespace-a","namespace-b"]]' 'the two that are slower, and no other'
compare "$scratch/slow" $runs/aa
is "$status" 0 'the other way round: status 0'
compare $runs/aa "$scratch/slow" --format md
like "$out" '\| namespace-a \|.*\| slower \|' 'as Markdown'

# Another host: named, refused, judged on demand.
cp -r "$scratch/slow" "$scratch/host"
jq '.host.cpu.model = "Other CPU"' $runs/aa/host.json >"$scratch/host/host.json"
compare $runs/aa "$scratch/host"
is "$status" 2 'another CPU: status 2'
like "$out" 'host.cpu.model.*AMD EPYC.*Other CPU' 'the difference is named'
like "$err" '\-\-force' 'and what would help'
compare $runs/aa "$scratch/host" --force
is "$status" 1 'with --force: status 1'
like "$out" 'Cross-environment' 'and labelled so'
like "$out" 'divided by process' 'divided by the control'
jq '.method_version = 2' $runs/aa/plan.json >"$scratch/host/plan.json"
compare $runs/aa "$scratch/host"
like "$out" 'method_version: *1, then 2' 'another version of the method is named'

# Bad input: one line, status 2, nothing written.
refused() { # NAME PATTERN ARGUMENT...
	local name=$1 pattern=$2
	shift 2
	compare "$@"
	is "$status" 2 "$name: status 2"
	like "$err" "$pattern" "$name: said"
}
refused 'no common subject' 'no subject in common' $runs/aa $runs/kvm
refused 'an unknown subject' "no subject 'sausage'" $runs/aa:sausage $runs/aa:process-a
refused 'itself' 'against itself' $runs/aa $runs/aa
refused 'a subject and itself' 'against itself' $runs/aa:process-a $runs/aa:process-a
refused 'a run and a subject' 'one side is a run' $runs/aa $runs/aa-hog:process-a
refused 'no such folder' 'no such file' "$scratch/none" $runs/aa
refused 'one side only' 'B is missing' $runs/aa
refused 'a threshold of nothing' 'threshold' $runs/aa $runs/aa-hog --threshold nan
cp -r $runs/aa "$scratch/empty" && : >"$scratch/empty/samples.jsonl"
refused 'an empty run' 'nothing to compare' $runs/aa "$scratch/empty"
is "$(find "$runs" -type f -exec sha256sum {} + | sort)" "$checksums" 'nothing was written to the runs'
plan
