#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The payload as processes, containers and guests see it: ready byte, facts, commands, ends, failures.
# shellcheck source=tests/tap.bash
source tests/tap.bash
peer=tests/blackbox/payload-peer
payload=build/payload
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# process STEPS [COMMAND...]: the payload, started by a command if one is given
process() {
	local steps=$1
	shift
	timeout 60 "$peer" process "$steps" "$@" "$payload" 2>&1
}

guest() {
	timeout 100 "$peer" guest "$@" 2>&1
}

# fact NAME: its value in $said
fact() {
	sed -n "s/^$1=//p" <<<"$said"
}

stamp='^[0-9]+ [0-9]+ [0-9]+$'
sha256=$(sha256sum "$payload" | cut -d' ' -f1)

said=$(process ready,facts,ping64,memory,quit,wait)
is "$(fact ready)" R 'the ready byte comes first, alone'
is "$(fact protocol)" 1 'it names its protocol'
like "$(fact user_main)" "$stamp" 'it stamps its first instruction'
like "$(fact ready_src)" "$stamp" 'it stamps the ready byte'
is "$(fact sha256)" "$sha256" 'it knows which file it is'
is "$(fact kernel_release)" "$(uname -r)" 'it names the kernel'
is "$(fact hostname)" "$(uname -n)" 'it names the host'
is "$(fact boot_id)" "$(cat /proc/sys/kernel/random/boot_id)" 'it gives the boot id'
is "$(fact pings)" 64 'it answers pings with ordered stamps'
is "$(fact mem_total_bytes | sort -u | wc -l)" 1 'it says its memory twice'
is "$(fact status)" 0 'it ends with status 0 when told to quit'
read -r first _ < <(fact user_main)
read -r source _ < <(fact ready_src)
ok 'ready follows the first instruction' test $((source - first)) -ge 0 -a $((source - first)) -lt 100000000

said=$(process ready,facts,close,wait)
is "$(fact status)" 0 'it ends when the channel ends'
like "$(process 'ready,facts,text:nonsense+,ping1,quit,wait')" 'E: unknown command.*pings=1.*status=0' \
	'it survives an unknown command'
like "$(process 'ready,facts,text:ping+quit+,wait')" 'p [0-9a-f]+ [0-9a-f]+.*status=0' \
	'it takes two commands in one packet'
long=$(printf 'x%.0s' {1..600})
like "$(process "ready,facts,text:$long,wait" | tail -n 1)" 'ended' 'it ends on a line that is too long'
said=$(TARE_DELAY_NS=50000000 process ready,facts,quit,wait)
read -r first _ first_tsc < <(fact user_main)
read -r source _ source_tsc < <(fact ready_src)
ok 'it delays ready by as much as it is told' test $((source - first)) -ge 50000000
tsc_khz=$(((source_tsc - first_tsc) * 1000000 / (source - first)))
is "$(TARE_FAULT=hang timeout 1 "$peer" process ready "$payload"; echo $?)" 124 'it hangs when told to'

env -i "$payload" && status=0 || status=$?
is "$status" 1 'without a channel it fails'
TARE_CHANNEL=unix:$scratch/none "$payload" && status=0 || status=$?
is "$status" 1 'with nobody at the channel it fails'
TARE_CHANNEL=unix:$long "$payload" && status=0 || status=$?
is "$status" 1 'with a channel whose name is too long it fails'
TARE_CHANNEL=isaac "$payload" && status=0 || status=$?
is "$status" 1 'with an unknown channel it fails'

if unshare -rpf true 2>/dev/null; then
	said=$(process ready,facts,quit,wait unshare -rpf --mount-proc)
	is "$(fact pid)" 1 'in a pid namespace it is PID 1'
	is "$(fact sha256)" "$sha256" 'in a pid namespace it is the same file'
else
	skip 'in a pid namespace it is PID 1' 'user namespaces are not allowed here'
fi

if command -v musl-gcc >/dev/null; then
	ok 'it builds elsewhere' make -s B="$scratch/build" "$scratch/build/payload"
	ok 'it is the same bytes each time' cmp "$payload" "$scratch/build/payload"
else
	skip 'it is the same bytes each time' 'no musl-gcc'
fi

# boots NAME ROOT MACHINE WORD...: facts that each guest must give
boots() {
	local name=$1 root=$2 machine=$3
	shift 3
	said=$(guest ready,facts,ping64,memory,quit,wait "$machine" "$root" "${words[@]}" TARE_CHANNEL=isa "$@")
	is "$(fact ready)$(fact pid)$(fact pings)$(fact status)" R1640 "$name: ready, PID 1, pings, ends"
	is "$(fact sha256)" "$sha256" "$name: the same file"
	is "$(fact kernel_release)" "$release" "$name: the guest's kernel"
	like "$(fact boot_id)" '^[0-9a-f-]{36}$' "$name: a boot id"
	like "$(fact mem_total_bytes)" '^[0-9]{8,9}' "$name: the guest's memory"
}

# A microvm with ACPI may hang where the host is busy and the guest has to find out how fast its TSC is.
words=("tsc_early_khz=$tsc_khz")

release=$(sed -n 's/^release=//p' build/guest/kernel.conf 2>/dev/null)
if [[ -z $release || ! -r build/guest/guest.json ]]; then
	skip 'guests' 'no guest was built (make guest)'
elif ! command -v qemu-system-x86_64 >/dev/null; then
	skip 'guests' 'no qemu-system-x86_64'
else
	microvm=microvm,acpi=on,isa-serial=off
	boots 'microvm without a root' none microvm,acpi=off,isa-serial=off
	is "$(fact init)" '' 'without a root there is one stage'
	boots 'microvm with a root' mmio "$microvm" TARE_ROOT=/dev/vda
	like "$(fact init)" "$stamp" 'with a root there are two stages'
	boots 'q35 with a root' pci q35 TARE_ROOT=/dev/vda
	boots 'pc with a root' pci pc,acpi=off TARE_ROOT=/dev/vda
	like "$(guest eof,wait "$microvm" mmio "${words[@]}" TARE_CHANNEL=isa TARE_ROOT=/dev/vdz)" \
		'eof=E: /dev/vdz: 2.status=0' 'a root that is not there: it says so, and resets'
	like "$(guest eof,wait microvm,acpi=off,isa-serial=off none TARE_ROOT=/dev/vda)" \
		'eof=status=0' 'no channel: the guest ends'
fi
plan
