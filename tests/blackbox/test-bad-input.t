#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Recordings that are foreign, edited, cut or absurd: one clear line, status 2, and nothing is written.
cd "$(dirname "$0")/../.." || exit
source tests/tap.bash

tare=${TARE:-build/tare}
good=tests/data/runs/one
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# refused NAME TEXT: report and compare of $scratch/bad say TEXT in one line, and leave the folder as it is
refused() {
	local name=$1 text=$2 before command
	before=$(find "$scratch/bad" -type f -exec sha256sum {} + | sort)
	for command in "report $scratch/bad --plots none" "compare $good $scratch/bad"; do
		# shellcheck disable=SC2086
		timeout 60 "$tare" $command >"$scratch/out" 2>"$scratch/err"
		is "$? $(wc -l <"$scratch/err")" '2 1' "$name: ${command%% *}: status 2 and one line"
		like "$(<"$scratch/err")" "$text" "$name: ${command%% *}: it is named"
	done
	is "$(find "$scratch/bad" -type f -exec sha256sum {} + | sort)" "$before" "$name: nothing is written"
	rm -rf "$scratch/bad"
}

# plan FILTER, lines FILTER: a copy of the good run with its plan, or each line of its journal, through jq
change_plan() { cp -r "$good" "$scratch/bad" && jq "$1" "$good/plan.json" >"$scratch/bad/plan.json"; }
change_lines() { cp -r "$good" "$scratch/bad" && jq -c "$1" "$good/samples.jsonl" >"$scratch/bad/samples.jsonl"; }

change_plan '.schema_version = "2.0.0"'
refused 'a newer schema' "plan.json: schema_version: '2.0.0' is of a newer tare; this tare reads 1.x"
change_plan '.schema_version = "0.9.1"'
refused 'an older schema' "plan.json: schema_version: '0.9.1' is of an older tare"
change_plan '.schema_version = "new"'
refused 'no schema' "schema_version: 'new' is no version"
change_plan '.method_version = -3'
refused 'no method' 'method_version: -3 is not a version'
change_plan '.subjects = []'
refused 'no subjects' 'plan.json: subjects: empty or missing'
change_plan '.subjects += .subjects'
refused 'a subject twice' 'subjects: .* is there twice'
change_lines 'select(.record != "sample")'
refused 'an empty run' 'no sample; an empty run has nothing to report|nothing to compare'
change_lines '(.events[]? | select(.name == "ready_obs") | .t_ns) = -5'
refused 'ready before it was asked for' "samples.jsonl: line .*'ready_obs' at t_ns -5 is not within a sample"
change_lines '(.events[]? | select(.name == "ready_obs") | .t_ns) = 8e15'
refused 'a start of three months' "at t_ns 8000000000000000 is not within a sample"
change_lines '(.events[]? | select(.name == "ready_obs") | .err_ns) = -1'
refused 'an error bound below zero' 'no valid t_ns and err_ns'
change_lines 'if .cpu_time_ns then .cpu_time_ns.subject = -5 else . end'
refused 'a time below zero' 'samples.jsonl: line 1: cpu_time_ns.subject: is below zero; a number from 0'
change_lines 'if .gap_ns then .gap_ns = 1e300 else . end'
refused 'a time beyond all' 'samples.jsonl: line 1: gap_ns: 1.*; a number or null'
change_lines 'if .noise then .noise.major_faults_count = "some" else . end'
refused 'a word for a number' 'samples.jsonl: line 1: noise.major_faults_count: "some"; a number or null'
change_lines 'if .record == "sample" then .memory = [{point: "idle", pss_bytes: -4}] else . end'
refused 'a weight below zero' 'samples.jsonl: line [0-9]*: memory.pss_bytes: is below zero'
change_lines 'if .events then .events = 7 else . end'
refused 'events that are none' 'samples.jsonl: line 1: events: is a number; a list'
cp -r "$good" "$scratch/bad" && cat "$good/samples.jsonl" >>"$scratch/bad/samples.jsonl"
refused 'a journal twice' "bad/samples.jsonl: sample 0 is there twice"
cp -r "$good" "$scratch/bad" && cp tests/data/runs/aa/samples.jsonl "$scratch/bad/"
refused 'the journal of another run' "bad/samples.jsonl: no sample is of a subject of plan.json"
cp -r "$good" "$scratch/bad" && sed -i '2s/.\{40\}$//' "$scratch/bad/samples.jsonl"
refused 'a line that is cut off' 'samples.jsonl: line 2, column [0-9]+: not valid JSON'
cp -r "$good" "$scratch/bad" && sed -i '1s/"t_ns": *[0-9]*/"t_ns":NaN/' "$scratch/bad/samples.jsonl"
refused 'NaN' 'samples.jsonl: line 1'
cp -r "$good" "$scratch/bad" && head -c 300 "$good/plan.json" >"$scratch/bad/plan.json"
refused 'a plan that is cut off' 'plan.json'
cp -r "$good" "$scratch/bad" && cp "$good/plan.json" "$scratch/bad/samples.jsonl"
refused 'a foreign journal' 'samples.jsonl: line 1'

# Two good runs that have nothing in common.
cp -r "$good" "$scratch/bad"
for file in plan.json samples.jsonl; do
	sed -i 's/"process"/"mock-9"/g' "$scratch/bad/$file"
done
timeout 60 "$tare" compare "$good" "$scratch/bad" >"$scratch/out" 2>"$scratch/err"
is "$? $(wc -l <"$scratch/err")" '2 1' 'no common subject: status 2 and one line'
like "$(<"$scratch/err")" 'no subject in common' 'no common subject: it is named'

# The format that CI systems read.
cp -r "$good" "$scratch/ci"
"$tare" report "$scratch/ci" --plots none --format ci >"$scratch/ci.json"
is "$(jq -c '[.[] | (.value > 0 and (.unit | IN("ns", "bytes")) and (.name | length > 0))] | unique' "$scratch/ci.json")" '[true]' \
	'the format for CI has a name, a unit and a value in each entry'
is "$(jq 'length' "$scratch/ci.json")" \
	"$(jq '[.summary[] | select(.median and (.metric | IN("request_to_ready_ns", "memory_footprint_bytes", "disk_instance_bytes")))] | length' "$scratch/ci/report.json")" \
	'one for each headline number of the report'
plan
