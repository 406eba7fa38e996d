#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Names, titles, paths and recorded texts that want to be more than text: none leaves its folder, reaches a shell,
# or breaks JSON, SVG, gnuplot, a spreadsheet or a terminal.
cd "$(dirname "$0")/../.." || exit
source tests/tap.bash

tare=$PWD/${TARE:-build/tare}
checkout=$PWD
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# Whatever gets executed leaves its mark in the folder where the program runs.
mkdir "$scratch/here" "$scratch/files"
cd "$scratch/here" || exit

escape=$'\e[31m' bell=$'\a' line=$'\n' long=$(printf 'x%.0s' {1..300})
# shellcheck disable=SC2016,SC1003 # as they are
hostile=('$(touch mark)' '`touch mark`' '"; touch mark; "' "'; touch mark; '" '| touch mark' '&& touch mark'
	'"; system("touch mark"); "' '../../mark' '/etc/passwd' '%s%n%99999d' '</svg><script>alert(1)</script>' ']]><b>'
	'<!ENTITY x SYSTEM "file:///etc/passwd">&x;' '=cmd()|x' $'Gr\xc3\xbc\xc3\x9fe \xe2\x82\xac' '\' '@{/=99 x}' '-x' '--help')
control=("${escape}red" "bell$bell" "two${line}lines" $'\x7f')

# run STATUS NAME ARGUMENT...: the exit status must be that, and nothing said may reach for the terminal
run() {
	local wanted=$1 name=$2 status=0
	shift 2
	timeout 60 "$tare" "$@" >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?
	is "$status" "$wanted" "$name: status"
	clean "$name" "$scratch/out" "$scratch/err"
}

# clean NAME FILE...: no control characters but newline and tab, no marks that turn the direction of text
clean() {
	local name=$1 found
	shift
	found=$(grep -lP '[\x00-\x08\x0b-\x1f\x7f]|\xe2\x80[\xaa-\xae]' "$@" /dev/null)
	is "$found" '' "$name: nothing for a terminal in what is shown"
}

# sound NAME DIR: all that was written into a run's folder is what it should be
sound() {
	local svg
	ok "$1: report.json follows its schema" "$checkout/tests/blackbox/validate" "$2/report.json"
	clean "$1: report.md" "$2/report.md"
	for svg in "$2"/plots/*.svg; do
		ok "$1: ${svg##*/} is XML" xmllint --noout --nonet "$svg"
		is "$(grep -c '<script' "$svg")" 0 "$1: no script in ${svg##*/}"
	done
}

# scenario NAME TITLE SUBJECT: as JSON, on the mock runtime
scenario() {
	jq -n --arg name "$1" --arg title "$2" --arg subject "$3" \
		'{$name, $title, blocks: {latency: {count: 2}}, subjects: [{name: $subject, runtime: "mock"}]}' \
		>"$scratch/files/s.json"
}

refused=0 tried=0
for text in "${hostile[@]}" "${control[@]}" "$long" '' . .. 'a b' 'a/b' '.hidden'; do
	scenario "$text" x x
	mv "$scratch/files/s.json" "$scratch/files/named.json"
	scenario x x "$text"
	for arguments in "$scratch/files/named.json" "$scratch/files/s.json" "$checkout/scenarios/startup.json --subjects"; do
		[[ $arguments == *--subjects ]] && last=("$text") || last=()
		# shellcheck disable=SC2086 # two words
		timeout 60 "$tare" run --out out $arguments "${last[@]}" >"$scratch/out" 2>>"$scratch/said"
		[[ $? -eq 2 ]] && refused=$((refused + 1)) || echo "# taken: $arguments ${text@Q}"
		tried=$((tried + 1))
	done
done
is "$refused" "$tried" 'no such text is the name of a scenario or of a subject'
clean 'refusals' "$scratch/said"
is "$(find . -mindepth 1)" '' 'and none of it left a file'

for text in "${control[@]}"; do
	scenario x "$text" x
	run 2 "a title with control characters" run "$scratch/files/s.json" --out out
done
is "$(find . -mindepth 1)" '' 'and none of it left a file'

for ((i = 0; i < ${#hostile[@]}; i += 4)); do
	title="${hostile[*]:i:4}"
	title=${title:0:120}
	scenario titled "$title" x
	run 0 "title $i" run "$scratch/files/s.json" --out "$scratch/title-$i" --quiet --plots none
	is "$(jq -r .run.scenario.title "$scratch/title-$i/plan.json")" "$title" "title $i arrives as it was written"
	clean "title $i: report.md" "$scratch/title-$i/report.md"
done
is "$(find . -mindepth 1)" '' 'no title was executed'

# Names of folders may be anything that the file system takes.
# shellcheck disable=SC2016,SC1003 # as they are
folders=($'a b it\'s "q"' '$(touch mark)`touch mark`' "two${line}lines" "${escape}red" '%s%n@{x}_1^2\n' $'\xff\xfe'
	'a;touch mark|touch mark&' "'+system('touch mark')+'" '"; system("touch mark"); "')
scenario folders 'A title' x
for i in "${!folders[@]}"; do
	folder=$scratch/folders/${folders[i]}
	run 0 "folder $i" run "$scratch/files/s.json" --out "$folder" --quiet --plots svg
	sound "folder $i" "$folder"
	mv "$folder/report.md" "$scratch/before.md"
	run 0 "folder $i: report" report "$folder" --plots svg
	ok "folder $i: report.md again, byte for byte" cmp "$scratch/before.md" "$folder/report.md"
done
is "$(find . -mindepth 1)" '' 'no name of a folder was executed'
is "$(find "$scratch/folders" -mindepth 1 -maxdepth 1 | tr -cd '\n' | wc -c)" $((${#folders[@]} + 1)) \
	'each run lies in its own folder' # one name has a newline of its own
run 0 'a folder that begins with a dash' run "$scratch/files/s.json" --out=-dash --quiet --plots svg
ok 'it lies where it was asked for' test -s ./-dash/report.md
rm -rf ./-dash
run 2 'a scenario at a hostile path' run "$scratch/files/${escape}\$(touch mark)${line}.json"
run 2 'a report of a hostile path' report "${escape}\$(touch mark)${line}"
run 2 'a hostile command' "${escape}x"

# A connection may name a command to start: libvirt takes "command" from its URI.
cp -r "$scratch/title-0" "$scratch/connected"
for uri in 'qemu+ext:///system?command=./mark' 'qemu+ssh://host/system' 'qemu:///system?socket=./mark'; do
	jq --arg uri "$uri" '.run.connect_uri = $uri' "$scratch/title-0/plan.json" >"$scratch/connected/plan.json"
	run 2 "resuming with $uri" run --resume "$scratch/connected"
	like "$(<"$scratch/err")" 'connect_uri' "resuming with $uri: the place is named"
done

# A recording that somebody has edited: names, labels, errors and facts of a run that was never made. Each text is a
# subject with a good and a failed sample.
run 0 'a run to edit' run "$scratch/files/s.json" --out "$scratch/base" --quiet --plots none
edited=$scratch/edited
mkdir "$edited"
cp "$scratch/base/host.json" "$edited/"
printf '%s\0' "${hostile[@]}" "${control[@]}" | jq -Rs 'split("\u0000") | map(select(. != ""))' >"$scratch/texts.json"
jq --slurpfile texts "$scratch/texts.json" '.subjects[0] as $s | .subjects = [$texts[0][] | . as $t | $s |
	.name = $t | .label = $t | .reason = $t | .engine.name = $t | .engine.version = $t] | $texts[0][0] as $t |
	.run.scenario.name = $t | .run.id = $t | .tool.git_commit = $t | .run.argv = $texts[0] |
	.run.scenario.title = ($texts[0] | add)' "$scratch/base/plan.json" >"$edited/plan.json"
jq -c --slurpfile texts "$scratch/texts.json" 'if .record != "sample" then .stop_reason = $texts[0][0] else
	. as $s | $texts[0][] as $t | $s | .subject = $t | .error = $t | .phase = $t | .residue = $t | .invalid_reason = $t |
	.identity = {kernel_release: $t, hostname: $t} | (if .block == 1 then .status = "crash" else . end) end' \
	"$scratch/base/samples.jsonl" >"$edited/samples.jsonl"
is "$(grep -c '"sample"' "$edited/samples.jsonl")" $(((${#hostile[@]} + ${#control[@]}) * 2)) 'an edited recording with each text'
for format in text md csv; do
	status=0
	timeout 60 "$tare" report "$edited" --plots svg --format "$format" >"$scratch/out" 2>"$scratch/err" || status=$?
	is "$status" 0 "edited: $format: status"
	sed -i 's/\r$//' "$scratch/out" # csv ends its lines so
	clean "edited: $format" "$scratch/out" "$scratch/err"
	[[ $format != csv ]] || is "$(grep -cE '(^|,)"?[=+@]' "$scratch/out")" 0 'edited: no formula in csv'
done
# In an indented block, where the commands are, markup is text.
is "$(grep -v '^    ' "$edited/report.md" | grep -ciE '[^\\]<(script|svg|img|b|iframe)')" 0 'edited: no markup in report.md'
clean 'edited: report.md' "$edited/report.md"
for svg in "$edited"/plots/*.svg; do
	ok "edited: ${svg##*/} is XML" xmllint --noout --nonet "$svg"
	is "$(grep -c '<script' "$svg")" 0 "edited: no script in ${svg##*/}"
done
is "$(find . -mindepth 1)" '' 'nothing recorded was executed'
cd "$checkout" || exit
plan
