#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The root tree and the guest's images: the same each time, whole, and owned by root wherever they were built.
# shellcheck source=tests/tap.bash
source tests/tap.bash
PATH=$PATH:/usr/sbin:/sbin
build=build
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

mkdir "$scratch/guest"
cp "$build/payload" "$scratch/payload"
ok 'the root tree builds' scripts/root-tree "$scratch"
is "$(cat "$scratch/root.sha256")" "$(cat "$build/root.sha256")" 'the tree is the same elsewhere'
like "$(cat "$build/root.sha256")" '^[0-9a-f]{64}$' 'its digest is a digest'
ok 'the payload is in it' cmp "$build/payload" "$build/root/payload"
is "$(cd "$build/root-none" && find . -type f -size +0)" ./payload 'the other tree holds nothing else'
is "$(find "$build/root" -newermt '2025-01-02' | wc -l)" 0 'all times are fixed'
is "$(cd "$build/root" && bin/sh -c 'bin/cat etc/hostname')" tare 'its shell runs'
is "$(scripts/root-tree 2>&1; echo $?)" $'root-tree: usage: scripts/root-tree BUILD\n2' 'wrong usage: status 2'

if [[ ! -r $build/guest/guest.json ]]; then
	skip 'images' 'no guest was built (make guest)'
	plan
fi
for name in vmlinuz vmlinux modules kernel.conf; do
	ln -s "$PWD/$build/guest/$name" "$scratch/guest/$name"
done
ok 'the images build' scripts/guest-images "$scratch"
for name in root.ext4 guest/initrd-none.cpio guest/initrd-{mmio,pci}{,-net}{,-balloon}.cpio; do
	ok "$name is the same bytes each time" cmp "$build/$name" "$scratch/$name"
done
ok 'the disk is sound' e2fsck -fn "$build/root.ext4"
ok 'the disk is sparse' test "$(du -k "$build/root.ext4" | cut -f1)" -lt 8192
ok 'the payload comes off the disk as it was' debugfs -R "dump /payload $scratch/dumped" "$build/root.ext4"
ok 'the payload on the disk is the payload' cmp "$build/payload" "$scratch/dumped"
is "$(debugfs -R 'ls -l /' "$build/root.ext4" 2>/dev/null | awk 'NF && ($4 != 0 || $5 != 0)')" '' 'all on it is owned by root'
like "$(debugfs -R 'stat /tmp' "$build/root.ext4" 2>/dev/null)" 'Mode: +0?1777' '/tmp is open to all'
is "$(qemu-img info --output json "$build/empty-overlay.qcow2" | sed -n 's/.*"backing-filename": "\(.*\)".*/\1/p')" \
	"$PWD/$build/root.ext4" 'the empty layer names the disk'
like "$(head -c 4 "$build/guest/vmlinux")" 'ELF' 'the unpacked kernel is an ELF file'
is "$(cpio --quiet -t <"$build/guest/initrd-none.cpio")" init 'the smallest initramfs holds /init alone'
ok 'guest.json is JSON, and its digests are right' /usr/bin/python3 - "$build" <<'END'
import hashlib, json, os, sys
build = sys.argv[1]
with open(build + "/guest/guest.json") as file:
    guest = json.load(file)
root = guest["root"]
for item in (guest["vmlinuz"], guest["vmlinux"], *guest["initrd"].values(), root["ext4"], root["overlay_template"]):
    path = os.path.join(build, item["path"])
    with open(path, "rb") as file:
        assert hashlib.sha256(file.read()).hexdigest() == item["sha256"], path
    assert os.stat(path).st_size == item["bytes"], path
with open(build + "/payload", "rb") as file:
    assert hashlib.sha256(file.read()).hexdigest() == guest["payload_sha256"]
END
mkdir -p "$scratch/empty/guest"
is "$(scripts/guest-images "$scratch/empty" >/dev/null 2>&1; echo $?)" 1 'without a kernel: status 1'
plan
