#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The scenario `distribution` for real: Docker, Podman and a guest, each with a registry of the run's own; the bytes are
# those of the files; what goes wrong on the way fails its subject with phase and reason; and nothing stays.
cd "$(dirname "$0")/../.." || exit 1
source tests/tap.bash
source tests/alone.bash
source tests/engines.bash

tare=${TARE:-build/tare}
scratch=$(mktemp -d)
trap engines_farewell EXIT
engines_needed 'the way of an image' dockerd podman curl runc docker-registry
docker_options=(--max-download-attempts 1)
docker_start; result $? 'a private dockerd runs'
podman_start; result $? 'a private podman runs'
# objects: images and containers of both engines
objects() {
	for name in docker podman; do
		engine_answer "$scratch/$name/$name.sock" '/v1.40/images/json?all=1' | jq -r '.[].Id'
		engine_answer "$scratch/$name/$name.sock" '/v1.40/containers/json?all=1' | jq -r '.[].Id'
	done
}
# left: what a run could leave anywhere
left() { objects; pgrep -x docker-registry; pgrep -x payload; grep -o '/[^ ]*/tare-[^ ]*' /proc/self/mountinfo; find /run "$scratch"/run-* -name 'tare-*' -o -name registry; }
# run NAME FILE: into run-NAME; how each subject ended
run() {
	timeout 300 "$tare" run "$scratch/$2.json" --quiet --plots none --out "$scratch/run-$1" >"$scratch/said-$1" 2>&1
	jq -r '.samples[] | [.subject, .status, .phase // "", .residue // ""] | join(" ")' "$scratch/run-$1/report.json" | sed 's/ *$//' | sort
}
# error NAME SUBJECT
error() { jq -r --arg s "$2" '.samples[] | select(.subject == $s) | .error' "$scratch/run-$1/report.json"; }

cat >"$scratch/all.json" <<'END'
{"name": "way", "experiment": {"name": "distribution"}, "subjects": [
  {"name": "process", "runtime": "process"}, {"name": "docker-cli", "runtime": "docker-cli"}, {"name": "docker", "runtime": "docker"},
  {"name": "podman", "runtime": "podman"}, {"name": "vm", "runtime": "vm"}]}
END
is "$(run all all)" 'docker ok
docker-cli skipped distribution
podman ok
process skipped distribution
vm ok' 'every image that can be moved was pushed, pulled and started'
is "$(left)" '' 'nothing is left: no image, no registry, no file'
report=$scratch/run-all/report.json
is "$(jq -r '.experiments.distribution.images[] | [.subject, .step, .push_ns.n, .pull_ns.n, .total_ns.n] | join(" ")' "$report" | sort)" \
	'docker change 1 1 1
docker first 1 1 1
podman change 1 1 1
podman first 1 1 1
vm change 1 1 1
vm first 1 1 1
vm whole 1 1 1' 'the image, and with a small change; of the guest also as a whole disk again'
is "$(jq -r '[.experiments.distribution.images[] | .total_ns.median == .pull_ns.median + .start_ns.median and .pull_ns.median > 0 and
	.start_ns.median > 0 and .push_ns.median > 0] | all' "$report")" true 'each took its time, and the total is the sum'
# What gzip makes of the tree is what an engine has to move; with the heads of HTTP a little more.
packed=$(tar -C build/root -c . | gzip -6 | wc -c)
for subject in docker podman; do
	is "$(jq -r --arg s "$subject" --argjson p "$packed" '[.experiments.distribution.images[] | select(.subject == $s) | {(.step): .}] | add |
		.first.sent_bytes.median > 0.8 * $p and .first.sent_bytes.median < 1.2 * $p + 20000 and
		.first.received_bytes.median > 0.8 * $p and .first.received_bytes.median < 1.2 * $p + 20000 and
		.change.sent_bytes.median < 30000 and .change.received_bytes.median < 30000' "$report")" true \
		"$subject moves the packed tree, and then the change alone"
done
kernel=$(jq -r '.vmlinux.bytes + .initrd.mmio.bytes' build/guest/guest.json)
is "$(jq -r --argjson k "$kernel" '[.experiments.distribution.images[] | select(.subject == "vm") | {(.step): .}] | add |
	.first.received_bytes.median > $k + .whole.received_bytes.median and .first.received_bytes.median < $k + .whole.received_bytes.median + 65536 and
	.change.received_bytes.median * 2 < .whole.received_bytes.median' "$report")" true \
	'the guest takes kernel, initramfs and disk; then a layer, or the disk again'
ok 'the report follows its schema' tests/blackbox/validate "$report"

# Without the registry's program the run says what to install.
mkdir "$scratch/bin"
ln -s "$(command -v tar)" "$scratch/bin/"
jq '.subjects |= map(select(.name == "docker"))' "$scratch/all.json" >"$scratch/docker.json"
timeout 60 env PATH="$scratch/bin" "$tare" run "$scratch/docker.json" --quiet --plots none --out "$scratch/run-none" >/dev/null 2>&1
is "$(jq -r '.samples[] | [.status, .phase] | join(" ")' "$scratch/run-none/report.json")" 'skipped registry' 'without a registry it is left out'
is "$(error none docker)" 'docker-registry is not installed: apt-get install docker-registry' 'and says what to install'

# The registry goes wrong while the image is pulled. fault MODE REASON SUBJECT...: what REASON is in the last one's error
cp tests/blackbox/registry-fault "$scratch/bin/docker-registry"
PATH=$scratch/bin:$PATH
fault() {
	local mode=$1 reason=$2
	shift 2
	echo "$mode" >"$scratch/bin/mode"
	jq '.subjects |= map(select(.name | IN($ARGS.positional[])))' --args "$@" <"$scratch/all.json" >"$scratch/some.json"
	is "$(run "$mode" some)" "$(printf '%s start_error pull\n' "$@")" "$mode: ${*} fail in the pull"
	like "$(error "$mode" "${!#}")" "$reason" "$mode: the reason"
	is "$(left)" '' "$mode: nothing is left"
}
fault die 'the registry has ended' docker podman
fault wrong 'what came is sha256:' docker vm
fault half 'EOF|closed|reset' podman
PATH=${PATH#*:}

# A daemon that is in another network cannot reach it.
engine_stop podman
podman_before=(unshare --net)
podman_start; result $? 'a podman in a network of its own runs'
jq '.subjects |= map(select(.name | IN("podman", "docker")))' "$scratch/all.json" >"$scratch/two.json"
is "$(run far two)" 'docker ok
podman start_error push' 'it fails in the push, and the other goes on'
like "$(error far podman)" 'unreachable|refused' 'with the reason'
is "$(left)" '' 'and nothing is left'

# begin NAME: a long run in the background, until its image has been pulled once
begin() {
	timeout 60 "$tare" run "$scratch/docker.json" --quiet --plots none --blocks 20 --out "$scratch/run-$1" >/dev/null 2>&1 &
	run=$!
	for ((i = 0; i < 400; i++)); do [[ -s $scratch/run-$1/samples.jsonl ]] && grep -q '"what":"pull"' "$scratch/run-$1/samples.jsonl" && break; sleep 0.05; done
}
begin cut
kill -INT "$(pgrep -P "$run" -x tare)"
wait "$run"
is "$?" 130 'interrupted'
is "$(left)" '' 'it leaves no image, no container, no registry, no mount'
is "$(jq -r '.experiments.distribution.images | length > 0' "$scratch/run-cut/report.json")" true 'and reports what there was until then'

# Killed while its registry runs: the keeper ends that; images go with the next `tare clean`.
begin kill
kill -KILL "$(pgrep -x tare-harness)"
wait "$run"
"$tare" clean >/dev/null 2>&1
is "$(left)" '' 'killed: nothing is left but what tare clean removes'
plan
