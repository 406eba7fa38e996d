#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The labs: each is whole, asks before it runs, stores and shows; the hand-in; a class that is merged.
cd "$(dirname "$0")/../.." || exit
source tests/tap.bash

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export TARE_DATA=$scratch/data TARE_ARTIFACTS=$PWD/build XDG_STATE_HOME=$scratch/state HOME=$scratch
mkdir -p "$scratch/data/results/reference" "$scratch/bin"
# Away from the checkout, so that runs lie in the state folder.
cp "${TARE:-build/tare}" "${TARE:-build/tare}-harness" "$scratch/bin"
tare=$scratch/bin/tare
cp -r scenarios "$scratch/data/"
for run in results/reference/*/; do
	cp -r "$run" "$scratch/data/results/reference/"
done

# lab STATUS NAME ANSWERS ARGUMENT...
lab() {
	local wanted=$1 name=$2 answers=$3 status=0
	shift 3
	# shellcheck disable=SC2059
	out=$(printf "$answers" | timeout 120 "$tare" lab "$@" 2>"$scratch/err") || status=$?
	is "$status" "$wanted" "$name: status"
}

for run in results/reference/*/; do
	ok "$run is as it was recorded" env -C "$run" sha256sum --quiet -c journal.sha256
done
lab 0 'the list' ''
list=$out
labs=$("$tare" list --names labs)
is "$(wc -l <<<"$labs" | awk '{print ($1 >= 8)}')" 1 'there are at least eight labs'
for name in $labs; do
	for heading in 'What the textbook says' 'What to look at' 'Questions' 'For the teacher'; do
		grep -q "^## $heading\$" "scenarios/labs/$name.md" || result 1 "$name has '$heading'"
	done
	is "$(jq '.minutes <= 5' "scenarios/labs/$name.json")" true "$name takes at most 5 minutes"
	[[ $list == *"  $name "* ]] || result 1 "$name is listed"
	lab 0 "$name, replayed without a prediction" '\n\n\n\n\n\n\n\n' "$name" --replay
	like "$out" 'A replay' "$name says that it is a replay"
	like "$out" 'question +prediction +recorded run' "$name shows the result"
	is "$(grep -c 'not measured *$' <<<"$out")" 0 "the recording answers all that $name asks"
done
rm -r "$scratch/data/results/reference/compare"
cp -r tests/data/runs/tcg "$scratch/data/results/reference/compare"

lab 0 'startup, replayed' 'many\n100\n1.5\nsupported\n' startup --replay
like "$out" 'A number above 0, please' 'a word is no number: it is asked again'
like "$out" 'ratio +100 times +66[0-9] times +6.6[0-9] times too low' 'the prediction stands beside the result'
like "$out" 'claim +supported +supported +right' 'and so does a word'
like "$out" 'label: vm \(tcg\)' 'the label stands with the result'
is "$(awk 'length > 80 && !/^(Report|Charts):/' <<<"$out" | wc -l)" 0 'it fits 80 columns'
run=$(find "$scratch/state/tare/runs" -mindepth 1 -maxdepth 1 -name '*-lab-startup-*' -printf '%T@ %p\n' | sort -n | tail -1 | cut -d ' ' -f 2-)
is "$(jq -c '[.lab, .replay, .done, .predictions.ratio]' "$run/lab.json")" '["startup",true,true,"100"]' 'the prediction is stored'
ok 'and the digests of the journal' env -C "$run" sha256sum --quiet -c journal.sha256
lab 2 'a lab that is not there' '' sausages
like "$(<"$scratch/err")" "'sausages' is not a lab" 'it is named'
lab 2 'a path as a name' '' ../compare
lab 2 'an input that ends' '1\n' startup --replay
like "$(<"$scratch/err")" 'ended before the prediction' 'it says so'

# One that runs, on the mock.
cat >"$scratch/data/scenarios/toy.json" <<-'END'
	{"name": "toy", "blocks": {"latency": {"count": 3}}, "subjects": [{"name": "a", "runtime": "mock"},
	 {"name": "b", "runtime": "mock", "options": {"ready": "9ms"}}]}
END
cat >"$scratch/data/scenarios/labs/toy.json" <<-'END'
	{"name": "toy", "title": "A toy", "minutes": 1, "scenario": "toy", "arguments": ["--blocks", "4"], "predict": [
	 {"id": "b", "ask": "How long?", "unit": "ms", "value": ["summary/metric=request_to_ready_ns&subject=b/median"]}]}
END
printf '# A toy\n\n## What the textbook says\n\nNothing.\n' >"$scratch/data/scenarios/labs/toy.md"
lab 0 'a lab is run' '9\n' toy
like "$out" 'b +9 ms +[0-9.]+ ms +close' 'what was measured stands beside the prediction'
lab 2 'no recording' '9\n' toy --replay
sed -i 's/"runtime"/"needs": ["no-such-engine", "nor-this"], "runtime"/; s/"minutes"/"needs": ["no-such-engine", "nor-this"], "recording": "compare", "minutes"/' \
	"$scratch/data/scenarios/labs/toy.json"
lab 0 'an engine that does not answer' '9\n' toy
like "$out" 'No no-such-engine or nor-this answers here' 'it says so, and shows the recording'
sed -i 's/"unit": "ms"/"unit": "miles"/' "$scratch/data/scenarios/labs/toy.json"
lab 2 'a broken lab' '' toy
like "$(<"$scratch/err")" "toy.json: predict\\[0\\].unit: 'miles'" 'file and field are named'
rm "$scratch/data/scenarios/labs/toy."*
rm -r "$scratch/state/tare/runs/"*-lab-toy-*

ok 'the hand-in' "$tare" lab --report --out "$scratch/new/hand-in" --name '<b>Ada</b>'
is "$(grep -c '^## ' "$scratch/new/hand-in/hand-in.md")" "$(wc -l <<<"$labs")" 'it has each lab once'
is "$(grep -c '<b>' "$scratch/new/hand-in/hand-in.html")" 0 'a name is shown, not run'
if [[ -n $(command -v chromium-headless-shell chromium) ]]; then
	axe=build/npm/node_modules/axe-core/axe.min.js options=()
	[[ ! -r $axe ]] || options=(--axe "$axe")
	said=$(timeout 120 tests/blackbox/browser "$scratch/new/hand-in/hand-in.html" "${options[@]}")
	is "$(jq -c '[.console, .requests, .axe // []]' <<<"$said")" '[[],[],[]]' 'a browser has nothing to object to'
fi

# A class: two machines of one kind, one of another, one run twice, one edited, one that is none.
class=$scratch/class
mkdir -p "$class/not-a-run"
for name in ada bob eve; do
	cp -r tests/data/runs/tcg "$class/$name"
	sed -i "s/0123456789abcdef/$name/" "$class/$name/plan.json"
	(cd "$class/$name" && sha256sum plan.json host.json samples.jsonl >journal.sha256)
done
cp -r "$class/ada" "$class/ada-again"
cp -r tests/data/runs/kvm "$class/kay"
sed -i '3s/"steal_ns":[0-9]*/"steal_ns":77/' "$class/eve/samples.jsonl"
status=0
"$tare" merge "$class" --out "$scratch/merged" >"$scratch/out" 2>"$scratch/err" || status=$?
is "$status" 1 'a class with a changed run: status 1'
like "$(<"$scratch/err")" 'eve: changed after the run: samples.jsonl' 'what was changed is named'
like "$(<"$scratch/err")" 'ada-again: is there twice' 'and what is there twice'
is "$(awk -F, '$1 == "request_to_ready_ns" && $3 == "vm (tcg)"' "$scratch/merged/merged.csv" | wc -l)" 3 'three machines emulate'
is "$(awk -F, '$1 == "request_to_ready_ns" {print $2}' "$scratch/merged/merged.csv" | sort -u | wc -l)" 2 'KVM is a kind of its own'
ok 'there is a chart' test -s "$scratch/merged/plots/class.svg"
is "$(grep -c '<svg' "$scratch/merged/merged.html")" 1 'it is on the page'
cp "$scratch/merged/merged.html" "$scratch/first.html"
"$tare" merge "$class" --out "$scratch/merged" >/dev/null 2>&1
ok 'the same runs give the same bytes' cmp "$scratch/first.html" "$scratch/merged/merged.html"
status=0
"$tare" merge "$class/not-a-run" --out "$scratch/none" >/dev/null 2>"$scratch/err" || status=$?
is "$status" 2 'no run at all: status 2'
ok 'it writes nothing' test ! -e "$scratch/none"
plan
