#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Containers of libvirt's LXC driver in whole runs, with a libvirtd of this test: they start, are weighed and leave
# nothing; a host that cannot is told why; a harness that is killed, a libvirtd that is killed.
cd "$(dirname "$0")/../.." || exit 1
source tests/tap.bash
source tests/alone.bash
source tests/engines.bash

tare=${TARE:-build/tare}
# row: of lxc in the list, on one line
row() { timeout 30 "$tare" list runtimes | awk '$1 == "lxc" { on = 1 } on && $1 != "lxc" && /^[a-z]/ { exit } on' | tr -s ' \n' ' '; }

if [[ -z ${TARE_WITHOUT_UNIFIED:-} ]]; then
	[[ -z $(cat /sys/fs/cgroup/unified/cgroup.controllers 2>/dev/null) ]] ||
		like "$(row)" 'lxc no .*cgroup v1 and v2 both have controllers' 'a host of both versions of cgroups is told so'
	TARE_WITHOUT_UNIFIED=$tap_count exec tests/without-unified bash "$0"
fi
tap_count=$TARE_WITHOUT_UNIFIED
scratch=$(mktemp -d)
trap engines_farewell EXIT
if ! PATH=$PATH:/usr/sbin:/sbin command -v libvirtd >/dev/null || ! compgen -G '/usr/lib/*/libvirt/connection-driver/libvirt_driver_lxc.so' >/dev/null; then
	skip 'LXC through libvirt' "libvirtd or its LXC driver is not installed (scripts/setup check installs it)"
	plan
fi
like "$(LIBVIRT_DEFAULT_URI="lxc:///system?socket=$scratch/none" row)" 'lxc no .*none.*tare never starts it' 'no daemon: the row says so'
lxc_start; result $? 'a private libvirtd runs'
like "$(row)" 'lxc ready' 'then it can be used'

# left RUN: what it has left anywhere
left() {
	local id
	id=$(jq -r .run.id "$1/plan.json")
	grep -o "/[^ ]*tare-${id}[^ ]*" /proc/self/mountinfo
	find /sys/fs/cgroup -depth -type d -name "*tare-$id*" 2>/dev/null
	find "$scratch" /run -maxdepth 2 -name "tare-$id*" 2>/dev/null
	virsh --connect "$LIBVIRT_DEFAULT_URI" list --all --name 2>/dev/null | grep "$id"
	pgrep -f "libvirt_lxc --name tare-$id"
}

cat >"$scratch/good.json" <<'END'
{
  "name": "good",
  "limits": {"memory_bytes": 134217728},
  "settle": {"min_ns": 100000000, "max_ns": 2000000000},
  "blocks": {"latency": {"count": 2}, "footprint": {"count": 1}},
  "subjects": [{"name": "lxc", "runtime": "lxc"}]
}
END
timeout 60 "$tare" run "$scratch/good.json" --quiet --out "$scratch/good" >"$scratch/said" 2>&1
is "$?" 0 'a run'
report=$scratch/good/report.json
is "$(jq -r '.samples[] | select(.status != "ok" or .residue) | .subject + ": " + (.error // "") + (.residue // "")' "$report")" '' \
	'all samples are good, and leave nothing'
is "$(jq -r '[.samples[] | .state.pages_count > 0 and .state.resident_ratio > 0.9] | all' "$report")" true 'what it starts from is found, and was warm'
is "$(jq -r '[.samples[] | select(.subject == "lxc" and .kind == "footprint")][0] | .memory[0].process_count == 2 and .memory[0].pss_bytes > 200000
	and .memory[0].cgroup_kernel_bytes > 0 and .disk[0].instance.allocated_bytes > 0 and .disk[0].platform.allocated_bytes > 100000' "$report")" true \
	'the weight holds the payload and its monitor, the disk the layer'
is "$(jq -r '[.samples[] | select(.subject == "lxc")][0].identity.profile | [.namespaces, .seccomp, .memory_limit_bytes, .root_type] | join(" ")' "$report")" \
	'mnt pid net ipc uts off 134217728 overlay' 'its profile, read from the running payload'
is "$(jq -r '.subjects[] | select(.name == "lxc") | .engine.name + " " + .engine.uri' "$report")" "libvirt $LIBVIRT_DEFAULT_URI" 'the engine says which it is'
is "$(left "$scratch/good")" '' 'the run leaves nothing'
ok 'the report follows its schema' tests/blackbox/validate "$report"

cat >"$scratch/long.json" <<'END'
{"name": "long", "blocks": {"latency": {"count": 40}}, "subjects": [{"name": "process", "runtime": "process"}, {"name": "lxc", "runtime": "lxc"}]}
END
# caught: waits until a container runs; one that libvirtd is about to start comes after whatever was swept
# shellcheck disable=SC2317
caught() {
	local i
	for ((i = 0; i < 1000; i++)); do pgrep -P "$(pgrep -d, -f 'libvirt_lxc --name tare-')" -x payload >/dev/null 2>&1 && return 0; sleep 0.005; done
	return 1
}
"$tare" run "$scratch/long.json" --quiet --out "$scratch/killed" >/dev/null 2>&1 &
keeper=$!
ok 'a container of the run is there' caught
kill -9 "$(pgrep -P "$keeper" tare-harness)"
wait "$keeper" 2>/dev/null
for ((i = 0; i < 50; i++)); do [[ -z $(left "$scratch/killed") ]] && break; sleep 0.1; done
is "$(left "$scratch/killed")" '' 'a killed harness leaves no container, no mount, no cgroup'

sed 's/"count": 40/"count": 25/' "$scratch/long.json" >"$scratch/some.json"
timeout 100 "$tare" run "$scratch/some.json" --quiet --out "$scratch/lost" >/dev/null 2>&1 &
run=$!
ok 'a container of the run is there' caught
engine_stop lxc KILL
wait "$run"
is "$(jq -r '[.samples[] | select(.subject == "process" and .status == "ok")] | length' "$scratch/lost/report.json")" 25 \
	'libvirtd is killed: the other subject goes on to its end'
is "$(jq -r '[.samples[] | select(.subject == "lxc" and .status != "ok" and .phase != null and (.error | test("libvirt")))] | length > 0' \
	"$scratch/lost/report.json")" true 'its own samples fail, with phase and reason'
is "$(pgrep -x payload | wc -l)" 0 'nothing of ours runs on'
plan
