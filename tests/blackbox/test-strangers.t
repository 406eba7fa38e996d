#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Strangers' things that look like ours stand beside runs, kills and `clean`, and nothing happens to them: QEMUs,
# processes, cgroups, mounts, files, containers, living runs, and folders that a forged note points to.
cd "$(dirname "$0")/../.." || exit 1
source tests/tap.bash
source tests/alone.bash

tare=${TARE:-build/tare}
scratch=$(mktemp -d)
living=0123456789abcdef unique=$(od -An -N6 -tx1 /dev/urandom | tr -d ' \n')
declare -A stranger # name: process id
cgroups=()
for hierarchy in /sys/fs/cgroup/memory /sys/fs/cgroup/pids /sys/fs/cgroup/unified /sys/fs/cgroup; do
	[[ -e $hierarchy/cgroup.procs ]] && cgroups+=("$hierarchy/tare-stranger-$unique" "$hierarchy/tare/tare-$living")
done

# shellcheck disable=SC2317
farewell() {
	local folder
	kill -9 "${stranger[@]}" 2>/dev/null
	wait 2>/dev/null
	umount "$scratch/tare-mount" 2>/dev/null
	for folder in "${cgroups[@]}"; do
		rmdir "$folder"
		[[ $folder != */tare/* ]] || rmdir "${folder%/*}"
	done 2>/dev/null
	rm -rf "$scratch"
}
trap farewell EXIT

# beside NAME COMMAND...: a stranger's process
beside() {
	"${@:2}" >/dev/null 2>&1 </dev/null &
	stranger[$1]=$!
}

# machine NAME [OPTION]...: a QEMU that does nothing
machine() {
	beside "QEMU $1" qemu-system-x86_64 -name "guest=$1,debug-threads=on" -machine none -nodefaults -display none "${@:2}"
}

# --- who is there -----------------------------------------------------------------------------------------------------
mkdir -p /run/tare-stranger "/run/tare-$living" /run/tare-0123456789abcdeX "$scratch/tare-mount" "$scratch/home/instances"
printf 'kept' | tee /run/tare-stranger/file "/run/tare-$living/file" "$scratch/home/instances/file" /run/tare-file >/dev/null
mount -t tmpfs none "$scratch/tare-mount"
machine tare-stranger
machine "tare-$living-x"
beside 'lock of a living run' flock --no-fork "/run/tare-$living" sleep 1000
beside 'container' unshare --mount --net --pid --fork sleep 1000
beside 'not a QEMU' bash -c 'sleep 1000; :' -name guest=tare-00000000000000a1-0
beside 'reader' tail -f /dev/null -- /run/tare-00000000000000a1
for folder in "${cgroups[@]}"; do
	mkdir -p "$folder"
	beside "member of $folder" sleep 1000
	printf '%d' "${stranger["member of $folder"]}" >"$folder/cgroup.procs"
done

# strangers: how they are
strangers() {
	local name
	for name in "${!stranger[@]}"; do
		kill -0 "${stranger[$name]}" 2>/dev/null || printf '%s has ended\n' "$name"
	done | sort
	for name in "${cgroups[@]}"; do [[ -d $name ]] || printf '%s is gone\n' "$name"; done
	for name in /run/tare-stranger/file "/run/tare-$living/file" "$scratch/home/instances/file" /run/tare-file; do
		[[ $(cat "$name" 2>&1) == kept ]] || printf '%s is gone\n' "$name"
	done
	[[ -d /run/tare-0123456789abcdeX ]] || printf 'a folder that is almost called as a run is gone\n'
	mountpoint -q "$scratch/tare-mount" || printf 'the mount is gone\n'
}
sleep 0.5
is "$(strangers)" '' 'the strangers are there'

# --- runs, kills, and what tidies up after them -----------------------------------------------------------------------
cat >"$scratch/real.json" <<'END'
{
  "name": "real",
  "blocks": {"latency": {"count": 2}},
  "subjects": [
    {"name": "process", "runtime": "process"},
    {"name": "namespace", "runtime": "namespace"},
    {"name": "vm", "runtime": "vm", "root": "none"}
  ]
}
END
printf '{"name": "long", "blocks": {"latency": {"count": 40}}, "subjects": [{"name": "a", "runtime": "namespace"},
	{"name": "b", "runtime": "process"}]}\n' >"$scratch/long.json"
printf '{"name": "next", "blocks": {"latency": {"count": 1}}, "subjects": [{"name": "a", "runtime": "mock"}]}\n' \
	>"$scratch/next.json"

ok 'a run beside strangers, in a folder that has something in it' \
	timeout 300 "$tare" run "$scratch/real.json" --out "$scratch/home" --quiet --plots none
is "$(strangers)" '' 'after a run: nothing happened to strangers'
is "$("$tare" clean --dry-run)" 'nothing is left behind' 'a dry run lists no stranger'
is "$("$tare" clean)" 'nothing is left behind' 'clean finds no stranger'
is "$(strangers)" '' 'after clean: nothing happened to strangers'

# guest_stops: a QEMU of ours that has worked for a quarter of a second is made to stand still. One that has not come so
# far gives up by itself when it cannot reach us any more, and one that goes on ends with its guest.
guest_stops() {
	local qemu fields
	qemu=$(pgrep -f 'qemu-system.*guest=tare-' | grep -vxF -f <(printf '%s\n' "${stranger[@]}") | head -n 1)
	[[ -n $qemu ]] && read -ra fields 2>/dev/null <"/proc/$qemu/stat" || return
	((fields[13] + fields[14] >= $(getconf CLK_TCK) / 4)) && kill -STOP "$qemu"
}

# kill_both DIR: kills a run without leaving anybody to sweep
kill_both() {
	"$tare" run "$scratch/real.json" --out "$1" --quiet --plots none >/dev/null 2>&1 &
	local pid=$! i
	for ((i = 0; i < 6000; i++)); do
		guest_stops && break
		sleep 0.01
	done
	kill -9 "$pid" "$(pgrep -P "$pid" -x tare-harness)"
	wait "$pid" 2>/dev/null
}

kill_both "$scratch/killed"
is "$(strangers)" '' 'after a kill -9 of both: nothing happened to strangers'
# What was about to become a QEMU gives up by itself, on a busy machine later than elsewhere: until then lists differ.
for ((i = 0; i < 20; i++)); do
	"$tare" clean --dry-run | sort >"$scratch/dry"
	sleep 0.5
	[[ $("$tare" clean --dry-run | sort) != "$(<"$scratch/dry")" ]] || break
done
is "$(strangers)" '' 'after a dry run: nothing happened to strangers'
"$tare" clean | sort >"$scratch/wet"
is "$(cut -d' ' -f2 "$scratch/wet" | sort -u | xargs)" 'cgroup folder process' 'clean removed a process, cgroups and folders'
is "$(<"$scratch/dry")" "$(sed 's/^removed/would remove/' "$scratch/wet")" 'a dry run lists what clean removes'
is "$("$tare" clean)" 'nothing is left behind' 'a second clean finds nothing'
is "$(strangers)" '' 'after clean of a killed run: nothing happened to strangers'

kill_both "$scratch/killed2"
"$tare" run "$scratch/next.json" --out "$scratch/next" --quiet --plots none >/dev/null 2>&1
is "$("$tare" clean)" 'nothing is left behind' 'the next run removes what a killed one left'
is "$(strangers)" '' 'after the next run: nothing happened to strangers'

# --- a living run beside others that begin, end, die, and clean -------------------------------------------------------
"$tare" run "$scratch/long.json" --out "$scratch/long" --quiet --plots none >/dev/null 2>&1 &
long=$!
for ((i = 0; i < 4; i++)); do
	"$tare" clean >/dev/null
	"$tare" run "$scratch/next.json" --out "$scratch/next$i" --quiet --plots none >/dev/null 2>&1
	"$tare" run startup --subjects namespace --blocks 1 --warmup 0 --out "$scratch/beside$i" --quiet --plots none >/dev/null 2>&1
	is "$?" 0 "a run beside another, number $i"
done
wait "$long"
is "$?" 0 'a run beside which others begin, end and clean'
is "$(jq -s '[.[] | select(.record == "sample" and (.status != "ok" or .residue != null))] | length' "$scratch/long/samples.jsonl")" 0 \
	'none of its samples knows of them'

# --- notes that lie ---------------------------------------------------------------------------------------------------
# dead NAME: the private folder of a run that has died
dead() {
	mkdir -m 711 "/run/tare-$1"
}

victim=$scratch/victim
mkdir -p "$victim/instances/keep" "$victim/tare-00000000000000d4/tare-00000000000000d4-0/sub" "$victim/tare-00000000000000d5" \
	"$victim/linked/tare-00000000000000d8/keep" "$victim/tare-00000000000000e0/keep"
ln -s "$victim" "$scratch/link"
ln -s "$victim/instances" "$victim/tare-00000000000000d3"
ln -s "$victim/instances" "$victim/tare-00000000000000d4/tare-00000000000000d4-1"
touch "$victim/instances/keep/file" "$victim/tare-00000000000000d4/keep" "$victim/tare-00000000000000d5/tare-00000000000000d5-0"
chown 1234 "$victim/tare-00000000000000d5"
for id in d1 d2 d3 d4 d5 d6 d7 d8 d9 e0 a1; do dead "00000000000000$id"; done
printf '%s' "$victim/instances" >/run/tare-00000000000000d1/storage            # not called as the run
printf '%s' "$victim/instances" >"$scratch/note"
ln -s "$scratch/note" /run/tare-00000000000000d2/storage                       # a link to a note
printf '%s' "$victim/tare-00000000000000d3" >/run/tare-00000000000000d3/storage # a link to a folder
printf '%s' "$victim/tare-00000000000000d4" >/run/tare-00000000000000d4/storage # a stranger's file among ours
printf '%s' "$victim/tare-00000000000000d5" >/run/tare-00000000000000d5/storage # another user's
mkfifo /run/tare-00000000000000d6/storage
head -c 100000 /dev/urandom >/run/tare-00000000000000d7/storage
printf '%s' "$scratch/link/linked/tare-00000000000000d8" >/run/tare-00000000000000d8/storage # through a link
printf 'tare-00000000000000d9' >/run/tare-00000000000000d9/storage             # no absolute path
printf '%s' "$victim/instances/../tare-00000000000000e0" >/run/tare-00000000000000e0/storage # holds what is not its own
ln -s "$victim" /run/tare-00000000000000f1                                     # a link instead of a private folder
dead 00000000000000f2 && chown 1234 /run/tare-00000000000000f2                 # another user's
ln -s "$victim" /run/tare-00000000000000a1/vm
qemu-system-x86_64 -name guest=tare-00000000000000a1-0 -machine none -nodefaults -display none </dev/null >/dev/null 2>&1 &
ours=$!
disown
sleep 0.3
timeout 60 "$tare" clean --dry-run | sort >"$scratch/dry"
timeout 60 "$tare" clean | sort >"$scratch/wet"
is "$?" 0 'clean with notes that lie: status'
is "$(<"$scratch/dry")" "$(sed 's/^removed/would remove/' "$scratch/wet")" 'notes that lie: a dry run lists what clean removes'
is "$(kill -0 "$ours" 2>/dev/null && echo alive)" '' 'the QEMU of a dead run is killed'
is "$(cd "$victim" && find . | sort)" "$(sort <<'END'
.
./instances
./instances/keep
./instances/keep/file
./linked
./linked/tare-00000000000000d8
./linked/tare-00000000000000d8/keep
./tare-00000000000000d3
./tare-00000000000000d4
./tare-00000000000000d4/keep
./tare-00000000000000d5
./tare-00000000000000d5/tare-00000000000000d5-0
./tare-00000000000000e0
./tare-00000000000000e0/keep
END
)" 'notes that lie: only what carries the run'"'"'s name, in a folder that carries it, is removed'
is "$(find /run -maxdepth 1 -name 'tare-*' -printf '%f\n' | sort | xargs)" \
	"tare-00000000000000f1 tare-00000000000000f2 tare-0123456789abcdeX tare-$living tare-file tare-stranger" \
	'a link and another user'"'"'s folder are no private folders of ours'
is "$(strangers)" '' 'after lying notes: nothing happened to strangers'
plan
