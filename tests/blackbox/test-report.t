#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tare report on the recorded runs of tests/data/runs: what it writes follows the schema and can be made again.
cd "$(dirname "$0")/../.." || exit
source tests/tap.bash

tare=${TARE:-build/tare}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

for run in tests/data/runs/*/; do
	name=$(basename "$run")
	cp -r "$run" "$scratch/$name"
	ok "$name: the report can be made" timeout 60 "$tare" report "$scratch/$name" --plots none
	ok "$name: it follows the schema" tests/blackbox/validate "$scratch/$name/report.json"
	mv "$scratch/$name/report.json" "$scratch/before.json"
	mv "$scratch/$name/report.md" "$scratch/before.md"
	for format in text md csv json; do
		timeout 60 "$tare" report "$scratch/$name" --plots none --format "$format" >"$scratch/out" || true
		wanted=$run/expected/report.$format
		[[ -f $wanted ]] || continue
		[[ $format == text ]] && sed -i '/^Report: /,$d' "$scratch/out"
		# report.md names the charts that lie beside it; the unit test compares it without.
		[[ $format == md ]] || ok "$name: $format is as expected" cmp "$wanted" "$scratch/out"
	done
	ok "$name: report.json again, byte for byte" cmp "$scratch/before.json" "$scratch/$name/report.json"
	ok "$name: report.md again, byte for byte" cmp "$scratch/before.md" "$scratch/$name/report.md"
	is "$(find "$scratch/$name" -name '*.tmp*' -o -name '.report*' | wc -l)" 0 "$name: no temporary file is left"
done

# Method, acceptance test 12: what is printed and drawn is in the JSON.
for name in tcg kvm; do
	timeout 60 "$tare" report "$scratch/$name" --plots none >"$scratch/text"
	is "$(tests/blackbox/numbers-of "$scratch/$name" "$scratch/text")" '' "$name: every number of the tables and charts is in report.json"
done
sed -i 's/^\(  namespace *\)[0-9.]* ms/\19.87 ms/' "$scratch/text"
like "$(tests/blackbox/numbers-of "$scratch/kvm" "$scratch/text")" '9.87 ms' 'a number that is not would be found'

# A TCG guest is named so wherever a number of it stands.
is "$(grep -cE '^  vm  ' tests/data/runs/tcg/expected/report.text)" 0 'the label stands beside the name'

# One chart alone: the same bytes each time, and nothing else is touched.
rm -rf "$scratch/tcg/plots"
ok 'one chart in every format' timeout 60 "$tare" report "$scratch/tcg" --plots svg,png,pdf --only startup
(cd "$scratch/tcg/plots" && sha256sum -- *) >"$scratch/sums"
is "$(cut -d. -f2 "$scratch/sums" | tr '\n' ' ')" 'dat gp pdf png svg ' 'its five files, and no other'
ok 'it can be made again' timeout 60 "$tare" report "$scratch/tcg" --plots svg,png,pdf --only startup
ok 'the same bytes in every format' env -C "$scratch/tcg/plots" sha256sum --quiet -c ../../sums
ok 'an SVG is well-formed' xmllint --noout "$scratch/tcg/plots/startup.svg"
is "$(grep -cE 'onmouse|<script' "$scratch/tcg/plots/startup.svg")" 0 'and runs nothing'
"$tare" report "$scratch/tcg" --only sausages >/dev/null 2>"$scratch/err"
is "$?" 2 'an unknown chart: status 2'
like "$(<"$scratch/err")" "'sausages' is not a chart" 'and it is named'
said=$(timeout 60 "$tare" report "$scratch/tcg" --plots none --plot)
like "$said" '100 % .*median' 'a chart of characters in the terminal'
is "$(awk 'length > 80' <<<"$said" | wc -l)" 0 'it fits 80 columns'

# A thousand subjects: a page that opens, charts that say what they leave out.
cp -r tests/data/runs/one "$scratch/many"
jq -c '.subjects = [range(1000) as $i | .subjects[0] | .name = "s\($i)"]' tests/data/runs/one/plan.json >"$scratch/many/plan.json"
grep '"sample"' tests/data/runs/one/samples.jsonl | head -1 |
	jq -c 'range(1000) as $i | .subject = "s\($i)" | .id = $i | .position = $i' >"$scratch/many/samples.jsonl"
ok 'a thousand subjects' timeout 120 "$tare" report "$scratch/many" --plots svg
like "$(<"$scratch/many/plots/startup.gp")" 'Only the first 40 of 1000 subjects' 'a chart says how many it shows'
is "$(grep -c '<td>s999</td>' "$scratch/many/report.html" | awk '{print ($1 > 0)}')" 1 'the tables have the last one too'

# The disk is full while the report is written: the journal and the last good report stay as they are.
# shellcheck disable=SC2016 # the inner shell expands it
full='mount -t tmpfs -o size=600k none "$1" && cp -r "$2"/plan.json "$2"/host.json "$2"/samples.jsonl "$1" &&
	"$3" report "$1" --plots none >/dev/null && cp "$1"/report.* "$1"/samples.jsonl "$4" && rm -r "$1"/plots &&
	{ dd if=/dev/zero of="$1/fill" bs=4k 2>/dev/null; true; } &&
	"$3" report "$1" --plots svg >/dev/null 2>"$4/said"; echo "status $?" >>"$4/said"
	for file in "$4"/report.* "$4"/samples.jsonl; do cmp "$file" "$1/${file##*/}" >>"$4/said"; done
	find "$1" -name "*.??????" ! -name "*.*.jsonl" -newer "$4/samples.jsonl" -path "*report*" >>"$4/said"'
mkdir "$scratch/small" "$scratch/kept"
if [[ $EUID -ne 0 ]] || ! unshare -m true 2>/dev/null; then
	skip 'a full disk' 'needs root and mount namespaces'
else
	unshare -m bash -c "$full" full "$scratch/small" tests/data/runs/one "$(readlink -f "$tare")" "$scratch/kept"
	like "$(<"$scratch/kept/said")" '^tare: .*No space left.*status 1$' 'a full disk: it is said, status 1'
	is "$(grep -v '^tare: \|^status' "$scratch/kept/said")" '' 'journal and last report are as they were, and nothing else is left'
fi

broken=$scratch/broken
cp -r tests/data/runs/one "$broken"
echo '{"record":"sample","subject":"process"}' >>"$broken/samples.jsonl"
said=$("$tare" report "$broken" 2>&1 >/dev/null)
is "$?" 2 'a bad line: status 2'
like "$said" 'samples.jsonl: line 3' 'a bad line is named'
is "$(find "$broken" -maxdepth 1 -name 'report.*' | wc -l)" 0 'a bad journal makes no report'
# The journal of another run, and a line that was copied: nothing is overwritten.
for what in another twice; do
	cp -r tests/data/runs/kvm "$scratch/$what" && rm -rf "$scratch/$what"/report.*
done
cp tests/data/runs/aa/samples.jsonl "$scratch/another/"
sed -n 5p tests/data/runs/kvm/samples.jsonl >>"$scratch/twice/samples.jsonl"
for what in another twice; do
	said=$("$tare" report "$scratch/$what" --plots none 2>&1 >/dev/null)
	is "$?" 2 "$what: status 2"
	like "$said" "^tare: .*$what" "$what: it is said"
	is "$(find "$scratch/$what" -maxdepth 1 -name 'report.*' | wc -l)" 0 "$what: no report"
done
[[ $(id -u) -eq 0 ]] || {
	cp -r tests/data/runs/one "$scratch/locked" && chmod a-w "$scratch/locked"
	"$tare" report "$scratch/locked" >/dev/null 2>&1
	is "$?" 1 'a folder that cannot be written: status 1'
	chmod u+w "$scratch/locked"
}
if [[ -w /dev/full ]]; then
	"$tare" report "$scratch/one" --plots none >/dev/full 2>"$scratch/err"
	is "$?" 1 'a full disk behind standard output: status 1'
	like "$(<"$scratch/err")" 'standard output' 'and it is named'
fi
plan
