#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The OCI runtimes in whole runs: their bundles are valid by the specification's schema, all samples are good, a runtime
# that is not there is named, and a killed run leaves neither mount nor container.
cd "$(dirname "$0")/../.." || exit 1
source tests/tap.bash
source tests/alone.bash
[[ -n ${TARE_WITHOUT_UNIFIED:-} ]] || TARE_WITHOUT_UNIFIED=1 exec tests/without-unified bash "$0"

tare=${TARE:-build/tare}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
if ! command -v crun >/dev/null || ! command -v runc >/dev/null; then
	skip 'OCI runtimes' 'crun or runc is not installed (scripts/setup check installs them)'
	plan
fi

# left RUN: what it has left anywhere
left() {
	local id
	id=$(jq -r .run.id "$1/plan.json")
	grep -o "/[^ ]*tare-${id}[^ ]*" /proc/self/mountinfo
	find /sys/fs/cgroup -depth -type d -name "*tare-$id*" 2>/dev/null
	find "$scratch" /run -maxdepth 2 -name "tare-$id*" 2>/dev/null
}

cat >"$scratch/good.json" <<'END'
{
  "name": "good",
  "settle": {"min_ns": 100000000, "max_ns": 2000000000},
  "blocks": {"latency": {"count": 2}, "footprint": {"count": 1}},
  "subjects": [
    {"name": "crun", "runtime": "crun"},
    {"name": "crun-run", "runtime": "crun", "options": {"call": "run"}},
    {"name": "runc", "runtime": "runc"},
    {"name": "runc-none", "runtime": "runc", "root": "none"},
    {"name": "youki", "runtime": "youki"}
  ]
}
END
status=0
PATH=$PATH:/sbin timeout 60 "$tare" run "$scratch/good.json" --quiet --out "$scratch/good" >"$scratch/said" 2>&1 || status=$?
command -v youki >/dev/null || is "$status" 1 'a run that had to leave a subject out says so by its status'
is "$(jq -r '.samples[] | select(.subject != "youki" and .status != "ok") | .subject + ": " + .error' "$scratch/good/report.json")" \
	'' 'all samples of crun and runc are good'
is "$(jq -r '[.samples[] | select(.residue)] | length' "$scratch/good/report.json")" 0 'none has left anything'
is "$(jq -r '[.samples[] | select(.subject == "runc" and .kind == "footprint")][0] | .memory[0].pss_bytes > 0 and
	.memory[0].cgroup_kernel_bytes > 0 and .disk[0].instance.allocated_bytes > 0 and .disk[0].platform.allocated_bytes > 1000000' \
	"$scratch/good/report.json")" true 'memory and disk were weighed'
is "$(jq -r '[.samples[] | select(.subject == "runc") | [.events[].name] | contains(["runtime_spawn", "runtime_exit", "start_call"])] |
	all' "$scratch/good/report.json")" true 'the two calls of the runtime are in the events'
if ! command -v youki >/dev/null; then
	is "$(jq -r '.subjects[] | select(.name == "youki").reason' "$scratch/good/report.json")" \
		'There is no youki on this host.' 'a runtime that is not there is a row with the reason'
fi
is "$(left "$scratch/good")" '' 'a run leaves nothing'

# --- the bundle, and death in the middle of a start ---------------------------------------------------------------------
for runtime in crun runc; do
	cat >"$scratch/hang.json" <<-END
	{"name": "hang", "blocks": {"latency": {"count": 1}}, "subjects": [
	  {"name": "x", "runtime": "$runtime", "payload_env": {"TARE_FAULT": "hang"}, "timeout_ns": 20000000000}]}
	END
	"$tare" run "$scratch/hang.json" --quiet --out "$scratch/hang-$runtime" >/dev/null 2>&1 &
	keeper=$!
	bundle='' running=''
	for ((i = 0; i < 200 && !running; i++)); do
		sleep 0.05
		bundle=$(compgen -G "$scratch/hang-$runtime/tare-*/tare-*/config.json")
		running=$(cat /sys/fs/cgroup/pids/tare/tare-*/tare-*/cgroup.procs /sys/fs/cgroup/tare/tare-*/tare-*/cgroup.procs 2>/dev/null)
	done
	cp "$bundle" "$scratch/$runtime-config.json"
	if [[ -e /usr/share/gocode/src/github.com/opencontainers/runtime-spec/schema/config-schema.json ]]; then
		ok "the bundle of $runtime follows the specification's schema" tests/blackbox/oci-validate "$scratch/$runtime-config.json"
	else
		skip "the bundle of $runtime follows the specification's schema" \
			'the schema is not installed (Debian: golang-github-opencontainers-specs-dev)'
	fi
	harness=$(pgrep -P "$keeper" tare-harness)
	kill -9 "$harness"
	wait "$keeper" 2>/dev/null
	is "$(left "$scratch/hang-$runtime")" '' "a killed harness leaves no container of $runtime, and no mount"
done

jq '.linux.namespaces = "none" | del(.root)' "$scratch/runc-config.json" >"$scratch/bad-config.json"
if [[ -e /usr/share/gocode/src/github.com/opencontainers/runtime-spec/schema/config-schema.json ]]; then
	status=0
	said=$(tests/blackbox/oci-validate "$scratch/bad-config.json") || status=$?
	is "$status" 1 'the schema finds what is wrong'
	like "$said" 'namespaces' 'and names it'
fi

# --- those that are not there, and one that does nothing ----------------------------------------------------------------
# row RUNTIME: its row of the list, on one line
row() {
	timeout 30 "$tare" list runtimes | awk -v name="$1" '$1 == name { on = 1 } on && $1 != name && /^[a-z]/ { exit } on' | tr -s ' \n' ' '
}
for name in youki runsc kata-runtime; do
	command -v "$name" >/dev/null || like "$(row "$name")" "$name no .*There is no $name on this host. Install" "$name is listed, with the reason and what to do"
done
mkdir "$scratch/bin"
printf '#!/bin/sh\nexit 7\n' >"$scratch/bin/runsc"
chmod +x "$scratch/bin/runsc"
export PATH=$scratch/bin:$PATH
like "$(row runsc)" 'runsc ready' 'where the program is there the row is ready'
cat >"$scratch/idle.json" <<'END'
{"name": "idle", "blocks": {"latency": {"count": 1}}, "subjects": [
  {"name": "process", "runtime": "process"}, {"name": "runsc", "runtime": "runsc"}]}
END
timeout 60 "$tare" run "$scratch/idle.json" --quiet --plots none --out "$scratch/idle" >/dev/null 2>&1
is "$(jq -r '.samples[] | [.subject, .status, .phase // "", .error // "", .residue // ""] | join(" ")' "$scratch/idle/report.json" | sed 's/ *$//' | sort)" \
	'process ok
runsc start_error start runsc create: exit status 7: it wrote no log' 'what it does not do is its failure alone, and leaves nothing'
is "$(left "$scratch/idle")" '' 'nor does the run'
plan
