#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Docker, its command line and Podman for real, each a private one of this test: whole runs, what the numbers hold,
# strangers' objects beside ours, a harness that is killed, a daemon that is killed in the middle of a run.
cd "$(dirname "$0")/../.." || exit 1
source tests/tap.bash
source tests/alone.bash
source tests/engines.bash

tare=${TARE:-build/tare}
scratch=$(mktemp -d)
trap engines_farewell EXIT
engines_needed 'container engines' dockerd docker podman curl runc
docker_start; result $? 'a private dockerd runs'
podman_start; result $? 'a private podman runs'
docker=$scratch/docker/docker.sock podman=$scratch/podman/podman.sock

# all SOCKET: what the engine knows, a line each
all() {
	engine_answer "$1" '/v1.40/containers/json?all=1' | jq -r '.[] | "container " + .Id + " " + .State'
	engine_answer "$1" '/v1.40/images/json' | jq -r '.[] | "image " + .Id + " " + ((.RepoTags // []) | join(","))'
	engine_answer "$1" '/v1.40/networks' | jq -r '.[] | "network " + .Name'
	engine_answer "$1" '/v1.40/volumes' | jq -r '(.Volumes // [])[] | "volume " + .Name'
}
# objects SOCKET: the same in a fixed order
objects() {
	all "$1" | LC_ALL=C sort
}

# create SOCKET NAME LABELS: a stranger's container
create() {
	engine_answer "$1" "/v1.40/containers/create?name=$2" -H 'Content-Type: application/json' -d "{\"Image\": \"stranger\",
		\"Cmd\": [\"/bin/busybox\", \"sleep\", \"1000\"], \"Labels\": $3, \"NetworkDisabled\": true,
		\"HostConfig\": {\"NetworkMode\": \"none\", \"Ulimits\": [{\"Name\": \"nofile\", \"Soft\": 1024, \"Hard\": 1024},
			{\"Name\": \"nproc\", \"Soft\": 1024, \"Hard\": 1024}]}}" >/dev/null
}

# --- strangers --------------------------------------------------------------------------------------------------------
# One that is called as ours are, one with another program's label of the same name, one of a run of another place.
place="mnt:[1] 0 /run/tare-0123456789abcdef"
for socket in "$docker" "$podman"; do
	tar -C build/root -c . | engine_answer "$socket" '/v1.40/images/create?fromSrc=-&repo=stranger' -H 'Content-Type: application/x-tar' \
		-X POST -T - >/dev/null
	create "$socket" tare-0123456789abcdef-0 '{}'
	create "$socket" stranger-label '{"tare": "0123456789abcdef"}'
	create "$socket" stranger-place "{\"tare\": \"0123456789abcdef\", \"tare.place\": \"$place\"}"
	engine_answer "$socket" /v1.40/containers/stranger-label/start -X POST >/dev/null
done
before_docker=$(objects "$docker") before_podman=$(objects "$podman")
is "$(printf '%s\n' "$before_docker" "$before_podman" | grep -c ^container)" 6 'strangers are there'

# --- a whole run ------------------------------------------------------------------------------------------------------
cat >"$scratch/all.json" <<'END'
{
  "name": "all",
  "settle": {"min_ns": 200000000, "max_ns": 5000000000},
  "blocks": {"latency": {"count": 2}, "footprint": {"count": 1}},
  "subjects": [
    {"name": "namespace", "runtime": "namespace"},
    {"name": "docker", "runtime": "docker"},
    {"name": "docker-equal", "runtime": "docker", "options": {"profile": "equal"}},
    {"name": "docker-none", "runtime": "docker", "root": "none"},
    {"name": "docker-nonet", "runtime": "docker", "options": {"network": "disabled"}},
    {"name": "docker-cli", "runtime": "docker-cli"},
    {"name": "podman", "runtime": "podman"}
  ]
}
END
timeout 100 "$tare" run "$scratch/all.json" --quiet --out "$scratch/all" >/dev/null 2>"$scratch/said"
is "$?" 0 'a run of all engines'
report=$scratch/all/report.json
is "$(jq -r '.samples[] | select(.status == "ok" and (.state.pages_count > 0 and .state.resident_ratio > 0.9 | not)) | .subject' "$report" | sort -u)" '' \
	'what each engine starts from is found, and was warm'
is "$(jq -r '.samples[] | select(.status != "ok" or .residue) | .subject + ": " + (.error // "") + (.residue // "")' "$report")" '' \
	'all samples are good, and leave nothing'
is "$(objects "$docker")" "$before_docker" 'Docker knows just what it knew before'
is "$(objects "$podman")" "$before_podman" 'Podman knows just what it knew before'
ok 'the report follows its schema' tests/blackbox/validate "$report"

# weighed SUBJECT FILTER: of its footprint sample
weighed() {
	jq -r "[.samples[] | select(.subject == \"$1\" and .kind == \"footprint\")][0] | $2" "$report"
}
for subject in docker docker-cli podman; do
	is "$(weighed "$subject" '.memory[0].process_count')" 2 "the weight of $subject holds the payload and its shim or monitor"
	# A daemon may have given memory back meanwhile: its growth counts whatever its sign, so the sum has no floor.
	is "$(weighed "$subject" '.memory[0] | .daemon_growth_bytes != null and .cgroup_kernel_bytes > 0 and .pss_bytes > 200000')" \
		true "and the daemon's growth, and kernel memory"
	is "$(weighed "$subject" '.disk[0] | .instance.allocated_bytes > 4096 and .instance.allocated_bytes < 700000 and
		.platform.allocated_bytes > 10000000 and .base.allocated_bytes > 500000')" true "the disk of $subject: own layer, image, programs"
done
is "$(jq -r '[.samples[] | select(.subject == "docker") | [.events[].name] | contains(["api_create_return", "api_start_return",
	"engine_begin", "engine_create", "engine_start", "bundle_written", "shim_ready", "runtime_created", "user_main"])] | all' "$report")" true \
	'every start over the socket is divided: daemon, shim, runtime, payload'
is "$(jq -r '[.samples[] | select(.subject == "docker-cli") | [.events[].name] | contains(["runtime_spawn", "engine_begin", "engine_create", "engine_start"])] |
	all' "$report")" true 'and every one by the command line'
is "$(jq -r '[.samples[] | select(.subject == "docker") | (.events | map({(.name): .t_ns}) | add) |
	.launch <= .engine_begin + 1000000 and .engine_begin <= .engine_create and .engine_create <= .api_create_return + 1000000 and .engine_create <= .bundle_written + 8000000 and
	.bundle_written <= .runtime_created + 8000000 and .runtime_created <= .user_main + 8000000] | all' "$report")" true \
	'the stamps of different clocks are in their order'
is "$(jq -r '.subjects[] | select(.name == "docker") | .engine | .version + " " + .api_version + " " + ([.components[].name] | join(","))' \
	"$report")" "$(engine_answer "$docker" /version | jq -r '.Version + " " + .ApiVersion + " " + ([.Components[].Name] | join(","))')" \
	'the engine says which it is'

# profile SUBJECT MEMBER...: of its first sample
profile() {
	jq -r "[.samples[] | select(.subject == \"$1\")][0].identity.profile | [$(printf '.%s,' "${@:2}" | sed 's/,$//')] | join(\" \")" "$report"
}
is "$(profile docker namespaces seccomp no_new_privs memory_limit_bytes pids_limit_count host_uid root_type)" \
	"mnt pid net ipc uts$([[ -e /sys/fs/cgroup/cgroup.controllers ]] && printf ' cgroup') filter 0 268435456 64 0 overlay" \
	'the profile of Docker as it comes, read from its running payload'
is "$(profile docker-equal no_new_privs capabilities_bounding)" '1 0000000000000000' 'profile=equal: the locks of our own container'
is "$(jq -r '[.samples[] | select(.subject == "docker" or .subject == "docker-cli") | .identity.profile] | unique | length' "$report")" 1 \
	'over the socket and by the command line it is the same container'
is "$(jq -n "$(profile docker-nonet mounts_count) < $(profile docker mounts_count)")" true 'network=disabled: without the files of a network'
is "$(profile docker capabilities_bounding)" 00000000a80425fb "Docker's default capabilities"
is "$(jq -r '[.not_equal[] | select(.what | startswith("profile.")) | .what] | contains(["profile.namespaces", "profile.no_new_privs",
	"profile.capabilities_bounding"])' "$report")" true 'what is not equal is computed from the profiles'
is "$(jq -r '.flags[] | select(.id == "F-SECCOMP") | .triggered' "$report")" true 'and flagged'

# --- a killed harness -------------------------------------------------------------------------------------------------
cat >"$scratch/long.json" <<'END'
{"name": "long", "blocks": {"latency": {"count": 300}}, "subjects": [
  {"name": "process", "runtime": "process"},
  {"name": "docker", "runtime": "docker"}, {"name": "podman", "runtime": "podman"}]}
END
# ours SOCKET: our containers in it
# shellcheck disable=SC2317
ours() {
	engine_answer "$1" '/v1.40/containers/json?all=1' | jq -r '.[] | select(.Names[0] | test("^/tare-[0-9a-f]{16}-[0-9]+$")) |
		select(.Labels["tare.place"]) | .Names[0]' | grep -v 0123456789abcdef
}
# catch SOCKET: waits for one
# shellcheck disable=SC2317
catch() {
	local i
	for ((i = 0; i < 400; i++)); do [[ -n $(ours "$1") ]] && return 0; sleep 0.02; done
	return 1
}
"$tare" run "$scratch/long.json" --quiet --out "$scratch/killed" >/dev/null 2>&1 &
keeper=$!
ok 'a container of the run is there' catch "$docker"
kill -9 "$(pgrep -P "$keeper" tare-harness)"
wait "$keeper" 2>/dev/null
is "$(pgrep -x payload | wc -l)" 0 'with the harness its containers end'
like "$("$tare" clean --dry-run)" 'would remove image ' 'clean tells what is left in the engines'
said=$("$tare" clean)
like "$said" 'removed image ' 'and removes it'
is "$(objects "$docker")$(objects "$podman")" "$before_docker$before_podman" 'and nothing else'

# --- a daemon that is killed ------------------------------------------------------------------------------------------
sed 's/"count": 300/"count": 8/; s/, {"name": "podman", "runtime": "podman"}//' "$scratch/long.json" >"$scratch/daemon.json"
timeout 100 "$tare" run "$scratch/daemon.json" --quiet --out "$scratch/lost" >/dev/null 2>&1 &
run=$!
ok 'a container of the run is there' catch "$docker"
engine_stop docker KILL
pkill -KILL -f "^containerd --config $scratch/docker" # its child outlives it
wait "$run"
is "$(jq -r '[.samples[] | select(.subject == "process" and .status == "ok")] | length' "$scratch/lost/report.json")" 8 \
	'the daemon is killed: the other subject goes on to its end'
is "$(jq -r '[.samples[] | select(.subject == "docker" and .status == "start_error" and .phase != null and .error != null)] | length > 3' \
	"$scratch/lost/report.json")" true 'its own samples fail, with phase and reason'
like "$(jq -r '[.samples[] | select(.subject == "docker") | .residue // ""] | join(" ")' "$scratch/lost/report.json")" \
	'perhaps container tare-.*docker does not answer' 'what may have stayed is flagged as its residue'
is "$(pgrep -x payload | wc -l)" 0 'nothing of ours runs on'
pkill -KILL -f "^/usr/bin/containerd-shim-runc-v2 .*$scratch/docker"
docker_start; result $? 'the daemon comes back'
timeout 60 "$tare" run "$scratch/daemon.json" --blocks 1 --quiet --out "$scratch/back" >/dev/null 2>&1
is "$?" 0 'a run after that works'
is "$(objects "$docker" | grep -v stranger-label | grep -o '^[a-z]* [^ ]*')" \
	"$(grep -v stranger-label <<<"$before_docker" | grep -o '^[a-z]* [^ ]*')" 'and nothing of the lost one is left'
plan
