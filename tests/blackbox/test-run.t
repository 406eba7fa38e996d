#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The real thing, short: process, container and VM through whole runs; what they are, and that nothing is left.
cd "$(dirname "$0")/../.." || exit
source tests/tap.bash

tare=${TARE:-build/tare}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

if [[ $EUID -ne 0 ]]; then
	skip 'runs of real subjects' 'needs root'
	plan
fi

# left DIR: what carries the id of that run on this host; other runs may be alive
left() {
	local id
	id=$(jq -r .run.id "$1/plan.json")
	find /run -maxdepth 1 -name "tare-$id"
	find /sys/fs/cgroup -name "*tare-$id*" 2>/dev/null
	grep -l "tare-$id-" /proc/[0-9]*/cmdline 2>/dev/null
	grep "tare-$id" /proc/self/mountinfo
}

# field SUBJECT FILTER: of the samples of a subject, each value once
field() {
	jq -r "select(.subject == \"$1\") | $2" "$scratch/run/samples.jsonl" | sort -u
}

cat >"$scratch/real.json" <<'END'
{
  "name": "real",
  "blocks": {"latency": {"warmup": 1, "count": 6}, "footprint": {"count": 2}},
  "settle": {"min_ns": 500000000, "max_ns": 4000000000},
  "subjects": [
    {"name": "process", "runtime": "process"},
    {"name": "namespace", "runtime": "namespace"},
    {"name": "namespace-tmpfs", "runtime": "namespace", "options": {"upper": "tmpfs"}},
    {"name": "namespace-none", "runtime": "namespace", "root": "none"},
    {"name": "vm", "runtime": "vm"}
  ]
}
END
ok 'a run of process, containers and VM' timeout 300 "$tare" run "$scratch/real.json" --out "$scratch/run" --quiet
subjects=(process namespace namespace-tmpfs namespace-none vm)
host_boot=$(</proc/sys/kernel/random/boot_id)
for subject in "${subjects[@]}"; do
	is "$(field "$subject" .status)" ok "$subject: each sample is ok"
	is "$(field "$subject" .residue)" null "$subject: nothing is left of any"
	is "$(field "$subject" .identity.payload_sha256)" "$(sha256sum build/payload | cut -d' ' -f1)" \
		"$subject: the payload is the one that was built"
	is "$(field "$subject" '(.latency.request_to_ready_ns > 0) and (.latency.stop_to_exited_ns > 0)')" true \
		"$subject: start and stop have a time"
	is "$(field "$subject" '[.events[] | select(.name == "ready_obs") | .t_ns][0] > 0')" true \
		"$subject: ready comes after the request"
done
for subject in process namespace namespace-tmpfs namespace-none; do
	is "$(field "$subject" .identity.boot_id)" "$host_boot" "$subject: runs on the host's kernel"
	is "$(field "$subject" .identity.visible_from_host)" true "$subject: the host sees the payload's process"
	is "$(field "$subject" '.events | map(.name) | (index("user_main") != null) and (index("ready_src") != null)')" true \
		"$subject: the payload's own stamps are on the timeline"
done
is "$(field vm '.identity.own_kernel')" true 'vm: runs a kernel of its own'
is "$(field vm '.identity.visible_from_host')" false 'vm: the host sees QEMU, not the payload'
is "$(field vm '.events | map(.name) | index("vm_running") != null')" true 'vm: the first guest instruction has an instant'
is "$(field vm '.clock_sync | .ok and .method == "ping_pong" and .count == 64 and .err_ns > 0 and .err_ns < 1000000')" true \
	"vm: the guest's clock is tied to the host's"
is "$(field vm '[.events[] | select(.name | IN("request", "vm_running", "kernel_clock_zero", "init_exec", "init_first",
	"user_main", "ready_src", "ready_obs")) | .t_ns] | length == 8 and . == sort')" true \
	'vm: its kernel and its programs have their instants, in order'
# An independent check of that (acceptance test 3): an emulated guest's counter is zero when QEMU starts its CPUs, which
# QEMU stamps itself. Most samples within the error and 200 us: the stamp is taken beside a busy host.
if [[ $(jq -r '.subjects[] | select(.name == "vm") | .label' "$scratch/run/plan.json") == tcg ]]; then
	is "$(jq -s '[.[] | select(.subject == "vm") | . as $s | (.events | map({(.name): .}) | add) as $e
		| ($e.ready_src.t_ns - ($s.identity.stamp_ready_src | split(" ")[2] | tonumber) * 1e9 / $s.clock_sync.guest_hz
		- $e.vm_running.t_ns | fabs) <= $s.clock_sync.err_ns + 200000] | (map(select(.)) | length) / length >= 0.6' \
		"$scratch/run/samples.jsonl")" true "vm: its counter was zero when QEMU says that its CPUs were started"
else
	skip "vm: its counter was zero when QEMU says so" 'not emulated: the counter starts elsewhere'
fi
is "$(field namespace '.clock_sync | .ok and .method == "shared_clock" and .err_ns == 0')" true \
	'namespace: its clock is the host'"'"'s'
is "$(jq '[.phases as $phases | .samples as $samples | [.phases[].subject] | unique[] as $s
	| [$phases[] | select(.subject == $s)] as $own
	| $samples[] | select(.id == $own[0].medoid_sample)
	| .latency.request_to_ready_ns == ([$own[].medoid_ns] | add)] | length == 5 and all' "$scratch/run/report.json")" true \
	'the phases of each subject are its start-up, to the nanosecond'
for subject in namespace namespace-none vm; do
	is "$(field "$subject" .identity.inner_pid)" 1 "$subject: the payload is PID 1"
done
is "$(field namespace '.events | map(.name) | index("clone_call") < index("child_first") and index("child_first") < index("execve_call")')" \
	true 'namespace: the stages of its start are stamped in order'
memory=$(jq -s '[.[] | select(.memory) | {(.subject): .memory[0].footprint_bytes}] | add | (.vm > .namespace and .namespace > 0 and .process > 0)' \
	"$scratch/run/samples.jsonl")
is "$memory" true 'an idle VM takes more memory than a container'
is "$(field vm 'select(.disk) | .disk[0] | .instance.allocated_bytes > 0 and .boot_artefacts.allocated_bytes > 0')" true \
	'vm: has a disk layer and boot artefacts'
is "$(field namespace 'select(.disk) | .disk[0].boot_artefacts.allocated_bytes')" 0 'namespace: has no boot artefacts'
label=$(jq -r '.subjects[] | select(.name == "vm") | .label' "$scratch/run/plan.json")
class=$(jq -r .host.virtualization.kvm_class "$scratch/run/host.json")
case $class in
kvm-hw) is "$label" '' 'the label: hardware KVM has none' ;;
kvm-nested) is "$label" kvm-nested 'the label: nested KVM' ;;
*) is "$label" tcg 'the label: without usable KVM it is TCG' ;;
esac
ok 'the report follows its schema' tests/blackbox/validate "$scratch/run/report.json"
is "$(jq -r '[.comparisons[] | select(.metric == "memory_footprint_bytes" and .a == "process" and .b == "namespace") | .verdict][0]' \
	"$scratch/run/report.json")" not_comparable 'memory with and without kernel memory is not compared'
is "$(field vm '.identity.stamp_init != null and .identity.stamp_ready_src != null')" true "vm: the guest's own stamps are kept"
is "$(jq '[.comparisons[] | select(.a == "namespace-none" or .b == "namespace-none")] | length' "$scratch/run/report.json")" 0 \
	'the class without a root tree is compared with nothing here'
is "$(left "$scratch/run")" '' 'nothing that carries a run'"'"'s id is left on the host'
cpu=$(jq -s '[.[] | select(.record == "end")][0] | .harness_cpu_ns / .duration_ns < 0.05' "$scratch/run/samples.jsonl")
is "$cpu" true 'the harness takes less than 5 % of a CPU'
is "$(jq -s '[.[] | select(.record == "end")][0] | .keeper_rss_bytes <= 4194304 and .starter_rss_bytes <= 4194304' \
	"$scratch/run/samples.jsonl")" true 'keeper and starter stay below 4 MiB'

# Calibration before and after (acceptance test 1 of the method; margins as wide as a busy host needs).
for when in before after; do
	is "$(jq ".calibration.$when | .clock_resolution_ns > 0 and .clock_resolution_ns <= 1000 and
		.clock_read_cost_ns > 0 and .clock_read_cost_ns <= 1000 and .tsc_err_ppm * .duration_ns / 1e8 <= 3 and
		.notify_ns.count >= 20 and .notify_ns.p50 <= .notify_ns.p99 and .notify_ns.p99 <= .notify_ns.max and
		.null_subject_count >= 3 and .null_subject_p50_ns > 0" "$scratch/run/report.json")" true "calibration $when the run"
done
is "$(jq '(.calibration | .drift_ratio * .before.null_subject_p50_ns - .after.null_subject_p50_ns | fabs < 1) and
	([.flags[] | select(.id | IN("F-DRIFT", "F-SLEW", "F-STEP", "F-SYNC", "F-NOTIFY")) | .checked] | length == 5 and all)' \
	"$scratch/run/report.json")" true 'what the clocks say was checked'
like "$(<"$scratch/run/report.md")" 'until released' 'the report says how long stopping takes'
is "$(field vm '[.latency.stop_to_exited_ns, (.events[] | select(.name == "released") | .t_ns)] | length == 2 and all(. > 0)')" \
	true 'vm: its end and its release have an instant'

# Cold and warm in one run, each proven by residency of the lower files, or said not to be (acceptance test 13).
is "$(jq -r 'select(.record == "sample") | "\(.state.cache) \(.state.proven)"' "$scratch/run/samples.jsonl" | sort -u)" 'warm true' \
	'artefacts are warm before each start'
ok 'a cold run' timeout 60 "$tare" run startup --subjects process,namespace,namespace:cache=warm,vm:root=none,qemu-direct:root=none --cache cold \
	--blocks 1 --warmup 0 --out "$scratch/cold" --quiet --plots none
is "$(jq -s '[.[] | select(.record == "sample" and .state.cache == "cold")] | length == 4 and
	all(.status == "ok" and .state.pages_count > 0 and ((.state.resident_ratio < 0.01) != .state.cold_incomplete))' \
	"$scratch/cold/samples.jsonl")" true 'what is cold is proven, or flagged'
is "$(jq -c '[.subjects[].class] == ["cold", "cold", "plain", "cold", "control"] and
	([.flags[] | select(.id == "F-COLD") | .triggered] == [true]) and
	([.comparisons[] | select(.a == "namespace:cache=warm" or .b == "namespace:cache=warm")] | length == 0)' \
	"$scratch/cold/report.json")" true 'warm and cold are never compared'

# A split puts all that is measured onto one set of CPUs, the same for every subject, QEMU's threads included.
cat >"$scratch/place.json" <<'END'
{
  "name": "place",
  "blocks": {"latency": {"count": 1}},
  "subjects": [
    {"name": "process", "runtime": "process"},
    {"name": "namespace", "runtime": "namespace"},
    {"name": "vm", "runtime": "vm", "root": "none"}
  ]
}
END
if [[ $(nproc) -ge 2 ]]; then
	ok 'a run with a split' timeout 60 "$tare" run "$scratch/place.json" --out "$scratch/place" --quiet --placement split
	set=$(jq -r .host.placement.subject_cpus "$scratch/place/host.json")
	is "$(jq -r 'select(.record == "sample") | .cpus' "$scratch/place/samples.jsonl" | sort | uniq -c | tr -s ' ')" " 3 $set" \
		'each subject runs on the CPUs of the subjects, and on no other'
	like "$(<"$scratch/place/report.md")" "keeper, starters, and every subject" 'the report says which CPU does what'
else
	skip 'a run with a split' 'needs two CPUs'
fi

# Injected delays move the headline by what was injected (acceptance test 4 of the method; wide margins, minima).
cat >"$scratch/delay.json" <<'END'
{
  "name": "delay",
  "blocks": {"latency": {"count": 10}},
  "subjects": [
    {"name": "plain", "runtime": "namespace"},
    {"name": "late", "runtime": "namespace", "payload_env": {"TARE_DELAY_NS": "20000000"}}
  ]
}
END
ok 'a run with a delay' timeout 60 "$tare" run "$scratch/delay.json" --out "$scratch/delay" --quiet --plots none
is "$(jq -s '[.[] | select(.subject == "late") | .latency.request_to_ready_ns] as $late
	| [.[] | select(.subject == "plain") | .latency.request_to_ready_ns] as $plain
	| (($late | min) - ($plain | min)) / 1e6 | . > 18 and . < 25' "$scratch/delay/samples.jsonl")" true \
	'20 ms of delay in the payload are 20 ms of start-up'

# In a guest too, and there it is the payload that took it: nobody else's phase. Its own clock, mapped, says so.
cat >"$scratch/delay-vm.json" <<'END'
{
  "name": "delay-vm",
  "blocks": {"latency": {"count": 2}},
  "subjects": [
    {"name": "plain", "runtime": "vm", "root": "none"},
    {"name": "late", "runtime": "vm", "root": "none", "payload_env": {"TARE_DELAY_NS": "30000000"}}
  ]
}
END
ok 'guests with and without a delay' timeout 90 "$tare" run "$scratch/delay-vm.json" --out "$scratch/delay-vm" --quiet --plots none
is "$(jq -s 'def payload($name): [.[] | select(.subject == $name) | [.events[] | {(.name): .t_ns}] | add | (.ready_src - .user_main) / 1e6];
	(payload("late") | length == 2 and min > 29.9) and ((payload("late") | min) - (payload("plain") | min) | . > 27 and . < 60)' \
	"$scratch/delay-vm/samples.jsonl")" true '30 ms of delay in a guest are 30 ms between its first instruction and its ready byte'
is "$(jq -r '[.phases[] | select(.subject == "late" and .median_ns != null)] as $late | [.phases[] | select(.subject == "plain" and .median_ns != null)] as $plain
	| [$late[] | . as $p | $plain[] | select(.from == $p.from and .to == $p.to and $p.from == "user_main") | $p.median_ns - .median_ns | . > 15e6] | any' \
	"$scratch/delay-vm/report.json")" true 'and the report has them in that phase'

# What never gets ready is a sample; so is a VM whose QEMU is killed; the run goes on.
cat >"$scratch/faults.json" <<'END'
{
  "name": "faults",
  "blocks": {"latency": {"count": 1}},
  "subjects": [
    {"name": "hang", "runtime": "namespace", "payload_env": {"TARE_FAULT": "hang"}, "timeout_ns": 500000000},
    {"name": "hang-vm", "runtime": "vm", "root": "none", "payload_env": {"TARE_FAULT": "hang"}, "timeout_ns": 6000000000},
    {"name": "fine", "runtime": "namespace"}
  ]
}
END
timeout 60 "$tare" run "$scratch/faults.json" --out "$scratch/faults" --quiet --plots none >/dev/null 2>&1
is "$?" 1 'a subject that never gets ready: status'
is "$(jq -r 'select(.record == "sample") | "\(.subject) \(.status) \(.residue)"' "$scratch/faults/samples.jsonl" | sort)" \
	$'fine ok null\nhang timeout null\nhang-vm timeout null' 'a subject that never gets ready is a timeout, and leaves nothing'

# No QEMU, no /dev/kvm, no images: the reason by name, the other subjects go on.
timeout 60 env TARE_ARTIFACTS="$scratch/empty" "$tare" run startup --subjects process --out "$scratch/bare" --quiet \
	>"$scratch/out" 2>"$scratch/err"
is "$?" 3 'without artifacts: status'
like "$(<"$scratch/err")" 'payload' 'without artifacts: what is missing is named'

# Killed: nothing is left after the next run, and strangers are not touched.
mkdir -p /run/tare-stranger && touch /run/tare-stranger/file
for victim in tare tare-harness; do
	"$tare" run "$scratch/real.json" --out "$scratch/kill-$victim" --quiet >/dev/null 2>&1 &
	pid=$!
	for ((i = 0; i < 300; i++)); do
		[[ $(grep -c . "$scratch/kill-$victim/samples.jsonl" 2>/dev/null) -ge 3 ]] && break
		sleep 0.05
	done
	read -ra children <"/proc/$pid/task/$pid/children"
	for harness in "${children[@]}"; do
		[[ $(<"/proc/$harness/comm") == tare-harness ]] && break
	done
	if [[ $victim == tare ]]; then kill -9 "$pid"; else kill -9 "$harness"; fi
	wait "$pid" 2>/dev/null
	for ((i = 0; i < 60; i++)); do
		[[ -z $(left "$scratch/kill-$victim") && ! -e /proc/$harness ]] && break
		sleep 0.1
	done
	if [[ -n $(left "$scratch/kill-$victim") ]]; then "$tare" clean >/dev/null; fi
	is "$(left "$scratch/kill-$victim")" '' "kill -9 of $victim: nothing is left"
	ok "kill -9 of $victim: what was measured can be reported" "$tare" report "$scratch/kill-$victim" --plots none
done
ok 'a stranger is not touched' test -e /run/tare-stranger/file
rm -rf /run/tare-stranger
plan
