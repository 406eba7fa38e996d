#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What one more box costs, with real subjects: experiments through whole runs, their numbers where they must be exact.
cd "$(dirname "$0")/../.." || exit
source tests/tap.bash

tare=${TARE:-build/tare}
scratch=$(mktemp -d)
small=$scratch/small # a file system of its own
# shellcheck disable=SC2317,SC2329
finish() {
	mountpoint -q "$small" && umount "$small"
	rm -rf "$scratch"
}
trap finish EXIT

if [[ $EUID -ne 0 ]]; then
	skip 'experiments with real subjects' 'needs root'
	plan
fi

# cow SUBJECT TARGET ORDER FIELD: the median of what was found
cow() {
	jq --arg subject "$1" --arg target "$2" --arg order "$3" ".experiments.cow.writes[]
		| select(.subject == \$subject and .target == \$target and .order == \$order) | .$4.median" \
		"$scratch/cow/report.json"
}

# Ramps: everything that was started runs at once, is weighed, and is gone. The long ones are `make bench-density`.
cat >"$scratch/ramp.json" <<'END'
{
  "name": "ramp",
  "limits": {"memory_bytes": 100663296, "pids_count": 16, "cpus_count": 1},
  "settle": {"min_ns": 500000000, "max_ns": 2000000000},
  "experiment": {"name": "density", "instances_max": 40, "bytes_max": 450000000, "concurrency_wide": 2, "knee_ends": 0},
  "subjects": [{"name": "namespace", "runtime": "namespace"}, {"name": "vm", "runtime": "vm"}]
}
END
# ramp SUBJECT FIELD [CONCURRENCY]: of its ramp with so many started at the same time
ramp() {
	jq --arg subject "$1" --argjson concurrency "${3:-1}" ".experiments.density.ramps[]
		| select(.subject == \$subject and .concurrency == \$concurrency) | .$2" "$scratch/ramp/report.json"
}

ok 'a run of density' timeout 180 "$tare" run "$scratch/ramp.json" --out "$scratch/ramp" --quiet --plots none
is "$(ramp namespace instances_max_count)" 40 'forty containers run at once'
is "$(ramp namespace reason)" '"instances_max"' 'and no more, as asked for'
is "$(ramp vm reason)" '"bytes_max"' 'guests until they take as much as was asked for'
is "$(ramp vm 'instances_max_count >= 2')" true 'which is more than one'
for subject in namespace vm; do
	is "$(ramp $subject instances_max_count 2)$(ramp $subject reason 2)" \
		"$(ramp $subject instances_max_count)$(ramp $subject reason)" "$subject: as many where two start at a time"
	is "$(ramp $subject 'bins | map(.starts_count) | add' 2)" "$(ramp $subject starts_count)" "$subject: each start is in one bin"
	is "$(ramp $subject 'bins | map(.teardown_ns > 0) | all')" true "$subject: and each end"
	is "$(ramp $subject failed_count)" 0 "$subject: no start failed"
	is "$(ramp $subject 'mem_marginal_bytes > 0')" true "$subject: one more takes memory"
	is "$(jq -r "select(.subject == \"$subject\" and .record == \"sample\") | .residue" "$scratch/ramp/samples.jsonl")" null \
		"$subject: nothing is left"
done
is "$(ramp vm "mem_marginal_bytes > 20 * $(ramp namespace mem_marginal_bytes)")" true \
	'a guest takes many times what a container takes'
is "$(jq '[.comparisons[] | select(.metric == "mem_marginal_bytes") | .ratio_hl > 20]' -c "$scratch/ramp/report.json")" '[true]' \
	'and the comparison of what one more takes says so'
ok 'the harness takes at most 64 KiB for each' test "$(ramp namespace 'harness_bytes | round')" -le 65536
like "$(grep 'harness itself takes' "$scratch/ramp/report.md")" 'namespace.* of memory for each that lives\.$' 'the report says what the harness holds'
cp -r results/reference/density "$scratch/recorded"
ok 'a recorded ramp of guests can be told again' "$tare" report "$scratch/recorded" --plots none
like "$(grep 'vm.*harness itself takes' "$scratch/recorded/report.md")" 'for each that lives, what libvirt.s driver keeps' \
	'of guests it says that libvirt has a part in that'
id=$(jq -r .run.id "$scratch/ramp/plan.json")
is "$(grep -l "tare-$id-" /proc/[0-9]*/cmdline 2>/dev/null)" '' 'no process of the run lives'
is "$(find /sys/fs/cgroup -name "*tare-$id*" 2>/dev/null)" '' 'no cgroup of the run is left'
ok 'the report of a ramp follows its schema' tests/blackbox/validate "$scratch/ramp/report.json"

# What the harness takes for one more does not grow with how many there are: a list that is searched for each would show.
printf '{"name": "crowd", "settle": {"min_ns": 50000000, "max_ns": 100000000}, "experiment": {"name": "density",
	"instances_max": 564, "concurrency_wide": 1, "knee_ends": 0}, "subjects": [{"name": "process", "runtime": "process"}]}' \
	>"$scratch/crowd.json"
ok 'a crowd of processes' timeout 120 "$tare" run "$scratch/crowd.json" --out "$scratch/crowd" --quiet --plots none
# crowd FIELD N: of the starts or ends around N
crowd() {
	jq ".experiments.density.ramps[0].bins[] | select(.n_low <= $2 and .n_high >= $2) | .harness_$1_cpu_ns" "$scratch/crowd/report.json"
}
for what in start end; do
	few=$(crowd $what 40) many=$(crowd $what 500)
	ok "the harness takes as long for each $what among 500 as among 40 ($many and $few ns)" \
		test "${many%.*}" -lt "$((3 * ${few%.*}))"
done

# Method, acceptance test 9: what the payload holds is what the lenses see, within 1 %.
sed 's/"limits"/"settle": {"min_ns": 1500000000, "max_ns": 8000000000}, "limits"/' scenarios/touch.json >"$scratch/touch.json"
ok 'a run of touch' timeout 180 "$tare" run "$scratch/touch.json" --blocks 1 --out "$scratch/touch" --quiet --plots none
# sees SUBJECT LENS [PERCENT]: grown by 64 MiB, give or take 1 %
sees() {
	local grown margin=$((67108864 * ${3:-1} / 100))
	grown=$(jq --arg subject "$1" --arg lens "$2" '.experiments.touch.lenses[]
		| select(.subject == $subject and .lens == $lens) | .holding_growth_bytes' "$scratch/touch/report.json")
	ok "$1: $2 sees 64 MiB ($grown)" test "$grown" -ge $((67108864 - margin)) -a "$grown" -le $((67108864 + margin))
}
for lens in pss_bytes uss_bytes rss_bytes pss_anon_bytes; do
	sees process "$lens"
	sees namespace "$lens"
done
sees namespace cgroup_current_bytes
sees vm guest_used_bytes
# Of the pages that the host backs some were touched at boot and are used again.
ok 'vm: the host backs most of it anew, and no more' jq -e '.experiments.touch.lenses[]
	| select(.subject == "vm" and .lens == "guest_ram_touched_bytes") | .holding_growth_bytes
	| . > 20000000 and . < 70000000' "$scratch/touch/report.json"
# What a guest has freed stays with it; with free-page reporting it goes back to the host, some two seconds later.
jq '.settle = {min_ns: 5000000000, max_ns: 12000000000} | .subjects = [{name: "kept", runtime: "vm"},
	{name: "given-back", runtime: "vm", options: {balloon: "reporting"}}]' scenarios/touch.json >"$scratch/reporting.json"
ok 'a run of touch with free-page reporting' timeout 240 "$tare" run "$scratch/reporting.json" --blocks 1 --out "$scratch/reporting" --quiet \
	--plots none
# given SUBJECT: of what the host backed anew while 64 MiB were held, the part that went back after that, in percent
given() {
	jq -s --arg subject "$1" '[.[] | select(.what == "weighing" and .subject == $subject) | .guest_ram_touched_bytes]
		| 100 * (.[1] - .[2]) / (.[1] - .[0]) | round' "$scratch/reporting/samples.jsonl"
}
ok "kept: what a guest frees stays with it ($(given kept) %)" test "$(given kept)" -le 10
ok "given back: with free-page reporting most goes back to the host ($(given given-back) %)" test "$(given given-back)" -ge 50
like "$(<"$scratch/reporting/report.md")" 'F-BALLOON' 'and the report flags the balloon'
ok 'the report of touch follows its schema' tests/blackbox/validate "$scratch/touch/report.json"

ok 'a run of cow' timeout 180 "$tare" run cow --subjects process,namespace,vm --blocks 1 --out "$scratch/cow" --quiet --plots none
is "$(jq -r 'select(.subject == "process" and .record == "sample") | .status' "$scratch/cow/samples.jsonl")" skipped \
	'a process has no layer to copy into'
for subject in namespace vm; do
	is "$(jq -r "select(.subject == \"$subject\" and .record == \"sample\") | .status" "$scratch/cow/samples.jsonl")" ok \
		"$subject: its turn went well"
	is "$(jq -r "select(.subject == \"$subject\" and .record == \"sample\") | .residue" "$scratch/cow/samples.jsonl")" null \
		"$subject: nothing is left"
done
# Method, acceptance test 10. What ext4 needs to note where the copy lies comes on top of what is copied.
is "$(cow namespace large first apparent_bytes)" 67108864 'overlay: one byte into 64 MiB copies all of it'
allocated=$(cow namespace large first allocated_bytes)
ok "overlay: what is allocated is that and at most 64 KiB ($allocated)" \
	test "$allocated" -ge 67108864 -a "$allocated" -le 67174400
is "$(cow namespace large again allocated_bytes)" 0 'overlay: the second write copies nothing'
is "$(cow vm device first allocated_bytes)" 131072 'qcow2: the first byte takes a cluster of data and one of its table'
is "$(cow vm device again allocated_bytes)" 0 'qcow2: the same byte again takes nothing'
is "$(cow vm device elsewhere allocated_bytes)" 65536 'qcow2: a byte elsewhere takes a cluster'
ok 'the report follows its schema' tests/blackbox/validate "$scratch/cow/report.json"
cp "$scratch/cow/report.json" "$scratch/before.json"
ok 'the report is made again' "$tare" report "$scratch/cow" --plots none --format md
ok 'byte for byte' cmp "$scratch/before.json" "$scratch/cow/report.json"

# disk SUBJECT ROW FIELD: the median of one row
disk() {
	jq --arg subject "$1" --arg row "$2" ".experiments.disk.subjects[] | select(.subject == \$subject) | .rows[]
		| select(.row == \$row) | .$3.median" "$run/report.json"
}
sed 's/"limits"/"settle": {"min_ns": 100000000, "max_ns": 200000000}, "limits"/' scenarios/disk.json >"$scratch/disk.json"

run=$scratch/disk
ok 'a run of disk' timeout 180 script -qec "$tare run $scratch/disk.json --subjects process,namespace,runc,vm --blocks 1 \
	--out $run --plots none" "$scratch/terminal"
like "$(tr '\r' '\n' <"$scratch/terminal")" 'vm: [0-9]+ done, the last a row' 'a terminal shows what a turn has measured so far'
for subject in process namespace runc vm; do
	is "$(jq -r "select(.subject == \"$subject\" and .record == \"sample\") | [.status, .residue] | @csv" "$run/samples.jsonl")" \
		'"ok",' "$subject: its turn went well, and left nothing"
done
is "$(disk process instance_created unique_bytes)" 0 'a process has nothing of its own'
is "$(disk process instance_after_work unique_bytes)" null 'and writes nowhere'
is "$(disk namespace boot_artefacts unique_bytes)" 0 'a container has no boot files'
for subject in namespace runc vm; do
	created=$(disk $subject instance_created unique_bytes)
	worked=$(disk $subject instance_after_work unique_bytes)
	ok "$subject: its own layer grows by the mebibyte that was written ($created, $worked)" \
		test $((worked - created)) -ge 1048576 -a $((worked - created)) -le 1400000
done
ok 'a packed image is smaller than the image' test "$(disk namespace image_transfer apparent_bytes)" -lt \
	"$(disk namespace image_base apparent_bytes)"
is "$(jq '.experiments.disk.subjects[] | select(.subject == "vm")
	| .amortised[] | select(.n == 1000) | .bytes' "$run/report.json")" \
	"$(jq '.experiments.disk.subjects[] | select(.subject == "vm") | .base_bytes + 1000 * .instance_bytes' "$run/report.json")" \
	'a thousand take what is shared once, and a thousand layers'
ok 'the report of disk follows its schema' tests/blackbox/validate "$run/report.json"

# On a file system with reflinks a guest's layer shares its first blocks with the template that it was copied from.
run=$small/disk
if truncate -s 400M "$scratch/xfs" && mkfs.xfs -q "$scratch/xfs" && mkdir "$small" && mount -o loop "$scratch/xfs" "$small" 2>/dev/null; then
	mkdir "$small/build"
	cp -r build/guest build/payload build/root build/root.* build/*.qcow2 "$small/build"
	ok 'disk on a file system with reflinks' env TARE_ARTIFACTS="$small/build" timeout 180 "$tare" run "$scratch/disk.json" \
		--subjects vm --blocks 1 --out "$run" --quiet --plots none
	shared=$(disk vm instance_created shared_bytes)
	unique=$(disk vm instance_created unique_bytes)
	ok "what is reflinked is told ($shared), and is not its own ($unique)" test "$shared" -gt 0 -a \
		"$((unique + shared))" -eq "$(disk vm instance_created allocated_bytes)"
	umount "$small"
else
	skip 'a file system with reflinks' 'no loop device, or no XFS'
fi

# The least memory: what works got ready each time, what fails was killed by its limit, and the two lie close together.
jq '.experiment.step_bytes = 65536 | .experiment.trials = 2' scenarios/limit.json >"$scratch/limit.json"
ok 'a run of limit' timeout 120 "$tare" run "$scratch/limit.json" --subjects process,namespace --out "$scratch/limit" --quiet \
	--plots none
bound() {
	jq ".experiments.limit.bounds[] | select(.subject == \"namespace\") | .$1.median" "$scratch/limit/report.json"
}
works=$(bound works_bytes) fails=$(bound fails_bytes)
ok "namespace: $works bytes are enough, $fails are not" test "$works" -gt "$fails" -a $((works - fails)) -le 65536
is "$(jq -s "[.[] | select(.what == \"trial\" and .limit_bytes <= $fails)] | group_by(.limit_bytes) | map(map(.ready) | all) | any" \
	"$scratch/limit/samples.jsonl")" false 'with no limit below that got each trial ready'
like "$(jq -r "select(.what == \"trial\" and .ready == false) | .status" "$scratch/limit/samples.jsonl")" 'oom' \
	'a limit that kills is said to have done so'
is "$(jq -r 'select(.record == "sample") | [.subject, .status, .residue] | @csv' "$scratch/limit/samples.jsonl" | sort)" \
	$'"namespace","ok",\n"process","skipped",' 'and nothing is left; a process has no limit'
ok 'the report of limit follows its schema' tests/blackbox/validate "$scratch/limit/report.json"

plan
