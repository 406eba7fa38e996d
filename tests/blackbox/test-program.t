#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A program of the user's own as the workload: the same bytes in every kind of box, its numbers in the report; what
# cannot be one ends the run before it began, and one that goes wrong is told as what it is.
cd "$(dirname "$0")/../.." || exit
source tests/tap.bash

tare=${TARE:-build/tare}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/bin"

# compile NAME FLAG...
compile() {
	"${MUSL_CC:-musl-gcc}" -O1 "${@:2}" -o "$folder/bin/$1" -x c - <<'END'
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What it is told: which numbers it says, how it ends. */
int main(int count, char **words)
{
	const char *how = count > 1 ? words[1] : "";
	char folder[256], *ours = getenv("TARE_CHANNEL");

	if (!strcmp(how, "words"))
		return puts("hello, \001\377 world") < 0;
	if (!strcmp(how, "status"))
		return 3;
	if (!strcmp(how, "signal"))
		abort();
	for (int i = 0; i < 4000 && !strcmp(how, "flood"); i++)
		puts("flood 1");
	while (!strcmp(how, "hang"))
		pause();
	if (count > 2 && ours == NULL && getcwd(folder, sizeof(folder)) && open("made", O_CREAT | O_WRONLY, 0600) >= 0)
		printf("# %s\nwords %zu\nrate 2.5e3 MB/s\n", folder, strlen(words[2]));
	return 0;
}
END
}

# scenario BINARY ARGS: with the subjects of standard input
scenario() {
	printf '{"name": "program", "limits": {"memory_bytes": 134217728}, "blocks": {"experiment": {"count": 1}},
		"experiment": {"name": "work", "iterations": 2, "warmup": 0, "limit_ms": 1000, "patience_ms": 1000},
		"workload": {"binary": "%s", "args": %s}, "subjects": [' "$@"
	cat
	printf ']}'
}

process='{"name": "process", "runtime": "process"}'
compile static -static
compile dynamic
compile object -c
head -c 100 "$folder/bin/static" >"$folder/bin/short" && chmod +x "$folder/bin/short"
printf '#!/bin/sh\n' >"$folder/bin/script" && chmod +x "$folder/bin/script"
cp "$folder/bin/static" "$folder/bin/plain" && chmod -x "$folder/bin/plain"
cp "$folder/bin/static" "$folder/bin/arm" && printf '\xb7' | dd of="$folder/bin/arm" bs=1 seek=18 conv=notrunc status=none

while IFS='|' read -r name words; do
	scenario "bin/$name" '[]' <<<"$process" >"$folder/bad.json"
	timeout 20 "$tare" run "$folder/bad.json" --out "$folder/bad" --quiet >/dev/null 2>"$folder/err"
	is "$?" 2 "$name cannot be run: status"
	like "$(<"$folder/err")" "bad.json: workload.binary: $folder/bin/$name: $words" "$name: what is wrong, and right"
done <<'END'
nosuch|no such file; a static program for x86-64
dynamic|is dynamic, it needs the interpreter /[^ ]*, which no box has; a static program
object|is (not executable|an object)
short|is cut off; a static
script|is no ELF program .*; a static
plain|is not executable; chmod \+x
arm|is built for ARM64; a static
END
scenario bin/static '[]' <<<'{"name": "none", "runtime": "process", "root": "none"}' >"$folder/bad.json"
timeout 20 "$tare" run "$folder/bad.json" --out "$folder/bad" --quiet >/dev/null 2>"$folder/err"
is "$?" 2 'a root without it: status'
like "$(<"$folder/err")" 'workload.binary: the subject none has root "none".*; root "image"' 'and which subject that is'
ok 'no run was begun' test ! -e "$folder/bad/samples.jsonl"

while IFS='|' read -r workload status words; do
	scenario x '[]' <<<"$process" | sed "s#\"binary\": \"x\"#$workload#" >"$folder/bad.json"
	PATH=$folder/bin "$tare" run "$folder/bad.json" --out "$folder/bad" --quiet >/dev/null 2>"$folder/err"
	is "$?" "$status" "$workload: status"
	like "$(<"$folder/err")" "$words" "$workload: what is wrong"
done <<'END'
"tool": "fio"|3|fio is not installed here; Debian: apt-get install fio
"tool": "nosuch"|2|workload.tool: 'nosuch' is not known; one of fio or sysbench
"tool": "fio", "binary": "bin/static"|2|workload: takes one of binary and tool
"nothing": 1|2|workload: takes one of binary and tool
END
if [[ $EUID -ne 0 ]]; then
	skip 'programs of the user in boxes' 'needs root'
	plan
fi
subjects="$process, {\"name\": \"namespace\", \"runtime\": \"namespace\"}"
[[ ! -r ${TARE_ARTIFACTS:-build}/guest/guest.json ]] || subjects+=', {"name": "vm", "runtime": "vm"}'
scenario ./bin/static '["numbers", "two words"]' <<<"$subjects" >"$folder/good.json"
timeout 100 "$tare" run "$folder/good.json" --out "$folder/good" --quiet --plots none >/dev/null 2>"$folder/err"
is "$?" 0 "a program's run: status"
report=$folder/good/report.json
boxes=$(jq -r '.subjects[].name' "$report" | sort)
is "$(jq -r '.experiments.work.cells[] | select(.workload == "program" and .cost_ns.n == 1 and .failed_count == 0) | .subject' "$report" | sort)" \
	"$boxes" 'it ran in each box'
is "$(jq -r '.experiments.work.numbers[] | select(.subject != "process") | [.metric, .value.median, .unit, .ratio_hl] | join(" ")' "$report" | sort -u)" \
	$'rate 2500 MB/s 1\nwords 9  1' 'with the words that it was given, and its numbers are held against the process'
is "$(jq -r '.artifacts[] | select(.id == "program") | .sha256' "$report")" "$(sha256sum <"$folder/bin/static" | cut -d' ' -f1)" \
	'its digest is in the report'
ok 'the report follows its schema' tests/blackbox/validate "$report"
is "$(find "$folder/good" -name 'tare-*')" '' 'nothing of it is left'

# A tool of this host with its libraries: the same bytes everywhere, and its numbers.
if command -v sysbench >/dev/null; then
	scenario x '["cpu", "--cpu-max-prime=1000", "--time=0", "--events=20", "run"]' <<<"$subjects" |
		sed 's/"binary": "x"/"tool": "sysbench"/; s/"limit_ms": 1000/"limit_ms": 20000/' >"$folder/tool.json"
	timeout 150 "$tare" run "$folder/tool.json" --out "$folder/tool" --quiet --plots none >/dev/null 2>"$folder/err"
	is "$?" 0 "a tool's run: status"
	report=$folder/tool/report.json
	is "$(jq -r '.experiments.work.numbers[] | select(.metric == "events_per_second" and .value.n == 1 and .value.median > 0) | .subject' "$report" | sort)" \
		"$boxes" 'a tool runs in each box, and says what it found'
	is "$(jq -r '.artifacts[] | select(.id == "tool") | "\(.sha256) \(.version)"' "$report")" \
		"$(sha256sum <"$(command -v sysbench)" | cut -d' ' -f1) $(sysbench --version)" 'its digest and version are in the report'
	ok 'and those of its libraries' jq -e '[.artifacts[] | select(.kind == "library" and .id == "libc.so.6")] | length == 1' "$report"
	ok 'the report follows its schema' tests/blackbox/validate "$report"
else
	skip 'a tool of this host' 'sysbench is not installed'
fi

for how in words:garbage status:crash signal:crash flood:garbage hang:timeout; do
	scenario bin/static "[\"${how%:*}\"]" <<<"$process" >"$folder/faults.json"
	timeout 60 "$tare" run "$folder/faults.json" --out "$folder/${how%:*}" --quiet --plots none >/dev/null 2>"$folder/err"
	jq -r 'select(.record == "sample") | "\(.status): \(.error)"' "$folder/${how%:*}/samples.jsonl"
done >"$folder/told"
is "$(<"$folder/told")" "garbage: program: what it wrote cannot be used; 'hello,' is no metric; NAME VALUE [UNIT]
crash: program: it died; exit status: 3
crash: program: it died; signal: 6
garbage: program: what it wrote cannot be used; more output than is taken: 27
timeout: program: it was killed, as it did not end in time" 'one that goes wrong is told as what it is'
plan
