#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The scenario `layers` for real: Docker, Podman, an overlay and qcow2 files; what it says of the layers is what du says,
# a run that is interrupted in it leaves no image, and what makes no images is told so.
cd "$(dirname "$0")/../.." || exit 1
source tests/tap.bash
source tests/alone.bash
source tests/engines.bash

tare=${TARE:-build/tare}
scratch=$(mktemp -d)
trap engines_farewell EXIT
engines_needed 'images in layers' dockerd podman curl runc
docker_start; result $? 'a private dockerd runs'
podman_start; result $? 'a private podman runs'
# images, containers: what both engines hold
images() { for name in docker podman; do engine_answer "$scratch/$name/$name.sock" '/v1.40/images/json?all=1' | jq -r '.[].Id'; done; }
containers() { for name in docker podman; do engine_answer "$scratch/$name/$name.sock" '/v1.40/containers/json?all=1' | jq -r '.[].Id'; done; }

cat >"$scratch/layers.json" <<'END'
{"name": "layers", "experiment": {"name": "layers", "layers": 2, "bytes": 4000}, "subjects": [
  {"name": "process", "runtime": "process"}, {"name": "runc", "runtime": "runc"}, {"name": "docker", "runtime": "docker"},
  {"name": "podman", "runtime": "podman"}, {"name": "vm", "runtime": "vm"}]}
END
timeout 120 "$tare" run "$scratch/layers.json" --quiet --plots none --out "$scratch/run" >/dev/null 2>&1
report=$scratch/run/report.json
is "$(jq -r '.samples[] | [.subject, .status, .error // "", .residue // ""] | join(" ")' "$report" | sed 's/ *$//' | sort)" \
	"docker ok
podman ok
process skipped its runtime makes no images of its instances
runc ok
vm ok" 'every subject that makes images made them, and left nothing'
is "$(images)$(find "$scratch/run" -name 'image-*' -o -name 'empty-*')" '' 'neither the engines nor the folder hold one'
# The change is one file of 4000 bytes: a block of 4 KiB, in a folder of its own in an overlay.
for subject in runc docker podman; do
	is "$(jq -r --arg s "$subject" '[.experiments.layers.layers[] | select(.subject == $s and .layers_count > 0) | .apparent_bytes.median >= 4000 and
		.allocated_bytes.median >= 8192 and .allocated_bytes.median <= 65536 and .commit_ns.median > 0] | . == [true, true]' "$report")" true \
		"two layers of $subject hold the change and little more"
done
is "$(jq -r '[.experiments.layers.layers[] | select(.subject == "vm" and .layers_count > 0) | .allocated_bytes.median >= 65536 and
	.allocated_bytes.median <= 4194304] | . == [true, true]' "$report")" true 'two of the guest are whole clusters'
is "$(jq -r '[.experiments.layers.layers[] | select(.subject == "docker") | .layers_count, .latency_ns.n] | join(" ")' "$report")" '0 1 1 1 2 1' \
	'a start upon none, one and two layers'
is "$(jq -r '[.experiments.layers.images[] | .images_count == 3 and .shared_bytes.median == .apart_bytes.median - .together_bytes.median and
	.shared_bytes.median > .together_bytes.median] | . == [true, true, true, true]' "$report")" true 'three images share more than they take together'
tree=$(du -s --block-size=1 build/root | cut -f1)
is "$(jq -r --argjson tree "$tree" '.experiments | (.layers.images[] | select(.subject == "runc")).together_bytes.median -
	([.layers.layers[] | select(.subject == "runc") | .allocated_bytes.median // 0] | add) == $tree' "$report")" true 'together they are the tree and the layers, as du has it'
ok 'the report follows its schema' tests/blackbox/validate "$report"

sed 's/"layers": 2/"layers": 30/; s/{"name": "process.*"},$/{"name": "docker", "runtime": "docker"}]}/; /podman/d' "$scratch/layers.json" >"$scratch/long.json"
timeout 100 "$tare" run "$scratch/long.json" --quiet --plots none --out "$scratch/cut" >/dev/null 2>&1 &
run=$!
for ((i = 0; i < 300; i++)); do [[ $(images | wc -l) -gt 2 ]] && break; sleep 0.05; done
kill -INT "$(pgrep -P "$run" -x tare)"
wait "$run"
is "$?" 130 'interrupted'
is "$(images)$(containers)$(pgrep -x payload)$(grep -o '/[^ ]*/tare-[^ ]*' /proc/self/mountinfo)$(find /run -name 'tare-*')" '' \
	'it leaves no image, no container, no mount, no folder'
plan
