#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The payload's workloads by order over its channel: each gives the result that is known beforehand, and one that
# goes wrong is told as such by a payload that goes on.
cd "$(dirname "$0")/../.." || exit
source tests/tap.bash

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# work FAULT ORDER...: the status of each order, and whether its marks stand as they must
work() {
	/usr/bin/python3 - "$folder" "$@" <<'END'
import os, socket, subprocess, sys
folder, fault, orders = sys.argv[1], sys.argv[2], sys.argv[3:]
path = folder + "/s"
listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
listener.bind(path)
listener.listen(1)
payload = subprocess.Popen(["build/payload"], env={"TARE_CHANNEL": "unix:" + path, "TARE_WORK_FAULT": fault})
channel = listener.accept()[0]
channel.settimeout(60)
def answer():
    text = b""
    while not text.endswith(b"\n.\n"):
        text += channel.recv(8192)
    return text
answer()
for order in orders:
    channel.send(("work " + order + " " + folder + "\n").encode())
    text = answer()
    marks = bytes(b for b in text if b in b"\x02\x03")
    status = [l for l in text.translate(None, b"\x02\x03").decode().split("\n") if "status=" in l][0]
    print(order.split()[0], status.split("status=")[1], marks.count(b"\x02\x03"))
channel.send(b"quit\n")
print("end", payload.wait(10))
os.unlink(path)
END
}

ids=$(sed -n '/define PROTOCOL_WORKLOADS/,$p' harness/model/protocol.h | grep -o 'X([a-z0-9_]*)' | sed 's/X(\(.*\))/\1/')
# shellcheck disable=SC2086
mapfile -t orders < <(printf '%s 3 1 2 30000\n' $ids)
cpus=$(nproc)
for order in "${orders[@]}"; do
	id=${order%% *}
	if [[ $id == pipe_2cpu && $cpus -lt 2 ||
		$id == mem_lat_huge && ! -d /sys/kernel/mm/transparent_hugepage ]]; then
		is "$(work 0 "$order")" "$id cannot 0"$'\n''end 0' "$id says that it cannot work here"
	else
		is "$(work 0 "$order")" "$id ok 3"$'\n''end 0' "$id gives the result that is known"
	fi
done
is "$(work 1 'syscall 10 1 2 5000')" $'syscall wrong_checksum 1\nend 0' 'a wrong result is told'
is "$(work 2 'syscall 10 1 2 5000' 'nosuch 1 1 1 1')" $'syscall crash 1\nnosuch cannot 0\nend 0' \
	'a workload that dies leaves the payload alive'
is "$(work 3 'syscall 10 1 2 300' 'syscall x')" $'syscall timeout 1\nsyscall cannot 0\nend 0' \
	'a workload that hangs is killed when its time is over'
plan
