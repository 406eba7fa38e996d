#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Engines that are not there, may not be used, or misbehave: the row or the sample says what is wrong, the run goes on
# with the other subjects, nothing hangs.
cd "$(dirname "$0")/../.." || exit 1
source tests/tap.bash
source tests/alone.bash

tare=${TARE:-build/tare}
scratch=$(mktemp -d)
fake=''
# shellcheck disable=SC2317
farewell() {
	[[ -z $fake ]] || kill "$fake" 2>/dev/null
	rm -rf "$scratch"
}
trap farewell EXIT
chmod 755 "$scratch"

# row RUNTIME: its row of the list, on one line
row() {
	timeout 30 "$tare" list runtimes | awk -v name="$1" '$1 == name { on = 1 } on && $1 != name && /^[a-z]/ { exit } on' | tr -s ' \n' ' '
}

# fake_start MODE
fake_start() {
	[[ -z $fake ]] || { kill "$fake" 2>/dev/null; wait "$fake" 2>/dev/null; }
	rm -f "$scratch/fake.sock"
	/usr/bin/python3 tests/blackbox/engine-fake "$scratch/fake.sock" "$1" &
	fake=$!
	for ((i = 0; i < 100; i++)); do [[ -S $scratch/fake.sock ]] && break; sleep 0.05; done
}

# --- no engine --------------------------------------------------------------------------------------------------------
unset DOCKER_HOST CONTAINER_HOST XDG_RUNTIME_DIR
like "$(row docker)" 'docker no .*/var/run/docker.sock: No such file' 'no daemon: the row names the socket'
like "$(row podman)" 'podman no .*/run/podman/podman.sock: No such file' 'the same for podman'
like "$(DOCKER_HOST=tcp://example.org:2375 row docker)" 'DOCKER_HOST=tcp://example.org:2375: only unix:///PATH' \
	'a daemon of another host cannot be measured'
like "$(DOCKER_HOST=unix://$scratch/nowhere row docker)" "docker no .*$scratch/nowhere: No such file" 'DOCKER_HOST is respected'
like "$(XDG_RUNTIME_DIR=$scratch CONTAINER_HOST=unix://$scratch/cont row podman)" "$scratch/cont: No such file" 'CONTAINER_HOST is respected'
mkfifo "$scratch/fifo"
like "$(DOCKER_HOST=unix://$scratch/fifo row docker)" 'docker no .*Connection refused' 'what is no socket refuses'
like "$(DOCKER_HOST=unix://$scratch/$(printf '%0120d' 1) row docker)" 'docker no .*too long for a socket' 'a path too long for a socket'
cp build/tare build/tare-harness "$scratch/"
fake_start normal
mkdir "$scratch/user"; chown 12345 "$scratch/user"; chmod 600 "$scratch/fake.sock"
like "$(DOCKER_HOST=unix://$scratch/fake.sock XDG_RUNTIME_DIR=$scratch/user TARE_DATA=$PWD TARE_ARTIFACTS=$PWD/build setpriv --reuid 12345 \
	--clear-groups "$scratch/tare" list runtimes 2>&1 | tr -s ' \n' ' ')" 'docker no [^.]*.*fake.sock: Permission denied' \
	'a socket that may not be used'
mkdir -p "$scratch/user/podman"
ln -s "$scratch/fake.sock" "$scratch/user/docker.sock"
like "$(XDG_RUNTIME_DIR=$scratch/user row docker)" 'docker ready' "a rootless daemon's socket is found"

# --- engines that misbehave -------------------------------------------------------------------------------------------
export DOCKER_HOST=unix://$scratch/fake.sock
fake_start notengine
like "$(row docker)" 'docker no .*the answer is not JSON' 'a web server is no engine'
fake_start future
like "$(row docker)" 'docker no .*1.90 to 1.99 of its interface, tare 1.24' 'no common version'
fake_start silent
like "$(row docker)" 'docker no .*fake.sock: GET /_ping' 'one that hangs up'
fake_start slow
like "$(row docker)" 'docker ready' 'one that answers a ping may take its time for its version'

# run_fake: a run of process and docker; prints what the docker samples say, and how many of process are good
run_fake() {
	cat >"$scratch/fake.json" <<-END
	{"name": "fake", "blocks": {"latency": {"count": 2}}, "subjects": [
	  {"name": "process", "runtime": "process"},
	  {"name": "docker", "runtime": "docker", "timeout_ns": 5000000000}]}
	END
	rm -rf "$scratch/out"
	timeout 60 "$tare" run "$scratch/fake.json" --quiet --out "$scratch/out" >/dev/null 2>"$scratch/said"
	printf 'status %d; ' "$?"
	jq -r '([.samples[] | select(.subject == "process" and .status == "ok" and .residue == null)] | length | tostring) + " good; " +
		([.samples[] | select(.subject == "docker") | .phase + ": " + .error, .residue] + [.subjects[] | select(.name == "docker").reason] |
		map(select(. != null)) | unique | join("; "))' "$scratch/out/report.json"
}
fake_start garbage
like "$(run_fake)" 'status 1; 2 good; .*the answer is not JSON' 'garbage'
fake_start half
like "$(run_fake)" 'status 1; 2 good; .*(transfer closed|partial|outstanding)' 'half an answer'
fake_start refuse
like "$(run_fake)" 'status 1; 2 good; .*/images/create: no space left on device' 'an import that is refused, in the engine'\''s own words'
fake_start nocontainer
like "$(run_fake)" 'status 1; 2 good; start: .*/containers/create: 500: the disk is full' 'a container that is refused'
fake_start dies
like "$(run_fake)" 'status 1; 2 good; .*start: [^;]*/containers/tare-[0-9a-f]*-[0-9]*/start: [^;]*(Empty reply|reset|closed|Recv failure|connect to)' \
	'a daemon that dies in the middle of a start'
like "$(jq -r '.samples[] | select(.subject == "docker") | .residue' "$scratch/out/report.json")" 'perhaps container tare-[0-9a-f]*-[0-9]*: docker does not answer' \
	'what may have stayed is flagged'
fake_start keeps
like "$(run_fake)" 'status 1; 2 good; .*container tare-[0-9a-f]*-[0-9]* of docker.*start: [^;]*500: the kernel said no' \
	'an engine that says that it removed a container and has it still: its residue, and of no other subject'
fake_start endless
like "$(run_fake)" 'status 1; 2 good; .*start: ' 'an answer without end'
plan
