#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# An ordinary user: builds, lists, runs all three kinds of subject, is told what is missing, and leaves nothing.
# Root runs it as a user who owns nothing.
cd "$(dirname "$0")/../.." || exit
source tests/tap.bash

tare=${TARE:-build/tare} nobody=65534
scratch=$(mktemp -d /tmp/tare-user.XXXXXX)
trap 'rm -rf "$scratch"' EXIT
mkdir -m 0700 "$scratch/home" "$scratch/run"
chmod 0755 "$scratch"

user() {
	local become=()
	[[ $EUID -ne 0 ]] || become=(setpriv --reuid="$nobody" --regid="$nobody" --clear-groups --)
	env -u TARE_KEEPER_FD HOME="$scratch/home" XDG_RUNTIME_DIR="$scratch/run" "${become[@]}" "$@"
}

if [[ $EUID -eq 0 ]]; then
	chown -R "$nobody:$nobody" "$scratch"
fi
# A clone may lie in a folder that only its owner can enter.
if ! user test -r "$PWD/$tare"; then
	mkdir "$scratch/tree"
	tar --exclude='./build/obj-*' --exclude=./.git -cSf - . | tar -xf - -C "$scratch/tree"
	cd "$scratch/tree" || exit
fi
if ! user test -r "$tare" || ! user test -r build/root.ext4; then
	skip 'runs of an ordinary user' 'the user cannot read this folder'
	plan
fi
if ! user unshare -Urm true 2>/dev/null; then
	like "$(user "$tare" list)" 'namespace +no' 'without user namespaces: containers are not offered'
	like "$(user "$tare" list)" 'max_user_namespaces|unprivileged_userns|AppArmor|are refused' 'the reason is named'
	skip 'runs of an ordinary user' 'user namespaces are refused here'
	plan
fi

# What a user builds is his: the owner of the root tree is the container's root then.
ok 'a user builds' user make -s B="$scratch/build" "$scratch/build/tare" "$scratch/build/payload" root
for file in guest root.ext4 empty-overlay.qcow2; do
	ln -s "$PWD/build/$file" "$scratch/build/$file"
done

listed=$(user "$tare" list runtimes)
like "$listed" 'process +ready' 'list: a process is ready'
like "$listed" 'namespace +limited' 'list: containers are limited'
like "$listed" 'one user id instead of a range' 'list: what is missing is named'
doctor=$(user "$tare" doctor)
like "$doctor" 'D-PRIV +no root, user namespaces work' 'doctor: what this user may do'
like "$(tr -s ' \n' ' ' <<<"$doctor")" 'one user id, limits in a delegated cgroup v2 only' 'doctor: what is missing'

cat >"$scratch/user.json" <<'END'
{
  "name": "user",
  "blocks": {"latency": {"warmup": 0, "count": 2}, "footprint": {"count": 1}},
  "settle": {"min_ns": 300000000, "max_ns": 3000000000},
  "subjects": [
    {"name": "process", "runtime": "process"},
    {"name": "disk", "runtime": "namespace"},
    {"name": "tmpfs", "runtime": "namespace", "options": {"upper": "tmpfs"}},
    {"name": "early", "runtime": "namespace", "options": {"overlay": "early"}},
    {"name": "none", "runtime": "namespace", "root": "none"},
    {"name": "pool", "runtime": "namespace", "options": {"pool": "2"}},
    {"name": "parked", "runtime": "namespace", "options": {"parked": "2"}},
    {"name": "vm", "runtime": "vm"}
  ]
}
END
run=$scratch/home/out
ok 'a run of processes, containers and VMs' user env TARE_ARTIFACTS="$scratch/build" timeout 120 "$tare" run \
	"$scratch/user.json" --out "$run" --quiet --plots none

# field SUBJECT FILTER: of the samples of a subject, each value once
field() {
	jq -r "select(.record == \"sample\" and .subject == \"$1\") | $2" "$run/samples.jsonl" | sort -u
}

# config SUBJECT FILTER: what the plan says of a subject
config() {
	jq -r ".subjects[] | select(.name == \"$1\") | .config | $2" "$run/plan.json"
}

subjects=(process disk tmpfs early none pool parked vm)
if [[ $(jq -r '.subjects[] | select(.name == "tmpfs") | .usable' "$run/plan.json") != true ]]; then
	skip 'upper=tmpfs' 'the kernel makes no overlays of detached mounts'
	subjects=(process disk early none pool parked vm)
fi
for subject in "${subjects[@]}"; do
	is "$(field "$subject" '"\(.status) \(.residue)"')" 'ok null' "$subject: each sample is ok, and leaves nothing"
done
for subject in disk early none pool parked vm; do
	is "$(field "$subject" .identity.inner_pid)" 1 "$subject: the payload is PID 1"
done
boot=$(</proc/sys/kernel/random/boot_id)
is "$(field disk .identity.boot_id)" "$boot" 'disk: runs on the host'"'"'s kernel'
is "$(field vm .identity.own_kernel)" true 'vm: runs a kernel of its own'
is "$(field vm .identity.visible_from_host)" false 'vm: the host does not see the payload'
is "$(config early .rootfs.assembled)" early 'early: the starter assembled the root'
is "$(config disk .user_namespace.id_count)" 1 'disk: one user id'
is "$(field disk 'select(.disk) | .disk[0].instance.allocated_bytes > 0')" true 'disk: its layer takes room'

if [[ $(config disk .cgroup.version) == null ]]; then
	is "$(config disk '.limits | "\(.memory_bytes) \(.pids_count)"')" 'null null' 'no cgroup: no limits'
	like "$(config disk .limits.reason)" 'cgroup' 'no cgroup: the reason is named'
	is "$(config disk '.limits.substitutes | (.RLIMIT_AS > 0 and .RLIMIT_NPROC > 0)')" true \
		'no cgroup: resource limits stand in'
	like "$(field disk 'select(.memory) | .memory[0].unknown_reason')" 'kernel memory' \
		'no cgroup: no kernel memory in the footprint, with the reason'
	is "$(field disk 'select(.memory) | .memory[0].cgroup_kernel_bytes')" null 'no cgroup: unknown is not 0'
	is "$(jq -r '.flags[] | select(.id == "F-LIMITS") | .triggered' "$run/report.json")" true \
		'no cgroup: the report has a flag'
	like "$(user "$tare" report "$run" --plots none | tr -s ' \n' ' ')" 'F-LIMITS [^:]*disk.*no limit of memory' \
		'no cgroup: the report says what is missing'
	like "$(tr -s ' \n' ' ' <"$run/report.md")" "Not in it: the container's kernel memory" \
		'no cgroup: the claim about memory says what is not in it'
else
	skip 'missing limits' 'a cgroup is delegated to this user'
fi
ok 'the report follows its schema' tests/blackbox/validate "$run/report.json"

# A way out of the box that takes no root: a guest's user-mode network. A container's is refused by name.
cat >"$scratch/out.json" <<'END'
{"name": "out", "blocks": {"experiment": {"count": 1}}, "experiment": {"name": "work", "iterations": 1, "warmup": 0, "goal_ms": 5},
 "workload": "net_host_rr", "subjects": [{"name": "vm", "runtime": "vm", "options": {"network": "user"}},
 {"name": "box", "runtime": "namespace", "options": {"network": "user"}, "optional": true}]}
END
ok 'a run over a user-mode network' user env TARE_ARTIFACTS="$scratch/build" timeout 120 "$tare" run "$scratch/out.json" \
	--out "$scratch/home/way" --quiet --plots none
is "$(jq -r 'select(.what == "work") | "\(.subject) \(.workload) \(.status)"' "$scratch/home/way/samples.jsonl")" 'vm net_host_rr ok' \
	'a guest reaches the peer'
like "$(jq -r '.subjects[] | select(.name == "box") | .reason' "$scratch/home/way/plan.json")" 'Only root makes the network' \
	'a container does not, and why'
rm -rf "$scratch/home/way"

# Isolation and limits, by the tests that root runs too.
for name in namespace ahead escape; do
	program=build/obj/tests/privileged/test-$name
	if [[ ! -x $program ]]; then
		skip "test-$name without root" 'it is not built'
		continue
	fi
	ok "test-$name without root" user env TARE_TEST_USER="$scratch/home" TARE="$scratch/build/tare" \
		TARE_ARTIFACTS="$scratch/build" CMOCKA_MESSAGE_OUTPUT=STDOUT timeout 60 "$program"
done

id=$(jq -r .run.id "$run/plan.json")
is "$(find "$scratch/run" "$scratch/home" /tmp -maxdepth 1 -name "*$id*" 2>/dev/null)" '' 'no folder is left'
is "$(find "$scratch/run" "$scratch/home" -mindepth 1 -maxdepth 1 ! -path "$run")" '' 'nothing is put into the user'"'"'s folders'
is "$(grep -l "tare-$id" /proc/[0-9]*/cmdline 2>/dev/null)" '' 'no process is left'
is "$(grep "tare-$id" /proc/self/mountinfo)" '' 'no mount is left'

# Killed: the keeper's death takes the containers along; what it could not sweep the user's next command does.
user env TARE_ARTIFACTS="$scratch/build" "$tare" run "$scratch/user.json" --out "$scratch/home/killed" --quiet \
	--plots none >/dev/null 2>&1 &
for ((i = 0; i < 300; i++)); do
	[[ $(grep -c . "$scratch/home/killed/samples.jsonl" 2>/dev/null) -ge 3 ]] && break
	sleep 0.05
done
id=$(jq -r .run.id "$scratch/home/killed/plan.json")
for pid in $(pgrep -f -- "--out $scratch/home/killed"); do
	[[ $(<"/proc/$pid/comm") != tare && $(<"/proc/$pid/comm") != tare-harness ]] || kill -9 "$pid"
done
wait
sleep 2
user "$tare" clean >/dev/null
is "$(find "$scratch/run" -mindepth 1 -maxdepth 1)" '' 'killed twice: clean removes what is left'
is "$(grep -l "tare-$id" /proc/[0-9]*/cmdline 2>/dev/null)" '' 'killed twice: no process is left'
is "$(find "$scratch/home/killed" -name instances)" '' 'killed twice: no layer is left'
plan
