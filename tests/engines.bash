# SPDX-License-Identifier: Apache-2.0
# Private container engines for tests: each with its own data, state and socket in a folder of the test, stopped at the
# end whatever happens. Sourced by tests that are alone (tests/alone.bash) and have $scratch. No engine of the user's is
# touched: nothing here knows a default socket.
# shellcheck shell=bash

declare -A engine_pid
docker_options=() # more options of dockerd
podman_before=()  # what comes before podman on its command line

# Folders that engines make in every hierarchy of cgroups, and leave.
engine_cgroups() { find /sys/fs/cgroup -maxdepth 2 -type d \( -name docker -o -name libpod_parent -o -name machine \) 2>/dev/null | sort; }
engine_cgroups_before=$(engine_cgroups)

# engines_needed WHAT PROGRAM...: ends the test, WHAT skipped, where one is not installed
engines_needed() {
	local what=$1 program
	shift
	for program; do
		[[ -z $(PATH=$PATH:/usr/sbin:/sbin command -v "$program") ]] || continue
		skip "$what" "$program is not installed (scripts/setup check installs it)"
		plan
	done
}

# engine_wait SOCKET NAME: until something answers on it
engine_wait() {
	local i
	for ((i = 0; i < 300; i++)); do
		curl -sf --max-time 5 --unix-socket "$1" http://engine/version >/dev/null 2>&1 && return 0
		kill -0 "${engine_pid[$2]}" 2>/dev/null || break
		sleep 0.1
	done
	printf '# %s does not come up:\n' "$2"
	tail -5 "$scratch/$2/log" | sed 's/^/# /'
	return 1
}

# docker_start: sets DOCKER_HOST
docker_start() {
	local folder=$scratch/docker
	mkdir -p "$folder"
	PATH=$PATH:/usr/sbin:/sbin dockerd --data-root "$folder/data" --exec-root "$folder/exec" --host "unix://$folder/docker.sock" \
		--pidfile "$folder/docker.pid" --storage-driver overlay2 --iptables=false --ip6tables=false --bridge=none "${docker_options[@]}" \
		>"$folder/log" 2>&1 &
	engine_pid[docker]=$!
	export DOCKER_HOST=unix://$folder/docker.sock
	engine_wait "$folder/docker.sock" docker
}

# podman_start: sets CONTAINER_HOST. Podman 4.3 leaves each tar that it imports in TMPDIR.
podman_start() {
	local folder=$scratch/podman
	mkdir -p "$folder/left"
	printf '[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n' >"$folder/containers.conf"
	printf '[storage]\ndriver = "overlay"\nrunroot = "%s/run"\ngraphroot = "%s/data"\n' "$folder" "$folder" >"$folder/storage.conf"
	CONTAINERS_CONF=$folder/containers.conf CONTAINERS_STORAGE_CONF=$folder/storage.conf \
		env --unset CONTAINER_HOST TMPDIR="$folder/left" "${podman_before[@]}" podman --runtime "$(PATH=$PATH:/usr/sbin:/sbin command -v runc)" --tmpdir "$folder/tmp" system service --time 0 \
		"unix://$folder/podman.sock" >"$folder/log" 2>&1 &
	engine_pid[podman]=$!
	export CONTAINER_HOST=unix://$folder/podman.sock
	engine_wait "$folder/podman.sock" podman
}

# lxc_start: a libvirtd; sets LIBVIRT_DEFAULT_URI
lxc_start() {
	local folder=$scratch/lxc i
	mkdir -p "$folder"
	printf 'unix_sock_dir = "%s"\nunix_sock_group = "root"\nauth_unix_rw = "none"\n' "$folder" >"$folder/libvirtd.conf"
	PATH=$PATH:/usr/sbin:/sbin libvirtd --config "$folder/libvirtd.conf" --pid-file "$folder/pid" >"$folder/log" 2>&1 &
	engine_pid[lxc]=$!
	export LIBVIRT_DEFAULT_URI="lxc:///system?socket=$folder/libvirt-sock"
	for ((i = 0; i < 300; i++)); do
		virsh --connect "$LIBVIRT_DEFAULT_URI" version >/dev/null 2>&1 && return 0
		kill -0 "${engine_pid[lxc]}" 2>/dev/null || break
		sleep 0.1
	done
	printf '# libvirtd does not come up:\n'
	tail -5 "$folder/log" | sed 's/^/# /'
	return 1
}

# engine_stop NAME [SIGNAL]
engine_stop() {
	local pid=${engine_pid[$1]:-} i
	[[ -n $pid ]] || return 0
	kill "-${2:-TERM}" "$pid" 2>/dev/null
	for ((i = 0; i < 150; i++)); do
		kill -0 "$pid" 2>/dev/null || break
		sleep 0.1
	done
	kill -KILL "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
	unset "engine_pid[$1]"
}

# engine_answer SOCKET PATH [curl option]...: what the engine says
engine_answer() {
	curl -s --max-time 30 --unix-socket "$1" "http://engine$2" "${@:3}"
}

# engines_farewell: stops all and removes the test's folder, with the mounts that a killed engine leaves in it
engines_farewell() {
	local name point
	for name in "${!engine_pid[@]}"; do engine_stop "$name"; done
	while read -r point; do umount -l "$point"; done < <(awk '{ print $5 }' /proc/self/mountinfo | grep "^$scratch/" | tac)
	# Those of others stay: what somebody is in cannot be removed.
	comm -13 <(printf '%s\n' "$engine_cgroups_before") <(engine_cgroups) | xargs -r rmdir 2>/dev/null
	rm -rf "$scratch"
}
